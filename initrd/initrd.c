/* initrd.c: from archive members to nodes of the root file system.
 *
 * What begins with an EROFS image begins with the root's content (initrd/rootimage.c); members of the
 * archives behind it come on top.
 *
 * Data of a plain archive that are page aligned (initrd/pack sees to that) become the page cache
 * of their files without a copy.  A gzip'd archive is inflated twice: once to learn its size, once
 * into memory that is freed afterwards.
 *
 * Hard links: the members of one file share an inode number, and usually only the last has the
 * data; names that come before the data wait in a list. */

#include <asm/errno.h>
#include <linux/stat.h>

#include <zlib.h>

#include "boot/boot.h"
#include "drivers/hostport.h"
#include "drivers/hostproto.h"
#include "fs/vfs.h"
#include "initrd/cpio.h"
#include "initrd/initrd.h"
#include "initrd/rootimage.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define GZIP_WINDOW   (15 + 16) /* zlib.h: window bits; 16: a gzip header is expected */
#define DISCARD_CHUNK 4096

/* --- hard links --- */

struct link_name {
	struct list link;
	uint32_t ino, dev_major, dev_minor;
	bool made; /* the node exists under this name */
	char name[];
};

struct unpacker {
	struct list names;
	bool in_place;
};

static bool same_file(const struct link_name *n, const struct cpio_member *m)
{
	return n->ino == m->ino && n->dev_major == m->dev_major && n->dev_minor == m->dev_minor;
}

static int remember(struct unpacker *u, const struct cpio_member *m, bool made)
{
	size_t len = strlen(m->name) + 1;
	struct link_name *n = kmalloc(sizeof(*n) + len);
	if (n == NULL)
		return -ENOMEM;
	n->ino = m->ino;
	n->dev_major = m->dev_major;
	n->dev_minor = m->dev_minor;
	n->made = made;
	memcpy(n->name, m->name, len);
	list_append(&u->names, &n->link);
	return 0;
}

static const char *made_before(const struct unpacker *u, const struct cpio_member *m)
{
	struct link_name *n;
	LIST_FOREACH (n, &u->names, link)
		if (n->made && same_file(n, m))
			return n->name;
	return NULL;
}

static int make(const struct unpacker *u, const struct cpio_member *m)
{
	uint64_t minor = m->rdev_minor; /* makedev(3) */
	uint64_t rdev = (minor & 0xff) | (m->rdev_major & 0xfffull) << 8 | (minor & ~0xffull) << 12;
	return ramfs_boot_node(m->name, m->mode, m->uid, m->gid, m->mtime, rdev, m->data, m->size,
			       u->in_place && ((uintptr_t)m->data & PAGE_MASK) == 0);
}

static int make_linked(struct unpacker *u, const struct cpio_member *m)
{
	const char *before = made_before(u, m);
	if (before != NULL)
		return ramfs_boot_link(m->name, before);
	if (m->size == 0)
		return remember(u, m, false);
	int err = make(u, m);
	struct link_name *n;
	LIST_FOREACH (n, &u->names, link) {
		if (err == 0 && same_file(n, m) && !n->made) {
			err = ramfs_boot_link(n->name, m->name);
			n->made = true;
		}
	}
	return err == 0 ? remember(u, m, true) : err;
}

static int unpack_member(void *arg, const struct cpio_member *m)
{
	struct unpacker *u = arg;

	if (m->name[0] == 0 || (m->name[0] == '.' && m->name[1] == 0))
		return 0;
	if (S_ISREG(m->mode) && m->nlink > 1)
		return make_linked(u, m);
	return make(u, m);
}

/* Names whose data never came are empty files.  Frees the list. */
static int finish_links(struct unpacker *u)
{
	struct link_name *n, *tmp;
	int err = 0;
	LIST_FOREACH_SAFE (n, tmp, &u->names, link) {
		if (!n->made && err == 0)
			err = ramfs_boot_node(n->name, S_IFREG | 0644, 0, 0, 0, 0, "", 0, false);
		list_remove(&n->link);
		kfree(n);
	}
	return err;
}

/* --- parts --- */

static int unpack_plain(const uint8_t *data, size_t len, bool in_place, size_t *used,
			struct cpio_error *err)
{
	struct unpacker u = { .in_place = in_place };
	list_init(&u.names);
	int e = cpio_read(data, len, unpack_member, &u, used, err);
	int links = finish_links(&u);
	if (e == 0 && links < 0) {
		err->offset = 0;
		err->reason = "cannot unpack";
		e = links;
	}
	return e;
}

static void *zlib_alloc(void *opaque, unsigned items, unsigned size)
{
	(void)opaque;
	return kmalloc((size_t)items * size);
}

static void zlib_free(void *opaque, void *p)
{
	(void)opaque;
	kfree(p);
}

/* Inflate one gzip member.  out NULL: only measure.  => 0 with *used and *size, -errno */
static int gunzip(const uint8_t *data, size_t len, uint8_t *out, size_t *used, size_t *size)
{
	z_stream z = { .zalloc = zlib_alloc, .zfree = zlib_free };
	uint8_t *chunk = out == NULL ? kmalloc(DISCARD_CHUNK) : NULL;
	int result;

	if ((out == NULL && chunk == NULL) || inflateInit2(&z, GZIP_WINDOW) != Z_OK) {
		kfree(chunk);
		return -ENOMEM;
	}
	z.next_in = (uint8_t *)data;
	z.avail_in = (unsigned)len;
	if (out != NULL) {
		z.next_out = out;
		z.avail_out = (unsigned)*size;
	}
	do {
		if (out == NULL) {
			z.next_out = chunk;
			z.avail_out = DISCARD_CHUNK;
		}
		result = inflate(&z, Z_NO_FLUSH);
	} while (result == Z_OK && (out == NULL || z.avail_out > 0));
	*used = z.total_in;
	*size = z.total_out;
	inflateEnd(&z);
	kfree(chunk);
	return result == Z_STREAM_END ? 0 : result == Z_MEM_ERROR ? -ENOMEM : -EINVAL;
}

static int unpack_gzip(const uint8_t *data, size_t len, size_t *used, struct cpio_error *err)
{
	size_t size = 0, inner = 0, order = 0;
	int e = gunzip(data, len, NULL, used, &size);
	if (e < 0) {
		err->offset = *used;
		err->reason = "the compressed data are damaged or cut short";
		return e;
	}
	while ((PAGE_SIZE << order) < size)
		order++;
	struct page *block = page_alloc_order((unsigned)order, 0);
	if (block == NULL) {
		err->offset = 0;
		err->reason = "no memory to inflate it: use an archive that is not compressed";
		return -ENOMEM;
	}
	e = gunzip(data, len, page_va(block), used, &size);
	if (e == 0)
		e = unpack_plain(page_va(block), size, false, &inner, err);
	page_put(block);
	return e;
}

static void refuse(const struct cpio_error *err, size_t part, int e)
{
	kprintf("initrd: byte %zu: %s (error %d)\n", part + err->offset, err->reason, -e);
	hostport_exit(HOST_BOOT, (uint32_t)-e, err->reason);
}

void initrd_unpack(void)
{
	const struct boot_range *r = &boot_info.initrd;
	const uint8_t *data = (const uint8_t *)(DIRECT_MAP + r->start);
	size_t len = r->end - r->start, at = 0;

	while (at < len) {
		struct cpio_error err = { 0, "" };
		size_t used = rootimage_size(r->start + at, len - at);
		if (used > 0) {
			int e = rootimage_use(r->start + at, used, &err.reason);
			if (e < 0)
				refuse(&err, at, e);
			at += used;
			continue;
		}
		if (data[at] == 0) { /* padding between archives */
			at++;
			continue;
		}
		bool gzip = len - at > 2 && data[at] == 0x1f && data[at + 1] == 0x8b;
		int e = gzip ? unpack_gzip(data + at, len - at, &used, &err)
			     : unpack_plain(data + at, len - at, true, &used, &err);
		if (e < 0)
			refuse(&err, at, e);
		at += used;
	}
	page_release_range(r->start, r->end);
}
