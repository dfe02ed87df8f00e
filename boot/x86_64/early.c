/* early.c: read the PVH start info, choose where the kernel lives, relocate it.
 *
 * Runs at the physical address, before relocation: nothing here may use an initialised pointer.
 * The order matters, because the loader may have put its tables anywhere: first everything that
 * we need is copied into boot_info (in .data, so inside the loaded image), only then is .bss
 * cleared.  After early_main the loader's tables are never looked at again. */

#include "arch/x86_64/internal.h"
#include "boot/boot.h"
#include "lib/string.h"

/* Xen's public/arch-x86/hvm/start_info.h */
#define PVH_MAGIC      0x336ec578
#define PVH_MEMMAP_RAM 1

struct pvh_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp;
	uint64_t memmap; /* from version 1 on */
	uint32_t memmap_entries, reserved;
};
_Static_assert(sizeof(struct pvh_start_info) == 56, "hvm_start_info");

struct pvh_module {
	uint64_t start, size, cmdline, reserved;
};

struct pvh_memmap_entry {
	uint64_t start, size;
	uint32_t type, reserved;
};

#define MAPPED_END (1ull << 32) /* of the link-time page table's identity map */
#define SLOT_SIZE  (1ul << 21)
#define SLOTS	   1024 /* in the top 2 GiB */

/* ELF-64 Object File Format, "Relocation" */
struct rela {
	uint64_t offset, info;
	int64_t addend;
};
#define R_X86_64_RELATIVE 8

struct boot_info boot_info __attribute__((section(".data.boot_info")));

uint64_t early_main(uint64_t start_info, uint64_t *high_pd);

static __attribute__((noreturn)) void fail(const char *why)
{
	static const char head[] = "flatshare: cannot start: ";

	early_log(head, sizeof(head) - 1);
	early_log(why, strlen(why));
	early_log("\n", 1);
	arch_poweroff(1);
}

/* => a pointer to n entries of `size` bytes at a loader's address that the page table maps */
static const void *table(uint64_t addr, uint64_t n, uint64_t size, const char *what)
{
	if (addr == 0 || addr >= MAPPED_END || n * size > MAPPED_END - addr)
		fail(what);
	return (const void *)addr;
}

static void reserve(uint64_t start, uint64_t end)
{
	struct boot_range *r = &boot_info.reserved[boot_info.reserved_count++];

	r->start = ALIGN_DOWN(start, PAGE_SIZE);
	r->end = ALIGN_UP(end, PAGE_SIZE);
}

static void add_ram(uint64_t start, uint64_t end)
{
	struct boot_range *last = &boot_info.ram[boot_info.ram_count - 1];

	start = ALIGN_UP(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end)
		return;
	if (boot_info.ram_count > 0 && last->end == start)
		last->end = end;
	else if (boot_info.ram_count < BOOT_RANGES)
		boot_info.ram[boot_info.ram_count++] = (struct boot_range){ start, end };
}

static bool is_ram(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < boot_info.ram_count; i++)
		if (start >= boot_info.ram[i].start && end <= boot_info.ram[i].end)
			return true;
	return false;
}

static void read_memory_map(const struct pvh_start_info *si)
{
	const struct pvh_memmap_entry *e =
		table(si->memmap, si->memmap_entries, sizeof(*e), "bad memory map");

	for (unsigned i = 0; i < si->memmap_entries; i++)
		if (e[i].type == PVH_MEMMAP_RAM && e[i].start + e[i].size > e[i].start)
			add_ram(e[i].start, e[i].start + e[i].size);
	if (!is_ram(boot_info.kernel_start, boot_info.kernel_end))
		fail("not enough memory for the kernel");
	reserve(0, PAGE_SIZE);
	reserve(boot_info.kernel_start, boot_info.kernel_end);
}

static void read_command_line(const struct pvh_start_info *si)
{
	const char *s;

	if (si->cmdline == 0)
		return;
	s = table(si->cmdline, 1, 1, "bad command line address");
	if (strnlen(s, sizeof(boot_info.cmdline)) == sizeof(boot_info.cmdline))
		fail("command line too long");
	strlcpy(boot_info.cmdline, s, sizeof(boot_info.cmdline));
}

static void read_modules(const struct pvh_start_info *si)
{
	const struct pvh_module *m;

	if (si->nr_modules == 0)
		return;
	m = table(si->modlist, si->nr_modules, sizeof(*m), "bad module list");
	if (m->size == 0)
		return;
	if (m->start + m->size < m->start || !is_ram(m->start, m->start + m->size))
		fail("the initrd is not in memory");
	if (m->start < boot_info.kernel_end && m->start + m->size > boot_info.kernel_start)
		fail("not enough memory: the initrd overlaps the kernel");
	boot_info.initrd = (struct boot_range){ m->start, m->start + m->size };
	reserve(m->start, m->start + m->size);
}

static void read_start_info(uint64_t addr)
{
	const struct pvh_start_info *si = table(addr, 1, sizeof(*si), "no start info");

	if (si->magic != PVH_MAGIC)
		fail("the loader's start info is not PVH");
	if (si->version < 1 || si->memmap_entries == 0)
		fail("the loader gives no memory map");
	boot_info.kernel_start = (uintptr_t)__image_start;
	boot_info.kernel_end = (uintptr_t)__kernel_end;
	read_memory_map(si);
	read_command_line(si);
	read_modules(si);
}

/* Which 2 MiB slot of the top 2 GiB becomes physical address 0. */
static uint64_t choose_slot(void)
{
	uint64_t used = ALIGN_UP(boot_info.kernel_end, SLOT_SIZE) / SLOT_SIZE;
	uint64_t n;

	if (option("nokaslr") != NULL)
		return 0;
	if (option("seed") != NULL)
		n = (option_number("seed", 0) + 1) * 0x9e3779b97f4a7c15ull >> 32;
	else if (!arch_random(&n))
		n = cycles() * 0x9e3779b97f4a7c15ull >> 32;
	return n % (SLOTS - used);
}

static void relocate(uint64_t offset)
{
	const struct rela *end = (const struct rela *)__rela_end;

	for (const struct rela *r = (const struct rela *)__rela_start; r < end; r++) {
		if ((uint32_t)r->info != R_X86_64_RELATIVE)
			fail("the kernel was linked with an unknown relocation");
		*(uint64_t *)(r->offset - KERNEL_LINK) = (uint64_t)r->addend - KERNEL_LINK + offset;
	}
}

/* Called once by start.S, on the identity map.  high_pd: the two page directories of the top 2 GiB.
 * => the difference of the kernel's virtual and physical addresses */
uint64_t early_main(uint64_t start_info, uint64_t *high_pd)
{
	uint64_t slot, offset;

	read_start_info(start_info);
	memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
	slot = choose_slot();
	offset = KERNEL_LINK + slot * SLOT_SIZE;
	for (uint64_t pa = 0; pa < boot_info.kernel_end; pa += SLOT_SIZE)
		high_pd[slot++] = pa | PTE_P | PTE_W | PTE_PS;
	relocate(offset);
	return offset;
}
