/* tally.c: a summary of system calls in the manner of `strace -c`: by program and for all of them.
 *
 * A program is the path of an executable.  Each of its calls is counted by number, with its errors,
 * the CPU time that its task used in it, and the way it came in by: of that and of nothing else
 * depends how fast the entry is.  What the vDSO answered is counted there (arch_vdso_count) and
 * taken over at the task's next call.
 *
 * Names of files that were asked for in /proc, /sys, /etc and /dev and were not there are kept as the
 * program wrote them; they say what a root or the kernel still lacks.
 *
 * Nothing is ever freed: the tally lives as long as the machine.  What finds no memory is not
 * counted, but that is. */

#include <asm/errno.h>
#include <asm/unistd.h>

#include "fs/path.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"
#include "syscalls/tally.h"
#include "syscalls/trace.h"

#define OTHER	    SYSCALL_LIMIT /* the slot of numbers that no call has */
#define NAME_MAX_   256
#define MISSING_MAX 200 /* different names that are kept for one program */

struct tally_error {
	struct tally_error *next;
	long err;
	uint64_t count;
};

struct tally_call {
	uint64_t calls, ns;
	struct tally_error *errors;
};

struct tally_missing {
	struct tally_missing *next;
	uint64_t count;
	char name[];
};

struct tally_program {
	struct tally_program *next;
	char *path;
	uint64_t ways[WAY_COUNT], vdso;
	struct tally_call *call[SYSCALL_LIMIT + 1];
	struct tally_missing *missing;
	unsigned missing_count;
};

static struct tally_program all, *programs;
static uint64_t lost; /* calls for which there was no memory */

/* What is missing in calls that are there in part. */
static const char *const partial[SYSCALL_LIMIT] = {
#define S(name, args, flags)
#define P(name, args, flags, missing) [__NR_##name] = missing,
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

/* --- counting --- */

static char *copy_text(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = kmalloc(n);

	if (copy != NULL)
		memcpy(copy, text, n);
	return copy;
}

static struct tally_program *find_program(const char *path)
{
	struct tally_program *p;

	for (p = programs; p != NULL; p = p->next)
		if (strcmp(p->path, path) == 0)
			return p;
	p = kzalloc(sizeof(*p));
	if (p == NULL)
		return NULL;
	p->path = copy_text(path);
	if (p->path == NULL) {
		kfree(p);
		return NULL;
	}
	p->next = programs;
	programs = p;
	return p;
}

/* The program of the current process; kept there until it execs. */
static struct tally_program *current_program(void)
{
	struct proc *p = current->proc;

	if (p->tally == NULL) {
		char *buf = kmalloc(PAGE_SIZE), *text = NULL;
		bool unreachable;

		if (buf == NULL)
			return NULL;
		if (p->exe != NULL && init_proc->fs != NULL) {
			struct path at = { p->exe->mnt, p->exe->dentry };
			text = path_text(&at, &init_proc->fs->root, buf, PAGE_SIZE, &unreachable);
		}
		p->tally = find_program(text != NULL ? text : p->leader->comm);
		kfree(buf);
	}
	return p->tally;
}

static struct tally_call *slot_of(struct tally_program *p, long nr)
{
	struct tally_call **slot = &p->call[nr >= 0 && nr < SYSCALL_LIMIT ? nr : OTHER];

	if (*slot == NULL)
		*slot = kzalloc(sizeof(**slot));
	return *slot;
}

static void count_call(struct tally_program *p, long nr, enum arch_way way, uint64_t vdso)
{
	struct tally_call *c = slot_of(p, nr);

	if (c == NULL) {
		lost++;
		return;
	}
	c->calls++;
	p->ways[way]++;
	p->vdso += vdso;
}

static void count_error(struct tally_call *c, long err)
{
	struct tally_error *e;

	for (e = c->errors; e != NULL && e->err != err; e = e->next)
		;
	if (e == NULL) {
		e = kzalloc(sizeof(*e));
		if (e == NULL)
			return;
		e->err = err;
		e->next = c->errors;
		c->errors = e;
	}
	e->count++;
}

static void count_end(struct tally_program *p, long nr, uint64_t ns, long result)
{
	struct tally_call *c = slot_of(p, nr);

	if (c == NULL)
		return;
	c->ns += ns;
	if (result < 0 && result > -4096)
		count_error(c, -result);
}

/* --- files that were not there --- */

static bool is_of_interest(const char *name)
{
	static const char *const folders[] = { "/proc/", "/sys/", "/etc/", "/dev/" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (strncmp(name, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

/* /proc/123/x -> /proc/PID/x: which process it was is of no interest. */
static void hide_pid(char *name)
{
	char *from = name + 6, *p = from;

	if (strncmp(name, "/proc/", 6) != 0)
		return;
	while (*p >= '0' && *p <= '9')
		p++;
	if (p - from < 3 || (*p != 0 && *p != '/'))
		return;
	memcpy(from, "PID", 3);
	memmove(from + 3, p, strlen(p) + 1);
}

static void note_missing(struct tally_program *p, const char *name)
{
	struct tally_missing *m, **end = &p->missing;
	size_t n = strlen(name) + 1;

	for (; (m = *end) != NULL; end = &m->next) {
		if (strcmp(m->name, name) == 0) {
			m->count++;
			return;
		}
	}
	m = p->missing_count < MISSING_MAX ? kzalloc(sizeof(*m) + n) : NULL;
	if (m == NULL)
		return;
	p->missing_count++;
	m->count = 1;
	memcpy(m->name, name, n);
	*end = m;
}

/* The call said ENOENT: which of its arguments are names? */
static void look_for_names(struct tally_program *p, long nr, const struct regs *regs)
{
	const char *list = trace_arguments(nr);
	char name[NAME_MAX_];

	for (unsigned i = 0; list != NULL && i < 6; i++) {
		const char *comma = strchr(list, ',');
		const char *star = strstr(list, "const char *");

		if (star != NULL && (comma == NULL || star < comma) && star[12] != '*' &&
		    strncpy_from_user(name, (const char *)regs_arg(regs, i), sizeof(name)) > 0 &&
		    is_of_interest(name)) {
			hide_pid(name);
			note_missing(p, name);
		}
		list = comma == NULL ? NULL : comma + 1;
	}
}

/* --- the two ends of a call --- */

void tally_enter(struct tally_mark *mark, long nr, const struct regs *regs)
{
	struct task *t = current;
	struct tally_program *p = current_program();
	uint64_t vdso = t->vdso_calls;

	mark->program = p;
	mark->start_ns = task_cpu_ns(t);
	if (p == NULL) {
		lost++;
		return;
	}
	t->vdso_calls = 0;
	count_call(p, nr, regs_way(regs), vdso);
	count_call(&all, nr, regs_way(regs), vdso);
}

void tally_leave(const struct tally_mark *mark, long nr, const struct regs *regs, long result)
{
	uint64_t ns = task_cpu_ns(current) - mark->start_ns;

	if (mark->program == NULL)
		return;
	count_end(mark->program, nr, ns, result);
	count_end(&all, nr, ns, result);
	if (result == -ENOENT)
		look_for_names(mark->program, nr, regs);
}

/* --- the report --- */

static uint64_t errors_of(const struct tally_call *c)
{
	uint64_t n = 0;

	for (const struct tally_error *e = c->errors; e != NULL; e = e->next)
		n += e->count;
	return n;
}

static uint64_t error_count(const struct tally_call *c, long err)
{
	for (const struct tally_error *e = c->errors; e != NULL; e = e->next)
		if (e->err == err)
			return e->count;
	return 0;
}

/* "ENOENT 3, EACCES 1" */
static void show_errors(char *out, size_t size, const struct tally_call *c)
{
	size_t len = 0;

	out[0] = 0;
	for (const struct tally_error *e = c->errors; e != NULL && len + 40 < size; e = e->next) {
		const char *name = trace_error_name(e->err);

		len += (size_t)snprintf(out + len, size - len, "%s", len > 0 ? ", " : "  ");
		if (name != NULL)
			len += (size_t)snprintf(out + len, size - len, "%s", name);
		else
			len += (size_t)snprintf(out + len, size - len, "errno %ld", e->err);
		len += (size_t)snprintf(out + len, size - len, " %lu", (unsigned long)e->count);
	}
}

static const char *name_of(long nr)
{
	return nr == OTHER ? "(no such number)" : syscall_name(nr);
}

static void show_call(const struct tally_call *c, long nr)
{
	uint64_t tenths = c->ns / 100 / c->calls; /* of a microsecond */
	char errors[200];

	trace_printf("%10lu %8lu %6lu.%lu  ", (unsigned long)c->calls, (unsigned long)errors_of(c),
		     (unsigned long)(tenths / 10), (unsigned long)(tenths % 10));
	show_errors(errors, sizeof(errors), c);
	if (errors[0] != 0)
		trace_printf("%-18s%s\n", name_of(nr), errors);
	else
		trace_printf("%s\n", name_of(nr));
}

/* The calls in the order of their counts. */
static void show_calls(const struct tally_program *p)
{
	uint64_t done[(SYSCALL_LIMIT >> 6) + 1] = { 0 };

	trace_printf("%10s %8s %8s  %s\n", "calls", "errors", "us/call", "call");
	for (;;) {
		long best = -1;

		for (long nr = 0; nr <= OTHER; nr++)
			if (p->call[nr] != NULL && !(done[nr >> 6] & 1ull << (nr & 63)) &&
			    (best < 0 || p->call[nr]->calls > p->call[best]->calls))
				best = nr;
		if (best < 0)
			return;
		done[best >> 6] |= 1ull << (best & 63);
		show_call(p->call[best], best);
	}
}

/* The calls that are not there, or not wholly. */
static void show_gaps(const struct tally_program *p)
{
	for (long nr = 0; nr <= OTHER; nr++) {
		uint64_t n = p->call[nr] != NULL ? error_count(p->call[nr], ENOSYS) : 0;
		if (n > 0)
			trace_printf("  not there (ENOSYS): %s, %lu times\n", name_of(nr),
				     (unsigned long)n);
	}
	for (long nr = 0; nr < SYSCALL_LIMIT; nr++)
		if (p->call[nr] != NULL && partial[nr] != NULL)
			trace_printf("  partial: %s, %lu times: %s\n", name_of(nr),
				     (unsigned long)p->call[nr]->calls, partial[nr]);
}

static void show_share(const char *what, uint64_t n, uint64_t of)
{
	uint64_t tenths = of == 0 ? 0 : (n * 1000 + of / 2) / of;

	trace_printf("  %s %lu (%lu.%lu%%)", what, (unsigned long)n, (unsigned long)(tenths / 10),
		     (unsigned long)(tenths % 10));
}

static void show_ways(const struct tally_program *p)
{
	uint64_t sum = p->vdso;

	for (int i = 0; i < WAY_COUNT; i++)
		sum += p->ways[i];
	show_share("patched", p->ways[WAY_PATCHED], sum);
	show_share("trapped", p->ways[WAY_TRAP], sum);
	show_share("vsyscall", p->ways[WAY_VSYSCALL], sum);
	show_share("vdso", p->vdso, sum);
	trace_printf("\n");
}

static void show_missing(const struct tally_program *p)
{
	for (const struct tally_missing *m = p->missing; m != NULL; m = m->next)
		trace_printf("  no such file: %s, %lu times\n", m->name, (unsigned long)m->count);
	if (p->missing_count == MISSING_MAX)
		trace_printf("  no such file: and others\n");
}

static void show_program(const char *path, const struct tally_program *p)
{
	trace_printf("system calls of %s:", path);
	show_ways(p);
	show_calls(p);
	show_gaps(p);
	show_missing(p);
}

void tally_report(void)
{
	const struct tally_program *p;
	static bool done;

	if (programs == NULL || done)
		return;
	done = true; /* also if this is where the kernel panics */
	for (p = programs; p != NULL; p = p->next)
		show_program(p->path, p);
	show_program("all programs", &all);
	if (lost > 0)
		trace_printf("no memory to count %lu calls\n", (unsigned long)lost);
}
