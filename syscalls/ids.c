/* ids.c: getpid(2), setuid(2), setgroups(2), setpgid(2), setsid(2), capget(2).
 *
 * All threads of a process have the same user and group ids here, which is what the C libraries
 * make of them on Linux by telling every thread. */
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
	return current->proc->uid;
}

long sys_geteuid(void)
{
	return current->proc->euid;
}

long sys_getgid(void)
{
	return current->proc->gid;
}

long sys_getegid(void)
{
	return current->proc->egid;
}

long sys_getresuid(uid_t *uid, uid_t *euid, uid_t *suid)
{
	const struct proc *p = current->proc;

	if (put_user(p->uid, uid) < 0 || put_user(p->euid, euid) < 0)
		return -EFAULT;
	return put_user(p->suid, suid);
}

long sys_getresgid(gid_t *gid, gid_t *egid, gid_t *sgid)
{
	const struct proc *p = current->proc;

	if (put_user(p->gid, gid) < 0 || put_user(p->egid, egid) < 0)
		return -EFAULT;
	return put_user(p->sgid, sgid);
}

/* --- changing user ids --- */

static void set_fsuid(struct proc *p, uid_t fsuid)
{
	uid_t old = p->fsuid;

	p->fsuid = fsuid;
	caps_after_setfsuid(p, old);
}

/* Set the three ids and what follows from them. */
static long set_uids(uid_t uid, uid_t euid, uid_t suid)
{
	struct proc *p = current->proc;
	uid_t old_uid = p->uid, old_euid = p->euid, old_suid = p->suid;

	if (uid != p->uid || euid != p->euid)
		p->dumpable = false;
	p->uid = uid;
	p->euid = euid;
	p->suid = suid;
	p->fsuid = euid;
	caps_after_setuid(p, old_uid, old_euid, old_suid);
	return 0;
}

long sys_setuid(uid_t uid)
{
	const struct proc *p = current->proc;

	if (uid == NOBODY)
		return -EINVAL;
	if (capable(CAP_SETUID))
		return set_uids(uid, uid, uid);
	if (uid != p->uid && uid != p->suid)
		return -EPERM;
	return set_uids(p->uid, uid, p->suid);
}

long sys_setreuid(uid_t uid, uid_t euid)
{
	const struct proc *p = current->proc;
	uid_t new_uid = uid == NOBODY ? p->uid : uid, new_euid = euid == NOBODY ? p->euid : euid;
	bool saves = uid != NOBODY || (euid != NOBODY && euid != p->uid);

	if (!capable(CAP_SETUID)) {
		if (new_uid != p->uid && new_uid != p->euid)
			return -EPERM;
		if (new_euid != p->uid && new_euid != p->euid && new_euid != p->suid)
			return -EPERM;
	}
	return set_uids(new_uid, new_euid, saves ? new_euid : p->suid);
}

/* May the current process, which may not set any id, take this one? */
static bool own_uid(uid_t uid)
{
	const struct proc *p = current->proc;

	return uid == NOBODY || uid == p->uid || uid == p->euid || uid == p->suid;
}

long sys_setresuid(uid_t uid, uid_t euid, uid_t suid)
{
	const struct proc *p = current->proc;

	if (!capable(CAP_SETUID) && !(own_uid(uid) && own_uid(euid) && own_uid(suid)))
		return -EPERM;
	return set_uids(uid == NOBODY ? p->uid : uid, euid == NOBODY ? p->euid : euid,
			suid == NOBODY ? p->suid : suid);
}

long sys_setfsuid(uid_t uid)
{
	struct proc *p = current->proc;
	uid_t old = p->fsuid;

	if (uid != NOBODY && (own_uid(uid) || uid == old || capable(CAP_SETUID)))
		set_fsuid(p, uid);
	return old;
}

/* --- changing group ids --- */

static long set_gids(gid_t gid, gid_t egid, gid_t sgid)
{
	struct proc *p = current->proc;

	if (egid != p->egid)
		p->dumpable = false;
	p->gid = gid;
	p->egid = p->fsgid = egid;
	p->sgid = sgid;
	return 0;
}

static bool own_gid(gid_t gid)
{
	const struct proc *p = current->proc;

	return gid == NOBODY || gid == p->gid || gid == p->egid || gid == p->sgid;
}

long sys_setgid(gid_t gid)
{
	const struct proc *p = current->proc;

	if (gid == NOBODY)
		return -EINVAL;
	if (capable(CAP_SETGID))
		return set_gids(gid, gid, gid);
	if (gid != p->gid && gid != p->sgid)
		return -EPERM;
	return set_gids(p->gid, gid, p->sgid);
}

long sys_setregid(gid_t gid, gid_t egid)
{
	const struct proc *p = current->proc;
	gid_t new_gid = gid == NOBODY ? p->gid : gid, new_egid = egid == NOBODY ? p->egid : egid;
	bool saves = gid != NOBODY || (egid != NOBODY && egid != p->gid);

	if (!capable(CAP_SETGID)) {
		if ((new_gid != p->gid && new_gid != p->egid) || !own_gid(new_egid))
			return -EPERM;
	}
	return set_gids(new_gid, new_egid, saves ? new_egid : p->sgid);
}

long sys_setresgid(gid_t gid, gid_t egid, gid_t sgid)
{
	const struct proc *p = current->proc;

	if (!capable(CAP_SETGID) && !(own_gid(gid) && own_gid(egid) && own_gid(sgid)))
		return -EPERM;
	return set_gids(gid == NOBODY ? p->gid : gid, egid == NOBODY ? p->egid : egid,
			sgid == NOBODY ? p->sgid : sgid);
}

long sys_setfsgid(gid_t gid)
{
	struct proc *p = current->proc;
	gid_t old = p->fsgid;

	if (gid != NOBODY && (own_gid(gid) || gid == old || capable(CAP_SETGID)))
		p->fsgid = gid;
	return old;
}

long sys_getgroups(int size, gid_t *ugroups)
{
	const struct proc *p = current->proc;

	if (size < 0)
		return -EINVAL;
	if (size == 0)
		return p->group_count;
	if ((unsigned)size < p->group_count)
		return -EINVAL;
	if (p->group_count > 0 &&
	    copy_to_user(ugroups, p->groups, p->group_count * sizeof(gid_t)) < 0)
		return -EFAULT;
	return p->group_count;
}

long sys_setgroups(int count, const gid_t *ugroups)
{
	struct proc *p = current->proc;
	size_t bytes = (size_t)count * sizeof(gid_t);
	gid_t *groups = NULL;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (count < 0 || count > NGROUPS_MAX)
		return -EINVAL;
	if (count > 0) {
		groups = kmalloc(bytes);
		if (groups == NULL)
			return -ENOMEM;
		if (copy_from_user(groups, ugroups, bytes) < 0) {
			kfree(groups);
			return -EFAULT;
		}
	}
	kfree(p->groups);
	p->groups = groups;
	p->group_count = (unsigned)count;
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
	const struct proc *p;
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
	p = t->proc;
	for (int i = 0; i < words; i++) {
		data[i].effective = (uint32_t)(p->cap_effective >> (32 * i));
		data[i].permitted = (uint32_t)(p->cap_permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(p->cap_inheritable >> (32 * i));
	}
	return copy_to_user(udata, data, (size_t)words * sizeof(data[0]));
}

long sys_capset(struct __user_cap_header_struct *uheader,
		const struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	struct proc *p = current->proc;
	uint64_t effective, permitted, inheritable;
	pid_t pid;
	int words = cap_header(uheader, &pid);

	if (words < 0)
		return words;
	if (pid != 0 && pid != p->pid && pid != current->tid)
		return -EPERM;
	memset(data, 0, sizeof(data));
	if (copy_from_user(data, udata, (size_t)words * sizeof(data[0])) < 0)
		return -EFAULT;
	effective = (data[0].effective | (uint64_t)data[1].effective << 32) & CAP_ALL;
	permitted = (data[0].permitted | (uint64_t)data[1].permitted << 32) & CAP_ALL;
	inheritable = (data[0].inheritable | (uint64_t)data[1].inheritable << 32) & CAP_ALL;
	if ((permitted & ~p->cap_permitted) != 0 || (effective & ~permitted) != 0)
		return -EPERM;
	if ((inheritable & ~(p->cap_inheritable | p->cap_permitted)) != 0 && !capable(CAP_SETPCAP))
		return -EPERM;
	if ((inheritable & ~(p->cap_inheritable | p->cap_bounding)) != 0)
		return -EPERM;
	p->cap_effective = effective;
	p->cap_permitted = permitted;
	p->cap_inheritable = inheritable;
	p->cap_ambient &= permitted & inheritable;
	return 0;
}
