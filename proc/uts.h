/* uts.h: what uname(2) says, and /proc/sys/kernel. */
#ifndef PROC_UTS_H
#define PROC_UTS_H

#include <linux/utsname.h>

/* sethostname(2) and setdomainname(2) change the two names.  machine is empty here: uname(2) puts
 * arch_platform there. */
extern struct new_utsname uts;

#endif
