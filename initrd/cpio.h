/* cpio.h: reading archives in the "newc" format (cpio(5); Linux: buffer-format.rst of the initramfs).
 * Works on memory only and calls a sink for each member, so it is tested on the host. */
#ifndef INITRD_CPIO_H
#define INITRD_CPIO_H

#include "lib/types.h"

struct cpio_member {
	const char *name; /* NUL-terminated, inside the archive; no leading "/" or "./" */
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor;
	const uint8_t *data; /* inside the archive */
	size_t size;
};

struct cpio_error {
	size_t offset;	    /* in the bytes that were given */
	const char *reason; /* never NULL after a failure */
};

/* Called for every member but the trailer.  => 0, or an error that ends the reading */
typedef int (*cpio_sink)(void *arg, const struct cpio_member *m);

/* Read one archive, up to and with its trailer.  *used: bytes read.
 * => 0; -EINVAL with *err: malformed; or what the sink returned, with err->reason "cannot unpack" */
int cpio_read(const uint8_t *data, size_t len, cpio_sink sink, void *arg, size_t *used,
	      struct cpio_error *err);

#endif
