/* internal.h: what the three kinds of System V IPC have in common. */
#ifndef IPC_INTERNAL_H
#define IPC_INTERNAL_H

#include "ipc/ipc.h"
#include "lib/list.h"
#include "proc/cred.h"
#include "proc/task.h"

/* The head of every object. */
struct ipc_object {
	struct list link; /* in its table, in order of ids */
	int id, key;
	uid_t uid, cuid;
	gid_t gid, cgid;
	mode_t mode;
	unsigned users; /* that sleep on it */
	bool removed;	/* out of the table; freed when users is 0 */
};

struct ipc_table {
	struct list objects;
	unsigned count, limit;
	int last_id;
	void (*destroy)(struct ipc_object *o);
};

/* The object with that key, checked, for the *get calls.
 * => it; NULL with *err 0: it is to be created; NULL with *err -EEXIST, -ENOENT, -EACCES, -ENOSPC */
struct ipc_object *ipc_find_key(struct ipc_table *table, int key, int flags, long *err);
/* Put o, which the caller has made, into the table; the current process owns it.  => its id */
int ipc_add(struct ipc_table *table, struct ipc_object *o, int key, int flags);
/* By id.  => NULL: no such one */
struct ipc_object *ipc_find(struct ipc_table *table, int id);
/* By place, for SHM_STAT and the like. */
struct ipc_object *ipc_find_index(struct ipc_table *table, int index);
/* May the current process do this; mode: S_IRUGO, S_IWUGO or both.  => 0, -EACCES */
long ipc_permission(const struct ipc_object *o, unsigned mode);
/* May it change or remove o?  => 0, -EPERM */
long ipc_may_control(const struct ipc_object *o);
/* Take o out of the table; it is destroyed when the last user has let go. */
void ipc_remove(struct ipc_table *table, struct ipc_object *o);
/* o is not to be freed while the caller sleeps. */
void ipc_hold(struct ipc_object *o);
void ipc_release(struct ipc_table *table, struct ipc_object *o);

void ipc_perm_out(const struct ipc_object *o, struct ipc64_perm *perm);
void ipc_perm_in(struct ipc_object *o, const struct ipc64_perm *perm);

#define S_IRUGO 0444
#define S_IWUGO 0222

/* Seconds since 1970. */
uint64_t ipc_now(void);

#endif
