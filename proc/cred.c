/* cred.c: see cred.h. */

#include "proc/cred.h"
#include "proc/task.h"

bool capable(unsigned cap)
{
	return (current->proc->cap_effective & (1ull << cap)) != 0;
}

bool in_group(gid_t gid)
{
	const struct proc *p = current->proc;

	if (p->fsgid == gid)
		return true;
	for (unsigned i = 0; i < p->group_count; i++) {
		if (p->groups[i] == gid)
			return true;
	}
	return false;
}

/* --- what changes capabilities: capabilities(7) --- */

/* Capabilities that go with the file system user id. */
#define FILE_CAPS                                                                                  \
	(cap_bit(CAP_CHOWN) | cap_bit(CAP_DAC_OVERRIDE) | cap_bit(CAP_DAC_READ_SEARCH) |           \
	 cap_bit(CAP_FOWNER) | cap_bit(CAP_FSETID) | cap_bit(CAP_LINUX_IMMUTABLE) |                \
	 cap_bit(CAP_MKNOD) | cap_bit(CAP_MAC_OVERRIDE))

void caps_after_setfsuid(struct proc *p, uid_t fsuid)
{
	if ((p->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (fsuid == 0 && p->fsuid != 0)
		p->cap_effective &= ~FILE_CAPS;
	else if (fsuid != 0 && p->fsuid == 0)
		p->cap_effective |= p->cap_permitted & FILE_CAPS;
}

void caps_after_setuid(struct proc *p, uid_t uid, uid_t euid, uid_t suid)
{
	bool had_root = uid == 0 || euid == 0 || suid == 0;

	if ((p->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (had_root && p->uid != 0 && p->euid != 0 && p->suid != 0) {
		if ((p->securebits & SECBIT_KEEP_CAPS) == 0)
			p->cap_permitted = p->cap_effective = 0;
		p->cap_ambient = 0;
	}
	if (euid == 0 && p->euid != 0)
		p->cap_effective = 0;
	else if (euid != 0 && p->euid == 0)
		p->cap_effective = p->cap_permitted;
}

/* Files have no capabilities here. */
void caps_after_exec(struct proc *p, bool set_id)
{
	bool root = (p->securebits & SECBIT_NOROOT) == 0;
	uint64_t permitted = 0;

	if (root && (p->uid == 0 || p->euid == 0))
		permitted = p->cap_bounding | p->cap_inheritable;
	if (set_id)
		p->cap_ambient = 0;
	p->cap_permitted = permitted | p->cap_ambient;
	p->cap_effective = root && p->euid == 0 ? p->cap_permitted : p->cap_ambient;
	p->securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
}
