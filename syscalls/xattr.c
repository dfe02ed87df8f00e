/* xattr.c: setxattr(2), getxattr(2), listxattr(2), removexattr(2), by path, link and descriptor. */

#include <asm/errno.h>

#include "fs/xattr.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

/* --- which file --- */

/* path NULL: the descriptor. */
static int find_file(int fd, const char *path, unsigned lookup, struct path *p)
{
	char *name;

	if (path == NULL && fd >= 0) {
		struct file *f = fd_get(fd);
		if (f == NULL)
			return -EBADF;
		int err = f->flags & O_PATH ? -EBADF : 0;
		if (err == 0) {
			*p = (struct path){ f->mnt, f->dentry };
			path_get(p);
		}
		file_put(f);
		return err;
	}
	int err = path_from_user(path, &name);
	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, name, lookup, p);
	kfree(name);
	return err;
}

static int name_from_user(const char *user, char name[XATTR_NAME_MAX + 1])
{
	ssize_t n = strncpy_from_user(name, user, XATTR_NAME_MAX + 1);

	if (n == 0 || n == -ENAMETOOLONG)
		return -ERANGE;
	return (int)MIN(n, 0);
}

/* --- the calls, once for all three ways --- */

static long set(int fd, const char *path, unsigned lookup, const char *user_name, const void *user,
		size_t size, int flags)
{
	char name[XATTR_NAME_MAX + 1];
	struct path p;

	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	int err = name_from_user(user_name, name);
	if (err < 0)
		return err;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	void *value = kmalloc(size + 1);
	if (value == NULL)
		return -ENOMEM;
	err = size == 0 ? 0 : copy_from_user(value, user, size);
	if (err == 0)
		err = find_file(fd, path, lookup, &p);
	if (err == 0) {
		err = xattr_set(&p, name, value, size, flags);
		path_put(&p);
	}
	kfree(value);
	return err;
}

static long get(int fd, const char *path, unsigned lookup, const char *user_name, void *user,
		size_t size)
{
	char name[XATTR_NAME_MAX + 1];
	struct path p;
	int err = name_from_user(user_name, name);

	if (err == 0)
		err = find_file(fd, path, lookup, &p);
	if (err < 0)
		return err;
	size = MIN(size, XATTR_SIZE_MAX);
	void *value = kmalloc(size + 1);
	long n = value == NULL ? -ENOMEM : xattr_get(p.dentry->inode, name, value, size);
	if (n > 0 && size > 0 && copy_to_user(user, value, (size_t)n) < 0)
		n = -EFAULT;
	kfree(value);
	path_put(&p);
	return n;
}

static long list(int fd, const char *path, unsigned lookup, char *user, size_t size)
{
	struct path p;
	int err = find_file(fd, path, lookup, &p);

	if (err < 0)
		return err;
	size = MIN(size, XATTR_LIST_MAX);
	char *names = kmalloc(size + 1);
	long n = names == NULL ? -ENOMEM : xattr_list(p.dentry->inode, names, size);
	if (n > 0 && size > 0 && copy_to_user(user, names, (size_t)n) < 0)
		n = -EFAULT;
	kfree(names);
	path_put(&p);
	return n;
}

static long take_away(int fd, const char *path, unsigned lookup, const char *user_name)
{
	char name[XATTR_NAME_MAX + 1];
	struct path p;
	int err = name_from_user(user_name, name);

	if (err == 0)
		err = find_file(fd, path, lookup, &p);
	if (err < 0)
		return err;
	err = xattr_remove(&p, name);
	path_put(&p);
	return err;
}

long sys_setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return set(-1, path, LOOKUP_FOLLOW, name, value, size, flags);
}

long sys_lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return set(-1, path, 0, name, value, size, flags);
}

long sys_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return fd < 0 ? -EBADF : set(fd, NULL, 0, name, value, size, flags);
}

long sys_getxattr(const char *path, const char *name, void *value, size_t size)
{
	return get(-1, path, LOOKUP_FOLLOW, name, value, size);
}

long sys_lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	return get(-1, path, 0, name, value, size);
}

long sys_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return fd < 0 ? -EBADF : get(fd, NULL, 0, name, value, size);
}

long sys_listxattr(const char *path, char *names, size_t size)
{
	return list(-1, path, LOOKUP_FOLLOW, names, size);
}

long sys_llistxattr(const char *path, char *names, size_t size)
{
	return list(-1, path, 0, names, size);
}

long sys_flistxattr(int fd, char *names, size_t size)
{
	return fd < 0 ? -EBADF : list(fd, NULL, 0, names, size);
}

long sys_removexattr(const char *path, const char *name)
{
	return take_away(-1, path, LOOKUP_FOLLOW, name);
}

long sys_lremovexattr(const char *path, const char *name)
{
	return take_away(-1, path, 0, name);
}

long sys_fremovexattr(int fd, const char *name)
{
	return fd < 0 ? -EBADF : take_away(fd, NULL, 0, name);
}
