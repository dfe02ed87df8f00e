/* probe.c: a small program that is built static-pie, at a fixed address, and dynamic; others
 * start it.  It does not use the harness. */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

static int counter = 100;
static int zero;

/* Sum up the bytes that come in, one line of output for each. */
static int serve(void)
{
	static int sum;
	char c;

	while (read(0, &c, 1) == 1) {
		sum += c;
		dprintf(1, "%5d\n", sum);
	}
	return 6;
}

static int fork_test(void)
{
	int fd[2], status;
	char c;
	pid_t pid;

	if (pipe(fd) < 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		counter = 200;
		if (read(fd[0], &c, 1) != 1) /* needs the parent: a true fork */
			_exit(1);
		_exit(counter == 200 && zero == 0 ? 0 : 2);
	}
	zero = 7;
	if (counter != 100 || write(fd[1], "x", 1) != 1)
		return 1;
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 2;
	return counter == 100 && zero == 7 ? 7 : 3;
}

int main(int argc, char **argv, char **envp)
{
	const ElfW(Phdr) *phdr = (void *)getauxval(AT_PHDR);
	int i;

	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		return serve();
	if (argc > 1 && strcmp(argv[1], "fork") == 0)
		return fork_test();
	for (i = 0; i < argc; i++)
		printf("argv[%d]=%s\n", i, argv[i]);
	for (i = 0; envp[i] != NULL; i++)
		printf("envp[%d]=%s\n", i, envp[i]);
	printf("base is %s\n", getauxval(AT_BASE) ? "set" : "zero");
	for (i = 0; i < (int)getauxval(AT_PHNUM); i++)
		if (phdr[i].p_type == PT_INTERP)
			printf("has an interpreter\n");
	printf("data %d bss %d\n", counter, zero);
	fflush(stdout);
	return 5;
}
