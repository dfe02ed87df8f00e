/* Slabs and kmalloc. */
/* links: mm/page.c mm/slab.c arch/host/host.c */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mm/page.h"
#include "mm/slab.h"
#include "tests/unit/unit.h"

struct thing {
	char name[100];
	uint64_t n;
};

static CACHE(thing_cache, struct thing);

START_TEST(objects)
{
	static struct thing *got[1000];
	size_t before;

	host_ram(4 << 20);
	before = page_free_count();
	for (size_t i = 0; i < 1000; i++) {
		got[i] = cache_alloc(&thing_cache);
		ck_assert_ptr_nonnull(got[i]);
		ck_assert_uint_eq(got[i]->n, 0);
		memset(got[i], 0x55, sizeof(struct thing));
		got[i]->n = i;
	}
	ck_assert_uint_eq(thing_cache.in_use, 1000);
	ck_assert_uint_eq(page_free_count(), before - thing_cache.pages);
	for (size_t i = 0; i < 1000; i += 2)
		cache_free(&thing_cache, got[i]);
	for (size_t i = 1; i < 1000; i += 2) {
		ck_assert_uint_eq(got[i]->n, i);
		cache_free(&thing_cache, got[i]);
	}
	ck_assert_uint_eq(thing_cache.in_use, 0);
	ck_assert_uint_eq(page_free_count(), before);
	ck_assert_uint_eq(thing_cache.pages, 0);
}
END_TEST

START_TEST(any_size)
{
	static unsigned char *got[200];
	static size_t size[200];
	size_t before;

	host_ram(16 << 20);
	before = page_free_count();
	srand(6);
	for (int round = 0; round < 50000; round++) {
		size_t i = (size_t)rand() % 200;

		if (got[i] != NULL && rand() % 3 == 0) {
			size_t n = (size_t)rand() % 5000 + 1;
			unsigned char *p = krealloc(got[i], n);

			ck_assert_ptr_nonnull(p);
			ck_assert_int_eq(p[0], (unsigned char)i);
			ck_assert_int_eq(p[(n < size[i] ? n : size[i]) - 1], (unsigned char)i);
			memset(p, (int)i, n);
			got[i] = p;
			size[i] = n;
		} else if (got[i] != NULL) {
			ck_assert_int_eq(got[i][size[i] - 1], (unsigned char)i);
			kfree(got[i]);
			got[i] = NULL;
		} else {
			size[i] = (size_t)rand() % (rand() % 10 == 0 ? 40000 : 300) + 1;
			got[i] = kmalloc(size[i]);
			ck_assert_ptr_nonnull(got[i]);
			ck_assert_uint_eq((uintptr_t)got[i] % 16, 0);
			memset(got[i], (int)i, size[i]);
		}
	}
	for (size_t i = 0; i < 200; i++)
		kfree(got[i]);
	ck_assert_uint_eq(page_free_count(), before);
}
END_TEST

START_TEST(strings)
{
	char *s;

	host_ram(1 << 20);
	s = kstrdup("hello");
	ck_assert_str_eq(s, "hello");
	kfree(s);
	s = kstrndup("hello", 3);
	ck_assert_str_eq(s, "hel");
	kfree(s);
	kfree(NULL);
	s = kzalloc(3000);
	for (int i = 0; i < 3000; i++)
		ck_assert_int_eq(s[i], 0);
	kfree(s);
	ck_assert_ptr_null(kmalloc(5 << 20));
}
END_TEST

START_TEST(memory_runs_out)
{
	void *last = NULL, *p;

	host_ram(1 << 20);
	while ((p = kmalloc(100)) != NULL) {
		*(void **)p = last;
		last = p;
	}
	ck_assert_ptr_null(cache_alloc(&thing_cache));
	while (last != NULL) {
		p = *(void **)last;
		kfree(last);
		last = p;
	}
	ck_assert_ptr_nonnull(cache_alloc(&thing_cache));
}
END_TEST

static void end_well(int sig)
{
	(void)sig;
	_exit(0);
}

/* With poison, a write to a freed object stops the machine when the object is used again. */
START_TEST(write_after_free)
{
	struct thing *t;

	host_option("poison", "");
	host_ram(1 << 20);
	t = cache_alloc(&thing_cache);
	cache_free(&thing_cache, t);
	t = cache_alloc(&thing_cache);
	ck_assert_uint_eq(t->n, 0);
	cache_free(&thing_cache, t);
	t->name[50] = 'x';
	if (freopen("/dev/null", "w", stderr) == NULL)
		return;
	signal(SIGABRT, end_well);
	cache_alloc(&thing_cache);
	ck_abort_msg("not noticed");
}
END_TEST

UNIT_MAIN("mm/slab", objects, any_size, strings, memory_runs_out, write_after_free)
