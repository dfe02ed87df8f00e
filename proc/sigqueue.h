/* sigqueue.h: what signal.c and the queues of waiting signals share. */
#ifndef PROC_SIGQUEUE_H
#define PROC_SIGQUEUE_H

#include "proc/signal.h"

/* Queue one; info NULL: from the kernel.  forced: it is a fault of the program and kills even init.
 * Without memory, or beyond `limit` items, a signal waits without its siginfo.
 * => 0; -EAGAIN for a queued real-time signal, which must not lose its value */
int sigqueue_add(struct sigqueue *q, int signo, const siginfo_t *info, bool forced, uint64_t limit);
/* Take the first of `set`: faults first, then by number, equal ones in order of arrival.
 * => its number, or 0: none */
int sigqueue_take(struct sigqueue *q, uint64_t set, siginfo_t *info, bool *forced);
/* The one that `before` others arrived before, left where it is.  => false: there are not so many */
bool sigqueue_peek(const struct sigqueue *q, uint64_t before, siginfo_t *info);
/* Forget all of `set`. */
void sigqueue_remove(struct sigqueue *q, uint64_t set);
/* See signal_timer_waiting(). */
bool sigqueue_timer_overrun(const struct sigqueue *q, int signo, int id, int more);

/* Forget the signal of that timer, if it waits. */
void sigqueue_forget_timer(struct sigqueue *q, int signo, int id);

#endif
