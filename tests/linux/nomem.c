/* nomem.c: calls on files when memory is short: each says so, and nothing is lost.
 *
 * On Flatshare "fail N" written to /proc/flatshare makes the N-th allocation from then on fail.  Every
 * operation is done for N = 1, 2, 3 … until it needs no more allocations than that; after each try the
 * counters of objects must be what they were.  On Linux each operation is done once. */
#include "harness.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define LONG_NAME                                                                                  \
	"a-name-that-is-too-long-to-be-kept-inside-of-a-directory-entry-so-that-it-needs-memory"
#define MOST 100 /* no operation here allocates so often */

static int control = -1;
static char big[65536];

/* Failures that mean "no memory" (and, for a file's data or a message, "no room"). */
static int no_memory(int err)
{
	return err == ENOBUFS || err == ENOMEM || err == ENOSPC || err == ENOLCK;
}

static void fail_nth(int n)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "fail %d\n", n);

	if (control < 0)
		return;
	/* The write may be what fails; once is enough, and then there is nothing to fail. */
	if (pwrite(control, text, (size_t)len, 0) != len)
		CHECK_EQ(pwrite(control, text, (size_t)len, 0), len);
}

/* The counters of what the calls here make. */
static void count(long long *to)
{
	static const char *const keys[] = {
		"files",	   "inodes",	     "dentries",	 "slab_mount",
		"slab_super",	   "slab_pipe",	     "slab_unix_socket", "slab_flight_user",
		"slab_epoll_item", "slab_file_lock", "slab_radix_node"
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		to[i] = flatshare_counter(keys[i]);
}

/* Close what op made, and keep errno. */
static int done(int result, int fd)
{
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return result;
}

static void try_all(int (*op)(void), void (*undo)(void))
{
	long long before[16], after[16];
	int n, failures = 0;

	CHECK(op() >= 0);
	if (undo != NULL)
		undo();
	if (!on_flatshare())
		return;
	control = open("/proc/flatshare", O_WRONLY);
	CHECK(control >= 0);
	for (n = 1; n < MOST; n++) {
		memset(before, 0, sizeof(before));
		memset(after, 0, sizeof(after));
		count(before);
		fail_nth(n);
		int result = op(), err = errno;
		fail_nth(0);
		if (result < 0 && !no_memory(err))
			harness_fail(__FILE__, __LINE__, "allocation %d: %s", n, errno_name(err));
		failures += result < 0;
		if (undo != NULL)
			undo();
		count(after);
		for (size_t i = 0; i < ARRAY_LEN(before); i++)
			CHECK_EQ(after[i], before[i]);
	}
	CHECK(failures > 0);
}

#define NOMEM(name, undo)                                                                          \
	static int op_##name(void);                                                                \
	TEST(name)                                                                                 \
	{                                                                                          \
		try_all(op_##name, undo);                                                          \
	}                                                                                          \
	static int op_##name(void)

static void remove_it(void)
{
	unlink(LONG_NAME);
	rmdir(LONG_NAME);
}

static void unmount_it(void)
{
	umount("m");
}

static int base(void)
{
	return open("base", O_RDWR | O_CREAT, 0600);
}

NOMEM(open_and_create, remove_it)
{
	int fd = open(LONG_NAME, O_RDWR | O_CREAT, 0600);

	return done(fd, fd);
}

NOMEM(make_folder, remove_it)
{
	return mkdir(LONG_NAME, 0700);
}

NOMEM(make_symlink, remove_it)
{
	return symlink(LONG_NAME, LONG_NAME);
}

NOMEM(make_link, remove_it)
{
	int fd = base();

	return fd < 0 ? -1 : done(link("base", LONG_NAME), fd);
}

NOMEM(rename_there_and_back, NULL)
{
	int fd = base();

	if (fd < 0 || rename("base", LONG_NAME) < 0)
		return done(-1, fd);
	return done(rename(LONG_NAME, "base") < 0 && rename(LONG_NAME, "base") < 0 ? -1 : 0, fd);
}

NOMEM(open_without_a_name, remove_it)
{
	char name[40];
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return done(linkat(AT_FDCWD, name, AT_FDCWD, LONG_NAME, AT_SYMLINK_FOLLOW), fd);
}

NOMEM(write_near_and_far, NULL)
{
	int fd = base();

	if (fd < 0)
		return -1;
	ssize_t n = pwrite(fd, big, sizeof(big), 0);
	if (n == (ssize_t)sizeof(big))
		n = pwrite(fd, big, 10, 1L << 36);
	else if (n >= 0)
		errno = ENOSPC, n = -1;
	int err = errno, cut = ftruncate(fd, 0);
	errno = err;
	return done(n < 0 || cut < 0 ? -1 : 0, fd);
}

NOMEM(allocate_space, NULL)
{
	int fd = base();

	if (fd < 0)
		return -1;
	int result = fallocate(fd, 0, 0, 100000), err = errno;
	CHECK_OK(ftruncate(fd, 0));
	errno = err;
	return done(result, fd);
}

NOMEM(pipes, NULL)
{
	int fd[2];

	if (pipe(fd) < 0)
		return -1;
	ssize_t n = write(fd[1], big, sizeof(big));
	if (n >= 0 && n < (ssize_t)sizeof(big))
		errno = ENOMEM, n = -1;
	if (n >= 0)
		n = fcntl(fd[0], F_SETPIPE_SZ, 1 << 18);
	done(0, fd[1]);
	return done(n < 0 ? -1 : 0, fd[0]);
}

NOMEM(fifo, remove_it)
{
	if (mkfifo(LONG_NAME, 0600) < 0)
		return -1;
	int fd = open(LONG_NAME, O_RDWR);
	return done(fd, fd);
}

NOMEM(epoll, NULL)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int set = epoll_create1(0), fd = set < 0 ? -1 : eventfd(0, 0), result = -1;

	if (fd >= 0)
		result = epoll_ctl(set, EPOLL_CTL_ADD, fd, &ev);
	done(0, fd);
	return done(result, set);
}

NOMEM(locks, NULL)
{
	struct flock l = { .l_type = F_WRLCK, .l_len = 10 };
	int fd = base(), result = -1;

	if (fd >= 0 && fcntl(fd, F_SETLK, &l) == 0) {
		l = (struct flock){ .l_type = F_UNLCK, .l_start = 3, .l_len = 2 };
		result = fcntl(fd, F_SETLK, &l) < 0 ? -1 : flock(fd, LOCK_EX);
	}
	return done(result, fd);
}

NOMEM(mount_and_unmount, unmount_it)
{
	mkdir("m", 0700);
	if (!on_flatshare())
		return 0; /* needs rights that the caller may not have there */
	return mount("none", "m", "tmpfs", 0, "size=64k");
}

NOMEM(bind_mount, unmount_it)
{
	mkdir("m", 0700);
	return on_flatshare() ? mount("/tmp", "m", NULL, MS_BIND, NULL) : 0;
}

static void unmount_peers(void)
{
	umount2("n", MNT_DETACH);
	umount2("m", MNT_DETACH);
}

NOMEM(mount_on_a_shared_one, unmount_peers)
{
	mkdir("m", 0700);
	mkdir("n", 0700);
	if (!on_flatshare())
		return 0;
	if (mount("none", "m", "tmpfs", 0, NULL) < 0 ||
	    mount(NULL, "m", NULL, MS_SHARED, NULL) < 0 ||
	    mount("m", "n", NULL, MS_BIND, NULL) < 0 || mkdir("m/x", 0700) < 0)
		return -1;
	return mount("none", "m/x", "tmpfs", 0, NULL);
}

NOMEM(read_proc, NULL)
{
	int fd = open("/proc/self/maps", O_RDONLY);

	return fd < 0 ? -1 : done((int)read(fd, big, sizeof(big)), fd);
}

NOMEM(send_file, NULL)
{
	int in = open(self_path(), O_RDONLY), out = in < 0 ? -1 : base();
	ssize_t n = out < 0 ? -1 : sendfile(out, in, NULL, 50000);
	int err = errno;

	if (out >= 0)
		CHECK_OK(ftruncate(out, 0));
	errno = err;
	done(0, in);
	return done(n < 0 ? -1 : 0, out);
}

NOMEM(poll_many, NULL)
{
	static struct pollfd p[100];
	int fd[2];

	if (pipe(fd) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i] = (struct pollfd){ fd[0], POLLIN, 0 };
	int result = poll(p, ARRAY_LEN(p), 1);
	done(0, fd[1]);
	return done(result, fd[0]);
}

NOMEM(long_vector, NULL)
{
	static struct iovec iov[500];
	int fd = open("/dev/null", O_WRONLY);

	for (size_t i = 0; i < ARRAY_LEN(iov); i++)
		iov[i] = (struct iovec){ big, 10 };
	return fd < 0 ? -1 : done((int)writev(fd, iov, ARRAY_LEN(iov)), fd);
}

NOMEM(make_socket_pair, NULL)
{
	int v[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, v) < 0)
		return -1;
	close(v[1]);
	return done(0, v[0]);
}

static const struct sockaddr_un socket_name = { .sun_family = AF_UNIX, .sun_path = LONG_NAME };

NOMEM(bind_socket, remove_it)
{
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);

	return s < 0 ? -1 : done(bind(s, (void *)&socket_name, sizeof(socket_name)), s);
}

NOMEM(connect_and_accept, remove_it)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0), c = -1, a = -1;

	if (l < 0)
		return -1;
	if (bind(l, (void *)&socket_name, sizeof(socket_name)) == 0 && listen(l, 5) == 0) {
		c = socket(AF_UNIX, SOCK_STREAM, 0);
		if (c >= 0 && connect(c, (void *)&socket_name, sizeof(socket_name)) == 0)
			a = accept(l, NULL, NULL);
	}
	return done(done(done(a < 0 ? -1 : 0, a), c), l);
}

/* Messages of all sizes, with descriptors; what could not be sent is not there. */
NOMEM(send_and_receive, NULL)
{
	int v[2], r = -1;
	char control[128] __attribute__((aligned(8))) = { 0 };
	struct iovec io = { big, sizeof(big) };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = CMSG_SPACE(20 * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, v) < 0)
		return -1;
	c->cmsg_len = CMSG_LEN(20 * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	memset(CMSG_DATA(c), 0, 20 * sizeof(int));
	memcpy(CMSG_DATA(c), &v[0], sizeof(int));
	if (send(v[0], "small", 5, 0) == 5 && syscall(SYS_sendmsg, v[0], &m, 0) == sizeof(big)) {
		CHECK_EQ(recv(v[1], big, 16, 0), 5);
		r = (int)recv(v[1], big, sizeof(big), 0);
	} else {
		int err = errno;
		recv(v[1], big, 16, 0);
		CHECK_ERR(recv(v[1], big, 16, 0), EAGAIN);
		errno = err;
	}
	return done(done(r, v[0]), v[1]);
}

/* --- ordinary work --------------------------------------------------------------------------- */

/* A shell with its tools, one allocation of which fails: any status will do, but the system goes on and
 * nothing is lost.  NOMEM_STEP=1 in the environment tries every allocation, until there are no more. */
static const char work[] =
	"mkdir w && cd w && echo text >f && cp f g && ln -s f l && cat f g l | sort | uniq -c >h;"
	"x=$(seq 30 | tail -1); (echo $x; ls -l) | grep -c f; tar c . | tar t | wc -l;"
	"cat <<E | wc -l\nhere $x\nE\nsleep 0 & wait; cd ..; rm -r w";

static void work_with_failure(int n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		setsid();
		fail_nth(n);
		execl("/bin/sh", "sh", "-c", work, (char *)NULL);
		_exit(127);
	}
	CHECK(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		;
}

/* Has the failure not happened yet?  It may now, to us. */
static int is_left(void)
{
	static char text[32768];
	int fd = open("/proc/flatshare", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 1;
	text[n] = 0;
	return strstr(text, "fail_left: 0\n") == NULL;
}

static void remove_work(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "w", (char *)NULL);
		_exit(127);
	}
	CHECK_EXITED(pid, 0);
}

static void compare(const long long *before, int n)
{
	long long after[16] = { 0 };

	for (int i = 0; i < 200; i++) { /* those whose parent died are still on their way out */
		count(after);
		after[15] = flatshare_counter("tasks");
		if (memcmp(after, before, sizeof(after)) == 0)
			return;
		sleep_ms(5);
	}
	for (size_t i = 0; i < 16; i++)
		if (after[i] != before[i])
			harness_fail(__FILE__, __LINE__,
				     "allocation %d: count %zu is %lld, was %lld", n, i, after[i],
				     before[i]);
}

TEST_SLOW(ordinary_work, 60)
{
	const char *text = getenv("NOMEM_STEP");
	int step = text != NULL ? atoi(text) : 61, n = 1;
	long long before[16] = { 0 };

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	work_with_failure(0);
	remove_work();
	if (!on_flatshare())
		return;
	control = open("/proc/flatshare", O_WRONLY);
	CHECK(control >= 0);
	work_with_failure(0);
	remove_work();
	count(before);
	before[15] = flatshare_counter("tasks");
	for (;; n += step) {
		work_with_failure(n);
		int left = is_left();

		fail_nth(0);
		while (waitpid(-1, NULL, 0) > 0)
			;
		remove_work();
		compare(before, n);
		if (left)
			break;
	}
	if (text != NULL)
		fprintf(stderr, "%d allocations\n", n);
	CHECK(n > 100);
}
