/* inotify.c: inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2). */

#include <asm/errno.h>

#include "fs/inotify.h"
#include "mm/slab.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define KNOWN_BITS                                                                                 \
	(IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW |   \
	 IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ISDIR | IN_ONESHOT)

long sys_inotify_init1(int flags)
{
	int err;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	struct file *f = inotify_create((unsigned)flags & O_NONBLOCK, &err);
	return fd_result(f, (unsigned)flags, err);
}

long sys_inotify_init(void)
{
	return sys_inotify_init1(0);
}

static long add_watch(struct file *f, const char *user, uint32_t mask)
{
	unsigned lookup = (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) |
			  (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0);
	struct path p;
	char *name;

	if ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE))
		return -EINVAL;
	if (!file_is_inotify(f))
		return -EINVAL;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, name, lookup, &p);
	kfree(name);
	if (err < 0)
		return err;
	err = inode_permission(p.dentry->inode, MAY_READ);
	if (err == 0)
		err = inotify_add(f, p.dentry->inode, mask);
	path_put(&p);
	return err;
}

long sys_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	if ((mask & ~KNOWN_BITS) || !(mask & KNOWN_BITS))
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	long wd = add_watch(f, path, mask);
	file_put(f);
	return wd;
}

long sys_inotify_rm_watch(int fd, int wd)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	long err = file_is_inotify(f) ? inotify_remove(f, wd) : -EINVAL;
	file_put(f);
	return err;
}
