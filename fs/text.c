/* text.c: text that grows. */

#include "fs/text.h"

#include <stdarg.h>

#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"

#define TEXT_MAX (16ul << 20)

char *text_room(struct text *t, size_t len)
{
	if (t->failed)
		return NULL;
	if (t->room - t->len < len) {
		size_t room = MAX(t->room * 2, 512ul);
		while (room < t->len + len)
			room *= 2;
		char *buf = room > TEXT_MAX ? NULL : krealloc(t->buf, room);
		if (buf == NULL) {
			t->failed = true;
			return NULL;
		}
		t->buf = buf;
		t->room = room;
	}
	return t->buf + t->len;
}

void text_put(struct text *t, const void *data, size_t len)
{
	char *to = text_room(t, len);

	if (to == NULL)
		return;
	memcpy(to, data, len);
	t->len += len;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	if (t->failed)
		return;
	size_t room = t->room - t->len;
	va_start(ap, fmt);
	size_t len = (size_t)vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	if (len >= room) {
		char *to = text_room(t, len + 1);
		if (to == NULL)
			return;
		va_start(ap, fmt);
		vsnprintf(to, len + 1, fmt, ap);
		va_end(ap);
	}
	t->len += len;
}

void text_escaped(struct text *t, const char *s, const char *what)
{
	for (; *s != '\0'; s++) {
		if (strchr(what, *s) != NULL)
			text_printf(t, "\\%03o", (uint8_t)*s);
		else
			text_put(t, s, 1);
	}
}

void text_free(struct text *t)
{
	kfree(t->buf);
	memset(t, 0, sizeof(*t));
}
