/* ids.c: getpid(2), setuid(2), setgroups(2), setpgid(2), setsid(2), capget(2). */
#include <asm/errno.h>
#include <linux/limits.h>

#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "fs/tty.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define NOBODY ((uid_t)-1) /* "leave it as it is" */

long sys_getpid(void)
{
	return current->proc->pid;
}

long sys_gettid(void)
{
	return current->tid;
}

long sys_getppid(void)
{
	return current->proc->ppid;
}

long sys_getuid(void)
{
	return current->cred->uid;
}

long sys_geteuid(void)
{
	return current->cred->euid;
}

long sys_getgid(void)
{
	return current->cred->gid;
}

long sys_getegid(void)
{
	return current->cred->egid;
}

long sys_getresuid(uid_t *uid, uid_t *euid, uid_t *suid)
{
	const struct cred *me = current->cred;

	if (put_user(me->uid, uid) < 0 || put_user(me->euid, euid) < 0)
		return -EFAULT;
	return put_user(me->suid, suid);
}

long sys_getresgid(gid_t *gid, gid_t *egid, gid_t *sgid)
{
	const struct cred *me = current->cred;

	if (put_user(me->gid, gid) < 0 || put_user(me->egid, egid) < 0)
		return -EFAULT;
	return put_user(me->sgid, sgid);
}

/* --- changing user ids --- */

/* Set the three ids and what follows from them. */
static long set_uids(uid_t uid, uid_t euid, uid_t suid)
{
	const struct cred *old = current->cred;
	struct cred *c = cred_prepare();

	if (c == NULL)
		return -ENOMEM;
	if (uid != old->uid || euid != old->euid)
		current->proc->dumpable = false;
	c->uid = uid;
	c->euid = c->fsuid = euid;
	c->suid = suid;
	caps_after_setuid(c, old);
	cred_commit(c);
	return 0;
}

long sys_setuid(uid_t uid)
{
	const struct cred *me = current->cred;

	if (uid == NOBODY)
		return -EINVAL;
	if (capable(CAP_SETUID))
		return set_uids(uid, uid, uid);
	if (uid != me->uid && uid != me->suid)
		return -EPERM;
	return set_uids(me->uid, uid, me->suid);
}

long sys_setreuid(uid_t uid, uid_t euid)
{
	const struct cred *me = current->cred;
	uid_t new_uid = uid == NOBODY ? me->uid : uid, new_euid = euid == NOBODY ? me->euid : euid;
	bool saves = uid != NOBODY || (euid != NOBODY && euid != me->uid);

	if (!capable(CAP_SETUID)) {
		if (new_uid != me->uid && new_uid != me->euid)
			return -EPERM;
		if (new_euid != me->uid && new_euid != me->euid && new_euid != me->suid)
			return -EPERM;
	}
	return set_uids(new_uid, new_euid, saves ? new_euid : me->suid);
}

/* May the current task, which may not set any id, take this one? */
static bool own_uid(uid_t uid)
{
	const struct cred *me = current->cred;

	return uid == NOBODY || uid == me->uid || uid == me->euid || uid == me->suid;
}

long sys_setresuid(uid_t uid, uid_t euid, uid_t suid)
{
	const struct cred *me = current->cred;

	if (!capable(CAP_SETUID) && !(own_uid(uid) && own_uid(euid) && own_uid(suid)))
		return -EPERM;
	return set_uids(uid == NOBODY ? me->uid : uid, euid == NOBODY ? me->euid : euid,
			suid == NOBODY ? me->suid : suid);
}

long sys_setfsuid(uid_t uid)
{
	uid_t old = current->cred->fsuid;

	if (uid == NOBODY || !(own_uid(uid) || uid == old || capable(CAP_SETUID)))
		return old;
	struct cred *c = cred_prepare();
	if (c == NULL)
		return old;
	c->fsuid = uid;
	caps_after_setfsuid(c, old);
	cred_commit(c);
	return old;
}

/* --- changing group ids --- */

static long set_gids(gid_t gid, gid_t egid, gid_t sgid)
{
	struct cred *c = cred_prepare();

	if (c == NULL)
		return -ENOMEM;
	if (egid != c->egid)
		current->proc->dumpable = false;
	c->gid = gid;
	c->egid = c->fsgid = egid;
	c->sgid = sgid;
	cred_commit(c);
	return 0;
}

static bool own_gid(gid_t gid)
{
	const struct cred *me = current->cred;

	return gid == NOBODY || gid == me->gid || gid == me->egid || gid == me->sgid;
}

long sys_setgid(gid_t gid)
{
	const struct cred *me = current->cred;

	if (gid == NOBODY)
		return -EINVAL;
	if (capable(CAP_SETGID))
		return set_gids(gid, gid, gid);
	if (gid != me->gid && gid != me->sgid)
		return -EPERM;
	return set_gids(me->gid, gid, me->sgid);
}

long sys_setregid(gid_t gid, gid_t egid)
{
	const struct cred *me = current->cred;
	gid_t new_gid = gid == NOBODY ? me->gid : gid, new_egid = egid == NOBODY ? me->egid : egid;
	bool saves = gid != NOBODY || (egid != NOBODY && egid != me->gid);

	if (!capable(CAP_SETGID)) {
		if ((new_gid != me->gid && new_gid != me->egid) || !own_gid(new_egid))
			return -EPERM;
	}
	return set_gids(new_gid, new_egid, saves ? new_egid : me->sgid);
}

long sys_setresgid(gid_t gid, gid_t egid, gid_t sgid)
{
	const struct cred *me = current->cred;

	if (!capable(CAP_SETGID) && !(own_gid(gid) && own_gid(egid) && own_gid(sgid)))
		return -EPERM;
	return set_gids(gid == NOBODY ? me->gid : gid, egid == NOBODY ? me->egid : egid,
			sgid == NOBODY ? me->sgid : sgid);
}

long sys_setfsgid(gid_t gid)
{
	gid_t old = current->cred->fsgid;

	if (gid == NOBODY || !(own_gid(gid) || gid == old || capable(CAP_SETGID)))
		return old;
	struct cred *c = cred_prepare();
	if (c == NULL)
		return old;
	c->fsgid = gid;
	cred_commit(c);
	return old;
}

long sys_getgroups(int size, gid_t *ugroups)
{
	const struct cred *me = current->cred;

	if (size < 0)
		return -EINVAL;
	if (size == 0)
		return me->group_count;
	if ((unsigned)size < me->group_count)
		return -EINVAL;
	if (me->group_count > 0 &&
	    copy_to_user(ugroups, me->groups, me->group_count * sizeof(gid_t)) < 0)
		return -EFAULT;
	return me->group_count;
}

long sys_setgroups(int count, const gid_t *ugroups)
{
	if (!capable(CAP_SETGID))
		return -EPERM;
	if (count < 0 || count > NGROUPS_MAX)
		return -EINVAL;
	struct cred *c = cred_prepare_groups((unsigned)count);
	if (c == NULL)
		return -ENOMEM;
	if (count > 0 && copy_from_user(c->groups, ugroups, (size_t)count * sizeof(gid_t)) < 0) {
		cred_put(c);
		return -EFAULT;
	}
	cred_commit(c);
	return 0;
}

/* --- groups of processes, sessions --- */

static const struct proc *proc_or_self(pid_t pid)
{
	return pid == 0 ? current->proc : proc_find(pid);
}

long sys_getpgid(pid_t pid)
{
	const struct proc *p = proc_or_self(pid);

	return p == NULL ? -ESRCH : p->pgid;
}

long sys_getpgrp(void)
{
	return current->proc->pgid;
}

long sys_getsid(pid_t pid)
{
	const struct proc *p = proc_or_self(pid);

	return p == NULL ? -ESRCH : p->sid;
}

/* Is there a group pgid, and (sid not 0) in this session? */
static bool group_exists(pid_t pgid, pid_t sid)
{
	const struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid == pgid && (sid == 0 || p->sid == sid))
			return true;
	}
	return false;
}

long sys_setpgid(pid_t pid, pid_t pgid)
{
	struct proc *self = current->proc, *p;

	if (pid == 0)
		pid = self->pid;
	if (pgid == 0)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	p = proc_find(pid);
	if (p == NULL || (p != self && p->parent != self))
		return -ESRCH;
	if (p != self) {
		if (p->sid != self->sid)
			return -EPERM;
		if (p->did_exec)
			return -EACCES;
	}
	if (p->sid == p->pid)
		return -EPERM;
	if (pgid != p->pid && !group_exists(pgid, self->sid))
		return -EPERM;
	proc_set_group(p, pgid, p->sid);
	return 0;
}

long sys_setsid(void)
{
	struct proc *p = current->proc;

	if (group_exists(p->pid, 0))
		return -EPERM;
	proc_set_group(p, p->pid, p->pid);
	p->tty = NULL;
	p->hangup_pgrp = 0;
	return p->pid;
}

long sys_vhangup(void)
{
	return tty_hangup_current();
}

/* --- capabilities --- */

/* How many 32-bit words each set has in this version of the interface.  => 0: unknown */
static unsigned cap_words(uint32_t version)
{
	switch (version) {
	case _LINUX_CAPABILITY_VERSION_1: return _LINUX_CAPABILITY_U32S_1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3: return _LINUX_CAPABILITY_U32S_3;
	default: return 0;
	}
}

/* => words; -EINVAL with the version we know in the header */
static int cap_header(struct __user_cap_header_struct *uheader, pid_t *pid)
{
	struct __user_cap_header_struct h;
	unsigned words;

	if (get_user(h, uheader) < 0)
		return -EFAULT;
	words = cap_words(h.version);
	if (words == 0) {
		uint32_t known = _LINUX_CAPABILITY_VERSION_3;

		return put_user(known, &uheader->version) < 0 ? -EFAULT : -EINVAL;
	}
	*pid = h.pid;
	return h.pid < 0 ? -EINVAL : (int)words;
}

long sys_capget(struct __user_cap_header_struct *uheader, struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	const struct task *t;
	pid_t pid;
	int words = cap_header(uheader, &pid);

	if (udata == NULL)
		return words == -EINVAL ? 0 : MIN(words, 0);
	if (words < 0)
		return words;
	t = pid == 0 ? current : task_find(pid);
	if (t == NULL)
		return -ESRCH;
	for (int i = 0; i < words; i++) {
		data[i].effective = (uint32_t)(t->cred->cap_effective >> (32 * i));
		data[i].permitted = (uint32_t)(t->cred->cap_permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(t->cred->cap_inheritable >> (32 * i));
	}
	return copy_to_user(udata, data, (size_t)words * sizeof(data[0]));
}

/* May the current task have these sets? */
static bool may_have(const struct cred *old, uint64_t effective, uint64_t permitted,
		     uint64_t inheritable)
{
	if ((permitted & ~old->cap_permitted) != 0 || (effective & ~permitted) != 0)
		return false;
	if ((inheritable & ~(old->cap_inheritable | old->cap_permitted)) != 0 &&
	    !capable(CAP_SETPCAP))
		return false;
	return (inheritable & ~(old->cap_inheritable | old->cap_bounding)) == 0;
}

long sys_capset(struct __user_cap_header_struct *uheader,
		const struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t effective, permitted, inheritable;
	pid_t pid;
	int words = cap_header(uheader, &pid);

	if (words < 0)
		return words;
	if (pid != 0 && pid != current->tid)
		return -EPERM;
	memset(data, 0, sizeof(data));
	if (copy_from_user(data, udata, (size_t)words * sizeof(data[0])) < 0)
		return -EFAULT;
	effective = (data[0].effective | (uint64_t)data[1].effective << 32) & CAP_ALL;
	permitted = (data[0].permitted | (uint64_t)data[1].permitted << 32) & CAP_ALL;
	inheritable = (data[0].inheritable | (uint64_t)data[1].inheritable << 32) & CAP_ALL;
	if (!may_have(current->cred, effective, permitted, inheritable))
		return -EPERM;
	struct cred *c = cred_prepare();
	if (c == NULL)
		return -ENOMEM;
	c->cap_effective = effective;
	c->cap_permitted = permitted;
	c->cap_inheritable = inheritable;
	c->cap_ambient &= permitted & inheritable;
	cred_commit(c);
	return 0;
}
