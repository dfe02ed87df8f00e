/* stats.c: what stat, statx, access and their relatives say and refuse. */
#include "harness.h"

#include <grp.h>
#include <linux/stat.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

static void touch(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	CHECK(fd >= 0);
	fchmod(fd, mode);
	close(fd);
}

static long x(int fd, const char *path, int flags, unsigned mask, struct statx *st)
{
	memset(st, 0x55, sizeof(*st));
	return syscall(SYS_statx, fd, path, flags, mask, st);
}

TEST(statx_rules)
{
	struct statx st;
	struct stat old;
	int fd;

	touch("f", 0640);
	symlink("f", "s");
	mkdir("d", 0755);
	SAY(x(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &st));
	stat("f", &old);
	printf("mask %#x mode %o nlink %u size %llu blksize %u attributes %#llx\n",
	       st.stx_mask & 0xfff, st.stx_mode, st.stx_nlink, (unsigned long long)st.stx_size,
	       st.stx_blksize, (unsigned long long)st.stx_attributes);
	SAY(st.stx_ino == old.st_ino && st.stx_dev_major == major(old.st_dev) &&
	    st.stx_dev_minor == minor(old.st_dev));
	SAY(st.stx_mtime.tv_sec == old.st_mtim.tv_sec &&
	    st.stx_mtime.tv_nsec == old.st_mtim.tv_nsec);
	SAY(x(AT_FDCWD, "f", 0, 0, &st));
	SAY(x(AT_FDCWD, "f", 0, STATX_BTIME, &st));
	SAY((st.stx_mask & STATX_BTIME) != 0);
	SAY(x(AT_FDCWD, "f", 0, 0x80000000, &st));
	SAY(x(AT_FDCWD, "f", 0x10000, STATX_BASIC_STATS, &st));
	SAY(x(AT_FDCWD, "f", 0x6000, STATX_BASIC_STATS, &st));
	SAY(x(AT_FDCWD, "f", 0x4000, STATX_BASIC_STATS, &st));
	SAY(x(AT_FDCWD, "s", 0, STATX_BASIC_STATS, &st));
	SAY(S_ISREG(st.stx_mode));
	SAY(x(AT_FDCWD, "s", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &st));
	SAY(S_ISLNK(st.stx_mode));
	SAY(x(AT_FDCWD, "none", 0, STATX_BASIC_STATS, &st));
	SAY(x(AT_FDCWD, "", 0, STATX_BASIC_STATS, &st));
	SAY(x(AT_FDCWD, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st));
	SAY(S_ISDIR(st.stx_mode));
	fd = open("f", O_RDONLY);
	SAY(x(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st));
	SAY(x(fd, NULL, AT_EMPTY_PATH, STATX_BASIC_STATS, &st));
	SAY(x(fd, NULL, 0, STATX_BASIC_STATS, &st));
	SAY(x(fd, "x", 0, STATX_BASIC_STATS, &st));
	SAY(x(99, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st));
	SAY(syscall(SYS_statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS, (void *)8));
	mknod("dev", S_IFCHR | 0600, makedev(12, 345));
	SAY(x(AT_FDCWD, "dev", 0, STATX_BASIC_STATS, &st));
	printf("%u %u\n", st.stx_rdev_major, st.stx_rdev_minor);
	SAY(fstatat(fd, "", &old, 0));
	SAY(fstatat(fd, "", &old, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
	SAY(syscall(SYS_newfstatat, fd, NULL, &old, AT_EMPTY_PATH));
	SAY(syscall(SYS_newfstatat, fd, "f", &old, 0x8000));
	SAY(syscall(SYS_newfstatat, AT_FDCWD, NULL, &old, 0));
}

TEST(directory_sizes_and_links)
{
	struct stat st;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	stat("m", &st);
	printf("empty %ld nlink %d blocks %ld blksize %ld ino %ld\n", (long)st.st_size,
	       (int)st.st_nlink, (long)st.st_blocks, (long)st.st_blksize, (long)st.st_ino);
	touch("m/a", 0600);
	mkdir("m/d", 0755);
	symlink("x", "m/s");
	stat("m", &st);
	printf("three %ld nlink %d blocks %ld\n", (long)st.st_size, (int)st.st_nlink,
	       (long)st.st_blocks);
	lstat("m/s", &st);
	printf("link %ld nlink %d blocks %ld mode %o\n", (long)st.st_size, (int)st.st_nlink,
	       (long)st.st_blocks, st.st_mode);
	int fd = open("m/a", O_RDWR);
	write(fd, "x", 1);
	pwrite(fd, "x", 1, 100000);
	fstat(fd, &st);
	printf("file %ld blocks %ld blksize %ld\n", (long)st.st_size, (long)st.st_blocks,
	       (long)st.st_blksize);
	close(fd);
	CHECK_OK(umount("m"));
}

static int access2(const char *path, int mode, int flags)
{
	return (int)syscall(SYS_faccessat2, AT_FDCWD, path, mode, flags);
}

TEST(access_rules)
{
	touch("none", 0);
	touch("read", 0444);
	touch("run", 0711);
	mkdir("closed", 0700);
	touch("closed/f", 0666);
	mkdir("open", 0755);
	symlink("nowhere", "dangling");
	symlink("none", "link");
	chmod(".", 0755);
	SAY(access2("none", R_OK | W_OK, 0));
	SAY(access2("none", X_OK, 0));
	SAY(access2("run", X_OK, 0));
	SAY(access2("closed", X_OK, 0));
	SAY(access2("dangling", F_OK, 0));
	SAY(access2("dangling", F_OK, AT_SYMLINK_NOFOLLOW));
	SAY(access2("link", R_OK, AT_SYMLINK_NOFOLLOW));
	SAY(access2("read", 8, 0));
	SAY(access2("read", R_OK, 0x1000));
	SAY(access2("read", R_OK, AT_EACCESS));
	SAY(access2("", R_OK, 0));
	SAY(access2("", R_OK, AT_EMPTY_PATH));
	SAY(access2("read/", R_OK, 0));
	SAY(access2("open/", R_OK, 0));
	SAY(syscall(SYS_faccessat, AT_FDCWD, "read", R_OK, 0x9999));
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setgid(1000)); CHECK_OK(setuid(1000));
			   SAY(access2("none", R_OK, 0)); SAY(access2("none", F_OK, 0));
			   SAY(access2("read", R_OK, 0)); SAY(access2("read", W_OK, 0));
			   SAY(access2("run", X_OK, 0)); SAY(access2("run", R_OK, 0));
			   SAY(access2("closed/f", F_OK, 0)); SAY(access2("open", W_OK, 0));
			   SAY(access2("open", R_OK | X_OK, 0)); fflush(stdout)),
		     0);
	/* a set-user-ID program asks for its caller, or with AT_EACCESS for itself */
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1000, 0, 0)); SAY(access2("none", R_OK, 0));
			   SAY(access2("none", R_OK, AT_EACCESS)); SAY(open("none", O_RDONLY) >= 0);
			   SAY(access2("closed/f", R_OK, 0));
			   SAY(access2("closed/f", R_OK, AT_EACCESS)); fflush(stdout)),
		     0);
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(0, 1000, 0)); SAY(access2("none", R_OK, 0));
			   SAY(access2("none", R_OK, AT_EACCESS)); fflush(stdout)),
		     0);
}

TEST(changing_modes_and_owners)
{
	struct stat st;
	int fd;

	touch("f", 0644);
	symlink("f", "s");
	mkdir("d", 0755);
	chmod(".", 0755);
	SAY(chmod("s", 0600));
	stat("f", &st);
	printf("%o\n", st.st_mode);
	SAY(chmod("none", 0600));
	SAY(chmod("f/x", 0600));
	SAY(chmod("f", 0177777));
	stat("f", &st);
	printf("%o\n", st.st_mode);
	SAY(lchown("s", 7, 8));
	lstat("s", &st);
	printf("%d %d\n", st.st_uid, st.st_gid);
	SAY(chown("s", 9, -1));
	stat("f", &st);
	printf("%d %d\n", st.st_uid, st.st_gid);
	SAY(fchownat(AT_FDCWD, "f", 1000, 1000, 0x8000));
	SAY(fchownat(AT_FDCWD, "", 1000, 1000, 0));
	fd = open("f", O_RDONLY);
	SAY(fchownat(fd, "", 1000, 1000, AT_EMPTY_PATH));
	SAY(fchmod(fd, 0600));
	SAY(syscall(SYS_fchmod, open("f", O_PATH), 0600));
	SAY(syscall(SYS_fchown, open("f", O_PATH), 1, 1));
	SAY(fchmod(99, 0600));
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setgroups(1, (gid_t[]){ 500 })); CHECK_OK(setgid(1000));
			   CHECK_OK(setuid(1000)); SAY(chown("f", 1000, 500));
			   SAY(chown("f", 1000, 501)); SAY(chown("f", 1001, 500));
			   SAY(chown("f", -1, 1000)); SAY(chown("f", 1000, -1));
			   SAY(chown("d", 1000, -1)); SAY(chown("d", -1, -1));
			   SAY(chmod("d", 0700)); SAY(chmod("f", 02644)); stat("f", &st);
			   printf("%o\n", st.st_mode); fflush(stdout)),
		     0);
}

TEST(umask_rules)
{
	struct stat st;

	SAY(umask(0777));
	SAY(umask(01777));
	SAY(umask(027));
	SAY(mkdir("d", 0777));
	stat("d", &st);
	printf("%o\n", st.st_mode);
	SAY(mkfifo("p", 0666));
	stat("p", &st);
	printf("%o\n", st.st_mode);
	SAY(symlink("x", "s"));
	lstat("s", &st);
	printf("%o\n", st.st_mode);
	SAY(mknod("n", 0666, 0));
	stat("n", &st);
	printf("%o\n", st.st_mode);
	SAY(mknod("m", S_IFDIR | 0666, 0));
	SAY(mknod("m", 0170000 | 0666, 0));
	SAY(mknod("m", S_IFLNK | 0666, 0));
	SAY(mknod("m", S_IFSOCK | 0666, 0));
	SAY(mknod("b", S_IFBLK | 0666, makedev(7, 300)));
	stat("b", &st);
	printf("%o %d %d\n", st.st_mode, major(st.st_rdev), minor(st.st_rdev));
	SAY(mknod("m", S_IFREG | 0666, 0));
	SAY(mknod("m/x", S_IFREG | 0666, 0));
	SAY(mknod("e/", S_IFREG | 0666, 0));
	SAY(mkdir("e/", 0755));
	SAY(mkdir("f/g", 0755));
	SAY(symlink("x", "g/"));
	SAY(symlink("x", "d/"));
	SAY(link("n", "h/"));
	SAY(mkfifo("i/", 0600));
}

TEST(long_paths)
{
	char path[5000] = "", link_text[5000];
	struct stat st;

	for (int i = 0; i < 2047; i++)
		strcat(path, "./");
	SAY(strlen(path));
	SAY(stat(path, &st));
	strcat(path, "f");
	SAY(strlen(path));
	SAY(stat(path, &st));
	touch("f", 0600);
	SAY(stat(path, &st));
	strcat(path, "f");
	SAY(stat(path, &st));
	memset(link_text, 'x', sizeof(link_text));
	link_text[4095] = '\0';
	SAY(symlink(link_text, "l1"));
	link_text[4095] = 'x';
	link_text[4096] = '\0';
	SAY(symlink(link_text, "l2"));
	SAY(readlink("l1", path, sizeof(path)));
	SAY(stat("l1", &st));
	/* links whose texts together are longer than a path may be */
	for (int i = 0; i < 2000; i++)
		memcpy(link_text + 2 * i, "./", 3);
	strcat(link_text, "d");
	mkdir("d", 0755);
	SAY(symlink(link_text, "l3"));
	memset(path, 0, sizeof(path));
	for (int i = 0; i < 500; i++)
		strcat(path, "./");
	char whole[5000];
	snprintf(whole, sizeof(whole), "l3/%sx", path);
	SAY(stat(whole, &st));
	touch("d/x", 0600);
	SAY(stat(whole, &st));
}

TEST(current_directory)
{
	char path[PATH_MAX];

	SAY(syscall(SYS_getcwd, path, 3));
	SAY(syscall(SYS_getcwd, (void *)8, 100));
	SAY(syscall(SYS_getcwd, path, 0));
	mkdir("a", 0755);
	mkdir("a/b", 0755);
	touch("f", 0600);
	SAY(chdir("a/b"));
	SAY(rename("../../a", "../../c"));
	SAY(syscall(SYS_getcwd, path, sizeof(path)) > 0);
	printf("%s\n", strrchr(path, 'c'));
	SAY(chdir("../.."));
	SAY(chdir("f"));
	SAY(chdir("none"));
	SAY(chdir(""));
	SAY(fchdir(99));
	SAY(fchdir(open("f", O_RDONLY)));
	mkdir("closed", 0600);
	chmod(".", 0755);
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setuid(1000)); SAY(chdir("closed"));
			   SAY(fchdir(open("closed", O_PATH))); fflush(stdout)),
		     0);
	/* the directory is removed, and its name used again */
	mkdir("x", 0755);
	SAY(chdir("x"));
	SAY(rmdir("../x"));
	SAY(mkdir("../x", 0755));
	SAY(open(".", O_RDONLY) >= 0);
	SAY(open("..", O_RDONLY) >= 0);
	SAY(access("../f", F_OK));
	SAY(mkdir("y", 0755));
	SAY(syscall(SYS_getcwd, path, sizeof(path)));
	SAY(readlink("/proc/self/cwd", path, sizeof(path)) > 0);
}

TEST(vectors)
{
	char a[4], b[4];
	struct iovec v[3] = { { a, 3 }, { NULL, 0 }, { b, 3 } };
	struct iovec big[2] = { { a, SIZE_MAX / 2 }, { b, SIZE_MAX / 2 } };
	struct iovec bad[2] = { { a, 2 }, { (void *)8, 3 } };
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	memcpy(a, "abc", 3);
	memcpy(b, "def", 3);
	SAY(writev(fd, v, 3));
	SAY(preadv(fd, v, 3, 0));
	SAY(preadv(fd, v, 3, 4));
	SAY(preadv(fd, v, 3, -1));
	SAY(pwritev(fd, v, 3, 100));
	SAY(writev(fd, big, 2));
	SAY(writev(fd, v, -1));
	SAY(writev(fd, v, 1025));
	SAY(writev(fd, v, 0));
	SAY(readv(fd, NULL, 1));
	lseek(fd, 0, SEEK_SET);
	SAY(readv(fd, bad, 2));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(writev(fd, bad, 2));
	SAY(lseek(fd, 0, SEEK_CUR));
	SAY(pread(fd, a, 1, -1));
	SAY(pwrite(fd, a, 1, -1));
	SAY(read(fd, NULL, 0));
	SAY(write(fd, NULL, 0));
	SAY(read(fd, (void *)8, 1));
	SAY(write(fd, (void *)8, 1));
	SAY(pread(fd, a, 1, 1000));
	int p[2];
	pipe(p);
	SAY(pread(p[0], a, 1, 0));
	SAY(pwrite(p[1], a, 1, 0));
	SAY(writev(p[1], v, 3));
	SAY(readv(p[0], v, 3));
	/* Of no bytes at all the file hears nothing, not even that flags are unknown. */
	int ro = open("f", O_RDONLY), sock[2];
	SAY(syscall(SYS_preadv2, fd, v, 0L, 0L, 0L, 0x1000));
	SAY(readv(p[0], v, 0));
	SAY(writev(p[0], v, 0));
	SAY(writev(ro, v, 0));
	SAY(readv(ro, &v[1], 1));
	SAY(preadv(fd, v, 0, -1));
	SAY(preadv(p[0], v, 0, 0));
	SAY(readv(open("f", O_PATH), v, 0));
	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, sock));
	SAY(writev(sock[0], v, 0));
	SAY(recv(sock[1], a, 1, MSG_DONTWAIT));
	SAY(write(sock[0], "", 0));
	SAY(recv(sock[1], a, 1, MSG_DONTWAIT));
	struct stat st;
	CHECK_OK(futimens(fd, (struct timespec[]){ { 5, 0 }, { 5, 0 } }));
	SAY(readv(fd, v, 0));
	CHECK_OK(fstat(fd, &st));
	SAY(st.st_atime);
}
