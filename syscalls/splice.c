/* splice.c: sendfile(2), splice(2), tee(2), vmsplice(2), copy_file_range(2). */

#include <asm/errno.h>

#include "fs/inode.h"
#include "fs/pipe.h"
#include "fs/splice.h"
#include "mm/usercopy.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define SPLICE_F_NONBLOCK 2
#define SPLICE_F_ALL	  15

/* One end of a transfer: a file, and a place that is the program's or the file's own. */
struct end {
	struct file *file;
	off_t *user;
	off_t pos;
};

static int end_open(struct end *e, int fd)
{
	e->file = fd_get(fd);
	return e->file == NULL ? -EBADF : 0;
}

/* Where it begins: at the program's offset, or the file's. */
static int end_place(struct end *e, off_t *user)
{
	bool has_place = file_has_places(e->file);

	e->user = user;
	if (user != NULL)
		return !has_place ? -ESPIPE : get_user(e->pos, user);
	e->pos = has_place ? e->file->pos : 0;
	return 0;
}

static int end_close(struct end *e, bool moved)
{
	int err = 0;

	if (e->file == NULL)
		return 0;
	if (moved && e->user != NULL)
		err = put_user(e->pos, e->user);
	else if (moved && file_has_places(e->file))
		e->file->pos = e->pos;
	file_put(e->file);
	return err;
}

/* Move by `move` what `check` allows. */
static long transfer(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len,
		     int (*check)(struct end *in, struct end *out, size_t len),
		     ssize_t (*move)(struct end *in, struct end *out, size_t len, bool nonblock),
		     bool nonblock)
{
	struct end in = { 0 }, out = { 0 };
	long n = end_open(&in, in_fd);

	if (n == 0)
		n = end_open(&out, out_fd);
	if (n == 0)
		n = end_place(&in, in_off);
	if (n == 0)
		n = end_place(&out, out_off);
	if (n == 0)
		n = check(&in, &out, len);
	bool moved = n == 0;
	if (moved)
		n = move(&in, &out, MIN(len, MAX_RW), nonblock);
	int err = end_close(&in, moved && n > 0);
	int err2 = end_close(&out, moved && n > 0);
	return err < 0 ? err : err2 < 0 ? err2 : n;
}

static int check_open(struct end *in, struct end *out)
{
	return file_readable(in->file) && file_writable(out->file) ? 0 : -EBADF;
}

static bool is_pipe(const struct end *e)
{
	return e->file->ops == &pipe_ops;
}

/* Can bytes be read from it for splice?  Files without a type are eventfds and the like. */
static bool can_give(const struct file *f)
{
	return f->ops->read != NULL && (f->inode->mode & S_IFMT) != 0 && !inode_is_dir(f->inode);
}

/* --- sendfile --- */

static int check_sendfile(struct end *in, struct end *out, size_t len)
{
	if ((ssize_t)len < 0)
		return -EINVAL;
	int err = check_open(in, out);
	if (err == 0 && (!can_give(in->file) || !file_has_places(in->file) || in->pos < 0 ||
			 (out->file->flags & O_APPEND)))
		err = -EINVAL;
	return err;
}

static ssize_t move_sendfile(struct end *in, struct end *out, size_t len, bool nonblock)
{
	if (is_pipe(out) && len > 0)
		return splice_to_pipe(in->file, &in->pos, out->file, len, nonblock);
	return file_transfer(in->file, &in->pos, out->file, &out->pos, len);
}

long sys_sendfile(int out_fd, int in_fd, off_t *off, size_t len)
{
	return transfer(in_fd, off, out_fd, NULL, len, check_sendfile, move_sendfile, false);
}

/* --- splice, tee, vmsplice --- */

static int check_splice(struct end *in, struct end *out, size_t len)
{
	int err = check_open(in, out);

	(void)len;
	if (err < 0)
		return err;
	if (!is_pipe(in) && !is_pipe(out))
		return -EINVAL;
	if (is_pipe(in) && is_pipe(out) && in->file->inode == out->file->inode)
		return -EINVAL;
	if ((!is_pipe(in) && !can_give(in->file)) || in->pos < 0 || out->pos < 0)
		return -EINVAL;
	return !is_pipe(out) && (out->file->flags & O_APPEND) ? -EINVAL : 0;
}

static ssize_t move_splice(struct end *in, struct end *out, size_t len, bool nonblock)
{
	if (is_pipe(in) && is_pipe(out))
		return splice_pipes(in->file, out->file, len, nonblock);
	if (is_pipe(out))
		return splice_to_pipe(in->file, &in->pos, out->file, len, nonblock);
	return splice_from_pipe(in->file, out->file, &out->pos, len, nonblock);
}

long sys_splice(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len, unsigned flags)
{
	if (len == 0)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	return transfer(in_fd, in_off, out_fd, out_off, len, check_splice, move_splice,
			(flags & SPLICE_F_NONBLOCK) != 0);
}

static int check_tee(struct end *in, struct end *out, size_t len)
{
	int err = check_open(in, out);

	(void)len;
	if (err == 0 && (!is_pipe(in) || !is_pipe(out) || in->file->inode == out->file->inode))
		err = -EINVAL;
	return err;
}

static ssize_t move_tee(struct end *in, struct end *out, size_t len, bool nonblock)
{
	return tee_pipes(in->file, out->file, len, nonblock);
}

long sys_tee(int in_fd, int out_fd, size_t len, unsigned flags)
{
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (len == 0)
		return 0;
	return transfer(in_fd, NULL, out_fd, NULL, len, check_tee, move_tee,
			(flags & SPLICE_F_NONBLOCK) != 0);
}

static long splice_memory(struct file *f, const struct iovec_ *user, unsigned long count,
			  bool nonblock)
{
	struct iovec_ small[IOV_SMALL], *iov;
	struct iobuf b;
	off_t pos = 0;
	int err = iov_from_user(user, count, small, &iov, &b);

	if (err < 0)
		return err;
	long n = 0;
	if (iobuf_left(&b) == 0)
		;
	else if (f->ops != &pipe_ops)
		n = -EBADF;
	else if (file_writable(f))
		n = splice_buffer(&b, f, nonblock);
	else if (!file_readable(f))
		n = -EBADF;
	else if ((n = pipe_wait_data(f, nonblock)) > 0)
		n = file_read(f, &b, &pos);
	iov_free(iov, small);
	return n;
}

long sys_vmsplice(int fd, const struct iovec_ *iov, unsigned long count, unsigned flags)
{
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	long n = -EBADF;
	if (!(f->flags & O_PATH))
		n = splice_memory(f, iov, count, (flags & SPLICE_F_NONBLOCK) != 0);
	file_put(f);
	return n;
}

/* --- copy_file_range --- */

static int check_copy(struct end *in, struct end *out, size_t len)
{
	int err = check_open(in, out);

	if (err < 0)
		return err;
	if (inode_is_dir(in->file->inode) || inode_is_dir(out->file->inode))
		return -EISDIR;
	if (!file_is_regular(in->file) || !file_is_regular(out->file))
		return -EINVAL;
	if (out->file->flags & O_APPEND)
		return -EBADF;
	if (in->file->inode->sb != out->file->inode->sb)
		return -EXDEV;
	uint64_t a = (uint64_t)in->pos, b = (uint64_t)out->pos;
	if (in->pos < 0 || out->pos < 0 || a + len < a || b + len < b)
		return -EOVERFLOW;
	uint64_t size = in->file->inode->size;
	uint64_t n = a >= size ? 0 : MIN(MIN(len, MAX_RW), size - a);
	if (in->file->inode == out->file->inode && a < b + n && b < a + n)
		return -EINVAL;
	return 0;
}

static ssize_t move_copy(struct end *in, struct end *out, size_t len, bool nonblock)
{
	(void)nonblock;
	return file_transfer(in->file, &in->pos, out->file, &out->pos, len);
}

long sys_copy_file_range(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len,
			 unsigned flags)
{
	if (flags != 0)
		return -EINVAL;
	return transfer(in_fd, in_off, out_fd, out_off, len, check_copy, move_copy, false);
}
