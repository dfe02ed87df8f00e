/* elf.c: reading and checking an ELF file (System V ABI, chapters 4 and 5). */

#include <asm/errno.h>
#include <asm/mman.h>
#include <linux/elf.h>

#include "arch/arch.h"
#include "elf/elf.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"

#define ALIGN_MAX (1ul << 30) /* more is not taken seriously */

static int check_header(const Elf64_Ehdr *h)
{
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return -ENOEXEC;
	if (h->e_machine != arch_elf_machine)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 ||
	    h->e_phnum * sizeof(Elf64_Phdr) > ELF_HEADERS_SIZE)
		return -ENOEXEC;
	return 0;
}

static unsigned prot_of(const Elf64_Phdr *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
	       (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Can the segment be mapped at all?  Afterwards no sum of its fields overflows. */
static int check_load(const Elf64_Phdr *ph)
{
	if (ph->p_filesz > ph->p_memsz)
		return -EINVAL;
	if (ph->p_vaddr >= USER_END || ph->p_memsz > USER_END - ph->p_vaddr)
		return -EINVAL;
	if (((ph->p_vaddr ^ ph->p_offset) & PAGE_MASK) != 0)
		return -EINVAL;
	if (ph->p_offset > INT64_MAX - PAGE_SIZE ||
	    ph->p_filesz > INT64_MAX - PAGE_SIZE - ph->p_offset)
		return -EINVAL;
	return 0;
}

static int take_load(const Elf64_Phdr *ph, struct elf_image *img)
{
	int err = check_load(ph);
	if (err < 0)
		return err;
	if (ph->p_memsz == 0)
		return 0;
	if (img->count == ELF_SEGMENTS)
		return -ENOEXEC;
	img->segment[img->count++] = (struct elf_segment){ .vaddr = ph->p_vaddr,
							   .offset = ph->p_offset,
							   .file_size = ph->p_filesz,
							   .mem_size = ph->p_memsz,
							   .prot = prot_of(ph) };
	img->low = MIN(img->low, ALIGN_DOWN(ph->p_vaddr, PAGE_SIZE));
	img->high = MAX(img->high, ALIGN_UP(ph->p_vaddr + ph->p_memsz, PAGE_SIZE));
	if (ph->p_flags & PF_X)
		img->text += ph->p_filesz;
	if ((ph->p_align & (ph->p_align - 1)) == 0 && ph->p_align <= ALIGN_MAX)
		img->align = MAX(img->align, ph->p_align);
	return 0;
}

/* Only the first one counts. */
static int take_interp(const Elf64_Phdr *ph, struct elf_image *img)
{
	if (img->interp_size != 0)
		return 0;
	if (ph->p_filesz < 2 || ph->p_filesz > ELF_INTERP_MAX)
		return -ENOEXEC;
	img->interp_offset = ph->p_offset;
	img->interp_size = ph->p_filesz;
	return 0;
}

/* The address of the program headers: that of the segment that holds their place in the file. */
static void find_phdr(const Elf64_Ehdr *h, struct elf_image *img)
{
	for (unsigned i = 0; i < img->count; i++) {
		const struct elf_segment *s = &img->segment[i];
		if (h->e_phoff >= s->offset && h->e_phoff - s->offset < s->file_size) {
			img->phdr = s->vaddr + (h->e_phoff - s->offset);
			return;
		}
	}
}

static int take_headers(const Elf64_Ehdr *h, const Elf64_Phdr *ph, struct elf_image *img)
{
	memset(img, 0, sizeof(*img));
	img->fixed = h->e_type == ET_EXEC;
	img->entry = h->e_entry;
	img->phnum = h->e_phnum;
	img->align = PAGE_SIZE;
	img->low = USER_END;
	for (unsigned i = 0; i < h->e_phnum; i++) {
		int err = 0;
		if (ph[i].p_type == PT_LOAD)
			err = take_load(&ph[i], img);
		else if (ph[i].p_type == PT_INTERP)
			err = take_interp(&ph[i], img);
		else if (ph[i].p_type == PT_GNU_STACK)
			img->exec_stack = ph[i].p_flags & PF_X;
		if (err < 0)
			return err;
	}
	if (img->count == 0)
		return -ENOEXEC;
	find_phdr(h, img);
	return 0;
}

int elf_parse(elf_read_fn read, void *file, struct elf_image *out)
{
	Elf64_Ehdr h;

	if (read(file, &h, sizeof(h), 0) != (ssize_t)sizeof(h) || check_header(&h) < 0)
		return -ENOEXEC;
	size_t size = h.e_phnum * sizeof(Elf64_Phdr);
	if (h.e_phoff > INT64_MAX - size)
		return -ENOEXEC;
	Elf64_Phdr *ph = kmalloc(size);
	if (ph == NULL)
		return -ENOMEM;
	int err = -ENOEXEC;
	if (read(file, ph, size, h.e_phoff) == (ssize_t)size)
		err = take_headers(&h, ph, out);
	kfree(ph);
	return err;
}
