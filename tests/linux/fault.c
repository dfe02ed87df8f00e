/* fault.c: what the processor refuses becomes a signal, for the guilty program only. */
#include "harness.h"

#include <sys/prctl.h>
#include <ucontext.h>

#define RW (PROT_READ | PROT_WRITE)

/* What a handler saw. */
static struct {
	volatile int sig, code;
	void *volatile addr;
	volatile unsigned long rip, trap;
} seen;

static unsigned long resume_at;

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	seen.sig = sig;
	seen.code = info->si_code;
	seen.addr = info->si_addr;
	seen.rip = (unsigned long)uc->uc_mcontext.gregs[REG_RIP];
	seen.trap = (unsigned long)uc->uc_mcontext.gregs[REG_TRAPNO];
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x100; /* no more single steps */
	if (resume_at != 0)
		uc->uc_mcontext.gregs[REG_RIP] = (long long)resume_at;
	else
		_exit(100);
}

static void catch (void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	static char alternate[16384];
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	size_t i;

	memset(&seen, 0, sizeof(seen));
	sigaltstack(&stack, NULL);
	for (i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &action, NULL);
}

/* Run one instruction that faults; the handler goes on behind it. */
#define FAULT(...)                                                                                 \
	do {                                                                                       \
		catch ();                                                                          \
		__asm__ volatile("leaq 2f(%%rip), %%rax\n\t movq %%rax, %0\n"                      \
				 "1:\t" __VA_ARGS__ "\n2:"                                         \
				 : "=m"(resume_at)                                                 \
				 :                                                                 \
				 : "rax", "rcx", "rdx", "memory");                                 \
	} while (0)

TEST(division_by_zero)
{
	FAULT("xorl %%ecx, %%ecx; xorl %%edx, %%edx; divl %%ecx");
	CHECK_EQ(seen.sig, SIGFPE);
	CHECK_EQ(seen.code, FPE_INTDIV);
	CHECK(seen.addr == (void *)seen.rip);
	CHECK_EQ(seen.trap, 0);
}

TEST(undefined_instruction)
{
	FAULT("ud2");
	CHECK_EQ(seen.sig, SIGILL);
	CHECK_EQ(seen.code, ILL_ILLOPN);
	CHECK(seen.addr == (void *)seen.rip);
	CHECK_EQ(seen.trap, 6);
}

TEST(breakpoint)
{
	FAULT("int3");
	CHECK_EQ(seen.sig, SIGTRAP);
	CHECK_EQ(seen.code, SI_KERNEL);
	CHECK_EQ(seen.trap, 3);
}

TEST(single_step)
{
	FAULT("leaq -128(%%rsp), %%rsp; pushfq; orl $0x100, (%%rsp); popfq;"
	      "leaq 128(%%rsp), %%rsp; nop");
	CHECK_EQ(seen.sig, SIGTRAP);
	CHECK_EQ(seen.code, TRAP_TRACE);
}

TEST(null_pointer)
{
	FAULT("xorl %%ecx, %%ecx; movl (%%rcx), %%eax");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK_EQ(seen.code, SEGV_MAPERR);
	CHECK(seen.addr == NULL);
	CHECK_EQ(seen.trap, 14);
}

/* A non-canonical address is a general protection fault: no address is known. */
TEST(non_canonical_address)
{
	FAULT("movabsq $0x8000000000000000, %%rcx; movl (%%rcx), %%eax");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK_EQ(seen.code, SI_KERNEL);
	CHECK(seen.addr == NULL);
	CHECK_EQ(seen.trap, 13);
}

/* An address of the kernel's half. */
TEST(kernel_address)
{
	FAULT("movabsq $0xffffffffffffe000, %%rcx; movl (%%rcx), %%eax");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK(seen.addr == (void *)0xffffffffffffe000);
}

TEST(jump_to_nowhere)
{
	FAULT("movl $0x1230, %%ecx; leaq 2f(%%rip), %%rdx; jmp *%%rcx");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK_EQ(seen.code, SEGV_MAPERR);
	CHECK(seen.addr == (void *)0x1230);
	CHECK_EQ(seen.rip, 0x1230);
}

TEST(jump_to_non_canonical)
{
	FAULT("movabsq $0x9000000000000000, %%rcx; jmp *%%rcx");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK_EQ(seen.code, SI_KERNEL);
}

/* Each fault without a handler kills with its own signal. */
TEST(default_action_kills)
{
	pid_t pid;

	pid = CHILD(__asm__ volatile("ud2"));
	CHECK_SIGNALED(pid, SIGILL);
	pid = CHILD(__asm__ volatile("int3"));
	CHECK_SIGNALED(pid, SIGTRAP);
	pid = CHILD(__asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" ::: "rax", "rcx", "rdx"));
	CHECK_SIGNALED(pid, SIGFPE);
	pid = CHILD(*(volatile int *)8 = 1);
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(((void (*)(void))(uintptr_t)0x10)());
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(abort());
	CHECK_SIGNALED(pid, SIGABRT);
}

/* A blocked or ignored fault kills all the same. */
TEST(blocked_fault_kills)
{
	sigset_t set;
	pid_t pid;

	sigfillset(&set);
	pid = CHILD(catch (); sigprocmask(SIG_SETMASK, &set, NULL); *(volatile int *)8 = 1);
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(signal(SIGSEGV, SIG_IGN); *(volatile int *)8 = 1);
	CHECK_SIGNALED(pid, SIGSEGV);
}

/* --- no execution of data ------------------------------------------------------------------- */

static unsigned char return_7[] __attribute__((section(".data"))) = { 0xb8, 7, 0, 0, 0, 0xc3 };

__attribute__((noinline, noclone)) static int call(void *code)
{
	return ((int (*)(void))code)();
}

TEST(data_heap_and_stack_do_not_execute)
{
	unsigned char on_stack[sizeof(return_7)], *on_heap = malloc(sizeof(return_7));
	void *map = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	memcpy(on_stack, return_7, sizeof(return_7));
	memcpy(on_heap, return_7, sizeof(return_7));
	memcpy(map, return_7, sizeof(return_7));
	pid = CHILD(_exit(call(return_7)));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(_exit(call(on_stack)));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(_exit(call(on_heap)));
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(_exit(call(map)));
	CHECK_SIGNALED(pid, SIGSEGV);
}

TEST(code_made_executable_runs)
{
	void *map = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(map, return_7, sizeof(return_7));
	CHECK_OK(mprotect(map, PAGE, PROT_READ | PROT_EXEC));
	CHECK_EQ(call(map), 7);
}

/* New code over old at the same address: no stale instruction is run. */
TEST(code_is_replaced)
{
	unsigned char code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	unsigned char *map = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	for (i = 1; i < 50; i++) {
		CHECK_OK(mprotect(map, PAGE, RW));
		code[1] = (unsigned char)i;
		memcpy(map, code, sizeof(code));
		CHECK_OK(mprotect(map, PAGE, PROT_READ | PROT_EXEC));
		CHECK_EQ(call(map), i);
	}
}

/* The address in siginfo is the instruction's when the fetch is refused. */
TEST(address_of_a_refused_fetch)
{
	unsigned char *map = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(map, 0x90, PAGE);
	catch ();
	__asm__ volatile("leaq 1f(%%rip), %%rax\n\t movq %%rax, %0\n\t jmp *%1\n1:"
			 : "=m"(resume_at)
			 : "r"(map)
			 : "rax", "memory");
	CHECK_EQ(seen.sig, SIGSEGV);
	CHECK_EQ(seen.code, SEGV_ACCERR);
	CHECK(seen.addr == map);
}

/* --- text and constants are read-only ------------------------------------------------------- */

static const char constant[] = "constant";

TEST(text_and_constants_are_read_only)
{
	pid_t pid;

	pid = CHILD(*(volatile char *)(uintptr_t)call = 1);
	CHECK_SIGNALED(pid, SIGSEGV);
	pid = CHILD(*(volatile char *)(uintptr_t)constant = 'C');
	CHECK_SIGNALED(pid, SIGSEGV);
	CHECK_STR(constant, "constant");
}

/* Text made writable is written in this process alone. */
__attribute__((noinline, aligned(4096))) static int patched(void)
{
	__asm__ volatile("");
	return 1;
}

TEST(patching_ones_own_text)
{
	static const unsigned char code[] = { 0xb8, 2, 0, 0, 0, 0xc3 };
	pid_t pid = fork();

	if (pid == 0) {
		void *page = (void *)((uintptr_t)patched & ~(PAGE - 1));

		CHECK_OK(mprotect(page, PAGE, RW));
		memcpy((void *)(uintptr_t)patched, code, sizeof(code));
		CHECK_OK(mprotect(page, PAGE, PROT_READ | PROT_EXEC));
		CHECK_EQ(call((void *)(uintptr_t)patched), 2);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	CHECK_EQ(call((void *)(uintptr_t)patched), 1);
}

/* --- instructions that only a kernel may use ------------------------------------------------ */

/* A system call or a fault with a stack pointer into nowhere. */
TEST(system_call_with_a_wild_stack_pointer)
{
	static const unsigned long wild[] = {
		0, 8, 0x1234567, 1ul << 46, ~0ul, 1ul << 63, 0xffffffff80000000, 0xfffffffffffff000
	};
	long pid = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(wild); i++) {
		__asm__ volatile("movq %%rsp, %%rbx; movq %2, %%rsp; syscall; movq %%rbx, %%rsp"
				 : "=a"(pid)
				 : "a"(SYS_getpid), "r"(wild[i])
				 : "rbx", "rcx", "r11", "memory");
		CHECK_EQ(pid, getpid());
	}
}

TEST(fault_with_a_wild_stack_pointer)
{
	static const unsigned long wild[] = { 0,    8,	       0x1234567,	  1ul << 46,
					      ~0ul, 1ul << 63, 0xffffffff80000000 };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wild); i++) {
		pid_t pid = CHILD(__asm__ volatile("movq %0, %%rsp; pushq %%rax" : : "r"(wild[i])));

		int status;

		/* A stack that is not canonical is a stack fault (SIGBUS), which QEMU's emulation
		 * reports as a general protection fault (SIGSEGV). */
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status));
		CHECK(WTERMSIG(status) == SIGSEGV ||
		      (wild[i] == 1ul << 63 && WTERMSIG(status) == SIGBUS));
	}
}

/* A computing loop with the stack pointer in nowhere survives the clock's interrupts. */
TEST(interrupts_with_a_wild_stack_pointer)
{
	long i = 30000000;

	__asm__ volatile("movq %%rsp, %%rbx; movq $8, %%rsp\n"
			 "1: decq %0; jnz 1b; movq %%rbx, %%rsp"
			 : "+r"(i)
			 :
			 : "rbx", "memory");
	CHECK_EQ(i, 0);
}

/* A signal whose frame has no place: the program is killed, and nothing else. */
TEST(signal_with_a_wild_stack_pointer)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

		sigaction(SIGALRM, &action, NULL);
		alarm(1);
		__asm__ volatile("movq $64, %rsp; 1: jmp 1b");
	}
	CHECK_SIGNALED(pid, SIGSEGV);
}

/* A sigreturn frame of rubbish. */
TEST(rubbish_sigreturn)
{
	pid_t pid;
	int i;

	for (i = 0; i < 4; i++) {
		pid = fork();
		if (pid == 0) {
			static unsigned char frame[8192] __attribute__((aligned(64)));

			memset(frame, i * 85, sizeof(frame));
			__asm__ volatile("leaq 64(%0), %%rsp; movl $15, %%eax; syscall; ud2"
					 :
					 : "r"(frame));
		}
		CHECK_SIGNALED(pid, SIGSEGV);
	}
}

/* The direction and alignment flags of a program do not disturb the kernel. */
TEST(direction_flag_at_a_system_call)
{
	char path[] = "/dev/null", text[64] = "0123456789";
	struct stat st;
	long result;

	__asm__ volatile("std; syscall; cld"
			 : "=a"(result)
			 : "a"(SYS_stat), "D"(path), "S"(&st)
			 : "rcx", "r11", "memory");
	CHECK_EQ(result, 0);
	CHECK(S_ISCHR(st.st_mode));
	__asm__ volatile("std; syscall; cld"
			 : "=a"(result)
			 : "a"(SYS_getcwd), "D"(text), "S"(sizeof(text))
			 : "rcx", "r11", "memory");
	CHECK(result > 0 && text[0] == '/');
}

/* What a system call leaves in the registers. */
TEST(registers_after_a_system_call)
{
	unsigned long r8 = 8, r9 = 9, r10 = 10, rdi = 1, rsi = 2, rdx = 3, flags1, flags2;
	long result = 999999; /* no such call */

	__asm__ volatile("movq %[r8], %%r8; movq %[r9], %%r9; movq %[r10], %%r10\n\t"
			 "movq %%rsp, %%r12; leaq -256(%%rsp), %%rsp\n\t"
			 "pushfq; popq %[f1]; syscall; pushfq; popq %[f2]; movq %%r12, %%rsp\n\t"
			 "movq %%r8, %[r8]; movq %%r9, %[r9]; movq %%r10, %[r10]"
			 : "+a"(result), "+D"(rdi), "+S"(rsi), "+d"(rdx), [r8] "+m"(r8),
			   [r9] "+m"(r9), [r10] "+m"(r10), [f1] "=&b"(flags1), [f2] "=&r"(flags2)
			 :
			 : "rcx", "r8", "r9", "r10", "r11", "r12", "memory");
	CHECK_EQ(result, -ENOSYS);
	CHECK_EQ(rdi, 1);
	CHECK_EQ(rsi, 2);
	CHECK_EQ(rdx, 3);
	CHECK_EQ(r8, 8);
	CHECK_EQ(r9, 9);
	CHECK_EQ(r10, 10);
	CHECK_EQ(flags1 & 0xcd5, flags2 & 0xcd5);
}

static void nest(int sig)
{
	raise(sig);
}

/* Handlers that no longer fit on the alternate stack end the process, and what lies below it stays. */
TEST(alternate_stack_overflows)
{
	enum { BELOW = 1 << 18, SIZE = 1 << 16 };
	char *p =
		mmap(NULL, BELOW + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sigaction action = { .sa_handler = nest, .sa_flags = SA_ONSTACK | SA_NODEFER };
	stack_t stack = { .ss_sp = p + BELOW, .ss_size = SIZE };
	pid_t pid;

	CHECK(p != MAP_FAILED);
	pid = CHILD(sigaltstack(&stack, NULL); sigaction(SIGUSR1, &action, NULL);
		    sigaction(SIGSEGV, &action, NULL); raise(SIGUSR1));
	CHECK_SIGNALED(pid, SIGSEGV);
	for (int i = 0; i < BELOW - 4096; i++)
		CHECK_EQ(p[i], 0);
}
