/* pty.c: a person at a terminal: runs a command on a pseudo terminal, types, and looks.
 *
 *	pty [-w SECONDS] [-p FACTOR] ROWSxCOLUMNS STEP ... -- COMMAND ...
 *
 * Steps: "send TEXT" types it; "expect TEXT" waits until it was shown since the last
 * expectation; "paste FILE" types a file's content and looks at nothing that is shown meanwhile;
 * "match FILE" waits until the file's content was shown, and fails at the first byte that differs;
 * "resize RxC"; "pause MS" (FACTOR times as long); "absent TEXT" fails if it was shown since then; "exit N"
 * waits for the command's end with that status.  \r \n \t \e \\ and \xHH stand for bytes.
 * Everything that was shown goes to standard error when a step fails.  Exit status: 0, or 1.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int master;
static pid_t child;
static char shown[1 << 20];
static size_t shown_len, seen; /* seen: up to where expectations have looked */
static int patience = 30, pause_factor = 1;

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The bytes that a step's text stands for.  => their number */
static size_t unescape(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n < size - 1; text++) {
		unsigned value;

		if (*text != '\\') {
			out[n++] = *text;
			continue;
		}
		switch (*++text) {
		case 'r': out[n++] = '\r'; break;
		case 'n': out[n++] = '\n'; break;
		case 't': out[n++] = '\t'; break;
		case 'e': out[n++] = 27; break;
		case 'x':
			sscanf(text + 1, "%2x", &value);
			out[n++] = (char)value;
			text += 2;
			break;
		default: out[n++] = *text;
		}
	}
	out[n] = '\0';
	return n;
}

/* Take what is there, for at most ms.  => false at the end */
static bool look(int ms)
{
	struct pollfd p = { master, POLLIN, 0 };
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return true;
	if (shown_len == sizeof(shown) - 1)
		return false;
	n = read(master, shown + shown_len, sizeof(shown) - 1 - shown_len);
	if (n <= 0)
		return false;
	shown_len += (size_t)n;
	return true;
}

static bool expect(const char *text, size_t len)
{
	long long end = now_ms() + patience * 1000;

	for (;;) {
		char *at = memmem(shown + seen, shown_len - seen, text, len);

		if (at != NULL) {
			seen = (size_t)(at - shown) + len;
			return true;
		}
		if (now_ms() > end)
			return false;
		if (!look(100)) {
			at = memmem(shown + seen, shown_len - seen, text, len);
			if (at == NULL)
				return false;
		}
	}
}

static bool expect_exit(int want)
{
	long long end = now_ms() + patience * 1000;
	int status;

	while (now_ms() < end) {
		look(20);
		if (waitpid(child, &status, WNOHANG) == child) {
			child = 0;
			while (look(50) && now_ms() < end && shown_len < sizeof(shown) - 1) {
				struct pollfd p = { master, POLLIN, 0 };

				if (poll(&p, 1, 50) <= 0)
					break;
			}
			return WIFEXITED(status) && WEXITSTATUS(status) == want;
		}
	}
	return false;
}

static FILE *open_file(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		err(2, "%s", path);
	return f;
}

/* Type as fast as the terminal takes it. */
static bool paste(const char *path)
{
	FILE *f = open_file(path);
	char data[4096], dropped[65536];
	long long end = now_ms() + patience * 1000;
	size_t have = 0, at = 0;

	fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	while (now_ms() < end) {
		struct pollfd p = { master, POLLIN | POLLOUT, 0 };

		if (at == have) {
			have = fread(data, 1, sizeof(data), f);
			at = 0;
			if (have == 0)
				break;
		}
		poll(&p, 1, 100);
		if ((p.revents & POLLIN) != 0 && read(master, dropped, sizeof(dropped)) <= 0)
			break;
		if ((p.revents & POLLOUT) != 0) {
			ssize_t n = write(master, data + at, have - at);
			at += n > 0 ? (size_t)n : 0;
		}
	}
	fcntl(master, F_SETFL, O_RDWR);
	fclose(f);
	return have == 0;
}

static bool match(const char *path)
{
	FILE *f = open_file(path);
	long long end = now_ms() + patience * 1000;
	int c = getc(f);
	bool same = true;

	while (c != EOF && same && now_ms() < end) {
		if (seen == shown_len) {
			seen = shown_len = 0;
			if (!look(100))
				break;
		}
		for (; seen < shown_len && c != EOF && same; seen++, c = getc(f))
			same = (unsigned char)shown[seen] == c;
	}
	fclose(f);
	return same && c == EOF;
}

static void set_size(const char *text)
{
	struct winsize size = { 0 };

	if (sscanf(text, "%hux%hu", &size.ws_row, &size.ws_col) != 2)
		errx(2, "bad size %s", text);
	ioctl(master, TIOCSWINSZ, &size);
}

static bool step(const char *text)
{
	char bytes[4096];
	size_t len;

	if (strncmp(text, "send ", 5) == 0) {
		len = unescape(text + 5, bytes, sizeof(bytes));
		return write(master, bytes, len) == (ssize_t)len;
	}
	if (strncmp(text, "expect ", 7) == 0) {
		len = unescape(text + 7, bytes, sizeof(bytes));
		return expect(bytes, len);
	}
	if (strncmp(text, "absent ", 7) == 0) {
		len = unescape(text + 7, bytes, sizeof(bytes));
		return memmem(shown + seen, shown_len - seen, bytes, len) == NULL;
	}
	if (strncmp(text, "paste ", 6) == 0)
		return paste(text + 6);
	if (strncmp(text, "match ", 6) == 0)
		return match(text + 6);
	if (strncmp(text, "resize ", 7) == 0) {
		set_size(text + 7);
		return true;
	}
	if (strncmp(text, "pause ", 6) == 0) {
		long long end = now_ms() + atol(text + 6) * pause_factor;

		while (now_ms() < end)
			if (!look(10))
				usleep(10000);
		return true;
	}
	if (strncmp(text, "exit ", 5) == 0)
		return expect_exit(atoi(text + 5));
	errx(2, "unknown step: %s", text);
}

static void start(char **argv, const char *size)
{
	int slave;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		err(2, "pseudo terminal");
	set_size(size);
	child = fork();
	if (child < 0)
		err(2, "fork");
	if (child == 0) {
		setsid();
		slave = open(ptsname(master), O_RDWR);
		ioctl(slave, TIOCSCTTY, 0);
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		if (slave > 2)
			close(slave);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
}

int main(int argc, char **argv)
{
	int i, first, command, option;

	while ((option = getopt(argc, argv, "+w:p:")) >= 0) {
		if (option == 'w')
			patience = atoi(optarg);
		else if (option == 'p')
			pause_factor = atoi(optarg);
		else
			return 2;
	}
	i = optind;
	for (command = i; command < argc && strcmp(argv[command], "--") != 0; command++)
		;
	if (command + 1 >= argc || i >= command)
		errx(2, "usage: pty [-w SECONDS] [-p FACTOR] ROWSxCOLUMNS STEP ... -- COMMAND ...");
	start(argv + command + 1, argv[i]);
	for (first = ++i; i < command; i++) {
		if (step(argv[i]))
			continue;
		printf("step %d failed: %s\n", i - first + 1, argv[i]);
		fwrite(shown, 1, shown_len, stderr);
		if (child > 0)
			kill(child, SIGTERM);
		usleep(300000);
		if (child > 0)
			kill(child, SIGKILL);
		return 1;
	}
	if (child > 0) {
		kill(child, SIGHUP);
		usleep(200000);
		kill(child, SIGKILL);
	}
	return 0;
}
