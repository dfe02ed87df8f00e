/* p9_proto.h: messages of 9P2000.L, to bytes and back.
 *
 * A message is size (4 bytes, itself included), type, tag (2 bytes), and what the type has; numbers are
 * little endian, a string is its length (2 bytes) and its bytes.  The type of an answer is the request's
 * plus one, or that of an error with an errno of Linux.
 *
 * What the host says is not trusted: reading beyond the end yields zeroes and sets `bad`.
 * Source: the protocol as QEMU's hw/9pfs and Linux's fs/9p have it. */
#ifndef FS_P9_PROTO_H
#define FS_P9_PROTO_H

#include "lib/types.h"

#define P9_HEAD		7
#define P9_NO_TAG	0xffff
#define P9_NO_FID	0xffffffffu
#define P9_NAME_MAX	255
#define P9_DATA_HEAD	(P9_HEAD + 4)  /* before the bytes of an answer to READ and READDIR */
#define P9_WRITE_HEAD	(P9_HEAD + 16) /* before those of a WRITE */
#define P9_ATTR_BYTES	(P9_HEAD + 153)
#define P9_VERSION_NAME "9P2000.L"

enum p9_type {
	P9_LERROR = 6,
	P9_STATFS = 8,
	P9_LOPEN = 12,
	P9_LCREATE = 14,
	P9_SYMLINK = 16,
	P9_MKNOD = 18,
	P9_READLINK = 22,
	P9_GETATTR = 24,
	P9_SETATTR = 26,
	P9_XATTRWALK = 30,
	P9_XATTRCREATE = 32,
	P9_READDIR = 40,
	P9_FSYNC = 50,
	P9_LINK = 70,
	P9_MKDIR = 72,
	P9_RENAMEAT = 74,
	P9_UNLINKAT = 76,
	P9_VERSION = 100,
	P9_ATTACH = 104,
	P9_WALK = 110,
	P9_READ = 116,
	P9_WRITE = 118,
	P9_CLUNK = 120,
	P9_REMOVE = 122,
};

/* Bits of SETATTR. */
enum {
	P9_SET_MODE = 1,
	P9_SET_UID = 2,
	P9_SET_GID = 4,
	P9_SET_SIZE = 8,
	P9_SET_ATIME = 0x10, /* to now, without the bit of the value */
	P9_SET_MTIME = 0x20,
	P9_SET_CTIME = 0x40, /* alone: a change of owner that changes nothing */
	P9_SET_ATIME_VALUE = 0x80,
	P9_SET_MTIME_VALUE = 0x100,
};
#define P9_GET_BASIC	 0x7ffull /* of GETATTR: what stat(2) shows */
#define P9_AT_REMOVEDIR	 0x200
#define P9_OPEN_CREATE	 0100 /* LOPEN and LCREATE have Linux's flags */
#define P9_OPEN_EXCL	 0200
#define P9_OPEN_APPEND	 02000
#define P9_OPEN_NOFOLLOW 0400000

struct p9_msg {
	uint8_t *data;
	size_t size, at; /* where the next field goes or comes from */
	bool bad;	 /* it would not have fitted, or was not there */
};

struct p9_qid {
	uint8_t type;
	uint32_t version;
	uint64_t path; /* the number of the file */
};

struct p9_time {
	uint64_t sec, nsec;
};

struct p9_attr {
	struct p9_qid qid;
	uint32_t mode, uid, gid;
	uint64_t nlink, rdev, size, blksize, blocks;
	struct p9_time atime, mtime, ctime, btime;
};

struct p9_dirent {
	struct p9_qid qid;
	uint64_t next; /* where the entry behind it is */
	uint8_t type;  /* DT_* */
	const char *name;
	size_t name_len;
};

struct p9_statfs {
	uint32_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree, fsid;
	uint32_t namelen;
};

/* --- requests --- */

void p9_begin(struct p9_msg *m, void *data, size_t size, enum p9_type type, uint16_t tag);
/* The size, of which `more` bytes come from elsewhere, goes in.  => bytes of the message here */
uint32_t p9_end(struct p9_msg *m, uint32_t more);
void p9_set_tag(void *message, uint16_t tag);
void p9_put8(struct p9_msg *m, uint8_t v);
void p9_put16(struct p9_msg *m, uint16_t v);
void p9_put32(struct p9_msg *m, uint32_t v);
void p9_put64(struct p9_msg *m, uint64_t v);
void p9_put_string(struct p9_msg *m, const char *s, size_t len);

/* --- answers --- */

/* Look at the head of an answer of `len` bytes, of which `here` are at data, and stand behind it.
 * => 0, -errno as the host says, -EIO: that is no answer to such a request */
int p9_answer(struct p9_msg *m, void *data, size_t here, size_t len, enum p9_type type,
	      uint16_t tag);
uint8_t p9_get8(struct p9_msg *m);
uint16_t p9_get16(struct p9_msg *m);
uint32_t p9_get32(struct p9_msg *m);
uint64_t p9_get64(struct p9_msg *m);
/* => the bytes, inside the message, without a NUL behind them */
const char *p9_get_string(struct p9_msg *m, size_t *len);
void p9_get_qid(struct p9_msg *m, struct p9_qid *q);
void p9_get_attr(struct p9_msg *m, struct p9_attr *a);
void p9_get_statfs(struct p9_msg *m, struct p9_statfs *s);
/* The next entry of a READDIR's data.  => false: there is none, or it is none that a folder can have */
bool p9_get_dirent(struct p9_msg *m, struct p9_dirent *e);
/* Could that be the name of an entry? */
bool p9_name_valid(const char *name, size_t len);

#endif
