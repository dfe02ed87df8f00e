/* procfs_sys.c: /proc/sys: what can be asked, and in part set (formats: proc(5), sysctl(8)).
 *
 * Limits that are fixed in this kernel are shown and cannot be written. */

#include "boot/boot.h"
#include "fs/procfs.h"
#include "fs/pty.h"
#include "lib/print.h"
#include "lib/string.h"
#include "proc/uts.h"

#define PIDS	   32768
#define PIDS_MIN   301
#define UUID_BYTES 16

/* --- names --- */

/* show_NAME() of a field of uts. */
#define SHOW_UTS(name, field)                                                                      \
	static int show_##name(struct text *t, const struct inode *inode)                          \
	{                                                                                          \
		(void)inode;                                                                       \
		text_printf(t, "%s\n", uts.field);                                                 \
		return 0;                                                                          \
	}
SHOW_UTS(hostname, nodename)
SHOW_UTS(domainname, domainname)
SHOW_UTS(ostype, sysname)
SHOW_UTS(osrelease, release)
SHOW_UTS(version, version)

static int write_hostname(const struct inode *inode, char *text, size_t len)
{
	(void)inode;
	(void)len;
	strlcpy(uts.nodename, text, sizeof(uts.nodename));
	return 0;
}

static int write_domainname(const struct inode *inode, char *text, size_t len)
{
	(void)inode;
	(void)len;
	strlcpy(uts.domainname, text, sizeof(uts.domainname));
	return 0;
}

/* --- random --- */

/* Version 4, variant 1 (RFC 4122). */
static void uuid_make(uint8_t id[UUID_BYTES])
{
	random_bytes(id, UUID_BYTES);
	id[6] = (id[6] & 0x0f) | 0x40;
	id[8] = (id[8] & 0x3f) | 0x80;
}

static void uuid_put(struct text *t, const uint8_t id[UUID_BYTES])
{
	for (int i = 0; i < UUID_BYTES; i++) {
		bool dash = i == 4 || i == 6 || i == 8 || i == 10;
		text_printf(t, "%s%02x", dash ? "-" : "", id[i]);
	}
	text_printf(t, "\n");
}

static int show_uuid(struct text *t, const struct inode *inode)
{
	uint8_t id[UUID_BYTES];

	(void)inode;
	uuid_make(id);
	uuid_put(t, id);
	return 0;
}

static int show_boot_id(struct text *t, const struct inode *inode)
{
	static uint8_t id[UUID_BYTES];

	(void)inode;
	if (id[6] == 0)
		uuid_make(id);
	uuid_put(t, id);
	return 0;
}

/* --- numbers --- */

SHOW_NUMBER(pid_max, pid_max)
SHOW_NUMBER(threads_max, task_limit())
SHOW_NUMBER(entropy_avail, 256)
SHOW_NUMBER(poolsize, 256)
SHOW_NUMBER(ngroups_max, 65536)
SHOW_NUMBER(cap_last_cap, 40)
SHOW_NUMBER(mmap_min_addr, 65536)
SHOW_NUMBER(pty_max, DEVPTS_MAX)
SHOW_NUMBER(pty_nr, devpts_count)
SHOW_NUMBER(pty_reserve, DEVPTS_RESERVE)
SHOW_NUMBER(overflow_id, 65534)
SHOW_NUMBER(randomize_va_space, 2)
SHOW_NUMBER(tainted, 0)

/* What the console shows, what records without a level get, the least and the first of the former. */
static int show_printk(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%u\t%u\t1\t%u\n", log_console_level, LOG_WARNING, LOG_DEBUG);
	return 0;
}

/* Only the first of the four can be changed. */
static int write_printk(const struct inode *inode, char *text, size_t len)
{
	char *end;
	unsigned long long level = strtoull(text, &end, 10);

	(void)inode, (void)len;
	if (end == text || level > LOG_LEVELS)
		return -EINVAL;
	log_console_level = (unsigned)level;
	return 0;
}

static int write_pid_max(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)inode, (void)len;
	if (!procfs_parse(text, PIDS_MIN, PIDS, &value))
		return -EINVAL;
	pid_max = (int)value;
	return 0;
}

/* How core dumps would be called, if there were any. */
static char core_pattern[128] = "core";

static int show_core_pattern(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%s\n", core_pattern);
	return 0;
}

static int write_core_pattern(const struct inode *inode, char *text, size_t len)
{
	(void)inode, (void)len;
	strlcpy(core_pattern, text, sizeof(core_pattern));
	return 0;
}

static int write_drop_caches(const struct inode *inode, char *text, size_t len)
{
	int64_t value;

	(void)inode, (void)len;
	return procfs_parse(text, 1, 4, &value) ? 0 : -EINVAL; /* all caches are the only copies */
}

/* --- the tree --- */

static const struct procfs_entry random_entries[] = {
	PROC_FILE("boot_id", 0444, show_boot_id),
	PROC_FILE("entropy_avail", 0444, show_entropy_avail),
	PROC_FILE("poolsize", 0444, show_poolsize),
	PROC_FILE("uuid", 0444, show_uuid),
	{ 0 },
};

static const struct procfs_entry pty_entries[] = {
	PROC_FILE("max", 0444, show_pty_max),
	PROC_FILE("nr", 0444, show_pty_nr),
	PROC_FILE("reserve", 0444, show_pty_reserve),
	{ 0 },
};

static const struct procfs_entry kernel_entries[] = {
	PROC_FILE("cap_last_cap", 0444, show_cap_last_cap),
	PROC_FILE_RW("core_pattern", 0644, show_core_pattern, write_core_pattern),
	PROC_SETTING("core_uses_pid"),
	PROC_SETTING("ctrl-alt-del"),
	PROC_SETTING("dmesg_restrict"),
	PROC_FILE_RW("domainname", 0644, show_domainname, write_domainname),
	PROC_FILE_RW("hostname", 0644, show_hostname, write_hostname),
	PROC_SETTING("kptr_restrict"),
	PROC_FILE("ngroups_max", 0444, show_ngroups_max),
	PROC_FILE("osrelease", 0444, show_osrelease),
	PROC_FILE("ostype", 0444, show_ostype),
	PROC_DIR("pty", 0555, pty_entries),
	PROC_FILE("overflowgid", 0644, show_overflow_id),
	PROC_FILE("overflowuid", 0644, show_overflow_id),
	PROC_SETTING("panic"),
	PROC_FILE_RW("pid_max", 0644, show_pid_max, write_pid_max),
	PROC_FILE_RW("printk", 0644, show_printk, write_printk),
	PROC_DIR("random", 0555, random_entries),
	PROC_FILE("randomize_va_space", 0444, show_randomize_va_space),
	PROC_SETTING("sysrq"),
	PROC_FILE("tainted", 0444, show_tainted),
	PROC_FILE("threads-max", 0444, show_threads_max),
	PROC_FILE("version", 0444, show_version),
	{ 0 },
};

static const struct procfs_entry vm_entries[] = {
	PROC_SETTING("dirty_background_ratio"),
	PROC_SETTING("dirty_expire_centisecs"),
	PROC_SETTING("dirty_ratio"),
	PROC_SETTING("dirty_writeback_centisecs"),
	{ .name = "drop_caches", .mode = S_IFREG | 0200, .write = write_drop_caches },
	PROC_SETTING("max_map_count"),
	PROC_SETTING("min_free_kbytes"),
	PROC_FILE("mmap_min_addr", 0444, show_mmap_min_addr),
	PROC_SETTING("nr_hugepages"),
	PROC_SETTING("overcommit_memory"),
	PROC_SETTING("overcommit_ratio"),
	PROC_SETTING("panic_on_oom"),
	PROC_SETTING("swappiness"),
	PROC_SETTING("vfs_cache_pressure"),
	{ 0 },
};

const struct procfs_entry procfs_sys_entries[] = {
	PROC_DIR("fs", 0555, procfs_fs_entries),
	PROC_DIR("kernel", 0555, kernel_entries),
	PROC_DIR("net", 0555, procfs_sys_net_entries),
	PROC_DIR("vm", 0555, vm_entries),
	{ 0 },
};
