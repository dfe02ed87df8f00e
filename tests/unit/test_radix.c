/* The radix tree, against an array; and with every allocation failing in turn. */
/* links: lib/radix.c arch/host/host.c mm/page.c mm/slab.c */
#include "lib/radix.h"

#include "mm/page.h"
#include "mm/slab.h"
#include "tests/unit/unit.h"

static const uint64_t indices[] = {
	0,
	1,
	63,
	64,
	65,
	4095,
	4096,
	262143,
	262144,
	1ull << 31,
	1ull << 32,
	1ull << 60,
	(1ull << 60) + 1,
	1ull << 63,
	UINT64_MAX - 1,
	UINT64_MAX,
};
#define COUNT (sizeof(indices) / sizeof(indices[0]))

static char items[COUNT];
static struct radix radix;
static size_t nodes;

static void count_nodes(const struct cache *c, void *arg)
{
	(void)arg;
	nodes += c->in_use;
}

static size_t nodes_in_use(void)
{
	nodes = 0;
	slab_each(count_nodes, NULL);
	return nodes;
}

static void check_set(unsigned set)
{
	uint64_t at = 0;
	unsigned found = 0;
	void *item;

	for (size_t i = 0; i < COUNT; i++) {
		ck_assert_ptr_eq(radix_get(&radix, indices[i]),
				 (set >> i & 1) != 0 ? &items[i] : NULL);
	}
	ck_assert_ptr_null(radix_get(&radix, 77777));
	while ((item = radix_next(&radix, &at)) != NULL) {
		size_t i = (size_t)((char *)item - items);

		ck_assert_uint_lt(i, COUNT);
		ck_assert_uint_eq(at, indices[i]);
		ck_assert_uint_eq(found >> i, 0);
		found |= 1u << i;
		if (at++ == UINT64_MAX)
			break;
	}
	ck_assert_uint_eq(found, set);
	ck_assert_uint_eq(radix.count, (uint64_t)__builtin_popcount(set));
}

START_TEST(random_sets)
{
	unsigned set = 0;

	host_ram(1 << 20);
	srand(2);
	for (int round = 0; round < 20000; round++) {
		size_t i = (size_t)rand() % COUNT;

		if ((set >> i & 1) != 0)
			ck_assert_ptr_eq(radix_clear(&radix, indices[i]), &items[i]);
		else
			ck_assert_int_eq(radix_set(&radix, indices[i], &items[i]), 0);
		set ^= 1u << i;
		if (round % 4 == 0)
			check_set(set);
	}
	for (size_t i = 0; i < COUNT; i++)
		radix_clear(&radix, indices[i]);
	check_set(0);
	ck_assert_ptr_null(radix.root);
	ck_assert_uint_eq(nodes_in_use(), 0);
}
END_TEST

START_TEST(dense)
{
	static char dense_items[10000];
	uint64_t at = 5000;

	host_ram(2 << 20);
	for (size_t i = 0; i < 10000; i++)
		ck_assert_int_eq(radix_set(&radix, i, &dense_items[i]), 0);
	ck_assert_ptr_eq(radix_next(&radix, &at), &dense_items[5000]);
	ck_assert_int_eq(radix_set(&radix, 7, &dense_items[9]), 0);
	ck_assert_ptr_eq(radix_get(&radix, 7), &dense_items[9]);
	ck_assert_uint_eq(radix.count, 10000);
	for (size_t i = 0; i < 10000; i++)
		ck_assert_ptr_nonnull(radix_clear(&radix, i));
	ck_assert_uint_eq(nodes_in_use(), 0);
}
END_TEST

START_TEST(no_memory)
{
	host_ram(1 << 20);
	for (unsigned set = 0; set < 1u << COUNT; set += 1237) {
		size_t before;

		for (size_t i = 0; i < COUNT; i++) {
			if ((set >> i & 1) != 0)
				ck_assert_int_eq(radix_set(&radix, indices[i], &items[i]), 0);
		}
		before = nodes_in_use();
		for (size_t i = 0; i < COUNT; i++) {
			if ((set >> i & 1) != 0)
				continue;
			for (unsigned n = 1;; n++) {
				int err;

				page_fail_nth(n, true);
				err = radix_set(&radix, indices[i], &items[i]);
				page_fail_nth(0, false);
				if (err == 0)
					break;
				check_set(set);
				ck_assert_uint_eq(nodes_in_use(), before);
			}
			radix_clear(&radix, indices[i]);
			ck_assert_uint_eq(nodes_in_use(), before);
		}
		for (size_t i = 0; i < COUNT; i++)
			radix_clear(&radix, indices[i]);
		ck_assert_uint_eq(nodes_in_use(), 0);
	}
}
END_TEST

UNIT_MAIN("lib/radix", random_sets, dense, no_memory)
