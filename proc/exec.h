/* exec.h: what the files of execve share: a program being prepared. */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include "elf/elf.h"
#include "proc/task.h"

#define EXEC_HEAD 256	  /* bytes of a file that say what it is (Linux: BINPRM_BUF_SIZE) */
#define EXEC_SCRIPTS 5	  /* levels of #! */
#define EXEC_PREFIX (2 * EXEC_SCRIPTS + 1)

struct exec {
	struct file *file;	/* what is run in the end, a reference */
	const char *filename;	/* as the caller named it */
	char *const *argv, *const *envp; /* the program's pointers, or the kernel's */
	bool kernel;

	/* Scripts put these in front of argv, in place of the first `skip` ones. */
	char *prefix[EXEC_PREFIX]; /* kmalloc'ed */
	unsigned prefix_count, skip;

	struct view *view;	/* new; a reference */
	struct elf_image *image, *interp;
	uintptr_t bias, interp_bias; /* added to the addresses in the files */
	uintptr_t entry, sp;
	struct sighand *sighand; /* a copy when the old one was shared; or NULL */
};

/* Follow #! lines: e->file becomes the interpreter.  => 0, -ENOEXEC, -ELOOP, -ENOENT, … */
int exec_scripts(struct exec *e);
/* Map e->image (parsed) and its interpreter into a new view.  => 0, -errno */
int exec_map(struct exec *e);
/* Copy arguments and environment onto the new stack and build the auxiliary vector.
 * => 0, -E2BIG, -EFAULT, -ENOMEM */
int exec_stack(struct exec *e);

ssize_t exec_read(void *file, void *buf, size_t n, uint64_t offset);

#endif
