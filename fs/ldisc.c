/* ldisc.c: the line discipline (see ldisc.h).  Names in capitals are termios(3)'s. */
#include "fs/ldisc.h"

#include "lib/string.h"

#define TAB	   8
#define DEL	   0x7f
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

bool ldisc_is_canonical(const struct ldisc *ld)
{
	return (ld->termios.c_lflag & (ICANON | EXTPROC)) == ICANON;
}

void ldisc_init(struct ldisc *ld, uint8_t *out, uint32_t out_size,
		void (*event)(void *, enum ldisc_event), void *arg)
{
	memset(ld, 0, sizeof(*ld));
	ld->termios = ldisc_default_termios;
	ld->out = out;
	ld->out_size = out_size;
	ld->event = event;
	ld->arg = arg;
}

/* --- kinds of bytes; the upper half is Latin 1, as for Linux --- */

static bool is_control(uint8_t c)
{
	return c < ' ' || c == DEL;
}

static bool is_upper(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

static bool is_lower(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '_' || is_upper(c) || is_lower(c);
}

static uint8_t to_lower(uint8_t c)
{
	return is_upper(c) ? c + ('a' - 'A') : c;
}

static uint8_t to_upper(uint8_t c)
{
	return is_lower(c) ? c - ('a' - 'A') : c;
}

/* Is c the second or a later byte of a UTF-8 character? */
static bool is_continuation(const struct ldisc *ld, uint8_t c)
{
	return iflag(ld, IUTF8) && (c & 0xc0) == 0x80;
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
	if (delim)
		ld->canon = ld->head;
}

void ldisc_flush_input(struct ldisc *ld)
{
	ld->head = ld->canon = ld->tail;
	ld->erasing = false;
	ld->event(ld->arg, LDISC_FLUSHED_INPUT);
}

/* --- the output ring --- */

static size_t out_free(const struct ldisc *ld)
{
	return ld->out_size - (ld->out_head - ld->out_tail);
}

/* May no byte enter the ring? */
static bool closed_to_output(const struct ldisc *ld)
{
	return ld->pseudo && ld->stopped;
}

static void put_out(struct ldisc *ld, uint8_t c)
{
	if (out_free(ld) > 0)
		ld->out[ld->out_head++ % ld->out_size] = c;
}

/* Several at once; there is room. */
static void put_many(struct ldisc *ld, const uint8_t *data, size_t len)
{
	uint32_t at = ld->out_head % ld->out_size;
	size_t first = len < ld->out_size - at ? len : ld->out_size - at;

	memcpy(ld->out + at, data, first);
	memcpy(ld->out, data + first, len - first);
	ld->out_head += len;
}

/* Of echo that waits too long the oldest is forgotten. */
static void put_held(struct ldisc *ld, uint8_t c)
{
	if (ld->held_head - ld->held_tail == LDISC_HELD_SIZE)
		ld->held_tail++;
	ld->held[ld->held_head++ % LDISC_HELD_SIZE] = c;
}

/* Let out what was held, as far as there is room. */
static void release_held(struct ldisc *ld)
{
	while (ld->held_tail != ld->held_head && !closed_to_output(ld) && out_free(ld) > 0)
		put_out(ld, ld->held[ld->held_tail++ % LDISC_HELD_SIZE]);
}

/* A byte on its way out, translated.  Only a program's output may be sure that there is room. */
static void put(struct ldisc *ld, uint8_t c, bool is_echo)
{
	if (!is_echo) {
		put_out(ld, c);
		return;
	}
	put_held(ld, c);
	if (ld->held_head - ld->held_tail >= LDISC_HELD_MOST)
		release_held(ld);
}

size_t ldisc_take_output(struct ldisc *ld, uint8_t *buf, size_t size)
{
	size_t n = ld->out_head - ld->out_tail;
	uint32_t at = ld->out_tail % ld->out_size;

	if (ld->stopped && !ld->pseudo)
		return 0;
	n = n < size ? n : size;
	size_t first = n < ld->out_size - at ? n : ld->out_size - at;
	memcpy(buf, ld->out + at, first);
	memcpy(buf + first, ld->out, n - first);
	ld->out_tail += n;
	release_held(ld);
	return n;
}

size_t ldisc_pending_output(const struct ldisc *ld)
{
	return ld->out_head - ld->out_tail;
}

bool ldisc_can_write(const struct ldisc *ld)
{
	return !closed_to_output(ld) && out_free(ld) >= WRITE_ROOM;
}

void ldisc_flush_output(struct ldisc *ld)
{
	size_t stays = ld->pseudo ? LDISC_ARRIVED : 0;

	if (ld->out_head - ld->out_tail > stays)
		ld->out_head = ld->out_tail + stays;
	ld->event(ld->arg, LDISC_FLUSHED_OUTPUT);
}

/* --- flow control --- */

static void stop(struct ldisc *ld)
{
	if (ld->stopped)
		return;
	ld->stopped = true;
	ld->event(ld->arg, LDISC_STOPPED);
}

static void start(struct ldisc *ld)
{
	if (!ld->stopped || ld->stopped_by_call)
		return;
	ld->stopped = false;
	release_held(ld);
	ld->event(ld->arg, LDISC_STARTED);
}

void ldisc_stop_by_call(struct ldisc *ld, bool on)
{
	if (on == ld->stopped_by_call)
		return;
	ld->stopped_by_call = on;
	if (on)
		stop(ld);
	else
		start(ld);
}

/* --- translation of output --- */

static void put_tab(struct ldisc *ld, bool is_echo)
{
	unsigned width = TAB - ld->column % TAB;

	ld->column += width;
	if ((ld->termios.c_oflag & TABDLY) != XTABS) {
		put(ld, '\t', is_echo);
		return;
	}
	while (width-- > 0)
		put(ld, ' ', is_echo);
}

static void put_newline(struct ldisc *ld, bool is_echo)
{
	if (oflag(ld, ONLCR))
		put(ld, '\r', is_echo);
	if (oflag(ld, ONLCR) || oflag(ld, ONLRET))
		ld->column = 0;
	ld->line_column = ld->column;
	put(ld, '\n', is_echo);
}

static void put_return(struct ldisc *ld, bool is_echo)
{
	if (oflag(ld, ONOCR) && ld->column == 0)
		return;
	if (!oflag(ld, OCRNL) || oflag(ld, ONLRET))
		ld->line_column = ld->column = 0;
	put(ld, oflag(ld, OCRNL) ? '\n' : '\r', is_echo);
}

/* Translate one byte of output, or of echo. */
static void put_translated(struct ldisc *ld, uint8_t c, bool is_echo)
{
	if (!oflag(ld, OPOST)) {
		put(ld, c, is_echo);
		return;
	}
	switch (c) {
	case '\n': put_newline(ld, is_echo); return;
	case '\r': put_return(ld, is_echo); return;
	case '\t': put_tab(ld, is_echo); return;
	case '\b': ld->column -= ld->column > 0; break;
	default:
		if (is_control(c))
			break;
		if (oflag(ld, OLCUC))
			c = to_upper(c);
		if (!is_continuation(ld, c))
			ld->column++;
	}
	put(ld, c, is_echo);
}

/* Bytes at the beginning of data that go out as they are. */
static size_t plain_part(const struct ldisc *ld, const uint8_t *data, size_t len)
{
	size_t n = 0;

	if (!oflag(ld, OPOST))
		return len;
	if (oflag(ld, OLCUC))
		return 0;
	while (n < len && !is_control(data[n]))
		n++;
	return n;
}

static void advance_column(struct ldisc *ld, const uint8_t *data, size_t len)
{
	if (!oflag(ld, OPOST))
		return;
	ld->column += len;
	for (size_t i = 0; iflag(ld, IUTF8) && i < len; i++)
		ld->column -= is_continuation(ld, data[i]);
}

size_t ldisc_write(struct ldisc *ld, const uint8_t *data, size_t len)
{
	size_t done = 0;

	release_held(ld);
	if (closed_to_output(ld))
		return 0;
	while (done < len && out_free(ld) >= OUT_WORST) {
		size_t room = out_free(ld);
		size_t most = len - done < room ? len - done : room;
		size_t n = plain_part(ld, data + done, most);

		if (n > 0) {
			put_many(ld, data + done, n);
			advance_column(ld, data + done, n);
			done += n;
		} else {
			put_translated(ld, data[done++], false);
		}
	}
	return done;
}

void ldisc_send(struct ldisc *ld, uint8_t c)
{
	put_out(ld, c);
}

/* --- echo --- */

static void echo_raw(struct ldisc *ld, uint8_t c)
{
	put_translated(ld, c, true);
}

/* Show c; a control character as two, which are not translated. */
static void echo(struct ldisc *ld, uint8_t c)
{
	if (lflag(ld, ECHOCTL) && is_control(c) && c != '\t') {
		put(ld, '^', true);
		put(ld, c ^ 0x40, true);
		ld->column += 2;
	} else if (c == 0xff) {
		put(ld, c, true);
		ld->column++;
	} else {
		echo_raw(ld, c);
	}
}

/* ECHOPRT: what was rubbed out stands between a backslash and a slash. */
static void finish_erasing(struct ldisc *ld)
{
	if (!ld->erasing)
		return;
	ld->erasing = false;
	echo_raw(ld, '/');
}

/* Echo a typed character, noting where its line began. */
static void echo_typed(struct ldisc *ld, uint8_t c)
{
	if (ld->head == ld->canon)
		ld->line_column = ld->column;
	echo(ld, c);
}

/* --- editing --- */

/* => where the character before `pos` begins; `pos` itself when there is no whole one */
static uint32_t character_before(const struct ldisc *ld, uint32_t pos)
{
	uint32_t at = pos;

	do {
		at--;
	} while (is_continuation(ld, in_at(ld, at)) && at != ld->canon);
	return is_continuation(ld, in_at(ld, at)) ? pos : at;
}

/* Go back over a tab that was the last character.  How far depends on what stands before it in the
 * line, up to the tab before, where a column is known again. */
static void unshow_tab(struct ldisc *ld)
{
	unsigned before = 0;
	bool from_line = true;

	for (uint32_t pos = ld->head; pos != ld->canon;) {
		uint8_t c = in_at(ld, --pos);

		if (c == '\t') {
			from_line = false;
			break;
		}
		if (is_control(c))
			before += lflag(ld, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(ld, c))
			before++;
	}
	if (from_line)
		before += ld->line_column;
	for (unsigned n = TAB - before % TAB; n > 0; n--) {
		put(ld, '\b', true);
		ld->column -= ld->column > 0;
	}
}

static void rub_out(struct ldisc *ld)
{
	echo_raw(ld, '\b');
	echo_raw(ld, ' ');
	echo_raw(ld, '\b');
}

/* ECHOPRT: show the character at [pos, end), which goes. */
static void show_erased(struct ldisc *ld, uint32_t pos, uint32_t end)
{
	if (!ld->erasing) {
		ld->erasing = true;
		echo_raw(ld, '\\');
	}
	echo(ld, in_at(ld, pos));
	while (++pos != end) {
		echo_raw(ld, in_at(ld, pos));
		ld->column -= ld->column > 0;
	}
}

enum erase { ERASE_CHARACTER, ERASE_WORD, ERASE_LINE };

/* The character at [ld->head, end) is gone: the screen follows. */
static void unshow(struct ldisc *ld, uint32_t end, enum erase how)
{
	uint8_t c = in_at(ld, ld->head);

	if (lflag(ld, ECHOPRT)) {
		show_erased(ld, ld->head, end);
	} else if (how == ERASE_CHARACTER && !lflag(ld, ECHOE)) {
		echo(ld, ld->termios.c_cc[VERASE]);
	} else if (c == '\t') {
		unshow_tab(ld);
	} else if (!is_control(c)) {
		rub_out(ld);
	} else if (lflag(ld, ECHOCTL)) {
		rub_out(ld);
		rub_out(ld);
	}
}

static void erase(struct ldisc *ld, enum erase how)
{
	bool in_word = false;

	while (ld->head != ld->canon) {
		uint32_t end = ld->head, pos = character_before(ld, end);

		if (pos == end)
			break;
		if (how == ERASE_WORD) {
			bool is_letter = is_word(in_at(ld, pos));
			if (in_word && !is_letter)
				break;
			in_word = in_word || is_letter;
		}
		ld->head = pos;
		if (lflag(ld, ECHO))
			unshow(ld, end, how);
		if (how == ERASE_CHARACTER)
			break;
	}
	if (ld->head == ld->canon && lflag(ld, ECHO))
		finish_erasing(ld);
}

static void erase_line(struct ldisc *ld)
{
	if (ld->head == ld->canon)
		return;
	if (lflag(ld, ECHO) && lflag(ld, ECHOK) && lflag(ld, ECHOKE) && lflag(ld, ECHOE)) {
		erase(ld, ERASE_LINE);
		return;
	}
	ld->head = ld->canon;
	if (!lflag(ld, ECHO))
		return;
	finish_erasing(ld);
	echo(ld, ld->termios.c_cc[VKILL]);
	if (lflag(ld, ECHOK))
		echo_raw(ld, '\n');
}

static void erase_some(struct ldisc *ld, enum erase how)
{
	if (ld->head != ld->canon)
		erase(ld, how);
}

static void reprint(struct ldisc *ld, uint8_t c)
{
	finish_erasing(ld);
	echo(ld, c);
	echo_raw(ld, '\n');
	for (uint32_t pos = ld->canon; pos != ld->head; pos++)
		echo(ld, in_at(ld, pos));
}

static void take_next_literally(struct ldisc *ld)
{
	ld->literal = true;
	if (!lflag(ld, ECHO))
		return;
	finish_erasing(ld);
	if (lflag(ld, ECHOCTL)) {
		echo_raw(ld, '^');
		echo_raw(ld, '\b');
	}
}

/* Editing characters of canonical mode.  => c was one */
static bool input_edit(struct ldisc *ld, uint8_t c)
{
	bool extended = lflag(ld, IEXTEN);

	if (is_cc(ld, VERASE, c))
		erase_some(ld, ERASE_CHARACTER);
	else if (extended && is_cc(ld, VWERASE, c))
		erase_some(ld, ERASE_WORD);
	else if (is_cc(ld, VKILL, c))
		erase_line(ld);
	else if (extended && is_cc(ld, VLNEXT, c))
		take_next_literally(ld);
	else if (extended && lflag(ld, ECHO) && is_cc(ld, VREPRINT, c))
		reprint(ld, c);
	else
		return false;
	return true;
}

/* --- input --- */

static void input_signal(struct ldisc *ld, enum ldisc_event which)
{
	ld->event(ld->arg, which);
	if (lflag(ld, NOFLSH))
		return;
	ld->held_tail = ld->held_head;
	ldisc_flush_output(ld);
	ldisc_flush_input(ld);
}

static void input_signal_char(struct ldisc *ld, enum ldisc_event which, uint8_t c)
{
	input_signal(ld, which);
	if (iflag(ld, IXON))
		start(ld);
	if (lflag(ld, ECHO))
		echo(ld, c);
}

/* => c was VSTART or VSTOP */
static bool input_flow(struct ldisc *ld, uint8_t c)
{
	if (!iflag(ld, IXON))
		return false;
	if (is_cc(ld, VSTART, c))
		start(ld);
	else if (is_cc(ld, VSTOP, c))
		stop(ld);
	else
		return false;
	return true;
}

/* => c was a character that sends a signal */
static bool input_signals(struct ldisc *ld, uint8_t c)
{
	if (!lflag(ld, ISIG))
		return false;
	if (is_cc(ld, VINTR, c))
		input_signal_char(ld, LDISC_INTR, c);
	else if (is_cc(ld, VQUIT, c))
		input_signal_char(ld, LDISC_QUIT, c);
	else if (is_cc(ld, VSUSP, c))
		input_signal_char(ld, LDISC_SUSP, c);
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

/* A byte that is also the mark of a parity error comes twice. */
static void put_marked(struct ldisc *ld, uint8_t c, bool delim)
{
	if (c == 0xff && iflag(ld, PARMRK))
		put_in(ld, c, false);
	put_in(ld, c, delim);
}

/* What ends a line.  => c did */
static bool input_line_end(struct ldisc *ld, uint8_t c)
{
	if (c == '\n') {
		if (lflag(ld, ECHO) || lflag(ld, ECHONL))
			echo_raw(ld, '\n');
		put_in(ld, c, true);
	} else if (is_cc(ld, VEOF, c)) {
		put_in(ld, '\0', true);
	} else if (is_cc(ld, VEOL, c) || (lflag(ld, IEXTEN) && is_cc(ld, VEOL2, c))) {
		if (lflag(ld, ECHO))
			echo_typed(ld, c);
		put_marked(ld, c, true);
	} else {
		return false;
	}
	return true;
}

/* `literally`: not even a newline is special. */
static void input_plain(struct ldisc *ld, uint8_t c, bool literally)
{
	if (lflag(ld, ECHO)) {
		finish_erasing(ld);
		if (c == '\n' && !literally)
			echo_raw(ld, c);
		else
			echo_typed(ld, c);
	}
	put_marked(ld, c, false);
}

/* A line longer than there is room for: nobody could read it before its end has come, so its last
 * character gives way to the next. */
static void make_room_in_line(struct ldisc *ld)
{
	if (lflag(ld, ICANON) && ld->canon == ld->tail && ld->head - ld->tail == LDISC_IN_SIZE)
		ld->head--;
}

/* Is c a newline or carriage return that gets its own treatment?  If not, it is echoed as a control
 * character. */
static bool is_special_newline(const struct ldisc *ld, uint8_t c)
{
	if (c == '\n')
		return lflag(ld, ICANON) || iflag(ld, INLCR);
	return c == '\r' && (iflag(ld, IGNCR) || iflag(ld, ICRNL));
}

void ldisc_input(struct ldisc *ld, uint8_t c)
{
	make_room_in_line(ld);
	if (iflag(ld, ISTRIP))
		c &= 0x7f;
	if (iflag(ld, IUCLC) && lflag(ld, IEXTEN))
		c = to_lower(c);
	if (ld->literal) {
		ld->literal = false;
		if (ld->stopped && iflag(ld, IXON) && iflag(ld, IXANY))
			start(ld);
		input_plain(ld, c, true);
		return;
	}
	if (lflag(ld, EXTPROC)) {
		put_in(ld, c, false);
		return;
	}
	if (input_flow(ld, c) || input_signals(ld, c))
		return;
	if (ld->stopped && iflag(ld, IXON) && iflag(ld, IXANY))
		start(ld);
	bool literally = !is_special_newline(ld, c);
	if (translate_input(ld, &c))
		return;
	if (lflag(ld, ICANON) && (input_edit(ld, c) || input_line_end(ld, c)))
		return;
	input_plain(ld, c, literally);
}

void ldisc_input_end(struct ldisc *ld)
{
	release_held(ld);
}

void ldisc_break(struct ldisc *ld)
{
	if (iflag(ld, IGNBRK))
		return;
	if (iflag(ld, BRKINT)) {
		input_signal(ld, LDISC_INTR);
		return;
	}
	if (ldisc_room(ld) == 0)
		return;
	make_room_in_line(ld);
	if (iflag(ld, PARMRK)) {
		put_in(ld, 0xff, false);
		put_in(ld, '\0', false);
	}
	put_in(ld, '\0', false);
}

size_t ldisc_room(const struct ldisc *ld)
{
	size_t room = LDISC_IN_SIZE - (ld->head - ld->tail);
	size_t echoes = out_free(ld) / ECHO_WORST;

	if (iflag(ld, PARMRK))
		room = (room + 2) / 3;
	if (room > 0)
		room--;
	if (room == 0 && lflag(ld, ICANON) && ld->canon == ld->tail)
		room = 1;
	/* The master of a pseudo terminal may write before it reads the echo. */
	if (!lflag(ld, ECHO) || ld->stopped || ld->pseudo)
		return room;
	return room < echoes ? room : echoes;
}

/* --- reading --- */

size_t ldisc_readable(const struct ldisc *ld)
{
	return (ldisc_is_canonical(ld) ? ld->canon : ld->head) - ld->tail;
}

/* Does an end of file stand here?  It shows as nothing. */
static bool is_eof(const struct ldisc *ld, uint32_t pos)
{
	return is_delim(ld, pos) && in_at(ld, pos) == '\0';
}

size_t ldisc_countable(const struct ldisc *ld)
{
	size_t n = ldisc_readable(ld);

	if (!ldisc_is_canonical(ld))
		return n;
	for (uint32_t pos = ld->tail; pos != ld->canon; pos++)
		n -= is_eof(ld, pos);
	return n;
}

static size_t read_line(struct ldisc *ld, uint8_t *buf, size_t size, bool *end)
{
	size_t n = 0;

	while (ld->tail != ld->canon && !*end) {
		bool eof = is_eof(ld, ld->tail);

		if (n == size && !eof)
			break;
		*end = is_delim(ld, ld->tail);
		if (!eof)
			buf[n++] = in_at(ld, ld->tail);
		ld->tail++;
	}
	return n;
}

size_t ldisc_read(struct ldisc *ld, uint8_t *buf, size_t size, bool *end)
{
	*end = false;
	if (ldisc_is_canonical(ld))
		return read_line(ld, buf, size, end);

	size_t n = ld->head - ld->tail;
	uint32_t at = ld->tail % LDISC_IN_SIZE;
	n = n < size ? n : size;
	size_t first = n < LDISC_IN_SIZE - at ? n : LDISC_IN_SIZE - at;
	memcpy(buf, ld->in + at, first);
	memcpy(buf + first, ld->in, n - first);
	ld->tail += n;
	if ((int32_t)(ld->canon - ld->tail) < 0)
		ld->canon = ld->tail;
	return n;
}

/* --- settings --- */

void ldisc_set_termios(struct ldisc *ld, const struct termios *t)
{
	struct termios old = ld->termios;

	ld->termios = *t;
	if ((old.c_iflag & IXON) != 0 && !iflag(ld, IXON))
		start(ld);
	if (((old.c_lflag ^ t->c_lflag) & (ICANON | EXTPROC)) == 0)
		return;
	ld->literal = ld->erasing = false;
	/* What was typed before editing was switched on is a line of its own. */
	for (uint32_t pos = ld->tail; pos != ld->head; pos++)
		set_delim(ld, pos, lflag(ld, ICANON) && pos + 1 == ld->head);
	ld->canon = lflag(ld, ICANON) ? ld->head : ld->tail;
}
