/* virtio_9p.c: see virtio_9p.h.  One queue; the configuration space holds the tag: its length in two
 * bytes, little endian, and its bytes. */
#include "drivers/virtio_9p.h"

#include "drivers/virtio.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"

#define F_MOUNT_TAG 1ull

struct v9p {
	struct virtio_device device;
	struct virtq queue;
	struct list under_way;
	char tag[V9P_TAG_MAX + 1];
};

static struct v9p devices[V9P_DEVICES];
static unsigned device_count;
static bool looked;

static uint64_t pa_of(const void *p)
{
	uintptr_t va = (uintptr_t)p;

	return page_pa(page_of_va((void *)(va & ~PAGE_MASK))) + (va & PAGE_MASK);
}

/* --- requests --- */

static void finish(struct v9p_request *r, uint32_t len)
{
	list_remove(&r->link);
	r->in_len = len;
	r->done(r);
}

void v9p_poll(struct v9p *d)
{
	struct v9p_request *r;
	uint32_t len;

	while ((r = virtq_take(&d->queue, &len)) != NULL)
		finish(r, len);
	while (d->device.broken && !list_empty(&d->under_way))
		finish(LIST_FIRST(&d->under_way, struct v9p_request, link), 0);
}

static void interrupt(struct virtio_device *device)
{
	v9p_poll(CONTAINER_OF(device, struct v9p, device));
}

bool v9p_submit(struct v9p *d, struct v9p_request *r)
{
	struct virtq_piece pieces[3];
	unsigned n = 0;

	pieces[n++] = (struct virtq_piece){ pa_of(r->out), r->out_len, false };
	if (r->data_len > 0 && !r->data_is_in)
		pieces[n++] = (struct virtq_piece){ pa_of(r->data), r->data_len, false };
	pieces[n++] = (struct virtq_piece){ pa_of(r->in), r->in_size, true };
	if (r->data_len > 0 && r->data_is_in)
		pieces[n++] = (struct virtq_piece){ pa_of(r->data), r->data_len, true };
	if (!virtq_add(&d->queue, pieces, n, r))
		return false;
	list_append(&d->under_way, &r->link);
	virtq_kick(&d->queue);
	return true;
}

bool v9p_broken(const struct v9p *d)
{
	return d->device.broken;
}

/* --- start --- */

static bool read_tag(struct v9p *d)
{
	const struct virtio_transport *t = d->device.transport;
	unsigned len = t->config(&d->device, 0) | (unsigned)t->config(&d->device, 1) << 8;

	if (len == 0 || len > V9P_TAG_MAX)
		return false;
	for (unsigned i = 0; i < len; i++)
		d->tag[i] = (char)t->config(&d->device, 2 + i);
	return true;
}

static bool start(struct v9p *d)
{
	void *memory = kzalloc(VIRTQ_BYTES);
	uint64_t features;

	list_init(&d->under_way);
	d->device.interrupt = interrupt;
	if (memory == NULL || !virtio_begin(&d->device, F_MOUNT_TAG, F_MOUNT_TAG, &features) ||
	    !read_tag(d) || !virtq_init(&d->queue, &d->device, 0, memory, pa_of(memory))) {
		kprintf("virtio: a folder of the host cannot be used\n");
		return false;
	}
	virtio_ready(&d->device);
	return true;
}

/* All that there are, once. */
static void look(void)
{
	for (unsigned n = 0; device_count < V9P_DEVICES; n++) {
		struct v9p *d = &devices[device_count];

		if (!virtio_find(&d->device, VIRTIO_ID_9P, n))
			break;
		if (start(d))
			device_count++;
	}
	looked = true;
}

struct v9p *v9p_find(const char *tag)
{
	if (!looked)
		look();
	for (unsigned i = 0; i < device_count; i++) {
		if (strcmp(devices[i].tag, tag) == 0)
			return &devices[i];
	}
	return NULL;
}
