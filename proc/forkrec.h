/* forkrec.h: what every fork needed: one record each, the material of the survey. */
#ifndef PROC_FORKREC_H
#define PROC_FORKREC_H

#include "lib/list.h"
#include "lib/refcount.h"

struct view;
struct proc;

enum fork_kind { FORK_FORK, FORK_VFORK, FORK_CLONE_VFORK, FORK_CLONE };
enum fork_end {
	FORK_PAUSED,
	FORK_EXEC,
	FORK_EXIT,
	FORK_BLOCK,
	FORK_QUANTUM,
	FORK_SIGNAL,
	FORK_FORESEEN
};
enum fork_area { AREA_OWN_STACK, AREA_OTHER_STACK, AREA_DATA, AREA_HEAP, AREA_MMAP, AREA_COUNT };

struct fork_record {
	refcount_t ref;
	struct list link; /* in parent proc's list */
	enum fork_kind kind;
	enum fork_end end;
	long end_call; /* FORK_BLOCK, FORK_SIGNAL: the system call or the signal */
	pid_t parent, child;
	char comm[16];	  /* of the caller */
	uintptr_t caller; /* return address of the call, as an offset in the executable if there */
	uint64_t start_ns, pause_ns; /* when; how long the parent was paused */
	uint64_t cost_ns;	     /* spent in the fork call and in the end of the pause */
	unsigned pages[AREA_COUNT];  /* pages the child changed before the end of the pause */
	uint64_t bytes[AREA_COUNT];  /* bytes in them that differ */
	uint64_t parent_cow;	     /* copy-on-write faults of the parent afterwards */
	uintptr_t sp;		     /* of the caller */
	bool hasty; /* FORK_QUANTUM, FORK_FORESEEN: the child left its memory soon all the same */
	uintptr_t stack_border; /* what lies below it on the caller's stack is no caller's */
};

/* A record in parent's list, for the current task's call.  => two references: the list's, and the
 * caller's to put; NULL: no memory */
struct fork_record *forkrec_create(struct proc *parent, enum fork_kind kind);
/* Does the fork that r tells of need a split, as far as the last one from the same place tells, called
 * from the same instruction with the same stack pointer?  See docs/FORK.md. */
bool forkrec_foresees(const struct proc *parent, const struct fork_record *r);
/* The fork that r tells of was split because the child's time was over, or is foreseen to be. */
void forkrec_watch(struct proc *child, struct fork_record *r);
/* Process p leaves the memory that it was forked with, by exec or exit: was a split for nothing? */
void forkrec_left(struct proc *p);
/* The parent is gone: its list of records as well. */
void forkrec_drop_all(struct proc *parent);
void forkrec_get(struct fork_record *r);
void forkrec_put(struct fork_record *r);
const char *fork_kind_name(enum fork_kind k);
const char *fork_end_name(enum fork_end e);
const char *fork_area_name(enum fork_area a);

#endif
