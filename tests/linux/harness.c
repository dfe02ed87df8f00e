/* harness.c: runs the TESTs of one program (see harness.h). */
#include "harness.h"

#include <stdarg.h>
#include <sys/resource.h>

static struct test *tests, **tests_end = &tests;
static struct role *roles;
static struct test *running;
static char **program_argv;

void harness_add_test(struct test *test)
{
	*tests_end = test;
	tests_end = &test->next;
}

void harness_add_role(struct role *role)
{
	role->next = roles;
	roles = role;
}

/* One write per line, without stdio: a test may have broken that, or run in a vfork child. */
void harness_fail(const char *file, int line, const char *format, ...)
{
	char text[1024];
	const char *slash = strrchr(file, '/');
	int len, more;
	va_list args;

	len = snprintf(text, sizeof(text), "not ok %s: %s:%d: ", running ? running->name : "?",
		       slash ? slash + 1 : file, line);
	va_start(args, format);
	more = vsnprintf(text + len, sizeof(text) - (size_t)len - 1, format, args);
	va_end(args);
	if (more > 0)
		len += more;
	if ((size_t)len > sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[len++] = '\n';
	if (write(1, text, (size_t)len) != len)
		_exit(98);
	_exit(99);
}

void harness_skip(const char *why)
{
	printf("skip %s: %s\n", running ? running->name : "?", why);
	_exit(77);
}

const char *self_path(void)
{
	static char path[PATH_MAX];
	ssize_t len;

	if (path[0] != '\0')
		return path;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len > 0)
		path[len] = '\0';
	else if (program_argv[0] != NULL)
		snprintf(path, sizeof(path), "%s", program_argv[0]);
	return path;
}

const char *beside(const char *program)
{
	static char path[PATH_MAX];
	char *slash;

	snprintf(path, sizeof(path), "%s", self_path());
	slash = strrchr(path, '/');
	if (slash == NULL)
		slash = path;
	else
		slash++;
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "%s", program);
	return path;
}

static void describe_status(char *text, size_t size, int status)
{
	if (WIFEXITED(status))
		snprintf(text, size, "exit status %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(text, size, "death by %s", signal_name(WTERMSIG(status)));
	else
		snprintf(text, size, "wait status %#x", status);
}

static int wait_for(const char *file, int line, pid_t pid)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		harness_fail(file, line, "waitpid: %s", errno_name(errno));
	if (pid > 0 && got != pid)
		harness_fail(file, line, "waitpid returned another pid");
	return status;
}

void harness_check_exited(const char *file, int line, pid_t pid, int want)
{
	int status = wait_for(file, line, pid);
	char text[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == want)
		return;
	describe_status(text, sizeof(text), status);
	harness_fail(file, line, "child: %s, expected exit status %d", text, want);
}

void harness_check_signaled(const char *file, int line, pid_t pid, int sig)
{
	int status = wait_for(file, line, pid);
	char text[64];

	if (WIFSIGNALED(status) && WTERMSIG(status) == sig)
		return;
	describe_status(text, sizeof(text), status);
	harness_fail(file, line, "child: %s, expected death by %s", text, signal_name(sig));
}

void harness_check_errno(const char *file, int line, const char *what, long result, int want)
{
	if (want == 0) {
		if (result == -1)
			harness_fail(file, line, "%s: %s", what, errno_name(errno));
		return;
	}
	if (result != -1)
		harness_fail(file, line, "%s returned %ld, expected %s", what, result,
			     errno_name(want));
	if (errno != want)
		harness_fail(file, line, "%s: %s, expected %s", what, errno_name(errno),
			     errno_name(want));
}

long harness_show(const char *what, long result)
{
	if (result == -1)
		printf("%s: %s\n", what, errno_name(errno));
	else
		printf("%s: %ld\n", what, result);
	return result;
}

void harness_check_eq(const char *file, int line, const char *what, long long got, long long want)
{
	if (got != want)
		harness_fail(file, line, "%s is %lld (%#llx), expected %lld (%#llx)", what, got,
			     (unsigned long long)got, want, (unsigned long long)want);
}

void harness_check_str(const char *file, int line, const char *what, const char *got,
		       const char *want)
{
	if (got == NULL || strcmp(got, want) != 0)
		harness_fail(file, line, "%s is \"%s\", expected \"%s\"", what,
			     got ? got : "(null)", want);
}

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

int on_flatshare(void)
{
	return access("/proc/flatshare", F_OK) == 0;
}

long long flatshare_counter(const char *key)
{
	static char text[16384];
	size_t len, key_len = strlen(key);
	int fd = open("/proc/flatshare", O_RDONLY | O_CLOEXEC);
	char *line;

	if (fd < 0)
		return -1;
	len = read_all(fd, text, sizeof(text) - 1);
	close(fd);
	text[len] = '\0';
	for (line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, key, key_len) == 0 && line[key_len] == ':')
			return atoll(line + key_len + 1);
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return -1;
}

void write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			harness_fail(__FILE__, __LINE__, "write: %s", errno_name(errno));
		p += n;
		len -= (size_t)n;
	}
}

size_t read_all(int fd, void *data, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, (char *)data + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			harness_fail(__FILE__, __LINE__, "read: %s", errno_name(errno));
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return got;
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		harness_fail(__FILE__, __LINE__, "open %s: %s", path, errno_name(errno));
	write_all(fd, text, strlen(text));
	close(fd);
}

const char *read_file(const char *path)
{
	static char text[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len;

	if (fd < 0)
		harness_fail(__FILE__, __LINE__, "open %s: %s", path, errno_name(errno));
	len = read_all(fd, text, sizeof(text) - 1);
	text[len] = '\0';
	close(fd);
	return text;
}

void fill(void *data, size_t len, unsigned seed)
{
	unsigned char *p = data;
	uint32_t x = seed * 2654435761u + 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = (unsigned char)(x >> 24);
	}
}

uint64_t checksum(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t hash = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash;
}

void gate_open(struct gate *gate)
{
	if (pipe2(gate->fd, O_CLOEXEC) < 0)
		harness_fail(__FILE__, __LINE__, "pipe2: %s", errno_name(errno));
}

void gate_signal(struct gate *gate)
{
	write_all(gate->fd[1], "x", 1);
}

void gate_wait(struct gate *gate)
{
	char c;

	if (read_all(gate->fd[0], &c, 1) != 1)
		harness_fail(__FILE__, __LINE__, "the gate's other side is gone");
}

#define NAME(x) [x] = #x

const char *errno_name(int err)
{
	static const char *const names[] = {
		NAME(EPERM),	    NAME(ENOENT),	NAME(ESRCH),	    NAME(EINTR),
		NAME(EIO),	    NAME(ENXIO),	NAME(E2BIG),	    NAME(ENOEXEC),
		NAME(EBADF),	    NAME(ECHILD),	NAME(EAGAIN),	    NAME(ENOMEM),
		NAME(EACCES),	    NAME(EFAULT),	NAME(EBUSY),	    NAME(EEXIST),
		NAME(EXDEV),	    NAME(ENODEV),	NAME(ENOTDIR),	    NAME(EISDIR),
		NAME(EINVAL),	    NAME(ENFILE),	NAME(EMFILE),	    NAME(ENOTTY),
		NAME(ETXTBSY),	    NAME(EFBIG),	NAME(ENOSPC),	    NAME(ESPIPE),
		NAME(EROFS),	    NAME(EMLINK),	NAME(EPIPE),	    NAME(EDOM),
		NAME(ERANGE),	    NAME(EDEADLK),	NAME(ENAMETOOLONG), NAME(ENOLCK),
		NAME(ENOMSG),	    NAME(EIDRM),	NAME(ENOSYS),	    NAME(ENOTEMPTY),
		NAME(ELOOP),	    NAME(ENODATA),	NAME(EOVERFLOW),    NAME(ELIBBAD),
		NAME(EILSEQ),	    NAME(ENOTSOCK),	NAME(EOPNOTSUPP),   NAME(ETIMEDOUT),
		NAME(EAFNOSUPPORT), NAME(ECONNREFUSED), NAME(EADDRINUSE),
	};
	static char other[32];

	if (err == 0)
		return "no error";
	if (err > 0 && (size_t)err < ARRAY_LEN(names) && names[err] != NULL)
		return names[err];
	snprintf(other, sizeof(other), "errno %d", err);
	return other;
}

const char *signal_name(int sig)
{
	static const char *const names[] = {
		NAME(SIGHUP),  NAME(SIGINT),   NAME(SIGQUIT), NAME(SIGILL),  NAME(SIGTRAP),
		NAME(SIGABRT), NAME(SIGBUS),   NAME(SIGFPE),  NAME(SIGKILL), NAME(SIGUSR1),
		NAME(SIGSEGV), NAME(SIGUSR2),  NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM),
		NAME(SIGCHLD), NAME(SIGCONT),  NAME(SIGSTOP), NAME(SIGTSTP), NAME(SIGTTIN),
		NAME(SIGTTOU), NAME(SIGURG),   NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM),
		NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO),   NAME(SIGPWR),  NAME(SIGSYS),
	};
	static char other[32];

	if (sig > 0 && (size_t)sig < ARRAY_LEN(names) && names[sig] != NULL)
		return names[sig];
	snprintf(other, sizeof(other), "signal %d", sig);
	return other;
}

static int run_one(struct test *test)
{
	running = test;
	test->run();
	printf("ok %s\n", test->name);
	return 0;
}

/* Run every test, each by exec of this program; only for use by hand. */
static int run_all(void)
{
	struct test *test;
	int failed = 0, status;

	for (test = tests; test != NULL; test = test->next) {
		pid_t pid = vfork();

		if (pid == 0) {
			char *argv[] = { program_argv[0], (char *)test->name, NULL };

			setpgid(0, 0);
			if (getenv("SOAK") == NULL)
				alarm((unsigned)test->limit);
			execv(program_argv[0], argv);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		if (WIFSIGNALED(status))
			printf("not ok %s: death by %s\n", test->name,
			       signal_name(WTERMSIG(status)));
		if (status != 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 77))
			failed++;
	}
	if (failed != 0)
		printf("%d failed\n", failed);
	return failed != 0;
}

int main(int argc, char **argv, char **envp)
{
	struct test *test;
	struct role *role;

	program_argv = argv;
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc < 2)
		return run_all();
	if (strcmp(argv[1], "--list") == 0) {
		for (test = tests; test != NULL; test = test->next)
			printf("%s %d\n", test->name, test->limit);
		return 0;
	}
	if (argv[1][0] == '@') {
		for (role = roles; role != NULL; role = role->next)
			if (strcmp(role->name, argv[1] + 1) == 0)
				return role->run(argc - 1, argv + 1, envp);
	} else {
		for (test = tests; test != NULL; test = test->next)
			if (strcmp(test->name, argv[1]) == 0)
				return run_one(test);
	}
	fprintf(stderr, "%s: no test or role %s\n", argv[0], argv[1]);
	return 2;
}
