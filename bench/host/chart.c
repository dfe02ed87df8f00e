/* chart.c: the ratios as a picture: one SVG file, readable without the table, light or dark as its
 * reader is.  A bar for each question and column, on a logarithmic scale; a line at the target. */
#include "bench.h"

#include <math.h>
#include <string.h>

enum {
	LEFT = 330,  /* of the bars */
	WIDTH = 560, /* of the scale */
	RIGHT = 250, /* for the figures */
	TOP = 120,
	ROW = 30,
	BAR = 10,
	GROUP = 34,
};

static double least, most;

static double place(double ratio)
{
	double part = log(ratio / least) / log(most / least);

	return LEFT + WIDTH * (part < 0 ? 0 : part > 1 ? 1 : part);
}

/* Is there a ratio to show? */
static bool shown(const struct question *q, bool (*wanted)(const struct question *))
{
	return wanted(q) && strncmp(q->name, "growth", 6) != 0 &&
	       (ratio_of(q, RANDOM).count > 0 || ratio_of(q, FIXED).count > 0);
}

static void scale_to_fit(bool (*wanted)(const struct question *))
{
	least = 0.5;
	most = 30;
	for (size_t i = 0; i < question_count; i++)
		for (unsigned c = 0; c < COLUMNS && shown(&questions[i], wanted); c++) {
			struct spread r = ratio_of(&questions[i], c);

			if (r.count > 0 && r.median * 1.3 > most)
				most = r.median * 1.3;
			if (r.count > 0 && r.median / 1.3 < least)
				least = r.median / 1.3;
		}
}

static void put_text(FILE *f, const char *s)
{
	for (s += strspn(s, " "); *s != '\0'; s++) {
		switch (*s) {
		case '&': fputs("&amp;", f); break;
		case '<': fputs("&lt;", f); break;
		default: putc(*s, f);
		}
	}
}

static void bar(FILE *f, const struct question *q, enum column column, double y)
{
	struct spread r = ratio_of(q, column);
	double from = place(1), to;

	if (r.count == 0)
		return;
	to = place(r.median);
	fprintf(f,
		"<rect class='%s%s' x='%.1f' y='%.1f' width='%.1f' height='%d' rx='2'/>"
		"<line class='spread' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>\n",
		column == RANDOM ? "random" : "fixed", r.median < 1 ? " worse" : "",
		from < to ? from : to, y, fabs(to - from) + 1, BAR, place(r.low), place(r.high),
		y + BAR / 2.0, y + BAR / 2.0);
}

static void figures(FILE *f, const struct question *q, double y)
{
	enum column c = ratio_of(q, FIXED).count > 0 ? FIXED : RANDOM;
	const struct series *a =
		series_of(LINUX, c, q->linux_name != NULL ? q->linux_name : q->name, false);
	const struct series *b = series_of(FLAT, c, q->name, false);
	char l[32], o[32];
	struct spread r[COLUMNS] = { ratio_of(q, RANDOM), ratio_of(q, FIXED) };

	fprintf(f, "<text class='ratio' x='%d' y='%.1f'>", LEFT + WIDTH + 12, y + 14);
	for (unsigned i = 0; i < COLUMNS; i++)
		if (r[i].count > 0)
			fprintf(f, "%s%.*f", i > 0 ? " / " : "", r[i].median < 10 ? 1 : 0,
				r[i].median);
	fprintf(f, "</text><text class='small' x='%d' y='%.1f'>%s : %s</text>\n",
		LEFT + WIDTH + RIGHT - 128, y + 14,
		human(l, sizeof(l), spread_of(a).median, a == NULL ? "" : a->unit),
		human(o, sizeof(o), spread_of(b).median, b == NULL ? "" : b->unit));
}

static void row(FILE *f, const struct question *q, double y)
{
	bool missed = verdict_of(q, RANDOM) == MISSED || verdict_of(q, FIXED) == MISSED;

	fprintf(f, "<text class='name' x='%d' y='%.1f'>", LEFT - 12, y + 14);
	put_text(f, q->text);
	fprintf(f, "</text>");
	bar(f, q, RANDOM, y);
	bar(f, q, FIXED, y + BAR + 1);
	if (q->kind == RATIO)
		fprintf(f, "<line class='target%s' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>",
			missed ? " missed" : "", place(q->target), place(q->target), y - 3,
			y + 2 * BAR + 4);
	figures(f, q, y);
}

static void axis(FILE *f, double bottom)
{
	for (double t = 0.1; t <= most; t *= 10)
		for (unsigned m = 1; m <= 5; m += m == 1 ? 1 : 3) {
			double at = t * m;

			if (at < least || at > most)
				continue;
			fprintf(f,
				"<line class='%s' x1='%.1f' x2='%.1f' y1='%d' y2='%.0f'/>"
				"<text class='tick' x='%.1f' y='%d'>%g x</text>\n",
				at == 1 ? "one" : "grid", place(at), place(at), TOP - 8, bottom,
				place(at), TOP - 14, at);
		}
}

static const char style[] =
	"text{font:13px system-ui,sans-serif;fill:#222}.title{font-size:20px;font-weight:600}"
	".name{text-anchor:end}.group{font-weight:600;font-size:14px}.tick{text-anchor:middle;font-size:11px;"
	"fill:#777}.small{font-size:11px;fill:#777}.ratio{font-weight:600}.grid{stroke:#e4e4e4}"
	".one{stroke:#999;stroke-width:1.5}.spread{stroke:#0006;stroke-width:2}.random{fill:#2f6fb5}"
	".fixed{fill:#8fbce6}.worse{fill:#c44}.target{stroke:#2a8f3c;stroke-width:3}"
	".missed{stroke:#d33}.paper{fill:#fff}"
	"@media(prefers-color-scheme:dark){text{fill:#ddd}.tick,.small{fill:#999}.grid{stroke:#333}"
	".one{stroke:#777}.spread{stroke:#fff8}.random{fill:#5b9be0}.fixed{fill:#2f5d8f}"
	".paper{fill:#16181c}.target{stroke:#4cc062}.missed{stroke:#f66}}";

static void legend(FILE *f)
{
	const int y = 62;

	fprintf(f,
		"<rect class='random' x='20' y='%d' width='22' height='%d' rx='2'/>"
		"<text x='48' y='%d'>programs at random addresses</text>"
		"<rect class='fixed' x='270' y='%d' width='22' height='%d' rx='2'/>"
		"<text x='298' y='%d'>at fixed addresses</text>"
		"<line class='target' x1='440' x2='440' y1='%d' y2='%d'/><text x='450' y='%d'>target, met</text>"
		"<line class='target missed' x1='560' x2='560' y1='%d' y2='%d'/>"
		"<text x='570' y='%d'>target, missed</text>"
		"<text class='small' x='690' y='%d'>thin line: half of all pairs; figures at the right: Linux : "
		"Flatshare</text>\n",
		y, BAR, y + 10, y, BAR, y + 10, y - 6, y + 16, y + 10, y - 6, y + 16, y + 10,
		y + 10);
}

void report_chart(const char *path, bool (*wanted)(const struct question *))
{
	const char *group = "";
	double y = TOP, height = TOP + 20;
	FILE *f;

	scale_to_fit(wanted);
	for (size_t i = 0; i < question_count; i++) {
		if (!shown(&questions[i], wanted))
			continue;
		height += ROW + (strcmp(group, questions[i].group) != 0 ? GROUP : 0);
		group = questions[i].group;
	}
	if (group[0] == '\0')
		return;
	f = fopen(path, "we");
	if (f == NULL) {
		failed("%s cannot be written", path);
		return;
	}
	fprintf(f,
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %.0f' width='%d'>"
		"<style>%s</style><rect class='paper' width='100%%' height='100%%'/>"
		"<text class='title' x='20' y='34'>Flatshare against a Linux guest: times %s</text>\n",
		LEFT + WIDTH + RIGHT, height, LEFT + WIDTH + RIGHT, style,
		settings.icount ? "fewer instructions" : "faster, or smaller");
	legend(f);
	axis(f, height - 20);
	group = "";
	for (size_t i = 0; i < question_count; i++) {
		const struct question *q = &questions[i];

		if (!shown(q, wanted))
			continue;
		if (strcmp(group, q->group) != 0) {
			fprintf(f, "<text class='group' x='20' y='%.1f'>", y + 22);
			put_text(f, q->group);
			fprintf(f, "</text>\n");
			y += GROUP;
		}
		group = q->group;
		row(f, q, y);
		y += ROW;
	}
	fprintf(f, "</svg>\n");
	fclose(f);
}
