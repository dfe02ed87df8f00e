/* pci.c: finding PCI devices, and giving their memory addresses.
 *
 * SeaBIOS, with which QEMU starts q35 and pc, has placed all memory.  The small firmware of microvm has
 * not: there addresses are handed out here, upwards, from the two windows that QEMU's microvm passes to
 * the bus: half a GiB below 3.5 GiB, and the last quarter of all physical addresses.  Its interrupts
 * come by the lines 12 to 15. */
#include "drivers/pci.h"

#include "arch/arch.h"
#include "boot/boot.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA    0xcfc
#define ENABLE	     0x80000000u
#define SLOT_SHIFT   11 /* in the address port; functions in between */
#define SLOTS	     32
#define ECAM_SLOT    (8ul << 12) /* bytes of a slot's 8 functions */
#define ECAM_SIZE    256	 /* of a function: what is used of it */

#define COMMAND_MEMORY 2u
#define COMMAND_MASTER 4u
#define STATUS_CAPS    (1u << 20)
#define CAPABILITIES   0x34
#define INTERRUPT      0x3c /* line, pin << 8 */
#define PINS	       4u
#define BAR_IO	       1u
#define BAR_TYPE       6u
#define BAR_64	       4u
#define BAR_FLAGS      15u
#define NOBODY	       0xffffu

#define MICROVM_LINE  12u
#define WINDOW_32     0xc0000000ull
#define WINDOW_32_END 0xe0000000ull

uint32_t pci_get(const struct pci_device *d, unsigned reg)
{
	if (d->config != NULL)
		return *(volatile uint32_t *)(d->config + reg);
	outl(PORT_ADDRESS, ENABLE | d->slot << SLOT_SHIFT | reg);
	return inl(PORT_DATA);
}

void pci_set(const struct pci_device *d, unsigned reg, uint32_t value)
{
	if (d->config != NULL) {
		*(volatile uint32_t *)(d->config + reg) = value;
		return;
	}
	outl(PORT_ADDRESS, ENABLE | d->slot << SLOT_SHIFT | reg);
	outl(PORT_DATA, value);
}

/* => NULL: by ports */
static volatile uint8_t *config_of(unsigned slot)
{
	static volatile uint8_t *mapped[SLOTS];
	uint64_t ecam = option_number("pci", 0);

	if (ecam != 0 && mapped[slot] == NULL)
		mapped[slot] = arch_map_device(ecam + slot * ECAM_SLOT, ECAM_SIZE);
	return mapped[slot];
}

bool pci_find(struct pci_device *d, uint16_t vendor, uint16_t device, unsigned n)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		*d = (struct pci_device){ .slot = slot, .config = config_of(slot) };
		uint32_t id = pci_get(d, PCI_ID);
		if ((id & 0xffff) == NOBODY && slot == 0)
			break; /* not even a bridge: there is no bus */
		if ((id & 0xffff) == NOBODY)
			continue;
		if (id == (vendor | (uint32_t)device << 16) && n-- == 0)
			return true;
	}
	return false;
}

/* Room for `size` bytes, a power of two.  => address, 0: none */
static uint64_t hand_out(uint64_t size, bool wide)
{
	static uint64_t next_32 = WINDOW_32, next_64;
	uint64_t all = 1ull << arch_physical_bits();
	uint64_t *next = wide ? &next_64 : &next_32, end = wide ? all : WINDOW_32_END;

	if (next_64 == 0)
		next_64 = all - all / 4;
	uint64_t at = ALIGN_UP(*next, size);
	if (at >= end || size > end - at)
		return 0;
	*next = at + size;
	return at;
}

static uint64_t read_bar(const struct pci_device *d, unsigned reg, bool wide)
{
	uint64_t low = pci_get(d, reg) & ~BAR_FLAGS;

	return low | (wide ? (uint64_t)pci_get(d, reg + 4) << 32 : 0);
}

static void write_bar(const struct pci_device *d, unsigned reg, bool wide, uint64_t value)
{
	pci_set(d, reg, (uint32_t)value);
	if (wide)
		pci_set(d, reg + 4, (uint32_t)(value >> 32));
}

uint64_t pci_memory(const struct pci_device *d, unsigned n, uint64_t *size)
{
	unsigned reg = PCI_BAR(n);
	uint32_t flags = pci_get(d, reg), command = pci_get(d, PCI_COMMAND) & 0xffff;
	bool wide = (flags & BAR_TYPE) == BAR_64;

	if (flags & BAR_IO)
		return 0;
	/* Of all ones that are written only those stay that are not below the size. */
	uint64_t at = read_bar(d, reg, wide);
	pci_set(d, PCI_COMMAND, command & ~COMMAND_MEMORY);
	write_bar(d, reg, wide, UINT64_MAX);
	uint64_t bits = read_bar(d, reg, wide);
	if (bits == 0)
		return 0;
	*size = bits & -bits;
	if (option("pci") != NULL && at == 0)
		at = hand_out(*size, wide);
	write_bar(d, reg, wide, at);
	if (at != 0)
		pci_set(d, PCI_COMMAND, command | COMMAND_MEMORY);
	return at;
}

unsigned pci_first_capability(const struct pci_device *d)
{
	return pci_get(d, PCI_COMMAND) & STATUS_CAPS ? pci_get(d, CAPABILITIES) & 0xfc : 0;
}

unsigned pci_interrupt(const struct pci_device *d)
{
	unsigned line = pci_get(d, INTERRUPT) & 0xff, pin = pci_get(d, INTERRUPT) >> 8 & 0xff;

	if (pin == 0 || pin > PINS)
		return 0;
	if (option("pci") != NULL)
		line = MICROVM_LINE + (d->slot + pin - 1) % PINS;
	if (line == 0 || line >= ARCH_IRQS)
		return 0;
	arch_irq_shared(line);
	return line;
}

void pci_master(const struct pci_device *d)
{
	pci_set(d, PCI_COMMAND, (pci_get(d, PCI_COMMAND) & 0xffff) | COMMAND_MASTER);
}
