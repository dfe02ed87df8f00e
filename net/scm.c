/* scm.c: control messages between program and kernel: cmsg(3), unix(7). */

#include <linux/capability.h>
#include <linux/fcntl.h>

#include "fs/fd.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "net/scm.h"
#include "proc/cred.h"
#include "proc/task.h"

enum { SCM_RIGHTS = 1, SCM_CREDENTIALS = 2 };

/* struct cmsghdr and struct ucred, as the C library has them. */
struct header {
	uint64_t len; /* with this header */
	int level, type;
};
struct ucred {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};
_Static_assert(sizeof(struct header) == 16 && sizeof(struct ucred) == 12, "as in the ABI");

#define CMSG_ALIGN(n) ALIGN_UP((uint64_t)(n), 8)

/* --- sending --- */

/* Add the descriptors of one control message. */
static int take_rights(const struct message *m, struct scm *scm, const struct header *h)
{
	const int *fds = (const int *)(h + 1);
	uint64_t count = (h->len - sizeof(*h)) / sizeof(int);

	if (count == 0)
		return 0;
	if (count > RIGHTS_MAX || (scm->rights != NULL && scm->rights->count + count > RIGHTS_MAX))
		return -EINVAL;
	if (scm->rights == NULL) {
		/* More of them may follow in another control message. */
		scm->rights = rights_create(MIN(RIGHTS_MAX, m->control_len / sizeof(int)));
		if (scm->rights == NULL)
			return -ENOMEM;
	}
	for (uint64_t i = 0; i < count; i++) {
		struct file *f = fd_get(fds[i]);
		if (f == NULL)
			return -EBADF;
		scm->rights->file[scm->rights->count++] = f;
	}
	return 0;
}

/* Only who may become somebody may say that he is. */
static int take_cred(struct scm *scm, const struct header *h)
{
	const struct cred *p = current->cred;
	struct ucred c;

	if (h->len != sizeof(*h) + sizeof(c))
		return -EINVAL;
	memcpy(&c, h + 1, sizeof(c));
	bool uid_ok =
		c.uid == p->uid || c.uid == p->euid || c.uid == p->suid || capable(CAP_SETUID);
	bool gid_ok =
		c.gid == p->gid || c.gid == p->egid || c.gid == p->sgid || capable(CAP_SETGID);
	if (c.uid == (uid_t)-1 || c.gid == (gid_t)-1)
		return -EINVAL;
	if ((c.pid != current->proc->pid && !capable(CAP_SYS_ADMIN)) || !uid_ok || !gid_ok)
		return -EPERM;
	if (proc_find(c.pid) == NULL)
		return -ESRCH;
	scm->have_cred = true;
	scm->pid = c.pid;
	scm->uid = c.uid;
	scm->gid = c.gid;
	return 0;
}

int scm_send(const struct message *m, struct scm *scm)
{
	const char *at = m->control;
	size_t left = m->control_len;
	int err = 0;

	memset(scm, 0, sizeof(*scm));
	while (left >= sizeof(struct header) && err == 0) {
		const struct header *h = (const struct header *)at;
		if (h->len < sizeof(*h) || h->len > left) {
			err = -EINVAL;
			break;
		}
		if (h->level == SOL_SOCKET) {
			if (h->type == SCM_RIGHTS)
				err = take_rights(m, scm, h);
			else
				err = h->type == SCM_CREDENTIALS ? take_cred(scm, h) : -EINVAL;
		}
		size_t step = MIN(CMSG_ALIGN(h->len), left);
		at += step;
		left -= step;
	}
	if (err < 0)
		scm_drop(scm);
	return err;
}

void scm_set_self(struct scm *scm)
{
	if (scm->have_cred)
		return;
	scm->have_cred = true;
	scm->pid = current->proc->pid;
	scm->uid = current->cred->uid;
	scm->gid = current->cred->gid;
}

bool scm_same_cred(const struct scm *a, const struct scm *b)
{
	if (a->have_cred != b->have_cred)
		return false;
	return !a->have_cred || (a->pid == b->pid && a->uid == b->uid && a->gid == b->gid);
}

void scm_drop(struct scm *scm)
{
	rights_put(scm->rights);
	scm->rights = NULL;
}

/* --- receiving --- */

static void advance(struct message *m, size_t n)
{
	n = MIN(n, m->control_len);
	m->control = (char *)m->control + n;
	m->control_len -= n;
}

void scm_put(struct message *m, int level, int type, const void *data, size_t len)
{
	struct header h = { sizeof(h) + len, level, type };

	if (m->control == NULL || m->control_len < sizeof(h)) {
		m->result |= MSG_CTRUNC;
		return;
	}
	if (m->control_len < h.len) {
		m->result |= MSG_CTRUNC;
		h.len = m->control_len;
	}
	/* A bad address is the program's own affair: the data have been received. */
	if (copy_to_user(m->control, &h, sizeof(h)) < 0 ||
	    copy_to_user((char *)m->control + sizeof(h), data, h.len - sizeof(h)) < 0)
		return;
	advance(m, CMSG_ALIGN(sizeof(h) + len));
}

/* As many as there is room for, in the control buffer and in the descriptor table. */
static void put_rights(struct message *m, const struct rights *r)
{
	struct header *to = m->control;
	size_t room =
		m->control_len > sizeof(*to) ? (m->control_len - sizeof(*to)) / sizeof(int) : 0;
	unsigned fd_flags = m->flags & MSG_CMSG_CLOEXEC ? FD_CLOEXEC : 0;
	unsigned n = 0;

	for (; n < MIN(r->count, room); n++) {
		file_get(r->file[n]);
		int fd = fd_install(r->file[n], fd_flags, 0);
		if (fd < 0) {
			file_put(r->file[n]);
			break;
		}
		if (put_user(fd, (int *)(to + 1) + n) < 0) {
			fd_close(fd);
			break;
		}
	}
	if (n > 0) {
		struct header h = { sizeof(h) + n * sizeof(int), SOL_SOCKET, SCM_RIGHTS };
		if (copy_to_user(to, &h, sizeof(h)) == 0)
			advance(m, CMSG_ALIGN(h.len));
	}
	if (n < r->count)
		m->result |= MSG_CTRUNC;
}

void scm_receive(const struct socket *s, struct message *m, const struct scm *scm)
{
	bool wants_cred = socket_option(s, OPT_PASSCRED);

	if (m->control == NULL) {
		if (wants_cred || scm->rights != NULL)
			m->result |= MSG_CTRUNC;
		return;
	}
	if (wants_cred) {
		struct ucred c = { 0, NOBODY, NOBODY };
		if (scm->have_cred)
			c = (struct ucred){ scm->pid, scm->uid, scm->gid };
		scm_put(m, SOL_SOCKET, SCM_CREDENTIALS, &c, sizeof(c));
	}
	if (scm->rights != NULL)
		put_rights(m, scm->rights);
}
