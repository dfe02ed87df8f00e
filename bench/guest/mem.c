/* mem.c: fresh memory.
 *
 *	mem fault	the first write to a page
 *	mem map		mmap 1 MiB, write each page, munmap */
#include "bench.h"

#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, MIB = 1 << 20, FAULT_PAGES = 1024 };

static char *map(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	bench_check(p != MAP_FAILED, "mmap");
	return p;
}

static uint64_t fault(void *arg)
{
	char *p = map((size_t)FAULT_PAGES * PAGE);
	uint64_t start;

	(void)arg;
	madvise(p, (size_t)FAULT_PAGES * PAGE, MADV_NOHUGEPAGE);
	start = cycles();
	for (size_t i = 0; i < FAULT_PAGES; i++)
		p[i * PAGE] = 1;
	start = cycles() - start;
	munmap(p, (size_t)FAULT_PAGES * PAGE);
	return start / FAULT_PAGES;
}

static void map_touch_unmap(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		char *p = map(MIB);

		for (size_t i = 0; i < MIB; i += PAGE)
			p[i] = 1;
		munmap(p, MIB);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "fault") == 0)
		bench_each("mem.fault", fault, NULL);
	else if (argc > 1 && strcmp(argv[1], "map") == 0)
		bench_time("mem.map1m", map_touch_unmap, NULL);
	else
		return 2;
	return 0;
}
