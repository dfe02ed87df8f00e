/* bench.c: repeat, sort, print. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SAMPLES = 201, /* at most */
	FEWEST = 5,    /* whatever the time */
	SLICES = 50,   /* a sample is to be this part of the budget */
	TOO_LONG = 4,  /* when so many budgets are spent, two samples are enough */
	FEWEST_LONG = 2,
};

void bench_check(int ok, const char *what)
{
	if (ok)
		return;
	printf("@fail %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

uint64_t bench_budget(void)
{
	const char *s = getenv("BENCH_CYCLES");
	uint64_t n = s == NULL ? 0 : strtoull(s, NULL, 10);

	return n == 0 ? 50000000 : n;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *name, double *samples, unsigned count)
{
	double sum = 0;

	qsort(samples, count, sizeof(*samples), compare);
	for (unsigned i = 0; i < count; i++)
		sum += samples[i];
	printf("@ %s cycles %.3f %.3f %.3f %.3f %u\n", name, samples[count / 2], samples[count / 4],
	       samples[count - 1 - count / 4], sum / count, count);
	fflush(stdout);
}

/* May another sample be taken? */
static int go_on(unsigned count, uint64_t spent)
{
	if (count >= SAMPLES)
		return 0;
	if (spent < bench_budget())
		return 1;
	return count < (spent >= TOO_LONG * bench_budget() ? FEWEST_LONG : FEWEST);
}

void bench_time(const char *name, void (*body)(void *arg, unsigned long n), void *arg)
{
	double samples[SAMPLES];
	uint64_t slice = bench_budget() / SLICES, spent = 0, start, t;
	unsigned long n = 1;
	unsigned count = 0, enough = 0;

	body(arg, 1);
	while (enough <
	       2) { /* twice: once may have been an emulator that translated, or a busy host */
		start = cycles();
		body(arg, n);
		t = cycles() - start;
		if (t >= slice) {
			enough++;
			continue;
		}
		enough = 0;
		/* Not by one step to where it should be: the first calls may be slow. */
		n = t < slice / 8
			    ? n * 4
			    : (unsigned long)((double)n * 1.2 * (double)slice / (double)t) + 1;
	}
	while (go_on(count, spent)) {
		start = cycles();
		body(arg, n);
		t = cycles() - start;
		spent += t;
		samples[count++] = (double)t / (double)n;
	}
	print(name, samples, count);
}

void bench_each(const char *name, uint64_t (*one)(void *arg), void *arg)
{
	double samples[SAMPLES];
	uint64_t start = cycles(), first = one(arg);
	unsigned count = 0;

	/* The first one warms up, unless it has taken too long to be thrown away. */
	if (cycles() - start < TOO_LONG * bench_budget())
		start = cycles();
	else
		samples[count++] = (double)first;
	while (go_on(count, cycles() - start))
		samples[count++] = (double)one(arg);
	print(name, samples, count);
}

void bench_value(const char *name, const char *unit, double value)
{
	printf("@ %s %s %.3f %.3f %.3f %.3f 1\n", name, unit, value, value, value, value);
	fflush(stdout);
}

void bench_none(const char *name)
{
	printf("@ %s none 0 0 0 0 0\n", name);
	fflush(stdout);
}

void bench_wait(pid_t pid)
{
	int status;

	bench_check(pid > 0, "no child");
	bench_check(waitpid(pid, &status, 0) == pid, "wait");
	errno = 0;
	bench_check(status == 0, "a child failed");
}
