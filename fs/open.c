/* open.c: from a path to an open file description. */

#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/resource.h>

#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define ACCESS(flags) ((flags)&O_ACCMODE)
/* What F_GETFL shows: without the flags that matter to open alone. */
#define OPEN_ONLY (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

static const struct file_ops path_only_ops;

/* --- checks --- */

static unsigned access_mask(unsigned flags)
{
	switch (ACCESS(flags)) {
	case O_RDONLY: return MAY_READ;
	case O_WRONLY: return MAY_WRITE;
	default: return MAY_READ | MAY_WRITE;
	}
}

static int may_open(const struct path *p, unsigned flags)
{
	struct inode *inode = p->dentry->inode;
	unsigned mask = access_mask(flags);

	if (flags & O_TRUNC)
		mask |= MAY_WRITE;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (inode_is_dir(inode) && ((mask & MAY_WRITE) || (flags & O_CREAT)))
		return -EISDIR;
	if ((S_ISCHR(inode->mode) || S_ISBLK(inode->mode)) && (p->mnt->flags & MS_NODEV))
		return -EACCES;
	bool frozen = (mask & MAY_WRITE) && S_ISREG(inode->mode) && mount_want_write(p->mnt) < 0;
	/* A file system that is read-only says so at once, a mount only to who might write else. */
	if (frozen && (inode->sb->read_only || (flags & O_TRUNC)))
		return -EROFS;
	int err = inode_permission(inode, mask);
	if (err < 0)
		return err;
	if (frozen)
		return -EROFS;
	if (S_ISSOCK(inode->mode) || S_ISBLK(inode->mode))
		return -ENXIO;
	if ((flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	if ((mask & MAY_WRITE) && S_ISREG(inode->mode) && inode->writers < 0)
		return -ETXTBSY;
	return 0;
}

/* --- files --- */

/* Choose the operations and let them open.  => 0, -errno */
static int open_ops(struct file *f)
{
	struct inode *inode = f->inode;

	if (f->flags & O_PATH) {
		f->ops = &path_only_ops;
		return 0;
	}
	if (S_ISFIFO(inode->mode))
		return fifo_open(inode, f);
	if (S_ISCHR(inode->mode) && inode->fops == NULL)
		f->ops = dev_lookup(dev_major(inode->rdev), dev_minor(inode->rdev));
	else
		f->ops = inode->fops;
	if (f->ops == NULL)
		return -ENXIO;
	return f->ops->open == NULL ? 0 : f->ops->open(inode, f);
}

struct file *open_path(const struct path *p, unsigned flags, int *err)
{
	struct inode *inode = p->dentry->inode;
	struct file *f =
		file_create(inode, p->dentry, p->mnt, NULL, flags & ~(OPEN_ONLY & ~O_NOCTTY));

	*err = f == NULL ? file_no_more() : 0;
	if (f == NULL)
		return NULL;
	if (S_ISREG(inode->mode) && file_writable(f)) {
		f->writer = true;
		inode->writers++;
		p->mnt->writers++;
	}
	*err = open_ops(f); /* a terminal looks at O_NOCTTY */
	f->flags &= ~(unsigned)O_NOCTTY;
	if (*err == 0 && (flags & O_DIRECT) && !(flags & O_PATH) &&
	    (S_ISFIFO(inode->mode) || !file_may_be_direct(inode))) {
		file_put(f);
		*err = -EINVAL;
		return NULL;
	}
	if (*err == 0 && !(flags & O_PATH)) {
		f->notifies = true;
		notify_file(f, IN_OPEN);
	}
	if (*err == 0 && (flags & O_TRUNC) && !(flags & O_PATH) && S_ISREG(inode->mode)) {
		*err = inode->ops->truncate == NULL ? 0 : inode->ops->truncate(inode, 0);
		if (*err == 0) {
			inode_drop_setid(inode);
			inode_touch_mtime(inode);
			notify_file(f, IN_MODIFY);
		}
	}
	if (*err < 0) {
		if (f->ops == NULL)
			f->ops = &path_only_ops;
		else if (f->ops->open != NULL || S_ISFIFO(inode->mode))
			f->ops = &path_only_ops; /* not opened: nothing to release */
		file_put(f);
		return NULL;
	}
	return f;
}

/* --- the last component --- */

static int open_tmpfile(const struct path *dir, unsigned flags, mode_t mode, struct path *out)
{
	struct inode *inode = dir->dentry->inode;
	int err = mount_want_write(dir->mnt);

	if (!inode_is_dir(inode))
		return -ENOTDIR;
	if (err == 0)
		err = inode_permission(inode, MAY_WRITE | MAY_EXEC);
	if (err == 0 && inode->ops->tmpfile == NULL)
		err = -EOPNOTSUPP;
	if (err < 0)
		return err;
	mode = S_IFREG | (mode & 07777 & ~current->proc->fs->umask);
	struct inode *fresh = inode->ops->tmpfile(inode->sb, mode, &err);
	if (fresh == NULL)
		return err < 0 ? err : -ENOMEM;
	inode_inherit(fresh, inode, mode);
	char name[24];
	int n = snprintf(name, sizeof(name), "#%llu", (unsigned long long)fresh->ino);
	struct dentry *d = dentry_create(dir->dentry, name, (size_t)n);
	if (d == NULL) {
		inode_put(fresh);
		return -ENOMEM;
	}
	d->flags |= flags & O_EXCL ? 0 : DE_ANON;
	d->inode = fresh;
	mount_get(dir->mnt);
	out->mnt = dir->mnt;
	out->dentry = d;
	return 0;
}

/* O_CREAT does not open what others have put into a sticky directory: files and FIFOs only when
 * that is asked for, anything else always. */
static bool protected_from_opening(const struct inode *dir, const struct inode *inode)
{
	unsigned level = S_ISREG(inode->mode)	 ? protect.regular
			 : S_ISFIFO(inode->mode) ? protect.fifos
						 : 1;

	if (level == 0 || !(dir->mode & S_ISVTX) || inode_is_dir(inode) || inode->uid == dir->uid ||
	    inode->uid == current->cred->fsuid)
		return false;
	return (dir->mode & S_IWOTH) || ((dir->mode & S_IWGRP) && level >= 2);
}

/* The last name is not there, or is and O_CREAT was given.  *d: what is there, counted, or NULL.
 * => 0 with *d */
static int open_create(struct walk *w, unsigned flags, mode_t mode, struct dentry **d,
		       bool *created)
{
	if (*d != NULL)
		return flags & O_EXCL ? -EEXIST : 0;
	mode = S_IFREG | (mode & 07777 & ~current->proc->fs->umask);
	int err = dir_create(&w->path, w->last, w->last_len, mode, 0, NULL, d);
	*created = err == 0;
	if (err == -EEXIST && !(flags & O_EXCL)) /* somebody else has made it meanwhile */
		err = walk_last(w, d);
	return err;
}

/* One try at the last component, with O_CREAT.  *again: it was a link, walk on. */
static int find_last(struct walk *w, unsigned flags, mode_t mode, struct path *out, bool *again,
		     bool *created)
{
	struct dentry *d = NULL;
	int err;

	*again = false;
	if (w->kind != LAST_NAME) {
		if (w->kind != LAST_JUMP)
			return flags & O_EXCL ? -EEXIST : -EISDIR;
		*out = w->path;
		path_get(out);
		return 0;
	}
	if (w->slash)
		return -EISDIR;
	err = walk_last(w, &d);
	if (err == 0 || err == -ENOENT)
		err = open_create(w, flags, mode, &d, created);
	if (err < 0) {
		dentry_put(d);
		return err;
	}
	if (S_ISLNK(d->inode->mode) && !(flags & O_NOFOLLOW)) {
		err = walk_follow(w, d);
		dentry_put(d);
		*again = err == 0;
		return err;
	}
	if (!*created && protected_from_opening(w->path.dentry->inode, d->inode)) {
		dentry_put(d);
		return -EACCES;
	}
	out->mnt = w->path.mnt;
	out->dentry = d;
	mount_get(out->mnt);
	path_cross_mounts(out);
	return 0;
}

static int open_lookup(struct walk *w, unsigned flags, mode_t mode, struct path *out, bool *created)
{
	bool again, slash = false;
	int err;

	do {
		err = w->kind == LAST_JUMP && w->links > 0 ? 0 : walk_to_parent(w);
		slash = slash || w->slash;
		if (err == 0)
			err = find_last(w, flags, mode, out, &again, created);
	} while (err == 0 && again);
	if (err == 0 && (slash || (flags & O_DIRECTORY)) && !inode_is_dir(out->dentry->inode)) {
		path_put(out);
		err = -ENOTDIR;
	}
	return err;
}

/* --- open --- */

/* The plain case, without O_CREAT, is an ordinary lookup. */
static int open_find(int dfd, const char *name, unsigned flags, mode_t mode, unsigned lookup,
		     struct path *out, bool *created)
{
	struct walk w;

	if ((flags & O_TMPFILE) == O_TMPFILE) {
		struct path dir;
		int err;
		lookup |= flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
		err = path_lookup(dfd, name, lookup | LOOKUP_DIRECTORY, &dir);
		if (err < 0)
			return err;
		err = open_tmpfile(&dir, flags, mode, out);
		path_put(&dir);
		*created = err == 0;
		return err;
	}
	if (!(flags & O_CREAT)) {
		if (!(flags & O_NOFOLLOW))
			lookup |= LOOKUP_FOLLOW;
		if (flags & O_DIRECTORY)
			lookup |= LOOKUP_DIRECTORY;
		return path_lookup(dfd, name, lookup, out);
	}
	int err = walk_begin(&w, dfd, name, lookup);
	if (err < 0)
		return err;
	err = open_lookup(&w, flags, mode, out, created);
	walk_end(&w);
	return err;
}

struct file *do_open(int dfd, const char *name, unsigned flags, mode_t mode, unsigned lookup,
		     int *err)
{
	struct path p;
	bool created = false;

	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if ((flags & __O_TMPFILE) && (!(flags & O_DIRECTORY) || ACCESS(flags) == O_RDONLY)) {
		*err = -EINVAL;
		return NULL;
	}
	if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY)) {
		*err = -EINVAL;
		return NULL;
	}
	*err = open_find(dfd, name, flags, mode, lookup, &p, &created);
	if (*err != 0)
		return NULL;
	if (!created && !(flags & O_PATH))
		*err = may_open(&p, flags);
	struct file *f = NULL;
	if (*err == 0)
		f = open_path(&p, created ? flags & ~(unsigned)O_TRUNC : flags, err);
	if (f != NULL)
		f->created = created;
	path_put(&p);
	return f;
}

struct file *file_open(const char *path, int flags, mode_t mode, int *err)
{
	return do_open(AT_FDCWD, path, (unsigned)flags, mode, 0, err);
}

struct file *file_open_exec(int dfd, const char *path, int flags, int *err)
{
	struct path p;
	unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
		*err = -EINVAL;
		return NULL;
	}
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	*err = path_lookup(dfd, path, lookup, &p);
	if (*err < 0)
		return NULL;
	struct inode *inode = p.dentry->inode;
	if (S_ISLNK(inode->mode))
		*err = -ELOOP;
	else if (!S_ISREG(inode->mode) || (p.mnt->flags & MS_NOEXEC))
		*err = -EACCES;
	else if (inode->writers > 0)
		*err = inode_permission(inode, MAY_EXEC) < 0 ? -EACCES : -ETXTBSY;
	else
		*err = inode_permission(inode, MAY_EXEC);
	struct file *f = *err < 0 ? NULL : open_path(&p, O_RDONLY, err);
	path_put(&p);
	return f;
}

void file_set_ids(const struct file *f, uid_t *uid, gid_t *gid)
{
	const struct inode *inode = f->inode;

	if (f->mnt->flags & MS_NOSUID)
		return;
	if (inode->mode & S_ISUID)
		*uid = inode->uid;
	/* Without S_IXGRP the bit once meant mandatory locking. */
	if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		*gid = inode->gid;
}
