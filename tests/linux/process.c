/* process.c: exit and wait, process groups, sessions, identity, limits. */
#include "harness.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/utsname.h>

TEST(exit_statuses)
{
	static const int codes[] = { 0, 1, 42, 127, 128, 255, 256, 511, -1 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(codes); i++) {
		pid_t pid = CHILD(_exit(codes[i]));

		CHECK_EXITED(pid, codes[i] & 255);
	}
}

TEST(status_of_signals)
{
	int status;
	pid_t pid = CHILD(raise(SIGTERM));

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, SIGTERM);
	pid = CHILD(raise(SIGKILL));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, SIGKILL);
}

/* exit runs the handlers and flushes; _exit does not. */
static void at_exit(void)
{
	write_all(1, "handler\n", 8);
}

TEST(exit_and_underscore_exit)
{
	static char buffer[100];
	pid_t pid = CHILD(atexit(at_exit); setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
			  printf("flushed\n"); exit(3));

	CHECK_EXITED(pid, 3);
	pid = CHILD(atexit(at_exit); setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
		    printf("lost\n"); _exit(4));
	CHECK_EXITED(pid, 4);
}

TEST(wait_without_children)
{
	int status;

	CHECK_ERR(wait(&status), ECHILD);
	CHECK_ERR(waitpid(getppid(), &status, 0), ECHILD);
	CHECK_ERR(waitpid(999999, &status, WNOHANG), ECHILD);
	CHECK_ERR(waitpid(-1, &status, 0x1000), EINVAL);
}

TEST(wnohang)
{
	struct gate gate;
	int status = 77;
	pid_t pid;

	gate_open(&gate);
	pid = CHILD(gate_wait(&gate); _exit(5));
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(status, 77);
	CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
	gate_signal(&gate);
	while (waitpid(pid, &status, WNOHANG) == 0)
		sched_yield();
	CHECK_EQ(WEXITSTATUS(status), 5);
	CHECK_ERR(waitpid(pid, &status, WNOHANG), ECHILD);
}

/* Children are found by pid, by group, and any of them. */
TEST(whom_to_wait_for)
{
	pid_t a, b, c;
	int status;

	a = CHILD(_exit(1));
	b = CHILD(setpgid(0, 0); _exit(2));
	CHECK_OK(setpgid(b, b) == 0 || errno == EACCES || errno == ESRCH ? 0 : -1);
	c = CHILD(_exit(3));
	CHECK_EXITED(c, 3);
	CHECK_EQ(waitpid(0, &status, 0), a);
	CHECK_EQ(WEXITSTATUS(status), 1);
	CHECK_ERR(waitpid(0, &status, 0), ECHILD);
	CHECK_EQ(waitpid(-b, &status, 0), b);
	CHECK_EQ(WEXITSTATUS(status), 2);
	CHECK_ERR(waitpid(-b, &status, 0), ECHILD);
}

TEST(stopped_and_continued)
{
	int status;
	pid_t pid = CHILD(for (;;) pause());

	CHECK_OK(setpgid(pid, pid)); /* a group that is not orphaned: SIGTSTP stops it */
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(WSTOPSIG(status), SIGSTOP);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0); /* told only once */
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_EQ(waitpid(pid, &status, WCONTINUED), pid);
	CHECK(WIFCONTINUED(status));
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
	CHECK_OK(kill(pid, SIGTSTP));
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTSTP);
	CHECK_OK(kill(pid, SIGTERM)); /* waits until it is continued */
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_SIGNALED(pid, SIGTERM);
}

/* A stopped process does nothing, until it is killed. */
TEST(stopped_process_is_killed)
{
	volatile int *counter =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, seen;
	pid_t pid = CHILD(for (;;)(*counter)++);

	while (*counter == 0)
		sched_yield();
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	seen = *counter;
	sleep_ms(30);
	CHECK_EQ(*counter, seen);
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}

TEST(waitid_tells_all)
{
	siginfo_t info;
	pid_t pid = CHILD(_exit(300));

	memset(&info, 0, sizeof(info));
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_signo, SIGCHLD);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(info.si_status, 300 & 255);
	CHECK_OK(waitid(P_ALL, 0, &info, WEXITED)); /* it is still there */
	CHECK_EQ(info.si_pid, pid);
	CHECK_ERR(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
	CHECK_ERR(waitid(P_PID, (id_t)pid, &info, 0), EINVAL);
	pid = CHILD(for (;;) pause());
	info.si_pid = 5;
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG));
	CHECK_EQ(info.si_pid, 0);
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WSTOPPED));
	CHECK_EQ(info.si_code, CLD_STOPPED);
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WCONTINUED));
	CHECK_EQ(info.si_code, CLD_CONTINUED);
	CHECK_OK(kill(pid, SIGTERM));
	CHECK_OK(waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED));
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGTERM);
}

/* A zombie keeps its pid and can be signalled. */
TEST(zombie_is_there_until_waited_for)
{
	siginfo_t info;
	pid_t pid = CHILD(_exit(0));

	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	CHECK_OK(kill(pid, 0));
	CHECK_OK(kill(pid, SIGTERM));
	CHECK_EQ(getpgid(pid), getpgrp());
	CHECK_EXITED(pid, 0);
	CHECK_ERR(kill(pid, 0), ESRCH);
}

/* wait in one thread, the child of another. */
TEST(rusage_of_a_child)
{
	struct rusage usage;
	struct tms tms;
	int status;
	pid_t pid = CHILD(long long end = now_ms() + 50; while (now_ms() < end));

	CHECK_EQ(wait4(pid, &status, 0, &usage), pid);
	CHECK(usage.ru_utime.tv_sec == 0 || usage.ru_utime.tv_sec < 100);
	CHECK(times(&tms) != (clock_t)-1);
	CHECK_OK(getrusage(RUSAGE_CHILDREN, &usage));
	CHECK_OK(getrusage(RUSAGE_SELF, &usage));
	CHECK_ERR(getrusage(5, &usage), EINVAL);
}

/* --- groups and sessions -------------------------------------------------------------------- */

TEST(groups)
{
	struct gate gate;
	pid_t pid, other;

	gate_open(&gate);
	CHECK_EQ(getpgid(0), getpgrp());
	CHECK_EQ(getpgid(getpid()), getpgrp());
	pid = CHILD(gate_wait(&gate));
	CHECK_EQ(getpgid(pid), getpgrp());
	CHECK_OK(setpgid(pid, 0));
	CHECK_EQ(getpgid(pid), pid);
	other = CHILD(gate_wait(&gate));
	CHECK_OK(setpgid(other, pid));
	CHECK_EQ(getpgid(other), pid);
	CHECK_OK(setpgid(other, getpgrp()));
	gate_signal(&gate);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_EXITED(other, 0);
}

TEST(errors_of_setpgid)
{
	struct gate gate, ready;
	pid_t pid;

	gate_open(&gate);
	gate_open(&ready);
	CHECK_ERR(setpgid(0, -1), EINVAL);
	CHECK_ERR(setpgid(999999, 0), ESRCH);
	CHECK_ERR(setpgid(getppid(), 0), ESRCH);
	CHECK_ERR(getpgid(999999), ESRCH);
	pid = CHILD(gate_wait(&gate));
	CHECK_ERR(setpgid(pid, 999999), EPERM);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	pid = CHILD(setsid(); gate_signal(&ready); gate_wait(&gate));
	gate_wait(&ready);
	CHECK_ERR(setpgid(pid, getpgrp()), EPERM); /* a session's leader */
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	/* after its exec a child is no longer its parent's to move */
	pid = CHILD(execl("/bin/sleep", "sleep", "0.2", (char *)NULL));
	sleep_ms(100);
	CHECK_ERR(setpgid(pid, 0), EACCES);
	CHECK_EXITED(pid, 0);
}

TEST(sessions)
{
	pid_t pid;

	/* The runner made this process a leader. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(getsid(0), getsid(getppid()));
		CHECK_EQ(setsid(), getpid());
		CHECK_EQ(getsid(0), getpid());
		CHECK_EQ(getpgrp(), getpid());
		CHECK_ERR(setsid(), EPERM);
		CHECK_ERR(setpgid(0, 0), EPERM);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_ERR(getsid(999999), ESRCH);
}

/* A group that no one of the session but itself cares for is orphaned: stop signals of the
 * terminal do not stop it, and one that is stopped gets SIGHUP and SIGCONT. */
static volatile int hup, cont;

static void on_hup(int sig)
{
	if (sig == SIGHUP)
		hup = 1;
	else
		cont = 1;
}

TEST(orphaned_group_is_hung_up)
{
	int fds[2];
	char c = 0;
	pid_t pid;

	CHECK_OK(pipe(fds));
	pid = fork();
	if (pid == 0) {
		pid_t member;

		setsid();
		member = fork();
		if (member == 0) {
			setpgid(0, 0);
			signal(SIGHUP, on_hup);
			signal(SIGCONT, on_hup);
			raise(SIGSTOP);
			while (!hup)
				sched_yield();
			c = cont ? 'b' : 'h';
			write_all(fds[1], &c, 1);
			_exit(0);
		}
		waitpid(member, NULL, WUNTRACED);
		_exit(0); /* now the group is orphaned */
	}
	CHECK_EXITED(pid, 0);
	close(fds[1]);
	CHECK_EQ(read_all(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'b');
}

/* --- parents -------------------------------------------------------------------------------- */

TEST(parent_death_signal)
{
	struct gate ready;
	pid_t pid;
	int status;

	gate_open(&ready);
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			gate_signal(&ready);
			for (;;)
				pause();
		}
		gate_wait(&ready);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK(wait(&status) > 0);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGUSR1);
}

TEST(process_name)
{
	char name[17];

	CHECK_OK(prctl(PR_SET_NAME, "a rather long name for it"));
	CHECK_OK(prctl(PR_GET_NAME, name));
	CHECK_STR(name, "a rather long n");
	CHECK_STR(read_file("/proc/self/comm"), "a rather long n\n");
	CHECK_ERR(prctl(9999, 0), EINVAL);
}

/* --- identity and limits -------------------------------------------------------------------- */

TEST(identity)
{
	uid_t r, e, s;
	struct utsname uts;

	printf("uid %d %d gid %d %d\n", getuid(), geteuid(), getgid(), getegid());
	CHECK_OK(getresuid(&r, &e, &s));
	printf("%d %d %d\n", r, e, s);
	printf("groups %d\n", getgroups(0, NULL));
	CHECK_OK(uname(&uts));
	printf("%s %s %s\n", uts.sysname, uts.machine, uts.nodename);
	CHECK(getpid() > 0 && getppid() >= 0);
	CHECK_EQ(syscall(SYS_gettid), getpid());
}

/* A process gives up its rights, and has them no more. */
TEST(setuid_for_good)
{
	pid_t pid = fork();

	if (pid == 0) {
		write_file("secret", "x");
		CHECK_OK(chmod("secret", 0600));
		CHECK_OK(setgid(1000));
		CHECK_OK(setuid(1000));
		CHECK_EQ(getuid(), 1000);
		CHECK_EQ(geteuid(), 1000);
		CHECK_ERR(setuid(0), EPERM);
		CHECK_ERR(open("secret", O_RDONLY), EACCES);
		CHECK_ERR(kill(1, SIGTERM), EPERM);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}

TEST(limits)
{
	struct rlimit limit;

	CHECK_OK(getrlimit(RLIMIT_STACK, &limit));
	printf("stack %llu\n", (unsigned long long)limit.rlim_cur);
	CHECK_OK(getrlimit(RLIMIT_NOFILE, &limit));
	printf("nofile %llu\n", (unsigned long long)limit.rlim_cur);
	limit.rlim_cur = 10;
	CHECK_OK(setrlimit(RLIMIT_NOFILE, &limit));
	while (dup(0) >= 0)
		;
	CHECK_EQ(errno, EMFILE);
	CHECK_OK(close(9));
	CHECK_EQ(open("/dev/null", O_RDONLY), 9);
	CHECK_ERR(dup2(0, 10), EBADF);
	CHECK_ERR(fcntl(0, F_DUPFD, 10), EINVAL);
	CHECK_ERR(pipe((int[2]){ 0, 0 }), EMFILE);
	CHECK_ERR(getrlimit(99, &limit), EINVAL);
	limit.rlim_cur = 20;
	limit.rlim_max = 5;
	CHECK_ERR(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
}

/* RLIMIT_FSIZE ends in SIGXFSZ or EFBIG. */
TEST(file_size_limit)
{
	struct rlimit limit = { 100, 100 };
	char data[200] = { 0 };
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(setrlimit(RLIMIT_FSIZE, &limit));
		CHECK_EQ(write(fd, data, 200), 100);
		signal(SIGXFSZ, SIG_IGN);
		CHECK_ERR(write(fd, data, 1), EFBIG);
		signal(SIGXFSZ, SIG_DFL);
		if (write(fd, data, 1) < 0)
			_exit(1);
		_exit(2);
	}
	CHECK_SIGNALED(pid, SIGXFSZ);
}

/* Priorities are accepted. */
TEST(nice_values)
{
	errno = 0;
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0);
	CHECK_EQ(nice(5), 5);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 5);
	CHECK_OK(sched_yield());
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
}

/* A call that does not exist, and one far beyond. */
TEST(unknown_calls)
{
	CHECK_ERR(syscall(600), ENOSYS);
	CHECK_ERR(syscall(100000), ENOSYS);
	CHECK_ERR(syscall(-1), ENOSYS);
	CHECK_ERR(syscall(0x7fffffffffffffff), ENOSYS);
}
