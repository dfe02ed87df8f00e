/* clone.c: vfork, posix_spawn and clone with the flag sets that C libraries use. */
#include "harness.h"

#include <sched.h>
#include <spawn.h>
#include <sys/syscall.h>

extern char **environ;

/* A vfork child runs in its parent's memory, and the parent waits for it. */
TEST(vfork_child_shares_memory)
{
	volatile int seen = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		seen = 1;
		_exit(7);
	}
	CHECK_EQ(seen, 1);
	CHECK_EXITED(pid, 7);
}

/* The parent goes on only when the child has ended, however long it takes. */
TEST(vfork_parent_waits)
{
	volatile int done = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		sleep_ms(100);
		done = 1;
		_exit(0);
	}
	CHECK_EQ(done, 1);
	CHECK_EXITED(pid, 0);
}

/* ... or has called execve: then it does not wait for the new program. */
ROLE(wait_for_file)
{
	while (access(argv[1], F_OK) < 0)
		sleep_ms(1);
	return 9;
}

TEST(vfork_and_exec)
{
	char *args[] = { "prog", "@wait_for_file", "go", NULL };
	const char *self = self_path();
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, args, environ);
		_exit(127);
	}
	write_file("go", "");
	CHECK_EXITED(pid, 9);
}

/* A failed execve leaves the child in its parent's memory, and it can still end. */
TEST(vfork_and_failed_exec)
{
	char *args[] = { "nothing", NULL };
	volatile int err = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/nowhere/nothing", args, environ);
		err = errno;
		_exit(127);
	}
	CHECK_EQ(err, ENOENT);
	CHECK_EXITED(pid, 127);
}

/* Descriptors, cwd and signal handlers are copied, not shared. */
TEST(vfork_copies_what_is_not_memory)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char before[PATH_MAX], after[PATH_MAX];
	struct sigaction action;
	pid_t pid;

	CHECK(getcwd(before, sizeof(before)) != NULL);
	pid = vfork();
	if (pid == 0) {
		close(fd);
		if (chdir("/") < 0)
			_exit(1);
		signal(SIGUSR1, SIG_IGN);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK(getcwd(after, sizeof(after)) != NULL);
	CHECK_STR(after, before);
	CHECK_OK(sigaction(SIGUSR1, NULL, &action));
	CHECK(action.sa_handler == SIG_DFL);
}

/* A vfork child that is killed lets its parent go on. */
TEST(vfork_child_is_killed)
{
	pid_t pid = vfork();

	if (pid == 0) {
		kill(getpid(), SIGKILL);
		_exit(0);
	}
	CHECK_SIGNALED(pid, SIGKILL);
}

/* A signal for the parent is handled after the child is done, in the parent. */
static volatile pid_t handled_in;

static void note_pid(int sig)
{
	(void)sig;
	handled_in = getpid();
}

TEST(vfork_parent_is_signalled)
{
	pid_t self = getpid(), pid;

	CHECK(signal(SIGUSR1, note_pid) != SIG_ERR);
	pid = vfork();
	if (pid == 0) {
		kill(self, SIGUSR1);
		_exit(handled_in == 0 ? 0 : 1);
	}
	CHECK_EQ(handled_in, self);
	CHECK_EXITED(pid, 0);
}

/* A vfork child may fork; the grandchild has memory of its own. */
TEST(fork_in_vfork_child)
{
	volatile int seen = 0, status = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		pid_t inner = (pid_t)syscall(SYS_fork);

		if (inner == 0) {
			seen = 1;
			_exit(3);
		}
		if (waitpid(inner, (int *)&status, 0) != inner)
			_exit(1);
		_exit(seen == 0 && WEXITSTATUS(status) == 3 ? 0 : 2);
	}
	CHECK_EQ(seen, 0);
	CHECK_EXITED(pid, 0);
}

/* And a forked child may vfork. */
TEST(vfork_in_forked_child)
{
	static volatile int word;
	pid_t pid = fork();

	if (pid == 0) {
		pid_t inner = vfork();

		if (inner == 0) {
			word = 5;
			_exit(4);
		}
		CHECK_EQ(word, 5);
		CHECK_EXITED(inner, 4);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(word, 0);
}

TEST_SLOW(five_hundred_vfork_execs, 60)
{
	const char *self = self_path();
	char *args[] = { "prog", "@exit", "5", NULL };
	int i;

	for (i = 0; i < 500; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execve(self, args, environ);
			_exit(127);
		}
		CHECK(pid > 0);
		CHECK_EXITED(pid, 5);
	}
}

ROLE(exit)
{
	return atoi(argv[1]);
}

/* posix_spawn with everything set. */
ROLE(report)
{
	sigset_t set;
	struct sigaction action;
	char text[64];
	ssize_t n = read(5, text, sizeof(text));

	sigprocmask(SIG_BLOCK, NULL, &set);
	sigaction(SIGTERM, NULL, &action);
	printf("argc=%d argv=%s env=%s\n", argc, argv[1], envp[0]);
	printf("fd5=%.*s group=%d usr1=%d term=%s fd6=%d\n", (int)n, text, getpgrp() == getpid(),
	       sigismember(&set, SIGUSR1), action.sa_handler == SIG_DFL ? "default" : "other",
	       fcntl(6, F_GETFD));
	return 12;
}

TEST(posix_spawn_with_everything)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char *args[] = { "prog", "@report", "argument", NULL };
	char *env[] = { "KEY=value", NULL };
	sigset_t set;
	pid_t pid;

	write_file("input", "hello");
	CHECK_OK(dup2(1, 6));
	CHECK(signal(SIGTERM, SIG_IGN) != SIG_ERR);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 5, "input", O_RDONLY, 0);
	posix_spawn_file_actions_addclose(&actions, 6);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	posix_spawnattr_setsigmask(&attr, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	posix_spawnattr_setsigdefault(&attr, &set);
	CHECK_EQ(posix_spawn(&pid, self_path(), &actions, &attr, args, env), 0);
	CHECK_EXITED(pid, 12);
	CHECK_OK(fcntl(6, F_GETFD));
}

TEST(posix_spawn_reports_errors)
{
	char *args[] = { "x", NULL };
	pid_t pid;

	CHECK_EQ(posix_spawn(&pid, "/nowhere", NULL, NULL, args, environ), ENOENT);
	write_file("text", "not a program");
	CHECK_EQ(posix_spawn(&pid, "text", NULL, NULL, args, environ), EACCES);
	CHECK_ERR(wait(NULL), ECHILD);
}

TEST(posix_spawnp_and_system)
{
	char *args[] = { "sh", "-c", "exit 5", NULL };
	pid_t pid;

	CHECK_EQ(posix_spawnp(&pid, "sh", NULL, NULL, args, environ), 0);
	CHECK_EXITED(pid, 5);
	CHECK_EQ(system("exit 6"), 6 << 8);
	CHECK_EQ(system("kill -9 $$"), SIGKILL);
}

/* popen, both directions. */
TEST(popen_both_ways)
{
	char line[64];
	FILE *pipe = popen("echo from sh", "r");

	CHECK(pipe != NULL);
	CHECK(fgets(line, sizeof(line), pipe) != NULL);
	CHECK_STR(line, "from sh\n");
	CHECK_EQ(pclose(pipe), 0);
	pipe = popen("cat", "w");
	CHECK(pipe != NULL);
	fputs("to cat\n", pipe);
	CHECK_EQ(pclose(pipe), 0);
}

/* --- raw clone ------------------------------------------------------------------------------ */

/* clone as glibc's fork does it: SIGCHLD, and the tid written into the child's memory only. */
TEST(clone_like_glibc_fork)
{
	volatile int tid = 0;
	long pid = syscall(SYS_clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, NULL,
			   &tid, 0);

	if (pid == 0)
		_exit(tid == syscall(SYS_getpid) ? 0 : 1);
	CHECK(pid > 0);
	CHECK_EQ(tid, 0);
	CHECK_EXITED((pid_t)pid, 0);
	CHECK_EQ(tid, 0);
}

TEST(clone_parent_settid)
{
	volatile int tid = 0;
	long pid = syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, &tid, NULL, 0);

	if (pid == 0)
		_exit(0);
	CHECK_EQ(tid, pid);
	CHECK_EXITED((pid_t)pid, 0);
}

/* Another exit signal, and none at all. */
static volatile int got_signal;

static void note_signal(int sig)
{
	got_signal = sig;
}

TEST(clone_exit_signal)
{
	long pid;
	int status;

	CHECK(signal(SIGUSR1, note_signal) != SIG_ERR);
	pid = syscall(SYS_clone, SIGUSR1, 0, NULL, NULL, 0);
	if (pid == 0)
		_exit(0);
	while (got_signal == 0)
		sched_yield();
	CHECK_EQ(got_signal, SIGUSR1);
	CHECK_ERR(waitpid((pid_t)pid, &status, WNOHANG), ECHILD);
	CHECK_EQ(waitpid((pid_t)pid, &status, __WCLONE), pid);
	pid = syscall(SYS_clone, 0, 0, NULL, NULL, 0);
	if (pid == 0)
		_exit(4);
	CHECK_EQ(waitpid((pid_t)pid, &status, __WALL), pid);
	CHECK_EQ(WEXITSTATUS(status), 4);
}

/* A child on a stack of its own: the C library's clone(). */
static char child_stack[65536] __attribute__((aligned(16)));
static volatile int shared_word;

static int clone_main(void *arg)
{
	shared_word = *(int *)arg;
	return 8;
}

TEST(clone_vm_vfork_with_stack)
{
	int value = 33;
	pid_t pid = clone(clone_main, child_stack + sizeof(child_stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, &value);

	CHECK(pid > 0);
	CHECK_EQ(shared_word, 33);
	CHECK_EXITED(pid, 8);
}

/* CLONE_VM without CLONE_VFORK: two processes in one memory. */
static int clone_sleeper(void *arg)
{
	while (*(volatile int *)arg == 0)
		sched_yield();
	shared_word = 44;
	return 8;
}

TEST(clone_vm_runs_beside_its_parent)
{
	volatile int go = 0;
	pid_t pid = clone(clone_sleeper, child_stack + sizeof(child_stack), CLONE_VM | SIGCHLD,
			  (void *)&go);

	CHECK(pid > 0);
	CHECK_EQ(shared_word, 0);
	go = 1;
	CHECK_EXITED(pid, 8);
	CHECK_EQ(shared_word, 44);
}

/* CLONE_FILES and CLONE_FS: what the child closes and where it goes is shared. */
static int clone_closer(void *arg)
{
	close(*(int *)arg);
	return chdir("/");
}

TEST(clone_files_and_fs)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	char cwd[PATH_MAX];
	pid_t pid = clone(clone_closer, child_stack + sizeof(child_stack),
			  CLONE_FILES | CLONE_FS | SIGCHLD, &fd);

	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
	CHECK_ERR(write(fd, "x", 1), EBADF);
	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	CHECK_STR(cwd, "/");
}

/* A thread made by hand, with the flags of a C library, joined by its cleared tid. */
#define THREAD_FLAGS                                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |        \
	 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

static int thread_main(void *arg)
{
	volatile int *slot = arg;

	slot[0] = getpid();
	slot[1] = (int)syscall(SYS_gettid);
	syscall(SYS_exit, 0); /* only this thread */
	return 0;
}

TEST(clone_thread)
{
	volatile int slot[2] = { 0, 0 };
	volatile int tid = -1;
	int result = clone(thread_main, child_stack + sizeof(child_stack), THREAD_FLAGS,
			   (void *)slot, &tid, NULL, &tid);

	CHECK(result > 0);
	for (;;) {
		int value = tid;

		if (value == 0)
			break;
		syscall(SYS_futex, &tid, 0 /* FUTEX_WAIT */, value, NULL, NULL, 0);
	}
	CHECK_EQ(slot[0], getpid());
	CHECK_EQ(slot[1], result);
	CHECK(slot[1] != slot[0]);
	CHECK_ERR(waitpid(-1, NULL, __WALL), ECHILD);
}

/* exit_group in a thread ends the whole process. */
static int thread_exits_all(void *arg)
{
	(void)arg;
	syscall(SYS_exit_group, 21);
	return 0;
}

TEST(exit_group_in_a_thread)
{
	pid_t pid = fork();

	if (pid == 0) {
		clone(thread_exits_all, child_stack + sizeof(child_stack),
		      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL);
		for (;;)
			pause();
	}
	CHECK_EXITED(pid, 21);
}

/* When the first thread calls exit alone, the process lives until the last one is done. */
static int thread_ends_late(void *arg)
{
	(void)arg;
	sleep_ms(50);
	syscall(SYS_exit_group, 22);
	return 0;
}

TEST(leader_exits_before_its_threads)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		clone(thread_ends_late, child_stack + sizeof(child_stack),
		      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL);
		syscall(SYS_exit, 1);
	}
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EXITED(pid, 22);
}

/* --- unshare --- */

static int leaves(void *arg)
{
	int *fd = arg;

	CHECK_OK(unshare(CLONE_FILES | CLONE_FS));
	close(fd[0]);
	CHECK_OK(chdir("/"));
	umask(0);
	return 0;
}

static int closes(void *arg)
{
	int *fd = arg;

	close(fd[0]);
	CHECK_OK(chdir("/"));
	return 0;
}

/* A child that shares descriptors and folders gets its own. */
TEST(unshare_files_and_folders)
{
	char *top = child_stack + sizeof(child_stack), before[PATH_MAX], after[PATH_MAX];
	int fd[2];

	CHECK_OK(pipe(fd));
	CHECK(getcwd(before, sizeof(before)) != NULL);
	umask(022);
	CHECK_EXITED(clone(leaves, top, CLONE_FILES | CLONE_FS | SIGCHLD, fd), 0);
	CHECK_OK(fcntl(fd[0], F_GETFD));
	CHECK(getcwd(after, sizeof(after)) != NULL);
	CHECK_STR(after, before);
	CHECK_EQ(umask(0), 022);
	CHECK_EXITED(clone(closes, top, CLONE_FILES | CLONE_FS | SIGCHLD, fd), 0);
	CHECK_ERR(fcntl(fd[0], F_GETFD), EBADF);
	CHECK(getcwd(after, sizeof(after)) != NULL);
	CHECK_STR(after, "/");
}

static int unshares_memory(void *arg)
{
	(void)arg;
	SAY(unshare(CLONE_VM));
	SAY(unshare(CLONE_SIGHAND));
	fflush(stdout);
	return 0;
}

TEST(what_unshare_takes)
{
	char *top = child_stack + sizeof(child_stack);

	SAY(unshare(0));
	SAY(unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_SYSVSEM));
	SAY(unshare(CLONE_PARENT));
	SAY(unshare(CLONE_SETTLS));
	SAY(unshare(CLONE_VFORK));
	SAY(unshare(1));
	SAY(syscall(SYS_unshare, 1ul << 32));
	CHECK_EXITED(clone(unshares_memory, top, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL), 0);
	CHECK_EXITED(clone(unshares_memory, top, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL), 0);
	CHECK_OK(syscall(SYS_setresuid, 5, 5, 5));
	SAY(unshare(CLONE_NEWNS));
	SAY(unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET));
	SAY(unshare(CLONE_NEWNS | CLONE_FS | 1));
}

/* Combinations Linux refuses. */
TEST(clone_refuses)
{
	CHECK_ERR(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERR(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS, 0, NULL, NULL, 0), EINVAL);
}

/* clone3, where there is one (glibc tries it first and falls back on ENOSYS). */
TEST(clone3_or_enosys)
{
	uint64_t args[11] = { 0 };
	long pid;

	args[4] = SIGCHLD;
	pid = syscall(435, args, 64);
	if (pid == 0)
		_exit(14);
	if (pid < 0) {
		CHECK_EQ(errno, ENOSYS);
		return;
	}
	CHECK_EXITED((pid_t)pid, 14);
}
