/* pack.c: pack OUT <LIST: write a cpio archive ("newc") for the kernel's first file system.
 *
 * The list has one member a line; paths in the archive have no slash in front:
 *	dir PATH MODE		file PATH MODE HOSTFILE		link PATH TARGET
 *	tree PATH HOSTFOLDER	all below a folder of the host, as PATH; "." is the root
 * A later line for the same path replaces an earlier one.  Folders on the way to a path come by
 * themselves.  Everything belongs to root; the order is by path and the times are one constant, so
 * that the same input gives the same archive.
 *
 * The contents of every file of a page or more begin at a page's boundary in the archive, so that
 * the kernel can use the archive's pages as the file's.  What lies between is NULs behind the
 * name, which the format allows: a reader takes the name as far as its first NUL.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	    4096
#define HEADER_SIZE 110

struct member {
	char *name;
	char *source; /* a file of the host, or a symbolic link's target, or NULL */
	unsigned mode;
	unsigned order; /* of appearance: the last one with a name is kept */
};

static struct member *members;
static size_t member_count;
static uint32_t mtime;
static FILE *out;
static size_t position;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("pack: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static char *copy(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		die("out of memory");
	return p;
}

static char *join(const char *folder, const char *name)
{
	char *p;

	if (strcmp(folder, ".") == 0)
		return copy(name);
	if (asprintf(&p, "%s/%s", folder, name) < 0)
		die("out of memory");
	return p;
}

static void add(const char *name, unsigned mode, const char *source)
{
	struct member *m;

	if (member_count % 256 == 0) {
		members = realloc(members, (member_count + 256) * sizeof(*members));
		if (members == NULL)
			die("out of memory");
	}
	m = &members[member_count];
	m->name = copy(name);
	m->source = source != NULL ? copy(source) : NULL;
	m->mode = mode;
	m->order = (unsigned)++member_count;
}

static void add_parents(const char *name)
{
	char *path = copy(name);
	char *slash;
	size_t i;

	while ((slash = strrchr(path, '/')) != NULL) {
		*slash = '\0';
		for (i = 0; i < member_count; i++)
			if (strcmp(members[i].name, path) == 0)
				break;
		if (i == member_count)
			add(path, S_IFDIR | 0755, NULL);
	}
	free(path);
}

static void add_tree(const char *name, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (dir == NULL)
		die("%s: %s", folder, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		char *sub = join(name, entry->d_name);
		char *path = join(folder, entry->d_name);
		char target[PATH_MAX] = "";
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			goto next;
		if (lstat(path, &st) < 0)
			die("%s: %s", path, strerror(errno));
		switch (st.st_mode & S_IFMT) {
		case S_IFDIR:
			add(sub, st.st_mode, NULL);
			add_tree(sub, path);
			break;
		case S_IFREG: add(sub, st.st_mode, path); break;
		case S_IFLNK:
			if (readlink(path, target, sizeof(target) - 1) < 0)
				die("%s: %s", path, strerror(errno));
			add(sub, S_IFLNK | 0777, target);
			break;
		default: die("%s: neither file, folder nor symbolic link", path);
		}
next:
		free(sub);
		free(path);
	}
	closedir(dir);
}

static void read_list(FILE *in)
{
	char line[2 * PATH_MAX], kind[8], path[PATH_MAX], third[PATH_MAX], fourth[PATH_MAX];

	while (fgets(line, sizeof(line), in) != NULL) {
		int n = sscanf(line, "%7s %4095s %4095s %4095s", kind, path, third, fourth);

		if (n <= 0 || kind[0] == '#')
			continue;
		if (n >= 2)
			add_parents(path);
		if (strcmp(kind, "dir") == 0 && n == 3)
			add(path, S_IFDIR | (unsigned)strtoul(third, NULL, 8), NULL);
		else if (strcmp(kind, "file") == 0 && n == 4)
			add(path, S_IFREG | (unsigned)strtoul(third, NULL, 8), fourth);
		else if (strcmp(kind, "link") == 0 && n == 3)
			add(path, S_IFLNK | 0777, third);
		else if (strcmp(kind, "tree") == 0 && n == 3)
			add_tree(path, third);
		else
			die("not understood: %s", line);
	}
}

/* A folder comes before what is in it: its name is a prefix. */
static int by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void put(const void *data, size_t len)
{
	if (len > 0 && fwrite(data, len, 1, out) != 1)
		die("cannot write: %s", strerror(errno));
	position += len;
}

static void pad(size_t multiple)
{
	static const char zeros[PAGE];

	put(zeros, -position & (multiple - 1));
}

static void put_header(const char *name, unsigned inode, unsigned mode, size_t size)
{
	size_t name_size = strlen(name) + 1;
	size_t align = (mode & S_IFMT) == S_IFREG && size >= PAGE ? PAGE : 4;
	size_t end = position + HEADER_SIZE + name_size;
	char head[HEADER_SIZE + 1];

	if (align == PAGE)
		name_size += -end & (PAGE - 1);
	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 inode, mode, 0, 0, S_ISDIR(mode) ? 2 : 1, mtime, (uint32_t)size, 0, 0, 0, 0,
		 (uint32_t)name_size, 0);
	put(head, HEADER_SIZE);
	put(name, strlen(name) + 1);
	pad(align);
}

static void put_file(const struct member *m, unsigned inode)
{
	FILE *in = fopen(m->source, "rb");
	struct stat st;
	char buffer[65536];
	size_t n, left;

	if (in == NULL || fstat(fileno(in), &st) < 0)
		die("%s: %s", m->source, strerror(errno));
	if (st.st_size > UINT32_MAX)
		die("%s: 4 GiB or more do not fit the format", m->source);
	left = (size_t)st.st_size;
	put_header(m->name, inode, m->mode, left);
	while (left > 0 &&
	       (n = fread(buffer, 1, left < sizeof(buffer) ? left : sizeof(buffer), in)) > 0) {
		put(buffer, n);
		left -= n;
	}
	if (left > 0)
		die("%s: shorter than it was", m->source);
	fclose(in);
}

static void put_member(const struct member *m, unsigned inode)
{
	switch (m->mode & S_IFMT) {
	case S_IFREG: put_file(m, inode); break;
	case S_IFLNK:
		put_header(m->name, inode, m->mode, strlen(m->source));
		put(m->source, strlen(m->source));
		break;
	default: put_header(m->name, inode, m->mode, 0); break;
	}
	pad(4);
}

int main(int argc, char **argv)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	size_t i;

	if (argc != 2)
		die("usage: pack OUT <LIST");
	mtime = epoch != NULL ? (uint32_t)strtoul(epoch, NULL, 10) : 0;
	read_list(stdin);
	qsort(members, member_count, sizeof(*members), by_name);
	out = fopen(argv[1], "wb");
	if (out == NULL)
		die("%s: %s", argv[1], strerror(errno));
	for (i = 0; i < member_count; i++)
		if (i + 1 == member_count || strcmp(members[i].name, members[i + 1].name) != 0)
			put_member(&members[i], (unsigned)i + 1);
	put_header("TRAILER!!!", 0, 0, 0);
	pad(512);
	if (fclose(out) != 0)
		die("%s: %s", argv[1], strerror(errno));
	return 0;
}
