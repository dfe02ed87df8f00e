/* flat_spawn.c: other programs: finding them, and running one whose lines we read. */
#include "tools/flat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* execvp's search, done before the fork: the child of vfork may do little. */
char *look_for_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/') != NULL)
		return xstrdup(name);
	if (path == NULL)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path != '\0') {
		size_t len = strcspn(path, ":");
		char *full = xasprintf("%.*s/%s", (int)len, path, name);

		if (access(full, X_OK) == 0)
			return full;
		free(full);
		path += len;
		path += *path == ':';
	}
	return NULL;
}

char *find_program(const char *name, const char *package)
{
	char *path = look_for_program(name);

	if (path == NULL)
		die("%s is not installed (Debian: apt-get install %s)", name, package);
	return path;
}

static void become(char **argv, int output)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(output, 1);
	dup2(output, 2);
	setenv("LC_ALL", "C", 1);
	setenv("DEBIAN_FRONTEND", "noninteractive", 1);
	execvp(argv[0], argv);
	dprintf(2, "E: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(EXIT_NOT_FOUND);
}

int run_lines(char **argv, void (*line)(void *context, char *text), void *context)
{
	char *text = NULL;
	size_t room = 0;
	int fd[2], status;
	ssize_t len;
	FILE *output;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		die("cannot make a pipe: %m");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("cannot start %s: %m", argv[0]);
	if (pid == 0)
		become(argv, fd[1]);
	close(fd[1]);
	output = fdopen(fd[0], "r");
	if (output == NULL)
		die("out of memory");
	while ((len = getline(&text, &room, output)) > 0) {
		if (text[len - 1] == '\n')
			text[len - 1] = '\0';
		line(context, text);
	}
	free(text);
	fclose(output);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
