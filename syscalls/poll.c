/* poll.c: poll(2), select(2), epoll(7), eventfd(2). */

#include <asm/errno.h>
#include <asm/poll.h>
#include <linux/eventpoll.h>
#include <linux/resource.h>

#include "fs/fd.h"
#include "fs/inode.h"
#include "fs/poll.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

/* O_PATH is not open for this. */
static struct file *fd_get_open(int fd)
{
	struct file *f = fd_get(fd);

	if (f == NULL || !(f->flags & O_PATH))
		return f;
	file_put(f);
	return NULL;
}

/* --- time --- */

uint64_t deadline_after(uint64_t ns)
{
	uint64_t now = clock_ns();

	return ns >= NO_DEADLINE - now ? NO_DEADLINE : now + ns;
}

/* user NULL: no deadline. */
static int deadline_from_user(const struct __kernel_timespec *user, uint64_t *deadline)
{
	uint64_t ns;

	*deadline = NO_DEADLINE;
	if (user == NULL)
		return 0;
	int err = timespec_from_user(user, &ns);
	if (err == 0)
		*deadline = deadline_after(ns);
	return err;
}

static uint64_t deadline_from_ms(int ms)
{
	return ms < 0 ? NO_DEADLINE : deadline_after((uint64_t)ms * NSEC_PER_MSEC);
}

static uint64_t time_left(uint64_t deadline)
{
	uint64_t now = clock_ns();

	return deadline > now ? deadline - now : 0;
}

/* What is left of the time goes back to the program, which may not care. */
static void give_time_left(struct __kernel_timespec *user, uint64_t deadline)
{
	if (user == NULL || deadline == NO_DEADLINE)
		return;
	uint64_t left = time_left(deadline);
	struct __kernel_timespec t = { .tv_sec = (int64_t)(left / NSEC_PER_SEC),
				       .tv_nsec = (long long)(left % NSEC_PER_SEC) };
	(void)put_user(t, user);
}

/* The signal mask for the time of a call; the old one comes back on the way out of the kernel.
 * => 0, -EFAULT, -EINVAL */
static int temporary_mask(const uint64_t *user, size_t size)
{
	uint64_t mask;

	if (user == NULL)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, user) < 0)
		return -EFAULT;
	signal_set_temporary_mask(mask);
	return 0;
}

/* --- poll --- */

static void release_files(struct poll_entry *e, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (e[i].file != NULL)
			file_put(e[i].file);
	}
}

static long poll_user(struct pollfd *user, unsigned n, uint64_t deadline)
{
	struct poll_entry few[4], *e = few;
	struct pollfd p;
	unsigned i;
	long result = 0;

	if (n > current->proc->limits[RLIMIT_NOFILE].rlim_cur)
		return -EINVAL;
	if (n > ARRAY_SIZE(few)) {
		e = kmalloc(n * sizeof(*e));
		if (e == NULL)
			return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		if (get_user(p, &user[i]) < 0) {
			result = -EFAULT;
			break;
		}
		e[i].file = p.fd < 0 ? NULL : fd_get_open(p.fd);
		e[i].missing = p.fd >= 0 && e[i].file == NULL;
		e[i].events = (unsigned short)p.events;
	}
	if (result == 0)
		result = poll_files(e, n, deadline);
	release_files(e, i);
	for (i = 0; i < n && result >= 0; i++) {
		short revents = (short)e[i].revents;
		if (put_user(revents, &user[i].revents) < 0)
			result = -EFAULT;
	}
	if (e != few)
		kfree(e);
	return result;
}

/* A poll that a stop signal interrupted goes on with what is left of its time. */
static long poll_again(struct task *t)
{
	uint64_t deadline = t->restart.arg[2];
	long n = poll_user((struct pollfd *)t->restart.arg[0], (unsigned)t->restart.arg[1],
			   deadline);

	return n == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : n;
}

long sys_poll(struct pollfd *fds, unsigned n, int ms)
{
	uint64_t deadline = deadline_from_ms(ms);
	long result = poll_user(fds, n, deadline);

	if (result == -ERESTARTSYS) {
		struct task *t = current;
		t->restart.fn = poll_again;
		t->restart.arg[0] = (uint64_t)(uintptr_t)fds;
		t->restart.arg[1] = n;
		t->restart.arg[2] = deadline;
		return -ERESTART_RESTARTBLOCK;
	}
	return result;
}

long sys_ppoll(struct pollfd *fds, unsigned n, struct __kernel_timespec *timeout,
	       const uint64_t *mask, size_t size)
{
	uint64_t deadline;
	int err = deadline_from_user(timeout, &deadline);

	if (err == 0)
		err = temporary_mask(mask, size);
	if (err < 0)
		return err;
	long result = poll_user(fds, n, deadline);
	give_time_left(timeout, deadline);
	return result == -ERESTARTSYS ? -ERESTARTNOHAND : result;
}

/* --- select --- */

/* What pselect6's last argument points at. */
struct sigset_argument {
	const uint64_t *mask;
	size_t size;
};

#define SET_IN	     (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SET_OUT	     (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SET_EX	     (POLLPRI)
#define FDS_PER_WORD 64

struct select_sets {
	uint64_t *user[3]; /* read, write, except; may be NULL */
	uint64_t *word[3]; /* what was asked for, then the answer */
	unsigned words;
};

static const unsigned set_events[3] = { SET_IN, SET_OUT, SET_EX };

static bool set_has(const struct select_sets *s, unsigned which, int fd)
{
	return (s->word[which][fd / FDS_PER_WORD] >> (fd % FDS_PER_WORD) & 1) != 0;
}

/* Make the list for poll_files().  => entries, -EBADF; e[i].missing holds nothing here */
static long select_entries(const struct select_sets *s, int n, struct poll_entry *e, int *fds)
{
	unsigned count = 0;

	for (int fd = 0; fd < n; fd++) {
		unsigned events = 0;
		for (unsigned i = 0; i < 3; i++)
			events |= set_has(s, i, fd) ? set_events[i] : 0;
		if (events == 0)
			continue;
		struct file *f = fd_get_open(fd);
		if (f == NULL) {
			release_files(e, count);
			return -EBADF;
		}
		fds[count] = fd;
		e[count] = (struct poll_entry){ .file = f, .events = events };
		count++;
	}
	return count;
}

/* Turn the answers into sets.  => bits set */
static long select_answers(struct select_sets *s, const struct poll_entry *e, const int *fds,
			   unsigned count)
{
	long bits = 0;

	for (unsigned j = 0; j < count; j++) {
		for (unsigned i = 0; i < 3; i++) {
			uint64_t bit = 1ull << (fds[j] % FDS_PER_WORD);
			uint64_t *word = &s->word[i][fds[j] / FDS_PER_WORD];
			if (!(*word & bit))
				continue;
			if (e[j].revents & set_events[i])
				bits++;
			else
				*word &= ~bit;
		}
	}
	return bits;
}

static long select_run(struct select_sets *s, int n, uint64_t deadline)
{
	struct poll_entry *e = kmalloc((size_t)MAX(n, 1) * (sizeof(*e) + sizeof(int)));
	long result;

	if (e == NULL)
		return -ENOMEM;
	int *fds = (int *)(e + n);
	long count = select_entries(s, n, e, fds);
	result = count;
	if (count >= 0) {
		for (long j = 0; j < count; j++) {
			/* Only what was asked for counts as ready, but poll adds errors. */
			e[j].events &= ~(unsigned)(POLLERR | POLLHUP);
		}
		result = poll_files(e, (unsigned)count, deadline);
		release_files(e, (unsigned)count);
		if (result >= 0)
			result = select_answers(s, e, fds, (unsigned)count);
	}
	kfree(e);
	return result;
}

static long select_user(int n, uint64_t *in, uint64_t *out, uint64_t *ex, uint64_t deadline)
{
	struct select_sets s = { .user = { in, out, ex } };
	long result = 0;

	if (n < 0)
		return -EINVAL;
	n = MIN(n, files_capacity(current->proc->files));
	s.words = (unsigned)(n + FDS_PER_WORD - 1) / FDS_PER_WORD;
	size_t bytes = s.words * sizeof(uint64_t);
	/* The program's sets are long words too, so whole words may be copied. */
	uint64_t *words = kzalloc(3 * bytes + 1);
	if (words == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < 3; i++) {
		s.word[i] = words + i * s.words;
		if (s.user[i] != NULL && copy_from_user(s.word[i], s.user[i], bytes) < 0)
			result = -EFAULT;
	}
	if (result == 0)
		result = select_run(&s, n, deadline);
	for (unsigned i = 0; i < 3 && result >= 0; i++) {
		if (s.user[i] != NULL && copy_to_user(s.user[i], s.word[i], bytes) < 0)
			result = -EFAULT;
	}
	kfree(words);
	return result;
}

long sys_select(int n, uint64_t *in, uint64_t *out, uint64_t *ex, struct __kernel_old_timeval *user)
{
	struct __kernel_old_timeval tv;
	uint64_t deadline = NO_DEADLINE;

	if (user != NULL) {
		if (get_user(tv, user) < 0)
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		uint64_t s = (uint64_t)MIN(tv.tv_sec, INT32_MAX);
		deadline = deadline_after(s * NSEC_PER_SEC +
					  (uint64_t)MIN(tv.tv_usec, INT32_MAX) * NSEC_PER_USEC);
	}
	long result = select_user(n, in, out, ex, deadline);
	if (user != NULL) {
		uint64_t left = time_left(deadline);
		tv.tv_sec = (long)(left / NSEC_PER_SEC);
		tv.tv_usec = (long)(left % NSEC_PER_SEC / NSEC_PER_USEC);
		(void)put_user(tv, user);
	}
	return result == -ERESTARTSYS ? -ERESTARTNOHAND : result;
}

long sys_pselect6(int n, uint64_t *in, uint64_t *out, uint64_t *ex,
		  struct __kernel_timespec *timeout, const struct sigset_argument *user)
{
	struct sigset_argument arg = { 0 };
	uint64_t deadline;
	int err = deadline_from_user(timeout, &deadline);

	if (err == 0 && user != NULL && get_user(arg, user) < 0)
		err = -EFAULT;
	if (err == 0)
		err = temporary_mask(arg.mask, arg.size);
	if (err < 0)
		return err;
	long result = select_user(n, in, out, ex, deadline);
	give_time_left(timeout, deadline);
	return result == -ERESTARTSYS ? -ERESTARTNOHAND : result;
}

/* --- epoll --- */

long sys_epoll_create1(int flags)
{
	int err;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	struct file *f = epoll_create(&err);
	return fd_result(f, (unsigned)flags & O_CLOEXEC, err);
}

long sys_epoll_create(int size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

long sys_epoll_ctl(int set, int op, int fd, struct epoll_event *user)
{
	struct epoll_event ev = { 0 };
	struct file *s, *f;
	long err = -EBADF;

	if (op != EPOLL_CTL_DEL && get_user(ev, user) < 0)
		return -EFAULT;
	s = fd_get_open(set);
	f = fd_get_open(fd);
	if (s != NULL && f != NULL)
		err = epoll_change(s, op, fd, f, &ev);
	if (s != NULL)
		file_put(s);
	if (f != NULL)
		file_put(f);
	return err;
}

#define EPOLL_MORE 32 /* room for what is added while the caller waits */
#define EPOLL_MOST ((int)(INT32_MAX / sizeof(struct epoll_event))) /* as in Linux */

static long epoll_file(struct file *s, struct epoll_event *user, int n, uint64_t deadline)
{
	if (n <= 0 || n > EPOLL_MOST)
		return -EINVAL;
	if (!user_range_below((uintptr_t)user, (size_t)n * sizeof(*user)))
		return -EFAULT;
	n = (int)MIN((size_t)n, epoll_size(s) + EPOLL_MORE);
	struct epoll_event *ev = kmalloc((size_t)n * sizeof(*ev));
	long result = ev == NULL ? -ENOMEM : epoll_collect(s, ev, n, deadline);
	if (result > 0 && copy_to_user(user, ev, (size_t)result * sizeof(*ev)) < 0)
		result = -EFAULT;
	kfree(ev);
	return result;
}

static long epoll_user(int set, struct epoll_event *user, int n, uint64_t deadline)
{
	struct file *s = fd_get_open(set);

	if (s == NULL)
		return -EBADF;
	long result = epoll_file(s, user, n, deadline);
	file_put(s);
	return result;
}

long sys_epoll_wait(int set, struct epoll_event *ev, int n, int ms)
{
	long result = epoll_user(set, ev, n, deadline_from_ms(ms));

	return result == -ERESTARTSYS ? -EINTR : result;
}

long sys_epoll_pwait(int set, struct epoll_event *ev, int n, int ms, const uint64_t *mask,
		     size_t size)
{
	int err = temporary_mask(mask, size);

	if (err < 0)
		return err;
	long result = epoll_user(set, ev, n, deadline_from_ms(ms));
	return result == -ERESTARTSYS ? -EINTR : result;
}

long sys_epoll_pwait2(int set, struct epoll_event *ev, int n,
		      const struct __kernel_timespec *timeout, const uint64_t *mask, size_t size)
{
	uint64_t deadline;
	int err = deadline_from_user(timeout, &deadline);

	if (err == 0)
		err = temporary_mask(mask, size);
	if (err < 0)
		return err;
	long result = epoll_user(set, ev, n, deadline);
	return result == -ERESTARTSYS ? -EINTR : result;
}

/* --- eventfd --- */

long sys_eventfd2(unsigned count, int flags)
{
	if (flags & ~(1 | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	return fd_result(eventfd_create(count, (unsigned)flags), (unsigned)flags, -ENOMEM);
}

long sys_eventfd(unsigned count)
{
	return sys_eventfd2(count, 0);
}
