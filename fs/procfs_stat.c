/* procfs_stat.c: a process in numbers: stat, statm, status, limits (formats: proc(5)). */

#include "fs/procfs.h"
#include "fs/tty.h"
#include "lib/print.h"
#include "lib/string.h"
#include "proc/ptrace.h"

#define TICK_NS	      ((unsigned long)NSEC_PER_SEC / 100) /* of sysconf(_SC_CLK_TCK) */
#define PF_FORKNOEXEC 0x40
#define PF_RANDOMIZE  0x400000

/* --- what several files show --- */

/* The letter of proc(5) and its word. */
static const char *state_of(const struct proc *p, const struct task *t)
{
	if (t == NULL)
		return p->state == PROC_ALIVE ? "X (dead)" : "Z (zombie)";
	switch (t->state) {
	case TASK_RUNNABLE: return "R (running)";
	case TASK_SLEEPING: return t->killable ? "D (disk sleep)" : "S (sleeping)";
	case TASK_STOPPED: return "T (stopped)";
	case TASK_TRACED: return "t (tracing stop)";
	case TASK_DEAD: break;
	}
	return "X (dead)";
}

/* Of the one thread in task/<tid>, of all in /proc/<pid>. */
struct usage {
	uint64_t user, sys;
	unsigned long min_flt, maj_flt, nvcsw, nivcsw;
};

static void add_task(struct usage *u, const struct task *t)
{
	u->user += t->user_ns;
	u->sys += t->sys_ns;
	u->min_flt += t->min_flt;
	u->maj_flt += t->maj_flt;
	u->nvcsw += t->nvcsw;
	u->nivcsw += t->nivcsw;
}

static struct usage usage_of(const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct task *t = procfs_task(inode);
	struct usage u = { 0 };

	if (inode->proc.tid != 0) {
		if (t != NULL)
			add_task(&u, t);
		return u;
	}
	u.user = p->dead_user_ns;
	u.sys = p->dead_sys_ns;
	u.min_flt = p->dead_min_flt;
	LIST_FOREACH (t, &p->tasks, proc_link)
		add_task(&u, t);
	return u;
}

struct signal_sets {
	uint64_t ignored, caught;
};

static struct signal_sets signal_sets_of(const struct proc *p)
{
	struct signal_sets s = { 0, 0 };

	for (int n = 1; p->sighand != NULL && n <= SIG_MAX; n++) {
		uintptr_t handler = p->sighand->action[n - 1].handler;
		if (handler == (uintptr_t)SIG_IGN)
			s.ignored |= SIG_BIT(n);
		else if (handler != (uintptr_t)SIG_DFL)
			s.caught |= SIG_BIT(n);
	}
	return s;
}

static const char *name_of(const struct proc *p, const struct task *t)
{
	return t != NULL ? t->comm : p->comm;
}

static pid_t id_of(const struct inode *inode)
{
	return inode->proc.tid != 0 ? inode->proc.tid : inode->proc.pid;
}

/* Bytes mapped, by what they are for. */
struct sizes {
	size_t text, data, stack, lib;
};

static struct sizes sizes_of(const struct view *v)
{
	struct sizes s = { 0 };
	const struct vma *vma;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		size_t len = vma->end - vma->start;
		bool exe = vma->start >= v->exe_base && vma->start < v->exe_end;
		if (vma->kind == VMA_STACK)
			s.stack += len;
		else if ((vma->prot & 4) && exe)
			s.text += len;
		else if ((vma->prot & 4) && vma->file != NULL)
			s.lib += len;
		else if ((vma->prot & 2) && !(vma->flags & VM_SHARED))
			s.data += len;
	}
	return s;
}

/* --- stat --- */

/* Fields 1 to 8: who it is. */
static void stat_identity(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct task *task = procfs_task(inode);

	text_printf(t, "%d (%s) %c %d %d %d %u %d", id_of(inode), name_of(p, task),
		    *state_of(p, task), p->parent == NULL ? 0 : p->parent->pid, p->pgid, p->sid,
		    p->tty == NULL ? 0 : tty_number(p->tty), p->tty == NULL ? -1 : p->tty->pgrp);
}

static struct sched_params sched_of(const struct inode *inode)
{
	const struct task *t =
		inode->proc.tid != 0 ? procfs_task(inode) : procfs_proc(inode)->leader;

	if (t == NULL)
		return (struct sched_params){ 0 };
	return t->sched;
}

/* Fields 9 to 22: what it used. */
static void stat_usage(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	struct usage u = usage_of(inode);

	text_printf(t, " %u %lu %lu %lu 0", PF_RANDOMIZE | (p->did_exec ? 0 : PF_FORKNOEXEC),
		    u.min_flt, p->child_min_flt, u.maj_flt);
	text_printf(t, " %lu %lu %ld %ld", u.user / TICK_NS, u.sys / TICK_NS,
		    (long)(p->child_user_ns / TICK_NS), (long)(p->child_sys_ns / TICK_NS));
	const struct sched_params sched = sched_of(inode);

	text_printf(t, " %d %d %u 0 %lu",
		    sched.priority > 0 ? -1 - sched.priority : 20 + sched.nice, sched.nice,
		    MAX(p->task_count, 1u), p->start_ns / TICK_NS);
}

/* Fields 23 to 30: where its memory is.  Addresses are for those who may look; where it is in its
 * program is told of nobody, as on Linux. */
static void stat_memory(struct text *t, const struct inode *inode, bool open)
{
	const struct proc *p = procfs_proc(inode);
	const struct view *v = p->view;

	text_printf(t, " %zu %zu %lu", v == NULL ? 0 : v->mapped, v == NULL ? 0 : view_resident(v),
		    (unsigned long)p->limits[RLIMIT_RSS].rlim_cur);
	if (v == NULL)
		text_printf(t, " 0 0 0 0 0");
	else
		text_printf(t, " %lu %lu %lu 0 0", open ? v->exe_base : 1, open ? v->exe_end : 1,
			    open ? v->stack_top : 0);
}

/* Fields 31 to 44: signals, and what is not counted. */
static void stat_signals(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct task *task = procfs_task(inode);
	struct signal_sets s = signal_sets_of(p);
	const unsigned long low = 0x7fffffff;

	text_printf(t, " %lu %lu %lu %lu", task == NULL ? 0 : task->pending.set & low,
		    task == NULL ? 0 : task->blocked & low, s.ignored & low, s.caught & low);
	text_printf(t, " %d 0 0 %d 0 %d %d 0 0 0", task != NULL && task->state == TASK_SLEEPING,
		    id_of(inode) == p->pid ? p->exit_signal : -1, sched_of(inode).priority,
		    sched_of(inode).policy);
}

/* Fields 45 to 51: the program's data, heap, arguments and environment. */
static void stat_program(struct text *t, const struct view *v)
{
	uintptr_t start = 0, end = 0;
	const struct vma *vma;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		if (!(vma->prot & 2) || vma->start < v->exe_base || vma->start >= v->exe_end)
			continue;
		start = start == 0 ? vma->start : start;
		end = vma->end;
	}
	text_printf(t, " %lu %lu %lu %lu %lu %lu %lu", start, end, v->brk_start, v->arg_start,
		    v->arg_end, v->env_start, v->env_end);
}

int procfs_show_stat(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct view *v = p->view;
	bool open = procfs_may_inspect(p) == 0;

	stat_identity(t, inode);
	stat_usage(t, inode);
	stat_memory(t, inode, open);
	stat_signals(t, inode);
	if (v == NULL || !open)
		text_printf(t, " 0 0 0 0 0 0 0");
	else
		stat_program(t, v);
	text_printf(t, " %d\n", open ? p->exit_code : 0);
	return 0;
}

int procfs_show_statm(struct text *t, const struct inode *inode)
{
	const struct view *v = procfs_proc(inode)->view;

	if (v == NULL) {
		text_printf(t, "0 0 0 0 0 0 0\n");
		return 0;
	}
	struct sizes s = sizes_of(v);
	struct resident r = resident_of(v);
	text_printf(t, "%zu %zu %zu %zu 0 %zu 0\n", v->mapped / PAGE_SIZE,
		    resident_all(&r) / PAGE_SIZE, (r.file + r.shmem) / PAGE_SIZE,
		    s.text / PAGE_SIZE, (s.data + s.stack) / PAGE_SIZE);
	return 0;
}

/* --- status --- */

static void status_name(struct text *t, const char *name)
{
	text_printf(t, "Name:\t");
	for (; *name != '\0'; name++) {
		if (*name == '\n' || *name == '\\')
			text_printf(t, "\\%c", *name == '\n' ? 'n' : '\\');
		else
			text_put(t, name, 1);
	}
	text_printf(t, "\n");
}

static void status_ids(struct text *t, const struct proc *p, const struct cred *c)
{
	text_printf(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	text_printf(t, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	text_printf(t, "FDSize:\t%d\nGroups:\t", p->files == NULL ? 0 : files_capacity(p->files));
	for (unsigned i = 0; i < c->group_count; i++)
		text_printf(t, "%u ", c->groups[i]);
	if (c->group_count == 0)
		text_printf(t, " ");
	text_printf(t, "\n");
}

static void status_kb(struct text *t, const char *key, size_t bytes)
{
	text_printf(t, "%s:\t%8zu kB\n", key, bytes / 1024);
}

static void status_memory(struct text *t, const struct view *v)
{
	struct sizes s = sizes_of(v);
	struct resident r = resident_of(v);

	status_kb(t, "VmPeak", v->peak);
	status_kb(t, "VmSize", v->mapped);
	status_kb(t, "VmLck", view_locked(v));
	status_kb(t, "VmPin", 0);
	status_kb(t, "VmHWM", MAX(view_most_resident(v) * PAGE_SIZE, resident_all(&r)));
	status_kb(t, "VmRSS", resident_all(&r));
	status_kb(t, "RssAnon", r.anon);
	status_kb(t, "RssFile", r.file);
	status_kb(t, "RssShmem", r.shmem);
	status_kb(t, "VmData", s.data);
	status_kb(t, "VmStk", s.stack);
	status_kb(t, "VmExe", s.text);
	status_kb(t, "VmLib", s.lib);
	status_kb(t, "VmPTE", view_tables(v) * PAGE_SIZE);
	status_kb(t, "VmSwap", 0);
	status_kb(t, "HugetlbPages", 0);
	text_printf(t, "CoreDumping:\t0\nTHP_enabled:\t0\nuntag_mask:\t0x%lx\n", UINT64_MAX);
}

/* Waiting signals of the process and of all its threads. */
static unsigned signals_queued(const struct proc *p)
{
	const struct task *t;
	unsigned n = p->pending.count;

	LIST_FOREACH (t, &p->tasks, proc_link)
		n += t->pending.count;
	return n;
}

static void status_signals(struct text *t, const struct proc *p, const struct task *task)
{
	struct signal_sets s = signal_sets_of(p);

	text_printf(t, "SigQ:\t%u/%lu\n", signals_queued(p),
		    (unsigned long)p->limits[RLIMIT_SIGPENDING].rlim_cur);
	text_printf(t, "SigPnd:\t%016lx\n", task == NULL ? 0 : task->pending.set);
	text_printf(t, "ShdPnd:\t%016lx\n", p->pending.set);
	text_printf(t, "SigBlk:\t%016lx\n", task == NULL ? 0 : task->blocked);
	text_printf(t, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", s.ignored, s.caught);
}

static void status_caps(struct text *t, const struct cred *c)
{
	text_printf(t, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", c->cap_inheritable,
		    c->cap_permitted, c->cap_effective);
	text_printf(t, "CapBnd:\t%016lx\nCapAmb:\t%016lx\n", c->cap_bounding, c->cap_ambient);
	text_printf(t, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", c->no_new_privs);
	text_printf(t, "Speculation_Store_Bypass:\tunknown\nSpeculationIndirectBranch:\tunknown\n");
}

int procfs_show_status(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct task *task = procfs_task(inode);
	struct usage u = usage_of(inode);

	status_name(t, name_of(p, task));
	if (p->fs != NULL)
		text_printf(t, "Umask:\t%04o\n", p->fs->umask);
	text_printf(t, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\n", state_of(p, task), p->pid,
		    id_of(inode));
	const struct ptrace *pt = task != NULL	      ? task->ptrace
				  : p->leader != NULL ? p->leader->ptrace
						      : NULL;
	text_printf(t, "PPid:\t%d\nTracerPid:\t%d\n", p->parent == NULL ? 0 : p->parent->pid,
		    pt == NULL ? 0 : pt->tracer->pid);
	status_ids(t, p, procfs_cred(inode));
	text_printf(t, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n", p->pid,
		    id_of(inode), p->pgid, p->sid);
	if (p->view != NULL)
		status_memory(t, p->view);
	text_printf(t, "Threads:\t%u\n", MAX(p->task_count, 1u));
	status_signals(t, p, task);
	status_caps(t, procfs_cred(inode));
	text_printf(t, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n");
	text_printf(t, "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
	text_printf(t, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", u.nvcsw,
		    u.nivcsw);
	return 0;
}

/* --- limits --- */

static void limit_value(struct text *t, uint64_t value)
{
	if (value == RLIM64_INFINITY)
		text_printf(t, "%-20s ", "unlimited");
	else
		text_printf(t, "%-20lu ", (unsigned long)value);
}

/* Time on the CPU, time it waited for it (not counted), and how often it got it. */
int procfs_show_schedstat(struct text *t, const struct inode *inode)
{
	const struct task *task = procfs_task(inode);

	if (task == NULL)
		text_printf(t, "0 0 0\n");
	else
		text_printf(t, "%lu 0 %lu\n", task->user_ns + task->sys_ns,
			    task->nvcsw + task->nivcsw);
	return 0;
}

int procfs_show_io(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct task *task = procfs_task(inode);
	struct task_io io = { 0 };
	int err = procfs_may_inspect(p);

	if (err < 0)
		return err;
	if (inode->proc.tid != 0) {
		if (task != NULL)
			io = task->io;
	} else {
		io = p->dead_io;
		LIST_FOREACH (task, &p->tasks, proc_link)
			task_io_add(&io, &task->io);
	}
	text_printf(t, "rchar: %lu\nwchar: %lu\nsyscr: %lu\nsyscw: %lu\n", io.read_bytes,
		    io.written_bytes, io.reads, io.writes);
	text_printf(t, "read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
	return 0;
}

int procfs_show_limits(struct text *t, const struct inode *inode)
{
	static const struct {
		const char *name, *unit;
	} rows[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { "Max cpu time", "seconds" },
		[RLIMIT_FSIZE] = { "Max file size", "bytes" },
		[RLIMIT_DATA] = { "Max data size", "bytes" },
		[RLIMIT_STACK] = { "Max stack size", "bytes" },
		[RLIMIT_CORE] = { "Max core file size", "bytes" },
		[RLIMIT_RSS] = { "Max resident set", "bytes" },
		[RLIMIT_NPROC] = { "Max processes", "processes" },
		[RLIMIT_NOFILE] = { "Max open files", "files" },
		[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
		[RLIMIT_AS] = { "Max address space", "bytes" },
		[RLIMIT_LOCKS] = { "Max file locks", "locks" },
		[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
		[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
		[RLIMIT_NICE] = { "Max nice priority", "" },
		[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
		[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
	};
	const struct proc *p = procfs_proc(inode);

	text_printf(t, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		text_printf(t, "%-25s ", rows[i].name);
		limit_value(t, p->limits[i].rlim_cur);
		limit_value(t, p->limits[i].rlim_max);
		text_printf(t, *rows[i].unit == '\0' ? "\n" : "%-10s\n", rows[i].unit);
	}
	return 0;
}
