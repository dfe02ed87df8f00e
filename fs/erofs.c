/* erofs.c: EROFS images: superblock, inodes, directories, extended attributes.
 *
 * An inode is found by its nid, a place in units of 32 bytes.  It has 32 or 64 bytes; behind it come
 * its extended attributes, and behind those the last part of its contents ("tail", in the same block)
 * or the list of its chunks, if it has such.  A directory is blocks of entries, each block on its own:
 * headers of 12 bytes, then the names; the names of the whole directory are in order. */
#include "fs/erofs.h"

#include <asm/errno.h>

#include "lib/string.h"

#define MAGIC	       0xe0f5e1e2u
#define BLOCK_BITS     12
#define NID_SIZE       32u
#define COMPACT_SIZE   32u
#define EXTENDED_SIZE  64u
#define FEATURE_CHUNKS 0x4u
#define FEATURES_COMPR                                                                             \
	(0x1u | 0x2u | 0x8u | 0x10u | 0x20u) /* of compressed files and more devices */
#define CHUNK_BITS_MASK	   0x1fu
#define CHUNK_HAS_INDEXES  0x20u
#define NO_BLOCK	   UINT32_MAX
#define DIRENT_SIZE	   12u
#define PLACE_BITS	   9 /* entries of a block are fewer than 2^9 */
#define XATTR_HEADER	   12u
#define XATTR_ENTRY_HEADER 4u

/* Types of files, as in the upper bits of a mode (inode(7)). */
enum { FIFO = 1, CHARACTER = 2, FOLDER = 4, BLOCK_DEVICE = 6, REGULAR = 8, LINK = 10, SOCKET = 12 };

enum layout {
	FLAT_PLAIN = 0,
	COMPRESSED_FULL = 1,
	FLAT_INLINE = 2,
	COMPRESSED_COMPACT = 3,
	CHUNKS = 4
};

/* --- little-endian numbers at any address --- */

static uint32_t get16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static unsigned type_of(const struct erofs_inode *inode)
{
	return inode->mode >> 12;
}

/* Is [at, at + len) within the image? */
static bool inside(const struct erofs *fs, uint64_t at, uint64_t len)
{
	return at <= fs->size && len <= fs->size - at;
}

/* --- superblock --- */

struct super_fields {
	uint32_t magic, incompatible, block_bits, root, meta, xattrs, built_ns;
	uint64_t blocks, built;
};

static struct super_fields read_super(const uint8_t *head)
{
	const uint8_t *s = head + EROFS_MAGIC_AT;

	return (struct super_fields){
		.magic = get32(s),
		.block_bits = s[12],
		.root = get16(s + 14),
		.built = get64(s + 24),
		.built_ns = get32(s + 32),
		.blocks = get32(s + 36),
		.meta = get32(s + 40),
		.xattrs = get32(s + 44),
		.incompatible = get32(s + 80),
	};
}

uint64_t erofs_size(const uint8_t *head)
{
	struct super_fields s = read_super(head);

	if (s.magic != MAGIC || s.block_bits < 9 || s.block_bits > 16)
		return 0;
	return s.blocks << s.block_bits;
}

static const char *refuse(const struct super_fields *s, size_t size)
{
	if (s->magic != MAGIC)
		return "not an EROFS image";
	if (s->block_bits != BLOCK_BITS)
		return "an EROFS image with blocks that are not of 4096 bytes";
	if (s->incompatible & FEATURES_COMPR)
		return "an EROFS image with compression or further devices: make it without";
	if (s->incompatible & ~FEATURE_CHUNKS)
		return "an EROFS image with features that are not known here";
	if (s->blocks == 0 || s->blocks > size >> BLOCK_BITS)
		return "the EROFS image is cut short";
	if (s->meta >= s->blocks || s->xattrs >= s->blocks)
		return "the EROFS image is damaged: its tables are outside";
	return NULL;
}

int erofs_open(struct erofs *fs, const uint8_t *data, size_t size, const char **why)
{
	struct super_fields s;
	struct erofs_inode root;

	*why = "not an EROFS image";
	if (size < EROFS_HEAD)
		return -EINVAL;
	s = read_super(data);
	*why = refuse(&s, size);
	if (*why != NULL)
		return -EINVAL;
	*fs = (struct erofs){
		.base = data,
		.size = s.blocks << BLOCK_BITS,
		.root = s.root,
		.meta = (size_t)s.meta << BLOCK_BITS,
		.xattrs = (size_t)s.xattrs << BLOCK_BITS,
		.built = s.built,
		.built_ns = s.built_ns,
	};
	*why = "the EROFS image is damaged: it has no root directory";
	return erofs_inode(fs, fs->root, &root) == 0 && type_of(&root) == FOLDER ? 0 : -EINVAL;
}

/* --- inodes --- */

/* The fields of either form.  i_u, whose meaning depends on the rest, goes to *u. */
static void read_fields(const struct erofs *fs, const uint8_t *p, bool extended,
			struct erofs_inode *out, uint32_t *u)
{
	out->mode = get16(p + 4);
	*u = get32(p + 16);
	if (!extended) {
		out->nlink = get16(p + 6);
		out->size = get32(p + 8);
		out->uid = get16(p + 24);
		out->gid = get16(p + 26);
		out->mtime = fs->built;
		out->mtime_ns = fs->built_ns;
		return;
	}
	out->size = get64(p + 8);
	out->uid = get32(p + 24);
	out->gid = get32(p + 28);
	out->mtime = get64(p + 32);
	out->mtime_ns = get32(p + 40);
	out->nlink = get32(p + 44);
}

/* Contents in one piece from block `first` on, but for a tail at byte `tail` of the image. */
static int flat_contents(const struct erofs *fs, struct erofs_inode *out, bool is_inline,
			 uint32_t first, uint64_t tail)
{
	uint64_t left = out->size & (EROFS_BLOCK - 1);
	uint64_t at = (uint64_t)first << BLOCK_BITS;

	out->blocks = out->size >> BLOCK_BITS;
	if (out->blocks > 0 || (left > 0 && !is_inline)) {
		if (!inside(fs, at, is_inline ? out->size - left : out->size))
			return -EUCLEAN;
		out->data = fs->base + at;
	}
	if (left == 0)
		return 0;
	if (!is_inline) {
		out->tail = out->data + (out->blocks << BLOCK_BITS);
		return 0;
	}
	/* A tail does not cross the end of its block. */
	if (!inside(fs, tail, left) || (tail & (EROFS_BLOCK - 1)) + left > EROFS_BLOCK)
		return -EUCLEAN;
	out->tail = fs->base + tail;
	return 0;
}

static int chunked_contents(const struct erofs *fs, struct erofs_inode *out, uint32_t u,
			    uint64_t at)
{
	uint64_t blocks = (out->size + EROFS_BLOCK - 1) >> BLOCK_BITS;

	if (u & ~(CHUNK_BITS_MASK | CHUNK_HAS_INDEXES))
		return -EOPNOTSUPP;
	out->chunk_bits = u & CHUNK_BITS_MASK;
	out->chunk_item = u & CHUNK_HAS_INDEXES ? 8 : 4;
	out->blocks = blocks;
	uint64_t chunks = (blocks + (1ull << out->chunk_bits) - 1) >> out->chunk_bits;
	at = ALIGN_UP(at, out->chunk_item);
	if (type_of(out) != REGULAR || chunks > fs->size ||
	    !inside(fs, at, chunks * out->chunk_item))
		return -EUCLEAN;
	out->chunks = fs->base + at;
	return 0;
}

static int contents(const struct erofs *fs, struct erofs_inode *out, enum layout layout, uint32_t u,
		    uint64_t behind)
{
	/* More than could be addressed: sums above cannot overflow. */
	if (out->size > INT64_MAX - EROFS_BLOCK)
		return -EUCLEAN;
	switch (layout) {
	case FLAT_PLAIN: return flat_contents(fs, out, false, u, 0);
	case FLAT_INLINE: return flat_contents(fs, out, true, u, behind);
	case CHUNKS: return chunked_contents(fs, out, u, behind);
	case COMPRESSED_FULL:
	case COMPRESSED_COMPACT: break;
	}
	return -EOPNOTSUPP;
}

int erofs_inode(const struct erofs *fs, uint64_t nid, struct erofs_inode *out)
{
	uint64_t at = fs->meta + nid * NID_SIZE;
	uint32_t u;

	*out = (struct erofs_inode){ .nid = nid };
	if (nid > fs->size / NID_SIZE || !inside(fs, at, COMPACT_SIZE))
		return -EUCLEAN;
	const uint8_t *p = fs->base + at;
	uint32_t format = get16(p), count = get16(p + 2);
	bool extended = (format & 1) != 0;
	uint64_t behind = at + (extended ? EXTENDED_SIZE : COMPACT_SIZE);
	if (!inside(fs, behind, 0))
		return -EUCLEAN;
	read_fields(fs, p, extended, out, &u);
	if (count > 0) {
		out->xattr_size = XATTR_HEADER + (count - 1) * XATTR_ENTRY_HEADER;
		if (!inside(fs, behind, out->xattr_size))
			return -EUCLEAN;
		out->xattrs = fs->base + behind;
		behind += out->xattr_size;
	}
	switch (type_of(out)) {
	case REGULAR:
	case FOLDER:
	case LINK: return contents(fs, out, (enum layout)(format >> 1 & 7), u, behind);
	case CHARACTER:
	case BLOCK_DEVICE: out->rdev = u; return 0;
	case FIFO:
	case SOCKET: return 0;
	default: return -EUCLEAN;
	}
}

const uint8_t *erofs_chunk(const struct erofs *fs, const struct erofs_inode *file, uint64_t index)
{
	if (file->chunks == NULL || index >= file->blocks)
		return NULL;
	const uint8_t *item = file->chunks + (index >> file->chunk_bits) * file->chunk_item;
	uint32_t block = get32(item + (file->chunk_item == 8 ? 4 : 0));
	uint64_t at = ((uint64_t)block + (index & ((1ull << file->chunk_bits) - 1))) << BLOCK_BITS;

	if (block == NO_BLOCK || !inside(fs, at, EROFS_BLOCK))
		return NULL;
	return fs->base + at;
}

/* --- directories --- */

/* One block of a directory. */
struct dir_block {
	const uint8_t *p;
	unsigned size;	/* bytes that are in use */
	unsigned count; /* entries; 0: damaged */
};

static uint64_t dir_blocks(const struct erofs_inode *dir)
{
	return dir->blocks + (dir->tail != NULL ? 1 : 0);
}

static struct dir_block dir_block(const struct erofs_inode *dir, uint64_t index)
{
	struct dir_block b = { dir->tail, dir->size & (EROFS_BLOCK - 1), 0 };

	if (index < dir->blocks)
		b = (struct dir_block){ dir->data + (index << BLOCK_BITS), EROFS_BLOCK, 0 };
	if (b.p == NULL || b.size < DIRENT_SIZE)
		return b;
	/* Names begin where the headers end. */
	unsigned names = get16(b.p + 8);
	if (names % DIRENT_SIZE == 0 && names <= b.size)
		b.count = names / DIRENT_SIZE;
	return b;
}

/* Entry i of the block.  => false: damaged */
static bool read_entry(const struct dir_block *b, unsigned i, struct erofs_entry *out)
{
	static const uint8_t types[] = { 0,    REGULAR, FOLDER, CHARACTER, BLOCK_DEVICE,
					 FIFO, SOCKET,	LINK };
	const uint8_t *p = b->p + (size_t)i * DIRENT_SIZE;
	unsigned from = get16(p + 8);
	unsigned to = i + 1 < b->count ? get16(p + DIRENT_SIZE + 8) : b->size;

	if (from >= to || to > b->size)
		return false;
	out->nid = get64(p);
	out->type = p[10] < ARRAY_SIZE(types) ? types[p[10]] : 0;
	out->name = (const char *)b->p + from;
	out->len = (unsigned)strnlen(out->name, to - from);
	return out->len > 0;
}

/* As names are ordered: by bytes, a shorter one before what it begins. */
static int compare(const char *name, size_t len, const struct erofs_entry *e)
{
	int order = memcmp(name, e->name, MIN(len, e->len));

	if (order != 0)
		return order;
	return len < e->len ? -1 : len > e->len;
}

static bool is_name(const struct erofs_entry *e)
{
	bool dots = e->name[0] == '.' && (e->len == 1 || (e->len == 2 && e->name[1] == '.'));

	return !dots && e->len <= EROFS_NAME_MAX && memchr(e->name, '/', e->len) == NULL;
}

/* The last block whose first name is not behind `name`: it is in there, if anywhere. */
static int find_block(const struct erofs_inode *dir, const char *name, size_t len, uint64_t *index)
{
	uint64_t low = 0, high = dir_blocks(dir);

	while (low + 1 < high) {
		uint64_t middle = low + (high - low) / 2;
		struct dir_block b = dir_block(dir, middle);
		struct erofs_entry e;

		if (b.count == 0 || !read_entry(&b, 0, &e))
			return -EUCLEAN;
		if (compare(name, len, &e) < 0)
			high = middle;
		else
			low = middle;
	}
	*index = low;
	return high == 0 ? -ENOENT : 0;
}

int erofs_find(const struct erofs_inode *dir, const char *name, size_t len, struct erofs_entry *out)
{
	uint64_t index;
	int err = find_block(dir, name, len, &index);

	if (err < 0)
		return err;
	struct dir_block b = dir_block(dir, index);
	unsigned low = 0, high = b.count;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (!read_entry(&b, middle, out))
			return -EUCLEAN;
		int order = compare(name, len, out);
		if (order == 0) {
			out->place = index << PLACE_BITS | middle;
			return is_name(out) ? 0 : -ENOENT;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return b.count == 0 ? -EUCLEAN : -ENOENT;
}

uint64_t erofs_places(const struct erofs_inode *dir)
{
	return dir_blocks(dir) << PLACE_BITS;
}

int erofs_next(const struct erofs_inode *dir, uint64_t place, struct erofs_entry *out)
{
	uint64_t index = place >> PLACE_BITS, end = dir_blocks(dir);
	unsigned i = place & ((1u << PLACE_BITS) - 1);

	for (; index < end; index++, i = 0) {
		struct dir_block b = dir_block(dir, index);

		for (; i < b.count; i++) {
			if (!read_entry(&b, i, out) || !is_name(out))
				continue;
			out->place = index << PLACE_BITS | i;
			return 0;
		}
	}
	return -ENOENT;
}

/* --- extended attributes --- */

/* One entry, of which `room` bytes are there.  => its size, 0: damaged; *err: of the sink */
static size_t xattr_entry(const uint8_t *p, size_t room, erofs_xattr_sink sink, void *arg, int *err)
{
	static const char *const prefixes[] = {
		NULL, "user.",	  "system.posix_acl_access", "system.posix_acl_default", "trusted.",
		NULL, "security."
	};
	if (room < XATTR_ENTRY_HEADER)
		return 0;
	unsigned name_len = p[0], prefix = p[1], size = get16(p + 2);
	size_t all = XATTR_ENTRY_HEADER + (size_t)name_len + size;
	if (all > room)
		return 0;
	const char *name = (const char *)p + XATTR_ENTRY_HEADER;
	if (prefix < ARRAY_SIZE(prefixes) && prefixes[prefix] != NULL &&
	    memchr(name, '\0', name_len) == NULL)
		*err = sink(arg, prefixes[prefix], name, name_len, name + name_len, size);
	return ALIGN_UP(all, XATTR_ENTRY_HEADER);
}

int erofs_xattrs(const struct erofs *fs, const struct erofs_inode *inode, erofs_xattr_sink sink,
		 void *arg)
{
	size_t at = XATTR_HEADER;
	int err = 0;

	if (inode->xattrs == NULL)
		return 0;
	for (unsigned i = inode->xattrs[4]; i > 0 && err == 0; i--, at += 4) {
		if (at + 4 > inode->xattr_size)
			return -EUCLEAN;
		uint64_t shared = fs->xattrs + (uint64_t)get32(inode->xattrs + at) * 4;
		if (!inside(fs, shared, 0) ||
		    xattr_entry(fs->base + shared, fs->size - shared, sink, arg, &err) == 0)
			return -EUCLEAN;
	}
	while (err == 0 && at < inode->xattr_size) {
		size_t n = xattr_entry(inode->xattrs + at, inode->xattr_size - at, sink, arg, &err);
		if (n == 0)
			return -EUCLEAN;
		at += n;
	}
	return err;
}
