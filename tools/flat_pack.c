/* flat_pack.c: a large folder as a root, by way of an image of it.
 *
 * A small folder goes to the guest as an archive, a copy in the guest's memory.  A large one is packed as an
 * EROFS image in the cache, which the guest uses in place, and which is used again as long as nothing in the
 * folder has changed: then number, size and latest change of its files are what they were.  A file
 * whose content or attributes change, a name that comes or goes: each changes the status time of a file or
 * folder.
 */
#include "tools/flat.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE	     (32 << 20) /* bytes from which on a folder is packed */
#define OPEN_FOLDERS 64		/* that nftw() may use */

/* What a folder looks like. */
static struct {
	unsigned long files, bytes;
	struct timespec changed; /* the latest status time */
} seen;

static int look(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const struct timespec *t = &st->st_ctim;

	(void)path;
	(void)ftw;
	if (type == FTW_NS)
		return 0;
	seen.files++;
	seen.bytes += S_ISREG(st->st_mode) ? st->st_size : 0;
	if (t->tv_sec > seen.changed.tv_sec ||
	    (t->tv_sec == seen.changed.tv_sec && t->tv_nsec > seen.changed.tv_nsec))
		seen.changed = *t;
	return 0;
}

static void keep_last(void *context, char *text)
{
	char **last = context;

	free(*last);
	*last = xstrdup(text);
}

/* What belongs to the user who runs flat belongs to root in the guest, as in an archive; mkfs.erofs can
 * say so only of all files. */
static void pack(const char *folder, const char *image)
{
	char *new = xasprintf("%s.new", image);
	char *last = NULL;
	struct strings argv = { 0 };

	warn("packing %s, %lu MB, as an image; it is used until something in it changes", folder,
	     seen.bytes >> 20);
	unlink(new);
	strings_add(&argv, "mkfs.erofs");
	strings_add(&argv, "--quiet");
	strings_add(&argv, "-Enoinline_data");
	if (getuid() != 0)
		strings_add(&argv, "--all-root");
	strings_add(&argv, new);
	strings_add(&argv, folder);
	if (run_lines(argv.item, keep_last, &last) != 0)
		die("cannot pack %s: %s", folder, last != NULL ? last : "mkfs.erofs failed");
	image_pad(new);
	if (rename(new, image) < 0)
		die("cannot make %s: %m", image);
	free(last);
	free(new);
}

static bool file_says(const char *path, const char *text)
{
	char line[PATH_MAX + 128];
	FILE *f = fopen(path, "re");
	bool same = f != NULL && fgets(line, sizeof(line), f) != NULL && strcmp(line, text) == 0;

	if (f != NULL)
		fclose(f);
	return same;
}

static void note(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		die("cannot write %s: %m", path);
}

/* The image of a folder, packed now or earlier. */
static char *packed(const char *folder)
{
	char *name = xasprintf(CACHE_ROOTS "/folder-%016llx.erofs",
			       (unsigned long long)text_hash(folder));
	char *image = cache_path(name);
	char *of, *state;
	int lock;

	free(name);
	if (image == NULL)
		return NULL;
	of = xasprintf("%s.of", image);
	state = xasprintf("%lu %lu %lld.%09ld %s\n", seen.files, seen.bytes,
			  (long long)seen.changed.tv_sec, seen.changed.tv_nsec, folder);
	lock = cache_lock(image);
	if (access(image, R_OK) < 0 || !file_says(of, state)) {
		unlink(of);
		pack(folder, image);
		note(of, state);
	}
	close(lock);
	free(of);
	free(state);
	return image;
}

char *pack_large_folder(const char *folder)
{
	char *real = realpath(folder, NULL);
	char *tool = look_for_program("mkfs.erofs"), *image = NULL;
	struct stat st;

	if (real != NULL && tool != NULL && stat(real, &st) == 0 && S_ISDIR(st.st_mode) &&
	    nftw(real, look, OPEN_FOLDERS, FTW_PHYS) == 0 && seen.bytes >= LARGE)
		image = packed(real);
	free(tool);
	free(real);
	return image;
}
