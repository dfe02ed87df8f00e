/* exec_map.c: a program and its interpreter into the new view.
 *
 * A segment is a private mapping of the file as far as the file reaches, and zero pages behind that.
 * Where both meet in one page, that page is copied now and its end cleared: the only page of an
 * image that exec itself touches. */

#include <asm/errno.h>
#include <asm/mman.h>
#include <linux/elf.h>
#include <linux/fcntl.h>

#include "elf/place.h"
#include "fs/vfs.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/exec.h"

ssize_t exec_read(void *file, void *buf, size_t n, uint64_t offset)
{
	return file_read_at(file, buf, n, (off_t)offset);
}

/* Clear the rest of the page behind the file's part of a segment.  Where the program may not write
 * it is left as it is, like on Linux. */
static int clear_tail(struct view *v, struct file *f, const struct elf_segment *s, uintptr_t bias)
{
	static const char zeroes[PAGE_SIZE];
	uintptr_t from = s->vaddr + bias + s->file_size;
	size_t n = PAGE_SIZE - (from & PAGE_MASK);
	uint64_t last_page = ALIGN_DOWN(s->offset + s->file_size, PAGE_SIZE);

	if (s->file_size == 0 || s->mem_size == s->file_size || n == PAGE_SIZE ||
	    !(s->prot & PROT_WRITE))
		return 0;
	if (last_page >= file_size(f))
		return -EFAULT;
	return view_write(v, from, zeroes, n, true) == (ssize_t)n ? 0 : -ENOMEM;
}

static int map_segment(struct view *v, struct file *f, const struct elf_segment *s, uintptr_t bias)
{
	uintptr_t start = ALIGN_DOWN(s->vaddr + bias, PAGE_SIZE), file_end = start;
	uintptr_t end = ALIGN_UP(s->vaddr + bias + s->mem_size, PAGE_SIZE);
	int err = 0;

	if (s->file_size > 0)
		file_end = ALIGN_UP(s->vaddr + bias + s->file_size, PAGE_SIZE);
	if (!view_range_free(v, start, end - start)) /* a later segment wins */
		err = view_unmap(v, start, end - start);
	if (err == 0 && file_end > start)
		err = view_map(v, start, file_end - start, s->prot, 0, VMA_FILE, f,
			       ALIGN_DOWN(s->offset, PAGE_SIZE));
	if (err == 0 && end > file_end)
		err = view_map(v, file_end, end - file_end, s->prot, 0, VMA_ANON, NULL, 0);
	return err < 0 ? err : clear_tail(v, f, s, bias);
}

static int map_image(struct view *v, struct file *f, const struct elf_image *img, uintptr_t bias)
{
	size_t stubs = arch_stub_bytes(img->text);

	if (!view_owns(v, img->low + bias, image_bytes(img)) ||
	    !view_range_free(v, img->low + bias, image_bytes(img)))
		return -ENOMEM;
	for (unsigned i = 0; i < img->count; i++) {
		int err = map_segment(v, f, &img->segment[i], bias);
		if (err < 0)
			return err;
	}
	if (stubs == 0)
		return 0;
	return view_map(v, img->high + bias, stubs, PROT_READ | PROT_EXEC, 0, VMA_STUBS, f, 0);
}

static int map_stack(struct exec *e)
{
	unsigned prot = PROT_READ | PROT_WRITE | (e->image->exec_stack ? PROT_EXEC : 0);
	return view_map(e->view, e->view->stack_top - PAGE_SIZE, PAGE_SIZE, prot, VM_GROWSDOWN,
			VMA_STACK, NULL, 0);
}

/* --- the interpreter --- */

static int open_interp(struct exec *e, struct file **out)
{
	size_t n = e->image->interp_size;
	char *path = kmalloc(n);
	int err = 0;

	if (path == NULL)
		return -ENOMEM;
	ssize_t got = exec_read(e->file, path, n, e->image->interp_offset);
	if (got != (ssize_t)n)
		err = got < 0 ? (int)got : -EIO;
	else if (path[n - 1] != 0)
		err = -ENOEXEC;
	else if (path[0] == 0)
		err = -EACCES; /* Linux opens the working directory then */
	else
		*out = file_open_exec(AT_FDCWD, path, 0, &err);
	kfree(path);
	return *out == NULL ? err : 0;
}

static int parse_interp(struct exec *e, struct file *f)
{
	if (file_size(f) < sizeof(Elf64_Ehdr))
		return -EIO;
	e->interp = kmalloc(sizeof(*e->interp));
	if (e->interp == NULL)
		return -ENOMEM;
	int err = elf_parse(exec_read, f, e->interp);
	return err == -ENOEXEC ? -ELIBBAD : err;
}

/* Open, hold and parse the interpreter that the program names.  => 0 with *out NULL: it names none */
static int take_interp(struct exec *e, struct file **out)
{
	struct file *f = NULL;

	if (e->image->interp_size == 0)
		return 0;
	int err = open_interp(e, &f);
	if (err < 0)
		return err;
	err = exec_hold(f);
	file_put(f); /* held, or not wanted */
	if (err < 0)
		return err;
	*out = f;
	return parse_interp(e, f);
}

/* --- all of it --- */

/* Make the view, in a window of its own or in window 0, and say what lies where in it. */
static int place(struct exec *e)
{
	struct inode_ext *ext = inode_ext(e->file->inode), none = { 0 };
	struct place pl = { 0 };

	if (ext == NULL)
		ext = &none;
	ext->slide = place_slide(e->image, ext->slide);
	e->view = e->image->fixed ? view_create_at0() : view_create(ext->window_hint);
	if (e->view == NULL)
		return -ENOMEM;
	unsigned window = e->view->pane[0]->win->number;
	if (ext->window_hint == 0)
		ext->window_hint = window;
	int err = place_image((uintptr_t)window << WINDOW_SHIFT, ext->slide, e->image, e->interp,
			      current->proc->limits[RLIMIT_STACK].rlim_cur, &pl);
	e->bias = pl.bias;
	e->interp_bias = pl.interp_bias;
	e->view->mmap_top = pl.mmap_top;
	e->view->stack_top = pl.stack_top;
	e->view->stack_limit = pl.stack_limit;
	return err;
}

static int map_all(struct exec *e, struct file *interp)
{
	int err = place(e);
	if (err == 0)
		err = map_image(e->view, e->file, e->image, e->bias);
	if (err == 0 && interp != NULL)
		err = map_image(e->view, interp, e->interp, e->interp_bias);
	if (err == 0)
		err = map_stack(e);
	return err == -EEXIST ? -ENOMEM : err;
}

int exec_map(struct exec *e)
{
	struct file *interp = NULL;
	int err = take_interp(e, &interp);

	if (err == 0)
		err = map_all(e, interp);
	exec_release(interp);
	if (err < 0)
		return err;
	struct view *v = e->view;
	v->exe_base = e->image->low + e->bias;
	v->exe_end = e->image->high + e->bias;
	v->brk_start = v->brk = v->exe_base + image_bytes(e->image);
	e->entry = e->image->entry + e->bias;
	if (e->interp != NULL) {
		v->interp_base = e->interp->low + e->interp_bias;
		e->entry = e->interp->entry + e->interp_bias;
	}
	/* An entry nowhere in the image is a fault; in another program's window it would be worse. */
	return view_owns(v, e->entry, 1) ? 0 : -EINVAL;
}
