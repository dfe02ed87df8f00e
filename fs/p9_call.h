/* p9_call.h: a request under way, between p9_client.c, which sends it and waits, and p9_calls.c, which knows
 * the messages.  The order of a life: p9_call_begin() or p9_fid_call(), p9_put*() of fields, p9_call_run(),
 * p9_get*(), p9_call_end().  p9_call_run() has freed the call when it fails. */
#ifndef FS_P9_CALL_H
#define FS_P9_CALL_H

#include "fs/p9.h"

#define P9_ANSWER_ROOM 256 /* enough for all answers without strings or data */

struct p9_call {
	struct v9p_request r;
	struct p9_session *s;
	struct p9_msg out, in;
	enum p9_type type;
	uint16_t tag;
	bool done, abandoned;
	struct waitq wait;
	uint8_t bytes[];
};

/* Room for a request of `out` bytes and an answer of `in`.  => NULL: no memory */
struct p9_call *p9_call_begin(struct p9_session *s, enum p9_type type, size_t out, size_t in);
/* One that begins with a fid; `names`: bytes of the strings in it.  => NULL */
struct p9_call *p9_fid_call(const struct p9_fid *f, enum p9_type type, size_t names);
/* Send it and wait.  => 0 with c->in behind the head; else the call is freed, or will be */
int p9_call_run(struct p9_call *c);
/* The same where nothing but success is in the answer; the call is freed. */
int p9_call_only(struct p9_call *c);
/* All of the answer has been read: free the call.  => 0, -EIO: it was too short */
int p9_call_end(struct p9_call *c);
void p9_call_destroy(struct p9_call *c);
void p9_put_name(struct p9_call *c, const char *name);
/* A number that the host does not know yet.  => NULL: no memory */
struct p9_fid *p9_fid_create(struct p9_session *s);

#endif
