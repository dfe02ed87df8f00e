/* elf.c: reading and checking an ELF file. */

#include <asm/errno.h>
#include <asm/mman.h>
#include <linux/elf.h>

#include "arch/arch.h"
#include "elf/elf.h"
#include "mm/slab.h"
#include "mm/usercopy.h"

static int check_header(const Elf64_Ehdr *h)
{
	if (h->e_ident[EI_MAG0] != ELFMAG0 || h->e_ident[EI_MAG1] != ELFMAG1 ||
	    h->e_ident[EI_MAG2] != ELFMAG2 || h->e_ident[EI_MAG3] != ELFMAG3)
		return -ENOEXEC;
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return -ENOEXEC;
	if (h->e_machine != arch_elf_machine)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum < 1 ||
	    h->e_phnum > ELF_HEADERS_MAX)
		return -ENOEXEC;
	return 0;
}

static unsigned prot_of(const Elf64_Phdr *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
	       (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

static int take_load(const Elf64_Phdr *ph, struct elf_image *img)
{
	struct elf_segment *s = &img->segment[img->count];

	if (img->count == ELF_SEGMENTS)
		return -ENOEXEC;
	if (ph->p_filesz > ph->p_memsz)
		return -EINVAL;
	if (ph->p_memsz == 0)
		return 0;
	if (ph->p_vaddr >= USER_END || ph->p_memsz > USER_END - ph->p_vaddr)
		return img->fixed ? -EINVAL : -ENOMEM;
	if (((ph->p_vaddr ^ ph->p_offset) & PAGE_MASK) != 0)
		return -EINVAL;
	if (ph->p_offset > INT64_MAX || ph->p_filesz > INT64_MAX - ph->p_offset)
		return -EINVAL;
	uintptr_t end = ALIGN_UP(ph->p_vaddr + ph->p_memsz, PAGE_SIZE);
	/* Linux maps segments one over another as they come; we want them in order and apart. */
	if (img->count > 0 && ALIGN_DOWN(ph->p_vaddr, PAGE_SIZE) < img->high)
		return -EINVAL;
	*s = (struct elf_segment){ .vaddr = ph->p_vaddr,
				   .offset = ph->p_offset,
				   .file_size = ph->p_filesz,
				   .mem_size = ph->p_memsz,
				   .prot = prot_of(ph) };
	if (img->count++ == 0)
		img->low = ALIGN_DOWN(ph->p_vaddr, PAGE_SIZE);
	img->high = end;
	if ((ph->p_align & (ph->p_align - 1)) == 0 && ph->p_align > img->align &&
	    ph->p_align <= 1ul << 30)
		img->align = ph->p_align;
	return 0;
}

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
	*img = (struct elf_image){ .fixed = h->e_type == ET_EXEC,
				   .entry = h->e_entry,
				   .phnum = h->e_phnum,
				   .align = PAGE_SIZE };
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

	ssize_t n = read(file, &h, sizeof(h), 0);
	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(h) || check_header(&h) < 0)
		return -ENOEXEC;
	size_t size = h.e_phnum * sizeof(Elf64_Phdr);
	Elf64_Phdr *ph = kmalloc(size);
	if (ph == NULL)
		return -ENOMEM;
	n = h.e_phoff > INT64_MAX - size ? 0 : read(file, ph, size, h.e_phoff);
	int err = n < 0 ? (int)n : (size_t)n < size ? -ENOEXEC : take_headers(&h, ph, out);
	kfree(ph);
	return err;
}
