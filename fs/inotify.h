/* inotify.h: telling programs what happens to files (fs/inotify.c, inotify(7)), in directories also
 * by signals (F_NOTIFY of fcntl(2)).
 *
 * The file system reports each event where it happens, by one of the notify_ functions; while nobody
 * watches anything that costs a look at one counter. */
#ifndef FS_INOTIFY_H
#define FS_INOTIFY_H

#include <linux/inotify.h>

#include "fs/path.h"

extern unsigned inotify_watches; /* of all instances, and those of F_NOTIFY */

/* An entry of a directory got another name in it: of no interest but for F_NOTIFY. */
#define NOTIFY_RENAMED 0x10000000

void inotify_tell_inode(struct inode *inode, uint32_t mask);
void inotify_tell_dentry(struct dentry *d, uint32_t mask);
void inotify_tell_dir(struct inode *dir, uint32_t mask, uint32_t cookie, const char *name,
		      size_t len, bool is_dir);

/* Something happened to an inode, whatever its name: its own watches hear of it. */
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
	if (inode->watches != NULL)
		inotify_tell_inode(inode, mask);
}

/* To the file of that name: its own watches hear of it, and those of its directory with the name. */
static inline void notify_dentry(struct dentry *d, uint32_t mask)
{
	if (inotify_watches != 0)
		inotify_tell_dentry(d, mask);
}

/* To an entry of a directory: made, removed. */
static inline void notify_entry(struct inode *dir, uint32_t mask, const struct dentry *d)
{
	if (dir->watches != NULL)
		inotify_tell_dir(dir, mask, 0, d->name, d->name_len, inode_is_dir(d->inode));
}

/* To an open file: read, written, closed. */
static inline void notify_file(struct file *f, uint32_t mask)
{
	if (inotify_watches != 0 && f->notifies)
		inotify_tell_dentry(f->dentry, mask);
}

uint32_t notify_cookie(void); /* for the two events of a rename */
/* The inode has lost its last name, and that name its last user. */
void notify_gone(struct inode *inode);
/* A file system is unmounted for good. */
void notify_unmount(struct super *sb);

/* A new instance.  => NULL with *err: -EMFILE, -ENOMEM */
struct file *inotify_create(unsigned flags, int *err);
/* mask as for inotify_add_watch(2), checked.  => watch descriptor, -EINVAL, -EEXIST, -ENOSPC … */
int inotify_add(struct file *f, struct inode *inode, uint32_t mask);
int inotify_remove(struct file *f, int wd);
/* F_NOTIFY of fcntl(2): signals for the owner of f, which is the caller if nobody was named, when
 * what the DN_ bits say happens in the directory; without any: no more.  => 0, -ENOTDIR, -ENOMEM */
int dnotify(struct file *f, int fd, unsigned bits);
/* No more of what was asked by f and table t; NULL: any table. */
void dnotify_flush(const struct file *f, const struct files *t);
bool file_is_inotify(const struct file *f);
/* What /proc/sys/fs/inotify shows. */
unsigned inotify_max_watches(void);
#define INOTIFY_MAX_EVENTS    16384
#define INOTIFY_MAX_INSTANCES 128

#endif
