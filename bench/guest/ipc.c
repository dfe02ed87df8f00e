/* ipc.c: bytes through a pipe, and a signal to oneself.
 *
 *	ipc pipe	64 KiB from one process to another
 *	ipc signal	raise, handler, return */
#include "bench.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 65536 };

static char block[BLOCK];
static int out;
static volatile sig_atomic_t seen;

static void write_blocks(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0)
		for (size_t done = 0; done < BLOCK;) {
			ssize_t len = write(out, block + done, BLOCK - done);

			bench_check(len > 0, "write");
			done += (size_t)len;
		}
}

static void through_pipe(void)
{
	int fds[2];
	pid_t pid;

	memset(block, 'x', BLOCK);
	bench_check(pipe(fds) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		while (read(fds[0], block, BLOCK) > 0)
			;
		_exit(0);
	}
	close(fds[0]);
	out = fds[1];
	bench_time("ipc.pipe64k", write_blocks, NULL);
	close(out);
	bench_wait(pid);
}

static void handler(int signo)
{
	(void)signo;
	seen++;
}

static void signals(void *arg, unsigned long n)
{
	pid_t self = getpid();

	(void)arg;
	while (n-- > 0)
		kill(self, SIGUSR1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "pipe") == 0) {
		through_pipe();
	} else if (argc > 1 && strcmp(argv[1], "signal") == 0) {
		struct sigaction sa = { .sa_handler = handler };

		sigaction(SIGUSR1, &sa, NULL);
		bench_time("ipc.signal", signals, NULL);
		bench_check(seen > 0, "no signal came");
	} else {
		return 2;
	}
	return 0;
}
