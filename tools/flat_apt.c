/* flat_apt.c: which packages a root is made of.
 *
 * apt answers that, without installing anything: with package lists in our cache, with sources that are
 * those Debian archives which this machine's own apt uses, and with no package installed.  The
 * machine's apt is only read.
 */
#include "tools/flat.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LISTS_SECONDS                                                                              \
	(24 * 60 * 60) /* as long are package lists used without asking for newer ones */
#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

/* What one call of apt-get said. */
struct answer {
	struct strings lines;  /* that begin with what was asked for */
	const char *prefix;    /* what was asked for */
	struct strings errors; /* without the "E: " */
};

char *apt_own_suite(void)
{
	char line[256], *suite = NULL;
	FILE *f = fopen("/etc/os-release", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "VERSION_CODENAME=", 17) == 0)
			suite = xasprintf("%.*s", (int)strcspn(line + 17, "\"\n"), line + 17);
	}
	if (f != NULL)
		fclose(f);
	if (suite == NULL || *suite == '\0')
		die("root: /etc/os-release does not say which Debian this is: give --suite");
	return suite;
}

static void take_line(void *context, char *text)
{
	struct answer *a = context;

	if (strncmp(text, "E: ", 3) == 0)
		strings_add(&a->errors, text + 3);
	else if (strncmp(text, a->prefix, strlen(a->prefix)) == 0)
		strings_add(&a->lines, text);
}

/* apt-get with our own lists and cache, and our own sources or the machine's. */
static void add_places(struct strings *argv, const char *folder, bool own_sources)
{
	strings_add(argv, "apt-get");
	strings_addf(argv, "-oDir::State=%s", folder);
	strings_addf(argv, "-oDir::Cache=%s/cache", folder);
	strings_add(argv, "-oDir::State::status=/dev/null");
	strings_addf(argv, "-oAPT::Sandbox::User=#%u", getuid());
	strings_add(argv, "-oAcquire::Languages=none");
	strings_add(argv, "-oAcquire::Retries=2");
	strings_add(argv, "-oAPT::Update::Error-Mode=any");
	strings_add(argv, "-oDebug::NoLocking=1");
	strings_add(argv, "-oAPT::Get::List-Cleanup=0");
	strings_add(argv, "-oDir::Etc::PreferencesParts=/dev/null");
	if (own_sources) {
		strings_addf(argv, "-oDir::Etc::SourceList=%s/sources.list", folder);
		strings_add(argv, "-oDir::Etc::SourceParts=/dev/null");
	}
}

/* "'URI/dists/SUITE/InRelease' ...": a source, if the suite is this machine's release. */
static void add_source(struct package_set *set, char *line, const char *own)
{
	char *uri = line + 1;
	char *dists = strstr(uri, "/dists/");
	char *end = strstr(uri, "/InRelease'");
	size_t len = strlen(own);
	const char *signer = access(KEYRING, R_OK) == 0 ? "[signed-by=" KEYRING "] " : "";

	if (dists == NULL || end == NULL || end < dists)
		return;
	*dists = *end = '\0';
	dists += strlen("/dists/");
	if (strncmp(dists, own, len) != 0 || strchr("-/", dists[len]) == NULL)
		return;
	strings_addf(&set->sources, "deb %s%s %s%s main", signer, uri, set->suite, dists + len);
}

static void find_sources(struct package_set *set, const char *folder)
{
	struct answer a = { .prefix = "'" };
	struct strings argv = { 0 };
	char *own = apt_own_suite();
	size_t i;

	add_places(&argv, folder, false);
	strings_add(&argv, "update");
	strings_add(&argv, "--print-uris");
	run_lines(argv.item, take_line, &a);
	for (i = 0; i < a.lines.count; i++)
		add_source(set, a.lines.item[i], own);
	if (set->sources.count == 0)
		die("root: apt has no archive of Debian %s in its sources%s%s", own,
		    a.errors.count > 0 ? ": " : "", a.errors.count > 0 ? a.errors.item[0] : "");
	free(own);
}

/* Write the sources for apt.  => true if they were the same before */
static bool write_sources(const struct package_set *set, const char *folder)
{
	char *path = xasprintf("%s/sources.list", folder);
	struct bytes text = { 0 };
	char old[4096];
	FILE *f = fopen(path, "re");
	size_t i, n = f != NULL ? fread(old, 1, sizeof(old), f) : 0;
	bool same;

	if (f != NULL)
		fclose(f);
	for (i = 0; i < set->sources.count; i++) {
		bytes_add(&text, set->sources.item[i], strlen(set->sources.item[i]));
		bytes_add(&text, "\n", 1);
	}
	same = n == text.len && memcmp(old, text.data, n) == 0;
	f = same ? NULL : fopen(path, "we");
	if (!same && (f == NULL || fwrite(text.data, 1, text.len, f) != text.len || fclose(f) != 0))
		die("cannot write %s: %m", path);
	free(text.data);
	free(path);
	return same;
}

static void make_folders(const char *folder)
{
	static const char *const names[] = {
		"",	  "/lists",	     "/lists/partial",
		"/cache", "/cache/archives", "/cache/archives/partial"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = xasprintf("%s%s", folder, names[i]);

		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die("cannot make %s: %m", path);
		free(path);
	}
}

/* Get the lists, unless there are some that are new enough.  The stamp's time is theirs. */
static void fetch_lists(const struct package_set *set, const char *folder, bool usable)
{
	char *stamp = xasprintf("%s/fetched", folder);
	struct answer a = { .prefix = "Fetched" };
	struct strings argv = { 0 };
	struct stat st = { 0 };
	bool have = usable && stat(stamp, &st) == 0;
	FILE *f;

	if (have && !set->update && time(NULL) - st.st_mtime < LISTS_SECONDS)
		goto out;
	add_places(&argv, folder, true);
	strings_add(&argv, "-q");
	strings_add(&argv, "update");
	if (run_lines(argv.item, take_line, &a) == 0) {
		f = fopen(stamp, "we");
		if (f == NULL || fclose(f) != 0)
			die("cannot write %s: %m", stamp);
	} else if (a.errors.count == 0 || !have) {
		die("root: cannot fetch the package lists of %s: is there a network, and such a suite? "
		    "apt says: %s",
		    set->suite, a.errors.count > 0 ? a.errors.item[0] : "nothing");
	} else {
		warn("root: cannot fetch newer package lists (%s): using those of %.24s",
		     a.errors.item[0], ctime(&st.st_mtime));
	}
out:
	free(stamp);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "Inst NAME (VERSION ...": as "NAME VERSION". */
static void take_versions(struct package_set *set, const struct strings *lines)
{
	char name[256], version[256];
	size_t i;

	for (i = 0; i < lines->count; i++) {
		if (sscanf(lines->item[i], "Inst %255s (%255[^ )]", name, version) == 2)
			strings_addf(&set->versions, "%s %s", name, version);
	}
	if (set->versions.count == 0)
		die("root: apt finds no package to install");
	qsort(set->versions.item, set->versions.count, sizeof(char *), compare_words);
}

/* The names that apt does not know, in one message. */
static void refuse(const struct package_set *set, const struct strings *errors)
{
	static const char unknown[] = "Unable to locate package ";
	struct bytes names = { 0 };
	size_t i;

	for (i = 0; i < errors->count; i++) {
		const char *name = errors->item[i] + strlen(unknown);

		if (strncmp(errors->item[i], unknown, strlen(unknown)) != 0)
			continue;
		bytes_add(&names, ", ", names.len > 0 ? 2 : 0);
		bytes_add(&names, name, strlen(name));
	}
	bytes_add(&names, "", 1);
	if (names.len > 1)
		die("root: Debian %s has no package %s", set->suite, names.data);
	die("root: these packages cannot be installed together: %s",
	    errors->count > 0 ? errors->item[errors->count - 1] : "apt does not say why");
}

void apt_resolve(struct package_set *set)
{
	char *name = xasprintf(CACHE_ROOTS "/apt-%s/", set->suite);
	char *folder = cache_path(name);
	struct answer a = { .prefix = "Inst " };
	struct strings argv = { 0 };
	size_t i;
	int lock;

	if (folder == NULL)
		die("root: no folder to keep package lists in: HOME is not set");
	folder[strlen(folder) - 1] = '\0'; /* it is made, as what a file would be in */
	lock = cache_lock(folder);
	make_folders(folder);
	find_sources(set, folder);
	fetch_lists(set, folder, write_sources(set, folder));
	add_places(&argv, folder, true);
	strings_add(&argv, "-oAPT::Install-Recommends=0");
	strings_add(&argv, "--simulate");
	strings_add(&argv, "install");
	strings_add(&argv, "?essential");
	strings_add(&argv, "?priority(required)");
	strings_add(&argv, "apt");
	for (i = 0; i < set->include.count; i++)
		strings_add(&argv, set->include.item[i]);
	if (run_lines(argv.item, take_line, &a) != 0)
		refuse(set, &a.errors);
	take_versions(set, &a.lines);
	close(lock);
	free(folder);
	free(name);
}
