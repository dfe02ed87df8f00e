/* read_write.c: moving bytes: read(2), write(2) and their vector and positioned forms, lseek(2). */

#include <asm/errno.h>
#include <linux/fs.h>

#include "fs/inode.h"
#include "fs/pipe.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "net/socket.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define IOV_LIMIT 1024
#define RWF_KNOWN                                                                                  \
	(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND | RWF_NOSIGNAL)

typedef ssize_t (*transfer_fn)(struct file *f, struct iobuf *b, off_t *pos);

/* --- vectors --- */

static int iov_total(struct iovec_ *iov, unsigned long count)
{
	size_t total = 0;

	for (unsigned long i = 0; i < count; i++) {
		if ((ssize_t)iov[i].len < 0)
			return -EINVAL;
		if (iov[i].len > USER_END || (uintptr_t)iov[i].base > USER_END - iov[i].len)
			return -EFAULT;
		iov[i].len = MIN(iov[i].len, MAX_RW - total);
		total += iov[i].len;
	}
	return 0;
}

int iov_from_user(const struct iovec_ *user, unsigned long count, struct iovec_ *small,
		  struct iovec_ **iov, struct iobuf *b)
{
	count = (unsigned)count; /* Linux takes no more bits of it */
	if (count > IOV_LIMIT)
		return -EINVAL;
	*iov = count <= IOV_SMALL ? small : kmalloc(count * sizeof(**iov));
	if (*iov == NULL)
		return -ENOMEM;
	int err = copy_from_user(*iov, user, count * sizeof(**iov));
	if (err == 0)
		err = iov_total(*iov, count);
	if (err < 0) {
		iov_free(*iov, small);
		return err;
	}
	*b = (struct iobuf){ .more = *iov, .more_count = (unsigned)count };
	return 0;
}

void iov_free(struct iovec_ *iov, const struct iovec_ *small)
{
	if (iov != small)
		kfree(iov);
}

/* --- one transfer --- */

/* May this file's transfer have those RWF_ flags?  => 0, -EOPNOTSUPP, -EINVAL */
static int check_flags(const struct file *f, unsigned rwf, transfer_fn fn)
{
	if (rwf == 0)
		return 0;
	if (rwf & ~(unsigned)RWF_KNOWN)
		return -EOPNOTSUPP;
	if ((rwf & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND))
		return -EINVAL;
	if (f->ops->prompt) {
		bool unknown = fn == file_write && f->ops->write != NULL && rwf != RWF_HIPRI;
		return unknown ? -EOPNOTSUPP : 0;
	}
	/* As on Linux, files in memory cannot promise not to wait; pipes, sockets
	 * and simple devices can. */
	bool prompt = f->ops == &pipe_ops || socket_of_file(f) != NULL ||
		      (S_ISCHR(f->inode->mode) && f->ops->poll == NULL);
	return (rwf & RWF_NOWAIT) && !prompt ? -EOPNOTSUPP : 0;
}

/* Where a file has no place, every transfer is at 0. */
static long at_current(int fd, struct iobuf *b, transfer_fn fn)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	long n = check_flags(f, b->rwf, fn);
	if (n == 0)
		n = file_begin_place(f);
	if (n < 0) {
		file_put(f);
		return n;
	}
	off_t pos = file_has_places(f) ? f->pos : 0;
	n = fn(f, b, &pos);
	if (n >= 0 && file_has_places(f))
		f->pos = pos;
	file_end_place(f);
	file_put(f);
	return n;
}

static long at_offset(int fd, struct iobuf *b, off_t pos, transfer_fn fn)
{
	struct file *f = fd_get(fd);
	if (f == NULL)
		return pos < 0 ? -EINVAL : -EBADF;
	long n = file_no_place(f, pos) ? -EINVAL
		 : (f->flags & O_PATH) ? -EBADF
		 : !file_has_places(f) ? -ESPIPE
				       : check_flags(f, b->rwf, fn);
	if (n == 0)
		n = fn(f, b, &pos);
	file_put(f);
	return n;
}

/* A length that no buffer has makes it a bad address; what is longer than MAX_RW is cut. */
static struct iobuf buffer(const void *buf, size_t len)
{
	bool possible = len <= USER_END && (uintptr_t)buf <= USER_END - len;

	return iobuf_user((void *)buf, possible ? MIN(len, MAX_RW) : SIZE_MAX);
}

long sys_read(int fd, void *buf, size_t len)
{
	struct iobuf b = buffer(buf, len);

	return at_current(fd, &b, file_read);
}

long sys_write(int fd, const void *buf, size_t len)
{
	struct iobuf b = buffer(buf, len);

	return at_current(fd, &b, file_write);
}

long sys_pread64(int fd, void *buf, size_t len, off_t pos)
{
	struct iobuf b = buffer(buf, len);

	return at_offset(fd, &b, pos, file_read);
}

long sys_pwrite64(int fd, const void *buf, size_t len, off_t pos)
{
	struct iobuf b = buffer(buf, len);

	return at_offset(fd, &b, pos, file_write);
}

/* --- vectors --- */

/* A transfer of vectors without a byte: the descriptor is looked at, the file is not. */
static long nothing(int fd, const off_t *pos, transfer_fn fn)
{
	if (pos != NULL && *pos < 0)
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	bool may = fn == file_read ? file_readable(f) : file_writable(f);
	long err = pos != NULL && !(f->flags & O_PATH) && !file_has_places(f) ? -ESPIPE
		   : may						      ? 0
									      : -EBADF;
	file_put(f);
	return err;
}

static long vector(int fd, const struct iovec_ *user, unsigned long count, const off_t *pos,
		   transfer_fn fn, unsigned rwf)
{
	struct iovec_ small[IOV_SMALL], *iov;
	struct iobuf b;
	int err = iov_from_user(user, count, small, &iov, &b);

	if (err < 0) {
		struct file *f = fd_get(fd);
		if (f == NULL)
			return -EBADF;
		file_put(f);
		return err;
	}
	b.rwf = rwf;
	if (iobuf_left(&b) == 0) {
		iov_free(iov, small);
		return nothing(fd, pos, fn);
	}
	long n = pos == NULL ? at_current(fd, &b, fn) : at_offset(fd, &b, *pos, fn);
	iov_free(iov, small);
	return n;
}

long sys_readv(int fd, const struct iovec_ *iov, unsigned long count)
{
	return vector(fd, iov, count, NULL, file_read, 0);
}

long sys_writev(int fd, const struct iovec_ *iov, unsigned long count)
{
	return vector(fd, iov, count, NULL, file_write, 0);
}

/* The high half of the offset is for 32-bit programs. */
long sys_preadv(int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi)
{
	(void)hi;
	return vector(fd, iov, count, &pos, file_read, 0);
}

long sys_pwritev(int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi)
{
	(void)hi;
	return vector(fd, iov, count, &pos, file_write, 0);
}

long sys_preadv2(int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi,
		 int flags)
{
	(void)hi;
	return vector(fd, iov, count, pos == -1 ? NULL : &pos, file_read, (unsigned)flags);
}

long sys_pwritev2(int fd, const struct iovec_ *iov, unsigned long count, off_t pos,
		  unsigned long hi, int flags)
{
	(void)hi;
	return vector(fd, iov, count, pos == -1 ? NULL : &pos, file_write, (unsigned)flags);
}

/* --- place --- */

long sys_lseek(int fd, off_t off, unsigned whence)
{
	struct file *f = fd_get(fd);
	long pos;

	if (f == NULL)
		return -EBADF;
	if (f->flags & O_PATH)
		pos = -EBADF;
	else if (whence > SEEK_HOLE)
		pos = -EINVAL;
	else
		pos = f->ops->llseek == NULL ? -ESPIPE : f->ops->llseek(f, off, (int)whence);
	file_put(f);
	return pos;
}
