/* itimer.h: the timers of a process: setitimer(2), timer_create(2).  They send signals. */
#ifndef PROC_ITIMER_H
#define PROC_ITIMER_H

#include <asm/siginfo.h>

#include "lib/types.h"
#include "proc/clock.h"

struct proc;

/* --- interval timers; which: ITIMER_* --- */

/* Until it expires next (0: not set), and its period. */
void itimer_get(const struct proc *p, int which, uint64_t *left, uint64_t *interval);
/* First after `value` ns (0: never), then each `interval`.  => 0, -ENOMEM */
int itimer_set(struct proc *p, int which, uint64_t value, uint64_t interval);

/* --- POSIX timers, of the current process --- */

struct posix_timer;

/* clock is what clock_id (CLOCK_*) means; event as timer_create(2) wants it, checked here.  => id, -EINVAL, -EAGAIN, -ENOMEM */
int posix_timer_create(int clock_id, const struct clock *clock, const struct sigevent *event);
struct posix_timer *posix_timer_find(int id); /* => NULL */
void posix_timer_set(struct posix_timer *t, uint64_t value, uint64_t interval, bool absolute);
void posix_timer_get(const struct posix_timer *t, uint64_t *left, uint64_t *interval);
int posix_timer_overrun(const struct posix_timer *t);
void posix_timer_delete(struct posix_timer *t);

/* What /proc shows of one. */
struct posix_timer_info {
	int id;
	int clock_id; /* CLOCK_* */
	struct sigevent event;
};
/* The timer of p with the largest id that is at most `id`.  => false: none */
bool posix_timer_next(const struct proc *p, int id, struct posix_timer_info *info);

/* The process ends: all its timers go. */
void itimers_free(struct proc *p);
/* execve: POSIX timers go, interval timers stay. */
void itimers_exec(struct proc *p);

#endif
