/* epoll.c: sets of watched files, eventfd, and what poll and select say of the same files. */
#include "harness.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/select.h>
#include <sys/signalfd.h>

static struct epoll_event got[8];

static int add(int set, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &ev);
}

static int change(int set, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events };

	return epoll_ctl(set, EPOLL_CTL_MOD, fd, &ev);
}

static void post(int fd, uint64_t n)
{
	CHECK_EQ(write(fd, &n, sizeof(n)), sizeof(n));
}

static uint64_t take(int fd)
{
	uint64_t n = 0;

	CHECK_EQ(read(fd, &n, sizeof(n)), sizeof(n));
	return n;
}

TEST(eventfd_counts)
{
	uint64_t n = UINT64_MAX;
	int fd = eventfd(2, EFD_NONBLOCK);

	post(fd, 3);
	CHECK_EQ(take(fd), 5);
	CHECK_ERR(read(fd, &n, 8), EAGAIN);
	CHECK_ERR(read(fd, &n, 4), EINVAL);
	n = UINT64_MAX;
	CHECK_ERR(write(fd, &n, 8), EINVAL);
	post(fd, UINT64_MAX - 1);
	n = 1;
	CHECK_ERR(write(fd, &n, 8), EAGAIN);
	fd = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), 1);
	CHECK_ERR(read(fd, &n, 8), EAGAIN);
}

#define NOWAIT 8 /* RWF_NOWAIT */

/* A read that shall not wait, though the file would. */
TEST(reads_that_do_not_wait)
{
	uint64_t n = 1;
	struct iovec io = { &n, sizeof(n) };
	char info[128]; /* of signalfd */
	struct iovec large = { info, sizeof(info) };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	int event = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
	int signal = signalfd(-1, &set, 0);
	SAY(syscall(SYS_preadv2, event, &io, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_preadv2, timer, &io, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_preadv2, signal, &large, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_preadv2, signal, &io, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_pwritev2, event, &io, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_pwritev2, event, &io, 1, -1L, -1L, 1 /* RWF_HIPRI */));
	SAY(syscall(SYS_pwritev2, timer, &io, 1, -1L, -1L, NOWAIT));
	SAY(syscall(SYS_preadv2, event, &io, 1, -1L, -1L, NOWAIT));
	CHECK_EQ(n, 1);
	SAY(syscall(SYS_preadv2, event, &io, 1, -1L, -1L, NOWAIT));
}

TEST(level_triggered)
{
	int set = epoll_create1(0), fd = eventfd(0, 0);

	CHECK_OK(add(set, fd, EPOLLIN, 77));
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
	post(fd, 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(got[0].events, EPOLLIN);
	CHECK_EQ(got[0].data.u64, 77);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	take(fd);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
}

/* A report for each event, even when the file never stopped being ready. */
TEST(edge_triggered)
{
	int set = epoll_create1(0), fd = eventfd(0, 0);

	CHECK_OK(add(set, fd, EPOLLIN | EPOLLET, 0));
	post(fd, 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
	post(fd, 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
	take(fd);
	post(fd, 1); /* empty and ready again between two waits */
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_OK(change(set, fd, EPOLLIN | EPOLLET));
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
}

TEST(one_shot)
{
	int set = epoll_create1(0), fd = eventfd(1, 0);

	CHECK_OK(add(set, fd, EPOLLIN | EPOLLONESHOT, 0));
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	post(fd, 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
	CHECK_OK(change(set, fd, EPOLLIN | EPOLLONESHOT));
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
}

TEST(edges_of_a_pipe)
{
	int set = epoll_create1(0), fd[2];
	char c;

	CHECK_OK(pipe(fd));
	CHECK_OK(add(set, fd[0], EPOLLIN | EPOLLET, 0));
	CHECK_OK(add(set, fd[1], EPOLLOUT | EPOLLET, 1));
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(got[0].events, EPOLLOUT);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
	CHECK_EQ(write(fd[1], "ab", 2), 2);
	CHECK(epoll_wait(set, got, 8, 0) >= 1);
	CHECK_EQ(read(fd[0], &c, 1), 1);
	CHECK_EQ(write(fd[1], "c", 1), 1);
	CHECK(epoll_wait(set, got, 8, 0) >= 1);
	close(fd[1]);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(got[0].events, EPOLLIN | EPOLLHUP);
}

/* --- what is an edge for whom --- */

static int edges; /* a set */

static void say_edge(const char *what)
{
	int n = epoll_wait(edges, got, 8, 0);

	printf("%s:", what);
	for (int i = 0; i < n; i++)
		printf(" %x", got[i].events);
	printf("\n");
}

static void edges_start(int fd, uint32_t events)
{
	edges = epoll_create1(0);
	CHECK_OK(add(edges, fd, events | EPOLLET, 0));
	printf("--- %x\n", events);
	say_edge("at first");
}

static const uint32_t interests[] = { EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLOUT, EPOLLRDHUP, 0 };

/* Room to write is no edge for who reads, and the other way round. */
TEST(edges_of_an_eventfd)
{
	for (size_t i = 0; i < ARRAY_LEN(interests); i++) {
		int fd = eventfd(3, EFD_SEMAPHORE);
		edges_start(fd, interests[i]);
		take(fd);
		say_edge("taken");
		post(fd, 1);
		say_edge("posted");
		for (int n = 0; n < 3; n++) {
			take(fd);
			say_edge("taken");
		}
		close(fd);
		close(edges);
	}
}

TEST(edges_of_a_socket)
{
	static char b[4096];
	int v[2];

	for (size_t i = 0; i < ARRAY_LEN(interests); i++) {
		CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, v));
		CHECK_EQ(write(v[1], b, 100), 100);
		edges_start(v[0], interests[i]);
		CHECK_EQ(write(v[1], b, 10), 10);
		say_edge("peer writes");
		CHECK_EQ(write(v[0], b, 10), 10);
		CHECK_EQ(read(v[1], b, 5), 5);
		say_edge("peer reads half");
		CHECK_EQ(read(v[1], b, 5), 5);
		say_edge("peer reads the rest");
		CHECK_EQ(read(v[0], b, 5), 5);
		say_edge("read");
		while (write(v[0], b, sizeof(b)) > 0)
			;
		say_edge("filled");
		while (read(v[1], b, sizeof(b)) > 0)
			;
		say_edge("peer reads all");
		CHECK_OK(shutdown(v[1], SHUT_WR));
		say_edge("peer writes no more");
		close(v[1]);
		say_edge("peer closes");
		close(v[0]);
		close(edges);
		CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, v));
		edges_start(v[0], interests[i]);
		CHECK_EQ(write(v[1], b, 10), 10);
		say_edge("peer sends");
		close(v[1]);
		say_edge("peer closes");
		close(v[0]);
		close(edges);
	}
}

/* Reading from a pipe is an edge only if it was full. */
TEST(edges_of_reading_a_pipe)
{
	static char b[4096];
	int v[2];

	for (size_t i = 0; i < ARRAY_LEN(interests); i++) {
		CHECK_OK(pipe2(v, O_NONBLOCK));
		edges_start(v[1], interests[i]);
		CHECK_OK(add(edges, v[0], interests[i] | EPOLLET, 0));
		CHECK_EQ(write(v[1], b, 100), 100);
		say_edge("written");
		CHECK_EQ(read(v[0], b, 50), 50);
		say_edge("read");
		while (write(v[1], b, sizeof(b)) > 0)
			;
		say_edge("filled");
		for (int n = 0; n < 3; n++) {
			CHECK_EQ(read(v[0], b, n == 0 ? 50 : sizeof(b)), n == 0 ? 50 : sizeof(b));
			say_edge("page read");
		}
		close(v[1]);
		say_edge("closed");
		close(v[0]);
		close(edges);
	}
}

TEST(what_a_set_takes)
{
	int set = epoll_create1(EPOLL_CLOEXEC), other = epoll_create1(0), fd = eventfd(0, 0);
	int file = open("f", O_RDWR | O_CREAT, 0600);
	int i, chain[8];

	CHECK_EQ(fcntl(set, F_GETFD), FD_CLOEXEC);
	CHECK_OK(add(set, fd, EPOLLIN, 0));
	CHECK_ERR(add(set, fd, EPOLLIN, 0), EEXIST);
	CHECK_OK(add(set, dup(fd), EPOLLIN, 0)); /* another descriptor, another item */
	CHECK_ERR(add(set, set, EPOLLIN, 0), EINVAL);
	CHECK_ERR(add(set, file, EPOLLIN, 0), EPERM);
	CHECK_ERR(add(set, 999, EPOLLIN, 0), EBADF);
	CHECK_ERR(add(fd, file, EPOLLIN, 0), EPERM);
	CHECK_ERR(change(set, other, EPOLLIN), ENOENT);
	CHECK_OK(add(set, other, EPOLLIN, 0));
	CHECK_ERR(add(other, set, EPOLLIN, 0), ELOOP);
	CHECK_OK(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL), ENOENT);
	CHECK_ERR(epoll_wait(set, got, 0, 0), EINVAL);
	CHECK_ERR(epoll_wait(fd, got, 1, 0), EINVAL);
	CHECK_ERR(syscall(SYS_epoll_create, 0), EINVAL);
	for (i = 0; i < 8; i++)
		chain[i] = epoll_create1(0);
	for (i = 1; i < 8 && add(chain[i], chain[i - 1], EPOLLIN, 0) == 0; i++)
		;
	CHECK(i < 8); /* too deep */
	CHECK_EQ(errno, EINVAL == errno ? EINVAL : ELOOP);
}

/* An item goes with the last descriptor of its file, not before. */
TEST(closing_a_watched_file)
{
	int set = epoll_create1(0), fd = eventfd(1, 0), copy = dup(fd);

	CHECK_OK(add(set, fd, EPOLLIN, 5));
	close(fd);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 1);
	CHECK_EQ(got[0].data.u64, 5);
	close(copy);
	CHECK_EQ(epoll_wait(set, got, 8, 0), 0);
}

TEST(a_set_in_a_set_and_in_poll)
{
	int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(0, 0);
	struct pollfd p = { outer, POLLIN, 0 };

	CHECK_OK(add(inner, fd, EPOLLIN, 0));
	CHECK_OK(add(outer, inner, EPOLLIN, 9));
	CHECK_EQ(poll(&p, 1, 0), 0);
	post(fd, 1);
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK_EQ(epoll_wait(outer, got, 8, 0), 1);
	CHECK_EQ(got[0].data.u64, 9);
	take(fd);
	CHECK_EQ(epoll_wait(outer, got, 8, 0), 0);
}

TEST(waking_a_waiter)
{
	int set = epoll_create1(0), fd[2];
	long long start;

	CHECK_OK(pipe(fd));
	CHECK_OK(add(set, fd[0], EPOLLIN, 3));
	pid_t pid = CHILD(sleep_ms(50); write_all(fd[1], "x", 1));
	CHECK_EQ(epoll_wait(set, got, 8, 5000), 1);
	CHECK_EQ(got[0].data.u64, 3);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd[0], got, 1), 1);
	start = now_ms();
	CHECK_EQ(epoll_wait(set, got, 8, 50), 0);
	CHECK(now_ms() - start >= 49);
}

/* More files than the caller has room for, and only those that are ready come out. */
TEST(many_files)
{
	enum { FILES = 400 };
	static int fd[FILES];
	static char seen[FILES];
	int set = epoll_create1(0), i, n, total = 0;

	for (i = 0; i < FILES; i++) {
		fd[i] = eventfd(0, 0);
		CHECK_OK(add(set, fd[i], EPOLLIN | EPOLLET, (uint64_t)i));
	}
	for (i = 0; i < FILES; i += 3)
		post(fd[i], 1);
	while ((n = epoll_wait(set, got, 8, 0)) > 0) {
		for (i = 0; i < n; i++)
			seen[got[i].data.u64]++;
		total += n;
	}
	CHECK_EQ(total, (FILES + 2) / 3);
	for (i = 0; i < FILES; i++)
		CHECK_EQ(seen[i], i % 3 == 0);
}

/* However many are ready, all are told at once if there is room. */
TEST(all_that_are_ready)
{
	static struct epoll_event events[1000];
	unsigned long long sum = 0;
	int set = epoll_create1(0);

	for (uint64_t n = 0; n < 900; n++)
		CHECK_OK(add(set, eventfd(1, 0), EPOLLIN, n));
	CHECK_EQ(epoll_wait(set, events, 1000, 0), 900);
	for (int i = 0; i < 900; i++)
		sum += events[i].data.u64;
	CHECK_EQ(sum, 900 * 899 / 2);
	CHECK_EQ(epoll_wait(set, events, 300, 0), 300);
}

TEST(select_and_its_sets)
{
	struct timeval zero = { 0, 0 };
	fd_set in, out;
	int fd[2];

	CHECK_OK(pipe(fd));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd[0], &in);
	FD_SET(fd[1], &out);
	CHECK_EQ(select(fd[1] + 1, &in, &out, NULL, &zero), 1);
	CHECK(!FD_ISSET(fd[0], &in) && FD_ISSET(fd[1], &out));
	write_all(fd[1], "x", 1);
	FD_SET(fd[0], &in);
	CHECK_EQ(select(fd[1] + 1, &in, &out, NULL, &zero), 2);
	CHECK(FD_ISSET(fd[0], &in));
	close(fd[1]);
	CHECK_ERR(select(fd[1] + 1, NULL, &out, NULL, &zero), EBADF);
	CHECK_ERR(select(-1, NULL, NULL, NULL, &zero), EINVAL);
}
