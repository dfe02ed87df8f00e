/* uts.h: what uname(2) says, and /proc/sys/kernel. */
#ifndef PROC_UTS_H
#define PROC_UTS_H

#include <linux/utsname.h>

/* sethostname(2) and setdomainname(2) change the two names. */
extern struct new_utsname uts;

#endif
