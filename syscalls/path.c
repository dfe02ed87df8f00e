/* path.c: calls that take a path and change the tree or the process's place in it: mkdir(2),
 * unlink(2), rename(2), link(2), symlink(2), mknod(2), chdir(2), chroot(2), getcwd(2). */

#include <asm/errno.h>
#include <linux/capability.h>

#include "fs/path.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

/* From Linux's include/linux/fs.h, which is not for programs. */
struct file_handle {
	uint32_t handle_bytes;
	int handle_type;
};
#define MAX_HANDLE_SZ 128
#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID AT_REMOVEDIR
#endif

/* --- one name --- */

long sys_mkdirat(int dfd, const char *user, mode_t mode)
{
	char *name;
	int err = path_from_user(user, &name);

	if (err < 0)
		return err;
	err = do_mkdir(dfd, name, mode);
	kfree(name);
	return err;
}

long sys_mkdir(const char *user, mode_t mode)
{
	return sys_mkdirat(AT_FDCWD, user, mode);
}

long sys_mknodat(int dfd, const char *user, mode_t mode, unsigned dev)
{
	char *name;
	int err = path_from_user(user, &name);

	if (err < 0)
		return err;
	err = do_mknod(dfd, name, mode, dev);
	kfree(name);
	return err;
}

long sys_mknod(const char *user, mode_t mode, unsigned dev)
{
	return sys_mknodat(AT_FDCWD, user, mode, dev);
}

long sys_unlinkat(int dfd, const char *user, int flags)
{
	char *name;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	err = do_unlink(dfd, name, (flags & AT_REMOVEDIR) != 0);
	kfree(name);
	return err;
}

long sys_unlink(const char *user)
{
	return sys_unlinkat(AT_FDCWD, user, 0);
}

long sys_rmdir(const char *user)
{
	return sys_unlinkat(AT_FDCWD, user, AT_REMOVEDIR);
}

/* --- two names --- */

/* Both paths from the program.  => 0 with both to free */
static int two_paths(const char *user_a, const char *user_b, char **a, char **b)
{
	int err = path_from_user(user_a, a);

	if (err < 0)
		return err;
	err = path_from_user(user_b, b);
	if (err < 0)
		kfree(*a);
	return err;
}

long sys_renameat2(int olddfd, const char *old, int newdfd, const char *new, unsigned flags)
{
	char *from, *to;
	int err = two_paths(old, new, &from, &to);

	if (err < 0)
		return err;
	err = do_rename(olddfd, from, newdfd, to, flags);
	kfree(from);
	kfree(to);
	return err;
}

long sys_renameat(int olddfd, const char *old, int newdfd, const char *new)
{
	return sys_renameat2(olddfd, old, newdfd, new, 0);
}

long sys_rename(const char *old, const char *new)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_linkat(int olddfd, const char *old, int newdfd, const char *new, int flags)
{
	char *from, *to;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	int err = path_from_user(old, &from);
	if (err < 0)
		return err;
	err = path_from_user(new, &to);
	/* The old name is looked up before anything is said of the new one. */
	if (err < 0) {
		struct path p;
		int first = path_lookup(olddfd, from, 0, &p);
		if (first == 0)
			path_put(&p);
		err = first < 0 ? first : err;
	} else {
		err = do_link(olddfd, from, newdfd, to, flags);
	}
	kfree(from);
	kfree(to);
	return err;
}

long sys_link(const char *old, const char *new)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

long sys_symlinkat(const char *target, int dfd, const char *user)
{
	char *text, *name;
	int err = two_paths(target, user, &text, &name);

	if (err < 0)
		return err;
	err = do_symlink(text, dfd, name);
	kfree(text);
	kfree(name);
	return err;
}

long sys_symlink(const char *target, const char *user)
{
	return sys_symlinkat(target, AT_FDCWD, user);
}

long sys_readlinkat(int dfd, const char *user, char *buf, int size)
{
	struct path p;
	char *name;

	if (size <= 0)
		return -EINVAL;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	bool empty = name[0] == '\0';
	err = path_lookup(dfd, name, LOOKUP_EMPTY, &p);
	if (empty && dfd == AT_FDCWD && err == 0) {
		path_put(&p);
		err = -ENOENT;
	}
	kfree(name);
	if (err < 0)
		return err;
	char *text = inode_readlink(p.dentry->inode, &err);
	if (text == NULL) {
		path_put(&p);
		return empty && err == -EINVAL ? -ENOENT : err;
	}
	inode_touch_atime(p.dentry->inode, p.mnt);
	path_put(&p);
	size_t n = MIN(strlen(text), (size_t)size);
	err = copy_to_user(buf, text, n);
	kfree(text);
	return err < 0 ? err : (long)n;
}

long sys_readlink(const char *user, char *buf, int size)
{
	return sys_readlinkat(AT_FDCWD, user, buf, size);
}

/* --- handles: there are none, but mistakes are told apart --- */

static int handle_size(struct file_handle *user)
{
	struct file_handle h;

	if (get_user(h, user) < 0)
		return -EFAULT;
	return h.handle_bytes > MAX_HANDLE_SZ ? -EINVAL : (int)h.handle_bytes;
}

long sys_name_to_handle_at(int dfd, const char *user, struct file_handle *handle, int *mount_id,
			   int flags)
{
	const int known = AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID;
	struct path p;
	char *name;

	(void)mount_id;
	if (flags & ~known)
		return -EINVAL;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	err = path_lookup(dfd, name,
			  (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
				  (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
			  &p);
	kfree(name);
	if (err < 0)
		return err;
	bool computed = p.dentry->inode->sb->type->computed;
	path_put(&p);
	err = computed ? 0 : handle_size(handle);
	return err < 0 ? err : -EOPNOTSUPP;
}

long sys_open_by_handle_at(int mount_fd, struct file_handle *handle, int flags)
{
	(void)flags;
	if (!capable(CAP_DAC_READ_SEARCH))
		return -EPERM;
	int err = handle_size(handle);
	if (err <= 0)
		return err < 0 ? err : -EINVAL;
	struct file *f = mount_fd == AT_FDCWD ? NULL : fd_get(mount_fd);
	if (f == NULL && mount_fd != AT_FDCWD)
		return -EBADF;
	if (f != NULL)
		file_put(f);
	return -ESTALE;
}

/* --- the process's place --- */

/* A folder that the process may enter. */
static int place_from_user(const char *user, struct path *p)
{
	int err = dir_from_user(user, p);

	if (err < 0)
		return err;
	err = inode_permission(p->dentry->inode, MAY_EXEC);
	if (err < 0)
		path_put(p);
	return err;
}

static void set_place(struct path *place, struct path *p)
{
	struct path old = *place;

	*place = *p;
	path_put(&old);
}

long sys_chdir(const char *user)
{
	struct path p;
	int err = place_from_user(user, &p);

	if (err == 0)
		set_place(&current->proc->fs->cwd, &p);
	return err;
}

long sys_fchdir(int fd)
{
	struct file *f = fd_get(fd);
	int err = 0;

	if (f == NULL)
		return -EBADF;
	if (!inode_is_dir(f->inode))
		err = -ENOTDIR;
	else
		err = inode_permission(f->inode, MAY_EXEC);
	if (err == 0) {
		struct path p = { f->mnt, f->dentry };
		path_get(&p);
		set_place(&current->proc->fs->cwd, &p);
	}
	file_put(f);
	return err;
}

long sys_chroot(const char *user)
{
	struct path p;
	int err = place_from_user(user, &p);

	if (err < 0)
		return err;
	if (!capable(CAP_SYS_CHROOT)) {
		path_put(&p);
		return -EPERM;
	}
	set_place(&current->proc->fs->root, &p);
	return 0;
}

long sys_getcwd(char *buf, size_t size)
{
	struct fs_state *fs = current->proc->fs;
	static const char unreachable_mark[] = "(unreachable)";
	bool unreachable;

	if (dentry_is_deleted(fs->cwd.dentry))
		return -ENOENT;
	char *room = kmalloc(PATH_MAX + sizeof(unreachable_mark));
	if (room == NULL)
		return -ENOMEM;
	char *text = path_text(&fs->cwd, &fs->root, room + sizeof(unreachable_mark), PATH_MAX,
			       &unreachable);
	long result = text == NULL ? -ENAMETOOLONG : 0;
	if (text != NULL && unreachable) {
		text -= sizeof(unreachable_mark) - 1;
		memcpy(text, unreachable_mark, sizeof(unreachable_mark) - 1);
	}
	if (text != NULL) {
		size_t len = strlen(text) + 1;
		result = len > size ? -ERANGE : copy_to_user(buf, text, len);
		if (result == 0)
			result = (long)len;
	}
	kfree(room);
	return result;
}

long sys_umask(mode_t mask)
{
	return (long)fs_umask(current->proc->fs, mask);
}
