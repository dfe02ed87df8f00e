/* main.c: bench [NAME ...]: ask both guests the questions, or those whose names begin with a NAME.
 *
 * Both guests run at the same time and answer in turns, so that what else the host does meets both;
 * after some rounds they are started anew.  Made for `make bench`, which sets the environment:
 *
 *	BUILD		the folder with everything that is built
 *	BENCH_QUICK=1	three rounds, of shorter measurements
 *	BENCH_MINUTES	no new round after that time (12)
 *	BENCH_MACHINE, BENCH_ACCEL, BENCH_MIB	QEMU's machine type (q35), accelerator, memory
 *	BENCH_FACTOR	for time limits (1)
 *	BENCH_LINUX_APPEND, BENCH_FLAT_APPEND	more words for the kernels' command lines
 *
 * The status is 1 if something did not run; a figure is never a reason. */
#include "bench.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	INSTRUCTIONS = 20000000,
	ROUNDS_PER_BOOT = 2,
	QUICK_ROUNDS = 3,
	FEWEST_BOOTS = 1,
	MOST_BOOTS = 12
};

struct settings settings;
static char **names;
static int name_count;
static unsigned failures;
static bool terminal;

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void progress(const char *format, ...)
{
	static double begin, last;
	va_list args;

	if (begin == 0)
		begin = now();
	/* A line that is replaced, or one every ten seconds. */
	if (!terminal && now() - last < 10)
		return;
	last = now();
	fprintf(stderr, "%s%4.0f s: ", terminal ? "\r\033[K" : "", now() - begin);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (!terminal)
		fprintf(stderr, "\n");
	fflush(stderr);
}

void failed(const char *format, ...)
{
	va_list args;

	failures++;
	fprintf(stderr, "%sbench: ", terminal ? "\r\033[K" : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *s = getenv(name);

	return s == NULL || *s == '\0' ? otherwise : s;
}

static const char *path(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *s = malloc(size);

	if (s == NULL)
		exit(1);
	snprintf(s, size, "%s/%s", folder, name);
	return s;
}

static bool named(const struct question *q)
{
	if (settings.icount && q->flags & COUNTLESS)
		return false;
	for (int i = 0; i < name_count; i++)
		if (strncmp(q->name, names[i], strlen(names[i])) == 0)
			return true;
	return name_count == 0;
}

/* Does this side run what answers q?  Linux may answer in the name of another question. */
static bool asked(const struct question *q, enum side side)
{
	if (q->run == NULL || (side == LINUX && q->flags & ONLY_US))
		return false;
	if (named(q) && (side == FLAT || q->linux_name == NULL))
		return true;
	for (size_t i = 0; i < question_count; i++) {
		const struct question *other = &questions[i];

		if (!named(other))
			continue;
		if (side == LINUX && other->linux_name != NULL &&
		    strcmp(other->linux_name, q->name) == 0)
			return true;
		if (other->other != NULL && strcmp(other->other, q->name) == 0)
			return true;
	}
	return false;
}

/* Have the same words been run for a question above? */
static bool repeated(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (questions[k].run != NULL && strcmp(questions[k].run, questions[i].run) == 0 &&
		    named(&questions[k]))
			return true;
	return false;
}

static bool start(struct guest *g, enum side side, enum column column, bool big)
{
	const struct boot boot = { .mib = big ? settings.big_mib : settings.mib,
				   .init = "/b/init",
				   .initrd = settings.initrd,
				   .limit = 60,
				   .until = "@ready",
				   .warm = true };

	for (unsigned tries = 0; tries < 3; tries++)
		if (guest_start(g, side, column, &boot))
			return true;
	failed("%s does not start; last: %s", side == LINUX ? "Linux" : "Flatshare", g->last);
	return false;
}

/* One pair of answers. */
static bool ask_both(struct guest guests[SIDES], const struct question *q, enum column column,
		     unsigned round, bool big)
{
	for (unsigned s = 0; s < SIDES; s++) {
		enum side side = (s + round) % SIDES;
		struct guest *g = &guests[side];

		if (!asked(q, side) || guest_ask(g, q->run, 120))
			continue;
		failed("%s: %s fails; last: %s", q->name, side == LINUX ? "Linux" : "Flatshare",
		       g->last);
		guest_stop(g);
		if (!start(g, side, column, big))
			return false;
	}
	return true;
}

/* Is the question asked in this kind of guests? */
static bool here(const struct question *q, bool big)
{
	return (asked(q, LINUX) || asked(q, FLAT)) && !(q->flags & BIG) == !big;
}

/* One boot of both, and some rounds of all questions. */
static bool one_boot(enum column column, unsigned boot, unsigned rounds, bool big)
{
	struct guest guests[SIDES] = { 0 };
	bool good = true, any = false;

	for (size_t i = 0; i < question_count; i++)
		any |= here(&questions[i], big);
	if (!any)
		return true;
	progress("starting both guests, boot %u, %s addresses", boot + 1,
		 column == RANDOM ? "random" : "fixed");
	for (unsigned s = 0; s < SIDES && good; s++)
		good = start(&guests[s], s, column, big);
	for (unsigned round = 0; round < rounds && good; round++) {
		for (size_t i = 0; i < question_count && good; i++) {
			const struct question *q = &questions[i];

			if (!here(q, big) || repeated(i))
				continue;
			if (q->flags & HEAVY && round > 0)
				continue;
			progress("boot %u, %s addresses, round %u: %s", boot + 1,
				 column == RANDOM ? "random" : "fixed", round + 1, q->name);
			good = ask_both(guests, q, column, round + boot, big);
		}
	}
	for (unsigned s = 0; s < SIDES; s++)
		guest_stop(&guests[s]);
	return good;
}

static void ask_all(double begin)
{
	double end = begin + settings.minutes * 60;
	unsigned rounds = settings.quick ? QUICK_ROUNDS : ROUNDS_PER_BOOT;

	for (unsigned boot = 0; boot < (settings.quick ? 1 : MOST_BOOTS); boot++) {
		if (boot >= FEWEST_BOOTS && now() > end)
			break;
		for (unsigned c = 0; c < COLUMNS; c++) {
			if (!one_boot(c, boot, rounds, false))
				return;
			/* Much memory takes long to get; the figures there hardly spread. */
			if (boot == 0 && !one_boot(c, boot, QUICK_ROUNDS, true))
				return;
		}
	}
}

/* Counting instructions, one guest after the other answers everything in one boot, by a plan that is
 * in its initrd: nothing that comes from outside, at another moment each time, may change a count. */
static void count_instructions(enum side side, enum column column, bool big)
{
	struct boot boot = { .mib = big ? settings.big_mib : settings.mib,
			     .init = "/b/init",
			     .initrd = path(settings.build, "bench/plan.cpio"),
			     .limit = 120,
			     .until = "@ready" };
	char command[512];
	struct guest g;
	FILE *plan = fopen(path(settings.build, "bench/plan"), "we");
	unsigned count = 0;
	char *line = NULL;

	if (plan == NULL) {
		failed("no plan can be written");
		return;
	}
	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];

		if (asked(q, side) && !(q->flags & BIG) == !big && !repeated(i))
			fprintf(plan, "%u BENCH_CYCLES=%d /b/%s\n", ++count, INSTRUCTIONS, q->run);
	}
	fclose(plan);
	snprintf(command, sizeof(command),
		 "{ cat %s/bench/initrd.list; echo 'file b/plan 644 %s/bench/plan'; } | "
		 "%s/pack %s/bench/plan.cpio",
		 settings.build, settings.build, settings.build, settings.build);
	if (count == 0)
		return;
	if (system(command) != 0 || !guest_start(&g, side, column, &boot)) {
		failed("%s does not start", side == LINUX ? "Linux" : "Flatshare");
		return;
	}
	for (unsigned done = 0; done <= count && (line = guest_line(&g, 300)) != NULL;) {
		unsigned id, status;

		if (guest_answer(&g, line, 1))
			continue;
		if (strncmp(line, "@off", 4) == 0)
			break;
		if (sscanf(line, "@done %u %u", &id, &status) != 2)
			continue;
		done = id;
		progress("%s, %s addresses: %u of %u", side == LINUX ? "Linux" : "Flatshare",
			 column == RANDOM ? "random" : "fixed", done, count);
		if (status != 0)
			failed("%s: command %u of the plan fails",
			       side == LINUX ? "Linux" : "Flatshare", id);
	}
	if (line == NULL)
		failed("%s stops; last: %s", side == LINUX ? "Linux" : "Flatshare", g.last);
	guest_stop(&g);
}

/* Answers that follow from others: one of ours against another of ours. */
static void derive(void)
{
	static const char *const of = "heap.exit-512";

	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];

		for (unsigned c = 0; q->kind == AGAINST && c < COLUMNS; c++) {
			struct spread a = spread_of(series_of(FLAT, c, of, false));
			struct spread b = spread_of(series_of(FLAT, c, q->other, false));

			if (a.count > 0 && b.count > 0)
				series_add(FLAT, c, q->name, "times", a.median / b.median);
		}
	}
}

/* The rate of the time stamp counter. */
static double measure_khz(void)
{
	struct timespec pause = { .tv_nsec = 100000000 };
	double start = now();
	uint64_t tsc = __builtin_ia32_rdtsc();

	nanosleep(&pause, NULL);
	return (double)(__builtin_ia32_rdtsc() - tsc) / (now() - start) / 1000;
}

static void set_up(void)
{
	settings = (struct settings){
		.build = environment("BUILD", "build"),
		.qemu = environment("FLAT_QEMU", "qemu-system-x86_64"),
		.machine = environment("BENCH_MACHINE", "q35"),
		.accel = environment("BENCH_ACCEL", "tcg"),
		.cpu = environment("BENCH_CPU", "max"),
		.linux_kernel = "build/deps/linux/vmlinuz",
		.linux_append = environment("BENCH_LINUX_APPEND", ""),
		.flat_append = environment("BENCH_FLAT_APPEND", ""),
		.mib = (unsigned)atoi(environment("BENCH_MIB", "384")),
		.big_mib = (unsigned)atoi(environment("BENCH_BIG_MIB", "1280")),
		.quick = strcmp(environment("BENCH_QUICK", "0"), "0") != 0,
		.icount = strcmp(environment("MODE", ""), "icount") == 0,
		.factor = atof(environment("BENCH_FACTOR", "1")),
	};
	settings.minutes = atof(environment("BENCH_MINUTES", settings.quick ? "2" : "12"));
	settings.kernel = path(settings.build, "flatshare.elf");
	settings.initrd = path(settings.build, "bench/initrd.cpio");
	settings.small_initrd = path(settings.build, "bench/small.cpio");
	/* With -icount shift=0 an instruction is a nanosecond, and a tick of the counter. */
	settings.khz = settings.icount ? 1e6 : measure_khz();
	terminal = isatty(2);
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	double begin = now();

	names = argv + 1;
	name_count = argc - 1;
	set_up();
	measure_from_outside(named);
	for (unsigned c = 0; settings.icount && c < COLUMNS; c++)
		for (unsigned i = 0; i < SIDES * 2; i++)
			count_instructions(i % SIDES, c, i >= SIDES);
	if (!settings.icount)
		ask_all(begin);
	derive();
	if (terminal)
		fprintf(stderr, "\r\033[K");
	report_table(stdout, named);
	report_json("bench/results.json", named);
	report_markdown("bench/results.md", named);
	report_chart("bench/results.svg", named);
	printf("%.0f s; all answers: bench/results.json, a picture: bench/results.svg\n",
	       now() - begin);
	return failures > 0;
}
