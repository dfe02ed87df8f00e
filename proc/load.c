/* load.c: load averages: proc(5), and limits of CPU time: setrlimit(2).
 *
 * Each average takes in the number of runnable tasks every 5 seconds and forgets the older ones
 * exponentially.  No timer wakes an idle machine for that: a tick, or somebody who asks, makes up for
 * the samples of the time before, when nobody ran. */
#include "proc/load.h"

#include <linux/resource.h>
#include <linux/sched.h>

#include "proc/clock.h"
#include "proc/task.h"

#define PERIOD (5 * NSEC_PER_SEC)
#define ONE    (1u << LOAD_SHIFT)
#define LONG   4096 /* periods after which nothing is left of a load */

/* exp(-5 s / 1, 5, 15 min) */
static const uint64_t keep[3] = { 1884, 2014, 2037 };
static uint64_t averages[3];
static uint64_t next_sample = PERIOD;

static void take_in(size_t active)
{
	for (unsigned i = 0; i < ARRAY_SIZE(averages); i++) {
		uint64_t now = (uint64_t)active << LOAD_SHIFT;
		uint64_t sum = averages[i] * keep[i] + now * (ONE - keep[i]);

		/* Rounded up while rising, so that a constant load is reached. */
		averages[i] = (sum + (now >= averages[i] ? ONE - 1 : 0)) >> LOAD_SHIFT;
	}
}

void load_sample(uint64_t now, size_t active)
{
	uint64_t periods;

	if (now < next_sample)
		return;
	periods = (now - next_sample) / PERIOD;
	next_sample += (periods + 1) * PERIOD;
	for (uint64_t i = MIN(periods, (uint64_t)LONG); i > 0; i--)
		take_in(0);
	take_in(active);
}

void load_averages(uint64_t load[3])
{
	load_sample(clock_ns(), 1);
	for (unsigned i = 0; i < ARRAY_SIZE(averages); i++)
		load[i] = averages[i];
}

/* --- limits --- */

static bool reached(const struct rlimit64 *limit, uint64_t value, uint64_t unit, bool hard)
{
	uint64_t max = hard ? limit->rlim_max : limit->rlim_cur;

	return max != RLIM64_INFINITY && value >= max * unit;
}

void task_check_cpu_limit(struct task *t)
{
	struct proc *p = t->proc;
	struct rlimit64 *cpu = &p->limits[RLIMIT_CPU], *rt = &p->limits[RLIMIT_RTTIME];

	if (cpu->rlim_cur != RLIM64_INFINITY) {
		uint64_t used = proc_cpu_ns(p);

		if (reached(cpu, used, NSEC_PER_SEC, true)) {
			signal_send_proc(p, SIGKILL, NULL);
		} else if (reached(cpu, used, NSEC_PER_SEC, false)) {
			signal_send_proc(p, SIGXCPU, NULL);
			cpu->rlim_cur++; /* again each second */
		}
	}
	if (rt->rlim_cur != RLIM64_INFINITY && t->sched.priority > 0) {
		uint64_t used = t->unpaused_ns;

		if (reached(rt, used, NSEC_PER_USEC, true)) {
			signal_send_proc(p, SIGKILL, NULL);
		} else if (reached(rt, used, NSEC_PER_USEC, false)) {
			signal_send_proc(p, SIGXCPU, NULL);
			rt->rlim_cur += USEC_PER_SEC;
		}
	}
}
