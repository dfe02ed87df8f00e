/* p9_proto.c: see p9_proto.h.  Nothing here but bytes: it is tested and fuzzed on the host. */
#include "fs/p9_proto.h"

#include <asm/errno.h>

#include "lib/string.h"

#define ERRNO_MAX 4095

/* --- requests --- */

static uint8_t *room(struct p9_msg *m, size_t n)
{
	if (n > m->size - m->at) {
		m->bad = true;
		return NULL;
	}
	m->at += n;
	return m->data + m->at - n;
}

static void put(struct p9_msg *m, uint64_t v, size_t bytes)
{
	uint8_t *p = room(m, bytes);

	for (size_t i = 0; p != NULL && i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void p9_put8(struct p9_msg *m, uint8_t v)
{
	put(m, v, 1);
}

void p9_put16(struct p9_msg *m, uint16_t v)
{
	put(m, v, 2);
}

void p9_put32(struct p9_msg *m, uint32_t v)
{
	put(m, v, 4);
}

void p9_put64(struct p9_msg *m, uint64_t v)
{
	put(m, v, 8);
}

void p9_put_string(struct p9_msg *m, const char *s, size_t len)
{
	if (len > UINT16_MAX) {
		m->bad = true;
		return;
	}
	p9_put16(m, (uint16_t)len);
	uint8_t *p = room(m, len);
	if (p != NULL)
		memcpy(p, s, len);
}

void p9_begin(struct p9_msg *m, void *data, size_t size, enum p9_type type, uint16_t tag)
{
	*m = (struct p9_msg){ .data = data, .size = size };
	p9_put32(m, 0);
	p9_put8(m, (uint8_t)type);
	p9_put16(m, tag);
}

uint32_t p9_end(struct p9_msg *m, uint32_t more)
{
	struct p9_msg head = { .data = m->data, .size = 4 };

	p9_put32(&head, (uint32_t)m->at + more);
	return (uint32_t)m->at;
}

void p9_set_tag(void *message, uint16_t tag)
{
	struct p9_msg m = { .data = message, .size = P9_HEAD, .at = P9_HEAD - 2 };

	p9_put16(&m, tag);
}

/* --- answers --- */

static uint64_t get(struct p9_msg *m, size_t bytes)
{
	const uint8_t *p = room(m, bytes);
	uint64_t v = 0;

	for (size_t i = 0; p != NULL && i < bytes; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

uint8_t p9_get8(struct p9_msg *m)
{
	return (uint8_t)get(m, 1);
}

uint16_t p9_get16(struct p9_msg *m)
{
	return (uint16_t)get(m, 2);
}

uint32_t p9_get32(struct p9_msg *m)
{
	return (uint32_t)get(m, 4);
}

uint64_t p9_get64(struct p9_msg *m)
{
	return get(m, 8);
}

const char *p9_get_string(struct p9_msg *m, size_t *len)
{
	*len = p9_get16(m);
	const char *p = (const char *)room(m, *len);
	if (p == NULL)
		*len = 0;
	return p;
}

int p9_answer(struct p9_msg *m, void *data, size_t here, size_t len, enum p9_type type,
	      uint16_t tag)
{
	*m = (struct p9_msg){ .data = data, .size = here < len ? here : len };
	uint32_t size = p9_get32(m);
	uint8_t got = p9_get8(m);
	bool ours = p9_get16(m) == tag;

	if (m->bad || !ours || size < P9_HEAD || size > len)
		return -EIO;
	if (m->size > size)
		m->size = size;
	if (got == P9_LERROR + 1) {
		uint32_t err = p9_get32(m);
		return m->bad || err == 0 || err > ERRNO_MAX ? -EIO : -(int)err;
	}
	return got == (uint8_t)type + 1 ? 0 : -EIO;
}

void p9_get_qid(struct p9_msg *m, struct p9_qid *q)
{
	q->type = p9_get8(m);
	q->version = p9_get32(m);
	q->path = p9_get64(m);
}

static void get_time(struct p9_msg *m, struct p9_time *t)
{
	t->sec = p9_get64(m);
	t->nsec = p9_get64(m);
}

void p9_get_attr(struct p9_msg *m, struct p9_attr *a)
{
	(void)p9_get64(m); /* which of them are right: the basic ones always are */
	p9_get_qid(m, &a->qid);
	a->mode = p9_get32(m);
	a->uid = p9_get32(m);
	a->gid = p9_get32(m);
	a->nlink = p9_get64(m);
	a->rdev = p9_get64(m);
	a->size = p9_get64(m);
	a->blksize = p9_get64(m);
	a->blocks = p9_get64(m);
	get_time(m, &a->atime);
	get_time(m, &a->mtime);
	get_time(m, &a->ctime);
	get_time(m, &a->btime);
	(void)p9_get64(m); /* generation */
	(void)p9_get64(m); /* version of the data */
}

void p9_get_statfs(struct p9_msg *m, struct p9_statfs *s)
{
	s->type = p9_get32(m);
	s->bsize = p9_get32(m);
	s->blocks = p9_get64(m);
	s->bfree = p9_get64(m);
	s->bavail = p9_get64(m);
	s->files = p9_get64(m);
	s->ffree = p9_get64(m);
	s->fsid = p9_get64(m);
	s->namelen = p9_get32(m);
}

bool p9_name_valid(const char *name, size_t len)
{
	if (len == 0 || len > P9_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '/' || name[i] == '\0')
			return false;
	}
	return true;
}

bool p9_get_dirent(struct p9_msg *m, struct p9_dirent *e)
{
	if (m->at == m->size)
		return false;
	p9_get_qid(m, &e->qid);
	e->next = p9_get64(m);
	e->type = p9_get8(m);
	e->name = p9_get_string(m, &e->name_len);
	if (!m->bad && !p9_name_valid(e->name, e->name_len))
		m->bad = true;
	return !m->bad;
}
