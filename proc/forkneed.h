/* forkneed.h: what a process got from another one without sleeping for it, told in the fork log.
 *
 * A child that runs beside its parent may find what it would have had to wait for: bytes in a pipe, room
 * in it, its end, or a process that has ended.  So objects are marked with who did something to them
 * last, and whoever makes use of that tells it.  The sleeps themselves are told by proc/forklog.c.
 *
 * Without the log nothing is marked or told.  No locks: the kernel is not preempted. */
#ifndef PROC_FORKNEED_H
#define PROC_FORKNEED_H

#include "lib/types.h"

/* Who did it, and when, in microseconds since the boot; 0: nobody, or there is no log. */
typedef uint64_t forkmark_t;

/* The current process does it now; 0 in an interrupt. */
forkmark_t forkneed_mark(void);
/* The current process makes use of it.  what: "data", "room" or "end" (nobody writes any more). */
void forkneed_took(forkmark_t from, const char *what);
/* The current process finds that its child has ended. */
void forkneed_reaped(pid_t child);
/* The current process ends by a signal that somebody sent. */
void forkneed_ended_by(pid_t sender);
/* The machine ends: tell what all that are left are doing. */
void forkneed_left(void);

#endif
