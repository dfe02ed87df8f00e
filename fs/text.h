/* text.h: text that grows: what the files of /proc and /sys are made of.
 *
 * Appending may fail for want of memory; then the text is marked as failed, and further appending does
 * nothing, so that only its reader has to look. */
#ifndef FS_TEXT_H
#define FS_TEXT_H

#include "lib/types.h"

struct text {
	char *buf;
	size_t len, room;
	bool failed; /* memory was short, or it is longer than any file here may be */
};

void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_put(struct text *t, const void *data, size_t len);
/* Room for len more bytes, to be filled in by the caller.  => NULL: failed */
char *text_room(struct text *t, size_t len);
/* Append s with what would break a line or a field of a line written as \ooo. */
void text_escaped(struct text *t, const char *s, const char *what);
void text_free(struct text *t);

#endif
