/* flat_image.c: EROFS images as roots, shown to the guest in place.
 *
 * QEMU maps the file (memory-backend-file) and shows it as the memory of an ivshmem-plain device.  Such
 * memory has a power of two of bytes, and QEMU wants the file to be as long.  An image that is not is
 * copied once, to the user's cache; `truncate -s 512M IMAGE` (the next power of two) saves that: the
 * zeroes take no room on the disk.
 */
#include "tools/flat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC_AT 1024
#define LEAST	 4096

static const unsigned char magic[4] = { 0xe2, 0xe1, 0xf5, 0xe0 }; /* fs/erofs.c */

bool image_is(const char *path)
{
	unsigned char found[sizeof(magic)];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is;

	if (fd < 0)
		return false;
	is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	     pread(fd, found, sizeof(found), MAGIC_AT) == sizeof(found) &&
	     memcmp(found, magic, sizeof(magic)) == 0;
	close(fd);
	return is;
}

static off_t image_padded(off_t size)
{
	off_t padded = LEAST;

	while (padded < size)
		padded *= 2;
	return padded;
}

void image_pad(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || truncate(path, image_padded(st.st_size)) < 0)
		die("cannot write %s: %m", path);
}

/* All of one file to another, which is then `size` bytes long. */
static void copy_padded(int from, int to, off_t size, const char *path)
{
	static char buffer[1 << 20];
	ssize_t n;

	do {
		n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
	} while (n > 0);
	if (n < 0) {
		lseek(from, 0, SEEK_SET);
		lseek(to, 0, SEEK_SET);
		while ((n = read(from, buffer, sizeof(buffer))) > 0) {
			if (write_all(to, buffer, n) < 0)
				die("cannot write %s: %m", path);
		}
	}
	if (n < 0 || ftruncate(to, size) < 0)
		die("cannot copy to %s: %m", path);
}

/* A copy with a good size, made now or earlier. */
static int open_copy(int fd, const struct stat *st, const char *path)
{
	char *name = xasprintf("images/%lx-%lx-%lx-%lx.%09lx", (long)st->st_dev, (long)st->st_ino,
			       (long)st->st_size, (long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	char *copy = cache_path(name);
	int out;

	if (copy == NULL)
		die("no folder to copy %s to, whose size is no power of two: HOME is not set",
		    path);
	out = open(copy, O_RDONLY | O_CLOEXEC);
	if (out < 0) {
		char *fresh = xasprintf("%s.%d", copy, (int)getpid());

		warn("copying %s to %s, because its size is no power of two (truncate -s %lldK "
		     "would save that)",
		     path, copy, (long long)image_padded(st->st_size) / 1024);
		out = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (out < 0)
			die("cannot make %s: %m", fresh);
		copy_padded(fd, out, image_padded(st->st_size), fresh);
		if (rename(fresh, copy) < 0)
			die("cannot make %s: %m", copy);
		free(fresh);
	}
	close(fd);
	free(copy);
	free(name);
	return out;
}

int image_open(const char *path, off_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		die("cannot read the root %s: %m", path);
	*size = image_padded(st.st_size);
	return *size == st.st_size ? fd : open_copy(fd, &st, path);
}
