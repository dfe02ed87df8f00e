/* p9_super.c: mounting a folder of the host, and the table of its inodes.  See p9.h. */

#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/magic.h>

#include "fs/p9.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define FIRST_BUCKETS 64

static struct list supers = LIST_INIT(supers);

/* --- the table --- */

static size_t bucket_of(const struct p9_super *p9, uint64_t path)
{
	return (size_t)(path * 0x9e3779b97f4a7c15ull >> 32) & (p9->buckets - 1);
}

static struct p9_node *table_find(const struct p9_super *p9, uint64_t path)
{
	struct p9_node *n = p9->table[bucket_of(p9, path)];

	while (n != NULL && n->path != path)
		n = n->chain;
	return n;
}

/* Without memory for more the chains just get longer. */
static void table_grow(struct p9_super *p9)
{
	struct p9_super old = *p9;
	struct p9_node **table = kzalloc(old.buckets * 2 * sizeof(struct p9_node *));

	if (table == NULL)
		return;
	p9->table = table;
	p9->buckets = old.buckets * 2;
	for (size_t i = 0; i < old.buckets; i++) {
		while (old.table[i] != NULL) {
			struct p9_node *n = old.table[i];
			old.table[i] = n->chain;
			size_t b = bucket_of(p9, n->path);
			n->chain = p9->table[b];
			p9->table[b] = n;
		}
	}
	kfree(old.table);
}

static void table_add(struct p9_super *p9, struct p9_node *n)
{
	if (p9->count >= 2 * p9->buckets)
		table_grow(p9);
	size_t b = bucket_of(p9, n->path);
	n->chain = p9->table[b];
	p9->table[b] = n;
	n->found = true;
	p9->count++;
}

void p9_node_forget(struct p9_node *n)
{
	struct p9_super *p9 = p9_super(n->inode);

	if (!n->found)
		return;
	struct p9_node **link = &p9->table[bucket_of(p9, n->path)];
	while (*link != n)
		link = &(*link)->chain;
	*link = n->chain;
	n->found = false;
	p9->count--;
}

/* --- inodes --- */

static bool type_valid(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK: return true;
	default: return false;
	}
}

static struct inode *create(struct super *sb, struct p9_fid *fid, const struct p9_attr *a)
{
	struct p9_node *n = kzalloc(sizeof(*n));
	struct inode *inode = n == NULL ? NULL : inode_create(sb, a->mode);

	if (inode == NULL) {
		kfree(n);
		return NULL;
	}
	n->inode = inode;
	n->fid = p9_fid_get(fid);
	n->path = a->qid.path;
	list_init(&n->kept);
	inode->node = n;
	inode->ino = n->path;
	p9_set_ops(inode);
	table_add(sb->priv, n);
	return inode;
}

int p9_inode_of(struct super *sb, struct p9_fid *fid, struct inode **out)
{
	struct p9_attr a;
	int err = p9_getattr(fid, &a);

	if (err == 0 && !type_valid(a.mode))
		err = -EIO;
	if (err < 0)
		goto put;
	struct p9_node *n = table_find(sb->priv, a.qid.path);
	if (n != NULL && ((n->inode->mode ^ a.mode) & S_IFMT) != 0) {
		p9_node_forget(n);
		n = NULL;
	}
	if (n != NULL) {
		inode_get(n->inode);
		p9_fid_put(n->fid);
		n->fid = p9_fid_get(fid);
		n->gone = false;
		*out = n->inode;
	} else {
		*out = create(sb, fid, &a);
	}
	err = *out == NULL ? -ENOMEM : 0;
	if (err == 0)
		p9_apply(*out, &a);
put:
	p9_fid_put(fid);
	return err;
}

/* --- mounting --- */

/* Those of Linux's that are not said by what we do anyway are its cache's and its transports'. */
static int parse(const char *options, uint32_t *msize)
{
	static const char *const known[] = { "trans=virtio", "version=9p2000.L",
					     "cache=none",   "access=client",
					     "rw",	     "ro" };

	while (options != NULL && *options != '\0') {
		const char *end = strchr(options, ',');
		size_t len = end == NULL ? strlen(options) : (size_t)(end - options);
		bool good = len == 0;
		for (unsigned i = 0; i < ARRAY_SIZE(known) && !good; i++)
			good = strlen(known[i]) == len && memcmp(known[i], options, len) == 0;
		if (!good && len > 6 && memcmp(options, "msize=", 6) == 0) {
			char *stop;
			unsigned long long n = strtoull(options + 6, &stop, 10);
			good = stop == options + len && n >= P9_MSIZE_MIN;
			*msize = (uint32_t)MIN(n, P9_MSIZE);
		}
		if (!good)
			return -EINVAL;
		options += len + (end != NULL);
	}
	return 0;
}

static int fill_root(struct super *sb, struct p9_super *p9)
{
	int err = p9_attach(p9->session, &p9->root);

	if (err < 0)
		return err;
	struct dentry *d = dentry_create(NULL, "/", 1);
	if (d == NULL)
		return -ENOMEM;
	err = p9_inode_of(sb, p9_fid_get(p9->root), &d->inode);
	if (err == 0 && !inode_is_dir(d->inode))
		err = -ENOTDIR;
	if (err < 0)
		dentry_put(d);
	else
		sb->root = d;
	return err;
}

static int p9_fill_super(struct super *sb, const char *options)
{
	uint32_t msize = P9_MSIZE;
	int err = sb->source == NULL ? -EINVAL : parse(options, &msize);

	if (err < 0)
		return err;
	struct p9_super *p9 = kzalloc(sizeof(*p9));
	if (p9 == NULL)
		return -ENOMEM;
	sb->priv = p9;
	list_init(&p9->link);
	p9->sb = sb;
	p9->buckets = FIRST_BUCKETS;
	p9->table = kzalloc(FIRST_BUCKETS * sizeof(struct p9_node *));
	p9->tag = kstrdup(sb->source);
	if (p9->table == NULL || p9->tag == NULL)
		return -ENOMEM;
	p9->session = p9_session_begin(sb->source, msize, &err);
	if (p9->session == NULL)
		return err;
	list_append(&supers, &p9->link);
	return fill_root(sb, p9);
}

static void p9_release_super(struct super *sb)
{
	struct p9_super *p9 = sb->priv;

	if (p9 == NULL)
		return;
	p9_fid_put(p9->root);
	if (p9->session != NULL) {
		p9_session_end(p9->session);
		list_remove(&p9->link);
	}
	kfree(p9->tag);
	kfree(p9->table);
	kfree(p9);
}

static int p9_statfs_super(struct super *sb, struct statfs *st)
{
	struct p9_super *p9 = sb->priv;
	struct p9_statfs s;
	int err = p9_statfs(p9->root, &s);

	if (err < 0)
		return err;
	st->f_type = s.type;
	st->f_bsize = st->f_frsize = s.bsize;
	st->f_blocks = (long)s.blocks;
	st->f_bfree = (long)s.bfree;
	st->f_bavail = (long)s.bavail;
	st->f_files = (long)s.files;
	st->f_ffree = (long)s.ffree;
	st->f_namelen = s.namelen;
	return 0;
}

const struct fs_type p9_type = {
	.name = "9p",
	.magic = V9FS_MAGIC,
	.nodev = true,
	.remote = true,
	.fill = p9_fill_super,
	.shut_down = p9_unkeep_all,
	.release = p9_release_super,
	.statfs = p9_statfs_super,
};

/* --- all of them --- */

static void each_node(void (*fn)(struct p9_node *n))
{
	struct p9_super *p9;

	LIST_FOREACH (p9, &supers, link) {
		for (size_t i = 0; i < p9->buckets; i++) {
			for (struct p9_node *n = p9->table[i]; n != NULL; n = n->chain)
				fn(n);
		}
	}
}

/* Nothing sleeps: the table stays as it is. */
static void write_back(struct p9_node *n)
{
	p9_no_sleep++;
	if (S_ISREG(n->inode->mode))
		(void)p9_write_back(n->inode);
	p9_no_sleep--;
}

void p9_sync_all(void)
{
	each_node(write_back);
}

static void lose_hidden_name(struct p9_node *n)
{
	write_back(n);
	if (n->hidden == NULL)
		return;
	n->gone = true;
	p9_fid_put(n->fid);
	p9_fid_put(n->hidden);
	n->fid = n->hidden = NULL;
}

void p9_shutdown(void)
{
	struct p9_super *p9;

	each_node(lose_hidden_name);
	LIST_FOREACH (p9, &supers, link)
		p9_session_drain(p9->session);
}
