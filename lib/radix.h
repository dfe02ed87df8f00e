/* radix.h: a sparse array of pointers, index 0 .. 2^64-1; small arrays are one level deep.
 * Nodes come from the slab and go back when they hold nothing. */
#ifndef LIB_RADIX_H
#define LIB_RADIX_H

#include "lib/types.h"

struct radix {
	void *root;	 /* a node, or the item itself while height is 0 */
	unsigned height; /* levels of nodes; 0: only index 0 can be set */
	uint64_t count;	 /* items that are set */
};

void *radix_get(const struct radix *r, uint64_t index);
/* Set index to item (not NULL).  => -ENOMEM, and nothing changed */
int radix_set(struct radix *r, uint64_t index, void *item);
/* Clear index.  => the item that was there, or NULL */
void *radix_clear(struct radix *r, uint64_t index);
/* The first item at or after *index; *index becomes its place.  => NULL if none */
void *radix_next(const struct radix *r, uint64_t *index);

#endif
