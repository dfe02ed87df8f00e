/* measure.c: what is seen from outside: the start, sizes, the smallest memory. */
#include "bench.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { START_MIB = 256, MOST_MIB = 256, STARTS = 9, FEWEST_STARTS = 3, PART_FOR_STARTS = 16 };

static const char *const names[SIDES] = { "Linux", "Flatshare" };

/* From QEMU's start to the first line of a shell script that is the first program.  machine: NULL, the
 * usual one. */
static void boot_pairs(const char *name, const char *machine)
{
	const struct boot boot = { .mib = START_MIB,
				   .init = "/b/scripts/first.sh",
				   .initrd = settings.small_initrd,
				   .limit = 30,
				   .until = "@shell",
				   .machine = machine };
	unsigned rounds = settings.quick ? FEWEST_STARTS : STARTS;
	double end = now() + settings.minutes * 60 / PART_FOR_STARTS;
	struct guest g;

	for (unsigned i = 0; i < rounds * COLUMNS; i++) {
		double ms[SIDES];
		bool good = true;

		if (i >= FEWEST_STARTS * COLUMNS && i % COLUMNS == 0 && now() > end)
			break;
		progress("boot %u/%u", i + 1, rounds * COLUMNS);
		for (unsigned s = 0; s < SIDES && good; s++) {
			enum side side = (i / COLUMNS + s) % SIDES;

			good = guest_start(&g, side, i % COLUMNS, &boot) ||
			       guest_start(&g, side, i % COLUMNS, &boot);
			ms[side] = (now() - g.started) * 1000;
			if (good)
				guest_stop(&g);
			else
				failed("%s: %s does not reach its shell; last: %s", name,
				       names[side], g.last);
		}
		for (unsigned s = 0; s < SIDES && good; s++)
			series_add(s, i % COLUMNS, name, "ms", ms[s]);
	}
}

static void boot_usual(void)
{
	boot_pairs("boot.shell", NULL);
}

/* The machine that `flat run` takes. */
static void boot_microvm(void)
{
	boot_pairs("boot.microvm", "microvm,acpi=off,pic=on,pit=on,rtc=on");
}

/* The smallest -m with which a shell does some work; 0: not even the most. */
static unsigned smallest(enum side side, enum column column)
{
	unsigned bad = 0, good = MOST_MIB + 1;

	while (good - bad > 1) {
		unsigned mib = bad == 0 && good > MOST_MIB ? MOST_MIB : (bad + good) / 2;
		const struct boot boot = { .mib = mib,
					   .init = "/b/scripts/work.sh",
					   .initrd = settings.small_initrd,
					   .limit = 12,
					   .until = "@worked" };
		struct guest g;

		progress("smallest memory, %s: -m %uM", names[side], mib);
		if (guest_start(&g, side, column, &boot)) {
			guest_stop(&g);
			good = mib;
		} else {
			bad = mib;
		}
		if (bad == MOST_MIB)
			return 0;
	}
	return good;
}

static void memory(void)
{
	for (unsigned s = 0; s < SIDES; s++) {
		unsigned mib = smallest(s, FIXED);

		if (mib == 0) {
			failed("size.memory: %s does not run in %u MiB", names[s], MOST_MIB);
			continue;
		}
		/* Where programs lie makes no difference to this. */
		for (unsigned c = 0; c < COLUMNS; c++)
			series_add(s, c, "size.memory", "MiB", mib);
	}
}

/* How many shells there can be: the guest prints the count so far. */
static unsigned fit(enum side side, unsigned mib)
{
	const struct boot boot = { .mib = mib,
				   .init = "/b/init",
				   .initrd = settings.initrd,
				   .limit = 12,
				   .until = "@ready" };
	static const char command[] = "1 /b/many fit\n";
	struct guest g;
	double count = 0;
	char *line;

	if (!guest_start(&g, side, RANDOM, &boot))
		return 0;
	if (write(g.in, command, sizeof(command) - 1) > 0)
		while ((line = guest_line(&g, 60)) != NULL && strncmp(line, "@done", 5) != 0)
			if (sscanf(line, "@ size.fit shells %lf", &count) == 1)
				progress("%s, %u MiB: %.0f shells", names[side], mib, count);
	guest_stop(&g);
	return (unsigned)count;
}

static void fit_all(unsigned mib, const char *name)
{
	for (unsigned s = 0; s < SIDES; s++) {
		unsigned count = fit(s, mib);

		for (unsigned c = 0; c < COLUMNS; c++)
			series_add(s, c, name, "shells", count);
	}
}

static void fit_64(void)
{
	fit_all(64, "size.fit-64");
}

static void fit_128(void)
{
	fit_all(128, "size.fit-128");
}

static void kernel_size(void)
{
	const char *const path[SIDES] = { settings.linux_kernel, settings.kernel };
	struct stat st;

	for (unsigned s = 0; s < SIDES; s++)
		for (unsigned c = 0; c < COLUMNS; c++)
			if (stat(path[s], &st) == 0)
				series_add(s, c, "size.kernel", "bytes", (double)st.st_size);
}

void measure_from_outside(bool (*wanted)(const struct question *))
{
	static const struct {
		const char *name;
		void (*measure)(void);
	} all[] = {
		{ "size.kernel", kernel_size },	  { "boot.shell", boot_usual },
		{ "boot.microvm", boot_microvm }, { "size.memory", memory },
		{ "size.fit-64", fit_64 },	  { "size.fit-128", fit_128 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct question *q = question_find(all[i].name);

		if (q != NULL && wanted(q))
			all[i].measure();
	}
}
