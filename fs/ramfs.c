/* ramfs.c: a file system in memory: the first root, tmpfs, /dev, and the nameless one of pipes and
 * memfds.
 *
 * The names are in the dentry cache and nowhere else; data are in each inode's page cache
 * (fs/filemap.c).  What is left for this file is bookkeeping: link counts, times, limits. */

#include <linux/magic.h>

#include "fs/internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define DIR_END	   INT64_MAX
#define ENTRY_SIZE 20 /* what a name adds to the size of its directory, as in Linux's tmpfs */

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

struct inode *ramfs_inode(struct super *sb, mode_t mode, dev_t rdev, const char *target, int *err)
{
	*err = -ENOSPC;
	if (sb->max_inodes != 0 && sb->inodes >= sb->max_inodes)
		return NULL;
	struct inode *inode = inode_create(sb, mode);
	*err = -ENOMEM;
	if (inode == NULL)
		return NULL;
	if (S_ISLNK(mode)) {
		ASSERT(target != NULL);
		inode->target = kstrdup(target);
		inode->size = strlen(target);
		if (inode->target == NULL) {
			inode_put(inode);
			return NULL;
		}
	}
	if (S_ISDIR(mode)) {
		inode->nlink = 2;
		inode->size = 2 * ENTRY_SIZE;
	}
	inode->rdev = rdev;
	set_ops(inode);
	sb->inodes++;
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
	dir->size += (uint64_t)(int64_t)(entries * ENTRY_SIZE);
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

static int ramfs_link(struct inode *dir, struct inode *inode, struct dentry *d)
{
	inode_get(inode);
	inode->nlink++;
	inode->ctime = time_now();
	d->inode = inode;
	dir_changed(dir, 1, 0);
	return 0;
}

static void ramfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->inode;

	if (inode_is_dir(inode)) {
		inode->nlink = 0;
		dir_changed(dir, -1, -1);
	} else {
		inode->nlink--;
		dir_changed(dir, -1, 0);
	}
	inode->ctime = time_now();
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

/* A size with K, M, G or %.  => pages, or 0 and *bad */
static uint64_t parse_size(const char *value, uint64_t unit, bool *bad)
{
	char *end;
	uint64_t n = strtoull(value, &end, 0);

	if (end == value)
		*bad = true;
	switch (*end) {
	case 'g':
	case 'G':
		n *= 1024;
		/* fall through */
	case 'm':
	case 'M':
		n *= 1024;
		/* fall through */
	case 'k':
	case 'K':
		n *= 1024;
		end++;
		break;
	case '%': return n * page_total() / 100;
	}
	if (*end != '\0' && *end != ',')
		*bad = true;
	return (n + unit - 1) / unit;
}

static bool option_is(const char *text, const char *name, const char **value)
{
	size_t len = strlen(name);

	*value = text + len;
	return strncmp(text, name, len) == 0;
}

static int parse_option(struct super *sb, const char *text)
{
	const char *v;
	bool bad = false;
	struct proc *p = current->proc;

	(void)p;
	if (option_is(text, "size=", &v))
		sb->max_pages = parse_size(v, PAGE_SIZE, &bad);
	else if (option_is(text, "nr_blocks=", &v))
		sb->max_pages = parse_size(v, 1, &bad);
	else if (option_is(text, "nr_inodes=", &v))
		sb->max_inodes = parse_size(v, 1, &bad);
	else if (option_is(text, "mode=", &v))
		sb->root_mode = (mode_t)strtoull(v, NULL, 8) & 07777;
	else if (!option_is(text, "uid=", &v) && !option_is(text, "gid=", &v) &&
		 !option_is(text, "huge=", &v) && !option_is(text, "mpol=", &v))
		bad = text[0] != '\0' && text[0] != ',';
	return bad ? -EINVAL : 0;
}

static void set_owner(struct super *sb, const char *options)
{
	const char *uid = options == NULL ? NULL : strstr(options, "uid=");
	const char *gid = options == NULL ? NULL : strstr(options, "gid=");

	if (uid != NULL)
		sb->root->inode->uid = (uid_t)strtoull(uid + 4, NULL, 10);
	if (gid != NULL)
		sb->root->inode->gid = (gid_t)strtoull(gid + 4, NULL, 10);
}

/* Half of the memory, and as many inodes as pages of that, as Linux. */
static int tmpfs_fill(struct super *sb, const char *options)
{
	sb->max_pages = page_total() / 2;
	sb->max_inodes = page_total() / 2;
	sb->root_mode = 01777;
	for (const char *p = options; p != NULL && *p != '\0';) {
		int err = parse_option(sb, p);
		if (err < 0)
			return err;
		p = strchr(p, ',');
		if (p != NULL)
			p++;
	}
	int err = fill_root(sb, sb->root_mode);
	if (err == 0)
		set_owner(sb, options);
	return err;
}

static void tmpfs_show(const struct super *sb, char *buf, size_t size)
{
	snprintf(buf, size, ",size=%lluk,nr_inodes=%llu",
		 (unsigned long long)sb->max_pages * (PAGE_SIZE / 1024),
		 (unsigned long long)sb->max_inodes);
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
