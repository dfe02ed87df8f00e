/* place.h: where a program, its interpreter, its stack and its mappings lie in a window.  Pure
 * arithmetic. */
#ifndef ELF_PLACE_H
#define ELF_PLACE_H

#include "elf/elf.h"

struct place {
	uintptr_t bias, interp_bias;		    /* added to the addresses in the files */
	uintptr_t mmap_top, stack_top, stack_limit; /* as in struct view */
};

/* Bytes of an image with its stubs. */
size_t image_bytes(const struct elf_image *img);

/* A random place in the window for a program; an old one is kept if it fits.  The same slide gives
 * the same places. */
uint64_t place_slide(const struct elf_image *img, uint64_t old);
/* Place all in the window that begins at base (fixed images: window 0); interp NULL: none;
 * stack: what its limit is.  => 0, -ENOMEM: does not fit */
int place_image(uintptr_t base, uint64_t slide, const struct elf_image *img,
		const struct elf_image *interp, uint64_t stack, struct place *out);

#endif
