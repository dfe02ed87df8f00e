/* image.c: pages for memory that is not RAM.
 *
 * Counting the references of constant pages is of no use, but everybody who handles pages does it.
 * So the array of struct pages for an image is one short pattern, three pages of memory that hold a
 * whole number of struct pages, mapped again and again as far as the image is long.  Getting and
 * putting such a page needs no test: the counts of many run together, far from the ends of their
 * range.  An image of 300 MiB costs 16 KiB for that and its page tables, whatever is used of it. */
#include "mm/image.h"

#include "lib/bug.h"

#define PATTERN_PAGES 3
#define PATTERN_ITEMS (PATTERN_PAGES * PAGE_SIZE / sizeof(struct page))
_Static_assert(PATTERN_PAGES *PAGE_SIZE % sizeof(struct page) == 0, "whole struct pages");

static bool make_pattern(paddr_t pa[PATTERN_PAGES])
{
	struct page *p = NULL;

	for (unsigned i = 0; i < PATTERN_PAGES; i++) {
		p = page_alloc(PAGE_ZERO);
		if (p == NULL)
			return false;
		pa[i] = page_pa(p);
	}
	return true;
}

const void *image_map(paddr_t pa, size_t size)
{
	static bool used;
	paddr_t pattern[PATTERN_PAGES];
	size_t frames = size >> PAGE_SHIFT;

	if (used)
		return NULL;
	used = true;
	if (page_of(pa) != NULL) { /* RAM */
		page_claim_constant(pa, pa + size);
		return (const void *)(DIRECT_MAP + pa);
	}
	const void *va = arch_map_image(pa, size);
	if (va == NULL || !make_pattern(pattern))
		return NULL;
	struct page *array =
		arch_map_repeated(pattern, PATTERN_PAGES, frames * sizeof(struct page));
	if (array == NULL)
		return NULL;
	for (size_t i = 0; i < MIN(frames, PATTERN_ITEMS); i++)
		array[i].ref = PAGE_CONSTANT;
	page_add_image(pa, size, va, array);
	return va;
}
