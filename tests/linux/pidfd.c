/* pidfd.c: descriptors that stand for processes: pidfd_open, pidfd_send_signal, pidfd_getfd,
 * waitid(P_PIDFD), CLONE_PIDFD, and poll on them. */
#include "harness.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>

/* Not in musl's headers. */
#define PIDFD 3 /* P_PIDFD */
enum { OPEN = 434, SEND = 424, GETFD = 438, CLONE3 = 435 };
#define WITH_PIDFD 0x1000UL /* CLONE_PIDFD */

static int open_pid(pid_t pid, unsigned flags)
{
	return (int)syscall(OPEN, pid, flags);
}

static long send_signal(int fd, int sig, const siginfo_t *info, unsigned flags)
{
	return syscall(SEND, fd, sig, info, flags);
}

static long get_fd(int pidfd, int fd, unsigned flags)
{
	return syscall(GETFD, pidfd, fd, flags);
}

static int wait_on(int fd, siginfo_t *info, int options)
{
	memset(info, 0, sizeof(*info));
	return waitid((idtype_t)PIDFD, (id_t)fd, info, options);
}

static short polled(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 };

	CHECK(poll(&p, 1, ms) >= 0);
	return p.revents;
}

/* A pidfd becomes readable when its process ends, and is hung up when it was waited for. */
TEST(poll_tells_of_the_end)
{
	int go[2];
	siginfo_t info;

	CHECK_OK(pipe(go));
	pid_t pid = CHILD(char b; (void)!read(go[0], &b, 1); _exit(3));
	int fd = open_pid(pid, 0);
	CHECK_OK(fd);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR);
	CHECK_EQ(polled(fd, 0), 0);
	CHECK_EQ(write(go[1], "x", 1), 1);
	CHECK_EQ(polled(fd, 5000), POLLIN);
	CHECK_OK(wait_on(fd, &info, WEXITED | WNOWAIT));
	CHECK_EQ(polled(fd, 0), POLLIN);
	CHECK_OK(wait_on(fd, &info, WEXITED));
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_status, 3);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(polled(fd, 0), POLLIN | POLLHUP);
	CHECK_ERR(wait_on(fd, &info, WEXITED), ECHILD);
	CHECK_ERR(send_signal(fd, 0, NULL, 0), ESRCH);
	CHECK_ERR(get_fd(fd, 0, 0), ESRCH);
	CHECK_ERR(open_pid(pid, 0), ESRCH);
}

/* epoll watches several children. */
TEST(epoll_on_children)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), seen = 0;
	struct epoll_event ev = { .events = EPOLLIN };
	pid_t pid[3];
	int fd[3];

	for (int i = 0; i < 3; i++) {
		pid[i] = CHILD(sleep_ms(10 + 10 * i); _exit(i));
		ev.data.u32 = (uint32_t)i;
		fd[i] = open_pid(pid[i], 0);
		CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &ev));
	}
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(epoll_wait(ep, &ev, 1, 5000), 1);
		unsigned n = ev.data.u32;
		CHECK_EXITED(pid[n], (int)n);
		CHECK_OK(epoll_ctl(ep, EPOLL_CTL_DEL, fd[n], NULL));
		seen |= 1 << n;
	}
	CHECK_EQ(seen, 7);
}

/* What pidfd_open refuses. */
TEST(open_errors)
{
	CHECK_ERR(open_pid(0, 0), EINVAL);
	CHECK_ERR(open_pid(-1, 0), EINVAL);
	CHECK_ERR(open_pid(999999, 0), ESRCH);
	CHECK_ERR(open_pid(getpid(), 1), EINVAL);
	int fd = open_pid(getpid(), O_NONBLOCK);
	CHECK_OK(fd);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
	char b, name[64], link[64];
	CHECK_ERR(read(fd, &b, 1), EINVAL);
	CHECK_ERR(write(fd, &b, 1), EINVAL);
	CHECK_ERR(lseek(fd, 0, SEEK_SET), ESPIPE);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, link, sizeof(link) - 1);
	CHECK(n > 0);
	link[n] = '\0';
	CHECK_STR(link, "anon_inode:[pidfd]");
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	snprintf(link, sizeof(link), "\nPid:\t%d\nNSpid:\t%d\n", getpid(), getpid());
	CHECK(strstr(read_file(name), link) != NULL);
}

static volatile pid_t thread_tid;

static void *show_tid(void *unused)
{
	thread_tid = (pid_t)syscall(SYS_gettid);
	sleep_ms(100);
	return unused;
}

/* A thread is no process. */
TEST(open_of_a_thread)
{
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, show_tid, NULL), 0);
	while (thread_tid == 0)
		sleep_ms(1);
	CHECK_ERR(open_pid(thread_tid, 0), ENOENT);
	pthread_join(t, NULL);
}

static volatile sig_atomic_t got;
static siginfo_t got_info;

static void handler(int sig, siginfo_t *info, void *unused)
{
	(void)unused;
	got = sig;
	got_info = *info;
}

/* Signals by pidfd, with the siginfo of kill or one of the sender's own. */
TEST(signals)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	siginfo_t info = { 0 };

	CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
	int self = open_pid(getpid(), 0);
	CHECK_OK(send_signal(self, SIGUSR1, NULL, 0));
	CHECK_EQ(got, SIGUSR1);
	CHECK_EQ(got_info.si_code, SI_USER);
	CHECK_EQ(got_info.si_pid, getpid());
	info.si_signo = SIGUSR1;
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = 4711;
	CHECK_OK(send_signal(self, SIGUSR1, &info, 0));
	CHECK_EQ(got_info.si_value.sival_int, 4711);
	CHECK_ERR(send_signal(self, SIGUSR2, &info, 0), EINVAL);
	CHECK_ERR(send_signal(self, SIGUSR1, (void *)8, 0), EFAULT);
	CHECK_ERR(send_signal(self, 99, NULL, 0), EINVAL);
	CHECK_ERR(send_signal(self, 0, NULL, 8), EINVAL);
	CHECK_ERR(send_signal(self, 0, NULL, 3), EINVAL);
	CHECK_ERR(send_signal(0, 0, NULL, 0), EBADF);
	CHECK_ERR(send_signal(99, 0, NULL, 0), EBADF);
	CHECK_OK(send_signal(self, 0, NULL, 1));
	CHECK_OK(send_signal(self, 0, NULL, 2));
	pid_t pid = CHILD(CHECK_OK(setpgid(0, 0));
			  CHECK_OK(send_signal(open_pid(getpid(), 0), 0, NULL, 4));
			  CHECK_OK(send_signal(open_pid(getpid(), 0), SIGKILL, NULL, 4)));
	CHECK_SIGNALED(pid, SIGKILL);
	pid = CHILD(pause());
	int fd = open_pid(pid, 0);
	CHECK_ERR(send_signal(fd, 0, NULL, 4), ESRCH); /* leads no group */
	info.si_code = SI_USER;
	CHECK_ERR(send_signal(fd, SIGUSR1, &info, 0), EPERM); /* forged */
	CHECK_OK(send_signal(fd, SIGTERM, NULL, 0));
	CHECK_EQ(polled(fd, 5000), POLLIN);
	CHECK_OK(send_signal(fd, SIGTERM, NULL, 0)); /* a zombie does not mind */
	CHECK_SIGNALED(pid, SIGTERM);
	if (geteuid() == 0) {
		pid = CHILD(CHECK_OK(setuid(1000));
			    CHECK_ERR(send_signal(self, SIGUSR1, NULL, 0), EPERM));
		CHECK_EXITED(pid, 0);
	}
}

/* The directory of a process in /proc does for a pidfd when a signal is sent. */
TEST(signals_by_proc)
{
	char name[32];
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY);
	CHECK_OK(send_signal(self, SIGUSR1, NULL, 0));
	CHECK_EQ(got, SIGUSR1);
	CHECK_ERR(send_signal(open("/proc/self/task", O_RDONLY), 0, NULL, 0), EBADF);
	CHECK_ERR(send_signal(open("/proc", O_RDONLY), 0, NULL, 0), EBADF);
	CHECK_ERR(send_signal(open("/proc/self/stat", O_RDONLY), 0, NULL, 0), EBADF);
	CHECK_ERR(send_signal(open("/proc/self", O_PATH), 0, NULL, 0), EBADF);
	pid_t pid = CHILD(pause());
	snprintf(name, sizeof(name), "/proc/%d", pid);
	int fd = open(name, O_RDONLY);
	CHECK_OK(send_signal(fd, SIGTERM, NULL, 0));
	CHECK_SIGNALED(pid, SIGTERM);
	CHECK_ERR(send_signal(fd, SIGTERM, NULL, 0), ESRCH);
}

/* A pidfd's process stays its own, though its number may be used again. */
TEST(waiting)
{
	siginfo_t info;
	pid_t pid = CHILD(sleep_ms(30); _exit(1));
	int fd = open_pid(pid, O_NONBLOCK);

	CHECK_OK(wait_on(fd, &info, WEXITED | WNOHANG));
	CHECK_EQ(info.si_pid, 0);
	CHECK_ERR(wait_on(fd, &info, WEXITED), EAGAIN);
	CHECK_OK(fcntl(fd, F_SETFL, 0));
	CHECK_OK(wait_on(fd, &info, WEXITED));
	CHECK_EQ(info.si_status, 1);
	CHECK_ERR(wait_on(-1, &info, WEXITED), EINVAL);
	CHECK_ERR(wait_on(99, &info, WEXITED), EBADF);
	CHECK_ERR(wait_on(0, &info, WEXITED), EBADF);
	CHECK_ERR(wait_on(open_pid(getpid(), 0), &info, WEXITED), ECHILD);
	/* there is always something written */
	memset(&info, 'x', sizeof(info));
	CHECK_ERR(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
	CHECK(info.si_signo == 0 && info.si_code == 0 && info.si_pid == 0 && info.si_status == 0);
	CHECK_ERR(waitid(P_ALL, 0, (siginfo_t *)8, WEXITED), EFAULT);
}

/* pidfd_getfd takes a descriptor out of another process. */
TEST(getfd)
{
	int p[2], ready[2];
	char b[8];

	CHECK_OK(pipe(ready));
	pid_t pid = CHILD(CHECK_OK(pipe(p)); CHECK_EQ(dup2(p[1], 50), 50);
			  CHECK_EQ(write(p[1], "inside", 6), 6); write_all(ready[1], "r", 1);
			  CHECK_EQ(dup2(p[0], 51), 51); pause());
	CHECK_EQ(read(ready[0], b, 1), 1);
	sleep_ms(20);
	int fd = open_pid(pid, 0);
	int r = (int)get_fd(fd, 51, 0);
	CHECK_OK(r);
	CHECK_EQ(fcntl(r, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(read(r, b, 8), 6);
	CHECK_ERR(get_fd(fd, 77, 0), EBADF);
	CHECK_ERR(get_fd(fd, -1, 0), EBADF);
	CHECK_ERR(get_fd(fd, 51, 1), EINVAL);
	CHECK_ERR(get_fd(0, 51, 0), EBADF);
	CHECK_ERR(get_fd(99, 51, 0), EBADF);
	if (geteuid() == 0) {
		pid_t other = CHILD(CHECK_OK(setuid(1000)); CHECK_ERR(get_fd(fd, 51, 0), EPERM));
		CHECK_EXITED(other, 0);
	}
	CHECK_OK(send_signal(fd, SIGKILL, NULL, 0));
	CHECK_EQ(polled(fd, 5000), POLLIN);
	CHECK_ERR(get_fd(fd, 51, 0), ESRCH); /* a zombie has none */
	CHECK_SIGNALED(pid, SIGKILL);
}

/* clone gives a pidfd to the parent, which the child does not have. */
TEST(clone_with_pidfd)
{
	siginfo_t info;
	int fd = -1, lowest = dup(0);

	close(lowest);
	pid_t pid = (pid_t)syscall(SYS_clone, WITH_PIDFD | SIGCHLD, 0, &fd, 0, 0);
	if (pid == 0)
		_exit(fcntl(lowest, F_GETFD) < 0 ? 7 : 8);
	CHECK(pid > 0);
	CHECK_EQ(fd, lowest);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_OK(wait_on(fd, &info, WEXITED));
	CHECK_EQ(info.si_status, 7);
	CHECK_EQ(info.si_pid, pid);
	close(fd);
	/* the pidfd goes where the tid would go */
	CHECK_ERR(syscall(SYS_clone, WITH_PIDFD | 0x100000 | SIGCHLD, 0, &fd, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, WITH_PIDFD | 0x400000 | SIGCHLD, 0, &fd, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, WITH_PIDFD | SIGCHLD, 0, 8, 0, 0), EFAULT);
	CHECK_ERR(fcntl(lowest, F_GETFD), EBADF);
	CHECK_ERR(waitpid(-1, NULL, WNOHANG), ECHILD);
	/* clone3 has a place of its own for it */
	uint64_t args[8] = { WITH_PIDFD | 0x100000, (uintptr_t)&fd, 0, (uintptr_t)&pid, SIGCHLD };
	long r = syscall(CLONE3, args, sizeof(args));
	if (r == 0)
		_exit(9);
	CHECK(r > 0);
	CHECK_EQ(pid, r);
	CHECK_OK(wait_on(fd, &info, WEXITED));
	CHECK_EQ(info.si_status, 9);
	args[3] = (uintptr_t)&fd;
	CHECK_ERR(syscall(CLONE3, args, sizeof(args)), EINVAL);
}
