/* proc.c: fork(2), clone(2), unshare(2), exit(2), wait(2). */

#include <asm/errno.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "lib/string.h"
#include "mm/usercopy.h"
#include "fs/vfs.h"
#include "proc/pidfd.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

/* What unshare(2) takes. */
#define UNSHARE_SELF   (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)
#define UNSHARE_SPACES (CLONE_NAMESPACES | CLONE_NEWTIME)
#define UNSHARE_KNOWN  (UNSHARE_SELF | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | UNSHARE_SPACES)

long sys_fork(void)
{
	struct clone_request rq = { .exit_signal = SIGCHLD, .is_fork = true };
	return proc_clone(&rq);
}

long sys_vfork(void)
{
	struct clone_request rq = { .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD };
	return proc_clone(&rq);
}

long sys_clone(uint64_t flags, uintptr_t stack, uintptr_t parent_tid, uintptr_t child_tid,
	       uintptr_t tls)
{
	struct clone_request rq = {
		.flags = (uint32_t)flags & ~(uint64_t)CSIGNAL,
		.exit_signal = flags & CSIGNAL,
		.stack = stack,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
		.tls = tls,
	};
	if (rq.flags & CLONE_PIDFD) { /* it is put where the tid would be */
		if (rq.flags & CLONE_PARENT_SETTID)
			return -EINVAL;
		rq.pidfd = parent_tid;
	}
	rq.is_fork = !(flags & (CLONE_VM | CLONE_VFORK)) && stack == 0;
	return proc_clone(&rq);
}

long sys_clone3(const struct clone_args *uargs, size_t size)
{
	struct clone_args args = { 0 };

	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (copy_from_user(&args, uargs, MIN(size, sizeof(args))) < 0)
		return -EFAULT;
	for (size_t i = sizeof(args); i < size; i++) {
		char extra;
		if (copy_from_user(&extra, (const char *)uargs + i, 1) < 0)
			return -EFAULT;
		if (extra != 0)
			return -E2BIG;
	}
	if (args.set_tid_size != 0 || args.set_tid != 0)
		return -EINVAL;
	if ((args.flags & CSIGNAL) || args.exit_signal > SIG_MAX ||
	    (args.stack == 0) != (args.stack_size == 0))
		return -EINVAL;
	if ((args.flags & (CLONE_THREAD | CLONE_PARENT)) && args.exit_signal != 0)
		return -EINVAL;
	struct clone_request rq = {
		.flags = args.flags,
		.exit_signal = (int)args.exit_signal,
		.stack = args.stack + args.stack_size,
		.parent_tid = args.parent_tid,
		.child_tid = args.child_tid,
		.tls = args.tls,
		.pidfd = args.pidfd,
	};
	if ((rq.flags & CLONE_PIDFD) && (rq.flags & CLONE_PARENT_SETTID) &&
	    rq.pidfd == rq.parent_tid)
		return -EINVAL;
	rq.is_fork = !(args.flags & (CLONE_VM | CLONE_VFORK)) && args.stack == 0;
	return proc_clone(&rq);
}

static bool shares_memory(const struct view *v)
{
	return v->tasks.next->next != &v->tasks;
}

long sys_unshare(unsigned long flags)
{
	const struct proc *p = current->proc;
	bool threads = p->task_count > 1;

	if (flags & ~(unsigned long)UNSHARE_KNOWN)
		return -EINVAL;
	if ((flags & UNSHARE_SELF) && threads)
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) && p->sighand->ref.n > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && shares_memory(current->view))
		return -EINVAL;
	if (flags & UNSHARE_SPACES)
		return (flags & CLONE_NEWUSER) || capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	/* Files and folders are a process's here; they would have to be the thread's. */
	if ((flags & (CLONE_FILES | CLONE_FS)) && threads)
		return -EINVAL;
	return proc_unshare(threads ? flags & ~(unsigned long)CLONE_SYSVSEM : flags);
}

long sys_exit(int status)
{
	task_exit((status & 0xff) << 8);
}

long sys_exit_group(int status)
{
	proc_exit_group((status & 0xff) << 8);
}

long sys_wait4(pid_t pid, int *ustatus, int options, struct rusage *uru)
{
	int idtype = P_PID, status = 0;
	struct rusage ru;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | (int)__WALL))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1) {
		idtype = P_ALL;
	} else if (pid < 0) {
		idtype = P_PGID;
		pid = -pid;
	} else if (pid == 0) {
		idtype = P_PGID;
		pid = current->proc->pgid;
	}
	long found =
		proc_wait(idtype, pid, options | WEXITED, &status, NULL, uru == NULL ? NULL : &ru);
	if (found <= 0)
		return found;
	if (ustatus != NULL && put_user(status, ustatus) < 0)
		return -EFAULT;
	if (uru != NULL && copy_to_user(uru, &ru, sizeof(ru)) < 0)
		return -EFAULT;
	return found;
}

/* A pidfd with O_NONBLOCK does not wait, but says so.  => as proc_wait() */
static long wait_pidfd(int fd, siginfo_t *info, int options, int *status, struct rusage *ru)
{
	if (fd < 0)
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	const struct proc *p = pidfd_proc(f);
	bool nonblock = (f->flags & O_NONBLOCK) && !(options & WNOHANG);
	long found = p == NULL ? -EBADF : -ECHILD;
	if (p != NULL && p->state != PROC_REAPED)
		found = proc_wait(P_PID, p->pid, options | (nonblock ? WNOHANG : 0), status, info,
				  ru);
	file_put(f);
	return found == 0 && nonblock ? -EAGAIN : found;
}

static long wait_for(int idtype, pid_t id, siginfo_t *info, int options, struct rusage *ru)
{
	int status;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			__WCLONE | (int)__WALL))
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (idtype == P_PIDFD)
		return wait_pidfd(id, info, options, &status, ru);
	if (idtype == P_PGID && id == 0)
		id = current->proc->pgid;
	if ((idtype != P_ALL && idtype != P_PID && idtype != P_PGID) ||
	    (idtype != P_ALL && id <= 0))
		return -EINVAL;
	return proc_wait(idtype, id, options, &status, info, ru);
}

/* The program's siginfo is written even when there is nothing to tell, up to si_status. */
long sys_waitid(int idtype, pid_t id, siginfo_t *uinfo, int options, struct rusage *uru)
{
	const size_t told = offsetof(siginfo_t, si_status) + sizeof(int);
	siginfo_t info;
	struct rusage ru;

	memset(&info, 0, sizeof(info));
	long found = wait_for(idtype, id, &info, options, uru == NULL ? NULL : &ru);
	if (found > 0 && uru != NULL && copy_to_user(uru, &ru, sizeof(ru)) < 0)
		return -EFAULT;
	if (uinfo != NULL && copy_to_user(uinfo, &info, told) < 0)
		return -EFAULT;
	return MIN(found, 0);
}
