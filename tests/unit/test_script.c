/* "#!" lines: what Linux 6.18 makes of the same bytes. */
/* links: elf/script.c */
#include <stdio.h>
#include <string.h>

#include "elf/script.h"
#include "tests/unit/unit.h"

static char head[SCRIPT_HEAD];
static char *interp, *arg;

/* => what script_parse says of a file with these bytes */
static int parse(const char *bytes, size_t len)
{
	memset(head, 0, sizeof(head));
	memcpy(head, bytes, len < sizeof(head) ? len : sizeof(head));
	interp = arg = NULL;
	return script_parse(head, &interp, &arg);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void expect(const char *i, const char *a)
{
	ck_assert_str_eq(interp, i);
	if (a == NULL)
		ck_assert_ptr_null(arg);
	else
		ck_assert_str_eq(arg, a);
}

START_TEST(interpreter_and_argument)
{
	ck_assert_int_eq(PARSE("#!/bin/sh\necho\n"), 0);
	expect("/bin/sh", NULL);
	ck_assert_int_eq(PARSE("#!/bin/sh -e\n"), 0);
	expect("/bin/sh", "-e");
	ck_assert_int_eq(PARSE("#! \t/bin/sh\t\t-e  -x \t \nnext line"), 0);
	expect("/bin/sh", "-e  -x");
	ck_assert_int_eq(PARSE("#!/bin/sh\r\n"), 0);
	expect("/bin/sh\r", NULL);
}
END_TEST

/* Where the file ends without a newline the blanks before the end stay. */
START_TEST(no_newline)
{
	ck_assert_int_eq(PARSE("#!/bin/sh"), 0);
	expect("/bin/sh", NULL);
	ck_assert_int_eq(PARSE("#!/bin/sh x  "), 0);
	expect("/bin/sh", "x  ");
	ck_assert_int_eq(PARSE("#!/bin/sh  "), 0);
	expect("/bin/sh", "");
}
END_TEST

START_TEST(nothing_there)
{
	ck_assert_int_eq(PARSE(""), -8);
	ck_assert_int_eq(PARSE("#"), -8);
	ck_assert_int_eq(PARSE("# /bin/sh\n"), -8);
	ck_assert_int_eq(PARSE(" #!/bin/sh\n"), -8);
	ck_assert_int_eq(PARSE("#!\n"), -8);
	ck_assert_int_eq(PARSE("#! \t \n"), -8);
	/* An empty name, which then cannot be opened. */
	ck_assert_int_eq(PARSE("#!"), 0);
	expect("", NULL);
	ck_assert_int_eq(PARSE("#!   "), 0);
	expect("", NULL);
	ck_assert_int_eq(PARSE("#! \0\n"), 0);
	expect("", NULL);
}
END_TEST

START_TEST(nul_bytes)
{
	ck_assert_int_eq(PARSE("#!/bin/sh\0junk\n"), 0);
	expect("/bin/sh", NULL);
	ck_assert_int_eq(PARSE("#!/bin/sh arg  \0junk\n"), 0);
	expect("/bin/sh", "arg  ");
}
END_TEST

/* A name that ends at byte `end`, followed by `tail`. */
static int parse_long(size_t end, const char *tail)
{
	char text[400];

	memset(text, 'x', sizeof(text));
	memcpy(text, "#!/", 3);
	strcpy(text + end, tail);
	return parse(text, end + strlen(tail));
}

START_TEST(cut_off)
{
	static const char *const tails[] = { "\n", " foo bar\n", "" };
	static const char *const args[] = { NULL, "foo bar", "fo", "f", NULL, NULL };

	for (size_t end = 250; end <= 257; end++) {
		for (size_t i = 0; i < 3; i++) {
			int err = parse_long(end, tails[i]);
			ck_assert_int_eq(err, end < 256 ? 0 : -8);
			if (err == 0 && i != 1)
				expect(interp, NULL);
			if (err == 0)
				ck_assert_uint_eq(strlen(interp), end - 2);
		}
	}
	for (size_t end = 252; end < 256; end++) {
		ck_assert_int_eq(parse_long(end, " foo bar\n"), 0);
		expect(interp, args[end - 250]);
	}
	char text[600];
	memset(text, 'y', sizeof(text));
	memcpy(text, "#!/bin/echo ", 12);
	text[598] = '\n';
	ck_assert_int_eq(parse(text, 599), 0);
	ck_assert_str_eq(interp, "/bin/echo");
	ck_assert_uint_eq(strlen(arg), 255 - 12);
	/* Blanks at the place of the cut go. */
	memset(text + 254, ' ', 5);
	ck_assert_int_eq(parse(text, 599), 0);
	ck_assert_uint_eq(strlen(arg), 254 - 12);
}
END_TEST

/* Whatever the bytes are: the words lie inside and end inside. */
START_TEST(random_bytes)
{
	static const char alphabet[] = { '#', '!', ' ', '\t', '\n', 0, 'a', '/' };
	unsigned seed = 1;

	for (int round = 0; round < 200000; round++) {
		char text[SCRIPT_HEAD];
		seed = seed * 1664525u + 1013904223u;
		size_t len = 2 + (seed >> 8) % (SCRIPT_HEAD - 1);
		for (size_t i = 0; i < len && i < sizeof(text); i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = alphabet[(seed >> 16) % (round % 2 ? 8 : 3)];
		}
		text[0] = '#', text[1] = '!';
		if (parse(text, len) < 0)
			continue;
		ck_assert(interp >= head + 2 && interp < head + SCRIPT_HEAD);
		ck_assert(interp + strlen(interp) < head + SCRIPT_HEAD);
		if (arg != NULL)
			ck_assert(arg > interp && arg + strlen(arg) < head + SCRIPT_HEAD);
	}
}
END_TEST

UNIT_MAIN("script", interpreter_and_argument, no_newline, nothing_there, nul_bytes, cut_off,
	  random_bytes)
