/* forklog.c: the lines of the fork log: forks, what they changed, how their pauses ended, who woke
 * whom afterwards.  docs/FORK.md lists them; proc/forklog_out.c writes them.
 *
 * Where a call came from: the program is not unwound here, which would need its tables.  Instead all
 * words of its stack that are return addresses (in executable pages of a file, behind a call
 * instruction) are told with their place, innermost first; stale ones are among them, and the
 * reader, who has the files, sorts them out.
 *
 * Whom a split child needed: from the first split on each sleep of each process is told, with who
 * ended it, and what it got without a sleep (proc/forkneed.c).  The reader finds whether the child's
 * parent is among those that it hung on. */

#include <linux/sched.h>

#include "fs/fd.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "mm/view.h"
#include "proc/forklog.h"
#include "proc/internal.h"
#include "syscalls/syscalls.h"
#include "syscalls/trace.h"

#define FRAMES	   40		/* return addresses that are told */
#define SCAN_MAX   (64ul << 10) /* bytes of stack that are looked at */
#define PAGES_TOLD 256		/* of one fork */
#define SPANS	   12		/* of changed bytes in a page; the last one takes the rest */
#define WAITS_TOLD 16		/* of a process */
#define ARGV_SHOWN 160		/* bytes */

struct frame {
	uintptr_t slot, addr;
	int file;
	uint64_t offset;
};

static struct frame frames[FRAMES];
static unsigned pages_told, pages_more;
static bool tell_switches;
uint64_t forklog_first_split;

void forklog_init(const char *what)
{
	static const char *const modes[] = { "full", "cow", "vfork" };

	if (!forklog_open())
		return;
	tell_switches = strcmp(what, "switches") == 0;
	if (strcmp(what, "map") == 0)
		forkmap_at_peaks();
	forklog_line("start");
	forklog_put(",\"version\":1,\"fork\":\"%s\"}\n", modes[fork_mode]);
}

/* --- where a call came from --- */

/* The place of an executable address in its file.  => false: it is in none */
static bool place(struct view *v, struct frame *f)
{
	const struct vma *vma = vma_find(v, f->addr);

	if (vma == NULL || vma->file == NULL || vma->kind != VMA_FILE || !(vma->prot & 4))
		return false;
	f->file = forklog_file(vma->file);
	f->offset = vma->offset + (f->addr - vma->start);
	return true;
}

static bool is_return(struct view *v, uintptr_t addr)
{
	uint8_t code[ARCH_CALL_MAX] = { 0 };

	for (unsigned i = 0; i < sizeof(code); i++) {
		uintptr_t at = addr - sizeof(code) + i;
		struct page *page = view_peek(v, at);
		if (page == NULL)
			return false;
		code[i] = ((const uint8_t *)page_va(page))[at % PAGE_SIZE];
	}
	return arch_after_call(code);
}

/* All return addresses from sp on.  => their number */
static unsigned scan_stack(struct view *v, uintptr_t sp)
{
	const struct vma *stack = vma_find(v, sp);
	unsigned n = 0;

	if (stack == NULL)
		return 0;
	uintptr_t end = MIN(stack->end, sp + SCAN_MAX);
	for (uintptr_t at = (sp + 7) & ~7ul; at < end && n < FRAMES; at += 8) {
		struct page *page = view_peek(v, at);
		if (page == NULL) {
			at = (at | (PAGE_SIZE - 1)) - 7;
			continue;
		}
		struct frame f = { .slot = at };
		f.addr = *(const uint64_t *)((const char *)page_va(page) + at % PAGE_SIZE);
		if (f.addr >= PAGE_SIZE && f.addr < USER_END && place(v, &f) &&
		    is_return(v, f.addr))
			frames[n++] = f;
	}
	return n;
}

/* The C library's vfork() keeps its return address, which the child would overwrite, in a register
 * that is an argument of the call. */
static void vfork_caller(struct view *v)
{
	struct frame f = { .addr = regs_arg(task_regs(current), 0) };

	if (f.addr >= PAGE_SIZE && f.addr < USER_END && place(v, &f) && is_return(v, f.addr))
		forklog_put(",\"caller\":[%d,%lu]", f.file, (unsigned long)f.offset);
}

/* Above this the stack is its caller's: the frame that called the library that made the call. */
static uintptr_t border(const struct frame *ip, unsigned n, uintptr_t sp)
{
	for (unsigned i = 0; i < n; i++)
		if (frames[i].file != ip->file)
			return frames[i].slot + 8;
	return n > 0 ? frames[0].slot + 8 : sp;
}

/* --- forks --- */

/* All files get their numbers now: at the end of the pause there may be no names any more. */
static void number_files(const struct view *v)
{
	for (const struct vma *vma = vma_first(v); vma != NULL; vma = vma_next(vma))
		if (vma->file != NULL && vma->kind == VMA_FILE)
			(void)forklog_file(vma->file);
}

static unsigned depth_of(const struct view *v)
{
	unsigned n = 0;

	for (; v->under != NULL; v = v->under)
		n++;
	return n;
}

void forklog_fork(const struct clone_request *rq, struct fork_record *r, pid_t child, long err)
{
	struct task *t = current;
	struct view *v = t->view;
	struct frame ip = { .addr = regs_ip(task_regs(t)), .file = -1 };
	uintptr_t sp = regs_sp(task_regs(t));

	if (!forklog_on || v == NULL)
		return;
	unsigned n = scan_stack(v, sp);
	if (!place(v, &ip))
		ip.offset = ip.addr;
	if (r != NULL) {
		r->sp = sp;
		r->stack_border = border(&ip, n, sp);
	}
	number_files(v);
	int exe = t->proc->exe == NULL ? -1 : forklog_file(t->proc->exe);
	forklog_line("fork");
	forklog_put(",\"kind\":\"%s\",\"flags\":%lu,\"pid\":%d,\"tid\":%d,\"child\":%d",
		    r == NULL ? "share" : fork_kind_name(r->kind), (unsigned long)rq->flags,
		    t->proc->pid, t->tid, child);
	forklog_text("comm", t->comm, strnlen(t->comm, sizeof(t->comm)));
	forklog_put(",\"exe\":%d,\"threads\":%u,\"depth\":%u,\"error\":%ld,\"ip\":[%d,%lu]", exe,
		    t->proc->task_count, depth_of(v), -err, ip.file, (unsigned long)ip.offset);
	if (rq->flags & CLONE_CHILD_SETTID)
		forklog_put(",\"settid\":%lu", (unsigned long)rq->child_tid);
	if (r != NULL && r->kind == FORK_VFORK)
		vfork_caller(v);
	forklog_put(",\"sp\":%lu,\"stack\":[", (unsigned long)sp);
	for (unsigned i = 0; i < n; i++)
		forklog_put("%s[%lu,%d,%lu]", i > 0 ? "," : "",
			    (unsigned long)(frames[i].slot - sp), frames[i].file,
			    (unsigned long)frames[i].offset);
	forklog_put("]}\n");
}

/* --- ends of pauses --- */

void forklog_descriptor(long nr)
{
	static const char first[] = "(int fd";
	const char *args = trace_arguments(nr);
	char buf[128];

	if (args == NULL || strncmp(args, first, sizeof(first) - 1) != 0 ||
	    current->proc->files == NULL)
		return;
	int fd = (int)regs_arg(task_regs(current), 0);
	struct file *f = fd_get(fd);
	if (f == NULL)
		return;
	const char *name = file_path(f, buf, sizeof(buf));
	forklog_put(",\"fd\":%d", fd);
	forklog_text("on", name, strlen(name));
	file_put(f);
}

void forklog_end_begin(const struct fork_record *r, const struct view *shadow)
{
	if (!forklog_on)
		return;
	bool split = shadow != NULL && r->end != FORK_EXEC && r->end != FORK_EXIT;
	struct task *t = split ? LIST_FIRST(&shadow->tasks, struct task, view_link) : NULL;

	if (split && forklog_first_split == 0)
		forklog_first_split = clock_ns();
	forklog_line("end");
	forklog_put(",\"pid\":%d,\"child\":%d,\"end\":\"%s\",\"pause\":%lu", r->parent, r->child,
		    fork_end_name(r->end), (unsigned long)r->pause_ns);
	if (r->end == FORK_BLOCK) {
		forklog_put(",\"call\":\"%s\"", syscall_name(r->end_call));
		if (t == current)
			forklog_descriptor(r->end_call);
	} else if (r->end == FORK_SIGNAL) {
		forklog_put(",\"signal\":%ld", r->end_call);
	}
	pages_told = pages_more = 0;
	if (shadow != NULL)
		forklog_put(",\"pages\":[");
}

/* Which bytes of two pages differ, in words of 8: pairs of offset and length. */
static void spans(const uint64_t *now, const uint64_t *before)
{
	unsigned start[SPANS] = { 0 }, end[SPANS] = { 0 }, n = 0;

	for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
		if (now[i] == before[i])
			continue;
		if (n > 0 && (i <= end[n - 1] + 1 || n == SPANS)) {
			end[n - 1] = i + 1;
		} else {
			start[n] = i;
			end[n++] = i + 1;
		}
	}
	for (unsigned i = 0; i < n; i++)
		forklog_put(",%u,%u", start[i] * 8, (end[i] - start[i]) * 8);
}

/* What the page belongs to: a file and the offset in it (also for the zeroed data behind it), the
 * heap, a stack (from where the stack pointer was), or its address. */
static void page_place(const struct view *v, const struct vma *vma, uintptr_t addr, uintptr_t sp)
{
	const struct vma *of = vma->kind == VMA_ANON ? vma_find(v, vma->start - 1) : vma;

	if (sp >= vma->start && sp < vma->end)
		forklog_put("\"stack\",%ld", (long)(addr - sp));
	else if (vma->kind == VMA_HEAP)
		forklog_put("\"heap\",%lu", (unsigned long)(addr - v->brk_start));
	else if (of != NULL && of->kind == VMA_FILE && of->file != NULL)
		forklog_put("%d,%lu", forklog_known(of->file),
			    (unsigned long)(of->offset + (addr - of->start)));
	else
		forklog_put("\"%s\",%lu", vma->kind == VMA_STACK ? "stacks" : "mmap",
			    (unsigned long)addr);
}

void forklog_page(const struct view *shadow, const struct vma *vma, uintptr_t addr, const void *now,
		  const void *before)
{
	if (!forklog_on)
		return;
	if (pages_told == PAGES_TOLD) {
		pages_more++;
		return;
	}
	forklog_put("%s[", pages_told++ > 0 ? "," : "");
	page_place(shadow, vma, addr, shadow->record->sp);
	spans(now, before);
	forklog_put("]");
}

void forklog_end_done(const struct fork_record *r)
{
	if (!forklog_on)
		return;
	if (r->stack_border != 0 && r->kind != FORK_VFORK && r->kind != FORK_CLONE_VFORK) {
		forklog_put("],\"more\":%u,\"border\":%lu", pages_more,
			    (unsigned long)(r->stack_border - r->sp));
		for (int a = 0; a < AREA_COUNT; a++)
			forklog_put(",\"%s\":[%u,%lu]", fork_area_name((enum fork_area)a),
				    r->pages[a], (unsigned long)r->bytes[a]);
	}
	forklog_put(",\"cost\":%lu}\n", (unsigned long)r->cost_ns);
}

void forklog_stuck(const struct task *t)
{
	if (!forklog_on)
		return;
	forklog_line("stuck");
	forklog_put(",\"pid\":%d,\"call\":\"%s\"}\n", t->proc->pid, syscall_name(task_sysno(t)));
}

/* --- the lives of processes --- */

void forklog_exec(struct file *exe)
{
	const struct proc *p = current->proc;
	struct view *v = current->view;
	char argv[ARGV_SHOWN];

	if (!forklog_on)
		return;
	int file = forklog_file(exe);
	ssize_t n = view_read(v, v->arg_start, argv, MIN(sizeof(argv), v->arg_end - v->arg_start));
	forklog_line("exec");
	forklog_put(",\"pid\":%d,\"ppid\":%d,\"file\":%d", p->pid, p->ppid, file);
	for (ssize_t i = 0; i < n; i++)
		if (argv[i] == '\0')
			argv[i] = ' ';
	while (n > 0 && argv[n - 1] == ' ')
		n--;
	forklog_text("argv", argv, n < 0 ? 0 : (size_t)n);
	forklog_put("}\n");
}

void forklog_exit(int code)
{
	if (!forklog_on)
		return;
	forklog_line("exit");
	forklog_put(",\"pid\":%d,\"status\":%d}\n", current->proc->pid, code);
}

/* The current process has waited in nr, or was stopped (-1), until `by` ended that. */
static void tell_wait(uint64_t since, long nr, pid_t by)
{
	struct proc *p = current->proc;
	bool news = by == p->ppid && !p->told_by_parent;

	if (!forklog_on || forklog_first_split == 0 || (p->told_waits >= WAITS_TOLD && !news))
		return;
	p->told_waits++;
	p->told_by_parent |= by == p->ppid;
	forklog_line("wait");
	forklog_put(",\"pid\":%d,\"since\":%lu,\"call\":\"%s\",\"by\":%d", p->pid,
		    (unsigned long)since, nr < 0 ? "stop" : syscall_name(nr), by);
	if (nr >= 0)
		forklog_descriptor(nr);
	forklog_put("}\n");
}

void forklog_wait(uint64_t since)
{
	struct task *t = current;

	tell_wait(since, task_sysno(t), t->timed_out ? -1 : t->woken_by);
}

void forklog_stopped(uint64_t since)
{
	tell_wait(since, -1, current->woken_by);
}

void forklog_switch(const struct task *next)
{
	if (!forklog_on || !tell_switches)
		return;
	forklog_line("run");
	forklog_put(",\"pid\":%d,\"tid\":%d}\n", next == NULL ? 0 : next->proc->pid,
		    next == NULL ? 0 : next->tid);
}
