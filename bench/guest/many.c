/* many.c: how much one more idle shell takes.
 *
 *	many idle	memory for each of 40, after the first ten
 *	many fit	how many there can be; one line for every eight, since the end may be violent */
#include "bench.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FIRST = 10, MORE = 40, MOST = 4000, STEP = 8, PATIENCE_MS = 3000 };

extern char **environ;
static int in[2], out[2];

/* One more shell, which has said that it is there and now waits for input that never comes. */
static int one_more(void)
{
	static char *const argv[] = { "sh", "-c", "echo; read x", NULL };
	static posix_spawn_file_actions_t actions;
	struct pollfd p = { .fd = out[0], .events = POLLIN };
	static int ready;
	pid_t pid;
	char c;

	if (!ready) {
		bench_check(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe");
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_adddup2(&actions, in[0], 0);
		posix_spawn_file_actions_adddup2(&actions, out[1], 1);
		ready = 1;
	}
	return posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ) == 0 &&
	       poll(&p, 1, PATIENCE_MS) == 1 && read(out[0], &c, 1) == 1;
}

static double free_bytes(void)
{
	char line[128];
	unsigned long kib = 0;
	FILE *f = fopen("/proc/meminfo", "re");

	bench_check(f != NULL, "/proc/meminfo");
	while (fgets(line, sizeof(line), f) != NULL && sscanf(line, "MemFree: %lu", &kib) != 1)
		;
	fclose(f);
	return (double)kib * 1024;
}

int main(int argc, char **argv)
{
	double before;

	if (argc > 1 && strcmp(argv[1], "idle") == 0) {
		for (int i = 0; i < FIRST; i++)
			bench_check(one_more(), "spawn");
		before = free_bytes();
		for (int i = 0; i < MORE; i++)
			bench_check(one_more(), "spawn");
		bench_value("size.idle-sh", "bytes", (before - free_bytes()) / MORE);
	} else if (argc > 1 && strcmp(argv[1], "fit") == 0) {
		int n = 0;

		/* If memory ends, we are to outlive the others. */
		setpriority(PRIO_PROCESS, 0, -1);
		while (n < MOST && one_more())
			if (++n % STEP == 0)
				bench_value("size.fit", "shells", n);
	} else {
		return 2;
	}
	return 0;
}
