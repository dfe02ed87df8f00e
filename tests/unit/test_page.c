/* The buddy allocator. */
/* links: mm/page.c mm/slab.c arch/host/host.c */
#include <string.h>

#include "boot/boot.h"
#include "mm/page.h"
#include "tests/unit/unit.h"

#define MIB (1ul << 20)

START_TEST(all_pages_come_back)
{
	static struct page *got[1024];
	size_t before, n = 0;

	host_ram(2 * MIB);
	before = page_free_count();
	ck_assert_uint_eq(page_total(), 512);
	ck_assert_uint_gt(before, 500);
	while ((got[n] = page_alloc(0)) != NULL) {
		memset(page_va(got[n]), (int)n, PAGE_SIZE);
		n++;
	}
	ck_assert_uint_eq(n, before);
	ck_assert_uint_eq(page_free_count(), 0);
	while (n-- > 0) {
		ck_assert_int_eq(*(unsigned char *)page_va(got[n]), (unsigned char)n);
		page_put(got[n]);
	}
	ck_assert_uint_eq(page_free_count(), before);
	/* ... and have grown together again. */
	got[0] = page_alloc_order(7, 0);
	ck_assert_ptr_nonnull(got[0]);
	page_put(got[0]);
}
END_TEST

/* Blocks of the largest size are not initialised before they are taken for the first time. */
START_TEST(whole_blocks)
{
	static struct page *got[6144];
	struct page *large[8];
	size_t before, n = 0, count = 0;

	host_ram(24 * MIB);
	before = page_free_count();
	ck_assert_uint_gt(before, 6000);
	while (count < 3 && (large[count] = page_alloc_order(10, 0)) != NULL) {
		for (size_t i = 1; i < 1024; i++) {
			ck_assert_int_eq(large[count][i].ref, 0);
			ck_assert_int_eq(large[count][i].flags, 0);
		}
		count++;
	}
	ck_assert_uint_eq(count, 3);
	while ((got[n] = page_alloc(0)) != NULL) {
		ck_assert_int_eq(got[n]->ref, 1);
		ck_assert_int_eq(got[n]->flags, 0);
		n++;
	}
	ck_assert_uint_eq(n, before - 3 * 1024);
	while (count-- > 0)
		page_put(large[count]);
	while (n-- > 0)
		page_put(got[n]);
	ck_assert_uint_eq(page_free_count(), before);
	for (count = 0; count < 5; count++)
		ck_assert_ptr_nonnull(large[count] = page_alloc_order(10, 0));
	while (count-- > 0)
		page_put(large[count]);
	ck_assert_uint_eq(page_free_count(), before);
}
END_TEST

START_TEST(random_blocks)
{
	static struct page *got[256];
	static unsigned order[256];
	size_t before, at_start;

	host_ram(8 * MIB);
	at_start = before = page_free_count();
	srand(5);
	for (int round = 0; round < 100000; round++) {
		size_t i = (size_t)rand() % 256;

		if (got[i] != NULL) {
			uint64_t *block = page_va(got[i]);
			size_t words = (PAGE_SIZE << order[i]) / 8;

			ck_assert_uint_eq(block[0], i);
			ck_assert_uint_eq(block[words - 1], i);
			page_put(got[i]);
			got[i] = NULL;
			before += 1ul << order[i];
			continue;
		}
		order[i] = (unsigned)rand() % 6;
		got[i] = page_alloc_order(order[i], 0);
		if (got[i] != NULL) {
			uint64_t *block = page_va(got[i]);
			size_t words = (PAGE_SIZE << order[i]) / 8;

			ck_assert_uint_eq(page_pa(got[i]) & ((PAGE_SIZE << order[i]) - 1), 0);
			ck_assert_ptr_eq(page_of_va(block), got[i]);
			block[0] = block[words - 1] = i;
			before -= 1ul << order[i];
		}
		if (round % 100 == 0)
			ck_assert_uint_eq(page_free_count(), before);
	}
	for (size_t i = 0; i < 256; i++) {
		if (got[i] != NULL)
			page_put(got[i]);
	}
	ck_assert_uint_eq(page_free_count(), at_start);
}
END_TEST

START_TEST(references)
{
	struct page *p;
	size_t before;

	host_ram(MIB);
	before = page_free_count();
	p = page_alloc(PAGE_ZERO);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		ck_assert_int_eq(((char *)page_va(p))[i], 0);
	page_get(p);
	page_put(p);
	ck_assert_uint_eq(page_free_count(), before - 1);
	page_put(p);
	ck_assert_uint_eq(page_free_count(), before);
}
END_TEST

START_TEST(reserved_ranges)
{
	size_t before;

	host_ram(4 * MIB);
	/* Two ranges of RAM with a hole, a reserved piece across the end of the first. */
	boot_info.ram_count = 2;
	boot_info.ram[0] = (struct boot_range){ MIB, 2 * MIB };
	boot_info.ram[1] = (struct boot_range){ 3 * MIB + 5, 5 * MIB };
	boot_info.reserved_count = 1;
	boot_info.reserved[0] = (struct boot_range){ MIB + 0x10800, MIB + 0x20800 };
	page_init(&boot_info);
	ck_assert_uint_eq(page_total(), 256 + 511);
	ck_assert_ptr_null(page_of(2 * MIB));
	ck_assert_ptr_null(page_of(3 * MIB));
	ck_assert_ptr_nonnull(page_of(3 * MIB + PAGE_SIZE));
	ck_assert_ptr_null(page_of(5 * MIB));
	ck_assert_ptr_null(page_of(0));

	before = page_free_count();
	page_claim_range(MIB + 0x12000, MIB + 0x14000);
	ck_assert_uint_eq(page_free_count(), before);
	page_put(page_of(MIB + 0x12000));
	page_put(page_of(MIB + 0x13000));
	ck_assert_uint_eq(page_free_count(), before + 2);
	page_release_range(MIB + 0x10000, MIB + 0x21000);
	ck_assert_uint_eq(page_free_count(), before + 0x11);
}
END_TEST

static struct page *kept;

static size_t give_back(void)
{
	if (kept == NULL)
		return 0;
	page_put(kept);
	kept = NULL;
	return 1;
}

START_TEST(failures_and_shrinkers)
{
	static struct shrinker shrinker = { .shrink = give_back };
	size_t n = 0;

	host_ram(MIB);
	page_fail_nth(2, false);
	kept = page_alloc(0);
	ck_assert_ptr_nonnull(kept);
	ck_assert_ptr_null(page_alloc(0));
	shrinker_add(&shrinker);
	while (kept != NULL) {
		ck_assert_ptr_nonnull(page_alloc(0));
		ck_assert_uint_lt(n++, 300);
	}
	ck_assert_ptr_null(page_alloc(0));
	ck_assert_ptr_null(page_alloc_order(11, 0));
	page_fail_nth(1, true);
	ck_assert_ptr_null(page_alloc(0));
	ck_assert_ptr_null(page_alloc(0));
}
END_TEST

UNIT_MAIN("mm/page", all_pages_come_back, whole_blocks, random_blocks, references, reserved_ranges,
	  failures_and_shrinkers)
