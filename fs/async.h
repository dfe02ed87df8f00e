/* async.h: signals that say a file is ready: F_SETOWN, F_SETSIG, O_ASYNC of fcntl(2). */
#ifndef FS_ASYNC_H
#define FS_ASYNC_H

#include <asm/siginfo.h> /* POLL_* */
#include <linux/fcntl.h>

#include "lib/types.h"

struct file;
struct waitq;

/* Who gets the signal: a task, a process or a group; pid 0: nobody.  => 0, -ESRCH, -EINVAL, -ENOMEM */
int async_set_owner(struct file *f, const struct f_owner_ex *owner);
void async_get_owner(const struct file *f, struct f_owner_ex *owner);
/* The caller's process, unless somebody was named.  => 0, -ENOMEM */
int async_own(struct file *f);
/* Which signal, with a siginfo that says what happened; 0: SIGIO without.  => 0, -ENOMEM */
int async_set_signal(struct file *f, int signo);
int async_get_signal(const struct file *f);
/* O_ASYNC on or off, for descriptor fd.  Files that are always ready send none.  => 0, -ENOMEM */
int async_turn(struct file *f, int fd, bool on);
/* Signals for those who asked for them at files that have q among their queues: code is POLL_IN,
 * POLL_OUT or POLL_HUP (siginfo(2)).  Not every wake-up of q is worth one, so Linux tells them apart. */
void async_tell(struct waitq *q, int code);
/* The signal for the owner of f, if it has one, which tells of descriptor fd. */
void async_send(const struct file *f, int fd, int code);
void async_free(struct file *f); /* the last reference of f goes */

#endif
