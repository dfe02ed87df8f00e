/* print.h: formatted text, for the kernel log and for buffers.
 * Conversions: d i u x X o c s p % with flags 0 - + # and space, width and precision (also *),
 * and the lengths hh h l ll z j t.  No floating point. */
#ifndef LIB_PRINT_H
#define LIB_PRINT_H

#include <stdarg.h>
#include "lib/types.h"

int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* Write to the kernel log: a ring that /dev/kmsg reads, and the log channel of the machine.
 * Lines are stamped with the time since boot.  Works from the first instruction in C on. */
void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void kvprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
