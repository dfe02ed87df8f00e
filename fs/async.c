/* async.c: signals for I/O.
 *
 * A file with O_ASYNC has waiters on its own queues, as if somebody polled it all the time; by them
 * async_tell() finds who is to get the signal.  The owner is remembered by number and time of birth, so that a later
 * process with the same number gets nothing. */

#include <asm/poll.h>

#include "fs/async.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define QUEUES 3

struct async {
	struct file *file;
	struct f_owner_ex owner; /* pid 0: none */
	uint64_t born;		 /* of the owner's process */
	uid_t uid, euid;	 /* of who named the owner: may it send a signal? */
	int signo, fd;
	unsigned queues;
	struct waiter waiter[QUEUES];
};

static CACHE(async_cache, struct async);

static struct async *async_of(struct file *f)
{
	if (f->async == NULL) {
		f->async = cache_alloc(&async_cache);
		if (f->async != NULL)
			f->async->file = f;
	}
	return f->async;
}

/* --- the owner --- */

static bool group_exists(pid_t pgid)
{
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid == pgid)
			return true;
	}
	return false;
}

int async_set_owner(struct file *f, const struct f_owner_ex *owner)
{
	struct task *t = NULL;
	uint64_t born = 0;
	bool exists;

	switch (owner->type) {
	case F_OWNER_TID:
		t = task_find(owner->pid);
		exists = t != NULL;
		born = exists ? t->proc->start_ns : 0;
		break;
	case F_OWNER_PID:
		exists = proc_find(owner->pid) != NULL;
		born = exists ? proc_find(owner->pid)->start_ns : 0;
		break;
	case F_OWNER_PGRP: exists = group_exists(owner->pid); break;
	default: return -EINVAL;
	}
	if (owner->pid != 0 && !exists)
		return -ESRCH;
	if (owner->pid == 0 && f->async == NULL)
		return 0;
	struct async *a = async_of(f);
	if (a == NULL)
		return -ENOMEM;
	a->owner = *owner;
	a->born = born;
	a->uid = current->cred->uid;
	a->euid = current->cred->euid;
	return 0;
}

int async_own(struct file *f)
{
	struct f_owner_ex self = { .type = F_OWNER_PID, .pid = current->proc->pid };

	return f->async != NULL && f->async->owner.pid != 0 ? 0 : async_set_owner(f, &self);
}

void async_get_owner(const struct file *f, struct f_owner_ex *owner)
{
	static const struct f_owner_ex nobody = { .type = F_OWNER_TID };

	*owner = f->async == NULL ? nobody : f->async->owner;
}

/* --- the signal --- */

int async_set_signal(struct file *f, int signo)
{
	struct async *a = signo == 0 && f->async == NULL ? NULL : async_of(f);

	if (a != NULL)
		a->signo = signo;
	return a == NULL && signo != 0 ? -ENOMEM : 0;
}

int async_get_signal(const struct file *f)
{
	return f->async == NULL ? 0 : f->async->signo;
}

static bool may_send(const struct async *a, const struct cred *to)
{
	return a->euid == 0 || a->euid == to->suid || a->euid == to->uid || a->uid == to->suid ||
	       a->uid == to->uid;
}

/* When too many signals wait, a plain SIGIO says that some are missing. */
static void send_to_task(const struct async *a, struct task *t, int signo, const siginfo_t *info)
{
	if (may_send(a, t->cred) && signal_send_task(t, signo, info) < 0)
		signal_send_task(t, SIGIO, NULL);
}

static void send_to_proc(const struct async *a, struct proc *p, int signo, const siginfo_t *info)
{
	if (may_send(a, p->cred) && signal_send_proc(p, signo, info) < 0)
		signal_send_proc(p, SIGIO, NULL);
}

static void send(const struct async *a, int signo, const siginfo_t *info)
{
	struct task *t;
	struct proc *p;

	switch (a->owner.type) {
	case F_OWNER_TID:
		t = task_find(a->owner.pid);
		if (t != NULL && t->proc->start_ns == a->born)
			send_to_task(a, t, signo, info);
		break;
	case F_OWNER_PID:
		p = proc_find(a->owner.pid);
		if (p != NULL && p->start_ns == a->born)
			send_to_proc(a, p, signo, info);
		break;
	case F_OWNER_PGRP:
		LIST_FOREACH (p, &proc_list, all_link) {
			if (p->pgid == a->owner.pid)
				send_to_proc(a, p, signo, info);
		}
		break;
	}
}

/* Do positive codes mean something else with that signal?  Not with SIGIO, whose codes they are. */
static bool has_own_codes(int signo)
{
	return signo == SIGILL || signo == SIGFPE || signo == SIGSEGV || signo == SIGBUS ||
	       signo == SIGTRAP || signo == SIGCHLD || signo == SIGSYS;
}

static long band(int code)
{
	switch (code) {
	case POLL_IN: return POLLIN | POLLRDNORM;
	case POLL_OUT: return POLLOUT | POLLWRNORM | POLLWRBAND;
	case POLL_MSG: return POLLIN | POLLRDNORM | POLLMSG;
	default: return POLLERR | POLLHUP;
	}
}

static void tell(const struct async *a, int fd, int code)
{
	siginfo_t info;

	if (a->owner.pid == 0)
		return;
	if (a->signo == 0) {
		send(a, SIGIO, NULL);
		return;
	}
	memset(&info, 0, sizeof(info));
	info.si_signo = a->signo;
	info.si_code = has_own_codes(a->signo) ? SI_SIGIO : code;
	info.si_band = band(code);
	info.si_fd = fd;
	send(a, a->signo, &info);
}

void async_send(const struct file *f, int fd, int code)
{
	if (f->async != NULL)
		tell(f->async, fd, code);
}

/* What only marks its waiters: async_tell() is what they wait for. */
static void async_woken(struct waiter *w)
{
	(void)w;
}

void async_tell(struct waitq *q, int code)
{
	const struct waiter *w;

	LIST_FOREACH (w, &q->waiters, link) {
		const struct async *a = (const struct async *)w->task;
		if (w->fn == async_woken)
			tell(a, a->fd, code);
	}
}

/* --- on and off --- */

struct async_table {
	struct poll_table table;
	struct async *async;
};

static void watch_queue(struct poll_table *pt, struct waitq *q, unsigned events)
{
	(void)events;
	struct async *a = CONTAINER_OF(pt, struct async_table, table)->async;

	if (a->queues == QUEUES)
		return;
	struct waiter *w = &a->waiter[a->queues++];
	waiter_add(w, q);
	w->fn = async_woken;
	w->task = (struct task *)a; /* no task is woken: this tells fn who it is for */
}

int async_turn(struct file *f, int fd, bool on)
{
	if (!on && f->async == NULL)
		return 0;
	struct async *a = async_of(f);
	if (a == NULL)
		return -ENOMEM;
	for (; a->queues > 0; a->queues--)
		waiter_remove(&a->waiter[a->queues - 1]);
	a->fd = fd;
	struct async_table t = { .table.add = watch_queue, .async = a };
	if (on && f->ops->poll != NULL)
		f->ops->poll(f, &t.table);
	return 0;
}

void async_free(struct file *f)
{
	if (f->async == NULL)
		return;
	for (unsigned i = 0; i < f->async->queues; i++)
		waiter_remove(&f->async->waiter[i]);
	cache_free(&async_cache, f->async);
	f->async = NULL;
}
