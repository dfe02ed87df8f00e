/* exec.c: execve.
 *
 * In two halves.  exec_prepare() may fail and touches only new objects: it follows #! lines, parses
 * the file, makes a view in a window of its own, maps the program and its interpreter there and
 * copies arguments and environment across, all while the old program is still whole.
 * exec_commit() cannot fail: it closes descriptors, moves the task to the new view and, when the old
 * view was a shadow, lets the paused parent go on.  In that order: the parent must find the ends of
 * pipes closed. */

#include <asm/errno.h>

#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"
#include "proc/internal.h"
#include "proc/itimer.h"

#include "elf/script.h"

ssize_t exec_read(void *file, void *buf, size_t n, uint64_t offset)
{
	return file_read_at(file, buf, n, (off_t)offset);
}

/* --- scripts --- */

/* Put interp, arg (or not) and the script's own name in front of the arguments; what stood for
 * argv[0] goes. */
static int push_prefix(struct exec *e, const char *interp, const char *arg)
{
	unsigned more = arg != NULL ? 2 : 1;
	char *script = e->prefix_count > 0 ? e->prefix[0] : kstrdup(e->filename);
	char *first = kstrdup(interp), *second = arg != NULL ? kstrdup(arg) : NULL;
	unsigned kept = e->prefix_count > 0 ? e->prefix_count - 1 : 0;

	if (script == NULL || first == NULL || (arg != NULL && second == NULL)) {
		if (e->prefix_count == 0)
			kfree(script);
		kfree(first);
		kfree(second);
		return -ENOMEM;
	}
	for (unsigned i = kept; i > 0; i--)
		e->prefix[more + i] = e->prefix[i];
	e->prefix[more] = script;
	e->prefix[0] = first;
	if (arg != NULL)
		e->prefix[1] = second;
	e->prefix_count = more + 1 + kept;
	e->skip = 1;
	return 0;
}

int exec_scripts(struct exec *e)
{
	char *head = kmalloc(EXEC_HEAD + 1);
	int err = head == NULL ? -ENOMEM : 0;

	for (unsigned level = 0; err == 0; level++) {
		char *interp, *arg;
		ssize_t n = exec_read(e->file, head, EXEC_HEAD, 0);
		if (n < 0) {
			err = (int)n;
			break;
		}
		if (n < 2 || head[0] != '#' || head[1] != '!')
			break;
		if (level == EXEC_SCRIPTS) {
			err = -ELOOP;
			break;
		}
		err = script_parse(head, (size_t)n, EXEC_HEAD, &interp, &arg);
		if (err == 0)
			err = push_prefix(e, interp, arg);
		if (err < 0)
			break;
		struct file *f = file_open_exec(-100 /* AT_FDCWD */, e->prefix[0], 0, &err);
		if (f == NULL)
			break;
		file_put(e->file);
		e->file = f;
		err = 0;
	}
	kfree(head);
	return err;
}

/* --- preparing --- */

static int exec_prepare(struct exec *e)
{
	int err = exec_scripts(e);
	if (err < 0)
		return err;
	e->image = kmalloc(sizeof(*e->image));
	if (e->image == NULL)
		return -ENOMEM;
	err = elf_parse(exec_read, e->file, e->image);
	if (err == 0 && current->proc->sighand->ref.n > 1) {
		e->sighand = sighand_copy(current->proc->sighand);
		err = e->sighand == NULL ? -ENOMEM : 0;
	}
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
	if (e->file != NULL)
		file_put(e->file);
	if (e->sighand != NULL)
		sighand_put(e->sighand);
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

	task_set_view(t, new, FORK_EXEC);
	view_get(new);
	p->view = new;
	view_install(new);
	view_put(old);
}

static void take_exe(struct proc *p, struct file *f)
{
	proc_drop_exe(p);
	if (inode_deny_write(f->inode) < 0)
		return; /* somebody writes it: then it has no /proc/<pid>/exe to protect */
	file_get(f);
	p->exe = f;
}

static void exec_commit(struct exec *e)
{
	struct task *t = current;
	struct proc *p = t->proc;

	if (e->sighand != NULL) {
		sighand_put(p->sighand);
		p->sighand = e->sighand;
		e->sighand = NULL;
	}
	files_close_on_exec(p->files);
	take_exe(p, e->file);
	set_comm(t, e->filename);
	t->clear_tid = 0;
	t->robust_list = 0;
	t->alt_sp = t->alt_size = 0;
	t->alt_flags = 2; /* SS_DISABLE */
	switch_view(t, e->view);
	task_release_vfork(t);
	sighand_exec(p->sighand);
	itimers_exec(p);
	arch_fpu_reset(t);
	(void)arch_set_tls(t, 0);
	regs_start(task_regs(t), e->entry, e->sp);
	p->did_exec = true;
	p->dumpable = true;
	p->pdeath_signal = 0;
	p->exit_signal = SIGCHLD;
}

long proc_exec(struct file *exe, const char *filename, char *const *argv, char *const *envp,
	       bool kernel)
{
	struct exec e = { .file = exe, .filename = filename, .argv = argv, .envp = envp,
			  .kernel = kernel };
	file_get(exe);
	int err = exec_prepare(&e);
	if (err == 0)
		err = proc_kill_others();
	/* point of no return */
	if (err == 0)
		exec_commit(&e);
	exec_free(&e);
	return err;
}
