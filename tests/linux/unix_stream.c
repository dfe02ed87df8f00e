/* unix_stream.c: SOCK_STREAM and SOCK_SEQPACKET of AF_UNIX: connections, data, the end of both. */
#include "harness.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#define SIOCOUTQ 0x5411

static char big[1 << 20], out[1 << 20];

static socklen_t path_address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, path);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static int bind_to(int fd, const char *path)
{
	struct sockaddr_un a;
	socklen_t len = path_address(&a, path);

	return bind(fd, (struct sockaddr *)&a, len);
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un a;
	socklen_t len = path_address(&a, path);

	return connect(fd, (struct sockaddr *)&a, len);
}

static int make(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK_OK(fd);
	return fd;
}

static int listener(int type, const char *path, int backlog)
{
	int fd = make(type);

	unlink(path);
	CHECK_OK(bind_to(fd, path));
	CHECK_OK(listen(fd, backlog));
	return fd;
}

static void pair(int type, int v[2])
{
	CHECK_OK(socketpair(AF_UNIX, type, 0, v));
}

static short polled(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0 };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static int waiting(int fd)
{
	int n = -1;

	CHECK_OK(ioctl(fd, FIONREAD, &n));
	return n;
}

static int error_of(int fd)
{
	int e = -1;
	socklen_t len = sizeof(e);

	CHECK_OK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len));
	return e;
}

static void limit(int fd, int option, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	CHECK_OK(setsockopt(fd, SOL_SOCKET, option, &tv, sizeof(tv)));
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

static void on_signal(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = count_signal, .sa_flags = flags };

	signals = 0;
	CHECK_OK(sigaction(sig, &sa, NULL));
}

/* A child that sends us a signal after some time. */
static pid_t signal_later(int sig, long ms)
{
	pid_t us = getpid();

	return CHILD(sleep_ms(ms); kill(us, sig));
}

/* --- pairs --- */

/* What is written at one end is read at the other, both ways. */
TEST(pair_carries_bytes_both_ways)
{
	int v[2];
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "abc", 3), 3);
	CHECK_EQ(write(v[1], "xy", 2), 2);
	CHECK_EQ(read(v[1], b, sizeof(b)), 3);
	CHECK(memcmp(b, "abc", 3) == 0);
	CHECK_EQ(read(v[0], b, sizeof(b)), 2);
	CHECK(memcmp(b, "xy", 2) == 0);
}

/* A stream has no boundaries: many writes, one read; one write, many reads. */
TEST(stream_has_no_boundaries)
{
	int v[2];
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_EQ(send(v[0], "ab", 2, 0), 2);
	CHECK_EQ(send(v[0], "cd", 2, 0), 2);
	CHECK_EQ(send(v[0], "ef", 2, 0), 2);
	CHECK_EQ(waiting(v[1]), 6);
	CHECK_EQ(recv(v[1], b, 3, 0), 3);
	CHECK(memcmp(b, "abc", 3) == 0);
	CHECK_EQ(recv(v[1], b, sizeof(b), 0), 3);
	CHECK(memcmp(b, "def", 3) == 0);
	CHECK_EQ(waiting(v[1]), 0);
}

/* Seqpacket keeps boundaries, and cuts what does not fit. */
TEST(seqpacket_has_boundaries)
{
	int v[2];
	char b[16];
	struct iovec io = { b, 2 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

	pair(SOCK_SEQPACKET, v);
	CHECK_EQ(send(v[0], "abcd", 4, MSG_EOR), 4);
	CHECK_EQ(write(v[0], "ef", 2), 2);
	CHECK_EQ(waiting(v[1]), 6);
	CHECK_EQ(recvmsg(v[1], &m, 0), 2);
	CHECK_EQ(m.msg_flags, MSG_TRUNC);
	io.iov_len = 16;
	CHECK_EQ(recvmsg(v[1], &m, 0), 2);
	CHECK_EQ(m.msg_flags, 0);
	CHECK(memcmp(b, "ef", 2) == 0);
	CHECK_EQ(send(v[0], "abcd", 4, 0), 4);
	CHECK_EQ(recv(v[1], b, 1, MSG_TRUNC), 4);
}

/* A message of nothing is a message in seqpacket, and nothing in a stream. */
TEST(empty_messages)
{
	int v[2];
	char b[4];

	pair(SOCK_SEQPACKET, v);
	CHECK_EQ(send(v[0], "", 0, 0), 0);
	CHECK(polled(v[1]) & POLLIN);
	CHECK_EQ(recv(v[1], b, 4, MSG_DONTWAIT), 0);
	CHECK_ERR(recv(v[1], b, 4, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(write(v[0], "", 0), 0);
	CHECK_EQ(recv(v[1], b, 4, MSG_DONTWAIT), 0);
	struct iovec none = { b, 0 };
	CHECK_EQ(writev(v[0], &none, 1), 0);
	CHECK_ERR(recv(v[1], b, 4, MSG_DONTWAIT), EAGAIN);
	pair(SOCK_STREAM, v);
	CHECK_EQ(send(v[0], "", 0, 0), 0);
	CHECK_ERR(recv(v[1], b, 4, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(read(v[1], b, 0), 0);
	CHECK_ERR(recv(v[1], b, 0, MSG_DONTWAIT), EAGAIN);
}

/* A megabyte in odd pieces through a child that sends it back. */
TEST(much_data_arrives_in_order)
{
	int v[2];
	size_t sent = 0, got = 0;

	pair(SOCK_STREAM, v);
	fill(big, sizeof(big), 7);
	pid_t pid = CHILD(close(v[0]); static char echo[70001]; ssize_t n;
			  while ((n = read(v[1], echo, sizeof(echo))) > 0)
				  write_all(v[1], echo, (size_t)n);
			  _exit(n == 0 ? 0 : 1));
	close(v[1]);
	CHECK_OK(fcntl(v[0], F_SETFL, O_NONBLOCK));
	while (got < sizeof(big)) {
		struct pollfd p = { v[0], POLLIN | (sent < sizeof(big) ? POLLOUT : 0), 0 };
		CHECK_EQ(poll(&p, 1, 5000), 1);
		if ((p.revents & POLLOUT) && sent < sizeof(big)) {
			size_t part = sizeof(big) - sent > 50007 ? 50007 : sizeof(big) - sent;
			ssize_t n = write(v[0], big + sent, part);
			if (n > 0)
				sent += (size_t)n;
		}
		if (p.revents & POLLIN) {
			ssize_t n = read(v[0], out + got, sizeof(out) - got);
			if (n > 0)
				got += (size_t)n;
		}
	}
	CHECK(memcmp(big, out, sizeof(big)) == 0);
	CHECK_OK(shutdown(v[0], SHUT_WR));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(v[0], out, 1), 0);
}

/* A long write waits until all of it is in the queue. */
TEST(long_write_waits_for_the_reader)
{
	int v[2];

	pair(SOCK_STREAM, v);
	fill(big, sizeof(big), 3);
	pid_t pid = CHILD(close(v[0]); sleep_ms(20);
			  _exit(read_all(v[1], out, sizeof(out)) == sizeof(out) &&
						memcmp(big, out, sizeof(out)) == 0
					? 0
					: 1));
	close(v[1]);
	CHECK_EQ(write(v[0], big, sizeof(big)), sizeof(big));
	CHECK_EXITED(pid, 0);
}

/* The pieces of writev and readv. */
TEST(vectors)
{
	int v[2];
	char a[3], b[5];
	struct iovec w[3] = { { "one", 3 }, { NULL, 0 }, { "two!!", 5 } };
	struct iovec r[2] = { { a, 3 }, { b, 5 } };

	pair(SOCK_STREAM, v);
	CHECK_EQ(writev(v[0], w, 3), 8);
	CHECK_EQ(readv(v[1], r, 2), 8);
	CHECK(memcmp(a, "one", 3) == 0 && memcmp(b, "two!!", 5) == 0);
	CHECK_ERR(pread(v[0], a, 1, 0), ESPIPE);
	CHECK_ERR(pwrite(v[0], a, 1, 0), ESPIPE);
	CHECK_ERR(lseek(v[0], 0, SEEK_CUR), ESPIPE);
	CHECK_ERR(ftruncate(v[0], 0), EINVAL);
	CHECK_ERR(fsync(v[0]), EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, v[0], 0) == MAP_FAILED && errno == ENODEV);
}

/* --- connections --- */

/* bind, listen, connect, accept; both ends know the other's name. */
TEST(connect_and_accept)
{
	int l = listener(SOCK_STREAM, "s", 5), c = make(SOCK_STREAM);
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	char b[8];

	CHECK_OK(connect_to(c, "s"));
	CHECK_EQ(write(c, "early", 5), 5); /* before accept */
	int s = accept(l, (struct sockaddr *)&a, &len);
	CHECK_OK(s);
	CHECK_EQ(len, 2); /* the client has no name */
	CHECK_EQ(a.sun_family, AF_UNIX);
	CHECK_EQ(read(s, b, 8), 5);
	CHECK_EQ(write(s, "yes", 3), 3);
	CHECK_EQ(read(c, b, 8), 3);
	len = sizeof(a);
	CHECK_OK(getpeername(c, (struct sockaddr *)&a, &len));
	CHECK_EQ(len, 4);
	CHECK_STR(a.sun_path, "s");
	len = sizeof(a);
	memset(&a, 0, sizeof(a));
	CHECK_OK(getsockname(s, (struct sockaddr *)&a, &len));
	CHECK_EQ(len, 4);
	CHECK_STR(a.sun_path, "s");
	len = sizeof(a);
	CHECK_OK(getsockname(c, (struct sockaddr *)&a, &len));
	CHECK_EQ(len, 2);
	len = sizeof(a);
	CHECK_OK(getpeername(s, (struct sockaddr *)&a, &len));
	CHECK_EQ(len, 2);
	CHECK_ERR(getpeername(l, (struct sockaddr *)&a, &len), ENOTCONN);
	CHECK_EQ(fcntl(s, F_GETFD), 0);
}

/* accept waits for a client, connect for room in the backlog. */
TEST(accept_and_connect_wait)
{
	int l = listener(SOCK_STREAM, "s", 0);
	pid_t pid = CHILD(sleep_ms(20); int c = make(SOCK_STREAM); CHECK_OK(connect_to(c, "s"));
			  int d = make(SOCK_STREAM); CHECK_OK(connect_to(d, "s"));
			  write_all(d, "2", 1));
	int s = accept(l, NULL, NULL);
	CHECK_OK(s);
	sleep_ms(20);
	int t = accept(l, NULL, NULL);
	CHECK_OK(t);
	char b;
	CHECK_EQ(read(t, &b, 1), 1);
	CHECK_EXITED(pid, 0);
}

/* Without blocking: EAGAIN when nobody waits, and when the backlog is full. */
TEST(nonblocking_accept_and_connect)
{
	int l = listener(SOCK_STREAM | SOCK_NONBLOCK, "s", 1);
	int c[4];

	CHECK_ERR(accept(l, NULL, NULL), EAGAIN);
	for (int i = 0; i < 3; i++)
		c[i] = make(SOCK_STREAM | SOCK_NONBLOCK);
	CHECK_OK(connect_to(c[0], "s"));
	CHECK_OK(connect_to(c[1], "s"));
	CHECK_ERR(connect_to(c[2], "s"), EAGAIN); /* one more than the backlog fits */
	CHECK_EQ(polled(l), POLLIN);
	int s = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CHECK_OK(s);
	CHECK_EQ(fcntl(s, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(fcntl(s, F_GETFD), FD_CLOEXEC);
	CHECK_OK(connect_to(c[2], "s"));
	CHECK_ERR(syscall(SYS_accept4, l, NULL, NULL, 1), EINVAL);
	/* accept does not inherit O_NONBLOCK */
	s = accept(l, NULL, NULL);
	CHECK_EQ(fcntl(s, F_GETFL), O_RDWR);
}

/* Errors of connect. */
TEST(connect_errors)
{
	int l = listener(SOCK_STREAM, "s", 5), c = make(SOCK_STREAM), d = make(SOCK_SEQPACKET);
	struct sockaddr_un a;
	socklen_t len = path_address(&a, "s");

	CHECK_ERR(connect_to(c, "not-there"), ENOENT);
	write_file("plain", "x");
	CHECK_ERR(connect_to(c, "plain"), ECONNREFUSED);
	CHECK_ERR(connect_to(c, "plain/x"), ENOTDIR);
	CHECK_ERR(connect_to(d, "s"), EPROTOTYPE);
	CHECK_ERR(connect(c, (struct sockaddr *)&a, 2), EINVAL);
	CHECK_ERR(connect(c, (struct sockaddr *)&a, 1), EINVAL);
	CHECK_ERR(connect(c, (struct sockaddr *)&a, sizeof(a) + 1), EINVAL);
	CHECK_ERR(connect(c, (struct sockaddr *)&a, 200), EINVAL);
	CHECK_ERR(connect(c, (struct sockaddr *)&a, (socklen_t)-1), EINVAL);
	a.sun_family = AF_INET;
	CHECK_ERR(connect(c, (struct sockaddr *)&a, len), EINVAL);
	a.sun_family = AF_UNSPEC;
	CHECK_ERR(connect(c, (struct sockaddr *)&a, len), EINVAL);
	CHECK_OK(connect_to(c, "s"));
	CHECK_ERR(connect_to(c, "s"), EISCONN);
	CHECK_ERR(connect_to(l, "s"), EINVAL);
	CHECK_ERR(listen(c, 5), EINVAL);
	CHECK_ERR(listen(make(SOCK_STREAM), 5), EINVAL); /* no name */
	CHECK_ERR(accept(c, NULL, NULL), EINVAL);
	CHECK_ERR(send(l, "x", 1, MSG_NOSIGNAL), ENOTCONN);
	CHECK_ERR(recv(l, &a, 1, 0), EINVAL);
	close(l);
	CHECK_ERR(connect_to(make(SOCK_STREAM), "s"), ECONNREFUSED); /* the node is still there */
	unlink("s");
	CHECK_ERR(connect_to(make(SOCK_STREAM), "s"), ENOENT);
	CHECK_ERR(connect(0, (struct sockaddr *)&a, len), ENOTSOCK);
	CHECK_ERR(connect(99, (struct sockaddr *)&a, len), EBADF);
	CHECK_ERR(listen(99, 1), EBADF);
	CHECK_ERR(listen(0, 1), ENOTSOCK);
	int path_only = open("plain", O_PATH);
	CHECK_ERR(listen(path_only, 1), EBADF);
}

/* Before a connection there is nothing to send or receive. */
TEST(unconnected)
{
	int s = make(SOCK_STREAM), q = make(SOCK_SEQPACKET);
	char b[4];
	struct sockaddr_un a;
	socklen_t len = path_address(&a, "x");

	CHECK_ERR(send(s, "x", 1, 0), ENOTCONN);
	CHECK_ERR(write(s, "x", 1), ENOTCONN);
	CHECK_ERR(recv(s, b, 1, 0), EINVAL);
	CHECK_ERR(read(s, b, 1), EINVAL);
	CHECK_ERR(send(q, "x", 1, 0), ENOTCONN);
	CHECK_ERR(recv(q, b, 1, 0), ENOTCONN);
	CHECK_ERR(sendto(s, "x", 1, 0, (struct sockaddr *)&a, len), EOPNOTSUPP);
	CHECK_ERR(sendto(q, "x", 1, 0, (struct sockaddr *)&a, len), ENOTCONN);
	printf("stream %x seqpacket %x\n", polled(s), polled(q));
	CHECK_OK(shutdown(s, SHUT_RDWR));
	printf("after shutdown %x\n", polled(s));
	int v[2];
	pair(SOCK_STREAM, v);
	CHECK_ERR(sendto(v[0], "x", 1, 0, (struct sockaddr *)&a, len), EISCONN);
	pair(SOCK_SEQPACKET, v);
	CHECK_EQ(sendto(v[0], "x", 1, 0, (struct sockaddr *)&a, len), 1); /* the name is ignored */
}

/* Those who wait in the backlog hear that the listener is gone. */
TEST(listener_goes_while_clients_wait)
{
	int l = listener(SOCK_STREAM, "s", 5), c = make(SOCK_STREAM), d = make(SOCK_STREAM);
	char b;

	CHECK_OK(connect_to(c, "s"));
	CHECK_OK(connect_to(d, "s"));
	CHECK_EQ(write(d, "x", 1), 1);
	close(l);
	CHECK_ERR(read(c, &b, 1), ECONNRESET);
	CHECK_EQ(read(c, &b, 1), 0);
	CHECK_EQ(error_of(d), ECONNRESET);
	CHECK_EQ(error_of(d), 0);
	CHECK_ERR(send(d, "x", 1, MSG_NOSIGNAL), EPIPE);
}

/* A client that waits for room in the backlog is refused when the listener goes. */
TEST(listener_goes_while_one_connects)
{
	int l = listener(SOCK_STREAM, "s", 0), c = make(SOCK_STREAM);

	CHECK_OK(connect_to(c, "s"));
	pid_t pid = CHILD(close(l); int d = make(SOCK_STREAM);
			  CHECK_ERR(connect_to(d, "s"), ECONNREFUSED));
	sleep_ms(30);
	close(l);
	CHECK_EXITED(pid, 0);
}

/* shutdown of a listener: nobody gets in any more. */
TEST(shutdown_of_a_listener)
{
	int l = listener(SOCK_STREAM, "s", 5);
	pid_t pid = CHILD(CHECK_ERR(accept(l, NULL, NULL), EINVAL));

	sleep_ms(20);
	CHECK_OK(shutdown(l, SHUT_RD));
	CHECK_EXITED(pid, 0);
	CHECK_ERR(connect_to(make(SOCK_STREAM), "s"), ECONNREFUSED);
	CHECK_ERR(accept(l, NULL, NULL), EINVAL);
	CHECK_OK(fcntl(l, F_SETFL, O_NONBLOCK));
	CHECK_ERR(accept(l, NULL, NULL), EAGAIN);
}

/* Nothing but streams and seqpackets can listen. */
TEST(datagrams_do_not_listen)
{
	int d = make(SOCK_DGRAM);

	CHECK_OK(bind_to(d, "d"));
	CHECK_ERR(listen(d, 1), EOPNOTSUPP);
	CHECK_ERR(accept(d, NULL, NULL), EOPNOTSUPP);
}

/* accept at the limit of descriptors loses no connection. */
TEST(accept_without_a_free_descriptor)
{
	struct rlimit {
		unsigned long cur, max;
	} old, none;
	int l = listener(SOCK_STREAM, "s", 5), c = make(SOCK_STREAM);

	CHECK_OK(connect_to(c, "s"));
	CHECK_OK(syscall(SYS_prlimit64, 0, 7 /* NOFILE */, NULL, &old));
	none = old;
	none.cur = 3;
	CHECK_OK(syscall(SYS_prlimit64, 0, 7, &none, NULL));
	CHECK_ERR(accept(l, NULL, NULL), EMFILE);
	CHECK_ERR(socket(AF_UNIX, SOCK_STREAM, 0), EMFILE);
	CHECK_OK(syscall(SYS_prlimit64, 0, 7, &old, NULL));
	CHECK_OK(accept(l, NULL, NULL));
}

/* accept with room for less than the address, or a bad place for it. */
TEST(accept_address)
{
	int l = listener(SOCK_STREAM, "s", 5), c;
	struct sockaddr_un a;
	socklen_t len;

	for (int i = 0; i < 4; i++) {
		c = make(SOCK_STREAM);
		char name[8];
		snprintf(name, sizeof(name), "name%d", i);
		unlink(name);
		CHECK_OK(bind_to(c, name));
		CHECK_OK(connect_to(c, "s"));
	}
	len = 4;
	memset(&a, 'x', sizeof(a));
	CHECK_OK(accept(l, (struct sockaddr *)&a, &len));
	CHECK_EQ(len, 8);
	CHECK(memcmp(a.sun_path, "naxx", 4) == 0);
	CHECK_ERR(accept(l, (struct sockaddr *)&a, NULL), EFAULT);
	len = (socklen_t)-1;
	CHECK_ERR(accept(l, (struct sockaddr *)&a, &len), EINVAL);
	len = sizeof(a);
	CHECK_ERR(accept(l, (struct sockaddr *)8, &len), EFAULT);
	CHECK_OK(fcntl(l, F_SETFL, O_NONBLOCK));
	CHECK_ERR(accept(l, NULL, NULL), EAGAIN); /* those three are lost */
}

/* --- the end --- */

/* A closed peer: what it wrote can be read, then end of file; writing is EPIPE with SIGPIPE. */
TEST(peer_closes)
{
	int v[2];
	char b[8];
	struct sockaddr_un a;
	socklen_t len = sizeof(a);

	on_signal(SIGPIPE, 0);
	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[1], "last", 4), 4);
	close(v[1]);
	printf("poll %x\n", polled(v[0]));
	CHECK_EQ(read(v[0], b, 8), 4);
	printf("poll %x\n", polled(v[0]));
	CHECK_EQ(read(v[0], b, 8), 0);
	CHECK_ERR(write(v[0], "x", 1), EPIPE);
	CHECK_EQ(signals, 1);
	CHECK_ERR(send(v[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQ(signals, 1);
	CHECK_EQ(error_of(v[0]), 0);
	CHECK_OK(getpeername(v[0], (struct sockaddr *)&a, &len));
	pair(SOCK_SEQPACKET, v);
	close(v[1]);
	printf("poll %x\n", polled(v[0]));
	CHECK_ERR(send(v[0], "x", 1, 0), EPIPE); /* no signal here, as on Linux */
	CHECK_EQ(signals, 1);
	CHECK_EQ(recv(v[0], b, 8, 0), 0);
	CHECK_EQ(recv(v[0], b, 8, MSG_DONTWAIT), 0);
}

/* SIGPIPE's default action. */
TEST(sigpipe_kills)
{
	int v[2];

	pair(SOCK_STREAM, v);
	close(v[1]);
	pid_t pid = CHILD(signal(SIGPIPE, SIG_DFL); (void)!write(v[0], "x", 1));
	CHECK_SIGNALED(pid, SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(v[0], "x", 1), EPIPE);
}

/* A peer that closes without having read all: ECONNRESET, once. */
TEST(peer_closes_with_unread_data)
{
	int v[2];
	char b[8];

	signal(SIGPIPE, SIG_IGN);
	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "unread", 6), 6);
	CHECK_EQ(write(v[1], "ok", 2), 2);
	close(v[1]);
	printf("poll %x\n", polled(v[0]));
	CHECK_EQ(read(v[0], b, 8), 2);
	CHECK_ERR(read(v[0], b, 8), ECONNRESET);
	CHECK_EQ(read(v[0], b, 8), 0);
	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "unread", 6), 6);
	close(v[1]);
	CHECK_ERR(write(v[0], "x", 1), EPIPE);
	CHECK_EQ(error_of(v[0]), ECONNRESET);
	pair(SOCK_SEQPACKET, v);
	CHECK_EQ(write(v[0], "unread", 6), 6);
	close(v[1]);
	CHECK_ERR(write(v[0], "x", 1), ECONNRESET);
	CHECK_EQ(read(v[0], b, 1), 0);
}

/* shutdown, each direction, seen from both ends. */
TEST(shutdown_directions)
{
	static const int how[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET };
	int v[2];
	char b[8];

	signal(SIGPIPE, SIG_IGN);
	for (size_t t = 0; t < ARRAY_LEN(types); t++) {
		for (size_t i = 0; i < ARRAY_LEN(how); i++) {
			pair(types[t], v);
			CHECK_EQ(write(v[0], "a", 1), 1);
			CHECK_EQ(write(v[1], "b", 1), 1);
			CHECK_OK(shutdown(v[0], how[i]));
			printf("%d %d: poll %x %x\n", types[t], how[i], polled(v[0]), polled(v[1]));
			for (int end = 0; end < 2; end++) {
				for (int n = 0; n < 2; n++) {
					errno = 0;
					ssize_t got = recv(v[end], b, 8, MSG_DONTWAIT);
					printf(" read %zd %s", got, errno_name(errno));
				}
				errno = 0;
				ssize_t put = write(v[end], "x", 1);
				printf(" write %zd %s\n", put, errno_name(errno));
			}
			close(v[0]);
			close(v[1]);
		}
	}
	pair(SOCK_STREAM, v);
	CHECK_ERR(shutdown(v[0], 3), EINVAL);
	CHECK_ERR(shutdown(v[0], -1), EINVAL);
	CHECK_ERR(shutdown(0, 0), ENOTSOCK);
	CHECK_ERR(shutdown(99, 0), EBADF);
}

/* Who sleeps in read or write hears of the end. */
TEST(the_end_wakes_sleepers)
{
	int v[2];
	char b;

	signal(SIGPIPE, SIG_IGN);
	pair(SOCK_STREAM, v);
	pid_t pid = CHILD(close(v[0]); sleep_ms(20));
	close(v[1]);
	CHECK_EQ(read(v[0], &b, 1), 0);
	CHECK_EXITED(pid, 0);
	pair(SOCK_STREAM, v);
	pid = CHILD(close(v[0]); sleep_ms(20); shutdown(v[1], SHUT_RD));
	ssize_t n = write(v[0], big, sizeof(big));
	CHECK(n > 0 && n < (ssize_t)sizeof(big));
	CHECK_EXITED(pid, 0);
	CHECK_ERR(write(v[0], "x", 1), EPIPE);
	pair(SOCK_STREAM, v);
	pid = CHILD(sleep_ms(20); shutdown(v[0], SHUT_RD));
	CHECK_EQ(read(v[0], &b, 1), 0);
	CHECK_EXITED(pid, 0);
}

/* Who waits for room when its peer stops reading gets an error without SIGPIPE; who comes later gets
 * the signal, too. */
TEST(the_end_while_waiting_for_room)
{
	static char full[1000];
	int v[2];
	ssize_t n;

	on_signal(SIGPIPE, 0);
	pair(SOCK_STREAM, v);
	pid_t pid = CHILD(close(v[0]); sleep_ms(50); shutdown(v[1], SHUT_RD); pause());
	do
		n = write(v[0], full, sizeof(full));
	while (n > 0);
	CHECK_EQ(errno, EPIPE);
	CHECK_EQ(signals, 0);
	CHECK_ERR(write(v[0], full, 1), EPIPE);
	CHECK_EQ(signals, 1);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close(v[0]);
	close(v[1]);
	pair(SOCK_STREAM, v);
	pid = CHILD(close(v[0]); sleep_ms(50));
	close(v[1]);
	do
		n = write(v[0], full, sizeof(full));
	while (n > 0);
	CHECK_EQ(errno, ECONNRESET);
	CHECK_EQ(signals, 1);
	CHECK_ERR(write(v[0], full, 1), EPIPE);
	CHECK_EQ(signals, 2);
	CHECK_EXITED(pid, 0);
}

/* --- flags --- */

/* MSG_PEEK leaves the data; MSG_WAITALL waits for all. */
TEST(peek_and_waitall)
{
	int v[2];
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "abc", 3), 3);
	CHECK_EQ(write(v[0], "def", 3), 3);
	CHECK_EQ(recv(v[1], b, 2, MSG_PEEK), 2);
	CHECK(memcmp(b, "ab", 2) == 0);
	CHECK_EQ(recv(v[1], b, 16, MSG_PEEK), 6);
	CHECK_EQ(recv(v[1], b, 1, 0), 1);
	CHECK_EQ(recv(v[1], b, 16, MSG_PEEK), 5);
	CHECK(memcmp(b, "bcdef", 5) == 0);
	pid_t pid = CHILD(sleep_ms(20); write_all(v[0], "gh", 2); sleep_ms(20);
			  write_all(v[0], "ij", 2));
	CHECK_EQ(recv(v[1], b, 9, MSG_WAITALL), 9);
	CHECK(memcmp(b, "bcdefghij", 9) == 0);
	CHECK_EXITED(pid, 0);
	/* the end comes first */
	CHECK_EQ(write(v[0], "xy", 2), 2);
	close(v[0]);
	CHECK_EQ(recv(v[1], b, 9, MSG_WAITALL), 2);
	pair(SOCK_STREAM, v);
	CHECK_EQ(write(v[0], "xy", 2), 2);
	CHECK_EQ(recv(v[1], b, 9, MSG_WAITALL | MSG_DONTWAIT), 2);
	CHECK_ERR(recv(v[1], b, 9, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
}

/* SO_PEEK_OFF: peeks go on where the last one ended; reads move it back. */
TEST(peek_offset)
{
	int v[2], off = 0;
	socklen_t len = sizeof(off);
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_OK(setsockopt(v[1], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)));
	CHECK_EQ(write(v[0], "abc", 3), 3);
	CHECK_EQ(write(v[0], "defgh", 5), 5);
	CHECK_EQ(recv(v[1], b, 2, MSG_PEEK), 2);
	CHECK_EQ(recv(v[1], b, 2, MSG_PEEK), 2);
	CHECK(memcmp(b, "cd", 2) == 0);
	CHECK_EQ(recv(v[1], b, 1, 0), 1);
	CHECK_OK(getsockopt(v[1], SOL_SOCKET, SO_PEEK_OFF, &off, &len));
	CHECK_EQ(off, 3);
	CHECK_EQ(recv(v[1], b, 16, MSG_PEEK), 4);
	CHECK(memcmp(b, "efgh", 4) == 0);
	CHECK_ERR(recv(v[1], b, 16, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(write(v[0], "i", 1), 1);
	CHECK_EQ(recv(v[1], b, 16, MSG_PEEK | MSG_DONTWAIT), 1);
	CHECK_EQ(recv(v[1], b, 16, 0), 8);
	CHECK_OK(getsockopt(v[1], SOL_SOCKET, SO_PEEK_OFF, &off, &len));
	CHECK_EQ(off, 0);
}

/* SO_RCVLOWAT: a read waits for so many bytes. */
TEST(receive_low_water)
{
	int v[2], n = 4;
	char b[16];

	pair(SOCK_STREAM, v);
	CHECK_OK(setsockopt(v[1], SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)));
	CHECK_EQ(write(v[0], "ab", 2), 2);
	pid_t pid = CHILD(sleep_ms(20); write_all(v[0], "cd", 2));
	CHECK_EQ(read(v[1], b, 16), 4);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(write(v[0], "ab", 2), 2);
	CHECK_EQ(recv(v[1], b, 16, MSG_DONTWAIT), 2);
}

/* recvmsg gives no address for a stream without a name, and the name of one that has it. */
TEST(recvfrom_on_a_stream)
{
	int l = listener(SOCK_STREAM, "s", 5), c = make(SOCK_STREAM);
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	char b[4];

	CHECK_OK(connect_to(c, "s"));
	int s = accept(l, NULL, NULL);
	CHECK_EQ(write(c, "x", 1), 1);
	CHECK_EQ(recvfrom(s, b, 4, 0, (struct sockaddr *)&a, &len), 1);
	CHECK_EQ(len, 0);
	CHECK_EQ(write(s, "x", 1), 1);
	len = sizeof(a);
	CHECK_EQ(recvfrom(c, b, 4, 0, (struct sockaddr *)&a, &len), 1);
	CHECK_EQ(len, 4);
	CHECK_STR(a.sun_path, "s");
}

/* --- waiting --- */

/* Time limits: EAGAIN when they pass, in read, write, accept and connect. */
TEST(time_limits)
{
	int v[2], l = listener(SOCK_STREAM, "s", 0), c = make(SOCK_STREAM);
	char b;
	long long start = now_ms();

	pair(SOCK_STREAM, v);
	limit(v[0], SO_RCVTIMEO, 40);
	limit(v[0], SO_SNDTIMEO, 40);
	CHECK_ERR(read(v[0], &b, 1), EAGAIN);
	CHECK(now_ms() - start >= 39);
	ssize_t n = write(v[0], big, sizeof(big));
	CHECK(n > 0 && n < (ssize_t)sizeof(big));
	CHECK_ERR(write(v[0], big, 1), EAGAIN);
	limit(l, SO_RCVTIMEO, 40);
	CHECK_ERR(accept(l, NULL, NULL), EAGAIN);
	CHECK_OK(connect_to(c, "s"));
	c = make(SOCK_STREAM);
	limit(c, SO_SNDTIMEO, 40);
	CHECK_ERR(connect_to(c, "s"), EAGAIN);
	CHECK(now_ms() - start >= 199);
}

/* A signal interrupts: restarted with SA_RESTART, EINTR without it or with a time limit. */
TEST(signals_interrupt)
{
	int v[2];
	char b;

	pair(SOCK_STREAM, v);
	on_signal(SIGUSR1, 0);
	pid_t pid = signal_later(SIGUSR1, 20);
	CHECK_ERR(read(v[0], &b, 1), EINTR);
	CHECK_EXITED(pid, 0);
	on_signal(SIGUSR1, SA_RESTART);
	pid_t us = getpid();
	pid = CHILD(sleep_ms(20); kill(us, SIGUSR1); sleep_ms(20); write_all(v[1], "x", 1));
	CHECK_EQ(read(v[0], &b, 1), 1);
	CHECK_EQ(signals, 1);
	CHECK_EXITED(pid, 0);
	limit(v[0], SO_RCVTIMEO, 5000);
	pid = signal_later(SIGUSR1, 20);
	CHECK_ERR(read(v[0], &b, 1), EINTR); /* in spite of SA_RESTART */
	CHECK_EXITED(pid, 0);
	int l = listener(SOCK_STREAM, "s", 0);
	on_signal(SIGUSR1, 0);
	pid = signal_later(SIGUSR1, 20);
	CHECK_ERR(accept(l, NULL, NULL), EINTR);
	CHECK_EXITED(pid, 0);
	int c = make(SOCK_STREAM);
	CHECK_OK(connect_to(c, "s"));
	pid = signal_later(SIGUSR1, 20);
	CHECK_ERR(connect_to(make(SOCK_STREAM), "s"), EINTR);
	CHECK_EXITED(pid, 0);
	/* what was sent before counts */
	pid = signal_later(SIGUSR1, 20);
	ssize_t n = write(v[0], big, sizeof(big));
	CHECK(n > 0 && n < (ssize_t)sizeof(big));
	CHECK_EXITED(pid, 0);
}

/* poll and epoll: readable, writable, and the change from one to the other. */
TEST(poll_and_epoll)
{
	int v[2], ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
	char b[4];

	pair(SOCK_STREAM | SOCK_NONBLOCK, v);
	CHECK_EQ(polled(v[0]), POLLOUT);
	while (write(v[0], big, 10000) > 0)
		;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(polled(v[0]), 0);
	CHECK_EQ(polled(v[1]), POLLIN | POLLOUT);
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, v[0], &ev));
	CHECK_EQ(epoll_wait(ep, &ev, 1, 0), 0);
	while (read(v[1], out, sizeof(out)) > 0)
		;
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1);
	CHECK_EQ(ev.events, EPOLLOUT);
	CHECK_EQ(write(v[1], "x", 1), 1);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1);
	CHECK_EQ(ev.events, EPOLLIN | EPOLLOUT);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 0), 0);
	CHECK_EQ(write(v[1], "y", 1), 1);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1); /* an edge for each message */
	CHECK_EQ(read(v[0], b, 4), 2);
	close(v[1]);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1);
	printf("closed: %x\n", ev.events);
}

/* poll waits for each kind of event. */
TEST(poll_waits)
{
	int v[2], l = listener(SOCK_STREAM, "s", 5);
	struct pollfd p = { l, POLLIN, 0 };
	pid_t pid = CHILD(sleep_ms(20); int c = make(SOCK_STREAM); CHECK_OK(connect_to(c, "s")));

	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLIN);
	CHECK_EXITED(pid, 0);
	pair(SOCK_STREAM, v);
	pid = CHILD(sleep_ms(20); write_all(v[1], "x", 1));
	p.fd = v[0];
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EXITED(pid, 0);
	CHECK_OK(fcntl(v[0], F_SETFL, O_NONBLOCK));
	while (write(v[0], big, 10000) > 0)
		;
	pid = CHILD(sleep_ms(20); read_all(v[1], out, 250000));
	p.events = POLLOUT;
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLOUT);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	pair(SOCK_STREAM, v);
	pid = CHILD(close(v[0]); sleep_ms(20));
	close(v[1]);
	p.fd = v[0];
	p.events = POLLRDHUP;
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLRDHUP | POLLHUP);
	CHECK_EXITED(pid, 0);
}

/* --- what a descriptor is --- */

/* fstat, /proc, ioctls and flags of a socket. */
TEST(as_a_file)
{
	int v[2], n;
	struct stat st;
	char name[64], link[64], want[64];

	pair(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, v);
	CHECK_OK(fstat(v[0], &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0777);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(fcntl(v[0], F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(fcntl(v[1], F_GETFD), FD_CLOEXEC);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", v[0]);
	ssize_t len = readlink(name, link, sizeof(link) - 1);
	CHECK(len > 0);
	link[len] = '\0';
	snprintf(want, sizeof(want), "socket:[%lu]", (unsigned long)st.st_ino);
	CHECK_STR(link, want);
	CHECK_ERR(open(name, O_RDWR), ENXIO);
	n = 0;
	CHECK_OK(ioctl(v[0], FIONBIO, &n));
	CHECK_EQ(fcntl(v[0], F_GETFL), O_RDWR);
	CHECK_OK(fcntl(v[0], F_SETFL, O_NONBLOCK));
	CHECK_EQ(fcntl(v[0], F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_OK(ioctl(v[0], SIOCOUTQ, &n));
	CHECK_EQ(n, 0);
	CHECK_EQ(write(v[0], "x", 1), 1);
	CHECK_OK(ioctl(v[0], SIOCOUTQ, &n));
	CHECK(n > 0);
	CHECK_EQ(waiting(v[1]), 1);
	CHECK_ERR(ioctl(v[0], 0x5401 /* TCGETS */, big), ENOTTY);
	CHECK_EQ(isatty(v[0]), 0);
	n = getpid();
	CHECK_OK(ioctl(v[0], 0x8901 /* FIOSETOWN */, &n));
	CHECK_EQ(fcntl(v[0], F_GETOWN), n);
	n = 0;
	CHECK_OK(ioctl(v[0], 0x8904 /* SIOCGPGRP */, &n));
	CHECK_EQ(n, getpid());
	int l = listener(SOCK_STREAM, "s", 1);
	CHECK_ERR(ioctl(l, FIONREAD, &n), EINVAL);
	CHECK_OK(stat("s", &st));
	CHECK(S_ISSOCK(st.st_mode));
	CHECK_ERR(open("s", O_RDONLY), ENXIO);
	CHECK_OK(open("s", O_PATH));
}

/* RWF_NOWAIT and RWF_NOSIGNAL mean the same as MSG_DONTWAIT and MSG_NOSIGNAL. */
TEST(flags_of_positioned_calls)
{
	int v[2];
	char b[4];
	struct iovec io = { b, 4 };

	on_signal(SIGPIPE, 0);
	pair(SOCK_STREAM, v);
	CHECK_ERR(syscall(SYS_preadv2, v[0], &io, 1, -1L, -1L, 8 /* RWF_NOWAIT */), EAGAIN);
	CHECK_EQ(syscall(SYS_pwritev2, v[1], &io, 1, -1L, -1L, 8), 4);
	CHECK_EQ(syscall(SYS_preadv2, v[0], &io, 1, -1L, -1L, 8), 4);
	CHECK_ERR(syscall(SYS_preadv2, v[0], &io, 1, 0L, 0L, 0), ESPIPE);
	close(v[1]);
	CHECK_ERR(syscall(SYS_pwritev2, v[0], &io, 1, -1L, -1L, 0x100 /* RWF_NOSIGNAL */), EPIPE);
	CHECK_EQ(signals, 0);
}

/* O_ASYNC: a signal when data come. */
TEST(signals_for_io)
{
	int v[2], n = getpid();
	char b[4];

	on_signal(SIGIO, SA_RESTART);
	pair(SOCK_STREAM, v);
	CHECK_OK(ioctl(v[0], 0x8902 /* SIOCSPGRP */, &n));
	n = 1;
	CHECK_OK(ioctl(v[0], FIOASYNC, &n));
	CHECK_EQ(fcntl(v[0], F_GETFL), O_RDWR | O_ASYNC);
	CHECK_EQ(write(v[1], "x", 1), 1);
	CHECK(signals > 0);
	CHECK_EQ(read(v[0], b, 4), 1);
	CHECK_OK(fcntl(v[0], F_SETFL, 0));
	signals = 0;
	CHECK_EQ(write(v[1], "x", 1), 1);
	CHECK_EQ(signals, 0);
	n = 999999;
	CHECK_ERR(ioctl(v[0], 0x8901, &n), ESRCH);
}

/* sendfile and splice into a socket; a socket cannot be sent from, but spliced from. */
TEST(sendfile_and_splice)
{
	int v[2], p[2], f;
	char b[32];
	off_t off = 2;

	pair(SOCK_STREAM, v);
	write_file("data", "0123456789");
	f = open("data", O_RDONLY);
	CHECK_EQ(sendfile(v[0], f, &off, 5), 5);
	CHECK_EQ(off, 7);
	CHECK_EQ(read(v[1], b, 32), 5);
	CHECK(memcmp(b, "23456", 5) == 0);
	CHECK_ERR(sendfile(v[0], v[1], NULL, 1), EINVAL);
	CHECK_OK(pipe(p));
	CHECK_EQ(write(p[1], "through", 7), 7);
	CHECK_EQ(splice(p[0], NULL, v[0], NULL, 100, 0), 7);
	CHECK_EQ(splice(v[1], NULL, p[1], NULL, 100, 0), 7);
	CHECK_EQ(read(p[0], b, 32), 7);
	CHECK(memcmp(b, "through", 7) == 0);
	CHECK_ERR(splice(v[1], NULL, v[0], NULL, 1, 0), EINVAL);
	signal(SIGPIPE, SIG_IGN);
	close(v[1]);
	CHECK_ERR(sendfile(v[0], f, NULL, 5), EPIPE);
}

/* --- forks --- */

/* A child of a child talks with us, while all of them wait for each other. */
TEST(family_talks)
{
	int v[2];
	char b[8];

	pair(SOCK_STREAM, v);
	pid_t pid = CHILD(pid_t grandchild = CHILD(CHECK_EQ(read(v[1], b, 8), 4);
						   CHECK_EQ(write(v[1], "pong", 4), 4);
						   CHECK_EQ(read(v[1], b, 8), 4));
			  CHECK_EXITED(grandchild, 0));
	CHECK_EQ(write(v[0], "ping", 4), 4);
	CHECK_EQ(read(v[0], b, 8), 4);
	CHECK(memcmp(b, "pong", 4) == 0);
	CHECK_EQ(write(v[0], "stop", 4), 4);
	CHECK_EXITED(pid, 0);
}

/* A server that forks for each client, as many do. */
TEST(forking_server)
{
	int l = listener(SOCK_STREAM, "s", 10);
	pid_t clients[5];
	char b[32];

	for (int i = 0; i < 5; i++)
		clients[i] =
			CHILD(close(l); int c = make(SOCK_STREAM); CHECK_OK(connect_to(c, "s"));
			      char text[8]; snprintf(text, 8, "%d", i); write_all(c, text, 2);
			      CHECK_EQ(read_all(c, b, 2), 2); CHECK_STR(b, text);
			      CHECK_EQ(read(c, b, 1), 0));
	for (int i = 0; i < 5; i++) {
		int s = accept(l, NULL, NULL);
		CHECK_OK(s);
		if (fork() == 0) {
			ssize_t n = read(s, b, sizeof(b));
			_exit(n > 0 && write(s, b, (size_t)n) == n ? 0 : 1);
		}
		close(s);
	}
	for (int i = 0; i < 5; i++)
		CHECK_EXITED(clients[i], 0);
	int status;
	while (wait(&status) > 0)
		CHECK_EQ(status, 0);
}

/* A reader that was killed leaves nothing behind; the writer hears of it. */
TEST(killed_reader)
{
	int v[2];

	signal(SIGPIPE, SIG_IGN);
	pair(SOCK_STREAM, v);
	pid_t pid = CHILD(close(v[0]); char b; (void)!read(v[1], &b, 1); pause());
	close(v[1]);
	CHECK_EQ(write(v[0], "x", 1), 1);
	sleep_ms(20);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	CHECK_ERR(write(v[0], "x", 1), EPIPE);
}

static void *read_three(void *arg)
{
	static char b[3];

	return (void *)(intptr_t)recv(*(int *)arg, b, 3, MSG_WAITALL);
}

/* Two threads that read from one socket get all bytes between them. */
TEST(two_readers)
{
	int v[2];
	pthread_t t[2];
	void *got[2];

	pair(SOCK_STREAM, v);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, read_three, &v[1]), 0);
	for (int i = 0; i < 6; i++) {
		sleep_ms(2);
		CHECK_EQ(write(v[0], "x", 1), 1);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], &got[i]);
	CHECK_EQ((intptr_t)got[0] + (intptr_t)got[1], 6);
}

/* Seqpacket connections behave as streams do, with messages. */
TEST(seqpacket_connection)
{
	int l = listener(SOCK_SEQPACKET, "s", 2), c = make(SOCK_SEQPACKET);
	char b[8];

	CHECK_ERR(connect_to(make(SOCK_STREAM), "s"), EPROTOTYPE);
	CHECK_OK(connect_to(c, "s"));
	int s = accept(l, NULL, NULL);
	CHECK_OK(s);
	CHECK_EQ(write(c, "one", 3), 3);
	CHECK_EQ(write(c, "three", 5), 5);
	CHECK_EQ(recv(s, b, 8, MSG_PEEK), 3);
	CHECK_EQ(read(s, b, 8), 3);
	CHECK_EQ(read(s, b, 2), 2);
	CHECK_OK(fcntl(s, F_SETFL, O_NONBLOCK));
	CHECK_ERR(read(s, b, 8), EAGAIN);
	CHECK_ERR(send(c, big, sizeof(big), 0), EMSGSIZE);
	/* both ends are each other's: only the buffer limits, not the number of messages */
	int n = 0;
	CHECK_OK(fcntl(c, F_SETFL, O_NONBLOCK));
	while (send(c, "x", 1, 0) == 1)
		n++;
	CHECK_EQ(errno, EAGAIN);
	CHECK(n > 20);
	CHECK_EQ(polled(c), 0);
	CHECK_EQ(read(s, b, 8), 1);
	printf("poll %x\n", polled(c));
}
