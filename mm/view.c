/* view.c: windows, views and the page tables below them.
 *
 * There is one page table.  Its lower half is cut into windows of 64 GiB = 64 entries of 1 GiB
 * ("top entries").  Each view keeps its own copy of its windows' top entries; view_install() writes
 * them into the machine's table.  What hangs below a top entry are ordinary tables (page directory,
 * page table, page), and these may be shared between views:
 *
 *   - An entry with PTE_W is this view's alone, and so is the table or page it points to.  (A page
 *     of a shared mapping is the exception: any number of views may write it.)
 *   - An entry without PTE_W may point to something shared; the processor combines the write bits
 *     of all levels, so one cleared bit at the top protects a whole GiB.  struct page.ref of the
 *     target counts the entries that point to it, at every level.
 *   - An entry with PTE_BORROWED belongs to the view below a shadow and is not counted at all: it
 *     is valid because the view below is paused (mm/fork.c).
 *
 * leaf_own() is where sharing ends: on the way down to a leaf it copies each table that is shared
 * or borrowed, gives the copied entries their reference and takes the write bits away on both
 * sides.  A table whose other users have gone is simply made writable again.
 *
 * Traps: a top entry has to be changed by top_set(), which keeps the machine's table in step; and
 * after a leaf has changed its cached translation must go, also where only reads were cached, and
 * the change must be remembered for relatives: view_flush_page() does both (mm/changes.c). */

#include <asm/errno.h>

#include "boot/boot.h"
#include "lib/string.h"
#include "mm/changes.h"
#include "mm/internal.h"
#include "mm/usercopy.h"
#include "proc/forkrec.h"

static CACHE(view_cache, struct view);
static CACHE(pane_cache, struct pane);

static struct window windows[WINDOW_COUNT];
static uint64_t flush_count; /* full TLB flushes since boot */
static bool fixed_places;    /* option norandmaps */

size_t view_count, window_count;
static uint64_t taken[WINDOW_COUNT / 64]; /* a bit for each window that has views */

/* Windows whose top entries are in one table of the machine. */
#define GROUP (TABLE_ENTRIES / WINDOW_TOPS)

static void flush_everything(void)
{
	arch_tlb_flush_all();
	flush_count++;
}

/* Free the tables of groups in which nobody lives: they are kept, since the next process may well
 * come there. */
static size_t reap_groups(void)
{
	size_t freed = 0;

	for (unsigned g = 0; g < WINDOW_COUNT; g += GROUP) {
		unsigned views = 0;
		for (unsigned i = 0; i < GROUP; i++)
			views += windows[g + i].views;
		if (views == 0 && arch_top_free((size_t)g * WINDOW_TOPS))
			freed++;
	}
	if (freed > 0)
		flush_everything();
	return freed;
}

static struct shrinker group_shrinker = { .shrink = reap_groups };

/* Empty page tables that somebody gave up: zeroing the little that was used in one costs less than zeroing a
 * fresh page.  The pages are in use, with one reference. */
#define SPARE_TABLES 16
static struct page *spare_table[SPARE_TABLES];
static unsigned spare_count;

static struct page *table_alloc(void)
{
	struct page *page = spare_count > 0 ? spare_table[--spare_count] : page_alloc(PAGE_ZERO);

	if (page != NULL)
		page->groups = page->own_groups = 0;
	return page;
}

/* The last reference to a table, whose entries refer to nothing any more, goes. */
static void table_free(struct page *page)
{
	pte_t *table = page_va(page);

	if (spare_count == SPARE_TABLES) {
		page_put(page);
		return;
	}
	FOREACH_ENTRY (i, page->groups)
		table[i] = 0;
	page->unused = 0;
	spare_table[spare_count++] = page;
}

static size_t free_spare_tables(void)
{
	size_t freed = spare_count;

	while (spare_count > 0)
		page_put(spare_table[--spare_count]);
	return freed;
}

static struct shrinker table_shrinker = { .shrink = free_spare_tables };

void view_init(void)
{
	shrinker_add(&group_shrinker);
	shrinker_add(&table_shrinker);
	for (unsigned i = 0; i < WINDOW_COUNT; i++)
		windows[i].number = i;
	fixed_places = option("norandmaps") != NULL;
	const char *mode = option("fork");
	if (mode != NULL && strcmp(mode, "cow") == 0)
		fork_mode = FORK_MODE_COW;
	else if (mode != NULL && strcmp(mode, "vfork") == 0)
		fork_mode = FORK_MODE_VFORK;
}

/* --- windows and panes --- */

/* The first free window in [from, end).  => end: none */
static unsigned window_next(unsigned from, unsigned end)
{
	while (from < end) {
		uint64_t free = ~taken[from / 64] >> from % 64;
		if (free != 0)
			return MIN(from + (unsigned)__builtin_ctzll(free), end);
		from = ALIGN_DOWN(from, 64) + 64;
	}
	return end;
}

/* A free window for one view: the one that is hinted at or the next one behind it, or a random
 * one. */
static struct window *window_find(unsigned hint)
{
	unsigned end = WINDOW_COUNT - 1, start = hint, n; /* windows 1 .. WINDOW_COUNT - 2 */

	if (hint == 0)
		start = fixed_places ? 1 : 1 + (unsigned)(random_u64() % (end - 1));
	n = window_next(start, end);
	if (n == end) {
		n = window_next(1, start);
		if (n == start)
			return NULL;
	}
	return &windows[n];
}

static void window_taken(const struct window *w, bool is)
{
	if (is)
		taken[w->number / 64] |= 1ull << w->number % 64;
	else
		taken[w->number / 64] &= ~(1ull << w->number % 64);
}

static void log_destroy(struct window *w)
{
	changes_destroy(w->log);
	w->log = NULL;
}

static struct pane *pane_create(struct view *v, struct window *w)
{
	for (unsigned i = 0; i < VIEW_PANES; i++) {
		if (v->pane[i] != NULL)
			continue;
		struct pane *p = cache_alloc(&pane_cache);
		if (p == NULL)
			return NULL;
		if (w->views == 0)
			w->log = changes_create();
		/* No allocation may come between this and the count: see reap_groups(). */
		if (arch_top_slot((size_t)w->number * WINDOW_TOPS, true) == NULL) {
			if (w->views == 0)
				log_destroy(w);
			cache_free(&pane_cache, p);
			return NULL;
		}
		p->win = w;
		if (w->views++ == 0) {
			window_count++;
			window_taken(w, true);
		}
		v->pane[i] = p;
		return p;
	}
	return NULL;
}

struct pane *pane_add(struct view *v, unsigned hint)
{
	struct window *w = window_find(hint);
	return w == NULL ? NULL : pane_create(v, w);
}

uintptr_t pane_base(const struct pane *p)
{
	return (uintptr_t)p->win->number << WINDOW_SHIFT;
}

struct pane *pane_of(const struct view *v, uintptr_t addr)
{
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		if (addr >> WINDOW_SHIFT == v->pane[i]->win->number)
			return v->pane[i];
	return NULL;
}

bool view_owns(const struct view *v, uintptr_t addr, size_t len)
{
	return addr >= USER_START && len <= WINDOW_SIZE && addr + len <= USER_END &&
	       pane_of(v, addr) != NULL && (len == 0 || pane_of(v, addr + len - 1) != NULL);
}

void top_set(struct view *v, struct pane *p, unsigned i, pte_t e)
{
	p->top[i] = e;
	if (e != 0)
		p->used |= 1ull << i;
	else
		p->used &= ~(1ull << i);
	if (p->win->installed == v)
		*arch_top_slot((size_t)p->win->number * WINDOW_TOPS + i, false) = e;
}

/* Take whatever is installed in w out of the machine's table. */
static void window_empty(struct window *w)
{
	struct view *old = w->installed;
	if (old == NULL)
		return;
	struct pane *p = pane_of(old, (uintptr_t)w->number << WINDOW_SHIFT);
	pte_t *slot = arch_top_slot((size_t)w->number * WINDOW_TOPS, false);
	for (uint64_t m = p->used; m != 0; m &= m - 1)
		slot[__builtin_ctzll(m)] = 0;
	w->installed = NULL;
	w->last = old->kin;
	w->flush = flush_count;
}

/* v, which is installed in p's window, is about to lose its tables. */
static void window_forget(struct pane *p, const struct view *v)
{
	struct window *w = p->win;

	window_empty(w);
	/* The next one there, of another family, need not flush everything. */
	if (w->views == 1 && changes_forget(p, &v->kin))
		w->flush = flush_count - 1;
	else
		arch_tlb_flush_page(pane_base(p));
}

static void pane_destroy(struct view *v, struct pane *p)
{
	struct window *w = p->win;
	if (w->installed == v)
		window_empty(w);
	if (--w->views == 0) {
		window_count--;
		window_taken(w, false);
		log_destroy(w);
	}
	cache_free(&pane_cache, p);
}

/* --- views --- */

static struct view *view_alloc(void)
{
	struct view *v = cache_alloc(&view_cache);
	if (v == NULL)
		return NULL;
	ref_init(&v->ref);
	list_init(&v->tasks);
	list_init(&v->shadow_link);
	v->kin.born = v->kin.family = changes_birth();
	view_count++;
	return v;
}

static void view_destroy(struct view *v)
{
	ASSERT(v->shadow == NULL && list_empty(&v->tasks));
	view_clear(v);
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		pane_destroy(v, v->pane[i]);
	forkrec_put(v->parent_record);
	view_count--;
	cache_free(&view_cache, v);
}

static struct view *view_create_in(struct window *w)
{
	struct view *v = view_alloc();
	if (v == NULL)
		return NULL;
	if (w == NULL || pane_create(v, w) == NULL) {
		view_put(v);
		return NULL;
	}
	return v;
}

struct view *view_create(unsigned hint)
{
	return view_create_in(window_find(hint));
}

struct view *view_create_at0(void)
{
	return view_create_in(&windows[0]);
}

struct view *view_create_beside(const struct view *like)
{
	struct view *v = view_alloc();
	if (v == NULL)
		return NULL;
	v->kin.origin = like->kin.born;
	v->kin.family = like->kin.family;
	for (unsigned i = 0; i < VIEW_PANES && like->pane[i] != NULL; i++) {
		if (pane_create(v, like->pane[i]->win) == NULL) {
			view_put(v);
			return NULL;
		}
	}
	return v;
}

void view_get(struct view *v)
{
	ref_get(&v->ref);
}

void view_put(struct view *v)
{
	if (v != NULL && ref_put(&v->ref))
		view_destroy(v);
}

/* v becomes the visible one in p's window.  => must everything be flushed? */
static bool pane_install(struct view *v, struct pane *p)
{
	struct window *w = p->win;
	bool covers = v->under != NULL && v->under == w->installed;
	/* Not installed and flushed since: nothing of the window is cached. */
	bool cached = w->installed != NULL || w->flush == flush_count;

	window_empty(w);
	pte_t *slot = arch_top_slot((size_t)w->number * WINDOW_TOPS, false);
	for (uint64_t m = p->used; m != 0; m &= m - 1) {
		unsigned bit = __builtin_ctzll(m);
		slot[bit] = p->top[bit];
	}
	w->installed = v;
	return cached && !changes_switch(p, &w->last, &v->kin, covers);
}

void view_install(struct view *v)
{
	bool flush = false;

	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		if (v->pane[i]->win->installed != v)
			flush |= pane_install(v, v->pane[i]);
	if (flush)
		flush_everything();
}

void view_flush_stale(struct view *v, uintptr_t addr)
{
	struct pane *p = pane_of(v, addr);
	if (p != NULL && p->win->installed == v)
		arch_tlb_flush_page(addr);
}

void view_new_page(struct view *v, uintptr_t addr, bool write)
{
	struct pane *p = pane_of(v, addr);
	if (p != NULL)
		changes_record(p, addr, write);
}

void view_flush_page(struct view *v, uintptr_t addr, bool write)
{
	struct pane *p = pane_of(v, addr);
	if (p == NULL)
		return;
	changes_record(p, addr, write);
	if (p->win->installed == v)
		arch_tlb_flush_page(addr);
}

void view_flush_all(struct view *v)
{
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		changes_lose(v->pane[i]);
	view_flush_cached(v);
}

void view_flush_cached(struct view *v)
{
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++) {
		if (v->pane[i]->win->installed == v) {
			flush_everything();
			return;
		}
	}
}

/* --- tables --- */

/* A copy of a shared or borrowed table for the entry `e` that points to it.
 * => the new entry, 0: no memory */
static pte_t table_copy(pte_t e)
{
	struct page *copy = table_alloc();
	if (copy == NULL)
		return 0;
	pte_t *from = pte_table(e), *to = page_va(copy);

	copy->groups = pte_page(e)->groups;
	if (e & PTE_BORROWED) {
		copy->own_groups = 0;
		FOREACH_ENTRY (i, copy->groups)
			if (pte_used(from[i]))
				to[i] = (from[i] | PTE_BORROWED) & ~PTE_W;
	} else {
		copy->own_groups = copy->groups;
		FOREACH_ENTRY (i, copy->groups) {
			if (pte_used(from[i])) {
				page_get(pte_page(from[i]));
				from[i] &= ~PTE_W;
			}
			to[i] = from[i];
		}
		page_put(pte_page(e));
	}
	return page_pa(copy) | PTE_P | PTE_W | PTE_A;
}

/* What entry e must become so that the table it points to is exclusively this view's.
 * => 0: no memory */
static pte_t table_own(pte_t e)
{
	if (e & PTE_W)
		return e;
	if (e == 0) {
		struct page *page = table_alloc();
		return page == NULL ? 0 : page_pa(page) | PTE_P | PTE_W | PTE_A;
	}
	if (!(e & PTE_BORROWED) && pte_page(e)->ref == 1)
		return e | PTE_W;
	return table_copy(e);
}

/* Did a table become writable that was there before? */
static bool regained(pte_t old, pte_t new)
{
	return new == (old | PTE_W) && new != old;
}

/* --- how many leaves of a table are used: known until one of them may change --- */

/* The count is kept with the table's page, one too high: 0 is "not known". */
static void leaves_forget(pte_t table)
{
	pte_page(table)->unused = 0;
}

void leaf_changed(const pte_t *leaf)
{
	leaves_forget((uintptr_t)leaf - DIRECT_MAP);
}

static unsigned leaves_used(pte_t e)
{
	struct page *page = pte_page(e);
	const pte_t *table = pte_table(e);

	if (page->unused == 0) {
		unsigned n = 0;
		FOREACH_ENTRY (i, page->groups)
			n += pte_used(table[i]);
		page->unused = (uint16_t)(n + 1);
	}
	return page->unused - 1u;
}

pte_t *leaf_own(struct view *v, uintptr_t addr)
{
	struct pane *p = pane_of(v, addr);
	unsigned i = (addr >> LEVEL_SHIFT(LEVEL_TOP)) & (WINDOW_TOPS - 1);

	pte_t old = p->top[i], e = table_own(old);
	if (e == 0)
		return NULL;
	if (e != old) {
		if (regained(old, e))
			changes_regained(p, e, LEVEL_TOP, addr);
		top_set(v, p, i, e);
	}
	pte_t *dir = &pte_table(e)[table_index(addr, 1)];
	old = *dir;
	pte_t table = table_own(old);
	if (table == 0)
		return NULL;
	if (table != old) {
		if (regained(old, table))
			changes_regained(p, table, 1, addr);
		table_use(e, table_index(addr, 1));
		*dir = table;
	}
	leaves_forget(table);
	table_use(table, table_index(addr, 0));
	return &pte_table(table)[table_index(addr, 0)];
}

pte_t *leaf_peek(const struct view *v, uintptr_t addr)
{
	struct pane *p = pane_of(v, addr);
	if (p == NULL)
		return NULL;
	pte_t e = p->top[(addr >> LEVEL_SHIFT(LEVEL_TOP)) & (WINDOW_TOPS - 1)];
	if (e == 0)
		return NULL;
	e = pte_table(e)[table_index(addr, 1)];
	return e == 0 ? NULL : &pte_table(e)[table_index(addr, 0)];
}

struct page *view_peek(struct view *v, uintptr_t addr)
{
	pte_t *leaf = leaf_peek(v, addr);
	return leaf != NULL && pte_used(*leaf) ? pte_page(*leaf) : NULL;
}

void entry_drop(pte_t e, int level)
{
	if (!pte_used(e) || (e & PTE_BORROWED))
		return;
	struct page *page = pte_page(e);
	if (level > 0 && page->ref == 1) {
		pte_t *table = pte_table(e);
		FOREACH_ENTRY (i, page->own_groups)
			if (table[i] != 0 && !(table[i] & PTE_BORROWED))
				entry_drop(table[i], level - 1);
		table_free(page);
		return;
	}
	page_put(page);
}

void view_clear(struct view *v)
{
	for (struct tnode *n; (n = tree_first(&v->vmas)) != NULL;) {
		tree_remove(&v->vmas, n);
		vma_destroy(TREE_ENTRY(n, struct vma, node));
	}
	v->vma_count = 0;
	v->mapped = 0;
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++) {
		struct pane *p = v->pane[i];
		if (p->win->installed == v)
			window_forget(p, v);
		for (uint64_t m = p->used; m != 0; m &= m - 1)
			entry_drop(p->top[__builtin_ctzll(m)], LEVEL_TOP);
		memset(p->top, 0, sizeof(p->top));
		p->used = 0;
	}
}

/* --- counting --- */

enum counted { ALL_PAGES, OWN_PAGES, OWN_TABLES };

/* Used leaves below an entry (OWN_PAGES: that are not borrowed), or tables that are not borrowed.
 * Most of a table is empty, and each exit counts: no call for an entry that adds nothing. */
static size_t entry_count(pte_t e, int level, enum counted what)
{
	if (!pte_used(e) || (what != ALL_PAGES && (e & PTE_BORROWED)))
		return 0;
	if (level == 1 && what == ALL_PAGES)
		return leaves_used(e);
	const pte_t *table = pte_table(e);
	size_t n = what == OWN_TABLES ? 1 : 0;
	const struct page *page = pte_page(e);
	uint64_t groups = what == ALL_PAGES ? page->groups : page->own_groups;
	if (level > 1) {
		FOREACH_ENTRY (i, groups)
			if (table[i] != 0)
				n += entry_count(table[i], level - 1, what);
	} else if (what == OWN_PAGES) {
		FOREACH_ENTRY (i, groups)
			n += pte_used(table[i]) && !(table[i] & PTE_BORROWED);
	}
	return n;
}

static size_t view_walk_count(const struct view *v, enum counted what)
{
	size_t n = 0;
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		for (uint64_t m = v->pane[i]->used; m != 0; m &= m - 1)
			n += entry_count(v->pane[i]->top[__builtin_ctzll(m)], LEVEL_TOP, what);
	return n;
}

size_t view_resident_own(const struct view *v)
{
	return view_walk_count(v, OWN_PAGES);
}

size_t view_resident(const struct view *v)
{
	return view_walk_count(v, ALL_PAGES);
}

size_t view_most_resident(const struct view *v)
{
	return MAX(v->most_resident, view_resident(v));
}

void view_forget_most_resident(struct view *v)
{
	v->most_resident = v->uncounted = 0;
}

void view_count_before(struct view *v, size_t len)
{
	v->uncounted += len;
	if (v->uncounted < RESIDENT_SLACK)
		return;
	v->uncounted = 0;
	v->most_resident = view_most_resident(v);
}

size_t view_tables(const struct view *v)
{
	return view_walk_count(v, OWN_TABLES);
}
