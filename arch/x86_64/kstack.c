/* kstack.c: kernel stacks, each above a guard page that is never mapped.
 *
 * Slot i of KSTACK_AREA is a guard page and KSTACK_SIZE bytes of stack.  A few freed stacks are kept
 * mapped, because most processes are short-lived and replaced by the next one. */

#include "arch/x86_64/internal.h"
#include "lib/bug.h"
#include "mm/page.h"

#define STACK_PAGES (KSTACK_SIZE / PAGE_SIZE)
#define SLOT_SIZE   (KSTACK_SIZE + PAGE_SIZE)
#define SLOTS	    16384
#define CACHED	    8

static uint64_t used[SLOTS / 64];
static unsigned search_from; /* no word of used[] below this one has a clear bit */
static void *cached[CACHED];
static unsigned cached_count;

static int take_slot(void)
{
	for (; search_from < ARRAY_SIZE(used); search_from++) {
		uint64_t *w = &used[search_from];

		if (~*w != 0) {
			int bit = __builtin_ctzll(~*w);

			*w |= 1ull << bit;
			return (int)search_from * 64 + bit;
		}
	}
	return -1;
}

static void release_slot(unsigned i)
{
	used[i / 64] &= ~(1ull << i % 64);
	if (i / 64 < search_from)
		search_from = i / 64;
}

static void unmap(uintptr_t start, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++) {
		pte_t *e = vm_slot(start + i * PAGE_SIZE);
		struct page *p = page_of(*e & PTE_ADDR);

		*e = 0;
		arch_tlb_flush_page(start + i * PAGE_SIZE);
		page_put(p);
	}
}

void *arch_kstack_alloc(void)
{
	uintptr_t start;
	int slot;

	if (cached_count > 0)
		return cached[--cached_count];
	slot = take_slot();
	if (slot < 0)
		return NULL;
	start = KSTACK_AREA + (unsigned)slot * SLOT_SIZE + PAGE_SIZE;
	for (unsigned i = 0; i < STACK_PAGES; i++) {
		pte_t *e = vm_slot(start + i * PAGE_SIZE);
		struct page *p = e == NULL ? NULL : page_alloc(0);

		if (p == NULL) {
			unmap(start, i);
			release_slot((unsigned)slot);
			return NULL;
		}
		*e = page_pa(p) | PTE_P | PTE_W | PTE_A | PTE_D | PTE_G |
		     (features.nx ? PTE_NX : 0);
	}
	return (void *)(start + KSTACK_SIZE);
}

void arch_kstack_free(void *top)
{
	uintptr_t start = (uintptr_t)top - KSTACK_SIZE;

	ASSERT(start > KSTACK_AREA && (start - PAGE_SIZE - KSTACK_AREA) % SLOT_SIZE == 0);
	if (cached_count < CACHED) {
		cached[cached_count++] = top;
		return;
	}
	unmap(start, STACK_PAGES);
	release_slot((unsigned)((start - KSTACK_AREA) / SLOT_SIZE));
}

bool kstack_is_guard(uintptr_t addr)
{
	return addr >= KSTACK_AREA && addr < KSTACK_AREA + SLOTS * SLOT_SIZE &&
	       (addr - KSTACK_AREA) % SLOT_SIZE < PAGE_SIZE;
}
