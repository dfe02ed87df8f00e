/* foreseen.c: forks from the same place again and again: whatever the kernel has learnt from the
 * first, each child has its parent's memory as it was at the fork. */
#include "harness.h"

#include <pthread.h>
#include <stdbool.h>

enum { PAGES = 300, ROUNDS = 5 };

/* "END" of the last fork in /proc/self/fork; "" where there is no such file. */
static const char *last_end(void)
{
	static char end[16];
	char line[512];
	FILE *f = fopen("/proc/self/fork", "r");

	end[0] = '\0';
	if (f == NULL)
		return end;
	while (fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "%*s %15s", end);
	fclose(f);
	return end;
}

/* A child that works until its parent has acted, which is the last thing that it looks at.  It finds
 * only `value` in the pages, though its parent writes to them meanwhile, and changes them itself. */
static pid_t __attribute__((noinline))
fork_worker(volatile char *pages, volatile int *go, int value)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	int acted;
	do {
		acted = *go;
		for (int i = 0; i < PAGES; i++)
			if (pages[(size_t)i * PAGE] != value)
				_exit(1);
	} while (!acted);
	for (int i = 0; i < PAGES; i++)
		pages[(size_t)i * PAGE] = -1;
	_exit(0);
}

static void *memory(size_t len, int flags)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void work(volatile char *pages, volatile int *go)
{
	for (int round = 0; round < ROUNDS; round++) {
		memset((void *)pages, round, (size_t)PAGES * PAGE);
		*go = 0;
		pid_t pid = fork_worker(pages, go, round);
		for (int i = 0; i < PAGES; i++)
			pages[(size_t)i * PAGE] = (char)(round + 1);
		*go = 1;
		CHECK_EXITED(pid, 0);
		for (int i = 0; i < PAGES; i++)
			CHECK_EQ(pages[(size_t)i * PAGE], round + 1);
	}
}

/* A child that lives beside its parent for long, as a server's that saves. */
TEST(children_that_work_beside_their_parent)
{
	work(memory((size_t)PAGES * PAGE, MAP_PRIVATE), memory(PAGE, MAP_SHARED));
	if (on_flatshare())
		CHECK(*last_end() != '\0' && strcmp(last_end(), "exit") != 0);
}

/* A parent with so much memory that a pause of it is to be short. */
TEST(children_of_a_large_parent)
{
	enum { LARGE = 300 << 20 };
	char *large = memory(LARGE, MAP_PRIVATE | MAP_NORESERVE);

	/* One page in each table is as much for a fork as all of them. */
	for (size_t i = 0; i < LARGE; i += 1 << 20)
		large[i] = 1;
	work(large, memory(PAGE, MAP_SHARED));
	for (size_t i = 2 << 20; i < LARGE; i += 1 << 20)
		CHECK_EQ(large[i], 1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The child of one place at which it computes for so long. */
static pid_t __attribute__((noinline)) fork_busy(double seconds)
{
	pid_t pid = fork();

	if (pid == 0) {
		double end = now() + seconds;

		while (now() < end)
			;
		_exit(0);
	}
	return pid;
}

/* It either goes at once or computes for long. */
static pid_t fork_either(bool leave)
{
	return fork_busy(leave ? 0 : 0.06);
}

static void expect_end(const char *end)
{
	if (on_flatshare())
		CHECK_STR(last_end(), end);
}

/* Of what was learnt and turned out to be wrong nothing stays: children that leave at once, after
 * others that did not, and the other way round.  (On a busy machine some of them take long.) */
TEST(a_place_that_changes_its_mind)
{
	for (int round = 0; round < 2; round++) {
		int tries = 0;

		CHECK_EXITED(fork_either(false), 0);
		expect_end("quantum");
		CHECK_EXITED(fork_either(false), 0);
		expect_end("foreseen");
		CHECK_EXITED(fork_either(true), 0);
		expect_end("foreseen");
		do
			CHECK_EXITED(fork_either(true), 0);
		while (on_flatshare() && strcmp(last_end(), "exit") != 0 && ++tries < 50);
		CHECK(tries < 50);
	}
}

/* A child that leaves a little too late, as one whose program is cold does, says nothing about the next.  (Nor
 * does it when a busy machine makes it much too late.) */
TEST(a_child_that_is_a_little_late)
{
	char *pages = memory(20 << 20, MAP_PRIVATE);
	int tries = 0;

	memset(pages, 1, 20 << 20);
	do {
		CHECK_EXITED(fork_busy(0.002), 0);
		CHECK_EXITED(fork_busy(0.002), 0);
	} while (on_flatshare() && strcmp(last_end(), "quantum") != 0 && ++tries < 50);
	CHECK(tries < 50);
}

static void *forks_in_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork_either(i % 2 == 1);

		CHECK_EXITED(pid, 0);
	}
	return NULL;
}

TEST(threads_fork_from_the_same_place)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, forks_in_thread, NULL), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* A process that looks at its own memory in /proc while its parent waits for its chance. */
TEST(child_reads_its_smaps)
{
	enum { LARGE = 64 << 20 };
	char *large = memory(LARGE, MAP_PRIVATE);

	memset(large, 1, LARGE);
	pid_t pid = fork();
	if (pid == 0) {
		char line[256];
		long kb = 0, n;
		FILE *f = fopen("/proc/self/smaps", "r");

		if (f == NULL)
			_exit(2);
		while (fgets(line, sizeof(line), f) != NULL)
			if (sscanf(line, "Rss: %ld", &n) == 1)
				kb += n;
		_exit(kb >= LARGE / 1024 && kb < LARGE / 1024 + 65536 ? 0 : 1);
	}
	for (size_t i = 0; i < LARGE; i += PAGE)
		large[i] = 2;
	CHECK_EXITED(pid, 0);
}
