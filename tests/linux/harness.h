/* harness.h: how a Linux test program is written.
 *
 * A program holds claims, each a TEST(name).  `prog NAME` runs one of them in its own process and
 * ends with the line `ok NAME` or `not ok NAME: file:line: why`; `prog --list` names them with
 * their time limits in seconds; `prog` alone runs all.  The harness itself never forks to run a
 * test: whoever starts the program does that, so that a kernel whose fork is broken fails the
 * tests of fork and no others.
 *
 * What a test prints is compared byte by byte with what it prints on Linux, so print nothing that
 * differs from run to run: no addresses, pids or times.
 *
 * A ROLE(name) is a program that tests start by exec, as `prog @name ARGS`.
 */
#ifndef TESTS_LINUX_HARNESS_H
#define TESTS_LINUX_HARNESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	     4096UL
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define KIB(n)	     ((size_t)(n) << 10)
#define MIB(n)	     ((size_t)(n) << 20)
#define GIB(n)	     ((size_t)(n) << 30)

struct test {
	const char *name;
	void (*run)(void);
	int limit; /* seconds */
	struct test *next;
};

struct role {
	const char *name;
	int (*run)(int argc, char **argv, char **envp);
	struct role *next;
};

void harness_add_test(struct test *test);
void harness_add_role(struct role *role);

#define TEST(name) TEST_SLOW(name, 10)

/* A test that may take up to `seconds`. */
#define TEST_SLOW(name, seconds)                                                                   \
	static void test_##name(void);                                                             \
	static struct test test_entry_##name = { #name, test_##name, seconds, NULL };              \
	__attribute__((constructor)) static void test_add_##name(void)                             \
	{                                                                                          \
		harness_add_test(&test_entry_##name);                                              \
	}                                                                                          \
	static void test_##name(void)

#define ROLE(name)                                                                                 \
	static int role_##name(int argc, char **argv, char **envp);                                \
	static struct role role_entry_##name = { #name, role_##name, NULL };                       \
	__attribute__((constructor)) static void role_add_##name(void)                             \
	{                                                                                          \
		harness_add_role(&role_entry_##name);                                              \
	}                                                                                          \
	static int role_##name(int argc __attribute__((unused)),                                   \
			       char **argv __attribute__((unused)),                                \
			       char **envp __attribute__((unused)))

/* End this process as a failure of the running test. */
_Noreturn void harness_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The test has nothing to say here; `why` is shown. */
_Noreturn void harness_skip(const char *why);

/* The path of this program, and of another test program that lies beside it. */
const char *self_path(void);
const char *beside(const char *program);

/* Wait for pid and compare its end with an exit status, or with a signal. */
void harness_check_exited(const char *file, int line, pid_t pid, int status);
void harness_check_signaled(const char *file, int line, pid_t pid, int sig);
void harness_check_errno(const char *file, int line, const char *what, long result, int want);
long harness_show(const char *what, long result); /* => result */
void harness_check_eq(const char *file, int line, const char *what, long long got, long long want);
void harness_check_str(const char *file, int line, const char *what, const char *got,
		       const char *want);

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			harness_fail(__FILE__, __LINE__, "%s is false", #cond);                    \
	} while (0)
#define CHECK_EQ(got, want)                                                                        \
	harness_check_eq(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) harness_check_str(__FILE__, __LINE__, #got, (got), (want))
/* The call succeeds (is not -1). */
#define CHECK_OK(call) harness_check_errno(__FILE__, __LINE__, #call, (long)(call), 0)
/* The call returns -1 with errno `want`. */
#define CHECK_ERR(call, want)                                                                      \
	(errno = 0, harness_check_errno(__FILE__, __LINE__, #call, (long)(call), (want)))
#define CHECK_EXITED(pid, status) harness_check_exited(__FILE__, __LINE__, (pid), (status))
#define CHECK_SIGNALED(pid, sig)  harness_check_signaled(__FILE__, __LINE__, (pid), (sig))

/* Print what a call returns, or the name of its error: Linux must print the same. */
#define SAY(call) (errno = 0, harness_show(#call, (long)(call)))

/* Run the body in a forked child; the value is its pid. */
#define CHILD(...)                                                                                 \
	({                                                                                         \
		pid_t child_pid_ = fork();                                                         \
		if (child_pid_ < 0)                                                                \
			harness_fail(__FILE__, __LINE__, "fork: %s", strerror(errno));             \
		if (child_pid_ == 0) {                                                             \
			__VA_ARGS__;                                                               \
			_exit(0);                                                                  \
		}                                                                                  \
		child_pid_;                                                                        \
	})

/* Milliseconds of the monotonic clock. */
long long now_ms(void);
void sleep_ms(long ms);

/* True when the kernel below is Flatshare (it has /proc/flatshare). */
int on_flatshare(void);
/* A counter from /proc/flatshare, or -1. */
long long flatshare_counter(const char *key);

/* The name of an errno or a signal, the same with every C library. */
const char *errno_name(int err);
const char *signal_name(int sig);

/* Whole reads and writes; they fail the test when they cannot. */
void write_all(int fd, const void *data, size_t len);
size_t read_all(int fd, void *data, size_t len); /* until EOF or len */
void write_file(const char *path, const char *text);
const char *read_file(const char *path); /* a static buffer */

/* Fill with a pattern that seed determines, and the checksum of any memory. */
void fill(void *data, size_t len, unsigned seed);
uint64_t checksum(const void *data, size_t len);

/* One byte through a pipe: the simplest way to wait for another process. */
struct gate {
	int fd[2];
};
void gate_open(struct gate *gate);
void gate_signal(struct gate *gate);
void gate_wait(struct gate *gate);

#endif
