/* bench.h: what every benchmark program uses.  They are plain Linux programs; each prints one line
 * for each thing that it has measured:
 *
 *	@ NAME UNIT MEDIAN QUARTILE1 QUARTILE3 MEAN SAMPLES
 *
 * UNIT is "cycles" of the time stamp counter for one repetition, or what bench_value was given.
 * The counter is read by an instruction in any ring, and under QEMU's emulator it is the host's: both
 * guests measure with the same clock, whatever they believe the time to be.
 *
 * Environment: BENCH_CYCLES, how many cycles one measurement may take (50 million otherwise). */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <sys/types.h>

static inline uint64_t cycles(void)
{
	return __builtin_ia32_rdtsc();
}

/* Time body, which does the thing n times.  n grows until one call is long enough to be timed. */
void bench_time(const char *name, void (*body)(void *arg, unsigned long n), void *arg);

/* Time a thing that needs to be prepared: one does it once and returns the cycles that count. */
void bench_each(const char *name, uint64_t (*one)(void *arg), void *arg);

/* Print a figure that is known otherwise. */
void bench_value(const char *name, const char *unit, double value);

/* Say that this system does not have what is to be measured. */
void bench_none(const char *name);

/* End with a message, if ok is false: a benchmark whose operations fail measures nothing. */
void bench_check(int ok, const char *what);

/* Wait for a child, which must exit with status 0. */
void bench_wait(pid_t pid);

/* How many cycles a measurement may take. */
uint64_t bench_budget(void);

#endif
