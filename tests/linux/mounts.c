/* mounts.c: mount(2), umount2(2), pivot_root(2): tmpfs and its limits, bind, move, remount. */
#include "harness.h"

#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <utime.h>

#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif

/* The process moves into a mount namespace of its own, on Linux; here the mounts of a test are taken
 * away by the runner, so each test takes its own away again. */
static void touch(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);

	CHECK(fd >= 0);
	close(fd);
}

static void info(const char *where)
{
	struct statfs fs;

	CHECK_OK(statfs(where, &fs));
	printf("%s: type %#lx bsize %ld blocks %ld free %ld files %ld ffree %ld namelen %ld frsize %ld flags %#lx\n",
	       where, (long)fs.f_type, (long)fs.f_bsize, (long)fs.f_blocks, (long)fs.f_bfree,
	       (long)fs.f_files, (long)fs.f_ffree, (long)fs.f_namelen, (long)fs.f_frsize,
	       (long)fs.f_flags);
}

/* The options that /proc/mounts shows of the last mount on this place. */
static void options(const char *where)
{
	char line[1000], path[PATH_MAX], at[300], type[50], text[300], found[400] = "none";
	FILE *f = fopen("/proc/self/mounts", "r");

	CHECK(f != NULL && realpath(where, path) != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*s %299s %49s %299s", at, type, text) == 3 &&
		    strcmp(at, path) == 0)
			snprintf(found, sizeof(found), "%s %s", type, text);
	fclose(f);
	printf("%s: %s\n", where, found);
}

TEST(errors)
{
	mkdir("m", 0755);
	touch("f");
	SAY(mount("t", "none", "tmpfs", 0, NULL));
	SAY(mount("t", "f", "tmpfs", 0, NULL));
	SAY(mount("t", "m", "nonesuch", 0, NULL));
	SAY(mount("t", "m", NULL, 0, NULL));
	SAY(mount("t", NULL, "tmpfs", 0, NULL));
	SAY(mount("t", (void *)1, "tmpfs", 0, NULL));
	SAY(mount((void *)1, "m", "tmpfs", 0, NULL));
	SAY(mount("t", "m", (void *)1, 0, NULL));
	SAY(mount("t", "", "tmpfs", 0, NULL));
	SAY(mount("t", "m", "", 0, NULL));
	SAY(mount("none", "m", NULL, MS_BIND, NULL));
	SAY(mount(NULL, "m", NULL, MS_BIND, NULL));
	SAY(mount("", "m", NULL, MS_BIND, NULL));
	SAY(mount("f", "m", NULL, MS_BIND, NULL));
	SAY(mount("m", "f", NULL, MS_BIND, NULL));
	SAY(mount("m", "m", NULL, MS_MOVE, NULL));
	SAY(mount("none", "m", NULL, MS_MOVE, NULL));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE, NULL));
	SAY(umount("m"));
	SAY(umount("none"));
	SAY(umount("f"));
	SAY(umount2("m", 0x100));
	SAY(umount2("m", MNT_FORCE));
	SAY(umount2("m", MNT_EXPIRE));
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setuid(1000)); SAY(mount("t", "m", "tmpfs", 0, NULL));
			   SAY(umount("m")); SAY(umount("/")); SAY(umount2("/", 0x100));
			   SAY(mount(NULL, "m", NULL, MS_REMOUNT, NULL)); fflush(stdout)),
		     0);
}

TEST(options_of_tmpfs)
{
	static const char *const all[] = {
		"size=64k",
		"size=1m,nr_inodes=10",
		"mode=700",
		"mode=1755,uid=5,gid=6",
		"nr_blocks=3",
		"size=4097",
		"size=0",
		"nr_inodes=0",
		"size=",
		"size=x",
		"size=10q",
		"nonsense",
		"mode=9",
		"mode=10000",
		"uid=x",
		"nr_inodes=5k",
		"size=100,size=8192",
		"",
		",",
		"size=4k,,mode=711",
		"noswap",
		"inode64",
		"inode32",
		"size",
		"uid=-1",
		"mode=",
		"ro",
		"size=64k nr_inodes=3",
	};
	struct stat st;
	struct statfs fs;

	mkdir("m", 0755);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (mount("t", "m", "tmpfs", 0, all[i]) < 0) {
			printf("'%s': %s\n", all[i], errno_name(errno));
			continue;
		}
		stat("m", &st);
		statfs("m", &fs);
		int fixed =
			fs.f_blocks < 1000; /* what depends on the machine's memory is not shown */
		printf("'%s': mode %o uid %d gid %d", all[i], st.st_mode & 07777, st.st_uid,
		       st.st_gid);
		if (fixed)
			printf(" blocks %ld free %ld", (long)fs.f_blocks, (long)fs.f_bfree);
		if (fs.f_files < 10000)
			printf(" files %ld free %ld", (long)fs.f_files, (long)fs.f_ffree);
		printf("\n");
		CHECK_OK(umount("m"));
	}
}

TEST(full)
{
	static char block[65536];
	char name[32];
	int fd, n = 0;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, "size=64k,nr_inodes=10"));
	info("m");
	fd = open("m/a", O_RDWR | O_CREAT, 0600);
	SAY(write(fd, block, 40000));
	info("m");
	SAY(write(fd, block, 40000));
	SAY(write(fd, block, 1));
	SAY(lseek(fd, 0, SEEK_END));
	SAY(pwrite(fd, block, 1, 1 << 20));
	SAY(ftruncate(fd, 1 << 20));
	SAY(fallocate(fd, 0, 0, 1 << 20));
	SAY(truncate("m/a", 8192));
	SAY(fallocate(fd, 0, 0, 65536));
	SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 65536 + 4096));
	struct stat st;
	fstat(fd, &st);
	printf("size %ld blocks %ld\n", (long)st.st_size, (long)st.st_blocks);
	info("m");
	SAY(symlink("short", "m/s"));
	SAY(mkdir("m/d", 0755));
	info("m");
	for (; n < 20; n++) {
		snprintf(name, sizeof(name), "m/f%d", n);
		if (mknod(name, S_IFREG | 0600, 0) < 0)
			break;
	}
	SAY(n);
	SAY(open("m/another", O_RDWR | O_CREAT, 0600));
	SAY(mkdir("m/another", 0700));
	SAY(symlink("x", "m/another"));
	SAY(open("m", O_TMPFILE | O_RDWR, 0600));
	SAY(link("m/a", "m/hard"));
	info("m");
	SAY(unlink("m/f0"));
	SAY(symlink("x", "m/another"));
	SAY(unlink("m/a"));
	info("m");
	close(fd);
	info("m");
	CHECK_OK(umount("m"));
}

/* A mapping that finds no room gets SIGBUS; a hole that is only read takes no room. */
TEST(full_mappings)
{
	static char block[65536];
	volatile char *p;
	int fd;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, "size=64k"));
	fd = open("m/a", O_RDWR | O_CREAT, 0600);
	SAY(write(fd, block, 61440));
	fd = open("m/b", O_RDWR | O_CREAT, 0600);
	SAY(ftruncate(fd, 65536));
	p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[0] = 1;
	fflush(stdout);
	CHECK_SIGNALED(CHILD(p[4096] = 1), SIGBUS);
	munmap((void *)p, 65536);
	close(fd);
	close(fd - 1);
	CHECK_OK(umount("m"));
}

TEST(remount)
{
	static char block[65536];
	int fd;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, "size=64k,nr_inodes=10,mode=755"));
	fd = open("m/a", O_RDWR | O_CREAT, 0600);
	SAY(write(fd, block, 40000));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT, "size=32k"));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT, "nr_inodes=1"));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT, "size=128k,nr_inodes=20"));
	info("m");
	SAY(write(fd, block, 40000));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT, "nonsense"));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	close(fd);
	SAY(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	SAY(open("m/b", O_RDWR | O_CREAT, 0600));
	SAY(open("m/a", O_RDWR));
	SAY(unlink("m/a"));
	SAY(rename("m/a", "m/b"));
	SAY(link("m/a", "m/b"));
	SAY(symlink("m/a", "m/b"));
	SAY(mkdir("m/b", 0755));
	SAY(mkdir("m/a", 0755));
	SAY(rmdir("m/none"));
	SAY(chmod("m/a", 0644));
	SAY(chown("m/a", 1, 1));
	SAY(truncate("m/a", 0));
	SAY(utime("m/a", NULL));
	SAY(access("m/a", W_OK));
	SAY(access("m/a", R_OK));
	SAY(access("m/none", W_OK));
	SAY(mknod("m/b", S_IFREG, 0));
	SAY(open("m/a", O_RDONLY | O_TRUNC));
	info("m");
	options("m");
	SAY(mount(NULL, "m", NULL, MS_REMOUNT | MS_NOEXEC | MS_NOSUID | MS_NODEV | MS_NOATIME,
		  NULL));
	options("m");
	info("m");
	SAY(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	options("m");
	info("m");
	SAY(open("m/b", O_RDWR | O_CREAT, 0600));
	SAY(mount(NULL, "m", NULL, MS_REMOUNT | MS_NODIRATIME | MS_STRICTATIME, NULL));
	options("m");
	CHECK_OK(umount("m"));
}

TEST(read_only_bind)
{
	int fd;

	mkdir("m", 0755);
	mkdir("b", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	CHECK_OK(mount("m", "b", NULL, MS_BIND, NULL));
	SAY(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	SAY(open("b/x", O_RDWR | O_CREAT, 0600));
	SAY((fd = open("m/x", O_RDWR | O_CREAT, 0600)) >= 0);
	SAY(open("b/x", O_RDONLY) >= 0);
	SAY(rename("m/x", "b/y"));
	SAY(link("m/x", "b/y"));
	SAY(umount("m"));
	SAY(umount("b"));
	for (fd = 3; fd < 10; fd++)
		close(fd);
	SAY(umount("m"));
	SAY(umount("b"));
	SAY(umount("m"));
}

TEST(stacked)
{
	mkdir("m", 0755);
	touch("m/under");
	CHECK_OK(mount("one", "m", "tmpfs", 0, NULL));
	touch("m/one");
	CHECK_OK(mount("two", "m", "tmpfs", 0, NULL));
	touch("m/two");
	SAY(access("m/two", F_OK));
	SAY(access("m/one", F_OK));
	SAY(rmdir("m"));
	SAY(unlink("m"));
	SAY(rename("m", "n"));
	mkdir("d", 0755);
	SAY(rename("d", "m"));
	SAY(rename("d", "m/x"));
	SAY(rename("m/two", "three"));
	SAY(link("m/two", "three"));
	SAY(umount("m"));
	SAY(access("m/one", F_OK));
	SAY(umount("m"));
	SAY(access("m/under", F_OK));
	SAY(umount("m"));
}

TEST(recursive_binds)
{
	mkdir("a", 0755);
	mkdir("b", 0755);
	mkdir("c", 0755);
	CHECK_OK(mount("top", "a", "tmpfs", 0, NULL));
	mkdir("a/sub", 0755);
	mkdir("a/dir", 0755);
	touch("a/file");
	CHECK_OK(mount("below", "a/sub", "tmpfs", 0, NULL));
	touch("a/sub/inner");
	CHECK_OK(mount("a", "b", NULL, MS_BIND, NULL));
	CHECK_OK(mount("a", "c", NULL, MS_BIND | MS_REC, NULL));
	SAY(access("b/sub/inner", F_OK));
	SAY(access("c/sub/inner", F_OK));
	SAY(umount("c"));
	SAY(umount2("c", MNT_DETACH));
	SAY(access("c/sub", F_OK));
	SAY(umount("a"));
	/* part of a mount, a file on a file, and the mount on top of it */
	CHECK_OK(mount("a/sub", "c", NULL, MS_BIND, NULL));
	SAY(access("c/inner", F_OK));
	touch("f");
	SAY(mount("a/file", "f", NULL, MS_BIND, NULL));
	SAY(unlink("f"));
	SAY(umount("f"));
	SAY(mount("a/dir", "a/dir", NULL, MS_BIND, NULL));
	SAY(rmdir("a/dir"));
	SAY(rmdir("b/dir"));
	SAY(access("a/dir", F_OK));
	SAY(umount("c"));
	SAY(umount("b"));
	SAY(umount2("a", MNT_DETACH));
	SAY(access("a/file", F_OK));
}

TEST(detached_lives_on)
{
	char text[10];
	int fd, dir;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	write_file("m/f", "hello");
	fd = open("m/f", O_RDONLY);
	dir = open("m", O_RDONLY);
	SAY(umount("m"));
	SAY(umount2("m", MNT_DETACH));
	SAY(umount2("m", MNT_DETACH));
	SAY(read(fd, text, 10));
	SAY(faccessat(dir, "f", R_OK, 0));
	SAY(openat(dir, "new", O_RDWR | O_CREAT, 0600) >= 0);
	SAY(openat(dir, "..", O_RDONLY) >= 0);
	SAY(fchdir(dir));
	SAY(syscall(SYS_getcwd, text, 10));
	char path[100] = "";
	SAY(syscall(SYS_getcwd, path, sizeof(path)));
	printf("%s\n", path);
	SAY(mount("t", ".", "tmpfs", 0, NULL));
	SAY(chdir("/tmp/scratch"));
}

TEST(expiring)
{
	int fd;

	mkdir("m", 0755);
	symlink("m", "s");
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	touch("m/f");
	SAY(umount2("m", MNT_EXPIRE | MNT_DETACH));
	SAY(umount2("m", MNT_EXPIRE | MNT_FORCE));
	fd = open("m/f", O_RDONLY);
	SAY(umount2("m", MNT_EXPIRE));
	close(fd);
	SAY(umount2("m", MNT_EXPIRE));
	SAY(access("m/f", F_OK));
	SAY(umount2("m", MNT_EXPIRE));
	SAY(umount2("m", MNT_EXPIRE));
	SAY(umount2("m", MNT_EXPIRE));
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	SAY(umount2("s", UMOUNT_NOFOLLOW));
	SAY(umount2("m", UMOUNT_NOFOLLOW));
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	SAY(umount2("s", 0));
}

TEST(moving)
{
	mkdir("a", 0755);
	mkdir("b", 0755);
	CHECK_OK(mount("t", "a", "tmpfs", 0, NULL));
	/* a parent that shares its mounts would forbid it */
	mkdir("a/in", 0755);
	touch("a/f");
	CHECK_OK(mount("u", "a/in", "tmpfs", 0, NULL));
	touch("a/in/g");
	SAY(mount("a", "b", NULL, MS_MOVE, NULL));
	SAY(access("b/in/g", F_OK));
	SAY(access("a/f", F_OK));
	SAY(mount("b", "b/in", NULL, MS_MOVE, NULL));
	SAY(mount("b/f", "a", NULL, MS_MOVE, NULL));
	SAY(umount("b/in"));
	SAY(umount("b"));
}

TEST(special_flags)
{
	char c;
	int fd;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", MS_NODEV | MS_NOEXEC | MS_NOSUID, NULL));
	CHECK_OK(mknod("m/null", S_IFCHR | 0666, 0x103));
	SAY(open("m/null", O_RDWR));
	write_file("m/script", "#!/bin/sh\nexit 3\n");
	chmod("m/script", 0755);
	char *argv[] = { "script", NULL };
	SAY(execv("m/script", argv));
	SAY(access("m/script", X_OK));
	fd = open("m/script", O_RDONLY);
	SAY(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	SAY(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	munmap(p, 4096);
	SAY(read(fd, &c, 1));
	close(fd);
	CHECK_OK(umount("m"));
}

TEST(private_and_shared)
{
	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE | MS_REC, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE | MS_SHARED, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE | MS_RDONLY, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE | MS_SILENT, NULL));
	mkdir("m/d", 0755);
	SAY(mount(NULL, "m/d", NULL, MS_PRIVATE, NULL));
	SAY(mount(NULL, "m", NULL, MS_UNBINDABLE, NULL));
	mkdir("b", 0755);
	SAY(mount("m", "b", NULL, MS_BIND, NULL));
	SAY(mount(NULL, "m", NULL, MS_PRIVATE, NULL));
	SAY(mount("m", "b", NULL, MS_BIND, NULL));
	SAY(umount("b"));
	CHECK_OK(umount("m"));
}

TEST(changing_root)
{
	char path[100];

	mkdir("new", 0755);
	mkdir("new/d", 0755);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		SAY(chroot("none"));
		SAY(chroot("/proc/self/status"));
		int out = open(".", O_RDONLY);
		SAY(chroot("new"));
		SAY(chdir("/"));
		SAY(access("/d", F_OK));
		SAY(access("/../../d", F_OK));
		SAY(access("/tmp", F_OK));
		SAY(fchdir(out));
		SAY(syscall(SYS_getcwd, path, sizeof(path)) > 0);
		printf("%.13s\n", path);
		SAY(access("new/d", F_OK));
		SAY(chroot("."));
		SAY(access("/new/d", F_OK));
		CHECK_OK(setuid(1000));
		SAY(chroot("new"));
		fflush(stdout);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}

/* In a root of its own: what the runner's is differs. */
TEST(pivoting)
{
	mkdir("r", 0755);
	CHECK_OK(mount("r", "r", "tmpfs", 0, NULL));
	mkdir("r/new", 0755);
	mkdir("r/outside", 0755);
	touch("r/in-r");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		CHECK_OK(chroot("r"));
		CHECK_OK(chdir("/"));
		mkdir("new/old", 0755);
		SAY(syscall(SYS_pivot_root, "new", "new/old"));
		SAY(syscall(SYS_pivot_root, "none", "new/old"));
		SAY(syscall(SYS_pivot_root, "new", "none"));
		SAY(syscall(SYS_pivot_root, "in-r", "new"));
		CHECK_OK(mount("t", "new", "tmpfs", 0, NULL));
		mkdir("new/old", 0755);
		touch("new/in-new");
		SAY(syscall(SYS_pivot_root, "new", "outside"));
		SAY(syscall(SYS_pivot_root, "/", "/"));
		SAY(syscall(SYS_pivot_root, "new/old", "new/old"));
		SAY(syscall(SYS_pivot_root, (void *)1, "new/old"));
		fflush(stdout);
		CHECK_EXITED(CHILD(CHECK_OK(setuid(1000));
				   SAY(syscall(SYS_pivot_root, "new", "new/old")); fflush(stdout)),
			     0);
		SAY(syscall(SYS_pivot_root, "new", "new/old"));
		SAY(access("/in-new", F_OK));
		SAY(access("/old/in-r", F_OK));
		SAY(access("in-new", F_OK));
		SAY(chdir("/old"));
		SAY(umount("/old"));
		SAY(chdir("/"));
		SAY(umount("/old"));
		SAY(access("/old/in-r", F_OK));
		SAY(access("/in-new", F_OK));
		fflush(stdout);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	SAY(access("r/in-new", F_OK));
	SAY(umount("r"));
	SAY(umount("r"));
}

/* umount(2) takes what lies on top, also of the folder the process is in. */
TEST(unmounting_by_a_covered_place)
{
	mkdir("m", 0755);
	CHECK_OK(chdir("m"));
	SAY(umount("."));
	CHECK_OK(mount("one", ".", "tmpfs", 0, NULL));
	touch("below");
	SAY(access("../m/below", F_OK));
	SAY(umount("."));
	SAY(umount("."));
	SAY(access("../m/below", F_OK));
}
