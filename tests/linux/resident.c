/* resident.c: what a process has in memory, as /proc tells it, follows what it maps, touches and gives
 * back, on both sides of a fork. */
#include "harness.h"

#include <stdbool.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

enum { MIB = 1 << 20, SLACK = 64 };

/* Resident pages: field 24 of stat. */
static long resident(void)
{
	char line[1024];
	FILE *f = fopen("/proc/self/stat", "r");

	CHECK(f != NULL);
	CHECK(fgets(line, sizeof(line), f) != NULL);
	fclose(f);
	char *at = strrchr(line, ')');
	for (int field = 2; field < 24 && at != NULL; field++)
		at = strchr(at + 1, ' ');
	CHECK(at != NULL);
	return strtol(at, NULL, 10);
}

/* Linux counts some pages late, and the reading itself touches a few. */
static bool grown(long since, long want)
{
	long by = resident() - since;

	return by >= want - SLACK && by <= want + SLACK;
}

static char *map(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	madvise(p, len, MADV_NOHUGEPAGE);
	return p;
}

TEST(resident_follows_what_is_touched)
{
	long before = resident();
	char *p = map(16 * MIB);

	CHECK(grown(before, 0));
	memset(p, 1, 8 * MIB);
	CHECK(grown(before, 2048));
	memset(p + 8 * MIB, 1, 8 * MIB);
	CHECK(grown(before, 4096));
	madvise(p + MIB, 4 * MIB, MADV_DONTNEED);
	CHECK(grown(before, 3072));
	p[2 * MIB] = 1;
	memset(p + 3 * MIB, 1, MIB);
	CHECK(grown(before, 3329));
	munmap(p + 10 * MIB, 3 * MIB);
	CHECK(grown(before, 2561));
	munmap(p, 16 * MIB);
	CHECK(grown(before, 0));
}

TEST(resident_moves_with_mremap)
{
	char *p = map(4 * MIB), *to = map(8 * MIB);
	long before = resident();

	memset(p, 1, 4 * MIB);
	CHECK(grown(before, 1024));
	CHECK(mremap(p, 4 * MIB, 4 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED, to + MIB) == to + MIB);
	CHECK(grown(before, 1024));
	munmap(to + MIB, 2 * MIB);
	CHECK(grown(before, 512));
}

TEST(resident_on_both_sides_of_a_fork)
{
	char *p = map(8 * MIB);
	long before = resident();

	memset(p, 1, 4 * MIB);
	CHECK(grown(before, 1024));
	pid_t pid = fork();
	if (pid == 0) {
		memset(p, 2, MIB);
		memset(p + 4 * MIB, 2, MIB);
		CHECK(grown(before, 1280));
		munmap(p + 2 * MIB, 2 * MIB);
		CHECK(grown(before, 768));
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK(grown(before, 1024));
	p[5 * MIB] = 1;
	memset(p + 6 * MIB, 1, MIB);
	CHECK(grown(before, 1281));
}

TEST(resident_by_advice)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char *p = map(4 * MIB), *file;
	long before = resident();

	CHECK_OK(madvise(p, 2 * MIB, MADV_POPULATE_WRITE));
	CHECK(grown(before, 512));
	CHECK_EQ(p[MIB], 0);
	p[MIB] = 7;
	CHECK_OK(madvise(p, 4 * MIB, MADV_POPULATE_WRITE));
	CHECK(grown(before, 1024));
	CHECK_EQ(p[MIB], 7);
	/* As far as it goes. */
	CHECK_OK(mprotect(p + 3 * MIB, MIB, PROT_READ));
	CHECK_ERR(madvise(p, 4 * MIB, MADV_POPULATE_WRITE), EINVAL);
	CHECK_OK(madvise(p, 4 * MIB, MADV_POPULATE_READ));
	CHECK_OK(mprotect(p + 3 * MIB, MIB, PROT_NONE));
	CHECK_ERR(madvise(p, 4 * MIB, MADV_POPULATE_READ), EINVAL);
	CHECK_OK(madvise(p, 3 * MIB, MADV_DONTNEED));
	munmap(p + 2 * MIB, 2 * MIB);
	before = resident();
	CHECK_ERR(madvise(p, 4 * MIB, MADV_POPULATE_WRITE), ENOMEM);
	CHECK(grown(before, 512));
	/* Behind the end of a file there is nothing. */
	CHECK_OK(ftruncate(fd, MIB));
	file = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_OK(madvise(file, MIB, MADV_POPULATE_WRITE));
	CHECK_ERR(madvise(file, 2 * MIB, MADV_POPULATE_READ), EFAULT);
}
