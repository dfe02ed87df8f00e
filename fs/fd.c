/* fd.c: tables of descriptors.
 *
 * A table starts small and doubles up to the limit of open files.  The bitmaps say which
 * descriptors are in use and which are closed at exec; the lowest free one is found a word at a
 * time, from a place below which all are known to be in use. */

#include <linux/resource.h>

#include "fs/fd.h"
#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define FIRST_FDS 64
#define BITS	  64

struct files {
	refcount_t ref;
	int cap;       /* descriptors there is room for: a multiple of BITS */
	int free_from; /* all below are in use */
	struct file **file;
	uint64_t *in_use, *cloexec; /* one allocation, cap / BITS words each */
};

static CACHE(files_cache, struct files);

static bool bit_get(const uint64_t *map, int i)
{
	return (map[i / BITS] >> (i % BITS) & 1) != 0;
}

static void bit_set(uint64_t *map, int i, bool on)
{
	uint64_t bit = 1ull << (i % BITS);

	map[i / BITS] = on ? map[i / BITS] | bit : map[i / BITS] & ~bit;
}

/* --- life --- */

static int files_grow(struct files *t, int cap)
{
	size_t words = (size_t)cap / BITS, old = (size_t)t->cap / BITS;
	uint64_t *maps = kzalloc(2 * words * sizeof(*maps));

	if (maps == NULL)
		return -ENOMEM;
	struct file **file = krealloc(t->file, (size_t)cap * sizeof(struct file *));
	if (file == NULL) {
		kfree(maps);
		return -ENOMEM;
	}
	if (old > 0) {
		memcpy(maps, t->in_use, old * sizeof(*maps));
		memcpy(maps + words, t->cloexec, old * sizeof(*maps));
	}
	kfree(t->in_use);
	memset(file + t->cap, 0, (size_t)(cap - t->cap) * sizeof(struct file *));
	t->file = file;
	t->in_use = maps;
	t->cloexec = maps + words;
	t->cap = cap;
	return 0;
}

static struct files *files_with(int cap)
{
	struct files *t = cache_alloc(&files_cache);

	if (t == NULL)
		return NULL;
	ref_init(&t->ref);
	if (files_grow(t, cap) < 0) {
		cache_free(&files_cache, t);
		return NULL;
	}
	return t;
}

struct files *files_create(void)
{
	return files_with(FIRST_FDS);
}

struct files *files_copy(struct files *from)
{
	int words = from->cap / BITS;

	while (words > 1 && from->in_use[words - 1] == 0)
		words--;
	struct files *t = files_with(words * BITS);
	if (t == NULL)
		return NULL;
	for (int w = 0; w < words; w++) {
		for (uint64_t m = from->in_use[w]; m != 0; m &= m - 1) {
			int i = w * BITS + __builtin_ctzll(m);

			if (from->file[i] != NULL)
				file_get(from->file[i]);
			t->file[i] = from->file[i];
		}
	}
	memcpy(t->in_use, from->in_use, (size_t)t->cap / 8);
	memcpy(t->cloexec, from->cloexec, (size_t)t->cap / 8);
	t->free_from = from->free_from;
	return t;
}

struct files *files_share(struct files *t)
{
	ref_get(&t->ref);
	return t;
}

static void close_file(struct files *t, struct file *f)
{
	lock_close(f, t);
	dnotify_flush(f, t);
	if (f->ops->flush != NULL)
		f->ops->flush(f);
	file_put(f);
}

void files_put(struct files *t)
{
	if (!ref_put(&t->ref))
		return;
	for (int w = 0; w < t->cap / BITS; w++) {
		for (uint64_t m = t->in_use[w]; m != 0; m &= m - 1) {
			int i = w * BITS + __builtin_ctzll(m);

			if (t->file[i] != NULL)
				close_file(t, t->file[i]);
		}
	}
	kfree(t->file);
	kfree(t->in_use);
	cache_free(&files_cache, t);
}

/* --- use --- */

struct file *files_get_file(struct files *t, int fd)
{
	if (t == NULL || fd < 0 || fd >= t->cap || t->file[fd] == NULL)
		return NULL;
	file_get(t->file[fd]);
	return t->file[fd];
}

struct file *fd_get(int fd)
{
	return files_get_file(current->proc->files, fd);
}

static int limit_of_fds(void)
{
	uint64_t n = current->proc->limits[RLIMIT_NOFILE].rlim_cur;

	return (int)MIN(n, 1ull << 20);
}

/* The lowest free descriptor >= from.  => t->cap: none */
static int find_free(const struct files *t, int from)
{
	int fd = MAX(from, t->free_from);

	while (fd < t->cap) {
		uint64_t free = ~t->in_use[fd / BITS] >> (fd % BITS);
		if (free != 0)
			return fd + __builtin_ctzll(free);
		fd = (int)ALIGN_DOWN(fd + BITS, BITS);
	}
	return fd;
}

/* Make room for descriptor fd.  => 0, -ENOMEM */
static int make_room(struct files *t, int fd)
{
	int cap = t->cap;

	if (fd < cap)
		return 0;
	while (cap <= fd)
		cap *= 2;
	return files_grow(t, cap);
}

int fd_install(struct file *f, unsigned fd_flags, int min)
{
	struct files *t = current->proc->files;
	int fd = find_free(t, min);

	if (fd >= limit_of_fds())
		return -EMFILE;
	if (make_room(t, fd) < 0)
		return -ENOMEM;
	t->file[fd] = f;
	bit_set(t->in_use, fd, true);
	bit_set(t->cloexec, fd, (fd_flags & FD_CLOEXEC) != 0);
	if (min <= t->free_from)
		t->free_from = fd + 1;
	return fd;
}

int fd_room(void)
{
	return find_free(current->proc->files, 0) < limit_of_fds() ? 0 : -EMFILE;
}

int fd_replace(struct file *f, unsigned fd_flags, int fd)
{
	struct files *t = current->proc->files;

	if (fd < 0 || fd >= limit_of_fds())
		return -EBADF;
	if (make_room(t, fd) < 0)
		return -ENOMEM;
	struct file *old = t->file[fd];
	t->file[fd] = f;
	bit_set(t->in_use, fd, true);
	bit_set(t->cloexec, fd, (fd_flags & FD_CLOEXEC) != 0);
	if (old != NULL)
		close_file(t, old);
	return fd;
}

int fd_close(int fd)
{
	struct files *t = current->proc->files;

	if (fd < 0 || fd >= t->cap || t->file[fd] == NULL)
		return -EBADF;
	struct file *f = t->file[fd];
	t->file[fd] = NULL;
	bit_set(t->in_use, fd, false);
	bit_set(t->cloexec, fd, false);
	t->free_from = MIN(t->free_from, fd);
	close_file(t, f);
	return 0;
}

int fd_cloexec(int fd)
{
	struct files *t = current->proc->files;

	return fd < 0 || fd >= t->cap || t->file[fd] == NULL ? -EBADF : bit_get(t->cloexec, fd);
}

void fd_set_cloexec(int fd, bool on)
{
	struct files *t = current->proc->files;

	if (fd >= 0 && fd < t->cap && t->file[fd] != NULL)
		bit_set(t->cloexec, fd, on);
}

void files_close_on_exec(struct files *t)
{
	for (int w = 0; w < t->cap / BITS; w++) {
		while (t->cloexec[w] != 0) {
			int fd = w * BITS + __builtin_ctzll(t->cloexec[w]);
			struct file *f = t->file[fd];
			t->file[fd] = NULL;
			bit_set(t->in_use, fd, false);
			bit_set(t->cloexec, fd, false);
			t->free_from = MIN(t->free_from, fd);
			close_file(t, f);
		}
	}
}

int files_next(struct files *t, int fd)
{
	for (; t != NULL && fd >= 0 && fd < t->cap; fd++) {
		if (t->file[fd] != NULL)
			return fd;
	}
	return -1;
}

int files_capacity(const struct files *t)
{
	return t->cap;
}

unsigned files_cloexec(struct files *t, int fd)
{
	return fd < t->cap && bit_get(t->cloexec, fd);
}

bool files_shared(const struct files *t)
{
	return t->ref.n > 1;
}
