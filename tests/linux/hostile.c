/* hostile.c: programs that do harm.  The culprit gets its signal or errno, everybody else lives on,
 * and nothing is lost. */
#include "harness.h"

#include <stdbool.h>

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/sysinfo.h>

/* --- endless recursion ----------------------------------------------------------------------- */

static volatile int bottomless = 1;

__attribute__((noinline, noclone)) static long recurse(long n)
{
	volatile char block[512];

	block[0] = (char)n;
	return bottomless ? recurse(n + 1) + block[0] : 0;
}

TEST(endless_recursion)
{
	int i;

	for (i = 0; i < 20; i++) {
		pid_t pid = CHILD(recurse(0));

		CHECK_SIGNALED(pid, SIGSEGV);
	}
}

/* The handler has a stack of its own; it sees the fault and the program goes on. */
static volatile int overflows;

static void overflowed(int sig)
{
	(void)sig;
	overflows++;
	_exit(overflows == 1 ? 42 : 1);
}

TEST(endless_recursion_with_a_handler)
{
	pid_t pid = fork();

	if (pid == 0) {
		static char alternate[16384];
		stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
		struct sigaction action = { .sa_handler = overflowed, .sa_flags = SA_ONSTACK };

		sigaltstack(&stack, NULL);
		sigaction(SIGSEGV, &action, NULL);
		recurse(0);
	}
	CHECK_EXITED(pid, 42);
}

/* --- files ----------------------------------------------------------------------------------- */

/* A tree that is deeper than any path is long. */
TEST_SLOW(deep_folders, 20)
{
	enum { DEPTH = 3000 };
	static char path[64 << 10];
	int i, top = open(".", O_RDONLY | O_DIRECTORY);

	for (i = 0; i < DEPTH; i++) {
		CHECK_OK(mkdir("deep-folder", 0755));
		CHECK_OK(chdir("deep-folder"));
	}
	CHECK_ERR(syscall(SYS_getcwd, path, sizeof(path)), ENAMETOOLONG);
	CHECK_ERR(syscall(SYS_getcwd, path, 4096), ENAMETOOLONG);
	for (i = 0; i < DEPTH; i++) {
		CHECK_OK(chdir(".."));
		CHECK_OK(rmdir("deep-folder"));
	}
	CHECK_ERR(chdir("deep-folder"), ENOENT);
	CHECK_OK(fchdir(top));
}

TEST_SLOW(ten_thousand_open_files, 20)
{
	enum { FILES = 10000 };
	struct rlimit limit = { FILES, FILES };
	int fd, n = 0;

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		harness_skip("may not have ten thousand open files");
	while ((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0) {
		CHECK(fd < FILES);
		n++;
	}
	CHECK_EQ(errno, EMFILE);
	CHECK(n >= FILES - 10);
	CHECK_ERR(dup(0), EMFILE);
	CHECK_ERR(pipe((int[2]){ 0 }), EMFILE);
	/* a child has them all, and its end closes none of ours */
	pid_t pid = CHILD(_exit(close(FILES - 1) == 0 ? 0 : 1));
	CHECK_EXITED(pid, 0);
	CHECK_OK(close(FILES - 1));
	CHECK_EQ(dup(0), FILES - 1);
}

/* --- signals --------------------------------------------------------------------------------- */

/* Whoever may kill everything kills everything but process 1 and itself. */
TEST(kill_everything)
{
	pid_t pid[20];
	size_t i;

	if (getppid() != 1)
		return; /* by hand, and not in a pid namespace: too unkind to the host */
	for (i = 0; i < ARRAY_LEN(pid); i++)
		pid[i] = CHILD(signal(SIGTERM, SIG_IGN); pause());
	CHECK_OK(kill(-1, SIGKILL));
	for (i = 0; i < ARRAY_LEN(pid); i++)
		CHECK_SIGNALED(pid[i], SIGKILL);
	CHECK_ERR(kill(-1, 0), ESRCH);
	CHECK_OK(kill(1, 0));
}

/* --- wild jumps and writes ------------------------------------------------------------------- */

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Random addresses of the lower half; those of the kernel's half would hit memory in ring 0
 * (docs/SECURITY.md). */
TEST_SLOW(wild_writes, 20)
{
	int i;

	for (i = 0; i < 300; i++) {
		volatile char *to = (volatile char *)(next() & 0x7fffffffffff);
		pid_t pid = CHILD(*to = 1);

		CHECK_SIGNALED(pid, SIGSEGV);
	}
}

TEST_SLOW(wild_jumps, 20)
{
	int i;

	for (i = 0; i < 300; i++) {
		void (*to)(void) =
			(void (*)(void))(uintptr_t)(i == 0 ? 0 : next() & 0x7fffffffffff);
		pid_t pid = CHILD(to());

		CHECK_SIGNALED(pid, SIGSEGV);
	}
}

/* Long work inside of one call lets others run, and signals end it.  (Eight bytes at a time: Linux does
 * not want that at all.) */
TEST(long_work_in_one_call)
{
	int zero = open("/dev/zero", O_RDONLY), event = eventfd(0, 0);
	pid_t pid = CHILD(alarm(1); for (;;) sendfile(event, zero, NULL, 0x7ffff000));
	long long start = now_ms();

	sleep_ms(100);
	CHECK(now_ms() - start < 900);
	CHECK_SIGNALED(pid, SIGALRM);
}

/* --- many processes -------------------------------------------------------------------------- */

/* A limit on processes holds for who is not root, and says EAGAIN. */
TEST(limit_on_processes)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit limit = { 5, 5 };
		pid_t child[8];
		int n = 0;

		CHECK_OK(setrlimit(RLIMIT_NPROC, &limit));
		if (setresuid(54321, 54321, 54321) < 0)
			_exit(0);
		while (n < 8 && (child[n] = fork()) >= 0) {
			if (child[n] == 0) {
				pause();
				_exit(0);
			}
			n++;
		}
		CHECK_EQ(errno, EAGAIN);
		CHECK_EQ(n, 4);
		while (n > 0) {
			kill(child[--n], SIGKILL);
			CHECK_SIGNALED(child[n], SIGKILL);
		}
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}

/* --- for tests/boot/hostile.sh --------------------------------------------------------------- */

/* Fork for ever: every process forks whenever it can. */
ROLE(bomb)
{
	for (;;) {
		if (fork() < 0)
			sleep_ms(100);
	}
	return 0;
}

/* Fork until it fails, say how far we came and why it ended; all wait to be killed. */
ROLE(crowd)
{
	int n = 0;
	pid_t pid;

	while ((pid = fork()) > 0)
		n++;
	if (pid == 0)
		for (;;)
			pause();
	printf("%s %s\n", n > atoi(argv[1]) ? "enough" : "too few", errno_name(errno));
	if (n <= atoi(argv[1]))
		printf("%d\n", n);
	kill(0, SIGKILL);
	return 1;
}

static void touch(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	CHECK(p != MAP_FAILED);
	for (i = 0; i < bytes; i += PAGE)
		p[i] = 1;
}

/* As process 1: a child has taken nearly all memory, and then we need some.  The child is killed;
 * `read`: we need it inside of a system call; `spin`: and the child runs meanwhile, with a restartable
 * sequence that the kernel looks for when it comes back to it. */
ROLE(first)
{
	static struct {
		uint64_t words[4];
	} __attribute__((aligned(32))) rseq;
	struct gate gate;
	int status, zero = open("/dev/zero", O_RDONLY);
	size_t need = MIB(4);
	bool spin = argc > 1 && strcmp(argv[1], "spin") == 0;
	pid_t pid;

	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		size_t room = (size_t)flatshare_counter("free_pages") * PAGE;

		if (spin)
			CHECK_OK(syscall(SYS_rseq, &rseq, sizeof(rseq), 0, 0));
		touch(room - MIB(2));
		gate_signal(&gate);
		while (!spin)
			pause();
		for (;;)
			;
	}
	gate_wait(&gate);
	if (argc > 1 && strcmp(argv[1], "touch") != 0) {
		char *p = mmap(NULL, need, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		CHECK_EQ(read(zero, p, need), need);
	} else {
		touch(need);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	printf("%s\n", WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : "exit");
	return 0;
}
