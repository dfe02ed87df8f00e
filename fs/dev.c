/* dev.c: character devices: their table, the /dev file system, and the devices of memory.
 *
 * /dev is a ramfs that exists from the start; dev_register() puts nodes into it.  "mount -t
 * devtmpfs" shows the same one wherever it is mounted, as on Linux.  A node opens by its number,
 * so that those made by mknod work as well. */

#include <asm/poll.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/random.h>

#include "boot/boot.h"
#include "fs/internal.h"
#include "fs/pty.h"
#include "fs/kmsg.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"

static struct list devices = LIST_INIT(devices);
static struct dentry *dev_root;
static struct super *dev_super;

/* --- the table --- */

const struct file_ops *dev_lookup(unsigned major, unsigned minor)
{
	struct device *dev;

	LIST_FOREACH (dev, &devices, link) {
		if (dev->major == major && dev->minor == minor)
			return dev->ops;
	}
	return NULL;
}

const struct device *dev_nth(unsigned n)
{
	const struct device *dev;

	LIST_FOREACH (dev, &devices, link) {
		if (n-- == 0)
			return dev;
	}
	return NULL;
}

int dev_register(const char *name, unsigned major, unsigned minor, mode_t mode,
		 const struct file_ops *ops)
{
	struct device *dev;

	if (dev_lookup(major, minor) == NULL) {
		dev = kmalloc(sizeof(*dev));
		if (dev == NULL)
			return -ENOMEM;
		dev->major = major;
		dev->minor = minor;
		dev->ops = ops;
		dev->mode = mode;
		strlcpy(dev->name, name, sizeof(dev->name));
		list_append(&devices, &dev->link);
	}
	return ramfs_boot_at(dev_root, name, S_IFCHR | mode, dev_make(major, minor), NULL);
}

/* --- memory devices --- */

static ssize_t null_read(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)f, (void)b, (void)pos;
	return 0;
}

/* Takes everything, and does not even look at it. */
static ssize_t null_write(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t n = iobuf_left(b);

	(void)f;
	*pos += (off_t)n;
	return (ssize_t)n;
}

static ssize_t zero_read(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t want = iobuf_left(b), n = iobuf_zero(b, want);

	(void)f;
	*pos += (off_t)n;
	return n == 0 && want > 0 ? -EFAULT : (ssize_t)n;
}

static ssize_t full_write(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)f, (void)pos;
	return iobuf_left(b) == 0 ? 0 : -ENOSPC;
}

static ssize_t random_read(struct file *f, struct iobuf *b, off_t *pos)
{
	uint8_t bytes[256];
	ssize_t done = 0;

	(void)f, (void)pos;
	for (;;) {
		size_t n = MIN(iobuf_left(b), sizeof(bytes));
		if (n == 0)
			break;
		random_bytes(bytes, n);
		size_t ok = iobuf_put(b, bytes, n);
		done += (ssize_t)ok;
		if (ok < n)
			return done == 0 ? -EFAULT : done;
	}
	return done;
}

#define ENTROPY_BITS 256 /* what Linux says of a generator that is ready */

/* random(4).  The generator is full from the start, and needs nothing that programs could add:
 * it is looked at and dropped, as what they write is. */
static long random_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	int head[2]; /* struct rand_pool_info: entropy_count, buf_size */

	(void)f;
	switch (cmd) {
	case RNDGETENTCNT: return put_user(ENTROPY_BITS, (int *)arg);
	case RNDADDTOENTCNT:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		if (get_user(head[0], (const int *)arg) < 0)
			return -EFAULT;
		return head[0] < 0 ? -EINVAL : 0;
	case RNDADDENTROPY:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		if (copy_from_user(head, (const void *)arg, sizeof(head)) < 0)
			return -EFAULT;
		return head[0] < 0 || head[1] < 0 ? -EINVAL : 0;
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG: return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	default: return -EINVAL;
	}
}

/* Any place of these is as good as another. */
static off_t any_llseek(struct file *f, off_t off, int whence)
{
	(void)off, (void)whence;
	f->pos = 0;
	return 0;
}

static int zero_mmap(struct file *f, unsigned prot, unsigned vm_flags)
{
	(void)f, (void)prot, (void)vm_flags;
	return FILE_MAPS_ZEROES;
}

static const struct file_ops null_ops = { .read = null_read,
					  .write = null_write,
					  .llseek = any_llseek };
static const struct file_ops zero_ops = {
	.read = zero_read, .write = null_write, .llseek = any_llseek, .mmap = zero_mmap
};
static const struct file_ops full_ops = { .read = zero_read,
					  .write = full_write,
					  .llseek = any_llseek };
static const struct file_ops random_ops = {
	.read = random_read, .write = null_write, .ioctl = random_ioctl, .llseek = any_llseek
};

/* --- the file system --- */

static int dev_fill(struct super *sb, const char *options)
{
	(void)options;
	dev_super = sb;
	int err;
	struct dentry *d = dentry_create(NULL, "/", 1);
	if (d == NULL)
		return -ENOMEM;
	d->inode = ramfs_inode(sb, S_IFDIR | 0755, 0, NULL, &err);
	if (d->inode == NULL) {
		dentry_put(d);
		return err;
	}
	sb->root = d;
	dev_root = d;
	return 0;
}

const struct fs_type devtmpfs_type = {
	.name = "devtmpfs",
	.magic = TMPFS_MAGIC,
	.nodev = true,
	.fill = dev_fill,
};

struct super *dev_super_get(void)
{
	super_get(dev_super);
	return dev_super;
}

static void dev_symlink(const char *name, const char *target)
{
	struct dentry *d = dentry_create(dev_root, name, strlen(name));

	if (d == NULL ||
	    dev_root->inode->ops->create(dev_root->inode, d, S_IFLNK | 0777, 0, target) < 0)
		panic("no memory for /dev");
	dentry_add(d);
	dentry_put(d);
}

void dev_init(void)
{
	static const struct {
		const char *name;
		unsigned minor;
		const struct file_ops *ops;
		mode_t mode;
	} memory[] = {
		{ "null", 3, &null_ops, 0666 },	     { "zero", 5, &zero_ops, 0666 },
		{ "full", 7, &full_ops, 0666 },	     { "random", 8, &random_ops, 0666 },
		{ "urandom", 9, &random_ops, 0666 },
	};
	int err;
	struct super *sb = super_create(&devtmpfs_type, NULL, NULL, &err);

	if (sb == NULL)
		panic("no memory for /dev");
	sb->active++; /* it stays when it is mounted nowhere */
	for (unsigned i = 0; i < ARRAY_SIZE(memory); i++) {
		if (dev_register(memory[i].name, 1, memory[i].minor, memory[i].mode,
				 memory[i].ops) < 0)
			panic("no memory for /dev");
	}
	pty_init();
	kmsg_init();
	dev_symlink("fd", "/proc/self/fd");
	dev_symlink("stdin", "/proc/self/fd/0");
	dev_symlink("stdout", "/proc/self/fd/1");
	dev_symlink("stderr", "/proc/self/fd/2");
	if (ramfs_boot_at(dev_root, "shm", S_IFDIR | 01777, 0, NULL) < 0 ||
	    ramfs_boot_at(dev_root, "pts", S_IFDIR | 0755, 0, NULL) < 0)
		panic("no memory for /dev");
}
