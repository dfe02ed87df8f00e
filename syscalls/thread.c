/* thread.c: what a C library asks of each thread: TLS, thread id. */

#include <asm/errno.h>
#include <asm/prctl.h>

#include "mm/usercopy.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"

long sys_arch_prctl(int code, uintptr_t addr)
{
	uintptr_t base;

	switch (code) {
	case ARCH_SET_FS:
		return arch_set_tls(current, addr);
	case ARCH_GET_FS:
		base = arch_get_tls(current);
		return put_user(base, (uintptr_t *)addr);
	default:
		return -EINVAL;
	}
}

long sys_set_tid_address(int *addr)
{
	current->clear_tid = (uintptr_t)addr;
	return current->tid;
}

long sys_gettid(void)
{
	return current->tid;
}
