/* console.h: the machine's terminal: /dev/ttyS0 on the first serial port. */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include "lib/types.h"

struct proc;
struct tty;

#define HOST_MAJOR 240 /* a number for local use */

extern struct tty console_tty;

/* Set up the terminal, /dev/console, and the channels to the host.  Called once, when interrupts,
 * kmalloc and /dev work. */
void console_init(void);
/* Make the terminal the controlling one of p, the first process, if its streams are the terminal. */
void console_give_to(struct proc *p);
/* Send what the terminal still holds: before the machine ends.  may_wait: as long as the host takes;
 * else not for long. */
void console_drain(bool may_wait);

#endif
