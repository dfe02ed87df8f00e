/* switch.c: two or eight that wait for each other.  One CPU: each step is a switch.
 *
 *	switch windows	a byte there and back through pipes, to a program started by exec
 *	switch family	the same to a forked child
 *	switch threads	the same with futexes, between two threads
 *	switch ring	a byte around eight forked processes; the time of one hop
 *	switch echo	(the other side of windows) */
#include "bench.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RING = 8, ECHO_IN = 10, ECHO_OUT = 11 };

extern char **environ;
static int to[2], from[2];

static void echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1)
		if (write(out, &c, 1) != 1)
			break;
	_exit(0);
}

static void there_and_back(void *arg, unsigned long n)
{
	char c = 0;

	(void)arg;
	while (n-- > 0) {
		bench_check(write(to[1], &c, 1) == 1, "write");
		bench_check(read(from[0], &c, 1) == 1, "read");
	}
}

static void pipes(int exec)
{
	static char *const argv[] = { "switch", "echo", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	bench_check(pipe(to) == 0 && pipe(from) == 0, "pipe");
	if (exec) {
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_adddup2(&actions, to[0], ECHO_IN);
		posix_spawn_file_actions_adddup2(&actions, from[1], ECHO_OUT);
		bench_check(posix_spawn(&pid, "/b/switch", &actions, NULL, argv, environ) == 0,
			    "spawn");
		bench_time("switch.windows", there_and_back, NULL);
	} else {
		pid = fork();
		if (pid == 0)
			echo(to[0], from[1]);
		bench_check(pid > 0, "fork");
		bench_time("switch.family", there_and_back, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static _Atomic int turn;

static void futex_wait_for(int mine)
{
	int now;

	while ((now = atomic_load(&turn)) != mine)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

static void futex_pass_to(int next)
{
	atomic_store(&turn, next);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *other_thread(void *arg)
{
	for (;;) {
		futex_wait_for(1);
		futex_pass_to(0);
	}
	return arg;
}

static void futexes(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		futex_pass_to(1);
		futex_wait_for(0);
	}
}

static void ring(void)
{
	int first = -1, in, fds[2];
	pid_t pids[RING];

	/* to[1] goes into the ring, from[0] comes out of it; we are the eighth. */
	bench_check(pipe(to) == 0, "pipe");
	in = to[0];
	for (int i = 0; i < RING - 1; i++) {
		bench_check(pipe(fds) == 0, "pipe");
		pids[i] = fork();
		if (pids[i] == 0)
			echo(in, fds[1]);
		bench_check(pids[i] > 0, "fork");
		in = fds[0];
		first = first < 0 ? i : first;
	}
	from[0] = in;
	bench_time("switch.ring8", there_and_back, NULL);
	for (int i = 0; i < RING - 1; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	pthread_t thread;

	if (strcmp(what, "echo") == 0)
		echo(ECHO_IN, ECHO_OUT);
	else if (strcmp(what, "windows") == 0)
		pipes(1);
	else if (strcmp(what, "family") == 0)
		pipes(0);
	else if (strcmp(what, "threads") == 0) {
		bench_check(pthread_create(&thread, NULL, other_thread, NULL) == 0, "thread");
		bench_time("switch.threads", futexes, NULL);
	} else if (strcmp(what, "ring") == 0)
		ring();
	else
		return 2;
	return 0;
}
