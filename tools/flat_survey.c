/* flat_survey.c: `flat survey`, `flat trace` and `flat map`: Python programs in the checkout's folder
 * survey/, which this finds and becomes. */
#include "tools/flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The checkout: what the script `flat` says, or else where the current folder is. */
static char *checkout(void)
{
	const char *said = getenv("FLAT_CHECKOUT");
	char *folder = said != NULL && *said != '\0' ? xstrdup(said) : getcwd(NULL, 0);
	char *main_file;

	if (folder == NULL)
		die("no current folder: %m");
	main_file = xasprintf("%s/survey/__main__.py", folder);
	if (access(main_file, R_OK) < 0)
		die("cannot read %s: %m (start the script flat of a checkout)", main_file);
	free(main_file);
	return folder;
}

static int become(const char *module, char **argv)
{
	struct strings args = { 0 };
	char *folder = checkout();
	const char *others = getenv("PYTHONPATH");
	char *path =
		others != NULL && *others != '\0' ? xasprintf("%s:%s", folder, others) : folder;

	setenv("PYTHONPATH", path, 1);
	setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
	strings_add(&args, "python3");
	strings_add(&args, "-m");
	strings_add(&args, module);
	for (; *argv != NULL; argv++)
		strings_add(&args, *argv);
	execvp("python3", args.item);
	die("cannot start python3: %m (Debian: apt-get install python3)");
}

int command_survey(char **argv)
{
	return become("survey", argv);
}

int command_trace(char **argv)
{
	return become("survey.trace", argv);
}

int command_map(char **argv)
{
	return become("survey.map", argv);
}
