/* vma.c: the ranges of a view: find, insert, split, merge, remove.
 *
 * Neighbours that are alike are one VMA.  All changes of a range first make its ends fall between
 * VMAs (vma_split_at), which is the only step that can fail; then whole VMAs are changed. */

#include <asm/errno.h>

#include "fs/vfs.h"
#include "mm/internal.h"

static CACHE(vma_cache, struct vma);
size_t vma_total;

/* Keep count of a file's VMAs, so that truncation knows whether to look for them. */
static void count_mapping(const struct vma *vma, int n)
{
	struct inode_ext *ext = vma->file == NULL ? NULL : inode_ext(vma->file->inode);
	if (ext == NULL)
		return;
	ext->mappings += (unsigned)n;
	if ((vma->flags & VM_SHARED) && !(vma->flags & VM_NOWRITE) && file_writable(vma->file))
		ext->may_write += (unsigned)n;
}

struct vma *vma_create(const struct vma *like, uintptr_t start, uintptr_t end)
{
	struct vma *vma = cache_alloc(&vma_cache);
	if (vma == NULL)
		return NULL;
	*vma = *like;
	vma->node = (struct tnode){ .key = start };
	vma->offset = like->offset + (like->file != NULL ? start - like->start : 0);
	vma->start = start;
	vma->end = end;
	if (vma->file != NULL)
		file_get(vma->file);
	count_mapping(vma, 1);
	vma_total++;
	return vma;
}

void vma_destroy(struct vma *vma)
{
	count_mapping(vma, -1);
	if (vma->file != NULL)
		file_put(vma->file);
	vma_total--;
	cache_free(&vma_cache, vma);
}

struct vma *vma_find(const struct view *v, uintptr_t addr)
{
	struct vma *vma = TREE_ENTRY(tree_find_le(&v->vmas, addr), struct vma, node);
	return vma != NULL && addr < vma->end ? vma : NULL;
}

struct vma *vma_first(const struct view *v)
{
	return TREE_ENTRY(tree_first(&v->vmas), struct vma, node);
}

struct vma *vma_next(const struct vma *vma)
{
	return TREE_ENTRY(tree_next(&vma->node), struct vma, node);
}

struct vma *vma_first_in(const struct view *v, uintptr_t start, uintptr_t end)
{
	struct vma *vma = vma_find(v, start);
	if (vma == NULL)
		vma = TREE_ENTRY(tree_find_ge(&v->vmas, start), struct vma, node);
	return vma != NULL && vma->start < end ? vma : NULL;
}

void vma_insert(struct view *v, struct vma *vma)
{
	bool ok = tree_insert(&v->vmas, &vma->node);
	ASSERT(ok);
	v->vma_count++;
	v->mapped += vma->end - vma->start;
	v->peak = MAX(v->peak, v->mapped);
}

void vma_delete(struct view *v, struct vma *vma)
{
	tree_remove(&v->vmas, &vma->node);
	v->vma_count--;
	v->mapped -= vma->end - vma->start;
	vma_destroy(vma);
}

void vma_set_start(struct view *v, struct vma *vma, uintptr_t start)
{
	tree_remove(&v->vmas, &vma->node);
	v->mapped += vma->start - start;
	v->peak = MAX(v->peak, v->mapped);
	if (vma->file != NULL)
		vma->offset += start - vma->start;
	vma->start = start;
	vma->node.key = start;
	bool ok = tree_insert(&v->vmas, &vma->node);
	ASSERT(ok);
}

static void vma_set_end(struct view *v, struct vma *vma, uintptr_t end)
{
	v->mapped += end - vma->end;
	v->peak = MAX(v->peak, v->mapped);
	vma->end = end;
}

int vma_split_at(struct view *v, uintptr_t addr)
{
	struct vma *vma = vma_find(v, addr);
	if (vma == NULL || vma->start == addr)
		return 0;
	struct vma *upper = vma_create(vma, addr, vma->end);
	if (upper == NULL)
		return -ENOMEM;
	upper->flags &= ~(unsigned)VM_GROWSDOWN;
	if (vma->flags & VM_GROWSDOWN)
		upper->flags |= VM_WASSTACK;
	vma_set_end(v, vma, addr);
	vma_insert(v, upper);
	return 0;
}

static bool vma_alike(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->prot == b->prot && a->flags == b->flags &&
	       a->kind == b->kind && a->file == b->file &&
	       (a->file == NULL || a->offset + (a->end - a->start) == b->offset);
}

void vma_merge(struct view *v, uintptr_t addr)
{
	struct vma *upper = vma_find(v, addr);
	if (upper == NULL || upper->start != addr)
		return;
	struct vma *lower = TREE_ENTRY(tree_prev(&upper->node), struct vma, node);
	if (lower == NULL || !vma_alike(lower, upper) || addr % WINDOW_SIZE == 0)
		return;
	uintptr_t end = upper->end;
	vma_delete(v, upper);
	vma_set_end(v, lower, end);
}

int vma_copy_all(struct view *to, const struct view *from)
{
	for (struct vma *vma = vma_first(from); vma != NULL; vma = vma_next(vma)) {
		if (vma->flags & VM_DONTFORK)
			continue;
		struct vma *copy = vma_create(vma, vma->start, vma->end);
		if (copy == NULL)
			return -ENOMEM;
		copy->flags &= ~(unsigned)VM_LOCKED; /* mlock(2): not inherited */
		vma_insert(to, copy);
	}
	return 0;
}
