/* image.h: a file system in memory whose first content is an image (fs/erofs.h). */
#ifndef FS_IMAGE_H
#define FS_IMAGE_H

#include "lib/types.h"

/* Make the image of at most `size` bytes at `data` (pages: mm/image.h) the content of the root, which has
 * to be empty.  => 0; -EINVAL with *why */
int image_attach_root(const void *data, size_t size, const char **why);

#endif
