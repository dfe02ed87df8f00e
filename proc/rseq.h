/* rseq.h: restartable sequences (rseq(2)): a thread learns cheaply that it was interrupted inside a
 * short sequence of instructions, by continuing at the sequence's abort address. */
#ifndef PROC_RSEQ_H
#define PROC_RSEQ_H

#include "arch/arch.h"

struct task;

/* Register (or, by the flag, unregister) the structure of the current task.  => 0, -errno */
long rseq_register(uintptr_t addr, uint32_t len, int flags, uint32_t sig);
/* The current task, which has a registered structure, was preempted or gets a signal while its
 * registers were regs: if that was inside a sequence, it is to continue at the abort address.
 * => 0, -EFAULT: the structures are broken, and the program is to get a SIGSEGV */
int rseq_interrupted(struct regs *regs);

#endif
