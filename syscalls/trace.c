/* trace.c: a trace of system calls in the manner of strace: name(arguments) = result.
 *
 * How arguments are shown comes from their names in the table: char pointers as strings, other
 * pointers and addresses in hexadecimal, the rest as numbers. */

#include <asm/errno.h>
#include <asm/unistd.h>

#include "lib/print.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"
#include "syscalls/trace.h"

void (*trace_sink)(const char *text, size_t len);

void trace_printf(const char *fmt, ...)
{
	char line[384];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (trace_sink != NULL)
		trace_sink(line, MIN((size_t)n, sizeof(line) - 1));
	else
		kprintf("%s", line);
}

#define STRING_SHOWN 32

static const char *const argument_lists[SYSCALL_LIMIT] = {
#define S(name, args, flags)	      [__NR_##name] = #args,
#define P(name, args, flags, missing) S(name, args, flags)
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N
};

const char *trace_error_name(long err)
{
	static const char *const table[] = {
		[EPERM] = "EPERM",
		[ENOENT] = "ENOENT",
		[ESRCH] = "ESRCH",
		[EINTR] = "EINTR",
		[EIO] = "EIO",
		[ENXIO] = "ENXIO",
		[E2BIG] = "E2BIG",
		[ENOEXEC] = "ENOEXEC",
		[EBADF] = "EBADF",
		[ECHILD] = "ECHILD",
		[EAGAIN] = "EAGAIN",
		[ENOMEM] = "ENOMEM",
		[EACCES] = "EACCES",
		[EFAULT] = "EFAULT",
		[EBUSY] = "EBUSY",
		[EEXIST] = "EEXIST",
		[EXDEV] = "EXDEV",
		[ENODEV] = "ENODEV",
		[ENOTDIR] = "ENOTDIR",
		[EISDIR] = "EISDIR",
		[EINVAL] = "EINVAL",
		[EMFILE] = "EMFILE",
		[ENOTTY] = "ENOTTY",
		[ETXTBSY] = "ETXTBSY",
		[ENOSPC] = "ENOSPC",
		[ESPIPE] = "ESPIPE",
		[EROFS] = "EROFS",
		[EPIPE] = "EPIPE",
		[ERANGE] = "ERANGE",
		[ENOSYS] = "ENOSYS",
		[ELOOP] = "ELOOP",
		[ENOTEMPTY] = "ENOTEMPTY",
		[ETIMEDOUT] = "ETIMEDOUT",
		[ENAMETOOLONG] = "ENAMETOOLONG",
		[ENODATA] = "ENODATA",
		[EOVERFLOW] = "EOVERFLOW",
		[ENOTSOCK] = "ENOTSOCK",
		[EPROTONOSUPPORT] = "EPROTONOSUPPORT",
		[EOPNOTSUPP] = "EOPNOTSUPP",
		[EAFNOSUPPORT] = "EAFNOSUPPORT",
		[EADDRINUSE] = "EADDRINUSE",
		[ECONNRESET] = "ECONNRESET",
		[EISCONN] = "EISCONN",
		[ENOTCONN] = "ENOTCONN",
		[ECONNREFUSED] = "ECONNREFUSED",
		[EALREADY] = "EALREADY",
		[EINPROGRESS] = "EINPROGRESS",
		[ERESTARTSYS] = "ERESTARTSYS",
		[ERESTARTNOINTR] = "ERESTARTNOINTR",
		[ERESTARTNOHAND] = "ERESTARTNOHAND",
		[ERESTART_RESTARTBLOCK] = "ERESTART_RESTARTBLOCK",
	};
	return err > 0 && err < (long)ARRAY_SIZE(table) ? table[err] : NULL;
}

const char *trace_arguments(long nr)
{
	return nr >= 0 && nr < SYSCALL_LIMIT ? argument_lists[nr] : NULL;
}

static size_t show_string(char *out, size_t size, uint64_t addr)
{
	char text[STRING_SHOWN + 1];
	size_t got = copy_from_user_partial(text, (const void *)addr, STRING_SHOWN);
	size_t n = strnlen(text, got), len = 0;

	if (got == 0)
		return (size_t)snprintf(out, size, "0x%lx", addr);
	out[len++] = '"';
	for (size_t i = 0; i < n && len + 6 < size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '\n')
			len += (size_t)snprintf(out + len, size - len, "\\n");
		else if (c < ' ' || c >= 127)
			len += (size_t)snprintf(out + len, size - len, "\\%o", c);
		else
			out[len++] = (char)c;
	}
	return len + (size_t)snprintf(out + len, size - len, n == got ? "\"..." : "\"");
}

/* Show one argument; `decl` is its declaration, `len` bytes of text. */
static size_t show_argument(char *out, size_t size, const char *decl, size_t decl_len, uint64_t v)
{
	char d[48];
	strlcpy(d, decl, MIN(sizeof(d), decl_len + 1));
	if (strstr(d, "const char *") != NULL && strchr(d, '*') == strrchr(d, '*') && v != 0)
		return show_string(out, size, v);
	if (strchr(d, '*') != NULL || strstr(d, "uintptr_t") != NULL)
		return (size_t)snprintf(out, size, v == 0 ? "NULL" : "0x%lx", v);
	if (strstr(d, "flags") != NULL || strstr(d, "mode") != NULL || strstr(d, "cmd") != NULL)
		return (size_t)snprintf(out, size, "0x%x", (unsigned)v);
	if (strstr(d, "int ") != NULL || strstr(d, "pid_t") != NULL)
		return (size_t)snprintf(out, size, "%d", (int)v);
	return (size_t)snprintf(out, size, "%ld", (long)v);
}

void trace_enter(long nr, const struct regs *regs)
{
	char line[256];
	size_t len = 0;
	const char *list = trace_arguments(nr);

	if (list != NULL && strcmp(list, "(void)") != 0) {
		const char *p = list + 1;
		for (unsigned i = 0; i < 6 && *p != 0 && len + 60 < sizeof(line); i++) {
			size_t n = 0;
			while (p[n] != ',' && p[n] != ')' && p[n] != 0)
				n++;
			if (i > 0)
				len += (size_t)snprintf(line + len, sizeof(line) - len, ", ");
			len += show_argument(line + len, sizeof(line) - len, p, n,
					     regs_arg(regs, i));
			if (p[n] != ',')
				break;
			p += n + 1;
			while (*p == ' ')
				p++;
		}
	}
	line[len] = 0;
	trace_printf("%d %s(%s)\n", current->tid, syscall_name(nr), line);
}

void trace_leave(long nr, long result)
{
	const char *err = result < 0 ? trace_error_name(-result) : NULL;
	if (err != NULL)
		trace_printf("%d %s = -1 %s\n", current->tid, syscall_name(nr), err);
	else
		trace_printf("%d %s = %ld\n", current->tid, syscall_name(nr), result);
}
