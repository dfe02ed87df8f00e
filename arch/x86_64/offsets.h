/* offsets.h: numbers that C and assembler share.  arch/x86_64/cpu.c proves that the offsets agree
 * with the structures. */
#ifndef ARCH_X86_64_OFFSETS_H
#define ARCH_X86_64_OFFSETS_H

/* Selectors: the order of the GDT.  STAR makes SS follow CS (Intel SDM volume 3, 5.8.8). */
#define KERNEL_CS    0x08
#define KERNEL_SS    0x10
#define TSS_SELECTOR 0x18

/* In the cs slot of struct regs, above the 16 bits that iretq looks at: the program came in through
 * __kernel_vsyscall, so there is no syscall instruction before rip. */
#define REGS_CS_VSYSCALL 0x10000
/* The same: it came in through the stub of a patched site. */
#define REGS_CS_STUB 0x20000

#define BOOT_STACK_SIZE 8192

/* struct cpu */
#define CPU_CURRENT	   8
#define CPU_KSTACK_TOP	   16
#define CPU_SCRATCH	   24
#define CPU_ENTRY_STUB	   32
#define CPU_ENTRY_VSYSCALL 40
#define CPU_WORK	   48 /* two flags: see struct cpu */

/* struct task */
#define TASK_KSP	0
#define TASK_KSTACK_TOP 8
#define TASK_WORK	32 /* two flags: signal_pending, restore_mask */
#define TASK_TID	36
#define TASK_PROC	40
#define TASK_VDSO	48
#define TASK_UID	56
#define TASK_EUID	60
#define TASK_GID	64
#define TASK_EGID	68

/* struct proc */
#define PROC_PID  0
#define PROC_PPID 4

/* Calls that __kernel_vsyscall answers itself have numbers below this. */
#define LEAF_LIMIT 187

/* struct regs */
#define REGS_R15    0
#define REGS_R14    8
#define REGS_R13    16
#define REGS_R12    24
#define REGS_RBP    32
#define REGS_RBX    40
#define REGS_R11    48
#define REGS_R10    56
#define REGS_R9	    64
#define REGS_R8	    72
#define REGS_RAX    80
#define REGS_RDX    96
#define REGS_RSI    104
#define REGS_RDI    112
#define REGS_RIP    128
#define REGS_RFLAGS 144
#define REGS_RSP    152
#define REGS_SIZE   168

/* Flags: Intel SDM volume 1, 3.4.3.  The short way out of a trap loads flags with IF set and TF, NT
 * and RF clear, and leaves others to iretq. */
#define RFLAGS_PLAIN	 0x202
#define REGS_LEAVE_MASK	 0x14300
#define REGS_LEAVE_FLAGS 0x00200

/* Sites of system calls that cannot be patched, by the low bits of their addresses: patch.c. */
#define REFUSED_SITES 256

/* Numbers of system calls are below this. */
#define SYSCALL_LIMIT 512

/* Vectors: Intel SDM volume 3, 6.3.1; the 8259s and the local APIC are put behind them. */
#define VECTOR_DB	1
#define VECTOR_NMI	2
#define VECTOR_BP	3
#define VECTOR_OF	4
#define VECTOR_UD	6
#define VECTOR_NM	7
#define VECTOR_DF	8
#define VECTOR_GP	13
#define VECTOR_PF	14
#define VECTOR_MC	18
#define VECTOR_PIC	32
#define VECTOR_TIMER	48
#define VECTOR_SPURIOUS 255

#endif
