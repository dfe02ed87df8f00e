/* page.c: the buddy allocator.
 *
 * Memory is cut into blocks of 2^order pages, aligned to their size.  The struct page of a free
 * block's first page has PG_FREE, the order, and hangs in the list of that order; all other pages
 * of the block have neither flags nor references.  A freed block is united with its buddy, the
 * other half of the next larger block, as long as that is free and whole.  At the start most of
 * memory is in blocks of the largest size; their other pages' structs hold anything (PG_RAW) until the
 * block is taken for the first time: to clear them all takes 5 ms with 8 GiB under an emulator.
 *
 * In front of it, for single pages, is a short stack of pages freed last: most allocations are of
 * one page, and a page used a moment ago is still in the caches (and, under an emulator, its code
 * is still translated).
 *
 * Physical address 0 .. 64 KiB is left alone, for starting further processors. */
#include "mm/page.h"

#include <asm/errno.h>
#include <linux/mman.h>

#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/slab.h"

#define MAX_ORDER 10
#define HOT_MAX	  64
#define LOW_END	  0x10000ul

enum {
	PG_HOLE = 8, /* not RAM */
	PG_RAW =
		16, /* with PG_FREE: the structs of the block's other pages are not initialised yet */
};

static struct page *pages; /* of the frames first_frame .. first_frame + frame_count - 1 */
static size_t first_frame, frame_count;
static size_t total, free_pages;
static struct list free_list[MAX_ORDER + 1];
static struct list hot; /* single pages with ref 0 and without PG_FREE; counted in free_pages */
static unsigned hot_count;
static struct list shrinkers = LIST_INIT(shrinkers);

/* What page_add_image() was told.  Without it no page is at or above `array`. */
static struct {
	paddr_t pa;
	size_t size;
	uintptr_t va;
	struct page *array;
} image = { .array = (struct page *)UINTPTR_MAX };

static unsigned fail_in;    /* allocations until one fails; 0: none does */
static unsigned fail_every; /* ... and then each so-many-th; 0: no other */

struct page *zero_page;

static size_t frame_of(const struct page *p)
{
	return first_frame + (size_t)(p - pages);
}

static struct page *page_of_frame(size_t frame)
{
	if (frame - first_frame >= frame_count)
		return NULL;
	return &pages[frame - first_frame];
}

static struct page *page_of_image(uint64_t off)
{
	return off < image.size ? image.array + (off >> PAGE_SHIFT) : NULL;
}

struct page *page_of(paddr_t pa)
{
	struct page *p = page_of_frame(pa >> PAGE_SHIFT);

	return p == NULL || (p->flags & PG_HOLE) != 0 ? page_of_image(pa - image.pa) : p;
}

paddr_t page_pa(const struct page *p)
{
	if (p >= image.array)
		return image.pa + ((paddr_t)(p - image.array) << PAGE_SHIFT);
	return (paddr_t)frame_of(p) << PAGE_SHIFT;
}

void *page_va(const struct page *p)
{
	if (p >= image.array)
		return (void *)(image.va + ((size_t)(p - image.array) << PAGE_SHIFT));
	return (void *)(DIRECT_MAP + ((paddr_t)frame_of(p) << PAGE_SHIFT));
}

struct page *page_of_va(const void *va)
{
	struct page *p = page_of_image((uintptr_t)va - image.va);

	return p != NULL ? p : page_of((uintptr_t)va - DIRECT_MAP);
}

void page_add_image(paddr_t pa, size_t size, const void *va, struct page *array)
{
	image.pa = pa;
	image.size = size;
	image.va = (uintptr_t)va;
	image.array = array;
}

/* --- blocks --- */

static void block_add(struct page *p, unsigned order)
{
	p->flags |= PG_FREE;
	p->order = (uint8_t)order;
	list_push(&free_list[order], &p->link);
}

static void block_take(struct page *p)
{
	if ((p->flags & PG_RAW) != 0)
		memset(p + 1, 0, ((1ul << p->order) - 1) * sizeof(*p));
	p->flags &= (uint8_t) ~(PG_FREE | PG_RAW);
	list_remove(&p->link);
}

/* The free block that p (of this order) can be united with.  => NULL */
static struct page *free_buddy(const struct page *p, unsigned order)
{
	struct page *b = page_of_frame(frame_of(p) ^ (1ul << order));

	return b != NULL && (b->flags & PG_FREE) != 0 && b->order == order ? b : NULL;
}

static void block_free(struct page *p, unsigned order)
{
	for (; order < MAX_ORDER; order++) {
		struct page *buddy = free_buddy(p, order);

		if (buddy == NULL)
			break;
		block_take(buddy);
		p = MIN(p, buddy);
	}
	block_add(p, order);
}

/* Take a block, from a larger one if need be: the upper halves go back.  => NULL: there is none */
static struct page *block_alloc(unsigned order)
{
	for (unsigned from = order; from <= MAX_ORDER; from++) {
		struct page *p;

		if (list_empty(&free_list[from]))
			continue;
		p = LIST_FIRST(&free_list[from], struct page, link);
		block_take(p);
		while (from > order) {
			from--;
			block_add(p + (1ul << from), from);
		}
		p->order = (uint8_t)order;
		return p;
	}
	return NULL;
}

static void hot_drain(unsigned keep)
{
	while (hot_count > keep) {
		struct page *p = LIST_LAST(&hot, struct page, link);

		list_remove(&p->link);
		hot_count--;
		block_free(p, 0);
	}
}

static struct page *take(unsigned order)
{
	if (order == 0 && hot_count > 0) {
		struct page *p = LIST_FIRST(&hot, struct page, link);

		list_remove(&p->link);
		hot_count--;
		p->order = 0;
		return p;
	}
	return block_alloc(order);
}

/* --- allocation --- */

bool page_alloc_fails(void)
{
	if (fail_in == 0 || --fail_in > 0)
		return false;
	fail_in = fail_every;
	return true;
}

void page_fail_nth(unsigned n, unsigned every)
{
	fail_in = n;
	fail_every = every;
}

unsigned page_fail_left(void)
{
	return fail_in;
}

bool page_alloc_broken(void)
{
	return fail_in != 0 && fail_every == 1;
}

/* N[,EVERY] */
void page_fail_text(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10), every = 0;

	if (*end == ',')
		every = strtoull(end + 1, NULL, 10);
	else if (*end == '+')
		every = 1;
	page_fail_nth((unsigned)n, (unsigned)every);
}

void shrinker_add(struct shrinker *s)
{
	list_append(&shrinkers, &s->link);
}

/* Ask everybody who keeps pages that could be had again; is memory short? */
static size_t shrink_all(bool is_short)
{
	struct shrinker *s;
	size_t n = 0;

	LIST_FOREACH (s, &shrinkers, link)
		n += is_short || !s->useful ? s->shrink() : 0;
	return n + slab_reap();
}

static struct page *take_hard(unsigned order)
{
	struct page *p = take(order);

	if (p == NULL) {
		hot_drain(0);
		p = take(order);
	}
	while (p == NULL && shrink_all(true) > 0) {
		hot_drain(0);
		p = take(order);
	}
	return p;
}

struct page *page_alloc_order(unsigned order, unsigned flags)
{
	struct page *p;

	if (order > MAX_ORDER || page_alloc_fails())
		return NULL;
	p = take_hard(order);
	if (p == NULL)
		return NULL;
	ASSERT(p->ref == 0);
	p->ref = 1;
	p->unused = 0;
	p->owner = p->owner2 = NULL;
	free_pages -= 1ul << order;
	if ((flags & PAGE_ZERO) != 0)
		memset(page_va(p), 0, PAGE_SIZE << order);
	return p;
}

void page_get(struct page *p)
{
	ASSERT(p->ref > 0);
	p->ref++;
}

void page_put(struct page *p)
{
	ASSERT(p->ref > 0);
	if (--p->ref > 0)
		return;
	ASSERT(p->flags == 0);
	free_pages += 1ul << p->order;
	if (p->order > 0) {
		block_free(p, p->order);
		return;
	}
	list_push(&hot, &p->link);
	if (++hot_count > HOT_MAX)
		hot_drain(HOT_MAX / 2);
}

size_t page_total(void)
{
	return total;
}

size_t page_free_count(void)
{
	shrink_all(false);
	return free_pages;
}

bool page_free_enough(size_t n)
{
	return free_pages >= n || page_free_count() >= n;
}

#define HUGE_2M_SHIFT 21
#define HUGE_1G_SHIFT 30

int huge_pages_error(unsigned flags)
{
	unsigned shift = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

	return shift == 0 || shift == HUGE_2M_SHIFT || shift == HUGE_1G_SHIFT ? -ENOMEM : -EINVAL;
}

/* --- start --- */

/* What of RAM is not to be handed out: boot's list, low memory, our own array. */
static struct boot_range taken[BOOT_RANGES + 2];
static unsigned taken_count;

static void take_range(uint64_t start, uint64_t end)
{
	taken[taken_count++] =
		(struct boot_range){ ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE) };
}

/* The first stretch of [at, end) that nobody has taken.  => its start; *stop: its end */
static uint64_t next_gap(uint64_t at, uint64_t end, uint64_t *stop)
{
	bool moved = true;

	*stop = end;
	while (moved) {
		moved = false;
		for (unsigned i = 0; i < taken_count; i++) {
			if (taken[i].start <= at && at < taken[i].end) {
				at = taken[i].end;
				moved = true;
			}
		}
	}
	for (unsigned i = 0; i < taken_count; i++) {
		if (taken[i].start >= at && taken[i].start < taken[i].end)
			*stop = MIN(*stop, taken[i].start);
	}
	return at;
}

static struct boot_range whole_pages(const struct boot_range *r)
{
	return (struct boot_range){ ALIGN_UP(r->start, PAGE_SIZE), ALIGN_DOWN(r->end, PAGE_SIZE) };
}

/* Find room for the array of struct page, low, where the first page table maps it. */
static uint64_t place_array(const struct boot_info *bi, size_t bytes)
{
	uint64_t best = UINT64_MAX;

	for (unsigned i = 0; i < bi->ram_count; i++) {
		struct boot_range r = whole_pages(&bi->ram[i]);
		uint64_t stop, at = r.start;

		while ((at = next_gap(at, r.end, &stop)) < r.end) {
			if (stop - at >= bytes) {
				best = MIN(best, at);
				break;
			}
			at = stop;
		}
	}
	if (best == UINT64_MAX)
		panic("no room for the page array of %zu bytes", bytes);
	return best;
}

static void measure(const struct boot_info *bi)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (unsigned i = 0; i < bi->ram_count; i++) {
		struct boot_range r = whole_pages(&bi->ram[i]);

		if (r.start >= r.end)
			continue;
		low = MIN(low, r.start);
		high = MAX(high, r.end);
		total += (r.end - r.start) >> PAGE_SHIFT;
	}
	if (total == 0)
		panic("the boot loader names no memory");
	first_frame = low >> PAGE_SHIFT;
	frame_count = (high - low) >> PAGE_SHIFT;
}

/* The structs of [start, end), as far as there are any.  => the first; *count of them */
static struct page *structs_of(uint64_t start, uint64_t end, size_t *count)
{
	size_t from = MAX(start >> PAGE_SHIFT, first_frame);
	size_t to = MIN(end >> PAGE_SHIFT, first_frame + frame_count);

	*count = to > from ? to - from : 0;
	return &pages[from - first_frame];
}

static void clear_structs(uint64_t start, uint64_t end)
{
	size_t count;
	struct page *p = structs_of(start, end, &count);

	memset(p, 0, count * sizeof(*p));
}

static void mark(uint64_t start, uint64_t end, unsigned flag)
{
	size_t count;

	for (struct page *p = structs_of(start, end, &count); count > 0; p++, count--)
		p->flags |= (uint8_t)flag;
}

static void mark_hole(uint64_t start, uint64_t end)
{
	mark(start, end, PG_HOLE);
}

/* What is between the ranges of RAM. */
static void each_hole(const struct boot_info *bi, void (*fn)(uint64_t start, uint64_t end))
{
	uint64_t at = (uint64_t)first_frame << PAGE_SHIFT;
	uint64_t end = at + ((uint64_t)frame_count << PAGE_SHIFT);

	while (at < end) {
		uint64_t hole_end = end, ram_end = 0;

		for (unsigned i = 0; i < bi->ram_count; i++) {
			struct boot_range r = whole_pages(&bi->ram[i]);

			if (r.start <= at && at < r.end)
				ram_end = MAX(ram_end, r.end);
			else if (r.start > at && r.start < r.end)
				hole_end = MIN(hole_end, r.start);
		}
		if (ram_end == 0)
			fn(at, hole_end);
		at = ram_end != 0 ? ram_end : hole_end;
	}
}

/* Put [start, end) into the lists, in blocks as large as alignment allows. */
static void add_free(uint64_t start, uint64_t end)
{
	size_t frame = start >> PAGE_SHIFT, stop = end >> PAGE_SHIFT;

	while (frame < stop) {
		unsigned order = MAX_ORDER;

		while ((frame & ((1ul << order) - 1)) != 0 || frame + (1ul << order) > stop)
			order--;
		struct page *p = page_of_frame(frame);
		bool raw = order == MAX_ORDER;

		memset(p, 0, raw ? sizeof(*p) : sizeof(*p) << order);
		p->flags = raw ? PG_FREE | PG_RAW : PG_FREE;
		p->order = (uint8_t)order;
		/* At the end, so that low memory is used first. */
		list_append(&free_list[order], &p->link);
		free_pages += 1ul << order;
		frame += 1ul << order;
	}
}

void page_init(const struct boot_info *bi)
{
	size_t bytes;
	uint64_t array;

	for (unsigned i = 0; i <= MAX_ORDER; i++)
		list_init(&free_list[i]);
	list_init(&hot);
	hot_count = taken_count = 0;
	total = free_pages = 0;
	measure(bi);
	take_range(0, LOW_END);
	for (unsigned i = 0; i < bi->reserved_count; i++)
		take_range(bi->reserved[i].start, bi->reserved[i].end);

	bytes = ALIGN_UP(frame_count * sizeof(struct page), PAGE_SIZE);
	array = place_array(bi, bytes);
	take_range(array, array + bytes);
	pages = (struct page *)(DIRECT_MAP + array);
	for (unsigned i = 0; i < taken_count; i++)
		clear_structs(taken[i].start, taken[i].end);
	each_hole(bi, clear_structs);
	for (unsigned i = 0; i < taken_count; i++)
		mark(taken[i].start, taken[i].end, PG_RESERVED);
	each_hole(bi, mark_hole);
	for (unsigned i = 0; i < bi->ram_count; i++) {
		struct boot_range r = whole_pages(&bi->ram[i]);
		uint64_t stop, at = r.start;

		while ((at = next_gap(at, r.end, &stop)) < r.end) {
			add_free(at, stop);
			at = stop;
		}
	}
	zero_page = page_alloc(PAGE_ZERO);
	if (zero_page == NULL)
		panic("no memory at all");
	zero_page->ref = PAGE_CONSTANT;
	if (option("failalloc") != NULL)
		page_fail_text(option("failalloc"));
}

void page_release_range(paddr_t start, paddr_t end)
{
	for (size_t f = ALIGN_UP(start, PAGE_SIZE) >> PAGE_SHIFT; f < end >> PAGE_SHIFT; f++) {
		struct page *p = page_of_frame(f);

		if (p == NULL || (p->flags & PG_RESERVED) == 0)
			continue;
		p->flags = 0;
		free_pages++;
		block_free(p, 0);
	}
}

static void claim(paddr_t start, paddr_t end, int32_t ref)
{
	for (size_t f = start >> PAGE_SHIFT; f < ALIGN_UP(end, PAGE_SIZE) >> PAGE_SHIFT; f++) {
		struct page *p = page_of_frame(f);

		if (p == NULL || (p->flags & PG_RESERVED) == 0)
			continue;
		p->flags = 0;
		p->order = 0;
		p->ref = ref;
	}
}

void page_claim_range(paddr_t start, paddr_t end)
{
	claim(start, end, 1);
}

void page_claim_constant(paddr_t start, paddr_t end)
{
	claim(start, end, PAGE_CONSTANT);
}
