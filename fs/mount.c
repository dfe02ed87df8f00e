/* mount.c: supers (instances of file systems) and mounts (where they are in the tree).  What is mounted
 * in one place and appears in others is mount_share.c's.
 *
 * A super lives while inodes of it do; its tree of names is taken down when its last mount goes.
 * Mounts are few: a list is enough, and only a dentry with a mount on top (dentry->mounted) is ever
 * looked for in it. */

#include <linux/capability.h>
#include <linux/mount.h>

#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define UMOUNT_FORCE  1
#define UMOUNT_DETACH 2
#define UMOUNT_EXPIRE 4

#define ATIME_FLAGS (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)
#define KEPT_FLAGS                                                                                 \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static CACHE(mount_cache, struct mount);
static CACHE(super_cache, struct super);
struct list mount_list = LIST_INIT(mount_list);
struct mount *anon_mount;

/* More than anybody has; the list is searched from end to end. */
#define MOUNTS_MAX 4096

static unsigned next_dev = 1;
static int next_mount_id = 1;
static size_t mount_count;

const struct fs_type *const fs_types[] = { &tmpfs_type,	 &devtmpfs_type, &proc_type, &sysfs_type,
					   &devpts_type, &p9_type,	 NULL };

const struct fs_type *fs_type_find(const char *name)
{
	if (strcmp(name, "ramfs") == 0)
		return &tmpfs_type;
	for (unsigned i = 0; fs_types[i] != NULL; i++) {
		if (strcmp(fs_types[i]->name, name) == 0)
			return fs_types[i];
	}
	return NULL;
}

/* --- supers --- */

struct super *super_create(const struct fs_type *type, const char *source, const char *options,
			   int *err)
{
	struct super *sb = cache_alloc(&super_cache);

	*err = -ENOMEM;
	if (sb == NULL)
		return NULL;
	ref_init(&sb->ref);
	sb->type = type;
	sb->dev = dev_make(0, next_dev++);
	sb->root_mode = 0755;
	sb->source = source;
	*err = type->fill(sb, options);
	sb->source = NULL;
	have_remote |= type->remote;
	if (*err < 0) {
		super_put(sb);
		return NULL;
	}
	return sb;
}

void super_get(struct super *sb)
{
	ref_get(&sb->ref);
}

void super_put(struct super *sb)
{
	if (!ref_put(&sb->ref))
		return;
	if (sb->type->release != NULL)
		sb->type->release(sb);
	cache_free(&super_cache, sb);
}

static void super_shut_down(struct super *sb)
{
	struct dentry *root = sb->root;

	sb->root = NULL;
	notify_unmount(sb);
	if (sb->type->shut_down != NULL)
		sb->type->shut_down(sb);
	dentry_drop_tree(root);
	dentry_put(root);
}

void super_hold(struct super *sb)
{
	super_get(sb);
	sb->active++;
}

void super_release(struct super *sb)
{
	if (--sb->active == 0)
		super_shut_down(sb);
	super_put(sb);
}

/* --- mounts --- */

struct mount *mount_create(struct super *sb, struct dentry *root, const char *source,
			   unsigned long flags)
{
	struct mount *m = mount_count < MOUNTS_MAX ? cache_alloc(&mount_cache) : NULL;

	if (m == NULL)
		return NULL;
	m->source = kstrdup(source == NULL || source[0] == '\0' ? "none" : source);
	if (m->source == NULL) {
		cache_free(&mount_cache, m);
		return NULL;
	}
	ref_init(&m->ref);
	list_init(&m->all);
	list_init(&m->peer_link);
	list_init(&m->slave_link);
	m->sb = sb;
	m->root = root;
	m->flags = flags & KEPT_FLAGS;
	m->id = next_mount_id++;
	super_hold(sb);
	dentry_get(root);
	mount_count++;
	return m;
}

void mount_release(struct mount *m)
{
	ASSERT(!m->attached);
	struct super *sb = m->sb;
	dentry_put(m->root);
	kfree(m->source);
	cache_free(&mount_cache, m);
	mount_count--;
	super_release(sb);
}

void mount_attach(struct mount *m, const struct path *at)
{
	if (at != NULL) {
		m->parent = at->mnt;
		m->mountpoint = at->dentry;
		path_get(at);
		at->dentry->mounted++;
	}
	m->attached = true;
	mount_get(m);
	list_append(&mount_list, &m->all);
}

void mount_detach(struct mount *m)
{
	struct path at = { m->parent, m->mountpoint };

	if (!m->attached)
		return;
	m->attached = false;
	list_remove(&m->all);
	m->parent = NULL;
	m->mountpoint = NULL;
	if (at.dentry != NULL)
		at.dentry->mounted--;
	path_put(&at);
	mount_put(m);
}

/* The newest one when there are several. */
struct mount *mount_on(const struct path *p)
{
	struct mount *m, *found = NULL;

	if (p->dentry->mounted == 0)
		return NULL;
	LIST_FOREACH (m, &mount_list, all) {
		if (m->mountpoint == p->dentry && m->parent == p->mnt)
			found = m;
	}
	return found;
}

void path_cross_mounts(struct path *p)
{
	struct mount *m;

	while ((m = mount_on(p)) != NULL) {
		struct path down = { m, m->root };
		path_get(&down);
		path_put(p);
		*p = down;
	}
}

int mount_want_write(const struct mount *m)
{
	return (m->flags & MS_RDONLY) || m->sb->read_only ? -EROFS : 0;
}

/* --- mount(2) --- */

/* Put a new mount or tree there and everywhere else where it has to appear; it is used up. */
static int graft_new(struct mount *m, const struct path *at)
{
	int err = mount_graft(m, at);

	if (err < 0)
		mount_drop_tree(m);
	else
		mount_put(m);
	return err;
}

/* Flags of mount(2) -> those of a mount: relatime unless something else is asked for. */
static unsigned long mount_flags(unsigned long flags)
{
	if (flags & MS_STRICTATIME)
		flags &= ~(unsigned long)(MS_NOATIME | MS_RELATIME);
	else if (!(flags & MS_NOATIME))
		flags |= MS_RELATIME;
	else
		flags &= ~(unsigned long)MS_RELATIME;
	return flags & KEPT_FLAGS;
}

int mount_volume(const char *tag, const char *file, unsigned long flags, const struct path *at)
{
	int err;
	struct super *sb = super_create(&p9_type, tag, NULL, &err);
	struct dentry *d = NULL;
	struct mount *m = NULL;

	if (sb == NULL)
		return err;
	if (file == NULL) {
		d = sb->root;
		dentry_get(d);
	} else {
		err = lookup_one(sb->root, file, strlen(file), &d);
	}
	if (err == 0 && inode_is_dir(d->inode) != inode_is_dir(at->dentry->inode))
		err = -ENOTDIR;
	if (err == 0) {
		m = mount_create(sb, d, tag, mount_flags(flags));
		err = m == NULL ? -ENOMEM : 0;
	}
	if (d != NULL)
		dentry_put(d);
	if (m == NULL)
		super_shut_down(sb);
	super_put(sb);
	return m == NULL ? err : graft_new(m, at);
}

static int mount_new(const char *source, const struct path *at, const char *type,
		     unsigned long flags, const char *options)
{
	const struct fs_type *t = fs_type_find(type);
	int err = -ENOMEM;

	if (t == NULL)
		return -ENODEV;
	struct super *sb =
		t == &devtmpfs_type ? dev_super_get() : super_create(t, source, options, &err);
	if (sb == NULL)
		return err;
	struct mount *m = mount_create(sb, sb->root, source, mount_flags(flags));
	if (m == NULL) {
		if (sb->active == 0)
			super_shut_down(sb);
		super_put(sb);
		return -ENOMEM;
	}
	if (t != &devtmpfs_type && (flags & MS_RDONLY))
		sb->read_only = true;
	super_put(sb);
	return graft_new(m, at);
}

static int mount_bind(const char *source, const struct path *at, unsigned long flags)
{
	struct path from;

	if (source == NULL || source[0] == '\0')
		return -EINVAL;
	int err = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (err < 0)
		return err;
	if (inode_is_dir(from.dentry->inode) != inode_is_dir(at->dentry->inode)) {
		path_put(&from);
		return -ENOTDIR;
	}
	if (from.mnt->unbindable) {
		path_put(&from);
		return -EINVAL;
	}
	struct mount *m = mount_copy(from.mnt, from.dentry, (flags & MS_REC) != 0, true);
	path_put(&from);
	return m == NULL ? -ENOMEM : graft_new(m, at);
}

static bool mount_is_under(const struct mount *m, const struct mount *above)
{
	while (m != above && m->parent != NULL)
		m = m->parent;
	return m == above;
}

static int mount_move(const char *source, const struct path *at)
{
	struct path from;

	if (source == NULL || source[0] == '\0')
		return -EINVAL;
	int err = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (err < 0)
		return err;
	struct mount *m = from.mnt;
	struct path old = { m->parent, m->mountpoint };
	if (from.dentry != m->root || m->parent == NULL || mount_share_id(m->parent) != 0)
		err = -EINVAL;
	else if (inode_is_dir(from.dentry->inode) != inode_is_dir(at->dentry->inode))
		err = -EINVAL;
	else if (mount_is_under(at->mnt, m))
		err = -ELOOP;
	if (err == 0) {
		path_get(&old);
		mount_get(m);
		mount_detach(m);
		err = mount_graft(m, at);
		if (err < 0)
			mount_attach(m, &old);
		mount_put(m);
		path_put(&old);
	}
	path_put(&from);
	return err;
}

static bool super_is_written(const struct super *sb)
{
	struct mount *m;

	LIST_FOREACH (m, &mount_list, all) {
		if (m->sb == sb && m->writers > 0)
			return true;
	}
	return false;
}

/* With MS_BIND only the mount changes, else the file system too. */
static int mount_remount(struct mount *m, unsigned long flags, const char *options)
{
	struct super *sb = m->sb;
	bool read_only = (flags & MS_RDONLY) != 0;

	if (!(flags & ATIME_FLAGS)) {
		flags |= m->flags & (MS_NOATIME | MS_NODIRATIME);
		flags |= m->flags & (MS_RELATIME | MS_NOATIME) ? 0 : MS_STRICTATIME;
	}
	if ((flags & MS_BIND) && read_only && !(m->flags & MS_RDONLY) && m->writers > 0)
		return -EBUSY;
	if (!(flags & MS_BIND)) {
		if (read_only && !sb->read_only && super_is_written(sb))
			return -EBUSY;
		int err = sb->type->remount == NULL ? 0 : sb->type->remount(sb, options);
		if (err < 0)
			return err;
		sb->read_only = read_only;
	}
	m->flags = mount_flags(flags);
	return 0;
}

/* Would anybody find what is mounted there? */
static bool is_findable(const struct path *at)
{
	return at->mnt->attached && !dentry_is_deleted(at->dentry);
}

int do_mount(const char *source, const struct path *at, const char *type, unsigned long flags,
	     const char *options)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (mount_count >= MOUNTS_MAX)
		return -ENOSPC;
	if (flags & MS_REMOUNT) {
		if (at->dentry != at->mnt->root)
			return -EINVAL;
		return mount_remount(at->mnt, flags, options);
	}
	if (flags & MS_BIND) {
		if (!is_findable(at))
			return -ENOENT;
		return mount_bind(source, at, flags);
	}
	if (flags & PROPAGATION)
		return at->dentry == at->mnt->root ? mount_change_type(at->mnt, flags) : -EINVAL;
	if (!is_findable(at))
		return -ENOENT;
	if (flags & MS_MOVE)
		return mount_move(source, at);
	if (type == NULL)
		return -EINVAL;
	if (fs_type_find(type) == NULL)
		return -ENODEV;
	if (!inode_is_dir(at->dentry->inode))
		return -ENOTDIR;
	return mount_new(source, at, type, flags, options);
}

static bool has_mounts_below(const struct mount *m)
{
	struct mount *other;

	LIST_FOREACH (other, &mount_list, all) {
		if (other->parent == m)
			return true;
	}
	return false;
}

int do_umount(const struct path *at, int flags)
{
	struct mount *m = at->mnt;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (at->dentry != m->root || !m->attached)
		return -EINVAL;
	if ((flags & UMOUNT_EXPIRE) && (flags & (UMOUNT_FORCE | UMOUNT_DETACH)))
		return -EINVAL;
	if (m->parent == NULL)
		return -EBUSY;
	if (flags & UMOUNT_DETACH)
		return mount_ungraft_tree(m);
	/* One reference of the list, one of our caller's path. */
	if (m->ref.n > 2 || has_mounts_below(m))
		return -EBUSY;
	if ((flags & UMOUNT_EXPIRE) && m->expiring == 0) {
		m->expiring = 2; /* our caller's reference takes one */
		return -EAGAIN;
	}
	return mount_ungraft(m, false);
}

/* --- pivot_root(2) --- */

/* Is p in the tree below top? */
static bool is_reachable(const struct path *p, const struct path *top)
{
	struct path at = *p;

	while (at.mnt != top->mnt) {
		if (at.mnt->parent == NULL)
			return false;
		at = (struct path){ at.mnt->parent, at.mnt->mountpoint };
	}
	return dentry_is_under(at.dentry, top->dentry);
}

/* Whoever has `from` as root or working directory gets `to`. */
static void replace_places(const struct path *from, const struct path *to)
{
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		struct path *place[] = { p->fs == NULL ? NULL : &p->fs->root,
					 p->fs == NULL ? NULL : &p->fs->cwd };
		for (unsigned i = 0; i < ARRAY_SIZE(place); i++) {
			if (place[i] == NULL || !path_same(place[i], from))
				continue;
			struct path old = *place[i];
			*place[i] = *to;
			path_get(to);
			path_put(&old);
		}
	}
}

int do_pivot_root(const struct path *new_root, const struct path *put_old)
{
	struct path root = current->proc->fs->root;
	struct mount *new_mount = new_root->mnt, *old_mount = root.mnt;

	if (dentry_is_deleted(new_root->dentry) || dentry_is_deleted(put_old->dentry))
		return -ENOENT;
	if (new_mount == old_mount || put_old->mnt == old_mount)
		return -EBUSY;
	if (root.dentry != old_mount->root || old_mount->parent == NULL || !old_mount->attached)
		return -EINVAL;
	if (new_root->dentry != new_mount->root || new_mount->parent == NULL ||
	    !new_mount->attached)
		return -EINVAL;
	/* Peers of these would have to follow. */
	if (mount_share_id(new_mount->parent) != 0 || mount_share_id(old_mount->parent) != 0 ||
	    mount_share_id(put_old->mnt) != 0)
		return -EINVAL;
	if (!is_reachable(put_old, new_root) || !is_reachable(new_root, &root))
		return -EINVAL;
	struct path place = { old_mount->parent, old_mount->mountpoint };
	path_get(&place);
	path_get(&root);
	mount_get(new_mount);
	mount_get(old_mount);
	mount_detach(new_mount);
	mount_detach(old_mount);
	mount_attach(old_mount, put_old);
	mount_attach(new_mount, &place);
	replace_places(&root, new_root);
	mount_put(new_mount);
	mount_put(old_mount);
	path_put(&root);
	path_put(&place);
	return 0;
}
