/* script.c: "#! interpreter argument" */

#include <asm/errno.h>

#include "elf/script.h"
#include "lib/string.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

int script_parse(char *head, size_t len, size_t size, char **interp, char **arg)
{
	if (len < 2 || head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	char *end = memchr(head, '\n', len);
	bool cut = end == NULL && len == size;
	if (end == NULL)
		end = head + MIN(len, size - 1);
	*end = 0;
	end = head + strnlen(head, (size_t)(end - head));
	while (end > head + 2 && blank(end[-1]))
		*--end = 0;
	char *p = head + 2;
	while (blank(*p))
		p++;
	if (*p == 0)
		return -ENOEXEC;
	*interp = p;
	while (*p != 0 && !blank(*p))
		p++;
	*arg = NULL;
	if (*p == 0)
		return cut ? -ENOEXEC : 0;
	*p++ = 0;
	while (blank(*p))
		p++;
	if (*p != 0)
		*arg = p;
	return 0;
}
