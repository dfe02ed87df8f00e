/* The line discipline: editing, echo, signals, output translation, limits. */
/* links: fs/ldisc.c */
#include "fs/ldisc.h"

#include "tests/unit/unit.h"

#include <string.h>

static struct ldisc ld;
static uint8_t out[LDISC_OUT_SIZE];
static int signals[LDISC_EVENTS];

static void on_event(void *arg, enum ldisc_event what)
{
	(void)arg;
	signals[what]++;
}

static void fresh(void)
{
	ldisc_init(&ld, out, sizeof(out), on_event, NULL);
	memset(signals, 0, sizeof(signals));
}

static void type(const char *s)
{
	for (; *s != '\0'; s++)
		ldisc_input(&ld, (uint8_t)*s);
	ldisc_input_end(&ld);
}

static void set(tcflag_t l_on, tcflag_t l_off, tcflag_t i_on, tcflag_t o_on)
{
	struct termios t = ld.termios;

	t.c_lflag = (t.c_lflag | l_on) & ~l_off;
	t.c_iflag |= i_on;
	t.c_oflag |= o_on;
	ldisc_set_termios(&ld, &t);
}

/* What read(2) would give, as a string. */
static const char *line(void)
{
	static char buf[LDISC_IN_SIZE + 1];
	bool end;
	size_t n = ldisc_read(&ld, (uint8_t *)buf, LDISC_IN_SIZE, &end);

	buf[n] = '\0';
	return buf;
}

static const char *screen(void)
{
	static char buf[LDISC_OUT_SIZE + 1];

	buf[ldisc_take_output(&ld, (uint8_t *)buf, LDISC_OUT_SIZE)] = '\0';
	return buf;
}

START_TEST(a_line_is_readable_when_it_is_complete)
{
	fresh();
	type("abc");
	ck_assert_uint_eq(ldisc_readable(&ld), 0);
	type("\r");
	ck_assert_uint_eq(ldisc_readable(&ld), 4);
	ck_assert_str_eq(line(), "abc\n");
	ck_assert_str_eq(screen(), "abc\r\n");
}
END_TEST

START_TEST(read_gives_one_line_at_a_time)
{
	fresh();
	type("one\rtwo\rthr");
	ck_assert_str_eq(line(), "one\n");
	ck_assert_str_eq(line(), "two\n");
	ck_assert_str_eq(line(), "");
}
END_TEST

START_TEST(a_short_read_leaves_the_rest)
{
	uint8_t buf[3];
	bool end;

	fresh();
	type("hello\r");
	ck_assert_uint_eq(ldisc_read(&ld, buf, 3, &end), 3);
	ck_assert(!end);
	ck_assert_str_eq(line(), "lo\n");
}
END_TEST

START_TEST(erase_takes_a_character)
{
	fresh();
	type("ax\177b\r");
	ck_assert_str_eq(line(), "ab\n");
	ck_assert_str_eq(screen(), "ax\b \bb\r\n");
}
END_TEST

START_TEST(erase_stops_at_the_line)
{
	fresh();
	type("a\r\177\177b\r");
	ck_assert_str_eq(line(), "a\n");
	ck_assert_str_eq(line(), "b\n");
}
END_TEST

START_TEST(erase_takes_a_control_character_and_a_tab)
{
	fresh();
	type("\001\177");
	ck_assert_str_eq(screen(), "^A\b \b\b \b");
	type("ab\t\177"); /* the cursor goes back over the tab and rubs out nothing */
	ck_assert_str_eq(screen(), "ab\t\b\b\b\b\b\b");
	type("\r");
	ck_assert_str_eq(line(), "ab\n");
}
END_TEST

START_TEST(erase_takes_a_whole_utf8_character)
{
	fresh();
	set(0, 0, IUTF8, 0);
	type("a\303\244\177\r");
	ck_assert_str_eq(line(), "a\n");
	ck_assert_str_eq(screen(), "a\303\244\b \b\r\n");
}
END_TEST

START_TEST(word_erase_takes_a_word)
{
	fresh();
	type("one two  \027x\r");
	ck_assert_str_eq(line(), "one x\n");
}
END_TEST

START_TEST(kill_takes_the_line)
{
	fresh();
	type("abc\025x\r");
	ck_assert_str_eq(line(), "x\n");
	ck_assert_str_eq(screen(), "abc\b \b\b \b\b \bx\r\n");
}
END_TEST

START_TEST(literal_next)
{
	fresh();
	type("a\026\003b\026\177\r");
	ck_assert_int_eq(signals[LDISC_INTR], 0);
	ck_assert_str_eq(line(), "a\003b\177\n");
}
END_TEST

START_TEST(reprint)
{
	fresh();
	type("ab");
	screen();
	type("\022");
	ck_assert_str_eq(screen(), "^R\r\nab");
}
END_TEST

START_TEST(end_of_file)
{
	bool end;
	uint8_t buf[8];

	fresh();
	type("\004");
	ck_assert_uint_eq(ldisc_readable(&ld), 1);
	ck_assert_uint_eq(ldisc_read(&ld, buf, sizeof(buf), &end), 0);
	ck_assert(end);
	type("ab\004");
	ck_assert_str_eq(line(), "ab");
	/* also when the reader's buffer ends right before it */
	type("ab\004");
	ck_assert_uint_eq(ldisc_read(&ld, buf, 2, &end), 2);
	ck_assert(end);
	ck_assert_uint_eq(ldisc_readable(&ld), 0);
}
END_TEST

START_TEST(signals_flush_and_echo)
{
	fresh();
	type("abc\003");
	ck_assert_int_eq(signals[LDISC_INTR], 1);
	type("\034\032");
	ck_assert_int_eq(signals[LDISC_QUIT], 1);
	ck_assert_int_eq(signals[LDISC_SUSP], 1);
	type("x\r");
	ck_assert_str_eq(line(), "x\n");
	fresh();
	set(NOFLSH, 0, 0, 0);
	type("abc\003\r");
	ck_assert_str_eq(line(), "abc\n");
	ck_assert_str_eq(screen(), "abc^C\r\n");
}
END_TEST

START_TEST(flow_control)
{
	fresh();
	type("\023a");
	ck_assert_str_eq(screen(), "");
	type("\021");
	ck_assert_str_eq(screen(), "a");
	type("\023");
	type("\003"); /* a signal also lets output go on */
	ck_assert_str_eq(screen(), "^C");
}
END_TEST

START_TEST(raw)
{
	fresh();
	set(0, ICANON | ECHO | ISIG, 0, 0);
	type("a\003\177");
	ck_assert_str_eq(line(), "a\003\177");
	ck_assert_str_eq(screen(), "");
}
END_TEST

START_TEST(mode_changes_keep_what_was_typed)
{
	fresh();
	type("abc");
	set(0, ICANON, 0, 0);
	ck_assert_uint_eq(ldisc_readable(&ld), 3);
	set(ICANON, 0, 0, 0);
	ck_assert_str_eq(line(), "abc");
	set(0, ICANON, 0, 0);
	type("xy");
	ck_assert_str_eq(line(), "xy");
	set(ICANON, 0, 0, 0);
	type("z\r");
	ck_assert_str_eq(line(), "z\n");
}
END_TEST

START_TEST(output_translation)
{
	fresh();
	ck_assert_uint_eq(ldisc_write(&ld, (const uint8_t *)"a\nb", 3), 3);
	ck_assert_str_eq(screen(), "a\r\nb");
	set(0, 0, 0, TAB3);
	ldisc_write(&ld, (const uint8_t *)"\r12\tx", 5);
	ck_assert_str_eq(screen(), "\r12      x");
	set(0, 0, 0, OLCUC | OCRNL);
	ldisc_write(&ld, (const uint8_t *)"q\r", 2);
	ck_assert_str_eq(screen(), "Q\n");
}
END_TEST

START_TEST(carriage_returns)
{
	fresh();
	set(0, 0, IGNCR, 0);
	type("a\rb\n");
	ck_assert_str_eq(line(), "ab\n");
	fresh();
	ld.termios.c_iflag = INLCR;
	type("a\nb\004");
	ck_assert_str_eq(line(), "a\rb");
}
END_TEST

START_TEST(a_line_that_is_too_long_is_cut)
{
	int i;

	fresh();
	for (i = 0; i < 3 * LDISC_IN_SIZE; i++) {
		ck_assert_uint_gt(ldisc_room(&ld), 0);
		type("x");
		screen();
	}
	type("\r");
	ck_assert_uint_eq(strlen(line()), LDISC_IN_SIZE);
	ck_assert_uint_eq(ldisc_readable(&ld), 0);
}
END_TEST

/* Whatever size the bursts and reads have, all that was pasted comes through. */
START_TEST(a_paste_arrives_whole)
{
	unsigned sent = 0, seen = 0;
	bool end;

	fresh();
	while (seen < 100000) {
		uint8_t buf[100];
		size_t n;

		for (n = ldisc_room(&ld) % 97; n > 0; n--, sent++)
			ldisc_input(&ld, sent % 50 == 49 ? '\n' : 'a' + sent % 26);
		n = ldisc_read(&ld, buf, 1 + sent % sizeof(buf), &end);
		for (size_t i = 0; i < n; i++, seen++)
			ck_assert_int_eq(buf[i], seen % 50 == 49 ? '\n' : 'a' + seen % 26);
		screen();
	}
}
END_TEST

/* Also when the reader comes only after the last byte for which there was room. */
START_TEST(a_full_buffer_loses_nothing)
{
	unsigned sent = 0, seen = 0;
	uint8_t buf[300];
	bool end;

	for (int canonical = 0; canonical < 2; canonical++) {
		fresh();
		set(0, ECHO | (canonical ? 0 : ICANON), 0, 0);
		for (sent = seen = 0; seen < 100000;) {
			for (; ldisc_room(&ld) > 0; sent++)
				ldisc_input(&ld, sent % 50 == 49 ? '\n' : 'a' + sent % 26);
			size_t n = ldisc_read(&ld, buf, 1 + seen % sizeof(buf), &end);
			ck_assert_uint_gt(n, 0);
			for (size_t i = 0; i < n; i++, seen++)
				ck_assert_int_eq(buf[i], seen % 50 == 49 ? '\n' : 'a' + seen % 26);
		}
	}
}
END_TEST

START_TEST(output_that_does_not_fit_is_not_taken)
{
	static uint8_t data[2 * LDISC_OUT_SIZE];
	size_t n;

	fresh();
	memset(data, '\n', sizeof(data));
	n = ldisc_write(&ld, data, sizeof(data));
	ck_assert_uint_lt(n, sizeof(data));
	ck_assert_uint_eq(ldisc_pending_output(&ld), 2 * n);
	ck_assert(!ldisc_can_write(&ld));
	ck_assert_uint_eq(ldisc_room(&ld), 0); /* its echo would be lost */
}
END_TEST

START_TEST(a_break)
{
	fresh();
	set(0, ICANON | ECHO, 0, 0);
	ldisc_break(&ld);
	ck_assert_uint_eq(ldisc_readable(&ld), 1);
	ck_assert_str_eq(line(), "");
	set(0, 0, PARMRK, 0);
	ldisc_break(&ld);
	ck_assert_uint_eq(ldisc_readable(&ld), 3);
	ck_assert_str_eq(line(), "\377");
	type("abc");
	set(0, 0, BRKINT, 0);
	ldisc_break(&ld);
	ck_assert_int_eq(signals[LDISC_INTR], 1);
	ck_assert_uint_eq(ldisc_readable(&ld), 0);
	set(0, 0, IGNBRK, 0);
	ldisc_break(&ld);
	ck_assert_int_eq(signals[LDISC_INTR], 1);
	ck_assert_uint_eq(ldisc_readable(&ld), 0);
}
END_TEST

/* At a pseudo terminal a stop keeps output from entering; what is there has arrived. */
START_TEST(stop_at_a_pseudo_terminal)
{
	fresh();
	ld.pseudo = true;
	ldisc_write(&ld, (const uint8_t *)"a", 1);
	type("\023bc");
	ck_assert_int_eq(signals[LDISC_STOPPED], 1);
	ck_assert_uint_eq(ldisc_write(&ld, (const uint8_t *)"x", 1), 0);
	ck_assert(!ldisc_can_write(&ld));
	ck_assert_str_eq(screen(), "a");
	type("\021");
	ck_assert_int_eq(signals[LDISC_STARTED], 1);
	ck_assert_str_eq(screen(), "bc");
}
END_TEST

/* What a call has stopped no key starts. */
START_TEST(stop_by_call)
{
	fresh();
	ldisc_stop_by_call(&ld, true);
	type("a\021\003");
	ck_assert_str_eq(screen(), "");
	ldisc_stop_by_call(&ld, false);
	ck_assert_str_eq(screen(), "^C");
	type("\023");
	ldisc_stop_by_call(&ld, false);
	ck_assert(ld.stopped);
}
END_TEST

START_TEST(echo_waits_for_room_and_the_oldest_is_forgotten)
{
	static uint8_t data[LDISC_OUT_SIZE];
	static uint8_t buf[LDISC_OUT_SIZE];
	size_t n;

	fresh();
	ld.pseudo = true;
	ld.termios.c_oflag = 0;
	memset(data, '.', sizeof(data));
	n = ldisc_write(&ld, data, sizeof(data));
	while (ldisc_pending_output(&ld) < sizeof(out))
		type("-");
	ck_assert_uint_gt(ldisc_room(&ld), 0); /* the master may write on */
	for (int i = 0; i < LDISC_HELD_SIZE; i++)
		ldisc_input(&ld, i < 4 ? 'a' : 'b');
	type("123\r"); /* four more than fit */
	while (ldisc_pending_output(&ld) > 0) {
		n = ldisc_take_output(&ld, buf, sizeof(buf));
		ck_assert_ptr_null(memchr(buf, 'a', n));
	}
	ck_assert_int_eq(memcmp(buf + n - 4, "123\n", 4), 0);
}
END_TEST

/* A flush takes away only what a master's own buffer could not hold. */
START_TEST(flush_at_a_pseudo_terminal)
{
	static uint8_t data[8000];

	fresh();
	ld.pseudo = true;
	memset(data, 'x', sizeof(data));
	ldisc_write(&ld, data, sizeof(data));
	ldisc_flush_output(&ld);
	ck_assert_uint_eq(ldisc_pending_output(&ld), LDISC_ARRIVED);
	ck_assert_int_eq(signals[LDISC_FLUSHED_OUTPUT], 1);
	ld.pseudo = false;
	ldisc_flush_output(&ld);
	ck_assert_uint_eq(ldisc_pending_output(&ld), 0);
}
END_TEST

START_TEST(erasing_on_paper)
{
	fresh();
	set(ECHOPRT, 0, 0, 0);
	type("abc\177\177d\r");
	ck_assert_str_eq(screen(), "abc\\cb/d\r\n");
	ck_assert_str_eq(line(), "ad\n");
}
END_TEST

START_TEST(processing_elsewhere)
{
	fresh();
	set(EXTPROC, 0, 0, 0);
	type("a\177\003\r");
	ck_assert_str_eq(screen(), "");
	ck_assert_str_eq(line(), "a\177\003\r");
}
END_TEST

START_TEST(upper_case_terminals)
{
	fresh();
	set(0, 0, IUCLC, OLCUC);
	type("aBC\r");
	ck_assert_str_eq(line(), "abc\n");
	ck_assert_str_eq(screen(), "ABC\r\n");
}
END_TEST

/* The fast way through and the byte-wise one give the same. */
START_TEST(output_in_pieces_is_the_same)
{
	static const char text[] = "one\ttwo\r\nthree \303\244\tx\b\b\t\033[0m\tlast\tline\n";
	char whole[300];

	for (unsigned flags = 0; flags < 2; flags++) {
		fresh();
		set(0, 0, flags ? IUTF8 : 0, TAB3);
		ldisc_write(&ld, (const uint8_t *)text, sizeof(text) - 1);
		strcpy(whole, screen());
		fresh();
		set(0, 0, flags ? IUTF8 : 0, TAB3);
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			ldisc_write(&ld, (const uint8_t *)text + i, 1);
		ck_assert_str_eq(screen(), whole);
	}
}
END_TEST

UNIT_MAIN("ldisc", a_line_is_readable_when_it_is_complete, read_gives_one_line_at_a_time,
	  a_short_read_leaves_the_rest, erase_takes_a_character, erase_stops_at_the_line,
	  erase_takes_a_control_character_and_a_tab, erase_takes_a_whole_utf8_character,
	  word_erase_takes_a_word, kill_takes_the_line, literal_next, reprint, end_of_file,
	  signals_flush_and_echo, flow_control, raw, mode_changes_keep_what_was_typed,
	  output_translation, carriage_returns, a_line_that_is_too_long_is_cut,
	  a_paste_arrives_whole, a_full_buffer_loses_nothing, output_that_does_not_fit_is_not_taken,
	  a_break, stop_at_a_pseudo_terminal, stop_by_call,
	  echo_waits_for_room_and_the_oldest_is_forgotten, flush_at_a_pseudo_terminal,
	  erasing_on_paper, processing_elsewhere, upper_case_terminals,
	  output_in_pieces_is_the_same)
