/* flat_root.c: `flat root`: roots made of Debian packages.
 *
 * apt says which versions of which packages a root comes to (flat_apt.c), mmdebstrap makes it, once, in a
 * folder of the cache that is named by these versions: the base, which is a folder if we are root and else a
 * tar archive.  Folders and images are made from that.  A folder knows by its own /var/lib/dpkg/status
 * what it is made of; an image is a link to the cache's.
 *
 * Nothing of /dev is taken over: the guest's kernel has its own, and an ordinary user may make no
 * devices.  An ordinary user's folder belongs to that user, which `flat run` shows to the guest as root;
 * his image has the right owners, by fakeroot.
 */
#include "tools/flat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEPT_SECONDS (30 * 24 * 60 * 60)

static const char help[] =
	"Usage: flat root [OPTION...] -o ROOT\n"
	"\n"
	"Make a root file system of Debian packages, with all that they depend on, for\n"
	"flat run --root ROOT. The sources of this machine's apt are used.\n"
	"\n"
	"  -o, --output ROOT        what to make: a folder, or an image if it ends in .erofs\n"
	"      --include NAME,...   packages, beside what every Debian has; may be repeated\n"
	"      --format FORMAT      folder or erofs, whatever the name of ROOT\n"
	"      --suite NAME         another release of Debian than this machine's\n"
	"      --update             look for newer versions now (else: once a day)\n"
	"      --clean              remove the roots that are kept, and the package lists\n"
	"  -h, --help               this text\n"
	"\n"
	"A root is kept in the cache, by the versions of its packages, until nobody has asked for it\n"
	"for 30 days; a ROOT that is up to date is left alone. An image (EROFS) is used in place by the\n"
	"guest, so it starts at once however large it is; a folder can be looked at and changed.\n"
	"\n"
	"Works as root and as an ordinary user. The exit status is 0, or 125 after an error.\n"
	"\n"
	"Environment: FLAT_CACHE is the folder to keep things in (default: flatshare in\n"
	"XDG_CACHE_HOME or ~/.cache).\n";

enum option {
	OPT_OUTPUT,
	OPT_INCLUDE,
	OPT_FORMAT,
	OPT_SUITE,
	OPT_UPDATE,
	OPT_CLEAN,
	OPT_HELP,
};

static const struct option_def options[] = {
	{ "-o", true, OPT_OUTPUT },	    { "--output", true, OPT_OUTPUT },
	{ "--include", true, OPT_INCLUDE }, { "--format", true, OPT_FORMAT },
	{ "--suite", true, OPT_SUITE },	    { "--update", false, OPT_UPDATE },
	{ "--clean", false, OPT_CLEAN },    { "-h", false, OPT_HELP },
	{ "--help", false, OPT_HELP },	    { NULL, false, 0 },
};

/* What is to be made. */
struct root {
	struct package_set set;
	char *output; /* as given, without slashes at its end */
	bool image;   /* an EROFS image, not a folder */
	bool clean;
	char *packages; /* the suite, and a line for each package: what a cached root is known by */
	char *cached;	/* the folder for it in the cache */
};

/* --- options --- */

static bool is_suite(const char *name)
{
	return *name != '\0' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && *name != '-';
}

/* Names, between commas or blanks. */
static void add_packages(struct strings *include, const char *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.:";
	static const char between[] = ", \t\n";

	for (value += strspn(value, between); *value != '\0'; value += strspn(value, between)) {
		size_t len = strcspn(value, between);

		if (strspn(value, allowed) < len || strchr("+-.:", *value) != NULL)
			die("root: --include: not a package's name: %.*s", (int)len, value);
		strings_addf(include, "%.*s", (int)len, value);
		value += len;
	}
}

static void set_format(struct root *root, const char *format)
{
	if (strcmp(format, "folder") != 0 && strcmp(format, "erofs") != 0)
		die("root: --format: neither folder nor erofs: %s", format);
	root->image = strcmp(format, "erofs") == 0;
}

static void set_output(struct root *root, const char *name)
{
	size_t len = strlen(name);

	while (len > 1 && name[len - 1] == '/')
		len--;
	if (len == 0)
		die("root: -o: no name");
	root->output = xasprintf("%.*s", (int)len, name);
	root->image = len > 6 && strcmp(root->output + len - 6, ".erofs") == 0;
}

static void parse(struct root *root, char **argv)
{
	struct option_scan scan = { .defs = options, .command = "root", .argv = argv };
	const char *format = NULL;
	int id;

	while ((id = option_next(&scan)) >= 0) {
		switch (id) {
		case OPT_OUTPUT: set_output(root, scan.value); break;
		case OPT_INCLUDE: add_packages(&root->set.include, scan.value); break;
		case OPT_FORMAT: format = scan.value; break;
		case OPT_SUITE:
			if (!is_suite(scan.value))
				die("root: --suite: not a suite's name: %s", scan.value);
			root->set.suite = scan.value;
			break;
		case OPT_UPDATE: root->set.update = true; break;
		case OPT_CLEAN: root->clean = true; break;
		case OPT_HELP: fputs(help, stdout); exit(0);
		}
	}
	if (*scan.argv != NULL)
		die("root: what is %s? (see flat root --help)", *scan.argv);
	if (root->output == NULL && !root->clean)
		die("root: no -o ROOT given (see flat root --help)");
	if (format != NULL)
		set_format(root, format);
	if (root->set.suite == NULL)
		root->set.suite = apt_own_suite();
}

/* --- what is there already --- */

/* One text for the whole set. */
static char *packages_text(const struct package_set *set)
{
	struct bytes text = { 0 };
	size_t i;

	bytes_add(&text, set->suite, strlen(set->suite));
	bytes_add(&text, "\n", 1);
	for (i = 0; i < set->versions.count; i++) {
		bytes_add(&text, set->versions.item[i], strlen(set->versions.item[i]));
		bytes_add(&text, "\n", 1);
	}
	bytes_add(&text, "", 1);
	return text.data;
}

/* => whether a file has just this text */
static bool file_is(const char *path, const char *text)
{
	size_t len = strlen(text);
	char *got = xrealloc(NULL, len + 1);
	FILE *f = fopen(path, "re");
	bool same = f != NULL && fread(got, 1, len + 1, f) == len && memcmp(got, text, len) == 0;

	if (f != NULL)
		fclose(f);
	free(got);
	return same;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		die("cannot write %s: %m", path);
}

static bool has_version(const struct strings *versions, const char *name, const char *version)
{
	char *want = xasprintf("%s %s", name, version);
	size_t low = 0, high = versions->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(versions->item[middle], want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	high = low < versions->count && strcmp(versions->item[low], want) == 0;
	free(want);
	return high;
}

/* => whether a folder holds exactly the packages of the set */
static bool folder_is(const char *folder, const struct package_set *set)
{
	char *path = xasprintf("%s/var/lib/dpkg/status", folder);
	char line[1024], name[256] = "", version[256];
	FILE *f = fopen(path, "re");
	size_t found = 0, known = 0;

	free(path);
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "Package: %255s", name) == 1)
			continue;
		if (sscanf(line, "Version: %255s", version) == 1) {
			found++;
			known += has_version(&set->versions, name, version);
		}
	}
	fclose(f);
	return found == known && known == set->versions.count;
}

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

/* --- making it --- */

/* What is seen of mmdebstrap. */
struct progress {
	FILE *log;
	size_t packages, fetched, unpacked, set_up;
	char stage[80]; /* what it said last that it is doing */
	char *error;	/* what it said first that went wrong */
	double start, shown;
	bool terminal;
};

static void show_progress(struct progress *p)
{
	double now = now_seconds();

	if (!p->terminal || now - p->shown < 0.1)
		return;
	p->shown = now;
	fprintf(stderr, "\r\033[Kflat: root: %.0f s: ", now - p->start);
	if (p->set_up > 0 || p->unpacked > 0)
		fprintf(stderr, "%zu of %zu packages unpacked, %zu set up", p->unpacked,
			p->packages, p->set_up);
	else if (p->fetched > 0)
		fprintf(stderr, "%zu of %zu packages fetched", p->fetched, p->packages);
	else
		fputs(p->stage, stderr);
	fflush(stderr);
}

static void end_progress(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

static void take_line(void *context, char *text)
{
	struct progress *p = context;

	fprintf(p->log, "%s\n", text);
	if (strncmp(text, "I: ", 3) == 0) {
		snprintf(p->stage, sizeof(p->stage), "%s", text + 3);
		p->fetched = 0; /* what came before were lists */
	} else if (strncmp(text, "E: ", 3) == 0 || strncmp(text, "dpkg: error", 11) == 0) {
		if (p->error == NULL)
			p->error = xstrdup(text[0] == 'E' ? text + 3 : text);
	}
	p->fetched += strncmp(text, "Get:", 4) == 0;
	p->unpacked += strncmp(text, "Unpacking ", 10) == 0;
	p->set_up += strncmp(text, "Setting up ", 11) == 0;
	show_progress(p);
}

/* Remove cached roots that nobody has asked for in a long time. */
static void prune(const struct root *root)
{
	char *roots =
		xasprintf("%.*s", (int)(strrchr(root->cached, '/') - root->cached), root->cached);
	struct dirent *entry;
	DIR *dir = opendir(roots);
	struct stat st;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *folder = xasprintf("%s/%s", roots, entry->d_name);
		char *list = xasprintf("%s/packages", folder);

		if (stat(list, &st) == 0 && time(NULL) - st.st_mtime > KEPT_SECONDS)
			remove_tree(folder);
		free(folder);
		free(list);
	}
	if (dir != NULL)
		closedir(dir);
	free(roots);
}

static char *join(const struct strings *words)
{
	struct bytes text = { 0 };
	size_t i;

	for (i = 0; i < words->count; i++) {
		bytes_add(&text, ",", i > 0);
		bytes_add(&text, words->item[i], strlen(words->item[i]));
	}
	bytes_add(&text, "", 1);
	return text.data;
}

/* What mmdebstrap mounts goes with it, however it ends: nothing below a mounted folder can be removed. */
static const char mounts_script[] = "if unshare --mount true 2>/dev/null; then\n"
				    "	exec unshare --mount \"$@\"\n"
				    "fi\n"
				    "exec \"$@\"\n";

static void add_mmdebstrap(struct strings *argv, const struct root *root, const char *new)
{
	size_t i;

	strings_add(argv, "sh");
	strings_add(argv, "-c");
	strings_add(argv, mounts_script);
	strings_add(argv, "sh");
	strings_add(argv, "mmdebstrap");
	strings_add(argv, "--verbose");
	strings_add(argv, "--variant=minbase");
	strings_addf(argv, "--format=%s", getuid() == 0 ? "directory" : "tar");
	if (root->set.include.count > 0)
		strings_addf(argv, "--include=%s", join(&root->set.include));
	strings_add(argv, root->set.suite);
	strings_add(argv, new);
	for (i = 0; i < root->set.sources.count; i++)
		strings_add(argv, root->set.sources.item[i]);
}

/* Let mmdebstrap make the base: a folder, or an archive. */
static void make_base(struct root *root, const char *base)
{
	char *log = xasprintf("%s/log", root->cached), *new = xasprintf("%s.new", base);
	struct progress p = { .log = fopen(log, "we"),
			      .packages = root->set.versions.count,
			      .start = now_seconds(),
			      .terminal = isatty(2) };
	struct strings argv = { 0 };

	if (p.log == NULL)
		die("cannot write %s: %m", log);
	warn("root: making a root of %zu packages of Debian %s ...", p.packages, root->set.suite);
	prune(root);
	remove_tree(new);
	add_mmdebstrap(&argv, root, new);
	if (run_lines(argv.item, take_line, &p) != 0) {
		end_progress(&p);
		fclose(p.log);
		remove_tree(new);
		die("root: mmdebstrap failed: %s\nflat: what it said is in %s",
		    p.error != NULL ? p.error : "it does not say why", log);
	}
	end_progress(&p);
	fclose(p.log);
	if (rename(new, base) < 0)
		die("cannot rename %s: %m", new);
	warn("root: made in %.0f s", now_seconds() - p.start);
	free(new);
	free(log);
}

static void keep_error(void *context, char *text)
{
	char **last = context;

	free(*last);
	*last = xstrdup(text);
}

/* A shell script with three arguments: a base that is a folder or an archive, the folder to make of it, and
 * an image to make of that; either may be empty. */
static const char unpack_script[] =
	"set -e\n"
	"folder=$2\n"
	"if [ -d \"$1\" ]; then\n"
	"	[ -z \"$2\" ] || cp -a --reflink=auto \"$1\" \"$2\"\n"
	"	folder=${2:-$1}\n"
	"	rm -rf \"$folder\"/dev/*\n"
	"else\n"
	"	mkdir \"$2\"\n"
	"	tar -xpf \"$1\" -C \"$2\" --numeric-owner $4 --exclude='./dev/*'\n"
	"fi\n"
	"[ -z \"$3\" ] || mkfs.erofs --quiet -E noinline_data \"$3\" \"$folder\"\n";

/* Run it.  An ordinary user's image gets its owners by fakeroot. */
static void unpack(const char *base, const char *folder, const char *image)
{
	struct strings argv = { 0 };
	char *last = NULL;

	remove_tree(folder);
	if (*image != '\0' && getuid() != 0) {
		strings_add(&argv, "fakeroot");
		strings_add(&argv, "--");
	}
	strings_add(&argv, "sh");
	strings_add(&argv, "-c");
	strings_add(&argv, unpack_script);
	strings_add(&argv, "sh");
	strings_add(&argv, base);
	strings_add(&argv, folder);
	strings_add(&argv, image);
	strings_add(&argv, *image != '\0' ? "--same-owner" : "--no-same-owner");
	if (run_lines(argv.item, keep_error, &last) != 0) {
		remove_tree(folder);
		die("root: cannot make %s of %s: %s", *image != '\0' ? image : folder, base,
		    last != NULL ? last : "no message");
	}
	free(last);
}

static void make_image(struct root *root, const char *base, const char *image)
{
	char *folder = getuid() == 0 ? xstrdup("") : xasprintf("%s/unpacked", root->cached);
	char *new = xasprintf("%s.new", image);

	warn("root: packing the image ...");
	unpack(base, folder, new);
	if (*folder != '\0')
		remove_tree(folder);
	image_pad(new);
	if (chmod(new, 0444) < 0 || rename(new, image) < 0)
		die("cannot rename %s: %m", new);
	free(folder);
	free(new);
}

/* A link to the cache's image, or a copy where there can be none. */
static void put_image(const char *image, const char *output)
{
	char *new = xasprintf("%s.new", output);
	char *last = NULL;
	char *argv[] = { "cp", "--reflink=auto", (char *)image, new, NULL };

	unlink(new);
	if (link(image, new) < 0 && run_lines(argv, keep_error, &last) != 0)
		die("root: cannot make %s: %s", output, last != NULL ? last : "cp failed");
	if (rename(new, output) < 0)
		die("cannot make %s: %m", output);
	free(new);
	free(last);
}

static void put_folder(const char *base, const char *output)
{
	char *new = xasprintf("%s.new", output);

	if (rmdir(output) < 0 && errno != ENOENT)
		die("root: %s is there already and holds something else; remove it first", output);
	unpack(base, new, "");
	if (rename(new, output) < 0)
		die("cannot make %s: %m", output);
	free(new);
}

/* The cache's folder for the root, and nobody else in it. */
static int open_cached(struct root *root)
{
	char *name = xasprintf(CACHE_ROOTS "/debian-%016llx/packages",
			       (unsigned long long)text_hash(root->packages));
	char *list = cache_path(name);
	int lock;

	if (list == NULL)
		die("root: no folder to keep roots in: HOME is not set");
	root->cached = xstrdup(list);
	*strrchr(root->cached, '/') = '\0';
	lock = cache_lock(root->cached);
	if (!file_is(list, root->packages)) {
		remove_tree(root->cached);
		free(cache_path(name));
		write_file(list, root->packages);
	}
	utimensat(AT_FDCWD, list, NULL, 0); /* for prune() */
	free(list);
	free(name);
	return lock;
}

static void check_programs(const struct root *root)
{
	free(find_program("mmdebstrap", "mmdebstrap"));
	free(find_program("apt-get", "apt"));
	if (root->image)
		free(find_program("mkfs.erofs", "erofs-utils"));
	if (root->image && getuid() != 0)
		free(find_program("fakeroot", "fakeroot"));
}

static void make_root(struct root *root)
{
	int lock = open_cached(root);
	char *base = xasprintf("%s/%s", root->cached, getuid() == 0 ? "root" : "root.tar");
	char *image = xasprintf("%s/root.erofs", root->cached);

	if (root->image ? same_file(image, root->output) : folder_is(root->output, &root->set)) {
		warn("root: %s is up to date", root->output);
	} else {
		bool have_image = access(image, R_OK) == 0;

		if (!(root->image && have_image) && access(base, R_OK) < 0)
			make_base(root, base);
		if (root->image && !have_image)
			make_image(root, base, image);
		if (root->image)
			put_image(image, root->output);
		else
			put_folder(base, root->output);
	}
	close(lock);
	free(base);
	free(image);
}

static void clean_cache(void)
{
	char *folder = cache_path(CACHE_ROOTS);

	if (folder != NULL)
		remove_tree(folder);
	free(folder);
}

int command_root(char **argv)
{
	struct root root = { 0 };

	parse(&root, argv);
	if (root.clean)
		clean_cache();
	if (root.output == NULL)
		return 0;
	check_programs(&root);
	apt_resolve(&root.set);
	root.packages = packages_text(&root.set);
	make_root(&root);
	return 0;
}
