/* inotify.c: instances, what they watch, and the events that wait to be read; signals instead of events.
 *
 * A watch belongs to one instance and one inode, which it keeps; it hangs in the chain of both.  An
 * event is queued for each watch that asked for it, unless the newest waiting event of the instance
 * is just the same.  When too many wait, or memory is short, one IN_Q_OVERFLOW stands for the rest:
 * it needs no memory of its own.
 *
 * A watch of F_NOTIFY (dnotify) has no instance but the open directory by which it was asked for, and
 * goes when any of the asker's descriptors of that is closed, so it need not keep the inode.
 *
 * Nothing here sleeps but read(2), so whoever tells of an event may hold anything.  The last name of
 * a file tells (notify_gone) when its last user goes, not the inode, which the watch keeps. */

#include <asm/ioctls.h>
#include <asm/poll.h>

#include "fs/inotify.h"
#include "fs/async.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define REPORTED (IN_ALL_EVENTS | IN_ISDIR | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW)
/* In the mask of a watch of F_NOTIFY: it was asked for by DN_MULTISHOT. */
#define DNOTIFY_STAYS  IN_EXCL_UNLINK
#define DNOTIFY_EVENTS (IN_ALL_EVENTS | NOTIFY_RENAMED)
#define WATCH_COST     1280 /* bytes a watch may pin, with its inode */

struct event {
	struct list link;
	uint32_t len; /* of the name, without NUL */
	struct inotify_event e;
	char name[];
};

struct instance {
	struct list all;     /* in `instances` */
	struct list watches; /* of it */
	struct list events;
	unsigned watch_count, event_count;
	int last_wd;
	uid_t uid;
	struct waitq wait;
	struct event *overflow; /* IN_Q_OVERFLOW, made beforehand; its link is empty: not queued */
};

struct inotify_watch {
	struct list link;	    /* in instance->watches */
	struct instance *owner;	    /* NULL: of F_NOTIFY */
	struct inotify_watch *next; /* of the same inode */
	struct inode *inode;	    /* counted, but for F_NOTIFY */
	int wd;
	uint32_t mask;
};

struct dnotify {
	struct inotify_watch watch; /* wd is the descriptor */
	struct file *file;
	const struct files *table; /* the asker's */
};

static CACHE(watch_cache, struct inotify_watch);
static CACHE(dnotify_cache, struct dnotify);
static struct list instances = LIST_INIT(instances);
static const struct file_ops inotify_ops;
unsigned inotify_watches;

/* --- events --- */

static size_t event_size(const struct event *ev)
{
	return sizeof(ev->e) +
	       (ev->len == 0 ? 0 : ALIGN_UP((size_t)ev->len + 1, sizeof(struct inotify_event)));
}

static bool same_event(const struct event *ev, const struct inotify_event *e, const char *name,
		       size_t len)
{
	return ev->e.wd == e->wd && ev->e.mask == e->mask && ev->e.cookie == e->cookie &&
	       ev->len == len && memcmp(ev->name, name, len) == 0;
}

static void queue_event(struct instance *in, int wd, uint32_t mask, uint32_t cookie,
			const char *name, size_t len)
{
	struct inotify_event e = { .wd = wd, .mask = mask & REPORTED, .cookie = cookie };
	struct event *ev;

	if (!list_empty(&in->events) &&
	    same_event(LIST_LAST(&in->events, struct event, link), &e, name, len))
		return;
	ev = in->event_count >= INOTIFY_MAX_EVENTS ? NULL : kmalloc(sizeof(*ev) + len);
	if (ev == NULL) {
		if (!list_empty(&in->overflow->link))
			return;
		ev = in->overflow;
	} else {
		ev->e = e;
		ev->len = (uint32_t)len;
		memcpy(ev->name, name, len);
	}
	list_append(&in->events, &ev->link);
	in->event_count++;
	waitq_wake(&in->wait);
	async_tell(&in->wait, POLL_IN);
}

/* --- watches --- */

static void watch_chain(struct inotify_watch *w, struct inode *inode)
{
	w->inode = inode;
	w->next = inode->watches;
	inode->watches = w;
	inotify_watches++;
}

static void watch_unchain(struct inotify_watch *w)
{
	struct inotify_watch **p = &w->inode->watches;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	inotify_watches--;
}

static void watch_destroy(struct inotify_watch *w)
{
	struct inode *inode = w->inode;

	watch_unchain(w);
	list_remove(&w->link);
	w->owner->watch_count--;
	cache_free(&watch_cache, w);
	inode_put(inode);
}

static struct dnotify *dnotify_of(struct inotify_watch *w)
{
	return w->owner != NULL ? NULL : CONTAINER_OF(w, struct dnotify, watch);
}

static void dnotify_end(struct dnotify *dn)
{
	watch_unchain(&dn->watch);
	cache_free(&dnotify_cache, dn);
}

static void dnotify_tell(struct dnotify *dn, uint32_t mask)
{
	if (!(dn->watch.mask & mask & DNOTIFY_EVENTS))
		return;
	async_send(dn->file, dn->watch.wd, POLL_MSG);
	if (!(dn->watch.mask & DNOTIFY_STAYS))
		dnotify_end(dn);
}

/* The watch goes, and its owner is told so. */
static void watch_end(struct inotify_watch *w)
{
	struct dnotify *dn = dnotify_of(w);

	if (dn != NULL) {
		dnotify_end(dn);
		return;
	}
	queue_event(w->owner, w->wd, IN_IGNORED, 0, "", 0);
	watch_destroy(w);
}

/* Tell all watches of inode that asked for one of the bits. */
static void tell(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name, size_t len,
		 bool deleted)
{
	struct inotify_watch *w = inode->watches, *next;

	for (; w != NULL; w = next) {
		struct dnotify *dn = dnotify_of(w);
		next = w->next;
		if (dn != NULL) {
			dnotify_tell(dn, mask);
			continue;
		}
		if (!(w->mask & mask & IN_ALL_EVENTS) || (deleted && (w->mask & IN_EXCL_UNLINK)))
			continue;
		queue_event(w->owner, w->wd, mask, cookie, name, len);
		if (w->mask & IN_ONESHOT)
			watch_end(w);
	}
}

void inotify_tell_inode(struct inode *inode, uint32_t mask)
{
	if (inode_is_dir(inode) && !(mask & (IN_DELETE_SELF | IN_MOVE_SELF)))
		mask |= IN_ISDIR;
	inode_get(inode); /* its last watch may go */
	tell(inode, mask, 0, "", 0, false);
	inode_put(inode);
}

void inotify_tell_dir(struct inode *dir, uint32_t mask, uint32_t cookie, const char *name,
		      size_t len, bool is_dir)
{
	inode_get(dir);
	tell(dir, is_dir ? mask | IN_ISDIR : mask, cookie, name, len, false);
	inode_put(dir);
}

void inotify_tell_dentry(struct dentry *d, uint32_t mask)
{
	struct inode *dir = d->parent->inode, *inode = d->inode;

	if (d->parent != d && dir->watches != NULL) {
		inode_get(dir);
		tell(dir, inode_is_dir(inode) ? mask | IN_ISDIR : mask, 0, d->name, d->name_len,
		     dentry_is_deleted(d));
		inode_put(dir);
	}
	notify_inode(inode, mask);
}

uint32_t notify_cookie(void)
{
	static uint32_t last;

	return ++last;
}

static void end_all(struct inode *inode, uint32_t mask)
{
	inode_get(inode);
	if (mask == IN_UNMOUNT) {
		for (struct inotify_watch *w = inode->watches; w != NULL; w = w->next) {
			if (dnotify_of(w) == NULL)
				queue_event(w->owner, w->wd, IN_UNMOUNT, 0, "", 0);
		}
	} else {
		inotify_tell_inode(inode, mask);
	}
	while (inode->watches != NULL)
		watch_end(inode->watches);
	inode_put(inode);
}

void notify_gone(struct inode *inode)
{
	end_all(inode, IN_DELETE_SELF);
}

void notify_unmount(struct super *sb)
{
	struct instance *in;
	struct inotify_watch *w;
	bool found = inotify_watches != 0;

	while (found) { /* ending one inode's watches may change any list */
		found = false;
		LIST_FOREACH (in, &instances, all) {
			LIST_FOREACH (w, &in->watches, link) {
				found = w->inode->sb == sb;
				if (found)
					break;
			}
			if (found)
				break;
		}
		if (found)
			end_all(w->inode, IN_UNMOUNT);
	}
}

static struct inotify_watch *watch_of(const struct instance *in, const struct inode *inode)
{
	struct inotify_watch *w = inode->watches;

	while (w != NULL && w->owner != in)
		w = w->next;
	return w;
}

unsigned inotify_max_watches(void)
{
	uint64_t n = page_total() / 100 * PAGE_SIZE / WATCH_COST;

	return (unsigned)MIN(MAX(n, 8192), 1048576);
}

static unsigned watches_of_user(uid_t uid)
{
	struct instance *in;
	unsigned n = 0;

	LIST_FOREACH (in, &instances, all)
		n += in->uid == uid ? in->watch_count : 0;
	return n;
}

int inotify_add(struct file *f, struct inode *inode, uint32_t mask)
{
	struct instance *in = f->priv;
	struct inotify_watch *w = watch_of(in, inode);
	uint32_t bits = mask & (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK);

	if (w != NULL) {
		if (mask & IN_MASK_CREATE)
			return -EEXIST;
		w->mask = mask & IN_MASK_ADD ? w->mask | bits : bits;
		return w->wd;
	}
	if (watches_of_user(in->uid) >= inotify_max_watches())
		return -ENOSPC;
	w = cache_alloc(&watch_cache);
	if (w == NULL)
		return -ENOMEM;
	w->owner = in;
	inode_get(inode);
	w->mask = bits;
	w->wd = ++in->last_wd;
	watch_chain(w, inode);
	list_append(&in->watches, &w->link);
	in->watch_count++;
	return w->wd;
}

int inotify_remove(struct file *f, int wd)
{
	struct instance *in = f->priv;
	struct inotify_watch *w;

	LIST_FOREACH (w, &in->watches, link) {
		if (w->wd == wd) {
			watch_end(w);
			return 0;
		}
	}
	return -EINVAL;
}

/* --- F_NOTIFY --- */

static uint32_t events_of_bits(unsigned bits)
{
	return (bits & DN_ACCESS ? IN_ACCESS : 0) | (bits & DN_MODIFY ? IN_MODIFY : 0) |
	       (bits & DN_CREATE ? IN_CREATE | IN_MOVED_TO : 0) |
	       (bits & DN_DELETE ? IN_DELETE | IN_MOVED_FROM : 0) |
	       (bits & DN_RENAME ? NOTIFY_RENAMED : 0) | (bits & DN_ATTRIB ? IN_ATTRIB : 0) |
	       (bits & DN_MULTISHOT ? DNOTIFY_STAYS : 0);
}

static struct dnotify *dnotify_find(const struct file *f, const struct files *t)
{
	struct inotify_watch *w;

	for (w = f->inode->watches; w != NULL; w = w->next) {
		struct dnotify *dn = dnotify_of(w);
		if (dn != NULL && dn->file == f && (t == NULL || dn->table == t))
			return dn;
	}
	return NULL;
}

void dnotify_flush(const struct file *f, const struct files *t)
{
	struct dnotify *dn;

	while (f->inode->watches != NULL && (dn = dnotify_find(f, t)) != NULL)
		dnotify_end(dn);
}

int dnotify(struct file *f, int fd, unsigned bits)
{
	const struct files *t = current->proc->files;

	if ((bits & ~DN_MULTISHOT) == 0) {
		dnotify_flush(f, t);
		return 0;
	}
	if (!inode_is_dir(f->inode))
		return -ENOTDIR;
	struct dnotify *dn = dnotify_find(f, t);
	bool found = dn != NULL;
	if (!found)
		dn = cache_alloc(&dnotify_cache);
	if (dn == NULL)
		return -ENOMEM;
	int err = async_own(f);
	if (err < 0) {
		if (!found)
			cache_free(&dnotify_cache, dn);
		return err;
	}
	dn->watch.wd = fd;
	dn->watch.mask |= events_of_bits(bits);
	if (!found) {
		dn->file = f;
		dn->table = t;
		watch_chain(&dn->watch, f->inode);
	}
	return 0;
}

/* --- the file --- */

/* Give an event to the buffer, which has room for it.  => 0, -EFAULT */
static int give(struct instance *in, struct event *ev, struct iobuf *b)
{
	size_t rest = event_size(ev) - sizeof(ev->e);
	int err = 0;

	list_remove(&ev->link);
	in->event_count--;
	ev->e.len = (uint32_t)rest;
	if (iobuf_put(b, &ev->e, sizeof(ev->e)) < sizeof(ev->e) ||
	    iobuf_put(b, ev->name, ev->len) < ev->len ||
	    iobuf_zero(b, rest - ev->len) < rest - ev->len)
		err = -EFAULT;
	if (ev != in->overflow)
		kfree(ev);
	return err;
}

static ssize_t inotify_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct instance *in = f->priv;
	size_t room = iobuf_left(b), done = 0;
	struct event *ev, *tmp;

	(void)pos;
	while (list_empty(&in->events)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		int err = WAIT_EVENT(&in->wait, !list_empty(&in->events));
		if (err < 0)
			return err;
	}
	LIST_FOREACH_SAFE (ev, tmp, &in->events, link) {
		size_t size = event_size(ev);
		if (size > room - done)
			return done > 0 ? (ssize_t)done : -EINVAL;
		int err = give(in, ev, b);
		if (err < 0)
			return err;
		done += size;
	}
	return (ssize_t)done;
}

static unsigned inotify_poll(struct file *f, struct poll_table *pt)
{
	struct instance *in = f->priv;

	poll_wait(pt, &in->wait);
	return !list_empty(&in->events) ? POLLIN | POLLRDNORM : 0;
}

static long inotify_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	struct instance *in = f->priv;
	struct event *ev;
	size_t n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	LIST_FOREACH (ev, &in->events, link)
		n += event_size(ev);
	int size = (int)n;
	return put_user(size, (int *)arg);
}

static void inotify_release(struct file *f)
{
	struct instance *in = f->priv;
	struct event *ev, *tmp;

	while (!list_empty(&in->watches))
		watch_destroy(LIST_FIRST(&in->watches, struct inotify_watch, link));
	LIST_FOREACH_SAFE (ev, tmp, &in->events, link) {
		if (ev != in->overflow)
			kfree(ev);
	}
	list_remove(&in->all);
	kfree(in->overflow);
	kfree(in);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.poll = inotify_poll,
	.llseek = llseek_nowhere,
	.ioctl = inotify_ioctl,
	.release = inotify_release,
	.name = "inotify",
};

bool file_is_inotify(const struct file *f)
{
	return f->ops == &inotify_ops;
}

struct file *inotify_create(unsigned flags, int *err)
{
	struct instance *in, *other;
	unsigned mine = 0;

	LIST_FOREACH (other, &instances, all)
		mine += other->uid == current->cred->uid;
	*err = -EMFILE;
	if (mine >= INOTIFY_MAX_INSTANCES)
		return NULL;
	*err = -ENOMEM;
	in = kzalloc(sizeof(*in));
	if (in == NULL)
		return NULL;
	in->overflow = kzalloc(sizeof(*in->overflow));
	if (in->overflow == NULL)
		goto free;
	in->overflow->e.wd = -1;
	in->overflow->e.mask = IN_Q_OVERFLOW;
	list_init(&in->overflow->link);
	in->uid = current->cred->uid;
	list_init(&in->watches);
	list_init(&in->events);
	waitq_init(&in->wait);
	struct file *f = file_create_ops(&inotify_ops, in, O_RDONLY | flags);
	if (f == NULL)
		goto free;
	list_append(&instances, &in->all);
	return f;
free:
	kfree(in->overflow);
	kfree(in);
	return NULL;
}
