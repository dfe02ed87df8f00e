/* msg.c: message queues: msgget(2), msgop(2), msgctl(2). */
#include <asm/errno.h>

#include "fs/procfs.h"
#include "ipc/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"

struct message {
	struct list link;
	long type;
	size_t len;
	char text[];
};

struct queue {
	struct ipc_object object;
	struct list messages;
	unsigned long bytes, count, max_bytes;
	uint64_t send_time, receive_time, change_time;
	pid_t sender, receiver;
	struct waitq readers, writers;
};

static CACHE(queue_cache, struct queue);

static void destroy(struct ipc_object *o)
{
	struct queue *q = CONTAINER_OF(o, struct queue, object);
	struct message *m, *next;

	LIST_FOREACH_SAFE (m, next, &q->messages, link)
		kfree(m);
	cache_free(&queue_cache, q);
}

static struct ipc_table table = { LIST_INIT(table.objects), 0, MSGMNI, -1, destroy };

long msg_get(int key, int flags)
{
	long err;
	struct ipc_object *o = ipc_find_key(&table, key, flags, &err);
	struct queue *q;

	if (o != NULL) {
		err = ipc_permission(o, (unsigned)flags & 0777);
		return err < 0 ? err : o->id;
	}
	if (err < 0)
		return err;
	q = cache_alloc(&queue_cache);
	if (q == NULL)
		return -ENOMEM;
	list_init(&q->messages);
	waitq_init(&q->readers);
	waitq_init(&q->writers);
	q->max_bytes = MSGMNB;
	q->change_time = ipc_now();
	return ipc_add(&table, &q->object, key, flags);
}

static struct queue *find(int id, unsigned mode, long *err)
{
	struct ipc_object *o = ipc_find(&table, id);

	*err = o == NULL ? -EINVAL : ipc_permission(o, mode);
	return *err < 0 ? NULL : CONTAINER_OF(o, struct queue, object);
}

/* Sleep until something changes.  => 0, -EIDRM, -ERESTARTNOHAND */
static long wait_on(struct queue *q, struct waitq *waitq)
{
	struct waiter w;
	int err;

	waiter_add(&w, waitq);
	err = task_sleep(NO_DEADLINE);
	waiter_remove(&w);
	if (q->object.removed)
		return -EIDRM;
	return err < 0 ? -ERESTARTNOHAND : 0;
}

static long put(struct queue *q, struct message *m, int flags)
{
	while (q->bytes + m->len > q->max_bytes || q->count + 1 > q->max_bytes) {
		long err = (flags & IPC_NOWAIT) != 0 ? -EAGAIN : wait_on(q, &q->writers);

		if (err == 0)
			err = ipc_permission(&q->object, S_IWUGO);
		if (err < 0)
			return err;
	}
	list_append(&q->messages, &m->link);
	q->bytes += m->len;
	q->count++;
	q->sender = current->proc->pid;
	q->send_time = ipc_now();
	waitq_wake(&q->readers);
	return 0;
}

long msg_send(int id, long type, const void *utext, size_t len, int flags)
{
	struct message *m;
	struct queue *q;
	long err;

	if (id < 0 || type < 1 || len > MSGMAX)
		return -EINVAL;
	m = kmalloc(sizeof(*m) + len);
	if (m == NULL)
		return -ENOMEM;
	m->type = type;
	m->len = len;
	err = copy_from_user(m->text, utext, len);
	q = err < 0 ? NULL : find(id, S_IWUGO, &err);
	if (q != NULL) {
		ipc_hold(&q->object);
		err = put(q, m, flags);
		ipc_release(&table, &q->object);
	}
	if (err < 0)
		kfree(m);
	return err;
}

/* The first message that msgrcv(2) wants by this type.  => NULL */
static struct message *pick(struct queue *q, long wanted, int flags)
{
	struct message *m, *best = NULL;

	LIST_FOREACH (m, &q->messages, link) {
		if (wanted < 0) {
			if (m->type <= -wanted && (best == NULL || m->type < best->type))
				best = m;
		} else if (wanted == 0 || (m->type == wanted) == ((flags & MSG_EXCEPT) == 0)) {
			return m;
		}
	}
	return best;
}

static long take(struct queue *q, struct message **taken, size_t len, long wanted, int flags)
{
	struct message *m;

	while ((m = pick(q, wanted, flags)) == NULL) {
		long err = (flags & IPC_NOWAIT) != 0 ? -ENOMSG : wait_on(q, &q->readers);

		if (err == 0)
			err = ipc_permission(&q->object, S_IRUGO);
		if (err < 0)
			return err;
	}
	if (m->len > len && (flags & MSG_NOERROR) == 0)
		return -E2BIG;
	list_remove(&m->link);
	q->bytes -= m->len;
	q->count--;
	q->receiver = current->proc->pid;
	q->receive_time = ipc_now();
	waitq_wake(&q->writers);
	*taken = m;
	return 0;
}

long msg_receive(int id, long *type, void *utext, size_t len, long wanted, int flags)
{
	struct message *m = NULL;
	struct queue *q;
	long err;

	if (id < 0 || (ssize_t)len < 0)
		return -EINVAL;
	if ((flags & MSG_COPY) != 0)
		return (flags & MSG_EXCEPT) != 0 || (flags & IPC_NOWAIT) == 0 ? -EINVAL : -ENOSYS;
	if (wanted == INT64_MIN)
		wanted = -INT64_MAX;
	q = find(id, S_IRUGO, &err);
	if (q == NULL)
		return err;
	ipc_hold(&q->object);
	err = take(q, &m, len, wanted, flags);
	ipc_release(&table, &q->object);
	if (err < 0)
		return err;
	*type = m->type;
	len = MIN(len, m->len);
	err = copy_to_user(utext, m->text, len);
	kfree(m);
	return err < 0 ? err : (long)len;
}

/* --- msgctl(2) --- */

static long info(int cmd, void *ubuf)
{
	struct msginfo i = {
		.msgpool = MSGMNI * MSGMNB / 1024,
		.msgmap = MSGMNB,
		.msgmax = MSGMAX,
		.msgmnb = MSGMNB,
		.msgmni = MSGMNI,
		.msgssz = 16,
		.msgtql = MSGMNB,
		.msgseg = 0xffff,
	};
	const struct ipc_object *o;

	if (cmd == MSG_INFO) {
		i.msgpool = (int)table.count;
		i.msgmap = i.msgtql = 0;
		LIST_FOREACH (o, &table.objects, link) {
			const struct queue *q = CONTAINER_OF(o, struct queue, object);

			i.msgmap += (int)q->count;
			i.msgtql += (int)q->bytes;
		}
	}
	if (copy_to_user(ubuf, &i, sizeof(i)) < 0)
		return -EFAULT;
	return table.count == 0 ? 0 : (long)table.count - 1;
}

static long status(const struct queue *q, void *ubuf, long result)
{
	struct msqid64_ds ds;

	memset(&ds, 0, sizeof(ds));
	ipc_perm_out(&q->object, &ds.msg_perm);
	ds.msg_stime = (long)q->send_time;
	ds.msg_rtime = (long)q->receive_time;
	ds.msg_ctime = (long)q->change_time;
	ds.msg_cbytes = q->bytes;
	ds.msg_qnum = q->count;
	ds.msg_qbytes = q->max_bytes;
	ds.msg_lspid = q->sender;
	ds.msg_lrpid = q->receiver;
	return copy_to_user(ubuf, &ds, sizeof(ds)) < 0 ? -EFAULT : result;
}

static long change(struct queue *q, const void *ubuf)
{
	struct msqid64_ds ds;

	if (copy_from_user(&ds, ubuf, sizeof(ds)) < 0)
		return -EFAULT;
	if (ds.msg_qbytes > MSGMNB && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	ipc_perm_in(&q->object, &ds.msg_perm);
	q->max_bytes = ds.msg_qbytes;
	q->change_time = ipc_now();
	waitq_wake(&q->readers);
	waitq_wake(&q->writers);
	return 0;
}

static void remove_queue(struct queue *q)
{
	ipc_hold(&q->object);
	ipc_remove(&table, &q->object);
	waitq_wake(&q->readers);
	waitq_wake(&q->writers);
	ipc_release(&table, &q->object);
}

long msg_control(int id, int cmd, void *ubuf)
{
	struct ipc_object *o;
	struct queue *q;
	long err;

	if (id < 0)
		return -EINVAL;
	if (cmd == IPC_INFO || cmd == MSG_INFO)
		return info(cmd, ubuf);
	o = cmd == MSG_STAT || cmd == MSG_STAT_ANY ? ipc_find_index(&table, id)
						   : ipc_find(&table, id);
	if (o == NULL)
		return -EINVAL;
	q = CONTAINER_OF(o, struct queue, object);
	switch (cmd) {
	case IPC_STAT:
	case MSG_STAT:
		err = ipc_permission(o, S_IRUGO);
		return err < 0 ? err : status(q, ubuf, cmd == IPC_STAT ? 0 : o->id);
	case MSG_STAT_ANY: return status(q, ubuf, o->id);
	case IPC_SET: err = ipc_may_control(o); return err < 0 ? err : change(q, ubuf);
	case IPC_RMID:
		err = ipc_may_control(o);
		if (err == 0)
			remove_queue(q);
		return err;
	default: return -EINVAL;
	}
}

int msg_show(struct text *t, const struct inode *inode)
{
	const struct ipc_object *o;

	(void)inode;
	text_printf(t,
		    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  "
		    "cuid  cgid      stime      rtime      ctime\n");
	LIST_FOREACH (o, &table.objects, link) {
		const struct queue *q = CONTAINER_OF(o, struct queue, object);

		text_printf(t, "%10d %10d  %4o  %10lu %10lu %5d %5d %5u %5u %5u %5u", o->key, o->id,
			    o->mode, q->bytes, q->count, q->sender, q->receiver, o->uid, o->gid,
			    o->cuid, o->cgid);
		text_printf(t, " %10lu %10lu %10lu\n", q->send_time, q->receive_time,
			    q->change_time);
	}
	return 0;
}
