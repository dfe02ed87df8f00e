/* p9.h: folders of the host (9P2000.L over virtio): what the files p9_*.c share.
 *
 *	p9_super.c	mounting, and the table of inodes
 *	p9_inode.c	names and attributes
 *	p9_special.c	FIFOs and sockets
 *	p9_file.c	open files and folders
 *	p9_map.c	pages for mappings and exec
 *	p9_calls.c	one function a message
 *	p9_client.c	sessions, waiting for answers, fids
 *	p9_proto.c	messages to bytes and back
 *	drivers/virtio_9p.c
 *
 * The host may change everything at any time, so nothing is believed for longer than one call: a name is
 * looked up at the host in each walk, attributes are asked for whenever they are looked at, read(2) and
 * write(2) go through.  Only a mapping needs pages; they are compared with the file's time and size when
 * it is opened.  An inode lives while somebody here uses it, and is found by the host's number.
 *
 * The host knows a file by the name it had, not by its number: so a file that is unlinked (or replaced)
 * here while it is open keeps a hidden name at the top of the folder until it is closed.
 *
 * Waiting: a task sleeps until the answer comes, and only a fatal signal ends that earlier (then the
 * answer is dropped when it comes).  Where nothing may sleep (page faults, the end of a file, the boot)
 * and at first in a forked child that is not split yet, it looks for the answer in a loop. */
#ifndef FS_P9_H
#define FS_P9_H

#include "drivers/virtio_9p.h"
#include "fs/internal.h"
#include "fs/p9_proto.h"

#define P9_MSIZE     (512u * 1024 + P9_WRITE_HEAD)
#define P9_MSIZE_MIN 8192u
#define P9_HIDDEN    ".flat-unlinked-" /* and a number: a file that is open without a name */

/* --- p9_client.c, p9_calls.c --- */

struct p9_session {
	struct v9p *device;
	bool mounted;
	uint32_t msize;
	uint32_t next_fid;
	uint32_t *free_fids; /* numbers that were used before */
	size_t free_count, free_room;
	uint32_t tags;	       /* bits of those under way */
	unsigned clunking;     /* fids that the host has still to forget */
	struct list unsent;    /* of these, those for which the queue had no room */
	struct waitq wait;     /* an answer has come */
	uint64_t hidden_count; /* of names given away */
};

/* A file as the host knows it.  The last reference has the host forget it. */
struct p9_fid {
	refcount_t ref;
	uint32_t no;
	struct p9_session *session;
	bool known;  /* to the host */
	bool remove; /* the file goes with it */
	bool append; /* opened with O_APPEND */
	struct list link;
	struct v9p_request request; /* the last one: it must not fail */
	uint8_t out[P9_HEAD + 4], in[P9_HEAD + 4];
	uint16_t tag;
};

/* Data of an answer; p9_data_free() when they have been used. */
struct p9_data {
	struct p9_call *call;
	uint8_t *bytes;
	size_t len;   /* of the data */
	size_t asked; /* so many could have come */
};

/* While it is not 0, nothing sleeps. */
extern unsigned p9_no_sleep;

/* => the session of that folder, with the protocol agreed; NULL with *err: -ENOENT, -EBUSY, -EPROTO … */
struct p9_session *p9_session_begin(const char *tag, uint32_t msize, int *err);
/* All fids were put. */
void p9_session_end(struct p9_session *s);
/* Wait, for a while and without sleep, until the host has forgotten what was put. */
void p9_session_drain(struct p9_session *s);

static inline struct p9_fid *p9_fid_get(struct p9_fid *f)
{
	ref_get(&f->ref);
	return f;
}
void p9_fid_put(struct p9_fid *f); /* NULL is allowed */

/* All => 0 or a count, -errno of the host, -EIO: it makes no sense, -EINTR: the task is being killed. */

int p9_attach(struct p9_session *s, struct p9_fid **root);
/* The fid of an entry; name NULL: another one of the same file. */
int p9_walk(struct p9_fid *dir, const char *name, size_t len, struct p9_fid **out,
	    struct p9_qid *qid);
int p9_getattr(struct p9_fid *f, struct p9_attr *a);
/* set: P9_SET_*; times in ns since 1970 */
int p9_setattr(struct p9_fid *f, unsigned set, const struct attr *a, uint64_t size);
int p9_lopen(struct p9_fid *f, uint32_t flags);
/* f, a fid of the folder, becomes that of the new file, open. */
int p9_lcreate(struct p9_fid *f, const char *name, uint32_t flags, mode_t mode, gid_t gid);
int p9_mkdir(struct p9_fid *dir, const char *name, mode_t mode, gid_t gid);
int p9_mknod(struct p9_fid *dir, const char *name, mode_t mode, dev_t rdev, gid_t gid);
int p9_symlink(struct p9_fid *dir, const char *name, const char *target, gid_t gid);
int p9_link(struct p9_fid *dir, struct p9_fid *f, const char *name);
int p9_rename(struct p9_fid *dir, const char *name, struct p9_fid *to, const char *to_name);
int p9_unlink(struct p9_fid *dir, const char *name, bool directory);
/* => kmalloc'ed, or NULL with *err */
char *p9_readlink(struct p9_fid *f, int *err);
int p9_fsync(struct p9_fid *f, bool data_only);
int p9_statfs(struct p9_fid *f, struct p9_statfs *st);
/* The value of an attribute, or (name "") the list of names: of fid `out`, to read.  => its size */
ssize_t p9_xattrwalk(struct p9_fid *f, const char *name, struct p9_fid **out);
int p9_setxattr(struct p9_fid *f, const char *name, const void *value, size_t size, int flags);
/* At most n bytes at `at`, fewer at the end, or as memory allows. */
int p9_read(struct p9_fid *f, uint64_t at, size_t n, struct p9_data *d);
int p9_readdir(struct p9_fid *f, uint64_t at, size_t n, struct p9_data *d);
/* Room for at most n bytes to write; then write the first d->len of them.  d stays to be freed. */
int p9_write_begin(struct p9_fid *f, size_t n, struct p9_data *d);
ssize_t p9_write(struct p9_fid *f, uint64_t at, struct p9_data *d);
void p9_data_free(struct p9_data *d); /* also when there are none */

/* --- p9_super.c --- */

struct p9_super {
	struct list link;
	struct super *sb;
	struct p9_session *session;
	char *tag; /* of the device */
	struct p9_fid *root;
	struct p9_node **table; /* inodes by the host's number */
	size_t buckets, count;
};

/* What an inode of ours has beside it. */
struct p9_node {
	struct p9_node *chain;
	struct inode *inode;
	struct p9_fid *fid;    /* not opened; by the newest name */
	struct p9_fid *fresh;  /* the open one of a file that was just made */
	struct p9_fid *reader; /* an open one, for pages; NULL: was never opened */
	struct p9_fid *writer; /* the same for what mappings write */
	uint64_t path;	       /* the host's number */
	uint64_t blocks;
	unsigned opens;
	bool found;	       /* in the table */
	struct p9_fid *hidden; /* by its hidden name, if it has one */
	bool gone;    /* has no name any more: the host does not know it, we keep what we knew */
	bool is_kept; /* p9_map.c: counted, for its pages */
	struct list kept;
	struct radix sums; /* of the pages as the host has them, while mappings write */
	int64_t page_time; /* when it was last seen that the pages are of this file: */
	int64_t page_mtime;
	uint64_t page_size;
};

static inline struct p9_node *p9_node(const struct inode *inode)
{
	return inode->node;
}
static inline struct p9_super *p9_super(const struct inode *inode)
{
	return inode->sb->priv;
}

/* The inode of a file of the host, whose fid is taken over in any case.  => 0 with a counted inode */
int p9_inode_of(struct super *sb, struct p9_fid *fid, struct inode **out);
/* Out of the table: its number is another file's now. */
void p9_node_forget(struct p9_node *n);
/* The machine ends: what mappings have written goes to the host, hidden names go away. */
void p9_shutdown(void);
void p9_sync_all(void); /* sync(2) */

/* --- p9_inode.c --- */

/* Give the inode what the host says of it; its type stays. */
void p9_apply(struct inode *inode, const struct p9_attr *a);
int p9_refresh(struct inode *inode);
void p9_set_ops(struct inode *inode);
int p9_truncate(struct inode *inode, uint64_t size);
/* After a write by somebody who may not keep the set-id bits. */
void p9_drop_setid(struct inode *inode);

/* --- p9_file.c --- */

extern const struct file_ops p9_file_ops, p9_dir_ops;

/* --- p9_map.c --- */

struct page *p9_fill(struct inode *inode, uint64_t index, int *err);
/* The file was looked at: pages that are no longer what it holds are read again. */
void p9_revalidate(struct inode *inode);
/* Bytes that were written to the host, into the pages that there are. */
void p9_pages_write(struct inode *inode, uint64_t at, const void *bytes, size_t n);
/* A shared mapping may write from now on.  => 0, -ENOMEM */
int p9_begin_writing(struct inode *inode, struct p9_fid *fid);
/* Write what mappings have changed.  => 0, -errno of the first write that failed */
int p9_write_back(struct inode *inode);
void p9_pages_free(struct inode *inode);
/* Nobody has the file open any more: its pages are kept for the next who opens it, if they are worth it. */
void p9_keep(struct inode *inode);
/* It is open again, or has no name any more. */
void p9_unkeep(struct inode *inode);
void p9_unkeep_all(struct super *sb);

/* --- p9_special.c --- */

/* Have flat make a FIFO or a socket by the name of d (HOST_NODE_MAKE), or set the mode of one
 * (HOST_NODE_MODE).  => 0, -errno of the host, -ENXIO: it cannot, -EINTR: the task is being killed */
int p9_special(int what, const struct dentry *d, mode_t mode);

#endif
