/* path.h: names: dentries, mounts, path lookup, and the calls that change directories.
 *
 * A file system that lives in memory pins its dentries (DE_PINNED: one more reference), so that the
 * dentry cache is the directory; the others' dentries go with their last user. */
#ifndef FS_PATH_H
#define FS_PATH_H

#include "fs/inode.h"

#define NAME_INLINE 24

enum { DE_HASHED = 1, DE_PINNED = 2, DE_ANON = 4, DE_LINKED = 8 };

struct dentry {
	refcount_t ref;
	uint32_t hash;
	struct dentry *chain;  /* next in the hash bucket */
	struct dentry *parent; /* counted; itself: a root */
	struct inode *inode;   /* counted */
	struct tnode child;    /* DE_LINKED: in parent's children; key = readdir cookie */
	uint8_t flags;	       /* DE_* */
	uint8_t name_len;
	uint16_t mounted; /* mounts on top of it */
	char *name;	  /* NUL-terminated; points to `inline_name` when it fits */
	char inline_name[NAME_INLINE];
};

struct mount {
	refcount_t ref;
	struct list all;
	struct mount *parent;	   /* NULL: the first root, and detached ones */
	struct dentry *mountpoint; /* in parent */
	struct dentry *root;
	struct super *sb;
	unsigned long flags; /* MS_RDONLY, MS_NOSUID …; MS_RELATIME unless atimes are strict */
	int id;
	bool attached;
	bool unbindable;  /* MS_UNBINDABLE */
	uint8_t expiring; /* MNT_EXPIRE: unmounted by the next such call if nobody uses it before */
	unsigned writers; /* open files that may be written to */
	char *source;
	/* mount_share.c's; NULL: none */
	struct share *share, *master;
	struct list peer_link, slave_link;
	struct mount *copy; /* while its tree is copied */
};

struct fs_state {
	refcount_t ref;
	mode_t umask;
	struct path root, cwd;
};

/* The last reference has gone. */
void dentry_release(struct dentry *d);
void mount_release(struct mount *m);

static inline void dentry_get(struct dentry *d)
{
	ref_get(&d->ref);
}

/* NULL is allowed */
static inline void dentry_put(struct dentry *d)
{
	if (d != NULL && ref_put(&d->ref))
		dentry_release(d);
}

static inline void mount_get(struct mount *m)
{
	ref_get(&m->ref);
}

static inline void mount_put(struct mount *m)
{
	if (m->expiring > 0)
		m->expiring--; /* somebody has used it */
	if (ref_put(&m->ref))
		mount_release(m);
}

static inline void path_get(const struct path *p)
{
	mount_get(p->mnt);
	dentry_get(p->dentry);
}

static inline void path_put(struct path *p)
{
	if (p->dentry != NULL)
		dentry_put(p->dentry);
	if (p->mnt != NULL)
		mount_put(p->mnt);
	p->dentry = NULL;
	p->mnt = NULL;
}

static inline bool path_same(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

/* The absolute path of p as seen from root.  *unreachable: it is not below root.
 * => start of the text inside buf, NULL: too small */
char *path_text(const struct path *p, const struct path *root, char *buf, size_t size,
		bool *unreachable);
static inline bool dentry_is_deleted(const struct dentry *d)
{
	return d->parent != d && !(d->flags & DE_HASHED);
}

/* --- lookup.c --- */

enum {
	LOOKUP_FOLLOW = 1,    /* follow a symbolic link in the last place */
	LOOKUP_DIRECTORY = 2, /* the result must be a directory */
	LOOKUP_EMPTY = 4,     /* "" means dfd itself */
	LOOKUP_NO_SYMLINKS = 8,
	LOOKUP_BENEATH = 16,
	LOOKUP_NO_XDEV = 32,
	LOOKUP_IN_ROOT = 64,
	LOOKUP_NO_MAGIC = 128,
};

/* Look a name up.  => 0 with out counted, -errno */
int path_lookup(int dfd, const char *name, unsigned flags, struct path *out);

/* Go down through whatever is mounted on *p. */
void path_cross_mounts(struct path *p);

/* --- open.c, namei.c, mount.c: what the system calls of the like names do --- */

/* /proc/sys/fs/protected_*: what may not be done with others' files in sticky directories. */
extern struct protect {
	unsigned hardlinks, symlinks, fifos, regular;
} protect;

/* flags and resolve as for openat2(2).  => file, or NULL with *err */
struct file *do_open(int dfd, const char *name, unsigned flags, mode_t mode, unsigned lookup,
		     int *err);
int do_mknod(int dfd, const char *name, mode_t mode, dev_t rdev);
/* bind(2): a socket's node.  => 0 with *out counted */
int do_mksock(const char *name, mode_t mode, struct path *out);
int do_mkdir(int dfd, const char *name, mode_t mode);
int do_symlink(const char *target, int dfd, const char *name);
int do_unlink(int dfd, const char *name, bool directory);
int do_link(int olddfd, const char *oldname, int newdfd, const char *newname, int flags);
int do_rename(int olddfd, const char *oldname, int newdfd, const char *newname, unsigned flags);
int do_mount(const char *source, const struct path *at, const char *type, unsigned long flags,
	     const char *options);
int do_umount(const struct path *at, int flags);
int do_pivot_root(const struct path *new_root, const struct path *put_old);
/* Mounted or made read-only? => 0, -EROFS */
int mount_want_write(const struct mount *m);

#endif
