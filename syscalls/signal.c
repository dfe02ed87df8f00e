/* signal.c: sigaction(2), sigprocmask(2), kill(2), sigqueue(3), sigsuspend(2), sigtimedwait(2),
 * sigaltstack(2), sigreturn(2). */
#include <asm/errno.h>
#include <linux/signal.h>
#include <linux/time_types.h>

#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/pidfd.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define SIGSET_SIZE  sizeof(uint64_t)
#define MIN_ALTSTACK 2048

/* Newer than the ABI headers that we build with. */
#define PIDFD_SIGNAL_THREAD	   1u
#define PIDFD_SIGNAL_THREAD_GROUP  2u
#define PIDFD_SIGNAL_PROCESS_GROUP 4u
#define PIDFD_SIGNALS		   (PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP | PIDFD_SIGNAL_PROCESS_GROUP)

static bool valid(int sig)
{
	return sig >= 1 && sig <= SIG_MAX;
}

long sys_rt_sigaction(int sig, const struct ksigaction *uact, struct ksigaction *uold, size_t size)
{
	struct proc *p = current->proc;
	struct ksigaction act, old;

	if (size != SIGSET_SIZE || !valid(sig))
		return -EINVAL;
	if (uact != NULL && get_user(act, uact) < 0)
		return -EFAULT;
	if (uact != NULL && (SIG_BIT(sig) & SIG_UNBLOCKABLE) != 0)
		return -EINVAL;
	old = p->sighand->action[sig - 1];
	if (uact != NULL) {
		act.mask &= ~SIG_UNBLOCKABLE;
		act.flags &= ~(uint64_t)SA_UNSUPPORTED;
		p->sighand->action[sig - 1] = act;
		/* POSIX: a signal that is ignored does not wait. */
		if (act.handler == (uintptr_t)SIG_IGN ||
		    (act.handler == (uintptr_t)SIG_DFL && signal_default_ignores(sig)))
			signal_discard(p, SIG_BIT(sig));
	}
	if (uold != NULL && put_user(old, uold) < 0)
		return -EFAULT;
	return 0;
}

long sys_rt_sigprocmask(int how, const uint64_t *uset, uint64_t *uold, size_t size)
{
	uint64_t old = current->blocked, set;

	if (size != SIGSET_SIZE)
		return -EINVAL;
	if (uset != NULL) {
		if (get_user(set, uset) < 0)
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK: signal_set_mask(old | set); break;
		case SIG_UNBLOCK: signal_set_mask(old & ~set); break;
		case SIG_SETMASK: signal_set_mask(set); break;
		default: return -EINVAL;
		}
	}
	if (uold != NULL && put_user(old, uold) < 0)
		return -EFAULT;
	return 0;
}

long sys_rt_sigpending(uint64_t *uset, size_t size)
{
	uint64_t set = signal_waiting(current) & current->blocked;

	if (size > SIGSET_SIZE)
		return -EINVAL;
	return copy_to_user(uset, &set, size);
}

/* --- waiting --- */

static long wait_for_handler(void)
{
	while (task_sleep(NO_DEADLINE) == 0)
		;
	return -ERESTARTNOHAND;
}

long sys_pause(void)
{
	return wait_for_handler();
}

long sys_rt_sigsuspend(const uint64_t *umask, size_t size)
{
	uint64_t mask;

	if (size != SIGSET_SIZE)
		return -EINVAL;
	if (get_user(mask, umask) < 0)
		return -EFAULT;
	signal_set_temporary_mask(mask);
	return wait_for_handler();
}

/* Wait until a signal of `set` can be taken.  => its number, -EAGAIN, -EINTR */
static int await(uint64_t set, siginfo_t *info, uint64_t deadline)
{
	struct task *t = current;
	int signo, err;

	t->awaited = set;
	while ((signo = signal_take(set, info)) == 0) {
		err = task_sleep(deadline);
		if (err == -ETIMEDOUT) {
			signo = -EAGAIN;
			break;
		}
		/* Woken for a signal that is not ours, or that a sibling has taken. */
		if (err < 0 && (signal_waiting(t) & set) == 0) {
			signal_recalc(t);
			if (!t->signal_pending)
				continue;
			signo = -EINTR;
			break;
		}
	}
	t->awaited = 0;
	signal_recalc(t);
	return signo;
}

long sys_rt_sigtimedwait(const uint64_t *uset, struct siginfo *uinfo,
			 const struct __kernel_timespec *utimeout, size_t size)
{
	uint64_t set, deadline = NO_DEADLINE, now = clock_ns(), ns;
	siginfo_t info;
	int signo;

	if (size != SIGSET_SIZE)
		return -EINVAL;
	if (get_user(set, uset) < 0)
		return -EFAULT;
	if (utimeout != NULL) {
		int err = timespec_from_user(utimeout, &ns);

		if (err < 0)
			return err;
		deadline = time_add(now, ns);
	}
	signo = await(set & ~SIG_UNBLOCKABLE, &info, deadline);
	if (signo > 0 && uinfo != NULL && put_user(info, uinfo) < 0)
		return -EFAULT;
	return signo;
}

/* --- sending --- */

/* cred: of `to`, or of one of its threads. */
static int may_signal(const struct proc *to, const struct cred *cred, int sig)
{
	const struct cred *me = current->cred;

	if (current->proc == to || capable(CAP_KILL))
		return 0;
	if (me->euid == cred->suid || me->euid == cred->uid || me->uid == cred->suid ||
	    me->uid == cred->uid)
		return 0;
	return sig == SIGCONT && current->proc->sid == to->sid ? 0 : -EPERM;
}

static void info_from_self(siginfo_t *info, int sig, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = code;
	info->si_pid = current->proc->pid;
	info->si_uid = current->cred->uid;
}

/* Before a signal goes to processes that are paused for a forked child, mostly the one that sends it:
 * they run on first, for as long as they want to.  Elsewhere both run from fork() on, and a parent
 * that has not even returned from it when its child's first signal comes is hardly ever seen; scripts
 * rely on that (`kill $$ & wait`).  May give up the CPU: processes come and go. */
static void let_paused_run(struct proc *p, int sig)
{
	if (sig == 0 || p == NULL || !view_paused(p->view))
		return;
	view_unpause(p->view, sig);
	sched_yield_cpu();
}

static void let_paused_of_group_run(pid_t pgid, int sig)
{
	bool some = false;
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (sig != 0 && p->pgid == pgid && view_paused(p->view)) {
			view_unpause(p->view, sig);
			some = true;
		}
	}
	if (some)
		sched_yield_cpu();
}

static int send_to_proc(struct proc *p, int sig, const siginfo_t *info)
{
	int err = may_signal(p, p->cred, sig);

	return err < 0 || sig == 0 ? err : signal_send_proc(p, sig, info);
}

/* To all processes of a group, or (pgid 0) to all but init and the caller's own. */
static int send_to_many(pid_t pgid, int sig, const siginfo_t *info)
{
	int result = -ESRCH;
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		int err;

		if (pgid != 0 ? p->pgid != pgid : p == init_proc || p == current->proc)
			continue;
		err = send_to_proc(p, sig, info);
		/* Of all processes, those that may not be signalled do not count. */
		if (pgid == 0 && err == -EPERM)
			err = 0;
		if (result != 0)
			result = err;
	}
	return result;
}

static struct proc *find_target(pid_t pid)
{
	struct proc *p = proc_find(pid);
	struct task *t;

	if (p != NULL)
		return p;
	t = task_find(pid);
	return t == NULL ? NULL : t->proc;
}

long sys_kill(pid_t pid, int sig)
{
	siginfo_t info;
	struct proc *p;

	if (sig != 0 && !valid(sig))
		return -EINVAL;
	info_from_self(&info, sig, SI_USER);
	if (pid > 0) {
		let_paused_run(find_target(pid), sig);
		p = find_target(pid);
		return p == NULL ? -ESRCH : send_to_proc(p, sig, &info);
	}
	if (pid == INT32_MIN)
		return -ESRCH;
	pid = pid == 0 ? current->proc->pgid : pid == -1 ? 0 : -pid;
	let_paused_of_group_run(pid, sig);
	return send_to_many(pid, sig, &info);
}

/* tgid 0: whatever process the task is in. */
static long send_to_task(pid_t tgid, pid_t tid, int sig, const siginfo_t *info)
{
	struct task *t = task_find(tid);
	int err;

	if (sig != 0 && !valid(sig))
		return -EINVAL;
	if (t != NULL && view_paused(t->view)) {
		let_paused_run(t->proc, sig);
		t = task_find(tid);
	}
	if (t == NULL || (tgid != 0 && t->proc->pid != tgid))
		return -ESRCH;
	err = may_signal(t->proc, t->cred, sig);
	return err < 0 || sig == 0 ? err : signal_send_task(t, sig, info);
}

long sys_tkill(pid_t tid, int sig)
{
	siginfo_t info;

	if (tid <= 0)
		return -EINVAL;
	info_from_self(&info, sig, SI_TKILL);
	return send_to_task(0, tid, sig, &info);
}

long sys_tgkill(pid_t tgid, pid_t tid, int sig)
{
	siginfo_t info;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	info_from_self(&info, sig, SI_TKILL);
	return send_to_task(tgid, tid, sig, &info);
}

/* Only to itself may a process pretend that the kernel or kill(2) sent a signal. */
static int info_from_user(siginfo_t *info, const siginfo_t *uinfo, pid_t to, int sig)
{
	if (copy_from_user(info, uinfo, sizeof(*info)) < 0)
		return -EFAULT;
	info->si_signo = sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && to != current->proc->pid)
		return -EPERM;
	return 0;
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, const struct siginfo *uinfo)
{
	siginfo_t info;
	struct proc *p;
	int err = info_from_user(&info, uinfo, pid, sig);

	if (err < 0)
		return err;
	if (sig != 0 && !valid(sig))
		return -EINVAL;
	let_paused_run(find_target(pid), sig);
	p = find_target(pid);
	return p == NULL ? -ESRCH : send_to_proc(p, sig, &info);
}

/* The signal of pidfd_send_signal(2): what the caller made up, or as from kill(2).  => 0, -errno */
static int pidfd_siginfo(siginfo_t *info, const struct proc *p, int sig, const siginfo_t *uinfo)
{
	if (uinfo == NULL) {
		info_from_self(info, sig, SI_USER);
		return 0;
	}
	int err = copy_from_user(info, uinfo, sizeof(*info));
	if (err < 0)
		return err;
	if (info->si_signo != sig)
		return -EINVAL;
	bool forged = info->si_code >= 0 || info->si_code == SI_TKILL;
	return forged && p != current->proc ? -EPERM : 0;
}

static long pidfd_send(struct proc *p, int sig, const siginfo_t *uinfo, unsigned flags)
{
	siginfo_t info;

	if (p->state == PROC_REAPED)
		return -ESRCH;
	int err = pidfd_siginfo(&info, p, sig, uinfo);
	if (err < 0)
		return err;
	if (sig != 0 && !valid(sig))
		return -EINVAL;
	if (flags == PIDFD_SIGNAL_PROCESS_GROUP) {
		let_paused_of_group_run(p->pid, sig);
		return send_to_many(p->pid, sig, &info);
	}
	if (flags == PIDFD_SIGNAL_THREAD && p->state == PROC_ALIVE)
		return send_to_task(p->pid, p->pid, sig, &info);
	let_paused_run(p, sig);
	return p->state == PROC_REAPED ? -ESRCH : send_to_proc(p, sig, &info);
}

long sys_pidfd_send_signal(int fd, int sig, const struct siginfo *uinfo, unsigned flags)
{
	if (flags & ~PIDFD_SIGNALS || (flags & (flags - 1)))
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	struct proc *p = pidfd_proc(f);
	long result = p == NULL ? procfs_dir_proc(f, &p) : 0;
	if (result == 0)
		result = pidfd_send(p, sig, uinfo, flags);
	file_put(f);
	return result;
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, const struct siginfo *uinfo)
{
	siginfo_t info;
	int err;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	err = info_from_user(&info, uinfo, tgid, sig);
	return err < 0 ? err : send_to_task(tgid, tid, sig, &info);
}

/* --- handlers --- */

long sys_rt_sigreturn(void)
{
	struct regs *regs = task_regs(current);
	uint64_t mask;
	uintptr_t frame = 0;

	if (arch_sigreturn(regs, &mask, &frame) < 0) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	regs_set_sysno(regs, -1);
	signal_set_mask(mask);
	return regs_result(regs);
}

long sys_restart_syscall(void)
{
	struct task *t = current;

	return t->restart.fn == NULL ? -EINTR : t->restart.fn(t);
}

static bool on_altstack(const struct task *t)
{
	uintptr_t sp = regs_sp(task_regs(t));

	return (t->alt_flags & SS_AUTODISARM) == 0 && sp > t->alt_sp &&
	       sp - t->alt_sp <= t->alt_size;
}

static int set_altstack(struct task *t, const stack_t *ss)
{
	int mode = ss->ss_flags & ~(int)SS_AUTODISARM;

	if (on_altstack(t))
		return -EPERM;
	/* What changes nothing is not looked at: also the zeroes that a new task has. */
	if ((uintptr_t)ss->ss_sp == t->alt_sp && ss->ss_size == t->alt_size &&
	    ((unsigned)ss->ss_flags == t->alt_flags || (ss->ss_flags == 0 && t->alt_size == 0)))
		return 0;
	if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		t->alt_sp = t->alt_size = 0;
	} else {
		if (ss->ss_size < MIN_ALTSTACK)
			return -ENOMEM;
		t->alt_sp = (uintptr_t)ss->ss_sp;
		t->alt_size = ss->ss_size;
	}
	t->alt_flags = (unsigned)ss->ss_flags;
	return 0;
}

long sys_sigaltstack(const struct sigaltstack *unew, struct sigaltstack *uold)
{
	struct task *t = current;
	stack_t ss, old;
	int err = 0;

	if (unew != NULL && get_user(ss, unew) < 0)
		return -EFAULT;
	memset(&old, 0, sizeof(old));
	old.ss_sp = (void *)t->alt_sp;
	old.ss_size = t->alt_size;
	old.ss_flags = t->alt_size == 0 ? SS_DISABLE : on_altstack(t) ? SS_ONSTACK : 0;
	old.ss_flags |= (int)(t->alt_flags & SS_AUTODISARM);
	if (unew != NULL)
		err = set_altstack(t, &ss);
	if (err == 0 && uold != NULL && put_user(old, uold) < 0)
		err = -EFAULT;
	return err;
}
