/* eventfd.c: a counter as a file: write adds, read takes all (or one, as a semaphore). */

#include <asm/poll.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>

#include "fs/internal.h"
#include "fs/poll.h"
#include "fs/text.h"
#include "mm/slab.h"
#include "proc/task.h"

#define EFD_SEMAPHORE 1

struct eventfd {
	uint64_t count;
	bool semaphore;
	int id; /* for people who read fdinfo */
	struct waitq readers, writers;
};

static ssize_t eventfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct eventfd *e = f->priv;

	(void)pos;
	if (iobuf_left(b) < sizeof(uint64_t))
		return -EINVAL;
	while (e->count == 0) {
		if ((f->flags & O_NONBLOCK) || (b->rwf & RWF_NOWAIT))
			return -EAGAIN;
		int err = WAIT_EVENT(&e->readers, e->count > 0);
		if (err < 0)
			return err;
	}
	uint64_t n = e->semaphore ? 1 : e->count;
	e->count -= n;
	waitq_wake(&e->writers);
	return iobuf_put(b, &n, sizeof(n)) == sizeof(n) ? (ssize_t)sizeof(n) : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct eventfd *e = f->priv;
	uint64_t n;

	(void)pos;
	if (iobuf_left(b) != sizeof(n))
		return -EINVAL;
	if (iobuf_take(b, &n, sizeof(n)) < sizeof(n))
		return -EFAULT;
	if (n == UINT64_MAX)
		return -EINVAL;
	while (UINT64_MAX - 1 - e->count < n) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		int err = WAIT_EVENT(&e->writers, UINT64_MAX - 1 - e->count >= n);
		if (err < 0)
			return err;
	}
	e->count += n;
	waitq_wake(&e->readers);
	return sizeof(n);
}

static unsigned eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->priv;

	poll_wait_read(pt, &e->readers);
	poll_wait_write(pt, &e->writers);
	return (e->count > 0 ? POLLIN : 0) | (e->count < UINT64_MAX - 1 ? POLLOUT : 0);
}

static void eventfd_release(struct file *f)
{
	kfree(f->priv);
}

static void eventfd_info(struct text *t, struct file *f)
{
	const struct eventfd *e = f->priv;

	text_printf(t, "eventfd-count: %16lx\neventfd-id: %d\neventfd-semaphore: %d\n", e->count,
		    e->id, e->semaphore);
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.prompt = true,
	.poll = eventfd_poll,
	.llseek = llseek_nowhere,
	.release = eventfd_release,
	.fdinfo = eventfd_info,
	.name = "[eventfd]",
};

struct file *eventfd_create(uint64_t count, unsigned flags)
{
	static int next_id;
	struct eventfd *e = kzalloc(sizeof(*e));

	if (e == NULL)
		return NULL;
	e->count = count;
	e->id = next_id++;
	e->semaphore = (flags & EFD_SEMAPHORE) != 0;
	waitq_init(&e->readers);
	waitq_init(&e->writers);
	struct file *f = file_create_ops(&eventfd_ops, e, O_RDWR | (flags & O_NONBLOCK));
	if (f == NULL)
		kfree(e);
	return f;
}
