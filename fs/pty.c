/* pty.c: pairs of a master and a slave (see pty.h).
 *
 * The slave is a terminal like any other (fs/tty.h); its wire leads to the master.  What the slave's
 * line discipline sends stays in its output ring until the master reads it.  What the master writes
 * goes through a ring of its own, `wire`, from which the discipline takes it as it has room; so a
 * master may write some kilobytes that nobody reads yet.
 *
 * The end of a pair, in either order:
 *	slave closed	the master reads what is left, then EIO; opening the slave again mends that.
 *	master closed	the slave is hung up for good, its name goes, the session's leader gets SIGHUP.
 * Memory and number are given back when both are closed.  A process can have the slave as its
 * controlling terminal without a file of it, but not longer than the master is open: the hang-up
 * takes it away (tty_hangup).
 */
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/major.h>

#include "fs/async.h"
#include "fs/internal.h"
#include "fs/pty.h"
#include "fs/tty.h"
#include "fs/tty_internal.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define WIRE_SIZE  8192 /* a power of two */
#define CHUNK	   256
#define PTMX_MINOR 2
#define XON	   17
#define XOFF	   19

struct pty {
	struct tty slave;
	struct super *sb; /* held: the devpts */
	unsigned number;
	bool master_open;
	bool locked;			    /* the slave cannot be opened: until unlockpt */
	bool slave_closed;		    /* it was open and is not any more */
	bool stopped;			    /* TCOOFF at the master */
	bool exclusive;			    /* TIOCEXCL at the master: without an effect */
	bool feeding;			    /* feed() runs */
	bool packet;			    /* TIOCPKT */
	uint8_t status;			    /* TIOCPKT_* that the master has not read yet */
	struct waitq read_wait, write_wait; /* the master's */
	uint32_t head, tail;		    /* of wire; the index is the position modulo the size */
	uint8_t *wire;
	uint8_t *out; /* the slave's output ring */
};

struct tty *pty_slave(struct pty *p)
{
	return &p->slave;
}

static struct pty *pty_of(struct tty *t)
{
	return (struct pty *)((char *)t - offsetof(struct pty, slave));
}

/* --- the wire --- */

/* Hand the slave what it has room for. */
static void feed(struct pty *p)
{
	if (p->feeding)
		return;
	p->feeding = true;
	while (p->head != p->tail) {
		uint32_t at = p->tail % WIRE_SIZE;
		size_t n = MIN(MIN(p->head - p->tail, WIRE_SIZE - at), tty_room(&p->slave));

		if (n == 0)
			break;
		p->tail += n;
		tty_input(&p->slave, p->wire + at, n);
	}
	p->feeding = false;
	if (p->head - p->tail < WIRE_SIZE)
		waitq_wake(&p->write_wait);
}

static size_t wire_room(const struct pty *p)
{
	return p->stopped ? 0 : WIRE_SIZE - (p->head - p->tail);
}

static void put_wire(struct pty *p, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p->wire[p->head++ % WIRE_SIZE] = data[i];
}

/* --- the slave's driver --- */

static void slave_start(struct tty *t)
{
	async_tell(&pty_of(t)->read_wait, POLL_IN);
	waitq_wake(&pty_of(t)->read_wait);
}

static void slave_resume(struct tty *t)
{
	feed(pty_of(t));
}

static int slave_opens(struct tty *t)
{
	struct pty *p = pty_of(t);

	if (!p->master_open || p->locked)
		return -EIO;
	p->slave_closed = false;
	return 0;
}

static void set_status(struct pty *p, unsigned clear, unsigned set)
{
	if (!p->packet)
		return;
	p->status = (uint8_t)((p->status & ~clear) | set);
	waitq_wake(&p->read_wait);
}

static void slave_event(struct tty *t, enum ldisc_event what)
{
	struct pty *p = pty_of(t);

	switch (what) {
	case LDISC_STOPPED: set_status(p, TIOCPKT_START, TIOCPKT_STOP); break;
	case LDISC_STARTED: set_status(p, TIOCPKT_STOP, TIOCPKT_START); break;
	case LDISC_FLUSHED_INPUT: set_status(p, 0, TIOCPKT_FLUSHREAD); break;
	case LDISC_FLUSHED_OUTPUT: set_status(p, 0, TIOCPKT_FLUSHWRITE); break;
	default: break;
	}
}

/* Would ^S and ^Q stop and start output? */
static bool usual_flow(const struct termios *s)
{
	return (s->c_iflag & IXON) != 0 && s->c_cc[VSTOP] == XOFF && s->c_cc[VSTART] == XON;
}

static void slave_settings(struct tty *t, const struct termios *old)
{
	struct termios *now = &t->ldisc.termios;
	unsigned set = 0, clear = 0;

	if (usual_flow(old) != usual_flow(now)) {
		clear = TIOCPKT_DOSTOP | TIOCPKT_NOSTOP;
		set = usual_flow(now) ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
	}
	if (((old->c_lflag | now->c_lflag) & EXTPROC) != 0)
		set |= TIOCPKT_IOCTL;
	if (set != 0)
		set_status(pty_of(t), clear, set);
	now->c_cflag &= ~(CSIZE | PARENB);
	now->c_cflag |= CS8 | CREAD;
}

/* --- life --- */

static void pty_free(struct pty *p)
{
	devpts_free_number(p->sb, p->number);
	super_release(p->sb);
	kfree(p->wire);
	kfree(p->out);
	kfree(p);
}

static void slave_is_closed(struct tty *t)
{
	struct pty *p = pty_of(t);

	if (!p->master_open) {
		pty_free(p);
		return;
	}
	p->slave_closed = true;
	waitq_wake(&p->read_wait);
	waitq_wake(&p->write_wait);
}

static const struct tty_ops slave_ops = {
	.start = slave_start,
	.resume = slave_resume,
	.open = slave_opens,
	.closed = slave_is_closed,
	.event = slave_event,
	.settings = slave_settings,
};

/* => a pair with a number in sb, but without a name; NULL: no memory */
static struct pty *pty_create(struct super *sb, unsigned number)
{
	struct pty *p = kzalloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->wire = kmalloc(WIRE_SIZE);
	p->out = kmalloc(LDISC_OUT_SIZE);
	if (p->wire == NULL || p->out == NULL) {
		kfree(p->wire);
		kfree(p->out);
		kfree(p);
		return NULL;
	}
	tty_init(&p->slave, &slave_ops, dev_make(UNIX98_PTY_SLAVE_MAJOR, number), p->out,
		 LDISC_OUT_SIZE);
	p->slave.ldisc.pseudo = true;
	p->slave.ldisc.termios.c_cflag &= ~HUPCL;
	waitq_init(&p->read_wait);
	waitq_init(&p->write_wait);
	p->number = number;
	p->master_open = true;
	p->locked = true;
	p->sb = sb;
	super_hold(sb);
	return p;
}

static int ptmx_open(struct inode *inode, struct file *f)
{
	struct super *sb = devpts_of(f);
	int number, err;

	(void)inode;
	if (sb == NULL)
		return -ENODEV;
	number = devpts_number(sb);
	if (number < 0)
		return number;
	struct pty *p = pty_create(sb, (unsigned)number);
	if (p == NULL) {
		devpts_free_number(sb, (unsigned)number);
		return -ENOMEM;
	}
	err = devpts_add(sb, p->number, p);
	if (err < 0) {
		pty_free(p);
		return err;
	}
	f->priv = p;
	return 0;
}

static void master_release(struct file *f)
{
	struct pty *p = f->priv;

	p->master_open = false;
	devpts_remove(p->sb, p->number);
	p->slave.gone = true;
	tty_hangup(&p->slave);
	if (p->slave.files == 0)
		pty_free(p);
}

/* --- reading and writing at the master --- */

static bool master_readable(const struct pty *p)
{
	return ldisc_pending_output(&p->slave.ldisc) > 0 || (p->packet && p->status != 0);
}

/* Packet mode: a byte that says what has happened.  => bytes, -EFAULT */
static ssize_t read_status(struct pty *p, struct iobuf *b)
{
	uint8_t status = p->status;

	p->status = 0;
	return iobuf_put(b, &status, 1) == 1 ? 1 : -EFAULT;
}

static ssize_t read_output(struct pty *p, struct iobuf *b)
{
	uint8_t chunk[CHUNK];
	size_t done = 0;

	if (p->packet) {
		uint8_t data = TIOCPKT_DATA;

		if (iobuf_put(b, &data, 1) != 1)
			return -EFAULT;
		done = 1;
	}
	while (iobuf_left(b) > 0) {
		size_t n = tty_take_output(&p->slave, chunk, MIN(iobuf_left(b), sizeof(chunk)));
		size_t moved = iobuf_put(b, chunk, n);

		done += moved;
		if (moved < n)
			return done > 0 ? (ssize_t)done : -EFAULT;
		if (n == 0)
			break;
	}
	return (ssize_t)done;
}

static ssize_t master_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pty *p = f->priv;
	int err;

	(void)pos;
	if (iobuf_left(b) == 0)
		return 0;
	while (!master_readable(p)) {
		if (p->slave_closed)
			return -EIO;
		if ((f->flags & O_NONBLOCK) != 0)
			return -EAGAIN;
		err = WAIT_EVENT(&p->read_wait, master_readable(p) || p->slave_closed);
		if (err < 0)
			return err;
	}
	if (p->packet && p->status != 0)
		return read_status(p, b);
	forkneed_took(p->slave.shown, "data");
	return read_output(p, b);
}

static int wait_for_wire(struct pty *p, const struct file *f)
{
	if (wire_room(p) > 0)
		return 0;
	if ((f->flags & O_NONBLOCK) != 0)
		return -EAGAIN;
	return WAIT_EVENT(&p->write_wait, wire_room(p) > 0);
}

static ssize_t master_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pty *p = f->priv;
	uint8_t chunk[CHUNK];
	size_t done = 0;

	(void)pos;
	while (iobuf_left(b) > 0) {
		int err = wait_for_wire(p, f);
		if (err < 0)
			return done > 0 ? (ssize_t)done : err;
		size_t want = MIN(MIN(iobuf_left(b), sizeof(chunk)), wire_room(p));
		size_t n = iobuf_take(b, chunk, want);
		put_wire(p, chunk, n);
		feed(p);
		done += n;
		if (n < want)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return (ssize_t)done;
}

static unsigned master_poll(struct file *f, struct poll_table *pt)
{
	struct pty *p = f->priv;
	unsigned ready = 0;

	poll_wait_read(pt, &p->read_wait);
	poll_wait_write(pt, &p->write_wait);
	if (master_readable(p))
		ready |= POLLIN | POLLRDNORM;
	if (p->packet && p->status != 0)
		ready |= POLLPRI;
	if (p->slave_closed)
		ready |= POLLHUP;
	if (wire_room(p) > 0)
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

/* --- ioctls of the master --- */

static long set_lock(struct pty *p, uintptr_t arg)
{
	int on;

	if (get_user(on, (int *)arg) < 0)
		return -EFAULT;
	p->locked = on != 0;
	return 0;
}

static long set_packet(struct pty *p, uintptr_t arg)
{
	int on;

	if (get_user(on, (int *)arg) < 0)
		return -EFAULT;
	if (on != 0 && !p->packet)
		p->status = 0;
	p->packet = on != 0;
	return 0;
}

/* TIOCSIG: as if the user had typed the character for it. */
static long send_signal(struct pty *p, uintptr_t signo)
{
	if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
		return -EINVAL;
	if (p->slave.pgrp != 0)
		signal_send_pgrp(p->slave.pgrp, (int)signo, NULL);
	return 0;
}

static long open_peer(struct pty *p, uintptr_t flags)
{
	int err;
	struct file *f = devpts_open(p->sb, p->number, (unsigned)flags, &err);

	if (f == NULL)
		return err;
	err = fd_install(f, flags & O_CLOEXEC ? FD_CLOEXEC : 0, 0);
	if (err < 0)
		file_put(f);
	return err;
}

static long flush_queues(struct pty *p, uintptr_t which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH) {
		p->slave.ldisc.out_tail = p->slave.ldisc.out_head;
		waitq_wake(&p->slave.write_wait);
	}
	if (which != TCIFLUSH) {
		p->tail = p->head;
		waitq_wake(&p->write_wait);
	}
	return 0;
}

static long flow(struct pty *p, uintptr_t what)
{
	uint8_t c = what == TCIOFF ? XOFF : XON;

	switch (what) {
	case TCOOFF: p->stopped = true; return 0;
	case TCOON:
		p->stopped = false;
		waitq_wake(&p->write_wait);
		return 0;
	case TCIOFF:
	case TCION:
		if (p->head - p->tail < WIRE_SIZE)
			put_wire(p, &c, 1);
		feed(p);
		return 0;
	default: return -EINVAL;
	}
}

static bool pty_only_ioctl(struct pty *p, unsigned cmd, uintptr_t arg, long *result)
{
	switch (cmd) {
	case TIOCGPTN: *result = put_user(p->number, (unsigned *)arg); break;
	case TIOCSPTLCK: *result = set_lock(p, arg); break;
	case TIOCGPTLCK: *result = put_user((int)p->locked, (int *)arg); break;
	case TIOCGPTPEER: *result = open_peer(p, arg); break;
	case TIOCPKT: *result = set_packet(p, arg); break;
	case TIOCGPKT: *result = put_user((int)p->packet, (int *)arg); break;
	case TIOCSIG: *result = send_signal(p, arg); break;
	default: return false;
	}
	return true;
}

static long master_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	struct pty *p = f->priv;
	long result;

	if (pty_only_ioctl(p, cmd, arg, &result) ||
	    tty_both_ioctl(&p->slave, true, cmd, arg, &result))
		return result;
	switch (cmd) {
	case FIONREAD:
		return put_user((int)MIN(ldisc_pending_output(&p->slave.ldisc), LDISC_ARRIVED),
				(int *)arg);
	case TIOCSCTTY: return tty_ioctl_sctty(&p->slave, f, arg);
	case TIOCOUTQ: return put_user(0, (int *)arg);
	case TCFLSH: return flush_queues(p, arg);
	case TCXONC: return flow(p, arg);
	case TIOCEXCL: p->exclusive = true; return 0;
	case TIOCNXCL: p->exclusive = false; return 0;
	case TIOCGEXCL: return put_user((int)p->exclusive, (int *)arg);
	case TIOCGDEV:
		return put_user((unsigned)dev_make(UNIX98_PTY_MASTER_MAJOR, p->number),
				(unsigned *)arg);
	case TCSBRK:
	case TCSBRKP:
	case TIOCSBRK:
	case TIOCCBRK: return 0;
	default: return -ENOTTY;
	}
}

static const struct file_ops ptmx_ops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.ioctl = master_ioctl,
	.open = ptmx_open,
	.release = master_release,
};

void pty_init(void)
{
	if (dev_register("ptmx", TTYAUX_MAJOR, PTMX_MINOR, 0666, &ptmx_ops) < 0)
		panic("no memory for /dev/ptmx");
}
