/* signal.c: sending, handling, blocking, waiting; what a handler is told; what is interrupted. */
#include "harness.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile int count, last_sig;
static siginfo_t last_info;

static void on_signal(int sig)
{
	last_sig = sig;
	count++;
}

static void on_info(int sig, siginfo_t *info, void *context)
{
	(void)context;
	last_sig = sig;
	last_info = *info;
	count++;
}

static void handle(int sig, int flags)
{
	struct sigaction action = { .sa_flags = flags };

	if (flags & SA_SIGINFO)
		action.sa_sigaction = on_info;
	else
		action.sa_handler = on_signal;
	CHECK_OK(sigaction(sig, &action, NULL));
}

static void block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
}

static void unblock(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

static int pending(int sig)
{
	sigset_t set;

	CHECK_OK(sigpending(&set));
	return sigismember(&set, sig);
}

static int is_blocked(int sig)
{
	sigset_t set;

	CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &set));
	return sigismember(&set, sig);
}

/* Send sig to this process from a child, some ms from now. */
static pid_t later(int sig, long ms)
{
	pid_t parent = getpid();

	return CHILD(sleep_ms(ms); kill(parent, sig));
}

TEST(handler_runs_before_kill_returns)
{
	handle(SIGUSR1, 0);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(count, 1);
	CHECK_OK(raise(SIGUSR1));
	CHECK_EQ(count, 2);
}

/* The default of each signal. */
TEST(default_actions)
{
	int sig, status;

	for (sig = 1; sig < 32; sig++) {
		pid_t pid = CHILD(raise(sig));

		CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
		if (WIFSTOPPED(status)) {
			printf("%s stops\n", signal_name(sig));
			CHECK_OK(kill(pid, SIGKILL));
			CHECK_EQ(waitpid(pid, &status, 0), pid);
		} else if (WIFSIGNALED(status)) {
			printf("%s kills%s\n", signal_name(sig),
			       WTERMSIG(status) == sig ? "" : " otherwise");
		} else {
			printf("%s is ignored\n", signal_name(sig));
		}
	}
}

TEST(errors_of_kill)
{
	pid_t pid = CHILD(pause());

	CHECK_ERR(kill(getpid(), 65), EINVAL);
	CHECK_ERR(kill(getpid(), -1), EINVAL);
	CHECK_OK(kill(getpid(), 0));
	CHECK_OK(kill(pid, 0));
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
	CHECK_ERR(kill(pid, 0), ESRCH);
	CHECK_ERR(kill(-999999, SIGTERM), ESRCH);
	CHECK_ERR(kill(999999, SIGTERM), ESRCH);
}

TEST(errors_of_sigaction)
{
	struct sigaction action = { .sa_handler = on_signal };

	CHECK_ERR(sigaction(SIGKILL, &action, NULL), EINVAL);
	CHECK_ERR(sigaction(SIGSTOP, &action, NULL), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, 0, &action, NULL, 8), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, 65, &action, NULL, 8), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 7), EINVAL);
	CHECK_ERR(syscall(SYS_rt_sigprocmask, 77, &action, NULL, 8), EINVAL);
	CHECK_OK(sigaction(SIGKILL, NULL, &action));
}

/* Blocked, a signal waits; several of one number are one. */
TEST(blocked_signals_wait)
{
	handle(SIGUSR1, 0);
	block(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK_EQ(count, 0);
	CHECK_EQ(pending(SIGUSR1), 1);
	unblock(SIGUSR1);
	CHECK_EQ(count, 1);
	CHECK_EQ(pending(SIGUSR1), 0);
}

/* Real-time signals queue, in order, with their values. */
static int values[16];

static void on_value(int sig, siginfo_t *info, void *context)
{
	(void)context;
	values[count++] = (sig - SIGRTMIN) * 100 + info->si_value.sival_int;
}

TEST(real_time_signals_queue)
{
	struct sigaction action = { .sa_sigaction = on_value, .sa_flags = SA_SIGINFO };
	sigset_t set;
	int i;

	sigemptyset(&set);
	for (i = 0; i < 3; i++) {
		sigaddset(&action.sa_mask, SIGRTMIN + i);
		sigaddset(&set, SIGRTMIN + i);
	}
	for (i = 0; i < 3; i++)
		CHECK_OK(sigaction(SIGRTMIN + i, &action, NULL));
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (i = 0; i < 9; i++)
		CHECK_OK(
			sigqueue(getpid(), SIGRTMIN + 2 - i % 3, (union sigval){ .sival_int = i }));
	CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK_EQ(count, 9);
	for (i = 0; i < 9; i++)
		printf("%d ", values[i]);
	printf("\n");
}

TEST(ignored_signals_are_dropped)
{
	handle(SIGUSR1, 0);
	block(SIGUSR1);
	raise(SIGUSR1);
	CHECK(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	CHECK_EQ(pending(SIGUSR1), 0);
	handle(SIGUSR1, 0);
	unblock(SIGUSR1);
	CHECK_EQ(count, 0);
}

/* The handler's own signal and sa_mask are blocked while it runs, and free again afterwards. */
static volatile int inside[3];

static void look_inside(int sig)
{
	(void)sig;
	inside[0] = is_blocked(SIGUSR1);
	inside[1] = is_blocked(SIGUSR2);
	inside[2] = is_blocked(SIGTERM);
}

TEST(mask_during_the_handler)
{
	struct sigaction action = { .sa_handler = look_inside };

	sigaddset(&action.sa_mask, SIGUSR2);
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	CHECK_EQ(inside[0], 1);
	CHECK_EQ(inside[1], 1);
	CHECK_EQ(inside[2], 0);
	CHECK_EQ(is_blocked(SIGUSR1), 0);
	CHECK_EQ(is_blocked(SIGUSR2), 0);
	action.sa_flags = SA_NODEFER;
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	CHECK_EQ(inside[0], 0);
	CHECK_EQ(inside[1], 1);
}

/* SIGKILL and SIGSTOP cannot be blocked. */
TEST(kill_and_stop_cannot_be_blocked)
{
	sigset_t set;
	pid_t pid;

	sigfillset(&set);
	CHECK_OK(sigprocmask(SIG_SETMASK, &set, NULL));
	CHECK_EQ(is_blocked(SIGKILL), 0);
	CHECK_EQ(is_blocked(SIGSTOP), 0);
	CHECK_EQ(is_blocked(SIGTERM), 1);
	pid = CHILD(for (;;) pause());
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}

TEST(resethand_works_once)
{
	struct sigaction action;
	pid_t pid;

	handle(SIGUSR1, SA_RESETHAND);
	raise(SIGUSR1);
	CHECK_EQ(count, 1);
	CHECK_OK(sigaction(SIGUSR1, NULL, &action));
	CHECK(action.sa_handler == SIG_DFL);
	pid = CHILD(handle(SIGUSR1, SA_RESETHAND); raise(SIGUSR1); raise(SIGUSR1));
	CHECK_SIGNALED(pid, SIGUSR1);
}

/* sigaction returns what was set. */
TEST(sigaction_returns_the_old_one)
{
	struct sigaction action = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction old;

	sigaddset(&action.sa_mask, SIGHUP);
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	CHECK_OK(sigaction(SIGUSR1, NULL, &old));
	CHECK(old.sa_sigaction == on_info);
	CHECK_EQ(old.sa_flags & ~0x04000000, SA_SIGINFO | SA_RESTART);
	CHECK_EQ(sigismember(&old.sa_mask, SIGHUP), 1);
	CHECK_EQ(sigismember(&old.sa_mask, SIGINT), 0);
}

/* --- siginfo -------------------------------------------------------------------------------- */

TEST(info_of_kill_raise_and_sigqueue)
{
	pid_t pid;

	handle(SIGUSR1, SA_SIGINFO);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(last_info.si_signo, SIGUSR1);
	CHECK_EQ(last_info.si_code, SI_USER);
	CHECK_EQ(last_info.si_pid, getpid());
	CHECK_EQ(last_info.si_uid, getuid());
	CHECK_OK(raise(SIGUSR1));
	CHECK_EQ(last_info.si_code, SI_TKILL);
	CHECK_EQ(last_info.si_pid, getpid());
	CHECK_OK(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_ptr = (void *)&count }));
	CHECK_EQ(last_info.si_code, SI_QUEUE);
	CHECK(last_info.si_value.sival_ptr == (void *)&count);
	pid = later(SIGUSR1, 0);
	while (count < 4)
		sched_yield();
	CHECK_EQ(last_info.si_pid, pid);
	CHECK_EXITED(pid, 0);
}

TEST(info_of_sigchld)
{
	static const struct {
		int kill, exit, code, status;
	} ends[] = { { 0, 0, CLD_EXITED, 0 },
		     { 0, 200, CLD_EXITED, 200 },
		     { SIGTERM, 0, CLD_KILLED, SIGTERM },
		     { SIGKILL, 0, CLD_KILLED, SIGKILL },
		     { SIGSTOP, 0, CLD_STOPPED, SIGSTOP } };
	size_t i;

	handle(SIGCHLD, SA_SIGINFO);
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		pid_t pid;

		count = 0;
		pid = CHILD(if (ends[i].kill) raise(ends[i].kill); _exit(ends[i].exit));
		while (count == 0)
			sched_yield();
		CHECK_EQ(last_info.si_signo, SIGCHLD);
		CHECK_EQ(last_info.si_code, ends[i].code);
		CHECK_EQ(last_info.si_pid, pid);
		CHECK_EQ(last_info.si_status, ends[i].status);
		kill(pid, SIGKILL);
		CHECK_EQ(waitpid(pid, NULL, 0), pid);
	}
}

/* SA_NOCLDSTOP: no signal for a child that stops; SA_NOCLDWAIT and SIG_IGN: no zombies. */
TEST(nocldstop_and_nocldwait)
{
	pid_t pid;
	int status;

	handle(SIGCHLD, SA_NOCLDSTOP);
	pid = CHILD(raise(SIGSTOP));
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(count, 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(count, 1);
	handle(SIGCHLD, SA_NOCLDWAIT);
	pid = CHILD(_exit(0));
	CHECK_ERR(waitpid(pid, &status, 0), ECHILD);
	signal(SIGCHLD, SIG_IGN);
	pid = CHILD(_exit(0));
	CHECK_ERR(waitpid(pid, &status, 0), ECHILD);
	CHECK_ERR(waitpid(-1, &status, 0), ECHILD);
}

/* --- interruption --------------------------------------------------------------------------- */

TEST(read_is_interrupted)
{
	int fds[2];
	char c;
	pid_t pid;

	CHECK_OK(pipe(fds));
	handle(SIGUSR1, 0);
	pid = later(SIGUSR1, 50);
	CHECK_ERR(read(fds[0], &c, 1), EINTR);
	CHECK_EQ(count, 1);
	CHECK_EXITED(pid, 0);
}

TEST(read_is_restarted)
{
	int fds[2];
	char c;
	pid_t parent = getpid(), pid;

	CHECK_OK(pipe(fds));
	handle(SIGUSR1, SA_RESTART);
	pid = CHILD(sleep_ms(50); kill(parent, SIGUSR1); sleep_ms(50); write_all(fds[1], "r", 1));
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'r');
	CHECK_EQ(count, 1);
	CHECK_EXITED(pid, 0);
}

/* A signal that nobody handles interrupts nothing. */
TEST(ignored_signal_interrupts_nothing)
{
	int fds[2];
	char c;
	pid_t parent = getpid(), pid;

	CHECK_OK(pipe(fds));
	pid = CHILD(sleep_ms(30); kill(parent, SIGCHLD); kill(parent, SIGWINCH); sleep_ms(30);
		    write_all(fds[1], "x", 1));
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EXITED(pid, 0);
}

TEST(write_to_a_full_pipe_is_interrupted)
{
	static char data[200000];
	int fds[2];
	pid_t pid;
	ssize_t n;

	CHECK_OK(pipe(fds));
	handle(SIGUSR1, 0);
	pid = later(SIGUSR1, 50);
	n = write(fds[1], data, sizeof(data)); /* a part fits */
	CHECK_EQ(n, 65536);
	CHECK_EXITED(pid, 0);
	pid = later(SIGUSR1, 50);
	CHECK_ERR(write(fds[1], data, 10), EINTR);
	CHECK_EXITED(pid, 0);
}

TEST(wait_is_interrupted_or_restarted)
{
	pid_t child = CHILD(pause()), pid;
	int status;

	handle(SIGUSR1, 0);
	pid = later(SIGUSR1, 50);
	CHECK_ERR(waitpid(child, &status, 0), EINTR);
	CHECK_EXITED(pid, 0);
	handle(SIGUSR1, SA_RESTART);
	pid = later(SIGUSR1, 50);
	CHECK_EXITED(pid, 0);
	pid_t killer = CHILD(sleep_ms(50); kill(child, SIGTERM));

	CHECK_SIGNALED(child, SIGTERM);
	CHECK_EXITED(killer, 0);
	CHECK_EQ(count, 2);
}

TEST(nanosleep_is_interrupted_and_tells_the_rest)
{
	struct timespec time = { 5, 0 }, rest = { 0, 0 };
	pid_t pid;

	handle(SIGUSR1, SA_RESTART); /* makes no difference */
	pid = later(SIGUSR1, 100);
	CHECK_ERR(nanosleep(&time, &rest), EINTR);
	CHECK(rest.tv_sec == 4 && rest.tv_nsec > 0);
	CHECK_EXITED(pid, 0);
}

/* A sleep that is stopped and continued goes on to its end. */
TEST(nanosleep_survives_stop_and_continue)
{
	struct timespec time = { 0, 200000000 };
	pid_t pid = CHILD(_exit(nanosleep(&time, NULL) == 0 ? 0 : 1));
	int status;

	sleep_ms(30);
	CHECK_OK(kill(pid, SIGSTOP));
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_OK(kill(pid, SIGCONT));
	CHECK_EXITED(pid, 0);
}

TEST(poll_and_select_are_interrupted)
{
	struct pollfd fd = { 0 };
	struct timeval time = { 5, 0 };
	int fds[2];
	fd_set set;
	pid_t pid;

	CHECK_OK(pipe(fds));
	fd.fd = fds[0];
	fd.events = POLLIN;
	handle(SIGUSR1, SA_RESTART); /* makes no difference */
	pid = later(SIGUSR1, 50);
	CHECK_ERR(poll(&fd, 1, 5000), EINTR);
	CHECK_EXITED(pid, 0);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	pid = later(SIGUSR1, 50);
	CHECK_ERR(select(fds[0] + 1, &set, NULL, NULL, &time), EINTR);
	CHECK_EXITED(pid, 0);
}

TEST(pause_returns_after_a_handler)
{
	pid_t pid;

	handle(SIGUSR1, SA_RESTART);
	pid = later(SIGUSR1, 50);
	CHECK_ERR(pause(), EINTR);
	CHECK_EQ(count, 1);
	CHECK_EXITED(pid, 0);
}

/* sigsuspend opens its mask only while it waits. */
TEST(sigsuspend_waits_with_its_own_mask)
{
	sigset_t empty;

	handle(SIGUSR1, 0);
	block(SIGUSR1);
	raise(SIGUSR1);
	sigemptyset(&empty);
	CHECK_EQ(count, 0);
	CHECK_ERR(sigsuspend(&empty), EINTR);
	CHECK_EQ(count, 1);
	CHECK_EQ(is_blocked(SIGUSR1), 1);
}

TEST(sigtimedwait_takes_a_signal)
{
	struct timespec short_time = { 0, 30000000 }, long_time = { 5, 0 };
	siginfo_t info;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	handle(SIGUSR1, 0);
	block(SIGUSR1);
	CHECK_ERR(sigtimedwait(&set, &info, &short_time), EAGAIN);
	raise(SIGUSR1);
	CHECK_EQ(sigtimedwait(&set, &info, &short_time), SIGUSR1);
	pid = later(SIGUSR1, 30);
	CHECK_EQ(sigtimedwait(&set, &info, &long_time), SIGUSR1);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(count, 0);
	CHECK_EQ(pending(SIGUSR1), 0);
}

/* --- stacks and contexts -------------------------------------------------------------------- */

static char alternate[65536];
static volatile int on_alternate;
static stack_t stack_inside;

static void where(int sig)
{
	char here;

	(void)sig;
	on_alternate = &here >= alternate && &here < alternate + sizeof(alternate);
	sigaltstack(NULL, &stack_inside);
}

TEST(alternate_stack)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, old;
	struct sigaction action = { .sa_handler = where, .sa_flags = SA_ONSTACK };

	CHECK_OK(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	CHECK_OK(sigaltstack(&stack, NULL));
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	CHECK_EQ(on_alternate, 1);
	CHECK_EQ(stack_inside.ss_flags, SS_ONSTACK);
	action.sa_flags = 0;
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	CHECK_EQ(on_alternate, 0);
	stack.ss_size = 100;
	CHECK_ERR(sigaltstack(&stack, NULL), ENOMEM);
	stack.ss_size = sizeof(alternate);
	stack.ss_flags = 77;
	CHECK_ERR(sigaltstack(&stack, NULL), EINVAL);
	stack.ss_flags = SS_DISABLE;
	CHECK_OK(sigaltstack(&stack, NULL));
}

/* A handler leaves by siglongjmp, a thousand times. */
static sigjmp_buf jump;

static void jump_out(int sig)
{
	siglongjmp(jump, sig);
}

TEST(siglongjmp_out_of_the_handler)
{
	volatile int i;

	CHECK(signal(SIGUSR1, jump_out) != SIG_ERR);
	for (i = 0; i < 1000; i++) {
		if (sigsetjmp(jump, 1) == 0) {
			raise(SIGUSR1);
			CHECK(0);
		}
	}
	CHECK_EQ(is_blocked(SIGUSR1), 0);
}

/* Handlers within handlers, each with its own signal. */
static char trail[64];

static void nested(int sig)
{
	char text[8];

	snprintf(text, sizeof(text), "<%d", sig - SIGRTMIN);
	strcat(trail, text);
	if (sig < SIGRTMIN + 5)
		raise(sig + 1);
	strcat(trail, ">");
}

TEST(nested_handlers)
{
	int i;

	for (i = 0; i < 6; i++)
		CHECK(signal(SIGRTMIN + i, nested) != SIG_ERR);
	raise(SIGRTMIN);
	CHECK_STR(trail, "<0<1<2<3<4<5>>>>>>");
}

/* Several pending at once: the lowest number first. */
static void note(int sig)
{
	char text[8];

	snprintf(text, sizeof(text), "%d ", sig);
	strcat(trail, text);
}

TEST(order_of_delivery)
{
	static const int sigs[] = { SIGTERM, SIGHUP, SIGUSR2, SIGINT, SIGUSR1 };
	struct sigaction action = { .sa_handler = note };
	sigset_t set, old;
	size_t i;

	sigfillset(&action.sa_mask);
	sigfillset(&set);
	for (i = 0; i < ARRAY_LEN(sigs); i++)
		CHECK_OK(sigaction(sigs[i], &action, NULL));
	CHECK_OK(sigprocmask(SIG_SETMASK, &set, &old));
	for (i = 0; i < ARRAY_LEN(sigs); i++)
		raise(sigs[i]);
	CHECK_OK(sigprocmask(SIG_SETMASK, &old, NULL));
	printf("%s\n", trail);
}

/* A handler may change the registers that the program goes on with. */
static void change_rax(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.gregs[REG_RBX] = 0x1234;
	sigaddset(&uc->uc_sigmask, SIGHUP);
}

TEST(handler_changes_the_context)
{
	struct sigaction action = { .sa_sigaction = change_rax, .sa_flags = SA_SIGINFO };
	unsigned long rbx;
	long result;

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	__asm__ volatile("xorl %%ebx, %%ebx; syscall"
			 : "=a"(result), "=&b"(rbx)
			 : "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
			 : "rcx", "r11", "memory");
	CHECK_EQ(result, 0);
	CHECK_EQ(rbx, 0x1234);
	CHECK_EQ(is_blocked(SIGHUP), 1);
}

/* --- registers, red zone and stack under a storm of signals --------------------------------- */

static void storm(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	CHECK_OK(sigaction(SIGALRM, &action, NULL));
	CHECK_OK(setitimer(ITIMER_REAL, &timer, NULL));
}

/* The 128 bytes below the stack pointer belong to a leaf function. */
TEST(red_zone_under_signals)
{
	unsigned long bad = 0, loops = 0;

	storm();
	while (count < 100) {
		__asm__ volatile("movq $0x1111, -8(%%rsp); movq $0x2222, -64(%%rsp)\n\t"
				 "movq $0x3333, -128(%%rsp); movl $20000, %%ecx\n"
				 "1: decl %%ecx; jnz 1b\n\t"
				 "cmpq $0x1111, -8(%%rsp); jne 2f\n\t"
				 "cmpq $0x2222, -64(%%rsp); jne 2f\n\t"
				 "cmpq $0x3333, -128(%%rsp); je 3f\n"
				 "2: incq %0\n3:"
				 : "+r"(bad)
				 :
				 : "rcx", "memory", "cc");
		loops++;
	}
	CHECK_EQ(bad, 0);
	CHECK(loops > 0);
}

TEST(general_registers_under_signals)
{
	unsigned long bad = 0;

	storm();
	while (count < 100) {
		__asm__ volatile(
			"movq $1, %%rbx; movq $2, %%rsi; movq $3, %%rdi; movq $4, %%r8\n\t"
			"movq $5, %%r9; movq $6, %%r10; movq $7, %%r11; movq $8, %%r12\n\t"
			"movq $9, %%r13; movq $10, %%r14; movq $11, %%r15\n\t"
			"movq $12, %%rdx; movl $20000, %%ecx; stc\n"
			"1: leal -1(%%ecx), %%ecx; jrcxz 2f; jmp 1b\n"
			"2: jnc 3f; addq %%rbx, %%rdx; addq %%rsi, %%rdx; addq %%rdi, %%rdx\n\t"
			"addq %%r8, %%rdx; addq %%r9, %%rdx; addq %%r10, %%rdx\n\t"
			"addq %%r11, %%rdx; addq %%r12, %%rdx; addq %%r13, %%rdx\n\t"
			"addq %%r14, %%rdx; addq %%r15, %%rdx; cmpq $78, %%rdx; je 4f\n"
			"3: incq %%rax\n4:"
			: "+a"(bad)
			:
			: "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
			  "r14", "r15", "cc");
	}
	CHECK_EQ(bad, 0);
}

/* System calls return the right thing although signals come in between. */
TEST(system_calls_under_signals)
{
	struct gate gate;
	char c;
	int i;

	gate_open(&gate);
	storm();
	for (i = 0; count < 100; i++) {
		CHECK_EQ(syscall(SYS_getppid), getppid());
		CHECK_EQ(write(gate.fd[1], "z", 1), 1);
		CHECK_EQ(read(gate.fd[0], &c, 1), 1);
		CHECK_EQ(c, 'z');
	}
}

/* fork and wait under a storm. */
TEST_SLOW(fork_under_signals, 30)
{
	int i, status;

	storm();
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i);
		CHECK(pid > 0);
		while (waitpid(pid, &status, 0) < 0)
			CHECK_EQ(errno, EINTR);
		CHECK_EQ(WEXITSTATUS(status), i);
	}
}

/* --- timers --------------------------------------------------------------------------------- */

TEST(alarm_comes_once)
{
	long long start = now_ms();

	handle(SIGALRM, 0);
	alarm(0);
	CHECK_EQ(alarm(100), 0);
	CHECK(alarm(1) >= 99);
	pause();
	CHECK_EQ(count, 1);
	CHECK(now_ms() - start >= 990);
	CHECK_EQ(alarm(0), 0);
}

TEST(interval_timer_repeats)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } }, now;

	handle(SIGALRM, 0);
	CHECK_OK(setitimer(ITIMER_REAL, &timer, NULL));
	while (count < 5)
		pause();
	CHECK_OK(getitimer(ITIMER_REAL, &now));
	CHECK_EQ(now.it_interval.tv_usec, 20000);
	memset(&timer, 0, sizeof(timer));
	CHECK_OK(setitimer(ITIMER_REAL, &timer, &now));
	CHECK(now.it_value.tv_usec <= 20000);
	count = 0;
	sleep_ms(60);
	CHECK_EQ(count, 0);
	timer.it_value.tv_usec = 1000000;
	CHECK_ERR(setitimer(ITIMER_REAL, &timer, NULL), EINVAL);
	CHECK_ERR(setitimer(9, &timer, NULL), EINVAL);
}

/* A program that computes without system calls is interrupted as well. */
TEST(alarm_in_a_busy_loop)
{
	handle(SIGALRM, 0);
	alarm(1);
	while (count == 0)
		;
	CHECK_EQ(count, 1);
}

/* Without a handler an alarm kills. */
TEST(alarm_kills)
{
	pid_t pid = CHILD(alarm(1); for (;;));

	CHECK_SIGNALED(pid, SIGALRM);
}

/* --- pipes and groups ----------------------------------------------------------------------- */

TEST(sigpipe)
{
	int fds[2];
	pid_t pid;

	CHECK_OK(pipe(fds));
	close(fds[0]);
	handle(SIGPIPE, SA_SIGINFO);
	CHECK_ERR(write(fds[1], "x", 1), EPIPE);
	CHECK_EQ(count, 1);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERR(write(fds[1], "x", 1), EPIPE);
	signal(SIGPIPE, SIG_DFL);
	pid = CHILD(if (write(fds[1], "x", 1) < 0) _exit(1));
	CHECK_SIGNALED(pid, SIGPIPE);
}

/* kill(0) and kill(-group) reach the group, and nobody else. */
TEST(kill_a_group)
{
	struct gate ready;
	pid_t leader, member, outsider;
	int i;

	gate_open(&ready);
	leader = CHILD(setpgid(0, 0); gate_signal(&ready); pause());
	gate_wait(&ready);
	member = CHILD(if (setpgid(0, leader) < 0) _exit(1); gate_signal(&ready); pause());
	outsider = CHILD(gate_signal(&ready); sleep_ms(100); _exit(9));
	for (i = 0; i < 2; i++)
		gate_wait(&ready);
	CHECK_OK(kill(-leader, SIGTERM));
	CHECK_SIGNALED(leader, SIGTERM);
	CHECK_SIGNALED(member, SIGTERM);
	CHECK_EXITED(outsider, 9);
	CHECK_ERR(kill(-leader, 0), ESRCH);
}

TEST(kill_ones_own_group)
{
	pid_t pid =
		CHILD(setpgid(0, 0); pid_t child = fork(); if (child == 0) for (;;) pause();
		      signal(SIGTERM, SIG_IGN); kill(0, SIGTERM); CHECK_SIGNALED(child, SIGTERM));

	CHECK_EXITED(pid, 0);
}

/* tgkill reaches one thread. */
static volatile pid_t got_in;

static void note_tid(int sig)
{
	(void)sig;
	got_in = (pid_t)syscall(SYS_gettid);
}

static void *wait_signal(void *arg)
{
	*(volatile pid_t *)arg = (pid_t)syscall(SYS_gettid);
	while (got_in == 0)
		sched_yield();
	return NULL;
}

TEST(tgkill_reaches_one_thread)
{
	volatile pid_t tid = 0;
	pthread_t thread;

	CHECK(signal(SIGUSR1, note_tid) != SIG_ERR);
	CHECK_EQ(pthread_create(&thread, NULL, wait_signal, (void *)&tid), 0);
	while (tid == 0)
		sched_yield();
	CHECK_OK(syscall(SYS_tgkill, getpid(), tid, SIGUSR1));
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(got_in, tid);
	CHECK_ERR(syscall(SYS_tgkill, getpid(), 999999, SIGUSR1), ESRCH);
	CHECK_ERR(syscall(SYS_tgkill, 999999, getpid(), SIGUSR1), ESRCH);
}

/* A signal to the process is taken by a thread that does not block it. */
TEST(process_signal_finds_an_open_thread)
{
	volatile pid_t tid = 0;
	pthread_t thread;

	CHECK(signal(SIGUSR1, note_tid) != SIG_ERR);
	CHECK_EQ(pthread_create(&thread, NULL, wait_signal, (void *)&tid), 0);
	while (tid == 0)
		sched_yield();
	block(SIGUSR1);
	CHECK_OK(kill(getpid(), SIGUSR1));
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(got_in, tid);
}

/* SIGKILL ends a process with many threads, also one that sleeps. */
static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

TEST(sigkill_ends_all_threads)
{
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t thread;
		int i;

		for (i = 0; i < 5; i++)
			pthread_create(&thread, NULL, sleeper, NULL);
		for (;;)
			;
	}
	sleep_ms(50);
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_SIGNALED(pid, SIGKILL);
}

/* abort: SIGABRT even if blocked or handled by a handler that returns. */
TEST(abort_always_kills)
{
	pid_t pid = CHILD(handle(SIGABRT, 0); block(SIGABRT); abort());

	CHECK_SIGNALED(pid, SIGABRT);
}

/* --- a child's signal and its parent's fork --- */

static volatile int forked, came_later;

static void on_child_signal(int sig)
{
	(void)sig;
	came_later += forked;
	count++;
}

/* A parent has returned from fork when the first thing that its child does is to signal it or its
 * group.  Nothing promises it, so a quarter may be otherwise. */
static void signal_from_child(bool group)
{
	struct sigaction action = { .sa_handler = on_child_signal };
	int rounds = 40, i, sent;

	if (getpgrp() != getpid())
		CHECK_OK(setpgid(0, 0));
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	for (i = 0; i < rounds; i++) {
		pid_t parent = getpid(), pid;

		forked = 0;
		sent = count;
		pid = fork();
		if (pid == 0) {
			signal(SIGUSR1, SIG_IGN);
			_exit(kill(group ? 0 : parent, SIGUSR1) == 0 ? 7 : 1);
		}
		forked = 1;
		CHECK_EXITED(pid, 7);
		CHECK_EQ(count, sent + 1);
	}
	CHECK(came_later >= rounds * 3 / 4);
}

TEST(child_signals_its_parent_at_once)
{
	signal_from_child(false);
}

TEST(child_signals_its_group_at_once)
{
	signal_from_child(true);
}
