/* splice.h: moving bytes from file to file (fs/splice.c). */
#ifndef FS_SPLICE_H
#define FS_SPLICE_H

#include "lib/types.h"

struct file;

/* Read from in at *in_pos, write to out at *out_pos, up to len bytes; both advance.  `once`: from a
 * pipe take what is there, do not wait for more.  => bytes, -errno */
ssize_t file_transfer(struct file *in, off_t *in_pos, struct file *out, off_t *out_pos, size_t len,
		      bool once);

#endif
