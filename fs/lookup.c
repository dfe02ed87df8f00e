/* lookup.c: from a path to a dentry.
 *
 * A walk has a place (mount and dentry) and the rest of the name.  walk_to_parent() consumes
 * components until one is left; that one is for the caller, because what it means depends on the
 * call: open may create it, unlink removes it, lstat does not follow it.
 *
 * A symbolic link in the middle (or at the end, when the caller says walk_follow()) replaces the
 * name: its text and the unused rest become a new string in w->text, and the walk goes on from the
 * link's directory, or from the root.  So there is no recursion, and a link in the last place
 * behaves as if its text had been the name: a dangling one is created where it points to.  Links
 * of /proc (fd/3, exe, cwd) have no usable text but lead to a place at once: a jump.
 *
 * Rules of Linux that are easy to miss:
 *  - at most 40 links in one walk, then ELOOP; an empty name or an empty link is ENOENT;
 *  - each directory that is walked through needs search permission, also for "." and "..", but not
 *    the root for "/" alone;
 *  - ".." at the process's root stays there; ".." at a mount's root leaves the mount first;
 *  - a trailing slash makes the last component follow links and demands a directory;
 *  - a name longer than 255 is ENAMETOOLONG only when its directory was reached. */

#include <linux/capability.h>
#include <linux/mount.h>

#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

/* As Linux has them without a distribution's settings. */
struct protect protect = { .hardlinks = 1 };

bool have_remote;

/* --- begin and end --- */

static int start_at_fd(int fd, bool empty, struct path *start)
{
	struct file *f = fd_get(fd);
	int err = 0;

	if (f == NULL)
		return -EBADF;
	if (!empty && !inode_is_dir(f->inode)) {
		err = -ENOTDIR;
	} else {
		start->mnt = f->mnt;
		start->dentry = f->dentry;
		path_get(start);
	}
	file_put(f);
	return err;
}

/* Find w->root and w->start.  Nobody but the process itself changes its root and working directory,
 * and a walk does not sleep unless a file system is elsewhere; so else only what others share, or what
 * comes from a descriptor, is counted. */
static int begin_at(struct walk *w, int dfd, const char *name)
{
	struct fs_state *fs = current->proc->fs;
	bool absolute = name[0] == '/' && !(w->flags & LOOKUP_IN_ROOT);

	w->root = fs->root;
	if (absolute || dfd == AT_FDCWD) {
		w->start = absolute ? fs->root : fs->cwd;
		w->counted = fs->ref.n > 1 || have_remote;
		if (w->counted)
			path_get(&w->start);
	} else {
		int err = start_at_fd(dfd, name[0] == '\0', &w->start);
		if (err < 0)
			return err;
		w->counted = true;
	}
	if (w->flags & LOOKUP_IN_ROOT)
		w->root = w->start;
	if (w->counted)
		path_get(&w->root);
	w->path = w->start;
	path_get(&w->path);
	return absolute && (w->flags & LOOKUP_BENEATH) ? -EXDEV : 0;
}

int walk_begin(struct walk *w, int dfd, const char *name, unsigned flags)
{
	memset(w, 0, sizeof(*w));
	w->flags = flags;
	w->rest = name;
	if (name[0] == '\0' && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	int err = begin_at(w, dfd, name);
	if (err < 0)
		walk_end(w);
	return err;
}

void walk_end(struct walk *w)
{
	path_put(&w->path);
	if (w->counted) {
		path_put(&w->start);
		path_put(&w->root);
	}
	kfree(w->text);
	w->text = NULL;
}

/* --- one step --- */

int lookup_one(struct dentry *parent, const char *name, size_t len, struct dentry **out)
{
	struct inode *dir = parent->inode;
	struct inode *inode;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	struct dentry *d = dentry_find(parent, name, len);
	if (d != NULL && dir->ops->valid != NULL && !dir->ops->valid(d)) {
		dentry_remove(d);
		dentry_put(d);
		d = NULL;
	}
	if (d != NULL) {
		*out = d;
		return 0;
	}
	if (dir->origin != 0)
		return image_find(parent, name, len, out);
	if (dir->ops->lookup == NULL)
		return -ENOENT;
	int err = dir->ops->lookup(dir, name, len, &inode);
	if (err < 0)
		return err;
	*out = dentry_find(parent, name, len);
	if (*out != NULL) { /* another task has looked it up while we slept */
		inode_put(inode);
		return 0;
	}
	d = dentry_create(parent, name, len);
	if (d == NULL) {
		inode_put(inode);
		return -ENOMEM;
	}
	d->inode = inode;
	dentry_add(d);
	*out = d;
	return 0;
}

static void step_to(struct walk *w, struct mount *m, struct dentry *d)
{
	struct path to = { m, d };

	path_get(&to);
	path_put(&w->path);
	w->path = to;
}

/* Are the slashes of the root all that is left? */
static bool only_slashes(const struct walk *w)
{
	const char *p = w->rest;

	while (*p == '/')
		p++;
	return p != w->rest && *p == '\0';
}

/* A step has been made from something on the mount `before`: was it allowed to leave it? */
static int stays(const struct walk *w, const struct mount *before)
{
	return (w->flags & LOOKUP_NO_XDEV) && w->path.mnt != before ? -EXDEV : 0;
}

static int go_up(struct walk *w)
{
	if (path_same(&w->path, &w->root))
		return w->flags & LOOKUP_BENEATH ? -EXDEV : 0;
	if ((w->flags & LOOKUP_BENEATH) && path_same(&w->path, &w->start))
		return -EXDEV;
	while (w->path.dentry == w->path.mnt->root) {
		struct mount *m = w->path.mnt;
		if (m->parent == NULL)
			return 0;
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
		step_to(w, m->parent, m->mountpoint);
		if (path_same(&w->path, &w->root))
			return 0;
	}
	struct mount *before = w->path.mnt;
	step_to(w, before, w->path.dentry->parent);
	path_cross_mounts(&w->path);
	return stays(w, before);
}

/* Step down to d, whose reference is taken over. */
static int go_down(struct walk *w, struct dentry *d)
{
	struct mount *before = w->path.mnt;

	dentry_put(w->path.dentry);
	w->path.dentry = d;
	if (d->mounted != 0)
		path_cross_mounts(&w->path);
	return stays(w, before);
}

/* --- links --- */

char *inode_readlink(struct inode *inode, int *err)
{
	*err = -EINVAL;
	if (!S_ISLNK(inode->mode) || inode->ops->readlink == NULL)
		return NULL;
	return inode->ops->readlink(inode, err);
}

/* In sticky directories of everybody, links of one's own and of the directory's owner only. */
static bool protected_from_following(const struct walk *w, const struct inode *link)
{
	const struct inode *dir = w->path.dentry->inode;
	mode_t sticky_for_all = S_ISVTX | S_IWOTH;
	const char *rest = w->rest;

	while (*rest == '/')
		rest++;
	return protect.symlinks && *rest == '\0' && link->uid != current->cred->fsuid &&
	       (dir->mode & sticky_for_all) == sticky_for_all && dir->uid != link->uid;
}

static int jump(struct walk *w, struct inode *link)
{
	struct mount *before = w->path.mnt;
	struct path to;

	if (w->flags & (LOOKUP_NO_MAGIC | LOOKUP_BENEATH | LOOKUP_IN_ROOT))
		return w->flags & LOOKUP_NO_MAGIC ? -ELOOP : -EXDEV;
	int err = link->ops->follow(link, &to);
	if (err < 0)
		return err;
	path_put(&w->path);
	w->path = to;
	while (*w->rest == '/')
		w->rest++;
	if (*w->rest == '\0')
		w->kind = LAST_JUMP;
	return stays(w, before);
}

int walk_follow(struct walk *w, struct dentry *d)
{
	struct inode *link = d->inode;
	int err;

	if (++w->links > SYMLINK_LIMIT || (w->flags & LOOKUP_NO_SYMLINKS))
		return -ELOOP;
	if (w->path.mnt != NULL)
		inode_touch_atime(link, w->path.mnt);
	if (link->ops->follow != NULL)
		return jump(w, link);
	if (protected_from_following(w, link))
		return -EACCES;
	char *target = inode_readlink(link, &err);
	if (target == NULL)
		return err;
	size_t len = strlen(target), more = strlen(w->rest);
	char *text = kmalloc(len + more + 1);
	if (text == NULL || len == 0) {
		kfree(target);
		kfree(text);
		return text == NULL ? -ENOMEM : -ENOENT;
	}
	memcpy(text, target, len);
	memcpy(text + len, w->rest, more + 1);
	kfree(target);
	kfree(w->text);
	w->text = text;
	w->rest = text;
	if (text[0] == '/') {
		if (w->flags & LOOKUP_BENEATH)
			return -EXDEV;
		struct mount *before = w->path.mnt;
		step_to(w, w->root.mnt, w->root.dentry);
		return stays(w, before);
	}
	return 0;
}

/* --- the walk --- */

/* Split the next component off w->rest into w->last.  => is it the last one? */
static bool next_component(struct walk *w)
{
	const char *p = w->rest;

	while (*p == '/')
		p++;
	w->last = p;
	while (*p != '/' && *p != '\0')
		p++;
	w->last_len = (size_t)(p - w->last);
	w->rest = p;
	w->slash = *p == '/';
	while (*p == '/')
		p++;
	w->kind = LAST_NAME;
	if (w->last_len == 0)
		w->kind = LAST_ROOT;
	else if (w->last_len == 1 && w->last[0] == '.')
		w->kind = LAST_DOT;
	else if (w->last_len == 2 && w->last[0] == '.' && w->last[1] == '.')
		w->kind = LAST_DOTDOT;
	return *p == '\0';
}

int walk_last(struct walk *w, struct dentry **d)
{
	return lookup_one(w->path.dentry, w->last, w->last_len, d);
}

static int walk_middle(struct walk *w)
{
	struct dentry *d;
	int err;

	if (w->kind == LAST_DOT)
		return 0;
	if (w->kind == LAST_DOTDOT)
		return go_up(w);
	err = walk_last(w, &d);
	if (err < 0)
		return err;
	if (S_ISLNK(d->inode->mode)) {
		err = walk_follow(w, d);
		dentry_put(d);
		return err;
	}
	return go_down(w, d);
}

int walk_to_parent(struct walk *w)
{
	for (;;) {
		struct inode *dir = w->path.dentry->inode;

		if (*w->rest == '\0' && w->text == NULL && w->last == NULL) {
			w->kind = LAST_JUMP; /* AT_EMPTY_PATH */
			return 0;
		}
		if (!inode_is_dir(dir))
			return -ENOTDIR;
		int err = only_slashes(w) ? 0 : inode_permission(dir, MAY_EXEC);
		if (err < 0)
			return err;
		if (next_component(w))
			return 0;
		err = walk_middle(w);
		if (err < 0)
			return err;
	}
}

/* Go to the last component.  *again: it was a link whose text is now the rest. */
static int walk_finish(struct walk *w, bool *again)
{
	struct dentry *d;

	*again = false;
	switch (w->kind) {
	case LAST_ROOT:
	case LAST_DOT:
	case LAST_JUMP: return 0;
	case LAST_DOTDOT: return go_up(w);
	case LAST_NAME: break;
	}
	int err = walk_last(w, &d);
	if (err < 0)
		return err;
	if (S_ISLNK(d->inode->mode) && ((w->flags & LOOKUP_FOLLOW) || w->slash)) {
		err = walk_follow(w, d);
		dentry_put(d);
		*again = err == 0 && w->kind != LAST_JUMP;
		return err;
	}
	return go_down(w, d);
}

int path_lookup(int dfd, const char *name, unsigned flags, struct path *out)
{
	struct walk w;
	bool again, slash = false;
	int err = walk_begin(&w, dfd, name, flags);

	if (err < 0)
		return err;
	do {
		err = walk_to_parent(&w);
		slash = slash || w.slash;
		if (err == 0)
			err = walk_finish(&w, &again);
	} while (err == 0 && again);
	if (err == 0 && (slash || (flags & LOOKUP_DIRECTORY)) &&
	    !inode_is_dir(w.path.dentry->inode))
		err = -ENOTDIR;
	if (err == 0) {
		*out = w.path; /* with its references */
		w.path = (struct path){ 0 };
	}
	walk_end(&w);
	return err;
}
