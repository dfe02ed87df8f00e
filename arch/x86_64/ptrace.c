/* ptrace.c: what a tracer sees of a stopped task's processor: struct user_regs_struct and the layout of
 * struct user (Linux's arch/x86/include/asm/user_64.h), and single steps.
 *
 * A program here runs with the kernel's segments; a tracer is shown Linux's.  It never sees that a
 * program is in a stub (patch.c), nor the trap flag that a step needs. */

#include <asm/errno.h>

#include "arch/x86_64/internal.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define LINUX_USER_CS 0x33
#define LINUX_USER_SS 0x2b

/* Words of user_regs_struct: those of struct regs, and then: */
enum { WORD_RIP = 16, WORD_CS, WORD_FLAGS, WORD_SP, WORD_SS, WORD_FS_BASE, WORD_GS_BASE };

_Static_assert(sizeof(struct regs) == WORD_FS_BASE * sizeof(uint64_t), "user_regs_struct");

void arch_get_user_regs(const struct task *t, uint64_t words[ARCH_USER_REGS])
{
	memset(words, 0, ARCH_USER_REGS * sizeof(*words));
	memcpy(words, task_regs(t), sizeof(struct regs));
	words[WORD_CS] = LINUX_USER_CS;
	words[WORD_SS] = LINUX_USER_SS;
	words[WORD_FS_BASE] = t->tls;
}

int arch_set_user_regs(struct task *t, const uint64_t words[ARCH_USER_REGS])
{
	struct regs *r = task_regs(t), old = *r;
	uintptr_t ip = words[WORD_RIP];

	if (ip >= (uintptr_t)__text_start && ip < (uintptr_t)__text_end)
		return -EIO;
	if (words[WORD_FS_BASE] >= USER_END)
		return -EIO;
	memcpy(r, words, sizeof(*r));
	r->cs = KERNEL_CS | (ip == old.rip ? old.cs & ~0xffffull : 0);
	r->ss = KERNEL_SS;
	r->rflags = (old.rflags & ~RFLAGS_OF_PROGRAM) | (words[WORD_FLAGS] & RFLAGS_OF_PROGRAM);
	t->tls = words[WORD_FS_BASE];
	return 0;
}

void arch_trace_stopped(struct task *t)
{
	struct regs *r = task_regs(t);

	r->rflags &= ~RFLAGS_TF;
	t->debug.stepping = false;
	if (t->view != NULL)
		arch_hide_stub(t->view, r);
}

void arch_trace_resumed(struct task *t)
{
	struct regs *r = task_regs(t);

	if (t->view != NULL && !(r->rflags & RFLAGS_TF))
		(void)arch_find_stub(r, false);
}

void arch_trace_step(struct task *t)
{
	struct regs *r = task_regs(t);

	/* Where it cannot be made to show the file's own code a step goes through the stub, too. */
	(void)view_unpatch(t->view, r->rip, 1);
	r->rflags |= RFLAGS_TF;
	debug_step(t);
}
