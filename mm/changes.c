/* changes.c: which cached translations must go when another view of a window is installed.
 *
 * To forget all translations is what a switch between two views of one window costs most: all that
 * runs next, the kernel too, starts with misses.  But related views differ in few pages.  So each
 * window has a table of the pages whose leaves were changed lately, by whichever of its views, and
 * when; and each view has a time of birth.  Two views that were one until a birth can only differ
 * in pages changed since; only those are flushed.
 *
 * Time is a count of births.  What a change entry says:
 *	page	number of the page in its window
 *	time	of its latest change
 *	write	it was, at some time, made writable
 * An entry that must make room for another is not lost silently: log->lost is the latest time of any
 * such, and whoever needs to know all changes since a time not behind it flushes everything.
 *
 * The rules for "since when do old and new differ" (differ_since):
 *	new is a shadow over old	No page differs, but what old may write is read-only now: since old's
 *					birth, only pages that were made writable.
 *	old is a shadow over new	since old's birth
 *	one was forked from the other,	since the birth of the forked one
 *	and they were split
 *	children of one view		since the birth of the elder
 *	other relations			since the birth of the first of the family
 *	different families (window 0)	nothing is known: everything is flushed
 * A translation that allows less than the new view does is no harm: a fault finds out.
 *
 * Every change of a leaf comes here by view_flush_page() or view_flush_all().  A table that becomes
 * writable as a whole again, because its other users have gone, counts as a change of each of its
 * writable leaves (changes_regained).
 *
 * A view that ends while it is installed leaves translations behind, of which only those of changed
 * pages can be wrong for a relative: the window remembers whose they are (window->last).
 *
 * On hardware the upper levels are cached too.  Any invlpg empties these caches (Intel SDM volume 3,
 * 4.10.4.1; AMD APM volume 2, 5.5.2, with EFER.TCE clear), so whoever changes or frees tables
 * executes at least one. */

#include "lib/string.h"
#include "mm/changes.h"
#include "mm/internal.h"

#define SLOTS  128 /* of a log */
#define BLOCK  8   /* slots that are looked at together */
#define PROBES 4   /* places where the entry of a page can be */
#define STRIDE 37

/* More pages than this are not flushed one by one. */
#define FLUSH_MAX 48
/* Leaf tables looked at when a directory is regained; more are not worth it. */
#define TABLES_MAX 4

#define PAGE_BITS (WINDOW_SHIFT - PAGE_SHIFT)
#define WRITE_BIT (1ull << 63)

/* An entry: write, time, page + 1 (so that 0 is no entry). */
#define ENTRY_PAGE(e) (((e) & ((2ull << PAGE_BITS) - 1)) - 1)
#define ENTRY_TIME(e) (((e) & ~WRITE_BIT) >> (PAGE_BITS + 1))

struct change_log {
	uint64_t entry[SLOTS];
	uint64_t latest[SLOTS / BLOCK]; /* of each block: the time of the last entry */
	uint64_t lost;			/* changes up to this time may be missing */
};

static CACHE(log_cache, struct change_log);
static uint64_t births;

uint64_t changes_birth(void)
{
	return ++births;
}

struct change_log *changes_create(void)
{
	return cache_alloc(&log_cache);
}

void changes_destroy(struct change_log *log)
{
	if (log != NULL)
		cache_free(&log_cache, log);
}

/* --- recording --- */

static uint64_t page_in_window(uintptr_t addr)
{
	return (addr & (WINDOW_SIZE - 1)) >> PAGE_SHIFT;
}

static void set_entry(struct change_log *log, uint64_t *e, uint64_t new)
{
	*e = new;
	log->latest[(e - log->entry) / BLOCK] = births;
}

static void record(struct change_log *log, uint64_t page, bool write)
{
	uint64_t new = births << (PAGE_BITS + 1) | (page + 1) | (write ? WRITE_BIT : 0);
	uint64_t *oldest = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		uint64_t *e = &log->entry[(page + i * STRIDE) % SLOTS];

		if (*e == 0 || ENTRY_PAGE(*e) == page) {
			set_entry(log, e, new | (*e & WRITE_BIT));
			return;
		}
		if (oldest == NULL || ENTRY_TIME(*e) < ENTRY_TIME(*oldest))
			oldest = e;
	}
	log->lost = MAX(log->lost, ENTRY_TIME(*oldest));
	set_entry(log, oldest, new);
}

void changes_record(const struct pane *p, uintptr_t addr, bool write)
{
	if (p->win->log != NULL)
		record(p->win->log, page_in_window(addr), write);
}

void changes_lose(const struct pane *p)
{
	if (p->win->log != NULL)
		p->win->log->lost = births;
}

static void regain_table(const struct pane *p, pte_t e, uintptr_t addr)
{
	const pte_t *table = pte_table(e);

	FOREACH_ENTRY (i, pte_page(e)->groups)
		if (table[i] & PTE_W)
			changes_record(p, addr + i * PAGE_SIZE, true);
}

void changes_regained(const struct pane *p, pte_t e, int level, uintptr_t addr)
{
	unsigned tables = 0;

	addr = ALIGN_DOWN(addr, LEVEL_SIZE(level));
	if (level == 1) {
		regain_table(p, e, addr);
		return;
	}
	FOREACH_ENTRY (i, pte_page(e)->groups) {
		pte_t dir = pte_table(e)[i];

		if (!(dir & PTE_W))
			continue;
		if (++tables > TABLES_MAX) {
			changes_lose(p);
			return;
		}
		regain_table(p, dir, addr + i * LEVEL_SIZE(1));
	}
}

/* --- flushing --- */

/* Flush the pages changed since `since`.  => false: not all are known, or they are too many */
static bool flush_since(const struct pane *p, uint64_t since, bool only_written)
{
	const struct change_log *log = p->win->log;
	uintptr_t base = pane_base(p);
	unsigned n = 0;

	if (log == NULL || log->lost >= since)
		return false;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t e = log->entry[i];

		if (i % BLOCK == 0 && log->latest[i / BLOCK] < since) {
			i += BLOCK - 1;
			continue;
		}
		if (e == 0 || ENTRY_TIME(e) < since || (only_written && !(e & WRITE_BIT)))
			continue;
		if (++n > FLUSH_MAX)
			return false;
		arch_tlb_flush_page(base + (ENTRY_PAGE(e) << PAGE_SHIFT));
	}
	if (n == 0)
		arch_tlb_flush_page(base);
	return true;
}

static uint64_t differ_since(const struct kin *old, const struct kin *new)
{
	if (old->origin == new->born)
		return old->born;
	if (new->origin == old->born)
		return new->born;
	if (old->origin == new->origin)
		return MIN(old->born, new->born);
	return old->family;
}

bool changes_switch(const struct pane *p, const struct kin *old, const struct kin *new, bool covers)
{
	if (old->family != new->family)
		return false;
	return flush_since(p, covers ? old->born : differ_since(old, new), covers);
}

bool changes_forget(const struct pane *p, const struct kin *last)
{
	return flush_since(p, last->family, false);
}
