/* forklog_out.c: how the lines of the fork log are written: JSON, kept in a buffer until nobody is
 * paused, and the numbers of files. */

#include <stdarg.h>

#include "fs/inode.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/view.h"
#include "proc/forklog.h"
#include "proc/internal.h"

#define BUFFER	   (64u << 10)		 /* bytes */
#define PIECE	   512			 /* longest text of one forklog_put() */
#define PATH	   1024			 /* longest path that is told */
#define KEEP_LIMIT (500 * NSEC_PER_MSEC) /* for which lines are kept, paused or not */

bool forklog_on;
void (*forklog_sink)(const char *text, size_t len);

static char *buffer;
static size_t kept;
static uint64_t last_flush; /* clock_ns() */

/* A file is told once, with a number: its place here. */
static struct {
	dev_t dev;
	uint64_t ino;
} * files;
static int file_count, file_room;

bool forklog_open(void)
{
	buffer = kmalloc(BUFFER);
	forklog_on = buffer != NULL;
	return forklog_on;
}

void forklog_flush(void)
{
	size_t n = kept;

	if (n == 0)
		return;
	kept = 0;
	last_flush = clock_ns();
	if (forklog_sink != NULL) {
		forklog_sink(buffer, n);
		return;
	}
	for (size_t i = 0; i < n; i += PIECE)
		kprintf("%.*s", (int)MIN(n - i, (size_t)PIECE), buffer + i);
}

void forklog_tick(uint64_t now)
{
	if (kept > 0 && (!view_any_paused() || now - last_flush > KEEP_LIMIT))
		forklog_flush();
}

void forklog_put(const char *fmt, ...)
{
	char text[PIECE];
	va_list ap;

	va_start(ap, fmt);
	size_t n = (size_t)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = MIN(n, sizeof(text) - 1);
	if (kept + n > BUFFER)
		forklog_flush();
	memcpy(buffer + kept, text, n);
	kept += n;
}

void forklog_line(const char *event)
{
	if (kept > BUFFER / 2 || !view_any_paused())
		forklog_flush();
	forklog_put("{\"e\":\"%s\",\"t\":%lu", event, (unsigned long)clock_ns());
}

void forklog_text(const char *key, const char *text, size_t len)
{
	forklog_put(",\"%s\":\"", key);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '"' || c == '\\')
			forklog_put("\\%c", c);
		else if (c < ' ' || c >= 127)
			forklog_put("\\u%04x", c);
		else
			forklog_put("%c", c);
	}
	forklog_put("\"");
}

int forklog_known(const struct file *f)
{
	for (int i = 0; i < file_count; i++)
		if (files[i].ino == f->inode->ino && files[i].dev == f->inode->sb->dev)
			return i;
	return -1;
}

static bool more_room(void)
{
	int room = file_room == 0 ? 64 : 2 * file_room;
	void *more = krealloc(files, (size_t)room * sizeof(*files));

	if (more == NULL)
		return false;
	files = more;
	file_room = room;
	return true;
}

int forklog_file(struct file *f)
{
	int i = forklog_known(f);

	if (i >= 0 || (file_count == file_room && !more_room()))
		return i;
	char *buf = kmalloc(PATH);
	if (buf == NULL)
		return -1;
	const char *path = file_path(f, buf, PATH);
	files[file_count].dev = f->inode->sb->dev;
	files[file_count].ino = f->inode->ino;
	forklog_line("file");
	forklog_put(",\"id\":%d", file_count);
	forklog_text("path", path, strlen(path));
	forklog_put("}\n");
	kfree(buf);
	return file_count++;
}
