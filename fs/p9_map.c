/* p9_map.c: pages of files of the host, for mappings and for exec.  See p9.h.
 *
 * They are read when they are touched, some at once.  While a shared mapping may write, the sum of each
 * page's bytes as the host has them is kept: what has another one is written back, at msync, fsync, munmap
 * and close, and before somebody reads the file by read(2).
 *
 * A fault cannot sleep, so p9_fill() does not. */

#include <asm/errno.h>

#include "fs/p9.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define READ_AHEAD  32 /* pages that a fault reads, if they are not there */
#define WRITE_BATCH 32 /* and that are written at once */
#define KEPT_MOST   64 /* files that nobody has open */
#define CLOCK_DOUBT (2 * (int64_t)NSEC_PER_SEC)

static uint64_t pages_of(uint64_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* --- sums --- */

/* Never 0: a sum that is not there differs from each. */
static uintptr_t sum_of(const struct page *page)
{
	const uint64_t *words = page_va(page);
	uint64_t h = 0x9e3779b97f4a7c15ull;

	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
		h = (h ^ words[i]) * 0xff51afd7ed558ccdull;
		h ^= h >> 32;
	}
	return h | 1;
}

static bool is_clean(const struct p9_node *n, uint64_t index, const struct page *page)
{
	return (uintptr_t)radix_get(&n->sums, index) == sum_of(page);
}

/* Without memory for it the page is written once more than it must be. */
static void note_clean(struct p9_node *n, uint64_t index, uintptr_t sum)
{
	if (n->writer != NULL && radix_set(&n->sums, index, (void *)sum) < 0)
		(void)radix_clear(&n->sums, index);
}

static void forget_sums(struct p9_node *n)
{
	for (uint64_t i = 0; radix_next(&n->sums, &i) != NULL; i++)
		(void)radix_clear(&n->sums, i);
}

/* No mapping writes any more. */
static void forget_writing(struct p9_node *n)
{
	forget_sums(n);
	p9_fid_put(n->writer);
	n->writer = NULL;
}

int p9_begin_writing(struct inode *inode, struct p9_fid *fid)
{
	struct p9_node *n = p9_node(inode);
	struct page *page;

	if (n->writer != NULL)
		return 0;
	n->writer = p9_fid_get(fid);
	for (uint64_t i = 0; (page = radix_next(&inode->pages, &i)) != NULL; i++)
		note_clean(n, i, sum_of(page));
	return 0;
}

/* --- reading --- */

/* One page of what was read.  => NULL: no memory */
static struct page *add_page(struct inode *inode, uint64_t index, const void *bytes, size_t n)
{
	struct page *page = page_alloc(n < PAGE_SIZE ? PAGE_ZERO : 0);

	if (page == NULL)
		return NULL;
	memcpy(page_va(page), bytes, n);
	if (radix_set(&inode->pages, index, page) < 0) {
		page_put(page);
		return NULL;
	}
	inode->sb->pages++;
	if (p9_node(inode)->writer != NULL)
		note_clean(p9_node(inode), index, sum_of(page));
	return page;
}

static uint64_t absent_from(const struct inode *inode, uint64_t index)
{
	uint64_t end = MIN(index + READ_AHEAD, pages_of(inode->size)), next = index;

	return radix_next(&inode->pages, &next) != NULL && next < end ? next : end;
}

struct page *p9_fill(struct inode *inode, uint64_t index, int *err)
{
	struct p9_node *n = p9_node(inode);
	size_t want = (size_t)(absent_from(inode, index) - index) << PAGE_SHIFT;
	struct page *first = NULL;
	struct p9_data d = { 0 };

	*err = -EFAULT;
	if (n->reader == NULL)
		return NULL;
	p9_no_sleep++;
	int result = p9_read(n->reader, index << PAGE_SHIFT, want, &d);
	p9_no_sleep--;
	if (result < 0) {
		*err = result == -ENOMEM ? -ENOMEM : -EFAULT;
		return NULL;
	}
	for (size_t at = 0; at < d.len; at += PAGE_SIZE) {
		struct page *page = add_page(inode, index + (at >> PAGE_SHIFT), d.bytes + at,
					     MIN(PAGE_SIZE, d.len - at));
		if (at == 0) {
			first = page;
			*err = page == NULL ? -ENOMEM : 0;
		}
		if (page == NULL)
			break;
	}
	p9_data_free(&d);
	return first;
}

/* The page as the host has it now: those who map it see that. */
static int read_again(struct inode *inode, uint64_t index, struct page *page)
{
	struct p9_node *n = p9_node(inode);
	struct p9_data d = { 0 };
	int err = p9_read(n->reader, index << PAGE_SHIFT, PAGE_SIZE, &d);

	if (err < 0)
		return err;
	memcpy(page_va(page), d.bytes, d.len);
	memset((char *)page_va(page) + d.len, 0, PAGE_SIZE - d.len);
	p9_data_free(&d);
	note_clean(n, index, sum_of(page));
	return 0;
}

void p9_revalidate(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);
	/* A file that had just been written when we looked may have been written again in the same tick. */
	bool same = n->page_mtime == inode->mtime && n->page_size == inode->size &&
		    n->page_time - n->page_mtime > CLOCK_DOUBT;
	struct page *page;
	int err = 0;

	n->page_time = time_now();
	n->page_mtime = inode->mtime;
	n->page_size = inode->size;
	if (same || inode->pages.count == 0)
		return;
	if (inode->ext.mappings == 0 || n->reader == NULL) {
		filemap_free(inode);
		return;
	}
	arch_patch_stale(inode);
	(void)p9_write_back(inode);
	for (uint64_t i = 0; err == 0 && (page = radix_next(&inode->pages, &i)) != NULL; i++) {
		page_get(page);
		err = read_again(inode, i, page);
		page_put(page);
	}
}

/* --- writing --- */

void p9_pages_write(struct inode *inode, uint64_t at, const void *bytes, size_t n)
{
	struct p9_node *node = p9_node(inode);

	if (inode->pages.count == 0)
		return;
	arch_patch_stale(inode);
	for (size_t done = 0, part; done < n; done += part) {
		uint64_t index = (at + done) >> PAGE_SHIFT;
		size_t off = (at + done) & PAGE_MASK;
		struct page *page = radix_get(&inode->pages, index);

		part = MIN(n - done, PAGE_SIZE - off);
		if (page == NULL)
			continue;
		bool clean = node->writer != NULL && is_clean(node, index, page);
		memcpy((char *)page_va(page) + off, (const char *)bytes + done, part);
		if (clean)
			note_clean(node, index, sum_of(page));
	}
}

/* Changed pages from `index` on, into d, with their sums.  => how many */
static unsigned gather(struct inode *inode, uint64_t index, struct p9_data *d, uintptr_t *sums)
{
	unsigned count = 0, most = (unsigned)(d->len / PAGE_SIZE);
	struct page *page;

	while (count < most && (page = radix_get(&inode->pages, index + count)) != NULL &&
	       !is_clean(p9_node(inode), index + count, page)) {
		sums[count] = sum_of(page);
		memcpy(d->bytes + (size_t)count * PAGE_SIZE, page_va(page), PAGE_SIZE);
		count++;
	}
	uint64_t end = (index + count) << PAGE_SHIFT;
	d->len = (size_t)count * PAGE_SIZE;
	if (end > inode->size)
		d->len -= MIN(d->len, end - inode->size);
	return count;
}

/* => pages written, or -errno */
static int write_run(struct inode *inode, struct p9_fid *writer, uint64_t index)
{
	struct p9_node *n = p9_node(inode);
	uintptr_t sums[WRITE_BATCH];
	struct p9_data d;
	int err = p9_write_begin(writer, WRITE_BATCH * PAGE_SIZE, &d);

	if (err < 0)
		return err;
	unsigned count = gather(inode, index, &d, sums);
	size_t want = d.len;
	ssize_t done = want == 0 ? 0 : p9_write(writer, index << PAGE_SHIFT, &d);
	p9_data_free(&d);
	if (done < 0)
		return (int)done;
	if ((size_t)done < want)
		return -EIO;
	for (unsigned i = 0; i < count; i++)
		note_clean(n, index + i, sums[i]);
	return (int)count;
}

int p9_write_back(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);
	struct page *page;
	int err = 0, result = 0;

	if (n->writer == NULL || inode->pages.count == 0)
		return 0;
	struct p9_fid *writer = p9_fid_get(n->writer);
	for (uint64_t i = 0; (page = radix_next(&inode->pages, &i)) != NULL; i++) {
		if (is_clean(n, i, page))
			continue;
		err = write_run(inode, writer, i);
		if (err > 0)
			i += (uint64_t)err - 1;
		else if (err < 0 && result == 0)
			result = err;
	}
	p9_fid_put(writer);
	return result;
}

/* --- files that are not open ---
 *
 * Programs and libraries are opened again and again: the pages of the last KEPT_MOST files stay, with their
 * inodes, until memory is short.  They are compared with the file before they are used (p9_revalidate). */

static struct list kept = LIST_INIT(kept);
static unsigned kept_count;

static size_t drop_kept_pages(void)
{
	struct p9_node *n;
	size_t dropped = 0;

	LIST_FOREACH (n, &kept, kept) {
		dropped += n->inode->pages.count;
		filemap_free(n->inode);
	}
	return dropped;
}

void p9_unkeep(struct inode *inode)
{
	struct p9_node *n = p9_node(inode);

	if (!n->is_kept)
		return;
	n->is_kept = false;
	list_remove(&n->kept);
	kept_count--;
	inode_put(inode);
}

void p9_unkeep_all(struct super *sb)
{
	struct p9_node *n, *next;

	LIST_FOREACH_SAFE (n, next, &kept, kept) {
		if (n->inode->sb == sb)
			p9_unkeep(n->inode);
	}
}

void p9_keep(struct inode *inode)
{
	static struct shrinker shrinker = { .shrink = drop_kept_pages, .useful = true };
	struct p9_node *n = p9_node(inode);

	forget_writing(n);
	if (inode->pages.count == 0 || n->gone || n->hidden != NULL || inode->nlink == 0) {
		filemap_free(inode);
		return;
	}
	if (shrinker.link.next == NULL)
		shrinker_add(&shrinker);
	n->is_kept = true;
	inode_get(inode);
	list_append(&kept, &n->kept);
	if (++kept_count > KEPT_MOST)
		p9_unkeep(LIST_FIRST(&kept, struct p9_node, kept)->inode);
}

/* --- the end --- */

void p9_pages_free(struct inode *inode)
{
	filemap_free(inode);
	forget_writing(p9_node(inode));
}
