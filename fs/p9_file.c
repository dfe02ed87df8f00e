/* p9_file.c: open files and folders of the host.  See p9.h.
 *
 * Reads and writes go through, in pieces of the session's message size; f->priv is the open fid. */

#include <asm/errno.h>
#include <asm/mman.h>
#include <linux/fs.h>

#include "fs/p9.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define READDIR_SIZE 32768

/* --- open and close --- */

/* A fid of its own for f.  => 0 with *out */
static int open_fid(struct inode *inode, uint32_t flags, struct p9_fid **out)
{
	struct p9_node *n = p9_node(inode);

	if (n->gone)
		return -ENOENT;
	int err = p9_walk(n->fid, NULL, 0, out, NULL);
	if (err < 0)
		return err;
	err = p9_lopen(*out, flags);
	if (err < 0)
		p9_fid_put(*out);
	return err;
}

static uint32_t open_flags(const struct file *f)
{
	uint32_t access = f->flags & O_ACCMODE;

	return (access == O_ACCMODE ? O_RDWR : access) | (f->flags & O_APPEND ? P9_OPEN_APPEND : 0);
}

/* The open fid that a file was made with is as good, unless bytes are to be appended: then it is what is
 * left if the host does not let the file be opened again. */
static int file_fid(struct inode *inode, struct file *f, struct p9_fid **out)
{
	struct p9_fid *fresh = p9_node(inode)->fresh;

	p9_node(inode)->fresh = NULL;
	if (fresh != NULL && !(f->flags & O_APPEND)) {
		*out = fresh;
		return 0;
	}
	int err = open_fid(inode, open_flags(f), out);
	if (err < 0 && fresh != NULL) {
		*out = fresh;
		return 0;
	}
	p9_fid_put(fresh);
	return err;
}

static int file_open_op(struct inode *inode, struct file *f)
{
	struct p9_node *n = p9_node(inode);
	struct p9_fid *fid;
	int err = file_fid(inode, f, &fid);

	if (err < 0)
		return err;
	f->priv = fid;
	n->opens++;
	p9_unkeep(inode);
	if (n->reader == NULL && file_readable(f))
		n->reader = p9_fid_get(fid);
	if (inode->pages.count == 0 || p9_refresh(inode) == 0)
		p9_revalidate(inode);
	return 0;
}

/* Nothing may sleep here: the file may end with its process. */
static void file_release(struct file *f)
{
	struct p9_node *n = p9_node(f->inode);

	p9_no_sleep++;
	(void)p9_write_back(f->inode);
	p9_fid_put(f->priv);
	if (--n->opens == 0) {
		p9_keep(f->inode);
		p9_fid_put(n->reader);
		n->reader = NULL;
	}
	p9_no_sleep--;
}

static void file_flush(struct file *f)
{
	p9_no_sleep++;
	(void)p9_write_back(f->inode);
	p9_no_sleep--;
}

/* --- reading and writing --- */

static ssize_t file_read_op(struct file *f, struct iobuf *b, off_t *pos)
{
	struct p9_fid *fid = p9_fid_get(f->priv);
	struct p9_data d = { 0 };
	size_t left;
	ssize_t done = 0;
	int err = p9_write_back(f->inode);

	while (err == 0 && (left = iobuf_left(b)) > 0) {
		err = p9_read(fid, (uint64_t)*pos, left, &d);
		if (err < 0)
			break;
		size_t ok = iobuf_put(b, d.bytes, d.len);
		bool last = d.len < d.asked;
		err = ok < d.len ? -EFAULT : 0;
		p9_data_free(&d);
		*pos += (off_t)ok;
		done += (ssize_t)ok;
		if (last)
			break;
	}
	p9_fid_put(fid);
	return done > 0 ? done : err;
}

/* What was opened to append can do nothing else: from now on the file has a fid that can, if it must.
 * => 0 with a reference in *out */
static int write_fid(struct file *f, bool append, struct p9_fid **out)
{
	struct p9_fid *fid = f->priv, *other;

	if (!append && fid->append) {
		int err = open_fid(f->inode, open_flags(f) & ~(uint32_t)P9_OPEN_APPEND, &other);
		if (err < 0)
			return err;
		p9_fid_put(f->priv);
		f->priv = fid = other;
	}
	*out = p9_fid_get(fid);
	return 0;
}

/* Write d at `at`, or at the end.  *at moves behind what was written.  => bytes, -errno */
static ssize_t write_data(struct inode *inode, struct p9_fid *fid, struct p9_data *d, uint64_t *at,
			  bool append)
{
	if (append && !fid->append) { /* set by fcntl(2) */
		int err = p9_refresh(inode);
		if (err < 0 && err != -ENOENT)
			return err;
		*at = inode->size;
	}
	ssize_t n = p9_write(fid, *at, d);
	if (n < 0)
		return n;
	*at += (uint64_t)n;
	if (append && p9_refresh(inode) == 0)
		*at = inode->size; /* where the host has put it */
	inode->size = MAX(inode->size, *at);
	p9_pages_write(inode, *at - (uint64_t)n, d->bytes, (size_t)n);
	return n;
}

static ssize_t file_write_op(struct file *f, struct iobuf *b, off_t *pos)
{
	bool append = ((f->flags & O_APPEND) && !(b->rwf & RWF_NOAPPEND)) || (b->rwf & RWF_APPEND);
	uint64_t at = append ? f->inode->size : (uint64_t)*pos;
	size_t left = iobuf_left(b);
	ssize_t done = 0, n = 0;
	struct p9_fid *fid;

	if (left == 0)
		return 0;
	int err = write_fid(f, append, &fid);
	if (err < 0)
		return err;
	n = filemap_write_limit(at, left);
	left = n < 0 ? 0 : (size_t)n;
	while (left > 0) {
		struct p9_data d;
		n = p9_write_begin(fid, left, &d);
		if (n < 0)
			break;
		size_t want = d.len;
		d.len = iobuf_take(b, d.bytes, want);
		n = d.len == 0 ? -EFAULT : write_data(f->inode, fid, &d, &at, append);
		p9_data_free(&d);
		if (n < 0)
			break;
		done += n;
		left -= (size_t)n;
		if ((size_t)n < want)
			break;
	}
	p9_fid_put(fid);
	if (done == 0)
		return n;
	*pos = (off_t)at;
	p9_drop_setid(f->inode);
	inode_touch_mtime(f->inode);
	return done;
}

static off_t file_llseek(struct file *f, off_t off, int whence)
{
	off_t base = 0;

	if (whence == SEEK_END || whence == SEEK_DATA || whence == SEEK_HOLE)
		(void)p9_refresh(f->inode);
	off_t size = (off_t)f->inode->size;
	switch (whence) {
	case SEEK_SET: break;
	case SEEK_CUR: base = f->pos; break;
	case SEEK_END: base = size; break;
	case SEEK_DATA: /* the protocol does not tell of holes */
	case SEEK_HOLE:
		if (off < 0 || off >= size)
			return -ENXIO;
		off = whence == SEEK_DATA ? off : size;
		break;
	default: return -EINVAL;
	}
	if (__builtin_add_overflow(base, off, &off) || off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static int file_mmap(struct file *f, unsigned prot, unsigned vm_flags)
{
	(void)prot;
	if (p9_refresh(f->inode) == 0)
		p9_revalidate(f->inode);
	if ((vm_flags & VM_SHARED) && file_writable(f))
		return p9_begin_writing(f->inode, f->priv);
	return 0;
}

static int file_sync(struct file *f, enum sync_how how)
{
	int err = p9_write_back(f->inode);

	if (err == 0 && how != SYNC_PAGES)
		err = p9_fsync(f->priv, how == SYNC_DATA);
	return err;
}

const struct file_ops p9_file_ops = {
	.open = file_open_op,
	.release = file_release,
	.flush = file_flush,
	.read = file_read_op,
	.write = file_write_op,
	.llseek = file_llseek,
	.mmap = file_mmap,
	.sync = file_sync,
};

/* --- folders --- */

static int dir_open(struct inode *inode, struct file *f)
{
	struct p9_fid *fid;
	int err = open_fid(inode, O_RDONLY | O_DIRECTORY, &fid);

	if (err == 0)
		f->priv = fid;
	return err;
}

static void dir_release(struct file *f)
{
	p9_fid_put(f->priv);
}

static ino_t number_of(const struct file *f, const struct p9_dirent *e)
{
	const struct dentry *d = f->dentry;

	if (e->name_len == 1 && e->name[0] == '.')
		return d->inode->ino;
	if (e->name_len != 2 || memcmp(e->name, "..", 2) != 0)
		return e->qid.path;
	return d == f->mnt->root && f->mnt->parent != NULL ? f->mnt->mountpoint->parent->inode->ino
							   : d->parent->inode->ino;
}

/* The places are the host's, and mean something to it alone. */
static int dir_read(struct file *f, struct dir_context *ctx)
{
	struct p9_data d = { 0 };
	struct p9_dirent e;
	int err;
	bool room = true;

	do {
		err = p9_readdir(f->priv, (uint64_t)ctx->pos, READDIR_SIZE, &d);
		if (err < 0)
			return err;
		struct p9_msg m = { .data = d.bytes, .size = d.len };
		while (room && p9_get_dirent(&m, &e)) {
			if (e.name_len < sizeof(P9_HIDDEN) - 1 ||
			    memcmp(e.name, P9_HIDDEN, sizeof(P9_HIDDEN) - 1) != 0)
				room = ctx->emit(ctx, e.name, e.name_len, (off_t)e.next,
						 number_of(f, &e), e.type);
			if (room)
				ctx->pos = (off_t)e.next;
		}
		err = m.bad ? -EIO : 0;
		p9_data_free(&d);
	} while (err == 0 && room && d.len > 0);
	return err;
}

static off_t dir_llseek(struct file *f, off_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static int dir_sync(struct file *f, enum sync_how how)
{
	return how == SYNC_PAGES ? 0 : p9_fsync(f->priv, how == SYNC_DATA);
}

const struct file_ops p9_dir_ops = {
	.open = dir_open,
	.release = dir_release,
	.readdir = dir_read,
	.llseek = dir_llseek,
	.sync = dir_sync,
};
