/* internal.h: what the files of fs/ share: inodes, dentries, supers, mounts.
 *
 * Who holds whom (an arrow is a counted reference):
 *
 *	file -> dentry -> inode -> super        mount -> super
 *	  |        `----> parent dentry           |----> root dentry
 *	  `---> mount                             |----> mountpoint dentry, parent mount
 *
 * A file system that lives in memory pins its dentries (DE_PINNED: one more reference), so that
 * the dentry cache is the directory; the others' dentries go with their last user.
 *
 * Locks: one CPU, no preemption in the kernel, and nothing here sleeps except pipes, the opening
 * of FIFOs, file locks and what device drivers do; those say so. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <asm/statfs.h>
#include <linux/stat.h>

#include "fs/vfs.h"
#include "lib/tree.h"

#define NAME_MAX 255
#define PATH_MAX 4096
#define SYMLINK_LIMIT 40
#define NAME_INLINE 24

struct pipe;
struct file_lock;
struct super;

struct inode_ops {
	/* Find a name that is not in the dentry cache.  NULL: the cache holds all names.
	 * => 0 with a counted inode, -ENOENT … */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* Is a cached dentry still right?  NULL: yes */
	bool (*valid)(struct dentry *d);
	/* Make a node and give it to d (a dentry that is not in the cache yet). */
	int (*create)(struct inode *dir, struct dentry *d, mode_t mode, dev_t rdev,
		      const char *target);
	int (*link)(struct inode *dir, struct inode *inode, struct dentry *d);
	/* d's inode loses the name d (files and empty directories). */
	void (*unlink)(struct inode *dir, struct dentry *d);
	/* An inode without a name (O_TMPFILE). */
	struct inode *(*tmpfile)(struct super *sb, mode_t mode, int *err);
	/* d moves from one directory to another; bookkeeping only. */
	void (*moved)(struct inode *from, struct inode *to, struct dentry *d);
	/* Symbolic links: the text, NUL-terminated in a kmalloc'ed string; or a jump. */
	char *(*readlink)(struct inode *inode, int *err);
	int (*follow)(struct inode *inode, struct path *to);
	int (*truncate)(struct inode *inode, uint64_t size);
	/* Refresh what stat(2) shows (procfs). */
	void (*refresh)(struct inode *inode);
	/* The last reference goes: free what the file system hung on it. */
	void (*evict)(struct inode *inode);
};

struct inode {
	refcount_t ref;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	unsigned nlink;
	int writers;	/* > 0: open for writing so often; < 0: writing is denied so often */
	ino_t ino;
	dev_t rdev;
	uint64_t size;
	int64_t atime, mtime, ctime, btime; /* ns since 1970 */
	struct super *sb;
	const struct inode_ops *ops;
	const struct file_ops *fops;
	struct file_lock *locks;	/* fs/lock.c */
	struct pipe *pipe;		/* FIFOs that are open, pipes */
	unsigned seals;			/* memfd: F_SEAL_* */
	union {
		struct {		/* regular files of a ramfs */
			struct radix pages;
			struct inode_ext ext;
		};
		struct {		/* directories of a ramfs */
			struct tree children;
			uintptr_t next_cookie;
			size_t child_count;
		};
		char *target;		/* symbolic links of a ramfs */
		struct {		/* procfs */
			const void *entry;
			pid_t pid, tid;
			int fd;
			uint64_t start; /* of the process: pids are used again */
		} proc;
	};
};

enum { DE_HASHED = 1, DE_PINNED = 2, DE_ANON = 4, DE_LINKED = 8 };

struct dentry {
	refcount_t ref;
	uint32_t hash;
	struct dentry *chain;	/* next in the hash bucket */
	struct dentry *parent;	/* counted; itself: a root */
	struct inode *inode;	/* counted */
	struct tnode child;	/* DE_LINKED: in parent's children; key = readdir cookie */
	uint8_t flags;		/* DE_* */
	uint8_t name_len;
	uint16_t mounted;	/* mounts on top of it */
	char *name;		/* NUL-terminated; points to `inline_name` when it fits */
	char inline_name[NAME_INLINE];
};

struct fs_type {
	const char *name;
	uint32_t magic;
	bool nodev; /* as /proc/filesystems shows it */
	/* Fill sb: root and limits.  options may be NULL.  => 0, -errno */
	int (*fill)(struct super *sb, const char *options);
	/* Text of the super's options for /proc/mounts, beginning with ','. */
	void (*show)(const struct super *sb, char *buf, size_t size);
};

struct super {
	refcount_t ref;	   /* mounts and inodes */
	unsigned active;   /* mounts: when the last goes, the tree is taken down */
	const struct fs_type *type;
	dev_t dev;
	ino_t next_ino;
	struct dentry *root; /* one reference, until the tree is taken down */
	uint64_t pages, max_pages;   /* of data; max 0: no limit */
	uint64_t inodes, max_inodes;
	mode_t root_mode;
};

struct mount {
	refcount_t ref;
	struct list all;
	struct mount *parent;	   /* NULL: the first root, and detached ones */
	struct dentry *mountpoint; /* in parent */
	struct dentry *root;
	struct super *sb;
	unsigned long flags;	   /* MS_RDONLY, MS_NOSUID … */
	int id;
	bool attached;
	char *source;
};

struct fs_state {
	refcount_t ref;
	mode_t umask;
	struct path root, cwd;
};

/* Device numbers, as stat(2) and mknod(2) have them. */
static inline dev_t dev_make(unsigned major, unsigned minor)
{
	return (dev_t)(minor & 0xff) | (dev_t)(major & 0xfff) << 8 | (dev_t)(minor & ~0xffu) << 12 |
	       (dev_t)(major & ~0xfffu) << 32;
}
static inline unsigned dev_major(dev_t dev)
{
	return (unsigned)(dev >> 8 & 0xfff) | (unsigned)(dev >> 32 & ~0xfffull);
}
static inline unsigned dev_minor(dev_t dev)
{
	return (unsigned)(dev & 0xff) | (unsigned)(dev >> 12 & ~0xffull);
}

/* --- inode.c --- */

extern size_t inode_count, dentry_count, file_count;

/* A new inode with one reference; times now.  => NULL: no memory (limits are the caller's) */
struct inode *inode_create(struct super *sb, mode_t mode);
int64_t time_now(void);
static inline bool inode_is_dir(const struct inode *i) { return S_ISDIR(i->mode); }
/* relatime */
void inode_touch_atime(struct inode *inode, const struct mount *mnt);
void inode_touch_mtime(struct inode *inode); /* mtime and ctime */

enum { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };
bool capable(unsigned cap);
/* May the current process do that?  => 0, -EACCES */
int inode_permission(const struct inode *inode, unsigned mask);
/* The same for access(2): with the real ids. */
int inode_permission_real(const struct inode *inode, unsigned mask);
bool inode_owner_or_capable(const struct inode *inode);
bool in_group(gid_t gid);
/* Take the set-id bits away after a change by somebody who may not keep them. */
void inode_drop_setid(struct inode *inode);
/* Ids, mode and size for a new node in dir (setgid directories). */
void inode_inherit(struct inode *inode, const struct inode *dir, mode_t mode);

/* --- dentry.c --- */

uint32_t name_hash(const char *name, size_t len);
/* A dentry outside the cache.  parent NULL: a root or anonymous.  => NULL: no memory */
struct dentry *dentry_create(struct dentry *parent, const char *name, size_t len);
void dentry_get(struct dentry *d);
void dentry_put(struct dentry *d); /* NULL is allowed */
/* => counted, or NULL */
struct dentry *dentry_find(struct dentry *parent, const char *name, size_t len);
void dentry_add(struct dentry *d);	/* into the cache */
void dentry_remove(struct dentry *d);	/* out of it; its name is no longer valid */
/* Take d to another place: the references of its old and new parent are adjusted.  The name must
 * have been made before by dentry_name().  */
char *dentry_name(const char *name, size_t len); /* => kmalloc'ed, or NULL */
void dentry_move(struct dentry *d, struct dentry *parent, char *name, size_t len);
void dentry_swap(struct dentry *a, struct dentry *b);
bool dentry_is_under(const struct dentry *d, const struct dentry *above);
/* Unpin everything below root: the file system goes away. */
void dentry_drop_tree(struct dentry *root);
/* The absolute path of p as seen from root.  *unreachable: it is not below root.
 * => start of the text inside buf, NULL: too small */
char *path_text(const struct path *p, const struct path *root, char *buf, size_t size,
		bool *unreachable);
static inline bool dentry_is_deleted(const struct dentry *d)
{
	return d->parent != d && !(d->flags & DE_HASHED);
}

/* --- mount.c --- */

extern struct list mount_list;
extern const struct fs_type *const fs_types[];

struct super *super_create(const struct fs_type *type, const char *options, int *err);
void super_get(struct super *sb);
void super_put(struct super *sb);
/* A mount of dentry `root` (counted here), not attached.  => NULL */
struct mount *mount_create(struct super *sb, struct dentry *root, const char *source,
			   unsigned long flags);
void mount_get(struct mount *m);
void mount_put(struct mount *m);
/* Put m on top of the place `at`. */
void mount_attach(struct mount *m, const struct path *at);
void mount_detach(struct mount *m);
/* The mount on top of p, if there is one. */
struct mount *mount_on(const struct path *p);
/* Go down through whatever is mounted on *p. */
void path_cross_mounts(struct path *p);
const struct fs_type *fs_type_find(const char *name);
int do_mount(const char *source, const struct path *at, const char *type, unsigned long flags,
	     const char *options);
int do_umount(const struct path *at, int flags);
extern struct mount *anon_mount; /* where pipes and memfds live */

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

/* --- lookup.c --- */

enum {
	LOOKUP_FOLLOW = 1,	/* follow a symbolic link in the last place */
	LOOKUP_DIRECTORY = 2,	/* the result must be a directory */
	LOOKUP_EMPTY = 4,	/* "" means dfd itself */
	LOOKUP_NO_SYMLINKS = 8,
	LOOKUP_BENEATH = 16,
	LOOKUP_NO_XDEV = 32,
	LOOKUP_IN_ROOT = 64,
	LOOKUP_NO_MAGIC = 128,
};

enum last_kind { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT, LAST_JUMP };

/* The state of one walk; path_begin() … path_end(). */
struct walk {
	struct path path;	/* where it is */
	struct path root, start;
	unsigned flags, links;
	const char *rest;	/* what is left of the name */
	char *text;		/* kmalloc'ed: name with the last link's text in front */
	enum last_kind kind;
	const char *last;	/* LAST_NAME: the last component, inside rest's text */
	size_t last_len;
	bool slash;		/* there was a slash behind it */
};

int walk_begin(struct walk *w, int dfd, const char *name, unsigned flags);
void walk_end(struct walk *w);
/* Walk to the directory that holds (or shall hold) the last component. */
int walk_to_parent(struct walk *w);
/* Look the last component up in w->path.  => counted dentry in *d, mounts not crossed; -ENOENT */
int walk_last(struct walk *w, struct dentry **d);
/* d, the last component, is a symbolic link: go on with its text.  Then walk_to_parent() again, unless
 * w->kind is LAST_JUMP and w->path the result.  d's reference stays the caller's. */
int walk_follow(struct walk *w, struct dentry *d);

/* Look a name up.  => 0 with out counted, -errno */
int path_lookup(int dfd, const char *name, unsigned flags, struct path *out);
/* d in directory parent, with search permission checked before.  => 0, -ENOENT … */
int lookup_one(struct dentry *parent, const char *name, size_t len, struct dentry **out);
char *inode_readlink(struct inode *inode, int *err);

/* --- namei.c --- */

int do_mknod(int dfd, const char *name, mode_t mode, dev_t rdev);
int do_mkdir(int dfd, const char *name, mode_t mode);
int do_symlink(const char *target, int dfd, const char *name);
int do_unlink(int dfd, const char *name, bool directory);
int do_link(int olddfd, const char *oldname, int newdfd, const char *newname, int flags);
int do_rename(int olddfd, const char *oldname, int newdfd, const char *newname, unsigned flags);
/* Make a node in dir.  => 0 with *out counted (if wanted) */
int dir_create(struct path *dir, const char *name, size_t len, mode_t mode, dev_t rdev,
	       const char *target, struct dentry **out);

/* --- open.c --- */

/* flags and resolve as for openat2(2).  => file, or NULL with *err */
struct file *do_open(int dfd, const char *name, unsigned flags, mode_t mode, unsigned lookup,
		     int *err);
/* Open the object at p. */
struct file *open_path(const struct path *p, unsigned flags, int *err);
/* A file for inode and dentry (both counted here).  => NULL: no memory */
struct file *file_create(struct inode *inode, struct dentry *d, struct mount *m,
			 const struct file_ops *ops, unsigned flags);
/* Mounted or made read-only? => 0, -EROFS */
int mount_want_write(const struct mount *m);

/* --- ramfs.c, filemap.c --- */

extern const struct fs_type tmpfs_type, rootfs_type, devtmpfs_type, proc_type, anon_type;
extern const struct file_ops ramfs_file_ops, ramfs_dir_ops;
struct inode *ramfs_inode(struct super *sb, mode_t mode, dev_t rdev, const char *target, int *err);
/* Names in a ramfs at boot: parents are made. */
int ramfs_boot_at(struct dentry *root, const char *path, mode_t mode, dev_t rdev,
		  struct inode **out);
int filemap_truncate(struct inode *inode, uint64_t size);
int filemap_punch(struct inode *inode, uint64_t from, uint64_t to);
int filemap_allocate(struct inode *inode, uint64_t from, uint64_t to);
void filemap_free(struct inode *inode);

/* --- readdir --- */

struct dir_context {
	off_t pos; /* cookie of the next entry */
	/* => false: no room, stop */
	bool (*emit)(struct dir_context *ctx, const char *name, size_t len, off_t next, ino_t ino,
		     unsigned type);
};
/* "." and "..", at cookies 0 and 1. */
bool dir_emit_dots(struct file *f, struct dir_context *ctx);
static inline unsigned mode_to_type(mode_t mode)
{
	return (mode & S_IFMT) >> 12;
}

/* --- pipe.c --- */

extern const struct file_ops pipe_ops;
/* Open a FIFO's inode: may sleep. */
int fifo_open(struct inode *inode, struct file *f);
int pipe_create(struct file *ends[2], unsigned flags);
void pipe_inode_evict(struct inode *inode);
long pipe_set_size(struct file *f, unsigned long size);
long pipe_get_size(struct file *f);

/* --- lock.c --- */

struct flock;
/* F_GETLK, F_SETLK, F_SETLKW and their OFD forms; fl is in kernel memory.  May sleep. */
int lock_posix(struct file *f, int cmd, struct flock *fl);
int lock_flock(struct file *f, int op); /* may sleep */
/* The owner (a descriptor table) closes a descriptor of the inode. */
void lock_close(struct file *f, const struct files *owner);
void lock_release(struct file *f); /* the last reference of f goes */
struct dir_context;

/* --- epoll.c, poll.c --- */

struct poll_table {
	void (*add)(struct poll_table *pt, struct waitq *q);
};
void epoll_file_gone(struct file *f);

/* --- dev.c --- */

void dev_init(void);
/* The one super of devtmpfs, counted, for every mount of it. */
struct super *dev_super_get(void);

/* --- fd.c --- */

unsigned files_cloexec(struct files *f, int fd);
/* How many threads and processes share the table, and its size. */
int files_capacity(const struct files *f);

#endif
