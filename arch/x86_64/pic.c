/* pic.c: the two 8259 interrupt controllers, for the ISA interrupts.  Registers and command words:
 * Intel 8259A data sheet.  The local APIC passes their interrupt on (apic.c). */

#include "arch/x86_64/internal.h"

#define MASTER 0x20
#define SLAVE  0xa0
#define DATA   1 /* beside the command port */

#define ICW1_INIT     0x11 /* edge triggered, cascaded, ICW4 follows */
#define ICW4_8086     0x01
#define OCW2_EOI      0x20 /* non-specific end of interrupt */
#define OCW3_READ_ISR 0x0b
#define CASCADE_IRQ   2
#define LEVELS	      0x4d0 /* of lines 0 to 7, then 8 to 15: 1: a level, not an edge (82093AA: ELCR) */

static uint16_t mask = 0xffff & ~(1u << CASCADE_IRQ);

static void write_mask(void)
{
	outb(MASTER + DATA, (uint8_t)mask);
	outb(SLAVE + DATA, (uint8_t)(mask >> 8));
}

void pic_init(void)
{
	outb(MASTER, ICW1_INIT);
	outb(SLAVE, ICW1_INIT);
	outb(MASTER + DATA, VECTOR_PIC);
	outb(SLAVE + DATA, VECTOR_PIC + 8);
	outb(MASTER + DATA, 1u << CASCADE_IRQ);
	outb(SLAVE + DATA, CASCADE_IRQ);
	outb(MASTER + DATA, ICW4_8086);
	outb(SLAVE + DATA, ICW4_8086);
	write_mask();
}

void pic_unmask(unsigned irq)
{
	mask &= (uint16_t) ~(1u << irq);
	write_mask();
}

/* Lines 7 and 15 also stand for an interrupt that went away before it was acknowledged. */
bool pic_accept(unsigned irq)
{
	uint16_t port = irq < 8 ? MASTER : SLAVE;

	if ((irq & 7) != 7)
		return true;
	outb(port, OCW3_READ_ISR);
	if (inb(port) & 0x80)
		return true;
	if (irq >= 8)
		outb(MASTER, OCW2_EOI); /* the cascade line was real */
	return false;
}

void pic_eoi(unsigned irq)
{
	if (irq >= 8)
		outb(SLAVE, OCW2_EOI);
	outb(MASTER, OCW2_EOI);
}

void arch_irq_shared(unsigned irq)
{
	uint16_t port = (uint16_t)(LEVELS + irq / 8);

	outb(port, inb(port) | (uint8_t)(1u << irq % 8));
}
