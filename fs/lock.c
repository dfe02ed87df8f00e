/* lock.c: advisory locks: POSIX (fcntl, per descriptor table), OFD (per open file) and flock.
 *
 * An inode has one chain of locks of all kinds; POSIX and OFD ones conflict with each other, flock
 * ones only with flock ones.  Ranges are [start, end], end inclusive.  Who must wait sleeps on one
 * queue for all locks: they are few, and each looks again. */

#include <linux/fcntl.h>

#include "fs/internal.h"
#include "fs/text.h"
#include "mm/slab.h"
#include "proc/task.h"

#define LOCK_SH	   1
#define LOCK_EX	   2
#define LOCK_NB	   4
#define LOCK_UN	   8
#define OFFSET_MAX INT64_MAX

enum lock_kind { LOCK_POSIX, LOCK_OFD, LOCK_FLOCK };

struct file_lock {
	struct file_lock *next;
	struct list all; /* in all_locks, newest first */
	struct inode *inode;
	enum lock_kind kind;
	const void *owner;	 /* struct files, or struct file */
	const struct file *file; /* by which it was set; only to compare with */
	pid_t pid;
	bool exclusive;
	int64_t start, end;
};

static CACHE(lock_cache, struct file_lock);
static struct list all_locks = LIST_INIT(all_locks);
static struct waitq lock_wait = { LIST_INIT(lock_wait.waiters) };

/* Requests that sleep now: who waits for whom. */
struct sleeper {
	struct list link;
	const void *owner, *holder;
};
static struct list sleepers = LIST_INIT(sleepers);

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->owner == b->owner && a->kind == b->kind;
}

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static struct file_lock *find_conflict(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *l;

	for (l = inode->locks; l != NULL; l = l->next) {
		if ((l->kind == LOCK_FLOCK) == (want->kind == LOCK_FLOCK) && !same_owner(l, want) &&
		    overlap(l, want) && (l->exclusive || want->exclusive))
			return l;
	}
	return NULL;
}

/* The first lock that want's owner has in its range. */
static const struct file_lock *find_own(const struct inode *inode, const struct file_lock *want)
{
	const struct file_lock *l = inode->locks;

	while (l != NULL && !(same_owner(l, want) && overlap(l, want)))
		l = l->next;
	return l;
}

static bool would_deadlock(const void *me, const void *holder)
{
	struct sleeper *s;

	for (unsigned steps = 0; steps < 32; steps++) {
		bool found = false;
		if (holder == me)
			return true;
		LIST_FOREACH (s, &sleepers, link) {
			if (s->owner == holder) {
				holder = s->holder;
				found = true;
				break;
			}
		}
		if (!found)
			return false;
	}
	return false;
}

/* Wait until nothing conflicts with want.  => 0, -EAGAIN, -EDEADLK, -ERESTARTSYS */
static int wait_for_room(struct inode *inode, const struct file_lock *want, bool wait)
{
	struct file_lock *l;
	struct sleeper s;
	struct waiter w;

	while ((l = find_conflict(inode, want)) != NULL) {
		if (!wait)
			return -EAGAIN;
		if (want->kind == LOCK_POSIX && would_deadlock(want->owner, l->owner))
			return -EDEADLK;
		s.owner = want->owner;
		s.holder = l->owner;
		list_append(&sleepers, &s.link);
		waiter_add(&w, &lock_wait);
		int err = task_sleep(NO_DEADLINE);
		waiter_remove(&w);
		list_remove(&s.link);
		if (err < 0)
			return err;
	}
	return 0;
}

static void insert(struct inode *inode, struct file_lock *l)
{
	struct file_lock **p = &inode->locks;

	while (*p != NULL && (*p)->start < l->start)
		p = &(*p)->next;
	l->next = *p;
	l->inode = inode;
	*p = l;
	list_push(&all_locks, &l->all);
}

/* Out of the chain, where *p leads to l. */
static void take_out(struct file_lock **p, struct file_lock *l)
{
	*p = l->next;
	list_remove(&l->all);
}

/* Take the owner's locks out of [start, end]; `spare` is used when one is cut in two. */
static void cut(struct inode *inode, const struct file_lock *range, struct file_lock **spare)
{
	struct file_lock **p = &inode->locks, *l;

	while ((l = *p) != NULL) {
		if (!same_owner(l, range) || !overlap(l, range)) {
			p = &l->next;
			continue;
		}
		take_out(p, l);
		if (l->start < range->start && l->end > range->end) {
			struct file_lock *tail = *spare;
			*spare = NULL;
			*tail = *l;
			tail->start = range->end + 1;
			l->end = range->start - 1;
			insert(inode, l);
			insert(inode, tail);
			return;
		}
		if (l->start < range->start) {
			l->end = range->start - 1;
		} else if (l->end > range->end) {
			l->start = range->end + 1;
		} else {
			cache_free(&lock_cache, l);
			continue;
		}
		insert(inode, l);
		p = &inode->locks;
	}
}

/* Join the owner's neighbours of the same type with l, which is not in the chain yet. */
static void absorb(struct inode *inode, struct file_lock *l)
{
	struct file_lock **p = &inode->locks, *other;

	while ((other = *p) != NULL) {
		bool touches = other->end == l->start - 1 ||
			       (l->end != OFFSET_MAX && other->start == l->end + 1);
		if (!same_owner(l, other) || other->exclusive != l->exclusive || !touches) {
			p = &other->next;
			continue;
		}
		l->start = MIN(l->start, other->start);
		l->end = MAX(l->end, other->end);
		take_out(p, other);
		cache_free(&lock_cache, other);
	}
}

/* Give want to its owner, in place of what it has in that range; unlock: just take away. */
static int apply(struct inode *inode, const struct file_lock *want, bool unlock)
{
	struct file_lock *spare = cache_alloc(&lock_cache), *fresh = NULL;

	if (!unlock)
		fresh = cache_alloc(&lock_cache);
	if (spare == NULL || (fresh == NULL && !unlock)) {
		if (spare != NULL)
			cache_free(&lock_cache, spare);
		if (fresh != NULL)
			cache_free(&lock_cache, fresh);
		return -ENOLCK;
	}
	cut(inode, want, &spare);
	if (fresh != NULL) {
		*fresh = *want;
		absorb(inode, fresh);
		insert(inode, fresh);
	}
	if (spare != NULL)
		cache_free(&lock_cache, spare);
	waitq_wake(&lock_wait);
	return 0;
}

/* --- fcntl --- */

static int range_of(struct file *f, const struct flock *fl, struct file_lock *want)
{
	int64_t base = 0, start;

	if (fl->l_whence == 1)
		base = f->pos;
	else if (fl->l_whence == 2)
		base = (int64_t)f->inode->size;
	else if (fl->l_whence != 0)
		return -EINVAL;
	if (__builtin_add_overflow(base, fl->l_start, &start))
		return -EOVERFLOW;
	want->start = start;
	want->end = OFFSET_MAX;
	if (fl->l_len > 0 && __builtin_add_overflow(start, fl->l_len - 1, &want->end))
		return -EOVERFLOW;
	if (fl->l_len < 0) {
		want->end = start - 1;
		want->start = start + fl->l_len;
	}
	return want->start < 0 ? -EINVAL : 0;
}

static void describe(const struct file_lock *l, struct flock *fl)
{
	fl->l_type = l->exclusive ? F_WRLCK : F_RDLCK;
	fl->l_whence = 0;
	fl->l_start = l->start;
	fl->l_len = l->end == OFFSET_MAX ? 0 : l->end - l->start + 1;
	fl->l_pid = l->kind == LOCK_OFD ? -1 : l->pid;
}

int lock_posix(struct file *f, int cmd, struct flock *fl)
{
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct file_lock want = { .kind = ofd ? LOCK_OFD : LOCK_POSIX };
	int mode = f->flags & O_ACCMODE;

	want.owner = ofd ? (const void *)f : (const void *)current->proc->files;
	want.file = f;
	want.pid = current->proc->pid;
	want.exclusive = fl->l_type == F_WRLCK;
	if (ofd && fl->l_pid != 0)
		return -EINVAL;
	int err = range_of(f, fl, &want);
	if (err < 0)
		return err;
	if (cmd == F_GETLK || cmd == F_OFD_GETLK) {
		bool own = ofd && fl->l_type == F_UNLCK; /* what would F_UNLCK take away? */
		if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && !own)
			return -EINVAL;
		const struct file_lock *l =
			own ? find_own(f->inode, &want) : find_conflict(f->inode, &want);
		if (l != NULL)
			describe(l, fl);
		else
			fl->l_type = F_UNLCK;
		return 0;
	}
	switch (fl->l_type) {
	case F_UNLCK: return apply(f->inode, &want, true);
	case F_RDLCK:
		if (mode == O_WRONLY)
			return -EBADF;
		break;
	case F_WRLCK:
		if (mode == O_RDONLY)
			return -EBADF;
		break;
	default: return -EINVAL;
	}
	err = wait_for_room(f->inode, &want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	return err < 0 ? err : apply(f->inode, &want, false);
}

/* --- flock --- */

int lock_flock(struct file *f, int op)
{
	struct file_lock want = { .kind = LOCK_FLOCK, .owner = f, .file = f, .end = OFFSET_MAX };

	want.pid = current->proc->pid;
	want.exclusive = (op & ~LOCK_NB) == LOCK_EX;
	switch (op & ~LOCK_NB) {
	case LOCK_UN: return apply(f->inode, &want, true);
	case LOCK_SH:
	case LOCK_EX: break;
	default: return -EINVAL;
	}
	/* One of the other kind goes first: others may get theirs, and then it is lost (flock(2)). */
	const struct file_lock *mine = find_own(f->inode, &want);
	int gone = mine != NULL && mine->exclusive != want.exclusive ? apply(f->inode, &want, true)
								     : 0;
	if (gone < 0)
		return gone;
	int err = wait_for_room(f->inode, &want, !(op & LOCK_NB));
	return err < 0 ? err : apply(f->inode, &want, false);
}

/* --- the end --- */

static void drop_all(struct inode *inode, const void *owner)
{
	struct file_lock **p = &inode->locks, *l;
	bool any = false;

	while ((l = *p) != NULL) {
		if (l->owner != owner) {
			p = &l->next;
			continue;
		}
		take_out(p, l);
		cache_free(&lock_cache, l);
		any = true;
	}
	if (any)
		waitq_wake(&lock_wait);
}

void lock_close(struct file *f, const struct files *owner)
{
	if (f->inode->locks != NULL)
		drop_all(f->inode, owner);
}

void lock_release(struct file *f)
{
	if (f->inode->locks != NULL)
		drop_all(f->inode, f);
}

/* --- what /proc shows --- */

static void show_line(struct text *t, int number, const struct file_lock *l)
{
	static const char *const kinds[] = {
		[LOCK_POSIX] = "POSIX ", [LOCK_OFD] = "OFDLCK", [LOCK_FLOCK] = "FLOCK "
	};
	dev_t dev = l->inode->sb->dev;

	text_printf(t, "%d: %s ADVISORY  %s %d %02x:%02x:%lu %ld ", number, kinds[l->kind],
		    l->exclusive ? "WRITE" : "READ", l->kind == LOCK_OFD ? -1 : l->pid,
		    dev_major(dev), dev_minor(dev), (unsigned long)l->inode->ino, (long)l->start);
	if (l->end == OFFSET_MAX)
		text_printf(t, "EOF\n");
	else
		text_printf(t, "%ld\n", (long)l->end);
}

void lock_show_all(struct text *t)
{
	const struct file_lock *l;
	int number = 0;

	LIST_FOREACH (l, &all_locks, all)
		show_line(t, ++number, l);
}

void lock_show(struct text *t, const struct file *f, const struct files *owner)
{
	const struct file_lock *l;
	int number = 0;

	for (unsigned flock = 2; flock-- > 0;) {
		for (l = f->inode->locks; l != NULL; l = l->next) {
			if ((l->kind == LOCK_FLOCK) != flock || l->file != f ||
			    (l->owner != f && l->owner != owner))
				continue;
			text_printf(t, "lock:\t");
			show_line(t, ++number, l);
		}
	}
}
