/* flat_opt.c: options of a subcommand.
 *
 * Scanning stops at the first word that is not an option, or behind "--", so that a program's own
 * options need no quoting.  "-it", "-m64M", "--root=DIR" and "--root DIR" all work.
 */
#include "tools/flat.h"

#include <string.h>

static const struct option_def *find(const struct option_scan *scan, const char *name, size_t len)
{
	const struct option_def *def;

	for (def = scan->defs; def->name != NULL; def++) {
		if (strlen(def->name) == len && memcmp(def->name, name, len) == 0)
			return def;
	}
	die("%s: unknown option %.*s (see flat %s --help)", scan->command, (int)len, name,
	    scan->command);
}

static const char *next_word(struct option_scan *scan, const struct option_def *def)
{
	if (*scan->argv == NULL)
		die("%s: option %s needs a value (see flat %s --help)", scan->command, def->name,
		    scan->command);
	return *scan->argv++;
}

/* A letter of "-it" or "-m64M". */
static int next_letter(struct option_scan *scan)
{
	char name[3] = { '-', *scan->cluster++, '\0' };
	const struct option_def *def = find(scan, name, 2);
	const char *rest = scan->cluster;

	if (*rest == '\0' || def->has_value)
		scan->cluster = NULL;
	if (def->has_value)
		scan->value = *rest != '\0' ? rest : next_word(scan, def);
	return def->id;
}

int option_next(struct option_scan *scan)
{
	const char *word = *scan->argv;
	const struct option_def *def;
	const char *equals;

	scan->value = NULL;
	if (scan->cluster != NULL)
		return next_letter(scan);
	if (word == NULL || word[0] != '-' || word[1] == '\0')
		return -1;
	scan->argv++;
	if (strcmp(word, "--") == 0)
		return -1;
	if (word[1] != '-') {
		scan->cluster = word + 1;
		return next_letter(scan);
	}
	equals = strchrnul(word, '=');
	def = find(scan, word, equals - word);
	if (*equals == '=' && !def->has_value)
		die("%s: option %s takes no value", scan->command, def->name);
	if (def->has_value)
		scan->value = *equals == '=' ? equals + 1 : next_word(scan, def);
	return def->id;
}
