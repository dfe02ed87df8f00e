/* ids.c: users, groups, capabilities; prctl.  The tests run as root. */
#include "harness.h"

#include <grp.h>
#include <linux/capability.h>
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
