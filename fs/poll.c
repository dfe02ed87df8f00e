/* poll.c: waiting for many files at once: poll(2) and select(2).
 *
 * First all files are asked without waiting.  If none is ready the task is put on every queue they
 * name, and each time it is woken it asks again.  Waiters are kept in chunks, since a file may have
 * more than one queue. */

#include <asm/poll.h>

#include "fs/internal.h"
#include "fs/poll.h"
#include "mm/slab.h"
#include "proc/task.h"

#define CHUNK 30

struct chunk {
	struct chunk *next;
	unsigned used;
	struct waiter waiter[CHUNK];
};

struct poll_wait_table {
	struct poll_table table;
	struct chunk *chunks;
	bool no_memory;
};

void poll_wait(struct poll_table *pt, struct waitq *q)
{
	if (pt != NULL)
		pt->add(pt, q, ~0u);
}

void poll_wait_read(struct poll_table *pt, struct waitq *q)
{
	if (pt != NULL)
		pt->add(pt, q, POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND | POLLRDHUP);
}

void poll_wait_write(struct poll_table *pt, struct waitq *q)
{
	if (pt != NULL)
		pt->add(pt, q, POLLOUT | POLLWRNORM | POLLWRBAND);
}

static void add_waiter(struct poll_table *pt, struct waitq *q, unsigned events)
{
	(void)events;
	struct poll_wait_table *t = CONTAINER_OF(pt, struct poll_wait_table, table);

	if (t->chunks == NULL || t->chunks->used == CHUNK) {
		struct chunk *c = kmalloc(sizeof(*c));
		if (c == NULL) {
			t->no_memory = true;
			return;
		}
		c->used = 0;
		c->next = t->chunks;
		t->chunks = c;
	}
	waiter_add(&t->chunks->waiter[t->chunks->used++], q);
}

static void drop_waiters(struct poll_wait_table *t)
{
	while (t->chunks != NULL) {
		struct chunk *c = t->chunks;
		t->chunks = c->next;
		for (unsigned i = 0; i < c->used; i++)
			waiter_remove(&c->waiter[i]);
		kfree(c);
	}
}

/* Ask all files.  => how many have something */
static int ask_all(struct poll_entry *e, unsigned n, struct poll_table *pt)
{
	int ready = 0;

	for (unsigned i = 0; i < n; i++) {
		e[i].revents = 0;
		if (e[i].file == NULL) {
			e[i].revents = e[i].missing ? POLLNVAL : 0;
		} else {
			unsigned mask = e[i].events | POLLERR | POLLHUP;
			e[i].revents = file_poll(e[i].file, pt) & mask;
		}
		if (e[i].revents != 0) {
			ready++;
			pt = NULL; /* we shall not sleep */
		}
	}
	return ready;
}

int poll_files(struct poll_entry *e, unsigned n, uint64_t deadline)
{
	struct poll_wait_table t = { .table.add = add_waiter };
	int ready = ask_all(e, n, NULL), err = 0;

	if (ready > 0 || (deadline != NO_DEADLINE && deadline <= clock_ns()))
		return ready;
	ready = ask_all(e, n, &t.table);
	while (ready == 0 && err == 0) {
		err = t.no_memory ? -ENOMEM : task_sleep(deadline);
		ready = ask_all(e, n, NULL);
	}
	drop_waiters(&t);
	if (ready > 0 || err == -ETIMEDOUT)
		return ready;
	return err;
}
