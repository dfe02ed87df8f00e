/* slab.c: small objects in pages of their own.
 *
 * A slab is one page that holds objects of one cache and nothing else: its bookkeeping is in its
 * struct page.
 *	ref	1 + objects in use
 *	unused	offset of the first free object in units of 8 bytes, NO_OBJECT when full; each
 *		free object begins with the offset of the next
 *	owner	the cache: so that kfree() needs only the address
 *	owner2	the next slab with room (not for full ones, which are in no list)
 * Empty slabs stay in the list until slab_reap().
 *
 * With the option `poison` freed objects are filled with a pattern, which must still be there when
 * the object is handed out again: whoever writes to freed memory is found, with the name of the
 * cache. */
#include "mm/slab.h"

#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/page.h"

#define NO_OBJECT  0xffffu
#define POISON	   0x6b
#define MAX_OBJECT (PAGE_SIZE / 2)

static struct list caches = LIST_INIT(caches);
static int poison = -1; /* not known yet */

static void cache_ready(struct cache *c)
{
	if (poison < 0)
		poison = option("poison") != NULL;
	c->size = ALIGN_UP(MAX(c->size, (size_t)8), 8);
	c->per_page = (unsigned)(PAGE_SIZE / c->size);
	ASSERT(c->per_page > 0);
	c->ready = true;
	list_append(&caches, &c->all);
}

static void *object_at(const struct page *p, unsigned offset)
{
	return (char *)page_va(p) + offset * 8ul;
}

/* --- poison --- */

static void poison_fill(const struct cache *c, void *obj)
{
	if (poison)
		memset((char *)obj + 8, POISON, c->size - 8);
}

static void poison_check(const struct cache *c, const void *obj)
{
	const unsigned char *p = obj;

	if (!poison)
		return;
	for (size_t i = 8; i < c->size; i++) {
		if (p[i] != POISON)
			panic("%s at %p was written after it was freed: byte %zu is %#x", c->name,
			      obj, i, p[i]);
	}
}

/* --- slabs --- */

/* Thread a new page's objects, in order of addresses. */
static struct page *slab_create(struct cache *c)
{
	struct page *p = page_alloc(0);
	unsigned step = (unsigned)(c->size / 8);

	if (p == NULL)
		return NULL;
	for (unsigned i = 0; i < c->per_page; i++) {
		uint16_t *obj = object_at(p, i * step);

		*obj = (uint16_t)(i + 1 < c->per_page ? (i + 1) * step : NO_OBJECT);
		poison_fill(c, obj);
	}
	p->flags |= PG_SLAB;
	p->unused = 0;
	p->owner = c;
	p->owner2 = c->partial;
	c->partial = p;
	c->pages++;
	c->empty++;
	return p;
}

static void slab_destroy(struct cache *c, struct page *p)
{
	c->pages--;
	c->empty--;
	p->flags &= (uint8_t)~PG_SLAB;
	p->owner = p->owner2 = NULL;
	page_put(p);
}

static void *object_take(struct cache *c, size_t *bytes)
{
	struct page *p;
	uint16_t *obj;

	if (!c->ready)
		cache_ready(c);
	if (page_alloc_fails())
		return NULL;
	p = c->partial != NULL ? c->partial : slab_create(c);
	if (p == NULL)
		return NULL;
	obj = object_at(p, p->unused);
	poison_check(c, obj);
	if (p->ref == 1)
		c->empty--;
	p->ref++;
	p->unused = *obj;
	if (p->unused == NO_OBJECT) {
		c->partial = p->owner2;
		p->owner2 = NULL;
	}
	c->in_use++;
	*bytes = c->size;
	return obj;
}

static void object_give(struct cache *c, struct page *p, void *obj)
{
	ASSERT(p->ref > 1 && p->owner == c);
	if (p->unused == NO_OBJECT) {
		p->owner2 = c->partial;
		c->partial = p;
	}
	poison_fill(c, obj);
	*(uint16_t *)obj = p->unused;
	p->unused = (uint16_t)(((uintptr_t)obj & PAGE_MASK) / 8);
	if (--p->ref == 1)
		c->empty++;
	c->in_use--;
}

static size_t cache_reap(struct cache *c)
{
	struct page **link = &c->partial;
	size_t n = 0;

	while (c->empty > 0) {
		struct page *p = *link;

		ASSERT(p != NULL);
		if (p->ref > 1) {
			link = (struct page **)&p->owner2;
			continue;
		}
		*link = p->owner2;
		slab_destroy(c, p);
		n++;
	}
	return n;
}

size_t slab_reap(void)
{
	struct cache *c;
	size_t n = 0;

	LIST_FOREACH (c, &caches, all)
		n += cache_reap(c);
	return n;
}

void slab_each(void (*fn)(const struct cache *c, void *arg), void *arg)
{
	struct cache *c;

	LIST_FOREACH (c, &caches, all)
		fn(c, arg);
}

void *cache_alloc(struct cache *c)
{
	size_t size;
	void *obj = object_take(c, &size);

	if (obj != NULL)
		memset(obj, 0, size);
	return obj;
}

void cache_free(struct cache *c, void *obj)
{
	struct page *p = page_of_va(obj);

	ASSERT(p != NULL && (p->flags & PG_SLAB) != 0);
	object_give(c, p, obj);
}

/* --- kmalloc --- */

#define CLASS(n)                                                                                   \
	{                                                                                          \
		.name = "kmalloc-" #n, .size = (n)                                                 \
	}

/* As many objects of each as fit into a page without much rest. */
static struct cache classes[] = {
	CLASS(16),  CLASS(32),	CLASS(48),  CLASS(64),	CLASS(96),   CLASS(128),  CLASS(192),
	CLASS(256), CLASS(384), CLASS(512), CLASS(672), CLASS(1024), CLASS(1360), CLASS(2048),
};

/* Only counts what kmalloc() took from the buddy allocator. */
static struct cache large = { .name = "kmalloc-large" };

static struct cache *class_of(size_t size)
{
	struct cache *c = classes;

	while (c->size < size)
		c++;
	return c;
}

static void *large_alloc(size_t size)
{
	unsigned order = 0;
	struct page *p;

	while (PAGE_SIZE << order < size) {
		if (++order > 10)
			return NULL;
	}
	p = page_alloc_order(order, 0);
	if (p == NULL)
		return NULL;
	if (!large.ready) {
		cache_ready(&large);
		large.size = PAGE_SIZE;
	}
	p->owner2 = &large;
	large.in_use++;
	large.pages += 1ul << order;
	return page_va(p);
}

void *kmalloc(size_t size)
{
	size_t got;

	if (size > MAX_OBJECT)
		return large_alloc(size);
	return object_take(class_of(size), &got);
}

void *kzalloc(size_t size)
{
	void *p = kmalloc(size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

/* How many bytes the block at obj has. */
static size_t room_of(const struct page *p)
{
	if ((p->flags & PG_SLAB) != 0)
		return ((struct cache *)p->owner)->size;
	return PAGE_SIZE << p->order;
}

void *krealloc(void *old, size_t size)
{
	size_t room = old == NULL ? 0 : room_of(page_of_va(old));
	void *p;

	/* A block that fits stays, unless most of it would be wasted. */
	if (size <= room && (room <= 64 || size > room / 4))
		return old;
	p = kmalloc(size);
	if (p == NULL)
		return size <= room ? old : NULL;
	memcpy(p, old, MIN(size, room));
	kfree(old);
	return p;
}

void kfree(void *obj)
{
	struct page *p;

	if (obj == NULL)
		return;
	p = page_of_va(obj);
	ASSERT(p != NULL);
	if ((p->flags & PG_SLAB) != 0) {
		object_give(p->owner, p, obj);
		return;
	}
	ASSERT(p->owner2 == &large);
	large.in_use--;
	large.pages -= 1ul << p->order;
	p->owner2 = NULL;
	page_put(p);
}

char *kstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = kmalloc(len + 1);

	if (copy != NULL) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *kstrdup(const char *s)
{
	return kstrndup(s, strlen(s));
}
