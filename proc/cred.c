/* cred.c: see cred.h. */

#include "proc/cred.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

struct cred boot_cred = {
	.ref = { 1 },
	.login_uid = (uid_t)-1,
	.session_id = -1u,
	.cap_effective = CAP_ALL,
	.cap_permitted = CAP_ALL,
	.cap_bounding = CAP_ALL,
};

/* --- lives --- */

struct cred *cred_get(struct cred *c)
{
	ref_get(&c->ref);
	return c;
}

void cred_put(struct cred *c)
{
	if (c != NULL && ref_put(&c->ref))
		kfree(c);
}

struct cred *cred_prepare_groups(unsigned count)
{
	struct cred *c = kmalloc(sizeof(*c) + count * sizeof(gid_t));

	if (c == NULL)
		return NULL;
	memcpy(c, current->cred, sizeof(*c));
	ref_init(&c->ref);
	c->group_count = count;
	return c;
}

struct cred *cred_prepare(void)
{
	const struct cred *old = current->cred;
	struct cred *c = cred_prepare_groups(old->group_count);

	if (c != NULL && old->group_count > 0)
		memcpy(c->groups, old->groups, old->group_count * sizeof(gid_t));
	return c;
}

void cred_give(struct task *t, struct cred *c)
{
	cred_put(t->cred);
	t->cred = c;
	t->uid = c->uid;
	t->euid = c->euid;
	t->gid = c->gid;
	t->egid = c->egid;
}

void cred_commit(struct cred *c)
{
	struct task *t = current;
	struct proc *p = t->proc;

	if (t->tid == p->pid) {
		cred_put(p->cred);
		p->cred = cred_get(c);
	}
	cred_give(t, c);
}

/* --- asking --- */

bool capable(unsigned cap)
{
	return (current->cred->cap_effective & cap_bit(cap)) != 0;
}

bool in_group(gid_t gid)
{
	const struct cred *c = current->cred;

	if (c->fsgid == gid)
		return true;
	for (unsigned i = 0; i < c->group_count; i++) {
		if (c->groups[i] == gid)
			return true;
	}
	return false;
}

bool cred_same_ids(const struct cred *of)
{
	const struct cred *me = current->cred;

	return me->uid == of->uid && me->uid == of->euid && me->uid == of->suid &&
	       me->gid == of->gid && me->gid == of->egid && me->gid == of->sgid;
}

/* --- what changes capabilities: capabilities(7) --- */

/* Capabilities that go with the file system user id. */
#define FILE_CAPS                                                                                  \
	(cap_bit(CAP_CHOWN) | cap_bit(CAP_DAC_OVERRIDE) | cap_bit(CAP_DAC_READ_SEARCH) |           \
	 cap_bit(CAP_FOWNER) | cap_bit(CAP_FSETID) | cap_bit(CAP_LINUX_IMMUTABLE) |                \
	 cap_bit(CAP_MKNOD) | cap_bit(CAP_MAC_OVERRIDE))

void caps_after_setfsuid(struct cred *c, uid_t old_fsuid)
{
	if ((c->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (old_fsuid == 0 && c->fsuid != 0)
		c->cap_effective &= ~FILE_CAPS;
	else if (old_fsuid != 0 && c->fsuid == 0)
		c->cap_effective |= c->cap_permitted & FILE_CAPS;
}

void caps_after_setuid(struct cred *c, const struct cred *old)
{
	bool had_root = old->uid == 0 || old->euid == 0 || old->suid == 0;

	if ((c->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (had_root && c->uid != 0 && c->euid != 0 && c->suid != 0) {
		if ((c->securebits & SECBIT_KEEP_CAPS) == 0)
			c->cap_permitted = c->cap_effective = 0;
		c->cap_ambient = 0;
	}
	if (old->euid == 0 && c->euid != 0)
		c->cap_effective = 0;
	else if (old->euid != 0 && c->euid == 0)
		c->cap_effective = c->cap_permitted;
}

/* Files have no capabilities here. */
void caps_after_exec(struct cred *c, bool set_id)
{
	bool root = (c->securebits & SECBIT_NOROOT) == 0;
	uint64_t permitted = 0;

	if (root && (c->uid == 0 || c->euid == 0))
		permitted = c->cap_bounding | c->cap_inheritable;
	if (set_id)
		c->cap_ambient = 0;
	c->cap_permitted = permitted | c->cap_ambient;
	c->cap_effective = root && c->euid == 0 ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
}
