/* resident.c: which pages a view maps now, for those who show it (/proc). */

#include "mm/internal.h"

/* The pages of [addr, end) that table, which covers all of that, maps. */
static void each_of_table(const pte_t *table, uintptr_t addr, uintptr_t end,
			  void (*fn)(uintptr_t addr, const struct page *page, void *arg), void *arg)
{
	for (const pte_t *e = &table[table_index(addr, 0)]; addr < end; e++, addr += PAGE_SIZE)
		if (pte_used(*e))
			fn(addr, pte_page(*e), arg);
}

void view_each_page(const struct view *v, uintptr_t start, uintptr_t end,
		    void (*fn)(uintptr_t addr, const struct page *page, void *arg), void *arg)
{
	for (uintptr_t addr = start; addr < end;) {
		const struct pane *p = pane_of(v, addr);
		uintptr_t next = ALIGN_DOWN(addr, LEVEL_SIZE(1)) + LEVEL_SIZE(1);
		pte_t e = p == NULL ? 0
				    : p->top[(addr >> LEVEL_SHIFT(LEVEL_TOP)) & (WINDOW_TOPS - 1)];
		if (e == 0) {
			addr = ALIGN_DOWN(addr, LEVEL_SIZE(LEVEL_TOP)) + LEVEL_SIZE(LEVEL_TOP);
			continue;
		}
		e = pte_table(e)[table_index(addr, 1)];
		if (e != 0)
			each_of_table(pte_table(e), addr, MIN(next, end), fn, arg);
		addr = next;
	}
}
