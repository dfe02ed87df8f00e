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
 * Lines are stamped with the time since boot and are of level LOG_INFO.  Works from the first
 * instruction in C on. */
void kprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void kvprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* A priority is a facility times 8 plus a level, as in syslog(3). */
enum { LOG_EMERG = 0, LOG_WARNING = 4, LOG_INFO = 6, LOG_DEBUG = 7, LOG_LEVELS = 8 };
#define LOG_FACILITY_USER (1u << 3)
/* One line, or several that `text` holds, of the given priority. */
void log_line(unsigned priority, const char *text, size_t len);

/* Gets each piece of log text as it is written.  NULL (before the console is up): nobody; what was
 * written before can be had by log_read(). */
extern void (*log_sink)(const char *text, size_t len);
/* Lines of this level and above are kept from the sink (dmesg -n). */
extern unsigned log_console_level;
/* Called after each piece, when readers may wait.  NULL: nobody can yet. */
extern void (*log_notify)(void);
/* Nanoseconds since boot; NULL before the clock is up: the lines are stamped 0. */
extern uint64_t (*log_clock)(void);

#define LOG_BYTES 32768 /* how much of the log is kept; a power of two */

/* Read the log: lines "<priority>[seconds] text".  *seq is the place, in bytes since boot: 0 to begin, then as this function leaves
 * it.  Text that is no longer there is skipped, to the beginning of a line.
 * => bytes put into buf; 0: nothing new */
size_t log_read(uint64_t *seq, char *buf, size_t size);
/* Has what was at this place been overwritten? */
bool log_lost(uint64_t seq);
/* How many lines came before this place, which is moved to the oldest one kept if it was lost. */
uint64_t log_line_number(uint64_t *seq);
/* Bytes written since boot: a reader with this *seq is at the end. */
uint64_t log_written(void);

#endif
