/* ptrace.h: a task that is traced by another process: ptrace(2).
 *
 * Whatever a tracee does that its tracer is to hear of is a stop: the tracee itself becomes
 * TASK_TRACED, at a place of its way through the kernel where its registers are whole, and leaves
 * the CPU.  The tracer sees the stop by wait4, looks around in it, and lets it go on.
 *
 * Locks: none, as everywhere.  A tracee may be detached, and its struct ptrace freed, while it is
 * stopped: whoever has stopped looks at task->ptrace anew. */
#ifndef PROC_PTRACE_H
#define PROC_PTRACE_H

#include "proc/task.h"

struct clone_request;

enum ptrace_place { PTRACE_ELSEWHERE, PTRACE_AT_ENTRY, PTRACE_AT_EXIT };

struct ptrace {
	struct task *task;   /* NULL: it has ended, and the tracer has not been told: */
	pid_t dead_tid;	     /* which it was */
	struct proc *tracer; /* not NULL */
	struct list link;    /* in tracer->tracees */
	unsigned options;    /* PTRACE_O_* */
	bool seized;	     /* by PTRACE_SEIZE */
	bool calls;	     /* goes on to the next begin or end of a system call */
	bool step;	     /* goes on for one instruction */
	bool interrupt;	     /* is to stop as soon as it can */
	bool notify;	     /* seized, and a group stop has ended: stops once more to say so */
	bool listening;	     /* in a group stop, by PTRACE_LISTEN: is not to be looked at */
	bool passed;	     /* was let go from the group stop that is still on */
	int code;	     /* the stop it is in: signal | PTRACE_EVENT_* << 8; 0: none */
	int status;	     /* of that for wait4; dead: how it ended */
	bool report;	     /* and nobody has waited for it */
	enum ptrace_place place;
	unsigned long message; /* of the last event */
	bool has_info;	       /* the stop has one: */
	siginfo_t info;
};

extern unsigned ptrace_count; /* tracees */

/* --- the tracer's side --- */

/* Trace t.  => 0, -EPERM: it is traced already, -ENOMEM */
int ptrace_attach(struct task *t, struct proc *tracer, bool seize, unsigned options);
/* The tracee of the current process that has this tid.  => NULL */
struct ptrace *ptrace_find(pid_t tid);
/* Is it in a stop in which it may be looked at? */
bool ptrace_stopped(const struct ptrace *pt);
/* Let it go on from a stop, with a signal (0: none). */
void ptrace_resume(struct ptrace *pt, int signo);
/* Let it go on and trace it no longer. */
void ptrace_detach(struct ptrace *pt, int signo);
/* PTRACE_INTERRUPT. */
void ptrace_interrupt(struct ptrace *pt);
/* PTRACE_LISTEN in a group stop. */
void ptrace_listen(struct ptrace *pt);
/* The tracer ends: all its tracees are let go. */
void ptrace_tracer_exit(struct proc *tracer);
/* For wait4: a tracee that is meant and has stopped or ended; *any: is one meant at all?
 * => its tid with *status, *info and *ru (NULL: not wanted), 0: none */
pid_t ptrace_wait(struct proc *tracer, bool (*meant)(const struct proc *p, pid_t tid, void *arg),
		  void *arg, int options, int *status, siginfo_t *info, struct rusage *ru,
		  bool *any);

/* --- the current task's side: none of these does anything when it is not traced --- */

/* A signal is about to be delivered.  => the one to deliver now, with *info; 0: none */
int ptrace_signal(int signo, siginfo_t *info);
/* A handler's frame was made. */
void ptrace_handler(void);
/* A system call begins (registers may be changed), or has ended. */
void ptrace_call_entry(struct regs *regs);
void ptrace_call_exit(struct regs *regs);
/* Stop if the tracer has asked for it, or because the process is stopped.  => true: it has stopped */
bool ptrace_trap(void);
/* Has exec'ed; is about to end with this status. */
void ptrace_exec(pid_t old_tid);
void ptrace_exit_event(int code);
/* Has ended, `last`: with its process. */
void ptrace_exit(struct task *t, int code, bool last);

/* fork and its like: which event the tracer wants to hear of; 0: none. */
int ptrace_fork_event(const struct clone_request *rq);
/* The child is traced like its maker, the current task; before it runs. */
void ptrace_inherit(struct task *child);
/* The child tid is there; and a vfork child has left its parent's memory. */
void ptrace_fork_done(int event, pid_t tid);
void ptrace_vfork_done(pid_t tid);

/* --- others --- */

/* A group stop of p begins or ends. */
void ptrace_group_stop_changed(struct proc *p);
/* Is t held by a group stop? */
static inline bool task_held_by_stop(const struct task *t)
{
	return t->proc->stop_code != 0 && (t->ptrace == NULL || !t->ptrace->passed);
}
static inline bool task_has_trap(const struct task *t)
{
	return t->ptrace != NULL && (t->ptrace->interrupt || t->ptrace->notify);
}

#endif
