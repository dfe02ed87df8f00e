/* cpio.c: the parser.  Every number in an archive is a claim and is compared with what is left. */

#include <asm/errno.h>

#include "initrd/cpio.h"
#include "lib/string.h"

#define HEADER_SIZE    110
#define FIELDS	       13
#define NAME_MAX_BYTES (4096 + 4096) /* padding NULs that align the data count as part of a name */

enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	FILESIZE,
	MAJOR,
	MINOR,
	RMAJOR,
	RMINOR,
	NAMESIZE,
	CHECK
};

static int fail(struct cpio_error *err, size_t offset, const char *reason)
{
	err->offset = offset;
	err->reason = reason;
	return -EINVAL;
}

static bool hex_field(const uint8_t *p, uint32_t *out)
{
	static const char zeros[] = "00000000";
	uint64_t all, none;
	uint32_t v = 0;

	/* Most fields are 0. */
	memcpy(&all, p, sizeof(all));
	memcpy(&none, zeros, sizeof(none));
	if (all == none) {
		*out = 0;
		return true;
	}
	for (unsigned i = 0; i < 8; i++) {
		unsigned c = p[i], digit;
		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			digit = c - 'A' + 10;
		else
			return false;
		v = v << 4 | digit;
	}
	*out = v;
	return true;
}

static uint32_t byte_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;
	while (n-- > 0)
		sum += *p++;
	return sum;
}

static const char *strip(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return name;
	}
}

/* One member at `at`.  => 0 and *next; -EINVAL */
static int read_member(const uint8_t *data, size_t len, size_t at, struct cpio_member *m,
		       size_t *next, struct cpio_error *err)
{
	uint32_t f[FIELDS];

	if (len - at < HEADER_SIZE)
		return fail(err, at, "the archive ends inside a header");
	bool checked = data[at + 5] == '2';
	if (memcmp(data + at, "07070", 5) != 0 || (!checked && data[at + 5] != '1'))
		return fail(err, at, "not a newc cpio header");
	for (unsigned i = 0; i < FIELDS; i++)
		if (!hex_field(data + at + 6 + 8 * i, &f[i]))
			return fail(err, at + 6 + 8 * i,
				    "a header field is not a hexadecimal number");
	size_t name_at = at + HEADER_SIZE;
	if (f[NAMESIZE] == 0 || f[NAMESIZE] > NAME_MAX_BYTES)
		return fail(err, at + 94, "the name's length is absurd");
	if (f[NAMESIZE] > len - name_at)
		return fail(err, name_at, "the archive ends inside a name");
	if (data[name_at + f[NAMESIZE] - 1] != 0)
		return fail(err, name_at, "a name without its end");
	size_t data_at = ALIGN_UP(name_at + f[NAMESIZE], (size_t)4);
	if (data_at > len || f[FILESIZE] > len - data_at)
		return fail(err, MIN(data_at, len), "the archive ends inside a file");
	*m = (struct cpio_member){ .name = strip((const char *)data + name_at),
				   .ino = f[INO],
				   .mode = f[MODE],
				   .uid = f[UID],
				   .gid = f[GID],
				   .nlink = f[NLINK],
				   .mtime = f[MTIME],
				   .dev_major = f[MAJOR],
				   .dev_minor = f[MINOR],
				   .rdev_major = f[RMAJOR],
				   .rdev_minor = f[RMINOR],
				   .data = data + data_at,
				   .size = f[FILESIZE] };
	if (checked && byte_sum(m->data, m->size) != f[CHECK])
		return fail(err, data_at, "the checksum of a file is wrong");
	*next = MIN(ALIGN_UP(data_at + f[FILESIZE], (size_t)4), len);
	return 0;
}

int cpio_read(const uint8_t *data, size_t len, cpio_sink sink, void *arg, size_t *used,
	      struct cpio_error *err)
{
	size_t at = 0;

	for (;;) {
		struct cpio_member m;
		size_t next = 0;
		int e = read_member(data, len, at, &m, &next, err);
		if (e < 0)
			return e;
		if (strcmp(m.name, "TRAILER!!!") == 0) {
			*used = next;
			return 0;
		}
		e = sink(arg, &m);
		if (e < 0) {
			err->offset = at;
			err->reason = "cannot unpack";
			return e;
		}
		at = next;
	}
}
