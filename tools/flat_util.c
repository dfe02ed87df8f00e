/* flat_util.c: messages, growing memory, small things. */
#include "tools/flat.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void message(const char *format, va_list args)
{
	fputs("flat: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void die(const char *format, ...)
{
	va_list args;

	term_restore();
	va_start(args, format);
	message(format, args);
	va_end(args);
	exit(EXIT_FLAT);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(format, args);
	va_end(args);
}

void *xrealloc(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (new == NULL)
		die("out of memory");
	return new;
}

char *xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xrealloc(NULL, size), s, size);
}

static char *format_string(const char *format, va_list args)
{
	char *s;

	if (vasprintf(&s, format, args) < 0)
		die("out of memory");
	return s;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = format_string(format, args);
	va_end(args);
	return s;
}

static void strings_push(struct strings *list, char *s)
{
	if (list->count + 1 >= list->room) {
		list->room = list->room * 2 + 16;
		list->item = xrealloc(list->item, list->room * sizeof(*list->item));
	}
	list->item[list->count++] = s;
	list->item[list->count] = NULL;
}

void strings_add(struct strings *list, const char *s)
{
	strings_push(list, xstrdup(s));
}

void strings_addf(struct strings *list, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strings_push(list, format_string(format, args));
	va_end(args);
}

void bytes_add(struct bytes *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (b->len + len > b->room) {
		b->room = (b->len + len) * 2;
		b->data = xrealloc(b->data, b->room);
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void bytes_drop(struct bytes *b, size_t len)
{
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			p += n;
			len -= n;
		}
	}
	return 0;
}

void print_quoted(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";

	if (*s != '\0' && s[strspn(s, plain)] == '\0') {
		fputs(s, stdout);
		return;
	}
	putchar('\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*s);
	}
	putchar('\'');
}

double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}
