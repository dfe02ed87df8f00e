/* procfs_pagemap.c: /proc/<pid>/pagemap: 8 bytes for each page of the address space, at the place
 * address / 4096 * 8 (Documentation/admin-guide/mm/pagemap.rst).
 *
 * Frame numbers are told to CAP_SYS_ADMIN only.  Nothing is ever swapped out, and no soft-dirty bits
 * are kept. */

#include <linux/capability.h>

#include "fs/procfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"

#define PM_PRESENT   (1ull << 63)
#define PM_FILE	     (1ull << 61) /* of a file, or shared anonymous memory */
#define PM_EXCLUSIVE (1ull << 56)
#define CHUNK	     512 /* entries at a time */

struct reading {
	const struct vma *vma;
	uint64_t *entries;
	uintptr_t start;
	bool frames;
};

static void entry_of(uintptr_t addr, const struct page *page, void *arg)
{
	struct reading *r = arg;
	bool of_file = r->vma->file != NULL &&
		       radix_get(&r->vma->file->inode->pages,
				 (addr - r->vma->start + r->vma->offset) >> PAGE_SHIFT) == page;
	uint64_t e = PM_PRESENT | (of_file ? PM_FILE : 0);

	if (page->ref - (of_file ? 1 : 0) <= 1 && page != zero_page)
		e |= PM_EXCLUSIVE;
	if (r->frames)
		e |= page_pa(page) >> PAGE_SHIFT;
	r->entries[(addr - r->start) >> PAGE_SHIFT] = e;
}

/* The entries of count pages from start on. */
static void entries_of(const struct view *v, struct reading *r, size_t count)
{
	uintptr_t end = r->start + count * PAGE_SIZE;

	memset(r->entries, 0, count * sizeof(*r->entries));
	for (r->vma = vma_first(v); r->vma != NULL && r->vma->start < end;
	     r->vma = vma_next(r->vma)) {
		if (r->vma->end > r->start)
			view_each_page(v, MAX(r->vma->start, r->start), MIN(r->vma->end, end),
				       entry_of, r);
	}
}

static int pagemap_open(struct inode *inode, struct file *f)
{
	const struct proc *p = procfs_proc(inode);

	(void)f;
	return p == NULL ? -ESRCH : procfs_may_inspect(p);
}

static ssize_t read_chunks(const struct file *f, struct iobuf *b, off_t *pos, uint64_t *entries)
{
	struct reading r = { .entries = entries, .frames = capable(CAP_SYS_ADMIN) };
	ssize_t done = 0;

	while (iobuf_left(b) >= sizeof(*entries)) {
		const struct proc *p = procfs_proc(f->inode);
		uint64_t index = (uint64_t)*pos / sizeof(*entries);
		size_t n = MIN(iobuf_left(b) / sizeof(*entries), (size_t)CHUNK);

		if (p == NULL || p->view == NULL || index >= USER_END >> PAGE_SHIFT)
			break;
		n = MIN(n, (USER_END >> PAGE_SHIFT) - index);
		r.start = index << PAGE_SHIFT;
		entries_of(p->view, &r, n);
		size_t put = iobuf_put(b, entries, n * sizeof(*entries));
		if (put == 0)
			return done > 0 ? done : -EFAULT;
		done += (ssize_t)put;
		*pos += (off_t)put;
	}
	return done;
}

static ssize_t pagemap_read(struct file *f, struct iobuf *b, off_t *pos)
{
	uint64_t *entries;
	ssize_t done;

	if (*pos % (off_t)sizeof(*entries) != 0 || iobuf_left(b) % sizeof(*entries) != 0)
		return -EINVAL;
	entries = kmalloc(CHUNK * sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	done = read_chunks(f, b, pos, entries);
	kfree(entries);
	return done;
}

const struct file_ops procfs_pagemap_ops = {
	.open = pagemap_open,
	.read = pagemap_read,
	.llseek = procfs_llseek,
};
