/* ptrace.c: one process looks into another: stops, registers, memory, steps, events. */
#include "harness.h"

#include <elf.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#define EVENT_STOP 128

static long pt(long request, pid_t pid, unsigned long addr, unsigned long data)
{
	long r = syscall(SYS_ptrace, request, pid, addr, data);

	return r;
}

/* Wait for a stop of pid.  => the code: signal | event << 8; -1: it has ended */
static int stop_of(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, __WALL), pid);
	return WIFSTOPPED(status) ? status >> 8 : -1;
}

static unsigned long word_at(pid_t pid, const volatile void *addr)
{
	unsigned long word = 0;

	CHECK_OK(pt(PTRACE_PEEKDATA, pid, (unsigned long)addr, (unsigned long)&word));
	return word;
}

static struct user_regs_struct regs_of(pid_t pid)
{
	struct user_regs_struct r;

	CHECK_OK(pt(PTRACE_GETREGS, pid, 0, (unsigned long)&r));
	return r;
}

/* A child that asks to be traced and stops itself. */
#define TRACED(...)                                                                                \
	CHILD({                                                                                    \
		CHECK_OK(pt(PTRACE_TRACEME, 0, 0, 0));                                             \
		CHECK_OK(raise(SIGSTOP));                                                          \
		__VA_ARGS__;                                                                       \
	})

TEST(errors)
{
	pid_t pid = CHILD(pause());

	CHECK_ERR(pt(PTRACE_CONT, pid, 0, 0), ESRCH);
	CHECK_ERR(pt(PTRACE_ATTACH, getpid(), 0, 0), EPERM);
	CHECK_ERR(pt(PTRACE_ATTACH, 999999, 0, 0), ESRCH);
	CHECK_ERR(pt(PTRACE_SEIZE, pid, 1, 0), EIO);
	CHECK_ERR(pt(PTRACE_SEIZE, pid, 0, 1ul << 40), EIO);
	CHECK_OK(pt(PTRACE_SEIZE, pid, 0, 0));
	CHECK_ERR(pt(PTRACE_SEIZE, pid, 0, 0), EPERM);
	CHECK_ERR(pt(PTRACE_ATTACH, pid, 0, 0), EPERM);
	CHECK_ERR(pt(PTRACE_CONT, pid, 0, 0), ESRCH); /* it runs */
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
	CHECK_ERR(pt(PTRACE_TRACEME + 77, 0, 0, 0), ESRCH);
}

static volatile unsigned long cell = 0x1122334455667788;

TEST(memory_and_registers)
{
	struct user_regs_struct r;
	char text[9] = "";
	struct iovec here = { text, 8 }, there = { (void *)&cell, 8 };
	pid_t pid = TRACED(_exit(cell == 77 ? 3 : 4));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(word_at(pid, &cell), 0x1122334455667788);
	CHECK_OK(pt(PTRACE_POKEDATA, pid, (unsigned long)&cell, 77));
	CHECK_EQ(word_at(pid, &cell), 77);
	CHECK_EQ(cell, 0x1122334455667788);
	CHECK_EQ(process_vm_readv(pid, &here, 1, &there, 1, 0), 8);
	CHECK_EQ(*(unsigned long *)text, 77);
	there.iov_base = (void *)8;
	CHECK_ERR(process_vm_readv(pid, &here, 1, &there, 1, 0), EFAULT);
	CHECK_ERR(pt(PTRACE_PEEKDATA, pid, 8, (unsigned long)text), EIO);
	r = regs_of(pid);
	CHECK_EQ(r.cs, 0x33);
	CHECK_EQ(r.ss, 0x2b);
	CHECK(r.rsp > 0x10000);
	CHECK_OK(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 3);
}

TEST(the_vdso_is_read)
{
	unsigned long at = getauxval(AT_SYSINFO_EHDR), word;
	pid_t pid = TRACED(_exit(0));
	char path[32];
	int fd;

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK(at != 0);
	CHECK_OK(pt(PTRACE_PEEKDATA, pid, at, (unsigned long)&word));
	CHECK_EQ(memcmp(&word, ELFMAG, SELFMAG), 0);
	word = 0;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	CHECK_EQ(pread(fd, &word, 4, (off_t)at), 4);
	CHECK_EQ(memcmp(&word, ELFMAG, SELFMAG), 0);
	CHECK_EQ(pwrite(fd, &(long){ 1 }, 8, (off_t)&cell), 8);
	CHECK_EQ(word_at(pid, &cell), 1);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

TEST(write_into_another)
{
	unsigned long value = 99;
	struct iovec here = { &value, 8 }, there = { (void *)&cell, 8 };
	pid_t pid = TRACED(_exit(cell == 99 ? 3 : 4));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(process_vm_writev(pid, &here, 1, &there, 1, 0), 8);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 3);
}

/* --- signals --- */

static volatile int got;

static void count_signal(int signo)
{
	got = got * 100 + signo;
}

TEST(signals_are_seen_first)
{
	siginfo_t info;
	pid_t pid = TRACED({
		signal(SIGUSR1, count_signal);
		signal(SIGUSR2, count_signal);
		raise(SIGUSR1);	 /* goes through */
		raise(SIGUSR1);	 /* is taken away */
		raise(SIGUSR1);	 /* becomes another */
		raise(SIGWINCH); /* ignored, but seen */
		_exit(got == SIGUSR1 * 100 + SIGUSR2 ? 5 : 6);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_EQ(info.si_code, SI_TKILL);
	CHECK_EQ(info.si_pid, pid);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, SIGUSR1));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, SIGUSR2));
	CHECK_EQ(stop_of(pid), SIGWINCH);
	CHECK_ERR(pt(PTRACE_CONT, pid, 0, 1000), EIO);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 5);
}

TEST(the_tracer_gets_sigchld)
{
	siginfo_t info;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	pid = TRACED(_exit(0));
	CHECK_EQ(sigwaitinfo(&set, &info), SIGCHLD);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_code, CLD_TRAPPED);
	CHECK_EQ(info.si_status, SIGSTOP);
	memset(&info, 0, sizeof(info));
	CHECK_OK(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT));
	CHECK_EQ(info.si_code, CLD_TRAPPED);
	CHECK_EQ(info.si_status, SIGSTOP);
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG | WUNTRACED), 0);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

/* A SIGCHLD that is ignored is not sent, so the tracer does not see it either. */
TEST(ignored_sigchld_is_not_sent)
{
	pid_t pid = TRACED({
		signal(SIGCHLD, SIG_IGN);
		if (fork() == 0)
			_exit(0);
		CHECK_ERR(wait(NULL), ECHILD);
		_exit(5);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 5);
}

static long peek_signals(pid_t pid, struct __ptrace_peeksiginfo_args *args, siginfo_t *info)
{
	return pt(PTRACE_PEEKSIGINFO, pid, (unsigned long)args, (unsigned long)info);
}

/* What waits is looked at in order of arrival, the thread's own and the process's, and goes on waiting. */
TEST(waiting_signals_are_looked_at)
{
	struct __ptrace_peeksiginfo_args args = { .nr = 10 };
	siginfo_t info[10];
	sigset_t all;
	pid_t pid;

	sigfillset(&all);
	CHECK_OK(sigprocmask(SIG_BLOCK, &all, NULL));
	pid = TRACED({
		CHECK_OK(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 30 }));
		CHECK_OK(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 31 }));
		CHECK_OK(kill(getpid(), SIGUSR1));
		CHECK_OK(raise(SIGUSR2));
		CHECK_OK(raise(SIGRTMIN + 1));
		kill(getpid(), SIGSTOP);
		_exit(sigwaitinfo(&all, NULL) == SIGUSR2 ? 3 : 4);
	});
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_EQ(peek_signals(pid, &args, info), 0);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGSTOP);

	CHECK_EQ(peek_signals(pid, &args, info), 2);
	CHECK_EQ(info[0].si_signo, SIGUSR2);
	CHECK_EQ(info[0].si_code, SI_TKILL);
	CHECK_EQ(info[1].si_signo, SIGRTMIN + 1);
	args.off = 1;
	CHECK_EQ(peek_signals(pid, &args, info), 1);
	CHECK_EQ(info[0].si_signo, SIGRTMIN + 1);
	args.flags = PTRACE_PEEKSIGINFO_SHARED;
	CHECK_EQ(peek_signals(pid, &args, info), 2);
	CHECK_EQ(info[0].si_value.sival_int, 31);
	CHECK_EQ(info[1].si_signo, SIGUSR1);
	CHECK_EQ(info[1].si_code, SI_USER);
	args = (struct __ptrace_peeksiginfo_args){ 0, PTRACE_PEEKSIGINFO_SHARED, 1 };
	CHECK_EQ(peek_signals(pid, &args, info), 1);
	CHECK_EQ(info[0].si_value.sival_int, 30);
	args.off = ~0ull;
	CHECK_EQ(peek_signals(pid, &args, info), 0);
	args.off = 0;
	CHECK_ERR(peek_signals(pid, &args, NULL), EFAULT);
	CHECK_ERR(peek_signals(pid, NULL, info), EFAULT);
	args.nr = -1;
	CHECK_ERR(peek_signals(pid, &args, info), EINVAL);
	args = (struct __ptrace_peeksiginfo_args){ 0, 2, 1 };
	CHECK_ERR(peek_signals(pid, &args, info), EINVAL);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 3);
}

/* --- system calls --- */

/* A site whose number is in a mov, and one whose number is not: both kinds are patched. */
long by_mov(void);
long by_next(long nr);
__asm__(".text\n.globl by_mov\nby_mov:\n	mov $39, %eax\n	syscall\n	ret\n"
	".balign 16\n.globl by_next\nby_next:\n	mov %rdi, %rax\n	syscall\n"
	"	cmp $-4095, %rax\n	ret\n");
extern char by_mov_code[] __asm__("by_mov"), by_next_code[] __asm__("by_next");

static void one_call(pid_t pid, unsigned long ip, unsigned long nr, long result)
{
	struct __ptrace_syscall_info info;
	struct user_regs_struct r;
	unsigned long message;

	CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
	r = regs_of(pid);
	CHECK_EQ(r.orig_rax, nr);
	CHECK_EQ((long)r.rax, -ENOSYS);
	if (ip != 0)
		CHECK_EQ(r.rip, ip);
	CHECK_OK(pt(PTRACE_GETEVENTMSG, pid, 0, (unsigned long)&message));
	CHECK_EQ(message, 1);
	CHECK(pt(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (unsigned long)&info) >= 80);
	CHECK_EQ(info.op, 1);
	CHECK_EQ(info.arch, 0xc000003e);
	CHECK_EQ(info.entry.nr, nr);
	CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
	r = regs_of(pid);
	CHECK_EQ(r.orig_rax, nr);
	CHECK_EQ((long)r.rax, result);
	if (ip != 0)
		CHECK_EQ(r.rip, ip);
	CHECK_EQ(pt(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (unsigned long)&info), 33);
	CHECK_EQ(info.op, 2);
	CHECK_EQ(info.exit.rval, result);
	CHECK_EQ(info.exit.is_error, result < 0);
}

TEST(calls_by_any_way_are_seen)
{
	int i;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		by_mov();
		by_next(SYS_getppid);
	}
	pid = TRACED({
		for (i = 0; i < 3; i++) {
			by_mov();
			by_next(SYS_getppid);
			by_next(5000);
			syscall(SYS_getpgrp);
		}
		_exit(0);
	});
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	/* what raise() still does */
	for (;;) {
		CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
		CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
		if (regs_of(pid).rip == (unsigned long)by_mov_code + 7)
			break;
	}
	CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | 0x80);
	for (i = 0; i < 3; i++) {
		if (i > 0)
			one_call(pid, (unsigned long)by_mov_code + 7, SYS_getpid, pid);
		one_call(pid, (unsigned long)by_next_code + 5, SYS_getppid, getpid());
		one_call(pid, (unsigned long)by_next_code + 5, 5000, -ENOSYS);
		one_call(pid, 0, SYS_getpgrp, getpgrp());
	}
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

/* The tracer changes a call, and another's result. */
TEST(calls_are_changed)
{
	struct user_regs_struct r;
	pid_t pid = TRACED({
		long a = by_next(SYS_getppid), b = by_next(SYS_getppid);
		_exit(a == getpid() && b == 4711 ? 9 : 8);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	for (;;) {
		CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
		CHECK_EQ(stop_of(pid), SIGTRAP);
		r = regs_of(pid);
		if (r.orig_rax == SYS_getppid)
			break;
	}
	r.orig_rax = SYS_getpid;
	CHECK_OK(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_EQ(regs_of(pid).rax, (unsigned long)pid);
	CHECK_OK(pt(PTRACE_SYSCALL, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	/* no call at all */
	CHECK_OK(pt(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1ul));
	CHECK_OK(pt(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), 4711));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 9);
}

/* --- breakpoints and steps --- */

long target(long a);
__asm__(".text\n.globl target\ntarget:\n	lea 1(%rdi), %rax\n	add %rdi, %rax\n"
	"	mov %rax, %rdi\n	ret\n");
extern char target_code[] __asm__("target");

TEST(a_breakpoint)
{
	unsigned long old, addr = (unsigned long)target_code;
	struct user_regs_struct r;
	pid_t pid = TRACED(_exit((int)target(20)));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	old = word_at(pid, target_code);
	CHECK_OK(pt(PTRACE_POKETEXT, pid, addr, (old & ~0xfful) | 0xcc));
	CHECK_EQ(word_at(pid, target_code) & 0xff, 0xcc);
	CHECK_EQ(*(unsigned long *)target_code, old); /* not in the file's page */
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	r = regs_of(pid);
	CHECK_EQ(r.rip, addr + 1);
	CHECK_EQ(r.rdi, 20);
	CHECK_EQ((long)r.orig_rax, -1);
	CHECK_OK(pt(PTRACE_POKETEXT, pid, addr, old));
	r.rip = addr;
	r.rdi = 30;
	CHECK_OK(pt(PTRACE_SETREGS, pid, 0, (unsigned long)&r));
	CHECK_OK(pt(PTRACE_SINGLESTEP, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	r = regs_of(pid);
	CHECK_EQ(r.rip, addr + 4);
	CHECK_EQ(r.rax, 31);
	CHECK_EQ(r.eflags & 0x100, 0);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 61);
}

/* Steps through sites that are patched, or would be. */
TEST(steps_through_calls)
{
	unsigned long seen[24];
	struct user_regs_struct r;
	int i, n = 0;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		by_mov();
		by_next(SYS_getppid);
	}
	pid = TRACED({
		by_next(by_mov() == getpid() ? SYS_getppid : 0);
		_exit(0);
	});
	CHECK_EQ(stop_of(pid), SIGSTOP);
	/* to by_mov, and then three instructions of it; to by_next, and four */
	while (n < 7) {
		CHECK_OK(pt(PTRACE_SINGLESTEP, pid, 0, 0));
		CHECK_EQ(stop_of(pid), SIGTRAP);
		r = regs_of(pid);
		if ((r.rip >= (unsigned long)by_mov_code &&
		     r.rip < (unsigned long)by_mov_code + 8) ||
		    (r.rip >= (unsigned long)by_next_code &&
		     r.rip < (unsigned long)by_next_code + 12))
			seen[n++] = r.rip;
	}
	CHECK_EQ(seen[0], (unsigned long)by_mov_code);
	CHECK_EQ(seen[1], (unsigned long)by_mov_code + 5);
	CHECK_EQ(seen[2], (unsigned long)by_mov_code + 7);
	CHECK_EQ(seen[3], (unsigned long)by_next_code);
	CHECK_EQ(seen[4], (unsigned long)by_next_code + 3);
	CHECK_EQ(seen[5], (unsigned long)by_next_code + 5);
	CHECK_EQ(seen[6], (unsigned long)by_next_code + 11);
	CHECK_EQ(r.rax, (unsigned long)getpid());
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

/* The tracer reads the file's own bytes, whatever was patched. */
TEST(patches_are_not_seen)
{
	unsigned long mov, next;
	pid_t pid = TRACED({
		for (int i = 0; i < 3; i++) {
			by_mov();
			by_next(SYS_getppid);
		}
		raise(SIGUSR1);
		_exit(by_mov() == getpid() && by_next(SYS_getpid) == getpid() ? 0 : 1);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	mov = word_at(pid, by_mov_code);
	next = word_at(pid, by_next_code);
	CHECK_EQ(mov, 0xc3050f00000027b8);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_EQ(word_at(pid, by_mov_code), mov);
	CHECK_EQ(word_at(pid, by_next_code), next);
	/* and writes what it has read */
	CHECK_OK(pt(PTRACE_POKETEXT, pid, (unsigned long)by_next_code, next));
	CHECK_EQ(word_at(pid, by_next_code), next);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

TEST(floating_point_registers)
{
	static char area[16384] __attribute__((aligned(64)));
	struct user_fpregs_struct fp;
	double value;
	struct iovec iov = { area, sizeof(area) };
	pid_t pid = TRACED({
		double d;
		__asm__ volatile("mov $0x3ff0000000000000, %%rax; movq %%rax, %%xmm7\n\t"
				 "mov $39, %%eax; syscall; mov %%rax, %%rdi; mov $10, %%esi\n\t"
				 "mov $62, %%eax; syscall; movsd %%xmm7, %0"
				 : "=m"(d)
				 :
				 : "rax", "rcx", "rdi", "rsi", "r11", "xmm7", "memory");
		_exit(d == 2.5 ? 0 : 1);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGUSR1);
	CHECK_OK(pt(PTRACE_GETFPREGS, pid, 0, (unsigned long)&fp));
	memcpy(&value, &fp.xmm_space[28], sizeof(value));
	CHECK(value == 1);
	CHECK_OK(pt(PTRACE_GETREGSET, pid, NT_X86_XSTATE, (unsigned long)&iov));
	CHECK(iov.iov_len >= 512);
	CHECK_EQ(memcmp(area + 160, fp.xmm_space, sizeof(fp.xmm_space)), 0);
	value = 2.5;
	memcpy(&fp.xmm_space[28], &value, sizeof(value));
	CHECK_OK(pt(PTRACE_SETFPREGS, pid, 0, (unsigned long)&fp));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}

/* --- events --- */

static pid_t event_pid(pid_t pid)
{
	unsigned long message;

	CHECK_OK(pt(PTRACE_GETEVENTMSG, pid, 0, (unsigned long)&message));
	return (pid_t)message;
}

ROLE(leave)
{
	return atoi(argv[1]);
}

TEST(fork_events)
{
	pid_t child, pid = TRACED({
			     pid_t c = fork();
			     if (c == 0)
				     _exit(cell == 55 ? 21 : 22);
			     int status;
			     CHECK_EQ(waitpid(c, &status, 0), c);
			     _exit(WEXITSTATUS(status));
		     });

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | PTRACE_EVENT_FORK << 8);
	child = event_pid(pid);
	CHECK_EQ(stop_of(child), SIGSTOP);
	CHECK_OK(pt(PTRACE_POKEDATA, child, (unsigned long)&cell, 55));
	CHECK(word_at(pid, &cell) != 55);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_OK(pt(PTRACE_CONT, child, 0, 0));
	CHECK_EQ(stop_of(child), -1);
	/* its parent hears of it, too: by a signal that the tracer sees first */
	CHECK_EQ(stop_of(pid), SIGCHLD);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, SIGCHLD));
	CHECK_EXITED(pid, 21);
}

TEST(vfork_and_exec_events)
{
	pid_t child, pid = TRACED({
			     pid_t c = vfork();
			     if (c == 0) {
				     execl(self_path(), "ptrace", "@leave", "7", NULL);
				     _exit(99);
			     }
			     int status;
			     CHECK_EQ(waitpid(c, &status, 0), c);
			     _exit(WEXITSTATUS(status));
		     });

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_SETOPTIONS, pid, 0,
		    PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC |
			    PTRACE_O_TRACEEXIT));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | PTRACE_EVENT_VFORK << 8);
	child = event_pid(pid);
	CHECK_EQ(stop_of(child), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_OK(pt(PTRACE_CONT, child, 0, 0));
	CHECK_EQ(stop_of(child), SIGTRAP | PTRACE_EVENT_EXEC << 8);
	CHECK_EQ(event_pid(child), child);
	CHECK_EQ(stop_of(pid), SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8);
	CHECK_EQ(event_pid(pid), child);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_OK(pt(PTRACE_CONT, child, 0, 0));
	CHECK_EQ(stop_of(child), SIGTRAP | PTRACE_EVENT_EXIT << 8);
	CHECK_EQ(event_pid(child), 7 << 8);
	CHECK_OK(pt(PTRACE_CONT, child, 0, 0));
	CHECK_EQ(stop_of(child), -1);
	CHECK_EQ(stop_of(pid), SIGCHLD);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | PTRACE_EVENT_EXIT << 8);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 7);
}

/* Without the option an exec is a SIGTRAP. */
TEST(exec_without_the_option)
{
	pid_t pid = TRACED({
		execl(self_path(), "ptrace", "@leave", "6", NULL);
		_exit(99);
	});

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 6);
}

/* --- attach, seize, stop --- */

TEST(attach_and_detach)
{
	int fds[2];
	char c;
	pid_t pid;

	CHECK_OK(pipe(fds));
	pid = CHILD({
		CHECK_EQ(read(fds[0], &c, 1), 1);
		_exit(c);
	});
	sleep_ms(20);
	CHECK_OK(pt(PTRACE_ATTACH, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_DETACH, pid, 0, 0));
	CHECK_ERR(pt(PTRACE_DETACH, pid, 0, 0), ESRCH);
	CHECK_EQ(write(fds[1], "\5", 1), 1); /* the read was restarted */
	CHECK_EXITED(pid, 5);
}

TEST(seize_interrupt_listen)
{
	pid_t pid = CHILD(for (;;) pause());

	sleep_ms(20);
	CHECK_OK(pt(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD));
	CHECK_EQ(waitpid(pid, NULL, WNOHANG | __WALL), 0);
	CHECK_ERR(pt(PTRACE_LISTEN, pid, 0, 0), ESRCH);
	CHECK_OK(pt(PTRACE_INTERRUPT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | EVENT_STOP << 8);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(stop_of(pid), SIGSTOP); /* the signal */
	CHECK_ERR(pt(PTRACE_LISTEN, pid, 0, 0), EIO);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, SIGSTOP));
	CHECK_EQ(stop_of(pid), SIGSTOP | EVENT_STOP << 8); /* the stop */
	CHECK_OK(pt(PTRACE_LISTEN, pid, 0, 0));
	CHECK_EQ(waitpid(pid, NULL, WNOHANG | __WALL), 0);
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_EQ(stop_of(pid), SIGTRAP | EVENT_STOP << 8); /* its end */
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGCONT);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_OK(kill(pid, SIGTERM));
	CHECK_EQ(stop_of(pid), SIGTERM);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, SIGTERM));
	CHECK_SIGNALED(pid, SIGTERM);
}

/* As strace starts a program: seize it while it is stopped, interrupt it, continue it. */
TEST(seize_what_is_stopped)
{
	int status, code;
	pid_t pid = CHILD({
		raise(SIGSTOP);
		_exit(4);
	});

	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_OK(pt(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD));
	CHECK_OK(pt(PTRACE_INTERRUPT, pid, 0, 0));
	CHECK_OK(kill(pid, SIGCONT));
	while ((code = stop_of(pid)) != -1 && code != SIGCONT) {
		CHECK(code >> 8 == EVENT_STOP || code == (SIGTRAP | 0x80));
		CHECK_OK(pt(code == (SIGSTOP | EVENT_STOP << 8) ? PTRACE_LISTEN : PTRACE_SYSCALL,
			    pid, 0, 0));
	}
	CHECK_EQ(code, SIGCONT);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 4);
}

/* A tracer that ends lets its tracees go, or kills them. */
TEST(the_tracer_ends)
{
	pid_t pid = CHILD(for (;;) pause()), tracer;

	sleep_ms(10);
	tracer = CHILD({
		CHECK_OK(pt(PTRACE_SEIZE, pid, 0, 0));
		CHECK_OK(pt(PTRACE_INTERRUPT, pid, 0, 0));
		CHECK_EQ(stop_of(pid), SIGTRAP | EVENT_STOP << 8);
	});
	CHECK_EXITED(tracer, 0);
	CHECK_OK(kill(pid, 0));
	tracer = CHILD(CHECK_OK(pt(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL)));
	CHECK_EXITED(tracer, 0);
	CHECK_SIGNALED(pid, SIGKILL);
}

/* SIGKILL ends a tracee in a stop. */
TEST(kill_in_a_stop)
{
	pid_t pid = TRACED(pause());

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
	pid = TRACED(pause());
	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_KILL, pid, 0, 0));
	CHECK_SIGNALED(pid, SIGKILL);
}

/* --- threads --- */

static void *thread(void *arg)
{
	return arg;
}

TEST(threads_are_traced)
{
	unsigned long message;
	int status;
	pid_t tid, pid = TRACED({
			   pthread_t t;
			   pthread_create(&t, NULL, thread, NULL);
			   pthread_join(t, NULL);
			   _exit(3);
		   });

	CHECK_EQ(stop_of(pid), SIGSTOP);
	CHECK_OK(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE));
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EQ(stop_of(pid), SIGTRAP | PTRACE_EVENT_CLONE << 8);
	CHECK_OK(pt(PTRACE_GETEVENTMSG, pid, 0, (unsigned long)&message));
	tid = (pid_t)message;
	CHECK_EQ(stop_of(tid), SIGSTOP);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_OK(pt(PTRACE_CONT, tid, 0, 0));
	CHECK_EQ(waitpid(tid, &status, __WALL), tid);
	CHECK(WIFEXITED(status));
	CHECK_EXITED(pid, 3);
}

TEST(proc_tells_of_it)
{
	char path[64], text[4096], want[64];
	int fd;
	pid_t pid = TRACED(_exit(0));

	CHECK_EQ(stop_of(pid), SIGSTOP);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	text[read_all(fd, text, sizeof(text) - 1)] = 0;
	close(fd);
	snprintf(want, sizeof(want), "TracerPid:\t%d\n", getpid());
	CHECK(strstr(text, want) != NULL);
	CHECK(strstr(text, "State:\tt (tracing stop)") != NULL);
	CHECK_OK(pt(PTRACE_CONT, pid, 0, 0));
	CHECK_EXITED(pid, 0);
}
