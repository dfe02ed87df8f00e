/* virtio.h: virtio 1.x devices: the layers between a driver and the machine.
 *
 *	driver (virtio_console.c ...)	what the device is for
 *	ring (virtio_ring.c)		split virtqueues: hand buffers over, take them back
 *	transport (virtio_mmio.c,	registers: status, features, queues, notifications, interrupts
 *	virtio_pci.c)
 *
 * The order of a life: virtio_find() or the transport's probe makes a struct virtio_device;
 * virtio_begin() negotiates features; virtq_init() for each queue; virtio_ready().
 *
 * Nothing that the device says is trusted: an index or a length out of range marks the device as
 * broken, which stops its use and nothing else.
 * Numbers: Virtual I/O Device Specification 1.1.  All functions run with interrupts off.
 */
#ifndef DRIVERS_VIRTIO_H
#define DRIVERS_VIRTIO_H

#include "lib/types.h"

#define VIRTIO_ID_CONSOLE  3
#define VIRTIO_ID_9P	   9
#define VIRTIO_F_VERSION_1 (1ull << 32)

struct virtio_device;

struct virtio_transport {
	uint8_t (*get_status)(struct virtio_device *d);
	void (*set_status)(struct virtio_device *d, uint8_t status);
	uint64_t (*get_features)(struct virtio_device *d);
	void (*set_features)(struct virtio_device *d, uint64_t features);
	/* => entries that queue n can have at most; 0: there is none */
	unsigned (*queue_max)(struct virtio_device *d, unsigned n);
	/* Physical addresses of the three parts. */
	void (*queue_start)(struct virtio_device *d, unsigned n, unsigned size, uint64_t desc,
			    uint64_t avail, uint64_t used);
	void (*notify)(struct virtio_device *d, unsigned n);
	/* A byte of what the device tells of itself. */
	uint8_t (*config)(struct virtio_device *d, unsigned offset);
	/* Acknowledge an interrupt.  => false: it was another device's */
	bool (*acknowledge)(struct virtio_device *d);
};

#define VIRTIO_QUEUES 16 /* of a PCI device: those above are not used */

struct virtio_device {
	const struct virtio_transport *transport;
	volatile uint8_t *registers;
	unsigned irq;
	bool broken;
	void (*interrupt)(struct virtio_device *d); /* the driver's */
	struct virtio_device *next;		    /* that is in use */
	/* PCI: the other groups of registers. */
	volatile uint8_t *notify, *config, *interrupt_status;
	uint32_t notify_size, notify_step, config_size;
	uint32_t notify_at[VIRTIO_QUEUES]; /* within `notify` */
};

/* Reset the device and agree on `wanted`, of which VIRTIO_F_VERSION_1 and `needed` must be there.
 * => false: the device is of no use */
bool virtio_begin(struct virtio_device *d, uint64_t wanted, uint64_t needed, uint64_t *agreed);
/* The queues are set up: take interrupts and go. */
void virtio_ready(struct virtio_device *d);
/* The device has said something impossible: it is not used any more. */
void virtio_break(struct virtio_device *d, const char *why);

/* The n-th (from 0) device of that kind that the machine has.  => false: there is none */
bool virtio_find(struct virtio_device *d, unsigned kind, unsigned n);
/* The transports' parts of that. */
bool virtio_mmio_find(struct virtio_device *d, unsigned kind, unsigned n);
bool virtio_pci_find(struct virtio_device *d, unsigned kind, unsigned n);

/* --- queues --- */

struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct virtq_avail {
	uint16_t flags, idx;
	uint16_t ring[];
};

struct virtq_used_elem {
	uint32_t id, len;
};

struct virtq_used {
	uint16_t flags, idx;
	struct virtq_used_elem ring[];
};

#define VIRTQ_SIZE 16 /* entries of each queue; a power of two */
/* Bytes of one queue: the three parts behind one another. */
#define VIRTQ_BYTES 512

struct virtq {
	struct virtio_device *device;
	unsigned index;
	volatile struct virtq_desc *desc;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	unsigned free_count;
	uint16_t next_free; /* head of the list of free descriptors */
	uint16_t last_used; /* up to where answers were taken */
	uint16_t
		link[VIRTQ_SIZE]; /* the list, and the chains that are under way: a copy of what the
					device could write to */
	uint32_t room[VIRTQ_SIZE];  /* bytes the device may write to the chain that begins here */
	bool under_way[VIRTQ_SIZE]; /* a chain begins here */
	void *token[VIRTQ_SIZE];    /* whose */
};

/* A piece of memory of a request: contiguous. */
struct virtq_piece {
	uint64_t pa;
	uint32_t len;
	bool device_writes;
};

/* `memory`: VIRTQ_BYTES, zeroed, aligned to 16, at physical address pa.  => false: the device has no
 * such queue */
bool virtq_init(struct virtq *q, struct virtio_device *d, unsigned index, void *memory,
		uint64_t pa);
/* Offer a request.  The device does not look before virtq_kick().  => false: no room */
bool virtq_add(struct virtq *q, const struct virtq_piece *pieces, unsigned n, void *token);
void virtq_kick(struct virtq *q);
/* Take a request back that is done.  *len: bytes the device says it has written, at most what it was
 * allowed.  => its token, or NULL */
void *virtq_take(struct virtq *q, uint32_t *len);
/* Requests are to be announced by an interrupt, or not.  => true: one is done already */
bool virtq_interrupts(struct virtq *q, bool on);

#endif
