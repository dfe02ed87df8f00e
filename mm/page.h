/* page.h: who owns which page of physical memory.
 *
 * Every page frame of RAM has a struct page.  A page is free (in the buddy lists), or has one
 * reference per entry or object that points at it: a page-table entry, a page cache, a kernel
 * object.  Page-table pages are counted in the same way by the entries that point at *them*, which
 * is what lets two views share a table (mm/view.c). */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "arch/arch.h"
#include "lib/list.h"

typedef uint64_t paddr_t;

struct page {
	int32_t ref;   /* 0: free, or not the first page of its block */
	uint8_t order; /* of the block that starts here */
	uint8_t flags; /* PG_* */
	uint16_t
		unused; /* for whoever owns the page: the slab keeps its first free object here, a page
			  * table the number of its used leaves */
	union {
		struct list link; /* while free; also for the owner */
		struct {
			void *owner;
			void *owner2;
		};
		struct { /* of a page table: mm/internal.h */
			uint64_t groups, own_groups;
		};
	};
};

enum { PG_FREE = 1, PG_RESERVED = 2, PG_SLAB = 4 };

/* Pages whose contents never change, the zero page and those of an image (mm/image.h), hold so many
 * references of nobody's that the rest never come to the last, nor to being the only one. */
#define PAGE_CONSTANT (1 << 30)
static inline bool page_is_constant(const struct page *p)
{
	return p->ref >= PAGE_CONSTANT / 2;
}

/* What to do with the new page. */
enum { PAGE_ZERO = 1 };

/* Take the usable ranges of the machine's memory map, less the reserved ones.  Called once. */
struct boot_info;
void page_init(const struct boot_info *bi);

/* 2^order contiguous pages with one reference.  => NULL when memory is short, after the caches that
 * can shrink have been asked to */
struct page *page_alloc_order(unsigned order, unsigned flags);
static inline struct page *page_alloc(unsigned flags)
{
	return page_alloc_order(0, flags);
}

void page_get(struct page *p);
/* Drop a reference; the last one frees the block. */
void page_put(struct page *p);

struct page *page_of(paddr_t pa); /* => NULL if it is neither RAM nor of the image */
paddr_t page_pa(const struct page *p);
void *page_va(const struct page *p);   /* in the direct map; of the image: read-only */
struct page *page_of_va(const void *); /* the inverse */

/* Give a range of pages that was reserved at boot (initrd, boot tables) to the allocator.  Pages get
 * ref = 1 by page_claim() for use in place, as when they had been allocated one by one. */
void page_release_range(paddr_t start, paddr_t end);
void page_claim_range(paddr_t start, paddr_t end);

/* Memory of the machine that is not RAM and never changes: `size` bytes at pa that are seen at va.
 * `array` is where the struct pages of it seem to be, above those of RAM; several may be one, so
 * nothing but ref may be used of them.  Called at most once; see mm/image.h. */
void page_add_image(paddr_t pa, size_t size, const void *va, struct page *array);
/* The same for RAM that was reserved at boot. */
void page_claim_constant(paddr_t start, paddr_t end);

/* Pages: all of RAM, and those that are free now (with what is kept empty given back). */
size_t page_total(void);
size_t page_free_count(void);
/* Are there n free pages?  Nothing is given back to find that out unless it decides. */
bool page_free_enough(size_t n);

/* Why a program gets no huge pages: none are set aside, as on a Linux whose nr_hugepages is 0.
 * flags: those of mmap(2) or shmget(2).  => -ENOMEM; -EINVAL: nor is there such a size */
int huge_pages_error(unsigned flags);

/* A function that gives back pages which are kept for later use, when memory is short, or (unless they are
 * useful) when somebody counts what is free.  It may be called in every allocation.  => pages freed */
struct shrinker {
	struct list link;
	size_t (*shrink)(void);
	bool useful; /* what it keeps saves work: it is asked only when memory is short */
};
void shrinker_add(struct shrinker *s);

/* For tests: make the n-th allocation from now fail (0: none), and then each `every`-th (0: no more). */
void page_fail_nth(unsigned n, unsigned every);
/* The same from a text: "N", "N,EVERY", or "N+" for N and all after it. */
void page_fail_text(const char *text);
/* Allocations until one fails; 0: none will. */
unsigned page_fail_left(void);
/* Do all allocations fail from now on? */
bool page_alloc_broken(void);
/* Count one allocation: is it the one that shall fail?  Every allocator asks. */
bool page_alloc_fails(void);

/* The page that every clean anonymous page maps until it is written; never freed. */
extern struct page *zero_page;

#endif
