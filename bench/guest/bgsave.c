/* bgsave.c: what a client of redis notices of BGSAVE, which forks a server with MIB of data.
 *
 *	bgsave MIB SAVES
 *
 * starts a server on a Unix socket, fills it, and then asks it for one key after the other, a request
 * each millisecond, a third of them writes, while it saves SAVES times.  Prints for each save, in
 * microseconds, the longest time that an answer took from the moment of BGSAVE on, until the child
 * had saved (or SAVE_MS were over), and what the server itself measured of the call of fork(). */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VALUE = 4000, KEYS_PER_MIB = 256, WARM_MS = 500, SAVE_MS = 1000, BETWEEN_NS = 1000000 };

static const struct sockaddr_un server = { AF_UNIX, "/tmp/bgsave" };
static unsigned long keys;

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void pause_ns(long ns)
{
	struct timespec ts = { 0, ns };

	nanosleep(&ts, NULL);
}

static pid_t start_server(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/usr/bin/redis-server", "redis-server", "--port", "0", "--unixsocket",
		      server.sun_path, "--save", "", "--enable-debug-command", "yes", "--dir",
		      "/tmp", "--logfile", "/tmp/log", (char *)NULL);
		_exit(127);
	}
	return pid;
}

static int reach_server(pid_t pid)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	bench_check(fd >= 0, "socket");
	while (connect(fd, (const struct sockaddr *)&server, sizeof(server)) < 0) {
		bench_check(waitpid(pid, NULL, WNOHANG) == 0, "redis-server");
		pause_ns(50000000);
	}
	return fd;
}

/* Send a command.  One write: the server reads it at once. */
static void __attribute__((format(printf, 2, 3))) say(int fd, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	bench_check(write(fd, line, (size_t)n) == n, "write");
}

/* Read an answer, of whatever kind; buf gets its beginning. */
static void hear(int fd, char *buf, size_t size)
{
	static char all[65536];
	size_t have = 0, want = 0;

	do {
		ssize_t n = read(fd, all + have, sizeof(all) - 1 - have);
		bench_check(n > 0, "read");
		have += (size_t)n;
		all[have] = '\0';
		char *eol = strchr(all, '\n');
		if (eol == NULL)
			continue;
		long len = all[0] == '$' ? strtol(all + 1, NULL, 10) : -1;
		want = (size_t)(eol + 1 - all) + (len < 0 ? 0 : (size_t)len + 2);
	} while (want == 0 || have < want);
	bench_check(all[0] != '-', all);
	if (have >= size)
		have = size - 1;
	memcpy(buf, all, have);
	buf[have] = '\0';
}

/* One request.  => microseconds until its answer was there */
static double request(int fd, unsigned long i)
{
	unsigned long key = i * 7919 % keys;
	char answer[16];
	double start = now_us();

	if (i % 3 == 0)
		say(fd, "SET key:%lu %lu\r\n", key, i);
	else
		say(fd, "GETRANGE key:%lu 0 9\r\n", key);
	hear(fd, answer, sizeof(answer));
	return now_us() - start;
}

static long info(int fd, const char *section, const char *field)
{
	static char text[16384];

	say(fd, "INFO %s\r\n", section);
	hear(fd, text, sizeof(text));
	char *at = strstr(text, field);
	bench_check(at != NULL, field);
	return strtol(at + strlen(field), NULL, 10);
}

/* Requests for that time.  => the longest of their answers */
static double longest(int fd, int ms)
{
	static unsigned long count;
	double end = now_us() + ms * 1e3, worst = 0;

	while (now_us() < end) {
		double us = request(fd, count++);

		if (us > worst)
			worst = us;
		pause_ns(BETWEEN_NS);
	}
	return worst;
}

static void fill(int fd)
{
	char answer[16];

	say(fd, "DEBUG POPULATE %lu key %d\r\n", keys, VALUE);
	hear(fd, answer, sizeof(answer));
}

static void end_save(int fd)
{
	while (info(fd, "persistence", "rdb_bgsave_in_progress:") != 0)
		pause_ns(100000000);
}

int main(int argc, char **argv)
{
	unsigned long saves;
	char answer[64];

	if (argc < 3)
		return 2;
	keys = strtoul(argv[1], NULL, 10) * KEYS_PER_MIB;
	saves = strtoul(argv[2], NULL, 10);
	pid_t pid = start_server();
	int client = reach_server(pid), other = reach_server(pid);
	fill(other);
	bench_value("bgsave.memory", "MiB",
		    (double)(info(other, "memory", "used_memory_rss:") >> 20));
	bench_value("bgsave.before", "us", longest(client, WARM_MS));
	for (unsigned long i = 0; i < saves; i++) {
		say(other, "BGSAVE\r\n");
		bench_value("bgsave.longest", "us", longest(client, SAVE_MS));
		hear(other, answer, sizeof(answer));
		bench_value("bgsave.fork", "us", (double)info(other, "stats", "latest_fork_usec:"));
		end_save(other);
	}
	say(other, "SHUTDOWN NOSAVE\r\n");
	waitpid(pid, NULL, 0);
	return 0;
}
