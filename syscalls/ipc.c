/* ipc.c: shmget(2), semget(2), msgget(2), mq_open(2) and what goes with them. */
#include <asm/errno.h>
#include <linux/limits.h>
#include <linux/time_types.h>

#include "ipc/ipc.h"
#include "ipc/mqueue.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/clock.h"
#include "syscalls/syscalls.h"

long sys_shmget(int key, size_t size, int flags)
{
	return shm_get(key, size, flags);
}

long sys_shmat(int id, uintptr_t addr, int flags)
{
	return shm_attach(id, addr, flags);
}

long sys_shmdt(uintptr_t addr)
{
	return shm_detach(addr);
}

long sys_shmctl(int id, int cmd, void *buf)
{
	return shm_control(id, cmd, buf);
}

long sys_semget(int key, int count, int flags)
{
	return sem_get(key, count, flags);
}

static long operate(int id, const struct sembuf *uops, unsigned count, uint64_t deadline)
{
	struct sembuf *ops;
	long err;

	if (count < 1 || id < 0)
		return -EINVAL;
	if (count > SEMOPM)
		return -E2BIG;
	ops = kmalloc(count * sizeof(*ops));
	if (ops == NULL)
		return -ENOMEM;
	err = copy_from_user(ops, uops, count * sizeof(*ops));
	if (err == 0)
		err = sem_operate(id, ops, count, deadline);
	kfree(ops);
	return err;
}

long sys_semop(int id, const struct sembuf *ops, unsigned count)
{
	return operate(id, ops, count, NO_DEADLINE);
}

long sys_semtimedop(int id, const struct sembuf *ops, unsigned count,
		    const struct __kernel_timespec *utimeout)
{
	uint64_t deadline = NO_DEADLINE;

	if (utimeout != NULL) {
		int err = timespec_from_user(utimeout, &deadline);

		if (err < 0)
			return err;
		deadline = time_add(clock_ns(), deadline);
	}
	return operate(id, ops, count, deadline);
}

long sys_semctl(int id, int number, int cmd, uintptr_t arg)
{
	return sem_control(id, number, cmd, arg);
}

long sys_msgget(int key, int flags)
{
	return msg_get(key, flags);
}

/* The type stands before the text. */
struct user_message {
	long type;
	char text[];
};

long sys_msgsnd(int id, const struct user_message *umsg, size_t len, int flags)
{
	long type;

	if (get_user(type, &umsg->type) < 0)
		return -EFAULT;
	return msg_send(id, type, umsg->text, len, flags);
}

long sys_msgrcv(int id, struct user_message *umsg, size_t len, long wanted, int flags)
{
	long type = 0, n = msg_receive(id, &type, umsg->text, len, wanted, flags);

	if (n >= 0 && put_user(type, &umsg->type) < 0)
		return -EFAULT;
	return n;
}

long sys_msgctl(int id, int cmd, void *buf)
{
	return msg_control(id, cmd, buf);
}

/* --- POSIX message queues --- */

/* A name, in a kmalloc'ed block.  => 0, -EFAULT, -ENAMETOOLONG, -ENOMEM */
static long name_from_user(const char *uname, char **name)
{
	ssize_t n;

	*name = kmalloc(NAME_MAX + 1);
	if (*name == NULL)
		return -ENOMEM;
	n = strncpy_from_user(*name, uname, NAME_MAX + 1);
	if (n < 0)
		kfree(*name);
	return n < 0 ? n : 0;
}

long sys_mq_open(const char *uname, int flags, mode_t mode, const struct mq_attr *uattr)
{
	struct mq_attr attr;
	char *name;
	long err;

	if (uattr != NULL && get_user(attr, uattr) < 0)
		return -EFAULT;
	err = name_from_user(uname, &name);
	return err < 0 ? err : mq_open_name(name, flags, mode, uattr == NULL ? NULL : &attr);
}

long sys_mq_unlink(const char *uname)
{
	char *name;
	long err = name_from_user(uname, &name);

	if (err < 0)
		return err;
	err = mq_unlink_name(name);
	kfree(name);
	return err;
}

/* An absolute time of day.  => 0, -EFAULT, -EINVAL */
static long mq_deadline(const struct __kernel_timespec *utimeout, uint64_t *deadline)
{
	struct clock wall = { .kind = CLOCK_WALL };
	long err;

	*deadline = NO_DEADLINE;
	if (utimeout == NULL)
		return 0;
	err = timespec_from_user(utimeout, deadline);
	if (err == 0)
		*deadline = clock_to_boot(&wall, *deadline);
	return err;
}

long sys_mq_timedsend(int fd, const char *umsg, size_t len, unsigned priority,
		      const struct __kernel_timespec *utimeout)
{
	uint64_t deadline;
	long err = mq_deadline(utimeout, &deadline);

	if (err < 0)
		return err;
	return priority >= MQ_PRIO_MAX ? -EINVAL
				       : mq_send_message(fd, umsg, len, priority, deadline);
}

long sys_mq_timedreceive(int fd, char *umsg, size_t len, unsigned *upriority,
			 const struct __kernel_timespec *utimeout)
{
	unsigned priority = 0;
	uint64_t deadline;
	long n = mq_deadline(utimeout, &deadline);

	if (n == 0)
		n = mq_receive_message(fd, umsg, len, &priority, deadline);
	if (n >= 0 && upriority != NULL && put_user(priority, upriority) < 0)
		return -EFAULT;
	return n;
}

long sys_mq_notify(int fd, const struct sigevent *uevent)
{
	struct sigevent event;

	if (uevent != NULL && get_user(event, uevent) < 0)
		return -EFAULT;
	return mq_set_notification(fd, uevent == NULL ? NULL : &event);
}

long sys_mq_getsetattr(int fd, const struct mq_attr *unew, struct mq_attr *uold)
{
	struct mq_attr new, old;
	long err;

	if (unew != NULL && get_user(new, unew) < 0)
		return -EFAULT;
	err = mq_attributes(fd, unew == NULL ? NULL : &new, &old);
	if (err == 0 && uold != NULL && put_user(old, uold) < 0)
		return -EFAULT;
	return err;
}
