/* flat.c: the host command of Flatshare: `flat SUBCOMMAND ...`. */
#include "tools/flat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct subcommand {
	const char *name;
	int (*run)(char **argv); /* gets what follows the name; => exit status */
	const char *summary;
} subcommands[] = {
	{ "run", command_run, "run a Linux program on Flatshare in QEMU" },
	{ "root", command_root, "make a root for it of Debian packages" },
	{ "trace", command_trace, "write what processes do, in time, for Perfetto" },
	{ "map", command_map, "draw the one address space" },
	{ "survey", command_survey, "say what each fork of programs needs" },
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void usage(FILE *to)
{
	size_t i;

	fputs("Usage: flat SUBCOMMAND ...\n\nSubcommands:\n", to);
	for (i = 0; i < SUBCOMMANDS; i++)
		fprintf(to, "  %-8s %s\n", subcommands[i].name, subcommands[i].summary);
	fputs("\nflat SUBCOMMAND --help tells more.\n", to);
}

/* Pipes must never get the numbers 0 to 2, whatever we were started with. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int main(int argc, char **argv)
{
	size_t i;

	tsc_begin();
	fill_standard_descriptors();
	if (argc < 2) {
		usage(stderr);
		return EXIT_FLAT;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	for (i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return subcommands[i].run(argv + 2);
	}
	die("unknown subcommand %s (see flat --help)", argv[1]);
}
