/* procfs_fd.c: /proc/<pid>/fd and fdinfo.
 *
 * A name in fd/ is a link that jumps to the very object that is open, so that a pipe or a deleted
 * file can be opened again by it; its text is only for people. */

#include "fs/procfs.h"
#include "lib/print.h"
#include "mm/slab.h"

#define LINK_MAX 4096

/* --- one descriptor --- */

/* => counted, or NULL: not open, or the process is a zombie */
static struct file *file_of(const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);

	return p == NULL || p->files == NULL ? NULL : files_get_file(p->files, inode->proc.fd);
}

static int fd_link(struct text *t, const struct inode *inode)
{
	int err = procfs_may_inspect(procfs_proc(inode));
	struct file *f = err < 0 ? NULL : file_of(inode);

	if (f == NULL)
		return err < 0 ? err : -ENOENT;
	char *buf = kmalloc(LINK_MAX);
	if (buf != NULL)
		text_printf(t, "%s", file_path(f, buf, LINK_MAX));
	file_put(f);
	if (buf == NULL)
		return -ENOMEM;
	kfree(buf);
	return 0;
}

static int fd_jump(const struct inode *inode, struct path *to)
{
	int err = procfs_may_inspect(procfs_proc(inode));
	struct file *f = err < 0 ? NULL : file_of(inode);

	if (f == NULL)
		return err < 0 ? err : -ENOENT;
	if (f->mnt == NULL || f->dentry == NULL) {
		file_put(f);
		return -ENXIO;
	}
	*to = (struct path){ f->mnt, f->dentry };
	path_get(to);
	file_put(f);
	return 0;
}

static int fdinfo_show(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	int err = procfs_may_inspect(p);
	struct file *f = err < 0 ? NULL : file_of(inode);

	if (f == NULL)
		return err < 0 ? err : -ENOENT;
	unsigned cloexec = files_cloexec(p->files, inode->proc.fd) ? O_CLOEXEC : 0;
	text_printf(t, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long)f->pos,
		    f->flags | cloexec, f->mnt == NULL ? 0 : f->mnt->id,
		    f->inode == NULL ? 0 : (unsigned long)f->inode->ino);
	lock_show(t, f, p->files);
	if (f->ops->fdinfo != NULL)
		f->ops->fdinfo(t, f);
	file_put(f);
	return 0;
}

static const struct procfs_entry fd_entry = PROC_LINK("", fd_link, fd_jump);
static const struct procfs_entry fdinfo_entry = PROC_FILE("", 0444, fdinfo_show);

/* --- the directories --- */

/* What the descriptor is open for, as permissions of its owner. */
static mode_t perm_of(const struct file *f)
{
	return (file_readable(f) ? 0500 : 0) | (file_writable(f) ? 0300 : 0);
}

static int find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n,
		const struct procfs_entry *entry)
{
	const struct proc *p = procfs_proc(dir);
	int fd = procfs_number(name, len);
	int err = procfs_may_inspect(p);

	if (err < 0)
		return err;
	struct file *f = fd < 0 || p->files == NULL ? NULL : files_get_file(p->files, fd);
	if (f == NULL)
		return -ENOENT;
	n->entry = entry;
	n->fd = fd;
	n->perm = entry == &fd_entry ? perm_of(f) : 0;
	file_put(f);
	return 0;
}

static bool next(const struct inode *dir, unsigned *key, struct procfs_node *n,
		 const struct procfs_entry *entry)
{
	const struct proc *p = procfs_proc(dir);

	if (p->files == NULL || procfs_may_inspect(p) < 0)
		return false;
	int fd = files_next(p->files, (int)*key);
	if (fd < 0)
		return false;
	n->entry = entry;
	n->fd = fd;
	snprintf(n->name, sizeof(n->name), "%d", fd);
	*key = (unsigned)fd;
	return true;
}

int procfs_fd_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	return find(dir, name, len, n, &fd_entry);
}

bool procfs_fd_next(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	return next(dir, key, n, &fd_entry);
}

int procfs_fdinfo_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	return find(dir, name, len, n, &fdinfo_entry);
}

bool procfs_fdinfo_next(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	return next(dir, key, n, &fdinfo_entry);
}
