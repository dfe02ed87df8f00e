/* sites.c: system calls whose number is set in any way, followed by a comparison: the form that
 * most calls of glibc have.  On Flatshare such a site becomes a jump over the syscall and the
 * beginning of the comparison, and nobody may notice; and libraries have such sites, too. */
#include "harness.h"

#include <elf.h>
#include <signal.h>
#include <ucontext.h>

/* long NAME(long nr, long a, long b, long c): -1 with an error's number in edx, as C libraries look
 * at it.  NAME_next is the comparison's address, NAME_joined(result) jumps to it. */
#define SITE(name, compare)                                                                        \
	long name(long nr, long a, long b, long c);                                                \
	long name##_joined(long result);                                                           \
	extern char name##_next[];                                                                 \
	__asm__(".text\n.globl " #name "\n.type " #name ",@function\n"                             \
		".balign 64\n" #name ":\n"                                                         \
		"	mov %rdi, %rax\n	mov %rsi, %rdi\n	mov %rdx, %rsi\n"                              \
		"	mov %rcx, %rdx\n	syscall\n"                                                      \
		".globl " #name "_next\n" #name "_next:\n	" compare "\n	ja 1f\n	ret\n"       \
		"1:	neg %eax\n	movslq %eax, %rdx\n	mov $-1, %rax\n	ret\n"                          \
		".globl " #name "_joined\n.type " #name "_joined,@function\n" #name "_joined:\n"   \
		"	mov %rdi, %rax\n	jmp " #name "_next\n");

SITE(site_loop, "cmp $-4095, %rax")
SITE(site_short, "cmp $-4095, %eax")
SITE(site_join, "cmp $-4095, %rax")
SITE(site_pause, "cmp $-4095, %rax")
SITE(site_restart, "cmp $-4095, %rax")
SITE(site_fork, "cmp $-4095, %rax")
SITE(site_mapped, "cmp $-4095, %rax")

/* The same with the number in a mov, so that the mov is what is patched. */
long site_mov(void);
extern char site_mov_end[];
__asm__(".text\n.globl site_mov\n.type site_mov,@function\nsite_mov:\n"
	"	mov $34, %eax\n	syscall\n"
	".globl site_mov_end\nsite_mov_end:\n	ret\n");

/* One that tells itself from the others. */
long site_other(long nr);
__asm__(".text\n.globl site_other\n.type site_other,@function\n.balign 64\nsite_other:\n"
	"	mov %rdi, %rax\n	syscall\n	cmp $-4095, %rax\n"
	"	lea 1000(%rax), %rax\n	ret\n");

TEST(most_calls_do_not_trap)
{
	long long patched = flatshare_counter("syscalls_patched");
	int i;

	for (i = 0; i < 1000; i++) {
		CHECK_EQ(site_loop(SYS_getpid, 0, 0, 0), getpid());
		CHECK_EQ(site_short(SYS_getppid, 0, 0, 0), getppid());
		CHECK_EQ(site_loop(SYS_close, -1, 0, 0), -1);
		CHECK_EQ(site_short(SYS_close, -1, 0, 0), -1);
	}
	if (on_flatshare())
		CHECK(flatshare_counter("syscalls_patched") - patched >= 3900);
}

/* Somebody jumps to the comparison, before the site is patched, and long after. */
TEST(paths_join_behind_the_call)
{
	int i;

	CHECK_EQ(site_join_joined(5), 5);
	CHECK_EQ(site_join_joined(-5), -1);
	for (i = 0; i < 2000; i++) {
		CHECK_EQ(site_join(SYS_getpid, 0, 0, 0), getpid());
		CHECK_EQ(site_join(SYS_close, -1, 0, 0), -1);
		CHECK_EQ(site_join_joined(i), i);
		CHECK_EQ(site_join_joined(-EBADF), -1);
	}
}

/* A handler sees the call's place in the program's code, and may return there. */
static volatile unsigned long seen_ip, seen_rax;

static void note(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig, (void)info;
	seen_ip = (unsigned long)uc->uc_mcontext.gregs[REG_RIP];
	seen_rax = (unsigned long)uc->uc_mcontext.gregs[REG_RAX];
}

static void interrupt_with(int flags)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | flags };
	struct itimerval soon = { .it_value.tv_usec = 20000 };

	CHECK_OK(sigaction(SIGALRM, &action, NULL));
	CHECK_OK(setitimer(ITIMER_REAL, &soon, NULL));
}

TEST(interrupted_calls_are_where_they_seem)
{
	int i;

	for (i = 0; i < 3; i++) {
		interrupt_with(0);
		CHECK_EQ(site_pause(SYS_pause, 0, 0, 0), -1);
		CHECK_EQ(seen_ip, (unsigned long)site_pause_next);
		CHECK_EQ((long)seen_rax, -EINTR);
		interrupt_with(0);
		CHECK_EQ(site_mov(), -EINTR);
		CHECK_EQ(seen_ip, (unsigned long)site_mov_end);
	}
}

TEST(restarted_calls_are_where_they_seem)
{
	int fds[2], i;
	char c;

	CHECK_OK(pipe(fds));
	for (i = 0; i < 3; i++) {
		pid_t pid = CHILD({
			sleep_ms(60);
			CHECK_EQ(write(fds[1], "x", 1), 1);
		});
		interrupt_with(SA_RESTART);
		seen_ip = 0;
		CHECK_EQ(site_restart(SYS_read, fds[0], (long)&c, 1), 1);
		CHECK_EQ(seen_ip, (unsigned long)site_restart_next - 2);
		CHECK_EQ(seen_rax, SYS_read);
		CHECK_EXITED(pid, 0);
	}
}

TEST(fork_by_such_a_site)
{
	int i;

	for (i = 0; i < 3; i++) {
		long pid = site_fork(SYS_fork, 0, 0, 0);

		if (pid == 0)
			_exit(site_fork(SYS_getpid, 0, 0, 0) == getpid() ? 11 : 1);
		CHECK(pid > 0);
		CHECK_EXITED((pid_t)pid, 11);
	}
}

/* --- libraries: files that the program maps as a dynamic linker does --- */

static size_t span;

/* Map the segments of the ELF file fd.  => where its beginning is */
static char *map_library(int fd)
{
	Elf64_Ehdr head;
	Elf64_Phdr ph[16];
	size_t low = -1ul;
	char *base;
	int i;

	CHECK_EQ(pread(fd, &head, sizeof(head), 0), sizeof(head));
	CHECK(head.e_phnum <= 16);
	CHECK(pread(fd, ph, sizeof(ph), (off_t)head.e_phoff) > 0);
	for (i = 0; i < head.e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		if (ph[i].p_vaddr < low)
			low = ph[i].p_vaddr & -PAGE;
		span = (ph[i].p_vaddr + ph[i].p_memsz + PAGE - 1) & -PAGE;
	}
	span -= low;
	base = mmap(NULL, span, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(base != MAP_FAILED);
	for (i = 0; i < head.e_phnum; i++) {
		size_t start = ph[i].p_vaddr & -PAGE;

		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_X))
			CHECK(mmap(base + (start - low), ph[i].p_vaddr + ph[i].p_filesz - start,
				   PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd,
				   (off_t)(ph[i].p_offset & -PAGE)) != MAP_FAILED);
	}
	return base;
}

static int stub_areas(void)
{
	static char text[65536];
	int fd = open("/proc/self/maps", O_RDONLY), n = 0;
	char *p = text;

	text[read_all(fd, text, sizeof(text) - 1)] = 0;
	close(fd);
	while ((p = strstr(p, "[stubs]")) != NULL)
		n++, p++;
	return n;
}

static int copy_of_myself(void)
{
	static char image[4 << 20];
	int from = open(self_path(), O_RDONLY), to = memfd_create("library", 0);
	size_t len = read_all(from, image, sizeof(image));

	CHECK(len < sizeof(image));
	CHECK_EQ(write(to, image, len), (ssize_t)len);
	close(from);
	return to;
}

/* The beginning of the program's own image. */
extern char __ehdr_start[] __attribute__((visibility("hidden")));

static void use_library(char *base)
{
	size_t at = (size_t)((char *)site_mapped - __ehdr_start);
	long (*call)(long, long, long, long) = (long (*)(long, long, long, long))(base + at);
	long long patched = flatshare_counter("syscalls_patched");
	int i;

	for (i = 0; i < 100; i++) {
		CHECK_EQ(call(SYS_getpid, 0, 0, 0), getpid());
		CHECK_EQ(call(SYS_close, -1, 0, 0), -1);
	}
	if (on_flatshare())
		CHECK(flatshare_counter("syscalls_patched") - patched >= 190);
}

TEST(a_library_is_patched_too)
{
	int fd = copy_of_myself(), before = stub_areas();
	char *one = map_library(fd), *two = map_library(fd);

	use_library(one);
	use_library(two); /* the same file at another place */
	CHECK_OK(munmap(one, span));
	use_library(two);
	CHECK_OK(munmap(two, span));
	CHECK_EQ(stub_areas(), before);
	/* Once more, where there are patches already; in a child as well. */
	one = map_library(fd);
	use_library(one);
	CHECK_EXITED(CHILD(use_library(one)), 0);
	CHECK_OK(munmap(one, span));
	CHECK_EQ(stub_areas(), before);
}

/* The file changes (not where the code is) while its text is patched: no site takes another's stub. */
TEST(a_library_that_changes)
{
	int fd = copy_of_myself(), i;
	char *base = map_library(fd);
	long (*other)(long) = (long (*)(long))(base + ((char *)site_other - __ehdr_start));

	use_library(base);
	CHECK_EQ(pwrite(fd, "x", 1, lseek(fd, 0, SEEK_END)), 1);
	for (i = 0; i < 5; i++) {
		CHECK_EQ(other(SYS_getpid), getpid() + 1000);
		CHECK_EQ(other(SYS_getppid), getppid() + 1000);
	}
	use_library(base);
	CHECK_EXITED(CHILD(use_library(base); CHECK_EQ(other(SYS_getpid), getpid() + 1000)), 0);
}

/* Text that was patched is moved, away from its stubs. */
TEST(patched_text_moves)
{
	int fd = copy_of_myself();
	char *base = map_library(fd), *text, *moved;
	size_t at = (size_t)((char *)site_mapped - __ehdr_start);
	long (*call)(long, long, long, long);
	int i;

	use_library(base);
	text = (char *)((size_t)(base + at) & -PAGE);
	moved = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mremap(text, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, moved) == moved);
	CHECK_OK(munmap(base, span));
	call = (long (*)(long, long, long, long))(moved + ((size_t)(base + at) & (PAGE - 1)));
	for (i = 0; i < 5; i++)
		CHECK_EQ(call(SYS_getpid, 0, 0, 0), getpid());
}

#define TRAP_FLAG 0x100l

static volatile int steps;

static void on_step(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	if (++steps == 1000)
		uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

/* A program that steps through its own calls comes to their end. */
TEST(steps_of_ones_own)
{
	struct sigaction action = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	CHECK_OK(sigaction(SIGTRAP, &action, NULL));
	for (int i = 0; i < 10; i++) {
		steps = 0;
		CHECK_EQ(site_loop(SYS_getpid, 0, 0, 0), getpid());
		__asm__ volatile("pushfq; orq %0, (%%rsp); popfq"
				 :
				 : "i"(TRAP_FLAG)
				 : "cc", "memory");
		long pid = site_loop(SYS_getpid, 0, 0, 0);
		__asm__ volatile("pushfq; andq %0, (%%rsp); popfq"
				 :
				 : "i"(~TRAP_FLAG)
				 : "cc", "memory");
		CHECK_EQ(pid, getpid());
		CHECK(steps > 8 && steps < 40);
	}
}
