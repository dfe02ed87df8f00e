/* sysfs.c: the file system "sysfs", as far as programs look: devices by class and by number, the
 * CPUs, and folders that are there and empty because there is nothing of that kind.
 *
 * It is made of the same tables as /proc (fs/procfs.h).  A device has one folder,
 * /sys/devices/virtual/<class>/<name>; everything else is links to it.  The number that an inode
 * carries (proc.fd) is that of the device in the list of fs/dev.c, which only grows. */

#include <linux/magic.h>

#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"

/* Character devices by their major number.  The others have no class and are not shown. */
static const char *class_of(const struct device *dev)
{
	switch (dev->major) {
	case 1: return "mem";
	case 4:
	case 5: return "tty";
	case 10: return "misc";
	default: return NULL;
	}
}

static const struct device *device_of(const struct inode *inode)
{
	return dev_nth((unsigned)inode->proc.fd);
}

/* --- the folder of a device --- */

static int show_dev(struct text *t, const struct inode *inode)
{
	const struct device *dev = device_of(inode);

	text_printf(t, "%u:%u\n", dev->major, dev->minor);
	return 0;
}

static int show_uevent(struct text *t, const struct inode *inode)
{
	const struct device *dev = device_of(inode);

	text_printf(t, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", dev->major, dev->minor, dev->name);
	if (dev->mode != 0600)
		text_printf(t, "DEVMODE=0%o\n", dev->mode);
	return 0;
}

static int subsystem_link(struct text *t, const struct inode *inode)
{
	text_printf(t, "../../../../class/%s", class_of(device_of(inode)));
	return 0;
}

static const struct procfs_entry device_entries[] = {
	PROC_FILE("dev", 0444, show_dev),
	PROC_LINK("subsystem", subsystem_link, NULL),
	PROC_FILE("uevent", 0444, show_uevent),
	{ 0 },
};

static int device_link(struct text *t, const struct inode *inode)
{
	const struct device *dev = device_of(inode);

	text_printf(t, "../../devices/virtual/%s/%s", class_of(dev), dev->name);
	return 0;
}

static const struct procfs_entry device_dir = PROC_DIR("", 0755, device_entries);
static const struct procfs_entry device_name = PROC_LINK("", device_link, NULL);

/* --- folders full of devices --- */

/* How a device is called in the folder dir: by number in /sys/dev/char, else by name.
 * => false: it is not there */
static bool name_in(const struct inode *dir, const struct device *dev, char *name, size_t size)
{
	const struct procfs_entry *e = dir->proc.entry;
	const char *class = class_of(dev);

	if (class == NULL)
		return false;
	if (strcmp(e->name, "char") == 0) {
		snprintf(name, size, "%u:%u", dev->major, dev->minor);
		return true;
	}
	strlcpy(name, dev->name, size);
	return strcmp(e->name, class) == 0;
}

static bool next_device(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	const struct device *dev;

	for (; (dev = dev_nth(*key)) != NULL; (*key)++) {
		n->fd = (int)*key;
		if (name_in(dir, dev, n->name, sizeof(n->name)))
			return true;
	}
	return false;
}

static int find_device(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	for (unsigned key = 0; next_device(dir, &key, n); key++) {
		if (strlen(n->name) == len && memcmp(n->name, name, len) == 0)
			return 0;
	}
	return -ENOENT;
}

static bool next_dir(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	n->entry = &device_dir;
	return next_device(dir, key, n);
}

static int find_dir(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	n->entry = &device_dir;
	return find_device(dir, name, len, n);
}

static bool next_link(const struct inode *dir, unsigned *key, struct procfs_node *n)
{
	n->entry = &device_name;
	return next_device(dir, key, n);
}

static int find_link(const struct inode *dir, const char *name, size_t len, struct procfs_node *n)
{
	n->entry = &device_name;
	return find_device(dir, name, len, n);
}

/* clang-format off */
#define SYS_EMPTY(n) { .name = (n), .mode = S_IFDIR | 0755 }
#define SYS_DIRS(n)  { .name = (n), .mode = S_IFDIR | 0755, .find = find_dir, .next = next_dir }
#define SYS_LINKS(n) { .name = (n), .mode = S_IFDIR | 0755, .find = find_link, .next = next_link }
/* clang-format on */

static const struct procfs_entry class_entries[] = {
	SYS_LINKS("mem"),
	SYS_LINKS("misc"),
	SYS_LINKS("tty"),
	{ 0 },
};

static const struct procfs_entry dev_entries[] = {
	SYS_EMPTY("block"),
	SYS_LINKS("char"),
	{ 0 },
};

static const struct procfs_entry virtual_entries[] = {
	SYS_DIRS("mem"),
	SYS_DIRS("misc"),
	SYS_DIRS("tty"),
	{ 0 },
};

/* --- CPUs: there is one --- */

SHOW_NUMBER(zero, 0)
SHOW_NUMBER(one, 1)

static int show_none(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "\n");
	return 0;
}

static const struct procfs_entry topology_entries[] = {
	PROC_FILE("core_cpus", 0444, show_one),
	PROC_FILE("core_cpus_list", 0444, show_zero),
	PROC_FILE("core_id", 0444, show_zero),
	PROC_FILE("core_siblings", 0444, show_one),
	PROC_FILE("core_siblings_list", 0444, show_zero),
	PROC_FILE("physical_package_id", 0444, show_zero),
	PROC_FILE("thread_siblings", 0444, show_one),
	PROC_FILE("thread_siblings_list", 0444, show_zero),
	{ 0 },
};

static const struct procfs_entry cpu0_entries[] = {
	PROC_DIR("topology", 0755, topology_entries),
	{ 0 },
};

static const struct procfs_entry cpu_entries[] = {
	PROC_DIR("cpu0", 0755, cpu0_entries),	  PROC_FILE("isolated", 0444, show_none),
	PROC_FILE("kernel_max", 0444, show_zero), PROC_FILE("offline", 0444, show_none),
	PROC_FILE("online", 0444, show_zero),	  PROC_FILE("possible", 0444, show_zero),
	PROC_FILE("present", 0444, show_zero),	  { 0 },
};

/* --- the tree --- */

static const struct procfs_entry system_entries[] = { PROC_DIR("cpu", 0755, cpu_entries), { 0 } };

static const struct procfs_entry devices_entries[] = {
	PROC_DIR("system", 0755, system_entries),
	PROC_DIR("virtual", 0755, virtual_entries),
	{ 0 },
};

static const struct procfs_entry no_devices_entries[] = {
	SYS_EMPTY("devices"),
	SYS_EMPTY("drivers"),
	{ 0 },
};

static const struct procfs_entry bus_entries[] = {
	PROC_DIR("pci", 0755, no_devices_entries),
	PROC_DIR("usb", 0755, no_devices_entries),
	{ 0 },
};

static const struct procfs_entry kernel_entries[] = {
	PROC_FILE("kexec_loaded", 0444, show_zero),
	PROC_FILE("uevent_seqnum", 0444, show_zero),
	{ 0 },
};

static const struct procfs_entry root_entries[] = {
	SYS_EMPTY("block"),
	PROC_DIR("bus", 0755, bus_entries),
	PROC_DIR("class", 0755, class_entries),
	PROC_DIR("dev", 0755, dev_entries),
	PROC_DIR("devices", 0755, devices_entries),
	SYS_EMPTY("firmware"),
	SYS_EMPTY("fs"),
	PROC_DIR("kernel", 0755, kernel_entries),
	SYS_EMPTY("module"),
	{ 0 },
};

static const struct procfs_entry root_entry = PROC_DIR("/", 0555, root_entries);

static int sysfs_fill(struct super *sb, const char *options)
{
	(void)options;
	return procfs_fill(sb, &root_entry);
}

const struct fs_type sysfs_type = {
	.name = "sysfs",
	.magic = SYSFS_MAGIC,
	.nodev = true,
	.fill = sysfs_fill,
	.computed = true,
};
