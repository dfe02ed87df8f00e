/* exec.c: execve: what the new program gets, what it does not, and how it fails. */
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

extern char **environ;

/* Run argv in a forked child with its standard output as it is; the wait status. */
static int run_program(const char *path, char *const argv[], char *const envp[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve(path, argv, envp);
		printf("execve: %s\n", errno_name(errno));
		_exit(126);
	}
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

#define RUN(path, ...) run_program((path), (char *const[]){ __VA_ARGS__, NULL }, environ)

ROLE(show)
{
	int i;

	for (i = 1; i < argc; i++)
		printf("[%s]\n", argv[i]);
	for (i = 0; envp[i] != NULL; i++)
		printf("<%s>\n", envp[i]);
	return 17;
}

/* Arguments and environment arrive byte for byte, also empty ones. */
TEST(arguments_and_environment)
{
	char *argv[] = { "name", "@show", "", "two words", "\001\377\n", "last", NULL };
	char *envp[] = { "A=1", "EMPTY=", "no equals sign", "", NULL };

	CHECK_EQ(run_program(self_path(), argv, envp), 17 << 8);
}

TEST(no_environment)
{
	char *argv[] = { "name", "@show", NULL };
	char *envp[] = { NULL };

	CHECK_EQ(run_program(self_path(), argv, envp), 17 << 8);
	CHECK_EQ(run_program(self_path(), argv, NULL), 17 << 8);
}

/* An empty argv becomes one empty string (Linux since 5.18). */
ROLE(never)
{
	return 1;
}

TEST(null_argv)
{
	write_file("script", "#!/bin/sh\necho \"$#\"\n");
	CHECK_OK(chmod("script", 0755));
	printf("status %d\n", run_program("script", NULL, environ));
}

/* A hundred thousand bytes of arguments in many pieces. */
ROLE(sum)
{
	int i;
	size_t len = 0;

	for (i = 1; i < argc; i++)
		len += strlen(argv[i]) + 1;
	printf("%d arguments, %zu bytes, checksum %#llx\n", argc, len,
	       (unsigned long long)checksum(argv[1], len));
	return 0;
}

TEST(many_arguments)
{
	enum { COUNT = 2000 };
	static char *argv[COUNT + 3];
	int i;

	argv[0] = "name";
	argv[1] = "@sum";
	for (i = 0; i < COUNT; i++) {
		argv[i + 2] = malloc(64);
		snprintf(argv[i + 2], 64, "argument number %d of many, each a bit long", i);
	}
	CHECK_EQ(run_program(self_path(), argv, environ), 0);
}

/* One argument of almost 128 KiB fits; one byte more than MAX_ARG_STRLEN is E2BIG. */
TEST(the_longest_argument)
{
	size_t len = 32 * PAGE;
	char *big = malloc(len + 1);

	memset(big, 'x', len);
	big[len - 1] = '\0';
	CHECK_EQ(RUN(self_path(), "name", "@sum", big), 0);
	big[len - 1] = 'x';
	big[len] = '\0';
	CHECK_ERR(execve(self_path(), (char *[]){ "name", big, NULL }, environ), E2BIG);
}

/* Too much in all. */
TEST(too_many_arguments)
{
	enum { COUNT = 120 };
	static char *argv[COUNT + 2];
	char *big = malloc(100000);
	int i;

	memset(big, 'y', 99999);
	big[99999] = '\0';
	argv[0] = "name";
	for (i = 1; i <= COUNT; i++)
		argv[i] = big;
	CHECK_ERR(execve(self_path(), argv, environ), E2BIG);
}

/* --- errors --------------------------------------------------------------------------------- */

static void make_program(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	CHECK(fd >= 0);
	write_all(fd, data, len);
	close(fd);
}

static int exec_errno(const char *path)
{
	char *argv[] = { "name", NULL };

	errno = 0;
	execve(path, argv, environ);
	return errno;
}

TEST(what_cannot_be_executed)
{
	char name[300];

	CHECK_EQ(exec_errno("/nowhere/at/all"), ENOENT);
	CHECK_EQ(exec_errno(""), ENOENT);
	CHECK_EQ(exec_errno("/"), EACCES);
	CHECK_EQ(exec_errno("/dev/null"), EACCES);
	make_program("empty", "", 0);
	CHECK_EQ(exec_errno("empty"), ENOEXEC);
	make_program("text", "just some text\n", 15);
	CHECK_EQ(exec_errno("text"), ENOEXEC);
	CHECK_OK(chmod("text", 0644));
	CHECK_EQ(exec_errno("text"), EACCES);
	CHECK_EQ(exec_errno("text/more"), ENOTDIR);
	CHECK_OK(symlink("loop", "loop"));
	CHECK_EQ(exec_errno("loop"), ELOOP);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK_EQ(exec_errno(name), ENAMETOOLONG);
	CHECK_EQ(exec_errno((char *)8), EFAULT);
	CHECK_ERR(execve(self_path(), (char **)8, environ), EFAULT);
	CHECK_ERR(execve(self_path(), (char *[]){ "x", (char *)8, NULL }, environ), EFAULT);
	CHECK_ERR(execve(self_path(), (char *[]){ "x", NULL }, (char **)8), EFAULT);
}

/* A failed exec changes nothing: memory, handlers and CLOEXEC descriptors are still there. */
TEST(a_failed_exec_costs_nothing)
{
	int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600), i;
	struct sigaction action;
	char *heap = malloc(100000);

	CHECK(signal(SIGUSR1, (void (*)(int))exit) != SIG_ERR);
	fill(heap, 100000, 3);
	uint64_t before = checksum(heap, 100000);

	make_program("bad", "\177ELF garbage", 12);
	for (i = 0; i < 50; i++)
		CHECK(exec_errno("bad") != 0);
	CHECK(checksum(heap, 100000) == before);
	CHECK_OK(sigaction(SIGUSR1, NULL, &action));
	CHECK(action.sa_handler == (void (*)(int))exit);
	CHECK_EQ(write(fd, "x", 1), 1);
}

/* A file that somebody has open for writing. */
TEST(text_busy)
{
	char *argv[] = { "cp", (char *)(uintptr_t)self_path(), "copy", NULL };
	int fd;

	CHECK_EQ(run_program("/bin/cp", argv, environ), 0);
	fd = open("copy", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(exec_errno("copy"), ETXTBSY);
	close(fd);
	CHECK_EQ(RUN("copy", "copy", "@show"), 17 << 8);
}

/* --- scripts -------------------------------------------------------------------------------- */

static void make_script(const char *path, const char *text)
{
	make_program(path, text, strlen(text));
}

static char *line_with(const char *format, const char *value)
{
	static char line[PATH_MAX + 64];

	snprintf(line, sizeof(line), format, value);
	return line;
}

/* The interpreter's one optional argument, with its spaces kept inside, and the script's path. */
TEST(script_with_interpreter_argument)
{
	make_script("s0", line_with("#!%s @show\n", self_path()));
	CHECK_EQ(RUN("./s0", "ignored", "one", "two"), 17 << 8);
	make_script("s1", "#!/bin/echo one argument \t \nnever read\n");
	CHECK_EQ(RUN("s1", "ignored", "a", "b"), 0);
	make_script("s2", "#!  /bin/echo\n");
	CHECK_EQ(RUN("./s2", "ignored"), 0);
	make_script("s3", "#!/bin/echo no-newline");
	CHECK_EQ(RUN("./s3", "ignored", "x"), 0);
}

/* Interpreters that are scripts: four deep works, five is ELOOP. */
TEST(nested_scripts)
{
	char dir[PATH_MAX], text[PATH_MAX + 64], path[PATH_MAX + 32];
	int i;

	CHECK(getcwd(dir, sizeof(dir)) != NULL);
	make_script("n0", "#!/bin/echo level0\n");
	for (i = 1; i < 7; i++) {
		snprintf(text, sizeof(text), "#!%s/n%d level%d\n", dir, i - 1, i);
		snprintf(path, sizeof(path), "n%d", i);
		make_script(path, text);
	}
	CHECK_OK(chdir("/"));
	for (i = 0; i < 7; i++) {
		int status, fds[2];
		char out[4096], *p;
		size_t len;
		pid_t pid;

		CHECK_OK(pipe(fds));
		snprintf(path, sizeof(path), "%s/n%d", dir, i);
		pid = fork();
		if (pid == 0) {
			dup2(fds[1], 1);
			execve(path, (char *[]){ "name", "end", NULL }, environ);
			printf("%s\n", errno_name(errno));
			_exit(1);
		}
		close(fds[1]);
		len = read_all(fds[0], out, sizeof(out) - 1);
		out[len] = '\0';
		close(fds[0]);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		while ((p = strstr(out, dir)) != NULL) /* the scratch folder's name may differ */
			memmove(p, p + strlen(dir), strlen(p + strlen(dir)) + 1);
		printf("%d: %d %s", i, status, out);
	}
}

TEST(bad_scripts)
{
	static const char *const lines[] = {
		"#!\n",
		"#! \n",
		"#!/nowhere\n",
		"#!/\n",
		"#!",
		"#",
		"#!relative\n",
		"#!\t\t\t\n",
		"#!/dev/null\n",
		" #!/bin/sh\n",
		"#!/bin/echo\rx\n",
	};
	char long_line[600];
	size_t i;

	for (i = 0; i < ARRAY_LEN(lines); i++) {
		make_script("bad", lines[i]);
		printf("%zu %s\n", i, errno_name(exec_errno("./bad")));
	}
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "#!/bin/", 7);
	long_line[598] = '\n';
	long_line[599] = '\0';
	make_script("bad", long_line);
	printf("long interpreter: %s\n", errno_name(exec_errno("./bad")));
	memcpy(long_line, "#!/bin/echo ", 12);
	make_script("bad", long_line);
	printf("long argument: %d\n", RUN("./bad", "name"));
	CHECK_OK(chmod("bad", 0644));
	CHECK_EQ(exec_errno("bad"), EACCES);
}

/* A script whose descriptor is read by the interpreter as an ordinary file. */
TEST(shell_script)
{
	make_script("s", "#!/bin/sh\necho \"$0 $1 $#\"\nexit 42\n");
	CHECK_EQ(RUN("./s", "x", "a b", "c"), 42 << 8);
}

/* The shell runs a text without #! itself, which execvp does too. */
TEST(text_without_interpreter_line)
{
	pid_t pid;

	make_script("s", "echo run by sh; exit 3\n");
	pid = fork();
	if (pid == 0) {
		execlp("./s", "./s", (char *)NULL);
		_exit(errno == ENOEXEC ? 100 : 101); /* musl leaves that to its caller */
	}
	CHECK_EXITED(pid, 100);
	CHECK_EQ(system("./s"), 3 << 8);
}

/* --- what is kept and what is not ----------------------------------------------------------- */

ROLE(fds)
{
	int i;

	for (i = 3; i < 12; i++)
		printf("%d:%s ", i, fcntl(i, F_GETFD) >= 0 ? "open" : "closed");
	printf("\n");
	return 0;
}

TEST(close_on_exec)
{
	int fd;

	for (fd = 3; fd < 12; fd++)
		close(fd);
	CHECK_EQ(open("f", O_RDWR | O_CREAT, 0600), 3);
	CHECK_EQ(open("f", O_RDWR | O_CLOEXEC), 4);
	CHECK_EQ(dup(4), 5);
	CHECK_EQ(fcntl(3, F_DUPFD_CLOEXEC, 6), 6);
	CHECK_EQ(dup2(3, 7), 7);
	CHECK_OK(fcntl(7, F_SETFD, FD_CLOEXEC));
	CHECK_EQ(dup3(3, 8, O_CLOEXEC), 8);
	CHECK_EQ(dup2(8, 9), 9);
	CHECK_EQ(RUN(self_path(), "name", "@fds"), 0);
}

/* The reader of a pipe sees its end although the vfork parent sleeps: CLOEXEC ends are closed
 * before that one goes on. */
TEST(pipe_ends_at_exec)
{
	int fds[2];
	pid_t pid;
	char c;

	CHECK_OK(pipe2(fds, O_CLOEXEC));
	pid = vfork();
	if (pid == 0) {
		execve("/bin/true", (char *[]){ "true", NULL }, environ);
		_exit(127);
	}
	close(fds[1]);
	CHECK_EQ(read(fds[0], &c, 1), 0);
	CHECK_EXITED(pid, 0);
}

ROLE(signals)
{
	struct sigaction action;
	sigset_t set;
	int sig;

	sigprocmask(SIG_BLOCK, NULL, &set);
	for (sig = 1; sig < 32; sig++) {
		sigaction(sig, NULL, &action);
		if (action.sa_handler == SIG_IGN)
			printf("%s ignored\n", signal_name(sig));
		else if (action.sa_handler != SIG_DFL)
			printf("%s handled?\n", signal_name(sig));
		if (sigismember(&set, sig))
			printf("%s blocked\n", signal_name(sig));
	}
	sigpending(&set);
	printf("SIGUSR2 %s\n", sigismember(&set, SIGUSR2) ? "pending" : "not pending");
	return 0;
}

/* Handled signals become default, ignored and blocked ones stay so, pending ones stay pending. */
TEST(signals_over_exec)
{
	sigset_t set;

	signal(SIGUSR1, (void (*)(int))exit);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGINT);
	CHECK_OK(sigprocmask(SIG_SETMASK, &set, NULL));
	CHECK_OK(raise(SIGUSR2));
	execve(self_path(), (char *[]){ "name", "@signals", NULL }, environ);
	CHECK(0);
}

/* pid, parent, group, cwd and umask stay. */
ROLE(identity)
{
	char cwd[PATH_MAX];

	if (getpid() != atoi(argv[1]) || getppid() != atoi(argv[2]) || getpgrp() != atoi(argv[3]))
		return 1;
	if (umask(0) != 031 || getcwd(cwd, sizeof(cwd)) == NULL || strcmp(cwd, argv[4]) != 0)
		return 2;
	return alarm(0) > 0 ? 0 : 3;
}

TEST(identity_over_exec)
{
	char number[3][16], cwd[PATH_MAX];

	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	umask(031);
	alarm(100);
	snprintf(number[0], 16, "%d", getpid());
	snprintf(number[1], 16, "%d", getppid());
	snprintf(number[2], 16, "%d", getpgrp());
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(number[0], 16, "%d", getpid());
		snprintf(number[1], 16, "%d", getppid());
		alarm(100);
		execve(self_path(),
		       (char *[]){ "name", "@identity", number[0], number[1], number[2], cwd,
				   NULL },
		       environ);
		_exit(9);
	}
	CHECK_EXITED(pid, 0);
}

/* exec in a chain, fifty programs long: one process. */
ROLE(chain)
{
	char count[16];
	int n = atoi(argv[1]);

	if (n == 0)
		return 33;
	snprintf(count, sizeof(count), "%d", n - 1);
	execve(self_path(), (char *[]){ "name", "@chain", count, NULL }, envp);
	return 1;
}

TEST(chain_of_fifty)
{
	CHECK_EQ(RUN(self_path(), "name", "@chain", "50"), 33 << 8);
}

/* exec by a thread that is not the first one: the others end, the pid stays. */
static void *exec_thread(void *arg)
{
	execve(self_path(), (char *[]){ "name", "@same_pid", arg, NULL }, environ);
	return NULL;
}

static void *busy_thread(void *arg)
{
	for (;;)
		(void)*(volatile char *)arg;
	return NULL;
}

ROLE(same_pid)
{
	return getpid() == atoi(argv[1]) && syscall(SYS_gettid) == getpid() ? 44 : 1;
}

TEST(exec_in_a_thread)
{
	char number[16];
	pthread_t thread;
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(number, sizeof(number), "%d", getpid());
		pthread_create(&thread, NULL, busy_thread, number);
		pthread_create(&thread, NULL, exec_thread, number);
		for (;;)
			pause();
	}
	CHECK_EXITED(pid, 44);
}

/* exec from a deep stack and with 64 MiB mapped; the new program starts with little. */
TEST(exec_drops_the_old_memory)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *map = mmap(NULL, MIB(16), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1, 0);

		memset(map, 1, MIB(16));
		execve(self_path(), (char *[]){ "name", "@show", NULL }, (char *[]){ NULL });
		_exit(1);
	}
	CHECK_EXITED(pid, 17);
}

/* The arguments may lie anywhere, also in the memory that goes away. */
TEST(arguments_from_a_mapping)
{
	char *map =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char **argv = (char **)map;
	pid_t pid;

	argv[0] = strcpy(map + 1000, "name");
	argv[1] = strcpy(map + 1100, "@show");
	argv[2] = strcpy(map + PAGE - 3, "across a page border");
	argv[3] = NULL;
	pid = fork();
	if (pid == 0) {
		execve(self_path(), argv, (char *[]){ NULL });
		_exit(1);
	}
	CHECK_EXITED(pid, 17);
}

/* --- kinds of programs ---------------------------------------------------------------------- */

TEST(each_kind_of_program)
{
	static const char *const names[] = { "probe", "probe-fixed", "probe-dynamic" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		printf("%s:\n", names[i]);
		CHECK_EQ(run_program(beside(names[i]), (char *[]){ "probe", "hello", NULL },
				     (char *[]){ "E=1", NULL }),
			 5 << 8);
	}
}

/* Several programs that are linked to the same addresses run side by side. */
TEST(fixed_programs_side_by_side)
{
	enum { COUNT = 6 };
	int to[COUNT][2], from[COUNT][2], i, round;
	char line[64], expected[64];
	pid_t pid[COUNT];

	for (i = 0; i < COUNT; i++) {
		CHECK_OK(pipe2(to[i], O_CLOEXEC));
		CHECK_OK(pipe2(from[i], O_CLOEXEC));
		pid[i] = fork();
		if (pid[i] == 0) {
			dup2(to[i][0], 0);
			dup2(from[i][1], 1);
			execl(beside("probe-fixed"), "probe", "serve", (char *)NULL);
			_exit(126);
		}
		close(to[i][0]);
		close(from[i][1]);
	}
	for (round = 1; round <= 5; round++) {
		for (i = 0; i < COUNT; i++) {
			char number = (char)(i + 1);

			write_all(to[i][1], &number, 1);
		}
		for (i = 0; i < COUNT; i++) {
			int len = snprintf(expected, sizeof(expected), "%5d\n", round * (i + 1));

			CHECK_EQ(read_all(from[i][0], line, (size_t)len), len);
			line[len] = '\0';
			CHECK_STR(line, expected);
		}
	}
	for (i = 0; i < COUNT; i++) {
		close(to[i][1]);
		CHECK_EXITED(pid[i], 6);
	}
}

/* A fixed program forks: parent and child share those addresses, too. */
TEST(fixed_program_forks)
{
	CHECK_EQ(RUN(beside("probe-fixed"), "probe", "fork"), 7 << 8);
	CHECK_EQ(RUN(beside("probe-dynamic"), "probe", "fork"), 7 << 8);
	CHECK_EQ(RUN(beside("probe"), "probe", "fork"), 7 << 8);
}

/* A dynamic program whose interpreter is missing. */
TEST(missing_interpreter)
{
	static char image[1 << 20];
	const char *path = beside("probe-dynamic");
	int fd = open(path, O_RDONLY);
	size_t len = read_all(fd, image, sizeof(image));
	char *name = memmem(image, len, "/lib/ld-musl", 12);

	CHECK(name != NULL);
	memcpy(name, "/lib/xx-musl", 12);
	make_program("missing", image, len);
	CHECK_EQ(exec_errno("./missing"), ENOENT);
	strcpy(name, "/bin");
	make_program("missing", image, len);
	printf("%s\n", errno_name(exec_errno("./missing")));
}

/* fexecve and execveat. */
TEST(fexecve_by_descriptor)
{
	int fd = open(self_path(), O_RDONLY | O_CLOEXEC);
	pid_t pid;

	CHECK(fd >= 0);
	pid = fork();
	if (pid == 0) {
		fexecve(fd, (char *[]){ "name", "@show", "by descriptor", NULL },
			(char *[]){ NULL });
		_exit(errno);
	}
	CHECK_EXITED(pid, 17);
}

/* /proc/self/exe names the program, also after exec by a relative path and through a link. */
ROLE(exe)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return 1;
	path[len] = '\0';
	return strcmp(path, argv[1]) == 0 ? 0 : 2;
}

TEST(proc_self_exe)
{
	const char *self = self_path();

	CHECK_OK(symlink(self, "link"));
	CHECK_EQ(RUN("link", "whatever", "@exe", (char *)(uintptr_t)self), 0);
}

/* --- ids, names, lines ------------------------------------------------------------------------ */

ROLE(ids)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	CHECK_OK(getresuid(&r, &e, &s));
	CHECK_OK(getresgid(&rg, &eg, &sg));
	printf("uid %d %d %d gid %d %d %d secure %lu auxv %lu %lu\n", (int)r, (int)e, (int)s,
	       (int)rg, (int)eg, (int)sg, getauxval(AT_SECURE), getauxval(AT_EUID),
	       getauxval(AT_EGID));
	return 0;
}

static void copy_self(const char *to)
{
	CHECK_EQ(RUN("/bin/cp", "cp", (char *)(uintptr_t)self_path(), (char *)(uintptr_t)to), 0);
}

/* Set-user-ID and set-group-ID bits give the file's ids, unless no_new_privs is set; S_ISGID
 * without the group's execute bit means nothing. */
TEST(set_id_bits)
{
	static const mode_t modes[] = { 0755, 04755, 02755, 06755, 02745, 04711 };
	size_t i;

	if (geteuid() != 0)
		harness_skip("needs root");
	CHECK_OK(chmod(".", 0755));
	for (i = 0; i < ARRAY_LEN(modes); i++) {
		unlink("copy");
		copy_self("copy");
		CHECK_OK(chown("copy", 1234, 2345));
		CHECK_OK(chmod("copy", modes[i]));
		printf("%04o ", modes[i]);
		fflush(stdout);
		CHECK_EQ(RUN("copy", "copy", "@ids"), 0);
	}
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		execl("copy", "copy", "@ids", (char *)NULL);
		_exit(1);
	}
	CHECK_EXITED(pid, 0);
}

/* The blanks before the end of a file without a newline belong to the argument; NULs end it. */
TEST(ends_of_script_lines)
{
	static const struct {
		const char *text;
		size_t len;
	} tails[] = {
#define TAIL(text) { text, sizeof(text) - 1 }
		TAIL(""),      TAIL("  "),	   TAIL(" x  "),	TAIL(" x  \n"),
		TAIL("\0y\n"), TAIL(" x \0 y \n"), TAIL("\t\tx y\t\n"), TAIL(" \n"),
	};
	char text[PATH_MAX + 64];
	size_t i;

	for (i = 0; i < ARRAY_LEN(tails); i++) {
		int n = snprintf(text, sizeof(text), "#!/bin/echo");

		memcpy(text + n, tails[i].text, tails[i].len);
		make_program("s", text, (size_t)n + tails[i].len);
		printf("%zu: ", i);
		fflush(stdout);
		CHECK_EQ(RUN("./s", "ignored", "end"), 0);
	}
	make_program("s", "#!", 2);
	CHECK_EQ(exec_errno("./s"), EACCES);
	make_program("s", "#! \0\n", 5);
	CHECK_EQ(exec_errno("./s"), EACCES);
}

/* A script that is executed by a descriptor is named /dev/fd/N to its interpreter; if exec closes
 * that descriptor, there is no such file. */
TEST(script_by_descriptor)
{
	char *argv[] = { "name", "end", NULL };
	int fd, dir;
	pid_t pid;

	make_script("s", "#!/bin/echo interpreter\n");
	fd = open("s", O_RDONLY | O_CLOEXEC);
	dir = open(".", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(dup2(fd, 20), 20);
	CHECK_EQ(dup2(dir, 21), 21);
	CHECK_ERR(syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH), ENOENT);
	CHECK_ERR(syscall(SYS_execveat, 20, "", argv, environ, 0), ENOENT);
	CHECK_ERR(syscall(SYS_execveat, 21, "s", argv, environ, 0x8), EINVAL);
	CHECK_ERR(syscall(SYS_execveat, 77, "s", argv, environ, 0), EBADF);
	pid = CHILD(syscall(SYS_execveat, 20, "", argv, environ, AT_EMPTY_PATH));
	CHECK_EXITED(pid, 0);
	pid = CHILD(syscall(SYS_execveat, 21, "s", argv, environ, 0));
	CHECK_EXITED(pid, 0);
	CHECK_OK(symlink("s", "link"));
	CHECK_ERR(syscall(SYS_execveat, 21, "link", argv, environ, AT_SYMLINK_NOFOLLOW), ELOOP);
}

/* A table of descriptors that two processes share is not changed by the exec of one. */
static int exec_true(void *arg)
{
	(void)arg;
	execl("/bin/true", "true", (char *)NULL);
	return 1;
}

TEST(shared_descriptors_stay_open)
{
	static char stack[KIB(64)] __attribute__((aligned(16)));
	int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pid_t pid = clone(exec_true, stack + sizeof(stack),
			  CLONE_FILES | CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	CHECK_EXITED(pid, 0);
	CHECK_EQ(write(fd, "x", 1), 1);
}
