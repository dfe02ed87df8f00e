/* fpu.c: the floating point and vector registers belong to the thread, whatever happens around it.
 */
#include "harness.h"

#include <cpuid.h>
#include <fenv.h>
#include <pthread.h>
#include <sys/time.h>

static volatile int count;

/* Spoils every vector register and the control words. */
static void spoil(int sig)
{
	static const unsigned mxcsr = 0x1f80 | 0x6000;

	(void)sig;
	count++;
	__asm__ volatile(
		"pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm1, %%xmm1; pcmpeqd %%xmm2, %%xmm2\n\t"
		"pcmpeqd %%xmm3, %%xmm3; pcmpeqd %%xmm4, %%xmm4; pcmpeqd %%xmm5, %%xmm5\n\t"
		"pcmpeqd %%xmm6, %%xmm6; pcmpeqd %%xmm7, %%xmm7; pcmpeqd %%xmm8, %%xmm8\n\t"
		"pcmpeqd %%xmm15, %%xmm15; ldmxcsr %0; fninit; fldpi; fldpi"
		:
		: "m"(mxcsr)
		: "memory");
}

/* Load all sixteen registers from seed, spin, and compare.  => the number that differ. */
static int spin_with(uint64_t seed, long loops)
{
	uint64_t in[32], out[32];
	int i, bad = 0;

	for (i = 0; i < 32; i++)
		in[i] = seed * 0x9e3779b97f4a7c15u + (uint64_t)i;
	__asm__ volatile(
		"movdqu 0(%1), %%xmm0; movdqu 16(%1), %%xmm1; movdqu 32(%1), %%xmm2\n\t"
		"movdqu 48(%1), %%xmm3; movdqu 64(%1), %%xmm4; movdqu 80(%1), %%xmm5\n\t"
		"movdqu 96(%1), %%xmm6; movdqu 112(%1), %%xmm7; movdqu 128(%1), %%xmm8\n\t"
		"movdqu 144(%1), %%xmm9; movdqu 160(%1), %%xmm10; movdqu 176(%1), %%xmm11\n\t"
		"movdqu 192(%1), %%xmm12; movdqu 208(%1), %%xmm13; movdqu 224(%1), %%xmm14\n\t"
		"movdqu 240(%1), %%xmm15\n"
		"1: decq %0; jnz 1b\n\t"
		"movdqu %%xmm0, 0(%2); movdqu %%xmm1, 16(%2); movdqu %%xmm2, 32(%2)\n\t"
		"movdqu %%xmm3, 48(%2); movdqu %%xmm4, 64(%2); movdqu %%xmm5, 80(%2)\n\t"
		"movdqu %%xmm6, 96(%2); movdqu %%xmm7, 112(%2); movdqu %%xmm8, 128(%2)\n\t"
		"movdqu %%xmm9, 144(%2); movdqu %%xmm10, 160(%2); movdqu %%xmm11, 176(%2)\n\t"
		"movdqu %%xmm12, 192(%2); movdqu %%xmm13, 208(%2); movdqu %%xmm14, 224(%2)\n\t"
		"movdqu %%xmm15, 240(%2)"
		: "+r"(loops)
		: "r"(in), "r"(out)
		: "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
		  "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	for (i = 0; i < 32; i++)
		bad += in[i] != out[i];
	return bad;
}

static void storm(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };

	CHECK(signal(SIGALRM, spoil) != SIG_ERR);
	CHECK_OK(setitimer(ITIMER_REAL, &timer, NULL));
}

TEST(vector_registers_over_signals)
{
	uint64_t seed = 1;

	storm();
	while (count < 100)
		CHECK_EQ(spin_with(seed++, 20000), 0);
}

/* Four processes and four threads, all with their own registers, on one processor. */
TEST(vector_registers_over_switches)
{
	pid_t pid[4];
	int i, round;

	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			for (round = 0; round < 30; round++)
				if (spin_with((uint64_t)(i * 100 + round), 1000000) != 0)
					_exit(1);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		CHECK_EXITED(pid[i], 0);
}

static void *thread_spins(void *arg)
{
	int round;

	for (round = 0; round < 30; round++)
		if (spin_with((uint64_t)(uintptr_t)arg + (uint64_t)round, 1000000) != 0)
			return (void *)1;
	return NULL;
}

TEST(vector_registers_of_threads)
{
	pthread_t thread[4];
	void *result;
	uintptr_t i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, thread_spins, (void *)(i * 1000)), 0);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(pthread_join(thread[i], &result), 0);
		CHECK(result == NULL);
	}
}

/* Rounding mode and the x87 state, too. */
TEST(control_words_over_signals)
{
	volatile double three = 3.0;
	double up, down;

	storm();
	while (count < 100) {
		fesetround(FE_UPWARD);
		up = 1.0 / three;
		CHECK_EQ(fegetround(), FE_UPWARD);
		fesetround(FE_DOWNWARD);
		down = 1.0 / three;
		CHECK_EQ(fegetround(), FE_DOWNWARD);
		CHECK(up > down);
	}
}

TEST(x87_stack_over_signals)
{
	storm();
	while (count < 100) {
		volatile long double sum = 0.0L;
		long loops = 20000;

		__asm__ volatile("fld1; fldl2e; fldpi\n"
				 "1: decq %1; jnz 1b\n\t"
				 "fxch %%st(1); fstp %%st(1); faddp; fstpt %0"
				 : "=m"(sum), "+r"(loops)
				 :
				 : "cc", "st");
		CHECK(sum > 2.4426L && sum < 2.4428L);
	}
}

/* A child has its parent's control words; a new program has the default ones. */
TEST(control_words_over_fork)
{
	pid_t pid;

	fesetround(FE_UPWARD);
	pid = CHILD(_exit(fegetround() == FE_UPWARD ? 0 : 1));
	CHECK_EXITED(pid, 0);
	pid = CHILD(fesetround(FE_DOWNWARD));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(fegetround(), FE_UPWARD);
}

ROLE(fresh)
{
	unsigned mxcsr;
	unsigned short control;
	uint64_t xmm[2];

	__asm__ volatile("stmxcsr %0; fnstcw %1; movdqu %%xmm15, %2"
			 : "=m"(mxcsr), "=m"(control), "=m"(xmm));
	printf("mxcsr %#x control %#x xmm15 %llx\n", mxcsr, control,
	       (unsigned long long)(xmm[0] | xmm[1]));
	return 0;
}

TEST(a_new_program_starts_fresh)
{
	fesetround(FE_UPWARD);
	__asm__ volatile("pcmpeqd %%xmm15, %%xmm15" ::: "xmm15");
	pid_t pid = CHILD(execl(self_path(), "name", "@fresh", (char *)NULL));

	CHECK_EXITED(pid, 0);
}

/* System calls keep the vector registers. */
TEST(vector_registers_over_system_calls)
{
	uint64_t value = 0x123456789abcdef, got;
	int i;

	for (i = 0; i < 1000; i++) {
		long nr = i % 2 ? SYS_sched_yield : SYS_getpid;

		__asm__ volatile("movq %2, %%xmm13; syscall; movq %%xmm13, %1"
				 : "+a"(nr), "=r"(got)
				 : "r"(value)
				 : "rcx", "r11", "xmm13", "memory");
		CHECK_EQ(got, value);
	}
}

/* The upper halves of AVX registers, if this machine has them. */
TEST(avx_registers)
{
	unsigned a, b, c, d;
	uint64_t in[4] = { 1, 2, 3, 4 }, out[4];
	pid_t pid;
	int i;

	if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (1u << 28)) == 0 || (c & (1u << 27)) == 0)
		return;
	storm();
	pid = fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		for (i = 0; i < 100; i++)
			__asm__ volatile("vpxor %%xmm5, %%xmm5, %%xmm5; vzeroall" ::: "xmm5");
		_exit(0);
	}
	while (count < 50) {
		long loops = 20000;

		__asm__ volatile("vmovdqu %2, %%ymm5\n1: decq %0; jnz 1b\n\t"
				 "vmovdqu %%ymm5, %1; vzeroupper"
				 : "+r"(loops), "=m"(out)
				 : "m"(in)
				 : "cc", "xmm5");
		CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
	}
	while (waitpid(pid, &i, 0) < 0)
		CHECK_EQ(errno, EINTR);
	CHECK_EQ(i, 0);
}

/* An unmasked floating point exception is SIGFPE with its own code. */
static volatile int code;

static void on_fpe(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	code = info->si_code;
	_exit(code == FPE_FLTDIV ? 3 : 4);
}

/* By the x87, since QEMU's emulation knows no exceptions of SSE. */
TEST(floating_point_exception)
{
	struct sigaction action = { .sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO };
	unsigned short control = 0x37b; /* division by zero is not masked */
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(sigaction(SIGFPE, &action, NULL));
		__asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(control) : "st");
		_exit(1);
	}
	CHECK_EXITED(pid, 3);
}
