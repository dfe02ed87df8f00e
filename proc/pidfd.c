/* pidfd.c: see pidfd.h. */

#include <asm/poll.h>

#include "fs/text.h"
#include "fs/vfs.h"
#include "proc/pidfd.h"
#include "proc/task.h"

/* It is readable when the process has ended, and hung up when it was waited for. */
static unsigned pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct proc *p = f->priv;

	poll_wait(pt, &p->exit_wait);
	if (p->state == PROC_ALIVE)
		return 0;
	return POLLIN | POLLRDNORM | (p->state == PROC_REAPED ? POLLHUP : 0);
}

static void pidfd_info(struct text *t, struct file *f)
{
	const struct proc *p = f->priv;
	int pid = p->state == PROC_REAPED ? -1 : p->pid;

	text_printf(t, "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
}

static void pidfd_release(struct file *f)
{
	proc_put(f->priv);
}

static const struct file_ops pidfd_ops = {
	.poll = pidfd_poll,
	.fdinfo = pidfd_info,
	.release = pidfd_release,
	.name = "[pidfd]",
};

struct file *pidfd_create(struct proc *p, unsigned flags)
{
	struct file *f = file_create_ops(&pidfd_ops, p, O_RDWR | (flags & O_NONBLOCK));

	if (f != NULL)
		proc_get(p);
	return f;
}

struct proc *pidfd_proc(const struct file *f)
{
	return f->ops == &pidfd_ops ? f->priv : NULL;
}
