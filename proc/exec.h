/* exec.h: what the files of execve share: a program being prepared. */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include "elf/elf.h"
#include "proc/task.h"

#define EXEC_SCRIPTS 5 /* levels of #! */
#define EXEC_PREFIX  (2 * EXEC_SCRIPTS + 1)

struct exec {
	struct file *file;    /* what is run in the end: held (exec_hold) */
	const char *filename; /* as the caller named it */
	bool unreachable;     /* filename is /dev/fd/N of a descriptor that exec closes */
	char *const *argv, *const *envp; /* the program's pointers, or the kernel's */
	bool kernel;

	/* Scripts put these in front of argv, in place of its first `skip` strings. */
	char *prefix[EXEC_PREFIX]; /* kmalloc'ed */
	unsigned prefix_count, skip;

	struct elf_image *image, *interp; /* kmalloc'ed; interp NULL: none */
	struct view *view;		  /* new; a reference */
	uintptr_t bias, interp_bias;	  /* added to the addresses in the files */
	uintptr_t entry, sp;
	struct cred *cred;	 /* with what the file's set-id bits make of it; or NULL */
	bool secure;		 /* they changed something */
	struct sighand *sighand; /* copies, when the old ones were shared; or NULL */
	struct files *files;
};

/* --- exec_script.c --- */

/* Take a reference of f and forbid writing to it.  => 0, -ETXTBSY: somebody has it open for that */
int exec_hold(struct file *f);
void exec_release(struct file *f);
/* Follow #! lines: e->file becomes the interpreter.  => 0, -ENOEXEC, -ELOOP, -ENOENT, ... */
int exec_scripts(struct exec *e);

/* --- exec_map.c --- */

/* Map e->image (parsed) and the interpreter that it names, at places of their own; sets entry.  => 0, -errno */
int exec_map(struct exec *e);
ssize_t exec_read(void *file, void *buf, size_t n, uint64_t offset); /* an elf_read_fn */

/* --- exec_stack.c --- */

/* Copy arguments and environment onto the new stack and build the auxiliary vector; sets sp.
 * => 0, -E2BIG, -EFAULT, -ENOMEM */
int exec_stack(struct exec *e);

/* --- exec_why.c --- */

/* After execve has failed for what a file is or is not: path, and behind it what is to be blamed. */
void exec_why(const char *path, char *text, size_t size);

#endif
