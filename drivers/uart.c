/* uart.c: a 16550 serial port (National Semiconductor PC16550D data sheet, section 8). */
#include "arch/arch.h"
#include "drivers/uart.h"

/* Registers. */
#define DATA	    0
#define IER	    1
#define IER_RECEIVE 0x01
#define IER_SEND    0x02
#define IIR	    2 /* read */
#define IIR_NONE    0x01
#define FCR	    2	 /* write */
#define FCR_ENABLE  0x07 /* and empty both */
#define FCR_AT_14   0xc0 /* interrupt at 14 bytes, or when they wait for four characters' time */
#define LCR	    3
#define LCR_8N1	    0x03
#define LCR_DIVISOR 0x80
#define MCR	    4
#define MCR_ON	    0x0b /* DTR, RTS and OUT2, which lets the interrupt through */
#define LSR	    5
#define LSR_DATA    0x01
#define LSR_BREAK   0x10 /* the byte in DATA, a NUL, stands for a break */
#define LSR_EMPTY   0x20 /* the send FIFO */
#define LSR_IDLE    0x40 /* and the shift register */
#define SCRATCH	    7

#define FIFO	     16
#define DRAIN_SPINS  20000000
#define SERVE_ROUNDS 256 /* in one interrupt */

static uint8_t get(const struct uart *u, unsigned reg)
{
	return inb(u->port + reg);
}

static void set(const struct uart *u, unsigned reg, uint8_t value)
{
	outb(u->port + reg, value);
}

static void enable(struct uart *u, uint8_t bits)
{
	if (u->enabled == bits)
		return;
	u->enabled = bits;
	set(u, IER, bits);
}

static void receive(struct uart *u)
{
	uint8_t buf[FIFO], status = get(u, LSR);
	size_t room, n;

	while ((status & LSR_DATA) != 0) {
		room = u->client->room(u->arg);
		if (room == 0) {
			enable(u, u->enabled & ~IER_RECEIVE);
			return;
		}
		n = 0;
		while (n < room && n < FIFO && (status & (LSR_DATA | LSR_BREAK)) == LSR_DATA) {
			buf[n++] = get(u, DATA);
			status = get(u, LSR);
		}
		if (n > 0)
			u->client->input(u->arg, buf, n);
		if ((status & LSR_BREAK) != 0) {
			get(u, DATA);
			if (u->client->line_break != NULL)
				u->client->line_break(u->arg);
			status = get(u, LSR);
		}
	}
}

/* Fill the FIFO as long as it runs empty at once; an emulated one does until its reader is slow. */
static void send(struct uart *u)
{
	uint8_t buf[FIFO];

	if (u->client->output == NULL || u->sending)
		return;
	u->sending = true;
	while ((get(u, LSR) & LSR_EMPTY) != 0) {
		size_t n = u->client->output(u->arg, buf, sizeof(buf));

		if (n == 0) {
			enable(u, u->enabled & ~IER_SEND);
			u->sending = false;
			return;
		}
		outsb(u->port + DATA, buf, n);
	}
	enable(u, u->enabled | IER_SEND);
	u->sending = false;
}

/* The interrupt line is edge-triggered: serve until the port wants nothing. */
static void interrupt(void *arg)
{
	struct uart *u = arg;

	for (int i = 0; i < SERVE_ROUNDS && (get(u, IIR) & IIR_NONE) == 0; i++) {
		receive(u);
		if ((u->enabled & IER_SEND) != 0)
			send(u);
	}
}

static bool present(const struct uart *u)
{
	set(u, SCRATCH, 0x5a);
	if (get(u, SCRATCH) != 0x5a)
		return false;
	set(u, SCRATCH, 0xa5);
	return get(u, SCRATCH) == 0xa5;
}

bool uart_open(struct uart *u, uint16_t port, unsigned irq, const struct uart_client *client,
	       void *arg)
{
	*u = (struct uart){ .port = port, .client = client, .arg = arg };
	if (!present(u))
		return false;
	set(u, IER, 0);
	set(u, LCR, LCR_DIVISOR);
	set(u, DATA, 1); /* 115200 baud */
	set(u, IER, 0);
	set(u, LCR, LCR_8N1);
	set(u, FCR, FCR_ENABLE | FCR_AT_14);
	set(u, MCR, MCR_ON);
	arch_irq_handler(irq, interrupt, u);
	enable(u, IER_RECEIVE);
	return true;
}

void uart_start(struct uart *u)
{
	if ((u->enabled & IER_SEND) == 0)
		send(u);
}

void uart_resume(struct uart *u)
{
	if ((u->enabled & IER_RECEIVE) != 0)
		return;
	enable(u, u->enabled | IER_RECEIVE);
	receive(u);
}

void uart_drain(struct uart *u)
{
	for (int i = 0; i < DRAIN_SPINS; i++) {
		uint8_t status = get(u, LSR);

		if ((status & LSR_EMPTY) != 0)
			send(u);
		if ((get(u, LSR) & LSR_IDLE) != 0 && (u->enabled & IER_SEND) == 0)
			return;
	}
}
