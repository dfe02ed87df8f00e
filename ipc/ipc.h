/* ipc.h: System V IPC (sysvipc(7)): shared memory, semaphores, message queues.
 *
 * An object is found by its id, or by a key that programs agree upon.  It lives until IPC_RMID, and is
 * freed when nobody sleeps on it (or, for memory, has it attached) any more. */
#ifndef IPC_IPC_H
#define IPC_IPC_H

#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>

#include "lib/types.h"

struct proc;
struct text;
struct __kernel_timespec;

/* --- shared memory: ipc/shm.c --- */
long shm_get(int key, size_t size, int flags);
/* => address, -errno */
long shm_attach(int id, uintptr_t addr, int flags);
long shm_detach(uintptr_t addr);
long shm_control(int id, int cmd, void *ubuf);

/* --- semaphores: ipc/sem.c --- */
long sem_get(int key, int count, int flags);
/* ops are the kernel's copy.  => 0, -EAGAIN (IPC_NOWAIT, deadline), -EIDRM, -EINTR, … */
long sem_operate(int id, const struct sembuf *ops, unsigned count, uint64_t deadline);
long sem_control(int id, int number, int cmd, uintptr_t arg);
/* p ends: what it did with SEM_UNDO is undone. */
void sem_proc_exit(struct proc *p);

/* --- message queues: ipc/msg.c --- */
long msg_get(int key, int flags);
/* utext follows the type in the program's structure. */
long msg_send(int id, long type, const void *utext, size_t len, int flags);
/* => bytes of text, and the type in *type */
long msg_receive(int id, long *type, void *utext, size_t len, long wanted, int flags);
long msg_control(int id, int cmd, void *ubuf);

/* --- /proc/sysvipc --- */
struct inode;
int shm_show(struct text *t, const struct inode *inode);
int sem_show(struct text *t, const struct inode *inode);
int msg_show(struct text *t, const struct inode *inode);

#endif
