/* flat_bridge.c: carries bytes and signals between the guest and our own descriptors.
 *
 * One poll loop.  A `sink` is an output stream on its way from a guest's pipe to one of our
 * descriptors: at most one chunk is held, the next is read when it has been written, and the guest
 * gets credit for what was written.  So nothing piles up here, nothing is lost, and a reader who does
 * not read stops only the program that writes to him.  Kernel log, trace and QEMU's own messages are
 * always read at once; the log is kept for the case of a panic, its last KEEP_MAX bytes.
 *
 * Our descriptors may be shared with other processes, so they are never made non-blocking.  Instead a
 * write is attempted only when poll says that there is room, and to a pipe no more than it then surely
 * takes.  A write to a terminal may block all the same; a signal interrupts it.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK	       65536
#define KEEP_MAX       (256 * 1024) /* of log to keep */
#define IMPATIENCE     3.0	    /* seconds in which a second signal ends QEMU */
#define SAME_SIGNAL    0.1	    /* timeout(1) sends one to us and one to our group */
#define GRACE	       1.0	    /* seconds for QEMU to end after the guest has */
#define REPORT_GRACE   3.0	    /* seconds for a guest to tell and end when its time is up */
#define ESCAPE_BYTE    0x1d	    /* ^] */
#define ESCAPE_COUNT   3
#define ESCAPE_SECONDS 1.0
#define END_OF_FILE    0x04 /* ^D */

struct sink {
	int from, to;
	int stream; /* HOST_STREAM_*, or 0: a terminal */
	bool wants_credit;
	size_t chunk;	  /* most to write at once */
	size_t done, len; /* data[done, len) is to be written */
	size_t credit;	  /* bytes written that the guest has not been told of */
	bool closed;	  /* nobody reads `to`: what comes is dropped */
	char data[CHUNK];
};

struct bridge {
	struct machine *m;
	const struct run_options *run;
	struct sink out, err;	      /* with -t: out is the terminal, err is not used */
	struct sink vio_out, vio_err; /* the same by virtio; only one pair is ever used */
	struct bytes log, messages;
	struct bytes frames;  /* for COM2 */
	struct bytes keys;    /* for COM1, or for the virtio port, also without -t */
	struct bytes control; /* from the guest, up to a whole frame */
	struct bytes exit_text;
	size_t wanted;	/* bytes of standard input the guest asked for */
	uint64_t sent;	/* bytes of standard input by virtio */
	bool by_virtio; /* READY has said so */
	bool input_open;
	bool ready;  /* READY has come: the guest takes frames */
	bool exited; /* EXIT has come: */
	int exit_kind, exit_value;
	bool qemu_ended;
	int qemu_status;
	int forced_status; /* we ended QEMU: our exit status; else 0 */
	bool told_to_end;  /* and before that let the guest end by itself */
	double deadline;   /* when to kill QEMU; 0: never */
	int deadline_status;
	double last_signal;
	int last_number;
	double escape_since; /* first of the last ^] typed */
	int escapes;
};

/* -- signals arrive as bytes in a pipe, beside what poll waits for */

static int signal_pipe[2];

static void on_signal(int number)
{
	int error = errno;
	unsigned char byte = number;

	if (write(signal_pipe[1], &byte, 1) < 0) {
		/* The pipe is full: a signal of that kind is under way already. */
	}
	errno = error;
}

static void catch_signals(void)
{
	static const int caught[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCHLD
	};
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old;
	size_t i;

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		die("cannot make a pipe: %m");
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		sigaction(caught[i], NULL, &old);
		if (old.sa_handler != SIG_IGN || caught[i] == SIGCHLD)
			sigaction(caught[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

/* -- frames to the guest */

static void send_frame(struct bridge *b, int type, const void *payload, size_t len)
{
	unsigned char head[HOST_FRAME_HEAD] = { type, len & 255, len >> 8 };

	bytes_add(&b->frames, head, sizeof(head));
	bytes_add(&b->frames, payload, len);
}

static void send_signal(struct bridge *b, int number)
{
	unsigned char payload = number;

	send_frame(b, H2G_SIGNAL, &payload, 1);
}

static void send_credit(struct bridge *b, int stream, uint32_t n)
{
	unsigned char payload[5] = { stream, n, n >> 8, n >> 16, n >> 24 };

	send_frame(b, H2G_CREDIT, payload, sizeof(payload));
}

static void send_closed(struct bridge *b, int stream)
{
	unsigned char payload = stream;

	send_frame(b, H2G_CLOSED, &payload, 1);
}

static void send_winsize(struct bridge *b)
{
	unsigned short rows, columns;

	if (term_size(&rows, &columns)) {
		unsigned char payload[4] = { rows, rows >> 8, columns, columns >> 8 };

		send_frame(b, H2G_WINSIZE, payload, sizeof(payload));
	}
}

/* Write what a pipe to QEMU takes.  Once QEMU is gone nobody minds the rest. */
static void drain_to_qemu(struct bytes *b, int fd)
{
	ssize_t n = write(fd, b->data, b->len);

	if (n > 0)
		bytes_drop(b, n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		b->len = 0;
}

/* -- output streams */

static void sink_open(struct sink *s, int from, int to, int stream, bool credit)
{
	struct stat st;

	memset(s, 0, offsetof(struct sink, data));
	s->from = from;
	s->to = to;
	s->stream = stream;
	s->wants_credit = credit;
	s->chunk = fstat(to, &st) == 0 && S_ISREG(st.st_mode) ? CHUNK : PIPE_BUF;
}

static bool sink_busy(const struct sink *s)
{
	return s->done < s->len;
}

/* Nobody reads any more: tell the guest, once, and drop what still comes. */
static void sink_close(struct bridge *b, struct sink *s)
{
	s->closed = true;
	s->done = s->len = 0;
	if (s->stream != 0)
		send_closed(b, s->stream);
}

static void sink_read(struct bridge *b, struct sink *s)
{
	ssize_t n = read(s->from, s->data, sizeof(s->data));

	(void)b;
	if (n > 0 && !s->closed) {
		s->done = 0;
		s->len = n;
	} else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(s->from);
		s->from = -1;
	}
}

/* In portions: a frame for every few bytes would be more traffic than the bytes. */
static void give_credit(struct bridge *b, struct sink *s, size_t n)
{
	s->credit += n;
	if (s->wants_credit && s->credit >= HOST_WINDOW / 4) {
		send_credit(b, s->stream, s->credit);
		s->credit = 0;
	}
}

static void sink_write(struct bridge *b, struct sink *s)
{
	size_t len = s->len - s->done;
	ssize_t n;

	if (len > s->chunk)
		len = s->chunk;
	n = write(s->to, s->data + s->done, len);
	if (n > 0) {
		s->done += n;
		give_credit(b, s, n);
	} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
		if (errno != EPIPE)
			warn("cannot write output: %m");
		sink_close(b, s);
	}
}

/* -- streams that are always read at once */

/* => false at the end of the stream. */
static bool read_text(int fd, struct bytes *keep, bool show)
{
	char data[4096];
	ssize_t n = read(fd, data, sizeof(data));

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (show)
		write_all(2, data, n);
	if (keep != NULL) {
		if (keep->len + n > KEEP_MAX)
			bytes_drop(keep, keep->len > KEEP_MAX / 2 ? KEEP_MAX / 2 : 0);
		bytes_add(keep, data, n);
	}
	return true;
}

static uint32_t get32(const unsigned char *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void set_deadline(struct bridge *b, double when, int status)
{
	if (b->deadline == 0 || when < b->deadline) {
		b->deadline = when;
		b->deadline_status = status;
	}
}

static void put32(unsigned char *to, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		to[i] = value >> 8 * i;
}

/* The two texts end where the payload does. */
static void node_frame(struct bridge *b, const unsigned char *payload, size_t len)
{
	const char *tag = (const char *)payload + HOST_NODE_HEAD;
	struct node_request request = { .what = payload[4],
					.mode = get32(payload + 5),
					.tag = tag };
	unsigned char answer[8];
	size_t n = strnlen(tag, len - HOST_NODE_HEAD) + 1;

	if (HOST_NODE_HEAD + n >= len || payload[len - 1] != 0)
		return;
	request.path = tag + n;
	put32(answer, get32(payload));
	put32(answer + 4, node_request(b->run, &request));
	send_frame(b, H2G_NODE, answer, sizeof(answer));
}

static void control_frame(struct bridge *b, int type, const unsigned char *payload, size_t len)
{
	if (type == G2H_READY) {
		b->ready = true;
		b->by_virtio = len >= 1 && (payload[0] & HOST_READY_VIRTIO) != 0;
	} else if (type == G2H_WANT && len == 4) {
		b->wanted += get32(payload);
	} else if (type == G2H_NODE && len > HOST_NODE_HEAD) {
		node_frame(b, payload, len);
	} else if (type == G2H_EXIT && len >= 5 && !b->exited) {
		b->exited = true;
		b->exit_kind = payload[0];
		b->exit_value = get32(payload + 1);
		bytes_add(&b->exit_text, payload + 5, len - 5);
		set_deadline(b, now_seconds() + GRACE, 0);
	}
}

static bool read_control(struct bridge *b)
{
	char data[4096];
	ssize_t n = read(b->m->ctl, data, sizeof(data));

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	bytes_add(&b->control, data, n);
	while (b->control.len >= HOST_FRAME_HEAD) {
		unsigned char *head = (unsigned char *)b->control.data;
		size_t len = head[1] | head[2] << 8;

		if (b->control.len < HOST_FRAME_HEAD + len)
			break;
		control_frame(b, head[0], head + HOST_FRAME_HEAD, len);
		bytes_drop(&b->control, HOST_FRAME_HEAD + len);
	}
	return true;
}

/* -- input */

static void kill_qemu(struct bridge *b, int status)
{
	if (b->qemu_ended)
		return;
	b->forced_status = status;
	kill(b->m->pid, SIGKILL);
	/* What it has written may still go out, but not for ever. */
	b->deadline = now_seconds() + GRACE;
	b->deadline_status = status;
}

/* Three ^] within a second: the way out of a guest that hangs. */
static void look_for_escape(struct bridge *b, const char *data, size_t len)
{
	double now = now_seconds();
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] != ESCAPE_BYTE) {
			b->escapes = 0;
			continue;
		}
		if (b->escapes == 0 || now - b->escape_since > ESCAPE_SECONDS) {
			b->escapes = 0;
			b->escape_since = now;
		}
		if (++b->escapes == ESCAPE_COUNT)
			kill_qemu(b, EXIT_SIGNAL + SIGKILL);
	}
}

static void end_input(struct bridge *b)
{
	unsigned char count[8];
	char eof = END_OF_FILE;
	int i;

	for (i = 0; i < 8; i++)
		count[i] = b->sent >> 8 * i;
	b->input_open = false;
	if (b->run->tty)
		bytes_add(&b->keys, &eof, 1);
	else
		send_frame(b, H2G_EOF, count, sizeof(count));
}

static void read_input(struct bridge *b)
{
	char data[4 * HOST_FRAME_MAX];
	size_t want = b->by_virtio || b->run->tty ? sizeof(data) : HOST_FRAME_MAX;
	ssize_t n;

	if (!b->run->tty && b->wanted < want)
		want = b->wanted;
	n = read(0, data, want);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_input(b);
		return;
	}
	if (b->run->tty) {
		look_for_escape(b, data, n);
		bytes_add(&b->keys, data, n);
	} else {
		b->wanted -= n;
		b->sent += n;
		if (b->by_virtio)
			bytes_add(&b->keys, data, n);
		else
			send_frame(b, H2G_DATA, data, n);
	}
}

static bool input_ready(const struct bridge *b)
{
	if (!b->input_open || b->qemu_ended)
		return false;
	if (b->run->tty)
		return b->keys.len < CHUNK;
	return b->wanted > 0 && b->frames.len < CHUNK && b->keys.len < CHUNK;
}

/* -- signals */

static void reap_qemu(struct bridge *b)
{
	if (!b->qemu_ended && waitpid(b->m->pid, &b->qemu_status, WNOHANG) == b->m->pid)
		b->qemu_ended = true;
}

/* ^Z on a cooked terminal: QEMU stops with us, and goes on with us. */
static void suspend(struct bridge *b)
{
	kill(b->m->pid, SIGSTOP);
	raise(SIGSTOP);
	kill(b->m->pid, SIGCONT);
}

/* One that is for the program.  A second one soon after ends QEMU. */
static void pass_signal(struct bridge *b, int number)
{
	double now = now_seconds();

	if (number == b->last_number && now - b->last_signal < SAME_SIGNAL)
		return;
	b->last_number = number;
	if (b->qemu_ended) /* only a reader that does not read keeps us here */
		exit(EXIT_SIGNAL + number);
	if (b->last_signal != 0 && now - b->last_signal < IMPATIENCE)
		kill_qemu(b, EXIT_SIGNAL + number);
	else
		send_signal(b, number);
	b->last_signal = now;
	if (number == SIGHUP) /* our terminal is gone: no second one will come */
		set_deadline(b, now + IMPATIENCE, EXIT_SIGNAL + number);
}

static void handle_signals(struct bridge *b)
{
	unsigned char numbers[64];
	ssize_t n = read(signal_pipe[0], numbers, sizeof(numbers));
	ssize_t i;

	for (i = 0; i < n; i++) {
		if (numbers[i] == SIGCHLD)
			reap_qemu(b);
		else if (numbers[i] == SIGWINCH)
			send_winsize(b);
		else if (numbers[i] == SIGTSTP)
			suspend(b);
		else
			pass_signal(b, numbers[i]);
	}
}

/* -- the loop */

enum {
	P_SIGNAL,
	P_OUT,
	P_OUT_TO,
	P_ERR,
	P_ERR_TO,
	P_LOG,
	P_CTL,
	P_TRACE,
	P_MESSAGES,
	P_INPUT,
	P_KEYS,
	P_COM2,
	P_VIO_OUT,
	P_VIO_OUT_TO,
	P_VIO_ERR,
	P_VIO_ERR_TO,
	P_COUNT
};

static void want(struct pollfd *p, int fd, short events)
{
	p->fd = fd;
	p->events = events;
	p->revents = 0;
}

static void want_sink(struct pollfd *from, struct pollfd *to, const struct sink *s)
{
	want(from, sink_busy(s) ? -1 : s->from, POLLIN);
	/* With no events asked for, poll still tells when the reader goes away. */
	want(to, s->closed || (s->from < 0 && !sink_busy(s)) ? -1 : s->to,
	     sink_busy(s) ? POLLOUT : 0);
}

/* Where the bytes of `keys` go. */
static int keys_to(const struct bridge *b)
{
	return b->by_virtio ? b->m->vio_main : b->m->com1_in;
}

static void want_all(struct bridge *b, struct pollfd *p)
{
	struct machine *m = b->m;

	want(&p[P_SIGNAL], signal_pipe[0], POLLIN);
	want_sink(&p[P_OUT], &p[P_OUT_TO], &b->out);
	want_sink(&p[P_ERR], &p[P_ERR_TO], &b->err);
	want_sink(&p[P_VIO_OUT], &p[P_VIO_OUT_TO], &b->vio_out);
	want_sink(&p[P_VIO_ERR], &p[P_VIO_ERR_TO], &b->vio_err);
	want(&p[P_LOG], m->log, POLLIN);
	want(&p[P_CTL], m->ctl, POLLIN);
	want(&p[P_TRACE], m->trace, POLLIN);
	want(&p[P_MESSAGES], m->qemu_err, POLLIN);
	want(&p[P_INPUT], input_ready(b) ? 0 : -1, POLLIN);
	want(&p[P_KEYS], b->keys.len > 0 && b->ready && !b->qemu_ended ? keys_to(b) : -1, POLLOUT);
	want(&p[P_COM2], b->frames.len > 0 && b->ready && !b->qemu_ended ? m->com2 : -1, POLLOUT);
}

static void serve_sink(struct bridge *b, struct sink *s, short from, short to)
{
	if (from != 0)
		sink_read(b, s);
	if ((to & POLLOUT) != 0 && sink_busy(s))
		sink_write(b, s);
	else if ((to & (POLLERR | POLLNVAL)) != 0 && !s->closed)
		sink_close(b, s);
}

static void close_stream(int *fd)
{
	close(*fd);
	*fd = -1;
}

static void serve_all(struct bridge *b, const struct pollfd *p)
{
	struct machine *m = b->m;

	serve_sink(b, &b->out, p[P_OUT].revents, p[P_OUT_TO].revents);
	serve_sink(b, &b->err, p[P_ERR].revents, p[P_ERR_TO].revents);
	serve_sink(b, &b->vio_out, p[P_VIO_OUT].revents, p[P_VIO_OUT_TO].revents);
	serve_sink(b, &b->vio_err, p[P_VIO_ERR].revents, p[P_VIO_ERR_TO].revents);
	if (p[P_LOG].revents != 0 && !read_text(m->log, &b->log, b->run->verbose))
		close_stream(&m->log);
	if (p[P_CTL].revents != 0 && !read_control(b))
		close_stream(&m->ctl);
	if (p[P_TRACE].revents != 0 && !read_text(m->trace, NULL, true))
		close_stream(&m->trace);
	if (p[P_MESSAGES].revents != 0 && !read_text(m->qemu_err, &b->messages, b->run->verbose))
		close_stream(&m->qemu_err);
	if (p[P_INPUT].revents != 0)
		read_input(b);
	if (p[P_KEYS].revents != 0)
		drain_to_qemu(&b->keys, keys_to(b));
	if (p[P_COM2].revents != 0)
		drain_to_qemu(&b->frames, m->com2);
	if (p[P_SIGNAL].revents != 0)
		handle_signals(b);
}

static bool sink_open_still(const struct sink *s)
{
	return s->from >= 0 || sink_busy(s);
}

/* => something may still come from the guest, or go out. */
static bool goes_on(const struct bridge *b)
{
	const struct machine *m = b->m;

	return !b->qemu_ended || sink_open_still(&b->out) || sink_open_still(&b->err) ||
	       sink_open_still(&b->vio_out) || sink_open_still(&b->vio_err) || m->log >= 0 ||
	       m->ctl >= 0 || m->trace >= 0 || m->qemu_err >= 0;
}

/* Has the guest something that it keeps until its end, and can it be asked? */
static bool has_report(const struct bridge *b)
{
	return (b->run->syscalls || b->run->forks != NULL) && b->ready && !b->exited &&
	       !b->qemu_ended && !b->told_to_end;
}

static void time_is_up(struct bridge *b, int status)
{
	if (has_report(b)) {
		b->told_to_end = true;
		b->forced_status = status;
		send_frame(b, H2G_END, "", 0);
		set_deadline(b, now_seconds() + REPORT_GRACE, status);
	} else {
		kill_qemu(b, status);
	}
}

/* => milliseconds until the deadline, for poll. */
static int check_deadline(struct bridge *b)
{
	double left;

	if (b->deadline == 0)
		return -1;
	left = b->deadline - now_seconds();
	if (left > 0)
		return left < 1e6 ? (int)(left * 1000) + 1 : 1000000000;
	b->deadline = 0;
	if (b->qemu_ended && b->deadline_status != 0)
		exit(b->deadline_status);
	time_is_up(b, b->deadline_status);
	return 0;
}

static void loop(struct bridge *b)
{
	struct pollfd p[P_COUNT];

	while (goes_on(b)) {
		int wait_ms = check_deadline(b);

		want_all(b, p);
		if (poll(p, P_COUNT, wait_ms) > 0)
			serve_all(b, p);
	}
}

/* -- the end */

static void show_kept(const struct bridge *b)
{
	if (b->run->verbose)
		return;
	write_all(2, b->messages.data, b->messages.len);
	write_all(2, b->log.data, b->log.len);
}

/* The guest did not say how it ended. */
static int unexpected_end(const struct bridge *b)
{
	show_kept(b);
	if (WIFSIGNALED(b->qemu_status))
		warn("QEMU was ended by signal %d", WTERMSIG(b->qemu_status));
	else
		warn("QEMU ended with status %d", WEXITSTATUS(b->qemu_status));
	return EXIT_FLAT;
}

static int exit_status(struct bridge *b)
{
	if (b->forced_status != 0)
		return b->forced_status;
	if (!b->exited)
		return unexpected_end(b);
	bytes_add(&b->exit_text, "", 1);
	switch (b->exit_kind) {
	case HOST_EXITED: return b->exit_value & 255;
	case HOST_SIGNALED: return EXIT_SIGNAL + b->exit_value;
	case HOST_EXEC:
		warn("%s: %s", b->exit_text.data, strerror(b->exit_value));
		return b->exit_value == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXEC;
	case HOST_BOOT:
		warn("%s: %s", b->exit_text.data, strerror(b->exit_value));
		return EXIT_FLAT;
	default:
		show_kept(b);
		warn("kernel panic %s", b->exit_text.data);
		return EXIT_FLAT;
	}
}

/* The last line of the fork log says how the guest ended, if QEMU's own end was no accident. */
static void log_end(const struct bridge *b)
{
	static const char *const kinds[] = { "exited", "signaled", "panic", "boot", "exec" };
	int kinds_count = sizeof(kinds) / sizeof(kinds[0]);
	const char *kind = "died";
	FILE *file = fopen(b->run->forks, "a");

	if (file == NULL)
		die("cannot write %s: %m", b->run->forks);
	if (b->forced_status == EXIT_TIMEOUT)
		kind = "timeout";
	else if (b->forced_status != 0)
		kind = "killed";
	else if (b->exited && b->exit_kind < kinds_count)
		kind = kinds[b->exit_kind];
	fprintf(file, "{\"e\":\"machine\",\"end\":\"%s\",\"value\":%d}\n", kind, b->exit_value);
	if (fclose(file) != 0)
		die("cannot write %s: %m", b->run->forks);
}

static int own_copy(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int bridge_run(struct machine *m, const struct run_options *run)
{
	static struct bridge b;

	b.m = m;
	b.run = run;
	b.input_open = run->interactive || run->tty;
	sink_open(&b.out, run->tty ? m->com1_out : m->out, 1, run->tty ? 0 : HOST_STREAM_OUT,
		  !run->tty);
	sink_open(&b.err, m->err, 2, HOST_STREAM_ERR, true);
	/* The descriptor is for reading here and for writing in keys_to(): each has its own. */
	sink_open(&b.vio_out, own_copy(m->vio_main), 1, run->tty ? 0 : HOST_STREAM_OUT, false);
	sink_open(&b.vio_err, m->vio_err, 2, HOST_STREAM_ERR, false);
	if (run->timeout > 0)
		set_deadline(&b, now_seconds() + run->timeout, EXIT_TIMEOUT);
	catch_signals();
	if (run->tty)
		term_raw();
	reap_qemu(&b);
	loop(&b);
	term_restore();
	if (run->forks != NULL)
		log_end(&b);
	return exit_status(&b);
}
