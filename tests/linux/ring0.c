/* ring0.c: instructions that are the kernel's alone.  On Linux each is SIGSEGV where it stands.  Here
 * programs run in ring 0: the processor executes them, and what they did is found at the next system
 * call, fault or tick, and put right (docs/SECURITY.md).  Those that would end the machine are not
 * here. */
#include "harness.h"

/* Run for long enough to be found. */
static void linger(void)
{
	volatile long i;

	for (i = 0; i < 2000000000; i++)
		;
}

#define DIES(...)                                                                                  \
	do {                                                                                       \
		pid_t pid_ = CHILD(__asm__ volatile(__VA_ARGS__                                    \
						    :                                              \
						    :                                              \
						    : "rax", "rcx", "rdx", "memory");              \
				   linger());                                                      \
		CHECK_SIGNALED(pid_, SIGSEGV);                                                     \
	} while (0)

TEST_SLOW(interrupts_off, 20)
{
	DIES("cli");
}

/* A call may put it right before it is noticed: so again and again. */
TEST(interrupts_off_and_system_calls)
{
	pid_t pid = CHILD(for (;;) {
		__asm__ volatile("cli");
		getppid();
	});

	CHECK_SIGNALED(pid, SIGSEGV);
}

TEST(interrupts_off_and_halt)
{
	pid_t pid = CHILD(__asm__ volatile("cli; hlt"); for (;;));

	CHECK_SIGNALED(pid, SIGSEGV);
}

TEST(interrupts_off_and_a_fault)
{
	pid_t pid = CHILD(__asm__ volatile("cli; ud2"));
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

/* A handler goes on, with interrupts on. */
static volatile int caught;

static void handler(int sig)
{
	(void)sig;
	if (++caught > 1)
		_exit(1);
	_exit(7);
}

TEST_SLOW(interrupts_off_is_a_signal, 20)
{
	pid_t pid = CHILD(signal(SIGSEGV, handler); __asm__ volatile("cli"); linger());

	CHECK_EXITED(pid, 7);
}

/* Write protection off (CR0.WP), which would let constants be written. */
TEST_SLOW(write_protection_off, 20)
{
	DIES("mov %%cr0, %%rax; and $~0x10000, %%rax; mov %%rax, %%cr0");
}

/* Found when it did it, not when its parent runs. */
TEST_SLOW(write_protection_off_beside_others, 60)
{
	for (int i = 0; i < 5; i++) {
		int status = 0;
		pid_t pid = CHILD(__asm__ volatile("mov %%cr0, %%rax; and $~0x10000, %%rax;"
						   "mov %%rax, %%cr0" ::
							   : "rax", "memory");
				  linger());

		while (waitpid(pid, &status, WNOHANG) == 0)
			for (volatile int spin = 0; spin < 100000; spin++)
				;
		CHECK_EQ(WIFSIGNALED(status) ? WTERMSIG(status) : -1, SIGSEGV);
	}
}

/* ... or when it waits for another. */
TEST_SLOW(write_protection_off_and_wait, 20)
{
	int fds[2];
	char c = 0;

	CHECK_OK(pipe(fds));
	pid_t pid = CHILD(__asm__ volatile("mov %%cr0, %%rax; and $~0x10000, %%rax;"
					   "mov %%rax, %%cr0" ::
						   : "rax", "memory");
			  read(fds[0], &c, 1));

	linger();
	write(fds[1], &c, 1);
	CHECK_SIGNALED(pid, SIGSEGV);
}

/* What a system call does to the flags (FMASK).  Not LSTAR: whoever makes a call before it is put right
 * would pay. */
TEST_SLOW(entry_changed, 20)
{
	DIES("mov $0xc0000084, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr");
}

/* The same page table again, which flushes the TLB, and the other one of the GS bases. */
TEST_SLOW(harmless_here, 20)
{
	pid_t pid;

	if (!on_flatshare())
		return;
	pid = CHILD(__asm__ volatile("mov %%cr3, %%rax; mov %%rax, %%cr3" ::: "rax", "memory"));
	CHECK_EXITED(pid, 0);
	pid = CHILD(__asm__ volatile("swapgs"); getppid());
	CHECK_EXITED(pid, 0);
	pid = CHILD(__asm__ volatile("hlt"));
	CHECK_EXITED(pid, 0);
}

/* Debug registers that a program loads itself: what traps by them is taken out, also in the kernel. */
TEST(debug_registers_by_hand)
{
	static volatile long cell;
	unsigned long control = 0;

	if (!on_flatshare())
		return;
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr7" ::"r"(&cell), "r"(0xd0001ul));
	cell = 1;
	__asm__ volatile("mov %%dr7, %0" : "=r"(control));
	CHECK_EQ(control, 0x400);
	/* What every entry into the kernel reads. */
	__asm__ volatile("mov %%gs:0, %%rax; add $16, %%rax; mov %%rax, %%dr0; mov %0, %%dr7"
			 :
			 : "r"(0xb0001ul)
			 : "rax");
	CHECK_OK(access("/", F_OK));
	__asm__ volatile("mov %%dr7, %0" : "=r"(control));
	CHECK_EQ(control, 0x400);
}

/* Make the kernel panic: a trap with the stack pointer where the kernel's stack is (tests/flat/options.sh). */
ROLE(panic)
{
	__asm__ volatile("mov %gs:16, %rsp; sub $512, %rsp; ud2");
	return 1;
}

/* Ask flat by hand for a FIFO in the first volume: @node PATH MODE (tests/flat/volume.sh). */
ROLE(node)
{
	unsigned mode = (unsigned)strtoul(argv[2], NULL, 8);
	char frame[512] = { 4 }; /* G2H_NODE; serial 0, HOST_NODE_MAKE */
	size_t len = 9 + sizeof("volume0") + strlen(argv[1]) + 1, all = 3 + len;
	const char *from = frame;

	frame[1] = (char)len;
	memcpy(frame + 8, &mode, sizeof(mode));
	strcpy(frame + 12, "volume0");
	strcpy(frame + 12 + sizeof("volume0"), argv[1]);
	__asm__ volatile("rep outsb" : "+S"(from), "+c"(all) : "d"(0xeb) : "memory");
	return 0;
}

/* Exceptions raised by hand: a gate of ring 0 refuses them to programs of ring 3. */
#define INT_DIES(n)                                                                                \
	do {                                                                                       \
		pid_t pid_ = CHILD(__asm__ volatile("int $" #n));                                  \
		CHECK_SIGNALED(pid_, SIGSEGV);                                                     \
	} while (0)

TEST(exceptions_by_hand)
{
	INT_DIES(0);
	INT_DIES(1);
	INT_DIES(5);
	INT_DIES(6);
	INT_DIES(7);
	INT_DIES(8);
	INT_DIES(9);
	INT_DIES(10);
	INT_DIES(11);
	INT_DIES(12);
	INT_DIES(13);
	INT_DIES(14);
	INT_DIES(15);
	INT_DIES(16);
	INT_DIES(17);
	INT_DIES(18);
	INT_DIES(19);
	INT_DIES(20);
	INT_DIES(21);
	INT_DIES(29);
	INT_DIES(30);
	INT_DIES(31);
	INT_DIES(64);
	INT_DIES(200);
	INT_DIES(254);
}

/* The breakpoint's gate is open to all. */
TEST(breakpoint_by_hand)
{
	pid_t pid = CHILD(__asm__ volatile("int $3"));

	CHECK_SIGNALED(pid, SIGTRAP);
}

/* Interrupts by hand are harmless here: nothing interrupts. */
TEST(interrupts_by_hand)
{
	pid_t pid;

	if (!on_flatshare())
		return;
	pid = CHILD(
		__asm__ volatile("int $32; int $36; int $39; int $47; int $48; int $255; int $2"));
	CHECK_EXITED(pid, 0);
	sleep_ms(20); /* the timer still comes */
}

/* Out of ring 0, where no page is accessible. */
TEST(out_of_ring_0)
{
	pid_t pid =
		CHILD(__asm__ volatile("lea 1f(%%rip), %%rcx; mov $0x202, %%r11d; sysretq; 1:" ::
					       : "rcx", "r11", "memory");
		      linger());

	CHECK_SIGNALED(pid, SIGSEGV);
}

/* Flags that make an iretq or the kernel's string instructions go wrong. */
TEST(strange_flags)
{
	int i;

	for (i = 0; i < 3; i++) {
		long flags = i == 0 ? 1l << 14 : i == 1 ? 1l << 18 : 1l << 10; /* NT, AC, DF */
		pid_t pid = CHILD(
			__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; orq %0, (%%rsp); popfq;"
					 "lea 128(%%rsp), %%rsp" ::"r"(flags)
					 : "memory", "cc");
			syscall(SYS_getppid); __asm__ volatile("cld"); _exit(3));

		CHECK_EXITED(pid, 3);
	}
}

/* Segment registers with selectors that are not there. */
TEST(segments)
{
	DIES("mov $0x77, %%eax; mov %%ax, %%ds");
	DIES("mov $0x77, %%eax; mov %%ax, %%ss");
	DIES("mov $0x77, %%eax; mov %%ax, %%fs");
}

/* `or $N, %r13d` ends with the two bytes that are `int $N`. */
#define LIKE_INT(n) ".byte 0x41, 0x83, 0xcd, " #n ";"

/* A tick between it and what follows is no `int 2` of the program. */
TEST(tick_behind_bytes_of_int)
{
	long long end = now_ms() + 1000;

	while (now_ms() < end) {
		long n = 1 << 20;
		__asm__ volatile("1: cmp %0, %0; je 2f;" LIKE_INT(2) "2: dec %0; jnz 1b"
				 : "+r"(n)
				 :
				 : "r13", "cc");
	}
}

/* The first use of the FPU, which the processor reports by exception 7. */
TEST(fpu_behind_bytes_of_int)
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = CHILD(__asm__ volatile(LIKE_INT(7) "pxor %%xmm0, %%xmm0" ::
							   : "r13", "xmm0", "cc"));
		CHECK_EXITED(pid, 0);
	}
}

static volatile int steps;

static void step(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	CHECK_EQ(info->si_code, TRAP_TRACE);
	steps = steps + 1;
}

/* Single steps over it are TRAP_TRACE; the last one is behind the popfq that ends them. */
TEST(step_behind_bytes_of_int)
{
	struct sigaction sa = { .sa_sigaction = step, .sa_flags = SA_SIGINFO };

	CHECK_OK(sigaction(SIGTRAP, &sa, NULL));
	__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; pushfq; orq $0x100, (%%rsp); popfq\n\t"
			 ".byte 0x41, 0x83, 0xcd, 1\n\t" /* LIKE_INT(1) */
			 "nop; popfq; lea 128(%%rsp), %%rsp" ::
				 : "r13", "memory", "cc");
	CHECK_EQ(steps, 3);
}
