/* shell.c: a whole script by the shell, timed from outside.
 *
 *	shell NAME	runs `sh /b/scripts/NAME.sh` in an empty folder */
#include "bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static uint64_t script(void *arg)
{
	char *argv[] = { "sh", arg, NULL };
	posix_spawn_file_actions_t actions;
	uint64_t start = cycles();
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/tmp/bench-out",
					 O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bench_check(posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ) == 0, "sh");
	bench_wait(pid);
	posix_spawn_file_actions_destroy(&actions);
	return cycles() - start;
}

int main(int argc, char **argv)
{
	char path[128], name[128];

	if (argc < 2)
		return 2;
	mkdir("/tmp/bench-work", 0755);
	bench_check(chdir("/tmp/bench-work") == 0, "/tmp/bench-work");
	snprintf(path, sizeof(path), "/b/scripts/%s.sh", argv[1]);
	snprintf(name, sizeof(name), "shell.%s", argv[1]);
	bench_each(name, script, path);
	return 0;
}
