/* exec_why.c: why a program could not be run, in words.
 *
 * execve has one errno for many reasons: ENOENT is said of a program whose interpreter is missing.
 * Here the files are looked at once more, from the program to its interpreter to that one's, up to the first
 * that is at fault. */

#include <asm/errno.h>
#include <linux/elf.h>
#include <linux/fcntl.h>

#include "elf/script.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"

static void add(char *text, size_t size, const char *what, const char *name)
{
	size_t at = strlen(text);
	snprintf(text + at, size - at, "%s%s", what, name);
}

/* What is wrong with a file that is no script, given its beginning.  => NULL: it may be a program */
static const char *fault_of(const char *head, size_t n)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)head;

	if (n == 0)
		return "an empty file";
	if (n < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return "neither an ELF program nor a script with #!";
	if (h->e_machine != arch_elf_machine)
		return h->e_ident[EI_CLASS] == ELFCLASS32 ? "a 32-bit program"
							  : "a program for another machine";
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return "an ELF file, but no program";
	return NULL;
}

/* The interpreter that an ELF program names, in a buffer of PATH_MAX bytes.  => NULL: it is damaged;
 * "": it names none */
static const char *elf_interp(struct file *f, char *path)
{
	struct elf_image *image = kmalloc(sizeof(*image));
	ssize_t n = -ENOEXEC;

	path[0] = 0;
	if (image == NULL)
		return path;
	if (elf_parse(exec_read, f, image) == 0) {
		n = (ssize_t)image->interp_size;
		if (n > 0)
			n = exec_read(f, path, image->interp_size, image->interp_offset);
		path[n > 0 ? n - 1 : 0] = 0;
	}
	kfree(image);
	return n < 0 ? NULL : path;
}

/* Look at one file.  => the interpreter that it wants, in path; NULL: none, and *fault may say more */
static const char *look_at(struct file *f, char *path, const char **fault)
{
	char head[SCRIPT_HEAD] = { 0 }, *interp, *arg;
	ssize_t n = file_read_at(f, head, sizeof(head), 0);

	if (n < 0)
		return NULL;
	if (head[0] == '#' && head[1] == '!') {
		if (script_parse(head, &interp, &arg) < 0 || *interp == 0) {
			*fault = "no interpreter behind its #!";
			return NULL;
		}
		strlcpy(path, interp, ELF_INTERP_MAX);
		return path;
	}
	*fault = fault_of(head, (size_t)n);
	if (*fault != NULL)
		return NULL;
	const char *found = elf_interp(f, path);
	if (found == NULL)
		*fault = "a damaged ELF program";
	return found != NULL && *found != 0 ? found : NULL;
}

void exec_why(const char *path, char *text, size_t size)
{
	char *interp = kmalloc(ELF_INTERP_MAX);
	const char *fault = NULL;

	strlcpy(text, path, size);
	for (unsigned level = 0; interp != NULL && level <= EXEC_SCRIPTS + 1; level++) {
		int err;
		struct file *f = file_open_exec(AT_FDCWD, path, 0, &err);
		if (level > 0)
			add(text, size, ": its interpreter ", path);
		if (f == NULL)
			break;
		path = look_at(f, interp, &fault);
		file_put(f);
		if (fault != NULL)
			add(text, size, ": ", fault);
		if (path == NULL)
			break;
	}
	kfree(interp);
}
