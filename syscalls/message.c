/* message.c: data through sockets: send(2), recv(2), sendmsg(2), recvmsg(2) and their forms for
 * many messages. */

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>

#include "mm/slab.h"
#include "mm/usercopy.h"
#include "net/socket.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define IOV_LIMIT     1024
#define CONTROL_SMALL 64 /* bytes of control messages that need no allocation */

/* struct msghdr and struct mmsghdr, as the C library has them. */
struct user_msghdr {
	void *name;
	int namelen;
	struct iovec_ *iov;
	size_t iovlen;
	void *control;
	size_t controllen;
	unsigned flags;
};
struct user_mmsghdr {
	struct user_msghdr hdr;
	unsigned len;
};
_Static_assert(sizeof(struct user_msghdr) == 56 && sizeof(struct user_mmsghdr) == 64,
	       "as in the ABI");

/* --- one buffer --- */

static int one_buffer(const void *buf, size_t len, struct iobuf *b)
{
	if (len > USER_END || (uintptr_t)buf > USER_END - len)
		return -EFAULT;
	*b = iobuf_user((void *)buf, MIN(len, MAX_RW));
	return 0;
}

static unsigned wait_flags(const struct file *f)
{
	return f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

long sys_sendto(int fd, const void *buf, size_t len, unsigned flags, const void *to, int to_len)
{
	struct address a;
	struct iobuf b;
	struct file *f;
	int err = one_buffer(buf, len, &b);

	if (err < 0)
		return err;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	struct message m = { .data = &b, .flags = flags | wait_flags(f) };
	if (to != NULL) {
		err = address_from_user(&a, to, to_len);
		m.name = a.len > 0 ? &a : NULL;
	}
	long n = err < 0 && to != NULL ? err : s->ops->send(s, &m);
	file_put(f);
	return n;
}

long sys_recvfrom(int fd, void *buf, size_t len, unsigned flags, void *from, int *from_len)
{
	struct address a = { .len = 0 };
	struct iobuf b;
	struct file *f;
	int err = one_buffer(buf, len, &b);

	if (err < 0)
		return err;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	struct message m = { .data = &b, .flags = flags | wait_flags(f) };
	if (from != NULL)
		m.name = &a;
	long n = s->ops->receive(s, &m);
	file_put(f);
	if (n >= 0 && from != NULL) {
		err = address_to_user(&a, from, from_len);
		if (err < 0)
			return err;
	}
	return n;
}

/* --- one message --- */

/* A message from the program, with its pieces. */
struct full {
	struct user_msghdr hdr;
	struct address address;
	struct iovec_ small[IOV_SMALL], *iov;
	struct iobuf data;
	struct message m;
	char control[CONTROL_SMALL] __attribute__((aligned(8)));
};

/* => 0 with the iov to be freed */
static int full_from_user(struct full *t, const struct user_msghdr *user, bool sending)
{
	if (get_user(t->hdr, user) < 0)
		return -EFAULT;
	if (t->hdr.name == NULL)
		t->hdr.namelen = 0;
	if (t->hdr.namelen < 0)
		return -EINVAL;
	t->m = (struct message){ .data = &t->data };
	t->address.len = 0;
	if (sending && t->hdr.namelen > 0) {
		int len = MIN(t->hdr.namelen, ADDRESS_MAX);
		int err = address_from_user(&t->address, t->hdr.name, len);
		if (err < 0)
			return err;
		t->m.name = &t->address;
	} else if (!sending && t->hdr.name != NULL) {
		t->m.name = &t->address;
	}
	if (t->hdr.iovlen > IOV_LIMIT)
		return -EMSGSIZE;
	return iov_from_user(t->hdr.iov, t->hdr.iovlen, t->small, &t->iov, &t->data);
}

/* Copy the control messages that are to be sent. */
static int control_from_user(struct full *t)
{
	size_t len = t->hdr.controllen;

	if (len > INT32_MAX)
		return -ENOBUFS;
	if (len == 0)
		return 0;
	void *copy = len <= sizeof(t->control) ? t->control
		     : len < CONTROL_MAX       ? kmalloc(len)
					       : NULL;
	if (copy == NULL)
		return -ENOBUFS;
	t->m.control = copy;
	t->m.control_len = len;
	return copy_from_user(copy, t->hdr.control, len);
}

static long send_full(struct socket *s, const struct user_msghdr *user, unsigned flags,
		      size_t *unsent)
{
	struct full t;
	long n = full_from_user(&t, user, true);

	if (n < 0)
		return n;
	n = control_from_user(&t);
	t.m.flags = flags;
	if (n == 0)
		n = s->ops->send(s, &t.m);
	if (unsent != NULL)
		*unsent = iobuf_left(&t.data);
	if (t.m.control != t.control)
		kfree(t.m.control);
	iov_free(t.iov, t.small);
	return n;
}

static long receive_full(struct socket *s, struct user_msghdr *user, unsigned flags)
{
	struct full t;
	long n = full_from_user(&t, user, false);

	if (n < 0)
		return n;
	t.m.control = t.hdr.control;
	t.m.control_len = t.hdr.controllen;
	t.m.flags = flags;
	t.m.result = flags & MSG_CMSG_CLOEXEC;
	n = s->ops->receive(s, &t.m);
	iov_free(t.iov, t.small);
	if (n < 0)
		return n;
	if (t.hdr.name != NULL) {
		int err = address_to_user(&t.address, t.hdr.name, &user->namelen);
		if (err < 0)
			return err;
	}
	size_t used = (uintptr_t)t.m.control - (uintptr_t)t.hdr.control;
	if (put_user(t.m.result, &user->flags) < 0 || put_user(used, &user->controllen) < 0)
		return -EFAULT;
	return n;
}

long sys_sendmsg(int fd, const struct user_msghdr *user, unsigned flags)
{
	struct file *f;
	int err;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	long n = send_full(s, user, flags | wait_flags(f), NULL);
	file_put(f);
	return n;
}

long sys_recvmsg(int fd, struct user_msghdr *user, unsigned flags)
{
	struct file *f;
	int err;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	long n = receive_full(s, user, flags | wait_flags(f));
	file_put(f);
	return n;
}

/* --- many messages --- */

long sys_sendmmsg(int fd, struct user_mmsghdr *user, unsigned count, unsigned flags)
{
	struct file *f;
	int err;
	unsigned done = 0;
	long n = 0;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	for (; done < MIN(count, IOV_LIMIT); done++) {
		size_t unsent = 0;
		n = send_full(s, &user[done].hdr, flags | wait_flags(f), &unsent);
		if (n >= 0 && put_user((unsigned)n, &user[done].len) < 0)
			n = -EFAULT;
		if (n < 0)
			break;
		if (unsent > 0) {
			done++;
			break;
		}
	}
	file_put(f);
	return done > 0 ? (long)done : MIN(n, 0);
}

/* The time that recvmmsg(2) may take: looked at between messages only. */
static int limit_from_user(const struct __kernel_timespec *user, uint64_t *deadline)
{
	struct __kernel_timespec t;

	*deadline = NO_DEADLINE;
	if (user == NULL)
		return 0;
	if (get_user(t, user) < 0)
		return -EFAULT;
	if (t.tv_sec < 0 || t.tv_nsec < 0 || t.tv_nsec >= (long long)NSEC_PER_SEC)
		return -EINVAL;
	if ((uint64_t)t.tv_sec < UINT64_MAX / NSEC_PER_SEC - 1)
		*deadline = deadline_after((uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec);
	return 0;
}

static int limit_to_user(struct __kernel_timespec *user, uint64_t deadline)
{
	uint64_t now = clock_ns(), left = deadline > now ? deadline - now : 0;
	struct __kernel_timespec t = {
		.tv_sec = (long long)(left / NSEC_PER_SEC),
		.tv_nsec = (long long)(left % NSEC_PER_SEC),
	};

	return put_user(t, user);
}

/* => messages; what went wrong after the first is kept for the next call */
static long receive_many(struct socket *s, struct user_mmsghdr *user, unsigned count,
			 unsigned flags, uint64_t deadline)
{
	unsigned done = 0;
	long n = socket_take_error(s);

	while (n >= 0 && done < count) {
		n = receive_full(s, &user[done].hdr, flags & ~(unsigned)MSG_WAITFORONE);
		if (n >= 0 && put_user((unsigned)n, &user[done].len) < 0)
			n = -EFAULT;
		if (n < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline != NO_DEADLINE && clock_ns() >= deadline)
			break;
	}
	if (n < 0 && done > 0 && n != -EAGAIN)
		s->error = (int)n;
	return done > 0 ? (long)done : MIN(n, 0);
}

long sys_recvmmsg(int fd, struct user_mmsghdr *user, unsigned count, unsigned flags,
		  struct __kernel_timespec *limit)
{
	struct file *f;
	int err;
	uint64_t deadline;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	err = limit_from_user(limit, &deadline);
	if (err < 0)
		return err;
	struct socket *s = socket_of_fd(fd, &f, &err);
	if (s == NULL)
		return err;
	long n = receive_many(s, user, count, flags | wait_flags(f), deadline);
	file_put(f);
	if (n > 0 && limit != NULL && limit_to_user(limit, deadline) < 0)
		return -EFAULT;
	return n;
}
