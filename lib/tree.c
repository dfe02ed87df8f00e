/* tree.c: a treap.  Ordered by key, and a heap by priority: no node has a higher priority than its
 * parent.  With random priorities the depth is O(log n) whatever the order of insertion. */
#include "lib/tree.h"

#include "lib/bug.h"

/* xorshift32 (Marsaglia): cheap, and good enough to keep trees flat. */
static uint32_t next_priority(void)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* The pointer that points at n. */
static struct tnode **place_of(struct tree *t, struct tnode *n)
{
	if (n->parent == NULL)
		return &t->root;
	return n->parent->left == n ? &n->parent->left : &n->parent->right;
}

/* Lift n above its parent. */
static void rotate_up(struct tree *t, struct tnode *n)
{
	struct tnode *p = n->parent;
	struct tnode *moved;

	*place_of(t, p) = n;
	n->parent = p->parent;
	if (p->left == n) {
		moved = n->right;
		p->left = moved;
		n->right = p;
	} else {
		moved = n->left;
		p->right = moved;
		n->left = p;
	}
	p->parent = n;
	if (moved != NULL)
		moved->parent = p;
}

bool tree_insert(struct tree *t, struct tnode *n)
{
	struct tnode **place = &t->root;
	struct tnode *parent = NULL;

	while (*place != NULL) {
		parent = *place;
		if (n->key == parent->key)
			return false;
		place = n->key < parent->key ? &parent->left : &parent->right;
	}
	n->left = n->right = NULL;
	n->parent = parent;
	n->priority = next_priority();
	*place = n;
	while (n->parent != NULL && n->parent->priority < n->priority)
		rotate_up(t, n);
	return true;
}

void tree_remove(struct tree *t, struct tnode *n)
{
	ASSERT(*place_of(t, n) == n);
	while (n->left != NULL && n->right != NULL)
		rotate_up(t, n->left->priority > n->right->priority ? n->left : n->right);

	struct tnode *child = n->left != NULL ? n->left : n->right;

	*place_of(t, n) = child;
	if (child != NULL)
		child->parent = n->parent;
	n->left = n->right = n->parent = NULL;
}

struct tnode *tree_find(const struct tree *t, uintptr_t key)
{
	struct tnode *n = t->root;

	while (n != NULL && n->key != key)
		n = key < n->key ? n->left : n->right;
	return n;
}

struct tnode *tree_find_le(const struct tree *t, uintptr_t key)
{
	struct tnode *n = t->root, *best = NULL;

	while (n != NULL) {
		if (n->key == key)
			return n;
		if (n->key < key) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return best;
}

struct tnode *tree_find_ge(const struct tree *t, uintptr_t key)
{
	struct tnode *n = t->root, *best = NULL;

	while (n != NULL) {
		if (n->key == key)
			return n;
		if (n->key > key) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

static struct tnode *leftmost(struct tnode *n)
{
	while (n != NULL && n->left != NULL)
		n = n->left;
	return n;
}

static struct tnode *rightmost(struct tnode *n)
{
	while (n != NULL && n->right != NULL)
		n = n->right;
	return n;
}

struct tnode *tree_first(const struct tree *t)
{
	return leftmost(t->root);
}

struct tnode *tree_last(const struct tree *t)
{
	return rightmost(t->root);
}

struct tnode *tree_next(const struct tnode *n)
{
	if (n->right != NULL)
		return leftmost(n->right);
	while (n->parent != NULL && n->parent->right == n)
		n = n->parent;
	return n->parent;
}

struct tnode *tree_prev(const struct tnode *n)
{
	if (n->left != NULL)
		return rightmost(n->left);
	while (n->parent != NULL && n->parent->left == n)
		n = n->parent;
	return n->parent;
}
