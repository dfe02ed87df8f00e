/* procfs.h: the file system "proc": what the kernel knows, as text files.
 *
 * The tree is described by constant tables of entries.  Nothing below the root is kept: an inode is
 * made when a name is looked up and remembers only the entry and the numbers of its process, thread
 * and descriptor, so an open file of a process that is gone says ESRCH instead of holding it.
 *
 * Locks: none.  Nothing here sleeps, so that borrowed procs and tasks stay valid. */
#ifndef FS_PROCFS_H
#define FS_PROCFS_H

#include "fs/internal.h"
#include "fs/text.h"
#include "proc/task.h"

/* --- entries --- */

struct procfs_entry;

/* A name in a directory whose names are made. */
struct procfs_node {
	const struct procfs_entry *entry;
	pid_t pid, tid; /* 0: none; tid 0 in /proc/<pid>: the process as a whole */
	int fd;		/* -1: none */
	mode_t perm;	/* 0: as the entry says */
	uint64_t start; /* the process's start_ns, since pids are used again */
	char name[16];
};

struct procfs_entry {
	const char *name;
	mode_t mode; /* with the type */
	/* Files.  show makes the whole content; write gets the text without its newline, ending with
	 * NUL.  => 0, -errno */
	int (*show)(struct text *t, const struct inode *inode);
	int (*write)(const struct inode *inode, char *text, size_t len);
	const struct file_ops *fops; /* instead of both; NULL: as they say */
	bool guarded;		     /* only who may look into the process can open it */
	/* Symbolic links: their text; where a jump goes (NULL: by the text). */
	int (*link)(struct text *t, const struct inode *inode);
	int (*jump)(const struct inode *inode, struct path *to);
	/* Directories: fixed entries, ending with a NULL name; names that are made: the one called
	 * name[0..len), and the first whose key is >= *key, which then becomes its key. */
	const struct procfs_entry *entries;
	int (*find)(const struct inode *dir, const char *name, size_t len, struct procfs_node *n);
	bool (*next)(const struct inode *dir, unsigned *key, struct procfs_node *n);
};

/* clang-format off */
#define PROC_DIR(n, perm, table) { .name = (n), .mode = S_IFDIR | (perm), .entries = (table) }
#define PROC_FILE(n, perm, fn) { .name = (n), .mode = S_IFREG | (perm), .show = (fn) }
#define PROC_GUARDED(n, perm, fn)                                                                  \
	{ .name = (n), .mode = S_IFREG | (perm), .show = (fn), .guarded = true }
#define PROC_FILE_RW(n, perm, fn, wr)                                                              \
	{ .name = (n), .mode = S_IFREG | (perm), .show = (fn), .write = (wr) }
#define PROC_LINK(n, fn, to)                                                                       \
	{ .name = (n), .mode = S_IFLNK | 0777, .link = (fn), .jump = (to) }
/* clang-format on */

/* Define show_NAME() of a file that holds one number, which is not negative. */
#define SHOW_NUMBER(name, value)                                                                   \
	static int show_##name(struct text *t, const struct inode *inode)                          \
	{                                                                                          \
		(void)inode;                                                                       \
		text_printf(t, "%lu\n", (unsigned long)(value));                                   \
		return 0;                                                                          \
	}

/* What an open directory is.  => NULL: f is something else */
const struct procfs_entry *procfs_dir_entry(const struct file *f);
/* The process and the thread of an inode.  A zombie has no thread; a process without a chosen
 * thread has its leader.  => NULL: gone */
struct proc *procfs_proc(const struct inode *inode);
struct task *procfs_task(const struct inode *inode);
/* Of the thread, or the process that is there. */
const struct cred *procfs_cred(const struct inode *inode);
/* May the current process look into p's memory and files?  => 0, -EACCES */
int procfs_may_inspect(const struct proc *p);
/* The whole of text, but for spaces around it, as a number: decimal, 0x… or 0….
 * => false: it is none, or not in [low, high] */
bool procfs_parse(const char *text, int64_t low, int64_t high, int64_t *value);
/* name[0..len) as a number without a sign and leading zeros.  => -1: it is none */
int procfs_number(const char *name, size_t len);

/* Make the root of a file system of such entries.  => 0, -ENOMEM */
int procfs_fill(struct super *sb, const struct procfs_entry *root);
off_t procfs_llseek(struct file *f, off_t off, int whence); /* SEEK_SET and SEEK_CUR only */

/* procfs_pid.c: /proc/<pid> and /proc/<pid>/task */
int procfs_pid_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n);
bool procfs_pid_next(const struct inode *dir, unsigned *key, struct procfs_node *n);
/* procfs_stat.c: numbers of a process */
int procfs_show_stat(struct text *t, const struct inode *inode);
int procfs_show_statm(struct text *t, const struct inode *inode);
int procfs_show_status(struct text *t, const struct inode *inode);
int procfs_show_limits(struct text *t, const struct inode *inode);
int procfs_show_schedstat(struct text *t, const struct inode *inode);
int procfs_show_io(struct text *t, const struct inode *inode);
/* procfs_resident.c: what memory it has in pages now.  Bytes; pss: shared pages by halves, thirds … */
struct resident {
	size_t anon, file, shmem;
	size_t shared_clean, shared_dirty, private_clean, private_dirty;
	size_t pss, pss_dirty, pss_anon, pss_file, pss_shmem;
};
static inline size_t resident_all(const struct resident *r)
{
	return r->anon + r->file + r->shmem;
}
void resident_add(struct resident *r, const struct view *v, const struct vma *vma);
struct resident resident_of(const struct view *v);
/* procfs_maps.c: its memory */
int procfs_show_maps(struct text *t, const struct inode *inode);
int procfs_show_smaps(struct text *t, const struct inode *inode);
int procfs_show_smaps_rollup(struct text *t, const struct inode *inode);
extern const struct file_ops procfs_mem_ops;
extern const struct file_ops procfs_pagemap_ops;
/* procfs_place.c: what it belongs to, its timers and settings */
int procfs_show_cgroup(struct text *t, const struct inode *inode);
int procfs_show_id_map(struct text *t, const struct inode *inode);
int procfs_show_setgroups(struct text *t, const struct inode *inode);
int procfs_show_timers(struct text *t, const struct inode *inode);
int procfs_show_timerslack(struct text *t, const struct inode *inode);
int procfs_write_timerslack(const struct inode *inode, char *text, size_t len);
int procfs_show_coredump_filter(struct text *t, const struct inode *inode);
int procfs_write_coredump_filter(const struct inode *inode, char *text, size_t len);
extern const struct procfs_entry procfs_ns_entries[];
/* procfs_fd.c: its descriptors */
int procfs_fd_find(const struct inode *dir, const char *name, size_t len, struct procfs_node *n);
bool procfs_fd_next(const struct inode *dir, unsigned *key, struct procfs_node *n);
int procfs_fdinfo_find(const struct inode *dir, const char *name, size_t len,
		       struct procfs_node *n);
bool procfs_fdinfo_next(const struct inode *dir, unsigned *key, struct procfs_node *n);
/* procfs_mounts.c */
int procfs_show_mounts(struct text *t, const struct inode *inode);
int procfs_show_mountinfo(struct text *t, const struct inode *inode);
int procfs_show_mountstats(struct text *t, const struct inode *inode);
/* procfs_fork.c: records of forks, of all processes and of one */
int procfs_show_forks(struct text *t, const struct inode *inode);
int procfs_show_proc_forks(struct text *t, const struct inode *inode);
/* procfs_system.c, procfs_sys.c: the fixed names in the root, and below /proc/sys */
extern const struct procfs_entry procfs_root_entries[], procfs_sys_entries[];
extern const struct procfs_entry procfs_fs_entries[];
/* net/procfs.c: /proc/<pid>/net, /proc/sys/net */
extern const struct procfs_entry procfs_net_entries[], procfs_sys_net_entries[];

/* procfs_setting.c: numbers that are kept and mean nothing; the name is the key to it */
int procfs_show_setting(struct text *t, const struct inode *inode);
int procfs_write_setting(const struct inode *inode, char *text, size_t len);
#define PROC_SETTING(n) PROC_FILE_RW(n, 0644, procfs_show_setting, procfs_write_setting)

#endif
