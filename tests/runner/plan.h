/* plan.h: the plan of a run, and the stream of its results.
 *
 * A plan is a text with one test per line: NAME LIMIT PROGRAM ARGUMENT ...  LIMIT is in seconds.
 * The runner executes every test and writes frames, each a line `@KIND LENGTH` and then LENGTH
 * bytes and a newline:
 *
 *	begin	NAME, before the test starts
 *	out	its standard output
 *	err	its standard error
 *	lost	what the system did not get back, line by line; only if something was lost
 *	status	`exit N`, `signal N` or `timeout`
 *	end	NAME MILLISECONDS
 *	done	after the last test
 *
 * so that a reader can tell the tests that were run from the one that took the system with it.
 */
#ifndef TESTS_RUNNER_PLAN_H
#define TESTS_RUNNER_PLAN_H

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PLAN_LINE = 1024, PLAN_ARGS = 16 };

/* Whether a line of the plan is about a test whose name matches one of the shell patterns, which
 * are separated by commas; no pattern matches all. */
static inline bool plan_wants(const char *line, const char *patterns)
{
	char name[128], pattern[256];
	size_t len;

	if (sscanf(line, "%127s", name) != 1)
		return false;
	if (patterns == NULL || *patterns == '\0')
		return true;
	for (; *patterns != '\0'; patterns += len + (patterns[len] == ',')) {
		len = strcspn(patterns, ",");
		snprintf(pattern, sizeof(pattern), "%.*s", (int)len, patterns);
		if (fnmatch(pattern, name, 0) == 0)
			return true;
	}
	return false;
}

#endif
