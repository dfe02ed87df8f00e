/* xattr.h: extended attributes, xattr(7): names with values that an inode in memory has beside its
 * contents.  There are user., trusted. and security. ones; no ACLs, no file capabilities. */
#ifndef FS_XATTR_H
#define FS_XATTR_H

#include "fs/path.h"

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536
#define XATTR_CREATE   1
#define XATTR_REPLACE  2

/* All in kernel memory, with the permission checks of the calls of these names. */
int xattr_set(const struct path *p, const char *name, const void *value, size_t size, int flags);
/* size 0: only ask.  => bytes of the value, -ENODATA, -ERANGE … */
ssize_t xattr_get(struct inode *inode, const char *name, void *value, size_t size);
int xattr_remove(const struct path *p, const char *name);
/* Names, each with its NUL.  size 0: only ask.  => bytes, -ERANGE */
ssize_t xattr_list(struct inode *inode, char *list, size_t size);
/* Of an inode that is being made, without checks.  => 0, -ENOMEM, -ENOSPC */
int xattr_preset(struct inode *inode, const char *name, const void *value, size_t size);
void xattr_free(struct inode *inode); /* the inode goes */

#endif
