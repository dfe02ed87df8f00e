/* exec_script.c: from the file that was named to the file that is run: #! lines, one behind the
 * other. */

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "elf/script.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"

int exec_hold(struct file *f)
{
	int err = inode_deny_write(f->inode);
	if (err < 0)
		return err;
	file_get(f);
	return 0;
}

void exec_release(struct file *f)
{
	if (f == NULL)
		return;
	inode_allow_write(f->inode);
	file_put(f);
}

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

/* Go on with the interpreter of a script that begins with head. */
static int enter_script(struct exec *e, char *head)
{
	char *interp, *arg;
	int err = script_parse(head, &interp, &arg);
	if (err < 0)
		return err;
	if (e->unreachable)
		return -ENOENT; /* the interpreter could not open the script */
	err = push_prefix(e, interp, arg);
	if (err < 0)
		return err;
	if (*interp == 0)
		return -EACCES; /* Linux opens the working directory then */
	struct file *f = file_open_exec(AT_FDCWD, interp, 0, &err);
	if (f == NULL)
		return err;
	err = exec_hold(f);
	if (err == 0) {
		exec_release(e->file);
		e->file = f;
	}
	file_put(f); /* held, or not wanted */
	return err;
}

int exec_scripts(struct exec *e)
{
	char *head = kmalloc(SCRIPT_HEAD);
	int err = head == NULL ? -ENOMEM : 0;

	for (unsigned level = 0; err == 0; level++) {
		memset(head, 0, SCRIPT_HEAD);
		ssize_t n = file_read_at(e->file, head, SCRIPT_HEAD, 0);
		if (n < 0)
			err = (int)n;
		else if (head[0] != '#' || head[1] != '!')
			break;
		else if (level == EXEC_SCRIPTS)
			err = -ELOOP;
		else
			err = enter_script(e, head);
	}
	kfree(head);
	return err;
}
