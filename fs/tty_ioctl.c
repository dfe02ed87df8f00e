/* tty_ioctl.c: tty_ioctl(4). */
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/termios.h>
#include <linux/tty.h>

#include "arch/arch.h"
#include "fs/tty.h"
#include "fs/tty_internal.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/task.h"

/* --- settings --- */

/* Wait until all output has gone; at a pseudo terminal it is always at the other end.  => 0, -errno */
static int wait_until_sent(struct tty *t)
{
	uintptr_t hangups = t->hangups;

	if (t->ldisc.pseudo)
		return 0;
	tty_start(t);
	return WAIT_EVENT(&t->write_wait,
			  ldisc_pending_output(&t->ldisc) == 0 || t->hangups != hangups);
}

/* How a set command treats what is under way. */
enum set_when { SET_NOW, SET_AFTER_OUTPUT, SET_AND_FLUSH };

static unsigned locked_bits(unsigned now, unsigned wanted, unsigned locked)
{
	return (now & locked) | (wanted & ~locked);
}

/* TIOCSLCKTRMIOS: what is locked stays. */
static void keep_locked(struct termios *s, const struct termios *now, const struct termios *locked)
{
	s->c_iflag = locked_bits(now->c_iflag, s->c_iflag, locked->c_iflag);
	s->c_oflag = locked_bits(now->c_oflag, s->c_oflag, locked->c_oflag);
	s->c_cflag = locked_bits(now->c_cflag, s->c_cflag, locked->c_cflag);
	s->c_lflag = locked_bits(now->c_lflag, s->c_lflag, locked->c_lflag);
	if (locked->c_line != 0)
		s->c_line = now->c_line;
	for (unsigned i = 0; i < NCCS; i++) {
		if (locked->c_cc[i] != 0)
			s->c_cc[i] = now->c_cc[i];
	}
}

/* Bits a second of a Bxxx code; `other` for BOTHER. */
static unsigned speed_of(unsigned code, unsigned other)
{
	static const unsigned low[] = { 0,   50,   75,	 110,  134,  150,  200,	  300,
					600, 1200, 1800, 2400, 4800, 9600, 19200, 38400 };
	static const unsigned high[] = { 57600,	  115200,  230400,  460800,  500000,
					 576000,  921600,  1000000, 1152000, 1500000,
					 2000000, 2500000, 3000000, 3500000, 4000000 };

	if (code == BOTHER)
		return other;
	if ((code & CBAUDEX) == 0)
		return low[code];
	return high[(code & ~CBAUDEX) - 1];
}

static void apply(struct tty *t, struct termios s, unsigned in_speed, unsigned out_speed)
{
	struct termios old = t->ldisc.termios;
	unsigned in_code = s.c_cflag >> IBSHIFT & CBAUD;

	keep_locked(&s, &old, &t->locked);
	t->out_speed = speed_of(s.c_cflag & CBAUD, out_speed);
	t->in_speed = in_code == B0 ? t->out_speed : speed_of(in_code, in_speed);
	ldisc_set_termios(&t->ldisc, &s);
	if (t->ops->settings != NULL)
		t->ops->settings(t, &old);
	/* More may be readable, or sendable, under the new rules. */
	waitq_wake(&t->read_wait);
	waitq_wake(&t->write_wait);
	tty_start(t);
	tty_resume(t);
}

static long set_settings(struct tty *t, const struct termios *s, unsigned in_speed,
			 unsigned out_speed, enum set_when when)
{
	int err = tty_check_change(t);

	if (err == 0 && when != SET_NOW)
		err = wait_until_sent(t);
	if (err < 0)
		return err;
	if (when == SET_AND_FLUSH)
		ldisc_flush_input(&t->ldisc);
	apply(t, *s, in_speed, out_speed);
	return 0;
}

static long set_termios(struct tty *t, uintptr_t arg, enum set_when when)
{
	struct termios s;

	if (get_user(s, (struct termios *)arg) < 0)
		return -EFAULT;
	return set_settings(t, &s, t->in_speed, t->out_speed, when);
}

static long set_termios2(struct tty *t, uintptr_t arg, enum set_when when)
{
	struct termios2 s;
	struct termios old;

	if (get_user(s, (struct termios2 *)arg) < 0)
		return -EFAULT;
	memcpy(&old, &s, sizeof(old)); /* the same fields, without the speeds */
	return set_settings(t, &old, s.c_ispeed, s.c_ospeed, when);
}

static long get_termios2(struct tty *t, uintptr_t arg)
{
	struct termios2 s = { .c_ispeed = t->in_speed, .c_ospeed = t->out_speed };

	memcpy(&s, &t->ldisc.termios, sizeof(struct termios));
	return put_user(s, (struct termios2 *)arg);
}

static long set_locked(struct tty *t, uintptr_t arg)
{
	struct termios s;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(s, (struct termios *)arg) < 0)
		return -EFAULT;
	t->locked = s;
	return 0;
}

/* Whether the modem's lines are ignored: CLOCAL under another name. */
static long set_softcar(struct tty *t, uintptr_t arg)
{
	struct termios s = t->ldisc.termios;
	int on;

	if (get_user(on, (int *)arg) < 0)
		return -EFAULT;
	s.c_cflag = on != 0 ? s.c_cflag | CLOCAL : s.c_cflag & ~CLOCAL;
	apply(t, s, t->in_speed, t->out_speed);
	return 0;
}

/* System V's form: 16 bits of the flags, 8 control characters. */
static long get_termio(struct tty *t, uintptr_t arg)
{
	const struct termios *s = &t->ldisc.termios;
	struct termio old = {
		.c_iflag = (unsigned short)s->c_iflag,
		.c_oflag = (unsigned short)s->c_oflag,
		.c_cflag = (unsigned short)s->c_cflag,
		.c_lflag = (unsigned short)s->c_lflag,
		.c_line = s->c_line,
	};

	memcpy(old.c_cc, s->c_cc, NCC);
	return put_user(old, (struct termio *)arg);
}

static unsigned low_half(unsigned flags, unsigned short low)
{
	return (flags & ~0xffffu) | low;
}

static long set_termio(struct tty *t, uintptr_t arg, enum set_when when)
{
	struct termios s = t->ldisc.termios;
	struct termio old;

	if (get_user(old, (struct termio *)arg) < 0)
		return -EFAULT;
	s.c_iflag = low_half(s.c_iflag, old.c_iflag);
	s.c_oflag = low_half(s.c_oflag, old.c_oflag);
	s.c_cflag = low_half(s.c_cflag, old.c_cflag);
	s.c_lflag = low_half(s.c_lflag, old.c_lflag);
	memcpy(s.c_cc, old.c_cc, NCC);
	return set_settings(t, &s, t->in_speed, t->out_speed, when);
}

/* => true if cmd gets or sets the settings; the result is in *result */
static bool settings_ioctl(struct tty *t, unsigned cmd, uintptr_t arg, long *result)
{
	switch (cmd) {
	case TCGETS: *result = put_user(t->ldisc.termios, (struct termios *)arg); break;
	case TCSETS: *result = set_termios(t, arg, SET_NOW); break;
	case TCSETSW: *result = set_termios(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETSF: *result = set_termios(t, arg, SET_AND_FLUSH); break;
	case TCGETS2: *result = get_termios2(t, arg); break;
	case TCSETS2: *result = set_termios2(t, arg, SET_NOW); break;
	case TCSETSW2: *result = set_termios2(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETSF2: *result = set_termios2(t, arg, SET_AND_FLUSH); break;
	case TCGETA: *result = get_termio(t, arg); break;
	case TCSETA: *result = set_termio(t, arg, SET_NOW); break;
	case TCSETAW: *result = set_termio(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETAF: *result = set_termio(t, arg, SET_AND_FLUSH); break;
	case TIOCGLCKTRMIOS: *result = put_user(t->locked, (struct termios *)arg); break;
	case TIOCSLCKTRMIOS: *result = set_locked(t, arg); break;
	case TIOCGSOFTCAR:
		*result = put_user((t->ldisc.termios.c_cflag & CLOCAL) != 0 ? 1 : 0, (int *)arg);
		break;
	case TIOCSSOFTCAR: *result = set_softcar(t, arg); break;
	default: return false;
	}
	return true;
}

/* --- sessions and groups --- */

long tty_ioctl_sctty(struct tty *t, const struct file *f, uintptr_t steal)
{
	struct proc *p = current->proc;

	if (p->sid == p->pid && t->session == p->sid)
		return 0;
	if (p->sid != p->pid || p->tty != NULL)
		return -EPERM;
	if (t->session != 0 && (steal != 1 || !capable(CAP_SYS_ADMIN)))
		return -EPERM;
	if ((f->flags & O_ACCMODE) == O_WRONLY && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (t->gone) /* it has no session any more, and will not live as long as this process */
		return -EIO;
	tty_set_controlling(t, p);
	return 0;
}

static long give_up_controlling(struct tty *t)
{
	struct proc *p = current->proc;

	if (p->tty != t)
		return -ENOTTY;
	if (p->sid == p->pid)
		tty_session_leader_leaves(p);
	p->tty = NULL;
	return 0;
}

/* Is there such a group, if only of zombies, and in the current session?  The number of a process
 * that leads no group will do, as on Linux.  => 0, -ESRCH, -EPERM */
static int check_group(pid_t pgid)
{
	const struct proc *found = proc_find(pgid);
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid == pgid)
			found = p;
	}
	if (found == NULL)
		return -ESRCH;
	return found->sid == current->proc->sid ? 0 : -EPERM;
}

/* A master's owner may ask about the session at the other end. */
static long get_pgrp(struct tty *t, bool master, uintptr_t arg)
{
	if (!master && current->proc->tty != t)
		return -ENOTTY;
	return put_user(t->pgrp, (pid_t *)arg);
}

static long set_pgrp(struct tty *t, uintptr_t arg)
{
	pid_t pgid;
	int err = tty_check_change(t);

	if (err < 0)
		return err == -EIO ? -ENOTTY : err;
	if (get_user(pgid, (pid_t *)arg) < 0)
		return -EFAULT;
	if (pgid < 0)
		return -EINVAL;
	if (current->proc->tty != t || t->session != current->proc->sid)
		return -ENOTTY;
	err = check_group(pgid);
	if (err == 0)
		t->pgrp = pgid;
	return err;
}

static long get_session(struct tty *t, bool master, uintptr_t arg)
{
	if ((!master && current->proc->tty != t) || t->session == 0)
		return -ENOTTY;
	return put_user(t->session, (pid_t *)arg);
}

static long set_size(struct tty *t, uintptr_t arg)
{
	struct winsize size;

	if (get_user(size, (struct winsize *)arg) < 0)
		return -EFAULT;
	tty_resize(t, &size);
	return 0;
}

static long set_discipline(uintptr_t arg)
{
	int n;

	if (get_user(n, (int *)arg) < 0)
		return -EFAULT;
	return n == N_TTY ? 0 : -EINVAL;
}

bool tty_both_ioctl(struct tty *t, bool master, unsigned cmd, uintptr_t arg, long *result)
{
	if (settings_ioctl(t, cmd, arg, result))
		return true;
	switch (cmd) {
	case TIOCGPGRP: *result = get_pgrp(t, master, arg); break;
	case TIOCSPGRP: *result = set_pgrp(t, arg); break;
	case TIOCGSID: *result = get_session(t, master, arg); break;
	case TIOCGWINSZ: *result = put_user(t->size, (struct winsize *)arg); break;
	case TIOCSWINSZ: *result = set_size(t, arg); break;
	case TIOCGETD: *result = put_user((int)N_TTY, (int *)arg); break;
	case TIOCSETD: *result = set_discipline(arg); break;
	default: return false;
	}
	return true;
}

static long hang_up(struct tty *t)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	tty_hangup(t);
	return 0;
}

static bool session_ioctl(struct file *f, unsigned cmd, uintptr_t arg, long *result)
{
	struct tty *t = f->tty;

	switch (cmd) {
	case TIOCSCTTY: *result = tty_ioctl_sctty(t, f, arg); break;
	case TIOCNOTTY: *result = give_up_controlling(t); break;
	case TIOCVHANGUP: *result = hang_up(t); break;
	default: return false;
	}
	return true;
}

/* --- queues and flow --- */

static long flush(struct tty *t, uintptr_t which)
{
	int err = tty_check_change(t);

	if (err < 0)
		return err;
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		ldisc_flush_input(&t->ldisc);
	if (which != TCIFLUSH) {
		ldisc_flush_output(&t->ldisc);
		waitq_wake(&t->write_wait);
	}
	tty_resume(t);
	return 0;
}

static long flow(struct tty *t, uintptr_t what)
{
	const struct termios *s = &t->ldisc.termios;
	int err = tty_check_change(t);
	uint8_t c;

	if (err < 0)
		return err;
	switch (what) {
	case TCOOFF:
	case TCOON:
		ldisc_stop_by_call(&t->ldisc, what == TCOOFF);
		waitq_wake(&t->write_wait);
		tty_start(t);
		return 0;
	case TCIOFF:
	case TCION:
		c = s->c_cc[what == TCIOFF ? VSTOP : VSTART];
		if (c != 0)
			ldisc_send(&t->ldisc, c);
		tty_start(t);
		return 0;
	default: return -EINVAL;
	}
}

/* A break cannot be sent; what tcdrain(3) wants of this call is the wait. */
static long send_break(struct tty *t)
{
	int err = tty_check_change(t);

	return err < 0 ? err : wait_until_sent(t);
}

static long simulate_input(struct tty *t, uintptr_t arg)
{
	uint8_t c;

	if (current->proc->tty != t && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, (uint8_t *)arg) < 0)
		return -EFAULT;
	tty_input(t, &c, 1);
	return 0;
}

static bool queue_ioctl(struct tty *t, unsigned cmd, uintptr_t arg, long *result)
{
	int n;

	switch (cmd) {
	case FIONREAD:
		n = (int)ldisc_countable(&t->ldisc);
		*result = put_user(n, (int *)arg);
		break;
	case TIOCOUTQ:
		n = t->ldisc.pseudo ? 0 : (int)ldisc_pending_output(&t->ldisc);
		*result = put_user(n, (int *)arg);
		break;
	case TCFLSH: *result = flush(t, arg); break;
	case TCXONC: *result = flow(t, arg); break;
	case TCSBRK:
	case TCSBRKP: *result = send_break(t); break;
	case TIOCSBRK:
	case TIOCCBRK: *result = 0; break;
	case TIOCSTI: *result = simulate_input(t, arg); break;
	default: return false;
	}
	return true;
}

/* --- the rest --- */

static long get_lines(const struct tty *t, uintptr_t arg)
{
	if (t->ldisc.pseudo)
		return -ENOTTY;
	return put_user(TIOCM_CD | TIOCM_DSR | TIOCM_DTR | TIOCM_RTS | TIOCM_CTS, (int *)arg);
}

long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	struct tty *t = f->tty;
	long result;

	if (tty_file_dead(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	if (tty_both_ioctl(t, false, cmd, arg, &result) || session_ioctl(f, cmd, arg, &result) ||
	    queue_ioctl(t, cmd, arg, &result))
		return result;
	switch (cmd) {
	case TIOCEXCL: t->exclusive = true; return 0;
	case TIOCNXCL: t->exclusive = false; return 0;
	case TIOCGEXCL: return put_user((int)t->exclusive, (int *)arg);
	case TIOCGDEV: return put_user((unsigned)t->dev, (unsigned *)arg);
	case TIOCMGET: return get_lines(t, arg);
	case TIOCGPTPEER: return -EIO; /* the master's */
	default: return -ENOTTY;
	}
}
