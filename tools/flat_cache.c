/* flat_cache.c: what is kept from one call of flat to the next.
 *
 * Everything in the cache can be made again, so it may be removed at any time.  Names in it say what a
 * thing was made from; a file gets its name when it is whole.
 */
#include "tools/flat.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FOLDERS 16 /* that nftw() may use */

static char *cache_folder(void)
{
	const char *own = getenv("FLAT_CACHE");
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *parent, *folder;

	if (own != NULL && *own != '\0') {
		mkdir(own, 0755);
		return realpath(own, NULL);
	}
	if (cache != NULL && *cache == '/')
		parent = xstrdup(cache);
	else if (home != NULL && *home == '/')
		parent = xasprintf("%s/.cache", home);
	else
		return NULL;
	mkdir(parent, 0700);
	folder = xasprintf("%s/flatshare", parent);
	mkdir(folder, 0700);
	free(parent);
	return folder;
}

/* Make the folders above the last part of a path, from the given place on. */
static void make_parents(char *path, char *from)
{
	char *slash;

	for (slash = strchr(from, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

char *cache_path(const char *name)
{
	char *folder = cache_folder();
	char *path;

	if (folder == NULL)
		return NULL;
	path = xasprintf("%s/%s", folder, name);
	make_parents(path, path + strlen(folder) + 1);
	free(folder);
	return path;
}

int cache_lock(const char *path)
{
	char *name = xasprintf("%s.lock", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		die("cannot write %s: %m", name);
	while (flock(fd, LOCK_EX) < 0)
		continue;
	free(name);
	return fd;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_tree(const char *path)
{
	nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

/* FNV-1a */
uint64_t text_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}
