/* pidfd.h: descriptors that stand for a process: pidfd_open(2), CLONE_PIDFD.
 *
 * A pidfd holds the struct proc, not its number: when the process was waited for and the number is
 * somebody else's, the pidfd says that the process is gone. */
#ifndef PROC_PIDFD_H
#define PROC_PIDFD_H

struct file;
struct proc;

/* flags: O_NONBLOCK.  => NULL: no memory */
struct file *pidfd_create(struct proc *p, unsigned flags);
/* => the process, borrowed from f; NULL: f is something else */
struct proc *pidfd_proc(const struct file *f);

#endif
