/* tty_internal.h: what fs/tty.c and fs/tty_ioctl.c share. */
#ifndef FS_TTY_INTERNAL_H
#define FS_TTY_INTERNAL_H

#include "fs/vfs.h"
#include "lib/types.h"

struct file;
struct tty;
struct winsize;

/* What read, write, poll and ioctl of a terminal's file are; for the drivers' file_ops. */
#define TTY_FILE_OPS                                                                               \
	.read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = tty_ioctl,                \
	.release = tty_release

ssize_t tty_read(struct file *f, struct iobuf *b, off_t *pos);
ssize_t tty_write(struct file *f, struct iobuf *b, off_t *pos);
unsigned tty_poll(struct file *f, struct poll_table *pt);
long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg);
void tty_release(struct file *f);
/* What ioctl(2) does in the same way at both ends of a pseudo terminal: settings, size, session.
 * `master`: the caller holds the master.  => false: not one of those */
bool tty_both_ioctl(struct tty *t, bool master, unsigned cmd, uintptr_t arg, long *result);
/* TIOCSCTTY of f, a file of t or of its pseudo-terminal's master: t becomes the terminal of the session. */
long tty_ioctl_sctty(struct tty *t, const struct file *f, uintptr_t steal);
/* Has f's terminal been hung up since f was opened? */
bool tty_file_dead(const struct file *f);
void tty_resize(struct tty *t, const struct winsize *size);
/* May the current process change t's settings?  A background process is stopped by SIGTTOU.
 * => 0, -EIO, -ERESTARTSYS */
int tty_check_change(struct tty *t);
/* Is there something to read?  for_poll: enough for poll(2), which looks at MIN. */
bool tty_input_ready(const struct tty *t, bool for_poll);
/* Let the driver fetch output; let it hand in what it held back. */
void tty_start(struct tty *t);
void tty_resume(struct tty *t);

#endif
