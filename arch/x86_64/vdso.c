/* vdso.c: map the vDSO, once, for everybody; keep its data page up to date.
 *
 * The code's pages are those of the kernel image, mapped a second time at a random place of
 * VDSO_AREA; in front of them the data page, which only the kernel can write (through the direct
 * map). */

#include <linux/time.h>

#include "arch/x86_64/internal.h"
#include "arch/x86_64/vdso/data.h"
#include "arch/x86_64/watchdog.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/page.h"

#include <linux/elf.h>

extern char vdso_image[], vdso_image_end[];

static struct vdso_data *data;
static uintptr_t base; /* where the image is */
static uintptr_t vsyscall;

static void map(uintptr_t va, uint64_t pa, uint64_t bits)
{
	pte_t *e = vm_slot(va);

	if (e == NULL)
		panic("no memory for the vDSO");
	*e = pa | PTE_P | PTE_A | PTE_D | PTE_G | bits;
}

static const void *find_dynamic(const Elf64_Ehdr *e, Elf64_Sxword tag)
{
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(vdso_image + e->e_phoff);

	for (unsigned i = 0; i < e->e_phnum; i++) {
		if (ph[i].p_type != PT_DYNAMIC)
			continue;
		for (const Elf64_Dyn *d = (const Elf64_Dyn *)(vdso_image + ph[i].p_offset);
		     d->d_tag != DT_NULL; d++)
			if (d->d_tag == tag)
				return vdso_image + d->d_un.d_ptr;
	}
	panic("the vDSO has no dynamic entry %ld", (long)tag);
}

static uintptr_t find_symbol(const char *name)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)vdso_image;
	const Elf64_Sym *symbols = find_dynamic(e, DT_SYMTAB);
	const char *names = find_dynamic(e, DT_STRTAB);
	const uint32_t *hash = find_dynamic(e, DT_HASH); /* buckets, symbols, … */

	for (uint32_t i = 1; i < hash[1]; i++)
		if (strcmp(names + symbols[i].st_name, name) == 0)
			return base + symbols[i].st_value;
	panic("the vDSO has no %s", name);
}

/* Put the system's constants into the instructions of the image, a copy. */
static void put_constants(char *image)
{
	const uint64_t usual = data->count != 0 ? UINT64_MAX : CLOCK_MONOTONIC;
	uint64_t here;

	for (size_t at = 0; at + sizeof(here) <= arch_vdso_size(); at++) {
		memcpy(&here, image + at, sizeof(here));
		if (here == VDSO_BASE)
			here = clock_params.base;
		else if (here == VDSO_MULT)
			here = clock_params.mult;
		else if (here == VDSO_USUAL)
			here = usual;
		else
			continue;
		memcpy(image + at, &here, sizeof(here));
		at += sizeof(here) - 1;
	}
}

void arch_late_init(void)
{
	struct page *p, *image;
	size_t pages = (1ul << 30) / PAGE_SIZE;
	unsigned order = 0;
	uintptr_t nx = features.nx ? PTE_NX : 0;

	/* What start.S and early.c needed. */
	page_release_range(vm_image_pa(__boot_start), vm_image_pa(__boot_end));
	while (PAGE_SIZE << order < arch_vdso_size())
		order++;
	p = page_alloc(PAGE_ZERO);
	image = page_alloc_order(order, PAGE_ZERO);
	if (p == NULL || image == NULL)
		panic("no memory for the vDSO");
	data = page_va(p);
	base = VDSO_AREA + PAGE_SIZE;
	if (option("nokaslr") == NULL)
		base += random_u64() % (pages - 64) * PAGE_SIZE;
	map(base - PAGE_SIZE, page_pa(p), nx);
	for (size_t at = 0; at < arch_vdso_size(); at += PAGE_SIZE)
		map(base + at, page_pa(image) + at, 0);
	bool watched = option("strace") != NULL || option("syscalls") != NULL;
	vsyscall = find_symbol(watched ? "__kernel_vsyscall_plain" : "__kernel_vsyscall");
	data->count = option("syscalls") != NULL;
	memcpy(page_va(image), vdso_image, arch_vdso_size());
	put_constants(page_va(image));
	vdso_update_clock();
	watchdog_init();
}

void vdso_update_clock(void)
{
	volatile struct vdso_data *d = data;

	if (d != NULL)
		d->wall_offset = clock_params.wall_offset;
}

uintptr_t arch_vdso_base(void)
{
	return base;
}

size_t arch_vdso_size(void)
{
	return (size_t)(vdso_image_end - vdso_image);
}

uintptr_t arch_vsyscall_entry(void)
{
	return vsyscall;
}

const char arch_platform[] = ARCH_NAME;
const uint16_t arch_elf_machine = EM_X86_64;

/* AT_HWCAP is CPUID 1's %edx, AT_HWCAP2 tells of FSGSBASE (asm/hwcap2.h), as on Linux. */
uint64_t arch_hwcap(void)
{
	return cpuid(1, 0).edx;
}

/* That the fsgsbase instructions may be used is not announced: wrgsbase is one of them, and GS is the
 * kernel's. */
uint64_t arch_hwcap2(void)
{
	return 0;
}
