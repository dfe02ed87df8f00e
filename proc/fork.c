/* fork.c: fork, vfork, clone: who shares what, and who waits for whom.
 *
 * What becomes of memory is decided in one place, child_view():
 *   CLONE_VM   the child borrows the parent's view (threads, vfork, posix_spawn);
 *   otherwise  the child gets a shadow (mm/fork.c) and the parent's tasks are paused until the
 *              child execs, exits, or shows that it needs a fork of its own;
 *   otherwise, with the option fork=vfork, the child borrows the view as with vfork, and the
 *              parent's stack is saved now and put back when the child has left.
 *
 * A parent that is paused is TASK_RUNNABLE but off the run queue: to its own code fork() is a call of
 * schedule() that returns when the pause is over.  A vfork parent sleeps instead, since only it, and
 * not the other threads of its process, has to wait. */

#include <asm/errno.h>
#include <linux/sched.h>

#include "boot/boot.h"
#include "fs/fd.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/forklog.h"
#include "proc/internal.h"
#include "proc/pidfd.h"
#include "proc/ptrace.h"

/* fork=vfork: the live part of the parent's stack, from below its red zone to the top. */
#define RED_ZONE       128
#define STACK_COPY_MAX (1ul << 20)
struct stack_copy {
	uintptr_t addr;
	size_t len;
	char data[];
};

static long check_flags(uint64_t f)
{
	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && !(f & CLONE_VM))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && (f & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if (f & (CLONE_NAMESPACES | CLONE_INTO_CGROUP))
		return -EINVAL;
	if ((f & CLONE_PIDFD) && (f & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	if ((f & CLONE_PARENT) && current->proc == init_proc)
		return -EINVAL;
	return 0;
}

/* The last few tasks are for the first process: a shell that is full of another's children can
 * still start the program that ends them. */
#define TASKS_FOR_INIT 8

static bool too_many_processes(const struct proc *p)
{
	const struct cred *me = current->cred;
	size_t limit = task_limit() - (p == init_proc ? 0 : TASKS_FOR_INIT);

	if (MAX(task_count, proc_count) >= limit)
		return true;
	if (me->uid == 0 && (capable(CAP_SYS_ADMIN) || capable(CAP_SYS_RESOURCE)))
		return false;
	uint64_t n = 0;
	struct proc *q;
	LIST_FOREACH (q, &proc_list, all_link)
		if (q->cred->uid == me->uid)
			n += q->task_count;
	return n >= p->limits[RLIMIT_NPROC].rlim_cur;
}

/* --- fork=vfork --- */

static struct stack_copy *stack_save(struct view *v)
{
	uintptr_t from = regs_sp(task_regs(current)) - RED_ZONE;
	struct vma *vma = vma_find(v, from);
	if (vma == NULL)
		return NULL;
	size_t len = MIN(vma->end - from, STACK_COPY_MAX);
	struct stack_copy *c = kmalloc(sizeof(*c) + len);
	if (c == NULL)
		return NULL;
	c->addr = from;
	ssize_t n = view_read(v, from, c->data, len);
	c->len = n < 0 ? 0 : (size_t)n;
	return c;
}

static void stack_restore(struct task *parent, struct stack_copy *c)
{
	if (parent->view != NULL)
		view_write(parent->view, c->addr, c->data, c->len, true);
}

/* --- vfork: one task waits for another to leave its memory --- */

void task_release_vfork(struct task *t)
{
	struct fork_record *r = t->vfork_record;
	if (r != NULL) {
		r->end = t->exiting ? FORK_EXIT : FORK_EXEC;
		r->pause_ns = clock_ns() - r->start_ns;
		forklog_end_begin(r, NULL);
		forklog_end_done(r);
		t->vfork_record = NULL;
		forkrec_put(r);
	}
	struct task *parent = t->vfork_parent;
	if (t->stack_copy != NULL) {
		if (parent != NULL)
			stack_restore(parent, t->stack_copy);
		kfree(t->stack_copy);
		t->stack_copy = NULL;
	}
	if (parent == NULL)
		return;
	t->vfork_parent = NULL;
	parent->vfork_child = NULL;
	task_wake(parent);
}

static void wait_for_vfork(void)
{
	struct task *t = current;
	while (t->vfork_child != NULL) {
		if (task_sleep_killable() < 0 && t->vfork_child != NULL) {
			t->vfork_child->vfork_parent = NULL;
			t->vfork_child = NULL;
		}
	}
}

/* --- the parts of a child --- */

struct child {
	struct proc *proc; /* new, or the parent's own for a thread */
	struct task *task;
	struct view *view; /* a reference, until the task has it */
	struct fork_record *record;
	struct stack_copy *stack;
	int pidfd; /* in the parent's table; -1: none */
	bool shadow;
};

static enum fork_kind kind_of(const struct clone_request *rq)
{
	if (rq->is_fork)
		return FORK_FORK;
	if (!(rq->flags & CLONE_VM))
		return FORK_CLONE;
	return rq->flags & CLONE_VFORK && rq->stack == 0 ? FORK_VFORK : FORK_CLONE_VFORK;
}

static long child_view(struct child *c, const struct clone_request *rq)
{
	struct view *v = current->view;

	if (rq->flags & CLONE_VM) {
		view_get(v);
		c->view = v;
		return 0;
	}
	if (fork_mode == FORK_MODE_VFORK) {
		c->stack = stack_save(v);
		if (c->stack == NULL)
			return -ENOMEM;
		view_get(v);
		c->view = v;
		return 0;
	}
	c->view = view_shadow(v);
	c->shadow = true;
	return c->view == NULL ? -ENOMEM : 0;
}

static long share_parts(struct proc *p, struct proc *parent, uint64_t flags)
{
	p->files = flags & CLONE_FILES ? files_share(parent->files) : files_copy(parent->files);
	p->fs = flags & CLONE_FS ? fs_state_share(parent->fs) : fs_state_copy(parent->fs);
	if (flags & CLONE_SIGHAND) {
		p->sighand = parent->sighand;
		ref_get(&p->sighand->ref);
	} else {
		p->sighand = sighand_copy(parent->sighand);
	}
	if (p->files == NULL || p->fs == NULL || p->sighand == NULL)
		return -ENOMEM;
	if (flags & CLONE_CLEAR_SIGHAND) {
		for (unsigned i = 0; i < SIG_MAX; i++)
			if (p->sighand->action[i].handler != (uintptr_t)SIG_IGN)
				p->sighand->action[i] = (struct ksigaction){ 0 };
	}
	return 0;
}

static long child_proc(struct child *c, const struct clone_request *rq)
{
	struct proc *parent = current->proc;

	if (rq->flags & CLONE_THREAD) {
		c->proc = parent;
		return 0;
	}
	struct proc *real_parent = rq->flags & CLONE_PARENT ? parent->parent : parent;
	struct proc *p = proc_create(parent);
	if (p == NULL)
		return -EAGAIN;
	c->proc = p;
	if (real_parent != parent)
		proc_set_parent(p, real_parent);
	p->maker = real_parent == parent ? current->tid : parent->maker;
	p->exit_signal = rq->flags & CLONE_PARENT ? parent->exit_signal : rq->exit_signal;
	return share_parts(p, parent, rq->flags);
}

/* The child's task, ready to return from the call with 0. */
static long child_task(struct child *c, const struct clone_request *rq)
{
	struct task *parent = current, *t = task_create(c->proc);
	if (t == NULL)
		return -ENOMEM;
	c->task = t;
	if (t->view == NULL)
		task_set_view(t, c->view, FORK_PAUSED);
	if (c->proc->view == NULL) {
		view_get(c->view);
		c->proc->view = c->view;
	}
	if (arch_fpu_copy(t, parent) < 0)
		return -ENOMEM;
	*task_regs(t) = *task_regs(parent);
	regs_set_result(task_regs(t), 0);
	regs_set_sysno(task_regs(t), -1);
	if (rq->stack != 0)
		regs_set_sp(task_regs(t), rq->stack);
	if (arch_set_tls(t, rq->flags & CLONE_SETTLS ? rq->tls : arch_get_tls(parent)) < 0)
		return -EPERM;
	t->blocked = parent->blocked;
	if (!(rq->flags & CLONE_VM)) {
		t->rseq = parent->rseq;
		t->rseq_len = parent->rseq_len;
		t->rseq_sig = parent->rseq_sig;
	}
	memcpy(t->comm, parent->comm, sizeof(t->comm));
	if (!(rq->flags & CLONE_VM) || (rq->flags & CLONE_VFORK)) {
		t->alt_sp = parent->alt_sp;
		t->alt_size = parent->alt_size;
		t->alt_flags = parent->alt_flags;
	}
	if (rq->flags & CLONE_CHILD_CLEARTID)
		t->clear_tid = rq->child_tid;
	if (rq->flags & CLONE_CHILD_SETTID)
		t->restart.arg[0] = rq->child_tid;
	return 0;
}

/* Where a child's first instructions are the kernel's. */
static void child_start(void *unused)
{
	(void)unused;
	sched_after_switch();
	struct task *t = current;
	uintptr_t tid_ptr = t->restart.arg[0];
	t->restart.arg[0] = 0;
	if (tid_ptr != 0)
		(void)copy_to_user((void *)tid_ptr, &t->tid, sizeof(t->tid));
	if (t->ptrace != NULL)
		signal_deliver(task_regs(t));
	arch_return_to_program();
}

static void abandon(struct child *c)
{
	struct task *t = c->task;
	if (c->shadow && c->view != NULL && (t == NULL || t->view == NULL)) {
		view_uncover(c->view);
	}
	if (t != NULL)
		task_destroy(t);
	if (c->view != NULL)
		view_put(c->view);
	if (c->proc != NULL && c->proc != current->proc) {
		if (c->proc->view != NULL) {
			struct view *v = c->proc->view;
			c->proc->view = NULL;
			view_put(v);
		}
		struct proc *p = c->proc;
		proc_unlist(p);
		proc_put(p);
	}
	kfree(c->stack);
	forkrec_put(c->record);
	if (c->pidfd >= 0)
		fd_close(c->pidfd);
}

/* The child can no longer fail to be: hand it over to the scheduler. */
static void commit(struct child *c, const struct clone_request *rq, bool waits, bool traced)
{
	struct task *t = c->task;

	if (c->record != NULL) {
		c->record->child = t->tid;
		if (!c->shadow)
			t->vfork_record = c->record;
		else if (c->proc->late == NULL)
			c->view->record = c->record;
		c->record = NULL;
	}
	if (waits) {
		t->vfork_parent = current;
		current->vfork_child = t;
		t->stack_copy = c->stack;
	}
	if (traced)
		ptrace_inherit(t);
	if (t->ptrace != NULL && c->shadow && fork_mode == FORK_MODE_FULL) /* it is going to stop */
		view_split(c->view, FORK_SIGNAL, SIGSTOP);
	view_put(c->view);
	arch_task_start(t, child_start, NULL);
	t->state = TASK_RUNNABLE;
	sched_enqueue(t);
	if (rq->flags & CLONE_THREAD)
		return;
	proc_put(c->proc); /* proc_create's own reference: the task and the table hold it now */
}

/* CLONE_PIDFD: the parent gets a descriptor for the child.  => 0, with c->pidfd to be closed */
static int make_pidfd(struct child *c, const struct clone_request *rq)
{
	struct file *f = pidfd_create(c->proc, 0);

	if (f == NULL)
		return -ENOMEM;
	int fd = fd_install(f, FD_CLOEXEC, 0);
	if (fd < 0) {
		file_put(f);
		return fd;
	}
	c->pidfd = fd;
	return put_user(fd, (int *)rq->pidfd);
}

/* --- a fork that needs a split, as is known from the last one --- */

/* Not when the survey asks what each fork needs. */
static bool must_split(const struct fork_record *r)
{
	return r != NULL && fork_mode == FORK_MODE_FULL && !forklog_on &&
	       forkrec_foresees(current->proc, r);
}

/* The parent is not paused at all, and goes on first. */
static void split_at_once(struct view *shadow, struct proc *child, struct fork_record *r)
{
	forkrec_watch(child, r);
	shadow->record = r;
	view_split(shadow, FORK_FORESEEN, 0);
	sched_dequeue(current);
}

static void set_parent_tid(const struct clone_request *rq, pid_t tid)
{
	if (rq->flags & CLONE_PARENT_SETTID)
		(void)copy_to_user((void *)rq->parent_tid, &tid, sizeof(tid));
}

long proc_clone(const struct clone_request *rq)
{
	struct child c = { .pidfd = -1 };
	uint64_t start = clock_ns();
	long err = check_flags(rq->flags);
	if (err < 0)
		return err;
	if (too_many_processes(current->proc))
		return -EAGAIN;
	bool is_thread = rq->flags & CLONE_THREAD;
	if (!is_thread && (!(rq->flags & CLONE_VM) || (rq->flags & CLONE_VFORK)))
		c.record = forkrec_create(current->proc, kind_of(rq));
	err = child_proc(&c, rq);
	/* Before the view is covered: nothing may change the parent's tables then. */
	if (err == 0 && !is_thread)
		set_parent_tid(rq, c.proc->pid);
	if (err == 0 && (rq->flags & CLONE_PIDFD))
		err = make_pidfd(&c, rq);
	if (err == 0 && !is_thread)
		forklog_fork(rq, c.record, c.proc->pid, 0);
	if (err == 0)
		err = child_view(&c, rq);
	if (err == 0)
		err = child_task(&c, rq);
	if (err == 0 && is_thread)
		set_parent_tid(rq, c.task->tid);
	if (err < 0) {
		if (!is_thread)
			forklog_fork(rq, c.record, c.proc == NULL ? 0 : c.proc->pid, err);
		abandon(&c);
		return err;
	}
	pid_t tid = c.task->tid;
	bool waits = (rq->flags & CLONE_VFORK) || c.stack != NULL;
	bool shadow = c.shadow;
	struct fork_record *r = c.record;
	if (r != NULL)
		r->cost_ns = clock_ns() - start;
	int event = ptrace_fork_event(rq);
	if (shadow && must_split(r))
		split_at_once(c.view, c.proc, r);
	commit(&c, rq, waits, event != 0);
	if (shadow && current->view->shadow != NULL)
		schedule();
	ptrace_fork_done(event, tid);
	if (waits) {
		wait_for_vfork();
		if (rq->flags & CLONE_VFORK)
			ptrace_vfork_done(tid);
	}
	return tid;
}
