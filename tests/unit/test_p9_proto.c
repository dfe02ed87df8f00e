/* Messages of 9P2000.L: bytes as other implementations write them, and answers that are wrong in every
 * way a host can be wrong. */
/* links: fs/p9_proto.c */
#include <errno.h>
#include <string.h>

#include "fs/p9_proto.h"
#include "tests/unit/unit.h"

static uint8_t buf[512];
static struct p9_msg m;

START_TEST(a_request_is_these_bytes)
{
	static const uint8_t want[] = { 23, 0, 0, 0, 110, 3, 0, 7,   0,	  0,   0,  9,
					0,  0, 0, 1, 0,	  4, 0, 'n', 'a', 'm', 'e' };

	p9_begin(&m, buf, sizeof(buf), P9_WALK, 3);
	p9_put32(&m, 7);
	p9_put32(&m, 9);
	p9_put16(&m, 1);
	p9_put_string(&m, "name", 4);
	ck_assert_uint_eq(p9_end(&m, 0), sizeof(want));
	ck_assert(!m.bad);
	ck_assert_mem_eq(buf, want, sizeof(want));
	p9_set_tag(buf, 0x1234);
	ck_assert_uint_eq(buf[5], 0x34);
	ck_assert_uint_eq(buf[6], 0x12);
}
END_TEST

START_TEST(data_that_come_from_elsewhere_count)
{
	p9_begin(&m, buf, sizeof(buf), P9_WRITE, 1);
	ck_assert_uint_eq(p9_end(&m, 1000), P9_HEAD);
	ck_assert_uint_eq(buf[0] | buf[1] << 8, P9_HEAD + 1000);
}
END_TEST

START_TEST(what_does_not_fit_is_bad_and_writes_nothing)
{
	memset(buf, 0xee, sizeof(buf));
	p9_begin(&m, buf, P9_HEAD + 5, P9_WALK, 0);
	p9_put32(&m, 1);
	p9_put32(&m, 2);
	ck_assert(m.bad);
	ck_assert_uint_eq(buf[P9_HEAD + 4], 0xee);
	m.bad = false;
	p9_put_string(&m, "x", 70000);
	ck_assert(m.bad);
}
END_TEST

/* An answer of that type and tag with 4 bytes behind the head. */
static void answer(uint8_t type, uint16_t tag, uint32_t value)
{
	p9_begin(&m, buf, sizeof(buf), type, tag);
	p9_put32(&m, value);
	p9_end(&m, 0);
}

static int look(size_t here, size_t len)
{
	return p9_answer(&m, buf, here, len, P9_LOPEN, 5);
}

START_TEST(answers_and_errors)
{
	answer(P9_LOPEN + 1, 5, 42);
	ck_assert_int_eq(look(sizeof(buf), 11), 0);
	ck_assert_uint_eq(p9_get32(&m), 42);
	ck_assert(!m.bad);
	ck_assert_uint_eq(p9_get8(&m), 0);
	ck_assert(m.bad);
	answer(P9_LERROR + 1, 5, ENOSPC);
	ck_assert_int_eq(look(sizeof(buf), 11), -ENOSPC);
}
END_TEST

START_TEST(nonsense_is_eio)
{
	answer(P9_LOPEN + 1, 6, 0); /* another tag */
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
	answer(P9_WALK + 1, 5, 0); /* another answer */
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
	answer(P9_LOPEN + 1, 5, 0);
	ck_assert_int_eq(look(sizeof(buf), 10), -EIO); /* says more than has come */
	ck_assert_int_eq(look(sizeof(buf), 6), -EIO);
	ck_assert_int_eq(look(sizeof(buf), 0), -EIO);
	buf[0] = 6; /* says less than a head */
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
	answer(P9_LERROR + 1, 5, 0);
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
	answer(P9_LERROR + 1, 5, 0x80000000u);
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
	buf[0] = 9; /* an error without all of its number */
	ck_assert_int_eq(look(sizeof(buf), 11), -EIO);
}
END_TEST

/* One entry of a folder. */
static void put_entry(const char *name, size_t len)
{
	p9_put8(&m, 0x80);
	p9_put32(&m, 1);
	p9_put64(&m, 77);
	p9_put64(&m, 0x123456789abcdef0);
	p9_put8(&m, 4);
	p9_put_string(&m, name, len);
}

static bool entry_is_good(const char *name, size_t len)
{
	struct p9_dirent e;

	m = (struct p9_msg){ .data = buf, .size = sizeof(buf) };
	put_entry(name, len);
	m = (struct p9_msg){ .data = buf, .size = m.at };
	bool good = p9_get_dirent(&m, &e);
	ck_assert(good == !m.bad);
	if (good) {
		ck_assert_uint_eq(e.qid.path, 77);
		ck_assert_uint_eq(e.next, 0x123456789abcdef0);
		ck_assert_uint_eq(e.type, 4);
		ck_assert_uint_eq(e.name_len, len);
		ck_assert_mem_eq(e.name, name, len);
		ck_assert(!p9_get_dirent(&m, &e) && !m.bad);
	}
	return good;
}

START_TEST(names_in_folders)
{
	char longest[256];

	memset(longest, 'x', sizeof(longest));
	ck_assert(entry_is_good("a", 1));
	ck_assert(entry_is_good("..", 2));
	ck_assert(entry_is_good(longest, 255));
	ck_assert(!entry_is_good(longest, 256));
	ck_assert(!entry_is_good("", 0));
	ck_assert(!entry_is_good("a/b", 3));
	ck_assert(!entry_is_good("a\0b", 3));
}
END_TEST

START_TEST(an_entry_that_is_cut_off)
{
	struct p9_dirent e;

	m = (struct p9_msg){ .data = buf, .size = sizeof(buf) };
	put_entry("name", 4);
	size_t whole = m.at;
	for (size_t n = 1; n < whole; n++) {
		m = (struct p9_msg){ .data = buf, .size = n };
		ck_assert(!p9_get_dirent(&m, &e));
		ck_assert(m.bad);
	}
}
END_TEST

START_TEST(attributes)
{
	struct p9_attr a;

	m = (struct p9_msg){ .data = buf, .size = P9_ATTR_BYTES - P9_HEAD };
	memset(buf, 0, sizeof(buf));
	buf[8] = 0x80;
	buf[8 + 13] = 0xed;
	buf[8 + 13 + 1] = 0x41;
	p9_get_attr(&m, &a);
	ck_assert(!m.bad);
	ck_assert_uint_eq(m.at, m.size);
	ck_assert_uint_eq(a.mode, 040755);
	m = (struct p9_msg){ .data = buf, .size = P9_ATTR_BYTES - P9_HEAD - 1 };
	p9_get_attr(&m, &a);
	ck_assert(m.bad);
}
END_TEST

UNIT_MAIN("p9_proto", a_request_is_these_bytes, data_that_come_from_elsewhere_count,
	  what_does_not_fit_is_bad_and_writes_nothing, answers_and_errors, nonsense_is_eio,
	  names_in_folders, an_entry_that_is_cut_off, attributes)
