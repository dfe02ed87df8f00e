/* fuzz.c: random system calls with arguments that are sometimes right.  Whatever they do to the
 * process that makes them, the system goes on and gets everything back.
 *
 * Only on Flatshare: on Linux, root's random calls would be unkind to the machine.  FUZZ_SEED and
 * FUZZ_ROUNDS in the environment make other runs; each round is one child with a seed of its own.
 */
#include "harness.h"

#include <sys/resource.h>
#include <sys/time.h>

enum { CALLS = 400, LAST = 460 };

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static unsigned pick(unsigned n)
{
	return (unsigned)((next() >> 20) % n);
}

/* Calls that would reach beyond the child, or end it at once. */
static int forbidden(long nr)
{
	static const short list[] = {
		SYS_exit,	SYS_exit_group, SYS_kill,	  SYS_tkill,	   SYS_tgkill,
		SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_reboot, SYS_mount, SYS_umount2,
		SYS_chroot,	SYS_pivot_root, SYS_sethostname,  SYS_setdomainname,
		SYS_settimeofday, SYS_clock_settime, SYS_pause,	  SYS_rt_sigsuspend,
		SYS_fork,	SYS_vfork,	SYS_clone,	  435,		   SYS_syslog,
		SYS_unshare,	SYS_setns,	SYS_rt_sigreturn, SYS_pidfd_send_signal,
		SYS_rt_sigtimedwait, SYS_adjtimex, SYS_clock_adjtime, SYS_ptrace,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(list); i++)
		if (list[i] == nr)
			return 1;
	return 0;
}

static char *pages, *hole;
static const char *const names[] = { "f", "d", "d/x", "s", "none", "", ".", "..", "p", "d/../f" };

static unsigned long argument(void)
{
	switch (pick(16)) {
	case 0: return pick(12);
	case 1: return (unsigned long)-1;
	case 2: return pick(4096);
	case 3: return (unsigned long)(pages + pick(4) * PAGE);
	case 4: return (unsigned long)(pages + pick(4 * PAGE));
	case 5: return (unsigned long)(hole + pick(2 * PAGE));
	case 6: return (unsigned long)names[pick(ARRAY_LEN(names))];
	case 7: return 1ul << pick(64);
	case 8: return next();
	case 9: return 0;
	case 10: return (unsigned long)(pages + 4 * PAGE - pick(64));
	case 11: return pick(64);
	case 12: return PAGE * pick(16);
	case 13: return (unsigned long)&state + pick(8192) - 4096;
	case 14: return ~0ul << pick(64);
	default: return pick(10);
	}
}

static void child(uint64_t seed)
{
	struct rlimit files = { 64, 64 };
	int i, fds[2];

	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (i = 0; i < 64; i++)
		close(i);
	for (i = 0; i < 3; i++)
		open("/dev/null", O_RDWR);
	open("f", O_RDWR | O_CREAT, 0644);
	mkdir("d", 0755);
	open("d", O_RDONLY);
	mkfifo("p", 0644);
	open("p", O_RDWR | O_NONBLOCK);
	symlink("f", "s");
	pipe2(fds, O_NONBLOCK);
	open("/dev/zero", O_RDWR);
	setrlimit(RLIMIT_NOFILE, &files);
	pages = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hole = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	munmap(hole + PAGE, PAGE);
	for (i = 0; i < 4 * (int)PAGE; i += 8) {
		uint64_t value = i % 64 == 0 ? (uint64_t)(uintptr_t)names[pick(10)] : pick(5);

		memcpy(pages + i, &value, 8);
	}
	alarm(1);
	for (i = 0; i < CALLS; i++) {
		long nr = pick(50) == 0 ? (long)next() : pick(LAST);
		unsigned long a[6];
		int n;

		for (n = 0; n < 6; n++)
			a[n] = argument();
		if (forbidden(nr) || forbidden(nr & 0xffffffff))
			continue;
		syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	_exit(0);
}

static void rounds(uint64_t seed, int count)
{
	int i;

	if (!on_flatshare())
		return;
	if (getenv("FUZZ_SEED") != NULL)
		seed += (uint64_t)atol(getenv("FUZZ_SEED")) * 1000000;
	if (getenv("FUZZ_ROUNDS") != NULL)
		count = atoi(getenv("FUZZ_ROUNDS"));
	for (i = 0; i < count; i++) {
		long long end = now_ms() + 20000;
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			setsid();
			child(seed + (uint64_t)i);
		}
		CHECK(pid > 0);
		while (waitpid(pid, &status, WNOHANG) == 0) {
			if (now_ms() > end - 18000)
				kill(pid, SIGKILL);
			if (now_ms() > end)
				harness_fail(__FILE__, __LINE__, "seed %llu does not end",
					     (unsigned long long)seed + (unsigned long long)i);
			sleep_ms(1);
		}
	}
}

TEST_SLOW(random_calls_a, 60)
{
	rounds(1000, 200);
}

TEST_SLOW(random_calls_b, 60)
{
	rounds(20000, 200);
}
