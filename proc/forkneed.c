/* forkneed.c: see forkneed.h.  docs/FORK.md lists the lines. */

#include "arch/arch.h"
#include "lib/print.h"
#include "proc/forklog.h"
#include "proc/forkneed.h"
#include "proc/internal.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define PID_BITS   16 /* of a mark */
#define TOOKS_TOLD 32 /* of a process */

static forkmark_t mark_of(pid_t pid)
{
	return clock_ns() / NSEC_PER_USEC << PID_BITS | (forkmark_t)pid;
}

forkmark_t forkneed_mark(void)
{
	return forklog_on && !arch_in_interrupt ? mark_of(current->proc->pid) : 0;
}

/* Is it worth a line?  What its parent gave it is, the first time, even when there were many. */
static bool is_news(struct proc *p, pid_t by, uint64_t at)
{
	bool parent = by == p->ppid && at > p->start_ns;

	if (p->told_tooks >= TOOKS_TOLD && (!parent || p->told_gift))
		return false;
	p->told_tooks++;
	p->told_gift |= parent;
	return true;
}

void forkneed_took(forkmark_t from, const char *what)
{
	struct proc *p = current->proc;
	pid_t by = (pid_t)(from & ((1 << PID_BITS) - 1));
	uint64_t at = (from >> PID_BITS) * NSEC_PER_USEC;

	if (from == 0 || forklog_first_split == 0 || at < forklog_first_split || by == p->pid ||
	    from == p->told_mark || !is_news(p, by, at))
		return;
	p->told_mark = from;
	long nr = task_sysno(current);
	forklog_line("took");
	forklog_put(",\"pid\":%d,\"what\":\"%s\",\"by\":%d,\"at\":%lu,\"call\":\"%s\"", p->pid,
		    what, by, (unsigned long)at, nr < 0 ? "" : syscall_name(nr));
	if (nr >= 0)
		forklog_descriptor(nr);
	forklog_put("}\n");
}

void forkneed_reaped(pid_t child)
{
	/* If it slept for it, that has been told. */
	if (forklog_on && current->woken_by != child)
		forkneed_took(mark_of(child), "status");
}

void forkneed_ended_by(pid_t sender)
{
	if (forklog_on)
		forkneed_took(mark_of(sender), "signal");
}

static const char *doing(const struct task *t)
{
	switch (t->state) {
	case TASK_RUNNABLE: return view_paused(t->view) ? "paused" : "runs";
	case TASK_SLEEPING: return "waits";
	default: return "stopped";
	}
}

void forkneed_left(void)
{
	struct proc *p;

	if (!forklog_on)
		return;
	LIST_FOREACH (p, &proc_list, all_link) {
		const struct task *t = p->leader;
		if (p == current->proc || p->state != PROC_ALIVE || t == NULL)
			continue;
		forklog_line("left");
		forklog_put(",\"pid\":%d,\"does\":\"%s\"", p->pid, doing(t));
		if (t->state == TASK_SLEEPING)
			forklog_put(",\"call\":\"%s\"", syscall_name(task_sysno(t)));
		forklog_put("}\n");
	}
}
