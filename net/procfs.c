/* procfs.c: /proc/net and /proc/sys/net (formats: proc(5)). */

#include "fs/procfs.h"
#include "lib/string.h"
#include "net/unix.h"

#define ACCEPTING 0x10000u /* __SO_ACCEPTCON */

/* --- /proc/net/unix --- */

/* SS_* of <linux/net.h>. */
static unsigned state_of(const struct unix_socket *u)
{
	bool connected = u->state == UNIX_CONNECTED;

	if (u->s.file != NULL)
		return connected ? 3 : 1;
	return connected ? 2 : 4;
}

static void show_name(struct text *t, const struct unix_name *n)
{
	int len = n->len - (int)sizeof(n->family) - (n->path[0] != '\0' ? 1 : 0);

	text_printf(t, " ");
	for (int i = 0; i < len; i++)
		text_printf(t, "%c", n->path[i] == '\0' ? '@' : n->path[i]);
}

/* Where Linux shows a kernel address there are zeros, as it shows them to most. */
static int show_unix(struct text *t, const struct inode *inode)
{
	const struct unix_socket *u;

	(void)inode;
	text_printf(t, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	LIST_FOREACH (u, &unix_sockets, all_link) {
		unsigned long ino = u->s.file == NULL ? 0 : (unsigned long)u->s.file->inode->ino;
		if (u->dead)
			continue;
		text_printf(t, "0000000000000000: %08X %08X %08X %04X %02X %5lu",
			    (unsigned)u->s.ref.n, 0u, u->state == UNIX_LISTENING ? ACCEPTING : 0,
			    (unsigned)u->s.type, state_of(u), ino);
		if (u->name != NULL)
			show_name(t, u->name);
		text_printf(t, "\n");
	}
	return 0;
}

const struct procfs_entry procfs_net_entries[] = {
	PROC_FILE("unix", 0444, show_unix),
	{ 0 },
};

/* --- /proc/sys/net --- */

SHOW_NUMBER(somaxconn, SOMAXCONN)
SHOW_NUMBER(buf_default, SOCKET_BUF)
SHOW_NUMBER(buf_max, SOCKET_BUF_MAX)
SHOW_NUMBER(optmem_max, CONTROL_MAX)
SHOW_NUMBER(max_dgram_qlen, unix_max_dgram_qlen)

static int write_max_dgram_qlen(const struct inode *inode, char *text, size_t len)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	(void)inode, (void)len;
	if (end == text || n > INT32_MAX)
		return -EINVAL;
	unix_max_dgram_qlen = (unsigned)n;
	return 0;
}

static const struct procfs_entry core_entries[] = {
	PROC_FILE("optmem_max", 0444, show_optmem_max),
	PROC_FILE("rmem_default", 0444, show_buf_default),
	PROC_FILE("rmem_max", 0444, show_buf_max),
	PROC_FILE("somaxconn", 0444, show_somaxconn),
	PROC_FILE("wmem_default", 0444, show_buf_default),
	PROC_FILE("wmem_max", 0444, show_buf_max),
	{ 0 },
};

static const struct procfs_entry unix_entries[] = {
	PROC_FILE_RW("max_dgram_qlen", 0644, show_max_dgram_qlen, write_max_dgram_qlen),
	{ 0 },
};

const struct procfs_entry procfs_sys_net_entries[] = {
	PROC_DIR("core", 0555, core_entries),
	PROC_DIR("unix", 0555, unix_entries),
	{ 0 },
};
