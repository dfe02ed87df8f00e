/* randomfs.c: random calls on a small tree of names, the same on both systems: every result must agree,
 * and what the tree looks like afterwards.
 *
 * What is printed is a checksum for every fifty calls; RANDOMFS=1 in the environment prints each call.  PLAIN=1:
 * not in a tmpfs but where we are, without the calls that the 9p protocol lacks (tests/flat/volume.sh). */
#include "harness.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/xattr.h>

static uint64_t state, sum;
static int talk;
static unsigned plain;

static unsigned pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

static void note(const char *call, const char *a, const char *b, long x, long result)
{
	char line[400];
	int len = snprintf(line, sizeof(line), "%s(%s, %s, %#lx) = %ld %s\n", call, a, b, x, result,
			   result < 0 ? errno_name(errno) : "");

	if (talk)
		(void)!write(1, line, (size_t)len);
	for (int i = 0; i < len; i++)
		sum = (sum ^ (uint8_t)line[i]) * 1099511628211ull;
}

/* A path of one to three parts, now and then an odd one. */
static const char *path(int slot)
{
	static const char *const parts[] = { "a", "b", "c", "d", "e" };
	static const char *const odd[] = { ".", "..",  "a/.",  "b/..", "a/",
					   "",	"./b", "c//d", "/",    "a/../b/" };
	static char text[2][64];
	char *p = text[slot];
	unsigned n = 1 + pick(3);

	if (pick(12) == 0)
		return strcpy(p, odd[pick(ARRAY_LEN(odd))]);
	p[0] = '\0';
	while (n-- > 0) {
		strcat(p, parts[pick(ARRAY_LEN(parts))]);
		if (n > 0)
			strcat(p, "/");
	}
	return p;
}

enum { FDS = 4 };
static int fds[FDS];

static void look(const char *p)
{
	struct stat st;
	long r = lstat(p, &st);

	note("lstat", p, "",
	     r == 0 ? (long)(st.st_mode ^ (st.st_nlink << 20) ^ ((unsigned long)st.st_size << 28) ^
			     (st.st_uid << 8))
		    : 0,
	     r);
}

static void list(const char *p)
{
	DIR *dir = opendir(p);
	struct dirent *e;
	uint64_t names = 0;
	int n = 0;

	if (dir == NULL) {
		note("opendir", p, "", 0, -1);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		names += checksum(e->d_name, strlen(e->d_name)) *
			 (e->d_type + 1u); /* in any order */
		n++;
	}
	closedir(dir);
	note("list", p, "", (long)(names & 0xffffff), n);
}

static void one_call(void)
{
	static const int flags[] = { O_RDONLY,
				     O_RDWR,
				     O_WRONLY | O_CREAT,
				     O_RDWR | O_CREAT | O_EXCL,
				     O_RDWR | O_TRUNC,
				     O_RDONLY | O_DIRECTORY,
				     O_RDONLY | O_NOFOLLOW,
				     O_WRONLY | O_APPEND,
				     O_RDWR | O_CREAT | O_TRUNC,
				     O_PATH,
				     O_RDWR | O_CREAT | O_NOFOLLOW,
				     O_RDWR | O_TMPFILE };
	static const char *const texts[] = {
		"a", "../a", "b/c", "/none", "e", "d/../c", ".", ".."
	};
	static const mode_t modes[] = { 0755, 0700, 0644, 0, 01777, 02775, 04711, 0111 };
	const char *p = path(0), *q = path(1);
	int i = (int)pick(FDS), x;
	char buffer[300];

	switch (pick(30)) {
	case 0:
	case 1:
	case 2:
		if (fds[i] >= 0)
			close(fds[i]);
		x = flags[pick(ARRAY_LEN(flags) - plain)];
		fds[i] = open(p, x | O_NONBLOCK, 0644);
		note("open", p, "", x, fds[i] < 0 ? -1 : 0);
		break;
	case 3:
	case 4:
	case 5:
		x = (int)modes[pick(8)];
		note("mkdir", p, "", x, mkdir(p, (mode_t)x));
		break;
	case 6: note("rmdir", p, "", 0, rmdir(p)); break;
	case 7:
	case 8: note("unlink", p, "", 0, unlink(p)); break;
	case 9:
	case 10: note("rename", p, q, 0, rename(p, q)); break;
	case 11:
		x = plain ? 0 : (int)pick(8);
		note("renameat2", p, q, x, syscall(SYS_renameat2, AT_FDCWD, p, AT_FDCWD, q, x));
		break;
	case 12:
	case 13: note("link", p, q, 0, link(p, q)); break;
	case 14:
	case 15:
		x = (int)pick(ARRAY_LEN(texts));
		note("symlink", texts[x], q, 0, symlink(texts[x], q));
		break;
	case 16:
		x = (int)modes[pick(8)];
		note("chmod", p, "", x, chmod(p, (mode_t)x));
		break;
	case 17:
		x = pick(2) ? 1000 : 0;
		note("lchown", p, "", x, lchown(p, (uid_t)x, (gid_t)-1));
		break;
	case 18:
		x = (int)pick(20000);
		note("truncate", p, "", x, truncate(p, x));
		break;
	case 19:
		x = (int)pick(300);
		memset(buffer, 'x', sizeof(buffer));
		note("write", "", "", i, write(fds[i], buffer, (size_t)x));
		break;
	case 20: note("read", "", "", i, read(fds[i], buffer, pick(300))); break;
	case 21:
		x = (int)pick(9000);
		note("lseek", "", "", x, lseek(fds[i], x, (int)pick(plain ? 2 : 5)));
		break;
	case 22:
		x = (int)pick(20000);
		note("ftruncate", "", "", x, ftruncate(fds[i], x));
		break;
	case 23: look(p); break;
	case 24: list(p); break;
	case 25:
		x = (int)pick(8);
		note("access", p, "", x, access(p, x));
		break;
	case 26:
		memset(buffer, 0, sizeof(buffer));
		note("readlink", p, "", 0, readlink(p, buffer, sizeof(buffer) - 1));
		break;
	case 27: note("mknod", p, "", 0, mknod(p, (pick(2) ? S_IFIFO : S_IFREG) | 0644, 0)); break;
	case 28:
		note("lsetxattr", p, "user.x", 0,
		     lsetxattr(p, plain || pick(2) ? "user.x" : "trusted.x", "v", 1, 0));
		break;
	case 29:
		x = (int)pick(3);
		note("chdir", p, "", x, x == 0 ? chdir(p) : x == 1 ? chdir("..") : chdir("/"));
		break;
	}
}

static void walk(const char *name, int depth)
{
	struct stat st;
	struct dirent **entries;

	if (lstat(name, &st) < 0)
		return;
	printf("%*s%s %o %d %ld %d\n", depth, "",
	       strrchr(name, '/') ? strrchr(name, '/') + 1 : name, st.st_mode, (int)st.st_nlink,
	       (long)st.st_size, st.st_uid);
	if (!S_ISDIR(st.st_mode))
		return;
	int n = scandir(name, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char below[PATH_MAX];

		if (entries[i]->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", name, entries[i]->d_name);
		walk(below, depth + 1);
	}
}

static void run(unsigned seed, uid_t uid, int calls)
{
	pid_t pid;

	talk = getenv("RANDOMFS") != NULL;
	plain = getenv("PLAIN") != NULL;
	mkdir("m", 0755);
	if (!plain)
		CHECK_OK(mount("t", "m", "tmpfs", 0, NULL));
	chmod("m", 0777);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		umask(022);
		CHECK_OK(chroot("m"));
		CHECK_OK(chdir("/"));
		if (uid != 0) {
			mkdir("a", 0755);
			mkdir("b", 0777);
			chmod("b", 01777);
			close(open("b/c", O_RDWR | O_CREAT, 0666));
			CHECK_OK(setgid(uid));
			CHECK_OK(setuid(uid));
		}
		state = seed * 0x9e3779b97f4a7c15ull + 1;
		sum = 14695981039346656037ull;
		for (int i = 0; i < FDS; i++)
			fds[i] = -1;
		for (int i = 1; i <= calls; i++) {
			one_call();
			if (i % 50 == 0)
				printf("%d %016llx\n", i, (unsigned long long)sum);
		}
		fflush(stdout);
		_exit(0);
	}
	CHECK_EXITED(pid, 0);
	walk("m", 0);
	if (!plain)
		CHECK_OK(umount2("m", MNT_DETACH));
}

/* SEED in the environment is another first seed. */
static void seeds(unsigned first, uid_t uid)
{
	if (getenv("SEED") != NULL)
		first = (unsigned)atoi(getenv("SEED"));
	for (unsigned seed = first; seed < first + (getenv("PLAIN") != NULL ? 1 : 4); seed++)
		run(seed, uid, 3000);
}

/* The seeds beside the first four have found something. */
TEST(as_root)
{
	seeds(1, 0);
	seeds(168, 0);
}

TEST(as_somebody)
{
	seeds(11, 1000);
	seeds(180, 1000);
}
