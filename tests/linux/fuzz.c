/* fuzz.c: random system calls with arguments that are sometimes right.  Whatever they do to the
 * process that makes them, the system goes on and gets everything back.
 *
 * Only on Flatshare: on Linux, root's random calls would be unkind to the machine.  Each round is one
 * process in a root of its own (chroot), with a seed of its own, so a finding can be repeated:
 *	FUZZ_SEED=n	start from another seed
 *	FUZZ_CALLS=n	go on until so many calls were made; the seeds are told as they come
 * e.g. ./flat run -m 256M --root build/tests/root.cpio -w /tmp -e FUZZ_CALLS=10000000 -- /t/fuzz random_calls_a
 */
#include "harness.h"

#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>

enum { CALLS = 400, LAST = 460, TICK_US = 4000, TICKS = 25, HANG_MS = 10000, NR_CLONE3 = 435 };

static uint64_t state;
static volatile unsigned long *made; /* calls of this round, if nobody has written nonsense there */

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

/* Calls that would reach beyond the child's root, or end it at once. */
static int forbidden(long nr)
{
	static const short list[] = {
		SYS_exit,	   SYS_exit_group,   SYS_reboot,	SYS_mount,
		SYS_umount2,	   SYS_chroot,	     SYS_pivot_root,	SYS_sethostname,
		SYS_setdomainname, SYS_settimeofday, SYS_clock_settime, SYS_vfork,
		SYS_syslog,	   SYS_adjtimex,     SYS_clock_adjtime, NR_CLONE3,
		SYS_setitimer,	   SYS_alarm,	     SYS_timer_create,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(list); i++)
		if (list[i] == nr)
			return 1;
	return 0;
}

static char *pages, *hole;
static const char *const names[] = {
	"f",
	"d",
	"d/x",
	"s",
	"none",
	"",
	".",
	"..",
	"p",
	"d/../f",
	"proc/self/maps",
	"proc/self/fd/3",
	"proc/self/status",
	"proc/1/stat",
	"proc/meminfo",
	"null",
	"zero",
	"/d/d/d",
	"../../../../f",
	"/proc/self/fd",
	"/proc/self/cwd/f",
	"loop",
	"proc/sys/kernel/pid_max",
};

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

/* Keep calls that name other processes at home, and most of those that change the map away from our
 * own code. */
static void tame(long nr, unsigned long *a)
{
	switch (nr) {
	case SYS_kill:
	case SYS_rt_sigqueueinfo:
	case SYS_tkill: a[0] = pick(2) && nr == SYS_kill ? 0 : (unsigned long)getpid(); break;
	case SYS_tgkill:
	case SYS_rt_tgsigqueueinfo: a[0] = a[1] = (unsigned long)getpid(); break;
	case SYS_setpriority: a[0] = PRIO_PROCESS, a[1] = 0; break;
	case SYS_prlimit64:
	case SYS_sched_setparam:
	case SYS_sched_setscheduler:
	case SYS_sched_setattr:
	case SYS_sched_setaffinity:
	case SYS_setpgid: a[0] = 0; break;
	case SYS_clone: /* no stack of its own, so no memory in common */
		a[0] = (a[0] & (0x600 | 0x100000 | 0x200000 | 0x1000000)) | SIGCHLD;
		a[1] = 0;
		break;
	case SYS_mmap:
	case SYS_munmap:
	case SYS_mprotect:
	case SYS_mremap:
	case SYS_madvise:
		if (pick(20) != 0)
			a[0] = (unsigned long)(pages + PAGE * pick(12));
		if (pick(4) != 0)
			a[1] = PAGE * pick(8);
		break;
	}
}

static volatile int ticks;

static void tick(int sig)
{
	(void)sig;
	if (++ticks > TICKS)
		_exit(0);
}

/* A connection, one that waits to be accepted, and messages on their way. */
static void open_sockets(void)
{
	static const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "u" };
	int fds[2];

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
	if (write(fds[0], &name, sizeof(name)) < 0)
		_exit(1);
	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds);
	fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bind(fds[0], (const void *)&name, sizeof(name));
	listen(fds[0], 3);
	fds[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fds[1], (const void *)&name, sizeof(name));
	socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
}

static void open_things(void)
{
	int fds[2], i;

	for (i = 0; i < 3; i++)
		open("null", O_RDWR);
	open("f", O_RDWR | O_CREAT, 0644);
	mkdir("d", 0755);
	open("d", O_RDONLY);
	mkfifo("p", 0644);
	open("p", O_RDWR | O_NONBLOCK);
	symlink("f", "s");
	symlink("loop", "loop");
	if (pipe2(fds, O_NONBLOCK) < 0)
		_exit(1);
	open("zero", O_RDWR);
	open("proc/self", O_RDONLY);
	syscall(SYS_epoll_create1, 0);
	syscall(SYS_eventfd2, 0, O_NONBLOCK);
	syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	syscall(SYS_memfd_create, "m", 0);
	open_sockets();
}

static void child(uint64_t seed)
{
	struct rlimit files = { 64, 64 };
	struct itimerval often = { { 0, TICK_US }, { 0, TICK_US } };
	int i, depth = 0, left = CALLS;

	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (i = 0; i < 64; i++)
		close(i);
	open_things();
	setrlimit(RLIMIT_NOFILE, &files);
	pages = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hole = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	munmap(hole + PAGE, PAGE);
	for (i = 0; i < 4 * (int)PAGE; i += 8) {
		uint64_t value = i % 64 == 0	? (uint64_t)(uintptr_t)names[pick(ARRAY_LEN(names))]
				 : pick(3) == 0 ? argument()
						: pick(5);

		memcpy(pages + i, &value, 8);
	}
	signal(SIGALRM, tick);
	syscall(SYS_setitimer, ITIMER_REAL, &often, NULL);
	while (left-- > 0) {
		long nr = pick(50) == 0 ? (long)next() : pick(LAST);
		unsigned long a[6];
		int n;

		for (n = 0; n < 6; n++)
			a[n] = argument();
		if (forbidden((int)nr))
			continue;
		tame((int)nr, a);
		if (made != NULL)
			++*made;
		if (syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]) == 0 &&
		    ((int)nr == SYS_fork || (int)nr == SYS_clone)) {
			if (++depth > 2)
				_exit(0);
			left = left > 30 ? 30 : left;
		}
	}
	_exit(0);
}

/* A root for one round, with its own /proc. */
static void make_root(void)
{
	CHECK_OK(mkdir("root", 0755));
	CHECK_OK(mkdir("root/proc", 0755));
	CHECK_OK(mount("proc", "root/proc", "proc", 0, NULL));
	CHECK_OK(mknod("root/null", S_IFCHR | 0666, makedev(1, 3)));
	CHECK_OK(mknod("root/zero", S_IFCHR | 0666, makedev(1, 5)));
}

static void remove_root(void)
{
	CHECK_OK(umount2("root/proc", MNT_DETACH));
	if (fork() == 0) {
		execl("/bin/rm", "rm", "-rf", "root", (char *)NULL);
		_exit(127);
	}
	CHECK(wait(NULL) > 0);
}

_Noreturn static void hangs(pid_t pid, uint64_t seed)
{
	char command[100];

	snprintf(command, sizeof(command), "cd /proc/%d; cat stat syscall wchan maps >&2", pid);
	if (system(command) < 0)
		perror(command);
	harness_fail(__FILE__, __LINE__, "seed %llu does not end", (unsigned long long)seed);
}

/* Sets, queues and segments outlive those who make them. */
static void remove_ipc(void)
{
	union {
		struct shmid_ds shm;
		struct msqid_ds msg;
		struct semid_ds sem;
		char info[256];
	} u;
	int i, id;

	for (i = shmctl(0, SHM_INFO, &u.shm); i >= 0; i--)
		if ((id = shmctl(i, SHM_STAT, &u.shm)) >= 0)
			shmctl(id, IPC_RMID, NULL);
	for (i = msgctl(0, MSG_INFO, &u.msg); i >= 0; i--)
		if ((id = msgctl(i, MSG_STAT, &u.msg)) >= 0)
			msgctl(id, IPC_RMID, NULL);
	for (i = semctl(0, 0, SEM_INFO, &u); i >= 0; i--)
		if ((id = semctl(i, 0, SEM_STAT, &u)) >= 0)
			semctl(id, 0, IPC_RMID);
	for (i = 0; i < (int)ARRAY_LEN(names); i++)
		syscall(SYS_mq_unlink, names[i]);
}

static void round_of(uint64_t seed)
{
	long long end = now_ms() + HANG_MS;
	int status, looks;
	pid_t pid;

	make_root();
	pid = fork();
	if (pid == 0) {
		setsid();
		if (chdir("root") < 0 || chroot(".") < 0)
			_exit(1);
		child(seed);
	}
	CHECK(pid > 0);
	/* Time alone says nothing on a machine that stands still now and then: looks are counted. */
	for (looks = 0; waitpid(pid, &status, WNOHANG) == 0; looks++) {
		if (now_ms() > end - HANG_MS + 1000)
			kill(pid, SIGKILL);
		if (now_ms() > end && looks > HANG_MS / 4)
			hangs(pid, seed);
		sleep_ms(1);
	}
	/* what it left behind, in whatever session */
	while (kill(-1, SIGKILL) == 0 || errno != ESRCH)
		while (waitpid(-1, &status, WNOHANG) > 0)
			;
	while (waitpid(-1, &status, 0) > 0)
		;
	remove_ipc();
	remove_root();
}

struct counts {
	long long pages, tasks, views, windows, files, inodes, dentries;
};

static struct counts count(void)
{
	return (struct counts){
		flatshare_counter("free_pages") + flatshare_counter("object_pages"),
		flatshare_counter("tasks"),
		flatshare_counter("views"),
		flatshare_counter("windows"),
		flatshare_counter("files"),
		flatshare_counter("inodes"),
		flatshare_counter("dentries"),
	};
}

static void check_counts(const struct counts *before, uint64_t seed)
{
	struct counts now = count();
	int i;

	for (i = 0; i < 100 && memcmp(&now.tasks, &before->tasks, sizeof(now) - 8) != 0; i++) {
		sleep_ms(5);
		now = count();
	}
	if (memcmp(&now.tasks, &before->tasks, sizeof(now) - 8) != 0)
		harness_fail(__FILE__, __LINE__,
			     "until seed %llu: tasks %+lld views %+lld windows %+lld files %+lld "
			     "inodes %+lld dentries %+lld",
			     (unsigned long long)seed, now.tasks - before->tasks,
			     now.views - before->views, now.windows - before->windows,
			     now.files - before->files, now.inodes - before->inodes,
			     now.dentries - before->dentries);
}

static void rounds(uint64_t seed, unsigned long calls)
{
	const char *text = getenv("FUZZ_CALLS");
	struct counts before;
	unsigned long total = 0;
	uint64_t n;

	if (!on_flatshare())
		return;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (getenv("FUZZ_SEED") != NULL)
		seed = strtoull(getenv("FUZZ_SEED"), NULL, 0);
	if (text != NULL)
		calls = strtoul(text, NULL, 0);
	made = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	round_of(seed);
	before = count();
	for (n = 1; total < calls; n++) {
		if (text != NULL)
			fprintf(stderr, "seed %llu\n", (unsigned long long)(seed + n));
		*made = 0;
		round_of(seed + n);
		if (*made <= CALLS * 8)
			total += *made;
		if (n % 64 != 0)
			continue;
		check_counts(&before, seed + n);
		if (text != NULL)
			fprintf(stderr, "%lu calls, pages %+lld\n", total,
				count().pages - before.pages);
	}
	check_counts(&before, seed + n);
	if (text != NULL)
		printf("%lu calls, pages %+lld\n", total, count().pages - before.pages);
}

TEST_SLOW(random_calls_a, 60)
{
	rounds(1000, 25000);
}

TEST_SLOW(random_calls_b, 60)
{
	rounds(20000, 25000);
}
