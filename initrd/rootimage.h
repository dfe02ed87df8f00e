/* rootimage.h: a root whose first content is an EROFS image (fs/image.h). */
#ifndef INITRD_ROOTIMAGE_H
#define INITRD_ROOTIMAGE_H

#include "lib/types.h"

/* With the option root=ivshmem: make the image that the device shows the root's content.  A device that is
 * not there or a bad image ends the machine with a message. */
void rootimage_find(void);
/* The bytes (whole pages) of the image that the `len` bytes of RAM at physical address pa begin with.
 * => 0: they begin with something else */
size_t rootimage_size(uint64_t pa, size_t len);
/* Make it the root's content.  => 0, -errno with *why */
int rootimage_use(uint64_t pa, size_t size, const char **why);

#endif
