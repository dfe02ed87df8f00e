/* procfs_mounts.c: /proc/<pid>/mounts, mountinfo and mountstats.  A process sees the mounts below its root. */

#include <linux/mount.h>

#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define NAME_ROOM    4096
#define OPTIONS_ROOM 256
#define TO_ESCAPE    " \t\n\\#"

/* For each mount: its place as seen from the process's root, and a buffer for its options. */
typedef void show_fn(struct text *t, const struct mount *m, const char *place, char *options);

static int each_mount(struct text *t, const struct inode *inode, show_fn *show)
{
	const struct proc *p = procfs_proc(inode);
	const struct mount *m;

	if (p->fs == NULL)
		return -EINVAL;
	char *buf = kmalloc(NAME_ROOM + OPTIONS_ROOM);
	if (buf == NULL)
		return -ENOMEM;
	LIST_FOREACH (m, &mount_list, all) {
		struct path at = { (struct mount *)m, m->root };
		bool unreachable;
		char *place = path_text(&at, &p->fs->root, buf, NAME_ROOM, &unreachable);
		if (place != NULL && !unreachable && m != anon_mount)
			show(t, m, place, buf + NAME_ROOM);
	}
	kfree(buf);
	return 0;
}

static void mount_flags(struct text *t, const struct mount *m)
{
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ MS_NOSUID, ",nosuid" },	  { MS_NODEV, ",nodev" },
		{ MS_NOEXEC, ",noexec" },	  { MS_NOATIME, ",noatime" },
		{ MS_NODIRATIME, ",nodiratime" },
	};

	text_printf(t, mount_want_write(m) < 0 ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (m->flags & names[i].flag)
			text_printf(t, "%s", names[i].name);
	}
	if (m->flags & MS_RELATIME)
		text_printf(t, ",relatime");
}

static void super_options(struct text *t, const struct mount *m, char *options)
{
	options[0] = '\0';
	if (m->sb->type->show != NULL)
		m->sb->type->show(m->sb, options, OPTIONS_ROOM);
	text_printf(t, "%s", options);
}

static void mounts_line(struct text *t, const struct mount *m, const char *place, char *options)
{
	text_escaped(t, m->source, TO_ESCAPE);
	text_printf(t, " ");
	text_escaped(t, place, TO_ESCAPE);
	text_printf(t, " %s ", m->sb->type->name);
	mount_flags(t, m);
	super_options(t, m, options);
	text_printf(t, " 0 0\n");
}

int procfs_show_mounts(struct text *t, const struct inode *inode)
{
	return each_mount(t, inode, mounts_line);
}

/* The directory of its file system that is mounted: not "/" for binds only. */
static void root_in_super(struct text *t, const struct mount *m, char *buf)
{
	struct mount top = { .root = m->sb->root };
	struct path at = { &top, m->root }, root = { &top, m->sb->root };
	bool unreachable;
	char *place = path_text(&at, &root, buf, OPTIONS_ROOM, &unreachable);

	text_escaped(t, place == NULL || unreachable ? "/" : place, TO_ESCAPE);
}

static void mountinfo_line(struct text *t, const struct mount *m, const char *place, char *options)
{
	dev_t dev = m->sb->dev;

	text_printf(t, "%d %d %u:%u ", m->id, m->parent == NULL ? m->id : m->parent->id,
		    dev_major(dev), dev_minor(dev));
	root_in_super(t, m, options);
	text_printf(t, " ");
	text_escaped(t, place, TO_ESCAPE);
	text_printf(t, " ");
	mount_flags(t, m);
	if (mount_share_id(m) != 0)
		text_printf(t, " shared:%d", mount_share_id(m));
	if (mount_master_id(m) != 0)
		text_printf(t, " master:%d", mount_master_id(m));
	if (m->unbindable)
		text_printf(t, " unbindable");
	text_printf(t, " - %s ", m->sb->type->name);
	text_escaped(t, m->source, TO_ESCAPE);
	text_printf(t, m->sb->read_only ? " ro" : " rw");
	super_options(t, m, options);
	text_printf(t, "\n");
}

int procfs_show_mountinfo(struct text *t, const struct inode *inode)
{
	return each_mount(t, inode, mountinfo_line);
}

static void mountstats_line(struct text *t, const struct mount *m, const char *place, char *options)
{
	(void)options;
	text_printf(t, "device ");
	text_escaped(t, m->source, TO_ESCAPE);
	text_printf(t, " mounted on ");
	text_escaped(t, place, TO_ESCAPE);
	text_printf(t, " with fstype %s\n", m->sb->type->name);
}

int procfs_show_mountstats(struct text *t, const struct inode *inode)
{
	return each_mount(t, inode, mountstats_line);
}
