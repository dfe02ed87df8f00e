/* limits.c: getrlimit(2), getrusage(2), getpriority(2). */
#include <asm/errno.h>
#include <linux/resource.h>

#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define MAX_FDS 1048576 /* /proc/sys/fs/nr_open */

static long set_limit(struct proc *p, unsigned resource, const struct rlimit64 *new)
{
	const struct rlimit64 *old = &p->limits[resource];

	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > MAX_FDS)
		return -EPERM;
	if (new->rlim_max > old->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	p->limits[resource] = *new;
	return 0;
}

static bool may_limit(const struct proc *p)
{
	return p == current->proc || capable(CAP_SYS_RESOURCE) || cred_same_ids(p->cred);
}

long sys_prlimit64(pid_t pid, unsigned resource, const struct rlimit64 *unew, struct rlimit64 *uold)
{
	struct proc *p = pid == 0 ? current->proc : proc_find(pid);
	struct rlimit64 new, old;
	long err = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (unew != NULL && get_user(new, unew) < 0)
		return -EFAULT;
	if (p == NULL)
		return -ESRCH;
	if (!may_limit(p))
		return -EPERM;
	old = p->limits[resource];
	if (unew != NULL)
		err = set_limit(p, resource, &new);
	if (err == 0 && uold != NULL && put_user(old, uold) < 0)
		err = -EFAULT;
	return err;
}

/* struct rlimit is struct rlimit64 on 64-bit machines. */
_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "rlimit");

long sys_getrlimit(unsigned resource, struct rlimit *ulimit)
{
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	return copy_to_user(ulimit, &current->proc->limits[resource], sizeof(struct rlimit64));
}

long sys_setrlimit(unsigned resource, const struct rlimit *ulimit)
{
	struct rlimit64 new;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(&new, ulimit, sizeof(new)) < 0)
		return -EFAULT;
	return set_limit(current->proc, resource, &new);
}

long sys_getrusage(int who, struct rusage *uusage)
{
	struct rusage ru;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	proc_rusage(current->proc, who, &ru);
	return put_user(ru, uusage);
}

/* --- nice values --- */

/* Does t belong to those that which and who mean? */
static bool meant(const struct task *t, int which, pid_t who)
{
	if (which == PRIO_PGRP)
		return t->proc->pgid == (who == 0 ? current->proc->pgid : who);
	return t->cred->uid == (who == 0 ? current->cred->uid : (uid_t)who);
}

static long get_nice(const struct task *t, long best)
{
	return MAX(best, 20L - t->sched.nice);
}

long sys_getpriority(int which, int who)
{
	const struct proc *p;
	const struct task *t;
	long result = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	if (which == PRIO_PROCESS) {
		t = who == 0 ? current : task_find(who);
		return t == NULL ? -ESRCH : get_nice(t, result);
	}
	LIST_FOREACH (p, &proc_list, all_link) {
		LIST_FOREACH (t, &p->tasks, proc_link)
			result = meant(t, which, who) ? get_nice(t, result) : result;
	}
	return result;
}

/* => 0, -EPERM, -EACCES; `before`, the result so far, when nothing is wrong */
static long set_nice(struct task *t, int nice, long before)
{
	const struct proc *p = t->proc;
	const struct cred *me = current->cred;
	struct sched_params to = t->sched;

	if (me->euid != t->cred->euid && me->euid != t->cred->uid && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < to.nice && (uint64_t)(20 - nice) > p->limits[RLIMIT_NICE].rlim_cur &&
	    !capable(CAP_SYS_NICE))
		return -EACCES;
	to.nice = nice;
	sched_set_params(t, &to);
	return before == -ESRCH ? 0 : before;
}

long sys_setpriority(int which, int who, int nice)
{
	struct proc *p;
	struct task *t;
	long result = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = MAX(NICE_MIN, MIN(NICE_MAX, nice));
	if (which == PRIO_PROCESS) {
		t = who == 0 ? current : task_find(who);
		return t == NULL ? -ESRCH : set_nice(t, nice, result);
	}
	LIST_FOREACH (p, &proc_list, all_link) {
		LIST_FOREACH (t, &p->tasks, proc_link)
			result = meant(t, which, who) ? set_nice(t, nice, result) : result;
	}
	return result;
}
