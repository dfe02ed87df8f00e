/* futex.c: fast user-space locks.
 *
 * Nothing comes between reading the word and sleeping, since the kernel is not preempted: that is
 * all the atomicity there is to futex(2).  A waiter that was woken is out of its queue, so that the
 * same wake cannot count it twice. */
#include "proc/futex.h"

#include <asm/errno.h>
#include <linux/futex.h>

#include "fs/vfs.h"
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
	bool woken;
};

static struct list buckets[BUCKETS];

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

static int wake_key(const struct key *k, int n, uint32_t bitset)
{
	struct list *b = bucket_of(k);
	struct futex_waiter *w, *next;
	int woken = 0;

	LIST_FOREACH_SAFE (w, next, b, link) {
		if (woken >= n)
			break;
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
	if (err > 0)
		woken += wake_key(&k2, MAX(n2, 1), FUTEX_ANY);
	return woken;
}

/* --- the end of a task --- */

/* t dies and may hold the lock at addr: mark it and let one waiter have it. */
static void release_robust(const struct task *t, uintptr_t addr, bool pending)
{
	uint32_t val, new;

	if (addr % sizeof(val) != 0 || get_user(val, (const uint32_t *)addr) < 0)
		return;
	/* Died between releasing the lock and waking: somebody must be woken all the same. */
	if (pending && val == 0) {
		(void)futex_wake(addr, 1, FUTEX_ANY, true);
		return;
	}
	if ((val & FUTEX_TID_MASK) != (uint32_t)t->tid)
		return;
	new = (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
	if (put_user(new, (uint32_t *)addr) == 0 && (val & FUTEX_WAITERS) != 0)
		(void)futex_wake(addr, 1, FUTEX_ANY, true);
}

/* The list is the program's and may be broken or endless. */
static void walk_robust_list(const struct task *t)
{
	struct robust_list_head head;
	uintptr_t entry, pending, next;

	if (get_user(head, (const struct robust_list_head *)t->robust_list) < 0)
		return;
	pending = (uintptr_t)head.list_op_pending & ~PI_BIT;
	entry = (uintptr_t)head.list.next & ~PI_BIT;
	for (int i = 0; i < ROBUST_LIST_LIMIT && entry != t->robust_list; i++) {
		int err = get_user(next, (const uintptr_t *)entry);

		if (entry != pending)
			release_robust(t, entry + (uintptr_t)head.futex_offset, false);
		if (err < 0)
			return;
		entry = next & ~PI_BIT;
	}
	if (pending != 0)
		release_robust(t, pending + (uintptr_t)head.futex_offset, true);
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
	if (t->clear_tid != 0 && v->tasks.next != v->tasks.prev &&
	    put_user(zero, (uint32_t *)t->clear_tid) == 0)
		(void)futex_wake(t->clear_tid, 1, FUTEX_ANY, true);
	t->clear_tid = 0;
}
