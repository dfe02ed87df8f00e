/* names.c: names of files: opening in all ways, renaming with flags, sticky and setgid directories,
 * the rules that protect links, files without a name. */
#include "harness.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#define NOREPLACE 1
#define EXCHANGE  2
#define WHITEOUT  4

static struct stat of(const char *name)
{
	struct stat st = { 0 };

	lstat(name, &st);
	return st;
}

static void touch(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);

	CHECK(fd >= 0);
	close(fd);
}

static int rename2(const char *from, const char *to, unsigned flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

/* Run as somebody else, printing in order. */
#define AS(uid, ...)                                                                               \
	do {                                                                                       \
		fflush(stdout);                                                                    \
		CHECK_EXITED(CHILD(CHECK_OK(setgid(uid)); CHECK_OK(setuid(uid)); __VA_ARGS__;      \
				   fflush(stdout)),                                                \
			     0);                                                                   \
	} while (0)

/* The same with dir as the root. */
#define AS_ROOT_OF(dir, ...)                                                                       \
	do {                                                                                       \
		fflush(stdout);                                                                    \
		CHECK_EXITED(CHILD(CHECK_OK(chroot(dir)); CHECK_OK(chdir("/in"));                  \
				   CHECK_OK(setgid(1000)); CHECK_OK(setuid(1000)); __VA_ARGS__;    \
				   fflush(stdout)),                                                \
			     0);                                                                   \
	} while (0)

TEST(rename_flags)
{
	touch("a");
	touch("b");
	mkdir("d", 0755);
	mkdir("d/sub", 0755);
	mkdir("e", 0755);
	symlink("a", "s");
	SAY(rename2("a", "b", NOREPLACE));
	SAY(rename2("a", "c", NOREPLACE));
	SAY(rename2("c", "a", 0));
	SAY(rename2("a", "none", EXCHANGE));
	SAY(rename2("none", "a", EXCHANGE));
	SAY(rename2("a", "d", EXCHANGE));
	SAY(S_ISDIR(of("a").st_mode));
	SAY(rename2("a", "d", EXCHANGE));
	SAY(rename2("d", "d/sub", EXCHANGE));
	SAY(rename2("d/sub", "d", EXCHANGE));
	SAY(rename2("a", "a", EXCHANGE));
	SAY(rename2("s", "a", EXCHANGE));
	SAY(S_ISLNK(of("a").st_mode));
	SAY(rename2("s", "a", EXCHANGE));
	SAY(rename2("d/sub", "e", EXCHANGE));
	SAY(of("d").st_nlink);
	SAY(of("e").st_nlink);
	SAY(rename2("a", "b", NOREPLACE | EXCHANGE));
	SAY(rename2("a", "b", WHITEOUT | EXCHANGE));
	SAY(rename2("a", "b", 8));
	SAY(rename2("a", "b/", 0));
	SAY(rename2("a/", "c", 0));
	SAY(rename2("d/", "c/", 0));
	SAY(rename2("c/.", "d", 0));
	SAY(rename2("c/..", "d", 0));
	SAY(rename2("c", "d/.", 0));
	SAY(rename2("", "c", 0));
	SAY(rename2("c", "", 0));
	SAY(rename2("a", "none/x", 0));
	SAY(rename2("a/x", "c", 0));
	SAY(rename2("c", "c/x", 0));
	SAY(rename2("c", "c/x/y", 0));
}

TEST(rename_whiteout)
{
	struct stat st;

	touch("a");
	touch("b");
	SAY(rename2("a", "c", WHITEOUT));
	st = of("a");
	printf("%o %d %d nlink %d\n", st.st_mode, major(st.st_rdev), minor(st.st_rdev),
	       (int)st.st_nlink);
	SAY(of("c").st_nlink);
	SAY(rename2("b", "c", WHITEOUT | NOREPLACE));
	SAY(rename2("b", "c", WHITEOUT));
	SAY(S_ISCHR(of("b").st_mode));
	SAY(open("b", O_RDONLY));
	mkdir("d", 0755);
	SAY(rename2("d", "e", WHITEOUT));
	SAY(S_ISCHR(of("d").st_mode));
	SAY(unlink("d"));
	AS(1000, SAY(rename2("c", "f", WHITEOUT)); SAY(mknod("w", S_IFCHR, 0));
	   SAY(mknod("x", S_IFCHR, makedev(1, 3))));
}

TEST(open_combinations)
{
	static const struct {
		const char *name;
		int flags;
	} cases[] = {
		{ "f", O_RDONLY | O_DIRECTORY },
		{ "d", O_RDWR | O_DIRECTORY },
		{ "d", O_RDONLY | O_CREAT },
		{ "d", O_RDONLY | O_CREAT | O_EXCL },
		{ "d", O_RDONLY | O_TRUNC },
		{ "d/", O_RDONLY },
		{ "d/", O_RDONLY | O_CREAT },
		{ "f/", O_RDONLY | O_CREAT },
		{ "f/", O_RDONLY },
		{ "new/", O_RDONLY },
		{ "new/", O_WRONLY | O_CREAT },
		{ "new", O_RDONLY | O_CREAT | O_DIRECTORY },
		{ "d", O_RDONLY | O_CREAT | O_DIRECTORY },
		{ "link", O_RDONLY | O_NOFOLLOW },
		{ "link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY },
		{ "link", O_RDONLY | O_NOFOLLOW | O_PATH },
		{ "link", O_RDONLY | O_PATH },
		{ "link", O_WRONLY | O_CREAT | O_NOFOLLOW },
		{ "link", O_WRONLY | O_CREAT | O_EXCL },
		{ "dangling", O_WRONLY | O_CREAT | O_EXCL },
		{ "dangling", O_RDONLY },
		{ "dangling", O_RDONLY | O_PATH },
		{ "dlink", O_RDONLY | O_DIRECTORY },
		{ "dlink", O_RDONLY | O_DIRECTORY | O_NOFOLLOW },
		{ "dlink/", O_RDONLY | O_NOFOLLOW },
		{ "dlink/.", O_RDONLY | O_NOFOLLOW },
		{ "dlink/", O_WRONLY | O_CREAT },
		{ ".", O_RDONLY | O_CREAT },
		{ "..", O_WRONLY | O_CREAT },
		{ "/", O_RDONLY | O_CREAT },
		{ "/", O_RDONLY },
		{ "", O_RDONLY },
		{ "", O_RDONLY | O_PATH },
		{ "f", O_RDONLY | O_TRUNC },
		{ "f", O_WRONLY | O_NOATIME },
		{ "d", O_TMPFILE | O_RDWR },
		{ "d", O_TMPFILE | O_RDONLY },
		{ "d", O_TMPFILE | O_RDWR | O_CREAT },
		{ "d", O_TMPFILE | O_WRONLY | O_EXCL },
		{ "f", O_TMPFILE | O_RDWR },
		{ "none", O_TMPFILE | O_RDWR },
		{ "dlink", O_TMPFILE | O_RDWR },
		{ "dlink", O_TMPFILE | O_RDWR | O_NOFOLLOW },
		{ "d", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR },
		{ "fifo", O_RDWR | O_NONBLOCK },
		{ "fifo", O_WRONLY | O_NONBLOCK },
		{ "fifo", O_RDONLY | O_DIRECTORY },
		{ "sock", O_RDONLY },
		{ "sock", O_PATH },
		{ "block", O_RDONLY },
		{ "char", O_RDONLY },
		{ "f", O_PATH | O_CREAT | O_EXCL },
		{ "f", O_PATH | O_DIRECTORY },
		{ "new", O_PATH | O_CREAT },
		{ "f", O_WRONLY | O_RDWR },
	};

	touch("f");
	mkdir("d", 0755);
	symlink("f", "link");
	symlink("nowhere/x", "dangling");
	symlink("d", "dlink");
	mkfifo("fifo", 0644);
	CHECK_OK(mknod("sock", S_IFSOCK | 0644, 0));
	CHECK_OK(mknod("block", S_IFBLK | 0644, makedev(240, 9)));
	CHECK_OK(mknod("char", S_IFCHR | 0644, makedev(240, 9)));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = open(cases[i].name, cases[i].flags, 0644);

		printf("%s %#o: %s", cases[i].name, cases[i].flags,
		       fd < 0 ? errno_name(errno) : "ok");
		if (fd >= 0)
			printf(" %#x", fcntl(fd, F_GETFL));
		printf("\n");
		close(fd);
		unlink("new");
	}
}

TEST(nameless_files)
{
	char path[64], text[10];
	int fd, other;

	mkdir("d", 0755);
	fd = open("d", O_TMPFILE | O_RDWR, 0640);
	SAY(fd >= 0);
	struct stat st;
	fstat(fd, &st);
	printf("%o nlink %d\n", st.st_mode, (int)st.st_nlink);
	write(fd, "text", 4);
	SAY(linkat(fd, "", AT_FDCWD, "d/name", AT_EMPTY_PATH));
	fstat(fd, &st);
	SAY(st.st_nlink);
	SAY(linkat(fd, "", AT_FDCWD, "d/name2", AT_EMPTY_PATH));
	SAY(pread(open("d/name", O_RDONLY), text, 10, 0));
	fd = open("d", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	SAY(linkat(fd, "", AT_FDCWD, "d/excl", AT_EMPTY_PATH));
	fd = open("d", O_TMPFILE | O_RDWR, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SAY(linkat(AT_FDCWD, path, AT_FDCWD, "d/proc", AT_SYMLINK_FOLLOW));
	SAY(linkat(AT_FDCWD, path, AT_FDCWD, "d/proc", AT_SYMLINK_FOLLOW));
	SAY(unlink("d/proc"));
	SAY(linkat(AT_FDCWD, path, AT_FDCWD, "d/proc2", AT_SYMLINK_FOLLOW));
	other = open("d/name", O_RDWR);
	unlink("d/name");
	unlink("d/name2");
	SAY(linkat(other, "", AT_FDCWD, "d/again", AT_EMPTY_PATH));
	fd = open("d", O_TMPFILE | O_RDWR, 0600);
	SAY(rmdir("d"));
	CHECK_OK(mkdir("e", 0755));
	fd = open("e", O_TMPFILE | O_RDWR, 0600);
	SAY(rmdir("e"));
	SAY(linkat(fd, "", AT_FDCWD, "moved", AT_EMPTY_PATH));
	SAY(linkat(open("moved", O_PATH), "", AT_FDCWD, "moved2", AT_EMPTY_PATH));
	AS(1000, SAY(linkat(fd, "", AT_FDCWD, "moved3", AT_EMPTY_PATH)));
}

TEST(path_descriptors)
{
	char text[10];
	struct stat st;
	struct statfs fs;
	int fd, dir;

	write_file("f", "hello");
	chmod("f", 0644);
	mkdir("d", 0755);
	symlink("f", "link");
	fd = open("f", O_PATH);
	SAY(read(fd, text, 1));
	SAY(write(fd, text, 1));
	SAY(pread(fd, text, 1, 0));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(ftruncate(fd, 0));
	SAY(fchmod(fd, 0600));
	SAY(fchown(fd, 1, 1));
	SAY(futimens(fd, NULL));
	SAY(fsync(fd));
	SAY(fallocate(fd, 0, 0, 10));
	SAY(fstat(fd, &st));
	SAY(fstatfs(fd, &fs));
	SAY(ioctl(fd, 0x541b, &st));
	SAY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	SAY(dup(fd) >= 0);
	SAY(fcntl(fd, F_GETFL));
	SAY(fcntl(fd, F_SETFL, O_NONBLOCK));
	SAY(fcntl(fd, F_GETLK, &(struct flock){ 0 }));
	SAY(fstatat(fd, "", &st, AT_EMPTY_PATH));
	SAY(faccessat(fd, "", R_OK, AT_EMPTY_PATH));
	SAY(syscall(SYS_faccessat2, fd, "", R_OK, AT_EMPTY_PATH));
	SAY(fchownat(fd, "", 1, 1, AT_EMPTY_PATH));
	SAY(openat(fd, "", O_RDONLY));
	SAY(openat(fd, "x", O_RDONLY));
	SAY(fchdir(fd));
	char self[64];
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	SAY(read(open(self, O_RDONLY), text, 10));
	SAY(chmod(self, 0640));
	dir = open("d", O_PATH | O_DIRECTORY);
	SAY(openat(dir, "new", O_RDWR | O_CREAT, 0600) >= 0);
	SAY(syscall(SYS_getdents64, dir, text, 10));
	SAY(fchdir(dir));
	SAY(chdir(".."));
	fd = open("link", O_PATH | O_NOFOLLOW);
	SAY(readlinkat(fd, "", text, 10));
	SAY(fstat(fd, &st));
	SAY(S_ISLNK(st.st_mode));
	SAY(readlinkat(dir, "", text, 10));
	SAY(readlinkat(AT_FDCWD, "", text, 10));
	SAY(readlinkat(99, "", text, 10));
}

TEST(sticky_directories)
{
	chmod(".", 0755);
	mkdir("t", 0777);
	chmod("t", 01777);
	touch("t/root");
	mkdir("t/rootdir", 0777);
	chmod("t/rootdir", 0777);
	AS(1000, touch("t/mine"); mkdir("t/minedir", 0777));
	AS(1001, SAY(unlink("t/mine")); SAY(unlink("t/root")); SAY(rename("t/mine", "t/x"));
	   touch("t/other"); SAY(rename("t/other", "t/mine"));
	   SAY(rename2("t/other", "t/mine", EXCHANGE)); SAY(rmdir("t/minedir"));
	   SAY(rename("t/rootdir", "t/z")); SAY(unlink("t/other")));
	chown("t", 1001, 0);
	AS(1001, SAY(unlink("t/mine")));
	AS(1000, SAY(rmdir("t/minedir")));
}

TEST(setgid_directories)
{
	struct stat st;

	chmod(".", 0755);
	umask(0);
	mkdir("g", 0777);
	chown("g", 0, 500);
	chmod("g", 02777);
	mkdir("g/sub", 0755);
	touch("g/file");
	symlink("x", "g/link");
	mkfifo("g/fifo", 0644);
	static const char *const names[] = { "g", "g/sub", "g/file", "g/link", "g/fifo" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		st = of(names[i]);
		printf("%s %o group %d\n", names[i], st.st_mode, st.st_gid);
	}
	AS(1000, close(open("g/a", O_CREAT | O_WRONLY, 02777)); st = of("g/a");
	   printf("%o %d\n", st.st_mode, st.st_gid); close(open("g/b", O_CREAT | O_WRONLY, 02767));
	   st = of("g/b"); printf("%o %d\n", st.st_mode, st.st_gid); mkdir("g/c", 0700);
	   st = of("g/c"); printf("%o %d\n", st.st_mode, st.st_gid); SAY(chmod("g/a", 02777));
	   st = of("g/a"); printf("%o %d\n", st.st_mode, st.st_gid); SAY(chmod("g/c", 02777));
	   st = of("g/c"); printf("%o %d\n", st.st_mode, st.st_gid); SAY(chown("g/a", -1, 1000));
	   SAY(chown("g/a", 1000, 500)); SAY(chown("g/a", 1001, -1));
	   mknod("g/n", S_IFREG | 02777, 0); st = of("g/n");
	   printf("%o %d\n", st.st_mode, st.st_gid); int fd = open("g", O_TMPFILE | O_RDWR, 02777);
	   fstat(fd, &st); printf("%o %d\n", st.st_mode, st.st_gid));
	SAY(mkdir("m", 07777));
	printf("%o\n", of("m").st_mode);
	close(open("f", O_CREAT | O_WRONLY, 07777));
	printf("%o\n", of("f").st_mode);
}

/* Writing and changing owners take the set-id bits. */
TEST(set_id_bits_go)
{
	int fd;
	static const mode_t modes[] = { 06755, 06745, 02745, 04644, 02755, 01777 };

	umask(0);
	chmod(".", 0777);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		fd = open("f", O_RDWR | O_CREAT, 0666);
		fchown(fd, 1000, 1000);
		chmod("f", modes[i]);
		write(fd, "x", 1);
		printf("%o root writes %o,", modes[i], of("f").st_mode);
		chmod("f", modes[i]);
		ftruncate(fd, 0);
		printf(" truncates %o,", of("f").st_mode);
		chmod("f", modes[i]);
		fchown(fd, 1000, 1000);
		printf(" chowns %o,", of("f").st_mode);
		chmod("f", modes[i]);
		fchown(fd, -1, -1);
		printf(" chowns nothing %o\n", of("f").st_mode);
		AS(1000, int own = open("f", O_RDWR); chmod("f", modes[i]);
		   printf("  %o", of("f").st_mode); write(own, "x", 1);
		   printf(" user writes %o,", of("f").st_mode); chmod("f", modes[i]);
		   ftruncate(own, 0); printf(" truncates %o,", of("f").st_mode);
		   chmod("f", modes[i]); fallocate(own, 0, 0, 100);
		   printf(" allocates %o,", of("f").st_mode); chmod("f", modes[i]);
		   chown("f", 1000, 1000); printf(" chowns %o,", of("f").st_mode);
		   chmod("f", modes[i]); close(open("f", O_RDWR | O_TRUNC));
		   printf(" opens %o\n", of("f").st_mode));
		unlink("f");
	}
}

TEST(openat2_rules)
{
	static const struct {
		const char *name;
		struct open_how how;
	} cases[] = {
		{ "d/f", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "../f", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "d/../f", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "/f", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "abs", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "link", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "up", { O_RDONLY, 0, RESOLVE_BENEATH } },
		{ "/f", { O_RDONLY, 0, RESOLVE_IN_ROOT } },
		{ "../../f", { O_RDONLY, 0, RESOLVE_IN_ROOT } },
		{ "abs", { O_RDONLY, 0, RESOLVE_IN_ROOT } },
		{ "link", { O_RDONLY, 0, RESOLVE_NO_SYMLINKS } },
		{ "link", { O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS } },
		{ "dlink/f", { O_RDONLY, 0, RESOLVE_NO_SYMLINKS } },
		{ "/proc/self/fd/0", { O_RDONLY, 0, RESOLVE_NO_MAGICLINKS } },
		{ "/proc/self/status", { O_RDONLY, 0, RESOLVE_NO_MAGICLINKS } },
		{ "/proc/self/status", { O_RDONLY, 0, RESOLVE_NO_XDEV } },
		{ "d/f", { O_RDONLY, 0, RESOLVE_NO_XDEV } },
		{ "m/x", { O_RDONLY, 0, RESOLVE_NO_XDEV } },
		{ "d/../f", { O_RDONLY, 0, RESOLVE_NO_XDEV } },
		{ "d/f", { O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT } },
		{ "d/f", { O_RDONLY, 0600, 0 } },
		{ "new", { O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH } },
		{ "new", { O_WRONLY | O_CREAT, 010600, 0 } },
		{ "d/f", { O_PATH | O_RDWR, 0, 0 } },
		{ "d/f", { 0x40000000, 0, 0 } },
		{ "d/f", { 1ull << 40, 0, 0 } },
		{ "d/f", { O_RDONLY, 0, 0x100 } },
	};
	struct {
		struct open_how how;
		uint64_t more;
	} longer = { { O_RDONLY, 0, 0 }, 0 };

	mkdir("d", 0755);
	touch("d/f");
	touch("f");
	symlink("f", "link");
	symlink("d", "dlink");
	symlink("/f", "abs");
	symlink("d/../../x", "up");
	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	touch("m/x");
	int dir = open(".", O_PATH);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		long fd = syscall(SYS_openat2, dir, cases[i].name, &cases[i].how,
				  sizeof(cases[i].how));

		printf("%s flags %#llx mode %#llo resolve %#llx: %s\n", cases[i].name,
		       cases[i].how.flags, cases[i].how.mode, cases[i].how.resolve,
		       fd < 0 ? errno_name(errno) : "ok");
		close((int)fd);
	}
	SAY(syscall(SYS_openat2, dir, "f", &longer, sizeof(longer)) >= 0);
	longer.more = 1;
	SAY(syscall(SYS_openat2, dir, "f", &longer, sizeof(longer)));
	SAY(syscall(SYS_openat2, dir, "f", &longer, 8));
	SAY(syscall(SYS_openat2, dir, "f", (void *)8, 24));
	close(dir);
	CHECK_OK(umount("m"));
}

/* No link, of /proc or with a text, and no ".." leads to another mount. */
TEST(openat2_stays_on_a_mount)
{
	struct open_how how = { .flags = O_PATH, .resolve = RESOLVE_NO_XDEV };
	int in, proc = open("/proc/self", O_PATH);

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	symlink("/", "m/abs");
	symlink("../m/x", "m/back");
	mkdir("m/d", 0755);
	in = open("m", O_PATH);
	SAY(syscall(SYS_openat2, in, "abs", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, in, "back", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, in, "..", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, in, "d/../d", &how, sizeof(how)) >= 0);
	SAY(syscall(SYS_openat2, in, "/", &how, sizeof(how)) >= 0);
	SAY(syscall(SYS_openat2, proc, "root", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, proc, "cwd/m", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, proc, "exe", &how, sizeof(how)));
	SAY(syscall(SYS_openat2, proc, "fd", &how, sizeof(how)) >= 0);
	how.flags |= O_NOFOLLOW;
	SAY(syscall(SYS_openat2, proc, "exe", &how, sizeof(how)) >= 0);
	close(in);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	CHECK_OK(umount2("m", MNT_DETACH));
}

/* What this Linux' sysctls fs.protected_* say: links of others in sticky directories of everybody are
 * followed or not, and so on. */
TEST(protected_links)
{
	chmod(".", 0755);
	mkdir("t", 01777);
	chmod("t", 01777);
	write_file("secret", "x");
	chmod("secret", 0600);
	write_file("public", "x");
	chmod("public", 0666);
	AS(1000, symlink("../public", "t/link"); mkfifo("t/fifo", 0666);
	   close(open("t/file", O_CREAT | O_WRONLY, 0666)); chmod("t/file", 0666);
	   chmod("t/fifo", 0666));
	AS(1001, SAY(open("t/link", O_RDONLY) >= 0); SAY(link("secret", "t/hard"));
	   SAY(link("public", "t/hard2")); SAY(open("t/fifo", O_RDWR | O_CREAT, 0600) >= 0);
	   SAY(open("t/file", O_RDWR | O_CREAT, 0600) >= 0); SAY(open("t/file", O_RDWR) >= 0);
	   SAY(linkat(AT_FDCWD, "t/link", AT_FDCWD, "t/link2", 0)); SAY(link("t/fifo", "t/fifo2")));
	SAY(open("t/link", O_RDONLY) >= 0);
	SAY(open("t/file", O_RDWR | O_CREAT, 0600) >= 0);
	SAY(link("secret", "t/roots"));
	chmod("secret", 04777);
	AS(1001, SAY(link("secret", "t/suid")));
	AS(1000, SAY(open("t/link", O_RDONLY) >= 0); SAY(open("t/link", O_RDONLY | O_PATH) >= 0));
}

TEST(many_links)
{
	char name[32];
	int n = 0;

	touch("f");
	while (n < 3000) {
		snprintf(name, sizeof(name), "l%d", n);
		if (link("f", name) < 0)
			break;
		n++;
	}
	SAY(n);
	SAY(of("f").st_nlink);
}

/* Positions in a directory stay good while names come and go. */
TEST(positions_in_directories)
{
	char name[32];
	long place[20];
	int n = 0;
	DIR *dir;
	struct dirent *e;

	mkdir("d", 0755);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "d/f%02d", i);
		touch(name);
	}
	dir = opendir("d");
	static char names[32][32];
	while (n < 20 && (place[n] = telldir(dir), e = readdir(dir)) != NULL)
		strcpy(names[n++], e->d_name);
	for (int i = 0; i < 20; i += 3) {
		seekdir(dir, place[i]);
		e = readdir(dir);
		CHECK_STR(e->d_name, names[i]);
	}
	/* the place of an entry that is gone leads to the next one */
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "d/new%02d", i);
		touch(name);
	}
	seekdir(dir, place[7]);
	e = readdir(dir);
	CHECK_STR(e->d_name, names[7]);
	closedir(dir);
	int fd = open("d", O_RDONLY);
	char buffer[100];
	SAY(syscall(SYS_getdents64, fd, buffer, 10));
	SAY(syscall(SYS_getdents64, fd, buffer, 24));
	SAY(syscall(SYS_getdents64, fd, NULL, 1000));
	SAY(lseek(fd, -1, SEEK_SET));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(read(fd, buffer, 10));
	SAY(pread(fd, buffer, 10, 0));
	SAY(write(fd, buffer, 10));
	while (syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0)
		;
	SAY(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	touch("d/late");
	SAY(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	lseek(fd, 0, SEEK_SET);
	SAY(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0);
}

TEST(handles)
{
	struct {
		struct file_handle h;
		char bytes[128];
	} x = { .h.handle_bytes = 128, .h.handle_type = 1 };
	int mount_id;

	touch("f");
	SAY(name_to_handle_at(AT_FDCWD, "none", &x.h, &mount_id, 0));
	SAY(name_to_handle_at(AT_FDCWD, "f", &x.h, &mount_id, 0x8000));
	SAY(name_to_handle_at(99, "f", &x.h, &mount_id, 0));
	x.h.handle_bytes = 200;
	SAY(name_to_handle_at(AT_FDCWD, "f", &x.h, &mount_id, 0));
	x.h.handle_bytes = 128;
	SAY(name_to_handle_at(AT_FDCWD, "/proc/self/status", &x.h, &mount_id, 0));
}

/* Ten thousand folders, each in the one before, and a thousand side by side. */
TEST_SLOW(a_deep_tree_and_a_wide_one, 30)
{
	char up[301] = "";
	char name[32];
	int i, j;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	int home = open(".", O_RDONLY);
	CHECK_OK(chdir("m"));
	for (i = 0; i < 10000; i++) {
		CHECK_OK(mkdir("d", 0755));
		CHECK_OK(chdir("d"));
	}
	CHECK_ERR(syscall(SYS_getcwd, name, sizeof(name)) < 0 ? -1 : 0, ENAMETOOLONG);
	touch("deepest");
	CHECK_OK(rename("deepest", "moved"));
	for (i = 0; i < 100; i++)
		strcat(up, "../");
	for (i = 0; i < 50; i++)
		CHECK_OK(chdir(up));
	CHECK_OK(mkdir("x", 0755));
	CHECK_ERR(rename("../../d", "x/y"), EINVAL); /* into itself, five thousand up */
	for (i = 0; i < 50; i++)
		CHECK_OK(chdir(up));
	CHECK_OK(access("d/d/d/d", F_OK));
	CHECK_OK(mkdir("wide", 0755));
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "wide/%d", i);
		CHECK_OK(mkdir(name, 0755));
		for (j = 0; j < 3; j++) {
			snprintf(name, sizeof(name), "wide/%d/%d", i, j);
			CHECK_OK(mknod(name, S_IFREG | 0600, 0));
		}
	}
	CHECK_EQ(of("wide").st_nlink, 1002);
	CHECK_OK(fchdir(home));
	CHECK_OK(umount("m")); /* takes it all down */
}

static void set(const char *rule, const char *value)
{
	char path[100];

	snprintf(path, sizeof(path), "/proc/sys/fs/protected_%s", rule);
	write_file(path, value);
}

/* The rules that Linux has off unless a distribution turns them on; they cannot be changed there for a
 * test alone. */
TEST(protected_names_when_asked_for)
{
	if (!on_flatshare())
		return;
	chmod(".", 0755);
	mkdir("t", 0777);
	chmod("t", 01777);
	write_file("public", "x");
	chmod("public", 0644);
	AS(1000, symlink("../public", "t/link"); mkfifo("t/fifo", 0666); chmod("t/fifo", 0666);
	   touch("t/file"); chmod("t/file", 0666));
	symlink("../public", "t/roots");
	set("symlinks", "1");
	set("fifos", "1");
	set("regular", "1");
	AS(1001, CHECK_ERR(open("t/link", O_RDONLY), EACCES); CHECK_OK(open("t/roots", O_RDONLY));
	   CHECK_ERR(open("t/fifo", O_RDWR | O_CREAT, 0600), EACCES);
	   CHECK_OK(open("t/fifo", O_RDWR));
	   CHECK_ERR(open("t/file", O_RDWR | O_CREAT, 0600), EACCES);
	   CHECK_OK(open("t/file", O_RDWR)));
	AS(1000, CHECK_OK(open("t/link", O_RDONLY));
	   CHECK_OK(open("t/file", O_RDWR | O_CREAT, 0600)));
	/* for a group's directory only at level 2 */
	chown("t", 0, 1001);
	chmod("t", 01770);
	AS(1001, CHECK_OK(open("t/file", O_RDWR | O_CREAT, 0600)));
	set("regular", "2");
	AS(1001, CHECK_ERR(open("t/file", O_RDWR | O_CREAT, 0600), EACCES));
	set("hardlinks", "0");
	chmod("t", 01777);
	AS(1001, CHECK_OK(link("public", "t/another")));
	set("symlinks", "0");
	set("fifos", "0");
	set("regular", "0");
	set("hardlinks", "1");
	AS(1001, CHECK_ERR(link("public", "t/yet-another"), EPERM));
}

/* Permission is asked before what the file cannot do, and flags that go with nothing before both. */
TEST(what_open_says_first)
{
	mknod("sock", S_IFSOCK | 0600, 0);
	mknod("block", S_IFBLK | 0600, makedev(240, 9));
	mkfifo("fifo", 0666);
	touch("f");
	chmod(".", 0755);
	SAY(open("none", O_TMPFILE | O_RDONLY));
	SAY(open("f", O_TMPFILE | O_RDONLY));
	SAY(open("fifo", O_ACCMODE | O_NONBLOCK));
	SAY(open("fifo", O_RDONLY | O_NONBLOCK | O_DIRECT));
	SAY(open("sock", O_RDWR));
	SAY(open("block", O_RDWR));
	mkdir("n", 0755);
	touch("n/f");
	mkdir("m", 0755);
	CHECK_OK(mount("n", "m", NULL, MS_BIND, NULL));
	CHECK_OK(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	SAY(open("m/f", O_RDWR));
	AS(1000, SAY(open("sock", O_RDWR)); SAY(open("block", O_RDWR)); SAY(open("m/f", O_RDWR));
	   SAY(open("m/f", O_RDONLY | O_TRUNC)); SAY(open("m/f", O_RDWR | O_CREAT, 0600)));
	CHECK_OK(umount("m"));
	/* what a C library may leave out */
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "f", O_RDWR);
	printf("%#x %#x\n", fcntl(fd, F_GETFL),
	       fcntl((int)syscall(SYS_openat, AT_FDCWD, "f", O_PATH), F_GETFL));
}

/* "/" alone names the root, which need not be searched for that. */
TEST(a_root_nobody_may_search)
{
	struct stat st;

	mkdir("root", 0700);
	mkdir("root/in", 0755);
	AS_ROOT_OF("root", SAY(stat("/", &st)); SAY(stat("//", &st)); SAY(stat("/.", &st));
		   SAY(stat("/in", &st)); SAY(stat("..", &st)); SAY(open("/", O_RDONLY));
		   SAY(open("/", O_CREAT | O_RDWR, 0600)); SAY(mkdir("/", 0700)); SAY(rmdir("/"));
		   SAY(unlink("/")); SAY(rename("/", "/x")); SAY(access("/", F_OK));
		   SAY(access("/", X_OK)); SAY(chdir("/")));
}

/* S_ISGID of a file that its group may not execute stays for members of the group only; and who may
 * not change the mode of a file does not take its bits away by chown(-1, -1). */
TEST(set_id_bits_of_others)
{
	static const struct {
		mode_t mode;
		uid_t uid;
		gid_t gid;
	} cases[] = { { 02644, 1000, 0 }, { 02644, 1000, 1000 }, { 02755, 1000, 0 },
		      { 06777, 0, 0 },	  { 06766, 0, 0 },	 { 02666, 0, 1000 },
		      { 02666, 0, 0 },	  { 0666, 0, 0 } };

	chmod(".", 0777);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (int how = 0; how < 4; how++) {
			unlink("f");
			touch("f");
			CHECK_OK(chown("f", cases[i].uid, cases[i].gid));
			CHECK_OK(chmod("f", cases[i].mode));
			AS(
				1000, int fd = open("f", O_RDWR); switch (how) {
					case 0: SAY(write(fd, "x", 1)); break;
					case 1: SAY(ftruncate(fd, 0)); break;
					case 2: SAY(fallocate(fd, 0, 0, 10)); break;
					default: SAY(chown("f", -1, -1)); break;
				});
			printf("%o of %d:%d, %d: %o\n", cases[i].mode, (int)cases[i].uid,
			       (int)cases[i].gid, how, of("f").st_mode);
		}
	}
}
