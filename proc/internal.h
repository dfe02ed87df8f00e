/* internal.h: what the files of proc/ share. */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include "proc/task.h"

/* Take a process out of the tables and drop the tables' reference: it was waited for. */
void proc_unlist(struct proc *p);
/* Forget the executable (exec, exit). */
void proc_drop_exe(struct proc *p);
/* Take t out of its process's list and the table of tids. */
void task_leave_proc(struct task *t);

/* --- forklog_out.c: for forklog.c alone --- */

/* => false: no memory, and the log stays off */
bool forklog_open(void);
/* A line begins, {"e":EVENT,"t":NOW; the caller puts the rest, up to its newline. */
void forklog_line(const char *event);
void forklog_put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* ,KEY:TEXT with what JSON wants escaped. */
void forklog_text(const char *key, const char *text, size_t len);
/* If the first argument of the current task's call nr is a descriptor: ,"fd":N,"on":what it is */
void forklog_descriptor(long nr);
/* When somebody first lived beside its parent, clock_ns(); 0: nobody has.  Needs are told from then on. */
extern uint64_t forklog_first_split;
/* The number of a file; told with its path when it is new, so not inside of a line.  => -1: no memory */
int forklog_file(struct file *f);
int forklog_known(const struct file *f); /* => -1: it has none */

#endif
