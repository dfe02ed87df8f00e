/* mount_share.c: what is mounted in one place appears in others (mount_namespaces(7), "shared subtrees").
 *
 * A mount may be in a share: the group of mounts that tell each other what is mounted on them and
 * unmounted from them.  A mount may have a master, a share that it hears from and does not tell; it
 * may be in a share of its own as well and tell those.  All members of a share have the same master,
 * so shares form trees.
 *
 * A graft puts a tree of mounts on a place in mount M.  If M is in a share, each mount that hears from
 * it gets a copy of the tree.  These are listed first, in the order in which they hear of it: members
 * of M's share, their slaves, for a slave with a share of its own the other members of that, and so on.
 * A copy for a peer is in the same shares as what it was copied from; one for a slave is a slave of
 * those.  Copies are made before the first is attached, so a failure leaves nothing behind.
 *
 * Nothing here sleeps, and the kernel is not preempted: half-made trees are never seen. */

#include <asm/errno.h>
#include <linux/mount.h>

#include "fs/internal.h"
#include "lib/string.h"
#include "mm/slab.h"

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

struct share {
	int id;
	struct list peers, slaves;
	unsigned round; /* in which it was listed last */
};

static CACHE(share_cache, struct share);
static int next_share_id = 1;
static unsigned list_round;

/* --- shares and masters --- */

static void set_master(struct mount *m, struct share *master)
{
	list_remove(&m->slave_link);
	m->master = master;
	if (master != NULL)
		list_append(&master->slaves, &m->slave_link);
}

static void join_share(struct mount *m, struct share *s)
{
	m->share = s;
	list_append(&s->peers, &m->peer_link);
}

static int new_share(struct mount *m)
{
	struct share *s = cache_alloc(&share_cache);

	if (s == NULL)
		return -ENOMEM;
	s->id = next_share_id++;
	list_init(&s->peers);
	list_init(&s->slaves);
	join_share(m, s);
	return 0;
}

/* A share without members ends; its slaves hear from the last one's master. */
static void leave_share(struct mount *m)
{
	struct share *s = m->share;

	if (s == NULL)
		return;
	list_remove(&m->peer_link);
	m->share = NULL;
	if (!list_empty(&s->peers))
		return;
	while (!list_empty(&s->slaves))
		set_master(LIST_FIRST(&s->slaves, struct mount, slave_link), m->master);
	cache_free(&share_cache, s);
}

void mount_make_private(struct mount *m)
{
	leave_share(m);
	set_master(m, NULL);
}

/* The last member of a share has nobody to be a slave of. */
static void make_slave(struct mount *m)
{
	struct share *s = m->share;

	leave_share(m);
	if (s != NULL && !list_empty(&s->peers))
		set_master(m, s);
}

static int change_one(struct mount *m, unsigned long type)
{
	switch (type) {
	case MS_SHARED: m->unbindable = false; return m->share == NULL ? new_share(m) : 0;
	case MS_SLAVE: make_slave(m); return 0;
	default:
		mount_make_private(m);
		m->unbindable = type == MS_UNBINDABLE;
		return 0;
	}
}

int mount_share_id(const struct mount *m)
{
	return m->share == NULL ? 0 : m->share->id;
}

int mount_master_id(const struct mount *m)
{
	return m->master == NULL ? 0 : m->master->id;
}

/* --- trees of mounts --- */

static struct mount *child_after(const struct mount *parent, const struct list *link)
{
	for (link = link->next; link != &mount_list; link = link->next) {
		struct mount *m = LIST_ENTRY(link, struct mount, all);
		if (m->parent == parent)
			return m;
	}
	return NULL;
}

/* The one after m and all below it, in the tree of top; NULL: that was the last. */
static struct mount *below_skip(const struct mount *top, const struct mount *m)
{
	struct mount *next;

	for (; m != top; m = m->parent) {
		next = child_after(m->parent, &m->all);
		if (next != NULL)
			return next;
	}
	return NULL;
}

/* Each mount of the tree, parents before children. */
static struct mount *below_next(const struct mount *top, const struct mount *m)
{
	struct mount *child = child_after(m, &mount_list);

	return child != NULL ? child : below_skip(top, m);
}

void mount_drop_tree(struct mount *top)
{
	struct mount *m;

	while ((m = child_after(top, &mount_list)) != NULL) {
		struct mount *below;
		while ((below = child_after(m, &mount_list)) != NULL)
			m = below;
		mount_make_private(m);
		mount_detach(m);
	}
	mount_make_private(top);
	mount_put(top);
}

static struct mount *copy_one(const struct mount *m, struct dentry *root)
{
	struct mount *copy = mount_create(m->sb, root, m->source, m->flags);

	if (copy == NULL)
		return NULL;
	if (m->share != NULL)
		join_share(copy, m->share);
	set_master(copy, m->master);
	return copy;
}

struct mount *mount_copy(struct mount *top, struct dentry *root, bool whole, bool binds)
{
	struct mount *copy_top = copy_one(top, root), *m = top, *copy;

	if (copy_top == NULL || !whole)
		return copy_top;
	top->copy = copy_top;
	m = below_next(top, top);
	while (m != NULL) {
		if ((m->parent == top && !dentry_is_under(m->mountpoint, root)) ||
		    (binds && m->unbindable)) {
			m = below_skip(top, m);
			continue;
		}
		copy = copy_one(m, m->root);
		if (copy == NULL) {
			mount_drop_tree(copy_top);
			return NULL;
		}
		copy->unbindable = m->unbindable;
		m->copy = copy;
		mount_attach(copy, &(struct path){ m->parent->copy, m->mountpoint });
		mount_put(copy);
		m = below_next(top, m);
	}
	return copy_top;
}

int mount_change_type(struct mount *top, unsigned long flags)
{
	unsigned long type = flags & PROPAGATION;
	struct mount *m = top;
	int err = 0;

	if ((flags & ~(PROPAGATION | MS_REC | MS_SILENT)) != 0 || (type & (type - 1)) != 0)
		return -EINVAL;
	do {
		err = change_one(m, type);
		m = (flags & MS_REC) != 0 ? below_next(top, m) : NULL;
	} while (m != NULL && err == 0);
	return err;
}

/* --- who hears --- */

enum { FROM_ORIGIN = -1 };

struct hearer {
	struct mount *mount;
	int from;   /* copy what this one got; FROM_ORIGIN: the tree itself */
	bool slave; /* of what is copied, not a peer */
	struct mount *copy;
};

struct hearers {
	int count;
	struct hearer *item;
};

static void add(struct hearers *h, struct mount *m, int from, bool slave)
{
	h->item[h->count++] = (struct hearer){ .mount = m, .from = from, .slave = slave };
}

/* Is m in the tree that programs see, and not in one that is being made? */
static bool is_placed(const struct mount *m)
{
	while (m->parent != NULL)
		m = m->parent;
	return m->attached;
}

/* All that hear from s, except `teller`, which got what `from` did. */
static void add_share(struct hearers *h, struct share *s, const struct mount *teller, int from)
{
	struct mount *m;

	s->round = list_round;
	LIST_FOREACH (m, &s->peers, peer_link) {
		if (m != teller && is_placed(m))
			add(h, m, from, false);
	}
	LIST_FOREACH (m, &s->slaves, slave_link) {
		if (!is_placed(m))
			continue;
		if (m->share == NULL || m->share->round != list_round) {
			add(h, m, from, true);
			if (m->share != NULL)
				m->share->round = list_round;
		}
	}
}

/* Who hears of what happens on `m`.  The list is to be kfree'd. */
static int list_hearers(const struct mount *m, struct hearers *h)
{
	struct mount *each;
	size_t mounts = 0;
	int i;

	*h = (struct hearers){ 0 };
	if (m->share == NULL)
		return 0;
	LIST_FOREACH (each, &mount_list, all)
		mounts++;
	h->item = kmalloc(mounts * sizeof(*h->item));
	if (h->item == NULL)
		return -ENOMEM;
	list_round++;
	add_share(h, m->share, m, FROM_ORIGIN);
	for (i = 0; i < h->count; i++) {
		if (h->item[i].slave && h->item[i].mount->share != NULL)
			add_share(h, h->item[i].mount->share, h->item[i].mount, i);
	}
	return 0;
}

/* --- grafts --- */

static bool tree_has_unbindable(struct mount *top)
{
	struct mount *m;

	for (m = top; m != NULL; m = below_next(top, m)) {
		if (m->unbindable)
			return true;
	}
	return false;
}

/* The copy becomes a slave of what it was copied from, and a share if there is to be one below. */
static int enslave_tree(struct mount *top, bool shared)
{
	struct mount *m;

	for (m = top; m != NULL; m = below_next(top, m)) {
		struct share *origin = m->share;

		leave_share(m);
		if (origin != NULL)
			set_master(m, origin);
		if (shared && new_share(m) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int share_tree(struct mount *top)
{
	struct mount *m = top;
	int err;

	do {
		err = m->share == NULL ? new_share(m) : 0;
		m = below_next(top, m);
	} while (m != NULL && err == 0);
	return err;
}

static int make_copies(struct hearers *h, struct mount *tree, const struct dentry *at)
{
	int i;

	for (i = 0; i < h->count; i++) {
		struct hearer *to = &h->item[i];
		struct mount *from = to->from == FROM_ORIGIN ? tree : h->item[to->from].copy;

		to->copy = mount_copy(from, from->root, true, false);
		if (to->copy == NULL)
			return -ENOMEM;
		if (to->slave && enslave_tree(to->copy, to->mount->share != NULL) < 0)
			return -ENOMEM;
	}
	/* Those that do not show the place only handed it on. */
	for (i = 0; i < h->count; i++) {
		if (!dentry_is_under(at, h->item[i].mount->root)) {
			mount_drop_tree(h->item[i].copy);
			h->item[i].copy = NULL;
		}
	}
	return 0;
}

/* Beneath what a hearer has on that place already. */
static void attach_copy(struct mount *copy, const struct path *at)
{
	struct mount *above = mount_on(at);

	mount_attach(copy, at);
	mount_put(copy);
	if (above == NULL)
		return;
	mount_get(above);
	mount_detach(above);
	mount_attach(above, &(struct path){ copy, copy->root });
	mount_put(above);
}

int mount_graft(struct mount *tree, const struct path *at)
{
	struct hearers h;
	int i, err;

	if (at->mnt->share != NULL && tree_has_unbindable(tree))
		return -EINVAL;
	err = list_hearers(at->mnt, &h);
	if (err < 0)
		return err;
	/* What is mounted on a shared mount is shared. */
	if (at->mnt->share != NULL)
		err = share_tree(tree);
	if (err == 0)
		err = make_copies(&h, tree, at->dentry);
	for (i = 0; i < h.count; i++) {
		if (h.item[i].copy == NULL)
			continue;
		if (err == 0)
			attach_copy(h.item[i].copy, &(struct path){ h.item[i].mount, at->dentry });
		else
			mount_drop_tree(h.item[i].copy);
	}
	kfree(h.item);
	if (err == 0)
		mount_attach(tree, at);
	return err;
}

/* --- unmounting --- */

/* What lies on a copy's own root is put where the copy was. */
static void take_out(struct mount *m)
{
	struct path place = { m->parent, m->mountpoint };
	struct mount *above = mount_on(&(struct path){ m, m->root });

	path_get(&place);
	if (above != NULL) {
		mount_get(above);
		mount_detach(above);
	}
	mount_make_private(m);
	mount_detach(m);
	if (above != NULL) {
		mount_attach(above, &place);
		mount_put(above);
	}
	path_put(&place);
}

static bool has_mounts_inside(const struct mount *m)
{
	struct mount *child = NULL;

	while ((child = child_after(m, child == NULL ? &mount_list : &child->all)) != NULL) {
		if (child->mountpoint != m->root)
			return true;
	}
	return false;
}

/* The copy that a hearer has of what is on `place`, if it can go. */
static struct mount *copy_at(const struct hearer *h, struct dentry *place)
{
	struct mount *m = mount_on(&(struct path){ h->mount, place });

	return m == NULL || has_mounts_inside(m) ? NULL : m;
}

/* References beyond the list's and that of what lies on its root are somebody's who uses it. */
static bool is_used(struct mount *m)
{
	struct mount *above = mount_on(&(struct path){ m, m->root });

	return m->ref.n > (above == NULL ? 1 : 2);
}

int mount_ungraft(struct mount *m, bool lazy)
{
	struct dentry *place = m->mountpoint;
	struct mount *copy;
	struct hearers h;
	int i, err;

	if (!m->attached)
		return 0; /* went as a copy of another one */
	err = list_hearers(m->parent, &h);
	for (i = 0; i < h.count && err == 0 && !lazy; i++) {
		copy = copy_at(&h.item[i], place);
		if (copy != NULL && is_used(copy))
			err = -EBUSY;
	}
	if (err < 0) {
		kfree(h.item);
		return err;
	}
	/* A hearer may itself be a copy that goes. */
	dentry_get(place);
	for (i = 0; i < h.count; i++)
		mount_get(h.item[i].mount);
	for (i = 0; i < h.count; i++) {
		copy = copy_at(&h.item[i], place);
		if (copy != NULL && copy != m)
			take_out(copy);
	}
	for (i = 0; i < h.count; i++)
		mount_put(h.item[i].mount);
	dentry_put(place);
	kfree(h.item);
	mount_make_private(m);
	mount_detach(m);
	return 0;
}

int mount_ungraft_tree(struct mount *top)
{
	struct mount *m, *below;
	int err;

	do {
		for (m = top; (below = child_after(m, &mount_list)) != NULL; m = below)
			;
		err = mount_ungraft(m, true);
	} while (err == 0 && m != top);
	return err;
}
