/* list.h: doubly linked lists whose links live inside the objects.
 * A list head and a link are the same type; an empty head points at itself. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include "lib/types.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name)                                                                            \
	{                                                                                          \
		&(name), &(name)                                                                   \
	}

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_insert_between(struct list *n, struct list *prev, struct list *next)
{
	n->prev = prev;
	n->next = next;
	prev->next = n;
	next->prev = n;
}

/* Put n first. */
static inline void list_push(struct list *head, struct list *n)
{
	list_insert_between(n, head, head->next);
}

/* Put n last. */
static inline void list_append(struct list *head, struct list *n)
{
	list_insert_between(n, head->prev, head);
}

/* Take n out of whatever list it is in and leave it empty: taking it out again does no harm. */
static inline void list_remove(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

#define LIST_ENTRY(l, type, member)    CONTAINER_OF(l, type, member)
#define LIST_FIRST(head, type, member) LIST_ENTRY((head)->next, type, member)
#define LIST_LAST(head, type, member)  LIST_ENTRY((head)->prev, type, member)

/* The body must not remove `pos`; LIST_FOREACH_SAFE lets it. */
#define LIST_FOREACH(pos, head, member)                                                            \
	for (pos = LIST_ENTRY((head)->next, typeof(*pos), member); &pos->member != (head);         \
	     pos = LIST_ENTRY(pos->member.next, typeof(*pos), member))

#define LIST_FOREACH_SAFE(pos, tmp, head, member)                                                  \
	for (pos = LIST_ENTRY((head)->next, typeof(*pos), member),                                 \
	    tmp = LIST_ENTRY(pos->member.next, typeof(*pos), member);                              \
	     &pos->member != (head);                                                               \
	     pos = tmp, tmp = LIST_ENTRY(tmp->member.next, typeof(*tmp), member))

#endif
