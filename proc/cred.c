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
