/* Parsing ELF files: what a good one asks for, and how each bad one is refused. */
/* links: elf/elf.c mm/page.c mm/slab.c arch/host/host.c */
#include <errno.h>
#include <linux/elf.h>
#include <stdio.h>
#include <string.h>

#include "elf/elf.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "tests/unit/unit.h"

const uint16_t arch_elf_machine = EM_X86_64;

#define HEADERS 1200

/* A file in memory; bytes past `len` are not there. */
static struct {
	Elf64_Ehdr h;
	Elf64_Phdr ph[HEADERS];
} file;
static size_t len;
static struct elf_image img;

static ssize_t read_file(void *unused, void *buf, size_t n, uint64_t offset)
{
	(void)unused;
	if (offset >= len)
		return 0;
	if (n > len - offset)
		n = len - offset;
	memcpy(buf, (char *)&file + offset, n);
	return (ssize_t)n;
}

static int parse(void)
{
	memset(&img, 0xee, sizeof(img));
	return elf_parse(read_file, NULL, &img);
}

static Elf64_Phdr load(unsigned flags, uint64_t vaddr, uint64_t filesz, uint64_t memsz)
{
	return (Elf64_Phdr){ .p_type = PT_LOAD,
			     .p_flags = flags,
			     .p_offset = vaddr,
			     .p_vaddr = vaddr,
			     .p_filesz = filesz,
			     .p_memsz = memsz,
			     .p_align = PAGE_SIZE };
}

/* A static-pie with text, constants and data. */
static void good(void)
{
	static bool ram;

	if (!ram)
		host_ram(4 << 20);
	ram = true;
	memset(&file, 0, sizeof(file));
	memcpy(file.h.e_ident, ELFMAG, SELFMAG);
	file.h.e_ident[EI_CLASS] = ELFCLASS64;
	file.h.e_type = ET_DYN;
	file.h.e_machine = EM_X86_64;
	file.h.e_entry = 0x1234;
	file.h.e_phoff = sizeof(file.h);
	file.h.e_phentsize = sizeof(Elf64_Phdr);
	file.h.e_phnum = 4;
	file.ph[0] = load(PF_R, 0, 0x500, 0x500);
	file.ph[1] = load(PF_R | PF_X, 0x1000, 0x2345, 0x2345);
	file.ph[2] = load(PF_R | PF_W, 0x4e00, 0x300, 0x5000);
	file.ph[3] = (Elf64_Phdr){ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };
	len = sizeof(file);
}

START_TEST(good_program)
{
	good();
	ck_assert_int_eq(parse(), 0);
	ck_assert(!img.fixed && !img.exec_stack);
	ck_assert_uint_eq(img.entry, 0x1234);
	ck_assert_uint_eq(img.phdr, sizeof(file.h));
	ck_assert_uint_eq(img.phnum, 4);
	ck_assert_uint_eq(img.low, 0);
	ck_assert_uint_eq(img.high, 0xa000);
	ck_assert_uint_eq(img.align, PAGE_SIZE);
	ck_assert_uint_eq(img.text, 0x2345);
	ck_assert_uint_eq(img.count, 3);
	ck_assert_uint_eq(img.segment[1].prot, 5);
	ck_assert_uint_eq(img.segment[2].prot, 3);
	ck_assert_uint_eq(img.segment[2].vaddr, 0x4e00);
	ck_assert_uint_eq(img.segment[2].file_size, 0x300);
	ck_assert_uint_eq(img.segment[2].mem_size, 0x5000);
	ck_assert_uint_eq(img.interp_size, 0);
	file.h.e_type = ET_EXEC;
	file.ph[3].p_flags |= PF_X;
	ck_assert_int_eq(parse(), 0);
	ck_assert(img.fixed && img.exec_stack);
}
END_TEST

/* Each change of one field of the header, and Linux' answer to it. */
#define WITH(field, value, errno_)                                                                 \
	do {                                                                                       \
		good();                                                                            \
		file.field = (value);                                                              \
		ck_assert_int_eq(parse(), -(errno_));                                              \
	} while (0)

START_TEST(bad_header)
{
	WITH(h.e_ident[0], 0x7e, ENOEXEC);
	WITH(h.e_ident[3], 'f', ENOEXEC);
	WITH(h.e_ident[EI_CLASS], ELFCLASS32, 0);
	WITH(h.e_version, 9, 0);
	WITH(h.e_type, ET_REL, ENOEXEC);
	WITH(h.e_type, ET_CORE, ENOEXEC);
	WITH(h.e_machine, EM_AARCH64, ENOEXEC);
	WITH(h.e_phentsize, 55, ENOEXEC);
	WITH(h.e_phentsize, 0, ENOEXEC);
	WITH(h.e_phnum, 0, ENOEXEC);
	WITH(h.e_phnum, 0xffff, ENOEXEC);
	WITH(h.e_phnum, 1171, ENOEXEC);
	WITH(h.e_phnum, 1170, 0);
	WITH(h.e_phoff, ~0ull, ENOEXEC);
	WITH(h.e_phoff, 1ull << 63, ENOEXEC);
	WITH(h.e_phoff, INT64_MAX, ENOEXEC);
	WITH(h.e_phoff, sizeof(file), ENOEXEC);
}
END_TEST

START_TEST(truncated)
{
	good();
	for (len = 0; len < sizeof(file.h) + 4 * sizeof(Elf64_Phdr); len++)
		ck_assert_int_eq(parse(), -ENOEXEC);
	ck_assert_int_eq(parse(), 0);
}
END_TEST

START_TEST(bad_segments)
{
	WITH(ph[1].p_filesz, 0x2346, EINVAL); /* more than in memory */
	WITH(ph[1].p_memsz, 0x2344, EINVAL);
	WITH(ph[2].p_memsz, ~0ull, EINVAL);
	WITH(ph[2].p_memsz, 1ull << 47, EINVAL);
	WITH(ph[2].p_vaddr, USER_END, EINVAL);
	WITH(ph[2].p_vaddr, ~0xfffull + 0xe00, EINVAL);
	WITH(ph[2].p_vaddr, 0x4e01, EINVAL); /* not congruent to the offset */
	WITH(ph[2].p_offset, 1ull << 63 | 0xe00, EINVAL);
	WITH(ph[2].p_offset, (uint64_t)INT64_MAX - 0x1ff, EINVAL);
	/* A negative alignment, none, one that is no power of two: not taken seriously. */
	WITH(ph[2].p_align, 0, 0);
	ck_assert_uint_eq(img.align, PAGE_SIZE);
	WITH(ph[2].p_align, 3, 0);
	ck_assert_uint_eq(img.align, PAGE_SIZE);
	WITH(ph[2].p_align, 1ull << 60, 0);
	ck_assert_uint_eq(img.align, PAGE_SIZE);
	WITH(ph[2].p_align, 1 << 21, 0);
	ck_assert_uint_eq(img.align, 1 << 21);
	/* Nothing to load. */
	good();
	for (int i = 0; i < 3; i++)
		file.ph[i].p_type = PT_NULL;
	ck_assert_int_eq(parse(), -ENOEXEC);
	good();
	for (int i = 0; i < 3; i++)
		file.ph[i].p_filesz = file.ph[i].p_memsz = 0;
	ck_assert_int_eq(parse(), -ENOEXEC);
}
END_TEST

/* Order and overlap are the mapper's business; the bounds hold all. */
START_TEST(overlapping_segments)
{
	good();
	file.ph[0] = load(PF_R, 0x8000, 0x1000, 0x1000);
	file.ph[2] = load(PF_R | PF_W, 0x1800, 0x100, 0x200);
	ck_assert_int_eq(parse(), 0);
	ck_assert_uint_eq(img.low, 0x1000);
	ck_assert_uint_eq(img.high, 0x9000);
	ck_assert_uint_eq(img.phdr, 0);
}
END_TEST

START_TEST(many_segments)
{
	good();
	for (unsigned i = 0; i <= ELF_SEGMENTS; i++)
		file.ph[i] = load(PF_R, i * PAGE_SIZE, 1, 1);
	file.h.e_phnum = ELF_SEGMENTS;
	ck_assert_int_eq(parse(), 0);
	ck_assert_uint_eq(img.count, ELF_SEGMENTS);
	file.h.e_phnum++;
	ck_assert_int_eq(parse(), -ENOEXEC);
}
END_TEST

START_TEST(interpreter)
{
	good();
	file.ph[3] = (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = 0x600, .p_filesz = 20 };
	ck_assert_int_eq(parse(), 0);
	ck_assert_uint_eq(img.interp_offset, 0x600);
	ck_assert_uint_eq(img.interp_size, 20);
	file.ph[3].p_filesz = 1;
	ck_assert_int_eq(parse(), -ENOEXEC);
	file.ph[3].p_filesz = 0;
	ck_assert_int_eq(parse(), -ENOEXEC);
	file.ph[3].p_filesz = 4096;
	ck_assert_int_eq(parse(), 0);
	file.ph[3].p_filesz = 4097;
	ck_assert_int_eq(parse(), -ENOEXEC);
}
END_TEST

START_TEST(no_memory)
{
	good();
	page_fail_nth(1, true);
	ck_assert_int_eq(parse(), -ENOMEM);
	page_fail_nth(0, false);
	ck_assert_int_eq(parse(), 0);
}
END_TEST

/* Whatever the headers hold: what is accepted keeps the promises of elf.h, and nothing is lost. */
START_TEST(random_headers)
{
	static const uint64_t special[] = { 0,		1,	   0xfff,
					    0x1000,	~0ull,	   1ull << 63,
					    1ull << 47, INT64_MAX, (1ull << 47) - 0x1000,
					    0x200000,	3,	   ~0xfffull };
	unsigned seed = 7;

	good();
	slab_reap();
	size_t before = page_free_count();
	for (int round = 0; round < 300000; round++) {
		seed = seed * 1664525u + 1013904223u;
		size_t at = (seed >> 8) % ((sizeof(file.h) + 4 * sizeof(Elf64_Phdr)) / 8);
		uint64_t *word = (uint64_t *)&file + at, old = *word;
		seed = seed * 1664525u + 1013904223u;
		*word = seed & 0x80000000 ? special[(seed >> 8) % (sizeof(special) / 8)]
					  : old ^ 1ull << (seed >> 8) % 64;
		if (parse() == 0) {
			ck_assert(img.low < img.high && img.high <= USER_END);
			ck_assert(img.count > 0 && img.count <= ELF_SEGMENTS);
			for (unsigned i = 0; i < img.count; i++) {
				struct elf_segment *s = &img.segment[i];
				ck_assert(s->mem_size > 0 && s->file_size <= s->mem_size);
				ck_assert(s->vaddr >= img.low && s->vaddr < img.high);
				ck_assert(s->mem_size <= img.high - s->vaddr);
			}
		}
		if (round % 16 < 12)
			*word = old;
		if (round % 256 == 0)
			good();
	}
	slab_reap();
	ck_assert_uint_eq(page_free_count(), before);
}
END_TEST

UNIT_MAIN("elf", good_program, bad_header, truncated, bad_segments, overlapping_segments,
	  many_segments, interpreter, no_memory, random_headers)
