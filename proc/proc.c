/* proc.c: the tables of processes and tasks, and their lives.
 *
 * A proc has one reference for each of its tasks and one for being in the table of pids (alive or
 * zombie).  A task is freed by whoever runs after it (sched_after_switch), since it cannot free the
 * stack it stands on. */

#include <asm/errno.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "fs/vfs.h"
#include "ipc/ipc.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/cred.h"
#include "proc/internal.h"

#define PID_LIMIT 32768

/* Linux: max_threads_size of kernel/fork.c with stacks of 16 KiB; a task here needs less. */
#define MEMORY_PER_TASK (128ul << 10)
#define TASKS_LEAST	64
#define TASKS_MOST	30000

static CACHE(proc_cache, struct proc);
static CACHE(task_cache, struct task);

struct list proc_list = LIST_INIT(proc_list);
size_t proc_count, task_count;
struct proc *init_proc;

static struct tree pids, tids;
static pid_t last_pid;

/* In whose name the kernel runs until the first process does. */
static struct proc boot_proc;
static struct task boot_task;

/* --- numbers --- */

struct proc *proc_find(pid_t pid)
{
	return TREE_ENTRY(tree_find(&pids, (uintptr_t)pid), struct proc, pid_node);
}

struct task *task_find(pid_t tid)
{
	return TREE_ENTRY(tree_find(&tids, (uintptr_t)tid), struct task, tid_node);
}

int pid_max = PID_LIMIT;

/* A bit for each number that has been a process group's or session's since it was last found not to
 * be one: for all others there is no need to ask every process. */
static uint64_t was_group[PID_LIMIT / 64];

void proc_set_group(struct proc *p, pid_t pgid, pid_t sid)
{
	p->pgid = pgid;
	p->sid = sid;
	was_group[pgid / 64] |= 1ull << pgid % 64;
	was_group[sid / 64] |= 1ull << sid % 64;
}

/* Is n in use as a process group or session? */
static bool group_in_use(pid_t n)
{
	struct proc *p;

	if (!(was_group[n / 64] & 1ull << n % 64))
		return false;
	LIST_FOREACH (p, &proc_list, all_link)
		if (p->pgid == n || p->sid == n)
			return true;
	was_group[n / 64] &= ~(1ull << n % 64);
	return false;
}

/* => -EAGAIN: all in use */
static pid_t pid_alloc(void)
{
	for (int tries = 0; tries < pid_max; tries++) {
		last_pid = last_pid + 1 >= pid_max ? (last_pid == 0 ? 1 : 300) : last_pid + 1;
		if (task_find(last_pid) == NULL && proc_find(last_pid) == NULL &&
		    (proc_count == 0 || !group_in_use(last_pid)))
			return last_pid;
	}
	return -EAGAIN;
}

void task_set_tid(struct task *t, pid_t tid)
{
	tree_remove(&tids, &t->tid_node);
	t->tid = tid;
	t->tid_node.key = (uintptr_t)tid;
	bool ok = tree_insert(&tids, &t->tid_node);
	ASSERT(ok);
}

/* --- processes --- */

size_t task_limit(void)
{
	size_t fit = page_total() * PAGE_SIZE / MEMORY_PER_TASK;

	return MIN(MAX(fit, (size_t)TASKS_LEAST), (size_t)TASKS_MOST);
}

static void limits_default(struct proc *p)
{
	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		p->limits[i] = (struct rlimit64){ RLIM64_INFINITY, RLIM64_INFINITY };
	p->limits[RLIMIT_STACK].rlim_cur = 8 << 20;
	p->limits[RLIMIT_CORE].rlim_cur = 0;
	p->limits[RLIMIT_NOFILE] = (struct rlimit64){ 1024, 1048576 };
	p->limits[RLIMIT_NPROC] = (struct rlimit64){ task_limit() / 2, task_limit() / 2 };
	p->limits[RLIMIT_SIGPENDING] = (struct rlimit64){ 4096, 4096 };
	p->limits[RLIMIT_MEMLOCK] = (struct rlimit64){ 8 << 20, 8 << 20 };
	p->limits[RLIMIT_MSGQUEUE] = (struct rlimit64){ 819200, 819200 };
	p->limits[RLIMIT_NICE] = (struct rlimit64){ 0, 0 };
	p->limits[RLIMIT_RTPRIO] = (struct rlimit64){ 0, 0 };
}

static void proc_setup(struct proc *p)
{
	ref_init(&p->ref);
	list_init(&p->children);
	list_init(&p->tracees);
	list_init(&p->sibling);
	list_init(&p->all_link);
	list_init(&p->tasks);
	list_init(&p->forks);
	waitq_init(&p->child_wait);
	waitq_init(&p->exit_wait);
	sigqueue_init(&p->pending);
	p->exit_signal = SIGCHLD;
	p->dumpable = true;
	p->start_ns = clock_ns();
}

void proc_init(void)
{
	proc_setup(&boot_proc);
	limits_default(&boot_proc);
	boot_proc.cred = cred_get(&boot_cred);
	cred_give(&boot_task, cred_get(&boot_cred));
	boot_proc.timer_slack = TIMER_SLACK;
	boot_proc.coredump_filter = COREDUMP_FILTER;
	boot_proc.mce_policy = PR_MCE_KILL_DEFAULT;
	boot_task.proc = &boot_proc;
	boot_task.tid = 0;
	boot_task.state = TASK_RUNNABLE;
	sched_inherit(&boot_task, &boot_task);
	list_init(&boot_task.view_link);
	sigqueue_init(&boot_task.pending);
	memcpy(boot_task.comm, "kernel", 7);
	this_cpu()->task = &boot_task;
}

int proc_init_files(void)
{
	boot_proc.fs = fs_state_create();
	boot_proc.files = files_create();
	return boot_proc.fs == NULL || boot_proc.files == NULL ? -ENOMEM : 0;
}

static void inherit(struct proc *p, const struct proc *from)
{
	p->pgid = from->pgid;
	p->sid = from->sid;
	p->tty = from->tty;
	p->cred = cred_get(current->cred);
	p->membarriers = from->membarriers;
	p->thp_disable = from->thp_disable;
	p->mce_policy = from->mce_policy;
	p->ioprio = from->ioprio;
	p->timer_slack = from->timer_slack;
	p->coredump_filter = from->coredump_filter;
	p->personality = from->personality;
	p->dumpable = from->dumpable;
	p->oom_adj = from->oom_adj;
	memcpy(p->limits, from->limits, sizeof(p->limits));
	if (from->exe != NULL) {
		file_get(from->exe);
		p->exe = from->exe;
		inode_deny_write(p->exe->inode);
	}
}

struct proc *proc_create(struct proc *parent)
{
	pid_t pid = pid_alloc();
	if (pid < 0)
		return NULL;
	struct proc *p = cache_alloc(&proc_cache);
	if (p == NULL)
		return NULL;
	proc_setup(p);
	p->pid = pid;
	proc_count++;
	inherit(p, parent == NULL ? &boot_proc : parent);
	if (parent == NULL)
		proc_set_group(p, pid, pid);
	p->pid_node.key = (uintptr_t)pid;
	tree_insert(&pids, &p->pid_node);
	proc_get(p); /* the table's */
	list_append(&proc_list, &p->all_link);
	if (parent != NULL)
		proc_set_parent(p, parent);
	return p;
}

int proc_unshare(uint64_t flags)
{
	struct proc *p = current->proc;
	struct files *files = NULL;
	struct fs_state *fs = NULL;

	if (flags & CLONE_FILES) {
		files = files_copy(p->files);
		if (files == NULL)
			return -ENOMEM;
	}
	if (flags & CLONE_FS) {
		fs = fs_state_copy(p->fs);
		if (fs == NULL) {
			if (files != NULL)
				files_put(files);
			return -ENOMEM;
		}
	}
	if (files != NULL) {
		files_put(p->files);
		p->files = files;
	}
	if (fs != NULL) {
		fs_state_put(p->fs);
		p->fs = fs;
	}
	if (flags & CLONE_SYSVSEM)
		sem_proc_exit(p);
	return 0;
}

void proc_set_parent(struct proc *p, struct proc *parent)
{
	list_remove(&p->sibling);
	list_append(&parent->children, &p->sibling);
	p->parent = parent;
	p->ppid = parent->pid;
}

void proc_get(struct proc *p)
{
	ref_get(&p->ref);
}

void proc_unlist(struct proc *p)
{
	p->state = PROC_REAPED;
	waitq_wake(&p->exit_wait);
	tree_remove(&pids, &p->pid_node);
	list_remove(&p->all_link);
	list_remove(&p->sibling);
	proc_put(p);
}

void proc_drop_exe(struct proc *p)
{
	if (p->exe == NULL)
		return;
	inode_allow_write(p->exe->inode);
	file_put(p->exe);
	p->exe = NULL;
}

static void proc_destroy(struct proc *p)
{
	ASSERT(list_empty(&p->tasks) && p->view == NULL);
	sigqueue_flush(&p->pending);
	if (p->files != NULL)
		files_put(p->files);
	if (p->fs != NULL)
		fs_state_put(p->fs);
	if (p->sighand != NULL)
		sighand_put(p->sighand);
	proc_drop_exe(p);
	cred_put(p->cred);
	forkrec_drop_all(p);
	proc_count--;
	cache_free(&proc_cache, p);
}

void proc_put(struct proc *p)
{
	if (ref_put(&p->ref))
		proc_destroy(p);
}

/* --- tasks --- */

struct task *task_create(struct proc *p)
{
	pid_t tid = p->leader == NULL ? p->pid : pid_alloc();
	if (tid < 0)
		return NULL;
	struct task *t = cache_alloc(&task_cache);
	if (t == NULL)
		return NULL;
	char *stack = arch_kstack_alloc();
	if (stack == NULL)
		goto free_task;
	t->kstack_top = (uint64_t)stack;
	if (arch_fpu_create(t) < 0)
		goto free_stack;
	list_init(&t->view_link);
	sigqueue_init(&t->pending);
	t->state = TASK_SLEEPING;
	t->alt_flags = 2; /* SS_DISABLE */
	sched_inherit(t, current);
	t->tid = tid;
	t->tid_node.key = (uintptr_t)tid;
	tree_insert(&tids, &t->tid_node);
	proc_get(p);
	t->proc = p;
	cred_give(t, cred_get(current->cred));
	list_append(&p->tasks, &t->proc_link);
	p->task_count++;
	if (p->leader == NULL)
		p->leader = t;
	task_count++;
	if (p->view != NULL)
		task_set_view(t, p->view, FORK_PAUSED);
	return t;

free_stack:
	arch_kstack_free(stack);
free_task:
	cache_free(&task_cache, t);
	return NULL;
}

void task_leave_proc(struct task *t)
{
	struct proc *p = t->proc;
	list_remove(&t->proc_link);
	tree_remove(&tids, &t->tid_node);
	p->task_count--;
	if (p->leader == t)
		p->leader = list_empty(&p->tasks) ? NULL
						  : LIST_FIRST(&p->tasks, struct task, proc_link);
	p->dead_user_ns += t->user_ns;
	p->dead_sys_ns += t->sys_ns;
	p->dead_min_flt += t->min_flt;
	p->dead_nvcsw += t->nvcsw;
	p->dead_nivcsw += t->nivcsw;
	task_io_add(&p->dead_io, &t->io);
}

void task_destroy(struct task *t)
{
	if (!list_empty(&t->proc_link))
		task_leave_proc(t);
	if (t->view != NULL)
		task_set_view(t, NULL, FORK_EXIT);
	sigqueue_flush(&t->pending);
	arch_fpu_destroy(t);
	arch_kstack_free((void *)t->kstack_top);
	task_count--;
	struct proc *p = t->proc;
	cred_put(t->cred);
	cache_free(&task_cache, t);
	proc_put(p);
}

void task_set_view(struct task *t, struct view *v, enum fork_end why)
{
	struct view *old = t->view;

	if (v != NULL)
		view_get(v);
	list_remove(&t->view_link);
	t->view = v;
	if (v != NULL)
		list_append(&v->tasks, &t->view_link);
	if (old == NULL)
		return;
	if (old->under != NULL && list_empty(&old->tasks)) {
		if (old->record != NULL)
			old->record->end = why;
		view_uncover(old);
	}
	view_put(old);
}

/* --- the first process --- */

static struct {
	const char *path;
	char *const *argv, *const *envp;
} init_program;

static void init_start(void *unused)
{
	(void)unused;
	sched_after_switch();
	int err = 0;
	struct file *exe = file_open_exec(-100 /* AT_FDCWD */, init_program.path, 0, &err);
	if (exe != NULL) {
		err = (int)proc_exec(exe, init_program.path, init_program.argv, init_program.envp,
				     EXEC_KERNEL);
		file_put(exe);
	}
	if (err < 0)
		init_failed(init_program.path, err);
	arch_return_to_program();
}

int proc_start_init(const char *path, char *const argv[], char *const envp[])
{
	struct proc *p = proc_create(NULL);
	if (p == NULL)
		return -ENOMEM;
	init_proc = p;
	p->files = boot_proc.files;
	p->fs = fs_state_share(boot_proc.fs);
	boot_proc.files = NULL;
	p->sighand = sighand_create();
	struct task *t = p->sighand == NULL ? NULL : task_create(p);
	if (t == NULL) {
		proc_unlist(p);
		proc_put(p);
		return -ENOMEM;
	}
	init_program.path = path;
	init_program.argv = argv;
	init_program.envp = envp;
	proc_put(p);
	arch_task_start(t, init_start, NULL);
	t->state = TASK_RUNNABLE;
	sched_enqueue(t);
	return 0;
}
