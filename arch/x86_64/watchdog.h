/* watchdog.h: the non-maskable tick and what else finds harm done in ring 0. */
#ifndef ARCH_X86_64_WATCHDOG_H
#define ARCH_X86_64_WATCHDOG_H

#include "arch/arch.h"

/* When the registers of the machine have their final values. */
void watchdog_init(void);
/* A tick interrupted the current program; regs as in trap_program(). */
void watchdog_program(struct regs *regs);
/* A tick interrupted the kernel. */
void watchdog_kernel(const struct regs *regs);
/* The program has come in with interrupts off: turn them on, and it gets SIGSEGV. */
void watchdog_check_flags(struct regs *regs);

#endif
