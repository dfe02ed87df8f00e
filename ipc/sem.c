/* sem.c: sets of semaphores: semget(2), semop(2), semctl(2).
 *
 * The operations of one semop() happen all at once or not at all.  Who cannot go on sleeps on the set
 * and tries again whenever somebody has changed it. */
#include <asm/errno.h>

#include "fs/procfs.h"
#include "ipc/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"

struct semaphore {
	int value;
	pid_t last; /* that changed it */
};

struct set {
	struct ipc_object object;
	unsigned count;
	struct semaphore *sem;
	uint64_t op_time, change_time;
	struct waitq changed;
	struct list blocked; /* struct blocked */
	struct list undos;   /* struct undo */
};

/* A caller that sleeps, and the operation that stops it. */
struct blocked {
	struct list link;
	const struct sembuf *op;
};

/* What a process's SEM_UNDO operations have come to: to be added when it ends. */
struct undo {
	struct list link;
	const struct proc *proc;
	int add[];
};

static CACHE(set_cache, struct set);

static void destroy(struct ipc_object *o)
{
	struct set *s = CONTAINER_OF(o, struct set, object);
	struct undo *u, *next;

	LIST_FOREACH_SAFE (u, next, &s->undos, link)
		kfree(u);
	kfree(s->sem);
	cache_free(&set_cache, s);
}

static struct ipc_table table = { LIST_INIT(table.objects), 0, SEMMNI, -1, destroy };

/* --- semget(2) --- */

static long create(int key, int count, int flags)
{
	struct set *s;

	if (count == 0)
		return -EINVAL;
	s = cache_alloc(&set_cache);
	if (s == NULL)
		return -ENOMEM;
	s->sem = kmalloc((size_t)count * sizeof(*s->sem));
	if (s->sem == NULL) {
		cache_free(&set_cache, s);
		return -ENOMEM;
	}
	memset(s->sem, 0, (size_t)count * sizeof(*s->sem));
	s->count = (unsigned)count;
	waitq_init(&s->changed);
	list_init(&s->blocked);
	list_init(&s->undos);
	s->change_time = ipc_now();
	return ipc_add(&table, &s->object, key, flags);
}

long sem_get(int key, int count, int flags)
{
	long err;
	struct ipc_object *o;

	if (count < 0 || count > SEMMSL)
		return -EINVAL;
	o = ipc_find_key(&table, key, flags, &err);
	if (o == NULL)
		return err < 0 ? err : create(key, count, flags);
	if ((unsigned)count > CONTAINER_OF(o, struct set, object)->count)
		return -EINVAL;
	err = ipc_permission(o, (unsigned)flags & 0777);
	return err < 0 ? err : o->id;
}

/* --- semop(2) --- */

static struct undo *find_undo(const struct set *s, const struct proc *p)
{
	struct undo *u;

	LIST_FOREACH (u, &s->undos, link) {
		if (u->proc == p)
			return u;
	}
	return NULL;
}

/* The current process's, made if need be.  => NULL: no memory */
static struct undo *own_undo(struct set *s)
{
	struct undo *u = find_undo(s, current->proc);
	size_t bytes = sizeof(*u) + s->count * sizeof(u->add[0]);

	if (u != NULL)
		return u;
	u = kmalloc(bytes);
	if (u == NULL)
		return NULL;
	memset(u, 0, bytes);
	u->proc = current->proc;
	list_append(&s->undos, &u->link);
	return u;
}

/* Do ops[0..count) or nothing.  => 0; -EAGAIN with *stop: that one has to wait; -ERANGE */
static int try(struct set *s, const struct sembuf *ops, unsigned count, struct undo *undo,
	       const struct sembuf **stop)
{
	unsigned done;
	int err = 0;

	for (done = 0; done < count && err == 0; done++) {
		const struct sembuf *op = &ops[done];
		int *value = &s->sem[op->sem_num].value;

		*stop = op;
		if (op->sem_op == 0 ? *value != 0 : *value + op->sem_op < 0)
			err = -EAGAIN;
		else if (*value + op->sem_op > SEMVMX)
			err = -ERANGE;
		else if (undo != NULL && (op->sem_flg & SEM_UNDO) != 0 &&
			 (undo->add[op->sem_num] - op->sem_op > SEMAEM ||
			  undo->add[op->sem_num] - op->sem_op < -SEMAEM - 1))
			err = -ERANGE;
		if (err < 0)
			break;
		*value += op->sem_op;
		if ((op->sem_flg & SEM_UNDO) != 0)
			undo->add[op->sem_num] -= op->sem_op;
	}
	if (err == 0) {
		for (unsigned i = 0; i < count; i++)
			s->sem[ops[i].sem_num].last = current->proc->pid;
		return 0;
	}
	while (done-- > 0) {
		const struct sembuf *op = &ops[done];

		s->sem[op->sem_num].value -= op->sem_op;
		if ((op->sem_flg & SEM_UNDO) != 0)
			undo->add[op->sem_num] += op->sem_op;
	}
	return err;
}

/* Wait until op may be possible.  => 0, -EAGAIN, -EINTR, -EIDRM */
static long wait_for(struct set *s, const struct sembuf *op, uint64_t deadline)
{
	struct blocked b = { .op = op };
	struct waiter w;
	int err;

	if ((op->sem_flg & IPC_NOWAIT) != 0)
		return -EAGAIN;
	waiter_add(&w, &s->changed);
	list_append(&s->blocked, &b.link);
	err = task_sleep(deadline);
	list_remove(&b.link);
	waiter_remove(&w);
	if (s->object.removed)
		return -EIDRM;
	/* Never restarted, as signal(7) says. */
	return err == -ETIMEDOUT ? -EAGAIN : err < 0 ? -EINTR : 0;
}

static long operate(struct set *s, const struct sembuf *ops, unsigned count, uint64_t deadline)
{
	bool alters = false, undoes = false;
	const struct sembuf *stop = NULL;
	struct undo *undo = NULL;
	long err;

	for (unsigned i = 0; i < count; i++) {
		if (ops[i].sem_num >= s->count)
			return -EFBIG;
		alters |= ops[i].sem_op != 0;
		undoes |= (ops[i].sem_flg & SEM_UNDO) != 0;
	}
	err = ipc_permission(&s->object, alters ? S_IWUGO : S_IRUGO);
	if (err < 0)
		return err;
	if (undoes) {
		undo = own_undo(s);
		if (undo == NULL)
			return -ENOMEM;
	}
	while ((err = try(s, ops, count, undo, &stop)) == -EAGAIN) {
		err = wait_for(s, stop, deadline);
		if (err < 0)
			return err;
	}
	if (err < 0)
		return err;
	s->op_time = ipc_now();
	if (alters)
		waitq_wake(&s->changed);
	return 0;
}

long sem_operate(int id, const struct sembuf *ops, unsigned count, uint64_t deadline)
{
	struct ipc_object *o = ipc_find(&table, id);
	long err;

	if (id < 0 || o == NULL)
		return -EINVAL;
	ipc_hold(o);
	err = operate(CONTAINER_OF(o, struct set, object), ops, count, deadline);
	ipc_release(&table, o);
	return err;
}

void sem_proc_exit(struct proc *p)
{
	struct ipc_object *o;

	LIST_FOREACH (o, &table.objects, link) {
		struct set *s = CONTAINER_OF(o, struct set, object);
		struct undo *u = find_undo(s, p);

		if (u == NULL)
			continue;
		for (unsigned i = 0; i < s->count; i++) {
			if (u->add[i] == 0)
				continue;
			s->sem[i].value = MAX(0, MIN(SEMVMX, s->sem[i].value + u->add[i]));
			s->sem[i].last = p->pid;
		}
		list_remove(&u->link);
		kfree(u);
		s->op_time = ipc_now();
		waitq_wake(&s->changed);
	}
}

/* --- semctl(2) --- */

static void forget_undo(struct set *s, unsigned number)
{
	struct undo *u;

	LIST_FOREACH (u, &s->undos, link)
		u->add[number] = 0;
}

static void set_value(struct set *s, unsigned number, int value)
{
	forget_undo(s, number);
	s->sem[number].value = value;
	s->sem[number].last = current->proc->pid;
}

static long set_one(struct set *s, unsigned number, int value)
{
	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	set_value(s, number, value);
	s->change_time = ipc_now();
	waitq_wake(&s->changed);
	return 0;
}

static long all_values(struct set *s, unsigned short *uvalues, bool set)
{
	size_t bytes = s->count * sizeof(*uvalues);
	unsigned short *values = kmalloc(bytes);
	long err = 0;

	if (values == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < s->count; i++)
		values[i] = (unsigned short)s->sem[i].value;
	if (!set)
		err = copy_to_user(uvalues, values, bytes);
	else
		err = copy_from_user(values, uvalues, bytes);
	for (unsigned i = 0; set && err == 0 && i < s->count; i++) {
		if (values[i] > SEMVMX)
			err = -ERANGE;
	}
	if (set && err == 0) {
		for (unsigned i = 0; i < s->count; i++)
			set_value(s, i, values[i]);
		s->change_time = ipc_now();
		waitq_wake(&s->changed);
	}
	kfree(values);
	return err;
}

/* How many wait for semaphore `number` to grow, or to be zero? */
static long count_blocked(const struct set *s, unsigned number, bool zero)
{
	const struct blocked *b;
	long n = 0;

	LIST_FOREACH (b, &s->blocked, link)
		n += b->op->sem_num == number && (b->op->sem_op == 0) == zero;
	return n;
}

static long info(int cmd, void *ubuf)
{
	struct seminfo i = {
		.semmap = SEMMNS,
		.semmni = SEMMNI,
		.semmns = SEMMNS,
		.semmnu = SEMMNS,
		.semmsl = SEMMSL,
		.semopm = SEMOPM,
		.semume = SEMOPM,
		.semusz = 20,
		.semvmx = SEMVMX,
		.semaem = SEMAEM,
	};
	const struct ipc_object *o;

	if (cmd == SEM_INFO) {
		i.semusz = (int)table.count;
		i.semaem = 0;
		LIST_FOREACH (o, &table.objects, link)
			i.semaem += (int)CONTAINER_OF(o, struct set, object)->count;
	}
	if (copy_to_user(ubuf, &i, sizeof(i)) < 0)
		return -EFAULT;
	return table.count == 0 ? 0 : (long)table.count - 1;
}

static long status(const struct set *s, void *ubuf, long result)
{
	struct semid64_ds ds;

	memset(&ds, 0, sizeof(ds));
	ipc_perm_out(&s->object, &ds.sem_perm);
	ds.sem_otime = (long)s->op_time;
	ds.sem_ctime = (long)s->change_time;
	ds.sem_nsems = s->count;
	return copy_to_user(ubuf, &ds, sizeof(ds)) < 0 ? -EFAULT : result;
}

static long change(struct set *s, const void *ubuf)
{
	struct semid64_ds ds;

	if (copy_from_user(&ds, ubuf, sizeof(ds)) < 0)
		return -EFAULT;
	ipc_perm_in(&s->object, &ds.sem_perm);
	s->change_time = ipc_now();
	return 0;
}

static void remove_set(struct set *s)
{
	ipc_hold(&s->object);
	ipc_remove(&table, &s->object);
	waitq_wake(&s->changed);
	ipc_release(&table, &s->object);
}

/* The commands for one semaphore or all values, which want a permission. */
static long value_control(struct set *s, unsigned number, int cmd, uintptr_t arg)
{
	bool sets = cmd == SETVAL || cmd == SETALL;
	long err;

	if (cmd != GETALL && cmd != SETALL && number >= s->count)
		return -EINVAL;
	err = ipc_permission(&s->object, sets ? S_IWUGO : S_IRUGO);
	if (err < 0)
		return err;
	switch (cmd) {
	case GETVAL: return s->sem[number].value;
	case GETPID: return s->sem[number].last;
	case GETNCNT: return count_blocked(s, number, false);
	case GETZCNT: return count_blocked(s, number, true);
	case SETVAL: return set_one(s, number, (int)arg);
	default: return all_values(s, (unsigned short *)arg, sets);
	}
}

long sem_control(int id, int number, int cmd, uintptr_t arg)
{
	struct ipc_object *o;
	struct set *s;
	long err;

	if (id < 0)
		return -EINVAL;
	if (cmd == IPC_INFO || cmd == SEM_INFO)
		return info(cmd, (void *)arg);
	o = cmd == SEM_STAT || cmd == SEM_STAT_ANY ? ipc_find_index(&table, id)
						   : ipc_find(&table, id);
	if (o == NULL)
		return -EINVAL;
	s = CONTAINER_OF(o, struct set, object);
	switch (cmd) {
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
	case SETVAL:
	case GETALL:
	case SETALL: return value_control(s, (unsigned)number, cmd, arg);
	case IPC_STAT:
	case SEM_STAT:
		err = ipc_permission(o, S_IRUGO);
		return err < 0 ? err : status(s, (void *)arg, cmd == IPC_STAT ? 0 : o->id);
	case SEM_STAT_ANY: return status(s, (void *)arg, o->id);
	case IPC_SET: err = ipc_may_control(o); return err < 0 ? err : change(s, (const void *)arg);
	case IPC_RMID:
		err = ipc_may_control(o);
		if (err == 0)
			remove_set(s);
		return err;
	default: return -EINVAL;
	}
}

int sem_show(struct text *t, const struct inode *inode)
{
	const struct ipc_object *o;

	(void)inode;
	text_printf(
		t, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      "
		   "ctime\n");
	LIST_FOREACH (o, &table.objects, link) {
		const struct set *s = CONTAINER_OF(o, struct set, object);

		text_printf(t, "%10d %10d  %4o %10u %5u %5u %5u %5u %10lu %10lu\n", o->key, o->id,
			    o->mode, s->count, o->uid, o->gid, o->cuid, o->cgid, s->op_time,
			    s->change_time);
	}
	return 0;
}
