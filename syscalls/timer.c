/* timer.c: alarm(2), setitimer(2), timer_create(2). */
#include <asm/errno.h>

#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/itimer.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

/* --- interval timers --- */

long sys_alarm(unsigned seconds)
{
	uint64_t left, interval;

	itimer_get(current->proc, ITIMER_REAL, &left, &interval);
	if (itimer_set(current->proc, ITIMER_REAL, seconds * NSEC_PER_SEC, 0) < 0)
		return 0; /* alarm(2) knows no failure */
	/* To the nearest second, but what is left is never none. */
	if (left > 0 && left < NSEC_PER_SEC)
		return 1;
	return (long)((left + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
}

static struct __kernel_old_itimerval itimerval_of(uint64_t left, uint64_t interval)
{
	return (struct __kernel_old_itimerval){ timeval_of(interval), timeval_of(left) };
}

long sys_getitimer(int which, struct __kernel_old_itimerval *uvalue)
{
	struct __kernel_old_itimerval v;
	uint64_t left, interval;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_get(current->proc, which, &left, &interval);
	v = itimerval_of(left, interval);
	return put_user(v, uvalue);
}

long sys_setitimer(int which, const struct __kernel_old_itimerval *unew,
		   struct __kernel_old_itimerval *uold)
{
	struct __kernel_old_itimerval v = { { 0, 0 }, { 0, 0 } }, old;
	uint64_t value, interval, left, old_interval;
	int err;

	if (unew != NULL && get_user(v, unew) < 0)
		return -EFAULT;
	if (timeval_to_ns(&v.it_value, &value) < 0 || timeval_to_ns(&v.it_interval, &interval) < 0)
		return -EINVAL;
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_get(current->proc, which, &left, &old_interval);
	err = itimer_set(current->proc, which, value, interval);
	if (err < 0 || uold == NULL)
		return err;
	old = itimerval_of(left, old_interval);
	return put_user(old, uold);
}

/* --- POSIX timers --- */

long sys_timer_create(int id, const struct sigevent *uevent, int *utimer)
{
	struct clock clock;
	struct sigevent event;
	int timer;

	if (uevent != NULL && get_user(event, uevent) < 0)
		return -EFAULT;
	if (clock_find(id, &clock) < 0)
		return -EINVAL;
	if (clock.coarse || id == CLOCK_MONOTONIC_RAW)
		return -EOPNOTSUPP;
	timer = posix_timer_create(id, &clock, uevent == NULL ? NULL : &event);
	if (timer < 0)
		return timer;
	if (put_user(timer, utimer) < 0) {
		posix_timer_delete(posix_timer_find(timer));
		return -EFAULT;
	}
	return 0;
}

static int put_itimerspec(struct __kernel_itimerspec *uvalue, uint64_t left, uint64_t interval)
{
	struct __kernel_itimerspec v = { timespec_of(interval), timespec_of(left) };

	return put_user(v, uvalue);
}

long sys_timer_settime(int id, int flags, const struct __kernel_itimerspec *unew,
		       struct __kernel_itimerspec *uold)
{
	struct posix_timer *t = posix_timer_find(id);
	struct __kernel_itimerspec v;
	uint64_t value, interval, left, old_interval;

	if (unew == NULL)
		return -EINVAL;
	if (get_user(v, unew) < 0)
		return -EFAULT;
	if (timespec_to_ns(&v.it_value, &value) < 0 ||
	    timespec_to_ns(&v.it_interval, &interval) < 0)
		return -EINVAL;
	if (t == NULL)
		return -EINVAL;
	posix_timer_get(t, &left, &old_interval);
	posix_timer_set(t, value, interval, (flags & TIMER_ABSTIME) != 0);
	return uold == NULL ? 0 : put_itimerspec(uold, left, old_interval);
}

long sys_timer_gettime(int id, struct __kernel_itimerspec *uvalue)
{
	const struct posix_timer *t = posix_timer_find(id);
	uint64_t left, interval;

	if (t == NULL)
		return -EINVAL;
	posix_timer_get(t, &left, &interval);
	return put_itimerspec(uvalue, left, interval);
}

long sys_timer_getoverrun(int id)
{
	const struct posix_timer *t = posix_timer_find(id);

	return t == NULL ? -EINVAL : posix_timer_overrun(t);
}

long sys_timer_delete(int id)
{
	struct posix_timer *t = posix_timer_find(id);

	if (t == NULL)
		return -EINVAL;
	posix_timer_delete(t);
	return 0;
}
