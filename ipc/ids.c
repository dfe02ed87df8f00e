/* ids.c: finding objects of System V IPC, and who may use them: sysvipc(7). */
#include <asm/errno.h>

#include "ipc/internal.h"

struct ipc_object *ipc_find(struct ipc_table *table, int id)
{
	struct ipc_object *o;

	LIST_FOREACH (o, &table->objects, link) {
		if (o->id == id)
			return o;
	}
	return NULL;
}

struct ipc_object *ipc_find_index(struct ipc_table *table, int index)
{
	struct ipc_object *o;

	LIST_FOREACH (o, &table->objects, link) {
		if (index-- == 0)
			return o;
	}
	return NULL;
}

long ipc_permission(const struct ipc_object *o, unsigned mode)
{
	unsigned wanted = mode >> 6 | mode >> 3 | mode, granted = o->mode;
	uid_t euid = current->cred->euid;

	if (euid == o->uid || euid == o->cuid)
		granted >>= 6;
	else if (in_group(o->gid) || in_group(o->cgid))
		granted >>= 3;
	return (wanted & ~granted & 7) != 0 && !capable(CAP_IPC_OWNER) ? -EACCES : 0;
}

long ipc_may_control(const struct ipc_object *o)
{
	uid_t euid = current->cred->euid;

	return euid == o->uid || euid == o->cuid || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

struct ipc_object *ipc_find_key(struct ipc_table *table, int key, int flags, long *err)
{
	struct ipc_object *o;

	*err = table->count >= table->limit ? -ENOSPC : 0;
	if (key == IPC_PRIVATE)
		return NULL;
	LIST_FOREACH (o, &table->objects, link) {
		if (o->key != key)
			continue;
		*err = (flags & IPC_CREAT) != 0 && (flags & IPC_EXCL) != 0 ? -EEXIST : 0;
		return *err == 0 ? o : NULL;
	}
	if ((flags & IPC_CREAT) == 0)
		*err = -ENOENT;
	return NULL;
}

int ipc_add(struct ipc_table *table, struct ipc_object *o, int key, int flags)
{
	const struct cred *c = current->cred;

	do {
		table->last_id = table->last_id == INT32_MAX ? 0 : table->last_id + 1;
	} while (ipc_find(table, table->last_id) != NULL);
	o->id = table->last_id;
	o->key = key;
	o->mode = (mode_t)flags & 0777;
	o->uid = o->cuid = c->euid;
	o->gid = o->cgid = c->egid;
	list_append(&table->objects, &o->link);
	table->count++;
	return o->id;
}

void ipc_remove(struct ipc_table *table, struct ipc_object *o)
{
	list_remove(&o->link);
	table->count--;
	o->removed = true;
	if (o->users == 0)
		table->destroy(o);
}

void ipc_hold(struct ipc_object *o)
{
	o->users++;
}

void ipc_release(struct ipc_table *table, struct ipc_object *o)
{
	o->users--;
	if (o->users == 0 && o->removed)
		table->destroy(o);
}

void ipc_perm_out(const struct ipc_object *o, struct ipc64_perm *perm)
{
	perm->key = o->key;
	perm->uid = o->uid;
	perm->gid = o->gid;
	perm->cuid = o->cuid;
	perm->cgid = o->cgid;
	perm->mode = o->mode;
	perm->seq = 0;
}

void ipc_perm_in(struct ipc_object *o, const struct ipc64_perm *perm)
{
	o->uid = perm->uid;
	o->gid = perm->gid;
	o->mode = (o->mode & ~0777u) | (perm->mode & 0777u);
}

uint64_t ipc_now(void)
{
	return clock_wall_ns() / NSEC_PER_SEC;
}
