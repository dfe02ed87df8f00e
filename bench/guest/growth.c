/* growth.c: does a thing cost more when there is more of everything?
 *
 *	growth processes	with 10, 100 and 1,000 idle processes
 *	growth files		in a folder with 10, 100, 1,000 and 10,000 files
 *
 * Prints the cost for each count, and the last against the first. */
#include "bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLES = 31, MOST = 10000 };

extern char **environ;
static int to[2], from[2];
static char path[64];

static void null_call(void)
{
	for (int i = 0; i < 100; i++)
		syscall(SYS_getppid);
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	bench_wait(pid);
}

static void spawn_true(void)
{
	static char *const argv[] = { "true", NULL };
	pid_t pid;

	bench_check(posix_spawn(&pid, "/b/true", NULL, NULL, argv, environ) == 0, "spawn");
	bench_wait(pid);
}

static void ping_pong(void)
{
	char c = 0;

	for (int i = 0; i < 10; i++)
		bench_check(write(to[1], &c, 1) == 1 && read(from[0], &c, 1) == 1, "pipe");
}

static void open_close(void)
{
	for (int i = 0; i < 10; i++) {
		int fd = open(path, O_RDONLY);

		bench_check(fd >= 0, path);
		close(fd);
	}
}

static void create_unlink(void)
{
	int fd = open("many/new", O_WRONLY | O_CREAT | O_EXCL, 0644);

	bench_check(fd >= 0, "many/new");
	close(fd);
	unlink("many/new");
}

struct cost {
	const char *name;
	void (*once)(void);
	unsigned per; /* things done by one call */
	double first, last;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct cost *costs, unsigned count, unsigned size)
{
	for (unsigned i = 0; i < count; i++) {
		double samples[SAMPLES];
		char name[64];

		costs[i].once();
		for (unsigned k = 0; k < SAMPLES; k++) {
			uint64_t start = cycles();

			costs[i].once();
			samples[k] = (double)(cycles() - start) / costs[i].per;
		}
		qsort(samples, SAMPLES, sizeof(samples[0]), compare);
		costs[i].last = samples[SAMPLES / 4];
		if (costs[i].first == 0)
			costs[i].first = costs[i].last;
		snprintf(name, sizeof(name), "growth.%s-%u", costs[i].name, size);
		bench_value(name, "cycles", costs[i].last);
	}
}

static void summary(struct cost *costs, unsigned count)
{
	char name[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "growth.%s", costs[i].name);
		bench_value(name, "times", costs[i].last / costs[i].first);
	}
}

static pid_t start(const char *program, char *argument, int in, int out)
{
	char *argv[] = { "child", argument, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 10);
	posix_spawn_file_actions_adddup2(&actions, out, 11);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	bench_check(posix_spawn(&pid, program, &actions, NULL, argv, environ) == 0, program);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void processes(void)
{
	static const unsigned sizes[] = { 10, 100, 1000 };
	static struct cost costs[] = {
		{ "null", null_call, 100, 0, 0 },
		{ "fork", fork_exit, 1, 0, 0 },
		{ "spawn", spawn_true, 1, 0, 0 },
		{ "switch", ping_pong, 10, 0, 0 },
	};
	static pid_t pids[MOST];
	int never[2];
	unsigned n = 0, count = sizeof(costs) / sizeof(costs[0]);
	pid_t echo;

	bench_check(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0 &&
			    pipe2(never, O_CLOEXEC) == 0,
		    "pipe");
	echo = start("/b/switch", "echo", to[0], from[1]);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		while (n < sizes[i])
			pids[n++] = start("/b/idle", NULL, never[0], never[0]);
		measure(costs, count, sizes[i]);
	}
	summary(costs, count);
	kill(echo, SIGKILL);
	waitpid(echo, NULL, 0);
	while (n-- > 0)
		kill(pids[n], SIGKILL);
	while (wait(NULL) > 0)
		;
}

static void files(void)
{
	static const unsigned sizes[] = { 10, 100, 1000, 10000 };
	static struct cost costs[] = {
		{ "open", open_close, 10, 0, 0 },
		{ "create", create_unlink, 1, 0, 0 },
	};
	unsigned n = 0, count = sizeof(costs) / sizeof(costs[0]);

	mkdir("many", 0755);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (; n < sizes[i]; n++) {
			int fd;

			snprintf(path, sizeof(path), "many/file-%u", n);
			fd = open(path, O_WRONLY | O_CREAT, 0644);
			bench_check(fd >= 0, path);
			close(fd);
		}
		snprintf(path, sizeof(path), "many/file-%u", n / 2);
		measure(costs, count, sizes[i]);
	}
	summary(costs, count);
	while (n-- > 0) {
		snprintf(path, sizeof(path), "many/file-%u", n);
		unlink(path);
	}
	rmdir("many");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "processes") == 0)
		processes();
	else if (argc > 1 && strcmp(argv[1], "files") == 0)
		files();
	else
		return 2;
	return 0;
}
