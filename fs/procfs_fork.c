/* procfs_fork.c: records of forks: /proc/<pid>/fork and /proc/forks.
 *
 * A header line that begins with '#', then one line for each fork, vfork and clone of the process
 * that is remembered, oldest first, separated by spaces:
 *
 *	kind	 fork, vfork, clone_vfork, clone
 *	end	 what ended the pause of the parent: exec, exit, block (the child was about to sleep),
 *		 quantum, signal; foreseen: there was none, since the last fork from
 *		 the same place had needed a split; paused: it still lasts
 *	call	 block: the system call; signal: its number; otherwise '-'
 *	parent child	pids
 *	comm	 the parent's name; spaces and backslashes in it as \ooo
 *	caller	 where it was called from, hexadecimal: as an offset in the executable if there
 *	own_stack other_stack data heap mmap
 *		 PAGES/BYTES that the child changed before the end of the pause, by kind of memory
 *	pause_ns cost_ns
 *		 how long the parent was paused, and time spent in fork and in the end of the pause
 *	parent_cow	copy-on-write faults of the parent afterwards */

#include "fs/procfs.h"
#include "lib/print.h"
#include "syscalls/syscalls.h"

static void header(struct text *t)
{
	text_printf(t, "# kind end call parent child comm caller");
	for (int a = 0; a < AREA_COUNT; a++)
		text_printf(t, " %s", fork_area_name((enum fork_area)a));
	text_printf(t, " pause_ns cost_ns parent_cow\n");
}

static void call(struct text *t, const struct fork_record *r)
{
	if (r->end == FORK_BLOCK)
		text_printf(t, "%s", syscall_name(r->end_call));
	else if (r->end == FORK_SIGNAL)
		text_printf(t, "%ld", r->end_call);
	else
		text_printf(t, "-");
}

static void record(struct text *t, const struct fork_record *r)
{
	text_printf(t, "%s %s ", fork_kind_name(r->kind), fork_end_name(r->end));
	call(t, r);
	text_printf(t, " %d %d ", r->parent, r->child);
	text_escaped(t, r->comm[0] == '\0' ? "-" : r->comm, " \t\n\\");
	text_printf(t, " %lx", r->caller);
	for (int a = 0; a < AREA_COUNT; a++)
		text_printf(t, " %u/%lu", r->pages[a], (unsigned long)r->bytes[a]);
	text_printf(t, " %lu %lu %lu\n", (unsigned long)r->pause_ns, (unsigned long)r->cost_ns,
		    (unsigned long)r->parent_cow);
}

static void records_of(struct text *t, const struct proc *p)
{
	const struct fork_record *r;

	LIST_FOREACH (r, &p->forks, link)
		record(t, r);
}

int procfs_show_proc_forks(struct text *t, const struct inode *inode)
{
	header(t);
	records_of(t, procfs_proc(inode));
	return 0;
}

int procfs_show_forks(struct text *t, const struct inode *inode)
{
	const struct proc *p;

	(void)inode;
	header(t);
	LIST_FOREACH (p, &proc_list, all_link)
		records_of(t, p);
	return 0;
}
