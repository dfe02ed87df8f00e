/* console.c: the machine's own log output, for before the drivers and for panics.
 *
 * Works before relocation (no initialised pointers) and with any state of the kernel. */

#include "arch/x86_64/internal.h"

#define DEBUGCON	 0xea /* -debugcon ...,iobase=0xea: QEMU's hw/char/debugcon.c */
#define DEBUGCON_PRESENT 0xe9 /* what it reads as */

/* 16550: National Semiconductor PC16550D data sheet, 8 */
#define COM1	      0x3f8
#define COM1_LSR      (COM1 + 5)
#define LSR_THR_EMPTY 0x20
#define SPINS	      10000 /* a character takes about 90 us at 115200 baud */

static void com1_put(char c)
{
	for (int i = 0; i < SPINS && (inb(COM1_LSR) & LSR_THR_EMPTY) == 0; i++)
		;
	outb(COM1, (uint8_t)c);
}

void early_log(const char *s, size_t n)
{
	if (inb(DEBUGCON) == DEBUGCON_PRESENT) {
		outsb(DEBUGCON, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			com1_put('\r');
		com1_put(s[i]);
	}
}
