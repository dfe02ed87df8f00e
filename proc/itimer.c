/* itimer.c: the timers of a process.  The struct is made when the first is armed.
 *
 * A POSIX timer has at most one signal waiting; what expires meanwhile is counted as overrun, in
 * that signal and for timer_getoverrun(2). */
#include "proc/itimer.h"

#include <asm/errno.h>

#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define INTERVAL_TIMERS 3
#define DELAYTIMER_MAX	INT32_MAX

struct interval_timer {
	struct clock_timer timer;
	struct proc *proc;
	int signo;
};

struct itimers {
	struct interval_timer interval[INTERVAL_TIMERS];
	struct list posix;
	unsigned posix_count;
	int next_id;
};

struct posix_timer {
	struct list link;
	struct clock_timer timer;
	struct clock clock;
	struct proc *proc;
	int id, clock_id, notify, signo;
	pid_t tid; /* SIGEV_THREAD_ID */
	sigval_t value;
	int overrun;	  /* of the signal sent last */
	int overrun_last; /* of the one before */
};

static CACHE(itimers_cache, struct itimers);
static CACHE(posix_cache, struct posix_timer);

static void interval_fire(struct clock_timer *timer, uint64_t missed)
{
	struct interval_timer *t = CONTAINER_OF(timer, struct interval_timer, timer);

	(void)missed;
	signal_send_proc(t->proc, t->signo, NULL);
}

static struct itimers *itimers_of(struct proc *p)
{
	static const int signals[INTERVAL_TIMERS] = { SIGALRM, SIGVTALRM, SIGPROF };
	static const enum clock_kind kinds[INTERVAL_TIMERS] = { CLOCK_BOOT, CLOCK_PROC_USER,
								CLOCK_PROC_CPU };
	struct itimers *its = p->itimers;

	if (its != NULL)
		return its;
	its = cache_alloc(&itimers_cache);
	if (its == NULL)
		return NULL;
	list_init(&its->posix);
	for (unsigned i = 0; i < INTERVAL_TIMERS; i++) {
		struct interval_timer *t = &its->interval[i];

		t->proc = p;
		t->signo = signals[i];
		t->timer.fire = interval_fire;
		t->timer.clock.kind = kinds[i];
		t->timer.clock.id = p->pid;
	}
	p->itimers = its;
	return its;
}

void itimer_get(const struct proc *p, int which, uint64_t *left, uint64_t *interval)
{
	*left = *interval = 0;
	if (p->itimers == NULL)
		return;
	*left = clock_timer_left(&p->itimers->interval[which].timer);
	*interval = p->itimers->interval[which].timer.interval;
}

int itimer_set(struct proc *p, int which, uint64_t value, uint64_t interval)
{
	struct itimers *its;
	struct clock_timer *t;
	uint64_t now = 0;

	if (value == 0 && p->itimers == NULL)
		return 0;
	its = itimers_of(p);
	if (its == NULL)
		return -ENOMEM;
	t = &its->interval[which].timer;
	(void)clock_read(&t->clock, &now);
	clock_timer_set(t, value == 0 ? 0 : time_add(now, value), interval);
	return 0;
}

/* --- POSIX timers --- */

static void posix_send(struct posix_timer *t)
{
	siginfo_t info;
	struct task *task;

	memset(&info, 0, sizeof(info));
	info.si_signo = t->signo;
	info.si_code = SI_TIMER;
	info.si_tid = t->id;
	info.si_overrun = t->overrun;
	info.si_value = t->value;
	if (t->notify != SIGEV_THREAD_ID) {
		signal_send_proc(t->proc, t->signo, &info);
		return;
	}
	task = task_find(t->tid);
	if (task != NULL && task->proc == t->proc)
		signal_send_task(task, t->signo, &info);
}

static void posix_fire(struct clock_timer *timer, uint64_t missed)
{
	struct posix_timer *t = CONTAINER_OF(timer, struct posix_timer, timer);
	int more = (int)MIN(missed, (uint64_t)DELAYTIMER_MAX - 1);

	if (t->notify == SIGEV_NONE)
		return;
	if (signal_timer_waiting(t->proc, t->signo, t->id, more + 1)) {
		t->overrun = (int)MIN((int64_t)t->overrun + more + 1, (int64_t)DELAYTIMER_MAX);
		return;
	}
	t->overrun_last = t->overrun;
	t->overrun = more;
	posix_send(t);
}

static int check_event(const struct sigevent *e)
{
	const struct task *t;

	switch (e->sigev_notify) {
	case SIGEV_NONE: return 0;
	case SIGEV_THREAD_ID:
		t = task_find(e->sigev_notify_thread_id);
		if (t == NULL || t->proc != current->proc)
			return -EINVAL;
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD: break;
	default: return -EINVAL;
	}
	return e->sigev_signo >= 1 && e->sigev_signo <= SIG_MAX ? 0 : -EINVAL;
}

int posix_timer_create(int clock_id, const struct clock *clock, const struct sigevent *event)
{
	struct proc *p = current->proc;
	struct itimers *its;
	struct posix_timer *t;

	if (event != NULL && check_event(event) < 0)
		return -EINVAL;
	its = itimers_of(p);
	if (its == NULL)
		return -ENOMEM;
	if (its->posix_count >= p->limits[RLIMIT_SIGPENDING].rlim_cur)
		return -EAGAIN;
	t = cache_alloc(&posix_cache);
	if (t == NULL)
		return -EAGAIN;
	do {
		t->id = its->next_id;
		its->next_id = its->next_id == INT32_MAX ? 0 : its->next_id + 1;
	} while (posix_timer_find(t->id) != NULL);
	t->proc = p;
	t->clock_id = clock_id;
	t->clock = t->timer.clock = *clock;
	t->timer.fire = posix_fire;
	t->notify = event == NULL ? SIGEV_SIGNAL : event->sigev_notify;
	t->signo = event == NULL ? SIGALRM : event->sigev_signo;
	if (event != NULL)
		t->value = event->sigev_value;
	else
		t->value.sival_int = t->id;
	if (t->notify == SIGEV_THREAD_ID)
		t->tid = event->sigev_notify_thread_id;
	list_append(&its->posix, &t->link);
	its->posix_count++;
	return t->id;
}

bool posix_timer_next(const struct proc *p, int id, struct posix_timer_info *info)
{
	const struct posix_timer *t, *best = NULL;

	if (p->itimers == NULL)
		return false;
	LIST_FOREACH (t, &p->itimers->posix, link) {
		if (t->id <= id && (best == NULL || t->id > best->id))
			best = t;
	}
	if (best == NULL)
		return false;
	memset(info, 0, sizeof(*info));
	info->id = best->id;
	info->clock_id = best->clock_id;
	info->event.sigev_notify = best->notify;
	info->event.sigev_signo = best->signo;
	info->event.sigev_value = best->value;
	info->event.sigev_notify_thread_id = best->tid;
	return true;
}

struct posix_timer *posix_timer_find(int id)
{
	struct itimers *its = current->proc->itimers;
	struct posix_timer *t;

	if (its == NULL)
		return NULL;
	LIST_FOREACH (t, &its->posix, link) {
		if (t->id == id)
			return t;
	}
	return NULL;
}

void posix_timer_set(struct posix_timer *t, uint64_t value, uint64_t interval, bool absolute)
{
	uint64_t now = 0;

	signal_forget_timer(t->proc, t->signo, t->id);
	/* A time that is relative to now passes, whoever sets the clock. */
	t->timer.clock = t->clock;
	if (!absolute && t->clock.kind == CLOCK_WALL)
		t->timer.clock.kind = CLOCK_BOOT;
	if (!absolute)
		(void)clock_read(&t->timer.clock, &now);
	clock_timer_set(&t->timer, value == 0 ? 0 : time_add(now, value), interval);
}

void posix_timer_get(const struct posix_timer *t, uint64_t *left, uint64_t *interval)
{
	*left = clock_timer_left(&t->timer);
	*interval = t->timer.interval;
}

int posix_timer_overrun(const struct posix_timer *t)
{
	return signal_timer_waiting(t->proc, t->signo, t->id, 0) ? t->overrun_last : t->overrun;
}

void posix_timer_delete(struct posix_timer *t)
{
	clock_timer_set(&t->timer, 0, 0);
	signal_forget_timer(t->proc, t->signo, t->id);
	list_remove(&t->link);
	t->proc->itimers->posix_count--;
	cache_free(&posix_cache, t);
}

void itimers_exec(struct proc *p)
{
	struct posix_timer *t, *next;

	if (p->itimers == NULL)
		return;
	LIST_FOREACH_SAFE (t, next, &p->itimers->posix, link)
		posix_timer_delete(t);
}

void itimers_free(struct proc *p)
{
	if (p->itimers == NULL)
		return;
	itimers_exec(p);
	for (unsigned i = 0; i < INTERVAL_TIMERS; i++)
		clock_timer_set(&p->itimers->interval[i].timer, 0, 0);
	cache_free(&itimers_cache, p->itimers);
	p->itimers = NULL;
}
