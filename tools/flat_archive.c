/* flat_archive.c: the guest's initrd: the root, the -v copies and the command, as cpio archives one
 * behind the other in a file without a name.
 *
 * Format: "newc".  Every file gets an inode number of its own, so hard links become copies.
 * The contents of a file of a page or more begin at a page's boundary, so that the guest can use
 * them in place: NULs behind the name fill what lies between, as tools/pack.c does it.
 * What belongs to the user that runs flat belongs to root in the guest.  The kernel makes the folders
 * above a member that are not there.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define COPY_MAX   (1 << 20)
#define GUEST_PAGE 4096

struct archive {
	int fd;
	unsigned inode;	      /* of the last member */
	off_t size;	      /* written so far */
	struct bytes pending; /* headers and small files, to be written together */
};

static void flush(struct archive *a)
{
	if (write_all(a->fd, a->pending.data, a->pending.len) < 0)
		die("cannot write the initrd: %m");
	a->pending.len = 0;
}

static void put(struct archive *a, const void *data, size_t len)
{
	bytes_add(&a->pending, data, len);
	a->size += len;
	if (a->pending.len > COPY_MAX)
		flush(a);
}

static void pad(struct archive *a, unsigned multiple)
{
	static const char zeros[GUEST_PAGE];

	put(a, zeros, -a->size & (multiple - 1));
}

static void put_header(struct archive *a, const char *name, const struct stat *st)
{
	size_t name_size = strlen(name) + 1;
	bool whole_pages = S_ISREG(st->st_mode) && st->st_size >= GUEST_PAGE;
	char head[111];

	if (st->st_size > UINT32_MAX)
		die("%s: a cpio archive holds no file of 4 GiB or more", name);
	if (whole_pages)
		name_size += -(a->size + 110 + name_size) & (GUEST_PAGE - 1);
	a->inode++;
	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 a->inode, st->st_mode, st->st_uid == getuid() ? 0 : st->st_uid,
		 st->st_gid == getgid() ? 0 : st->st_gid, S_ISDIR(st->st_mode) ? 2 : 1,
		 (unsigned)st->st_mtime, (unsigned)st->st_size, 0, 0, major(st->st_rdev),
		 minor(st->st_rdev), (unsigned)name_size, 0);
	put(a, head, 110);
	put(a, name, strlen(name) + 1);
	pad(a, whole_pages ? GUEST_PAGE : 4);
}

/* A member with its contents in memory. */
static void put_member(struct archive *a, const char *name, mode_t mode, const void *data,
		       size_t len)
{
	struct stat st = {
		.st_mode = mode, .st_size = len, .st_uid = getuid(), .st_gid = getgid()
	};

	put_header(a, name, &st);
	put(a, data, len);
	pad(a, 4);
}

static void put_trailer(struct archive *a)
{
	put_member(a, "TRAILER!!!", 0, NULL, 0);
	pad(a, 512);
}

/* Exactly size bytes of fd.  A file that shrinks meanwhile is filled up with zeros. */
static void put_contents(struct archive *a, int fd, off_t size, const char *path)
{
	static char buffer[65536];

	flush(a);
	while (size > 0) {
		size_t want = size < (off_t)sizeof(buffer) ? (size_t)size : sizeof(buffer);
		ssize_t n = sendfile(a->fd, fd, NULL, size);

		if (n > 0) {
			a->size += n;
			size -= n;
			continue;
		}
		n = read(fd, buffer, want);
		if (n < 0)
			die("cannot read %s: %m", path);
		if (n == 0) {
			memset(buffer, 0, want);
			n = want;
		}
		put(a, buffer, n);
		flush(a);
		size -= n;
	}
}

static void put_file(struct archive *a, const char *path, const char *name, const struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot read %s: %m", path);
	put_header(a, name, st);
	put_contents(a, fd, st->st_size, path);
	pad(a, 4);
	close(fd);
}

static void put_symlink(struct archive *a, const char *path, const char *name, struct stat *st)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target));

	if (len < 0)
		die("cannot read %s: %m", path);
	st->st_size = len;
	put_header(a, name, st);
	put(a, target, len);
	pad(a, 4);
}

static void put_tree(struct archive *a, const char *path, const char *name);

static void put_folder(struct archive *a, const char *path, const char *name, struct stat *st)
{
	struct dirent **list;
	int i, n = scandir(path, &list, NULL, alphasort);

	if (n < 0)
		die("cannot read %s: %m", path);
	st->st_size = 0;
	put_header(a, *name != '\0' ? name : ".", st);
	for (i = 0; i < n; i++) {
		const char *entry = list[i]->d_name;

		if (strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
			char *sub_path = xasprintf("%s/%s", path, entry);
			char *sub_name = xasprintf("%s%s%s", name, *name != '\0' ? "/" : "", entry);

			put_tree(a, sub_path, sub_name);
			free(sub_path);
			free(sub_name);
		}
		free(list[i]);
	}
	free(list);
}

/* path and all below it, as name. */
static void put_tree(struct archive *a, const char *path, const char *name)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		die("cannot read %s: %m", path);
	if (S_ISDIR(st.st_mode)) {
		put_folder(a, path, name, &st);
	} else if (S_ISREG(st.st_mode)) {
		put_file(a, path, name, &st);
	} else if (S_ISLNK(st.st_mode)) {
		put_symlink(a, path, name, &st);
	} else if (!S_ISSOCK(st.st_mode)) {
		st.st_size = 0;
		put_header(a, name, &st);
	}
}

/* A whole archive file, or a folder. */
static void put_root(struct archive *a, const char *root)
{
	struct stat st;
	int fd;

	if (stat(root, &st) < 0)
		die("cannot read the root %s: %m", root);
	if (S_ISDIR(st.st_mode)) {
		put_tree(a, root, "");
		put_trailer(a);
		return;
	}
	fd = open(root, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("cannot read the root %s: %m", root);
	put_contents(a, fd, st.st_size, root);
	pad(a, 4);
	close(fd);
}

/* A copy of what is not shared. */
static void put_volume(struct archive *a, const struct volume *v)
{
	struct stat st;

	if (stat(v->from, &st) < 0)
		die("run: -v: cannot read %s: %m", v->from);
	if (v->is_folder)
		put_folder(a, v->from, v->to + 1, &st);
	else
		put_file(a, v->from, v->to + 1, &st);
}

static void put_record(struct bytes *b, char type, const char *value)
{
	bytes_add(b, &type, 1);
	bytes_add(b, value, strlen(value) + 1);
}

/* The command that the guest's kernel is to start. */
static void put_command(struct archive *a, const struct run_options *run)
{
	struct bytes records = { 0 };
	unsigned short rows, columns;
	size_t i;

	for (i = 0; run->argv[i] != NULL; i++)
		put_record(&records, HOST_CMD_ARG, run->argv[i]);
	for (i = 0; i < run->env.count; i++)
		put_record(&records, HOST_CMD_ENV, run->env.item[i]);
	if (run->cwd != NULL)
		put_record(&records, HOST_CMD_CWD, run->cwd);
	for (i = 0; i < run->volumes.count; i++) {
		char *record;

		if (!volume_is_shared(&run->volume[i]))
			continue;
		record = volume_record(run, i);
		put_record(&records, HOST_CMD_MOUNT, record);
		free(record);
	}
	put_record(&records, HOST_CMD_INPUT, run->interactive ? "1" : "0");
	if (run->tty && term_size(&rows, &columns)) {
		char *size = xasprintf("%u %u", rows, columns);

		put_record(&records, HOST_CMD_SIZE, size);
		free(size);
	}
	put_member(a, HOST_CMD_FILE, S_IFREG | 0600, records.data, records.len);
	put_trailer(a);
	free(records.data);
}

int archive_initrd(const struct run_options *run)
{
	struct archive a = { .fd = memfd_create("initrd", MFD_CLOEXEC) };
	bool copies = false;
	size_t i;

	if (a.fd < 0)
		die("cannot make a file for the initrd: %m");
	if (!run->root_is_image)
		put_root(&a, run->root);
	for (i = 0; i < run->volumes.count; i++) {
		if (volume_is_shared(&run->volume[i]))
			continue;
		put_volume(&a, &run->volume[i]);
		copies = true;
	}
	if (copies)
		put_trailer(&a);
	put_command(&a, run);
	flush(&a);
	free(a.pending.data);
	return a.fd;
}
