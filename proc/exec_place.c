/* exec_place.c: where a program goes in its window.
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

#include "boot/boot.h"
#include "fs/vfs.h"
#include "mm/usercopy.h"
#include "proc/exec.h"

#define REGION (2ul << 20)
#define HALF (WINDOW_SIZE / 2)

/* Images start in [FIRST, FIRST + REGIONS * REGION) of the window: 16 GiB are left on both sides. */
#define FIRST (16ul << 30)
#define REGIONS ((32ul << 30) / REGION)
#define IMAGE_MAX (8ul << 30)
/* In window 0: in 8 GiB of the half that is free. */
#define FIXED_FIRST (16ul << 30)
#define FIXED_REGIONS ((8ul << 30) / REGION)

#define ROOM (64 * PAGE_SIZE)	     /* between stack and image, for the first mappings */
#define STACK_USE (16 * PAGE_SIZE)   /* what most programs use of stack and heap */
#define HEAP_USE (32 * PAGE_SIZE)
#define INTERP_GAPS 64		     /* places for the interpreter, a page apart */
#define STACK_RESERVE_MIN (64 * PAGE_SIZE)
#define STACK_RESERVE_MAX (4ul << 30)

size_t exec_image_bytes(const struct elf_image *img)
{
	return img->high - img->low + arch_stub_bytes(img->text);
}

/* A place for an image of `bytes` in a range of 2 MiB regions. */
static uint64_t choose_slide(uint64_t first, uint64_t regions, size_t bytes)
{
	uint64_t r = option("norandmaps") != NULL ? 0 : random_u64();
	uint64_t slide = first + r % regions * REGION;
	size_t least = STACK_USE + ROOM, most = REGION - HEAP_USE;

	r >>= 32;
	if (bytes <= most - least)
		return slide + least + r % ((most - least - bytes) / PAGE_SIZE + 1) * PAGE_SIZE;
	return slide + r % (REGION / PAGE_SIZE) * PAGE_SIZE;
}

/* The slide that the file's processes have, chosen when it is run for the first time.
 * `window`: out: the window to try first, 0: any. */
static uint64_t slide_of(struct inode *inode, uint64_t first, uint64_t regions, size_t bytes,
			 unsigned *window)
{
	struct inode_ext *ext = inode_ext(inode);
	*window = ext == NULL ? 0 : ext->window_hint;
	if (ext == NULL)
		return choose_slide(first, regions, bytes);
	if (ext->slide < first || ext->slide >= first + regions * REGION)
		ext->slide = choose_slide(first, regions, bytes);
	return ext->slide;
}

/* Put the interpreter some pages below the image.  => its lowest address */
static uintptr_t place_interp(struct exec *e, uintptr_t image)
{
	const struct elf_image *img = e->interp;
	uintptr_t gap = 0;

	if (img->fixed) {
		e->interp_bias = 0;
		return image;
	}
	/* Like the image's place it must be the same for the next process that runs the file. */
	if (option("norandmaps") == NULL)
		gap = (image >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ul % INTERP_GAPS * PAGE_SIZE;
	e->interp_bias = ALIGN_DOWN(image - gap - exec_image_bytes(img) - img->low, img->align);
	return img->low + e->interp_bias;
}

/* Put the interpreter, stack and mmap area below `image`. */
static int place_rest(struct exec *e, uintptr_t image)
{
	struct view *v = e->view;
	uint64_t reserve = MIN(current->proc->limits[RLIMIT_STACK].rlim_cur, STACK_RESERVE_MAX);
	uintptr_t lowest = image;

	if (e->interp != NULL && exec_image_bytes(e->interp) > IMAGE_MAX)
		return -ENOMEM;
	if (e->interp != NULL)
		lowest = place_interp(e, image);
	reserve = MAX(ALIGN_UP(reserve, PAGE_SIZE), STACK_RESERVE_MIN);
	v->mmap_top = image;
	v->stack_top = lowest - ROOM;
	v->stack_limit = v->stack_top - reserve;
	return 0;
}

static int place_moving(struct exec *e)
{
	const struct elf_image *img = e->image;
	size_t bytes = exec_image_bytes(img);
	unsigned window;

	if (bytes > IMAGE_MAX)
		return -ENOMEM;
	uint64_t slide = slide_of(e->file->inode, FIRST, REGIONS, bytes, &window);
	e->view = view_create(window);
	if (e->view == NULL)
		return -ENOMEM;
	window = e->view->pane[0]->win->number;
	struct inode_ext *ext = inode_ext(e->file->inode);
	if (ext != NULL && ext->window_hint == 0)
		ext->window_hint = window;
	uintptr_t at = ((uintptr_t)window << WINDOW_SHIFT) + slide;
	/* All addresses of the image move by the same multiple of its alignment. */
	e->bias = ALIGN_UP(at - img->low, img->align);
	return place_rest(e, img->low + e->bias);
}

static int place_fixed(struct exec *e)
{
	const struct elf_image *img = e->image;
	uint64_t first = FIXED_FIRST;
	unsigned window;

	if (img->low < USER_START || img->low + exec_image_bytes(img) > WINDOW_SIZE)
		return -ENOMEM;
	if (img->low < HALF)
		first += HALF;
	if (img->low < HALF && img->low + exec_image_bytes(img) > HALF)
		return -ENOMEM;
	uint64_t slide = slide_of(e->file->inode, first, FIXED_REGIONS, 0, &window);
	e->view = view_create_at0();
	if (e->view == NULL)
		return -ENOMEM;
	e->bias = 0;
	return place_rest(e, slide);
}

int exec_place(struct exec *e)
{
	return e->image->fixed ? place_fixed(e) : place_moving(e);
}
