/* mmap.c: mapping, unmapping, moving, growing, sharing. */
#include "harness.h"

#include <setjmp.h>
#include <sys/resource.h>

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map_anon(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* Whether a byte can be read, asked of the kernel: no signal is needed. */
static int readable(const void *p)
{
	int fds[2], result;

	CHECK_OK(pipe2(fds, O_CLOEXEC));
	result = write(fds[1], p, 1) == 1;
	close(fds[0]);
	close(fds[1]);
	return result;
}

static int file_of(const char *name, size_t len)
{
	char *data = malloc(len);
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t i;

	CHECK(fd >= 0);
	for (i = 0; i < len; i++)
		data[i] = (char)('a' + i / PAGE);
	write_all(fd, data, len);
	free(data);
	return fd;
}

TEST(anonymous_memory_is_zero)
{
	unsigned char *p = (unsigned char *)map_anon(16);
	size_t i;

	CHECK_EQ((uintptr_t)p % PAGE, 0);
	for (i = 0; i < 16 * PAGE; i++)
		CHECK(p[i] == 0);
	memset(p, 0xff, 16 * PAGE);
	CHECK_OK(munmap(p, 16 * PAGE));
	p = (unsigned char *)map_anon(16);
	for (i = 0; i < 16 * PAGE; i++)
		CHECK(p[i] == 0);
}

TEST(errors_of_mmap)
{
	int fd = file_of("f", 100), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);
	char *p = map_anon(1);

	CHECK_ERR((long)mmap(NULL, 0, RW, ANON, -1, 0), EINVAL);
	CHECK_ERR((long)mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
	CHECK_ERR((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
	CHECK_ERR(syscall(SYS_mmap, NULL, PAGE, RW, MAP_PRIVATE, fd, 1), EINVAL);
	CHECK_ERR((long)mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
	CHECK_ERR((long)mmap(NULL, PAGE, RW, MAP_SHARED, ro, 0), EACCES);
	CHECK_ERR((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0), EACCES);
	CHECK(mmap(NULL, PAGE, RW, MAP_PRIVATE, ro, 0) != MAP_FAILED);
	CHECK_ERR(syscall(SYS_mmap, NULL, ~0ul - PAGE, RW, ANON, -1, 0), ENOMEM);
	CHECK_ERR(syscall(SYS_mmap, NULL, 1ul << 47, RW, ANON, -1, 0), ENOMEM);
	CHECK_ERR(syscall(SYS_mmap, NULL, 1ul << 62, RW, ANON, -1, 0), ENOMEM);
	CHECK_ERR(syscall(SYS_mmap, 0xffffffff80000000, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
	CHECK_ERR((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, open("/dev", O_RDONLY), 0), ENODEV);
	CHECK_ERR((long)mmap(p, PAGE, RW, ANON | 0x100000 /* FIXED_NOREPLACE */, -1, 0), EEXIST);
}

TEST(errors_of_munmap_and_mprotect)
{
	char *p = map_anon(3);

	CHECK_ERR(munmap(p + 1, PAGE), EINVAL);
	CHECK_ERR(munmap(p, 0), EINVAL);
	CHECK_ERR(syscall(SYS_munmap, p, ~0ul - PAGE), EINVAL);
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_OK(munmap(p + PAGE, PAGE)); /* nothing there is no error */
	CHECK_ERR(syscall(SYS_mprotect, p + 1, PAGE, PROT_READ), EINVAL);
	CHECK_ERR(mprotect(p, 3 * PAGE, PROT_READ), ENOMEM);
	CHECK_ERR(syscall(SYS_mprotect, p + PAGE, PAGE, PROT_READ), ENOMEM);
	CHECK_OK(mprotect(p, 0, PROT_READ));
	CHECK_ERR(syscall(SYS_mprotect, p, PAGE, 0xff0), EINVAL);
}

/* A hole splits a mapping; both parts keep their contents. */
TEST(munmap_makes_a_hole)
{
	char *p = map_anon(9);
	int i;

	for (i = 0; i < 9; i++)
		p[(size_t)i * PAGE] = (char)i;
	CHECK_OK(munmap(p + 3 * PAGE, 2 * PAGE));
	for (i = 0; i < 9; i++) {
		CHECK_EQ(readable(p + (size_t)i * PAGE), i != 3 && i != 4);
		if (i != 3 && i != 4)
			CHECK_EQ(p[(size_t)i * PAGE], i);
	}
	CHECK_OK(munmap(p, 9 * PAGE)); /* over the hole */
	for (i = 0; i < 9; i++)
		CHECK_EQ(readable(p + (size_t)i * PAGE), 0);
}

/* MAP_FIXED replaces what is there, exactly. */
TEST(fixed_replaces)
{
	char *p = map_anon(5);

	memset(p, 'x', 5 * PAGE);
	CHECK(mmap(p + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + 2 * PAGE);
	CHECK_EQ(p[2 * PAGE - 1], 'x');
	CHECK_EQ(p[2 * PAGE], 0);
	CHECK_EQ(p[3 * PAGE - 1], 0);
	CHECK_EQ(p[3 * PAGE], 'x');
}

/* A hint that is free is taken. */
TEST(hint)
{
	char *p = map_anon(8), *q;

	CHECK_OK(munmap(p, 8 * PAGE));
	q = mmap(p, PAGE, RW, ANON, -1, 0);
	CHECK(q == p);
	q = mmap(p, PAGE, RW, ANON, -1, 0);
	CHECK(q != p && q != MAP_FAILED);
	CHECK(mmap((void *)PAGE, PAGE, RW, ANON, -1, 0) != MAP_FAILED);
}

/* --- files ---------------------------------------------------------------------------------- */

TEST(private_file_mapping)
{
	int fd = file_of("f", 3 * PAGE);
	char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0), c;

	CHECK(p != MAP_FAILED);
	CHECK_EQ(p[0], 'a');
	CHECK_EQ(p[2 * PAGE], 'c');
	p[PAGE] = '!';
	CHECK_EQ(pread(fd, &c, 1, PAGE), 1);
	CHECK_EQ(c, 'b');
	CHECK_EQ(pwrite(fd, "?", 1, PAGE), 1);
	CHECK_EQ(p[PAGE], '!');
	CHECK_OK(close(fd));
	CHECK_OK(unlink("f"));
	CHECK_EQ(p[2 * PAGE + 5], 'c');
}

TEST(shared_file_mapping)
{
	int fd = file_of("f", 3 * PAGE);
	char *p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
	char *q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE), c;

	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	CHECK_EQ(q[0], 'b');
	p[PAGE] = '!';
	CHECK_EQ(q[0], '!');
	CHECK_EQ(pread(fd, &c, 1, PAGE), 1);
	CHECK_EQ(c, '!');
	CHECK_EQ(pwrite(fd, "?", 1, PAGE), 1);
	CHECK_EQ(q[0], '?');
	CHECK_OK(msync(p, 3 * PAGE, MS_SYNC));
	CHECK_ERR(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_OK(munmap(p, 3 * PAGE));
	CHECK_EQ(q[0], '?');
}

/* Two processes and one file. */
TEST(shared_file_between_processes)
{
	int fd = file_of("f", PAGE);
	volatile char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	pid_t pid = fork();

	if (pid == 0) {
		char *q = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

		p[0] = 'C';
		q[1] = 'D';
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(p[0], 'C');
	CHECK_EQ(p[1], 'D');
}

/* The rest of the last page is zero; behind it is SIGBUS. */
static sigjmp_buf jump;
static volatile int jump_code;
static void *volatile jump_addr;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	jump_code = info->si_code;
	jump_addr = info->si_addr;
	siglongjmp(jump, sig);
}

static int fault_of(volatile char *p, int write)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	int sig;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sig = sigsetjmp(jump, 1);
	if (sig == 0) {
		if (write)
			*p = 1;
		else
			(void)*p;
	}
	return sig;
}

TEST(end_of_file)
{
	int fd = file_of("f", PAGE + 100);
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	char *q = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	int i;

	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	for (i = 100; i < (int)PAGE; i++)
		CHECK(p[PAGE + (size_t)i] == 0);
	CHECK_EQ(fault_of(p + 2 * PAGE, 0), SIGBUS);
	CHECK_EQ(jump_code, BUS_ADRERR);
	CHECK(jump_addr == p + 2 * PAGE);
	CHECK_EQ(fault_of(q + 3 * PAGE + 7, 1), SIGBUS);
	CHECK(jump_addr == q + 3 * PAGE + 7);
	CHECK_EQ(fault_of(q + PAGE + 200, 1), 0);
	/* what was written behind the end is not in the file */
	CHECK_OK(ftruncate(fd, 3 * PAGE));
	CHECK_EQ(fault_of(q + 2 * PAGE, 0), 0);
	CHECK_EQ(q[2 * PAGE], 0);
	CHECK_OK(ftruncate(fd, PAGE));
	CHECK_EQ(fault_of(q + PAGE, 0), SIGBUS);
	CHECK_EQ(fault_of(q, 1), 0);
}

/* A file that shrinks below a private page that was written keeps nothing of it. */
TEST(truncate_under_a_private_page)
{
	int fd = file_of("f", 2 * PAGE);
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	p[PAGE] = 'x';
	CHECK_OK(ftruncate(fd, 10));
	CHECK_EQ(fault_of(p + PAGE, 0), SIGBUS);
	CHECK_EQ(p[9], 'a');
}

/* Shared anonymous memory keeps its contents while anyone maps it. */
TEST(shared_anonymous)
{
	char *p = mmap(NULL, 8 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fds[2];
	char c;
	pid_t pid;

	CHECK(p != MAP_FAILED);
	CHECK_OK(pipe(fds));
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read_all(fds[0], &c, 1), 1);
		CHECK_EQ(p[5 * PAGE], 'z'); /* written and unmapped by the parent meanwhile */
		_exit(0);
	}
	p[5 * PAGE] = 'z';
	CHECK_OK(munmap(p, 8 * PAGE));
	write_all(fds[1], "x", 1);
	CHECK_EXITED(pid, 0);
}

/* --- mprotect ------------------------------------------------------------------------------- */

TEST(mprotect_splits)
{
	char *p = map_anon(5);

	memset(p, 'x', 5 * PAGE);
	CHECK_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
	CHECK_EQ(fault_of(p + 2 * PAGE - 1, 1), 0);
	CHECK_EQ(fault_of(p + 2 * PAGE, 1), SIGSEGV);
	CHECK_EQ(jump_code, SEGV_ACCERR);
	CHECK(jump_addr == p + 2 * PAGE);
	CHECK_EQ(fault_of(p + 2 * PAGE, 0), 0);
	CHECK_EQ(fault_of(p + 3 * PAGE, 1), 0);
	CHECK_OK(mprotect(p + PAGE, 3 * PAGE, PROT_NONE));
	CHECK_EQ(fault_of(p + PAGE - 1, 0), 0);
	CHECK_EQ(fault_of(p + PAGE, 0), SIGSEGV);
	CHECK_EQ(jump_code, SEGV_ACCERR);
	CHECK_OK(mprotect(p, 5 * PAGE, RW));
	CHECK_EQ(p[2 * PAGE], 'x');
	CHECK_EQ(fault_of(p + 2 * PAGE, 1), 0);
}

TEST(fault_codes)
{
	char *p = map_anon(3);

	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_EQ(fault_of(p + PAGE + 5, 0), SIGSEGV);
	CHECK_EQ(jump_code, SEGV_MAPERR);
	CHECK(jump_addr == p + PAGE + 5);
	CHECK_EQ(fault_of((char *)16, 1), SIGSEGV);
	CHECK_EQ(jump_code, SEGV_MAPERR);
	CHECK(jump_addr == (void *)16);
	p = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
	CHECK_EQ(fault_of(p, 0), SIGSEGV);
	CHECK_EQ(jump_code, SEGV_ACCERR);
}

/* PROT_NONE keeps contents. */
TEST(prot_none_keeps_contents)
{
	char *p = map_anon(2);

	strcpy(p, "kept");
	CHECK_OK(mprotect(p, 2 * PAGE, PROT_NONE));
	CHECK_EQ(readable(p), 0);
	CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
	CHECK_STR(p, "kept");
}

/* A read-only private file mapping may become writable, a shared one of a read-only fd not. */
TEST(mprotect_of_files)
{
	int fd = file_of("f", PAGE), ro = open("f", O_RDONLY);
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 0);
	char *q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);

	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	CHECK_OK(mprotect(p, PAGE, RW));
	p[0] = 'x';
	CHECK_ERR(mprotect(q, PAGE, RW), EACCES);
	CHECK_EQ(q[0], 'a');
	close(fd);
}

/* --- mremap --------------------------------------------------------------------------------- */

TEST(mremap_shrinks_and_grows)
{
	char *p = map_anon(4), *q;
	int i;

	for (i = 0; i < 4; i++)
		p[(size_t)i * PAGE] = (char)(i + 1);
	CHECK(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
	CHECK_EQ(readable(p + 2 * PAGE), 0);
	q = mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED);
	CHECK_EQ(q[0], 1);
	CHECK_EQ(q[PAGE], 2);
	CHECK_EQ(q[2 * PAGE], 0);
	CHECK_EQ(q[63 * PAGE], 0);
	if (q != p)
		CHECK_EQ(readable(p), 0);
}

TEST(mremap_cannot_grow_in_place)
{
	char *p = map_anon(3);

	CHECK(mmap(p + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) == p + PAGE);
	CHECK_ERR((long)mremap(p, PAGE, 2 * PAGE, 0), ENOMEM);
	CHECK(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
}

TEST(mremap_to_a_fixed_place)
{
	char *p = map_anon(4), *q = map_anon(4);

	memset(p, 'p', 4 * PAGE);
	memset(q, 'q', 4 * PAGE);
	CHECK(mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE) == q + PAGE);
	CHECK_EQ(readable(p), 0);
	CHECK_EQ(p[2 * PAGE], 'p');
	CHECK_EQ(q[0], 'q');
	CHECK_EQ(q[PAGE], 'p');
	CHECK_EQ(q[3 * PAGE - 1], 'p');
	CHECK_EQ(q[3 * PAGE], 'q');
}

TEST(errors_of_mremap)
{
	char *p = map_anon(4);

	CHECK_ERR((long)mremap(p + 1, PAGE, PAGE, 0), EINVAL);
	CHECK_ERR((long)mremap(p, PAGE, 0, 0), EINVAL);
	CHECK_ERR((long)mremap(p, PAGE, PAGE, 0x80), EINVAL);
	CHECK_ERR((long)mremap(p, 2 * PAGE, PAGE, MREMAP_FIXED, p + 2 * PAGE), EINVAL);
	CHECK_ERR((long)mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, p + PAGE),
		  EINVAL);
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_ERR((long)mremap(p + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	CHECK_ERR((long)mremap(p, 3 * PAGE, 8 * PAGE, MREMAP_MAYMOVE), EFAULT);
}

/* A moved file mapping still is the file's. */
TEST(mremap_of_a_file)
{
	int fd = file_of("f", 4 * PAGE);
	char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE), *q, c;

	q = mremap(p, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED);
	CHECK_EQ(q[0], 'b');
	CHECK_EQ(q[2 * PAGE], 'd');
	q[2 * PAGE] = '!';
	CHECK_EQ(pread(fd, &c, 1, 3 * PAGE), 1);
	CHECK_EQ(c, '!');
}

/* realloc of a large block keeps its contents while it moves. */
TEST(realloc_of_large_blocks)
{
	size_t len = MIB(1);
	char *p = malloc(len);
	uint64_t sum;
	int i;

	fill(p, len, 5);
	sum = checksum(p, len);
	for (i = 0; i < 5; i++) {
		p = realloc(p, len << i);
		CHECK(p != NULL);
		CHECK(checksum(p, len) == sum);
	}
	free(p);
}

/* --- brk and madvise ------------------------------------------------------------------------ */

TEST(brk_grows_and_shrinks)
{
	unsigned long start = (unsigned long)syscall(SYS_brk, 0), top = start + 10 * PAGE + 5;
	char *p = (char *)((start + PAGE - 1) & ~(PAGE - 1));

	CHECK_EQ(syscall(SYS_brk, top), top);
	CHECK_EQ(p[5 * PAGE], 0);
	memset(p, 'x', 9 * PAGE);
	CHECK_EQ(syscall(SYS_brk, start), start);
	CHECK_EQ(readable(p + 5 * PAGE), 0);
	CHECK_EQ(syscall(SYS_brk, top), top);
	CHECK_EQ(p[5 * PAGE], 0);
	CHECK_EQ(syscall(SYS_brk, 1), top); /* refused: the break stays */
	CHECK_EQ(syscall(SYS_brk, ~0ul), top);
}

TEST(madvise_dontneed)
{
	int fd = file_of("f", 2 * PAGE);
	char *p = map_anon(4), *q = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	memset(p, 'x', 4 * PAGE);
	CHECK_OK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
	CHECK_EQ(p[0], 'x');
	CHECK_EQ(p[PAGE], 0);
	CHECK_EQ(p[3 * PAGE - 1], 0);
	CHECK_EQ(p[3 * PAGE], 'x');
	q[0] = '!';
	CHECK_OK(madvise(q, 2 * PAGE, MADV_DONTNEED));
	CHECK_EQ(q[0], 'a');
	CHECK_OK(madvise(p, 4 * PAGE, MADV_WILLNEED));
	CHECK_OK(madvise(p, 4 * PAGE, MADV_NORMAL));
	CHECK_ERR(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
	CHECK_ERR(madvise(p, PAGE, 999), EINVAL);
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_ERR(madvise(p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
}

TEST(mincore_and_mlock)
{
	unsigned char in[4];
	char *p = map_anon(4);

	p[PAGE] = 1;
	CHECK_OK(mlock(p, PAGE));
	CHECK_OK(munlock(p, PAGE));
	CHECK_ERR(mincore(p + 1, PAGE, in), EINVAL);
	CHECK_OK(mincore(p, 4 * PAGE, in));
	CHECK_EQ(in[1] & 1, 1);
	CHECK_EQ(in[3] & 1, 0);
}

/* --- stack ---------------------------------------------------------------------------------- */

/* The main stack grows by itself to several MiB. */
static int use_stack(size_t len)
{
	volatile char block[PAGE];

	block[0] = 1;
	return len <= PAGE ? 1 : use_stack(len - PAGE) + block[0];
}

TEST(stack_grows)
{
	CHECK(use_stack(MIB(6)) > 1000);
}

/* Beyond its limit a program gets SIGSEGV, on its alternate stack if it has one. */
static char alternate[65536];

static void on_overflow(int sig)
{
	char here;

	(void)sig;
	_exit(&here >= alternate && &here < alternate + sizeof(alternate) ? 3 : 2);
}

static int endless(int n)
{
	volatile char block[512];

	block[0] = (char)n;
	return n < INT_MAX ? endless(n + 1) + block[0] : 0;
}

TEST(stack_limit_on_alternate_stack)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = { .sa_handler = on_overflow, .sa_flags = SA_ONSTACK };
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(sigaltstack(&stack, NULL));
		CHECK_OK(sigaction(SIGSEGV, &action, NULL));
		_exit(endless(0));
	}
	CHECK_EXITED(pid, 3);
}

TEST(stack_overflow_without_handler_kills)
{
	pid_t pid = CHILD(_exit(endless(0)));

	CHECK_SIGNALED(pid, SIGSEGV);
}

/* A handler without an alternate stack cannot run: the program is killed. */
TEST(stack_overflow_with_handler_on_it_kills)
{
	struct sigaction action = { .sa_handler = on_overflow };
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(sigaction(SIGSEGV, &action, NULL));
		_exit(endless(0));
	}
	CHECK_SIGNALED(pid, SIGSEGV);
}

/* RLIMIT_STACK holds for a new program. */
ROLE(grow)
{
	use_stack(KIB(1024));
	return 0;
}

TEST(stack_rlimit)
{
	struct rlimit limit = { KIB(512), RLIM_INFINITY };
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(setrlimit(RLIMIT_STACK, &limit));
		execl(self_path(), "name", "@grow", (char *)NULL);
		_exit(1);
	}
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(execl(self_path(), "name", "@grow", (char *)NULL));
	CHECK_EXITED(pid, 0);
}

/* --- large ---------------------------------------------------------------------------------- */

/* Address space costs nothing until it is touched. */
TEST(a_gibibyte_reserved)
{
	char *p = mmap(NULL, GIB(1), RW, ANON | MAP_NORESERVE, -1, 0);

	CHECK(p != MAP_FAILED);
	p[0] = 1;
	p[GIB(1) - 1] = 2;
	p[GIB(1) / 2] = 3;
	CHECK_EQ(p[0] + p[GIB(1) - 1] + p[GIB(1) / 2], 6);
	CHECK_OK(munmap(p, GIB(1)));
}

/* A thousand mappings with gaps, unmapped in another order. */
TEST(a_thousand_mappings)
{
	enum { COUNT = 1000 };
	char *p[COUNT];
	int i;

	for (i = 0; i < COUNT; i++) {
		p[i] = mmap(NULL, 2 * PAGE, i & 1 ? PROT_READ : RW, ANON, -1, 0);
		CHECK(p[i] != MAP_FAILED);
		if ((i & 1) == 0)
			*p[i] = (char)i;
	}
	for (i = 0; i < COUNT; i += 2)
		CHECK_EQ(*p[i], (char)i);
	for (i = 0; i < COUNT; i++)
		CHECK_OK(munmap(p[(i * 7) % COUNT], 2 * PAGE));
	for (i = 0; i < COUNT; i += 50)
		CHECK_EQ(readable(p[i]), 0);
}

/* Random operations against a model of what each page holds. */
TEST_SLOW(random_operations, 60)
{
	enum { PAGES = 64, STEPS = 4000 };
	char *base = map_anon(PAGES);
	signed char model[PAGES] = { 0 }; /* -1: unmapped, else the page's first byte */
	unsigned char prot[PAGES];
	uint32_t random = 99;
	int step, i;

	memset(prot, RW, sizeof(prot));
	for (step = 0; step < STEPS; step++) {
		size_t at, count;

		random = random * 1664525u + 1013904223u;
		at = (random >> 8) % PAGES;
		count = 1 + (random >> 16) % 8;
		if (at + count > PAGES)
			count = PAGES - at;
		switch ((random >> 24) % 6) {
		case 0:
			CHECK_OK(munmap(base + at * PAGE, count * PAGE));
			memset(model + at, -1, count);
			break;
		case 1:
			CHECK(mmap(base + at * PAGE, count * PAGE, RW, ANON | MAP_FIXED, -1, 0) !=
			      MAP_FAILED);
			memset(model + at, 0, count);
			memset(prot + at, RW, count);
			break;
		case 2:
			for (i = 0; i < (int)count && model[at + (size_t)i] >= 0; i++)
				;
			CHECK_EQ(mprotect(base + at * PAGE, count * PAGE, PROT_READ),
				 i == (int)count ? 0 : -1);
			memset(prot + at, PROT_READ, (size_t)i);
			break;
		case 3:
			for (i = 0; i < (int)count && model[at + (size_t)i] >= 0; i++)
				;
			CHECK_EQ(mprotect(base + at * PAGE, count * PAGE, RW),
				 i == (int)count ? 0 : -1);
			memset(prot + at, RW, (size_t)i);
			break;
		case 4:
			madvise(base + at * PAGE, count * PAGE, MADV_DONTNEED);
			for (i = 0; i < (int)count; i++)
				if (model[at + (size_t)i] >= 0)
					model[at + (size_t)i] = 0;
			break;
		default:
			for (i = 0; i < (int)count; i++) {
				size_t page = at + (size_t)i;

				if (model[page] < 0 || prot[page] != RW)
					continue;
				model[page] = (signed char)(step & 0x7f);
				base[page * PAGE] = model[page];
			}
		}
		if (step % 20 == 0) {
			for (i = 0; i < PAGES; i++) {
				if (model[i] >= 0)
					CHECK_EQ(base[(size_t)i * PAGE], model[i]);
				else if (step % 400 == 0)
					CHECK_EQ(readable(base + (size_t)i * PAGE), 0);
			}
		}
	}
}

static long locked_kb(void)
{
	const char *line = strstr(read_file("/proc/self/status"), "VmLck:");

	CHECK(line != NULL);
	return strtol(line + 6, NULL, 10);
}

/* Locked memory is counted against a limit, for who may not lock as much as he likes. */
TEST(limit_of_locked_memory)
{
	struct rlimit limit = { 4 * PAGE, 4 * PAGE };
	char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_OK(mlock(p, 8 * PAGE));
	CHECK_EQ(locked_kb(), 32);
	CHECK_OK(munlock(p + PAGE, PAGE));
	CHECK_EQ(locked_kb(), 28);
	CHECK_EXITED(CHILD(CHECK_EQ(locked_kb(), 0)), 0);
	CHECK_OK(munmap(p, 4 * PAGE));
	CHECK_EQ(locked_kb(), 16);
	CHECK_OK(munlockall());
	CHECK_EQ(locked_kb(), 0);
	p += 4 * PAGE;
	CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &limit));
	CHECK_OK(syscall(SYS_setresuid, 1000, 1000, 1000));
	CHECK_ERR(mlock(p, 5 * PAGE), ENOMEM);
	CHECK_OK(mlock(p, 3 * PAGE));
	CHECK_OK(mlock(p, 4 * PAGE));
	CHECK_ERR(mlock(p + 4 * PAGE, 1), ENOMEM);
	CHECK_ERR(mlock(p + 100 * PAGE, 1), ENOMEM);
	CHECK_ERR(mlockall(MCL_CURRENT), ENOMEM);
	CHECK_ERR((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1,
			     0),
		  EAGAIN);
	CHECK_OK(munlock(p, 2 * PAGE));
	CHECK_OK(
		(long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
	CHECK_OK(mlockall(MCL_FUTURE));
	CHECK_ERR((long)mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		  EAGAIN);
	CHECK_OK(munlockall());
	limit.rlim_cur = 0;
	CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &limit));
	CHECK_ERR(mlock(p, 1), EPERM);
	CHECK_ERR(mlockall(MCL_FUTURE), EPERM);
	CHECK_ERR(syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
			  -1, 0),
		  EPERM);
	CHECK_OK(munlock(p, 1));
}

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif
#define DONTNEED_LOCKED 24

static void try_map(const char *what, int prot, int flags, int fd, off_t off)
{
	errno = 0;
	void *p = (void *)syscall(SYS_mmap, NULL, PAGE, prot, flags, fd, off);

	harness_show(what, p == MAP_FAILED ? -1 : 0);
}
#define MAP(...) try_map(#__VA_ARGS__, __VA_ARGS__)

/* MAP_SHARED_VALIDATE is for those who must know: a file in memory has no MAP_SYNC. */
TEST(flags_and_offsets_that_are_refused)
{
	int fd = file_of("f", PAGE);

	MAP(PROT_READ, MAP_SHARED_VALIDATE, fd, 0);
	MAP(PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
	MAP(PROT_READ, MAP_SHARED_VALIDATE | MAP_POPULATE | MAP_NORESERVE, fd, 0);
	MAP(PROT_READ, MAP_SHARED_VALIDATE | (int)0x80000000, fd, 0);
	MAP(PROT_READ, MAP_SHARED | MAP_SYNC, fd, 0);
	MAP(PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0);
	MAP(PROT_READ, MAP_SHARED | MAP_GROWSDOWN, fd, 0);
	MAP(PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0);
	MAP(PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
	MAP(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
	MAP(PROT_READ, MAP_PRIVATE, fd, INT64_MAX - 4095);
	MAP(PROT_READ, MAP_PRIVATE, fd, INT64_MAX - 8191);
	MAP(PROT_READ, MAP_PRIVATE, fd, INT64_MIN);
	MAP(PROT_READ, MAP_PRIVATE, fd, -4096);
	MAP(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, -4096);
	MAP(PROT_READ, 0, -1, 0);
	CHECK_ERR(syscall(SYS_mmap, NULL, 0, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
	char *p = map_anon(1);
	SAY(syscall(SYS_mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN));
	SAY(syscall(SYS_mprotect, p, PAGE, PROT_READ | PROT_GROWSUP));
	SAY(syscall(SYS_mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
	SAY(syscall(SYS_mprotect, &errno, 0, PROT_READ | PROT_GROWSDOWN) == -1);
	char *stack = mmap(NULL, 2 * PAGE, RW, ANON | MAP_GROWSDOWN, -1, 0);
	SAY(syscall(SYS_mprotect, stack + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
	SAY(write(open("/dev/zero", O_RDWR), stack, 1));
	SAY(read(open("/dev/zero", O_RDWR), stack, 1)); /* all of it is read-only now */
}

/* What is locked stays, unless one says that one knows. */
TEST(locked_pages_are_not_thrown_away)
{
	char *p = map_anon(3);
	int fd = file_of("f", PAGE);
	char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

	memset(p, 7, 3 * PAGE);
	CHECK_OK(mlock(p + PAGE, PAGE));
	SAY(madvise(p, 3 * PAGE, MADV_DONTNEED));
	printf("%d %d %d\n", p[0], p[PAGE], p[2 * PAGE]);
	SAY(madvise(p + PAGE, PAGE, MADV_FREE));
	SAY(madvise(p, 3 * PAGE, DONTNEED_LOCKED));
	printf("%d %d %d\n", p[0], p[PAGE], p[2 * PAGE]);
	SAY(madvise(shared, PAGE, MADV_FREE));
	SAY(madvise(shared, PAGE, MADV_DONTNEED));
	SAY(msync(shared, PAGE, MS_INVALIDATE));
	CHECK_OK(mlock(shared, PAGE));
	SAY(msync(shared, PAGE, MS_INVALIDATE));
	SAY(msync(shared, PAGE, MS_SYNC));
}

/* An old length of 0 makes a second mapping of shared memory. */
TEST(mremap_of_nothing_maps_again)
{
	char *anon = map_anon(1), *p, *again;

	CHECK_ERR((long)mremap(anon, 0, PAGE, MREMAP_MAYMOVE), EINVAL);
	p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p[PAGE] = 1;
	CHECK_ERR((long)mremap(p, 0, PAGE, 0), ENOMEM);
	again = mremap(p + PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK(again != MAP_FAILED && again != p);
	CHECK_EQ(again[0], 1);
	again[PAGE] = 2;
	CHECK_EQ(p[2 * PAGE], 2);
	CHECK(mremap(p, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, anon) == anon);
	p[0] = 3;
	CHECK_EQ(anon[0], 3);
	CHECK_OK(munmap(p, 3 * PAGE));
	CHECK_EQ(again[1], 0);
	CHECK_EQ(again[PAGE], 2);
}

/* --- MREMAP_DONTUNMAP: the pages move, the old place stays --- */

#define DONTUNMAP 4

static char *map(size_t pages, int prot, int flags, int fd)
{
	char *p = mmap(NULL, pages * PAGE, prot, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

TEST(mremap_leaves_the_old_place)
{
	const int moves = MREMAP_MAYMOVE | DONTUNMAP;
	char *p = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *to = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	memset(p, 7, 8 * PAGE);
	char *q = mremap(p, 4 * PAGE, 4 * PAGE, moves, NULL);
	CHECK(q != MAP_FAILED && q != p);
	CHECK_EQ(q[0], 7);
	CHECK_EQ(q[4 * PAGE - 1], 7);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(p[4 * PAGE], 7);
	p[PAGE] = 5;
	CHECK_EQ(q[PAGE], 7);
	memset(to, 9, 4 * PAGE);
	CHECK(mremap(p, 2 * PAGE, 2 * PAGE, moves | MREMAP_FIXED, to + PAGE) == to + PAGE);
	CHECK_EQ(to[0], 9);
	CHECK_EQ(to[PAGE], 0);
	CHECK_EQ(to[2 * PAGE], 5);
	CHECK_EQ(to[3 * PAGE], 9);
	CHECK_EQ(p[PAGE], 0);
	CHECK_ERR((long)mremap(p, PAGE, 2 * PAGE, moves, NULL), EINVAL);
	CHECK_ERR((long)mremap(p, 2 * PAGE, PAGE, moves, NULL), EINVAL);
	CHECK_ERR((long)mremap(p, PAGE, PAGE, DONTUNMAP, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_mremap, p, PAGE, PAGE, moves, 1), EINVAL);
	CHECK_ERR((long)mremap(p, PAGE, PAGE, moves | 8, NULL), EINVAL);
	CHECK_ERR((long)mremap(p, 2 * PAGE, 2 * PAGE, moves | MREMAP_FIXED, p + PAGE), EINVAL);
	/* Shared memory is seen at both places. */
	p = map(2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	p[0] = 1;
	q = mremap(p, 2 * PAGE, 2 * PAGE, moves, NULL);
	CHECK(q != MAP_FAILED && q != p);
	CHECK_EQ(p[0], 1);
	q[0] = 2;
	CHECK_EQ(p[0], 2);
}

/* --- MADV_REMOVE --- */

TEST(a_hole_by_madvise)
{
	int fd = (int)syscall(SYS_memfd_create, "holes", 0);
	char name[64], c = 1;
	struct stat st;

	CHECK_OK(ftruncate(fd, 8 * PAGE));
	char *p = map(8, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	memset(p, 1, 8 * PAGE);
	CHECK_OK(madvise(p + PAGE, 2 * PAGE, MADV_REMOVE));
	CHECK_EQ(p[PAGE - 1], 1);
	CHECK_EQ(p[PAGE], 0);
	CHECK_EQ(p[3 * PAGE - 1], 0);
	CHECK_EQ(p[3 * PAGE], 1);
	CHECK_EQ(pread(fd, &c, 1, PAGE), 1);
	CHECK_EQ(c, 0);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_size, 8 * PAGE);
	/* What may not be written to now, but could be. */
	CHECK_OK(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
	CHECK_OK(madvise(p + 4 * PAGE, PAGE, MADV_REMOVE));
	CHECK_EQ(p[4 * PAGE], 0);
	CHECK_OK(madvise(p, 0, MADV_REMOVE));
	CHECK_OK(mlock(p + 6 * PAGE, PAGE));
	CHECK_ERR(madvise(p + 5 * PAGE, 2 * PAGE, MADV_REMOVE), EINVAL);
	CHECK_EQ(p[5 * PAGE], 0); /* done before that */
	CHECK_EQ(p[6 * PAGE], 1);
	p[5 * PAGE] = 1;
	CHECK_OK(munmap(p + 6 * PAGE, PAGE));
	CHECK_ERR(madvise(p + 5 * PAGE, 3 * PAGE, MADV_REMOVE), ENOMEM);
	CHECK_EQ(p[5 * PAGE] + p[7 * PAGE], 0);
	CHECK_ERR(madvise(map(1, PROT_READ, MAP_PRIVATE, fd), PAGE, MADV_REMOVE), EACCES);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	int read_only = open(name, O_RDONLY);
	CHECK_ERR(madvise(map(1, PROT_READ, MAP_SHARED, read_only), PAGE, MADV_REMOVE), EACCES);
	p = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	CHECK_ERR(madvise(p, PAGE, MADV_REMOVE), EINVAL);
	p = map(2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	memset(p, 1, 2 * PAGE);
	CHECK_OK(madvise(p, PAGE, MADV_REMOVE));
	CHECK_EQ(p[0], 0);
	CHECK_EQ(p[PAGE], 1);
}

/* --- the times of a file that is written to by memory --- */

/* The first write to a page counts. */
TEST(times_of_a_mapped_file)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	int fd = (int)syscall(SYS_memfd_create, "times", 0);
	struct stat st;

	CHECK_OK(ftruncate(fd, 8 * PAGE));
	volatile char *p = map(8, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	CHECK_OK(futimens(fd, old));
	p[0] = 1;
	CHECK_OK(fstat(fd, &st));
	CHECK(st.st_mtime > 1000);
	CHECK_EQ(st.st_atime, 1000);
	CHECK_OK(futimens(fd, old));
	p[1] = 1;
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mtime, 1000);
	CHECK_EQ(read(fd, (char *)p + 4 * PAGE, 1), 1);
	CHECK_OK(fstat(fd, &st));
	CHECK(st.st_mtime > 1000);
	/* A private mapping does not change the file. */
	CHECK_OK(futimens(fd, old));
	p = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	p[0] = 1;
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_mtime, 1000);
}
