/* Where programs go in their windows: inside, apart from one another, compact. */
/* links: elf/place.c arch/host/host.c mm/page.c mm/slab.c */
#include <string.h>

#include "arch/arch.h"
#include "elf/place.h"
#include "mm/usercopy.h"
#include "mm/view.h"
#include "tests/unit/unit.h"

#define GIB (1ul << 30)

static struct elf_image image, interp;
static struct place at;
static uint64_t stack = 8 << 20;

size_t arch_stub_bytes(size_t text)
{
	return ALIGN_UP(text / 64, PAGE_SIZE);
}

static void describe(struct elf_image *img, bool fixed, uintptr_t low, size_t bytes, size_t align)
{
	memset(img, 0, sizeof(*img));
	img->fixed = fixed;
	img->low = low;
	img->high = low + bytes;
	img->align = align;
	img->text = bytes / 2;
}

/* Place the program in a window.  => place_image's result */
static int place(unsigned window, bool with_interp)
{
	memset(&at, 0, sizeof(at));
	return place_image((uintptr_t)window << WINDOW_SHIFT, place_slide(&image, 0), &image,
			   with_interp ? &interp : NULL, stack, &at);
}

static void check(uintptr_t window, bool with_interp)
{
	uintptr_t low = image.low + at.bias, high = low + image_bytes(&image);
	uintptr_t lowest = at.mmap_top;

	ck_assert_uint_eq(at.bias % image.align, 0);
	ck_assert_uint_eq(low >> WINDOW_SHIFT, window);
	ck_assert_uint_eq((high - 1) >> WINDOW_SHIFT, window);
	if (!image.fixed) {
		ck_assert_uint_eq(at.mmap_top, low);
		ck_assert_uint_ge((window + 1) * WINDOW_SIZE - high, 4 * GIB);
	}
	if (with_interp) {
		uintptr_t start = interp.low + at.interp_bias;
		ck_assert_uint_eq(at.interp_bias % interp.align, 0);
		ck_assert_uint_le(start + image_bytes(&interp), at.mmap_top);
		lowest = start;
	}
	ck_assert_uint_lt(at.stack_top, lowest);
	ck_assert_uint_eq(at.stack_top % PAGE_SIZE, 0);
	ck_assert_uint_lt(at.stack_limit, at.stack_top);
	ck_assert_uint_eq((at.stack_limit - GIB) >> WINDOW_SHIFT, window);
	if (image.fixed)
		ck_assert(high <= at.stack_limit - GIB || low >= at.mmap_top);
}

/* A busybox: all that it uses of the window is in one region of 2 MiB. */
START_TEST(small_program_in_one_region)
{
	for (int i = 0; i < 5000; i++) {
		describe(&image, false, 0, 1200 << 10, PAGE_SIZE);
		ck_assert_int_eq(place(7, false), 0);
		check(7, false);
		uintptr_t region = (image.low + at.bias) >> 21;
		ck_assert_uint_eq((at.stack_top - 15 * PAGE_SIZE) >> 21, region);
		ck_assert_uint_eq((image.high + at.bias + 31 * PAGE_SIZE) >> 21, region);
	}
}
END_TEST

START_TEST(all_sizes)
{
	static const size_t sizes[] = { 4096, 100 << 10, 1700 << 10, 3 << 20, 500 << 20, 7 * GIB };
	static const size_t aligns[] = { PAGE_SIZE, 64 << 10, 2 << 20, GIB };

	for (unsigned i = 0; i < 100000; i++) {
		describe(&image, false, i % 7 ? 0 : 0x40000000, sizes[i % 6], aligns[i / 6 % 4]);
		describe(&interp, false, 0, sizes[i / 24 % 6], aligns[i / 144 % 4]);
		stack = i % 5 ? 8 << 20 : i % 3 ? 0 : UINT64_MAX;
		ck_assert_int_eq(place(1 + i % 2046, i % 2), 0);
		check(1 + i % 2046, i % 2);
	}
}
END_TEST

START_TEST(fixed_programs)
{
	static const uintptr_t lows[] = { 0x400000, 0x10000, 20 * GIB, 40 * GIB, 60 * GIB };

	for (int i = 0; i < 5000; i++) {
		describe(&image, true, lows[i % 5], 2 << 20, PAGE_SIZE);
		describe(&interp, false, 0, 800 << 10, PAGE_SIZE);
		ck_assert_int_eq(place(0, i % 2), 0);
		ck_assert_uint_eq(at.bias, 0);
		check(0, i % 2);
	}
}
END_TEST

static void refused(bool fixed, uintptr_t low, size_t bytes)
{
	describe(&image, fixed, low, bytes, PAGE_SIZE);
	ck_assert_int_eq(place(0, false), -12);
}

START_TEST(too_large)
{
	refused(false, 0, 9 * GIB);
	refused(true, 0x1000, 1 << 20);
	refused(true, 63 * GIB, 2 * GIB);
	refused(true, 31 * GIB, 2 * GIB);
	refused(true, 100 * GIB, 1 << 20);
	refused(true, 0x400000, USER_END - 0x400000);
	describe(&image, false, 0, 1 << 20, PAGE_SIZE);
	describe(&interp, false, 0, 9 * GIB, PAGE_SIZE);
	ck_assert_int_eq(place(1, true), -12);
}
END_TEST

/* Different files are at different places, each bit of which is sometimes set; with the window's 11
 * bits these are 30 in all. */
START_TEST(randomness)
{
	uintptr_t ones = 0, zeros = 0;

	describe(&image, false, 0, 1 << 20, PAGE_SIZE);
	for (int i = 0; i < 3000; i++) {
		ck_assert_int_eq(place(1, false), 0);
		ones |= at.bias;
		zeros |= ~at.bias;
	}
	ck_assert_int_ge(__builtin_popcountl(ones & zeros), 19);
}
END_TEST

START_TEST(the_same_again)
{
	describe(&image, false, 0, 1 << 20, PAGE_SIZE);
	uint64_t slide = place_slide(&image, 0);
	ck_assert_uint_eq(place_slide(&image, slide), slide);
	host_option("norandmaps", "");
	ck_assert_uint_eq(place_slide(&image, 0), place_slide(&image, 0));
}
END_TEST

UNIT_MAIN("place", small_program_in_one_region, all_sizes, fixed_programs, too_large, randomness,
	  the_same_again)
