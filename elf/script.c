/* script.c: "#! interpreter argument" */

#include <asm/errno.h>

#include "elf/script.h"
#include "lib/string.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *p, const char *end)
{
	while (p < end && blank(*p))
		p++;
	return p;
}

/* The first blank or NUL; `end` if there is none. */
static char *word_end(char *p, const char *end)
{
	while (p < end && *p != 0 && !blank(*p))
		p++;
	return p;
}

int script_parse(char head[SCRIPT_HEAD], char **interp, char **arg)
{
	char *limit = head + SCRIPT_HEAD, *end;

	if (head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	end = memchr(head, '\n', SCRIPT_HEAD);
	if (end == NULL) {
		/* Either the file ends here or the line is cut off: is the name whole? */
		char *name = skip_blanks(head + 2, limit);
		if (word_end(name, limit) == limit)
			return -ENOEXEC;
		end = limit - 1;
	}
	while (end > head + 2 && blank(end[-1]))
		end--;
	char *name = skip_blanks(head + 2, end);
	if (name == end)
		return -ENOEXEC;
	*end = 0;
	*interp = name;
	*arg = NULL;
	char *sep = word_end(name, end);
	if (blank(*sep)) {
		*sep = 0;
		*arg = skip_blanks(sep + 1, end);
	}
	return 0;
}
