/* file.c: open files and descriptors: open(2) and its family, close(2), dup(2), fcntl(2), ioctl(2),
 * pipe(2), memfd_create(2), file locks. */

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <linux/resource.h>

#include "fs/async.h"
#include "fs/fd.h"
#include "fs/inotify.h"
#include "fs/lock.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

/* Newer than the ABI headers that we build with. */
#define F_DUPFD_QUERY	(F_LINUX_SPECIFIC_BASE + 3)
#define F_CREATED_QUERY (F_LINUX_SPECIFIC_BASE + 4)
#define F_SEAL_EXEC	0x20
#define MFD_NOEXEC_SEAL 8
#define MFD_EXEC	16

/* What O_PATH allows beside it. */
#define PATH_FLAGS ((uint64_t)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
#define OPEN_FLAGS                                                                                 \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |      \
	 FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |      \
	 O_PATH | O_TMPFILE)
/* What F_SETFL may change. */
#define SETTABLE (O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT | FASYNC)

#define SHORT_PATH 128

static ssize_t path_of_size(const char *user, size_t size, char **path)
{
	*path = kmalloc(size);
	if (*path == NULL)
		return -ENOMEM;
	ssize_t n = strncpy_from_user(*path, user, size);
	if (n < 0) {
		kfree(*path);
		*path = NULL;
	}
	return n;
}

int path_from_user(const char *user, char **path)
{
	/* Nearly all are short. */
	ssize_t n = path_of_size(user, SHORT_PATH, path);
	if (n == -ENAMETOOLONG)
		n = path_of_size(user, PATH_MAX, path);
	return n < 0 ? (int)n : 0;
}

int dir_from_user(const char *user, struct path *p)
{
	char *name;
	int err = path_from_user(user, &name);

	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, p);
	kfree(name);
	return err;
}

long fd_result(struct file *f, unsigned flags, int err)
{
	if (f == NULL)
		return err == -ENOMEM ? file_no_more() : err;
	long fd = fd_install(f, flags & O_CLOEXEC ? FD_CLOEXEC : 0, 0);
	if (fd < 0)
		file_put(f);
	return fd;
}

/* --- open --- */

static long open_user(int dfd, const char *path, unsigned flags, mode_t mode, unsigned lookup)
{
	char *name;
	int err = path_from_user(path, &name);

	if (err < 0)
		return err;
	err = fd_room();
	if (err < 0) { /* before anything is created */
		kfree(name);
		return err;
	}
	flags |= O_LARGEFILE; /* for 64-bit programs always; O_PATH takes it off */
	struct file *f = do_open(dfd, name, flags, mode & 07777, lookup, &err);
	kfree(name);
	return fd_result(f, flags, err);
}

/* Unknown flags are ignored. */
long sys_openat(int dfd, const char *path, int flags, mode_t mode)
{
	return open_user(dfd, path, (unsigned)flags & OPEN_FLAGS, mode, 0);
}

long sys_open(const char *path, int flags, mode_t mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(const char *path, mode_t mode)
{
	return open_user(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, 0);
}

long sys_openat2(int dfd, const char *path, const struct open_how *user, size_t size)
{
	struct open_how how;
	static const struct {
		uint64_t resolve;
		unsigned lookup;
	} bits[] = {
		{ RESOLVE_NO_XDEV, LOOKUP_NO_XDEV },
		{ RESOLVE_NO_MAGICLINKS, LOOKUP_NO_MAGIC },
		{ RESOLVE_NO_SYMLINKS, LOOKUP_NO_SYMLINKS },
		{ RESOLVE_BENEATH, LOOKUP_BENEATH },
		{ RESOLVE_IN_ROOT, LOOKUP_IN_ROOT },
		{ RESOLVE_CACHED, 0 },
	};
	unsigned lookup = 0;

	if (size < sizeof(how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (get_user(how, user) < 0)
		return -EFAULT;
	/* What a later Linux may have added must not be asked for. */
	for (size_t i = sizeof(how); i < size; i++) {
		uint8_t more;
		if (get_user(more, (const uint8_t *)user + i) < 0)
			return -EFAULT;
		if (more != 0)
			return -E2BIG;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++) {
		if (how.resolve & bits[i].resolve)
			lookup |= bits[i].lookup;
		how.resolve &= ~bits[i].resolve;
	}
	bool creates = (how.flags & O_CREAT) || (how.flags & O_TMPFILE) == O_TMPFILE;
	if ((how.flags & O_PATH) && (how.flags & ~PATH_FLAGS))
		return -EINVAL;
	if (how.resolve != 0 || (how.flags & ~(uint64_t)OPEN_FLAGS) || (how.mode & ~07777ull) ||
	    (how.mode != 0 && !creates))
		return -EINVAL;
	if ((lookup & LOOKUP_BENEATH) && (lookup & LOOKUP_IN_ROOT))
		return -EINVAL;
	return open_user(dfd, path, (unsigned)how.flags, (mode_t)how.mode, lookup);
}

long sys_memfd_create(const char *user_name, unsigned flags)
{
	int err;

	const unsigned known = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC;
	if ((flags & ~known) || (~flags & (MFD_NOEXEC_SEAL | MFD_EXEC)) == 0)
		return -EINVAL;
	char *name = kmalloc(PATH_MAX);
	if (name == NULL)
		return -ENOMEM;
	memcpy(name, "memfd:", 6);
	ssize_t n = strncpy_from_user(name + 6, user_name, 250);
	err = n == -ENAMETOOLONG ? -EINVAL : (int)MIN(n, 0);
	struct file *f = err < 0 ? NULL : file_create_anonymous(name, 0);
	if (f != NULL && (flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL)))
		f->inode->seals = 0;
	if (f != NULL)
		f->flags |= O_LARGEFILE;
	if (f != NULL && (flags & MFD_NOEXEC_SEAL)) {
		f->inode->mode &= ~(mode_t)0111;
		f->inode->seals = F_SEAL_EXEC;
	}
	kfree(name);
	return fd_result(f, flags & MFD_CLOEXEC ? O_CLOEXEC : 0, err < 0 ? err : -ENOMEM);
}

/* --- close, dup --- */

long sys_close(int fd)
{
	return fd_close(fd);
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
		return -EINVAL;
	struct proc *p = current->proc;
	if ((flags & CLOSE_RANGE_UNSHARE) && files_shared(p->files)) {
		struct files *mine = files_copy(p->files);
		if (mine == NULL)
			return -ENOMEM;
		files_put(p->files);
		p->files = mine;
	}
	for (int fd = first > INT32_MAX ? -1 : (int)first;
	     (fd = files_next(p->files, fd)) >= 0 && (unsigned)fd <= last; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			fd_set_cloexec(fd, true);
		else
			fd_close(fd);
	}
	return 0;
}

static long dup_at(struct file *f, unsigned fd_flags, int min)
{
	long fd = fd_install(f, fd_flags, min);

	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_dup(int fd)
{
	struct file *f = fd_get(fd);

	return f == NULL ? -EBADF : dup_at(f, 0, 0);
}

static long dup_to(int old, int new, unsigned fd_flags)
{
	struct file *f = fd_get(old);

	if (f == NULL)
		return -EBADF;
	long fd = fd_replace(f, fd_flags, new);
	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_dup2(int old, int new)
{
	if (old == new) {
		int err = fd_cloexec(old);
		return err < 0 ? err : new;
	}
	return dup_to(old, new, 0);
}

long sys_dup3(int old, int new, int flags)
{
	if ((flags & ~O_CLOEXEC) || old == new)
		return -EINVAL;
	return dup_to(old, new, flags & O_CLOEXEC ? FD_CLOEXEC : 0);
}

long sys_pipe2(int *user, int flags)
{
	struct file *ends[2];
	int fd[2];

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	int err = pipe_create(ends, (unsigned)flags & (O_NONBLOCK | O_DIRECT));
	if (err < 0)
		return err;
	unsigned fd_flags = flags & O_CLOEXEC ? FD_CLOEXEC : 0;
	fd[0] = fd_install(ends[0], fd_flags, 0);
	if (fd[0] < 0) {
		file_put(ends[0]);
		file_put(ends[1]);
		return fd[0];
	}
	fd[1] = fd_install(ends[1], fd_flags, 0);
	if (fd[1] < 0) {
		file_put(ends[1]);
		fd_close(fd[0]);
		return fd[1];
	}
	err = copy_to_user(user, fd, sizeof(fd));
	if (err < 0) {
		fd_close(fd[0]);
		fd_close(fd[1]);
	}
	return err;
}

long sys_pipe(int *fds)
{
	return sys_pipe2(fds, 0);
}

/* --- fcntl --- */

static long set_flags(struct file *f, int fd, unsigned flags)
{
	if (((flags ^ f->flags) & O_NOATIME) && (flags & O_NOATIME) &&
	    !inode_owner_or_capable(f->inode))
		return -EPERM;
	if ((flags & O_DIRECT) && !file_may_be_direct(f->inode))
		return -EINVAL;
	if (f->ops->poll == NULL) /* never ready, never a signal */
		flags &= ~(unsigned)FASYNC;
	if ((flags ^ f->flags) & FASYNC) {
		int err = async_turn(f, fd, (flags & FASYNC) != 0);
		if (err < 0)
			return err;
	}
	f->flags = (f->flags & ~(unsigned)SETTABLE) | (flags & SETTABLE);
	return 0;
}

/* --- the owner of a file's signals --- */

static long set_owner(struct file *f, int who)
{
	struct f_owner_ex owner = { .type = F_OWNER_PID, .pid = who };

	if (who == INT32_MIN)
		return -EINVAL;
	if (who < 0)
		owner = (struct f_owner_ex){ .type = F_OWNER_PGRP, .pid = -who };
	return async_set_owner(f, &owner);
}

static long get_owner(struct file *f)
{
	struct f_owner_ex owner;

	async_get_owner(f, &owner);
	return owner.type == F_OWNER_PGRP ? -owner.pid : owner.pid;
}

static long set_owner_ex(struct file *f, const struct f_owner_ex *user)
{
	struct f_owner_ex owner;

	return get_user(owner, user) < 0 ? -EFAULT : async_set_owner(f, &owner);
}

static long get_owner_ex(struct file *f, struct f_owner_ex *user)
{
	struct f_owner_ex owner;

	async_get_owner(f, &owner);
	return put_user(owner, user);
}

/* Leases are refused as if somebody had the file open for writing. */
static long set_lease(const struct file *f, unsigned type)
{
	if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK)
		return -EINVAL;
	return S_ISREG(f->inode->mode) ? -EAGAIN : -EINVAL;
}

static long rw_hint(struct file *f, unsigned cmd, uint64_t *user)
{
	uint64_t hint = f->inode->write_hint;

	if (cmd == F_GET_RW_HINT)
		return put_user(hint, user);
	if (get_user(hint, user) < 0)
		return -EFAULT;
	if (hint > RWH_WRITE_LIFE_EXTREME)
		return -EINVAL;
	if (!inode_owner_or_capable(f->inode))
		return -EPERM;
	f->inode->write_hint = (uint8_t)hint;
	return 0;
}

/* --- locks, seals and the rest of fcntl --- */

static long do_lock(struct file *f, int cmd, struct flock *user)
{
	struct flock fl;

	if (get_user(fl, user) < 0)
		return -EFAULT;
	long err = lock_posix(f, cmd, &fl);
	if (err == 0 && (cmd == F_GETLK || cmd == F_OFD_GETLK) && put_user(fl, user) < 0)
		err = -EFAULT;
	return err;
}

/* All regular files in memory have, most of them the one that keeps others away. */
static bool has_seals(const struct inode *inode)
{
	return S_ISREG(inode->mode) && !inode->sb->type->computed;
}

static long add_seals(struct file *f, unsigned seals)
{
	struct inode *inode = f->inode;
	const unsigned contents = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;

	if (!has_seals(inode))
		return -EINVAL;
	if (!file_writable(f))
		return -EPERM;
	if (seals & ~(contents | F_SEAL_SEAL | F_SEAL_EXEC))
		return -EINVAL;
	if (inode->seals & F_SEAL_SEAL)
		return -EPERM;
	if ((seals & F_SEAL_WRITE) && !(inode->seals & F_SEAL_WRITE) && inode->ext.may_write > 0)
		return -EBUSY;
	/* A program that may no longer lose its x bit may no longer change either. */
	if ((seals & F_SEAL_EXEC) && (inode->mode & 0111))
		seals |= contents;
	inode->seals |= seals;
	return 0;
}

static long fcntl_file(struct file *f, int fd, unsigned cmd, uintptr_t arg)
{
	switch (cmd) {
	case F_GETFL: return f->flags;
	case F_SETFL: return set_flags(f, fd, (unsigned)arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW: return do_lock(f, (int)cmd, (struct flock *)arg);
	case F_GETOWN: return get_owner(f);
	case F_SETOWN: return set_owner(f, (int)arg);
	case F_GETOWN_EX: return get_owner_ex(f, (struct f_owner_ex *)arg);
	case F_SETOWN_EX: return set_owner_ex(f, (const struct f_owner_ex *)arg);
	case F_GETSIG: return async_get_signal(f);
	case F_SETSIG: return arg > SIG_MAX ? -EINVAL : async_set_signal(f, (int)arg);
	case F_SETLEASE: return set_lease(f, (unsigned)arg);
	case F_CREATED_QUERY: return f->created;
	case F_GET_RW_HINT:
	case F_SET_RW_HINT: return rw_hint(f, cmd, (uint64_t *)arg);
	case F_SETPIPE_SZ: return pipe_set_size(f, arg);
	case F_GETPIPE_SZ: return pipe_get_size(f);
	case F_ADD_SEALS: return add_seals(f, (unsigned)arg);
	case F_GET_SEALS: return has_seals(f->inode) ? (long)f->inode->seals : -EINVAL;
	case F_GETLEASE: return F_UNLCK;
	case F_NOTIFY: return dnotify(f, fd, (unsigned)arg);
	default: return -EINVAL;
	}
}

/* Do f and the descriptor mean one open file? */
static long same_file(const struct file *f, int fd)
{
	struct file *other = fd_get(fd);

	if (other == NULL)
		return -EBADF;
	bool same = other == f;
	file_put(other);
	return same;
}

/* Commands on the descriptor itself, which also work with O_PATH. */
static bool fcntl_descriptor(struct file *f, int fd, unsigned cmd, uintptr_t arg, long *result)
{
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg >= current->proc->limits[RLIMIT_NOFILE].rlim_cur) {
			*result = -EINVAL;
			return true;
		}
		file_get(f);
		*result = dup_at(f, cmd == F_DUPFD_CLOEXEC ? FD_CLOEXEC : 0, (int)arg);
		return true;
	case F_DUPFD_QUERY: *result = same_file(f, (int)arg); return true;
	case F_GETFD: *result = fd_cloexec(fd) > 0 ? FD_CLOEXEC : 0; return true;
	case F_SETFD:
		fd_set_cloexec(fd, (arg & FD_CLOEXEC) != 0);
		*result = 0;
		return true;
	default: return false;
	}
}

long sys_fcntl(int fd, unsigned cmd, uintptr_t arg)
{
	struct file *f = fd_get(fd);
	long result;

	if (f == NULL)
		return -EBADF;
	if (!fcntl_descriptor(f, fd, cmd, arg, &result)) {
		if ((f->flags & O_PATH) && cmd != F_GETFL)
			result = -EBADF;
		else
			result = fcntl_file(f, fd, cmd, arg);
	}
	file_put(f);
	return result;
}

long sys_flock(int fd, unsigned op)
{
	if (op & LOCK_MAND)
		return 0; /* once for SMB servers; Linux ignores it */
	unsigned kind = op & ~(unsigned)LOCK_NB;
	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return -EINVAL;
	struct file *f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	bool usable = kind == LOCK_UN || file_readable(f) || file_writable(f);
	long err = (f->flags & O_PATH) || !usable ? -EBADF : lock_flock(f, (int)op);
	file_put(f);
	return err;
}

/* --- ioctl --- */

static long ioctl_flag(struct file *f, int fd, unsigned flag, const int *user)
{
	int on;

	if (get_user(on, user) < 0)
		return -EFAULT;
	if (flag == FASYNC && on && f->ops->poll == NULL)
		return -ENOTTY;
	return set_flags(f, fd, on ? f->flags | flag : f->flags & ~flag);
}

/* No file shares its blocks with another here: which error it is. */
static long clone_file(const struct file *to, int fd)
{
	struct file *from = fd_get(fd);
	long err = -EOPNOTSUPP;

	if (from == NULL)
		return -EBADF;
	if (from->inode->sb != to->inode->sb)
		err = -EXDEV;
	else if (inode_is_dir(from->inode) || inode_is_dir(to->inode))
		err = -EISDIR;
	else if (!S_ISREG(from->inode->mode) || !S_ISREG(to->inode->mode))
		err = -EINVAL;
	else if (!file_readable(from) || !file_writable(to))
		err = -EBADF;
	file_put(from);
	return err;
}

/* What every file system answers.  => false: not of these */
static bool ioctl_fs(struct file *f, unsigned cmd, uintptr_t arg, long *result)
{
	const int size = PAGE_SIZE;
	bool regular = file_is_regular(f) && !f->inode->sb->type->computed;
	int64_t bytes;

	switch (cmd) {
	case FIGETBSZ: *result = put_user(size, (int *)arg); return true;
	case FICLONE: *result = clone_file(f, (int)arg); return true;
	case FIBMAP: *result = file_is_regular(f) ? -EINVAL : -ENOTTY; return true;
	case FIOQSIZE:
		if (!regular && !inode_is_dir(f->inode))
			return false;
		bytes = regular ? (int64_t)inode_blocks(f->inode) * 512 : 0;
		*result = put_user(bytes, (int64_t *)arg);
		return true;
	default: return false;
	}
}

static long ioctl_file(struct file *f, int fd, unsigned cmd, uintptr_t arg)
{
	long result;

	if (ioctl_fs(f, cmd, arg, &result))
		return result;
	switch (cmd) {
	case FIOCLEX: fd_set_cloexec(fd, true); return 0;
	case FIONCLEX: fd_set_cloexec(fd, false); return 0;
	case FIONBIO: return ioctl_flag(f, fd, O_NONBLOCK, (const int *)arg);
	case FIOASYNC: return ioctl_flag(f, fd, FASYNC, (const int *)arg);
	case FIONREAD:
		if (file_is_regular(f)) {
			off_t left = (off_t)f->inode->size - f->pos;
			int n = (int)MIN(MAX(left, 0), INT32_MAX);
			return put_user(n, (int *)arg);
		}
		break;
	}
	return f->ops->ioctl == NULL ? -ENOTTY : f->ops->ioctl(f, cmd, arg);
}

long sys_ioctl(int fd, unsigned cmd, uintptr_t arg)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	long result = f->flags & O_PATH ? -EBADF : ioctl_file(f, fd, cmd, arg);
	file_put(f);
	return result;
}

/* --- size --- */

static int truncate_file(struct dentry *d, off_t size)
{
	struct inode *inode = d->inode;

	if ((uint64_t)size > current->proc->limits[RLIMIT_FSIZE].rlim_cur) {
		signal_send_task(current, SIGXFSZ, NULL);
		return -EFBIG;
	}
	/* Files of /proc and /sys have no size: that is nothing to them. */
	int err = inode->ops->truncate == NULL ? 0 : inode->ops->truncate(inode, (uint64_t)size);
	if (err == 0) {
		inode_drop_setid(inode);
		inode_touch_mtime(inode);
		notify_dentry(d, IN_MODIFY);
	}
	return err;
}

long sys_truncate(const char *user, off_t size)
{
	struct path p;
	char *name;

	if (size < 0)
		return -EINVAL;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &p);
	kfree(name);
	if (err < 0)
		return err;
	struct inode *inode = p.dentry->inode;
	if (inode_is_dir(inode))
		err = -EISDIR;
	else if (!S_ISREG(inode->mode))
		err = -EINVAL;
	if (err == 0)
		err = mount_want_write(p.mnt);
	if (err == 0)
		err = inode_permission(inode, MAY_WRITE);
	if (err == 0 && inode->writers < 0)
		err = -ETXTBSY;
	if (err == 0)
		err = truncate_file(p.dentry, size);
	path_put(&p);
	return err;
}

long sys_ftruncate(int fd, off_t size)
{
	struct file *f;
	int err = -EINVAL;

	if (size < 0)
		return -EINVAL;
	f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	if (f->flags & O_PATH)
		err = -EBADF;
	else if (file_is_regular(f) && file_writable(f))
		err = truncate_file(f->dentry, size);
	file_put(f);
	return err;
}

int file_allocate(struct file *f, int mode, off_t off, off_t len)
{
	struct inode *inode = f->inode;
	uint64_t from = (uint64_t)off, to = from + (uint64_t)len;
	int err;

	/* As tmpfs on Linux. */
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!file_writable(f))
		return -EBADF;
	if (S_ISFIFO(inode->mode))
		return -ESPIPE;
	if (inode_is_dir(inode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -ENODEV;
	if (inode->ops->punch == NULL || inode->ops->allocate == NULL)
		return -EOPNOTSUPP;
	if (to > INT64_MAX)
		return -EFBIG;
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		err = inode->ops->punch(inode, from, to);
	} else {
		if (to > current->proc->limits[RLIMIT_FSIZE].rlim_cur) {
			signal_send_task(current, SIGXFSZ, NULL);
			return -EFBIG;
		}
		err = inode->ops->allocate(inode, from, to);
		if (err == 0 && !(mode & FALLOC_FL_KEEP_SIZE) && to > inode->size)
			inode->size = to;
	}
	if (err == 0) {
		inode_drop_setid(inode);
		inode_touch_mtime(inode);
		notify_file(f, IN_MODIFY);
	}
	return err;
}

long sys_fallocate(int fd, int mode, off_t off, off_t len)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	int err = off < 0 || len <= 0 ? -EINVAL : file_allocate(f, mode, off, len);
	file_put(f);
	return err;
}

long sys_fadvise64(int fd, off_t off, off_t len, int advice)
{
	struct file *f = fd_get(fd);

	(void)off;
	if (f == NULL)
		return -EBADF;
	int err = f->flags & O_PATH			? -EBADF
		  : S_ISFIFO(f->inode->mode)		? -ESPIPE
		  : len < 0 || advice < 0 || advice > 5 ? -EINVAL
							: 0;
	file_put(f);
	return err;
}

long sys_readahead(int fd, off_t off, size_t len)
{
	struct file *f = fd_get(fd);

	(void)off, (void)len;
	if (f == NULL)
		return -EBADF;
	int err = !file_readable(f) ? -EBADF : file_is_regular(f) ? 0 : -EINVAL;
	file_put(f);
	return err;
}

/* --- sync: behind most page caches there is nothing --- */

static long sync_fd(int fd, enum sync_how how)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	bool can = !f->inode->sb->type->computed &&
		   (S_ISREG(f->inode->mode) || inode_is_dir(f->inode));
	int err = f->flags & O_PATH ? -EBADF : can ? 0 : -EINVAL;
	if (err == 0 && f->ops->sync != NULL)
		err = f->ops->sync(f, how);
	file_put(f);
	return err;
}

/* It takes its time elsewhere, and who calls it to let others finish shall not be disappointed. */
long sys_sync(void)
{
	vfs_sync();
	sched_yield_cpu();
	return 0;
}

long sys_fsync(int fd)
{
	return sync_fd(fd, SYNC_ALL);
}

long sys_fdatasync(int fd)
{
	return sync_fd(fd, SYNC_DATA);
}

long sys_syncfs(int fd)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	int err = f->flags & O_PATH ? -EBADF : 0;
	file_put(f);
	return err;
}

long sys_sync_file_range(int fd, off_t off, off_t len, unsigned flags)
{
	struct file *f = fd_get(fd);
	off_t end;

	if (f == NULL)
		return -EBADF;
	mode_t type = f->inode->mode & S_IFMT;
	bool stored = type == S_IFREG || type == S_IFDIR || type == S_IFLNK;
	bool possible =
		!(flags & ~7u) && off >= 0 && len >= 0 && !__builtin_add_overflow(off, len, &end);
	int err = f->flags & O_PATH ? -EBADF : !possible ? -EINVAL : stored ? 0 : -ESPIPE;
	file_put(f);
	return err;
}
