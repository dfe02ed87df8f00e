/* ldisc.h: the line discipline of a terminal: what is between the wire and read(2) and write(2).
 *
 * It edits lines, echoes, recognises the signal and flow-control characters, and translates output,
 * all as termios(3) says, and in the details as Linux does.  It never waits and knows nothing of
 * tasks or devices: fs/tty.c puts that around it, and the unit tests run it on the host.
 *
 * Input goes byte by byte into `in`.  In canonical mode bytes before `canon` are in complete lines and
 * may be read; those behind can still be edited.  A bit in `delim` marks the end of a line; a VEOF is
 * kept as a NUL with that bit, which read swallows.
 * Output, translated, and echo share the ring `out`, so their order is that of their happening.  Echo
 * waits in `held` until the bytes that came together have all been looked at (a signal character among
 * them takes it away), and longer when output is stopped or the ring is full.
 * Ring positions only grow; the index is the position modulo the size.
 *
 * There are two kinds of wire.  A device fetches output when it can send it; until then the output has
 * not been sent, and stopping or flushing it takes effect at once.  At a pseudo terminal (`pseudo`)
 * what is in `out` has arrived at the master's end: stopping keeps new bytes from entering, and a flush
 * leaves the first LDISC_ARRIVED of them alone, as many as the master of Linux keeps on its side.
 */
#ifndef FS_LDISC_H
#define FS_LDISC_H

#include <asm/termbits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LDISC_IN_SIZE	4096
#define LDISC_OUT_SIZE	16384 /* usual size of the output ring */
#define LDISC_HELD_SIZE 1024
#define LDISC_HELD_MOST 256 /* so much is let out at once */
#define LDISC_ARRIVED	4095
/* The longest line that can be typed in canonical mode, without its end. */
#define LDISC_LINE_MAX (LDISC_IN_SIZE - 1)

/* What a terminal has to know. */
enum ldisc_event {
	LDISC_INTR, /* the user typed VINTR, VQUIT or VSUSP */
	LDISC_QUIT,
	LDISC_SUSP,
	LDISC_STOPPED, /* output may not go on; may go on again */
	LDISC_STARTED,
	LDISC_FLUSHED_INPUT, /* what was typed, or was to be sent, has been thrown away */
	LDISC_FLUSHED_OUTPUT,
	LDISC_EVENTS
};

struct ldisc {
	struct termios termios;
	void (*event)(void *arg, enum ldisc_event what);
	void *arg;

	uint32_t head, canon, tail; /* of in: written, readable in canonical mode, read */
	uint32_t out_head, out_tail;
	uint32_t held_head, held_tail;
	unsigned column;      /* of the cursor */
	unsigned line_column; /* where the line being typed began */
	bool pseudo;	      /* the wire is a pseudo terminal */
	bool literal;	      /* VLNEXT was typed */
	bool erasing;	      /* ECHOPRT: a backslash was shown, the slash is still to come */
	bool stopped;	      /* no output: VSTOP, or a program said so: */
	bool stopped_by_call; /* only TCOON ends that */
	uint32_t out_size;    /* of out, a power of two */
	uint8_t *out;
	uint8_t delim[LDISC_IN_SIZE / 8];
	uint8_t held[LDISC_HELD_SIZE];
	uint8_t in[LDISC_IN_SIZE];
};

/* The settings of a fresh terminal. */
extern const struct termios ldisc_default_termios;

/* `out`: memory of out_size bytes, a power of two, that outlives ld. */
void ldisc_init(struct ldisc *ld, uint8_t *out, uint32_t out_size,
		void (*event)(void *, enum ldisc_event), void *arg);
/* Change the settings; what has been typed stays. */
void ldisc_set_termios(struct ldisc *ld, const struct termios *t);

/* -- the wire's side */

/* How many bytes ldisc_input() may be given now without losing any. */
size_t ldisc_room(const struct ldisc *ld);
void ldisc_input(struct ldisc *ld, uint8_t c);
/* That was all for now: let the echo out. */
void ldisc_input_end(struct ldisc *ld);
/* The line was held low: a break. */
void ldisc_break(struct ldisc *ld);
/* Take bytes to be sent.  => how many; 0 while stopped, unless the wire is a pseudo terminal */
size_t ldisc_take_output(struct ldisc *ld, uint8_t *buf, size_t size);

/* -- the program's side */

/* => bytes that read(2) may have now: of complete lines in canonical mode.  An end of file counts. */
size_t ldisc_readable(const struct ldisc *ld);
/* The same as FIONREAD shows it: an end of file does not count. */
size_t ldisc_countable(const struct ldisc *ld);
/* One line at most in canonical mode.  *end: the line ends here (also for an end of file), so the call
 * must return.  => bytes */
size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t size, bool *end);
/* => how many of the bytes were taken: fewer than len when the output ring is full, or stopped */
size_t ldisc_write(struct ldisc *ld, const uint8_t *data, size_t len);
/* Send a byte as it is, before everything that is held up by a stop (TCIOFF, TCION). */
void ldisc_send(struct ldisc *ld, uint8_t c);
/* Bytes that wait to be sent. */
size_t ldisc_pending_output(const struct ldisc *ld);
/* Is there room for a useful amount of output? */
bool ldisc_can_write(const struct ldisc *ld);
/* Is input read line by line? */
bool ldisc_is_canonical(const struct ldisc *ld);

void ldisc_flush_input(struct ldisc *ld);
void ldisc_flush_output(struct ldisc *ld);
/* Stop output and start it again by a program's order (TCOOFF, TCOON). */
void ldisc_stop_by_call(struct ldisc *ld, bool stop);

#endif
