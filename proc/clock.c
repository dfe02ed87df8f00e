/* clock.c: clocks, times as programs give them, and timers on any clock.
 *
 * A timer on a CPU clock is an ordinary one that is set for the earliest moment at which so much CPU
 * time can have been used, and looks again then. */
#include "proc/clock.h"

#include <asm/errno.h>

#include "mm/usercopy.h"
#include "proc/task.h"

#define CPU_CLOCK_STEP	(2 * NSEC_PER_MSEC)
#define SHORTEST_PERIOD (20 * NSEC_PER_USEC) /* of interrupts; shorter periods count as missed */

/* --- times as programs give them --- */

static int to_ns(int64_t sec, int64_t fraction, uint64_t unit, uint64_t *ns)
{
	if (sec < 0 || fraction < 0 || (uint64_t)fraction >= NSEC_PER_SEC / unit)
		return -EINVAL;
	if ((uint64_t)sec >= TIME_MAX / NSEC_PER_SEC)
		*ns = TIME_MAX;
	else
		*ns = (uint64_t)sec * NSEC_PER_SEC + (uint64_t)fraction * unit;
	return 0;
}

int timespec_to_ns(const struct __kernel_timespec *t, uint64_t *ns)
{
	return to_ns(t->tv_sec, t->tv_nsec, 1, ns);
}

int timeval_to_ns(const struct __kernel_old_timeval *t, uint64_t *ns)
{
	return to_ns(t->tv_sec, t->tv_usec, NSEC_PER_USEC, ns);
}

int timespec_from_user(const struct __kernel_timespec *ut, uint64_t *ns)
{
	struct __kernel_timespec t;

	if (get_user(t, ut) < 0)
		return -EFAULT;
	return timespec_to_ns(&t, ns);
}

struct __kernel_timespec timespec_of(uint64_t ns)
{
	return (struct __kernel_timespec){ (int64_t)(ns / NSEC_PER_SEC),
					   (int64_t)(ns % NSEC_PER_SEC) };
}

struct __kernel_old_timeval timeval_of(uint64_t ns)
{
	return (struct __kernel_old_timeval){ (long)(ns / NSEC_PER_SEC),
					      (long)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

int timespec_to_user(struct __kernel_timespec *ut, uint64_t ns)
{
	struct __kernel_timespec t = timespec_of(ns);

	return copy_to_user(ut, &t, sizeof(t));
}

/* --- clocks --- */

uint64_t task_cpu_ns(const struct task *t)
{
	uint64_t ns = t->user_ns + t->sys_ns;

	if (t == current && t->state == TASK_RUNNABLE)
		ns += clock_ns() - t->slice_start;
	return ns;
}

uint64_t proc_cpu_ns(const struct proc *p)
{
	uint64_t ns = p->dead_user_ns + p->dead_sys_ns;
	struct task *t;

	LIST_FOREACH (t, &p->tasks, proc_link)
		ns += task_cpu_ns(t);
	return ns;
}

void proc_times(const struct proc *p, uint64_t *user, uint64_t *sys)
{
	const struct task *t;

	*user = p->dead_user_ns;
	*sys = p->dead_sys_ns;
	LIST_FOREACH (t, &p->tasks, proc_link) {
		*user += t->user_ns;
		*sys += t->sys_ns;
	}
}

#define CPUCLOCK_VIRT 1 /* user time; the other two are all of it */

/* Negative numbers are CPU clocks: ~pid << 3, 4 if it is a thread's, and which of its times
 * (clock_getcpuclockid(3)); all times of ours are one. */
static int find_cpu_clock(int id, struct clock *c)
{
	bool of_task = (id & 4) != 0;
	pid_t pid = (pid_t)(~(unsigned)id >> 3);

	if ((id & 3) == 3)
		return -EINVAL;
	if (pid == 0)
		pid = of_task ? current->tid : current->proc->pid;
	*c = (struct clock){ of_task ? CLOCK_TASK_CPU : CLOCK_PROC_CPU, false, pid };
	if (!of_task && (id & 3) == CPUCLOCK_VIRT)
		c->kind = CLOCK_PROC_USER;
	if (of_task) {
		struct task *t = task_find(pid);

		return t != NULL && t->proc == current->proc ? 0 : -EINVAL;
	}
	return proc_find(pid) != NULL ? 0 : -EINVAL;
}

int clock_find(int id, struct clock *c)
{
	*c = (struct clock){ .kind = CLOCK_BOOT };
	switch (id) {
	case CLOCK_REALTIME_COARSE: c->coarse = true; /* fall through */
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI: c->kind = CLOCK_WALL; return 0;
	case CLOCK_MONOTONIC_COARSE: c->coarse = true; return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM: return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*c = (struct clock){ CLOCK_PROC_CPU, false, current->proc->pid };
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*c = (struct clock){ CLOCK_TASK_CPU, false, current->tid };
		return 0;
	default: return id < 0 ? find_cpu_clock(id, c) : -EINVAL;
	}
}

int clock_read(const struct clock *c, uint64_t *ns)
{
	const struct proc *p;
	const struct task *t;
	uint64_t system;

	switch (c->kind) {
	case CLOCK_WALL: *ns = clock_wall_ns(); return 0;
	case CLOCK_BOOT: *ns = clock_ns(); return 0;
	case CLOCK_PROC_CPU:
		p = proc_find(c->id);
		if (p == NULL)
			return -EINVAL;
		*ns = proc_cpu_ns(p);
		return 0;
	case CLOCK_PROC_USER:
		p = proc_find(c->id);
		if (p == NULL)
			return -EINVAL;
		proc_times(p, ns, &system);
		return 0;
	case CLOCK_TASK_CPU:
		t = task_find(c->id);
		if (t == NULL)
			return -EINVAL;
		*ns = task_cpu_ns(t);
		return 0;
	}
	return -EINVAL;
}

uint64_t clock_to_boot(const struct clock *c, uint64_t ns)
{
	uint64_t offset;

	if (c->kind != CLOCK_WALL || ns >= TIME_MAX)
		return ns;
	offset = clock_wall_ns() - clock_ns();
	return ns > offset ? ns - offset : 1;
}

/* --- timers --- */

/* Armed timers on the clock that can be set. */
static struct list wall_timers = LIST_INIT(wall_timers);

static void unlink_timer(struct clock_timer *t)
{
	if (t->linked)
		list_remove(&t->link);
	t->linked = false;
}

static void plan(struct clock_timer *t)
{
	uint64_t now;

	if (t->clock.kind == CLOCK_WALL && !t->linked) {
		list_append(&wall_timers, &t->link);
		t->linked = true;
	}
	if (!clock_is_cpu(&t->clock)) {
		timer_set(&t->timer, clock_to_boot(&t->clock, t->expires));
	} else if (clock_read(&t->clock, &now) == 0) {
		uint64_t left = t->expires > now ? t->expires - now : 0;

		timer_set(&t->timer, time_add(clock_ns(), MAX(left, CPU_CLOCK_STEP)));
	}
}

static void look(struct timer *timer)
{
	struct clock_timer *t = CONTAINER_OF(timer, struct clock_timer, timer);
	uint64_t now, periods = 0;

	if (clock_read(&t->clock, &now) < 0)
		return;
	if (now < t->expires) {
		plan(t);
		return;
	}
	if (t->interval == 0) {
		t->expires = 0;
		unlink_timer(t);
	} else {
		periods = now - t->expires;
		if (t->interval < SHORTEST_PERIOD)
			periods += SHORTEST_PERIOD;
		periods /= t->interval;
		t->expires = time_add(t->expires, (periods + 1) * t->interval);
		plan(t);
	}
	t->fire(t, periods);
}

void clock_timer_set(struct clock_timer *t, uint64_t expires, uint64_t interval)
{
	timer_cancel(&t->timer);
	unlink_timer(t);
	t->timer.fn = look;
	t->expires = expires;
	t->interval = interval;
	if (expires != 0)
		plan(t);
}

uint64_t clock_timer_left(const struct clock_timer *t)
{
	uint64_t now;

	if (t->expires == 0 || clock_read(&t->clock, &now) < 0)
		return 0;
	return t->expires > now ? t->expires - now : 1;
}

void clock_change_wall(uint64_t ns)
{
	struct clock_timer *t;

	clock_set_wall(ns);
	LIST_FOREACH (t, &wall_timers, link) {
		if (t->clock_set != NULL)
			t->clock_set(t);
		plan(t);
	}
}

/* --- sleeping --- */

struct sleeper {
	struct clock_timer timer;
	struct task *task;
	bool over;
};

static void wake_sleeper(struct clock_timer *timer, uint64_t missed)
{
	struct sleeper *s = CONTAINER_OF(timer, struct sleeper, timer);

	(void)missed;
	s->over = true;
	task_wake(s->task);
}

int clock_sleep_until(const struct clock *c, uint64_t when)
{
	struct sleeper s = { .timer = { .clock = *c, .fire = wake_sleeper }, .task = current };
	uint64_t now;
	int err = 0;

	if (clock_read(c, &now) < 0 || when <= now)
		return 0;
	clock_timer_set(&s.timer, when, 0);
	while (!s.over && err == 0)
		err = task_sleep(NO_DEADLINE);
	clock_timer_set(&s.timer, 0, 0);
	return s.over ? 0 : err;
}
