/* trap.c: what the kernel does about exceptions, interrupts and the end of a system call.
 * entry.S has decided whether a program or the kernel was interrupted; read its head first.
 *
 * A fault of a program becomes the signal that Linux would send (arch/x86/kernel/traps.c has the
 * same table by its nature).  A fault of the kernel is a bad pointer in a user copy (mm/usercopy.h:
 * the fixup table), a return frame that the processor refuses, or a bug. */

#include <asm/siginfo.h>
#include <asm/signal.h>

#include "arch/x86_64/internal.h"
#include "arch/x86_64/watchdog.h"
#include "lib/bug.h"
#include "lib/print.h"
#include "mm/usercopy.h"
#include "proc/oom.h"
#include "proc/rseq.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

/* Page-fault error code: Intel SDM volume 3, 4.7 */
#define PF_WRITE    (1u << 1)
#define PF_USER	    (1u << 2)
#define PF_RESERVED (1u << 3)
#define PF_FETCH    (1u << 4)

struct entry_counts entry_counts;
uint64_t arch_irq_counts[ARCH_IRQS + 1];
bool arch_in_interrupt;
struct last_fault last_fault;

static struct {
	void (*fn)(void *);
	void *arg;
} irq_handlers[ARCH_IRQS];

/* A range of instructions that may fault on a program's address, and where to go on then.
 * Offsets are from the field itself; usercopy.S makes the entries. */
struct extable {
	int32_t start, end, fixup;
};
extern const struct extable __extable_start[], __extable_end[];

extern char entry_iretq[], entry_bad_frame[];
extern char leave_short_begin[], leave_pop_rsp[], leave_stub_begin[], entry_vsyscall[];
extern char leave_vsyscall_begin[], leave_long[];

uint64_t exit_work(struct regs *regs);
uint64_t frame_call_done(struct regs *regs, long result);
void trap_program(struct regs *regs, unsigned vector);
void trap_kernel(struct regs *regs, unsigned vector);
void trap_bad_frame(struct regs *regs);

static const char *const names[] = {
	"divide error",
	"debug",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range",
	"invalid opcode",
	"no FPU",
	"double fault",
	"exception 9",
	"invalid TSS",
	"segment not present",
	"stack fault",
	"general protection",
	"page fault",
	"exception 15",
	"FPU error",
	"alignment check",
	"machine check",
	"SIMD error",
	"virtualisation",
	"control protection",
};

static const char *name_of(unsigned vector)
{
	return vector < ARRAY_SIZE(names) ? names[vector] : "unknown exception";
}

/* --- interrupts --- */

void arch_irq_handler(unsigned irq, void (*fn)(void *), void *arg)
{
	ASSERT(irq < ARCH_IRQS);
	irq_handlers[irq].fn = fn;
	irq_handlers[irq].arg = arg;
	pic_unmask(irq);
}

/* => false: nothing interrupts by that vector */
static bool interrupt(unsigned vector, bool kernel)
{
	unsigned irq = vector - VECTOR_PIC;

	arch_in_interrupt = true;
	if (vector == VECTOR_TIMER) {
		arch_irq_counts[ARCH_IRQ_TIMER]++;
		apic_eoi();
		timer_interrupt(kernel);
	} else if (irq < ARCH_IRQS && pic_accept(irq)) {
		arch_irq_counts[irq]++;
		if (irq_handlers[irq].fn != NULL)
			irq_handlers[irq].fn(irq_handlers[irq].arg);
		pic_eoi(irq);
	}
	arch_in_interrupt = false;
	return irq < ARCH_IRQS || vector == VECTOR_TIMER || vector == VECTOR_SPURIOUS;
}

static bool on_short_way_out(uintptr_t ip)
{
	return (ip >= (uintptr_t)leave_short_begin && ip < (uintptr_t)leave_pop_rsp) ||
	       (ip >= (uintptr_t)leave_stub_begin && ip < (uintptr_t)entry_vsyscall) ||
	       (ip >= (uintptr_t)leave_vsyscall_begin && ip < (uintptr_t)leave_long);
}

/* An interrupt of the kernel waits until the kernel is at a place where its handler may run. */
static void hold(struct regs *regs, unsigned vector)
{
	struct cpu *c = this_cpu();

	if (vector > VECTOR_TIMER)
		return;
	c->held |= 1u << (vector - VECTOR_PIC);
	c->irq_held = true;
	regs->rflags &= ~RFLAGS_IF;
	if (on_short_way_out(regs->rip)) {
		regs->rip = (uintptr_t)leave_long;
		regs->rsp = (uintptr_t)task_regs(current);
	}
}

static void handle_held(void)
{
	struct cpu *c = this_cpu();

	while (c->held != 0) {
		unsigned n = (unsigned)__builtin_ctz(c->held);

		c->held &= c->held - 1;
		interrupt(VECTOR_PIC + n, true);
	}
	c->irq_held = false;
}

/* With interrupts off.  The task's own stack may be in use to its depth. */
static void run_held(void)
{
	run_on_stack(handle_held, irq_stack_top);
}

void arch_idle(void)
{
	/* STI takes effect after HLT has begun: an interrupt in between is not slept through. */
	__asm__ volatile("cli" : : : "memory");
	if (!this_cpu()->irq_held)
		__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
	if (this_cpu()->irq_held)
		run_held();
}

void arch_irq_window(void)
{
	__asm__ volatile("sti\n\tnop" : : : "memory");
	arch_irq_resume();
}

void arch_irq_resume(void)
{
	if (this_cpu()->irq_held) {
		__asm__ volatile("cli" : : : "memory");
		run_held();
	}
	__asm__ volatile("sti" : : : "memory");
}

/* --- the way back to a program --- */

static bool canonical(uint64_t addr)
{
	return (uint64_t)((int64_t)(addr << 16) >> 16) == addr;
}

static void make_way(struct regs *regs)
{
	schedule();
	if (current->rseq != 0 && rseq_interrupted(regs) < 0)
		signal_force(SIGSEGV, SI_KERNEL, 0);
}

/* Run handlers, let others run and deliver signals until nothing is left to be done.  Interrupts are
 * off afterwards, so nothing comes between the last look and the program.
 * => may the way out of a syscall instruction be taken (entry.S, leave_regs)? */
uint64_t exit_work(struct regs *regs)
{
	struct cpu *c = this_cpu();

	for (;;) {
		__asm__ volatile("cli" : : : "memory");
		if (c->irq_held)
			run_held();
		else if (c->need_resched)
			make_way(regs);
		else if (current->signal_pending || current->restore_mask)
			signal_deliver(regs);
		else if (!(regs->rflags & RFLAGS_IF))
			watchdog_check_flags(regs);
		else
			break;
	}
	return regs->rcx == regs->rip && regs->r11 == regs->rflags &&
	       (regs->rflags & REGS_LEAVE_MASK) == REGS_LEAVE_FLAGS && canonical(regs->rip);
}

/* A call that the table flags F ended. */
uint64_t frame_call_done(struct regs *regs, long result)
{
	syscall_done(regs, 0, result);
	return exit_work(regs);
}

/* --- exceptions --- */

static uint64_t read_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

static unsigned access_of(uint64_t error)
{
	return error & PF_FETCH ? FAULT_EXEC : error & PF_WRITE ? FAULT_WRITE : FAULT_READ;
}

static void program_page_fault(uint64_t addr, uint64_t error)
{
	struct fault_result r = { SIGSEGV, SEGV_MAPERR };

	if (addr < USER_END)
		r = view_fault(current->view, addr, access_of(error));
	current->min_flt++;
	if (r.signo == SIGKILL)
		oom_program_fault();
	else if (r.signo != 0)
		signal_force(r.signo, r.code, addr);
}

/* What an FPU error was: bits of the x87 status word and of MXCSR have the same order. */
static int fpe_code(unsigned unmasked)
{
	if (unmasked & 1)
		return FPE_FLTINV;
	if (unmasked & 4)
		return FPE_FLTDIV;
	if (unmasked & 8)
		return FPE_FLTOVF;
	if (unmasked & (2 | 16))
		return FPE_FLTUND;
	return unmasked & 32 ? FPE_FLTRES : FPE_FLTUNK;
}

static int x87_code(void)
{
	uint16_t status, control;

	__asm__ volatile("fnstsw %0\n\tfnstcw %1" : "=m"(status), "=m"(control));
	return fpe_code(status & ~control & 0x3fu);
}

static int simd_code(void)
{
	uint32_t mxcsr;

	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return fpe_code(mxcsr & ~(mxcsr >> 7) & 0x3f);
}

/* Can the instruction at rip use the FPU?  By its first byte behind the prefixes. */
static bool may_use_fpu(const struct regs *regs)
{
	for (uint64_t at = regs->rip; at < regs->rip + 15; at++) {
		uint8_t b;

		if (copy_from_user(&b, (const void *)at, 1) < 0)
			return false;
		if ((b & 0xf0) == 0x40 || b == 0x66 || (b & 0xfe) == 0xf2 || (b & 0xe7) == 0x26 ||
		    (b & 0xfe) == 0x64 || b == 0x67)
			continue; /* REX, sizes, repetitions, segments */
		return b == 0x0f || (b & 0xf8) == 0xd8 || b == 0x9b || (b & 0xfe) == 0xc4 ||
		       b == 0x62;
	}
	return false;
}

/* Did the program raise it itself, by `int n`?  In ring 0 the gates do not refuse that.
 *
 * The two bytes before rip alone do not tell, for other instructions end like that: `or $7, %ebp`.
 * A fault saves the flags with RF set, `int n` does not (Intel SDM volume 3, 17.3.1.1); but QEMU's
 * emulator does not set it, and so the way of exception 7 is decided by what stands at rip.  (Of
 * the other faults only the signal's number may be another.)  An NMI looks as `int 2` does in
 * every respect, so that is a tick. */
static bool is_int_n(const struct regs *regs, unsigned vector)
{
	uint8_t code[2];

	if (vector == VECTOR_BP || vector == VECTOR_OF || vector == VECTOR_NMI)
		return false;
	if (regs->rflags & RFLAGS_RF)
		return false;
	if (copy_from_user(code, (const void *)(regs->rip - sizeof(code)), sizeof(code)) < 0 ||
	    code[0] != 0xcd || code[1] != vector)
		return false;
	return vector != VECTOR_NM || !may_use_fpu(regs);
}

static void program_debug(struct regs *regs)
{
	int code = debug_program(regs);

	if (code == TRAP_BRKPT && is_int_n(regs, VECTOR_DB))
		signal_force(SIGSEGV, SI_KERNEL, 0);
	else if (code != 0)
		signal_force(SIGTRAP, code, regs->rip);
}

/* Intel SDM volume 3, table 6-1, against signal(7). */
static void program_exception(struct regs *regs, unsigned vector)
{
	if (vector != VECTOR_DB && is_int_n(regs, vector))
		vector = VECTOR_GP;
	switch (vector) {
	case 0: signal_force(SIGFPE, FPE_INTDIV, regs->rip); break;
	case VECTOR_DB: program_debug(regs); break;
	case VECTOR_NMI: watchdog_program(regs); break;
	case VECTOR_BP: signal_force(SIGTRAP, SI_KERNEL, 0); break;
	case VECTOR_NM:
		if (!fpu_needed())
			signal_force(SIGSEGV, SI_KERNEL, 0);
		break;
	case VECTOR_UD:
		if (!arch_find_stub(regs, true))
			signal_force(SIGILL, ILL_ILLOPN, regs->rip);
		break;
	case VECTOR_MC: panic_regs(regs, "machine check");
	case VECTOR_DF: panic_regs(regs, "double fault in a program");
	case 11:
	case 12: signal_force(SIGBUS, SI_KERNEL, 0); break;
	case 16: signal_force(SIGFPE, x87_code(), regs->rip); break;
	case 17: signal_force(SIGBUS, BUS_ADRALN, 0); break;
	case 19: signal_force(SIGFPE, simd_code(), regs->rip); break;
	default: signal_force(SIGSEGV, SI_KERNEL, 0); break;
	}
}

/* On the task's kernel stack; regs is task_regs(current).  orig_rax holds the error code. */
void trap_program(struct regs *regs, unsigned vector)
{
	uint64_t error = regs->orig_rax;

	regs->orig_rax = (uint64_t)-1;
	/* A program's stack is never there: the kernel has jumped to a bad address. */
	if (current->kstack_top - regs->rsp < KSTACK_SIZE)
		panic_regs(regs, "%s: the kernel left its text", name_of(vector));
	if (vector == VECTOR_PF) {
		uint64_t addr = read_cr2();

		last_fault = (struct last_fault){ vector, error, addr };
		if (current->view == NULL || (error & PF_RESERVED))
			panic_regs(regs, "page fault at %#lx, outside the kernel", addr);
		if (error & PF_USER) {
			/* It has left ring 0 (sysret, iret): no page is there for it. */
			regs->cs = KERNEL_CS;
			regs->ss = KERNEL_SS;
			signal_force(SIGSEGV, SI_KERNEL, 0);
		} else {
			program_page_fault(addr, error);
		}
	} else if (vector >= VECTOR_PIC) {
		if (vector == VECTOR_TIMER && current->view != NULL)
			watchdog_timer();
		/* error: see entry.S, trap_in_kernel */
		if (!interrupt(vector, error != 0))
			signal_force(SIGSEGV, SI_KERNEL, 0);
	} else {
		if (current->view == NULL)
			panic_regs(regs, "%s outside the kernel", name_of(vector));
		last_fault = (struct last_fault){ vector, error, last_fault.addr };
		program_exception(regs, vector);
	}
	exit_work(regs);
}

/* The processor refused to load the frame of the program: its rip is rubbish. */
void trap_bad_frame(struct regs *regs)
{
	signal_force(SIGSEGV, SI_KERNEL, 0);
	exit_work(regs);
}

static bool fix_up(struct regs *regs)
{
	for (const struct extable *e = __extable_start; e < __extable_end; e++) {
		uintptr_t start = (uintptr_t)&e->start + (intptr_t)e->start;
		uintptr_t end = (uintptr_t)&e->end + (intptr_t)e->end;

		if (regs->rip >= start && regs->rip < end) {
			regs->rip = (uintptr_t)&e->fixup + (intptr_t)e->fixup;
			return true;
		}
	}
	return false;
}

static void kernel_page_fault(struct regs *regs)
{
	uint64_t addr = read_cr2();

	if (addr < USER_END && current->view != NULL) {
		int signo = view_fault(current->view, addr, access_of(regs->orig_rax)).signo;

		if (signo == 0 || (signo == SIGKILL && oom_copy_fault()))
			return;
	}
	if (addr < USER_END && fix_up(regs))
		return;
	panic_regs(regs, "%s at %#lx (error %#lx)",
		   kstack_is_guard(addr) ? "kernel stack overflow" : "page fault", addr,
		   regs->orig_rax);
}

/* Let the current program go on at trap_bad_frame(), with the frame on its kernel stack. */
static void leave_with_bad_frame(struct regs *regs)
{
	regs->rip = (uintptr_t)entry_bad_frame;
	regs->rsp = (uintptr_t)task_regs(current);
	regs->rflags &= ~RFLAGS_IF;
}

/* On an IST stack (page faults: on the interrupted one); returning resumes the kernel at regs. */
void trap_kernel(struct regs *regs, unsigned vector)
{
	if (vector == VECTOR_PF) {
		kernel_page_fault(regs);
	} else if (vector >= VECTOR_PIC) {
		hold(regs, vector);
	} else if (vector == VECTOR_GP && regs->rip == (uintptr_t)entry_iretq &&
		   (regs->rflags & RFLAGS_NT)) {
		regs->rflags &= ~RFLAGS_NT; /* the program's, through a patched site: once more */
	} else if (vector == VECTOR_GP && regs->rip == (uintptr_t)entry_iretq) {
		/* The frame is still complete on the kernel stack. */
		leave_with_bad_frame(regs);
	} else if (vector == VECTOR_GP && fix_up(regs)) {
		return; /* a copy from an address that is not canonical */
	} else if (vector == VECTOR_DB) {
		regs->rflags &= ~RFLAGS_TF; /* a program single-steps into the kernel */
		if (!debug_kernel(regs)) {
			signal_send_proc(current->proc, SIGKILL, NULL);
			leave_with_bad_frame(regs);
		}
	} else if (vector == VECTOR_NMI) {
		watchdog_kernel(regs);
	} else if (vector == VECTOR_DF && kstack_is_guard(regs->rsp - 8)) {
		panic_regs(regs, "kernel stack overflow");
	} else {
		panic_regs(regs, "%s (error %#lx)", name_of(vector), regs->orig_rax);
	}
}
