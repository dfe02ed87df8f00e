/* elf.h: what an ELF file asks for.  Pure functions over bytes: no kernel objects, nothing mapped.
 *
 * Everything in the file is somebody's claim: sizes and addresses are checked for overflow, and the
 * result holds only what passed.  The errors are those of Linux's execve (fs/binfmt_elf.c); what
 * Linux notices only when the old program is gone, and then kills, is an error here. */
#ifndef ELF_ELF_H
#define ELF_ELF_H

#include "lib/types.h"

#define ELF_SEGMENTS	 24    /* PT_LOAD entries that we take; more are ENOEXEC */
#define ELF_HEADERS_SIZE 65536 /* bytes of program headers, as Linux */
#define ELF_INTERP_MAX	 4096

struct elf_segment {
	uintptr_t vaddr;	    /* as in the file; not page aligned */
	uint64_t offset;	    /* congruent to vaddr modulo the page size */
	size_t file_size, mem_size; /* file_size <= mem_size, mem_size > 0 */
	unsigned prot;		    /* PROT_* */
};

/* Segments stand in the order of the file and may overlap: the later one wins. */
struct elf_image {
	bool fixed;	 /* ET_EXEC: wants its own addresses */
	bool exec_stack; /* PT_GNU_STACK with PF_X */
	uintptr_t entry;
	uintptr_t phdr; /* address of the program headers, 0: not mapped */
	unsigned phnum;
	uintptr_t low, high; /* page-aligned bounds of all segments, low < high <= USER_END */
	size_t align;	     /* largest sensible p_align, at least a page */
	size_t text;	     /* bytes of executable segments */
	unsigned count;
	struct elf_segment segment[ELF_SEGMENTS];
	uint64_t interp_offset; /* of the interpreter's path in the file */
	size_t interp_size;	/* with its NUL, 2 .. ELF_INTERP_MAX; 0: none */
};

/* Reads up to n bytes at an offset of the file.  => bytes, -errno */
typedef ssize_t (*elf_read_fn)(void *file, void *buf, size_t n, uint64_t offset);

/* => 0; -ENOEXEC: not an ELF program for this machine, or headers cut short; -ENOMEM; -EINVAL:
 * segments that cannot be mapped */
int elf_parse(elf_read_fn read, void *file, struct elf_image *out);

#endif
