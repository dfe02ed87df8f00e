/* dispatch.c: from a number to a function, by the table; the trace, the tally.
 *
 * The prototypes in syscalls.h and the arrays come from the same list, so a wrong signature is an
 * error where the function is defined.  In the arrays all functions have one type: arguments are
 * passed in registers, and each function reads those it knows.
 *
 * The entry code of the architecture calls what `syscall_entries` has for a number.  With the options
 * strace and syscalls that is syscall_dispatch() for each of them. */

#include <asm/errno.h>
#include <asm/unistd.h>

#include "boot/boot.h"
#include "lib/print.h"
#include "proc/ptrace.h"
#include "syscalls/syscalls.h"
#include "syscalls/tally.h"
#include "syscalls/trace.h"

typedef long (*syscall_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

extern const syscall_fn *syscall_entries;
long syscall_not_there(void);

/* What the entry code calls: there is no NULL in it.  The last one is for all other numbers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define ENTRY_0(name)		      ((syscall_fn)(void (*)(void))sys_##name)
#define ENTRY_F(name)		      ((syscall_fn)(void (*)(void))arch_frame_##name)
#define S(name, args, flags)	      void arch_frame_##name(void);
#define P(name, args, flags, missing) S(name, args, flags)
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef N
static const syscall_fn entries[SYSCALL_LIMIT + 1] = {
	[0 ... SYSCALL_LIMIT] = (syscall_fn)(void (*)(void))syscall_not_there,
#define S(name, args, flags) [__NR_##name] = ENTRY_##flags(name),
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef N
};

#pragma GCC diagnostic pop

static const syscall_fn entries_traced[SYSCALL_LIMIT + 1] = {
	[0 ... SYSCALL_LIMIT] = (syscall_fn)(void (*)(void))arch_frame_traced,
};

const syscall_fn *syscall_entries = entries;

/* The functions themselves. */
static const syscall_fn functions[SYSCALL_LIMIT] = {
#define S(name, args, flags) [__NR_##name] = ENTRY_0(name),
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

static const char *const names[SYSCALL_LIMIT] = {
#define S(name, args, flags)	      [__NR_##name] = #name,
#define P(name, args, flags, missing) S(name, args, flags)
#define N(name, why)		      S(name, , )
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

static bool traced, tallied, tracees;
static uint64_t switch_state; /* of the random numbers of option switch=; 0: off */

static void choose_entries(void)
{
	syscall_entries =
		traced || tallied || tracees || switch_state != 0 ? entries_traced : entries;
}

void syscall_trace(bool on)
{
	traced = on;
	choose_entries();
}

void syscall_tally(bool on)
{
	tallied = on;
	choose_entries();
}

void syscall_traced_tasks(bool any)
{
	tracees = any;
	choose_entries();
}

void syscall_switch(uint64_t seed)
{
	switch_state = seed * 0x9e3779b97f4a7c15ull | 1;
	choose_entries();
}

/* After every other call, as it comes, somebody else shall run. */
static void switch_sometimes(void)
{
	switch_state ^= switch_state << 13;
	switch_state ^= switch_state >> 7;
	switch_state ^= switch_state << 17;
	if (switch_state & (1ull << 40)) {
		current->vruntime += (switch_state >> 16) % (2 * NSEC_PER_MSEC);
		this_cpu()->need_resched = true;
	}
}

const char *syscall_name(long nr)
{
	return nr >= 0 && nr < SYSCALL_LIMIT && names[nr] != NULL ? names[nr] : "?";
}

/* Say once for each program and number that a call is not there. */
long syscall_not_there(void)
{
	struct proc *p = current->proc;
	long nr = (long)(int)task_sysno(current);
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

static long call(long nr, const struct regs *regs)
{
	if (nr >= 0 && nr < SYSCALL_LIMIT && functions[nr] != NULL)
		return functions[nr](regs_arg(regs, 0), regs_arg(regs, 1), regs_arg(regs, 2),
				     regs_arg(regs, 3), regs_arg(regs, 4), regs_arg(regs, 5));
	return syscall_not_there();
}

void syscall_dispatch(struct regs *regs)
{
	struct tally_mark mark;
	long nr, result;

	ptrace_call_entry(regs);
	nr = (long)(int)regs_sysno(regs);
	if (tallied)
		tally_enter(&mark, nr, regs);
	if (traced)
		trace_enter(nr, regs);
	/* A tracer that makes the number -1 has set the result. */
	result = nr == -1 && current->ptrace != NULL ? regs_result(regs) : call(nr, regs);
	if (tallied)
		tally_leave(&mark, nr, regs, result);
	syscall_done(regs, nr, result);
	if (traced)
		trace_leave(nr, result);
	ptrace_call_exit(regs);
	if (switch_state != 0)
		switch_sometimes();
}

/* execve and sigreturn have made new registers and say so by forgetting the number (which may have
 * been -1 all along). */
void syscall_done(struct regs *regs, long nr, long result)
{
	if (regs_sysno(regs) != -1 || nr == -1)
		regs_set_result(regs, result);
}
