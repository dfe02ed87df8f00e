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
/* The timer interrupted the current program. */
void watchdog_timer(void);
/* The current task is about to be switched from.  => had it changed CR0?  Then that is put right, and
 * watchdog_switched_back() is to be called when the task is current again: it gets SIGSEGV. */
bool watchdog_switch(void);
void watchdog_switched_back(void);
/* The program has come in with interrupts off: turn them on, and it gets SIGSEGV. */
void watchdog_check_flags(struct regs *regs);

#endif
