/* xattr.c: extended attributes on a tmpfs, as that of Linux has them. */
#include "harness.h"

#include <sys/mount.h>
#include <sys/xattr.h>

static void list(const char *path)
{
	char names[1000];
	ssize_t n = listxattr(path, names, sizeof(names));

	printf("list %s: %zd", path, n);
	int count = 0;
	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(names + i) + 1)
		count++;
	printf(" %d\n", count);
}

TEST(setting_and_getting)
{
	char value[100] = "";
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	SAY(setxattr("f", "trusted.one", "hello", 5, 0));
	SAY(getxattr("f", "trusted.one", value, sizeof(value)));
	printf("%s\n", value);
	SAY(getxattr("f", "trusted.one", NULL, 0));
	SAY(getxattr("f", "trusted.one", value, 3));
	SAY(getxattr("f", "trusted.two", value, 3));
	SAY(setxattr("f", "trusted.one", "HELLO!", 6, XATTR_CREATE));
	SAY(setxattr("f", "trusted.two", "x", 1, XATTR_REPLACE));
	SAY(setxattr("f", "trusted.one", "HELLO!", 6, XATTR_REPLACE));
	SAY(setxattr("f", "trusted.one", "HELLO!", 6, XATTR_REPLACE | XATTR_CREATE));
	SAY(setxattr("f", "trusted.one", "HELLO!", 6, 4));
	SAY(setxattr("f", "trusted.empty", "", 0, 0));
	SAY(getxattr("f", "trusted.empty", value, 10));
	SAY(setxattr("f", "trusted.", "x", 1, 0));
	SAY(setxattr("f", "trusted", "x", 1, 0));
	SAY(setxattr("f", "nothing.x", "x", 1, 0));
	SAY(setxattr("f", "system.x", "x", 1, 0));
	SAY(setxattr("f", "", "x", 1, 0));
	SAY(getxattr("f", "", value, 10));
	SAY(getxattr("f", "nothing.x", value, 10));
	SAY(setxattr("f", "user.u", "x", 1, 0));
	SAY(getxattr("f", "user.u", value, 10));
	SAY(setxattr("f", "security.s", "x", 1, 0));
	SAY(getxattr("f", "security.s", value, 10));
	SAY(getxattr("f", "security.capability", value, 10));
	list("f");
	SAY(listxattr("f", NULL, 0));
	SAY(listxattr("f", value, 5));
	SAY(fgetxattr(fd, "trusted.one", value, 10));
	SAY(fsetxattr(fd, "trusted.f", "1", 1, 0));
	SAY(flistxattr(fd, NULL, 0));
	SAY(fremovexattr(fd, "trusted.f"));
	SAY(fremovexattr(fd, "trusted.f"));
	SAY(removexattr("f", "trusted.one"));
	SAY(removexattr("f", "trusted.one"));
	SAY(removexattr("f", "nothing.one"));
	SAY(removexattr("f", "user.none"));
	SAY(getxattr("none", "trusted.x", value, 10));
	SAY(fgetxattr(99, "trusted.x", value, 10));
	SAY(fgetxattr(open("f", O_PATH), "trusted.x", value, 10));
	SAY(getxattr("f", NULL, value, 10));
	SAY(setxattr("f", "trusted.x", NULL, 10, 0));
	SAY(setxattr("f", "trusted.x", NULL, 0, 0));
	list("f");
	rename("f", "g");
	list("g");
}

TEST(sizes)
{
	static char big[70000], name[300] = "trusted.";
	int fd = open("f", O_RDWR | O_CREAT, 0644);

	memset(big, 'x', sizeof(big));
	SAY(fsetxattr(fd, "trusted.big", big, 65536, 0));
	SAY(fsetxattr(fd, "trusted.big", big, 65537, 0));
	SAY(fgetxattr(fd, "trusted.big", big, sizeof(big)));
	memset(name + 8, 'n', 247);
	SAY(fsetxattr(fd, name, "x", 1, 0));
	name[255] = 'n';
	SAY(fsetxattr(fd, name, "x", 1, 0));
	SAY(fgetxattr(fd, name, big, 10));
	SAY(fremovexattr(fd, name));
}

TEST(kinds_of_files)
{
	char value[10];

	mkdir("d", 0755);
	symlink("d", "s");
	mkfifo("p", 0644);
	SAY(setxattr("d", "user.x", "1", 1, 0));
	SAY(setxattr("d", "trusted.x", "1", 1, 0));
	SAY(setxattr("p", "user.x", "1", 1, 0));
	SAY(getxattr("p", "user.x", value, 10));
	SAY(setxattr("p", "trusted.x", "1", 1, 0));
	SAY(lsetxattr("s", "user.x", "1", 1, 0));
	SAY(lgetxattr("s", "user.x", value, 10));
	SAY(lsetxattr("s", "trusted.x", "1", 1, 0));
	SAY(llistxattr("s", NULL, 0));
	SAY(lremovexattr("s", "trusted.x"));
	SAY(listxattr("s", NULL, 0));
	SAY(getxattr("/proc/self/status", "user.x", value, 10));
	SAY(getxattr("/proc/self/status", "trusted.x", value, 10));
	SAY(listxattr("/proc/self/status", NULL, 0));
	SAY(setxattr("/proc/self/status", "user.x", "1", 1, 0));
	SAY(setxattr("/dev/null", "user.x", "1", 1, 0));
	int fds[2];
	pipe(fds);
	SAY(fgetxattr(fds[0], "user.x", value, 10));
	SAY(flistxattr(fds[0], NULL, 0));
	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", MS_RDONLY, NULL));
	SAY(setxattr("m", "trusted.x", "1", 1, 0));
	SAY(removexattr("m", "trusted.x"));
	CHECK_OK(umount("m"));
}

TEST(who_may)
{
	pid_t pid;
	char value[10];

	chmod(".", 0777);
	int fd = open("f", O_RDWR | O_CREAT, 0644);
	fsetxattr(fd, "trusted.t", "1", 1, 0);
	fsetxattr(fd, "user.u", "1", 1, 0);
	fsetxattr(fd, "security.s", "1", 1, 0);
	mkdir("sticky", 01777);
	chmod("sticky", 01777);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		CHECK_OK(setgid(1000));
		CHECK_OK(setuid(1000));
		SAY(getxattr("f", "trusted.t", value, 10));
		SAY(getxattr("f", "user.u", value, 10));
		SAY(getxattr("f", "security.s", value, 10));
		SAY(setxattr("f", "trusted.t", "1", 1, 0));
		SAY(setxattr("f", "user.u", "1", 1, 0));
		SAY(setxattr("f", "security.s", "1", 1, 0));
		SAY(removexattr("f", "trusted.t"));
		SAY(setxattr("sticky", "user.u", "1", 1, 0));
		list("f");
		close(open("mine", O_RDWR | O_CREAT, 0600));
		SAY(setxattr("mine", "user.u", "1", 1, 0));
		SAY(setxattr("mine", "security.u", "1", 1, 0));
		fflush(stdout);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}
