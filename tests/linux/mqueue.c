/* POSIX message queues: mq_overview(7). */
#include "harness.h"

#include <mqueue.h>
#include <poll.h>
#include <sys/resource.h>

#define NAME "/flatshare-test"

static mqd_t make(long messages, long size, int flags)
{
	struct mq_attr attr = { .mq_maxmsg = messages, .mq_msgsize = size };
	mqd_t q = mq_open(NAME, O_RDWR | O_CREAT | O_EXCL | flags, 0600, &attr);

	CHECK_OK(q);
	return q;
}

static const char *receive(mqd_t q, unsigned *priority)
{
	static char text[9000];

	memset(text, 0, sizeof(text));
	if (mq_receive(q, text, sizeof(text), priority) < 0)
		return errno_name(errno);
	return text;
}

TEST(messages_by_priority)
{
	mqd_t q = make(5, 100, O_NONBLOCK);
	struct mq_attr attr;
	unsigned priority;

	CHECK_OK(mq_send(q, "low", 3, 1));
	CHECK_OK(mq_send(q, "high", 4, 9));
	CHECK_OK(mq_send(q, "low again", 9, 1));
	CHECK_OK(mq_send(q, "none", 4, 0));
	CHECK_OK(mq_getattr(q, &attr));
	CHECK_EQ(attr.mq_curmsgs, 4);
	CHECK_EQ(attr.mq_maxmsg, 5);
	CHECK_EQ(attr.mq_msgsize, 100);
	CHECK_EQ(attr.mq_flags, O_NONBLOCK);
	CHECK_OK(mq_send(q, "", 0, 32767));
	CHECK_ERR(mq_send(q, "", 0, 0), EAGAIN);
	CHECK_STR(receive(q, &priority), "");
	CHECK_EQ(priority, 32767);
	CHECK_STR(receive(q, &priority), "high");
	CHECK_EQ(priority, 9);
	CHECK_STR(receive(q, &priority), "low");
	CHECK_STR(receive(q, &priority), "low again");
	CHECK_STR(receive(q, &priority), "none");
	CHECK_STR(receive(q, &priority), "EAGAIN");
	CHECK_OK(mq_unlink(NAME));
	CHECK_OK(mq_close(q));
}

TEST(errors_of_queues)
{
	struct mq_attr attr = { .mq_maxmsg = 0, .mq_msgsize = 10 };
	struct timespec bad = { 0, -1 };
	char text[100];
	mqd_t q, r;

	CHECK_ERR(mq_open(NAME, O_RDWR), ENOENT);
	CHECK_ERR(mq_unlink(NAME), ENOENT);
	CHECK_ERR(mq_open(NAME, O_RDWR | O_CREAT, 0600, &attr), EINVAL);
	CHECK_ERR(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	CHECK_ERR(mq_open("/", O_RDWR | O_CREAT, 0600, NULL), ENOENT);
	q = make(2, 10, 0);
	CHECK_ERR(mq_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600, NULL), EEXIST);
	CHECK_ERR(mq_send(q, text, 11, 0), EMSGSIZE);
	CHECK_ERR(mq_send(q, text, 1, 32768), EINVAL);
	CHECK_ERR(mq_receive(q, text, 9, NULL), EMSGSIZE);
	CHECK_ERR(mq_timedreceive(q, text, 10, NULL, &bad), EINVAL);
	CHECK_ERR(mq_send(0, text, 1, 0), EBADF);
	CHECK_ERR(mq_send(99, text, 1, 0), EBADF);
	r = mq_open(NAME, O_RDONLY);
	CHECK_ERR(mq_send(r, text, 1, 0), EBADF);
	CHECK_EQ(fcntl(r, F_GETFD), FD_CLOEXEC);
	CHECK_EXITED(CHILD({
			     CHECK_OK(syscall(SYS_setresuid, 1000, 1000, 1000));
			     CHECK_ERR(mq_open(NAME, O_RDONLY), EACCES);
			     CHECK_ERR(mq_unlink(NAME), EACCES);
		     }),
		     0);
	CHECK_OK(mq_unlink(NAME));
	/* Without a name it still works. */
	CHECK_OK(mq_send(q, "x", 1, 0));
	CHECK_EQ(mq_receive(r, text, 10, NULL), 1);
	attr.mq_flags = O_NONBLOCK;
	CHECK_OK(mq_setattr(r, &attr, NULL));
	CHECK_ERR(mq_receive(r, text, 10, NULL), EAGAIN);
	attr.mq_flags = O_APPEND;
	CHECK_ERR(mq_setattr(r, &attr, NULL), EINVAL);
}

TEST(waiting_for_a_message)
{
	struct timespec t;
	struct pollfd p;
	char text[10];
	mqd_t q = make(1, 10, 0);
	pid_t pid;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 30000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	CHECK_ERR(mq_timedreceive(q, text, 10, NULL, &t), ETIMEDOUT);
	p = (struct pollfd){ q, POLLIN | POLLOUT, 0 };
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLOUT);
	pid = CHILD(sleep_ms(10); CHECK_OK(mq_send(q, "text", 4, 0));
		    CHECK_OK(mq_send(q, "more", 4, 0)));
	p.events = POLLIN;
	CHECK_EQ(poll(&p, 1, -1), 1);
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_ERR(mq_timedsend(q, "no", 2, 0, &t), ETIMEDOUT);
	CHECK_EQ(mq_receive(q, text, 10, NULL), 4);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(mq_receive(q, text, 10, NULL), 4);
	CHECK_EQ(memcmp(text, "more", 4), 0);
	CHECK_OK(mq_unlink(NAME));
}

static volatile sig_atomic_t value, code;

static void on_message(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	value = info->si_value.sival_int;
	code = info->si_code;
}

/* A signal for the first message in the empty queue, once. */
TEST(notification)
{
	struct sigaction sa = { .sa_sigaction = on_message, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	mqd_t q = make(4, 10, 0);

	event.sigev_value.sival_int = 77;
	CHECK_OK(sigaction(SIGUSR1, &sa, NULL));
	CHECK_OK(mq_notify(q, &event));
	CHECK_ERR(mq_notify(q, &event), EBUSY);
	CHECK_EXITED(CHILD(CHECK_ERR(mq_notify(q, &event), EBUSY); CHECK_OK(mq_notify(q, NULL))),
		     0);
	CHECK_EXITED(CHILD(CHECK_OK(mq_send(q, "x", 1, 0))), 0);
	CHECK_EQ(value, 77);
	CHECK_EQ(code, SI_MESGQ);
	value = 0;
	CHECK_OK(mq_send(q, "x", 1, 0));
	CHECK_EQ(value, 0);
	CHECK_OK(mq_notify(q, &event));
	CHECK_OK(mq_send(q, "x", 1, 0));
	CHECK_EQ(value, 0);
	CHECK_OK(mq_notify(q, NULL));
	CHECK_OK(mq_notify(q, &event));
	CHECK_OK(mq_notify(q, NULL));
	event.sigev_signo = 65;
	CHECK_ERR(mq_notify(q, &event), EINVAL);
	CHECK_ERR(mq_notify(0, NULL), EBADF);
	CHECK_OK(mq_unlink(NAME));
}

/* What read(2) says of a queue: bytes in it, and who is told of the next message. */
TEST(state_of_a_queue)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	mqd_t q = make(4, 10, 0), writer = mq_open(NAME, O_WRONLY);
	char text[100], expected[100];

	CHECK_OK(mq_notify(q, &event));
	snprintf(expected, sizeof(expected), "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		 0, SIGEV_SIGNAL, SIGUSR1, getpid());
	CHECK_EQ(read(q, text, sizeof(text)), (ssize_t)strlen(expected));
	CHECK_EQ(memcmp(text, expected, strlen(expected)), 0);
	CHECK_EQ(read(q, text, sizeof(text)), 0);
	CHECK_OK(mq_notify(q, NULL));
	CHECK_OK(mq_send(q, "four", 4, 1));
	CHECK_OK(mq_send(q, "three", 5, 0));
	snprintf(expected, sizeof(expected), "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		 9, 0, 0, 0);
	CHECK_EQ(lseek(q, 6, SEEK_SET), 6);
	CHECK_EQ(read(q, text, 3), 3);
	CHECK_EQ(memcmp(text, expected + 6, 3), 0);
	CHECK_EQ(pread(q, text, sizeof(text), 0), (ssize_t)strlen(expected));
	CHECK_EQ(memcmp(text, expected, strlen(expected)), 0);
	CHECK_EQ(lseek(q, 0, SEEK_END), 80);
	CHECK_ERR(lseek(q, -1, SEEK_SET), EINVAL);
	CHECK_ERR(pread(q, NULL, 5, 0), EFAULT);
	CHECK_ERR(write(q, "x", 1), EINVAL);
	CHECK_ERR(read(writer, text, 1), EBADF);
	CHECK_OK(mq_unlink(NAME));
}

TEST(limit_of_queues)
{
	struct rlimit limit = { 10000, 10000 };
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 2000 };

	CHECK_OK(setrlimit(RLIMIT_MSGQUEUE, &limit));
	CHECK_ERR(mq_open(NAME, O_RDWR | O_CREAT, 0600, &attr), EMFILE);
	attr.mq_msgsize = 100;
	CHECK_OK(mq_open(NAME, O_RDWR | O_CREAT, 0600, &attr));
	CHECK_OK(mq_unlink(NAME));
}
