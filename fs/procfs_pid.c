/* procfs_pid.c: /proc/<pid> and /proc/<pid>/task/<tid>: the names, and what is short.
 *
 * The same table serves processes and threads but for what makes sense for one of them only. */

#include <linux/capability.h>

#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/cred.h"
#include "proc/oom.h"
#include "syscalls/syscalls.h"

#define LINK_MAX 4096

/* --- the program --- */

/* A range of the process's memory, as far as it can be read.  => 0, -errno */
static int show_memory(struct text *t, const struct proc *p, uintptr_t start, uintptr_t end)
{
	char *to = end > start ? text_room(t, end - start) : NULL;

	if (to == NULL)
		return 0;
	ssize_t n = view_read(p->view, start, to, end - start);
	if (n > 0)
		t->len += (size_t)n;
	return 0;
}

static int show_cmdline(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct view *v = p->view;

	return v == NULL ? 0 : show_memory(t, p, v->arg_start, v->arg_end);
}

static int show_environ(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct view *v = p->view;

	if (v == NULL)
		return 0;
	return show_memory(t, p, v->env_start, v->env_end);
}

static int show_auxv(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);
	const struct view *v = p->view;

	if (v == NULL)
		return 0;
	return show_memory(t, p, v->auxv_start, v->auxv_end);
}

static const char *name_of(const struct inode *inode)
{
	const struct task *task = procfs_task(inode);

	return task != NULL ? task->comm : procfs_proc(inode)->comm;
}

static int show_comm(struct text *t, const struct inode *inode)
{
	text_printf(t, "%s\n", name_of(inode));
	return 0;
}

static int write_comm(const struct inode *inode, char *text, size_t len)
{
	struct task *task = procfs_task(inode);

	(void)len;
	if (task == NULL)
		return -ESRCH;
	if (task->proc != current->proc)
		return -EINVAL;
	strlcpy(task->comm, text, sizeof(task->comm));
	return 0;
}

/* Linux tells the kernel function a thread sleeps in; here it is the system call. */
static int show_wchan(struct text *t, const struct inode *inode)
{
	const struct task *task = procfs_task(inode);

	if (task == NULL || task->state == TASK_RUNNABLE || regs_sysno(task_regs(task)) < 0 ||
	    procfs_may_inspect(task->proc) < 0)
		text_printf(t, "0");
	else
		text_printf(t, "sys_%s", syscall_name(regs_sysno(task_regs(task))));
	return 0;
}

static int show_syscall(struct text *t, const struct inode *inode)
{
	const struct task *task = procfs_task(inode);

	if (procfs_may_inspect(procfs_proc(inode)) < 0)
		return -EPERM;
	if (task == NULL || task->state == TASK_RUNNABLE) {
		text_printf(t, "running\n");
		return 0;
	}
	const struct regs *r = task_regs(task);
	if (regs_sysno(r) < 0) {
		text_printf(t, "-1 0x%lx 0x%lx\n", regs_sp(r), regs_ip(r));
		return 0;
	}
	text_printf(t, "%ld", regs_sysno(r));
	for (unsigned i = 0; i < 6; i++)
		text_printf(t, " 0x%lx", (unsigned long)regs_arg(r, i));
	text_printf(t, " 0x%lx 0x%lx\n", regs_sp(r), regs_ip(r));
	return 0;
}

static int show_oom_score(struct text *t, const struct inode *inode)
{
	text_printf(t, "%u\n", oom_score(procfs_proc(inode)));
	return 0;
}

static int show_oom_score_adj(struct text *t, const struct inode *inode)
{
	text_printf(t, "%d\n", procfs_proc(inode)->oom_adj);
	return 0;
}

static int set_oom_adj(struct proc *p, int value)
{
	if (value < p->oom_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	p->oom_adj = value;
	return 0;
}

static int write_oom_score_adj(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)len;
	if (!procfs_parse(text, -OOM_ADJ_MAX, OOM_ADJ_MAX, &value))
		return -EINVAL;
	return set_oom_adj(procfs_proc(inode), (int)value);
}

/* The same with other numbers: from -17 to 15. */
#define OLD_OOM_NEVER  (-17)
#define OLD_OOM_ALWAYS 15

static int show_oom_adj(struct text *t, const struct inode *inode)
{
	int adj = procfs_proc(inode)->oom_adj;

	text_printf(t, "%d\n",
		    adj == OOM_ADJ_MAX ? OLD_OOM_ALWAYS : adj * -OLD_OOM_NEVER / OOM_ADJ_MAX);
	return 0;
}

static int write_oom_adj(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)len;
	if (!procfs_parse(text, OLD_OOM_NEVER, OLD_OOM_ALWAYS, &value))
		return -EINVAL;
	value = value == OLD_OOM_ALWAYS ? OOM_ADJ_MAX : value * OOM_ADJ_MAX / -OLD_OOM_NEVER;
	return set_oom_adj(procfs_proc(inode), (int)value);
}

/* 5 begins the count of VmHWM anew; the others would clear marks that pages do not have. */
static int write_clear_refs(const struct inode *inode, char *text, size_t len)
{
	struct proc *p = procfs_proc(inode);
	int64_t value;

	(void)len;
	if (!procfs_parse(text, 1, 5, &value))
		return -EINVAL;
	if (value == 5 && p->view != NULL)
		view_forget_most_resident(p->view);
	return 0;
}

/* --- who logged in: audit(7), of which there is nothing else --- */

static int show_login_uid(struct text *t, const struct inode *inode)
{
	text_printf(t, "%u", procfs_cred(inode)->login_uid);
	return 0;
}

static int show_session_id(struct text *t, const struct inode *inode)
{
	text_printf(t, "%u", procfs_cred(inode)->session_id);
	return 0;
}

static int write_login_uid(const struct inode *inode, char *text, size_t len)
{
	static unsigned sessions;
	int64_t value;

	(void)len;
	if (procfs_task(inode) != current)
		return -EPERM;
	if (!procfs_parse(text, 0, UINT32_MAX, &value))
		return -EINVAL;
	if (current->cred->login_uid != (uid_t)-1 && !capable(CAP_AUDIT_CONTROL))
		return -EPERM;
	struct cred *c = cred_prepare();
	if (c == NULL)
		return -ENOMEM;
	c->login_uid = (uid_t)value;
	c->session_id = c->login_uid == (uid_t)-1 ? -1u : ++sessions;
	cred_commit(c);
	return 0;
}

static int show_personality(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode);

	if (procfs_may_inspect(p) < 0)
		return -EPERM;
	text_printf(t, "%08x\n", p->personality);
	return 0;
}

/* Who forked a child is remembered of the process, not of the thread: the leader has them all. */
static int show_children(struct text *t, const struct inode *inode)
{
	const struct proc *p = procfs_proc(inode), *child;

	if (inode->proc.tid != p->pid)
		return 0;
	LIST_FOREACH (child, &p->children, sibling)
		text_printf(t, "%d ", child->pid);
	return 0;
}

/* --- links --- */

static int link_path(struct text *t, const struct path *p)
{
	char *buf = kmalloc(LINK_MAX);
	bool unreachable;

	if (buf == NULL)
		return -ENOMEM;
	char *s = path_text(p, &current->proc->fs->root, buf, LINK_MAX, &unreachable);
	if (s != NULL) {
		text_printf(t, "%s%s%s", unreachable ? "(unreachable)" : "", s,
			    dentry_is_deleted(p->dentry) ? " (deleted)" : "");
	}
	kfree(buf);
	return s == NULL ? -ENAMETOOLONG : 0;
}

/* The places are borrowed.  => -ENOENT: a zombie, -EACCES */
static int exe_path(const struct inode *inode, struct path *p)
{
	const struct proc *proc = procfs_proc(inode);
	int err = procfs_may_inspect(proc);

	if (err < 0 || proc->exe == NULL)
		return err < 0 ? err : -ENOENT;
	*p = (struct path){ proc->exe->mnt, proc->exe->dentry };
	return 0;
}

static int cwd_path(const struct inode *inode, struct path *p)
{
	const struct proc *proc = procfs_proc(inode);
	int err = procfs_may_inspect(proc);

	if (err < 0 || proc->fs == NULL)
		return err < 0 ? err : -ENOENT;
	*p = proc->fs->cwd;
	return 0;
}

static int root_path(const struct inode *inode, struct path *p)
{
	const struct proc *proc = procfs_proc(inode);
	int err = procfs_may_inspect(proc);

	if (err < 0 || proc->fs == NULL)
		return err < 0 ? err : -ENOENT;
	*p = proc->fs->root;
	return 0;
}

/* name_link() and name_jump() of an entry, from name_path(). */
#define PLACE(name)                                                                                \
	static int name##_link(struct text *t, const struct inode *inode)                          \
	{                                                                                          \
		struct path p;                                                                     \
		int err = name##_path(inode, &p);                                                  \
		return err < 0 ? err : link_path(t, &p);                                           \
	}                                                                                          \
	static int name##_jump(const struct inode *inode, struct path *to)                         \
	{                                                                                          \
		int err = name##_path(inode, to);                                                  \
		if (err == 0)                                                                      \
			path_get(to);                                                              \
		return err;                                                                        \
	}
PLACE(exe)
PLACE(cwd)
PLACE(root)

/* --- the tables --- */

static int thread_find(const struct inode *dir, const char *name, size_t len,
		       struct procfs_node *n);
static bool thread_next(const struct inode *dir, unsigned *key, struct procfs_node *n);

/* What /proc/<pid> and /proc/<pid>/task/<tid> both have. */
/* clang-format off */
#define COMMON_ENTRIES                                                                             \
	{ .name = "fd", .mode = S_IFDIR | 0500, .find = procfs_fd_find, .next = procfs_fd_next },  \
	{ .name = "fdinfo", .mode = S_IFDIR | 0555, .find = procfs_fdinfo_find,                    \
	  .next = procfs_fdinfo_next },                                                            \
	PROC_DIR("net", 0555, procfs_net_entries),                                                 \
	PROC_GUARDED("environ", 0400, show_environ),                                                  \
	PROC_GUARDED("auxv", 0400, show_auxv),                                                        \
	PROC_FILE("status", 0444, procfs_show_status),                                             \
	PROC_FILE("limits", 0444, procfs_show_limits),                                             \
	PROC_FILE_RW("comm", 0644, show_comm, write_comm),                                         \
	PROC_FILE("syscall", 0400, show_syscall),                                                  \
	PROC_FILE("cmdline", 0444, show_cmdline),                                                  \
	PROC_FILE("stat", 0444, procfs_show_stat),                                                 \
	PROC_FILE("statm", 0444, procfs_show_statm),                                               \
	PROC_GUARDED("maps", 0444, procfs_show_maps),                                                 \
	PROC_GUARDED("smaps", 0444, procfs_show_smaps),                                            \
	PROC_GUARDED("smaps_rollup", 0444, procfs_show_smaps_rollup),                              \
	{ .name = "mem", .mode = S_IFREG | 0600, .fops = &procfs_mem_ops },                        \
	{ .name = "pagemap", .mode = S_IFREG | 0400, .fops = &procfs_pagemap_ops },                \
	PROC_DIR("ns", 0511, procfs_ns_entries),                                                   \
	PROC_FILE("cgroup", 0444, procfs_show_cgroup),                                             \
	PROC_FILE("uid_map", 0444, procfs_show_id_map),                                            \
	PROC_FILE("gid_map", 0444, procfs_show_id_map),                                            \
	PROC_FILE("setgroups", 0444, procfs_show_setgroups),                                       \
	PROC_LINK("cwd", cwd_link, cwd_jump),                                                      \
	PROC_LINK("root", root_link, root_jump),                                                   \
	PROC_LINK("exe", exe_link, exe_jump),                                                      \
	PROC_FILE("mounts", 0444, procfs_show_mounts),                                             \
	PROC_FILE("mountinfo", 0444, procfs_show_mountinfo),                                       \
	PROC_FILE("wchan", 0444, show_wchan),                                                      \
	PROC_FILE("oom_score", 0444, show_oom_score),                                              \
	PROC_FILE_RW("oom_score_adj", 0644, show_oom_score_adj, write_oom_score_adj),              \
	PROC_FILE_RW("oom_adj", 0644, show_oom_adj, write_oom_adj),                                \
	PROC_FILE_RW("loginuid", 0644, show_login_uid, write_login_uid),                           \
	PROC_FILE("sessionid", 0444, show_session_id),                                             \
	PROC_FILE_RW("clear_refs", 0200, NULL, write_clear_refs),                                  \
	PROC_FILE("personality", 0400, show_personality),                                          \
	PROC_FILE("schedstat", 0444, procfs_show_schedstat),                                       \
	PROC_FILE("io", 0400, procfs_show_io)
/* clang-format on */

static const struct procfs_entry thread_entries[] = {
	COMMON_ENTRIES,
	PROC_FILE("children", 0444, show_children),
	{ 0 },
};

static const struct procfs_entry process_entries[] = {
	{ .name = "task", .mode = S_IFDIR | 0555, .find = thread_find, .next = thread_next },
	COMMON_ENTRIES,
	PROC_FILE("mountstats", 0400, procfs_show_mountstats),
	PROC_FILE("fork", 0444, procfs_show_proc_forks),
	PROC_FILE("timers", 0444, procfs_show_timers),
	PROC_FILE_RW("timerslack_ns", 0666, procfs_show_timerslack, procfs_write_timerslack),
	PROC_FILE_RW("coredump_filter", 0644, procfs_show_coredump_filter,
		     procfs_write_coredump_filter),
	{ 0 },
};

static const struct procfs_entry process_dir = PROC_DIR("", 0555, process_entries);
static const struct procfs_entry thread_dir = PROC_DIR("", 0555, thread_entries);

int procfs_dir_proc(const struct file *f, struct proc **p)
{
	if (procfs_dir_entry(f) != &process_dir)
		return -EBADF;
	*p = procfs_proc(f->inode);
	return *p == NULL ? -ESRCH : 0;
}

/* --- names that are numbers --- */

static void process_node(struct procfs_node *n, const struct proc *p)
{
	n->entry = &process_dir;
	n->pid = p->pid;
	n->tid = 0;
	n->start = p->start_ns;
	snprintf(n->name, sizeof(n->name), "%d", p->pid);
}

/* Threads that are not leaders can be looked up here as well, though they are not listed. */
int procfs_pid_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	int pid = procfs_number(name, len);
	const struct proc *p = pid < 1 ? NULL : proc_find(pid);
	const struct task *t = pid < 1 ? NULL : task_find(pid);

	(void)dir;
	if (p == NULL && t == NULL)
		return -ENOENT;
	process_node(n, p != NULL ? p : t->proc);
	n->tid = p != NULL ? 0 : pid;
	return 0;
}

bool procfs_pid_next(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	const struct proc *p, *best = NULL;

	(void)dir;
	LIST_FOREACH (p, &proc_list, all_link) {
		if ((unsigned)p->pid >= *key && (best == NULL || p->pid < best->pid))
			best = p;
	}
	if (best == NULL)
		return false;
	process_node(n, best);
	*key = (unsigned)best->pid;
	return true;
}

static void thread_node(struct procfs_node *n, pid_t tid)
{
	n->entry = &thread_dir;
	n->tid = tid;
	snprintf(n->name, sizeof(n->name), "%d", tid);
}

/* A zombie is shown with the one thread it was. */
static int thread_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	int tid = procfs_number(name, len);
	const struct proc *p = procfs_proc(dir);
	const struct task *t = tid < 1 ? NULL : task_find(tid);

	if (p->leader == NULL ? tid != p->pid : t == NULL || t->proc != p)
		return -ENOENT;
	thread_node(n, tid);
	return 0;
}

static bool thread_next(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	const struct proc *p = procfs_proc(dir);
	const struct task *t;
	pid_t best = p->leader == NULL && (unsigned)p->pid >= *key ? p->pid : 0;

	LIST_FOREACH (t, &p->tasks, proc_link) {
		if ((unsigned)t->tid >= *key && (best == 0 || t->tid < best))
			best = t->tid;
	}
	if (best == 0)
		return false;
	thread_node(n, best);
	*key = (unsigned)best;
	return true;
}
