/* rseq.c: see rseq.h.  On one CPU the number of the CPU never changes: it is written once. */
#include "proc/rseq.h"

#include <asm/errno.h>
#include <linux/rseq.h>

#include "mm/usercopy.h"
#include "proc/task.h"

#define RSEQ_SIZE sizeof(struct rseq) /* the original one, of 32 bytes */

static int set_cpu(uintptr_t addr, uint32_t cpu_id)
{
	struct rseq *u = (struct rseq *)addr;
	uint32_t zero = 0;

	if (put_user(zero, &u->cpu_id_start) < 0)
		return -EFAULT;
	return put_user(cpu_id, &u->cpu_id);
}

static long unregister(struct task *t, uintptr_t addr, uint32_t len, int flags, uint32_t sig)
{
	if ((flags & ~RSEQ_FLAG_UNREGISTER) != 0 || t->rseq == 0 || t->rseq != addr ||
	    t->rseq_len != len)
		return -EINVAL;
	if (t->rseq_sig != sig)
		return -EPERM;
	if (set_cpu(addr, (uint32_t)RSEQ_CPU_ID_UNINITIALIZED) < 0)
		return -EFAULT;
	t->rseq = 0;
	return 0;
}

long rseq_register(uintptr_t addr, uint32_t len, int flags, uint32_t sig)
{
	struct task *t = current;
	uint64_t none = 0;

	if ((flags & RSEQ_FLAG_UNREGISTER) != 0)
		return unregister(t, addr, len, flags, sig);
	if (flags != 0)
		return -EINVAL;
	if (t->rseq != 0) {
		if (t->rseq != addr || t->rseq_len != len)
			return -EINVAL;
		return t->rseq_sig != sig ? -EPERM : -EBUSY;
	}
	if (len < RSEQ_SIZE || addr % _Alignof(struct rseq) != 0)
		return -EINVAL;
	if (!user_range_ok(addr, len) || set_cpu(addr, 0) < 0 ||
	    put_user(none, &((struct rseq *)addr)->rseq_cs) < 0)
		return -EFAULT;
	t->rseq = addr;
	t->rseq_len = len;
	t->rseq_sig = sig;
	return 0;
}

/* => 1 with the description of the sequence, 0: none is active, -EFAULT */
static int current_sequence(const struct task *t, struct rseq_cs *cs)
{
	uint64_t at;
	uint32_t sig;

	if (get_user(at, &((const struct rseq *)t->rseq)->rseq_cs) < 0)
		return -EFAULT;
	if (at == 0)
		return 0;
	if (get_user(*cs, (const struct rseq_cs *)at) < 0)
		return -EFAULT;
	if (cs->version != 0 || cs->start_ip >= USER_END || cs->abort_ip >= USER_END ||
	    cs->start_ip + cs->post_commit_offset < cs->start_ip ||
	    cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EFAULT;
	if (get_user(sig, (const uint32_t *)(cs->abort_ip - sizeof(sig))) < 0 || sig != t->rseq_sig)
		return -EFAULT;
	return 1;
}

int rseq_interrupted(struct regs *regs)
{
	const struct task *t = current;
	uint64_t none = 0;
	struct rseq_cs cs;
	int active = current_sequence(t, &cs);

	if (active <= 0)
		return active;
	/* Outside of it the pointer is a leftover, which is cleared so as not to be looked at again. */
	if (put_user(none, &((struct rseq *)t->rseq)->rseq_cs) < 0)
		return -EFAULT;
	if (regs_ip(regs) - cs.start_ip < cs.post_commit_offset)
		regs_set_ip(regs, cs.abort_ip);
	return 0;
}
