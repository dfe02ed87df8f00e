/* signalfd.c: signalfd(2): signals that are read.  It gives those of whoever reads it. */
#include <asm/errno.h>
#include <asm/poll.h>
#include <linux/fs.h>
#include <linux/signalfd.h>

#include "fs/text.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

/* The mask is what file.priv points to. */
static CACHE(mask_cache, uint64_t);

static uint64_t mask_of(const struct file *f)
{
	return *(const uint64_t *)f->priv;
}

/* Signals whose positive codes tell of a fault, and of a system call that is not allowed. */
#define FAULTS                                                                                     \
	(SIG_BIT(SIGSEGV) | SIG_BIT(SIGBUS) | SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) | SIG_BIT(SIGFPE))
#define OTHERS (SIG_BIT(SIGCHLD) | SIG_BIT(SIGSYS))

/* I/O, with whatever signal F_SETSIG has chosen. */
static bool tells_of_io(const siginfo_t *info)
{
	return info->si_code > 0 && info->si_code <= NSIGPOLL &&
	       (SIG_BIT(info->si_signo) & (FAULTS | OTHERS)) == 0;
}

static void fill(struct signalfd_siginfo *s, const siginfo_t *info)
{
	memset(s, 0, sizeof(*s));
	s->ssi_signo = (uint32_t)info->si_signo;
	s->ssi_errno = info->si_errno;
	s->ssi_code = info->si_code;
	if (info->si_code == SI_TIMER) {
		s->ssi_tid = (uint32_t)info->si_tid;
		s->ssi_overrun = (uint32_t)info->si_overrun;
	} else if (tells_of_io(info)) {
		s->ssi_band = (uint32_t)info->si_band;
		s->ssi_fd = info->si_fd;
	} else if (info->si_code > 0 && info->si_code != SI_KERNEL && info->si_signo != SIGCHLD) {
		s->ssi_addr = (uintptr_t)info->si_addr;
	} else {
		s->ssi_pid = (uint32_t)info->si_pid;
		s->ssi_uid = info->si_uid;
	}
	if (info->si_signo == SIGCHLD && info->si_code > 0) {
		s->ssi_status = info->si_status;
		s->ssi_utime = (uint64_t)info->si_utime;
		s->ssi_stime = (uint64_t)info->si_stime;
	} else if (info->si_code < 0) {
		s->ssi_ptr = (uintptr_t)info->si_ptr;
		s->ssi_int = info->si_int;
	}
}

static ssize_t signalfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct signalfd_siginfo s;
	siginfo_t info;
	ssize_t done = 0;
	int err;

	(void)pos;
	if (iobuf_left(b) < sizeof(s))
		return -EINVAL;
	if (!(f->flags & O_NONBLOCK) && !(b->rwf & RWF_NOWAIT)) {
		err = WAIT_EVENT(&signal_arrivals, (signal_waiting(current) & mask_of(f)) != 0);
		if (err < 0)
			return err;
	}
	while (iobuf_left(b) >= sizeof(s) && signal_take(mask_of(f), &info) != 0) {
		fill(&s, &info);
		if (iobuf_put(b, &s, sizeof(s)) != sizeof(s))
			return done > 0 ? done : -EFAULT;
		done += (ssize_t)sizeof(s);
	}
	return done > 0 ? done : -EAGAIN;
}

static unsigned signalfd_poll(struct file *f, struct poll_table *pt)
{
	poll_wait(pt, &signal_arrivals);
	return (signal_waiting(current) & mask_of(f)) != 0 ? POLLIN : 0;
}

static void signalfd_release(struct file *f)
{
	cache_free(&mask_cache, f->priv);
}

static void signalfd_info(struct text *t, struct file *f)
{
	text_printf(t, "sigmask:\t%016lx\n", mask_of(f));
}

static const struct file_ops signalfd_ops = {
	.llseek = llseek_nowhere,
	.read = signalfd_read,
	.prompt = true,
	.poll = signalfd_poll,
	.release = signalfd_release,
	.fdinfo = signalfd_info,
	.name = "[signalfd]",
};

static int signalfd_create(uint64_t mask, int flags)
{
	uint64_t *m = cache_alloc(&mask_cache);
	struct file *f;
	int fd;

	if (m == NULL)
		return -ENOMEM;
	*m = mask;
	f = file_create_ops(&signalfd_ops, m, O_RDWR | ((unsigned)flags & SFD_NONBLOCK));
	if (f == NULL) {
		cache_free(&mask_cache, m);
		return -ENOMEM;
	}
	fd = fd_install(f, (flags & SFD_CLOEXEC) != 0 ? FD_CLOEXEC : 0, 0);
	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_signalfd4(int fd, const uint64_t *umask, size_t size, int flags)
{
	uint64_t mask;
	struct file *f;

	if ((flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) != 0 || size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask) < 0)
		return -EFAULT;
	mask &= ~SIG_UNBLOCKABLE;
	if (fd == -1)
		return signalfd_create(mask, flags);
	f = fd_get(fd);
	if (f == NULL)
		return -EBADF;
	if (f->ops != &signalfd_ops) {
		file_put(f);
		return -EINVAL;
	}
	*(uint64_t *)f->priv = mask;
	waitq_wake(&signal_arrivals);
	file_put(f);
	return fd;
}

long sys_signalfd(int fd, const uint64_t *mask, size_t size)
{
	return sys_signalfd4(fd, mask, size, 0);
}
