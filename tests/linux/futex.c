/* futex.c: the futex call itself, which C libraries use only in part; robust lists. */
#include "harness.h"

#include <linux/futex.h>
#include <pthread.h>

#define THREADS 4

static uint32_t word, word2;
static volatile int awake;
static volatile long results[THREADS];

static long futex(uint32_t *addr, int op, uint32_t val, const void *timeout, uint32_t *addr2,
		  uint32_t val3)
{
	return syscall(SYS_futex, addr, op, val, timeout, addr2, val3);
}

static void *wait_bits(void *bits)
{
	long r = futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, (uint32_t)(uintptr_t)bits);

	results[__sync_fetch_and_add(&awake, 1)] = r;
	return NULL;
}

static void *wait_word(void *addr)
{
	long r = futex(addr, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);

	results[__sync_fetch_and_add(&awake, 1)] = r;
	return NULL;
}

static void start(pthread_t *t, void *(*fn)(void *), void *arg)
{
	CHECK_EQ(pthread_create(t, NULL, fn, arg), 0);
}

static void until_awake(int n)
{
	long long end = now_ms() + 5000;

	while (awake < n) {
		CHECK(now_ms() < end);
		sleep_ms(1);
	}
}

TEST(wake_by_bits)
{
	pthread_t a, b;

	start(&a, wait_bits, (void *)1);
	start(&b, wait_bits, (void *)2);
	sleep_ms(30);
	CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 4), 0);
	CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 2), 1);
	until_awake(1);
	CHECK_EQ(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 1);
	until_awake(2);
	CHECK_EQ(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 0);
	CHECK_EQ(pthread_join(a, NULL), 0);
	CHECK_EQ(pthread_join(b, NULL), 0);
}

/* Deadlines of WAIT_BITSET are moments, of the monotonic or the real clock. */
TEST(moments_as_deadlines)
{
	static const struct {
		clockid_t clock;
		int flag;
	} kinds[] = { { CLOCK_MONOTONIC, 0 }, { CLOCK_REALTIME, FUTEX_CLOCK_REALTIME } };
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		long long begin = now_ms();
		struct timespec t;

		CHECK_OK(clock_gettime(kinds[i].clock, &t));
		t.tv_nsec += 30000000;
		if (t.tv_nsec >= 1000000000) {
			t.tv_nsec -= 1000000000;
			t.tv_sec++;
		}
		CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET | kinds[i].flag, 0, &t, NULL,
				FUTEX_BITSET_MATCH_ANY),
			  ETIMEDOUT);
		CHECK(now_ms() - begin >= 29);
		t.tv_sec = 0; /* long past */
		CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET | kinds[i].flag, 0, &t, NULL,
				FUTEX_BITSET_MATCH_ANY),
			  ETIMEDOUT);
	}
}

TEST(requeue_moves_waiters)
{
	pthread_t t[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		start(&t[i], wait_word, &word);
	sleep_ms(300);
	CHECK_ERR(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)10, &word2, 7), EAGAIN);
	CHECK_EQ(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &word2, 0), 3);
	until_awake(1);
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 1);
	CHECK_EQ(futex(&word2, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 2);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

TEST(wake_op_changes_the_second_word)
{
	pthread_t a, b;

	start(&a, wait_word, &word);
	start(&b, wait_word, &word2);
	sleep_ms(30);
	/* word2 |= 12; wake there too if it was 0 */
	CHECK_EQ(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &word2,
		       FUTEX_OP(FUTEX_OP_OR, 12, FUTEX_OP_CMP_EQ, 0)),
		 2);
	CHECK_EQ(word2, 12);
	/* word2 += -2, word2 was 12: not less than 5 */
	CHECK_EQ(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &word2,
		       (uint32_t)FUTEX_OP(FUTEX_OP_ADD, 0xffe, FUTEX_OP_CMP_LT, 5)),
		 0);
	CHECK_EQ(word2, 10);
	CHECK_EQ(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &word2,
		       FUTEX_OP((FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT), 5, FUTEX_OP_CMP_NE, 0)),
		 0);
	CHECK_EQ(word2, 32);
	CHECK_EQ(pthread_join(a, NULL), 0);
	CHECK_EQ(pthread_join(b, NULL), 0);
}

TEST(errors_of_futex)
{
	struct timespec bad = { 0, 1000000000 };

	CHECK_ERR(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERR(futex((uint32_t *)8, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	CHECK_ERR(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	CHECK_ERR(futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0), EINVAL);
	CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERR(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL);
	CHECK_ERR(futex(&word, 99, 0, NULL, NULL, 0), ENOSYS);
}

static volatile int handled;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static void *wait_long(void *unused)
{
	struct timespec timeout = { 10, 0 };

	(void)unused;
	results[0] = futex(&word, FUTEX_WAIT, 0, &timeout, NULL, 0) == -1 ? errno : 0;
	awake = 1;
	return NULL;
}

/* With a timeout a wait is not restarted after a handler, even by SA_RESTART; without, it is. */
TEST(handlers_and_waits)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pthread_t t;

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	start(&t, wait_long, NULL);
	sleep_ms(30);
	CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(results[0], EINTR);

	awake = 0;
	start(&t, wait_word, &word);
	sleep_ms(30);
	CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
	sleep_ms(30);
	CHECK_EQ(handled, 2);
	CHECK_EQ(awake, 0);
	CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(results[0], 0);
}

/* --- robust lists --- */

struct lock {
	struct robust_list list;
	uint32_t word;
};

static struct robust_list_head head;

static void hold(struct lock *lock, uint32_t flags)
{
	head.list.next = &lock->list;
	lock->list.next = &head.list;
	head.futex_offset = offsetof(struct lock, word);
	head.list_op_pending = NULL;
	lock->word = (uint32_t)syscall(SYS_gettid) | flags;
	CHECK_OK(syscall(SYS_set_robust_list, &head, sizeof(head)));
}

/* A process dies with a lock: whoever waits gets it and is told. */
TEST(lock_of_a_dead_process)
{
	struct lock *lock =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec timeout = { 5, 0 };
	uint32_t val;
	pid_t pid;

	CHECK(lock != MAP_FAILED);
	pid = CHILD(hold(lock, FUTEX_WAITERS); sleep_ms(50); raise(SIGKILL));
	while ((val = *(volatile uint32_t *)&lock->word) == 0)
		sleep_ms(1);
	CHECK_EQ(futex(&lock->word, FUTEX_WAIT, val, &timeout, NULL, 0), 0);
	CHECK_EQ(lock->word, FUTEX_WAITERS | FUTEX_OWNER_DIED);
	CHECK_SIGNALED(pid, SIGKILL);
}

TEST(robust_mutex)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t *m =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(m != MAP_FAILED);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutex_init(m, &attr), 0);
	pid = CHILD(pthread_mutex_lock(m));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(pthread_mutex_lock(m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(m), 0);
	CHECK_EQ(pthread_mutex_unlock(m), 0);
	CHECK_EQ(pthread_mutex_lock(m), 0);
}

TEST(robust_list_is_read_back)
{
	struct robust_list_head *got = NULL;
	size_t len = 0;
	struct lock lock;

	hold(&lock, 0);
	CHECK_OK(syscall(SYS_get_robust_list, 0, &got, &len));
	CHECK(got == &head);
	CHECK_EQ(len, sizeof(head));
	CHECK_ERR(syscall(SYS_set_robust_list, &head, 8), EINVAL);
	CHECK_ERR(syscall(SYS_get_robust_list, 999999, &got, &len), ESRCH);
}

/* A list that goes nowhere or in a circle harms nobody but itself. */
TEST(broken_robust_lists)
{
	pid_t pid = CHILD(struct lock lock; hold(&lock, 0); lock.list.next = &lock.list);

	CHECK_EXITED(pid, 0);
	pid = CHILD(struct lock lock; hold(&lock, 0); head.list.next = (void *)0x123);
	CHECK_EXITED(pid, 0);
	pid = CHILD(syscall(SYS_set_robust_list, (void *)-4096L, sizeof(head)));
	CHECK_EXITED(pid, 0);
}
