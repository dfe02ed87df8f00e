/* procfs_system.c: the fixed names in /proc: what is true of the whole machine (formats: proc(5)). */

#include "boot/boot.h"
#include "fs/kmsg.h"
#include "fs/procfs.h"
#include "ipc/ipc.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/clock.h"
#include "proc/forklog.h"
#include "proc/load.h"
#include "proc/uts.h"

#define KB_PER_PAGE (PAGE_SIZE / 1024)
#define TICK_NS	    ((unsigned long)NSEC_PER_SEC / 100) /* of sysconf(_SC_CLK_TCK) */

/* --- links --- */

static int self_link(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%d", current->proc->pid);
	return 0;
}

static int thread_self_link(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%d/task/%d", current->proc->pid, current->tid);
	return 0;
}

static int mounts_link(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "self/mounts");
	return 0;
}

static int net_link(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "self/net");
	return 0;
}

/* --- memory --- */

static void kb(struct text *t, const char *key, size_t pages)
{
	text_printf(t, "%-16s%8zu kB\n", key, pages * KB_PER_PAGE);
}

/* Pages of file systems that live in memory: each is counted with its first mount. */
static size_t file_pages(void)
{
	const struct mount *m, *before;
	size_t pages = 0;

	LIST_FOREACH (m, &mount_list, all) {
		bool seen = false;
		LIST_FOREACH (before, &mount_list, all) {
			if (before == m)
				break;
			seen = seen || before->sb == m->sb;
		}
		if (!seen)
			pages += m->sb->pages;
	}
	return pages;
}

static void add_cache(const struct cache *c, void *arg)
{
	*(size_t *)arg += c->pages;
}

/* What memory there is, in pages. */
struct memory {
	size_t total, free, files, slab, stacks, programs;
};

/* Programs have what nobody else has: their pages and page tables. */
static struct memory memory_now(void)
{
	struct memory m = { page_total(), page_free_count(), file_pages(), 0, 0, 0 };

	slab_each(add_cache, &m.slab);
	m.stacks = task_count * (KSTACK_SIZE / PAGE_SIZE);
	size_t known = m.free + m.files + m.slab + m.stacks;
	m.programs = m.total > known ? m.total - known : 0;
	return m;
}

static int show_meminfo(struct text *t, const struct inode *inode)
{
	struct memory m = memory_now();

	(void)inode;
	kb(t, "MemTotal:", m.total);
	kb(t, "MemFree:", m.free);
	kb(t, "MemAvailable:", m.free);
	kb(t, "Buffers:", 0);
	kb(t, "Cached:", m.files);
	kb(t, "SwapCached:", 0);
	kb(t, "SwapTotal:", 0);
	kb(t, "SwapFree:", 0);
	kb(t, "Dirty:", 0);
	kb(t, "Writeback:", 0);
	kb(t, "AnonPages:", m.programs);
	kb(t, "Shmem:", m.files);
	kb(t, "KReclaimable:", 0);
	kb(t, "Slab:", m.slab);
	kb(t, "SReclaimable:", 0);
	kb(t, "SUnreclaim:", m.slab);
	kb(t, "KernelStack:", m.stacks);
	kb(t, "CommitLimit:", m.total);
	text_printf(t, "HugePages_Total:       0\nHugePages_Free:        0\n");
	text_printf(t, "HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
	text_printf(t, "Hugepagesize:       2048 kB\nHugetlb:               0 kB\n");
	return 0;
}

/* Faults of all processes; as all sums here it must never fall. */
static unsigned long all_faults(void)
{
	static unsigned long most;
	unsigned long sum = 0;
	const struct proc *p;
	const struct task *t;

	LIST_FOREACH (p, &proc_list, all_link) {
		sum += p->dead_min_flt + p->child_min_flt;
		LIST_FOREACH (t, &p->tasks, proc_link)
			sum += t->min_flt + t->maj_flt;
	}
	return most = MAX(most, sum);
}

static int show_vmstat(struct text *t, const struct inode *inode)
{
	struct memory m = memory_now();

	(void)inode;
	text_printf(t, "nr_free_pages %zu\nnr_anon_pages %zu\nnr_file_pages %zu\n", m.free,
		    m.programs, m.files);
	text_printf(t, "nr_shmem %zu\nnr_slab_reclaimable 0\nnr_slab_unreclaimable %zu\n", m.files,
		    m.slab);
	text_printf(t, "nr_dirty 0\nnr_writeback 0\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n");
	text_printf(t, "pgfault %lu\npgmajfault 0\n", all_faults());
	return 0;
}

/* --- time and load --- */

/* CPU time of all processes, ended ones too.  Those that nobody waited for take theirs along, and
 * these sums must never fall. */
static void all_times(uint64_t *user, uint64_t *sys)
{
	static uint64_t most_user, most_sys;
	const struct proc *p;
	uint64_t u, s, sum_user = 0, sum_sys = 0;

	LIST_FOREACH (p, &proc_list, all_link) {
		proc_times(p, &u, &s);
		sum_user += u + p->child_user_ns;
		sum_sys += s + p->child_sys_ns;
	}
	*user = most_user = MAX(most_user, sum_user);
	*sys = most_sys = MAX(most_sys, sum_sys);
}

/* Threads that run or could, and how often those that live gave the CPU away. */
static void count_tasks(unsigned *running, unsigned long *switches)
{
	const struct proc *p;
	const struct task *t;

	static unsigned long most;
	unsigned long sum = 0;

	*running = 0;
	LIST_FOREACH (p, &proc_list, all_link) {
		LIST_FOREACH (t, &p->tasks, proc_link) {
			*running += t->state == TASK_RUNNABLE;
			sum += t->nvcsw + t->nivcsw;
		}
	}
	*switches = most = MAX(most, sum);
}

static void hundredths(struct text *t, uint64_t ns)
{
	text_printf(t, "%lu.%02lu", ns / (TICK_NS * 100), ns / TICK_NS % 100);
}

static int show_uptime(struct text *t, const struct inode *inode)
{
	(void)inode;
	hundredths(t, clock_ns());
	text_printf(t, " ");
	hundredths(t, sched_idle_ns());
	text_printf(t, "\n");
	return 0;
}

static pid_t newest_pid(void)
{
	return list_empty(&proc_list) ? 0 : LIST_LAST(&proc_list, struct proc, all_link)->pid;
}

static int show_loadavg(struct text *t, const struct inode *inode)
{
	unsigned running;
	unsigned long switches;
	uint64_t load[3];

	(void)inode;
	count_tasks(&running, &switches);
	load_averages(load);
	for (unsigned i = 0; i < ARRAY_SIZE(load); i++) {
		uint64_t n = (load[i] * 100 + (1u << LOAD_SHIFT) / 2) >> LOAD_SHIFT;

		text_printf(t, "%lu.%02lu ", n / 100, n % 100);
	}
	text_printf(t, "%u/%zu %d\n", running, task_count, newest_pid());
	return 0;
}

/* Of all, then of each number; the local timer has none, as on Linux. */
static void stat_interrupts(struct text *t)
{
	uint64_t sum = arch_irq_counts[ARCH_IRQ_TIMER];

	for (unsigned i = 0; i < ARCH_IRQS; i++)
		sum += arch_irq_counts[i];
	text_printf(t, "intr %lu", sum);
	for (unsigned i = 0; i < ARCH_IRQS; i++)
		text_printf(t, " %lu", arch_irq_counts[i]);
	text_printf(t, "\n");
}

static int show_stat(struct text *t, const struct inode *inode)
{
	uint64_t user, sys, idle = sched_idle_ns();
	unsigned running;
	unsigned long switches;

	(void)inode;
	all_times(&user, &sys);
	count_tasks(&running, &switches);
	for (int cpu = -1; cpu < 1; cpu++) {
		text_printf(t, cpu < 0 ? "cpu " : "cpu%d", cpu);
		text_printf(t, " %lu 0 %lu %lu 0 0 0 0 0 0\n", user / TICK_NS, sys / TICK_NS,
			    idle / TICK_NS);
	}
	stat_interrupts(t);
	text_printf(t, "ctxt %lu\nbtime %lu\n", switches,
		    (unsigned long)((clock_wall_ns() - clock_ns()) / NSEC_PER_SEC));
	text_printf(t, "processes %d\nprocs_running %u\nprocs_blocked 0\n", newest_pid(), running);
	text_printf(t, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

/* --- the machine and the kernel --- */

static int show_cpuinfo(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "processor\t: 0\n");
	char *to = text_room(t, PAGE_SIZE);
	if (to != NULL)
		t->len += arch_cpuinfo(to, PAGE_SIZE);
	return 0;
}

static int show_version(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%s version %s (flatshare) (gcc " __VERSION__ ") %s\n", uts.sysname,
		    uts.release, uts.version);
	return 0;
}

static int show_cmdline(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%s\n", boot_info.cmdline);
	return 0;
}

static int show_filesystems(struct text *t, const struct inode *inode)
{
	(void)inode;
	for (unsigned i = 0; fs_types[i] != NULL; i++)
		text_printf(t, "%s\t%s\n", fs_types[i]->nodev ? "nodev" : "", fs_types[i]->name);
	return 0;
}

/* Drivers by major number.  The serial lines and the virtual terminals share one, as do the names of
 * the controlling terminal and the console. */
static int show_devices(struct text *t, const struct inode *inode)
{
	static const struct {
		unsigned major, minor;
		const char *name;
	} drivers[] = {
		{ 1, 3, "mem" },	  { 4, 64, "ttyS" },	 { 5, 0, "/dev/tty" },
		{ 5, 1, "/dev/console" }, { 5, 2, "/dev/ptmx" }, { 10, 0, "misc" },
		{ 128, 0, "ptm" },	  { 136, 0, "pts" },	 { 240, 0, "flatshare" },
	};

	(void)inode;
	text_printf(t, "Character devices:\n");
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (drivers[i].major == 10 || drivers[i].major == 128 || drivers[i].major == 136 ||
		    dev_lookup(drivers[i].major, drivers[i].minor) != NULL)
			text_printf(t, "%3u %s\n", drivers[i].major, drivers[i].name);
	}
	text_printf(t, "\nBlock devices:\n");
	return 0;
}

/* No disks, so not even the heading of partitions, as on Linux. */
static int show_nothing(struct text *t, const struct inode *inode)
{
	(void)t;
	(void)inode;
	return 0;
}

static int show_locks(struct text *t, const struct inode *inode)
{
	(void)inode;
	lock_show_all(t);
	return 0;
}

static int show_interrupts(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "           CPU0       \n");
	for (unsigned i = 0; i < ARCH_IRQS; i++) {
		if (arch_irq_counts[i] != 0)
			text_printf(t, "%3u: %10lu   XT-PIC      %s\n", i, arch_irq_counts[i],
				    i == 3 || i == 4 ? "serial" : "");
	}
	text_printf(t, "LOC: %10lu   Local timer interrupts\n", arch_irq_counts[ARCH_IRQ_TIMER]);
	return 0;
}

/* No swap: the heading alone. */
static int show_swaps(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

/* Where the kernel's messages go that are not read from here: option console= of the kernel. */
static int show_consoles(struct text *t, const struct inode *inode)
{
	(void)inode;
	if (dev_lookup(4, 64) != NULL)
		text_printf(t, "%-20s -W- (EC  p a)    4:64\n", "ttyS0");
	return 0;
}

static int show_misc(struct text *t, const struct inode *inode)
{
	const struct device *dev;

	(void)inode;
	for (unsigned i = 0; (dev = dev_nth(i)) != NULL; i++) {
		if (dev->major == 10)
			text_printf(t, "%3u %s\n", dev->minor, dev->name);
	}
	return 0;
}

static int show_tty_drivers(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%-20s /dev/%-8s %3d %7s %s\n", "/dev/tty", "tty", 5, "0",
		    "system:/dev/tty");
	text_printf(t, "%-20s /dev/%-8s %3d %7s %s\n", "/dev/console", "console", 5, "1",
		    "system:console");
	text_printf(t, "%-20s /dev/%-8s %3d %7s %s\n", "serial", "ttyS", 4, "64", "serial");
	text_printf(t, "%-20s /dev/%-8s %3d %7s %s\n", "pty_slave", "pts", 136, "0-1048575",
		    "pty:slave");
	return 0;
}

static const struct procfs_entry tty_entries[] = {
	PROC_FILE("drivers", 0444, show_tty_drivers),
	{ 0 },
};

/* --- /proc/flatshare: counters, for tests --- */

static void cache_line(const struct cache *c, void *arg)
{
	const char *name = c->name;

	if (strncmp(name, "struct ", 7) == 0)
		name += 7;
	text_printf(arg, "slab_");
	for (; *name != '\0'; name++)
		text_printf(arg, "%c", *name == ' ' ? '_' : *name);
	text_printf(arg, ": %zu\n", c->in_use);
}

static void add_pages(const struct cache *c, void *sum)
{
	if (c->per_page != 0)
		*(size_t *)sum += c->pages;
}

/* Pages that hold objects: free_pages and these together do not depend on how the objects lie. */
static size_t object_pages(void)
{
	size_t sum = 0;

	slab_each(add_pages, &sum);
	return sum;
}

static void show_counts(struct text *t)
{
	const struct {
		const char *key;
		uint64_t value;
	} lines[] = {
		{ "free_pages", page_free_count() },
		{ "object_pages", object_pages() },
		{ "total_pages", page_total() },
		{ "tasks", task_count },
		{ "procs", proc_count },
		{ "views", view_count },
		{ "windows", window_count },
		{ "vmas", vma_total },
		{ "files", file_count },
		{ "inodes", inode_count },
		{ "dentries", dentry_count },
		{ "syscalls_trap", entry_counts.trap },
		{ "syscalls_patched", entry_counts.patched },
		{ "syscalls_vsyscall", entry_counts.vsyscall },
		{ "sites_patched", entry_counts.sites },
		{ "watchdog_ticks", entry_counts.ticks },
		{ "splits", view_splits },
		{ "cow_faults", view_cow_faults },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		text_printf(t, "%s: %lu\n", lines[i].key, (unsigned long)lines[i].value);
}

static int show_flatshare(struct text *t, const struct inode *inode)
{
	static const char *const modes[] = {
		[FORK_MODE_FULL] = "full",
		[FORK_MODE_COW] = "cow",
		[FORK_MODE_VFORK] = "vfork",
	};

	(void)inode;
	show_counts(t);
	text_printf(t, "fail_left: %u\n", page_fail_left());
	text_printf(t, "fork_mode: %s\n", modes[fork_mode]);
	slab_each(cache_line, t);
	return 0;
}

/* "map": tell all memory in the fork log.
 * "fail N": let the N-th allocation from now fail, "fail N,EVERY": and each EVERY-th after it; 0: none.
 * For tests of what the kernel does without memory. */
static int write_flatshare(const struct inode *inode, char *text, size_t len)
{
	(void)inode, (void)len;
	if (strcmp(text, "map") == 0)
		return forkmap_ask() ? 0 : -ENODEV;
	if (strncmp(text, "fail ", 5) != 0 || text[5] < '0' || text[5] > '9')
		return -EINVAL;
	page_fail_text(text + 5);
	return 0;
}

static const struct procfs_entry sysvipc_entries[] = {
	PROC_FILE("msg", 0444, msg_show),
	PROC_FILE("sem", 0444, sem_show),
	PROC_FILE("shm", 0444, shm_show),
	{ 0 },
};

const struct procfs_entry procfs_root_entries[] = {
	PROC_LINK("self", self_link, NULL),
	PROC_LINK("thread-self", thread_self_link, NULL),
	PROC_LINK("mounts", mounts_link, NULL),
	PROC_LINK("net", net_link, NULL),
	PROC_FILE("cmdline", 0444, show_cmdline),
	PROC_FILE("cpuinfo", 0444, show_cpuinfo),
	PROC_FILE("consoles", 0444, show_consoles),
	PROC_FILE("devices", 0444, show_devices),
	PROC_FILE("diskstats", 0444, show_nothing),
	PROC_FILE("filesystems", 0444, show_filesystems),
	PROC_FILE_RW("flatshare", 0644, show_flatshare, write_flatshare),
	PROC_FILE("forks", 0444, procfs_show_forks),
	PROC_FILE("interrupts", 0444, show_interrupts),
	{ .name = "kmsg", .mode = S_IFREG | 0400, .fops = &kmsg_proc_ops },
	PROC_FILE("loadavg", 0444, show_loadavg),
	PROC_FILE("locks", 0444, show_locks),
	PROC_FILE("meminfo", 0444, show_meminfo),
	PROC_FILE("misc", 0444, show_misc),
	PROC_FILE("partitions", 0444, show_nothing),
	PROC_FILE("stat", 0444, show_stat),
	PROC_FILE("swaps", 0444, show_swaps),
	PROC_DIR("sys", 0555, procfs_sys_entries),
	PROC_DIR("tty", 0555, tty_entries),
	PROC_DIR("sysvipc", 0555, sysvipc_entries),
	PROC_FILE("uptime", 0444, show_uptime),
	PROC_FILE("version", 0444, show_version),
	PROC_FILE("vmstat", 0444, show_vmstat),
	{ 0 },
};
