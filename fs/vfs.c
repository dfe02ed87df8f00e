/* vfs.c: the start of the file systems, and each process's root, working directory and umask. */

#include <linux/mount.h>

#include "fs/image.h"
#include "fs/internal.h"
#include "fs/p9.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

static CACHE(fs_state_cache, struct fs_state);
static struct mount *root_mount;

/* --- root, working directory, umask --- */

struct fs_state *fs_state_create(void)
{
	struct fs_state *s = cache_alloc(&fs_state_cache);

	if (s == NULL)
		return NULL;
	ref_init(&s->ref);
	s->umask = 022;
	s->root.mnt = root_mount;
	s->root.dentry = root_mount->root;
	s->cwd = s->root;
	path_get(&s->root);
	path_get(&s->cwd);
	return s;
}

struct fs_state *fs_state_copy(struct fs_state *from)
{
	struct fs_state *s = cache_alloc(&fs_state_cache);

	if (s == NULL)
		return NULL;
	ref_init(&s->ref);
	s->umask = from->umask;
	s->root = from->root;
	s->cwd = from->cwd;
	path_get(&s->root);
	path_get(&s->cwd);
	return s;
}

struct fs_state *fs_state_share(struct fs_state *s)
{
	ref_get(&s->ref);
	return s;
}

void fs_state_put(struct fs_state *s)
{
	if (!ref_put(&s->ref))
		return;
	path_put(&s->root);
	path_put(&s->cwd);
	cache_free(&fs_state_cache, s);
}

mode_t fs_umask(struct fs_state *s, mode_t mask)
{
	mode_t old = s->umask;

	s->umask = mask & 0777;
	return old;
}

int file_chdir(const char *path)
{
	struct fs_state *fs = current->proc->fs;
	struct path p;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err < 0)
		return err;
	err = inode_permission(p.dentry->inode, MAY_EXEC);
	if (err < 0) {
		path_put(&p);
		return err;
	}
	path_put(&fs->cwd);
	fs->cwd = p;
	return 0;
}

/* --- nodes at boot --- */

struct dentry *ramfs_root(void)
{
	return root_mount->root;
}

/* The directory above the last component, made with what is missing.  *last: that component. */
static int boot_parent(struct dentry *root, const char *path, struct dentry **dir,
		       const char **last)
{
	struct dentry *d = root;

	dentry_get(d);
	for (;;) {
		while (*path == '/')
			path++;
		const char *end = path;
		while (*end != '/' && *end != '\0')
			end++;
		size_t len = (size_t)(end - path);
		if (*end == '\0' || len > NAME_MAX) {
			*last = path;
			*dir = d;
			return len > NAME_MAX ? -ENAMETOOLONG : 0;
		}
		if (len == 1 && path[0] == '.') {
			path = end;
			continue;
		}
		struct dentry *next = NULL;
		int err = len == 2 && path[0] == '.' && path[1] == '.' ? -EINVAL : 0;
		if (err == 0)
			err = lookup_one(d, path, len, &next);
		if (err == -ENOENT) {
			next = dentry_create(d, path, len);
			err = next == NULL ? -ENOMEM
					   : d->inode->ops->create(d->inode, next, S_IFDIR | 0755,
								   0, NULL);
			if (err == 0)
				dentry_add(next);
		} else if (err == 0 && !inode_is_dir(next->inode)) {
			err = -ENOTDIR;
		}
		if (err < 0) {
			dentry_put(next);
			*dir = d;
			return err;
		}
		dentry_put(d);
		d = next;
		path = end;
	}
}

/* Take an old node of that name away, unless both are directories.  => 0; 1: *keep stays; -errno */
static int boot_replace(struct dentry *dir, const char *name, mode_t mode, struct dentry **keep)
{
	struct dentry *d;
	int err = lookup_one(dir, name, strlen(name), &d);

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	if (inode_is_dir(d->inode) && S_ISDIR(mode)) {
		*keep = d;
		return 1;
	}
	err = dir_complete(dir);
	if (err < 0) {
		dentry_put(d);
		return err;
	}
	dentry_drop_tree(d);
	(void)dir->inode->ops->unlink(dir->inode, d);
	dentry_remove(d);
	dentry_put(d);
	return 0;
}

static int boot_make(struct dentry *root, const char *path, mode_t mode, dev_t rdev,
		     const char *target, struct dentry **out)
{
	struct dentry *dir, *d = NULL;
	const char *name;
	int err = boot_parent(root, path, &dir, &name);

	if (err == 0 && strcmp(name, "..") == 0)
		err = -EINVAL;
	bool itself = err == 0 && (name[0] == '\0' || strcmp(name, ".") == 0);
	if (itself && S_ISDIR(mode)) {
		*out = dir;
		return 0;
	}
	if (itself)
		err = -EISDIR;
	if (err == 0)
		err = boot_replace(dir, name, mode, &d);
	if (d != NULL) {
		err = 0;
	} else if (err == 0) {
		d = dentry_create(dir, name, strlen(name));
		err = d == NULL ? -ENOMEM
				: dir->inode->ops->create(dir->inode, d, mode, rdev, target);
		if (err == 0)
			dentry_add(d);
	}
	dentry_put(dir);
	if (err == 0)
		*out = d;
	else
		dentry_put(d);
	return err;
}

int ramfs_boot_at(struct dentry *root, const char *path, mode_t mode, dev_t rdev,
		  struct inode **out)
{
	struct dentry *d;
	int err = boot_make(root, path, mode, rdev, NULL, &d);

	if (err != 0)
		return err;
	d->inode->mode = mode;
	if (out != NULL)
		*out = d->inode; /* alive as long as the pinned dentry */
	dentry_put(d);
	return 0;
}

/* Give the inode its data: pages of the archive in place where they are whole and aligned, copies
 * of the rest. */
static int boot_data(struct inode *inode, const char *data, size_t len, bool in_place)
{
	for (size_t off = 0; off < len; off += PAGE_SIZE) {
		size_t n = MIN(len - off, PAGE_SIZE);
		struct page *page;
		if (in_place && n == PAGE_SIZE) {
			page = page_of_va(data + off);
			paddr_t pa = page_pa(page);
			page_claim_range(pa, pa + PAGE_SIZE);
		} else {
			page = page_alloc(n < PAGE_SIZE ? PAGE_ZERO : 0);
			if (page == NULL)
				return -ENOMEM;
			memcpy(page_va(page), data + off, n);
		}
		if (radix_set(&inode->pages, off >> PAGE_SHIFT, page) < 0) {
			page_put(page);
			return -ENOMEM;
		}
		inode->sb->pages++;
		inode->size = off + n;
	}
	return 0;
}

int ramfs_boot_node(const char *path, mode_t mode, uid_t uid, gid_t gid, uint32_t mtime,
		    uint64_t rdev, const void *data, size_t len, bool in_place)
{
	struct dentry *d;
	char *target = NULL;
	int err;

	if (S_ISLNK(mode)) {
		target = kstrndup(data, len);
		if (target == NULL)
			return -ENOMEM;
	}
	err = boot_make(root_mount->root, path, mode, rdev, target, &d);
	kfree(target);
	if (err != 0)
		return err;
	struct inode *inode = d->inode;
	if (S_ISREG(mode))
		err = boot_data(inode, data, len, in_place);
	inode->mode = mode;
	inode->uid = uid;
	inode->gid = gid;
	inode->atime = inode->mtime = inode->ctime = (int64_t)mtime * (int64_t)NSEC_PER_SEC;
	dentry_put(d);
	return err;
}

int ramfs_boot_link(const char *path, const char *to)
{
	struct dentry *dir, *from, *d;
	const char *name;
	int err = boot_parent(root_mount->root, to, &dir, &name);

	from = NULL;
	if (err == 0)
		err = lookup_one(dir, name, strlen(name), &from);
	dentry_put(dir);
	if (from == NULL || inode_is_dir(from->inode)) {
		dentry_put(from);
		return err < 0 ? err : -ENOENT;
	}
	err = boot_parent(root_mount->root, path, &dir, &name);
	struct dentry *old = NULL;
	if (err == 0)
		err = lookup_one(dir, name, strlen(name), &old);
	if (err == 0) {
		err = old->inode == from->inode ? 1 : -EEXIST;
		dentry_put(old);
	} else if (err == -ENOENT) {
		d = dentry_create(dir, name, strlen(name));
		err = d == NULL ? -ENOMEM : dir->inode->ops->link(dir->inode, from->inode, d);
		if (err == 0)
			dentry_add(d);
		dentry_put(d);
	}
	dentry_put(dir);
	dentry_put(from);
	return err > 0 ? 0 : err;
}

/* --- start --- */

static struct mount *mount_kernel(const struct fs_type *type, const char *source)
{
	int err;
	struct super *sb = super_create(type, source, NULL, &err);
	struct mount *m = sb == NULL ? NULL : mount_create(sb, sb->root, source, MS_RELATIME);

	if (m == NULL)
		panic("no memory for the file system %s", type->name);
	super_put(sb);
	return m;
}

void vfs_init(void)
{
	root_mount = mount_kernel(&rootfs_type, "root");
	mount_attach(root_mount, NULL);
	anon_mount = mount_kernel(&anon_type, "none");
	dev_init();
}

/* A root need not have the folders that something is mounted on, nor one for temporary files. */
static void complete_root(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} folders[] = { { "dev", 0755 }, { "proc", 0555 }, { "sys", 0555 }, { "tmp", 01777 } };
	struct dentry *d;

	for (unsigned i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *name = folders[i].path;
		int err = lookup_one(root_mount->root, name, strlen(name), &d);

		if (err == 0)
			dentry_put(d);
		else
			err = ramfs_boot_at(root_mount->root, name, S_IFDIR | folders[i].mode, 0,
					    NULL);
		if (err < 0)
			kprintf("vfs: cannot make /%s: %d\n", name, err);
	}
}

void vfs_mount_defaults(void)
{
	static const struct {
		const char *path, *type;
		unsigned long flags;
		const char *options;
	} defaults[] = {
		{ "/dev", "devtmpfs", MS_NOSUID, NULL },
		{ "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666" },
		{ "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL },
		{ "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
		{ "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	};
	struct super *root = root_mount->sb;
	struct path at;

	complete_root();
	/* As Linux: a tenth of the memory in files of 1 KiB. */
	file_max = (unsigned)MAX(page_total() * (PAGE_SIZE / 1024) / 10, 8192);
	/* The rest of the memory is for programs, as far as files are concerned. */
	root->max_pages = root->pages + page_free_count() / 4 * 3;
	root->max_inodes = root->inodes + page_total() * (PAGE_SIZE / 1024);
	for (unsigned i = 0; i < ARRAY_SIZE(defaults); i++) {
		if (path_lookup(AT_FDCWD, defaults[i].path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &at) <
		    0)
			continue;
		int err = do_mount(defaults[i].type, &at, defaults[i].type, defaults[i].flags,
				   defaults[i].options);
		if (err < 0)
			kprintf("vfs: cannot mount %s: %d\n", defaults[i].path, err);
		path_put(&at);
	}
}

/* --- folders of the host --- */

/* Make the folders that the path goes through; `whole`: also the last.  Those that are there are well. */
static int make_folders(char *path, bool whole)
{
	for (char *p = path + 1;; p++) {
		char c = *p;
		if (c != '/' && c != '\0')
			continue;
		if (c == '\0' && !whole)
			return 0;
		*p = '\0';
		int err = p[-1] == '/' ? 0 : do_mkdir(AT_FDCWD, path, 0755);
		*p = c;
		if (err < 0 && err != -EEXIST)
			return err;
		if (c == '\0')
			return 0;
	}
}

int vfs_mount_volume(const char *tag, const char *file, bool read_only, const char *target)
{
	char *path = kstrdup(target);
	struct path at;

	if (path == NULL)
		return -ENOMEM;
	int err = path[0] == '/' ? make_folders(path, file == NULL) : -EINVAL;
	kfree(path);
	if (err == 0 && file != NULL) {
		err = do_mknod(AT_FDCWD, target, S_IFREG | 0644, 0);
		err = err == -EEXIST ? 0 : err;
	}
	if (err == 0)
		err = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &at);
	if (err != 0)
		return err;
	err = mount_volume(tag, file, read_only ? MS_RDONLY | MS_RELATIME : MS_RELATIME, &at);
	path_put(&at);
	return err;
}

void vfs_sync(void)
{
	p9_sync_all();
}

void vfs_shutdown(void)
{
	p9_shutdown();
}
