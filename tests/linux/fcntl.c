/* fcntl.c: fcntl(2): owners, signals for I/O, leases, notification of folders, duplicates. */
#include "harness.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

static volatile int got, got_fd, got_code, got_band;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	got = sig;
	got_code = info->si_code;
	got_fd = info->si_fd;
	got_band = (int)info->si_band;
}

static void catch (int sig)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	CHECK_OK(sigaction(sig, &sa, NULL));
}

static void caught(const char *what)
{
	/* fd and band are meaningful only for signals of F_SETSIG */
	if (got != 0 && got_code > 0 && got_code < 10)
		printf("%s: %s code %d fd %d band %#x\n", what, signal_name(got), got_code, got_fd,
		       got_band);
	else
		printf("%s: %s%s\n", what, got ? signal_name(got) : "nothing",
		       got_code == SI_KERNEL ? " SI_KERNEL" : "");
	got = got_code = got_fd = got_band = 0;
}

TEST(owners)
{
	int p[2];
	struct f_owner_ex ex = { F_OWNER_TID, 0 };

	pipe(p);
	SAY(fcntl(p[0], F_GETOWN));
	SAY(fcntl(p[0], F_SETOWN, getpid()));
	SAY(fcntl(p[0], F_GETOWN) == getpid());
	SAY(fcntl(p[0], F_GETOWN_EX, &ex));
	SAY(ex.type);
	SAY(fcntl(p[0], F_SETOWN, -getpgrp()));
	SAY(fcntl(p[0], F_GETOWN_EX, &ex));
	SAY(ex.type);
	SAY(ex.pid == getpgrp());
	SAY(fcntl(p[0], F_SETOWN, 999999));
	SAY(fcntl(p[0], F_SETOWN, -999999));
	ex = (struct f_owner_ex){ F_OWNER_TID, getpid() };
	SAY(fcntl(p[0], F_SETOWN_EX, &ex));
	memset(&ex, 0, sizeof(ex));
	SAY(fcntl(p[0], F_GETOWN_EX, &ex));
	SAY(ex.type == F_OWNER_TID && ex.pid == getpid());
	ex.type = 7;
	SAY(fcntl(p[0], F_SETOWN_EX, &ex));
	ex = (struct f_owner_ex){ F_OWNER_PID, 999999 };
	SAY(fcntl(p[0], F_SETOWN_EX, &ex));
	SAY(fcntl(p[0], F_SETOWN_EX, (void *)1));
	SAY(fcntl(p[0], F_SETOWN, 0));
	SAY(fcntl(p[0], F_GETOWN));
	SAY(fcntl(p[0], F_GETSIG));
	SAY(fcntl(p[0], F_SETSIG, SIGUSR1));
	SAY(fcntl(p[0], F_GETSIG) == SIGUSR1);
	SAY(fcntl(p[0], F_SETSIG, 65));
	SAY(fcntl(p[0], F_SETSIG, -1));
	SAY(fcntl(p[0], F_SETSIG, 0));
	SAY(fcntl(p[0], 999));
}

TEST(signals_for_pipes)
{
	int p[2];
	char c;

	catch (SIGIO);
	catch (SIGUSR1);
	pipe(p);
	fcntl(p[0], F_SETOWN, getpid());
	SAY(fcntl(p[0], F_SETFL, O_ASYNC));
	SAY(fcntl(p[0], F_GETFL) & O_ASYNC);
	write(p[1], "a", 1);
	caught("first write");
	write(p[1], "a", 1);
	caught("second write");
	read(p[0], &c, 1);
	caught("read");
	fcntl(p[0], F_SETSIG, SIGUSR1);
	write(p[1], "a", 1);
	caught("write with F_SETSIG");
	fcntl(p[0], F_SETFL, 0);
	write(p[1], "a", 1);
	caught("not asynchronous any more");
	fcntl(p[0], F_SETFL, O_ASYNC);
	fcntl(p[0], F_SETOWN, 0);
	write(p[1], "a", 1);
	caught("without an owner");
	fcntl(p[0], F_SETOWN, getpid());
	close(p[1]);
	caught("last writer closes");
	pipe(p);
	fcntl(p[1], F_SETOWN, getpid());
	fcntl(p[1], F_SETSIG, SIGUSR1);
	fcntl(p[1], F_SETFL, O_ASYNC | O_NONBLOCK);
	while (write(p[1], &p, sizeof(p)) > 0)
		;
	caught("filled");
	static char all[65536];
	read(p[0], all, sizeof(all));
	caught("emptied");
	close(p[0]);
	caught("last reader closes");
}

/* --- with F_SETSIG each event is one signal, which says what happened --- */

static void tell_us(int fd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_OK(fcntl(fd, F_SETOWN, getpid()));
	CHECK_OK(fcntl(fd, F_SETSIG, SIGRTMIN + 1));
	CHECK_OK(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
}

static void say_told(const char *what)
{
	struct timespec now = { 0, 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	printf("%s:", what);
	while (sigtimedwait(&set, &info, &now) > 0)
		printf(" %d %lx", info.si_code, (long)info.si_band);
	printf("\n");
}

TEST(events_of_a_socket)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	static char b[4096];
	int v[2];

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		socketpair(AF_UNIX, types[i], 0, v);
		tell_us(v[0]);
		write(v[1], b, 10);
		say_told("peer writes");
		write(v[0], b, 10);
		read(v[1], b, 10);
		say_told("peer reads");
		while (write(v[0], b, sizeof(b)) > 0)
			;
		say_told("filled");
		fcntl(v[1], F_SETFL, O_NONBLOCK);
		while (read(v[1], b, sizeof(b)) > 0)
			;
		say_told("peer reads all");
		shutdown(v[1], SHUT_WR);
		say_told("peer writes no more");
		shutdown(v[1], SHUT_RD);
		say_told("peer reads no more");
		close(v[1]);
		say_told("peer closes");
		socketpair(AF_UNIX, types[i], 0, v);
		tell_us(v[0]);
		close(v[1]);
		say_told("peer closes at once");
		socketpair(AF_UNIX, types[i], 0, v);
		tell_us(v[0]);
		shutdown(v[1], SHUT_RDWR);
		say_told("peer does nothing more");
		shutdown(v[0], SHUT_RDWR);
		say_told("nor do we");
	}
}

/* What waits of a set of all signals, with who sent it if somebody did. */
static void say_waiting(const char *what)
{
	struct timespec now = { 0, 0 };
	siginfo_t info;
	sigset_t set;

	sigfillset(&set);
	printf("%s:", what);
	while (sigtimedwait(&set, &info, &now) > 0)
		printf(" %d code %d%s", info.si_signo, info.si_code,
		       info.si_code == SI_USER && info.si_pid == getpid() ? " from us" : "");
	printf("\n");
}

/* Where the codes of a signal have a meaning of their own, those of I/O are not used. */
TEST(events_by_other_signals)
{
	static const int signals[] = { SIGILL,	SIGTRAP, SIGBUS, SIGFPE, SIGUSR1,
				       SIGSEGV, SIGCHLD, SIGSYS, SIGIO,	 SIGURG };
	sigset_t set;
	int p[2];

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pipe(p);
	CHECK_OK(fcntl(p[0], F_SETOWN, getpid()));
	CHECK_OK(fcntl(p[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		CHECK_OK(fcntl(p[0], F_SETSIG, signals[i]));
		write(p[1], "a", 1);
		say_waiting("written");
	}
}

/* A signal that can wait many times is limited, whoever sends it; SIGIO says that events are lost. */
TEST(events_beyond_the_limit)
{
	union sigval v = { 0 };
	struct rlimit none = { 0, 0 };
	sigset_t set;
	int p[2];

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pipe(p);
	tell_us(p[0]);
	setrlimit(RLIMIT_SIGPENDING, &none);
	write(p[1], "a", 1);
	write(p[1], "a", 1);
	say_waiting("written to the process");
	struct f_owner_ex task = { F_OWNER_TID, getpid() };
	CHECK_OK(fcntl(p[0], F_SETOWN_EX, &task));
	write(p[1], "a", 1);
	say_waiting("written to the task");
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	say_waiting("kill");
	SAY(kill(getpid(), SIGRTMIN + 1));
	say_waiting("kill by a queued one");
	SAY(sigqueue(getpid(), SIGRTMIN + 1, v));
	SAY(sigqueue(getpid(), SIGUSR1, v));
	say_waiting("sigqueue");
	CHECK_OK(fcntl(p[0], F_SETSIG, SIGUSR2));
	write(p[1], "a", 1);
	say_waiting("an event by one that is not queued");
}

TEST(events_of_a_pipe)
{
	static char b[4096];
	int p[2];

	for (int end = 0; end < 2; end++) {
		pipe(p);
		tell_us(p[end]);
		fcntl(p[!end], F_SETFL, O_NONBLOCK);
		write(p[1], b, 10);
		say_told("written");
		write(p[1], b, 10);
		say_told("written again");
		read(p[0], b, 5);
		say_told("read");
		while (write(p[1], b, sizeof(b)) > 0)
			;
		say_told("filled");
		read(p[0], b, sizeof(b));
		say_told("page read");
		while (read(p[0], b, sizeof(b)) > 0)
			;
		say_told("emptied");
		close(p[!end]);
		say_told("other end closed");
	}
}

/* A child is told; it inherits the file. */
TEST(signals_for_another)
{
	int p[2], ready[2];
	char c;
	pid_t pid;

	pipe(p);
	pipe(ready);
	pid = fork();
	if (pid == 0) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGIO);
		sigprocmask(SIG_BLOCK, &set, NULL);
		write(ready[1], "r", 1);
		int sig = 0;
		sigwait(&set, &sig);
		_exit(sig == SIGIO ? 7 : 1);
	}
	read(ready[0], &c, 1);
	fcntl(p[0], F_SETOWN, pid);
	fcntl(p[0], F_SETFL, O_ASYNC);
	write(p[1], "x", 1);
	CHECK_EXITED(pid, 7);
	SAY(fcntl(open("f", O_RDWR | O_CREAT, 0600), F_SETFL, O_ASYNC));
	SAY(fcntl(open("/dev/null", O_RDWR), F_SETFL, O_ASYNC));
	SAY(fcntl(open("f", O_RDWR), F_GETFL) & O_ASYNC);
}

TEST(leases)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), r = open("f", O_RDONLY), p[2];

	SAY(fcntl(fd, F_GETLEASE));
	SAY(fcntl(fd, F_SETLEASE, F_RDLCK));
	SAY(fcntl(r, F_SETLEASE, F_RDLCK));
	SAY(fcntl(fd, F_SETLEASE, F_WRLCK));
	SAY(fcntl(r, F_SETLEASE, 77));
	SAY(fcntl(r, F_SETLEASE, F_UNLCK));
	pipe(p);
	SAY(fcntl(p[0], F_SETLEASE, F_RDLCK));
	SAY(fcntl(p[0], F_GETLEASE));
	SAY(fcntl(open(".", O_RDONLY), F_SETLEASE, F_RDLCK));
	SAY(fcntl(open("/dev/null", O_RDONLY), F_SETLEASE, F_RDLCK));
	SAY(fcntl(open("f", O_PATH), F_SETLEASE, F_RDLCK));
}

TEST(duplicates)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	struct rlimit limit = { 20, 20 };

	SAY(fcntl(fd, F_DUPFD, 10));
	SAY(fcntl(fd, F_DUPFD, 10));
	SAY(fcntl(fd, F_DUPFD_CLOEXEC, 5));
	SAY(fcntl(5, F_GETFD));
	SAY(fcntl(10, F_GETFD));
	SAY(fcntl(fd, F_DUPFD, -1));
	SAY(fcntl(99, F_DUPFD, 10));
	SAY(fcntl(99, 999, 10));
	setrlimit(RLIMIT_NOFILE, &limit);
	SAY(fcntl(fd, F_DUPFD, 20));
	SAY(fcntl(fd, F_DUPFD, 19));
	SAY(fcntl(fd, F_DUPFD, 19));
	SAY(dup2(fd, 20));
	SAY(dup2(fd, -1));
	SAY(dup2(99, 99));
	SAY(dup3(fd, fd, 0));
	SAY(dup3(fd, 6, 1));
	SAY(fcntl(fd, 1027 /* F_DUPFD_QUERY */, 5));
	SAY(fcntl(fd, 1027, open("f", O_RDONLY)));
	SAY(fcntl(fd, 1027, 99));
	SAY(fcntl(fd, 1028 /* F_CREATED_QUERY */));
	SAY(fcntl(open("g", O_RDWR | O_CREAT, 0600), 1028));
}

TEST(what_f_getfl_shows)
{
	static const int flags[] = { 0,		 O_APPEND,  O_NONBLOCK,	 O_SYNC,   O_DSYNC,
				     O_NOATIME,	 O_CLOEXEC, O_TRUNC,	 O_NOCTTY, O_DIRECT,
				     O_NOFOLLOW, O_ASYNC,   O_LARGEFILE, O_PATH,   O_EXCL,
				     O_CREAT,	 3,	    0x40000000,	 0x800000 };

	close(open("f", O_RDWR | O_CREAT, 0600));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		int fd = open("f", O_RDWR | flags[i], 0600);

		printf("%#x: %#x\n", flags[i], fd < 0 ? -1 : fcntl(fd, F_GETFL));
		close(fd);
	}
	int fd = open("f", O_RDWR | O_SYNC);
	SAY(fcntl(fd, F_SETFL, O_APPEND));
	printf("%#x\n", fcntl(fd, F_GETFL));
	SAY(fcntl(fd, F_SETFL, O_RDONLY | O_NONBLOCK | O_CREAT | O_TRUNC));
	printf("%#x\n", fcntl(fd, F_GETFL));
	printf("dir %#x\n", fcntl(open(".", O_RDONLY | O_DIRECTORY), F_GETFL));
	printf("tmpfile %#x\n", fcntl(open(".", O_RDWR | O_TMPFILE, 0600), F_GETFL));
	SAY(fcntl(open("f", O_PATH), F_SETFL, 0));
	SAY(fcntl(open("f", O_PATH), F_GETFD));
	uint64_t hint = 3;
	SAY(fcntl(fd, F_SETFL, O_RDWR));
	SAY(fcntl(fd, 1036 /* F_SET_RW_HINT */, &hint));
	SAY(fcntl(fd, 1035 /* F_GET_RW_HINT */, &hint));
	SAY(hint);
}
