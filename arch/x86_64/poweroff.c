/* poweroff.c: how the machine ends. */

#include "arch/x86_64/internal.h"

#define DEBUG_EXIT 0xf4 /* -device isa-debug-exit,iobase=0xf4: QEMU ends with value << 1 | 1 */
/* PM1a_CNT of QEMU's q35 and pc (hw/acpi/ich9.c, piix4.c with SeaBIOS's base 0x600): SLP_TYP 0 is
 * S5 there, SLP_EN is bit 13 (ACPI 6.4, 4.8.3.2.1). */
#define PM1A_CONTROL	    0x604
#define PM1_SLEEP	    0x2000
#define KEYBOARD_CONTROLLER 0x64
#define KEYBOARD_RESET	    0xfe

void (*poweroff_hook)(int status);

static void outw(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

/* Shut down, or reset where that is the only way (QEMU's microvm with -no-reboot ends then). */
static void off(void)
{
	static const struct {
		uint16_t size;
		uint64_t base;
	} __attribute__((packed)) no_idt;

	outw(PM1A_CONTROL, PM1_SLEEP);
	outb(KEYBOARD_CONTROLLER, KEYBOARD_RESET);
	/* An exception without an IDT: a triple fault, which resets any machine. */
	__asm__ volatile("lidt %0\n\tint3" : : "m"(no_idt));
}

void arch_poweroff(int status)
{
	void (*hook)(int) = poweroff_hook;

	__asm__ volatile("cli");
	poweroff_hook = NULL;
	if (hook != NULL)
		hook(status);
	outb(DEBUG_EXIT, (uint8_t)status);
	off();
	for (;;)
		__asm__ volatile("hlt");
}
