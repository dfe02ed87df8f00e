/* splice.c: from one file to another inside the kernel, through a buffer of a few pages: sendfile,
 * splice, tee is not, copy_file_range. */

#include <asm/poll.h>

#include "fs/internal.h"
#include "fs/splice.h"
#include "mm/slab.h"
#include "proc/task.h"

#define BUFFER (4 * PAGE_SIZE)

/* Write all of n bytes, unless the target takes no more. */
static ssize_t write_all(struct file *out, const char *buf, size_t n, off_t *pos)
{
	size_t done = 0;

	while (done < n) {
		struct iobuf b = iobuf_kernel(buf + done, n - done);
		ssize_t w = file_write(out, &b, pos);
		if (w <= 0)
			return done > 0 ? (ssize_t)done : w;
		done += (size_t)w;
	}
	return (ssize_t)done;
}

/* How much can be moved now: what was read must also be writable, or it would be lost. */
static bool ready_to_write(struct file *out, int *err)
{
	if (out->ops->poll == NULL || !(out->flags & O_NONBLOCK))
		return true;
	if (file_poll(out, NULL) & (POLLOUT | POLLERR))
		return true;
	*err = -EAGAIN;
	return false;
}

ssize_t file_transfer(struct file *in, off_t *in_pos, struct file *out, off_t *out_pos, size_t len,
		      bool once)
{
	char *buf = kmalloc(BUFFER);
	ssize_t done = 0, n = 0;
	int err = 0;

	if (buf == NULL)
		return -ENOMEM;
	bool seekable = in->ops->llseek != NULL;
	while (len > 0 && ready_to_write(out, &err)) {
		size_t part = MIN(len, seekable ? BUFFER : PAGE_SIZE);
		struct iobuf b = iobuf_kernel(buf, part);
		off_t before = *in_pos;
		n = file_read(in, &b, in_pos);
		if (n <= 0)
			break;
		ssize_t w = write_all(out, buf, (size_t)n, out_pos);
		if (w > 0)
			done += w;
		if (w < n) {
			if (seekable)
				*in_pos = before + MAX(w, 0);
			n = w;
			break;
		}
		len -= (size_t)n;
		if (once && !seekable)
			break;
		if (current->signal_pending)
			break;
	}
	kfree(buf);
	if (done > 0)
		return done;
	return err < 0 ? err : MIN(n, 0);
}
