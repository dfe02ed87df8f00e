/* time.c: clock_gettime(2), clock_nanosleep(2), gettimeofday(2), time(2), times(2), adjtimex(2). */
#include <asm/errno.h>
#include <linux/times.h>
#include <linux/timex.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define COARSE_RESOLUTION (4 * NSEC_PER_MSEC)
#define TICKS_PER_SEC	  100 /* of times(2) and of the x86 ABI's clock_t */

/* --- sleeping --- */

enum { SLEEP_DEADLINE, SLEEP_REMAINING, SLEEP_CLOCK };

/* => 0, -ERESTARTSYS */
static int sleep_until(uint64_t deadline)
{
	int err;

	do {
		err = task_sleep(deadline);
	} while (err == 0);
	return err == -ETIMEDOUT ? 0 : err;
}

static long sleep_restart(struct task *t);

/* A relative sleep: after a signal without a handler it goes on to the same moment. */
static long sleep_relative(uint64_t deadline, struct __kernel_timespec *uremaining)
{
	struct task *t = current;
	uint64_t now;

	if (sleep_until(deadline) == 0)
		return 0;
	now = clock_ns();
	if (uremaining != NULL &&
	    timespec_to_user(uremaining, deadline > now ? deadline - now : 0) < 0)
		return -EFAULT;
	t->restart.fn = sleep_restart;
	t->restart.arg[SLEEP_DEADLINE] = deadline;
	t->restart.arg[SLEEP_REMAINING] = (uintptr_t)uremaining;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_restart(struct task *t)
{
	return sleep_relative(t->restart.arg[SLEEP_DEADLINE],
			      (struct __kernel_timespec *)t->restart.arg[SLEEP_REMAINING]);
}

static long cpu_sleep_restart(struct task *t);

/* The same on a CPU clock, until it shows `until`. */
static long cpu_sleep(int id, uint64_t until, struct __kernel_timespec *uremaining)
{
	struct task *t = current;
	struct clock clock;
	uint64_t now;

	if (clock_find(id, &clock) < 0)
		return -EINVAL;
	if (clock_sleep_until(&clock, until) == 0)
		return 0;
	if (uremaining != NULL && clock_read(&clock, &now) == 0 &&
	    timespec_to_user(uremaining, until > now ? until - now : 0) < 0)
		return -EFAULT;
	t->restart.fn = cpu_sleep_restart;
	t->restart.arg[SLEEP_DEADLINE] = until;
	t->restart.arg[SLEEP_REMAINING] = (uintptr_t)uremaining;
	t->restart.arg[SLEEP_CLOCK] = (uint64_t)id;
	return -ERESTART_RESTARTBLOCK;
}

static long cpu_sleep_restart(struct task *t)
{
	return cpu_sleep((int)t->restart.arg[SLEEP_CLOCK], t->restart.arg[SLEEP_DEADLINE],
			 (struct __kernel_timespec *)t->restart.arg[SLEEP_REMAINING]);
}

long sys_nanosleep(const struct __kernel_timespec *utime, struct __kernel_timespec *uremaining)
{
	uint64_t ns;
	int err = timespec_from_user(utime, &ns);

	return err < 0 ? err : sleep_relative(time_add(clock_ns(), ns), uremaining);
}

long sys_clock_nanosleep(int id, int flags, const struct __kernel_timespec *utime,
			 struct __kernel_timespec *uremaining)
{
	struct clock clock;
	uint64_t ns, now;
	int err = clock_find(id, &clock);

	if (err < 0)
		return -EINVAL;
	if (clock.coarse || id == CLOCK_MONOTONIC_RAW || id == CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;
	if (clock.kind == CLOCK_TASK_CPU && clock.id == current->tid)
		return -EINVAL;
	err = timespec_from_user(utime, &ns);
	if (err < 0)
		return err;
	if ((flags & TIMER_ABSTIME) != 0) {
		err = clock_sleep_until(&clock, ns);
		return err < 0 ? -ERESTARTNOHAND : 0;
	}
	if (!clock_is_cpu(&clock))
		return sleep_relative(time_add(clock_ns(), ns), uremaining);
	if (clock_read(&clock, &now) < 0)
		return -EINVAL;
	return cpu_sleep(id, time_add(now, ns), uremaining);
}

/* --- clocks --- */

long sys_clock_gettime(int id, struct __kernel_timespec *utime)
{
	struct clock clock;
	uint64_t ns;

	if (clock_find(id, &clock) < 0 || clock_read(&clock, &ns) < 0)
		return -EINVAL;
	return timespec_to_user(utime, ns);
}

long sys_clock_getres(int id, struct __kernel_timespec *utime)
{
	struct clock clock;

	if (clock_find(id, &clock) < 0)
		return -EINVAL;
	return utime == NULL ? 0 : timespec_to_user(utime, clock.coarse ? COARSE_RESOLUTION : 1);
}

long sys_clock_settime(int id, const struct __kernel_timespec *utime)
{
	uint64_t ns;
	int err;

	if (id != CLOCK_REALTIME)
		return -EINVAL;
	err = timespec_from_user(utime, &ns);
	if (err < 0)
		return err;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (ns < clock_ns() || ns == TIME_MAX)
		return -EINVAL;
	clock_change_wall(ns);
	return 0;
}

/* The zone is kept and given back, as on Linux, and means nothing. */
static struct timezone zone;

long sys_gettimeofday(struct __kernel_old_timeval *utime, struct timezone *uzone)
{
	struct __kernel_old_timeval t = timeval_of(clock_wall_ns());

	if (utime != NULL && put_user(t, utime) < 0)
		return -EFAULT;
	if (uzone != NULL && put_user(zone, uzone) < 0)
		return -EFAULT;
	return 0;
}

long sys_settimeofday(const struct __kernel_old_timeval *utime, const struct timezone *uzone)
{
	struct __kernel_old_timeval t;
	struct timezone new_zone = zone;
	uint64_t ns = 0;

	if (utime != NULL && get_user(t, utime) < 0)
		return -EFAULT;
	if (utime != NULL && timeval_to_ns(&t, &ns) < 0)
		return -EINVAL;
	if (uzone != NULL && get_user(new_zone, uzone) < 0)
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	zone = new_zone;
	if (utime != NULL && (ns < clock_ns() || ns == TIME_MAX))
		return -EINVAL;
	if (utime != NULL)
		clock_change_wall(ns);
	return 0;
}

long sys_time(long *utime)
{
	long sec = (long)(clock_wall_ns() / NSEC_PER_SEC);

	if (utime != NULL && put_user(sec, utime) < 0)
		return -EFAULT;
	return sec;
}

static long ticks(uint64_t ns)
{
	return (long)(ns / (NSEC_PER_SEC / TICKS_PER_SEC));
}

long sys_times(struct tms *utimes)
{
	const struct proc *p = current->proc;
	uint64_t user, sys;

	proc_times(p, &user, &sys);
	struct tms t = {
		.tms_utime = ticks(user),
		.tms_stime = ticks(sys),
		.tms_cutime = ticks(p->child_user_ns),
		.tms_cstime = ticks(p->child_sys_ns),
	};

	if (utimes != NULL && put_user(t, utimes) < 0)
		return -EFAULT;
	return ticks(clock_ns());
}

/* The clock runs as it runs: it can be read and set, but not adjusted. */
static long adjust(struct __kernel_timex *utimex)
{
	struct __kernel_timex t;
	struct __kernel_timespec now = timespec_of(clock_wall_ns());

	if (get_user(t, utimex) < 0)
		return -EFAULT;
	if (t.modes != 0 && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (t.modes != 0)
		return -EINVAL;
	memset(&t, 0, sizeof(t));
	t.status = STA_UNSYNC;
	t.maxerror = t.esterror = 16000000;
	t.constant = 2;
	t.precision = 1;
	t.tolerance = 32768000;
	t.tick = 1000000 / TICKS_PER_SEC;
	t.time.tv_sec = now.tv_sec;
	t.time.tv_usec = now.tv_nsec / (long)NSEC_PER_USEC;
	return put_user(t, utimex) < 0 ? -EFAULT : TIME_ERROR;
}

long sys_adjtimex(struct __kernel_timex *utimex)
{
	return adjust(utimex);
}

long sys_clock_adjtime(int id, struct __kernel_timex *utimex)
{
	return id == CLOCK_REALTIME    ? adjust(utimex)
	       : id == CLOCK_MONOTONIC ? -EOPNOTSUPP
				       : -EINVAL;
}
