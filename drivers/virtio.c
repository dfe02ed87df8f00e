/* virtio.c: what all virtio devices have in common: the start (virtio 1.1, 3.1). */
#include "drivers/virtio.h"

#include "arch/arch.h"
#include "lib/print.h"

#define ACKNOWLEDGE 1
#define DRIVER	    2
#define DRIVER_OK   4
#define FEATURES_OK 8
#define FAILED	    128

static struct virtio_device *devices; /* in use */

static void add_status(struct virtio_device *d, uint8_t bit)
{
	d->transport->set_status(d, d->transport->get_status(d) | bit);
}

bool virtio_begin(struct virtio_device *d, uint64_t wanted, uint64_t needed, uint64_t *agreed)
{
	uint64_t features;

	d->transport->set_status(d, 0);
	add_status(d, ACKNOWLEDGE);
	add_status(d, DRIVER);
	needed |= VIRTIO_F_VERSION_1;
	features = d->transport->get_features(d) & (wanted | needed);
	if ((features & needed) != needed) {
		add_status(d, FAILED);
		return false;
	}
	d->transport->set_features(d, features);
	add_status(d, FEATURES_OK);
	if ((d->transport->get_status(d) & FEATURES_OK) == 0) {
		add_status(d, FAILED);
		return false;
	}
	*agreed = features;
	return true;
}

bool virtio_find(struct virtio_device *d, unsigned kind, unsigned n)
{
	unsigned in_memory = 0;

	if (virtio_mmio_find(d, kind, n))
		return true;
	while (in_memory < n && virtio_mmio_find(d, kind, in_memory))
		in_memory++;
	return virtio_pci_find(d, kind, n - in_memory);
}

/* Of one line, which devices may share. */
static void on_interrupt(void *arg)
{
	const struct virtio_device *first = arg;

	for (struct virtio_device *d = devices; d != NULL; d = d->next) {
		if (d->irq == first->irq && d->transport->acknowledge(d) && !d->broken)
			d->interrupt(d);
	}
}

void virtio_ready(struct virtio_device *d)
{
	d->next = devices;
	devices = d;
	arch_irq_handler(d->irq, on_interrupt, d);
	add_status(d, DRIVER_OK);
}

void virtio_break(struct virtio_device *d, const char *why)
{
	if (!d->broken)
		kprintf("virtio: the device gives %s; it is not used any more\n", why);
	d->broken = true;
}
