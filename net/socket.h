/* socket.h: sockets, whatever their family: what a family brings, and what it gets.
 *
 * A socket is what a descriptor of the kind socket:[N] stands for.  The system calls
 * (syscalls/socket.c, syscalls/message.c) find it by its file, copy addresses and control messages
 * between program and kernel, and call the operations of its family (struct socket_ops).  A family
 * (net/unix.c) embeds struct socket in an object of its own.
 *
 * Life: socket_family.create makes the object with one reference, which the file takes over.  When
 * the last descriptor is closed, ops->release says so: the socket takes leave of its peer.  Who else
 * holds a reference (a peer, a message on its way) keeps the object; the last one ends it by
 * ops->destroy.
 *
 * Waiting: an operation that cannot go on waits by SOCKET_WAIT() on one of the two queues, unless
 * MSG_DONTWAIT is among the flags (the calls add it for O_NONBLOCK), until the time limit of
 * SO_RCVTIMEO or SO_SNDTIMEO; then it looks at everything again.  Whatever makes a socket readable
 * or writable, or ends it, wakes the queue: poll and epoll wait there as well.
 *
 * Locks: none.  The kernel is not preempted and sleeps only in SOCKET_WAIT. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <asm/errno.h>
#include <asm/socket.h>

#include "fs/vfs.h"

/* Numbers of the ABI that Linux' exported headers leave to the C library: socket(2), send(2). */
enum { AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_MAX = 46 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5, SOCK_TYPES = 11 };
#define SOCK_TYPE_MASK 0xf
#define SOCK_CLOEXEC   02000000
#define SOCK_NONBLOCK  04000
enum { SHUT_RD, SHUT_WR, SHUT_RDWR };
enum {
	MSG_OOB = 1,
	MSG_PEEK = 2,
	MSG_CTRUNC = 8,
	MSG_TRUNC = 0x20,
	MSG_DONTWAIT = 0x40,
	MSG_EOR = 0x80,
	MSG_WAITALL = 0x100,
	MSG_NOSIGNAL = 0x4000,
	MSG_WAITFORONE = 0x10000,
	MSG_CMSG_CLOEXEC = 0x40000000,
};
#define MSG_CMSG_COMPAT 0x80000000u
#define SOMAXCONN	4096 /* /proc/sys/net/core/somaxconn */

#define SOCKET_BUF	212992	/* SO_SNDBUF and SO_RCVBUF of a new socket */
#define SOCKET_BUF_MAX	4194304 /* what setsockopt may ask for: /proc/sys/net/core/wmem_max */
#define ADDRESS_MAX	128	/* sizeof(struct sockaddr_storage) */
#define CONTROL_MAX	131072	/* bytes of control messages in one sendmsg */
#define SOCKET_NO_LIMIT UINT64_MAX

/* A socket address, copied from or for the program. */
struct address {
	union {
		uint16_t family;
		uint8_t bytes[ADDRESS_MAX];
	};
	int len; /* 0: none */
};

/* What one send or receive is about. */
struct message {
	struct iobuf *data;
	unsigned flags;	      /* MSG_* as the caller asks */
	struct address *name; /* send: to whom; receive: filled in; NULL: none */
	void *control;	      /* send: in kernel memory; receive: where the program wants it */
	size_t control_len;   /* receive: what is left of it */
	unsigned result;      /* receive: MSG_TRUNC, MSG_CTRUNC … for msg_flags */
};

/* Who made a connection, for SO_PEERCRED and SO_PEERGROUPS. */
struct peer_cred {
	refcount_t ref;
	pid_t pid;
	uid_t uid;
	gid_t gid;
	unsigned group_count;
	gid_t groups[];
};

/* Options that are only on or off; bit numbers of socket.options. */
enum socket_option {
	OPT_DEBUG,
	OPT_REUSEADDR,
	OPT_DONTROUTE,
	OPT_BROADCAST,
	OPT_KEEPALIVE,
	OPT_OOBINLINE,
	OPT_NO_CHECK,
	OPT_LINGER,
	OPT_PASSCRED,
	OPT_PASSSEC,
	OPT_TIMESTAMP,
	OPT_TIMESTAMPNS,
	OPT_TIMESTAMP_NEW,
	OPT_TIMESTAMPNS_NEW,
	OPT_RXQ_OVFL,
	OPT_SELECT_ERR_QUEUE,
};

/* SO_TIMESTAMP and its kin: at most one of them is on. */
#define OPT_TIMESTAMPS                                                                             \
	(1u << OPT_TIMESTAMP | 1u << OPT_TIMESTAMPNS | 1u << OPT_TIMESTAMP_NEW |                   \
	 1u << OPT_TIMESTAMPNS_NEW)

struct socket {
	refcount_t ref; /* its file; peers and messages, as the family wants it */
	int family, type, protocol;
	const struct socket_ops *ops;
	struct file *file;	 /* not counted; NULL: no descriptor yet, or no longer */
	struct waitq read_wait;	 /* for data, connections, the end */
	struct waitq write_wait; /* for room, the end */
	int error;		 /* SO_ERROR: 0 or -errno; reported once */
	bool no_read, no_write;	 /* shutdown(2), or the peer's */
	unsigned sndbuf, rcvbuf; /* bytes */
	uint64_t send_limit;	 /* SO_SNDTIMEO, ns; SOCKET_NO_LIMIT */
	uint64_t receive_limit;	 /* SO_RCVTIMEO */
	int rcvlowat;		 /* bytes that wake a reader of a stream */
	int peek_off;		 /* SO_PEEK_OFF; -1: peek from the start */
	uint32_t options;	 /* 1 << OPT_* */
	int priority, linger;
	unsigned mark;
	struct peer_cred *peer; /* counted; NULL */
};

struct socket_ops {
	/* bind(2), connect(2), listen(2), shutdown(2), with their errors. */
	int (*bind)(struct socket *s, const struct address *a);
	int (*connect)(struct socket *s, const struct address *a, unsigned flags);
	int (*listen)(struct socket *s, int backlog);
	/* Take the next connection, or wait for it.  => its socket with one reference, NULL */
	struct socket *(*accept)(struct socket *s, unsigned flags, int *err);
	int (*shutdown)(struct socket *s, int how);
	/* The own or the peer's address.  => 0, -ENOTCONN */
	int (*name)(struct socket *s, struct address *a, bool peer);
	/* => bytes, -errno; the caller has checked the buffers' ranges */
	ssize_t (*send)(struct socket *s, struct message *m);
	ssize_t (*receive)(struct socket *s, struct message *m);
	unsigned (*poll)(struct socket *s); /* => POLL* now */
	/* What is not common to all sockets.  => -ENOTTY: unknown */
	long (*ioctl)(struct socket *s, unsigned cmd, uintptr_t arg);
	/* Levels other than SOL_SOCKET; NULL: EOPNOTSUPP.  Pointers are the program's. */
	int (*set_option)(struct socket *s, int level, int name, const void *value, int len);
	int (*get_option)(struct socket *s, int level, int name, void *value, int *len);
	bool (*listening)(const struct socket *s); /* SO_ACCEPTCONN */
	/* One of several descriptors is being closed (f's reference is still held). */
	void (*flush)(struct socket *s, struct file *f);
	void (*release)(struct socket *s); /* the last descriptor is closed */
	void (*destroy)(struct socket *s); /* nobody is left */
};

/* A family: one of each in net/socket.c's list. */
struct socket_family {
	int family;
	/* type is SOCK_*, without flags.  => socket with one reference, or NULL:
	 * -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -ENOMEM */
	struct socket *(*create)(int type, int protocol, int *err);
	/* Connect two new ones (socketpair); NULL: EOPNOTSUPP.  => 0, -ENOMEM */
	int (*pair)(struct socket *a, struct socket *b);
};
extern const struct socket_family unix_family;

/* --- life --- */

/* => a new socket of that family as socket(2) makes it, or NULL: -EAFNOSUPPORT, -EINVAL … */
struct socket *socket_create(int family, int type, int protocol, int *err);
int socket_pair(struct socket *a, struct socket *b);
/* For families: the common part's first values, one reference. */
void socket_init(struct socket *s, const struct socket_ops *ops, int family, int type);
void socket_get(struct socket *s);
void socket_put(struct socket *s); /* NULL is allowed */
/* Give s a file: its reference passes to the file, when there is memory for one.  s NULL: a file
 * that gets its socket by socket_attach(), which cannot fail.  flags: O_NONBLOCK.  => NULL */
struct file *socket_file(struct socket *s, unsigned flags);
void socket_attach(struct file *f, struct socket *s);
/* The socket of a descriptor of the current process.  => it, with *f to put, or NULL:
 * -EBADF, -ENOTSOCK */
struct socket *socket_of_fd(int fd, struct file **f, int *err);
struct socket *socket_of_file(const struct file *f); /* NULL: it is something else */

/* --- for families --- */

static inline bool socket_option(const struct socket *s, enum socket_option o)
{
	return (s->options >> o & 1) != 0;
}
/* Take SO_ERROR.  => 0, -errno */
int socket_take_error(struct socket *s);
/* Wake both queues: the end, an error. */
void socket_wake(struct socket *s);
/* What becomes of a limit (s->send_limit, s->receive_limit) now.  => clock_ns(), NO_DEADLINE */
uint64_t socket_deadline(uint64_t limit);
/* What the end of a sleep is to the program: a call with a time limit is not restarted.
 * => 0, -EAGAIN, -ERESTARTSYS, -EINTR */
int socket_wait_result(int err, uint64_t deadline);
/* Wait until cond.  => as socket_wait_result() */
#define SOCKET_WAIT(q, cond, deadline)                                                             \
	socket_wait_result(WAIT_EVENT_UNTIL(q, cond, deadline), deadline)

/* The current process, as a peer.  => one reference, NULL: no memory */
struct peer_cred *peer_cred_create(void);
struct peer_cred *peer_cred_get(struct peer_cred *c); /* NULL is allowed, here and below */
void peer_cred_put(struct peer_cred *c);

/* --- sockopt.c: SOL_SOCKET and, through the family, the others; pointers are the program's --- */
int socket_set_option(struct socket *s, int level, int name, const void *value, int len);
int socket_get_option(struct socket *s, int level, int name, void *value, int *len);

#endif
