/* flat_run.c: `flat run`: the options, and the steps of a run. */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_MEMORY "128M"

static const char help[] =
	"Usage: flat run [OPTION...] [--] PROGRAM [ARGUMENT...]\n"
	"\n"
	"Run PROGRAM as the first process of a Flatshare guest in QEMU. Options end at the first\n"
	"word that is not one.\n"
	"\n"
	"The program:\n"
	"  -e, --env NAME=VALUE     set an environment variable; NAME alone: as it is here\n"
	"  -w, --workdir DIR        start in DIR instead of /\n"
	"  -i, --interactive        hand on standard input even if it is a terminal\n"
	"  -t, --tty                give the program a terminal (and our input)\n"
	"  -v, --volume FROM:TO     FROM, a file or folder of the host, is TO in the guest: changes\n"
	"                           are seen on both sides. FROM:TO:ro: the guest cannot change\n"
	"                           it; FROM:TO:copy: a copy, made before the start\n"
	"      --root ROOT          the guest's root: an EROFS image, which is used in place; a folder of\n"
	"                           the host, of which an image is made in the cache if it is large,\n"
	"                           as often as something in it has changed; or a cpio archive\n"
	"      --timeout SECONDS    end the guest after that time, with status 124\n"
	"\n"
	"The machine:\n"
	"  -m, --memory SIZE        64M, 1G ...; a bare number is MiB (default " DEFAULT_MEMORY
	")\n"
	"      --machine TYPE       microvm (default), q35 or pc\n"
	"      --accel HOW          tcg, kvm or auto (default: kvm if it was shown to work)\n"
	"      --icount             by tcg; the guest's time is a count of its instructions, two\n"
	"                           nanoseconds each, however busy the host is; sleeps take none\n"
	"      --append WORDS       add to the kernel's command line\n"
	"      --kernel FILE        another kernel\n"
	"\n"
	"Looking in:\n"
	"      --strace             the guest's system calls, on standard error\n"
	"      --syscalls           at the end, on standard error: a count of the guest's system\n"
	"                           calls and their errors, by program; what is missing of them;\n"
	"                           files in /proc, /sys, /etc and /dev that were not there; so\n"
	"                           far as it was counted after --timeout or a kernel panic, too\n"
	"      --forks FILE         write to FILE what each fork needed and changed, and how the guest\n"
	"                           ended: lines of JSON, see docs/FORK.md\n"
	"      --verbose            the kernel's messages, on standard error\n"
	"      --dry-run            print QEMU's command line and do nothing\n"
	"  -h, --help               this text\n"
	"\n"
	"Standard input reaches the program unless it is a terminal and neither -i nor -t is given.\n"
	"With -t, pressing ^] three times within a second ends the guest.\n"
	"\n"
	"The exit status is the program's, or 124 after a timeout, 125 if flat, QEMU or the kernel\n"
	"failed, 126 if PROGRAM cannot be run, 127 if it is not there, 128+N if signal N ended it.\n"
	"\n"
	"Environment: FLAT_BUILD is the folder with flatshare.elf and initrd.cpio (default: where\n"
	"flat is), FLAT_QEMU the QEMU to use.\n";

enum option {
	OPT_ENV,
	OPT_WORKDIR,
	OPT_INTERACTIVE,
	OPT_TTY,
	OPT_VOLUME,
	OPT_ROOT,
	OPT_TIMEOUT,
	OPT_MEMORY,
	OPT_MACHINE,
	OPT_ACCEL,
	OPT_ICOUNT,
	OPT_APPEND,
	OPT_KERNEL,
	OPT_STRACE,
	OPT_SYSCALLS,
	OPT_FORKS,
	OPT_VERBOSE,
	OPT_DRY_RUN,
	OPT_HELP,
};

static const struct option_def options[] = {
	{ "-e", true, OPT_ENV },
	{ "--env", true, OPT_ENV },
	{ "-w", true, OPT_WORKDIR },
	{ "--workdir", true, OPT_WORKDIR },
	{ "-i", false, OPT_INTERACTIVE },
	{ "--interactive", false, OPT_INTERACTIVE },
	{ "-t", false, OPT_TTY },
	{ "--tty", false, OPT_TTY },
	{ "-v", true, OPT_VOLUME },
	{ "--volume", true, OPT_VOLUME },
	{ "--root", true, OPT_ROOT },
	{ "--timeout", true, OPT_TIMEOUT },
	{ "-m", true, OPT_MEMORY },
	{ "--memory", true, OPT_MEMORY },
	{ "--machine", true, OPT_MACHINE },
	{ "--accel", true, OPT_ACCEL },
	{ "--icount", false, OPT_ICOUNT },
	{ "--append", true, OPT_APPEND },
	{ "--kernel", true, OPT_KERNEL },
	{ "--strace", false, OPT_STRACE },
	{ "--syscalls", false, OPT_SYSCALLS },
	{ "--forks", true, OPT_FORKS },
	{ "--verbose", false, OPT_VERBOSE },
	{ "--dry-run", false, OPT_DRY_RUN },
	{ "-h", false, OPT_HELP },
	{ "--help", false, OPT_HELP },
	{ NULL, false, 0 },
};

/* One of a NULL-terminated list of words, or die. */
static const char *choice(const char *option, const char *value, const char *const *allowed)
{
	const char *const *word;

	for (word = allowed; *word != NULL; word++) {
		if (strcmp(*word, value) == 0)
			return *word;
	}
	die("run: %s: not %s", option, value);
}

static void set_env(struct strings *env, const char *assignment)
{
	size_t name = strcspn(assignment, "=");
	size_t i;

	for (i = 0; i < env->count; i++) {
		if (strncmp(env->item[i], assignment, name + 1) == 0) {
			free(env->item[i]);
			env->item[i] = xstrdup(assignment);
			return;
		}
	}
	strings_add(env, assignment);
}

/* "NAME=VALUE", or "NAME": our own value, if there is one. */
static void env_option(struct strings *env, const char *value)
{
	const char *ours;
	char *assignment;

	if (*value == '\0' || *value == '=')
		die("run: -e: no name in \"%s\"", value);
	if (strchr(value, '=') != NULL) {
		set_env(env, value);
		return;
	}
	ours = getenv(value);
	if (ours == NULL)
		return;
	assignment = xasprintf("%s=%s", value, ours);
	set_env(env, assignment);
	free(assignment);
}

static const char *memory_option(const char *value)
{
	size_t digits = strspn(value, "0123456789");
	const char *unit = value + digits;
	unsigned long n = strtoul(value, NULL, 10);

	if (digits == 0 || digits > 9 || n == 0 || strlen(unit) > 1 ||
	    (*unit != '\0' && strchr("kKmMgG", *unit) == NULL))
		die("run: -m: not a size: %s", value);
	return xasprintf("%lu%c", n, *unit != '\0' ? toupper((unsigned char)*unit) : 'M');
}

static double timeout_option(const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || (*end != '\0' && strcmp(end, "s") != 0) || !(seconds > 0))
		die("run: --timeout: not a number of seconds: %s", value);
	return seconds;
}

static void set_option(struct run_options *run, int id, const char *value)
{
	static const char *const machines[] = { "microvm", "q35", "pc", NULL };
	static const char *const accels[] = { "tcg", "kvm", "auto", NULL };

	switch (id) {
	case OPT_ENV: env_option(&run->env, value); break;
	case OPT_WORKDIR:
		if (*value != '/')
			die("run: -w: not an absolute path: %s", value);
		run->cwd = value;
		break;
	case OPT_INTERACTIVE: run->interactive = true; break;
	case OPT_TTY: run->tty = true; break;
	case OPT_VOLUME: strings_add(&run->volumes, value); break;
	case OPT_ROOT: run->root = value; break;
	case OPT_TIMEOUT: run->timeout = timeout_option(value); break;
	case OPT_MEMORY: run->memory = memory_option(value); break;
	case OPT_MACHINE: run->machine = choice("--machine", value, machines); break;
	case OPT_ACCEL: run->accel = choice("--accel", value, accels); break;
	case OPT_ICOUNT: run->icount = true; break;
	case OPT_APPEND: strings_add(&run->append, value); break;
	case OPT_KERNEL: run->kernel = value; break;
	case OPT_STRACE: run->strace = true; break;
	case OPT_SYSCALLS: run->syscalls = true; break;
	case OPT_FORKS: run->forks = value; break;
	case OPT_VERBOSE: run->verbose = true; break;
	case OPT_DRY_RUN: run->dry_run = true; break;
	}
}

/* The folder with what was built: FLAT_BUILD, or the one this program is in. */
static char *build_folder(void)
{
	const char *env = getenv("FLAT_BUILD");
	char path[PATH_MAX];
	ssize_t len;

	if (env != NULL && *env != '\0')
		return xstrdup(env);
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len < 0)
		die("cannot find my own path: /proc is not there");
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	return xstrdup(path);
}

static void default_environment(struct run_options *run)
{
	const char *term = getenv("TERM");

	set_env(&run->env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	set_env(&run->env, "HOME=/root");
	if (run->tty) {
		strings_addf(&run->env, "TERM=%s", term != NULL && *term != '\0' ? term : "linux");
	}
}

static void parse(struct run_options *run, char **argv)
{
	struct option_scan scan = { .defs = options, .command = "run", .argv = argv };
	struct run_options given = { 0 };
	size_t i;
	int id;

	while ((id = option_next(&scan)) >= 0) {
		if (id == OPT_HELP) {
			fputs(help, stdout);
			exit(0);
		}
		set_option(&given, id, scan.value);
	}
	*run = given;
	run->env = (struct strings){ 0 };
	default_environment(run);
	for (i = 0; i < given.env.count; i++)
		set_env(&run->env, given.env.item[i]);
	run->argv = scan.argv;
	if (*run->argv == NULL)
		die("run: no program given (see flat run --help)");
}

/* The root may be an image, or a folder for which there is one. */
static void find_image(struct run_options *run)
{
	char *packed = pack_large_folder(run->root);

	if (packed != NULL)
		run->root = packed;
	run->root_is_image = image_is(run->root);
}

static void fill_defaults(struct run_options *run)
{
	char *build = build_folder();

	if (run->kernel == NULL)
		run->kernel = xasprintf("%s/flatshare.elf", build);
	if (run->root == NULL)
		run->root = xasprintf("%s/initrd.cpio", build);
	if (run->memory == NULL)
		run->memory = DEFAULT_MEMORY;
	if (run->machine == NULL)
		run->machine = "microvm";
	if (run->icount && run->accel == NULL)
		run->accel = "tcg";
	find_image(run);
	volumes_parse(run);
	if (run->accel == NULL || strcmp(run->accel, "auto") == 0)
		run->accel = accel_choose();
	free(build);
	if (access(run->kernel, R_OK) < 0)
		die("cannot read the kernel %s: %m (has it been built?)", run->kernel);
}

int command_run(char **argv)
{
	struct run_options run;
	struct machine machine;
	int initrd;

	parse(&run, argv);
	fill_defaults(&run);
	if (!run.tty && !run.interactive && !isatty(0))
		run.interactive = true;
	initrd = archive_initrd(&run);
	machine_start(&machine, &run, initrd);
	close(initrd);
	return bridge_run(&machine, &run);
}
