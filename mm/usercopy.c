/* usercopy.c: see usercopy.h.  The copying itself is the architecture's (arch/<name>/usercopy.S). */

#include <asm/errno.h>

#include "mm/usercopy.h"

size_t user_copy(void *dst, const void *src, size_t n);	    /* => bytes not copied */
size_t user_clear(void *dst, size_t n);			    /* => bytes not cleared */
ssize_t user_strncpy(char *dst, const char *src, size_t n); /* => -1: fault, n: no NUL */
ssize_t user_strnlen(const char *s, size_t n);		    /* => -1: fault, n: no NUL */

int copy_from_user(void *dst, const void *user_src, size_t n)
{
	if (!user_range_ok((uintptr_t)user_src, n) || user_copy(dst, user_src, n) != 0)
		return -EFAULT;
	return 0;
}

int copy_to_user(void *user_dst, const void *src, size_t n)
{
	if (!user_range_ok((uintptr_t)user_dst, n) || user_copy(user_dst, src, n) != 0)
		return -EFAULT;
	return 0;
}

int clear_user(void *user_dst, size_t n)
{
	if (!user_range_ok((uintptr_t)user_dst, n) || user_clear(user_dst, n) != 0)
		return -EFAULT;
	return 0;
}

/* How much of [addr, addr + n) lies where programs may have memory: all that does from addr on. */
static size_t user_part(uintptr_t addr, size_t n)
{
	if (addr < USER_START || addr >= USER_END)
		return 0;
	return MIN(n, USER_END - addr);
}

size_t copy_from_user_partial(void *dst, const void *user_src, size_t n)
{
	n = user_part((uintptr_t)user_src, n);
	return n - user_copy(dst, user_src, n);
}

size_t copy_to_user_partial(void *user_dst, const void *src, size_t n)
{
	n = user_part((uintptr_t)user_dst, n);
	return n - user_copy(user_dst, src, n);
}

ssize_t strncpy_from_user(char *dst, const char *user_src, size_t size)
{
	size_t room = user_part((uintptr_t)user_src, size);
	ssize_t n;

	if (room == 0)
		return -EFAULT;
	n = user_strncpy(dst, user_src, room);
	if (n < 0 || ((size_t)n == room && room < size))
		return -EFAULT;
	return (size_t)n == size ? -ENAMETOOLONG : n;
}

ssize_t strnlen_user(const char *user_s, size_t max)
{
	size_t room = user_part((uintptr_t)user_s, max);
	ssize_t n;

	if (room == 0)
		return -EFAULT;
	n = user_strnlen(user_s, room);
	return n < 0 || ((size_t)n == room && room < max) ? -EFAULT : n;
}
