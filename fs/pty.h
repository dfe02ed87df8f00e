/* pty.h: pseudo terminals: pairs of a master, opened through a ptmx node, and a slave, a terminal
 * with a name in a devpts file system (pty(7), pts(4)).
 *
 * fs/pty.c holds the pair, fs/devpts.c the names and numbers.  A pair lives until its master and the
 * last file of its slave are closed; its number is free again then.
 */
#ifndef FS_PTY_H
#define FS_PTY_H

#include "lib/types.h"

struct file;
struct pty;
struct super;
struct tty;

struct tty *pty_slave(struct pty *p);
/* Register /dev/ptmx. */
void pty_init(void);

/* --- devpts.c --- */

/* The devpts that a ptmx node belongs to: the one that it lies in, or what is mounted on "pts" beside
 * it.  => NULL: there is none */
struct super *devpts_of(const struct file *ptmx);
/* The lowest free number of sb, which counts as used from now on.  => -ENOSPC */
int devpts_number(struct super *sb);
void devpts_free_number(struct super *sb, unsigned number);
/* Make and remove the name of slave `number`.  => 0, -errno */
int devpts_add(struct super *sb, unsigned number, struct pty *p);
void devpts_remove(struct super *sb, unsigned number);
/* Open slave `number` by a mount of sb (TIOCGPTPEER).  => file, or NULL with *err */
struct file *devpts_open(struct super *sb, unsigned number, unsigned flags, int *err);
/* Pseudo terminals of all instances. */
extern unsigned devpts_count;
#define DEVPTS_MAX     4096
#define DEVPTS_RESERVE 1024 /* of them only for the instance that is mounted at the start */

#endif
