/* cred.h: who may do what: capabilities(7), credentials(7). */
#ifndef PROC_CRED_H
#define PROC_CRED_H

#include <linux/capability.h>
#include <linux/securebits.h>

#include "lib/types.h"

#define CAP_ALL	    ((1ull << (CAP_LAST_CAP + 1)) - 1)
#define TIMER_SLACK 50000ull /* PR_GET_TIMERSLACK: Linux' default */
/* Which memory a core dump would hold, core(5): the default, and all bits there are. */
#define COREDUMP_FILTER	    0x33u
#define COREDUMP_FILTER_ALL 0x1ffu

struct proc;

/* Does the current process have this capability (CAP_*)? */
bool capable(unsigned cap);
static inline uint64_t cap_bit(unsigned cap)
{
	return 1ull << cap;
}
/* The user ids of p have been changed from these: what becomes of its capabilities. */
void caps_after_setuid(struct proc *p, uid_t uid, uid_t euid, uid_t suid);
void caps_after_setfsuid(struct proc *p, uid_t fsuid);
/* p executes a program (its ids are the new ones); `set_id`: that has changed an effective id. */
void caps_after_exec(struct proc *p, bool set_id);
/* Is gid among the current process's groups (file system group included)? */
bool in_group(gid_t gid);

#endif
