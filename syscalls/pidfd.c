/* pidfd.c: pidfd_open(2), pidfd_getfd(2); pidfd_send_signal(2) is in signal.c. */

#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/pidfd.h>

#include "proc/cred.h"
#include "proc/pidfd.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

long sys_pidfd_open(pid_t pid, unsigned flags)
{
	if ((flags & ~PIDFD_NONBLOCK) || pid <= 0)
		return -EINVAL;
	struct proc *p = proc_find(pid);
	if (p == NULL)
		return task_find(pid) == NULL ? -ESRCH : -ENOENT; /* a thread */
	return fd_result(pidfd_create(p, flags), O_CLOEXEC, -ENOMEM);
}

/* As ptrace(2) would ask. */
static bool may_take_from(const struct proc *p)
{
	if (p == current->proc || capable(CAP_SYS_PTRACE))
		return true;
	return p->dumpable && cred_same_ids(p->cred);
}

long sys_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	if (flags != 0)
		return -EINVAL;
	struct file *f = fd_get(pidfd), *taken = NULL;
	if (f == NULL)
		return -EBADF;
	const struct proc *p = pidfd_proc(f);
	int err = -EBADF;
	if (p != NULL && p->state != PROC_ALIVE)
		err = -ESRCH;
	else if (p != NULL && !may_take_from(p))
		err = -EPERM;
	else if (p != NULL)
		taken = files_get_file(p->files, fd);
	file_put(f);
	return fd_result(taken, O_CLOEXEC, err);
}
