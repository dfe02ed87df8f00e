/* vsyscall.S: the way into the kernel for programs that call what AT_SYSINFO names.
 *
 * Called with the registers of the syscall instruction.  The return address goes where that
 * instruction puts it, so the program's stack is as before the call and nothing is ever pushed. */

#include "arch/x86_64/offsets.h"

	.text
	.globl __kernel_vsyscall
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
	pop %rcx
	jmp *%gs:CPU_ENTRY_VSYSCALL
	.size __kernel_vsyscall, . - __kernel_vsyscall

	.section .note.GNU-stack, "", @progbits
