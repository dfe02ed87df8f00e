/* prctl.c: prctl(2), arch_prctl(2). */
#include <asm/errno.h>
#include <asm/prctl.h>
#include <linux/prctl.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define TIMER_SLACK 50000 /* Linux' default; ours have none */

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

static long set_no_new_privs(struct proc *p, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	if (a != 1 || b != 0 || c != 0 || d != 0)
		return -EINVAL;
	p->no_new_privs = true;
	return 0;
}

static long set_death_signal(struct proc *p, uint64_t sig)
{
	if (sig > SIG_MAX)
		return -EINVAL;
	p->pdeath_signal = (int)sig;
	return 0;
}

static long ambient(uint64_t what, uint64_t cap)
{
	switch (what) {
	case PR_CAP_AMBIENT_IS_SET: return cap > CAP_LAST_CAP ? -EINVAL : 0;
	case PR_CAP_AMBIENT_CLEAR_ALL:
	case PR_CAP_AMBIENT_LOWER: return 0;
	case PR_CAP_AMBIENT_RAISE: return -EPERM;
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
	case PR_SET_KEEPCAPS: return set_flag(&p->keep_caps, a);
	case PR_GET_KEEPCAPS: return p->keep_caps;
	case PR_SET_NO_NEW_PRIVS: return set_no_new_privs(p, a, b, c, d);
	case PR_GET_NO_NEW_PRIVS: return (a | b | c | d) != 0 ? -EINVAL : p->no_new_privs;
	case PR_SET_CHILD_SUBREAPER: p->child_subreaper = a != 0; return 0;
	case PR_GET_CHILD_SUBREAPER: {
		int is = p->child_subreaper;

		return put_user(is, (int *)a);
	}
	case PR_CAPBSET_READ: return a <= CAP_LAST_CAP ? 1 : -EINVAL;
	case PR_CAP_AMBIENT: return ambient(a, b);
	case PR_GET_SECUREBITS:
	case PR_GET_SECCOMP:
	case PR_GET_THP_DISABLE: return 0;
	case PR_SET_THP_DISABLE:
	case PR_SET_TIMERSLACK:
	case PR_SET_PTRACER: return 0;
	case PR_GET_TIMERSLACK: return TIMER_SLACK;
	case PR_GET_TID_ADDRESS: return put_user(t->clear_tid, (uintptr_t *)a);
	default: return -EINVAL;
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
