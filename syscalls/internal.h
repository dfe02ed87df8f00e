/* internal.h: what the files of syscalls/ share. */
#ifndef SYSCALLS_INTERNAL_H
#define SYSCALLS_INTERNAL_H

#include "fs/vfs.h"
#include "proc/task.h"

/* A path from the program, in a kmalloc'ed block.
 * => 0 with *path to free, -EFAULT, -ENAMETOOLONG, -ENOMEM */
int path_from_user(const char *user, char **path);
/* The folder that a path from the program names; a symbolic link is followed.
 * => 0 with *p to put, -ENOTDIR, what path_from_user() and path_lookup() say */
int dir_from_user(const char *user, struct path *p);

/* An array of iovec_ from the program.  `small` (IOV_SMALL entries) is used when it is enough; free
 * the result by iov_free().  b gets all pieces, at most 2 GiB less a page in all.
 * => 0, -EINVAL, -EFAULT, -ENOMEM */
#define IOV_SMALL 8
int iov_from_user(const struct iovec_ *user, unsigned long count, struct iovec_ *small,
		  struct iovec_ **iov, struct iobuf *b);
void iov_free(struct iovec_ *iov, const struct iovec_ *small);

#define MAX_RW 0x7ffff000ul /* as Linux: a result fits into an int */

/* Put f at the lowest free descriptor; f is put if that fails (or is NULL: => err). */
long fd_result(struct file *f, unsigned flags, int err);

/* A socket address from and to the program.  => 0, -EFAULT, -EINVAL: a length that none has */
struct address;
int address_from_user(struct address *a, const void *user, int len);
int address_to_user(const struct address *a, void *user, int *user_len);

/* Relative time -> deadline in clock_ns(); no overflow. */
uint64_t deadline_after(uint64_t ns);

/* What fallocate(2) does.  => 0, -errno */
int file_allocate(struct file *f, int mode, off_t off, off_t len);

/* What stat(2) shows as st_blocks. */
struct inode;
uint64_t inode_blocks(const struct inode *inode);

#endif
