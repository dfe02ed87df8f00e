/* forkmap.c: the one address space in the fork log: a line for each view, for `flat map`.
 *
 * Told when there are as many processes as ever before (with forklog=map) and one execs or ends, and
 * when it is asked for: "map" written to /proc/flatshare.  Pages are counted by whose they are, by a walk of all that is mapped. */

#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/view.h"
#include "proc/forklog.h"
#include "proc/internal.h"

#define REPEATS 8 /* times that as many processes as ever before are told again */

static bool at_peaks;
static size_t most;
static unsigned repeats;

/* Pages of a range. */
struct counts {
	const struct view *view;
	unsigned own, shared, borrowed, file;
};

void forkmap_at_peaks(void)
{
	at_peaks = true;
}

static void count_page(uintptr_t addr, const struct page *page, void *arg)
{
	struct counts *c = arg;
	const struct view *under = c->view->under;

	/* A shadow's table may be borrowed as a whole: the page itself says it. */
	if (under != NULL && view_peek((struct view *)under, addr) == page)
		c->borrowed++;
	else if (page_is_constant(page))
		c->file++;
	else if (page->ref > 1)
		c->shared++;
	else
		c->own++;
}

static const char *kind_of(const struct vma *vma)
{
	static const char *const names[] = {
		[VMA_ANON] = "anon",   [VMA_FILE] = "file",   [VMA_HEAP] = "heap",
		[VMA_STACK] = "stack", [VMA_STUBS] = "stubs",
	};

	return names[vma->kind];
}

/* Pages that a clean private or a shared mapping of a file has are the file's. */
static void tell_range(const struct view *v, const struct vma *vma, bool first)
{
	struct counts c = { .view = v };

	view_each_page(v, vma->start, vma->end, count_page, &c);
	if (vma->file != NULL && (!(vma->prot & 2) || (vma->flags & VM_SHARED))) {
		c.file += c.shared + c.own;
		c.shared = c.own = 0;
	}
	forklog_put("%s[%lu,%lu,%u,\"%s\",%d,%u,%u,%u,%u]", first ? "" : ",", vma->start, vma->end,
		    vma->prot, kind_of(vma),
		    vma->file != NULL && vma->kind == VMA_FILE ? forklog_known(vma->file) : -1,
		    c.own, c.shared, c.borrowed, c.file);
}

static void number_files(const struct view *v)
{
	for (const struct vma *vma = vma_first(v); vma != NULL; vma = vma_next(vma))
		if (vma->file != NULL && vma->kind == VMA_FILE)
			(void)forklog_file(vma->file);
}

static void tell_view(const struct proc *p)
{
	const struct view *v = p->view;
	const struct window *w = v->pane[0]->win;
	const char *comm = p->leader != NULL ? p->leader->comm : p->comm;

	forklog_line("view");
	forklog_put(",\"pid\":%d", p->pid);
	forklog_text("comm", comm, strnlen(comm, sizeof(p->comm)));
	forklog_put(",\"tasks\":%u,\"window\":%u,\"base\":%lu,\"id\":%lu,\"under\":%lu",
		    p->task_count, w->number, (unsigned long)w->number << WINDOW_SHIFT,
		    (unsigned long)v->kin.born,
		    v->under == NULL ? 0 : (unsigned long)v->under->kin.born);
	forklog_put(",\"paused\":%s,\"installed\":%s,\"vmas\":[",
		    v->shadow != NULL ? "true" : "false", w->installed == v ? "true" : "false");
	for (const struct vma *vma = vma_first(v); vma != NULL; vma = vma_next(vma))
		tell_range(v, vma, vma == vma_first(v));
	forklog_put("]}\n");
}

static void tell_map(bool asked)
{
	struct arch_area areas[ARCH_AREAS];
	size_t n = arch_areas(areas);
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link)
		if (p->view != NULL)
			number_files(p->view);
	forklog_line("map");
	forklog_put(",\"asked\":%s,\"areas\":[", asked ? "true" : "false");
	for (size_t i = 0; i < n; i++)
		forklog_put("%s[%lu,%lu,\"%s\"]", i == 0 ? "" : ",", areas[i].start, areas[i].end,
			    areas[i].name);
	forklog_put("]}\n");
	LIST_FOREACH (p, &proc_list, all_link)
		if (p->view != NULL)
			tell_view(p);
}

bool forkmap_ask(void)
{
	if (forklog_on)
		tell_map(true);
	return forklog_on;
}

void forkmap_look(void)
{
	const struct proc *p;
	size_t n = 0;

	if (!at_peaks || !forklog_on)
		return;
	LIST_FOREACH (p, &proc_list, all_link)
		n += p->view != NULL;
	if (n < most || (n == most && repeats == REPEATS))
		return;
	repeats = n > most ? 0 : repeats + 1;
	most = n;
	tell_map(false);
}
