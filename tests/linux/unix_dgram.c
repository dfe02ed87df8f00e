/* unix_dgram.c: SOCK_DGRAM of AF_UNIX, and messages in bulk. */
#include "harness.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static char big[1 << 20], out[1 << 20];

static socklen_t path_address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, path);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static int named(const char *path)
{
	struct sockaddr_un a;
	socklen_t len = path_address(&a, path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK_OK(fd);
	if (path[0] != '\0') {
		unlink(path);
		CHECK_OK(bind(fd, (struct sockaddr *)&a, len));
	}
	return fd;
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un a;
	socklen_t len = path_address(&a, path);

	return connect(fd, (struct sockaddr *)&a, len);
}

static ssize_t send_to(int fd, const void *data, size_t n, int flags, const char *path)
{
	struct sockaddr_un a;
	socklen_t len = path_address(&a, path);

	return sendto(fd, data, n, flags, (struct sockaddr *)&a, len);
}

static int disconnect(int fd)
{
	struct sockaddr a = { .sa_family = AF_UNSPEC };

	return connect(fd, &a, sizeof(a));
}

static short polled(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static int error_of(int fd)
{
	int e = -1;
	socklen_t len = sizeof(e);

	CHECK_OK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len));
	return e;
}

/* Messages keep their boundaries and tell who sent them. */
TEST(messages_with_senders)
{
	int a = named("a"), b = named("b"), none = named("");
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	char buf[16];

	CHECK_EQ(send_to(a, "hello", 5, 0, "b"), 5);
	CHECK_EQ(send_to(none, "anon", 4, 0, "b"), 4);
	CHECK_EQ(send_to(a, "", 0, 0, "b"), 0);
	CHECK_EQ(recvfrom(b, buf, 16, 0, (struct sockaddr *)&from, &len), 5);
	CHECK_EQ(len, 4);
	CHECK_STR(from.sun_path, "a");
	CHECK_EQ(from.sun_family, AF_UNIX);
	len = sizeof(from);
	CHECK_EQ(recvfrom(b, buf, 16, 0, (struct sockaddr *)&from, &len), 4);
	CHECK_EQ(len, 0);
	CHECK_EQ(recvfrom(b, buf, 16, MSG_DONTWAIT, NULL, NULL), 0);
	CHECK_ERR(recv(b, buf, 16, MSG_DONTWAIT), EAGAIN);
}

/* A message that does not fit is cut; MSG_TRUNC tells how long it was. */
TEST(truncation)
{
	int b = named("b"), a = named("");
	char buf[16];
	struct iovec io = { buf, 3 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

	for (int i = 0; i < 4; i++)
		CHECK_EQ(send_to(a, "0123456789", 10, 0, "b"), 10);
	CHECK_EQ(recvmsg(b, &m, 0), 3);
	CHECK_EQ(m.msg_flags, MSG_TRUNC);
	CHECK_EQ(recvmsg(b, &m, MSG_TRUNC | MSG_PEEK), 10);
	CHECK_EQ(m.msg_flags, MSG_TRUNC);
	CHECK_EQ(recv(b, buf, 3, MSG_TRUNC), 10);
	CHECK_EQ(recv(b, buf, 16, MSG_TRUNC), 10);
	CHECK_EQ(recv(b, buf, 0, 0), 0);
	CHECK_ERR(recv(b, buf, 16, MSG_DONTWAIT), EAGAIN);
}

/* Without a peer send needs a name. */
TEST(destinations)
{
	int a = named("a"), b = named("b");
	char buf[4];
	struct sockaddr_un x;
	socklen_t len = path_address(&x, "b");

	CHECK_ERR(send(a, "x", 1, 0), ENOTCONN);
	CHECK_ERR(write(a, "x", 1), ENOTCONN);
	CHECK_ERR(send_to(a, "x", 1, 0, "none"), ENOENT);
	write_file("plain", "");
	CHECK_ERR(send_to(a, "x", 1, 0, "plain"), ECONNREFUSED);
	CHECK_ERR(sendto(a, "x", 1, 0, (struct sockaddr *)&x, 2), EINVAL);
	CHECK_ERR(sendto(a, "x", 1, 0, (struct sockaddr *)&x, 129), EINVAL);
	CHECK_EQ(sendto(a, "x", 1, 0, (struct sockaddr *)&x, len), 1);
	CHECK_ERR(sendto(a, "x", 1, 0, (struct sockaddr *)&x, 0), ENOTCONN); /* as without */
	x.sun_family = AF_INET;
	CHECK_ERR(sendto(a, "x", 1, 0, (struct sockaddr *)&x, len), EINVAL);
	CHECK_EQ(recv(b, buf, 4, 0), 1);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERR(connect_to(s, "b"), EPROTOTYPE);
	close(b);
	CHECK_ERR(send_to(a, "x", 1, 0, "b"), ECONNREFUSED);
	CHECK_ERR(connect_to(a, "b"), ECONNREFUSED);
}

/* connect sets where send goes and whom one listens to; again, and with AF_UNSPEC, it changes. */
TEST(connect_and_disconnect)
{
	int a = named("a"), b = named("b"), c = named("c");
	char buf[8];
	struct sockaddr_un x;
	socklen_t len = sizeof(x);

	CHECK_OK(connect_to(a, "b"));
	CHECK_OK(getpeername(a, (struct sockaddr *)&x, &len));
	CHECK_STR(x.sun_path, "b");
	CHECK_EQ(send(a, "1", 1, 0), 1);
	CHECK_EQ(send_to(a, "2", 1, 0, "c"), 1); /* a name goes before the peer */
	CHECK_EQ(recv(b, buf, 8, 0), 1);
	CHECK_EQ(recv(c, buf, 8, 0), 1);
	CHECK_ERR(send_to(c, "3", 1, 0, "a"), EPERM); /* a listens to b alone */
	CHECK_ERR(connect_to(c, "a"), EPERM);
	CHECK_EQ(send_to(b, "4", 1, 0, "a"), 1);
	CHECK_OK(connect_to(a, "c"));
	CHECK_ERR(recv(a, buf, 8, MSG_DONTWAIT), EAGAIN); /* b's message went with b */
	CHECK_EQ(send_to(c, "5", 1, 0, "a"), 1);
	CHECK_EQ(recv(a, buf, 8, MSG_DONTWAIT), 1);
	CHECK_OK(disconnect(a));
	CHECK_ERR(send(a, "6", 1, 0), ENOTCONN);
	CHECK_ERR(getpeername(a, (struct sockaddr *)&x, &len), ENOTCONN);
	CHECK_EQ(send_to(b, "7", 1, 0, "a"), 1);
	CHECK_EQ(recv(a, buf, 8, MSG_DONTWAIT), 1);
	CHECK_OK(disconnect(a));
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	CHECK_ERR(connect(a, &unspec, 1), EINVAL);
}

/* Who drops a peer that is his throws its messages away; the peer hears of it. */
TEST(disconnect_of_a_pair_is_a_reset)
{
	int v[2];
	char b[4];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_EQ(send(v[0], "x", 1, 0), 1);
	CHECK_OK(disconnect(v[1]));
	CHECK_ERR(recv(v[1], b, 1, MSG_DONTWAIT), EAGAIN);
	printf("poll %x\n", polled(v[0]));
	CHECK_EQ(error_of(v[0]), ECONNRESET);
	CHECK_EQ(send(v[0], "y", 1, 0), 1); /* it still knows where to send */
	CHECK_EQ(recv(v[1], b, 1, MSG_DONTWAIT), 1);
}

/* A closed peer: ECONNREFUSED once, then ENOTCONN; what it sent can be read. */
TEST(peer_closes)
{
	int v[2];
	char b[4];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_EQ(send(v[1], "last", 4, 0), 4);
	close(v[1]);
	printf("poll %x\n", polled(v[0]));
	CHECK_EQ(recv(v[0], b, 4, MSG_PEEK), 4);
	CHECK_ERR(send(v[0], "x", 1, 0), ECONNREFUSED);
	CHECK_ERR(send(v[0], "x", 1, 0), ENOTCONN);
	printf("receive %zd\n", recv(v[0], b, 4, MSG_DONTWAIT));
	printf("poll %x\n", polled(v[0]));
}

/* shutdown of either direction. */
TEST(shutdown_directions)
{
	int v[2];
	char b[4];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_EQ(send(v[1], "1", 1, 0), 1);
	CHECK_OK(shutdown(v[0], SHUT_RD));
	printf("poll %x %x\n", polled(v[0]), polled(v[1]));
	CHECK_ERR(send(v[1], "2", 1, 0), EPIPE);
	CHECK_EQ(recv(v[0], b, 4, 0), 1);
	CHECK_EQ(recv(v[0], b, 4, 0), 0);
	CHECK_ERR(recv(v[0], b, 4, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(send(v[0], "3", 1, 0), 1);
	CHECK_OK(shutdown(v[0], SHUT_WR));
	CHECK_ERR(send(v[0], "4", 1, 0), EPIPE);
	printf("poll %x %x\n", polled(v[0]), polled(v[1]));
	CHECK_EQ(recv(v[1], b, 4, 0), 1);
}

/* A receiver that does not read holds those up who are not its peer, after some messages. */
TEST(queue_length)
{
	int r = named("r"), s = named("");
	int n = 0, most = atoi(read_file("/proc/sys/net/unix/max_dgram_qlen"));
	char b;

	CHECK(most > 0);
	CHECK_OK(connect_to(s, "r"));
	while (send(s, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(n, most + 1);
	CHECK_EQ(polled(s), 0);
	CHECK_ERR(send_to(named(""), "x", 1, MSG_DONTWAIT, "r"), EAGAIN);
	/* poll and send wait for room */
	pid_t pid = CHILD(sleep_ms(20); read(r, &b, 1); sleep_ms(20); read(r, &b, 1));
	struct pollfd p = { s, POLLOUT, 0 };
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLOUT);
	CHECK_EQ(send(s, "x", 1, 0), 1);
	CHECK_EQ(send(s, "x", 1, 0), 1);
	CHECK_EXITED(pid, 0);
	struct timeval tv = { 0, 40000 };
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	CHECK_ERR(send(s, "x", 1, 0), EAGAIN);
	/* who waits hears that the receiver is gone */
	pid = CHILD(sleep_ms(20));
	struct timeval long_time = { 5, 0 };
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &long_time, sizeof(tv)));
	pid_t closer = CHILD(close(r); CHECK_ERR(send(s, "x", 1, 0), ECONNREFUSED));
	sleep_ms(20);
	close(r);
	CHECK_EXITED(closer, 0);
	CHECK_EXITED(pid, 0);
}

/* Large messages, up to the send buffer. */
TEST(sizes)
{
	int v[2], size = 100000, got;
	socklen_t len = sizeof(got);

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_OK(setsockopt(v[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	CHECK_OK(getsockopt(v[0], SOL_SOCKET, SO_SNDBUF, &got, &len));
	CHECK_EQ(got, 200000);
	CHECK_ERR(send(v[0], big, 200000, 0), EMSGSIZE);
	CHECK_ERR(send(v[0], big, 200000 - 31, 0), EMSGSIZE);
	fill(big, 200000, 5);
	for (size_t n = 1; n <= 199968; n = n * 3 + 7) {
		CHECK_EQ(send(v[0], big, n, 0), n);
		memset(out, 0, n + 1);
		CHECK_EQ(recv(v[1], out, sizeof(out), 0), n);
		CHECK(memcmp(out, big, n) == 0);
	}
	CHECK_EQ(send(v[0], big, 199968, 0), 199968);
	CHECK_ERR(send(v[0], big, 199968, MSG_DONTWAIT), EAGAIN);
}

/* sendmmsg(2) takes 1024 messages at most, recvmmsg(2) any number. */
TEST(more_messages_than_1024)
{
	static struct mmsghdr m[1500];
	int v[2], size = 1 << 20;

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_OK(setsockopt(v[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	CHECK_EQ(sendmmsg(v[0], m, 1100, MSG_DONTWAIT), 1024);
	CHECK_EQ(sendmmsg(v[0], m, 76, MSG_DONTWAIT), 76);
	CHECK_EQ(recvmmsg(v[1], m, 1500, MSG_DONTWAIT, NULL), 1100);
}

#define TIMESTAMP_NEW	63
#define TIMESTAMPNS_NEW 64

/* Receive a message; its only control message is the time, between the two given ones (ns).
 * => its type, 0: no control message */
static int receive_time(int fd, long long from)
{
	char byte, control[128] __attribute__((aligned(8)));
	struct iovec io = { &byte, 1 };
	struct msghdr h = { .msg_iov = &io, .msg_iovlen = 1 };
	long long t[2];
	struct timespec now;

	h.msg_control = control;
	h.msg_controllen = sizeof(control);
	CHECK_EQ(recvmsg(fd, &h, MSG_DONTWAIT), 1);
	CHECK_EQ(h.msg_flags, 0);
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	if (c == NULL)
		return 0;
	CHECK_EQ(c->cmsg_len, CMSG_LEN(sizeof(t)));
	CHECK_EQ(c->cmsg_level, SOL_SOCKET);
	CHECK(CMSG_NXTHDR(&h, c) == NULL);
	memcpy(t, CMSG_DATA(c), sizeof(t));
	if (c->cmsg_type == SO_TIMESTAMP || c->cmsg_type == TIMESTAMP_NEW)
		t[1] = t[1] * 1000 + 999;
	CHECK(t[0] * 1000000000 + t[1] >= from);
	clock_gettime(CLOCK_REALTIME, &now);
	CHECK(t[0] * 1000000000 + t[1] <= now.tv_sec * 1000000000LL + now.tv_nsec + 999);
	return c->cmsg_type;
}

/* SO_TIMESTAMP and its kin: one holds at a time, and messages that were there before have one too. */
TEST(timestamps)
{
	static const int options[] = { SO_TIMESTAMP, SO_TIMESTAMPNS, TIMESTAMP_NEW,
				       TIMESTAMPNS_NEW };
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };
	int v[2], on = 1, off = 0, n;
	struct timespec now;

	for (unsigned i = 0; i < ARRAY_LEN(types); i++) {
		CHECK_OK(socketpair(AF_UNIX, types[i], 0, v));
		for (unsigned j = 0; j < ARRAY_LEN(options); j++) {
			clock_gettime(CLOCK_REALTIME, &now);
			CHECK_EQ(write(v[0], "a", 1), 1);
			CHECK_OK(setsockopt(v[1], SOL_SOCKET, options[j], &on, sizeof(on)));
			CHECK_EQ(write(v[0], "b", 1), 1);
			for (unsigned k = 0; k < ARRAY_LEN(options); k++) {
				socklen_t len = sizeof(n);
				CHECK_OK(getsockopt(v[1], SOL_SOCKET, options[k], &n, &len));
				printf("%d ", n);
			}
			long long from = now.tv_sec * 1000000000LL + now.tv_nsec;
			for (int k = 0; k < 2; k++)
				printf("%d ", receive_time(v[1], from));
			printf("\n");
		}
		CHECK_OK(setsockopt(v[1], SOL_SOCKET, SO_TIMESTAMP, &off, sizeof(off)));
		CHECK_EQ(write(v[0], "c", 1), 1);
		CHECK_EQ(receive_time(v[1], 0), 0);
		close(v[0]);
		close(v[1]);
	}
}

/* Several messages by one call. */
TEST(sendmmsg_and_recvmmsg)
{
	int v[2];
	char in[4][8];
	struct iovec io[4];
	struct mmsghdr m[4];
	struct timespec tv = { 1, 0 };

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	memset(m, 0, sizeof(m));
	for (int i = 0; i < 4; i++) {
		io[i] = (struct iovec){ (char *)"abcdef", (size_t)i + 1 };
		m[i].msg_hdr.msg_iov = &io[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK_EQ(syscall(SYS_sendmmsg, v[0], m, 4, 0), 4);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(m[i].msg_len, i + 1);
		io[i] = (struct iovec){ in[i], 3 };
	}
	CHECK_EQ(recvmmsg(v[1], m, 3, 0, &tv), 3);
	CHECK(tv.tv_sec == 0 && tv.tv_nsec > 0);
	CHECK_EQ(m[2].msg_len, 3);
	CHECK_EQ(recvmmsg(v[1], m, 4, MSG_WAITFORONE, NULL), 1);
	CHECK_EQ(m[0].msg_len, 3);
	CHECK_EQ(m[0].msg_hdr.msg_flags, MSG_TRUNC);
	CHECK_ERR(recvmmsg(v[1], m, 4, MSG_DONTWAIT, NULL), EAGAIN);
	CHECK_EQ(recvmmsg(v[1], m, 0, 0, NULL), 0);
	CHECK_EQ(syscall(SYS_sendmmsg, v[0], m, 0, 0), 0);
	tv.tv_nsec = 1000000000;
	CHECK_ERR(recvmmsg(v[1], m, 1, 0, &tv), EINVAL);
	/* what goes wrong after the first message is not lost */
	io[0].iov_base = (char *)"ok";
	io[0].iov_len = 2;
	io[1].iov_base = (void *)8;
	CHECK_EQ(syscall(SYS_sendmmsg, v[0], m, 2, 0), 1);
	CHECK_EQ(send(v[0], "second", 6, 0), 6);
	io[0].iov_base = in[0];
	CHECK_EQ(recvmmsg(v[1], m, 2, 0, NULL), 1);
	CHECK_EQ(error_of(v[1]), EFAULT);
}

/* SO_PEEK_OFF on messages. */
TEST(peek_offset)
{
	int v[2], off = 0;
	char b[8];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_OK(setsockopt(v[1], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)));
	CHECK_EQ(send(v[0], "abcd", 4, 0), 4);
	CHECK_EQ(send(v[0], "ef", 2, 0), 2);
	CHECK_EQ(recv(v[1], b, 2, MSG_PEEK), 2);
	CHECK_EQ(recv(v[1], b, 8, MSG_PEEK), 2);
	CHECK(memcmp(b, "cd", 2) == 0);
	CHECK_EQ(recv(v[1], b, 8, MSG_PEEK), 2);
	CHECK(memcmp(b, "ef", 2) == 0);
	CHECK_EQ(recv(v[1], b, 8, 0), 4);
	CHECK_EQ(recv(v[1], b, 8, 0), 2);
}

/* A datagram socket that sends to itself. */
TEST(to_oneself)
{
	int a = named("a"), n = 0;
	char b[4];

	CHECK_OK(connect_to(a, "a"));
	CHECK_EQ(send(a, "x", 1, 0), 1);
	CHECK_EQ(recv(a, b, 4, 0), 1);
	while (send(a, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	CHECK(n > 20); /* nobody holds himself up, but for the buffer */
	int u = named("u");
	CHECK_EQ(send_to(u, "x", 1, 0, "u"), 1);
	CHECK_EQ(recv(u, b, 4, 0), 1);
}

/* FIONREAD is the next message. */
TEST(bytes_to_read)
{
	int v[2], n = -1;
	char b[8];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, v));
	CHECK_OK(ioctl(v[1], FIONREAD, &n));
	CHECK_EQ(n, 0);
	CHECK_EQ(send(v[0], "abc", 3, 0), 3);
	CHECK_EQ(send(v[0], "de", 2, 0), 2);
	CHECK_OK(ioctl(v[1], FIONREAD, &n));
	CHECK_EQ(n, 3);
	CHECK_EQ(recv(v[1], b, 1, 0), 1);
	CHECK_OK(ioctl(v[1], FIONREAD, &n));
	CHECK_EQ(n, 2);
}

/* Many senders, one receiver, each in a process of its own. */
TEST(many_senders)
{
	int r = named("r");
	int seen[8] = { 0 };
	unsigned char b[2];
	pid_t pid[8];

	for (int i = 0; i < 8; i++)
		pid[i] = CHILD(close(r); int s = named(""); CHECK_OK(connect_to(s, "r"));
			       for (int n = 0; n < 50; n++) {
				       unsigned char m[2] = { (unsigned char)i, (unsigned char)n };
				       CHECK_EQ(send(s, m, 2, 0), 2);
			       });
	for (int n = 0; n < 400; n++) {
		CHECK_EQ(recv(r, b, 2, 0), 2);
		CHECK_EQ(b[1], seen[b[0]]); /* each one's come in order */
		seen[b[0]]++;
	}
	for (int i = 0; i < 8; i++)
		CHECK_EXITED(pid[i], 0);
}
