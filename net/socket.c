/* socket.c: what all sockets have in common: life, the file that stands for one, waiting. */

#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <linux/stat.h>

#include "fs/async.h"
#include "fs/inode.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "net/socket.h"
#include "proc/task.h"

static const struct socket_family *const families[] = { &unix_family };

/* --- life --- */

static const struct socket_family *family_of(int family)
{
	for (unsigned i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->family == family)
			return families[i];
	}
	return NULL;
}

struct socket *socket_create(int family, int type, int protocol, int *err)
{
	*err = -EAFNOSUPPORT;
	if (family < 0 || family >= AF_MAX)
		return NULL;
	*err = -EINVAL;
	if (type < 0 || type >= SOCK_TYPES)
		return NULL;
	const struct socket_family *f = family_of(family);
	*err = -EAFNOSUPPORT;
	return f == NULL ? NULL : f->create(type, protocol, err);
}

int socket_pair(struct socket *a, struct socket *b)
{
	const struct socket_family *f = family_of(a->family);

	return f->pair == NULL ? -EOPNOTSUPP : f->pair(a, b);
}

void socket_init(struct socket *s, const struct socket_ops *ops, int family, int type)
{
	ref_init(&s->ref);
	s->family = family;
	s->type = type;
	s->ops = ops;
	waitq_init(&s->read_wait);
	waitq_init(&s->write_wait);
	s->sndbuf = s->rcvbuf = SOCKET_BUF;
	s->send_limit = s->receive_limit = SOCKET_NO_LIMIT;
	s->rcvlowat = 1;
	s->peek_off = -1;
}

void socket_get(struct socket *s)
{
	ref_get(&s->ref);
}

void socket_put(struct socket *s)
{
	if (s == NULL || !ref_put(&s->ref))
		return;
	peer_cred_put(s->peer);
	s->ops->destroy(s);
}

struct peer_cred *peer_cred_create(void)
{
	const struct cred *p = current->cred;
	struct peer_cred *c = kmalloc(sizeof(*c) + p->group_count * sizeof(gid_t));

	if (c == NULL)
		return NULL;
	ref_init(&c->ref);
	c->pid = current->proc->pid;
	c->uid = p->euid;
	c->gid = p->egid;
	c->group_count = p->group_count;
	if (p->group_count > 0)
		memcpy(c->groups, p->groups, p->group_count * sizeof(gid_t));
	return c;
}

struct peer_cred *peer_cred_get(struct peer_cred *c)
{
	if (c != NULL)
		ref_get(&c->ref);
	return c;
}

void peer_cred_put(struct peer_cred *c)
{
	if (c != NULL && ref_put(&c->ref))
		kfree(c);
}

/* --- waiting --- */

int socket_take_error(struct socket *s)
{
	int err = s->error;

	s->error = 0;
	return err;
}

void socket_wake(struct socket *s)
{
	waitq_wake(&s->read_wait);
	waitq_wake(&s->write_wait);
}

uint64_t socket_deadline(uint64_t limit)
{
	uint64_t now = clock_ns();

	return limit >= NO_DEADLINE - now ? NO_DEADLINE : now + limit;
}

int socket_wait_result(int err, uint64_t deadline)
{
	if (err == -ETIMEDOUT)
		return -EAGAIN;
	return err == -ERESTARTSYS && deadline != NO_DEADLINE ? -EINTR : err;
}

/* --- the file --- */

static struct socket *of(const struct file *f)
{
	return f->priv;
}

/* MSG_* of a read or write. */
static unsigned flags_of(const struct file *f, const struct iobuf *b)
{
	unsigned flags = 0;

	if ((f->flags & O_NONBLOCK) || (b->rwf & RWF_NOWAIT))
		flags |= MSG_DONTWAIT;
	if (b->rwf & RWF_NOSIGNAL)
		flags |= MSG_NOSIGNAL;
	return flags;
}

/* read(2) of nothing asks for nothing, unlike recv(2). */
static ssize_t socket_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct message m = { .data = b, .flags = flags_of(f, b) };

	(void)pos;
	return iobuf_left(b) == 0 ? 0 : of(f)->ops->receive(of(f), &m);
}

/* write(2) of nothing sends an empty message, writev(2) of nothing does not. */
static ssize_t socket_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct message m = { .data = b, .flags = flags_of(f, b) };

	(void)pos;
	if (b->more != NULL && iobuf_left(b) == 0)
		return 0;
	return of(f)->ops->send(of(f), &m);
}

static unsigned socket_poll(struct file *f, struct poll_table *pt)
{
	struct socket *s = of(f);

	poll_wait_read(pt, &s->read_wait);
	poll_wait_write(pt, &s->write_wait);
	return s->ops->poll(s);
}

/* FIOSETOWN, SIOCSPGRP: a process, or a group as a negative number. */
static long set_owner(struct file *f, const int *user)
{
	struct f_owner_ex owner = { .type = F_OWNER_PID };
	int who;

	if (get_user(who, user) < 0)
		return -EFAULT;
	if (who == INT32_MIN)
		return -EINVAL;
	owner.pid = who;
	if (who < 0)
		owner = (struct f_owner_ex){ .type = F_OWNER_PGRP, .pid = -who };
	return async_set_owner(f, &owner);
}

static long get_owner(struct file *f, int *user)
{
	struct f_owner_ex owner;

	async_get_owner(f, &owner);
	return put_user(owner.type == F_OWNER_PGRP ? -owner.pid : owner.pid, user);
}

static long socket_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	struct socket *s = of(f);

	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP: return set_owner(f, (const int *)arg);
	case FIOGETOWN:
	case SIOCGPGRP: return get_owner(f, (int *)arg);
	default: return s->ops->ioctl == NULL ? -ENOTTY : s->ops->ioctl(s, cmd, arg);
	}
}

static void socket_flush(struct file *f)
{
	struct socket *s = of(f);

	if (s != NULL && s->ops->flush != NULL)
		s->ops->flush(s, f);
}

static void socket_release(struct file *f)
{
	struct socket *s = of(f);

	if (s == NULL)
		return;
	s->file = NULL;
	s->ops->release(s);
	socket_put(s);
}

static const struct file_ops socket_file_ops = {
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.ioctl = socket_ioctl,
	.flush = socket_flush,
	.release = socket_release,
};

void socket_attach(struct file *f, struct socket *s)
{
	f->priv = s;
	s->file = f;
}

struct file *socket_file(struct socket *s, unsigned flags)
{
	struct file *f = file_create_node("socket:", S_IFSOCK | 0777, &socket_file_ops,
					  O_RDWR | (flags & O_NONBLOCK));

	if (f != NULL && s != NULL)
		socket_attach(f, s);
	return f;
}

struct socket *socket_of_file(const struct file *f)
{
	return f->ops == &socket_file_ops ? f->priv : NULL;
}

struct socket *socket_of_fd(int fd, struct file **f, int *err)
{
	*f = fd_get(fd);
	*err = -EBADF;
	if (*f == NULL)
		return NULL;
	struct socket *s = socket_of_file(*f);
	if (s != NULL)
		return s;
	*err = (*f)->flags & O_PATH ? -EBADF : -ENOTSOCK;
	file_put(*f);
	*f = NULL;
	return NULL;
}
