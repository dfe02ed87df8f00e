/* unix_stream.c: connect, and data of AF_UNIX streams: unix(7), send(2), recv(2). */

#include "fs/async.h"
#include "mm/slab.h"
#include "net/unix.h"
#include "proc/task.h"

#define CHUNK (32 * 1024) /* bytes of a long write that are one packet */

/* --- connect: also for SOCK_SEQPACKET --- */

/* Who listens at a, when there is room in its backlog.  => counted, or NULL */
static struct unix_socket *find_listener(struct unix_socket *u, const struct address *a,
					 unsigned flags, int *err)
{
	uint64_t deadline = 0;

	for (;;) {
		struct unix_socket *to = unix_find(a, u->s.type, err);
		if (to == NULL)
			return NULL;
		if (to->state != UNIX_LISTENING || to->s.no_read)
			*err = -ECONNREFUSED;
		else if (!unix_full(to))
			return to;
		else if (flags & MSG_DONTWAIT)
			*err = -EAGAIN;
		if (*err == 0) {
			if (deadline == 0)
				deadline = socket_deadline(u->s.send_limit);
			*err = SOCKET_WAIT(&to->room_wait,
					   to->dead || to->s.no_read || !unix_full(to), deadline);
		}
		unix_put(to);
		if (*err < 0)
			return NULL;
	}
}

/* The socket that accept(2) will give to the listener. */
static struct unix_socket *create_embryo(const struct unix_socket *u, int *err)
{
	struct socket *s = unix_family.create(u->s.type, 0, err);

	if (s == NULL)
		return NULL;
	s->peer = peer_cred_create();
	if (s->peer == NULL) {
		*err = -ENOMEM;
		socket_put(s);
		return NULL;
	}
	return unix_of(s);
}

int unix_stream_connect(struct socket *s, const struct address *a, unsigned flags)
{
	struct unix_socket *u = unix_of(s);
	int err = unix_check_address(a);

	if (err == 0)
		err = unix_autobind_if_asked(u);
	if (err < 0)
		return err;
	struct unix_socket *to = find_listener(u, a, flags, &err);
	if (to == NULL)
		return err;
	if (u->state != UNIX_CLOSED)
		err = u->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	struct unix_socket *e = err < 0 ? NULL : create_embryo(u, &err);
	if (e == NULL) {
		unix_put(to);
		return err;
	}
	e->peer = u;
	u->peer = e;
	unix_get(e);
	unix_get(u);
	e->state = u->state = UNIX_CONNECTED;
	e->name = to->name;
	unix_name_get(e->name);
	/* Options that hold from the first byte on. */
	e->s.options = to->s.options & (1u << OPT_PASSCRED | 1u << OPT_PASSSEC);
	peer_cred_put(s->peer);
	s->peer = peer_cred_get(to->s.peer);
	list_append(&to->embryos, &e->embryo_link);
	to->embryo_count++;
	waitq_wake(&to->s.read_wait);
	async_tell(&to->s.read_wait, POLL_IN);
	unix_put(to);
	return 0;
}

/* --- send --- */

/* The peer reads no more.  As on Linux there is no signal for who has sent something, nor for who
 * hears of it while it waits for room. */
static int broken_pipe(const struct message *m, size_t sent)
{
	if (sent == 0 && !(m->flags & MSG_NOSIGNAL))
		signal_send_task(current, SIGPIPE, NULL);
	return -EPIPE;
}

static int send_check(const struct unix_socket *u, const struct message *m)
{
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (m->name != NULL)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	return u->peer == NULL ? -ENOTCONN : 0;
}

/* One packet of at most n bytes to u's peer.  => 0, -errno */
static int send_packet(struct unix_socket *u, struct message *m, size_t n, struct scm *scm)
{
	int err;

	if (socket_option(&u->s, OPT_PASSCRED) || socket_option(&u->peer->s, OPT_PASSCRED) ||
	    u->peer->s.file == NULL)
		scm_set_self(scm);
	struct packet *p = packet_create(u, m->data, n, scm, &err);
	if (p == NULL)
		return err;
	if (u->peer->dead || u->peer->s.no_read) {
		packet_free(p);
		return -EPIPE;
	}
	packet_append(u->peer, p);
	return 0;
}

ssize_t unix_stream_send(struct socket *s, struct message *m)
{
	struct unix_socket *u = unix_of(s);
	size_t left = iobuf_left(m->data), sent = 0;
	uint64_t deadline = 0;
	struct scm scm;
	int err = scm_send(m, &scm);

	if (err < 0)
		return err;
	err = send_check(u, m);
	if (err == 0 && s->no_write)
		err = broken_pipe(m, 0);
	while (err == 0 && left > 0) {
		/* Half of the buffer, so that there are two packets at least. */
		size_t n = MIN(left, MIN((size_t)CHUNK, s->sndbuf / 2 - 64));
		err = unix_wait_sendable(u, m->flags, &deadline);
		if (err == 0) {
			err = send_packet(u, m, n, &scm);
			if (err == -EPIPE)
				err = broken_pipe(m, sent);
		}
		if (err == 0) {
			left -= n;
			sent += n;
		}
	}
	scm_drop(&scm);
	return sent > 0 ? (ssize_t)sent : err;
}

/* --- receive --- */

/* One reading of a stream. */
struct reading {
	struct message *m;
	size_t copied, left;
	size_t target;	/* bytes to wait for */
	size_t skip;	/* unread bytes to leave in front: MSG_PEEK, SO_PEEK_OFF */
	bool have_name; /* the sender's address and credentials are known */
	struct scm scm;
	uint64_t deadline;
};

/* Nothing is there: wait.  => 1: look again, 0: the end, -errno */
static int wait_for_data(struct unix_socket *u, struct reading *r)
{
	struct socket *s = &u->s;
	unsigned seen = u->packet_count;

	if (r->copied >= r->target)
		return 0;
	int err = socket_take_error(s);
	if (err < 0 || s->no_read)
		return err;
	if (r->m->flags & MSG_DONTWAIT)
		return -EAGAIN;
	if (r->deadline == 0)
		r->deadline = socket_deadline(s->receive_limit);
	err = SOCKET_WAIT(&s->read_wait, u->packet_count != seen || s->error != 0 || s->no_read,
			  r->deadline);
	return err < 0 ? err : 1;
}

/* The packet in which the next byte lies, behind those that are to be skipped; *off: where in it. */
static struct packet *next_packet(const struct unix_socket *u, const struct reading *r, size_t *off)
{
	struct packet *p = unix_first(u);

	*off = r->skip;
	while (p != NULL && *off > 0 && *off >= p->len - p->off) {
		*off -= p->len - p->off;
		p = unix_next(u, p);
	}
	return p;
}

static void take_name(const struct unix_socket *u, const struct packet *p, struct reading *r)
{
	if (r->m->name != NULL && p->from->name != NULL)
		unix_name_copy(p->from, r->m->name);
	if (socket_option(&u->s, OPT_PASSCRED))
		r->scm = p->scm;
	r->scm.rights = NULL;
	r->have_name = true;
}

/* Copy from one packet, beginning off bytes behind what has been read of it.
 * => 1: go on with the next, 0: that is all, -EFAULT */
static int read_packet(struct unix_socket *u, struct packet *p, size_t off, struct reading *r)
{
	bool peek = (r->m->flags & MSG_PEEK) != 0;
	size_t n = MIN(p->len - p->off - off, r->left);

	/* What different people wrote is not glued together, when it matters. */
	if (r->have_name && socket_option(&u->s, OPT_PASSCRED) && !scm_same_cred(&r->scm, &p->scm))
		return 0;
	if (!r->have_name)
		take_name(u, p, r);
	if (packet_copy(p, off, n, r->m->data) < 0)
		return -EFAULT;
	r->copied += n;
	r->left -= n;
	bool rights = p->scm.rights != NULL;
	if (rights)
		r->scm.rights = p->scm.rights;
	if (peek) {
		r->skip += n;
		if (u->s.peek_off >= 0)
			u->s.peek_off += (int)n;
		return !rights;
	}
	if (u->s.peek_off >= 0)
		u->s.peek_off = MAX(u->s.peek_off - (int)n, 0);
	p->off += n;
	p->scm.rights = NULL; /* they are r's now */
	if (p->off < p->len)
		return 0;
	packet_unlink(u, p);
	packet_free(p);
	return !rights;
}

static int read_stream(struct unix_socket *u, struct reading *r)
{
	int more;

	do {
		size_t off;
		struct packet *p = next_packet(u, r, &off);
		if (p != NULL)
			more = read_packet(u, p, off, r);
		else if ((r->m->flags & MSG_PEEK) && r->copied > 0)
			more = 0; /* one look is enough */
		else
			more = wait_for_data(u, r);
	} while (more > 0 && r->left > 0);
	return more;
}

ssize_t unix_stream_receive(struct socket *s, struct message *m)
{
	struct unix_socket *u = unix_of(s);
	struct reading r = { .m = m, .left = iobuf_left(m->data) };
	bool peek = (m->flags & MSG_PEEK) != 0;

	if (u->state != UNIX_CONNECTED)
		return -EINVAL;
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	r.target = m->flags & MSG_WAITALL ? r.left : MIN(r.left, (size_t)s->rcvlowat);
	r.target = MAX(r.target, 1ul);
	if (peek && s->peek_off > 0)
		r.skip = (size_t)s->peek_off;
	int err = read_stream(u, &r);
	if (r.copied > 0 || err == 0)
		scm_receive(s, m, &r.scm);
	if (!peek)
		scm_drop(&r.scm);
	return r.copied > 0 ? (ssize_t)r.copied : err;
}
