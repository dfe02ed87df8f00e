/* namei.c: calls that change directories: mknod, mkdir, symlink, unlink, rmdir, link, rename.
 *
 * Each walks to the parent directory, looks the last name up, checks, then lets the file system do
 * its bookkeeping and moves the dentry.  Nothing sleeps in between, so what was checked holds; a file
 * system that is elsewhere checks for itself what can be different when it is asked. */

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mount.h>

#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

/* --- checks --- */

static int may_create(struct path *dir)
{
	int err = mount_want_write(dir->mnt);

	if (err == 0 && dir->dentry->inode->nlink == 0)
		err = -ENOENT; /* a directory that was removed */
	if (err == 0)
		err = inode_permission(dir->dentry->inode, MAY_WRITE | MAY_EXEC);
	return err;
}

/* In a sticky directory only the owners of the file and of the directory may remove it. */
static bool sticky_forbids(const struct inode *dir, const struct inode *inode)
{
	uid_t me = current->cred->fsuid;

	return (dir->mode & S_ISVTX) && inode->uid != me && dir->uid != me && !capable(CAP_FOWNER);
}

static int may_delete(struct path *dir, struct dentry *d, bool directory)
{
	int err = mount_want_write(dir->mnt);

	if (err == 0)
		err = inode_permission(dir->dentry->inode, MAY_WRITE | MAY_EXEC);
	if (err < 0)
		return err;
	if (sticky_forbids(dir->dentry->inode, d->inode))
		return -EPERM;
	if (directory && !inode_is_dir(d->inode))
		return -ENOTDIR;
	if (!directory && inode_is_dir(d->inode))
		return -EISDIR;
	return 0;
}

/* Is what the cache has all that there is?  Else the file system looks when it is asked to remove. */
static bool knows_entries(const struct inode *dir)
{
	return dir->ops->lookup == NULL;
}

static bool dir_empty(const struct inode *dir)
{
	return dir->child_count == 0;
}

/* Walk to the parent and require a name in the last place.
 * => 0 with w to end, or -errno with w ended */
static int begin_at_parent(struct walk *w, int dfd, const char *name, int if_not_a_name)
{
	int err = walk_begin(w, dfd, name, 0);

	if (err < 0)
		return err;
	err = walk_to_parent(w);
	if (err == 0 && w->kind != LAST_NAME)
		err = if_not_a_name;
	if (err < 0)
		walk_end(w);
	return err;
}

/* Put a new name into the cache, where a look-up that went on meanwhile may have put it too. */
static void add_fresh(struct dentry *d)
{
	struct dentry *other = have_remote ? dentry_find(d->parent, d->name, d->name_len) : NULL;

	if (other != NULL) {
		dentry_remove(other);
		dentry_put(other);
	}
	dentry_add(d);
}

/* --- making --- */

int dir_create(struct path *dir, const char *name, size_t len, mode_t mode, dev_t rdev,
	       const char *target, struct dentry **out)
{
	struct inode *inode = dir->dentry->inode;
	int err = may_create(dir);

	if (err == 0 && inode->ops->create == NULL)
		err = S_ISREG(mode) ? -EACCES : -EPERM;
	/* Device 0:0 is a whiteout: it opens nothing, so everybody may have one. */
	bool device = S_ISBLK(mode) || (S_ISCHR(mode) && rdev != 0);
	if (err == 0 && device && !capable(CAP_MKNOD))
		err = -EPERM;
	if (err < 0)
		return err;
	struct dentry *d = dentry_create(dir->dentry, name, len);
	if (d == NULL)
		return -ENOMEM;
	err = inode->ops->create(inode, d, mode, rdev, target);
	if (err < 0) {
		dentry_put(d);
		return err;
	}
	add_fresh(d);
	notify_entry(inode, IN_CREATE, d);
	if (out != NULL)
		*out = d;
	else
		dentry_put(d);
	return 0;
}

/* out, if wanted, gets the new node, counted. */
static int make_node(int dfd, const char *name, mode_t mode, dev_t rdev, const char *target,
		     struct path *out)
{
	struct walk w;
	struct dentry *d;
	int err = begin_at_parent(&w, dfd, name, -EEXIST);

	if (err < 0)
		return err;
	err = walk_last(&w, &d);
	if (err == 0) {
		dentry_put(d);
		err = -EEXIST;
	} else if (err == -ENOENT) {
		err = 0;
		if (w.slash && !S_ISDIR(mode))
			err = -ENOENT;
		if (err == 0)
			err = dir_create(&w.path, w.last, w.last_len, mode, rdev, target,
					 out == NULL ? NULL : &out->dentry);
		if (err == 0 && out != NULL) {
			out->mnt = w.path.mnt;
			mount_get(out->mnt);
		}
	}
	walk_end(&w);
	return err;
}

int do_mknod(int dfd, const char *name, mode_t mode, dev_t rdev)
{
	mode_t type = mode & S_IFMT;

	if (type == 0)
		type = S_IFREG;
	if (type == S_IFDIR)
		return -EPERM;
	if (type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO &&
	    type != S_IFSOCK)
		return -EINVAL;
	mode = type | (mode & 07777 & ~current->proc->fs->umask);
	return make_node(dfd, name, mode, type == S_IFCHR || type == S_IFBLK ? rdev : 0, NULL,
			 NULL);
}

int do_mksock(const char *name, mode_t mode, struct path *out)
{
	return make_node(AT_FDCWD, name, S_IFSOCK | (mode & 07777 & ~current->proc->fs->umask), 0,
			 NULL, out);
}

int do_mkdir(int dfd, const char *name, mode_t mode)
{
	return make_node(dfd, name, S_IFDIR | (mode & 01777 & ~current->proc->fs->umask), 0, NULL,
			 NULL);
}

int do_symlink(const char *target, int dfd, const char *name)
{
	if (target[0] == '\0')
		return -ENOENT;
	return make_node(dfd, name, S_IFLNK | 0777, 0, target, NULL);
}

/* --- unlink, rmdir --- */

static int remove_name(struct path *dir, struct dentry *d, bool directory)
{
	struct inode *inode = dir->dentry->inode;
	int err = may_delete(dir, d, directory);

	if (err < 0)
		return err;
	if (d->mounted > 0)
		return -EBUSY;
	if (inode->ops->unlink == NULL)
		return -EPERM;
	if (directory)
		err = dir_complete(d);
	if (err == 0)
		err = dir_complete(dir->dentry);
	if (err < 0)
		return err;
	if (directory && knows_entries(d->inode) && !dir_empty(d->inode))
		return -ENOTEMPTY;
	struct inode *gone = d->inode;
	bool is_dir = inode_is_dir(gone);
	err = inode->ops->unlink(inode, d);
	if (err < 0)
		return err;
	if (!is_dir)
		notify_inode(gone, IN_ATTRIB);
	dentry_remove(d);
	if (gone->watches != NULL && gone->nlink == 0 && d->ref.n == 1)
		notify_gone(gone); /* nobody but our caller uses the name */
	notify_entry(inode, IN_DELETE, d);
	return 0;
}

int do_unlink(int dfd, const char *name, bool directory)
{
	struct walk w;
	struct dentry *d;
	int err = walk_begin(&w, dfd, name, 0);

	if (err < 0)
		return err;
	err = walk_to_parent(&w);
	if (err == 0 && w.kind != LAST_NAME) {
		if (!directory)
			err = -EISDIR;
		else
			err = w.kind == LAST_DOT      ? -EINVAL
			      : w.kind == LAST_DOTDOT ? -ENOTEMPTY
						      : -EBUSY;
	}
	if (err == 0)
		err = mount_want_write(w.path.mnt);
	if (err == 0)
		err = walk_last(&w, &d);
	if (err == 0) {
		if (w.slash && !directory)
			err = inode_is_dir(d->inode) ? -EISDIR : -ENOTDIR;
		else
			err = remove_name(&w.path, d, directory);
		dentry_put(d);
	}
	walk_end(&w);
	return err;
}

/* --- link --- */

/* Of files of others only those get more names that one may read and write, and that give no rights
 * (proc_sys_fs(5)). */
static bool protected_from_link(const struct inode *inode)
{
	mode_t setgid_exec = S_ISGID | S_IXGRP;

	if (!protect.hardlinks || inode_owner_or_capable(inode))
		return false;
	return !S_ISREG(inode->mode) || (inode->mode & S_ISUID) ||
	       (inode->mode & setgid_exec) == setgid_exec ||
	       inode_permission(inode, MAY_READ | MAY_WRITE) < 0;
}

static int may_link(const struct path *from, const struct path *dir)
{
	struct inode *inode = from->dentry->inode;
	int err = mount_want_write(dir->mnt);

	if (err < 0)
		return err;
	if (from->mnt != dir->mnt)
		return -EXDEV;
	if (protected_from_link(inode))
		return -EPERM;
	err = may_create((struct path *)dir);
	if (err < 0)
		return err;
	if (dir->dentry->inode->ops->link == NULL || inode_is_dir(inode))
		return -EPERM;
	/* Only a file that was made without a name may get one back. */
	return inode->nlink == 0 && !(from->dentry->flags & DE_ANON) ? -ENOENT : 0;
}

int do_link(int olddfd, const char *oldname, int newdfd, const char *newname, int flags)
{
	struct path from;
	struct walk w;
	struct dentry *d;
	unsigned how = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	int err;

	if (flags & AT_EMPTY_PATH)
		how |= LOOKUP_EMPTY;
	err = path_lookup(olddfd, oldname, how, &from);
	if (err < 0)
		return err;
	err = begin_at_parent(&w, newdfd, newname, -EEXIST);
	if (err < 0)
		goto put_from;
	err = walk_last(&w, &d);
	if (err == 0) {
		dentry_put(d);
		err = -EEXIST;
		goto end_walk;
	}
	if (err != -ENOENT || w.slash)
		goto end_walk;
	err = may_link(&from, &w.path);
	if (err < 0)
		goto end_walk;
	d = dentry_create(w.path.dentry, w.last, w.last_len);
	if (d == NULL) {
		err = -ENOMEM;
		goto end_walk;
	}
	struct inode *dir = w.path.dentry->inode;
	err = dir->ops->link(dir, from.dentry->inode, d);
	if (err == 0) {
		add_fresh(d);
		notify_inode(d->inode, IN_ATTRIB);
		notify_entry(dir, IN_CREATE, d);
		if (from.dentry->parent != from.dentry)
			from.dentry->flags &= (uint8_t)~DE_ANON; /* O_TMPFILE: only once */
	}
	dentry_put(d);
end_walk:
	walk_end(&w);
put_from:
	path_put(&from);
	return err;
}

/* --- rename --- */

/* Everything that rename knows: two places, and what is there (to may be NULL). */
struct rename {
	struct walk from_walk, to_walk;
	struct dentry *from, *to;
	unsigned flags;
};

/* What is wrong with the two names, whatever they are names of. */
static int check_names(struct rename *r)
{
	struct path *from_dir = &r->from_walk.path, *to_dir = &r->to_walk.path;
	bool is_dir = inode_is_dir(r->from->inode);
	bool exchange = (r->flags & RENAME_EXCHANGE) != 0;

	if (!is_dir && (r->from_walk.slash || (!exchange && r->to_walk.slash)))
		return -ENOTDIR;
	/* Linux looks at the relation of the two places before anything else. */
	if (dentry_is_under(to_dir->dentry, r->from))
		return -EINVAL;
	if (r->to != NULL && dentry_is_under(from_dir->dentry, r->to))
		return exchange ? -EINVAL : -ENOTEMPTY;
	if (exchange && r->to != NULL && r->to_walk.slash && !inode_is_dir(r->to->inode))
		return -ENOTDIR;
	return 0;
}

static int check_rename(struct rename *r)
{
	struct path *from_dir = &r->from_walk.path, *to_dir = &r->to_walk.path;
	bool is_dir = inode_is_dir(r->from->inode);
	bool exchange = (r->flags & RENAME_EXCHANGE) != 0;
	int err;

	err = may_delete(from_dir, r->from, is_dir);
	if (err < 0)
		return err;
	if (r->to == NULL)
		err = may_create(to_dir);
	else
		err = may_delete(to_dir, r->to, exchange ? inode_is_dir(r->to->inode) : is_dir);
	if (err < 0)
		return err;
	/* A directory that changes its parent has its ".." written. */
	if (from_dir->dentry != to_dir->dentry) {
		if (is_dir)
			err = inode_permission(r->from->inode, MAY_WRITE);
		if (err == 0 && exchange && inode_is_dir(r->to->inode))
			err = inode_permission(r->to->inode, MAY_WRITE);
		if (err < 0)
			return err;
	}
	const struct inode_ops *ops = from_dir->dentry->inode->ops;
	if (ops->moved == NULL && ops->rename == NULL)
		return -EPERM;
	if (r->from->mounted > 0 || (r->to != NULL && r->to->mounted > 0))
		return -EBUSY;
	if (r->to != NULL && is_dir)
		err = dir_complete(r->to);
	if (err == 0 && r->to != NULL && !exchange && is_dir && knows_entries(r->to->inode) &&
	    !dir_empty(r->to->inode))
		return -ENOTEMPTY;
	if (err == 0)
		err = dir_complete(from_dir->dentry);
	/* A name that is replaced is another one with another cookie. */
	if (err == 0 && r->to != NULL)
		err = dir_complete(to_dir->dentry);
	return err;
}

/* The events of d's move from a name in directory a to its present one in b. */
static void notify_move(struct inode *a, const char *name, size_t len, struct dentry *d,
			struct inode *replaced)
{
	struct inode *b = d->parent->inode;
	bool is_dir = inode_is_dir(d->inode);
	uint32_t cookie = notify_cookie();

	if (inotify_watches == 0)
		return;
	if (a == b)
		inotify_tell_dir(a, NOTIFY_RENAMED, 0, name, len, is_dir);
	inotify_tell_dir(a, IN_MOVED_FROM, cookie, name, len, is_dir);
	inotify_tell_dir(b, IN_MOVED_TO, cookie, d->name, d->name_len, is_dir);
	if (replaced != NULL)
		notify_inode(replaced, IN_ATTRIB);
	notify_inode(d->inode, IN_MOVE_SELF);
}

static void exchange_names(struct rename *r)
{
	struct inode *a = r->from_walk.path.dentry->inode, *b = r->to_walk.path.dentry->inode;

	ASSERT(r->to != NULL);
	dentry_swap(r->from, r->to);
	a->ops->moved(a, b, r->from);
	b->ops->moved(b, a, r->to);
	notify_move(a, r->from_walk.last, r->from_walk.last_len, r->from, NULL);
	notify_move(b, r->to_walk.last, r->to_walk.last_len, r->to, NULL);
}

/* A whiteout for the old name, not in its directory yet. */
static struct dentry *make_whiteout(struct rename *r, int *err)
{
	struct dentry *dir = r->from_walk.path.dentry;
	struct dentry *d = dentry_create(dir, r->from_walk.last, r->from_walk.last_len);

	*err = -ENOMEM;
	if (d != NULL)
		*err = dir->inode->ops->create(dir->inode, d, S_IFCHR, 0, NULL);
	if (d != NULL && *err < 0) {
		dentry_put(d);
		d = NULL;
	}
	return d;
}

static int move_name(struct rename *r)
{
	struct walk *to = &r->to_walk;
	struct inode *from_dir = r->from_walk.path.dentry->inode;
	struct inode *to_dir = to->path.dentry->inode;
	struct dentry *whiteout = NULL;
	char *name = dentry_name(to->last, to->last_len);
	int err;

	if (name == NULL)
		return -ENOMEM;
	if (r->flags & RENAME_WHITEOUT) {
		whiteout = make_whiteout(r, &err);
		if (whiteout == NULL) {
			kfree(name);
			return err;
		}
	}
	/* nothing fails any more */
	if (r->to != NULL) {
		(void)to_dir->ops->unlink(to_dir, r->to);
		dentry_remove(r->to);
	}
	dentry_move(r->from, to->path.dentry, name, to->last_len);
	from_dir->ops->moved(from_dir, to_dir, r->from);
	if (whiteout != NULL) {
		dentry_add(whiteout);
		dentry_put(whiteout);
	}
	notify_move(from_dir, r->from_walk.last, r->from_walk.last_len, r->from,
		    r->to == NULL ? NULL : r->to->inode);
	return 0;
}

/* The file system moves the name, and then the cache follows, as far as it still has the two. */
static int move_remote(struct rename *r)
{
	struct walk *to = &r->to_walk;
	struct inode *from_dir = r->from_walk.path.dentry->inode;
	char *name = dentry_name(to->last, to->last_len);

	if (name == NULL)
		return -ENOMEM;
	int err = from_dir->ops->rename(from_dir, r->from, to->path.dentry->inode, name, r->to,
					r->flags);
	struct dentry *there =
		err < 0 ? NULL : dentry_find(to->path.dentry, to->last, to->last_len);
	if (there != NULL && there != r->from)
		dentry_remove(there);
	dentry_put(there);
	if (err < 0 || !(r->from->flags & DE_HASHED)) {
		kfree(name);
		return err;
	}
	dentry_move(r->from, to->path.dentry, name, to->last_len);
	notify_move(from_dir, r->from_walk.last, r->from_walk.last_len, r->from,
		    r->to == NULL ? NULL : r->to->inode);
	return 0;
}

static int rename_looked_up(struct rename *r)
{
	int err = walk_last(&r->from_walk, &r->from);

	if (err < 0)
		return err;
	err = walk_last(&r->to_walk, &r->to);
	if (err == -ENOENT && !(r->flags & RENAME_EXCHANGE)) {
		r->to = NULL;
		err = 0;
	} else if (err == 0 && (r->flags & RENAME_NOREPLACE)) {
		err = -EEXIST;
	}
	if (err == 0)
		err = check_names(r);
	/* Two names of one file: nothing is to be done. */
	if (err == 0 && r->to != NULL && r->to->inode == r->from->inode)
		return 0;
	if (err == 0)
		err = check_rename(r);
	if (err < 0)
		return err;
	if (r->from_walk.path.dentry->inode->ops->rename != NULL)
		return move_remote(r);
	if (r->flags & RENAME_EXCHANGE) {
		exchange_names(r);
		return 0;
	}
	return move_name(r);
}

int do_rename(int olddfd, const char *oldname, int newdfd, const char *newname, unsigned flags)
{
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		return -EINVAL;
	if ((flags & RENAME_EXCHANGE) && flags != RENAME_EXCHANGE)
		return -EINVAL;
	struct rename *r = kzalloc(sizeof(*r));
	if (r == NULL)
		return -ENOMEM;
	r->flags = flags;
	int err = walk_begin(&r->from_walk, olddfd, oldname, 0);
	if (err < 0)
		goto free;
	err = walk_to_parent(&r->from_walk);
	if (err == 0)
		err = walk_begin(&r->to_walk, newdfd, newname, 0);
	if (err < 0)
		goto end_from;
	err = walk_to_parent(&r->to_walk);
	if (err == 0 && r->from_walk.path.mnt != r->to_walk.path.mnt)
		err = -EXDEV;
	if (err == 0 && r->from_walk.kind != LAST_NAME)
		err = -EBUSY;
	if (err == 0 && r->to_walk.kind != LAST_NAME)
		err = flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (err == 0)
		err = mount_want_write(r->from_walk.path.mnt);
	if (err == 0)
		err = rename_looked_up(r);
	dentry_put(r->from);
	dentry_put(r->to);
	walk_end(&r->to_walk);
end_from:
	walk_end(&r->from_walk);
free:
	kfree(r);
	return err;
}

int file_unlink(const char *path)
{
	return do_unlink(AT_FDCWD, path, false);
}
