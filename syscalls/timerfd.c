/* timerfd.c: timerfd_create(2): a timer that is read. */
#include <asm/errno.h>
#include <asm/poll.h>
#include <linux/fs.h>
#include <linux/timerfd.h>

#include "fs/text.h"
#include "fs/vfs.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/cred.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

struct timerfd {
	struct clock_timer timer;
	struct clock clock;
	uint64_t count; /* expiries since the last read */
	bool cancel_on_set;
	bool cancelled; /* the clock was set: the next read says so */
	int clock_id, settime_flags;
	struct waitq readers;
};

static CACHE(timerfd_cache, struct timerfd);

static void expire(struct clock_timer *timer, uint64_t missed)
{
	struct timerfd *t = CONTAINER_OF(timer, struct timerfd, timer);

	t->count += missed + 1;
	waitq_wake(&t->readers);
}

static void clock_was_set(struct clock_timer *timer)
{
	struct timerfd *t = CONTAINER_OF(timer, struct timerfd, timer);

	if (!t->cancel_on_set)
		return;
	t->cancelled = true;
	t->count++;
	waitq_wake(&t->readers);
}

static ssize_t timerfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct timerfd *t = f->priv;
	uint64_t count;
	int err;

	(void)pos;
	if (iobuf_left(b) < sizeof(count))
		return -EINVAL;
	if (t->count == 0 && ((f->flags & O_NONBLOCK) || (b->rwf & RWF_NOWAIT)))
		return -EAGAIN;
	err = WAIT_EVENT(&t->readers, t->count != 0);
	if (err < 0)
		return err;
	count = t->count;
	t->count = 0;
	if (t->cancelled) {
		t->cancelled = false;
		return -ECANCELED;
	}
	return iobuf_put(b, &count, sizeof(count)) == sizeof(count) ? (ssize_t)sizeof(count)
								    : -EFAULT;
}

static unsigned timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->priv;

	poll_wait(pt, &t->readers);
	return t->count != 0 ? POLLIN : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->priv;

	clock_timer_set(&t->timer, 0, 0);
	cache_free(&timerfd_cache, t);
}

static void timerfd_info(struct text *t, struct file *f)
{
	const struct timerfd *timer = f->priv;
	uint64_t left = clock_timer_left(&timer->timer), interval = timer->timer.interval;

	text_printf(t, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n", timer->clock_id,
		    timer->count, (unsigned)timer->settime_flags);
	text_printf(t, "it_value: (%llu, %llu)\nit_interval: (%llu, %llu)\n", left / NSEC_PER_SEC,
		    left % NSEC_PER_SEC, interval / NSEC_PER_SEC, interval % NSEC_PER_SEC);
}

static const struct file_ops timerfd_ops = {
	.llseek = llseek_nowhere,
	.read = timerfd_read,
	.prompt = true,
	.poll = timerfd_poll,
	.release = timerfd_release,
	.fdinfo = timerfd_info,
	.name = "[timerfd]",
};

long sys_timerfd_create(int id, int flags)
{
	struct clock clock;
	struct timerfd *t;
	struct file *f;
	int fd;

	if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) != 0)
		return -EINVAL;
	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC && id != CLOCK_BOOTTIME &&
	    id != CLOCK_REALTIME_ALARM && id != CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	if (id >= CLOCK_REALTIME_ALARM && !capable(CAP_WAKE_ALARM))
		return -EPERM;
	if (clock_find(id, &clock) < 0)
		return -EINVAL;
	t = cache_alloc(&timerfd_cache);
	if (t == NULL)
		return -ENOMEM;
	t->clock = t->timer.clock = clock;
	t->timer.fire = expire;
	t->timer.clock_set = clock_was_set;
	t->clock_id = id;
	waitq_init(&t->readers);
	f = file_create_ops(&timerfd_ops, t, O_RDWR | (flags & TFD_NONBLOCK));
	if (f == NULL) {
		cache_free(&timerfd_cache, t);
		return -ENOMEM;
	}
	fd = fd_install(f, (flags & TFD_CLOEXEC) != 0 ? FD_CLOEXEC : 0, 0);
	if (fd < 0)
		file_put(f);
	return fd;
}

/* => the file of a timer descriptor, counted; NULL with *err */
static struct file *timerfd_get(int fd, int *err)
{
	struct file *f = fd_get(fd);

	*err = -EBADF;
	if (f != NULL && f->ops != &timerfd_ops) {
		file_put(f);
		f = NULL;
		*err = -EINVAL;
	}
	return f;
}

static struct __kernel_itimerspec setting_of(const struct timerfd *t)
{
	return (struct __kernel_itimerspec){ timespec_of(t->timer.interval),
					     timespec_of(clock_timer_left(&t->timer)) };
}

static void timerfd_arm(struct timerfd *t, uint64_t value, uint64_t interval, int flags)
{
	const int until_set = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
	bool absolute = (flags & TFD_TIMER_ABSTIME) != 0;
	uint64_t now = 0;

	/* A time that is relative to now passes, whoever sets the clock. */
	t->timer.clock = t->clock;
	if (!absolute && t->clock.kind == CLOCK_WALL)
		t->timer.clock.kind = CLOCK_BOOT;
	t->cancel_on_set = t->clock.kind == CLOCK_WALL && (flags & until_set) == until_set;
	t->cancelled = false;

	if (!absolute)
		(void)clock_read(&t->timer.clock, &now);
	t->count = 0;
	clock_timer_set(&t->timer, value == 0 ? 0 : time_add(now, value), interval);
}

long sys_timerfd_settime(int fd, int flags, const struct __kernel_itimerspec *unew,
			 struct __kernel_itimerspec *uold)
{
	struct __kernel_itimerspec v;
	uint64_t value, interval;
	struct file *f;
	int err;

	if (get_user(v, unew) < 0)
		return -EFAULT;
	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 ||
	    timespec_to_ns(&v.it_value, &value) < 0 ||
	    timespec_to_ns(&v.it_interval, &interval) < 0)
		return -EINVAL;
	f = timerfd_get(fd, &err);
	if (f == NULL)
		return err;
	struct __kernel_itimerspec old = setting_of(f->priv);
	((struct timerfd *)f->priv)->settime_flags = flags;
	timerfd_arm(f->priv, value, interval, flags);
	file_put(f);
	/* A bad address for the old setting comes too late to leave it. */
	return uold == NULL ? 0 : put_user(old, uold);
}

long sys_timerfd_gettime(int fd, struct __kernel_itimerspec *uvalue)
{
	int err;
	struct file *f = timerfd_get(fd, &err);

	if (f == NULL)
		return err;
	struct __kernel_itimerspec v = setting_of(f->priv);
	file_put(f);
	return put_user(v, uvalue);
}
