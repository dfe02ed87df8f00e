/* ptrace.c: stops of traced tasks.
 *
 * Kinds of stops, by what wait4 reports (ptrace(2)):
 *   signal	a signal is about to be delivered; the tracer says which one shall be instead
 *   call	a system call begins or ends, after PTRACE_SYSCALL
 *   event	fork, exec, exit, when the tracer has asked for it by an option
 *   group	the process is stopped by a stop signal; told as an event to who has seized
 *   trap	PTRACE_INTERRUPT, the first stop of a child of one that was seized, and the end of a
 *		group stop
 * All are stop_here(), in the name of the tracee.
 *
 * A tracee that ends is told to its tracer by the struct ptrace that it leaves behind, unless it is a
 * process and the tracer is its parent, which waits for it anyway.
 *
 * A forked child that is traced stops at once, which would keep its parent paused: proc_clone()
 * splits the views of such a fork.  An untraced child of a tracee makes a shadow as always.
 *
 * While there is any tracee all system calls of all programs take the traced entry
 * (syscalls/dispatch.c). */

#include <asm/errno.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "lib/string.h"
#include "mm/slab.h"
#include "proc/forklog.h"
#include "proc/internal.h"
#include "proc/ptrace.h"
#include "proc/sigqueue.h"
#include "syscalls/syscalls.h"

#define STATUS_OF(code) ((code) << 8 | 0x7f)

unsigned ptrace_count;

static void count(int change)
{
	ptrace_count += (unsigned)change;
	syscall_traced_tasks(ptrace_count > 0);
}

/* --- attaching --- */

static struct ptrace *create(struct task *t, struct proc *tracer)
{
	struct ptrace *pt = kzalloc(sizeof(*pt));

	if (pt == NULL)
		return NULL;
	pt->task = t;
	pt->tracer = tracer;
	list_append(&tracer->tracees, &pt->link);
	t->ptrace = pt;
	count(1);
	return pt;
}

static void destroy(struct ptrace *pt)
{
	if (pt->task != NULL) {
		pt->task->ptrace = NULL;
		count(-1);
	}
	list_remove(&pt->link);
	kfree(pt);
}

/* Make a task that has work for signal_deliver() come there. */
static void nudge(struct task *t)
{
	t->signal_pending = true;
	if (view_paused(t->view))
		view_unpause(t->view, SIGTRAP);
	if (t->state == TASK_STOPPED)
		t->state = TASK_SLEEPING;
	if (!t->killable)
		task_wake(t);
}

int ptrace_attach(struct task *t, struct proc *tracer, bool seize, unsigned options)
{
	struct ptrace *pt;

	if (t->ptrace != NULL)
		return -EPERM;
	pt = create(t, tracer);
	if (pt == NULL)
		return -ENOMEM;
	pt->seized = seize;
	pt->options = options;
	if (t->state == TASK_STOPPED) {
		pt->interrupt = true;
		nudge(t);
	}
	return 0;
}

struct ptrace *ptrace_find(pid_t tid)
{
	struct task *t = task_find(tid);

	return t == NULL || t->ptrace == NULL || t->ptrace->tracer != current->proc ? NULL
										    : t->ptrace;
}

bool ptrace_stopped(const struct ptrace *pt)
{
	return pt->task != NULL && pt->task->state == TASK_TRACED && !pt->listening;
}

static void go_on(struct ptrace *pt, int signo)
{
	struct task *t = pt->task;

	pt->code = 0;
	pt->report = pt->listening = false;
	t->trace_signal = signo;
	t->state = TASK_SLEEPING;
	task_wake(t);
}

void ptrace_resume(struct ptrace *pt, int signo)
{
	pt->passed = pt->task->proc->stop_code != 0;
	if (pt->step)
		arch_trace_step(pt->task);
	go_on(pt, signo);
}

void ptrace_detach(struct ptrace *pt, int signo)
{
	struct task *t = pt->task;

	if (t->state == TASK_TRACED)
		go_on(pt, signo);
	else
		t->signal_pending = true;
	destroy(pt);
}

void ptrace_interrupt(struct ptrace *pt)
{
	pt->interrupt = true;
	if (pt->listening)
		go_on(pt, 0);
	else
		nudge(pt->task);
}

void ptrace_listen(struct ptrace *pt)
{
	pt->listening = true;
	if (pt->notify || pt->interrupt)
		go_on(pt, 0);
}

void ptrace_tracer_exit(struct proc *tracer)
{
	struct ptrace *pt, *tmp;

	LIST_FOREACH_SAFE (pt, tmp, &tracer->tracees, link) {
		struct task *t = pt->task;
		bool kill = t != NULL && (pt->options & PTRACE_O_EXITKILL);

		if (t == NULL)
			destroy(pt);
		else
			ptrace_detach(pt, 0);
		if (kill)
			signal_send_proc(t->proc, SIGKILL, NULL);
	}
}

/* --- stopping --- */

static void tell(struct ptrace *pt, pid_t tid, int why, int status)
{
	struct proc *tracer = pt->tracer;
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = SIGCHLD;
	info.si_code = why;
	info.si_pid = tid;
	info.si_status = status;
	if (tracer->sighand != NULL &&
	    tracer->sighand->action[SIGCHLD - 1].handler != (uintptr_t)SIG_IGN &&
	    (tracer->sighand->action[SIGCHLD - 1].flags & SA_NOCLDSTOP) == 0)
		signal_send_proc(tracer, SIGCHLD, &info);
	waitq_wake(&tracer->child_wait);
}

static bool is_dying(const struct task *t)
{
	return ((t->pending.set | t->proc->pending.set) & SIG_BIT(SIGKILL)) != 0;
}

/* Be stopped until the tracer lets us go on.  info: NULL: the stop has none.
 * => the signal to go on with, 0: none */
static int stop_here(int code, const siginfo_t *info)
{
	struct task *t = current;
	struct ptrace *pt = t->ptrace;

	if (is_dying(t))
		return 0;
	if (t->view != NULL && t->view->under != NULL)
		signal_leave_parent(t->view, code & 0x7f);
	arch_trace_stopped(t);
	pt->code = code;
	pt->status = STATUS_OF(code);
	pt->report = true;
	pt->has_info = info != NULL;
	if (info != NULL)
		pt->info = *info;
	pt->step = pt->calls = false;
	t->trace_signal = 0;
	t->state = TASK_TRACED;
	tell(pt, t->tid, CLD_TRAPPED, code);
	uint64_t since = clock_ns();
	schedule();
	forklog_stopped(since);
	arch_trace_resumed(t);
	if (t->ptrace != NULL) {
		t->ptrace->place = PTRACE_ELSEWHERE;
		t->ptrace->code = 0;
		t->ptrace->report = false;
	}
	signal_recalc(t);
	return t->trace_signal;
}

/* A stop that is told as SIGTRAP, and what is due after it. */
static void trap_here(int code)
{
	siginfo_t info;
	int signo;

	memset(&info, 0, sizeof(info));
	info.si_signo = code & 0x7f;
	info.si_code = code;
	info.si_pid = current->tid;
	info.si_uid = current->cred->uid;
	signo = stop_here(code, &info);
	if (signo != 0)
		signal_send_task(current, signo, NULL);
}

int ptrace_signal(int signo, siginfo_t *info)
{
	struct task *t = current;
	pid_t tracer;
	int now;

	if (t->ptrace == NULL || signo == SIGKILL)
		return signo;
	tracer = t->ptrace->tracer->pid;
	now = stop_here(signo, info);
	if (now == 0)
		return 0;
	if (now == signo && t->ptrace != NULL && t->ptrace->has_info) {
		*info = t->ptrace->info;
	} else if (now != signo) {
		memset(info, 0, sizeof(*info));
		info->si_signo = now;
		info->si_code = SI_USER;
		info->si_pid = tracer;
	}
	if ((t->blocked & SIG_BIT(now)) != 0) {
		(void)sigqueue_add(&t->pending, now, info, false, UINT64_MAX);
		return 0;
	}
	return now;
}

void ptrace_handler(void)
{
	if (current->ptrace != NULL && current->ptrace->step)
		trap_here(SIGTRAP);
}

/* --- system calls --- */

static void call_stop(enum ptrace_place place)
{
	struct ptrace *pt = current->ptrace;

	pt->place = place;
	pt->message = place == PTRACE_AT_ENTRY ? PTRACE_EVENTMSG_SYSCALL_ENTRY
					       : PTRACE_EVENTMSG_SYSCALL_EXIT;
	trap_here(SIGTRAP | (pt->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0));
}

void ptrace_call_entry(struct regs *regs)
{
	if (current->ptrace == NULL || !current->ptrace->calls)
		return;
	regs_set_result(regs, -ENOSYS);
	call_stop(PTRACE_AT_ENTRY);
}

void ptrace_call_exit(struct regs *regs)
{
	struct ptrace *pt = current->ptrace;

	(void)regs;
	if (pt == NULL)
		return;
	if (pt->calls) {
		call_stop(PTRACE_AT_EXIT);
	} else if (pt->step) {
		siginfo_t info = { .si_signo = SIGTRAP, .si_code = TRAP_BRKPT };
		signal_send_task(current, SIGTRAP, &info);
	}
}

/* --- group stops and traps --- */

static bool wants(const struct task *t, unsigned option)
{
	return t->ptrace != NULL && (t->ptrace->options & option) != 0;
}

static void event(int which, unsigned long message)
{
	current->ptrace->message = message;
	trap_here(SIGTRAP | which << 8);
}

bool ptrace_trap(void)
{
	struct task *t = current;
	struct ptrace *pt = t->ptrace;
	bool held = task_held_by_stop(t);
	int signo = held ? t->proc->stop_code : SIGTRAP;

	if (pt == NULL || !(held || pt->interrupt || pt->notify))
		return false;
	pt->interrupt = pt->notify = false;
	if (held)
		signal_group_stopped(t);
	if (pt->seized)
		trap_here(signo | PTRACE_EVENT_STOP << 8);
	else if (held)
		stop_here(signo, NULL);
	return true;
}

void ptrace_group_stop_changed(struct proc *p)
{
	struct task *t;

	LIST_FOREACH (t, &p->tasks, proc_link) {
		struct ptrace *pt = t->ptrace;

		if (pt == NULL)
			continue;
		pt->passed = false;
		if (p->stop_code != 0 || !pt->seized)
			continue;
		pt->notify = true;
		t->signal_pending = true;
		if (pt->listening)
			go_on(pt, 0);
	}
}

/* --- exec, exit, fork --- */

void ptrace_exec(pid_t old_tid)
{
	siginfo_t info;

	if (wants(current, PTRACE_O_TRACEEXEC)) {
		event(PTRACE_EVENT_EXEC, (unsigned long)old_tid);
	} else if (current->ptrace != NULL && !current->ptrace->seized) {
		memset(&info, 0, sizeof(info));
		info.si_signo = SIGTRAP;
		info.si_code = SI_USER;
		info.si_pid = current->proc->pid;
		info.si_uid = current->cred->uid;
		signal_send_task(current, SIGTRAP, &info);
	}
}

void ptrace_exit_event(int code)
{
	if (wants(current, PTRACE_O_TRACEEXIT))
		event(PTRACE_EVENT_EXIT, (unsigned long)code);
}

void ptrace_exit(struct task *t, int code, bool last)
{
	struct ptrace *pt = t->ptrace;
	struct proc *p = t->proc;

	if (pt == NULL)
		return;
	t->ptrace = NULL;
	pt->task = NULL;
	count(-1);
	if (last ? pt->tracer == p->parent : t->tid == p->pid) {
		destroy(pt);
		return;
	}
	pt->dead_tid = last ? p->pid : t->tid;
	pt->status = last ? p->exit_code : code;
	pt->report = true;
	tell(pt, pt->dead_tid, CLD_EXITED, pt->status >> 8 & 0xff);
}

int ptrace_fork_event(const struct clone_request *rq)
{
	struct task *t = current;

	if (t->ptrace == NULL || (rq->flags & CLONE_UNTRACED))
		return 0;
	if (rq->flags & CLONE_VFORK)
		return wants(t, PTRACE_O_TRACEVFORK) ? PTRACE_EVENT_VFORK : 0;
	if (!(rq->flags & CLONE_THREAD) && rq->exit_signal == SIGCHLD)
		return wants(t, PTRACE_O_TRACEFORK) ? PTRACE_EVENT_FORK : 0;
	return wants(t, PTRACE_O_TRACECLONE) ? PTRACE_EVENT_CLONE : 0;
}

void ptrace_inherit(struct task *child)
{
	const struct ptrace *from = current->ptrace;
	struct ptrace *pt = create(child, from->tracer);

	if (pt == NULL)
		return;
	pt->options = from->options;
	pt->seized = from->seized;
	if (pt->seized)
		pt->interrupt = true;
	else
		(void)sigqueue_add(&child->pending, SIGSTOP, NULL, false, UINT64_MAX);
	child->signal_pending = true;
}

void ptrace_fork_done(int which, pid_t tid)
{
	if (which != 0 && current->ptrace != NULL)
		event(which, (unsigned long)tid);
}

void ptrace_vfork_done(pid_t tid)
{
	if (wants(current, PTRACE_O_TRACEVFORKDONE))
		event(PTRACE_EVENT_VFORK_DONE, (unsigned long)tid);
}

/* --- wait4 --- */

pid_t ptrace_wait(struct proc *tracer, bool (*meant)(const struct proc *p, pid_t tid, void *arg),
		  void *arg, int options, int *status, siginfo_t *info, struct rusage *ru,
		  bool *any)
{
	struct ptrace *pt;

	LIST_FOREACH (pt, &tracer->tracees, link) {
		const struct task *t = pt->task;
		pid_t tid = t != NULL ? t->tid : pt->dead_tid;

		if (!meant(t != NULL ? t->proc : NULL, tid, arg))
			continue;
		*any = true;
		if (!pt->report || (t == NULL && !(options & WEXITED)))
			continue;
		*status = pt->status;
		if (ru != NULL && t != NULL)
			proc_rusage(t->proc, RUSAGE_BOTH, ru);
		if (info != NULL) {
			memset(info, 0, sizeof(*info));
			info->si_signo = SIGCHLD;
			info->si_pid = tid;
			info->si_uid = t != NULL ? t->cred->uid : 0;
			info->si_code = t != NULL	    ? CLD_TRAPPED
					: pt->status & 0x7f ? CLD_KILLED
							    : CLD_EXITED;
			info->si_status = t != NULL || !(pt->status & 0x7f) ? pt->status >> 8
									    : pt->status & 0x7f;
		}
		if (!(options & WNOWAIT)) {
			pt->report = false;
			if (t == NULL)
				destroy(pt);
		}
		return tid;
	}
	return 0;
}
