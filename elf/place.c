/* place.c: where a program goes in its window.
 *
 *	low                                                                      high
 *	... <- mmap area (2) | stack, 8 MiB for it | <- mmap area (1) | image | stubs | heap -> ...
 *
 * A lone process has a window of 64 GiB to itself, so there is room for everything; the question is
 * how many page-table pages a small process needs.  A page table maps 2 MiB and a directory 1 GiB.
 * So the things of which each process uses a few pages lie together: the top of the stack, then
 * room for the first mappings (ROOM), the image, its system-call stubs, the heap.  The image starts
 * at such a page of a 2 MiB region that all this is in one region if it fits, else in two.
 * When ROOM is full, mmap goes on below what is reserved for the stack (view_find_room() knows it);
 * an interpreter gets additional room just below the image.
 *
 * Randomness: the window (11 bits), the 2 MiB region in it (13 bits and more), the page in the
 * region (6 to 9 bits): together at least 30.  The stack moves with the image, and within its first
 * pages by itself.
 *
 * Window and place are kept with the file and used again by the next process that runs it: under
 * QEMU's TCG translated code is keyed by virtual address, and a program at a new address is
 * translated anew at every exec.  While another process is in that window, the next ones behind it
 * are tried.  With the option norandmaps everything is at fixed places.
 *
 * A program that is linked to fixed addresses lies where it says, in its own view of window 0; the
 * rest as above, around an imaginary image in the half of the window that the real one leaves. */

#include <asm/errno.h>

#include "arch/arch.h"
#include "boot/boot.h"
#include "elf/place.h"
#include "mm/view.h"
#include "mm/usercopy.h"

#define REGION (2ul << 20)
#define HALF   (WINDOW_SIZE / 2)

/* Images start in [FIRST, FIRST + REGIONS * REGION) of the window: 16 GiB are left on both sides. */
#define FIRST	  (16ul << 30)
#define REGIONS	  ((32ul << 30) / REGION)
#define IMAGE_MAX (8ul << 30)
/* In window 0: in 8 GiB of the half that is free. */
#define FIXED_FIRST   (16ul << 30)
#define FIXED_REGIONS ((8ul << 30) / REGION)

#define ROOM		  (64 * PAGE_SIZE) /* between stack and image, for the first mappings */
#define STACK_USE	  (16 * PAGE_SIZE) /* what most programs use of stack and heap */
#define HEAP_USE	  (32 * PAGE_SIZE)
#define INTERP_GAPS	  64 /* places for the interpreter, a page apart */
#define STACK_RESERVE_MIN (64 * PAGE_SIZE)
#define STACK_RESERVE_MAX (4ul << 30)

size_t image_bytes(const struct elf_image *img)
{
	return img->high - img->low + arch_stub_bytes(img->text);
}

uint64_t place_slide(const struct elf_image *img, uint64_t old)
{
	uint64_t first = FIRST, regions = REGIONS;
	size_t bytes = image_bytes(img);

	if (img->fixed) {
		first = img->low < HALF ? FIXED_FIRST + HALF : FIXED_FIRST;
		regions = FIXED_REGIONS;
		bytes = 0; /* the imaginary one */
	}
	if (old >= first && old < first + regions * REGION)
		return old;
	uint64_t r = option("norandmaps") != NULL ? 0 : random_u64();
	uint64_t slide = first + r % regions * REGION;
	size_t least = STACK_USE + ROOM, most = REGION - HEAP_USE;
	r >>= 32;
	if (bytes <= most - least)
		return slide + least + r % ((most - least - bytes) / PAGE_SIZE + 1) * PAGE_SIZE;
	return slide + r % (REGION / PAGE_SIZE) * PAGE_SIZE;
}

/* Put the interpreter some pages below `image`.  => its lowest address */
static uintptr_t place_interp(uintptr_t image, const struct elf_image *interp, struct place *out)
{
	uintptr_t gap = 0;

	if (interp->fixed) {
		out->interp_bias = 0;
		return image;
	}
	/* Like the image's place it must be the same for the next process that runs the file. */
	if (option("norandmaps") == NULL)
		gap = (image >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ul % INTERP_GAPS * PAGE_SIZE;
	out->interp_bias =
		ALIGN_DOWN(image - gap - image_bytes(interp) - interp->low, interp->align);
	return interp->low + out->interp_bias;
}

/* Does an image fit where it says? */
static bool fixed_fits(const struct elf_image *img)
{
	uintptr_t end = img->low + image_bytes(img);
	return img->low >= USER_START && end <= WINDOW_SIZE && (img->low >= HALF || end <= HALF);
}

int place_image(uintptr_t base, uint64_t slide, const struct elf_image *img,
		const struct elf_image *interp, uint64_t stack, struct place *out)
{
	uintptr_t image = base + slide;

	if (img->fixed ? !fixed_fits(img) : image_bytes(img) > IMAGE_MAX)
		return -ENOMEM;
	if (interp != NULL && image_bytes(interp) > IMAGE_MAX)
		return -ENOMEM;
	out->bias = 0;
	if (!img->fixed) {
		/* All addresses of the image move by the same multiple of its alignment. */
		out->bias = ALIGN_UP(image - img->low, img->align);
		image = img->low + out->bias;
	}
	out->mmap_top = image;
	if (interp != NULL)
		image = place_interp(image, interp, out);
	stack = MAX(ALIGN_UP(MIN(stack, STACK_RESERVE_MAX), PAGE_SIZE), STACK_RESERVE_MIN);
	out->stack_top = image - ROOM;
	out->stack_limit = out->stack_top - stack;
	return 0;
}
