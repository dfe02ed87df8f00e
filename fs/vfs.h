/* vfs.h: files, directories and path lookup, as the rest of the kernel sees them.
 *
 * inode:  a file system object, with its page cache when it has one (regular files, symlinks).
 * dentry: a name in a directory, cached; holds its inode and its parent.
 * file:   an open file description (offset, flags), shared by dup and fork.
 * Kernel callers hand in kernel pointers; the sys_* functions copy names in first.
 * Read and write take an iov of program or kernel memory (struct iobuf), so that one
 * implementation serves both. */
#ifndef FS_VFS_H
#define FS_VFS_H

#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>

#include "lib/list.h"
#include "lib/radix.h"
#include "lib/refcount.h"
#include "mm/page.h"
#include "proc/sched.h"

struct inode;
struct dentry;
struct file;
struct super;
struct mount;
struct poll_table;
struct tty;
struct async;
struct dir_context;
struct text;

/* Where data come from or go to. */
struct iobuf {
	void *base;  /* the next byte */
	size_t len;  /* bytes left */
	bool kernel; /* base is a kernel address */
	/* further pieces (readv): */
	const struct iovec_ *more;
	unsigned more_count;
	unsigned rwf; /* RWF_* of this transfer: preadv2(2) */
};
struct iovec_ {
	void *base;
	size_t len;
};

static inline struct iobuf iobuf_user(void *p, size_t n)
{
	return (struct iobuf){ .base = p, .len = n };
}
static inline struct iobuf iobuf_kernel(const void *p, size_t n)
{
	return (struct iobuf){ .base = (void *)p, .len = n, .kernel = true };
}
size_t iobuf_left(const struct iobuf *b); /* bytes left in all pieces */
/* Move bytes between kernel memory and the buffer, and advance it.  => bytes moved: fewer than n
 * when the buffer ends or a program's page faults (then b->len != 0) */
size_t iobuf_put(struct iobuf *b, const void *src, size_t n); /* read(2): into the buffer */
size_t iobuf_take(struct iobuf *b, void *dst, size_t n);      /* write(2): out of it */
size_t iobuf_zero(struct iobuf *b, size_t n);

/* Newer than the ABI headers that we build with. */
#define RWF_NOAPPEND 0x20
#define RWF_NOSIGNAL 0x100

#define FILE_MAPS_ZEROES 1
#define FILE_MAPS_SEALED 2

enum sync_how { SYNC_PAGES, SYNC_DATA, SYNC_ALL };

struct file_ops {
	/* *pos is the place to use and to advance; NULL ops mean EINVAL.  => bytes, -errno */
	ssize_t (*read)(struct file *f, struct iobuf *b, off_t *pos);
	ssize_t (*write)(struct file *f, struct iobuf *b, off_t *pos);
	bool prompt; /* read does not wait if it is told RWF_NOWAIT; write knows no RWF_* */
	/* => POLL* bits ready now; adds its wait queues by poll_wait(pt, q) when pt is not NULL */
	unsigned (*poll)(struct file *f, struct poll_table *pt);
	long (*ioctl)(struct file *f, unsigned cmd, uintptr_t arg);
	int (*open)(struct inode *inode, struct file *f);
	void (*release)(struct file *f);			/* the last reference goes */
	off_t (*llseek)(struct file *f, off_t off, int whence); /* NULL: ESPIPE */
	/* Check that the file may be mapped; inode_page() serves the faults.  NULL: ENODEV
	 * => 0, -errno, FILE_MAPS_ZEROES: map anonymous memory instead, FILE_MAPS_SEALED: shared
	 * mappings are never to be written to */
	int (*mmap)(struct file *f, unsigned prot, unsigned vm_flags);
	int (*readdir)(struct file *f, struct dir_context *ctx);
	/* Bring to where it is kept what a mapping has written, and (how != SYNC_PAGES) let it be safe
	 * there.  NULL: there is nothing behind the pages.  => 0, -errno */
	int (*sync)(struct file *f, enum sync_how how);
	void (*flush)(struct file *f); /* at each close */
	/* Append lines to /proc/<pid>/fdinfo/<fd>: what is special about f.  NULL: nothing */
	void (*fdinfo)(struct text *t, struct file *f);
	bool any_place;	  /* places are addresses: negative ones are good, too */
	const char *name; /* of files without a place in the tree: anon_inode:[name] */
};

/* No place in f? */
bool file_no_place(const struct file *f, off_t pos);

/* A place in the tree of all mounted file systems.  Both are counted. */
struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

struct file {
	refcount_t ref;
	struct inode *inode;   /* counted */
	struct dentry *dentry; /* counted */
	struct mount *mnt;     /* counted */
	const struct file_ops *ops;
	off_t pos;
	unsigned flags;		    /* O_* as fcntl(F_GETFL) reports them */
	void *priv;		    /* of the ops */
	struct tty *tty;	    /* a terminal, or NULL */
	struct epoll_item *watched; /* epoll sets that hold it: fs/epoll.c */
	struct async *async;	    /* F_SETOWN, O_ASYNC: fs/async.c; NULL: never used */
	bool writer;		    /* counted in inode->writers */
	bool created;		    /* this open made the file */
	bool notifies;		    /* opened by name: inotify hears of it */
	bool placed;		    /* a task moves pos, and may sleep: file_begin_place() */
};

/* Was it opened to read, to write?  Neither: O_PATH, or the access mode 3 that is for ioctl alone. */
static inline bool file_readable(const struct file *f)
{
	return !(f->flags & O_PATH) &&
	       ((f->flags & O_ACCMODE) == O_RDONLY || (f->flags & O_ACCMODE) == O_RDWR);
}
static inline bool file_writable(const struct file *f)
{
	return !(f->flags & O_PATH) &&
	       ((f->flags & O_ACCMODE) == O_WRONLY || (f->flags & O_ACCMODE) == O_RDWR);
}

/* An llseek for files without places: allowed, without an effect. */
off_t llseek_nowhere(struct file *f, off_t off, int whence);
/* Where transfers may sleep (fs_type.remote) only one task at a time may use and move f->pos: others wait
 * from begin to end.  Elsewhere nothing happens.  => 0, -EINTR: the task is being killed */
int file_begin_place(struct file *f);
void file_end_place(struct file *f);
/* Does reading and writing happen at a place of it? */
static inline bool file_has_places(const struct file *f)
{
	return f->ops->llseek != NULL && f->ops->llseek != llseek_nowhere;
}

/* Why no file could be made.  => -ENFILE: there are too many in all, -ENOMEM */
int file_no_more(void);
void file_get(struct file *f);
void file_put(struct file *f);
/* Open by a kernel path, relative to the current process's root.  => file or -errno in *err */
struct file *file_open(const char *path, int flags, mode_t mode, int *err);
/* Open for execve: a regular file the current process may execute.  -EACCES, -ENOENT, -ELOOP … */
struct file *file_open_exec(int dirfd, const char *path, int flags, int *err);
/* Whose ids a program runs with that is executed from f: its set-user-ID and set-group-ID bits.
 * *uid and *gid stay as they are where there is no such bit. */
void file_set_ids(const struct file *f, uid_t *uid, gid_t *gid);
/* Read at an offset into kernel memory.  => bytes (0: end of file), -errno */
ssize_t file_read_at(struct file *f, void *buf, size_t n, off_t pos);
/* The absolute path of an open file, from the current root; "(deleted)" is added as Linux does.
 * => start of the text inside buf */
char *file_path(struct file *f, char *buf, size_t size);
uint64_t file_size(struct file *f);
/* A file that has no name, only ops (epoll, eventfd, signalfd …).  ops->release is called for it
 * once this has succeeded.  => NULL: no memory, priv is still the caller's */
struct file *file_create_ops(const struct file_ops *ops, void *priv, unsigned flags);
/* The same with an inode of its own, for fstat(2): sockets.  name is what stands before the inode's
 * number in /proc/<pid>/fd, priv is still to be set.  => NULL */
struct file *file_create_node(const char *name, mode_t mode, const struct file_ops *ops,
			      unsigned flags);
/* Read and write at *pos, which advances: all checks of read(2) and write(2).  => bytes, -errno */
ssize_t file_read(struct file *f, struct iobuf *b, off_t *pos);
ssize_t file_write(struct file *f, struct iobuf *b, off_t *pos);
bool file_is_regular(struct file *f);
bool file_noexec(const struct file *f); /* on a file system where nothing is executed */

/* --- pages of files: for mappings, exec and read --- */

/* Page `index` of the file's cache, created zeroed when it is a hole within the size.
 * => page with a new reference; NULL with *err = -EFAULT beyond the end of file (SIGBUS), -ENOMEM */
struct page *inode_page(struct inode *inode, uint64_t index, int *err);
/* The same to be written to in a shared mapping: never one of an image; the file has changed now. */
struct page *inode_page_own(struct inode *inode, uint64_t index, int *err);
/* An unlinked, unnamed file of `size` bytes in memory (MAP_SHARED|MAP_ANONYMOUS, memfd, shm).
 * => file open read-write, or NULL */
struct file *file_create_anonymous(const char *name, uint64_t size);
/* Things that other parts hang on an inode. */
struct inode_ext {
	struct radix *patched; /* arch: patched text pages and stub pages; NULL: none */
	struct radix *stubs;
	void *stub_state;
	unsigned window_hint; /* exec: the window its last process had; 0: none */
	uint64_t slide;	      /* and where in it */
	unsigned mappings;    /* VMAs of the file, in all views */
	unsigned may_write;   /* of them shared ones that are, or may become, writable */
};
struct inode_ext *inode_ext(struct inode *inode);
void inode_get(struct inode *inode);
void inode_put(struct inode *inode);
/* While a program runs from it, a file cannot be opened for writing (ETXTBSY): count up and down. */
int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/* --- descriptor tables --- */

struct files;
struct files *files_create(void);	      /* NULL: no memory */
struct files *files_copy(struct files *from); /* fork.  NULL: no memory */
struct files *files_share(struct files *f);   /* CLONE_FILES: a reference */
void files_put(struct files *f);
void files_close_on_exec(struct files *f);
/* => file with a new reference, or NULL: EBADF.  Of the current process. */
struct file *fd_get(int fd);
struct file *files_get_file(struct files *f, int fd);
/* The lowest free descriptor >= min gets f (the reference passes to the table).  => fd, -EMFILE */
int fd_install(struct file *f, unsigned fd_flags, int min);
int files_next(struct files *f, int fd); /* first open descriptor >= fd, or -1: for /proc */

/* The process whose directory in /proc f is, borrowed: fs/procfs_pid.c.
 * => 0; -EBADF: it is something else; -ESRCH: the process is gone */
struct proc;
int procfs_dir_proc(const struct file *f, struct proc **p);

/* --- root, working directory, umask --- */
struct fs_state;
struct fs_state *fs_state_create(void);
struct fs_state *fs_state_copy(struct fs_state *from);
struct fs_state *fs_state_share(struct fs_state *s);
void fs_state_put(struct fs_state *s);
mode_t fs_umask(struct fs_state *s, mode_t mask); /* set it.  => the old one */

/* --- start --- */
void vfs_init(void); /* caches, the root ramfs, /dev, /proc mounts when the directories exist */
/* For what `flat` says: mount the folder of the host with that tag at the path `target`, or of it only
 * the file `file` (NULL: all).  Folders on the way and the place for a file are made.  => 0, -errno */
int vfs_mount_volume(const char *tag, const char *file, bool read_only, const char *target);
/* The machine ends: bring to the host what is still to be brought. */
void vfs_shutdown(void);
/* sync(2) */
void vfs_sync(void);
void vfs_mount_defaults(void); /* after the initrd is unpacked */
/* For the initrd unpacker (initrd/cpio.c): make a node; data pages that lie page aligned in the
 * archive are used in place.  mode has the type bits.  => 0, -errno */
int ramfs_boot_node(const char *path, mode_t mode, uid_t uid, gid_t gid, uint32_t mtime,
		    uint64_t rdev, const void *data, size_t len, bool in_place);

/* Another name for the node at path `to`; read a node whole and remove it (boot only). */
int ramfs_boot_link(const char *path, const char *to);
/* Remove a file by a kernel path, relative to the current process's root.  => 0, -errno */
int file_unlink(const char *path);
/* Change the current process's working directory.  => 0, -errno */
int file_chdir(const char *path);

/* --- devices --- */
/* A character device /dev/<name>. */
int dev_register(const char *name, unsigned major, unsigned minor, mode_t mode,
		 const struct file_ops *ops);
/* dev/<name> of mode 020xxx opens by its number: */
const struct file_ops *dev_lookup(unsigned major, unsigned minor);

/* --- poll --- */
struct poll_table;
void poll_wait(struct poll_table *pt, struct waitq *q); /* pt NULL: nothing */
/* The same for a queue that is woken when there is something to read, or room to write.  When the file
 * is hung up both are woken. */
void poll_wait_read(struct poll_table *pt, struct waitq *q);
void poll_wait_write(struct poll_table *pt, struct waitq *q);
unsigned file_poll(struct file *f, struct poll_table *pt); /* files without the op: always ready */

#endif
