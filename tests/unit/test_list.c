/* Lists. */
/* links: arch/host/host.c mm/page.c mm/slab.c */
#include "lib/list.h"

#include "tests/unit/unit.h"

struct item {
	int n;
	struct list link;
};

static int sum(struct list *head)
{
	struct item *it;
	int n = 0;

	LIST_FOREACH (it, head, link)
		n = n * 10 + it->n;
	return n;
}

START_TEST(order)
{
	struct list head = LIST_INIT(head);
	struct item a = { .n = 1 }, b = { .n = 2 }, c = { .n = 3 };

	ck_assert(list_empty(&head));
	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_push(&head, &a.link);
	ck_assert_int_eq(sum(&head), 123);
	ck_assert_ptr_eq(LIST_FIRST(&head, struct item, link), &a);
	ck_assert_ptr_eq(LIST_LAST(&head, struct item, link), &c);
}
END_TEST

START_TEST(remove_twice)
{
	struct list head = LIST_INIT(head);
	struct item a = { .n = 1 }, b = { .n = 2 }, c = { .n = 3 };

	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_remove(&b.link);
	list_remove(&b.link);
	ck_assert_int_eq(sum(&head), 13);
	list_remove(&a.link);
	list_remove(&c.link);
	ck_assert(list_empty(&head));
}
END_TEST

START_TEST(remove_while_walking)
{
	struct list head = LIST_INIT(head);
	struct item items[10], *it, *next;

	for (int i = 0; i < 10; i++) {
		items[i].n = i;
		list_append(&head, &items[i].link);
	}
	LIST_FOREACH_SAFE (it, next, &head, link) {
		if (it->n % 2 == 0)
			list_remove(&it->link);
	}
	ck_assert_int_eq(sum(&head), 13579);
}
END_TEST

UNIT_MAIN("lib/list", order, remove_twice, remove_while_walking)
