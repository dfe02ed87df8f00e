/* stat.c: what a file is: stat(2), statx(2), access(2), statfs(2); and changing it: chmod(2),
 * chown(2), utimensat(2). */

#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/utime.h>

#include "fs/inotify.h"
#include "fs/path.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif
/* statvfs(3) */
#define ST_RDONLY     0x1
#define ST_VALID      0x20
#define ST_NOATIME    0x400
#define ST_NODIRATIME 0x800
#define ST_RELATIME   0x1000

#define NSEC	   ((int64_t)NSEC_PER_SEC)
#define UTIME_NOW  ((1l << 30) - 1l)
#define UTIME_OMIT ((1l << 30) - 2l)

_Static_assert(sizeof(struct stat) == 144, "struct stat of the ABI");
_Static_assert(sizeof(struct statx) == 256, "struct statx of the ABI");

/* Look up a path from the program, as the *at calls do. */
static int lookup_user(int dfd, const char *user, unsigned lookup, struct path *p)
{
	char *name;
	int err = path_from_user(user, &name);
	if (err < 0)
		return err;
	err = path_lookup(dfd, name, lookup, p);
	kfree(name);
	return err;
}

/* The same for stat and statx, where NULL is as "" if that is allowed. */
static int lookup_maybe(int dfd, const char *user, unsigned lookup, struct path *p)
{
	if (user == NULL && (lookup & LOOKUP_EMPTY))
		return path_lookup(dfd, "", lookup, p);
	return lookup_user(dfd, user, lookup, p);
}

static unsigned at_lookup(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
	       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

/* --- stat --- */

static int64_t seconds(int64_t ns)
{
	return ns >= 0 ? ns / NSEC : -((-ns + NSEC - 1) / NSEC);
}

static int64_t nanoseconds(int64_t ns)
{
	return ns - seconds(ns) * NSEC;
}

uint64_t inode_blocks(const struct inode *inode)
{
	if (inode->ops != NULL && inode->ops->blocks != NULL)
		return inode->ops->blocks(inode);
	if (S_ISREG(inode->mode) && !inode->sb->type->computed)
		return inode_pages(inode) * (PAGE_SIZE / 512);
	return 0;
}

static void fill_stat(struct inode *inode, struct stat *st)
{
	if (inode->ops != NULL && inode->ops->refresh != NULL)
		inode->ops->refresh(inode);
	memset(st, 0, sizeof(*st));
	st->st_dev = inode->sb->dev;
	st->st_ino = inode->ino;
	st->st_nlink = inode->nlink;
	st->st_mode = inode->mode;
	st->st_uid = inode->uid;
	st->st_gid = inode->gid;
	st->st_rdev = inode->rdev;
	st->st_size = (long)inode->size;
	st->st_blksize = inode->sb->type->computed ? 1024 : PAGE_SIZE;
	st->st_blocks = (long)inode_blocks(inode);
	st->st_atime = (unsigned long)seconds(inode->atime);
	st->st_atime_nsec = (unsigned long)nanoseconds(inode->atime);
	st->st_mtime = (unsigned long)seconds(inode->mtime);
	st->st_mtime_nsec = (unsigned long)nanoseconds(inode->mtime);
	st->st_ctime = (unsigned long)seconds(inode->ctime);
	st->st_ctime_nsec = (unsigned long)nanoseconds(inode->ctime);
}

static int give_stat(struct inode *inode, struct stat *user)
{
	struct stat st;

	fill_stat(inode, &st);
	return put_user(st, user);
}

static long stat_at(int dfd, const char *path, struct stat *user, unsigned lookup)
{
	struct path p;
	int err = lookup_maybe(dfd, path, lookup, &p);

	if (err < 0)
		return err;
	err = give_stat(p.dentry->inode, user);
	path_put(&p);
	return err;
}

long sys_stat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, LOOKUP_FOLLOW);
}

long sys_lstat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

long sys_fstat(int fd, struct stat *st)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	int err = give_stat(f->inode, st);
	file_put(f);
	return err;
}

long sys_newfstatat(int dfd, const char *path, struct stat *st, int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT))
		return -EINVAL;
	return stat_at(dfd, path, st, at_lookup(flags));
}

static struct statx_timestamp statx_time(int64_t ns)
{
	return (struct statx_timestamp){ .tv_sec = seconds(ns), .tv_nsec = (__u32)nanoseconds(ns) };
}

static void fill_statx(const struct path *p, unsigned mask, struct statx *st)
{
	struct inode *inode = p->dentry->inode;

	if (inode->ops != NULL && inode->ops->refresh != NULL)
		inode->ops->refresh(inode);
	memset(st, 0, sizeof(*st));
	st->stx_mask = STATX_BASIC_STATS | STATX_MNT_ID | (mask & STATX_BTIME);
	st->stx_blksize = inode->sb->type->computed ? 1024 : PAGE_SIZE;
	st->stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
	if (p->dentry == p->mnt->root)
		st->stx_attributes = STATX_ATTR_MOUNT_ROOT;
	st->stx_nlink = inode->nlink;
	st->stx_uid = inode->uid;
	st->stx_gid = inode->gid;
	st->stx_mode = (__u16)inode->mode;
	st->stx_ino = inode->ino;
	st->stx_size = inode->size;
	st->stx_blocks = inode_blocks(inode);
	st->stx_atime = statx_time(inode->atime);
	/* The host does not tell, and files of /proc and /sys have none. */
	if (inode->sb->type->remote || inode->sb->type->computed)
		st->stx_mask &= ~STATX_BTIME;
	else
		st->stx_btime = statx_time(inode->btime);
	st->stx_ctime = statx_time(inode->ctime);
	st->stx_mtime = statx_time(inode->mtime);
	st->stx_rdev_major = dev_major(inode->rdev);
	st->stx_rdev_minor = dev_minor(inode->rdev);
	st->stx_dev_major = dev_major(inode->sb->dev);
	st->stx_dev_minor = dev_minor(inode->sb->dev);
	st->stx_mnt_id = (__u64)p->mnt->id;
}

long sys_statx(int dfd, const char *path, int flags, unsigned mask, struct statx *user)
{
	const int known =
		AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;
	struct statx st;
	struct path p;

	if ((mask & STATX__RESERVED) || (flags & ~known) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	int err = lookup_maybe(dfd, path, at_lookup(flags), &p);
	if (err < 0)
		return err;
	fill_statx(&p, mask, &st);
	path_put(&p);
	return put_user(st, user);
}

/* --- access --- */

static uint64_t real_caps(const struct cred *c)
{
	return c->uid == 0 ? c->cap_permitted : 0;
}

/* Would the real ids give the same answer? */
static bool acts_as_real(const struct cred *c)
{
	return c->fsuid == c->uid && c->fsgid == c->gid && c->cap_effective == real_caps(c);
}

/* What files see when they are asked for the real ids.  => NULL */
static struct cred *real_cred(void)
{
	struct cred *c = cred_prepare();

	if (c == NULL)
		return NULL;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->cap_effective = real_caps(c);
	return c;
}

static long access_at(int dfd, const char *path, int mode, int flags)
{
	struct path p;

	if (mode & ~7)
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	struct cred *old = current->cred, *real = NULL;
	if (!(flags & AT_EACCESS) && !acts_as_real(old)) {
		real = real_cred();
		if (real == NULL)
			return -ENOMEM;
		current->cred = real;
	}
	int err = lookup_user(dfd, path, at_lookup(flags), &p);
	if (err == 0) {
		struct inode *inode = p.dentry->inode;
		if ((mode & MAY_EXEC) && S_ISREG(inode->mode) && (p.mnt->flags & MS_NOEXEC))
			err = -EACCES;
		else if (mode != 0)
			err = inode_permission(inode, (unsigned)mode);
		if (err == 0 && (mode & MAY_WRITE) && !S_ISCHR(inode->mode) &&
		    !S_ISFIFO(inode->mode))
			err = mount_want_write(p.mnt);
		path_put(&p);
	}
	current->cred = old;
	cred_put(real);
	return err;
}

long sys_access(const char *path, int mode)
{
	return access_at(AT_FDCWD, path, mode, 0);
}

long sys_faccessat(int dfd, const char *path, int mode)
{
	return access_at(dfd, path, mode, 0);
}

long sys_faccessat2(int dfd, const char *path, int mode, int flags)
{
	return access_at(dfd, path, mode, flags);
}

/* Let the file system change it too. */
static int set_attr(struct inode *inode, const struct attr *a)
{
	if (inode->ops == NULL || inode->ops->setattr == NULL)
		return 0;
	return inode->ops->setattr(inode, a);
}

/* --- chmod, chown --- */

static int change_mode(const struct path *p, mode_t mode)
{
	struct inode *inode = p->dentry->inode;
	int err = mount_want_write(p->mnt);

	if (err < 0)
		return err;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	mode &= 07777;
	if ((inode->seals & F_SEAL_EXEC) && ((inode->mode ^ mode) & 0111))
		return -EPERM;
	if (!in_group(inode->gid) && !capable(CAP_FSETID))
		mode &= ~(mode_t)S_ISGID;
	err = set_attr(inode, &(struct attr){ .set = ATTR_MODE, .mode = mode, .name = p->dentry });
	if (err < 0)
		return err;
	inode->mode = (inode->mode & S_IFMT) | mode;
	inode->ctime = time_now();
	notify_dentry(p->dentry, IN_ATTRIB);
	return 0;
}

long sys_fchmodat2(int dfd, const char *path, mode_t mode, unsigned flags)
{
	struct path p;

	if (flags & ~(unsigned)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	int err = lookup_user(dfd, path, at_lookup((int)flags), &p);
	if (err < 0)
		return err;
	err = change_mode(&p, mode);
	path_put(&p);
	return err;
}

long sys_fchmodat(int dfd, const char *path, mode_t mode)
{
	return sys_fchmodat2(dfd, path, mode, 0);
}

long sys_chmod(const char *path, mode_t mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

long sys_fchmod(int fd, mode_t mode)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	struct path p = { f->mnt, f->dentry };
	int err = f->flags & O_PATH ? -EBADF : change_mode(&p, mode);
	file_put(f);
	return err;
}

static int change_owner(const struct path *p, uid_t uid, gid_t gid)
{
	struct inode *inode = p->dentry->inode;
	const struct cred *me = current->cred;
	int err = mount_want_write(p->mnt);
	mode_t drop = 0;

	if (err < 0)
		return err;
	if (!inode_is_dir(inode) && !S_ISLNK(inode->mode))
		drop = inode_setid_to_drop(inode);
	if (uid != (uid_t)-1 && !capable(CAP_CHOWN) &&
	    (me->fsuid != inode->uid || uid != inode->uid))
		return -EPERM;
	if (gid != (gid_t)-1 && !capable(CAP_CHOWN) &&
	    (me->fsuid != inode->uid || (!in_group(gid) && gid != inode->gid)))
		return -EPERM;
	/* Who may not change the mode may not have these bits go either. */
	if (drop != 0 && !inode_owner_or_capable(inode))
		return -EPERM;
	unsigned set = (uid != (uid_t)-1 ? ATTR_UID : 0u) | (gid != (gid_t)-1 ? ATTR_GID : 0u);
	err = set_attr(inode, &(struct attr){ .set = set, .uid = uid, .gid = gid });
	if (err < 0)
		return err;
	if (uid != (uid_t)-1)
		inode->uid = uid;
	if (gid != (gid_t)-1)
		inode->gid = gid;
	inode->mode &= ~drop;
	inode->ctime = time_now();
	if (uid != (uid_t)-1 || gid != (gid_t)-1 || drop != 0)
		notify_dentry(p->dentry, IN_ATTRIB);
	return 0;
}

long sys_fchownat(int dfd, const char *path, uid_t uid, gid_t gid, int flags)
{
	struct path p;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	int err = lookup_user(dfd, path, at_lookup(flags), &p);
	if (err < 0)
		return err;
	err = change_owner(&p, uid, gid);
	path_put(&p);
	return err;
}

long sys_chown(const char *path, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

long sys_lchown(const char *path, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, uid_t uid, gid_t gid)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	struct path p = { f->mnt, f->dentry };
	int err = f->flags & O_PATH ? -EBADF : change_owner(&p, uid, gid);
	file_put(f);
	return err;
}

/* --- times --- */

static bool time_valid(const struct __kernel_timespec *t)
{
	return t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT ||
	       (t->tv_nsec >= 0 && t->tv_nsec < NSEC);
}

static int64_t time_value(const struct __kernel_timespec *t, int64_t old, int64_t now)
{
	const int64_t limit = INT64_MAX / NSEC - 1;

	if (t->tv_nsec == UTIME_NOW)
		return now;
	if (t->tv_nsec == UTIME_OMIT)
		return old;
	return MIN(MAX(t->tv_sec, -limit), limit) * NSEC + t->tv_nsec;
}

/* The same for a file system that is elsewhere, whose clock says what now is. */
static struct attr times_attr(const struct __kernel_timespec t[2])
{
	struct attr a = { .set = ATTR_ATIME_NOW | ATTR_MTIME_NOW };

	if (t == NULL)
		return a;
	a.set = t[0].tv_nsec == UTIME_NOW    ? ATTR_ATIME_NOW
		: t[0].tv_nsec == UTIME_OMIT ? 0
					     : ATTR_ATIME;
	a.set |= t[1].tv_nsec == UTIME_NOW    ? ATTR_MTIME_NOW
		 : t[1].tv_nsec == UTIME_OMIT ? 0
					      : ATTR_MTIME;
	a.atime = time_value(&t[0], 0, 0);
	a.mtime = time_value(&t[1], 0, 0);
	return a;
}

/* t NULL: both now. */
static int set_times(const struct path *p, const struct __kernel_timespec t[2])
{
	struct inode *inode = p->dentry->inode;
	bool both_now = t == NULL || (t[0].tv_nsec == UTIME_NOW && t[1].tv_nsec == UTIME_NOW);
	int64_t now = time_now();

	if (t != NULL && (!time_valid(&t[0]) || !time_valid(&t[1])))
		return -EINVAL;
	if (t != NULL && t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0;
	int err = mount_want_write(p->mnt);
	if (err < 0)
		return err;
	if (!inode_owner_or_capable(inode)) {
		if (!both_now)
			return -EPERM;
		err = inode_permission(inode, MAY_WRITE);
		if (err < 0)
			return err;
	}
	struct attr a = times_attr(t);
	err = set_attr(inode, &a);
	if (err < 0)
		return err;
	inode->atime = t == NULL ? now : time_value(&t[0], inode->atime, now);
	inode->mtime = t == NULL ? now : time_value(&t[1], inode->mtime, now);
	inode->ctime = now;
	bool atime = t == NULL || t[0].tv_nsec != UTIME_OMIT;
	bool mtime = t == NULL || t[1].tv_nsec != UTIME_OMIT;
	notify_dentry(p->dentry, atime && mtime ? IN_ATTRIB : atime ? IN_ACCESS : IN_MODIFY);
	return 0;
}

/* path NULL: the descriptor itself. */
static long times_at(int dfd, const char *path, const struct __kernel_timespec *t, int flags)
{
	struct path p;
	int err;

	if (path == NULL && dfd != AT_FDCWD) {
		struct file *f = flags != 0 ? NULL : fd_get(dfd);
		if (f == NULL)
			return flags != 0 ? -EINVAL : -EBADF;
		struct path at = { f->mnt, f->dentry };
		err = f->flags & O_PATH ? -EBADF : set_times(&at, t);
		file_put(f);
		return err;
	}
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = lookup_user(dfd, path, at_lookup(flags), &p);
	if (err < 0)
		return err;
	err = set_times(&p, t);
	path_put(&p);
	return err;
}

long sys_utimensat(int dfd, const char *path, const struct __kernel_timespec *user, int flags)
{
	struct __kernel_timespec t[2];

	if (user != NULL && copy_from_user(t, user, sizeof(t)) < 0)
		return -EFAULT;
	if (user != NULL && t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0; /* whatever the path is */
	return times_at(dfd, path, user == NULL ? NULL : t, flags);
}

static long timevals_at(int dfd, const char *path, const struct __kernel_old_timeval *user)
{
	struct __kernel_old_timeval tv[2];
	struct __kernel_timespec t[2];

	if (user == NULL)
		return times_at(dfd, path, NULL, 0);
	if (copy_from_user(tv, user, sizeof(tv)) < 0)
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		t[i].tv_sec = tv[i].tv_sec;
		t[i].tv_nsec = tv[i].tv_usec * 1000;
	}
	return times_at(dfd, path, t, 0);
}

long sys_utimes(const char *path, const struct __kernel_old_timeval *tv)
{
	return timevals_at(AT_FDCWD, path, tv);
}

long sys_futimesat(int dfd, const char *path, const struct __kernel_old_timeval *tv)
{
	return timevals_at(dfd, path, tv);
}

long sys_utime(const char *path, const struct utimbuf *user)
{
	struct utimbuf old;
	struct __kernel_timespec t[2] = { 0 };

	if (user == NULL)
		return times_at(AT_FDCWD, path, NULL, 0);
	if (get_user(old, user) < 0)
		return -EFAULT;
	t[0].tv_sec = old.actime;
	t[1].tv_sec = old.modtime;
	return times_at(AT_FDCWD, path, t, 0);
}

/* --- statfs --- */

static int give_statfs(const struct mount *m, struct statfs *user)
{
	struct super *sb = m->sb;
	struct statfs st;

	memset(&st, 0, sizeof(st));
	st.f_type = sb->type->magic;
	st.f_bsize = st.f_frsize = PAGE_SIZE;
	st.f_namelen = NAME_MAX;
	st.f_fsid.val[0] = (int)sb->dev;
	if (sb->max_pages != 0) {
		st.f_blocks = (long)sb->max_pages;
		st.f_bfree = st.f_bavail = (long)(sb->max_pages - MIN(sb->pages, sb->max_pages));
	}
	st.f_files = (long)sb->max_inodes;
	uint64_t inodes = sb->inodes + (sb->xattr_bytes + 1023) / 1024;
	st.f_ffree = (long)(sb->max_inodes - MIN(inodes, sb->max_inodes));
	if (sb->type->statfs != NULL) {
		int err = sb->type->statfs(sb, &st);
		if (err < 0)
			return err;
	}
	st.f_flags = ST_VALID | (long)(m->flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC)) |
		     (mount_want_write(m) < 0 ? ST_RDONLY : 0) |
		     (m->flags & MS_NOATIME ? ST_NOATIME : 0) |
		     (m->flags & MS_NODIRATIME ? ST_NODIRATIME : 0) |
		     (m->flags & MS_RELATIME ? ST_RELATIME : 0);
	return put_user(st, user);
}

long sys_statfs(const char *path, struct statfs *user)
{
	struct path p;
	int err = lookup_user(AT_FDCWD, path, LOOKUP_FOLLOW, &p);

	if (err < 0)
		return err;
	err = give_statfs(p.mnt, user);
	path_put(&p);
	return err;
}

long sys_fstatfs(int fd, struct statfs *user)
{
	struct file *f = fd_get(fd);

	if (f == NULL)
		return -EBADF;
	int err = give_statfs(f->mnt, user);
	file_put(f);
	return err;
}
