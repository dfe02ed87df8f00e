/* bug.h: how the kernel stops.  Assertions are for invariants, errors are for the world. */
#ifndef LIB_BUG_H
#define LIB_BUG_H

/* Print the reason, registers, backtrace and process, then stop the machine with a failing status.
 * Never returns. */
void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (__builtin_expect(!(cond), 0))                                                  \
			panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond);           \
	} while (0)

#endif
