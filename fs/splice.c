/* splice.c: from one file to another inside the kernel: sendfile, splice, tee, vmsplice,
 * copy_file_range.
 *
 * From pipe to pipe pages change hands, or are shared; from and to other files their contents are
 * copied.  How much fits is counted in slots, as Linux does, since programs see it. */

#include <asm/poll.h>

#include "fs/internal.h"
#include "fs/splice.h"
#include "mm/slab.h"
#include "proc/task.h"

#define BUFFER (4 * PAGE_SIZE)

/* --- between files --- */

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

ssize_t file_transfer(struct file *in, off_t *in_pos, struct file *out, off_t *out_pos, size_t len)
{
	char *buf = kmalloc(BUFFER);
	ssize_t done = 0, n = 0;
	int err = 0;

	if (buf == NULL)
		return -ENOMEM;
	while (len > 0 && ready_to_write(out, &err)) {
		struct iobuf b = iobuf_kernel(buf, MIN(len, BUFFER));
		off_t before = *in_pos;
		n = file_read(in, &b, in_pos);
		if (n <= 0)
			break;
		ssize_t w = write_all(out, buf, (size_t)n, out_pos);
		if (w > 0)
			done += w;
		if (w < n) {
			*in_pos = before + MAX(w, 0);
			n = w;
			break;
		}
		len -= (size_t)n;
		if (!sched_breathe())
			break;
	}
	kfree(buf);
	if (done > 0)
		return done;
	return err < 0 ? err : MIN(n, 0);
}

/* --- splice --- */

/* Fill a new page from in.  => bytes, 0: no more now, -errno */
static ssize_t read_piece(struct file *in, off_t *pos, size_t len, struct pipe_piece *piece)
{
	size_t room = S_ISREG(in->inode->mode) ? PAGE_SIZE - ((size_t)*pos & PAGE_MASK) : PAGE_SIZE;
	struct page *page = page_alloc(0);

	if (page == NULL)
		return -ENOMEM;
	struct iobuf b = iobuf_kernel(page_va(page), MIN(len, room));
	ssize_t n = file_read(in, &b, pos);
	if (n <= 0)
		page_put(page);
	else
		*piece = (struct pipe_piece){ page, 0, (unsigned)n, false };
	return n;
}

ssize_t splice_to_pipe(struct file *in, off_t *pos, struct file *pipe, size_t len, bool nonblock)
{
	bool stream = in->ops->poll != NULL;
	struct pipe_piece piece;
	size_t done = 0;
	ssize_t n = pipe_wait_room(pipe, nonblock);

	if (n < 0)
		return n;
	/* While reading sleeps (a terminal) others may fill the pipe, or close it. */
	while (done < len && pipe_room(pipe) > 0) {
		n = read_piece(in, pos, len - done, &piece);
		if (n <= 0)
			break;
		n = pipe_wait_room(pipe, false);
		if (n < 0) {
			page_put(piece.page);
			break;
		}
		pipe_push(pipe, &piece);
		done += piece.len;
		if (stream && !(file_poll(in, NULL) & POLLIN))
			break;
	}
	return done > 0 ? (ssize_t)done : n;
}

ssize_t splice_from_pipe(struct file *pipe, struct file *out, off_t *pos, size_t len, bool nonblock)
{
	struct pipe_piece piece;
	size_t done = 0;
	int err = pipe_wait_data(pipe, nonblock);
	ssize_t w = 0;

	if (err <= 0)
		return err;
	while (done < len && pipe_peek(pipe, 0, &piece)) {
		size_t n = MIN(len - done, piece.len);
		page_get(piece.page); /* writing may sleep, and others read the pipe */
		w = write_all(out, (char *)page_va(piece.page) + piece.off, n, pos);
		struct pipe_piece now;
		if (w > 0 && pipe_peek(pipe, 0, &now) && now.page == piece.page &&
		    now.off == piece.off)
			pipe_skip(pipe, (size_t)w);
		page_put(piece.page);
		if (w > 0)
			done += (size_t)w;
		if (w < (ssize_t)n)
			break;
	}
	return done > 0 ? (ssize_t)done : w;
}

/* Wait until one pipe has data and the other room at the same time.  => 1, 0: the end, -errno */
static int wait_for_both(struct file *in, struct file *out, bool nonblock)
{
	struct pipe_piece piece;
	int err;

	do {
		err = pipe_wait_data(in, nonblock || (out->flags & O_NONBLOCK));
		if (err <= 0)
			return err;
		err = pipe_wait_room(out, nonblock || (in->flags & O_NONBLOCK));
		if (err < 0)
			return err;
	} while (!pipe_peek(in, 0, &piece));
	return 1;
}

ssize_t splice_pipes(struct file *in, struct file *out, size_t len, bool nonblock)
{
	struct pipe_piece piece;
	size_t done = 0;
	int err = wait_for_both(in, out, nonblock);

	if (err <= 0)
		return err;
	while (done < len && pipe_room(out) > 0 && pipe_peek(in, 0, &piece)) {
		piece.packet = piece.packet && piece.len <= len - done;
		piece.len = (unsigned)MIN(piece.len, len - done);
		page_get(piece.page);
		pipe_skip(in, piece.len);
		pipe_push(out, &piece);
		done += piece.len;
	}
	return (ssize_t)done;
}

ssize_t tee_pipes(struct file *in, struct file *out, size_t len, bool nonblock)
{
	struct pipe_piece piece;
	size_t done = 0;
	int err = wait_for_both(in, out, nonblock);

	if (err <= 0)
		return err;
	for (unsigned i = 0; done < len && pipe_room(out) > 0 && pipe_peek(in, i, &piece); i++) {
		piece.len = (unsigned)MIN(piece.len, len - done);
		page_get(piece.page);
		pipe_push(out, &piece);
		done += piece.len;
	}
	return (ssize_t)done;
}

ssize_t splice_buffer(struct iobuf *b, struct file *pipe, bool nonblock)
{
	size_t done = 0;
	int err = pipe_wait_room(pipe, nonblock);

	while (err == 0 && iobuf_left(b) > 0 && pipe_room(pipe) > 0) {
		while (b->len == 0) { /* a slot holds bytes of one piece only */
			b->base = b->more->base;
			b->len = b->more->len;
			b->more++;
			b->more_count--;
		}
		size_t n = MIN(b->len, PAGE_SIZE - ((uintptr_t)b->base & PAGE_MASK));
		struct page *page = page_alloc(0);
		if (page == NULL) {
			err = -ENOMEM;
			break;
		}
		n = iobuf_take(b, page_va(page), n);
		if (n == 0) {
			page_put(page);
			err = -EFAULT;
			break;
		}
		/* The copy may have slept for a page; the pipe is as it is now. */
		if (pipe_room(pipe) == 0) {
			page_put(page);
			break;
		}
		struct pipe_piece piece = { page, 0, (unsigned)n, false };
		pipe_push(pipe, &piece);
		done += n;
	}
	return done > 0 ? (ssize_t)done : err;
}
