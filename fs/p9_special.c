/* p9_special.c: FIFOs and sockets in folders of the host, which QEMU can neither make nor change: `flat` does
 * it (tools/flat_node.c).  What goes through them stays in the guest.  See p9.h. */

#include <asm/errno.h>

#include "drivers/hostport.h"
#include "fs/p9.h"
#include "lib/string.h"
#include "mm/slab.h"

/* The name of d below the top, in a block to free.  => NULL: no memory */
static char *path_of(const struct dentry *d)
{
	const struct dentry *at;
	size_t size = 0;

	for (at = d; at->parent != at; at = at->parent)
		size += at->name_len + 1;
	char *text = kmalloc(size), *end = text + size;
	if (text == NULL)
		return NULL;
	for (at = d; at->parent != at; at = at->parent) {
		*--end = at == d ? '\0' : '/';
		end -= at->name_len;
		memcpy(end, at->name, at->name_len);
	}
	return text;
}

int p9_special(int what, const struct dentry *d, mode_t mode)
{
	char *path = path_of(d);

	if (path == NULL)
		return -ENOMEM;
	int err = hostport_node(what, p9_super(d->parent->inode)->tag, path, mode);
	kfree(path);
	return err;
}
