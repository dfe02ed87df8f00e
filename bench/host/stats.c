/* stats.c: what was answered, and what follows from it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static struct series all[SIDES][COLUMNS][MAX_ANSWERS];

struct series *series_of(enum side side, enum column column, const char *name, bool make)
{
	struct series *list = all[side][column];

	for (size_t i = 0; i < MAX_ANSWERS; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
		if (list[i].name[0] != '\0')
			continue;
		if (!make)
			return NULL;
		snprintf(list[i].name, sizeof(list[i].name), "%s", name);
		return &list[i];
	}
	return NULL;
}

void series_add(enum side side, enum column column, const char *name, const char *unit,
		double value)
{
	struct series *s = series_of(side, column, name, true);

	if (s == NULL || s->count == MAX_ROUNDS)
		return;
	snprintf(s->unit, sizeof(s->unit), "%s", unit);
	s->value[s->count++] = value;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value at that part of the sorted list, between neighbours by proportion. */
static double at(const double *sorted, unsigned count, double part)
{
	double place = part * (count - 1);
	unsigned below = (unsigned)place;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

static struct spread spread(double *values, unsigned count)
{
	struct spread s = { .count = count };

	if (count == 0)
		return s;
	qsort(values, count, sizeof(*values), compare);
	s.median = at(values, count, 0.5);
	s.low = at(values, count, 0.25);
	s.high = at(values, count, 0.75);
	return s;
}

struct spread spread_of(const struct series *s)
{
	double sorted[MAX_ROUNDS];

	if (s == NULL || strcmp(s->unit, "none") == 0)
		return (struct spread){ 0 };
	memcpy(sorted, s->value, sizeof(sorted));
	return spread(sorted, s->count);
}

struct spread ratio_of(const struct question *q, enum column column)
{
	const char *linux_name = q->linux_name != NULL ? q->linux_name : q->name;
	const struct series *a = series_of(LINUX, column, linux_name, false);
	const struct series *b = series_of(FLAT, column, q->name, false);
	double ratios[MAX_ROUNDS];
	unsigned count = 0;

	if (q->flags & ONLY_US || spread_of(a).count == 0 || spread_of(b).count == 0)
		return (struct spread){ 0 };
	for (unsigned i = 0; i < a->count && i < b->count; i++)
		if (a->value[i] > 0 && b->value[i] > 0)
			ratios[count++] = q->flags & MORE_IS_BETTER ? b->value[i] / a->value[i]
								    : a->value[i] / b->value[i];
	return spread(ratios, count);
}

enum verdict verdict_of(const struct question *q, enum column column)
{
	struct spread ours = spread_of(series_of(FLAT, column, q->name, false)), other;

	switch (q->kind) {
	case RATIO:
		other = ratio_of(q, column);
		return other.count == 0 ? OPEN : other.median >= q->target ? MET : MISSED;
	case AT_MOST: return ours.count == 0 ? OPEN : ours.median <= q->target ? MET : MISSED;
	case AGAINST: return ours.count == 0 ? OPEN : ours.median <= q->target ? MET : MISSED;
	case NONE: break;
	}
	return OPEN;
}
