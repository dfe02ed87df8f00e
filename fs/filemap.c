/* filemap.c: the pages of regular files: page cache and storage in one.
 *
 * A file's radix holds its pages; a missing one within the size is a hole and reads as zeroes.
 * Programs map these very pages, so a write(2) is seen by all mappings at once.  A page that is cut
 * off by truncation is unmapped everywhere first (view_forget_file).
 *
 * A file of an image (fs/image.c) has its pages there, below image_pages, where the radix has none.
 * They are constant: before a byte of one changes, the file gets a page of its own (own_page), and
 * whoever maps the image's page loses it (view_forget_page).  The zero page in the radix covers what
 * was punched out of an image.  The last part of such a file, less than a page, may share its page with
 * other things: it stays where it is (`tail`) until the page is wanted (settle_tail), and the file
 * ends with it until then.
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

#define MAX_FILE_SIZE	((uint64_t)INT64_MAX)
#define ALLOCATE_STRIDE 256 /* pages that fallocate(2) makes without a stop */

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

	if (!page_is_constant(page))
		inode->sb->pages--;
	page_put(page);
}

struct page *filemap_page(const struct inode *inode, uint64_t index)
{
	struct page *page = radix_get(&inode->pages, index);

	if (page != NULL || index >= inode->image_pages)
		return page;
	if (inode->image_chunks)
		return image_chunk(inode, index);
	return page_of_va(inode->image + (index << PAGE_SHIFT));
}

uint64_t inode_pages(const struct inode *inode)
{
	uint64_t n = inode->pages.count + (inode->tail != NULL ? 1 : 0), index = 0;

	if (inode->image_pages == 0)
		return n;
	/* Those of the image that are not covered. */
	n += inode->image_pages;
	while (radix_next(&inode->pages, &index) != NULL && index < inode->image_pages) {
		n--;
		index++;
	}
	return n;
}

static bool is_zero(const char *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

/* Make the tail of an image's file a page: the image's, if nothing else is in it.  => 0, -ENOMEM … */
static int settle_tail(struct inode *inode)
{
	uint64_t index = inode->size >> PAGE_SHIFT;
	size_t left = inode->size & PAGE_MASK;
	int err;

	if (inode->tail == NULL)
		return 0;
	if (!inode->image_chunks && index == inode->image_pages &&
	    ((uintptr_t)inode->tail & PAGE_MASK) == 0 &&
	    inode->tail == inode->image + (index << PAGE_SHIFT) &&
	    is_zero(inode->tail + left, PAGE_SIZE - left)) {
		inode->image_pages++;
		inode->tail = NULL;
		return 0;
	}
	struct page *page = add_page(inode, index, PAGE_ZERO, &err);
	if (page == NULL)
		return err;
	memcpy(page_va(page), inode->tail, left);
	inode->tail = NULL;
	return 0;
}

/* The page at `index` to write to.  => borrowed; NULL with *err */
static struct page *own_page(struct inode *inode, uint64_t index, int *err)
{
	struct page *page = filemap_page(inode, index);

	if (page == NULL)
		return add_page(inode, index, PAGE_ZERO, err);
	if (!page_is_constant(page))
		return page;
	struct page *own = add_page(inode, index, 0, err);
	if (own == NULL)
		return NULL;
	memcpy(page_va(own), page_va(page), PAGE_SIZE);
	view_forget_page(inode, index, page);
	if (page == zero_page)
		page_put(page); /* the radix had counted it */
	return own;
}

static struct page *get_page(struct inode *inode, uint64_t index, bool write, int *err)
{
	*err = -EFAULT;
	if (!S_ISREG(inode->mode) || index >= pages_of(inode->size))
		return NULL;
	struct page *page = filemap_page(inode, index);
	if (page == NULL && inode->tail != NULL && index == inode->size >> PAGE_SHIFT) {
		*err = settle_tail(inode);
		if (*err < 0)
			return NULL;
		page = filemap_page(inode, index);
	}
	if (page == NULL && inode->ops->fill != NULL)
		page = inode->ops->fill(inode, index, err);
	else if (page == NULL)
		page = add_page(inode, index, PAGE_ZERO, err);
	else if (write)
		page = own_page(inode, index, err);
	if (page != NULL)
		page_get(page);
	else if (*err == -ENOSPC)
		*err = -EFAULT; /* SIGBUS, as a full tmpfs gives */
	return page;
}

struct page *inode_page(struct inode *inode, uint64_t index, int *err)
{
	return get_page(inode, index, false, err);
}

struct page *inode_page_own(struct inode *inode, uint64_t index, int *err)
{
	struct page *page = get_page(inode, index, true, err);

	if (page != NULL &&
	    inode->ops->fill == NULL) /* others are told when they are written back */
		inode_touch_mtime(inode);
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
	if (inode->ext.patched != NULL)
		arch_patch_stale(inode);
}

/* Zero the part [from, to) of one page, if it is there.  => 0, -ENOMEM: an image's page */
static int zero_part(struct inode *inode, uint64_t from, uint64_t to)
{
	uint64_t index = from >> PAGE_SHIFT;
	struct page *page = from == to ? NULL : filemap_page(inode, index);
	size_t off = from & PAGE_MASK;
	int err;

	if (page == NULL ||
	    (page_is_constant(page) && is_zero((char *)page_va(page) + off, to - from)))
		return 0;
	page = own_page(inode, index, &err);
	if (page == NULL)
		return err;
	memset((char *)page_va(page) + off, 0, to - from);
	return 0;
}

/* Cover the image's pages [from, to) with zeroes. */
static int punch_image(struct inode *inode, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < MIN(to, inode->image_pages); i++) {
		struct page *page = radix_get(&inode->pages, i);

		if (page != NULL)
			continue;
		page = filemap_page(inode, i);
		if (page == NULL)
			continue;
		if (radix_set(&inode->pages, i, zero_page) < 0)
			return -ENOMEM;
		page_get(zero_page);
		view_forget_page(inode, i, page);
	}
	return 0;
}

/* --- size --- */

int filemap_truncate(struct inode *inode, uint64_t size)
{
	if (size < inode->size && (inode->seals & F_SEAL_SHRINK))
		return -EPERM;
	if (size > inode->size && (inode->seals & F_SEAL_GROW))
		return -EPERM;
	content_changed(inode);
	/* Nothing of a tail that is cut off whole is wanted. */
	if (size <= ALIGN_DOWN(inode->size, PAGE_SIZE))
		inode->tail = NULL;
	int err = settle_tail(inode);
	/* What a mapping has written behind the old end is not in the file. */
	uint64_t end = MIN(size, inode->size);
	if (err == 0 && size != inode->size && (end & PAGE_MASK))
		err = zero_part(inode, end, ALIGN_UP(end, PAGE_SIZE));
	if (err < 0)
		return err;
	if (size < inode->size) {
		view_forget_file(inode, pages_of(size) << PAGE_SHIFT);
		drop_pages(inode, pages_of(size), UINT64_MAX);
		inode->image_pages = MIN(inode->image_pages, pages_of(size));
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
	int err = settle_tail(inode);
	if (err == 0 && first > last) /* within one page */
		return zero_part(inode, from, to);
	if (err == 0)
		err = zero_part(inode, from, first << PAGE_SHIFT);
	if (err == 0)
		err = zero_part(inode, last << PAGE_SHIFT, to);
	if (err == 0)
		err = punch_image(inode, first, last);
	if (err < 0)
		return err;
	for (uint64_t i = first; radix_next(&inode->pages, &i) != NULL && i < last; i++) {
		struct page *page = radix_get(&inode->pages, i);
		if (page_is_constant(page))
			continue;
		if (i < inode->image_pages || page->ref > 1)
			memset(page_va(page), 0, PAGE_SIZE); /* somebody maps it: it stays, empty */
		else
			drop_page(inode, i);
	}
	return 0;
}

/* Can a file system have as many pages at all, whatever else is in it? */
static bool may_ever_hold(const struct inode *inode, uint64_t pages)
{
	const struct super *sb = inode->sb;

	return pages <= inode->image_pages + page_total() &&
	       (sb->max_pages == 0 || pages <= inode->image_pages + sb->max_pages);
}

int filemap_allocate(struct inode *inode, uint64_t from, uint64_t to)
{
	uint64_t first = from >> PAGE_SHIFT, end = pages_of(to), i;
	int err = 0;

	if (to > inode->size && (inode->seals & F_SEAL_GROW))
		return -EPERM;
	if (!may_ever_hold(inode, end - first))
		return -ENOSPC;
	err = settle_tail(inode);
	for (i = first; i < end && err == 0; i++) {
		if (i % ALLOCATE_STRIDE == 0 && !sched_breathe())
			err = -EINTR;
		else if (filemap_page(inode, i) == NULL &&
			 add_page(inode, i, PAGE_ZERO, &err) == NULL)
			err = -ENOSPC;
	}
	/* Those that were made stay: zeroes within the size, but not beyond it. */
	if (err < 0)
		drop_pages(inode, MAX(first, pages_of(inode->size)), i);
	return err;
}

/* --- read and write --- */

/* Within one page.  => bytes */
static size_t read_page(struct inode *inode, uint64_t at, struct iobuf *b, size_t n)
{
	struct page *page = filemap_page(inode, at >> PAGE_SHIFT);
	size_t off = at & PAGE_MASK;

	if (page == NULL && inode->tail != NULL && at >> PAGE_SHIFT == inode->size >> PAGE_SHIFT)
		return iobuf_put(b, inode->tail + off, n);
	if (page == NULL)
		page = zero_page;
	page_get(page);
	n = iobuf_put(b, (char *)page_va(page) + off, n);
	page_put(page);
	return n;
}

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
		size_t ok = read_page(inode, at, b, n);
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
	bool fresh = filemap_page(inode, at >> PAGE_SHIFT) == NULL;
	struct page *page = own_page(inode, at >> PAGE_SHIFT, &err);

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
	n = settle_tail(inode);
	while (n >= 0 && left > 0) {
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

static bool is_data(const struct inode *inode, uint64_t index)
{
	return filemap_page(inode, index) != NULL ||
	       (inode->tail != NULL && index == inode->size >> PAGE_SHIFT);
}

/* The first byte at or after `at` that is in a page (data) or in none (hole). */
static off_t seek_data_hole(struct inode *inode, uint64_t at, bool data)
{
	uint64_t index = at >> PAGE_SHIFT;

	if (at >= inode->size)
		return -ENXIO;
	if (data) {
		uint64_t first = index;
		if (is_data(inode, index))
			return (off_t)at;
		if (radix_next(&inode->pages, &first) == NULL || first >= pages_of(inode->size))
			return -ENXIO;
		return (off_t)(first == index ? at : first << PAGE_SHIFT);
	}
	uint64_t first = index;
	if (!inode->image_chunks) /* an image's file has holes only then */
		first = MAX(first, inode->image_pages);
	while (first < pages_of(inode->size) && is_data(inode, first))
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
