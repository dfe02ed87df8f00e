/* timer.c: interval timers, POSIX timers, timerfd and signalfd. */
#include "harness.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#define MS 1000000L

static volatile int count;
static siginfo_t last;
static pthread_t handled_by;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	last = *info;
	handled_by = pthread_self();
	count++;
}

static void handle(int sig)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	CHECK_OK(sigaction(sig, &action, NULL));
}

static void mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	CHECK_OK(sigprocmask(how, &set, NULL));
}

static struct itimerspec every(long first, long interval)
{
	return (struct itimerspec){ { interval / 1000, interval % 1000 * MS },
				    { first / 1000, first % 1000 * MS } };
}

/* Raw calls: a C library wraps timers of threads. */
static int timer_make(clockid_t clock, struct sigevent *event)
{
	int id = -1;

	CHECK_OK(syscall(SYS_timer_create, clock, event, &id));
	return id;
}

static void timer_arm(int id, int flags, long first, long interval)
{
	struct itimerspec spec = every(first, interval);

	CHECK_OK(syscall(SYS_timer_settime, id, flags, &spec, NULL));
}

static void wait_for(int n)
{
	long long end = now_ms() + 5000;

	while (count < n) {
		CHECK(now_ms() < end);
		sleep_ms(1);
	}
}

TEST(posix_timer_sends_its_value)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	long long start = now_ms();
	int id;

	handle(SIGUSR1);
	event.sigev_value.sival_int = 4711;
	id = timer_make(CLOCK_MONOTONIC, &event);
	timer_arm(id, 0, 20, 0);
	wait_for(1);
	CHECK(now_ms() - start >= 20);
	CHECK_EQ(last.si_code, SI_TIMER);
	CHECK_EQ(last.si_value.sival_int, 4711);
	sleep_ms(40);
	CHECK_EQ(count, 1);
	CHECK_OK(syscall(SYS_timer_delete, id));
	CHECK_ERR(syscall(SYS_timer_delete, id), EINVAL);
}

TEST(posix_timer_repeats_and_stops)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec left;
	int id, seen;

	handle(SIGUSR1);
	id = timer_make(CLOCK_REALTIME, &event);
	timer_arm(id, 0, 5, 5);
	wait_for(5);
	CHECK_OK(syscall(SYS_timer_gettime, id, &left));
	CHECK_EQ(left.it_interval.tv_nsec, 5 * MS);
	CHECK(left.it_value.tv_nsec <= 5 * MS);
	timer_arm(id, 0, 0, 0);
	seen = count;
	sleep_ms(30);
	CHECK(count <= seen + 1);
	CHECK_OK(syscall(SYS_timer_gettime, id, &left));
	CHECK_EQ(left.it_value.tv_nsec, 0);
}

/* What expires while the signal is blocked is one signal, and the rest is counted. */
TEST(overruns_are_counted)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	int id;

	handle(SIGRTMIN);
	mask(SIG_BLOCK, SIGRTMIN);
	id = timer_make(CLOCK_MONOTONIC, &event);
	timer_arm(id, 0, 10, 10);
	sleep_ms(105);
	mask(SIG_UNBLOCK, SIGRTMIN);
	CHECK_OK(syscall(SYS_timer_delete, id));
	CHECK(count == 1 || count == 2);
	CHECK(count == 2 || last.si_overrun >= 8);
}

TEST(timer_without_event_sends_sigalrm)
{
	int id;

	handle(SIGALRM);
	id = timer_make(CLOCK_MONOTONIC, NULL);
	timer_arm(id, 0, 5, 0);
	wait_for(1);
	CHECK_EQ(last.si_value.sival_int, id);
}

TEST(absolute_timer)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec spec = { { 0, 0 }, { 0, 0 } };
	int id;

	handle(SIGUSR1);
	id = timer_make(CLOCK_MONOTONIC, &event);
	spec.it_value.tv_nsec = 1; /* long past: at once */
	CHECK_OK(syscall(SYS_timer_settime, id, TIMER_ABSTIME, &spec, NULL));
	wait_for(1);
}

TEST(timer_without_notice_only_counts)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct itimerspec left;
	int id = timer_make(CLOCK_MONOTONIC, &event);

	timer_arm(id, 0, 60000, 0);
	CHECK_OK(syscall(SYS_timer_gettime, id, &left));
	CHECK(left.it_value.tv_sec == 59 || left.it_value.tv_sec == 60);
}

TEST(errors_of_timers)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65 };
	struct itimerspec bad = { { 0, 0 }, { 0, 1000000000 } };
	int id;

	CHECK_ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), EINVAL);
	event.sigev_signo = SIGUSR1;
	event.sigev_notify = 77;
	CHECK_ERR(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), EINVAL);
	event.sigev_notify = SIGEV_SIGNAL;
	CHECK_ERR(syscall(SYS_timer_create, 99, &event, &id), EINVAL);
	id = timer_make(CLOCK_MONOTONIC, &event);
	CHECK_ERR(syscall(SYS_timer_settime, id, 0, &bad, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_timer_settime, id, 0, NULL, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_timer_gettime, id + 1000, &bad), EINVAL);
}

/* A child has none of its parent's timers. */
TEST(timers_are_not_inherited)
{
	struct itimerval value = { { 0, 0 }, { 0, 30000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec left;
	int id;
	pid_t pid;

	handle(SIGALRM);
	handle(SIGUSR1);
	id = timer_make(CLOCK_MONOTONIC, &event);
	timer_arm(id, 0, 30, 0);
	CHECK_OK(setitimer(ITIMER_REAL, &value, NULL));
	pid = CHILD(sleep_ms(60);
		    _exit(count == 0 && syscall(SYS_timer_gettime, id, &left) == -1 ? 7 : 8));
	CHECK_EXITED(pid, 7);
	wait_for(2);
}

static void *sleeper(void *unused)
{
	long long end = now_ms() + 5000;

	(void)unused;
	while (count == 0 && now_ms() < end)
		sleep_ms(1);
	return NULL;
}

static pid_t sleeper_tid;

static void *sleeper_with_tid(void *unused)
{
	sleeper_tid = (pid_t)syscall(SYS_gettid);
	return sleeper(unused);
}

TEST(timer_signals_one_thread)
{
	struct sigevent event = { .sigev_notify = 4 /* SIGEV_THREAD_ID */, .sigev_signo = SIGUSR1 };
	pthread_t thread;
	int id;

	handle(SIGUSR1);
	CHECK_EQ(pthread_create(&thread, NULL, sleeper_with_tid, NULL), 0);
	while (*(volatile pid_t *)&sleeper_tid == 0)
		sleep_ms(1);
	/* sigev_notify_thread_id lies where the function's address does. */
	memcpy((char *)&event + offsetof(struct sigevent, sigev_notify) + sizeof(int), &sleeper_tid,
	       sizeof(sleeper_tid));
	id = timer_make(CLOCK_MONOTONIC, &event);
	timer_arm(id, 0, 5, 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(count, 1);
	CHECK(pthread_equal(handled_by, thread));
}

static void burn(long ms)
{
	long long end = now_ms() + ms;

	while (now_ms() < end)
		;
}

/* ITIMER_VIRTUAL and ITIMER_PROF count what the process uses, not the time that passes. */
TEST(timers_of_processor_time)
{
	struct itimerval value = { { 0, 0 }, { 0, 40000 } }, left;

	handle(SIGVTALRM);
	CHECK_OK(setitimer(ITIMER_VIRTUAL, &value, NULL));
	sleep_ms(100);
	CHECK_EQ(count, 0);
	CHECK_OK(getitimer(ITIMER_VIRTUAL, &left));
	CHECK(left.it_value.tv_usec > 0);
	while (count == 0)
		burn(5);
	CHECK_OK(getitimer(ITIMER_VIRTUAL, &left));
	CHECK_EQ(left.it_value.tv_usec, 0);
}

TEST(alarm_tells_what_was_left)
{
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(50), 100);
	CHECK_EQ(alarm(0), 50);
	CHECK_EQ(alarm(0), 0);
}

/* --- timerfd --- */

static int timer_file(int clock, int flags)
{
	int fd = timerfd_create(clock, flags);

	CHECK(fd >= 0);
	return fd;
}

TEST(timerfd_counts)
{
	int fd = timer_file(CLOCK_MONOTONIC, 0);
	struct itimerspec spec = every(10, 10);
	uint64_t n = 0;

	CHECK_OK(timerfd_settime(fd, 0, &spec, NULL));
	CHECK_EQ(read(fd, &n, sizeof(n)), 8);
	CHECK(n >= 1);
	sleep_ms(50);
	CHECK_EQ(read(fd, &n, sizeof(n)), 8);
	CHECK(n >= 4);
	CHECK_ERR(read(fd, &n, 7), EINVAL);
	CHECK_ERR(write(fd, &n, 8), EINVAL);
}

/* A bad address for the old setting does not keep the new one away. */
TEST(timerfd_settime_with_a_bad_address)
{
	struct itimerspec spec = { .it_value = { 1000, 0 } }, now;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	CHECK_ERR(syscall(SYS_timerfd_settime, fd, 0, &spec, (void *)8), EFAULT);
	CHECK_OK(timerfd_gettime(fd, &now));
	CHECK(now.it_value.tv_sec > 900);
}

/* A signal that F_SETSIG chose tells a signalfd about which descriptor, and what for. */
TEST(signalfd_tells_of_io)
{
	struct signalfd_siginfo s;
	sigset_t set;
	int p[2], fd;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	CHECK_OK(pipe(p));
	CHECK_OK(fcntl(p[0], F_SETOWN, getpid()));
	CHECK_OK(fcntl(p[0], F_SETSIG, SIGRTMIN));
	CHECK_OK(fcntl(p[0], F_SETFL, O_ASYNC));
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(read(fd, &s, sizeof(s)), sizeof(s));
	CHECK_EQ(s.ssi_signo, SIGRTMIN);
	CHECK_EQ(s.ssi_code, POLL_IN);
	CHECK_EQ(s.ssi_fd, p[0]);
	CHECK_EQ(s.ssi_band, 0x41); /* POLLIN | POLLRDNORM */
	CHECK_EQ(s.ssi_addr, 0);
	CHECK_EQ(s.ssi_pid, 0);
}

TEST(timerfd_nonblocking_and_polled)
{
	int fd = timer_file(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	struct pollfd p = { fd, POLLIN, 0 };
	struct itimerspec spec = every(20, 0), old;
	uint64_t n = 0;

	CHECK_ERR(read(fd, &n, sizeof(n)), EAGAIN);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(poll(&p, 1, 0), 0);
	CHECK_OK(timerfd_settime(fd, 0, &spec, NULL));
	CHECK_OK(timerfd_gettime(fd, &old));
	CHECK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 20 * MS);
	CHECK_EQ(poll(&p, 1, 2000), 1);
	CHECK_EQ(p.revents, POLLIN);
	CHECK_EQ(read(fd, &n, sizeof(n)), 8);
	CHECK_EQ(n, 1);
	CHECK_ERR(read(fd, &n, sizeof(n)), EAGAIN);
}

/* A fork shares the timer; it goes when the last descriptor is closed. */
TEST(timerfd_is_shared_by_fork)
{
	int fd = timer_file(CLOCK_MONOTONIC, 0);
	struct itimerspec spec = every(10, 0);
	uint64_t n = 0;
	pid_t pid = CHILD(spec = every(10, 0); timerfd_settime(fd, 0, &spec, NULL));

	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd, &n, sizeof(n)), 8);
	CHECK_EQ(n, 1);
}

TEST(errors_of_timerfd)
{
	struct itimerspec spec = every(10, 0);

	CHECK_ERR(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
	CHECK_ERR(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
	CHECK_ERR(timerfd_settime(-1, 0, &spec, NULL), EBADF);
	CHECK_ERR(timerfd_settime(0, 0, &spec, NULL), EINVAL);
	CHECK_ERR(timerfd_settime(timer_file(CLOCK_MONOTONIC, 0), 64, &spec, NULL), EINVAL);
}

/* --- signalfd --- */

TEST(signalfd_reads_signals)
{
	struct signalfd_siginfo info[3];
	union sigval value = { .sival_int = 42 };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_ERR(read(fd, info, sizeof(info)), EAGAIN);
	CHECK_OK(sigqueue(getpid(), SIGRTMIN, value));
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(read(fd, info, sizeof(info)), 2 * sizeof(info[0]));
	CHECK_EQ(info[0].ssi_signo, SIGUSR1);
	CHECK_EQ(info[0].ssi_pid, getpid());
	CHECK_EQ(info[0].ssi_code, SI_USER);
	CHECK_EQ(info[1].ssi_signo, (unsigned)SIGRTMIN);
	CHECK_EQ(info[1].ssi_int, 42);
	CHECK_ERR(read(fd, info, 10), EINVAL);
}

TEST(signalfd_is_polled_and_waited_for)
{
	struct signalfd_siginfo info;
	struct epoll_event event = { .events = EPOLLIN };
	sigset_t set;
	pid_t parent = getpid(), pid;
	int fd, ep;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR2);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	ep = epoll_create1(0);
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	CHECK_EQ(epoll_wait(ep, &event, 1, 0), 0);
	pid = CHILD(sleep_ms(20); kill(parent, SIGUSR2); sleep_ms(20));
	CHECK_EQ(epoll_wait(ep, &event, 1, 5000), 1);
	CHECK_EQ(read(fd, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGUSR2);
	CHECK_EQ(read(fd, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGCHLD);
	CHECK_EQ(info.ssi_pid, pid);
	CHECK_EQ(info.ssi_code, CLD_EXITED);
	CHECK_EXITED(pid, 0);
}

TEST(signalfd_changes_its_mask)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGUSR2);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	raise(SIGUSR2);
	CHECK_ERR(read(fd, &info, sizeof(info)), EAGAIN);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ(signalfd(fd, &set, 0), fd);
	CHECK_EQ(read(fd, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGUSR2);
	CHECK_ERR(signalfd(0, &set, 0), EINVAL);
	CHECK_ERR(signalfd(1000, &set, 0), EBADF);
}

static void show_waiting(const char *when, const sigset_t *set)
{
	struct timespec none = { 0, 0 };
	siginfo_t info;
	int sig = sigtimedwait(set, &info, &none);

	printf("%s: %s\n", when,
	       sig < 0			  ? errno_name(errno)
	       : info.si_code == SI_TIMER ? "timer"
					  : "other");
}

static timer_t expired_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 4 };
	struct itimerspec soon = { { 0, 0 }, { 0, 1000000 } };
	timer_t timer;

	CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	CHECK_OK(timer_settime(timer, 0, &soon, NULL));
	sleep_ms(10);
	return timer;
}

/* A signal that waits goes with its timer, and with the setting that it comes from. */
TEST(waiting_signal_of_a_changed_timer)
{
	struct itimerspec off = { { 0, 0 }, { 0, 0 } }, later = { { 0, 0 }, { 100, 0 } };
	sigset_t set;
	timer_t timer;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 4);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	timer = expired_timer();
	show_waiting("expired", &set);
	timer_delete(timer);
	timer = expired_timer();
	CHECK_OK(timer_delete(timer));
	show_waiting("deleted", &set);
	timer = expired_timer();
	CHECK_OK(timer_settime(timer, 0, &off, NULL));
	show_waiting("disarmed", &set);
	timer_delete(timer);
	timer = expired_timer();
	CHECK_OK(timer_settime(timer, 0, &later, NULL));
	show_waiting("armed again", &set);
	timer_delete(timer);
}

/* While its signal is ignored a timer goes on, and a handler hears of it later. */
TEST(timer_with_an_ignored_signal)
{
	struct itimerspec soon = { { 0, 3000000 }, { 0, 3000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
	sigset_t set;
	timer_t timer;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	signal(SIGUSR2, SIG_IGN);
	CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	CHECK_OK(timer_settime(timer, 0, &soon, NULL));
	sleep_ms(20);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	show_waiting("ignored", &set);
	signal(SIGUSR2, SIG_DFL);
	sleep_ms(20);
	show_waiting("not ignored any more", &set);
	CHECK_OK(timer_delete(timer));
}
