/* virtio_9p.h: folders of the host, as messages (virtio 1.1, 5.10: not there; QEMU's hw/9pfs): a request
 * and the room for its answer go to the device together.  What is in them is fs/p9*.c's business.
 *
 * Each device is one folder, and has a name, its tag. */
#ifndef DRIVERS_VIRTIO_9P_H
#define DRIVERS_VIRTIO_9P_H

#include "lib/list.h"

#define V9P_DEVICES 8
#define V9P_TAG_MAX 64

struct v9p;

/* All memory is of the direct map, each piece contiguous.  It is the device's until done() is called. */
struct v9p_request {
	struct list link;
	const void *out; /* the message, and behind it (or behind the answer's head) data */
	void *in, *data;
	uint32_t out_len, in_size, data_len;
	bool data_is_in; /* data are the answer's */
	uint32_t
		in_len; /* bytes of the answer, data included, once it is there; 0: never will be */
	/* From an interrupt or v9p_poll(). */
	void (*done)(struct v9p_request *r);
};

/* The folder of that tag.  => NULL: there is none, or its device cannot be used */
struct v9p *v9p_find(const char *tag);
/* => false: no room before another request is done, or the device is broken */
bool v9p_submit(struct v9p *d, struct v9p_request *r);
/* Take answers that have come, without waiting for the interrupt. */
void v9p_poll(struct v9p *d);
/* It will answer nothing any more. */
bool v9p_broken(const struct v9p *d);

#endif
