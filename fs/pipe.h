/* pipe.h: pipes and FIFOs (fs/pipe.c). */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include "lib/types.h"

struct file;
struct inode;

extern const struct file_ops pipe_ops;
/* Both ends of a new pipe.  => 0, -ENOMEM */
int pipe_create(struct file *ends[2], unsigned flags);
/* Bytes of room (F_SETPIPE_SZ).  => the size, -EBADF: not a pipe, -EPERM, -EBUSY, -ENOMEM */
long pipe_set_size(struct file *f, unsigned long size);
long pipe_get_size(struct file *f);

/* For fs/: open a FIFO's inode, which may sleep; free what an inode has. */
int fifo_open(struct inode *inode, struct file *f);
void pipe_inode_evict(struct inode *inode);

#endif
