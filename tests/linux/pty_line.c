/* pty_line.c: the line discipline of a pseudo terminal byte by byte. */
#include "terminal.h"

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
