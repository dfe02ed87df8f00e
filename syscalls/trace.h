/* trace.h: print each system call to the trace (option strace). */
#ifndef SYSCALLS_TRACE_H
#define SYSCALLS_TRACE_H

#include "lib/types.h"

struct regs;

/* Remember the arguments of the current task's call (strings are read now: the call may change
 * them); then print the call with its result. */
void trace_enter(long nr, const struct regs *regs);
void trace_leave(long nr, long result);

/* Where the lines go: the trace channel of the machine when it has one, else the kernel log. */
extern void (*trace_sink)(const char *text, size_t len);

#endif
