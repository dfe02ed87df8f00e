/* guest.c: a guest in QEMU that is talked to over its serial port, Linux or ours alike. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ARGS = 48 };

static void exec_qemu(const struct guest *g, const struct boot *boot)
{
	char mib[32], machine[80], ram[80], append[512];
	const char *argv[MAX_ARGS];
	unsigned n = 0;
	bool ours = g->side == FLAT, fixed = g->column == FIXED;

	snprintf(mib, sizeof(mib), "%uM", boot->mib);
	snprintf(machine, sizeof(machine), "%s%s",
		 boot->machine != NULL ? boot->machine : settings.machine,
		 boot->warm ? ",memory-backend=ram" : "");
	snprintf(ram, sizeof(ram), "memory-backend-ram,id=ram,prealloc=on,size=%uM", boot->mib);
	/* The rate of the time stamp counter is told, since measuring it takes time, and Linux can
	 * hang in it. */
	if (ours)
		snprintf(append, sizeof(append), "init=%s tsc_khz=%.0f%s %s", boot->init,
			 settings.icount ? 1e6 : settings.khz, fixed ? " norandmaps" : "",
			 settings.flat_append);
	else
		snprintf(append, sizeof(append),
			 "console=ttyS0 quiet loglevel=0 panic=-1 rdinit=%s tsc_early_khz=%.0f "
			 "tsc=reliable%s %s",
			 boot->init, settings.icount ? 1e6 : settings.khz,
			 fixed ? " norandmaps" : "", settings.linux_append);
	argv[n++] = settings.qemu;
	argv[n++] = "-M";
	argv[n++] = machine;
	if (boot->warm) {
		argv[n++] = "-object";
		argv[n++] = ram;
	}
	argv[n++] = "-accel";
	argv[n++] = settings.accel;
	argv[n++] = "-cpu";
	/* Random numbers would change the count of instructions. */
	argv[n++] = settings.icount ? "max,-rdrand,-rdseed" : settings.cpu;
	if (settings.icount) {
		argv[n++] = "-icount";
		argv[n++] = "shift=0,sleep=off";
		argv[n++] = "-rtc";
		argv[n++] = "base=2026-01-01T00:00:00,clock=vm";
	}
	argv[n++] = "-m";
	argv[n++] = mib;
	argv[n++] = "-nodefaults";
	argv[n++] = "-no-user-config";
	argv[n++] = "-no-reboot";
	argv[n++] = "-display";
	argv[n++] = "none";
	argv[n++] = "-kernel";
	argv[n++] = ours ? settings.kernel : settings.linux_kernel;
	argv[n++] = "-initrd";
	argv[n++] = boot->initrd;
	argv[n++] = "-append";
	argv[n++] = append;
	argv[n++] = "-chardev";
	argv[n++] = "stdio,id=con,signal=off";
	argv[n++] = "-serial";
	argv[n++] = "chardev:con";
	argv[n] = NULL;
	if (getenv("BENCH_SHOW") != NULL) {
		for (unsigned i = 0; i < n; i++)
			fprintf(stderr, "%s ", argv[i]);
		fprintf(stderr, "\n");
	}
	execvp(argv[0], (char **)argv);
	_exit(127);
}

static bool spawn(struct guest *g, const struct boot *boot)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return false;
	g->have = 0;
	g->last[0] = '\0';
	g->started = now();
	g->pid = fork();
	if (g->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		exec_qemu(g, boot);
	}
	close(in[0]);
	close(out[1]);
	g->in = in[1];
	g->out = out[0];
	return g->pid > 0;
}

void guest_stop(struct guest *g)
{
	if (g->pid <= 0)
		return;
	kill(g->pid, SIGKILL);
	waitpid(g->pid, NULL, 0);
	g->pid = 0;
	close(g->in);
	close(g->out);
}

char *guest_line(struct guest *g, double limit)
{
	static char line[sizeof(g->buf)];
	double end = now() + limit * settings.factor;

	for (;;) {
		char *eol = memchr(g->buf, '\n', g->have);
		struct pollfd p = { .fd = g->out, .events = POLLIN };
		ssize_t n;

		if (eol != NULL || g->have == sizeof(g->buf)) {
			size_t len = eol != NULL ? (size_t)(eol - g->buf) : g->have, whole = len;

			while (len > 0 && g->buf[len - 1] == '\r')
				len--;
			memcpy(line, g->buf, len);
			line[len < sizeof(line) ? len : len - 1] = '\0';
			if (eol != NULL)
				whole++;
			g->have -= whole;
			memmove(g->buf, g->buf + whole, g->have);
			if (line[0] != '\0')
				snprintf(g->last, sizeof(g->last), "%.*s", (int)sizeof(g->last) - 1,
					 line);
			return line;
		}
		if (now() >= end || poll(&p, 1, (int)((end - now()) * 1000) + 1) <= 0)
			return NULL;
		n = read(g->out, g->buf + g->have, sizeof(g->buf) - g->have);
		if (n <= 0)
			return NULL;
		g->have += (size_t)n;
	}
}

bool guest_start(struct guest *g, enum side side, enum column column, const struct boot *boot)
{
	double end;
	char *line;

	g->side = side;
	g->column = column;
	if (!spawn(g, boot))
		return false;
	end = now() + boot->limit * settings.factor;
	while ((line = guest_line(g, (end - now()) / settings.factor)) != NULL)
		if (strstr(line, boot->until) != NULL)
			return true;
	guest_stop(g);
	return false;
}

bool guest_answer(struct guest *g, const char *line, double busy)
{
	char name[40], unit[12];
	double value, low, mean;
	unsigned count;

	if (strncmp(line, "@ ", 2) != 0 || sscanf(line, "@ %39s %11s %lf %lf %*f %lf %u", name,
						  unit, &value, &low, &mean, &count) != 6)
		return false;
	/* What else the host does only ever adds.  A short thing is often undisturbed: the lower
	 * quartile; a long one never: the part of the mean in which QEMU had the processor.  One sample
	 * is a figure that the program has chosen with care, and instructions are what they are. */
	if (!settings.icount && strcmp(unit, "cycles") == 0 && count > 1)
		value = low < mean * busy ? low : mean * busy;
	series_add(g->side, g->column, name, unit, value);
	return true;
}

/* Seconds of processor time that QEMU has had. */
static double cpu_time(const struct guest *g)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(g->pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The guest's processor is busy while it answers.  If QEMU has had less than the whole time of one of
 * the host's, others have had the rest, and the guest counted it as its own: that part is taken off. */
static double part_of_cpu(const struct guest *g, double start, double start_cpu)
{
	double wall = now() - start, cpu = cpu_time(g) - start_cpu;

	return start_cpu == 0 || wall <= 0 || cpu <= 0 || cpu > wall ? 1 : cpu / wall;
}

bool guest_ask(struct guest *g, const char *run, double limit)
{
	static unsigned id;
	char command[512], done[32], *line;
	double start = now(), start_cpu = cpu_time(g);
	double end = start + limit * settings.factor, budget = settings.quick ? 0.03 : 0.1;
	int len, status;

	snprintf(done, sizeof(done), "@done %u ", ++id);
	len = snprintf(command, sizeof(command), "%u BENCH_CYCLES=%.0f /b/%s\n", id,
		       settings.khz * 1000 * budget, run);
	if (g->pid <= 0 || write(g->in, command, (size_t)len) != len)
		return false;
	while ((line = guest_line(g, (end - now()) / settings.factor)) != NULL) {
		if (guest_answer(g, line, part_of_cpu(g, start, start_cpu)))
			continue;
		if (sscanf(line, "@done %*u %d", &status) == 1 &&
		    strncmp(line, done, strlen(done)) == 0)
			return status == 0;
		if (strncmp(line, "@fail", 5) == 0)
			progress("%s\n", line);
	}
	return false;
}
