/* The ELF parser under libFuzzer: what it accepts must keep the promises of elf/elf.h, and nothing
 * may be lost.  build/tests/fuzz/fuzz_elf -max_len=8192 CORPUS; programs make a good corpus. */
/* links: elf/elf.c mm/page.c mm/slab.c arch/host/host.c */
#include <linux/elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/usercopy.h"

const uint16_t arch_elf_machine = EM_X86_64;

struct bytes {
	const uint8_t *data;
	size_t len;
};

static ssize_t read_bytes(void *file, void *buf, size_t n, uint64_t offset)
{
	const struct bytes *b = file;
	if (offset >= b->len)
		return 0;
	if (n > b->len - offset)
		n = b->len - offset;
	memcpy(buf, b->data + offset, n);
	return (ssize_t)n;
}

static void must(int cond)
{
	if (!cond)
		abort();
}

static void check(const struct elf_image *img)
{
	must(img->low < img->high && img->high <= USER_END);
	must(((img->low | img->high) & PAGE_MASK) == 0);
	must(img->align >= PAGE_SIZE && (img->align & (img->align - 1)) == 0);
	must(img->count > 0 && img->count <= ELF_SEGMENTS);
	must(img->interp_size <= ELF_INTERP_MAX && img->interp_size != 1);
	for (unsigned i = 0; i < img->count; i++) {
		const struct elf_segment *s = &img->segment[i];
		must(s->mem_size > 0 && s->file_size <= s->mem_size);
		must(s->vaddr >= img->low && s->vaddr < img->high);
		must(s->mem_size <= img->high - s->vaddr);
		must(((s->vaddr ^ s->offset) & PAGE_MASK) == 0);
		must(s->offset <= INT64_MAX - s->file_size - PAGE_SIZE);
		must((s->prot & ~7u) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes b = { data, len };
	static struct elf_image img;
	static size_t before;

	if (before == 0) {
		host_ram(4 << 20);
		before = page_free_count();
	}
	if (elf_parse(read_bytes, &b, &img) == 0)
		check(&img);
	must(page_free_count() == before);
	return 0;
}
