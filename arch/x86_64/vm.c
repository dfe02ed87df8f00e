/* vm.c: the machine's one page table.
 *
 *	lower half	windows; tables below the top level come from arch_top_slot()
 *	DIRECT_MAP	all RAM, writable, never executable; 2 MiB pages where RAM fills them and the
 *			kernel image is not in them (its constant parts are read-only here, too)
 *	AREA_START	kernel stacks with guard pages, device registers, the vDSO, an image
 *	top 2 GiB	the kernel image at its random slot, W^X by section
 *
 * All entries are supervisor entries (U = 0), since programs run in ring 0.  The upper half is
 * global.  arch_vm_init runs before the page allocator, on the link-time table of start.S, and takes
 * its tables from RAM below 4 GiB by itself; the allocator learns of them as a reserved range.
 * The entry formats are in the Intel SDM, volume 3, 4.5. */

#include "arch/x86_64/internal.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/page.h"

#define PTE_PWT	   (1ull << 3)
#define PTE_PCD	   (1ull << 4)
#define KERNEL_PTE (PTE_P | PTE_A | PTE_D | PTE_G)
#define TABLE_PTE  (PTE_P | PTE_W | PTE_A)
#define LARGE	   (1ul << 21)

static pte_t *pml4;
static uint64_t nx;		     /* PTE_NX where the CPU has it */
static uint64_t image_offset;	     /* virtual minus physical address of the image */
static struct boot_range early_pool; /* start moves up while tables are taken */
static bool early = true;

static uint64_t *table_va(uint64_t pa)
{
	return (uint64_t *)(DIRECT_MAP + pa);
}

uint64_t vm_image_pa(const void *p)
{
	return (uintptr_t)p - image_offset;
}

/* A zeroed table.  => its physical address, or 0 */
static uint64_t new_table(void)
{
	uint64_t pa;
	struct page *p;

	if (early) {
		pa = early_pool.start;
		if (pa + PAGE_SIZE > early_pool.end)
			panic("no memory for the kernel's page tables");
		early_pool.start += PAGE_SIZE;
		memset(table_va(pa), 0, PAGE_SIZE);
		return pa;
	}
	p = page_alloc(PAGE_ZERO);
	return p == NULL ? 0 : page_pa(p);
}

/* The entry of level 1 (4 KiB), 2 (2 MiB) or 3 (1 GiB) for va, with the tables above it.
 * => NULL: no memory */
static pte_t *slot(uintptr_t va, unsigned level)
{
	pte_t *table = pml4;

	for (unsigned l = 4; l > level; l--) {
		pte_t *e = &table[va >> (12 + 9 * (l - 1)) & (TABLE_ENTRIES - 1)];

		if (*e == 0) {
			uint64_t pa = new_table();

			if (pa == 0)
				return NULL;
			*e = pa | TABLE_PTE;
		}
		ASSERT((*e & PTE_PS) == 0);
		table = table_va(*e & PTE_ADDR);
	}
	return &table[va >> (12 + 9 * (level - 1)) & (TABLE_ENTRIES - 1)];
}

pte_t *vm_slot(uintptr_t va)
{
	return slot(va, 1);
}

pte_t *arch_top_slot(size_t index, bool create)
{
	pte_t *e = &pml4[index >> 9];

	if (*e == 0) {
		uint64_t pa = create ? new_table() : 0;

		if (pa == 0)
			return NULL;
		*e = pa | TABLE_PTE;
	}
	return table_va(*e & PTE_ADDR) + (index & (TABLE_ENTRIES - 1));
}

bool arch_top_free(size_t index)
{
	pte_t *e = &pml4[index >> 9];

	if (*e == 0)
		return false;
	page_put(page_of(*e & PTE_ADDR));
	*e = 0;
	return true;
}

void arch_tlb_flush_page(uintptr_t addr)
{
	__asm__ volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

void arch_tlb_flush_all(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}

/* --- building it --- */

/* Find room for `size` bytes of tables behind the kernel image, below 4 GiB, in RAM that nothing
 * else uses. */
static void find_early_pool(uint64_t size)
{
	const struct boot_info *bi = &boot_info;

	for (unsigned i = 0; i < bi->ram_count; i++) {
		uint64_t at = MAX(bi->ram[i].start, bi->kernel_end);
		unsigned j = 0;

		while (j < bi->reserved_count) {
			const struct boot_range *r = &bi->reserved[j];

			if (at < r->end && at + size > r->start) {
				at = r->end;
				j = 0;
			} else {
				j++;
			}
		}
		if (at + size <= bi->ram[i].end && at + size <= 1ull << 32) {
			early_pool = (struct boot_range){ at, at + size };
			return;
		}
	}
	panic("no memory for the kernel's page tables");
}

/* Does [pa, pa + size) hold a part of the kernel image that may not be written? */
static bool is_constant(uint64_t pa, uint64_t size)
{
	return pa < vm_image_pa(__rodata_end) && pa + size > vm_image_pa(__text_start);
}

static void map_direct(const struct boot_range *r)
{
	uint64_t pa = r->start;

	while (pa < r->end) {
		bool large =
			(pa & (LARGE - 1)) == 0 && pa + LARGE <= r->end && !is_constant(pa, LARGE);
		uint64_t size = large ? LARGE : PAGE_SIZE;
		uint64_t w = is_constant(pa, size) ? 0 : PTE_W;

		*slot(DIRECT_MAP + pa, large ? 2 : 1) =
			pa | KERNEL_PTE | w | nx | (large ? PTE_PS : 0);
		pa += size;
	}
}

static void map_section(const char *start, const char *end, uint64_t bits)
{
	for (const char *p = start; p < end; p += PAGE_SIZE)
		*slot((uintptr_t)p, 1) = vm_image_pa(p) | KERNEL_PTE | bits;
}

void arch_vm_init(void)
{
	uint64_t ram = 0, tables;

	image_offset = (uintptr_t)__image_start - boot_info.kernel_start;
	nx = features.nx ? PTE_NX : 0;
	/* One table per GiB, and per range two for its ends that are no 2 MiB page; some for the
	 * image and its alias, and for the upper levels. */
	for (unsigned i = 0; i < boot_info.ram_count; i++)
		ram = MAX(ram, boot_info.ram[i].end);
	tables = (ram >> 30) + (ram >> 39) + 2 * boot_info.ram_count + 16;
	find_early_pool(tables * PAGE_SIZE);
	boot_info.reserved[boot_info.reserved_count] = early_pool;

	pml4 = table_va(new_table());
	for (unsigned i = 0; i < boot_info.ram_count; i++)
		map_direct(&boot_info.ram[i]);
	map_section(__text_start, __text_end, 0);
	map_section(__rodata_start, __rodata_end, nx);
	map_section(__data_start, __kernel_end, nx | PTE_W);
	__asm__ volatile("mov %0, %%cr3" : : "r"((uintptr_t)pml4 - DIRECT_MAP) : "memory");

	boot_info.reserved[boot_info.reserved_count++].end = early_pool.start;
	early = false;
}

volatile void *arch_map_device(uint64_t pa, size_t size)
{
	static uintptr_t next = MMIO_AREA;
	uint64_t first = ALIGN_DOWN(pa, PAGE_SIZE), end = ALIGN_UP(pa + size, PAGE_SIZE);
	uintptr_t va = next;

	for (uint64_t p = first; p < end; p += PAGE_SIZE, next += PAGE_SIZE) {
		pte_t *e = vm_slot(next);

		if (e == NULL)
			panic("no memory to map a device");
		*e = p | KERNEL_PTE | PTE_W | PTE_PWT | PTE_PCD | nx;
	}
	return (volatile void *)(va + (pa - first));
}

const void *arch_map_image(uint64_t pa, size_t size)
{
	/* As far from a large page's start as in physical memory. */
	uintptr_t va = IMAGE_AREA + (pa & (LARGE - 1));
	uint64_t at = pa, end = pa + size;

	if (size > AREA_END - va)
		return NULL;
	while (at < end) {
		bool large = (at & (LARGE - 1)) == 0 && at + LARGE <= end;
		pte_t *e = slot(va + (at - pa), large ? 2 : 1);

		if (e == NULL)
			return NULL;
		*e = at | KERNEL_PTE | nx | (large ? PTE_PS : 0);
		at += large ? LARGE : PAGE_SIZE;
	}
	return (const void *)va;
}

void *arch_map_repeated(const uint64_t *pages, unsigned count, size_t size)
{
	size_t n = ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT;

	if (size > IMAGE_AREA - IMAGE_PAGES)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		pte_t *e = slot(IMAGE_PAGES + (i << PAGE_SHIFT), 1);

		if (e == NULL)
			return NULL;
		*e = pages[i % count] | KERNEL_PTE | PTE_W | nx;
	}
	return (void *)IMAGE_PAGES;
}

size_t arch_areas(struct arch_area areas[ARCH_AREAS])
{
	size_t n = 0;

	areas[n++] = (struct arch_area){ (uintptr_t)__kernel_start, (uintptr_t)__kernel_end,
					 "its image" };
	areas[n++] = (struct arch_area){ VDSO_AREA, IMAGE_PAGES, "the vDSO, at a random place" };
	areas[n++] = (struct arch_area){ MMIO_AREA, VDSO_AREA, "registers of devices" };
	areas[n++] = (struct arch_area){ KSTACK_AREA, MMIO_AREA, "stacks of tasks" };
	areas[n++] =
		(struct arch_area){ DIRECT_MAP, DIRECT_MAP + page_total() * PAGE_SIZE, "all RAM" };
	return n;
}
