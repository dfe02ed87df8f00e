/* erofs.h: reading an EROFS image that lies in memory (Linux: Documentation/filesystems/erofs.rst,
 * fs/erofs/erofs_fs.h).
 *
 * Works on memory only and makes nothing, so it is tested on the host.  The image may be damaged or made
 * up: every function answers with an error or with a piece that lies within the image, and none loops.
 * Not compressed files in blocks of 4 KiB are read, as mkfs.erofs writes them without options, with
 * -E noinline_data or with --chunksize. */
#ifndef FS_EROFS_H
#define FS_EROFS_H

#include "lib/types.h"

#define EROFS_BLOCK    4096u
#define EROFS_MAGIC_AT 1024u /* bytes from the image's start */
#define EROFS_NAME_MAX 255
#define EROFS_HEAD     2048u /* bytes of an image that hold all of its superblock */

struct erofs {
	const uint8_t *base; /* aligned to EROFS_BLOCK */
	size_t size;	     /* bytes that may be read: a whole number of blocks */
	uint64_t root;	     /* nid of the root directory */
	size_t meta;	     /* where nid 0 would be */
	size_t xattrs;	     /* shared extended attributes */
	uint64_t built;	     /* seconds since 1970: the time of inodes that have none */
	uint32_t built_ns;
};

struct erofs_inode {
	uint64_t nid;
	uint64_t size;
	uint64_t mtime; /* seconds since 1970 */
	uint32_t mtime_ns;
	uint32_t mode, uid, gid, nlink, rdev;
	/* Contents: `blocks` whole blocks at data, then what is left of size at tail, if anything is.
	 * With `chunks` these are not one piece; see erofs_chunk(). */
	const uint8_t *data, *tail;
	uint64_t blocks;
	const uint8_t *chunks;
	unsigned chunk_bits,
		chunk_item;    /* blocks in a chunk, as a power of two; bytes of an entry */
	const uint8_t *xattrs; /* erofs_xattrs() */
	size_t xattr_size;
};

struct erofs_entry {
	const char *name; /* not terminated; neither "." nor "..", no slash or NUL in it */
	unsigned len;
	unsigned type; /* S_IFMT >> 12, or 0 */
	uint64_t nid;
	uint64_t place; /* of the entry in the directory: places grow in the order of names */
};

/* The bytes that an image takes, from EROFS_HEAD bytes of its start.  => 0: that is no image */
uint64_t erofs_size(const uint8_t *head);
/* data: of `size` bytes, aligned to a page.
 * => 0; -EINVAL with *why: it is no image, damaged, or needs something that is not read here */
int erofs_open(struct erofs *fs, const uint8_t *data, size_t size, const char **why);
/* => 0; -EUCLEAN: damaged; -EOPNOTSUPP: contents that are not read here (compressed ones) */
int erofs_inode(const struct erofs *fs, uint64_t nid, struct erofs_inode *out);
/* Block `index` of a file that has chunks.  => its address, NULL: a hole, or damaged */
const uint8_t *erofs_chunk(const struct erofs *fs, const struct erofs_inode *file, uint64_t index);

/* Places of a directory are below this. */
uint64_t erofs_places(const struct erofs_inode *dir);
/* => -ENOENT, -EUCLEAN */
int erofs_find(const struct erofs_inode *dir, const char *name, size_t len,
	       struct erofs_entry *out);
/* The first entry at `place` or behind it.  => -ENOENT: there is none; a damaged rest counts as none */
int erofs_next(const struct erofs_inode *dir, uint64_t place, struct erofs_entry *out);

/* Called with each attribute; prefix is the part of the name that the image has as a number.
 * => 0, or an error that ends the reading */
typedef int (*erofs_xattr_sink)(void *arg, const char *prefix, const char *name, unsigned name_len,
				const void *value, unsigned size);
/* => 0, -EUCLEAN, or what the sink returned */
int erofs_xattrs(const struct erofs *fs, const struct erofs_inode *inode, erofs_xattr_sink sink,
		 void *arg);

#endif
