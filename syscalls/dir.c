/* dir.c: getdents(2), and mount(2) and umount(2). */

#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/mount.h>

#include "fs/inotify.h"
#include "fs/path.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

#define UMOUNT_NOFOLLOW 8
#define UMOUNT_FLAGS	15

/* --- getdents --- */

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

struct linux_dirent {
	unsigned long d_ino, d_off;
	uint16_t d_reclen;
	char d_name[]; /* and d_type in the last byte */
};

struct dirent_buffer {
	struct dir_context ctx;
	char *at; /* the program's */
	size_t left;
	bool old;
	int err;
};

/* Longest entry, with a name of 255 bytes. */
union dirent_space {
	struct linux_dirent64 new;
	struct linux_dirent old;
	char bytes[288];
};

static bool emit_entry(struct dir_context *ctx, const char *name, size_t len, off_t next, ino_t ino,
		       unsigned type)
{
	struct dirent_buffer *b = CONTAINER_OF(ctx, struct dirent_buffer, ctx);
	size_t head = b->old ? offsetof(struct linux_dirent, d_name)
			     : offsetof(struct linux_dirent64, d_name);
	size_t size = ALIGN_UP(head + len + (b->old ? 2 : 1), 8);
	union dirent_space e;

	if (size > b->left) {
		if (b->err == 0)
			b->err = -EINVAL; /* if nothing else was put */
		return false;
	}
	memset(&e, 0, size);
	if (b->old) {
		e.old.d_ino = ino;
		e.old.d_off = (unsigned long)next;
		e.old.d_reclen = (uint16_t)size;
		e.bytes[size - 1] = (char)type;
	} else {
		e.new.d_ino = ino;
		e.new.d_off = next;
		e.new.d_reclen = (uint16_t)size;
		e.new.d_type = (uint8_t)type;
	}
	memcpy(e.bytes + head, name, len);
	if (copy_to_user(b->at, &e, size) < 0) {
		b->err = -EFAULT;
		return false;
	}
	b->at += size;
	b->left -= size;
	return true;
}

static long getdents(int fd, void *buf, unsigned size, bool old)
{
	struct file *f = fd_get(fd);
	struct dirent_buffer b = { .at = buf, .left = size, .old = old };

	if (f == NULL)
		return -EBADF;
	long n = -ENOTDIR;
	if (f->flags & O_PATH) {
		n = -EBADF;
	} else if (inode_is_dir(f->inode) && dentry_is_deleted(f->dentry)) {
		n = -ENOENT;
	} else if (f->ops->readdir != NULL) {
		int err = file_begin_place(f);
		b.ctx.pos = f->pos;
		b.ctx.emit = emit_entry;
		if (err == 0) {
			err = f->ops->readdir(f, &b.ctx);
			f->pos = b.ctx.pos;
			file_end_place(f);
		}
		n = b.left < size ? (long)(size - b.left) : err < 0 ? err : b.err;
		inode_touch_atime(f->inode, f->mnt);
		notify_file(f, IN_ACCESS);
	}
	file_put(f);
	return n;
}

long sys_getdents64(int fd, struct linux_dirent64 *buf, unsigned size)
{
	return getdents(fd, buf, size, false);
}

long sys_getdents(int fd, struct linux_dirent *buf, unsigned size)
{
	return getdents(fd, buf, size, true);
}

/* --- mount --- */

/* A string that may be NULL.  => 0 with *out to free */
static int optional_string(const char *user, char **out)
{
	*out = NULL;
	return user == NULL ? 0 : path_from_user(user, out);
}

long sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	       const char *data)
{
	char *src = NULL, *at = NULL, *fs = NULL, *options = NULL;
	struct path p;
	int err = optional_string(source, &src);

	if (err == 0)
		err = optional_string(type, &fs);
	if (err == 0)
		err = optional_string(data, &options);
	if (err == 0)
		err = path_from_user(target, &at);
	if (err == 0)
		err = path_lookup(AT_FDCWD, at, LOOKUP_FOLLOW, &p);
	if (err == 0) {
		if ((flags & 0xffff0000) == 0xc0ed0000)
			flags &= 0xffff; /* the magic number of old programs */
		err = do_mount(src, &p, fs, flags, options);
		path_put(&p);
	}
	kfree(src);
	kfree(at);
	kfree(fs);
	kfree(options);
	return err;
}

long sys_umount2(const char *target, int flags)
{
	struct path p;
	char *at;

	if (flags & ~UMOUNT_FLAGS)
		return -EINVAL;
	int err = path_from_user(target, &at);
	if (err < 0)
		return err;
	err = path_lookup(AT_FDCWD, at, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &p);
	kfree(at);
	if (err < 0)
		return err;
	path_cross_mounts(&p); /* "." and "/" are below what was mounted there since */
	/* Our own path must not keep the mount busy. */
	err = do_umount(&p, flags);
	path_put(&p);
	return err;
}

long sys_pivot_root(const char *new_root, const char *put_old)
{
	struct path p, old;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	int err = dir_from_user(new_root, &p);
	if (err < 0)
		return err;
	err = dir_from_user(put_old, &old);
	if (err == 0) {
		err = do_pivot_root(&p, &old);
		path_put(&old);
	}
	path_put(&p);
	return err;
}
