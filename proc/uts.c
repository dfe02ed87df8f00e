/* uts.c: the names of the system.  Programs read the release as a Linux version and choose by it
 * what they use, so it is that of a Linux whose system calls we mean to have. */

#include "arch/arch.h"
#include "proc/uts.h"

struct new_utsname uts = {
	.sysname = "Linux",
	.nodename = "flatshare",
	.release = "6.1.0-flatshare",
	.version = "#1 Flatshare",
	.machine = ARCH_NAME,
	.domainname = "(none)",
};
