/* lock.c: advisory locks: fcntl(2) by process, by open file, and flock(2). */
#include "harness.h"

#include <sys/file.h>

static int lock(int fd, int cmd, int type, off_t start, off_t len)
{
	struct flock l = { .l_type = (short)type, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &l);
}

/* What of [start, start + len) keeps another process from a lock: "type start len", or "free". */
static const char *in_the_way(int fd, int type, off_t start, off_t len)
{
	static char text[64];
	struct flock l = { .l_type = (short)type, .l_start = start, .l_len = len };

	CHECK_OK(fcntl(fd, F_GETLK, &l));
	if (l.l_type == F_UNLCK)
		return "free";
	CHECK_EQ(l.l_pid, getppid());
	snprintf(text, sizeof(text), "%s %lld %lld", l.l_type == F_WRLCK ? "write" : "read",
		 (long long)l.l_start, (long long)l.l_len);
	return text;
}

static int new_file(void)
{
	return open("f", O_RDWR | O_CREAT, 0600);
}

TEST(ranges_are_cut_and_joined)
{
	int fd = new_file();

	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 10, 10));
	CHECK_OK(lock(fd, F_SETLK, F_UNLCK, 13, 2));
	CHECK_EXITED(CHILD(CHECK_STR(in_the_way(fd, F_WRLCK, 0, 0), "write 10 3");
			   CHECK_STR(in_the_way(fd, F_RDLCK, 13, 0), "write 15 5");
			   CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 13, 2));
			   CHECK_ERR(lock(fd, F_SETLK, F_RDLCK, 12, 2), EAGAIN);
			   CHECK_STR(in_the_way(fd, F_WRLCK, 20, 0), "free")),
		     0);
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 13, 2));
	CHECK_EXITED(CHILD(CHECK_STR(in_the_way(fd, F_WRLCK, 0, 0), "write 10 10")), 0);
	CHECK_OK(lock(fd, F_SETLK, F_RDLCK, 12, 4));
	CHECK_EXITED(CHILD(CHECK_STR(in_the_way(fd, F_WRLCK, 12, 0), "read 12 4");
			   CHECK_OK(lock(fd, F_SETLK, F_RDLCK, 12, 4))),
		     0);
}

/* Closing any descriptor of the file drops the process's locks. */
TEST(close_drops_the_locks_of_a_process)
{
	int fd = new_file();

	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	close(open("f", O_RDONLY));
	CHECK_EXITED(CHILD(CHECK_STR(in_the_way(fd, F_WRLCK, 0, 0), "free")), 0);
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	CHECK_EXITED(CHILD(close(fd)), 0); /* a child has none of them */
	CHECK_EXITED(CHILD(CHECK_STR(in_the_way(fd, F_WRLCK, 0, 0), "write 0 0")), 0);
}

TEST(bad_requests)
{
	int fd = new_file(), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);

	CHECK_ERR(lock(ro, F_SETLK, F_WRLCK, 0, 1), EBADF);
	CHECK_ERR(lock(wo, F_SETLK, F_RDLCK, 0, 1), EBADF);
	CHECK_ERR(lock(fd, F_SETLK, 9, 0, 1), EINVAL);
	CHECK_ERR(lock(fd, F_SETLK, F_WRLCK, 0, -1), EINVAL);
	CHECK_ERR(lock(fd, F_SETLK, F_WRLCK, -5, 1), EINVAL);
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 10, -10));
	CHECK_ERR(flock(fd, 77), EINVAL);
	CHECK_ERR(flock(-1, LOCK_SH), EBADF);
}

TEST(waiting_for_a_lock)
{
	int fd = new_file();
	long long start = now_ms();
	struct gate locked;

	gate_open(&locked);
	pid_t pid = CHILD(CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 0)); gate_signal(&locked);
			  sleep_ms(100));
	gate_wait(&locked);
	CHECK_OK(lock(fd, F_SETLKW, F_WRLCK, 5, 1)); /* comes with the child's end */
	CHECK(now_ms() - start >= 99);
	CHECK_EXITED(pid, 0);
}

TEST(deadlock_is_seen)
{
	int fd = new_file();
	struct gate locked;

	gate_open(&locked);
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	pid_t pid = CHILD(CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 1, 1)); gate_signal(&locked);
			  CHECK_OK(lock(fd, F_SETLKW, F_WRLCK, 0, 1)));
	gate_wait(&locked);
	sleep_ms(100);
	CHECK_ERR(lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
	CHECK_OK(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	CHECK_EXITED(pid, 0);
}

TEST(locks_of_an_open_file)
{
	int fd = new_file(), other = open("f", O_RDWR);

	CHECK_OK(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 0));
	CHECK_ERR(lock(other, F_OFD_SETLK, F_WRLCK, 0, 0), EAGAIN);
	CHECK_ERR(lock(other, F_SETLK, F_WRLCK, 0, 0), EAGAIN); /* the two kinds see each other */
	CHECK_EXITED(CHILD(CHECK_OK(lock(fd, F_OFD_SETLK, F_RDLCK, 0, 0))), 0);
	CHECK_OK(lock(other, F_OFD_SETLK, F_RDLCK, 0, 0));
	close(dup(fd)); /* the last descriptor counts */
	CHECK_ERR(lock(other, F_OFD_SETLK, F_WRLCK, 0, 0), EAGAIN);
	close(fd);
	CHECK_OK(lock(other, F_OFD_SETLK, F_WRLCK, 0, 0));
}

TEST(flock_by_open_file)
{
	int fd = new_file(), other = open("f", O_RDONLY);

	CHECK_OK(flock(fd, LOCK_EX));
	CHECK_ERR(flock(other, LOCK_SH | LOCK_NB), EAGAIN);
	CHECK_OK(flock(fd, LOCK_SH));
	CHECK_OK(flock(other, LOCK_SH | LOCK_NB));
	CHECK_ERR(flock(fd, LOCK_EX | LOCK_NB), EAGAIN);
	CHECK_OK(flock(other, LOCK_UN));
	CHECK_OK(flock(fd, LOCK_EX | LOCK_NB));
	CHECK_EXITED(CHILD(CHECK_OK(flock(fd, LOCK_EX | LOCK_NB))),
		     0);			    /* inherited: the same file */
	CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 0)); /* another kind: no conflict */
	close(fd);
	CHECK_OK(flock(other, LOCK_EX | LOCK_NB));
}
