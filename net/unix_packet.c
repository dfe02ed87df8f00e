/* unix_packet.c: messages on their way, and what they cost their sender.
 *
 * Short data lie behind the header in one block of memory, longer ones in pages of their own.  What a
 * packet is charged with is what it costs on Linux, roughly: programs see it as the number of messages
 * that fit into a send buffer. */

#include "fs/async.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/unix.h"

#define INLINE_MAX   1700
#define HEADER_COST  256			/* of Linux' buffer header */
#define TRAILER_COST 320			/* ... and of what it keeps behind the data */
#define STREAM_HEAD  (PAGE_SIZE - TRAILER_COST) /* what Linux keeps in one block of memory */
#define MESSAGE_HEAD (4 * PAGE_SIZE - TRAILER_COST)

static size_t charge_of(size_t n, bool stream)
{
	size_t head = stream ? STREAM_HEAD : MESSAGE_HEAD, paged = 0, block = 512;

	if (n > head)
		paged = MIN(ALIGN_UP(n - head, PAGE_SIZE), n);
	while (block < ALIGN_UP(n - paged, 64) + TRAILER_COST)
		block *= 2;
	return block + ALIGN_UP(paged, PAGE_SIZE) + HEADER_COST;
}

static void free_pages(struct packet *p)
{
	for (unsigned i = 0; i < p->page_count; i++)
		page_put(p->page[i]);
	kfree(p);
}

static struct packet *alloc_inline(size_t n)
{
	struct packet *p = kmalloc(sizeof(*p) + n);

	if (p != NULL)
		p->page_count = 0;
	return p;
}

static struct packet *alloc_pages(size_t n)
{
	size_t count = ALIGN_UP(n, PAGE_SIZE) / PAGE_SIZE;
	struct packet *p = kmalloc(sizeof(*p) + count * sizeof(struct page *));

	if (p == NULL)
		return NULL;
	p->page_count = 0;
	while (p->page_count < count) {
		struct page *page = page_alloc(0);
		if (page == NULL) {
			free_pages(p);
			return NULL;
		}
		p->page[p->page_count++] = page;
	}
	return p;
}

/* The bytes at off that lie together: *n is cut to their number. */
static char *piece(const struct packet *p, size_t off, size_t *n)
{
	if (p->page_count == 0)
		return (char *)p->data + off;
	size_t in_page = off & (PAGE_SIZE - 1);
	*n = MIN(*n, PAGE_SIZE - in_page);
	return (char *)page_va(p->page[off / PAGE_SIZE]) + in_page;
}

static int fill(struct packet *p, struct iobuf *b, size_t n)
{
	for (size_t done = 0; done < n;) {
		size_t part = n - done;
		char *to = piece(p, done, &part);
		if (iobuf_take(b, to, part) < part)
			return -EFAULT;
		done += part;
	}
	return 0;
}

struct packet *packet_create(struct unix_socket *u, struct iobuf *b, size_t n, struct scm *scm,
			     int *err)
{
	struct packet *p = n <= INLINE_MAX ? alloc_inline(n) : alloc_pages(n);

	*err = -ENOMEM;
	if (p == NULL)
		return NULL;
	*err = fill(p, b, n);
	if (*err == 0 && scm->rights != NULL)
		*err = rights_launch(scm->rights);
	if (*err < 0) {
		free_pages(p);
		return NULL;
	}
	p->off = 0;
	p->len = n;
	p->sent = 0;
	p->peeked = false;
	p->mark = forkneed_mark();
	p->scm = *scm;
	scm->rights = NULL;
	p->charge = charge_of(n, unix_is_stream(u));
	p->from = u;
	unix_get(u);
	u->charged += p->charge;
	return p;
}

void packet_free(struct packet *p)
{
	struct unix_socket *from = p->from;
	bool writable = unix_writable(from);

	from->charged -= p->charge;
	if (unix_writable(from))
		waitq_wake(&from->s.write_wait);
	if (!writable && unix_writable(from))
		async_tell(&from->s.write_wait, POLL_OUT);
	unix_put(from);
	scm_drop(&p->scm);
	free_pages(p);
}

int packet_copy(const struct packet *p, size_t skip, size_t n, struct iobuf *b)
{
	size_t off = p->off + skip;

	forkneed_took(p->mark, "data");
	while (n > 0) {
		size_t part = n;
		const char *data = piece(p, off, &part);
		if (iobuf_put(b, data, part) < part)
			return -EFAULT;
		off += part;
		n -= part;
	}
	return 0;
}

void packet_append(struct unix_socket *to, struct packet *p)
{
	list_append(&to->packets, &p->link);
	to->packet_count++;
	waitq_wake(&to->s.read_wait);
	async_tell(&to->s.read_wait, POLL_IN);
}

void packet_unlink(struct unix_socket *u, struct packet *p)
{
	list_remove(&p->link);
	u->packet_count--;
}

int unix_wait_sendable(struct unix_socket *u, unsigned flags, uint64_t *deadline)
{
	for (;;) {
		int err = socket_take_error(&u->s);
		if (err < 0)
			return err;
		if (u->s.no_write)
			return -EPIPE;
		if (u->charged < u->s.sndbuf)
			return 0;
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		if (*deadline == 0)
			*deadline = socket_deadline(u->s.send_limit);
		err = SOCKET_WAIT(&u->s.write_wait,
				  u->charged < u->s.sndbuf || u->s.no_write || u->s.error != 0,
				  *deadline);
		if (err < 0)
			return err;
	}
}
