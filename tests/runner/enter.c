/* enter.c: run a program on this Linux with a folder as its root, as the guest would have it:
 * pid 1 of a pid namespace, with its own /proc, /dev and /tmp, and nothing else to be seen.
 *
 *	enter ROOT PROGRAM ARGUMENT ...
 *
 * Without privilege a user namespace is tried.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *root;

static const char *in_root(const char *path)
{
	static char text[4][4096];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof(text[turn]), "%s%s", root, path);
	return text[turn];
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(125, "%s", path);
	close(fd);
}

static void namespaces(void)
{
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (uid == 0) {
		if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS) < 0)
			err(125, "cannot make namespaces");
		if (setgroups(0, NULL) < 0)
			err(125, "setgroups");
		return;
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS) < 0)
		err(125, "cannot make namespaces without root");
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %d 1", (int)uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %d 1", (int)gid);
	put("/proc/self/gid_map", map);
}

/* Names made here lead to no device of this machine: the guest has none of its disks either. */
static void devices(void)
{
	static const char *const names[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const char *const links[][2] = { { "fd", "/proc/self/fd" },
						{ "stdin", "/proc/self/fd/0" },
						{ "stdout", "/proc/self/fd/1" },
						{ "stderr", "/proc/self/fd/2" },
						{ "ptmx", "pts/ptmx" } };
	char from[64], to[64];
	size_t i;
	int fd;

	if (mount("dev", in_root("/dev"), "tmpfs", MS_NODEV, "mode=755") < 0)
		err(125, "mount %s", in_root("/dev"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(from, sizeof(from), "/dev/%s", names[i]);
		fd = open(in_root(from), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd >= 0)
			close(fd);
		if (mount(from, in_root(from), NULL, MS_BIND, NULL) < 0)
			err(125, "bind %s", from);
	}
	if (mkdir(in_root("/dev/pts"), 0755) < 0 ||
	    mount("devpts", in_root("/dev/pts"), "devpts", MS_NOSUID | MS_NOEXEC,
		  getuid() == 0 ? "gid=5,mode=620,ptmxmode=666" : "mode=620,ptmxmode=666") < 0)
		err(125, "mount %s", in_root("/dev/pts"));
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		snprintf(to, sizeof(to), "/dev/%s", links[i][0]);
		if (symlink(links[i][1], in_root(to)) < 0)
			err(125, "symlink %s", to);
	}
}

static void inside(char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(125, "private mounts");
	if (mount("proc", in_root("/proc"), "proc", 0, NULL) < 0)
		err(125, "mount %s", in_root("/proc"));
	if (mount("tmp", in_root("/tmp"), "tmpfs", 0, "mode=1777") < 0)
		err(125, "mount %s", in_root("/tmp"));
	devices();
	if (sethostname("flatshare", 9) < 0)
		err(125, "sethostname");
	if (chroot(root) < 0 || chdir("/") < 0)
		err(125, "chroot %s", root);
	execv(argv[0], argv);
	err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 3)
		errx(125, "usage: enter ROOT PROGRAM ARGUMENT ...");
	root = realpath(argv[1], NULL);
	if (root == NULL)
		err(125, "%s", argv[1]);
	namespaces();
	pid = fork();
	if (pid < 0)
		err(125, "fork");
	if (pid == 0)
		inside(argv + 2);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(125, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
