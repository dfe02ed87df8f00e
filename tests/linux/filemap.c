/* filemap.c: a file that is mapped and changed at once: who sees what.
 *
 * Each test takes the file NAME in the folder that FILEMAP names, if it is set: tests/boot/image.sh has them in
 * an image, whose pages are nobody's to write to.  Else it makes one here.  Three pages and 100 bytes,
 * each of them "0" at first. */
#include "harness.h"

#include <linux/falloc.h>

#define SIZE (3 * PAGE + 100)

static int open_file(const char *name)
{
	const char *folder = getenv("FILEMAP");
	static char text[SIZE];
	char path[300];
	int fd;

	if (folder != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		fd = open(path, O_RDWR);
		CHECK(fd >= 0);
		return fd;
	}
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	memset(text, '0', SIZE);
	CHECK_EQ(write(fd, text, SIZE), (long)SIZE);
	CHECK_EQ(unlink(name), 0);
	return fd;
}

static volatile char *map(int fd, int prot, int flags)
{
	char *p = mmap(NULL, SIZE, prot, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static char at(int fd, size_t offset)
{
	char c = '?';

	CHECK_EQ(pread(fd, &c, 1, (off_t)offset), 1);
	return c;
}

TEST(a_write_through_a_shared_mapping)
{
	int fd = open_file("a");
	volatile char *r = map(fd, PROT_READ, MAP_SHARED), *p = map(fd, PROT_READ, MAP_PRIVATE);
	volatile char *w = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	CHECK_EQ(r[PAGE], '0');
	CHECK_EQ(p[PAGE], '0');
	CHECK_EQ(w[PAGE], '0');
	w[PAGE] = '1';
	CHECK_EQ(r[PAGE], '1');
	CHECK_EQ(p[PAGE], '1');
	CHECK_EQ(at(fd, PAGE), '1');
	CHECK_EQ(r[PAGE + 1], '0');
	w[3 * PAGE + 99] = '2';
	CHECK_EQ(r[3 * PAGE + 99], '2');
	CHECK_EQ(at(fd, 3 * PAGE + 99), '2');
	CHECK_EQ(w[3 * PAGE + 100], 0); /* behind the end */
	CHECK_EQ(at(fd, 2 * PAGE), '0');
}

TEST(a_write_by_call_is_seen_in_mappings)
{
	int fd = open_file("b");
	volatile char *r = map(fd, PROT_READ, MAP_SHARED);
	volatile char *p = map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	CHECK_EQ(r[0], '0');
	CHECK_EQ(p[0], '0');
	p[PAGE] = 'p'; /* a copy of its own from now on */
	CHECK_EQ(pwrite(fd, "1", 1, 0), 1);
	CHECK_EQ(pwrite(fd, "1", 1, PAGE + 1), 1);
	CHECK_EQ(r[0], '1');
	CHECK_EQ(p[0], '1');
	CHECK_EQ(r[PAGE], '0');
	CHECK_EQ(r[PAGE + 1], '1');
	CHECK_EQ(p[PAGE], 'p');
	CHECK_EQ(p[PAGE + 1], '0');
	CHECK_EQ(at(fd, PAGE), '0');
}

TEST(parent_and_child_share_it)
{
	int fd = open_file("c");
	volatile char *w = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	volatile char *p = map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int status;

	CHECK_EQ(w[0] + p[PAGE] + p[2 * PAGE], 3 * '0');
	p[PAGE] = 'p';
	pid_t pid = fork();
	if (pid == 0) {
		w[0] = 'c';
		p[PAGE] = 'c';
		_exit(pwrite(fd, "c", 1, 2 * PAGE) == 1 && p[2 * PAGE] == 'c' ? 7 : 1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(WEXITSTATUS(status), 7);
	CHECK_EQ(w[0], 'c');
	CHECK_EQ(p[PAGE], 'p');
	CHECK_EQ(p[2 * PAGE], 'c');
	w[2 * PAGE + 1] = 'd';
	CHECK_EQ(at(fd, 2 * PAGE + 1), 'd');
}

TEST(a_hole_is_punched_under_mappings)
{
	int fd = open_file("d");
	volatile char *r = map(fd, PROT_READ, MAP_SHARED);
	volatile char *w = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	CHECK_EQ(r[PAGE] + r[2 * PAGE], 2 * '0');
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE - 10, PAGE + 20),
		 0);
	CHECK_EQ(r[PAGE - 11], '0');
	CHECK_EQ(r[PAGE - 10], 0);
	CHECK_EQ(r[PAGE], 0);
	CHECK_EQ(r[2 * PAGE + 9], 0);
	CHECK_EQ(r[2 * PAGE + 10], '0');
	CHECK_EQ(at(fd, PAGE + 5), 0);
	w[PAGE] = '1';
	CHECK_EQ(r[PAGE], '1');
	CHECK_EQ(at(fd, PAGE), '1');
	CHECK_EQ(r[PAGE + 1], 0);
}

TEST(cut_off_and_grown_again)
{
	int fd = open_file("e");
	volatile char *r = map(fd, PROT_READ, MAP_SHARED);

	CHECK_EQ(r[2 * PAGE], '0');
	CHECK_EQ(ftruncate(fd, PAGE + 10), 0);
	CHECK_EQ(ftruncate(fd, SIZE), 0);
	CHECK_EQ(r[PAGE + 9], '0');
	CHECK_EQ(r[PAGE + 10], 0);
	CHECK_EQ(r[2 * PAGE], 0);
	CHECK_EQ(at(fd, 3 * PAGE + 99), 0);
	CHECK_EQ(pwrite(fd, "1", 1, 3 * PAGE + 99), 1);
	CHECK_EQ(r[3 * PAGE + 99], '1');
}

TEST(longer_than_it_was)
{
	int fd = open_file("f");
	struct stat st;

	CHECK_EQ(pwrite(fd, "1", 1, 5 * PAGE), 1);
	CHECK_EQ(at(fd, 3 * PAGE + 99), '0');
	CHECK_EQ(at(fd, 3 * PAGE + 100), 0);
	CHECK_EQ(at(fd, 4 * PAGE), 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, (long)(5 * PAGE + 1));
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0);
	CHECK_EQ(ftruncate(fd, 3 * PAGE + 50), 0);
	CHECK_EQ(ftruncate(fd, 3 * PAGE + 100), 0);
	CHECK_EQ(at(fd, 3 * PAGE + 49), '0');
	CHECK_EQ(at(fd, 3 * PAGE + 50), 0);
}

TEST(read_into_a_mapping_of_itself)
{
	int fd = open_file("g");
	char *w = (char *)map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	CHECK_EQ(w[PAGE], '0');
	CHECK_EQ(pwrite(fd, "xy", 2, 0), 2);
	CHECK_EQ(pread(fd, w + PAGE, 100, 0), 100);
	CHECK_EQ(at(fd, PAGE), 'x');
	CHECK_EQ(pwrite(fd, w + 3 * PAGE, 50, 2 * PAGE), 50);
	CHECK_EQ(w[2 * PAGE + 49], '0');
}
