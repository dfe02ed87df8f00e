/* dentry.c: names of files, and the cache of them.
 *
 * A hash table over (parent, name) finds a name in a directory of any size in the same time; it
 * grows and shrinks with them.  A dentry holds its parent and its inode; it is in the table while
 * DE_HASHED.  In-memory file systems pin their dentries, so there the table is the truth; the
 * others' dentries leave the table when nobody uses them. */

#include "fs/inotify.h"
#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"

#define FIRST_BUCKETS 256

static CACHE(dentry_cache, struct dentry);
size_t dentry_count;

static struct dentry *first_table[FIRST_BUCKETS];
static struct dentry **table = first_table;
static size_t buckets = FIRST_BUCKETS;
static size_t hashed;

/* --- the table --- */

/* FNV-1a. */
uint32_t name_hash(const char *name, size_t len)
{
	uint32_t h = 2166136261u;

	while (len-- > 0)
		h = (h ^ (uint8_t)*name++) * 16777619u;
	return h;
}

static size_t bucket_of(const struct dentry *parent, uint32_t hash)
{
	uint64_t key = ((uint64_t)(uintptr_t)parent >> 4) + hash;

	key *= 0x9e3779b97f4a7c15ull;
	return (size_t)(key >> 32) & (buckets - 1);
}

/* Another number of buckets; without memory for them the chains just get longer. */
static void table_resize(size_t n)
{
	struct dentry **old = table;
	struct dentry **fresh = n == FIRST_BUCKETS ? first_table : kzalloc(n * sizeof(*fresh));
	size_t old_n = buckets;

	if (fresh == NULL)
		return;
	table = fresh;
	buckets = n;
	for (size_t i = 0; i < old_n; i++) {
		while (old[i] != NULL) {
			struct dentry *d = old[i];
			size_t b = bucket_of(d->parent, d->hash);
			old[i] = d->chain;
			d->chain = table[b];
			table[b] = d;
		}
	}
	if (old != first_table)
		kfree(old);
}

static void hash_insert(struct dentry *d)
{
	if (hashed >= buckets * 2)
		table_resize(buckets * 2);
	size_t b = bucket_of(d->parent, d->hash);
	d->chain = table[b];
	table[b] = d;
	d->flags |= DE_HASHED;
	hashed++;
}

static void hash_remove(struct dentry *d)
{
	struct dentry **link = &table[bucket_of(d->parent, d->hash)];

	while (*link != d)
		link = &(*link)->chain;
	*link = d->chain;
	d->chain = NULL;
	d->flags &= (uint8_t)~DE_HASHED;
	hashed--;
	if (buckets > FIRST_BUCKETS && hashed < buckets / 8)
		table_resize(buckets / 2);
}

struct dentry *dentry_find(struct dentry *parent, const char *name, size_t len)
{
	uint32_t hash = name_hash(name, len);
	struct dentry *d = table[bucket_of(parent, hash)];

	for (; d != NULL; d = d->chain) {
		if (d->hash == hash && d->parent == parent && d->name_len == len &&
		    memcmp(d->name, name, len) == 0) {
			dentry_get(d);
			return d;
		}
	}
	return NULL;
}

/* --- life --- */

static void name_set(struct dentry *d, const char *name, size_t len)
{
	memcpy(d->name, name, len);
	d->name[len] = '\0';
	d->name_len = (uint8_t)len;
	d->hash = name_hash(name, len);
}

static void name_free(struct dentry *d)
{
	if (d->name != d->inline_name)
		kfree(d->name);
}

struct dentry *dentry_create(struct dentry *parent, const char *name, size_t len)
{
	ASSERT(len <= NAME_MAX);
	struct dentry *d = cache_alloc(&dentry_cache);
	if (d == NULL)
		return NULL;
	d->name = len < NAME_INLINE ? d->inline_name : kmalloc(len + 1);
	if (d->name == NULL) {
		cache_free(&dentry_cache, d);
		return NULL;
	}
	ref_init(&d->ref);
	name_set(d, name, len);
	d->parent = parent == NULL ? d : parent;
	if (parent != NULL)
		dentry_get(parent);
	dentry_count++;
	return d;
}

/* The parent's reference goes with the child: up the tree as a loop, not a recursion. */
void dentry_release(struct dentry *d)
{
	do {
		struct dentry *parent = d->parent != d ? d->parent : NULL;

		if (d->flags & DE_HASHED)
			hash_remove(d);
		if (d->inode != NULL && d->inode->watches != NULL && d->inode->nlink == 0)
			notify_gone(d->inode);
		inode_put(d->inode);
		name_free(d);
		cache_free(&dentry_cache, d);
		dentry_count--;
		d = parent;
	} while (d != NULL && ref_put(&d->ref));
}

/* --- in and out of a directory --- */

/* In-memory directories keep their children in order of creation; the key is the cookie that
 * readdir hands out, which no later child ever gets again. */
static void link_child_at(struct dentry *d, uintptr_t key)
{
	struct inode *dir = d->parent->inode;

	d->child.key = key;
	tree_insert(&dir->children, &d->child);
	dir->child_count++;
	d->flags |= DE_LINKED;
}

static void link_child(struct dentry *d)
{
	struct inode *dir = d->parent->inode;

	if (dir->next_cookie < 2)
		dir->next_cookie = 2; /* 0 and 1: "." and ".." */
	link_child_at(d, dir->next_cookie++);
}

static void unlink_child(struct dentry *d)
{
	struct inode *dir = d->parent->inode;

	tree_remove(&dir->children, &d->child);
	dir->child_count--;
	d->flags &= (uint8_t)~DE_LINKED;
}

void dentry_add(struct dentry *d)
{
	hash_insert(d);
	if (d->parent->inode->ops->lookup != NULL)
		return;
	link_child(d);
	d->flags |= DE_PINNED;
	dentry_get(d);
}

void dentry_add_at(struct dentry *d, uintptr_t key)
{
	hash_insert(d);
	link_child_at(d, key);
	d->flags |= DE_PINNED;
	dentry_get(d);
}

int dir_complete(struct dentry *dir)
{
	return dir->inode->origin != 0 && inode_is_dir(dir->inode) ? image_complete(dir) : 0;
}

void dentry_remove(struct dentry *d)
{
	if (d->flags & DE_HASHED)
		hash_remove(d);
	if (d->flags & DE_LINKED)
		unlink_child(d);
	if (d->flags & DE_PINNED) {
		d->flags &= (uint8_t)~DE_PINNED;
		dentry_put(d);
	}
}

char *dentry_name(const char *name, size_t len)
{
	return kstrndup(name, len);
}

static void take_name(struct dentry *d, char *name, size_t len)
{
	name_free(d);
	d->name = d->inline_name;
	if (len < NAME_INLINE) {
		name_set(d, name, len);
		kfree(name);
		return;
	}
	d->name = name;
	d->name_len = (uint8_t)len;
	d->hash = name_hash(name, len);
}

void dentry_move(struct dentry *d, struct dentry *parent, char *name, size_t len)
{
	struct dentry *old = d->parent;
	bool linked = (d->flags & DE_LINKED) != 0;

	hash_remove(d);
	if (linked)
		unlink_child(d);
	take_name(d, name, len);
	dentry_get(parent);
	d->parent = parent;
	hash_insert(d);
	if (linked)
		link_child(d);
	dentry_put(old);
}

/* Exchange the places of two names (RENAME_EXCHANGE): each keeps its inode, and so its children. */
void dentry_swap(struct dentry *a, struct dentry *b)
{
	struct dentry *parent_a = a->parent, *parent_b = b->parent;
	struct dentry tmp;

	hash_remove(a);
	hash_remove(b);
	unlink_child(a);
	unlink_child(b);
	tmp = *a;
	a->name = b->name == b->inline_name ? a->inline_name : b->name;
	memcpy(a->inline_name, b->inline_name, NAME_INLINE);
	a->name_len = b->name_len;
	a->hash = b->hash;
	b->name = tmp.name == a->inline_name ? b->inline_name : tmp.name;
	memcpy(b->inline_name, tmp.inline_name, NAME_INLINE);
	b->name_len = tmp.name_len;
	b->hash = tmp.hash;
	a->parent = parent_b;
	b->parent = parent_a;
	hash_insert(a);
	hash_insert(b);
	link_child(a);
	link_child(b);
}

bool dentry_is_under(const struct dentry *d, const struct dentry *above)
{
	for (;; d = d->parent) {
		if (d == above)
			return true;
		if (d->parent == d)
			return false;
	}
}

/* Depth first by going down to a leaf, removing it, and looking at its parent again. */
void dentry_drop_tree(struct dentry *root)
{
	struct dentry *d = root;

	for (;;) {
		struct inode *dir = d->inode;
		struct dentry *child = NULL;
		if (inode_is_dir(dir) && dir->ops->lookup == NULL)
			child = TREE_ENTRY(tree_first(&dir->children), struct dentry, child);
		if (child != NULL) {
			d = child;
			continue;
		}
		if (d == root)
			return;
		struct dentry *parent = d->parent;
		dentry_remove(d);
		d = parent;
	}
}

/* --- paths --- */

static char *prepend(char *at, const char *buf, const char *text, size_t len)
{
	if (at == NULL || (size_t)(at - buf) < len)
		return NULL;
	at -= len;
	memcpy(at, text, len);
	return at;
}

char *path_text(const struct path *p, const struct path *root, char *buf, size_t size,
		bool *unreachable)
{
	char *end = buf + size - 1, *at = end;
	struct path here = *p;

	*end = '\0';
	*unreachable = false;
	while (!path_same(&here, root)) {
		if (here.dentry == here.mnt->root || here.dentry->parent == here.dentry) {
			if (here.mnt->parent == NULL || here.dentry != here.mnt->root) {
				*unreachable = true;
				break;
			}
			here.dentry = here.mnt->mountpoint;
			here.mnt = here.mnt->parent;
			continue;
		}
		at = prepend(at, buf, here.dentry->name, here.dentry->name_len);
		at = prepend(at, buf, "/", 1);
		here.dentry = here.dentry->parent;
	}
	return at == end ? prepend(at, buf, "/", 1) : at;
}
