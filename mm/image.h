/* image.h: memory that holds a read-only image of a file system, whose pages programs map in place.
 *
 * It is RAM (an image that came as initrd), or memory of a device that shows a file of the host
 * (drivers/ivshmem.c).  Its pages are constant (page_is_constant()): whoever writes copies first. */
#ifndef MM_IMAGE_H
#define MM_IMAGE_H

#include "mm/page.h"

/* Make `size` bytes at pa, both page aligned, usable as pages.  Once only, and for good.
 * => their address; NULL: no memory for the tables, or there is one already */
const void *image_map(paddr_t pa, size_t size);

#endif
