/* mmap.c: mapping, unmapping and protecting ranges of a view.
 *
 * Protection is applied lazily where it grows (the fault handler sets what a VMA allows) and at
 * once where it shrinks.  All changes of leaves go through leaf_own(), so that tables shared with
 * another view, or borrowed from a paused one, are copied first. */

#include <asm/errno.h>
#include <asm/mman.h>

#include "fs/vfs.h"
#include "mm/internal.h"
#include "mm/usercopy.h"
#include "proc/task.h"

/* Above this many pages one full flush is cheaper than single ones. */
#define FLUSH_PAGES 32

int view_map(struct view *v, uintptr_t addr, size_t len, unsigned prot, unsigned vm_flags,
	     enum vma_kind kind, struct file *file, uint64_t offset)
{
	if (len == 0 || !view_owns(v, addr, len))
		return -ENOMEM;
	if (vma_first_in(v, addr, addr + len) != NULL)
		return -EEXIST;
	struct vma like = { .start = addr,
			    .prot = prot,
			    .flags = vm_flags,
			    .kind = kind,
			    .file = file,
			    .offset = offset };
	struct vma *vma = vma_create(&like, addr, addr + len);
	if (vma == NULL)
		return -ENOMEM;
	vma_insert(v, vma);
	vma_merge(v, addr + len);
	vma_merge(v, addr);
	return 0;
}

bool view_range_free(const struct view *v, uintptr_t addr, size_t len)
{
	return vma_first_in(v, addr, addr + len) == NULL;
}

/* The highest gap of len bytes that ends at or below `top` and begins at or above `bottom`. */
static uintptr_t find_below(struct view *v, uintptr_t bottom, uintptr_t top, size_t len)
{
	/* What the first stack may grow into, with its guard, is nobody else's. */
	uintptr_t reserve = v->stack_top == 0 ? 0 : v->stack_limit - STACK_GUARD_GAP;

	while (top >= bottom && top - bottom >= len) {
		if (top - len < v->stack_top && top > reserve) {
			top = reserve;
			continue;
		}
		struct vma *vma = TREE_ENTRY(tree_find_le(&v->vmas, top - 1), struct vma, node);
		if (vma == NULL || vma->end <= top - len)
			return top - len;
		if (vma->start <= bottom)
			return 0;
		top = MIN(top, vma->start);
	}
	return 0;
}

uintptr_t view_find_room(struct view *v, size_t len)
{
	if (len == 0 || len > WINDOW_SIZE)
		return 0;
	uintptr_t base = pane_base(v->pane[0]);
	uintptr_t at = 0;
	if (v->mmap_top != 0)
		at = find_below(v, MAX(base, USER_START), v->mmap_top, len);
	for (unsigned i = 0; at == 0 && i < VIEW_PANES; i++) {
		struct pane *p = v->pane[i];
		if (p == NULL)
			p = pane_add(v, 0);
		if (p == NULL)
			return 0;
		base = pane_base(p);
		at = find_below(v, MAX(base, USER_START), base + WINDOW_SIZE, len);
	}
	return at;
}

/* --- taking pages away --- */

/* Drop all that is mapped in the part of [start, end) that the table entry *e covers (it covers
 * LEVEL_SIZE(level) from `base`), when it is entirely inside.  => true: done */
static bool drop_whole(pte_t *e, int level, uintptr_t base, uintptr_t start, uintptr_t end)
{
	if (base < start || base + LEVEL_SIZE(level) > end)
		return false;
	entry_drop(*e, level);
	*e = 0;
	return true;
}

/* Drop the leaves of [start, end); tables whose whole range lies in [low, high) go as well.
 * => 0, -ENOMEM: a shared table could not be copied; nothing else is lost */
static int zap(struct view *v, uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high)
{
	size_t dropped = 0;
	int err = 0;

	for (uintptr_t a = start; a < end;) {
		struct pane *p = pane_of(v, a);
		if (p == NULL) { /* somebody else's window */
			a = ALIGN_DOWN(a, WINDOW_SIZE) + WINDOW_SIZE;
			continue;
		}
		unsigned i = (a >> LEVEL_SHIFT(LEVEL_TOP)) & (WINDOW_TOPS - 1);
		uintptr_t gib = ALIGN_DOWN(a, LEVEL_SIZE(2)), mib = ALIGN_DOWN(a, LEVEL_SIZE(1));
		pte_t top = p->top[i];
		if (top != 0 && drop_whole(&top, LEVEL_TOP, gib, low, high)) {
			top_set(v, p, i, 0);
			dropped = FLUSH_PAGES + 1;
		}
		if (top == 0) {
			a = gib + LEVEL_SIZE(2);
			continue;
		}
		pte_t *leaf = leaf_peek(v, a);
		if (leaf == NULL) {
			a = mib + LEVEL_SIZE(1);
			continue;
		}
		if (mib >= low && mib + LEVEL_SIZE(1) <= high) {
			leaf = leaf_own(v, a);
			if (leaf == NULL) {
				err = -ENOMEM;
				break;
			}
			pte_t *dir = &pte_table(p->top[i])[table_index(a, 1)];
			entry_drop(*dir, 1);
			*dir = 0;
			dropped = FLUSH_PAGES + 1;
			a = mib + LEVEL_SIZE(1);
			continue;
		}
		if (pte_used(*leaf)) {
			leaf = leaf_own(v, a);
			if (leaf == NULL) {
				err = -ENOMEM;
				break;
			}
			pte_t old = *leaf;
			*leaf = 0;
			entry_drop(old, 0);
			if (++dropped <= FLUSH_PAGES)
				view_flush_page(v, a, false);
		}
		a += PAGE_SIZE;
	}
	if (dropped > FLUSH_PAGES)
		view_flush_all(v);
	return err;
}

void view_discard(struct view *v, uintptr_t addr, size_t len)
{
	view_count_before(v, len);
	zap(v, addr, addr + len, addr, addr + len);
}

int view_unmap(struct view *v, uintptr_t addr, size_t len)
{
	uintptr_t end = addr + len;
	int err;

	if (vma_first_in(v, addr, end) == NULL)
		return 0;
	err = vma_split_at(v, addr);
	if (err == 0)
		err = vma_split_at(v, end);
	if (err < 0)
		return err;

	view_count_before(v, len);
	/* The tables of the gap around the range serve nobody afterwards. */
	struct vma *lower = TREE_ENTRY(tree_find_le(&v->vmas, addr - 1), struct vma, node);
	struct vma *upper = TREE_ENTRY(tree_find_ge(&v->vmas, end), struct vma, node);
	err = zap(v, addr, end, lower == NULL ? 0 : lower->end,
		  upper == NULL ? USER_END : upper->start);
	if (err < 0)
		return err;
	for (struct vma *vma; (vma = vma_first_in(v, addr, end)) != NULL;)
		vma_delete(v, vma);
	return 0;
}

#define STUBS_REACH (2ul << 30) /* of the jump from text to its stubs */

void view_drop_stubs(struct view *v, uintptr_t addr)
{
	struct vma *stubs = vma_first_in(v, addr, USER_END), *vma;

	if (stubs == NULL || stubs->kind != VMA_STUBS)
		return;
	uintptr_t low = stubs->start > STUBS_REACH ? stubs->start - STUBS_REACH : USER_START;
	bool used = false;
	for (vma = vma_first_in(v, low, stubs->start); vma != NULL && vma != stubs;
	     vma = vma_next(vma)) {
		if (vma->file != NULL && vma->file->inode == stubs->file->inode)
			used = vma->kind == VMA_FILE; /* and not the same file once more, below */
	}
	if (!used)
		(void)view_unmap(v, stubs->start, stubs->end - stubs->start);
}

/* The first VMA at or after `vma` that maps something of the file from byte `from` on. */
static struct vma *next_mapping(struct vma *vma, const struct inode *inode, uint64_t from)
{
	for (; vma != NULL; vma = vma_next(vma))
		if (vma->file != NULL && vma->kind == VMA_FILE && vma->file->inode == inode &&
		    vma->offset + (vma->end - vma->start) > from)
			break;
	return vma;
}

static bool maps_file(const struct view *v, const struct inode *inode, uint64_t from)
{
	return next_mapping(vma_first(v), inode, from) != NULL;
}

static void forget_in_view(struct view *v, const struct inode *inode, uint64_t from)
{
	struct vma *vma = next_mapping(vma_first(v), inode, from);
	while (vma != NULL) {
		uintptr_t first = vma->start + (from > vma->offset ? from - vma->offset : 0);
		view_discard(v, first, vma->end - first);
		vma = next_mapping(vma_next(vma), inode, from);
	}
}

void view_forget_file(struct inode *inode, uint64_t from)
{
	const struct inode_ext *ext = inode_ext(inode);
	struct proc *p;

	if (ext == NULL || ext->mappings == 0)
		return;
	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->view == NULL || !maps_file(p->view, inode, from))
			continue;
		/* A view that others borrow from must not change: it becomes one of its own. */
		view_unpause(p->view, 0);
		forget_in_view(p->view, inode, from);
	}
}

/* The leaf of v that shows page at byte `at` of the file.  => its address, 0: none */
static uintptr_t shown_at(const struct view *v, const struct vma *vma, uint64_t at,
			  const struct page *page)
{
	uintptr_t addr = vma->start + (at - vma->offset);
	const pte_t *leaf;

	if (at < vma->offset || addr >= vma->end)
		return 0;
	leaf = leaf_peek(v, addr);
	return leaf != NULL && pte_used(*leaf) && pte_page(*leaf) == page ? addr : 0;
}

void view_forget_page(struct inode *inode, uint64_t index, const struct page *page)
{
	const struct inode_ext *ext = inode_ext(inode);
	uint64_t at = index << PAGE_SHIFT;
	struct proc *p;

	if (ext == NULL || ext->mappings == 0)
		return;
	LIST_FOREACH (p, &proc_list, all_link) {
		struct vma *vma = p->view == NULL ? NULL : vma_first(p->view);

		while ((vma = next_mapping(vma, inode, at)) != NULL) {
			uintptr_t addr = shown_at(p->view, vma, at, page);

			if (addr != 0) {
				view_unpause(p->view, 0);
				view_discard(p->view, addr, PAGE_SIZE);
			}
			vma = vma_next(vma);
		}
	}
}

/* --- protection --- */

/* What a leaf may keep under a protection.  What it may gain is left to the next fault. */
static pte_t leaf_restrict(pte_t e, unsigned prot)
{
	if (!(prot & PROT_WRITE))
		e &= ~PTE_W;
	if (!(prot & PROT_EXEC))
		e |= PTE_NX;
	if (!(prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		e = (e & ~PTE_P) | PTE_HELD;
	return e;
}

static int restrict_leaves(struct view *v, uintptr_t start, uintptr_t end, unsigned prot)
{
	size_t changed = 0;

	for (uintptr_t a = start; a < end;) {
		pte_t *leaf = leaf_peek(v, a);
		if (leaf == NULL) {
			a = ALIGN_DOWN(a, LEVEL_SIZE(1)) + LEVEL_SIZE(1);
			continue;
		}
		if (pte_used(*leaf) && leaf_restrict(*leaf, prot) != *leaf) {
			leaf = leaf_own(v, a);
			if (leaf == NULL)
				return -ENOMEM;
			*leaf = leaf_restrict(*leaf, prot);
			if (++changed <= FLUSH_PAGES)
				view_flush_page(v, a, false);
		}
		a += PAGE_SIZE;
	}
	if (changed > FLUSH_PAGES)
		view_flush_all(v);
	return 0;
}

int view_protect(struct view *v, uintptr_t addr, size_t len, unsigned prot)
{
	uintptr_t end = addr + len;
	int err = vma_split_at(v, addr);
	if (err == 0)
		err = vma_split_at(v, end);
	if (err < 0)
		return err;
	for (uintptr_t a = addr; a < end;) {
		struct vma *vma = vma_find(v, a);
		if (vma == NULL)
			return -ENOMEM;
		err = restrict_leaves(v, vma->start, vma->end, prot);
		if (err < 0)
			return err;
		vma->prot = prot;
		a = vma->end;
		vma_merge(v, vma->start);
	}
	vma_merge(v, end);
	return 0;
}

size_t view_locked_in(const struct view *v, uintptr_t start, uintptr_t end)
{
	const struct vma *vma;
	size_t sum = 0;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		uintptr_t from = MAX(vma->start, start), to = MIN(vma->end, end);

		if ((vma->flags & VM_LOCKED) != 0 && from < to)
			sum += to - from;
	}
	return sum;
}

size_t view_locked(const struct view *v)
{
	return view_locked_in(v, 0, USER_END);
}

int view_change_flags(struct view *v, uintptr_t addr, size_t len, unsigned set, unsigned clear)
{
	int err = vma_split_at(v, addr);
	if (err == 0)
		err = vma_split_at(v, addr + len);
	if (err < 0)
		return err;
	for (struct vma *vma = vma_first_in(v, addr, addr + len);
	     vma != NULL && vma->start < addr + len; vma = vma_next(vma))
		vma->flags = (vma->flags | set) & ~clear;
	return 0;
}

/* --- mremap --- */

int view_move_pages(struct view *v, uintptr_t from, uintptr_t to, size_t len)
{
	for (size_t off = 0; off < len; off += PAGE_SIZE) {
		pte_t *src = leaf_peek(v, from + off);
		if (src == NULL || !pte_used(*src))
			continue;
		src = leaf_own(v, from + off);
		pte_t *dst = src == NULL ? NULL : leaf_own(v, to + off);
		if (dst == NULL)
			return -ENOMEM;
		/* Owning dst's tables cannot have changed src: its table is ours already. */
		*dst = *src;
		*src = 0;
	}
	view_flush_all(v);
	return 0;
}
