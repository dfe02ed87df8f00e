/* inode.h: inodes and the file systems that they are of.
 *
 * Who holds whom (an arrow is a counted reference):
 *
 *	file -> dentry -> inode -> super        mount -> super
 *	  |        `----> parent dentry           |----> root dentry
 *	  `---> mount                             |----> mountpoint dentry, parent mount
 *
 * A super is one instance of a file system; it lives while inodes of it do.
 *
 * Locks: one CPU, no preemption in the kernel, and nothing in fs/ sleeps except pipes, the opening of
 * FIFOs, file locks and what device drivers do; those say so.  The operations of a file system that is
 * elsewhere (fs_type.remote) may sleep until its answer comes: what was looked up before may be
 * different after it, so such a file system checks again what it does, and its dentries are not pinned. */
#ifndef FS_INODE_H
#define FS_INODE_H

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "fs/vfs.h"
#include "lib/tree.h"
#include "proc/cred.h"

#define NAME_MAX 255
#define PATH_MAX 4096

struct pipe;
struct pty;
struct file_lock;
struct inotify_watch;
struct xattr;
struct super;
struct statfs;

/* What setattr changes: chmod, chown, utimens. */
struct attr {
	unsigned set; /* ATTR_* */
	mode_t mode;  /* permissions */
	uid_t uid;
	gid_t gid;
	int64_t atime, mtime;	   /* ns since 1970 */
	const struct dentry *name; /* with ATTR_MODE: by which it was found; NULL: nobody knows */
};
enum {
	ATTR_MODE = 1,
	ATTR_UID = 2,
	ATTR_GID = 4,
	ATTR_ATIME = 8, /* to `atime` */
	ATTR_MTIME = 16,
	ATTR_ATIME_NOW = 32,
	ATTR_MTIME_NOW = 64,
};

struct inode_ops {
	/* Find a name that is not in the dentry cache.  NULL: the cache holds all names, or the rest
	 * is in an image (inode->origin).
	 * => 0 with a counted inode, -ENOENT … */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* Is a cached dentry still right?  NULL: yes */
	bool (*valid)(struct dentry *d);
	/* Make a node and give it to d (a dentry that is not in the cache yet). */
	int (*create)(struct inode *dir, struct dentry *d, mode_t mode, dev_t rdev,
		      const char *target);
	int (*link)(struct inode *dir, struct inode *inode, struct dentry *d);
	/* d's inode loses the name d.  Directories are empty, or (remote) that is checked here: -ENOTEMPTY.
	 * In memory it cannot fail. */
	int (*unlink)(struct inode *dir, struct dentry *d);
	/* An inode without a name (O_TMPFILE). */
	struct inode *(*tmpfile)(struct super *sb, mode_t mode, int *err);
	/* d moves from one directory to another; bookkeeping only. */
	void (*moved)(struct inode *from, struct inode *to, struct dentry *d);
	/* Instead of unlink and moved, where names are not only in the cache: d gets the name in `to`;
	 * `old` (or NULL) is what it replaces.  flags: RENAME_* */
	int (*rename)(struct inode *from, struct dentry *d, struct inode *to, const char *name,
		      struct dentry *old, unsigned flags);
	/* Before the inode itself is changed.  NULL: there is nothing else to change */
	int (*setattr)(struct inode *inode, const struct attr *a);
	/* Symbolic links: the text, NUL-terminated in a kmalloc'ed string; or a jump. */
	char *(*readlink)(struct inode *inode, int *err);
	int (*follow)(struct inode *inode, struct path *to);
	int (*truncate)(struct inode *inode, uint64_t size);
	/* fallocate(2) of [from, to): make a hole within the size; make sure of memory. */
	int (*punch)(struct inode *inode, uint64_t from, uint64_t to);
	int (*allocate)(struct inode *inode, uint64_t from, uint64_t to);
	/* Refresh what stat(2) shows. */
	void (*refresh)(struct inode *inode);
	/* What stat(2) shows as st_blocks.  NULL: the pages that there are */
	uint64_t (*blocks)(const struct inode *inode);
	/* A page within the size that is not in inode->pages: put it there.  NULL: zeroes
	 * => without a reference of its own; NULL with *err as inode_page() has it */
	struct page *(*fill)(struct inode *inode, uint64_t index, int *err);
	/* Extended attributes that are not kept in memory; permissions have been looked at.  NULL: they
	 * are (fs/xattr.c).  size 0: only ask */
	ssize_t (*getxattr)(struct inode *inode, const char *name, void *value, size_t size);
	ssize_t (*listxattr)(struct inode *inode, char *list, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size,
			int flags);
	/* The last reference goes: free what the file system hung on it. */
	void (*evict)(struct inode *inode);
};

struct inode {
	refcount_t ref;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	unsigned nlink;
	int writers; /* > 0: open for writing so often; < 0: writing is denied so often */
	ino_t ino;
	dev_t rdev;
	uint64_t size;
	int64_t atime, mtime, ctime, btime; /* ns since 1970 */
	struct super *sb;
	const struct inode_ops *ops;
	const struct file_ops *fops;
	struct file_lock *locks;       /* fs/lock.c */
	struct inotify_watch *watches; /* fs/inotify.c */
	struct xattr *xattrs;	       /* fs/xattr.c */
	struct pipe *pipe;	       /* FIFOs that are open, pipes */
	unsigned seals;		       /* memfd: F_SEAL_* */
	uint8_t write_hint;	       /* F_SET_RW_HINT: kept, without an effect */
	bool image_chunks;	       /* image_chunk() tells the pages below image_pages */
	uint64_t origin;	       /* fs/image.c; 0: not (or no longer) of an image */
	void *node;		       /* what a file system has beside it: fs/p9*.c */
	union {
		struct { /* regular files of a ramfs */
			struct radix pages;
			struct inode_ext ext;
			/* Contents in an image, where `pages` has none: whole pages, one behind the
			 * other; the rest of the file, less than a page, or NULL (fs/filemap.c). */
			const char *image, *tail;
			uint64_t image_pages;
		};
		struct { /* directories of a ramfs */
			struct tree children;
			uintptr_t next_cookie;
			size_t child_count;
		};
		char *target;	 /* symbolic links of a ramfs */
		struct pty *pty; /* terminals in a devpts */
		struct {	 /* procfs */
			const void *entry;
			pid_t pid, tid;
			int fd;
			uint64_t start; /* of the process: pids are used again */
		} proc;
	};
};

struct fs_type {
	const char *name;
	uint32_t magic;
	bool nodev; /* as /proc/filesystems shows it */
	/* Fill sb: root and limits.  options may be NULL.  => 0, -errno */
	int (*fill)(struct super *sb, const char *options);
	/* Change what options say of a mounted one.  NULL: options are ignored.  => 0, -EINVAL */
	int (*remount)(struct super *sb, const char *options);
	/* Text of the super's options for /proc/mounts, beginning with ','. */
	void (*show)(const struct super *sb, char *buf, size_t size);
	/* The last mount goes: let go of inodes that are kept for later.  NULL: there are none */
	void (*shut_down)(struct super *sb);
	/* The super goes: free what hangs on it.  NULL: nothing */
	void (*release)(struct super *sb);
	/* Fill in what statfs(2) shows of it, beside type, name length and flags.  NULL: by the limits
	 * => 0, -errno */
	int (*statfs)(struct super *sb, struct statfs *st);
	bool computed; /* contents are made when they are read: no blocks */
	bool remote;   /* operations may sleep: see above */
};

struct super {
	refcount_t ref;	 /* mounts and inodes */
	unsigned active; /* mounts: when the last goes, the tree is taken down */
	const struct fs_type *type;
	dev_t dev;
	ino_t next_ino;
	struct dentry *root;	   /* one reference, until the tree is taken down */
	uint64_t pages, max_pages; /* of data; max 0: no limit */
	uint64_t inodes, max_inodes;
	uint64_t xattr_bytes;			/* taken by extended attributes */
	uint64_t default_pages, default_inodes; /* limits that options need not show */
	mode_t root_mode;
	const char *source; /* of mount(2), while it is filled; may be NULL */
	void *priv;	    /* of the file system */
	uid_t root_uid;
	gid_t root_gid;
	bool read_only;
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

/* A new inode with one reference; times now.  => NULL: no memory (limits are the caller's) */
struct inode *inode_create(struct super *sb, mode_t mode);
int64_t time_now(void);
static inline bool inode_is_dir(const struct inode *i)
{
	return S_ISDIR(i->mode);
}
/* A read: relatime, unless the mount says otherwise. */
void inode_touch_atime(struct inode *inode, const struct mount *mnt);
void inode_touch_mtime(struct inode *inode); /* mtime and ctime */
/* Pages of a regular file in memory that are not holes. */
uint64_t inode_pages(const struct inode *inode);

enum { MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4 };
/* May the current task do that?  => 0, -EACCES */
int inode_permission(const struct inode *inode, unsigned mask);
bool inode_owner_or_capable(const struct inode *inode);
/* Does O_DIRECT mean anything to it?  Pipes: packets. */
bool file_may_be_direct(const struct inode *inode);
/* The set-id bits that go when an owner changes, or who may not keep them writes: S_ISGID without
 * S_IXGRP stays for members of the group and with CAP_FSETID. */
mode_t inode_setid_to_drop(const struct inode *inode);
/* Take the set-id bits away after a change by somebody who may not keep them. */
void inode_drop_setid(struct inode *inode);
/* Ids, mode and size for a new node in dir (setgid directories). */
void inode_inherit(struct inode *inode, const struct inode *dir, mode_t mode);
/* The text of a symbolic link, kmalloc'ed.  => NULL with *err: -EINVAL, -ENOMEM … */
char *inode_readlink(struct inode *inode, int *err);

/* --- readdir --- */

/* What readdir fills. */
struct dir_context {
	off_t pos; /* cookie of the next entry */
	/* => false: no room, stop */
	bool (*emit)(struct dir_context *ctx, const char *name, size_t len, off_t next, ino_t ino,
		     unsigned type);
};
static inline unsigned mode_to_type(mode_t mode)
{
	return (mode & S_IFMT) >> 12;
}

#endif
