/* procfs.c: what /proc says of processes, where any program may rely on it. */
#include "harness.h"

#include <dirent.h>

static const char *proc_text(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return read_file(path);
}

/* The fields of a stat file after the name, which may hold anything. */
static int stat_fields(const char *text, char *state, long *field, int max)
{
	const char *p = strrchr(text, ')');
	int n = 0;

	CHECK(p != NULL);
	*state = p[2];
	p += 3;
	while (n < max && *p == ' ') {
		char *end;
		field[n++] = (long)strtoull(p, &end, 10);
		p = end;
	}
	CHECK_STR(p, "\n");
	return n;
}

TEST(self_is_the_reader)
{
	char text[64], want[64];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	CHECK(n > 0);
	text[n] = '\0';
	snprintf(want, sizeof(want), "%d", (int)getpid());
	CHECK_STR(text, want);
	n = readlink("/proc/thread-self", text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	snprintf(want, sizeof(want), "%d/task/%d", (int)getpid(), (int)getpid());
	CHECK_STR(text, want);
}

TEST(stat_has_52_fields)
{
	long field[64];
	char state;

	CHECK_EQ(stat_fields(proc_text(getpid(), "stat"), &state, field, 64), 49);
	CHECK_EQ(state, 'R');
	CHECK_EQ(field[0], getppid());
	CHECK_EQ(field[1], getpgrp());
	CHECK_EQ(field[2], getsid(0));
	CHECK_EQ(field[16], 1); /* threads */
}

TEST(a_zombie_has_a_name_and_no_memory)
{
	pid_t pid = CHILD();
	siginfo_t info;
	long field[64];
	char state, path[64];

	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	const char *text = proc_text(pid, "stat");
	CHECK(strstr(text, "(procfs) Z ") != NULL);
	CHECK_EQ(stat_fields(text, &state, field, 64), 49);
	CHECK_EQ(field[0], getpid());
	CHECK_STR(proc_text(pid, "cmdline"), "");
	CHECK_STR(proc_text(pid, "maps"), "");
	CHECK(strstr(proc_text(pid, "status"), "State:\tZ (zombie)\n") != NULL);
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	CHECK_ERR(readlink(path, &state, 1), ENOENT);
	CHECK_EXITED(pid, 0);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	CHECK_ERR(access(path, F_OK), ENOENT);
}

TEST(an_open_file_does_not_hold_a_process)
{
	char path[64];
	struct gate gate;

	gate_open(&gate);
	pid_t pid = CHILD(gate_wait(&gate));
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	int fd = open(path, O_RDONLY);
	CHECK_OK(fd);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_ERR(read(fd, path, sizeof(path)), ESRCH);
}

TEST(cmdline_and_environ_are_the_process_s_own_memory)
{
	pid_t pid = CHILD(execle("/proc/self/exe", "procfs", "@show", "a b", "", NULL,
				 (char *[]){ "X=1", "YY=22", NULL }));

	CHECK_EXITED(pid, 0);
}

ROLE(show)
{
	char buf[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY);
	size_t n = read_all(fd, buf, sizeof(buf));

	CHECK_EQ(n, sizeof("procfs\0@show\0a b\0"));
	CHECK_EQ(memcmp(buf, "procfs\0@show\0a b\0", n), 0);
	fd = open("/proc/self/environ", O_RDONLY);
	n = read_all(fd, buf, sizeof(buf));
	CHECK_EQ(n, sizeof("X=1\0YY=22"));
	CHECK_EQ(memcmp(buf, "X=1\0YY=22", n), 0);
	return 0;
}

/* The line of maps that holds an address.  => its part behind the addresses, or NULL */
static const char *map_of(const void *p)
{
	static char line[512];
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	int used;

	while (fgets(line, sizeof(line), f) != NULL) {
		CHECK_EQ(sscanf(line, "%lx-%lx %n", &start, &end, &used), 2);
		if ((unsigned long)p >= start && (unsigned long)p < end) {
			fclose(f);
			return line + used;
		}
	}
	fclose(f);
	return NULL;
}

TEST(maps_show_what_is_mapped)
{
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static int data;

	CHECK(p != MAP_FAILED);
	CHECK_EQ(strncmp(map_of(p), "r--p 00000000 00:00 0 ", 22), 0);
	CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	CHECK_EQ(strncmp(map_of(p + PAGE), "rw-p ", 5), 0);
	CHECK_OK(munmap(p, 3 * PAGE));
	CHECK(map_of(p) == NULL);
	CHECK_EQ(strncmp(map_of(&data), "rw-p ", 5), 0);
	CHECK(strstr(map_of(&p), "[stack]\n") != NULL);
	CHECK(strstr(map_of((void *)proc_text), "r-xp ") != NULL);
	CHECK(strstr(map_of((void *)proc_text), "/procfs\n") != NULL);
}

TEST(fd_opens_the_same_pipe_again)
{
	char path[64], text[64];
	int fds[2];
	char c = 0;

	CHECK_OK(pipe(fds));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	ssize_t n = readlink(path, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	CHECK_EQ(strncmp(text, "pipe:[", 6), 0);
	int again = open(path, O_WRONLY);
	CHECK_OK(again);
	CHECK_EQ(write(again, "x", 1), 1);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'x');
}

TEST(fd_opens_a_deleted_file_again)
{
	char path[64], text[256], c;
	int fd = open("gone", O_RDWR | O_CREAT, 0600);

	CHECK_OK(fd);
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_OK(unlink("gone"));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(path, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	CHECK(strstr(text, "/gone (deleted)") != NULL);
	int again = open(path, O_RDONLY);
	CHECK_OK(again);
	CHECK_EQ(read(again, &c, 1), 1); /* an offset of its own */
	CHECK_EQ(c, 'a');
}

TEST(fd_lists_what_is_open)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int fd = open("/", O_RDONLY), seen = 0;
	struct stat st;
	char path[300];

	CHECK(d != NULL);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' && atoi(e->d_name) == fd)
			seen++;
	}
	CHECK_EQ(seen, 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_OK(lstat(path, &st));
	CHECK_EQ(st.st_mode, S_IFLNK | 0500);
	CHECK_EQ(st.st_size, 64);
	close(fd);
	CHECK_ERR(lstat(path, &st), ENOENT);
}

TEST(fdinfo_tells_the_offset)
{
	char path[64];
	int fd = open(self_path(), O_RDONLY | O_CLOEXEC);

	CHECK_EQ(lseek(fd, 123, SEEK_SET), 123);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	CHECK_EQ(strncmp(read_file(path), "pos:\t123\nflags:\t0", 17), 0);
}

TEST(links_lead_to_the_places)
{
	char here[PATH_MAX], text[PATH_MAX];
	struct stat a, b;

	CHECK(getcwd(here, sizeof(here)) != NULL);
	ssize_t n = readlink("/proc/self/cwd", text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	CHECK_STR(text, here);
	CHECK_OK(stat("/proc/self/exe", &a));
	CHECK_OK(stat(self_path(), &b));
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_OK(stat("/proc/self/root", &a));
	CHECK_OK(stat("/", &b));
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_OK(lstat("/proc/self/cwd", &a));
	CHECK_EQ(a.st_mode, S_IFLNK | 0777);
}

TEST(rewinding_reads_anew)
{
	char before[64], after[64];
	int fd = open("/proc/self/comm", O_RDWR);

	CHECK_OK(fd);
	before[read_all(fd, before, sizeof(before) - 1)] = '\0';
	CHECK_STR(before, "procfs\n");
	CHECK_EQ(write(fd, "another name that is long", 25), 25);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	after[read_all(fd, after, sizeof(after) - 1)] = '\0';
	CHECK_STR(after, "another name th\n");
	CHECK_EQ(pread(fd, before, 3, 8), 3);
	CHECK_EQ(memcmp(before, "nam", 3), 0);
	CHECK_ERR(lseek(fd, 0, SEEK_END), EINVAL);
}

TEST(names_that_are_not_there)
{
	CHECK_ERR(open("/proc/nothing", O_RDONLY), ENOENT);
	CHECK_ERR(open("/proc/01", O_RDONLY), ENOENT);
	CHECK_ERR(open("/proc/self/fd/9999", O_RDONLY), ENOENT);
	CHECK_ERR(open("/proc/new", O_RDWR | O_CREAT, 0600), ENOENT);
	CHECK_ERR(mkdir("/proc/new", 0700), ENOENT);
	CHECK_ERR(unlink("/proc/self/stat"), EPERM);
	CHECK_ERR(read(open("/proc", O_RDONLY), (char[1]){ 0 }, 1), EISDIR);
}

/* The time in which nobody ran does not shrink. */
TEST(idle_time_does_not_go_back)
{
	double up, idle, last = 0;
	long long until = now_ms() + 300;

	while (now_ms() < until) {
		CHECK_EQ(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle), 2);
		CHECK(idle >= last);
		last = idle;
	}
	sleep_ms(500);
	CHECK_EQ(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle), 2);
	/* There the others do not run. */
	CHECK(idle >= last + (on_flatshare() ? 0.2 : 0));
}
