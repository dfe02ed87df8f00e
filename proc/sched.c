/* sched.c: who runs next, and sleeping.
 *
 * The run queue is ordered by vruntime, the CPU time a task has had; the task with the least runs
 * next.  A task that slept comes back with at least the queue's minimum less a bonus, so that an
 * interactive one is served at once but cannot save up time.  (The idea is that of Linux's fair
 * scheduler; here without weights.)
 *
 * There is no idle task: when nobody can run, whoever called schedule() waits for an interrupt on
 * its own kernel stack, with its view still in place.
 *
 * A task whose view is covered by a shadow (mm/fork.c) is TASK_RUNNABLE but not on the queue; the
 * end of the pause puts it there.
 *
 * task_sleep() is where a forked child that still runs on its parent's memory shows that it needs a
 * true fork.  With fork=cow it may not have one: it sleeps while the parent stays paused, and when
 * nothing is left that could wake it, it is killed and the log names the system call. */

#include <asm/errno.h>

#include "boot/boot.h"
#include "lib/print.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define QUANTUM		 (4 * NSEC_PER_MSEC)
#define WAKE_BONUS	 (2 * NSEC_PER_MSEC)
#define WAKE_GRANULARITY (1 * NSEC_PER_MSEC)

static struct tree run_queue;
static size_t run_count;
static uint64_t min_vruntime;
static struct task *dead_task; /* left the CPU for good; its stack can go now */
static struct timer quantum;
static bool cooperative; /* option sched=coop */

static void quantum_over(struct timer *t);

void sched_init(void)
{
	const char *mode = option("sched");
	cooperative = mode != NULL && mode[0] == 'c';
	quantum.fn = quantum_over;
	quantum.quiet = true;
}

/* --- the run queue --- */

void sched_enqueue(struct task *t)
{
	if (t->queued || view_paused(t->view))
		return;
	t->run_node.key = t->vruntime;
	while (!tree_insert(&run_queue, &t->run_node))
		t->run_node.key++;
	t->queued = true;
	run_count++;
	if (quantum.when == 0)
		timer_set(&quantum, clock_ns() + QUANTUM);
}

void sched_dequeue(struct task *t)
{
	if (!t->queued)
		return;
	tree_remove(&run_queue, &t->run_node);
	t->queued = false;
	run_count--;
}

static struct task *queue_take(void)
{
	struct task *t = TREE_ENTRY(tree_first(&run_queue), struct task, run_node);
	if (t != NULL) {
		sched_dequeue(t);
		if (t->vruntime > min_vruntime)
			min_vruntime = t->vruntime;
	}
	return t;
}

/* The timer of the quantum: also finds shadows whose parent has waited long enough. */
static void quantum_over(struct timer *timer)
{
	uint64_t now = clock_ns();
	uint64_t next = view_shadow_tick(now);

	if (run_count > 0) {
		if (!cooperative && now - current->slice_start >= QUANTUM)
			this_cpu()->need_resched = true;
		next = MIN(next, now + QUANTUM);
	}
	if (next != UINT64_MAX)
		timer_set(timer, next);
}

static void account(struct task *t)
{
	uint64_t now = clock_ns();
	uint64_t used = now - t->slice_start;
	t->slice_start = now;
	t->vruntime += used;
	t->user_ns += used;
}

/* --- fork=cow: nobody is left who could wake a shadow --- */

static bool kill_stuck_shadow(void)
{
	struct proc *p;

	if (fork_mode != FORK_MODE_COW || timer_pending())
		return false;
	LIST_FOREACH (p, &proc_list, all_link) {
		struct task *t = p->leader;
		if (t == NULL || t->view == NULL || t->view->under == NULL ||
		    t->view->shadow != NULL || t->state != TASK_SLEEPING)
			continue;
		kprintf("fork=cow: %s[%d] waits in %s for what only its paused parent can give: "
			"killed\n",
			t->comm, p->pid, syscall_name(t->syscall_nr));
		if (t->view->record != NULL) {
			t->view->record->end = FORK_BLOCK;
			t->view->record->end_call = t->syscall_nr;
		}
		signal_send_proc(p, SIGKILL, NULL);
		return true;
	}
	return false;
}

/* --- switching --- */

void sched_after_switch(void)
{
	current->slice_start = clock_ns();
	if (dead_task != NULL) {
		struct task *t = dead_task;
		dead_task = NULL;
		task_destroy(t);
	}
}

static struct task *pick(void)
{
	struct task *next;
	while ((next = queue_take()) == NULL) {
		if (kill_stuck_shadow())
			continue;
		arch_idle();
		current->slice_start = clock_ns();
	}
	return next;
}

void schedule(void)
{
	struct task *prev = current;

	this_cpu()->need_resched = false;
	account(prev);
	/* A fork that failed has resumed its own caller, which is then on the queue while it runs. */
	if (prev->state == TASK_RUNNABLE)
		sched_enqueue(prev);
	else
		sched_dequeue(prev);
	struct task *next = pick();
	if (next == prev) {
		prev->slice_start = clock_ns();
		return;
	}
	if (next->view != NULL)
		view_install(next->view);
	if (prev->state == TASK_DEAD)
		dead_task = prev;
	arch_switch(prev, next);
	sched_after_switch();
}

void sched_yield_cpu(void)
{
	struct task *last = TREE_ENTRY(tree_last(&run_queue), struct task, run_node);
	if (last == NULL)
		return;
	if (current->vruntime <= last->vruntime)
		current->vruntime = last->vruntime + 1;
	schedule();
}

void sched_run(void)
{
	current->state = TASK_SLEEPING; /* the boot task: never woken */
	schedule();
	panic("the boot task was woken");
}

/* --- sleeping and waking --- */

static void sleep_over(struct timer *timer)
{
	struct task *t = CONTAINER_OF(timer, struct task, sleep_timer);
	t->timed_out = true;
	task_wake(t);
}

static void fall_asleep(struct task *t, uint64_t deadline)
{
	t->timed_out = false;
	t->state = TASK_SLEEPING;
	t->nvcsw++;
	if (deadline != NO_DEADLINE) {
		t->sleep_timer.fn = sleep_over;
		timer_set(&t->sleep_timer, deadline);
	}
	schedule();
	if (deadline != NO_DEADLINE)
		timer_cancel(&t->sleep_timer);
}

int task_sleep(uint64_t deadline)
{
	struct task *t = current;

	if (t->signal_pending)
		return -ERESTARTSYS;
	if (deadline != NO_DEADLINE && deadline <= clock_ns())
		return -ETIMEDOUT;
	if (t->view != NULL && t->view->under != NULL && fork_mode == FORK_MODE_FULL)
		view_split(t->view, FORK_BLOCK, t->syscall_nr);
	fall_asleep(t, deadline);
	if (t->signal_pending)
		return -ERESTARTSYS;
	return t->timed_out ? -ETIMEDOUT : 0;
}

int task_sleep_killable(void)
{
	struct task *t = current;

	if (signal_fatal_pending(t))
		return -EINTR;
	t->killable = true;
	fall_asleep(t, NO_DEADLINE);
	t->killable = false;
	return signal_fatal_pending(t) ? -EINTR : 0;
}

void task_wake(struct task *t)
{
	if (t->state != TASK_SLEEPING)
		return;
	t->state = TASK_RUNNABLE;
	uint64_t floor = min_vruntime > WAKE_BONUS ? min_vruntime - WAKE_BONUS : 0;
	t->vruntime = MAX(t->vruntime, floor);
	sched_enqueue(t);
	struct task *running = current;
	if (!cooperative && t->vruntime + WAKE_GRANULARITY < running->vruntime)
		this_cpu()->need_resched = true;
}

/* --- wait queues --- */

void waitq_init(struct waitq *q)
{
	list_init(&q->waiters);
}

void waiter_add(struct waiter *w, struct waitq *q)
{
	w->task = current;
	w->queue = q;
	w->fn = NULL;
	list_append(&q->waiters, &w->link);
}

void waiter_remove(struct waiter *w)
{
	list_remove(&w->link);
}

bool waitq_empty(const struct waitq *q)
{
	return list_empty(&q->waiters);
}

void waitq_wake(struct waitq *q)
{
	struct waiter *w;
	LIST_FOREACH (w, &q->waiters, link) {
		if (w->fn != NULL)
			w->fn(w);
		else
			task_wake(w->task);
	}
}

void waitq_wake_one(struct waitq *q)
{
	struct waiter *w;
	LIST_FOREACH (w, &q->waiters, link) {
		if (w->fn != NULL) {
			w->fn(w);
		} else if (w->task->state == TASK_SLEEPING) {
			task_wake(w->task);
			return;
		}
	}
}
