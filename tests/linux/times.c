/* times.c: which calls change which times of files: atime, mtime, ctime; relatime and its relatives;
 * who may set them. */
#include "harness.h"

#include <sys/mount.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

static struct stat before[3];
static const char *watched[3];

static void look(const char *a, const char *b, const char *c)
{
	watched[0] = a;
	watched[1] = b;
	watched[2] = c;
	for (int i = 0; i < 3; i++)
		if (watched[i] != NULL)
			lstat(watched[i], &before[i]);
	/* the clock of the times may be coarse */
	struct timespec t = { 0, 12000000 };
	nanosleep(&t, NULL);
}

static int later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec || a->tv_nsec != b->tv_nsec;
}

/* Say which times have changed. */
static void changes(const char *what)
{
	printf("%s:", what);
	for (int i = 0; i < 3; i++) {
		struct stat st;

		if (watched[i] == NULL || lstat(watched[i], &st) < 0)
			continue;
		printf(" [%s%s%s %s]", later(&st.st_atim, &before[i].st_atim) ? "a" : "-",
		       later(&st.st_mtim, &before[i].st_mtim) ? "m" : "-",
		       later(&st.st_ctim, &before[i].st_ctim) ? "c" : "-", watched[i]);
	}
	printf("\n");
	look(watched[0], watched[1], watched[2]);
}

#define STEP(call)                                                                                 \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			printf("%s failed: ", errno_name(errno));                                  \
		changes(#call);                                                                    \
	} while (0)

TEST_SLOW(what_changes_which_time, 20)
{
	char text[100];
	int fd, dir;

	mkdir("d", 0755);
	fd = open("d/f", O_RDWR | O_CREAT, 0644);
	look("d", "d/f", NULL);
	STEP(write(fd, "hello", 5));
	STEP(write(fd, "", 0));
	STEP(pread(fd, text, 5, 0));
	STEP(pread(fd, text, 5, 0));
	STEP(pread(fd, text, 5, 100));
	STEP(ftruncate(fd, 5));
	STEP(ftruncate(fd, 3));
	STEP(truncate("d/f", 3));
	STEP(truncate("d/f", 10));
	STEP(fchmod(fd, 0600));
	STEP(fchmod(fd, 0600));
	STEP(fchown(fd, -1, -1));
	STEP(fchown(fd, 5, 5));
	STEP(fsetxattr(fd, "trusted.x", "1", 1, 0));
	STEP(fgetxattr(fd, "trusted.x", text, 1));
	STEP(fremovexattr(fd, "trusted.x"));
	STEP(fallocate(fd, 0, 0, 20));
	STEP(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8192));
	STEP(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 4096));
	STEP(link("d/f", "d/g"));
	STEP(rename("d/f", "d/h"));
	look("d", "d/h", NULL);
	STEP(rename("d/h", "d/g"));
	STEP(unlink("d/g"));
	STEP(rename("d/h", "d/f"));
	look("d", "d/f", NULL);
	STEP(open("d/f", O_RDONLY));
	STEP(open("d/f", O_RDWR | O_TRUNC));
	STEP(open("d/f", O_RDWR | O_TRUNC));
	STEP(open("d/f", O_RDWR | O_CREAT, 0644));
	STEP(open("d/new", O_RDWR | O_CREAT, 0644));
	STEP(mkdir("d/sub", 0755));
	STEP(rmdir("d/sub"));
	STEP(symlink("x", "d/link"));
	look("d", "d/link", NULL);
	STEP(readlink("d/link", text, 10));
	STEP(readlink("d/link", text, 10));
	STEP(access("d/link", F_OK));
	dir = open("d", O_RDONLY);
	look("d", NULL, NULL);
	STEP(syscall(SYS_getdents64, dir, text, sizeof(text)));
	STEP(syscall(SYS_getdents64, dir, text, sizeof(text)));
	STEP(chmod("d", 0700));
	STEP(open("d", O_TMPFILE | O_RDWR, 0600));
	mkdir("e", 0755);
	mkdir("d/moves", 0755);
	look("d", "e", "d/moves");
	STEP(rename("d/moves", "e/moves"));
	look("d", "e", "e/moves");
	STEP(rename("e/moves", "e/renamed"));
	mkfifo("p", 0644);
	fd = open("p", O_RDWR);
	look("p", NULL, NULL);
	STEP(write(fd, "x", 1));
	STEP(read(fd, text, 1));
	STEP(read(open("/dev/zero", O_RDONLY), text, 1));
	char *argv[] = { "none", NULL };
	close(open("d/prog", O_RDWR | O_CREAT, 0755));
	look("d/prog", NULL, NULL);
	STEP(execv("d/prog", argv));
}

static void mounted(unsigned long flags)
{
	char text[100];
	struct timespec old[2] = { { 1000, 0 }, { 2000, 0 } };
	int fd, dir;

	mkdir("m", 0755);
	CHECK_OK(mount("t", "m", "tmpfs", flags, NULL));
	mkdir("m/d", 0755);
	symlink("f", "m/d/l");
	fd = open("m/d/f", O_RDWR | O_CREAT, 0644);
	write(fd, "hello", 5);
	dir = open("m/d", O_RDONLY);
	look("m/d/f", "m/d", "m/d/l");
	STEP(pread(fd, text, 5, 0));
	STEP(pread(fd, text, 5, 0));
	STEP(syscall(SYS_getdents64, dir, text, sizeof(text)));
	lseek(dir, 0, SEEK_SET);
	STEP(syscall(SYS_getdents64, dir, text, sizeof(text)));
	STEP(readlink("m/d/l", text, 10));
	STEP(readlink("m/d/l", text, 10));
	/* older than a day */
	old[0].tv_sec = time(NULL) - 100000;
	old[1].tv_sec = time(NULL) - 200000;
	futimens(fd, old);
	look("m/d/f", NULL, NULL);
	STEP(pread(fd, text, 5, 0));
	STEP(pread(fd, text, 5, 0));
	fd = open("m/d/f", O_RDONLY | O_NOATIME);
	futimens(fd, old);
	look("m/d/f", NULL, NULL);
	STEP(pread(fd, text, 5, 0));
	for (fd = 3; fd < 12; fd++)
		close(fd);
	CHECK_OK(umount("m"));
}

TEST(mounted_plainly)
{
	mounted(0);
}

TEST(mounted_noatime)
{
	mounted(MS_NOATIME);
}

TEST(mounted_nodiratime)
{
	mounted(MS_NODIRATIME);
}

TEST(mounted_strictatime)
{
	mounted(MS_STRICTATIME);
}

TEST(mounted_strict_nodir)
{
	mounted(MS_STRICTATIME | MS_NODIRATIME);
}

TEST(mounted_relatime)
{
	mounted(MS_RELATIME);
}

TEST(mounted_lazytime)
{
	mounted(MS_LAZYTIME);
}

TEST(who_may_set)
{
	struct timespec both[2] = { { 5, 5 }, { 6, 6 } },
			now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct timespec one[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } },
			none[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };
	struct timespec bad[2] = { { 5, 1000000000 }, { 6, 6 } },
			neg[2] = { { -5, 0 }, { -6, 999999999 } };
	struct timespec odd[2] = { { 77, UTIME_NOW }, { 88, UTIME_OMIT } };
	struct stat st;

	chmod(".", 0755);
	close(open("roots", O_RDWR | O_CREAT, 0644));
	close(open("everybodys", O_RDWR | O_CREAT, 0666));
	chmod("everybodys", 0666);
	SAY(utimensat(AT_FDCWD, "roots", bad, 0));
	SAY(utimensat(AT_FDCWD, "roots", neg, 0));
	stat("roots", &st);
	printf("%ld.%ld %ld.%ld\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
	       (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	SAY(utimensat(AT_FDCWD, "roots", odd, 0));
	SAY(utimensat(AT_FDCWD, NULL, both, 0));
	SAY(utimensat(AT_FDCWD, "", both, 0));
	SAY(utimensat(AT_FDCWD, "", both, AT_EMPTY_PATH));
	SAY(utimensat(99, NULL, both, 0));
	SAY(utimensat(99, "x", both, 0));
	SAY(utimensat(AT_FDCWD, "roots", both, 0x8000));
	SAY(utimensat(AT_FDCWD, "none", none, 0));
	SAY(utimensat(99, NULL, none, 0));
	SAY(syscall(SYS_utimensat, AT_FDCWD, "roots", (void *)1, 0));
	SAY(syscall(SYS_utimes, "roots", &(struct timeval[2]){ { 1, 1000000 }, { 1, 1 } }));
	SAY(syscall(SYS_utimes, "roots", &(struct timeval[2]){ { 1, 1 }, { 1, -1 } }));
	fflush(stdout);
	CHECK_EXITED(CHILD(CHECK_OK(setgid(1000)); CHECK_OK(setuid(1000));
			   SAY(utimensat(AT_FDCWD, "roots", both, 0));
			   SAY(utimensat(AT_FDCWD, "roots", now, 0));
			   SAY(utimensat(AT_FDCWD, "roots", NULL, 0));
			   SAY(utimensat(AT_FDCWD, "roots", one, 0));
			   SAY(utimensat(AT_FDCWD, "roots", none, 0));
			   SAY(utimensat(AT_FDCWD, "everybodys", both, 0));
			   SAY(utimensat(AT_FDCWD, "everybodys", now, 0));
			   SAY(utimensat(AT_FDCWD, "everybodys", NULL, 0));
			   SAY(utimensat(AT_FDCWD, "everybodys", one, 0));
			   SAY(open("roots", O_RDONLY | O_NOATIME));
			   SAY(futimens(open("roots", O_RDONLY), NULL));
			   SAY(futimens(open("everybodys", O_RDONLY), NULL)); fflush(stdout)),
		     0);
}

/* Times never go back when one file is changed again and again. */
TEST(times_are_ordered)
{
	struct timespec last = { 0, 0 };
	struct stat st;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < 500; i++) {
		write(fd, "x", 1);
		fstat(fd, &st);
		CHECK(st.st_mtim.tv_sec > last.tv_sec ||
		      (st.st_mtim.tv_sec == last.tv_sec && st.st_mtim.tv_nsec >= last.tv_nsec));
		last = st.st_mtim;
	}
}
