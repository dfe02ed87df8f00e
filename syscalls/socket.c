/* socket.c: socket(2) and its relatives that move no data: names, connections, options. */

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "fs/fd.h"
#include "mm/usercopy.h"
#include "net/socket.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

/* --- addresses --- */

int address_from_user(struct address *a, const void *user, int len)
{
	if (len < 0 || len > ADDRESS_MAX)
		return -EINVAL;
	a->len = len;
	a->family = AF_UNSPEC;
	return copy_from_user(a->bytes, user, (size_t)len);
}

int address_to_user(const struct address *a, void *user, int *user_len)
{
	int room;

	if (get_user(room, user_len) < 0)
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	/* It may be cut; the program hears how long it is. */
	room = MIN(room, a->len);
	if (room > 0 && copy_to_user(user, a->bytes, (size_t)room) < 0)
		return -EFAULT;
	return put_user(a->len, user_len);
}

/* --- making --- */

/* A new socket with its file, whose it is.  => NULL */
static struct file *make_socket(int family, int type, int protocol, int *err)
{
	struct socket *s = socket_create(family, type & SOCK_TYPE_MASK, protocol, err);

	if (s == NULL)
		return NULL;
	struct file *f = socket_file(s, (unsigned)type);
	if (f == NULL) {
		socket_put(s);
		*err = -ENOMEM;
	}
	return f;
}

long sys_socket(int family, int type, int protocol)
{
	int err;

	if (type & ~SOCK_TYPE_MASK & ~TYPE_FLAGS)
		return -EINVAL;
	struct file *f = make_socket(family, type, protocol, &err);
	return fd_result(f, (unsigned)type, err);
}

/* Two descriptors, or none; the references pass to the table. */
static int install_pair(struct file *a, struct file *b, unsigned flags, int fd[2])
{
	unsigned fd_flags = flags & SOCK_CLOEXEC ? FD_CLOEXEC : 0;

	fd[0] = fd_install(a, fd_flags, 0);
	fd[1] = fd[0] < 0 ? fd[0] : fd_install(b, fd_flags, 0);
	if (fd[1] >= 0)
		return 0;
	file_put(b);
	if (fd[0] < 0)
		file_put(a);
	else
		fd_close(fd[0]);
	return fd[1];
}

/* As on Linux the caller's memory is written to before anything is made. */
long sys_socketpair(int family, int type, int protocol, int *user)
{
	int err, fd[2] = { -1, -1 };

	if (type & ~SOCK_TYPE_MASK & ~TYPE_FLAGS)
		return -EINVAL;
	err = (int)fd_room();
	if (err == 0)
		err = copy_to_user(user, fd, sizeof(fd));
	if (err < 0)
		return err;
	struct file *a = make_socket(family, type, protocol, &err);
	if (a == NULL)
		return err;
	struct file *b = make_socket(family, type, protocol, &err);
	if (b == NULL)
		goto put_a;
	err = socket_pair(socket_of_file(a), socket_of_file(b));
	if (err < 0)
		goto put_b;
	err = install_pair(a, b, (unsigned)type, fd);
	if (err < 0)
		return err;
	err = copy_to_user(user, fd, sizeof(fd));
	if (err < 0) {
		fd_close(fd[0]);
		fd_close(fd[1]);
	}
	return err;
put_b:
	file_put(b);
put_a:
	file_put(a);
	return err;
}

/* --- names and connections --- */

long sys_bind(int fd, const void *user, int len)
{
	struct address a;
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = address_from_user(&a, user, len);
	if (err == 0)
		err = s->ops->bind(s, &a);
	file_put(f);
	return err;
}

static unsigned wait_flags(const struct file *f)
{
	return f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

/* Linux copies the address before it asks whether this is a socket. */
long sys_connect(int fd, const void *user, int len)
{
	struct address a;
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	int err = f->flags & O_PATH ? -EBADF : address_from_user(&a, user, len);
	if (err == 0) {
		struct socket *s = socket_of_file(f);
		err = s == NULL ? -ENOTSOCK : s->ops->connect(s, &a, wait_flags(f));
	}
	file_put(f);
	return err;
}

long sys_listen(int fd, int backlog)
{
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = s->ops->listen(s, (unsigned)backlog > SOMAXCONN ? SOMAXCONN : backlog);
	file_put(f);
	return err;
}

/* Wait for a connection; its file is made first, so that none is lost for want of memory. */
static long accept_on(struct socket *s, unsigned wait, void *user, int *user_len, unsigned flags)
{
	struct address a = { .len = 0 };
	int err;
	struct file *f = socket_file(NULL, flags);

	if (f == NULL)
		return -ENOMEM;
	struct socket *got = s->ops->accept(s, wait, &err);
	if (got == NULL) {
		file_put(f);
		return err;
	}
	socket_attach(f, got);
	if (user != NULL) {
		err = got->ops->name(got, &a, true) < 0 ? -ECONNABORTED
							: address_to_user(&a, user, user_len);
		if (err < 0) {
			file_put(f);
			return err;
		}
	}
	return fd_result(f, flags, 0);
}

long sys_accept4(int fd, void *user, int *user_len, int flags)
{
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err == -ENOTSOCK && (flags & ~TYPE_FLAGS) ? -EINVAL : err;
	long result = flags & ~TYPE_FLAGS ? -EINVAL : fd_room();
	if (result == 0)
		result = accept_on(s, wait_flags(f), user, user_len, (unsigned)flags);
	file_put(f);
	return result;
}

long sys_accept(int fd, void *user, int *user_len)
{
	return sys_accept4(fd, user, user_len, 0);
}

long sys_shutdown(int fd, int how)
{
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = how < SHUT_RD || how > SHUT_RDWR ? -EINVAL : s->ops->shutdown(s, how);
	file_put(f);
	return err;
}

static long get_name(int fd, void *user, int *user_len, bool peer)
{
	struct address a;
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = s->ops->name(s, &a, peer);
	if (err == 0)
		err = address_to_user(&a, user, user_len);
	file_put(f);
	return err;
}

long sys_getsockname(int fd, void *user, int *user_len)
{
	return get_name(fd, user, user_len, false);
}

long sys_getpeername(int fd, void *user, int *user_len)
{
	return get_name(fd, user, user_len, true);
}

/* --- options --- */

long sys_setsockopt(int fd, int level, int name, const void *value, int len)
{
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = socket_set_option(s, level, name, value, len);
	file_put(f);
	return err;
}

long sys_getsockopt(int fd, int level, int name, void *value, int *len)
{
	struct file *f;
	int err;
	struct socket *s = socket_of_fd(fd, &f, &err);

	if (s == NULL)
		return err;
	err = socket_get_option(s, level, name, value, len);
	file_put(f);
	return err;
}
