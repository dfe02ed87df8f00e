/* virtio_ring.c: split virtqueues (virtio 1.1, 2.6).  The device reads and writes the three parts in
 * memory whenever it likes; what must stay true is kept in struct virtq, beside them. */
#include "drivers/virtio.h"

#define F_NEXT	       1
#define F_WRITE	       2
#define F_NO_INTERRUPT 1
#define AVAIL_OFFSET   (VIRTQ_SIZE * sizeof(struct virtq_desc))
#define USED_OFFSET    ((AVAIL_OFFSET + sizeof(struct virtq_avail) + 2 * VIRTQ_SIZE + 2 + 3) & ~3ul)

_Static_assert(USED_OFFSET + sizeof(struct virtq_used) +
			       VIRTQ_SIZE * sizeof(struct virtq_used_elem) + 2 <=
		       VIRTQ_BYTES,
	       "a queue fits into its memory");

/* What was written before must be seen before what is written next, by another processor. */
static void write_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool virtq_init(struct virtq *q, struct virtio_device *d, unsigned index, void *memory, uint64_t pa)
{
	if (d->transport->queue_max(d, index) < VIRTQ_SIZE)
		return false;
	*q = (struct virtq){ .device = d, .index = index, .free_count = VIRTQ_SIZE };
	q->desc = memory;
	q->avail = (void *)((char *)memory + AVAIL_OFFSET);
	q->used = (void *)((char *)memory + USED_OFFSET);
	for (unsigned i = 0; i < VIRTQ_SIZE; i++)
		q->link[i] = (uint16_t)(i + 1);
	d->transport->queue_start(d, index, VIRTQ_SIZE, pa, pa + AVAIL_OFFSET, pa + USED_OFFSET);
	return true;
}

bool virtq_add(struct virtq *q, const struct virtq_piece *pieces, unsigned n, void *token)
{
	uint16_t head = q->next_free, at = head;
	uint32_t room = 0;

	if (q->device->broken || n == 0 || n > q->free_count)
		return false;
	for (unsigned i = 0; i < n; i++) {
		volatile struct virtq_desc *d = &q->desc[at];
		bool last = i + 1 == n;

		d->addr = pieces[i].pa;
		d->len = pieces[i].len;
		d->flags =
			(uint16_t)((last ? 0 : F_NEXT) | (pieces[i].device_writes ? F_WRITE : 0));
		d->next = last ? 0 : q->link[at];
		room += pieces[i].device_writes ? pieces[i].len : 0;
		if (!last)
			at = q->link[at];
	}
	q->next_free = q->link[at];
	q->link[at] = VIRTQ_SIZE; /* the end of the chain */
	q->free_count -= n;
	q->token[head] = token;
	q->room[head] = room;
	q->under_way[head] = true;
	q->avail->ring[q->avail->idx % VIRTQ_SIZE] = head;
	write_barrier();
	q->avail->idx++;
	return true;
}

void virtq_kick(struct virtq *q)
{
	full_barrier();
	if (!q->device->broken && (q->used->flags & 1) == 0)
		q->device->transport->notify(q->device, q->index);
}

static void free_chain(struct virtq *q, uint16_t head)
{
	uint16_t at = head;

	q->under_way[head] = false;
	q->free_count++;
	while (q->link[at] != VIRTQ_SIZE) {
		at = q->link[at];
		q->free_count++;
	}
	q->link[at] = q->next_free;
	q->next_free = head;
}

void *virtq_take(struct virtq *q, uint32_t *len)
{
	uint16_t idx = q->used->idx;

	if (q->device->broken || idx == q->last_used)
		return NULL;
	if ((uint16_t)(idx - q->last_used) > VIRTQ_SIZE) {
		virtio_break(q->device, "more answers than requests");
		return NULL;
	}
	full_barrier();
	uint32_t id = q->used->ring[q->last_used % VIRTQ_SIZE].id;
	uint32_t written = q->used->ring[q->last_used % VIRTQ_SIZE].len;
	if (id >= VIRTQ_SIZE || !q->under_way[id]) {
		virtio_break(q->device, "an answer to no request");
		return NULL;
	}
	q->last_used++;
	*len = written < q->room[id] ? written : q->room[id];
	free_chain(q, (uint16_t)id);
	return q->token[id];
}

bool virtq_interrupts(struct virtq *q, bool on)
{
	q->avail->flags = on ? 0 : F_NO_INTERRUPT;
	full_barrier();
	return q->used->idx != q->last_used;
}
