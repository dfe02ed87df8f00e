/* futex.c: fast user-space locks.
 *
 * Nothing comes between reading the word and sleeping, since the kernel is not preempted: that is
 * all the atomicity there is to futex(2).  A waiter that was woken is out of its queue, so that the
 * same wake cannot count it twice. */
#include "proc/futex.h"

#include <asm/errno.h>
#include <linux/futex.h>

#include "fs/vfs.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define BUCKETS 64
#define PI_BIT	1ul

struct key {
	const void *object; /* inode or view */
	uint64_t place;	    /* byte in it, or address */
};

struct futex_waiter {
	struct list link; /* in its bucket; empty when woken */
	struct key key;
	uint32_t bitset;
	struct task *task;
	pid_t owner; /* PI: tid of the task that holds the lock; 0: an ordinary wait */
	bool woken;
	bool owner_died; /* PI: it was handed over because its holder ended */
};

static struct list buckets[BUCKETS];
static unsigned pi_waiters; /* of them, those that wait for a PI lock */

static struct list *bucket_of(const struct key *k)
{
	uint64_t h = ((uintptr_t)k->object >> 4) ^ (k->place >> 2);
	struct list *b = &buckets[(h ^ h >> 7 ^ h >> 17) % BUCKETS];

	if (b->next == NULL)
		list_init(b);
	return b;
}

static bool same(const struct key *a, const struct key *b)
{
	return a->object == b->object && a->place == b->place;
}

static int find_key(uintptr_t addr, bool shared, struct key *k)
{
	struct view *v = current->view;
	const struct vma *vma;

	if (addr % sizeof(uint32_t) != 0)
		return -EINVAL;
	if (!user_range_ok(addr, sizeof(uint32_t)))
		return -EFAULT;
	*k = (struct key){ v, addr };
	if (!shared)
		return 0;
	vma = vma_find(v, addr);
	if (vma == NULL)
		return -EFAULT;
	if ((vma->flags & VM_SHARED) != 0 && vma->file != NULL)
		*k = (struct key){ vma->file->inode, vma->offset + (addr - vma->start) };
	return 0;
}

int futex_wait(uintptr_t addr, uint32_t val, uint32_t bitset, uint64_t deadline, bool shared)
{
	struct futex_waiter w = { .bitset = bitset, .task = current };
	uint32_t now;
	int err;

	if (bitset == 0)
		return -EINVAL;
	err = find_key(addr, shared, &w.key);
	if (err < 0)
		return err;
	if (get_user(now, (const uint32_t *)addr) < 0)
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	list_append(bucket_of(&w.key), &w.link);
	while (!w.woken && err == 0)
		err = task_sleep(deadline);
	list_remove(&w.link);
	return w.woken ? 0 : err;
}

static void wake(struct futex_waiter *w)
{
	list_remove(&w->link);
	w->woken = true;
	task_wake(w->task);
}

/* => how many, -EINVAL: they wait for a PI lock */
static int wake_key(const struct key *k, int n, uint32_t bitset)
{
	struct list *b = bucket_of(k);
	struct futex_waiter *w, *next;
	int woken = 0;

	LIST_FOREACH_SAFE (w, next, b, link) {
		if (woken >= n)
			break;
		if (same(&w->key, k) && w->owner != 0)
			return -EINVAL;
		if (same(&w->key, k) && (w->bitset & bitset) != 0) {
			wake(w);
			woken++;
		}
	}
	return woken;
}

int futex_wake(uintptr_t addr, int n, uint32_t bitset, bool shared)
{
	struct key k;
	int err;

	if (bitset == 0)
		return -EINVAL;
	err = find_key(addr, shared, &k);
	return err < 0 ? err : wake_key(&k, MAX(n, 1), bitset);
}

static int move_key(const struct key *from, const struct key *to, int n)
{
	struct list *b = bucket_of(from), *target = bucket_of(to);
	struct list moving = LIST_INIT(moving);
	struct futex_waiter *w, *next;
	int moved = 0;

	LIST_FOREACH_SAFE (w, next, b, link) {
		if (moved >= n)
			break;
		if (same(&w->key, from)) {
			w->key = *to;
			list_remove(&w->link);
			list_append(&moving, &w->link);
			moved++;
		}
	}
	while (!list_empty(&moving)) {
		struct list *l = moving.next;

		list_remove(l);
		list_append(target, l);
	}
	return moved;
}

int futex_requeue(uintptr_t addr, uintptr_t addr2, int n, int move, const uint32_t *val,
		  bool shared)
{
	struct key from = { NULL, 0 }, to = from;
	uint32_t now;
	int err, woken;

	if (n < 0 || move < 0)
		return -EINVAL;
	err = find_key(addr, shared, &from);
	if (err == 0)
		err = find_key(addr2, shared, &to);
	if (err < 0)
		return err;
	if (val != NULL) {
		if (get_user(now, (const uint32_t *)addr) < 0)
			return -EFAULT;
		if (now != *val)
			return -EAGAIN;
	}
	woken = wake_key(&from, n, FUTEX_ANY);
	if (woken < 0)
		return woken;
	move = same(&from, &to) ? 0 : move_key(&from, &to, move);
	return woken + move;
}

/* The fields of op: see FUTEX_OP in <linux/futex.h>. */
static int apply_op(uint32_t op, uint32_t old, uint32_t *new)
{
	uint32_t arg = (uint32_t)((int32_t)(op << 8) >> 20);

	if ((op >> 28 & FUTEX_OP_OPARG_SHIFT) != 0)
		arg = 1u << (arg & 31);
	switch (op >> 28 & 7) {
	case FUTEX_OP_SET: *new = arg; return 0;
	case FUTEX_OP_ADD: *new = old + arg; return 0;
	case FUTEX_OP_OR: *new = old | arg; return 0;
	case FUTEX_OP_ANDN: *new = old & ~arg; return 0;
	case FUTEX_OP_XOR: *new = old ^ arg; return 0;
	default: return -ENOSYS;
	}
}

/* => 1: holds, 0, -ENOSYS */
static int compare_op(uint32_t op, uint32_t value)
{
	int32_t old = (int32_t)value, arg = (int32_t)(op << 20) >> 20;

	switch (op >> 24 & 15) {
	case FUTEX_OP_CMP_EQ: return old == arg;
	case FUTEX_OP_CMP_NE: return old != arg;
	case FUTEX_OP_CMP_LT: return old < arg;
	case FUTEX_OP_CMP_LE: return old <= arg;
	case FUTEX_OP_CMP_GT: return old > arg;
	case FUTEX_OP_CMP_GE: return old >= arg;
	default: return -ENOSYS;
	}
}

int futex_wake_op(uintptr_t addr, uintptr_t addr2, int n, int n2, uint32_t op, bool shared)
{
	struct key k = { NULL, 0 }, k2 = k;
	uint32_t old, new;
	int err = find_key(addr, shared, &k), woken;

	if (err == 0)
		err = find_key(addr2, shared, &k2);
	if (err < 0)
		return err;
	if (get_user(old, (const uint32_t *)addr2) < 0)
		return -EFAULT;
	err = apply_op(op, old, &new);
	if (err < 0)
		return err;
	if (put_user(new, (uint32_t *)addr2) < 0)
		return -EFAULT;
	err = compare_op(op, old);
	if (err < 0)
		return err;
	woken = wake_key(&k, MAX(n, 1), FUTEX_ANY);
	if (woken < 0 || err == 0)
		return woken;
	err = wake_key(&k2, MAX(n2, 1), FUTEX_ANY);
	return err < 0 ? err : woken + err;
}

/* --- many at once --- */

long futex_wait_many(const struct futex_waitv *words, unsigned count, uint64_t deadline)
{
	struct futex_waiter *w = kmalloc(count * sizeof(*w));
	unsigned queued = 0;
	long result = 0, woken = -1;

	if (w == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < count && result == 0; i++) {
		uintptr_t addr = words[i].uaddr;
		uint32_t now;

		w[i] = (struct futex_waiter){ .bitset = FUTEX_ANY, .task = current };
		result = find_key(addr, (words[i].flags & FUTEX_PRIVATE_FLAG) == 0, &w[i].key);
		if (result == 0 && get_user(now, (const uint32_t *)addr) < 0)
			result = -EFAULT;
		if (result == 0 && now != (uint32_t)words[i].val)
			result = -EAGAIN;
		if (result == 0) {
			list_append(bucket_of(&w[i].key), &w[i].link);
			queued++;
		}
	}
	while (result == 0 && woken < 0) {
		result = task_sleep(deadline);
		for (unsigned i = 0; i < count; i++) {
			if (w[i].woken)
				woken = i;
		}
	}
	for (unsigned i = 0; i < queued; i++)
		list_remove(&w[i].link);
	kfree(w);
	return woken >= 0 ? woken : result;
}

/* --- priority inheritance ---
 * The word holds the tid of the task that has the lock; programs take and release a lock that nobody
 * waits for without the kernel.  Who waits is queued here, and an unlock hands the lock over. */

/* The best that waits at k: the highest priority, then the first come.  => NULL: nobody */
static struct futex_waiter *best_waiter(const struct key *k)
{
	struct futex_waiter *w, *best = NULL;

	LIST_FOREACH (w, bucket_of(k), link) {
		if (same(&w->key, k) && w->owner != 0 &&
		    (best == NULL || sched_priority(w->task) > sched_priority(best->task)))
			best = w;
	}
	return best;
}

/* Give t the priority of the best that waits for one of its locks, and so on along the chain. */
static void boost(struct task *t)
{
	/* Chains are short; a cycle cannot come into being (would_deadlock). */
	while (t != NULL) {
		int best = 0;

		for (unsigned i = 0; i < BUCKETS; i++) {
			const struct futex_waiter *w;

			if (buckets[i].next == NULL)
				continue;
			LIST_FOREACH (w, &buckets[i], link) {
				if (w->owner == t->tid)
					best = MAX(best, sched_priority(w->task));
			}
		}
		sched_set_boost(t, best);
		t = t->pi_waiter == NULL ? NULL : task_find(t->pi_waiter->owner);
	}
}

/* Would a wait for a lock of `owner` never end, since it waits for one of ours? */
static bool would_deadlock(const struct task *owner)
{
	while (owner != NULL && owner != current)
		owner = owner->pi_waiter == NULL ? NULL : task_find(owner->pi_waiter->owner);
	return owner == current;
}

/* w gets the lock; the others wait for it from now on. */
static void hand_over(struct futex_waiter *w)
{
	struct futex_waiter *other;

	LIST_FOREACH (other, bucket_of(&w->key), link) {
		if (same(&other->key, &w->key) && other->owner != 0)
			other->owner = w->task->tid;
	}
	w->task->pi_waiter = NULL;
	wake(w);
	boost(w->task);
}

/* The current task has waited: => 0: the lock is its own, or err */
static int end_wait(struct futex_waiter *w, uintptr_t addr, int err)
{
	struct task *owner;
	uint32_t val;

	list_remove(&w->link);
	pi_waiters--;
	current->pi_waiter = NULL;
	if (w->woken) {
		val = (uint32_t)current->tid | FUTEX_WAITERS | FUTEX_OWNER_DIED;
		return w->owner_died ? put_user(val, (uint32_t *)addr) : 0;
	}
	owner = task_find(w->owner);
	if (owner != NULL)
		boost(owner);
	return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
}

int futex_lock_pi(uintptr_t addr, uint64_t deadline, bool try, bool shared)
{
	struct futex_waiter w = { .bitset = FUTEX_ANY, .task = current };
	uint32_t val, *word = (uint32_t *)addr;
	struct task *owner;
	int err = find_key(addr, shared, &w.key);

	if (err < 0)
		return err;
	if (get_user(val, word) < 0)
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) == (uint32_t)current->tid)
		return -EDEADLK;
	if ((val & FUTEX_TID_MASK) == 0 && best_waiter(&w.key) == NULL) {
		val = (val & FUTEX_OWNER_DIED) | (uint32_t)current->tid;
		return put_user(val, word);
	}
	owner = task_find((pid_t)(val & FUTEX_TID_MASK));
	if (owner == NULL ||
	    (!shared && owner->proc != current->proc && owner->view != current->view))
		return -ESRCH;
	if (would_deadlock(owner))
		return -EDEADLK;
	if (try)
		return -EAGAIN;
	val |= FUTEX_WAITERS;
	if (put_user(val, word) < 0)
		return -EFAULT;
	w.owner = owner->tid;
	current->pi_waiter = &w;
	list_append(bucket_of(&w.key), &w.link);
	pi_waiters++;
	boost(owner);
	while (!w.woken && err == 0)
		err = task_sleep(deadline);
	return end_wait(&w, addr, err);
}

int futex_unlock_pi(uintptr_t addr, bool shared)
{
	struct futex_waiter *w;
	struct key k;
	uint32_t val, *word = (uint32_t *)addr;
	int err = find_key(addr, shared, &k);

	if (err < 0)
		return err;
	if (get_user(val, word) < 0)
		return -EFAULT;
	if ((val & FUTEX_TID_MASK) != (uint32_t)current->tid)
		return -EPERM;
	w = best_waiter(&k);
	val = w == NULL ? 0 : (uint32_t)w->task->tid | FUTEX_WAITERS;
	if (put_user(val, word) < 0)
		return -EFAULT;
	if (w != NULL)
		hand_over(w);
	boost(current);
	return 0;
}

/* t ends: its PI locks go to who waits for them, who is told. */
static void release_pi_locks(const struct task *t)
{
	for (unsigned i = 0; i < BUCKETS && pi_waiters > 0; i++) {
		struct futex_waiter *w, *best;

		if (buckets[i].next == NULL)
			continue;
		do {
			best = NULL;
			LIST_FOREACH (w, &buckets[i], link) {
				if (w->owner == t->tid) {
					best = best_waiter(&w->key);
					break;
				}
			}
			if (best != NULL) {
				best->owner_died = true;
				hand_over(best);
			}
		} while (best != NULL);
	}
}

/* --- the end of a task --- */

/* t dies and may hold the lock at addr: mark it and let one waiter have it. */
static void release_robust(const struct task *t, uintptr_t addr, bool pending, bool pi)
{
	uint32_t val, new;

	if (addr % sizeof(val) != 0 || get_user(val, (const uint32_t *)addr) < 0)
		return;
	/* Died between releasing the lock and waking: somebody must be woken all the same. */
	if (pending && !pi && val == 0) {
		(void)futex_wake(addr, 1, FUTEX_ANY, true);
		return;
	}
	if ((val & FUTEX_TID_MASK) != (uint32_t)t->tid)
		return;
	new = (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	if (put_user(new, (uint32_t *)addr) == 0 && (val & FUTEX_WAITERS) != 0 && !pi)
		(void)futex_wake(addr, 1, FUTEX_ANY, true);
}

/* The list is the program's and may be broken or endless. */
static void walk_robust_list(const struct task *t)
{
	struct robust_list_head head;
	uintptr_t entry, pending, next;
	bool pi, pending_pi;

	if (get_user(head, (const struct robust_list_head *)t->robust_list) < 0)
		return;
	pending = (uintptr_t)head.list_op_pending & ~PI_BIT;
	pending_pi = ((uintptr_t)head.list_op_pending & PI_BIT) != 0;
	entry = (uintptr_t)head.list.next & ~PI_BIT;
	pi = ((uintptr_t)head.list.next & PI_BIT) != 0;
	for (int i = 0; i < ROBUST_LIST_LIMIT && entry != t->robust_list; i++) {
		int err = get_user(next, (const uintptr_t *)entry);

		if (entry != pending)
			release_robust(t, entry + (uintptr_t)head.futex_offset, false, pi);
		if (err < 0)
			return;
		entry = next & ~PI_BIT;
		pi = (next & PI_BIT) != 0;
	}
	if (pending != 0)
		release_robust(t, pending + (uintptr_t)head.futex_offset, true, pending_pi);
}

void futex_task_exit(struct task *t)
{
	const struct view *v = t->view;
	uint32_t zero = 0;

	if (v == NULL)
		return;
	if (t->robust_list != 0)
		walk_robust_list(t);
	t->robust_list = 0;
	release_pi_locks(t);
	if (t->clear_tid != 0 && v->tasks.next != v->tasks.prev &&
	    put_user(zero, (uint32_t *)t->clear_tid) == 0)
		(void)futex_wake(t->clear_tid, 1, FUTEX_ANY, true);
	t->clear_tid = 0;
}
