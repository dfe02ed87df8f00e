/* scm.h: control messages (cmsg(3)) of SOL_SOCKET: credentials and descriptors that go along with
 * data.
 *
 * Descriptors that were sent and not yet received are "in flight": struct rights holds their files.
 * A file may then be held by nothing but messages in queues of sockets that are themselves only in
 * flight: unix_rights.c finds such cycles and takes them apart. */
#ifndef NET_SCM_H
#define NET_SCM_H

#include "net/socket.h"

#define RIGHTS_MAX 253	 /* descriptors in one message, as on Linux */
#define NOBODY	   65534 /* what a user is called whom nobody has named */

struct flight_user;

struct rights {
	struct list dying; /* in the list of those to be dropped: rights_put() */
	struct flight_user
		*user; /* whose descriptors in flight these count as; NULL: not in flight */
	unsigned count;
	struct file *file[]; /* counted */
};

/* What a message carries beside its data. */
struct scm {
	bool have_cred;
	pid_t pid;
	uid_t uid;
	gid_t gid;
	struct rights *rights; /* or NULL */
};

/* Read m's control messages on sending.  => 0 with scm to be used or scm_drop()ped;
 * -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM */
int scm_send(const struct message *m, struct scm *scm);
/* Name the current process, unless the sender named somebody. */
void scm_set_self(struct scm *scm);
/* Two messages of the same sender, as far as credentials go. */
bool scm_same_cred(const struct scm *a, const struct scm *b);
void scm_drop(struct scm *scm);
/* Write m's control messages on receiving, as s's options want them.  Descriptors are installed in
 * the current process; scm keeps its rights. */
void scm_receive(const struct socket *s, struct message *m, const struct scm *scm);
/* Append one control message to what the program gets; MSG_CTRUNC when there is no room. */
void scm_put(struct message *m, int level, int type, const void *data, size_t len);

/* --- rights, in unix_rights.c --- */

struct rights *rights_create(unsigned most); /* room for so many; NULL: no memory */
/* They are on their way now, on the current user's account.  => 0, -ETOOMANYREFS, -ENOMEM */
int rights_launch(struct rights *r);
void rights_put(struct rights *r); /* drop the files; NULL is allowed */

#endif
