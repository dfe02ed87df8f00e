/* fork.c: what a child of fork has, and what its parent keeps. */
#include "harness.h"

#include <pthread.h>
#include <sys/prctl.h>

/* The parent goes on with fork's pid and the child with 0. */
TEST(returns_twice)
{
	pid_t parent = getpid(), pid;
	struct gate gate;

	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		if (getpid() == parent || getppid() != parent)
			_exit(1);
		gate_signal(&gate);
		_exit(7);
	}
	CHECK(pid > 0 && pid != parent);
	gate_wait(&gate);
	CHECK_EXITED(pid, 7);
	CHECK_EQ(getpid(), parent);
}

static int data_word = 11;
static int bss_word;

/* Whatever the child writes, in each kind of private memory, its parent does not see. */
TEST(private_memory_is_private)
{
	int *heap = malloc(sizeof(*heap));
	int *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int stack = 12;
	pid_t pid;

	CHECK(map != MAP_FAILED);
	*heap = 13;
	*map = 14;
	bss_word = 15;
	pid = fork();
	if (pid == 0) {
		if (data_word != 11 || stack != 12 || *heap != 13 || *map != 14 || bss_word != 15)
			_exit(1);
		data_word = 21;
		stack = 22;
		*heap = 23;
		*map = 24;
		bss_word = 25;
		if (data_word != 21 || stack != 22 || *heap != 23 || *map != 24 || bss_word != 25)
			_exit(2);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(data_word, 11);
	CHECK_EQ(stack, 12);
	CHECK_EQ(*heap, 13);
	CHECK_EQ(*map, 14);
	CHECK_EQ(bss_word, 15);
}

/* Both go on writing after the child has blocked on its parent. */
TEST(both_write_after_a_block)
{
	enum { PAGES = 64 };
	unsigned char *map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct gate to_child, to_parent;
	int i, round;
	pid_t pid;

	CHECK(map != MAP_FAILED);
	gate_open(&to_child);
	gate_open(&to_parent);
	for (i = 0; i < PAGES; i++)
		map[(size_t)i * PAGE] = (unsigned char)i;
	pid = fork();
	for (round = 1; round <= 5; round++) {
		int mine = pid == 0 ? 100 : 0;

		if (pid == 0)
			gate_wait(&to_child);
		for (i = 0; i < PAGES; i++) {
			unsigned char *p = &map[(size_t)i * PAGE];
			int before = round == 1 ? i : (i + mine + round - 1) & 255;

			if (*p != before)
				harness_fail(__FILE__, __LINE__, "round %d page %d: %d, not %d%s",
					     round, i, *p, before, pid == 0 ? " (child)" : "");
			*p = (unsigned char)(i + mine + round);
		}
		if (pid == 0) {
			gate_signal(&to_parent);
		} else {
			gate_signal(&to_child);
			gate_wait(&to_parent);
		}
	}
	if (pid == 0)
		_exit(0);
	CHECK_EXITED(pid, 0);
}

/* A child that changes everything leaves no trace in 4 MiB of its parent's memory. */
TEST(checksum_of_parent_unchanged)
{
	size_t len = MIB(4), i;
	unsigned char *map = malloc(len);
	uint64_t before;
	pid_t pid;

	CHECK(map != NULL);
	fill(map, len, 1);
	before = checksum(map, len);
	pid = fork();
	if (pid == 0) {
		if (checksum(map, len) != before)
			_exit(1);
		for (i = 0; i < len; i++)
			map[i] ^= 0x5a;
		_exit(checksum(map, len) == before ? 2 : 0);
	}
	CHECK_EXITED(pid, 0);
	CHECK(checksum(map, len) == before);
}

/* The same when the child first waits for something only the parent can give. */
TEST(checksum_unchanged_when_child_blocks)
{
	size_t len = MIB(2), i;
	unsigned char *map = malloc(len);
	struct gate gate;
	uint64_t before;
	pid_t pid;

	CHECK(map != NULL);
	fill(map, len, 2);
	before = checksum(map, len);
	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < len / 2; i++)
			map[i] ^= 0x5a;
		gate_wait(&gate);
		for (i = 0; i < len / 2; i++)
			map[i] ^= 0x5a;
		_exit(checksum(map, len) == before ? 0 : 2);
	}
	CHECK(checksum(map, len) == before);
	for (i = len / 2; i < len; i++)
		map[i] ^= 0xa5;
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	for (i = len / 2; i < len; i++)
		map[i] ^= 0xa5;
	CHECK(checksum(map, len) == before);
}

/* MAP_SHARED memory is one and the same in parent and child. */
TEST(shared_memory_is_shared)
{
	volatile int *shared =
		mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct gate gate;
	pid_t pid;

	CHECK(shared != MAP_FAILED);
	gate_open(&gate);
	shared[0] = 1;
	pid = fork();
	if (pid == 0) {
		if (shared[0] != 1)
			_exit(1);
		shared[0] = 2;
		shared[PAGE / sizeof(int)] = 3; /* not touched before the fork */
		gate_wait(&gate);
		_exit(shared[2 * PAGE / sizeof(int)] == 4 ? 0 : 2);
	}
	while (shared[PAGE / sizeof(int)] != 3)
		sched_yield();
	CHECK_EQ(shared[0], 2);
	shared[2 * PAGE / sizeof(int)] = 4;
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

/* At four levels each process sees its own values and no other's. */
static int level_value;

static int nest(int level, int *map, int *shared)
{
	volatile int stack = level;
	int *heap = malloc(sizeof(*heap)), status;
	pid_t pid;

	*heap = level;
	*map = level;
	level_value = level;
	shared[level] = level;
	if (level == 4)
		return 0;
	pid = fork();
	if (pid < 0)
		return 10;
	if (pid == 0) {
		if (stack != level || *heap != level || *map != level || level_value != level)
			_exit(20 + level);
		stack = -1;
		*heap = -1;
		_exit(nest(level + 1, map, shared));
	}
	if (waitpid(pid, &status, 0) != pid)
		return 11;
	if (stack != level || *heap != level || *map != level || level_value != level)
		return 30 + level;
	if (shared[4] != 4)
		return 40 + level;
	free(heap);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 12;
}

TEST(four_levels)
{
	int *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(map != MAP_FAILED && shared != MAP_FAILED);
	CHECK_EQ(nest(0, map, shared), 0);
}

/* Four levels that all live at once: the youngest blocks until the eldest lets it go, and then
 * every one of them checks its own memory. */
TEST(four_levels_alive_at_once)
{
	enum { LEVELS = 4 };
	struct gate ready, go[LEVELS];
	size_t len = 32 * PAGE;
	unsigned char *map = malloc(len);
	int level, i;
	pid_t pid = 0;

	gate_open(&ready);
	for (i = 0; i < LEVELS; i++)
		gate_open(&go[i]);
	fill(map, len, 0);
	for (level = 0; level < LEVELS; level++) {
		pid = fork();
		CHECK(pid >= 0);
		if (pid > 0)
			break;
		fill(map, len, (unsigned)level + 1);
	}
	if (level == 0) {
		for (i = 0; i < LEVELS; i++)
			gate_wait(&ready);
		for (i = 0; i < LEVELS; i++)
			gate_signal(&go[i]);
	} else {
		gate_signal(&ready);
		gate_wait(&go[level - 1]);
	}
	unsigned char *again = malloc(len);

	fill(again, len, (unsigned)level);
	CHECK_EQ(memcmp(map, again, len), 0);
	if (pid > 0)
		CHECK_EXITED(pid, 0);
	CHECK_EQ(memcmp(map, again, len), 0);
	if (level > 0)
		_exit(0);
}

/* A child that spins until its parent has done something never blocks by itself. */
TEST(child_spins_until_parent_acts)
{
	pid_t pid = fork();

	if (pid == 0) {
		while (access("go", F_OK) < 0)
			;
		_exit(3);
	}
	write_file("go", "");
	CHECK_EXITED(pid, 3);
}

/* The same without any system call in the loop. */
TEST(child_spins_on_shared_memory)
{
	volatile int *flag =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(flag != MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		while (*flag == 0)
			;
		_exit(3);
	}
	*flag = 1;
	CHECK_EXITED(pid, 3);
}

/* Parent and child both compute; each gets its share of the processor. */
TEST(parent_and_child_both_run)
{
	volatile long *count =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(count != MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		while (count[0] < 3) {
			if (count[1] <= count[0])
				count[1]++;
		}
		_exit(0);
	}
	while (count[0] < 3) {
		if (count[1] > count[0])
			count[0]++;
	}
	CHECK_EXITED(pid, 0);
}

/* A fork in a thread copies only that thread; the others go on in the parent. */
static volatile int spin_on;
static volatile unsigned long spins;

static void *spinner(void *arg)
{
	(void)arg;
	while (spin_on)
		spins++;
	return NULL;
}

TEST(fork_while_a_thread_runs)
{
	pthread_t thread;
	unsigned long before;
	struct gate gate;
	pid_t pid;
	int i;

	gate_open(&gate);
	spin_on = 1;
	CHECK_EQ(pthread_create(&thread, NULL, spinner, NULL), 0);
	while (spins == 0)
		sched_yield();
	for (i = 0; i < 5; i++) {
		pid = fork();
		if (pid == 0) {
			before = spins;
			gate_wait(&gate); /* lets the parent run */
			_exit(spins == before ? 0 : 1);
		}
		CHECK(pid > 0);
		before = spins;
		while (spins == before)
			sched_yield();
		gate_signal(&gate);
		CHECK_EXITED(pid, 0);
	}
	spin_on = 0;
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static void *forks(void *arg)
{
	volatile int *value = arg;
	int i, status;

	for (i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			*value = -1;
			_exit(i);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != i)
			return (void *)1;
	}
	return NULL;
}

TEST(forks_of_four_threads_at_once)
{
	pthread_t thread[4];
	int value[4] = { 1, 2, 3, 4 }, i;
	void *result;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, forks, &value[i]), 0);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK(result == NULL);
		CHECK_EQ(value[i], i + 1);
	}
}

/* A thread that blocks in a pipe while another forks gets its data from the child. */
static void *reader(void *arg)
{
	static char c;
	struct gate *gate = arg;

	return read(gate->fd[0], &c, 1) == 1 ? &c : NULL;
}

TEST(thread_of_paused_parent_reads_from_child)
{
	struct gate gate;
	pthread_t thread;
	void *result;
	pid_t pid;

	gate_open(&gate);
	CHECK_EQ(pthread_create(&thread, NULL, reader, &gate), 0);
	sleep_ms(20);
	pid = CHILD(write_all(gate.fd[1], "q", 1); sleep_ms(50));
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK(result != NULL && *(char *)result == 'q');
	CHECK_EXITED(pid, 0);
}

/* The child has one thread only, and its own id is its thread id. */
TEST(child_has_one_thread)
{
	pthread_t thread;
	pid_t pid;

	spin_on = 1;
	CHECK_EQ(pthread_create(&thread, NULL, spinner, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(syscall(SYS_gettid) == getpid() ? 0 : 1);
	CHECK_EXITED(pid, 0);
	spin_on = 0;
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* Grandchildren whose parent is gone belong to a reaper, and still run to their end. */
TEST(orphans_find_a_new_parent)
{
	struct gate gate;
	pid_t pid, grandchild, got;
	int status;

	gate_open(&gate);
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid = fork();
	if (pid == 0) {
		pid_t parent = getpid();

		grandchild = fork();
		if (grandchild == 0) {
			while (getppid() == parent)
				sched_yield();
			gate_signal(&gate);
			_exit(5);
		}
		_exit(grandchild > 0 ? 0 : 1);
	}
	CHECK_EXITED(pid, 0);
	gate_wait(&gate);
	got = wait(&status);
	CHECK(got > 0 && got != pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 5);
	CHECK_ERR(wait(&status), ECHILD);
}

/* A thousand children, one after the other. */
TEST_SLOW(a_thousand_children, 60)
{
	int i;

	for (i = 0; i < 1000; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i & 0x7f);
		CHECK(pid > 0);
		CHECK_EXITED(pid, i & 0x7f);
	}
}

/* Two hundred children alive at once. */
TEST_SLOW(two_hundred_at_once, 60)
{
	enum { COUNT = 200 };
	pid_t pid[COUNT];
	struct gate gate;
	int i;

	gate_open(&gate);
	for (i = 0; i < COUNT; i++)
		pid[i] = CHILD(gate_wait(&gate); _exit(i & 0x7f));
	for (i = 0; i < COUNT; i++)
		gate_signal(&gate);
	for (i = 0; i < COUNT; i++)
		CHECK_EXITED(pid[i], i & 0x7f);
}

/* fork in a signal handler. */
static volatile pid_t handler_child;
static volatile int handler_value;

static void fork_handler(int sig)
{
	(void)sig;
	handler_child = fork();
	if (handler_child == 0) {
		handler_value = 99;
		_exit(4);
	}
}

TEST(fork_in_signal_handler)
{
	handler_value = 1;
	CHECK(signal(SIGUSR1, fork_handler) != SIG_ERR);
	CHECK_OK(raise(SIGUSR1));
	CHECK(handler_child > 0);
	CHECK_EXITED(handler_child, 4);
	CHECK_EQ(handler_value, 1);
}

/* ... and a child that returns from the handler goes on where its parent was. */
static volatile pid_t returned_child = -2;

static void fork_and_return(int sig)
{
	(void)sig;
	returned_child = fork();
}

TEST(child_returns_from_the_handler)
{
	CHECK(signal(SIGUSR1, fork_and_return) != SIG_ERR);
	CHECK_OK(raise(SIGUSR1));
	if (returned_child == 0)
		_exit(6);
	CHECK_EXITED(returned_child, 6);
}

/* What a child inherits: mask, handlers, ignored signals, cwd, umask; and what not: pending
 * signals and alarms. */
static void nothing(int sig)
{
	(void)sig;
}

TEST(what_a_child_inherits)
{
	sigset_t set, pending;
	struct sigaction action;
	char cwd[PATH_MAX], child_cwd[PATH_MAX];
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_OK(raise(SIGUSR1));
	CHECK(signal(SIGUSR2, nothing) != SIG_ERR);
	CHECK(signal(SIGTERM, SIG_IGN) != SIG_ERR);
	alarm(100);
	umask(027);
	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	pid = fork();
	if (pid == 0) {
		CHECK_OK(sigpending(&pending));
		CHECK_EQ(sigismember(&pending, SIGUSR1), 0);
		CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &set));
		CHECK_EQ(sigismember(&set, SIGUSR1), 1);
		CHECK_OK(sigaction(SIGUSR2, NULL, &action));
		CHECK(action.sa_handler == nothing);
		CHECK_OK(sigaction(SIGTERM, NULL, &action));
		CHECK(action.sa_handler == SIG_IGN);
		CHECK_EQ(alarm(0), 0);
		CHECK_EQ(umask(0), 027);
		CHECK(getcwd(child_cwd, sizeof(child_cwd)) != NULL);
		CHECK_STR(child_cwd, cwd);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_OK(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGUSR1), 1);
	CHECK(alarm(0) > 0);
}

/* The child's chdir, umask and close are its own. */
TEST(child_changes_are_its_own)
{
	char before[PATH_MAX], after[PATH_MAX];
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	pid_t pid;

	CHECK(fd >= 0);
	CHECK(getcwd(before, sizeof(before)) != NULL);
	umask(022);
	pid = fork();
	if (pid == 0) {
		CHECK_OK(chdir("/"));
		umask(077);
		CHECK_OK(close(fd));
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK(getcwd(after, sizeof(after)) != NULL);
	CHECK_STR(after, before);
	CHECK_EQ(umask(022), 022);
	CHECK_EQ(write(fd, "x", 1), 1);
}

/* The child maps, unmaps and protects; its parent's map stays. */
TEST(child_changes_its_map)
{
	char *map =
		mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long top = (unsigned long)syscall(SYS_brk, 0);
	struct gate gate;
	pid_t pid;

	CHECK(map != MAP_FAILED);
	gate_open(&gate);
	strcpy(map, "parent");
	strcpy(map + 4 * PAGE, "parent");
	pid = fork();
	if (pid == 0) {
		CHECK_OK(munmap(map, PAGE));
		CHECK_OK(mprotect(map + 4 * PAGE, PAGE, PROT_READ));
		CHECK(mmap(map + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			   -1, 0) == map + 2 * PAGE);
		CHECK_EQ(syscall(SYS_brk, top + 64 * PAGE), top + 64 * PAGE);
		memset((void *)top, 1, 64 * PAGE);
		gate_wait(&gate);
		CHECK_ERR(msync(map, PAGE, MS_ASYNC), ENOMEM);
		CHECK_STR(map + 4 * PAGE, "parent");
		_exit(0);
	}
	CHECK_STR(map, "parent");
	strcpy(map + 4 * PAGE, "changed");
	strcpy(map + 2 * PAGE, "changed");
	CHECK_EQ(syscall(SYS_brk, 0), top);
	CHECK_OK(munmap(map + 6 * PAGE, 2 * PAGE));
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_STR(map + 4 * PAGE, "changed");
}

/* The kernel's own writes into the child's memory are private, too. */
TEST(read_into_child_memory_is_private)
{
	char *buffer = malloc(3 * PAGE);
	struct gate gate, go;
	pid_t pid;

	gate_open(&gate);
	gate_open(&go);
	memset(buffer, 'p', 3 * PAGE);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read_all(gate.fd[0], buffer + 100, 2 * PAGE), 2 * PAGE);
		CHECK_EQ(buffer[99], 'p');
		CHECK_EQ(buffer[100], 'c');
		CHECK_EQ(buffer[2 * PAGE + 99], 'c');
		CHECK_EQ(buffer[2 * PAGE + 100], 'p');
		_exit(0);
	}
	char *data = malloc(2 * PAGE);

	memset(data, 'c', 2 * PAGE);
	write_all(gate.fd[1], data, 2 * PAGE);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(buffer[100], 'p');
	CHECK_EQ(buffer[2 * PAGE], 'p');
}

/* The same before the child has ever blocked. */
TEST(read_into_shadow_memory_is_private)
{
	static char buffer[2 * 4096] = "parent";
	int fd;
	pid_t pid;

	write_file("data", "child!");
	pid = fork();
	if (pid == 0) {
		fd = open("data", O_RDONLY);
		if (fd < 0 || read(fd, buffer, 6) != 6 || memcmp(buffer, "child!", 6) != 0)
			_exit(1);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_STR(buffer, "parent");
}

/* write(2) from memory that only the child has changed sends the child's bytes. */
TEST(write_from_shadow_memory)
{
	static char text[3 * 4096];
	char got[3 * 4096];
	pid_t pid;
	int fd;

	memset(text, 'p', sizeof(text));
	pid = fork();
	if (pid == 0) {
		text[4096] = 'c';
		fd = open("out", O_WRONLY | O_CREAT, 0600);
		_exit(write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) ? 0 : 1);
	}
	CHECK_EXITED(pid, 0);
	fd = open("out", O_RDONLY);
	CHECK_EQ(read_all(fd, got, sizeof(got)), sizeof(got));
	CHECK_EQ(got[4095], 'p');
	CHECK_EQ(got[4096], 'c');
	CHECK_EQ(got[4097], 'p');
	CHECK_EQ(text[4096], 'p');
}

/* A file offset is shared by parent and child. */
TEST(offset_is_shared)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char c;
	pid_t pid;

	CHECK_EQ(write(fd, "abcdef", 6), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	pid = CHILD(if (read(fd, &c, 1) != 1 || c != 'a') _exit(1); lseek(fd, 3, SEEK_SET));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'd');
}

/* A deep stack survives the fork on both sides. */
static int deep(int depth)
{
	volatile char frame[4000];
	int i, below;

	for (i = 0; i < (int)sizeof(frame); i += 100)
		frame[i] = (char)(depth + i);
	if (depth == 0) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (pid > 0) {
			int status;

			if (waitpid(pid, &status, 0) != pid || status != 0)
				return -1;
		}
		below = pid == 0 ? 1 : 2;
	} else {
		below = deep(depth - 1);
	}
	for (i = 0; i < (int)sizeof(frame); i += 100)
		if (frame[i] != (char)(depth + i))
			return -1;
	return below;
}

TEST(fork_on_a_deep_stack)
{
	int side = deep(300);

	CHECK(side == 1 || side == 2);
	if (side == 1)
		_exit(0);
}

/* A child deepens the stack beyond what its parent ever used. */
static int dig(int depth)
{
	volatile char frame[4000];

	frame[0] = frame[3999] = (char)depth;
	if (depth > 0 && dig(depth - 1) != depth - 1)
		return -1;
	return frame[0] == (char)depth && frame[3999] == (char)depth ? depth : -1;
}

TEST(child_grows_the_stack)
{
	pid_t pid = CHILD(_exit(dig(500) != 500));
	struct gate gate;

	CHECK_EXITED(pid, 0);
	gate_open(&gate);
	pid = CHILD(if (dig(400) != 400) _exit(1); gate_wait(&gate); _exit(dig(600) != 600));
	CHECK_EQ(dig(700), 700);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
}

/* The child of a child that exits while its own child still runs. */
TEST(shadow_of_a_shadow_outlives_it)
{
	static int word = 1;
	int pipes[2], status;
	char c;
	pid_t pid;

	CHECK_OK(pipe(pipes));
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid = fork();
	if (pid == 0) {
		word = 2;
		if (fork() == 0) {
			close(pipes[1]);
			if (read(pipes[0], &c, 1) != 1)
				_exit(1);
			_exit(word == 2 ? 0 : 2);
		}
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(word, 1);
	word = 3;
	write_all(pipes[1], "x", 1);
	CHECK(wait(&status) > 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(word, 3);
}

/* A parent that dies while its child runs on. */
TEST(parent_dies_first)
{
	static int word = 1;
	int pipes[2];
	char c;
	pid_t pid;

	CHECK_OK(pipe(pipes));
	pid = fork();
	if (pid == 0) {
		struct gate gate;

		gate_open(&gate);
		if (fork() == 0) {
			word = 5;
			gate_signal(&gate);
			sleep_ms(20);
			c = word == 5 ? 'y' : 'n';
			write_all(pipes[1], &c, 1);
			_exit(0);
		}
		gate_wait(&gate);
		word = 4;
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read_all(pipes[0], &c, 1), 1);
	CHECK_EQ(c, 'y');
	CHECK_EQ(word, 1);
}

/* A signal kills the parent while the child is busy: the child lives on. */
TEST(paused_parent_is_killed)
{
	int pipes[2];
	char c = 0;
	pid_t pid;

	CHECK_OK(pipe(pipes));
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			kill(getppid(), SIGKILL);
			write_all(pipes[1], "y", 1);
			_exit(0);
		}
		for (;;)
			pause();
	}
	CHECK_SIGNALED(pid, SIGKILL);
	CHECK_EQ(read_all(pipes[0], &c, 1), 1);
	CHECK_EQ(c, 'y');
}

/* A handler of the parent runs although its child computes without end. */
static volatile int alarmed;

static void on_alarm(int sig)
{
	(void)sig;
	alarmed = 1;
}

TEST(parent_is_signalled_while_child_spins)
{
	pid_t pid;

	CHECK(signal(SIGALRM, on_alarm) != SIG_ERR);
	alarm(1);
	pid = fork();
	if (pid == 0)
		for (;;)
			;
	while (!alarmed)
		;
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}

/* A new page the child touches first is zero, and stays its own. */
TEST(untouched_pages_are_zero_on_both_sides)
{
	unsigned char *map =
		mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct gate gate;
	size_t i;
	pid_t pid;

	CHECK(map != MAP_FAILED);
	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < 16; i++) {
			if (map[i * PAGE] != 0)
				_exit(1);
			map[i * PAGE] = 1;
		}
		gate_wait(&gate);
		for (i = 0; i < 16; i++)
			if (map[i * PAGE] != 1)
				_exit(2);
		_exit(0);
	}
	for (i = 0; i < 16; i++) {
		CHECK_EQ(map[i * PAGE], 0);
		map[i * PAGE] = 2;
	}
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	for (i = 0; i < 16; i++)
		CHECK_EQ(map[i * PAGE], 2);
}

/* A private file page that only the child has read is still the parent's to change. */
TEST(file_pages_after_fork)
{
	char *map;
	struct gate gate;
	pid_t pid;
	int fd;

	write_file("f", "original");
	fd = open("f", O_RDWR);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(map != MAP_FAILED);
	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		CHECK_STR(map, "original");
		gate_wait(&gate);
		CHECK_STR(map, "original");
		strcpy(map, "child");
		CHECK_STR(map, "child");
		_exit(0);
	}
	strcpy(map, "parent");
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_STR(map, "parent");
	CHECK_STR(read_file("f"), "original");
}

/* A parent that waits with sigsuspend for its child's SIGCHLD. */
TEST(sigchld_of_a_child)
{
	sigset_t set, old;
	pid_t pid;

	alarmed = 0;
	CHECK(signal(SIGCHLD, on_alarm) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, &old));
	pid = CHILD(_exit(1));
	while (!alarmed)
		sigsuspend(&old);
	CHECK_EXITED(pid, 1);
}

/* pthread_atfork handlers run in their order on both sides. */
static char order[16];

static void prepare_a(void)
{
	strcat(order, "a");
}
static void parent_a(void)
{
	strcat(order, "p");
}
static void child_a(void)
{
	strcat(order, "c");
}

TEST(atfork_handlers)
{
	pid_t pid;

	CHECK_EQ(pthread_atfork(prepare_a, parent_a, child_a), 0);
	pid = fork();
	if (pid == 0)
		_exit(strcmp(order, "ac") == 0 ? 0 : 1);
	CHECK_STR(order, "ap");
	CHECK_EXITED(pid, 0);
}

/* A fork bomb of two to the power of six, that all end. */
TEST_SLOW(sixty_four_processes_by_doubling, 30)
{
	volatile int *count =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, children = 0, status;
	pid_t top = getpid();

	CHECK(count != MAP_FAILED);
	for (i = 0; i < 6; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			children = 0;
		else
			children++;
	}
	__sync_fetch_and_add(count, 1);
	while (children-- > 0)
		CHECK(wait(&status) > 0 && status == 0);
	if (getpid() != top)
		_exit(0);
	CHECK_EQ(*count, 64);
}

/* The registers that a function must keep are kept in both, as is the floating point state. */
TEST(registers_after_fork)
{
	register long rbx_value __asm__("rbx") = 0x1111;
	double x = 1.5, y;
	pid_t pid;

	__asm__ volatile("movsd %0, %%xmm7" : : "m"(x) : "xmm7");
	__asm__ volatile("" : "+r"(rbx_value));
	pid = (pid_t)syscall(SYS_fork);
	__asm__ volatile("movsd %%xmm7, %0" : "=m"(y));
	__asm__ volatile("" : "+r"(rbx_value));
	if (pid == 0)
		_exit(y == 1.5 && rbx_value == 0x1111 ? 0 : 1);
	CHECK(y == 1.5);
	CHECK_EQ(rbx_value, 0x1111);
	CHECK_EXITED(pid, 0);
}
