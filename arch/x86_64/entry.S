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
 * - Interrupts.  The kernel runs with them off.  The two entries that programs jump to begin with
 *   interrupts on: an interrupt there finds the kernel's text, is handled on the IST stack and
 *   comes back without preemption, so %gs:CPU_SCRATCH stays ours.  The way out ends with two
 *   instructions that are the program's already; see leave_syscall.
 *
 * %gs always points to struct cpu; %fs always belongs to the program.  The FPU is not touched. */

#include "arch/x86_64/offsets.h"

	.section .text.entry, "ax", @progbits

/* --- system calls ---------------------------------------------------------------------------- */

/* Push what is below struct regs.orig_rax, in the order of struct regs. */
	.macro PUSH_REGS
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	PUSH_REGS_FROM_R8
	.endm

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

/* The end of an entry: the frame is complete down to cs, %rcx = rip, %r11 = rflags. */
	.macro ENTER_SYSCALL count, function
	push %rcx
	push %rax
	PUSH_REGS
	incq entry_counts + \count(%rip)
	mov %rsp, %rdi
	xor %ebp, %ebp
	call \function
	jmp leave_syscall
	.endm

/* From the syscall instruction: %rcx = the instruction behind it, %r11 = rflags, interrupts off and
 * DF clear by FMASK. */
	.balign 16
	.globl entry_trap
entry_trap:
	mov %rsp, %gs:CPU_SCRATCH
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %gs:CPU_SCRATCH
	push %r11
	push $KERNEL_CS
	ENTER_SYSCALL 0, entry_syscall_trap

/* From a patched site (patch.c): %rax = number, %rcx = the address behind the site's syscall. */
	.balign 16
	.globl entry_stub
entry_stub:
	mov %rsp, %gs:CPU_SCRATCH
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %gs:CPU_SCRATCH
	pushfq
	cli
	cld
	mov (%rsp), %r11
	push $KERNEL_CS
	ENTER_SYSCALL 8, entry_syscall

/* From __kernel_vsyscall, which has popped its return address into %rcx. */
	.balign 16
	.globl entry_vsyscall
entry_vsyscall:
	mov %rsp, %gs:CPU_SCRATCH
	mov %gs:CPU_KSTACK_TOP, %rsp
	push $KERNEL_SS
	push %gs:CPU_SCRATCH
	pushfq
	cli
	cld
	mov (%rsp), %r11
	push $(KERNEL_CS | REGS_CS_VSYSCALL)
	ENTER_SYSCALL 16, entry_syscall

/* %rsp = struct regs, %al: may it leave as from a syscall (%rcx = rip, %r11 = rflags)? */
	.balign 16
leave_syscall:
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
	popfq
	/* Interrupts are on.  One that comes here must not be taken for one of the kernel, or the
	 * program would go on without the preemption or the signal that it brings: trap_in_kernel
	 * knows these two addresses and makes the program's frame of it. */
leave_pop_rsp:
	pop %rsp
leave_jump:
	jmp *%rcx

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
	jmp trap_common
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

/* Where a new task's first switch_stacks returns to: %rbx = function, %r12 = argument. */
	.globl task_begin
task_begin:
	mov %r12, %rdi
	xor %ebp, %ebp
	call *%rbx
	ud2

	.section .note.GNU-stack, "", @progbits
