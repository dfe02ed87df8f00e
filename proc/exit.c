/* exit.c: the end of tasks and processes, and waiting for them.
 *
 * A task ends itself: it lets go of everything but its stack and leaves the CPU as TASK_DEAD.  The
 * last one of a process takes the process along: descriptors are closed and children handed on
 * *before* its memory goes, because the end of a shadow resumes the paused parent, and the parent
 * must find pipes at their end and its child in wait4.
 *
 * A zombie keeps its proc (pid, status, times) until wait4 or until its parent ignores SIGCHLD. */

#include <asm/errno.h>
#include <linux/resource.h>
#include <linux/wait.h>

#include "fs/tty.h"
#include "fs/vfs.h"
#include "ipc/ipc.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/forklog.h"
#include "proc/forkneed.h"
#include "proc/futex.h"
#include "proc/internal.h"
#include "proc/itimer.h"
#include "proc/ptrace.h"

/* Results of wait4 (wait(2), W* macros). */
#define STATUS_STOPPED(sig) ((sig) << 8 | 0x7f)
#define STATUS_CONTINUED    0xffff

/* --- groups of processes --- */

bool pgrp_orphaned(pid_t pgid)
{
	struct proc *p;
	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid != pgid || p->state != PROC_ALIVE || p->parent == NULL)
			continue;
		if (p->parent->pgid != pgid && p->parent->sid == p->sid)
			return false;
	}
	return true;
}

static bool pgrp_has_stopped(pid_t pgid)
{
	struct proc *p;
	LIST_FOREACH (p, &proc_list, all_link)
		if (p->pgid == pgid && p->state == PROC_ALIVE && p->stop_code != 0)
			return true;
	return false;
}

/* Is it (also) the tie between p and its parent that keeps p's group from being an orphan? */
static bool ties_group(const struct proc *p, const struct proc *parent)
{
	return parent != NULL && parent->pgid != p->pgid && parent->sid == p->sid;
}

/* A group that has just lost such a tie must not stay stopped for ever (setpgid(2)). */
static void release_orphaned(pid_t pgid)
{
	if (pgrp_orphaned(pgid) && pgrp_has_stopped(pgid)) {
		signal_send_pgrp(pgid, SIGHUP, NULL);
		signal_send_pgrp(pgid, SIGCONT, NULL);
	}
}

/* --- telling the parent --- */

static void child_info(const struct proc *p, siginfo_t *info, int status)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = SIGCHLD;
	info->si_pid = p->pid;
	info->si_uid = p->cred->uid;
	if (status == STATUS_CONTINUED) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else if ((status & 0xff) == 0x7f) {
		info->si_code = CLD_STOPPED;
		info->si_status = status >> 8;
	} else if ((status & 0x7f) == 0) {
		info->si_code = CLD_EXITED;
		info->si_status = status >> 8;
	} else {
		info->si_code = status & 0x80 ? CLD_DUMPED : CLD_KILLED;
		info->si_status = status & 0x7f;
	}
}

static const struct ksigaction *chld_action(const struct proc *parent)
{
	return &parent->sighand->action[SIGCHLD - 1];
}

/* p is a zombie: notify its parent, or be gone at once if nobody will ask. */
static void notify_parent(struct proc *p)
{
	struct proc *parent = p->parent;
	if (parent == NULL)
		return;
	bool usual = parent->sighand != NULL && p->exit_signal == SIGCHLD;
	/* Then it is not even sent: somebody might see it who traces the parent, or waits for it. */
	bool ignored = usual && chld_action(parent)->handler == (uintptr_t)SIG_IGN;
	bool unwanted = ignored || (usual && (chld_action(parent)->flags & SA_NOCLDWAIT));
	if (p->exit_signal != 0 && !ignored) {
		siginfo_t info;
		child_info(p, &info, p->exit_code);
		info.si_signo = p->exit_signal;
		info.si_utime = (p->dead_user_ns) / (NSEC_PER_SEC / 100);
		info.si_stime = (p->dead_sys_ns) / (NSEC_PER_SEC / 100);
		signal_send_proc(parent, p->exit_signal, &info);
	}
	if (unwanted)
		proc_unlist(p);
	waitq_wake(&parent->child_wait);
}

/* --- the end of a process --- */

/* Who gets the children of p: the nearest subreaper above it, or init. */
static struct proc *reaper_of(const struct proc *p)
{
	for (struct proc *a = p->parent; a != NULL; a = a->parent)
		if (a->child_subreaper && a->state == PROC_ALIVE && !a->group_exit)
			return a;
	return init_proc;
}

/* The one that made child has ended: PR_SET_PDEATHSIG. */
static void send_death_signal(struct proc *child)
{
	siginfo_t info;

	if (child->pdeath_signal == 0 || child->state != PROC_ALIVE)
		return;
	memset(&info, 0, sizeof(info));
	info.si_signo = child->pdeath_signal;
	info.si_code = SI_USER;
	info.si_pid = current->proc->pid;
	info.si_uid = current->cred->uid;
	signal_send_proc(child, child->pdeath_signal, &info);
}

/* A thread that is not the last of its process ends. */
static void leave_children(const struct task *t)
{
	struct proc *child;

	LIST_FOREACH (child, &t->proc->children, sibling) {
		if (child->maker == t->tid)
			send_death_signal(child);
	}
}

static void hand_children_on(struct proc *p)
{
	struct proc *reaper = reaper_of(p), *child, *tmp;

	LIST_FOREACH_SAFE (child, tmp, &p->children, sibling) {
		proc_set_parent(child, reaper);
		child->exit_signal = SIGCHLD;
		send_death_signal(child);
		child->maker = reaper->pid;
		if (child->state == PROC_ZOMBIE)
			notify_parent(child);
		else if (ties_group(child, p))
			release_orphaned(child->pgid);
	}
}

/* The last task of p ends: everything goes but what wait4 wants to know. */
static void proc_end(struct proc *p)
{
	itimers_free(p);
	sem_proc_exit(p);
	files_put(p->files);
	p->files = NULL;
	fs_state_put(p->fs);
	p->fs = NULL;
	tty_proc_exit(p);
	proc_drop_exe(p);
	ptrace_tracer_exit(p);
	hand_children_on(p);
	sigqueue_flush(&p->pending);
	forkrec_drop_all(p);
	memcpy(p->comm, current->comm, sizeof(p->comm));
}

static void drop_view(struct task *t, bool last)
{
	struct proc *p = t->proc;
	struct view *v = p->view;

	if (last)
		forkrec_left(p);
	if (last)
		p->max_rss = MAX(p->max_rss,
				 v->under != NULL ? view_resident_own(v) : view_most_resident(v));
	task_set_view(t, NULL, FORK_EXIT);
	if (last) {
		p->view = NULL;
		view_put(v);
	}
}

void task_exit(int code)
{
	struct task *t = current;
	struct proc *p = t->proc;
	ASSERT(!t->exiting);
	ptrace_exit_event(p->group_exit ? p->exit_code : code);
	bool last = p->task_count == 1;

	t->exiting = true;
	if (last && !p->group_exit)
		p->exit_code = code;
	if (last) {
		forkmap_look();
		forklog_exit(p->exit_code);
	}
	if (last && p == init_proc)
		machine_exit(p->exit_code);
	futex_task_exit(t);
	if (last)
		proc_end(p);
	else
		leave_children(t);
	drop_view(t, last);
	task_release_vfork(t);
	timer_cancel(&t->sleep_timer);
	bool tied = ties_group(p, p->parent);
	ptrace_exit(t, code, last);
	task_leave_proc(t);
	if (last) {
		sighand_put(p->sighand);
		p->sighand = NULL;
		p->state = PROC_ZOMBIE;
		waitq_wake(&p->exit_wait);
		notify_parent(p);
		if (tied)
			release_orphaned(p->pgid);
	} else if (p->exec_task != NULL) {
		task_wake(p->exec_task);
	}
	t->state = TASK_DEAD;
	schedule();
	panic("a dead task was run");
}

/* Make every other task of p notice that it must end. */
static void interrupt_others(struct proc *p)
{
	struct task *t;
	LIST_FOREACH (t, &p->tasks, proc_link) {
		if (t == current)
			continue;
		t->signal_pending = true;
		view_unpause(t->view, SIGKILL);
		if (t->state == TASK_STOPPED || t->state == TASK_TRACED)
			t->state = TASK_SLEEPING;
		task_wake(t);
	}
}

void proc_exit_group(int code)
{
	struct proc *p = current->proc;
	if (!p->group_exit) {
		p->group_exit = true;
		p->exit_code = code;
		interrupt_others(p);
	}
	task_exit(p->exit_code);
}

void task_check_exit(void)
{
	struct proc *p = current->proc;
	if (p->group_exit || (p->exec_task != NULL && p->exec_task != current))
		task_exit(p->exit_code);
}

int proc_kill_others(void)
{
	struct task *t = current;
	struct proc *p = t->proc;

	if (p->group_exit || p->exec_task != NULL)
		return -EAGAIN;
	p->exec_task = t;
	interrupt_others(p);
	while (p->task_count > 1 && !p->group_exit)
		task_sleep_killable();
	p->exec_task = NULL;
	if (p->group_exit)
		return -EAGAIN;
	if (t->tid != p->pid)
		task_set_tid(t, p->pid);
	p->leader = t;
	return 0;
}

/* --- waiting --- */

struct wait_request {
	int idtype, options;
	pid_t id;
};

static bool wanted(const struct proc *child, const struct wait_request *w)
{
	if (w->idtype == P_PID && child->pid != w->id)
		return false;
	if (w->idtype == P_PGID && child->pgid != w->id)
		return false;
	if ((w->options & __WNOTHREAD) && child->maker != current->tid &&
	    (task_find(child->maker) != NULL || current != current->proc->leader))
		return false;
	if (w->options & __WALL)
		return true;
	return (child->exit_signal != SIGCHLD) == ((w->options & __WCLONE) != 0);
}

static void add_child_times(struct proc *parent, const struct proc *child)
{
	parent->child_user_ns += child->dead_user_ns + child->child_user_ns;
	parent->child_sys_ns += child->dead_sys_ns + child->child_sys_ns;
	parent->child_min_flt += child->dead_min_flt + child->child_min_flt;
	parent->child_nvcsw += child->dead_nvcsw + child->child_nvcsw;
	parent->child_nivcsw += child->dead_nivcsw + child->child_nivcsw;
	parent->child_max_rss =
		MAX(parent->child_max_rss, MAX(child->max_rss, child->child_max_rss));
	task_io_add(&parent->dead_io, &child->dead_io);
}

/* Does child have something to report?  Takes it unless WNOWAIT.  => false: nothing */
static bool report(struct proc *parent, struct proc *child, int options, int *status,
		   struct rusage *ru)
{
	bool take = !(options & WNOWAIT);

	if (child->state == PROC_ZOMBIE && (options & WEXITED)) {
		*status = child->exit_code;
		forkneed_reaped(child->pid);
		if (ru != NULL)
			proc_rusage(child, RUSAGE_BOTH, ru);
		if (take) {
			add_child_times(parent, child);
			proc_unlist(child);
		}
		return true;
	}
	if (child->stop_report && child->stop_code != 0 && (options & WUNTRACED)) {
		*status = STATUS_STOPPED(child->stop_code);
		child->stop_report = !take;
	} else if (child->cont_report && (options & WCONTINUED)) {
		*status = STATUS_CONTINUED;
		child->cont_report = !take;
	} else {
		return false;
	}
	if (ru != NULL)
		proc_rusage(child, RUSAGE_BOTH, ru);
	return true;
}

/* The next child to look at behind `last` (NULL: the first); one that is named is not searched for. */
static struct proc *next_child(struct proc *parent, const struct wait_request *w, struct proc *last)
{
	struct proc *child;

	if (w->idtype == P_PID) {
		child = last == NULL ? proc_find(w->id) : NULL;
		return child != NULL && child->parent == parent ? child : NULL;
	}
	if (last == NULL)
		return list_empty(&parent->children)
			       ? NULL
			       : LIST_FIRST(&parent->children, struct proc, sibling);
	return last == LIST_LAST(&parent->children, struct proc, sibling)
		       ? NULL
		       : LIST_FIRST(&last->sibling, struct proc, sibling);
}

/* Is the tracee tid of p (NULL: it has ended) meant? */
static bool tracee_wanted(const struct proc *p, pid_t tid, void *arg)
{
	const struct wait_request *w = arg;

	if (w->idtype == P_PID)
		return tid == w->id;
	return w->idtype != P_PGID || (p != NULL && p->pgid == w->id);
}

/* One look at all children.  => pid, 0: none has anything to report, -ECHILD: none is meant */
static pid_t wait_scan(const struct wait_request *w, int *status, siginfo_t *info,
		       struct rusage *ru)
{
	struct proc *parent = current->proc, *child;
	bool any = false;

	for (child = next_child(parent, w, NULL); child != NULL;
	     child = next_child(parent, w, child)) {
		if (!wanted(child, w))
			continue;
		any = true;
		pid_t pid = child->pid;
		struct cred *cred = cred_get(child->cred);
		bool reported = report(parent, child, w->options, status, ru);
		if (reported && info != NULL) {
			struct proc seen = { .pid = pid, .cred = cred };
			child_info(&seen, info, *status);
		}
		cred_put(cred);
		if (reported)
			return pid;
	}
	pid_t tid =
		ptrace_wait(parent, tracee_wanted, (void *)w, w->options, status, info, ru, &any);
	return tid != 0 || any ? tid : -ECHILD;
}

long proc_wait(int idtype, pid_t id, int options, int *status, siginfo_t *info, struct rusage *ru)
{
	struct wait_request w = { idtype, options, id };
	pid_t pid = 0;

	int err = WAIT_EVENT(&current->proc->child_wait,
			     (pid = wait_scan(&w, status, info, ru)) != 0 || (options & WNOHANG));
	return err < 0 ? err : pid;
}

/* --- times --- */

static void put_time(struct __kernel_old_timeval *tv, uint64_t ns)
{
	tv->tv_sec = (long)(ns / NSEC_PER_SEC);
	tv->tv_usec = (long)(ns % NSEC_PER_SEC / NSEC_PER_USEC);
}

void proc_rusage(struct proc *p, int who, struct rusage *ru)
{
	uint64_t user = 0, sys = 0;
	size_t max_rss = 0;

	memset(ru, 0, sizeof(*ru));
	if (who == RUSAGE_THREAD) {
		user = current->user_ns;
		sys = current->sys_ns;
		ru->ru_minflt = (long)current->min_flt;
		ru->ru_nvcsw = (long)current->nvcsw;
		ru->ru_nivcsw = (long)current->nivcsw;
	}
	if (who == RUSAGE_SELF || who == RUSAGE_BOTH) {
		struct task *t;
		user = p->dead_user_ns;
		sys = p->dead_sys_ns;
		ru->ru_minflt = (long)p->dead_min_flt;
		ru->ru_nvcsw = (long)p->dead_nvcsw;
		ru->ru_nivcsw = (long)p->dead_nivcsw;
		LIST_FOREACH (t, &p->tasks, proc_link) {
			user += t->user_ns;
			sys += t->sys_ns;
			ru->ru_minflt += (long)t->min_flt;
			ru->ru_nvcsw += (long)t->nvcsw;
			ru->ru_nivcsw += (long)t->nivcsw;
		}
	}
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH) {
		user += p->child_user_ns;
		sys += p->child_sys_ns;
		ru->ru_minflt += (long)p->child_min_flt;
		ru->ru_nvcsw += (long)p->child_nvcsw;
		ru->ru_nivcsw += (long)p->child_nivcsw;
		max_rss = p->child_max_rss;
	}
	if (who != RUSAGE_CHILDREN) {
		max_rss = MAX(max_rss, p->max_rss);
		if (p->view != NULL)
			max_rss = MAX(max_rss, view_most_resident(p->view));
	}
	ru->ru_maxrss = (long)(max_rss * (PAGE_SIZE / 1024));
	put_time(&ru->ru_utime, user);
	put_time(&ru->ru_stime, sys);
}
