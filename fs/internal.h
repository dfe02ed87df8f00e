/* internal.h: what the files of fs/ share beside the headers that the system calls use. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include "fs/fd.h"
#include "fs/inode.h"
#include "fs/lock.h"
#include "fs/path.h"
#include "fs/pipe.h"

#define SYMLINK_LIMIT 40

extern size_t inode_count, dentry_count, file_count;

/* --- file.c --- */

/* /proc/sys/fs/file-max: open files in all, for whom CAP_SYS_ADMIN does not exempt. */
extern unsigned file_max;

/* --- dentry.c --- */

uint32_t name_hash(const char *name, size_t len);
/* A dentry outside the cache.  parent NULL: a root or anonymous.  => NULL: no memory */
struct dentry *dentry_create(struct dentry *parent, const char *name, size_t len);
/* => counted, or NULL */
struct dentry *dentry_find(struct dentry *parent, const char *name, size_t len);
void dentry_add(struct dentry *d); /* into the cache */
/* The same for a directory in memory, with that cookie. */
void dentry_add_at(struct dentry *d, uintptr_t key);
/* Before a name of dir is taken away.  => 0, -ENOMEM */
int dir_complete(struct dentry *dir);
void dentry_remove(struct dentry *d); /* out of it; its name is no longer valid */
/* Take d to another place: the references of its old and new parent are adjusted.  The name must
 * have been made before by dentry_name().  */
char *dentry_name(const char *name, size_t len); /* => kmalloc'ed, or NULL */
void dentry_move(struct dentry *d, struct dentry *parent, char *name, size_t len);
void dentry_swap(struct dentry *a, struct dentry *b);
bool dentry_is_under(const struct dentry *d, const struct dentry *above);
/* Unpin everything below root: the file system goes away. */
void dentry_drop_tree(struct dentry *root);

/* --- mount.c --- */

extern struct list mount_list;
extern const struct fs_type *const fs_types[];

struct super *super_create(const struct fs_type *type, const char *source, const char *options,
			   int *err);
void super_get(struct super *sb);
void super_put(struct super *sb);
/* Keep the tree of names up, as a mount does; let it go. */
void super_hold(struct super *sb);
void super_release(struct super *sb);
/* A mount of dentry `root` (counted here), not attached.  => NULL */
struct mount *mount_create(struct super *sb, struct dentry *root, const char *source,
			   unsigned long flags);
/* Put m on top of the place `at`. */
void mount_attach(struct mount *m, const struct path *at);
void mount_detach(struct mount *m);
/* The mount on top of p, if there is one. */
struct mount *mount_on(const struct path *p);
const struct fs_type *fs_type_find(const char *name);
/* vfs_mount_volume() with the place looked up. */
int mount_volume(const char *tag, const char *file, unsigned long flags, const struct path *at);
extern struct mount *anon_mount; /* where pipes and memfds live */

/* --- mount_share.c --- */

/* Put the new or detached tree of mounts on `at`, and copies where they have to appear.  On failure
 * nothing is attached.  => 0, -ENOMEM, -EINVAL: a mount that must not be copied */
int mount_graft(struct mount *tree, const struct path *at);
/* Take an attached mount without mounts below it away, and its copies; lazy: used ones as well.
 * => 0, -EBUSY, -ENOMEM */
int mount_ungraft(struct mount *m, bool lazy);
/* ... with all that is mounted below it, lazily. */
int mount_ungraft_tree(struct mount *top);
/* A copy of a mount, or (whole) of the tree of mounts below the folder `root` of it, in the same shares;
 * not attached.  binds: leave out what is unbindable.  => NULL */
struct mount *mount_copy(struct mount *top, struct dentry *root, bool whole, bool binds);
/* Give up a tree that is not attached, and the reference to it. */
void mount_drop_tree(struct mount *top);
/* mount(2) with MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, and MS_REC for the whole tree. */
int mount_change_type(struct mount *top, unsigned long flags);
void mount_make_private(struct mount *m);
/* As mountinfo numbers them; 0: none. */
int mount_share_id(const struct mount *m);
int mount_master_id(const struct mount *m);

/* --- lookup.c --- */

/* Has any file system been mounted whose operations sleep? */
extern bool have_remote;

enum last_kind { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT, LAST_JUMP };

/* The state of one walk; path_begin() … path_end(). */
struct walk {
	struct path path;	 /* where it is */
	struct path root, start; /* counted if `counted`, else the process's own */
	unsigned flags, links;
	const char *rest; /* what is left of the name */
	char *text;	  /* kmalloc'ed: name with the last link's text in front */
	enum last_kind kind;
	const char *last; /* LAST_NAME: the last component, inside rest's text */
	size_t last_len;
	bool slash; /* there was a slash behind it */
	bool counted;
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

/* d in directory parent, with search permission checked before.  => 0, -ENOENT … */
int lookup_one(struct dentry *parent, const char *name, size_t len, struct dentry **out);

/* --- namei.c, open.c --- */

/* Make a node in dir.  => 0 with *out counted (if wanted) */
int dir_create(struct path *dir, const char *name, size_t len, mode_t mode, dev_t rdev,
	       const char *target, struct dentry **out);
/* Open the object at p. */
struct file *open_path(const struct path *p, unsigned flags, int *err);
/* A file for inode and dentry (both counted here).  => NULL: no memory */
struct file *file_create(struct inode *inode, struct dentry *d, struct mount *m,
			 const struct file_ops *ops, unsigned flags);

/* --- ramfs.c, filemap.c --- */

extern const struct fs_type tmpfs_type, rootfs_type, devtmpfs_type, proc_type, sysfs_type,
	anon_type, devpts_type, p9_type;
extern const struct file_ops ramfs_file_ops, ramfs_dir_ops;
struct inode *ramfs_inode(struct super *sb, mode_t mode, dev_t rdev, const char *target, int *err);
/* One that was there before limits were.  target, kmalloc'ed, passes to it.  => NULL: no memory */
struct inode *ramfs_inode_preset(struct super *sb, mode_t mode, char *target);
struct dentry *ramfs_root(void); /* of the first root */
/* Names in a ramfs at boot: parents are made. */
int ramfs_boot_at(struct dentry *root, const char *path, mode_t mode, dev_t rdev,
		  struct inode **out);
/* Must a file system of that size not grow, because memory runs short?  => ENOSPC */
bool files_fill_memory(const struct super *sb);
int filemap_truncate(struct inode *inode, uint64_t size);
int filemap_punch(struct inode *inode, uint64_t from, uint64_t to);
int filemap_allocate(struct inode *inode, uint64_t from, uint64_t to);
void filemap_free(struct inode *inode);
/* How far a write of n bytes at `at` may go.  => bytes, -EFBIG */
ssize_t filemap_write_limit(uint64_t at, size_t n);
/* The page at `index`, where there is one.  => borrowed, or NULL */
struct page *filemap_page(const struct inode *inode, uint64_t index);
/* "." and "..", at cookies 0 and 1. */
bool dir_emit_dots(struct file *f, struct dir_context *ctx);

/* --- image.c: directories of an image whose names are not all made --- */

/* Make the name.  => 0 with a counted dentry, -ENOENT, -EUCLEAN … */
int image_find(struct dentry *dir, const char *name, size_t len, struct dentry **out);
/* Make all names: an ordinary directory from then on.  => 0, -ENOMEM */
int image_complete(struct dentry *dir);
/* List the image's names, made or not.  => false: no room for more */
bool image_emit(struct file *f, struct dir_context *ctx);

/* Block `index` of a regular file whose blocks are not in one piece (inode->image_chunks).
 * => its page, NULL: a hole */
struct page *image_chunk(const struct inode *inode, uint64_t index);
/* The inode's last name has gone. */
void image_forget(struct inode *inode);

/* --- epoll.c, poll.c --- */

struct poll_table {
	/* events: POLL* that a wake-up of q can mean */
	void (*add)(struct poll_table *pt, struct waitq *q, unsigned events);
};
void epoll_file_gone(struct file *f);

/* --- dev.c --- */

/* A character device: for those who list them. */
struct device {
	struct list link;
	unsigned major, minor;
	mode_t mode; /* of its first node: permissions */
	char name[16];
	const struct file_ops *ops;
};
/* The n-th, from 0, in order of registration.  => NULL: there are not so many */
const struct device *dev_nth(unsigned n);
void dev_init(void);
/* The one super of devtmpfs, counted, for every mount of it. */
struct super *dev_super_get(void);

#endif
