/* pci.h: the devices on the first PCI bus (PCI Local Bus Specification 3.0, chapter 6).
 *
 * Their configuration space is reached by the two ports of a PC, or in memory where the option pci= says.
 * Only the first function of each slot is looked at. */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include "lib/types.h"

struct pci_device {
	unsigned slot;
	volatile uint8_t *config; /* NULL: by ports */
};

/* Registers of the configuration space, at multiples of 4. */
#define PCI_ID	    0x00 /* vendor, device << 16 */
#define PCI_COMMAND 0x04 /* and status << 16 */
#define PCI_BAR(n)  (0x10 + 4 * (n))
#define PCI_BARS    6

/* The n-th (from 0) such device.  => false: there is none */
bool pci_find(struct pci_device *d, uint16_t vendor, uint16_t device, unsigned n);
uint32_t pci_get(const struct pci_device *d, unsigned reg);
void pci_set(const struct pci_device *d, unsigned reg, uint32_t value);
/* The memory behind base address register n, switched on, at an address of its own.
 * => its physical address with *size; 0: there is no memory, or no room for it */
uint64_t pci_memory(const struct pci_device *d, unsigned n, uint64_t *size);
/* Where in the configuration space its list of capabilities begins; 0: it has none. */
unsigned pci_first_capability(const struct pci_device *d);
/* The line that its interrupts come by, made one that several can share.  => 0: there is none */
unsigned pci_interrupt(const struct pci_device *d);
/* Let it read and write memory by itself. */
void pci_master(const struct pci_device *d);

#endif
