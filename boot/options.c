/* options.c: the kernel's options, from the words of the command line.
 *
 * Words are separated by spaces; "..." keeps spaces in a value; "--" ends the options.  Works
 * before the kernel is relocated, so the split words hold no pointers: they are kept as one
 * string after another, an empty string at the end. */

#include "boot/boot.h"
#include "lib/string.h"

static char words[sizeof(boot_info.cmdline) + 2];
static bool split;

static void split_words(void)
{
	const char *s = boot_info.cmdline;
	char *out = words;
	bool quoted = false;

	while (*s != '\0') {
		char *start = out;

		while (*s == ' ')
			s++;
		for (; *s != '\0' && (quoted || *s != ' '); s++) {
			if (*s == '"')
				quoted = !quoted;
			else
				*out++ = *s;
		}
		*out = '\0';
		if (strcmp(start, "--") == 0) {
			*start = '\0';
			break;
		}
		if (out != start)
			*++out = '\0';
	}
	split = true;
}

const char *option(const char *key)
{
	size_t len = strlen(key);

	if (!split)
		split_words();
	for (const char *w = words; *w != '\0'; w += strlen(w) + 1) {
		if (strncmp(w, key, len) != 0)
			continue;
		if (w[len] == '=')
			return w + len + 1;
		if (w[len] == '\0')
			return w + len;
	}
	return NULL;
}

uint64_t option_number(const char *key, uint64_t otherwise)
{
	const char *s = option(key);
	char *end;
	uint64_t n;

	if (s == NULL || *s == '\0')
		return otherwise;
	n = strtoull(s, &end, 0);
	switch (*end) {
	case 'k':
	case 'K': return n << 10;
	case 'm':
	case 'M': return n << 20;
	case 'g':
	case 'G': return n << 30;
	default: return n;
	}
}
