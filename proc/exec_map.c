/* exec_map.c: where a program goes in its window.
 *
 *	low                                                              high
 *	... <- mmap area | stack (grows down, 8 MiB) | image | stubs | heap -> ...
 *
 * The stack ends just below the image and the image starts a few dozen pages into a 2 MiB region, so
 * a small program's stack, image and heap share one page table; the mmap area begins below the
 * stack's reserve.  A program that is linked to fixed addresses gets window 0 for itself (its view
 * of it); its stack and mmap area lie high in that window.
 *
 * Randomness: the window (11 bits), the 2 MiB region in it (14 bits), the page (6 bits), and within
 * the stack's first pages.  Window and place are kept with the file and used again by its next
 * process: under QEMU's TCG translated code is keyed by virtual address, and a program at a new
 * address is translated anew at every exec. */

#include <asm/errno.h>
#include <asm/mman.h>

#include "boot/boot.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"

#define REGION (2ul << 20)
#define SLIDE_FIRST (1ul << 30)	  /* nothing of a moving program lies below this in its window */
#define SLIDE_REGIONS (1ul << 14) /* 32 GiB of them */
#define STACK_GAP (16 * PAGE_SIZE)  /* between stack and image */
#define IMAGE_PAGES_FIRST 64	    /* pages of the region that are left to stack and gap */
#define IMAGE_PAGES_RANDOM 64
#define STACK_RESERVE_MAX (4ul << 30)
#define FIXED_STACK_TOP (40ul << 30) /* in window 0 */

static int map_segment(struct view *v, struct file *f, const struct elf_segment *s, uintptr_t bias)
{
	uintptr_t start = ALIGN_DOWN(s->vaddr + bias, PAGE_SIZE);
	uintptr_t file_end = s->vaddr + bias + s->file_size;
	uintptr_t end = ALIGN_UP(s->vaddr + bias + s->mem_size, PAGE_SIZE);
	uintptr_t anon = start;
	int err = 0;

	if (s->file_size > 0) {
		anon = ALIGN_UP(file_end, PAGE_SIZE);
		err = view_map(v, start, anon - start, s->prot, 0, VMA_FILE, f,
			       ALIGN_DOWN(s->offset, PAGE_SIZE));
	}
	if (err == 0 && end > anon)
		err = view_map(v, anon, end - anon, s->prot, 0, VMA_ANON, NULL, 0);
	if (err < 0)
		return err == -EEXIST ? -ENOMEM : err;
	/* The part of the last file page that belongs to zeroed data. */
	if (s->mem_size > s->file_size && s->file_size > 0 && (file_end & PAGE_MASK) != 0 &&
	    (s->prot & PROT_WRITE)) {
		static const char zeroes[PAGE_SIZE];
		size_t n = PAGE_SIZE - (file_end & PAGE_MASK);
		if (view_write(v, file_end, zeroes, n, true) != (ssize_t)n)
			return file_size(f) <= s->offset ? -ENOEXEC : -ENOMEM;
	}
	return 0;
}

static int map_image(struct view *v, struct file *f, const struct elf_image *img, uintptr_t bias)
{
	size_t text = 0;

	for (unsigned i = 0; i < img->count; i++) {
		int err = map_segment(v, f, &img->segment[i], bias);
		if (err < 0)
			return err;
		if (img->segment[i].prot & PROT_EXEC)
			text += img->segment[i].mem_size;
	}
	/* Without room for stubs the program's system calls simply go on trapping. */
	size_t stubs = arch_stub_bytes(text);
	if (stubs > 0)
		(void)view_map(v, img->high + bias, stubs, PROT_READ | PROT_EXEC, 0, VMA_STUBS, f, 0);
	return 0;
}

static uintptr_t image_end(const struct view *v, uintptr_t end)
{
	struct vma *vma = vma_find(v, end);
	return vma != NULL && vma->kind == VMA_STUBS ? vma->end : end;
}

static int map_stack(struct view *v, uintptr_t top)
{
	uint64_t reserve = MIN(current->proc->limits[RLIMIT_STACK].rlim_cur, STACK_RESERVE_MAX);
	reserve = MAX(ALIGN_UP(reserve, PAGE_SIZE), 32 * PAGE_SIZE);

	v->stack_top = top;
	v->stack_limit = top - reserve;
	v->mmap_top = v->stack_limit - STACK_GAP;
	return view_map(v, top - PAGE_SIZE, PAGE_SIZE, PROT_READ | PROT_WRITE, VM_GROWSDOWN,
			VMA_STACK, NULL, 0);
}

static uint64_t choose_slide(void)
{
	static int fixed = -1;
	if (fixed < 0)
		fixed = option("norandmaps") != NULL;
	uint64_t r = fixed ? 0 : random_u64();
	uint64_t region = r % SLIDE_REGIONS, page = (r >> 32) % IMAGE_PAGES_RANDOM;
	return SLIDE_FIRST + region * REGION + (IMAGE_PAGES_FIRST + page) * PAGE_SIZE;
}

/* A moving program: a window of its own, where its predecessor was if that is free. */
static int place_moving(struct exec *e)
{
	const struct elf_image *img = e->image;
	struct inode_ext *ext = inode_ext(e->file->inode);

	e->view = view_create(ext == NULL ? 0 : ext->window_hint);
	if (e->view == NULL)
		return -ENOMEM;
	uint64_t slide = ext != NULL && ext->slide != 0 ? ext->slide : choose_slide();
	if (ext != NULL) {
		ext->window_hint = e->view->pane[0]->win->number;
		ext->slide = slide;
	}
	uintptr_t base = (uintptr_t)e->view->pane[0]->win->number << WINDOW_SHIFT;
	uintptr_t at = base + slide;
	if (img->align > PAGE_SIZE)
		at = ALIGN_UP(at, img->align);
	if (img->high - img->low > WINDOW_SIZE - slide - img->align)
		return -ENOMEM;
	e->bias = at - img->low;
	return map_stack(e->view, ALIGN_DOWN(at, PAGE_SIZE) - STACK_GAP);
}

/* A program for fixed addresses. */
static int place_fixed(struct exec *e)
{
	e->view = view_create_at0();
	if (e->view == NULL)
		return -ENOMEM;
	uint64_t slide = choose_slide() & (REGION * 1024 - 1);
	e->bias = 0;
	return map_stack(e->view, FIXED_STACK_TOP + ALIGN_DOWN(slide, PAGE_SIZE));
}

static int open_interp(struct exec *e, struct file **out)
{
	char path[ELF_INTERP_MAX];
	size_t n = e->image->interp_size;
	int err = 0;

	if (exec_read(e->file, path, n, e->image->interp_offset) != (ssize_t)n)
		return -EIO;
	if (path[n - 1] != 0)
		return -ENOEXEC;
	*out = file_open_exec(-100 /* AT_FDCWD */, path, 0, &err);
	return *out == NULL ? err : 0;
}

static int map_interp(struct exec *e, struct file *f)
{
	struct elf_image *img = e->interp;
	size_t text = 0;
	for (unsigned i = 0; i < img->count; i++)
		if (img->segment[i].prot & PROT_EXEC)
			text += img->segment[i].mem_size;
	size_t size = img->high - img->low + arch_stub_bytes(text);
	uintptr_t at = img->fixed ? img->low : view_find_room(e->view, size);
	if (at == 0)
		return -ENOMEM;
	e->interp_bias = at - img->low;
	e->view->interp_base = at;
	return map_image(e->view, f, img, e->interp_bias);
}

static int load_interp(struct exec *e)
{
	struct file *f = NULL;
	int err = open_interp(e, &f);
	if (err < 0)
		return err;
	e->interp = kmalloc(sizeof(*e->interp));
	err = e->interp == NULL ? -ENOMEM : elf_parse(exec_read, f, e->interp);
	if (err == -ENOEXEC)
		err = -ELIBBAD;
	if (err == 0)
		err = map_interp(e, f);
	file_put(f);
	return err;
}

int exec_map(struct exec *e)
{
	int err = e->image->fixed ? place_fixed(e) : place_moving(e);
	if (err == 0)
		err = map_image(e->view, e->file, e->image, e->bias);
	if (err < 0)
		return err;
	struct view *v = e->view;
	v->exe_base = e->image->low + e->bias;
	v->exe_end = e->image->high + e->bias;
	v->brk_start = v->brk = image_end(v, v->exe_end);
	e->entry = e->image->entry + e->bias;
	if (e->image->interp_size != 0) {
		err = load_interp(e);
		if (err < 0)
			return err;
		e->entry = e->interp->entry + e->interp_bias;
	}
	return 0;
}
