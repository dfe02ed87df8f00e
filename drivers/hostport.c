/* hostport.c: the guest's end of the channels to the host command `flat`. */
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <linux/major.h>

#include "arch/arch.h"
#include "boot/boot.h"
#include "drivers/console.h"
#include "drivers/hostport.h"
#include "drivers/hostproto.h"
#include "drivers/uart.h"
#include "drivers/virtio_console.h"
#include "fs/async.h"
#include "fs/tty.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/forklog.h"
#include "proc/task.h"

#define INPUT_SIZE 16384 /* bytes of standard input that wait here: a power of two */
#define CHUNK	   512
#define END_SPINS  20000000

/* An output stream. */
struct stream {
	uint16_t port;
	unsigned virtio_port;
	size_t credit; /* bytes the host will take */
	bool closed;   /* nobody reads it */
	struct waitq wait;
};

/* Standard input.  Positions only grow; the index is the position modulo the size. */
static struct {
	uint32_t head, tail;
	size_t asked; /* bytes that the host was asked for and that have not come */
	bool ended;
	uint64_t received; /* by virtio */
	uint64_t end;	   /* so many it will be; UINT64_MAX: nobody knows yet */
	struct waitq wait;
	uint8_t data[INPUT_SIZE];
} input;

static struct stream out = { .port = HOST_PORT_OUT,
			     .virtio_port = VCON_MAIN,
			     .credit = HOST_WINDOW };
static struct stream err = { .port = HOST_PORT_ERR,
			     .virtio_port = VCON_ERR,
			     .credit = HOST_WINDOW };

static struct uart com2;
static bool by_virtio;

void (*hostport_report)(void);

/* A question about a FIFO or a socket in a volume that is under way. */
static struct {
	bool busy, answered;
	uint32_t serial, err;
	struct waitq wait;
} node;

/* The frame that is coming in. */
static struct {
	uint8_t head[HOST_FRAME_HEAD];
	unsigned head_len;
	size_t left;	     /* of the payload */
	uint8_t payload[16]; /* its beginning; DATA is not kept */
	unsigned payload_len;
} frame;

bool hostport_present(void)
{
	return inb(HOST_PORT_CTL) == HOST_PRESENT;
}

bool hostport_streams(void)
{
	const char *console = option("console");

	return console != NULL && strcmp(console, "host") == 0 && hostport_present();
}

bool hostport_by_virtio(void)
{
	return by_virtio;
}

void hostport_find(void)
{
	input.end = UINT64_MAX;
	by_virtio = hostport_present() && vcon_init();
}

void hostport_wait(bool (*done)(void), bool may_wait)
{
	for (int i = 0; !done() && (may_wait || i < END_SPINS); i++) {
		if (may_wait)
			arch_idle();
	}
}

/* --- frames to the host --- */

static void send_frame(int type, const void *payload, size_t len)
{
	uint8_t head[HOST_FRAME_HEAD] = { type, len & 255, len >> 8 };

	outsb(HOST_PORT_CTL, head, sizeof(head));
	outsb(HOST_PORT_CTL, payload, len);
}

/* Ask for as much input as there is room for, unless that is not worth a frame. */
static void ask_for_input(void)
{
	uint32_t room = INPUT_SIZE - (input.head - input.tail) - input.asked;

	if (input.ended || room < INPUT_SIZE / 2)
		return;
	input.asked += room;
	send_frame(G2H_WANT, &room, sizeof(room));
}

/* --- frames from the host --- */

static uint32_t get32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static struct stream *stream_of(unsigned number)
{
	return number == HOST_STREAM_OUT ? &out : number == HOST_STREAM_ERR ? &err : NULL;
}

static void take_data(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && input.head - input.tail < INPUT_SIZE; i++)
		input.data[input.head++ % INPUT_SIZE] = data[i];
	input.asked -= MIN(len, input.asked);
	waitq_wake(&input.wait);
	async_tell(&input.wait, POLL_IN);
}

/* By virtio the end may be told before the last bytes have come. */
static void look_for_end(void)
{
	if (input.received < input.end && by_virtio)
		return;
	input.ended = true;
	waitq_wake(&input.wait);
	async_tell(&input.wait, POLL_IN);
}

static size_t virtio_room(void *arg)
{
	(void)arg;
	return INPUT_SIZE - (input.head - input.tail);
}

static void virtio_input(void *arg, const uint8_t *data, size_t len)
{
	(void)arg;
	input.received += len;
	take_data(data, len);
	if (input.end != UINT64_MAX)
		look_for_end();
}

static void virtio_sent(void *arg)
{
	struct stream *s = arg;

	waitq_wake(&s->wait);
}

static const struct vcon_client virtio_client = {
	.room = virtio_room,
	.input = virtio_input,
	.sent = virtio_sent,
};

static void take_frame(void)
{
	const uint8_t *p = frame.payload;
	struct stream *s = frame.payload_len > 0 ? stream_of(p[0]) : NULL;

	switch (frame.head[0]) {
	case H2G_NODE:
		if (frame.payload_len >= 8 && get32(p) == node.serial && node.busy) {
			node.err = get32(p + 4);
			node.answered = true;
			waitq_wake(&node.wait);
		}
		break;
	case H2G_END: arch_poweroff(0); /* by before_poweroff() */
	case H2G_EOF:
		input.end = by_virtio && frame.payload_len >= 8
				    ? get32(p) | (uint64_t)get32(p + 4) << 32
				    : 0;
		look_for_end();
		break;
	case H2G_WINSIZE:
		if (frame.payload_len >= 4)
			hostport_set_size(p[0] | p[1] << 8, p[2] | p[3] << 8);
		break;
	case H2G_SIGNAL:
		if (frame.payload_len >= 1 && p[0] >= 1 && p[0] <= SIG_MAX && init_proc != NULL)
			signal_send_proc(init_proc, p[0], NULL);
		break;
	case H2G_CREDIT:
		if (s != NULL && frame.payload_len >= 5) {
			s->credit += get32(p + 1);
			waitq_wake(&s->wait);
		}
		break;
	case H2G_CLOSED:
		if (s != NULL) {
			s->closed = true;
			waitq_wake(&s->wait);
		}
		break;
	}
}

/* The next part of a payload.  => bytes used */
static size_t take_payload(const uint8_t *data, size_t len)
{
	size_t n = MIN(len, frame.left);
	size_t keep = MIN(n, sizeof(frame.payload) - frame.payload_len);

	if (frame.head[0] == H2G_DATA) {
		take_data(data, n);
	} else {
		memcpy(frame.payload + frame.payload_len, data, keep);
		frame.payload_len += keep;
	}
	frame.left -= n;
	return n;
}

static void com2_input(void *arg, const uint8_t *data, size_t len)
{
	(void)arg;
	while (len > 0) {
		size_t n = 1;

		if (frame.head_len < HOST_FRAME_HEAD) {
			frame.head[frame.head_len++] = *data;
			frame.left = frame.head[1] | frame.head[2] << 8;
			frame.payload_len = 0;
		} else {
			n = take_payload(data, len);
		}
		data += n;
		len -= n;
		if (frame.head_len == HOST_FRAME_HEAD && frame.left == 0) {
			frame.head_len = 0;
			take_frame();
		}
	}
}

/* The host sends no more than it was asked for, so there is always room. */
static size_t com2_room(void *arg)
{
	(void)arg;
	return SIZE_MAX;
}

static const struct uart_client com2_client = { .room = com2_room, .input = com2_input };

/* --- FIFOs and sockets in volumes --- */

static bool is_answered(void)
{
	return node.answered;
}

static bool is_free(void)
{
	return !node.busy;
}

static int wait_for_node(bool (*done)(void))
{
	struct waiter w;
	int err = 0;

	waiter_add(&w, &node.wait);
	while (!done() && err == 0)
		err = task_sleep_fatal();
	waiter_remove(&w);
	return done() ? 0 : err;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = value >> 8 * i & 255;
}

static void ask_for_node(int what, const char *tag, const char *path, mode_t mode, uint8_t *payload)
{
	size_t tag_size = strlen(tag) + 1, path_size = strlen(path) + 1;

	put32(payload, node.serial);
	payload[4] = (uint8_t)what;
	put32(payload + 5, mode);
	memcpy(payload + HOST_NODE_HEAD, tag, tag_size);
	memcpy(payload + HOST_NODE_HEAD + tag_size, path, path_size);
	send_frame(G2H_NODE, payload, HOST_NODE_HEAD + tag_size + path_size);
}

int hostport_node(int what, const char *tag, const char *path, mode_t mode)
{
	uint8_t *payload;
	int err;

	if (!hostport_present())
		return -ENXIO;
	if (HOST_NODE_HEAD + strlen(tag) + strlen(path) + 2 > HOST_FRAME_MAX)
		return -ENAMETOOLONG;
	payload = kmalloc(HOST_FRAME_MAX);
	if (payload == NULL)
		return -ENOMEM;
	err = wait_for_node(is_free);
	if (err == 0) {
		node.busy = true;
		node.answered = false;
		node.serial++; /* an answer to who was killed meanwhile is not for us */
		ask_for_node(what, tag, path, mode, payload);
		err = wait_for_node(is_answered);
		node.busy = false;
		waitq_wake(&node.wait);
	}
	if (err == 0)
		err = -(int)MIN(node.err, 4095);
	kfree(payload);
	return err;
}

/* --- the devices --- */

static bool input_ready(void)
{
	return input.head != input.tail || input.ended;
}

static ssize_t hostin_read(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t done = 0;
	int err;

	(void)pos;
	if (iobuf_left(b) == 0)
		return 0;
	if (!input_ready()) {
		ask_for_input();
		if ((f->flags & O_NONBLOCK) != 0)
			return -EAGAIN;
		err = WAIT_EVENT(&input.wait, input_ready());
		if (err < 0)
			return err;
	}
	while (input.head != input.tail && iobuf_left(b) > 0) {
		size_t at = input.tail % INPUT_SIZE;
		size_t n = MIN(input.head - input.tail, INPUT_SIZE - at);
		size_t want = MIN(n, iobuf_left(b));
		size_t moved = iobuf_put(b, input.data + at, want);

		input.tail += moved;
		done += moved;
		if (by_virtio)
			vcon_resume(VCON_MAIN);
		if (moved < want)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return done;
}

static unsigned hostin_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	poll_wait(pt, &input.wait);
	if (!input_ready()) {
		ask_for_input();
		return 0;
	}
	return POLLIN | POLLRDNORM;
}

static long hostin_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	int n = input.head - input.tail;

	(void)f;
	return cmd == FIONREAD ? put_user(n, (int *)arg) : -ENOTTY;
}

static ssize_t broken_pipe(void)
{
	signal_send_task(current, SIGPIPE, NULL);
	return -EPIPE;
}

/* => 0 when at least a byte may be sent */
static ssize_t wait_for_credit(struct stream *s, struct file *f)
{
	if (!s->closed && s->credit == 0) {
		if ((f->flags & O_NONBLOCK) != 0)
			return -EAGAIN;
		int err = WAIT_EVENT(&s->wait, s->credit > 0 || s->closed);
		if (err < 0)
			return err;
	}
	return s->closed ? broken_pipe() : 0;
}

/* Has the stream a buffer to fill, or will it never have one? */
static bool virtio_buffer(struct stream *s, uint8_t **buffer, size_t *size)
{
	*buffer = s->closed ? NULL : vcon_buffer(s->virtio_port, size);
	return *buffer != NULL || s->closed || vcon_broken();
}

static ssize_t virtio_write(struct stream *s, struct file *f, struct iobuf *b)
{
	uint8_t *buffer;
	size_t done = 0, size;
	int err = 0;

	while (iobuf_left(b) > 0) {
		if (!virtio_buffer(s, &buffer, &size)) {
			err = (f->flags & O_NONBLOCK) != 0
				      ? -EAGAIN
				      : WAIT_EVENT(&s->wait, virtio_buffer(s, &buffer, &size));
			if (err < 0)
				break;
		}
		if (buffer == NULL) {
			err = s->closed ? (int)broken_pipe() : -EIO;
			break;
		}
		size_t want = MIN(iobuf_left(b), size), n = iobuf_take(b, buffer, want);
		vcon_submit(s->virtio_port, buffer, n);
		done += n;
		if (n < want) {
			err = -EFAULT;
			break;
		}
	}
	return done > 0 ? (ssize_t)done : err;
}

static ssize_t stream_write(struct stream *s, struct file *f, struct iobuf *b)
{
	if (by_virtio)
		return virtio_write(s, f, b);

	char chunk[CHUNK];
	size_t done = 0;

	while (iobuf_left(b) > 0) {
		ssize_t err = wait_for_credit(s, f);
		if (err < 0)
			return done > 0 ? (ssize_t)done : err;
		size_t want = MIN(MIN(iobuf_left(b), sizeof(chunk)), s->credit);
		size_t n = iobuf_take(b, chunk, want);
		outsb(s->port, chunk, n);
		s->credit -= n;
		done += n;
		if (n < want)
			return done > 0 ? (ssize_t)done : -EFAULT;
	}
	return done;
}

static bool virtio_writable(struct stream *s)
{
	uint8_t *buffer;
	size_t size;
	bool yes = virtio_buffer(s, &buffer, &size);

	if (buffer != NULL)
		vcon_submit(s->virtio_port, buffer, 0);
	return yes;
}

static unsigned stream_poll(struct stream *s, struct poll_table *pt)
{
	poll_wait(pt, &s->wait);
	if (s->closed)
		return POLLOUT | POLLWRNORM | POLLERR;
	if (by_virtio)
		return virtio_writable(s) ? POLLOUT | POLLWRNORM : 0;
	return s->credit > 0 ? POLLOUT | POLLWRNORM : 0;
}

static ssize_t hostout_write(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)pos;
	return stream_write(&out, f, b);
}

static ssize_t hosterr_write(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)pos;
	return stream_write(&err, f, b);
}

static unsigned hostout_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	return stream_poll(&out, pt);
}

static unsigned hosterr_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	return stream_poll(&err, pt);
}

static unsigned both_poll(struct file *f, struct poll_table *pt)
{
	return hostin_poll(f, pt) | hostout_poll(f, pt);
}

static long no_ioctl(struct file *f, unsigned cmd, uintptr_t arg)
{
	(void)f;
	(void)cmd;
	(void)arg;
	return -ENOTTY;
}

static const struct file_ops hostin_ops = {
	.read = hostin_read,
	.poll = hostin_poll,
	.ioctl = hostin_ioctl,
};
static const struct file_ops hostout_ops = {
	.write = hostout_write,
	.poll = hostout_poll,
	.ioctl = no_ioctl,
};
static const struct file_ops hosterr_ops = {
	.write = hosterr_write,
	.poll = hosterr_poll,
	.ioctl = no_ioctl,
};
/* Without a terminal this is /dev/console. */
static const struct file_ops both_ops = {
	.read = hostin_read,
	.write = hostout_write,
	.poll = both_poll,
	.ioctl = no_ioctl,
};

/* --- the command file --- */

void hostport_set_input(bool open)
{
	input.ended = !open;
}

void hostport_set_size(unsigned rows, unsigned columns)
{
	tty_set_size(&console_tty, rows, columns);
}

/* --- the end --- */

static bool end_told;

static void tell_end(int kind, uint32_t value, const char *text)
{
	uint8_t payload[5 + 256] = { kind, value, value >> 8, value >> 16, value >> 24 };
	size_t len = MIN(strlen(text), sizeof(payload) - 5);

	forklog_flush();
	if (end_told || !hostport_present())
		return;
	end_told = true;
	memcpy(payload + 5, text, len);
	send_frame(G2H_EXIT, payload, 5 + len);
}

static bool streams_sent(void)
{
	return (out.closed || vcon_idle(VCON_MAIN)) && (err.closed || vcon_idle(VCON_ERR));
}

/* What programs have written leaves before the machine does. */
static void drain(bool may_wait)
{
	console_drain(may_wait);
	if (by_virtio && hostport_streams())
		hostport_wait(streams_sent, may_wait);
}

void hostport_drain(void)
{
	drain(true);
}

/* arch_poweroff() was called by somebody else than hostport_exit(): a panic, reboot(2), or by order of the
 * host. */
static void before_poweroff(int status)
{
	if (hostport_report != NULL)
		hostport_report();
	drain(false);
	tell_end(status == 0 ? HOST_EXITED : HOST_PANIC, status == 0 ? 0 : (uint32_t)status, "");
}

void hostport_exit(int kind, uint32_t value, const char *text)
{
	drain(true);
	tell_end(kind, value, text);
	arch_poweroff(kind == HOST_EXITED ? (int)value & 127 : 1);
}

void hostport_trace(const char *text, size_t len)
{
	outsb(HOST_PORT_TRACE, text, len);
}

void hostport_forks(const char *text, size_t len)
{
	outsb(HOST_PORT_FORKS, text, len);
}

void hostport_init(void)
{
	uint8_t flags = by_virtio ? HOST_READY_VIRTIO : 0;

	waitq_init(&input.wait);
	waitq_init(&node.wait);
	waitq_init(&out.wait);
	waitq_init(&err.wait);
	poweroff_hook = before_poweroff;
	if (dev_register("hostin", HOST_MAJOR, 0, 0400, &hostin_ops) < 0 ||
	    dev_register("hostout", HOST_MAJOR, 1, 0200, &hostout_ops) < 0 ||
	    dev_register("hosterr", HOST_MAJOR, 2, 0200, &hosterr_ops) < 0)
		panic("no memory for the channels to the host");
	if (by_virtio && hostport_streams()) {
		vcon_open(VCON_MAIN, &virtio_client, &out);
		vcon_open(VCON_ERR, &virtio_client, &err);
	}
	if (hostport_streams())
		dev_register("console", TTYAUX_MAJOR, 1, 0600, &both_ops);
	if (hostport_present() && uart_open(&com2, UART_COM2, UART_COM2_IRQ, &com2_client, NULL))
		send_frame(G2H_READY, &flags, sizeof(flags));
}
