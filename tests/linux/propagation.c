/* propagation.c: shared, slave, private and unbindable mounts (mount_namespaces(7)): what is mounted in
 * one place appears in others.  Each test has a tmpfs of its own to mount on. */
#include "harness.h"

#include <sys/mount.h>

/* A private tmpfs "m" with folders to mount on; the test runs inside it. */
static void stage(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "src", "src/x", "src/y" };
	size_t i;

	CHECK_OK(mkdir("m", 0755));
	if (mount("stage", "m", "tmpfs", 0, NULL) < 0 && errno == EPERM)
		harness_skip("may not mount here");
	CHECK_OK(mount(NULL, "m", NULL, MS_PRIVATE, NULL));
	CHECK_OK(chdir("m"));
	for (i = 0; i < ARRAY_LEN(names); i++)
		CHECK_OK(mkdir(names[i], 0755));
}

static void leave(void)
{
	CHECK_OK(chdir(".."));
	CHECK_OK(umount2("m", MNT_DETACH));
	CHECK_ERR(umount2("m", 0), EINVAL);
	CHECK_OK(rmdir("m"));
}

static void bind(const char *from, const char *to)
{
	CHECK_OK(mount(from, to, NULL, MS_BIND, NULL));
}

static void change(const char *path, unsigned long type)
{
	CHECK_OK(mount(NULL, path, NULL, type, NULL));
}

/* A tmpfs that can be recognised. */
static void put(const char *path)
{
	char file[100];
	int fd;

	CHECK_OK(mount("put", path, "tmpfs", 0, NULL));
	snprintf(file, sizeof(file), "%s/mark", path);
	fd = open(file, O_CREAT | O_WRONLY, 0644);
	CHECK(fd >= 0);
	close(fd);
}

static int shows(const char *path)
{
	char file[100];

	snprintf(file, sizeof(file), "%s/mark", path);
	return access(file, F_OK) == 0;
}

/* "shared", "master", "both", "unbindable" or "private": the newest line of mountinfo that ends in
 * this path.  *share and *master: the numbers. */
static const char *kind(const char *path, int *share, int *master)
{
	static char line[1000];
	const char *result = "none";
	char place[200], *field;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	CHECK(f != NULL);
	snprintf(place, sizeof(place), "/m/%s ", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, place) == NULL)
			continue;
		*strstr(line, " - ") = '\0';
		*share = *master = 0;
		field = strstr(line, " shared:");
		if (field != NULL)
			*share = atoi(field + 8);
		field = strstr(line, " master:");
		if (field != NULL)
			*master = atoi(field + 8);
		result = *share && *master ? "both"
			 : *share	   ? "shared"
			 : *master	   ? "master"
					   : "private";
		if (strstr(line, " unbindable") != NULL)
			result = "unbindable";
	}
	fclose(f);
	return result;
}

static void check_kind(const char *path, const char *want)
{
	int share, master;

	CHECK_STR(kind(path, &share, &master), want);
}

static int share_of(const char *path)
{
	int share = 0, master;

	kind(path, &share, &master);
	return share;
}

static int master_of(const char *path)
{
	int share, master = 0;

	kind(path, &share, &master);
	return master;
}

TEST(private_mounts_tell_nobody)
{
	stage();
	bind("src", "a");
	bind("a", "b");
	put("a/x");
	CHECK(shows("a/x"));
	CHECK(!shows("b/x"));
	CHECK(!shows("src/x"));
	check_kind("a", "private");
	leave();
}

TEST(peers_tell_each_other)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	CHECK(share_of("a") != 0);
	CHECK_EQ(share_of("a"), share_of("b"));
	put("a/x");
	put("b/y");
	CHECK(shows("a/x") && shows("b/x") && shows("a/y") && shows("b/y"));
	CHECK(!shows("src/x"));
	/* What appeared is shared as well, and goes for both. */
	CHECK(share_of("a/x") != 0);
	CHECK_EQ(share_of("a/x"), share_of("b/x"));
	CHECK_OK(umount("b/x"));
	CHECK(!shows("a/x"));
	CHECK_ERR(umount("a/x"), EINVAL);
	leave();
}

TEST(a_copy_appears_only_where_its_place_is_seen)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	CHECK_OK(mkdir("src/x/deep", 0755));
	bind("a/x", "b");
	put("a/x/deep");
	CHECK(shows("b/deep"));
	put("a/y");
	CHECK(!shows("b"));
	CHECK_OK(umount("b/deep"));
	CHECK(!shows("a/x/deep"));
	leave();
}

TEST(slaves_hear_and_do_not_tell)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	check_kind("b", "master");
	CHECK_EQ(master_of("b"), share_of("a"));
	put("a/x");
	CHECK(shows("b/x"));
	check_kind("b/x", "master");
	put("b/y");
	CHECK(!shows("a/y"));
	check_kind("b/y", "private");
	/* What a slave was told it may undo for itself. */
	CHECK_OK(umount("b/x"));
	CHECK(shows("a/x"));
	CHECK_OK(umount("a/x"));
	leave();
}

TEST(slaves_tell_peers_of_their_own)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	change("b", MS_SHARED);
	check_kind("b", "both");
	bind("b", "c");
	CHECK_EQ(share_of("b"), share_of("c"));
	bind("c", "d");
	change("d", MS_SLAVE);
	CHECK_EQ(master_of("d"), share_of("c"));
	put("a/x");
	CHECK(shows("b/x") && shows("c/x") && shows("d/x"));
	check_kind("c/x", "both");
	check_kind("d/x", "master");
	put("c/y");
	CHECK(shows("b/y") && shows("d/y") && !shows("a/y"));
	CHECK_OK(umount("a/x"));
	CHECK(!shows("b/x") && !shows("c/x") && !shows("d/x"));
	CHECK_OK(umount("d/y"));
	CHECK(shows("b/y"));
	leave();
}

TEST(a_share_of_one_has_no_slave)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	change("a", MS_SLAVE);
	check_kind("a", "private");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	CHECK_OK(umount("a"));
	check_kind("b", "private");
	leave();
}

TEST(slaves_of_a_share_that_ends_hear_from_its_master)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	change("b", MS_SHARED);
	bind("b", "c");
	change("c", MS_SLAVE);
	CHECK_EQ(master_of("c"), share_of("b"));
	change("b", MS_PRIVATE);
	CHECK_EQ(master_of("c"), share_of("a"));
	put("a/x");
	CHECK(shows("c/x"));
	CHECK(!shows("b/x"));
	leave();
}

TEST(unbindable_mounts_are_not_copied)
{
	stage();
	bind("src", "a");
	put("a/x");
	put("a/y");
	change("a/y", MS_UNBINDABLE);
	check_kind("a/y", "unbindable");
	CHECK_ERR(mount("a/y", "b", NULL, MS_BIND, NULL), EINVAL);
	CHECK_OK(mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
	CHECK(shows("b/x"));
	CHECK(!shows("b/y"));
	change("a/y", MS_PRIVATE);
	bind("a/y", "c");
	CHECK(shows("c"));
	leave();
}

TEST(recursive_binds_bring_what_is_below)
{
	stage();
	bind("src", "a");
	put("a/x");
	CHECK_OK(mkdir("a/x/deep", 0755));
	put("a/x/deep");
	bind("a", "b");
	CHECK(!shows("b/x"));
	CHECK_OK(mount("a", "c", NULL, MS_BIND | MS_REC, NULL));
	CHECK(shows("c/x") && shows("c/x/deep"));
	CHECK_OK(mount("a/x", "d", NULL, MS_BIND | MS_REC, NULL));
	CHECK(shows("d") && shows("d/deep"));
	CHECK_ERR(umount("c"), EBUSY);
	CHECK_OK(umount("c/x/deep"));
	CHECK(shows("a/x/deep"));
	CHECK_OK(umount2("c", MNT_DETACH));
	CHECK(shows("a/x"));
	leave();
}

TEST(types_of_a_whole_tree)
{
	stage();
	bind("src", "a");
	put("a/x");
	change("a", MS_SHARED);
	check_kind("a/x", "private");
	change("a", MS_SHARED | MS_REC);
	check_kind("a/x", "shared");
	change("a", MS_PRIVATE | MS_REC);
	check_kind("a", "private");
	check_kind("a/x", "private");
	leave();
}

TEST(trees_are_copied_to_peers)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	bind("src", "c");
	put("c/x");
	CHECK_OK(mount("c", "a/y", NULL, MS_BIND | MS_REC, NULL));
	CHECK(shows("a/y/x") && shows("b/y/x"));
	CHECK_EQ(share_of("a/y/x"), share_of("b/y/x"));
	CHECK_OK(umount2("b/y", MNT_DETACH));
	CHECK(!shows("a/y/x"));
	CHECK(shows("c/x"));
	leave();
}

TEST(moves)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	put("c");
	CHECK_OK(mount("c", "a/x", NULL, MS_MOVE, NULL));
	CHECK(shows("a/x") && shows("b/x") && !shows("c"));
	/* not away from where it was told of */
	CHECK_ERR(mount("a/x", "d", NULL, MS_MOVE, NULL), EINVAL);
	put("c");
	change("c", MS_UNBINDABLE);
	CHECK_ERR(mount("c", "a/y", NULL, MS_MOVE, NULL), EINVAL);
	CHECK(shows("c") && !shows("a/y"));
	CHECK_OK(mount("c", "d", NULL, MS_MOVE, NULL));
	CHECK(shows("d"));
	leave();
}

TEST(used_copies_keep_it_busy)
{
	int fd;

	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	put("a/x");
	fd = open("b/x/mark", O_RDONLY);
	CHECK(fd >= 0);
	CHECK_ERR(umount("a/x"), EBUSY);
	CHECK_OK(umount2("a/x", MNT_DETACH));
	CHECK(!shows("a/x") && !shows("b/x"));
	close(fd);
	leave();
}

TEST(copies_go_beneath_what_is_there)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	CHECK_OK(mount("own", "b/x", "tmpfs", 0, NULL));
	put("a/x");
	CHECK(shows("a/x"));
	CHECK(!shows("b/x"));
	CHECK_OK(umount("b/x"));
	CHECK(shows("b/x"));
	leave();
}

TEST(what_lies_on_a_copy_stays_when_it_goes)
{
	stage();
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "b");
	change("b", MS_SLAVE);
	CHECK_OK(mount("own", "b/x", "tmpfs", 0, NULL));
	CHECK_OK(mkdir("b/x/mine", 0755));
	put("a/x");
	CHECK_OK(umount("a/x"));
	CHECK_OK(access("b/x/mine", F_OK));
	CHECK_OK(umount("b/x"));
	CHECK_ERR(umount("b/x"), EINVAL);
	leave();
}

TEST(mounts_on_themselves)
{
	stage();
	bind("a", "a");
	change("a", MS_SHARED | MS_REC);
	bind("b", "b");
	change("b", MS_SHARED | MS_REC);
	bind("b", "a");
	bind("src", "b");
	CHECK_OK(access("a/x", F_OK));
	CHECK_OK(access("b/x", F_OK));
	CHECK_OK(umount("a"));
	CHECK_ERR(access("b/x", F_OK), ENOENT);
	CHECK_OK(umount("a"));
	CHECK_OK(umount("a"));
	CHECK_ERR(umount("a"), EINVAL);
	CHECK_OK(umount("b"));
	bind("src", "a");
	change("a", MS_SHARED);
	bind("a", "a/x");
	bind("a", "a/x/x");
	CHECK_OK(umount2("a", MNT_DETACH));
	leave();
}

TEST(errors_of_types)
{
	stage();
	bind("src", "a");
	CHECK_ERR(mount(NULL, "a/x", NULL, MS_SHARED, NULL), EINVAL);
	CHECK_ERR(mount(NULL, "a", NULL, MS_SHARED | MS_SLAVE, NULL), EINVAL);
	CHECK_ERR(mount(NULL, "a", NULL, MS_SHARED | MS_RDONLY, NULL), EINVAL);
	CHECK_ERR(mount(NULL, "nowhere", NULL, MS_SHARED, NULL), ENOENT);
	CHECK_OK(mount(NULL, "a", NULL, MS_SHARED | MS_SILENT, NULL));
	leave();
}
