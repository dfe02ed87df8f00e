/* usercopy.h: the only way in which the kernel touches a program's memory by the program's pointers.
 *
 * Addresses are the same for kernel and program and the current task's view is installed, so a copy
 * is a plain copy; it faults as the program would (demand-zero, copy-on-write) and a fault that
 * cannot be served ends the copy (arch fixup table).  The range must lie in the lower half, above
 * the first 64 KiB.
 * => 0 or -EFAULT; part of the data may have been copied then. */
#ifndef MM_USERCOPY_H
#define MM_USERCOPY_H

#include "arch/arch.h"

#define USER_START 0x10000ul
#define USER_END   0x0000800000000000ul

static inline bool user_range_ok(uintptr_t addr, size_t len)
{
	return len <= USER_END && addr <= USER_END - len && (len == 0 || addr >= USER_START);
}

/* Does the range lie in the lower half at all?  What Linux looks at before it looks at anything else. */
static inline bool user_range_below(uintptr_t addr, size_t len)
{
	return len <= USER_END - PAGE_SIZE && addr <= USER_END - PAGE_SIZE - len;
}

int copy_from_user(void *dst, const void *user_src, size_t n);
int copy_to_user(void *user_dst, const void *src, size_t n);
int clear_user(void *user_dst, size_t n);
/* As above but says how far it came.  => bytes copied, 0 .. n */
size_t copy_from_user_partial(void *dst, const void *user_src, size_t n);
size_t copy_to_user_partial(void *user_dst, const void *src, size_t n);

/* Copy a string with its NUL.  => its length, -EFAULT, or -ENAMETOOLONG when size is too small */
ssize_t strncpy_from_user(char *dst, const char *user_src, size_t size);
/* Length without the NUL.  => -EFAULT, or max when there is no NUL in the first max bytes */
ssize_t strnlen_user(const char *user_s, size_t max);

#define get_user(var, uptr) copy_from_user(&(var), (uptr), sizeof(var))
#define put_user(var, uptr)                                                                        \
	({                                                                                         \
		typeof(*(uptr)) v_ = (var);                                                        \
		copy_to_user((uptr), &v_, sizeof(v_));                                             \
	})

#endif
