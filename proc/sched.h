/* sched.h: who runs, and how to wait.
 *
 * One CPU; the kernel is not preempted and runs with interrupts off, except in the idle loop.  So
 * "check a condition, then sleep" needs no lock: nothing can happen in between.
 * Programs are preempted by the timer (unless sched=coop).
 *
 * How to wait:
 *	struct waiter w;
 *	waiter_add(&w, &queue);			any number of waiters, on any number of queues
 *	while (!condition) {
 *		err = task_sleep(deadline);	0 woken, -ETIMEDOUT, -ERESTARTSYS: a signal
 *		if (err < 0)
 *			break;
 *	}
 *	waiter_remove(&w);
 * or simply: err = WAIT_EVENT(&queue, condition).
 *
 * task_sleep() is the place where a forked child that runs on its parent's memory proves that it
 * needs a true fork: it splits the views before it sleeps. */
#ifndef PROC_SCHED_H
#define PROC_SCHED_H

#include "lib/list.h"
#include "lib/tree.h"

struct task;

#define NICE_MIN	(-20)
#define NICE_MAX	19
#define RT_PRIORITY_MAX 99
#define RR_QUANTUM	(100 * NSEC_PER_MSEC) /* of SCHED_RR, among equals */

/* How a task is scheduled: sched(7). */
struct sched_params {
	int policy;   /* SCHED_* */
	int priority; /* 1 to RT_PRIORITY_MAX for SCHED_FIFO and SCHED_RR, else 0 */
	int nice;     /* NICE_MIN to NICE_MAX */
	int boost;    /* priority of the best that waits for a PI futex of it; 0: none */
	bool reset_on_fork;
	bool turn_over;			/* gives way to others of its priority */
	uint32_t weight;		/* by nice value */
	uint32_t user_ticks, sys_ticks; /* what the latest ticks hit */
};

struct waitq {
	struct list waiters;
};

struct waiter {
	struct list link;
	struct task *task;
	struct waitq *queue;
	void (*fn)(struct waiter *w); /* instead of waking the task: epoll; may not take w out */
};

#define NO_DEADLINE UINT64_MAX /* in clock_ns() */

void waitq_init(struct waitq *q);
void waiter_add(struct waiter *w, struct waitq *q);
void waiter_remove(struct waiter *w);
/* Make every task (the first task) that waits on q runnable; they look at their condition again. */
void waitq_wake(struct waitq *q);
void waitq_wake_one(struct waitq *q);
bool waitq_empty(const struct waitq *q);

/* Sleep until somebody wakes the task, the deadline passes or a signal is to be delivered.
 * => 0, -ETIMEDOUT, -ERESTARTSYS */
int task_sleep(uint64_t deadline);
/* Sleep that only a fatal signal ends (vfork's parent).  => 0, -EINTR: the task is being killed */
int task_sleep_killable(void);
/* The same for who waits for the host: a shadow is split first. */
int task_sleep_fatal(void);
/* Make a sleeping task runnable; nothing happens if it is not asleep. */
void task_wake(struct task *t);

/* What has happened counts more than a signal or the deadline: the condition is looked at last. */
#define WAIT_EVENT_UNTIL(q, cond, deadline)                                                        \
	({                                                                                         \
		int err_ = 0;                                                                      \
		if (!(cond)) {                                                                     \
			struct waiter w_;                                                          \
			waiter_add(&w_, q);                                                        \
			do {                                                                       \
				err_ = task_sleep(deadline);                                       \
				if (cond) {                                                        \
					err_ = 0;                                                  \
					break;                                                     \
				}                                                                  \
			} while (err_ == 0);                                                       \
			waiter_remove(&w_);                                                        \
		}                                                                                  \
		err_;                                                                              \
	})
#define WAIT_EVENT(q, cond) WAIT_EVENT_UNTIL(q, cond, NO_DEADLINE)

/* Results that say "restart me" instead of an errno: never seen by programs.  Values as in Linux's
 * include/linux/errno.h. */
#define ERESTARTSYS	      512 /* restart if the handler has SA_RESTART, else EINTR */
#define ERESTARTNOINTR	      513 /* always restart */
#define ERESTARTNOHAND	      514 /* restart if no handler ran */
#define ERESTART_RESTARTBLOCK 516 /* restart by restart_syscall (task.restart) if no handler ran */

void sched_init(void);
/* Put a new or woken task on the run queue. */
void sched_enqueue(struct task *t);
void sched_dequeue(struct task *t);
/* Give up the CPU: to the next runnable task.  The caller has set its state. */
void schedule(void);
/* The current task stays runnable but goes to the end of the queue. */
void sched_yield_cpu(void);
/* Let the next tick come at that time at the latest. */
void sched_tick_by(uint64_t when);
/* Change policy, priority, nice value and reset_on_fork of t; the rest of `to` does not matter. */
void sched_set_params(struct task *t, const struct sched_params *to);
/* Let t run with a priority of at least `boost` (0: its own), whatever its policy. */
void sched_set_boost(struct task *t, int boost);
/* The real-time priority with which t runs; 0: it is no real-time task. */
int sched_priority(const struct task *t);
/* How long nobody ran, since the start. */
uint64_t sched_idle_ns(void);
/* A fair task is served after those who can run now until they have had a quantum more than it. */
void sched_defer(struct task *t);
/* What a new task has from the one that makes it. */
void sched_inherit(struct task *child, struct task *parent);
/* For long work inside of a call, where nothing is held that others must not see half done: let
 * interrupts in, and others run when the time is up.  => false: a signal waits, come to an end */
bool sched_breathe(void);
/* What a new task's start function calls first. */
void sched_after_switch(void);
/* Run tasks for ever: what the boot code becomes. */
void sched_run(void) __attribute__((noreturn));

/* --- timers: proc/timer.c --- */

struct timer {
	struct tnode node;
	uint64_t when; /* clock_ns(); 0: not set */
	bool quiet;    /* the scheduler's own: timer_pending() does not count it */
	void (*fn)(struct timer *t);
};

/* (Re)arm: fn is called once, with interrupts off, not in any task's name. */
void timer_set(struct timer *t, uint64_t when);
void timer_cancel(struct timer *t);
/* Is any timer set that is not quiet? */
bool timer_pending(void);
/* From the arch's timer interrupt; `kernel`: it hit the kernel, or had to wait until a system call
 * was over. */
void timer_interrupt(bool kernel);
/* What the interrupt being handled hit: for the tick. */
extern bool timer_hit_kernel;

#endif
