/* bench.h: the benchmark's runner.  It starts both guests, has each question answered by one and then
 * by the other, and reports the ratios of such pairs. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* --- the questions (questions.c) --- */

enum side { LINUX, FLAT, SIDES };
/* Every question is asked twice: with and without randomised addresses on both sides. */
enum column { RANDOM, FIXED, COLUMNS };

enum target_kind {
	NONE,	 /* nothing is promised */
	RATIO,	 /* so many times better than Linux */
	AT_MOST, /* our own figure, in its unit */
	AGAINST, /* our own figure is at most so many times that of the question in `other` */
};

enum {
	HEAVY = 1,     /* takes seconds: asked once in each boot */
	BIG = 16,      /* needs a guest with much memory: asked in boots of its own */
	ONLY_US = 2,   /* Linux cannot answer */
	BY_HOST = 4,   /* measured from outside, by measure.c */
	COUNTLESS = 8, /* means nothing when instructions are counted */
	MORE_IS_BETTER = 32,
};

struct question {
	const char *group, *name, *text;
	const char *run;	/* what the guest's init runs; NULL: the run of another question */
	const char *linux_name; /* whose answer Linux gives, if not that of the same name */
	enum target_kind kind;
	double target;
	const char *other;
	unsigned flags;
};

extern const struct question questions[];
extern const size_t question_count;
const struct question *question_find(const char *name);

/* --- answers (stats.c) --- */

enum { MAX_ROUNDS = 64, MAX_ANSWERS = 200 };

/* One question's answers by one side in one column; round i of both sides is a pair. */
struct series {
	char name[40], unit[12];
	unsigned count;
	double value[MAX_ROUNDS];
};

struct spread {
	unsigned count;
	double median, low, high; /* low and high: the quartiles */
};

struct series *series_of(enum side side, enum column column, const char *name, bool make);
void series_add(enum side side, enum column column, const char *name, const char *unit,
		double value);
/* => count is 0 if there is nothing */
struct spread spread_of(const struct series *s);
/* Of the pairs' ratios: how many times better we are. */
struct spread ratio_of(const struct question *q, enum column column);
enum verdict { OPEN, MET, MISSED };
enum verdict verdict_of(const struct question *q, enum column column);

/* --- how it runs (main.c) --- */

struct settings {
	const char *build, *qemu, *machine, *accel, *cpu, *kernel, *linux_kernel, *initrd,
		*small_initrd;
	const char *linux_append, *flat_append;
	unsigned mib, big_mib; /* of the guests' memory */
	bool quick, icount;
	double minutes; /* after this no new round begins */
	double factor;	/* for all time limits */
	double khz;	/* of the time stamp counter */
};
extern struct settings settings;
double now(void); /* seconds */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Something did not run. */
void failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The figure of a unit for people, as "12.3 us". */
const char *human(char *buf, size_t size, double value, const char *unit);

/* --- guests (guest.c) --- */

struct guest {
	enum side side;
	enum column column;
	pid_t pid;
	int in, out;
	size_t have;
	char buf[8192];
	char last[400]; /* what it said last, for a message */
	double started;
};

struct boot {
	unsigned mib;
	const char *init, *initrd;
	double limit; /* seconds until `until` must have come, times settings.factor */
	const char *until;
	const char *machine; /* NULL: settings.machine */
	bool warm;	     /* the host gives all memory before the start, not page by page */
};

/* Start one and wait for the line `until`.  => false: it ended, or was too slow */
bool guest_start(struct guest *g, enum side side, enum column column, const struct boot *boot);
/* The next line, without its end.  => NULL at the end or when the time is up */
char *guest_line(struct guest *g, double limit);
/* Run a command and keep its answers.  => false: it failed; the guest may be gone */
bool guest_ask(struct guest *g, const char *run, double limit);
/* Take an answer line of a guest that has had that part of a processor. => false: it is none */
bool guest_answer(struct guest *g, const char *line, double busy);
void guest_stop(struct guest *g);

/* --- the rest --- */

/* Questions that are answered from outside. (measure.c) */
void measure_from_outside(bool (*wanted)(const struct question *));
void report_table(FILE *out, bool (*wanted)(const struct question *));
void report_markdown(const char *path, bool (*wanted)(const struct question *));
void report_json(const char *path, bool (*wanted)(const struct question *));
void report_chart(const char *path, bool (*wanted)(const struct question *));

#endif
