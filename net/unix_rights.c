/* unix_rights.c: descriptors in flight, and those that nobody can receive any more.
 *
 * A socket whose every reference is held by messages can only be reached by receiving these.  If they
 * lie in queues of sockets of which the same is true, and so on in a circle, nobody ever will.  Such
 * circles are found by counting, over the sockets in flight alone:
 *
 *	1. Suspects are those whose file has no other references than those in flight.
 *	2. For each suspect, `held` becomes the number of these references less those that lie in
 *	   suspects' queues.
 *	3. Suspects that are still held are innocent, and so is everything in their queues.
 *	4. The messages with descriptors in the queues of all others are thrown away.
 *
 * This is done when a socket is closed, and when a descriptor is closed that leaves a socket to its
 * messages alone.
 *
 * Dropping a file can close a socket whose queue holds files …; to any depth, so that the drops are
 * put in a list and done one after another (rights_put). */

#include <linux/capability.h>
#include <linux/resource.h>

#include "mm/slab.h"
#include "net/unix.h"
#include "proc/cred.h"
#include "proc/task.h"

/* How many descriptors of one user are in flight; there is one while it is not 0. */
struct flight_user {
	struct list link;
	uid_t uid;
	uint64_t count;
};

static CACHE(flight_user_cache, struct flight_user);
static struct list users = LIST_INIT(users);
static struct list flying = LIST_INIT(flying); /* sockets, by flight_link */
unsigned unix_in_flight;

/* --- on whose account --- */

static struct flight_user *user_get(uid_t uid)
{
	struct flight_user *u;

	LIST_FOREACH (u, &users, link) {
		if (u->uid == uid)
			return u;
	}
	u = cache_alloc(&flight_user_cache);
	if (u != NULL) {
		u->uid = uid;
		list_append(&users, &u->link);
	}
	return u;
}

static void user_less(struct flight_user *u, unsigned n)
{
	u->count -= n;
	if (u->count == 0) {
		list_remove(&u->link);
		cache_free(&flight_user_cache, u);
	}
}

/* --- rights --- */

static struct unix_socket *unix_of_file(const struct file *f)
{
	struct socket *s = socket_of_file(f);

	return s != NULL && s->family == AF_UNIX ? unix_of(s) : NULL;
}

struct rights *rights_create(unsigned most)
{
	struct rights *r = kmalloc(sizeof(*r) + most * sizeof(struct file *));

	if (r == NULL)
		return NULL;
	r->user = NULL;
	r->count = 0;
	return r;
}

int rights_launch(struct rights *r)
{
	struct flight_user *user = user_get(current->cred->uid);
	uint64_t limit = current->proc->limits[RLIMIT_NOFILE].rlim_cur;

	if (user == NULL)
		return -ENOMEM;
	if (user->count > limit && !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN))
		return -ETOOMANYREFS;
	user->count += r->count;
	r->user = user;
	for (unsigned i = 0; i < r->count; i++) {
		struct unix_socket *u = unix_of_file(r->file[i]);
		if (u != NULL && u->in_flight++ == 0) {
			list_append(&flying, &u->flight_link);
			unix_in_flight++;
		}
	}
	return 0;
}

static void land(struct rights *r)
{
	if (r->user == NULL)
		return;
	user_less(r->user, r->count);
	r->user = NULL;
	for (unsigned i = 0; i < r->count; i++) {
		struct unix_socket *u = unix_of_file(r->file[i]);
		if (u != NULL && --u->in_flight == 0) {
			list_remove(&u->flight_link);
			unix_in_flight--;
		}
	}
}

void rights_put(struct rights *r)
{
	static struct list dying = LIST_INIT(dying);
	static bool busy;

	if (r == NULL)
		return;
	land(r);
	list_append(&dying, &r->dying);
	if (busy)
		return;
	busy = true;
	while (!list_empty(&dying)) {
		r = LIST_FIRST(&dying, struct rights, dying);
		list_remove(&r->dying);
		for (unsigned i = 0; i < r->count; i++)
			file_put(r->file[i]);
		kfree(r);
	}
	busy = false;
}

/* --- garbage --- */

/* Call fn for every suspect whose file is in u's queue, or in those of its embryos. */
static void each_child(struct unix_socket *u, void (*fn)(struct unix_socket *child, struct list *l),
		       struct list *arg)
{
	const struct packet *p;
	struct unix_socket *embryo;

	LIST_FOREACH (p, &u->packets, link) {
		for (unsigned i = 0; p->scm.rights != NULL && i < p->scm.rights->count; i++) {
			struct unix_socket *child = unix_of_file(p->scm.rights->file[i]);
			if (child != NULL && child->suspect)
				fn(child, arg);
		}
	}
	LIST_FOREACH (embryo, &u->embryos, embryo_link)
		each_child(embryo, fn, arg); /* which have none of their own */
}

static void held_less(struct unix_socket *child, struct list *unused)
{
	(void)unused;
	child->held--;
}

/* An innocent one: it and what it holds stays. */
static void acquit(struct unix_socket *u, struct list *innocent)
{
	u->suspect = false;
	list_remove(&u->flight_link);
	list_append(innocent, &u->flight_link);
}

/* Take messages with descriptors out of u's queue. */
static void take_garbage(struct unix_socket *u, struct list *garbage)
{
	struct packet *p, *tmp;
	struct unix_socket *embryo;

	LIST_FOREACH_SAFE (p, tmp, &u->packets, link) {
		if (p->scm.rights == NULL)
			continue;
		packet_unlink(u, p);
		list_append(garbage, &p->link);
	}
	LIST_FOREACH (embryo, &u->embryos, embryo_link)
		take_garbage(embryo, garbage);
}

/* Mark the suspects.  => are there any? */
static bool find_suspects(const struct file *closing)
{
	struct unix_socket *u;
	bool any = false;

	LIST_FOREACH (u, &flying, flight_link) {
		const struct file *f = u->s.file;
		unsigned refs = (unsigned)f->ref.n - (f == closing ? 1 : 0);
		u->suspect = refs == u->in_flight;
		u->held = u->in_flight;
		any = any || u->suspect;
	}
	return any;
}

void unix_collect(const struct file *closing)
{
	struct list innocent = LIST_INIT(innocent), garbage = LIST_INIT(garbage);
	struct unix_socket *u, *tmp;

	if (unix_in_flight == 0 || !find_suspects(closing))
		return;
	LIST_FOREACH (u, &flying, flight_link) {
		if (u->suspect)
			each_child(u, held_less, NULL);
	}
	LIST_FOREACH_SAFE (u, tmp, &flying, flight_link) {
		if (u->suspect && u->held > 0)
			acquit(u, &innocent);
	}
	/* The list grows at its end while it is walked. */
	LIST_FOREACH (u, &innocent, flight_link)
		each_child(u, acquit, &innocent);
	LIST_FOREACH (u, &flying, flight_link) {
		if (u->suspect)
			take_garbage(u, &garbage);
	}
	while (!list_empty(&innocent)) {
		struct list *l = innocent.next;
		list_remove(l);
		list_append(&flying, l);
	}
	while (!list_empty(&garbage)) {
		struct packet *p = LIST_FIRST(&garbage, struct packet, link);
		list_remove(&p->link);
		packet_free(p);
	}
}
