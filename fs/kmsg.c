/* kmsg.c: the kernel's log for programs: /dev/kmsg, /proc/kmsg, and what syslog(2) shares with it.
 *
 * Each open /dev/kmsg has a place of its own and gives one record at a read (Linux's
 * Documentation/ABI/testing/dev-kmsg); /proc/kmsg and syslog(2) have one place together.  Records are
 * lines: what a program writes with newlines in it becomes several. */

#include "fs/kmsg.h"

#include <asm/poll.h>
#include <linux/capability.h>
#include <linux/fs.h>

#include "fs/internal.h"
#include "fs/poll.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define KMSG_MINOR 11
#define RECORD_MAX 1024 /* that a program may write at once */

static struct waitq log_readers = { LIST_INIT(log_readers.waiters) };
static uint64_t cleared; /* what is before this is not shown any more */
static uint64_t untaken; /* where kmsg_take() goes on */

static void notify(void)
{
	if (!waitq_empty(&log_readers))
		waitq_wake(&log_readers);
}

/* --- syslog(2) and /proc/kmsg --- */

/* The log from *at on.  => bytes, -EFAULT, -ENOMEM */
static ssize_t copy_log(uint64_t *at, struct iobuf *b)
{
	char *part = kmalloc(PAGE_SIZE);
	ssize_t done = 0;
	size_t n;

	if (part == NULL)
		return -ENOMEM;
	while ((n = log_read(at, part, MIN(iobuf_left(b), PAGE_SIZE))) > 0) {
		size_t put = iobuf_put(b, part, n);
		*at -= n - put;
		done += (ssize_t)put;
		if (put < n) {
			done = done == 0 ? -EFAULT : done;
			break;
		}
	}
	kfree(part);
	return done;
}

ssize_t kmsg_take(struct iobuf *b, bool nonblock)
{
	if (iobuf_left(b) == 0)
		return 0;
	if (nonblock && untaken >= log_written())
		return -EAGAIN;
	int err = WAIT_EVENT(&log_readers, untaken < log_written());
	return err < 0 ? err : copy_log(&untaken, b);
}

size_t kmsg_untaken(void)
{
	return MIN(log_written() - untaken, (uint64_t)LOG_BYTES);
}

ssize_t kmsg_last(struct iobuf *b)
{
	uint64_t end = log_written(), len = iobuf_left(b);
	uint64_t at = MAX(cleared, end > len ? end - len : 0);
	char c;

	/* From the beginning of a line. */
	if (at > cleared) {
		do {
			c = '\n';
		} while (log_read(&at, &c, 1) == 1 && c != '\n');
	}
	return copy_log(&at, b);
}

void kmsg_clear(void)
{
	cleared = log_written();
}

static ssize_t proc_read(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)pos;
	return kmsg_take(b, (f->flags & O_NONBLOCK) != 0);
}

static unsigned proc_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	poll_wait(pt, &log_readers);
	return untaken < log_written() ? POLLIN | POLLRDNORM : 0;
}

static int proc_open(struct inode *inode, struct file *f)
{
	(void)inode, (void)f;
	return capable(CAP_SYSLOG) ? 0 : -EPERM;
}

const struct file_ops kmsg_proc_ops = { .open = proc_open, .read = proc_read, .poll = proc_poll };

/* --- /dev/kmsg --- */

struct reader {
	uint64_t at, number; /* the next record: its place, and how many came before it */
};

static void reader_to(struct reader *r, uint64_t at)
{
	r->at = at;
	r->number = log_line_number(&r->at);
}

static int dev_open(struct inode *inode, struct file *f)
{
	(void)inode;
	if ((f->flags & O_ACCMODE) == O_WRONLY)
		return 0;
	struct reader *r = kmalloc(sizeof(*r));
	if (r == NULL)
		return -ENOMEM;
	reader_to(r, 0);
	f->priv = r;
	return 0;
}

static void dev_release(struct file *f)
{
	kfree(f->priv);
}

/* Is there a complete record at r? */
static bool record_ready(const struct reader *r)
{
	uint64_t end = log_written(), at = end;

	return log_line_number(&at) > r->number;
}

/* Take a line out of the log.  => its length with the newline, cut to size */
static size_t take_line(uint64_t *at, char *buf, size_t size)
{
	size_t n = 0;
	char c = 0;

	while (c != '\n' && log_read(at, &c, 1) == 1) {
		if (n < size)
			buf[n++] = c;
	}
	return n;
}

/* "<6>[    1.234567] text\n" as "6,number,1234567,-;text\n", with what is not plain text as \xHH. */
static int record_text(const char *line, size_t len, uint64_t number, char *out, size_t size)
{
	char *p = NULL;
	unsigned priority = (unsigned)strtoull(line + 1, &p, 10);

	while (*p != '[')
		p++;
	for (p++; *p == ' ';)
		p++;
	uint64_t us = strtoull(p, &p, 10) * USEC_PER_SEC;
	if (*p == '.')
		us += strtoull(p + 1, &p, 10);
	p += 2; /* "] " */
	int n = snprintf(out, size, "%u,%lu,%lu,-;", priority, number, us);
	for (; p < line + len && *p != '\n'; p++) {
		bool plain = *p >= ' ' && *p < 127 && *p != '\\';
		n += snprintf(out + n, size - (size_t)n, plain ? "%c" : "\\x%02x", (uint8_t)*p);
		if ((size_t)n + 8 >= size)
			break;
	}
	n += snprintf(out + n, size - (size_t)n, "\n");
	return n;
}

/* The record at r, into b.  => bytes, -EINVAL: it has no room there, -EFAULT, -ENOMEM */
static ssize_t read_record(struct reader *r, struct iobuf *b)
{
	const size_t room = 2 * PAGE_SIZE;
	char *line = kmalloc(room);

	if (line == NULL)
		return -ENOMEM;
	char *out = line + room / 4;
	uint64_t at = r->at;
	size_t len = take_line(&at, line, room / 4 - 1);
	line[len] = '\0';
	ssize_t n = record_text(line, len, r->number, out, room / 4 * 3);
	if ((size_t)n > iobuf_left(b))
		n = -EINVAL;
	else if (iobuf_put(b, out, (size_t)n) < (size_t)n)
		n = -EFAULT;
	if (n > 0) {
		r->at = at;
		r->number++;
	}
	kfree(line);
	return n;
}

static ssize_t dev_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct reader *r = f->priv;

	(void)pos;
	if (!record_ready(r)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		int err = WAIT_EVENT(&log_readers, record_ready(r));
		if (err < 0)
			return err;
	}
	if (log_lost(r->at)) {
		reader_to(r, r->at);
		return -EPIPE;
	}
	return read_record(r, b);
}

/* "<N>text": N is the priority; without a facility it is that of programs, as only the kernel has 0. */
static ssize_t dev_write(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t len = iobuf_left(b);
	unsigned priority = LOG_FACILITY_USER | LOG_WARNING;

	(void)f, (void)pos;
	if (len > RECORD_MAX)
		return -EINVAL;
	char *line = kmalloc(len + 1), *text = line, *end;
	if (line == NULL)
		return -ENOMEM;
	if (iobuf_take(b, line, len) < len) {
		kfree(line);
		return -EFAULT;
	}
	line[len] = '\0';
	if (line[0] == '<') {
		unsigned long long n = strtoull(line + 1, &end, 10);
		if (end > line + 1 && *end == '>') {
			priority = (unsigned)n & 0x3ff;
			if (priority < LOG_LEVELS)
				priority |= LOG_FACILITY_USER;
			text = end + 1;
		}
	}
	log_line(priority, text, (size_t)(line + len - text));
	kfree(line);
	return (ssize_t)len;
}

static unsigned dev_poll(struct file *f, struct poll_table *pt)
{
	const struct reader *r = f->priv;

	poll_wait(pt, &log_readers);
	if (r == NULL || !record_ready(r))
		return POLLOUT | POLLWRNORM;
	return POLLOUT | POLLWRNORM | POLLIN | POLLRDNORM |
	       (log_lost(r->at) ? POLLERR | POLLPRI : 0);
}

/* To the first record, behind the last, and to the first since the log was cleared. */
static off_t dev_llseek(struct file *f, off_t off, int whence)
{
	struct reader *r = f->priv;

	if (r == NULL)
		return -EBADF;
	if (off != 0)
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET: reader_to(r, 0); return 0;
	case SEEK_DATA: reader_to(r, cleared); return 0;
	case SEEK_END: reader_to(r, log_written()); return 0;
	default: return -EINVAL;
	}
}

static const struct file_ops kmsg_ops = {
	.open = dev_open,
	.read = dev_read,
	.write = dev_write,
	.poll = dev_poll,
	.llseek = dev_llseek,
	.release = dev_release,
};

void kmsg_init(void)
{
	log_notify = notify;
	if (dev_register("kmsg", 1, KMSG_MINOR, 0644, &kmsg_ops) < 0)
		panic("no memory for /dev");
}
