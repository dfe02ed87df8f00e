/* inotify.c: inotify(7): which events come, in which order, and what reading them is like.  Most of
 * the tests print the events: they must be those of Linux. */
#include "harness.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <utime.h>

static int watcher;
static uint32_t cookies[8]; /* in the order of their first appearance: printed as numbers */

static void print_mask(uint32_t mask)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ IN_ACCESS, "ACCESS" },	   { IN_MODIFY, "MODIFY" },
		{ IN_ATTRIB, "ATTRIB" },	   { IN_CLOSE_WRITE, "CLOSE_WRITE" },
		{ IN_CLOSE_NOWRITE, "CLOSE" },	   { IN_OPEN, "OPEN" },
		{ IN_MOVED_FROM, "MOVED_FROM" },   { IN_MOVED_TO, "MOVED_TO" },
		{ IN_CREATE, "CREATE" },	   { IN_DELETE, "DELETE" },
		{ IN_DELETE_SELF, "DELETE_SELF" }, { IN_MOVE_SELF, "MOVE_SELF" },
		{ IN_UNMOUNT, "UNMOUNT" },	   { IN_Q_OVERFLOW, "Q_OVERFLOW" },
		{ IN_IGNORED, "IGNORED" },	   { IN_ISDIR, "ISDIR" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (mask & names[i].bit)
			printf(" %s", names[i].name);
		mask &= ~names[i].bit;
	}
	if (mask != 0)
		printf(" +%#x", mask);
}

static int cookie_number(uint32_t cookie)
{
	int i = 0;

	if (cookie == 0)
		return 0;
	while (i < 8 && cookies[i] != 0 && cookies[i] != cookie)
		i++;
	CHECK(i < 8);
	cookies[i] = cookie;
	return i + 1;
}

/* Print all that waits, under a heading. */
static void events(const char *of)
{
	char buffer[8192] __attribute__((aligned(8)));
	ssize_t n, at;

	printf("%s:\n", of);
	while ((n = read(watcher, buffer, sizeof(buffer))) > 0) {
		for (at = 0; at < n;) {
			struct inotify_event *e = (void *)(buffer + at);

			printf("  %d", e->wd);
			print_mask(e->mask);
			if (e->cookie)
				printf(" cookie %d", cookie_number(e->cookie));
			if (e->len)
				printf(" %s (%u)", e->name, e->len);
			printf("\n");
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	CHECK_EQ(n, -1);
	CHECK_EQ(errno, EAGAIN);
}

static void start(void)
{
	watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	CHECK(watcher >= 0);
}

static void touch(const char *name)
{
	close(open(name, O_WRONLY | O_CREAT, 0644));
}

TEST(what_a_file_goes_through)
{
	char buffer[100];
	int fd;

	start();
	touch("f");
	SAY(inotify_add_watch(watcher, "f", IN_ALL_EVENTS));
	fd = open("f", O_RDWR);
	events("open");
	write(fd, "hello", 5);
	events("write");
	write(fd, "", 0);
	events("write nothing");
	pread(fd, buffer, 5, 0);
	events("read");
	read(fd, buffer, 5);
	events("read at the end");
	ftruncate(fd, 2);
	events("ftruncate");
	truncate("f", 10);
	events("truncate");
	fchmod(fd, 0600);
	events("fchmod");
	chmod("f", 0644);
	events("chmod");
	chown("f", 1, 1);
	events("chown");
	chown("f", -1, -1);
	events("chown to nobody");
	futimens(fd, NULL);
	events("futimens");
	struct timespec only_mtime[2] = { { 0, UTIME_OMIT }, { 5, 5 } };
	futimens(fd, only_mtime);
	events("mtime");
	struct timespec only_atime[2] = { { 5, 5 }, { 0, UTIME_OMIT } };
	futimens(fd, only_atime);
	events("atime");
	fallocate(fd, 0, 0, 8192);
	events("fallocate");
	dup2(fd, 100);
	close(100);
	events("dup and close");
	close(fd);
	events("close");
	close(open("f", O_RDONLY));
	events("open to read");
	close(open("f", O_WRONLY | O_TRUNC));
	events("open and truncate");
	close(open("f", O_PATH));
	events("O_PATH");
	struct stat st;
	stat("f", &st);
	access("f", R_OK);
	events("stat");
	link("f", "g");
	events("link");
	unlink("g");
	events("unlink of the other name");
	rename("f", "h");
	events("rename");
	unlink("h");
	events("unlink");
	touch("h");
	events("another file");
}

TEST(what_a_folder_goes_through)
{
	int fd;

	start();
	mkdir("d", 0755);
	SAY(inotify_add_watch(watcher, "d", IN_ALL_EVENTS));
	touch("d/file");
	events("create");
	fd = open("d/file", O_RDWR);
	write(fd, "x", 1);
	write(fd, "x", 1);
	fchmod(fd, 0600);
	close(fd);
	events("write");
	mkdir("d/sub", 0755);
	events("mkdir");
	symlink("x", "d/link");
	events("symlink");
	mkfifo("d/fifo", 0644);
	events("mkfifo");
	link("d/file", "d/a name of sixteen");
	events("link");
	unlink("d/file");
	events("unlink");
	rmdir("d/sub");
	events("rmdir");
	rename("d/fifo", "d/fifo2");
	events("rename inside");
	rename("d/fifo2", "outside");
	events("rename out");
	rename("outside", "d/link");
	events("rename in, over another");
	chmod("d", 0700);
	events("chmod of the folder");
	fd = open("d", O_RDONLY | O_DIRECTORY);
	char buffer[1000];
	syscall(SYS_getdents64, fd, buffer, sizeof(buffer));
	close(fd);
	events("list");
	rename("d", "e");
	events("rename of the folder");
	unlink("e/a name of sixteen");
	unlink("e/link");
	events("empty it");
	rmdir("e");
	events("rmdir");
}

TEST(folder_and_file_watched)
{
	int fd;

	start();
	mkdir("d", 0755);
	touch("d/f");
	SAY(inotify_add_watch(watcher, "d", IN_ALL_EVENTS));
	SAY(inotify_add_watch(watcher, "d/f", IN_ALL_EVENTS));
	fd = open("d/f", O_RDWR);
	write(fd, "x", 1);
	events("open and write");
	unlink("d/f");
	events("unlink while open");
	write(fd, "x", 1);
	events("write");
	close(fd);
	events("close");
	fd = open("d", O_TMPFILE | O_RDWR, 0600);
	write(fd, "x", 1);
	close(fd);
	for (uint32_t i = 0; i < 3; i++) {
		char text[100];
		read(watcher, text, sizeof(text)); /* a tmpfile's name is its number */
	}
}

TEST(exchange_and_replace)
{
	start();
	mkdir("a", 0755);
	mkdir("b", 0755);
	touch("a/x");
	touch("b/y");
	inotify_add_watch(watcher, "a", IN_ALL_EVENTS);
	inotify_add_watch(watcher, "b", IN_ALL_EVENTS);
	inotify_add_watch(watcher, "a/x", IN_ALL_EVENTS);
	inotify_add_watch(watcher, "b/y", IN_ALL_EVENTS);
	SAY(syscall(SYS_renameat2, AT_FDCWD, "a/x", AT_FDCWD, "b/y", 2));
	events("exchange");
	rename("a/x", "b/y");
	events("rename over");
	rename("b/y", "b/y");
	events("rename to itself");
	link("b/y", "b/z");
	events("link");
	rename("b/y", "b/z");
	events("rename to another name of the same file");
}

TEST(masks_and_modes)
{
	int fd;

	start();
	touch("f");
	mkdir("d", 0755);
	symlink("f", "s");
	SAY(inotify_add_watch(watcher, "f", IN_OPEN));
	SAY(inotify_add_watch(watcher, "f", IN_MODIFY));
	fd = open("f", O_RDWR);
	write(fd, "x", 1);
	events("the second mask only");
	SAY(inotify_add_watch(watcher, "f", IN_OPEN | IN_MASK_ADD));
	fd = open("f", O_RDWR);
	write(fd, "x", 1);
	events("both");
	SAY(inotify_add_watch(watcher, "f", IN_OPEN | IN_MASK_CREATE));
	SAY(inotify_add_watch(watcher, "f", IN_OPEN | IN_MASK_CREATE | IN_MASK_ADD));
	SAY(inotify_add_watch(watcher, "f", IN_OPEN | IN_ONLYDIR));
	SAY(inotify_add_watch(watcher, "d", IN_OPEN | IN_ONLYDIR));
	SAY(inotify_add_watch(watcher, "s", IN_ATTRIB));
	SAY(inotify_add_watch(watcher, "s", IN_DELETE_SELF | IN_DONT_FOLLOW));
	SAY(inotify_add_watch(watcher, "none", IN_OPEN));
	SAY(inotify_add_watch(watcher, "", IN_OPEN));
	SAY(inotify_add_watch(watcher, "f", 0));
	SAY(inotify_add_watch(watcher, "f", IN_ISDIR));
	SAY(inotify_add_watch(watcher, "f", IN_ONESHOT));
	SAY(inotify_add_watch(watcher, "f", 0x8000000));
	SAY(inotify_add_watch(fd, "f", IN_OPEN));
	SAY(inotify_add_watch(99, "f", IN_OPEN));
	SAY(inotify_add_watch(watcher, NULL, IN_OPEN));
	SAY(inotify_rm_watch(watcher, 77));
	SAY(inotify_rm_watch(fd, 1));
	SAY(inotify_rm_watch(99, 1));
	SAY(inotify_rm_watch(watcher, 2));
	events("rm_watch");
	SAY(inotify_rm_watch(watcher, 2));
	SAY(inotify_add_watch(watcher, "d", IN_OPEN));
	unlink("s");
	events("unlink of the link");
	SAY(inotify_init1(0x10));
	SAY(write(watcher, "x", 1));
	SAY(lseek(watcher, 0, SEEK_SET));
}

TEST(oneshot)
{
	start();
	touch("f");
	SAY(inotify_add_watch(watcher, "f", IN_OPEN | IN_CLOSE | IN_ONESHOT));
	touch("f");
	touch("f");
	events("once");
	SAY(inotify_add_watch(watcher, "f", IN_OPEN));
	touch("f");
	events("a new watch");
}

/* Of events that are alike in a row only one is kept. */
TEST(coalescing)
{
	int fd;

	start();
	touch("f");
	fd = open("f", O_RDWR);
	inotify_add_watch(watcher, "f", IN_MODIFY | IN_ATTRIB);
	for (int i = 0; i < 10; i++)
		write(fd, "x", 1);
	fchmod(fd, 0600);
	fchmod(fd, 0600);
	write(fd, "x", 1);
	events("three");
}

TEST(excl_unlink)
{
	int fd, plain = inotify_init1(IN_NONBLOCK);
	char buffer[1000];

	start();
	mkdir("d", 0755);
	touch("d/f");
	fd = open("d/f", O_RDWR);
	inotify_add_watch(watcher, "d", IN_MODIFY | IN_EXCL_UNLINK);
	inotify_add_watch(plain, "d", IN_MODIFY);
	write(fd, "x", 1);
	events("before");
	unlink("d/f");
	write(fd, "x", 1);
	events("after");
	SAY(read(plain, buffer, sizeof(buffer)));
}

TEST(reading)
{
	char buffer[100];
	int n;

	start();
	inotify_add_watch(watcher, ".", IN_CREATE);
	SAY(read(watcher, buffer, 100));
	touch("a");
	touch("a-name-that-needs-32");
	SAY(ioctl(watcher, FIONREAD, &n));
	SAY(n);
	SAY(read(watcher, buffer, 31));
	SAY(read(watcher, buffer, 40));
	SAY(read(watcher, buffer, 16));
	SAY(ioctl(watcher, FIONREAD, &n));
	SAY(n);
	SAY(read(watcher, NULL, 100));
	SAY(read(watcher, buffer, 100));
	SAY(read(watcher, buffer, 0));
}

TEST(polling)
{
	struct pollfd p;

	start();
	inotify_add_watch(watcher, ".", IN_CREATE);
	p = (struct pollfd){ .fd = watcher, .events = POLLIN | POLLOUT };
	SAY(poll(&p, 1, 0));
	pid_t child = CHILD(sleep_ms(30); touch("new"));
	SAY(poll(&p, 1, 5000));
	SAY(p.revents == POLLIN);
	events("create");
	CHECK_EXITED(child, 0);
	SAY(poll(&p, 1, 0));
}

/* A blocking read waits; a signal ends it. */
static void nothing(int sig)
{
	(void)sig;
}

TEST(blocking_read)
{
	char buffer[100];
	int fd = inotify_init();
	pid_t child;

	inotify_add_watch(fd, ".", IN_CREATE);
	child = CHILD(sleep_ms(30); touch("new"));
	SAY(read(fd, buffer, sizeof(buffer)));
	CHECK_EXITED(child, 0);
	struct sigaction sa = { .sa_handler = nothing };
	sigaction(SIGALRM, &sa, NULL);
	struct itimerval t = { .it_value = { 0, 30000 } };
	setitimer(ITIMER_REAL, &t, NULL);
	SAY(read(fd, buffer, sizeof(buffer)));
}

TEST_SLOW(overflow, 30)
{
	char name[32], buffer[4096] __attribute__((aligned(8)));
	struct inotify_event *last = NULL;
	long count = 0;
	ssize_t n;

	start();
	inotify_add_watch(watcher, ".", IN_CREATE);
	for (int i = 0; i < 16500; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		mknod(name, S_IFREG | 0600, 0);
		if (i % 2 == 1)
			unlink(name);
	}
	while ((n = read(watcher, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			last = (void *)(buffer + at);
			at += (ssize_t)(sizeof(*last) + last->len);
			count++;
		}
	}
	CHECK(last != NULL);
	printf("%ld events, the last:", count);
	print_mask(last->mask);
	printf(" wd %d\n", last->wd);
	touch("again");
	events("works again");
}

TEST(unmounting)
{
	start();
	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	mkdir("m/d", 0755);
	touch("m/d/f");
	inotify_add_watch(watcher, "m", IN_ALL_EVENTS);
	inotify_add_watch(watcher, "m/d/f", IN_MODIFY);
	CHECK_OK(umount("m"));
	printf("two are unmounted: ");
	char buffer[200] __attribute__((aligned(8)));
	SAY(read(watcher, buffer, sizeof(buffer)));
	SAY(inotify_rm_watch(watcher, 1));
}

TEST(two_instances)
{
	int first;

	start();
	first = watcher;
	inotify_add_watch(watcher, ".", IN_CREATE);
	start();
	inotify_add_watch(watcher, ".", IN_CREATE | IN_DELETE);
	touch("f");
	unlink("f");
	events("second");
	close(watcher);
	watcher = first;
	events("first");
	touch("f");
	events("first again");
}

TEST(the_limit_of_instances)
{
	int fd, n = 0;

	while ((fd = inotify_init()) >= 0)
		n++;
	printf("%d instances, then %s\n", n, errno_name(errno));
}

/* sendfile reads and writes, an execution opens and reads. */
TEST(other_ways)
{
	int in, out;

	start();
	write_file("in", "some text");
	touch("out");
	inotify_add_watch(watcher, "in", IN_ALL_EVENTS);
	inotify_add_watch(watcher, "out", IN_ALL_EVENTS);
	in = open("in", O_RDONLY);
	out = open("out", O_WRONLY);
	events("open");
	SAY(sendfile(out, in, NULL, 100));
	events("sendfile");
	mmap(NULL, 4096, PROT_READ, MAP_SHARED, in, 0);
	events("mmap");
	chmod("in", 0755);
	events("chmod");
	char *argv[] = { "in", NULL };
	SAY(execv("./in", argv));
	events("exec");
}

TEST(permission_to_watch)
{
	pid_t pid;

	mkdir("d", 0711);
	touch("secret");
	chmod("secret", 0600);
	chmod(".", 0755);
	pid = CHILD(start(); CHECK_OK(setuid(1000));
		    CHECK_ERR(inotify_add_watch(watcher, "secret", IN_OPEN), EACCES);
		    CHECK_ERR(inotify_add_watch(watcher, "d", IN_OPEN), EACCES);
		    CHECK_OK(inotify_add_watch(watcher, ".", IN_OPEN)));
	CHECK_EXITED(pid, 0);
}

/* A FIFO that is written to, and one in a child that inherits the instance. */
TEST(fifos_and_inheritance)
{
	char buffer[10];
	int fd;

	start();
	mkfifo("p", 0644);
	inotify_add_watch(watcher, "p", IN_ALL_EVENTS);
	fd = open("p", O_RDWR);
	write(fd, "abc", 3);
	read(fd, buffer, 3);
	CHECK_EXITED(CHILD(close(fd)), 0);
	events("child closed");
	close(fd);
	events("closed");
}

/* --- F_NOTIFY: signals instead of events --- */

static void took(const char *what)
{
	struct timespec none = { 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGIO);
	printf("%s:", what);
	while (sigtimedwait(&set, &info, &none) > 0) {
		if (info.si_signo == SIGIO)
			printf(" SIGIO, code %d", info.si_code);
		else
			printf(" fd %d, code %d, band %#lx", info.si_fd, info.si_code,
			       (unsigned long)info.si_band);
	}
	printf("\n");
}

static int signalled_dir(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	mkdir("d", 0755);
	mkdir("e", 0755);
	fd = open("d", O_RDONLY | O_DIRECTORY);
	CHECK_OK(fcntl(fd, F_SETSIG, SIGRTMIN));
	return fd;
}

static void write_byte(const char *name)
{
	int fd = open(name, O_WRONLY);

	write(fd, "x", 1);
	close(fd);
}

static void read_byte(const char *name)
{
	int fd = open(name, O_RDONLY);
	char c;

	read(fd, &c, 1);
	close(fd);
}

TEST(signals_of_a_folder)
{
	static const unsigned bits[] = { DN_ACCESS, DN_MODIFY, DN_CREATE,
					 DN_DELETE, DN_RENAME, DN_ATTRIB };
	int fd = signalled_dir();

	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		printf("bit %#x\n", bits[i]);
		CHECK_OK(fcntl(fd, F_NOTIFY, 0));
		CHECK_OK(fcntl(fd, F_NOTIFY, bits[i] | (unsigned)DN_MULTISHOT));
		touch("d/f");
		took("create");
		write_byte("d/f");
		took("write");
		read_byte("d/f");
		took("read");
		truncate("d/f", 0);
		took("truncate");
		chmod("d/f", 0600);
		took("chmod");
		chmod("d", 0700);
		took("chmod of the folder");
		rename("d/f", "d/g");
		took("rename");
		rename("d/g", "e/g");
		took("away");
		rename("e/g", "d/g");
		took("back");
		link("d/g", "d/h");
		took("link");
		unlink("d/g");
		took("unlink");
		unlink("d/h");
		mkdir("d/i", 0755);
		took("mkdir");
		touch("d/i/deep");
		unlink("d/i/deep");
		took("deeper");
		rmdir("d/i");
		took("rmdir");
	}
}

TEST(once_or_for_good)
{
	int fd = signalled_dir(), other = dup(fd);

	CHECK_EQ(fcntl(fd, F_GETOWN), 0);
	CHECK_OK(fcntl(fd, F_NOTIFY, DN_CREATE));
	CHECK_EQ(fcntl(fd, F_GETOWN), getpid());
	touch("d/1");
	touch("d/2");
	took("once");
	/* What is asked for twice is asked for by the last descriptor. */
	CHECK_OK(fcntl(fd, F_NOTIFY, DN_CREATE));
	CHECK_OK(fcntl(other, F_NOTIFY, DN_DELETE));
	unlink("d/2");
	touch("d/3");
	took("either of two");
	CHECK_OK(fcntl(fd, F_NOTIFY, (unsigned)DN_MULTISHOT | DN_CREATE));
	CHECK_EXITED(CHILD(close(fd)), 0);
	touch("d/4");
	took("a child closed it");
	CHECK_OK(fcntl(fd, F_SETSIG, 0));
	touch("d/5");
	took("no signal chosen");
	close(other);
	touch("d/6");
	took("one descriptor closed");
	CHECK_OK(fcntl(fd, F_NOTIFY, DN_CREATE));
	CHECK_OK(fcntl(fd, F_NOTIFY, (unsigned)DN_MULTISHOT));
	touch("d/7");
	took("taken back");
	CHECK_OK(fcntl(fd, F_NOTIFY, DN_CREATE));
	CHECK_OK(dup2(open("/dev/null", O_RDONLY), fd));
	touch("d/8");
	took("replaced");
}

TEST(signals_of_what_is_no_folder)
{
	int fd = open("/dev/null", O_RDONLY), p[2];

	CHECK_OK(pipe(p));
	CHECK_OK(fcntl(fd, F_NOTIFY, 0));
	CHECK_OK(fcntl(p[0], F_NOTIFY, (unsigned)DN_MULTISHOT));
	CHECK_ERR(fcntl(fd, F_NOTIFY, DN_CREATE), ENOTDIR);
	CHECK_ERR(fcntl(p[0], F_NOTIFY, DN_CREATE), ENOTDIR);
	CHECK_ERR(fcntl(p[0], F_NOTIFY, 0x40), ENOTDIR);
	CHECK_ERR(fcntl(-1, F_NOTIFY, DN_CREATE), EBADF);
	fd = open(".", O_PATH);
	CHECK_ERR(fcntl(fd, F_NOTIFY, DN_CREATE), EBADF);
	fd = open(".", O_RDONLY);
	CHECK_OK(fcntl(fd, F_NOTIFY, 0x40));
}

/* A folder that goes with its asker, and one that was removed. */
TEST(signals_until_the_end)
{
	int fd = signalled_dir();

	CHECK_EXITED(CHILD(CHECK_OK(fcntl(fd, F_NOTIFY, (unsigned)DN_MULTISHOT | DN_CREATE))), 0);
	touch("d/1");
	took("the asker is gone");
	CHECK_OK(fcntl(fd, F_NOTIFY, (unsigned)DN_MULTISHOT | DN_CREATE | DN_DELETE | DN_ATTRIB));
	unlink("d/1");
	rmdir("d");
	took("removed");
	close(fd);
	took("closed");
}
