/* clock.c: what time it is, by every way to ask, and sleeping. */
#include "harness.h"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>

static long long ns(const struct timespec *ts)
{
	return (long long)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

static long long by_syscall(clockid_t clock)
{
	struct timespec ts;

	CHECK_OK(syscall(SYS_clock_gettime, clock, &ts));
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ns(&ts);
}

static long long by_libc(clockid_t clock)
{
	struct timespec ts;

	CHECK_OK(clock_gettime(clock, &ts));
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ns(&ts);
}

/* The vDSO (which the C library uses) and the system call tell one time. */
TEST(vdso_and_system_call_agree)
{
	static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME };
	size_t c;
	int i;

	for (c = 0; c < ARRAY_LEN(clocks); c++) {
		for (i = 0; i < 1000; i++) {
			long long a = by_syscall(clocks[c]);
			long long b = by_libc(clocks[c]);
			long long d = by_syscall(clocks[c]);

			CHECK(a <= b);
			CHECK(b <= d);
		}
	}
}

TEST(monotonic_never_goes_back)
{
	long long last = 0;
	int i;

	for (i = 0; i < 50000; i++) {
		long long now = by_libc(CLOCK_MONOTONIC);

		CHECK(now >= last);
		last = now;
	}
	CHECK(last > 0);
}

/* Nor between processes. */
TEST(monotonic_between_processes)
{
	int fds[2], i;
	long long now, theirs;

	CHECK_OK(pipe(fds));
	for (i = 0; i < 20; i++) {
		now = by_libc(CLOCK_MONOTONIC);
		pid_t pid = CHILD(theirs = by_libc(CLOCK_MONOTONIC);
				  write_all(fds[1], &theirs, sizeof(theirs)));

		CHECK_EQ(read_all(fds[0], &theirs, sizeof(theirs)), sizeof(theirs));
		CHECK(theirs >= now);
		CHECK(by_libc(CLOCK_MONOTONIC) >= theirs);
		CHECK_EXITED(pid, 0);
	}
}

TEST(real_time_is_of_this_century)
{
	struct timeval tv;
	time_t t = time(NULL);

	CHECK(t > 1600000000 && t < 5000000000);
	CHECK_OK(gettimeofday(&tv, NULL));
	CHECK(tv.tv_sec - t <= 1 && tv.tv_sec >= t);
	CHECK_OK(syscall(SYS_gettimeofday, &tv, NULL));
	CHECK(tv.tv_sec - t <= 1 && tv.tv_sec >= t);
	CHECK(syscall(SYS_time, NULL) - t <= 1);
	CHECK(by_syscall(CLOCK_REALTIME) / 1000000000 - t <= 1);
}

TEST(other_clocks)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME,	      CLOCK_MONOTONIC,
					    CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
					    CLOCK_MONOTONIC_RAW,      CLOCK_REALTIME_COARSE,
					    CLOCK_MONOTONIC_COARSE,   CLOCK_BOOTTIME };
	struct timespec ts;
	size_t i;

	for (i = 0; i < ARRAY_LEN(clocks); i++) {
		CHECK_OK(clock_gettime(clocks[i], &ts));
		CHECK_OK(syscall(SYS_clock_gettime, clocks[i], &ts));
		CHECK_OK(clock_getres(clocks[i], &ts));
	}
	CHECK_ERR(syscall(SYS_clock_gettime, 99, &ts), EINVAL);
	CHECK_ERR(clock_gettime(99, &ts), EINVAL);
}

/* Computing uses processor time, sleeping does not. */
TEST(processor_time)
{
	long long start = by_libc(CLOCK_PROCESS_CPUTIME_ID), end;

	sleep_ms(100);
	CHECK(by_libc(CLOCK_PROCESS_CPUTIME_ID) - start < 60000000);
	start = by_libc(CLOCK_PROCESS_CPUTIME_ID);
	end = now_ms() + 5000;
	while (by_libc(CLOCK_PROCESS_CPUTIME_ID) - start < 50000000 && now_ms() < end)
		;
	CHECK(by_libc(CLOCK_PROCESS_CPUTIME_ID) - start >= 50000000);
	CHECK(clock() >= 0);
}

TEST(sleeping_takes_its_time)
{
	static const long ms[] = { 0, 1, 5, 20, 100 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ms); i++) {
		struct timespec ts = { 0, ms[i] * 1000000 };
		long long start = by_libc(CLOCK_MONOTONIC);

		CHECK_OK(nanosleep(&ts, NULL));
		CHECK(by_libc(CLOCK_MONOTONIC) - start >= ms[i] * 1000000);
	}
}

TEST(errors_of_nanosleep)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };

	CHECK_ERR(nanosleep(&bad, NULL), EINVAL);
	CHECK_ERR(nanosleep(&negative, NULL), EINVAL);
	CHECK_EQ(clock_nanosleep(99, 0, &bad, NULL), EINVAL);
}

TEST(sleep_until_a_moment)
{
	struct timespec until;
	long long target;

	CHECK_OK(clock_gettime(CLOCK_MONOTONIC, &until));
	target = ns(&until) + 30000000;
	until.tv_sec = target / 1000000000;
	until.tv_nsec = target % 1000000000;
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
	CHECK(by_libc(CLOCK_MONOTONIC) >= target);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
}

/* Sleepers wake in the order of their times, whoever began first. */
TEST(sleepers_wake_in_order)
{
	char order[5] = "";
	int fds[2], i;

	CHECK_OK(pipe(fds));
	for (i = 0; i < 4; i++)
		CHILD(sleep_ms(400 - i * 100); char c = (char)('a' + i); write_all(fds[1], &c, 1));
	close(fds[1]);
	CHECK_EQ(read_all(fds[0], order, 5), 4);
	CHECK_STR(order, "dcba");
	while (wait(NULL) > 0)
		;
}

/* The clock goes on by itself at about the right speed: a sleep and a busy wait agree. */
TEST(real_and_monotonic_run_alike)
{
	long long real = by_libc(CLOCK_REALTIME), mono = by_libc(CLOCK_MONOTONIC), difference;

	sleep_ms(200);
	difference = (by_libc(CLOCK_REALTIME) - real) - (by_libc(CLOCK_MONOTONIC) - mono);
	CHECK(difference > -20000000 && difference < 20000000);
}

static void *spin(void *arg)
{
	for (;;)
		pthread_testcancel();
	return arg;
}

static void on_usr1(int sig)
{
	(void)sig;
}

/* A sleep on the clock of a process's own processor time, which another thread uses up. */
TEST(sleep_on_processor_time)
{
	struct timespec t = { 0, 50000000 }, before, after, rest = { 7, 0 };
	struct sigaction sa = { .sa_handler = on_usr1 };
	clockid_t clock;
	pthread_t thread;
	pid_t pid;

	CHECK_EQ(pthread_create(&thread, NULL, spin, NULL), 0);
	CHECK_OK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before));
	CHECK_OK(syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &t, NULL));
	CHECK_OK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after));
	CHECK((after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec >=
	      50000000);
	CHECK_OK(syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &after,
			 NULL));
	CHECK_EQ(pthread_getcpuclockid(thread, &clock), 0);
	CHECK_OK(syscall(SYS_clock_nanosleep, clock, 0, &t, NULL));
	CHECK_ERR(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL), EOPNOTSUPP);
	CHECK_EQ(pthread_getcpuclockid(pthread_self(), &clock), 0);
	CHECK_ERR(syscall(SYS_clock_nanosleep, clock, 0, &t, NULL), EINVAL);
	CHECK_EQ(pthread_cancel(thread), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	/* Nobody uses any now: only a signal ends this one. */
	CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
	t.tv_sec = 5;
	pid = CHILD(sleep_ms(50); kill(getppid(), SIGUSR1));
	CHECK_ERR(syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &t, &rest), EINTR);
	CHECK(rest.tv_sec >= 4 && rest.tv_sec <= 5);
	CHECK_EXITED(pid, 0);
}

static void set_ahead(long sec)
{
	struct timespec t;

	CHECK_OK(clock_gettime(CLOCK_REALTIME, &t));
	t.tv_sec += sec;
	CHECK_OK(clock_settime(CLOCK_REALTIME, &t));
}

/* Sleeps and timers for a time of day notice that somebody sets the clock; relative ones do not.
 * (Only in the guest: nobody's clock is to be set on Linux.) */
TEST(setting_the_clock_wakes_sleepers)
{
	struct itimerspec far = { { 0, 0 }, { 0, 0 } }, rest;
	struct timespec t;
	uint64_t n;
	pid_t pid;
	int cancelled, plain;

	if (!on_flatshare())
		return;
	CHECK_OK(clock_gettime(CLOCK_REALTIME, &t));
	t.tv_sec += 1000;
	far.it_value = t;
	pid = CHILD(
		CHECK_OK(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL)));
	cancelled = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	plain = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	CHECK_OK(timerfd_settime(cancelled, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far,
				 NULL));
	CHECK_OK(timerfd_settime(plain, TFD_TIMER_ABSTIME, &far, NULL));
	sleep_ms(20);
	set_ahead(2);
	CHECK_ERR(read(cancelled, &n, sizeof(n)), ECANCELED);
	CHECK_ERR(read(cancelled, &n, sizeof(n)), EAGAIN);
	CHECK_ERR(read(plain, &n, sizeof(n)), EAGAIN);
	far.it_value = (struct timespec){ 500, 0 };
	CHECK_OK(timerfd_settime(cancelled, 0, &far, NULL));
	set_ahead(1100);
	CHECK_EXITED(pid, 0);
	sleep_ms(5);
	CHECK_EQ(read(plain, &n, sizeof(n)), sizeof(n));
	CHECK_EQ(n, 1);
	CHECK_OK(timerfd_gettime(cancelled, &rest));
	CHECK(rest.it_value.tv_sec >= 490);
	set_ahead(-1102);
}
