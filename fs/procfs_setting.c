/* procfs_setting.c: numbers in /proc/sys that programs set and read back, on which nothing depends
 * in this kernel. */

#include "fs/procfs.h"
#include "lib/string.h"

struct setting {
	const char *name;
	int64_t value, low, high;
};
static struct setting settings[] = {
	{ "aio-max-nr", 65536, 0, INT64_MAX },
	{ "core_uses_pid", 0, 0, 1 },
	{ "ctrl-alt-del", 0, 0, 1 },
	{ "dirty_background_ratio", 10, 0, 100 },
	{ "dirty_expire_centisecs", 3000, 0, INT32_MAX },
	{ "dirty_ratio", 20, 0, 100 },
	{ "dirty_writeback_centisecs", 500, 0, INT32_MAX },
	{ "dmesg_restrict", 0, 0, 1 },
	{ "kptr_restrict", 0, 0, 2 },
	{ "lease-break-time", 45, 0, INT32_MAX },
	{ "leases-enable", 1, 0, 1 },
	{ "max_map_count", 65530, 0, INT32_MAX },
	{ "min_free_kbytes", 0, 0, INT32_MAX },
	{ "nr_hugepages", 0, 0, 0 },
	{ "nr_open", 1048576, 64, 1048576 },
	{ "overcommit_memory", 0, 0, 2 },
	{ "overcommit_ratio", 50, 0, INT32_MAX },
	{ "panic", 0, INT32_MIN, INT32_MAX },
	{ "panic_on_oom", 0, 0, 2 },
	{ "suid_dumpable", 0, 0, 2 },
	{ "swappiness", 60, 0, 200 },
	{ "sysrq", 0, 0, INT32_MAX },
	{ "vfs_cache_pressure", 100, 0, INT32_MAX },
};

static struct setting *setting_of(const struct inode *inode)
{
	const struct procfs_entry *e = inode->proc.entry;
	size_t i = 0;

	while (strcmp(settings[i].name, e->name) != 0)
		i++;
	return &settings[i];
}

int procfs_show_setting(struct text *t, const struct inode *inode)
{
	text_printf(t, "%ld\n", (long)setting_of(inode)->value);
	return 0;
}

int procfs_write_setting(const struct inode *inode, char *text, size_t len)
{
	struct setting *s = setting_of(inode);
	int64_t value;

	(void)len;
	if (!procfs_parse(text, s->low, s->high, &value))
		return -EINVAL;
	s->value = value;
	return 0;
}
