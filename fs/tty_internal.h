/* tty_internal.h: what fs/tty.c and fs/tty_ioctl.c share. */
#ifndef FS_TTY_INTERNAL_H
#define FS_TTY_INTERNAL_H

#include "lib/types.h"

struct file;
struct tty;

long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg);
/* May the current process change t's settings?  A background process is stopped by SIGTTOU.
 * => 0, -EIO, -ERESTARTSYS */
int tty_check_change(struct tty *t);
/* Is there something to read?  for_poll: enough for poll(2), which looks at MIN. */
bool tty_input_ready(const struct tty *t, bool for_poll);
/* Let the driver fetch output; let it hand in what it held back. */
void tty_start(struct tty *t);
void tty_resume(struct tty *t);

#endif
