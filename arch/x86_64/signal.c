/* signal.c: the frame that a signal handler runs on, in Linux's layout (struct rt_sigframe of
 * arch/x86/include/asm/sigframe.h), because programs look into it and unwinders know it:
 *
 *	interrupted rsp
 *	128 bytes		the red zone
 *	extended state		aligned 64 (task.c)
 *	siginfo, ucontext
 *	restorer		the handler's return address; at rsp when the handler starts
 *
 * What sigreturn reads back is the program's to change, so nothing in it is trusted: the selectors
 * are always the kernel's (programs run in ring 0), of the flags only those that harm nobody are
 * taken, and a rip that the processor refuses ends as a SIGSEGV (trap.c). */

#include <asm/errno.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>

#include "arch/x86_64/internal.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define RED_ZONE 128
/* What a program on Linux finds as its selectors. */
#define LINUX_USER_CS 0x33
#define LINUX_USER_SS 0x2b

struct rt_sigframe {
	uint64_t restorer;
	struct ucontext uc;
	siginfo_t info;
};
_Static_assert(sizeof(struct sigcontext) == 256, "sigcontext");
_Static_assert(offsetof(struct rt_sigframe, info) == 8 + 304, "rt_sigframe");

static bool is_fault(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP: return info->si_code > 0;
	default: return false;
	}
}

static void save_context(struct sigcontext *sc, const struct regs *r, const siginfo_t *info,
			 uint64_t mask)
{
	sc->r8 = r->r8;
	sc->r9 = r->r9;
	sc->r10 = r->r10;
	sc->r11 = r->r11;
	sc->r12 = r->r12;
	sc->r13 = r->r13;
	sc->r14 = r->r14;
	sc->r15 = r->r15;
	sc->rdi = r->rdi;
	sc->rsi = r->rsi;
	sc->rbp = r->rbp;
	sc->rbx = r->rbx;
	sc->rdx = r->rdx;
	sc->rax = r->rax;
	sc->rcx = r->rcx;
	sc->rsp = r->rsp;
	sc->rip = r->rip;
	sc->eflags = r->rflags;
	sc->cs = LINUX_USER_CS;
	sc->ss = LINUX_USER_SS;
	sc->oldmask = mask;
	if (is_fault(info)) {
		sc->trapno = last_fault.vector;
		sc->err = last_fault.error;
		sc->cr2 = last_fault.addr;
	}
}

int arch_signal_frame(struct regs *regs, const struct ksigaction *sa, const siginfo_t *info,
		      uint64_t mask, const struct frame_stack *stack)
{
	uintptr_t sp = stack->top != 0 ? stack->top : regs->rsp - RED_ZONE;
	struct rt_sigframe frame = { .restorer = sa->restorer, .info = *info };
	uint64_t fpu;
	uintptr_t at;

	arch_hide_stub(current->view, regs);
	if (arch_fpu_to_user(&sp, stack->floor, &fpu) < 0)
		return -EFAULT;
	/* As after a call: rsp + 8 is a multiple of 16 where the handler begins. */
	at = ALIGN_DOWN(sp - sizeof(frame), 16) - 8;
	if (at > sp || at <= stack->floor)
		return -EFAULT;
	frame.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	if (features.xsave)
		frame.uc.uc_flags |= UC_FP_XSTATE;
	frame.uc.uc_stack.ss_sp = (void *)current->alt_sp;
	frame.uc.uc_stack.ss_size = current->alt_size;
	frame.uc.uc_stack.ss_flags = (int)current->alt_flags;
	save_context(&frame.uc.uc_mcontext, regs, info, mask);
	frame.uc.uc_mcontext.fpstate = (struct _fpstate *)fpu;
	memcpy(&frame.uc.uc_sigmask, &mask, sizeof(mask));
	if (copy_to_user((void *)at, &frame, sizeof(frame)) < 0)
		return -EFAULT;

	regs->rdi = (uint64_t)info->si_signo;
	regs->rsi = at + offsetof(struct rt_sigframe, info);
	regs->rdx = at + offsetof(struct rt_sigframe, uc);
	regs->rax = 0;
	regs->rip = sa->handler;
	regs->rsp = at;
	regs->cs = KERNEL_CS;
	regs->ss = KERNEL_SS;
	regs->rflags &= ~(RFLAGS_DF | RFLAGS_TF | RFLAGS_RF);
	regs->orig_rax = (uint64_t)-1;
	return 0;
}

static void load_context(struct regs *r, const struct sigcontext *sc)
{
	r->r8 = sc->r8;
	r->r9 = sc->r9;
	r->r10 = sc->r10;
	r->r11 = sc->r11;
	r->r12 = sc->r12;
	r->r13 = sc->r13;
	r->r14 = sc->r14;
	r->r15 = sc->r15;
	r->rdi = sc->rdi;
	r->rsi = sc->rsi;
	r->rbp = sc->rbp;
	r->rbx = sc->rbx;
	r->rdx = sc->rdx;
	r->rax = sc->rax;
	r->rcx = sc->rcx;
	r->rsp = sc->rsp;
	r->rip = sc->rip;
	r->rflags = (r->rflags & ~RFLAGS_OF_PROGRAM) | (sc->eflags & RFLAGS_OF_PROGRAM) | RFLAGS_IF;
	r->cs = KERNEL_CS;
	r->ss = KERNEL_SS;
	r->orig_rax = (uint64_t)-1;
}

int arch_sigreturn(struct regs *regs, uint64_t *mask, uintptr_t *frame_sp)
{
	/* The handler's return has popped the restorer. */
	const struct rt_sigframe *user = (const struct rt_sigframe *)(regs->rsp - 8);
	struct ucontext uc;
	uintptr_t rip;

	if (get_user(uc, &user->uc) < 0)
		return -EFAULT;
	rip = uc.uc_mcontext.rip;
	if (rip >= (uintptr_t)__text_start && rip < (uintptr_t)__text_end)
		return -EINVAL;
	if (arch_fpu_from_user((uintptr_t)uc.uc_mcontext.fpstate) < 0)
		return -EFAULT;
	load_context(regs, &uc.uc_mcontext);
	/* A program that steps itself would come to the stub's first instruction, which stands for
	 * the same place, for ever. */
	if (regs->rflags & RFLAGS_TF)
		(void)view_unpatch(current->view, regs->rip, 1);
	else
		(void)arch_find_stub(regs, false);
	current->alt_sp = (uintptr_t)uc.uc_stack.ss_sp;
	current->alt_size = uc.uc_stack.ss_size;
	current->alt_flags = (unsigned)uc.uc_stack.ss_flags;
	memcpy(mask, &uc.uc_sigmask, sizeof(*mask));
	*frame_sp = (uintptr_t)user;
	return 0;
}
