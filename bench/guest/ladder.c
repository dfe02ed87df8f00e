/* ladder.c: what each step of a system call costs, where a program may execute the very instructions:
 * in ring 0.  On Linux it measures nothing.
 *
 * A step is timed in a loop, and the loop alone is taken off.  They are the instructions of the
 * kernel's entry (arch/x86_64/entry.S), on memory and a stack of our own. */
#include "bench.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

enum { ROUNDS = 2000, TRIES = 101, STACK_WORDS = 512 };

static unsigned long stack[STACK_WORDS];
static unsigned long *stack_top = stack + STACK_WORDS;
static unsigned long scratch, zero;

#define LOOP(name, ...)                                                                            \
	static void name(unsigned long n)                                                          \
	{                                                                                          \
		while (n-- > 0)                                                                    \
			__asm__ volatile(__VA_ARGS__);                                             \
	}

LOOP(nothing, "" : : : "memory")
/* To the kernel and back: a call, an indirect jump, an indirect jump. */
LOOP(there_and_back,
     "lea -256(%%rsp), %%rsp\n\tlea 1f(%%rip), %%rax\n\tlea 2f(%%rip), %%rdx\n\tcall *%%rax\n\tjmp 3f\n"
     "1:\tpop %%rcx\n\tjmp *%%rdx\n2:\tjmp *%%rcx\n3:\tlea 256(%%rsp), %%rsp"
     :
     :
     : "rax", "rcx", "rdx", "memory")
/* To the kernel's stack and back. */
LOOP(stack_switch, "mov %%rsp, %%r11\n\tmov %0, %%rsp\n\tpush %%r11\n\tpop %%rsp"
     :
     : "m"(stack_top)
     : "r11", "memory")
/* What restarts and signals need, into a frame; the arguments from there. */
LOOP(frame,
     "mov %%rsp, %%rbx\n\tmov %0, %%rsp\n\t"
     "push $16\n\tpush $514\n\tpush $8\n\tpush %%rcx\n\tpush %%rax\n\tpush %%rdi\n\tpush %%rsi\n\t"
     "push %%rdx\n\tpush %%rcx\n\tpush %%rax\n\tpush %%r8\n\tpush %%r9\n\tpush %%r10\n\t"
     "push %%r11\n\tsub $48, %%rsp\n\t"
     "mov 112(%%rsp), %%rdi\n\tmov 104(%%rsp), %%rsi\n\tmov 96(%%rsp), %%rdx\n\t"
     "mov 72(%%rsp), %%r8\n\tmov 64(%%rsp), %%r9\n\tmov 56(%%rsp), %%r10\n\t"
     "mov 128(%%rsp), %%rcx\n\tadd $160, %%rsp\n\tmov %%rbx, %%rsp"
     :
     : "m"(stack_top)
     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory")
/* The function by its number, and its return. */
LOOP(dispatch, "lea -256(%%rsp), %%rsp\n\tlea 1f(%%rip), %%rcx\n\tmov %%rcx, %0\n\t"
	       "cmp $512, %%eax\n\tjae 2f\n\tcall *%0\n\tjmp 2f\n1:\tret\n2:\tlea 256(%%rsp), %%rsp"
     : "+m"(scratch)
     : "a"(0)
     : "rcx", "cc", "memory")
/* Must another task run, is an interrupt held?  Does a signal wait? */
LOOP(work_check, "cmpw $0, %0\n\tjne 1f\n\tmov %0, %%rcx\n\tcmpw $0, %0\n\tjne 1f\n1:"
     :
     : "m"(zero)
     : "rcx", "cc", "memory")
/* The program's flags are kept and loaded again. */
LOOP(flags, "mov %%rsp, %%rbx\n\tmov %0, %%rsp\n\tpushfq\n\tcld\n\tpopfq\n\tmov %%rbx, %%rsp"
     :
     : "m"(stack_top)
     : "rbx", "memory", "cc")
/* What the kernel does not do: switch interrupts off at each call. */
LOOP(interrupts_off,
     "mov %%rsp, %%rbx\n\tmov %0, %%rsp\n\tpushfq\n\tcli\n\tpopfq\n\tmov %%rbx, %%rsp"
     :
     : "m"(stack_top)
     : "rbx", "memory", "cc")

/* The trap alone: for a moment the instruction enters at the one behind it.  Interrupts are off, so
 * nobody else can make a system call. */
static void trap(unsigned long n)
{
	enum { LSTAR = 0xc0000082 };

	__asm__ volatile("pushfq\n\tcli\n\t"
			 "mov %[msr], %%ecx\n\trdmsr\n\tmov %%eax, %%r8d\n\tmov %%edx, %%r9d\n\t"
			 "lea 2f(%%rip), %%rax\n\tmov %%rax, %%rdx\n\tshr $32, %%rdx\n\twrmsr\n"
			 "1:\tsyscall\n"
			 "2:\tdec %[n]\n\tjnz 1b\n\t"
			 "mov %[msr], %%ecx\n\tmov %%r8d, %%eax\n\tmov %%r9d, %%edx\n\twrmsr\n\t"
			 "popfq"
			 : [n] "+r"(n)
			 : [msr] "i"(LSTAR)
			 : "rax", "rcx", "rdx", "r8", "r9", "r11", "cc", "memory");
}

static unsigned long entry;

static void by_call(unsigned long n)
{
	while (n-- > 0) {
		long result;

		__asm__ volatile("lea -256(%%rsp), %%rsp\n\tcall *%1\n\tlea 256(%%rsp), %%rsp"
				 : "=&a"(result)
				 : "b"(entry), "0"((long)SYS_getpgrp)
				 : "rcx", "r11", "memory");
	}
}

static void by_trap(unsigned long n)
{
	while (n-- > 0) {
		long result, nr = SYS_getpgrp;

		__asm__ volatile("" : "+r"(nr));
		__asm__ volatile("mov %1, %%rax\n\tsyscall"
				 : "=&a"(result)
				 : "r"(nr)
				 : "rcx", "r11", "memory");
	}
}

/* The kernel's watchdog came at a moment when a step had changed something of the machine's: it has put
 * that right and takes us for faulty.  Once more. */
static sigjmp_buf again;

static void caught(int sig)
{
	siglongjmp(again, sig);
}

static void catch_the_watchdog(void)
{
	static char room[16384];
	stack_t other = { .ss_sp = room, .ss_size = sizeof(room) };
	struct sigaction sa = { .sa_handler = caught, .sa_flags = SA_ONSTACK };

	bench_check(sigaltstack(&other, NULL) == 0, "sigaltstack");
	bench_check(sigaction(SIGSEGV, &sa, NULL) == 0, "sigaction");
}

/* The least of many tries: the steps are small, and a sum is made of them. */
static double cost(void (*step)(unsigned long n))
{
	static uint64_t least; /* not in registers: see sigsetjmp(3) */
	static unsigned i;

	least = UINT64_MAX;
	for (i = 0; i < TRIES; i++) {
		if (sigsetjmp(again, 1) != 0)
			continue;
		uint64_t start = cycles(), t;

		step(ROUNDS);
		t = cycles() - start;
		least = t < least ? t : least;
	}
	return (double)least / ROUNDS;
}

static int in_ring0(void)
{
	unsigned short cs;

	__asm__("mov %%cs, %0" : "=r"(cs));
	return (cs & 3) == 0;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*step)(unsigned long n);
	} steps[] = {
		{ "ladder.there", there_and_back }, { "ladder.stack", stack_switch },
		{ "ladder.frame", frame },	    { "ladder.dispatch", dispatch },
		{ "ladder.check", work_check },
	};
	double loop, sum = 0, whole;

	entry = getauxval(AT_SYSINFO);
	if (!in_ring0() || entry == 0)
		return 0;
	catch_the_watchdog();
	loop = cost(nothing);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		double c = cost(steps[i].step) - loop;

		bench_value(steps[i].name, "cycles", c > 0 ? c : 0);
		sum += c > 0 ? c : 0;
	}
	whole = cost(by_call) - loop;
	bench_value("ladder.rest", "cycles", whole > sum ? whole - sum : 0);
	bench_value("ladder.whole", "cycles", whole);
	bench_value("ladder.trap", "cycles", cost(trap));
	bench_value("ladder.flags", "cycles", cost(flags) - loop);
	bench_value("ladder.interrupts", "cycles", cost(interrupts_off) - loop);
	bench_value("ladder.whole-trap", "cycles", cost(by_trap) - loop);
	return 0;
}
