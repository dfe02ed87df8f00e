/* tree.h: an ordered set of objects by an address or number, O(log n), links inside the objects.
 * Keys are unique within one tree. */
#ifndef LIB_TREE_H
#define LIB_TREE_H

#include "lib/types.h"

struct tnode {
	struct tnode *left, *right, *parent;
	uint32_t priority;
	uintptr_t key;
};

struct tree {
	struct tnode *root;
};

/* Insert n under n->key.  => false, and nothing changed, if the key is taken. */
bool tree_insert(struct tree *t, struct tnode *n);
void tree_remove(struct tree *t, struct tnode *n);
/* The node with exactly this key; the last with a key <= it; the first with a key >= it.
 * => NULL if there is none. */
struct tnode *tree_find(const struct tree *t, uintptr_t key);
struct tnode *tree_find_le(const struct tree *t, uintptr_t key);
struct tnode *tree_find_ge(const struct tree *t, uintptr_t key);
/* In order of keys.  => NULL at the end. */
struct tnode *tree_first(const struct tree *t);
struct tnode *tree_last(const struct tree *t);
struct tnode *tree_next(const struct tnode *n);
struct tnode *tree_prev(const struct tnode *n);

#define TREE_ENTRY(n, type, member)                                                                \
	({                                                                                         \
		struct tnode *n_ = (n);                                                            \
		n_ == NULL ? NULL : CONTAINER_OF(n_, type, member);                                \
	})

#endif
