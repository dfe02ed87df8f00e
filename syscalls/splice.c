/* splice.c: sendfile(2), splice(2), copy_file_range(2). */

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

static int end_open(struct end *e, int fd, off_t *user)
{
	e->user = user;
	e->file = fd_get(fd);
	if (e->file == NULL)
		return -EBADF;
	e->pos = e->file->ops->llseek != NULL ? e->file->pos : 0;
	if (user == NULL)
		return 0;
	if (e->file->ops->llseek == NULL)
		return -ESPIPE;
	if (get_user(e->pos, user) < 0)
		return -EFAULT;
	return e->pos < 0 ? -EINVAL : 0;
}

static int end_close(struct end *e, bool moved)
{
	int err = 0;

	if (e->file == NULL)
		return 0;
	if (moved && e->user != NULL)
		err = put_user(e->pos, e->user);
	else if (moved && e->file->ops->llseek != NULL)
		e->file->pos = e->pos;
	file_put(e->file);
	return err;
}

static long transfer(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len,
		     int (*check)(struct end *in, struct end *out, size_t len), bool once)
{
	struct end in = { 0 }, out = { 0 };
	long n = end_open(&in, in_fd, in_off);

	if (n == 0)
		n = end_open(&out, out_fd, out_off);
	if (n == 0)
		n = check(&in, &out, len);
	bool moved = n == 0;
	if (moved)
		n = file_transfer(in.file, &in.pos, out.file, &out.pos, MIN(len, MAX_RW), once);
	int err = end_close(&in, moved && n > 0);
	int err2 = end_close(&out, moved && n > 0);
	return err < 0 ? err : err2 < 0 ? err2 : n;
}

static int check_open(struct end *in, struct end *out)
{
	if ((in->file->flags & O_PATH) || (in->file->flags & O_ACCMODE) == O_WRONLY ||
	    (out->file->flags & O_PATH) || (out->file->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	return 0;
}

static int check_sendfile(struct end *in, struct end *out, size_t len)
{
	if ((ssize_t)len < 0)
		return -EINVAL;
	int err = check_open(in, out);
	if (err == 0 && (in->file->ops->read == NULL || in->file->ops->llseek == NULL ||
			 (out->file->flags & O_APPEND)))
		err = -EINVAL;
	return err;
}

long sys_sendfile(int out_fd, int in_fd, off_t *off, size_t len)
{
	return transfer(in_fd, off, out_fd, NULL, len, check_sendfile, false);
}

static int check_splice(struct end *in, struct end *out, size_t len)
{
	bool in_pipe = in->file->ops == &pipe_ops, out_pipe = out->file->ops == &pipe_ops;
	int err = check_open(in, out);

	(void)len;
	if (err < 0)
		return err;
	if (!in_pipe && !out_pipe)
		return -EINVAL;
	if (in_pipe && out_pipe && in->file->inode == out->file->inode)
		return -EINVAL;
	return out->file->flags & O_APPEND ? -EINVAL : 0;
}

long sys_splice(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len, unsigned flags)
{
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	return len == 0 ? 0 : transfer(in_fd, in_off, out_fd, out_off, len, check_splice, true);
}

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
	uint64_t n = MIN(len, MAX_RW), a = (uint64_t)in->pos, b = (uint64_t)out->pos;
	if (in->file->inode == out->file->inode && a < b + n && b < a + n)
		return -EINVAL;
	return 0;
}

long sys_copy_file_range(int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len,
			 unsigned flags)
{
	if (flags != 0)
		return -EINVAL;
	return transfer(in_fd, in_off, out_fd, out_off, len, check_copy, false);
}
