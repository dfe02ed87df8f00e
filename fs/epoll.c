/* epoll.c: sets of watched files.
 *
 * An item stands for one (file, descriptor) in one set.  Its waiters stay on the file's queues; a
 * wake-up there calls item_woken(), which puts the item on the set's ready list and wakes the
 * set's own waiters.  Being on the ready list means "ask it": collecting asks the file and
 * believes only the answer.
 *   level triggered:  stays on the list as long as the answer is yes
 *   edge (EPOLLET):   leaves the list when it was reported; the next wake-up brings it back
 *                     (but one that cannot mean what the item asks for does not: see item_woken)
 *   EPOLLONESHOT:     is deaf after one report, until EPOLL_CTL_MOD
 * The items of a file are chained at file->watched; they go when the last reference of the file
 * goes, not at close(2) of one descriptor. */

#include <asm/poll.h>
#include <linux/eventpoll.h>

#include "fs/internal.h"
#include "fs/poll.h"
#include "fs/text.h"
#include "mm/slab.h"
#include "proc/task.h"

#define ITEM_QUEUES 3 /* queues of one file */
#define MAX_DEPTH   4 /* sets in sets */
/* What may stand beside EPOLLEXCLUSIVE. */
#define EXCLUSIVE_BITS                                                                             \
	((uint32_t)(EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET |             \
		    EPOLLEXCLUSIVE))
#define FLAG_BITS (EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP)

struct epoll {
	struct file *file; /* not counted: it owns the set */
	struct list items, ready;
	size_t count; /* of items */
	struct waitq wait;
};

struct epoll_item {
	struct epoll *set;
	struct file *file; /* not counted: file->watched leads here */
	int fd;
	uint32_t events; /* what is asked for, with FLAG_BITS; 0: deaf */
	uint64_t data;
	bool queued;
	struct list link, ready;
	struct epoll_item *next; /* of the same file */
	unsigned queues;
	struct waiter waiter[ITEM_QUEUES];
	uint32_t meaning[ITEM_QUEUES]; /* what their wake-ups can be: poll_wait_read() */
};

struct item_table {
	struct poll_table table;
	struct epoll_item *item;
};

static CACHE(item_cache, struct epoll_item);
static const struct file_ops epoll_ops;

/* --- items --- */

static void make_ready(struct epoll_item *it)
{
	if (!it->queued) {
		it->queued = true;
		list_append(&it->set->ready, &it->ready);
	}
	waitq_wake(&it->set->wait);
}

/* Room to write is no edge for who only reads; the end is one for everybody. */
static void item_woken(struct waiter *w)
{
	struct epoll_item *it = (struct epoll_item *)w->task;
	uint32_t asked = it->events & ~(uint32_t)FLAG_BITS;

	if (asked == 0)
		return;
	if ((asked & it->meaning[w - it->waiter]) != 0 ||
	    (file_poll(it->file, NULL) & (EPOLLERR | EPOLLHUP)) != 0)
		make_ready(it);
}

static void watch_queue(struct poll_table *pt, struct waitq *q, unsigned events)
{
	struct epoll_item *it = CONTAINER_OF(pt, struct item_table, table)->item;

	ASSERT(it->queues < ITEM_QUEUES);
	it->meaning[it->queues] = events;
	struct waiter *w = &it->waiter[it->queues++];
	waiter_add(w, q);
	w->fn = item_woken;
	w->task = (struct task *)it; /* no task is woken: this tells fn who it is for */
}

static unsigned item_ask(const struct epoll_item *it)
{
	uint32_t mask = it->events & ~(uint32_t)FLAG_BITS;

	return mask == 0 ? 0 : file_poll(it->file, NULL) & (mask | EPOLLERR | EPOLLHUP);
}

static void unready(struct epoll_item *it)
{
	if (it->queued) {
		it->queued = false;
		list_remove(&it->ready);
	}
}

static void item_destroy(struct epoll_item *it)
{
	struct epoll_item **p = &it->file->watched;

	while (*p != it)
		p = &(*p)->next;
	*p = it->next;
	for (unsigned i = 0; i < it->queues; i++)
		waiter_remove(&it->waiter[i]);
	unready(it);
	list_remove(&it->link);
	it->set->count--;
	cache_free(&item_cache, it);
}

void epoll_file_gone(struct file *f)
{
	while (f->watched != NULL)
		item_destroy(f->watched);
}

static struct epoll_item *item_find(const struct epoll *set, const struct file *f, int fd)
{
	struct epoll_item *it = f->watched;

	while (it != NULL && (it->set != set || it->fd != fd))
		it = it->next;
	return it;
}

/* --- control --- */

/* Does `set` contain, through sets in it, `wanted`?  Also true when the nesting is too deep. */
static bool contains(const struct epoll *set, const struct epoll *wanted, int depth)
{
	struct epoll_item *it;

	if (set == wanted || depth > MAX_DEPTH)
		return true;
	LIST_FOREACH (it, &set->items, link) {
		if (it->file->ops == &epoll_ops && contains(it->file->priv, wanted, depth + 1))
			return true;
	}
	return false;
}

/* How many sets are above this one, each watching the next? */
static int height_above(const struct epoll *set, int depth)
{
	int most = 0;

	for (const struct epoll_item *it = set->file->watched; it != NULL && depth <= MAX_DEPTH;
	     it = it->next)
		most = MAX(most, 1 + height_above(it->set, depth + 1));
	return most;
}

static int item_add(struct epoll *set, struct file *f, int fd, const struct epoll_event *ev)
{
	struct epoll_item *it = cache_alloc(&item_cache);

	if (it == NULL)
		return -ENOMEM;
	it->set = set;
	it->file = f;
	it->fd = fd;
	it->events = ev->events | EPOLLERR | EPOLLHUP;
	it->data = ev->data;
	it->next = f->watched;
	f->watched = it;
	list_append(&set->items, &it->link);
	set->count++;
	list_init(&it->ready);
	struct item_table t = { .table.add = watch_queue, .item = it };
	file_poll(f, &t.table);
	if (item_ask(it) != 0)
		make_ready(it);
	return 0;
}

int epoll_change(struct file *sf, int op, int fd, struct file *f, const struct epoll_event *ev)
{
	struct epoll *set = sf->priv;

	if (f->ops->poll == NULL)
		return -EPERM;
	if (sf->ops != &epoll_ops || f == sf)
		return -EINVAL;
	if (op != EPOLL_CTL_DEL && (ev->events & EPOLLEXCLUSIVE) &&
	    (op == EPOLL_CTL_MOD || (ev->events & ~EXCLUSIVE_BITS) || f->ops == &epoll_ops))
		return -EINVAL;
	struct epoll_item *it = item_find(set, f, fd);
	switch (op) {
	case EPOLL_CTL_ADD:
		if (it != NULL)
			return -EEXIST;
		if (f->ops == &epoll_ops && contains(f->priv, set, 1 + height_above(set, 0)))
			return -ELOOP;
		return item_add(set, f, fd, ev);
	case EPOLL_CTL_DEL:
		if (it == NULL)
			return -ENOENT;
		item_destroy(it);
		return 0;
	case EPOLL_CTL_MOD:
		if (it == NULL)
			return -ENOENT;
		if (it->events & EPOLLEXCLUSIVE)
			return -EINVAL;
		it->events = ev->events | EPOLLERR | EPOLLHUP;
		it->data = ev->data;
		if (item_ask(it) != 0)
			make_ready(it);
		return 0;
	default: return -EINVAL;
	}
}

/* --- waiting --- */

size_t epoll_size(const struct file *sf)
{
	return sf->ops == &epoll_ops ? ((const struct epoll *)sf->priv)->count : 0;
}

static int collect(struct epoll *set, struct epoll_event *out, int n)
{
	struct list todo = LIST_INIT(todo);
	int got = 0;

	/* Each is asked once, even if it goes back to the end of the list. */
	if (list_empty(&set->ready))
		return 0;
	list_insert_between(&todo, set->ready.prev, &set->ready);
	list_remove(&set->ready);
	while (!list_empty(&todo) && got < n) {
		struct epoll_item *it = LIST_FIRST(&todo, struct epoll_item, ready);
		unsigned events = item_ask(it);
		unready(it);
		if (events == 0)
			continue;
		out[got].events = events;
		out[got].data = it->data;
		got++;
		if (it->events & EPOLLONESHOT) {
			it->events &= FLAG_BITS;
		} else if (!(it->events & EPOLLET)) {
			it->queued = true;
			list_append(&set->ready, &it->ready);
		}
	}
	/* What was not looked at comes first the next time. */
	while (!list_empty(&todo)) {
		struct list *l = todo.prev;
		list_remove(l);
		list_push(&set->ready, l);
	}
	return got;
}

int epoll_collect(struct file *sf, struct epoll_event *out, int n, uint64_t deadline)
{
	struct epoll *set = sf->priv;
	struct waiter w;
	int err = 0;

	if (sf->ops != &epoll_ops)
		return -EINVAL;
	int got = collect(set, out, n);
	if (got > 0 || (deadline != NO_DEADLINE && deadline <= clock_ns()))
		return got;
	waiter_add(&w, &set->wait);
	while (got == 0 && err == 0) {
		err = task_sleep(deadline);
		got = collect(set, out, n);
	}
	waiter_remove(&w);
	return got > 0 || err == -ETIMEDOUT ? got : err;
}

/* --- the file --- */

static unsigned epoll_poll(struct file *f, struct poll_table *pt)
{
	struct epoll *set = f->priv;
	struct epoll_item *it;

	poll_wait(pt, &set->wait);
	LIST_FOREACH (it, &set->ready, ready) {
		if (item_ask(it) != 0)
			return POLLIN | POLLRDNORM;
	}
	return 0;
}

static void epoll_info(struct text *t, struct file *f)
{
	const struct epoll *set = f->priv;
	const struct epoll_item *it;

	LIST_FOREACH (it, &set->items, link) {
		dev_t dev = it->file->inode->sb->dev;
		text_printf(t, "tfd: %8d events: %8x data: %16lx  pos:%ld ino:%lx sdev:%x\n",
			    it->fd, it->events | EPOLLERR | EPOLLHUP, it->data, (long)it->file->pos,
			    (unsigned long)it->file->inode->ino,
			    dev_major(dev) << 20 | dev_minor(dev));
	}
}

static void epoll_release(struct file *f)
{
	struct epoll *set = f->priv;

	while (!list_empty(&set->items))
		item_destroy(LIST_FIRST(&set->items, struct epoll_item, link));
	kfree(set);
}

static const struct file_ops epoll_ops = {
	.poll = epoll_poll,
	.llseek = llseek_nowhere,
	.release = epoll_release,
	.fdinfo = epoll_info,
	.name = "[eventpoll]",
};

struct file *epoll_create(int *err)
{
	struct epoll *set = kzalloc(sizeof(*set));

	*err = -ENOMEM;
	if (set == NULL)
		return NULL;
	list_init(&set->items);
	list_init(&set->ready);
	waitq_init(&set->wait);
	struct file *f = file_create_ops(&epoll_ops, set, O_RDWR);
	if (f == NULL)
		kfree(set);
	else
		set->file = f;
	return f;
}
