/* filectl.c: small calls on open files: ioctls of files, advice, syncing, what they refuse. */
#include "harness.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

static const char *const kinds[] = { "f", "d", "/dev/null", "fifo", "path", "/proc/self/status" };
static int fds[6];

static void open_all(void)
{
	mkdir("d", 0755);
	mkfifo("fifo", 0600);
	fds[0] = open("f", O_RDWR | O_CREAT, 0600);
	write_all(fds[0], "hello", 5);
	lseek(fds[0], 2, SEEK_SET);
	fds[1] = open("d", O_RDONLY);
	fds[2] = open("/dev/null", O_RDWR);
	fds[3] = open("fifo", O_RDWR);
	fds[4] = open("f", O_PATH);
	fds[5] = open("/proc/self/status", O_RDONLY);
}

static void say(const char *what, int i, long result, long value)
{
	if (result < 0)
		printf("%s %s: %s\n", what, kinds[i], errno_name(errno));
	else
		printf("%s %s: %ld %ld\n", what, kinds[i], result, value);
}

TEST(ioctls)
{
	open_all();
	for (int i = 0; i < 6; i++) {
		int n = -1;
		long r;

		r = ioctl(fds[i], FIONREAD, &n);
		say("FIONREAD", i, r, n);
		n = 1;
		r = ioctl(fds[i], FIONBIO, &n);
		say("FIONBIO", i, r, fcntl(fds[i], F_GETFL) & O_NONBLOCK);
		n = 0;
		ioctl(fds[i], FIONBIO, &n);
		r = ioctl(fds[i], FIOCLEX);
		say("FIOCLEX", i, r, fcntl(fds[i], F_GETFD));
		r = ioctl(fds[i], FIONCLEX);
		say("FIONCLEX", i, r, fcntl(fds[i], F_GETFD));
		r = ioctl(fds[i], FIOASYNC, &n);
		say("FIOASYNC", i, r, 0);
		n = -1;
		r = ioctl(fds[i], FIGETBSZ, &n);
		if (i != 5)
			say("FIGETBSZ", i, r, n);
		n = 0;
		r = ioctl(fds[i], FIBMAP, &n);
		say("FIBMAP", i, r, n);
		r = ioctl(fds[i], FICLONE, fds[0]);
		say("FICLONE", i, r, 0);
		loff_t size = -1;
		r = ioctl(fds[i], FIOQSIZE, &size);
		if (i == 0)
			say("FIOQSIZE", i, r, size);
		r = ioctl(fds[i], 0x5401 /* TCGETS */, &n);
		say("TCGETS", i, r, 0);
		r = ioctl(fds[i], 0x12345678, &n);
		say("unknown", i, r, 0);
	}
	SAY(ioctl(99, FIONREAD, &fds[0]));
	SAY(ioctl(fds[0], FIONREAD, 8));
}

TEST(advice_and_sync)
{
	open_all();
	for (int i = 0; i < 6; i++) {
		say("fsync", i, fsync(fds[i]), 0);
		say("fdatasync", i, fdatasync(fds[i]), 0);
		say("syncfs", i, syncfs(fds[i]), 0);
		say("sync_file_range", i, sync_file_range(fds[i], 0, 100, 2), 0);
		say("readahead", i, readahead(fds[i], 0, 100), 0);
		say("fadvise", i, syscall(SYS_fadvise64, fds[i], 0L, 100L, 3), 0);
		say("lseek", i, lseek(fds[i], 0, SEEK_CUR), 0);
	}
	SAY(sync_file_range(fds[0], 0, 100, 8));
	SAY(sync_file_range(fds[0], -1, 100, 0));
	SAY(sync_file_range(fds[0], 0, -1, 0));
	SAY(sync_file_range(fds[0], 5, INT64_MAX, 0));
	SAY(sync_file_range(-1, -1, 0, 8));
	SAY(syscall(SYS_fadvise64, fds[0], 0L, 0L, 6));
	SAY(syscall(SYS_fadvise64, fds[0], 0L, -1L, 0));
	SAY(syscall(SYS_fadvise64, 99, 0L, 0L, 0));
	SAY(fsync(99));
	SAY(syncfs(99));
	SAY(readahead(open("f", O_WRONLY), 0, 10));
}

/* Too many files in all; on Linux others would suffer from the test. */
TEST(limit_of_all_files)
{
	char old[32], now[32];
	int fd, n = 0, p[2];

	if (!on_flatshare())
		return;
	snprintf(old, sizeof(old), "%s", read_file("/proc/sys/fs/file-max"));
	snprintf(now, sizeof(now), "%lld", flatshare_counter("files") + 5);
	write_file("/proc/sys/fs/file-max", now);
	pid_t pid = fork();
	if (pid == 0) {
		if (setuid(1000) < 0)
			_exit(1);
		while ((fd = open("/dev/null", O_RDONLY)) >= 0 && n < 100)
			n++;
		_exit(fd < 0 && errno == ENFILE && pipe(p) < 0 && errno == ENFILE ? 7 : 2);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	CHECK(open("/dev/null", O_RDONLY) >= 0); /* root may */
	write_file("/proc/sys/fs/file-max", old);
	CHECK_EQ(status, 7 << 8);
}
