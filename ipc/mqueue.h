/* mqueue.h: POSIX message queues (mq_overview(7)). */
#ifndef IPC_MQUEUE_H
#define IPC_MQUEUE_H

#include <asm/siginfo.h>
#include <linux/mqueue.h>

#include "lib/types.h"

enum { MQ_FOR_READING = 1, MQ_FOR_WRITING };

/* name, without its slash, is kmalloc'ed and taken over; attr NULL: as usual.  => fd, -errno */
long mq_open_name(char *name, int flags, mode_t mode, const struct mq_attr *attr);
long mq_unlink_name(const char *name);
/* => 0, -EAGAIN, -ETIMEDOUT, -EMSGSIZE, -EBADF, -ERESTARTSYS, … */
long mq_send_message(int fd, const void *utext, size_t len, unsigned priority, uint64_t deadline);
/* => bytes, and *priority */
long mq_receive_message(int fd, void *utext, size_t len, unsigned *priority, uint64_t deadline);
/* Tell the current process (event NULL: no longer) of the next message in the empty queue. */
long mq_set_notification(int fd, const struct sigevent *event);
long mq_attributes(int fd, const struct mq_attr *new, struct mq_attr *old);

#endif
