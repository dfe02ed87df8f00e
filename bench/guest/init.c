/* init.c: the first process of a guest that is measured, the same on both systems.
 *
 * It takes commands, one a line, from /b/plan if that is there, else from the console:
 *
 *	ID [NAME=VALUE ...] PROGRAM [ARGUMENT ...]
 *
 * runs each and prints "@done ID STATUS" behind what the program prints.  At the end of the plan, or
 * at the command "off", the machine is switched off. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { WORDS = 64 };

/* What the kernel has not made for us. */
static void set_up(void)
{
	struct termios raw;
	int fd;

	mkdir("/proc", 0555);
	if (access("/proc/self", F_OK) < 0)
		mount("proc", "/proc", "proc", 0, NULL);
	mkdir("/dev", 0755);
	if (access("/dev/null", F_OK) < 0 && mount("dev", "/dev", "devtmpfs", 0, NULL) < 0)
		mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3));
	mkdir("/tmp", 01777);
	fd = open("/dev/console", O_RDWR | O_NOCTTY);
	if (fd < 0)
		fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
	}
	if (tcgetattr(0, &raw) == 0) {
		cfmakeraw(&raw);
		raw.c_oflag |= OPOST | ONLCR;
		tcsetattr(0, TCSANOW, &raw);
	}
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	if (chdir("/tmp") < 0)
		perror("/tmp");
}

static void run(char **words)
{
	char *id = words[0];
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		close(null);
		for (words++; *words != NULL && strchr(*words, '=') != NULL; words++)
			putenv(*words);
		if (*words != NULL)
			execvp(*words, words);
		perror(*words);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		perror("init");
	printf("@done %s %d\n", id, status);
	fflush(stdout);
}

int main(void)
{
	char line[1024], *words[WORDS], *save;
	FILE *in;

	set_up();
	in = fopen("/b/plan", "re");
	if (in == NULL)
		in = fdopen(dup(0), "r");
	printf("@ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), in) != NULL) {
		unsigned n = 0;

		for (char *w = strtok_r(line, " \r\n", &save); w != NULL && n < WORDS - 1;
		     w = strtok_r(NULL, " \r\n", &save))
			words[n++] = w;
		words[n] = NULL;
		if (n > 0 && strcmp(words[0], "off") == 0)
			break;
		if (n > 1)
			run(words);
	}
	printf("@off\n");
	fflush(stdout);
	tcdrain(1);
	reboot(RB_AUTOBOOT); /* which ends QEMU, by -no-reboot; power off needs more of the machine */
	reboot(RB_POWER_OFF);
	return 1;
}
