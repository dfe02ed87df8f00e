/* mqueue.c: POSIX message queues: mq_overview(7).
 *
 * A queue has a name of its own kind, not one in the tree of files, and lives until it is unlinked and
 * no descriptor is open for it any more. */
#include <asm/errno.h>
#include <asm/poll.h>
#include <asm/siginfo.h>
#include <linux/fs.h>
#include <linux/mqueue.h>

#include "fs/path.h"
#include "fs/vfs.h"
#include "ipc/mqueue.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/task.h"

#define NAME_LONGEST	 255
#define DEFAULT_MESSAGES 10   /* /proc/sys/fs/mqueue/msg_default, msg_max */
#define DEFAULT_SIZE	 8192 /* msgsize_default, msgsize_max */
#define HARD_MESSAGES	 65536
#define HARD_SIZE	 (16l << 20)
#define QUEUES_MAX	 256
#define MESSAGE_COST	 96 /* of each message, for RLIMIT_MSGQUEUE */
#define INFO_SIZE	 80 /* what read(2) tells has room in it */

struct message {
	struct list link;
	unsigned priority;
	size_t len;
	char text[];
};

struct mqueue {
	struct list link; /* among those with a name */
	char *name;
	bool linked;
	unsigned refs; /* its name, and open files */
	uid_t uid, charged;
	gid_t gid;
	mode_t mode;
	long max, size;
	struct list messages; /* by priority, then in order of arrival */
	long count;
	size_t bytes;
	unsigned receivers; /* that sleep */
	struct waitq readers, writers;
	struct proc *notified; /* who is told of a message in the empty queue; NULL: nobody */
	struct sigevent event;
};

static CACHE(mqueue_cache, struct mqueue);
static struct list queues = LIST_INIT(queues);
static unsigned queue_count;

/* --- lives --- */

static void queue_put(struct mqueue *q)
{
	struct message *m, *next;

	if (--q->refs > 0)
		return;
	LIST_FOREACH_SAFE (m, next, &q->messages, link)
		kfree(m);
	kfree(q->name);
	queue_count--;
	cache_free(&mqueue_cache, q);
}

static void forget_notification(struct mqueue *q)
{
	if (q->notified == NULL)
		return;
	proc_put(q->notified);
	q->notified = NULL;
}

static struct mqueue *find(const char *name)
{
	struct mqueue *q;

	LIST_FOREACH (q, &queues, link) {
		if (strcmp(q->name, name) == 0)
			return q;
	}
	return NULL;
}

static long check_attributes(const struct mq_attr *a)
{
	bool hard = capable(CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	if (a->mq_maxmsg > (hard ? HARD_MESSAGES : DEFAULT_MESSAGES) ||
	    a->mq_msgsize > (hard ? HARD_SIZE : DEFAULT_SIZE))
		return -EINVAL;
	return 0;
}

/* What the queues of the user cost, against the limit.  => 0, -EMFILE */
static long check_limit(const struct mq_attr *a)
{
	const struct proc *p = current->proc;
	uint64_t cost = (uint64_t)a->mq_maxmsg * (uint64_t)(a->mq_msgsize + MESSAGE_COST);
	const struct mqueue *q;

	LIST_FOREACH (q, &queues, link) {
		if (q->charged == current->cred->uid)
			cost += (uint64_t)q->max * (uint64_t)(q->size + MESSAGE_COST);
	}
	return cost > p->limits[RLIMIT_MSGQUEUE].rlim_cur ? -EMFILE : 0;
}

/* => NULL with *err; the name has been taken over */
static struct mqueue *create(char *name, mode_t mode, const struct mq_attr *attr, long *err)
{
	struct mq_attr a = { .mq_maxmsg = DEFAULT_MESSAGES, .mq_msgsize = DEFAULT_SIZE };
	struct mqueue *q;

	if (attr != NULL)
		a = *attr;
	*err = check_attributes(&a);
	if (*err == 0)
		*err = check_limit(&a);
	if (*err == 0 && queue_count >= QUEUES_MAX && !capable(CAP_SYS_RESOURCE))
		*err = -ENOSPC;
	if (*err < 0)
		return NULL;
	q = cache_alloc(&mqueue_cache);
	if (q == NULL) {
		*err = -ENOMEM;
		return NULL;
	}
	queue_count++;
	q->name = name;
	q->linked = true;
	q->refs = 1;
	q->uid = current->cred->fsuid;
	q->gid = current->cred->fsgid;
	q->charged = current->cred->uid;
	q->mode = mode & 0777 & ~current->proc->fs->umask;
	q->max = a.mq_maxmsg;
	q->size = a.mq_msgsize;
	list_init(&q->messages);
	waitq_init(&q->readers);
	waitq_init(&q->writers);
	list_append(&queues, &q->link);
	return q;
}

static long may_open(const struct mqueue *q, int flags)
{
	static const unsigned wanted[] = { 4, 2, 6 };
	unsigned granted = q->mode & 7;

	if (current->cred->fsuid == q->uid)
		granted = q->mode >> 6 & 7;
	else if (in_group(q->gid))
		granted = q->mode >> 3 & 7;
	return (wanted[flags & O_ACCMODE] & ~granted) == 0 || capable(CAP_DAC_OVERRIDE) ? 0
											: -EACCES;
}

/* --- descriptors --- */

static unsigned mq_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = f->priv;

	poll_wait_read(pt, &q->readers);
	poll_wait_write(pt, &q->writers);
	return (q->count > 0 ? POLLIN | POLLRDNORM : 0u) |
	       (q->count < q->max ? POLLOUT | POLLWRNORM : 0u);
}

/* Its state, as text: what mq_overview(7) shows in a file of the file system mqueue. */
static ssize_t mq_read(struct file *f, struct iobuf *b, off_t *pos)
{
	const struct mqueue *q = f->priv;
	bool told = q->notified != NULL;
	int how = told ? q->event.sigev_notify : 0;
	char text[INFO_SIZE];
	size_t len, n;

	len = (size_t)snprintf(text, sizeof(text),
			       "QSIZE:%-10zu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", q->bytes,
			       how, told && how == SIGEV_SIGNAL ? q->event.sigev_signo : 0,
			       told ? q->notified->pid : 0);
	if ((uint64_t)*pos >= len)
		return 0;
	len -= (size_t)*pos;
	n = iobuf_put(b, text + *pos, len);
	if (n == 0 && iobuf_left(b) > 0)
		return -EFAULT;
	*pos += (off_t)n;
	return (ssize_t)n;
}

static off_t mq_llseek(struct file *f, off_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence == SEEK_END)
		off += INFO_SIZE;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return off < 0 ? -EINVAL : (f->pos = off);
}

static void mq_flush(struct file *f)
{
	struct mqueue *q = f->priv;

	if (q->notified == current->proc)
		forget_notification(q);
}

static void mq_release(struct file *f)
{
	struct mqueue *q = f->priv;

	queue_put(q);
}

static const struct file_ops mq_ops = {
	.read = mq_read,
	.llseek = mq_llseek,
	.poll = mq_poll,
	.flush = mq_flush,
	.release = mq_release,
	.name = "mqueue",
};

static long open_queue(struct mqueue *q, int flags)
{
	struct file *f = file_create_ops(&mq_ops, q, (unsigned)flags & (O_ACCMODE | O_NONBLOCK));
	int fd;

	if (f == NULL)
		return -ENOMEM;
	q->refs++;
	fd = fd_install(f, FD_CLOEXEC, 0);
	if (fd < 0)
		file_put(f);
	return fd;
}

long mq_open_name(char *name, int flags, mode_t mode, const struct mq_attr *attr)
{
	bool creates = false;
	struct mqueue *q;
	long result = 0;

	if (name[0] == '\0')
		result = -ENOENT;
	else if (strchr(name, '/') != NULL)
		result = -EACCES;
	else if ((flags & O_ACCMODE) == O_ACCMODE)
		result = -EINVAL;
	q = result < 0 ? NULL : find(name);
	if (result == 0 && q != NULL)
		result = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? -EEXIST
									    : may_open(q, flags);
	else if (result == 0 && (flags & O_CREAT) == 0)
		result = -ENOENT;
	else if (result == 0)
		creates = (q = create(name, mode, attr, &result)) != NULL;
	if (!creates)
		kfree(name);
	return result < 0 ? result : open_queue(q, flags);
}

long mq_unlink_name(const char *name)
{
	struct mqueue *q = find(name);

	if (q == NULL)
		return -ENOENT;
	if (current->cred->fsuid != q->uid && !capable(CAP_FOWNER))
		return -EPERM;
	list_remove(&q->link);
	q->linked = false;
	queue_put(q);
	return 0;
}

/* => the file, counted, of a queue that is open for reading, writing (0: whatever); NULL: -EBADF */
static struct file *get(int fd, int mode)
{
	struct file *f = fd_get(fd);
	int has;

	if (f == NULL)
		return NULL;
	has = f->flags & O_ACCMODE;
	if (f->ops == &mq_ops &&
	    (mode == 0 || has == O_RDWR || has == (mode == MQ_FOR_READING ? O_RDONLY : O_WRONLY)))
		return f;
	file_put(f);
	return NULL;
}

/* --- messages --- */

static void tell(struct mqueue *q)
{
	struct proc *p = q->notified;
	siginfo_t info;

	if (p == NULL)
		return;
	if (q->event.sigev_notify == SIGEV_SIGNAL) {
		memset(&info, 0, sizeof(info));
		info.si_signo = q->event.sigev_signo;
		info.si_code = SI_MESGQ;
		info.si_pid = current->proc->pid;
		info.si_uid = current->cred->uid;
		info.si_value = q->event.sigev_value;
		(void)signal_send_proc(p, q->event.sigev_signo, &info);
	}
	forget_notification(q);
}

static void insert(struct mqueue *q, struct message *m)
{
	struct list *before = q->messages.next;

	while (before != &q->messages &&
	       LIST_ENTRY(before, struct message, link)->priority >= m->priority)
		before = before->next;
	list_append(before, &m->link);
	q->count++;
	q->bytes += m->len;
}

static long send(struct file *f, struct message *m, uint64_t deadline)
{
	struct mqueue *q = f->priv;
	int err;

	if (q->count >= q->max && (f->flags & O_NONBLOCK) != 0)
		return -EAGAIN;
	err = WAIT_EVENT_UNTIL(&q->writers, q->count < q->max, deadline);
	if (err < 0)
		return err;
	insert(q, m);
	if (q->count == 1 && q->receivers == 0)
		tell(q);
	waitq_wake(&q->readers);
	return 0;
}

long mq_send_message(int fd, const void *utext, size_t len, unsigned priority, uint64_t deadline)
{
	struct file *f = get(fd, MQ_FOR_WRITING);
	struct message *m;
	long err;

	if (f == NULL)
		return -EBADF;
	if (len > (size_t)((struct mqueue *)f->priv)->size) {
		file_put(f);
		return -EMSGSIZE;
	}
	m = kmalloc(sizeof(*m) + len);
	err = m == NULL ? -ENOMEM : 0;
	if (err == 0) {
		m->priority = priority;
		m->len = len;
		err = copy_from_user(m->text, utext, len);
		if (err == 0)
			err = send(f, m, deadline);
		if (err < 0)
			kfree(m);
	}
	file_put(f);
	return err;
}

static long receive(struct file *f, struct message **taken, size_t len, uint64_t deadline)
{
	struct mqueue *q = f->priv;
	int err;

	if (len < (size_t)q->size)
		return -EMSGSIZE;
	if (q->count == 0 && (f->flags & O_NONBLOCK) != 0)
		return -EAGAIN;
	q->receivers++;
	err = WAIT_EVENT_UNTIL(&q->readers, q->count > 0, deadline);
	q->receivers--;
	if (err < 0)
		return err;
	*taken = LIST_FIRST(&q->messages, struct message, link);
	list_remove(&(*taken)->link);
	q->count--;
	q->bytes -= (*taken)->len;
	waitq_wake(&q->writers);
	return 0;
}

long mq_receive_message(int fd, void *utext, size_t len, unsigned *priority, uint64_t deadline)
{
	struct file *f = get(fd, MQ_FOR_READING);
	struct message *m = NULL;
	long result;

	if (f == NULL)
		return -EBADF;
	result = receive(f, &m, len, deadline);
	file_put(f);
	if (result < 0)
		return result;
	*priority = m->priority;
	result = copy_to_user(utext, m->text, m->len) < 0 ? -EFAULT : (long)m->len;
	kfree(m);
	return result;
}

/* --- the rest --- */

long mq_set_notification(int fd, const struct sigevent *event)
{
	struct file *f;
	struct mqueue *q;
	long err = 0;

	if (event != NULL && event->sigev_notify != SIGEV_NONE &&
	    (event->sigev_notify != SIGEV_SIGNAL || event->sigev_signo < 1 ||
	     event->sigev_signo > SIG_MAX))
		return -EINVAL;
	f = get(fd, 0);
	if (f == NULL)
		return -EBADF;
	q = f->priv;
	if (event == NULL) {
		if (q->notified == current->proc)
			forget_notification(q);
	} else if (q->notified != NULL) {
		err = -EBUSY;
	} else {
		q->notified = current->proc;
		q->event = *event;
		proc_get(q->notified);
	}
	file_put(f);
	return err;
}

long mq_attributes(int fd, const struct mq_attr *new, struct mq_attr *old)
{
	const struct mqueue *q;
	struct file *f;

	if (new != NULL && (new->mq_flags & ~O_NONBLOCK) != 0)
		return -EINVAL;
	f = get(fd, 0);
	if (f == NULL)
		return -EBADF;
	q = f->priv;
	memset(old, 0, sizeof(*old));
	old->mq_flags = f->flags & O_NONBLOCK;
	old->mq_maxmsg = q->max;
	old->mq_msgsize = q->size;
	old->mq_curmsgs = q->count;
	if (new != NULL)
		f->flags = (f->flags & ~(unsigned)O_NONBLOCK) | (unsigned)new->mq_flags;
	file_put(f);
	return 0;
}
