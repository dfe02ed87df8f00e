/* view.h: windows of the one address space, and what each process sees in its own.
 *
 * A window is an aligned 64 GiB range that belongs to one family of processes.  A view is what one
 * process sees there: a list of mapped ranges (VMAs) and the window's 64 top entries, each of which
 * covers 1 GiB and points to ordinary page tables below.  view_install() copies the top entries of
 * one view of the window into the page table of the machine; a family of one never needs it again.
 *
 * A shadow is the view of a forked child while its parent is paused: see mm/fork.c for how tables
 * are borrowed and later shared.
 *
 * Locks: everything here runs under the kernel's single CPU without preemption. */
#ifndef MM_VIEW_H
#define MM_VIEW_H

#include "arch/arch.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/tree.h"
#include "mm/page.h"
#include "proc/forkrec.h"

struct file;
struct inode;
struct view;

#define WINDOW_SHIFT 36
#define WINDOW_SIZE  (1ul << WINDOW_SHIFT) /* 64 GiB */
#define WINDOW_TOPS  64			   /* top entries of a window, 1 GiB each */
#define WINDOW_COUNT 2048 /* window 0 is for non-PIE programs; the last is not used */

/* Where a view comes from, in times of birth, which are unique: mm/changes.c. */
struct kin {
	uint64_t born;
	uint64_t origin; /* of the view that it was forked from; 0: of none */
	uint64_t family; /* of the first of the family */
};
struct change_log;

struct window {
	unsigned number;
	unsigned views;		/* views that live here */
	struct view *installed; /* whose top entries are in the page table; NULL: none */
	uint64_t flush;	 /* count of full TLB flushes when it was last taken out of the table */
	struct kin last; /* who that was */
	struct change_log *log; /* mm/changes.c; NULL: no views, or no memory for it */
};

/* One window of a view. */
struct pane {
	struct window *win;
	uint64_t used; /* bit i: top[i] is not 0 */
	pte_t top[WINDOW_TOPS];
};

#define VIEW_PANES 4 /* windows that one process can have */

/* What a range of a view is.  For /proc/<pid>/maps, the fork records and the fault policy. */
enum vma_kind { VMA_ANON, VMA_FILE, VMA_HEAP, VMA_STACK, VMA_STUBS };

struct vma {
	struct tnode node;    /* key = start */
	uintptr_t start, end; /* page aligned, start < end */
	unsigned prot;	      /* PROT_READ | PROT_WRITE | PROT_EXEC */
	unsigned flags;	      /* VM_* */
	enum vma_kind kind;
	struct file *file; /* a reference, or NULL: anonymous */
	uint64_t offset;   /* byte of the file at start, page aligned */
};

enum {
	VM_SHARED = 1,	  /* MAP_SHARED: the same pages in all views */
	VM_GROWSDOWN = 2, /* a stack: may grow to stack_limit */
	VM_NORESERVE = 4,
	VM_DENYGUARD = 8, /* keep a gap of STACK_GUARD below (stacks) */
	VM_WIPEONFORK = 16,
	VM_DONTFORK = 32,
	VM_NOWRITE = 128, /* a shared mapping of a sealed file: never to be written to */
	VM_LOCKED = 256,  /* mlock(2): counted only, since all memory is resident */
	VM_WASSTACK = 64, /* the upper part of a stack that was split: never merged with others */
};

struct view {
	refcount_t ref; /* processes and tasks that use it */
	struct pane *pane[VIEW_PANES];
	struct tree vmas;
	size_t vma_count;
	bool lock_future;	  /* mlockall(MCL_FUTURE) */
	size_t mapped, peak;	  /* bytes in all VMAs; the most there ever were */
	size_t most_resident;	  /* pages, the last few times they were counted */
	size_t uncounted;	  /* bytes unmapped since then */
	uintptr_t mmap_top;	  /* mmap looks for room downwards from here */
	uintptr_t brk_start, brk; /* the heap */
	uintptr_t stack_top;	  /* of the first thread */
	uintptr_t stack_limit;	  /* lowest address the first stack may reach */
	uintptr_t arg_start, arg_end, env_start, env_end; /* for /proc/<pid>/cmdline, environ */
	uintptr_t auxv_start, auxv_end;			  /* and auxv */
	uintptr_t exe_base, exe_end;			  /* the executable's image, for symbols */
	uintptr_t interp_base;				  /* the interpreter's, or 0 */

	bool reaped;	     /* its process was killed and its memory taken: no more faults */
	struct view *under;  /* shadow: the paused view below; NULL when an ordinary view */
	struct view *shadow; /* the shadow that covers this view (which is then paused); or NULL */
	struct list tasks;   /* tasks that run in this view (task.view_link) */
	struct list shadow_link;    /* shadows: in the list of all shadows */
	uint64_t paused_since;	    /* shadow: clock_ns() when the pause began, */
	uint64_t pause_end;	    /* and when it may end, or */
	bool pause_alarm;	    /* is to end */
	struct fork_record *record; /* the fork that made this shadow, until it is finished */

	struct kin kin;
	uint64_t cow_faults; /* copies made by this view since it was created */
	struct fork_record
		*parent_record; /* newest finished fork of this view, for its later faults */
};

/* --- windows and views: mm/view.c --- */

void view_init(void);

/* A new empty view in a window of its own; `hint`: the number of the window that is wanted if it is
 * free (0: none).  view_create_at0: in window 0, where several views live side by side.
 * => NULL: no memory or no window */
struct view *view_create(unsigned hint);
struct view *view_create_at0(void);
/* An empty view in the same windows as `like`: for a shadow. */
struct view *view_create_beside(const struct view *like);
void view_get(struct view *v);
void view_put(struct view *v); /* NULL is allowed */

/* Make v the visible one in its windows.  The only place that writes a window's top entries. */
void view_install(struct view *v);

/* Which VMA holds addr.  => NULL: nobody's */
struct vma *vma_find(const struct view *v, uintptr_t addr);
/* The first VMA that touches [start, end).  => NULL */
struct vma *vma_first_in(const struct view *v, uintptr_t start, uintptr_t end);
struct vma *vma_first(const struct view *v);
struct vma *vma_next(const struct vma *vma);
/* Is [addr, addr + len) inside the view's own windows? */
bool view_owns(const struct view *v, uintptr_t addr, size_t len);

/* --- mapping: mm/mmap.c --- */

/* Map [addr, addr + len) which must be free and inside the view; takes its own reference of file.
 * => 0, -ENOMEM, -EEXIST */
int view_map(struct view *v, uintptr_t addr, size_t len, unsigned prot, unsigned vm_flags,
	     enum vma_kind kind, struct file *file, uint64_t offset);
/* Find room for len bytes, downwards from mmap_top.  => address, or 0: none */
uintptr_t view_find_room(struct view *v, size_t len);
/* Is nothing mapped in the range? */
bool view_range_free(const struct view *v, uintptr_t addr, size_t len);
/* Bytes with VM_LOCKED, in all and in a range. */
size_t view_locked(const struct view *v);
size_t view_locked_in(const struct view *v, uintptr_t start, uintptr_t end);
/* Set and clear VM_* flags of what is mapped in the range.  => 0, -ENOMEM */
int view_change_flags(struct view *v, uintptr_t addr, size_t len, unsigned set, unsigned clear);
/* Unmap what is mapped in the range (page aligned).  => 0, -ENOMEM (a VMA had to be split) */
int view_unmap(struct view *v, uintptr_t addr, size_t len);
/* Something at addr was unmapped: if it was the last of a file in front of that file's stubs, they go
 * as well. */
void view_drop_stubs(struct view *v, uintptr_t addr);
int view_protect(struct view *v, uintptr_t addr, size_t len, unsigned prot);
/* Move the pages of [from, from + len) to `to`, where a like VMA is, for mremap.  => 0, -ENOMEM */
int view_move_pages(struct view *v, uintptr_t from, uintptr_t to, size_t len);
/* Drop the pages of a range; the next touch reads zeroes or the file again. */
void view_discard(struct view *v, uintptr_t addr, size_t len);

/* A file was cut off: unmap its pages from byte `from` (page aligned) on everywhere, private copies
 * too; the next touch is SIGBUS. */
void view_forget_file(struct inode *inode, uint64_t from);
/* The file has another page at `index` now: unmap this one.  Private copies stay. */
void view_forget_page(struct inode *inode, uint64_t index, const struct page *page);

/* --- faults: mm/fault.c --- */

enum { FAULT_READ = 0, FAULT_WRITE = 1, FAULT_EXEC = 2 };

/* What became of a fault. */
struct fault_result {
	int signo; /* 0: served; else SIGSEGV, SIGBUS or SIGKILL (out of memory) */
	int code;  /* si_code */
};

/* Make addr accessible in v if the view allows it.  v need not be installed.
 * => signo 0 when done (also when there was nothing to do) */
struct fault_result view_fault(struct view *v, uintptr_t addr, unsigned access);

/* Read and write another view's memory (or one that is not installed), as a program would, but
 * without regard to PROT_* when `force`.  => bytes done, or -EFAULT if none */
ssize_t view_read(struct view *v, uintptr_t addr, void *buf, size_t len);
ssize_t view_write(struct view *v, uintptr_t addr, const void *buf, size_t len, bool force);

/* Pages that v maps now, shared ones included, and page-table pages below its top entries that are
 * its own: by a walk. */
size_t view_resident(const struct view *v);
/* The most there ever were, or since view_forget_most_resident().  Pages that have gone meanwhile and
 * take less than RESIDENT_SLACK in all may be missing: they are counted as seldom as that. */
#define RESIDENT_SLACK (256ul << 10)
size_t view_most_resident(const struct view *v);
void view_forget_most_resident(struct view *v);
/* The same without what a shadow borrows: its cost does not depend on the size of the view below. */
size_t view_resident_own(const struct view *v);
size_t view_tables(const struct view *v);

/* Call fn for each page that v maps now in [start, end), page aligned, in order: mm/resident.c.
 * fn may not let others run. */
void view_each_page(const struct view *v, uintptr_t start, uintptr_t end,
		    void (*fn)(uintptr_t addr, const struct page *page, void *arg), void *arg);

/* The page that addr maps now, without faulting.  => NULL; no reference is taken */
struct page *view_peek(struct view *v, uintptr_t addr);
/* Put page (a new reference is taken) into the view at addr in place of what is there, readable and
 * executable as the VMA says, never writable.  For patched text.  => 0, -ENOMEM */
int view_replace(struct view *v, uintptr_t addr, struct page *page);

/* Let the view show the file's own pages in place of patched ones.  => 0, -ENOMEM */
int view_unpatch(struct view *v, uintptr_t addr, size_t len);

/* --- fork: mm/fork.c --- */

/* A shadow over parent.  The parent's tasks are paused until view_uncover() or view_split().
 * => NULL: no memory */
struct view *view_shadow(struct view *parent);
/* The child of a shadow leaves (exec or exit): the view below becomes visible and runnable again. */
void view_uncover(struct view *shadow);
/* Make v, and every paused view below it, an ordinary view that shares pages copy-on-write.
 * `why` and `detail` (system call or signal) go into the records.  Cannot fail. */
void view_split(struct view *v, enum fork_end why, long detail);
/* Make v runnable again, if a shadow covers it, by a split: signal signo wants one of its tasks. */
void view_unpause(struct view *v, int signo);

/* Free everything mapped in v (the last reference does it as well). */
void view_clear(struct view *v);

/* A child that neither execs nor exits for so long has work of its own to do.  With the fork log, its
 * parent is paused for so long; without, for half a millisecond, or until the tick. */
#define PAUSE_LIMIT (10 * NSEC_PER_MSEC)

/* Split shadows whose parent has been paused for longer than the limit.  From the scheduler's
 * timer.  => when the next one is due, UINT64_MAX: none */
uint64_t view_shadow_tick(uint64_t now);
/* Is v covered by a shadow: must its tasks not run? */
static inline bool view_paused(const struct view *v)
{
	return v != NULL && v->shadow != NULL;
}

/* Is any view paused? */
bool view_any_paused(void);

/* How fork behaves: option fork=full|cow|vfork. */
enum fork_mode { FORK_MODE_FULL, FORK_MODE_COW, FORK_MODE_VFORK };
extern enum fork_mode fork_mode;

extern size_t view_count, vma_total, window_count;
extern uint64_t view_splits, view_cow_faults;

#endif
