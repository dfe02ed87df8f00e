/* pty.c: pseudo terminals: devpts, settings, waiting, flow, packet mode. */
#include "terminal.h"

#include <dirent.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/vfs.h>

/* --- names and numbers --- */

TEST(a_pair_has_a_name_and_a_number)
{
	char name[64], name2[64];
	struct stat st;
	int number = -1, s2;

	open_pair();
	CHECK_OK(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	CHECK_STR(ptsname(master), name);
	CHECK_EQ(ttyname_r(slave, name2, sizeof(name2)), 0);
	CHECK_STR(name2, name);
	CHECK_OK(stat(name, &st));
	CHECK_EQ(st.st_rdev >> 8, 136);
	CHECK_EQ(st.st_rdev & 0xff, number);
	CHECK_EQ(st.st_ino, number + 3);
	CHECK(S_ISCHR(st.st_mode));
	printf("%o %d %d\n", st.st_mode, st.st_uid, st.st_gid);
	CHECK_EQ(isatty(master), 1);
	CHECK_EQ(isatty(slave), 1);
	CHECK_ERR(lseek(slave, 0, SEEK_SET), ESPIPE);
	s2 = open(name, O_RDWR | O_NOCTTY);
	CHECK_OK(s2);
	close(s2);
	close_pair();
	CHECK_ERR(stat(name, &st), ENOENT);
}

TEST(numbers_are_used_again)
{
	int a = open_master(), b = open_master(), n1, n2, n3;

	CHECK_OK(ioctl(a, TIOCGPTN, &n1));
	CHECK_OK(ioctl(b, TIOCGPTN, &n2));
	CHECK_EQ(n2, n1 + 1);
	close(a);
	a = open_master();
	CHECK_OK(ioctl(a, TIOCGPTN, &n3));
	CHECK_EQ(n3, n1);
	close(a);
	close(b);
}

/* As long as somebody has the slave, the number is not free. */
TEST(a_number_is_free_when_both_ends_are_closed)
{
	int n1, n2, other;

	open_pair();
	CHECK_OK(ioctl(master, TIOCGPTN, &n1));
	close(master);
	other = open_master();
	CHECK_OK(ioctl(other, TIOCGPTN, &n2));
	CHECK(n1 != n2);
	close(slave);
	close(other);
	other = open_master();
	CHECK_OK(ioctl(other, TIOCGPTN, &n2));
	CHECK_EQ(n1, n2);
	close(other);
}

TEST(a_locked_slave_does_not_open)
{
	int one = 1, zero = 0, locked = -1;
	int m = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	CHECK_OK(m);
	CHECK_OK(ioctl(m, TIOCGPTLCK, &locked));
	CHECK_EQ(locked, 1);
	CHECK_ERR(open(ptsname(m), O_RDWR | O_NOCTTY), EIO);
	CHECK_ERR(ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY), EIO);
	CHECK_OK(ioctl(m, TIOCSPTLCK, &zero));
	slave = open(ptsname(m), O_RDWR | O_NOCTTY);
	CHECK_OK(slave);
	CHECK_OK(ioctl(m, TIOCSPTLCK, &one));
	CHECK_ERR(open(ptsname(m), O_RDWR | O_NOCTTY), EIO);
	close(slave);
	close(m);
}

TEST(peer_without_a_path)
{
	char name[64];
	struct stat a, b;
	int fd;

	open_pair();
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK_OK(fd);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_OK(fstat(fd, &a));
	CHECK_OK(fstat(slave, &b));
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(ttyname_r(fd, name, sizeof(name)), 0);
	CHECK_STR(name, ptsname(master));
	CHECK_ERR(ioctl(slave, TIOCGPTPEER, O_RDWR), EIO);
	close(fd);
	close_pair();
}

TEST(openpty_and_forkpty)
{
	struct winsize size = { 33, 99, 5, 6 };
	struct winsize got;
	char name[64];
	int m, s;
	pid_t pid;

	CHECK_OK(openpty(&m, &s, name, NULL, &size));
	CHECK_OK(ioctl(s, TIOCGWINSZ, &got));
	CHECK_EQ(memcmp(&size, &got, sizeof(size)), 0);
	CHECK_STR(name, ptsname(m));
	close(m);
	close(s);
	pid = forkpty(&m, NULL, NULL, &size);
	CHECK_OK(pid);
	if (pid == 0) {
		int fd = open("/dev/tty", O_RDWR);
		CHECK_OK(fd);
		CHECK_EQ(tcgetpgrp(0), getpid());
		CHECK_EQ(tcgetsid(fd), getpid());
		CHECK_EQ(tcgetsid(1), getpid());
		_exit(7);
	}
	CHECK_EXITED(pid, 7);
	close(m);
}

TEST(the_file_system)
{
	struct statfs fs;
	struct stat st;
	struct dirent *d;
	DIR *dir;
	int found = 0;

	open_pair();
	CHECK_OK(statfs("/dev/pts", &fs));
	CHECK_EQ(fs.f_type, 0x1cd1);
	CHECK_OK(stat("/dev/pts", &st));
	printf("%o\n", st.st_mode);
	CHECK_OK(stat("/dev/pts/ptmx", &st));
	CHECK_EQ(st.st_rdev, 5 << 8 | 2);
	dir = opendir("/dev/pts");
	CHECK(dir != NULL);
	while ((d = readdir(dir)) != NULL) {
		char name[300];
		snprintf(name, sizeof(name), "/dev/pts/%s", d->d_name);
		found += strcmp(name, ptsname(master)) == 0 && d->d_type == DT_CHR;
	}
	closedir(dir);
	CHECK_EQ(found, 1);
	CHECK_ERR(open("/dev/pts/file", O_RDWR | O_CREAT, 0600), EACCES);
	CHECK_ERR(mkdir("/dev/pts/dir", 0700), EPERM);
	CHECK_ERR(mknod("/dev/pts/node", S_IFCHR | 0600, 5 << 8 | 2), EPERM);
	CHECK_ERR(symlink("x", "/dev/pts/link"), EPERM);
	CHECK_ERR(unlink(ptsname(master)), EPERM);
	CHECK_ERR(rename(ptsname(master), "/dev/pts/other"), EPERM);
	CHECK_OK(chmod(ptsname(master), 0666));
	CHECK_OK(chown(ptsname(master), 3, 4));
	CHECK_OK(stat(ptsname(master), &st));
	CHECK_EQ(st.st_mode & 0777, 0666);
	CHECK_EQ(st.st_uid, 3);
	CHECK_EQ(st.st_gid, 4);
	close_pair();
	CHECK(strstr(read_file("/proc/filesystems"), "nodev\tdevpts\n") != NULL);
	CHECK(strstr(read_file("/proc/mounts"), " /dev/pts devpts rw,nosuid,noexec,relatime,") !=
	      NULL);
}

/* Each mount has its own numbers, and its options say whose and how open the slaves are. */
TEST(another_instance)
{
	struct stat st;
	int m, s, n, zero = 0;

	CHECK_OK(mkdir("/tmp/pts", 0755));
	CHECK_OK(mount("pts2", "/tmp/pts", "devpts", 0,
		       "uid=11,gid=12,mode=640,ptmxmode=666,max=2,newinstance"));
	m = open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY);
	CHECK_OK(m);
	CHECK_OK(ioctl(m, TIOCGPTN, &n));
	CHECK_EQ(n, 0);
	CHECK_OK(ioctl(m, TIOCSPTLCK, &zero));
	CHECK_OK(stat("/tmp/pts/0", &st));
	printf("%o %d %d\n", st.st_mode, st.st_uid, st.st_gid);
	s = open("/tmp/pts/0", O_RDWR | O_NOCTTY);
	CHECK_OK(s);
	n = open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY);
	CHECK_OK(n);
	CHECK_ERR(open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY), ENOSPC);
	close(n);
	const char *mounts = strstr(read_file("/proc/mounts"), "/tmp/pts devpts ");
	CHECK(mounts != NULL);
	printf("%.*s\n", (int)strcspn(mounts, "\n"), mounts);
	CHECK_ERR(umount("/tmp/pts"), EBUSY);
	close(m);
	close(s);
	CHECK_OK(umount("/tmp/pts"));
	CHECK_ERR(mount("pts2", "/tmp/pts", "devpts", 0, "nonsense=1"), EINVAL);
	CHECK_ERR(mount("pts2", "/tmp/pts", "devpts", 0, "max=1048577"), EINVAL);
	CHECK_OK(mount("pts2", "/tmp/pts", "devpts", 0, NULL));
	CHECK_OK(stat("/tmp/pts/ptmx", &st));
	CHECK_EQ(st.st_mode & 0777, 0);
	CHECK_OK(umount("/tmp/pts"));
	CHECK_OK(rmdir("/tmp/pts"));
}

/* --- settings --- */

TEST(fresh_settings)
{
	struct termios t;

	open_pair();
	for (int i = 0; i < 2; i++) { /* the master shows the slave's */
		CHECK_OK(tcgetattr(i == 0 ? slave : master, &t));
		printf("%x %x %x %x %d", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_line);
		for (int c = 0; c < 19; c++)
			printf(" %d", t.c_cc[c]);
		putchar('\n');
	}
	close_pair();
}

TEST(a_pty_has_eight_bits)
{
	struct termios t;

	open_pair();
	CHECK_OK(tcgetattr(slave, &t));
	t.c_cflag = (t.c_cflag & ~(CSIZE | CREAD)) | CS7 | PARENB | PARODD | CSTOPB;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
	CHECK_OK(tcgetattr(slave, &t));
	printf("%x\n", t.c_cflag);
	close_pair();
}

/* struct termios2, which the C library does not show. */
struct settings2 {
	unsigned iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
	unsigned in, out;
};

TEST(speeds)
{
	static const unsigned codes[] = { 0, 1, 7, 13, 15, 010001, 010002, 010007, 010017 };
	unsigned long get = 0x802c542a, set = 0x402c542b;
	struct settings2 s;
	struct termios t;

	open_pair();
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		CHECK_OK(tcgetattr(slave, &t));
		t.c_cflag = (t.c_cflag & ~010017u) | codes[i];
		CHECK_OK(ioctl(slave, TCSETS, &t));
		CHECK_OK(ioctl(slave, get, &s));
		printf("%o: %u %u\n", codes[i], s.in, s.out);
	}
	s.cflag = (s.cflag & ~010017u) | 010000; /* BOTHER */
	s.in = 0;
	s.out = 123456;
	CHECK_OK(ioctl(slave, set, &s));
	CHECK_OK(ioctl(slave, get, &s));
	printf("other: %x %u %u\n", s.cflag, s.in, s.out);
	s.cflag |= 010000u << 16;
	s.in = 777;
	CHECK_OK(ioctl(master, set, &s));
	CHECK_OK(ioctl(master, get, &s));
	printf("both: %x %u %u\n", s.cflag, s.in, s.out);
	close_pair();
}

TEST(locked_settings_stay)
{
	struct termios t, lock;

	open_pair();
	memset(&lock, 0, sizeof(lock));
	lock.c_lflag = ECHO;
	lock.c_cc[VINTR] = 1;
	CHECK_OK(ioctl(slave, TIOCSLCKTRMIOS, &lock));
	CHECK_OK(tcgetattr(slave, &t));
	t.c_lflag &= ~(ECHO | ICANON);
	t.c_cc[VINTR] = 'x';
	t.c_cc[VQUIT] = 'y';
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
	CHECK_OK(tcgetattr(slave, &t));
	printf("%x %d %d\n", t.c_lflag, t.c_cc[VINTR], t.c_cc[VQUIT]);
	close_pair();
}

TEST(requests_that_a_pty_does_not_know)
{
	static const struct {
		const char *name;
		unsigned long cmd;
	} r[] = { { "TIOCMGET", TIOCMGET },
		  { "TIOCMSET", TIOCMSET },
		  { "TIOCMIWAIT", 0x545c },
		  { "TIOCGICOUNT", 0x545d },
		  { "TIOCGSERIAL", 0x541e },
		  { "TCGETX", 0x5432 },
		  { "TCSETX", 0x5433 },
		  { "TIOCLINUX", 0x541c },
		  { "KDGKBMODE", 0x4b44 },
		  { "nonsense", 0x5499 },
		  { "TIOCGSOFTCAR", TIOCGSOFTCAR },
		  { "TIOCGETD", TIOCGETD },
		  { "TIOCSBRK", TIOCSBRK },
		  { "TIOCCBRK", TIOCCBRK },
		  { "TIOCOUTQ", TIOCOUTQ },
		  { "TIOCGEXCL", 0x80045440 },
		  { "TIOCGPTN", TIOCGPTN },
		  { "TIOCGPKT", TIOCGPKT },
		  { "TIOCSIG", TIOCSIG },
		  { "TIOCGSID", TIOCGSID },
		  { "TIOCGPGRP", TIOCGPGRP },
		  { "TIOCNOTTY", TIOCNOTTY } };
	int buf[64];

	open_pair();
	for (size_t i = 0; i < ARRAY_LEN(r); i++) {
		int e1, e2;
		memset(buf, 0, sizeof(buf));
		e1 = ioctl(slave, r[i].cmd, buf) < 0 ? errno : 0;
		memset(buf, 0, sizeof(buf));
		e2 = ioctl(master, r[i].cmd, buf) < 0 ? errno : 0;
		printf("%s: slave %s master %s\n", r[i].name, errno_name(e1), errno_name(e2));
	}
	close_pair();
}

/* --- waiting at either end --- */

TEST(poll_at_both_ends)
{
	char buf[16];

	master = open_master();
	show_poll("master, never opened", master);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	show_poll("fresh master", master);
	show_poll("fresh slave", slave);
	type("a");
	show_poll("master, echo", master);
	show_poll("slave, part of a line", slave);
	type("\r");
	show_poll("slave, a line", slave);
	CHECK_OK(tcflow(slave, TCOOFF));
	show_poll("slave, stopped", slave);
	CHECK_OK(tcflow(slave, TCOON));
	show_poll("slave, started", slave);
	close(slave);
	show_poll("master, slave closed", master);
	printf("%d\n", (int)read(master, buf, 16));
	show_poll("master, all read", master);
	CHECK_ERR(read(master, buf, 16), EIO);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	show_poll("master, slave again", master);
	show_poll("slave again", slave); /* the line is still there */
	show_input("slave again");
	close(master);
	show_poll("slave, master closed", slave);
	close(slave);
}

TEST(select_and_epoll)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = 7 };
	struct timeval tv = { 1, 0 };
	fd_set set;
	char buf[16];
	int ep;

	open_pair();
	ep = epoll_create1(0);
	CHECK_OK(epoll_ctl(ep, EPOLL_CTL_ADD, master, &ev));
	CHECK_EQ(epoll_wait(ep, &ev, 1, 10), 0);
	write_all(slave, "x", 1);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1);
	CHECK_EQ(ev.events, EPOLLIN);
	CHECK_EQ(read(master, buf, 16), 1);
	close(slave);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 1000), 1);
	CHECK_EQ(ev.events, EPOLLHUP);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_EQ(epoll_wait(ep, &ev, 1, 10), 0);
	FD_ZERO(&set);
	FD_SET(slave, &set);
	type("line\r");
	CHECK_EQ(select(slave + 1, &set, NULL, NULL, &tv), 1);
	CHECK_EQ(read(slave, buf, 16), 5);
	close(ep);
	close_pair();
}

TEST(nonblocking_and_blocking)
{
	static char data[4096];
	char buf[16];
	long total = 0;
	ssize_t n;
	pid_t pid;

	open_pair();
	CHECK_OK(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
	CHECK_OK(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK));
	CHECK_ERR(read(master, buf, 16), EAGAIN);
	CHECK_ERR(read(slave, buf, 16), EAGAIN);
	memset(data, 'x', sizeof(data));
	while ((n = write(slave, data, sizeof(data))) > 0)
		total += n;
	CHECK_EQ(errno, EAGAIN);
	CHECK(total >= 8192);
	CHECK(total < 100000);
	CHECK_OK(fcntl(slave, F_SETFL, O_RDWR));
	/* A writer that blocks goes on when the master reads. */
	pid = CHILD(write_all(slave, data, sizeof(data)));
	sleep_ms(30);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	total += 4096;
	while (total > 0) {
		struct pollfd p = { master, POLLIN, 0 };
		CHECK_EQ(poll(&p, 1, 1000), 1);
		n = read(master, data, sizeof(data));
		CHECK(n > 0);
		total -= n;
	}
	CHECK_EXITED(pid, 0);
	/* The master's side. */
	change(0, 0, 0, 0, 0, ICANON | ECHO);
	while ((n = write(master, data, sizeof(data))) > 0)
		total += n;
	CHECK_EQ(errno, EAGAIN);
	CHECK(total >= 8192);
	CHECK_OK(fcntl(master, F_SETFL, O_RDWR));
	pid = CHILD(write_all(master, data, 100));
	while (total > 0) {
		n = read(slave, data, sizeof(data));
		CHECK(n > 0);
		total -= n;
	}
	CHECK_EXITED(pid, 0);
	close_pair();
}

static void on_signal(int sig)
{
	(void)sig;
}

/* A signal ends a wait at either end. */
TEST(signals_interrupt)
{
	struct sigaction sa = { .sa_handler = on_signal };
	char c;

	open_pair();
	CHECK_OK(sigaction(SIGALRM, &sa, NULL));
	ualarm(50000, 0);
	CHECK_ERR(read(slave, &c, 1), EINTR);
	ualarm(50000, 0);
	CHECK_ERR(read(master, &c, 1), EINTR);
	CHECK_OK(tcflow(slave, TCOOFF));
	ualarm(50000, 0);
	CHECK_ERR(write(slave, "x", 1), EINTR);
	close_pair();
}

/* --- queues, flow, size --- */

TEST(flushing)
{
	open_pair();
	type("abc\rdef");
	show_screen("typed");
	CHECK_OK(tcflush(slave, TCIFLUSH));
	type("\r");
	show_screen("flushed");
	show_input("flushed");
	write_all(slave, "out", 3);
	show_poll("arrived", master);
	CHECK_OK(tcflush(slave, TCOFLUSH)); /* too late */
	show_screen("output flush at the slave");
	write_all(slave, "out", 3);
	show_poll("arrived", master);
	CHECK_OK(tcflush(master, TCIFLUSH));
	show_screen("input flush at the master");
	type("ab");
	show_screen("before TCSAFLUSH");
	struct termios t;
	CHECK_OK(tcgetattr(slave, &t));
	CHECK_OK(tcsetattr(slave, TCSAFLUSH, &t));
	type("c\r");
	show_screen("after TCSAFLUSH");
	show_input("after TCSAFLUSH");
	CHECK_ERR(ioctl(slave, TCFLSH, 3), EINVAL);
	CHECK_ERR(ioctl(slave, TCXONC, 4), EINVAL);
	close_pair();
}

/* A pty never waits for its master to read. */
TEST(draining_returns)
{
	struct termios t;

	open_pair();
	write_all(slave, "abc", 3);
	CHECK_OK(tcdrain(slave));
	CHECK_OK(tcsendbreak(slave, 0));
	CHECK_OK(tcgetattr(slave, &t));
	CHECK_OK(tcsetattr(slave, TCSADRAIN, &t));
	show_screen("drained");
	close_pair();
}

TEST(flow_by_call)
{
	open_pair();
	CHECK_OK(fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK));
	write_all(slave, "a", 1);
	CHECK_OK(tcflow(slave, TCOOFF));
	CHECK_ERR(write(slave, "b", 1), EAGAIN);
	type("x\021");
	show_screen("stopped"); /* ^Q does not start what a call has stopped */
	CHECK_ERR(write(slave, "b", 1), EAGAIN);
	CHECK_OK(tcflow(slave, TCOON));
	write_all(slave, "c", 1);
	show_screen("started");
	CHECK_OK(tcflow(slave, TCIOFF));
	CHECK_OK(tcflow(slave, TCION));
	show_screen("sent");
	type("\023");
	show_poll("typed stop", slave);
	CHECK_ERR(write(slave, "d", 1), EAGAIN);
	CHECK_OK(tcflow(slave, TCOON)); /* nor the other way round */
	CHECK_ERR(write(slave, "d", 1), EAGAIN);
	change(0, IXON, 0, 0, 0, 0);
	show_poll("IXON off", slave);
	write_all(slave, "e", 1);
	show_screen("IXON off");
	CHECK_OK(tcflow(master, TCIOFF));
	CHECK_OK(tcflow(master, TCION));
	type("\r");
	show_screen("from the master");
	show_input("from the master");
	close_pair();
}

TEST(window_size)
{
	struct winsize size = { 24, 80, 0, 0 }, got;

	open_pair();
	CHECK_OK(ioctl(slave, TIOCGWINSZ, &got));
	CHECK_EQ(got.ws_row, 0);
	CHECK_OK(ioctl(master, TIOCSWINSZ, &size));
	CHECK_OK(ioctl(slave, TIOCGWINSZ, &got));
	CHECK_EQ(got.ws_col, 80);
	size.ws_xpixel = 7;
	CHECK_OK(ioctl(slave, TIOCSWINSZ, &size));
	CHECK_OK(ioctl(master, TIOCGWINSZ, &got));
	CHECK_EQ(got.ws_xpixel, 7);
	close_pair();
}

TEST(simulated_input)
{
	open_pair();
	for (const char *p = "ab\r"; *p != '\0'; p++)
		CHECK_OK(ioctl(slave, TIOCSTI, p));
	show_screen("TIOCSTI");
	show_input("TIOCSTI");
	CHECK_OK(setresuid(1, 1, 1));
	CHECK(ioctl(slave, TIOCSTI, "x") < 0);
	close_pair();
}

/* --- packet mode --- */

static void show_packet(const char *what)
{
	char buf[64];
	struct pollfd p = { master, POLLIN, 0 };

	printf("%s:", what);
	while (poll(&p, 1, settle()) == 1) {
		ssize_t n = read(master, buf, sizeof(buf));
		if (n <= 0)
			break;
		putchar(' ');
		print_bytes(buf, (size_t)n);
	}
	putchar('\n');
}

TEST(packet_mode)
{
	int on = 1, off = 0, got = -1;
	struct termios t;
	char buf[8];

	open_pair();
	CHECK_OK(ioctl(master, TIOCPKT, &on));
	CHECK_OK(ioctl(master, TIOCGPKT, &got));
	CHECK_EQ(got, 1);
	CHECK_ERR(ioctl(slave, TIOCPKT, &on), ENOTTY);
	show_packet("nothing");
	write_all(slave, "abc\n", 4);
	show_packet("data");
	CHECK_OK(tcflow(slave, TCOOFF));
	show_poll("stopped", master);
	show_packet("stop");
	CHECK_OK(tcflow(slave, TCOON));
	show_packet("start");
	CHECK_OK(tcflow(slave, TCOOFF));
	CHECK_OK(tcflow(slave, TCOON));
	show_packet("stop and start");
	CHECK_OK(tcflush(slave, TCIFLUSH));
	show_packet("flush read");
	CHECK_OK(tcflush(slave, TCOFLUSH));
	show_packet("flush write");
	CHECK_OK(tcflush(slave, TCIOFLUSH));
	show_packet("both");
	type("\003");
	show_packet("interrupt");
	change(0, 0, 0, 0, NOFLSH, 0);
	type("\003");
	show_packet("interrupt, no flush");
	type("\023");
	show_packet("typed stop");
	type("\021");
	show_packet("typed start");
	change(0, IXON, 0, 0, 0, 0);
	show_packet("no IXON");
	change(IXON, 0, 0, 0, 0, 0);
	show_packet("IXON");
	set_cc(VSTOP, 'x');
	show_packet("other VSTOP");
	set_cc(VSTOP, 19);
	show_packet("usual VSTOP");
	change(0, 0, 0, 0, EXTPROC, 0);
	show_packet("EXTPROC on");
	change(0, 0, 0, 0, 0, ECHO);
	show_packet("no ECHO");
	change(0, 0, 0, 0, 0, EXTPROC);
	show_packet("EXTPROC off");
	CHECK_OK(tcgetattr(slave, &t));
	CHECK_OK(tcsetattr(slave, TCSAFLUSH, &t));
	show_packet("TCSAFLUSH");
	write_all(slave, "12345", 5);
	show_poll("12345", master);
	for (int i = 1; i < 4; i++) {
		ssize_t n = read(master, buf, (size_t)i);
		printf("read of %d: ", i);
		print_bytes(buf, (size_t)n);
		putchar('\n');
	}
	write_all(slave, "z", 1);
	show_poll("z", master);
	CHECK_OK(tcflush(slave, TCIFLUSH));
	show_packet("status first");
	CHECK_OK(ioctl(master, TIOCPKT, &off));
	CHECK_OK(tcflush(slave, TCIFLUSH));
	write_all(slave, "q", 1);
	show_packet("off");
	CHECK_OK(ioctl(master, TIOCPKT, &on));
	show_packet("on again");
	close(slave);
	show_poll("closed", master);
	CHECK_ERR(read(master, buf, 8), EIO);
	close(master);
}

/* --- many --- */

TEST(many_pairs_in_any_order)
{
	enum { N = 60 };
	int m[N], s[N];

	for (int i = 0; i < N; i++) {
		m[i] = open_master();
		s[i] = open(ptsname(m[i]), O_RDWR | O_NOCTTY);
		CHECK_OK(s[i]);
		write_all(m[i], "abc\rdef", 7);
		write_all(s[i], "xyz", 3);
	}
	for (int i = 0; i < N; i++)
		close(i % 2 ? m[i] : s[i]);
	for (int i = 0; i < N; i++)
		close(i % 2 ? s[i] : m[i]);
	/* And by the end of the process, with both ends open. */
	CHECK_EXITED(CHILD(for (int i = 0; i < N; i++) {
			     m[i] = open_master();
			     if (i % 3)
				     open(ptsname(m[i]), O_RDWR | O_NOCTTY);
		     } setsid();
			   ioctl(m[1] + 1, TIOCSCTTY, 0)),
		     0);
}

/* A terminal inside a terminal, as tmux or script make them: what is typed goes through both. */
TEST(nested)
{
	int outer_master, outer_slave;
	char buf[64];
	pid_t pid;
	ssize_t n;

	open_pair();
	outer_master = master;
	outer_slave = slave;
	change(0, ICRNL | IXON, 0, OPOST, 0, ICANON | ECHO | ISIG);
	open_pair();
	pid = CHILD(close(outer_master); close(slave);
		    struct pollfd p[2] = { { outer_slave, POLLIN, 0 }, { master, POLLIN, 0 } };
		    for (;;) {
			    poll(p, 2, -1);
			    for (int i = 0; i < 2; i++) {
				    if (p[i].revents == 0)
					    continue;
				    n = read(p[i].fd, buf, sizeof(buf));
				    if (n <= 0)
					    _exit(0);
				    write_all(i == 0 ? master : outer_slave, buf, (size_t)n);
			    }
		    });
	close(master);
	close(outer_slave);
	write_all(outer_master, "inner\r", 6);
	CHECK_EQ(read(slave, buf, sizeof(buf)), 6);
	write_all(slave, "answer\n", 7);
	CHECK_EQ(read_all(outer_master, buf, 15), 15);
	print_bytes(buf, 15);
	putchar('\n');
	close(slave); /* ends the inner terminal, its keeper, and so the outer one */
	CHECK_EXITED(pid, 0);
	CHECK_ERR(read(outer_master, buf, 1), EIO);
	close(outer_master);
}

/* TIOCSCTTY at the master makes the slave the controlling terminal, if it has been opened or not. */
TEST(controlling_terminal_by_the_master)
{
	pid_t pid = CHILD({
		int unlock = 0, id = 0;
		char line[8];

		signal(SIGHUP, SIG_IGN);
		signal(SIGTTOU, SIG_IGN);
		setsid();
		int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
		ioctl(master, TIOCSPTLCK, &unlock);
		SAY(ioctl(master, TIOCGSID, &id));
		SAY(ioctl(master, TIOCSCTTY, 0));
		int tty = open("/dev/tty", O_RDWR);
		CHECK(tty >= 0);
		CHECK_OK(ioctl(master, TIOCGSID, &id));
		CHECK_EQ(id, getpid());
		CHECK_OK(ioctl(master, TIOCGPGRP, &id));
		CHECK_EQ(id, getpid());
		SAY(ioctl(master, TIOCNOTTY));
		SAY(ioctl(master, TIOCSCTTY, 0));
		SAY(ioctl(master, TIOCSPGRP, &id));
		int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
		CHECK_OK(ioctl(slave, TIOCGPGRP, &id));
		CHECK_EQ(id, getpid());
		CHECK_EQ(write(master, "hi\n", 3), 3);
		CHECK_EQ(read(tty, line, sizeof(line)), 3);
		SAY(ioctl(slave, TIOCNOTTY));
		SAY(open("/dev/tty", O_RDWR));
		SAY(ioctl(master, TIOCSCTTY, 0));
		pid_t child = CHILD(SAY(ioctl(master, TIOCSCTTY, 0)); setsid();
				    SAY(ioctl(master, TIOCSCTTY, 0));
				    SAY(ioctl(master, TIOCSCTTY, 1)); fflush(stdout));
		CHECK_EXITED(child, 0);
		SAY(open("/dev/tty", O_RDWR));
		fflush(stdout);
	});

	CHECK_EXITED(pid, 0);
}
