/* tty.c: reading, writing and polling terminals, and the rules of job control (see tty.h).
 * The ioctls are in tty_ioctl.c. */
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/poll.h>
#include <linux/major.h>

#include "arch/arch.h"
#include "fs/async.h"
#include "fs/internal.h"
#include "fs/tty.h"
#include "fs/tty_internal.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "proc/task.h"

#define CHUNK	     256
#define TENTH_SECOND (NSEC_PER_SEC / 10)
#define TTYS_MAX     8

/* Terminals by device number, for open. */
static struct tty *ttys[TTYS_MAX];
static struct tty *console; /* /dev/console; NULL: not a terminal */

/* --- the driver's side --- */

static void on_event(void *arg, enum ldisc_event what)
{
	static const int numbers[LDISC_EVENTS] = {
		[LDISC_INTR] = SIGINT,
		[LDISC_QUIT] = SIGQUIT,
		[LDISC_SUSP] = SIGTSTP,
	};
	struct tty *t = arg;

	if (numbers[what] == 0) {
		if (t->ops->event != NULL)
			t->ops->event(t, what);
	} else if (t->pgrp != 0) {
		signal_send_pgrp(t->pgrp, numbers[what], NULL);
	}
}

void tty_init(struct tty *t, const struct tty_ops *ops, dev_t dev, uint8_t *out, uint32_t out_size)
{
	memset(t, 0, sizeof(*t));
	ldisc_init(&t->ldisc, out, out_size, on_event, t);
	t->ops = ops;
	t->dev = dev;
	t->in_speed = t->out_speed = 38400;
	waitq_init(&t->read_wait);
	waitq_init(&t->write_wait);
}

size_t tty_room(struct tty *t)
{
	size_t room = ldisc_room(&t->ldisc);

	t->held_back = room == 0;
	return room;
}

/* After anything that may have made room. */
void tty_resume(struct tty *t)
{
	if (t->held_back && ldisc_room(&t->ldisc) > 0) {
		t->held_back = false;
		t->ops->resume(t);
	}
}

void tty_start(struct tty *t)
{
	if (ldisc_pending_output(&t->ldisc) > 0 && (!t->ldisc.stopped || t->ldisc.pseudo))
		t->ops->start(t);
}

/* Input has come: whom it concerns. */
static void after_input(struct tty *t)
{
	ldisc_input_end(&t->ldisc);
	if (tty_input_ready(t, false)) {
		async_tell(&t->read_wait, POLL_IN);
		waitq_wake(&t->read_wait);
	}
	if (ldisc_can_write(&t->ldisc)) /* a signal may have emptied the output */
		waitq_wake(&t->write_wait);
	tty_start(t);
}

/* For the fork log: somebody adds to output that is empty. */
static void mark_output(struct tty *t)
{
	if (ldisc_pending_output(&t->ldisc) == 0)
		t->shown = forkneed_mark();
}

void tty_input(struct tty *t, const uint8_t *data, size_t len)
{
	if (t->gone)
		return;
	if (ldisc_readable(&t->ldisc) == 0)
		t->typed = forkneed_mark();
	mark_output(t); /* the echo */
	for (size_t i = 0; i < len; i++)
		ldisc_input(&t->ldisc, data[i]);
	after_input(t);
}

void tty_break(struct tty *t)
{
	ldisc_break(&t->ldisc);
	after_input(t);
}

size_t tty_take_output(struct tty *t, uint8_t *buf, size_t size)
{
	size_t n = ldisc_take_output(&t->ldisc, buf, size);

	if (n > 0) {
		if (ldisc_can_write(&t->ldisc))
			waitq_wake(&t->write_wait);
		tty_resume(t);
	}
	return n;
}

void tty_resize(struct tty *t, const struct winsize *size)
{
	if (memcmp(&t->size, size, sizeof(*size)) == 0)
		return;
	t->size = *size;
	if (t->pgrp != 0)
		signal_send_pgrp(t->pgrp, SIGWINCH, NULL);
}

void tty_set_size(struct tty *t, unsigned rows, unsigned columns)
{
	struct winsize size = t->size;

	size.ws_row = rows;
	size.ws_col = columns;
	tty_resize(t, &size);
}

/* --- sessions --- */

/* Take t from every process of its session. */
static void leave_session(struct tty *t)
{
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->tty == t)
			p->tty = NULL;
	}
	t->session = 0;
	t->pgrp = 0;
}

void tty_set_controlling(struct tty *t, struct proc *p)
{
	if (t->session != 0)
		leave_session(t);
	t->session = p->sid;
	t->pgrp = p->pgid;
	p->tty = t;
}

/* The foreground group learns that its session's terminal is lost. */
static void hang_up_group(pid_t pgrp, bool go_on)
{
	if (pgrp == 0)
		return;
	signal_send_pgrp(pgrp, SIGHUP, NULL);
	if (go_on)
		signal_send_pgrp(pgrp, SIGCONT, NULL);
}

void tty_session_leader_leaves(struct proc *p)
{
	struct tty *t = p->tty;
	pid_t foreground = t->pgrp;

	if (t->session != p->sid)
		return;
	leave_session(t);
	hang_up_group(foreground, true);
}

/* A leader that lost its terminal by a hang-up passes that on when it ends. */
void tty_proc_exit(struct proc *p)
{
	struct tty *t = p->tty;

	if (p->sid == p->pid && t != NULL && t->session == p->sid) {
		pid_t foreground = t->pgrp;

		leave_session(t);
		hang_up_group(foreground, !t->ldisc.pseudo);
	} else if (p->sid == p->pid && t == NULL) {
		hang_up_group(p->hangup_pgrp, true);
	}
	p->tty = NULL;
}

void tty_hangup(struct tty *t)
{
	struct proc *leader = t->session != 0 ? proc_find(t->session) : NULL;

	if (leader != NULL && leader->tty == t) {
		leader->hangup_pgrp = t->pgrp;
		signal_send_proc(leader, SIGHUP, NULL);
		signal_send_proc(leader, SIGCONT, NULL);
	}
	leave_session(t);
	t->hangups++;
	ldisc_flush_input(&t->ldisc);
	ldisc_set_termios(&t->ldisc, &ldisc_default_termios);
	waitq_wake(&t->read_wait);
	waitq_wake(&t->write_wait);
}

int tty_hangup_current(void)
{
	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (current->proc->tty != NULL)
		tty_hangup(current->proc->tty);
	return 0;
}

unsigned tty_number(const struct tty *t)
{
	return t != NULL ? (unsigned)t->dev : 0;
}

/* --- job control --- */

static bool in_background(const struct tty *t)
{
	return current->proc->tty == t && t->pgrp != 0 && current->proc->pgid != t->pgrp;
}

int tty_check_change(struct tty *t)
{
	pid_t pgid = current->proc->pgid;

	if (!in_background(t) || signal_is_blocked_or_ignored(current, SIGTTOU))
		return 0;
	if (pgrp_orphaned(pgid))
		return -EIO;
	signal_send_pgrp(pgid, SIGTTOU, NULL);
	return -ERESTARTSYS;
}

static int check_read(struct tty *t)
{
	pid_t pgid = current->proc->pgid;

	if (!in_background(t))
		return 0;
	if (signal_is_blocked_or_ignored(current, SIGTTIN) || pgrp_orphaned(pgid))
		return -EIO;
	signal_send_pgrp(pgid, SIGTTIN, NULL);
	return -ERESTARTSYS;
}

static int check_write(struct tty *t)
{
	return (t->ldisc.termios.c_lflag & TOSTOP) != 0 ? tty_check_change(t) : 0;
}

/* --- reading --- */

bool tty_file_dead(const struct file *f)
{
	return (uintptr_t)f->priv != f->tty->hangups;
}

static bool canonical(const struct tty *t)
{
	return ldisc_is_canonical(&t->ldisc);
}

bool tty_input_ready(const struct tty *t, bool for_poll)
{
	const struct termios *s = &t->ldisc.termios;
	size_t least = 1;

	if (for_poll && !canonical(t) && s->c_cc[VTIME] == 0 && s->c_cc[VMIN] > 0)
		least = s->c_cc[VMIN];
	return ldisc_readable(&t->ldisc) >= least;
}

/* Move what there is, of one line at most in canonical mode.  *end: the line has ended.
 * => bytes, -EFAULT */
static ssize_t read_some(struct tty *t, struct iobuf *b, bool *end)
{
	uint8_t chunk[CHUNK];
	size_t done = 0;

	*end = false;
	while (!*end && iobuf_left(b) > 0) {
		size_t n = ldisc_read(&t->ldisc, chunk, MIN(iobuf_left(b), sizeof(chunk)), end);
		size_t moved = iobuf_put(b, chunk, n);

		done += moved;
		if (moved < n)
			return done > 0 ? (ssize_t)done : -EFAULT;
		if (n == 0)
			break;
	}
	if (done > 0 || *end)
		forkneed_took(t->typed, "data");
	tty_resume(t);
	return done;
}

/* Wait for a line, or (not canonical) a byte, until the deadline.
 * => 0, also after a hang-up; -errno */
static int wait_for_input(struct tty *t, struct file *f, uint64_t deadline)
{
	bool lines = canonical(t);
	int err;

	if (tty_input_ready(t, false))
		return 0;
	if ((f->flags & O_NONBLOCK) != 0)
		return -EAGAIN;
	err = WAIT_EVENT_UNTIL(&t->read_wait,
			       tty_input_ready(t, false) || canonical(t) != lines ||
				       tty_file_dead(f),
			       deadline);
	return err == 0 && tty_file_dead(f) && t->gone ? -EIO : err;
}

static uint64_t after(unsigned tenths)
{
	return tenths == 0 ? NO_DEADLINE : clock_ns() + tenths * TENTH_SECOND;
}

/* MIN and TIME as termios(3) tells their four cases. */
static ssize_t read_raw(struct tty *t, struct file *f, struct iobuf *b)
{
	unsigned min = t->ldisc.termios.c_cc[VMIN];
	unsigned time = t->ldisc.termios.c_cc[VTIME];
	uint64_t deadline = min == 0 ? after(time) : NO_DEADLINE;
	size_t done = 0;
	bool end;

	for (;;) {
		ssize_t n = read_some(t, b, &end);

		if (n < 0)
			return done > 0 ? (ssize_t)done : n;
		done += n;
		if (iobuf_left(b) == 0 || (done > 0 && done >= min) || tty_file_dead(f))
			return done;
		if (min == 0 && time == 0)
			return 0;
		if (min > 0 && done > 0)
			deadline = after(time);
		int err = wait_for_input(t, f, deadline);
		if (err == -ETIMEDOUT)
			return done;
		if (err < 0)
			return done > 0 ? (ssize_t)done : err;
		if (canonical(t))
			return done > 0 ? (ssize_t)done : -ERESTARTSYS;
	}
}

static ssize_t read_canonical(struct tty *t, struct file *f, struct iobuf *b)
{
	bool end;
	int err = wait_for_input(t, f, NO_DEADLINE);

	if (err < 0)
		return err;
	return read_some(t, b, &end);
}

ssize_t tty_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *t = f->tty;
	int err;

	(void)pos;
	if (tty_file_dead(f) || iobuf_left(b) == 0)
		return 0;
	err = check_read(t);
	if (err < 0)
		return err;
	while (canonical(t)) {
		ssize_t n = read_canonical(t, f, b);

		/* Another process may have switched the mode while this one waited. */
		if (n != 0 || canonical(t) || tty_file_dead(f))
			return n;
	}
	return read_raw(t, f, b);
}

/* --- writing --- */

static int wait_for_room(struct tty *t, struct file *f)
{
	if ((f->flags & O_NONBLOCK) != 0)
		return -EAGAIN;
	return WAIT_EVENT(&t->write_wait, ldisc_can_write(&t->ldisc) || tty_file_dead(f));
}

/* Bytes that were fetched from the program but could not be sent count as not written. */
ssize_t tty_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *t = f->tty;
	uint8_t chunk[CHUNK];
	size_t done = 0, have = 0, at = 0;
	int err = tty_file_dead(f) ? -EIO : check_write(t);

	(void)pos;
	while (err == 0 && (at < have || iobuf_left(b) > 0)) {
		if (tty_file_dead(f))
			return -EIO;
		if (at == have) {
			at = 0;
			have = iobuf_take(b, chunk, MIN(iobuf_left(b), sizeof(chunk)));
			if (have == 0)
				err = -EFAULT;
		}
		mark_output(t);
		size_t n = ldisc_write(&t->ldisc, chunk + at, have - at);

		at += n;
		done += n;
		if (at == have || ldisc_can_write(&t->ldisc))
			continue;
		tty_start(t); /* many bytes at a time */
		if (!ldisc_can_write(&t->ldisc))
			err = wait_for_room(t, f);
	}
	tty_start(t);
	return done > 0 ? (ssize_t)done : err;
}

unsigned tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *t = f->tty;
	unsigned ready = 0;

	poll_wait_read(pt, &t->read_wait);
	poll_wait_write(pt, &t->write_wait);
	if (tty_file_dead(f))
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLERR | POLLHUP;
	if (tty_input_ready(t, true))
		ready |= POLLIN | POLLRDNORM;
	if (ldisc_can_write(&t->ldisc))
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

/* --- opening --- */

static struct tty *tty_by_number(dev_t dev)
{
	for (unsigned i = 0; i < TTYS_MAX; i++) {
		if (ttys[i] != NULL && ttys[i]->dev == dev)
			return ttys[i];
	}
	return NULL;
}

/* A session leader without a terminal gets the one that it opens, if that is free; but not one that
 * it may only write to. */
static void adopt(struct file *f)
{
	struct proc *p = current->proc;

	if ((f->flags & O_NOCTTY) == 0 && (f->flags & O_ACCMODE) != O_WRONLY && p->sid == p->pid &&
	    p->tty == NULL && f->tty->session == 0)
		tty_set_controlling(f->tty, p);
}

static int open_tty(struct tty *t, struct file *f)
{
	int err;

	if (t == NULL)
		return -ENXIO;
	if (t->exclusive && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	err = t->ops->open == NULL ? 0 : t->ops->open(t);
	if (err < 0)
		return err;
	t->files++;
	f->tty = t;
	f->priv = (void *)t->hangups;
	return 0;
}

int tty_open_file(struct tty *t, struct file *f)
{
	int err = open_tty(t, f);

	if (err == 0)
		adopt(f);
	return err;
}

void tty_release(struct file *f)
{
	struct tty *t = f->tty;

	if (--t->files == 0 && t->ops->closed != NULL)
		t->ops->closed(t);
}

static int tty_open(struct inode *inode, struct file *f)
{
	return tty_open_file(tty_by_number(inode->rdev), f);
}

static int controlling_open(struct inode *inode, struct file *f)
{
	(void)inode;
	return open_tty(current->proc->tty, f);
}

static int console_open(struct inode *inode, struct file *f)
{
	(void)inode;
	return open_tty(console, f);
}

static const struct file_ops tty_file_ops = { TTY_FILE_OPS, .open = tty_open };
static const struct file_ops controlling_ops = { TTY_FILE_OPS, .open = controlling_open };
static const struct file_ops console_ops = { TTY_FILE_OPS, .open = console_open };

int tty_register(struct tty *t, const char *name)
{
	unsigned i = 0;

	while (i < TTYS_MAX && ttys[i] != NULL)
		i++;
	if (i == TTYS_MAX)
		return -ENOMEM;
	ttys[i] = t;
	return dev_register(name, dev_major(t->dev), dev_minor(t->dev), 0620, &tty_file_ops);
}

void tty_register_names(struct tty *t)
{
	console = t;
	dev_register("tty", TTYAUX_MAJOR, 0, 0666, &controlling_ops);
	if (t != NULL)
		dev_register("console", TTYAUX_MAJOR, 1, 0600, &console_ops);
}
