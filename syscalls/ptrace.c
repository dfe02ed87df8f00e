/* ptrace.c: ptrace(2), process_vm_readv(2) and process_vm_writev(2): looking into other processes.
 * What a tracee is, and how it stops, is in proc/ptrace.c. */

#include <asm/errno.h>
#include <linux/audit.h>
#include <linux/elf.h>
#include <linux/ptrace.h>

#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/ptrace.h"
#include "proc/sigqueue.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define WORD	      sizeof(uint64_t)
#define REGS_SIZE_    (ARCH_USER_REGS * WORD)
#define USER_SIZE     912				       /* of struct user (sys/user.h) */
#define USER_DEBUGREG 848				       /* of u_debugreg in it, */
#define USER_DEBUGEND (USER_DEBUGREG + ARCH_DEBUG_REGS * WORD) /* and its end */
#define OPTIONS_KNOWN                                                                              \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |  \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)

/* --- whom one may look into --- */

static bool may_access(const struct proc *p)
{
	if (p == current->proc || capable(CAP_SYS_PTRACE))
		return true;
	return p->dumpable && cred_same_ids(p->cred);
}

static long attach(pid_t pid, bool seize, unsigned long options)
{
	struct task *t = task_find(pid);
	int err;

	if (t == NULL || t->exiting)
		return -ESRCH;
	if (seize && (options & ~(unsigned long)OPTIONS_KNOWN) != 0)
		return -EIO;
	if (t->proc == current->proc || t->view == NULL || !may_access(t->proc))
		return -EPERM;
	bool stopped = t->state == TASK_STOPPED;
	err = ptrace_attach(t, current->proc, seize, (unsigned)options);
	if (err == 0 && !seize && !stopped)
		signal_send_task(t, SIGSTOP, NULL);
	return err;
}

static long trace_me(void)
{
	struct proc *parent = current->proc->parent;

	if (parent == NULL || parent == current->proc)
		return -EPERM;
	return ptrace_attach(current, parent, false, 0);
}

/* --- memory --- */

static long peek(struct task *t, uintptr_t addr, uint64_t *to)
{
	uint64_t word;

	if (view_read(t->view, addr, &word, WORD) != (ssize_t)WORD)
		return -EIO;
	return put_user(word, to);
}

static long poke(struct task *t, uintptr_t addr, uint64_t word)
{
	/* A view that others borrow from must not change. */
	view_unpause(t->view, SIGTRAP);
	return view_write(t->view, addr, &word, WORD, true) == (ssize_t)WORD ? 0 : -EIO;
}

/* --- registers --- */

static long peek_user(const struct task *t, uintptr_t at, uint64_t *to)
{
	uint64_t words[ARCH_USER_REGS], word = 0;

	if ((at & (WORD - 1)) != 0 || at >= USER_SIZE)
		return -EIO;
	arch_get_user_regs(t, words);
	if (at < REGS_SIZE_)
		word = words[at / WORD];
	else if (at >= USER_DEBUGREG && at < USER_DEBUGEND)
		word = arch_get_debug_reg(t, (at - USER_DEBUGREG) / WORD);
	return put_user(word, to);
}

static long poke_user(struct task *t, uintptr_t at, uint64_t word)
{
	uint64_t words[ARCH_USER_REGS];

	if ((at & (WORD - 1)) != 0 || at >= USER_SIZE)
		return -EIO;
	if (at >= USER_DEBUGREG && at < USER_DEBUGEND)
		return arch_set_debug_reg(t, (at - USER_DEBUGREG) / WORD, word);
	if (at >= REGS_SIZE_)
		return -EIO;
	arch_get_user_regs(t, words);
	words[at / WORD] = word;
	return arch_set_user_regs(t, words);
}

/* What PTRACE_GETREGSET calls by a note type.  => its bytes in a block to free, with *size; NULL with
 * *err */
static void *regset_read(struct task *t, unsigned long type, size_t *size, int *err)
{
	size_t room = MAX(REGS_SIZE_, MAX((size_t)ARCH_FPREGS_SIZE, arch_fpu_size()));
	char *buf;

	*err = -EINVAL;
	if (type != NT_PRSTATUS && type != NT_PRFPREG && type != NT_X86_XSTATE)
		return NULL;
	*err = -ENOMEM;
	buf = kmalloc(room);
	if (buf == NULL)
		return NULL;
	*size = type == NT_PRSTATUS ? REGS_SIZE_ : type == NT_PRFPREG ? ARCH_FPREGS_SIZE : room;
	if (type == NT_X86_XSTATE)
		*size = arch_fpu_size();
	if (type == NT_PRSTATUS)
		arch_get_user_regs(t, (uint64_t *)(void *)buf);
	else
		arch_fpu_read(t, buf);
	return buf;
}

static long get_set(struct task *t, unsigned long type, void *to, size_t *len)
{
	size_t size;
	int err;
	void *buf = regset_read(t, type, &size, &err);

	if (buf == NULL)
		return err;
	*len = MIN(*len, size);
	err = copy_to_user(to, buf, *len);
	kfree(buf);
	return err;
}

static long set_set(struct task *t, unsigned long type, const void *from, size_t *len)
{
	size_t size;
	int err;
	void *buf = regset_read(t, type, &size, &err);

	if (buf == NULL)
		return err;
	*len = MIN(*len, size);
	err = copy_from_user(buf, from, *len);
	if (err == 0 && type == NT_PRSTATUS)
		err = arch_set_user_regs(t, buf);
	else if (err == 0)
		err = arch_fpu_write(t, buf, size);
	kfree(buf);
	return err;
}

static long regset(struct task *t, long request, unsigned long type, struct iovec_ *user)
{
	struct iovec_ iov;
	size_t len;
	long err;

	if (get_user(iov, user) < 0)
		return -EFAULT;
	len = iov.len;
	if (len % WORD != 0)
		return -EINVAL;
	err = request == PTRACE_GETREGSET ? get_set(t, type, iov.base, &len)
					  : set_set(t, type, iov.base, &len);
	return err < 0 ? err : put_user(len, &user->len);
}

/* --- what the stop is --- */

static long get_syscall_info(const struct ptrace *pt, size_t size, void *to)
{
	const struct regs *r = task_regs(pt->task);
	struct ptrace_syscall_info info = { .arch = AUDIT_ARCH_X86_64,
					    .instruction_pointer = regs_ip(r),
					    .stack_pointer = regs_sp(r) };
	size_t n = offsetof(struct ptrace_syscall_info, entry);
	long result = regs_result(r);

	if (pt->place == PTRACE_AT_ENTRY) {
		info.op = PTRACE_SYSCALL_INFO_ENTRY;
		info.entry.nr = (uint64_t)regs_sysno(r);
		for (unsigned i = 0; i < 6; i++)
			info.entry.args[i] = regs_arg(r, i);
		n += sizeof(info.entry);
	} else if (pt->place == PTRACE_AT_EXIT) {
		info.op = PTRACE_SYSCALL_INFO_EXIT;
		info.exit.rval = result;
		info.exit.is_error = result < 0 && result >= -4095;
		n = offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
	}
	return copy_to_user(to, &info, MIN(size, n)) < 0 ? -EFAULT : (long)n;
}

static long signal_mask(struct task *t, bool get, size_t size, uint64_t *user)
{
	uint64_t mask = t->blocked;

	if (size != sizeof(mask))
		return -EINVAL;
	if (get)
		return put_user(mask, user);
	if (get_user(mask, user) < 0)
		return -EFAULT;
	t->blocked = mask & ~SIG_UNBLOCKABLE;
	t->signal_pending = true;
	return 0;
}

static long signal_info(struct ptrace *pt, bool get, siginfo_t *user)
{
	if (!pt->has_info)
		return -EINVAL;
	if (get)
		return put_user(pt->info, user);
	return get_user(pt->info, user) < 0 ? -EFAULT : 0;
}

/* Signals that wait, in order of arrival.  => how many were stored */
static long peek_siginfo(struct task *t, const struct ptrace_peeksiginfo_args *user, siginfo_t *to)
{
	struct ptrace_peeksiginfo_args args;
	const struct sigqueue *q;
	siginfo_t info;
	long n = 0;

	if (get_user(args, user) < 0)
		return -EFAULT;
	if ((args.flags & ~PTRACE_PEEKSIGINFO_SHARED) != 0 || args.nr < 0)
		return -EINVAL;
	q = args.flags & PTRACE_PEEKSIGINFO_SHARED ? &t->proc->pending : &t->pending;
	for (; n < args.nr && args.off + (uint64_t)n >= args.off; n++) {
		if (!sigqueue_peek(q, args.off + (uint64_t)n, &info))
			break;
		if (put_user(info, &to[n]) < 0)
			return n > 0 ? n : -EFAULT;
	}
	return n;
}

/* --- going on --- */

static long resume(struct ptrace *pt, long request, unsigned long signo)
{
	if (signo > SIG_MAX)
		return -EIO;
	pt->calls = request == PTRACE_SYSCALL;
	pt->step = request == PTRACE_SINGLESTEP;
	if (request == PTRACE_DETACH)
		ptrace_detach(pt, (int)signo);
	else
		ptrace_resume(pt, (int)signo);
	return 0;
}

static long set_options(struct ptrace *pt, unsigned long options)
{
	if ((options & ~(unsigned long)OPTIONS_KNOWN) != 0)
		return -EINVAL;
	pt->options = (unsigned)options;
	return 0;
}

static long listen_for(struct ptrace *pt)
{
	if (!pt->seized || pt->code >> 8 != PTRACE_EVENT_STOP)
		return -EIO;
	ptrace_listen(pt);
	return 0;
}

/* The requests to a tracee that is stopped. */
static long of_stopped(struct ptrace *pt, long request, unsigned long addr, unsigned long data)
{
	struct task *t = pt->task;
	size_t len = request == PTRACE_GETREGS || request == PTRACE_SETREGS ? REGS_SIZE_
									    : ARCH_FPREGS_SIZE;

	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA: return peek(t, addr, (uint64_t *)data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA: return poke(t, addr, data);
	case PTRACE_PEEKUSR: return peek_user(t, addr, (uint64_t *)data);
	case PTRACE_POKEUSR: return poke_user(t, addr, data);
	case PTRACE_GETREGS: return get_set(t, NT_PRSTATUS, (void *)data, &len);
	case PTRACE_SETREGS: return set_set(t, NT_PRSTATUS, (const void *)data, &len);
	case PTRACE_GETFPREGS: return get_set(t, NT_PRFPREG, (void *)data, &len);
	case PTRACE_SETFPREGS: return set_set(t, NT_PRFPREG, (const void *)data, &len);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET: return regset(t, request, addr, (struct iovec_ *)data);
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH: return resume(pt, request, data);
	case PTRACE_SETOPTIONS: return set_options(pt, data);
	case PTRACE_GETEVENTMSG: return put_user(pt->message, (unsigned long *)data);
	case PTRACE_GETSIGINFO: return signal_info(pt, true, (siginfo_t *)data);
	case PTRACE_SETSIGINFO: return signal_info(pt, false, (siginfo_t *)data);
	case PTRACE_PEEKSIGINFO:
		return peek_siginfo(t, (const struct ptrace_peeksiginfo_args *)addr,
				    (siginfo_t *)data);
	case PTRACE_GETSIGMASK: return signal_mask(t, true, addr, (uint64_t *)data);
	case PTRACE_SETSIGMASK: return signal_mask(t, false, addr, (uint64_t *)data);
	case PTRACE_GET_SYSCALL_INFO: return get_syscall_info(pt, addr, (void *)data);
	case PTRACE_LISTEN: return listen_for(pt);
	default: return -EIO;
	}
}

long sys_ptrace(long request, long pid, unsigned long addr, unsigned long data)
{
	struct ptrace *pt;

	switch (request) {
	case PTRACE_TRACEME: return trace_me();
	case PTRACE_ATTACH: return attach((pid_t)pid, false, 0);
	case PTRACE_SEIZE: return addr != 0 ? -EIO : attach((pid_t)pid, true, data);
	default: break;
	}
	pt = ptrace_find((pid_t)pid);
	if (pt == NULL)
		return -ESRCH;
	if (request == PTRACE_KILL) {
		signal_send_proc(pt->task->proc, SIGKILL, NULL);
		return 0;
	}
	if (request == PTRACE_INTERRUPT) {
		if (!pt->seized)
			return -EIO;
		ptrace_interrupt(pt);
		return 0;
	}
	return ptrace_stopped(pt) ? of_stopped(pt, request, addr, data) : -ESRCH;
}

/* --- process_vm_readv, process_vm_writev --- */

/* Does the view let a program itself read or write there? */
static bool allowed(struct view *v, uintptr_t addr, bool write)
{
	const struct vma *vma = vma_find(v, addr);

	return vma != NULL && (vma->prot & (write ? 2u : 1u)) != 0;
}

/* Up to a page between the other's memory and our buffers.  => bytes, 0: no more, -EFAULT */
static ssize_t move(struct view *v, uintptr_t addr, size_t n, struct iobuf *b, char *buf,
		    bool write)
{
	ssize_t got;

	n = MIN(MIN(n, PAGE_SIZE - (addr & PAGE_MASK)), iobuf_left(b));
	if (n == 0)
		return 0;
	if (!allowed(v, addr, write))
		return -EFAULT;
	if (write) {
		n = iobuf_take(b, buf, n);
		return n == 0 ? -EFAULT : view_write(v, addr, buf, n, false);
	}
	got = view_read(v, addr, buf, n);
	if (got <= 0)
		return -EFAULT;
	n = iobuf_put(b, buf, (size_t)got);
	return n == 0 ? -EFAULT : (ssize_t)n;
}

static ssize_t transfer(struct view *v, const struct iovec_ *remote, unsigned long count,
			struct iobuf *b, bool write)
{
	char *buf = kmalloc(PAGE_SIZE);
	ssize_t done = 0, n = 1;

	if (buf == NULL)
		return -ENOMEM;
	for (unsigned long i = 0; i < count && n > 0; i++) {
		uintptr_t addr = (uintptr_t)remote[i].base;
		size_t left = remote[i].len;

		for (; left > 0 && (n = move(v, addr, left, b, buf, write)) > 0;
		     addr += (size_t)n, left -= (size_t)n)
			done += n;
	}
	kfree(buf);
	return done == 0 && n < 0 ? n : done;
}

static long process_vm(pid_t pid, const struct iovec_ *local, unsigned long local_count,
		       const struct iovec_ *remote, unsigned long remote_count, unsigned long flags,
		       bool write)
{
	struct iovec_ small[IOV_SMALL], *iov, remote_small[IOV_SMALL], *remote_iov;
	struct iobuf b, unused;
	struct task *t = task_find(pid);
	ssize_t done;
	int err;

	if (flags != 0)
		return -EINVAL;
	if (local_count == 0)
		return 0;
	err = iov_from_user(local, local_count, small, &iov, &b);
	if (err < 0)
		return err;
	/* Where nothing is to be moved the rest is not looked at. */
	bool nothing = iobuf_left(&b) == 0;
	err = nothing ? 0 : iov_from_user(remote, remote_count, remote_small, &remote_iov, &unused);
	if (nothing || err < 0) {
		iov_free(iov, small);
		return err;
	}
	if (t == NULL || t->view == NULL) {
		done = -ESRCH;
	} else if (!may_access(t->proc)) {
		done = -EPERM;
	} else {
		struct view *v = t->view;

		view_get(v); /* its owner may end while we wait for our own pages */
		if (write)
			view_unpause(v, SIGTRAP);
		done = transfer(v, remote_iov, remote_count, &b, write);
		view_put(v);
	}
	iov_free(remote_iov, remote_small);
	iov_free(iov, small);
	return done;
}

long sys_process_vm_readv(pid_t pid, const struct iovec_ *local, unsigned long local_count,
			  const struct iovec_ *remote, unsigned long remote_count,
			  unsigned long flags)
{
	return process_vm(pid, local, local_count, remote, remote_count, flags, false);
}

long sys_process_vm_writev(pid_t pid, const struct iovec_ *local, unsigned long local_count,
			   const struct iovec_ *remote, unsigned long remote_count,
			   unsigned long flags)
{
	return process_vm(pid, local, local_count, remote, remote_count, flags, true);
}
