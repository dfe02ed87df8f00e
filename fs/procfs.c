/* procfs.c: the machinery of /proc: inodes made from tables, and files whose text is made when they
 * are read.
 *
 * A file's text is made as a whole at a read from offset 0, so that a reader who goes on from there
 * sees one consistent state, and one who rewinds sees a new one. */

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/magic.h>

#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define WRITE_MAX   4096
#define FIRST_FIXED 2 /* readdir cookies: "." and "..", the table, made names */
#define FIRST_MADE  256

/* --- whose it is --- */

static const struct file_ops dir_ops;

static const struct procfs_entry *entry_of(const struct inode *inode)
{
	return inode->proc.entry;
}

struct proc *procfs_proc(const struct inode *inode)
{
	struct proc *p = proc_find(inode->proc.pid);

	return p != NULL && p->start_ns == inode->proc.start ? p : NULL;
}

const struct procfs_entry *procfs_dir_entry(const struct file *f)
{
	return f->ops == &dir_ops ? entry_of(f->inode) : NULL;
}

struct task *procfs_task(const struct inode *inode)
{
	struct proc *p = procfs_proc(inode);

	if (p == NULL || inode->proc.tid == 0)
		return p == NULL ? NULL : p->leader;
	struct task *t = task_find(inode->proc.tid);
	return t != NULL && t->proc == p ? t : NULL;
}

const struct cred *procfs_cred(const struct inode *inode)
{
	const struct task *t = inode->proc.tid == 0 ? NULL : procfs_task(inode);

	return t != NULL ? t->cred : procfs_proc(inode)->cred;
}

/* Is what the inode is about still there? */
static bool is_there(const struct inode *inode)
{
	if (inode->proc.pid == 0)
		return true;
	const struct proc *p = procfs_proc(inode);
	if (p == NULL)
		return false;
	if (inode->proc.tid == 0 || (p->leader == NULL && inode->proc.tid == p->pid))
		return true;
	return procfs_task(inode) != NULL;
}

int procfs_may_inspect(const struct proc *p)
{
	const struct cred *me = current->cred, *c = p->cred;

	if (p == current->proc || capable(CAP_SYS_PTRACE))
		return 0;
	bool same = me->fsuid == c->uid && me->fsuid == c->euid && me->fsuid == c->suid &&
		    me->fsgid == c->gid && me->fsgid == c->egid && me->fsgid == c->sgid;
	return same && p->dumpable ? 0 : -EACCES;
}

int procfs_number(const char *name, size_t len)
{
	int n = 0;

	if (len == 0 || len > 9 || (len > 1 && name[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		n = n * 10 + (name[i] - '0');
	}
	return n;
}

bool procfs_parse(const char *text, int64_t low, int64_t high, int64_t *value)
{
	while (*text == ' ' || *text == '\t')
		text++;
	bool negative = *text == '-';
	char *end;
	if (negative || *text == '+')
		text++;
	unsigned long long n = strtoull(text, &end, 0);
	if (end == text || *text < '0' || *text > '9' || n > INT64_MAX)
		return false;
	while (*end == ' ' || *end == '\t' || *end == '\n')
		end++;
	*value = negative ? -(int64_t)n : (int64_t)n;
	return *end == '\0' && *value >= low && *value <= high;
}

/* --- files --- */

/* Make the text anew.  => 0, -errno */
static int file_make(struct file *f)
{
	struct text *t = f->priv;

	if (t == NULL)
		t = f->priv = kzalloc(sizeof(*t));
	if (t == NULL)
		return -ENOMEM;
	t->len = 0;
	t->failed = false;
	if (!is_there(f->inode))
		return -ESRCH;
	int err = entry_of(f->inode)->show(t, f->inode);
	if (err == 0 && t->failed)
		err = -ENOMEM;
	if (err < 0)
		t->len = 0;
	return err;
}

static ssize_t file_read_text(struct file *f, struct iobuf *b, off_t *pos)
{
	const struct text *t = f->priv;

	if (entry_of(f->inode)->show == NULL)
		return -EINVAL;
	if (*pos == 0 || t == NULL) {
		int err = file_make(f);
		if (err < 0)
			return err;
		t = f->priv;
	}
	if (*pos < 0 || (size_t)*pos >= t->len)
		return 0;
	size_t n = MIN(t->len - (size_t)*pos, iobuf_left(b));
	size_t done = iobuf_put(b, t->buf + *pos, n);
	if (done == 0 && n > 0)
		return -EFAULT;
	*pos += (off_t)done;
	return (ssize_t)done;
}

static ssize_t file_write_text(struct file *f, struct iobuf *b, off_t *pos)
{
	const struct procfs_entry *e = entry_of(f->inode);
	size_t len = iobuf_left(b);

	if (e->write == NULL)
		return f->inode->proc.pid == 0 ? -EIO : -EINVAL;
	if (len >= WRITE_MAX)
		return -EINVAL;
	if (!is_there(f->inode))
		return -ESRCH;
	char *text = kmalloc(len + 1);
	if (text == NULL)
		return -ENOMEM;
	int err = iobuf_take(b, text, len) == len ? 0 : -EFAULT;
	if (err == 0) {
		size_t used = len > 0 && text[len - 1] == '\n' ? len - 1 : len;
		text[used] = '\0';
		err = e->write(f->inode, text, used);
	}
	kfree(text);
	if (err < 0)
		return err;
	*pos += (off_t)len;
	return (ssize_t)len;
}

static void file_release(struct file *f)
{
	struct text *t = f->priv;

	if (t != NULL)
		text_free(t);
	kfree(t);
}

off_t procfs_llseek(struct file *f, off_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	return f->pos = off;
}

/* What only some may see is refused at once, not when it is read. */
static int text_open(struct inode *inode, struct file *f)
{
	const struct proc *p = entry_of(inode)->guarded ? procfs_proc(inode) : NULL;

	(void)f;
	return p == NULL ? 0 : procfs_may_inspect(p);
}

static const struct file_ops text_ops = {
	.open = text_open,
	.read = file_read_text,
	.write = file_write_text,
	.release = file_release,
	.llseek = procfs_llseek,
};

/* --- inodes --- */

static const struct inode_ops proc_ops, proc_jump_ops;

/* Names below one directory have numbers of their own, always the same ones. */
static ino_t ino_of(const struct inode *dir, const char *name, size_t len)
{
	uint64_t mix = (dir->ino ^ name_hash(name, len)) * 0x9e3779b97f4a7c15ull;

	return mix >> 32 | 1;
}

/* Directories and files of a process belong to it, as long as others may look into it. */
static void set_owner(struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);

	if (p == NULL || !p->dumpable)
		return;
	inode->uid = procfs_cred(inode)->euid;
	inode->gid = procfs_cred(inode)->egid;
}

static void set_up(struct inode *inode, const struct procfs_node *n)
{
	const struct procfs_entry *e = n->entry;

	inode->proc.entry = e;
	inode->proc.pid = n->pid;
	inode->proc.tid = n->tid;
	inode->proc.fd = n->fd;
	inode->proc.start = n->start;
	inode->ops = S_ISLNK(e->mode) && e->jump != NULL ? &proc_jump_ops : &proc_ops;
	if (e->fops != NULL)
		inode->fops = e->fops;
	else
		inode->fops = S_ISDIR(e->mode) ? &dir_ops : &text_ops;
	if (S_ISDIR(e->mode))
		inode->nlink = 2;
	if (S_ISLNK(e->mode) && e->jump != NULL && n->fd >= 0)
		inode->size = 64;
	set_owner(inode);
}

/* The entry's node as a child of dir. */
static void node_inherit(struct procfs_node *n, const struct inode *dir,
			 const struct procfs_entry *e)
{
	*n = (struct procfs_node){ .entry = e,
				   .pid = dir->proc.pid,
				   .tid = dir->proc.tid,
				   .fd = dir->proc.fd,
				   .start = dir->proc.start };
}

static int find(struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	const struct procfs_entry *d = entry_of(dir);

	for (const struct procfs_entry *e = d->entries; e != NULL && e->name != NULL; e++) {
		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0) {
			node_inherit(n, dir, e);
			return 0;
		}
	}
	if (d->find == NULL)
		return -ENOENT;
	node_inherit(n, dir, NULL);
	return d->find(dir, name, len, n);
}

static int proc_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct procfs_node n;

	if (!is_there(dir)) /* as on Linux, where search permission is asked for first */
		return dir->proc.tid == 0 && entry_of(dir)->entries != NULL ? -ESRCH : -ENOENT;
	int err = find(dir, name, len, &n);
	if (err < 0)
		return err;
	struct inode *inode = inode_create(dir->sb, n.entry->mode);
	if (inode == NULL)
		return -ENOMEM;
	inode->ino = ino_of(dir, name, len);
	if (n.perm != 0)
		inode->mode = (inode->mode & S_IFMT) | n.perm;
	set_up(inode, &n);
	*out = inode;
	return 0;
}

/* What a descriptor stands for changes, so its name is looked up each time. */
static bool proc_valid(struct dentry *d)
{
	return is_there(d->inode) && d->inode->proc.fd < 0;
}

/* Nothing can be made here: the name is simply not there. */
static int proc_create_name(struct inode *dir, struct dentry *d, mode_t mode, dev_t rdev,
			    const char *target)
{
	(void)dir, (void)d, (void)mode, (void)rdev, (void)target;
	return -ENOENT;
}

static void proc_refresh(struct inode *inode)
{
	set_owner(inode);
}

/* --- links --- */

/* The text as a string of its own. */
static char *proc_readlink(struct inode *inode, int *err)
{
	const struct procfs_entry *e = entry_of(inode);
	struct text t = { 0 };

	*err = -EINVAL;
	if (e->link == NULL)
		return NULL;
	*err = is_there(inode) ? e->link(&t, inode) : -ENOENT;
	text_put(&t, "", 1);
	if (*err == 0 && t.failed)
		*err = -ENOMEM;
	if (*err < 0) {
		text_free(&t);
		return NULL;
	}
	return t.buf;
}

static int proc_follow(struct inode *inode, struct path *to)
{
	return is_there(inode) ? entry_of(inode)->jump(inode, to) : -ENOENT;
}

static const struct inode_ops proc_ops = {
	.lookup = proc_lookup,
	.valid = proc_valid,
	.create = proc_create_name,
	.readlink = proc_readlink,
	.refresh = proc_refresh,
};

static const struct inode_ops proc_jump_ops = {
	.readlink = proc_readlink,
	.follow = proc_follow,
	.refresh = proc_refresh,
};

/* --- directories --- */

static bool emit(struct file *f, struct dir_context *ctx, const char *name, off_t at, mode_t mode)
{
	size_t len = strlen(name);

	if (!ctx->emit(ctx, name, len, at + 1, ino_of(f->inode, name, len), mode_to_type(mode)))
		return false;
	ctx->pos = at + 1;
	return true;
}

/* => false: no room left */
static bool emit_fixed(struct file *f, struct dir_context *ctx)
{
	const struct procfs_entry *entries = entry_of(f->inode)->entries;
	off_t at = FIRST_FIXED;

	for (const struct procfs_entry *e = entries; e != NULL && e->name != NULL; e++, at++) {
		if (at >= ctx->pos && !emit(f, ctx, e->name, at, e->mode))
			return false;
	}
	ctx->pos = FIRST_MADE;
	return true;
}

static int dir_read(struct file *f, struct dir_context *ctx)
{
	const struct procfs_entry *d = entry_of(f->inode);
	struct procfs_node n;

	if (!is_there(f->inode))
		return -ENOENT;
	if (!dir_emit_dots(f, ctx) || (ctx->pos < FIRST_MADE && !emit_fixed(f, ctx)))
		return 0;
	if (d->next == NULL)
		return 0;
	unsigned key = (unsigned)(ctx->pos - FIRST_MADE);
	for (; node_inherit(&n, f->inode, NULL), d->next(f->inode, &key, &n); key++) {
		if (!emit(f, ctx, n.name, FIRST_MADE + key, n.entry->mode))
			break;
	}
	return 0;
}

static const struct file_ops dir_ops = {
	.readdir = dir_read,
	.llseek = procfs_llseek,
};

/* --- the file system --- */

static const struct procfs_entry root_entry = {
	.name = "/",
	.mode = S_IFDIR | 0555,
	.entries = procfs_root_entries,
	.find = procfs_pid_find,
	.next = procfs_pid_next,
};

int procfs_fill(struct super *sb, const struct procfs_entry *entry)
{
	struct procfs_node n = { .entry = entry, .fd = -1 };
	struct dentry *root = dentry_create(NULL, "/", 1);

	if (root == NULL)
		return -ENOMEM;
	root->inode = inode_create(sb, entry->mode);
	if (root->inode == NULL) {
		dentry_put(root);
		return -ENOMEM;
	}
	set_up(root->inode, &n);
	sb->root = root;
	return 0;
}

/* The options hidepid= and gid= are taken and do nothing. */
static int proc_fill(struct super *sb, const char *options)
{
	(void)options;
	return procfs_fill(sb, &root_entry);
}

const struct fs_type proc_type = {
	.name = "proc",
	.magic = PROC_SUPER_MAGIC,
	.nodev = true,
	.fill = proc_fill,
	.computed = true,
};
