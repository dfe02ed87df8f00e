/* vsyscall.S: the way into the kernel for programs that call what AT_SYSINFO names.
 *
 * Called with the registers of the syscall instruction.  The return address goes where that
 * instruction puts it, so the program's stack is as before the call and nothing is ever pushed.
 *
 * Calls that only tell a number of the caller's do not enter the kernel at all: program and kernel
 * share one address space and one privilege, so the number is read where the kernel has it.  %gs is
 * the CPU's area, and in it the current task, which is the caller whenever this code runs; its
 * process stays as long as it does.  These calls look for no signal: what shall be delivered makes
 * an interrupt, or is found at the next call.  They are not seen by the trace and the tally, so with the
 * options strace and syscalls AT_SYSINFO names __kernel_vsyscall_plain. */

#include <asm/unistd.h>

#include "arch/x86_64/offsets.h"

	.text
	.globl __kernel_vsyscall
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
	cmp $LEAF_LIMIT, %eax
	jae __kernel_vsyscall_plain
	lea leaves(%rip), %rcx
	mov %eax, %r11d
	movslq (%rcx, %r11, 4), %r11
	test %r11, %r11
	jz __kernel_vsyscall_plain
	add %rcx, %r11
	jmp *%r11
	.size __kernel_vsyscall, . - __kernel_vsyscall

	.balign 16
	.globl __kernel_vsyscall_plain
	.type __kernel_vsyscall_plain, @function
__kernel_vsyscall_plain:
	pop %rcx
	jmp *%gs:CPU_ENTRY_VSYSCALL
	.size __kernel_vsyscall_plain, . - __kernel_vsyscall_plain

	.macro TASK_LEAF name, field
leaf_\name:
	mov %gs:CPU_CURRENT, %rax
	mov \field(%rax), %eax
	ret
	.endm

	.macro PROC_LEAF name, field
leaf_\name:
	mov %gs:CPU_CURRENT, %rax
	mov TASK_PROC(%rax), %rax
	mov \field(%rax), %eax
	ret
	.endm

	PROC_LEAF getpid, PROC_PID
	PROC_LEAF getppid, PROC_PPID
	TASK_LEAF gettid, TASK_TID
	TASK_LEAF getuid, TASK_UID
	TASK_LEAF geteuid, TASK_EUID
	TASK_LEAF getgid, TASK_GID
	TASK_LEAF getegid, TASK_EGID

/* By number: where the code is, from here; 0: no such call. */
	.section .rodata
	.balign 4
leaves:
	.set leaf_nr, 0
	.rept LEAF_LIMIT
	.if leaf_nr == __NR_getpid
	.long leaf_getpid - leaves
	.elseif leaf_nr == __NR_getppid
	.long leaf_getppid - leaves
	.elseif leaf_nr == __NR_getuid
	.long leaf_getuid - leaves
	.elseif leaf_nr == __NR_geteuid
	.long leaf_geteuid - leaves
	.elseif leaf_nr == __NR_getgid
	.long leaf_getgid - leaves
	.elseif leaf_nr == __NR_getegid
	.long leaf_getegid - leaves
	.elseif leaf_nr == __NR_gettid
	.long leaf_gettid - leaves
	.else
	.long 0
	.endif
	.set leaf_nr, leaf_nr + 1
	.endr

	.section .note.GNU-stack, "", @progbits
