/* efault.c: a bad pointer handed to a system call is EFAULT, whatever it points to.
 *
 * The table names calls with valid arguments; each pointer among them is replaced in turn by each
 * of ten bad ones, and what comes out is printed: Linux says what is right. */
#include "harness.h"

#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#define RW (PROT_READ | PROT_WRITE)

static int file, null, zero, pipe_read, pipe_write;
static char buffer[65536], path[] = "f";
static struct iovec iov = { buffer, 16 };
static struct timespec short_time = { 0, 1000 };
static struct itimerval timer;
static sigset_t set;
static struct pollfd polled;
static int number;

/* i: the argument is an input, o: an output, of that many bytes; the rest are values. */
struct call {
	const char *name;
	long nr;
	long arg[6];
	const char *kinds; /* "v" value, "i" input, "o" output, "s" string, one per argument */
};

static const struct call *calls(size_t *count)
{
	static struct call table[64];
	struct call *c = table;

#define CALL(call_name, call_kinds, ...)                                                           \
	*c++ = (struct call){ #call_name, SYS_##call_name, { __VA_ARGS__ }, call_kinds }
	CALL(read, "vov", file, (long)buffer, 16);
	CALL(write, "viv", pipe_write, (long)buffer, 16);
	CALL(pread64, "vovv", file, (long)buffer, 16, 0);
	CALL(pwrite64, "vivv", file, (long)buffer, 16, 0);
	CALL(readv, "viv", file, (long)&iov, 1);
	CALL(writev, "viv", file, (long)&iov, 1);
	CALL(open, "svv", (long)path, O_RDONLY | O_CLOEXEC);
	CALL(openat, "vsvv", AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC);
	CALL(stat, "so", (long)path, (long)buffer);
	CALL(lstat, "so", (long)path, (long)buffer);
	CALL(fstat, "vo", file, (long)buffer);
	CALL(newfstatat, "vsov", AT_FDCWD, (long)path, (long)buffer, 0);
	CALL(access, "sv", (long)path, F_OK);
	CALL(chmod, "sv", (long)path, 0644);
	CALL(chown, "svv", (long)path, -1, -1);
	CALL(truncate, "sv", (long)path, 100);
	CALL(readlink, "sov", (long)"/proc/self/exe", (long)buffer, 100);
	CALL(getcwd, "ov", (long)buffer, 4096);
	CALL(chdir, "s", (long)".");
	CALL(unlink, "s", (long)"not-there");
	CALL(rmdir, "s", (long)"not-there");
	CALL(mkdir, "sv", (long)"/", 0755);
	CALL(link, "ss", (long)path, (long)path);
	CALL(symlink, "ss", (long)"x", (long)"/");
	CALL(rename, "ss", (long)"not-there", (long)"x");
	CALL(mknod, "svv", (long)"/", S_IFREG | 0644, 0);
	CALL(statfs, "so", (long)"/", (long)buffer);
	CALL(fstatfs, "vo", file, (long)buffer);
	CALL(getdents64, "vov", -1, (long)buffer, 1000);
	CALL(utimensat, "vsiv", AT_FDCWD, (long)path, 0, 0);
	CALL(pipe, "o", (long)buffer);
	CALL(pipe2, "ov", (long)buffer, O_CLOEXEC);
	CALL(poll, "ovv", (long)&polled, 1, 0);
	CALL(select, "voooo", 1, 0, 0, 0, (long)&timer.it_value);
	CALL(nanosleep, "iv", (long)&short_time, 0);
	CALL(clock_gettime, "vo", CLOCK_MONOTONIC, (long)buffer);
	CALL(clock_getres, "vo", CLOCK_MONOTONIC, (long)buffer);
	CALL(gettimeofday, "ov", (long)buffer, 0);
	CALL(time, "o", (long)buffer);
	CALL(times, "o", (long)buffer);
	CALL(getitimer, "vo", ITIMER_REAL, (long)buffer);
	CALL(setitimer, "vio", ITIMER_REAL, (long)&timer, 0);
	CALL(uname, "o", (long)buffer);
	CALL(getrlimit, "vo", RLIMIT_NOFILE, (long)buffer);
	CALL(setrlimit, "vi", RLIMIT_CORE, (long)buffer);
	CALL(getrusage, "vo", RUSAGE_SELF, (long)buffer);
	CALL(rt_sigaction, "viov", SIGUSR1, 0, (long)buffer, 8);
	CALL(rt_sigprocmask, "viov", SIG_BLOCK, (long)&set, (long)buffer, 8);
	CALL(rt_sigpending, "ov", (long)buffer, 8);
	CALL(sigaltstack, "io", 0, (long)buffer);
	CALL(getrandom, "ovv", (long)buffer, 16, 0);
	CALL(set_tid_address, "v", (long)&number);
	CALL(getresuid, "ooo", (long)buffer, (long)buffer, (long)buffer);
	CALL(sched_getaffinity, "vvo", 0, 128, (long)buffer);
	CALL(sysinfo, "o", (long)buffer);
	CALL(wait4, "vovo", -1, (long)&number, 0, 0);
	CALL(fcntl, "vvo", file, F_GETLK, (long)buffer);
	CALL(ioctl, "vvo", pipe_read, 0x541b /* FIONREAD */, (long)buffer);
#undef CALL
	*count = (size_t)(c - table);
	return table;
}

static void set_up(void)
{
	int fds[2];

	write_file(path, "0123456789012345678901234567890123456789");
	file = open(path, O_RDWR | O_CLOEXEC);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	CHECK(file >= 0 && null >= 0 && zero >= 0);
	CHECK_OK(pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	pipe_read = fds[0];
	pipe_write = fds[1];
}

/* The bad pointers.  The first `common` are bad for reading and writing. */
enum { READ_ONLY = 8 };
static unsigned long bad[10];

static void make_bad(void)
{
	char *hole = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_OK(munmap(hole + PAGE, 2 * PAGE));
	bad[0] = 8;
	bad[1] = (unsigned long)hole + PAGE;	   /* unmapped */
	bad[2] = (unsigned long)none;		   /* PROT_NONE */
	bad[3] = 1ul << 63;			   /* not canonical */
	bad[4] = 0xffffffff80000000;		   /* where Linux has its kernel */
	bad[5] = 0xffff888000000000;		   /* ... and its memory */
	bad[6] = ~0ul - 3;			   /* the end of everything */
	bad[7] = 0x7ffffffff000;		   /* the end of the lower half */
	bad[READ_ONLY] = (unsigned long)read_only; /* for outputs */
	bad[9] = (unsigned long)hole + PAGE - 1;   /* one good byte, then nothing */
}

static long invoke(const struct call *c, int replace, unsigned long value)
{
	long arg[6];

	memcpy(arg, c->arg, sizeof(arg));
	memset(buffer, 0, sizeof(buffer));
	if (replace >= 0)
		arg[replace] = (long)value;
	errno = 0;
	return syscall(c->nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

/* The table: call, argument, and per bad pointer what came out. */
TEST_SLOW(every_pointer_argument, 30)
{
	const struct call *table;
	size_t count, i, p;
	int arg;

	set_up();
	make_bad();
	table = calls(&count);
	for (i = 0; i < count; i++) {
		for (arg = 0; table[i].kinds[arg] != '\0'; arg++) {
			char kind = table[i].kinds[arg];
			const char *last = "";

			if (kind == 'v')
				continue;
			printf("%s %d:", table[i].name, arg);
			for (p = 0; p < ARRAY_LEN(bad); p++) {
				long result;

				/* which of the bytes before the hole count, differs */
				if (kind != 'o' && (p == READ_ONLY || (p == 9 && kind == 'i')))
					continue;
				/* a short structure may fit before the end of the page */
				if (p == 9 && kind == 's')
					memcpy((char *)bad[p], "x", 1);
				result = invoke(&table[i], arg, bad[p]);
				if (result == -1 && strcmp(last, errno_name(errno)) == 0) {
					printf(" =");
				} else if (result == -1) {
					last = errno_name(errno);
					printf(" %s", last);
				} else {
					last = "";
					printf(" %s", result > 0 ? "positive" : "0");
				}
			}
			printf("\n");
		}
	}
}

/* The same calls with good pointers work (or fail for another reason), also afterwards. */
TEST(the_calls_themselves)
{
	const struct call *table;
	size_t count, i;

	set_up();
	table = calls(&count);
	for (i = 0; i < count; i++) {
		long result = invoke(&table[i], -1, 0);

		printf("%s: %s\n", table[i].name,
		       result == -1 ? errno_name(errno)
		       : result > 0 ? "positive"
				    : "0");
	}
}

/* A read that runs into a hole gives what came before it. */
TEST(partly_mapped_buffers)
{
	char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	set_up();
	CHECK_OK(ftruncate(file, 4 * (off_t)PAGE));
	CHECK_OK(munmap(p + PAGE, PAGE));
	CHECK_EQ(pread(file, p, 2 * PAGE, 0), PAGE);
	CHECK_EQ(pread(file, p + 2 * PAGE, PAGE, 0), PAGE);
	CHECK_ERR(pread(file, p + PAGE, PAGE, 0), EFAULT);
	printf("write across a hole: %zd\n", pwrite(file, p, 2 * PAGE, 0));
	printf("read of zeros across a hole: %zd\n", read(zero, p + 100, 2 * PAGE));
	CHECK_EQ(write(null, p, 2 * PAGE), 2 * PAGE); /* never looks */
}

/* Lengths that wrap around or are absurd. */
TEST(absurd_lengths)
{
	set_up();
	CHECK_ERR(syscall(SYS_write, file, buffer, -1L), EFAULT);
	CHECK_ERR(syscall(SYS_read, zero, buffer, 1L << 62), EFAULT);
	printf("read of a short file, huge length: %ld\n",
	       syscall(SYS_pread64, file, buffer, 0x7fffffffL, 0L));
	CHECK_ERR(syscall(SYS_pread64, file, buffer, 16L, -1L), EINVAL);
	iov.iov_len = (size_t)-1;
	CHECK_ERR(readv(file, &iov, 1), EINVAL);
	CHECK_ERR(readv(file, &iov, -1), EINVAL);
	CHECK_ERR(readv(file, &iov, 1025), EINVAL);
	CHECK_EQ(readv(file, &iov, 0), 0);
}

/* Buffers in memory that was never touched are filled on demand. */
TEST(untouched_buffers)
{
	char *p = mmap(NULL, 64 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *big = mmap(NULL, 64 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	set_up();
	CHECK_EQ(write(file, p, 64 * PAGE), 64 * PAGE);
	CHECK_EQ(pread(file, big + 1, 63 * PAGE, 0), 63 * PAGE);
	for (i = 0; i < 64 * PAGE; i++)
		CHECK(big[i] == 0);
}

/* A read-only page is not written by the kernel, and a page of text neither. */
TEST(read_into_read_only_memory)
{
	static const char text[64] = "constant";

	set_up();
	CHECK_ERR(read(file, (void *)(uintptr_t)text, 16), EFAULT);
	CHECK_ERR(read(file, (void *)(uintptr_t)make_bad, 16), EFAULT);
	CHECK_STR(text, "constant");
	/* nothing was consumed */
	CHECK_EQ(lseek(file, 0, SEEK_CUR), 0);
}

/* In a shared mapping of a file beyond its end: EFAULT, not a signal. */
TEST(beyond_the_end_of_a_file)
{
	char *p;

	set_up();
	p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, file, 0);
	CHECK(p != MAP_FAILED);
	CHECK_ERR(read(zero, p + 2 * PAGE, 10), EFAULT);
	CHECK_ERR(write(pipe_write, p + 2 * PAGE, 10), EFAULT);
}

/* Strings that end exactly at the end of a page, and those that do not. */
TEST(strings_at_the_end_of_a_page)
{
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	set_up();
	CHECK_OK(munmap(p + PAGE, PAGE));
	memcpy(p + PAGE - 2, "f", 2);
	CHECK_OK(access(p + PAGE - 2, F_OK));
	p[PAGE - 1] = 'f';
	CHECK_ERR(access(p + PAGE - 2, F_OK), EFAULT);
	memset(p, 'x', PAGE);
	CHECK_ERR(access(p, F_OK), ENAMETOOLONG);
	memset(p, '/', PAGE);
	CHECK_ERR(access(p, F_OK), ENAMETOOLONG);
	p[PAGE - 1] = '\0';
	CHECK_OK(access(p, F_OK));
}

/* A signal handler, stack or robust list at a bad address harms only the one who asked. */
TEST(bad_addresses_kept_for_later)
{
	pid_t pid;

	pid = CHILD(signal(SIGUSR1, (void (*)(int))0x1000); raise(SIGUSR1));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(signal(SIGUSR1, (void (*)(int))0xffffffff80000000); raise(SIGUSR1));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(signal(SIGUSR1, (void (*)(int))(1ul << 63)); raise(SIGUSR1));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(syscall(SYS_set_tid_address, 8); _exit(3));
	CHECK_EXITED(pid, 3);
	pid = CHILD(syscall(SYS_set_robust_list, 8, 24); _exit(4));
	CHECK_EXITED(pid, 4);
}

/* Children's writes to bad places do not reach their parent. */
TEST(futex_addresses)
{
	CHECK_ERR(syscall(SYS_futex, 8, 0, 0, NULL), EFAULT);
	CHECK_ERR(syscall(SYS_futex, 9, 0, 0, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_futex, &number, 0, 1, NULL), EAGAIN);
	CHECK_ERR(syscall(SYS_futex, &number, 0, 0, 8), EFAULT);
}
