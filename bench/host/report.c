/* report.c: the table for people and the file for programs. */
#include "bench.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static const char *const column_names[COLUMNS] = { "random", "fixed" };
static const char *const verdicts[] = { [OPEN] = "", [MET] = "met", [MISSED] = "MISSED" };

/* Three digits that matter. */
static const char *digits(char *buf, size_t size, double value, const char *unit)
{
	int decimals = value >= 100 || value == (long)value ? 0 : value >= 10 ? 1 : 2;

	snprintf(buf, size, "%.*f%s%s", decimals, value, unit[0] != '\0' ? " " : "", unit);
	return buf;
}

const char *human(char *buf, size_t size, double value, const char *unit)
{
	static const char *const times[] = { "ns", "us", "ms", "s" };
	static const char *const bytes[] = { "B", "KiB", "MiB", "GiB" };
	static const char *const counts[] = { "", "k", "M", "G" };
	const char *const *steps = NULL;
	double step = 1000;
	unsigned i = 0;

	if (strcmp(unit, "times") == 0)
		return digits(buf, size, value, "");
	if (strcmp(unit, "cycles") == 0) {
		value = value / settings.khz * 1e6;
		steps = settings.icount ? counts : times;
	} else if (strcmp(unit, "ms") == 0) {
		value *= 1e6;
		steps = times;
	} else if (strcmp(unit, "bytes") == 0) {
		steps = bytes;
		step = 1024;
	} else if (strcmp(unit, "MiB") == 0) {
		return digits(buf, size, value, "MiB");
	} else {
		return digits(buf, size, value, "");
	}
	while (i < 3 && value >= step) {
		value /= step;
		i++;
	}
	return digits(buf, size, value, steps[i]);
}

static const char *figure(char *buf, size_t size, enum side side, enum column column,
			  const struct question *q)
{
	const char *name = side == LINUX && q->linux_name != NULL ? q->linux_name : q->name;
	const struct series *s = series_of(side, column, name, false);
	struct spread sp = spread_of(s);

	if (sp.count == 0) {
		snprintf(buf, size, "-");
		return buf;
	}
	return human(buf, size, sp.median, s->unit);
}

static const char *ratio_text(char *buf, size_t size, const struct spread *r)
{
	char m[24], l[24], h[24];

	if (r->count == 0)
		snprintf(buf, size, "-");
	else if (r->low == r->high)
		snprintf(buf, size, "%s", digits(m, sizeof(m), r->median, ""));
	else
		snprintf(buf, size, "%s (%s-%s)", digits(m, sizeof(m), r->median, ""),
			 digits(l, sizeof(l), r->low, ""), digits(h, sizeof(h), r->high, ""));
	return buf;
}

static void target_text(char *buf, size_t size, const struct question *q)
{
	char t[24];

	digits(t, sizeof(t), q->target, "");
	switch (q->kind) {
	case NONE: buf[0] = '\0'; break;
	case RATIO: snprintf(buf, size, "%s x", t); break;
	case AT_MOST:
		human(t, sizeof(t), q->target, strcmp(q->name, "size.idle-sh") == 0 ? "bytes" : "");
		snprintf(buf, size, "<= %s", t);
		break;
	case AGAINST: snprintf(buf, size, "<= %s", t); break;
	}
}

void report_table(FILE *out, bool (*wanted)(const struct question *))
{
	unsigned met[COLUMNS] = { 0 }, promised[COLUMNS] = { 0 };
	const char *group = "";

	fprintf(out, "%-42s|%-50s|%s\n", "", " programs at random addresses",
		" at fixed addresses");
	fprintf(out, "%-41s |%9s %9s  %-22s %-6s|%9s %9s  %-22s %-6s| %s\n", "", "Linux",
		"Flatshare", "times better (spread)", "", "Linux", "Flatshare",
		"times better (spread)", "", "target");
	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];
		char target[40];

		if (!wanted(q))
			continue;
		if (strcmp(group, q->group) != 0)
			fprintf(out, "%s\n", q->group);
		group = q->group;
		fprintf(out, "  %-39s |", q->text);
		for (unsigned c = 0; c < COLUMNS; c++) {
			struct spread r = ratio_of(q, c);
			enum verdict v = verdict_of(q, c);
			char a[32], b[32], t[80];

			fprintf(out, "%9s %9s  %-22s %-6s|", figure(a, sizeof(a), LINUX, c, q),
				figure(b, sizeof(b), FLAT, c, q), ratio_text(t, sizeof(t), &r),
				verdicts[v]);
			promised[c] += v != OPEN;
			met[c] += v == MET;
		}
		target_text(target, sizeof(target), q);
		fprintf(out, " %s\n", target);
	}
	fprintf(out, "Targets met: %u of %u at random addresses, %u of %u at fixed ones.\n",
		met[RANDOM], promised[RANDOM], met[FIXED], promised[FIXED]);
}

/* --- the table for docs/PERFORMANCE.md --- */

static const char *verdict_words(const struct question *q)
{
	enum verdict r = verdict_of(q, RANDOM), f = verdict_of(q, FIXED);

	if (r == MISSED && f != MET)
		return "**missed**";
	if (f == MISSED && r != MET)
		return "**missed**";
	if (r == MISSED)
		return "**missed** at random ones";
	if (f == MISSED)
		return "**missed** at fixed ones";
	return r == MET || f == MET ? "met" : "";
}

/* A | would end the cell. */
static void put_cell(FILE *f, const char *s)
{
	for (; *s != '\0'; s++)
		fprintf(f, *s == '|' ? "\\%c" : "%c", *s);
}

void report_markdown(const char *path, bool (*wanted)(const struct question *))
{
	const char *group = "";
	FILE *f = fopen(path, "we");

	if (f == NULL) {
		failed("%s cannot be written", path);
		return;
	}
	fprintf(f,
		"| question | Linux, random | Flatshare | times better | Linux, fixed | Flatshare | "
		"times better | target | |\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];
		char target[40], a[32], b[32], t[80];

		if (!wanted(q))
			continue;
		if (strcmp(group, q->group) != 0)
			fprintf(f, "| **%s** | | | | | | | | |\n", q->group);
		group = q->group;
		fprintf(f, "| ");
		put_cell(f, q->text + strspn(q->text, " "));
		for (unsigned c = 0; c < COLUMNS; c++) {
			struct spread r = ratio_of(q, c);

			fprintf(f, " | %s | %s | %s", figure(a, sizeof(a), LINUX, c, q),
				figure(b, sizeof(b), FLAT, c, q), ratio_text(t, sizeof(t), &r));
		}
		target_text(target, sizeof(target), q);
		fprintf(f, " | %s | %s |\n", target, verdict_words(q));
	}
	fclose(f);
}

/* --- JSON --- */

static void put_spread(FILE *f, const char *key, const struct spread *s)
{
	if (s->count == 0)
		fprintf(f, "\"%s\": null", key);
	else
		fprintf(f,
			"\"%s\": {\"median\": %.6g, \"low\": %.6g, \"high\": %.6g, \"count\": %u}",
			key, s->median, s->low, s->high, s->count);
}

static void put_series(FILE *f, const char *key, const struct series *s)
{
	struct spread sp = spread_of(s);
	bool cycles = s != NULL && strcmp(s->unit, "cycles") == 0;
	double scale = cycles ? 1e6 / settings.khz : 1;

	if (sp.count == 0) {
		fprintf(f, "\"%s\": null", key);
		return;
	}
	fprintf(f, "\"%s\": {\"unit\": \"%s\", \"median\": %.6g, \"samples\": [", key,
		!cycles		  ? s->unit
		: settings.icount ? "instructions"
				  : "ns",
		sp.median * scale);
	for (unsigned i = 0; i < s->count; i++)
		fprintf(f, "%s%.6g", i > 0 ? ", " : "", s->value[i] * scale);
	fprintf(f, "]}");
}

void report_json(const char *path, bool (*wanted)(const struct question *))
{
	static const char *const kinds[] = { "none", "ratio", "at most", "against" };
	FILE *f = fopen(path, "we");
	struct utsname host;
	time_t t = time(NULL);
	char date[40];
	const char *comma = "";

	if (f == NULL) {
		failed("%s cannot be written", path);
		return;
	}
	uname(&host);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&t));
	fprintf(f,
		"{\"date\": \"%s\", \"machine\": \"%s\", \"accel\": \"%s\", \"memory_mib\": %u,\n"
		" \"host_kernel\": \"%s\", \"tsc_khz\": %.0f, \"mode\": \"%s\", \"quick\": %s,\n"
		" \"questions\": [",
		date, settings.machine, settings.accel, settings.mib, host.release, settings.khz,
		settings.icount ? "icount" : "time", settings.quick ? "true" : "false");
	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];

		if (!wanted(q))
			continue;
		fprintf(f,
			"%s\n  {\"name\": \"%s\", \"group\": \"%s\", \"text\": \"%s\", \"target\": "
			"{\"kind\": \"%s\", \"value\": %g}",
			comma, q->name, q->group, q->text + strspn(q->text, " ."), kinds[q->kind],
			q->target);
		for (unsigned c = 0; c < COLUMNS; c++) {
			struct spread r = ratio_of(q, c);
			enum verdict v = verdict_of(q, c);

			fprintf(f, ",\n   \"%s\": {", column_names[c]);
			put_series(f, "linux",
				   series_of(LINUX, c,
					     q->linux_name != NULL ? q->linux_name : q->name,
					     false));
			fprintf(f, ", ");
			put_series(f, "flatshare", series_of(FLAT, c, q->name, false));
			fprintf(f, ", ");
			put_spread(f, "ratio", &r);
			fprintf(f, ", \"met\": %s}",
				v == OPEN  ? "null"
				: v == MET ? "true"
					   : "false");
		}
		fprintf(f, "}");
		comma = ",";
	}
	fprintf(f, "\n ]}\n");
	fclose(f);
}
