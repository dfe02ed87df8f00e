/* exec.c: execve.
 *
 * In two halves.  exec_prepare() may fail and touches only new objects: it follows #! lines
 * (exec_script.c), parses the file (elf/elf.c), makes a view in a window of its own and maps the
 * program and its interpreter there (elf/place.c, exec_map.c), and copies arguments and environment across
 * (exec_stack.c), all while the old program is still whole.  Whoever fails there goes on as if
 * nothing had happened, and all that was made is freed by exec_free().
 *
 * Between the halves the other threads of the process end.  That is the last thing that can fail:
 * another thread may be doing the same, or the process may be ending.
 *
 * exec_commit() cannot fail.  Its order matters:
 *   - descriptors are closed before the view goes, because the end of a shadow lets the paused
 *     parent run, and that one must find the ends of pipes closed;
 *   - futexes are released while the memory that they lie in is still there;
 *   - the task moves to the new view; when it was the last one in a shadow, the shadow is uncovered
 *     (mm/fork.c), and its record says FORK_EXEC; when it borrowed its parent's view (vfork), the
 *     parent is woken;
 *   - registers, FPU and TLS are set last.  The system call then returns into the new program. */

#include <asm/errno.h>

#include "fs/fd.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"
#include "proc/forklog.h"
#include "proc/futex.h"
#include "proc/cred.h"
#include "proc/internal.h"
#include "proc/itimer.h"
#include "proc/ptrace.h"

/* --- preparing --- */

/* Descriptors and handlers that other processes use as well (clone's CLONE_FILES, CLONE_SIGHAND)
 * stay theirs; the new program gets copies. */
static int unshare(struct exec *e)
{
	struct proc *p = current->proc;

	if (p->sighand->ref.n > 1) {
		e->sighand = sighand_copy(p->sighand);
		if (e->sighand == NULL)
			return -ENOMEM;
	}
	if (files_shared(p->files)) {
		e->files = files_copy(p->files);
		if (e->files == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int find_ids(struct exec *e)
{
	struct cred *c = cred_prepare();

	if (c == NULL)
		return -ENOMEM;
	e->cred = c;
	if (!c->no_new_privs)
		file_set_ids(e->file, &c->euid, &c->egid);
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	e->secure = c->euid != c->uid || c->egid != c->gid;
	caps_after_exec(c, e->secure);
	return 0;
}

static int exec_prepare(struct exec *e)
{
	int err = exec_scripts(e);
	if (err < 0)
		return err;
	err = find_ids(e);
	if (err < 0)
		return err;
	e->image = kmalloc(sizeof(*e->image));
	if (e->image == NULL)
		return -ENOMEM;
	err = elf_parse(exec_read, e->file, e->image);
	if (err == 0)
		err = unshare(e);
	if (err == 0)
		err = exec_map(e);
	if (err == 0)
		err = exec_stack(e);
	return err;
}

static void exec_free(struct exec *e)
{
	for (unsigned i = 0; i < e->prefix_count; i++)
		kfree(e->prefix[i]);
	kfree(e->image);
	kfree(e->interp);
	exec_release(e->file);
	if (e->sighand != NULL)
		sighand_put(e->sighand);
	if (e->files != NULL)
		files_put(e->files);
	cred_put(e->cred);
	view_put(e->view);
}

/* --- committing --- */

static void set_comm(struct task *t, const char *filename)
{
	const char *slash = strrchr(filename, '/');
	strlcpy(t->comm, slash == NULL ? filename : slash + 1, sizeof(t->comm));
}

static void switch_view(struct task *t, struct view *new)
{
	struct proc *p = t->proc;
	struct view *old = p->view;

	forkrec_left(p);
	/* What is borrowed is the parent's. */
	if (old != NULL && old->under == NULL && old->ref.n == 2)
		p->max_rss = MAX(p->max_rss, view_most_resident(old));
	task_set_view(t, new, FORK_EXEC);
	view_get(new);
	p->view = new;
	view_install(new);
	view_put(old);
}

/* The process's reference of its program, which stays held. */
static void take_exe(struct proc *p, struct exec *e)
{
	proc_drop_exe(p);
	p->exe = e->file;
	p->tally = NULL;
	e->file = NULL;
}

static void take_copies(struct proc *p, struct exec *e)
{
	if (e->sighand != NULL) {
		sighand_put(p->sighand);
		p->sighand = e->sighand;
		e->sighand = NULL;
	}
	if (e->files != NULL) {
		files_put(p->files);
		p->files = e->files;
		e->files = NULL;
	}
}

static void forget_old_program(struct task *t)
{
	struct proc *p = t->proc;

	files_close_on_exec(p->files);
	if (t->view != NULL)
		futex_task_exit(t);
	t->clear_tid = 0;
	t->robust_list = 0;
	t->rseq = 0;
	p->membarriers = 0;
	t->alt_sp = t->alt_size = 0;
	t->alt_flags = 2; /* SS_DISABLE */
	sighand_exec(p->sighand);
	itimers_exec(p);
}

static void take_cred(struct proc *p, struct exec *e)
{
	const struct cred *old = current->cred;

	p->dumpable = e->cred->euid == old->euid && e->cred->egid == old->egid;
	if (e->secure)
		p->pdeath_signal = 0;
	cred_commit(e->cred);
	e->cred = NULL;
}

static void exec_commit(struct exec *e)
{
	struct task *t = current;
	struct proc *p = t->proc;

	forkmap_look();
	take_copies(p, e);
	forget_old_program(t);
	take_exe(p, e);
	set_comm(t, e->filename);
	switch_view(t, e->view);
	task_release_vfork(t);
	take_cred(p, e);
	p->did_exec = true;
	p->exit_signal = SIGCHLD;
	arch_fpu_reset(t);
	arch_debug_reset();
	(void)arch_set_tls(t, 0);
	regs_start(task_regs(t), e->entry, e->sp);
	forklog_exec(p->exe);
}

long proc_exec(struct file *exe, const char *filename, char *const *argv, char *const *envp,
	       unsigned flags)
{
	struct exec e = { .file = exe,
			  .filename = filename,
			  .argv = argv,
			  .envp = envp,
			  .kernel = flags & EXEC_KERNEL,
			  .unreachable = flags & EXEC_UNREACHABLE };
	int err = exec_hold(exe);
	if (err < 0)
		return err;
	pid_t old_tid = current->tid;
	err = exec_prepare(&e);
	if (err == 0)
		err = proc_kill_others();
	/* point of no return */
	if (err == 0)
		exec_commit(&e);
	exec_free(&e);
	if (err == 0)
		ptrace_exec(old_tid);
	return err;
}
