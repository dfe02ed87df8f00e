/* fault.c: what a page fault does.
 *
 * The policy, in this order: is there a VMA (or a stack that may grow to here), does it allow the
 * access, is the page there already (a protection that grew since, a stale translation, a page
 * that may simply be made writable because its other users have gone), else get one:
 *   anonymous: the zero page for reading, a zeroed page for writing;
 *   file:      the page of the cache itself; for writing to a private mapping a copy of it;
 *   stubs:     the architecture's stub page of that file.
 * Text that was patched (arch_patched_page) takes the place of the file's page.
 *
 * A shadow's fault never touches what the view below owns: leaf_own() has copied the path. */

#include <asm/errno.h>
#include <asm/mman.h>
#include <asm/siginfo.h>
#include <asm/signal.h>

#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/internal.h"
#include "mm/usercopy.h"
#include "proc/forkrec.h"

uint64_t view_cow_faults;

static const struct fault_result served = { 0, 0 };
static const struct fault_result no_memory = { SIGKILL, 0 };

/* A stack's VMA that may grow down to addr, grown.  => NULL: none */
static struct vma *grow_stack(struct view *v, uintptr_t addr)
{
	struct vma *vma = TREE_ENTRY(tree_find_ge(&v->vmas, addr), struct vma, node);
	if (vma == NULL || !(vma->flags & VM_GROWSDOWN) || vma->start - addr > WINDOW_SIZE)
		return NULL;
	uintptr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	if (start < v->stack_limit && vma->end >= v->stack_limit && vma->kind == VMA_STACK)
		return NULL;
	if (!view_owns(v, start, PAGE_SIZE))
		return NULL;
	struct vma *below = TREE_ENTRY(tree_find_le(&v->vmas, addr), struct vma, node);
	if (below != NULL && start - below->end < STACK_GUARD_GAP && below->prot != PROT_NONE)
		return NULL;
	vma_set_start(v, vma, start);
	return vma;
}

static bool allowed(const struct vma *vma, unsigned access)
{
	switch (access) {
	case FAULT_WRITE: return vma->prot & PROT_WRITE;
	case FAULT_EXEC: return vma->prot & PROT_EXEC;
	default: return vma->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
	}
}

static pte_t leaf_make(const struct page *page, const struct vma *vma, bool writable)
{
	return page_pa(page) | PTE_P | PTE_A | (writable ? PTE_W | PTE_D : 0) |
	       (vma->prot & PROT_EXEC ? 0 : PTE_NX);
}

static void count_cow(struct view *v)
{
	v->cow_faults++;
	view_cow_faults++;
	if (v->parent_record != NULL && v->under == NULL)
		v->parent_record->parent_cow++;
}

/* The leaf's page is there: make it accessible, copy it if it must be.  => false: no memory */
static bool serve_present(struct view *v, const struct vma *vma, pte_t *leaf, bool write)
{
	pte_t e = *leaf;
	if (e & PTE_HELD)
		e = (e & ~PTE_HELD) | PTE_P;
	if (vma->prot & PROT_EXEC)
		e &= ~PTE_NX;
	if (write && !(e & PTE_W)) {
		struct page *page = pte_page(e);
		if ((vma->flags & VM_SHARED) || (!(e & PTE_BORROWED) && page->ref == 1)) {
			e |= PTE_W | PTE_D;
		} else {
			struct page *copy = page_alloc(page == zero_page ? PAGE_ZERO : 0);
			if (copy == NULL)
				return false;
			if (page != zero_page)
				memcpy(page_va(copy), page_va(page), PAGE_SIZE);
			if (e & PTE_D) /* written before: not the first copy of a clean page */
				count_cow(v);
			if (!(e & PTE_BORROWED))
				page_put(page);
			e = leaf_make(copy, vma, true);
		}
	}
	*leaf = e;
	return true;
}

/* The page of a file mapping: patched text, a stub page or the cache's page.
 * => page with a reference, NULL with *err */
static struct page *file_page(const struct vma *vma, uintptr_t addr, int *err)
{
	uint64_t index = (vma->offset + (addr - vma->start)) >> PAGE_SHIFT;
	struct inode *inode = vma->file->inode;

	if (vma->kind == VMA_STUBS) {
		struct page *page = arch_stub_page(inode, index);
		*err = -ENOMEM;
		return page;
	}
	if ((vma->prot & PROT_EXEC) && !(vma->prot & PROT_WRITE) && !(vma->flags & VM_SHARED)) {
		struct page *page = arch_patched_page(vma, index);
		if (page != NULL) {
			page_get(page);
			return page;
		}
	}
	return inode_page(inode, index, err);
}

/* What is wrong when a file has no page. */
static struct fault_result no_page(int err)
{
	if (err == -ENOMEM)
		return no_memory;
	return (struct fault_result){ SIGBUS, BUS_ADRERR };
}

static struct fault_result serve_absent(const struct vma *vma, uintptr_t addr, pte_t *leaf,
					bool write)
{
	struct page *page;

	if (vma->file == NULL) {
		page = write ? page_alloc(PAGE_ZERO) : zero_page;
		if (page == NULL)
			return no_memory;
		if (!write)
			page_get(page);
		*leaf = leaf_make(page, vma, write);
		return served;
	}
	int err = 0;
	page = file_page(vma, addr, &err);
	if (page == NULL)
		return no_page(err);
	if (write && !(vma->flags & VM_SHARED)) {
		struct page *copy = page_alloc(0);
		if (copy == NULL) {
			page_put(page);
			return no_memory;
		}
		memcpy(page_va(copy), page_va(page), PAGE_SIZE);
		page_put(page);
		page = copy;
	}
	*leaf = leaf_make(page, vma, write);
	return served;
}

/* A file of an image gets its own page before a shared mapping of it is written to. */
static struct fault_result make_writable(const struct vma *vma, uintptr_t addr)
{
	uint64_t index = (vma->offset + (addr - vma->start)) >> PAGE_SHIFT;
	int err = 0;
	struct page *page = inode_page_own(vma->file->inode, index, &err);

	if (page == NULL)
		return no_page(err);
	page_put(page);
	return served;
}

static struct fault_result fault_in(struct view *v, struct vma *vma, uintptr_t addr, bool write)
{
	struct fault_result r = served;
	if (write && (vma->flags & VM_SHARED) && vma->kind == VMA_FILE) {
		r = make_writable(vma, addr);
		if (r.signo != 0)
			return r;
	}
	pte_t *leaf = leaf_own(v, addr);
	if (leaf == NULL)
		return no_memory;
	bool absent = !pte_used(*leaf);
	if (absent)
		r = serve_absent(vma, addr, leaf, write);
	else if (!serve_present(v, vma, leaf, write))
		r = no_memory;
	leaf_changed(leaf); /* others may have run, and counted, while a page of a file was read */
	if (absent)
		view_new_page(v, addr, *leaf & PTE_W);
	else
		view_flush_page(v, addr, *leaf & PTE_W);
	return r;
}

/* Is there nothing to do: does the leaf, through whatever tables, allow the access already? */
static bool spurious(struct view *v, const struct vma *vma, uintptr_t addr, unsigned access)
{
	pte_t *leaf = leaf_peek(v, addr);
	if (leaf == NULL || !(*leaf & PTE_P) || access == FAULT_WRITE)
		return false;
	if ((access == FAULT_EXEC || (vma->prot & PROT_EXEC)) && (*leaf & PTE_NX))
		return false;
	view_flush_stale(v, addr);
	return true;
}

struct fault_result view_fault(struct view *v, uintptr_t addr, unsigned access)
{
	struct vma *vma = NULL;

	if (v->reaped)
		return no_memory;
	if (addr >= USER_START && addr < USER_END) {
		vma = vma_find(v, addr);
		if (vma == NULL)
			vma = grow_stack(v, addr);
	}
	if (vma == NULL)
		return (struct fault_result){ SIGSEGV, SEGV_MAPERR };
	if (!allowed(vma, access))
		return (struct fault_result){ SIGSEGV, SEGV_ACCERR };
	if (spurious(v, vma, addr, access))
		return served;
	return fault_in(v, vma, addr, access == FAULT_WRITE);
}

/* --- from outside --- */

/* Is the page at addr, which vma maps, text of a file that is shown patched?  *index: which page of
 * the file it is. */
static bool shown_patched(struct view *v, const struct vma *vma, uintptr_t addr, uint64_t *index)
{
	if (vma->kind != VMA_FILE || !(vma->prot & PROT_EXEC))
		return false;
	*index = (vma->offset + (addr - vma->start)) >> PAGE_SHIFT;
	const struct page *patched = arch_patched_page(vma, *index);
	return patched != NULL && view_peek(v, addr) == patched;
}

/* Make the page of addr present (and the view's own for writing) for the kernel's use.
 * => NULL: the view does not allow it */
static struct page *reach(struct view *v, uintptr_t addr, bool write, bool force)
{
	struct vma *vma = addr >= USER_END ? NULL : vma_find(v, addr);
	if (vma == NULL && addr < USER_END)
		vma = grow_stack(v, addr);
	if (vma == NULL)
		return NULL;
	if (!force && !allowed(vma, write ? FAULT_WRITE : FAULT_READ))
		return NULL;
	uint64_t index;
	if (shown_patched(v, vma, addr, &index)) {
		int err;
		if (write && view_unpatch(v, addr, 1) < 0)
			return NULL;
		struct page *page = write ? NULL : inode_page(vma->file->inode, index, &err);
		if (page != NULL) {
			page_put(page); /* the cache has it */
			return page;
		}
	}
	pte_t *leaf = leaf_peek(v, addr);
	if (!write && leaf != NULL && pte_used(*leaf))
		return pte_page(*leaf);
	bool was_writable = vma->prot & PROT_WRITE;
	if (fault_in(v, vma, addr, write).signo != 0)
		return NULL;
	leaf = leaf_peek(v, addr);
	if (write && !was_writable) /* forced: the program still may not */
		*leaf &= ~PTE_W;
	return pte_page(*leaf);
}

ssize_t view_read(struct view *v, uintptr_t addr, void *buf, size_t len)
{
	size_t done = 0, vdso = addr - arch_vdso_base();

	/* The vDSO is in no view, and the same for everybody. */
	if (addr >= USER_END && arch_vdso_base() != 0 && vdso < arch_vdso_size()) {
		len = MIN(len, arch_vdso_size() - vdso);
		memcpy(buf, (const void *)addr, len);
		return (ssize_t)len;
	}
	while (done < len) {
		uintptr_t a = addr + done;
		size_t n = MIN(len - done, PAGE_SIZE - (a & PAGE_MASK));
		struct page *page = reach(v, a, false, true);
		if (page == NULL)
			break;
		memcpy((char *)buf + done, (char *)page_va(page) + (a & PAGE_MASK), n);
		done += n;
	}
	return done == 0 && len != 0 ? -EFAULT : (ssize_t)done;
}

ssize_t view_write(struct view *v, uintptr_t addr, const void *buf, size_t len, bool force)
{
	size_t done = 0;
	while (done < len) {
		uintptr_t a = addr + done;
		size_t n = MIN(len - done, PAGE_SIZE - (a & PAGE_MASK));
		struct page *page = reach(v, a, true, force);
		if (page == NULL)
			break;
		memcpy((char *)page_va(page) + (a & PAGE_MASK), (const char *)buf + done, n);
		done += n;
	}
	return done == 0 && len != 0 ? -EFAULT : (ssize_t)done;
}

int view_replace(struct view *v, uintptr_t addr, struct page *page)
{
	struct vma *vma = vma_find(v, addr);
	pte_t *leaf = vma == NULL ? NULL : leaf_own(v, addr);
	if (leaf == NULL)
		return -ENOMEM;
	pte_t old = *leaf;
	page_get(page);
	*leaf = leaf_make(page, vma, false);
	entry_drop(old, 0);
	view_flush_page(v, addr, false);
	return 0;
}

int view_unpatch(struct view *v, uintptr_t addr, size_t len)
{
	int err = 0;

	for (uintptr_t a = ALIGN_DOWN(addr, PAGE_SIZE); a < addr + len && err == 0;
	     a += PAGE_SIZE) {
		const struct vma *vma = vma_find(v, a);
		uint64_t index;
		if (vma == NULL || !shown_patched(v, vma, a, &index))
			continue;
		struct page *page = inode_page(vma->file->inode, index, &err);
		if (page == NULL)
			break;
		err = view_replace(v, a, page);
		page_put(page);
	}
	return err;
}
