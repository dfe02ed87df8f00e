/* devpts.c: the file system of pseudo terminals' slaves, as mounted on /dev/pts.
 *
 * Each mount is an instance of its own, with its own numbers, as on Linux.  A name comes when a master
 * is opened and goes when it is closed; programs cannot make or remove names.  The directory is one of
 * a ramfs without the operations that change it.  Options: uid=, gid=, mode=, ptmxmode=, max=.
 */
#include <linux/magic.h>
#include <linux/major.h>

#include "fs/internal.h"
#include "fs/pty.h"
#include "fs/tty.h"
#include "fs/tty_internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define NAME_ROOM   12
#define PTMX_INO    2
#define FIRST_INO   3 /* of slave 0 */
#define WORD_BITS   64
#define MODE_SLAVE  0600
#define PTMX_MINOR  2
#define NEWINSTANCE 11 /* letters of a word that means nothing any more */
#define MINORS	    (1u << 20)

struct devpts {
	bool set_uid, set_gid; /* else slaves belong to who opens their master */
	uid_t uid;
	gid_t gid;
	mode_t mode, ptmx_mode;
	unsigned max;
	bool first; /* mounted at the start */
	uint64_t used[DEVPTS_MAX / WORD_BITS];
};

unsigned devpts_count;

/* --- numbers and names --- */

struct super *devpts_of(const struct file *ptmx)
{
	struct path at = { ptmx->mnt, NULL };
	struct super *sb = NULL;

	if (ptmx->inode->sb->type == &devpts_type)
		return ptmx->inode->sb;
	at.dentry = dentry_find(ptmx->dentry->parent, "pts", 3);
	if (at.dentry == NULL)
		return NULL;
	mount_get(at.mnt);
	path_cross_mounts(&at);
	if (at.mnt->sb->type == &devpts_type && at.dentry == at.mnt->root)
		sb = at.mnt->sb; /* it stays while the mount does, and nobody else runs */
	path_put(&at);
	return sb;
}

int devpts_number(struct super *sb)
{
	struct devpts *fs = sb->priv;

	if (devpts_count >= DEVPTS_MAX - (fs->first ? 0 : DEVPTS_RESERVE))
		return -ENOSPC;
	for (unsigned n = 0; n < MIN(fs->max, DEVPTS_MAX); n++) {
		uint64_t *word = &fs->used[n / WORD_BITS];
		if ((*word >> n % WORD_BITS & 1) != 0)
			continue;
		*word |= 1ull << n % WORD_BITS;
		devpts_count++;
		return (int)n;
	}
	return -ENOSPC;
}

void devpts_free_number(struct super *sb, unsigned number)
{
	struct devpts *fs = sb->priv;

	fs->used[number / WORD_BITS] &= ~(1ull << number % WORD_BITS);
	devpts_count--;
}

static int slave_open(struct inode *inode, struct file *f)
{
	/* The name may be gone while its inode is still held. */
	return inode->pty == NULL ? -EIO : tty_open_file(pty_slave(inode->pty), f);
}

static const struct file_ops slave_ops = { TTY_FILE_OPS, .open = slave_open };

/* A node in the root.  => its inode, which the name holds; NULL: no memory */
static struct inode *add_node(struct super *sb, const char *name, mode_t mode, dev_t dev, ino_t ino)
{
	int err;
	struct dentry *d = dentry_create(sb->root, name, strlen(name));

	if (d == NULL)
		return NULL;
	d->inode = ramfs_inode(sb, S_IFCHR | mode, dev, NULL, &err);
	if (d->inode == NULL) {
		dentry_put(d);
		return NULL;
	}
	d->inode->ino = ino;
	struct inode *inode = d->inode;
	dentry_add(d);
	dentry_put(d);
	return inode;
}

int devpts_add(struct super *sb, unsigned number, struct pty *p)
{
	struct devpts *fs = sb->priv;
	dev_t dev = dev_make(UNIX98_PTY_SLAVE_MAJOR, number);
	char name[NAME_ROOM];

	snprintf(name, sizeof(name), "%u", number);
	struct inode *inode = add_node(sb, name, fs->mode, dev, FIRST_INO + number);
	if (inode == NULL)
		return -ENOMEM;
	inode->uid = fs->set_uid ? fs->uid : current->cred->fsuid;
	inode->gid = fs->set_gid ? fs->gid : current->cred->fsgid;
	inode->fops = &slave_ops;
	inode->pty = p;
	return 0;
}

static struct dentry *find_slave(struct super *sb, unsigned number)
{
	char name[NAME_ROOM];
	int len = snprintf(name, sizeof(name), "%u", number);

	return dentry_find(sb->root, name, (size_t)len);
}

void devpts_remove(struct super *sb, unsigned number)
{
	struct dentry *d = find_slave(sb, number);

	if (d == NULL)
		return;
	d->inode->pty = NULL;
	d->inode->nlink = 0;
	dentry_remove(d);
	dentry_put(d);
}

struct file *devpts_open(struct super *sb, unsigned number, unsigned flags, int *err)
{
	struct mount *m;
	struct file *f = NULL;

	*err = -EIO;
	LIST_FOREACH (m, &mount_list, all) {
		if (m->sb != sb)
			continue;
		struct path p = { m, find_slave(sb, number) };
		if (p.dentry == NULL)
			return NULL;
		mount_get(m);
		f = open_path(&p, flags, err);
		path_put(&p);
		return f;
	}
	return NULL;
}

/* --- mounting --- */

/* => true with the value, if text begins with "name=" and a number */
static bool number_option(const char *text, const char *name, int base, uint64_t *value, bool *bad)
{
	size_t len = strlen(name);
	char *end;

	if (strncmp(text, name, len) != 0)
		return false;
	*value = strtoull(text + len, &end, base);
	if (end == text + len || (*end != '\0' && *end != ','))
		*bad = true;
	return true;
}

static int parse_option(struct devpts *fs, const char *text)
{
	uint64_t v;
	bool bad = false;

	if (number_option(text, "uid=", 10, &v, &bad)) {
		fs->uid = (uid_t)v;
		fs->set_uid = true;
	} else if (number_option(text, "gid=", 10, &v, &bad)) {
		fs->gid = (gid_t)v;
		fs->set_gid = true;
	} else if (number_option(text, "mode=", 8, &v, &bad)) {
		fs->mode = (mode_t)v & 07777;
	} else if (number_option(text, "ptmxmode=", 8, &v, &bad)) {
		fs->ptmx_mode = (mode_t)v & 07777;
	} else if (number_option(text, "max=", 10, &v, &bad)) {
		bad = bad || v > MINORS;
		fs->max = (unsigned)v;
	} else {
		size_t len = strchr(text, ',') == NULL ? strlen(text)
						       : (size_t)(strchr(text, ',') - text);
		bad = len != 0 && !(len == NEWINSTANCE && strncmp(text, "newinstance", len) == 0);
	}
	return bad ? -EINVAL : 0;
}

static int parse_options(struct devpts *fs, const char *options)
{
	int err = 0;

	for (const char *p = options; err == 0 && p != NULL && *p != '\0';) {
		err = parse_option(fs, p);
		p = strchr(p, ',');
		if (p != NULL)
			p++;
	}
	return err;
}

/* Names come and go with their masters alone. */
static const struct inode_ops root_ops = { 0 };

static int fill_root(struct super *sb)
{
	const struct devpts *fs = sb->priv;
	int err;

	sb->root = dentry_create(NULL, "/", 1);
	if (sb->root == NULL)
		return -ENOMEM;
	sb->root->inode = ramfs_inode(sb, S_IFDIR | 0755, 0, NULL, &err);
	if (sb->root->inode == NULL)
		return -ENOMEM;
	sb->root->inode->ops = &root_ops;
	sb->root->inode->size = 0;
	if (add_node(sb, "ptmx", fs->ptmx_mode, dev_make(TTYAUX_MAJOR, PTMX_MINOR), PTMX_INO) ==
	    NULL)
		return -ENOMEM;
	return 0;
}

static int devpts_fill(struct super *sb, const char *options)
{
	static bool mounted_before;
	struct devpts *fs = kzalloc(sizeof(*fs));

	if (fs == NULL)
		return -ENOMEM;
	sb->priv = fs;
	fs->mode = MODE_SLAVE;
	fs->max = MINORS;
	int err = parse_options(fs, options);
	if (err == 0)
		err = fill_root(sb);
	if (err < 0) {
		dentry_put(sb->root);
		sb->root = NULL;
		return err;
	}
	fs->first = !mounted_before;
	mounted_before = true;
	return 0;
}

static void devpts_release(struct super *sb)
{
	kfree(sb->priv);
}

static void devpts_show(const struct super *sb, char *buf, size_t size)
{
	const struct devpts *fs = sb->priv;
	size_t n = 0;

	if (fs->set_uid)
		n += (size_t)snprintf(buf + n, size - n, ",uid=%u", fs->uid);
	if (fs->set_gid)
		n += (size_t)snprintf(buf + n, size - n, ",gid=%u", fs->gid);
	n += (size_t)snprintf(buf + n, size - n, ",mode=%03o,ptmxmode=%03o", fs->mode,
			      fs->ptmx_mode);
	if (fs->max < MINORS)
		snprintf(buf + n, size - n, ",max=%u", fs->max);
}

const struct fs_type devpts_type = {
	.name = "devpts",
	.magic = DEVPTS_SUPER_MAGIC,
	.nodev = true,
	.fill = devpts_fill,
	.show = devpts_show,
	.release = devpts_release,
};
