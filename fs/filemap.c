/* filemap.c: the pages of regular files: page cache and storage in one.
 *
 * A file's radix holds its pages; a missing one within the size is a hole and reads as zeroes.
 * Programs map these very pages, so a write(2) is seen by all mappings at once.  A page that is cut
 * off by truncation is unmapped everywhere first (view_forget_file).
 *
 * A copy from or to a program may fault, and the fault may come back here for a page of the same
 * file: so a page is held by a reference during the copy, and the radix is consistent before it. */

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <linux/resource.h>

#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define MAX_FILE_SIZE ((uint64_t)INT64_MAX)

/* --- pages --- */

static uint64_t pages_of(uint64_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* A new page for a place of the file that has none.  => NULL with *err */
static struct page *add_page(struct inode *inode, uint64_t index, unsigned flags, int *err)
{
	struct super *sb = inode->sb;

	*err = -ENOSPC;
	if ((sb->max_pages != 0 && sb->pages >= sb->max_pages) || files_fill_memory(sb))
		return NULL;
	struct page *page = page_alloc(flags);
	*err = -ENOMEM;
	if (page == NULL)
		return NULL;
	if (radix_set(&inode->pages, index, page) < 0) {
		page_put(page);
		return NULL;
	}
	sb->pages++;
	*err = 0;
	return page;
}

static void drop_page(struct inode *inode, uint64_t index)
{
	struct page *page = radix_clear(&inode->pages, index);

	inode->sb->pages--;
	page_put(page);
}

struct page *inode_page(struct inode *inode, uint64_t index, int *err)
{
	*err = -EFAULT;
	if (!S_ISREG(inode->mode) || index >= pages_of(inode->size))
		return NULL;
	struct page *page = radix_get(&inode->pages, index);
	if (page == NULL && inode->ops->fill != NULL)
		page = inode->ops->fill(inode, index, err);
	else if (page == NULL)
		page = add_page(inode, index, PAGE_ZERO, err);
	if (page != NULL)
		page_get(page);
	else if (*err == -ENOSPC)
		*err = -EFAULT; /* SIGBUS, as a full tmpfs gives */
	return page;
}

static void drop_pages(struct inode *inode, uint64_t from, uint64_t to)
{
	uint64_t index = from;

	while (radix_next(&inode->pages, &index) != NULL && index < to)
		drop_page(inode, index);
}

void filemap_free(struct inode *inode)
{
	arch_patch_forget(inode);
	drop_pages(inode, 0, UINT64_MAX);
}

/* The bytes changed: patched copies of the text are no longer right. */
static void content_changed(struct inode *inode)
{
	if (inode->ext.patched != NULL || inode->ext.stubs != NULL || inode->ext.stub_state != NULL)
		arch_patch_forget(inode);
}

/* Zero the part [from, to) of one page, if it is there. */
static void zero_part(struct inode *inode, uint64_t from, uint64_t to)
{
	struct page *page = from == to ? NULL : radix_get(&inode->pages, from >> PAGE_SHIFT);

	if (page != NULL)
		memset((char *)page_va(page) + (from & PAGE_MASK), 0, to - from);
}

/* --- size --- */

int filemap_truncate(struct inode *inode, uint64_t size)
{
	if (size < inode->size && (inode->seals & F_SEAL_SHRINK))
		return -EPERM;
	if (size > inode->size && (inode->seals & F_SEAL_GROW))
		return -EPERM;
	content_changed(inode);
	if (size > inode->size && (inode->size & PAGE_MASK)) {
		/* What a mapping has written behind the old end is not in the file. */
		zero_part(inode, inode->size, ALIGN_UP(inode->size, PAGE_SIZE));
	} else if (size < inode->size) {
		view_forget_file(inode, pages_of(size) << PAGE_SHIFT);
		drop_pages(inode, pages_of(size), UINT64_MAX);
		if (size & PAGE_MASK)
			zero_part(inode, size, ALIGN_UP(size, PAGE_SIZE));
	}
	inode->size = size;
	return 0;
}

int filemap_punch(struct inode *inode, uint64_t from, uint64_t to)
{
	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	content_changed(inode);
	uint64_t first = pages_of(from), last = to >> PAGE_SHIFT;
	if (first > last) { /* within one page */
		zero_part(inode, from, to);
		return 0;
	}
	zero_part(inode, from, first << PAGE_SHIFT);
	zero_part(inode, last << PAGE_SHIFT, to);
	for (uint64_t i = first; radix_next(&inode->pages, &i) != NULL && i < last; i++) {
		struct page *page = radix_get(&inode->pages, i);
		if (page->ref > 1)
			memset(page_va(page), 0, PAGE_SIZE); /* somebody maps it: it stays, empty */
		else
			drop_page(inode, i);
	}
	return 0;
}

int filemap_allocate(struct inode *inode, uint64_t from, uint64_t to)
{
	uint64_t first = from >> PAGE_SHIFT, end = pages_of(to);
	int err = 0;

	if (to > inode->size && (inode->seals & F_SEAL_GROW))
		return -EPERM;
	for (uint64_t i = first; i < end && err == 0; i++) {
		if (radix_get(&inode->pages, i) != NULL)
			continue;
		if (add_page(inode, i, PAGE_ZERO, &err) != NULL)
			continue;
		/* Those that were made stay: zeroes within the size, but not beyond it. */
		drop_pages(inode, MAX(first, pages_of(inode->size)), i);
		err = -ENOSPC;
	}
	return err;
}

/* --- read and write --- */

static ssize_t filemap_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct inode *inode = f->inode;
	uint64_t at = (uint64_t)*pos;
	ssize_t done = 0;

	while (at < inode->size) {
		size_t want = MIN(PAGE_SIZE - (at & PAGE_MASK), iobuf_left(b));
		size_t n = MIN(want, inode->size - at);
		if (n == 0)
			break;
		struct page *page = radix_get(&inode->pages, at >> PAGE_SHIFT);
		struct page *from = page != NULL ? page : zero_page;
		page_get(from);
		size_t ok = iobuf_put(b, (char *)page_va(from) + (at & PAGE_MASK), n);
		page_put(from);
		at += ok;
		done += (ssize_t)ok;
		if (ok < n) {
			if (done == 0)
				return -EFAULT;
			break;
		}
	}
	*pos = (off_t)at;
	return done;
}

/* Write up to the end of one page.  => bytes, -errno */
static ssize_t write_page(struct inode *inode, uint64_t at, struct iobuf *b, size_t n)
{
	size_t off = at & PAGE_MASK;
	int err = 0;
	struct page *page = radix_get(&inode->pages, at >> PAGE_SHIFT);
	bool fresh = page == NULL;

	if (fresh)
		page = add_page(inode, at >> PAGE_SHIFT, PAGE_ZERO, &err);
	if (page == NULL)
		return err == -ENOMEM ? -ENOSPC : err;
	page_get(page);
	size_t ok = iobuf_take(b, (char *)page_va(page) + off, n);
	page_put(page);
	if (ok > 0)
		return (ssize_t)ok;
	/* Nothing came: do not leave a page beyond the end of the file. */
	if (fresh && at >> PAGE_SHIFT >= pages_of(inode->size) &&
	    radix_get(&inode->pages, at >> PAGE_SHIFT) == page)
		drop_page(inode, at >> PAGE_SHIFT);
	return -EFAULT;
}

ssize_t filemap_write_limit(uint64_t at, size_t n)
{
	uint64_t limit = MIN(current->proc->limits[RLIMIT_FSIZE].rlim_cur, MAX_FILE_SIZE);

	if (at >= limit) {
		if (limit != MAX_FILE_SIZE)
			signal_send_task(current, SIGXFSZ, NULL);
		return -EFBIG;
	}
	return (ssize_t)MIN(n, limit - at);
}

static ssize_t filemap_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct inode *inode = f->inode;
	bool append = (f->flags & O_APPEND) && !(b->rwf & RWF_NOAPPEND);
	uint64_t at = append || (b->rwf & RWF_APPEND) ? inode->size : (uint64_t)*pos;
	size_t left = iobuf_left(b);
	ssize_t done = 0, n;

	if (left == 0)
		return 0;
	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	n = filemap_write_limit(at, left);
	if (n < 0)
		return n;
	left = (size_t)n;
	content_changed(inode);
	while (left > 0) {
		size_t part = MIN(PAGE_SIZE - (at & PAGE_MASK), left);
		if ((inode->seals & F_SEAL_GROW) && at + part > inode->size) {
			n = -EPERM;
			break;
		}
		n = write_page(inode, at, b, part);
		if (n < 0)
			break;
		at += (uint64_t)n;
		done += n;
		left -= (size_t)n;
		inode->size = MAX(inode->size, at);
		if ((size_t)n < part)
			break;
	}
	if (done == 0)
		return n;
	*pos = (off_t)at;
	inode_drop_setid(inode);
	inode_touch_mtime(inode);
	return done;
}

/* --- lseek, mmap --- */

/* The first byte at or after `at` that is in a page (data) or in none (hole). */
static off_t seek_data_hole(struct inode *inode, uint64_t at, bool data)
{
	uint64_t index = at >> PAGE_SHIFT;

	if (at >= inode->size)
		return -ENXIO;
	if (data) {
		uint64_t first = index;
		if (radix_next(&inode->pages, &first) == NULL || first >= pages_of(inode->size))
			return -ENXIO;
		return (off_t)(first == index ? at : first << PAGE_SHIFT);
	}
	uint64_t first = index;
	while (first < pages_of(inode->size) && radix_get(&inode->pages, first) != NULL)
		first++;
	return (off_t)MIN(first == index ? at : first << PAGE_SHIFT, inode->size);
}

static off_t filemap_llseek(struct file *f, off_t off, int whence)
{
	struct inode *inode = f->inode;
	off_t base = 0;

	switch (whence) {
	case SEEK_SET: break;
	case SEEK_CUR: base = f->pos; break;
	case SEEK_END: base = (off_t)inode->size; break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (off < 0)
			return -ENXIO;
		off = seek_data_hole(inode, (uint64_t)off, whence == SEEK_DATA);
		if (off < 0)
			return off;
		break;
	default: return -EINVAL;
	}
	if (__builtin_add_overflow(base, off, &off) || off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static int filemap_mmap(struct file *f, unsigned prot, unsigned vm_flags)
{
	if ((prot & 2 /* PROT_WRITE */) && (vm_flags & VM_SHARED) &&
	    (f->inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	inode_touch_atime(f->inode, f->mnt);
	return f->inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ? FILE_MAPS_SEALED : 0;
}

const struct file_ops ramfs_file_ops = {
	.read = filemap_read,
	.write = filemap_write,
	.llseek = filemap_llseek,
	.mmap = filemap_mmap,
};
