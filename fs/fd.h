/* fd.h: operations on single descriptors of the current process (fs/fd.c); the life of the tables
 * is in fs/vfs.h. */
#ifndef FS_FD_H
#define FS_FD_H

#include "lib/types.h"

struct file;
struct files;

/* Put f at fd and close what was there (dup2); the reference passes to the table.
 * => fd, -EBADF: above the limit, -ENOMEM; the reference stays the caller's then */
int fd_replace(struct file *f, unsigned fd_flags, int fd);
int fd_close(int fd); /* => 0, -EBADF */
int fd_room(void);    /* Is a descriptor free?  => 0, -EMFILE */
/* => 0, 1, -EBADF */
int fd_cloexec(int fd);
void fd_set_cloexec(int fd, bool on);
/* Is fd closed at exec? */
unsigned files_cloexec(struct files *t, int fd);
int files_capacity(const struct files *t); /* descriptors there is room for */
bool files_shared(const struct files *t);

#endif
