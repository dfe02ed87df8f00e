/* internal.h: what the files of mm/ share about views and their page tables. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm/slab.h"
#include "mm/view.h"

#define STACK_GUARD_GAP (256 * PAGE_SIZE) /* as Linux keeps it below a stack */

/* Levels: an entry of level 2 is a top entry and points to a page directory, one of level 1 points
 * to a page table, one of level 0 is a leaf and points to a page. */
#define LEVEL_TOP	   2
#define LEVEL_SHIFT(level) (PAGE_SHIFT + 9 * (level))
#define LEVEL_SIZE(level)  (1ul << LEVEL_SHIFT(level))

/* A leaf whose page is kept though its protection allows no access (PROT_NONE): not present for the
 * processor. */
#define PTE_HELD (1ull << 10)

static inline bool pte_used(pte_t e)
{
	return (e & (PTE_P | PTE_HELD)) != 0;
}

static inline struct page *pte_page(pte_t e)
{
	return page_of(e & PTE_ADDR);
}

static inline pte_t *pte_table(pte_t e)
{
	return (pte_t *)(DIRECT_MAP + (e & PTE_ADDR));
}

/* Most of a table is empty, and nobody looks at all of it.  A bit of page.groups stands for eight
 * entries of the table in that page that may be used, a bit of page.own_groups for eight of which some
 * may be used and not borrowed.  Where the bit is clear, they are not. */
#define GROUP_ENTRIES 8
_Static_assert(TABLE_ENTRIES == 64 * GROUP_ENTRIES, "a bit for each group");

/* For each index i into a table that `mask`, of its groups, has. */
#define FOREACH_ENTRY(i, mask)                                                                     \
	for (uint64_t groups_ = (mask); groups_ != 0; groups_ &= groups_ - 1)                      \
		for (unsigned i = (unsigned)__builtin_ctzll(groups_) * GROUP_ENTRIES,              \
			      end_ = i + GROUP_ENTRIES;                                            \
		     i < end_; i++)

/* Entry i of the table that e points to is going to be used. */
static inline void table_use(pte_t e, unsigned i)
{
	struct page *page = pte_page(e);

	page->groups |= 1ull << (i / GROUP_ENTRIES);
	page->own_groups |= 1ull << (i / GROUP_ENTRIES);
}

static inline unsigned table_index(uintptr_t addr, int level)
{
	return (addr >> LEVEL_SHIFT(level)) & (TABLE_ENTRIES - 1);
}

/* The pane of v that holds addr.  => NULL: outside v's windows */
struct pane *pane_of(const struct view *v, uintptr_t addr);
/* Give v one more window.  => NULL: no room */
struct pane *pane_add(struct view *v, unsigned hint);
uintptr_t pane_base(const struct pane *p);
/* Write top entry i, and the machine's table too when v is installed. */
void top_set(struct view *v, struct pane *p, unsigned i, pte_t e);

/* The leaf entry of addr for reading it only; NULL where a table is missing.  The entry may be in a
 * table that other views share. */
pte_t *leaf_peek(const struct view *v, uintptr_t addr);
/* The leaf entry of addr for changing it: all tables above it are made v's own.  => NULL: no memory */
pte_t *leaf_own(struct view *v, uintptr_t addr);
/* A leaf that leaf_own() gave was written to after others could run. */
void leaf_changed(const pte_t *leaf);
/* Give back what an entry refers to. */
void entry_drop(pte_t e, int level);

/* A leaf of v was changed: forget the cached translation, if v is installed, and remember for others
 * (mm/changes.c).  write: the program may write there now. */
void view_flush_page(struct view *v, uintptr_t addr, bool write);
/* The same for leaves that are too many to name. */
void view_flush_all(struct view *v);
/* A leaf of v came where none was: only remember, for what is not present is not cached (Intel SDM volume
 * 3, 4.10.4.3). */
void view_new_page(struct view *v, uintptr_t addr, bool write);
/* Forget all translations of v, if it is installed; its leaves stay as they are. */
void view_flush_cached(struct view *v);
/* The cached translation of addr allows less than the leaf. */
void view_flush_stale(struct view *v, uintptr_t addr);

/* --- vma.c --- */

/* A VMA like `like` for another range; its own reference of the file.  => NULL: no memory */
struct vma *vma_create(const struct vma *like, uintptr_t start, uintptr_t end);
void vma_destroy(struct vma *vma);
int vma_copy_all(struct view *to, const struct view *from); /* => -ENOMEM, partly done */
void vma_insert(struct view *v, struct vma *vma);
void vma_delete(struct view *v, struct vma *vma);
void vma_set_start(struct view *v, struct vma *vma, uintptr_t start);
/* Make addr a border between VMAs.  => 0, -ENOMEM */
int vma_split_at(struct view *v, uintptr_t addr);
/* Make one of the two VMAs that meet at addr if they are alike. */
void vma_merge(struct view *v, uintptr_t addr);

/* Up to len bytes of v are going to be unmapped: count what is there, if it is time. */
void view_count_before(struct view *v, size_t len);

#endif
