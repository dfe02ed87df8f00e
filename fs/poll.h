/* poll.h: waiting for many files at once (fs/poll.c), and epoll sets (fs/epoll.c). */
#ifndef FS_POLL_H
#define FS_POLL_H

#include "lib/types.h"

struct file;
struct epoll_event;

struct poll_entry {
	struct file *file; /* counted by the caller; NULL: skip */
	bool missing;	   /* file NULL: the descriptor is not open */
	unsigned events;   /* POLL* that are asked for */
	unsigned revents;  /* the answer */
};

/* Fill in revents; sleep until one is not 0.  deadline in clock_ns().
 * => how many are ready, 0: the deadline passed, -ERESTARTSYS, -ENOMEM */
int poll_files(struct poll_entry *e, unsigned n, uint64_t deadline);

struct file *epoll_create(int *err);
/* op: EPOLL_CTL_*; ev in kernel memory. */
int epoll_change(struct file *set, int op, int fd, struct file *target,
		 const struct epoll_event *ev);
/* How many files set watches; 0 if it is no set. */
size_t epoll_size(const struct file *set);
/* Get up to n events into kernel memory.  => events, -ERESTARTSYS … */
int epoll_collect(struct file *set, struct epoll_event *out, int n, uint64_t deadline);

struct file *eventfd_create(uint64_t count, unsigned flags);

#endif
