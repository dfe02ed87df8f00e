/* file.c: files in memory, where both systems keep them.
 *
 *	file open|stat|read */
#include "bench.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 4096 };

static const char *const path = "/tmp/bench-file";
static char buffer[SIZE];

static void open_close(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		int fd = open(path, O_RDONLY);

		bench_check(fd >= 0, path);
		close(fd);
	}
}

static void stat_path(void *arg, unsigned long n)
{
	struct stat st;

	(void)arg;
	while (n-- > 0)
		bench_check(stat(path, &st) == 0, path);
}

static void read_page(void *arg, unsigned long n)
{
	int fd = *(int *)arg;

	while (n-- > 0)
		bench_check(pread(fd, buffer, SIZE, 0) == SIZE, "pread");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	bench_check(fd >= 0 && write(fd, buffer, SIZE) == SIZE, path);
	if (strcmp(what, "open") == 0)
		bench_time("file.open", open_close, NULL);
	else if (strcmp(what, "stat") == 0)
		bench_time("file.stat", stat_path, NULL);
	else if (strcmp(what, "read") == 0)
		bench_time("file.read4k", read_page, &fd);
	else
		return 2;
	unlink(path);
	return 0;
}
