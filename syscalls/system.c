/* system.c: uname(2), sethostname(2), sysinfo(2), getrandom(2), reboot(2), syslog(2),
 * personality(2), set_tid_address(2). */
#include <asm/errno.h>
#include <linux/personality.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sysinfo.h>

#include "boot/boot.h"
#include "fs/kmsg.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/load.h"
#include "proc/task.h"
#include "proc/uts.h"
#include "syscalls/syscalls.h"

long sys_uname(struct new_utsname *uname)
{
	struct new_utsname u = uts;

	if ((current->proc->personality & PER_MASK) == PER_LINUX32)
		strlcpy(u.machine, "i686", sizeof(u.machine)); /* setarch linux32 */
	return copy_to_user(uname, &u, sizeof(u));
}

static long set_name(char *name, const char *uname, int len)
{
	char text[__NEW_UTS_LEN + 1];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	memset(text, 0, sizeof(text));
	if (copy_from_user(text, uname, (size_t)len) < 0)
		return -EFAULT;
	memcpy(name, text, sizeof(text));
	return 0;
}

long sys_sethostname(const char *name, int len)
{
	return set_name(uts.nodename, name, len);
}

long sys_setdomainname(const char *name, int len)
{
	return set_name(uts.domainname, name, len);
}

long sys_sysinfo(struct sysinfo *uinfo)
{
	struct sysinfo info;
	uint64_t load[ARRAY_SIZE(info.loads)];

	memset(&info, 0, sizeof(info));
	load_averages(load);
	for (unsigned i = 0; i < ARRAY_SIZE(load); i++)
		info.loads[i] = load[i] << (SI_LOAD_SHIFT - LOAD_SHIFT);
	info.uptime = (long)(clock_ns() / NSEC_PER_SEC);
	info.totalram = page_total() * PAGE_SIZE;
	info.freeram = page_free_count() * PAGE_SIZE;
	info.procs = (uint16_t)MIN(task_count, (size_t)UINT16_MAX);
	info.mem_unit = 1;
	return put_user(info, uinfo);
}

long sys_getrandom(void *ubuf, size_t len, unsigned flags)
{
	unsigned char part[256];
	size_t done = 0;

	if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0 ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	len = MIN(len, (size_t)INT32_MAX);
	while (done < len) {
		size_t n = MIN(len - done, sizeof(part)), copied;

		random_bytes(part, n);
		copied = copy_to_user_partial((char *)ubuf + done, part, n);
		done += copied;
		if (copied < n)
			break;
		if (done % (64 * sizeof(part)) == 0) {
			arch_irq_window();
			if (current->signal_pending)
				break;
		}
	}
	memset(part, 0, sizeof(part));
	return done > 0 || len == 0 ? (long)done : -EFAULT;
}

long sys_reboot(unsigned magic1, unsigned magic2, unsigned cmd, void *arg)
{
	(void)arg;
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A &&
	     magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF: return 0;
	case LINUX_REBOOT_CMD_HALT:
	case LINUX_REBOOT_CMD_POWER_OFF:
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2: machine_exit(0);
	default: return -EINVAL;
	}
}

/* --- the kernel log --- */

enum {
	LOG_CLOSE,
	LOG_OPEN,
	LOG_READ,
	LOG_READ_ALL,
	LOG_READ_CLEAR,
	LOG_CLEAR,
	LOG_CONSOLE_OFF,
	LOG_CONSOLE_ON,
	LOG_CONSOLE_LEVEL,
	LOG_SIZE_UNREAD,
	LOG_SIZE_BUFFER,
};

static unsigned saved_level; /* that LOG_CONSOLE_ON brings back; 0: none */

static void console_off(void)
{
	if (saved_level == 0)
		saved_level = log_console_level;
	log_console_level = 1;
}

static void console_on(void)
{
	if (saved_level != 0)
		log_console_level = saved_level;
	saved_level = 0;
}

long sys_syslog(int type, char *ubuf, int len)
{
	if (type < LOG_CLOSE || type > LOG_SIZE_BUFFER)
		return -EINVAL;
	if (type != LOG_READ_ALL && type != LOG_SIZE_BUFFER && !capable(CAP_SYSLOG))
		return -EPERM;
	if (type >= LOG_READ && type <= LOG_READ_CLEAR && (ubuf == NULL || len < 0))
		return -EINVAL;
	struct iobuf b = iobuf_user(ubuf, (size_t)len);
	long n;
	switch (type) {
	case LOG_READ: return kmsg_take(&b, false);
	case LOG_READ_ALL: return len == 0 ? 0 : kmsg_last(&b);
	case LOG_READ_CLEAR:
		n = len == 0 ? 0 : kmsg_last(&b);
		if (n >= 0)
			kmsg_clear();
		return n;
	case LOG_CLEAR: kmsg_clear(); return 0;
	case LOG_CONSOLE_OFF: console_off(); return 0;
	case LOG_CONSOLE_ON: console_on(); return 0;
	case LOG_CONSOLE_LEVEL:
		if (len < 1 || len > LOG_LEVELS)
			return -EINVAL;
		log_console_level = (unsigned)len;
		saved_level = 0;
		return 0;
	case LOG_SIZE_UNREAD: return (long)kmsg_untaken();
	case LOG_SIZE_BUFFER: return LOG_BYTES;
	default: return 0;
	}
}

/* --- the rest --- */

long sys_personality(unsigned persona)
{
	unsigned old = current->proc->personality;

	if (persona != 0xffffffffu)
		current->proc->personality = persona;
	return old;
}

long sys_set_tid_address(int *tid)
{
	current->clear_tid = (uintptr_t)tid;
	return current->tid;
}
