/* timer.c: calls at a time: all set timers in a tree by time, one alarm of the machine for the
 * first of them.  Taking a timer back leaves the alarm as it is: it finds nothing to do. */
#include "lib/tree.h"
#include "proc/sched.h"
#include "arch/arch.h"

static struct tree timers;
static size_t counted; /* timers that are set and not `quiet` */
static uint64_t alarm = UINT64_MAX;
bool timer_hit_kernel;

static void alarm_at(uint64_t when)
{
	alarm = when;
	arch_timer_set(when);
}

void timer_set(struct timer *t, uint64_t when)
{
	timer_cancel(t);
	if (when == 0)
		when = 1;
	t->when = when;
	t->node.key = when;
	while (!tree_insert(&timers, &t->node))
		t->node.key++;
	counted += !t->quiet;
	if (when < alarm)
		alarm_at(when);
}

void timer_cancel(struct timer *t)
{
	if (t->when == 0)
		return;
	tree_remove(&timers, &t->node);
	t->when = 0;
	counted -= !t->quiet;
}

bool timer_pending(void)
{
	return counted > 0;
}

/* A callback may set and cancel any timer, its own too. */
void timer_interrupt(bool kernel)
{
	uint64_t now = clock_ns();
	struct timer *t;

	timer_hit_kernel = kernel;
	alarm = UINT64_MAX;
	while ((t = TREE_ENTRY(tree_first(&timers), struct timer, node)) != NULL &&
	       t->when <= now) {
		timer_cancel(t);
		t->fn(t);
	}
	t = TREE_ENTRY(tree_first(&timers), struct timer, node);
	if (t != NULL && t->when < alarm)
		alarm_at(t->when);
}
