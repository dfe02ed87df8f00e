/* errno.c: a table of calls with wrong arguments, and what each says; Linux is right. */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>

#define SYS_fchmodat2_ 452

#define SHOW(...)                                                                                  \
	do {                                                                                       \
		long result_;                                                                      \
		errno = 0;                                                                         \
		result_ = (long)(__VA_ARGS__);                                                     \
		printf("%s: %s\n", #__VA_ARGS__,                                                   \
		       result_ == -1  ? errno_name(errno)                                          \
		       : result_ == 0 ? "0"                                                        \
				      : "positive");                                               \
	} while (0)

static char buffer[4096];
static int file, dir, in, out, null;

static void set_up(void)
{
	int fds[2];

	write_file("f", "some text\n");
	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(symlink("f", "s"));
	CHECK_OK(pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	in = fds[0];
	out = fds[1];
	file = open("f", O_RDWR | O_CLOEXEC);
	dir = open("d", O_RDONLY | O_CLOEXEC);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
}

TEST(reading_and_writing)
{
	set_up();
	SHOW(read(-1, buffer, 1));
	SHOW(read(1000, buffer, 1));
	SHOW(read(dir, buffer, 1));
	SHOW(read(out, buffer, 1));
	SHOW(read(in, buffer, 1));
	SHOW(read(file, buffer, 0));
	SHOW(read(-1, buffer, 0));
	SHOW(write(-1, buffer, 0));
	SHOW(write(in, buffer, 1));
	SHOW(write(dir, buffer, 1));
	SHOW(pread(file, buffer, 1, -5));
	SHOW(pwrite(dir, buffer, 1, 0));
	SHOW(pwrite(out, buffer, 1, 0));
	SHOW(lseek(in, 0, SEEK_CUR));
	SHOW(lseek(null, 5, SEEK_SET));
	SHOW(lseek(file, 1, 77));
	SHOW(lseek(dir, 0, SEEK_SET));
	SHOW(ftruncate(-1, 0));
	SHOW(ftruncate(dir, 0));
	SHOW(ftruncate(null, 0));
	SHOW(ftruncate(file, -1));
	SHOW(fsync(file));
	SHOW(fsync(in));
	SHOW(fsync(-1));
	SHOW(fdatasync(file));
	SHOW(syscall(SYS_getdents64, file, buffer, 1000));
	SHOW(syscall(SYS_getdents64, dir, buffer, 5));
	SHOW(syscall(SYS_getdents64, dir, buffer, 1000));
	SHOW(syscall(SYS_getdents64, -1, buffer, 1000));
	SHOW(flock(file, LOCK_EX));
	SHOW(flock(-1, LOCK_EX));
}

TEST(paths)
{
	set_up();
	SHOW(open("f", O_RDONLY | O_DIRECTORY));
	SHOW(open("f", 3));
	SHOW(open("d", O_CREAT | O_RDWR, 0600));
	SHOW(open("s", O_RDONLY | O_NOFOLLOW));
	SHOW(open("s", 010000000 | O_NOFOLLOW)); /* O_PATH */
	SHOW(open("/proc/self/fd/1000", O_RDONLY));
	SHOW(openat(file, "x", O_RDONLY));
	SHOW(openat(-1, "x", O_RDONLY));
	SHOW(openat(-1, "/", O_RDONLY));
	SHOW(chdir("f"));
	SHOW(chdir("nope"));
	SHOW(fchdir(file));
	SHOW(fchdir(-1));
	SHOW(chroot("nope"));
	SHOW(mkdir("f", 0700));
	SHOW(mkdir("f/x", 0700));
	SHOW(mkdir("", 0700));
	SHOW(rmdir("f"));
	SHOW(rmdir("."));
	SHOW(rmdir(""));
	SHOW(unlink("d"));
	SHOW(unlink(""));
	SHOW(unlink("d/"));
	SHOW(unlink("/"));
	SHOW(link("d", "x"));
	SHOW(link("f", "f"));
	SHOW(link("f", "nope/x"));
	SHOW(link("", "x"));
	SHOW(symlink("x", ""));
	SHOW(symlink("x", "nope/x"));
	SHOW(rename("", "x"));
	SHOW(rename("f", ""));
	SHOW(rename("f", "d"));
	SHOW(rename("d", "f"));
	SHOW(rename("d", "d/x"));
	SHOW(rename("f", "f/x"));
	SHOW(rename("nope", "nope2"));
	SHOW(readlink("f", buffer, 10));
	SHOW(readlink("s", buffer, 0));
	SHOW(syscall(SYS_readlink, "s", buffer, -1));
	SHOW(syscall(SYS_readlink, "s", buffer, 0));
	SHOW(chmod("nope", 0600));
	SHOW(chown("nope", 1, 1));
	SHOW(fchmod(-1, 0600));
	SHOW(fchown(-1, 1, 1));
	SHOW(truncate("d", 0));
	SHOW(access("f", 0100));
	SHOW(faccessat(AT_FDCWD, "f", R_OK, 0x1234));
	SHOW(mknod("node", S_IFREG | 0600, 0));
	SHOW(mknod("node", S_IFREG | 0600, 0));
	SHOW(mknod("node2", S_IFDIR | 0600, 0));
	SHOW(mknod("node3", S_IFIFO | 0600, 0));
	SHOW(mknod("node4", 0170000, 0));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "node", 1));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "new", 1));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "new", 0x80));
}

TEST(descriptors)
{
	struct termios termios;
	int n;

	set_up();
	SHOW(close(-1));
	SHOW(close(1000));
	SHOW(dup(-1));
	SHOW(dup2(file, 100000));
	SHOW(dup2(-1, 5));
	SHOW(fcntl(-1, F_GETFD));
	SHOW(fcntl(file, F_GETFD));
	SHOW(fcntl(file, F_DUPFD, 100000));
	SHOW(fcntl(file, 777));
	SHOW(fcntl(file, F_SETFL, O_NONBLOCK));
	SHOW(fcntl(file, F_SETPIPE_SZ, 4096));
	SHOW(fcntl(in, F_GETPIPE_SZ));
	SHOW(fcntl(file, F_GETOWN));
	SHOW(ioctl(-1, FIONREAD, &n));
	SHOW(ioctl(file, FIONREAD, &n));
	SHOW(ioctl(file, 0xdead, &n));
	SHOW(ioctl(file, TCGETS, &termios));
	SHOW(ioctl(in, TCGETS, &termios));
	SHOW(ioctl(null, TCGETS, &termios));
	SHOW(ioctl(dir, TCGETS, &termios));
	SHOW(ioctl(file, FIONBIO, &n));
	SHOW(ioctl(file, FIOCLEX));
	SHOW(isatty(file) - 1);
	SHOW(isatty(-1) - 1);
	SHOW(fstat(-1, (struct stat *)buffer));
	SHOW(syscall(SYS_pipe2, buffer, 1));
	SHOW(syscall(SYS_poll, NULL, 0, 0));
	SHOW(syscall(SYS_poll, buffer, 100000, 0));
	SHOW(syscall(SYS_poll, NULL, 1, 0));
}

TEST(processes)
{
	struct rlimit limit = { 1, 0 };

	set_up();
	SHOW(kill(1 << 30, 0));
	SHOW(kill(getpid(), 100));
	SHOW(kill(-(1 << 30), 9));
	SHOW(syscall(SYS_tkill, -1, 0));
	SHOW(syscall(SYS_tkill, getpid(), 0));
	SHOW(syscall(SYS_tgkill, -1, getpid(), 0));
	SHOW(setpgid(-1, 0));
	SHOW(setpgid(0, 1 << 30));
	SHOW(getpgid(-1));
	SHOW(getsid(-1));
	SHOW(getpriority(99, 0));
	SHOW(setrlimit(RLIMIT_STACK, &limit));
	SHOW(setrlimit(99, &limit));
	SHOW(waitpid(-1, NULL, 0));
	SHOW(waitpid(1 << 30, NULL, 0));
	SHOW(waitpid(-(1 << 30), NULL, 0));
	SHOW(syscall(SYS_wait4, -1, NULL, 0x40, NULL));
	SHOW(syscall(SYS_waitid, 9, 0, NULL, 4, NULL));
	SHOW(syscall(SYS_waitid, 0, 0, NULL, 0, NULL));
	SHOW(syscall(SYS_prctl, 12345, 0, 0, 0, 0));
	SHOW(syscall(SYS_arch_prctl, 0x9999, 0));
	SHOW(syscall(SYS_arch_prctl, 0x1002 /* SET_FS */, 1UL << 63));
	SHOW(syscall(SYS_set_robust_list, NULL, 5));
	SHOW(syscall(SYS_sched_setaffinity, 0, 0, NULL));
	SHOW(syscall(SYS_getgroups, -1, NULL));
	SHOW(syscall(SYS_personality, 0xffffffff));
	SHOW(syscall(SYS_exit_group + 100000));
}

TEST(signals)
{
	sigset_t set;
	stack_t stack = { .ss_sp = buffer, .ss_size = 10 };

	set_up();
	sigemptyset(&set);
	SHOW(sigaction(0, NULL, NULL));
	SHOW(sigaction(65, NULL, NULL));
	SHOW(syscall(SYS_rt_sigaction, 64, NULL, NULL, 8));
	SHOW(syscall(SYS_rt_sigaction, 64, NULL, NULL, 16));
	SHOW(syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8));
	SHOW(syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8));
	SHOW(syscall(SYS_rt_sigpending, buffer, 9));
	SHOW(syscall(SYS_rt_sigsuspend, buffer, 9));
	SHOW(sigaltstack(&stack, NULL));
	SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), 100, buffer));
	SHOW(syscall(SYS_setitimer, 5, NULL, NULL));
	SHOW(syscall(SYS_alarm, 0));
}

TEST(memory)
{
	set_up();
	SHOW(syscall(SYS_mmap, 0, 0, 3, 0x22, -1, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 1, 4096, 3, 0x32, -1, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 0, 4096, 3, 0x20, -1, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 0, 4096, 3, 2, in, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 0, 4096, 3, 2, dir, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 0, 4096, 3, 2, file, 100) == -1 ? -1 : 0);
	SHOW(syscall(SYS_mmap, 0, 1L << 60, 3, 0x22, -1, 0) == -1 ? -1 : 0);
	SHOW(syscall(SYS_munmap, 0, 0));
	SHOW(syscall(SYS_munmap, 100, 4096));
	SHOW(syscall(SYS_munmap, 1L << 62, 4096));
	SHOW(syscall(SYS_mprotect, 0x10000, 4096, 1));
	SHOW(syscall(SYS_msync, 100, 1, 1));
	SHOW(syscall(SYS_msync, 0x10000, 4096, 1));
	SHOW(syscall(SYS_madvise, 0x10000, 4096, 4));
	SHOW(syscall(SYS_mlock, 0x10000, 4096));
	SHOW(syscall(SYS_mincore, 0x10000, 4096, buffer));
	SHOW(syscall(SYS_mremap, 0x10000, 4096, 8192, 1) == -1 ? -1 : 0);
}

#define NOWHERE ((void *)8)

/* Of several things that are wrong, which is told? */
TEST(order_of_errors)
{
	struct epoll_event ev[4];
	int p[2], path, set = epoll_create1(0);

	set_up();
	path = open("f", O_PATH);
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, NOWHERE));
	SHOW(socketpair(99, SOCK_STREAM, 0, NOWHERE));
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 99, NOWHERE));
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 99, p));
	SHOW(socketpair(AF_UNIX, SOCK_STREAM | 0x10000, 0, NOWHERE));
	SHOW(syscall(SYS_accept4, -1, NULL, NULL, 0x10000));
	SHOW(syscall(SYS_accept4, file, NULL, NULL, 0x10000));
	SHOW(syscall(SYS_accept4, path, NULL, NULL, 0x10000));
	SHOW(syscall(SYS_accept4, file, NULL, NULL, 0));
	SHOW(syscall(SYS_epoll_wait, -1, ev, 0, 0));
	SHOW(syscall(SYS_epoll_wait, -1, -1L, 4, 0));
	SHOW(syscall(SYS_epoll_wait, -1, ev, 0x7fffffff, 0));
	SHOW(syscall(SYS_epoll_wait, set, ev, 0, 0));
	SHOW(syscall(SYS_epoll_wait, set, -1L, 4, 0));
	SHOW(syscall(SYS_epoll_wait, file, -1L, 4, 0));
	SHOW(syscall(SYS_epoll_wait, file, ev, 4, 0));
	SHOW(syscall(SYS_fchownat, path, NULL, 0, 0, AT_EMPTY_PATH));
	SHOW(syscall(SYS_utimensat, AT_FDCWD, NULL, NULL, AT_EMPTY_PATH));
	SHOW(syscall(439 /* faccessat2 */, path, NULL, 0, AT_EMPTY_PATH));
}

/* fchmodat2: chmod with flags. */
TEST(changing_modes_with_flags)
{
	struct stat st;

	set_up();
	symlink("f", "to-f");
	int path = open("f", O_PATH), link = open("to-f", O_PATH | O_NOFOLLOW);
	SHOW(syscall(SYS_fchmodat2_, AT_FDCWD, "missing", 0600, 0));
	SHOW(syscall(SYS_fchmodat2_, AT_FDCWD, "f", 0600, 1));
	SHOW(syscall(SYS_fchmodat2_, AT_FDCWD, "to-f", 0600, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(SYS_fchmodat2_, link, "", 0600, AT_EMPTY_PATH));
	SHOW(syscall(SYS_fchmodat2_, -1, "", 0600, AT_EMPTY_PATH));
	SHOW(syscall(SYS_fchmodat2_, path, "", 0600, 0));
	SHOW(syscall(SYS_fchmodat2_, path, NULL, 0600, AT_EMPTY_PATH));
	SHOW(syscall(SYS_fchmodat2_, AT_FDCWD, "to-f", 0640, 0));
	CHECK_OK(stat("f", &st));
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	SHOW(syscall(SYS_fchmodat2_, path, "", 0604, AT_EMPTY_PATH));
	CHECK_OK(stat("f", &st));
	CHECK_EQ(st.st_mode, S_IFREG | 0604);
}

/* What glibc tries first and does without when it is not there. */
TEST(calls_that_may_be_missing)
{
	set_up();
	CHECK_ERR(syscall(SYS_syslog, 99, NULL, 0), EINVAL);
	CHECK(syscall(SYS_membarrier, 0, 0, 0) >= -1);
	CHECK(syscall(SYS_rseq, 0, 0, 0, 0) == -1);
}
