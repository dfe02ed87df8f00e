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

#endif
