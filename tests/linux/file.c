/* file.c: files, folders, links, and what stat says of them. */
#include "harness.h"

#include <dirent.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <utime.h>

static int make(const char *name, const char *text)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	write_all(fd, text, strlen(text));
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct stat stat_of(const char *name)
{
	struct stat st;

	CHECK_OK(lstat(name, &st));
	return st;
}

TEST(open_flags)
{
	int fd = make("f", "hello");

	CHECK_ERR(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERR(open("none", O_RDWR), ENOENT);
	CHECK_ERR(open("f/x", O_RDONLY), ENOTDIR);
	CHECK_ERR(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERR(open("f/", O_RDONLY), ENOTDIR);
	CHECK_ERR(open(".", O_RDWR), EISDIR);
	CHECK_ERR(open(".", O_WRONLY), EISDIR);
	CHECK_ERR(open("", O_RDONLY), ENOENT);
	CHECK_ERR(open("new/", O_RDWR | O_CREAT, 0600), EISDIR);
	CHECK_ERR(open("no/such", O_RDWR | O_CREAT, 0600), ENOENT);
	CHECK_OK(open("f", O_RDWR | O_TRUNC));
	CHECK_EQ(stat_of("f").st_size, 0);
	CHECK_EQ(write(fd, "0123", 4), 4);
	fd = open("f", O_WRONLY | O_APPEND);
	CHECK_EQ(write(fd, "45", 2), 2);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(write(fd, "67", 2), 2);
	CHECK_STR(read_file("f"), "01234567");
	CHECK_ERR(read(fd, &fd, 1), EBADF);
	fd = open("f", O_RDONLY);
	CHECK_ERR(write(fd, "x", 1), EBADF);
	CHECK_ERR(ftruncate(fd, 0), EINVAL);
}

TEST(umask_and_modes)
{
	umask(027);
	close(open("a", O_CREAT | O_WRONLY, 0777));
	CHECK_EQ(stat_of("a").st_mode, S_IFREG | 0750);
	CHECK_OK(mkdir("d", 0777));
	CHECK_EQ(stat_of("d").st_mode, S_IFDIR | 0750);
	CHECK_OK(chmod("a", 04711));
	CHECK_EQ(stat_of("a").st_mode, S_IFREG | 04711);
	CHECK_OK(chown("a", 5, 6));
	CHECK_EQ(stat_of("a").st_uid, 5);
	CHECK_EQ(stat_of("a").st_gid, 6);
	CHECK_OK(mkdir("sticky", 01777));
	CHECK_EQ(stat_of("sticky").st_mode, S_IFDIR | 01750);
}

TEST(seek_and_holes)
{
	char buffer[10];
	int fd = make("f", "abc");

	CHECK_EQ(lseek(fd, 10000, SEEK_SET), 10000);
	CHECK_EQ(read(fd, buffer, 10), 0);
	CHECK_EQ(write(fd, "z", 1), 1);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 10001);
	CHECK_EQ(pread(fd, buffer, 10, 9995), 6);
	CHECK_EQ(memcmp(buffer, "\0\0\0\0\0z", 6), 0);
	CHECK_EQ(pread(fd, buffer, 10, 0), 10);
	CHECK_EQ(memcmp(buffer, "abc\0\0\0\0\0\0\0", 10), 0);
	CHECK_EQ(lseek(fd, -1, SEEK_END), 10000);
	CHECK_EQ(lseek(fd, 5, SEEK_CUR), 10005);
	CHECK_ERR(lseek(fd, -20000, SEEK_CUR), EINVAL);
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERR(lseek(fd, 0, 99), EINVAL);
	CHECK_EQ(pwrite(fd, "Y", 1, 1L << 30), 1); /* a gibibyte of nothing */
	CHECK_EQ(stat_of("f").st_size, (1L << 30) + 1);
	CHECK(stat_of("f").st_blocks < 1000);
}

TEST(truncate_both_ways)
{
	char buffer[10];
	int fd = make("f", "abcdefgh");

	CHECK_OK(ftruncate(fd, 3));
	CHECK_OK(ftruncate(fd, 6));
	CHECK_EQ(read(fd, buffer, 10), 6);
	CHECK_EQ(memcmp(buffer, "abc\0\0\0", 6), 0);
	CHECK_OK(truncate("f", 10000));
	CHECK_EQ(stat_of("f").st_size, 10000);
	CHECK_ERR(truncate("none", 1), ENOENT);
	CHECK_ERR(truncate(".", 1), EISDIR);
	CHECK_ERR(truncate("f", -1), EINVAL);
}

TEST(an_unlinked_file_lives_on)
{
	char buffer[10];
	int fd = make("f", "still");
	struct stat st;

	CHECK_OK(unlink("f"));
	CHECK_ERR(access("f", F_OK), ENOENT);
	CHECK_EQ(read(fd, buffer, 10), 5);
	CHECK_OK(fstat(fd, &st));
	CHECK_EQ(st.st_nlink, 0);
	make("f", "other");
	CHECK_EQ(pread(fd, buffer, 5, 0), 5);
	CHECK_EQ(memcmp(buffer, "still", 5), 0);
}

TEST(hard_links)
{
	make("a", "text");
	CHECK_OK(link("a", "b"));
	CHECK_EQ(stat_of("a").st_nlink, 2);
	CHECK_EQ(stat_of("a").st_ino, stat_of("b").st_ino);
	CHECK_ERR(link("a", "b"), EEXIST);
	CHECK_ERR(link("none", "c"), ENOENT);
	CHECK_OK(mkdir("d", 0755));
	CHECK_ERR(link("d", "e"), EPERM);
	CHECK_OK(unlink("a"));
	CHECK_STR(read_file("b"), "text");
	CHECK_EQ(stat_of("b").st_nlink, 1);
	CHECK_ERR(unlink("d"), EISDIR);
	CHECK_ERR(unlink("none"), ENOENT);
	CHECK_OK(symlink("b", "s"));
	CHECK_OK(link("s", "t")); /* the link, not what it names */
	CHECK(S_ISLNK(stat_of("t").st_mode));
}

TEST(symbolic_links)
{
	char buffer[64], name[20];
	int i;

	make("file", "target");
	CHECK_OK(symlink("file", "link"));
	CHECK_STR(read_file("link"), "target");
	CHECK_EQ(readlink("link", buffer, sizeof(buffer)), 4);
	CHECK_EQ(memcmp(buffer, "file", 4), 0);
	CHECK_EQ(readlink("link", buffer, 2), 2);
	CHECK_ERR(readlink("file", buffer, 10), EINVAL);
	CHECK_ERR(readlink("none", buffer, 10), ENOENT);
	CHECK_EQ(stat_of("link").st_size, 4);
	CHECK(S_ISLNK(stat_of("link").st_mode));
	CHECK_ERR(symlink("x", "link"), EEXIST);
	CHECK_ERR(symlink("", "empty"), ENOENT);
	CHECK_ERR(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_OK(symlink("nowhere", "dangling"));
	CHECK_ERR(open("dangling", O_RDONLY), ENOENT);
	CHECK_OK(open("dangling", O_WRONLY | O_CREAT, 0600));
	CHECK_OK(access("nowhere", F_OK));
	CHECK_ERR(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_OK(symlink("loop2", "loop1"));
	CHECK_OK(symlink("loop1", "loop2"));
	CHECK_ERR(open("loop1", O_RDONLY), ELOOP);
	/* forty links in a row are followed, forty-one are not */
	CHECK_OK(symlink("file", "s0"));
	for (i = 1; i <= 40; i++) {
		char target[20];

		snprintf(target, sizeof(target), "s%d", i - 1);
		snprintf(name, sizeof(name), "s%d", i);
		CHECK_OK(symlink(target, name));
	}
	CHECK_OK(access("s39", F_OK));
	CHECK_ERR(access("s40", F_OK), ELOOP);
	CHECK_OK(mkdir("dir", 0755));
	CHECK_OK(symlink("dir", "dirlink"));
	make("dir/x", "in dir");
	CHECK_STR(read_file("dirlink/x"), "in dir");
	CHECK_STR(read_file("dirlink/../file"), "target");
	CHECK_ERR(rmdir("dirlink"), ENOTDIR);
	CHECK_OK(unlink("dirlink"));
}

TEST(folders)
{
	CHECK_OK(mkdir("d", 0755));
	CHECK_ERR(mkdir("d", 0755), EEXIST);
	CHECK_ERR(mkdir("no/such", 0755), ENOENT);
	CHECK_EQ(stat_of("d").st_nlink, 2);
	CHECK_OK(mkdir("d/sub", 0755));
	CHECK_EQ(stat_of("d").st_nlink, 3);
	CHECK_ERR(rmdir("d"), ENOTEMPTY);
	CHECK_ERR(rmdir("d/sub/."), EINVAL);
	CHECK_ERR(rmdir("d/sub/.."), ENOTEMPTY);
	CHECK_ERR(rmdir("none"), ENOENT);
	make("f", "");
	CHECK_ERR(rmdir("f"), ENOTDIR);
	CHECK_ERR(mkdir("f/x", 0755), ENOTDIR);
	CHECK_OK(rmdir("d/sub/"));
	CHECK_EQ(stat_of("d").st_nlink, 2);
	CHECK_OK(rmdir("d"));
	CHECK_ERR(rmdir("/"), EBUSY);
}

/* A removed folder that somebody is in. */
TEST(removed_current_folder)
{
	char buffer[100];

	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(chdir("d"));
	CHECK_OK(rmdir("../d"));
	CHECK_ERR(open("new", O_CREAT | O_WRONLY, 0600), ENOENT);
	CHECK_ERR(syscall(SYS_getcwd, buffer, sizeof(buffer)), ENOENT);
	CHECK_OK(chdir(".."));
	CHECK_ERR(chdir("d"), ENOENT);
}

TEST(rename_over)
{
	int fd;
	char c;

	make("a", "A");
	fd = make("b", "B");
	CHECK_OK(rename("a", "b"));
	CHECK_STR(read_file("b"), "A");
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'B');
	CHECK_ERR(rename("a", "c"), ENOENT);
	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(mkdir("e", 0755));
	CHECK_OK(mkdir("e/f", 0755));
	CHECK_ERR(rename("b", "d"), EISDIR);
	CHECK_ERR(rename("d", "b"), ENOTDIR);
	CHECK_ERR(rename("d", "e"), ENOTEMPTY);
	CHECK_ERR(rename("e", "e/f/g"), EINVAL);
	CHECK_OK(rename("e", "d"));
	CHECK_ERR(access("e", F_OK), ENOENT);
	CHECK_OK(access("d/f", F_OK));
	CHECK_OK(rename("b", "b"));
	CHECK_OK(link("b", "b2"));
	CHECK_OK(rename("b", "b2")); /* the same file: nothing happens */
	CHECK_OK(access("b", F_OK));
	CHECK_OK(access("b2", F_OK));
	CHECK_OK(rename("d/f", "moved"));
	CHECK_EQ(stat_of("d").st_nlink, 2);
	CHECK_ERR(rename("d", "none/x"), ENOENT);
}

TEST(reading_a_folder)
{
	char name[32], seen[600] = { 0 };
	struct dirent *entry;
	int i, count = 0, dots = 0;
	DIR *dir;

	CHECK_OK(mkdir("d", 0755));
	for (i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "d/file-number-%d", i);
		make(name, "");
		if (i % 100 == 0)
			closedir(opendir("d"));
		close(3 + i % 2);
	}
	dir = opendir("d");
	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			dots++;
			CHECK_EQ(entry->d_type, DT_DIR);
			continue;
		}
		CHECK_EQ(sscanf(entry->d_name, "file-number-%d", &i), 1);
		CHECK(i >= 0 && i < 600 && seen[i] == 0);
		CHECK(entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN);
		seen[i] = 1;
		count++;
	}
	CHECK_EQ(count, 600);
	CHECK_EQ(dots, 2);
	rewinddir(dir);
	CHECK(readdir(dir) != NULL);
	closedir(dir);
}

/* Entries that go while the folder is read; the others come exactly once. */
TEST(removing_while_reading)
{
	char name[32];
	struct dirent *entry;
	int i, removed = 0;
	DIR *dir;

	CHECK_OK(mkdir("d", 0755));
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "d/%d", i);
		close(make(name, ""));
	}
	dir = opendir("d");
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "d/%.20s", entry->d_name);
		CHECK_OK(unlink(name));
		removed++;
	}
	closedir(dir);
	CHECK_EQ(removed, 300);
	CHECK_OK(rmdir("d"));
}

TEST(the_at_calls)
{
	int dir, fd;
	struct stat st;
	char buffer[20];

	CHECK_OK(mkdir("d", 0755));
	dir = open("d", O_RDONLY | O_DIRECTORY);
	CHECK_OK(mkdirat(dir, "sub", 0755));
	fd = openat(dir, "file", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK_OK(access("d/file", F_OK));
	CHECK_OK(fstatat(dir, "sub", &st, 0));
	CHECK(S_ISDIR(st.st_mode));
	CHECK_OK(renameat(dir, "file", dir, "renamed"));
	CHECK_OK(linkat(dir, "renamed", AT_FDCWD, "outside", 0));
	CHECK_OK(symlinkat("renamed", dir, "link"));
	CHECK_EQ(readlinkat(dir, "link", buffer, 20), 7);
	CHECK_OK(faccessat(dir, "link", R_OK, 0));
	CHECK_OK(fchmodat(dir, "renamed", 0640, 0));
	CHECK_EQ(stat_of("outside").st_mode, S_IFREG | 0640);
	CHECK_OK(fchownat(dir, "link", 3, 4, AT_SYMLINK_NOFOLLOW));
	CHECK_EQ(stat_of("d/link").st_uid, 3);
	CHECK_OK(unlinkat(dir, "sub", AT_REMOVEDIR));
	CHECK_OK(unlinkat(dir, "link", 0));
	CHECK_ERR(unlinkat(dir, "link", 0x9999), EINVAL);
	CHECK_ERR(openat(fd, "x", O_RDONLY), ENOTDIR);
	CHECK_ERR(openat(99, "x", O_RDONLY), EBADF);
	CHECK_OK(openat(99, "/dev/null", O_RDONLY));
	CHECK_OK(fstatat(fd, "", &st, AT_EMPTY_PATH));
	CHECK(S_ISREG(st.st_mode));
	CHECK_OK(fchdir(dir));
	CHECK_OK(access("renamed", F_OK));
	CHECK_ERR(fchdir(fd), ENOTDIR);
}

TEST(stat_fields)
{
	struct stat st;

	make("f", "0123456789");
	st = stat_of("f");
	printf("mode %o nlink %d size %lld uid %d gid %d\n", st.st_mode, (int)st.st_nlink,
	       (long long)st.st_size, st.st_uid, st.st_gid);
	CHECK(st.st_blksize >= 512);
	CHECK_OK(mkfifo("p", 0644));
	CHECK(S_ISFIFO(stat_of("p").st_mode));
	CHECK_OK(stat("/dev/null", &st));
	printf("null %d %d mode %o\n", major(st.st_rdev), minor(st.st_rdev), st.st_mode);
	CHECK_OK(stat("/dev/zero", &st));
	printf("zero %d %d\n", major(st.st_rdev), minor(st.st_rdev));
	CHECK_OK(stat("/dev/tty", &st));
	printf("tty %d %d\n", major(st.st_rdev), minor(st.st_rdev));
	CHECK_OK(stat("/", &st));
	CHECK(S_ISDIR(st.st_mode));
	CHECK_EQ(stat_of("/").st_ino, stat_of("/..").st_ino);
}

TEST(times)
{
	struct timespec set[2] = { { 1000, 5 }, { 2000000000, 999999999 } };
	struct timespec omit[2] = { { 0, UTIME_OMIT }, { 0, UTIME_NOW } };
	struct stat st;
	time_t now = time(NULL);

	make("f", "x");
	st = stat_of("f");
	CHECK(st.st_mtime >= now - 2 && st.st_mtime <= now + 2);
	CHECK_OK(utimensat(AT_FDCWD, "f", set, 0));
	st = stat_of("f");
	CHECK_EQ(st.st_atim.tv_sec, 1000);
	CHECK_EQ(st.st_atim.tv_nsec, 5);
	CHECK_EQ(st.st_mtim.tv_sec, 2000000000);
	CHECK_EQ(st.st_mtim.tv_nsec, 999999999);
	CHECK_OK(utimensat(AT_FDCWD, "f", omit, 0));
	st = stat_of("f");
	CHECK_EQ(st.st_atim.tv_sec, 1000);
	CHECK(st.st_mtime >= now - 2 && st.st_mtime < 1999999999);
	set[0].tv_nsec = 1000000000;
	CHECK_ERR(utimensat(AT_FDCWD, "f", set, 0), EINVAL);
	CHECK_ERR(utimensat(AT_FDCWD, "none", NULL, 0), ENOENT);
	CHECK_OK(symlink("f", "s"));
	set[0].tv_nsec = 0;
	CHECK_OK(utimensat(AT_FDCWD, "s", set, AT_SYMLINK_NOFOLLOW));
	CHECK_EQ(stat_of("s").st_mtim.tv_sec, 2000000000);
	CHECK(stat_of("f").st_mtime < 1999999999);
	/* a change of the contents changes the folder's and the file's times */
	CHECK_OK(utimensat(AT_FDCWD, ".", set, 0));
	make("g", "");
	CHECK(stat_of(".").st_mtime < 1999999999);
}

TEST(access_checks)
{
	make("f", "");
	CHECK_OK(access("f", R_OK | W_OK));
	CHECK_ERR(access("f", X_OK), EACCES); /* even for root */
	CHECK_OK(chmod("f", 0100));
	CHECK_OK(access("f", R_OK | W_OK | X_OK));
	CHECK_ERR(access("none", F_OK), ENOENT);
	CHECK_ERR(access("f", 99), EINVAL);
}

/* Someone without rights. */
TEST(permissions)
{
	pid_t pid;

	make("private", "x");
	CHECK_OK(chmod("private", 0600));
	make("public", "x");
	CHECK_OK(chmod("public", 0644));
	CHECK_OK(mkdir("closed", 0700));
	make("closed/f", "x");
	CHECK_OK(chmod(".", 0755));
	pid = fork();
	if (pid == 0) {
		CHECK_OK(setgid(1000));
		CHECK_OK(setuid(1000));
		CHECK_ERR(open("private", O_RDONLY), EACCES);
		CHECK_OK(open("public", O_RDONLY));
		CHECK_ERR(open("public", O_RDWR), EACCES);
		CHECK_ERR(open("closed/f", O_RDONLY), EACCES);
		CHECK_ERR(open("new", O_RDWR | O_CREAT, 0600), EACCES);
		CHECK_ERR(unlink("public"), EACCES);
		CHECK_ERR(chmod("public", 0777), EPERM);
		CHECK_ERR(chown("public", 1000, 1000), EPERM);
		CHECK_ERR(chdir("closed"), EACCES);
		CHECK_ERR(mkdir("d", 0755), EACCES);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}

TEST(long_names)
{
	char name[300], deep[6000] = "";
	int i;

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	make(name, "x");
	CHECK_OK(access(name, F_OK));
	name[255] = 'n';
	name[256] = '\0';
	CHECK_ERR(open(name, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
	CHECK_ERR(mkdir(name, 0755), ENAMETOOLONG);
	for (i = 0; i < 1300; i++)
		strcat(deep, "./x/");
	CHECK_ERR(access(deep, F_OK), ENAMETOOLONG);
	/* a path may be deeper than PATH_MAX, step by step */
	name[200] = '\0';
	for (i = 0; i < 25; i++) {
		CHECK_OK(mkdir(name, 0755));
		CHECK_OK(chdir(name));
	}
	CHECK_ERR(syscall(SYS_getcwd, deep, sizeof(deep)) < 0 ? -1 : 0, ENAMETOOLONG);
	for (i = 0; i < 25; i++) {
		CHECK_OK(chdir(".."));
		CHECK_OK(rmdir(name));
	}
}

TEST(slashes_and_dots)
{
	make("f", "x");
	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(access("./f", F_OK));
	CHECK_OK(access(".//./f", F_OK));
	CHECK_OK(access("d/../f", F_OK));
	CHECK_OK(access("d//", F_OK));
	CHECK_OK(access("d/.", F_OK));
	CHECK_ERR(access("f/", F_OK), ENOTDIR);
	CHECK_ERR(access("f/.", F_OK), ENOTDIR);
	CHECK_ERR(access("f/..", F_OK), ENOTDIR);
	CHECK_ERR(access("none/..", F_OK), ENOENT);
	CHECK_OK(access("/../../../..//dev/null", F_OK));
	CHECK_ERR(mkdir(".", 0755), EEXIST);
	CHECK_ERR(mkdir("/", 0755), EEXIST);
	CHECK_ERR(unlink("."), EISDIR);
	CHECK_ERR(unlink("f/"), ENOTDIR);
	CHECK_ERR(rename("d", "."), EBUSY);
}

TEST(devices)
{
	unsigned char buffer[64], other[64];
	int fd = open("/dev/zero", O_RDWR), i;

	memset(buffer, 1, sizeof(buffer));
	CHECK_EQ(read(fd, buffer, 64), 64);
	for (i = 0; i < 64; i++)
		CHECK_EQ(buffer[i], 0);
	CHECK_EQ(write(fd, buffer, 64), 64);
	fd = open("/dev/null", O_RDWR);
	CHECK_EQ(read(fd, buffer, 64), 0);
	CHECK_EQ(write(fd, buffer, 64), 64);
	fd = open("/dev/full", O_RDWR);
	CHECK_EQ(read(fd, buffer, 64), 64);
	CHECK_ERR(write(fd, buffer, 1), ENOSPC);
	fd = open("/dev/urandom", O_RDONLY);
	CHECK_EQ(read(fd, buffer, 64), 64);
	CHECK_EQ(read(fd, other, 64), 64);
	CHECK(memcmp(buffer, other, 64) != 0);
	CHECK_EQ(syscall(SYS_getrandom, buffer, 64, 0), 64);
	CHECK(memcmp(buffer, other, 64) != 0);
	CHECK_ERR(syscall(SYS_getrandom, buffer, 64, 0x100), EINVAL);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO); /* this session has no terminal */
	CHECK(isatty(0) == 0 && errno == ENOTTY);
}

/* mmap of /dev/zero is anonymous memory. */
TEST(mapping_dev_zero)
{
	int fd = open("/dev/zero", O_RDWR);
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	CHECK(p != MAP_FAILED);
	CHECK_EQ(p[100], 0);
	p[100] = 1;
}

TEST(statfs_of_root)
{
	struct statfs fs;

	CHECK_OK(statfs("/", &fs));
	CHECK(fs.f_bsize > 0);
	CHECK(fs.f_namelen >= 255);
	CHECK_ERR(statfs("/none", &fs), ENOENT);
}

/* sendfile and copy by big reads. */
TEST(large_files)
{
	size_t len = MIB(3) + 123;
	char *out = malloc(len), *in = malloc(len);
	int fd = open("big", O_RDWR | O_CREAT, 0600);

	fill(out, len, 7);
	write_all(fd, out, len);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(read_all(fd, in, len), len);
	CHECK(checksum(in, len) == checksum(out, len));
	CHECK_EQ(pread(fd, in, 5000, 4090), 5000);
	CHECK_EQ(memcmp(in, out + 4090, 5000), 0);
	CHECK_EQ(pwrite(fd, "0123456789", 10, 8190), 10);
	CHECK_EQ(pread(fd, in, 12, 8189), 12);
	CHECK_EQ(memcmp(in + 1, "0123456789", 10), 0);
	CHECK_EQ(in[0], out[8189]);
	CHECK_EQ(in[11], out[8200]);
}

/* flock and record locks, as far as programs of one machine need them. */
TEST(record_locks)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = make("f", "text");
	pid_t pid;

	CHECK_OK(fcntl(fd, F_SETLK, &lock));
	pid = fork();
	if (pid == 0) {
		struct flock query = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

		CHECK_ERR(fcntl(fd, F_SETLK, &query), EAGAIN);
		CHECK_OK(fcntl(fd, F_GETLK, &query));
		CHECK_EQ(query.l_pid, getppid());
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	lock.l_type = F_UNLCK;
	CHECK_OK(fcntl(fd, F_SETLK, &lock));
}

/* A folder tree made and removed again, ten times over. */
static void tree(int depth, int make_it)
{
	char name[8];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		if (make_it)
			CHECK_OK(mkdir(name, 0755));
		if (depth > 0) {
			CHECK_OK(chdir(name));
			tree(depth - 1, make_it);
			CHECK_OK(chdir(".."));
		}
		if (!make_it)
			CHECK_OK(rmdir(name));
	}
}

TEST(trees_of_folders)
{
	int i;

	for (i = 0; i < 10; i++) {
		tree(3, 1);
		tree(3, 0);
	}
}
