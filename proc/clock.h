/* clock.h: the clocks of clock_gettime(2), times as programs give them, and timers on any clock. */
#ifndef PROC_CLOCK_H
#define PROC_CLOCK_H

#include <linux/time.h>
#include <linux/time_types.h>

#include "lib/types.h"
#include "proc/sched.h"

struct proc;
struct task;

/* --- times as programs give them, in nanoseconds --- */

/* Times beyond this are taken as "for ever" (Linux: KTIME_MAX). */
#define TIME_MAX ((uint64_t)INT64_MAX)

/* => 0, -EFAULT, -EINVAL (negative, or a fraction that is none); too large times become TIME_MAX */
int timespec_from_user(const struct __kernel_timespec *ut, uint64_t *ns);
int timespec_to_ns(const struct __kernel_timespec *t, uint64_t *ns);
int timeval_to_ns(const struct __kernel_old_timeval *t, uint64_t *ns);
int timespec_to_user(struct __kernel_timespec *ut, uint64_t ns);
struct __kernel_timespec timespec_of(uint64_t ns);
struct __kernel_old_timeval timeval_of(uint64_t ns);

/* a + b, at most TIME_MAX. */
static inline uint64_t time_add(uint64_t a, uint64_t b)
{
	return a + b < a || a + b > TIME_MAX ? TIME_MAX : a + b;
}

/* --- clocks --- */

/* CPU time of a process and of a task, up to now. */
uint64_t proc_cpu_ns(const struct proc *p);
uint64_t task_cpu_ns(const struct task *t);

/* The same divided; up to the last tick or switch. */
void proc_times(const struct proc *p, uint64_t *user, uint64_t *sys);

/* A clock, and whose it is: the numbers of clock_gettime(2) with the process or task they mean. */
struct clock {
	enum clock_kind {
		CLOCK_WALL,
		CLOCK_BOOT,
		CLOCK_PROC_CPU,
		CLOCK_PROC_USER,
		CLOCK_TASK_CPU
	} kind;
	bool coarse;
	pid_t id; /* CPU clocks: of the process or task */
};

/* The clock that the current task means by `id`.  => 0, -EINVAL */
int clock_find(int id, struct clock *c);
/* What it shows.  => 0, -EINVAL: its process is gone */
int clock_read(const struct clock *c, uint64_t *ns);
static inline bool clock_is_cpu(const struct clock *c)
{
	return c->kind >= CLOCK_PROC_CPU;
}
/* The time on clock c (wall or boot) as a time of clock_ns(). */
uint64_t clock_to_boot(const struct clock *c, uint64_t ns);

/* --- timers on a clock, with a period --- */

struct clock_timer {
	struct timer timer;
	struct clock clock;
	struct list link; /* among those that wait for a time of day */
	bool linked;
	uint64_t expires;  /* on the clock; 0: not set */
	uint64_t interval; /* 0: once */
	/* Called when the time has come, and `missed` more periods with it. */
	void (*fire)(struct clock_timer *t, uint64_t missed);
	/* Called when somebody has set the time of day, before the timer is armed anew; or NULL. */
	void (*clock_set)(struct clock_timer *t);
};

/* Arm for a time on its clock (0: disarm).  clock and fire have been set. */
void clock_timer_set(struct clock_timer *t, uint64_t expires, uint64_t interval);
/* Sleep until the clock shows `when`, whoever sets it meanwhile.  => 0, -ERESTARTSYS */
int clock_sleep_until(const struct clock *c, uint64_t when);
/* Set the time of day: timers for a time of day notice. */
void clock_change_wall(uint64_t ns);
/* Until the next expiry; 0: not set. */
uint64_t clock_timer_left(const struct clock_timer *t);

#endif
