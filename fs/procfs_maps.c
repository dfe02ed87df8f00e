/* procfs_maps.c: /proc/<pid>/maps, smaps, smaps_rollup and mem. */

#include <linux/fs.h>

#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define NAME_COLUMN 73
#define NAME_ROOM   4096

/* What stands behind a range; NULL: nothing. */
static const char *name_of(const struct vma *vma, char *buf)
{
	if (vma->kind == VMA_STUBS)
		return "[stubs]";
	if (vma->file != NULL)
		return file_path(vma->file, buf, NAME_ROOM);
	switch (vma->kind) {
	case VMA_HEAP: return "[heap]";
	case VMA_STACK: return "[stack]";
	case VMA_STUBS:
	case VMA_ANON:
	case VMA_FILE: break;
	}
	return NULL;
}

static void name_put(struct text *t, size_t line, const char *name)
{
	if (name != NULL) {
		size_t width = t->len - line;
		text_printf(t, "%*s", width < NAME_COLUMN - 1 ? (int)(NAME_COLUMN - width) : 1, "");
		text_escaped(t, name, "\n");
	}
	text_printf(t, "\n");
}

static void show_vma(struct text *t, const struct vma *vma, char *buf)
{
	bool named = vma->file != NULL && vma->kind != VMA_STUBS;
	const struct inode *inode = named ? vma->file->inode : NULL;
	dev_t dev = inode == NULL ? 0 : inode->sb->dev;
	size_t line = t->len;

	text_printf(t, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->start, vma->end,
		    vma->prot & 1 ? 'r' : '-', vma->prot & 2 ? 'w' : '-', vma->prot & 4 ? 'x' : '-',
		    vma->flags & VM_SHARED ? 's' : 'p',
		    inode == NULL ? 0 : (unsigned long)vma->offset, dev_major(dev), dev_minor(dev),
		    inode == NULL ? 0 : (unsigned long)inode->ino);
	name_put(t, line, name_of(vma, buf));
}

/* The vDSO is no part of any view: one range for everybody, above all of them. */
static void show_vdso(struct text *t)
{
	uintptr_t base = arch_vdso_base();
	size_t line = t->len;

	if (base == 0)
		return;
	text_printf(t, "%08lx-%08lx r-xp 00000000 00:00 0 ", base, base + arch_vdso_size());
	name_put(t, line, "[vdso]");
}

/* Call show for each range.  => 0, -EACCES, -ENOMEM */
static int each_vma(struct text *t, const struct inode *inode,
		    void (*show)(struct text *t, const struct view *v, const struct vma *vma,
				 char *buf))
{
	const struct proc *p = procfs_proc(inode);

	if (p->view == NULL)
		return 0;
	char *buf = kmalloc(NAME_ROOM);
	if (buf == NULL)
		return -ENOMEM;
	for (const struct vma *vma = vma_first(p->view); vma != NULL; vma = vma_next(vma))
		show(t, p->view, vma, buf);
	kfree(buf);
	return 0;
}

static void maps_line(struct text *t, const struct view *v, const struct vma *vma, char *buf)
{
	(void)v;
	show_vma(t, vma, buf);
}

int procfs_show_maps(struct text *t, const struct inode *inode)
{
	int err = each_vma(t, inode, maps_line);

	if (err == 0 && procfs_proc(inode)->view != NULL)
		show_vdso(t);
	return err;
}

/* --- smaps --- */

/* "KEY:" padded to 16 columns and the number to 8.  A format string would take ten times as long, and
 * each mapping has two dozen of these lines. */
static void kb(struct text *t, const char *key, size_t bytes)
{
	char line[] = "                        kB\n";
	size_t len = strlen(key), at = sizeof(line) - sizeof(" kB\n"), n = bytes / 1024;

	memcpy(line, key, len);
	line[len] = ':';
	do {
		line[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0 && at > len + 1);
	text_put(t, line, sizeof(line) - 1);
}

/* What smaps and smaps_rollup both say. */
static void smaps_counts(struct text *t, const struct resident *r, bool rollup)
{
	kb(t, "Rss", resident_all(r));
	kb(t, "Pss", r->pss);
	kb(t, "Pss_Dirty", r->pss_dirty);
	if (rollup) {
		kb(t, "Pss_Anon", r->pss_anon);
		kb(t, "Pss_File", r->pss_file);
		kb(t, "Pss_Shmem", r->pss_shmem);
	}
	kb(t, "Shared_Clean", r->shared_clean);
	kb(t, "Shared_Dirty", r->shared_dirty);
	kb(t, "Private_Clean", r->private_clean);
	kb(t, "Private_Dirty", r->private_dirty);
	kb(t, "Referenced", resident_all(r));
	kb(t, "Anonymous", r->anon);
	kb(t, "KSM", 0);
	kb(t, "LazyFree", 0);
	kb(t, "AnonHugePages", 0);
	kb(t, "ShmemPmdMapped", 0);
	kb(t, "FilePmdMapped", 0);
	kb(t, "Shared_Hugetlb", 0);
	kb(t, "Private_Hugetlb", 0);
	kb(t, "Swap", 0);
	kb(t, "SwapPss", 0);
	kb(t, "Locked", 0);
}

static void smaps_flags(struct text *t, const struct vma *vma)
{
	const struct {
		bool set;
		const char *name;
	} flags[] = {
		{ vma->prot & 1, "rd" },
		{ vma->prot & 2, "wr" },
		{ vma->prot & 4, "ex" },
		{ vma->flags & VM_SHARED, "sh" },
		{ true, "mr" },
		{ !(vma->flags & VM_SHARED) || (vma->file->flags & O_ACCMODE) == O_RDWR, "mw" },
		{ true, "me" },
		{ vma->flags & VM_SHARED, "ms" },
		{ vma->flags & VM_GROWSDOWN, "gd" },
		{ vma->flags & VM_DONTFORK, "dc" },
		{ (vma->prot & 2) && !(vma->flags & (VM_SHARED | VM_NORESERVE)), "ac" },
		{ vma->flags & VM_NORESERVE, "nr" },
		{ vma->flags & VM_WIPEONFORK, "wf" },
	};

	text_printf(t, "THPeligible:           0\nVmFlags:");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].set)
			text_printf(t, " %s", flags[i].name);
	}
	text_printf(t, " \n");
}

static void smaps_block(struct text *t, const struct view *v, const struct vma *vma, char *buf)
{
	struct resident r = { 0 };

	resident_add(&r, v, vma);
	show_vma(t, vma, buf);
	kb(t, "Size", vma->end - vma->start);
	kb(t, "KernelPageSize", PAGE_SIZE);
	kb(t, "MMUPageSize", PAGE_SIZE);
	smaps_counts(t, &r, false);
	smaps_flags(t, vma);
}

int procfs_show_smaps(struct text *t, const struct inode *inode)
{
	return each_vma(t, inode, smaps_block);
}

int procfs_show_smaps_rollup(struct text *t, const struct inode *inode)
{
	const struct view *v = procfs_proc(inode)->view;
	const struct vma *vma, *last = NULL;

	if (v == NULL)
		return -ESRCH;
	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma))
		last = vma;
	struct resident r = resident_of(v);
	size_t line = t->len;
	text_printf(t, "%08lx-%08lx ---p 00000000 00:00 0 ", last == NULL ? 0 : vma_first(v)->start,
		    last == NULL ? 0 : last->end);
	name_put(t, line, "[rollup]");
	smaps_counts(t, &r, true);
	return 0;
}

/* --- mem: the memory itself, the place being the address --- */

#define CHUNK PAGE_SIZE

static int mem_open(struct inode *inode, struct file *f)
{
	const struct proc *p = procfs_proc(inode);

	(void)f;
	return p == NULL ? -ESRCH : procfs_may_inspect(p);
}

/* A chunk from or to the process at *pos.  => bytes, -errno */
static ssize_t mem_chunk(struct file *f, struct iobuf *b, off_t *pos, char *buf, bool write)
{
	const struct proc *p = procfs_proc(f->inode);
	size_t n = MIN(iobuf_left(b), CHUNK - ((size_t)*pos & (CHUNK - 1)));

	if (p == NULL || p->view == NULL)
		return 0;
	if (write && iobuf_take(b, buf, n) != n)
		return -EFAULT;
	if (write) /* a view that others borrow from must not change */
		view_unpause(p->view, 0);
	ssize_t done = write ? view_write(p->view, (uintptr_t)*pos, buf, n, true)
			     : view_read(p->view, (uintptr_t)*pos, buf, n);
	if (done <= 0)
		return -EIO;
	if (!write)
		done = (ssize_t)iobuf_put(b, buf, (size_t)done);
	*pos += done;
	return done == 0 ? -EFAULT : done;
}

static ssize_t mem_transfer(struct file *f, struct iobuf *b, off_t *pos, bool write)
{
	char *buf = kmalloc(CHUNK);
	ssize_t done = 0, n = 0;

	if (buf == NULL)
		return -ENOMEM;
	while (iobuf_left(b) > 0 && (n = mem_chunk(f, b, pos, buf, write)) > 0)
		done += n;
	kfree(buf);
	return done > 0 ? done : n;
}

static ssize_t mem_read(struct file *f, struct iobuf *b, off_t *pos)
{
	return mem_transfer(f, b, pos, false);
}

static ssize_t mem_write(struct file *f, struct iobuf *b, off_t *pos)
{
	return mem_transfer(f, b, pos, true);
}

static off_t mem_llseek(struct file *f, off_t off, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return f->pos = whence == SEEK_CUR ? f->pos + off : off;
}

const struct file_ops procfs_mem_ops = {
	.any_place = true,
	.open = mem_open,
	.read = mem_read,
	.write = mem_write,
	.llseek = mem_llseek,
};
