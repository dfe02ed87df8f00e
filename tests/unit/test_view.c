/* test_view.c: views, shadows and splits against a model that copies everything at fork. */
/* links: mm/view.c mm/changes.c mm/vma.c mm/mmap.c mm/fault.c mm/fork.c mm/page.c mm/slab.c proc/forkrec.c lib/tree.c arch/host/host.c arch/host/below_mm.c */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "mm/internal.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/view.h"

/* --- the model --- */

#define PAGES	24 /* of the area that the tests write; spread over several tables */
#define PROT_RW 3

/* One process of the model: its view, and a byte for each page. */
struct model {
	struct view *view;
	bool mapped[PAGES], read_only[PAGES];
	unsigned char byte[PAGES];
};

static uintptr_t base_of(const struct model *m)
{
	return (uintptr_t)m->view->pane[0]->win->number << WINDOW_SHIFT;
}

/* Pages 0..3 are neighbours, the next four are in other groups of their table's entries, the next eight
 * 2 MiB apart, the last eight 1 GiB. */
static uintptr_t place(const struct model *m, unsigned i)
{
	uintptr_t base = base_of(m) + (1ul << 30);
	if (i < 4)
		return base + i * PAGE_SIZE;
	if (i < 8)
		return base + i * 11 * PAGE_SIZE;
	if (i < 16)
		return base + (((uintptr_t)(i - 7) * 3) << 21);
	return base + ((uintptr_t)(i - 15) << 30);
}

static void map_all(struct model *m)
{
	for (unsigned i = 0; i < PAGES; i++) {
		ck_assert_int_eq(view_map(m->view, place(m, i), PAGE_SIZE, PROT_RW, 0, VMA_ANON,
					  NULL, 0),
				 0);
		m->mapped[i] = true;
	}
}

static void check_all(struct model *m)
{
	for (unsigned i = 0; i < PAGES; i++) {
		unsigned char got = 0;
		ssize_t n = view_read(m->view, place(m, i), &got, 1);
		ck_assert_int_eq(n, m->mapped[i] ? 1 : -14);
		if (m->mapped[i])
			ck_assert_uint_eq(got, m->byte[i]);
	}
}

/* No table has an entry that its groups do not tell of. */
static void check_groups(pte_t e, int level)
{
	const struct page *page = pte_page(e);
	const pte_t *table = pte_table(e);

	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t bit = 1ull << (i / GROUP_ENTRIES);

		if (!pte_used(table[i]))
			continue;
		ck_assert(page->groups & bit);
		if (table[i] & PTE_BORROWED)
			continue;
		ck_assert(page->own_groups & bit);
		if (level > 1)
			check_groups(table[i], level - 1);
	}
}

static void check_tables(const struct view *v)
{
	for (unsigned i = 0; i < VIEW_PANES && v->pane[i] != NULL; i++)
		for (uint64_t m = v->pane[i]->used; m != 0; m &= m - 1) {
			pte_t e = v->pane[i]->top[__builtin_ctzll(m)];

			if (!(e & PTE_BORROWED))
				check_groups(e, LEVEL_TOP);
		}
}

static void write_page(struct model *m, unsigned i, unsigned char value)
{
	ssize_t n = view_write(m->view, place(m, i), &value, 1, false);
	if (!m->mapped[i] || m->read_only[i]) {
		ck_assert_int_eq(n, -14);
		return;
	}
	ck_assert_int_eq(n, 1);
	m->byte[i] = value;
}

static void change_mapping(struct model *m, unsigned i)
{
	uintptr_t at = place(m, i);
	if (!m->mapped[i]) {
		ck_assert_int_eq(view_map(m->view, at, PAGE_SIZE, PROT_RW, 0, VMA_ANON, NULL, 0),
				 0);
		m->mapped[i] = true;
		m->read_only[i] = false;
		m->byte[i] = 0;
	} else if (rand() % 3 == 0) {
		ck_assert_int_eq(view_unmap(m->view, at, PAGE_SIZE), 0);
		m->mapped[i] = false;
	} else {
		unsigned prot = rand() % 2 ? 1 : rand() % 2 ? 0 : PROT_RW;
		ck_assert_int_eq(view_protect(m->view, at, PAGE_SIZE, prot), 0);
		m->read_only[i] = prot != PROT_RW;
	}
}

static struct model model_fork(const struct model *parent)
{
	struct model child = *parent;
	child.view = view_shadow(parent->view);
	ck_assert_ptr_nonnull(child.view);
	return child;
}

static void model_end(struct model *m)
{
	if (m->view->under != NULL)
		view_uncover(m->view);
	view_put(m->view);
	m->view = NULL;
}

/* A few processes of one family, one of which runs at a time; every step is checked at the end. */
static void run_family(unsigned seed)
{
	struct model family[8] = { 0 };
	unsigned n = 1;

	srand(seed);
	size_t before = page_free_count();
	family[0].view = view_create(0);
	ck_assert_ptr_nonnull(family[0].view);
	map_all(&family[0]);
	for (int step = 0; step < 400; step++) {
		struct model *m = &family[rand() % n];
		if (view_paused(m->view))
			continue;
		view_install(m->view);
		int what = rand() % 20;
		if (what < 12) {
			write_page(m, rand() % PAGES, (unsigned char)rand());
		} else if (what < 14) {
			change_mapping(m, rand() % PAGES);
		} else if (what < 17 && n < 8) {
			family[n++] = model_fork(m);
		} else if (what == 17) {
			view_split(m->view, FORK_BLOCK, 0);
		} else if (what == 18 && n > 1) {
			model_end(m);
			*m = family[--n];
		} else {
			check_all(m);
		}
		if (step % 40 == 39)
			for (unsigned i = 0; i < n; i++)
				check_tables(family[i].view);
	}
	for (unsigned i = 0; i < n; i++)
		check_all(&family[i]);
	while (n > 0) {
		for (unsigned i = 0; i < n; i++) {
			if (view_paused(family[i].view))
				continue;
			check_all(&family[i]);
			model_end(&family[i]);
			family[i] = family[--n];
			break;
		}
	}
	ck_assert_uint_eq(page_free_count(), before);
	ck_assert_uint_eq(view_count, 0);
	ck_assert_uint_eq(vma_total, 0);
}

START_TEST(family_agrees_with_a_model)
{
	run_family(0); /* warms the caches */
	for (unsigned seed = 1; seed <= 200; seed++)
		run_family(seed);
}
END_TEST

/* After the pause the parent's entries are as before the fork: its writes fault on nothing. */
START_TEST(parent_keeps_its_write_bits)
{
	struct model parent = { .view = view_create(0) };
	map_all(&parent);
	for (unsigned i = 0; i < PAGES; i++)
		write_page(&parent, i, 1);
	uint64_t cow = parent.view->cow_faults;
	struct model child = model_fork(&parent);
	for (unsigned i = 0; i < PAGES; i++)
		write_page(&child, i, 2);
	model_end(&child);
	for (unsigned i = 0; i < PAGES; i++)
		write_page(&parent, i, 3);
	ck_assert_uint_eq(parent.view->cow_faults, cow);
	model_end(&parent);
}
END_TEST

/* The pages a fork costs do not depend on how much its parent has touched. */
START_TEST(fork_costs_the_same_for_any_size)
{
	size_t cost[2];
	for (int big = 0; big < 2; big++) {
		size_t len = big ? 32ul << 20 : 1ul << 20;
		struct view *v = view_create(0);
		uintptr_t at = view_find_room(v, len);
		ck_assert_int_eq(view_map(v, at, len, PROT_RW, 0, VMA_ANON, NULL, 0), 0);
		for (size_t off = 0; off < len; off += PAGE_SIZE)
			ck_assert_int_eq(view_write(v, at + off, "x", 1, false), 1);
		size_t before = page_free_count();
		struct view *child = view_shadow(v);
		cost[big] = before - page_free_count();
		view_uncover(child);
		view_put(child);
		view_put(v);
	}
	ck_assert_uint_le(cost[1], cost[0]);
}
END_TEST

int main(void)
{
	host_ram(64 << 20);
	host_task();
	view_init();
	Suite *s = suite_create("view");
	TCase *tc = tcase_create("view");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, family_agrees_with_a_model);
	tcase_add_test(tc, parent_keeps_its_write_bits);
	tcase_add_test(tc, fork_costs_the_same_for_any_size);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
