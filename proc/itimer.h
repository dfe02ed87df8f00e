/* itimer.h: the timers of a process: setitimer(2), timer_create(2). */
#ifndef PROC_ITIMER_H
#define PROC_ITIMER_H

struct proc;

/* The process ends: all its timers go. */
void itimers_free(struct proc *p);
/* execve: POSIX timers go, interval timers stay. */
void itimers_exec(struct proc *p);

#endif
