/* ids.c: numbers of processes, groups and sessions; users and groups (credentials(7)). */

#include <asm/errno.h>
#include <linux/capability.h>

#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define NO_ID ((uid_t)-1)
#define GROUPS_MAX 65536

/* --- processes --- */

long sys_getpid(void)
{
	return current->proc->pid;
}

long sys_getppid(void)
{
	struct proc *parent = current->proc->parent;
	return parent == NULL ? 0 : parent->pid;
}

long sys_gettid(void)
{
	return current->tid;
}

static struct proc *proc_or_self(pid_t pid)
{
	return pid == 0 ? current->proc : proc_find(pid);
}

long sys_getpgid(pid_t pid)
{
	struct proc *p = proc_or_self(pid);
	return p == NULL ? -ESRCH : p->pgid;
}

long sys_getpgrp(void)
{
	return current->proc->pgid;
}

long sys_getsid(pid_t pid)
{
	struct proc *p = proc_or_self(pid);
	return p == NULL ? -ESRCH : p->sid;
}

static bool group_in_session(pid_t pgid, pid_t sid)
{
	struct proc *p;
	LIST_FOREACH(p, &proc_list, all_link)
		if (p->pgid == pgid && p->sid == sid)
			return true;
	return false;
}

long sys_setpgid(pid_t pid, pid_t pgid)
{
	struct proc *self = current->proc, *p = proc_or_self(pid);

	if (pgid < 0)
		return -EINVAL;
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
	if (pgid == 0)
		pgid = p->pid;
	if (pgid != p->pid && !group_in_session(pgid, self->sid))
		return -EPERM;
	p->pgid = pgid;
	return 0;
}

long sys_setsid(void)
{
	struct proc *p = current->proc, *q;

	LIST_FOREACH(q, &proc_list, all_link)
		if (q->pgid == p->pid)
			return -EPERM;
	p->sid = p->pgid = p->pid;
	p->tty = NULL;
	return p->sid;
}

/* --- users --- */

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

/* Effective capabilities follow the user (capabilities(7), "Effect of user ID changes"). */
static void users_changed(struct proc *p, bool had_root)
{
	bool root = p->uid == 0 || p->euid == 0 || p->suid == 0;

	if (had_root && !root)
		p->cap_permitted = p->cap_effective = 0;
	if (p->euid != 0)
		p->cap_effective = 0;
	else
		p->cap_effective = p->cap_permitted;
	p->fsuid = p->euid;
	p->dumpable = false;
}

static bool has_root(const struct proc *p)
{
	return p->uid == 0 || p->euid == 0 || p->suid == 0;
}

long sys_setuid(uid_t uid)
{
	struct proc *p = current->proc;
	bool root = has_root(p);

	if (uid == NO_ID)
		return -EINVAL;
	if (capable(CAP_SETUID))
		p->uid = p->suid = uid;
	else if (uid != p->uid && uid != p->suid)
		return -EPERM;
	p->euid = uid;
	users_changed(p, root);
	return 0;
}

static bool user_allowed(const struct proc *p, uid_t uid)
{
	return uid == NO_ID || uid == p->uid || uid == p->euid || uid == p->suid;
}

long sys_setreuid(uid_t ruid, uid_t euid)
{
	struct proc *p = current->proc;
	bool root = has_root(p);

	if (!capable(CAP_SETUID) &&
	    ((ruid != NO_ID && ruid != p->uid && ruid != p->euid) || !user_allowed(p, euid)))
		return -EPERM;
	uid_t old = p->uid;
	if (ruid != NO_ID)
		p->uid = ruid;
	if (euid != NO_ID)
		p->euid = euid;
	if (ruid != NO_ID || (euid != NO_ID && euid != old))
		p->suid = p->euid;
	users_changed(p, root);
	return 0;
}

long sys_setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
	struct proc *p = current->proc;
	bool root = has_root(p);

	if (!capable(CAP_SETUID) &&
	    (!user_allowed(p, ruid) || !user_allowed(p, euid) || !user_allowed(p, suid)))
		return -EPERM;
	if (ruid != NO_ID)
		p->uid = ruid;
	if (euid != NO_ID)
		p->euid = euid;
	if (suid != NO_ID)
		p->suid = suid;
	users_changed(p, root);
	return 0;
}

long sys_getresuid(uid_t *ruid, uid_t *euid, uid_t *suid)
{
	struct proc *p = current->proc;
	if (put_user(p->uid, ruid) < 0 || put_user(p->euid, euid) < 0 ||
	    put_user(p->suid, suid) < 0)
		return -EFAULT;
	return 0;
}

long sys_setfsuid(uid_t uid)
{
	struct proc *p = current->proc;
	uid_t old = p->fsuid;
	if (uid != NO_ID && (capable(CAP_SETUID) || user_allowed(p, uid) || uid == old))
		p->fsuid = uid;
	return old;
}

/* --- groups --- */

static bool group_allowed(const struct proc *p, gid_t gid)
{
	return gid == NO_ID || gid == p->gid || gid == p->egid || gid == p->sgid;
}

long sys_setgid(gid_t gid)
{
	struct proc *p = current->proc;

	if (gid == NO_ID)
		return -EINVAL;
	if (capable(CAP_SETGID))
		p->gid = p->sgid = gid;
	else if (gid != p->gid && gid != p->sgid)
		return -EPERM;
	p->egid = p->fsgid = gid;
	return 0;
}

long sys_setregid(gid_t rgid, gid_t egid)
{
	struct proc *p = current->proc;

	if (!capable(CAP_SETGID) &&
	    ((rgid != NO_ID && rgid != p->gid && rgid != p->egid) || !group_allowed(p, egid)))
		return -EPERM;
	gid_t old = p->gid;
	if (rgid != NO_ID)
		p->gid = rgid;
	if (egid != NO_ID)
		p->egid = egid;
	if (rgid != NO_ID || (egid != NO_ID && egid != old))
		p->sgid = p->egid;
	p->fsgid = p->egid;
	return 0;
}

long sys_setresgid(gid_t rgid, gid_t egid, gid_t sgid)
{
	struct proc *p = current->proc;

	if (!capable(CAP_SETGID) &&
	    (!group_allowed(p, rgid) || !group_allowed(p, egid) || !group_allowed(p, sgid)))
		return -EPERM;
	if (rgid != NO_ID)
		p->gid = rgid;
	if (egid != NO_ID)
		p->egid = p->fsgid = egid;
	if (sgid != NO_ID)
		p->sgid = sgid;
	return 0;
}

long sys_getresgid(gid_t *rgid, gid_t *egid, gid_t *sgid)
{
	struct proc *p = current->proc;
	if (put_user(p->gid, rgid) < 0 || put_user(p->egid, egid) < 0 ||
	    put_user(p->sgid, sgid) < 0)
		return -EFAULT;
	return 0;
}

long sys_setfsgid(gid_t gid)
{
	struct proc *p = current->proc;
	gid_t old = p->fsgid;
	if (gid != NO_ID && (capable(CAP_SETGID) || group_allowed(p, gid) || gid == old))
		p->fsgid = gid;
	return old;
}

long sys_getgroups(int size, gid_t *list)
{
	struct proc *p = current->proc;

	if (size < 0 || (size > 0 && (unsigned)size < p->group_count))
		return -EINVAL;
	if (size > 0 && copy_to_user(list, p->groups, p->group_count * sizeof(gid_t)) < 0)
		return -EFAULT;
	return p->group_count;
}

long sys_setgroups(int size, const gid_t *list)
{
	struct proc *p = current->proc;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > GROUPS_MAX)
		return -EINVAL;
	gid_t *groups = NULL;
	if (size > 0) {
		groups = kmalloc((size_t)size * sizeof(gid_t));
		if (groups == NULL)
			return -ENOMEM;
		if (copy_from_user(groups, list, (size_t)size * sizeof(gid_t)) < 0) {
			kfree(groups);
			return -EFAULT;
		}
	}
	kfree(p->groups);
	p->groups = groups;
	p->group_count = (unsigned)size;
	return 0;
}

/* --- capabilities --- */

/* Check a header and find whom it means.  => 0, -errno */
static int cap_header(struct __user_cap_header_struct *uheader, struct proc **p)
{
	struct __user_cap_header_struct header;

	if (copy_from_user(&header, uheader, sizeof(header)) < 0)
		return -EFAULT;
	if (header.version != _LINUX_CAPABILITY_VERSION_3 &&
	    header.version != _LINUX_CAPABILITY_VERSION_2) {
		uint32_t preferred = _LINUX_CAPABILITY_VERSION_3;
		if (put_user(preferred, &uheader->version) < 0)
			return -EFAULT;
		return -EINVAL;
	}
	if (header.pid < 0)
		return -EINVAL;
	*p = proc_or_self(header.pid);
	return *p == NULL ? -ESRCH : 0;
}

long sys_capget(struct __user_cap_header_struct *uheader, struct __user_cap_data_struct *udata)
{
	struct proc *p = NULL;
	int err = cap_header(uheader, &p);

	if (err < 0)
		return err == -EINVAL && udata == NULL ? 0 : err;
	struct __user_cap_data_struct data[2];
	for (unsigned i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(p->cap_effective >> (32 * i));
		data[i].permitted = (uint32_t)(p->cap_permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(p->cap_inheritable >> (32 * i));
	}
	return copy_to_user(udata, data, sizeof(data));
}

long sys_capset(struct __user_cap_header_struct *uheader,
		const struct __user_cap_data_struct *udata)
{
	struct proc *p = NULL;
	struct __user_cap_data_struct data[2];
	int err = cap_header(uheader, &p);

	if (err < 0)
		return err;
	if (p != current->proc)
		return -EPERM;
	if (copy_from_user(data, udata, sizeof(data)) < 0)
		return -EFAULT;
	uint64_t effective = data[0].effective | (uint64_t)data[1].effective << 32;
	uint64_t permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	uint64_t inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	if ((permitted & ~p->cap_permitted) || (effective & ~permitted) ||
	    (inheritable & ~(p->cap_inheritable | p->cap_permitted)))
		return -EPERM;
	p->cap_effective = effective;
	p->cap_permitted = permitted;
	p->cap_inheritable = inheritable;
	return 0;
}
