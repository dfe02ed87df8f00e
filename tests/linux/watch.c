/* watch.c: a tracer's breakpoints and watchpoints in hardware: PTRACE_POKEUSER of the debug registers. */
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

/* DR7: point n is on; what it is for. */
#define ON(n)	       (1ul << (2 * (n)))
#define KIND(n, k)     ((unsigned long)(k) << (16 + 4 * (n)))
#define EXECUTED       0x0
#define WRITTEN(len)   (0x1 | LEN_##len)
#define ACCESSED(len)  (0x3 | LEN_##len)
#define LEN_1	       0x0
#define LEN_2	       0x4
#define LEN_4	       0xc
#define LEN_8	       0x8
#define POINT(n, kind) (ON(n) | KIND(n, kind))

#define DR6_NONE 0xffff0ff0ul
#define DR6_STEP 0x4000ul

static volatile struct {
	unsigned long first, second;
	unsigned char bytes[16];
} cell __attribute__((aligned(64)));
static volatile unsigned long sink;

static long set(pid_t pid, unsigned n, unsigned long value)
{
	return syscall(SYS_ptrace, PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg) + 8 * n,
		       value);
}

static unsigned long get(pid_t pid, unsigned n)
{
	unsigned long value = 0;

	CHECK_OK(syscall(SYS_ptrace, PTRACE_PEEKUSER, pid,
			 offsetof(struct user, u_debugreg) + 8 * n, &value));
	return value;
}

/* => signal | event << 8; -1: it has ended */
static int stop_of(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, __WALL), pid);
	return WIFSTOPPED(status) ? status >> 8 : -1;
}

static int go_on(pid_t pid, int request)
{
	CHECK_OK(ptrace(request, pid, 0, 0));
	return stop_of(pid);
}

static struct user_regs_struct regs_of(pid_t pid)
{
	struct user_regs_struct r;

	CHECK_OK(ptrace(PTRACE_GETREGS, pid, 0, &r));
	return r;
}

/* It is in the stop of an exception of that kind, by these points. */
static void check_trap(pid_t pid, int code, unsigned long cause)
{
	siginfo_t info;

	CHECK_OK(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
	CHECK_EQ(info.si_signo, SIGTRAP);
	CHECK_EQ(info.si_code, code);
	CHECK_EQ((unsigned long)info.si_addr, regs_of(pid).rip);
	CHECK_EQ(get(pid, 6), DR6_NONE | cause);
}

static void check_hit(pid_t pid, unsigned point)
{
	check_trap(pid, TRAP_HWBKPT, 1ul << point);
}

#define TRACED(...)                                                                                \
	CHILD({                                                                                    \
		CHECK_OK(ptrace(PTRACE_TRACEME, 0, 0, 0));                                         \
		CHECK_OK(raise(SIGSTOP));                                                          \
		__VA_ARGS__;                                                                       \
	})

/* A site whose system call is patched, and two instructions to stop at. */
long site(void);
void place(void);
__asm__(".text\n.globl site\nsite:\n	mov $39, %eax\nsite_call:	syscall\n	ret\n"
	".globl place\nplace:	nop\nplace_next:	ret\n");
extern char site_code[] __asm__("site"), site_call[], place_code[] __asm__("place"), place_next[];

TEST(registers_are_kept)
{
	pid_t pid = TRACED(_exit(3));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	for (unsigned n = 0; n < 8; n++)
		CHECK_EQ(get(pid, n), n == 6 ? DR6_NONE : 0);
	for (unsigned n = 0; n < 4; n++)
		CHECK_OK(set(pid, n, 0x1000 * (n + 1)));
	CHECK_ERR(set(pid, 4, 0), EIO);
	CHECK_ERR(set(pid, 5, 0), EIO);
	CHECK_OK(set(pid, 6, 0x1234));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8)) | POINT(3, EXECUTED)));
	for (unsigned n = 0; n < 4; n++)
		CHECK_EQ(get(pid, n), 0x1000 * (n + 1));
	CHECK_EQ(get(pid, 4), 0);
	CHECK_EQ(get(pid, 5), 0);
	CHECK_EQ(get(pid, 6), 0x1234);
	CHECK_EQ(get(pid, 7), POINT(0, WRITTEN(8)) | POINT(3, EXECUTED));
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 3);
}

TEST(what_no_program_may_have)
{
	pid_t pid = TRACED(_exit(3));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	SAY(set(pid, 0, 0xffffffff81000000));
	SAY(set(pid, 0, 0xffff800000000000));
	SAY(set(pid, 0, 1ul << 60));
	SAY(set(pid, 0, 1ul << 47));
	CHECK_EQ(get(pid, 0), 0);
	SAY(set(pid, 0, 9));
	SAY(set(pid, 7, POINT(0, WRITTEN(4))));
	SAY(set(pid, 7, KIND(0, WRITTEN(4))));
	SAY(set(pid, 7, KIND(1, WRITTEN(4))));
	SAY(set(pid, 7, POINT(0, WRITTEN(1))));
	CHECK_EQ(get(pid, 7), POINT(0, WRITTEN(1)));
	SAY(set(pid, 7, POINT(0, EXECUTED | LEN_8)));
	SAY(set(pid, 7, POINT(0, EXECUTED | LEN_2)));
	SAY(set(pid, 7, POINT(0, 2)));
	SAY(set(pid, 7, KIND(0, 2)));
	SAY(set(pid, 7, POINT(1, 2)));
	SAY(set(pid, 7, KIND(1, 2)));
	SAY(set(pid, 7, ON(2) | KIND(2, WRITTEN(8))));
	CHECK_EQ(get(pid, 2), 0);
	SAY(set(pid, 2, 12));
	SAY(set(pid, 2, 16));
	SAY(set(pid, 7, 1ul << 13 | 3ul << 8));
	CHECK_EQ(get(pid, 7), 1ul << 13 | 3ul << 8);
	SAY(set(pid, 7, 0xffffffff00000000));
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 3);
}

TEST(a_write_is_seen)
{
	pid_t pid = TRACED({
		cell.second = 1; /* beside it */
		cell.first = 5;
		sink = cell.first;
		cell.first = 6;
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8))));
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 0);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, &cell.first, 0), 5);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 0);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, &cell.first, 0), 6);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, &cell.second, 0), 1);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

TEST(lengths_and_reads)
{
	pid_t pid = TRACED({
		cell.bytes[0] = cell.bytes[2] = cell.bytes[7] = 1; /* none of them */
		cell.bytes[1] = 1;
		cell.bytes[4] = 1;
		sink = cell.bytes[8];
		sink = cell.bytes[11];
		sink = cell.bytes[12];
		*(volatile unsigned short *)&cell.bytes[2] = 1;
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.bytes[1]));
	CHECK_OK(set(pid, 1, (unsigned long)&cell.bytes[4]));
	CHECK_OK(set(pid, 2, (unsigned long)&cell.bytes[8]));
	CHECK_OK(set(pid, 3, (unsigned long)&cell.bytes[3]));
	CHECK_OK(set(pid, 7,
		     POINT(0, WRITTEN(1)) | POINT(1, WRITTEN(2)) | POINT(2, ACCESSED(4)) |
			     POINT(3, ACCESSED(1))));
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 0);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 1);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 2);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 2);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 3);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

/* What a system call writes into the program's memory is not told. */
TEST(the_kernel_is_not_seen)
{
	pid_t pid = TRACED({
		int p[2];
		CHECK_OK(pipe(p));
		for (int i = 0; i < 100; i++) {
			CHECK_EQ(write(p[1], "12345678", 8), 8);
			CHECK_EQ(read(p[0], (void *)&cell.first, 8), 8);
			CHECK_EQ(write(p[1], (void *)&cell.first, 8), 8);
			CHECK_EQ(read(p[0], (char *)&cell.first - 3, 8), 8);
		}
		raise(SIGUSR1);
		cell.first = 1;
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 7, POINT(0, ACCESSED(8))));
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGUSR1);
	CHECK_EQ(get(pid, 6), DR6_NONE);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, &cell.first, 0), 0x3837363837363534);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 0);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

TEST(a_breakpoint)
{
	pid_t pid = TRACED({
		place();
		place();
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 2, (unsigned long)place_code));
	CHECK_OK(set(pid, 7, POINT(2, EXECUTED)));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
		check_hit(pid, 2);
		CHECK_EQ(regs_of(pid).rip, (unsigned long)place_code);
		CHECK_EQ(regs_of(pid).eflags & 0x10000, 0x10000);
	}
	CHECK_EQ(go_on(pid, PTRACE_SINGLESTEP), SIGTRAP);
	check_trap(pid, TRAP_TRACE, DR6_STEP);
	CHECK_EQ(regs_of(pid).rip, (unsigned long)place_next);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

/* Also where a site of a system call was patched. */
TEST(a_breakpoint_at_a_call)
{
	pid_t pid = TRACED({
		for (int i = 0; i < 5; i++)
			site();
		raise(SIGUSR1);
		for (int i = 0; i < 2; i++)
			CHECK_EQ(site(), getpid());
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGUSR1);
	CHECK_OK(set(pid, 0, (unsigned long)site_code));
	CHECK_OK(set(pid, 3, (unsigned long)site_call));
	CHECK_OK(set(pid, 7, POINT(0, EXECUTED) | POINT(3, EXECUTED)));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
		check_hit(pid, 0);
		CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
		check_hit(pid, 3);
		CHECK_EQ(regs_of(pid).rip, (unsigned long)site_call);
		CHECK_EQ(regs_of(pid).rax, SYS_getpid);
	}
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

/* A step that is also a hit is a step, and the register tells the rest. */
TEST(a_step_that_writes)
{
	pid_t pid = TRACED({
		place();
		__asm__ volatile("movq $9, %0" : "=m"(cell.first));
		_exit(7);
	});
	int i;

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 1, (unsigned long)place_code));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8)) | POINT(1, EXECUTED)));
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 1);
	for (i = 0; i < 100; i++) {
		CHECK_EQ(go_on(pid, PTRACE_SINGLESTEP), SIGTRAP);
		if (get(pid, 6) != (DR6_NONE | DR6_STEP))
			break;
	}
	check_trap(pid, TRAP_TRACE, DR6_STEP | 1);
	CHECK_EQ(ptrace(PTRACE_PEEKDATA, pid, &cell.first, 0), 9);
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

static void *write_cell(void *arg)
{
	cell.first = 77;
	return arg;
}

/* They are of the one thread: others, children and other programs are not stopped. */
TEST(of_one_task_alone)
{
	pid_t pid = TRACED({
		pthread_t thread;
		CHECK_OK(pthread_create(&thread, NULL, write_cell, NULL));
		CHECK_OK(pthread_join(thread, NULL));
		CHECK_EQ(cell.first, 77);
		pid_t child = fork();
		if (child == 0) {
			cell.first = 99;
			place();
			_exit(cell.first == 99 ? 5 : 6);
		}
		CHECK_EXITED(child, 5);
		signal(SIGCHLD, SIG_IGN);
		child = vfork();
		if (child == 0) {
			cell.second = 1;
			_exit(0);
		}
		waitpid(child, NULL, 0);
		cell.first = 3;
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 1, (unsigned long)place_code));
	CHECK_OK(set(pid, 2, (unsigned long)&cell.second));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8)) | POINT(1, EXECUTED) | POINT(2, WRITTEN(8))));
	cell.first = 4;
	place();
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGCHLD);
	cell.first = 5;
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	check_hit(pid, 0);
	cell.first = 6;
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

/* Two that run in turns have each their own. */
TEST(of_two_in_turns)
{
	pid_t pid[2];
	int next[2];

	for (int i = 0; i < 2; i++) {
		pid[i] = TRACED({
			for (int n = 0; n < 50; n++) {
				cell.bytes[0]++;
				sched_yield();
				cell.bytes[1]++;
				sched_yield();
			}
			_exit(7);
		});
		CHECK_EQ(stop_of(pid[i]), SIGSTOP);
		CHECK_OK(set(pid[i], i, (unsigned long)&cell.bytes[i]));
		CHECK_OK(set(pid[i], 7, POINT(i, WRITTEN(1))));
	}
	CHECK_OK(ptrace(PTRACE_CONT, pid[0], 0, 0));
	CHECK_OK(ptrace(PTRACE_CONT, pid[1], 0, 0));
	next[0] = next[1] = 0;
	for (int ended = 0; ended < 2;) {
		int status, which;
		pid_t who = waitpid(-1, &status, 0);
		which = who == pid[1];
		if (WIFEXITED(status)) {
			CHECK_EQ(WEXITSTATUS(status), 7);
			CHECK_EQ(next[which], 50);
			ended++;
			continue;
		}
		CHECK_EQ(status, SIGTRAP << 8 | 0x7f);
		next[which]++;
		CHECK_EQ(get(who, 6), DR6_NONE | 1ul << which);
		CHECK_EQ(ptrace(PTRACE_PEEKDATA, who, &cell.bytes[which], 0) & 255, next[which]);
		CHECK_OK(ptrace(PTRACE_CONT, who, 0, 0));
	}
}

ROLE(writer)
{
	cell.first = 8;
	place();
	return 9;
}

TEST(exec_takes_them_away)
{
	pid_t pid = TRACED({
		signal(SIGUSR1, SIG_IGN);
		execl(self_path(), self_path(), "@writer", NULL);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 1, (unsigned long)place_code));
	CHECK_OK(set(pid, 6, DR6_NONE | 3));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8)) | POINT(1, EXECUTED)));
	CHECK_EQ(go_on(pid, PTRACE_CONT), SIGTRAP);
	for (unsigned n = 0; n < 8; n++)
		printf("%u %lx\n", n, get(pid, n));
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 9);
}

/* A tracer that goes away leaves them: it is the program that is hit. */
TEST(detach_leaves_them)
{
	pid_t pid = TRACED({
		cell.first = 1;
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8))));
	CHECK_OK(ptrace(PTRACE_DETACH, pid, 0, 0));
	CHECK_SIGNALED(pid, SIGTRAP);
}

static volatile sig_atomic_t traps;

static void on_trap(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK_EQ(info->si_code, TRAP_HWBKPT);
	traps++;
}

/* The tracer passes the signal on, and the program handles it; a handler's frame is a write, too. */
TEST(the_program_handles_it)
{
	pid_t pid = TRACED({
		struct sigaction sa = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
		CHECK_OK(sigaction(SIGTRAP, &sa, NULL));
		place();
		cell.first = 1;
		place();
		_exit(traps);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 1, (unsigned long)place_code));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8)) | POINT(1, EXECUTED)));
	CHECK_OK(ptrace(PTRACE_CONT, pid, 0, 0));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(stop_of(pid), SIGTRAP);
		check_hit(pid, i != 1);
		CHECK_OK(ptrace(PTRACE_CONT, pid, 0, SIGTRAP));
	}
	CHECK_EXITED(pid, 3);
}

static void ignore_trap(int signo)
{
	(void)signo;
}

/* The program steps itself over what is watched: an emulator gets that wrong, but only the program pays. */
TEST(a_program_that_steps_itself)
{
	int status;
	pid_t pid = TRACED({
		signal(SIGTRAP, ignore_trap);
		__asm__ volatile(
			"lea -128(%%rsp), %%rsp; pushfq; pushfq; orq $0x100, (%%rsp); popfq;"
			"nop; movq $5, %0; nop; popfq; lea 128(%%rsp), %%rsp"
			: "=m"(cell.first)
			:
			: "memory", "cc");
		_exit(7);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(set(pid, 0, (unsigned long)&cell.first));
	CHECK_OK(set(pid, 7, POINT(0, WRITTEN(8))));
	CHECK_OK(ptrace(PTRACE_DETACH, pid, 0, 0));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
}
