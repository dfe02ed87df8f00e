/* vdso.c: the calls that a program can make without the kernel.  This code is the program's: it
 * runs on its stack, at any address, and sees only the data page in front of the image. */

#include <asm/errno.h>
#include <asm/unistd.h>
#include <linux/time.h>

#include "arch/x86_64/offsets.h"
#include "arch/x86_64/vdso/data.h"

#define EXPORT __attribute__((visibility("default")))

extern const volatile struct vdso_data vdso_data __attribute__((visibility("hidden")));

struct kernel_timespec {
	int64_t sec, nsec;
};

struct kernel_timeval {
	int64_t sec, usec;
};

EXPORT int __vdso_clock_gettime(int clock, struct kernel_timespec *ts);
EXPORT int __vdso_gettimeofday(struct kernel_timeval *tv, void *tz);
EXPORT int64_t __vdso_time(int64_t *t);
EXPORT long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

/* One more for the tally, in the current task. */
static void count_call(void)
{
	if (__builtin_expect(vdso_data.count != 0, 0))
		__asm__ volatile("mov %%gs:%c0, %%rax\n\tincq %c1(%%rax)"
				 :
				 : "i"(CPU_CURRENT), "i"(TASK_VDSO)
				 : "rax", "memory", "cc");
}

static uint64_t cycle_counter(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

/* A constant that the kernel puts into the instruction. */
#define CONSTANT(name)                                                                             \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__("movabs %1, %0" : "=r"(value_) : "i"(name));                               \
		value_;                                                                            \
	})

static uint64_t now(bool wall)
{
	uint64_t cycles = cycle_counter() - CONSTANT(VDSO_BASE);
	uint64_t ns = (uint64_t)((unsigned __int128)cycles * CONSTANT(VDSO_MULT) >> 32);

	return wall ? ns + vdso_data.wall_offset : ns;
}

static long system_call(long nr, long a, long b)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b)
			 : "rcx", "r11", "memory");
	return result;
}

/* Sets of clocks: a jump through a table would take longer than the rest. */
#define WALL_CLOCKS (1u << CLOCK_REALTIME | 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_TAI)
#define MONOTONIC_CLOCKS                                                                           \
	(1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW | 1u << CLOCK_MONOTONIC_COARSE |        \
	 1u << CLOCK_BOOTTIME)

static bool is_one_of(int clock, unsigned set)
{
	return (unsigned)clock < 32 && (set >> clock & 1);
}

static void put(struct kernel_timespec *ts, uint64_t ns)
{
	ts->sec = (int64_t)(ns / NSEC_PER_SEC);
	ts->nsec = (int64_t)(ns % NSEC_PER_SEC);
}

static int other_clock(int clock, struct kernel_timespec *ts)
{
	bool wall = is_one_of(clock, WALL_CLOCKS);

	if (!wall && !is_one_of(clock, MONOTONIC_CLOCKS))
		return (int)system_call(__NR_clock_gettime, clock, (long)ts);
	put(ts, now(wall));
	count_call();
	return 0;
}

EXPORT int __vdso_clock_gettime(int clock, struct kernel_timespec *ts)
{
	if (__builtin_expect(clock != (int)CONSTANT(VDSO_USUAL), 0))
		return other_clock(clock, ts);
	put(ts, now(false));
	return 0;
}

EXPORT int __vdso_gettimeofday(struct kernel_timeval *tv, void *tz)
{
	if (tz != NULL)
		return (int)system_call(__NR_gettimeofday, (long)tv, (long)tz);
	count_call();
	if (tv != NULL) {
		uint64_t ns = now(true);

		tv->sec = (int64_t)(ns / NSEC_PER_SEC);
		tv->usec = (int64_t)(ns % NSEC_PER_SEC / NSEC_PER_USEC);
	}
	return 0;
}

EXPORT int64_t __vdso_time(int64_t *t)
{
	int64_t sec = (int64_t)(now(true) / NSEC_PER_SEC);

	count_call();
	if (t != NULL)
		*t = sec;
	return sec;
}

/* There is one CPU. */
EXPORT long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
	(void)unused;
	count_call();
	if (cpu != NULL)
		*cpu = 0;
	if (node != NULL)
		*node = 0;
	return 0;
}
