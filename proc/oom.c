/* oom.c: out of memory: who ends, so that the others can go on.
 *
 * Calls that need memory of the kernel's own (fork, mmap, open ...) say ENOMEM and never come here.
 * What comes here is a page fault: memory that was promised and is not there.
 *
 * Chosen is whose end gains most: resident pages and page tables, shifted by oom_score_adj; a
 * process that is dying already is waited for before another one is killed.  When nobody can be
 * chosen, the one that asked ends.
 *
 * The victim gets SIGKILL, but it must run to die.  So that nobody has to wait (a copy inside a
 * system call cannot: its caller relies on nothing happening in between), its private memory is
 * taken away on the spot, and the view is marked: its kernel-side copies fail from then on, so no
 * zeroes of a dying process are ever seen by others.  That is done only to a view that no other
 * process uses and no shadow covers. */

#include "proc/oom.h"

#include "lib/print.h"
#include "mm/page.h"
#include "proc/task.h"

/* With that many pages free memory was not short. */
#define ENOUGH_PAGES 64
/* A victim that has not gone after so many rounds of others' work is not waited for any longer. */
#define WAIT_ROUNDS 200

static pid_t stuck; /* a victim that was waited for in vain */

static bool is_dying(const struct proc *p)
{
	return p->group_exit ||
	       (p->leader != NULL && (signal_waiting(p->leader) & SIG_BIT(SIGKILL)));
}

/* => pages, after oom_score_adj; 0: may not be chosen */
static uint64_t badness(const struct proc *p)
{
	const struct view *v = p->view;

	if (v == NULL || p->state != PROC_ALIVE || p->leader == NULL || p == init_proc ||
	    p->oom_adj == OOM_ADJ_MIN)
		return 0;
	int64_t pages = (int64_t)(view_resident(v) + view_tables(v));

	pages += (int64_t)p->oom_adj * (int64_t)page_total() / OOM_ADJ_MAX;
	return pages < 1 ? 1 : (uint64_t)pages;
}

unsigned oom_score(const struct proc *p)
{
	return (unsigned)(badness(p) * OOM_ADJ_MAX / MAX(page_total(), (size_t)1));
}

/* => who shall end, or is ending; NULL: nobody but the first process is there */
static struct proc *choose(void)
{
	struct proc *p, *worst = NULL;
	uint64_t most = 0;

	LIST_FOREACH (p, &proc_list, all_link) {
		uint64_t bad = badness(p);

		if (bad > 0 && is_dying(p)) {
			if (p->pid != stuck)
				return p;
		} else if (bad > most) {
			most = bad;
			worst = p;
		}
	}
	return worst;
}

static bool used_by_others(const struct view *v, const struct proc *p)
{
	const struct task *t;

	LIST_FOREACH (t, &v->tasks, view_link) {
		if (t->proc != p)
			return true;
	}
	return false;
}

/* Take a victim's private memory away.  => is there free memory now? */
static bool reap(const struct proc *p)
{
	struct view *v = p->view;

	if (v == NULL || v->shadow != NULL || v->under != NULL || used_by_others(v, p))
		return false;
	v->reaped = true;
	for (struct vma *vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		if (!(vma->flags & VM_SHARED))
			view_discard(v, vma->start, vma->end - vma->start);
	}
	return page_free_count() > 0;
}

static void kill_victim(struct proc *p)
{
	if (is_dying(p))
		return;
	kprintf("out of memory: killed %.16s[%d], which had %zu KiB\n", p->leader->comm, p->pid,
		view_resident(p->view) * (PAGE_SIZE / 1024));
	signal_send_proc(p, SIGKILL, NULL);
}

static void kill_current(void)
{
	if (!signal_fatal_pending(current))
		kprintf("out of memory: killed %.16s[%d], which asked for it\n", current->comm,
			current->proc->pid);
	signal_force(SIGKILL, 0, 0);
}

/* Let others run until victim has gone. */
static void wait_for(pid_t victim)
{
	for (int i = 0; i < WAIT_ROUNDS; i++) {
		const struct proc *p = proc_find(victim);

		if (p == NULL || p->state != PROC_ALIVE || signal_fatal_pending(current))
			return;
		current->vruntime += NSEC_PER_MSEC; /* the victim comes first */
		schedule();
	}
	stuck = victim;
}

/* Is there memory after all?  The next try may find it: a test made one allocation fail.  (When a test
 * makes all fail, whoever asks ends.) */
static bool is_there(void)
{
	return page_free_count() >= ENOUGH_PAGES && !page_alloc_broken();
}

void oom_program_fault(void)
{
	if (is_there())
		return;
	struct proc *victim = page_free_count() < ENOUGH_PAGES ? choose() : NULL;

	if (victim == NULL || victim == current->proc) {
		kill_current();
		return;
	}
	pid_t pid = victim->pid;

	kill_victim(victim);
	if (!reap(victim))
		wait_for(pid);
}

bool oom_copy_fault(void)
{
	/* A victim whose memory was taken: it comes here on its way to its end, and gets nothing
	 * more however much is free by now. */
	if (current->view->reaped)
		return false;
	if (is_there())
		return true;
	struct proc *victim = page_free_count() < ENOUGH_PAGES ? choose() : NULL;

	if (victim != NULL && victim != current->proc) {
		bool reaped_before = victim->view->reaped;

		kill_victim(victim);
		if (!reaped_before && reap(victim))
			return true;
	}
	if (current->proc != init_proc)
		kill_current();
	return false;
}
