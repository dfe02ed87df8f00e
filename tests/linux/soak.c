/* soak.c: the same thing very often, and afterwards as much free memory as before, to the page.
 *
 * `make check` runs these with small counts; `make soak` with those of the figures: the environment
 * variable SOAK is the factor, in percent of the full count, and SOAK_MINUTES the time of mixed work. */
#include "harness.h"

#include <sys/resource.h>

extern char **environ;

enum { SOAK_SECONDS = 120 };

static long times(long full)
{
	const char *percent = getenv("SOAK");

	if (percent == NULL)
		return full / 100 < 1000 ? full / 100 : 1000;
	return full * atol(percent) / 100;
}

/* Free pages, when the system has come to rest. */
/* Pages that are free or hold objects of the kernel; how these lie in their pages is chance. */
static long long pages_now(void)
{
	return flatshare_counter("free_pages") + flatshare_counter("object_pages");
}

static long long free_pages(void)
{
	long long value = pages_now(), again;
	int i;

	for (i = 0; i < 50; i++) {
		sleep_ms(5);
		again = pages_now();
		if (again == value && i >= 3)
			break;
		value = again;
	}
	return value;
}

static void fork_exec(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execve(path, (char *[]){ "true", NULL }, environ);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

static void vfork_exec(const char *path)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(path, (char *[]){ "true", NULL }, environ);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

/* A child that needs a true fork: it waits for its parent. */
static void fork_split(void)
{
	static char memory[16 * 4096];
	struct gate gate;
	pid_t pid;

	gate_open(&gate);
	pid = fork();
	if (pid == 0) {
		memset(memory, 1, sizeof(memory));
		gate_wait(&gate);
		_exit(memory[4096] == 1 ? 0 : 1);
	}
	CHECK(pid > 0);
	memset(memory, 2, sizeof(memory) / 2);
	gate_signal(&gate);
	CHECK_EXITED(pid, 0);
	CHECK_EQ(memory[4096], 2);
	memset(memory, 0, sizeof(memory));
	close(gate.fd[0]);
	close(gate.fd[1]);
}

static void pipeline(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c",
		      "seq 20 | while read x; do echo $x; done | tail -1 >/dev/null", (char *)NULL);
		_exit(127);
	}
	CHECK(pid > 0);
	CHECK_EXITED(pid, 0);
}

#define SOAK(name, full, body)                                                                     \
	TEST_SLOW(name, SOAK_SECONDS)                                                              \
	{                                                                                          \
		long long before;                                                                  \
		long n, i;                                                                         \
                                                                                                   \
		n = times(full);                                                                   \
		(void)free_pages();                                                                \
		for (i = 0; i < 200; i++)                                                          \
			body;                                                                      \
		before = free_pages();                                                             \
		for (i = 0; i < n; i++)                                                            \
			body;                                                                      \
		CHECK_EQ(free_pages(), before);                                                    \
	}

/* A bit of everything that a shell and its tools do, some of it at the same time. */
static void mixed(void)
{
	static const char *const work[] = {
		"for i in 1 2 3 4; do (seq 200 | sort -r | awk '{ s += $1 } END { print s }') & done; wait",
		"mkdir w && cd w && seq 500 >f && cp f g && tar cf - . | gzip | gunzip | tar tf - | wc -l; cd ..; rm -r w",
		"x=$(for i in $(seq 20); do echo $(expr $i + 1); done | tail -1); [ $x = 21 ]",
		"sleep 10 & p=$!; kill -STOP $p; kill -CONT $p; kill $p; wait $p; true",
		"trap : USR1; for i in 1 2 3 4 5; do kill -USR1 $$; done; mkfifo q; echo a >q & cat q; rm q",
		"i=0; while [ $i -lt 300 ]; do i=$((i + 1)); done; find /proc/self -maxdepth 1 | wc -l",
		"ls -lR /etc /bin | md5sum; sed s/a/b/ /etc/passwd | cut -d: -f1 | uniq -c",
		"(ulimit -t 1; ulimit -v 200000; dd if=/dev/zero bs=64k count=20 | wc -c) 2>/dev/null",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(work); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			int null = open("/dev/null", O_RDWR);

			dup2(null, 0);
			dup2(null, 1);
			dup2(null, 2);
			execl("/bin/sh", "sh", "-c", work[i], (char *)NULL);
			_exit(127);
		}
		CHECK(pid > 0);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFEXITED(status));
		CHECK_EQ(WEXITSTATUS(status), 0);
	}
}

TEST_SLOW(mixed_work, SOAK_SECONDS)
{
	const char *minutes = getenv("SOAK_MINUTES");
	long long end, tasks, files, views, vmas, inodes, before, n;
	int i;

	for (i = 0; i < (minutes != NULL ? 100 : 2); i++)
		mixed();
	before = free_pages();
	tasks = flatshare_counter("tasks");
	files = flatshare_counter("files");
	views = flatshare_counter("views");
	vmas = flatshare_counter("vmas");
	inodes = flatshare_counter("inodes");
	end = now_ms() + (minutes != NULL ? atol(minutes) * 60000 : 0);
	for (n = 0; n < 2 || now_ms() < end; n++) {
		mixed();
		if (minutes != NULL && n % 100 == 0)
			fprintf(stderr, "%lld rounds, %+lld pages\n", n, free_pages() - before);
	}
	CHECK_EQ(flatshare_counter("tasks"), tasks);
	CHECK_EQ(flatshare_counter("files"), files);
	CHECK_EQ(flatshare_counter("views"), views);
	CHECK_EQ(flatshare_counter("vmas"), vmas);
	CHECK_EQ(flatshare_counter("inodes"), inodes);
	if (minutes != NULL)
		CHECK_EQ(free_pages(), before);
}

SOAK(fork_exec_wait, 1000000, fork_exec("/bin/true"))
SOAK(fork_exit_wait, 100000, fork_exit())
SOAK(vfork_exec_wait, 100000, vfork_exec("/bin/true"))
SOAK(forks_that_split, 50000, fork_split())
SOAK(pipelines, 20000, pipeline())
SOAK(failed_execs, 100000, execve("/etc/passwd", (char *[]){ "x", NULL }, environ))
