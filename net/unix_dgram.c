/* unix_dgram.c: messages of AF_UNIX: SOCK_DGRAM, and data of SOCK_SEQPACKET: unix(7), send(2),
 * recv(2). */

#include "net/unix.h"
#include "proc/task.h"

/* --- peers --- */

void unix_set_dgram_peer(struct unix_socket *u, struct unix_socket *peer)
{
	list_remove(&u->sender_link);
	if (peer != NULL && !peer->dead && u->s.type == SOCK_DGRAM)
		list_append(&peer->senders, &u->sender_link);
}

void unix_room(struct unix_socket *u, bool was_full)
{
	struct unix_socket *from;

	if (!was_full || unix_full(u))
		return;
	waitq_wake(&u->room_wait);
	LIST_FOREACH (from, &u->senders, sender_link)
		waitq_wake(&from->s.write_wait);
}

/* A socket that has a peer of its own takes messages from that one only. */
static bool may_send(const struct unix_socket *from, const struct unix_socket *to)
{
	return to->peer == NULL || to->peer == from;
}

/* u does not send to `old` any more.  What is in u's queue came from there, and is lost. */
static void disconnected(struct unix_socket *u, struct unix_socket *old)
{
	bool was_full = unix_full(u), any = !list_empty(&u->packets);

	while (!list_empty(&u->packets)) {
		struct packet *p = unix_first(u);
		packet_unlink(u, p);
		packet_free(p);
	}
	unix_room(u, was_full);
	if (any && !old->dead && old->peer == u) {
		old->s.error = -ECONNRESET;
		socket_wake(&old->s);
	}
}

/* AF_UNSPEC ends what an earlier call did. */
int unix_dgram_connect(struct socket *s, const struct address *a, unsigned flags)
{
	struct unix_socket *u = unix_of(s), *to = NULL, *old = u->peer;
	int err;

	(void)flags;
	if (a->len < (int)sizeof(a->family))
		return -EINVAL;
	if (a->family != AF_UNSPEC) {
		err = unix_check_address(a);
		if (err == 0)
			err = unix_autobind_if_asked(u);
		if (err < 0)
			return err;
		to = unix_find(a, s->type, &err);
		if (to == NULL)
			return err;
		if (!may_send(u, to)) {
			unix_put(to);
			return -EPERM;
		}
		u->state = to->state = UNIX_CONNECTED;
	}
	u->peer = to;
	unix_set_dgram_peer(u, to);
	if (old == NULL)
		return 0;
	if (to == NULL)
		u->state = UNIX_CLOSED;
	if (to != old) {
		disconnected(u, old);
		if (old->peer == NULL)
			old->state = UNIX_CLOSED;
	}
	unix_put(old);
	waitq_wake(&s->write_wait);
	return 0;
}

/* --- send --- */

/* u's peer is dead: forget it.  => -ECONNREFUSED */
static int lost_peer(struct unix_socket *u)
{
	struct unix_socket *old = u->peer;

	u->peer = NULL;
	unix_set_dgram_peer(u, NULL);
	u->state = UNIX_CLOSED;
	disconnected(u, old);
	unix_put(old);
	return -ECONNREFUSED;
}

/* Put p into to's queue when it may be there.  => 0, -EAGAIN: it is full, -errno */
static int deliver(struct unix_socket *u, struct unix_socket *to, struct packet *p)
{
	if (!may_send(u, to))
		return -EPERM;
	if (to->dead) {
		if (u->s.type == SOCK_SEQPACKET)
			return -EPIPE;
		return u->peer == to ? lost_peer(u) : -ECONNREFUSED;
	}
	if (to->s.no_read)
		return -EPIPE;
	if (to != u && to->peer != u && unix_full(to))
		return -EAGAIN;
	if (socket_option(&u->s, OPT_PASSCRED) || socket_option(&to->s, OPT_PASSCRED) ||
	    to->s.file == NULL)
		scm_set_self(&p->scm);
	if (to->s.options & OPT_TIMESTAMPS)
		p->sent = clock_wall_ns();
	packet_append(to, p);
	return 0;
}

/* Deliver, or wait until it can be done. */
static int deliver_waiting(struct unix_socket *u, struct unix_socket *to, struct packet *p,
			   unsigned flags)
{
	uint64_t deadline = 0;

	for (;;) {
		int err = deliver(u, to, p);
		if (err != -EAGAIN || (flags & MSG_DONTWAIT))
			return err;
		if (deadline == 0)
			deadline = socket_deadline(u->s.send_limit);
		err = SOCKET_WAIT(&to->room_wait, to->dead || to->s.no_read || !unix_full(to),
				  deadline);
		if (err < 0)
			return err;
	}
}

/* Whom the message is for.  => counted, or NULL */
static struct unix_socket *receiver(struct unix_socket *u, const struct message *m, int *err)
{
	if (m->name != NULL)
		return unix_find(m->name, u->s.type, err);
	*err = -ENOTCONN;
	if (u->peer != NULL)
		unix_get(u->peer);
	return u->peer;
}

static ssize_t send_message(struct unix_socket *u, struct message *m, struct scm *scm)
{
	size_t n = iobuf_left(m->data);
	uint64_t deadline = 0;
	int err = m->name != NULL ? unix_check_address(m->name) : 0;

	if (err == 0)
		err = unix_autobind_if_asked(u);
	if (err == 0 && n > u->s.sndbuf - 32)
		err = -EMSGSIZE;
	if (err == 0)
		err = unix_wait_sendable(u, m->flags, &deadline);
	if (err < 0)
		return err;
	struct packet *p = packet_create(u, m->data, n, scm, &err);
	if (p == NULL)
		return err;
	struct unix_socket *to = receiver(u, m, &err);
	if (to == NULL) {
		packet_free(p);
		return err;
	}
	err = deliver_waiting(u, to, p, m->flags);
	unix_put(to);
	if (err < 0) {
		packet_free(p);
		return err;
	}
	return (ssize_t)n;
}

ssize_t unix_dgram_send(struct socket *s, struct message *m)
{
	struct scm scm;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	int err = scm_send(m, &scm);
	if (err < 0)
		return err;
	ssize_t n = send_message(unix_of(s), m, &scm);
	scm_drop(&scm);
	return n;
}

ssize_t unix_seqpacket_send(struct socket *s, struct message *m)
{
	int err = socket_take_error(s);

	if (err < 0)
		return err;
	if (unix_of(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	m->name = NULL;
	return unix_dgram_send(s, m);
}

/* --- receive --- */

/* The next message, or the one that MSG_PEEK with SO_PEEK_OFF is at; *skip: bytes of it to leave. */
static struct packet *choose(const struct unix_socket *u, unsigned flags, size_t *skip)
{
	struct packet *p = unix_first(u);
	int off = u->s.peek_off;

	*skip = 0;
	if (!(flags & MSG_PEEK) || off < 0)
		return p;
	*skip = (size_t)off;
	while (p != NULL && *skip >= p->len && (*skip > 0 || p->peeked)) {
		*skip -= p->len;
		p = unix_next(u, p);
	}
	return p;
}

static struct packet *wait_for_message(struct unix_socket *u, unsigned flags, size_t *skip,
				       int *err)
{
	struct socket *s = &u->s;
	uint64_t deadline = 0;
	struct packet *p;

	for (;;) {
		*err = socket_take_error(s);
		p = *err < 0 ? NULL : choose(u, flags, skip);
		if (p != NULL || *err < 0)
			return p;
		if (flags & MSG_DONTWAIT) {
			/* The end, which a datagram socket has only for those who wait. */
			*err = s->no_read && s->type == SOCK_SEQPACKET ? 0 : -EAGAIN;
			return NULL;
		}
		if (s->no_read)
			return NULL;
		if (deadline == 0)
			deadline = socket_deadline(s->receive_limit);
		unsigned seen = u->packet_count;
		*err = SOCKET_WAIT(&s->read_wait,
				   u->packet_count != seen || s->no_read || s->error != 0,
				   deadline);
		if (*err < 0)
			return NULL;
	}
}

/* When p was sent (now, if nobody wanted to know then), as the option asks for it. */
static void put_timestamp(const struct socket *s, const struct packet *p, struct message *m)
{
	uint64_t when = p->sent != 0 ? p->sent : clock_wall_ns();
	/* struct timeval and struct timespec: old and new are the same on 64-bit machines. */
	int64_t stamp[2] = { (int64_t)(when / NSEC_PER_SEC), (int64_t)(when % NSEC_PER_SEC) };
	int type = SO_TIMESTAMPNS_OLD;

	if (!(s->options & OPT_TIMESTAMPS))
		return;
	if (socket_option(s, OPT_TIMESTAMPNS_NEW))
		type = SO_TIMESTAMPNS_NEW;
	else if (socket_option(s, OPT_TIMESTAMP))
		type = SO_TIMESTAMP_OLD;
	else if (socket_option(s, OPT_TIMESTAMP_NEW))
		type = SO_TIMESTAMP_NEW;
	if (type == SO_TIMESTAMP_OLD || type == SO_TIMESTAMP_NEW)
		stamp[1] /= (int64_t)NSEC_PER_USEC;
	scm_put(m, SOL_SOCKET, type, stamp, sizeof(stamp));
}

ssize_t unix_dgram_receive(struct socket *s, struct message *m)
{
	struct unix_socket *u = unix_of(s);
	bool peek = (m->flags & MSG_PEEK) != 0;
	size_t skip;
	int err;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	struct packet *p = wait_for_message(u, m->flags, &skip, &err);
	if (p == NULL)
		return err;
	if (!peek) {
		bool was_full = unix_full(u);
		packet_unlink(u, p);
		unix_room(u, was_full);
	}
	if (m->name != NULL && p->from->name != NULL)
		unix_name_copy(p->from, m->name);
	size_t whole = p->len - skip, n = MIN(whole, iobuf_left(m->data));
	if (n < whole)
		m->result |= MSG_TRUNC;
	err = packet_copy(p, skip, n, m->data);
	if (err == 0) {
		put_timestamp(s, p, m);
		scm_receive(s, m, &p->scm);
		if (peek && s->peek_off >= 0)
			s->peek_off += (int)n;
		else if (s->peek_off >= 0)
			s->peek_off = MAX(s->peek_off - (int)p->len, 0);
	}
	p->peeked = true;
	if (!peek)
		packet_free(p);
	if (err < 0)
		return err;
	return (ssize_t)(m->flags & MSG_TRUNC ? whole : n);
}

ssize_t unix_seqpacket_receive(struct socket *s, struct message *m)
{
	if (unix_of(s)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	return unix_dgram_receive(s, m);
}
