/* The cpio parser takes whole archives, and refuses every damaged one with a place and a reason. */
/* links: initrd/cpio.c */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "initrd/cpio.h"
#include "tests/unit/unit.h"

static uint8_t archive[16384];
static size_t length;

/* What the sink saw: a line per member. */
static char seen[4096];

static void put(const void *data, size_t n)
{
	memcpy(archive + length, data, n);
	length += n;
	while (length % 4 != 0)
		archive[length++] = 0;
}

static void member(const char *magic, const char *name, unsigned mode, const char *data)
{
	char header[160];
	size_t size = strlen(data), start = length;
	unsigned sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += (uint8_t)data[i];
	snprintf(header, sizeof(header), "%s%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 magic, 7u, mode, 1u, 2u, 1u, 1000u, size, 0u, 0u, 5u, 1u, strlen(name) + 1,
		 strcmp(magic, "070702") == 0 ? sum : 0u);
	memcpy(archive + length, header, 110);
	length = start + 110;
	put(name, strlen(name) + 1);
	put(data, size);
}

static void sample(void)
{
	length = 0;
	seen[0] = '\0';
	member("070701", "./bin", 040755, "");
	member("070701", "/bin/tool", 0100755, "content");
	member("070702", "checked", 0100644, "sum of this");
	member("070701", "link", 0120777, "bin/tool");
	member("070701", "TRAILER!!!", 0, "");
}

static int see(void *arg, const struct cpio_member *m)
{
	size_t n = strlen(seen);

	(void)arg;
	/* Whatever is handed out lies within the archive. */
	ck_assert((const uint8_t *)m->name > archive && m->data >= archive);
	ck_assert(m->size <= length && m->data + m->size <= archive + length);
	snprintf(seen + n, sizeof(seen) - n, "%s %o %u:%u %.*s\n", m->name, m->mode, m->uid, m->gid,
		 (int)m->size, (const char *)m->data);
	return 0;
}

static int read_it(size_t n, size_t *used, struct cpio_error *err)
{
	*err = (struct cpio_error){ SIZE_MAX, NULL };
	return cpio_read(archive, n, see, NULL, used, err);
}

START_TEST(a_whole_archive)
{
	struct cpio_error err;
	size_t used;

	sample();
	ck_assert_int_eq(read_it(length, &used, &err), 0);
	ck_assert_uint_eq(used, length);
	ck_assert_str_eq(seen, "bin 40755 1:2 \n"
			       "bin/tool 100755 1:2 content\n"
			       "checked 100644 1:2 sum of this\n"
			       "link 120777 1:2 bin/tool\n");
}
END_TEST

static int ignore(void *arg, const struct cpio_member *m)
{
	(void)arg;
	return m->size > sizeof(archive) ? -EINVAL : 0;
}

/* Cut anywhere, it is refused, and the reason names a place within what there is. */
START_TEST(truncated_at_every_byte)
{
	sample();
	size_t whole = length;
	for (size_t n = 0; n < whole; n++) {
		struct cpio_error err = { SIZE_MAX, NULL };
		size_t used;
		uint8_t *copy = malloc(n + 1); /* of its own, so that reading beyond it is seen */
		memcpy(copy, archive, n);
		int e = cpio_read(copy, n, ignore, NULL, &used, &err);
		free(copy);
		if (e == 0) { /* the padding behind the trailer may be missing */
			ck_assert_uint_gt(n + 4, whole);
			continue;
		}
		ck_assert_int_eq(e, -EINVAL);
		ck_assert_ptr_nonnull(err.reason);
		ck_assert_uint_le(err.offset, n + 3);
	}
}
END_TEST

/* Any byte changed to any of some values: never a crash, and an error has a reason. */
START_TEST(damaged_at_every_byte)
{
	static const uint8_t values[] = { 0, '0', 'f', 'g', '/', 0x7f, 0xff };

	sample();
	for (size_t i = 0; i < length; i++) {
		uint8_t right = archive[i];
		for (size_t v = 0; v < sizeof(values); v++) {
			struct cpio_error err;
			size_t used;
			archive[i] = values[v];
			seen[0] = '\0';
			if (read_it(length, &used, &err) < 0) {
				ck_assert_ptr_nonnull(err.reason);
				ck_assert_uint_le(err.offset, length);
			}
		}
		archive[i] = right;
	}
}
END_TEST

static void refused(const char *reason)
{
	struct cpio_error err;
	size_t used;

	ck_assert_int_eq(read_it(length, &used, &err), -EINVAL);
	ck_assert_str_eq(err.reason, reason);
}

START_TEST(what_is_refused)
{
	sample();
	archive[0] = 'x';
	refused("not a newc cpio header");
	sample();
	archive[20] = 'x';
	refused("a header field is not a hexadecimal number");
	sample();
	memcpy(archive + 94, "00000000", 8); /* the length of the name */
	refused("the name's length is absurd");
	sample();
	memcpy(archive + 94, "ffffffff", 8);
	refused("the name's length is absurd");
	sample();
	memcpy(archive + 54, "fffffff0", 8); /* the size of the file */
	refused("the archive ends inside a file");
	length = 0;
	member("070702", "checked", 0100644, "sum");
	archive[length - 2] ^= 1;
	refused("the checksum of a file is wrong");
	length = 0;
	member("070701", "no-trailer", 0100644, "");
	refused("the archive ends inside a header");
}
END_TEST

static int refuse(void *arg, const struct cpio_member *m)
{
	(void)m;
	return ++*(int *)arg == 2 ? -ENOMEM : 0;
}

START_TEST(the_sink_may_stop)
{
	struct cpio_error err = { 0, NULL };
	size_t used;
	int calls = 0;

	sample();
	ck_assert_int_eq(cpio_read(archive, length, refuse, &calls, &used, &err), -ENOMEM);
	ck_assert_int_eq(calls, 2);
	ck_assert_str_eq(err.reason, "cannot unpack");
	ck_assert_uint_gt(err.offset, 0);
}
END_TEST

UNIT_MAIN("cpio", a_whole_archive, truncated_at_every_byte, damaged_at_every_byte, what_is_refused,
	  the_sink_may_stop)
