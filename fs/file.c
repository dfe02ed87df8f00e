/* file.c: open file descriptions; moving bytes between them and buffers. */

#include <asm/poll.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/resource.h>

#include "fs/async.h"
#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

static CACHE(file_cache, struct file);
size_t file_count;

unsigned file_max;

/* --- life --- */

static bool too_many(void)
{
	return file_max != 0 && file_count >= file_max && !capable(CAP_SYS_ADMIN);
}

int file_no_more(void)
{
	return too_many() ? -ENFILE : -ENOMEM;
}

struct file *file_create(struct inode *inode, struct dentry *d, struct mount *m,
			 const struct file_ops *ops, unsigned flags)
{
	struct file *f = too_many() ? NULL : cache_alloc(&file_cache);

	if (f == NULL)
		return NULL;
	ref_init(&f->ref);
	f->inode = inode;
	f->dentry = d;
	f->mnt = m;
	f->ops = ops;
	f->flags = flags;
	inode_get(inode);
	dentry_get(d);
	mount_get(m);
	file_count++;
	return f;
}

void file_get(struct file *f)
{
	ref_get(&f->ref);
}

static void file_destroy(struct file *f)
{
	notify_file(f, file_writable(f) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	if (f->watched != NULL)
		epoll_file_gone(f);
	lock_release(f);
	dnotify_flush(f, NULL);
	async_free(f);
	if (f->ops->release != NULL)
		f->ops->release(f);
	if (f->writer) {
		f->inode->writers--;
		f->mnt->writers--;
	}
	inode_put(f->inode);
	dentry_put(f->dentry);
	mount_put(f->mnt);
	file_count--;
	cache_free(&file_cache, f);
}

void file_put(struct file *f)
{
	if (ref_put(&f->ref))
		file_destroy(f);
}

/* An inode and a dentry of the file system without names. */
static struct dentry *anon_dentry(const char *name, mode_t mode, uint64_t size)
{
	int err;
	struct dentry *d = dentry_create(NULL, name, strnlen(name, NAME_MAX));

	if (d == NULL)
		return NULL;
	d->flags |= DE_ANON;
	d->inode = ramfs_inode(anon_mount->sb, mode, 0, NULL, &err);
	if (d->inode == NULL) {
		dentry_put(d);
		return NULL;
	}
	d->inode->nlink = 0;
	d->inode->size = size;
	d->inode->uid = current->cred->fsuid;
	d->inode->gid = current->cred->fsgid;
	return d;
}

struct file *file_create_anonymous(const char *name, uint64_t size)
{
	struct dentry *d = anon_dentry(name, S_IFREG | 0777, size);

	if (d == NULL)
		return NULL;
	struct file *f = file_create(d->inode, d, anon_mount, &ramfs_file_ops, O_RDWR);
	if (f != NULL) {
		f->writer = true;
		f->inode->writers++;
		anon_mount->writers++;
	}
	dentry_put(d);
	return f;
}

/* All such files share one inode, as on Linux. */
struct file *file_create_ops(const struct file_ops *ops, void *priv, unsigned flags)
{
	static struct dentry *shared;

	if (shared == NULL) {
		shared = anon_dentry("anon_inode:", 0600, 0);
		if (shared == NULL)
			return NULL;
		shared->inode->mode = 0600;
		shared->inode->uid = shared->inode->gid = 0;
	}
	struct file *f = file_create(shared->inode, shared, anon_mount, ops, flags);
	if (f != NULL)
		f->priv = priv;
	return f;
}

struct file *file_create_node(const char *name, mode_t mode, const struct file_ops *ops,
			      unsigned flags)
{
	struct dentry *d = anon_dentry(name, mode, 0);

	if (d == NULL)
		return NULL;
	d->inode->nlink = 1;
	struct file *f = file_create(d->inode, d, anon_mount, ops, flags);
	dentry_put(d);
	return f;
}

/* --- names --- */

static char *copy_name(char *buf, size_t size, const char *text)
{
	strlcpy(buf, text, size);
	return buf;
}

char *file_path(struct file *f, char *buf, size_t size)
{
	static const char deleted[] = " (deleted)";
	struct path p = { f->mnt, f->dentry };
	bool gone = dentry_is_deleted(f->dentry), unreachable;

	if (f->dentry->flags & DE_ANON && f->dentry->parent == f->dentry) {
		if (S_ISREG(f->inode->mode))
			snprintf(buf, size, "/%s (deleted)", f->dentry->name);
		else if (S_ISFIFO(f->inode->mode) || S_ISSOCK(f->inode->mode))
			snprintf(buf, size, "%s[%llu]", f->dentry->name,
				 (unsigned long long)f->inode->ino);
		else
			snprintf(buf, size, "anon_inode:%s",
				 f->ops->name == NULL ? "[file]" : f->ops->name);
		return buf;
	}
	size_t room = gone ? size - sizeof(deleted) + 1 : size;
	char *text = path_text(&p, &current->proc->fs->root, buf, room, &unreachable);
	if (text == NULL)
		return copy_name(buf, size, "/");
	if (gone)
		memcpy(buf + room - 1, deleted, sizeof(deleted));
	return text;
}

off_t llseek_nowhere(struct file *f, off_t off, int whence)
{
	(void)off, (void)whence;
	return f->pos;
}

uint64_t file_size(struct file *f)
{
	return f->inode->size;
}

bool file_noexec(const struct file *f)
{
	return (f->mnt->flags & MS_NOEXEC) != 0;
}

bool file_is_regular(struct file *f)
{
	return S_ISREG(f->inode->mode);
}

/* --- the place --- */

static struct waitq place_wait = { LIST_INIT(place_wait.waiters) };

int file_begin_place(struct file *f)
{
	struct waiter w;
	int err = 0;

	if (!f->inode->sb->type->remote)
		return 0;
	if (f->placed) {
		waiter_add(&w, &place_wait);
		while (f->placed && err == 0)
			err = task_sleep_fatal();
		waiter_remove(&w);
	}
	if (err == 0)
		f->placed = true;
	return err;
}

void file_end_place(struct file *f)
{
	if (!f->placed)
		return;
	f->placed = false;
	waitq_wake(&place_wait);
}

/* --- buffers --- */

size_t iobuf_left(const struct iobuf *b)
{
	size_t n = b->len;

	for (unsigned i = 0; i < b->more_count; i++)
		n += b->more[i].len;
	return n;
}

/* Go to the next piece that is not empty.  => false: the end */
static bool iobuf_next(struct iobuf *b)
{
	while (b->len == 0) {
		if (b->more_count == 0)
			return false;
		b->base = b->more->base;
		b->len = b->more->len;
		b->more++;
		b->more_count--;
	}
	return true;
}

static void iobuf_advance(struct iobuf *b, size_t n)
{
	b->base = (char *)b->base + n;
	b->len -= n;
}

size_t iobuf_put(struct iobuf *b, const void *src, size_t n)
{
	size_t done = 0;

	while (done < n && iobuf_next(b)) {
		size_t part = MIN(n - done, b->len), ok = part;
		if (b->kernel)
			memcpy(b->base, (const char *)src + done, part);
		else
			ok = copy_to_user_partial(b->base, (const char *)src + done, part);
		iobuf_advance(b, ok);
		done += ok;
		if (ok < part)
			break;
	}
	return done;
}

size_t iobuf_take(struct iobuf *b, void *dst, size_t n)
{
	size_t done = 0;

	while (done < n && iobuf_next(b)) {
		size_t part = MIN(n - done, b->len), ok = part;
		if (b->kernel)
			memcpy((char *)dst + done, b->base, part);
		else
			ok = copy_from_user_partial((char *)dst + done, b->base, part);
		iobuf_advance(b, ok);
		done += ok;
		if (ok < part)
			break;
	}
	return done;
}

size_t iobuf_zero(struct iobuf *b, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part = MIN(n - done, PAGE_SIZE);
		size_t ok = iobuf_put(b, page_va(zero_page), part);
		done += ok;
		if (ok < part)
			break;
	}
	return done;
}

/* --- read and write --- */

bool file_no_place(const struct file *f, off_t pos)
{
	return pos < 0 && (f->ops == NULL || !f->ops->any_place);
}

/* What Linux finds out without touching the buffer. */
static int check_range(const struct file *f, const struct iobuf *b, off_t pos)
{
	size_t left = iobuf_left(b);

	if (file_no_place(f, pos))
		return -EINVAL;
	if (!b->kernel && (b->len > USER_END || (uintptr_t)b->base > USER_END - b->len))
		return -EFAULT;
	return pos >= 0 && left > (size_t)(INT64_MAX - pos) ? -EINVAL : 0;
}

ssize_t file_read(struct file *f, struct iobuf *b, off_t *pos)
{
	if (!file_readable(f))
		return -EBADF;
	if (f->ops->read == NULL)
		return inode_is_dir(f->inode) ? -EISDIR : -EINVAL;
	int err = check_range(f, b, *pos);
	if (err < 0)
		return err;
	ssize_t n = f->ops->read(f, b, pos);
	current->io.reads++;
	current->io.read_bytes += n > 0 ? (size_t)n : 0;
	if (n >= 0 && !(f->flags & O_NOATIME))
		inode_touch_atime(f->inode, f->mnt);
	if (n > 0)
		notify_file(f, IN_ACCESS);
	return n;
}

ssize_t file_write(struct file *f, struct iobuf *b, off_t *pos)
{
	if (!file_writable(f))
		return -EBADF;
	if (f->ops->write == NULL)
		return -EINVAL;
	int err = check_range(f, b, *pos);
	if (err < 0)
		return err;
	ssize_t n = f->ops->write(f, b, pos);
	current->io.writes++;
	current->io.written_bytes += n > 0 ? (size_t)n : 0;
	if (n > 0)
		notify_file(f, IN_MODIFY);
	return n;
}

ssize_t file_read_at(struct file *f, void *buf, size_t n, off_t pos)
{
	struct iobuf b = iobuf_kernel(buf, n);

	if (f->ops->read == NULL)
		return -EINVAL;
	ssize_t got = f->ops->read(f, &b, &pos);
	if (got >= 0)
		inode_touch_atime(f->inode, f->mnt);
	if (got > 0)
		notify_file(f, IN_ACCESS);
	return got;
}

unsigned file_poll(struct file *f, struct poll_table *pt)
{
	if (f->ops->poll == NULL)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, pt);
}
