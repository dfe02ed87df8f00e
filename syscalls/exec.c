/* exec.c: execve(2), execveat(2). */

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "fs/fd.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define NAME_SIZE   4096
#define PREFIX_SIZE 32 /* room for /dev/fd/N/ before it */

/* What the new program is told that it was named.  `name` has room for the prefix before it.
 * => the name, in the same buffer; *flags: is it of use to an interpreter? */
static const char *name_for_program(int dirfd, char *path, unsigned *flags)
{
	char prefix[PREFIX_SIZE];

	if (dirfd == AT_FDCWD || path[0] == '/')
		return path;
	if (fd_cloexec(dirfd) > 0)
		*flags |= EXEC_UNREACHABLE;
	int n = snprintf(prefix, sizeof(prefix), "/dev/fd/%d%s", dirfd, path[0] != 0 ? "/" : "");
	return memcpy(path - n, prefix, (size_t)n);
}

long sys_execveat(int dirfd, const char *upath, char *const *argv, char *const *envp, int flags)
{
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	char *buf = kmalloc(PREFIX_SIZE + NAME_SIZE);
	if (buf == NULL)
		return -ENOMEM;
	char *path = buf + PREFIX_SIZE;
	struct file *f = NULL;
	int err = 0;
	ssize_t n = strncpy_from_user(path, upath, NAME_SIZE);
	if (n >= 0)
		f = file_open_exec(dirfd, path, flags, &err);
	long result = n < 0 ? n : err;
	if (f != NULL) {
		unsigned how = 0;
		const char *name = name_for_program(dirfd, path, &how);
		result = proc_exec(f, name, argv, envp, how);
		file_put(f);
	}
	kfree(buf);
	return result;
}

long sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return sys_execveat(AT_FDCWD, path, argv, envp, 0);
}
