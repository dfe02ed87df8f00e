/* xattr.c: extended attributes of inodes in memory: a chain in the order of their names.
 *
 * What they take counts against the inodes of the file system, 1 KiB for one, as in Linux's tmpfs: so
 * nobody can fill the memory with them. */

#include <linux/capability.h>

#include "fs/inotify.h"
#include "fs/internal.h"
#include "fs/xattr.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define INODE_SHARE 1024

struct xattr {
	struct xattr *next;
	size_t size;
	char *value; /* behind the name, in the same block */
	char name[];
};

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* May the current process read (write) the attribute?  => 0, -errno */
static int may_use(const struct inode *inode, const char *name, unsigned mask)
{
	bool write = (mask & MAY_WRITE) != 0;

	if (has_prefix(name, "system."))
		return 0;
	if (has_prefix(name, "security."))
		return write && !capable(CAP_SYS_ADMIN) ? -EPERM : 0;
	if (has_prefix(name, "trusted.") && !capable(CAP_SYS_ADMIN))
		return write ? -EPERM : -ENODATA;
	if (has_prefix(name, "trusted."))
		return 0;
	if (has_prefix(name, "user.")) {
		if (!S_ISREG(inode->mode) && !inode_is_dir(inode))
			return write ? -EPERM : -ENODATA;
		if (write && (inode->mode & S_ISVTX) && inode_is_dir(inode) &&
		    !inode_owner_or_capable(inode))
			return -EPERM;
	}
	return inode_permission(inode, mask);
}

/* Is there such a class of names on this file system?  => 0, -EOPNOTSUPP, -EINVAL: no more than a
 * prefix */
static int is_known(const struct inode *inode, const char *name)
{
	static const char *const classes[] = { "user.", "trusted.", "security." };

	for (unsigned i = 0; i < ARRAY_SIZE(classes) && !inode->sb->type->computed; i++) {
		if (has_prefix(name, classes[i]))
			return name[strlen(classes[i])] == '\0' ? -EINVAL : 0;
	}
	return -EOPNOTSUPP;
}

/* The place of the name in the chain: *place is it, or the one to insert before. */
static bool find(struct inode *inode, const char *name, struct xattr ***place)
{
	struct xattr **p = &inode->xattrs;
	int order = 1;

	while (*p != NULL && (order = strcmp((*p)->name, name)) < 0)
		p = &(*p)->next;
	*place = p;
	return *p != NULL && order == 0;
}

static size_t cost(const char *name, size_t size)
{
	return sizeof(struct xattr) + strlen(name) + 1 + size;
}

static void forget(struct inode *inode, struct xattr **place)
{
	struct xattr *x = *place;

	*place = x->next;
	inode->sb->xattr_bytes -= cost(x->name, x->size);
	kfree(x);
}

static int put(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct super *sb = inode->sb;
	struct xattr **place;
	size_t len = strlen(name) + 1;

	if (find(inode, name, &place)) {
		if (flags & XATTR_CREATE)
			return -EEXIST;
	} else if (flags & XATTR_REPLACE) {
		return -ENODATA;
	}
	if (sb->max_inodes != 0 && sb->inodes * INODE_SHARE + sb->xattr_bytes + cost(name, size) >
					   sb->max_inodes * INODE_SHARE)
		return -ENOSPC;
	struct xattr *x = kmalloc(sizeof(*x) + len + size);
	if (x == NULL)
		return -ENOMEM;
	x->size = size;
	x->value = x->name + len;
	memcpy(x->name, name, len);
	memcpy(x->value, value, size);
	if (*place != NULL && strcmp((*place)->name, name) == 0)
		forget(inode, place);
	x->next = *place;
	*place = x;
	sb->xattr_bytes += cost(name, size);
	return 0;
}

static void changed(const struct path *p)
{
	p->dentry->inode->ctime = time_now();
	notify_dentry(p->dentry, IN_ATTRIB);
}

int xattr_preset(struct inode *inode, const char *name, const void *value, size_t size)
{
	return put(inode, name, value, size, 0);
}

int xattr_set(const struct path *p, const char *name, const void *value, size_t size, int flags)
{
	struct inode *inode = p->dentry->inode;
	int err = mount_want_write(p->mnt);

	if (err == 0)
		err = may_use(inode, name, MAY_WRITE);
	if (err == 0)
		err = is_known(inode, name);
	/* Nothing heeds them at exec: better not to take them. */
	if (err == 0 && strcmp(name, "security.capability") == 0)
		err = -EOPNOTSUPP;
	if (err == 0)
		err = inode->ops != NULL && inode->ops->setxattr != NULL
			      ? inode->ops->setxattr(inode, name, value, size, flags)
			      : put(inode, name, value, size, flags);
	if (err == 0)
		changed(p);
	return err;
}

int xattr_remove(const struct path *p, const char *name)
{
	struct inode *inode = p->dentry->inode;
	struct xattr **place;
	int err = mount_want_write(p->mnt);

	if (err == 0)
		err = may_use(inode, name, MAY_WRITE);
	if (err == 0)
		err = is_known(inode, name);
	if (err < 0)
		return err;
	if (inode->ops != NULL && inode->ops->setxattr != NULL) {
		err = inode->ops->setxattr(inode, name, NULL, 0, XATTR_REPLACE);
		if (err < 0)
			return err;
	} else {
		if (!find(inode, name, &place))
			return -ENODATA;
		forget(inode, place);
	}
	changed(p);
	return 0;
}

ssize_t xattr_get(struct inode *inode, const char *name, void *value, size_t size)
{
	struct xattr **place;
	int err = may_use(inode, name, MAY_READ);

	if (err == 0)
		err = is_known(inode, name);
	if (err < 0)
		return err;
	if (inode->ops != NULL && inode->ops->getxattr != NULL)
		return inode->ops->getxattr(inode, name, value, size);
	if (!find(inode, name, &place))
		return -ENODATA;
	const struct xattr *x = *place;
	if (size != 0 && size < x->size)
		return -ERANGE;
	if (size != 0)
		memcpy(value, x->value, x->size);
	return (ssize_t)x->size;
}

ssize_t xattr_list(struct inode *inode, char *list, size_t size)
{
	bool admin = capable(CAP_SYS_ADMIN);
	size_t done = 0;

	if (inode->ops != NULL && inode->ops->listxattr != NULL)
		return inode->ops->listxattr(inode, list, size);
	for (const struct xattr *x = inode->xattrs; x != NULL; x = x->next) {
		size_t len = strlen(x->name) + 1;
		if (has_prefix(x->name, "trusted.") && !admin)
			continue;
		if (size != 0 && len > size - done)
			return -ERANGE;
		if (size != 0)
			memcpy(list + done, x->name, len);
		done += len;
	}
	return (ssize_t)done;
}

void xattr_free(struct inode *inode)
{
	while (inode->xattrs != NULL)
		forget(inode, &inode->xattrs);
}
