/* image.c: the names and inodes of an image, made when they are looked at.
 *
 * What has been made is an ordinary part of the ramfs (fs/ramfs.c): it can be written to, renamed and
 * removed, and nothing of it is looked for in the image again.  So there are no two layers to merge,
 * and no whiteouts.  That works because of two rules:
 *
 *  - A directory of the image whose names are not all made (inode->origin != 0) loses none of them: before
 *    one is taken away, all are made (dir_complete()), and from then on it is like any other.
 *  - A file with several names is one inode: those that have been made stay until their last name
 *    goes, and are found by their inode number, which is the nid plus one.
 *
 * The key of a name in its directory (the cookie of readdir) is its place in the image, made or not; names
 * that come later have keys behind those.
 *
 * Contents are not copied: the file's pages are the image's (fs/filemap.c). */

#include "fs/image.h"

#include "fs/erofs.h"
#include "fs/internal.h"
#include "fs/xattr.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define FIRST_KEY 2 /* of names: 0 and 1 are "." and ".." */

static struct erofs fs;

/* --- files with several names --- */

struct linked {
	struct tnode node;   /* key: inode number */
	struct inode *inode; /* counted */
};

static struct tree linked_tree;
static CACHE(linked_cache, struct linked);

static struct linked *linked_find(ino_t ino)
{
	return TREE_ENTRY(tree_find(&linked_tree, ino), struct linked, node);
}

static int linked_add(struct inode *inode)
{
	struct linked *l = cache_alloc(&linked_cache);

	if (l == NULL)
		return -ENOMEM;
	l->node.key = inode->ino;
	l->inode = inode;
	inode_get(inode);
	tree_insert(&linked_tree, &l->node);
	return 0;
}

void image_forget(struct inode *inode)
{
	struct linked *l = inode->origin == 0 ? NULL : linked_find(inode->ino);

	if (l == NULL || l->inode != inode)
		return;
	tree_remove(&linked_tree, &l->node);
	cache_free(&linked_cache, l);
	inode_put(inode);
}

/* --- inodes --- */

static int take_xattr(void *arg, const char *prefix, const char *name, unsigned name_len,
		      const void *value, unsigned size)
{
	char text[XATTR_NAME_MAX + 1];

	if (strlen(prefix) + name_len > XATTR_NAME_MAX)
		return 0;
	snprintf(text, sizeof(text), "%s%.*s", prefix, (int)name_len, name);
	return xattr_preset(arg, text, value, size);
}

static void take_contents(struct inode *inode, const struct erofs_inode *e)
{
	uint64_t left = e->size & PAGE_MASK;

	inode->size = e->size;
	inode->image = (const char *)e->data;
	inode->image_pages = e->size >> PAGE_SHIFT;
	inode->image_chunks = e->chunks != NULL;
	inode->tail = (const char *)e->tail;
	if (e->chunks != NULL && left != 0)
		inode->tail = (const char *)erofs_chunk(&fs, e, e->size >> PAGE_SHIFT);
}

struct page *image_chunk(const struct inode *inode, uint64_t index)
{
	struct erofs_inode e;
	const uint8_t *data = NULL;

	if (erofs_inode(&fs, inode->origin - 1, &e) == 0)
		data = erofs_chunk(&fs, &e, index);
	return data == NULL ? NULL : page_of_va(data);
}

/* The text of a symbolic link, kmalloc'ed. */
static char *link_text(const struct erofs_inode *e, int *err)
{
	*err = -EUCLEAN;
	if (e->size == 0 || e->size >= PATH_MAX)
		return NULL;
	/* Less than a page: all is in the tail. */
	if (e->tail == NULL || memchr(e->tail, '\0', e->size) != NULL)
		return NULL;
	char *text = kstrndup((const char *)e->tail, e->size);
	*err = text == NULL ? -ENOMEM : 0;
	return text;
}

static void take_fields(struct inode *inode, const struct erofs_inode *e)
{
	inode->ino = e->nid + 1;
	inode->origin = e->nid + 1;
	inode->mode = e->mode;
	inode->uid = e->uid;
	inode->gid = e->gid;
	inode->nlink = MAX(e->nlink, 1u);
	inode->rdev = e->rdev;
	inode->mtime = (int64_t)e->mtime * (int64_t)NSEC_PER_SEC + e->mtime_ns;
	inode->atime = inode->ctime = inode->btime = inode->mtime;
	if (inode_is_dir(inode)) {
		inode->size = e->size;
		inode->next_cookie = FIRST_KEY + erofs_places(e);
	} else if (S_ISREG(e->mode)) {
		take_contents(inode, e);
	}
}

/* A new inode from the image, counted.  => NULL with *err */
static struct inode *make_inode(struct super *sb, uint64_t nid, int *err)
{
	struct erofs_inode e;
	char *text = NULL;

	*err = erofs_inode(&fs, nid, &e);
	if (*err == 0 && S_ISLNK(e.mode))
		text = link_text(&e, err);
	if (*err < 0)
		return NULL;
	struct inode *inode = ramfs_inode_preset(sb, e.mode, text);
	*err = -ENOMEM;
	if (inode == NULL) {
		kfree(text);
		return NULL;
	}
	take_fields(inode, &e);
	*err = erofs_xattrs(&fs, &e, take_xattr, inode);
	if (*err == 0 && inode->nlink > 1 && !inode_is_dir(inode))
		*err = linked_add(inode);
	if (*err == 0)
		return inode;
	inode_put(inode);
	return NULL;
}

/* --- names --- */

/* A directory that is in itself would have no end. */
static bool is_above(const struct dentry *dir, uint64_t nid)
{
	for (; dir->inode->ino != nid + 1; dir = dir->parent)
		if (dir->parent == dir)
			return false;
	return true;
}

static int make_name(struct dentry *dir, const struct erofs_entry *e, struct dentry **out)
{
	struct linked *l = linked_find(e->nid + 1);
	struct inode *inode;
	int err = 0;

	if (l != NULL) {
		inode = l->inode;
		inode_get(inode);
	} else {
		inode = make_inode(dir->inode->sb, e->nid, &err);
	}
	if (inode != NULL && inode_is_dir(inode) && is_above(dir, e->nid))
		err = -ELOOP;
	struct dentry *d = err < 0 ? NULL : dentry_create(dir, e->name, e->len);
	if (d == NULL) {
		inode_put(inode);
		return err < 0 ? err : -ENOMEM;
	}
	d->inode = inode;
	dentry_add_at(d, FIRST_KEY + e->place);
	*out = d;
	return 0;
}

/* The image's part of a directory.  => 0, -EUCLEAN */
static int directory(const struct inode *dir, struct erofs_inode *e)
{
	return erofs_inode(&fs, dir->origin - 1, e);
}

int image_find(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
	struct erofs_inode e;
	struct erofs_entry entry;
	int err = directory(dir->inode, &e);

	if (err < 0)
		return err;
	err = erofs_find(&e, name, len, &entry);
	if (err < 0)
		return err;
	return make_name(dir, &entry, out);
}

/* What cannot be made (a damaged inode) is left out: the rest of the directory is still of use. */
int image_complete(struct dentry *dir)
{
	struct erofs_inode e;
	struct erofs_entry entry;
	struct inode *inode = dir->inode;
	int err = directory(inode, &e);

	for (uint64_t at = 0; err == 0 && erofs_next(&e, at, &entry) == 0; at = entry.place + 1) {
		struct dentry *d = dentry_find(dir, entry.name, entry.len);

		if (d == NULL)
			err = make_name(dir, &entry, &d);
		if (err == -ENOMEM)
			return err;
		if (err == 0)
			dentry_put(d);
		err = 0;
	}
	inode->origin = 0;
	return 0;
}

/* --- readdir --- */

static bool emit_names(struct file *f, struct dir_context *ctx, const struct erofs_inode *e)
{
	struct erofs_entry entry;

	while (erofs_next(e, (uint64_t)ctx->pos - FIRST_KEY, &entry) == 0) {
		struct dentry *d = dentry_find(f->dentry, entry.name, entry.len);
		ino_t ino = d == NULL ? entry.nid + 1 : d->inode->ino;
		unsigned type = d == NULL ? entry.type : mode_to_type(d->inode->mode);
		off_t next = (off_t)(FIRST_KEY + entry.place + 1);

		dentry_put(d);
		if (!ctx->emit(ctx, entry.name, entry.len, next, ino, type))
			return false;
		ctx->pos = next;
	}
	return true;
}

bool image_emit(struct file *f, struct dir_context *ctx)
{
	struct erofs_inode e;

	if (directory(f->inode, &e) < 0 || ctx->pos >= (off_t)(FIRST_KEY + erofs_places(&e)))
		return true;
	if (!emit_names(f, ctx, &e))
		return false;
	ctx->pos = (off_t)(FIRST_KEY + erofs_places(&e));
	return true;
}

/* --- the root --- */

static void become_root(struct inode *root, const struct erofs_inode *e)
{
	take_fields(root, e);
	root->sb->next_ino = fs.size; /* above all nids */
	(void)erofs_xattrs(&fs, e, take_xattr, root);
}

int image_attach_root(const void *data, size_t size, const char **why)
{
	struct inode *root = ramfs_root()->inode;
	struct erofs_inode e;
	int err = erofs_open(&fs, data, size, why);

	if (err < 0)
		return err;
	*why = "an image has to be the first part of the root";
	if (root->child_count > 0 || root->origin != 0)
		return -EINVAL;
	err = erofs_inode(&fs, fs.root, &e);
	if (err == 0)
		become_root(root, &e);
	return err;
}
