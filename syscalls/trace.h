/* trace.h: print each system call to the trace (option strace). */
#ifndef SYSCALLS_TRACE_H
#define SYSCALLS_TRACE_H

#include "lib/types.h"

struct regs;

/* Remember the arguments of the current task's call (strings are read now: the call may change
 * them); then print the call with its result. */
void trace_enter(long nr, const struct regs *regs);
void trace_leave(long nr, long result);

/* Print to the trace. */
void trace_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Errors that programs meet.  => NULL: another one */
const char *trace_error_name(long err);
/* The declarations of a call's arguments, "(int fd, ...)".  => NULL: there is no such call */
const char *trace_arguments(long nr);

/* Where the lines go: the trace channel of the machine when it has one, else the kernel log. */
extern void (*trace_sink)(const char *text, size_t len);

#endif
