/* virtio_mmio.c: virtio devices whose registers are in memory (virtio 1.1, 4.2).
 *
 * Where they are stands on the command line, in Linux's form
 * "virtio_mmio.device=SIZE@ADDRESS:INTERRUPT"; QEMU's microvm and Firecracker write it there. */
#include "arch/arch.h"
#include "boot/boot.h"
#include "drivers/virtio.h"
#include "lib/string.h"

#define MAGIC		 0x000
#define MAGIC_VALUE	 0x74726976
#define VERSION		 0x004
#define DEVICE_ID	 0x008
#define FEATURES	 0x010
#define FEATURES_SELECT	 0x014
#define DRIVER_FEATURES	 0x020
#define DRIVER_SELECT	 0x024
#define QUEUE_SELECT	 0x030
#define QUEUE_MAX	 0x034
#define QUEUE_SIZE	 0x038
#define QUEUE_READY	 0x044
#define QUEUE_NOTIFY	 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK	 0x064
#define STATUS		 0x070
#define QUEUE_DESC	 0x080 /* each of these: low half, high half */
#define QUEUE_AVAIL	 0x090
#define QUEUE_USED	 0x0a0
#define CONFIG		 0x100

#define OPTION	   "virtio_mmio.device="
#define LEAST_SIZE 0x200
#define SLOTS	   32
#define ISA_LINES  16

static uint32_t get(struct virtio_device *d, unsigned reg)
{
	return *(volatile uint32_t *)(d->registers + reg);
}

static void set(struct virtio_device *d, unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)(d->registers + reg) = value;
}

static uint8_t get_status(struct virtio_device *d)
{
	return (uint8_t)get(d, STATUS);
}

static void set_status(struct virtio_device *d, uint8_t status)
{
	set(d, STATUS, status);
}

static uint64_t get_features(struct virtio_device *d)
{
	uint64_t low;

	set(d, FEATURES_SELECT, 0);
	low = get(d, FEATURES);
	set(d, FEATURES_SELECT, 1);
	return low | (uint64_t)get(d, FEATURES) << 32;
}

static void set_features(struct virtio_device *d, uint64_t features)
{
	set(d, DRIVER_SELECT, 0);
	set(d, DRIVER_FEATURES, (uint32_t)features);
	set(d, DRIVER_SELECT, 1);
	set(d, DRIVER_FEATURES, (uint32_t)(features >> 32));
}

static unsigned queue_max(struct virtio_device *d, unsigned n)
{
	set(d, QUEUE_SELECT, n);
	return get(d, QUEUE_MAX);
}

static void set_address(struct virtio_device *d, unsigned reg, uint64_t pa)
{
	set(d, reg, (uint32_t)pa);
	set(d, reg + 4, (uint32_t)(pa >> 32));
}

static void queue_start(struct virtio_device *d, unsigned n, unsigned size, uint64_t desc,
			uint64_t avail, uint64_t used)
{
	set(d, QUEUE_SELECT, n);
	set(d, QUEUE_SIZE, size);
	set_address(d, QUEUE_DESC, desc);
	set_address(d, QUEUE_AVAIL, avail);
	set_address(d, QUEUE_USED, used);
	set(d, QUEUE_READY, 1);
}

static void notify(struct virtio_device *d, unsigned n)
{
	set(d, QUEUE_NOTIFY, n);
}

static uint8_t config(struct virtio_device *d, unsigned offset)
{
	return offset < LEAST_SIZE - CONFIG ? d->registers[CONFIG + offset] : 0;
}

static bool acknowledge(struct virtio_device *d)
{
	uint32_t status = get(d, INTERRUPT_STATUS);

	set(d, INTERRUPT_ACK, status);
	return status != 0;
}

static const struct virtio_transport mmio = {
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

/* "SIZE@ADDRESS:INTERRUPT".  => false: not that */
static bool parse(const char *text, uint64_t *address, unsigned *irq)
{
	char *end;
	uint64_t size = strtoull(text, &end, 0);

	if (*end == 'K' || *end == 'k') {
		size *= 1024;
		end++;
	}
	if (*end != '@' || size < LEAST_SIZE)
		return false;
	*address = strtoull(end + 1, &end, 0);
	if (*end != ':' || *address == 0 || *address % 4 != 0)
		return false;
	*irq = (unsigned)strtoull(end + 1, &end, 0);
	return *irq < ISA_LINES && (*end == '\0' || *end == ' ' || *end == ':');
}

/* The registers of the slot there, mapped once however often devices are looked for.
 * => NULL: there are too many */
static volatile uint8_t *slot(uint64_t address)
{
	static struct {
		uint64_t address;
		volatile uint8_t *registers;
	} slots[SLOTS];
	unsigned i = 0;

	while (i < SLOTS && slots[i].address != address && slots[i].address != 0)
		i++;
	if (i == SLOTS)
		return NULL;
	if (slots[i].address == 0) {
		slots[i].address = address;
		slots[i].registers = arch_map_device(address, LEAST_SIZE);
	}
	return slots[i].registers;
}

/* Is there a modern device of that kind?  (A slot without a device has the kind 0.) */
static bool probe(struct virtio_device *d, uint64_t address, unsigned irq, unsigned kind)
{
	*d = (struct virtio_device){ .transport = &mmio, .irq = irq };
	d->registers = slot(address);
	if (d->registers == NULL)
		return false;
	return get(d, MAGIC) == MAGIC_VALUE && get(d, VERSION) == 2 && get(d, DEVICE_ID) == kind;
}

bool virtio_mmio_find(struct virtio_device *d, unsigned kind, unsigned n)
{
	const char *at = boot_info.cmdline;
	uint64_t address;
	unsigned irq;

	while ((at = strstr(at, OPTION)) != NULL) {
		bool word = at == boot_info.cmdline || at[-1] == ' ';

		at += sizeof(OPTION) - 1;
		if (word && parse(at, &address, &irq) && probe(d, address, irq, kind) && n-- == 0)
			return true;
	}
	return false;
}
