/* signal.h: signals: sending, masks, delivery.
 * Signal sets are bit masks, bit n-1 for signal n, as in the kernel ABI (64 signals). */
#ifndef PROC_SIGNAL_H
#define PROC_SIGNAL_H

#include <asm/signal.h>
#include <asm/siginfo.h>

#include "lib/list.h"
#include "lib/refcount.h"
#include "proc/sched.h"

struct task;
struct proc;
struct regs;
struct view;

#define SIG_BIT(n)	(1ull << ((n)-1))
#define SIG_MAX		64
#define SIG_UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))

/* struct sigaction as rt_sigaction(2) takes it on this ABI. */
struct ksigaction {
	uintptr_t handler; /* SIG_DFL, SIG_IGN or an address */
	uint64_t flags;
	uintptr_t restorer;
	uint64_t mask;
};

struct sighand {
	refcount_t ref;
	struct ksigaction action[SIG_MAX];
};

/* Signals that wait: one bit each, and for each queued one its siginfo (which may be missing when
 * memory was short). */
struct sigqueue {
	uint64_t set;
	unsigned count;	   /* of infos */
	struct list infos; /* struct sigqueue_item in order of arrival */
};

void sigqueue_init(struct sigqueue *q);
void sigqueue_flush(struct sigqueue *q);

struct sighand *sighand_create(void); /* all default; NULL: no memory */
struct sighand *sighand_copy(const struct sighand *from);
void sighand_put(struct sighand *h);
/* exec: handlers become default, ignored stay ignored. */
void sighand_exec(struct sighand *h);

/* Send; info NULL: from the kernel (SI_KERNEL).  No permission check.  => 0, -EAGAIN */
int signal_send_task(struct task *t, int signo, const siginfo_t *info);
int signal_send_proc(struct proc *p, int signo, const siginfo_t *info);
int signal_send_pgrp(pid_t pgid, int signo, const siginfo_t *info); /* => -ESRCH: no such group */
/* A fault of the current program: it gets the signal even when blocked or ignored (then it dies). */
void signal_force(int signo, int code, uintptr_t addr);

/* Woken whenever a signal is queued for anybody: for signalfd.  One for all, since a descriptor can
 * outlive the process whose signals it was made for. */
extern struct waitq signal_arrivals;
/* Take one signal of `set` that waits for the current task or its process.
 * => its number with *info filled in, or 0 */
int signal_take(uint64_t set, siginfo_t *info);
/* Forget waiting signals of `set`, of p and all its tasks. */
void signal_discard(struct proc *p, uint64_t set);
/* Does the default action of signo do nothing? */
bool signal_default_ignores(int signo);
/* Waiting signals, for t alone and for its process. */
uint64_t signal_waiting(const struct task *t);
/* Is a signal of timer `id` still waiting to be taken?  If so, its overrun count grows by `more`. */
bool signal_timer_waiting(const struct proc *p, int signo, int id, int more);

/* Timer `id` was set anew or is gone: a signal of it that waits goes, too. */
void signal_forget_timer(struct proc *p, int signo, int id);

/* Recompute t->signal_pending after a change of mask or queue. */
void signal_recalc(struct task *t);
/* Is a signal pending that kills the process? */
bool signal_fatal_pending(const struct task *t);
/* Set the current task's mask (unblockable signals are taken out). */
void signal_set_mask(uint64_t mask);
/* Set a mask for the time of one call (sigsuspend, ppoll): the old one comes back on the way out,
 * after a handler has run. */
void signal_set_temporary_mask(uint64_t mask);

/* On the way back to the program, when current->signal_pending or restore_mask: deliver, stop, die,
 * or arrange the restart of the interrupted call. */
void signal_deliver(struct regs *regs);

/* The current task, in the shadow v, is to stop: the parent must not stay paused for so long. */
void signal_leave_parent(struct view *v, int signo);
/* t is about to stop with its process: if it is the last one, the parent is told. */
void signal_group_stopped(struct task *t);

/* True if a write/ioctl/read of a terminal by the current process must fail or stop it:
 * helper of tty job control. */
bool signal_is_blocked_or_ignored(const struct task *t, int signo);

#endif
