/* pipe.c: pipes and FIFOs.
 *
 * A pipe is a ring of bytes: `tail` and `head` count the bytes ever read and written, and page
 * number (count / PAGE_SIZE) mod slots holds a byte.  Pages come when the writer gets there and go
 * when the reader leaves them; one is kept, so that small messages allocate nothing.
 *
 * Atomic: a write of up to PIPE_BUF bytes goes in whole or waits; nothing can come in between since
 * the kernel is not preempted and a copy does not sleep.  Longer ones may be mixed with others.
 *
 * Waking is for those who can use it: readers when the pipe was empty before, writers when there was
 * no room for PIPE_BUF before and is now.  That is also when poll's answer changes; epoll in edge
 * mode wants to hear of every write, so a pipe that was ever polled wakes each time.
 *
 * Whoever slept looks at everything again. */

#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/capability.h>

#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define PIPE_BUF 4096ul
#define DEFAULT_SLOTS 16
#define MAX_SLOTS 256 /* /proc/sys/fs/pipe-max-size: 1 MiB */

struct pipe {
	struct page **page;
	unsigned slots;	     /* a power of two */
	uint64_t head, tail; /* bytes written, bytes read */
	unsigned readers, writers;
	unsigned reader_opens, writer_opens; /* ever: for the opening of FIFOs */
	bool polled;
	struct waitq read_wait, write_wait;
};

static CACHE(pipe_cache, struct pipe);

/* --- life --- */

static struct pipe *pipe_new(void)
{
	struct pipe *p = cache_alloc(&pipe_cache);

	if (p == NULL)
		return NULL;
	p->page = kzalloc(DEFAULT_SLOTS * sizeof(struct page *));
	if (p->page == NULL) {
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
	for (unsigned i = 0; i < p->slots; i++) {
		if (p->page[i] != NULL)
			page_put(p->page[i]);
	}
	kfree(p->page);
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

static size_t pipe_used(const struct pipe *p)
{
	return (size_t)(p->head - p->tail);
}

static size_t pipe_room(const struct pipe *p)
{
	return p->slots * PAGE_SIZE - pipe_used(p);
}

static struct page **slot_of(struct pipe *p, uint64_t at)
{
	return &p->page[(at >> PAGE_SHIFT) & (p->slots - 1)];
}

/* Put up to n bytes in.  => bytes; fewer when memory is short or the program's page faults */
static size_t ring_put(struct pipe *p, struct iobuf *b, size_t n, int *err)
{
	size_t done = 0;

	while (done < n) {
		size_t off = p->head & PAGE_MASK;
		size_t part = MIN(PAGE_SIZE - off, n - done);
		struct page **slot = slot_of(p, p->head);
		/* When the ring is nearly full the last page is also the first one: it is there. */
		bool fresh = *slot == NULL;
		if (fresh)
			*slot = page_alloc(0);
		if (*slot == NULL) {
			*err = -ENOMEM;
			break;
		}
		size_t ok = iobuf_take(b, (char *)page_va(*slot) + off, part);
		if (fresh && ok == 0) {
			page_put(*slot);
			*slot = NULL;
		}
		p->head += ok;
		done += ok;
		if (ok < part) {
			*err = -EFAULT;
			break;
		}
	}
	return done;
}

/* The reader has left the page before `at`. */
static void leave_page(struct pipe *p, uint64_t at)
{
	struct page **slot = slot_of(p, at - 1);

	if (p->head != p->tail && slot == slot_of(p, p->head) && (p->head & PAGE_MASK) != 0)
		return; /* the writer is in it again */
	page_put(*slot);
	*slot = NULL;
}

static size_t ring_take(struct pipe *p, struct iobuf *b, size_t n, int *err)
{
	size_t done = 0;

	while (done < n) {
		size_t off = p->tail & PAGE_MASK;
		size_t part = MIN(PAGE_SIZE - off, n - done);
		size_t ok = iobuf_put(b, (char *)page_va(*slot_of(p, p->tail)) + off, part);
		p->tail += ok;
		done += ok;
		if (ok < part) {
			*err = -EFAULT;
			break;
		}
		if ((p->tail & PAGE_MASK) == 0 && p->tail != p->head)
			leave_page(p, p->tail);
	}
	/* Empty: start again at the beginning of the page that is there. */
	if (p->head == p->tail) {
		struct page **slot = slot_of(p, p->tail - (p->tail > 0 ? 1 : 0));
		struct page *kept = *slot;
		*slot = NULL;
		p->head = p->tail = 0;
		p->page[0] = kept;
	}
	return done;
}

/* --- read and write --- */

static void wake_readers(struct pipe *p, bool was_empty)
{
	if (was_empty || p->polled)
		waitq_wake(&p->read_wait);
}

static ssize_t pipe_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pipe *p = pipe_of(f);
	size_t want = iobuf_left(b);
	int err = 0;

	(void)pos;
	if (want == 0)
		return 0;
	while (pipe_used(p) == 0) {
		if (p->writers == 0)
			return 0;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = WAIT_EVENT(&p->read_wait, pipe_used(p) > 0 || p->writers == 0);
		if (err < 0)
			return err;
	}
	bool no_room = pipe_room(p) < PIPE_BUF;
	size_t n = ring_take(p, b, MIN(want, pipe_used(p)), &err);
	if ((no_room && pipe_room(p) >= PIPE_BUF) || (p->polled && n > 0))
		waitq_wake(&p->write_wait);
	return n > 0 ? (ssize_t)n : err;
}

static ssize_t broken_pipe(void)
{
	signal_send_task(current, SIGPIPE, NULL);
	return -EPIPE;
}

static ssize_t pipe_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pipe *p = pipe_of(f);
	size_t left = iobuf_left(b), done = 0;
	bool atomic = left <= PIPE_BUF;
	int err = 0;

	(void)pos;
	if (left == 0)
		return 0;
	while (left > 0 && err == 0) {
		size_t need = atomic ? left : 1;
		if (p->readers == 0) {
			if (done > 0)
				break;
			return broken_pipe();
		}
		if (pipe_room(p) < need) {
			if (f->flags & O_NONBLOCK) {
				err = -EAGAIN;
				break;
			}
			need = atomic ? left : PIPE_BUF;
			err = WAIT_EVENT(&p->write_wait,
					 pipe_room(p) >= need || p->readers == 0);
			continue;
		}
		bool was_empty = pipe_used(p) == 0;
		size_t n = ring_put(p, b, MIN(left, pipe_room(p)), &err);
		if (n > 0)
			wake_readers(p, was_empty);
		done += n;
		left -= n;
	}
	if (done > 0)
		inode_touch_mtime(f->inode);
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
		if (pipe_used(p) > 0)
			events |= POLLIN | POLLRDNORM;
		/* A FIFO whose first writer has not come yet has not been hung up. */
		if (p->writers == 0 && f->priv != (void *)(uintptr_t)p->writer_opens)
			events |= POLLHUP;
	}
	if (mode != O_RDONLY) {
		poll_wait(pt, &p->write_wait);
		if (pipe_room(p) >= PIPE_BUF)
			events |= POLLOUT | POLLWRNORM;
		if (p->readers == 0)
			events |= POLLERR;
	}
	return events;
}

static long pipe_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	int n = (int)pipe_used(pipe_of(f));

	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user(n, (int *)arg);
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
	.release = pipe_release,
};

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
	inode->uid = current->proc->fsuid;
	inode->gid = current->proc->fsgid;
	inode->pipe = pipe_new();
	if (inode->pipe == NULL)
		goto put_dentry;
	ends[0] = file_create(inode, d, anon_mount, &pipe_ops, O_RDONLY | flags);
	if (ends[0] == NULL)
		goto put_dentry;
	inode->pipe->readers = 1;
	ends[1] = file_create(inode, d, anon_mount, &pipe_ops, O_WRONLY | flags);
	if (ends[1] == NULL) {
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
	if (mode == O_RDONLY && nonblock && p->writers == 0)
		f->priv = (void *)(uintptr_t)p->writer_opens;
	if (inode->sb == anon_mount->sb)
		return 0; /* pipe(2)'s, opened again by /proc/<pid>/fd: nobody is waited for */
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
	/* The bytes span at most one page more than they fill. */
	uint64_t first = p->tail >> PAGE_SHIFT;
	uint64_t last = pipe_used(p) == 0 ? first : (p->head - 1) >> PAGE_SHIFT;
	if (last - first >= slots || p->head - p->tail > slots * PAGE_SIZE)
		return -EBUSY;
	struct page **page = kzalloc(slots * sizeof(*page));
	if (page == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < p->slots; i++) {
		struct page **slot = slot_of(p, (first + i) << PAGE_SHIFT);
		if (i <= last - first)
			page[(first + i) & (slots - 1)] = *slot;
		else if (*slot != NULL)
			page_put(*slot);
	}
	kfree(p->page);
	p->page = page;
	p->slots = slots;
	waitq_wake(&p->write_wait);
	return (long)(slots * PAGE_SIZE);
}
