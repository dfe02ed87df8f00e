/* proc.c: make a process and wait for its end.
 *
 *	proc fork|vfork|fork-exec|vfork-exec|spawn|sh */
#include "bench.h"

#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *const true_argv[] = { "true", NULL };
static char *const sh_argv[] = { "sh", "-c", "true", NULL };

static void fork_exit(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		bench_wait(pid);
	}
}

static void vfork_exit(void *arg, unsigned long n)
{
	(void)arg;
	for (volatile unsigned long i = 0; i < n; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(0);
		bench_wait(pid);
	}
}

static void fork_exec(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		pid_t pid = fork();

		if (pid == 0) {
			execv("/b/true", true_argv);
			_exit(127);
		}
		bench_wait(pid);
	}
}

static void vfork_exec(void *arg, unsigned long n)
{
	(void)arg;
	for (volatile unsigned long i = 0; i < n; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execv("/b/true", true_argv);
			_exit(127);
		}
		bench_wait(pid);
	}
}

static void spawn(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		pid_t pid;

		bench_check(posix_spawn(&pid, "/b/true", NULL, NULL, true_argv, environ) == 0,
			    "spawn");
		bench_wait(pid);
	}
}

static void shell(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		pid_t pid;

		bench_check(posix_spawn(&pid, "/bin/sh", NULL, NULL, sh_argv, environ) == 0, "sh");
		bench_wait(pid);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what, *name;
		void (*body)(void *arg, unsigned long n);
	} all[] = {
		{ "fork", "proc.fork", fork_exit },
		{ "vfork", "proc.vfork", vfork_exit },
		{ "fork-exec", "proc.fork-exec", fork_exec },
		{ "vfork-exec", "proc.vfork-exec", vfork_exec },
		{ "spawn", "proc.spawn", spawn },
		{ "sh", "proc.sh", shell },
	};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (argc > 1 && strcmp(argv[1], all[i].what) == 0) {
			bench_time(all[i].name, all[i].body, NULL);
			return 0;
		}
	}
	return 2;
}
