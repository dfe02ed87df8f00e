/* ways.c: the four ways into the kernel give the same answers, and each is really taken.
 *
 * On Linux there is one way for system calls, the `syscall` instruction, and the tests pass with
 * it; on Flatshare /proc/flatshare counts what came by which way. */
#include "harness.h"

#include <elf.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

/* A site of the kind that is patched: a five-byte `mov` right before the `syscall`. */
#define SITE(name, nr)                                                                             \
	long name(long a, long b, long c);                                                         \
	__asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n"                 \
		"	mov $" #nr ", %eax\n	syscall\n	ret\n");

/* Behind a `mov %rcx, %r10`, as most C libraries have it, with the number in another register. */
SITE(site_getpid, 39)
SITE(site_getppid, 110)
SITE(site_write, 1)
SITE(site_read, 0)
SITE(site_enosys, 5000)
SITE(site_fork, 57)
SITE(site_shared, 39)
SITE(site_threads, 186)
SITE(site_loop, 39)

/* One that cannot be patched: the number comes from elsewhere, and what follows is too short. */
static long plain(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall; nop"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static long long counted(const char *key)
{
	return flatshare_counter(key);
}

/* The same site twice: the second time it is patched. */
TEST(a_site_twice)
{
	CHECK_EQ(site_getpid(0, 0, 0), getpid());
	CHECK_EQ(site_getpid(0, 0, 0), getpid());
	CHECK_EQ(site_getppid(0, 0, 0), getppid());
	CHECK_EQ(site_getppid(0, 0, 0), getppid());
	CHECK_EQ(site_enosys(0, 0, 0), -ENOSYS);
	CHECK_EQ(site_enosys(0, 0, 0), -ENOSYS);
}

TEST(patched_calls_are_counted)
{
	long long patched = counted("syscalls_patched"), trapped = counted("syscalls_trap");
	int i;

	for (i = 0; i < 1000; i++)
		CHECK_EQ(site_loop(0, 0, 0), getpid());
	if (!on_flatshare())
		return;
	CHECK(counted("sites_patched") > 0);
	CHECK(counted("syscalls_patched") - patched >= 999);
	CHECK(counted("syscalls_trap") - trapped < 900);
}

TEST(unpatchable_sites_trap)
{
	long long trapped = counted("syscalls_trap");
	int i;

	for (i = 0; i < 1000; i++)
		CHECK_EQ(plain(SYS_getpid, 0, 0, 0), getpid());
	if (on_flatshare())
		CHECK(counted("syscalls_trap") - trapped >= 1000);
}

/* Our C library calls through AT_SYSINFO where there is one. */
TEST(libc_calls_are_counted)
{
	long long before = counted("syscalls_vsyscall");
	int i;

	for (i = 0; i < 1000; i++)
		CHECK_EQ(getpgid(0), getpgrp());
	if (on_flatshare())
		CHECK(counted("syscalls_vsyscall") - before >= 1000);
}

/* What is answered without the kernel is what the kernel answers, also after it has changed. */
static void compare_numbers(void)
{
	CHECK_EQ(getpid(), plain(SYS_getpid, 0, 0, 0));
	CHECK_EQ(gettid(), plain(SYS_gettid, 0, 0, 0));
	CHECK_EQ(getppid(), plain(SYS_getppid, 0, 0, 0));
	CHECK_EQ(getuid(), plain(SYS_getuid, 0, 0, 0));
	CHECK_EQ(geteuid(), plain(SYS_geteuid, 0, 0, 0));
	CHECK_EQ(getgid(), plain(SYS_getgid, 0, 0, 0));
	CHECK_EQ(getegid(), plain(SYS_getegid, 0, 0, 0));
}

static void *compare_in_thread(void *unused)
{
	(void)unused;
	CHECK(gettid() != getpid());
	compare_numbers();
	return NULL;
}

TEST(numbers_of_a_process)
{
	pthread_t thread;
	pid_t pid, first = getpid();

	compare_numbers();
	CHECK_EQ(pthread_create(&thread, NULL, compare_in_thread, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	pid = CHILD({
		CHECK_EQ(getppid(), first);
		CHECK(setresgid(11, 12, 13) == 0 && setresuid(21, 22, 23) == 0);
		compare_numbers();
		CHECK(getuid() == 21 && geteuid() == 22 && getgid() == 11 && getegid() == 12);
	});
	CHECK_EXITED(pid, 0);
	/* A child whose parent has gone. */
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid = CHILD({
		pid_t parent = getpid();
		if (fork() == 0) {
			while (getppid() == parent)
				sleep_ms(1);
			CHECK_EQ(getppid(), first);
			compare_numbers();
			_exit(0);
		}
	});
	CHECK_EXITED(pid, 0);
	CHECK(wait(NULL) > 0);
}

/* AT_SYSINFO by hand. */
TEST(at_sysinfo)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	register unsigned long at __asm__("r12") = entry;
	long result, rdi = 0, rsi = 1, rdx = 2, r8 = 8, r9 = 9, r10 = 10;

	if (entry == 0) {
		CHECK(!on_flatshare());
		return;
	}
	__asm__ volatile("movq %[r8], %%r8; movq %[r9], %%r9; movq %[r10], %%r10\n\t"
			 "movq %%rsp, %%rbx; leaq -256(%%rsp), %%rsp; andq $-16, %%rsp\n\t"
			 "call *%%r12; movq %%rbx, %%rsp\n\t"
			 "movq %%r8, %[r8]; movq %%r9, %[r9]; movq %%r10, %[r10]"
			 : "=a"(result), "+D"(rdi), "+S"(rsi),
			   "+d"(rdx), [r8] "+m"(r8), [r9] "+m"(r9), [r10] "+m"(r10), "+r"(at)
			 : "a"((long)SYS_getpid)
			 : "rbx", "rcx", "r8", "r9", "r10", "r11", "memory");
	CHECK_EQ(result, getpid());
	CHECK_EQ(rdi, 0);
	CHECK_EQ(rsi, 1);
	CHECK_EQ(rdx, 2);
	CHECK_EQ(r8, 8);
	CHECK_EQ(r9, 9);
	CHECK_EQ(r10, 10);
}

/* Data moves the same way by each. */
TEST(reads_and_writes)
{
	char text[8] = "";
	int fds[2];

	CHECK_OK(pipe(fds));
	CHECK_EQ(site_write(fds[1], (long)"ab", 2), 2);
	CHECK_EQ(site_write(fds[1], (long)"cd", 2), 2);
	CHECK_EQ(plain(SYS_write, fds[1], (long)"ef", 2), 2);
	CHECK_EQ(write(fds[1], "g", 1), 1);
	CHECK_EQ(site_read(fds[0], (long)text, 3), 3);
	CHECK_EQ(site_read(fds[0], (long)(text + 3), 3), 3);
	CHECK_EQ(plain(SYS_read, fds[0], (long)(text + 6), 1), 1);
	CHECK_STR(text, "abcdefg");
	CHECK_EQ(site_write(99, (long)"x", 1), -EBADF);
	CHECK_EQ(site_write(fds[1], 8, 1), -EFAULT);
	CHECK_EQ(site_write(fds[1], 8, 1), -EFAULT);
}

/* Registers after a patched call, and the red zone around it. */
TEST(registers_and_red_zone)
{
	unsigned long bad = 0;
	int i;

	for (i = 0; i < 3; i++) {
		__asm__ volatile(
			"movq $0x77, -8(%%rsp); movq $0x78, -128(%%rsp)\n\t"
			"movl $1, %%edi; movl $2, %%esi; movl $3, %%edx; movl $4, %%r8d\n\t"
			"movl $5, %%r9d; movl $6, %%r10d; movl $7, %%ebx; movl $8, %%r12d\n\t"
			"movl $9, %%r13d; movl $10, %%r14d; movl $11, %%r15d\n\t"
			"mov $39, %%eax; syscall\n\t"
			"addq %%rdi, %%rsi; addq %%rsi, %%rdx; addq %%rdx, %%r8\n\t"
			"addq %%r8, %%r9; addq %%r9, %%r10; addq %%r10, %%rbx\n\t"
			"addq %%rbx, %%r12; addq %%r12, %%r13; addq %%r13, %%r14\n\t"
			"addq %%r14, %%r15; cmpq $66, %%r15; jne 1f\n\t"
			"cmpq $0x77, -8(%%rsp); jne 1f; cmpq $0x78, -128(%%rsp); je 2f\n"
			"1: incq %0\n2:"
			: "+m"(bad)
			:
			: "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
			  "r13", "r14", "r15", "memory", "cc");
	}
	CHECK_EQ(bad, 0);
}

/* Whoever jumps to the `syscall` behind a patched `mov` finds it working. */
TEST(the_syscall_behind_a_patch_still_works)
{
	long result;
	int i;

	for (i = 0; i < 3; i++) {
		CHECK_EQ(site_getpid(0, 0, 0), getpid());
		__asm__ volatile("call *%[at]"
				 : "=a"(result)
				 : "a"((long)SYS_getppid), [at] "r"((char *)site_getpid + 5)
				 : "rcx", "r11", "memory");
		CHECK_EQ(result, getppid());
	}
}

/* fork by a patched site, in parent and child. */
TEST(fork_by_a_site)
{
	int i;

	for (i = 0; i < 3; i++) {
		long pid = site_fork(0, 0, 0);

		if (pid == 0)
			_exit(site_getpid(0, 0, 0) == getpid() ? 11 : 1);
		CHECK(pid > 0);
		CHECK_EXITED((pid_t)pid, 11);
	}
}

/* read(2) shows the file's own bytes, not the patch. */
TEST(patches_are_not_in_the_file)
{
	static const unsigned char want[] = { 0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	static char image[1 << 20];
	int fd = open(self_path(), O_RDONLY), found = 0;
	size_t len = read_all(fd, image, sizeof(image)), i;

	CHECK_EQ(site_shared(0, 0, 0), getpid());
	CHECK_EQ(site_shared(0, 0, 0), getpid());
	lseek(fd, 0, SEEK_SET);
	len = read_all(fd, image, sizeof(image));
	for (i = 0; i + sizeof(want) <= len; i++)
		found += memcmp(image + i, want, sizeof(want)) == 0;
	CHECK(found >= 3);
}

/* Several threads meet the same site for the first time. */
static void *use_site(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 200; i++)
		if (site_threads(0, 0, 0) != syscall(SYS_gettid))
			return (void *)1;
	return NULL;
}

TEST(threads_at_one_site)
{
	pthread_t thread[4];
	void *result;
	int i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, use_site, NULL), 0);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK(result == NULL);
	}
}

/* A site in memory that the program made itself, at the end of a page and across two. */
TEST(sites_in_own_memory)
{
	static const unsigned char code[] = { 0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	char *map =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t back;
	int i;

	for (back = 0; back <= sizeof(code); back++) {
		CHECK_OK(mprotect(map, 2 * PAGE, PROT_READ | PROT_WRITE));
		memset(map, 0xcc, 2 * PAGE);
		memcpy(map + PAGE - back, code, sizeof(code));
		CHECK_OK(mprotect(map, 2 * PAGE, PROT_READ | PROT_EXEC));
		for (i = 0; i < 3; i++)
			CHECK_EQ(((long (*)(void))(map + PAGE - back))(), getpid());
		/* the program's own bytes are what it wrote */
		CHECK_EQ(memcmp(map + PAGE - back + 5, code + 5, 3), 0);
	}
}

/* A `syscall` whose five bytes before it are no `mov` must not be patched as one. */
TEST(what_looks_like_a_mov)
{
	/* push $0xb8 ...: 68 b8 27 00 00 | 00 c0 is add %al,%al ; so: the bytes before `syscall` are
	 * the tail of `lea 39(%rax), %eax` with a displacement of four bytes. */
	static const unsigned char code[] = {
		0x31, 0xc0, 0x8d, 0x80, 39, 0, 0, 0, 0x0f, 0x05, 0xc3
	};
	char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	memcpy(map, code, sizeof(code));
	CHECK_OK(mprotect(map, PAGE, PROT_READ | PROT_EXEC));
	for (i = 0; i < 3; i++)
		CHECK_EQ(((long (*)(void))map)(), getpid());
}

/* A signal that arrives around a patched call: the handler sees sane registers and returns. */
static volatile int handled;

static void on_alarm(int sig)
{
	(void)sig;
	handled++;
}

TEST(signals_around_patched_calls)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	pid_t self = getpid(), pid;

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	pid = CHILD(while (kill(self, SIGUSR1) == 0 && getppid() == self) sleep_ms(1));
	while (handled < 50)
		CHECK_EQ(site_loop(0, 0, 0), self);
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}
