/* p9_calls.c: one function for each message that the client sends (fs/p9_proto.h). */

#include <asm/errno.h>
#include <linux/fs.h>

#include "fs/p9_call.h"
#include "lib/string.h"
#include "mm/slab.h"

#define DATA_LEAST PAGE_SIZE /* so much memory must be there for data */

/* --- names --- */

int p9_walk(struct p9_fid *dir, const char *name, size_t len, struct p9_fid **out,
	    struct p9_qid *qid)
{
	struct p9_fid *f = p9_fid_create(dir->session);
	struct p9_call *c = f == NULL ? NULL : p9_fid_call(dir, P9_WALK, len);
	uint16_t want = name == NULL ? 0 : 1;
	struct p9_qid q;

	if (c == NULL) {
		p9_fid_put(f);
		return -ENOMEM;
	}
	p9_put32(&c->out, f->no);
	p9_put16(&c->out, want);
	if (name != NULL)
		p9_put_string(&c->out, name, len);
	int err = p9_call_run(c);
	if (err < 0) {
		p9_fid_put(f);
		return err;
	}
	uint16_t walked = p9_get16(&c->in);
	if (want == 1)
		p9_get_qid(&c->in, qid != NULL ? qid : &q);
	err = p9_call_end(c);
	if (err == 0 && walked != want)
		err = walked == 0 ? -ENOENT : -EIO;
	f->known = err == 0;
	if (err < 0) {
		p9_fid_put(f);
		return err;
	}
	*out = f;
	return 0;
}

int p9_lopen(struct p9_fid *f, uint32_t flags)
{
	struct p9_call *c = p9_fid_call(f, P9_LOPEN, 0);

	if (c == NULL)
		return -ENOMEM;
	p9_put32(&c->out, flags);
	f->append = (flags & P9_OPEN_APPEND) != 0;
	return p9_call_only(c);
}

int p9_lcreate(struct p9_fid *f, const char *name, uint32_t flags, mode_t mode, gid_t gid)
{
	struct p9_call *c = p9_fid_call(f, P9_LCREATE, strlen(name));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put32(&c->out, flags);
	p9_put32(&c->out, mode);
	p9_put32(&c->out, gid);
	return p9_call_only(c);
}

int p9_mkdir(struct p9_fid *dir, const char *name, mode_t mode, gid_t gid)
{
	struct p9_call *c = p9_fid_call(dir, P9_MKDIR, strlen(name));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put32(&c->out, mode);
	p9_put32(&c->out, gid);
	return p9_call_only(c);
}

int p9_mknod(struct p9_fid *dir, const char *name, mode_t mode, dev_t rdev, gid_t gid)
{
	struct p9_call *c = p9_fid_call(dir, P9_MKNOD, strlen(name));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put32(&c->out, mode);
	p9_put32(&c->out, dev_major(rdev));
	p9_put32(&c->out, dev_minor(rdev));
	p9_put32(&c->out, gid);
	return p9_call_only(c);
}

int p9_symlink(struct p9_fid *dir, const char *name, const char *target, gid_t gid)
{
	struct p9_call *c = p9_fid_call(dir, P9_SYMLINK, strlen(name) + strlen(target));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put_name(c, target);
	p9_put32(&c->out, gid);
	return p9_call_only(c);
}

int p9_link(struct p9_fid *dir, struct p9_fid *f, const char *name)
{
	struct p9_call *c = p9_fid_call(dir, P9_LINK, strlen(name));

	if (c == NULL)
		return -ENOMEM;
	p9_put32(&c->out, f->no);
	p9_put_name(c, name);
	return p9_call_only(c);
}

int p9_rename(struct p9_fid *dir, const char *name, struct p9_fid *to, const char *to_name)
{
	struct p9_call *c = p9_fid_call(dir, P9_RENAMEAT, strlen(name) + strlen(to_name));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put32(&c->out, to->no);
	p9_put_name(c, to_name);
	return p9_call_only(c);
}

int p9_unlink(struct p9_fid *dir, const char *name, bool directory)
{
	struct p9_call *c = p9_fid_call(dir, P9_UNLINKAT, strlen(name));

	if (c == NULL)
		return -ENOMEM;
	p9_put_name(c, name);
	p9_put32(&c->out, directory ? P9_AT_REMOVEDIR : 0);
	return p9_call_only(c);
}

char *p9_readlink(struct p9_fid *f, int *err)
{
	struct p9_call *c = p9_call_begin(f->session, P9_READLINK, 32, P9_HEAD + 2 + PATH_MAX);
	size_t len;

	*err = -ENOMEM;
	if (c == NULL)
		return NULL;
	p9_put32(&c->out, f->no);
	*err = p9_call_run(c);
	if (*err < 0)
		return NULL;
	const char *target = p9_get_string(&c->in, &len);
	bool whole = target != NULL && memchr(target, '\0', len) == NULL;
	char *copy = whole ? kstrndup(target, len) : NULL;
	*err = !whole ? -EIO : copy == NULL ? -ENOMEM : 0;
	p9_call_destroy(c);
	return copy;
}

/* --- attributes --- */

int p9_getattr(struct p9_fid *f, struct p9_attr *a)
{
	struct p9_call *c = p9_fid_call(f, P9_GETATTR, 0);

	if (c == NULL)
		return -ENOMEM;
	p9_put64(&c->out, P9_GET_BASIC);
	int err = p9_call_run(c);
	if (err < 0)
		return err;
	p9_get_attr(&c->in, a);
	return p9_call_end(c);
}

static void put_time(struct p9_call *c, int64_t ns)
{
	int64_t sec = ns / (int64_t)NSEC_PER_SEC, rest = ns % (int64_t)NSEC_PER_SEC;

	if (rest < 0) {
		sec--;
		rest += (int64_t)NSEC_PER_SEC;
	}
	p9_put64(&c->out, (uint64_t)sec);
	p9_put64(&c->out, (uint64_t)rest);
}

int p9_setattr(struct p9_fid *f, unsigned set, const struct attr *a, uint64_t size)
{
	struct p9_call *c = p9_fid_call(f, P9_SETATTR, 0);

	if (c == NULL)
		return -ENOMEM;
	p9_put32(&c->out, set);
	p9_put32(&c->out, a->mode);
	p9_put32(&c->out, a->uid);
	p9_put32(&c->out, a->gid);
	p9_put64(&c->out, size);
	put_time(c, a->atime);
	put_time(c, a->mtime);
	return p9_call_only(c);
}

int p9_statfs(struct p9_fid *f, struct p9_statfs *st)
{
	struct p9_call *c = p9_fid_call(f, P9_STATFS, 0);

	if (c == NULL)
		return -ENOMEM;
	int err = p9_call_run(c);
	if (err < 0)
		return err;
	p9_get_statfs(&c->in, st);
	return p9_call_end(c);
}

int p9_fsync(struct p9_fid *f, bool data_only)
{
	struct p9_call *c = p9_fid_call(f, P9_FSYNC, 0);

	if (c == NULL)
		return -ENOMEM;
	p9_put32(&c->out, data_only);
	return p9_call_only(c);
}

/* --- data --- */

void p9_data_free(struct p9_data *d)
{
	if (d->call != NULL)
		p9_call_destroy(d->call);
	d->call = NULL;
}

/* A block for at most n bytes of data, or for fewer when memory is short or the host takes no more. */
static int data_begin(struct p9_fid *f, enum p9_type type, size_t n, bool in, struct p9_data *d)
{
	struct p9_session *s = f->session;
	struct p9_call *c = p9_call_begin(s, type, 32, in ? P9_DATA_HEAD : P9_ANSWER_ROOM);

	*d = (struct p9_data){ 0 };
	n = MIN(n, s->msize - P9_WRITE_HEAD);
	void *block = c == NULL ? NULL : kmalloc(n);
	while (c != NULL && block == NULL && n > DATA_LEAST) {
		n /= 2;
		block = kmalloc(n);
	}
	if (block == NULL) {
		kfree(c);
		return -ENOMEM;
	}
	c->r.data = block;
	c->r.data_len = (uint32_t)n;
	c->r.data_is_in = in;
	p9_put32(&c->out, f->no);
	*d = (struct p9_data){ .call = c, .bytes = block, .len = n, .asked = n };
	return 0;
}

static int read_data(struct p9_fid *f, enum p9_type type, uint64_t at, size_t n, struct p9_data *d)
{
	int err = data_begin(f, type, n, true, d);

	if (err < 0)
		return err;
	struct p9_call *c = d->call;
	p9_put64(&c->out, at);
	p9_put32(&c->out, (uint32_t)d->len);
	d->call = NULL;
	err = p9_call_run(c);
	if (err < 0)
		return err;
	d->call = c;
	size_t got = p9_get32(&c->in);
	if (c->in.bad || got > d->len || got > c->r.in_len - P9_DATA_HEAD) {
		p9_data_free(d);
		return -EIO;
	}
	d->len = got;
	return 0;
}

int p9_read(struct p9_fid *f, uint64_t at, size_t n, struct p9_data *d)
{
	return read_data(f, P9_READ, at, n, d);
}

int p9_readdir(struct p9_fid *f, uint64_t at, size_t n, struct p9_data *d)
{
	return read_data(f, P9_READDIR, at, n, d);
}

int p9_write_begin(struct p9_fid *f, size_t n, struct p9_data *d)
{
	return data_begin(f, P9_WRITE, n, false, d);
}

ssize_t p9_write(struct p9_fid *f, uint64_t at, struct p9_data *d)
{
	struct p9_call *c = d->call;

	(void)f; /* is in the call already */
	c->r.data_len = (uint32_t)d->len;
	p9_put64(&c->out, at);
	p9_put32(&c->out, c->r.data_len);
	d->call = NULL;
	int err = p9_call_run(c);
	if (err < 0)
		return err;
	d->call = c;
	size_t done = p9_get32(&c->in);
	return c->in.bad || done > d->len ? -EIO : (ssize_t)done;
}

/* --- extended attributes --- */

ssize_t p9_xattrwalk(struct p9_fid *f, const char *name, struct p9_fid **out)
{
	struct p9_fid *x = p9_fid_create(f->session);
	struct p9_call *c = x == NULL ? NULL : p9_fid_call(f, P9_XATTRWALK, strlen(name));
	int err = -ENOMEM;
	uint64_t size = 0;

	if (c != NULL) {
		p9_put32(&c->out, x->no);
		p9_put_name(c, name);
		err = p9_call_run(c);
	}
	if (err == 0) {
		size = p9_get64(&c->in);
		err = p9_call_end(c);
		x->known = true;
	}
	if (err == 0 && size > INT32_MAX)
		err = -EIO;
	if (err < 0) {
		p9_fid_put(x);
		return err;
	}
	*out = x;
	return (ssize_t)size;
}

/* Forget it and hear whether that went well: only then an attribute is set. */
static int clunk_now(struct p9_fid *f)
{
	struct p9_call *c = p9_fid_call(f, P9_CLUNK, 0);
	int err = c == NULL ? -ENOMEM : p9_call_only(c);

	if (c != NULL)
		f->known = false;
	p9_fid_put(f);
	return err;
}

int p9_setxattr(struct p9_fid *f, const char *name, const void *value, size_t size, int flags)
{
	struct p9_fid *x;
	struct p9_data d = { 0 };
	int err = p9_walk(f, NULL, 0, &x, NULL);

	if (err < 0)
		return err;
	struct p9_call *c = p9_fid_call(x, P9_XATTRCREATE, strlen(name));
	err = -ENOMEM;
	if (c != NULL) {
		p9_put_name(c, name);
		p9_put64(&c->out, size);
		p9_put32(&c->out, (uint32_t)flags);
		err = p9_call_only(c);
	}
	if (err == 0 && size > 0)
		err = p9_write_begin(x, size, &d);
	if (err == 0 && size > 0) {
		memcpy(d.bytes, value, MIN(size, d.len));
		ssize_t n = d.len < size ? -ENOMEM : p9_write(x, 0, &d);
		err = n < 0 ? (int)n : (size_t)n < size ? -EIO : 0;
	}
	p9_data_free(&d);
	if (err < 0) {
		p9_fid_put(x);
		return err;
	}
	return clunk_now(x);
}
