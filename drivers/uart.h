/* uart.h: a 16550 serial port, driven by interrupts in both directions.
 *
 * A port belongs to one client.  It hands in bytes while the client has room, and leaves them in the
 * chip when there is none (an emulator then holds the rest back); the client calls uart_resume when
 * it has room again.  It fetches bytes to send until the client has none; the client calls
 * uart_start when it has some again.
 * All functions run with interrupts off.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include "lib/types.h"

#define UART_COM1     0x3f8
#define UART_COM1_IRQ 4
#define UART_COM2     0x2f8
#define UART_COM2_IRQ 3

struct uart_client {
	size_t (*room)(void *arg); /* bytes that input() may be given */
	void (*input)(void *arg, const uint8_t *data, size_t len);
	void (*line_break)(void *arg); /* the line was held low; NULL: nobody cares */
	/* Fetch bytes to send.  NULL: the client never sends.  => how many */
	size_t (*output)(void *arg, uint8_t *buf, size_t size);
};

struct uart {
	uint16_t port;
	uint8_t enabled; /* the interrupt-enable register */
	bool sending; /* the client, when asked for bytes, may hand in input, whose echo is output */
	const struct uart_client *client;
	void *arg;
};

/* Set the port up and begin.  => false: there is no such port */
bool uart_open(struct uart *u, uint16_t port, unsigned irq, const struct uart_client *client,
	       void *arg);
/* The client has bytes to send. */
void uart_start(struct uart *u);
/* The client has room again. */
void uart_resume(struct uart *u);
/* Wait until all that the port was given has left, but not for ever. */
void uart_drain(struct uart *u);

#endif
