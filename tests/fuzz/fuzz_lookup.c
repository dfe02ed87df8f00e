/* Path lookup under libFuzzer: a small tree with links that the input writes, and a path.  Whatever they
 * are, the walk ends, what it finds is in the tree, and every reference is given back.
 *
 * Input: a byte of flags, the texts of four links and the path, each ended by a newline. */
/* links: fs/lookup.c fs/dentry.c fs/inode.c mm/page.c mm/slab.c lib/tree.c arch/host/host.c */
#include "fs/inotify.h"
#include "fs/internal.h"
#include "fs/xattr.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "proc/task.h"

void abort(void) __attribute__((noreturn)); /* the C library's headers are not for fs/ */

enum { LINKS = 4, NODES = 32, DIR_FD = 3 };

static struct super super;
static struct mount mounts[2]; /* the second is on top of /m */
static struct dentry *nodes[NODES];
static unsigned node_count;
static char link_text[LINKS][PATH_MAX];
static struct inode *links[LINKS];
static struct task task;
static struct proc proc;
static struct cred cred;
static struct fs_state fs;
static struct file dir_file;

static void must(bool cond)
{
	if (!cond)
		abort();
}

/* --- what lookup calls ------------------------------------------------------------------------ */

void super_get(struct super *sb)
{
	ref_get(&sb->ref);
}

void super_put(struct super *sb)
{
	must(!ref_put(&sb->ref));
}

void mount_release(struct mount *m)
{
	(void)m;
	abort(); /* the one mount is held for ever */
}

int mount_want_write(const struct mount *m)
{
	(void)m;
	return 0;
}

/* Nobody watches, and nothing has attributes. */
void notify_gone(struct inode *inode)
{
	(void)inode;
	abort();
}

void xattr_free(struct inode *inode)
{
	must(inode->xattrs == NULL);
}

/* Nothing is of an image. */
int image_find(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
	(void)dir, (void)name, (void)len, (void)out;
	abort();
}

int image_complete(struct dentry *dir)
{
	(void)dir;
	abort();
}

void path_cross_mounts(struct path *p)
{
	if (p->mnt != &mounts[0] || p->dentry != mounts[1].mountpoint)
		return;
	path_put(p);
	p->mnt = &mounts[1];
	p->dentry = mounts[1].root;
	path_get(p);
}

struct file *fd_get(int fd)
{
	return fd == DIR_FD ? &dir_file : NULL;
}

void file_put(struct file *f)
{
	must(f == &dir_file);
}

bool capable(unsigned cap)
{
	(void)cap;
	return true;
}

bool in_group(gid_t gid)
{
	(void)gid;
	return false;
}

void pipe_inode_evict(struct inode *inode)
{
	(void)inode;
	abort();
}

/* --- the tree --------------------------------------------------------------------------------- */

static char *read_link(struct inode *inode, int *err)
{
	*err = -ENOMEM;
	for (unsigned i = 0; i < LINKS; i++)
		if (links[i] == inode)
			return kstrdup(link_text[i]);
	return NULL;
}

static int jump(struct inode *inode, struct path *to)
{
	(void)inode;
	*to = (struct path){ &mounts[1], mounts[1].root };
	path_get(to);
	return 0;
}

static const struct inode_ops dir_ops, file_ops, link_ops = { .readlink = read_link },
						 jump_ops = { .follow = jump };

static struct dentry *add(struct dentry *parent, const char *name, mode_t mode,
			  const struct inode_ops *ops)
{
	struct dentry *d = dentry_create(parent, name, strlen(name));

	must(d != NULL && node_count < NODES);
	d->inode = inode_create(&super, mode);
	must(d->inode != NULL);
	d->inode->ops = ops;
	if (parent != NULL)
		dentry_add(d);
	nodes[node_count++] = d;
	return d;
}

static void set_up(void)
{
	static const char *const link_names[LINKS] = { "l", "k", "d/l", "x" };

	host_ram(8 << 20);
	ref_init(&super.ref);
	ref_init(&mounts[0].ref);
	ref_init(&mounts[1].ref);
	struct dentry *root = add(NULL, "", S_IFDIR | 0755, &dir_ops);
	struct dentry *d = add(root, "d", S_IFDIR | 0755, &dir_ops);
	struct dentry *e = add(d, "e", S_IFDIR | 0755, &dir_ops);
	struct dentry *m = add(root, "m", S_IFDIR | 0755, &dir_ops);
	struct dentry *top = add(NULL, "", S_IFDIR | 0755, &dir_ops);

	add(root, "f", S_IFREG | 0644, &file_ops);
	add(e, "f", S_IFREG | 0644, &file_ops);
	add(m, "hidden", S_IFREG | 0644, &file_ops);
	add(top, "f", S_IFREG | 0644, &file_ops);
	add(add(top, "t", S_IFDIR | 0755, &dir_ops), "closed", S_IFDIR, &dir_ops);
	add(root, "j", S_IFLNK | 0777, &jump_ops);
	for (unsigned i = 0; i < LINKS; i++) {
		struct dentry *where = link_names[i][1] == '/' ? d : i == 3 ? top : root;

		links[i] = add(where, link_names[i][1] == '/' ? "l" : link_names[i], S_IFLNK | 0777,
			       &link_ops)
				   ->inode;
	}
	mounts[0].root = root;
	mounts[1].parent = &mounts[0];
	mounts[1].mountpoint = m;
	mounts[1].root = top;
	fs.root = (struct path){ &mounts[0], root };
	fs.cwd = (struct path){ &mounts[0], e };
	dir_file.mnt = &mounts[0];
	dir_file.dentry = d;
	dir_file.inode = d->inode;
	proc.fs = &fs;
	cred.cap_effective = ~0ull;
	task.cred = &cred;
	task.proc = &proc;
	host_current = &task;
}

/* --- one input -------------------------------------------------------------------------------- */

/* Take a line off the input.  => its length; it is terminated in to[] */
static size_t line(const uint8_t **data, size_t *len, char *to, size_t size)
{
	const uint8_t *end = memchr(*data, '\n', *len);
	size_t n = end == NULL ? *len : (size_t)(end - *data), take = n < size ? n : size - 1;

	memcpy(to, *data, take);
	to[take] = '\0';
	*data += n + (end != NULL);
	*len -= n + (end != NULL);
	return take;
}

static bool in_tree(const struct dentry *d)
{
	for (unsigned i = 0; i < node_count; i++)
		if (nodes[i] == d)
			return true;
	return false;
}

struct sums {
	long refs, mounts, inodes, dentries;
	size_t pages;
};

static struct sums sums(void)
{
	struct sums s = { 0, mounts[0].ref.n + mounts[1].ref.n, (long)inode_count,
			  (long)dentry_count, page_free_count() };

	for (unsigned i = 0; i < node_count; i++)
		s.refs += nodes[i]->ref.n + nodes[i]->inode->ref.n;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char name[2 * PATH_MAX];
	static struct sums before;

	if (node_count == 0) {
		set_up();
		before = sums();
	}
	if (len == 0)
		return 0;
	unsigned flags = *data++;

	len--;
	for (unsigned i = 0; i < LINKS; i++)
		line(&data, &len, link_text[i], sizeof(link_text[i]));
	line(&data, &len, name, sizeof(name));

	struct path found = { 0 };
	int err = path_lookup(name[0] == '3' ? DIR_FD : AT_FDCWD, name[0] == '3' ? name + 1 : name,
			      flags, &found);

	if (err == 0) {
		must(in_tree(found.dentry));
		must(found.mnt == &mounts[0] || found.mnt == &mounts[1]);
		must(!(flags & LOOKUP_DIRECTORY) || inode_is_dir(found.dentry->inode));
		must(!(flags & LOOKUP_FOLLOW) || !S_ISLNK(found.dentry->inode->mode));
		path_put(&found);
	} else {
		must(err > -200 && found.dentry == NULL);
	}
	struct sums after = sums();

	must(memcmp(&before, &after, sizeof(before)) == 0);
	return 0;
}
