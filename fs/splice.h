/* splice.h: moving bytes from file to file (fs/splice.c). */
#ifndef FS_SPLICE_H
#define FS_SPLICE_H

#include "lib/types.h"

struct file;
struct iobuf;

/* Read from in at *in_pos, write to out at *out_pos, up to len bytes; both advance.  in has places.
 * => bytes, -errno */
ssize_t file_transfer(struct file *in, off_t *in_pos, struct file *out, off_t *out_pos, size_t len);

/* splice(2) by kinds of files; the pipe is one, of the right direction.  They wait for the first byte,
 * or slot, and then move what is there and fits.  => bytes, 0: the end, -EAGAIN, -EPIPE … */
ssize_t splice_to_pipe(struct file *in, off_t *pos, struct file *pipe, size_t len, bool nonblock);
ssize_t splice_from_pipe(struct file *pipe, struct file *out, off_t *pos, size_t len,
			 bool nonblock);
ssize_t splice_pipes(struct file *in, struct file *out, size_t len, bool nonblock);
/* tee(2): what is in one pipe also into another. */
ssize_t tee_pipes(struct file *in, struct file *out, size_t len, bool nonblock);
/* vmsplice(2) to a pipe: each page's part of the buffer becomes a slot, as a copy. */
ssize_t splice_buffer(struct iobuf *b, struct file *pipe, bool nonblock);

#endif
