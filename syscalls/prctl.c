/* prctl.c: prctl(2), arch_prctl(2). */
#include <asm/errno.h>
#include <asm/prctl.h>
#include <linux/prctl.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

static long set_comm(struct task *t, const char *uname)
{
	char name[sizeof(t->comm)];

	memset(name, 0, sizeof(name));
	if (strncpy_from_user(name, uname, sizeof(name)) == -EFAULT)
		return -EFAULT;
	name[sizeof(name) - 1] = '\0';
	memcpy(t->comm, name, sizeof(name));
	return 0;
}

/* A flag of the process: only 0 and 1 are values. */
static long set_flag(bool *flag, uint64_t value)
{
	if (value > 1)
		return -EINVAL;
	*flag = value != 0;
	return 0;
}

static long set_no_new_privs(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	if (a != 1 || b != 0 || c != 0 || d != 0)
		return -EINVAL;
	struct cred *cred = cred_prepare();
	if (cred == NULL)
		return -ENOMEM;
	cred->no_new_privs = true;
	cred_commit(cred);
	return 0;
}

static long set_death_signal(struct proc *p, uint64_t sig)
{
	if (sig > SIG_MAX)
		return -EINVAL;
	p->pdeath_signal = (int)sig;
	return 0;
}

/* --- capabilities --- */

static long set_ambient(uint64_t set)
{
	struct cred *c = cred_prepare();

	if (c == NULL)
		return -ENOMEM;
	c->cap_ambient = set;
	cred_commit(c);
	return 0;
}

static long ambient(uint64_t what, uint64_t cap, uint64_t c, uint64_t d)
{
	const struct cred *me = current->cred;

	if (what == PR_CAP_AMBIENT_CLEAR_ALL)
		return (cap | c | d) != 0 ? -EINVAL : set_ambient(0);
	if (cap > CAP_LAST_CAP || (c | d) != 0)
		return -EINVAL;
	uint64_t bit = cap_bit((unsigned)cap);
	switch (what) {
	case PR_CAP_AMBIENT_IS_SET: return (me->cap_ambient & bit) != 0;
	case PR_CAP_AMBIENT_LOWER: return set_ambient(me->cap_ambient & ~bit);
	case PR_CAP_AMBIENT_RAISE:
		if ((me->cap_permitted & me->cap_inheritable & bit) == 0 ||
		    (me->securebits & SECBIT_NO_CAP_AMBIENT_RAISE) != 0)
			return -EPERM;
		return set_ambient(me->cap_ambient | bit);
	default: return -EINVAL;
	}
}

static long drop_bounding(uint64_t cap)
{
	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	struct cred *c = cred_prepare();
	if (c == NULL)
		return -ENOMEM;
	c->cap_bounding &= ~cap_bit((unsigned)cap);
	cred_commit(c);
	return 0;
}

static long change_securebits(unsigned bits)
{
	struct cred *c = cred_prepare();

	if (c == NULL)
		return -ENOMEM;
	c->securebits = bits;
	cred_commit(c);
	return 0;
}

/* Locked bits stay as they are, locks too; each lock is the bit above what it locks. */
static long set_securebits(uint64_t bits)
{
	const uint64_t known = 0xff, locks = 0xaa;
	uint64_t old = current->cred->securebits;

	if ((((old & locks) >> 1) & (old ^ bits)) != 0 || (old & locks & ~bits) != 0 ||
	    (bits & ~known) != 0 || !capable(CAP_SETPCAP))
		return -EPERM;
	return change_securebits((unsigned)bits);
}

static long set_keep_caps(uint64_t value)
{
	unsigned bits = current->cred->securebits & ~(unsigned)SECBIT_KEEP_CAPS;

	if (value > 1)
		return -EINVAL;
	if ((bits & SECBIT_KEEP_CAPS_LOCKED) != 0)
		return -EPERM;
	return change_securebits(value != 0 ? bits | SECBIT_KEEP_CAPS : bits);
}

/* --- what is kept, without an effect --- */

static long set_mce_policy(struct proc *p, uint64_t what, uint64_t policy, uint64_t c, uint64_t d)
{
	if ((c | d) != 0)
		return -EINVAL;
	if (what == PR_MCE_KILL_CLEAR && policy == 0)
		p->mce_policy = PR_MCE_KILL_DEFAULT;
	else if (what == PR_MCE_KILL_SET && policy <= PR_MCE_KILL_DEFAULT)
		p->mce_policy = (int)policy;
	else
		return -EINVAL;
	return 0;
}

static long set_timer_slack(struct proc *p, uint64_t ns)
{
	p->timer_slack = (int64_t)ns <= 0 ? TIMER_SLACK : ns;
	return 0;
}

static long set_thp_disable(struct proc *p, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	if ((b | c | d) != 0)
		return -EINVAL;
	p->thp_disable = a != 0;
	return 0;
}

/* Whether rdtsc works: it does, and in ring 0 cannot be forbidden. */
static long get_tsc(int *umode)
{
	int mode = PR_TSC_ENABLE;

	return put_user(mode, umode);
}

/* Speculation is not controlled here. */
static long speculation(uint64_t which, uint64_t b, uint64_t c, uint64_t d, bool set)
{
	if ((c | d) != 0 || (!set && b != 0))
		return -EINVAL;
	if (which > PR_SPEC_L1D_FLUSH)
		return -ENODEV;
	return set ? -ENXIO : (long)PR_SPEC_ENABLE;
}

static long zero_if_no_arguments(uint64_t a, uint64_t b, uint64_t c, uint64_t d, long value)
{
	return (a | b | c | d) != 0 ? -EINVAL : value;
}

/* Options that are answered without an effect.  => -EINVAL also for unknown ones */
static long prctl_without_effect(struct proc *p, int option, uint64_t a, uint64_t b, uint64_t c,
				 uint64_t d)
{
	switch (option) {
	case PR_GET_TIMING: return PR_TIMING_STATISTICAL;
	case PR_SET_TIMING: return a == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_GET_TSC: return get_tsc((int *)a);
	case PR_SET_TSC: return a == PR_TSC_ENABLE ? 0 : -EINVAL;
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE:
	case PR_GET_SECCOMP: return 0;
	case PR_MCE_KILL: return set_mce_policy(p, a, b, c, d);
	case PR_MCE_KILL_GET: return zero_if_no_arguments(a, b, c, d, p->mce_policy);
	case PR_SET_THP_DISABLE: return set_thp_disable(p, a, b, c, d);
	case PR_GET_THP_DISABLE: return zero_if_no_arguments(a, b, c, d, p->thp_disable);
	case PR_SET_TIMERSLACK: return set_timer_slack(p, a);
	case PR_GET_TIMERSLACK: return (long)p->timer_slack;
	case PR_GET_SPECULATION_CTRL: return speculation(a, b, c, d, false);
	case PR_SET_SPECULATION_CTRL: return speculation(a, b, c, d, true);
	case PR_SET_SYSCALL_USER_DISPATCH: return zero_if_no_arguments(a, b, c, d, 0);
	case PR_SET_MM:
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER: return capable(CAP_SYS_RESOURCE) ? -EINVAL : -EPERM;
	default: return -EINVAL;
	}
}

long sys_prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct task *t = current;
	struct proc *p = t->proc;

	switch (option) {
	case PR_SET_NAME: return set_comm(t, (const char *)a);
	case PR_GET_NAME: return copy_to_user((void *)a, t->comm, sizeof(t->comm));
	case PR_SET_PDEATHSIG: return set_death_signal(p, a);
	case PR_GET_PDEATHSIG: return put_user(p->pdeath_signal, (int *)a);
	case PR_SET_DUMPABLE: return set_flag(&p->dumpable, a);
	case PR_GET_DUMPABLE: return p->dumpable;
	case PR_SET_KEEPCAPS: return set_keep_caps(a);
	case PR_GET_KEEPCAPS: return (t->cred->securebits & SECBIT_KEEP_CAPS) != 0;
	case PR_SET_SECUREBITS: return set_securebits(a);
	case PR_GET_SECUREBITS: return t->cred->securebits;
	case PR_CAPBSET_READ:
		return a <= CAP_LAST_CAP ? (long)((t->cred->cap_bounding >> a) & 1) : -EINVAL;
	case PR_CAPBSET_DROP: return drop_bounding(a);
	case PR_CAP_AMBIENT: return ambient(a, b, c, d);
	case PR_SET_NO_NEW_PRIVS: return set_no_new_privs(a, b, c, d);
	case PR_GET_NO_NEW_PRIVS: return zero_if_no_arguments(a, b, c, d, t->cred->no_new_privs);
	case PR_SET_CHILD_SUBREAPER: p->child_subreaper = a != 0; return 0;
	case PR_GET_CHILD_SUBREAPER: {
		int is = p->child_subreaper;

		return put_user(is, (int *)a);
	}
	case PR_GET_TID_ADDRESS: return put_user(t->clear_tid, (uintptr_t *)a);
	default: return prctl_without_effect(p, option, a, b, c, d);
	}
}

long sys_arch_prctl(int code, uintptr_t addr)
{
	uintptr_t tls;

	switch (code) {
	case ARCH_SET_FS: return arch_set_tls(current, addr);
	case ARCH_GET_FS: tls = arch_get_tls(current); return put_user(tls, (uintptr_t *)addr);
	case ARCH_GET_CPUID: return 1;
	case ARCH_SET_CPUID: return -ENODEV;
	case ARCH_SET_GS:
	case ARCH_GET_GS: return -EPERM;
	default: return -EINVAL;
	}
}
