/* signal.c: sending signals, and what they do to whom they reach.
 *
 * A signal is sent to a task or to a process.  Sending only queues it and makes sure that some task
 * will look: it sets that task's signal_pending and wakes it.  Everything else happens in
 * signal_deliver(), in the name of the task itself, on its way back to the program: there it stops,
 * dies, or gets a frame for its handler.  So no task is ever changed while it is inside the kernel.
 *
 * signal_pending is sticky: others only set it; the task itself clears it in signal_deliver() when
 * nothing is left.  A task that was woken for a signal which a sibling then took thus still comes to
 * signal_deliver(), where the call it was in is restarted; no -ERESTART* code ever reaches a program.
 *
 * Which task gets a signal of the process: the leader if it does not block it, else any that does
 * not.  When a handler's mask blocks a signal that was meant for this task, retarget() offers it to
 * the others.
 *
 * Dropped when sent: what is ignored and not blocked (a blocked one may find a handler later);
 * what would by default stop init, which nobody could continue; a standard signal that waits already.
 * What would kill init does: its end is the machine's orderly end, and as the program of `flat run` it
 * shall die of a ^C or a broken pipe like any other.
 *
 * Stopping: the first task that takes a stop signal sets proc->stop_code; each task stops when it
 * comes to signal_deliver(); the last one tells the parent.  SIGCONT ends the stop when it is *sent*,
 * blocked or not, and takes waiting stop signals away, as those take away a waiting SIGCONT.
 *
 * Pauses: a task whose view is covered by a forked child's shadow cannot run.  A signal for it splits
 * the views (view_unpause).  And a forked child that stops must not keep its parent paused.
 *
 * Interrupted calls return -ERESTART*; the program's registers still hold the arguments, and
 * regs_sysno() the number.  With a handler the result becomes -EINTR or, by SA_RESTART, the call is
 * repeated after the handler; without one it is repeated at once. */
#include <asm/errno.h>
#include <asm/unistd.h>
#include <linux/signal.h>

#include "lib/print.h"
#include "lib/string.h"
#include "proc/forklog.h"
#include "proc/forkneed.h"
#include "proc/ptrace.h"
#include "proc/rseq.h"
#include "proc/sigqueue.h"
#include "proc/task.h"

#define STOP_SIGNALS	(SIG_BIT(SIGSTOP) | SIG_BIT(SIGTSTP) | SIG_BIT(SIGTTIN) | SIG_BIT(SIGTTOU))
#define DEFAULT_IGNORED (SIG_BIT(SIGCONT) | SIG_BIT(SIGCHLD) | SIG_BIT(SIGWINCH) | SIG_BIT(SIGURG))

struct waitq signal_arrivals = { LIST_INIT(signal_arrivals.waiters) };

static struct ksigaction *action_of(const struct proc *p, int signo)
{
	return &p->sighand->action[signo - 1];
}

bool signal_default_ignores(int signo)
{
	return (SIG_BIT(signo) & DEFAULT_IGNORED) != 0;
}

static bool is_stop(int signo)
{
	return (SIG_BIT(signo) & STOP_SIGNALS) != 0;
}

static bool is_ignored(const struct proc *p, int signo)
{
	uintptr_t handler = action_of(p, signo)->handler;

	return handler == (uintptr_t)SIG_IGN ||
	       (handler == (uintptr_t)SIG_DFL && signal_default_ignores(signo));
}

static bool kills(const struct proc *p, int signo)
{
	return action_of(p, signo)->handler == (uintptr_t)SIG_DFL &&
	       !signal_default_ignores(signo) && !is_stop(signo);
}

uint64_t signal_waiting(const struct task *t)
{
	return t->pending.set | t->proc->pending.set;
}

/* Must t leave the kernel's waits: is there something for signal_deliver()? */
static bool has_work(const struct task *t)
{
	const struct proc *p = t->proc;

	return (signal_waiting(t) & ~(t->blocked & ~t->awaited)) != 0 || p->group_exit ||
	       task_held_by_stop(t) || task_has_trap(t) ||
	       (p->exec_task != NULL && p->exec_task != t);
}

void signal_recalc(struct task *t)
{
	if (has_work(t))
		t->signal_pending = true;
	else if (t == current)
		t->signal_pending = false;
}

bool signal_fatal_pending(const struct task *t)
{
	const struct proc *p = t->proc;
	uint64_t ready = signal_waiting(t) & ~t->blocked;

	if (p->group_exit || (p->exec_task != NULL && p->exec_task != t))
		return true;
	for (; ready != 0; ready &= ready - 1) {
		if (kills(p, __builtin_ctzll(ready) + 1))
			return true;
	}
	return false;
}

bool signal_is_blocked_or_ignored(const struct task *t, int signo)
{
	return (t->blocked & SIG_BIT(signo)) != 0 ||
	       action_of(t->proc, signo)->handler == (uintptr_t)SIG_IGN;
}

bool signal_timer_waiting(const struct proc *p, int signo, int id, int more)
{
	struct task *t;

	if (sigqueue_timer_overrun(&p->pending, signo, id, more))
		return true;
	LIST_FOREACH (t, &p->tasks, proc_link) {
		if (sigqueue_timer_overrun(&t->pending, signo, id, more))
			return true;
	}
	return false;
}

void signal_forget_timer(struct proc *p, int signo, int id)
{
	struct task *t;

	sigqueue_forget_timer(&p->pending, signo, id);
	LIST_FOREACH (t, &p->tasks, proc_link)
		sigqueue_forget_timer(&t->pending, signo, id);
}

void signal_discard(struct proc *p, uint64_t set)
{
	struct task *t;

	sigqueue_remove(&p->pending, set);
	LIST_FOREACH (t, &p->tasks, proc_link)
		sigqueue_remove(&t->pending, set);
}

/* --- sending --- */

/* Make t come to signal_deliver() for signo. */
static void notify_task(struct task *t, int signo)
{
	t->signal_pending = true;
	if (view_paused(t->view))
		view_unpause(t->view, signo);
	if (signo == SIGKILL && (t->state == TASK_STOPPED || t->state == TASK_TRACED))
		t->state = TASK_SLEEPING;
	if (!t->killable || signal_fatal_pending(t))
		task_wake(t);
}

static bool takes(const struct task *t, int signo)
{
	if (t->exiting)
		return false;
	if (signo == SIGKILL)
		return true;
	return t->state != TASK_STOPPED && t->state != TASK_TRACED &&
	       (t->blocked & ~t->awaited & SIG_BIT(signo)) == 0;
}

/* Find a task for a signal of the process; if all block it, it just waits. */
static void notify_proc(struct proc *p, int signo)
{
	struct task *t;

	if (p->leader != NULL && takes(p->leader, signo)) {
		notify_task(p->leader, signo);
		return;
	}
	LIST_FOREACH (t, &p->tasks, proc_link) {
		if (takes(t, signo)) {
			notify_task(t, signo);
			return;
		}
	}
}

/* Tell p's parent that p stopped or continued. */
static void report_to_parent(struct proc *p, int code, int status)
{
	struct proc *parent = p->parent;
	const struct ksigaction *sa;
	siginfo_t info;

	if (parent == NULL || parent->sighand == NULL)
		return;
	sa = action_of(parent, SIGCHLD);
	if (sa->handler != (uintptr_t)SIG_IGN && (sa->flags & SA_NOCLDSTOP) == 0) {
		memset(&info, 0, sizeof(info));
		info.si_signo = SIGCHLD;
		info.si_code = code;
		info.si_pid = p->pid;
		info.si_uid = p->cred->uid;
		info.si_status = status;
		signal_send_proc(parent, SIGCHLD, &info);
	}
	waitq_wake(&parent->child_wait);
}

static void resume_all(struct proc *p)
{
	struct task *t;

	p->stop_code = 0;
	p->stopped = p->stop_report = false;
	ptrace_group_stop_changed(p);
	LIST_FOREACH (t, &p->tasks, proc_link) {
		if (t->state == TASK_STOPPED) {
			t->state = TASK_SLEEPING;
			task_wake(t);
		}
	}
}

/* What sending does by itself: stop and continue signals cancel each other. */
static void send_side_effects(struct proc *p, int signo)
{
	bool was_stopped = p->stopped;

	if (is_stop(signo)) {
		signal_discard(p, SIG_BIT(SIGCONT));
	} else if (signo == SIGCONT) {
		signal_discard(p, STOP_SIGNALS);
		if (p->stop_code == 0)
			return;
		resume_all(p);
		if (was_stopped) {
			p->cont_report = true;
			report_to_parent(p, CLD_CONTINUED, SIGCONT);
		}
	} else if (signo == SIGKILL && p->stop_code != 0) {
		resume_all(p);
	}
}

static bool drop_when_sent(const struct proc *p, const struct task *t, int signo)
{
	if (t != NULL && ((t->blocked | t->awaited) & SIG_BIT(signo)) != 0)
		return false;
	if (t != NULL && t->ptrace != NULL && signo != SIGKILL)
		return false; /* the tracer wants to see it */
	if (p == init_proc && is_stop(signo) && action_of(p, signo)->handler == (uintptr_t)SIG_DFL)
		return true;
	return is_ignored(p, signo);
}

/* t NULL: to the process. */
static int send(struct proc *p, struct task *t, int signo, const siginfo_t *info)
{
	struct sigqueue *q = t != NULL ? &t->pending : &p->pending;
	int err;

	if (p->state != PROC_ALIVE || p->sighand == NULL)
		return 0;
	send_side_effects(p, signo);
	if (drop_when_sent(p, t != NULL ? t : p->leader, signo))
		return 0;
	if (signo < SIGRTMIN && (q->set & SIG_BIT(signo)) != 0)
		return 0;
	err = sigqueue_add(q, signo, info, false, p->limits[RLIMIT_SIGPENDING].rlim_cur);
	if (err < 0)
		return err;
	waitq_wake(&signal_arrivals);
	if (t == NULL)
		notify_proc(p, signo);
	else if (takes(t, signo))
		notify_task(t, signo);
	return 0;
}

int signal_send_proc(struct proc *p, int signo, const siginfo_t *info)
{
	return send(p, NULL, signo, info);
}

int signal_send_task(struct task *t, int signo, const siginfo_t *info)
{
	return send(t->proc, t, signo, info);
}

int signal_send_pgrp(pid_t pgid, int signo, const siginfo_t *info)
{
	struct proc *p;
	int err = -ESRCH;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid == pgid)
			err = signal_send_proc(p, signo, info);
	}
	return err;
}

void signal_force(int signo, int code, uintptr_t addr)
{
	struct task *t = current;
	struct ksigaction *sa = action_of(t->proc, signo);
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = code;
	info.si_addr = (void *)addr;
	if ((t->blocked & SIG_BIT(signo)) != 0 || sa->handler == (uintptr_t)SIG_IGN) {
		*sa = (struct ksigaction){ 0 };
		t->blocked &= ~SIG_BIT(signo);
	}
	sigqueue_remove(&t->pending, SIG_BIT(signo));
	(void)sigqueue_add(&t->pending, signo, &info, true, UINT64_MAX);
	t->signal_pending = true;
}

/* --- masks --- */

/* The current task blocks `set` from now on: others may take what waits for the process. */
static void retarget(uint64_t set)
{
	struct proc *p = current->proc;

	if (p->task_count == 1)
		return;
	for (set &= p->pending.set; set != 0; set &= set - 1)
		notify_proc(p, __builtin_ctzll(set) + 1);
}

void signal_set_mask(uint64_t mask)
{
	struct task *t = current;
	uint64_t newly = mask & ~SIG_UNBLOCKABLE & ~t->blocked;

	t->blocked = mask & ~SIG_UNBLOCKABLE;
	retarget(newly);
	signal_recalc(t);
}

void signal_set_temporary_mask(uint64_t mask)
{
	struct task *t = current;

	t->saved_mask = t->blocked;
	t->restore_mask = true;
	signal_set_mask(mask);
}

static void restore_mask(struct task *t)
{
	if (!t->restore_mask)
		return;
	t->restore_mask = false;
	signal_set_mask(t->saved_mask);
}

int signal_take(uint64_t set, siginfo_t *info)
{
	struct task *t = current;
	bool forced;
	int signo = sigqueue_take(&t->pending, set, info, &forced);

	if (signo == 0)
		signo = sigqueue_take(&t->proc->pending, set, info, &forced);
	signal_recalc(t);
	return signo;
}

/* --- delivery --- */

void signal_leave_parent(struct view *v, int signo)
{
	if (fork_mode == FORK_MODE_FULL) {
		view_split(v, FORK_SIGNAL, signo);
		return;
	}
	kprintf("fork=cow: %s[%d] stops by signal %d while its parent is paused: killed\n",
		current->comm, current->proc->pid, signo);
	if (v->record != NULL) {
		v->record->end = FORK_SIGNAL;
		v->record->end_call = signo;
	}
	proc_exit_group(SIGKILL);
}

void signal_group_stopped(struct task *t)
{
	struct proc *p = t->proc;
	struct task *other;
	bool by_parent = t->ptrace != NULL && t->ptrace->tracer == p->parent;

	LIST_FOREACH (other, &p->tasks, proc_link)
		if (other != t && other->state != TASK_STOPPED && other->state != TASK_TRACED &&
		    !other->exiting)
			return;
	if (p->stopped)
		return;
	p->stopped = true;
	p->cont_report = false;
	if (by_parent) /* it sees the stop of the tracee */
		return;
	p->stop_report = true;
	report_to_parent(p, CLD_STOPPED, p->stop_code);
}

/* The process is to stop: this task does, and the last one tells the parent. */
static void stop_here(void)
{
	struct task *t = current;

	if (t->view->under != NULL)
		signal_leave_parent(t->view, t->proc->stop_code);
	t->state = TASK_STOPPED;
	signal_group_stopped(t);
	uint64_t since = clock_ns();
	schedule();
	forklog_stopped(since);
}

static void stop_begin(struct proc *p, int signo)
{
	struct task *t;

	p->stop_code = signo;
	ptrace_group_stop_changed(p);
	LIST_FOREACH (t, &p->tasks, proc_link) {
		if (t != current && t->state != TASK_STOPPED)
			notify_task(t, signo);
	}
}

/* The default action of signo, which is not to ignore it. */
static void act_by_default(int signo, const siginfo_t *info, bool forced, const struct regs *regs)
{
	struct proc *p = current->proc;

	if (is_stop(signo)) {
		if (p == init_proc && !forced)
			return;
		if (signo == SIGSTOP || !pgrp_orphaned(p->pgid))
			stop_begin(p, signo);
		return;
	}
	if (info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE)
		forkneed_ended_by(info->si_pid);
	if (forced)
		kprintf("%s[%d]: killed by signal %d, code %d, address %#lx, ip %#lx, sp %#lx\n",
			current->comm, p->pid, signo, info->si_code, (uintptr_t)info->si_addr,
			regs_ip(regs), regs_sp(regs));
	proc_exit_group(signo);
}

/* What becomes of an interrupted call, given that the handler sa runs (NULL: none does). */
static void settle_call(struct regs *regs, const struct ksigaction *sa)
{
	long nr = regs_sysno(regs);

	if (nr == -1)
		return;
	switch (-regs_result(regs)) {
	case ERESTARTNOINTR: break;
	case ERESTARTSYS:
		if (sa != NULL && (sa->flags & SA_RESTART) == 0)
			goto interrupted;
		break;
	case ERESTARTNOHAND:
		if (sa != NULL)
			goto interrupted;
		break;
	case ERESTART_RESTARTBLOCK:
		if (sa != NULL)
			goto interrupted;
		nr = __NR_restart_syscall;
		break;
	default: return;
	}
	regs_restart_syscall(regs, nr);
	return;
interrupted:
	regs_set_result(regs, -EINTR);
}

/* The stack a handler is to use.  What is on the alternate one must not leave it downwards. */
static struct frame_stack stack_for(const struct task *t, const struct ksigaction *sa,
				    const struct regs *regs)
{
	uintptr_t sp = regs_sp(regs);
	bool disarm = (t->alt_flags & SS_AUTODISARM) != 0;
	struct frame_stack stack = { 0 };

	if (!disarm && sp > t->alt_sp && sp - t->alt_sp <= t->alt_size) {
		stack.floor = t->alt_sp;
	} else if ((sa->flags & SA_ONSTACK) != 0 && t->alt_size != 0) {
		stack.top = t->alt_sp + t->alt_size;
		stack.floor = t->alt_sp;
	}
	return stack;
}

static void run_handler(struct regs *regs, int signo, const siginfo_t *info)
{
	struct task *t = current;
	struct ksigaction *slot = action_of(t->proc, signo), sa = *slot;
	uint64_t mask = t->restore_mask ? t->saved_mask : t->blocked, block = sa.mask;

	settle_call(regs, &sa);
	if (t->rseq != 0 && rseq_interrupted(regs) < 0) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		if (signo == SIGSEGV)
			proc_exit_group(SIGSEGV);
	}
	struct frame_stack stack = stack_for(t, &sa, regs);
	if (arch_signal_frame(regs, &sa, info, mask, &stack) < 0) {
		if (signo == SIGSEGV)
			*slot = (struct ksigaction){ 0 };
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return;
	}
	regs_set_sysno(regs, -1);
	t->restore_mask = false;
	if ((t->alt_flags & SS_AUTODISARM) != 0) {
		t->alt_sp = t->alt_size = 0;
		t->alt_flags = SS_DISABLE;
	}
	if ((sa.flags & SA_RESETHAND) != 0)
		slot->handler = (uintptr_t)SIG_DFL;
	if ((sa.flags & SA_NODEFER) == 0)
		block |= SIG_BIT(signo);
	signal_set_mask(t->blocked | block);
}

/* Take one signal and act.  => false: there is none */
static bool deliver_one(struct regs *regs)
{
	struct task *t = current;
	struct proc *p = t->proc;
	bool forced;
	siginfo_t info;
	/* SIGKILL does not wait behind others that would end the process, too. */
	uint64_t set = signal_waiting(t) & SIG_BIT(SIGKILL) ? SIG_BIT(SIGKILL) : ~t->blocked;
	int signo = sigqueue_take(&t->pending, set, &info, &forced);

	if (signo == 0)
		signo = sigqueue_take(&p->pending, set, &info, &forced);
	if (signo == 0)
		return false;
	signo = ptrace_signal(signo, &info);
	if (signo == 0 || is_ignored(p, signo))
		return true;
	if (action_of(p, signo)->handler == (uintptr_t)SIG_DFL) {
		act_by_default(signo, &info, forced, regs);
	} else {
		run_handler(regs, signo, &info);
		ptrace_handler();
	}
	return true;
}

/* A temporary mask goes before signals are looked at when the call came to an end of its own. */
static bool call_was_interrupted(const struct regs *regs)
{
	long result = -regs_result(regs);

	return regs_sysno(regs) == -1 || result == EINTR || result == ERESTARTNOHAND ||
	       result == ERESTARTSYS || result == ERESTART_RESTARTBLOCK;
}

void signal_deliver(struct regs *regs)
{
	if (!call_was_interrupted(regs))
		restore_mask(current);
	for (;;) {
		task_check_exit();
		if (ptrace_trap())
			continue;
		if (task_held_by_stop(current))
			stop_here();
		else if (!deliver_one(regs))
			break;
	}
	settle_call(regs, NULL);
	restore_mask(current);
	signal_recalc(current);
}
