/* ids.c: users, groups, capabilities; prctl.  The tests run as root. */
#include "harness.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/prctl.h>

static void uids(uid_t uid, uid_t euid, uid_t suid)
{
	uid_t r, e, s;

	CHECK_OK(syscall(SYS_getresuid, &r, &e, &s));
	CHECK_EQ(r, uid);
	CHECK_EQ(e, euid);
	CHECK_EQ(s, suid);
}

static void gids(gid_t gid, gid_t egid, gid_t sgid)
{
	gid_t r, e, s;

	CHECK_OK(syscall(SYS_getresgid, &r, &e, &s));
	CHECK_EQ(r, gid);
	CHECK_EQ(e, egid);
	CHECK_EQ(s, sgid);
}

/* The system calls themselves: C libraries add a signal to each thread. */
#define set(call, ...) syscall(SYS_##call, __VA_ARGS__)

TEST(setuid_of_root_sets_all)
{
	CHECK_OK(set(setuid, 1000));
	uids(1000, 1000, 1000);
	CHECK_ERR(set(setuid, 0), EPERM);
	CHECK_ERR(set(setuid, -1), EINVAL);
}

TEST(effective_id_goes_and_comes_back)
{
	CHECK_OK(set(setresuid, -1, 1000, -1));
	uids(0, 1000, 0);
	CHECK_OK(set(setuid, 0));
	uids(0, 0, 0);
	CHECK_OK(set(setresuid, 1, 2, 3));
	CHECK_OK(set(setuid, 3));
	uids(1, 3, 3);
	CHECK_OK(set(setresuid, 3, 1, -1));
	uids(3, 1, 3);
	CHECK_ERR(set(setresuid, 0, -1, -1), EPERM);
}

TEST(setreuid_swaps)
{
	CHECK_OK(set(setreuid, 1000, 2000));
	uids(1000, 2000, 2000);
	CHECK_OK(set(setreuid, 2000, 1000));
	uids(2000, 1000, 1000);
	CHECK_OK(set(setreuid, -1, 2000));
	uids(2000, 2000, 1000);
	CHECK_ERR(set(setreuid, 1000, -1), EPERM);
	CHECK_ERR(set(setreuid, -1, 3000), EPERM);
}

TEST(group_ids)
{
	CHECK_OK(set(setresgid, 1, 2, 3));
	gids(1, 2, 3);
	CHECK_OK(set(setregid, 2, 1));
	gids(2, 1, 1);
	CHECK_OK(set(setuid, 1000));
	CHECK_ERR(set(setgid, 3), EPERM);
	CHECK_OK(set(setgid, 2));
	gids(2, 2, 1);
}

TEST(file_system_ids)
{
	CHECK_EQ(set(setfsuid, 1000), 0);
	CHECK_EQ(set(setfsuid, -1), 1000);
	CHECK_EQ(set(setfsuid, 0), 1000);
	CHECK_EQ(set(setfsgid, 5), 0);
	CHECK_EQ(set(setfsgid, 0), 5);
	CHECK_OK(set(setuid, 1000));
	CHECK_EQ(set(setfsuid, 0), 1000);
	CHECK_EQ(set(setfsuid, -1), 1000);
}

TEST(supplementary_groups)
{
	static const gid_t groups[] = { 10, 20, 30 };
	gid_t got[4];

	CHECK_OK(syscall(SYS_setgroups, 3, groups));
	CHECK_EQ(getgroups(0, NULL), 3);
	CHECK_ERR(getgroups(2, got), EINVAL);
	CHECK_ERR(getgroups(-1, got), EINVAL);
	CHECK_EQ(getgroups(4, got), 3);
	CHECK(memcmp(got, groups, sizeof(groups)) == 0);
	CHECK_EXITED(CHILD(_exit(getgroups(0, NULL))), 3);
	CHECK_OK(set(setuid, 1000));
	CHECK_ERR(syscall(SYS_setgroups, 0, NULL), EPERM);
}

/* A file of a supplementary group can be read. */
TEST(groups_open_files)
{
	static const gid_t groups[] = { 77 };

	write_file("/tmp/grouped", "x");
	CHECK_OK(chown("/tmp/grouped", 0, 77));
	CHECK_OK(chmod("/tmp/grouped", 0640));
	CHECK_EXITED(CHILD(set(setgroups, 0, NULL); set(setresuid, 5, 5, 5);
			   _exit(open("/tmp/grouped", O_RDONLY) < 0 ? errno : 0)),
		     EACCES);
	CHECK_EXITED(CHILD(set(setgroups, 1, groups); set(setresuid, 5, 5, 5);
			   _exit(open("/tmp/grouped", O_RDONLY) < 0 ? errno : 0)),
		     0);
	CHECK_OK(unlink("/tmp/grouped"));
}

/* --- capabilities --- */

static struct __user_cap_data_struct caps[2];

static void get_caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };

	CHECK_OK(syscall(SYS_capget, &h, caps));
}

static long set_caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };

	return syscall(SYS_capset, &h, caps);
}

TEST(capabilities_go_with_root)
{
	get_caps();
	CHECK((caps[0].effective & 1 << CAP_KILL) != 0);
	CHECK_OK(set(setresuid, -1, 1000, -1));
	get_caps();
	CHECK_EQ(caps[0].effective, 0);
	CHECK((caps[0].permitted & 1 << CAP_KILL) != 0);
	CHECK_OK(set(setresuid, -1, 0, -1));
	get_caps();
	CHECK((caps[0].effective & 1 << CAP_KILL) != 0);
	CHECK_OK(set(setresuid, 1000, 1000, 1000));
	get_caps();
	CHECK_EQ(caps[0].effective, 0);
	CHECK_EQ(caps[0].permitted, 0);
}

TEST(capabilities_can_be_kept)
{
	CHECK_OK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	CHECK_OK(set(setresuid, 1000, 1000, 1000));
	get_caps();
	CHECK_EQ(caps[0].effective, 0);
	CHECK((caps[0].permitted & 1 << CAP_SETUID) != 0);
	caps[0].effective = 1 << CAP_SETUID;
	CHECK_OK(set_caps());
	CHECK_OK(set(setuid, 0));
}

TEST(capabilities_given_up_stay_away)
{
	get_caps();
	caps[0].effective &= ~(1u << CAP_SETGID);
	caps[0].permitted &= ~(1u << CAP_SETGID);
	CHECK_OK(set_caps());
	CHECK_ERR(syscall(SYS_setgroups, 0, NULL), EPERM);
	caps[0].permitted |= 1u << CAP_SETGID;
	CHECK_ERR(set_caps(), EPERM);
}

TEST(versions_of_capabilities)
{
	struct __user_cap_header_struct h = { 0x1234, 0 };

	CHECK_ERR(syscall(SYS_capget, &h, caps), EINVAL);
	CHECK_EQ(h.version, _LINUX_CAPABILITY_VERSION_3);
	h.version = 0x1234;
	CHECK_OK(syscall(SYS_capget, &h, NULL));
	h.version = _LINUX_CAPABILITY_VERSION_1;
	CHECK_OK(syscall(SYS_capget, &h, caps));
	h.pid = 999999;
	CHECK_ERR(syscall(SYS_capget, &h, caps), ESRCH);
}

/* --- signals between users --- */

TEST(who_may_signal_whom)
{
	pid_t victim = CHILD(pause());
	pid_t other = CHILD(set(setresuid, 5, 5, 5); _exit(kill(victim, SIGTERM) == 0 ? 0 : errno));

	CHECK_EXITED(other, EPERM);
	other = CHILD(set(setresuid, 5, 5, 5); _exit(kill(victim, SIGCONT) == 0 ? 0 : errno));
	CHECK_EXITED(other, 0); /* of the same session */
	CHECK_OK(kill(victim, SIGTERM));
	CHECK_SIGNALED(victim, SIGTERM);
}

/* --- threads: each has its own --- */

/* A thread that waits until it is told to end. */
struct other {
	pthread_t thread;
	volatile pid_t tid;
	struct gate ready, go;
	void (*before)(void); /* what it does first */
	void (*after)(void);
};

static void *other_runs(void *arg)
{
	struct other *o = arg;

	o->tid = (pid_t)syscall(SYS_gettid);
	if (o->before != NULL)
		o->before();
	gate_signal(&o->ready);
	gate_wait(&o->go);
	if (o->after != NULL)
		o->after();
	return NULL;
}

static void other_start(struct other *o)
{
	gate_open(&o->ready);
	gate_open(&o->go);
	CHECK_EQ(pthread_create(&o->thread, NULL, other_runs, o), 0);
	gate_wait(&o->ready);
}

static void other_end(struct other *o)
{
	gate_signal(&o->go);
	CHECK_EQ(pthread_join(o->thread, NULL), 0);
}

static void become_five(void)
{
	static const gid_t groups[] = { 8, 9 };

	CHECK_OK(set(setgroups, 2, groups));
	CHECK_OK(set(setresgid, 6, 6, 6));
	CHECK_OK(set(setresuid, 5, 5, 5));
}

static void say_status(const char *path)
{
	static const char *const keys[] = { "Uid:", "Gid:", "Groups:", "CapEff:" };
	const char *text = read_file(path);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *line = strstr(text, keys[i]);
		CHECK(line != NULL);
		if (i == 3)
			printf("%s\n",
			       strstr(line, "0000000000000000") == line + 8 ? "none" : "some");
		else
			printf("%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

static void cannot_open_it(void)
{
	uids(5, 5, 5);
	CHECK_EQ(syscall(SYS_geteuid), 5);
	CHECK_EQ(syscall(SYS_getegid), 6);
	CHECK_EQ(syscall(SYS_getgroups, 0, NULL), 2);
	CHECK_ERR(open("/tmp/of-root", O_RDONLY), EACCES);
	CHECK_EXITED(CHILD(uids(5, 5, 5); _exit(open("/tmp/of-root", O_RDONLY) < 0 ? errno : 0)),
		     EACCES);
}

TEST(threads_have_users_of_their_own)
{
	struct other o = { .before = become_five, .after = cannot_open_it };
	char path[64];

	write_file("/tmp/of-root", "x");
	CHECK_OK(chmod("/tmp/of-root", 0600));
	CHECK_OK(set(setgroups, 0, NULL));
	other_start(&o);
	uids(0, 0, 0);
	CHECK_EQ(syscall(SYS_getgroups, 0, NULL), 0);
	int fd = open("/tmp/of-root", O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	snprintf(path, sizeof(path), "/proc/self/task/%d/status", o.tid);
	say_status(path);
	say_status("/proc/self/status");
	other_end(&o);
	CHECK_OK(unlink("/tmp/of-root"));
}

static void five_all(void)
{
	uids(5, 5, 5);
}

/* The C library makes a change in all threads. */
TEST(setuid_of_the_c_library)
{
	struct other o = { .after = five_all };

	other_start(&o);
	CHECK_OK(setresuid(5, 5, 5));
	other_end(&o);
	uids(5, 5, 5);
}

/* kill asks the process's first thread, tgkill the one that is meant. */
TEST(signals_to_threads_of_users)
{
	struct other o = { 0 };

	other_start(&o);
	become_five();
	pid_t us = getpid(), tid = o.tid;
	pid_t pid = CHILD(SAY(kill(us, 0)); SAY(syscall(SYS_tgkill, us, us, 0));
			  SAY(syscall(SYS_tgkill, us, tid, 0)); fflush(stdout));
	CHECK_EXITED(pid, 0);
	other_end(&o);
}

static void give_up_kill(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	CHECK_OK(syscall(SYS_capget, &h, d));
	d[0].effective &= ~(1u << CAP_KILL);
	h.pid = getpid();
	CHECK_ERR(syscall(SYS_capset, &h, d), EPERM);
	h.pid = (int)syscall(SYS_gettid);
	CHECK_OK(syscall(SYS_capset, &h, d));
	CHECK_OK(prctl(PR_SET_KEEPCAPS, 1));
	CHECK_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

TEST(capabilities_of_a_thread)
{
	struct other o = { .before = give_up_kill };
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	other_start(&o);
	CHECK_OK(syscall(SYS_capget, &h, d));
	CHECK((d[0].effective & (1u << CAP_KILL)) != 0);
	h.pid = o.tid;
	CHECK_OK(syscall(SYS_capget, &h, d));
	CHECK((d[0].effective & (1u << CAP_KILL)) == 0);
	CHECK_EQ(prctl(PR_GET_KEEPCAPS), 0);
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	other_end(&o);
}

ROLE(say_ids)
{
	printf("%d %d\n", getuid(), geteuid());
	return 0;
}

static void exec_as_five(void)
{
	become_five();
	execl(self_path(), self_path(), "@say_ids", NULL);
	_exit(1);
}

/* A thread that executes a program takes its ids along, to where the first thread was. */
TEST(exec_in_a_thread_of_another_user)
{
	pid_t pid = CHILD(struct other o = { .before = exec_as_five }; other_start(&o));

	CHECK_EXITED(pid, 0);
}

static void leave_as_five(void)
{
	become_five();
	sleep_ms(50);
	_exit(3);
}

/* A process whose first thread has ended has that one's ids, to the end. */
TEST(first_thread_of_another_user_leaves)
{
	siginfo_t info;
	pthread_t t;

	pid_t pid = CHILD(pthread_create(&t, NULL, (void *(*)(void *))leave_as_five, NULL);
			  set(setresuid, 7, 7, 7); pthread_exit(NULL));
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED));
	CHECK_EQ(info.si_uid, 7);
	CHECK_EQ(info.si_status, 3);
}

/* --- prctl --- */

TEST(flags_of_a_process)
{
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
	CHECK_OK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
	CHECK_ERR(prctl(PR_SET_DUMPABLE, 3, 0, 0, 0), EINVAL);
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK_ERR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	CHECK_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	CHECK_EXITED(CHILD(_exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))), 1);
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_KILL, 0, 0, 0), 1);
	CHECK_ERR(prctl(PR_CAPBSET_READ, 1000, 0, 0, 0), EINVAL);
	CHECK_ERR(prctl(123456, 0, 0, 0, 0), EINVAL);
}

TEST(subreaper_inherits_orphans)
{
	int status, fd[2];
	pid_t pid, grandchild, got;

	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	CHECK_OK(pipe(fd));
	pid = CHILD(pid_t p = fork(); if (p == 0) {
		sleep_ms(20);
		_exit(9);
	} write_all(fd[1], &p, sizeof(p)));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(read(fd[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	got = waitpid(-1, &status, 0);
	CHECK_EQ(got, grandchild);
	CHECK_EQ(WEXITSTATUS(status), 9);
}

/* --- capability sets and what goes with them --- */

static uint64_t caps_of_status(const char *name)
{
	const char *line = strstr(read_file("/proc/self/status"), name);

	CHECK(line != NULL);
	return strtoull(line + strlen(name), NULL, 16);
}

static void set_inheritable(uint64_t add)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	CHECK_OK(syscall(SYS_capget, &h, d));
	d[0].inheritable |= (uint32_t)add;
	CHECK_OK(syscall(SYS_capset, &h, d));
}

/* Prints the sets, as far as they are a part of those in argv[1]. */
ROLE(show_caps)
{
	uint64_t mask = strtoull(argv[1], NULL, 16);

	printf("%llx %llx %llx %llx %llx\n", (unsigned long long)(caps_of_status("CapInh:") & mask),
	       (unsigned long long)(caps_of_status("CapPrm:") & mask),
	       (unsigned long long)(caps_of_status("CapEff:") & mask),
	       (unsigned long long)(caps_of_status("CapBnd:") & mask),
	       (unsigned long long)(caps_of_status("CapAmb:") & mask));
	return 0;
}

static void show_after_exec(void)
{
	fflush(stdout);
	CHECK_EXITED(CHILD(execl(self_path(), self_path(), "@show_caps", "ffff", NULL)), 0);
}

TEST(bounding_set)
{
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0), 1);
	CHECK_OK(prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0));
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0), 0);
	CHECK_ERR(prctl(PR_CAPBSET_DROP, 70, 0, 0, 0), EINVAL);
	CHECK(caps_of_status("CapEff:") & 1ull << CAP_NET_RAW);
	show_after_exec();
	set(setresuid, 1000, 1000, 1000);
	CHECK_ERR(prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0), EPERM);
	CHECK_ERR(prctl(PR_CAPBSET_DROP, 70, 0, 0, 0), EPERM);
	show_after_exec();
}

TEST(ambient_set)
{
	CHECK_ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), EPERM);
	set_inheritable(1u << CAP_KILL | 1u << CAP_CHOWN);
	CHECK_OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
	CHECK_OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
	CHECK_EQ(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0), 1);
	CHECK_EQ(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_FOWNER, 0, 0), 0);
	CHECK_OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN, 0, 0));
	CHECK_ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 99, 0, 0), EINVAL);
	CHECK_ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 1, 0), EINVAL);
	CHECK_ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0), EINVAL);
	CHECK_ERR(prctl(PR_CAP_AMBIENT, 9, CAP_KILL, 0, 0), EINVAL);
	show_after_exec();
	CHECK_EXITED(CHILD({
			     CHECK_OK(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0));
			     set(setresuid, 1000, 1000, 1000);
			     show_after_exec();
		     }),
		     0);
	CHECK_EXITED(CHILD({
			     CHECK_OK(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0));
			     show_after_exec();
			     CHECK_OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
			     show_after_exec();
		     }),
		     0);
	CHECK_OK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	set(setresuid, 1000, 1000, 1000);
	CHECK_EQ(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0), 0);
	CHECK_OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
	CHECK_EQ(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0), 1);
	show_after_exec();
}

TEST(secure_bits)
{
	CHECK_EQ(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 0);
	CHECK_OK(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0, 0));
	CHECK_EQ(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0), 1);
	set_inheritable(1u << CAP_KILL);
	CHECK_ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), EPERM);
	CHECK_ERR(prctl(PR_SET_SECUREBITS, 1 << 20, 0, 0, 0), EPERM);
	CHECK_OK(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NOROOT, 0, 0, 0));
	CHECK_ERR(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), EPERM);
	CHECK_ERR(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0), EPERM);
	CHECK_ERR(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_KEEP_CAPS, 0, 0, 0),
		  EPERM);
	CHECK_OK(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED, 0, 0, 0));
	CHECK_EXITED(CHILD(_exit(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0))), SECBIT_KEEP_CAPS_LOCKED);
	set(setresuid, 1000, 1000, 1000);
	CHECK_ERR(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NOROOT, 0, 0, 0),
		  EPERM);
}

/* The errors of prctl(2), option by option; those whose answer depends on the machine are left out. */
TEST(options_of_prctl)
{
	static const struct {
		int option;
		unsigned long a, b, c, d;
	} call[] = {
		{ 5, 0, 0, 0, 0 },
		{ 6, 0, 0, 0, 0 },
		{ PR_SET_KEEPCAPS, 2, 0, 0, 0 },
		{ PR_GET_FPEMU, 0, 0, 0, 0 },
		{ PR_GET_ENDIAN, 0, 0, 0, 0 },
		{ PR_SET_TIMING, 0, 0, 0, 0 },
		{ PR_SET_TIMING, 1, 0, 0, 0 },
		{ PR_GET_TIMING, 0, 0, 0, 0 },
		{ PR_SET_TSC, 3, 0, 0, 0 },
		{ PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0 },
		{ PR_SET_TIMERSLACK, 70000, 0, 0, 0 },
		{ PR_GET_TIMERSLACK, 0, 0, 0, 0 },
		{ PR_SET_TIMERSLACK, 0, 0, 0, 0 },
		{ PR_GET_TIMERSLACK, 0, 0, 0, 0 },
		{ PR_MCE_KILL, 0, 1, 0, 0 },
		{ PR_MCE_KILL, 0, 0, 0, 0 },
		{ PR_MCE_KILL, 1, 0, 0, 0 },
		{ PR_MCE_KILL_GET, 0, 0, 0, 0 },
		{ PR_MCE_KILL_GET, 1, 0, 0, 0 },
		{ PR_MCE_KILL, 1, 1, 0, 0 },
		{ PR_MCE_KILL_GET, 0, 0, 0, 0 },
		{ PR_MCE_KILL, 1, 3, 0, 0 },
		{ PR_SET_THP_DISABLE, 1, 1, 0, 0 },
		{ PR_SET_THP_DISABLE, 1, 0, 0, 0 },
		{ PR_GET_THP_DISABLE, 0, 0, 0, 0 },
		{ PR_GET_THP_DISABLE, 1, 0, 0, 0 },
		{ PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0 },
		{ PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0 },
		{ PR_SET_PDEATHSIG, 65, 0, 0, 0 },
		{ PR_GET_SPECULATION_CTRL, 99, 0, 0, 0 },
		{ PR_GET_SPECULATION_CTRL, 0, 1, 0, 0 },
		{ PR_SET_SPECULATION_CTRL, 99, 0, 0, 0 },
		{ PR_TASK_PERF_EVENTS_DISABLE, 0, 0, 0, 0 },
		{ PR_GET_SECCOMP, 0, 0, 0, 0 },
		{ 0, 0, 0, 0, 0 },
		{ 72, 0, 0, 0, 0 },
		{ 0x59616d61, 0, 0, 0, 0 },
	};

	for (unsigned i = 0; i < ARRAY_LEN(call); i++) {
		long r = prctl(call[i].option, call[i].a, call[i].b, call[i].c, call[i].d);

		printf("%d %lu: %ld %s\n", call[i].option, call[i].a, r,
		       r < 0 ? errno_name(errno) : "");
	}
	CHECK_EXITED(CHILD(_exit((int)prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0))), 1);
}

/* ioprio_set(2): a class in the upper bits, a level below. */
TEST(io_priorities)
{
	int be5 = 2 << 13 | 5, idle = 3 << 13, rt3 = 1 << 13 | 3, got;

	printf("%ld\n", syscall(SYS_ioprio_get, 1, 0));
	CHECK_OK(syscall(SYS_ioprio_set, 1, 0, be5));
	CHECK_EQ(syscall(SYS_ioprio_get, 1, 0), be5);
	CHECK_EQ(syscall(SYS_ioprio_get, 1, getpid()), be5);
	CHECK_EXITED(CHILD(got = (int)syscall(SYS_ioprio_get, 1, 0); _exit(got == be5 ? 0 : 1)), 0);
	CHECK_ERR(syscall(SYS_ioprio_set, 1, 0, 4 << 13), EINVAL);
	CHECK_ERR(syscall(SYS_ioprio_set, 1, 0, 5), EINVAL);
	CHECK_ERR(syscall(SYS_ioprio_set, 4, 0, be5), EINVAL);
	CHECK_ERR(syscall(SYS_ioprio_get, 0, 0), EINVAL);
	CHECK_ERR(syscall(SYS_ioprio_get, 1, 30000), ESRCH);
	CHECK_ERR(syscall(SYS_ioprio_set, 1, 30000, be5), ESRCH);
	CHECK_OK(syscall(SYS_ioprio_set, 1, 0, rt3));
	set(setresuid, 1000, 1000, 1000);
	CHECK_ERR(syscall(SYS_ioprio_set, 1, 0, rt3), EPERM);
	CHECK_ERR(syscall(SYS_ioprio_set, 1, getppid(), be5), EPERM);
	CHECK_OK(syscall(SYS_ioprio_set, 1, 0, idle));
	CHECK_EQ(syscall(SYS_ioprio_get, 1, 0), idle);
}

TEST(personality_is_inherited)
{
	CHECK_EQ(syscall(SYS_personality, 0xffffffff), 0);
	CHECK_EQ(syscall(SYS_personality, 0x0040000), 0);
	CHECK_EXITED(CHILD(_exit(syscall(SYS_personality, 0xffffffff) == 0x0040000 ? 0 : 1)), 0);
}
