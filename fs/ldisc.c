/* ldisc.c: the line discipline (see ldisc.h).  Names in capitals are termios(3)'s. */
#include "fs/ldisc.h"

#include "lib/string.h"

#define TAB	   8
#define DEL	   0x7f
#define BELL	   7
#define ECHO_WORST (2 * TAB) /* bytes that the echo of one may take, short of erasing a line */
#define WRITE_ROOM 256	     /* free bytes at which a waiting writer is worth waking */
#define OUT_WORST  TAB	     /* bytes that one of output may become */

const struct termios ldisc_default_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = 3, [VQUIT] = 28, [VERASE] = DEL, [VKILL] = 21, [VEOF] = 4, [VTIME] = 0,
		[VMIN] = 1, [VSWTC] = 0, [VSTART] = 17, [VSTOP] = 19, [VSUSP] = 26, [VEOL] = 0,
		[VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22, [VEOL2] = 0,
	},
};

static bool lflag(const struct ldisc *ld, tcflag_t flag)
{
	return (ld->termios.c_lflag & flag) != 0;
}

static bool iflag(const struct ldisc *ld, tcflag_t flag)
{
	return (ld->termios.c_iflag & flag) != 0;
}

static bool oflag(const struct ldisc *ld, tcflag_t flag)
{
	return (ld->termios.c_oflag & flag) != 0;
}

/* Is c this control character?  NUL means that there is none. */
static bool is_cc(const struct ldisc *ld, unsigned which, uint8_t c)
{
	return c != 0 && ld->termios.c_cc[which] == c;
}

void ldisc_init(struct ldisc *ld, void (*signal)(void *, enum ldisc_signal), void *arg)
{
	memset(ld, 0, sizeof(*ld));
	ld->termios = ldisc_default_termios;
	ld->signal = signal;
	ld->arg = arg;
}

/* --- the input ring --- */

static uint8_t in_at(const struct ldisc *ld, uint32_t pos)
{
	return ld->in[pos % LDISC_IN_SIZE];
}

static bool is_delim(const struct ldisc *ld, uint32_t pos)
{
	return (ld->delim[pos % LDISC_IN_SIZE / 8] >> pos % 8 & 1) != 0;
}

static void set_delim(struct ldisc *ld, uint32_t pos, bool on)
{
	uint8_t bit = 1u << pos % 8;
	uint8_t *byte = &ld->delim[pos % LDISC_IN_SIZE / 8];

	*byte = on ? *byte | bit : *byte & ~bit;
}

static void put_in(struct ldisc *ld, uint8_t c, bool delim)
{
	if (ld->head - ld->tail == LDISC_IN_SIZE)
		return;
	ld->in[ld->head % LDISC_IN_SIZE] = c;
	set_delim(ld, ld->head, delim);
	ld->head++;
	if (delim) {
		ld->canon = ld->head;
		ld->pushed = false;
	}
}

void ldisc_flush_input(struct ldisc *ld)
{
	ld->head = ld->canon = ld->tail;
	ld->literal = ld->pushed = false;
}

/* --- output --- */

static void put_out(struct ldisc *ld, uint8_t c)
{
	if (ld->out_head - ld->out_tail < LDISC_OUT_SIZE)
		ld->out[ld->out_head++ % LDISC_OUT_SIZE] = c;
}

/* Is c the second or a later byte of a UTF-8 character? */
static bool is_continuation(const struct ldisc *ld, uint8_t c)
{
	return iflag(ld, IUTF8) && (c & 0xc0) == 0x80;
}

static bool is_control(uint8_t c)
{
	return c < ' ' || c == DEL;
}

static void put_tab(struct ldisc *ld)
{
	unsigned width = TAB - ld->column % TAB;

	ld->column += width;
	if ((ld->termios.c_oflag & TABDLY) != TAB3) {
		put_out(ld, '\t');
		return;
	}
	while (width-- > 0)
		put_out(ld, ' ');
}

static void put_newline(struct ldisc *ld)
{
	if (oflag(ld, ONLCR))
		put_out(ld, '\r');
	if (oflag(ld, ONLCR) || oflag(ld, ONLRET))
		ld->column = 0;
	put_out(ld, '\n');
}

static void put_return(struct ldisc *ld)
{
	if (oflag(ld, ONOCR) && ld->column == 0)
		return;
	if (oflag(ld, OCRNL)) {
		put_out(ld, '\n');
		if (oflag(ld, ONLRET))
			ld->column = 0;
		return;
	}
	ld->column = 0;
	put_out(ld, '\r');
}

/* Translate one byte of output, or of echo. */
static void put_translated(struct ldisc *ld, uint8_t c)
{
	if (!oflag(ld, OPOST)) {
		put_out(ld, c);
		return;
	}
	switch (c) {
	case '\n': put_newline(ld); return;
	case '\r': put_return(ld); return;
	case '\t': put_tab(ld); return;
	case '\b': ld->column -= ld->column > 0; break;
	default:
		if (oflag(ld, OLCUC) && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (!is_control(c) && !is_continuation(ld, c))
			ld->column++;
	}
	put_out(ld, c);
}

static size_t out_free(const struct ldisc *ld)
{
	return LDISC_OUT_SIZE - (ld->out_head - ld->out_tail);
}

size_t ldisc_write(struct ldisc *ld, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len && out_free(ld) >= OUT_WORST; i++)
		put_translated(ld, data[i]);
	return i;
}

size_t ldisc_take_output(struct ldisc *ld, uint8_t *buf, size_t size)
{
	size_t n = 0;

	if (ld->stopped)
		return 0;
	while (n < size && ld->out_tail != ld->out_head)
		buf[n++] = ld->out[ld->out_tail++ % LDISC_OUT_SIZE];
	return n;
}

size_t ldisc_pending_output(const struct ldisc *ld)
{
	return ld->out_head - ld->out_tail;
}

bool ldisc_can_write(const struct ldisc *ld)
{
	return out_free(ld) >= WRITE_ROOM;
}

void ldisc_flush_output(struct ldisc *ld)
{
	ld->out_tail = ld->out_head;
}

/* --- echo --- */

static bool shown_as_two(const struct ldisc *ld, uint8_t c)
{
	return lflag(ld, ECHOCTL) && is_control(c) && c != '\t' && c != '\n';
}

/* Show c, whether ECHO is set or not. */
static void show(struct ldisc *ld, uint8_t c)
{
	if (shown_as_two(ld, c)) {
		put_translated(ld, '^');
		put_translated(ld, c ^ 0x40);
	} else {
		put_translated(ld, c);
	}
}

static void echo(struct ldisc *ld, uint8_t c)
{
	if (!lflag(ld, ECHO))
		return;
	if (ld->head == ld->canon)
		ld->line_column = ld->column;
	show(ld, c);
}

/* --- editing --- */

/* The column behind the part of the typed line that ends at `end`. */
static unsigned column_at(const struct ldisc *ld, uint32_t end)
{
	unsigned column = ld->line_column;
	uint32_t pos;

	for (pos = ld->canon; pos != end; pos++) {
		uint8_t c = in_at(ld, pos);

		if (c == '\t')
			column += TAB - column % TAB;
		else if (shown_as_two(ld, c))
			column += 2;
		else if (!is_control(c) && !is_continuation(ld, c))
			column++;
	}
	return column;
}

static void rub_out(struct ldisc *ld, unsigned columns)
{
	while (columns-- > 0) {
		put_translated(ld, '\b');
		put_translated(ld, ' ');
		put_translated(ld, '\b');
	}
}

/* Forget the typed bytes from `pos` on, on the screen too. */
static void erase_to(struct ldisc *ld, uint32_t pos)
{
	unsigned before = column_at(ld, ld->head);
	unsigned after = column_at(ld, pos);

	ld->head = pos;
	rub_out(ld, before - after);
}

/* => where the last typed character begins */
static uint32_t before_character(const struct ldisc *ld, uint32_t pos)
{
	while (pos != ld->canon && is_continuation(ld, in_at(ld, --pos)))
		;
	return pos;
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c >= 0x80;
}

static uint32_t before_word(const struct ldisc *ld)
{
	uint32_t pos = ld->head;

	while (pos != ld->canon && !is_word(in_at(ld, pos - 1)))
		pos--;
	while (pos != ld->canon && is_word(in_at(ld, pos - 1)))
		pos--;
	return pos;
}

static void edit_erase(struct ldisc *ld, uint32_t pos, uint8_t c)
{
	if (ld->head == ld->canon)
		return;
	if (lflag(ld, ECHO) && lflag(ld, ECHOE)) {
		erase_to(ld, pos);
		return;
	}
	ld->head = pos;
	echo(ld, c);
}

static void edit_kill(struct ldisc *ld, uint8_t c)
{
	if (lflag(ld, ECHO) && lflag(ld, ECHOK) && lflag(ld, ECHOKE) && lflag(ld, ECHOE)) {
		erase_to(ld, ld->canon);
		return;
	}
	ld->head = ld->canon;
	if (!lflag(ld, ECHO))
		return;
	show(ld, c);
	if (lflag(ld, ECHOK))
		put_translated(ld, '\n');
}

static void edit_reprint(struct ldisc *ld, uint8_t c)
{
	uint32_t pos;

	if (!lflag(ld, ECHO))
		return;
	show(ld, c);
	put_translated(ld, '\n');
	ld->line_column = ld->column;
	for (pos = ld->canon; pos != ld->head; pos++)
		show(ld, in_at(ld, pos));
}

/* --- input --- */

static void input_signal(struct ldisc *ld, enum ldisc_signal which, uint8_t c)
{
	if (!lflag(ld, NOFLSH)) {
		ldisc_flush_input(ld);
		ldisc_flush_output(ld);
	}
	ld->stopped = false;
	echo(ld, c);
	ld->signal(ld->arg, which);
}

/* Flow control and signals.  => c was one of those */
static bool input_special(struct ldisc *ld, uint8_t c)
{
	if (iflag(ld, IXON)) {
		if (is_cc(ld, VSTART, c) && (ld->stopped || !is_cc(ld, VSTOP, c))) {
			ld->stopped = false;
			return true;
		}
		if (is_cc(ld, VSTOP, c)) {
			ld->stopped = true;
			return true;
		}
		if (ld->stopped && iflag(ld, IXANY))
			ld->stopped = false;
	}
	if (!lflag(ld, ISIG))
		return false;
	if (is_cc(ld, VINTR, c))
		input_signal(ld, LDISC_INTR, c);
	else if (is_cc(ld, VQUIT, c))
		input_signal(ld, LDISC_QUIT, c);
	else if (is_cc(ld, VSUSP, c))
		input_signal(ld, LDISC_SUSP, c);
	else
		return false;
	return true;
}

/* => c is dropped */
static bool translate_input(const struct ldisc *ld, uint8_t *c)
{
	if (*c == '\r') {
		if (iflag(ld, IGNCR))
			return true;
		if (iflag(ld, ICRNL))
			*c = '\n';
	} else if (*c == '\n' && iflag(ld, INLCR)) {
		*c = '\r';
	}
	return false;
}

/* Editing characters of canonical mode.  => c was one */
static bool input_edit(struct ldisc *ld, uint8_t c)
{
	if (is_cc(ld, VERASE, c)) {
		edit_erase(ld, before_character(ld, ld->head), c);
	} else if (is_cc(ld, VKILL, c)) {
		edit_kill(ld, c);
	} else if (lflag(ld, IEXTEN) && is_cc(ld, VWERASE, c)) {
		edit_erase(ld, before_word(ld), c);
	} else if (lflag(ld, IEXTEN) && is_cc(ld, VREPRINT, c)) {
		edit_reprint(ld, c);
	} else if (lflag(ld, IEXTEN) && is_cc(ld, VLNEXT, c)) {
		ld->literal = true;
		if (lflag(ld, ECHO) && lflag(ld, ECHOCTL)) {
			put_translated(ld, '^');
			put_translated(ld, '\b');
		}
	} else {
		return false;
	}
	return true;
}

/* What ends a line.  => c did */
static bool input_line_end(struct ldisc *ld, uint8_t c)
{
	if (c == '\n') {
		if (lflag(ld, ECHO) || lflag(ld, ECHONL))
			put_translated(ld, '\n');
		put_in(ld, c, true);
	} else if (is_cc(ld, VEOF, c)) {
		put_in(ld, '\0', true);
	} else if (is_cc(ld, VEOL, c) || (lflag(ld, IEXTEN) && is_cc(ld, VEOL2, c))) {
		echo(ld, c);
		put_in(ld, c, true);
	} else {
		return false;
	}
	return true;
}

static void input_plain(struct ldisc *ld, uint8_t c)
{
	/* One byte is kept free for the end of the line. */
	if (lflag(ld, ICANON) && ld->head - ld->tail >= LDISC_LINE_MAX) {
		if (iflag(ld, IMAXBEL))
			put_out(ld, BELL);
		return;
	}
	echo(ld, c);
	if (c == 0xff && iflag(ld, PARMRK))
		put_in(ld, c, false);
	put_in(ld, c, false);
}

void ldisc_input(struct ldisc *ld, uint8_t c)
{
	if (iflag(ld, ISTRIP))
		c &= 0x7f;
	if (iflag(ld, IUCLC) && lflag(ld, IEXTEN) && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (ld->literal) {
		ld->literal = false;
		input_plain(ld, c);
		return;
	}
	if (input_special(ld, c) || translate_input(ld, &c))
		return;
	if (lflag(ld, ICANON) && (input_edit(ld, c) || input_line_end(ld, c)))
		return;
	input_plain(ld, c);
}

size_t ldisc_room(const struct ldisc *ld)
{
	size_t used = ld->head - ld->tail;
	size_t in = used < LDISC_LINE_MAX ? LDISC_LINE_MAX - used : 0;
	size_t echoes = out_free(ld) / ECHO_WORST;

	/* A line that is too long is cut: nobody could read it before its end has come. */
	if (lflag(ld, ICANON) && ld->canon == ld->tail)
		in = LDISC_IN_SIZE;
	else if (iflag(ld, PARMRK))
		in /= 2;
	if (!lflag(ld, ECHO) || ld->stopped)
		return in;
	return in < echoes ? in : echoes;
}

/* --- reading --- */

size_t ldisc_readable(const struct ldisc *ld)
{
	return (lflag(ld, ICANON) ? ld->canon : ld->head) - ld->tail;
}

static size_t read_line(struct ldisc *ld, uint8_t *buf, size_t size, bool *end)
{
	size_t n = 0;

	while (ld->tail != ld->canon && !*end) {
		uint8_t c = in_at(ld, ld->tail);
		bool last = is_delim(ld, ld->tail);
		bool eof = last && c == '\0' && !(ld->pushed && ld->tail + 1 == ld->canon);

		if (n == size && !eof)
			break;
		if (!eof)
			buf[n++] = c;
		ld->tail++;
		*end = last;
	}
	return n;
}

size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t size, bool *end)
{
	size_t n = 0;

	*end = false;
	if (lflag(ld, ICANON))
		return read_line(ld, buf, size, end);
	while (n < size && ld->tail != ld->head)
		buf[n++] = in_at(ld, ld->tail++);
	if ((int32_t)(ld->canon - ld->tail) < 0)
		ld->canon = ld->tail;
	return n;
}

/* --- settings --- */

void ldisc_set_termios(struct ldisc *ld, const struct termios *t)
{
	bool was = lflag(ld, ICANON);

	ld->termios = *t;
	if (!iflag(ld, IXON))
		ld->stopped = false;
	if (was == lflag(ld, ICANON))
		return;
	ld->literal = false;
	if (was)
		return;
	/* What was typed before editing was switched on is a line of its own. */
	for (uint32_t pos = ld->tail; pos != ld->head; pos++)
		set_delim(ld, pos, pos + 1 == ld->head);
	ld->canon = ld->head;
	ld->pushed = ld->head != ld->tail;
}
