/* runner.c: executes the tests of a plan (see plan.h), on Linux and in the guest.
 *
 *	runner [-m PATTERNS] PLAN FIRST STRIDE FACTOR
 *
 * Of the tests that match, FIRST, FIRST + STRIDE ... are run, their time limits multiplied by FACTOR. Each has a
 * session, a scratch folder and fresh signals of its own, and is started by vfork and exec.
 *
 * After a test everything that it left is killed and removed.  Then the counters of /proc/flatshare
 * must be what they were before.  A program's first run may leave something for good (a page
 * of patched text, a directory entry of a device), so a test after which something is missing is
 * run again, up to five times: only what is missing each time is lost.
 */
#define _GNU_SOURCE
#include "plan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCRATCH "/tmp/scratch"
#define OUT	"/tmp/.out"
#define ERR	"/tmp/.err"

enum { SETTLE_STEPS = 60, SETTLE_MS = 5, LOST_RUNS = 6 };

/* The counters that a finished test must leave as they were; of slabs, all.  To the free pages those
 * are added that hold objects: a few objects lie on few or on many pages, as it comes. */
static const char *const kept[] = { "free_pages", "tasks",  "procs",	"views", "windows", "vmas",
				    "files",	  "inodes", "dentries", "pipes", "timers" };
enum { COUNTERS = 200 };

struct counters {
	int count;
	struct {
		char name[48];
		long long value;
	} item[COUNTERS];
};

struct test {
	char line[PLAN_LINE];
	char *name, *argv[PLAN_ARGS];
	int limit;
};

static char *const environment[] = { "PATH=/bin:/sbin:/usr/bin:/usr/sbin",
				     "HOME=/tmp",
				     "TERM=dumb",
				     "USER=root",
				     "LOGNAME=root",
				     "PWD=" SCRATCH,
				     NULL };

static void write_out(const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(1, p, len);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			_exit(3);
		p += n;
		len -= (size_t)n;
	}
}

static void frame(const char *kind, const void *data, size_t len)
{
	char head[64];
	int head_len = snprintf(head, sizeof(head), "@%s %zu\n", kind, len);

	write_out(head, (size_t)head_len);
	write_out(data, len);
	write_out("\n", 1);
}

static void frame_text(const char *kind, const char *text)
{
	frame(kind, text, strlen(text));
}

/* A file that nobody writes any more, without memory of our own: that is counted. */
static void frame_file(const char *kind, const char *path)
{
	static char data[16384];
	char head[64];
	struct stat st = { 0 };
	size_t left;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		fstat(fd, &st);
	left = (size_t)st.st_size;
	write_out(head, (size_t)snprintf(head, sizeof(head), "@%s %zu\n", kind, left));
	while (left > 0) {
		ssize_t n = read(fd, data, left < sizeof(data) ? left : sizeof(data));

		if (n <= 0) {
			n = (ssize_t)(left < sizeof(data) ? left : sizeof(data));
			memset(data, '?', (size_t)n);
		}
		write_out(data, (size_t)n);
		left -= (size_t)n;
	}
	write_out("\n", 1);
	if (fd >= 0)
		close(fd);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static int parse(struct test *test, const char *line)
{
	char *save, *word;
	int n = 0;

	snprintf(test->line, sizeof(test->line), "%s", line);
	test->name = strtok_r(test->line, " \t\n", &save);
	word = strtok_r(NULL, " \t\n", &save);
	if (test->name == NULL || word == NULL)
		return -1;
	test->limit = atoi(word);
	while (n < PLAN_ARGS - 1 && (word = strtok_r(NULL, " \t\n", &save)) != NULL)
		test->argv[n++] = word;
	test->argv[n] = NULL;
	return n > 0 ? 0 : -1;
}

struct dirent64_head {
	uint64_t ino;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* Remove all below the folder `name` of `dir`, and it.  No memory is allocated for it. */
static bool remove_below(int dir, const char *name)
{
	char entries[1024] __attribute__((aligned(8)));
	bool removed = true;
	long len, at;
	int fd;

	if (unlinkat(dir, name, 0) == 0)
		return true;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (removed) { /* once more, as long as there was something */
		removed = false;
		lseek(fd, 0, SEEK_SET);
		while ((len = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
			for (at = 0; at < len;) {
				struct dirent64_head *e = (void *)(entries + at);

				at += e->size;
				if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
					continue;
				removed |= remove_below(fd, e->name);
			}
		}
	}
	close(fd);
	return unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

static void remove_tree(const char *path)
{
	remove_below(AT_FDCWD, path);
}

/* The stack that a deep tree needs is touched once, so that it does not count later. */
static void touch_stack(void)
{
	volatile char block[128 << 10];
	size_t i;

	for (i = 0; i < sizeof(block); i += 1024)
		block[i] = 1;
}

/* Kill whoever is left, and wait for all.  We are pid 1 or the reaper of all descendants. */
static int kill_children(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int killed = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[300], stat[512], *p;
		ssize_t len;
		int fd;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		len = read(fd, stat, sizeof(stat) - 1);
		close(fd);
		stat[len > 0 ? len : 0] = '\0';
		p = strrchr(stat, ')');
		if (p != NULL && atoi(p + 4) == getpid()) {
			kill(atoi(entry->d_name), SIGKILL);
			killed++;
		}
	}
	if (dir != NULL)
		closedir(dir);
	return killed;
}

static void reap_all(void)
{
	long long end = now_ms() + 10000;
	pid_t pid;

	for (;;) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0 || now_ms() > end)
			return;
		if (getpid() == 1)
			kill(-1, SIGKILL);
		else
			kill_children();
		sleep_ms(1);
	}
}

static void start_child(const struct test *test)
{
	int null = open("/dev/null", O_RDONLY);
	int out = open(OUT, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	int err = open(ERR, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	setsid();
	if (chdir(SCRATCH) < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(125);
	if (null > 2)
		close(null);
	if (out > 2)
		close(out);
	if (err > 2)
		close(err);
	execve(test->argv[0], test->argv, environment);
	_exit(127);
}

/* A mount that a test has left, or was killed with, keeps its folder there for the next one. */
static void detach_mounts(void)
{
	static char text[16384];
	int fd = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	char *line, *next, *place;

	text[len < 0 ? 0 : len] = '\0';
	for (line = text; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next == '\n')
			*next++ = '\0';
		place = line + strcspn(line, " ");
		place += *place == ' ';
		place[strcspn(place, " ")] = '\0';
		if (strncmp(place, SCRATCH "/", strlen(SCRATCH "/")) == 0)
			umount2(place, MNT_DETACH);
	}
	if (fd >= 0)
		close(fd);
}

static void make_scratch(void)
{
	remove_tree(SCRATCH);
	if (mkdir(SCRATCH, 0755) == 0)
		return;
	detach_mounts();
	remove_tree(SCRATCH);
	mkdir(SCRATCH, 0755);
}

/* Run it and leave the text of its status. */
static void run_once(const struct test *test, int limit_ms, char *status, size_t size)
{
	long long end;
	int code;
	volatile long wait_us = 200; /* lives across vfork */
	pid_t pid;

	make_scratch();
	pid = vfork();
	if (pid == 0)
		start_child(test);
	if (pid < 0) {
		snprintf(status, size, "vfork: %s", strerror(errno));
		return;
	}
	end = now_ms() + limit_ms;
	for (;;) {
		struct timespec ts = { 0, wait_us * 1000 };
		pid_t got = waitpid(pid, &code, WNOHANG);

		if (got == pid || got < 0)
			break;
		if (now_ms() > end) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			waitpid(pid, &code, 0);
			snprintf(status, size, "timeout");
			return;
		}
		nanosleep(&ts, NULL);
		if (wait_us < 10000)
			wait_us += wait_us / 4;
	}
	if (WIFSIGNALED(code))
		snprintf(status, size, "signal %d", WTERMSIG(code));
	else
		snprintf(status, size, "exit %d", WEXITSTATUS(code));
}

static bool is_kept(const char *name)
{
	size_t i;

	if (strncmp(name, "slab_", 5) == 0)
		return true;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcmp(name, kept[i]) == 0)
			return true;
	return false;
}

static int read_counters(struct counters *c)
{
	static char text[32768];
	char *line, *save;
	ssize_t n;
	size_t len = 0;
	int fd = open("/proc/flatshare", O_RDONLY | O_CLOEXEC);

	c->count = 0;
	if (fd < 0)
		return -1;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		if (colon == NULL || c->count == COUNTERS)
			continue;
		*colon = '\0';
		if (strcmp(line, "object_pages") == 0 && c->count > 0)
			c->item[0].value += atoll(colon + 1); /* free_pages is the first */
		if (!is_kept(line))
			continue;
		snprintf(c->item[c->count].name, sizeof(c->item[0].name), "%.47s", line);
		c->item[c->count++].value = atoll(colon + 1);
	}
	return c->count > 0 ? 0 : -1;
}

/* Wait until the counters are what they were.  => the number of those that are not, described. */
static int compare_counters(const struct counters *before, char *text, size_t size)
{
	static struct counters now;
	int step, i, lost = 0;
	size_t len;

	for (step = 0; step < SETTLE_STEPS; step++) {
		if (read_counters(&now) < 0)
			return 0;
		lost = 0;
		len = 0;
		text[0] = '\0';
		for (i = 0; i < now.count && i < before->count; i++) {
			if (now.item[i].value == before->item[i].value || len > size - 100)
				continue;
			lost++;
			len += (size_t)snprintf(text + len, size - len, "%s: %lld, was %lld\n",
						now.item[i].name, now.item[i].value,
						before->item[i].value);
		}
		if (lost == 0)
			return 0;
		sleep_ms(SETTLE_MS);
	}
	return lost;
}

static void run_test(const struct test *test, int factor)
{
	static struct counters before;
	long long start = now_ms();
	char status[64], again[64], lost[2048], end[PLAN_LINE + 32];
	int run, counted;

	frame_text("begin", test->name);
	remove_tree(SCRATCH);
	remove(OUT);
	remove(ERR);
	counted = read_counters(&before) == 0;
	run_once(test, test->limit * factor * 1000, status, sizeof(status));
	reap_all();
	frame_file("out", OUT);
	frame_file("err", ERR);
	for (run = 1; counted; run++) {
		remove_tree(SCRATCH);
		remove(OUT);
		remove(ERR);
		if (compare_counters(&before, lost, sizeof(lost)) == 0)
			break;
		if (run == LOST_RUNS) {
			frame_text("lost", lost);
			break;
		}
		read_counters(&before);
		run_once(test, test->limit * factor * 1000, again, sizeof(again));
		reap_all();
	}
	frame_text("status", status);
	snprintf(end, sizeof(end), "%s %lld", test->name, now_ms() - start);
	frame_text("end", end);
}

/* The system keeps a record of each of the last forks: have all of these taken. */
static void fill_fork_records(void)
{
	int i;

	if (access("/proc/flatshare", F_OK) < 0)
		return;
	for (i = 0; i < 200; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void set_limit(int which, rlim_t soft)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) < 0)
		return;
	limit.rlim_cur = soft;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < soft)
		limit.rlim_cur = limit.rlim_max;
	setrlimit(which, &limit);
}

/* By the system call: the library would not let us touch the signals that it uses itself, and whoever
 * started us may have them ignored. */
static void default_action(int signal_number)
{
	static const unsigned long action[4]; /* SIG_DFL, no flags, no restorer, no mask */

	syscall(SYS_rt_sigaction, signal_number, action, NULL, sizeof(action[0]));
}

int main(int argc, char **argv)
{
	static struct test test;
	char line[PLAN_LINE];
	const char *patterns = NULL;
	int first, stride, factor, fd, signal_number, i = 0;
	sigset_t none;
	FILE *plan;

	if (argc == 7 && strcmp(argv[1], "-m") == 0) {
		patterns = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 5 || (plan = fopen(argv[1], "re")) == NULL) {
		fprintf(stderr, "usage: runner [-m PATTERNS] PLAN FIRST STRIDE FACTOR\n");
		return 2;
	}
	for (fd = 3; fd < 256; fd++)
		if (fd != fileno(plan))
			close(fd);
	first = atoi(argv[2]);
	stride = atoi(argv[3]);
	factor = atoi(argv[4]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (signal_number = 1; signal_number < 65; signal_number++)
		default_action(signal_number);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	set_limit(RLIMIT_STACK, 8 << 20);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NOFILE, 1024);
	fill_fork_records();
	touch_stack();
	mkdir("/tmp", 01777);
	while (fgets(line, sizeof(line), plan) != NULL) {
		int index;

		if (!plan_wants(line, patterns))
			continue;
		index = i++;
		if (index >= first && (index - first) % stride == 0 && parse(&test, line) == 0)
			run_test(&test, factor);
	}
	remove_tree(SCRATCH);
	frame("done", "", 0);
	return 0;
}
