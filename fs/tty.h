/* tty.h: terminals: the device files, who may use them when (job control), and waiting.
 *
 * A tty is a line discipline (fs/ldisc.h) with a driver below it (struct tty_ops) and programs above.
 * The driver hands in what the wire brings (tty_room, tty_input) and fetches what is to go out
 * (tty_take_output); both work in interrupt handlers.
 *
 * A session has at most one controlling terminal (proc->tty of all its processes), a terminal at most
 * one session, which has at most one foreground group.  Job control follows termios(3), tty_ioctl(4)
 * and credentials(7).
 */
#ifndef FS_TTY_H
#define FS_TTY_H

#include <asm/termios.h>

#include "fs/ldisc.h"
#include "lib/types.h"
#include "proc/forkneed.h"
#include "proc/sched.h"

struct tty;
struct proc;
struct file;
struct inode;

/* What a driver does for a terminal. */
struct tty_ops {
	/* There is output: fetch it with tty_take_output until that yields 0. */
	void (*start)(struct tty *t);
	/* There is room for input again. */
	void (*resume)(struct tty *t);
	/* The rest may be NULL. */
	/* A file is about to be opened.  => 0, -errno */
	int (*open)(struct tty *t);
	/* The last file was closed.  t may be gone afterwards. */
	void (*closed)(struct tty *t);
	/* Output was stopped or started, a queue was emptied. */
	void (*event)(struct tty *t, enum ldisc_event what);
	/* The settings were changed; the driver may correct those that it does not have. */
	void (*settings)(struct tty *t, const struct termios *old);
};

struct tty {
	struct ldisc ldisc;
	const struct tty_ops *ops;
	void *driver; /* the driver's own */
	struct waitq read_wait;
	struct waitq write_wait; /* room for output, or all of it gone */
	pid_t session;		 /* 0: nobody's controlling terminal */
	pid_t pgrp;		 /* the foreground group; 0: none */
	struct winsize size;
	struct termios locked;	      /* TIOCSLCKTRMIOS: bits that are set cannot be changed */
	unsigned in_speed, out_speed; /* bits a second */
	dev_t dev;
	unsigned files;		 /* open ones */
	uintptr_t hangups;	 /* how often it was hung up: a file from before is dead */
	bool held_back;		 /* the driver was told that there is no room */
	bool gone;		 /* its other end is, for good */
	bool exclusive;		 /* TIOCEXCL */
	forkmark_t typed, shown; /* the first of the input, and of the output, that wait */
};

/* `out`: memory for out_size bytes of output (see ldisc_init). */
void tty_init(struct tty *t, const struct tty_ops *ops, dev_t dev, uint8_t *out, uint32_t out_size);
/* Make it /dev/<name>. */
int tty_register(struct tty *t, const char *name);
/* Register /dev/tty, and /dev/console for `console` unless that is NULL. */
void tty_register_names(struct tty *console);

/* -- for drivers */

/* Bytes that tty_input may be given now.  When it says 0, ops->resume is called later. */
size_t tty_room(struct tty *t);
void tty_input(struct tty *t, const uint8_t *data, size_t len);
/* => bytes put into buf; 0: nothing to send now */
size_t tty_take_output(struct tty *t, uint8_t *buf, size_t size);
/* The other end's window has changed: the foreground group gets SIGWINCH. */
void tty_set_size(struct tty *t, unsigned rows, unsigned columns);
/* The line was held low for longer than a character takes. */
void tty_break(struct tty *t);
/* The connection is lost, or vhangup(2): the session's leader gets SIGHUP and the session loses its
 * terminal; for all files that are open now reads end and writes fail. */
void tty_hangup(struct tty *t);
/* Open t for f; a session leader without a terminal gets it, unless f has O_NOCTTY.  => 0, -errno */
int tty_open_file(struct tty *t, struct file *f);

/* -- for processes */

/* Make t the controlling terminal of p, a session leader, with p's group in the foreground. */
void tty_set_controlling(struct tty *t, struct proc *p);
/* p, a session leader with a terminal, gives it up, or ends: the session loses it. */
void tty_session_leader_leaves(struct proc *p);
/* p ends: what that means for the terminal. */
void tty_proc_exit(struct proc *p);
/* vhangup(2) */
int tty_hangup_current(void);
/* Device number as /proc/<pid>/stat shows it; 0: no terminal. */
unsigned tty_number(const struct tty *t);

#endif
