/* slab.h: memory for kernel objects.
 * A cache holds objects of one type and counts those in use, so that a leak can be named:
 * /proc/flatshare lists every cache. */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "lib/list.h"

struct page;

struct cache {
	const char *name;
	size_t size;	      /* of an object, rounded up to 8 */
	size_t in_use;	      /* objects handed out */
	size_t pages;	      /* pages held */
	size_t empty;	      /* of them without an object in use */
	struct page *partial; /* pages with room, linked by owner2 */
	struct list all;      /* link in the list of caches */
	unsigned per_page;
	bool ready;
};

/* Define a cache of objects of a type: static CACHE(vma_cache, struct vma); */
#define CACHE(var, type) struct cache var = { .name = #type, .size = sizeof(type) }

/* => a zeroed object, or NULL when memory is short */
void *cache_alloc(struct cache *c);
void cache_free(struct cache *c, void *obj);

/* Of any size up to 4 MiB, aligned to 16; larger than half a page it comes in whole pages, aligned to
 * a page.  Not zeroed.  => NULL when short */
void *kmalloc(size_t size);
void *kzalloc(size_t size);
void *krealloc(void *p, size_t size);
void kfree(void *p); /* NULL is allowed */
char *kstrdup(const char *s);
char *kstrndup(const char *s, size_t n);

/* Give empty slab pages back.  => pages freed */
size_t slab_reap(void);
/* Call fn for every cache that was ever used. */
void slab_each(void (*fn)(const struct cache *c, void *arg), void *arg);

#endif
