/* unix.h: sockets of the family AF_UNIX: what the files net/unix*.c share.
 *
 * A socket sends by appending a packet to its peer's queue.  The packet is charged to the sender's
 * buffer (SO_SNDBUF) until it has been read, and holds a reference to its sender, whose address the
 * receiver gets.
 *
 *	stream, seqpacket	peer is the other end, which has us as its peer.  When one end
 *				is closed the other one keeps it, dead, for getpeername(2).
 *	datagram		peer is where send(2) goes; it may have another peer or none.
 *	listening		connections that wait for accept(2) are whole sockets without a file
 *				("embryos"), already the peers of those who connected; data may be
 *				in their queues.
 *
 * Locks: none, see net/socket.h.  Copies between packets and program do not sleep. */
#ifndef NET_UNIX_H
#define NET_UNIX_H

#include "fs/path.h"
#include "net/scm.h"
#include "net/socket.h"
#include "proc/forkneed.h"

/* A bound name, shared by a listening socket and those that it accepts. */
struct unix_name {
	refcount_t ref;
	int len; /* of the address: the family and the bytes of the path */
	uint16_t family;
	char path[]; /* begins with NUL: abstract; else it ends with NUL */
};

enum unix_state { UNIX_CLOSED, UNIX_LISTENING, UNIX_CONNECTED };

struct unix_socket {
	struct socket s;
	enum unix_state state;
	bool dead;		  /* no descriptor any more */
	struct unix_socket *peer; /* counted; NULL */
	struct list packets;	  /* received, not yet read */
	unsigned packet_count;
	size_t charged; /* bytes sent and not yet read, with what they cost */

	/* names: unix_name.c */
	struct unix_name *name;		/* counted; NULL: not bound */
	struct path path;		/* of a name in the file system; counted */
	struct unix_socket *next_named; /* in its hash chain */

	/* connections and datagrams that wait for us */
	unsigned backlog; /* packets or embryos, one more fits */
	struct list embryos, embryo_link;
	unsigned embryo_count;
	struct waitq room_wait; /* those who wait for the queue to get shorter */
	struct list senders;	/* datagram sockets whose peer we are */
	struct list sender_link;

	/* our file in messages on their way: unix_rights.c */
	unsigned in_flight;
	struct list flight_link;
	unsigned held; /* of these, how often by what is not garbage */
	bool suspect;

	struct list all_link;
};

struct packet {
	struct list link;
	struct unix_socket *from; /* counted */
	size_t off, len;	  /* unread bytes: [off, len) */
	size_t charge;
	uint64_t sent; /* clock_wall_ns(), if the receiver then wanted timestamps; else 0 */
	bool peeked;
	forkmark_t mark; /* of the sender */
	struct scm scm;
	unsigned page_count; /* 0: the data are inline */
	union {
		struct page *page[0];
		char data[0];
	};
};

static inline struct unix_socket *unix_of(struct socket *s)
{
	return CONTAINER_OF(s, struct unix_socket, s);
}

extern struct list unix_sockets;     /* all, by all_link */
extern unsigned unix_max_dgram_qlen; /* /proc/sys/net/unix/max_dgram_qlen */

/* --- unix.c --- */

static inline bool unix_is_stream(const struct unix_socket *u)
{
	return u->s.type == SOCK_STREAM;
}
/* More packets or connections wait than the backlog allows. */
static inline bool unix_full(const struct unix_socket *u)
{
	return u->packet_count + u->embryo_count > u->backlog;
}
/* poll's answer to POLLOUT: at most a quarter of the buffer is used. */
static inline bool unix_writable(const struct unix_socket *u)
{
	return u->state != UNIX_LISTENING && u->charged * 4 <= u->s.sndbuf;
}
static inline void unix_get(struct unix_socket *u)
{
	socket_get(&u->s);
}
static inline void unix_put(struct unix_socket *u)
{
	if (u != NULL)
		socket_put(&u->s);
}
/* Somebody must see credentials: then the sender needs an address, as on Linux. */
int unix_autobind_if_asked(struct unix_socket *u);

/* --- unix_name.c --- */

/* Bytes that a program calls an address of this family.  => 0, -EINVAL */
int unix_check_address(const struct address *a);
int unix_bind(struct socket *s, const struct address *a);
int unix_autobind(struct unix_socket *u);
/* Who is called that.  => counted, or NULL: -ECONNREFUSED, -EPROTOTYPE, errors of path lookup */
struct unix_socket *unix_find(const struct address *a, int type, int *err);
void unix_name_get(struct unix_name *n);
void unix_name_put(struct unix_name *n); /* NULL is allowed */
/* u's address, as getsockname(2) gives it. */
void unix_name_copy(const struct unix_socket *u, struct address *a);
/* Nobody finds u any more; the name itself stays, for its peers. */
void unix_unhash(struct unix_socket *u);

/* --- unix_packet.c --- */

/* Make a packet of n bytes of b from u, with scm's rights, which pass to it.
 * => NULL: -ENOMEM, -EFAULT; the rights are still scm's */
struct packet *packet_create(struct unix_socket *u, struct iobuf *b, size_t n, struct scm *scm,
			     int *err);
void packet_free(struct packet *p);
/* Copy bytes [p->off + skip, + n) to b.  => 0, -EFAULT */
int packet_copy(const struct packet *p, size_t skip, size_t n, struct iobuf *b);
void packet_append(struct unix_socket *to, struct packet *p);
void packet_unlink(struct unix_socket *u, struct packet *p); /* p is u's */
/* Wait until u may send.  => 0, -EAGAIN, -EPIPE, SO_ERROR, -ERESTARTSYS, -EINTR */
int unix_wait_sendable(struct unix_socket *u, unsigned flags, uint64_t *deadline);
static inline struct packet *unix_first(const struct unix_socket *u)
{
	return list_empty(&u->packets) ? NULL : LIST_FIRST(&u->packets, struct packet, link);
}
static inline struct packet *unix_next(const struct unix_socket *u, const struct packet *p)
{
	return p->link.next == &u->packets ? NULL : LIST_ENTRY(p->link.next, struct packet, link);
}

/* --- unix_stream.c, unix_dgram.c --- */

int unix_stream_connect(struct socket *s, const struct address *a, unsigned flags);
int unix_dgram_connect(struct socket *s, const struct address *a, unsigned flags);
ssize_t unix_stream_send(struct socket *s, struct message *m);
ssize_t unix_stream_receive(struct socket *s, struct message *m);
ssize_t unix_dgram_send(struct socket *s, struct message *m);
ssize_t unix_dgram_receive(struct socket *s, struct message *m);
ssize_t unix_seqpacket_send(struct socket *s, struct message *m);
ssize_t unix_seqpacket_receive(struct socket *s, struct message *m);
/* u's queue got shorter: who waited for room goes on. */
void unix_room(struct unix_socket *u, bool was_full);
/* Join or leave the peer's list of senders. */
void unix_set_dgram_peer(struct unix_socket *u, struct unix_socket *peer);

/* --- unix_rights.c --- */

/* A descriptor of u is closed; `closing`: f's reference that goes next, or NULL. */
void unix_collect(const struct file *closing);
extern unsigned unix_in_flight; /* sockets that are in flight */

#endif
