/* ldisc.h: the line discipline of a terminal: what is between the wire and read(2) and write(2).
 *
 * It edits lines, echoes, recognises the signal and flow-control characters, and translates output,
 * all as termios(3) says.  It never waits and knows nothing of tasks or devices: fs/tty.c puts that
 * around it, and the unit tests run it on the host.
 *
 * Input goes byte by byte into `in`.  In canonical mode bytes before `canon` are in complete lines and
 * may be read; those behind can still be edited.  A bit in `delim` marks the end of a line; a VEOF is
 * kept as a NUL with that bit, which read swallows.
 * Output, translated, and echo share the ring `out`, so their order is that of their happening.
 * Ring positions only grow; the index is the position modulo the size.
 */
#ifndef FS_LDISC_H
#define FS_LDISC_H

#include <asm/termbits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LDISC_IN_SIZE  4096
#define LDISC_OUT_SIZE 4096
/* The longest line that can be typed in canonical mode, without its end. */
#define LDISC_LINE_MAX (LDISC_IN_SIZE - 1)

enum ldisc_signal { LDISC_INTR, LDISC_QUIT, LDISC_SUSP };

struct ldisc {
	struct termios termios;
	/* The user typed VINTR, VQUIT or VSUSP. */
	void (*signal)(void *arg, enum ldisc_signal which);
	void *arg;

	uint32_t head, canon, tail; /* of in: written, readable in canonical mode, read */
	uint32_t out_head, out_tail;
	unsigned column;      /* of the cursor */
	unsigned line_column; /* where the line being typed began */
	bool literal;	      /* VLNEXT was typed */
	bool stopped;	      /* VSTOP, or TCOOFF: no output */
	bool pushed;	      /* the last readable byte ends a line only because the mode changed */
	uint8_t delim[LDISC_IN_SIZE / 8];
	uint8_t in[LDISC_IN_SIZE];
	uint8_t out[LDISC_OUT_SIZE];
};

/* The settings of a fresh terminal. */
extern const struct termios ldisc_default_termios;

void ldisc_init(struct ldisc *ld, void (*signal)(void *, enum ldisc_signal), void *arg);
/* Change the settings; what has been typed stays. */
void ldisc_set_termios(struct ldisc *ld, const struct termios *t);

/* -- the wire's side */

/* How many bytes ldisc_input() may be given now without losing any. */
size_t ldisc_room(const struct ldisc *ld);
void ldisc_input(struct ldisc *ld, uint8_t c);
/* Take bytes to be sent.  => how many; 0 while stopped */
size_t ldisc_take_output(struct ldisc *ld, uint8_t *buf, size_t size);

/* -- the program's side */

/* => bytes that read(2) may have now: of complete lines in canonical mode.  An end of file counts. */
size_t ldisc_readable(const struct ldisc *ld);
/* One line at most in canonical mode.  *end: the line ends here (also for an end of file), so the call
 * must return.  => bytes */
size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t size, bool *end);
/* => how many of the bytes were taken: fewer than len when the output ring is full */
size_t ldisc_write(struct ldisc *ld, const uint8_t *data, size_t len);
/* Bytes that wait to be sent. */
size_t ldisc_pending_output(const struct ldisc *ld);
/* Is there room for a useful amount of output? */
bool ldisc_can_write(const struct ldisc *ld);

void ldisc_flush_input(struct ldisc *ld);
void ldisc_flush_output(struct ldisc *ld);

#endif
