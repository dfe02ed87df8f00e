/* cred.h: who may do what: capabilities(7), credentials(7).
 *
 * Each thread has its own credentials, though programs seldom see that: the C libraries make a change
 * in all threads of a process.  What others ask of a process is asked of its first thread's, which the
 * process keeps when that thread has ended (struct proc).
 * A struct cred is shared by those who got it by clone and fork, and is never changed: who wants other
 * ids takes a copy, changes that, and makes it its own. */
#ifndef PROC_CRED_H
#define PROC_CRED_H

#include <linux/capability.h>
#include <linux/securebits.h>

#include "lib/refcount.h"
#include "lib/types.h"

#define CAP_ALL	    ((1ull << (CAP_LAST_CAP + 1)) - 1)
#define TIMER_SLACK 50000ull /* PR_GET_TIMERSLACK: Linux' default */
/* Which memory a core dump would hold, core(5): the default, and all bits there are. */
#define COREDUMP_FILTER	    0x33u
#define COREDUMP_FILTER_ALL 0x1ffu

struct task;

struct cred {
	refcount_t ref;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	unsigned securebits; /* SECBIT_*: capabilities(7) */
	bool no_new_privs;
	uid_t login_uid;     /* who logged in: kept for /proc/<pid>/loginuid; -1: nobody */
	unsigned session_id; /* counts logins; -1: none */
	uint64_t cap_effective, cap_permitted, cap_inheritable, cap_bounding, cap_ambient;
	unsigned group_count;
	gid_t groups[];
};

/* What the kernel starts with: root, all capabilities. */
extern struct cred boot_cred;

struct cred *cred_get(struct cred *c);
void cred_put(struct cred *c); /* NULL is allowed */
/* Set those of t, which has had some already or none; c's reference is t's then. */
void cred_give(struct task *t, struct cred *c);
/* A copy of the current task's, to be changed and then committed, or put.  => NULL */
struct cred *cred_prepare(void);
/* The same with room for other groups, which the caller fills in. */
struct cred *cred_prepare_groups(unsigned count);
/* c, the caller's reference, becomes the current task's, and its process's when that is its first. */
void cred_commit(struct cred *c);

/* Does the current task have this capability (CAP_*)? */
bool capable(unsigned cap);
static inline uint64_t cap_bit(unsigned cap)
{
	return 1ull << cap;
}
/* The user ids in c have been changed from those of old: what becomes of its capabilities. */
void caps_after_setuid(struct cred *c, const struct cred *old);
void caps_after_setfsuid(struct cred *c, uid_t old_fsuid);
/* c is for a program that is executed (its ids are the new ones); `set_id`: they are by the file. */
void caps_after_exec(struct cred *c, bool set_id);
/* Is gid among the current task's groups (file system group included)? */
bool in_group(gid_t gid);
/* Are all user and group ids of `of` the real ones of the current task? */
bool cred_same_ids(const struct cred *of);

#endif
