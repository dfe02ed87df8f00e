/* flat_volume.c: `-v FROM:TO[:ro|:copy]`: folders and files of the host in the guest.
 *
 * Where the kernel finds a virtio device for it, FROM is there itself: QEMU serves it by the 9p protocol,
 * one device a volume, whose tag the command file tells the guest (drivers/hostproto.h).  Of a file its
 * folder is served, and the guest mounts the file alone.  Otherwise, and if `copy` is asked for, FROM is
 * copied into the initrd.
 *
 * Owners and modes are the host's.  QEMU as an ordinary user cannot give files away: what the guest
 * makes then belongs to that user.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The guest's path: one slash before each name and none at the end, no "." or "..". */
static char *clean_path(const char *path)
{
	struct bytes name = { 0 };

	while (*path != '\0') {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0)
			die("run: -v: \"..\" in the guest's path");
		if (len > 0 && !(len == 1 && *path == '.')) {
			bytes_add(&name, "/", 1);
			bytes_add(&name, path, len);
		}
		path += len;
		path += strspn(path, "/");
	}
	bytes_add(&name, "", 1);
	return name.data;
}

/* FROM:TO, FROM:TO:ro, FROM:TO:rw or FROM:TO:copy */
static void parse(struct volume *v, const char *text)
{
	char *from = xstrdup(text);
	char *to = strchr(from, ':'), *mode;
	struct stat st;

	if (to == NULL || to == from)
		die("run: -v: not FROM:TO: %s", text);
	*to++ = '\0';
	mode = strchr(to, ':');
	if (mode != NULL) {
		*mode++ = '\0';
		v->read_only = strcmp(mode, "ro") == 0;
		v->copy = strcmp(mode, "copy") == 0;
		if (!v->read_only && !v->copy && strcmp(mode, "rw") != 0)
			die("run: -v: neither ro, rw nor copy: %s", text);
	}
	if (*to != '/')
		die("run: -v: the guest's path is not absolute: %s", text);
	v->from = realpath(from, NULL);
	if (v->from == NULL || stat(v->from, &st) < 0)
		die("run: -v: cannot read %s: %m", from);
	v->to = clean_path(to);
	v->is_folder = S_ISDIR(st.st_mode);
	if (*v->to == '\0')
		die("run: -v: the guest's / cannot be a volume: %s", text);
	if (access(v->from, v->is_folder ? R_OK | X_OK : R_OK) < 0)
		die("run: -v: cannot read %s: %m", from);
	free(from);
}

void volumes_parse(struct run_options *run)
{
	size_t i, n = run->volumes.count, shared = 0;

	run->volume = xrealloc(NULL, (n + 1) * sizeof(*run->volume));
	memset(run->volume, 0, (n + 1) * sizeof(*run->volume));
	for (i = 0; i < n; i++) {
		parse(&run->volume[i], run->volumes.item[i]);
		shared += volume_is_shared(&run->volume[i]);
	}
	if (shared > VOLUMES_MAX)
		die("run: -v: more than %d volumes", VOLUMES_MAX);
}

bool volume_is_shared(const struct volume *v)
{
	return !v->copy;
}

/* The folder that QEMU serves. */
static char *served_folder(const struct volume *v)
{
	size_t len = strrchr(v->from, '/') - v->from;

	if (v->is_folder)
		return xstrdup(v->from);
	return len == 0 ? xstrdup("/") : xasprintf("%.*s", (int)len, v->from);
}

/* In QEMU's options a comma is written twice. */
static char *escape(const char *text)
{
	struct bytes out = { 0 };

	for (; *text != '\0'; text++)
		bytes_add(&out, *text == ',' ? ",," : text, *text == ',' ? 2 : 1);
	bytes_add(&out, "", 1);
	return out.data;
}

void volumes_add_devices(struct strings *args, const struct run_options *run)
{
	const char *model = getuid() == 0 ? "passthrough" : "none";
	size_t i;

	for (i = 0; i < run->volumes.count; i++) {
		const struct volume *v = &run->volume[i];
		char *folder, *escaped;

		if (!volume_is_shared(v))
			continue;
		folder = served_folder(v);
		escaped = escape(folder);
		strings_add(args, "-global");
		strings_add(args, "virtio-mmio.force-legacy=false");
		strings_add(args, "-fsdev");
		strings_addf(args, "local,id=volume%zu,path=%s,security_model=%s,multidevs=remap%s",
			     i, escaped, model, v->read_only ? ",readonly=on" : "");
		strings_add(args, "-device");
		strings_addf(args, "virtio-9p-%s,fsdev=volume%zu,mount_tag=volume%zu",
			     virtio_bus(run), i, i);
		free(folder);
		free(escaped);
	}
}

char *volume_record(const struct run_options *run, size_t i)
{
	const struct volume *v = &run->volume[i];

	return xasprintf("volume%zu:%s:%s:%s", i, v->read_only ? "ro" : "rw",
			 v->is_folder ? "" : strrchr(v->from, '/') + 1, v->to);
}
