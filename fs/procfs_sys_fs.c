/* procfs_sys_fs.c: /proc/sys/fs (proc_sys_fs(5)). */

#include "fs/inotify.h"
#include "fs/internal.h"
#include "fs/procfs.h"
#include "lib/print.h"
#include "lib/string.h"

#define PIPE_MAX 1048576

SHOW_NUMBER(overflow_id, 65534)
SHOW_NUMBER(file_max, file_max)
SHOW_NUMBER(pipe_max_size, PIPE_MAX)
SHOW_NUMBER(max_queued_events, INOTIFY_MAX_EVENTS)
SHOW_NUMBER(max_user_instances, INOTIFY_MAX_INSTANCES)
SHOW_NUMBER(max_user_watches, inotify_max_watches())

static int show_file_nr(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%zu\t0\t%u\n", file_count, file_max);
	return 0;
}

static int show_inode_nr(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%zu\t0\n", inode_count);
	return 0;
}

static int show_dentry_state(struct text *t, const struct inode *inode)
{
	(void)inode;
	text_printf(t, "%zu\t0\t45\t0\t0\t0\n", dentry_count);
	return 0;
}

/* A number from 0 to most. */
static int write_number(const char *text, unsigned most, unsigned *value)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || n > most)
		return -EINVAL;
	*value = (unsigned)n;
	return 0;
}

static int write_file_max(const struct inode *inode, char *text, size_t len)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	(void)inode;
	if (len == 0 || end == text || n > INT64_MAX)
		return -EINVAL;
	file_max = (unsigned)MIN(n, UINT32_MAX);
	return 0;
}

/* show_NAME() and write_NAME() of a rule of `protect`. */
#define PROTECT(name, most)                                                                        \
	SHOW_NUMBER(name, protect.name)                                                            \
	static int write_##name(const struct inode *inode, char *text, size_t len)                 \
	{                                                                                          \
		(void)inode;                                                                       \
		(void)len;                                                                         \
		return write_number(text, most, &protect.name);                                    \
	}
PROTECT(hardlinks, 1)
PROTECT(symlinks, 1)
PROTECT(fifos, 2)
PROTECT(regular, 2)

static const struct procfs_entry inotify_entries[] = {
	PROC_FILE("max_queued_events", 0444, show_max_queued_events),
	PROC_FILE("max_user_instances", 0444, show_max_user_instances),
	PROC_FILE("max_user_watches", 0444, show_max_user_watches),
	{ 0 },
};

const struct procfs_entry procfs_fs_entries[] = {
	PROC_SETTING("aio-max-nr"),
	PROC_FILE("dentry-state", 0444, show_dentry_state),
	PROC_FILE_RW("file-max", 0644, show_file_max, write_file_max),
	PROC_FILE("file-nr", 0444, show_file_nr),
	PROC_FILE("inode-nr", 0444, show_inode_nr),
	PROC_DIR("inotify", 0555, inotify_entries),
	PROC_SETTING("lease-break-time"),
	PROC_SETTING("leases-enable"),
	PROC_SETTING("nr_open"),
	PROC_FILE("overflowgid", 0444, show_overflow_id),
	PROC_FILE("overflowuid", 0444, show_overflow_id),
	PROC_FILE("pipe-max-size", 0444, show_pipe_max_size),
	PROC_FILE_RW("protected_fifos", 0600, show_fifos, write_fifos),
	PROC_FILE_RW("protected_hardlinks", 0600, show_hardlinks, write_hardlinks),
	PROC_FILE_RW("protected_regular", 0600, show_regular, write_regular),
	PROC_FILE_RW("protected_symlinks", 0600, show_symlinks, write_symlinks),
	PROC_SETTING("suid_dumpable"),
	{ 0 },
};
