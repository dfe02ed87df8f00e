/* thread.c: POSIX threads and the futex below them. */
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>

#define FUTEX_WAIT	  0
#define FUTEX_WAKE	  1
#define FUTEX_REQUEUE	  3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE	  128

static long futex(volatile int *word, int op, int value, const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, -1);
}

static void *identity(void *arg)
{
	return arg;
}

TEST(create_and_join)
{
	pthread_t thread[20];
	void *result;
	uintptr_t i;

	for (i = 0; i < 20; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, identity, (void *)(i * 3)), 0);
	for (i = 0; i < 20; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK_EQ((uintptr_t)result, i * 3);
	}
}

/* Many, one after the other: stacks and ids are used again. */
TEST_SLOW(five_hundred_threads, 30)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 500; i++) {
		CHECK_EQ(pthread_create(&thread, NULL, identity, NULL), 0);
		CHECK_EQ(pthread_join(thread, NULL), 0);
	}
}

/* Many at once. */
static pthread_barrier_t barrier;

static void *meet(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&barrier);
	return NULL;
}

TEST(sixty_threads_meet)
{
	pthread_t thread[60];
	int i;

	CHECK_EQ(pthread_barrier_init(&barrier, NULL, 61), 0);
	for (i = 0; i < 60; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, meet, NULL), 0);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < 60; i++)
		CHECK_EQ(pthread_join(thread[i], NULL), 0);
}

/* All threads have one pid and different ids. */
static void *ids(void *arg)
{
	int *slot = arg;

	slot[0] = getpid();
	slot[1] = (int)syscall(SYS_gettid);
	return NULL;
}

TEST(ids_of_threads)
{
	int a[2], b[2];
	pthread_t one, two;

	CHECK_EQ(pthread_create(&one, NULL, ids, a), 0);
	CHECK_EQ(pthread_create(&two, NULL, ids, b), 0);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	CHECK_EQ(a[0], getpid());
	CHECK_EQ(b[0], getpid());
	CHECK(a[1] != b[1] && a[1] != getpid() && b[1] != getpid());
}

/* A counter under a mutex, with preemption. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static volatile long counter;

static void *count_up(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 20000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

TEST(mutex_excludes)
{
	pthread_t thread[4];
	int i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, count_up, NULL), 0);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(counter, 80000);
}

/* Producer and consumer with a condition. */
static volatile int slots;

static void *producer(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		while (slots == 5)
			pthread_cond_wait(&cond, &mutex);
		slots++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

TEST(condition_variable)
{
	pthread_t thread[2];
	int i, taken = 0;

	for (i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, producer, NULL), 0);
	while (taken < 4000) {
		pthread_mutex_lock(&mutex);
		while (slots == 0)
			pthread_cond_wait(&cond, &mutex);
		slots--;
		taken++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(slots, 0);
}

TEST(condition_with_a_time_limit)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 30000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &until), ETIMEDOUT);
	CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY);
	pthread_mutex_unlock(&mutex);
}

static sem_t semaphore;

static void *post(void *arg)
{
	(void)arg;
	sleep_ms(30);
	sem_post(&semaphore);
	return NULL;
}

TEST(semaphore_wakes)
{
	pthread_t thread;

	CHECK_OK(sem_init(&semaphore, 0, 0));
	CHECK_EQ(pthread_create(&thread, NULL, post, NULL), 0);
	CHECK_OK(sem_wait(&semaphore));
	CHECK_ERR(sem_trywait(&semaphore), EAGAIN);
	pthread_join(thread, NULL);
}

/* A semaphore in shared memory between processes. */
TEST(semaphore_between_processes)
{
	sem_t *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK_OK(sem_init(shared, 1, 0));
	pid = CHILD(CHECK_OK(sem_wait(shared)); _exit(5));
	sleep_ms(20);
	CHECK_OK(sem_post(shared));
	CHECK_EXITED(pid, 5);
	pid = CHILD(sleep_ms(20); sem_post(shared));
	CHECK_OK(sem_wait(shared));
	CHECK_EXITED(pid, 0);
}

/* Thread-local storage, plain and with keys. */
static __thread int local = 5;
static pthread_key_t key;
static int destroyed;

static void destroy(void *value)
{
	__atomic_fetch_add(&destroyed, *(int *)value, __ATOMIC_SEQ_CST);
}

static void *use_local(void *arg)
{
	int *slot = arg;

	if (local != 5)
		return (void *)1;
	local = *slot;
	pthread_setspecific(key, slot);
	sched_yield();
	sleep_ms(10);
	return (void *)(uintptr_t)(local != *slot || pthread_getspecific(key) != slot);
}

TEST(thread_local_storage)
{
	int slot[3] = { 10, 20, 30 }, i;
	pthread_t thread[3];
	void *result;

	CHECK_EQ(pthread_key_create(&key, destroy), 0);
	local = 7;
	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, use_local, &slot[i]), 0);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK(result == NULL);
	}
	CHECK_EQ(local, 7);
	CHECK_EQ(destroyed, 60);
}

/* Thread-local storage in a forked child. */
TEST(thread_local_storage_after_fork)
{
	pid_t pid;

	local = 9;
	pid = CHILD(if (local != 9) _exit(1); local = 10);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(local, 9);
}

/* Cancellation: in a blocking call, and with its cleanup handlers. */
static void clean_up(void *arg)
{
	*(volatile int *)arg = 1;
}

static void *blocks(void *arg)
{
	int fds[2];
	char c;

	pthread_cleanup_push(clean_up, arg);
	if (pipe(fds) == 0 && read(fds[0], &c, 1) == 1)
		return NULL;
	pthread_cleanup_pop(0);
	return NULL;
}

TEST(cancellation)
{
	volatile int cleaned = 0;
	pthread_t thread;
	void *result;

	CHECK_EQ(pthread_create(&thread, NULL, blocks, (void *)&cleaned), 0);
	sleep_ms(30);
	CHECK_EQ(pthread_cancel(thread), 0);
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK(result == PTHREAD_CANCELED);
	CHECK_EQ(cleaned, 1);
}

/* A detached thread's stack is given back although nobody joins it. */
static volatile int detached_done;

static void *detached(void *arg)
{
	(void)arg;
	__sync_fetch_and_add(&detached_done, 1);
	return NULL;
}

TEST(detached_threads)
{
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < 50; i++)
		CHECK_EQ(pthread_create(&thread, &attr, detached, NULL), 0);
	while (detached_done < 50)
		sched_yield();
}

/* A thread that never calls the kernel does not starve the others. */
static volatile int stop;

static void *spins(void *arg)
{
	(void)arg;
	while (!stop)
		;
	return NULL;
}

TEST(spinning_thread_is_preempted)
{
	pthread_t thread[2];
	int i;

	for (i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, spins, NULL), 0);
	for (i = 0; i < 20; i++)
		sleep_ms(1);
	stop = 1;
	for (i = 0; i < 2; i++)
		CHECK_EQ(pthread_join(thread[i], NULL), 0);
}

/* The stack of a thread has a guard page. */
static int deep(int n)
{
	volatile char block[4096];

	block[0] = (char)n;
	return n < 1000000 ? deep(n + 1) + block[0] : 0;
}

static void *overflow(void *arg)
{
	(void)arg;
	return (void *)(uintptr_t)deep(0);
}

TEST(thread_stack_overflow)
{
	pthread_t thread;
	pid_t pid =
		CHILD(pthread_create(&thread, NULL, overflow, NULL); pthread_join(thread, NULL));

	CHECK_SIGNALED(pid, SIGSEGV);
}

/* pthread_exit of the first thread leaves the others running. */
static void *last_one(void *arg)
{
	(void)arg;
	sleep_ms(30);
	exit(6);
}

TEST(main_thread_leaves)
{
	pthread_t thread;
	pid_t pid = CHILD(pthread_create(&thread, NULL, last_one, NULL); pthread_exit(NULL));

	CHECK_EXITED(pid, 6);
}

/* A fault in a thread ends the process. */
static void *faults(void *arg)
{
	*(volatile int *)8 = 1;
	return arg;
}

TEST(fault_in_a_thread_kills_all)
{
	pthread_t thread;
	pid_t pid = CHILD(pthread_create(&thread, NULL, faults, NULL); for (;;) pause());

	CHECK_SIGNALED(pid, SIGSEGV);
}

/* --- futex ---------------------------------------------------------------------------------- */

static volatile int word;

static void *wake_later(void *arg)
{
	sleep_ms(30);
	word = 1;
	futex(&word, FUTEX_WAKE | (int)(intptr_t)arg, 1, NULL);
	return NULL;
}

TEST(futex_wait_and_wake)
{
	pthread_t thread;

	word = 0;
	CHECK_ERR(futex(&word, FUTEX_WAIT, 5, NULL), EAGAIN);
	CHECK_EQ(futex(&word, FUTEX_WAKE, 5, NULL), 0);
	CHECK_EQ(pthread_create(&thread, NULL, wake_later, (void *)FUTEX_PRIVATE), 0);
	while (word == 0)
		futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 0, NULL);
	pthread_join(thread, NULL);
}

TEST(futex_timeout)
{
	struct timespec time = { 0, 30000000 }, bad = { 0, 1000000000 };
	long long start = now_ms();

	word = 0;
	CHECK_ERR(futex(&word, FUTEX_WAIT, 0, &time), ETIMEDOUT);
	CHECK(now_ms() - start >= 29);
	CHECK_ERR(futex(&word, FUTEX_WAIT, 0, &bad), EINVAL);
	clock_gettime(CLOCK_MONOTONIC, &time);
	CHECK_ERR(futex(&word, FUTEX_WAIT_BITSET, 0, &time), ETIMEDOUT);
	CHECK_ERR(syscall(SYS_futex, &word, 77, 0, NULL, NULL, 0), ENOSYS);
}

/* A shared futex is found by its page, not by its address; a private one is not shared. */
TEST(futex_between_processes)
{
	volatile int *shared =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile int *again;
	int fd;
	pid_t pid;

	pid = CHILD(sleep_ms(30); *shared = 1; futex(shared, FUTEX_WAKE, 1, NULL));
	while (*shared == 0)
		futex(shared, FUTEX_WAIT, 0, NULL);
	CHECK_EXITED(pid, 0);
	/* the same page of a file at two addresses */
	fd = open("f", O_RDWR | O_CREAT, 0600);
	CHECK_OK(ftruncate(fd, PAGE));
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pid = CHILD(sleep_ms(30); *again = 1; futex(again, FUTEX_WAKE, 1, NULL));
	while (*shared == 0)
		futex(shared, FUTEX_WAIT, 0, NULL);
	CHECK_EXITED(pid, 0);
}

/* After a fork the same private address is another futex in each process. */
TEST(private_futex_after_fork)
{
	struct timespec time = { 0, 200000000 };
	pid_t pid;

	word = 0;
	pid = fork();
	if (pid == 0) {
		errno = 0;
		futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 0, &time);
		_exit(errno == ETIMEDOUT ? 0 : 1);
	}
	sleep_ms(50);
	CHECK_EQ(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 10, NULL), 0);
	CHECK_EXITED(pid, 0);
}

static volatile int second;
static volatile int woken;

static void *wait_on_word(void *arg)
{
	(void)arg;
	futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 0, NULL);
	__sync_fetch_and_add(&woken, 1);
	return NULL;
}

TEST(futex_requeue)
{
	pthread_t thread[4];
	int i;
	long total = 0;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, wait_on_word, NULL), 0);
	sleep_ms(100);
	CHECK_ERR(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE, 1, 10L, &second, 5),
		  EAGAIN);
	total = syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE, 1, 10L, &second, 0);
	CHECK_EQ(total, 4);
	while (woken < 1)
		sched_yield();
	CHECK_EQ(woken, 1);
	CHECK_EQ(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 10, NULL), 0);
	CHECK_EQ(futex(&second, FUTEX_WAKE | FUTEX_PRIVATE, 10, NULL), 3);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}
