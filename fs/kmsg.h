/* kmsg.h: the kernel's log as syslog(2) and /proc/kmsg read it (fs/kmsg.c). */
#ifndef FS_KMSG_H
#define FS_KMSG_H

#include "fs/vfs.h"

/* What no reader of this kind has had yet; waits for something unless `nonblock`.
 * => bytes, -EAGAIN, -EFAULT, -ENOMEM, -ERESTARTSYS */
ssize_t kmsg_take(struct iobuf *b, bool nonblock);
size_t kmsg_untaken(void); /* bytes */
/* The last lines since the log was cleared that have room in b.  => bytes, -EFAULT, -ENOMEM */
ssize_t kmsg_last(struct iobuf *b);
void kmsg_clear(void);
extern const struct file_ops kmsg_proc_ops; /* /proc/kmsg */
void kmsg_init(void);			    /* makes /dev/kmsg */

#endif
