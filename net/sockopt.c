/* sockopt.c: options of all sockets: socket(7), getsockopt(2).
 *
 * Those that are switches are one table, from the option's number to a bit in socket.options. */

#include <linux/capability.h>
#include <linux/time_types.h>

#include "mm/usercopy.h"
#include "net/socket.h"
#include "proc/cred.h"
#include "proc/task.h"

#define MIN_SNDBUF 4608 /* as on Linux: room for one small message */
#define MIN_RCVBUF 2304

struct linger {
	int on, seconds;
};
struct ucred {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

static const struct {
	int name;
	enum socket_option bit;
} switches[] = {
	{ SO_DEBUG, OPT_DEBUG },
	{ SO_REUSEADDR, OPT_REUSEADDR },
	{ SO_DONTROUTE, OPT_DONTROUTE },
	{ SO_BROADCAST, OPT_BROADCAST },
	{ SO_KEEPALIVE, OPT_KEEPALIVE },
	{ SO_OOBINLINE, OPT_OOBINLINE },
	{ SO_NO_CHECK, OPT_NO_CHECK },
	{ SO_PASSCRED, OPT_PASSCRED },
	{ SO_PASSSEC, OPT_PASSSEC },
	{ SO_TIMESTAMP_OLD, OPT_TIMESTAMP },
	{ SO_TIMESTAMPNS_OLD, OPT_TIMESTAMPNS },
	{ SO_TIMESTAMP_NEW, OPT_TIMESTAMP_NEW },
	{ SO_TIMESTAMPNS_NEW, OPT_TIMESTAMPNS_NEW },
	{ SO_RXQ_OVFL, OPT_RXQ_OVFL },
	{ SO_SELECT_ERR_QUEUE, OPT_SELECT_ERR_QUEUE },
};

/* => bit number, -1: not a switch */
static int switch_of(int name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(switches); i++) {
		if (switches[i].name == name)
			return (int)switches[i].bit;
	}
	return -1;
}

static void set_bit(struct socket *s, int bit, bool on)
{
	if (1u << bit & OPT_TIMESTAMPS)
		s->options &= ~OPT_TIMESTAMPS;
	s->options = on ? s->options | 1u << bit : s->options & ~(1u << bit);
}

/* --- set --- */

static int set_limit(uint64_t *limit, const void *value, int len)
{
	struct __kernel_old_timeval tv;

	if (len < (int)sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, value, sizeof(tv)) < 0)
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		*limit = 0;
	else if ((tv.tv_sec == 0 && tv.tv_usec == 0) ||
		 (uint64_t)tv.tv_sec >= SOCKET_NO_LIMIT / NSEC_PER_SEC - 1)
		*limit = SOCKET_NO_LIMIT;
	else
		*limit = (uint64_t)tv.tv_sec * NSEC_PER_SEC + (uint64_t)tv.tv_usec * NSEC_PER_USEC;
	return 0;
}

static int set_linger(struct socket *s, const void *value, int len)
{
	struct linger l;

	if (len < (int)sizeof(l))
		return -EINVAL;
	if (copy_from_user(&l, value, sizeof(l)) < 0)
		return -EFAULT;
	set_bit(s, OPT_LINGER, l.on != 0);
	if (l.on)
		s->linger = l.seconds;
	return 0;
}

/* The kernel's own needs are on top, as on Linux: the value is doubled. */
static unsigned buffer_size(int n, int least, bool force)
{
	if (force)
		n = MIN(MAX(n, 0), INT32_MAX / 2);
	else
		n = (int)MIN((unsigned)n, SOCKET_BUF_MAX);
	return (unsigned)MAX(n * 2, least);
}

static int set_buffer(struct socket *s, int name, int n)
{
	bool force = name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE;

	if (force && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (name == SO_SNDBUF || name == SO_SNDBUFFORCE) {
		s->sndbuf = buffer_size(n, MIN_SNDBUF, force);
		waitq_wake(&s->write_wait);
	} else {
		s->rcvbuf = buffer_size(n, MIN_RCVBUF, force);
	}
	return 0;
}

static int set_number(struct socket *s, int name, int n)
{
	int bit = switch_of(name);

	if (bit >= 0) {
		set_bit(s, bit, n != 0);
		return 0;
	}
	switch (name) {
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE: return set_buffer(s, name, n);
	case SO_RCVLOWAT: s->rcvlowat = n < 0 ? INT32_MAX : n == 0 ? 1 : n; return 0;
	case SO_PEEK_OFF: s->peek_off = n; return 0;
	case SO_BSDCOMPAT: return 0;
	case SO_REUSEPORT: return n != 0 && s->family == AF_UNIX ? -EOPNOTSUPP : 0;
	case SO_PRIORITY:
		if ((n < 0 || n > 6) && !capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		s->priority = n;
		return 0;
	case SO_MARK:
		if (!capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		s->mark = (unsigned)n;
		return 0;
	default: return -ENOPROTOOPT;
	}
}

int socket_set_option(struct socket *s, int level, int name, const void *value, int len)
{
	int n;

	if (len < 0)
		return -EINVAL;
	if (level != SOL_SOCKET)
		return s->ops->set_option == NULL ? -EOPNOTSUPP
						  : s->ops->set_option(s, level, name, value, len);
	if (len < (int)sizeof(n))
		return -EINVAL;
	if (copy_from_user(&n, value, sizeof(n)) < 0)
		return -EFAULT;
	switch (name) {
	case SO_LINGER: return set_linger(s, value, len);
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW: return set_limit(&s->receive_limit, value, len);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW: return set_limit(&s->send_limit, value, len);
	default: return set_number(s, name, n);
	}
}

/* --- get --- */

/* What an option is: at most so many bytes. */
union value {
	int n;
	struct linger linger;
	struct ucred cred;
	struct __kernel_old_timeval tv;
	uint64_t cookie;
};

static int get_limit(uint64_t limit, union value *v)
{
	v->tv.tv_sec = v->tv.tv_usec = 0;
	if (limit != SOCKET_NO_LIMIT) {
		v->tv.tv_sec = (long)(limit / NSEC_PER_SEC);
		v->tv.tv_usec = (long)(limit % NSEC_PER_SEC / NSEC_PER_USEC);
	}
	return sizeof(v->tv);
}

static int get_cred(const struct socket *s, union value *v)
{
	v->cred = (struct ucred){ 0, (uid_t)-1, (gid_t)-1 };
	if (s->peer != NULL)
		v->cred = (struct ucred){ s->peer->pid, s->peer->uid, s->peer->gid };
	return sizeof(v->cred);
}

static int get_number(struct socket *s, int name, int *n)
{
	int bit = switch_of(name);

	if (bit >= 0) {
		*n = (s->options >> bit & 1) != 0;
		if (bit == OPT_TIMESTAMP_NEW && socket_option(s, OPT_TIMESTAMPNS_NEW))
			*n = 1; /* as on Linux */
		return 0;
	}
	switch (name) {
	case SO_TYPE: *n = s->type; return 0;
	case SO_DOMAIN: *n = s->family; return 0;
	case SO_PROTOCOL: *n = s->protocol; return 0;
	case SO_ERROR: *n = -socket_take_error(s); return 0;
	case SO_ACCEPTCONN: *n = s->ops->listening(s); return 0;
	case SO_SNDBUF: *n = (int)s->sndbuf; return 0;
	case SO_RCVBUF: *n = (int)s->rcvbuf; return 0;
	case SO_RCVLOWAT: *n = s->rcvlowat; return 0;
	case SO_SNDLOWAT: *n = 1; return 0;
	case SO_PEEK_OFF: *n = s->peek_off; return 0;
	case SO_PRIORITY: *n = s->priority; return 0;
	case SO_MARK: *n = (int)s->mark; return 0;
	case SO_BSDCOMPAT:
	case SO_REUSEPORT: *n = 0; return 0;
	default: return -ENOPROTOOPT;
	}
}

/* => bytes of the value, -errno */
static int get_value(struct socket *s, int name, union value *v)
{
	switch (name) {
	case SO_LINGER:
		v->linger = (struct linger){ socket_option(s, OPT_LINGER), s->linger };
		return sizeof(v->linger);
	case SO_PEERCRED: return get_cred(s, v);
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW: return get_limit(s->receive_limit, v);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW: return get_limit(s->send_limit, v);
	default: {
		int err = get_number(s, name, &v->n);
		return err < 0 ? err : (int)sizeof(v->n);
	}
	}
}

static int get_groups(const struct socket *s, void *value, int room, int *len)
{
	if (s->peer == NULL)
		return -ENODATA;
	int size = (int)(s->peer->group_count * sizeof(gid_t));
	if (put_user(size, len) < 0)
		return -EFAULT;
	if (room < size)
		return -ERANGE;
	return copy_to_user(value, s->peer->groups, (size_t)size);
}

static int get_peer_name(struct socket *s, void *value, int room, int *len)
{
	struct address a;

	if (s->ops->name(s, &a, true) < 0)
		return -ENOTCONN;
	if (a.len < room)
		return -EINVAL;
	if (copy_to_user(value, a.bytes, (size_t)room) < 0)
		return -EFAULT;
	return put_user(room, len);
}

int socket_get_option(struct socket *s, int level, int name, void *value, int *len)
{
	union value v;
	int room;

	if (level != SOL_SOCKET)
		return s->ops->get_option == NULL ? -EOPNOTSUPP
						  : s->ops->get_option(s, level, name, value, len);
	if (get_user(room, len) < 0)
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (name == SO_PEERGROUPS)
		return get_groups(s, value, room, len);
	if (name == SO_PEERNAME)
		return get_peer_name(s, value, room, len);
	int size = get_value(s, name, &v);
	if (size < 0)
		return size;
	size = MIN(size, room);
	if (copy_to_user(value, &v, (size_t)size) < 0)
		return -EFAULT;
	return put_user(size, len);
}
