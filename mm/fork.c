/* fork.c: shadows and splits: fork on one page table.
 *
 *   fork      The child's view is a shadow: its top entries are the parent's with the write bit
 *             cleared and PTE_BORROWED set.  The parent's tables are not touched and not counted;
 *             instead the parent's tasks are paused, so that nothing below can change.  The cost
 *             does not depend on how much memory the parent has.
 *   a write   of the child faults; leaf_own() copies the path of tables (their entries borrowed in
 *             turn) and the fault handler the page.  So what is *not* borrowed in the shadow is
 *             exactly what the child changed or mapped.
 *   uncover   The child left by exec or exit: the shadow's own tables and pages are freed, the
 *             parent's view is installed again.  No entry of the parent ever lost its write bit: it
 *             takes no copy-on-write fault afterwards.
 *   split     The child needs to live beside its parent: every borrowed entry of the shadow gets a
 *             reference, and the parent's entry for the same thing loses its write bit.  Only the
 *             tables that the child copied have to be looked at.  Needs no memory, cannot fail.
 *
 * A shadow can be forked again: its child borrows from it, and through it from its parent.  Such a
 * chain is split from the bottom up, because a split turns "borrowed from below" into "counted",
 * which is only right when what is below is itself counted.
 *
 * Traps: between fork and the end of the pause nothing may change the parent's tables: not its
 * threads (they are paused too), and not a signal (view_unpause() splits first). */

#include <asm/errno.h>

#include "boot/boot.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/internal.h"
#include "proc/forklog.h"
#include "proc/forkrec.h"
#include "proc/task.h"

/* How long a parent is paused, for it may be a server that others wait for.  An alarm for so soon costs half
 * a small fork.  So only a parent that has so many bytes mapped gets one; others are found by the tick. */
#define SHORT_LIMIT (NSEC_PER_MSEC / 2)
#define LARGE	    (16ul << 20)

enum fork_mode fork_mode;
uint64_t view_splits;
static struct list shadows = LIST_INIT(shadows);

/* --- making one --- */

static void borrow_tops(struct view *shadow, const struct view *parent)
{
	for (unsigned i = 0; i < VIEW_PANES && parent->pane[i] != NULL; i++) {
		struct pane *from = parent->pane[i], *to = shadow->pane[i];
		to->used = from->used;
		for (uint64_t m = from->used; m != 0; m &= m - 1) {
			unsigned bit = __builtin_ctzll(m);
			to->top[bit] = (from->top[bit] | PTE_BORROWED) & ~PTE_W;
		}
	}
}

static void copy_layout(struct view *to, const struct view *from)
{
	to->mmap_top = from->mmap_top;
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	to->stack_top = from->stack_top;
	to->stack_limit = from->stack_limit;
	to->arg_start = from->arg_start;
	to->arg_end = from->arg_end;
	to->env_start = from->env_start;
	to->env_end = from->env_end;
	to->auxv_start = from->auxv_start;
	to->auxv_end = from->auxv_end;
	to->exe_base = from->exe_base;
	to->exe_end = from->exe_end;
	to->interp_base = from->interp_base;
}

/* Mappings that madvise() excluded from the child. */
static void drop_excluded(struct view *shadow, const struct view *parent)
{
	for (struct vma *vma = vma_first(parent); vma != NULL; vma = vma_next(vma)) {
		if (vma->flags & (VM_DONTFORK | VM_WIPEONFORK))
			view_discard(shadow, vma->start, vma->end - vma->start);
	}
}

/* --- for how long --- */

/* The survey asks what each fork needs, and waits for longer to know it. */
static void limit_pause(struct view *shadow, const struct view *parent)
{
	bool is_short = fork_mode == FORK_MODE_FULL && !forklog_on;

	shadow->pause_alarm = !is_short || parent->mapped >= LARGE;
	shadow->paused_since = clock_ns();
	shadow->pause_end = shadow->paused_since + (is_short ? SHORT_LIMIT : PAUSE_LIMIT);
	if (is_short && shadow->pause_alarm)
		sched_tick_by(shadow->pause_end);
}

struct view *view_shadow(struct view *parent)
{
	ASSERT(parent->shadow == NULL);
	struct view *shadow = view_create_beside(parent);
	if (shadow == NULL)
		return NULL;
	if (vma_copy_all(shadow, parent) < 0) {
		view_put(shadow);
		return NULL;
	}
	copy_layout(shadow, parent);
	borrow_tops(shadow, parent);
	drop_excluded(shadow, parent);
	view_get(parent);
	shadow->under = parent;
	limit_pause(shadow, parent);
	parent->shadow = shadow;
	list_append(&shadows, &shadow->shadow_link);

	struct task *t;
	LIST_FOREACH (t, &parent->tasks, view_link)
		sched_dequeue(t);
	return shadow;
}

/* --- what the child changed: for the record --- */

static enum fork_area area_of(const struct view *v, const struct vma *vma, uintptr_t addr)
{
	uintptr_t sp = regs_sp(task_regs(current));
	if (sp >= vma->start && sp < vma->end)
		return AREA_OWN_STACK;
	if (vma->kind == VMA_STACK)
		return AREA_OTHER_STACK;
	if (vma->kind == VMA_HEAP)
		return AREA_HEAP;
	if (addr >= v->exe_base && addr < v->exe_end)
		return AREA_DATA;
	return vma->kind == VMA_FILE ? AREA_DATA : AREA_MMAP;
}

static unsigned bytes_of_words(const uint64_t *x, const uint64_t *y, unsigned words)
{
	unsigned n = 0;
	for (unsigned i = 0; i < words; i++) {
		uint64_t d = x[i] ^ y[i];
		for (; d != 0; d >>= 8)
			n += (d & 0xff) != 0;
	}
	return n;
}

/* Of two pages, most of which are the same: eight words at a time. */
static unsigned bytes_different(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	unsigned n = 0;
	for (unsigned i = 0; i < PAGE_SIZE / 8; i += 8, x += 8, y += 8) {
		uint64_t d = (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]);
		d |= (x[4] ^ y[4]) | (x[5] ^ y[5]) | (x[6] ^ y[6]) | (x[7] ^ y[7]);
		if (d != 0)
			n += bytes_of_words(x, y, 8);
	}
	return n;
}

static void account_page(const struct view *shadow, uintptr_t addr, pte_t e)
{
	struct fork_record *r = shadow->record;
	struct vma *vma = vma_find(shadow, addr);
	if (vma == NULL || (vma->flags & VM_SHARED))
		return;
	struct vma *before_vma = vma_find(shadow->under, addr);
	if (before_vma == NULL)
		return; /* mapped by the child itself: the parent has nothing there to lose */
	struct page *before = view_peek(shadow->under, addr);
	struct page *cached = NULL;
	if (before == NULL && before_vma->file != NULL && before_vma->kind == VMA_FILE) {
		int err;
		uint64_t at = before_vma->offset + (addr - before_vma->start);
		cached = inode_page(before_vma->file->inode, at >> PAGE_SHIFT, &err);
		before = cached;
	}
	if (before == NULL)
		before = zero_page;
	unsigned bytes = bytes_different(page_va(pte_page(e)), page_va(before));
	enum fork_area area = area_of(shadow, vma, addr);
	r->pages[area]++;
	r->bytes[area] += bytes;
	forklog_page(shadow, vma, addr, page_va(pte_page(e)), page_va(before));
	if (cached != NULL)
		page_put(cached);
}

/* All pages below an entry of the shadow that are its own and were written. */
static void account(const struct view *shadow, pte_t e, int level, uintptr_t addr)
{
	if (!pte_used(e) || (e & PTE_BORROWED))
		return;
	if (level == 0) {
		if (e & PTE_D)
			account_page(shadow, addr, e);
		return;
	}
	const pte_t *table = pte_table(e);
	FOREACH_ENTRY (i, pte_page(e)->own_groups)
		if (table[i] != 0 && !(table[i] & PTE_BORROWED))
			account(shadow, table[i], level - 1, addr + i * LEVEL_SIZE(level - 1));
}

static void finish_record(struct view *shadow)
{
	struct fork_record *r = shadow->record;
	if (r == NULL)
		return;
	uint64_t now = clock_ns();
	r->pause_ns = now - shadow->paused_since;
	forklog_end_begin(r, shadow);
	for (unsigned i = 0; i < VIEW_PANES && shadow->pane[i] != NULL; i++) {
		struct pane *p = shadow->pane[i];
		for (uint64_t m = p->used; m != 0; m &= m - 1) {
			unsigned bit = __builtin_ctzll(m);
			account(shadow, p->top[bit], LEVEL_TOP,
				pane_base(p) + bit * LEVEL_SIZE(LEVEL_TOP));
		}
	}
	r->cost_ns += clock_ns() - now;
	forklog_end_done(r);
	/* From here on the parent's copy-on-write faults are this fork's doing. */
	forkrec_put(shadow->under->parent_record);
	shadow->under->parent_record = r;
	shadow->record = NULL;
}

/* --- ending the pause --- */

/* The shadow no longer depends on the view below: let the latter run. */
static void detach(struct view *shadow)
{
	struct view *parent = shadow->under;
	shadow->under = NULL;
	parent->shadow = NULL;
	list_remove(&shadow->shadow_link);

	struct task *t;
	LIST_FOREACH (t, &parent->tasks, view_link)
		if (t->state == TASK_RUNNABLE)
			sched_enqueue(t);
	view_put(parent);
}

void view_uncover(struct view *shadow)
{
	struct view *parent = shadow->under;
	ASSERT(parent != NULL && shadow->shadow == NULL);
	finish_record(shadow);
	/* While both have their tables: they differ in little. */
	if (shadow->pane[0]->win->installed == shadow)
		view_install(parent);
	view_clear(shadow);
	detach(shadow);
}

/* Turn what entry *es of the shadow borrows from *ep below into a counted share.
 * => the new value for *es; *ep loses its write bit */
static pte_t share(pte_t es, pte_t *ep, int level)
{
	if (!pte_used(es))
		return es;
	if (es & PTE_BORROWED) {
		page_get(pte_page(es));
		if (ep != NULL)
			*ep &= ~PTE_W;
		return es & ~PTE_BORROWED;
	}
	if (level == 0)
		return es;
	pte_t *ts = pte_table(es);
	pte_t *tp = ep != NULL && pte_used(*ep) ? pte_table(*ep) : NULL;
	struct page *page = pte_page(es);
	FOREACH_ENTRY (i, page->groups)
		if (ts[i] != 0)
			ts[i] = share(ts[i], tp == NULL ? NULL : &tp[i], level - 1);
	page->own_groups = page->groups;
	return es;
}

static void split_one(struct view *shadow)
{
	struct view *parent = shadow->under;
	finish_record(shadow);
	for (unsigned i = 0; i < VIEW_PANES && shadow->pane[i] != NULL; i++) {
		struct pane *s = shadow->pane[i];
		struct pane *p = pane_of(parent, pane_base(s));
		for (uint64_t m = s->used; m != 0; m &= m - 1) {
			unsigned bit = __builtin_ctzll(m);
			pte_t ep = p == NULL ? 0 : p->top[bit];
			pte_t es = share(s->top[bit], p == NULL ? NULL : &ep, LEVEL_TOP);
			top_set(shadow, s, bit, es);
			if (p != NULL && ep != p->top[bit])
				top_set(parent, p, bit, ep);
		}
	}
	/* If the child has not run yet the parent has writable translations cached. */
	view_flush_cached(parent);
	view_splits++;
	detach(shadow);
}

static void split_record(struct view *v, enum fork_end why, long detail)
{
	struct task *t;

	if (v->record == NULL)
		return;
	v->record->end = why;
	v->record->end_call = detail;
	LIST_FOREACH (t, &v->tasks, view_link)
		if (why == FORK_QUANTUM && t->proc->pid == v->record->child)
			forkrec_watch(t->proc, v->record);
}

/* The child has long work to do, and its parent has waited for it. */
static void defer_tasks(struct view *child)
{
	struct task *t;

	LIST_FOREACH (t, &child->tasks, view_link)
		sched_defer(t);
}

void view_split(struct view *v, enum fork_end why, long detail)
{
	while (v->under != NULL) {
		struct view *lowest = v;
		while (lowest->under->under != NULL)
			lowest = lowest->under;
		split_record(lowest, why, detail);
		split_one(lowest);
		if (why == FORK_QUANTUM || why == FORK_FORESEEN)
			defer_tasks(lowest);
	}
}

void view_unpause(struct view *v, int signo)
{
	if (v != NULL && v->shadow != NULL)
		view_split(v->shadow, FORK_SIGNAL, signo);
}

bool view_any_paused(void)
{
	return !list_empty(&shadows);
}

uint64_t view_shadow_tick(uint64_t now)
{
	struct view *s, *tmp;
	uint64_t next = UINT64_MAX;

	if (fork_mode != FORK_MODE_FULL)
		return next;
	LIST_FOREACH_SAFE (s, tmp, &shadows, shadow_link) {
		if (s->pause_end > now) {
			if (s->pause_alarm)
				next = MIN(next, s->pause_end);
			continue;
		}
		/* A split takes the views below along: start again. */
		view_split(s, FORK_QUANTUM, 0);
		return view_shadow_tick(now);
	}
	return next;
}
