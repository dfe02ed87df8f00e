/* unix_name.c: what AF_UNIX sockets are called: nodes in the file system, abstract names.
 *
 * A node is found by its inode, an abstract name by its bytes and the type of the socket; both kinds
 * are in one hash table. */

#include <linux/un.h>

#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/unix.h"

#define CHAINS	    64
#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

static struct unix_socket *chains[CHAINS];

/* --- names --- */

/* path has `len` bytes, and a NUL behind them when it is not abstract. */
static struct unix_name *name_create(const char *path, size_t len)
{
	struct unix_name *n = kmalloc(sizeof(*n) + len + 1);

	if (n == NULL)
		return NULL;
	ref_init(&n->ref);
	n->family = AF_UNIX;
	memcpy(n->path, path, len);
	n->path[len] = '\0';
	n->len = (int)(PATH_OFFSET + len + (path[0] != '\0' ? 1 : 0));
	return n;
}

void unix_name_get(struct unix_name *n)
{
	ref_get(&n->ref);
}

void unix_name_put(struct unix_name *n)
{
	if (n != NULL && ref_put(&n->ref))
		kfree(n);
}

void unix_name_copy(const struct unix_socket *u, struct address *a)
{
	a->family = AF_UNIX;
	a->len = PATH_OFFSET;
	if (u->name == NULL)
		return;
	a->len = u->name->len;
	memcpy(a->bytes + PATH_OFFSET, u->name->path, (size_t)a->len - PATH_OFFSET);
}

int unix_check_address(const struct address *a)
{
	bool ok = a->len > (int)PATH_OFFSET && a->len <= (int)sizeof(struct sockaddr_un) &&
		  a->family == AF_UNIX;

	return ok ? 0 : -EINVAL;
}

static const char *path_of(const struct address *a)
{
	return (const char *)a->bytes + PATH_OFFSET;
}

/* A path ends at its first NUL or with the address; an address has room for one more byte. */
static void end_path(struct address *a)
{
	a->bytes[a->len] = '\0';
}

/* --- the table --- */

static unsigned hash_name(const struct unix_name *n, int type)
{
	uint32_t h = (uint32_t)type;

	for (int i = 0; i < n->len - (int)PATH_OFFSET; i++)
		h = h * 31 + (uint8_t)n->path[i];
	return h % CHAINS;
}

static unsigned hash_inode(const struct inode *inode)
{
	return (unsigned)((uintptr_t)inode / 64 % CHAINS);
}

static unsigned chain_of(const struct unix_socket *u)
{
	return u->path.dentry != NULL ? hash_inode(u->path.dentry->inode)
				      : hash_name(u->name, u->s.type);
}

static void add(struct unix_socket *u)
{
	unsigned c = chain_of(u);

	u->next_named = chains[c];
	chains[c] = u;
}

void unix_unhash(struct unix_socket *u)
{
	if (u->name == NULL)
		return;
	struct unix_socket **p = &chains[chain_of(u)];
	while (*p != NULL && *p != u)
		p = &(*p)->next_named;
	if (*p != NULL) /* those that were accepted have a name and are not in the table */
		*p = u->next_named;
	path_put(&u->path);
}

static struct unix_socket *find_abstract(const struct unix_name *n, int type)
{
	struct unix_socket *u = chains[hash_name(n, type)];

	while (u != NULL &&
	       (u->path.dentry != NULL || u->s.type != type || u->name->len != n->len ||
		memcmp(u->name->path, n->path, (size_t)n->len - PATH_OFFSET) != 0))
		u = u->next_named;
	return u;
}

static struct unix_socket *find_inode(const struct inode *inode)
{
	struct unix_socket *u = chains[hash_inode(inode)];

	while (u != NULL && (u->path.dentry == NULL || u->path.dentry->inode != inode))
		u = u->next_named;
	return u;
}

/* --- finding --- */

static struct unix_socket *find_path(const char *name, int type, int *err)
{
	struct path p;

	*err = path_lookup(AT_FDCWD, name, LOOKUP_FOLLOW, &p);
	if (*err < 0)
		return NULL;
	struct unix_socket *u = NULL;
	struct inode *inode = p.dentry->inode;
	*err = inode_permission(inode, MAY_WRITE);
	if (*err == 0) {
		u = S_ISSOCK(inode->mode) ? find_inode(inode) : NULL;
		*err = u == NULL ? -ECONNREFUSED : u->s.type != type ? -EPROTOTYPE : 0;
	}
	if (*err == 0)
		inode_touch_atime(inode, p.mnt);
	path_put(&p);
	return *err == 0 ? u : NULL;
}

struct unix_socket *unix_find(const struct address *a, int type, int *err)
{
	struct address copy = *a;
	struct unix_socket *u;

	if (path_of(a)[0] != '\0') {
		end_path(&copy);
		u = find_path(path_of(&copy), type, err);
	} else {
		struct unix_name *n = name_create(path_of(a), (size_t)a->len - PATH_OFFSET);
		*err = n == NULL ? -ENOMEM : -ECONNREFUSED;
		u = n == NULL ? NULL : find_abstract(n, type);
		unix_name_put(n);
	}
	if (u != NULL) {
		*err = 0;
		unix_get(u);
	}
	return u;
}

/* --- binding --- */

static int bind_path(struct unix_socket *u, const char *path)
{
	struct unix_name *n = name_create(path, strlen(path));
	struct path p;

	if (n == NULL)
		return -ENOMEM;
	int err = do_mksock(path, u->s.file->inode->mode, &p);
	if (err == 0 && u->name != NULL) {
		/* Linux, too, makes the node before it looks. */
		do_unlink(AT_FDCWD, path, false);
		path_put(&p);
		err = -EINVAL;
	}
	if (err < 0) {
		unix_name_put(n);
		return err == -EEXIST ? -EADDRINUSE : err;
	}
	u->path = p;
	u->name = n;
	add(u);
	return 0;
}

static int bind_abstract(struct unix_socket *u, const char *path, size_t len)
{
	if (u->name != NULL)
		return -EINVAL;
	struct unix_name *n = name_create(path, len);
	if (n == NULL)
		return -ENOMEM;
	if (find_abstract(n, u->s.type) != NULL) {
		unix_name_put(n);
		return -EADDRINUSE;
	}
	u->name = n;
	add(u);
	return 0;
}

/* A name of five hexadecimal digits that nobody has. */
int unix_autobind(struct unix_socket *u)
{
	static uint32_t next;
	char text[8] = "";

	if (u->name != NULL)
		return 0;
	for (uint32_t tries = 0; tries < 1u << 20; tries++) {
		snprintf(text + 1, sizeof(text) - 1, "%05x", next++ & 0xfffff);
		int err = bind_abstract(u, text, 6);
		if (err != -EADDRINUSE)
			return err;
	}
	return -ENOSPC;
}

int unix_bind(struct socket *s, const struct address *a)
{
	struct unix_socket *u = unix_of(s);
	struct address copy = *a;

	if (a->len == (int)PATH_OFFSET && a->family == AF_UNIX)
		return unix_autobind(u);
	int err = unix_check_address(a);
	if (err < 0)
		return err;
	if (path_of(a)[0] == '\0')
		return bind_abstract(u, path_of(a), (size_t)a->len - PATH_OFFSET);
	end_path(&copy);
	return bind_path(u, path_of(&copy));
}
