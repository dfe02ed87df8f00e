/* futex.h: fast user-space locks (futex(2)).
 *
 * A futex is a 32-bit word in a program's memory; the kernel knows one only while somebody waits.
 * Waiters are found by a key: for memory that processes share the inode and the place in it, else
 * the view and the address.
 *
 * addr is the program's; what a word holds is read by usercopy.  => -EFAULT, -EINVAL: not aligned */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include "lib/types.h"

struct task;

#define FUTEX_ANY 0xffffffffu /* FUTEX_BITSET_MATCH_ANY */

/* Sleep while the word is val, until a wake with a common bit.  `shared`: look for shared memory.
 * => 0 woken, -EAGAIN: it is not val, -ETIMEDOUT, -ERESTARTSYS */
int futex_wait(uintptr_t addr, uint32_t val, uint32_t bitset, uint64_t deadline, bool shared);
/* Wake up to n that wait with a common bit.  => how many */
int futex_wake(uintptr_t addr, int n, uint32_t bitset, bool shared);
/* Wake up to `wake` that wait at addr, and let up to `move` others wait at addr2 instead; only while
 * the word is *val when val is not NULL.  => woken (and, with val, moved) ones, -EAGAIN */
int futex_requeue(uintptr_t addr, uintptr_t addr2, int wake, int move, const uint32_t *val,
		  bool shared);
/* Change the word at addr2 by `op` (FUTEX_OP), wake `wake` at addr and, if op's comparison holds for
 * the old value, wake2 at addr2.  => woken ones, -ENOSYS: an unknown op */
int futex_wake_op(uintptr_t addr, uintptr_t addr2, int wake, int wake2, uint32_t op, bool shared);

/* --- locks whose holder inherits the priority of who waits: the word is the holder's tid --- */

/* Take the lock at addr, waiting until `deadline`; `try`: do not wait.
 * => 0, -EAGAIN (try), -ETIMEDOUT, -EDEADLK, -ESRCH: its holder is gone, -ERESTARTNOINTR */
int futex_lock_pi(uintptr_t addr, uint64_t deadline, bool try, bool shared);
/* Hand it to the best that waits.  => 0, -EPERM: it is not the current task's */
int futex_unlock_pi(uintptr_t addr, bool shared);

/* Sleep until one of `count` (at most FUTEX_WAITV_MAX) words is woken, or differs from its value.
 * => which, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS, -EINVAL, -EFAULT, -ENOMEM */
struct futex_waitv;
long futex_wait_many(const struct futex_waitv *words, unsigned count, uint64_t deadline);

/* t ends: walk its robust list, clear and wake clear_tid if others share its memory.  The task's
 * view is still there. */
void futex_task_exit(struct task *t);

#endif
