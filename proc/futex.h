/* futex.h: fast user-space locks (futex(2)). */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

struct task;

/* t ends: walk its robust list, clear and wake clear_tid if others share its memory.  The task's
 * view is still there. */
void futex_task_exit(struct task *t);

#endif
