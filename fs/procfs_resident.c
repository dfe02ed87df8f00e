/* procfs_resident.c: what memory a process has in pages, as smaps, status and statm count it.
 *
 * A page of a private file mapping is the file's own until it is written to, then it is anonymous.
 * Of the file's own pages the cache holds one reference that is nobody's mapping.  Views that share
 * page tables since a fork count as one. */

#include "fs/procfs.h"

#define BREATH (1ul << 20) /* bytes of memory that are counted at a time, at most */

struct counting {
	struct resident *r;
	const struct vma *vma;
};

/* Is page the file's, or the copy of it with patched system calls? */
static bool of_file(const struct vma *vma, uintptr_t addr, const struct page *page)
{
	uint64_t index = (addr - vma->start + vma->offset) >> PAGE_SHIFT;

	if (vma->file == NULL)
		return false;
	if (vma->kind == VMA_STUBS)
		return true;
	return filemap_page(vma->file->inode, index) == page ||
	       arch_patched_page(vma, index) == page;
}

static void count(uintptr_t addr, const struct page *page, void *arg)
{
	struct counting *c = arg;
	struct resident *r = c->r;

	if (page == zero_page)
		return;
	bool cached = of_file(c->vma, addr, page);
	/* Nobody counts who has a page of an image. */
	size_t mappings = page_is_constant(page) ? 2 : (size_t)MAX(page->ref - (cached ? 1 : 0), 1);
	size_t pss = PAGE_SIZE / mappings;
	bool dirty = !cached || ((c->vma->flags & VM_SHARED) && (c->vma->prot & 2));

	r->pss += pss;
	r->pss_dirty += dirty ? pss : 0;
	if (mappings > 1)
		*(dirty ? &r->shared_dirty : &r->shared_clean) += PAGE_SIZE;
	else
		*(dirty ? &r->private_dirty : &r->private_clean) += PAGE_SIZE;
	if (!cached) {
		r->anon += PAGE_SIZE;
		r->pss_anon += pss;
	} else if (c->vma->file->mnt == anon_mount) {
		r->shmem += PAGE_SIZE;
		r->pss_shmem += pss;
	} else {
		r->file += PAGE_SIZE;
		r->pss_file += pss;
	}
}

/* Does nobody but the current task, which counts its own pages, change what is mapped where? */
static bool alone(const struct view *v)
{
	return v == current->view && v->tasks.next == v->tasks.prev;
}

/* A gigabyte takes milliseconds: others, first of all a parent that waits for its forked child, get
 * their turn meanwhile. */
void resident_add(struct resident *r, const struct view *v, const struct vma *vma)
{
	struct counting c = { r, vma };

	for (uintptr_t at = vma->start; at < vma->end;) {
		uintptr_t end = MIN(ALIGN_DOWN(at, BREATH) + BREATH, vma->end);
		view_each_page(v, at, end, count, &c);
		if (alone(v))
			(void)sched_breathe();
		at = end;
	}
}

struct resident resident_of(const struct view *v)
{
	struct resident r = { 0 };
	const struct vma *vma;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma))
		resident_add(&r, v, vma);
	return r;
}
