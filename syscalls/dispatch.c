/* dispatch.c: from a number to a function, by the table; and the trace.
 *
 * The prototypes in syscalls.h and this array come from the same list, so a wrong signature is an
 * error where the function is defined.  In the array all functions have one type: arguments are
 * passed in registers, and each function reads those it knows. */

#include <asm/errno.h>
#include <asm/unistd.h>

#include "boot/boot.h"
#include "lib/print.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"
#include "syscalls/trace.h"

typedef long (*syscall_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

#define CALLS 512

static const syscall_fn functions[CALLS] = {
#define S(name, args, flags)	      [__NR_##name] = (syscall_fn)(void (*)(void))sys_##name,
#define P(name, args, flags, missing) S(name, args, flags)
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

static const char *const names[CALLS] = {
#define S(name, args, flags)	      [__NR_##name] = #name,
#define P(name, args, flags, missing) S(name, args, flags)
#define N(name, why)		      S(name, , )
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

bool syscall_trace;

const char *syscall_name(long nr)
{
	return nr >= 0 && nr < CALLS && names[nr] != NULL ? names[nr] : "?";
}

/* Say once for each program and number that a call is not there. */
static long not_there(long nr)
{
	struct proc *p = current->proc;
	uint64_t bit = 1ull << (nr & 63);
	uint64_t *word =
		&p->unknown_calls[((uint64_t)nr >> 6) & (ARRAY_SIZE(p->unknown_calls) - 1)];

	if (!(*word & bit)) {
		*word |= bit;
		kprintf("%s[%d]: system call %ld (%s) is not there\n", current->comm, p->pid, nr,
			syscall_name(nr));
	}
	return -ENOSYS;
}

void syscall_dispatch(struct regs *regs)
{
	long nr = (long)(int)regs_sysno(regs);
	struct task *t = current;
	long result;

	t->syscall_nr = nr;
	if (__builtin_expect(syscall_trace, 0))
		trace_enter(nr, regs);
	if (nr >= 0 && nr < CALLS && functions[nr] != NULL)
		result = functions[nr](regs_arg(regs, 0), regs_arg(regs, 1), regs_arg(regs, 2),
				       regs_arg(regs, 3), regs_arg(regs, 4), regs_arg(regs, 5));
	else
		result = not_there(nr);
	/* execve and sigreturn have made new registers and say so by forgetting the number (which
	 * may have been -1 all along). */
	if (regs_sysno(regs) != -1 || nr == -1)
		regs_set_result(regs, result);
	if (__builtin_expect(syscall_trace, 0))
		trace_leave(nr, result);
}
