/* erofs_sample.h: a small EROFS image in memory, and a walk through an image that looks at everything in it.
 * For test_erofs.c and fuzz_erofs.c.
 *
 *	/	the root, in a block of its own and a tail: names a000 to a059, then the others
 *	chunks	two chunks of a block, the first a hole
 *	file	7 bytes in a tail, extended attributes user.one, trusted.shared
 *	link	a symbolic link to "file"
 *	null	a device 1:3
 *	plain	a block and 100 bytes, not in a tail */
#ifndef TESTS_FUZZ_EROFS_SAMPLE_H
#define TESTS_FUZZ_EROFS_SAMPLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fs/erofs.h"

#define SAMPLE_BLOCKS 8
#define SAMPLE_SIZE   (SAMPLE_BLOCKS * EROFS_BLOCK)
#define SAMPLE_MANY   130 /* files with names that begin with a */

/* nids: places in units of 32 bytes; the superblock ends at 36. */
enum {
	NID_ROOT = 64,
	NID_CHUNKS = 40,
	NID_FILE = 44,
	NID_LINK = 52,
	NID_NULL = 54,
	NID_PLAIN = 56
};
/* Blocks. */
enum { BLOCK_ROOT = 1, BLOCK_PLAIN = 2, BLOCK_CHUNK = 4, BLOCK_SHARED = 5 };

/* A number of n bytes, little-endian. */
static inline void sample_put(uint8_t *at, uint64_t value, unsigned n)
{
	for (; n > 0; n--, value >>= 8)
		*at++ = (uint8_t)value;
}

static inline uint8_t *sample_compact(uint8_t *image, unsigned nid, unsigned layout, unsigned mode,
				      unsigned size, unsigned u)
{
	uint8_t *p = image + nid * 32;

	sample_put(p, layout << 1, 2);
	sample_put(p + 4, mode, 2);
	sample_put(p + 6, 1, 2);
	sample_put(p + 8, size, 4);
	sample_put(p + 16, u, 4);
	sample_put(p + 24, 10, 2);
	sample_put(p + 26, 20, 2);
	return p + 32;
}

/* The next entry of a directory block: header i, name at *names. */
static inline void sample_entry(uint8_t *block, unsigned i, unsigned *names, const char *name,
				unsigned nid, unsigned type)
{
	sample_put(block + i * 12, nid, 8);
	sample_put(block + i * 12 + 8, *names, 2);
	block[i * 12 + 10] = (uint8_t)type;
	memcpy(block + *names, name, strlen(name));
	*names += (unsigned)strlen(name);
}

static inline void sample_root(uint8_t *image)
{
	static const struct {
		const char *name;
		unsigned nid, type;
	} last[] = { { "chunks", NID_CHUNKS, 1 },
		     { "file", NID_FILE, 1 },
		     { "link", NID_LINK, 7 },
		     { "null", NID_NULL, 3 },
		     { "plain", NID_PLAIN, 1 } };
	const unsigned n = sizeof(last) / sizeof(last[0]);
	uint8_t *block = image + BLOCK_ROOT * EROFS_BLOCK, *tail;
	unsigned names = (SAMPLE_MANY + 2) * 12;

	sample_entry(block, 0, &names, ".", NID_ROOT, 2);
	sample_entry(block, 1, &names, "..", NID_ROOT, 2);
	for (unsigned i = 0; i < SAMPLE_MANY; i++) {
		char name[5] = { 'a', (char)('0' + i / 100), (char)('0' + i / 10 % 10),
				 (char)('0' + i % 10), 0 };
		sample_entry(block, 2 + i, &names, name, NID_FILE, 1);
	}
	tail = image + NID_ROOT * 32 + 32;
	names = n * 12;
	for (unsigned i = 0; i < n; i++)
		sample_entry(tail, i, &names, last[i].name, last[i].nid, last[i].type);
	sample_compact(image, NID_ROOT, 2, 040755, EROFS_BLOCK + names, BLOCK_ROOT);
}

static inline void sample_file(uint8_t *image)
{
	uint8_t *p = image + NID_FILE * 32;

	sample_put(p, 2 << 1 | 1, 2);
	sample_put(p + 2, 1 + 4, 2); /* 12 bytes, and 4 words behind them */
	sample_put(p + 4, 0104755, 2);
	sample_put(p + 8, 7, 8);
	sample_put(p + 24, 100000, 4);
	sample_put(p + 28, 200000, 4);
	sample_put(p + 32, 981173106, 8);
	sample_put(p + 40, 5, 4);
	sample_put(p + 44, 3, 4);
	p += 64;
	p[4] = 1; /* shared attributes */
	sample_put(p + 12, 2, 4);
	memcpy(p + 16, "\3\1\4\0onevalu", 11); /* user.one = valu */
	memcpy(p + 28, "content", 7);
	memcpy(image + BLOCK_SHARED * EROFS_BLOCK + 8, "\6\4\2\0sharedxy", 12);
}

static inline void sample_make(uint8_t *image)
{
	uint8_t *s = image + EROFS_MAGIC_AT, *p;

	memset(image, 0, SAMPLE_SIZE);
	sample_put(s, 0xe0f5e1e2, 4);
	s[12] = 12;
	sample_put(s + 14, NID_ROOT, 2);
	sample_put(s + 24, 1000000000, 8);
	sample_put(s + 36, SAMPLE_BLOCKS, 4);
	sample_put(s + 44, BLOCK_SHARED, 4);
	sample_put(s + 80, 4, 4);
	sample_root(image);
	sample_file(image);
	p = sample_compact(image, NID_CHUNKS, 4, 0100644, EROFS_BLOCK + 50, 0x20);
	sample_put(p + 4, UINT32_MAX, 4);
	sample_put(p + 12, BLOCK_CHUNK, 4);
	p = sample_compact(image, NID_LINK, 2, 0120777, 4, 0);
	memcpy(p, "file", 4);
	sample_compact(image, NID_NULL, 0, 020666, 0, 1 << 8 | 3);
	sample_compact(image, NID_PLAIN, 0, 0100600, EROFS_BLOCK + 100, BLOCK_PLAIN);
	memset(image + BLOCK_PLAIN * EROFS_BLOCK, 'p', EROFS_BLOCK + 100);
	memset(image + BLOCK_CHUNK * EROFS_BLOCK, 'c', EROFS_BLOCK);
}

/* --- the walk --- */

struct sample_walk {
	const struct erofs *fs;
	unsigned entries, found, attributes;
	unsigned long sum;
};

/* Read every byte: the sanitizers see one that is outside. */
static inline void walk_bytes(struct sample_walk *w, const void *data, size_t n)
{
	const uint8_t *p = data;

	if (n > 0 && (p < w->fs->base || p + n > w->fs->base + w->fs->size))
		abort();
	while (n-- > 0)
		w->sum += *p++;
}

static inline int walk_attribute(void *arg, const char *prefix, const char *name, unsigned name_len,
				 const void *value, unsigned size)
{
	struct sample_walk *w = arg;

	walk_bytes(w, name, name_len);
	walk_bytes(w, value, size);
	w->attributes++;
	return prefix == NULL ? -1 : 0;
}

static inline void walk_inode(struct sample_walk *w, uint64_t nid)
{
	struct erofs_inode inode;

	if (erofs_inode(w->fs, nid, &inode) < 0)
		return;
	(void)erofs_xattrs(w->fs, &inode, walk_attribute, w);
	if (inode.tail != NULL)
		walk_bytes(w, inode.tail, inode.size % EROFS_BLOCK);
	for (uint64_t i = 0; i < inode.blocks && i < 3 * SAMPLE_BLOCKS; i++) {
		const uint8_t *block = inode.chunks != NULL ? erofs_chunk(w->fs, &inode, i)
							    : inode.data + i * EROFS_BLOCK;
		if (block != NULL)
			walk_bytes(w, block, EROFS_BLOCK);
	}
}

/* All entries of a directory, each looked up by its name as well. */
static inline void walk_directory(struct sample_walk *w, const struct erofs_inode *dir)
{
	struct erofs_entry e, again;
	uint64_t place = 0, end = erofs_places(dir);

	while (erofs_next(dir, place, &e) == 0) {
		if (e.place < place || e.place >= end || e.len == 0 || e.len > EROFS_NAME_MAX)
			abort();
		walk_bytes(w, e.name, e.len);
		w->entries++;
		if (erofs_find(dir, e.name, e.len, &again) == 0) {
			w->found++;
			walk_bytes(w, again.name, again.len);
		}
		walk_inode(w, e.nid);
		place = e.place + 1;
	}
}

#endif
