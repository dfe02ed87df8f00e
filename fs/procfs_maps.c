/* procfs_maps.c: /proc/<pid>/maps and smaps. */

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
		    void (*show)(struct text *t, struct view *v, const struct vma *vma, char *buf))
{
	const struct proc *p = procfs_proc(inode);
	int err = procfs_may_inspect(p);

	if (err < 0 || p->view == NULL)
		return err;
	char *buf = kmalloc(NAME_ROOM);
	if (buf == NULL)
		return -ENOMEM;
	for (const struct vma *vma = vma_first(p->view); vma != NULL; vma = vma_next(vma))
		show(t, p->view, vma, buf);
	kfree(buf);
	return 0;
}

static void maps_line(struct text *t, struct view *v, const struct vma *vma, char *buf)
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

/* Bytes in pages of the range that are mapped now: shared with somebody, and not. */
struct resident {
	size_t shared, private;
};

static struct resident resident_of(struct view *v, const struct vma *vma)
{
	struct resident r = { 0, 0 };

	for (uintptr_t addr = vma->start; addr < vma->end; addr += PAGE_SIZE) {
		const struct page *page = view_peek(v, addr);
		if (page == NULL || page == zero_page)
			continue;
		if (page->ref > 1)
			r.shared += PAGE_SIZE;
		else
			r.private += PAGE_SIZE;
	}
	return r;
}

static void kb(struct text *t, const char *key, size_t bytes)
{
	text_printf(t, "%s:%*s%8zu kB\n", key, (int)(15 - strlen(key)), "", bytes / 1024);
}

static void smaps_flags(struct text *t, const struct vma *vma)
{
	text_printf(t, "THPeligible:           0\nVmFlags: %s%s%s%s%s\n",
		    vma->prot & 1 ? "rd " : "", vma->prot & 2 ? "wr " : "",
		    vma->prot & 4 ? "ex " : "", vma->flags & VM_SHARED ? "sh " : "",
		    vma->flags & VM_GROWSDOWN ? "gd " : "");
}

static void smaps_block(struct text *t, struct view *v, const struct vma *vma, char *buf)
{
	struct resident r = resident_of(v, vma);
	size_t rss = r.shared + r.private;
	bool dirty = (vma->prot & 2) != 0;

	show_vma(t, vma, buf);
	kb(t, "Size", vma->end - vma->start);
	kb(t, "KernelPageSize", PAGE_SIZE);
	kb(t, "MMUPageSize", PAGE_SIZE);
	kb(t, "Rss", rss);
	kb(t, "Pss", r.private + r.shared / 2);
	kb(t, "Shared_Clean", dirty ? 0 : r.shared);
	kb(t, "Shared_Dirty", dirty ? r.shared : 0);
	kb(t, "Private_Clean", dirty ? 0 : r.private);
	kb(t, "Private_Dirty", dirty ? r.private : 0);
	kb(t, "Referenced", rss);
	kb(t, "Anonymous", vma->file == NULL ? rss : 0);
	kb(t, "LazyFree", 0);
	kb(t, "AnonHugePages", 0);
	kb(t, "Swap", 0);
	kb(t, "SwapPss", 0);
	kb(t, "Locked", 0);
	smaps_flags(t, vma);
}

int procfs_show_smaps(struct text *t, const struct inode *inode)
{
	return each_vma(t, inode, smaps_block);
}
