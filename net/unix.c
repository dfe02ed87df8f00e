/* unix.c: AF_UNIX sockets: their life, connections, and what is the same for all types (unix(7)). */

#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <linux/un.h>

#include "fs/async.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "net/unix.h"
#include "proc/cred.h"
#include "proc/task.h"

static CACHE(unix_cache, struct unix_socket);
struct list unix_sockets = LIST_INIT(unix_sockets);
unsigned unix_max_dgram_qlen = 10;

static const struct socket_ops stream_ops, dgram_ops, seqpacket_ops;

/* --- life --- */

static struct socket *unix_create(int type, int protocol, int *err)
{
	const struct socket_ops *ops;

	*err = -EPROTONOSUPPORT;
	if (protocol != 0 && protocol != AF_UNIX)
		return NULL;
	switch (type) {
	case SOCK_STREAM: ops = &stream_ops; break;
	case SOCK_RAW: type = SOCK_DGRAM; /* fall through */
	case SOCK_DGRAM: ops = &dgram_ops; break;
	case SOCK_SEQPACKET: ops = &seqpacket_ops; break;
	default: *err = -ESOCKTNOSUPPORT; return NULL;
	}
	struct unix_socket *u = cache_alloc(&unix_cache);
	*err = -ENOMEM;
	if (u == NULL)
		return NULL;
	socket_init(&u->s, ops, AF_UNIX, type);
	u->backlog = unix_max_dgram_qlen;
	waitq_init(&u->room_wait);
	list_init(&u->packets);
	list_init(&u->embryos);
	list_init(&u->embryo_link);
	list_init(&u->senders);
	list_init(&u->sender_link);
	list_init(&u->flight_link);
	list_append(&unix_sockets, &u->all_link);
	return &u->s;
}

static void unix_destroy(struct socket *s)
{
	struct unix_socket *u = unix_of(s);

	ASSERT(u->packet_count == 0 && u->charged == 0 && u->in_flight == 0);
	list_remove(&u->all_link);
	unix_name_put(u->name);
	cache_free(&unix_cache, u);
}

/* The other end of a connection hears that we are gone: as an error, if we have not read all that it
 * said (or it was never accepted). */
static void leave_peer(struct unix_socket *u, bool unread)
{
	struct unix_socket *peer = u->peer;

	if (peer == NULL)
		return;
	unix_set_dgram_peer(u, NULL);
	if (u->s.type != SOCK_DGRAM) {
		peer->s.no_read = peer->s.no_write = true;
		if (unread)
			peer->s.error = -ECONNRESET;
		socket_wake(&peer->s);
		async_tell(&peer->s.read_wait, POLL_HUP);
	}
	unix_put(peer);
}

static void unix_leave(struct unix_socket *u, bool embryo)
{
	unix_unhash(u);
	u->dead = true;
	u->state = UNIX_CLOSED;
	u->s.no_read = u->s.no_write = true;
	leave_peer(u, embryo || !list_empty(&u->packets));
	u->peer = NULL;
	waitq_wake(&u->room_wait);
	while (!list_empty(&u->senders)) {
		struct unix_socket *from = LIST_FIRST(&u->senders, struct unix_socket, sender_link);
		list_remove(&from->sender_link);
		if (unix_full(u))
			waitq_wake(&from->s.write_wait);
	}
	while (!list_empty(&u->embryos)) {
		struct unix_socket *e = LIST_FIRST(&u->embryos, struct unix_socket, embryo_link);
		list_remove(&e->embryo_link);
		u->embryo_count--;
		unix_leave(e, true);
		unix_put(e);
	}
	while (!list_empty(&u->packets)) {
		struct packet *p = unix_first(u);
		packet_unlink(u, p);
		packet_free(p);
	}
}

static void unix_release(struct socket *s)
{
	unix_leave(unix_of(s), false);
	unix_collect(NULL);
}

/* Once more than by messages it is held by the descriptor that is being closed: is that all? */
static void unix_flush(struct socket *s, struct file *f)
{
	unsigned in_flight = unix_of(s)->in_flight;

	if (in_flight > 0 && (unsigned)f->ref.n == in_flight + 1)
		unix_collect(f);
}

static int unix_pair(struct socket *sa, struct socket *sb)
{
	struct unix_socket *a = unix_of(sa), *b = unix_of(sb);

	sa->peer = peer_cred_create();
	if (sa->peer == NULL)
		return -ENOMEM;
	sb->peer = peer_cred_get(sa->peer);
	a->peer = b;
	b->peer = a;
	unix_get(a);
	unix_get(b);
	unix_set_dgram_peer(a, b);
	unix_set_dgram_peer(b, a);
	a->state = b->state = UNIX_CONNECTED;
	return 0;
}

const struct socket_family unix_family = {
	.family = AF_UNIX,
	.create = unix_create,
	.pair = unix_pair,
};

int unix_autobind_if_asked(struct unix_socket *u)
{
	return socket_option(&u->s, OPT_PASSCRED) ? unix_autobind(u) : 0;
}

/* --- connections --- */

static int unix_listen(struct socket *s, int backlog)
{
	struct unix_socket *u = unix_of(s);

	if (u->name == NULL || u->state == UNIX_CONNECTED)
		return -EINVAL;
	struct peer_cred *me = peer_cred_create();
	if (me == NULL)
		return -ENOMEM;
	peer_cred_put(s->peer);
	s->peer = me;
	if ((unsigned)backlog > u->backlog)
		waitq_wake(&u->room_wait);
	u->backlog = (unsigned)backlog;
	u->state = UNIX_LISTENING;
	return 0;
}

static int no_listen(struct socket *s, int backlog)
{
	(void)s, (void)backlog;
	return -EOPNOTSUPP;
}

/* The one who waits in front, if its place can be reached; as yet without a file. */
static struct socket *unix_accept(struct socket *s, unsigned flags, int *err)
{
	struct unix_socket *u = unix_of(s);
	uint64_t deadline = 0;

	*err = u->state == UNIX_LISTENING ? 0 : -EINVAL;
	while (*err == 0 && list_empty(&u->embryos)) {
		*err = socket_take_error(s);
		if (*err < 0)
			break;
		/* Linux looks for the time limit first. */
		if (flags & MSG_DONTWAIT)
			*err = -EAGAIN;
		else if (s->no_read)
			*err = -EINVAL;
		if (*err < 0)
			break;
		if (deadline == 0)
			deadline = socket_deadline(s->receive_limit);
		*err = SOCKET_WAIT(&s->read_wait,
				   !list_empty(&u->embryos) || s->no_read || s->error != 0,
				   deadline);
	}
	if (*err < 0)
		return NULL;
	struct unix_socket *e = LIST_FIRST(&u->embryos, struct unix_socket, embryo_link);
	bool was_full = unix_full(u);
	list_remove(&e->embryo_link);
	u->embryo_count--;
	unix_room(u, was_full);
	return &e->s;
}

static struct socket *no_accept(struct socket *s, unsigned flags, int *err)
{
	(void)s, (void)flags;
	*err = -EOPNOTSUPP;
	return NULL;
}

static int unix_shutdown(struct socket *s, int how)
{
	struct unix_socket *u = unix_of(s);
	bool rd = how != SHUT_WR, wr = how != SHUT_RD;

	s->no_read = s->no_read || rd;
	s->no_write = s->no_write || wr;
	if (u->peer != NULL && s->type != SOCK_DGRAM) {
		u->peer->s.no_read = u->peer->s.no_read || wr;
		u->peer->s.no_write = u->peer->s.no_write || rd;
		socket_wake(&u->peer->s);
		if (wr)
			async_tell(&u->peer->s.read_wait, rd ? POLL_HUP : POLL_IN);
	}
	waitq_wake(&u->room_wait);
	socket_wake(s);
	return 0;
}

static int unix_getname(struct socket *s, struct address *a, bool peer)
{
	const struct unix_socket *u = unix_of(s);

	if (peer)
		u = u->peer;
	if (u == NULL)
		return -ENOTCONN;
	unix_name_copy(u, a);
	return 0;
}

static bool unix_listening(const struct socket *s)
{
	return CONTAINER_OF(s, struct unix_socket, s)->state == UNIX_LISTENING;
}

/* --- poll, ioctl --- */

static unsigned unix_poll(struct socket *s)
{
	const struct unix_socket *u = unix_of(s);
	unsigned events = 0;

	if (s->error != 0)
		events |= POLLERR;
	if (s->no_read)
		events |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (s->no_read && s->no_write)
		events |= POLLHUP;
	if (!list_empty(&u->packets) || !list_empty(&u->embryos))
		events |= POLLIN | POLLRDNORM;
	if (s->type != SOCK_DGRAM && u->state == UNIX_CLOSED)
		events |= POLLHUP;
	/* A peer that does not send to us may be slow to read. */
	bool blocked = s->type == SOCK_DGRAM && u->peer != NULL && u->peer->peer != u &&
		       unix_full(u->peer);
	if (unix_writable(u) && !blocked)
		events |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return events;
}

/* All that can be read from a stream, or the next message. */
static int unread(const struct unix_socket *u)
{
	const struct packet *p;
	size_t n = 0;

	LIST_FOREACH (p, &u->packets, link) {
		n += p->len - p->off;
		if (u->s.type == SOCK_DGRAM)
			break;
	}
	return (int)MIN(n, INT32_MAX);
}

static long unix_ioctl(struct socket *s, unsigned cmd, uintptr_t arg)
{
	const struct unix_socket *u = unix_of(s);

	switch (cmd) {
	case FIONREAD:
		if (u->state == UNIX_LISTENING)
			return -EINVAL;
		return put_user(unread(u), (int *)arg);
	case SIOCOUTQ: return put_user((int)u->charged, (int *)arg);
	default: return -ENOTTY;
	}
}

#define COMMON_OPS                                                                                 \
	.bind = unix_bind, .shutdown = unix_shutdown, .name = unix_getname, .poll = unix_poll,     \
	.ioctl = unix_ioctl, .listening = unix_listening, .flush = unix_flush,                     \
	.release = unix_release, .destroy = unix_destroy

static const struct socket_ops stream_ops = {
	COMMON_OPS,
	.connect = unix_stream_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.send = unix_stream_send,
	.receive = unix_stream_receive,
};

static const struct socket_ops dgram_ops = {
	COMMON_OPS,	     .connect = unix_dgram_connect, .listen = no_listen,
	.accept = no_accept, .send = unix_dgram_send,	    .receive = unix_dgram_receive,
};

static const struct socket_ops seqpacket_ops = {
	COMMON_OPS,
	.connect = unix_stream_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.send = unix_seqpacket_send,
	.receive = unix_seqpacket_receive,
};
