/* virtio_pci.c: virtio devices on the PCI bus (virtio 1.1, 4.1), the modern kind only.
 *
 * Vendor-specific capabilities of the configuration space say in which base address register, and where
 * in it, each of the four groups of registers is.  Interrupts come by the slot's line, which other
 * devices may share; reading the interrupt status takes the device's off. */
#include "arch/arch.h"
#include "drivers/pci.h"
#include "drivers/virtio.h"
#include "lib/print.h"

#define VENDOR	     0x1af4
#define DEVICE_FIRST 0x1040 /* plus the kind */

#define CAP_VENDOR    9 /* PCI_CAP_ID_VNDR */
#define CAP_COMMON    1
#define CAP_NOTIFY    2
#define CAP_INTERRUPT 3
#define CAP_DEVICE    4
#define CAPS_MAX      32
#define GROUP_MAX     0x10000u /* bytes of a group that are looked at */
#define COMMON_SIZE   56u

#define FEATURES_SELECT 0
#define FEATURES	4
#define DRIVER_SELECT	8
#define DRIVER_FEATURES 12
#define STATUS		20
#define QUEUE_SELECT	22
#define QUEUE_SIZE	24
#define QUEUE_ENABLE	28
#define QUEUE_NOTIFY	30
#define QUEUE_DESC	32 /* each of these: 8 bytes */
#define QUEUE_AVAIL	40
#define QUEUE_USED	48

static uint8_t get8(struct virtio_device *d, unsigned reg)
{
	return d->registers[reg];
}

static uint16_t get16(struct virtio_device *d, unsigned reg)
{
	return *(volatile uint16_t *)(d->registers + reg);
}

static uint32_t get32(struct virtio_device *d, unsigned reg)
{
	return *(volatile uint32_t *)(d->registers + reg);
}

static void set16(struct virtio_device *d, unsigned reg, unsigned value)
{
	*(volatile uint16_t *)(d->registers + reg) = (uint16_t)value;
}

static void set32(struct virtio_device *d, unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)(d->registers + reg) = value;
}

static void set64(struct virtio_device *d, unsigned reg, uint64_t value)
{
	set32(d, reg, (uint32_t)value);
	set32(d, reg + 4, (uint32_t)(value >> 32));
}

static uint8_t get_status(struct virtio_device *d)
{
	return get8(d, STATUS);
}

static void set_status(struct virtio_device *d, uint8_t status)
{
	d->registers[STATUS] = status;
	/* A reset is done when the status reads as zero. */
	for (unsigned i = 0; status == 0 && i < 1000 && get8(d, STATUS) != 0; i++)
		arch_irq_window();
}

static uint64_t get_features(struct virtio_device *d)
{
	uint64_t low;

	set32(d, FEATURES_SELECT, 0);
	low = get32(d, FEATURES);
	set32(d, FEATURES_SELECT, 1);
	return low | (uint64_t)get32(d, FEATURES) << 32;
}

static void set_features(struct virtio_device *d, uint64_t features)
{
	set32(d, DRIVER_SELECT, 0);
	set32(d, DRIVER_FEATURES, (uint32_t)features);
	set32(d, DRIVER_SELECT, 1);
	set32(d, DRIVER_FEATURES, (uint32_t)(features >> 32));
}

static unsigned queue_max(struct virtio_device *d, unsigned n)
{
	if (n >= VIRTIO_QUEUES)
		return 0;
	set16(d, QUEUE_SELECT, n);
	return get16(d, QUEUE_SIZE);
}

static void queue_start(struct virtio_device *d, unsigned n, unsigned size, uint64_t desc,
			uint64_t avail, uint64_t used)
{
	set16(d, QUEUE_SELECT, n);
	set16(d, QUEUE_SIZE, size);
	set64(d, QUEUE_DESC, desc);
	set64(d, QUEUE_AVAIL, avail);
	set64(d, QUEUE_USED, used);
	uint64_t at = (uint64_t)get16(d, QUEUE_NOTIFY) * d->notify_step;
	if (at > d->notify_size - 2) {
		virtio_break(d, "a place for notifications outside its registers");
		at = 0;
	}
	d->notify_at[n] = (uint32_t)at;
	set16(d, QUEUE_ENABLE, 1);
}

static void notify(struct virtio_device *d, unsigned n)
{
	*(volatile uint16_t *)(d->notify + d->notify_at[n]) = (uint16_t)n;
}

static uint8_t config(struct virtio_device *d, unsigned offset)
{
	return offset < d->config_size ? d->config[offset] : 0;
}

static bool acknowledge(struct virtio_device *d)
{
	return *d->interrupt_status != 0;
}

static const struct virtio_transport pci = {
	.get_status = get_status,
	.set_status = set_status,
	.get_features = get_features,
	.set_features = set_features,
	.queue_max = queue_max,
	.queue_start = queue_start,
	.notify = notify,
	.config = config,
	.acknowledge = acknowledge,
};

/* --- finding one --- */

/* Map the group of registers that the capability at `cap` tells of.  => NULL: there is none there */
static volatile uint8_t *map_group(const struct pci_device *p, unsigned cap, uint32_t *size)
{
	unsigned bar = pci_get(p, cap + 4) & 0xff;
	uint32_t offset = pci_get(p, cap + 8), length = pci_get(p, cap + 12);
	uint64_t whole, at;

	*size = MIN(length, GROUP_MAX);
	if (bar >= PCI_BARS || length == 0)
		return NULL;
	at = pci_memory(p, bar, &whole);
	if (at == 0 || offset > whole || length > whole - offset)
		return NULL;
	return arch_map_device(at + offset, *size);
}

static void take_capability(struct virtio_device *d, const struct pci_device *p, unsigned cap)
{
	unsigned kind = pci_get(p, cap) >> 24;
	uint32_t size;
	volatile uint8_t *group;

	if (kind < CAP_COMMON || kind > CAP_DEVICE)
		return;
	group = map_group(p, cap, &size);
	if (group == NULL)
		return;
	if (kind == CAP_COMMON && size >= COMMON_SIZE) {
		d->registers = group;
	} else if (kind == CAP_NOTIFY && size >= 2) {
		d->notify = group;
		d->notify_size = size;
		d->notify_step = pci_get(p, cap + 16);
	} else if (kind == CAP_INTERRUPT) {
		d->interrupt_status = group;
	} else if (kind == CAP_DEVICE) {
		d->config = group;
		d->config_size = size;
	}
}

bool virtio_pci_find(struct virtio_device *d, unsigned kind, unsigned n)
{
	struct pci_device p;
	unsigned cap;

	*d = (struct virtio_device){ .transport = &pci };
	if (!pci_find(&p, VENDOR, (uint16_t)(DEVICE_FIRST + kind), n))
		return false;
	cap = pci_first_capability(&p);
	for (unsigned i = 0; cap != 0 && i < CAPS_MAX; i++) {
		uint32_t head = pci_get(&p, cap);

		if ((head & 0xff) == CAP_VENDOR)
			take_capability(d, &p, cap);
		cap = head >> 8 & 0xfc;
	}
	d->irq = pci_interrupt(&p);
	if (d->registers == NULL || d->notify == NULL || d->interrupt_status == NULL ||
	    d->irq == 0) {
		kprintf("virtio: the device in PCI slot %u cannot be used\n", p.slot);
		return false;
	}
	pci_master(&p);
	return true;
}
