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
#include "proc/task.h"

/* --- settings --- */

/* Wait until all output has gone.  => 0, -errno */
static int wait_until_sent(struct tty *t)
{
	tty_start(t);
	return WAIT_EVENT(&t->write_wait, ldisc_pending_output(&t->ldisc) == 0 || t->hung_up);
}

/* How a set command treats what is under way. */
enum set_when { SET_NOW, SET_AFTER_OUTPUT, SET_AND_FLUSH };

static long set_termios(struct tty *t, const struct termios *s, enum set_when when)
{
	int err = tty_check_change(t);

	if (err == 0 && when != SET_NOW)
		err = wait_until_sent(t);
	if (err < 0)
		return err;
	if (when == SET_AND_FLUSH)
		ldisc_flush_input(&t->ldisc);
	ldisc_set_termios(&t->ldisc, s);
	/* More may be readable, or sendable, under the new rules. */
	waitq_wake(&t->read_wait);
	tty_start(t);
	tty_resume(t);
	return 0;
}

static long set_from_user(struct tty *t, uintptr_t arg, enum set_when when)
{
	struct termios s;

	if (get_user(s, (struct termios *)arg) < 0)
		return -EFAULT;
	return set_termios(t, &s, when);
}

static long set_termios2(struct tty *t, uintptr_t arg, enum set_when when)
{
	struct termios2 s;
	struct termios old;

	if (get_user(s, (struct termios2 *)arg) < 0)
		return -EFAULT;
	memcpy(&old, &s, sizeof(old)); /* the same fields, without the speeds */
	return set_termios(t, &old, when);
}

static long get_termios2(struct tty *t, uintptr_t arg)
{
	struct termios2 s = { .c_ispeed = 38400, .c_ospeed = 38400 };

	memcpy(&s, &t->ldisc.termios, sizeof(struct termios));
	return put_user(s, (struct termios2 *)arg);
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
	return set_termios(t, &s, when);
}

/* => true if cmd gets or sets the settings; the result is in *result */
static bool settings_ioctl(struct tty *t, unsigned cmd, uintptr_t arg, long *result)
{
	switch (cmd) {
	case TCGETS: *result = put_user(t->ldisc.termios, (struct termios *)arg); break;
	case TCSETS: *result = set_from_user(t, arg, SET_NOW); break;
	case TCSETSW: *result = set_from_user(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETSF: *result = set_from_user(t, arg, SET_AND_FLUSH); break;
	case TCGETS2: *result = get_termios2(t, arg); break;
	case TCSETS2: *result = set_termios2(t, arg, SET_NOW); break;
	case TCSETSW2: *result = set_termios2(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETSF2: *result = set_termios2(t, arg, SET_AND_FLUSH); break;
	case TCGETA: *result = get_termio(t, arg); break;
	case TCSETA: *result = set_termio(t, arg, SET_NOW); break;
	case TCSETAW: *result = set_termio(t, arg, SET_AFTER_OUTPUT); break;
	case TCSETAF: *result = set_termio(t, arg, SET_AND_FLUSH); break;
	default: return false;
	}
	return true;
}

/* --- sessions and groups --- */

static long set_controlling(struct tty *t, uintptr_t steal)
{
	struct proc *p = current->proc;

	if (p->tty == t && t->session == p->sid && p->sid == p->pid)
		return 0;
	if (p->sid != p->pid || p->tty != NULL)
		return -EPERM;
	if (t->session != 0 && (steal != 1 || p->euid != 0))
		return -EPERM;
	tty_set_controlling(t, p);
	return 0;
}

static long give_up_controlling(struct tty *t)
{
	struct proc *p = current->proc;

	if (p->tty != t)
		return -ENOTTY;
	if (p->sid == p->pid)
		tty_session_leader_exit(p);
	p->tty = NULL;
	return 0;
}

/* Is there such a group, and in the current session?  => 0, -ESRCH, -EPERM */
static int check_group(pid_t pgid)
{
	int found = -ESRCH;
	struct proc *p;

	LIST_FOREACH (p, &proc_list, all_link) {
		if (p->pgid != pgid || p->state != PROC_ALIVE)
			continue;
		if (p->sid == current->proc->sid)
			return 0;
		found = -EPERM;
	}
	return found;
}

static long get_pgrp(struct tty *t, uintptr_t arg)
{
	if (current->proc->tty != t)
		return -ENOTTY;
	return put_user(t->pgrp, (pid_t *)arg);
}

static long set_pgrp(struct tty *t, uintptr_t arg)
{
	pid_t pgid;
	int err = tty_check_change(t);

	if (err < 0)
		return err;
	if (current->proc->tty != t || t->session != current->proc->sid)
		return -ENOTTY;
	if (get_user(pgid, (pid_t *)arg) < 0)
		return -EFAULT;
	if (pgid < 0)
		return -EINVAL;
	err = check_group(pgid);
	if (err == 0)
		t->pgrp = pgid;
	return err;
}

static long get_session(struct tty *t, uintptr_t arg)
{
	if (current->proc->tty != t || t->session == 0)
		return -ENOTTY;
	return put_user(t->session, (pid_t *)arg);
}

static bool session_ioctl(struct tty *t, unsigned cmd, uintptr_t arg, long *result)
{
	switch (cmd) {
	case TIOCSCTTY: *result = set_controlling(t, arg); break;
	case TIOCNOTTY: *result = give_up_controlling(t); break;
	case TIOCGPGRP: *result = get_pgrp(t, arg); break;
	case TIOCSPGRP: *result = set_pgrp(t, arg); break;
	case TIOCGSID: *result = get_session(t, arg); break;
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
	case TCOOFF: t->ldisc.stopped = true; return 0;
	case TCOON:
		t->ldisc.stopped = false;
		tty_start(t);
		return 0;
	case TCIOFF:
	case TCION:
		c = s->c_cc[what == TCIOFF ? VSTOP : VSTART];
		if (c != 0)
			ldisc_write(&t->ldisc, &c, 1);
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

	if (current->proc->tty != t && current->proc->euid != 0)
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
		n = (int)ldisc_readable(&t->ldisc);
		*result = put_user(n, (int *)arg);
		break;
	case TIOCOUTQ:
		n = (int)ldisc_pending_output(&t->ldisc);
		*result = put_user(n, (int *)arg);
		break;
	case TCFLSH: *result = flush(t, arg); break;
	case TCXONC: *result = flow(t, arg); break;
	case TCSBRK:
	case TCSBRKP: *result = send_break(t); break;
	case TIOCSTI: *result = simulate_input(t, arg); break;
	default: return false;
	}
	return true;
}

/* --- the rest --- */

static long set_size(struct tty *t, uintptr_t arg)
{
	struct winsize size;

	if (get_user(size, (struct winsize *)arg) < 0)
		return -EFAULT;
	t->size.ws_xpixel = size.ws_xpixel;
	t->size.ws_ypixel = size.ws_ypixel;
	tty_set_size(t, size.ws_row, size.ws_col);
	return 0;
}

static long set_discipline(uintptr_t arg)
{
	int n;

	if (get_user(n, (int *)arg) < 0)
		return -EFAULT;
	return n == N_TTY ? 0 : -EINVAL;
}

long tty_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	struct tty *t = f->tty;
	long result;

	if (t->hung_up)
		return -EIO;
	if (settings_ioctl(t, cmd, arg, &result) || session_ioctl(t, cmd, arg, &result) ||
	    queue_ioctl(t, cmd, arg, &result))
		return result;
	switch (cmd) {
	case TIOCGWINSZ: return put_user(t->size, (struct winsize *)arg);
	case TIOCSWINSZ: return set_size(t, arg);
	case TIOCGETD: return put_user((int)N_TTY, (int *)arg);
	case TIOCSETD: return set_discipline(arg);
	case TIOCEXCL: t->exclusive = true; return 0;
	case TIOCNXCL: t->exclusive = false; return 0;
	case TIOCGEXCL: return put_user((int)t->exclusive, (int *)arg);
	case TIOCGDEV: return put_user((unsigned)t->dev, (unsigned *)arg);
	case TIOCMGET:
		return put_user(TIOCM_CD | TIOCM_DSR | TIOCM_DTR | TIOCM_RTS | TIOCM_CTS,
				(int *)arg);
	default: return -ENOTTY;
	}
}
