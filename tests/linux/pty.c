/* pty.c: pseudo terminals: devpts, the line discipline byte by byte, packet mode, hang-ups, job
 * control.  What a master is shown and what a slave reads is printed, and so compared with Linux. */
#include "harness.h"

#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/vfs.h>
#include <termios.h>

#ifndef EXTPROC
#define EXTPROC 0200000
#endif
#ifndef TIOCPKT_IOCTL
#define TIOCPKT_IOCTL 64
#endif
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif
#ifndef TIOCSIG
#define TIOCSIG _IOW('T', 0x36, int)
#endif
#ifndef TIOCGPKT
#define TIOCGPKT   _IOR('T', 0x38, int)
#define TIOCGPTLCK _IOR('T', 0x39, int)
#endif

static int master, slave;

static int open_master(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	CHECK_OK(fd);
	CHECK_OK(grantpt(fd));
	CHECK_OK(unlockpt(fd));
	return fd;
}

static void open_pair(void)
{
	master = open_master();
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK_OK(slave);
}

static void close_pair(void)
{
	close(slave);
	close(master);
}

static void type_bytes(const char *text, size_t len)
{
	write_all(master, text, len);
}

static void type(const char *text)
{
	type_bytes(text, strlen(text));
}

/* Linux moves bytes between the ends by a worker: give it time. */
static int settle(void)
{
	return on_flatshare() ? 0 : 40;
}

static void print_bytes(const char *data, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\n')
			printf("\\n");
		else if (c == '\r')
			printf("\\r");
		else if (c == '\t')
			printf("\\t");
		else if (c == '\b')
			printf("\\b");
		else if (c < ' ' || c >= 127 || c == '"' || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* All that the master is shown until nothing more comes. */
static size_t take_screen(char *buf, size_t size)
{
	struct pollfd p = { master, POLLIN, 0 };
	size_t n = 0;

	while (n < size && poll(&p, 1, settle()) == 1 && (p.revents & POLLIN) != 0) {
		ssize_t got = read(master, buf + n, size - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

static void show_screen(const char *name)
{
	static char buf[65536];
	size_t n = take_screen(buf, sizeof(buf));

	printf("%s: screen ", name);
	print_bytes(buf, n);
	putchar('\n');
}

/* All that the slave can read now. */
static void show_input(const char *name)
{
	char buf[8192];
	int n = -1;

	CHECK_OK(ioctl(slave, FIONREAD, &n));
	printf("%s: %d", name, n);
	fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
	for (int i = 0; i < 20; i++) {
		ssize_t got = read(slave, buf, sizeof(buf));

		if (got < 0) {
			printf(" %s\n", errno_name(errno));
			break;
		}
		printf(" read ");
		print_bytes(buf, (size_t)got);
		if (got == 0) {
			struct pollfd p = { slave, POLLIN, 0 };
			if (poll(&p, 1, 0) == 0) {
				printf(" -\n");
				break;
			}
		}
	}
	fcntl(slave, F_SETFL, O_RDWR);
}

static void change(tcflag_t i_on, tcflag_t i_off, tcflag_t o_on, tcflag_t o_off, tcflag_t l_on,
		   tcflag_t l_off)
{
	struct termios t;

	CHECK_OK(tcgetattr(slave, &t));
	t.c_iflag = (t.c_iflag | i_on) & ~i_off;
	t.c_oflag = (t.c_oflag | o_on) & ~o_off;
	t.c_lflag = (t.c_lflag | l_on) & ~l_off;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
}

static void set_cc(int which, unsigned c)
{
	struct termios t;

	CHECK_OK(tcgetattr(slave, &t));
	t.c_cc[which] = (cc_t)c;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
}

struct typing {
	const char *name;
	tcflag_t i_on, i_off, l_on, l_off;
	const char *text;
};

static void run_typing(const struct typing *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		open_pair();
		change(t[i].i_on, t[i].i_off, 0, 0, t[i].l_on, t[i].l_off);
		type(t[i].text);
		show_screen(t[i].name);
		show_input(t[i].name);
		close_pair();
	}
}

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

/* --- what is typed --- */

TEST_SLOW(canonical_editing, 20)
{
	static const struct typing t[] = {
		{ "line", 0, 0, 0, 0, "abc\r" },
		{ "newline", 0, 0, 0, 0, "abc\ndef" },
		{ "erase", 0, 0, 0, 0, "ax\177b\r" },
		{ "erase nothing", 0, 0, 0, 0, "\177\177a\r" },
		{ "erase control", 0, 0, 0, 0, "a\001\177\177b\r" },
		{ "erase tab", 0, 0, 0, 0, "ab\t\177c\td\177\177\177x\r" },
		{ "erase two tabs", 0, 0, 0, 0, "a\tb\tc\177\177\177\177\r" },
		{ "erase tab after control", 0, 0, 0, 0, "\001\002\t\177\r" },
		{ "word", 0, 0, 0, 0, "one two  \027x\r" },
		{ "word with signs", 0, 0, 0, 0, "a_b-c+d \027\027\r" },
		{ "word latin", 0, 0, 0, 0, "a b\344\327c\027x\r" },
		{ "kill", 0, 0, 0, 0, "abc\025x\r" },
		{ "kill tab", 0, 0, 0, 0, "a\tb\003c\025x\r" },
		{ "kill nothing", 0, 0, 0, 0, "\025x\r" },
		{ "literal", 0, 0, 0, 0, "a\026\004b\026\177\026\026\r" },
		{ "literal newline", 0, 0, 0, 0, "a\026\nb\026\rc\r" },
		{ "reprint", 0, 0, 0, 0, "a\tb\001\022c\r" },
		{ "end of file", 0, 0, 0, 0, "\004" },
		{ "end of file behind", 0, 0, 0, 0, "ab\004cd\004\004e\r" },
		{ "discard", 0, 0, 0, 0, "a\017b\r" },
		{ "utf8", IUTF8, 0, 0, 0, "a\303\244\177\342\202\254\177b\r" },
		{ "utf8 off", 0, 0, 0, 0, "a\303\244\177\r" },
		{ "utf8 only continuation", IUTF8, 0, 0, 0, "\200\200\177x\r" },
		{ "utf8 word", IUTF8, 0, 0, 0, "a \303\244\303\266\027x\r" },
		{ "utf8 tab", IUTF8, 0, 0, 0, "\303\244b\t\177\r" },
		{ "high bytes", 0, 0, 0, 0, "\377\200\r" },
	};

	run_typing(t, ARRAY_LEN(t));
}

TEST_SLOW(echo_flags, 20)
{
	static const struct typing t[] = {
		{ "no echo", 0, 0, 0, ECHO, "a\177b\025c\001\r" },
		{ "ECHONL", 0, 0, ECHONL, ECHO, "ab\r" },
		{ "no ECHOE", 0, 0, 0, ECHOE, "ab\177c\027\r" },
		{ "no ECHOK", 0, 0, 0, ECHOK, "ab\025c\r" },
		{ "no ECHOKE", 0, 0, 0, ECHOKE, "ab\025c\r" },
		{ "no ECHOK or KE", 0, 0, 0, ECHOK | ECHOKE, "ab\025c\r" },
		{ "no ECHOCTL", 0, 0, 0, ECHOCTL, "\001b\177\177\026\004c\r" },
		{ "ECHOPRT", 0, 0, ECHOPRT, 0, "abc\177\177d\r" },
		{ "ECHOPRT all", 0, 0, ECHOPRT, 0, "ab\177\177\r" },
		{ "ECHOPRT kill", 0, 0, ECHOPRT, 0, "abc\025x\r" },
		{ "ECHOPRT word", 0, 0, ECHOPRT, 0, "a bc\027\177x\r" },
		{ "ECHOPRT literal", 0, 0, ECHOPRT, 0, "abc\177\026\001\r" },
		{ "ECHOPRT reprint", 0, 0, ECHOPRT, 0, "abc\177\022\r" },
		{ "ECHOPRT utf8", IUTF8, 0, ECHOPRT, 0, "a\303\244\177\177\r" },
		{ "no IEXTEN", 0, 0, 0, IEXTEN, "a b\027\026\004\022\r" },
		{ "ECHO without ICANON", 0, 0, 0, ICANON, "a\177\r\n\t\001" },
		{ "raw echo of newline", 0, ICRNL, 0, ICANON, "a\r\nb" },
		{ "newline to return", INLCR, ICRNL, 0, ICANON, "a\r\nb" },
		{ "EXTPROC", 0, 0, EXTPROC, 0, "a\177\004\003\r\023b" },
		{ "FLUSHO PENDIN XCASE", 0, 0, FLUSHO | PENDIN | XCASE, 0, "aB\\c\r" },
	};

	run_typing(t, ARRAY_LEN(t));
}

TEST_SLOW(input_flags, 20)
{
	static const struct typing t[] = {
		{ "ISTRIP", ISTRIP, 0, 0, 0, "\341\342\215" },
		{ "INLCR", INLCR, ICRNL, 0, 0, "a\nb\r\004" },
		{ "IGNCR", IGNCR, 0, 0, 0, "a\rb\n" },
		{ "no ICRNL", 0, ICRNL, 0, 0, "a\rb\n" },
		{ "IUCLC", IUCLC, 0, 0, 0, "aBC\304\327\337\r" },
		{ "IUCLC no IEXTEN", IUCLC, 0, 0, IEXTEN, "aBC\r" },
		{ "IUCLC literal", IUCLC, 0, 0, 0, "\026A\r" },
		{ "PARMRK", PARMRK, 0, 0, 0, "a\377b\r" },
		{ "PARMRK raw", PARMRK, 0, 0, ICANON | ECHO, "a\377b\r" },
		{ "PARMRK IUTF8", PARMRK | IUTF8, 0, 0, 0, "a\377\177b\r" },
		{ "IGNPAR INPCK", IGNPAR | INPCK, 0, 0, 0, "a\377b\r" },
		{ "IXON", 0, 0, 0, 0, "a\023b\021c\r" },
		{ "IXON stays", 0, 0, 0, 0, "a\023b\r" },
		{ "no IXON", 0, IXON, 0, 0, "a\023b\021\r" },
		{ "IXANY", IXANY, 0, 0, 0, "a\023bc\r" },
		{ "IXANY return", IXANY, 0, 0, 0, "a\023\r" },
		{ "raw all", 0, ICRNL | IXON, 0, ICANON | ECHO | ISIG, "a\003\177\023\r\n\004" },
		{ "cbreak", 0, 0, 0, ICANON, "ab\177\025\004\026\r" },
	};

	run_typing(t, ARRAY_LEN(t));
}

TEST(control_characters)
{
	open_pair();
	set_cc(VEOL, '!');
	set_cc(VEOL2, '?');
	set_cc(VERASE, '#');
	set_cc(VKILL, '@');
	set_cc(VEOF, 'E');
	set_cc(VLNEXT, 0);
	type("ab!cd?e#f\026gE@xy#\r");
	show_screen("other");
	show_input("other");
	set_cc(VSTOP, '.');
	set_cc(VSTART, '.');
	type("a.b\r.c\r");
	show_screen("start is stop");
	show_input("start is stop");
	set_cc(VEOL, '\r');
	change(0, ICRNL, 0, 0, 0, 0);
	type("a\rb\n");
	show_screen("return ends");
	show_input("return ends");
	close_pair();
}

TEST(changes_of_mode)
{
	open_pair();
	type("abc");
	show_screen("typed");
	show_input("typed");
	change(0, 0, 0, 0, 0, ICANON);
	show_input("raw");
	type("xy");
	show_screen("xy");
	change(0, 0, 0, 0, ICANON, 0);
	show_input("lines again");
	change(0, 0, 0, 0, 0, ICANON);
	type("d\004e\n");
	show_screen("raw with eof");
	change(0, 0, 0, 0, ICANON, 0);
	type("f\n");
	show_screen("and a line");
	show_input("and a line");
	type("g\004h\ni");
	show_screen("ends kept?");
	change(0, 0, 0, 0, 0, ICANON);
	show_input("ends kept?");
	change(0, 0, 0, 0, 0, ICANON);
	write_all(master, "p\0", 2);
	show_screen("NUL");
	change(0, 0, 0, 0, ICANON, 0);
	show_input("pushed NUL");
	type("\026");
	show_screen("literal");
	change(0, 0, 0, 0, 0, ICANON);
	change(0, 0, 0, 0, ICANON, 0);
	type("\177z\r");
	show_screen("no longer literal");
	show_input("no longer literal");
	close_pair();
}

/* 4095 bytes and the newline fit; the last one is overwritten by those behind. */
TEST(a_line_too_long)
{
	static char line[6000], got[8192];
	ssize_t n;

	open_pair();
	change(IMAXBEL, 0, 0, 0, 0, ECHO);
	for (size_t i = 0; i < sizeof(line); i++)
		line[i] = (char)('a' + i % 23);
	type_bytes(line, sizeof(line));
	type("\r");
	n = read(slave, got, sizeof(got));
	printf("%d ", (int)n);
	print_bytes(got + n - 4, 4);
	show_screen(" bell?");
	type_bytes(line, 5000);
	type("\177\177Z\r");
	n = read(slave, got, sizeof(got));
	printf("%d ", (int)n);
	print_bytes(got + n - 5, 5);
	putchar('\n');
	close_pair();
}

TEST(short_reads)
{
	char buf[8];

	open_pair();
	type("hello\rab\004cd\r");
	CHECK_EQ(read(slave, buf, 3), 3);
	CHECK_EQ(read(slave, buf, 8), 3);
	CHECK_EQ(read(slave, buf, 2), 2); /* the end of file behind is swallowed */
	CHECK_EQ(read(slave, buf, 1), 1);
	CHECK_EQ(read(slave, buf, 8), 2);
	close_pair();
}

/* --- output --- */

TEST_SLOW(output_flags, 20)
{
	static const struct {
		const char *name;
		tcflag_t on, off;
		const char *text;
	} t[] = {
		{ "usual", 0, 0, "a\nb\tc\r\n" },
		{ "no OPOST", 0, OPOST, "a\nb\tc\r\n" },
		{ "no ONLCR", 0, ONLCR, "a\nb\tc\r\n" },
		{ "OLCUC", OLCUC, 0, "aBc\344\367\337\377\n" },
		{ "OCRNL", OCRNL, 0, "a\rb\n" },
		{ "ONOCR", ONOCR, 0, "\ra\r\rb\n\r" },
		{ "ONOCR no ONLCR", ONOCR, ONLCR, "ab\n\rc\r" },
		{ "ONLRET", ONLRET | ONOCR, ONLCR, "ab\n\rc\r" },
		{ "OCRNL ONLRET ONOCR", OCRNL | ONLRET | ONOCR, ONLCR, "ab\r\rc\n\r" },
		{ "XTABS", TAB3, 0, "a\tbc\t12345678\t.\b\b\t|\n\t|" },
		{ "XTABS control", TAB3, 0, "a\001\033\tb\200\t|" },
		{ "XTABS return", TAB3, 0, "abc\r\tx" },
		{ "TAB1", TAB1, 0, "a\tb" },
		{ "OFILL NL1 CR1 BS1 VT1 FF1", OFILL | NL1 | CR1 | BS1 | VT1 | FF1, 0,
		  "a\n\r\b\v\f" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		open_pair();
		change(0, 0, t[i].on, t[i].off, 0, 0);
		write_all(slave, t[i].text, strlen(t[i].text));
		show_screen(t[i].name);
		close_pair();
	}
	open_pair();
	change(IUTF8, 0, TAB3, 0, 0, 0);
	write_all(slave, "\303\244\tx", 4);
	show_screen("XTABS IUTF8");
	/* The cursor's column counts for echo as well. */
	write_all(slave, "\r> ", 3);
	type("\tx\177\177");
	show_screen("a tab behind a prompt");
	change(0, 0, 0, OPOST, 0, 0);
	type("\025a\tb\001\r");
	show_screen("echo without OPOST");
	change(0, 0, OPOST | OLCUC, 0, 0, 0);
	type("aZ\001\377\r");
	show_screen("echo with OLCUC");
	close_pair();
}

TEST(much_output_arrives_whole)
{
	enum { SIZE = 200000 };
	static char data[SIZE], got[SIZE];
	pid_t pid;

	open_pair();
	change(0, 0, 0, OPOST, 0, 0);
	fill(data, SIZE, 3);
	pid = CHILD(close(master); write_all(slave, data, SIZE); _exit(0));
	close(slave);
	CHECK_EQ(read_all(master, got, SIZE), SIZE);
	CHECK_EQ(memcmp(data, got, SIZE), 0);
	CHECK_ERR(read(master, got, 1), EIO);
	CHECK_EXITED(pid, 0);
	close(master);
}

TEST(much_input_arrives_whole)
{
	enum { SIZE = 200000 };
	static char data[SIZE], got[SIZE];
	pid_t pid;

	open_pair();
	change(0, ICRNL | IXON, 0, 0, 0, ICANON | ECHO | ISIG);
	fill(data, SIZE, 4);
	pid = CHILD(write_all(master, data, SIZE); pause());
	CHECK_EQ(read_all(slave, got, SIZE), SIZE);
	CHECK_EQ(memcmp(data, got, SIZE), 0);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close_pair();
}

/* Lines with echo that the master does not read do not stop the slave from getting them. */
TEST(echo_that_nobody_reads)
{
	char line[101], got[128];

	open_pair();
	memset(line, 'x', 100);
	line[100] = '\r';
	for (int i = 0; i < 400; i++) {
		type_bytes(line, sizeof(line));
		CHECK_EQ(read(slave, got, sizeof(got)), 101);
	}
	close_pair();
}

/* --- MIN and TIME --- */

static long long timed_read(int fd, char *buf, size_t size, ssize_t *n)
{
	long long start = now_ms();

	*n = read(fd, buf, size);
	return now_ms() - start;
}

static void set_min_time(int min, int time)
{
	change(0, 0, 0, 0, 0, ICANON | ECHO);
	set_cc(VMIN, (unsigned)min);
	set_cc(VTIME, (unsigned)time);
}

TEST(min_and_time)
{
	char buf[16];
	ssize_t n;
	long long ms;
	pid_t pid;

	open_pair();
	set_min_time(0, 0);
	CHECK_EQ(read(slave, buf, 16), 0);
	fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
	CHECK_EQ(read(slave, buf, 16), 0);
	fcntl(slave, F_SETFL, O_RDWR);

	set_min_time(0, 2);
	ms = timed_read(slave, buf, 16, &n);
	CHECK_EQ(n, 0);
	CHECK(ms >= 190);
	fcntl(slave, F_SETFL, O_RDWR | O_NONBLOCK);
	CHECK_ERR(read(slave, buf, 16), EAGAIN);
	fcntl(slave, F_SETFL, O_RDWR);
	type("ab");
	CHECK_EQ(read(slave, buf, 16), 2);

	set_min_time(3, 0);
	type("ab");
	pid = CHILD(sleep_ms(100); type("cd"));
	CHECK_EQ(read(slave, buf, 16), 4);
	CHECK_EXITED(pid, 0);
	type("abcde");
	CHECK_EQ(read(slave, buf, 2), 2);
	CHECK_EQ(read(slave, buf, 16), 3);

	set_min_time(5, 2);
	pid = CHILD(sleep_ms(100); type("a"));
	ms = timed_read(slave, buf, 16, &n); /* waits for the first byte, then 0.2 s */
	CHECK_EQ(n, 1);
	CHECK(ms >= 280);
	CHECK_EXITED(pid, 0);
	close_pair();
}

TEST(poll_counts_to_min)
{
	struct pollfd p;

	open_pair();
	set_min_time(3, 0);
	p = (struct pollfd){ slave, POLLIN, 0 };
	type("ab");
	CHECK_EQ(poll(&p, 1, 20), 0);
	type("c");
	CHECK_EQ(poll(&p, 1, 1000), 1);
	set_min_time(9, 1);
	CHECK_EQ(poll(&p, 1, 1000), 1);
	close_pair();
}

/* --- waiting at either end --- */

static void show_poll(const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLPRI, 0 };

	sleep_ms(settle() / 2);
	poll(&p, 1, 0);
	printf("%s:%s%s%s%s%s\n", what, p.revents & POLLIN ? " IN" : "",
	       p.revents & POLLOUT ? " OUT" : "", p.revents & POLLPRI ? " PRI" : "",
	       p.revents & POLLERR ? " ERR" : "", p.revents & POLLHUP ? " HUP" : "");
}

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

/* --- hang-ups --- */

TEST(master_closed)
{
	char buf[8];
	struct termios t;

	open_pair();
	type("abc\r");
	close(master);
	CHECK_EQ(read(slave, buf, 8), 0);
	CHECK_EQ(read(slave, buf, 8), 0);
	CHECK_ERR(write(slave, "x", 1), EIO);
	CHECK_ERR(tcgetattr(slave, &t), EIO);
	CHECK_ERR(tcsetpgrp(slave, getpgrp()), ENOTTY);
	CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EIO);
	show_poll("slave", slave);
	close(slave);
}

TEST(blocked_reader_when_the_master_goes)
{
	gate_open(&(struct gate){ { 0 } });
	pid_t pid;
	char c;

	open_pair();
	pid = CHILD(close(master); ssize_t n = read(slave, &c, 1); _exit(n == 0		? 40
									 : errno == EIO ? 41
											: 42));
	close(slave);
	sleep_ms(50);
	close(master);
	CHECK_EXITED(pid, 41);
}

TEST(blocked_writer_when_the_master_goes)
{
	static char data[65536];
	pid_t pid;

	open_pair();
	pid = CHILD(close(master); signal(SIGPIPE, SIG_DFL);
		    while (write(slave, data, sizeof(data)) > 0); _exit(errno == EIO ? 41 : 42));
	close(slave);
	sleep_ms(50);
	close(master);
	CHECK_EXITED(pid, 41);
}

TEST(slave_closed)
{
	char buf[16];

	open_pair();
	write_all(slave, "rest\n", 5);
	close(slave);
	CHECK_EQ(read(master, buf, 16), 6);
	CHECK_ERR(read(master, buf, 16), EIO);
	CHECK_EQ(write(master, "kept\r", 5), 5); /* for the next one */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_EQ(read(slave, buf, 16), 5);
	close_pair();
}

TEST(settings_outlive_the_slave)
{
	struct termios t;

	open_pair();
	change(0, 0, 0, 0, 0, ECHO);
	close(slave);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_OK(tcgetattr(slave, &t));
	CHECK_EQ(t.c_lflag & ECHO, 0);
	close_pair();
}

/* --- sessions --- */

/* A child that leads a session with the slave as its terminal, and runs fn.  The master is open in the
 * parent only. */
static pid_t session(int (*fn)(void))
{
	pid_t pid = fork();

	CHECK_OK(pid);
	if (pid == 0) {
		close(master);
		setsid();
		CHECK_OK(ioctl(slave, TIOCSCTTY, 0));
		_exit(fn());
	}
	return pid;
}

static int wait_here(void)
{
	write_all(slave, "!", 1);
	while (pause() < 0)
		;
	return 1;
}

static void wait_for_mark(void)
{
	char c = 0;

	while (c != '!')
		CHECK_EQ(read(master, &c, 1), 1);
}

TEST(typed_signals)
{
	static const struct {
		const char *text;
		int sig;
	} t[] = { { "\003", SIGINT }, { "\034", SIGQUIT } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		pid_t pid;
		open_pair();
		pid = session(wait_here);
		wait_for_mark();
		type("abc");
		show_screen("typed");
		type(t[i].text);
		CHECK_SIGNALED(pid, t[i].sig);
		show_screen("echo");
		show_input("flushed");
		close_pair();
	}
}

TEST(signals_from_the_master)
{
	static const int sigs[] = { SIGINT, SIGQUIT };

	for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
		pid_t pid;
		open_pair();
		pid = session(wait_here);
		wait_for_mark();
		CHECK_OK(ioctl(master, TIOCSIG, sigs[i]));
		CHECK_SIGNALED(pid, sigs[i]);
		close_pair();
	}
	open_pair();
	CHECK_ERR(ioctl(master, TIOCSIG, SIGKILL), EINVAL);
	close_pair();
}

TEST(hang_up_kills_the_session)
{
	pid_t pid;

	open_pair();
	pid = session(wait_here);
	wait_for_mark();
	close(slave);
	close(master);
	CHECK_SIGNALED(pid, SIGHUP);
}

static int foreground_child(void)
{
	struct gate g;
	pid_t pid;

	signal(SIGHUP, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	gate_open(&g);
	pid = CHILD(setpgid(0, 0); tcsetpgrp(slave, getpid()); signal(SIGHUP, SIG_DFL);
		    gate_signal(&g); for (;;) pause());
	gate_wait(&g);
	write_all(slave, "!", 1);
	/* The leader is told of the hang-up; its group in the foreground only when it ends. */
	while (tcgetsid(slave) == getpid())
		sleep_ms(5);
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	return 3;
}

TEST(hang_up_takes_the_terminal_away)
{
	pid_t pid;

	open_pair();
	pid = session(foreground_child);
	wait_for_mark();
	close(slave);
	close(master);
	CHECK_EXITED(pid, 3);
}

static int leave_a_child(void)
{
	struct gate g;

	signal(SIGTTOU, SIG_IGN);
	gate_open(&g);
	CHILD(setpgid(0, 0); tcsetpgrp(slave, getpid()); gate_signal(&g); for (;;) pause());
	gate_wait(&g);
	return 5;
}

/* When its leader ends, the group in the foreground gets SIGHUP and the terminal is free. */
TEST(end_of_a_leader)
{
	char buf[8];
	pid_t pid;

	open_pair();
	pid = session(leave_a_child);
	CHECK_EXITED(pid, 5);
	close(slave);
	CHECK_ERR(read(master, buf, 8), EIO); /* only when the child is gone too */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	pid = session(wait_here);
	wait_for_mark();
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close_pair();
}

static int look_at_session(void)
{
	pid_t other;
	int fd;

	signal(SIGHUP, SIG_IGN); /* TIOCNOTTY sends it */
	CHECK_EQ(tcgetsid(slave), getpid());
	CHECK_EQ(tcgetpgrp(slave), getpgrp());
	CHECK_OK(ioctl(slave, TIOCSCTTY, 0)); /* again */
	CHECK_ERR(tcsetpgrp(slave, 999999), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 1), EPERM);
	CHECK_ERR(tcsetpgrp(slave, -1), EINVAL);
	fd = open("/dev/tty", O_RDWR);
	CHECK_OK(fd);
	CHECK_OK(ioctl(fd, TIOCNOTTY));
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	CHECK_ERR(tcgetpgrp(slave), ENOTTY);
	CHECK_ERR(ioctl(slave, TIOCNOTTY), ENOTTY);
	close(fd);
	/* By opening: not with O_NOCTTY, not for writing alone. */
	char name[64];
	CHECK_EQ(ttyname_r(slave, name, sizeof(name)), 0);
	fd = open(name, O_RDWR | O_NOCTTY);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_NOCTTY, 0);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	close(fd);
	fd = open(name, O_WRONLY);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	close(fd);
	fd = open(name, O_RDONLY);
	CHECK_EQ(tcgetsid(fd), getpid());
	/* Another session cannot have it, unless it is taken by force. */
	other = CHILD(setsid(); CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EPERM);
		      int again = open(name, O_RDWR); CHECK_OK(again);
		      CHECK_ERR(tcgetsid(again), ENOTTY); CHECK_OK(ioctl(slave, TIOCSCTTY, 1));
		      CHECK_EQ(tcgetsid(slave), getpid()); _exit(8));
	CHECK_EXITED(other, 8);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	other = CHILD(CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EPERM)); /* no leader */
	CHECK_EXITED(other, 0);
	return 4;
}

TEST(controlling_terminal)
{
	pid_t pid, pgrp = -1;

	open_pair();
	CHECK_ERR(tcgetpgrp(slave), ENOTTY);
	CHECK_OK(ioctl(master, TIOCGPGRP, &pgrp)); /* the owner of a master may ask */
	CHECK_EQ(pgrp, 0);
	CHECK_ERR(ioctl(master, TIOCGSID, &pgrp), ENOTTY);
	pid = session(look_at_session);
	CHECK_EXITED(pid, 4);
	pid = session(wait_here);
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCGPGRP, &pgrp));
	CHECK_EQ(pgrp, pid);
	CHECK_OK(ioctl(master, TIOCGSID, &pgrp));
	CHECK_EQ(pgrp, pid);
	CHECK_ERR(tcsetpgrp(master, pid), ENOTTY);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close_pair();
}

static int winch_child(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	write_all(slave, "!", 1);
	CHECK_EQ(sigwait(&set, &sig), 0);
	write_all(slave, "!", 1);
	CHECK_EQ(sigwait(&set, &sig), 0);
	return 6;
}

TEST(window_size_signals)
{
	struct winsize size = { 10, 20, 0, 0 };
	pid_t pid;

	open_pair();
	pid = session(winch_child);
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCSWINSZ, &size));
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCSWINSZ, &size)); /* no change, no signal */
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	size.ws_row = 11;
	CHECK_OK(ioctl(slave, TIOCSWINSZ, &size));
	CHECK_EXITED(pid, 6);
	close_pair();
}

static int job_control(void)
{
	int status;
	char c;
	pid_t pid;
	struct termios t;

	tcgetattr(slave, &t);
	pid = CHILD(setpgid(0, 0); read(slave, &c, 1));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTIN);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);

	pid = CHILD(setpgid(0, 0); signal(SIGTTIN, SIG_IGN); CHECK_ERR(read(slave, &c, 1), EIO));
	CHECK_EXITED(pid, 0);

	pid = CHILD(setpgid(0, 0); tcsetattr(slave, TCSANOW, &t));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTOU);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);

	pid = CHILD(setpgid(0, 0); CHECK_EQ(write(slave, "w", 1), 1));
	CHECK_EXITED(pid, 0);
	t.c_lflag |= TOSTOP;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
	pid = CHILD(setpgid(0, 0); write(slave, "w", 1));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTOU);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	pid = CHILD(setpgid(0, 0); signal(SIGTTOU, SIG_IGN); CHECK_EQ(write(slave, "v", 1), 1));
	CHECK_EXITED(pid, 0);

	/* ^Z stops the group in the foreground. */
	pid = CHILD(for (;;) pause());
	setpgid(pid, pid);
	CHECK_OK(tcsetpgrp(slave, pid));
	signal(SIGTTOU, SIG_IGN);
	write_all(slave, "!", 1);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTSTP);
	CHECK_OK(tcsetpgrp(slave, getpgrp()));
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	return 9;
}

TEST(background_groups)
{
	pid_t pid;

	open_pair();
	pid = session(job_control);
	wait_for_mark();
	type("\032");
	CHECK_EXITED(pid, 9);
	show_screen("rest");
	close_pair();
}

static int choose_groups(void)
{
	pid_t gone = CHILD(setpgid(0, 0)), other = CHILD(pause());
	siginfo_t info;

	CHECK_OK(waitid(P_PID, (id_t)gone, &info, WEXITED | WNOWAIT));
	CHECK_OK(tcsetpgrp(slave, gone));
	CHECK_EQ(tcgetpgrp(slave), gone);
	signal(SIGTTOU, SIG_IGN);
	CHECK_OK(tcsetpgrp(slave, other));
	CHECK_EQ(tcgetpgrp(slave), other);
	CHECK_OK(tcsetpgrp(slave, getpid()));
	CHECK_EQ(waitpid(gone, NULL, 0), gone);
	CHECK_ERR(tcsetpgrp(slave, gone), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 0), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 1), EPERM);
	CHECK_OK(kill(other, SIGKILL));
	CHECK_SIGNALED(other, SIGKILL);
	return 4;
}

/* A shell may make a job the foreground whose processes have all ended, but not been waited for. */
TEST(foreground_of_zombies)
{
	open_pair();
	CHECK_EXITED(session(choose_groups), 4);
	close_pair();
}

TEST(exclusive_use)
{
	int fd;

	open_pair();
	CHECK_OK(ioctl(slave, TIOCEXCL));
	fd = open(ptsname(master), O_RDWR | O_NOCTTY); /* root may */
	CHECK_OK(fd);
	close(fd);
	CHECK_OK(chmod(ptsname(master), 0666));
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1));
			   CHECK_ERR(open(ptsname(master), O_RDWR | O_NOCTTY), EBUSY)),
		     0);
	CHECK_OK(ioctl(slave, TIOCNXCL));
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1));
			   CHECK_OK(open(ptsname(master), O_RDWR | O_NOCTTY))),
		     0);
	close_pair();
}

static int hang_self_up(void)
{
	char buf[4];

	signal(SIGHUP, SIG_IGN);
	CHECK_OK(ioctl(slave, TIOCVHANGUP));
	CHECK_EQ(read(slave, buf, 4), 0);
	CHECK_ERR(write(slave, "x", 1), EIO);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	return 2;
}

/* TIOCVHANGUP makes open files useless; the terminal can be opened anew. */
TEST(vhangup)
{
	pid_t pid;

	open_pair();
	pid = session(hang_self_up);
	CHECK_EXITED(pid, 2);
	CHECK_ERR(write(slave, "x", 1), EIO);
	close(slave);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_OK(slave);
	write_all(slave, "new", 3);
	show_screen("new");
	close_pair();
}

static int vhangup_self(void)
{
	char buf[4];

	signal(SIGHUP, SIG_IGN);
	CHECK_OK(vhangup());
	CHECK_EQ(read(slave, buf, 4), 0);
	return 2;
}

TEST(vhangup_of_the_own_terminal)
{
	pid_t pid;

	open_pair();
	pid = session(vhangup_self);
	CHECK_EXITED(pid, 2);
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1)); CHECK_ERR(vhangup(), EPERM)), 0);
	close_pair();
}

TEST(counts_in_proc)
{
	char before[16];

	snprintf(before, sizeof(before), "%s", read_file("/proc/sys/kernel/pty/nr"));
	open_pair();
	CHECK_EQ(atoi(read_file("/proc/sys/kernel/pty/nr")), atoi(before) + 1);
	close_pair();
	CHECK(strstr(read_file("/proc/devices"), "136 pts\n") != NULL);
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
