/* procplace.c: /proc/<pid>: where a process belongs, its timers, its page map; and ioctls of /dev/random. */
#include "harness.h"

#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

static char text[4096];

static const char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	CHECK_OK(fd);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	CHECK_OK(n);
	text[n] = '\0';
	close(fd);
	return text;
}

static int spill(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY);
	CHECK_OK(fd);
	ssize_t n = write(fd, what, strlen(what));
	int error = n < 0 ? errno : 0;
	close(fd);
	return error;
}

TEST(id_maps_name_all_ids)
{
	const char *const expected = "         0          0 4294967295\n";

	CHECK(strcmp(slurp("/proc/self/uid_map"), expected) == 0);
	CHECK(strcmp(slurp("/proc/self/gid_map"), expected) == 0);
	CHECK(strcmp(slurp("/proc/self/setgroups"), "allow\n") == 0);
}

TEST(the_control_group_is_named)
{
	const char *last = strstr(slurp("/proc/self/cgroup"), "0::/");

	CHECK(last != NULL && (last == text || last[-1] == '\n'));
}

TEST(namespaces_are_links_with_numbers)
{
	static const char *const names[] = { "cgroup", "ipc", "mnt",  "net", "pid_for_children",
					     "time",   "uts", "user", "pid" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[64], target[64] = "", kind[32];
		unsigned number;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		CHECK(readlink(path, target, sizeof(target) - 1) > 0);
		CHECK_EQ(sscanf(target, "%31[a-z]:[%u]", kind, &number), 2);
		CHECK(strncmp(kind, names[i], strlen(kind)) == 0);
		CHECK(number > 0xeff00000u);
	}
}

TEST(timer_slack_can_be_set)
{
	CHECK(strcmp(slurp("/proc/self/timerslack_ns"), "50000\n") == 0);
	CHECK_EQ(spill("/proc/self/timerslack_ns", "70000"), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 70000);
	CHECK_EQ(spill("/proc/self/timerslack_ns", "0"), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 50000);
	CHECK_EQ(spill("/proc/self/timerslack_ns", "x"), EINVAL);
}

TEST(core_filter_is_kept_and_inherited)
{
	CHECK(strcmp(slurp("/proc/self/coredump_filter"), "00000033\n") == 0);
	CHECK_EQ(spill("/proc/self/coredump_filter", "0x1f"), 0);
	pid_t child = fork();
	CHECK_OK(child);
	if (child == 0)
		_exit(strcmp(slurp("/proc/self/coredump_filter"), "0000001f\n") != 0);
	int status;
	CHECK_OK(waitpid(child, &status, 0));
	CHECK_EQ(status, 0);
	CHECK_EQ(spill("/proc/self/coredump_filter", "no"), EINVAL);
}

TEST(timers_are_listed)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct sigevent none = { .sigev_notify = SIGEV_NONE, .sigev_signo = SIGUSR2 };
	char expected[512];
	int a, b;

	CHECK(strcmp(slurp("/proc/self/timers"), "") == 0);
	event.sigev_value.sival_ptr = (void *)0x1234;
	CHECK_OK(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &a));
	CHECK_OK(syscall(SYS_timer_create, CLOCK_REALTIME, &none, &b));
	snprintf(expected, sizeof(expected),
		 "ID: 1\nsignal: %d/0000000000000000\nnotify: none/pid.%d\nClockID: 0\n"
		 "ID: 0\nsignal: %d/0000000000001234\nnotify: signal/pid.%d\nClockID: 1\n",
		 SIGUSR2, getpid(), SIGUSR1, getpid());
	CHECK(strcmp(slurp("/proc/self/timers"), expected) == 0);
}

#define PRESENT	  (1ull << 63)
#define OF_FILE	  (1ull << 61)
#define EXCLUSIVE (1ull << 56)
#define FRAME	  ((1ull << 55) - 1)

static unsigned long long entry(const void *at)
{
	unsigned long long e = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);
	CHECK_OK(fd);
	CHECK_EQ(pread(fd, &e, 8, (off_t)((uintptr_t)at / 4096 * 8)), 8);
	close(fd);
	return e;
}

TEST(page_map_says_what_is_there)
{
	char *own =
		mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *shared;

	CHECK(own != MAP_FAILED);
	own[4096] = 1;
	CHECK_EQ(entry(own) & PRESENT, 0);
	CHECK_EQ(entry(own + 2 * 4096) & PRESENT, 0);
	CHECK((entry(own + 4096) & (PRESENT | EXCLUSIVE | OF_FILE)) == (PRESENT | EXCLUSIVE));
	CHECK((entry(own + 4096) & FRAME) != 0);
	CHECK_OK(ftruncate(fd, 4096));
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(shared != MAP_FAILED);
	CHECK_EQ(entry(shared) & PRESENT, 0);
	shared[0] = 1;
	CHECK((entry(shared) & (PRESENT | OF_FILE)) == (PRESENT | OF_FILE));
}

TEST(page_map_is_read_in_eights)
{
	char buf[64];
	int fd = open("/proc/self/pagemap", O_RDONLY);

	CHECK_OK(fd);
	CHECK_ERR(read(fd, buf, 7), EINVAL);
	CHECK_ERR(pread(fd, buf, 8, 4), EINVAL);
	CHECK_EQ(pread(fd, buf, 64, 0), 64);
	CHECK_EQ(pread(fd, buf, 64, (off_t)1 << 60), 0);
}

TEST(random_device_is_full)
{
	int fd = open("/dev/random", O_RDWR), bits = 0;

	CHECK_OK(fd);
	CHECK_OK(ioctl(fd, RNDGETENTCNT, &bits));
	CHECK_EQ(bits, 256);
	bits = 8;
	CHECK_OK(ioctl(fd, RNDADDTOENTCNT, &bits));
	bits = -1;
	CHECK_ERR(ioctl(fd, RNDADDTOENTCNT, &bits), EINVAL);
	CHECK_ERR(ioctl(fd, RNDGETENTCNT, NULL), EFAULT);
	CHECK_ERR(ioctl(fd, 0x5299, &bits), EINVAL);
	CHECK_OK(write(fd, "seed", 4));
}
