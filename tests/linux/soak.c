/* soak.c: the same thing very often, and afterwards as much free memory as before, to the page.
 *
 * `make check` runs these with small counts; `make soak` with those of the figures (the
 * environment variable SOAK is the factor, in percent of the full count). */
#include "harness.h"

#include <sys/resource.h>

extern char **environ;

enum { SOAK_SECONDS = 120 };

static long times(long full)
{
	const char *percent = getenv("SOAK");

	return full * (percent != NULL ? atol(percent) : 1) / 100;
}

/* Free pages, when the system has come to rest. */
static long long free_pages(void)
{
	long long value = flatshare_counter("free_pages"), again;
	int i;

	for (i = 0; i < 50; i++) {
		sleep_ms(5);
		again = flatshare_counter("free_pages");
		if (again == value && i >= 3)
			break;
		value = again;
	}
	return value;
}

static void fork_exec(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execve(path, (char *[]){ "true", NULL }, environ);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

static void vfork_exec(const char *path)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(path, (char *[]){ "true", NULL }, environ);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

/* A child that needs a true fork: it waits for its parent. */
static void fork_split(void)
{
	static char memory[16 * 4096];
	struct gate gate;
	pid_t pid;

	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		memset(memory, 1, sizeof(memory));
		gate_wait(&gate);
		_exit(memory[4096] == 1 ? 0 : 1);
	}
	CHECK(pid > 0);
	memset(memory, 2, sizeof(memory) / 2);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(memory[4096], 2);
	memset(memory, 0, sizeof(memory));
	close(gate.fd[0]);
	close(gate.fd[1]);
}

static void pipeline(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c",
		      "seq 20 | while read x; do echo $x; done | tail -1 >/dev/null", (char *)NULL);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

#define SOAK(name, full, body)                                                                     \
	TEST_SLOW(name, SOAK_SECONDS)                                                              \
	{                                                                                          \
		long long before;                                                                  \
		long n, i;                                                                         \
                                                                                                   \
		n = times(full);                                                                   \
		(void)free_pages();                                                                \
		for (i = 0; i < 200; i++)                                                          \
			body;                                                                      \
		before = free_pages();                                                             \
		for (i = 0; i < n; i++)                                                            \
			body;                                                                      \
		CHECK_EQ(free_pages(), before);                                                    \
	}

SOAK(fork_exec_wait, 100000, fork_exec("/bin/true"))
SOAK(fork_exit_wait, 100000, fork_exit())
SOAK(vfork_exec_wait, 100000, vfork_exec("/bin/true"))
SOAK(forks_that_split, 50000, fork_split())
SOAK(pipelines, 20000, pipeline())
SOAK(failed_execs, 100000, execve("/etc/passwd", (char *[]){ "x", NULL }, environ))
