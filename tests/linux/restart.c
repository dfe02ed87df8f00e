/* What a signal does to a call that waits: signal(7), "Interruption of system calls and library
 * functions by signal handlers", and the same "by stop signals".  Each call is made four times: a
 * handler runs meanwhile, without and with SA_RESTART; a signal comes that is ignored; the process is
 * stopped and continued.  Then what it waits for happens.  The table that this prints is compared
 * with Linux's. */
#include "harness.h"

#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

static struct shared {
	uint32_t word;
} * shared;

static int fds[2]; /* what the call waits on */
static pid_t other;
static struct gate gate;
static const struct timespec long_time = { 100, 0 };

/* --- preparing, and making happen what is waited for (in another process) --- */

static void make_pipe(void)
{
	CHECK_OK(pipe2(fds, 0));
}

static void put_byte(void)
{
	write_all(fds[1], "x", 1);
}

static void make_full_pipe(void)
{
	static char block[PAGE];

	CHECK_OK(pipe2(fds, O_NONBLOCK));
	while (write(fds[1], block, sizeof(block)) > 0)
		;
	CHECK_OK(fcntl(fds[1], F_SETFL, 0));
}

static void drain(void)
{
	static char block[PAGE];

	while (read(fds[0], block, sizeof(block)) > 0)
		;
}

static void make_eventfd(void)
{
	fds[0] = fds[1] = eventfd(0, 0);
	CHECK_OK(fds[0]);
}

static void make_full_eventfd(void)
{
	uint64_t most = UINT64_MAX - 1;

	make_eventfd();
	write_all(fds[0], &most, sizeof(most));
}

static void read_eventfd(void)
{
	uint64_t n;

	CHECK_EQ(read(fds[0], &n, sizeof(n)), sizeof(n));
}

static void put_event(void)
{
	uint64_t one = 1;

	write_all(fds[1], &one, sizeof(one));
}

static void make_timerfd(void)
{
	fds[0] = timerfd_create(CLOCK_MONOTONIC, 0);
	CHECK_OK(fds[0]);
}

static void set_timer(void)
{
	struct itimerspec t = { { 0, 0 }, { 0, 1 } };

	CHECK_OK(timerfd_settime(fds[0], 0, &t, NULL));
}

static sigset_t usr2(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return set;
}

static void block_usr2(void)
{
	sigset_t set = usr2();

	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
}

static void send_usr2(void)
{
	CHECK_OK(kill(getppid(), SIGUSR2));
}

static void make_signalfd(void)
{
	sigset_t set = usr2();

	block_usr2();
	fds[0] = signalfd(-1, &set, 0);
	CHECK_OK(fds[0]);
}

static void make_child(void)
{
	gate_open(&gate);
	other = CHILD(gate_wait(&gate));
}

static void end_child(void)
{
	gate_signal(&gate);
}

static void set_word(void)
{
	shared->word = 1;
}

static void wake_word(void)
{
	shared->word = 2;
	CHECK_OK(syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1));
}

static struct flock whole(int type)
{
	return (struct flock){ .l_type = (short)type, .l_whence = SEEK_SET };
}

static void make_locks(void)
{
	struct flock lock = whole(F_WRLCK);
	struct gate ready;

	unlink("lock");
	gate_open(&ready);
	gate_open(&gate);
	fds[0] = open("lock", O_RDWR | O_CREAT, 0600);
	CHECK_OK(fds[0]);
	other = CHILD({
		int fd = open("lock", O_RDWR);

		CHECK_OK(flock(fd, LOCK_EX));
		CHECK_OK(fcntl(fd, F_SETLK, &lock));
		gate_signal(&ready);
		gate_wait(&gate);
	});
	gate_wait(&ready);
}

static void make_fifo(void)
{
	unlink("fifo");
	CHECK_OK(mkfifo("fifo", 0600));
}

static void open_fifo(void)
{
	CHECK_OK(open("fifo", O_RDWR | O_NONBLOCK));
	sleep_ms(100);
}

static void make_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int set;

	make_pipe();
	set = epoll_create1(0);
	CHECK_OK(set);
	CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event));
	fds[0] = set;
}

static void make_inotify(void)
{
	fds[0] = inotify_init1(0);
	CHECK_OK(fds[0]);
	write_file("watched", "");
	CHECK_OK(inotify_add_watch(fds[0], "watched", IN_MODIFY));
}

static void change_file(void)
{
	write_file("watched", "x");
}

static void make_pty(void)
{
	int unlock = 0, number;

	fds[1] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	CHECK_OK(fds[1]);
	CHECK_OK(ioctl(fds[1], TIOCSPTLCK, &unlock));
	CHECK_OK(ioctl(fds[1], TIOCGPTN, &number));
	fds[0] = ioctl(fds[1], TIOCGPTPEER, O_RDWR | O_NOCTTY);
	CHECK_OK(fds[0]);
}

static void type_line(void)
{
	write_all(fds[1], "x\n", 2);
}

static void make_sockets(void)
{
	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static void make_sockets_with_timeout(void)
{
	struct timeval t = { 100, 0 };

	make_sockets();
	CHECK_OK(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)));
}

static void make_full_socket(void)
{
	static char block[PAGE];

	make_sockets();
	CHECK_OK(fcntl(fds[1], F_SETFL, O_NONBLOCK));
	while (write(fds[1], block, sizeof(block)) > 0)
		;
	CHECK_OK(fcntl(fds[1], F_SETFL, 0));
}

static void drain_socket(void)
{
	static char block[PAGE];

	while (recv(fds[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
}

static struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };

static void make_listener(void)
{
	unlink("socket");
	fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_OK(fds[0]);
	CHECK_OK(bind(fds[0], (struct sockaddr *)&address, sizeof(address)));
	CHECK_OK(listen(fds[0], 1));
}

static void connect_to_it(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	CHECK_OK(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static void make_mqueue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };

	fds[0] = mq_open("/flatshare-restart", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	CHECK_OK(fds[0]);
	CHECK_OK(mq_unlink("/flatshare-restart"));
}

static void make_full_mqueue(void)
{
	make_mqueue();
	CHECK_OK(mq_send(fds[0], "x", 1, 0));
}

static void send_to_mqueue(void)
{
	CHECK_OK(mq_send(fds[0], "x", 1, 0));
}

static void receive_from_mqueue(void)
{
	char text[8];

	CHECK_OK(mq_receive(fds[0], text, 8, NULL));
}

static void nothing(void)
{
}

/* semun of semctl(2): the calls here need no argument. */
static void make_semaphore(void)
{
	other = semget(IPC_PRIVATE, 1, 0600);
	CHECK_OK(other);
}

static void raise_semaphore(void)
{
	struct sembuf up = { 0, 1, 0 };

	CHECK_OK(semop(other, &up, 1));
}

static struct {
	long type;
	char text[8];
} message = { 1, "" };

static void make_queue(void)
{
	other = msgget(IPC_PRIVATE, 0600);
	CHECK_OK(other);
}

static void make_full_queue(void)
{
	make_queue();
	while (msgsnd(other, &message, 8, IPC_NOWAIT) == 0)
		;
}

static void send_message(void)
{
	CHECK_OK(msgsnd(other, &message, 8, 0));
}

static void receive_message(void)
{
	CHECK_EQ(msgrcv(other, &message, 8, 0, 0), 8);
}

/* --- the calls --- */

static char buffer[4 * PAGE];

static long call_read(void)
{
	return read(fds[0], buffer, 128) > 0 ? 0 : -1;
}

static long call_readv(void)
{
	struct iovec iov = { buffer, 8 };

	return readv(fds[0], &iov, 1) > 0 ? 0 : -1;
}

static long call_write(void)
{
	return write(fds[1], buffer, 8) > 0 ? 0 : -1;
}

static long call_write_event(void)
{
	uint64_t one = 1;

	return write(fds[1], &one, sizeof(one)) > 0 ? 0 : -1;
}

static long call_wait4(void)
{
	return wait4(other, NULL, 0, NULL) == other ? 0 : -1;
}

static long call_waitid(void)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)other, &info, WEXITED);
}

static long call_futex(void)
{
	return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 1, NULL);
}

static long call_futex_timeout(void)
{
	return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 1, &long_time);
}

static long call_futex_bitset(void)
{
	struct timespec t = { 1ll << 40, 0 };

	return syscall(SYS_futex, &shared->word, FUTEX_WAIT_BITSET, 1, &t, NULL, 1);
}

static long call_flock(void)
{
	return flock(fds[0], LOCK_EX);
}

static long call_setlkw(void)
{
	struct flock lock = whole(F_WRLCK);

	return fcntl(fds[0], F_SETLKW, &lock);
}

static long call_ofd_setlkw(void)
{
	struct flock lock = whole(F_WRLCK);

	return fcntl(fds[0], F_OFD_SETLKW, &lock);
}

static long call_poll(void)
{
	struct pollfd p = { fds[0], POLLIN, 0 };

	return poll(&p, 1, -1) == 1 ? 0 : -1;
}

static long call_poll_timeout(void)
{
	struct pollfd p = { fds[0], POLLIN, 0 };

	return poll(&p, 1, 100000) == 1 ? 0 : -1;
}

static long call_ppoll(void)
{
	struct pollfd p = { fds[0], POLLIN, 0 };
	sigset_t none;

	sigemptyset(&none);
	return ppoll(&p, 1, &long_time, &none) == 1 ? 0 : -1;
}

static long call_select(void)
{
	struct timeval t = { 100, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	return select(fds[0] + 1, &set, NULL, NULL, &t) == 1 ? 0 : -1;
}

static long call_pselect(void)
{
	sigset_t none;
	fd_set set;

	sigemptyset(&none);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	return pselect(fds[0] + 1, &set, NULL, NULL, &long_time, &none) == 1 ? 0 : -1;
}

static long call_epoll_wait(void)
{
	struct epoll_event event;

	return epoll_wait(fds[0], &event, 1, -1) == 1 ? 0 : -1;
}

static long call_epoll_pwait(void)
{
	struct epoll_event event;
	sigset_t none;

	sigemptyset(&none);
	return epoll_pwait(fds[0], &event, 1, 100000, &none) == 1 ? 0 : -1;
}

static long call_nanosleep(void)
{
	struct timespec t = { 0, 150000000 };

	return nanosleep(&t, NULL);
}

static long call_clock_nanosleep(void)
{
	struct timespec t = { 0, 150000000 };

	return syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &t, NULL);
}

static long call_clock_nanosleep_abs(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 150000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static long call_sigtimedwait(void)
{
	sigset_t set = usr2();

	return syscall(SYS_rt_sigtimedwait, &set, NULL, &long_time, 8) == SIGUSR2 ? 0 : -1;
}

static long call_sigwaitinfo(void)
{
	sigset_t set = usr2();

	return syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8) == SIGUSR2 ? 0 : -1;
}

static long call_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigaddset(&none, SIGUSR2);
	return sigsuspend(&none);
}

static long call_pause(void)
{
	return syscall(SYS_pause);
}

static long call_open(void)
{
	return open("fifo", O_RDONLY) < 0 ? -1 : 0;
}

static long call_open_write(void)
{
	return open("fifo", O_WRONLY) < 0 ? -1 : 0;
}

static long call_splice(void)
{
	int out[2];

	CHECK_OK(pipe(out));
	return splice(fds[0], NULL, out[1], NULL, 8, 0) > 0 ? 0 : -1;
}

static long remove_semaphore(long result)
{
	int err = errno;

	CHECK_OK(semctl(other, 0, IPC_RMID));
	other = 0;
	errno = err;
	return result;
}

static long call_semop(void)
{
	struct sembuf down = { 0, -1, 0 };

	return remove_semaphore(semop(other, &down, 1));
}

static long call_semtimedop(void)
{
	struct sembuf down = { 0, -1, 0 };

	return remove_semaphore(semtimedop(other, &down, 1, &long_time));
}

static long remove_queue(long result)
{
	int err = errno;

	CHECK_OK(msgctl(other, IPC_RMID, NULL));
	other = 0;
	errno = err;
	return result;
}

static long call_msgrcv(void)
{
	return remove_queue(msgrcv(other, &message, 8, 0, 0) == 8 ? 0 : -1);
}

static long call_msgsnd(void)
{
	return remove_queue(msgsnd(other, &message, 8, 0));
}

static long call_recv(void)
{
	return recv(fds[0], buffer, 8, 0) > 0 ? 0 : -1;
}

static long call_recvmsg(void)
{
	struct iovec iov = { buffer, 8 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	return recvmsg(fds[0], &m, 0) > 0 ? 0 : -1;
}

static long call_send(void)
{
	return send(fds[1], buffer, 8, 0) > 0 ? 0 : -1;
}

static long call_accept(void)
{
	return accept(fds[0], NULL, NULL) < 0 ? -1 : 0;
}

static long call_mq_receive(void)
{
	return mq_receive(fds[0], buffer, 8, NULL) < 0 ? -1 : 0;
}

static long call_mq_timedreceive(void)
{
	struct timespec t = { 1ll << 32, 0 };

	return mq_timedreceive(fds[0], buffer, 8, NULL, &t) < 0 ? -1 : 0;
}

static long call_mq_send(void)
{
	return mq_send(fds[0], "x", 1, 0);
}

/* --- the table --- */

static const struct call {
	const char *name;
	void (*prepare)(void);
	long (*call)(void);
	void (*happen)(void);
} calls[] = {
	{ "read pipe", make_pipe, call_read, put_byte },
	{ "readv pipe", make_pipe, call_readv, put_byte },
	{ "write pipe", make_full_pipe, call_write, drain },
	{ "splice pipe", make_pipe, call_splice, put_byte },
	{ "read eventfd", make_eventfd, call_read, put_event },
	{ "write eventfd", make_full_eventfd, call_write_event, read_eventfd },
	{ "read timerfd", make_timerfd, call_read, set_timer },
	{ "wait4", make_child, call_wait4, end_child },
	{ "waitid", make_child, call_waitid, end_child },
	{ "futex", set_word, call_futex, wake_word },
	{ "futex timeout", set_word, call_futex_timeout, wake_word },
	{ "futex bitset", set_word, call_futex_bitset, wake_word },
	{ "flock", make_locks, call_flock, end_child },
	{ "F_SETLKW", make_locks, call_setlkw, end_child },
	{ "F_OFD_SETLKW", make_locks, call_ofd_setlkw, end_child },
	{ "semop", make_semaphore, call_semop, raise_semaphore },
	{ "semtimedop", make_semaphore, call_semtimedop, raise_semaphore },
	{ "msgrcv", make_queue, call_msgrcv, send_message },
	{ "msgsnd", make_full_queue, call_msgsnd, receive_message },
	{ "open fifo", make_fifo, call_open, open_fifo },
	{ "open fifo writing", make_fifo, call_open_write, open_fifo },
}, messages[] = {
	{ "read inotify", make_inotify, call_read, change_file },
	{ "read tty", make_pty, call_read, type_line },
	{ "recv", make_sockets, call_recv, put_byte },
	{ "recv SO_RCVTIMEO", make_sockets_with_timeout, call_recv, put_byte },
	{ "recvmsg", make_sockets, call_recvmsg, put_byte },
	{ "read socket", make_sockets, call_read, put_byte },
	{ "send", make_full_socket, call_send, drain_socket },
	{ "accept", make_listener, call_accept, connect_to_it },
	{ "mq_receive", make_mqueue, call_mq_receive, send_to_mqueue },
	{ "mq_timedreceive", make_mqueue, call_mq_timedreceive, send_to_mqueue },
	{ "mq_send", make_full_mqueue, call_mq_send, receive_from_mqueue },
}, multiplexing[] = {
	{ "poll", make_pipe, call_poll, put_byte },
	{ "poll timeout", make_pipe, call_poll_timeout, put_byte },
	{ "ppoll", make_pipe, call_ppoll, put_byte },
	{ "select", make_pipe, call_select, put_byte },
	{ "pselect", make_pipe, call_pselect, put_byte },
	{ "epoll_wait", make_epoll, call_epoll_wait, put_byte },
	{ "epoll_pwait", make_epoll, call_epoll_pwait, put_byte },
}, waiting[] = {
	{ "nanosleep", nothing, call_nanosleep, nothing },
	{ "clock_nanosleep", nothing, call_clock_nanosleep, nothing },
	{ "clock_nanosleep abs", nothing, call_clock_nanosleep_abs, nothing },
	{ "sigtimedwait", block_usr2, call_sigtimedwait, send_usr2 },
	{ "sigwaitinfo", block_usr2, call_sigwaitinfo, send_usr2 },
	{ "read signalfd", make_signalfd, call_read, send_usr2 },
	{ "sigsuspend", block_usr2, call_sigsuspend, nothing },
	{ "pause", nothing, call_pause, nothing },
};

static void on_signal(int sig)
{
	(void)sig;
}

/* Wait until process pid sleeps. */
static void wait_asleep(pid_t pid)
{
	char path[40], text[256];
	unsigned asleep = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 1000 && asleep < 3; i++) {
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, text, sizeof(text) - 1);
		const char *state;

		close(fd);
		if (n <= 0)
			_exit(1);
		text[n] = '\0';
		state = strrchr(text, ')');
		asleep = state != NULL && state[2] == 'S' ? asleep + 1 : 0;
		sleep_ms(2);
	}
}

enum way { PLAIN, RESTART, IGNORED, STOP, WAYS };

static void disturb(const struct call *c, enum way way)
{
	pid_t parent = getppid();

	wait_asleep(parent);
	if (way == STOP) {
		kill(parent, SIGSTOP);
		sleep_ms(5);
		kill(parent, SIGCONT);
	} else {
		kill(parent, SIGUSR1);
	}
	sleep_ms(5);
	wait_asleep(parent);
	c->happen();
	/* For what waits for a signal only. */
	sleep_ms(300);
	kill(parent, SIGALRM);
	sleep_ms(1000);
}

/* Make the call in a process of its own; the exit status is its errno. */
static int outcome(const struct call *c, enum way way)
{
	int status;
	pid_t pid = CHILD({
		struct sigaction sa = { .sa_handler = way == IGNORED ? SIG_IGN : on_signal,
					.sa_flags = way == RESTART ? SA_RESTART : 0 };
		struct sigaction end = { .sa_handler = on_signal };
		pid_t helper;
		long r;
		int err;

		CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
		CHECK_OK(sigaction(SIGALRM, &end, NULL));
		c->prepare();
		helper = CHILD(disturb(c, way));
		errno = 0;
		r = c->call();
		err = errno;
		kill(helper, SIGKILL);
		waitpid(helper, NULL, 0);
		if (other > 0)
			kill(other, SIGKILL);
		_exit(r == 0 ? 0 : err);
	});

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void table(const struct call *list, size_t count)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	for (size_t i = 0; i < count; i++) {
		printf("%-20s", list[i].name);
		for (enum way way = PLAIN; way < WAYS; way++) {
			int err = outcome(&list[i], way);

			printf(" %-6s", err == 0 ? "done" : errno_name(err));
		}
		printf("\n");
		fflush(stdout);
	}
	unlink("lock");
	unlink("fifo");
	unlink("socket");
	unlink("watched");
}

TEST(calls_that_wait_for_messages)
{
	table(messages, ARRAY_LEN(messages));
}

TEST(calls_that_wait_for_others)
{
	table(calls, ARRAY_LEN(calls));
}

TEST(calls_that_wait_for_descriptors)
{
	table(multiplexing, ARRAY_LEN(multiplexing));
}

TEST(calls_that_wait_for_time_and_signals)
{
	table(waiting, ARRAY_LEN(waiting));
}
