/* sched.c: sched_yield(2), sched_setaffinity(2), sched_setscheduler(2), getcpu(2). */
#include <asm/errno.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define QUANTUM	    (4 * NSEC_PER_MSEC)
#define KEEP_POLICY (-1) /* sched_setparam(2) */

static struct task *find_task(pid_t pid)
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

static bool same_owner(const struct task *t)
{
	const struct cred *me = current->cred;

	return me->euid == t->cred->euid || me->euid == t->cred->uid;
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
	const struct task *t = find_task(pid);
	unsigned long mask = 0;

	if (copy_from_user(&mask, umask, MIN(len, (unsigned)sizeof(mask))) < 0)
		return -EFAULT;
	if (t == NULL)
		return -ESRCH;
	if (!same_owner(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
	return (mask & 1) != 0 ? 0 : -EINVAL;
}

/* --- policies --- */

static bool can_nice(const struct task *t, int nice)
{
	return (uint64_t)(20 - nice) <= t->proc->limits[RLIMIT_NICE].rlim_cur;
}

/* Does changing t so need CAP_SYS_NICE? */
static bool is_privileged(const struct task *t, const struct sched_params *to)
{
	uint64_t limit = t->proc->limits[RLIMIT_RTPRIO].rlim_cur;

	if (is_ordinary(to->policy) && to->nice < t->sched.nice && !can_nice(t, to->nice))
		return true;
	if (is_realtime(to->policy)) {
		if (to->policy != t->sched.policy && limit == 0)
			return true;
		if (to->priority > t->sched.priority && (uint64_t)to->priority > limit)
			return true;
	}
	if (t->sched.policy == SCHED_IDLE && to->policy != SCHED_IDLE &&
	    !can_nice(t, t->sched.nice))
		return true;
	return !same_owner(t) || (t->sched.reset_on_fork && !to->reset_on_fork);
}

static long set_params(pid_t pid, struct sched_params to)
{
	struct task *t = find_task(pid);

	if (t == NULL)
		return -ESRCH;
	if (to.policy == KEEP_POLICY) {
		to.policy = t->sched.policy;
		to.reset_on_fork = t->sched.reset_on_fork;
	}
	if (!is_realtime(to.policy) && !is_ordinary(to.policy))
		return to.policy == SCHED_DEADLINE ? -EPERM : -EINVAL;
	if (to.priority < 0 || to.priority > RT_PRIORITY_MAX ||
	    is_realtime(to.policy) != (to.priority != 0))
		return -EINVAL;
	if (to.nice < NICE_MIN || is_realtime(to.policy))
		to.nice = t->sched.nice;
	if (is_privileged(t, &to) && !capable(CAP_SYS_NICE))
		return -EPERM;
	sched_set_params(t, &to);
	return 0;
}

long sys_sched_getscheduler(pid_t pid)
{
	const struct task *t = find_task(pid);

	if (pid < 0)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	return t->sched.policy | (t->sched.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
}

static long set_scheduler(pid_t pid, int policy, const int *upriority)
{
	struct sched_params to = { .policy = policy, .nice = NICE_MIN - 1 };

	if (pid < 0 || upriority == NULL)
		return -EINVAL;
	if (get_user(to.priority, upriority) < 0)
		return -EFAULT;
	if (policy != KEEP_POLICY) {
		to.policy = policy & ~SCHED_RESET_ON_FORK;
		to.reset_on_fork = (policy & SCHED_RESET_ON_FORK) != 0;
	}
	return set_params(pid, to);
}

long sys_sched_setscheduler(pid_t pid, int policy, const int *upriority)
{
	return policy < 0 ? -EINVAL : set_scheduler(pid, policy, upriority);
}

long sys_sched_setparam(pid_t pid, const int *upriority)
{
	return set_scheduler(pid, KEEP_POLICY, upriority);
}

long sys_sched_getparam(pid_t pid, int *upriority)
{
	const struct task *t = find_task(pid);

	if (pid < 0 || upriority == NULL)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	return put_user(t->sched.priority, upriority);
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
	const struct task *t = find_task(pid);
	struct __kernel_timespec slice = { 0, QUANTUM };

	if (pid < 0)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	if (is_realtime(t->sched.policy))
		slice.tv_nsec = t->sched.policy == SCHED_RR ? (long)RR_QUANTUM : 0;
	return copy_to_user(uinterval, &slice, sizeof(slice));
}

/* --- sched_setattr(2) --- */

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
	a.sched_policy = (unsigned)t->sched.policy;
	if (t->sched.reset_on_fork)
		a.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	if (is_realtime(t->sched.policy)) {
		a.sched_priority = (unsigned)t->sched.priority;
	} else {
		a.sched_nice = t->sched.nice;
		a.sched_runtime = QUANTUM;
	}
	return copy_to_user(uattr, &a, a.size);
}

/* => 0, -EFAULT, -E2BIG (then the size that we know is in the program's structure) */
static long attr_from_user(struct sched_attr *a, const struct sched_attr *uattr)
{
	const unsigned known = sizeof(*a);
	unsigned size;

	if (get_user(size, &uattr->size) < 0)
		return -EFAULT;
	if (size == 0)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto too_big;
	memset(a, 0, sizeof(*a));
	if (copy_from_user(a, uattr, MIN(size, known)) < 0)
		return -EFAULT;
	for (unsigned i = known; i < size; i++) {
		char extra;

		if (get_user(extra, (const char *)uattr + i) < 0)
			return -EFAULT;
		if (extra != 0)
			goto too_big;
	}
	return 0;

too_big:
	(void)put_user(known, (unsigned *)&uattr->size);
	return -E2BIG;
}

long sys_sched_setattr(pid_t pid, const struct sched_attr *uattr, unsigned flags)
{
	struct sched_attr a;
	struct sched_params to;
	const struct task *t = find_task(pid);
	long err;

	if (uattr == NULL || pid < 0 || flags != 0)
		return -EINVAL;
	err = attr_from_user(&a, uattr);
	if (err < 0)
		return err;
	if ((int)a.sched_policy < 0 || (a.sched_flags & ~(uint64_t)SCHED_FLAG_ALL) != 0 ||
	    a.sched_priority > RT_PRIORITY_MAX)
		return -EINVAL;
	if (t == NULL)
		return -ESRCH;
	int nice = MAX(NICE_MIN, MIN(NICE_MAX, a.sched_nice));

	to = (struct sched_params){
		.policy = (int)a.sched_policy,
		.priority = (int)a.sched_priority,
		.nice = nice,
		.reset_on_fork = (a.sched_flags & SCHED_FLAG_RESET_ON_FORK) != 0,
	};
	if ((a.sched_flags & SCHED_FLAG_KEEP_POLICY) != 0)
		to.policy = KEEP_POLICY;
	if ((a.sched_flags & SCHED_FLAG_KEEP_PARAMS) != 0) {
		to.priority = t->sched.priority;
		to.nice = t->sched.nice;
	}
	return set_params(pid, to);
}

long sys_getcpu(unsigned *ucpu, unsigned *unode, void *unused)
{
	unsigned zero = 0;

	(void)unused;
	if (ucpu != NULL && put_user(zero, ucpu) < 0)
		return -EFAULT;
	return unode == NULL ? 0 : put_user(zero, unode);
}

/* --- I/O priorities: kept --- */

/* Does p belong to those that which and who mean? */
static bool meant(const struct proc *p, int which, int who)
{
	const struct proc *self = current->proc;

	switch (which) {
	case IOPRIO_WHO_PROCESS:
		return who == 0 ? p == self : task_find(who) != NULL && task_find(who)->proc == p;
	case IOPRIO_WHO_PGRP: return p->pgid == (who == 0 ? self->pgid : who);
	default: return p->cred->uid == (who == 0 ? current->cred->uid : (uid_t)who);
	}
}

static long check_ioprio(int ioprio)
{
	int class = IOPRIO_PRIO_CLASS(ioprio), level = ioprio & (IOPRIO_NR_LEVELS - 1);

	switch (class) {
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
			return -EPERM;
		break;
	case IOPRIO_CLASS_BE:
	case IOPRIO_CLASS_IDLE: break;
	case IOPRIO_CLASS_NONE: return level != 0 ? -EINVAL : 0;
	default: return -EINVAL;
	}
	return 0;
}

long sys_ioprio_set(int which, int who, int ioprio)
{
	long result = check_ioprio(ioprio);
	struct proc *p;

	if (result < 0)
		return result;
	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	result = -ESRCH;
	LIST_FOREACH (p, &proc_list, all_link) {
		if (!meant(p, which, who))
			continue;
		if (current->cred->uid != p->cred->uid && current->cred->euid != p->cred->uid &&
		    !capable(CAP_SYS_NICE))
			return -EPERM;
		p->ioprio = ioprio;
		result = 0;
	}
	return result;
}

/* The best of several: the class with the smallest number, then the smallest level. */
long sys_ioprio_get(int which, int who)
{
	const struct proc *p;
	long best = -ESRCH;

	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	LIST_FOREACH (p, &proc_list, all_link) {
		if (!meant(p, which, who))
			continue;
		if (best < 0 || (p->ioprio != 0 && p->ioprio < best))
			best = p->ioprio;
	}
	return best;
}
