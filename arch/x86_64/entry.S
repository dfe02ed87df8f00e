/* entry.S: every way into the kernel and out of it.
 *
 * Program and kernel both run in ring 0, so the processor changes no privilege level, and three
 * things that it normally does must be done here:
 *
 * - The stack.  Programs use the 128 bytes below %rsp (red zone), so nothing may ever be pushed on
 *   a program's stack.  Exceptions and interrupts therefore all enter on an IST stack (Intel SDM
 *   volume 3, 6.14.5), and the system-call entries save %rsp in the per-CPU area.
 * - Who was it?  CS says ring 0 in any case.  What was interrupted inside the kernel's .text is the
 *   kernel; all else (also the vDSO) is a program.  A program's frame is rebuilt as struct regs at
 *   the top of the task's kernel stack, where the C code may block and switch tasks; the IST stack
 *   is free again from then on.  A trap inside the kernel is handled on the IST stack; a page fault
 *   of the kernel (a copy from or to a program's memory) moves on to the interrupted kernel stack,
 *   since it may be followed by others.
 * - Interrupts.  No handler of one ever runs in the middle of the kernel's code, but the interrupt
 *   flag says nothing about that: to clear it at each call and to set it again costs more than the
 *   rest of a short call.  An interrupt that finds the kernel's text is *held*: trap_kernel() notes
 *   its number and clears the flag until the way out, where exit_work() runs the handler; so does
 *   schedule().  The short way out looks once whether anything is held, and what comes later, up
 *   to its last two instructions, which are the program's already, sends it back to look again.
 *
 * %gs always points to struct cpu; %fs always belongs to the program.  The FPU is not touched. */

#include "arch/x86_64/offsets.h"

	.section .text.entry, "ax", @progbits

/* --- system calls ---------------------------------------------------------------------------- */

/* The short way.  A call needs little: another stack, the arguments where restarts and signals look
 * for them, the function.  So only that is done.  The registers that C functions keep (rbx, rbp,
 * r12 to r15) are not stored: their places in struct regs are filled by whoever needs them, which is
 * the long way out and the calls that the table flags F. */

	.macro PUSH_REGS_FROM_R8
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	.endm

	.macro POP_REGS_TO_R12
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	.endm

	.macro STORE_KEPT_REGS at
	mov %rbx, \at+REGS_RBX(%rsp)
	mov %rbp, \at+REGS_RBP(%rsp)
	mov %r12, \at+REGS_R12(%rsp)
	mov %r13, \at+REGS_R13(%rsp)
	mov %r14, \at+REGS_R14(%rsp)
	mov %r15, \at+REGS_R15(%rsp)
	.endm

/* The frame is complete from ss to cs.  %rcx = rip, %rax = number; r11 is free. */
	.macro PUSH_ARGUMENTS count
	push %rcx
	push %rax			/* orig_rax */
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	push %r8
	push %r9
	push %r10
	push %r11
	sub $REGS_R11, %rsp
	incq entry_counts + \count(%rip)
	.endm

/* Call the function of number %eax with its arguments in place.  => %rax */
	.macro CALL_FUNCTION
	mov %r10, %rcx
	cmp $SYSCALL_LIMIT, %eax
	jae 8f
	mov syscall_entries(%rip), %r11
	mov %eax, %eax
	call *(%r11, %rax, 8)
9:
	.subsection 1
8:	mov syscall_entries(%rip), %r11
	call *(SYSCALL_LIMIT * 8)(%r11)	/* for all numbers that no call has */
	jmp 9b
	.subsection 0
	.endm

/* Leave by the long way if another task shall run, an interrupt is held or a signal waits.  From
 * here to leave_pop_rsp an interrupt would be overlooked: trap_kernel() makes it go on at
 * leave_long, with the frame as it is. */
	.macro CHECK_WORK
	cmpw $0, %gs:CPU_WORK
	jne leave_long
	mov %gs:CPU_CURRENT, %rcx
	cmpw $0, TASK_WORK(%rcx)
	jne leave_long
	.endm

	.macro LOAD_ARGUMENTS
	mov REGS_RDI(%rsp), %rdi
	mov REGS_RSI(%rsp), %rsi
	mov REGS_RDX(%rsp), %rdx
	mov REGS_R8(%rsp), %r8
	mov REGS_R9(%rsp), %r9
	mov REGS_R10(%rsp), %r10
	mov REGS_RIP(%rsp), %rcx
	.endm

/* From the syscall instruction: %rcx = the instruction behind it, %r11 = rflags; DF is clear by
 * FMASK. */
	.balign 16
	.globl entry_trap
entry_trap:
	mov %rsp, %gs:CPU_SCRATCH
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %gs:CPU_SCRATCH
	push %r11
	push $KERNEL_CS
	PUSH_ARGUMENTS 0
	/* Has this site been looked at, and cannot be patched? */
	movzwl %cx, %r11d
	and $(REFUSED_SITES - 1), %r11d
	lea refused_sites(%rip), %rcx
	mov (%rcx, %r11, 8), %rcx
	cmp %rcx, REGS_RIP(%rsp)
	jne trap_unknown_site
trap_call:
	CALL_FUNCTION
	.globl leave_short_begin
leave_short_begin:
	CHECK_WORK
leave_trap:
	mov REGS_RFLAGS(%rsp), %r11
	mov %r11d, %ecx
	and $(REGS_LEAVE_MASK), %ecx
	cmp $(REGS_LEAVE_FLAGS), %ecx
	jne leave_long
	LOAD_ARGUMENTS
	add $REGS_RFLAGS, %rsp
leave_popfq:
	popfq
	/* Interrupts are on, and all registers the program's.  One that comes here must not be taken
	 * for one of the kernel, or the program would go on without the preemption or the signal
	 * that it brings: trap_in_kernel knows these two addresses and makes the program's frame of
	 * it. */
	.globl leave_pop_rsp
leave_pop_rsp:
	pop %rsp
leave_jump:
	jmp *%rcx

trap_unknown_site:
	STORE_KEPT_REGS 0
	mov %rsp, %rdi
	xor %ebp, %ebp
	call arch_patch_site
	mov REGS_RBP(%rsp), %rbp
	mov REGS_RAX(%rsp), %rax
	LOAD_ARGUMENTS
	jmp trap_call

/* From a patched site (patch.c): %rax = number, %rcx = the address behind the site's syscall. */
	.balign 16
	.globl entry_stub
entry_stub:
	mov %rsp, %gs:CPU_SCRATCH
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %gs:CPU_SCRATCH
	pushfq
	cld
	orq $REGS_LEAVE_FLAGS, (%rsp)	/* an interrupt was held between the jump and here */
	mov (%rsp), %r11
	push $(KERNEL_CS | REGS_CS_STUB)
	PUSH_ARGUMENTS 8
	CALL_FUNCTION
	.globl leave_stub_begin
leave_stub_begin:
	CHECK_WORK
	jmp leave_trap

/* From __kernel_vsyscall, which has popped its return address into %rcx.  A call may change the
 * flags, so those of the program are not kept; that interrupts are on is all that matters. */
	.balign 16
	.globl entry_vsyscall
entry_vsyscall:
	mov %rsp, %r11
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %r11
	push $RFLAGS_PLAIN
	push $(KERNEL_CS | REGS_CS_VSYSCALL)
	cld
	PUSH_ARGUMENTS 16
	CALL_FUNCTION
	.globl leave_vsyscall_begin
leave_vsyscall_begin:
	CHECK_WORK
	LOAD_ARGUMENTS
	add $REGS_RSP, %rsp
	jmp leave_pop_rsp

/* The long way out: %rax = the result, %rsp = struct regs, of which what C keeps is missing. */
	.balign 16
	.globl leave_long
leave_long:
	mov %rax, REGS_RAX(%rsp)
	STORE_KEPT_REGS 0
	mov %rsp, %rdi
	xor %ebp, %ebp
	call exit_work

/* %rsp = struct regs, complete; interrupts are off.
 * %al: may it leave as from a syscall (%rcx = rip, %r11 = rflags)? */
leave_regs:
	test %al, %al
	jz leave_iret
	POP_REGS_TO_R12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rax
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	add $24, %rsp			/* orig_rax, rip, cs */
	jmp leave_popfq

/* Calls that look at all registers, or change them: the frame is completed before and taken from
 * memory after. */
	.macro FRAME_CALL name, function
	.balign 16
	.globl arch_frame_\name
arch_frame_\name:
	STORE_KEPT_REGS 8
	call \function
	pop %rcx			/* not back to the short way */
	mov %rsp, %rdi
	mov %rax, %rsi
	xor %ebp, %ebp
	call frame_call_done
	jmp leave_regs
	.endm

#define CALL_0(name)
#define CALL_F(name)		      FRAME_CALL name, sys_##name;
#define S(name, args, flags)	      CALL_##flags(name)
#define P(name, args, flags, missing) CALL_##flags(name)
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N

/* The entry of every call while calls are traced. */
	.balign 16
	.globl arch_frame_traced
arch_frame_traced:
	STORE_KEPT_REGS 8
	pop %rcx
	mov %rsp, %rdi
	xor %ebp, %ebp
	call syscall_dispatch
	mov %rsp, %rdi
	call exit_work
	jmp leave_regs

/* Load everything from struct regs at %rsp. */
	.balign 16
leave_iret:
	POP_REGS_TO_R12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rax
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	add $8, %rsp
	/* A frame that the processor refuses (rip not canonical) is a #GP here; trap.c knows this
	 * address and continues at entry_bad_frame. */
	.globl entry_iretq
entry_iretq:
	iretq

	.globl entry_bad_frame
entry_bad_frame:
	mov %rsp, %rdi
	xor %ebp, %ebp
	call trap_bad_frame
	jmp leave_iret

	.globl arch_return_to_program
arch_return_to_program:
	cli
	mov %gs:CPU_KSTACK_TOP, %rsp
	sub $REGS_SIZE, %rsp
	jmp leave_iret

/* --- exceptions and interrupts --------------------------------------------------------------- */

	.macro VECTOR n, error=0
	.balign 16
	.if !\error
	push $0
	.endif
	push %rdi
	mov $\n, %edi
	.if \error
	jmp trap_with_error
	.else
	jmp trap_common
	.endif
	.endm

/* 16 bytes each; which ones push an error code: Intel SDM volume 3, table 6-1. */
	.balign 16
	.globl trap_vectors
trap_vectors:
	.altmacro
	.set n, 0
	.rept 256
	.if (n == 8) || ((n >= 10) && (n <= 14)) || (n == 17) || (n == 21) || (n == 29) || (n == 30)
	VECTOR %n, 1
	.else
	VECTOR %n
	.endif
	.set n, n + 1
	.endr
	.noaltmacro

/* `int n` of an exception with an error code pushes none, which shows in the stack's alignment: make it
 * the general protection that it is in other rings. */
	.balign 16
trap_with_error:
	test $8, %spl
	jnz trap_common
	push (%rsp)
	movq $0, 8(%rsp)
	mov $VECTOR_GP, %edi

/* On the IST stack: rdi, error code, rip, cs, rflags, rsp, ss; %edi = vector. */
	.balign 16
trap_common:
	cld
	push %rsi
	push %rax
	mov 32(%rsp), %rsi
	lea __text_start(%rip), %rax
	cmp %rax, %rsi
	jb 1f
	lea __text_end(%rip), %rax
	cmp %rax, %rsi
	jb trap_in_kernel
1:
	mov %rsp, %rsi
	mov %gs:CPU_KSTACK_TOP, %rsp
	/* Emulators clear %ss when they take an IST stack, and translate code anew for a processor in
	 * another state: let it be what it is in system calls. */
	mov $KERNEL_SS, %eax
	mov %eax, %ss
	push 64(%rsi)			/* ss */
	push 56(%rsi)			/* rsp */
	push 48(%rsi)			/* rflags */
	push 40(%rsi)			/* cs */
	push 32(%rsi)			/* rip */
	push 24(%rsi)			/* error code, in orig_rax's place */
	push 16(%rsi)			/* rdi */
	push 8(%rsi)			/* rsi */
	push %rdx
	push %rcx
	push (%rsi)			/* rax */
	PUSH_REGS_FROM_R8
	mov %edi, %esi
	mov %rsp, %rdi
	xor %ebp, %ebp
	call trap_program
	jmp leave_iret

	/* On the IST stack: rax, rsi, rdi, error code, rip, cs, rflags, rsp, ss; %rsi = rip. */
trap_in_kernel:
	lea leave_jump(%rip), %rax
	cmp %rax, %rsi
	je 4f
	lea leave_pop_rsp(%rip), %rax
	cmp %rax, %rsi
	je 3f
	pop %rax
	pop %rsi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	PUSH_REGS_FROM_R8
	mov %edi, %edx
	cmp $VECTOR_PF, %edi
	jne 2f
	/* On to the interrupted stack, when that is one of the kernel's. */
	mov 152(%rsp), %rdi
	test %rdi, %rdi
	jns 2f
	and $-16, %rdi
	sub $(REGS_SIZE + 8), %rdi
	mov %rsp, %rsi
	mov $(REGS_SIZE / 8), %ecx
	mov %rdi, %rax
	rep movsq
	mov %rax, %rsp
	mov $KERNEL_SS, %eax		/* as above */
	mov %eax, %ss
2:
	mov %edx, %esi
	mov %rsp, %rdi
	call trap_kernel
	jmp leave_iret

3:	mov 56(%rsp), %rsi
	mov (%rsi), %rsi
	mov %rsi, 56(%rsp)		/* rsp */
4:	mov %rcx, 32(%rsp)		/* rip */
	/* The interrupt has waited for the end of the system call: the error code, which interrupts
	 * do not have, tells the tick. */
	movq $1, 24(%rsp)
	jmp 1b

/* --- tasks ----------------------------------------------------------------------------------- */

/* switch_stacks(prev, next): callee-saved registers and the stack; returns as next. */
	.balign 16
	.globl switch_stacks
switch_stacks:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, TASK_KSP(%rdi)
	mov TASK_KSP(%rsi), %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

/* run_on_stack(fn, top) */
	.balign 16
	.globl run_on_stack
run_on_stack:
	push %rbp
	mov %rsp, %rbp
	mov %rsi, %rsp
	call *%rdi
	mov %rbp, %rsp
	pop %rbp
	ret

/* Where a new task's first switch_stacks returns to: %rbx = function, %r12 = argument. */
	.globl task_begin
task_begin:
	mov %r12, %rdi
	xor %ebp, %ebp
	call *%rbx
	ud2

	.section .note.GNU-stack, "", @progbits
