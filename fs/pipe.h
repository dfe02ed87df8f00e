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

/* For splice, of open ends.  Some bytes of a page; the reference is whose the function says. */
struct pipe_piece {
	struct page *page;
	unsigned off, len;
	bool packet;
};
/* Wait for data, or for a free slot; both also heed O_NONBLOCK of f.
 * => data: 1, 0: nobody writes; room: 0, -EPIPE with SIGPIPE sent; -EAGAIN, -ERESTARTSYS */
int pipe_wait_data(struct file *f, bool nonblock);
int pipe_wait_room(struct file *f, bool nonblock);
unsigned pipe_room(const struct file *f); /* free slots; 0 also when nobody reads */
/* Slot n from the front; the page is borrowed.  => false: there is none */
bool pipe_peek(const struct file *f, unsigned n, struct pipe_piece *piece);
void pipe_skip(struct file *f, size_t n); /* take n bytes out of the first slot */
/* Put a piece, whose page's reference passes to the pipe, into a free slot. */
void pipe_push(struct file *f, const struct pipe_piece *piece);

/* For fs/: open a FIFO's inode, which may sleep; free what an inode has. */
int fifo_open(struct inode *inode, struct file *f);
void pipe_inode_evict(struct inode *inode);

#endif
