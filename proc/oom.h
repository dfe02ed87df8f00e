/* oom.h: what happens when a program touches memory and there is none.
 *
 * As with Linux's OOM killer (Documentation/filesystems/proc.rst, oom_score_adj) the process with
 * the largest badness() ends, never the first process while there is another.  What it holds is
 * taken back at once where that is safe, so that the fault can be served without waiting. */
#ifndef PROC_OOM_H
#define PROC_OOM_H

#include "lib/types.h"

struct proc;

enum { OOM_ADJ_MIN = -1000, OOM_ADJ_MAX = 1000 };

/* The current program's own fault found no memory.  Afterwards it may try again: there is some, or
 * it has been killed, which it notices on its way out.  May sleep. */
void oom_program_fault(void);
/* The same for the kernel's copy to or from the program's memory: does not sleep.
 * => true: try again; false: the copy fails, and the program (unless it is the first) has been killed */
bool oom_copy_fault(void);

/* How much there is to gain by p's end, in thousandths of all memory, with oom_score_adj: for
 * /proc/<pid>/oom_score.  => 0: never chosen */
unsigned oom_score(const struct proc *p);

#endif
