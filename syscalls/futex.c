/* futex.c: futex(2), futex_waitv(2), set_robust_list(2), membarrier(2), rseq(2). */
#include "proc/futex.h"

#include <asm/errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>

#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/rseq.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

/* Everything that a barrier could order is in order, since there is one CPU: what is left is to check
 * that who asks has registered. */
#define BARRIERS                                                                                   \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |                                 \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |             \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |  \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |                                     \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ |  \
	 GET_REGISTRATIONS)
#define GET_REGISTRATIONS (1 << 9) /* MEMBARRIER_CMD_GET_REGISTRATIONS, Linux 6.3 */

enum { WAIT_ADDR, WAIT_VAL, WAIT_BITS, WAIT_DEADLINE, WAIT_SHARED };

static long wait_restart(struct task *t);

/* A wait with a timeout goes on after a signal until the same moment. */
static long wait_until(struct task *t, const uint64_t arg[5])
{
	int err = futex_wait(arg[WAIT_ADDR], (uint32_t)arg[WAIT_VAL], (uint32_t)arg[WAIT_BITS],
			     arg[WAIT_DEADLINE], arg[WAIT_SHARED] != 0);

	if (err != -ERESTARTSYS || arg[WAIT_DEADLINE] == NO_DEADLINE)
		return err;
	for (unsigned i = 0; i < 5; i++)
		t->restart.arg[i] = arg[i];
	t->restart.fn = wait_restart;
	return -ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct task *t)
{
	uint64_t arg[5];

	for (unsigned i = 0; i < 5; i++)
		arg[i] = t->restart.arg[i];
	return wait_until(t, arg);
}

/* => when the wait is to end, in clock_ns() */
static int wait_deadline(const struct __kernel_timespec *utimeout, int op, uint64_t *deadline)
{
	struct clock wall = { .kind = CLOCK_WALL };
	uint64_t ns;
	int err;

	*deadline = NO_DEADLINE;
	if (utimeout == NULL)
		return 0;
	err = timespec_from_user(utimeout, &ns);
	if (err < 0)
		return err;
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
		*deadline = time_add(clock_ns(), ns);
	else
		*deadline = (op & FUTEX_CLOCK_REALTIME) != 0 ? clock_to_boot(&wall, ns) : ns;
	return 0;
}

static long do_wait(uintptr_t addr, int op, uint32_t val, const struct __kernel_timespec *utimeout,
		    uint32_t bitset)
{
	uint64_t arg[5] = { addr, val, bitset, NO_DEADLINE, (op & FUTEX_PRIVATE_FLAG) == 0 };
	int err = wait_deadline(utimeout, op, &arg[WAIT_DEADLINE]);

	return err < 0 ? err : wait_until(current, arg);
}

static long lock_pi(uintptr_t addr, int op, const struct __kernel_timespec *utimeout)
{
	uint64_t deadline;
	int err = wait_deadline(utimeout, op, &deadline);

	return err < 0 ? err : futex_lock_pi(addr, deadline, false, (op & FUTEX_PRIVATE_FLAG) == 0);
}

long sys_futex(uintptr_t addr, int op, uint32_t val, uintptr_t timeout, uintptr_t addr2,
	       uint32_t val3)
{
	const struct __kernel_timespec *utimeout = (const struct __kernel_timespec *)timeout;
	int cmd = op & FUTEX_CMD_MASK, val2 = (int)timeout;
	bool shared = (op & FUTEX_PRIVATE_FLAG) == 0;

	if ((op & FUTEX_CLOCK_REALTIME) != 0 && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT: return do_wait(addr, op, val, utimeout, FUTEX_ANY);
	case FUTEX_WAIT_BITSET: return do_wait(addr, op, val, utimeout, val3);
	case FUTEX_WAKE: return futex_wake(addr, (int)val, FUTEX_ANY, shared);
	case FUTEX_WAKE_BITSET: return futex_wake(addr, (int)val, val3, shared);
	case FUTEX_REQUEUE: return futex_requeue(addr, addr2, (int)val, val2, NULL, shared);
	case FUTEX_CMP_REQUEUE: return futex_requeue(addr, addr2, (int)val, val2, &val3, shared);
	case FUTEX_WAKE_OP: return futex_wake_op(addr, addr2, (int)val, val2, val3, shared);
	case FUTEX_LOCK_PI: return lock_pi(addr, op | FUTEX_CLOCK_REALTIME, utimeout);
	case FUTEX_LOCK_PI2: return lock_pi(addr, op, utimeout);
	case FUTEX_TRYLOCK_PI: return futex_lock_pi(addr, 0, true, shared);
	case FUTEX_UNLOCK_PI: return futex_unlock_pi(addr, shared);
	default: return -ENOSYS;
	}
}

/* => 0, -EINVAL, -EFAULT */
static long waitv_deadline(const struct __kernel_timespec *utimeout, int id, uint64_t *deadline)
{
	struct clock clock;
	long err;

	*deadline = NO_DEADLINE;
	if (utimeout == NULL)
		return 0;
	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC)
		return -EINVAL;
	err = timespec_from_user(utimeout, deadline);
	if (err == 0 && clock_find(id, &clock) == 0)
		*deadline = clock_to_boot(&clock, *deadline);
	return err;
}

long sys_futex_waitv(const struct futex_waitv *uwords, unsigned count, unsigned flags,
		     const struct __kernel_timespec *utimeout, int id)
{
	struct futex_waitv *words;
	uint64_t deadline;
	long result;

	if (flags != 0 || count == 0 || count > FUTEX_WAITV_MAX || uwords == NULL)
		return -EINVAL;
	result = waitv_deadline(utimeout, id, &deadline);
	if (result < 0)
		return result;
	words = kmalloc(count * sizeof(*words));
	if (words == NULL)
		return -ENOMEM;
	if (copy_from_user(words, uwords, count * sizeof(*words)) < 0)
		result = -EFAULT;
	for (unsigned i = 0; i < count && result == 0; i++) {
		const struct futex_waitv *w = &words[i];

		if ((w->flags & ~(unsigned)(FUTEX_32 | FUTEX_PRIVATE_FLAG)) != 0 ||
		    (w->flags & FUTEX_32) == 0 || w->__reserved != 0 || w->val > UINT32_MAX)
			result = -EINVAL;
	}
	if (result == 0)
		result = futex_wait_many(words, count, deadline);
	kfree(words);
	return result;
}

long sys_set_robust_list(struct robust_list_head *head, size_t len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = (uintptr_t)head;
	current->robust_len = len;
	return 0;
}

long sys_get_robust_list(pid_t pid, struct robust_list_head **uhead, size_t *ulen)
{
	const struct task *t = pid == 0 ? current : task_find(pid);
	size_t len = sizeof(struct robust_list_head);

	if (t == NULL)
		return -ESRCH;
	if (t->proc != current->proc && t->cred->uid != current->cred->euid &&
	    !capable(CAP_SYS_PTRACE))
		return -EPERM;
	if (put_user(len, ulen) < 0)
		return -EFAULT;
	return copy_to_user(uhead, &t->robust_list, sizeof(t->robust_list));
}

/* => what must have been registered for cmd; 0: nothing; -EPERM for what is unknown */
static int registration_for(int cmd)
{
	switch (cmd) {
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED: return MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
		return MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
		return MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;
	default: return 0;
	}
}

static bool registers(int cmd)
{
	return (cmd & (MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)) != 0;
}

long sys_membarrier(int cmd, unsigned flags, int cpu)
{
	struct proc *p = current->proc;
	int needed = registration_for(cmd);

	(void)cpu;
	if (flags != 0 &&
	    (cmd != MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ || flags != MEMBARRIER_CMD_FLAG_CPU))
		return -EINVAL;
	if (cmd == MEMBARRIER_CMD_QUERY)
		return BARRIERS;
	if ((cmd & BARRIERS) == 0 || (cmd & (cmd - 1)) != 0)
		return -EINVAL;
	if (cmd == GET_REGISTRATIONS)
		return p->membarriers;
	if (needed != 0 && (p->membarriers & (unsigned)needed) == 0)
		return -EPERM;
	if (registers(cmd))
		p->membarriers |= (unsigned)cmd;
	return 0;
}

long sys_rseq(struct rseq *rseq, unsigned len, int flags, unsigned sig)
{
	return rseq_register((uintptr_t)rseq, len, flags, sig);
}
