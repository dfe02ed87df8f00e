/* forklog.h: everything that can be said of each fork, as lines of JSON, for the survey of forks and
 * for `flat trace` (option forklog).
 *
 * Unlike the records of /proc/<pid>/fork these are complete: no process takes its own along, and
 * they tell where the call came from and what the child changed.  docs/FORK.md lists the lines. */
#ifndef PROC_FORKLOG_H
#define PROC_FORKLOG_H

#include "proc/forkrec.h"

struct clone_request;
struct file;
struct task;
struct view;
struct vma;

/* Is the option given?  All functions below do nothing else. */
extern bool forklog_on;
/* Where the bytes go: the fork channel of the machine when it has one, else the kernel log. */
extern void (*forklog_sink)(const char *text, size_t len);

/* Once, when memory can be had.  what: the option's value: "switches": tell of each switch of tasks, too;
 * "map": of all memory */
void forklog_init(const char *what);
/* Hand on what has been kept.  It is kept while a fork pauses somebody, so that the log does not
 * make pauses longer; the idle loop and the end of the machine
 * call forklog_flush(), the timer forklog_tick(). */
void forklog_flush(void);
void forklog_tick(uint64_t now);

/* A process made another one, or could not: err is 0 or -errno.  Called before the child runs and
 * before a pause begins; r may be NULL.  Finds and sets r->stack_border. */
void forklog_fork(const struct clone_request *rq, struct fork_record *r, pid_t child, long err);
/* The pause that r tells of is over.  shadow: the child's view, or NULL when it had its parent's; its
 * pages are told in between. */
void forklog_end_begin(const struct fork_record *r, const struct view *shadow);
void forklog_page(const struct view *shadow, const struct vma *vma, uintptr_t addr, const void *now,
		  const void *before);
void forklog_end_done(const struct fork_record *r);
/* The current process became another program, or ended with the status that wait4 reports. */
void forklog_exec(struct file *exe);
void forklog_exit(int code);
/* t, which sleeps in a shadow with fork=cow, is killed since nobody is left to wake it. */
void forklog_stuck(const struct task *t);
/* The current task slept; it was stopped by a signal or its tracer.  since: clock_ns() when it began */
void forklog_wait(uint64_t since);
void forklog_stopped(uint64_t since);
/* `next` gets the CPU. */
void forklog_switch(const struct task *next);

/* --- forkmap.c: who has what mapped, for `flat map` --- */

/* Tell it when a process execs or ends and there are as many as ever before. */
void forkmap_at_peaks(void);
void forkmap_look(void);
/* Tell it now.  => false: there is no fork log */
bool forkmap_ask(void);

#endif
