/* terminal.h: a pseudo terminal, what is typed at its master and what both ends show, for the tests of
 * ptys.  What a master is shown and what a slave reads is printed, and so compared with Linux. */
#ifndef TESTS_LINUX_TERMINAL_H
#define TESTS_LINUX_TERMINAL_H

#include "harness.h"

#include <poll.h>
#include <sys/ioctl.h>
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

static inline int open_master(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	CHECK_OK(fd);
	CHECK_OK(grantpt(fd));
	CHECK_OK(unlockpt(fd));
	return fd;
}

static inline void open_pair(void)
{
	master = open_master();
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK_OK(slave);
}

static inline void close_pair(void)
{
	close(slave);
	close(master);
}

static inline void type_bytes(const char *text, size_t len)
{
	write_all(master, text, len);
}

static inline void type(const char *text)
{
	type_bytes(text, strlen(text));
}

/* Linux moves bytes between the ends by a worker: give it time. */
static inline int settle(void)
{
	return on_flatshare() ? 0 : 40;
}

static inline void print_bytes(const char *data, size_t len)
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
static inline size_t take_screen(char *buf, size_t size)
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

static inline void show_screen(const char *name)
{
	static char buf[65536];
	size_t n = take_screen(buf, sizeof(buf));

	printf("%s: screen ", name);
	print_bytes(buf, n);
	putchar('\n');
}

/* All that the slave can read now. */
static inline void show_input(const char *name)
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

static inline void change(tcflag_t i_on, tcflag_t i_off, tcflag_t o_on, tcflag_t o_off,
			  tcflag_t l_on, tcflag_t l_off)
{
	struct termios t;

	CHECK_OK(tcgetattr(slave, &t));
	t.c_iflag = (t.c_iflag | i_on) & ~i_off;
	t.c_oflag = (t.c_oflag | o_on) & ~o_off;
	t.c_lflag = (t.c_lflag | l_on) & ~l_off;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
}

static inline void set_cc(int which, unsigned c)
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

static inline void run_typing(const struct typing *t, size_t n)
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

static inline void show_poll(const char *what, int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLPRI, 0 };

	sleep_ms(settle() / 2);
	poll(&p, 1, 0);
	printf("%s:%s%s%s%s%s\n", what, p.revents & POLLIN ? " IN" : "",
	       p.revents & POLLOUT ? " OUT" : "", p.revents & POLLPRI ? " PRI" : "",
	       p.revents & POLLERR ? " ERR" : "", p.revents & POLLHUP ? " HUP" : "");
}

#endif
