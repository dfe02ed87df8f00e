/* p9_client.c: sessions, requests to the host and waiting for their answers, fids.  The messages are in
 * p9_calls.c.
 *
 * A call's memory is one block: what is sent, and room for the answer.  Data have a block of their own
 * beside it, from which they are copied: the device may write to it as long as it likes, also when the
 * task that asked is no more.  Such a call is abandoned: it is freed when the answer comes. */

#include <asm/errno.h>
#include <linux/fs.h>

#include "fs/p9_call.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

#define TAGS	     32
#define SHADOW_SPINS (2 * NSEC_PER_MSEC) /* so long a forked child waits before it is split */
#define SPIN_LIMIT   (30 * NSEC_PER_SEC) /* so long we wait where nothing may sleep */

unsigned p9_no_sleep;
static struct p9_session sessions[V9P_DEVICES];

/* --- waiting --- */

static bool is_shadow(void)
{
	return current->view != NULL && current->view->under != NULL;
}

static bool may_sleep(void)
{
	if (p9_no_sleep > 0 || current->proc == NULL || current->proc->pid == 0)
		return false;
	return !is_shadow() || fork_mode == FORK_MODE_FULL;
}

/* Look for it without sleep, as long as that is right.  => 0: it is there, -EIO, -EAGAIN: sleep */
static int spin(struct p9_session *s, bool (*ready)(void *arg), void *arg)
{
	uint64_t start = clock_ns();

	for (;;) {
		v9p_poll(s->device);
		if (ready(arg))
			return 0;
		if (v9p_broken(s->device))
			return -EIO;
		uint64_t waited = clock_ns() - start;
		if (may_sleep() ? !is_shadow() || waited > SHADOW_SPINS : waited > SPIN_LIMIT)
			return may_sleep() ? -EAGAIN : -EIO;
	}
}

static int wait_until(struct p9_session *s, struct waitq *q, bool (*ready)(void *arg), void *arg)
{
	struct waiter w;
	int err = spin(s, ready, arg);

	if (err != -EAGAIN)
		return err;
	waiter_add(&w, q);
	do {
		err = task_sleep_fatal();
		if (ready(arg))
			err = 0;
		else if (v9p_broken(s->device))
			err = -EIO;
		else if (err == 0)
			err = -EAGAIN;
	} while (err == -EAGAIN);
	waiter_remove(&w);
	return err;
}

/* --- calls --- */

void p9_call_destroy(struct p9_call *c)
{
	kfree(c->r.data);
	kfree(c);
}

static void call_done(struct v9p_request *r)
{
	struct p9_call *c = CONTAINER_OF(r, struct p9_call, r);

	c->s->tags &= ~(1u << c->tag);
	c->done = true;
	waitq_wake(&c->s->wait);
	if (c->abandoned)
		p9_call_destroy(c);
	else
		waitq_wake(&c->wait);
}

struct p9_call *p9_call_begin(struct p9_session *s, enum p9_type type, size_t out, size_t in)
{
	struct p9_call *c = kmalloc(sizeof(*c) + out + in);

	if (c == NULL)
		return NULL;
	*c = (struct p9_call){ .s = s, .type = type };
	waitq_init(&c->wait);
	p9_begin(&c->out, c->bytes, out, type, P9_NO_TAG);
	c->r.out = c->bytes;
	c->r.in = c->bytes + out;
	c->r.in_size = (uint32_t)in;
	c->r.done = call_done;
	return c;
}

/* => a tag, or -1: all are taken */
static int take_tag(struct p9_session *s)
{
	if (s->tags == UINT32_MAX)
		return -1;
	int tag = __builtin_ctz(~s->tags);
	s->tags |= 1u << tag;
	return tag;
}

static bool submit(void *arg)
{
	struct p9_call *c = arg;
	int tag = take_tag(c->s);

	if (tag < 0)
		return false;
	c->tag = (uint16_t)tag;
	p9_set_tag(c->bytes, c->tag);
	if (v9p_submit(c->s->device, &c->r))
		return true;
	c->s->tags &= ~(1u << tag);
	return false;
}

static bool is_done(void *arg)
{
	return ((struct p9_call *)arg)->done;
}

/* Send it and wait.  => 0 with c->in behind the head; else the call is freed or abandoned */
int p9_call_run(struct p9_call *c)
{
	int err = c->out.bad ? -ENAMETOOLONG : 0;

	c->r.out_len = p9_end(&c->out, c->r.data_is_in ? 0 : c->r.data_len);
	if (err == 0)
		err = wait_until(c->s, &c->s->wait, submit, c);
	if (err < 0) {
		p9_call_destroy(c);
		return err;
	}
	err = wait_until(c->s, &c->wait, is_done, c);
	if (!c->done) {
		c->abandoned = true;
		return err;
	}
	err = c->r.in_len == 0
		      ? -EIO
		      : p9_answer(&c->in, c->r.in, c->r.in_size, c->r.in_len, c->type, c->tag);
	if (err < 0)
		p9_call_destroy(c);
	return err;
}

/* What is left to do when nothing but success is in the answer. */
int p9_call_only(struct p9_call *c)
{
	int err = p9_call_run(c);

	if (err == 0)
		p9_call_destroy(c);
	return err;
}

/* All of the answer has been read.  => 0, -EIO: it was too short */
int p9_call_end(struct p9_call *c)
{
	int err = c->in.bad ? -EIO : 0;

	p9_call_destroy(c);
	return err;
}

void p9_put_name(struct p9_call *c, const char *name)
{
	p9_put_string(&c->out, name, strlen(name));
}

/* A call that begins with a fid; `names`: bytes of the strings in it. */
struct p9_call *p9_fid_call(const struct p9_fid *f, enum p9_type type, size_t names)
{
	struct p9_call *c = p9_call_begin(f->session, type, 96 + names, P9_ANSWER_ROOM);

	if (c != NULL)
		p9_put32(&c->out, f->no);
	return c;
}

/* --- fids --- */

static void number_free(struct p9_session *s, uint32_t no)
{
	if (s->free_count == s->free_room) {
		size_t room = s->free_room == 0 ? 32 : s->free_room * 2;
		uint32_t *more = krealloc(s->free_fids, room * sizeof(*more));
		if (more == NULL)
			return; /* it is not used again */
		s->free_fids = more;
		s->free_room = room;
	}
	s->free_fids[s->free_count++] = no;
}

struct p9_fid *p9_fid_create(struct p9_session *s)
{
	struct p9_fid *f = kzalloc(sizeof(*f));

	if (f == NULL)
		return NULL;
	ref_init(&f->ref);
	f->session = s;
	f->no = s->free_count > 0 ? s->free_fids[--s->free_count] : s->next_fid++;
	return f;
}

static void fid_free(struct p9_fid *f)
{
	number_free(f->session, f->no);
	kfree(f);
}

static void send_unsent(struct p9_session *s);

static void clunk_done(struct v9p_request *r)
{
	struct p9_fid *f = CONTAINER_OF(r, struct p9_fid, request);
	struct p9_session *s = f->session;

	s->tags &= ~(1u << f->tag);
	s->clunking--;
	fid_free(f);
	if (!v9p_broken(s->device))
		send_unsent(s);
	waitq_wake(&s->wait);
}

static bool send_clunk(struct p9_fid *f)
{
	struct p9_session *s = f->session;
	struct p9_msg m;
	int tag = take_tag(s);

	if (tag < 0)
		return false;
	f->tag = (uint16_t)tag;
	p9_begin(&m, f->out, sizeof(f->out), f->remove ? P9_REMOVE : P9_CLUNK, f->tag);
	p9_put32(&m, f->no);
	f->request = (struct v9p_request){
		.out = f->out,
		.out_len = p9_end(&m, 0),
		.in = f->in,
		.in_size = sizeof(f->in),
		.done = clunk_done,
	};
	if (v9p_submit(s->device, &f->request))
		return true;
	s->tags &= ~(1u << tag);
	return false;
}

static void send_unsent(struct p9_session *s)
{
	while (!list_empty(&s->unsent)) {
		struct p9_fid *f = LIST_FIRST(&s->unsent, struct p9_fid, link);
		list_remove(&f->link);
		if (!send_clunk(f)) {
			list_push(&s->unsent, &f->link);
			return;
		}
	}
}

void p9_fid_put(struct p9_fid *f)
{
	if (f == NULL || !ref_put(&f->ref))
		return;
	struct p9_session *s = f->session;
	if (!f->known || v9p_broken(s->device)) {
		fid_free(f);
		return;
	}
	s->clunking++;
	if (!list_empty(&s->unsent) || !send_clunk(f))
		list_append(&s->unsent, &f->link);
}

/* --- sessions --- */

static int agree(struct p9_session *s, uint32_t msize)
{
	struct p9_call *c = p9_call_begin(s, P9_VERSION, 64, P9_ANSWER_ROOM);
	size_t len;

	if (c == NULL)
		return -ENOMEM;
	p9_put32(&c->out, msize);
	p9_put_name(c, P9_VERSION_NAME);
	int err = p9_call_run(c);
	if (err < 0)
		return err;
	s->msize = p9_get32(&c->in);
	const char *name = p9_get_string(&c->in, &len);
	if (name == NULL || len != sizeof(P9_VERSION_NAME) - 1 ||
	    memcmp(name, P9_VERSION_NAME, len) != 0 || s->msize < P9_MSIZE_MIN || s->msize > msize)
		err = -EPROTO;
	p9_call_destroy(c);
	return err;
}

/* The number of a device, by its address: sessions are as many. */
static struct p9_session *session_of(struct v9p *device)
{
	struct p9_session *s = sessions;

	while (s->device != NULL && s->device != device)
		s++;
	return s;
}

struct p9_session *p9_session_begin(const char *tag, uint32_t msize, int *err)
{
	struct v9p *device = v9p_find(tag);

	*err = -ENOENT;
	if (device == NULL)
		return NULL;
	struct p9_session *s = session_of(device);
	*err = -EBUSY;
	if (s->mounted)
		return NULL;
	if (s->device == NULL) {
		s->device = device;
		list_init(&s->unsent);
		waitq_init(&s->wait);
	}
	p9_session_drain(s);
	*err = s->clunking > 0 ? -EIO : agree(s, msize);
	if (*err < 0)
		return NULL;
	s->mounted = true;
	return s;
}

void p9_session_end(struct p9_session *s)
{
	s->mounted = false;
}

static bool is_drained(void *arg)
{
	struct p9_session *s = arg;

	send_unsent(s);
	return s->clunking == 0;
}

void p9_session_drain(struct p9_session *s)
{
	p9_no_sleep++;
	(void)spin(s, is_drained, s);
	p9_no_sleep--;
}

int p9_attach(struct p9_session *s, struct p9_fid **root)
{
	struct p9_fid *f = p9_fid_create(s);
	struct p9_call *c = f == NULL ? NULL : p9_fid_call(f, P9_ATTACH, 0);
	int err = -ENOMEM;

	if (c != NULL) {
		p9_put32(&c->out, P9_NO_FID); /* no authentication */
		p9_put_name(c, "root");
		p9_put_name(c, "");
		p9_put32(&c->out, 0); /* as whom: what is made is given to its owner then */
		err = p9_call_only(c);
	}
	if (err < 0) {
		p9_fid_put(f);
		return err;
	}
	f->known = true;
	*root = f;
	return 0;
}
