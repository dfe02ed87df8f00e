/* flat_term.c: the host's terminal: raw while a guest has it, and as it was on every way out. */
#include "tools/flat.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile bool is_raw;

void term_restore(void)
{
	if (!is_raw)
		return;
	is_raw = false;
	tcsetattr(0, TCSANOW, &saved);
}

void term_raw(void)
{
	static bool registered;
	struct termios raw;

	if (tcgetattr(0, &saved) < 0)
		return;
	raw = saved;
	cfmakeraw(&raw);
	if (!registered)
		atexit(term_restore);
	registered = true;
	is_raw = true;
	tcsetattr(0, TCSANOW, &raw);
}

bool term_size(unsigned short *rows, unsigned short *columns)
{
	struct winsize size;
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
			*rows = size.ws_row;
			*columns = size.ws_col;
			return true;
		}
	}
	return false;
}
