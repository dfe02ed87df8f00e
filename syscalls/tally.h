/* tally.h: count system calls by program (option syscalls), and say at the end what was counted. */
#ifndef SYSCALLS_TALLY_H
#define SYSCALLS_TALLY_H

#include "lib/types.h"

struct regs;
struct tally_program;

/* One call under way: whose it is, and the CPU time of its task when it began. */
struct tally_mark {
	struct tally_program *program; /* NULL: there was no memory to count it */
	uint64_t start_ns;
};

/* Call nr of the current task begins, and ends with `result`. */
void tally_enter(struct tally_mark *mark, long nr, const struct regs *regs);
void tally_leave(const struct tally_mark *mark, long nr, const struct regs *regs, long result);
/* Print all of it to the trace, once.  Nothing if nothing was counted. */
void tally_report(void);

#endif
