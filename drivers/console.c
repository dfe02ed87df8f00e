/* console.c: the machine's terminal on the first serial port. */
#include <linux/major.h>

#include "arch/arch.h"
#include "drivers/console.h"
#include "drivers/hostport.h"
#include "drivers/uart.h"
#include "drivers/virtio_console.h"
#include "fs/inode.h"
#include "fs/tty.h"
#include "lib/print.h"

#define FIRST_SERIAL 64 /* minor number of ttyS0 */

struct tty console_tty;
static uint8_t console_out[LDISC_OUT_SIZE];
static struct uart com1;
static bool com1_works;

static size_t com1_room(void *arg)
{
	return tty_room(arg);
}

static void com1_input(void *arg, const uint8_t *data, size_t len)
{
	tty_input(arg, data, len);
}

static void com1_break(void *arg)
{
	tty_break(arg);
}

static size_t com1_output(void *arg, uint8_t *buf, size_t size)
{
	return tty_take_output(arg, buf, size);
}

static const struct uart_client com1_client = {
	.room = com1_room,
	.input = com1_input,
	.line_break = com1_break,
	.output = com1_output,
};

static void com1_start(struct tty *t)
{
	if (com1_works)
		uart_start(&com1);
	else
		ldisc_flush_output(&t->ldisc);
}

static void com1_resume(struct tty *t)
{
	(void)t;
	if (com1_works)
		uart_resume(&com1);
}

static const struct tty_ops serial_ops = { .start = com1_start, .resume = com1_resume };

/* The same terminal by virtio, when flat is at the other end. */

static void virtio_start(struct tty *t)
{
	static bool sending; /* fetching output may let input in, whose echo is output */
	uint8_t *buffer;
	size_t size, n;

	if (vcon_broken())
		ldisc_flush_output(&t->ldisc);
	if (sending)
		return;
	sending = true;
	while (ldisc_pending_output(&t->ldisc) > 0 &&
	       (buffer = vcon_buffer(VCON_MAIN, &size)) != NULL) {
		n = tty_take_output(t, buffer, size);
		vcon_submit(VCON_MAIN, buffer, n);
		if (n == 0)
			break;
	}
	sending = false;
}

static void virtio_resume(struct tty *t)
{
	(void)t;
	vcon_resume(VCON_MAIN);
}

static void virtio_sent(void *arg)
{
	virtio_start(arg);
}

static const struct tty_ops virtio_ops = { .start = virtio_start, .resume = virtio_resume };
static const struct vcon_client virtio_client = {
	.room = com1_room,
	.input = com1_input,
	.sent = virtio_sent,
};

static bool sent_all(void)
{
	return ldisc_pending_output(&console_tty.ldisc) == 0 && vcon_idle(VCON_MAIN);
}

void console_drain(bool may_wait)
{
	if (hostport_by_virtio() && !hostport_streams()) {
		virtio_start(&console_tty);
		hostport_wait(sent_all, may_wait);
	} else if (com1_works) {
		uart_drain(&com1);
	}
}

void console_give_to(struct proc *p)
{
	if (!hostport_streams())
		tty_set_controlling(&console_tty, p);
}

void console_init(void)
{
	hostport_find();
	tty_init(&console_tty, &serial_ops, dev_make(TTY_MAJOR, FIRST_SERIAL), console_out,
		 sizeof(console_out));
	if (hostport_by_virtio() && !hostport_streams()) {
		console_tty.ops = &virtio_ops;
		vcon_open(VCON_MAIN, &virtio_client, &console_tty);
	} else {
		com1_works = uart_open(&com1, UART_COM1, UART_COM1_IRQ, &com1_client, &console_tty);
	}
	tty_register(&console_tty, "ttyS0");
	tty_register_names(hostport_streams() ? NULL : &console_tty);
	hostport_init();
}
