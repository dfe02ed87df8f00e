/* pipe.c: pipes and FIFOs, descriptors, poll and select. */
#include "harness.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/uio.h>

static char data[300000];

static void ignore(int sig)
{
	(void)sig;
}

TEST(bytes_go_through_in_order)
{
	size_t len = 200000;
	char *got = malloc(len);
	int fds[2];
	pid_t pid;

	fill(data, len, 1);
	CHECK_OK(pipe(fds));
	pid = CHILD(close(fds[0]); write_all(fds[1], data, len));
	close(fds[1]);
	CHECK_EQ(read_all(fds[0], got, len + 1 - 1), len);
	CHECK_EQ(memcmp(got, data, len), 0);
	CHECK_EQ(read(fds[0], got, 1), 0);
	CHECK_EXITED(pid, 0);
}

TEST(end_of_file_when_the_last_writer_closes)
{
	int fds[2], copy;
	char c;
	pid_t pid;

	CHECK_OK(pipe(fds));
	copy = dup(fds[1]);
	pid = CHILD(close(fds[0]); close(copy); sleep_ms(50));
	close(fds[1]);
	close(copy);
	CHECK_EQ(read(fds[0], &c, 1), 0); /* only when the child is gone */
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

TEST(capacity_and_nonblocking)
{
	int fds[2], n;
	ssize_t total = 0, got;

	CHECK_OK(pipe2(fds, O_NONBLOCK));
	CHECK_ERR(read(fds[0], data, 1), EAGAIN);
	while ((got = write(fds[1], data, 4096)) > 0)
		total += got;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(total, 65536);
	CHECK_OK(ioctl(fds[0], FIONREAD, &n));
	CHECK_EQ(n, 65536);
	CHECK_EQ(read(fds[0], data, 100), 100);
	CHECK_ERR(write(fds[1], data, 4096), EAGAIN); /* PIPE_BUF or nothing */
	CHECK_EQ(read(fds[0], data, 4096), 4096);
	CHECK_EQ(write(fds[1], data, 4096), 4096);
}

TEST(a_large_nonblocking_write_is_partial)
{
	int fds[2];

	CHECK_OK(pipe2(fds, O_NONBLOCK));
	CHECK_EQ(write(fds[1], data, 200000), 65536);
	CHECK_EQ(fcntl(fds[1], 1032 /* F_GETPIPE_SZ */), 65536);
}

/* Writes of up to PIPE_BUF bytes are never mixed. */
TEST(small_writes_are_atomic)
{
	enum { WRITERS = 4, MESSAGES = 100, SIZE = 1000 };
	char message[SIZE];
	int fds[2], i, n, count = 0;

	CHECK_OK(pipe(fds));
	for (i = 0; i < WRITERS; i++) {
		CHILD(memset(message, 'a' + i, SIZE);
		      for (n = 0; n < MESSAGES; n++) write_all(fds[1], message, SIZE));
	}
	close(fds[1]);
	while (read_all(fds[0], message, SIZE) == SIZE) {
		for (n = 1; n < SIZE; n++)
			CHECK_EQ(message[n], message[0]);
		count++;
	}
	CHECK_EQ(count, WRITERS * MESSAGES);
	while (wait(NULL) > 0)
		;
}

TEST(zero_bytes)
{
	int fds[2];

	CHECK_OK(pipe2(fds, O_NONBLOCK));
	CHECK_EQ(write(fds[1], data, 0), 0);
	CHECK_EQ(read(fds[0], data, 0), 0);
	CHECK_ERR(read(fds[0], data, 1), EAGAIN);
}

TEST(errors_of_pipes)
{
	int fds[2];
	struct stat st;

	CHECK_ERR(pipe2(fds, 0x12345), EINVAL);
	CHECK_OK(pipe(fds));
	CHECK_ERR(read(fds[1], data, 1), EBADF);
	CHECK_ERR(write(fds[0], data, 1), EBADF);
	CHECK_ERR(lseek(fds[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERR(pread(fds[0], data, 1, 0), ESPIPE);
	CHECK_ERR(ftruncate(fds[1], 0), EINVAL);
	CHECK_OK(fstat(fds[0], &st));
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_EQ(fcntl(fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQ(fcntl(fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
	close(fds[0]);
	signal(SIGPIPE, ignore);
	CHECK_ERR(write(fds[1], data, 1), EPIPE);
}

/* Ping-pong of one byte, a thousand times. */
TEST(ping_pong)
{
	struct gate to, from;
	pid_t pid;
	int i;

	gate_open(&to);
	gate_open(&from);
	pid = CHILD(for (i = 0; i < 1000; i++) {
		gate_wait(&to);
		gate_signal(&from);
	});
	for (i = 0; i < 1000; i++) {
		gate_signal(&to);
		gate_wait(&from);
	}
	CHECK_EXITED(pid, 0);
}

/* A ring of ten processes. */
TEST(ring)
{
	enum { COUNT = 10 };
	int fds[COUNT + 1][2], i;
	unsigned char c = 0;

	for (i = 0; i <= COUNT; i++)
		CHECK_OK(pipe(fds[i]));
	for (i = 0; i < COUNT; i++)
		CHILD(for (;;) {
			if (read(fds[i][0], &c, 1) != 1 || c >= 200)
				_exit(0);
			c++;
			write_all(fds[i + 1][1], &c, 1);
		});
	for (i = 0; i < 100; i++) {
		c = (unsigned char)(i % 100);
		write_all(fds[0][1], &c, 1);
		CHECK_EQ(read(fds[COUNT][0], &c, 1), 1);
		CHECK_EQ(c, i % 100 + COUNT);
	}
	for (i = 0; i < COUNT; i++) {
		c = 255;
		write_all(fds[i][1], &c, 1);
	}
	while (wait(NULL) > 0)
		;
}

TEST(readv_and_writev)
{
	char a[3], b[10], c[5];
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cdefgh", 6 } };
	struct iovec in[3] = { { a, 3 }, { b, 2 }, { c, 5 } };
	int fds[2];

	CHECK_OK(pipe(fds));
	CHECK_EQ(writev(fds[1], out, 3), 8);
	CHECK_EQ(readv(fds[0], in, 3), 8);
	CHECK_EQ(memcmp(a, "abc", 3), 0);
	CHECK_EQ(memcmp(b, "de", 2), 0);
	CHECK_EQ(memcmp(c, "fgh", 3), 0);
}

/* --- FIFOs ---------------------------------------------------------------------------------- */

TEST(fifo_opens_wait_for_each_other)
{
	char c;
	pid_t pid;
	int fd;

	CHECK_OK(mkfifo("fifo", 0600));
	pid = CHILD(sleep_ms(50); fd = open("fifo", O_WRONLY); write_all(fd, "f", 1));
	fd = open("fifo", O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'f');
	CHECK_EQ(read(fd, &c, 1), 0);
	CHECK_EXITED(pid, 0);
	/* another writer comes, and there is data again */
	pid = CHILD(int out = open("fifo", O_WRONLY); write_all(out, "g", 1));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'g');
}

TEST(fifo_without_waiting)
{
	int in, out;
	char c;

	CHECK_OK(mkfifo("fifo", 0600));
	CHECK_ERR(mkfifo("fifo", 0600), EEXIST);
	CHECK_ERR(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	in = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(in >= 0);
	CHECK_EQ(read(in, &c, 1), 0); /* nobody writes */
	out = open("fifo", O_WRONLY | O_NONBLOCK);
	CHECK(out >= 0);
	CHECK_ERR(read(in, &c, 1), EAGAIN);
	CHECK_EQ(write(out, "x", 1), 1);
	CHECK_EQ(read(in, &c, 1), 1);
	close(in);
	close(out);
	in = open("fifo", O_RDWR);
	CHECK(in >= 0);
	CHECK_EQ(write(in, "yz", 2), 2);
	CHECK_EQ(read(in, &c, 1), 1);
	CHECK_EQ(c, 'y');
}

TEST(fifo_open_is_interrupted)
{
	pid_t parent = getpid(), pid;
	struct sigaction action = { .sa_handler = ignore };

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	CHECK_OK(mkfifo("fifo", 0600));
	pid = CHILD(sleep_ms(50); kill(parent, SIGUSR1));
	CHECK_ERR(open("fifo", O_RDONLY), EINTR);
	CHECK_EXITED(pid, 0);
}

static volatile int broken;

static void count_broken(int sig)
{
	(void)sig;
	broken++;
}

/* Who has written only a part when the last reader goes is told so, and gets SIGPIPE. */
TEST(partial_write_and_sigpipe)
{
	int fds[2], n = 0;

	signal(SIGPIPE, count_broken);
	CHECK_OK(pipe(fds));
	pid_t pid = CHILD(close(fds[0]); CHECK_EQ(write(fds[1], data, 131072), 65536);
			  CHECK_EQ(broken, 1); CHECK_ERR(write(fds[1], data, 1), EPIPE);
			  CHECK_EQ(broken, 2));
	while (n < 65536) {
		CHECK_OK(ioctl(fds[0], FIONREAD, &n));
		sleep_ms(1);
	}
	close(fds[0]);
	CHECK_EXITED(pid, 0);
}

/* A pipe that is opened by its name in /proc is no FIFO that waits for its first writer. */
TEST(end_of_a_pipe_opened_again)
{
	char name[64];
	int fds[2], copy;

	CHECK_OK(pipe(fds));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fds[0]);
	close(fds[1]);
	copy = open(name, O_RDONLY | O_NONBLOCK);
	CHECK_OK(copy);
	struct pollfd p = { .fd = copy, .events = POLLIN };
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLHUP);
	CHECK_EQ(read(copy, name, 1), 0);
}

/* --- descriptors ---------------------------------------------------------------------------- */

TEST(dup_and_friends)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), copy;

	for (copy = 10; copy < 30; copy++)
		close(copy);
	CHECK_ERR(dup(99), EBADF);
	CHECK_ERR(dup(-1), EBADF);
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_ERR(dup3(fd, fd, 0), EINVAL);
	CHECK_ERR(dup2(99, 10), EBADF);
	CHECK_ERR(dup2(fd, -1), EBADF);
	CHECK_ERR(syscall(SYS_dup3, fd, 10, 0x77), EINVAL);
	CHECK_EQ(dup2(fd, 20), 20);
	CHECK_EQ(fcntl(fd, F_DUPFD, 15), 15);
	CHECK_EQ(fcntl(fd, F_DUPFD, 15), 16);
	CHECK_ERR(fcntl(fd, F_DUPFD, -1), EINVAL);
	CHECK_ERR(fcntl(99, F_GETFD), EBADF);
	CHECK_ERR(fcntl(fd, 9999), EINVAL);
	CHECK_EQ(write(20, "abc", 3), 3);
	CHECK_EQ(lseek(15, 0, SEEK_CUR), 3);
	CHECK_EQ(fcntl(20, F_GETFD), 0);
	CHECK_OK(fcntl(20, F_SETFD, FD_CLOEXEC));
	CHECK_EQ(fcntl(20, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFD), 0);
	CHECK_OK(fcntl(fd, F_SETFL, O_APPEND));
	CHECK_EQ(fcntl(20, F_GETFL) & O_APPEND, O_APPEND); /* shared with the copies */
	CHECK_OK(close(fd));
	CHECK_ERR(close(fd), EBADF);
	CHECK_EQ(write(20, "d", 1), 1);
}

TEST(lowest_descriptor_is_taken)
{
	int a = dup(0), b = dup(0), c = dup(0);

	CHECK(a < b && b < c);
	close(a);
	close(b);
	CHECK_EQ(dup(0), a);
	CHECK_EQ(dup(0), b);
	CHECK_EQ(dup(0), c + 1);
}

/* --- poll and select ------------------------------------------------------------------------ */

static int poll_of(int fd, int events)
{
	struct pollfd p = { fd, (short)events, 0 };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

TEST(poll_of_a_pipe)
{
	int fds[2];
	char c;

	CHECK_OK(pipe2(fds, O_NONBLOCK));
	CHECK_EQ(poll_of(fds[0], POLLIN | POLLOUT), 0);
	CHECK_EQ(poll_of(fds[1], POLLIN | POLLOUT), POLLOUT);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(poll_of(fds[0], POLLIN), POLLIN);
	while (write(fds[1], data, 4096) > 0)
		;
	CHECK_EQ(poll_of(fds[1], POLLOUT), 0);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	close(fds[1]);
	CHECK_EQ(poll_of(fds[0], POLLIN), POLLIN | POLLHUP);
	while (read(fds[0], data, sizeof(data)) > 0)
		;
	CHECK_EQ(poll_of(fds[0], POLLIN), POLLHUP);
	CHECK_OK(pipe(fds));
	close(fds[0]);
	CHECK_EQ(poll_of(fds[1], POLLOUT), POLLOUT | POLLERR);
	CHECK_EQ(poll_of(999, POLLIN), POLLNVAL);
	CHECK_EQ(poll_of(-1, POLLIN), 0);
	CHECK_EQ(poll_of(open("/dev/null", O_RDWR), POLLIN | POLLOUT), POLLIN | POLLOUT);
	CHECK_EQ(poll_of(open("f", O_RDWR | O_CREAT, 0600), POLLIN | POLLOUT), POLLIN | POLLOUT);
}

TEST(poll_waits)
{
	struct pollfd p[2];
	int a[2], b[2];
	long long start = now_ms();
	pid_t pid;

	CHECK_OK(pipe(a));
	CHECK_OK(pipe(b));
	p[0] = (struct pollfd){ a[0], POLLIN, 0 };
	p[1] = (struct pollfd){ b[0], POLLIN, 0 };
	CHECK_EQ(poll(p, 2, 50), 0);
	CHECK(now_ms() - start >= 49);
	pid = CHILD(sleep_ms(30); write_all(b[1], "x", 1));
	CHECK_EQ(poll(p, 2, 5000), 1);
	CHECK_EQ(p[0].revents, 0);
	CHECK_EQ(p[1].revents, POLLIN);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(poll(NULL, 0, 20), 0);
	pid = CHILD(sleep_ms(30); write_all(a[1], "y", 1));
	CHECK_EQ(poll(p, 1, -1), 1);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(poll(p, 2, -1), 2);
}

TEST(select_waits)
{
	struct timeval time = { 0, 30000 };
	fd_set in, out;
	int fds[2];
	pid_t pid;

	CHECK_OK(pipe(fds));
	FD_ZERO(&in);
	FD_SET(fds[0], &in);
	CHECK_EQ(select(fds[1] + 1, &in, NULL, NULL, &time), 0);
	CHECK(!FD_ISSET(fds[0], &in));
	FD_SET(fds[0], &in);
	FD_ZERO(&out);
	FD_SET(fds[1], &out);
	CHECK_EQ(select(fds[1] + 1, &in, &out, NULL, NULL), 1);
	CHECK(FD_ISSET(fds[1], &out) && !FD_ISSET(fds[0], &in));
	pid = CHILD(sleep_ms(30); write_all(fds[1], "x", 1));
	FD_SET(fds[0], &in);
	CHECK_EQ(select(fds[0] + 1, &in, NULL, NULL, NULL), 1);
	CHECK(FD_ISSET(fds[0], &in));
	CHECK_EXITED(pid, 0);
	FD_ZERO(&in);
	time.tv_usec = 0;
	CHECK_ERR(select(-1, NULL, NULL, NULL, &time), EINVAL);
	time.tv_sec = -1;
	CHECK_ERR(syscall(SYS_select, 0, NULL, NULL, NULL, &time), EINVAL);
}

/* A forked child that polls is woken by its parent, and the other way round. */
TEST(poll_between_parent_and_child)
{
	int a[2], b[2], i;
	char c;
	pid_t pid;

	CHECK_OK(pipe(a));
	CHECK_OK(pipe(b));
	pid = fork();
	for (i = 0; i < 100; i++) {
		struct pollfd p = { pid == 0 ? a[0] : b[0], POLLIN, 0 };

		if (pid != 0)
			write_all(a[1], "x", 1);
		CHECK_EQ(poll(&p, 1, 5000), 1);
		CHECK_EQ(read(p.fd, &c, 1), 1);
		if (pid == 0)
			write_all(b[1], "y", 1);
	}
	if (pid == 0)
		_exit(0);
	CHECK_EXITED(pid, 0);
}
