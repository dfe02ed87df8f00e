/* p9_inode.c: names and attributes of files of the host.  See p9.h. */

#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/fs.h>

#include "drivers/hostproto.h"
#include "fs/p9.h"
#include "fs/xattr.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

static bool is_hidden_name(const char *name, size_t len)
{
	return len >= sizeof(P9_HIDDEN) - 1 && memcmp(name, P9_HIDDEN, sizeof(P9_HIDDEN) - 1) == 0;
}

static bool is_special(mode_t mode)
{
	return S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* --- attributes --- */

static int64_t time_of(const struct p9_time *t)
{
	const int64_t limit = INT64_MAX / (int64_t)NSEC_PER_SEC - 1;
	int64_t sec = (int64_t)t->sec;

	return MIN(MAX(sec, -limit), limit) * (int64_t)NSEC_PER_SEC +
	       (int64_t)(t->nsec % NSEC_PER_SEC);
}

void p9_apply(struct inode *inode, const struct p9_attr *a)
{
	struct p9_node *n = p9_node(inode);

	inode->mode = (inode->mode & S_IFMT) | (a->mode & 07777);
	inode->uid = a->uid;
	inode->gid = a->gid;
	inode->nlink = (unsigned)MIN(a->nlink, UINT32_MAX);
	if (n->hidden != NULL && inode->nlink > 0)
		inode->nlink--;
	inode->rdev = a->rdev;
	inode->size = MIN(a->size, (uint64_t)INT64_MAX);
	inode->atime = time_of(&a->atime);
	inode->mtime = time_of(&a->mtime);
	inode->ctime = time_of(&a->ctime);
	n->blocks = a->blocks;
}

int p9_refresh(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);
	struct p9_attr a;

	if (n->gone)
		return 0;
	int err = p9_getattr(n->fid, &a);
	if (err == 0 && (a.qid.path != n->path || ((a.mode ^ inode->mode) & S_IFMT) != 0))
		err = -ENOENT; /* another file has the name now */
	if (err == 0)
		p9_apply(inode, &a);
	else if (err == -ENOENT)
		inode->nlink = 0; /* removed by the host: what we knew, and no name */
	return err;
}

static void refresh(struct inode *inode)
{
	(void)p9_refresh(inode);
}

static uint64_t blocks(const struct inode *inode)
{
	return p9_node(inode)->blocks;
}

static int setattr(struct inode *inode, const struct attr *a)
{
	static const struct {
		unsigned ours, theirs;
	} bits[] = {
		{ ATTR_MODE, P9_SET_MODE },
		{ ATTR_UID, P9_SET_UID },
		{ ATTR_GID, P9_SET_GID },
		{ ATTR_ATIME, P9_SET_ATIME | P9_SET_ATIME_VALUE },
		{ ATTR_MTIME, P9_SET_MTIME | P9_SET_MTIME_VALUE },
		{ ATTR_ATIME_NOW, P9_SET_ATIME },
		{ ATTR_MTIME_NOW, P9_SET_MTIME },
	};
	struct p9_node *n = p9_node(inode);
	unsigned set = 0;

	if ((a->set & ATTR_MODE) && is_special(inode->mode) && a->name != NULL && !n->gone) {
		int err = p9_special(HOST_NODE_MODE, a->name,
				     (inode->mode & S_IFMT) | (a->mode & 07777));
		if (err != -ENXIO)
			return err;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++)
		set |= a->set & bits[i].ours ? bits[i].theirs : 0;
	return n->gone ? 0 : p9_setattr(n->fid, set == 0 ? P9_SET_CTIME : set, a, 0);
}

void p9_drop_setid(struct inode *inode)
{
	mode_t before = inode->mode;

	inode_drop_setid(inode);
	if (inode->mode != before)
		(void)setattr(inode,
			      &(struct attr){ .set = ATTR_MODE, .mode = inode->mode & 07777 });
}

int p9_truncate(struct inode *inode, uint64_t size)
{
	struct p9_node *n = p9_node(inode);
	struct attr none = { 0 };

	if (n->gone)
		return -ESTALE;
	int err = p9_write_back(inode);
	if (err == 0)
		err = p9_setattr(n->fid, P9_SET_SIZE, &none, size);
	if (err < 0)
		return err;
	p9_drop_setid(inode);
	return filemap_truncate(inode, size);
}

/* --- extended attributes --- */

static ssize_t read_xattr(struct inode *inode, const char *name, char *value, size_t size)
{
	struct p9_node *n = p9_node(inode);
	struct p9_fid *x;
	size_t done = 0;

	if (n->gone)
		return -ESTALE;
	ssize_t len = p9_xattrwalk(n->fid, name, &x);
	if (len < 0)
		return len;
	if (size != 0 && (size_t)len > size)
		len = -ERANGE;
	while (size != 0 && len >= 0 && done < (size_t)len) {
		struct p9_data d;
		int err = p9_read(x, done, (size_t)len - done, &d);
		if (err == 0 && d.len == 0)
			err = -EIO;
		if (err == 0) {
			memcpy(value + done, d.bytes, d.len);
			done += d.len;
		} else {
			len = err;
		}
		p9_data_free(&d);
	}
	p9_fid_put(x);
	return len;
}

static ssize_t getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	return read_xattr(inode, name, value, size);
}

static ssize_t listxattr(struct inode *inode, char *list, size_t size)
{
	return read_xattr(inode, "", list, size);
}

/* To the protocol an empty value is one that is to be removed. */
static int setxattr(struct inode *inode, const char *name, const void *value, size_t size,
		    int flags)
{
	struct p9_node *n = p9_node(inode);

	if (n->gone)
		return -ESTALE;
	if (value != NULL && size == 0)
		return -EOPNOTSUPP;
	return p9_setxattr(n->fid, name, value, size, flags);
}

/* --- looking up --- */

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct p9_fid *fid;

	if (p9_node(dir)->gone || is_hidden_name(name, len))
		return -ENOENT;
	int err = p9_walk(p9_node(dir)->fid, name, len, &fid, NULL);
	return err < 0 ? err : p9_inode_of(dir->sb, fid, out);
}

/* Has the host still this file by that name?  If so, its attributes are new. */
static bool valid(struct dentry *d)
{
	struct inode *inode;

	if (d->mounted > 0)
		return true;
	if (lookup(d->parent->inode, d->name, d->name_len, &inode) < 0)
		return false;
	inode_put(inode);
	return inode == d->inode;
}

/* --- making --- */

/* What the host has made belongs to who asked for it; where the host's user may not give files away it
 * stays that user's.  Giving it away takes the set-id bits. */
static void give_to(struct p9_fid *fid, const struct inode *like)
{
	struct attr a = { .uid = like->uid, .gid = like->gid, .mode = like->mode & 07777 };

	if (like->uid == 0)
		return;
	if (p9_setattr(fid, P9_SET_UID | P9_SET_GID, &a, 0) == 0 && S_ISREG(like->mode) &&
	    (like->mode & (S_ISUID | S_ISGID)))
		(void)p9_setattr(fid, P9_SET_MODE, &a, 0);
}

/* A new file comes with its open fid. */
static int make_file(struct p9_fid *dir, const char *name, const struct inode *like,
		     struct p9_fid **open)
{
	struct p9_fid *f;
	int err = p9_walk(dir, NULL, 0, &f, NULL);

	if (err == 0)
		err = p9_lcreate(f, name, O_RDWR | P9_OPEN_CREATE | P9_OPEN_EXCL,
				 like->mode & 07777, like->gid);
	else
		f = NULL;
	if (err == 0)
		*open = f;
	else
		p9_fid_put(f);
	return err;
}

static int make(struct p9_fid *dir, const char *name, const struct inode *like, dev_t rdev,
		const char *target, struct p9_fid **open)
{
	switch (like->mode & S_IFMT) {
	case S_IFREG: return make_file(dir, name, like, open);
	case S_IFDIR: return p9_mkdir(dir, name, like->mode & 07777, like->gid);
	case S_IFLNK: return p9_symlink(dir, name, target, like->gid);
	default: return p9_mknod(dir, name, like->mode, rdev, like->gid);
	}
}

static int create(struct inode *dir, struct dentry *d, mode_t mode, dev_t rdev, const char *target)
{
	struct p9_fid *at = p9_node(dir)->fid, *open = NULL, *fid;
	struct inode like = { 0 };
	int err = -ENXIO;

	if (p9_node(dir)->gone)
		return -ENOENT;
	if (is_hidden_name(d->name, d->name_len))
		return -EPERM;
	inode_inherit(&like, dir, mode);
	p9_fid_get(at);
	if (is_special(like.mode))
		err = p9_special(HOST_NODE_MAKE, d, like.mode);
	if (err == -ENXIO)
		err = make(at, d->name, &like, rdev, target, &open);
	if (err == 0)
		err = p9_walk(at, d->name, d->name_len, &fid, NULL);
	if (err == 0) {
		give_to(fid, &like);
		err = p9_inode_of(dir->sb, fid, &d->inode);
	}
	p9_fid_put(at);
	if (err < 0 || open == NULL || !S_ISREG(d->inode->mode)) {
		p9_fid_put(open);
		return err;
	}
	struct p9_node *n = p9_node(d->inode);
	p9_fid_put(n->fresh);
	n->fresh = open;
	return 0;
}

static int link(struct inode *dir, struct inode *inode, struct dentry *d)
{
	struct p9_node *n = p9_node(inode);

	if (n->gone || p9_node(dir)->gone)
		return -ENOENT;
	if (is_hidden_name(d->name, d->name_len))
		return -EPERM;
	int err = p9_link(p9_node(dir)->fid, n->fid, d->name);
	if (err < 0)
		return err;
	inode_get(inode);
	d->inode = inode;
	(void)p9_refresh(inode);
	return 0;
}

static char *readlink(struct inode *inode, int *err)
{
	return p9_readlink(p9_node(inode)->fid, err);
}

/* --- removing and moving --- */

/* The name of a file that is open here goes away: it gets a hidden one at the top, by which the host still
 * knows it.  Where that cannot be, reading and writing go on, and attributes are what we knew.
 * => true: the file has left the old name already */
static bool hide(struct inode *inode, struct p9_fid *dir, const char *name)
{
	struct p9_super *p9 = p9_super(inode);
	struct p9_node *n = p9_node(inode);
	char hidden[64];
	bool moved = false;

	if (!S_ISREG(inode->mode) || n->opens == 0 || n->hidden != NULL || n->gone)
		return false;
	snprintf(hidden, sizeof(hidden), P9_HIDDEN "%llx-%llu", (unsigned long long)n->path,
		 (unsigned long long)++p9->session->hidden_count);
	int err = p9_link(p9->root, n->fid, hidden);
	if (err < 0) {
		err = p9_rename(dir, name, p9->root, hidden);
		moved = err == 0;
	}
	struct p9_fid *fid = NULL;
	if (err == 0)
		err = p9_walk(p9->root, hidden, strlen(hidden), &fid, NULL);
	if (err < 0 || fid == NULL)
		return moved;
	fid->remove = true;
	p9_fid_put(n->fid);
	n->fid = p9_fid_get(fid);
	n->hidden = fid;
	return moved;
}

/* A name of the inode is no more. */
static void lost_name(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);

	if (inode_is_dir(inode) || inode->nlink <= 1)
		inode->nlink = 0;
	else
		inode->nlink--;
	inode->ctime = time_now();
	if (n->hidden != NULL)
		(void)p9_refresh(inode);
	else if (inode->nlink == 0)
		n->gone = true;
	if (n->gone) {
		p9_node_forget(n);
		p9_unkeep(inode);
	}
}

static int unlink(struct inode *dir, struct dentry *d)
{
	struct p9_fid *at = p9_fid_get(p9_node(dir)->fid);
	struct inode *inode = d->inode;
	int err = 0;

	if (!hide(inode, at, d->name))
		err = p9_unlink(at, d->name, inode_is_dir(inode));
	p9_fid_put(at);
	if (err == 0)
		lost_name(inode);
	return err;
}

/* The protocol knows no flags: what needs one is EINVAL, as on Linux. */
static int rename(struct inode *from, struct dentry *d, struct inode *to, const char *name,
		  struct dentry *old, unsigned flags)
{
	struct p9_fid *a = p9_node(from)->fid, *b = p9_node(to)->fid;

	if (flags != 0)
		return -EINVAL;
	if (p9_node(from)->gone || p9_node(to)->gone)
		return -ENOENT;
	if (is_hidden_name(name, strlen(name)))
		return -EPERM;
	p9_fid_get(a);
	p9_fid_get(b);
	if (old != NULL)
		(void)hide(old->inode, b, name);
	int err = p9_rename(a, d->name, b, name);
	if (err == 0 && old != NULL)
		lost_name(old->inode);
	p9_fid_put(a);
	p9_fid_put(b);
	return err;
}

/* --- the end --- */

static void evict(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);

	if (S_ISREG(inode->mode))
		p9_pages_free(inode);
	p9_node_forget(n);
	p9_fid_put(n->fresh);
	p9_fid_put(n->fid);
	p9_fid_put(n->hidden);
	kfree(n);
}

#define COMMON                                                                                     \
	.refresh = refresh, .blocks = blocks, .setattr = setattr, .getxattr = getxattr,            \
	.listxattr = listxattr, .setxattr = setxattr, .evict = evict

static const struct inode_ops dir_ops = {
	COMMON,	      .lookup = lookup, .valid = valid,	  .create = create,
	.link = link, .unlink = unlink, .rename = rename,
};
static const struct inode_ops file_ops = { COMMON, .truncate = p9_truncate, .fill = p9_fill };
static const struct inode_ops link_ops = { COMMON, .readlink = readlink };
static const struct inode_ops special_ops = { COMMON };

void p9_set_ops(struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFDIR:
		inode->ops = &dir_ops;
		inode->fops = &p9_dir_ops;
		break;
	case S_IFREG:
		inode->ops = &file_ops;
		inode->fops = &p9_file_ops;
		break;
	case S_IFLNK: inode->ops = &link_ops; break;
	default: inode->ops = &special_ops; break;
	}
}
