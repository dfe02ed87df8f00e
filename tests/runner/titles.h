/* titles.h: the output of a test that is several: a line `PASS: TITLE`, `FAIL: TITLE`,
 * `SKIPPED: TITLE` or `UNTESTED: TITLE` for each, with other lines in between.
 */
#ifndef TESTS_RUNNER_TITLES_H
#define TESTS_RUNNER_TITLES_H

#include <stdbool.h>
#include <stddef.h>

enum verdict { PASSED, FAILED, NOT_TESTED };

struct title {
	enum verdict verdict;
	const char *name; /* up to the end of its line */
	size_t len;
	size_t turn;	     /* how many before it have the same name */
	const char *details; /* the text behind that line */
	size_t details_len;
};

struct titles {
	size_t count;
	struct title *item;
};

/* Find them in a text that ends with a zero and must live as long as they are looked at.
 * Free them with titles_free. */
struct titles titles_find(const char *text);
void titles_free(struct titles *titles);

/* The one with the same name and turn, or NULL. */
const struct title *titles_twin(const struct titles *titles, const struct title *title);

#endif
