/* lock.h: advisory locks of files (fs/lock.c). */
#ifndef FS_LOCK_H
#define FS_LOCK_H

struct file;
struct files;
struct flock;
struct text;
/* F_GETLK, F_SETLK, F_SETLKW and their OFD forms; fl is in kernel memory.  May sleep. */
int lock_posix(struct file *f, int cmd, struct flock *fl);
int lock_flock(struct file *f, int op); /* may sleep */
/* The owner (a descriptor table) closes a descriptor of the inode. */
void lock_close(struct file *f, const struct files *owner);
void lock_release(struct file *f); /* the last reference of f goes */
/* Append the lines of /proc/locks, and those of f in fdinfo: locks that were set by f and that
 * it or its table owns. */
void lock_show_all(struct text *t);
void lock_show(struct text *t, const struct file *f, const struct files *owner);

#endif
