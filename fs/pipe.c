/* pipe.c: pipes and FIFOs.
 *
 * A pipe is a ring of slots, each a page with some bytes in it, as in Linux, since programs see how
 * much fits: a write goes on in the last slot's page only if its odd part fits there as a whole.
 * Pages come when the writer needs them and go when they have been read; one is kept, so that small
 * messages allocate nothing.
 *
 * Atomic: a write of up to PIPE_BUF bytes goes into one page, and the kernel is not preempted and
 * sleeps only between pages.  Longer ones may be mixed with others.
 *
 * Waking is for those who can use it: readers when the pipe was empty before, writers when all slots
 * were in use before.  That is also when poll's answer changes; epoll in edge mode wants to hear of
 * every write, so a pipe that was ever polled wakes its readers each time.
 *
 * For the fork log each slot is marked by whoever filled it, and the pipe by those who closed it last.
 * Who made the room for a byte is asked by its number: whoever emptied the page of the stream that is a
 * whole ring before it, since had nobody read, small writes would lie in the pages one behind the other.
 *
 * Whoever slept looks at everything again. */

#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/capability.h>
#include <linux/fs.h>

#include "fs/async.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/forkneed.h"
#include "proc/task.h"

#define DEFAULT_SLOTS 16
#define MAX_SLOTS     256   /* /proc/sys/fs/pipe-max-size: 1 MiB */
#define MOST_SLOTS    16384 /* also for root */
#define CLOSERS	      8	    /* that are remembered */

struct slot {
	struct page *page;
	uint16_t off, len;
	bool merge; /* the page is this slot's alone behind off + len: the next write may go on there */
	bool packet; /* read as a whole or cut off: written with O_DIRECT */
	forkmark_t mark;
	forkmark_t emptied; /* not this slot: the page of the stream whose number ends like this */
};

struct pipe {
	struct slot *slot;
	unsigned slots;	     /* a power of two */
	unsigned head, tail; /* slots filled, slots emptied, ever: they wrap */
	size_t used;	     /* bytes in them */
	uint64_t taken;	     /* bytes out of them, ever */
	struct page *spare;
	unsigned readers, writers;
	unsigned reader_opens, writer_opens; /* ever: for the opening of FIFOs */
	bool polled;
	struct waitq read_wait, write_wait;
	forkmark_t closer[CLOSERS]; /* of descriptors to write with; a ring */
	unsigned closed;
};

static CACHE(pipe_cache, struct pipe);

/* --- life --- */

static struct pipe *pipe_new(void)
{
	struct pipe *p = cache_alloc(&pipe_cache);

	if (p == NULL)
		return NULL;
	p->slot = kzalloc(DEFAULT_SLOTS * sizeof(struct slot));
	if (p->slot == NULL) {
		cache_free(&pipe_cache, p);
		return NULL;
	}
	p->slots = DEFAULT_SLOTS;
	waitq_init(&p->read_wait);
	waitq_init(&p->write_wait);
	return p;
}

static void pipe_free(struct pipe *p)
{
	for (; p->tail != p->head; p->tail++)
		page_put(p->slot[p->tail & (p->slots - 1)].page);
	if (p->spare != NULL)
		page_put(p->spare);
	kfree(p->slot);
	cache_free(&pipe_cache, p);
}

void pipe_inode_evict(struct inode *inode)
{
	pipe_free(inode->pipe);
	inode->pipe = NULL;
}

static struct pipe *pipe_of(struct file *f)
{
	return f->inode->pipe;
}

/* --- the ring --- */

static bool pipe_empty(const struct pipe *p)
{
	return p->head == p->tail;
}

static bool pipe_full(const struct pipe *p)
{
	return p->head - p->tail >= p->slots;
}

static struct slot *slot_at(struct pipe *p, unsigned n)
{
	return &p->slot[n & (p->slots - 1)];
}

/* n bytes, a page at most, have come in. */
static void count_in(struct pipe *p, size_t n)
{
	p->used += n;
	uint64_t last = p->taken + p->used - 1;
	forkneed_took(slot_at(p, (unsigned)(last / PAGE_SIZE))->emptied, "room");
}

/* ... have gone out. */
static void count_out(struct pipe *p, size_t n)
{
	uint64_t page = p->taken / PAGE_SIZE;

	p->taken += n;
	p->used -= n;
	if (p->taken / PAGE_SIZE != page)
		slot_at(p, (unsigned)page)->emptied = forkneed_mark();
}

/* Fill the next free slot; there is one. */
static void slot_fill(struct pipe *p, const struct pipe_piece *piece, bool merge)
{
	struct slot *s = slot_at(p, p->head++);

	s->page = piece->page;
	s->off = (uint16_t)piece->off;
	s->len = (uint16_t)piece->len;
	s->merge = merge;
	s->packet = piece->packet;
	s->mark = forkneed_mark();
	count_in(p, piece->len);
}

/* Go on in the last page, if the odd part of the n bytes fits there.  => bytes */
static size_t ring_merge(struct pipe *p, struct iobuf *b, size_t n, int *err)
{
	size_t odd = n & PAGE_MASK;

	if (odd == 0 || pipe_empty(p))
		return 0;
	struct slot *s = slot_at(p, p->head - 1);
	if (!s->merge || s->off + s->len + odd > PAGE_SIZE)
		return 0;
	if (iobuf_take(b, (char *)page_va(s->page) + s->off + s->len, odd) < odd) {
		*err = -EFAULT;
		return 0;
	}
	s->len = (uint16_t)(s->len + odd);
	count_in(p, odd);
	return odd;
}

/* Fill a new slot; there is one.  => bytes */
static size_t ring_put(struct pipe *p, struct iobuf *b, size_t n, bool packet, int *err)
{
	struct page *page = p->spare != NULL ? p->spare : page_alloc(0);

	if (page == NULL) {
		*err = -ENOMEM;
		return 0;
	}
	p->spare = NULL;
	n = MIN(n, PAGE_SIZE);
	if (iobuf_take(b, page_va(page), n) < n) {
		p->spare = page; /* a page comes as a whole or not at all */
		*err = -EFAULT;
		return 0;
	}
	slot_fill(p, &(struct pipe_piece){ page, 0, (unsigned)n, packet }, !packet);
	return n;
}

/* The first slot's page is no longer needed. */
static void ring_drop(struct pipe *p)
{
	struct slot *s = slot_at(p, p->tail++);

	if (p->spare == NULL && s->page->ref == 1)
		p->spare = s->page;
	else
		page_put(s->page);
}

static size_t ring_take(struct pipe *p, struct iobuf *b, size_t want, int *err)
{
	size_t done = 0;
	bool packet = false;

	while (done < want && !packet && !pipe_empty(p)) {
		struct slot *s = slot_at(p, p->tail);
		size_t n = MIN(want - done, s->len);
		size_t ok = iobuf_put(b, (char *)page_va(s->page) + s->off, n);
		s->off = (uint16_t)(s->off + ok);
		s->len = (uint16_t)(s->len - ok);
		count_out(p, ok);
		done += ok;
		packet = s->packet && ok == n;
		if (packet) {
			count_out(p, s->len);
			s->len = 0;
		}
		if (s->len == 0)
			ring_drop(p);
		if (ok < n) {
			*err = -EFAULT;
			break;
		}
	}
	return done;
}

/* --- read and write --- */

/* => 1, 0: there will be none, -EAGAIN, -ERESTARTSYS */
static int wait_for_data(struct pipe *p, bool nonblock)
{
	while (pipe_empty(p)) {
		if (p->writers == 0)
			return 0;
		if (nonblock)
			return -EAGAIN;
		int err = WAIT_EVENT(&p->read_wait, !pipe_empty(p) || p->writers == 0);
		if (err < 0)
			return err;
	}
	return 1;
}

/* Something has been taken. */
static void wake_writers(struct pipe *p, bool was_full)
{
	if (was_full && !pipe_full(p))
		waitq_wake(&p->write_wait);
}

static void tell_closers(const struct pipe *p)
{
	for (unsigned i = 0; i < CLOSERS; i++)
		forkneed_took(p->closer[i], "end");
}

static ssize_t pipe_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pipe *p = pipe_of(f);
	size_t want = iobuf_left(b);
	int err = 0;

	(void)pos;
	if (want == 0)
		return 0;
	err = wait_for_data(p, (f->flags & O_NONBLOCK) || (b->rwf & RWF_NOWAIT));
	if (err == 0)
		tell_closers(p);
	if (err <= 0) {
		async_tell(&p->write_wait, POLL_OUT);
		return err;
	}
	bool was_full = pipe_full(p);
	forkneed_took(slot_at(p, p->tail)->mark, "data");
	err = 0;
	size_t n = ring_take(p, b, want, &err);
	wake_writers(p, was_full);
	async_tell(&p->write_wait, POLL_OUT);
	return n > 0 ? (ssize_t)n : err;
}

static ssize_t broken_pipe(unsigned rwf)
{
	if (!(rwf & RWF_NOSIGNAL))
		signal_send_task(current, SIGPIPE, NULL);
	return -EPIPE;
}

/* Wait for a free slot.  => 0, -EAGAIN, -EPIPE: nobody reads, -ERESTARTSYS */
static int wait_for_slot(struct pipe *p, bool nonblock)
{
	while (pipe_full(p) && p->readers > 0) {
		if (nonblock)
			return -EAGAIN;
		int err = WAIT_EVENT(&p->write_wait, !pipe_full(p) || p->readers == 0);
		if (err < 0)
			return err;
	}
	return p->readers == 0 ? -EPIPE : 0;
}

static ssize_t pipe_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pipe *p = pipe_of(f);
	size_t left = iobuf_left(b), done = 0;
	bool nonblock = (f->flags & O_NONBLOCK) || (b->rwf & RWF_NOWAIT);
	int err = 0;

	(void)pos;
	if (left == 0)
		return 0;
	if (p->readers == 0)
		return broken_pipe(b->rwf);
	done = ring_merge(p, b, left, &err);
	if (done > 0 && p->polled)
		waitq_wake(&p->read_wait);
	while (done < left && err == 0) {
		if (pipe_full(p) && !nonblock)
			async_tell(&p->read_wait, POLL_IN);
		err = wait_for_slot(p, nonblock);
		if (err < 0)
			break;
		bool was_empty = pipe_empty(p);
		size_t n = ring_put(p, b, left - done, (f->flags & O_DIRECT) != 0, &err);
		if (n > 0 && (was_empty || p->polled))
			waitq_wake(&p->read_wait);
		done += n;
	}
	async_tell(&p->read_wait, POLL_IN);
	if (done > 0)
		inode_touch_mtime(f->inode);
	if (err == -EPIPE) /* the signal comes also when some bytes have been written */
		err = (int)broken_pipe(b->rwf);
	return done > 0 ? (ssize_t)done : err;
}

static unsigned pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = pipe_of(f);
	int mode = f->flags & O_ACCMODE;
	unsigned events = 0;

	if (pt != NULL)
		p->polled = true;
	if (mode != O_WRONLY) {
		poll_wait(pt, &p->read_wait);
		if (!pipe_empty(p))
			events |= POLLIN | POLLRDNORM;
		/* A FIFO whose first writer has not come yet has not been hung up. */
		if (p->writers == 0 && f->priv != (void *)(uintptr_t)p->writer_opens)
			events |= POLLHUP;
	}
	if (mode != O_RDONLY) {
		poll_wait(pt, &p->write_wait);
		if (!pipe_full(p))
			events |= POLLOUT | POLLWRNORM;
		if (p->readers == 0)
			events |= POLLERR;
	}
	return events;
}

static long pipe_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	int n = (int)pipe_of(f)->used;

	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user(n, (int *)arg);
}

/* A descriptor is closed. */
static void pipe_flush(struct file *f)
{
	struct pipe *p = pipe_of(f);

	if ((f->flags & O_ACCMODE) != O_RDONLY)
		p->closer[p->closed++ % CLOSERS] = forkneed_mark();
}

static void pipe_release(struct file *f)
{
	struct pipe *p = pipe_of(f);
	int mode = f->flags & O_ACCMODE;

	if (mode != O_WRONLY && --p->readers == 0)
		waitq_wake(&p->write_wait);
	if (mode != O_RDONLY && --p->writers == 0)
		waitq_wake(&p->read_wait);
	/* The other end may poll both. */
	if (p->polled) {
		waitq_wake(&p->write_wait);
		waitq_wake(&p->read_wait);
		if ((p->readers == 0) != (p->writers == 0)) {
			async_tell(&p->read_wait, POLL_IN);
			async_tell(&p->write_wait, POLL_OUT);
		}
	}
	if (p->readers == 0 && p->writers == 0) {
		pipe_free(p);
		f->inode->pipe = NULL;
	}
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.flush = pipe_flush,
	.release = pipe_release,
};

/* --- for splice --- */

int pipe_wait_data(struct file *f, bool nonblock)
{
	return wait_for_data(pipe_of(f), nonblock || (f->flags & O_NONBLOCK));
}

int pipe_wait_room(struct file *f, bool nonblock)
{
	struct pipe *p = pipe_of(f);
	int err = wait_for_slot(p, nonblock || (f->flags & O_NONBLOCK));

	return err == -EPIPE ? (int)broken_pipe(0) : err;
}

unsigned pipe_room(const struct file *f)
{
	const struct pipe *p = f->inode->pipe;

	return p->readers == 0 || pipe_full(p) ? 0 : p->slots - (p->head - p->tail);
}

bool pipe_peek(const struct file *f, unsigned n, struct pipe_piece *piece)
{
	struct pipe *p = f->inode->pipe;

	if (n >= p->head - p->tail)
		return false;
	const struct slot *s = slot_at(p, p->tail + n);
	*piece = (struct pipe_piece){ s->page, s->off, s->len, s->packet };
	return true;
}

void pipe_skip(struct file *f, size_t n)
{
	struct pipe *p = pipe_of(f);
	struct slot *s = slot_at(p, p->tail);
	bool was_full = pipe_full(p);

	ASSERT(!pipe_empty(p) && n <= s->len);
	forkneed_took(s->mark, "data");
	s->off = (uint16_t)(s->off + n);
	s->len = (uint16_t)(s->len - n);
	count_out(p, n);
	if (s->len == 0)
		ring_drop(p);
	wake_writers(p, was_full);
	async_tell(&p->write_wait, POLL_OUT);
}

void pipe_push(struct file *f, const struct pipe_piece *piece)
{
	struct pipe *p = pipe_of(f);
	bool was_empty = pipe_empty(p);

	ASSERT(!pipe_full(p));
	slot_fill(p, piece, false);
	if (was_empty || p->polled)
		waitq_wake(&p->read_wait);
	async_tell(&p->read_wait, POLL_IN);
}

/* --- pipe(2) --- */

int pipe_create(struct file *ends[2], unsigned flags)
{
	int err;
	struct dentry *d = dentry_create(NULL, "pipe:", 5);

	if (d == NULL)
		return -ENOMEM;
	d->flags |= DE_ANON;
	d->inode = ramfs_inode(anon_mount->sb, S_IFIFO | 0600, 0, NULL, &err);
	if (d->inode == NULL)
		goto put_dentry;
	err = -ENOMEM;
	struct inode *inode = d->inode;
	inode->uid = current->cred->fsuid;
	inode->gid = current->cred->fsgid;
	inode->pipe = pipe_new();
	if (inode->pipe == NULL)
		goto put_dentry;
	ends[0] = file_create(inode, d, anon_mount, &pipe_ops, O_RDONLY | flags);
	if (ends[0] == NULL) {
		err = file_no_more();
		goto put_dentry;
	}
	inode->pipe->readers = 1;
	ends[1] = file_create(inode, d, anon_mount, &pipe_ops, O_WRONLY | flags);
	if (ends[1] == NULL) {
		err = file_no_more();
		file_put(ends[0]);
		goto put_dentry;
	}
	inode->pipe->writers = 1;
	inode->pipe->writer_opens = inode->pipe->reader_opens = 1;
	err = 0;
put_dentry:
	dentry_put(d);
	return err;
}

/* --- FIFOs --- */

/* Wait until the other side has been opened once more, even if it is closed again by now. */
static int wait_for_partner(struct pipe *p, const unsigned *opens, const unsigned *there)
{
	unsigned before = *opens;

	if (*there > 0)
		return 0;
	return WAIT_EVENT(opens == &p->writer_opens ? &p->read_wait : &p->write_wait,
			  *opens != before);
}

int fifo_open(struct inode *inode, struct file *f)
{
	int mode = f->flags & O_ACCMODE, err = 0;
	bool nonblock = (f->flags & O_NONBLOCK) != 0;

	if (mode == O_ACCMODE)
		return -EINVAL;
	if (inode->pipe == NULL)
		inode->pipe = pipe_new();
	struct pipe *p = inode->pipe;
	if (p == NULL)
		return -ENOMEM;
	if (mode == O_WRONLY && nonblock && p->readers == 0) {
		if (p->writers == 0)
			pipe_inode_evict(inode);
		return -ENXIO;
	}
	f->ops = &pipe_ops;
	if (mode != O_WRONLY) {
		p->readers++;
		p->reader_opens++;
		waitq_wake(&p->write_wait);
	}
	if (mode != O_RDONLY) {
		p->writers++;
		p->writer_opens++;
		waitq_wake(&p->read_wait);
	}
	f->priv = NULL;
	if (inode->sb == anon_mount->sb)
		return 0; /* pipe(2)'s, opened again by /proc/<pid>/fd: nobody is waited for */
	if (mode == O_RDONLY && nonblock && p->writers == 0)
		f->priv = (void *)(uintptr_t)p->writer_opens;
	if (mode == O_RDONLY && !nonblock)
		err = wait_for_partner(p, &p->writer_opens, &p->writers);
	else if (mode == O_WRONLY)
		err = wait_for_partner(p, &p->reader_opens, &p->readers);
	if (err < 0)
		pipe_release(f);
	return err;
}

/* --- F_SETPIPE_SZ --- */

long pipe_get_size(struct file *f)
{
	if (f->ops != &pipe_ops)
		return -EBADF;
	return (long)(pipe_of(f)->slots * PAGE_SIZE);
}

long pipe_set_size(struct file *f, unsigned long size)
{
	unsigned slots = 1;

	if (f->ops != &pipe_ops)
		return -EBADF;
	struct pipe *p = pipe_of(f);
	if (size > 1ul << 31)
		return -EINVAL;
	while (slots * PAGE_SIZE < size)
		slots *= 2;
	if (slots > MAX_SLOTS && slots > p->slots && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	unsigned count = p->head - p->tail;
	if (count > slots)
		return -EBUSY;
	struct slot *slot = slots > MOST_SLOTS ? NULL : kzalloc(slots * sizeof(*slot));
	if (slot == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++) {
		slot[i] = *slot_at(p, p->tail + i);
		slot[i].emptied = 0;
	}
	kfree(p->slot);
	p->slot = slot;
	p->slots = slots;
	p->tail = 0;
	p->head = count;
	waitq_wake(&p->write_wait);
	return (long)(slots * PAGE_SIZE);
}
