/* exec.c: execve(2), execveat(2). */

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "fs/vfs.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define PATH_MAX_ 4096

long sys_execveat(int dirfd, const char *upath, char *const *argv, char *const *envp, int flags)
{
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	char *path = kmalloc(PATH_MAX_);
	if (path == NULL)
		return -ENOMEM;
	int err = 0;
	ssize_t n = strncpy_from_user(path, upath, PATH_MAX_);
	struct file *f = NULL;
	if (n < 0)
		err = (int)n;
	else
		f = file_open_exec(dirfd, path, flags, &err);
	long result = err;
	if (f != NULL) {
		result = proc_exec(f, path, argv, envp, false);
		file_put(f);
	}
	kfree(path);
	return result;
}

long sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return sys_execveat(AT_FDCWD, path, argv, envp, 0);
}
