/* locks.c: POSIX, OFD and flock locks: ranges, conflicts, whose they are and when they go. */
#include "harness.h"

#include <sys/file.h>
#include <sys/time.h>

#ifndef F_OFD_GETLK
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
#endif

static int file(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	CHECK(fd >= 0);
	CHECK_OK(ftruncate(fd, 1000));
	return fd;
}

static int lock(int fd, int cmd, int type, long start, long len)
{
	struct flock l = {
		.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len
	};

	return fcntl(fd, cmd, &l);
}

/* What another process would meet in the whole file, lock by lock. */
static void print(int fd)
{
	long at = 0;
	pid_t me = getpid();

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		for (;;) {
			struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at };

			if (fcntl(fd, F_GETLK, &l) < 0 || l.l_type == F_UNLCK)
				break;
			printf(" %s%ld+%ld%s", l.l_type == F_WRLCK ? "W" : "R", (long)l.l_start,
			       (long)l.l_len,
			       l.l_pid == me   ? ""
			       : l.l_pid == -1 ? " ofd"
					       : " other");
			if (l.l_len == 0)
				break;
			at = l.l_start + l.l_len;
		}
		printf("\n");
		fflush(stdout);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
}

TEST(ranges)
{
	int fd = file();

	SAY(lock(fd, F_SETLK, F_WRLCK, 10, 20));
	print(fd);
	SAY(lock(fd, F_SETLK, F_RDLCK, 15, 5));
	print(fd);
	SAY(lock(fd, F_SETLK, F_UNLCK, 12, 2));
	print(fd);
	SAY(lock(fd, F_SETLK, F_WRLCK, 12, 8));
	print(fd);
	SAY(lock(fd, F_SETLK, F_WRLCK, 30, 10));
	print(fd);
	SAY(lock(fd, F_SETLK, F_WRLCK, 100, 0));
	print(fd);
	SAY(lock(fd, F_SETLK, F_UNLCK, 500, 0));
	print(fd);
	SAY(lock(fd, F_SETLK, F_RDLCK, 50, -10));
	print(fd);
	SAY(lock(fd, F_SETLK, F_RDLCK, 5, -10));
	SAY(lock(fd, F_SETLK, F_RDLCK, -5, 10));
	SAY(lock(fd, F_SETLK, F_RDLCK, INT64_MAX, 10));
	SAY(lock(fd, F_SETLK, F_RDLCK, INT64_MAX, 1));
	SAY(lock(fd, F_SETLK, F_RDLCK, INT64_MAX, 0));
	SAY(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	print(fd);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -100, .l_len = 50 };
	SAY(fcntl(fd, F_SETLK, &l));
	lseek(fd, 300, SEEK_SET);
	l = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_CUR, .l_start = 5, .l_len = 50 };
	SAY(fcntl(fd, F_SETLK, &l));
	print(fd);
	l.l_whence = 7;
	SAY(fcntl(fd, F_SETLK, &l));
	l.l_whence = 0;
	l.l_type = 9;
	SAY(fcntl(fd, F_SETLK, &l));
	SAY(fcntl(fd, F_GETLK, &l));
	l.l_type = F_UNLCK;
	SAY(fcntl(fd, F_GETLK, &l));
	SAY(fcntl(fd, F_SETLK, (void *)8));
	SAY(lock(open("f", O_RDONLY), F_SETLK, F_WRLCK, 0, 1));
	SAY(lock(open("f", O_WRONLY), F_SETLK, F_RDLCK, 0, 1));
	SAY(lock(99, F_SETLK, F_RDLCK, 0, 1));
}

TEST(closing_any_descriptor)
{
	int fd = file(), other = open("f", O_RDWR), copy = dup(fd);

	lock(fd, F_SETLK, F_WRLCK, 0, 0);
	print(fd);
	close(copy);
	print(fd);
	lock(fd, F_SETLK, F_WRLCK, 0, 0);
	close(other);
	print(fd);
	lock(fd, F_SETLK, F_WRLCK, 0, 0);
	fflush(stdout);
	CHECK_EXITED(CHILD(close(fd)), 0);
	print(fd);
	dup2(0, fd);
	print(open("f", O_RDWR));
}

TEST(open_file_locks)
{
	int fd = file(), other = open("f", O_RDWR), copy = dup(fd);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_pid = 5 };

	SAY(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10));
	SAY(lock(other, F_OFD_SETLK, F_WRLCK, 5, 10));
	SAY(lock(other, F_OFD_SETLK, F_RDLCK, 5, 10));
	SAY(lock(copy, F_OFD_SETLK, F_WRLCK, 5, 10));
	SAY(lock(fd, F_SETLK, F_WRLCK, 3, 1));
	SAY(lock(fd, F_SETLK, F_WRLCK, 100, 1));
	SAY(lock(other, F_OFD_SETLK, F_WRLCK, 100, 1));
	print(fd);
	SAY(fcntl(fd, F_OFD_SETLK, &l));
	l.l_pid = 0;
	SAY(fcntl(other, F_OFD_GETLK, &l));
	printf("%d %ld %ld pid %d\n", l.l_type, (long)l.l_start, (long)l.l_len, l.l_pid);
	close(copy);
	SAY(lock(other, F_OFD_SETLK, F_WRLCK, 0, 1));
	close(fd);
	SAY(lock(other, F_OFD_SETLK, F_WRLCK, 0, 1));
	fflush(stdout);
	/* a child shares it */
	CHECK_EXITED(CHILD(SAY(lock(other, F_OFD_SETLK, F_RDLCK, 0, 1)); fflush(stdout)), 0);
	fd = open("f", O_RDWR);
	SAY(lock(fd, F_OFD_SETLK, F_RDLCK, 0, 1));
}

TEST(waiting)
{
	int fd = file();
	struct gate g;
	pid_t pid;

	gate_open(&g);
	pid = fork();
	if (pid == 0) {
		int own = open("f", O_RDWR);
		CHECK_OK(lock(own, F_SETLK, F_WRLCK, 0, 0));
		gate_signal(&g);
		sleep_ms(50);
		_exit(0);
	}
	gate_wait(&g);
	SAY(lock(fd, F_SETLK, F_RDLCK, 0, 1));
	SAY(lock(fd, F_SETLKW, F_RDLCK, 0, 1));
	CHECK_EXITED(pid, 0);
	print(fd);
}

static void nothing(int sig)
{
	(void)sig;
}

TEST(waiting_ended_by_a_signal)
{
	int fd = file();
	struct gate g;
	pid_t pid;
	struct sigaction sa = { .sa_handler = nothing };

	gate_open(&g);
	pid = fork();
	if (pid == 0) {
		int own = open("f", O_RDWR);
		CHECK_OK(lock(own, F_SETLK, F_WRLCK, 0, 0));
		CHECK_OK(flock(own, LOCK_EX));
		gate_signal(&g);
		pause();
		_exit(0);
	}
	gate_wait(&g);
	sigaction(SIGALRM, &sa, NULL);
	struct itimerval t = { .it_value = { 0, 30000 } };
	setitimer(ITIMER_REAL, &t, NULL);
	SAY(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	setitimer(ITIMER_REAL, &t, NULL);
	SAY(flock(fd, LOCK_SH));
	setitimer(ITIMER_REAL, &t, NULL);
	SAY(lock(fd, F_OFD_SETLKW, F_WRLCK, 0, 1));
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	SAY(lock(fd, F_SETLKW, F_WRLCK, 0, 1));
}

TEST(deadlock)
{
	int fd = file();
	struct gate g, h;
	pid_t pid;

	gate_open(&g);
	gate_open(&h);
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	pid = fork();
	if (pid == 0) {
		int own = open("f", O_RDWR);
		CHECK_OK(lock(own, F_SETLK, F_WRLCK, 1, 1));
		gate_signal(&g);
		CHECK_OK(lock(own, F_SETLKW, F_WRLCK, 0, 1));
		_exit(0);
	}
	gate_wait(&g);
	sleep_ms(50);
	SAY(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	SAY(lock(fd, F_SETLK, F_UNLCK, 0, 1));
	CHECK_EXITED(pid, 0);
}

TEST(whole_files)
{
	int a = file(), b = open("f", O_RDWR), c = dup(a), r = open("f", O_RDONLY);

	SAY(flock(a, LOCK_SH));
	SAY(flock(b, LOCK_SH | LOCK_NB));
	SAY(flock(a, LOCK_EX | LOCK_NB));
	SAY(flock(b, LOCK_UN));
	SAY(flock(a, LOCK_EX | LOCK_NB));
	SAY(flock(b, LOCK_SH | LOCK_NB));
	SAY(flock(c, LOCK_EX | LOCK_NB));
	SAY(flock(r, LOCK_EX | LOCK_NB));
	SAY(lock(b, F_SETLK, F_WRLCK, 0, 0));
	SAY(flock(c, LOCK_UN));
	SAY(flock(r, LOCK_EX | LOCK_NB));
	SAY(flock(r, LOCK_SH | LOCK_NB));
	SAY(flock(b, LOCK_SH | LOCK_NB));
	SAY(flock(a, 0));
	SAY(flock(a, LOCK_SH | LOCK_EX));
	SAY(flock(99, LOCK_SH));
	SAY(flock(open("f", O_PATH), LOCK_SH));
	SAY(flock(open(".", O_RDONLY), LOCK_EX));
	int p[2];
	pipe(p);
	SAY(flock(p[0], LOCK_EX));
	fflush(stdout);
	/* a child has the same lock, and may give it up for all */
	CHECK_EXITED(CHILD(SAY(flock(b, LOCK_UN)); SAY(flock(r, LOCK_UN)); fflush(stdout)), 0);
	SAY(flock(a, LOCK_EX | LOCK_NB));
	close(a);
	SAY(flock(b, LOCK_SH | LOCK_NB));
	close(c);
	SAY(flock(b, LOCK_SH | LOCK_NB));
}

/* A lock that a program had before exec. */
ROLE(still_locked)
{
	print(atoi(argv[1]));
	return 0;
}

TEST(locks_survive_exec)
{
	int fd = file();
	char number[12];

	lock(fd, F_SETLK, F_WRLCK, 1, 2);
	fflush(stdout);
	snprintf(number, sizeof(number), "%d", fd);
	execl(self_path(), self_path(), "@still_locked", number, NULL);
}

/* A lock of the other kind is given up before the new one is tried, and is lost if that fails. */
TEST(converting_whole_file_locks)
{
	int a = file(), b = open("f", O_RDWR), c = open("f", O_RDWR);

	SAY(flock(a, LOCK_SH));
	SAY(flock(b, LOCK_SH));
	SAY(flock(a, LOCK_EX | LOCK_NB));
	SAY(flock(c, LOCK_EX | LOCK_NB));
	SAY(flock(b, LOCK_UN));
	SAY(flock(c, LOCK_EX | LOCK_NB));
	SAY(flock(c, LOCK_SH | LOCK_NB));
	SAY(flock(a, LOCK_SH | LOCK_NB));
	/* the same kind again keeps it */
	SAY(flock(a, LOCK_SH | LOCK_NB));
	SAY(flock(b, LOCK_EX | LOCK_NB));
	SAY(flock(99, 0));
	SAY(flock(99, LOCK_SH | 32));
	int neither = open("f", O_ACCMODE);
	SAY(flock(neither, LOCK_SH));
	SAY(flock(neither, LOCK_UN));
}

/* How many locks /proc tells of the descriptor. */
static int told(int fd)
{
	char line[200];
	int n = 0;

	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	FILE *f = fopen(line, "r");
	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strncmp(line, "lock:", 5) == 0;
	fclose(f);
	return n;
}

TEST(fdinfo_has_the_locks_that_were_set_by_it)
{
	int a = file(), b = open("f", O_RDWR), c = dup(a);

	SAY(lock(a, F_SETLK, F_WRLCK, 0, 10));
	SAY(lock(b, F_OFD_SETLK, F_RDLCK, 20, 10));
	SAY(flock(b, LOCK_SH));
	SAY(told(a));
	SAY(told(b));
	SAY(told(c));
}

/* Asked what F_UNLCK would take away, a lock of an open file is the open file's own. */
TEST(asking_for_own_open_file_locks)
{
	int a = file();
	struct flock l = { .l_type = F_UNLCK };

	SAY(fcntl(a, F_GETLK, &l));
	SAY(fcntl(a, F_OFD_GETLK, &l));
	printf("%d\n", l.l_type);
	SAY(lock(a, F_OFD_SETLK, F_WRLCK, 100, 10));
	SAY(fcntl(a, F_OFD_GETLK, &l));
	printf("%d %ld+%ld %d\n", l.l_type, (long)l.l_start, (long)l.l_len, (int)l.l_pid);
}
