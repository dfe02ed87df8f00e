/* Stopping and continuing, waiting for it, reparenting, and which thread gets a signal. */
#include "harness.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/time.h>

static volatile uint32_t *counter;

static void shared_counters(void)
{
	counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK((void *)counter != MAP_FAILED);
}

static void *count(void *arg)
{
	volatile uint32_t *n = &counter[(uintptr_t)arg];

	for (;;) {
		(*n)++;
		sleep_ms(1);
	}
	return NULL;
}

static void show(const char *what, pid_t pid, int options)
{
	siginfo_t info;
	int r;

	memset(&info, 0, sizeof(info));
	r = waitid(P_PID, (id_t)pid, &info, options);
	printf("%s: %s", what, r < 0 ? errno_name(errno) : info.si_pid == 0 ? "nothing" : "");
	if (r == 0 && info.si_pid != 0)
		printf("code %d status %d%s", info.si_code, info.si_status,
		       info.si_pid == pid ? "" : ", of another");
	printf("\n");
	fflush(stdout);
}

/* All threads of a process stop, and it is told once. */
TEST(all_threads_stop)
{
	uint32_t seen[3];
	pid_t pid;

	shared_counters();
	pid = CHILD({
		pthread_t t;

		for (uintptr_t i = 0; i < 2; i++)
			CHECK_EQ(pthread_create(&t, NULL, count, (void *)i), 0);
		count((void *)2);
	});
	while (counter[0] < 3 || counter[1] < 3 || counter[2] < 3)
		sleep_ms(1);
	CHECK_OK(kill(pid, SIGSTOP));
	show("stopped", pid, WSTOPPED);
	show("again", pid, WSTOPPED | WNOHANG);
	memcpy(seen, (void *)counter, sizeof(seen));
	sleep_ms(20);
	CHECK_EQ(memcmp(seen, (void *)counter, sizeof(seen)), 0);
	CHECK_OK(kill(pid, SIGCONT));
	show("continued", pid, WCONTINUED);
	show("again", pid, WCONTINUED | WNOHANG);
	while (counter[0] < seen[0] + 3 || counter[1] < seen[1] + 3 || counter[2] < seen[2] + 3)
		sleep_ms(1);
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_OK(kill(pid, SIGKILL));
	show("killed", pid, WEXITED | WSTOPPED);
}

TEST(looking_without_taking)
{
	pid_t pid = CHILD(pause());

	CHECK_OK(kill(pid, SIGSTOP));
	show("look", pid, WSTOPPED | WNOWAIT);
	show("look", pid, WSTOPPED | WNOWAIT | WNOHANG);
	show("take", pid, WSTOPPED);
	show("gone", pid, WSTOPPED | WNOHANG | WEXITED);
	CHECK_OK(kill(pid, SIGCONT));
	show("look", pid, WCONTINUED | WNOWAIT);
	show("take", pid, WCONTINUED | WNOHANG);
	show("gone", pid, WCONTINUED | WNOHANG);
	CHECK_OK(kill(pid, SIGTERM));
	show("look", pid, WEXITED | WNOWAIT);
	show("take", pid, WEXITED);
	show("gone", pid, WEXITED);
}

/* A stop that was continued before anybody asked is not told any more. */
TEST(stop_and_continue_unseen)
{
	pid_t pid = CHILD(for (;;) pause());

	CHECK_OK(kill(pid, SIGSTOP));
	show("look", pid, WSTOPPED | WNOWAIT);
	CHECK_OK(kill(pid, SIGCONT));
	show("look", pid, WCONTINUED | WNOWAIT);
	show("stop", pid, WSTOPPED | WNOHANG);
	CHECK_OK(kill(pid, SIGSTOP));
	show("stop", pid, WSTOPPED | WNOWAIT);
	show("continue", pid, WCONTINUED | WNOHANG);
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}

static volatile sig_atomic_t continued, stopped;

static void on_cont(int sig)
{
	(void)sig;
	continued++;
}

static void on_tstp(int sig)
{
	(void)sig;
	stopped++;
}

/* SIGCONT continues even where it is blocked or ignored; a handler runs afterwards. */
TEST(continuing_and_its_handler)
{
	static const char *const how[] = { "handler", "blocked", "ignored" };

	for (int i = 0; i < 3; i++) {
		pid_t pid = CHILD({
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGCONT);
			signal(SIGCONT, i == 2 ? SIG_IGN : on_cont);
			if (i == 1)
				sigprocmask(SIG_BLOCK, &set, NULL);
			raise(SIGSTOP);
			_exit(10 + continued);
		});

		printf("%s ", how[i]);
		show("stopped", pid, WSTOPPED);
		CHECK_OK(kill(pid, SIGCONT));
		show("ended", pid, WEXITED);
	}
}

/* A stop signal takes a waiting SIGCONT away, and the reverse. */
TEST(stop_and_continue_cancel_each_other)
{
	sigset_t set, waiting;

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	sigaddset(&set, SIGTSTP);
	signal(SIGCONT, on_cont);
	signal(SIGTSTP, on_tstp);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_OK(raise(SIGTSTP));
	CHECK_OK(raise(SIGCONT));
	CHECK_OK(sigpending(&waiting));
	CHECK(sigismember(&waiting, SIGCONT) && !sigismember(&waiting, SIGTSTP));
	CHECK_OK(raise(SIGTSTP));
	CHECK_OK(sigpending(&waiting));
	CHECK(!sigismember(&waiting, SIGCONT) && sigismember(&waiting, SIGTSTP));
	CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK_EQ(stopped * 10 + continued, 10);
}

/* In an orphaned group the terminal's stop signals do nothing, SIGSTOP does. */
TEST(stops_in_an_orphaned_group)
{
	pid_t pid = CHILD({
		setsid();
		raise(SIGTSTP);
		raise(SIGTTIN);
		raise(SIGTTOU);
		_exit(5);
	});

	show("ended", pid, WEXITED | WSTOPPED);
	pid = CHILD(setsid(); raise(SIGSTOP));
	show("stopped", pid, WEXITED | WSTOPPED);
	CHECK_OK(kill(pid, SIGCONT));
	show("ended", pid, WEXITED);
}

static void *wait_for_signal(void *arg)
{
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	*(volatile int *)arg = 1;
	return (void *)(intptr_t)sigwaitinfo(&set, &info);
}

/* All block it; the one that waits for it gets it. */
TEST(waiting_thread_gets_the_signal)
{
	volatile int ready = 0;
	void *result;
	pthread_t t;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_EQ(pthread_create(&t, NULL, wait_for_signal, (void *)&ready), 0);
	while (!ready)
		sleep_ms(1);
	sleep_ms(5);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ((intptr_t)result, SIGUSR1);
}

static volatile pid_t handled_by;

static void note_thread(int sig)
{
	(void)sig;
	handled_by = (pid_t)syscall(SYS_gettid);
}

static void *open_then_wait(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	*(volatile pid_t *)arg = (pid_t)syscall(SYS_gettid);
	sigsuspend(&set);
	return NULL;
}

/* It waits while all block it, and goes to the first that opens its mask. */
TEST(waiting_signal_goes_to_who_unblocks)
{
	volatile pid_t tid = 0;
	pthread_t t;
	sigset_t set;

	sigfillset(&set);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	signal(SIGUSR1, note_thread);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(pthread_create(&t, NULL, open_then_wait, (void *)&tid), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(handled_by, tid);
}

/* A timer signal or a fault is for its own thread; raise() too. */
static void *raise_here(void *arg)
{
	CHECK_OK(raise(SIGUSR2));
	CHECK_EQ(handled_by, syscall(SYS_gettid));
	return arg;
}

TEST(raise_is_for_the_calling_thread)
{
	pthread_t t;

	signal(SIGUSR2, note_thread);
	CHECK_EQ(pthread_create(&t, NULL, raise_here, NULL), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
}

static void *alternate_of_thread(void *arg)
{
	stack_t ss;

	CHECK_OK(sigaltstack(NULL, &ss));
	CHECK_EQ(ss.ss_flags, SS_DISABLE);
	return arg;
}

TEST(alternate_stacks_of_threads)
{
	static char memory[65536];
	stack_t ss = { .ss_sp = memory, .ss_size = sizeof(memory) }, old;
	pthread_t t;

	CHECK_OK(sigaltstack(&ss, NULL));
	CHECK_EQ(pthread_create(&t, NULL, alternate_of_thread, NULL), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EXITED(CHILD(CHECK_OK(sigaltstack(NULL, &old)); CHECK(old.ss_sp == memory)), 0);
	ss.ss_size = 100;
	CHECK_ERR(sigaltstack(&ss, NULL), ENOMEM);
	ss.ss_size = sizeof(memory);
	ss.ss_flags = 8;
	CHECK_ERR(sigaltstack(&ss, NULL), EINVAL);
	ss.ss_flags = SS_DISABLE;
	CHECK_OK(sigaltstack(&ss, &old));
	CHECK(old.ss_sp == memory && old.ss_flags == 0);
	CHECK_OK(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
}

TEST(limit_of_queued_signals)
{
	struct rlimit limit = { 3, 3 };
	sigset_t set;
	int queued = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	sigaddset(&set, SIGUSR1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	/* The limit is the user's, whose other processes' signals count too. */
	CHECK_OK(syscall(SYS_setresuid, 4321, 4321, 4321));
	CHECK_OK(setrlimit(RLIMIT_SIGPENDING, &limit));
	while (queued < 10 &&
	       sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = queued }) == 0)
		queued++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(queued, 3);
	CHECK_OK(kill(getpid(), SIGUSR1));
	for (int i = 0; i < 3; i++) {
		siginfo_t info;
		struct timespec none = { 0, 0 };
		sigset_t rt;

		sigemptyset(&rt);
		sigaddset(&rt, SIGRTMIN + 3);
		CHECK_EQ(sigtimedwait(&rt, &info, &none), SIGRTMIN + 3);
		CHECK_EQ(info.si_value.sival_int, i);
	}
}

/* At the limit kill(2) loses what it would tell; all others that send real-time signals fail. */
TEST(real_time_signals_at_the_limit)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;
	pid_t self = getpid();

	sigfillset(&set);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_OK(setrlimit(RLIMIT_SIGPENDING, &none));
	CHECK_ERR(sigqueue(self, SIGRTMIN, (union sigval){ 0 }), EAGAIN);
	CHECK_OK(kill(self, SIGRTMIN + 1));
	CHECK_ERR(syscall(SYS_tkill, self, SIGRTMIN + 2), EAGAIN);
	CHECK_ERR(syscall(SYS_tgkill, self, self, SIGRTMIN + 2), EAGAIN);
	CHECK_OK(syscall(SYS_tkill, self, SIGUSR1));
	CHECK_OK(sigpending(&set));
	for (int i = 1; i <= SIGRTMAX; i++)
		CHECK_EQ(sigismember(&set, i), i == SIGUSR1 || i == SIGRTMIN + 1);
}

/* kill(-1) succeeds as well when there are only processes that may not be signalled. */
TEST(signal_to_all_that_may_not_be)
{
	CHECK_EXITED(CHILD(CHECK_OK(setuid(1234)); CHECK_ERR(kill(getppid(), 0), EPERM);
			   CHECK_OK(kill(-1, 0)); CHECK_OK(kill(-1, SIGURG))),
		     0);
}

TEST(errors_of_signal_calls)
{
	struct timespec none = { 0, 0 }, bad = { 0, 1000000000 };
	uint64_t set = 1ull << (SIGUSR1 - 1);
	siginfo_t info;

	CHECK_ERR(syscall(SYS_rt_sigtimedwait, &set, &info, &none, 8), EAGAIN);
	CHECK_ERR(syscall(SYS_rt_sigtimedwait, &set, &info, &bad, 8), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigtimedwait, &set, &info, &none, 4), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8), EINVAL);
	CHECK_OK(syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8));
	CHECK_ERR(syscall(SYS_rt_sigsuspend, &set, 16), EINVAL);
	CHECK_ERR(syscall(SYS_signalfd4, -1, &set, 8, 1), EINVAL);
	CHECK_ERR(syscall(SYS_signalfd4, 0, &set, 8, 0), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4), EINVAL);
	CHECK_ERR(syscall(SYS_tkill, -1, SIGUSR1), EINVAL);
	CHECK_ERR(syscall(SYS_tgkill, getpid(), 30000, 0), ESRCH);
	CHECK_ERR(syscall(SYS_tgkill, getppid(), getpid(), 0), ESRCH);
	memset(&info, 0, sizeof(info));
	info.si_code = SI_USER;
	CHECK_ERR(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info), EPERM);
	info.si_code = SI_TKILL;
	CHECK_ERR(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info), EPERM);
	info.si_code = SI_QUEUE;
	CHECK_OK(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info));
	info.si_code = 44;
	set = 1ull << (SIGUSR1 - 1);
	CHECK_OK(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8));
	CHECK_OK(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info));
	CHECK_EQ(syscall(SYS_rt_sigtimedwait, &set, &info, &none, 8), SIGUSR1);
	CHECK_EQ(info.si_code, 44);
}

TEST(errors_of_waiting)
{
	siginfo_t info;
	pid_t pid = CHILD(setpgid(0, 0); pause());

	CHECK_OK(setpgid(pid, pid) == 0 || errno == EACCES ? 0 : -1);
	CHECK_ERR(waitid(P_PID, (id_t)pid, &info, 0), EINVAL);
	CHECK_ERR(waitid(P_PID, (id_t)pid, &info, WEXITED | 0x100), EINVAL);
	CHECK_ERR(waitid(P_PID, 0, &info, WEXITED), EINVAL);
	CHECK_ERR(waitid(P_PGID, (id_t)-5, &info, WEXITED), EINVAL);
	CHECK_ERR(waitid((idtype_t)9, 1, &info, WEXITED), EINVAL);
	CHECK_ERR(waitid(P_PID, 30000, &info, WEXITED), ECHILD);
	CHECK_ERR(waitid(P_PGID, 0, &info, WEXITED | WNOHANG), ECHILD);
	CHECK_ERR(wait4(0, NULL, WNOHANG, NULL), ECHILD);
	CHECK_ERR(wait4(-30000, NULL, WNOHANG, NULL), ECHILD);
	CHECK_ERR(wait4(INT_MIN, NULL, WNOHANG, NULL), ESRCH);
	CHECK_ERR(wait4(-1, NULL, 0x80, NULL), EINVAL);
	CHECK_ERR(wait4(-1, NULL, WEXITED | WNOHANG, NULL), EINVAL);
	CHECK_EQ(wait4(-pid, NULL, WNOHANG, NULL), 0);
	CHECK_EQ(wait4(pid, NULL, WNOHANG | __WALL, NULL), 0);
	CHECK_ERR(wait4(pid, NULL, WNOHANG | __WCLONE, NULL), ECHILD);
	memset(&info, 1, sizeof(info));
	CHECK_OK(waitid(P_PGID, (id_t)pid, &info, WEXITED | WNOHANG));
	CHECK_EQ(info.si_pid, 0);
	CHECK_EQ(info.si_signo, 0);
	CHECK_OK(kill(-pid, SIGKILL));
	CHECK_OK(waitid(P_ALL, 0, NULL, WEXITED));
	CHECK_ERR(waitid(P_ALL, 0, NULL, WEXITED), ECHILD);
}

static void *fork_in_thread(void *arg)
{
	*(pid_t *)arg = CHILD(sleep_ms(10); _exit(3));
	return arg;
}

static void *wait_in_thread(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	CHECK_ERR(wait4(pid, NULL, __WNOTHREAD | WNOHANG, NULL), ECHILD);
	CHECK_EXITED(pid, 3);
	return arg;
}

/* Any thread may wait for any thread's child, unless it says __WNOTHREAD. */
TEST(children_of_threads)
{
	pthread_t t;
	pid_t pid = CHILD(sleep_ms(10); _exit(3));

	CHECK_EQ(pthread_create(&t, NULL, wait_in_thread, &pid), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(pthread_create(&t, NULL, fork_in_thread, &pid), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EXITED(pid, 3);
}

/* The nearest subreaper above gets an orphan; a process's own children know their new parent. */
TEST(nested_subreapers)
{
	struct gate gate;
	int status, fd[2];
	pid_t pid, orphan;

	gate_open(&gate);
	CHECK_OK(pipe(fd));
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	pid = CHILD({
		CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
		CHECK_EXITED(CHILD({
				     /* Inherited by nobody. */
				     int is = 9;

				     CHECK_OK(prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0));
				     CHECK_EQ(is, 0);
				     orphan = CHILD(gate_wait(&gate);
						    _exit(getppid() == 1 ? 1 : 44));
				     write_all(fd[1], &orphan, sizeof(orphan));
			     }),
			     0);
		CHECK_ERR(waitpid(0x7fff, NULL, WNOHANG), ECHILD);
	});
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd[0], &orphan, sizeof(orphan)), sizeof(orphan));
	gate_signal(&gate);
	CHECK_EQ(waitpid(orphan, &status, 0), orphan);
	CHECK_EQ(WEXITSTATUS(status), 44);
}

TEST(usage_of_threads)
{
	struct rusage ru;

	for (int i = 0; i < 5; i++)
		sleep_ms(1);
	CHECK_OK(getrusage(RUSAGE_THREAD, &ru));
	CHECK(ru.ru_nvcsw >= 5);
	CHECK(ru.ru_maxrss > 0);
	CHECK_EXITED(CHILD(for (int i = 0; i < 5; i++) sleep_ms(1)), 0);
	CHECK_OK(getrusage(RUSAGE_CHILDREN, &ru));
	CHECK(ru.ru_nvcsw >= 5);
	CHECK_ERR(getrusage(7, &ru), EINVAL);
}

static void *die_soon(void *arg)
{
	*(pid_t *)arg = CHILD({
		prctl(PR_SET_PDEATHSIG, SIGUSR1);
		for (;;)
			pause();
	});
	sleep_ms(20);
	return NULL;
}

/* It is the thread that made a child whose end the child is told. */
TEST(death_signal_of_a_thread)
{
	pthread_t t;
	pid_t pid;

	CHECK_EQ(pthread_create(&t, NULL, die_soon, &pid), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_SIGNALED(pid, SIGUSR1);
}

static volatile sig_atomic_t virtual_alarm;

static void on_virtual(int sig)
{
	virtual_alarm = sig;
}

/* ITIMER_VIRTUAL counts what the program computes, not what the kernel does for it. */
TEST(virtual_timer_counts_user_time)
{
	static char block[1 << 20];
	struct itimerval value = { { 0, 0 }, { 0, 100000 } };
	int fd = open("/dev/zero", O_RDONLY);
	long long until = now_ms() + 250;

	signal(SIGVTALRM, on_virtual);
	CHECK_OK(setitimer(ITIMER_VIRTUAL, &value, NULL));
	while (now_ms() < until)
		CHECK_EQ(read(fd, block, sizeof(block)), sizeof(block));
	CHECK_EQ(virtual_alarm, 0);
	while (!virtual_alarm)
		;
	CHECK_EQ(virtual_alarm, SIGVTALRM);
}

/* Whatever else waits for a stopped process, it is SIGKILL that ends it. */
TEST(kill_comes_first)
{
	static const int others[] = { SIGHUP, SIGSEGV, SIGTERM };
	int status;

	for (unsigned i = 0; i < ARRAY_LEN(others); i++) {
		pid_t pid = CHILD(for (;;) pause());

		CHECK_OK(kill(pid, SIGSTOP));
		CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
		CHECK(WIFSTOPPED(status));
		CHECK_OK(syscall(SYS_tgkill, pid, pid, others[i]));
		CHECK_OK(kill(pid, others[i]));
		CHECK_OK(kill(pid, SIGKILL));
		CHECK_SIGNALED(pid, SIGKILL);
	}
}
