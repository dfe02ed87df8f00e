/* procpid.c: /proc/<pid> field by field, of processes that do known things. */
#include "harness.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static char text[1 << 18];

/* The whole of /proc/<pid>/<name>, in reads of `step` bytes. */
static const char *slurp(pid_t pid, const char *name, size_t step)
{
	char path[128];
	size_t len = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY);
	CHECK_OK(fd);
	while ((n = read(fd, text + len, step)) > 0)
		len += (size_t)n;
	CHECK_EQ(n, 0);
	CHECK(len < sizeof(text) - 1);
	text[len] = '\0';
	close(fd);
	return text;
}

static const char *own(const char *name)
{
	return slurp(getpid(), name, 4096);
}

/* The text behind "key:" at the beginning of a line; its blanks are skipped. */
static const char *value_of(const char *all, const char *key)
{
	static char line[512];
	size_t len = strlen(key);

	for (const char *p = all; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) != 0 || p[len] != ':')
			continue;
		p += len + 1;
		p += strspn(p, " \t");
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		return line;
	}
	harness_fail(__FILE__, __LINE__, "no line %s", key);
}

static long number_of(const char *all, const char *key)
{
	return strtol(value_of(all, key), NULL, 10);
}

/* Field n of stat, numbered as in proc(5). */
static unsigned long stat_field(const char *all, int n)
{
	const char *p = strrchr(all, ')') + 2;

	for (int i = 3; i < n; i++) {
		p = strchr(p, ' ');
		CHECK(p != NULL);
		p++;
	}
	return strtoul(p, NULL, 10);
}

TEST(tiny_reads_give_the_same_text)
{
	static const char *const names[] = { "stat",	"statm",	"limits",    "maps",
					     "smaps",	"mounts",	"mountinfo", "mountstats",
					     "cmdline", "comm",		"io",	     "environ",
					     "auxv",	"oom_score_adj" };
	struct gate gate;
	char *whole;

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	sleep_ms(50); /* until it sleeps */
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		whole = strdup(slurp(pid, names[i], sizeof(text) - 1));
		CHECK_STR(slurp(pid, names[i], 1), whole);
		CHECK_STR(slurp(pid, names[i], 37), whole);
		free(whole);
	}
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

TEST(places_within_a_file)
{
	char a[64], b[64], path[64];
	struct gate gate;

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	sleep_ms(20);
	const char *whole = slurp(pid, "limits", 4096);
	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	int fd = open(path, O_RDONLY);
	CHECK_EQ(pread(fd, a, 40, 100), 40);
	CHECK_EQ(memcmp(a, whole + 100, 40), 0);
	CHECK_EQ(lseek(fd, 200, SEEK_SET), 200);
	CHECK_EQ(read(fd, a, 50), 50);
	CHECK_EQ(lseek(fd, -20, SEEK_CUR), 230);
	CHECK_EQ(read(fd, b, 20), 20);
	CHECK_EQ(memcmp(a + 30, b, 20), 0);
	CHECK_EQ(pread(fd, a, 40, 1 << 20), 0);
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

/* In the order of Linux; others may lie between. */
TEST(status_has_its_lines)
{
	static const char *const keys[] = {
		"Name",
		"Umask",
		"State",
		"Tgid",
		"Ngid",
		"Pid",
		"PPid",
		"TracerPid",
		"Uid",
		"Gid",
		"FDSize",
		"Groups",
		"NStgid",
		"NSpid",
		"NSpgid",
		"NSsid",
		"VmPeak",
		"VmSize",
		"VmLck",
		"VmPin",
		"VmHWM",
		"VmRSS",
		"RssAnon",
		"RssFile",
		"RssShmem",
		"VmData",
		"VmStk",
		"VmExe",
		"VmLib",
		"VmPTE",
		"VmSwap",
		"HugetlbPages",
		"CoreDumping",
		"THP_enabled",
		"Threads",
		"SigQ",
		"SigPnd",
		"ShdPnd",
		"SigBlk",
		"SigIgn",
		"SigCgt",
		"CapInh",
		"CapPrm",
		"CapEff",
		"CapBnd",
		"CapAmb",
		"NoNewPrivs",
		"Seccomp",
		"Cpus_allowed",
		"Cpus_allowed_list",
		"Mems_allowed",
		"Mems_allowed_list",
		"voluntary_ctxt_switches",
		"nonvoluntary_ctxt_switches",
	};
	const char *p = own("status");
	char line[64];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		snprintf(line, sizeof(line), "%s%s:\t", i == 0 ? "" : "\n", keys[i]);
		const char *at = strstr(p, line);
		if (at == NULL)
			harness_fail(__FILE__, __LINE__, "no line %s in its place", keys[i]);
		p = at;
	}
}

static void nothing(int sig)
{
	(void)sig;
}

TEST(status_tells_of_signals)
{
	struct gate gate, ready;
	sigset_t set;

	gate_open(&gate);
	gate_open(&ready);
	pid_t pid = CHILD({
		signal(SIGUSR1, nothing);
		signal(SIGHUP, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGUSR2);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGUSR2);		 /* for the thread */
		kill(getpid(), SIGTERM); /* for the process */
		gate_signal(&ready);
		gate_wait(&gate);
	});
	gate_wait(&ready);
	const char *s = slurp(pid, "status", 4096);
	CHECK_STR(value_of(s, "SigBlk"), "0000000000004800");
	CHECK_STR(value_of(s, "SigPnd"), "0000000000000800");
	CHECK_STR(value_of(s, "ShdPnd"), "0000000000004000");
	CHECK_EQ(strtoul(value_of(s, "SigIgn"), NULL, 16) & 0xffff, 1);
	CHECK_STR(value_of(s, "SigCgt"), "0000000000000200");
	CHECK(number_of(s, "SigQ") >= 2);
	s = slurp(pid, "stat", 4096);
	CHECK_EQ(stat_field(s, 31), 0x800);
	CHECK_EQ(stat_field(s, 32), 0x4800);
	CHECK_EQ(stat_field(s, 33) & 0xffff, 1);
	CHECK_EQ(stat_field(s, 34), 0x200);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

TEST(status_tells_who_it_is)
{
	struct gate gate, ready;
	char want[128];

	gate_open(&gate);
	gate_open(&ready);
	pid_t pid = CHILD({
		umask(027);
		prctl(PR_SET_NAME, "a \\ name");
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		setsid();
		nice(3);
		gate_signal(&ready);
		gate_wait(&gate);
	});
	gate_wait(&ready);
	sleep_ms(20);
	const char *s = slurp(pid, "status", 4096);
	CHECK_STR(value_of(s, "Name"), "a \\\\ name");
	CHECK_STR(value_of(s, "Umask"), "0027");
	CHECK_STR(value_of(s, "State"), "S (sleeping)");
	CHECK_EQ(number_of(s, "Tgid"), pid);
	CHECK_EQ(number_of(s, "Pid"), pid);
	CHECK_EQ(number_of(s, "PPid"), getpid());
	CHECK_EQ(number_of(s, "TracerPid"), 0);
	snprintf(want, sizeof(want), "%d\t%d\t%d\t%d", getuid(), getuid(), getuid(), getuid());
	CHECK_STR(value_of(s, "Uid"), want);
	CHECK_EQ(number_of(s, "NSsid"), pid);
	CHECK_EQ(number_of(s, "NSpgid"), pid);
	CHECK_EQ(number_of(s, "Threads"), 1);
	CHECK_EQ(number_of(s, "NoNewPrivs"), 1);
	CHECK_EQ(number_of(s, "Seccomp"), 0);
	s = slurp(pid, "stat", 4096);
	CHECK(strstr(s, " (a \\ name) S ") != NULL);
	CHECK_EQ(stat_field(s, 4), getpid());
	CHECK_EQ(stat_field(s, 5), pid);
	CHECK_EQ(stat_field(s, 6), pid);
	CHECK_EQ(stat_field(s, 7), 0);
	CHECK_EQ(stat_field(s, 8), (unsigned long)-1);
	CHECK_EQ(stat_field(s, 9) & 0x40, 0x40); /* forked, no exec */
	CHECK_EQ(stat_field(s, 18), 23);
	CHECK_EQ(stat_field(s, 19), 3);
	CHECK_EQ(stat_field(s, 20), 1);
	CHECK_EQ(stat_field(s, 29), 0);
	CHECK_EQ(stat_field(s, 30), 0);
	CHECK_EQ(stat_field(s, 38), SIGCHLD);
	CHECK_EQ(stat_field(s, 40), 0);
	CHECK_EQ(stat_field(s, 41), 0);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

extern char **environ;

TEST(stat_tells_where_things_are)
{
	const char *s = own("stat");
	static int data = 1;
	char *heap = sbrk(0);

	CHECK((unsigned long)(uintptr_t)&data >= stat_field(s, 45));
	CHECK((unsigned long)(uintptr_t)&data < stat_field(s, 46));
	CHECK((unsigned long)(uintptr_t)heap >= stat_field(s, 47));
	CHECK((unsigned long)(uintptr_t)nothing >= stat_field(s, 26));
	CHECK((unsigned long)(uintptr_t)nothing < stat_field(s, 27));
	CHECK((unsigned long)(uintptr_t)&s < stat_field(s, 28));
	CHECK_STR((const char *)stat_field(s, 48) + strlen((const char *)stat_field(s, 48)) -
			  strlen("procpid"),
		  "procpid");
	CHECK_EQ(stat_field(s, 50), (unsigned long)(uintptr_t)environ[0]);
	CHECK_EQ(stat_field(s, 39) < 4096, 1);
	CHECK_EQ(stat_field(s, 52), 0);
}

TEST(sizes_agree)
{
	struct gate gate;
	unsigned long statm[7];

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	sleep_ms(20);
	const char *s = slurp(pid, "statm", 4096);
	CHECK_EQ(sscanf(s, "%lu %lu %lu %lu %lu %lu %lu\n", &statm[0], &statm[1], &statm[2],
			&statm[3], &statm[4], &statm[5], &statm[6]),
		 7);
	s = slurp(pid, "status", 4096);
	CHECK_EQ(number_of(s, "VmSize"), statm[0] * 4);
	CHECK_EQ(number_of(s, "VmRSS"), statm[1] * 4);
	CHECK_EQ(number_of(s, "RssFile") + number_of(s, "RssShmem"), statm[2] * 4);
	CHECK_EQ(number_of(s, "VmRSS"),
		 number_of(s, "RssAnon") + number_of(s, "RssFile") + number_of(s, "RssShmem"));
	CHECK_EQ(statm[4], 0);
	CHECK_EQ(statm[6], 0);
	CHECK(number_of(s, "VmPeak") >= number_of(s, "VmSize"));
	CHECK(number_of(s, "VmHWM") >= number_of(s, "VmRSS"));
	s = slurp(pid, "stat", 4096);
	CHECK_EQ(stat_field(s, 23), statm[0] * PAGE);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

TEST(peak_stays)
{
	char *p = mmap(NULL, MIB(16), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	CHECK_OK(munmap(p, MIB(16)));
	const char *s = own("status");
	/* The rest may have grown a little since. */
	CHECK(number_of(s, "VmPeak") >= number_of(s, "VmSize") + 15 * 1024);
}

/* --- memory --- */

/* The block of smaps that begins with the mapping at p. */
static const char *smaps_of(const void *p)
{
	char start[32];

	snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
	const char *at = strstr(own("smaps"), start);
	CHECK(at != NULL);
	return at;
}

TEST(smaps_count_what_was_touched)
{
	char *around = mmap(NULL, 18 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p = around + PAGE;

	CHECK(around != MAP_FAILED);
	CHECK_OK(mprotect(p, 16 * PAGE, PROT_READ | PROT_WRITE));
	for (int i = 0; i < 5; i++)
		p[2 * (size_t)i * PAGE] = 1;
	(void)*(volatile char *)(p + 15 * PAGE); /* zeroes that are nobody's */
	const char *s = smaps_of(p);
	CHECK_EQ(number_of(s, "Size"), 64);
	CHECK_EQ(number_of(s, "KernelPageSize"), 4);
	CHECK_EQ(number_of(s, "Rss"), 20);
	CHECK_EQ(number_of(s, "Pss"), 20);
	CHECK_EQ(number_of(s, "Private_Dirty"), 20);
	CHECK_EQ(number_of(s, "Private_Clean"), 0);
	CHECK_EQ(number_of(s, "Shared_Clean") + number_of(s, "Shared_Dirty"), 0);
	CHECK_EQ(number_of(s, "Anonymous"), 20);
	CHECK_EQ(number_of(s, "Swap"), 0);
	CHECK_EQ(strncmp(value_of(s, "VmFlags"), "rd wr mr mw me ", 15), 0);
}

TEST(smaps_of_a_file)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char page[PAGE];

	memset(page, 'x', sizeof(page));
	for (int i = 0; i < 8; i++)
		write_all(fd, page, sizeof(page));
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_OK(madvise(p, 8 * PAGE, MADV_RANDOM));
	p[0] = 'y';
	p[3 * PAGE] = 'y';
	const char *s = smaps_of(p);
	CHECK(strstr(s, "/file\n") != NULL);
	CHECK_EQ(number_of(s, "Size"), 32);
	CHECK_EQ(number_of(s, "Anonymous"), 8);
	CHECK(number_of(s, "Rss") >= 8);
	CHECK_EQ(number_of(s, "Rss"), number_of(s, "Shared_Clean") + number_of(s, "Shared_Dirty") +
					      number_of(s, "Private_Clean") +
					      number_of(s, "Private_Dirty"));
}

TEST(smaps_rollup_is_the_sum)
{
	static const char *const keys[] = { "Rss",	    "Anonymous",     "Private_Dirty",
					    "Shared_Clean", "Private_Clean", "Swap" };
	struct gate gate;
	long sum[ARRAY_LEN(keys)] = { 0 };
	char line[64];

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	sleep_ms(20);
	slurp(pid, "smaps", 4096); /* our own pages of the text are ours alone now */
	const char *s = slurp(pid, "smaps", 4096);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		snprintf(line, sizeof(line), "\n%s:", keys[k]);
		for (const char *p = s; (p = strstr(p, line)) != NULL; p++)
			sum[k] += strtol(p + strlen(line), NULL, 10);
	}
	s = slurp(pid, "smaps_rollup", 4096);
	CHECK(strstr(s, "[rollup]\n") != NULL);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		CHECK_EQ(number_of(s, keys[k]), sum[k]);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

/* The line of maps of the mapping that begins at p, behind the addresses. */
static const char *map_at(const void *p)
{
	static char line[512];
	char start[32];

	snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
	const char *at = strstr(own("maps"), start);
	CHECK(at != NULL);
	at = strchr(at, ' ') + 1;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

/* perms, offset, inode and name of a line. */
static void check_map(const char *line, const char *perms, unsigned long off, ino_t ino,
		      const char *name)
{
	char got_perms[8], got_name[256] = "";
	unsigned long got_off, got_ino;
	unsigned major, minor;

	CHECK(sscanf(line, "%7s %lx %x:%x %lu %255[^\n]", got_perms, &got_off, &major, &minor,
		     &got_ino, got_name) >= 5);
	CHECK_STR(got_perms, perms);
	CHECK_EQ(got_off, off);
	CHECK_EQ(got_ino, ino);
	CHECK(strlen(got_name) >= strlen(name));
	CHECK_STR(got_name + strlen(got_name) - strlen(name), name);
}

TEST(maps_of_files)
{
	int fd = open("with space", O_RDWR | O_CREAT, 0600);
	struct stat st;

	CHECK_OK(ftruncate(fd, 4 * (off_t)PAGE));
	CHECK_OK(fstat(fd, &st));
	char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	char *q = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	check_map(map_at(p), "r--s", PAGE, st.st_ino, "/with space");
	check_map(map_at(q), "r-xp", 0, st.st_ino, "/with space");
	CHECK_OK(unlink("with space"));
	check_map(map_at(p), "r--s", PAGE, st.st_ino, "/with space (deleted)");
}

TEST(maps_of_memory_without_a_name)
{
	struct stat st;
	int fd = (int)syscall(SYS_memfd_create, "some", 0);
	char *p, *q;

	CHECK_OK(ftruncate(fd, PAGE));
	CHECK_OK(fstat(fd, &st));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check_map(map_at(p), "rw-s", 0, st.st_ino, "/memfd:some (deleted)");
	q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(strstr(map_at(q), "/dev/zero (deleted)") != NULL);
	CHECK_EQ(strncmp(map_at(q), "rw-s 00000000 ", 14), 0);
}

TEST(maps_name_the_heap)
{
	long brk = syscall(SYS_brk, 0);

	CHECK_EQ(syscall(SYS_brk, brk + 3 * (long)PAGE), brk + 3 * (long)PAGE);
	CHECK(strstr(own("maps"), "[heap]\n") != NULL);
}

TEST(mem_is_the_memory)
{
	static char secret[] = "open sesame";
	char got[sizeof(secret)];
	int fd = open("/proc/self/mem", O_RDWR);

	CHECK_OK(fd);
	CHECK_EQ(pread(fd, got, sizeof(got), (off_t)(uintptr_t)secret), sizeof(got));
	CHECK_STR(got, secret);
	CHECK_EQ(pwrite(fd, "OPEN", 4, (off_t)(uintptr_t)secret), 4);
	CHECK_STR(secret, "OPEN sesame");
	CHECK_ERR(pread(fd, got, 1, (off_t)PAGE), EIO);
}

/* --- descriptors --- */

static const char *fdinfo(int fd)
{
	char name[64];

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	return own(name);
}

static const char *fdlink(int fd)
{
	static char to[256];
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(path, to, sizeof(to) - 1);
	CHECK(n > 0);
	to[n] = '\0';
	return to;
}

TEST(fdinfo_of_an_eventfd)
{
	int fd = eventfd(31, EFD_SEMAPHORE);

	CHECK_STR(fdlink(fd), "anon_inode:[eventfd]");
	CHECK(strstr(fdinfo(fd), "\neventfd-count:               1f\n") != NULL);
	CHECK_EQ(number_of(fdinfo(fd), "eventfd-semaphore"), 1);
	CHECK_STR(value_of(fdinfo(fd), "flags"), "02");
}

TEST(fdinfo_of_an_epoll_set)
{
	int fd = epoll_create1(EPOLL_CLOEXEC), watched = eventfd(0, 0);
	struct epoll_event ev = { EPOLLIN | EPOLLET, { .u64 = 0x1234abcd } };
	char want[128];

	CHECK_OK(epoll_ctl(fd, EPOLL_CTL_ADD, watched, &ev));
	CHECK_STR(fdlink(fd), "anon_inode:[eventpoll]");
	snprintf(want, sizeof(want),
		 "\ntfd: %8d events: 80000019 data:         1234abcd  pos:0 ino:", watched);
	CHECK(strstr(fdinfo(fd), want) != NULL);
	CHECK_STR(value_of(fdinfo(fd), "flags"), "02000002");
}

TEST(fdinfo_of_a_timerfd)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec it = { { 1, 500 }, { 100, 0 } };

	CHECK_OK(timerfd_settime(fd, 0, &it, NULL));
	CHECK_STR(fdlink(fd), "anon_inode:[timerfd]");
	CHECK_EQ(number_of(fdinfo(fd), "clockid"), CLOCK_MONOTONIC);
	CHECK_EQ(number_of(fdinfo(fd), "ticks"), 0);
	CHECK_EQ(strncmp(value_of(fdinfo(fd), "it_value"), "(99, 99", 7), 0);
	CHECK_STR(value_of(fdinfo(fd), "it_interval"), "(1, 500)");
}

TEST(fdinfo_of_a_signalfd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGRTMAX);
	int fd = signalfd(-1, &set, 0);
	CHECK_STR(fdlink(fd), "anon_inode:[signalfd]");
	CHECK_STR(value_of(fdinfo(fd), "sigmask"), "8000000000000002");
}

TEST(fdinfo_tells_of_locks)
{
	int fd = open("lock", O_RDWR | O_CREAT, 0600);
	struct flock fl = { .l_type = F_WRLCK, .l_start = 5, .l_len = 10 };
	struct stat st;
	char want[128];

	CHECK_OK(fstat(fd, &st));
	CHECK_OK(flock(fd, LOCK_EX));
	CHECK_OK(fcntl(fd, F_SETLK, &fl));
	fl = (struct flock){ .l_type = F_RDLCK, .l_start = 100 };
	CHECK_OK(fcntl(fd, F_OFD_SETLK, &fl));
	const char *s = fdinfo(fd);
	snprintf(want, sizeof(want), "lock:\t1: FLOCK  ADVISORY  WRITE %d ", getpid());
	CHECK(strstr(s, want) != NULL);
	snprintf(want, sizeof(want), "lock:\t2: POSIX  ADVISORY  WRITE %d ", getpid());
	CHECK(strstr(s, want) != NULL);
	snprintf(want, sizeof(want), ":%lu 5 14\n", (unsigned long)st.st_ino);
	CHECK(strstr(s, want) != NULL);
	CHECK(strstr(s, "lock:\t3: OFDLCK ADVISORY  READ -1 ") != NULL);
	CHECK(strstr(s, " 100 EOF\n") != NULL);
	s = read_file("/proc/locks");
	CHECK(strstr(s, ": OFDLCK ADVISORY  READ -1 ") != NULL);
	CHECK(strstr(s, want) != NULL);
}

/* --- limits, numbers that are written --- */

TEST(limits_are_those_that_were_set)
{
	struct rlimit lim = { 10, 20 };

	CHECK_OK(setrlimit(RLIMIT_CPU, &lim));
	lim = (struct rlimit){ 12345, RLIM_INFINITY };
	CHECK_OK(setrlimit(RLIMIT_FSIZE, &lim));
	const char *s = own("limits");
	CHECK_EQ(
		strncmp(s,
			"Limit                     Soft Limit           Hard Limit           Units     \n",
			79),
		0);
	CHECK(strstr(s,
		     "\nMax cpu time              10                   20                   seconds   \n") !=
	      NULL);
	CHECK(strstr(s,
		     "\nMax file size             12345                unlimited            bytes     \n") !=
	      NULL);
}

static int put(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return -1;
	int n = (int)write(fd, what, strlen(what));
	int err = errno;
	close(fd);
	errno = err;
	return n;
}

TEST(oom_score_adj_is_kept_and_inherited)
{
	CHECK_OK(put("/proc/self/oom_score_adj", "500\n"));
	CHECK_STR(own("oom_score_adj"), "500\n");
	pid_t pid = CHILD(CHECK_STR(own("oom_score_adj"), "500\n"));
	CHECK_EXITED(pid, 0);
	CHECK_ERR(put("/proc/self/oom_score_adj", "1001"), EINVAL);
	CHECK_ERR(put("/proc/self/oom_score_adj", "-1001"), EINVAL);
	CHECK_ERR(put("/proc/self/oom_score_adj", "x"), EINVAL);
	CHECK_ERR(put("/proc/self/oom_score_adj", "1 2"), EINVAL);
	CHECK_OK(put("/proc/self/oom_score_adj", "600"));
	CHECK_STR(own("oom_score_adj"), "600\n");
	CHECK_ERR(put("/proc/self/oom_score", "1"), getuid() == 0 ? EINVAL : EACCES);
}

TEST(oom_adj_is_the_same_in_other_numbers)
{
	CHECK_OK(put("/proc/self/oom_adj", "5"));
	CHECK_STR(own("oom_adj"), "4\n");
	CHECK_STR(own("oom_score_adj"), "294\n");
	CHECK_OK(put("/proc/self/oom_adj", "15"));
	CHECK_STR(own("oom_adj"), "15\n");
	CHECK_STR(own("oom_score_adj"), "1000\n");
	CHECK_ERR(put("/proc/self/oom_adj", "16"), EINVAL);
	CHECK_ERR(put("/proc/self/oom_adj", "-18"), EINVAL);
	CHECK_ERR(put("/proc/self/oom_adj", "x"), EINVAL);
}

/* Nobody has logged in here, or on the host somebody; root may say who. */
TEST(login_uid_is_kept_and_inherited)
{
	CHECK_OK(put("/proc/self/loginuid", "1000"));
	CHECK_STR(own("loginuid"), "1000");
	CHECK(strcmp(own("sessionid"), "4294967295") != 0);
	CHECK_EXITED(CHILD(CHECK_STR(own("loginuid"), "1000")), 0);
	CHECK_EXITED(CHILD(CHECK_OK(put("/proc/self/loginuid", "1001"))), 0);
	CHECK_STR(own("loginuid"), "1000");
	CHECK_ERR(put("/proc/self/loginuid", "x"), EINVAL);
	CHECK_ERR(put("/proc/self/loginuid", "-1"), EINVAL);
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/loginuid", getppid());
	CHECK_ERR(put(path, "1000"), EPERM);
	CHECK_OK(put("/proc/self/loginuid", "4294967295"));
	CHECK_STR(own("sessionid"), "4294967295");
}

/* pam_loginuid does it before it writes. */
TEST(cutting_off_a_file_of_proc_does_nothing)
{
	int fd = open("/proc/self/comm", O_RDWR);

	CHECK(fd >= 0);
	CHECK_OK(ftruncate(fd, 0));
	CHECK_OK(ftruncate(fd, 100));
	CHECK_OK(truncate("/proc/self/comm", 0));
	CHECK_EQ(write(fd, "new", 3), 3);
	CHECK_STR(own("comm"), "new\n");
	close(fd);
}

ROLE(say_most)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_maxrss >= 16 << 10 ? 0 : 1;
}

static long most_resident(void)
{
	return number_of(own("status"), "VmHWM");
}

static void use(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memset(p, 1, len);
	CHECK_OK(munmap(p, len));
}

/* VmHWM and ru_maxrss remember memory that has gone; clear_refs makes VmHWM forget it, and exec too,
 * but not ru_maxrss. */
TEST(most_resident_memory)
{
	struct rusage ru;
	long before = most_resident();

	use(MIB(16));
	CHECK(most_resident() >= before + (15 << 10));
	CHECK(number_of(own("status"), "VmRSS") < before + (8 << 10));
	CHECK_OK(getrusage(RUSAGE_SELF, &ru));
	CHECK(ru.ru_maxrss >= before + (15 << 10));
	CHECK_ERR(put("/proc/self/clear_refs", "0"), EINVAL);
	CHECK_ERR(put("/proc/self/clear_refs", "6"), EINVAL);
	CHECK_OK(put("/proc/self/clear_refs", "1"));
	CHECK(most_resident() >= before + (15 << 10));
	CHECK_OK(put("/proc/self/clear_refs", "5"));
	CHECK(most_resident() < before + (8 << 10));
	CHECK_EXITED(CHILD(use(MIB(24)); execl(self_path(), self_path(), "@say_most", NULL)), 0);
	CHECK_OK(getrusage(RUSAGE_CHILDREN, &ru));
	CHECK(ru.ru_maxrss >= 24 << 10);
	CHECK(ru.ru_maxrss < 48 << 10);
}

TEST(io_counts_bytes_and_calls)
{
	char buf[1000];
	int fd = open("/dev/zero", O_RDWR);

	long before = number_of(own("io"), "rchar"), calls = number_of(text, "syscr");
	long written = number_of(text, "wchar");
	size_t self = strlen(text);
	CHECK_EQ(read(fd, buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(write(fd, buf, 77), 77);
	CHECK_EQ(number_of(own("io"), "rchar") - before, sizeof(buf) + self);
	CHECK_EQ(number_of(text, "syscr") - calls, 3); /* with the two of the first look */
	CHECK_EQ(number_of(text, "wchar") - written, 77);
}

TEST(personality_is_shown)
{
	CHECK_STR(own("personality"), "00000000\n");
	CHECK_OK(personality(ADDR_NO_RANDOMIZE));
	CHECK_STR(own("personality"), "00040000\n");
}

TEST(schedstat_has_three_numbers)
{
	unsigned long a, b, c;

	CHECK_EQ(sscanf(own("schedstat"), "%lu %lu %lu\n", &a, &b, &c), 3);
}

/* --- threads --- */

static struct gate thread_gate, thread_ready;
static pid_t thread_tid;

static void *thread_main(void *arg)
{
	thread_tid = (pid_t)syscall(SYS_gettid);
	prctl(PR_SET_NAME, "second");
	gate_signal(&thread_ready);
	gate_wait(&thread_gate);
	return arg;
}

TEST(threads_have_folders)
{
	pthread_t thread;
	char name[64], path[64];
	int seen = 0, others = 0;
	struct dirent *e;

	gate_open(&thread_gate);
	gate_open(&thread_ready);
	CHECK_EQ(pthread_create(&thread, NULL, thread_main, NULL), 0);
	gate_wait(&thread_ready);
	snprintf(name, sizeof(name), "task/%d/comm", thread_tid);
	CHECK_STR(own(name), "second\n");
	CHECK_STR(own("comm"), "procpid\n");
	CHECK_EQ(number_of(own("status"), "Threads"), 2);
	CHECK_EQ(stat_field(own("stat"), 20), 2);
	snprintf(name, sizeof(name), "task/%d/status", thread_tid);
	CHECK_EQ(number_of(own(name), "Tgid"), getpid());
	CHECK_EQ(number_of(text, "Pid"), thread_tid);
	DIR *d = opendir("/proc/self/task");
	while ((e = readdir(d)) != NULL) {
		seen += atoi(e->d_name) == thread_tid || atoi(e->d_name) == getpid();
		others += e->d_name[0] != '.';
	}
	CHECK_EQ(seen, 2);
	CHECK_EQ(others, 2);
	closedir(d);
	/* Another thread's name may be set by its siblings; a folder of its own has it too. */
	snprintf(path, sizeof(path), "/proc/%d/comm", thread_tid);
	CHECK_OK(put(path, "renamed"));
	snprintf(name, sizeof(name), "task/%d/comm", thread_tid);
	CHECK_STR(own(name), "renamed\n");
	gate_signal(&thread_gate);
	pthread_join(thread, NULL);
	snprintf(path, sizeof(path), "/proc/self/task/%d", thread_tid);
	for (int i = 0; i < 100 && access(path, F_OK) == 0; i++)
		sleep_ms(10);
	CHECK_ERR(access(path, F_OK), ENOENT);
}

TEST(children_are_listed)
{
	char name[64], want[64];
	struct gate gate;

	gate_open(&gate);
	pid_t a = CHILD(gate_wait(&gate)), b = CHILD(gate_wait(&gate));
	snprintf(name, sizeof(name), "task/%d/children", getpid());
	snprintf(want, sizeof(want), "%d %d ", a, b);
	if (access("/proc/thread-self/children", F_OK) == 0)
		CHECK_STR(own(name), want);
	gate_signal(&gate);
	gate_signal(&gate);
	CHECK_EXITED(a, 0);
	CHECK_EXITED(b, 0);
}

/* --- who may look --- */

TEST(others_see_only_so_much)
{
	static const char *const closed[] = { "environ", "auxv", "maps",    "smaps",
					      "mem",	 "io",	 "syscall", "personality" };
	char path[64], buf[64];
	pid_t me = getpid();

	if (getuid() != 0)
		harness_skip("needs root");
	pid_t pid = CHILD({
		CHECK_OK(setgid(65534));
		CHECK_OK(setuid(65534));
		for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
			snprintf(path, sizeof(path), "/proc/%d/%s", me, closed[i]);
			CHECK_ERR(open(path, O_RDONLY), EACCES);
		}
		snprintf(path, sizeof(path), "/proc/%d/exe", me);
		CHECK_ERR(readlink(path, buf, sizeof(buf)), EACCES);
		snprintf(path, sizeof(path), "/proc/%d/cwd", me);
		CHECK_ERR(readlink(path, buf, sizeof(buf)), EACCES);
		CHECK_ERR(open(path, O_RDONLY), EACCES);
		snprintf(path, sizeof(path), "/proc/%d/fd", me);
		CHECK_ERR(open(path, O_RDONLY), EACCES);
		snprintf(path, sizeof(path), "/proc/%d/fd/0", me);
		CHECK_ERR(readlink(path, buf, sizeof(buf)), EACCES);
		snprintf(path, sizeof(path), "/proc/%d/comm", me);
		CHECK_ERR(open(path, O_WRONLY), EACCES);
		snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", me);
		CHECK_ERR(open(path, O_WRONLY), EACCES);
		CHECK_EQ(number_of(slurp(me, "status", 4096), "Pid"), me);
		CHECK_STR(slurp(me, "cmdline", 4096) + strlen(text) - 7, "procpid");
		CHECK_STR(slurp(me, "wchan", 4096), "0");
		/* addresses are no secret of one's own, but of others */
		CHECK_EQ(stat_field(slurp(me, "stat", 4096), 26), 1);
		CHECK_EQ(stat_field(text, 28), 0);
		CHECK_EQ(stat_field(text, 47), 0);
	});
	CHECK_EXITED(pid, 0);
}

/* --- the end of things --- */

TEST(exe_of_a_deleted_program)
{
	char to[PATH_MAX], want[PATH_MAX], path[64];
	struct gate gate, ready;
	char buf[65536];
	ssize_t n;

	int from = open(self_path(), O_RDONLY), fd = open("prog", O_WRONLY | O_CREAT, 0700);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		write_all(fd, buf, (size_t)n);
	close(from);
	close(fd);
	gate_open(&gate);
	gate_open(&ready);
	pid_t pid = CHILD({
		dup2(ready.fd[1], 10);
		dup2(gate.fd[0], 11);
		execl("prog", "prog", "@linger", NULL);
	});
	gate_wait(&ready);
	CHECK_OK(unlink("prog"));
	CHECK(getcwd(want, sizeof(want) - 20) != NULL);
	strcat(want, "/prog (deleted)");
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, to, sizeof(to) - 1);
	CHECK(n > 0);
	to[n] = '\0';
	CHECK_STR(to, want);
	fd = open(path, O_RDONLY); /* the file itself is still there */
	CHECK_OK(fd);
	CHECK_EQ(read(fd, buf, 4), 4);
	CHECK_EQ(memcmp(buf, "\177ELF", 4), 0);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

ROLE(linger)
{
	char c;

	write_all(10, "x", 1);
	return read(11, &c, 1) == 1 ? 0 : 1;
}

TEST(files_of_a_process_that_ends)
{
	static const char *const names[] = {
		"status",  "stat", "statm", "limits", "comm",
		"cmdline", "maps", "io",    "wchan",  "oom_score_adj"
	};
	int fds[ARRAY_LEN(names)];
	char path[64], buf[64];
	struct gate gate;

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		fds[i] = open(path, O_RDONLY);
		CHECK_OK(fds[i]);
	}
	snprintf(path, sizeof(path), "/proc/%d", pid);
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	CHECK_OK(dir);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		CHECK_ERR(read(fds[i], buf, sizeof(buf)), ESRCH);
	CHECK_ERR(openat(dir, "fd", O_RDONLY), ESRCH);
}
