/* heap.c: what a fork costs a process with much memory, in pages of 4 KiB that it has touched.
 *
 *	heap exit MIB	the child exits at once
 *	heap write N	64 MiB; the child writes N pages, then exits
 *	heap split	64 MiB; the child lives beside its parent: it waits for a byte from it
 *	heap parent	64 MiB; what the parent pays for its next writes after fork+exec: time, faults */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096, PARENT_PAGES = 256 };

static char *heap;
static unsigned long child_pages;

/* Memory that is touched, page by page; no huge pages on either side. */
static void touch(size_t mib)
{
	size_t len = mib << 20;

	if (len == 0)
		return;
	heap = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bench_check(heap != MAP_FAILED, "mmap");
	madvise(heap, len, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < len; i += PAGE)
		heap[i] = 1;
}

static uint64_t fork_write(void *arg)
{
	uint64_t start = cycles();
	pid_t pid = fork();

	(void)arg;
	if (pid == 0) {
		for (unsigned long i = 0; i < child_pages; i++)
			heap[i * PAGE] = 2;
		_exit(0);
	}
	bench_wait(pid);
	return cycles() - start;
}

static uint64_t fork_split(void *arg)
{
	uint64_t start = cycles();
	int fds[2];
	pid_t pid;
	char c = 0;

	(void)arg;
	bench_check(pipe(fds) == 0, "pipe");
	pid = fork();
	if (pid == 0)
		_exit(read(fds[0], &c, 1) == 1 ? 0 : 1);
	bench_check(write(fds[1], &c, 1) == 1, "write");
	bench_wait(pid);
	close(fds[0]);
	close(fds[1]);
	return cycles() - start;
}

static long faults(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_minflt;
}

static long parent_faults;

static uint64_t parent_writes(void *arg)
{
	static char *const argv[] = { "true", NULL };
	long before;
	uint64_t start;
	pid_t pid = fork();

	(void)arg;
	if (pid == 0) {
		execv("/b/true", argv);
		_exit(127);
	}
	bench_wait(pid);
	before = faults();
	start = cycles();
	for (unsigned long i = 0; i < PARENT_PAGES; i++)
		heap[i * PAGE]++;
	start = cycles() - start;
	parent_faults = faults() - before;
	return start;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	char name[64];

	if (strcmp(what, "exit") == 0 && argc > 2) {
		touch(strtoul(argv[2], NULL, 10));
		snprintf(name, sizeof(name), "heap.exit-%s", argv[2]);
		bench_each(name, fork_write, NULL);
	} else if (strcmp(what, "write") == 0 && argc > 2) {
		child_pages = strtoul(argv[2], NULL, 10);
		touch(64);
		snprintf(name, sizeof(name), "heap.write-%s", argv[2]);
		bench_each(name, fork_write, NULL);
	} else if (strcmp(what, "split") == 0) {
		touch(64);
		bench_each("heap.split", fork_split, NULL);
	} else if (strcmp(what, "parent") == 0) {
		touch(64);
		bench_each("heap.parent", parent_writes, NULL);
		bench_value("heap.parent-faults", "faults", (double)parent_faults);
	} else {
		return 2;
	}
	return 0;
}
