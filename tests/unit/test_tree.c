/* The treap, against a plain array. */
/* links: lib/tree.c arch/host/host.c mm/page.c mm/slab.c */
#include "lib/tree.h"

#include "tests/unit/unit.h"

#define KEYS 512

struct holder {
	int other;
	struct tnode node;
};

static struct tnode nodes[KEYS];
static bool present[KEYS];
static struct tree tree;

/* => number of nodes below n; checks order, parents and priorities on the way */
static unsigned check_node(const struct tnode *n, const struct tnode *parent)
{
	if (n == NULL)
		return 0;
	ck_assert_ptr_eq(n->parent, parent);
	ck_assert(parent == NULL || parent->priority >= n->priority);
	ck_assert(n->left == NULL || n->left->key < n->key);
	ck_assert(n->right == NULL || n->right->key > n->key);
	return 1 + check_node(n->left, n) + check_node(n->right, n);
}

static unsigned depth(const struct tnode *n)
{
	unsigned l, r;

	if (n == NULL)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

static void check_all(void)
{
	struct tnode *le = NULL, *ge = NULL, *n = tree_first(&tree);
	unsigned count = 0;

	for (int i = 0; i < KEYS; i++) {
		if (present[i]) {
			ck_assert_ptr_eq(n, &nodes[i]);
			ck_assert_ptr_eq(tree_prev(n), le);
			le = n;
			n = tree_next(n);
			count++;
		}
		ck_assert_ptr_eq(tree_find(&tree, (uintptr_t)i), present[i] ? &nodes[i] : NULL);
		ck_assert_ptr_eq(tree_find_le(&tree, (uintptr_t)i), le);
	}
	ck_assert_ptr_null(n);
	ck_assert_ptr_eq(tree_last(&tree), le);
	for (int i = KEYS - 1; i >= 0; i--) {
		if (present[i])
			ge = &nodes[i];
		ck_assert_ptr_eq(tree_find_ge(&tree, (uintptr_t)i), ge);
	}
	ck_assert_uint_eq(check_node(tree.root, NULL), count);
}

START_TEST(random_operations)
{
	srand(1);
	for (int round = 0; round < 20000; round++) {
		int i = rand() % KEYS;

		nodes[i].key = (uintptr_t)i;
		if (present[i]) {
			struct tnode twin = { .key = (uintptr_t)i };

			ck_assert(!tree_insert(&tree, &twin));
			tree_remove(&tree, &nodes[i]);
		} else {
			ck_assert(tree_insert(&tree, &nodes[i]));
		}
		present[i] = !present[i];
		if (round % 64 == 0)
			check_all();
	}
	check_all();
}
END_TEST

START_TEST(stays_flat)
{
	for (int i = 0; i < KEYS; i++) {
		nodes[i].key = (uintptr_t)i;
		ck_assert(tree_insert(&tree, &nodes[i]));
		present[i] = true;
	}
	check_all();
	ck_assert_uint_le(depth(tree.root), 40);
}
END_TEST

START_TEST(empty)
{
	ck_assert_ptr_null(tree_first(&tree));
	ck_assert_ptr_null(tree_last(&tree));
	ck_assert_ptr_null(tree_find_le(&tree, 5));
	ck_assert_ptr_null(TREE_ENTRY(tree_find_ge(&tree, 5), struct holder, node));
}
END_TEST

UNIT_MAIN("lib/tree", random_operations, stays_flat, empty)
