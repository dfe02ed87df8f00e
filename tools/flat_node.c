/* flat_node.c: FIFOs and sockets in volumes.
 *
 * QEMU's 9p server opens nothing but files and folders, also where it only wants to set a mode; so it can
 * neither make a FIFO or a socket nor change the mode of one.  Whatever else there is to do with them
 * it does.  So the guest asks us for these two (G2H_NODE).
 *
 * The guest may ask for anything: no name leads out of the volume's folder, for each is followed by
 * itself and none may be a link; and what is changed is a FIFO or a socket.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of the volume that has this tag and may be written to.  => NULL: there is none */
static const char *folder_of(const struct run_options *run, const char *tag)
{
	size_t i;

	for (i = 0; i < run->volumes.count; i++) {
		const struct volume *v = &run->volume[i];
		char name[32];

		snprintf(name, sizeof(name), "volume%zu", i);
		if (strcmp(name, tag) == 0)
			return volume_is_shared(v) && v->is_folder && !v->read_only ? v->from
										    : NULL;
	}
	return NULL;
}

/* Open the folder that `path` is in, and find the last name in it, which is cut off.
 * => -1 with errno */
static int open_parent(const char *top, char *path, char **name)
{
	int fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char *slash;

	for (; fd >= 0; fd = next, path = slash + 1) {
		slash = strchr(path, '/');
		if (slash != NULL)
			*slash = '\0';
		if (*path == '\0' || strcmp(path, ".") == 0 || strcmp(path, "..") == 0) {
			close(fd);
			errno = EINVAL;
			return -1;
		}
		if (slash == NULL)
			break;
		next = openat(fd, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
	}
	*name = path;
	return fd;
}

static int make(int folder, const char *name, mode_t mode)
{
	mode_t mask = umask(0);
	int error = mknodat(folder, name, mode & (S_IFMT | 07777), 0) < 0 ? errno : 0;

	umask(mask);
	return error;
}

/* Not by the name: it may be a link by now. */
static int change_mode(int folder, const char *name, mode_t mode)
{
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), error = 0;
	char path[64];
	struct stat st;

	if (fd < 0)
		return errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) < 0 || (st.st_mode & S_IFMT) != (mode & S_IFMT))
		error = ENXIO;
	else if (chmod(path, mode & 07777) < 0)
		error = errno;
	close(fd);
	return error;
}

int node_request(const struct run_options *run, const struct node_request *request)
{
	const char *top = folder_of(run, request->tag);
	char *path = xstrdup(request->path), *name;
	int folder = -1, error = ENXIO;

	if (!S_ISFIFO(request->mode) && !S_ISSOCK(request->mode))
		error = EPERM;
	else if (top != NULL && (folder = open_parent(top, path, &name)) < 0)
		error = errno;
	else if (top != NULL && request->what == HOST_NODE_MAKE)
		error = make(folder, name, request->mode);
	else if (top != NULL)
		error = change_mode(folder, name, request->mode);
	if (folder >= 0)
		close(folder);
	free(path);
	return error;
}
