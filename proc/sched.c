/* sched.c: who runs next, and sleeping.
 *
 * The fair queue is ordered by vruntime, the CPU time a task has had, divided by its weight (a nice
 * value of one less is worth a quarter more); the task with the least runs next.  A task that slept
 * comes back with at least the queue's minimum less a bonus, so that an interactive one is served at
 * once but cannot save up time.  (The idea is that of Linux's fair scheduler.)
 *
 * SCHED_FIFO and SCHED_RR tasks have a queue of their own, ordered by priority and then by turn, and
 * run before all others; but when they have used RT_SHARE of a period, fair tasks that can run
 * do so until the period is over: a real-time loop cannot take the machine away.
 *
 * While a task runs, a timer ticks.  A tick charges the time since the last one to what it hit, the
 * program or the kernel; interrupts are off in the kernel, and so one that had to wait until a system
 * call was over counts for the kernel.  What a task uses between ticks is divided as its ticks were.
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
#include <linux/sched.h>

#include "boot/boot.h"
#include "lib/print.h"
#include "proc/forklog.h"
#include "proc/load.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define QUANTUM		 (4 * NSEC_PER_MSEC)
#define WAKE_BONUS	 (3 * NSEC_PER_MSEC)
#define WAKE_GRANULARITY (1 * NSEC_PER_MSEC)
#define RT_PERIOD	 NSEC_PER_SEC
#define RT_SHARE	 (950 * NSEC_PER_MSEC) /* of a period, while a fair task waits */

#define WEIGHT_NORMAL 1024 /* of nice 0 */
#define WEIGHT_IDLE   3
#define NICE_VALUES   (NICE_MAX - NICE_MIN + 1)

static struct tree fair_queue, rt_queue;
static size_t run_count; /* on both */
static uint64_t min_vruntime;
static uint64_t rt_turn_first, rt_turn_last; /* places in the order of turns, at both ends */
static uint64_t rt_period_start, rt_used;
static uint32_t weights[NICE_VALUES];
static struct task *dead_task; /* left the CPU for good; its stack can go now */
static struct timer quantum;
static bool cooperative; /* option sched=coop */
static bool idle;	 /* nobody can run: the current task only lends its stack */
static uint64_t idle_ns; /* so far, all in all */

static void quantum_over(struct timer *t);

int sched_priority(const struct task *t)
{
	return MAX(t->sched.priority, t->sched.boost);
}

static bool is_rt(const struct task *t)
{
	return sched_priority(t) > 0;
}

uint64_t sched_idle_ns(void)
{
	return idle_ns;
}

void sched_init(void)
{
	const char *mode = option("sched");
	cooperative = mode != NULL && mode[0] == 'c';
	quantum.fn = quantum_over;
	quantum.quiet = true;
	rt_turn_first = rt_turn_last = 1ull << 40;
	weights[-NICE_MIN] = WEIGHT_NORMAL;
	for (int i = -NICE_MIN; i > 0; i--)
		weights[i - 1] = weights[i] * 5 / 4;
	for (int i = -NICE_MIN; i < NICE_VALUES - 1; i++)
		weights[i + 1] = weights[i] * 4 / 5;
}

/* --- the run queues --- */

/* Have the real-time tasks had their share of this period?  It counts only where a fair task can run. */
static bool rt_spent(void)
{
	return rt_used >= RT_SHARE && clock_ns() - rt_period_start < RT_PERIOD;
}

/* The place of a real-time task: by priority, then by turn. */
static uint64_t rt_key(const struct task *t, bool first)
{
	uint64_t turn = first ? --rt_turn_first : ++rt_turn_last;

	return (uint64_t)(RT_PRIORITY_MAX - sched_priority(t)) << 48 | turn;
}

static void enqueue(struct task *t, bool first)
{
	struct tree *queue = is_rt(t) ? &rt_queue : &fair_queue;

	if (t->queued || view_paused(t->view))
		return;
	t->run_node.key = is_rt(t) ? rt_key(t, first) : t->vruntime;
	while (!tree_insert(queue, &t->run_node))
		t->run_node.key++;
	t->queue = queue;
	t->queued = true;
	run_count++;
	if (quantum.when == 0)
		timer_set(&quantum, clock_ns() + QUANTUM);
}

void sched_enqueue(struct task *t)
{
	enqueue(t, false);
}

void sched_dequeue(struct task *t)
{
	if (!t->queued)
		return;
	tree_remove(t->queue, &t->run_node);
	t->queued = false;
	run_count--;
}

static struct task *first_of(const struct tree *queue)
{
	return TREE_ENTRY(tree_first(queue), struct task, run_node);
}

static struct task *queue_take(void)
{
	bool rt = rt_queue.root != NULL && !(fair_queue.root != NULL && rt_spent());
	struct task *t = first_of(rt ? &rt_queue : &fair_queue);

	if (t == NULL)
		return NULL;
	sched_dequeue(t);
	if (!rt && t->vruntime > min_vruntime)
		min_vruntime = t->vruntime;
	return t;
}

/* --- CPU time --- */

static void charge_rt(struct task *t, uint64_t used, uint64_t now)
{
	t->unpaused_ns += used;
	rt_used += used;
	if (now - rt_period_start >= RT_PERIOD) {
		rt_period_start = now;
		rt_used = 0;
	}
}

static void charge_fair(struct task *t, uint64_t used)
{
	const struct task *first = first_of(&fair_queue);
	uint64_t least;

	if (t->sched.weight != WEIGHT_NORMAL)
		used = used * WEIGHT_NORMAL / t->sched.weight;
	t->vruntime += used;
	least = first == NULL ? t->vruntime : MIN(first->vruntime, t->vruntime);
	min_vruntime = MAX(min_vruntime, least);
}

/* The time since it was last charged.  => ns */
static uint64_t charge(struct task *t)
{
	uint64_t now = clock_ns(), used = now - t->slice_start;

	t->slice_start = now;
	if (is_rt(t))
		charge_rt(t, used, now);
	else
		charge_fair(t, used);
	return used;
}

static void account(struct task *t)
{
	uint64_t used = charge(t), sys = 0;
	uint32_t ticks = t->sched.user_ticks + t->sched.sys_ticks;

	if (t->sched.sys_ticks != 0)
		sys = used * t->sched.sys_ticks / ticks;
	t->sys_ns += sys;
	t->user_ns += used - sys;
}

static void account_tick(struct task *t, bool system)
{
	uint64_t used = charge(t);

	*(system ? &t->sys_ns : &t->user_ns) += used;
	(*(system ? &t->sched.sys_ticks : &t->sched.user_ticks))++;
	if (t->sched.user_ticks + t->sched.sys_ticks >= 256) {
		t->sched.user_ticks /= 2;
		t->sched.sys_ticks /= 2;
	}
}

/* Between ticks, when others are compared with it. */
static void charge_now(struct task *t)
{
	if (!is_rt(t))
		account(t);
}

/* Must the running task make way, now that a tick has come? */
static bool time_is_up(struct task *t, uint64_t now)
{
	const struct task *next;

	if (!is_rt(t))
		return (rt_queue.root != NULL && !rt_spent()) ||
		       (fair_queue.root != NULL && now - t->got_cpu >= QUANTUM);
	if (fair_queue.root != NULL && rt_spent())
		return true;
	next = first_of(&rt_queue);
	if (t->sched.policy != SCHED_RR || now - t->got_cpu < RR_QUANTUM || next == NULL ||
	    sched_priority(next) < sched_priority(t))
		return false;
	t->sched.turn_over = true;
	return true;
}

void sched_tick_by(uint64_t when)
{
	if (quantum.when == 0 || quantum.when > when)
		timer_set(&quantum, when);
}

/* The tick: also finds shadows whose parent has waited long enough, and is to run now. */
static void quantum_over(struct timer *timer)
{
	uint64_t now = clock_ns(), splits = view_splits;
	uint64_t next = view_shadow_tick(now);

	load_sample(now, run_count + !idle);
	forklog_tick(now);
	if (!idle) {
		account_tick(current, timer_hit_kernel);
		task_check_cpu_limit(current);
		if (!cooperative && (view_splits != splits || time_is_up(current, now)))
			this_cpu()->need_resched = true;
	}
	if (!idle || run_count > 0)
		next = MIN(next, now + QUANTUM);
	if (next != UINT64_MAX)
		timer_set(timer, next);
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
			t->comm, p->pid, syscall_name(task_sysno(t)));
		forklog_stuck(t);
		if (t->view->record != NULL) {
			t->view->record->end = FORK_BLOCK;
			t->view->record->end_call = task_sysno(t);
		}
		signal_send_proc(p, SIGKILL, NULL);
		return true;
	}
	return false;
}

/* --- switching --- */

/* The current task has got the CPU.  The switch to it counts as its own time, so that no time is
 * lost: real-time tasks that do little but switch have used their share, too. */
static void start_slice(void)
{
	struct task *t = current;

	t->got_cpu = t->slice_start;
	if (quantum.when == 0)
		timer_set(&quantum, t->slice_start + QUANTUM);
}

void sched_after_switch(void)
{
	start_slice();
	arch_irq_resume();
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
		idle = true;
		forklog_switch(NULL);
		forklog_flush();
		arch_idle();
		idle = false;
		uint64_t now = clock_ns();
		idle_ns += now - current->slice_start;
		current->slice_start = now;
	}
	return next;
}

void schedule(void)
{
	struct task *prev = current;

	this_cpu()->need_resched = false;
	account(prev);
	if (prev->state == TASK_RUNNABLE && !view_paused(prev->view))
		prev->nivcsw++;
	/* A fork that failed has resumed its own caller, which is then on the queue while it runs. */
	if (prev->state == TASK_RUNNABLE)
		enqueue(prev, !prev->sched.turn_over);
	else
		sched_dequeue(prev);
	prev->sched.turn_over = false;
	struct task *next = pick();
	if (next == prev) {
		start_slice();
		arch_irq_resume();
		return;
	}
	forklog_switch(next);
	if (next->view != NULL)
		view_install(next->view);
	if (prev->state == TASK_DEAD)
		dead_task = prev;
	next->slice_start = prev->slice_start;
	arch_switch(prev, next);
	sched_after_switch();
}

void sched_yield_cpu(void)
{
	struct task *last = TREE_ENTRY(tree_last(&fair_queue), struct task, run_node);
	if (run_count == 0)
		return;
	if (is_rt(current))
		current->sched.turn_over = true;
	else if (last != NULL && current->vruntime <= last->vruntime)
		current->vruntime = last->vruntime + 1;
	schedule();
}

/* Should t, which has become runnable, get the CPU at once? */
static bool preempts(const struct task *t, const struct task *running)
{
	if (cooperative)
		return false;
	if (is_rt(t))
		return is_rt(running) ? sched_priority(t) > sched_priority(running) : !rt_spent();
	if (is_rt(running) || t->sched.policy != SCHED_NORMAL)
		return false;
	return running->sched.policy == SCHED_IDLE ||
	       t->vruntime + WAKE_GRANULARITY < running->vruntime;
}

static uint32_t weight_of(const struct sched_params *s)
{
	return s->policy == SCHED_IDLE ? WEIGHT_IDLE : weights[s->nice - NICE_MIN];
}

void sched_set_params(struct task *t, const struct sched_params *to)
{
	bool queued = t->queued, was_rt = is_rt(t);

	if (t == current)
		account(t);
	sched_dequeue(t);
	t->sched.policy = to->policy;
	t->sched.priority = to->priority;
	t->sched.nice = to->nice;
	t->sched.reset_on_fork = to->reset_on_fork;
	t->sched.weight = weight_of(&t->sched);
	if (was_rt && !is_rt(t))
		t->vruntime = MAX(t->vruntime, min_vruntime);
	if (queued)
		sched_enqueue(t);
	if (t == current || (queued && preempts(t, current)))
		this_cpu()->need_resched = !cooperative;
}

void sched_set_boost(struct task *t, int boost)
{
	struct sched_params same = t->sched;

	if (t->sched.boost == boost)
		return;
	sched_dequeue(t);
	t->sched.boost = boost;
	if (t->state == TASK_RUNNABLE && t != current)
		sched_enqueue(t);
	sched_set_params(t, &same);
}

void sched_inherit(struct task *child, struct task *parent)
{
	struct sched_params *s = &child->sched;

	/* What the parent has used so far is its own: they start as equals. */
	if (parent == current)
		account(parent);

	child->vruntime = parent->vruntime;
	*s = (struct sched_params){ .policy = parent->sched.policy,
				    .priority = parent->sched.priority,
				    .nice = parent->sched.nice };
	if (parent->sched.reset_on_fork) {
		if (is_rt(parent)) {
			s->policy = SCHED_NORMAL;
			s->priority = 0;
		}
		s->nice = MAX(s->nice, 0);
	}
	s->weight = weight_of(s);
}

void sched_defer(struct task *t)
{
	bool queued = t->queued;

	if (is_rt(t))
		return;
	if (t == current)
		account(t);
	sched_dequeue(t);
	t->vruntime += QUANTUM;
	if (queued)
		sched_enqueue(t);
}

bool sched_breathe(void)
{
	arch_irq_window();
	if (this_cpu()->need_resched)
		schedule();
	return !current->signal_pending;
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
	uint64_t since = forklog_on ? clock_ns() : 0;

	t->timed_out = false;
	t->state = TASK_SLEEPING;
	t->nvcsw++;
	if (deadline != NO_DEADLINE) {
		t->sleep_timer.fn = sleep_over;
		timer_set(&t->sleep_timer, deadline);
	}
	schedule();
	t->unpaused_ns = 0;
	if (deadline != NO_DEADLINE)
		timer_cancel(&t->sleep_timer);
	forklog_wait(since);
}

int task_sleep(uint64_t deadline)
{
	struct task *t = current;

	if (t->signal_pending)
		return -ERESTARTSYS;
	if (deadline != NO_DEADLINE && deadline <= clock_ns())
		return -ETIMEDOUT;
	if (t->view != NULL && t->view->under != NULL && fork_mode == FORK_MODE_FULL)
		view_split(t->view, FORK_BLOCK, task_sysno(t));
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

int task_sleep_fatal(void)
{
	struct task *t = current;

	if (t->view != NULL && t->view->under != NULL && fork_mode == FORK_MODE_FULL)
		view_split(t->view, FORK_BLOCK, task_sysno(t));
	return task_sleep_killable();
}

void task_wake(struct task *t)
{
	if (t->state != TASK_SLEEPING)
		return;
	uint64_t bonus = t->sched.policy == SCHED_NORMAL ? WAKE_BONUS : 0;
	uint64_t floor = min_vruntime > bonus ? min_vruntime - bonus : 0;

	t->state = TASK_RUNNABLE;
	t->woken_by = arch_in_interrupt ? 0 : current->proc->pid;
	t->vruntime = MAX(t->vruntime, floor);
	sched_enqueue(t);
	/* The running task may have had most of a tick that nobody has charged yet. */
	if (arch_in_interrupt && !idle)
		charge_now(current);
	if (preempts(t, current))
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
