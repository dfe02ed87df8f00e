/* forkrec.c: the records of forks: made by proc/fork.c, filled in by mm/fork.c, read by procfs. */

#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define RECORDS_KEPT	 64 /* per process; the oldest goes */
#define RECORDS_SEARCHED 16 /* for an earlier fork from the same place */

static CACHE(forkrec_cache, struct fork_record);

/* The address the call came from, as an offset in the executable when it lies there. */
static uintptr_t caller_of(const struct view *v, const struct regs *regs)
{
	uintptr_t ip = regs_ip(regs);
	if (v != NULL && ip >= v->exe_base && ip < v->exe_end)
		return ip - v->exe_base;
	return ip;
}

struct fork_record *forkrec_create(struct proc *parent, enum fork_kind kind)
{
	struct fork_record *r = cache_alloc(&forkrec_cache);
	if (r == NULL)
		return NULL;
	ref_init(&r->ref);
	ref_get(&r->ref); /* one for the list, one for the caller */
	r->kind = kind;
	r->parent = parent->pid;
	r->start_ns = clock_ns();
	r->caller = caller_of(parent->view, task_regs(current));
	r->sp = regs_sp(task_regs(current));
	memcpy(r->comm, current->comm, sizeof(r->comm));
	list_append(&parent->forks, &r->link);
	if (++parent->fork_count > RECORDS_KEPT) {
		struct fork_record *oldest = LIST_FIRST(&parent->forks, struct fork_record, link);
		list_remove(&oldest->link);
		forkrec_put(oldest);
	}
	return r;
}

/* --- what is to be expected of a fork --- */

static bool same_place(const struct fork_record *a, const struct fork_record *b)
{
	return a->caller == b->caller && a->sp == b->sp && a->kind == b->kind;
}

bool forkrec_foresees(const struct proc *parent, const struct fork_record *r)
{
	const struct list *at = r->link.prev;

	for (unsigned i = 0; i < RECORDS_SEARCHED && at != &parent->forks; i++, at = at->prev) {
		const struct fork_record *q = CONTAINER_OF(at, const struct fork_record, link);
		/* A child that is younger may still leave soon. */
		if (same_place(q, r))
			return (q->end == FORK_QUANTUM || q->end == FORK_FORESEEN) && !q->hasty &&
			       r->start_ns - q->start_ns >= PAUSE_LIMIT;
	}
	return false;
}

void forkrec_watch(struct proc *child, struct fork_record *r)
{
	if (child->late != NULL)
		return;
	forkrec_get(r);
	child->late = r;
}

void forkrec_left(struct proc *p)
{
	struct fork_record *r = p->late;

	if (r == NULL)
		return;
	r->hasty = clock_ns() - r->start_ns < PAUSE_LIMIT;
	p->late = NULL;
	forkrec_put(r);
}

void forkrec_get(struct fork_record *r)
{
	ref_get(&r->ref);
}

void forkrec_put(struct fork_record *r)
{
	if (r != NULL && ref_put(&r->ref))
		cache_free(&forkrec_cache, r);
}

void forkrec_drop_all(struct proc *parent)
{
	struct fork_record *r, *tmp;
	LIST_FOREACH_SAFE (r, tmp, &parent->forks, link) {
		list_remove(&r->link);
		forkrec_put(r);
	}
}

const char *fork_kind_name(enum fork_kind k)
{
	static const char *const names[] = { "fork", "vfork", "clone_vfork", "clone" };
	return names[k];
}

const char *fork_end_name(enum fork_end e)
{
	static const char *const names[] = { "paused",	"exec",	  "exit",    "block",
					     "quantum", "signal", "foreseen" };
	return names[e];
}

const char *fork_area_name(enum fork_area a)
{
	static const char *const names[] = { "own_stack", "other_stack", "data", "heap", "mmap" };
	return names[a];
}
