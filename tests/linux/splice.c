/* splice.c: splice, tee, vmsplice, sendfile, copy_file_range, pipes in packet mode. */
#include "harness.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

/* musl has no copy_file_range with these, nor the calls with flags. */
#define preadv2(fd, iov, n, pos, flags)	 syscall(SYS_preadv2, fd, iov, n, (long)(pos), 0L, flags)
#define pwritev2(fd, iov, n, pos, flags) syscall(SYS_pwritev2, fd, iov, n, (long)(pos), 0L, flags)

static int a[2], b[2];
static char buffer[200000];

static void pipes(int flags)
{
	CHECK_OK(pipe2(a, flags));
	CHECK_OK(pipe2(b, flags));
}

static int waiting(int fd)
{
	int n = -1;

	ioctl(fd, FIONREAD, &n);
	return n;
}

static int make(const char *name, size_t size)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	fill(buffer, size, 3);
	write_all(fd, buffer, size);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Read n bytes and say their checksum. */
static void sum(int fd, size_t n)
{
	char *p = calloc(1, n);
	size_t got = read_all(fd, p, n);

	printf("%zu bytes, %016llx\n", got, (unsigned long long)checksum(p, got));
	free(p);
}

TEST(splice_errors)
{
	loff_t pos = 0, bad = -1;
	int fd = make("f", 100), append = open("f", O_WRONLY | O_APPEND);

	pipes(0);
	write(a[1], "hello", 5);
	SAY(splice(fd, NULL, fd, NULL, 10, 0));
	SAY(splice(99, NULL, a[1], NULL, 10, 0));
	SAY(splice(fd, NULL, 99, NULL, 10, 0));
	SAY(splice(a[1], NULL, b[1], NULL, 10, 0));
	SAY(splice(a[0], NULL, b[0], NULL, 10, 0));
	SAY(splice(a[0], NULL, a[1], NULL, 10, 0));
	SAY(splice(a[0], &pos, b[1], NULL, 10, 0));
	SAY(splice(a[0], NULL, b[1], &pos, 10, 0));
	SAY(splice(fd, &bad, b[1], NULL, 10, 0));
	SAY(splice(fd, (void *)1, b[1], NULL, 10, 0));
	SAY(splice(a[0], NULL, append, NULL, 10, 0));
	SAY(splice(a[0], NULL, b[1], NULL, 10, 0x10));
	SAY(splice(a[0], NULL, b[1], NULL, 0, 0x10));
	SAY(splice(a[0], NULL, b[1], NULL, 0, 0));
	SAY(splice(99, NULL, b[1], NULL, 0, 0));
	SAY(splice(open(".", O_RDONLY), NULL, b[1], NULL, 10, 0));
	SAY(splice(open("f", O_PATH), NULL, b[1], NULL, 10, 0));
	SAY(splice(fd, NULL, b[1], NULL, 10, SPLICE_F_MORE | SPLICE_F_MOVE));
	SAY(waiting(b[0]));
	SAY(lseek(fd, 0, SEEK_CUR));
	pos = 95;
	SAY(splice(fd, &pos, b[1], NULL, 10, 0));
	SAY(pos);
	SAY(splice(fd, &pos, b[1], NULL, 10, 0));
	close(b[0]);
	signal(SIGPIPE, SIG_IGN);
	SAY(splice(fd, NULL, b[1], NULL, 10, 0));
	SAY(splice(a[0], NULL, b[1], NULL, 10, 0));
	SAY(waiting(a[0]));
}

TEST(splice_does_not_wait)
{
	int fd = make("f", 150000);

	pipes(0);
	SAY(splice(a[0], NULL, b[1], NULL, 10, SPLICE_F_NONBLOCK));
	SAY(splice(a[0], NULL, fd, NULL, 10, SPLICE_F_NONBLOCK));
	SAY(splice(fd, NULL, a[1], NULL, 150000, SPLICE_F_NONBLOCK));
	SAY(splice(fd, NULL, a[1], NULL, 150000, SPLICE_F_NONBLOCK));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(splice(a[0], NULL, b[1], NULL, 150000, SPLICE_F_NONBLOCK));
	SAY(splice(fd, NULL, a[1], NULL, 150000, 0));
	SAY(splice(a[0], NULL, b[1], NULL, 150000, SPLICE_F_NONBLOCK));
	sum(b[0], 65536);
	SAY(splice(a[0], NULL, b[1], NULL, 100, 0));
	sum(b[0], 100);
	SAY(waiting(a[0]));
	SAY(splice(a[0], NULL, fd, NULL, 200000, 0));
	SAY(waiting(a[0]));
	close(a[1]);
	SAY(splice(a[0], NULL, fd, NULL, 10, 0));
	SAY(splice(a[0], NULL, b[1], NULL, 10, 0));
	fcntl(b[0], F_SETFL, O_NONBLOCK);
	SAY(splice(b[0], NULL, fd, NULL, 10, 0));
}

/* Odd offsets: a page of the file is a slot of the pipe. */
TEST(splice_unaligned)
{
	loff_t pos = 4000;
	int fd = make("f", 150000), out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);

	pipes(0);
	SAY(splice(fd, &pos, a[1], NULL, 150000, 0));
	SAY(pos);
	pos = 5;
	SAY(splice(a[0], NULL, out, &pos, 100000, 0));
	SAY(pos);
	SAY(lseek(out, 0, SEEK_END));
	lseek(out, 0, SEEK_SET);
	sum(out, 100000);
}

TEST(splice_waits_for_a_writer)
{
	int out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
	pid_t pid;

	pipes(0);
	pid = CHILD(sleep_ms(20); write_all(a[1], "late", 4));
	SAY(splice(a[0], NULL, out, NULL, 100, 0));
	CHECK_EXITED(pid, 0);
	pid = CHILD(sleep_ms(20); write_all(a[1], "late", 4));
	SAY(splice(a[0], NULL, b[1], NULL, 100, 0));
	CHECK_EXITED(pid, 0);
	pid = CHILD(close(a[1]); sleep_ms(20));
	close(a[1]);
	SAY(splice(a[0], NULL, b[1], NULL, 100, 0));
	CHECK_EXITED(pid, 0);
}

TEST(tee_copies)
{
	char text[100] = "";

	pipes(0);
	SAY(tee(a[0], b[1], 10, SPLICE_F_NONBLOCK));
	write(a[1], "hello world", 11);
	SAY(tee(a[0], b[1], 5, 0));
	SAY(waiting(a[0]));
	SAY(read(b[0], text, 100));
	printf("%s\n", text);
	SAY(tee(a[0], b[1], 100, 0));
	SAY(read(a[0], text, 100));
	printf("%s\n", text);
	write(a[1], "HELLO", 5); /* into the page that the other pipe shares? */
	SAY(read(b[0], text, 100));
	printf("%s\n", text);
	SAY(tee(a[0], b[1], 3, 0));
	write(a[1], "more", 4);
	write(b[1], "MORE", 4);
	memset(text, 0, sizeof(text));
	SAY(read(a[0], text, 100));
	printf("%s\n", text);
	memset(text, 0, sizeof(text));
	SAY(read(b[0], text, 100));
	printf("%s\n", text);
	write(a[1], "x", 1);
	SAY(tee(a[0], a[1], 10, 0));
	SAY(tee(a[0], open("/dev/null", O_WRONLY), 10, 0));
	SAY(tee(a[1], b[1], 10, 0));
	SAY(tee(99, b[1], 10, 0));
	SAY(tee(99, b[1], 0, 0));
	SAY(tee(a[0], b[1], 10, 0x100));
	SAY(tee(a[0], b[1], 0, 0));
	close(b[0]);
	signal(SIGPIPE, SIG_IGN);
	SAY(tee(a[0], b[1], 10, 0));
	pipes(0);
	close(a[1]);
	SAY(tee(a[0], b[1], 10, 0));
}

TEST(tee_of_much)
{
	pipes(0);
	fill(buffer, 65536, 9);
	write_all(a[1], buffer, 65536);
	write_all(b[1], buffer, 4096);
	SAY(tee(a[0], b[1], 65536, 0));
	SAY(tee(a[0], b[1], 65536, SPLICE_F_NONBLOCK));
	sum(b[0], 65536);
	sum(a[0], 65536);
}

TEST(vmsplice_both_ways)
{
	char text[100] = "";
	char *page =
		mmap(NULL, 40 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec v[2] = { { page, 10 }, { page + PAGE, 5 } };
	struct iovec big = { page, 40 * PAGE };
	struct iovec none = { page, 0 };

	memcpy(page, "0123456789", 10);
	memcpy(page + PAGE, "abcde", 5);
	pipes(0);
	SAY(vmsplice(a[1], v, 2, 0));
	SAY(waiting(a[0]));
	SAY(read(a[0], text, 12));
	printf("%s\n", text);
	v[0] = (struct iovec){ text, 2 };
	v[1] = (struct iovec){ text + 50, 10 };
	SAY(vmsplice(a[0], v, 2, 0));
	SAY(text[50]);
	SAY(vmsplice(a[1], &big, 1, 0));
	SAY(vmsplice(a[1], &big, 1, SPLICE_F_NONBLOCK));
	SAY(waiting(a[0]));
	SAY(vmsplice(b[0], v, 2, SPLICE_F_NONBLOCK));
	SAY(vmsplice(b[1], &none, 1, 0));
	SAY(vmsplice(b[1], v, 0, 0));
	SAY(vmsplice(b[1], NULL, 1, 0));
	SAY(vmsplice(b[1], v, 5000, 0));
	SAY(vmsplice(open("/dev/null", O_RDWR), v, 1, 0));
	SAY(vmsplice(99, v, 1, 0));
	SAY(vmsplice(b[1], v, 1, 0x100));
	v[0].iov_base = (void *)4096;
	SAY(vmsplice(b[1], v, 1, 0));
	SAY(waiting(b[0]));
}

TEST(packets)
{
	char text[9000];

	pipes(O_DIRECT);
	SAY(fcntl(a[1], F_GETFL) & O_DIRECT);
	write(a[1], "one", 3);
	write(a[1], "two", 3);
	SAY(write(a[1], "", 0));
	write(a[1], "three", 5);
	SAY(waiting(a[0]));
	SAY(read(a[0], text, 100));
	SAY(read(a[0], text, 2));
	SAY(read(a[0], text, 100));
	SAY(write(a[1], buffer, 9000));
	SAY(read(a[0], text, 9000));
	SAY(read(a[0], text, 1000));
	SAY(read(a[0], text, 9000));
	for (int i = 0; i < 16; i++)
		CHECK_EQ(write(a[1], "x", 1), 1);
	fcntl(a[1], F_SETFL, O_NONBLOCK);
	SAY(fcntl(a[1], F_GETFL) & O_DIRECT);
	SAY(write(a[1], "x", 1));
	SAY(read(a[0], text, 100));
	SAY(write(a[1], "abc", 3));
	SAY(write(a[1], "def", 3));
	SAY(read(a[0], text, 1));
	SAY(write(a[1], "ghi", 3));
	SAY(fcntl(b[1], F_SETFL, O_DIRECT));
	SAY(write(b[1], "abc", 3));
	SAY(fcntl(b[1], F_SETFL, 0));
	SAY(write(b[1], "def", 3));
	SAY(write(b[1], "ghi", 3));
	SAY(fcntl(b[1], F_SETFL, O_DIRECT));
	SAY(write(b[1], "jkl", 3));
	SAY(read(b[0], text, 100));
	SAY(read(b[0], text, 100));
	SAY(waiting(b[0]));
	SAY(fcntl(make("f", 10), F_SETFL, O_DIRECT));
	SAY(fcntl(open("/dev/null", O_RDWR), F_SETFL, O_DIRECT));
	SAY(open("f", O_RDWR | O_DIRECT) >= 0);
}

TEST(sendfile_rules)
{
	off_t pos = 10, bad = -5;
	int fd = make("f", 100000), out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int zero = open("/dev/zero", O_RDWR);

	pipes(O_NONBLOCK);
	SAY(sendfile(a[1], fd, NULL, 100000));
	SAY(sendfile(a[1], fd, NULL, 100000));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(sendfile(out, fd, &pos, 1000));
	SAY(pos);
	SAY(sendfile(out, fd, &bad, 1000));
	SAY(sendfile(out, fd, (void *)1, 1000));
	SAY(sendfile(out, a[0], NULL, 1000));
	SAY(sendfile(out, a[0], &pos, 1000));
	SAY(sendfile(out, zero, NULL, 1000));
	SAY(sendfile(zero, fd, NULL, 1000));
	SAY(sendfile(99, fd, NULL, 1000));
	SAY(sendfile(out, 99, NULL, 1000));
	SAY(sendfile(out, open("out", O_WRONLY), NULL, 1000));
	SAY(sendfile(open("out", O_RDONLY), fd, NULL, 1000));
	SAY(sendfile(open("out", O_WRONLY | O_APPEND), fd, NULL, 1000));
	SAY(sendfile(out, open(".", O_RDONLY), NULL, 1000));
	SAY(sendfile(out, fd, NULL, 0));
	SAY(sendfile(out, fd, NULL, 1000000));
	SAY(sendfile(out, fd, NULL, 1000000));
	SAY(lseek(out, 0, SEEK_CUR));
	/* from a file to itself */
	pos = 0;
	SAY(sendfile(fd, fd, &pos, 100));
}

TEST(copying_ranges)
{
	off_t from = 0, to = 50;
	int fd = make("f", 10000), out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int other;

	SAY(copy_file_range(fd, NULL, out, NULL, 20000, 0));
	SAY(copy_file_range(fd, NULL, out, NULL, 20000, 0));
	SAY(copy_file_range(fd, &from, fd, &to, 10, 0));
	SAY(from);
	SAY(copy_file_range(fd, &from, fd, &to, 100, 0));
	from = 20;
	SAY(copy_file_range(fd, &from, out, NULL, 100, 1));
	SAY(copy_file_range(fd, &from, open("out", O_WRONLY | O_APPEND), NULL, 100, 0));
	SAY(copy_file_range(open(".", O_RDONLY), NULL, out, NULL, 100, 0));
	pipes(0);
	SAY(copy_file_range(fd, &from, a[1], NULL, 100, 0));
	SAY(copy_file_range(a[0], NULL, out, NULL, 100, 0));
	SAY(copy_file_range(99, NULL, out, NULL, 100, 0));
	SAY(copy_file_range(out, NULL, open("f", O_RDONLY), NULL, 100, 0));
	SAY(copy_file_range(open("f", O_WRONLY), NULL, out, NULL, 100, 0));
	SAY(copy_file_range(fd, &from, out, NULL, 0, 0));
	from = -1;
	SAY(copy_file_range(fd, &from, out, NULL, 10, 0));
	from = 1L << 62;
	SAY(copy_file_range(fd, &from, out, NULL, 10, 0));
	SAY(copy_file_range(fd, NULL, open("/dev/null", O_WRONLY), NULL, 10, 0));
	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	other = open("m/f", O_RDWR | O_CREAT, 0600);
	from = 0;
	SAY(copy_file_range(fd, &from, other, NULL, 100, 0));
	close(other);
	CHECK_OK(umount("m"));
}

static void rw(int fd, int flags, off_t pos)
{
	char text[20] = "";
	struct iovec r = { text, 4 }, w = { "WXYZ", 4 };

	printf("flags %#x at %d: ", flags, (int)pos);
	ssize_t n = preadv2(fd, &r, 1, pos, flags);
	printf("read %d %s, ", (int)n, n < 0 ? errno_name(errno) : text);
	n = pwritev2(fd, &w, 1, pos, flags);
	printf("write %d %s, at %d\n", (int)n, n < 0 ? errno_name(errno) : "",
	       (int)lseek(fd, 0, SEEK_CUR));
}

TEST(rwf_flags)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), append = open("f", O_RDWR | O_APPEND);
	struct iovec w = { "WXYZ", 4 };
	static const int flags[] = { 0,	   1,	 2,    4,     8,     0x10,   0x20,
				     0x30, 0x40, 0x80, 0x100, 0x200, 0x10000 };

	write_all(fd, "0123456789", 10);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		rw(fd, flags[i], 2);
		rw(fd, flags[i], -1);
		rw(append, flags[i], 2);
		struct stat st;
		fstat(fd, &st);
		printf("size %d\n", (int)st.st_size);
	}
	printf("%s\n", read_file("f"));
	pipes(0);
	SAY(preadv2(a[0], &w, 1, -1, 8));
	SAY(preadv2(a[0], &w, 1, 0, 8));
	SAY(preadv2(a[0], &w, 1, -2, 8));
	SAY(pwritev2(a[1], &w, 1, -1, 8));
	SAY(pwritev2(a[1], &w, 1, -1, 0x10));
	fcntl(a[1], F_SETPIPE_SZ, 4096);
	SAY(read(a[0], buffer, 100));
	SAY(write(a[1], buffer, 4093));
	SAY(pwritev2(a[1], &w, 1, -1, 8));
	SAY(preadv2(open("/dev/zero", O_RDONLY), &w, 1, -1, 8));
	SAY(preadv2(open(".", O_RDONLY), &w, 1, -1, 8));
	SAY(preadv2(99, &w, 1, -1, 0x10000));
	close(a[0]);
	SAY(pwritev2(a[1], &w, 1, -1, 0x100));
	signal(SIGPIPE, SIG_IGN);
	SAY(pwritev2(a[1], &w, 1, -1, 0));
}
