/* resident.c: which pages a view maps now, for those who show it (/proc). */

#include "mm/internal.h"

void view_each_page(const struct view *v, uintptr_t start, uintptr_t end,
		    void (*fn)(uintptr_t addr, const struct page *page, void *arg), void *arg)
{
	for (uintptr_t addr = start; addr < end;) {
		const struct pane *p = pane_of(v, addr);
		pte_t e = p == NULL ? 0
				    : p->top[(addr >> LEVEL_SHIFT(LEVEL_TOP)) & (WINDOW_TOPS - 1)];
		if (e == 0) {
			addr = ALIGN_DOWN(addr, LEVEL_SIZE(LEVEL_TOP)) + LEVEL_SIZE(LEVEL_TOP);
			continue;
		}
		e = pte_table(e)[table_index(addr, 1)];
		if (e == 0) {
			addr = ALIGN_DOWN(addr, LEVEL_SIZE(1)) + LEVEL_SIZE(1);
			continue;
		}
		e = pte_table(e)[table_index(addr, 0)];
		if (pte_used(e))
			fn(addr, pte_page(e), arg);
		addr += PAGE_SIZE;
	}
}
