/* poweroff.h: for drivers that can tell the host how the machine ended. */
#ifndef ARCH_X86_64_POWEROFF_H
#define ARCH_X86_64_POWEROFF_H

/* Called once, first, by arch_poweroff(): pass status on, and return. */
extern void (*poweroff_hook)(int status);

#endif
