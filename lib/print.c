/* print.c: printf, and the kernel's log.
 *
 * Text goes through emit(), into a buffer or straight into the log ring, so that printing needs
 * neither memory nor a large stack and works at any time. */
#include "lib/print.h"

#include "lib/string.h"

/* Where formatted text goes: into buf, or (buf NULL and log set) into the log. */
struct out {
	char *buf;
	size_t size; /* of buf */
	size_t len;  /* characters so far, also those that did not fit */
	bool log;
};

struct spec {
	bool left, zero, plus, space, alt;
	int width, precision; /* precision -1: none */
	int bytes;	      /* of an integer argument */
};

static void log_char(char c);

/* How many of n characters fit into buf, with a '\0' behind them. */
static size_t fitting(const struct out *o, size_t n)
{
	return o->len + 1 >= o->size ? 0 : MIN(n, o->size - 1 - o->len);
}

static void emit(struct out *o, const char *text, size_t n)
{
	size_t fits = fitting(o, n);

	if (o->buf != NULL && fits != 0)
		memcpy(o->buf + o->len, text, fits);
	for (size_t i = 0; o->log && i < n; i++)
		log_char(text[i]);
	o->len += n;
}

static void emit_repeat(struct out *o, char c, int n)
{
	size_t fits = n <= 0 ? 0 : fitting(o, (size_t)n);

	if (n <= 0)
		return;
	if (o->buf != NULL && fits != 0)
		memset(o->buf + o->len, c, fits);
	for (int i = 0; o->log && i < n; i++)
		log_char(c);
	o->len += (size_t)n;
}

static void emit_padded(struct out *o, const struct spec *s, const char *text, int len)
{
	if (!s->left)
		emit_repeat(o, ' ', s->width - len);
	emit(o, text, (size_t)len);
	if (s->left)
		emit_repeat(o, ' ', s->width - len);
}

/* A number: [spaces] prefix [zeroes] digits [spaces]. */
static void emit_number(struct out *o, const struct spec *s, uint64_t v, unsigned base, bool upper,
			const char *prefix)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24], *end = text + sizeof(text), *at = end;
	int prefix_len = (int)strlen(prefix), zeroes = 0;

	/* A division by a constant is a multiplication. */
	if (base == 10)
		for (; v != 0; v /= 10)
			*--at = (char)('0' + v % 10);
	else
		for (unsigned shift = base == 8 ? 3 : 4; v != 0; v >>= shift)
			*--at = digits[v & (base - 1)];
	if (at == end && s->precision != 0)
		*--at = '0';
	int n = (int)(end - at);
	if (s->precision >= 0)
		zeroes = s->precision - n;
	else if (s->zero && !s->left)
		zeroes = s->width - prefix_len - n;
	zeroes = MAX(zeroes, 0);
	if (!s->left)
		emit_repeat(o, ' ', s->width - prefix_len - zeroes - n);
	emit(o, prefix, (size_t)prefix_len);
	emit_repeat(o, '0', zeroes);
	emit(o, at, (size_t)n);
	if (s->left)
		emit_repeat(o, ' ', s->width - prefix_len - zeroes - n);
}

static void emit_signed(struct out *o, const struct spec *s, int64_t v)
{
	const char *prefix = v < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";

	emit_number(o, s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, prefix);
}

static void emit_string(struct out *o, const struct spec *s, const char *text)
{
	if (text == NULL)
		text = "(null)";
	emit_padded(o, s, text,
		    (int)strnlen(text, s->precision >= 0 ? (size_t)s->precision : INT32_MAX));
}

static const char *parse_flags(const char *p, struct spec *s)
{
	for (;; p++) {
		switch (*p) {
		case '-': s->left = true; break;
		case '0': s->zero = true; break;
		case '+': s->plus = true; break;
		case ' ': s->space = true; break;
		case '#': s->alt = true; break;
		default: return p;
		}
	}
}

static const char *parse_number(const char *p, int *n)
{
	*n = 0;
	for (; *p >= '0' && *p <= '9'; p++)
		*n = *n * 10 + (*p - '0');
	return p;
}

static const char *parse_length(const char *p, struct spec *s)
{
	s->bytes = sizeof(int);
	switch (*p) {
	case 'h': s->bytes = p[1] == 'h' ? 1 : 2; return p[1] == 'h' ? p + 2 : p + 1;
	case 'l': s->bytes = 8; return p[1] == 'l' ? p + 2 : p + 1;
	case 'z':
	case 'j':
	case 't': s->bytes = 8; return p + 1;
	default: return p;
	}
}

static int64_t narrow_signed(int64_t v, int bytes)
{
	switch (bytes) {
	case 1: return (int8_t)v;
	case 2: return (int16_t)v;
	case 4: return (int32_t)v;
	default: return v;
	}
}

static uint64_t narrow_unsigned(uint64_t v, int bytes)
{
	return bytes == 8 ? v : v & ((1ull << (8 * bytes)) - 1);
}

/* va_list may be an array type, so it travels inside a struct. */
struct args {
	va_list ap;
};

static uint64_t next_integer(struct args *a, int bytes)
{
	if (bytes == 8)
		return va_arg(a->ap, uint64_t);
	return (uint64_t)(int64_t)va_arg(a->ap, int);
}

static void convert(struct out *o, char c, struct spec *s, struct args *a)
{
	uint64_t v;
	char text[1];

	switch (c) {
	case 'd':
	case 'i':
		emit_signed(o, s, narrow_signed((int64_t)next_integer(a, s->bytes), s->bytes));
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		v = narrow_unsigned(next_integer(a, s->bytes), s->bytes);
		emit_number(o, s, v,
			    c == 'u'   ? 10
			    : c == 'o' ? 8
				       : 16,
			    c == 'X',
			    !s->alt || v == 0 || c == 'u' ? ""
			    : c == 'o'			  ? "0"
			    : c == 'x'			  ? "0x"
							  : "0X");
		break;
	case 'p': emit_number(o, s, (uintptr_t)va_arg(a->ap, void *), 16, false, "0x"); break;
	case 'c':
		text[0] = (char)va_arg(a->ap, int);
		emit_padded(o, s, text, 1);
		break;
	case 's': emit_string(o, s, va_arg(a->ap, const char *)); break;
	case '%': emit(o, "%", 1); break;
	default: /* show what we do not know */
		text[0] = c;
		emit(o, "%", 1);
		emit(o, text, 1);
	}
}

static void format(struct out *o, const char *fmt, va_list ap)
{
	struct args a;

	va_copy(a.ap, ap);
	for (; *fmt != '\0'; fmt++) {
		struct spec s = { .precision = -1 };
		const char *plain = fmt;

		while (*fmt != '%' && *fmt != '\0')
			fmt++;
		emit(o, plain, (size_t)(fmt - plain));
		if (*fmt == '\0')
			break;
		fmt = parse_flags(fmt + 1, &s);
		if (*fmt == '*') {
			s.width = va_arg(a.ap, int);
			fmt++;
		} else {
			fmt = parse_number(fmt, &s.width);
		}
		if (s.width < 0) {
			s.left = true;
			s.width = -s.width;
		}
		if (*fmt == '.' && fmt[1] == '*') {
			s.precision = va_arg(a.ap, int);
			fmt += 2;
		} else if (*fmt == '.') {
			fmt = parse_number(fmt + 1, &s.precision);
		}
		fmt = parse_length(fmt, &s);
		if (*fmt == '\0')
			break;
		convert(o, *fmt, &s, &a);
	}
	va_end(a.ap);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .buf = buf, .size = size };

	format(&o, fmt, ap);
	if (size > 0)
		buf[MIN(o.len, size - 1)] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

/* --- the log ---
 *
 * A record is a line: "<priority>[seconds] text\n", in the ring as syslog(2) hands it out.  The sink
 * gets it without the priority, if the level (its lowest three bits) is below log_console_level. */

static char ring[LOG_BYTES];
static uint64_t log_end;   /* bytes ever written; byte n is at ring[n % LOG_BYTES] */
static uint64_t log_lines; /* complete lines ever written */
static bool in_line;	   /* the last line is not complete yet */
static unsigned line_priority = LOG_INFO;

void (*log_sink)(const char *text, size_t len);
void (*log_notify)(void);
uint64_t (*log_clock)(void);
unsigned log_console_level = LOG_DEBUG;

static char ring_at(uint64_t at)
{
	return ring[at % LOG_BYTES];
}

static void ring_char(char c)
{
	ring[log_end++ % LOG_BYTES] = c;
}

static void stamp(void)
{
	uint64_t us = log_clock == NULL ? 0 : log_clock() / NSEC_PER_USEC;
	char text[48];
	int n = snprintf(text, sizeof(text), "<%u>[%5lu.%06lu] ", line_priority, us / 1000000,
			 us % 1000000);

	for (int i = 0; i < n; i++)
		ring_char(text[i]);
}

static void log_char(char c)
{
	if (!in_line) {
		in_line = true;
		stamp();
	}
	ring_char(c);
	if (c == '\n') {
		in_line = false;
		log_lines++;
	}
}

/* A piece of the ring without a border in it. */
static void show_piece(uint64_t from, uint64_t to)
{
	while (from < to) {
		size_t at = from % LOG_BYTES, n = MIN(to - from, LOG_BYTES - at);
		log_sink(ring + at, n);
		from += n;
	}
}

/* Hand what the log got since `from` to the sink, line by line. */
static void show(uint64_t from)
{
	static bool shown = true; /* is the line that is not complete? */
	static bool inside;

	if (log_sink == NULL)
		return;
	if (log_end - from > LOG_BYTES)
		from = log_end - LOG_BYTES;
	while (from < log_end) {
		if (!inside && ring_at(from) == '<') {
			unsigned priority = 0;
			for (from++; from < log_end && ring_at(from) != '>'; from++)
				priority = priority * 10 + (unsigned)(ring_at(from) - '0');
			from++;
			shown = (priority & 7) < log_console_level;
		}
		uint64_t to = from;
		while (to < log_end && ring_at(to) != '\n')
			to++;
		inside = to == log_end;
		to = MIN(to + 1, log_end);
		if (shown)
			show_piece(from, to);
		from = to;
	}
}

static void written(uint64_t from)
{
	show(from);
	if (log_notify != NULL)
		log_notify();
}

void kvprintf(const char *fmt, va_list ap)
{
	struct out o = { .log = true };
	uint64_t from = log_end;

	format(&o, fmt, ap);
	written(from);
}

void kprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	kvprintf(fmt, ap);
	va_end(ap);
}

void log_line(unsigned priority, const char *text, size_t len)
{
	uint64_t from = log_end;

	if (in_line)
		log_char('\n');
	line_priority = priority;
	for (size_t i = 0; i < len; i++)
		log_char(text[i]);
	if (in_line || len == 0)
		log_char('\n');
	line_priority = LOG_INFO;
	written(from);
}

/* The oldest byte that is still there and starts a line. */
static uint64_t oldest(void)
{
	uint64_t at = log_end > LOG_BYTES ? log_end - LOG_BYTES : 0;

	if (at == 0)
		return 0;
	while (at < log_end && ring_at(at) != '\n')
		at++;
	return MIN(at + 1, log_end);
}

size_t log_read(uint64_t *seq, char *buf, size_t size)
{
	size_t n = 0;

	if (*seq > log_end)
		*seq = log_end;
	if (log_end - *seq > LOG_BYTES)
		*seq = oldest();
	while (n < size && *seq < log_end)
		buf[n++] = ring[(*seq)++ % LOG_BYTES];
	return n;
}

bool log_lost(uint64_t seq)
{
	return log_end - MIN(seq, log_end) > LOG_BYTES;
}

uint64_t log_written(void)
{
	return log_end;
}

uint64_t log_line_number(uint64_t *seq)
{
	if (log_lost(*seq))
		*seq = oldest();
	uint64_t after = 0;
	for (uint64_t at = MIN(*seq, log_end); at < log_end; at++)
		after += ring_at(at) == '\n';
	return log_lines - after;
}
