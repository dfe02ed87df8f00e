/* procfs_place.c: where a process belongs, as /proc/<pid> tells it: its control group, the ranges of
 * ids it sees, its namespaces; and its timers.
 *
 * There is one of each namespace and one control group, the root of the hierarchy, for everybody:
 * these files say so in Linux' words.  docs: proc(5), user_namespaces(7), namespaces(7), cgroups(7). */

#include "fs/procfs.h"
#include "proc/cred.h"
#include "proc/itimer.h"

int procfs_show_cgroup(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "0::/\n");
	return 0;
}

int procfs_show_id_map(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%10u %10u %10u\n", 0u, 0u, UINT32_MAX);
	return 0;
}

int procfs_show_setgroups(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "allow\n");
	return 0;
}

/* --- ns --- */

/* There is no object behind such a name that could be opened. */
static int ns_jump(const struct inode *inode, struct path *to)
{
	(void)inode, (void)to;
	return -EACCES;
}

/* Define NAME_link().  The numbers are those of Linux' first namespaces (include/uapi/linux/nsfs.h), by
 * which programs see that they are not in a container. */
#define NAMESPACE(name, kind, ino)                                                                 \
	static int name##_link(struct text *t, const struct inode *inode)                          \
	{                                                                                          \
		int err = procfs_may_inspect(procfs_proc(inode));                                  \
		if (err == 0)                                                                      \
			text_printf(t, kind ":[%u]", ino);                                         \
		return err;                                                                        \
	}
NAMESPACE(mnt, "mnt", 0xeffffff8)
NAMESPACE(net, "net", 0xeffffff9)
NAMESPACE(time, "time", 0xeffffffa)
NAMESPACE(cgroup, "cgroup", 0xeffffffb)
NAMESPACE(pid, "pid", 0xeffffffc)
NAMESPACE(user, "user", 0xeffffffd)
NAMESPACE(uts, "uts", 0xeffffffe)
NAMESPACE(ipc, "ipc", 0xefffffff)

const struct procfs_entry procfs_ns_entries[] = {
	PROC_LINK("cgroup", cgroup_link, ns_jump),
	PROC_LINK("ipc", ipc_link, ns_jump),
	PROC_LINK("mnt", mnt_link, ns_jump),
	PROC_LINK("net", net_link, ns_jump),
	PROC_LINK("pid", pid_link, ns_jump),
	PROC_LINK("pid_for_children", pid_link, ns_jump),
	PROC_LINK("time", time_link, ns_jump),
	PROC_LINK("time_for_children", time_link, ns_jump),
	PROC_LINK("user", user_link, ns_jump),
	PROC_LINK("uts", uts_link, ns_jump),
	{ 0 },
};

/* --- timers and settings --- */

int procfs_show_timers(struct text *t, const struct inode *inode)
{
	static const char *const notify[] = { "signal", "none", "thread" };
	const struct proc *p = procfs_proc(inode);
	struct posix_timer_info i;

	/* The newest first. */
	for (int id = INT32_MAX; posix_timer_next(p, id, &i); id = i.id - 1) {
		unsigned how = (unsigned)i.event.sigev_notify;
		bool thread = i.event.sigev_notify == SIGEV_THREAD_ID;

		text_printf(t, "ID: %d\nsignal: %d/%016lx\n", i.id, i.event.sigev_signo,
			    (unsigned long)i.event.sigev_value.sival_ptr);
		text_printf(t, "notify: %s/%s.%d\nClockID: %d\n", notify[how & 3],
			    thread ? "tid" : "pid",
			    thread ? i.event.sigev_notify_thread_id : p->pid, i.clock_id);
	}
	return 0;
}

int procfs_show_timerslack(struct text *t, const struct inode *inode)
{
	text_printf(t, "%lu\n", procfs_proc(inode)->timer_slack);
	return 0;
}

int procfs_write_timerslack(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)len;
	if (!procfs_parse(text, 0, INT64_MAX, &value))
		return -EINVAL;
	procfs_proc(inode)->timer_slack = value == 0 ? TIMER_SLACK : (uint64_t)value;
	return 0;
}

int procfs_show_coredump_filter(struct text *t, const struct inode *inode)
{
	text_printf(t, "%08x\n", procfs_proc(inode)->coredump_filter);
	return 0;
}

int procfs_write_coredump_filter(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)len;
	if (!procfs_parse(text, 0, UINT32_MAX, &value))
		return -EINVAL;
	procfs_proc(inode)->coredump_filter = (unsigned)value & COREDUMP_FILTER_ALL;
	return 0;
}
