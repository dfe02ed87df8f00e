/* Locks that pass on priority, waiting for many words, restartable sequences, membarrier(2). */
#include "harness.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#define PRIVATE FUTEX_PRIVATE_FLAG

static uint32_t *word;

static long futex(uint32_t *addr, int op, uint32_t val, const void *timeout)
{
	return syscall(SYS_futex, addr, op, val, timeout, NULL, 0);
}

static pid_t tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

static void shared_word(void)
{
	word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(word != MAP_FAILED);
}

static struct timespec soon(int clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

TEST(free_lock_is_taken)
{
	shared_word();
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
	CHECK_EQ(*word, tid());
	CHECK_ERR(futex(word, FUTEX_LOCK_PI, 0, NULL), EDEADLK);
	CHECK_ERR(futex(word, FUTEX_TRYLOCK_PI, 0, NULL), EDEADLK);
	CHECK_EXITED(CHILD(CHECK_ERR(futex(word, FUTEX_TRYLOCK_PI, 0, NULL), EAGAIN);
			   CHECK_ERR(futex(word, FUTEX_UNLOCK_PI, 0, NULL), EPERM)),
		     0);
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	CHECK_EQ(*word, 0);
	CHECK_ERR(futex(word, FUTEX_UNLOCK_PI, 0, NULL), EPERM);
	*word = 0x3ffffff0;
	CHECK_ERR(futex(word, FUTEX_LOCK_PI, 0, NULL), ESRCH);
	CHECK_ERR(futex((uint32_t *)((char *)word + 1), FUTEX_LOCK_PI, 0, NULL), EINVAL);
	CHECK_ERR(futex((uint32_t *)16, FUTEX_LOCK_PI | PRIVATE, 0, NULL), EFAULT);
}

TEST(lock_with_a_time_limit)
{
	struct timespec t;
	long long start = now_ms();

	shared_word();
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
	CHECK_EXITED(CHILD({
			     t = soon(CLOCK_REALTIME, 30);
			     CHECK_ERR(futex(word, FUTEX_LOCK_PI, 0, &t), ETIMEDOUT);
			     t = soon(CLOCK_MONOTONIC, 30);
			     CHECK_ERR(futex(word, FUTEX_LOCK_PI2, 0, &t), ETIMEDOUT);
		     }),
		     0);
	CHECK(now_ms() - start >= 60);
	CHECK_EQ(*word & FUTEX_TID_MASK, tid());
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	CHECK_EQ(*word, 0);
}

/* An unlock hands the lock over; who takes it finds its own id in the word. */
TEST(lock_is_handed_over)
{
	pid_t pid;

	shared_word();
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
	pid = CHILD({
		CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
		CHECK_EQ(*word & FUTEX_TID_MASK, tid());
		CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	});
	while (!(*(volatile uint32_t *)word & FUTEX_WAITERS))
		sleep_ms(1);
	CHECK_ERR(futex(word, FUTEX_WAKE, 1, NULL), EINVAL);
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(*word, 0);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* No handler interrupts the wait for a lock, with or without SA_RESTART. */
TEST(waiting_is_not_interrupted)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pid_t pid;

	shared_word();
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
	pid = CHILD({
		CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
		CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
	});
	while (!(*(volatile uint32_t *)word & FUTEX_WAITERS))
		sleep_ms(1);
	CHECK_OK(kill(pid, SIGUSR1));
	sleep_ms(20);
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	CHECK_EXITED(pid, 0);
}

/* Two that wait for each other: the second is told. */
TEST(deadlock_is_told)
{
	pid_t pid;

	shared_word();
	CHECK_OK(futex(&word[0], FUTEX_LOCK_PI, 0, NULL));
	pid = CHILD({
		CHECK_OK(futex(&word[1], FUTEX_LOCK_PI, 0, NULL));
		CHECK_OK(futex(&word[0], FUTEX_LOCK_PI, 0, NULL));
		CHECK_OK(futex(&word[0], FUTEX_UNLOCK_PI, 0, NULL));
		CHECK_OK(futex(&word[1], FUTEX_UNLOCK_PI, 0, NULL));
	});
	while (!(*(volatile uint32_t *)word & FUTEX_WAITERS))
		sleep_ms(1);
	CHECK_ERR(futex(&word[1], FUTEX_LOCK_PI, 0, NULL), EDEADLK);
	CHECK_OK(futex(&word[0], FUTEX_UNLOCK_PI, 0, NULL));
	CHECK_EXITED(pid, 0);
}

TEST(holder_dies)
{
	struct gate gate;
	pid_t pid, waiter;

	shared_word();
	gate_open(&gate);
	pid = CHILD(CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL)); gate_signal(&gate);
		    while (!(*(volatile uint32_t *)word & FUTEX_WAITERS)) sleep_ms(1);
		    sleep_ms(10););
	gate_wait(&gate);
	waiter = CHILD({
		CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
		CHECK_EQ(*word & FUTEX_TID_MASK, tid());
		CHECK(*word & FUTEX_OWNER_DIED);
	});
	CHECK_EXITED(pid, 0);
	CHECK_EXITED(waiter, 0);
}

static pthread_mutex_t mutex;
static int counted;

static void *count(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		CHECK_EQ(pthread_mutex_lock(&mutex), 0);
		counted++;
		CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
	}
	return arg;
}

static void make_mutex(int robust)
{
	pthread_mutexattr_t attr;

	CHECK_EQ(pthread_mutexattr_init(&attr), 0);
	CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT), 0);
	if (robust)
		CHECK_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
	CHECK_EQ(pthread_mutex_init(&mutex, &attr), 0);
}

TEST(mutex_of_the_library)
{
	pthread_t t[4];

	make_mutex(0);
	for (unsigned i = 0; i < ARRAY_LEN(t); i++)
		CHECK_EQ(pthread_create(&t[i], NULL, count, NULL), 0);
	for (unsigned i = 0; i < ARRAY_LEN(t); i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	CHECK_EQ(counted, 8000);
}

static void *die_with_it(void *arg)
{
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	sleep_ms(30);
	return arg;
}

TEST(robust_mutex_of_the_library)
{
	pthread_t t;

	make_mutex(1);
	CHECK_EQ(pthread_create(&t, NULL, die_with_it, NULL), 0);
	sleep_ms(10);
	CHECK_EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
}

/* A low task that holds what a high one wants runs before one in the middle. */
TEST(priority_is_inherited)
{
	unsigned long mask = 1;
	int priority = 50;
	struct gate locked, go;
	pid_t low, middle, high;
	char order[4] = "";
	int out[2];

	shared_word();
	gate_open(&locked);
	gate_open(&go);
	CHECK_OK(pipe(out));
	CHECK_OK(syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask));
	CHECK_OK(syscall(SYS_sched_setscheduler, 0, 1, &priority));
	low = CHILD({
		CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
		priority = 1;
		CHECK_OK(syscall(SYS_sched_setscheduler, 0, 1, &priority));
		gate_signal(&locked);
		gate_wait(&go);
		CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
		write_all(out[1], "l", 1);
	});
	gate_wait(&locked);
	high = CHILD({
		priority = 20;
		CHECK_OK(syscall(SYS_sched_setscheduler, 0, 1, &priority));
		CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL));
		write_all(out[1], "h", 1);
		CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL));
	});
	while (!(*(volatile uint32_t *)word & FUTEX_WAITERS))
		sleep_ms(1);
	middle = CHILD({
		priority = 10;
		CHECK_OK(syscall(SYS_sched_setscheduler, 0, 1, &priority));
		gate_wait(&go);
		write_all(out[1], "m", 1);
	});
	sleep_ms(30);
	gate_signal(&go);
	gate_signal(&go);
	CHECK_EXITED(low, 0);
	CHECK_EXITED(middle, 0);
	CHECK_EXITED(high, 0);
	CHECK_EQ(read_all(out[0], order, 3), 3);
	CHECK_STR(order, "hml");
}

/* --- futex_waitv(2) --- */

#define WAITV 449

static struct futex_waitv waiting_for(uint32_t *addr, uint32_t val)
{
	return (struct futex_waitv){ .val = val, .uaddr = (uintptr_t)addr, .flags = FUTEX_32 };
}

TEST(one_of_many_words)
{
	struct futex_waitv v[3];
	struct timespec t = soon(CLOCK_MONOTONIC, 20);
	pid_t pid;

	shared_word();
	for (unsigned i = 0; i < 3; i++)
		v[i] = waiting_for(&word[i], 0);
	CHECK_ERR(syscall(WAITV, v, 3, 0, &t, CLOCK_MONOTONIC), ETIMEDOUT);
	pid = CHILD({
		for (int i = 0; i < 200 && futex(&word[2], FUTEX_WAKE, 1, NULL) != 1; i++)
			sleep_ms(2);
	});
	CHECK_EQ(syscall(WAITV, v, 3, 0, NULL, 0), 2);
	CHECK_EXITED(pid, 0);
	word[1] = 1;
	CHECK_ERR(syscall(WAITV, v, 3, 0, NULL, 0), EAGAIN);
	CHECK_ERR(syscall(WAITV, v, 3, 1, NULL, 0), EINVAL);
	CHECK_ERR(syscall(WAITV, v, 0, 0, NULL, 0), EINVAL);
	CHECK_ERR(syscall(WAITV, v, 129, 0, NULL, 0), EINVAL);
	CHECK_ERR(syscall(WAITV, NULL, 1, 0, NULL, 0), EINVAL);
	CHECK_ERR(syscall(WAITV, 8, 1, 0, NULL, 0), EFAULT);
	CHECK_ERR(syscall(WAITV, v, 3, 0, &t, CLOCK_BOOTTIME), EINVAL);
	v[0].flags = 0;
	CHECK_ERR(syscall(WAITV, v, 3, 0, NULL, 0), EINVAL);
	v[0].flags = FUTEX_32;
	v[2].__reserved = 1;
	CHECK_ERR(syscall(WAITV, v, 3, 0, NULL, 0), EINVAL);
	v[2].__reserved = 0;
	v[2].uaddr++;
	word[1] = 0;
	CHECK_ERR(syscall(WAITV, v, 3, 0, NULL, 0), EINVAL);
}

/* --- rseq(2) --- */

#define RSEQ_SIG 0x53053053
static struct rseq_area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t rseq_cs;
	uint32_t flags, more[3];
} area __attribute__((aligned(32)));

static struct {
	uint32_t version, flags;
	uint64_t start_ip, length, abort_ip;
} sequence __attribute__((aligned(32)));

TEST(registering_restartable_sequences)
{
	unsigned cpu;

	area.cpu_id = 77;
	CHECK_ERR(syscall(SYS_rseq, &area, 31, 0, RSEQ_SIG), EINVAL);
	CHECK_ERR(syscall(SYS_rseq, (char *)&area + 8, 32, 0, RSEQ_SIG), EINVAL);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 2, RSEQ_SIG), EINVAL);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 1, RSEQ_SIG), EINVAL);
	CHECK_OK(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG));
	CHECK_OK(syscall(SYS_getcpu, &cpu, NULL, NULL));
	CHECK(area.cpu_id < 1024);
	CHECK_EQ(area.cpu_id_start, area.cpu_id);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG), EBUSY);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG + 1), EPERM);
	CHECK_ERR(syscall(SYS_rseq, &area + 1, 32, 0, RSEQ_SIG), EINVAL);
	CHECK_EXITED(CHILD(CHECK_ERR(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG), EBUSY)), 0);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 1, RSEQ_SIG + 1), EPERM);
	CHECK_OK(syscall(SYS_rseq, &area, 32, 1, RSEQ_SIG));
	CHECK_EQ((int)area.cpu_id, -1);
	CHECK_ERR(syscall(SYS_rseq, &area, 32, 1, RSEQ_SIG), EINVAL);
}

/* Loop in a sequence until something aborts it. */
static void loop_in_sequence(void)
{
	__asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
			 "movq %%rax, 8(%[seq])\n\t"
			 "leaq 2f(%%rip), %%rcx\n\t"
			 "subq %%rax, %%rcx\n\t"
			 "movq %%rcx, 16(%[seq])\n\t"
			 "leaq 3f(%%rip), %%rax\n\t"
			 "movq %%rax, 24(%[seq])\n\t"
			 "movq %[seq], (%[cs])\n\t"
			 "1:\n\t"
			 "pause\n\t"
			 "jmp 1b\n\t"
			 "2:\n\t"
			 ".byte 0x0f, 0xb9, 0x3d\n\t"
			 ".long 0x53053053\n\t"
			 "3:\n\t"
			 :
			 : [seq] "r"(&sequence), [cs] "r"(&area.rseq_cs)
			 : "rax", "rcx", "memory", "cc");
}

TEST(preemption_aborts_a_sequence)
{
	pid_t other;

	CHECK_OK(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG));
	other = CHILD(unsigned long mask = 1;
		      syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask); for (;;));
	unsigned long mask = 1;
	CHECK_OK(syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask));
	for (int i = 0; i < 3; i++) {
		loop_in_sequence();
		CHECK_EQ(area.rseq_cs, 0);
	}
	CHECK_OK(kill(other, SIGKILL));
	CHECK_SIGNALED(other, SIGKILL);
}

static volatile sig_atomic_t caught;

static void on_alarm(int sig)
{
	caught = sig;
}

TEST(signal_aborts_a_sequence)
{
	CHECK_OK(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG));
	signal(SIGALRM, on_alarm);
	ualarm(20000, 0);
	while (caught == 0)
		loop_in_sequence();
	CHECK_EQ(caught, SIGALRM);
}

TEST(wrong_signature_kills)
{
	CHECK_SIGNALED(CHILD(CHECK_OK(syscall(SYS_rseq, &area, 32, 0, RSEQ_SIG + 1));
			     signal(SIGALRM, on_alarm); ualarm(20000, 0); loop_in_sequence()),
		       SIGSEGV);
}

/* --- membarrier(2) --- */

static long membarrier(int cmd, unsigned flags)
{
	return syscall(SYS_membarrier, cmd, flags, 0);
}

TEST(barriers_are_registered_first)
{
	long all = membarrier(MEMBARRIER_CMD_QUERY, 0);

	CHECK(all & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	CHECK_ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), EPERM);
	CHECK_ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0), EPERM);
	CHECK_OK(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
	CHECK_OK(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
	CHECK_ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0), EPERM);
	CHECK_OK(membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0));
	CHECK_ERR(membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 1), EINVAL);
	CHECK_ERR(membarrier(1 << 20, 0), EINVAL);
	CHECK_ERR(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GLOBAL, 0), EINVAL);
	CHECK_EXITED(CHILD(CHECK_OK(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0))), 0);
}
