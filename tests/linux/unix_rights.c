/* unix_rights.c: control messages: descriptors and credentials that go along with data, and wild
 * pointers and lengths in msghdr, iovec and cmsghdr. */
#include "harness.h"

#include <grp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

/* musl copies control messages; these do not. */
static ssize_t raw_sendmsg(int fd, const void *m, unsigned flags)
{
	return syscall(SYS_sendmsg, fd, m, flags);
}

static ssize_t raw_recvmsg(int fd, void *m, unsigned flags)
{
	return syscall(SYS_recvmsg, fd, m, flags);
}

static void pair(int type, int v[2])
{
	CHECK_OK(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, v));
}

/* One message of one byte with descriptors. */
static ssize_t send_fds(int to, const int *fds, size_t count, char byte)
{
	static char control[CMSG_SPACE(400 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control };
	struct cmsghdr *c = (struct cmsghdr *)control;

	memset(control, 0, sizeof(control));
	m.msg_controllen = CMSG_SPACE(count * sizeof(int));
	c->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	return raw_sendmsg(to, &m, MSG_NOSIGNAL);
}

static ssize_t send_fd(int to, int fd, char byte)
{
	return send_fds(to, &fd, 1, byte);
}

/* What a receive gave. */
struct got {
	ssize_t n;
	char data[64];
	int flags, count, fds[300], creds;
	struct ucred cred;
	size_t controllen;
};

static struct got receive(int from, size_t data, size_t room, int flags)
{
	static char control[4096] __attribute__((aligned(8)));
	struct got g = { .count = 0 };
	struct iovec io = { g.data, data };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = (socklen_t)room };

	g.n = raw_recvmsg(from, &m, (unsigned)flags);
	g.flags = m.msg_flags;
	g.controllen = m.msg_controllen;
	for (struct cmsghdr *c = g.n < 0 ? NULL : CMSG_FIRSTHDR(&m); c != NULL;
	     c = CMSG_NXTHDR(&m, c)) {
		CHECK_EQ(c->cmsg_level, SOL_SOCKET);
		if (c->cmsg_type == SCM_RIGHTS) {
			g.count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
			memcpy(g.fds, CMSG_DATA(c), (size_t)g.count * sizeof(int));
		} else {
			CHECK_EQ(c->cmsg_type, SCM_CREDENTIALS);
			g.creds++;
			memcpy(&g.cred, CMSG_DATA(c), sizeof(g.cred));
		}
	}
	return g;
}

static int same_file(int a, int b)
{
	struct stat x, y;

	CHECK_OK(fstat(a, &x));
	CHECK_OK(fstat(b, &y));
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int open_count(void)
{
	int n = 0;

	for (int i = 0; i < 1000; i++)
		n += fcntl(i, F_GETFD) >= 0;
	return n;
}

/* --- descriptors --- */

/* A descriptor that is sent is the same open file at the other end, in another process too. */
TEST(descriptors_travel)
{
	int v[2], p[2];
	char b[8];

	pair(SOCK_STREAM, v);
	CHECK_OK(pipe(p));
	CHECK_EQ(send_fd(v[0], p[0], 'a'), 1);
	close(p[0]);
	CHECK_EQ(write(p[1], "still", 5), 5); /* it is held by the message */
	pid_t pid = CHILD(close(p[1]); struct got g = receive(v[1], 8, 256, 0); CHECK_EQ(g.n, 1);
			  CHECK_EQ(g.data[0], 'a'); CHECK_EQ(g.count, 1); CHECK_EQ(g.flags, 0);
			  CHECK_EQ(g.controllen, CMSG_SPACE(4)); CHECK_EQ(read(g.fds[0], b, 8), 5);
			  CHECK_EQ(fcntl(g.fds[0], F_GETFD), 0));
	CHECK_EXITED(pid, 0);
	/* the position is shared, as after dup */
	int f = open("f", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(write(f, "0123456789", 10), 10);
	CHECK_EQ(send_fd(v[0], f, 'b'), 1);
	struct got g = receive(v[1], 8, 256, MSG_CMSG_CLOEXEC);
	CHECK_EQ(g.flags, MSG_CMSG_CLOEXEC);
	CHECK_EQ(fcntl(g.fds[0], F_GETFD), FD_CLOEXEC);
	CHECK(same_file(f, g.fds[0]));
	CHECK_EQ(lseek(g.fds[0], 3, SEEK_SET), 3);
	CHECK_EQ(lseek(f, 0, SEEK_CUR), 3);
}

/* All kinds of descriptors can be sent: sockets, themselves, O_PATH. */
TEST(any_descriptor)
{
	int v[2], path = open(".", O_PATH), ep = epoll_create1(0);

	pair(SOCK_DGRAM, v);
	int all[] = { v[0], v[1], path, ep, 0 };
	CHECK_EQ(send_fds(v[0], all, 5, 'x'), 1);
	struct got g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.count, 5);
	for (int i = 0; i < 5; i++)
		CHECK(same_file(all[i], g.fds[i]));
	CHECK_EQ(write(g.fds[0], "via", 3), 3);
	CHECK_EQ(read(v[1], g.data, 8), 3);
}

/* Where there is no room for descriptors they are closed, and MSG_CTRUNC says so. */
TEST(truncated_control)
{
	static const size_t rooms[] = { 0, 8, 16, 17, 19, 20, 23, 24, 27, 28, 31, 32, 40 };
	int v[2], p[2];

	pair(SOCK_STREAM, v);
	CHECK_OK(pipe(p));
	int two[] = { p[0], p[1] };
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		int before = open_count();
		CHECK_EQ(send_fds(v[0], two, 2, 'x'), 1);
		struct got g = receive(v[1], 8, rooms[i], 0);
		printf("room %zu: %zd flags %x count %d len %zu new %d\n", rooms[i], g.n, g.flags,
		       g.count, g.controllen, open_count() - before);
		for (int n = 0; n < g.count; n++)
			close(g.fds[n]);
		CHECK_EQ(open_count(), before);
	}
	char b[4];
	CHECK_EQ(send_fds(v[0], two, 2, 'x'), 1);
	CHECK_EQ(read(v[1], b, 4), 1); /* read(2) drops them */
	int before = open_count();
	CHECK_EQ(open_count(), before);
	struct rlimit old, few;
	CHECK_OK(getrlimit(RLIMIT_NOFILE, &old));
	few = old;
	few.rlim_cur = (rlim_t)dup(0) + 1;
	close((int)few.rlim_cur - 1);
	CHECK_OK(setrlimit(RLIMIT_NOFILE, &few));
	CHECK_EQ(send_fds(v[0], two, 2, 'x'), 1);
	struct got g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.flags, MSG_CTRUNC);
	CHECK_EQ(g.count, 1);
	CHECK_EQ(send_fds(v[0], two, 2, 'x'), 1);
	g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.n, 1);
	CHECK_EQ(g.flags, MSG_CTRUNC);
	CHECK_EQ(g.count, 0);
	CHECK_EQ(g.controllen, 0);
	CHECK_OK(setrlimit(RLIMIT_NOFILE, &old));
}

/* In a stream descriptors stay at their place: a read goes no further than they. */
TEST(descriptors_divide_a_stream)
{
	int v[2];
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "ab", 2), 2);
	CHECK_EQ(send_fd(v[0], 0, 'c'), 1);
	CHECK_EQ(write(v[0], "de", 2), 2);
	CHECK_EQ(send_fd(v[0], 0, 'f'), 1);
	CHECK_EQ(send_fd(v[0], 0, 'g'), 1);
	for (;;) {
		struct got g = receive(v[1], 16, 256, MSG_DONTWAIT);
		if (g.n < 0)
			break;
		printf("%.*s with %d\n", (int)g.n, g.data, g.count);
	}
	/* without a buffer for them it is the same */
	CHECK_EQ(write(v[0], "ab", 2), 2);
	CHECK_EQ(send_fd(v[0], 0, 'c'), 1);
	CHECK_EQ(write(v[0], "de", 2), 2);
	CHECK_EQ(read(v[1], b, 16), 3);
	CHECK_EQ(read(v[1], b, 16), 2);
	/* and they come with the first byte of their message */
	struct iovec io = { (char *)"xyz", 3 };
	char control[CMSG_SPACE(4)] __attribute__((aligned(8))) = { 0 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(4),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS };
	CHECK_EQ(raw_sendmsg(v[0], &m, 0), 3);
	struct got g = receive(v[1], 1, 256, 0);
	CHECK_EQ(g.count, 1);
	g = receive(v[1], 16, 256, 0);
	CHECK_EQ(g.n, 2);
	CHECK_EQ(g.count, 0);
	/* nothing to carry them: in a stream they are dropped */
	io.iov_len = 0;
	CHECK_EQ(raw_sendmsg(v[0], &m, 0), 0);
	CHECK_ERR(recv(v[1], b, 1, MSG_DONTWAIT), EAGAIN);
}

/* MSG_PEEK gives descriptors each time. */
TEST(peeked_descriptors)
{
	int v[2], before = open_count();

	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		pair(type, v);
		CHECK_EQ(send_fd(v[0], 0, 'x'), 1);
		for (int i = 0; i < 3; i++) {
			struct got g = receive(v[1], 8, 256, i < 2 ? MSG_PEEK : 0);
			CHECK_EQ(g.count, 1);
			CHECK(same_file(g.fds[0], 0));
			close(g.fds[0]);
		}
		close(v[0]);
		close(v[1]);
	}
	CHECK_EQ(open_count(), before);
}

/* At most 253 in one message; each must be open. */
TEST(limits_of_a_message)
{
	int v[2], fds[300] = { 0 };

	pair(SOCK_DGRAM, v);
	CHECK_EQ(send_fds(v[0], fds, 253, 'x'), 1);
	CHECK_ERR(send_fds(v[0], fds, 254, 'x'), EINVAL);
	fds[7] = 99;
	CHECK_ERR(send_fds(v[0], fds, 10, 'x'), EBADF);
	fds[7] = -1;
	CHECK_ERR(send_fds(v[0], fds, 10, 'x'), EBADF);
	CHECK_EQ(send_fds(v[0], fds, 0, 'x'), 1);
	struct got g = receive(v[1], 8, 4096, 0);
	CHECK_EQ(g.count, 253);
	g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.count, 0);
	CHECK_EQ(g.controllen, 0);
}

/* Who has too many descriptors on the way may not send more. */
TEST(too_many_references)
{
	int v[2], fds[100] = { 0 }, n = 0;
	struct rlimit few = { 50, 50 };

	if (geteuid() != 0)
		harness_skip("needs root");
	pair(SOCK_STREAM, v);
	CHECK_OK(setrlimit(RLIMIT_NOFILE, &few));
	pid_t pid = CHILD(CHECK_OK(setgid(4711)); CHECK_OK(setuid(4711));
			  while (n < 100 && send_fds(v[0], fds, 20, 'x') == 1) n++;
			  CHECK_EQ(errno, ETOOMANYREFS); CHECK_EQ(n, 3);
			  struct got g = receive(v[1], 8, 256, 0); CHECK_EQ(g.count, 20);
			  CHECK_EQ(send_fds(v[0], fds, 20, 'x'), 1));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(send_fds(v[0], fds, 20, 'x'), 1); /* not so with CAP_SYS_RESOURCE */
}

/* Sockets in sockets in sockets …: closing the outermost closes all. */
TEST(deep_nesting)
{
	int inner[2], outer[2];
	char b;

	pair(SOCK_STREAM, inner);
	int first = inner[0];
	for (int i = 0; i < 2000; i++) {
		pair(SOCK_STREAM, outer);
		CHECK_EQ(send_fd(outer[0], inner[1], 'x'), 1);
		close(inner[1]);
		if (inner[0] != first)
			close(inner[0]);
		inner[0] = outer[0];
		inner[1] = outer[1];
	}
	struct pollfd p = { first, POLLIN, 0 };
	CHECK_EQ(poll(&p, 1, 0), 0);
	close(outer[0]);
	close(outer[1]);
	CHECK_EQ(poll(&p, 1, 1000), 1); /* the innermost peer is gone */
	CHECK_EQ(read(first, &b, 1), 0);
}

/* Linux looks for garbage when a socket is closed. */
static void close_some_socket(void)
{
	int v[2];

	pair(SOCK_STREAM, v);
	close(v[0]);
	close(v[1]);
}

/* --- cycles: the runner sees whether anything is lost --- */

/* A socket in its own queue. */
TEST(cycle_of_one)
{
	int v[2], p[2];
	char b;

	pair(SOCK_STREAM, v);
	CHECK_OK(pipe(p));
	int both[] = { v[1], p[1] };
	CHECK_EQ(send_fds(v[0], both, 2, 'x'), 1);
	close(p[1]);
	close(v[1]);
	close(v[0]);
	/* the pipe's write end went with it */
	struct pollfd f = { p[0], POLLIN, 0 };
	CHECK_EQ(poll(&f, 1, 2000), 1);
	CHECK_EQ(read(p[0], &b, 1), 0);
}

/* Both ends in each other's queues, and in their own. */
TEST(cycle_of_two)
{
	int v[2], p[2];
	char b;

	for (int i = 0; i < 3; i++) {
		pair(i == 0 ? SOCK_STREAM : i == 1 ? SOCK_DGRAM : SOCK_SEQPACKET, v);
		CHECK_OK(pipe(p));
		int all[] = { v[0], v[1], p[1] };
		CHECK_EQ(send_fds(v[0], all, 3, 'x'), 1);
		CHECK_EQ(send_fds(v[1], all, 3, 'x'), 1);
		close(p[1]);
		close(v[0]);
		close(v[1]);
		close_some_socket();
		struct pollfd f = { p[0], POLLIN, 0 };
		CHECK_EQ(poll(&f, 1, 2000), 1);
		CHECK_EQ(read(p[0], &b, 1), 0);
	}
}

/* A ring of many, with a tail that is not part of it. */
TEST(cycle_of_many)
{
	enum { N = 20 };
	int v[N][2], p[2];
	char b;

	CHECK_OK(pipe(p));
	for (int i = 0; i < N; i++)
		pair(SOCK_STREAM, v[i]);
	for (int i = 0; i < N; i++)
		CHECK_EQ(send_fd(v[i][0], v[(i + 1) % N][1], 'x'), 1);
	CHECK_EQ(send_fd(v[3][0], p[1], 'y'), 1);
	close(p[1]);
	for (int i = 0; i < N; i++) {
		close(v[i][0]);
		close(v[i][1]);
	}
	close_some_socket();
	struct pollfd f = { p[0], POLLIN, 0 };
	CHECK_EQ(poll(&f, 1, 2000), 1);
	CHECK_EQ(read(p[0], &b, 1), 0);
}

/* What can still be received is not garbage: a ring that hangs on one open socket. */
TEST(reachable_cycle_is_kept)
{
	int a[2], b[2], c[2];

	pair(SOCK_STREAM, a);
	pair(SOCK_STREAM, b);
	pair(SOCK_STREAM, c);
	CHECK_EQ(send_fd(b[0], c[1], '1'), 1); /* c in b, b in c, b in a */
	CHECK_EQ(send_fd(c[0], b[1], '2'), 1);
	CHECK_EQ(send_fd(a[0], b[1], '3'), 1);
	close(b[1]);
	close(c[1]);
	close_some_socket();
	struct got g = receive(a[1], 8, 256, 0);
	CHECK_EQ(g.data[0], '3');
	CHECK_EQ(g.count, 1);
	g = receive(g.fds[0], 8, 256, 0);
	CHECK_EQ(g.data[0], '1');
	CHECK_EQ(g.count, 1);
	g = receive(g.fds[0], 8, 256, 0);
	CHECK_EQ(g.data[0], '2');
	CHECK_EQ(write(b[0], "z", 1), 1);
	CHECK_EQ(receive(g.fds[0], 8, 256, 0).data[0], 'z');
}

/* A listening socket in flight, that is in the queue of a client which it has not accepted. */
TEST(cycle_through_a_listener)
{
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), p[2];
	int c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "l" };
	char b;

	CHECK_OK(bind(l, (struct sockaddr *)&a, sizeof(a)));
	CHECK_OK(listen(l, 5));
	CHECK_OK(connect(c, (struct sockaddr *)&a, sizeof(a)));
	CHECK_OK(pipe(p));
	int both[] = { l, p[1] };
	CHECK_EQ(send_fds(c, both, 2, 'x'), 1); /* into the embryo's queue */
	close(p[1]);
	close(l);
	struct pollfd f = { p[0], POLLIN, 0 };
	close(c);
	CHECK_EQ(poll(&f, 1, 2000), 1);
	CHECK_EQ(read(p[0], &b, 1), 0);
}

/* A process that ends takes its cycles along. */
TEST(cycles_of_a_dying_process)
{
	int p[2];
	char b;

	CHECK_OK(pipe(p));
	pid_t pid = CHILD(close(p[0]); int v[2]; for (int i = 0; i < 10; i++) {
		pair(SOCK_STREAM, v);
		int all[] = { v[0], v[1], p[1] };
		CHECK_EQ(send_fds(v[0], all, 3, 'x'), 1);
		CHECK_EQ(send_fds(v[1], all, 3, 'x'), 1);
	});
	close(p[1]);
	CHECK_EXITED(pid, 0);
	close_some_socket();
	struct pollfd f = { p[0], POLLIN, 0 };
	CHECK_EQ(poll(&f, 1, 2000), 1);
	CHECK_EQ(read(p[0], &b, 1), 0);
}

/* Sockets sent through each other at random, received or not, closed in any order: what is open
 * works, and in the end nothing is left. */
TEST_SLOW(random_traffic, 20)
{
	enum { MOST = 24, STEPS = 4000 };
	int fds[MOST], before = open_count();
	unsigned seed = 12345;

#define RANDOM(n) (seed = seed * 1103515245 + 12345, (seed >> 16) % (n))
	memset(fds, -1, sizeof(fds));
	for (int step = 0; step < STEPS; step++) {
		int *a = &fds[RANDOM(MOST)], *b = &fds[RANDOM(MOST)], *c = &fds[RANDOM(MOST)];
		struct got g;

		switch (RANDOM(8)) {
		case 0:
		case 1:
			if (*a >= 0 || *b >= 0 || a == b)
				break;
			int v[2];
			pair(RANDOM(2) ? SOCK_STREAM : SOCK_DGRAM, v);
			*a = v[0];
			*b = v[1];
			break;
		case 2:
		case 3:
		case 4:
		case 5:
			if (*a < 0 || *b < 0 || *c < 0)
				break;
			int two[] = { *b, *c };
			CHECK_OK(fcntl(*a, F_SETFL, O_NONBLOCK));
			send_fds(*a, two, 1 + RANDOM(2), 'x');
			break;
		case 6:
			if (*a < 0)
				break;
			g = receive(*a, 8, 256, MSG_DONTWAIT);
			for (int i = 0; g.n > 0 && i < g.count; i++) {
				if (i == 0 && *b < 0)
					*b = g.fds[i];
				else
					close(g.fds[i]);
			}
			break;
		default:
			if (*a >= 0)
				CHECK_OK(close(*a));
			*a = -1;
		}
	}
	for (int i = 0; i < MOST; i++)
		close(fds[i]);
	CHECK_EQ(open_count(), before);
}

/* --- credentials --- */

static void pass_cred(int fd, int on)
{
	CHECK_OK(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

static ssize_t send_cred(int to, pid_t pid, uid_t uid, gid_t gid, size_t size)
{
	struct ucred u = { pid, uid, gid };
	char control[64] __attribute__((aligned(8))) = { 0 }, byte = 'c';
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = CMSG_SPACE(sizeof(u)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	*c = (struct cmsghdr){ .cmsg_len = (socklen_t)CMSG_LEN(size),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_CREDENTIALS };
	memcpy(CMSG_DATA(c), &u, sizeof(u));
	return raw_sendmsg(to, &m, 0);
}

/* With SO_PASSCRED every message tells who sent it. */
TEST(credentials_of_the_sender)
{
	int v[2];

	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		pair(type, v);
		pass_cred(v[1], 1);
		pid_t pid = CHILD(CHECK_EQ(write(v[0], "x", 1), 1));
		CHECK_EXITED(pid, 0);
		struct got g = receive(v[1], 8, 256, 0);
		CHECK_EQ(g.creds, 1);
		CHECK_EQ(g.cred.pid, pid);
		CHECK_EQ(g.cred.uid, getuid());
		CHECK_EQ(g.cred.gid, getgid());
		CHECK_EQ(g.controllen, CMSG_SPACE(sizeof(struct ucred)));
		/* descriptors come behind them */
		CHECK_EQ(send_fd(v[0], 0, 'x'), 1);
		g = receive(v[1], 8, 256, 0);
		CHECK_EQ(g.creds, 1);
		CHECK_EQ(g.cred.pid, getpid());
		CHECK_EQ(g.count, 1);
		CHECK_EQ(write(v[0], "x", 1), 1);
		g = receive(v[1], 8, 20, 0);
		CHECK_EQ(g.flags, MSG_CTRUNC);
		CHECK_EQ(g.controllen, 20);
		CHECK_EQ(write(v[0], "x", 1), 1);
		struct iovec io = { g.data, 8 };
		struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
		CHECK_EQ(raw_recvmsg(v[1], &m, 0), 1);
		CHECK_EQ(m.msg_flags, MSG_CTRUNC);
	}
}

/* A message that was sent before anybody asked is by nobody. */
TEST(credentials_asked_for_too_late)
{
	int v[2];

	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "x", 1), 1);
	pass_cred(v[1], 1);
	struct got g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.creds, 1);
	CHECK_EQ(g.cred.pid, 0);
	CHECK_EQ(g.cred.uid, 65534);
	CHECK_EQ(g.cred.gid, 65534);
}

/* What different processes wrote to a stream is not read at once, when credentials are asked for. */
TEST(credentials_divide_a_stream)
{
	int v[2];
	char b[8];

	pair(SOCK_STREAM, v);
	for (int asked = 1; asked >= 0; asked--) {
		pass_cred(v[1], asked);
		CHECK_EQ(write(v[0], "ab", 2), 2);
		CHECK_EQ(write(v[0], "cd", 2), 2);
		pid_t pid = CHILD(CHECK_EQ(write(v[0], "ef", 2), 2));
		CHECK_EXITED(pid, 0);
		if (asked) {
			struct got g = receive(v[1], 8, 256, 0);
			CHECK_EQ(g.n, 4);
			CHECK_EQ(g.cred.pid, getpid());
			g = receive(v[1], 8, 256, 0);
			CHECK_EQ(g.n, 2);
			CHECK_EQ(g.cred.pid, pid);
		} else {
			CHECK_EQ(read(v[1], b, 8), 6);
		}
	}
}

/* Credentials that are sent explicitly: true ones, or others' with the privilege. */
TEST(explicit_credentials)
{
	int v[2];

	pair(SOCK_DGRAM, v);
	pass_cred(v[1], 1);
	CHECK_EQ(send_cred(v[0], getpid(), getuid(), getgid(), 12), 1);
	CHECK_EQ(receive(v[1], 8, 256, 0).cred.pid, getpid());
	CHECK_ERR(send_cred(v[0], getpid(), getuid(), getgid(), 11), EINVAL);
	CHECK_ERR(send_cred(v[0], getpid(), getuid(), getgid(), 16), EINVAL);
	if (geteuid() != 0)
		harness_skip("needs root");
	CHECK_EQ(send_cred(v[0], 1, 77, 88, 12), 1);
	struct got g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.cred.pid, 1);
	CHECK_EQ(g.cred.uid, 77);
	CHECK_EQ(g.cred.gid, 88);
	CHECK_ERR(send_cred(v[0], 4000000, 0, 0, 12), ESRCH);
	CHECK_ERR(send_cred(v[0], getpid(), (uid_t)-1, 0, 12), EINVAL);
	pid_t pid = CHILD(CHECK_OK(setresgid(1, 2, 3)); CHECK_OK(setresuid(1, 2, 3));
			  CHECK_EQ(send_cred(v[0], getpid(), 3, 1, 12), 1);
			  CHECK_EQ(receive(v[1], 8, 256, 0).cred.uid, 3);
			  CHECK_ERR(send_cred(v[0], 1, 1, 1, 12), EPERM);
			  CHECK_ERR(send_cred(v[0], getpid(), 4, 1, 12), EPERM);
			  CHECK_ERR(send_cred(v[0], getpid(), 1, 4, 12), EPERM);
			  CHECK_EQ(write(v[0], "x", 1), 1);
			  CHECK_EQ(receive(v[1], 8, 256, 0).cred.uid, 1)); /* the real one */
	CHECK_EXITED(pid, 0);
}

/* SO_PEERCRED: who connected, who listened, who made the pair. */
TEST(peer_credentials)
{
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), v[2];
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "l" };
	struct ucred u;
	socklen_t len = sizeof(u);

	CHECK_OK(bind(l, (struct sockaddr *)&a, sizeof(a)));
	CHECK_OK(getsockopt(l, SOL_SOCKET, SO_PEERCRED, &u, &len));
	CHECK(u.pid == 0 && u.uid == (uid_t)-1 && u.gid == (gid_t)-1);
	CHECK_OK(listen(l, 5));
	CHECK_OK(chmod("l", 0777));
	CHECK_OK(getsockopt(l, SOL_SOCKET, SO_PEERCRED, &u, &len));
	CHECK_EQ(u.pid, getpid());
	pid_t us = getpid();
	pid_t pid = CHILD(int c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
			  CHECK_OK(connect(c, (struct sockaddr *)&a, sizeof(a)));
			  CHECK_OK(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &u, &len));
			  CHECK_EQ(u.pid, us); CHECK_EQ(u.uid, geteuid()));
	CHECK_EXITED(pid, 0);
	int s = accept(l, NULL, NULL);
	CHECK_OK(s);
	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &len));
	CHECK_EQ(u.pid, pid); /* though it has ended */
	CHECK_EQ(len, sizeof(u));
	pair(SOCK_DGRAM, v);
	pid = CHILD(CHECK_OK(getsockopt(v[1], SOL_SOCKET, SO_PEERCRED, &u, &len));
		    CHECK_EQ(u.pid, us));
	CHECK_EXITED(pid, 0);
}

/* SO_PEERGROUPS: the groups of who connected. */
TEST(peer_groups)
{
	int v[2];
	gid_t groups[8], mine[] = { 10, 20, 30 };
	socklen_t len = sizeof(groups);

	if (geteuid() != 0)
		harness_skip("needs root");
	CHECK_OK(setgroups(3, mine));
	pair(SOCK_STREAM, v);
	CHECK_OK(setgroups(0, NULL));
	CHECK_OK(getsockopt(v[0], SOL_SOCKET, 59, groups, &len));
	CHECK_EQ(len, 12);
	CHECK(groups[0] == 10 && groups[2] == 30);
	len = 8;
	CHECK_ERR(getsockopt(v[0], SOL_SOCKET, 59, groups, &len), ERANGE);
	CHECK_EQ(len, 12);
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_ERR(getsockopt(s, SOL_SOCKET, 59, groups, &len), ENODATA);
}

/* --- wild pointers and lengths --- */

static char *bad[8];

static void make_bad(void)
{
	char *hole =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_OK(munmap(hole + PAGE, PAGE));
	bad[0] = (char *)8;
	bad[1] = hole + PAGE;
	bad[2] = (char *)(1ul << 63);
	bad[3] = (char *)0xffffffff80000000ul;
	bad[4] = (char *)0xffff888000000000ul;
	bad[5] = (char *)~7ul;
	bad[6] = (char *)0x7ffffffff000ul;
	bad[7] = hole + PAGE - 4;
}

static void result(const char *what, ssize_t r)
{
	printf("%s: %zd %s\n", what, r, r < 0 ? errno_name(errno) : "");
}

/* Each pointer of a message in turn, on both sides. */
TEST(bad_pointers_in_a_message)
{
	int v[2];
	char data[16] = "data", control[64] __attribute__((aligned(8)));
	struct sockaddr_un name;

	make_bad();
	pair(SOCK_DGRAM, v);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct iovec io = { data, 4 }, bad_io = { bad[i], 16 };
		struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

		printf("pointer %zu\n", i);
		result("send msghdr", raw_sendmsg(v[0], bad[i], MSG_DONTWAIT));
		m.msg_iov = (struct iovec *)(void *)bad[i];
		result("send iov", raw_sendmsg(v[0], &m, MSG_DONTWAIT));
		m.msg_iov = &bad_io;
		result("send base", raw_sendmsg(v[0], &m, MSG_DONTWAIT));
		m.msg_iov = &io;
		m.msg_control = bad[i];
		m.msg_controllen = 24;
		result("send control", raw_sendmsg(v[0], &m, MSG_DONTWAIT));
		m.msg_controllen = 0;
		m.msg_name = bad[i];
		m.msg_namelen = 20;
		result("send name", raw_sendmsg(v[0], &m, MSG_DONTWAIT));
		result("sendto buffer", sendto(v[0], bad[i], 16, MSG_DONTWAIT, NULL, 0));
		result("sendto name", sendto(v[0], data, 4, MSG_DONTWAIT, (void *)bad[i], 20));
		while (recv(v[1], data, 16, MSG_DONTWAIT) >= 0)
			;
		/* receiving */
		CHECK_EQ(send(v[0], data, 4, 0), 4);
		m = (struct msghdr){ .msg_iov = &io, .msg_iovlen = 1 };
		result("receive msghdr", raw_recvmsg(v[1], bad[i], MSG_DONTWAIT));
		m.msg_iov = (struct iovec *)(void *)bad[i];
		result("receive iov", raw_recvmsg(v[1], &m, MSG_DONTWAIT));
		m.msg_iov = &bad_io;
		bad_io.iov_len = i == 7 ? 4096 : 16;
		result("receive base", raw_recvmsg(v[1], &m, MSG_DONTWAIT));
		while (recv(v[1], data, 16, MSG_DONTWAIT) >= 0)
			;
		m.msg_iov = &io;
		CHECK_EQ(send_fd(v[0], 0, 'x'), 1);
		m.msg_control = bad[i];
		m.msg_controllen = 24;
		int before = open_count();
		result("receive control", raw_recvmsg(v[1], &m, MSG_DONTWAIT));
		printf("flags %x len %zu new %d\n", m.msg_flags, (size_t)m.msg_controllen,
		       open_count() - before);
		for (int fd = 3; fd < 100; fd++) {
			if (fd != v[0] && fd != v[1] && open_count() > before && fd >= 5)
				close(fd);
		}
		CHECK_EQ(send(v[0], data, 4, 0), 4);
		m.msg_control = NULL;
		m.msg_controllen = 0;
		m.msg_name = bad[i];
		m.msg_namelen = 20;
		result("receive name", raw_recvmsg(v[1], &m, MSG_DONTWAIT));
		CHECK_EQ(send(v[0], data, 4, 0), 4);
		result("recvfrom buffer", recvfrom(v[1], bad[i], 4096, MSG_DONTWAIT, NULL, NULL));
		while (recv(v[1], data, 16, MSG_DONTWAIT) >= 0)
			;
		CHECK_EQ(send(v[0], data, 4, 0), 4);
		socklen_t len = 20;
		result("recvfrom name",
		       recvfrom(v[1], data, 4, MSG_DONTWAIT, (void *)bad[i], &len));
		CHECK_EQ(send(v[0], data, 4, 0), 4);
		result("recvfrom length",
		       recvfrom(v[1], data, 4, MSG_DONTWAIT, (void *)&name, (void *)bad[i]));
	}
	(void)control;
}

/* Lengths in a message that nothing has. */
TEST(bad_lengths_in_a_message)
{
	static const size_t lengths[] = { 0,  1,  8,	15,	16,	    17,		20,  24,
					  28, 64, 1000, 131072, 0x7fffffff, 0x80000000, ~0ul };
	int v[2];
	static char data[16] = "data"; /* a stack may end less than 2 GiB below all addresses */
	static char control[200000] __attribute__((aligned(8)));
	struct iovec io = { data, 4 };

	pair(SOCK_DGRAM, v);
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		/* as the musl header has it, with the upper half set by hand */
		union {
			struct msghdr m;
			struct {
				void *name;
				int namelen;
				void *iov;
				size_t iovlen;
				void *control;
				size_t controllen;
				int flags;
			} raw;
		} u = { .m = { .msg_iov = &io, .msg_iovlen = 1 } };
		struct cmsghdr *c = (struct cmsghdr *)control;

		u.raw.control = control;
		u.raw.controllen = lengths[i];
		memset(control, 0, sizeof(control));
		printf("length %zx\n", lengths[i]);
		result("controllen over zeros", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		*c = (struct cmsghdr){ .cmsg_len = 20,
				       .cmsg_level = SOL_SOCKET,
				       .cmsg_type = SCM_RIGHTS };
		result("controllen over rights", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		u.raw.controllen = 64;
		*(size_t *)control = lengths[i];
		result("cmsg_len of rights", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		c->cmsg_level = 12345;
		result("cmsg_len of another level", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = 77;
		result("cmsg_len of another type", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		u.raw.controllen = 0;
		u.raw.iovlen = lengths[i] == 0 ? 0 : lengths[i] < 1000 ? 1 : lengths[i];
		if (lengths[i] >= 131072 || lengths[i] == 0)
			result("iovlen", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		u.raw.iovlen = 1;
		io.iov_len = lengths[i];
		if (lengths[i] > 131072 || lengths[i] <= 16)
			result("iov_len", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		io.iov_len = 4;
		u.raw.name = control;
		u.raw.namelen = (int)lengths[i];
		memset(control, 0, 300);
		control[0] = 7;
		result("namelen", raw_sendmsg(v[0], &u, MSG_DONTWAIT));
		result("receive namelen", raw_recvmsg(v[1], &u, MSG_DONTWAIT));
		while (recv(v[1], data, 16, MSG_DONTWAIT) >= 0)
			;
	}
	CHECK_ERR(raw_sendmsg(v[0], control, 0x80000000), EINVAL);
	CHECK_ERR(raw_recvmsg(v[0], control, 0x80000000), EINVAL);
	CHECK_ERR(raw_sendmsg(99, control, 0), EBADF);
	CHECK_ERR(raw_recvmsg(0, control, 0), ENOTSOCK);
	CHECK_ERR(sendto(99, data, 1, 0, NULL, 0), EBADF);
	CHECK_ERR(recv(0, data, 1, 0), ENOTSOCK);
	CHECK_ERR(send(v[0], data, 1, MSG_OOB), EOPNOTSUPP);
	CHECK_ERR(recv(v[0], data, 1, MSG_OOB), EOPNOTSUPP);
}

/* Two control messages of rights in one message are added up; unknown levels are skipped. */
TEST(several_control_messages)
{
	int v[2], p[2];
	char data = 'x', control[128] __attribute__((aligned(8))) = { 0 };
	struct iovec io = { &data, 1 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = 3 * CMSG_SPACE(4) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	pair(SOCK_STREAM, v);
	CHECK_OK(pipe(p));
	for (int i = 0; i < 3; i++) {
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(4),
				       .cmsg_level = i == 1 ? 4242 : SOL_SOCKET,
				       .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(c), &p[i / 2], 4);
		c = (struct cmsghdr *)((char *)c + CMSG_SPACE(4));
	}
	CHECK_EQ(raw_sendmsg(v[0], &m, 0), 1);
	struct got g = receive(v[1], 8, 256, 0);
	CHECK_EQ(g.count, 2);
	CHECK(same_file(g.fds[0], p[0]));
	CHECK(same_file(g.fds[1], p[1]));
}
