/* below_mm.c: what mm/ calls and unit tests of it do not need: a table nobody walks, no files, a
 * scheduler that does nothing, and one task in whose name everything happens. */
#include <asm/errno.h>

#include "fs/vfs.h"
#include "mm/view.h"
#include "proc/forklog.h"
#include "proc/task.h"

static struct task task;
static char stack[sizeof(struct regs)] __attribute__((aligned(16)));
static pte_t tops[WINDOW_COUNT * WINDOW_TOPS];

pte_t *arch_top_slot(size_t index, bool create)
{
	(void)create;
	return &tops[index];
}

bool arch_top_free(size_t index)
{
	(void)index;
	return false;
}

void arch_tlb_flush_page(uintptr_t addr)
{
	(void)addr;
}

void arch_tlb_flush_all(void)
{
}

struct page *arch_stub_page(struct inode *inode, uint64_t i)
{
	(void)inode, (void)i;
	return NULL;
}

struct page *arch_patched_page(const struct vma *vma, uint64_t i)
{
	(void)vma, (void)i;
	return NULL;
}

struct page *inode_page(struct inode *inode, uint64_t i, int *err)
{
	(void)inode, (void)i;
	*err = -ENOMEM;
	return NULL;
}

struct page *inode_page_own(struct inode *inode, uint64_t i, int *err)
{
	return inode_page(inode, i, err);
}

struct list proc_list = LIST_INIT(proc_list);

struct inode_ext *inode_ext(struct inode *inode)
{
	(void)inode;
	return NULL;
}

void file_get(struct file *f)
{
	(void)f;
}

void file_put(struct file *f)
{
	(void)f;
}

void sched_enqueue(struct task *t)
{
	(void)t;
}

void sched_dequeue(struct task *t)
{
	(void)t;
}

bool forklog_on;

void sched_defer(struct task *t)
{
	(void)t;
}

void sched_tick_by(uint64_t when)
{
	(void)when;
}

void forklog_end_begin(const struct fork_record *r, const struct view *shadow)
{
	(void)r, (void)shadow;
}

void forklog_page(const struct view *shadow, const struct vma *vma, uintptr_t addr, const void *now,
		  const void *before)
{
	(void)shadow, (void)vma, (void)addr, (void)now, (void)before;
}

void forklog_end_done(const struct fork_record *r)
{
	(void)r;
}

void host_task(void)
{
	task.kstack_top = (uint64_t)(stack + sizeof(stack));
	host_current = &task;
}

uintptr_t arch_vdso_base(void)
{
	return 0;
}

size_t arch_vdso_size(void)
{
	return 0;
}
