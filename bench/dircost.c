/* dircost.c: what a file costs in a folder of 100 and in one of 100,000: to make, to look at, to list,
 * to remove; in time and in memory.  Run by bench/dirs.sh. */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FEW = 100, MANY = 100000, OPS = 5 };

static const char *const names[OPS] = { "create", "stat", "absent", "list", "unlink" };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long free_pages(void)
{
	char line[100];
	long n = 0;
	FILE *f = fopen("/proc/flatshare", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "free_pages %ld", &n) == 1 ||
		    sscanf(line, "free_pages: %ld", &n) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return n;
}

static const char *name_of(int i, char prefix)
{
	static char text[32];

	snprintf(text, sizeof(text), "%c-%d", prefix, i);
	return text;
}

/* One round: a folder of n files, made and removed again; the times are added to ns. */
static void run(int n, double ns[OPS], long *pages)
{
	double start = now();
	long before = pages != NULL ? free_pages() : 0;
	struct stat st;
	int count = 0;

	for (int i = 0; i < n; i++) {
		int fd = open(name_of(i, 'f'), O_CREAT | O_WRONLY | O_EXCL, 0644);
		if (fd < 0)
			err(1, "create");
		close(fd);
	}
	ns[0] += now() - start;
	if (pages != NULL)
		*pages = before - free_pages();
	start = now();
	for (int i = 0; i < n; i++)
		if (stat(name_of(i, 'f'), &st) < 0)
			err(1, "stat");
	ns[1] += now() - start;
	start = now();
	for (int i = 0; i < n; i++)
		if (stat(name_of(i, 'g'), &st) == 0)
			errx(1, "a file that was never made");
	ns[2] += now() - start;
	start = now();
	DIR *dir = opendir(".");
	while (dir != NULL && readdir(dir) != NULL)
		count++;
	closedir(dir);
	ns[3] += now() - start;
	if (count != n + 2)
		errx(1, "%d names listed, not %d", count, n + 2);
	start = now();
	for (int i = 0; i < n; i++)
		if (unlink(name_of(i, 'f')) < 0)
			err(1, "unlink");
	ns[4] += now() - start;
}

int main(void)
{
	double few[OPS] = { 0 }, many[OPS] = { 0 }, worst = 0;
	long pages = 0;

	if (mkdir("/tmp/dircost", 0755) < 0 || chdir("/tmp/dircost") < 0)
		err(1, "/tmp/dircost");
	for (int i = 0; i < 100; i++) /* to be warm, and as many files as the other */
		run(FEW, few, NULL);
	memset(few, 0, sizeof(few));
	for (int i = 0; i < 200; i++)
		run(FEW, few, NULL);
	run(MANY, many, &pages);
	chdir("/");
	rmdir("/tmp/dircost");
	for (int i = 0; i < OPS; i++) {
		double a = few[i] / (200 * FEW), b = many[i] / MANY;
		printf("%s %.2f us, of 100,000 %.2f us\n", names[i], a / 1000, b / 1000);
		if (b / a > worst)
			worst = b / a;
	}
	printf("memory %ld bytes a file\n", pages * 4096 / MANY);
	printf("ratio %.2f\n", worst);
	return 0;
}
