/* titles.c: finds the tests in an output that names them (titles.h). */
#define _GNU_SOURCE
#include "titles.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* How busybox' testsuite rules off one test from the next when it is to be verbose. */
#define RULE "======================"

static const struct {
	const char *text;
	enum verdict verdict;
} words[] = {
	{ "PASS: ", PASSED },
	{ "FAIL: ", FAILED },
	{ "SKIPPED: ", NOT_TESTED },
	{ "UNTESTED: ", NOT_TESTED },
};

static bool same_name(const struct title *a, const struct title *b)
{
	return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

static void add(struct titles *titles, struct title title)
{
	size_t i;

	for (i = 0; i < titles->count; i++)
		if (same_name(&titles->item[i], &title))
			title.turn++;
	titles->item = realloc(titles->item, (titles->count + 1) * sizeof(title));
	if (titles->item == NULL)
		err(125, "memory");
	titles->item[titles->count++] = title;
}

struct titles titles_find(const char *text)
{
	struct titles titles = { 0 };
	const char *line, *end;
	bool open = false;
	size_t i;

	for (line = text; *line != '\0'; line = *end ? end + 1 : end) {
		struct title title = { 0 };

		end = strchrnul(line, '\n');
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			size_t word_len = strlen(words[i].text);

			if (strncmp(line, words[i].text, word_len) != 0)
				continue;
			title.verdict = words[i].verdict;
			title.name = line + word_len;
			title.len = (size_t)(end - title.name);
			title.details = *end ? end + 1 : end;
			add(&titles, title);
			break;
		}
		if (title.name != NULL)
			open = true;
		else if (strncmp(line, RULE, strlen(RULE)) == 0)
			open = false;
		else if (open)
			titles.item[titles.count - 1].details_len +=
				(size_t)(end - line) + (*end != '\0');
	}
	return titles;
}

void titles_free(struct titles *titles)
{
	free(titles->item);
	titles->item = NULL;
	titles->count = 0;
}

const struct title *titles_twin(const struct titles *titles, const struct title *title)
{
	size_t i;

	for (i = 0; i < titles->count; i++)
		if (same_name(&titles->item[i], title) && titles->item[i].turn == title->turn)
			return &titles->item[i];
	return NULL;
}
