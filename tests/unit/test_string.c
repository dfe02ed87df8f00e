/* Memory and string functions, against the C library's. */
/* links: arch/host/host.c mm/page.c mm/slab.c */
#include <string.h>

/* Ours get other names, so that the C library's remain. */
#define memcpy	 k_memcpy
#define memmove	 k_memmove
#define memset	 k_memset
#define memcmp	 k_memcmp
#define memchr	 k_memchr
#define strlen	 k_strlen
#define strnlen	 k_strnlen
#define strcmp	 k_strcmp
#define strncmp	 k_strncmp
#define strchr	 k_strchr
#define strrchr	 k_strrchr
#define strstr	 k_strstr
#define strlcpy	 k_strlcpy
#define strtoull k_strtoull
#include "lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr
#undef strstr
#undef strtoull

#include "tests/unit/unit.h"

#define SIZE 400

static unsigned char a[SIZE], b[SIZE], c[SIZE];

static void fill(void)
{
	for (int i = 0; i < SIZE; i++)
		a[i] = b[i] = c[i] = (unsigned char)rand();
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

START_TEST(copies)
{
	srand(3);
	for (int round = 0; round < 50000; round++) {
		size_t n = (size_t)rand() % 200, from = (size_t)rand() % 200;
		size_t to = (size_t)rand() % 200;

		fill();
		ck_assert_ptr_eq(k_memmove(a + to, a + from, n), a + to);
		memmove(b + to, b + from, n);
		ck_assert_mem_eq(a, b, SIZE);
		ck_assert_ptr_eq(k_memcpy(a + to, c + from, n), a + to);
		memcpy(b + to, c + from, n);
		ck_assert_mem_eq(a, b, SIZE);
		ck_assert_ptr_eq(k_memset(a + to, (int)from, n), a + to);
		memset(b + to, (int)from, n);
		ck_assert_mem_eq(a, b, SIZE);
	}
}
END_TEST

START_TEST(compares)
{
	srand(4);
	for (int round = 0; round < 50000; round++) {
		size_t n = (size_t)rand() % 100;

		for (size_t i = 0; i < n; i++)
			a[i] = b[i] = (unsigned char)rand();
		if (n > 0)
			a[(size_t)rand() % n] = (unsigned char)rand();
		ck_assert_int_eq(sign(k_memcmp(a, b, n)), sign(memcmp(a, b, n)));
		ck_assert_ptr_eq(k_memchr(a, round, n), memchr(a, round & 0xff, n));
	}
}
END_TEST

START_TEST(strings)
{
	char small[4];

	ck_assert_uint_eq(k_strlen("hello"), 5);
	ck_assert_uint_eq(k_strnlen("hello", 3), 3);
	ck_assert_int_lt(k_strcmp("abc", "abd"), 0);
	ck_assert_int_gt(k_strcmp("abc", "ab"), 0);
	ck_assert_int_gt(k_strcmp("\xff", "a"), 0);
	ck_assert_int_eq(k_strncmp("abcx", "abcy", 3), 0);
	ck_assert_str_eq(k_strchr("a=b=c", '='), "=b=c");
	ck_assert_str_eq(k_strrchr("a=b=c", '='), "=c");
	ck_assert_str_eq(k_strchr("abc", 0), "");
	ck_assert_ptr_null(k_strrchr("abc", 'x'));
	ck_assert_str_eq(k_strstr("one two", "two"), "two");
	ck_assert_ptr_null(k_strstr("one two", "three"));
	ck_assert_uint_eq(k_strlcpy(small, "hello", sizeof(small)), 5);
	ck_assert_str_eq(small, "hel");
}
END_TEST

START_TEST(numbers)
{
	static const char *const texts[] = { "0",
					     "42",
					     "0x1fg",
					     "077",
					     "08",
					     "-5",
					     "  +12",
					     "0x",
					     "",
					     "x",
					     "18446744073709551615",
					     "18446744073709551616" };
	static const int bases[] = { 0, 8, 10, 16 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(bases); j++) {
			char *end, *want_end;
			unsigned long long want = strtoull(texts[i], &want_end, bases[j]);

			ck_assert_uint_eq(k_strtoull(texts[i], &end, bases[j]), want);
			ck_assert_ptr_eq(end, want_end);
		}
	}
}
END_TEST

UNIT_MAIN("lib/string", copies, compares, strings, numbers)
