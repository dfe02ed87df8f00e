/* sched.c: sched_yield(2), sched_setaffinity(2), sched_setscheduler(2), getcpu(2).
 * There is one CPU and one policy, SCHED_OTHER. */
#include <asm/errno.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define RT_PRIORITY_MAX 99
#define QUANTUM		(4 * NSEC_PER_MSEC)

static const struct task *find_task(pid_t pid)
{
	return pid == 0 ? current : pid < 0 ? NULL : task_find(pid);
}

static bool is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_ordinary(int policy)
{
	return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

long sys_sched_yield(void)
{
	sched_yield_cpu();
	return 0;
}

long sys_sched_getaffinity(pid_t pid, unsigned len, unsigned long *umask)
{
	unsigned long mask = 1;

	/* Linux counts bits, in 32 of them. */
	if (len * 8 == 0 || len % sizeof(mask) != 0)
		return -EINVAL;
	if (find_task(pid) == NULL)
		return -ESRCH;
	return put_user(mask, umask) < 0 ? -EFAULT : (long)sizeof(mask);
}

long sys_sched_setaffinity(pid_t pid, unsigned len, const unsigned long *umask)
{
	unsigned long mask = 0;

	if (copy_from_user(&mask, umask, MIN(len, (unsigned)sizeof(mask))) < 0)
		return -EFAULT;
	if (find_task(pid) == NULL)
		return -ESRCH;
	return (mask & 1) != 0 ? 0 : -EINVAL;
}

long sys_sched_getscheduler(pid_t pid)
{
	if (pid < 0)
		return -EINVAL;
	return find_task(pid) == NULL ? -ESRCH : SCHED_NORMAL;
}

/* => 0 for what changes nothing */
static long check_policy(int policy, int priority)
{
	if (is_realtime(policy))
		return priority < 1 || priority > RT_PRIORITY_MAX ? -EINVAL : -EPERM;
	if (!is_ordinary(policy))
		return policy == SCHED_DEADLINE ? -EPERM : -EINVAL;
	return priority == 0 ? 0 : -EINVAL;
}

long sys_sched_setscheduler(pid_t pid, int policy, const int *upriority)
{
	int priority;

	if (pid < 0 || upriority == NULL)
		return -EINVAL;
	if (get_user(priority, upriority) < 0)
		return -EFAULT;
	if (find_task(pid) == NULL)
		return -ESRCH;
	return check_policy(policy & ~SCHED_RESET_ON_FORK, priority);
}

long sys_sched_getparam(pid_t pid, int *upriority)
{
	int priority = 0;

	if (pid < 0 || upriority == NULL)
		return -EINVAL;
	if (find_task(pid) == NULL)
		return -ESRCH;
	return put_user(priority, upriority);
}

long sys_sched_setparam(pid_t pid, const int *upriority)
{
	return sys_sched_setscheduler(pid, SCHED_NORMAL, upriority);
}

long sys_sched_get_priority_max(int policy)
{
	if (is_realtime(policy))
		return RT_PRIORITY_MAX;
	return is_ordinary(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (is_realtime(policy))
		return 1;
	return is_ordinary(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_rr_get_interval(pid_t pid, struct __kernel_timespec *uinterval)
{
	struct __kernel_timespec t = { 0, QUANTUM };

	if (pid < 0)
		return -EINVAL;
	return find_task(pid) == NULL ? -ESRCH : copy_to_user(uinterval, &t, sizeof(t));
}

long sys_sched_getattr(pid_t pid, struct sched_attr *uattr, unsigned size, unsigned flags)
{
	const struct task *t = find_task(pid);
	struct sched_attr a;

	if (uattr == NULL || pid < 0 || flags != 0 || size < SCHED_ATTR_SIZE_VER0 ||
	    size > PAGE_SIZE)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	memset(&a, 0, sizeof(a));
	a.size = MIN(size, (unsigned)sizeof(a));
	a.sched_nice = t->proc->nice;
	return copy_to_user(uattr, &a, a.size);
}

long sys_sched_setattr(pid_t pid, const struct sched_attr *uattr, unsigned flags)
{
	struct sched_attr a;

	if (uattr == NULL || pid < 0 || flags != 0)
		return -EINVAL;
	if (copy_from_user(&a, uattr, SCHED_ATTR_SIZE_VER0) < 0)
		return -EFAULT;
	if (find_task(pid) == NULL)
		return -ESRCH;
	return check_policy((int)a.sched_policy, (int)a.sched_priority);
}

long sys_getcpu(unsigned *ucpu, unsigned *unode, void *unused)
{
	unsigned zero = 0;

	(void)unused;
	if (ucpu != NULL && put_user(zero, ucpu) < 0)
		return -EFAULT;
	return unode == NULL ? 0 : put_user(zero, unode);
}
