/* seals.c: memfd_create(2) and its seals, fallocate(2), limits of sizes. */
#include "harness.h"

#include <sys/mount.h>
#include <linux/falloc.h>
#include <sys/resource.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
#define MFD_NOEXEC_SEAL 8
#define MFD_EXEC	16

static char page[8192];

static int memfd(unsigned flags)
{
	return (int)syscall(SYS_memfd_create, "test", flags);
}

TEST(creating)
{
	struct stat st;
	char name[300], target[100] = "";
	int fd;

	memset(name, 'n', sizeof(name));
	name[249] = '\0';
	SAY((fd = (int)syscall(SYS_memfd_create, name, 0)) >= 0);
	name[249] = 'n';
	name[250] = '\0';
	SAY(syscall(SYS_memfd_create, name, 0));
	SAY(syscall(SYS_memfd_create, NULL, 0));
	SAY(syscall(SYS_memfd_create, "x", 0x1000));
	SAY(syscall(SYS_memfd_create, "x", MFD_NOEXEC_SEAL | MFD_EXEC));
	fd = memfd(1);
	fstat(fd, &st);
	printf("mode %o nlink %d size %d seals %d cloexec %d flags %#x\n", st.st_mode,
	       (int)st.st_nlink, (int)st.st_size, fcntl(fd, F_GET_SEALS), fcntl(fd, F_GETFD),
	       fcntl(fd, F_GETFL));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	readlink(name, target, sizeof(target) - 1);
	printf("%s\n", target);
	fd = memfd(2);
	SAY(fcntl(fd, F_GET_SEALS));
	fd = memfd(MFD_NOEXEC_SEAL);
	fstat(fd, &st);
	printf("noexec: mode %o seals %#x\n", st.st_mode, fcntl(fd, F_GET_SEALS));
	SAY(fchmod(fd, 0777));
	SAY(fchmod(fd, 0600));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	fd = memfd(MFD_EXEC);
	fstat(fd, &st);
	printf("exec: mode %o seals %#x\n", st.st_mode, fcntl(fd, F_GET_SEALS));
	fd = memfd(MFD_EXEC | 2);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_EXEC));
	printf("seals %#x\n", fcntl(fd, F_GET_SEALS));
	SAY(fchmod(fd, 0600));
	SAY(fchmod(fd, 0700));
	SAY(fcntl(open("f", O_RDWR | O_CREAT, 0600), F_GET_SEALS));
	SAY(fcntl(open("f", O_RDWR), F_ADD_SEALS, F_SEAL_GROW));
	SAY(fcntl(open("/dev/null", O_RDWR), F_GET_SEALS));
	SAY(fcntl(fd, F_ADD_SEALS, 0x1000));
	SAY(fcntl(fd, F_ADD_SEALS, 0));
}

TEST(seals_of_size)
{
	int fd = memfd(2);

	SAY(ftruncate(fd, 4096));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	SAY(ftruncate(fd, 100));
	SAY(ftruncate(fd, 8192));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	SAY(ftruncate(fd, 8193));
	SAY(ftruncate(fd, 8192));
	SAY(pwrite(fd, page, 10, 8190));
	SAY(pwrite(fd, page, 10, 8192));
	SAY(pwrite(fd, page, 2, 8190));
	SAY(fallocate(fd, 0, 0, 8192));
	SAY(fallocate(fd, 0, 0, 8193));
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 16384));
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 4096));
	printf("%#x\n", fcntl(fd, F_GET_SEALS));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

TEST(seal_of_writing_and_mappings)
{
	int fd = memfd(2);
	void *p, *q;

	ftruncate(fd, 8192);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0); /* may become writable */
	SAY(munmap(p, 4096));
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	SAY(munmap(q, 4096));
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	*(char *)p = 1;
	SAY(write(fd, page, 1));
	SAY(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	SAY(q == MAP_FAILED);
	SAY(mprotect(q, 4096, PROT_READ | PROT_WRITE));
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 4096));
	SAY(ftruncate(fd, 100));
	SAY(ftruncate(fd, 10000));
	fd = memfd(2);
	ftruncate(fd, 8192);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	*(char *)p = 1;
	SAY(write(fd, page, 1));
	SAY(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	SAY(q == MAP_FAILED);
	SAY(mprotect(q, 4096, PROT_READ | PROT_WRITE));
	SAY(mprotect(p, 4096, PROT_READ));
	SAY(mprotect(p, 4096, PROT_READ | PROT_WRITE));
}

/* A mapping that a child inherited counts too. */
TEST(seal_and_children)
{
	int fd = memfd(2), go[2], done[2];
	char c;
	void *p;

	pipe(go);
	pipe(done);
	ftruncate(fd, 4096);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		write(done[1], "x", 1);
		read(go[0], &c, 1);
		_exit(0);
	}
	read(done[0], &c, 1);
	munmap(p, 4096);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	write(go[1], "x", 1);
	CHECK_EXITED(pid, 0);
	SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

static void map(int fd)
{
	off_t at = 0, size = lseek(fd, 0, SEEK_END);
	struct stat st;

	fstat(fd, &st);
	printf("  size %d blocks %d:", (int)size, (int)st.st_blocks);
	while (at < size) {
		off_t data = lseek(fd, at, SEEK_DATA), hole;

		if (data < 0)
			break;
		hole = lseek(fd, data, SEEK_HOLE);
		printf(" %d-%d", (int)data, (int)hole);
		at = hole;
	}
	printf("\n");
}

static void blocks(int fd)
{
	struct stat st;

	fstat(fd, &st);
	printf("  size %d blocks %d\n", (int)st.st_size, (int)st.st_blocks);
}

TEST(allocating)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), p[2];

	SAY(fallocate(fd, 0, 0, 10000));
	blocks(fd);
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 20000, 1));
	blocks(fd);
	SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096));
	blocks(fd);
	SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 200));
	SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8000, 100000));
	blocks(fd);
	SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_UNSHARE_RANGE, 0, 4096));
	SAY(fallocate(fd, 0x1000, 0, 4096));
	SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE, 0,
		      4096));
	SAY(fallocate(fd, 0, -1, 10));
	SAY(fallocate(fd, 0, 0, 0));
	SAY(fallocate(fd, 0, 0, -1));
	SAY(fallocate(fd, 0, INT64_MAX - 5, 10));
	SAY(fallocate(fd, 0, INT64_MAX, 1));
	SAY(fallocate(open("f", O_RDONLY), 0, 0, 10));
	SAY(fallocate(open(".", O_RDONLY), 0, 0, 10));
	SAY(fallocate(open("/dev/null", O_RDWR), 0, 0, 10));
	pipe(p);
	SAY(fallocate(p[1], 0, 0, 10));
	SAY(fallocate(99, 0, 0, 10));
	SAY(fallocate(99, 0x1000, 0, 10));
	SAY(posix_fallocate(fd, 0, 50000));
	blocks(fd);
}

/* More than can ever fit is refused at once, not when the memory is full: that would take minutes. */
TEST(allocating_too_much)
{
	int fd;

	CHECK_OK(mkdir("m", 0700));
	/* Linux would try, but for a limit. */
	if (!on_flatshare())
		CHECK_OK(mount("t", "m", "tmpfs", 0, "size=1m"));
	fd = open("m/f", O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < 100; i++)
		CHECK_ERR(fallocate(fd, 0, 0, 1L << 44), ENOSPC);
	blocks(fd);
	close(fd);
	if (!on_flatshare())
		CHECK_OK(umount("m"));
}

TEST(holes)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	pwrite(fd, page, 1, 10000);
	pwrite(fd, page, 1, 30000);
	map(fd);
	SAY(ftruncate(fd, 50000));
	map(fd);
	SAY(lseek(fd, 5, SEEK_DATA));
	SAY(lseek(fd, 5, SEEK_HOLE));
	SAY(lseek(fd, 9000, SEEK_HOLE));
	SAY(lseek(fd, 40000, SEEK_DATA));
	SAY(lseek(fd, 50000, SEEK_DATA));
	SAY(lseek(fd, 50000, SEEK_HOLE));
	SAY(lseek(fd, -1, SEEK_HOLE));
	SAY(lseek(fd, 49999, SEEK_HOLE));
	SAY(lseek(fd, 0, SEEK_CUR));
	read(fd, page, 100);
	pread(fd, page, 8192, 0);
	map(fd);
	char *p = mmap(NULL, 50000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[20000] = 1;
	map(fd);
	SAY(pwrite(fd, page, 1, INT64_MAX));
	SAY(pwrite(fd, page, 2, INT64_MAX - 1));
	SAY(lseek(fd, INT64_MAX, SEEK_SET) == INT64_MAX);
	SAY(write(fd, page, 1));
	SAY(ftruncate(fd, INT64_MAX));
	SAY(lseek(fd, 0, SEEK_END) == INT64_MAX);
	SAY(lseek(fd, 1, SEEK_END));
}

static volatile int exceeded;

static void on_xfsz(int sig)
{
	(void)sig;
	exceeded++;
}

TEST(limit_of_size)
{
	struct rlimit limit = { 5000, RLIM_INFINITY };
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	signal(SIGXFSZ, on_xfsz);
	setrlimit(RLIMIT_FSIZE, &limit);
	SAY(write(fd, page, 4096));
	SAY(write(fd, page, 4096));
	SAY(exceeded);
	SAY(write(fd, page, 4096));
	SAY(exceeded);
	SAY(pwrite(fd, page, 10, 4995));
	SAY(pwrite(fd, page, 10, 5000));
	SAY(exceeded);
	SAY(pwrite(fd, page, 0, 6000));
	SAY(ftruncate(fd, 5000));
	SAY(ftruncate(fd, 5001));
	SAY(truncate("f", 6000));
	SAY(fallocate(fd, 0, 0, 6000));
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 6000));
	SAY(exceeded);
	int m = memfd(0);
	SAY(ftruncate(m, 6000));
	SAY(write(m, page, 6000));
	int d = open("g", O_RDWR | O_CREAT, 0600);
	lseek(fd, 0, SEEK_SET);
	SAY(syscall(SYS_sendfile, d, fd, NULL, 5000));
	SAY(syscall(SYS_sendfile, d, open("f", O_RDONLY), NULL, 5000));
	SAY(syscall(SYS_copy_file_range, open("f", O_RDONLY), NULL, d, NULL, 5000, 0));
	SAY(exceeded);
	/* The output is a file too: say it when it may be written again. */
	int p[2], results[4];
	pipe(p);
	fflush(stdout);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_FSIZE, &limit);
	results[0] = (int)pwrite(fd, page, 10, 0);
	results[1] = mkdir("d", 0755);
	results[2] = (int)write(open("/dev/null", O_WRONLY), page, 10);
	results[3] = (int)write(p[1], page, 10);
	CHECK_SIGNALED(CHILD(signal(SIGXFSZ, SIG_DFL); pwrite(fd, page, 10, 0)), SIGXFSZ);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 4; i++)
		printf("%d\n", results[i]);
}

TEST(limit_of_descriptors)
{
	struct rlimit limit = { 10, 20 };
	int p[2], fd, n = 0;

	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fd = dup(0)) >= 0)
		n = fd;
	SAY(n);
	SAY(fd);
	SAY(open("/dev/null", O_RDONLY));
	SAY(pipe(p));
	SAY(open("created", O_RDWR | O_CREAT, 0600));
	SAY(access("created", F_OK));
	SAY(memfd(0));
	SAY(fcntl(0, F_DUPFD, 5));
	SAY(dup2(0, 9));
	SAY(dup2(0, 10));
	close(9);
	SAY(pipe(p));
	SAY(open("/dev/null", O_RDONLY));
	limit.rlim_cur = 15;
	setrlimit(RLIMIT_NOFILE, &limit);
	SAY(pipe(p));
	limit.rlim_cur = 5;
	setrlimit(RLIMIT_NOFILE, &limit);
	SAY(write(p[1], "x", 1));
	SAY(dup(0));
	SAY(dup2(0, 6));
	limit.rlim_cur = limit.rlim_max = 1048577;
	SAY(setrlimit(RLIMIT_NOFILE, &limit));
}

/* A hole in what is mapped reads as zeroes there too; a private copy stays. */
TEST(holes_in_mappings)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char *shared, *clean, *copied;

	memset(page, 'x', sizeof(page));
	write_all(fd, page, sizeof(page));
	write_all(fd, page, sizeof(page));
	shared = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	clean = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	copied = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK_EQ(shared[5000] + clean[5000], 'x' + 'x');
	copied[5000] = 'y';
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 100, 9000));
	SAY(shared[99]);
	SAY(shared[100]);
	SAY(shared[5000]);
	SAY(shared[9000]);
	SAY(shared[9100]);
	SAY(clean[5000]);
	SAY(clean[5001]);
	SAY(copied[5000]);
	SAY(copied[5001]);
	shared[6000] = 'z';
	SAY(pread(fd, page, 1, 6000));
	SAY(page[0]);
	SAY(clean[6000]);
}
