/* ramfs.c: a file system in memory: the first root, tmpfs, /dev, and the nameless one of pipes and
 * memfds.
 *
 * The names are in the dentry cache and nowhere else; data are in each inode's page cache
 * (fs/filemap.c).  What is left for this file is bookkeeping: link counts, times, limits. */

#include <linux/fcntl.h>
#include <linux/magic.h>

#include "fs/internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define DIR_END	       INT64_MAX
#define MEMORY_RESERVE 16 /* the part of it */
#define ENTRY_SIZE     20 /* what a name adds to the size of its directory, as in Linux's tmpfs */

static const struct inode_ops ramfs_dir_inode_ops, ramfs_file_inode_ops, ramfs_link_inode_ops,
	ramfs_special_inode_ops;

/* --- inodes --- */

static void set_ops(struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFDIR:
		inode->ops = &ramfs_dir_inode_ops;
		inode->fops = &ramfs_dir_ops;
		break;
	case S_IFREG:
		inode->ops = &ramfs_file_inode_ops;
		inode->fops = &ramfs_file_ops;
		break;
	case S_IFLNK: inode->ops = &ramfs_link_inode_ops; break;
	default: inode->ops = &ramfs_special_inode_ops; break;
	}
}

/* However large file systems may grow: the last part of the memory is for programs. */
bool files_fill_memory(const struct super *sb)
{
	bool grows =
		sb->type == &tmpfs_type || sb->max_inodes != 0; /* the root: once it is unpacked */

	return grows && !page_free_enough(page_total() / MEMORY_RESERVE);
}

struct inode *ramfs_inode_preset(struct super *sb, mode_t mode, char *target)
{
	struct inode *inode = inode_create(sb, mode);

	if (inode == NULL)
		return NULL;
	if (S_ISLNK(mode)) {
		ASSERT(target != NULL);
		inode->target = target;
		inode->size = strlen(target);
	}
	if (S_ISDIR(mode)) {
		inode->nlink = 2;
		inode->size = 2 * ENTRY_SIZE;
	}
	if (S_ISREG(mode))
		inode->seals = F_SEAL_SEAL; /* memfd_create(2) may take it off */
	set_ops(inode);
	sb->inodes++;
	return inode;
}

struct inode *ramfs_inode(struct super *sb, mode_t mode, dev_t rdev, const char *target, int *err)
{
	char *text = NULL;

	*err = -ENOSPC;
	if ((sb->max_inodes != 0 && sb->inodes >= sb->max_inodes) || files_fill_memory(sb))
		return NULL;
	*err = -ENOMEM;
	if (S_ISLNK(mode)) {
		text = kstrdup(target);
		if (text == NULL)
			return NULL;
	}
	struct inode *inode = ramfs_inode_preset(sb, mode, text);
	if (inode == NULL) {
		kfree(text);
		return NULL;
	}
	inode->rdev = rdev;
	*err = 0;
	return inode;
}

static void ramfs_evict(struct inode *inode)
{
	if (S_ISREG(inode->mode))
		filemap_free(inode);
	else if (S_ISLNK(inode->mode))
		kfree(inode->target);
	inode->sb->inodes--;
}

/* --- directories --- */

static void dir_changed(struct inode *dir, int entries, int subdirs)
{
	/* A directory of an image began with another size than these sum up to. */
	dir->size = (uint64_t)MAX((int64_t)dir->size + entries * ENTRY_SIZE, 0);
	dir->nlink += (unsigned)subdirs;
	inode_touch_mtime(dir);
}

static int ramfs_create(struct inode *dir, struct dentry *d, mode_t mode, dev_t rdev,
			const char *target)
{
	int err;
	struct inode *inode = ramfs_inode(dir->sb, mode, rdev, target, &err);

	if (inode == NULL)
		return err;
	inode_inherit(inode, dir, mode);
	d->inode = inode;
	dir_changed(dir, 1, S_ISDIR(mode) ? 1 : 0);
	return 0;
}

/* Names take memory: each beyond the first counts as an inode. */
static int ramfs_link(struct inode *dir, struct inode *inode, struct dentry *d)
{
	struct super *sb = inode->sb;

	if (inode->nlink > 0) {
		if (sb->max_inodes != 0 && sb->inodes >= sb->max_inodes)
			return -ENOSPC;
		sb->inodes++;
	}
	inode_get(inode);
	inode->nlink++;
	inode->ctime = time_now();
	d->inode = inode;
	dir_changed(dir, 1, 0);
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->inode;

	if (inode_is_dir(inode)) {
		inode->nlink = 0;
		dir_changed(dir, -1, -1);
	} else {
		if (inode->nlink-- > 1)
			inode->sb->inodes--;
		dir_changed(dir, -1, 0);
	}
	inode->ctime = time_now();
	if (inode->nlink == 0)
		image_forget(inode);
	return 0;
}

static void ramfs_moved(struct inode *from, struct inode *to, struct dentry *d)
{
	int subdirs = inode_is_dir(d->inode) ? 1 : 0;

	d->inode->ctime = time_now();
	dir_changed(from, -1, -subdirs);
	dir_changed(to, 1, subdirs);
}

static struct inode *ramfs_tmpfile(struct super *sb, mode_t mode, int *err)
{
	struct inode *inode = ramfs_inode(sb, mode, 0, NULL, err);

	if (inode != NULL)
		inode->nlink = 0;
	return inode;
}

static char *ramfs_readlink(struct inode *inode, int *err)
{
	char *text = kstrdup(inode->target);

	*err = text == NULL ? -ENOMEM : 0;
	return text;
}

static const struct inode_ops ramfs_dir_inode_ops = {
	.create = ramfs_create,
	.link = ramfs_link,
	.unlink = ramfs_unlink,
	.tmpfile = ramfs_tmpfile,
	.moved = ramfs_moved,
	.evict = ramfs_evict,
};
static const struct inode_ops ramfs_file_inode_ops = {
	.truncate = filemap_truncate,
	.punch = filemap_punch,
	.allocate = filemap_allocate,
	.evict = ramfs_evict,
};
static const struct inode_ops ramfs_link_inode_ops = {
	.readlink = ramfs_readlink,
	.evict = ramfs_evict,
};
static const struct inode_ops ramfs_special_inode_ops = {
	.evict = ramfs_evict,
};

/* --- readdir --- */

bool dir_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *d = f->dentry;
	ino_t up = d == f->mnt->root && f->mnt->parent != NULL
			   ? f->mnt->mountpoint->parent->inode->ino
			   : d->parent->inode->ino;

	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, 1, d->inode->ino, mode_to_type(S_IFDIR)))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, 2, up, mode_to_type(S_IFDIR)))
			return false;
		ctx->pos = 2;
	}
	return true;
}

/* The cookie of a name is the number it got when it came: names that come and go in between move
 * nothing else. */
static int ramfs_readdir(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = f->inode;

	if (!dir_emit_dots(f, ctx))
		return 0;
	if (dir->origin != 0 && !image_emit(f, ctx))
		return 0;
	for (;;) {
		struct tnode *n = tree_find_ge(&dir->children, (uintptr_t)ctx->pos);
		struct dentry *d = TREE_ENTRY(n, struct dentry, child);
		if (d == NULL) {
			ctx->pos = DIR_END; /* names that come later come after a rewind */
			return 0;
		}
		off_t next = (off_t)d->child.key + 1;
		if (!ctx->emit(ctx, d->name, d->name_len, next, d->inode->ino,
			       mode_to_type(d->inode->mode)))
			return 0;
		ctx->pos = next;
	}
}

static off_t dir_llseek(struct file *f, off_t off, int whence)
{
	if (whence == 1)
		off += f->pos;
	else if (whence != 0)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

const struct file_ops ramfs_dir_ops = {
	.readdir = ramfs_readdir,
	.llseek = dir_llseek,
};

/* --- supers --- */

static int fill_root(struct super *sb, mode_t mode)
{
	int err;
	struct dentry *d = dentry_create(NULL, "/", 1);

	if (d == NULL)
		return -ENOMEM;
	d->inode = ramfs_inode(sb, S_IFDIR | mode, 0, NULL, &err);
	if (d->inode == NULL) {
		dentry_put(d);
		return err;
	}
	sb->root = d;
	return 0;
}

/* What the options of a tmpfs say, beside what they do not mention. */
struct options {
	bool has_pages, has_inodes, read_only;
	uint64_t pages, inodes;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* A number with K, M, G or %, of `unit` bytes each, that fills the text.  => false: it does not */
static bool parse_size(const char *value, uint64_t unit, bool percent, uint64_t *out)
{
	char *end;
	uint64_t n = strtoull(value, &end, 0);
	unsigned shift = 0;

	if (end == value)
		return false;
	if (*end == '%' && percent) {
		*out = n * page_total() / 100;
		return end[1] == '\0';
	}
	switch (*end) {
	case 'g':
	case 'G': shift = 30; break;
	case 'm':
	case 'M': shift = 20; break;
	case 'k':
	case 'K': shift = 10; break;
	}
	if (shift != 0)
		end++;
	if (n > UINT64_MAX >> shift || *end != '\0')
		return false;
	n <<= shift;
	*out = n / unit + (n % unit != 0);
	return true;
}

/* A number in the base that fills the text. */
static bool parse_number(const char *value, int base, uint32_t *out)
{
	char *end;
	uint64_t n = strtoull(value, &end, base);

	*out = (uint32_t)n;
	return value[0] >= '0' && value[0] <= '9' && *end == '\0' && n < UINT32_MAX;
}

static bool one_of(const char *text, const char *const *names)
{
	while (*names != NULL && strcmp(text, *names) != 0)
		names++;
	return *names != NULL;
}

static bool parse_flag(struct options *o, const char *name)
{
	static const char *const without_effect[] = { "noswap", "inode32",    "inode64",  "sync",
						      "async",	"dirsync",    "lazytime", "mand",
						      "nomand", "nolazytime", NULL };

	if (strcmp(name, "ro") == 0 || strcmp(name, "rw") == 0) {
		o->read_only = name[1] == 'o';
		return true;
	}
	return one_of(name, without_effect);
}

static bool parse_option(struct options *o, const char *name, const char *value)
{
	static const char *const huge[] = { "never", "always", "within_size", "advise", NULL };
	uint32_t mode;

	if (value == NULL)
		return parse_flag(o, name);
	if (strcmp(name, "size") == 0)
		return o->has_pages = parse_size(value, PAGE_SIZE, true, &o->pages);
	if (strcmp(name, "nr_blocks") == 0)
		return o->has_pages = parse_size(value, 1, false, &o->pages);
	if (strcmp(name, "nr_inodes") == 0)
		return o->has_inodes = parse_size(value, 1, false, &o->inodes);
	if (strcmp(name, "mode") == 0) {
		bool good = parse_number(value, 8, &mode);
		o->mode = mode & 07777;
		return good;
	}
	if (strcmp(name, "uid") == 0)
		return parse_number(value, 10, &o->uid);
	if (strcmp(name, "gid") == 0)
		return parse_number(value, 10, &o->gid);
	return (strcmp(name, "huge") == 0 && one_of(value, huge)) || strcmp(name, "mpol") == 0;
}

/* => 0, -EINVAL, -ENOMEM */
static int parse_options(struct options *o, const char *text)
{
	char *copy = kstrdup(text == NULL ? "" : text), *next;
	bool good = true;

	if (copy == NULL)
		return -ENOMEM;
	for (char *p = copy; p != NULL && good; p = next) {
		next = strchr(p, ',');
		if (next != NULL)
			*next++ = '\0';
		char *value = strchr(p, '=');
		if (value != NULL)
			*value++ = '\0';
		good = *p == '\0' ? value == NULL : parse_option(o, p, value);
	}
	kfree(copy);
	return good ? 0 : -EINVAL;
}

/* Half of the memory, and as many inodes as pages of that, as Linux. */
static int tmpfs_fill(struct super *sb, const char *options)
{
	struct options o = { .mode = 01777,
			     .pages = page_total() / 2,
			     .inodes = page_total() / 2,
			     .uid = current->cred->fsuid,
			     .gid = current->cred->fsgid };

	sb->default_pages = o.pages;
	sb->default_inodes = o.inodes;
	int err = parse_options(&o, options);
	if (err < 0)
		return err;
	sb->max_pages = o.pages;
	sb->max_inodes = o.inodes;
	sb->root_mode = o.mode;
	sb->root_uid = o.uid;
	sb->root_gid = o.gid;
	sb->read_only = o.read_only;
	err = fill_root(sb, sb->root_mode);
	if (err == 0) {
		sb->root->inode->uid = o.uid;
		sb->root->inode->gid = o.gid;
	}
	return err;
}

/* Limits may change, but not below what is in use, nor to or from none. */
static int tmpfs_remount(struct super *sb, const char *options)
{
	struct options o = { .read_only = sb->read_only };
	int err = parse_options(&o, options);

	if (err < 0)
		return err;
	if (o.has_pages && o.pages != 0 && (sb->max_pages == 0 || o.pages < sb->pages))
		return -EINVAL;
	if (o.has_inodes && o.inodes != 0 && (sb->max_inodes == 0 || o.inodes < sb->inodes))
		return -EINVAL;
	if (o.has_pages)
		sb->max_pages = o.pages;
	if (o.has_inodes)
		sb->max_inodes = o.inodes;
	return 0;
}

static void tmpfs_show(const struct super *sb, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	if (sb->max_pages != sb->default_pages)
		n += (size_t)snprintf(buf + n, size - n, ",size=%lluk",
				      (unsigned long long)sb->max_pages * (PAGE_SIZE / 1024));
	if (sb->max_inodes != sb->default_inodes)
		n += (size_t)snprintf(buf + n, size - n, ",nr_inodes=%llu",
				      (unsigned long long)sb->max_inodes);
	if (sb->root_mode != 01777)
		n += (size_t)snprintf(buf + n, size - n, ",mode=%03o", sb->root_mode);
	if (sb->root_uid != 0)
		n += (size_t)snprintf(buf + n, size - n, ",uid=%u", sb->root_uid);
	if (sb->root_gid != 0)
		snprintf(buf + n, size - n, ",gid=%u", sb->root_gid);
}

/* The root's limits come when the initrd is unpacked (vfs_mount_defaults). */
static int rootfs_fill(struct super *sb, const char *options)
{
	(void)options;
	return fill_root(sb, 0755);
}

static int anon_fill(struct super *sb, const char *options)
{
	(void)options;
	return fill_root(sb, 0700);
}

const struct fs_type tmpfs_type = {
	.name = "tmpfs",
	.magic = TMPFS_MAGIC,
	.nodev = true,
	.fill = tmpfs_fill,
	.remount = tmpfs_remount,
	.show = tmpfs_show,
};
const struct fs_type rootfs_type = {
	.name = "tmpfs",
	.magic = TMPFS_MAGIC,
	.nodev = true,
	.fill = rootfs_fill,
	.show = tmpfs_show,
};
const struct fs_type anon_type = {
	.name = "anon",
	.magic = RAMFS_MAGIC,
	.nodev = true,
	.fill = anon_fill,
};
