/* elf.h: what an ELF file asks for.  Pure functions over bytes: no kernel objects, nothing mapped.
 *
 * Everything in the file is somebody's claim: sizes and addresses are checked for overflow, and the
 * result holds only what passed.  The errors are those of Linux's execve (fs/binfmt_elf.c). */
#ifndef ELF_ELF_H
#define ELF_ELF_H

#include "lib/types.h"

#define ELF_SEGMENTS 16	   /* PT_LOAD entries that we take; more are ENOEXEC */
#define ELF_HEADERS_MAX 64 /* program headers in all; Linux: 64 KiB worth */
#define ELF_INTERP_MAX 256

struct elf_segment {
	uintptr_t vaddr;	 /* as in the file; not page aligned */
	uint64_t offset;	 /* congruent to vaddr modulo the page size */
	size_t file_size, mem_size;
	unsigned prot;		 /* PROT_* */
};

struct elf_image {
	bool fixed;		 /* ET_EXEC: wants its own addresses */
	uintptr_t entry;
	uintptr_t phdr;		 /* address of the program headers, 0: not mapped */
	unsigned phnum;
	uintptr_t low, high;	 /* page-aligned bounds of all segments */
	size_t align;		 /* largest p_align, at least a page */
	bool exec_stack;
	unsigned count;
	struct elf_segment segment[ELF_SEGMENTS];
	uint64_t interp_offset;	 /* of the interpreter's path in the file */
	size_t interp_size;	 /* with its NUL; 0: none */
};

/* Reads n bytes at an offset of the file.  => bytes, -errno */
typedef ssize_t (*elf_read_fn)(void *file, void *buf, size_t n, uint64_t offset);

/* => 0; -ENOEXEC: not an ELF program for this machine, or malformed; -EIO: cut short; -ENOMEM;
 * -EINVAL: segments that cannot be mapped */
int elf_parse(elf_read_fn read, void *file, struct elf_image *out);

#endif
