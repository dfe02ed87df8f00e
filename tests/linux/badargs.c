/* badargs.c: every call of the table with every pointer argument bad in every way, made from the
 * table itself: a new entry is tested without a line here.
 *
 * The other arguments are chosen by name so that the call would get as far as the pointer.  Each try
 * is a process of its own, since some succeed and some end it.  What comes out is printed and so
 * compared with Linux; not for calls that Flatshare has only in part or not at all: there it must
 * merely survive. */
#include "harness.h"

#include <asm/unistd_64.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>

struct call {
	const char *name, *args;
	long nr;
	char kind; /* S, P, N as in the table */
};

static const struct call calls[] = {
#define S(name, args, flags)	      { #name, #args, __NR_##name, 'S' },
#define P(name, args, flags, missing) { #name, #args, __NR_##name, 'P' },
#define N(name, why)		      { #name, "(void *a, void *b, void *c, void *d, void *e)", __NR_##name, 'N' },
#include "../../syscalls/table.h"
#undef S
#undef P
#undef N
};

/* What must not be called with arguments that might be right: it would reach beyond the process. */
static const char *const dangerous[] = {
	"reboot",
	"settimeofday",
	"clock_settime",
	"sethostname",
	"setdomainname",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"syslog",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"swapon",
	"swapoff",
	"acct",
	"quotactl",
	"exit",
	"exit_group",
	"kill",
	"tkill",
	"tgkill",
	"vfork",
	"clock_adjtime",
	"adjtimex",
	"ioperm",
	"iopl",
	"rt_sigqueueinfo",
	"rt_tgsigqueueinfo",
	"bpf",
	"perf_event_open",
	"ptrace",
	"unshare",
	"setns",
	"userfaultfd",
	"open_tree",
	"move_mount",
	"fsopen",
	"fsmount",
	"fsconfig",
	"fspick",
	"mount_setattr",
	"quotactl_fd",
	"keyctl",
	"add_key",
	"request_key",
	"io_setup",
	"seccomp",
};

/* Calls whose answer depends on more than their arguments: which stack a child gets; how large a
 * file may be and how long it takes to fill the disk. */
static const char *const not_compared[] = { "clone", "truncate", "sendfile" };

enum { KINDS = 12, TIME_LIMIT_US = 600000 };
static char buffer[65536] __attribute__((aligned(4096)));
static unsigned long bad[KINDS];
static int file;

static int is_in(const char *const *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return 1;
	return 0;
}

static void make_bad(void)
{
	char *map =
		mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(map != MAP_FAILED);
	memset(map, 0, 8 * PAGE);
	CHECK_OK(mprotect(map, PAGE, PROT_READ));
	CHECK_OK(mprotect(map + 2 * PAGE, PAGE, PROT_NONE));
	CHECK_OK(munmap(map + 5 * PAGE, 3 * PAGE));
	bad[0] = 0;
	bad[1] = 1;
	bad[2] = (unsigned long)map + 6 * PAGE;	    /* unmapped */
	bad[3] = (unsigned long)map + 2 * PAGE;	    /* PROT_NONE */
	bad[4] = (unsigned long)map;		    /* read-only */
	bad[5] = (unsigned long)map + 5 * PAGE - 1; /* a good byte, then nothing */
	bad[6] = (unsigned long)buffer + 4099;	    /* not aligned */
	bad[7] = 0x8000000000000000;		    /* not canonical */
	bad[8] = 0xffffffff80000000;		    /* the kernel */
	bad[9] = 0xffff888000000000;		    /* its memory */
	bad[10] = 0x00007fffffffe000;		    /* the last pages of the lower half */
	bad[11] = ~0ul;				    /* the last byte of all */
}

/* --- arguments by the names that the table gives them ----------------------------------------- */

struct value {
	const char *name;
	unsigned long value;
};

static const struct value values[] = {
	{ "dfd", (unsigned long)AT_FDCWD },
	{ "dirfd", (unsigned long)AT_FDCWD },
	{ "olddfd", (unsigned long)AT_FDCWD },
	{ "newdfd", (unsigned long)AT_FDCWD },
	{ "len", 16 },
	{ "size", 8 },
	{ "count", 1 },
	{ "n", 1 },
	{ "sig", SIGUSR1 },
	{ "mode", 0 },
	{ "uid", (unsigned long)-1 },
	{ "gid", (unsigned long)-1 },
	{ "options", WNOHANG },
	{ "resource", RLIMIT_CORE }, /* a limit of 0 seconds would end who meets a tick */
};

static unsigned long good(const char *type)
{
	static struct iovec iov;
	const char *name = type + strlen(type);
	size_t i;

	while (name > type && name[-1] != ' ' && name[-1] != '*')
		name--;
	iov.iov_base = buffer;
	iov.iov_len = 16;
	if (strstr(type, "iovec") != NULL)
		return (unsigned long)&iov;
	if (strstr(type, "char *") != NULL && strstr(type, "const char") != NULL)
		return (unsigned long)"f";
	if (strchr(type, '*') != NULL)
		return (unsigned long)buffer;
	for (i = 0; i < ARRAY_LEN(values); i++)
		if (strcmp(values[i].name, name) == 0)
			return values[i].value;
	if (strstr(name, "fd") != NULL)
		return (unsigned long)file;
	return 0;
}

/* => number of arguments; pointer[i]: is the i-th an address? */
static int parse(const struct call *c, unsigned long *value, char *pointer)
{
	static char text[512];
	char *save, *word;
	int n = 0;

	snprintf(text, sizeof(text), "%s", c->args + 1);
	text[strlen(text) - 1] = '\0';
	for (word = strtok_r(text, ",", &save); word != NULL && n < 6;
	     word = strtok_r(NULL, ",", &save)) {
		while (*word == ' ' || *word == '\n' || *word == '\t')
			word++;
		if (strcmp(word, "void") == 0)
			break;
		value[n] = good(word);
		pointer[n++] = strchr(word, '*') != NULL || strstr(word, "uintptr_t") != NULL;
	}
	return n;
}

/* --- one try ---------------------------------------------------------------------------------- */

/* => how the call ended, in words */
static const char *try(const struct call *c, const unsigned long *a)
{
	static char text[64];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct itimerval limit = { .it_value = { 0, TIME_LIMIT_US } };
		long result;

		setitimer(ITIMER_REAL, &limit, NULL);
		errno = 0;
		result = syscall(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		_exit(result == -1 && errno != 0 && errno < 200 ? errno : 250);
	}
	CHECK(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		CHECK_EQ(errno, EINTR);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "blocks" : signal_name(WTERMSIG(status));
	if (WEXITSTATUS(status) == 250)
		return "ok";
	snprintf(text, sizeof(text), "%s", errno_name(WEXITSTATUS(status)));
	return text;
}

static void set_up(void)
{
	file = open("f", O_RDWR | O_CREAT, 0600);
	CHECK(file >= 0);
	CHECK_EQ(write(file, "0123456789abcdefghijklmnopqrstuv", 32), 32);
	lseek(file, 0, SEEK_SET);
	make_bad();
}

static void try_all(const struct call *c)
{
	unsigned long value[6] = { 0 }, a[6];
	char pointer[6] = { 0 };
	int i, k, n = parse(c, value, pointer);
	int shown = c->kind == 'S' && !is_in(not_compared, ARRAY_LEN(not_compared), c->name);

	for (i = 0; i < n; i++) {
		char last[64] = "";

		if (!pointer[i])
			continue;
		if (shown)
			printf("%s %d:", c->name, i);
		for (k = 0; k < KINDS; k++) {
			const char *end;

			memcpy(a, value, sizeof(a));
			a[i] = bad[k];
			end = try(c, a);
			if (shown)
				printf(" %s", strcmp(end, last) == 0 ? "=" : end);
			snprintf(last, sizeof(last), "%s", end);
		}
		if (shown)
			printf("\n");
	}
}

static void part(size_t from, size_t of)
{
	size_t i;

	set_up();
	for (i = from; i < ARRAY_LEN(calls); i += of)
		if (!is_in(dangerous, ARRAY_LEN(dangerous), calls[i].name))
			try_all(&calls[i]);
}

TEST_SLOW(every_pointer_of_the_table_1, 30)
{
	part(0, 4);
}

TEST_SLOW(every_pointer_of_the_table_2, 30)
{
	part(1, 4);
}

TEST_SLOW(every_pointer_of_the_table_3, 30)
{
	part(2, 4);
}

TEST_SLOW(every_pointer_of_the_table_4, 30)
{
	part(3, 4);
}

/* Every buffer with a length that no buffer has. */
TEST_SLOW(absurd_lengths, 60)
{
	static const unsigned long lengths[] = { (unsigned long)-1, 1ul << 63, (1ul << 63) - 1,
						 1ul << 62,	    1ul << 47, 1ul << 32,
						 1ul << 31,	    0 };
	size_t at, k;

	set_up();
	for (at = 0; at < ARRAY_LEN(calls); at++) {
		const struct call *c = &calls[at];
		unsigned long value[6] = { 0 }, a[6];
		char pointer[6] = { 0 };
		int i, n = parse(c, value, pointer), any = 0;
		int shown =
			c->kind == 'S' && !is_in(not_compared, ARRAY_LEN(not_compared), c->name);

		if (is_in(dangerous, ARRAY_LEN(dangerous), c->name))
			continue;
		for (i = 0; i < n; i++)
			any |= pointer[i];
		for (i = 0; any && i < n; i++) {
			if (pointer[i] || (value[i] != 16 && value[i] != 8 && value[i] != 1))
				continue;
			if (shown)
				printf("%s %d:", c->name, i);
			for (k = 0; k < ARRAY_LEN(lengths); k++) {
				const char *end;

				memcpy(a, value, sizeof(a));
				a[i] = lengths[k];
				end = try(c, a);
				if (shown)
					printf(" %s", end);
			}
			if (shown)
				printf("\n");
		}
	}
}

/* Two pointers of a call that are the same, or overlap by a few bytes. */
TEST_SLOW(overlapping_pointers, 30)
{
	size_t at;

	set_up();
	for (at = 0; at < ARRAY_LEN(calls); at++) {
		const struct call *c = &calls[at];
		unsigned long value[6] = { 0 };
		char pointer[6] = { 0 };
		int i, n = parse(c, value, pointer), count = 0;

		if (is_in(dangerous, ARRAY_LEN(dangerous), c->name))
			continue;
		for (i = 0; i < n; i++)
			if (pointer[i])
				value[i] = (unsigned long)buffer + (unsigned long)(4 * count++);
		if (count >= 2)
			try(c, value);
	}
}
