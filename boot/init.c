/* init.c: the first program: what it is, its arguments, environment and descriptors; and how the
 * machine ends when it does.
 *
 * `flat run` adds the file /.flat.cmd to the initrd (drivers/hostproto.h): records of a letter, a
 * value and a NUL.  Without it the kernel's option init=PATH (default /init) is run without
 * arguments on the console. */

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "boot/boot.h"
#include "boot/init.h"
#include "drivers/console.h"
#include "drivers/hostport.h"
#include "drivers/hostproto.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/exec.h"
#include "proc/forkneed.h"
#include "proc/task.h"
#include "syscalls/tally.h"

#define WORDS_MAX 4096 /* arguments, and environment strings */

static struct {
	char *text; /* the command file; the words point into it */
	char *argv[WORDS_MAX + 1], *envp[WORDS_MAX + 1];
	unsigned argc, envc;
	const char *cwd;
} init;

static void add_word(char **list, unsigned *n, char *word)
{
	if (*n < WORDS_MAX)
		list[(*n)++] = word;
}

/* TAG:MODE:FILE:TARGET, where MODE is ro or rw, and FILE empty: the whole folder. */
static void mount_volume(char *rec)
{
	char *part[4] = { rec };

	for (unsigned i = 1; i < 4; i++) {
		part[i] = strchr(part[i - 1], ':');
		if (part[i] == NULL)
			return;
		*part[i]++ = '\0';
	}
	int err = vfs_mount_volume(part[0], part[2][0] == '\0' ? NULL : part[2],
				   strcmp(part[1], "ro") == 0, part[3]);
	if (err < 0) {
		kprintf("cannot mount a folder of the host at %s: error %d\n", part[3], -err);
		hostport_exit(HOST_BOOT, (uint32_t)-err, part[3]);
	}
}

static void take_record(char *rec)
{
	switch (rec[0]) {
	case HOST_CMD_ARG: add_word(init.argv, &init.argc, rec + 1); break;
	case HOST_CMD_ENV: add_word(init.envp, &init.envc, rec + 1); break;
	case HOST_CMD_CWD: init.cwd = rec + 1; break;
	case HOST_CMD_MOUNT: mount_volume(rec + 1); break;
	case HOST_CMD_INPUT: hostport_set_input(rec[1] == '1'); break;
	case HOST_CMD_SIZE: {
		char *end;
		unsigned rows = (unsigned)strtoull(rec + 1, &end, 10);
		while (*end == ' ')
			end++;
		hostport_set_size(rows, (unsigned)strtoull(end, NULL, 10));
		break;
	}
	}
}

/* Read the command file, if there is one, and remove it. */
static void read_command(void)
{
	int err;
	struct file *f = file_open("/" HOST_CMD_FILE, O_RDONLY, 0, &err);
	if (f == NULL && err == -ENOENT)
		return;
	if (f == NULL)
		panic("no memory to read /" HOST_CMD_FILE);
	size_t size = file_size(f);
	init.text = kmalloc(size + 1);
	if (init.text == NULL || file_read_at(f, init.text, size, 0) != (ssize_t)size)
		panic("no memory for what /" HOST_CMD_FILE " says");
	file_put(f);
	init.text[size] = 0;
	for (size_t at = 0; at < size; at += strlen(init.text + at) + 1)
		take_record(init.text + at);
	(void)file_unlink("/" HOST_CMD_FILE);
}

static void defaults(void)
{
	static char path[] = "/init";
	static char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", home[] = "HOME=/",
		    term[] = "TERM=linux";
	const char *chosen = option("init");

	if (init.argc == 0)
		add_word(init.argv, &init.argc, chosen != NULL ? (char *)chosen : path);
	if (init.envc == 0) {
		add_word(init.envp, &init.envc, search);
		add_word(init.envp, &init.envc, home);
		add_word(init.envp, &init.envc, term);
	}
}

static const char *environment(const char *name)
{
	size_t n = strlen(name);
	for (unsigned i = 0; i < init.envc; i++)
		if (strncmp(init.envp[i], name, n) == 0 && init.envp[i][n] == '=')
			return init.envp[i] + n + 1;
	return NULL;
}

/* As execvp(3) searches: a name without a slash is looked for in PATH.
 * => the path that exists, in a buffer that lives on; NULL with *err */
static const char *find_program(const char *name, int *err)
{
	static char found[1024];
	const char *dirs = environment("PATH");
	int worst = -ENOENT;

	if (strchr(name, '/') != NULL || dirs == NULL)
		return name;
	while (*dirs != 0) {
		const char *end = strchr(dirs, ':');
		size_t n = end == NULL ? strlen(dirs) : (size_t)(end - dirs);
		int e;
		snprintf(found, sizeof(found), "%.*s/%s", (int)n, n == 0 ? "." : dirs, name);
		struct file *f = file_open_exec(AT_FDCWD, found, 0, &e);
		if (f != NULL) {
			file_put(f);
			return found;
		}
		if (e == -EACCES || e == -ENOMEM)
			worst = e;
		dirs += n + (end != NULL);
	}
	*err = worst;
	return NULL;
}

/* Without one that the host has, the program would run and what it says be lost. */
static void no_descriptor(int fd, const char *name, int err)
{
	static char text[64];

	kprintf("no %s for descriptor %d: error %d\n", name, fd, -err);
	if (!hostport_streams())
		return;
	snprintf(text, sizeof(text), "descriptor %d, %s", fd, name);
	hostport_exit(HOST_BOOT, (uint32_t)-err, text);
}

static void open_descriptors(void)
{
	bool host = hostport_streams();
	static const char *const names[3] = { "/dev/hostin", "/dev/hostout", "/dev/hosterr" };

	for (int fd = 0; fd < 3; fd++) {
		int err, how = !host ? O_RDWR : fd == 0 ? O_RDONLY : O_WRONLY;
		const char *name = host ? names[fd] : "/dev/console";
		struct file *f = file_open(name, how, 0, &err);
		if (f == NULL)
			no_descriptor(fd, name, err);
		else if ((err = fd_install(f, 0, fd)) != fd)
			no_descriptor(fd, name, err);
	}
}

static void no_folder(const char *path, int err)
{
	static char text[1024];

	snprintf(text, sizeof(text), "the folder to start in, %s", path);
	hostport_exit(HOST_BOOT, (uint32_t)-err, text);
}

void init_start(void)
{
	int err = -ENOENT;

	read_command();
	defaults();
	open_descriptors();
	const char *path = find_program(init.argv[0], &err);
	if (path == NULL)
		init_failed(init.argv[0], err);
	if (init.cwd != NULL) {
		err = file_chdir(init.cwd);
		if (err < 0)
			no_folder(init.cwd, err);
	}
	err = proc_start_init(path, init.argv, init.envp);
	if (err < 0)
		panic("no memory for the first process");
	console_give_to(init_proc);
}

/* --- the end --- */

void init_failed(const char *path, int err)
{
	static char why[2048];

	strlcpy(why, path, sizeof(why));
	if (strchr(path, '/') != NULL &&
	    (err == -ENOENT || err == -ENOEXEC || err == -EACCES || err == -ELIBBAD || err == -EIO))
		exec_why(path, why, sizeof(why));
	kprintf("cannot run %s: error %d\n", why, -err);
	hostport_exit(HOST_EXEC, (uint32_t)-err, why);
}

void machine_exit(int code)
{
	forkneed_left();
	vfs_shutdown();
	hostport_drain();
	tally_report();
	if (code & 0x7f)
		hostport_exit(HOST_SIGNALED, code & 0x7f, "");
	hostport_exit(HOST_EXITED, (code >> 8) & 0xff, "");
}
