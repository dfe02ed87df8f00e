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

#define BOOT_STACK_SIZE 8192

/* struct cpu */
#define CPU_CURRENT	   8
#define CPU_KSTACK_TOP	   16
#define CPU_SCRATCH	   24
#define CPU_ENTRY_STUB	   32
#define CPU_ENTRY_VSYSCALL 40

/* struct task */
#define TASK_KSP	0
#define TASK_KSTACK_TOP 8

/* struct regs */
#define REGS_RIP  128
#define REGS_SIZE 168

/* Vectors: Intel SDM volume 3, 6.3.1; the 8259s and the local APIC are put behind them. */
#define VECTOR_DB	1
#define VECTOR_NMI	2
#define VECTOR_BP	3
#define VECTOR_UD	6
#define VECTOR_DF	8
#define VECTOR_GP	13
#define VECTOR_PF	14
#define VECTOR_MC	18
#define VECTOR_PIC	32
#define VECTOR_TIMER	48
#define VECTOR_SPURIOUS 255

#endif
