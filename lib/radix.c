/* radix.c: a tree of nodes with 64 slots; each level takes six bits of the index.
 * A tree is no higher than its largest index needs, and has no empty nodes. */
#include "lib/radix.h"

#include <asm/errno.h>

#include "mm/slab.h"

#define BITS	   6
#define SLOTS	   (1u << BITS)
#define MAX_HEIGHT 11 /* 11 * 6 >= 64 */

struct radix_node {
	void *slot[SLOTS];
	unsigned used;
};

static CACHE(node_cache, struct radix_node);

static unsigned slot_of(uint64_t index, unsigned level)
{
	return (index >> (BITS * level)) & (SLOTS - 1);
}

/* Can a tree of this height hold index? */
static bool fits(uint64_t index, unsigned height)
{
	return height >= MAX_HEIGHT || index >> (BITS * height) == 0;
}

void *radix_get(const struct radix *r, uint64_t index)
{
	void *p = r->root;

	if (!fits(index, r->height))
		return NULL;
	for (unsigned level = r->height; level > 0 && p != NULL; level--)
		p = ((struct radix_node *)p)->slot[slot_of(index, level - 1)];
	return p;
}

/* Free the empty nodes on the way to index; give up levels that hold slot 0 alone. */
static void prune(struct radix *r, uint64_t index)
{
	struct radix_node *path[MAX_HEIGHT] = { NULL };
	void *p = r->root;
	unsigned level = r->height;

	while (level > 0 && p != NULL) {
		path[--level] = p;
		p = path[level]->slot[slot_of(index, level)];
	}
	for (; level < r->height && path[level]->used == 0; level++) {
		cache_free(&node_cache, path[level]);
		if (level + 1 == r->height) {
			r->root = NULL;
			break;
		}
		path[level + 1]->slot[slot_of(index, level + 1)] = NULL;
		path[level + 1]->used--;
	}
	if (r->root == NULL)
		r->height = 0;
	while (r->height > 0) {
		struct radix_node *n = r->root;

		if (n->used != 1 || n->slot[0] == NULL)
			break;
		r->root = n->slot[0];
		r->height--;
		cache_free(&node_cache, n);
	}
}

/* Put nodes on top until index fits. */
static int grow(struct radix *r, uint64_t index)
{
	while (!fits(index, r->height)) {
		if (r->root != NULL) {
			struct radix_node *n = cache_alloc(&node_cache);

			if (n == NULL)
				return -ENOMEM;
			n->slot[0] = r->root;
			n->used = 1;
			r->root = n;
		}
		r->height++;
	}
	return 0;
}

/* Find the slot of index, with the nodes above it; *parent: the node it is in, NULL: none. */
static void **make_slot(struct radix *r, uint64_t index, struct radix_node **parent)
{
	void **slot = &r->root;

	*parent = NULL;
	for (unsigned level = r->height; level > 0; level--) {
		struct radix_node *n = *slot;

		if (n == NULL) {
			n = cache_alloc(&node_cache);
			if (n == NULL)
				return NULL;
			*slot = n;
			if (*parent != NULL)
				(*parent)->used++;
		}
		*parent = n;
		slot = &n->slot[slot_of(index, level - 1)];
	}
	return slot;
}

int radix_set(struct radix *r, uint64_t index, void *item)
{
	struct radix_node *parent;
	void **slot = grow(r, index) == 0 ? make_slot(r, index, &parent) : NULL;

	if (slot == NULL) {
		/* What has been built on the way to index is empty, what is on top has one slot. */
		prune(r, index);
		return -ENOMEM;
	}
	if (*slot == NULL) {
		r->count++;
		if (parent != NULL)
			parent->used++;
	}
	*slot = item;
	return 0;
}

void *radix_clear(struct radix *r, uint64_t index)
{
	struct radix_node *parent = NULL;
	void **slot = &r->root;
	void *item;

	if (!fits(index, r->height))
		return NULL;
	for (unsigned level = r->height; level > 0 && *slot != NULL; level--) {
		parent = *slot;
		slot = &parent->slot[slot_of(index, level - 1)];
	}
	item = *slot;
	if (item == NULL)
		return NULL;
	*slot = NULL;
	r->count--;
	if (parent != NULL)
		parent->used--;
	prune(r, index);
	return item;
}

/* Look for the first item at or after *index below n.  => NULL: none, and *index is the first place
 * behind n, 0 when that is beyond the end */
static void *next_below(const struct radix_node *n, unsigned level, uint64_t *index)
{
	unsigned shift = BITS * level;

	for (unsigned i = slot_of(*index, level); i < SLOTS; i++) {
		void *item = n->slot[i];

		if (item != NULL && level > 0)
			item = next_below(item, level - 1, index);
		else if (item == NULL)
			*index = ((*index >> shift) + 1) << shift;
		if (item != NULL)
			return item;
		if (*index == 0)
			return NULL;
	}
	return NULL;
}

void *radix_next(const struct radix *r, uint64_t *index)
{
	if (r->root == NULL || !fits(*index, r->height))
		return NULL;
	if (r->height == 0)
		return r->root;
	return next_below(r->root, r->height - 1, index);
}
