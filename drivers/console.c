/* console.c: the machine's terminal on the first serial port. */
#include <linux/major.h>

#include "arch/arch.h"
#include "drivers/console.h"
#include "drivers/hostport.h"
#include "drivers/uart.h"
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

static void start(struct tty *t)
{
	(void)t;
	if (com1_works)
		uart_start(&com1);
	else
		ldisc_flush_output(&t->ldisc);
}

static void resume(struct tty *t)
{
	(void)t;
	if (com1_works)
		uart_resume(&com1);
}

static const struct tty_ops serial_ops = { .start = start, .resume = resume };

void console_drain(void)
{
	if (com1_works)
		uart_drain(&com1);
}

void console_give_to(struct proc *p)
{
	if (!hostport_streams())
		tty_set_controlling(&console_tty, p);
}

void console_init(void)
{
	tty_init(&console_tty, &serial_ops, dev_make(TTY_MAJOR, FIRST_SERIAL), console_out,
		 sizeof(console_out));
	com1_works = uart_open(&com1, UART_COM1, UART_COM1_IRQ, &com1_client, &console_tty);
	tty_register(&console_tty, "ttyS0");
	tty_register_names(hostport_streams() ? NULL : &console_tty);
	hostport_init();
}
