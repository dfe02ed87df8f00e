/* Formatted printing against the C library's, and the log ring. */
/* links: */
#include <stdio.h>
#include <string.h>

#define snprintf  k_snprintf
#define vsnprintf k_vsnprintf
#include "lib/print.c"
#undef snprintf
#undef vsnprintf

#include "tests/unit/unit.h"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char got_[128], want_[128];                                                        \
		int got_n_ = k_snprintf(got_, sizeof(got_), __VA_ARGS__);                          \
		int want_n_ = snprintf(want_, sizeof(want_), __VA_ARGS__);                         \
		ck_assert_str_eq(got_, want_);                                                     \
		ck_assert_int_eq(got_n_, want_n_);                                                 \
		got_n_ = k_snprintf(got_, 5, __VA_ARGS__);                                         \
		want_n_ = snprintf(want_, 5, __VA_ARGS__);                                         \
		ck_assert_str_eq(got_, want_);                                                     \
		ck_assert_int_eq(got_n_, want_n_);                                                 \
	} while (0)

START_TEST(numbers)
{
	static const long long values[] = { 0,	       1,	   -1,		 42,
					    -12345,    0x7fffffff, 0x80000000ll, 0xffffffffffll,
					    INT64_MIN, INT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		long long v = values[i];

		SAME("%d|%i|%u|%x|%X|%o", (int)v, (int)v, (int)v, (int)v, (int)v, (int)v);
		SAME("%ld|%lu|%lx|%llo", (long)v, (long)v, (long)v, v);
		SAME("%hhd %hd %hhu %hx %zu %jd %td", (int)v, (int)v, (int)v, (int)v, (size_t)v,
		     (long)v, (long)v);
		SAME("%10d|%-10d|%010d|%+d|% d|%+010d", (int)v, (int)v, (int)v, (int)v, (int)v,
		     (int)v);
		SAME("%#x %#o %#10x %-#10x| %#010x", (int)v, (int)v, (int)v, (int)v, (int)v);
		SAME("%.5d|%10.5d|%-10.5d|%.0d", (int)v, (int)v, (int)v, (int)v);
		SAME("%*d|%-*d|%*d|%.*d", 8, (int)v, 8, (int)v, -8, (int)v, 6, (int)v);
	}
}
END_TEST

START_TEST(text)
{
	char none[1] = { 'x' };

	SAME("%s|%10s|%-10s|%.2s|%.*s|%10.3s|", "hello", "hello", "hello", "hello", 3, "hello",
	     "hello");
	SAME("%c%c%5c%-5c|", 'a', 'b', 'c', 'd');
	SAME("100%% of %p", (void *)0x1234);
	SAME("plain");
	ck_assert_int_eq(k_snprintf(none, 0, "hello"), 5);
	ck_assert_int_eq(none[0], 'x');
	ck_assert_int_eq(k_snprintf(none, 1, "%s", (char *)NULL), 6);
}
END_TEST

static uint64_t now;
static char shown[100000];
static size_t shown_len;

static uint64_t test_clock(void)
{
	return now;
}

static void sink(const char *t, size_t len)
{
	memcpy(shown + shown_len, t, len);
	shown_len += len;
}

START_TEST(log_lines_have_priority_and_time)
{
	char buf[200] = "";
	uint64_t seq = 0;

	kprintf("early\n");
	log_clock = test_clock;
	log_sink = sink;
	now = 1234567000;
	kprintf("one %d", 1);
	kprintf(" more\ntwo\n");
	ck_assert_str_eq(shown, "[    1.234567] one 1 more\n[    1.234567] two\n");
	log_read(&seq, buf, sizeof(buf));
	ck_assert_str_eq(buf, "<6>[    0.000000] early\n<6>[    1.234567] one 1 more\n"
			      "<6>[    1.234567] two\n");
	ck_assert_uint_eq(log_read(&seq, buf, sizeof(buf)), 0);
	ck_assert_uint_eq(seq, log_written());
	seq = 24; /* where the second begins */
	ck_assert_uint_eq(log_line_number(&seq), 1);
}
END_TEST

START_TEST(log_levels_choose_what_is_shown)
{
	char buf[200] = "";
	uint64_t seq = 0;

	log_sink = sink;
	log_console_level = 5;
	kprintf("quiet\n");
	log_line(12, "loud", 4);
	log_line(13, "a\nb\n", 4);
	kprintf("half ");
	log_line(3, "other", 5);
	ck_assert_str_eq(shown, "[    0.000000] loud\n[    0.000000] other\n");
	log_read(&seq, buf, sizeof(buf));
	ck_assert_str_eq(buf, "<6>[    0.000000] quiet\n<12>[    0.000000] loud\n"
			      "<13>[    0.000000] a\n<13>[    0.000000] b\n"
			      "<6>[    0.000000] half \n<3>[    0.000000] other\n");
}
END_TEST

START_TEST(log_wraps)
{
	static char buf[100000];
	uint64_t seq = 0;
	size_t n;

	log_sink = sink;
	for (int i = 0; i < 2500; i++)
		kprintf("line %d\n", i);
	ck_assert(log_lost(seq));
	n = log_read(&seq, buf, sizeof(buf));
	ck_assert_uint_le(n, LOG_BYTES);
	ck_assert_uint_ge(n, LOG_BYTES - 64);
	ck_assert_mem_eq(buf, "<6>[    0.000000] line ", 23);
	seq -= n;
	ck_assert(!log_lost(seq));
	ck_assert_uint_eq(log_line_number(&seq), (uint64_t)strtoul(buf + 23, NULL, 10));
}
END_TEST

UNIT_MAIN("lib/print", numbers, text, log_lines_have_priority_and_time,
	  log_levels_choose_what_is_shown, log_wraps)
