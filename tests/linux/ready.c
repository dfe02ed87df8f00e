/* ready.c: poll, select, epoll and eventfd in the cases that programs stumble over. */
#include "harness.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>

static short asked(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };
	int n = poll(&p, 1, 0);

	if (n < 0)
		return -1;
	return p.revents;
}

#define ALL_EVENTS                                                                                 \
	(POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | 0x2000)

static void show(const char *what, int fd)
{
	printf("%s: %#x\n", what, (unsigned short)asked(fd, ALL_EVENTS));
}

TEST(what_poll_says)
{
	static char page[4096];
	int p[2], q[2], e, ep;

	CHECK_OK(pipe2(p, O_NONBLOCK));
	show("empty pipe, read end", p[0]);
	show("empty pipe, write end", p[1]);
	write(p[1], "x", 1);
	show("pipe with data", p[0]);
	while (write(p[1], page, sizeof(page)) > 0)
		;
	show("full pipe, write end", p[1]);
	read(p[0], page, 1);
	show("nearly full", p[1]);
	read(p[0], page, 4095);
	show("a page less", p[1]);
	close(p[1]);
	show("no writer, data", p[0]);
	while (read(p[0], page, sizeof(page)) > 0)
		;
	show("no writer", p[0]);
	CHECK_OK(pipe(q));
	close(q[0]);
	show("no reader", q[1]);
	show("file", open("f", O_RDWR | O_CREAT, 0600));
	show("file to write", open("f", O_WRONLY));
	show("folder", open(".", O_RDONLY));
	show("/dev/null", open("/dev/null", O_RDONLY));
	show("/dev/zero", open("/dev/zero", O_RDONLY));
	show("/dev/urandom", open("/dev/urandom", O_RDONLY));
	show("O_PATH", open("f", O_PATH));
	show("closed", 99);
	show("negative", -1);
	e = eventfd(0, EFD_NONBLOCK);
	show("eventfd 0", e);
	uint64_t n = 0xfffffffffffffffe;
	write(e, &n, 8);
	show("eventfd full", e);
	ep = epoll_create1(0);
	show("epoll", ep);
	epoll_ctl(ep, EPOLL_CTL_ADD, e, &(struct epoll_event){ EPOLLIN, { 0 } });
	show("epoll ready", ep);
	CHECK_OK(mkfifo("fifo", 0600));
	int r = open("fifo", O_RDONLY | O_NONBLOCK);
	show("fifo never written", r);
	int w = open("fifo", O_WRONLY);
	show("fifo with writer", r);
	close(w);
	show("fifo after writer", r);
	w = open("fifo", O_WRONLY);
	show("fifo with second writer", r);
	int rw = open("fifo", O_RDWR);
	show("fifo both", rw);
	show("status of a process", open("/proc/self/status", O_RDONLY));
}

TEST(arguments_of_poll)
{
	struct pollfd p[2] = { { 0, POLLIN, 77 }, { -5, POLLIN, 77 } };
	struct rlimit limit = { 10, 20 };
	struct timespec bad = { 0, 1000000000 }, neg = { -1, 0 }, zero = { 0, 0 };
	int q[2];

	pipe(q);
	p[0].fd = q[0];
	SAY(poll(p, 2, 0));
	SAY(p[1].revents);
	SAY(poll(NULL, 0, 0));
	SAY(poll(NULL, 1, 0));
	SAY(syscall(SYS_poll, p, 0xffffffff, 0));
	setrlimit(RLIMIT_NOFILE, &limit);
	SAY(syscall(SYS_poll, (void *)8, 11, 0));
	SAY(syscall(SYS_ppoll, p, 1, &bad, NULL, 8));
	SAY(syscall(SYS_ppoll, p, 1, &neg, NULL, 8));
	SAY(syscall(SYS_ppoll, p, 1, &zero, (void *)8, 8));
	sigset_t set;
	sigemptyset(&set);
	SAY(syscall(SYS_ppoll, p, 1, &zero, &set, 4));
	SAY(syscall(SYS_ppoll, p, 1, &zero, &set, 8));
	SAY(poll(p, 1, 10));
	fd_set r, w, x;
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&x);
	FD_SET(q[0], &r);
	FD_SET(q[1], &w);
	FD_SET(q[0], &x);
	struct timeval t = { 0, 0 };
	SAY(select(q[1] + 1, &r, &w, &x, &t));
	SAY(FD_ISSET(q[0], &r));
	SAY(FD_ISSET(q[1], &w));
	FD_SET(99, &r);
	SAY(syscall(SYS_select, 100, &r, NULL, NULL, &t));
	SAY(syscall(SYS_select, -1, NULL, NULL, NULL, &t));
	t.tv_usec = -1;
	SAY(syscall(SYS_select, 0, NULL, NULL, NULL, &t));
	t = (struct timeval){ 0, 2000000 };
	SAY(syscall(SYS_select, q[1] + 1, NULL, &w, NULL, &t));
	t = (struct timeval){ 0, 20000 };
	SAY(syscall(SYS_select, 0, NULL, NULL, NULL, &t));
	SAY(t.tv_sec == 0 && t.tv_usec == 0);
	SAY(syscall(SYS_select, 5, (void *)8, NULL, NULL, &t));
}

static int ep;

static void waits(const char *what)
{
	struct epoll_event ev[8];
	int n = epoll_wait(ep, ev, 8, 0);

	printf("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		printf(" [%d %#x]", (int)ev[i].data.u32, ev[i].events);
	printf("\n");
}

static int ctl(int op, int fd, uint32_t events)
{
	struct epoll_event ev = { events, { .u32 = (uint32_t)fd } };

	return epoll_ctl(ep, op, fd, &ev);
}

/* What is wrong with EPOLLEXCLUSIVE is found before what is wrong with the descriptor. */
TEST(errors_of_exclusive)
{
	struct epoll_event plain = { .events = EPOLLIN };
	struct epoll_event exclusive = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	struct epoll_event wrong = { .events = EPOLLIN | EPOLLPRI | EPOLLEXCLUSIVE };
	int p[2], set = epoll_create1(0), path = open(".", O_PATH);

	CHECK_OK(pipe(p));
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_MOD, p[0], &exclusive), EINVAL);
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_MOD, p[0], &plain), ENOENT);
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &wrong), EINVAL);
	CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &exclusive));
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &wrong), EINVAL);
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &exclusive), EEXIST);
	CHECK_ERR(epoll_ctl(set, EPOLL_CTL_MOD, p[0], &plain), EINVAL);
	CHECK_OK(epoll_ctl(set, EPOLL_CTL_DEL, p[0], &exclusive));
	CHECK_ERR(epoll_wait(path, &plain, 1, 0), EBADF);
}

TEST(epoll_modes)
{
	int p[2], q[2], d;
	char c;

	ep = epoll_create1(EPOLL_CLOEXEC);
	pipe2(p, O_NONBLOCK);
	pipe2(q, O_NONBLOCK);
	SAY(ctl(EPOLL_CTL_ADD, p[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, p[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_MOD, q[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_DEL, q[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, 99, EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, ep, EPOLLIN));
	SAY(ctl(77, p[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, open("f", O_RDWR | O_CREAT, 0600), EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, open(".", O_RDONLY), EPOLLIN));
	SAY(ctl(EPOLL_CTL_ADD, open("/dev/null", O_RDONLY), EPOLLIN));
	SAY(epoll_ctl(p[0], EPOLL_CTL_ADD, q[0], &(struct epoll_event){ EPOLLIN, { 0 } }));
	SAY(epoll_ctl(99, EPOLL_CTL_ADD, q[0], &(struct epoll_event){ EPOLLIN, { 0 } }));
	SAY(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], NULL));
	SAY(epoll_wait(ep, (struct epoll_event[1]){ 0 }, 0, 0));
	SAY(epoll_wait(ep, NULL, 1, 0));
	SAY(epoll_wait(p[0], (struct epoll_event[1]){ 0 }, 1, 0));
	waits("nothing");
	write(p[1], "ab", 2);
	waits("level");
	waits("level again");
	read(p[0], &c, 1);
	waits("still one");
	read(p[0], &c, 1);
	waits("empty");
	SAY(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET));
	write(p[1], "a", 1);
	waits("edge");
	waits("edge again");
	write(p[1], "a", 1);
	waits("edge after another write");
	SAY(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET));
	waits("edge after MOD");
	SAY(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT));
	waits("oneshot");
	waits("oneshot again");
	write(p[1], "a", 1);
	waits("oneshot after a write");
	SAY(ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT));
	waits("armed again");
	SAY(ctl(EPOLL_CTL_MOD, p[0], 0));
	waits("nothing asked for");
	close(p[1]);
	waits("hung up");
	SAY(ctl(EPOLL_CTL_DEL, p[0], 0));
	waits("deleted");
	SAY(ctl(EPOLL_CTL_ADD, q[1], EPOLLOUT | EPOLLET));
	waits("out");
	waits("out again");
	d = dup(q[1]);
	SAY(ctl(EPOLL_CTL_ADD, d, EPOLLOUT));
	waits("both");
	close(q[1]);
	waits("one closed");
	close(d);
	waits("both closed");
	SAY(ctl(EPOLL_CTL_ADD, q[0], EPOLLIN | EPOLLEXCLUSIVE));
	SAY(ctl(EPOLL_CTL_MOD, q[0], EPOLLIN));
	SAY(ctl(EPOLL_CTL_DEL, q[0], 0));
	SAY(ctl(EPOLL_CTL_ADD, q[0], EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT));
	SAY(ctl(EPOLL_CTL_ADD, q[0], EPOLLRDHUP | EPOLLPRI));
	waits("only hangups");
	SAY(read(ep, &c, 1));
	SAY(write(ep, &c, 1));
	SAY(epoll_create(0));
	SAY(epoll_create(-1));
	SAY(epoll_create1(1));
}

TEST(epoll_in_epoll)
{
	int sets[8], p[2], i;
	struct epoll_event ev = { EPOLLIN, { 0 } };

	pipe(p);
	for (i = 0; i < 8; i++)
		sets[i] = epoll_create1(0);
	SAY(epoll_ctl(sets[0], EPOLL_CTL_ADD, p[0], &ev));
	for (i = 1; i < 8; i++)
		printf("depth %d: %d\n", i, epoll_ctl(sets[i], EPOLL_CTL_ADD, sets[i - 1], &ev));
	SAY(epoll_ctl(sets[0], EPOLL_CTL_ADD, sets[3], &ev));
	/* the same from the top down */
	int down[8];
	for (i = 0; i < 8; i++)
		down[i] = epoll_create1(0);
	for (i = 7; i > 0; i--)
		printf("from the top %d: %d\n", i,
		       epoll_ctl(down[i], EPOLL_CTL_ADD, down[i - 1], &ev));
	write(p[1], "x", 1);
	for (i = 0; i < 5; i++)
		printf("set %d: %d %#x\n", i, epoll_wait(sets[i], &ev, 1, 0), ev.events);
	char c;
	read(p[0], &c, 1);
	for (i = 0; i < 5; i++)
		printf("set %d: %d\n", i, epoll_wait(sets[i], &ev, 1, 0));
}

TEST(eventfds)
{
	uint64_t n = 5;
	int e = eventfd(3, EFD_NONBLOCK), s = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE);
	char small[4];

	SAY(read(e, &n, 8));
	SAY(n);
	SAY(read(e, &n, 8));
	SAY(read(e, small, 4));
	SAY(write(e, small, 4));
	n = UINT64_MAX;
	SAY(write(e, &n, 8));
	n--;
	SAY(write(e, &n, 8));
	n = 1;
	SAY(write(e, &n, 8));
	n = 0;
	SAY(write(e, &n, 8));
	SAY(read(e, &n, 8));
	SAY(n == UINT64_MAX - 1);
	SAY(read(s, &n, 8));
	SAY(n);
	SAY(read(s, &n, 8));
	SAY(read(s, &n, 8));
	SAY(lseek(e, 0, SEEK_SET));
	SAY(lseek(epoll_create1(0), 5, SEEK_SET));
	SAY(pread(epoll_create1(0), &n, 8, 0));
	SAY(pread(e, &n, 8, 0));
	SAY(eventfd(0, 0x10));
	SAY(fcntl(e, F_GETFL));
	n = 7;
	SAY(write(e, &n, 16));
	uint64_t two[2];
	SAY(read(e, two, 16));
}

/* A signal that the mask of ppoll lets in ends it. */
static void nothing(int sig)
{
	(void)sig;
}

TEST(ppoll_and_signals)
{
	sigset_t block, none;
	struct sigaction sa = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	struct timespec t = { 5, 0 };

	sigaction(SIGUSR1, &sa, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGUSR1);
	SAY(poll(NULL, 0, 10));
	SAY(ppoll(NULL, 0, &t, &none));
	raise(SIGUSR1);
	SAY(pselect(0, NULL, NULL, NULL, &t, &none));
	raise(SIGUSR1);
	ep = epoll_create1(0);
	struct epoll_event ev;
	SAY(epoll_pwait(ep, &ev, 1, 5000, &none));
	sigset_t now;
	sigprocmask(0, NULL, &now);
	SAY(sigismember(&now, SIGUSR1));
}

TEST(sizes_of_pipes)
{
	static char page[4096];
	int p[2], n = 0;

	pipe2(p, O_NONBLOCK);
	SAY(fcntl(p[0], F_GETPIPE_SZ));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 1));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 5000));
	SAY(fcntl(p[1], F_SETPIPE_SZ, 100000));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 0));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 1 << 20));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 0xffffffff));
	SAY(fcntl(p[0], F_SETPIPE_SZ, 8192));
	while (write(p[1], page, 4096) > 0)
		n++;
	SAY(n);
	SAY(fcntl(p[0], F_SETPIPE_SZ, 4096));
	read(p[0], page, 4096);
	SAY(fcntl(p[0], F_SETPIPE_SZ, 4096));
	SAY(fcntl(open("f", O_RDWR | O_CREAT, 0600), F_GETPIPE_SZ));
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setuid(1000)); SAY(fcntl(p[0], F_SETPIPE_SZ, 1 << 20));
			   SAY(fcntl(p[0], F_SETPIPE_SZ, (1 << 20) + 1));
			   SAY(fcntl(p[0], F_SETPIPE_SZ, 4096)); fflush(stdout)),
		     0);
}

/* Writes of up to PIPE_BUF are not mixed with others. */
TEST(atomic_writes)
{
	static char buffer[4096];
	int p[2];

	pipe(p);
	for (int w = 0; w < 4; w++) {
		if (fork() == 0) {
			memset(buffer, 'a' + w, sizeof(buffer));
			for (int i = 0; i < 50; i++)
				if (write(p[1], buffer, 1000 + (size_t)w * 1000) < 0)
					_exit(1);
			_exit(0);
		}
	}
	close(p[1]);
	size_t counts[4] = { 0 }, run = 0;
	char last = 0, c;
	ssize_t n;
	while ((n = read(p[0], buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			c = buffer[i];
			counts[c - 'a']++;
			if (c == last) {
				run++;
				continue;
			}
			if (last != 0)
				CHECK_EQ(run % (1000 + (size_t)(last - 'a') * 1000), 0);
			last = c;
			run = 1;
		}
	}
	for (int w = 0; w < 4; w++)
		CHECK_EQ(counts[w], 50 * (1000 + (size_t)w * 1000));
	while (wait(NULL) > 0)
		;
}
