/* inode.c: inodes: life, times, permissions. */

#include <linux/capability.h>
#include <linux/mount.h>

#include "fs/internal.h"
#include "fs/xattr.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define DAY (24 * 3600 * (int64_t)NSEC_PER_SEC)

static CACHE(inode_cache, struct inode);
size_t inode_count;

/* --- life --- */

int64_t time_now(void)
{
	return (int64_t)clock_wall_ns();
}

struct inode *inode_create(struct super *sb, mode_t mode)
{
	struct inode *inode = cache_alloc(&inode_cache);

	if (inode == NULL)
		return NULL;
	ref_init(&inode->ref);
	inode->mode = mode;
	inode->nlink = 1;
	inode->sb = sb;
	inode->ino = ++sb->next_ino;
	inode->atime = inode->mtime = inode->ctime = inode->btime = time_now();
	super_get(sb);
	inode_count++;
	return inode;
}

void inode_get(struct inode *inode)
{
	ref_get(&inode->ref);
}

static void inode_destroy(struct inode *inode)
{
	struct super *sb = inode->sb;

	ASSERT(inode->locks == NULL);
	if (inode->pipe != NULL)
		pipe_inode_evict(inode);
	xattr_free(inode);
	if (inode->ops != NULL && inode->ops->evict != NULL)
		inode->ops->evict(inode);
	inode_count--;
	cache_free(&inode_cache, inode);
	super_put(sb);
}

void inode_put(struct inode *inode)
{
	if (inode != NULL && ref_put(&inode->ref))
		inode_destroy(inode);
}

struct inode_ext *inode_ext(struct inode *inode)
{
	return S_ISREG(inode->mode) ? &inode->ext : NULL;
}

int inode_deny_write(struct inode *inode)
{
	if (inode->writers > 0)
		return -ETXTBSY;
	inode->writers--;
	return 0;
}

void inode_allow_write(struct inode *inode)
{
	ASSERT(inode->writers < 0);
	inode->writers++;
}

/* --- times --- */

/* relatime: a read is noted when nothing was since the last change, or for a day. */
void inode_touch_atime(struct inode *inode, const struct mount *mnt)
{
	int64_t now = time_now();

	if (mnt != NULL && ((mnt->flags & MS_NOATIME) || mount_want_write(mnt) < 0))
		return;
	if (mnt != NULL && (mnt->flags & MS_NODIRATIME) && inode_is_dir(inode))
		return;
	if ((mnt != NULL && !(mnt->flags & MS_RELATIME)) || inode->atime <= inode->mtime ||
	    inode->atime <= inode->ctime || now - inode->atime >= DAY)
		inode->atime = now;
}

void inode_touch_mtime(struct inode *inode)
{
	inode->mtime = inode->ctime = time_now();
}

/* --- who may --- */

static int permission(const struct inode *inode, unsigned mask, uid_t uid, bool group,
		      uint64_t caps)
{
	unsigned bits = inode->mode & 7;
	mode_t any_exec = S_IXUSR | S_IXGRP | S_IXOTH;

	if (inode->uid == uid)
		bits = inode->mode >> 6 & 7;
	else if (group)
		bits = inode->mode >> 3 & 7;
	if ((mask & ~bits) == 0)
		return 0;
	if (caps & 1ull << CAP_DAC_OVERRIDE) {
		/* Root may run what somebody may run. */
		if (!(mask & MAY_EXEC) || inode_is_dir(inode) || (inode->mode & any_exec))
			return 0;
	}
	if (caps & 1ull << CAP_DAC_READ_SEARCH) {
		if (mask == MAY_READ || (inode_is_dir(inode) && !(mask & MAY_WRITE)))
			return 0;
	}
	return -EACCES;
}

int inode_permission(const struct inode *inode, unsigned mask)
{
	const struct cred *c = current->cred;

	/* What everybody may needs no look at who it is. */
	if ((inode->mode & inode->mode >> 3 & inode->mode >> 6 & mask) == mask)
		return 0;
	return permission(inode, mask, c->fsuid, in_group(inode->gid), c->cap_effective);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred->fsuid == inode->uid || capable(CAP_FOWNER);
}

bool file_may_be_direct(const struct inode *inode)
{
	return S_ISFIFO(inode->mode) || (S_ISREG(inode->mode) && !inode->sb->type->computed);
}

mode_t inode_setid_to_drop(const struct inode *inode)
{
	mode_t drop = inode->mode & S_ISUID;

	if ((inode->mode & S_IXGRP) || (!in_group(inode->gid) && !capable(CAP_FSETID)))
		drop |= inode->mode & S_ISGID;
	return drop;
}

void inode_drop_setid(struct inode *inode)
{
	if (S_ISREG(inode->mode) && !capable(CAP_FSETID))
		inode->mode &= ~inode_setid_to_drop(inode);
}

void inode_inherit(struct inode *inode, const struct inode *dir, mode_t mode)
{
	inode->mode = mode;
	inode->uid = current->cred->fsuid;
	inode->gid = current->cred->fsgid;
	if (!(dir->mode & S_ISGID))
		return;
	inode->gid = dir->gid;
	if (S_ISDIR(mode))
		inode->mode |= S_ISGID;
	else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !in_group(dir->gid) &&
		 !capable(CAP_FSETID))
		inode->mode &= ~(mode_t)S_ISGID;
}
