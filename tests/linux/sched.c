/* Policies, priorities and nice values, and what CPU time is charged to whom: sched(7). */
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/times.h>

/* <linux/sched.h> and <linux/sched/types.h> do not go together with musl's <sched.h>. */
struct sched_attr {
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
	uint32_t sched_util_min, sched_util_max;
};
#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif
#define SCHED_FLAG_RESET_ON_FORK 0x01
#define SCHED_FLAG_KEEP_POLICY	 0x08
#define SCHED_FLAG_KEEP_PARAMS	 0x10

/* musl's sched_setscheduler(3) and its kin refuse: POSIX means the process. */
static long set_policy(pid_t pid, int policy, int priority)
{
	return syscall(SYS_sched_setscheduler, pid, policy, &priority);
}

static int policy_of(pid_t pid)
{
	return (int)syscall(SYS_sched_getscheduler, pid);
}

static int priority_of(pid_t pid)
{
	int priority = -1;

	CHECK_OK(syscall(SYS_sched_getparam, pid, &priority));
	return priority;
}

static void one_cpu(void)
{
	unsigned long mask[16] = { 0 };
	long len = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);

	CHECK(len > 0);
	for (unsigned i = 0; i < 64; i++) {
		if (mask[0] >> i & 1) {
			mask[0] = 1ul << i;
			break;
		}
	}
	CHECK_OK(syscall(SYS_sched_setaffinity, 0, (size_t)len, mask));
}

static void spin_ms(long ms)
{
	struct timespec t;
	long long until;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	until = t.tv_sec * 1000000000ll + t.tv_nsec + ms * 1000000ll;
	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
		for (volatile int i = 0; i < 20000; i++)
			;
	} while (t.tv_sec * 1000000000ll + t.tv_nsec < until);
}

TEST(policies_are_kept)
{
	static const int policies[] = { SCHED_FIFO, SCHED_RR, SCHED_OTHER, SCHED_BATCH,
					SCHED_IDLE };
	struct sched_attr a;
	int zero = 0, three = 3;

	for (unsigned i = 0; i < ARRAY_LEN(policies); i++) {
		int priority = i < 2 ? 7 : 0;

		CHECK_OK(set_policy(0, policies[i], priority));
		CHECK_EQ(policy_of(0), policies[i]);
		CHECK_EQ(policy_of(getpid()), policies[i]);
		CHECK_EQ(priority_of(0), priority);
		memset(&a, 0, sizeof(a));
		CHECK_OK(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
		CHECK_EQ(a.sched_policy, policies[i]);
		CHECK_EQ(a.sched_priority, priority);
		CHECK_EQ(a.sched_flags, 0);
		CHECK_ERR(syscall(SYS_sched_setparam, 0, i < 2 ? &zero : &three), EINVAL);
	}
	CHECK_OK(set_policy(0, SCHED_RR | SCHED_RESET_ON_FORK, 1));
	CHECK_EQ(policy_of(0), SCHED_RR | SCHED_RESET_ON_FORK);
	CHECK_OK(syscall(SYS_sched_setparam, 0, &three));
	CHECK_EQ(priority_of(0), 3);
	CHECK_EQ(policy_of(0), SCHED_RR | SCHED_RESET_ON_FORK);
	CHECK_OK(set_policy(0, SCHED_OTHER, 0));
	CHECK_EQ(policy_of(0), SCHED_OTHER);
}

TEST(errors_of_policies)
{
	struct sched_attr a = { .size = sizeof(a) };
	struct {
		struct sched_attr a;
		char more[64];
	} big = { .a = { .size = sizeof(big) } };

	CHECK_ERR(set_policy(0, SCHED_FIFO, 0), EINVAL);
	CHECK_ERR(set_policy(0, SCHED_FIFO, 100), EINVAL);
	CHECK_ERR(set_policy(0, SCHED_RR, -1), EINVAL);
	CHECK_ERR(set_policy(0, SCHED_OTHER, 1), EINVAL);
	CHECK_ERR(set_policy(0, 4, 0), EINVAL);
	CHECK_ERR(set_policy(0, 99, 0), EINVAL);
	CHECK_ERR(set_policy(0, -1, 0), EINVAL);
	CHECK_ERR(set_policy(-1, SCHED_OTHER, 0), EINVAL);
	CHECK_ERR(set_policy(30000, SCHED_OTHER, 0), ESRCH);
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, 8), EFAULT);
	CHECK_ERR(syscall(SYS_sched_getscheduler, -1), EINVAL);
	CHECK_ERR(syscall(SYS_sched_getscheduler, 30000), ESRCH);
	CHECK_ERR(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_sched_rr_get_interval, -1, &a), EINVAL);
	CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99);
	CHECK_EQ(sched_get_priority_min(SCHED_RR), 1);
	CHECK_EQ(sched_get_priority_max(SCHED_IDLE), 0);
	CHECK_ERR(sched_get_priority_max(4), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setattr, 0, NULL, 0), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setattr, 0, &a, 1), EINVAL);
	CHECK_ERR(syscall(SYS_sched_setattr, 30000, &a, 0), ESRCH);
	a.sched_flags = 1ull << 40;
	CHECK_ERR(syscall(SYS_sched_setattr, 0, &a, 0), EINVAL);
	a.sched_flags = 0;
	a.size = 20;
	CHECK_ERR(syscall(SYS_sched_setattr, 0, &a, 0), E2BIG);
	CHECK(a.size >= 48);
	CHECK_OK(syscall(SYS_sched_setattr, 0, &big, 0));
	big.a.size = sizeof(big);
	big.more[60] = 1;
	CHECK_ERR(syscall(SYS_sched_setattr, 0, &big, 0), E2BIG);
	CHECK_ERR(syscall(SYS_sched_getattr, 0, &a, 40, 0), EINVAL);
}

TEST(attributes)
{
	struct sched_attr a = { .size = sizeof(a), .sched_policy = SCHED_BATCH, .sched_nice = 7 };

	CHECK_OK(syscall(SYS_sched_setattr, 0, &a, 0));
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 7);
	CHECK_EQ(policy_of(0), SCHED_BATCH);
	a.sched_policy = SCHED_FIFO;
	a.sched_priority = 2;
	a.sched_nice = 3;
	CHECK_OK(syscall(SYS_sched_setattr, 0, &a, 0));
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 7);
	a.sched_priority = 0;
	a.sched_flags = SCHED_FLAG_KEEP_PARAMS | SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_RESET_ON_FORK;
	CHECK_OK(syscall(SYS_sched_setattr, 0, &a, 0));
	CHECK_EQ(priority_of(0), 2);
	memset(&a, 0xff, sizeof(a));
	CHECK_OK(syscall(SYS_sched_getattr, 0, &a, 48, 0));
	CHECK_EQ(a.size, 48);
	CHECK_EQ(a.sched_flags, 0);
	CHECK_EQ(a.sched_nice, 0);
	CHECK_EQ(a.sched_util_min, 0xffffffff);
}

TEST(what_children_inherit)
{
	CHECK_OK(set_policy(0, SCHED_FIFO, 9));
	CHECK_EXITED(CHILD(_exit(policy_of(0) * 16 + priority_of(0))), SCHED_FIFO * 16 + 9);
	CHECK_OK(set_policy(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 9));
	CHECK_EXITED(CHILD(_exit(policy_of(0) * 16 + priority_of(0))), SCHED_OTHER);
	CHECK_OK(set_policy(0, SCHED_BATCH | SCHED_RESET_ON_FORK, 0));
	CHECK_OK(setpriority(PRIO_PROCESS, 0, -5));
	CHECK_EXITED(CHILD(_exit(policy_of(0) * 16 + getpriority(PRIO_PROCESS, 0))),
		     SCHED_BATCH * 16);
	CHECK_OK(setpriority(PRIO_PROCESS, 0, 4));
	CHECK_EXITED(CHILD(_exit(policy_of(0) * 16 + getpriority(PRIO_PROCESS, 0))),
		     SCHED_BATCH * 16 + 4);
}

static void be_ordinary(pid_t root)
{
	struct rlimit limit = { 5, 5 };
	int raised;

	/* Root in a container may not have the right to raise a limit. */
	raised = setrlimit(RLIMIT_RTPRIO, &limit) == 0;
	limit.rlim_cur = limit.rlim_max = 17;
	raised = raised && setrlimit(RLIMIT_NICE, &limit) == 0;
	CHECK_OK(setpriority(PRIO_PROCESS, 0, 5));
	CHECK_OK(setresuid(1000, 1000, 1000));
	CHECK_ERR(set_policy(root, SCHED_OTHER, 0), EPERM);
	CHECK_ERR(setpriority(PRIO_PROCESS, root, 10), EPERM);
	CHECK_ERR(setpriority(PRIO_PROCESS, 0, 2), EACCES);
	CHECK_OK(setpriority(PRIO_PROCESS, 0, 19));
	if (!raised)
		return;
	CHECK_OK(setpriority(PRIO_PROCESS, 0, 3));
	CHECK_ERR(set_policy(0, SCHED_FIFO, 6), EPERM);
	CHECK_OK(set_policy(0, SCHED_FIFO, 5));
	CHECK_OK(set_policy(0, SCHED_RR | SCHED_RESET_ON_FORK, 3));
	CHECK_ERR(set_policy(0, SCHED_RR, 3), EPERM);
	CHECK_OK(set_policy(0, SCHED_IDLE | SCHED_RESET_ON_FORK, 0));
	CHECK_OK(set_policy(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0));
	limit.rlim_cur = 0;
	CHECK_OK(setrlimit(RLIMIT_NICE, &limit));
	limit.rlim_max = 5;
	CHECK_OK(setrlimit(RLIMIT_RTPRIO, &limit));
	CHECK_ERR(set_policy(0, SCHED_FIFO, 1), EPERM);
	CHECK_OK(set_policy(0, SCHED_IDLE | SCHED_RESET_ON_FORK, 0));
	CHECK_ERR(set_policy(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0), EPERM);
}

TEST(who_may_raise_priorities)
{
	pid_t root = CHILD(pause());

	CHECK_EXITED(CHILD(be_ordinary(root)), 0);
	CHECK_OK(kill(root, SIGKILL));
	CHECK_SIGNALED(root, SIGKILL);
}

static void *nice_thread(void *arg)
{
	pid_t *tid = arg;

	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 2);
	CHECK_OK(setpriority(PRIO_PROCESS, 0, 9));
	*tid = (pid_t)syscall(SYS_gettid);
	return NULL;
}

/* A nice value is a thread's, though POSIX says that it is a process's. */
TEST(nice_value_of_a_thread)
{
	pthread_t thread;
	pid_t tid = 0;

	CHECK_OK(setpriority(PRIO_PROCESS, 0, 2));
	CHECK_EQ(pthread_create(&thread, NULL, nice_thread, &tid), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 2);
	CHECK_ERR(getpriority(PRIO_PROCESS, tid), ESRCH);
	CHECK(setpgid(0, 0) == 0 || getpgrp() == getpid());
	CHECK_OK(setpriority(PRIO_PGRP, 0, 100));
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 19);
	CHECK_OK(setpriority(PRIO_PGRP, getpid(), -100));
	CHECK_EQ(getpriority(PRIO_PGRP, 0), -20);
	CHECK_ERR(getpriority(3, 0), EINVAL);
	CHECK_ERR(setpriority(-1, 0, 0), EINVAL);
	CHECK_ERR(setpriority(PRIO_USER, 12345, 0), ESRCH);
}

/* Two loops on one processor: the nicer one gets less of it. */
TEST(nice_is_weighed)
{
	struct rusage ru;
	pid_t hog[2];
	long ms[2];

	one_cpu();
	for (unsigned i = 0; i < 2; i++) {
		hog[i] = CHILD(setpriority(PRIO_PROCESS, 0, i == 0 ? 0 : 19); for (;;));
	}
	sleep_ms(500);
	for (unsigned i = 0; i < 2; i++) {
		kill(hog[i], SIGKILL);
		CHECK_EQ(wait4(hog[i], NULL, 0, &ru), hog[i]);
		ms[i] = ru.ru_utime.tv_sec * 1000 + ru.ru_utime.tv_usec / 1000 +
			ru.ru_stime.tv_sec * 1000 + ru.ru_stime.tv_usec / 1000;
	}
	CHECK(ms[0] > 4 * ms[1]);
}

/* Released at the same moment, tasks run by priority, real-time ones first. */
TEST(priorities_decide_who_runs)
{
	static const struct {
		int policy, priority;
		char letter;
	} task[] = {
		{ SCHED_FIFO, 5, 'a' }, { SCHED_OTHER, 0, 'b' }, { SCHED_RR, 20, 'c' },
		{ SCHED_FIFO, 6, 'd' }, { SCHED_RR, 1, 'e' },
	};
	pid_t pid[ARRAY_LEN(task)];
	struct gate go, ready;
	char order[8] = "";
	int out[2];

	one_cpu();
	gate_open(&go);
	gate_open(&ready);
	CHECK_OK(pipe(out));
	CHECK_OK(set_policy(0, SCHED_FIFO, 50));
	for (unsigned i = 0; i < ARRAY_LEN(task); i++) {
		pid[i] = CHILD(CHECK_OK(set_policy(0, task[i].policy, task[i].priority));
			       gate_signal(&ready); gate_wait(&go);
			       write_all(out[1], &task[i].letter, 1););
	}
	for (unsigned i = 0; i < ARRAY_LEN(task); i++)
		gate_wait(&ready);
	sleep_ms(50);
	for (unsigned i = 0; i < ARRAY_LEN(task); i++)
		gate_signal(&go);
	for (unsigned i = 0; i < ARRAY_LEN(task); i++)
		CHECK_EXITED(pid[i], 0);
	CHECK_EQ(read_all(out[0], order, ARRAY_LEN(task)), ARRAY_LEN(task));
	CHECK_STR(order, "cdaeb");
}

/* An endless real-time loop does not take the machine away from the others. */
TEST(real_time_loop_leaves_room)
{
	pid_t hog, other;

	one_cpu();
	hog = CHILD(set_policy(0, SCHED_FIFO, 10); for (;;));
	other = CHILD(spin_ms(20));
	CHECK_EXITED(other, 0);
	kill(hog, SIGKILL);
	CHECK_SIGNALED(hog, SIGKILL);
}

/* Nor does one that does nothing but change places in the queue. */
TEST(real_time_calls_leave_room)
{
	pid_t hog, other;

	one_cpu();
	hog = CHILD(for (int i = 0;; i++) set_policy(0, SCHED_FIFO, 1 + i % 20));
	other = CHILD(sleep_ms(5); spin_ms(20));
	CHECK_EXITED(other, 0);
	kill(hog, SIGKILL);
	CHECK_SIGNALED(hog, SIGKILL);
}

TEST(round_robin_interval)
{
	struct timespec t = { 7, 7 };

	CHECK_OK(set_policy(0, SCHED_RR, 1));
	CHECK_OK(syscall(SYS_sched_rr_get_interval, 0, &t));
	CHECK_EQ(t.tv_sec * 1000000000ll + t.tv_nsec, 100000000);
	CHECK_OK(set_policy(0, SCHED_FIFO, 1));
	CHECK_OK(syscall(SYS_sched_rr_get_interval, 0, &t));
	CHECK_EQ(t.tv_sec * 1000000000ll + t.tv_nsec, 0);
}

static void read_zeros(long ms)
{
	static char block[1 << 20];
	int fd = open("/dev/zero", O_RDONLY);
	long long until = now_ms() + ms;

	while (now_ms() < until)
		CHECK_EQ(read(fd, block, sizeof(block)), sizeof(block));
}

static long user_ms(const struct rusage *ru)
{
	return ru->ru_utime.tv_sec * 1000 + ru->ru_utime.tv_usec / 1000;
}

static long sys_ms(const struct rusage *ru)
{
	return ru->ru_stime.tv_sec * 1000 + ru->ru_stime.tv_usec / 1000;
}

TEST(user_and_system_time)
{
	struct rusage ru;
	struct tms tms;

	spin_ms(200);
	CHECK_OK(getrusage(RUSAGE_SELF, &ru));
	CHECK(user_ms(&ru) > 100);
	CHECK(sys_ms(&ru) < 100);
	CHECK_EQ(wait4(CHILD(read_zeros(300)), NULL, 0, &ru) > 0, 1);
	CHECK(sys_ms(&ru) > user_ms(&ru));
	CHECK(sys_ms(&ru) > 50);
	CHECK(times(&tms) > 0);
	CHECK(tms.tms_utime > tms.tms_stime);
	CHECK(tms.tms_cstime > tms.tms_cutime);
}

static volatile sig_atomic_t exceeded;

static void on_xcpu(int sig)
{
	exceeded = sig;
}

/* At the soft limit a signal, again each second, and at the hard limit the end. */
TEST(limit_of_processor_time)
{
	struct rlimit limit = { 0, 2 };
	pid_t pid;

	pid = CHILD(signal(SIGXCPU, on_xcpu); setrlimit(RLIMIT_CPU, &limit); while (!exceeded);
		    getrlimit(RLIMIT_CPU, &limit); if (limit.rlim_cur != 1) _exit(1);
		    for (exceeded = 0; !exceeded;); getrlimit(RLIMIT_CPU, &limit);
		    if (limit.rlim_cur != 2) _exit(2); for (;;););
	CHECK_SIGNALED(pid, SIGKILL);
}

TEST(limit_of_processor_time_kills)
{
	struct rlimit limit = { 1, RLIM_INFINITY };

	CHECK_OK(setrlimit(RLIMIT_CPU, &limit));
	CHECK_SIGNALED(CHILD(for (;;)), SIGXCPU);
}

/* Only what runs without a pause counts. */
TEST(limit_of_real_time)
{
	struct rlimit limit = { 100000, RLIM_INFINITY };
	pid_t pid;

	CHECK_OK(setrlimit(RLIMIT_RTTIME, &limit));
	CHECK_OK(set_policy(0, SCHED_FIFO, 1));
	pid = CHILD(for (int i = 0; i < 4; i++) {
		spin_ms(40);
		sleep_ms(1);
	});
	CHECK_EXITED(pid, 0);
	CHECK_SIGNALED(CHILD(for (;;)), SIGXCPU);
}
