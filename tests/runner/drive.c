/* drive.c: has a plan run by a system that may die of it, and judges what comes back.
 *
 *	drive [-e EXPECTED] [-t] [-l LABEL] [-f FIRST] [-s STRIDE] [-x FACTOR] [-b BOOTS]
 *	      [-m PATTERNS] [-v] PLAN RESULTS COMMAND ...
 *
 * COMMAND is run with the arguments FIRST STRIDE FACTOR behind its own, and has to speak as plan.h
 * says.  When it dies, or says nothing for too long, the test that was running has failed and
 * COMMAND is run anew from the next one on.  The results become files in RESULTS: NAME.out, .err,
 * .status, .lost.
 *
 * With -e a test has passed if its output, error output and status are those in the folder EXPECTED
 * and nothing was lost.  Failures are shown, as a diff where there is one.  With -t its output names
 * tests (titles.h), and each is judged by itself: one that passes in EXPECTED has to pass, and one
 * that fails there counts as skipped.  The last line says how many passed, failed and were skipped;
 * the same numbers are in RESULTS/counts.
 */
#define _GNU_SOURCE
#include "plan.h"
#include "titles.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TESTS = 4000, GRACE_MS = 20000, MAX_FRAME = 64 << 20 };

static struct {
	char name[128];
	int limit;
	bool seen; /* its end frame has come */
} plan[MAX_TESTS];
static int plan_len;

static const char *expected, *label = "", *results, *patterns;
static int first, stride = 1, factor = 1, max_boots = 12;
static bool verbose, titled;
static int passed, failed, skipped;

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static const char *file(const char *dir, const char *name, const char *suffix)
{
	static char text[4][1024];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof(text[turn]), "%s/%s%s", dir, name, suffix);
	return text[turn];
}

static void store(const char *name, const char *suffix, const void *data, size_t len)
{
	FILE *f = fopen(file(results, name, suffix), "we");

	if (f == NULL || (len > 0 && fwrite(data, 1, len, f) != len))
		err(125, "%s", file(results, name, suffix));
	fclose(f);
}

/* The whole file, with a zero behind it; NULL if there is none. */
static char *load(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *data;

	*len = 0;
	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) < 0 || (data = malloc((size_t)st.st_size + 1)) == NULL)
		err(125, "%s", path);
	*len = fread(data, 1, (size_t)st.st_size, f);
	data[*len] = '\0';
	fclose(f);
	return data;
}

static bool same(const char *name, const char *suffix)
{
	size_t len[2];
	char *a = load(file(expected, name, suffix), &len[0]);
	char *b = load(file(results, name, suffix), &len[1]);
	bool equal = a != NULL && b != NULL && len[0] == len[1] && memcmp(a, b, len[0]) == 0;

	free(a);
	free(b);
	return equal;
}

static void show_diff(const char *name, const char *suffix)
{
	char command[2400];

	fflush(stdout);
	snprintf(command, sizeof(command),
		 "diff -a -u --label linux --label %s '%s' '%s' 2>&1 | head -n 40 | cut -c1-300 | "
		 "cat -v | sed 's/^/    /'",
		 *label ? label : "guest", file(expected, name, suffix),
		 file(results, name, suffix));
	if (system(command) != 0)
		printf("    (no diff)\n");
}

static void failure(const char *name, const char *format, ...)
{
	va_list args;

	failed++;
	printf("not ok %s%s%s: ", label, *label ? " " : "", name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

static void show(const char *text, size_t len)
{
	const char *p = text, *stop = text + len;

	while (p < stop) {
		const char *end = memchr(p, '\n', (size_t)(stop - p));

		if (end == NULL)
			end = stop;
		printf("    %.*s\n", (int)(end - p), p);
		p = end + 1;
	}
}

static void show_text(const char *text)
{
	if (text != NULL)
		show(text, strlen(text));
}

/* One of the tests that an output names; got is NULL if it is not in the guest's. */
static void judge_title(const char *name, const struct title *want, const struct title *got,
			const char *status)
{
	if (want->verdict == NOT_TESTED) {
		skipped++;
		printf("skipped %s: %.*s: on Linux, too\n", name, (int)want->len, want->name);
	} else if (got != NULL && got->verdict == PASSED) {
		passed++;
		if (verbose)
			printf("ok %s %s: %.*s\n", label, name, (int)want->len, want->name);
	} else if (want->verdict == FAILED) {
		skipped++;
		printf("skipped %s: %.*s: fails on Linux, too\n", name, (int)want->len, want->name);
	} else if (got == NULL) {
		failure(name, "%.*s: not reached: %s", (int)want->len, want->name, status);
	} else {
		failure(name, "%.*s: %s", (int)want->len, want->name,
			got->verdict == FAILED ? "fails" : "is not tested, on Linux it is");
		show(got->details, got->details_len < 2000 ? got->details_len : 2000);
	}
}

/* The tests that the output of a test names. */
static void judge_titles(const char *name)
{
	size_t len, i;
	char *out = load(file(expected, name, ".out"), &len);
	char *guest_out = load(file(results, name, ".out"), &len);
	char *status = load(file(results, name, ".status"), &len);
	char *lost = load(file(results, name, ".lost"), &len);
	struct titles want = titles_find(out != NULL ? out : "");
	struct titles got = titles_find(guest_out != NULL ? guest_out : "");

	if (want.count == 0) {
		skipped++;
		printf("skipped %s: names no test on Linux\n", name);
	}
	for (i = 0; i < want.count; i++)
		judge_title(name, &want.item[i], titles_twin(&got, &want.item[i]),
			    status != NULL ? status : "?");
	if (lost != NULL) {
		failure(name, "not everything came back each time");
		show_text(lost);
	}
	titles_free(&want);
	titles_free(&got);
	free(out);
	free(guest_out);
	free(status);
	free(lost);
}

/* A test that ended by itself. */
static void judge(const char *name)
{
	size_t len, out_len;
	char *want, *got, *lost, *out;

	if (expected == NULL) {
		passed++;
		return;
	}
	if (titled) {
		judge_titles(name);
		return;
	}
	want = load(file(expected, name, ".status"), &len);
	got = load(file(results, name, ".status"), &len);
	lost = load(file(results, name, ".lost"), &len);
	out = load(file(expected, name, ".out"), &out_len);
	if (want == NULL) {
		failure(name, "was not run on Linux");
	} else if (strcmp(want, "exit 77") == 0) {
		skipped++;
		printf("skipped %s: on Linux: %s", name, out != NULL && *out ? out : "\n");
	} else if (out != NULL && strstr(out, "not ok ") != NULL && strcmp(want, "exit 99") == 0) {
		failure(name, "fails on Linux itself");
		show_text(out);
	} else if (got != NULL && strcmp(got, "exit 77") == 0) {
		skipped++;
		free(out);
		out = load(file(results, name, ".out"), &out_len);
		printf("skipped %s: %s", name, out != NULL && *out ? out : "\n");
	} else if (!same(name, ".status") || !same(name, ".out") || !same(name, ".err")) {
		failure(name, "%s, on Linux %s", got ? got : "?", want);
		if (!same(name, ".out"))
			show_diff(name, ".out");
		if (!same(name, ".err"))
			show_diff(name, ".err");
		if (lost != NULL)
			show_text(lost);
	} else if (lost != NULL) {
		failure(name, "right, but not everything came back each time");
		show_text(lost);
	} else {
		passed++;
		if (verbose)
			printf("ok %s%s%s\n", label, *label ? " " : "", name);
	}
	free(want);
	free(got);
	free(lost);
	free(out);
}

static void read_plan(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[PLAN_LINE];

	if (f == NULL)
		err(125, "%s", path);
	while (plan_len < MAX_TESTS && fgets(line, sizeof(line), f) != NULL)
		if (plan_wants(line, patterns) &&
		    sscanf(line, "%127s %d", plan[plan_len].name, &plan[plan_len].limit) == 2)
			plan_len++;
	fclose(f);
}

static int find(const char *name)
{
	int i;

	for (i = 0; i < plan_len; i++)
		if (strcmp(plan[i].name, name) == 0)
			return i;
	return -1;
}

/* --- one run of the command ----------------------------------------------------------------- */

struct session {
	pid_t pid;
	int fd;
	char *data;
	size_t len, room;
	int running; /* index of the test that has begun, or -1 */
	bool done;
};

static void session_start(struct session *s, char **command, int from)
{
	char text[3][16];
	char *argv[64];
	int fds[2], i, log;

	if (pipe2(fds, O_CLOEXEC) < 0)
		err(125, "pipe");
	for (i = 0; command[i] != NULL && i < 60; i++)
		argv[i] = command[i];
	snprintf(text[0], 16, "%d", from);
	snprintf(text[1], 16, "%d", stride);
	snprintf(text[2], 16, "%d", factor);
	argv[i++] = text[0];
	argv[i++] = text[1];
	argv[i++] = text[2];
	argv[i] = NULL;
	log = open(file(results, "console", ""), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	s->pid = fork();
	if (s->pid < 0)
		err(125, "fork");
	if (s->pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		setpgid(0, 0);
		dup2(null, 0);
		dup2(fds[1], 1);
		dup2(log, 2);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	close(fds[1]);
	close(log);
	s->fd = fds[0];
	s->len = 0;
	s->running = -1;
	s->done = false;
}

/* One complete frame at the front of the data; false if there is none yet. */
static bool take_frame(struct session *s)
{
	char kind[32], *body, *newline = s->len > 0 ? memchr(s->data, '\n', s->len) : NULL;
	size_t size, head;
	int index;

	if (newline == NULL)
		return false;
	head = (size_t)(newline - s->data) + 1;
	if (sscanf(s->data, "@%31s %zu", kind, &size) != 2 || size > MAX_FRAME) {
		/* not ours: something that the system says by itself */
		fprintf(stderr, "%.*s", (int)head, s->data);
		memmove(s->data, s->data + head, s->len - head);
		s->len -= head;
		return true;
	}
	if (s->len < head + size + 1)
		return false;
	body = s->data + head;
	body[size] = '\0';
	if (strcmp(kind, "begin") == 0) {
		s->running = find(body);
	} else if (strcmp(kind, "done") == 0) {
		s->done = true;
	} else if (s->running >= 0 && strcmp(kind, "end") == 0) {
		char *space = strchr(body, ' ');

		store(plan[s->running].name, ".ms", space + 1, strlen(space + 1));
		plan[s->running].seen = true;
		index = s->running;
		s->running = -1;
		judge(plan[index].name);
	} else if (s->running >= 0) {
		char suffix[40];

		snprintf(suffix, sizeof(suffix), ".%s", kind);
		store(plan[s->running].name, suffix, body, size);
	}
	memmove(s->data, s->data + head + size + 1, s->len - head - size - 1);
	s->len -= head + size + 1;
	return true;
}

static bool session_read(struct session *s)
{
	ssize_t n;

	if (s->room - s->len < 65536) {
		s->room = s->room * 2 + 131072;
		s->data = realloc(s->data, s->room + 1);
		if (s->data == NULL)
			err(125, "memory");
	}
	n = read(s->fd, s->data + s->len, s->room - s->len - 1);
	if (n <= 0)
		return false;
	s->len += (size_t)n;
	s->data[s->len] = '\0';
	while (take_frame(s))
		s->data[s->len] = '\0';
	return true;
}

static void session_kill(struct session *s)
{
	long long end = now_ms() + 2000;

	kill(-s->pid, SIGTERM); /* lets a launcher restore and end its machine */
	while (now_ms() < end && waitpid(s->pid, NULL, WNOHANG) == 0)
		usleep(10000);
	kill(-s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
}

/* Run from that test on.  => why it ended early, or NULL. */
static const char *session_run(struct session *s, char **command, int from)
{
	static char why[200];
	long long silent_since;
	int status;

	session_start(s, command, from);
	silent_since = now_ms();
	for (;;) {
		struct pollfd p = { s->fd, POLLIN, 0 };
		int limit = s->running >= 0 ? plan[s->running].limit * factor * 3000 : 0;

		if (poll(&p, 1, 200) > 0) {
			if (!session_read(s))
				break;
			silent_since = now_ms();
		}
		if (now_ms() - silent_since > limit + GRACE_MS) {
			session_kill(s);
			close(s->fd);
			snprintf(why, sizeof(why), "the system hung");
			return why;
		}
	}
	close(s->fd);
	waitpid(s->pid, &status, 0);
	if (s->done)
		return NULL;
	if (WIFEXITED(status))
		snprintf(why, sizeof(why), "the system ended (exit status %d)",
			 WEXITSTATUS(status));
	else
		snprintf(why, sizeof(why), "the system's launcher died (signal %d)",
			 WTERMSIG(status));
	return why;
}

static void show_console(const char *name)
{
	size_t len;
	char *text = load(file(results, "console", ""), &len), *p;
	int lines = 0;

	if (text == NULL)
		return;
	store(name, ".console", text, len);
	for (p = text + len; p > text; p--)
		if (p[-1] == '\n' && ++lines > 30)
			break;
	show_text(p);
	free(text);
}

static void run_plan(char **command)
{
	struct session s = { 0 };
	int from = first, boots;

	for (boots = 1; from < plan_len; boots++) {
		const char *why = session_run(&s, command, from);
		int next;

		if (why == NULL)
			break;
		/* blame the test that was running, or the first that was not */
		for (next = from; next < plan_len && plan[next].seen; next += stride)
			;
		if (s.running >= 0)
			next = s.running;
		if (next >= plan_len)
			break;
		failure(plan[next].name, "%s", why);
		show_console(plan[next].name);
		plan[next].seen = true;
		store(plan[next].name, ".status", "died", 4);
		from = next + stride;
		if (boots == max_boots) {
			int left = 0;

			for (; from < plan_len; from += stride)
				left++;
			failed += left;
			printf("not ok %s: gave up after %d boots, %d tests not run\n", label,
			       boots, left);
		}
	}
	free(s.data);
}

int main(int argc, char **argv)
{
	char counts[64];
	int option;

	while ((option = getopt(argc, argv, "+e:tl:f:s:x:b:m:v")) != -1) {
		switch (option) {
		case 'e': expected = optarg; break;
		case 't': titled = true; break;
		case 'l': label = optarg; break;
		case 'f': first = atoi(optarg); break;
		case 's': stride = atoi(optarg); break;
		case 'x': factor = atoi(optarg); break;
		case 'b': max_boots = atoi(optarg); break;
		case 'm': patterns = optarg; break;
		case 'v': verbose = true; break;
		default: return 125;
		}
	}
	if (argc - optind < 3)
		errx(125, "usage: drive [OPTION ...] PLAN RESULTS COMMAND ...");
	read_plan(argv[optind]);
	results = argv[optind + 1];
	mkdir(results, 0755);
	setvbuf(stdout, NULL, _IOLBF, 0);
	run_plan(argv + optind + 2);
	printf("%s%s%d passed, %d failed, %d skipped\n", label, *label ? ": " : "", passed, failed,
	       skipped);
	snprintf(counts, sizeof(counts), "%d %d %d\n", passed, failed, skipped);
	store("counts", "", counts, strlen(counts));
	return failed != 0;
}
