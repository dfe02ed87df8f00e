/* syscalls.h: prototypes of all sys_* functions, made from the table, and the dispatcher.
 * A sys_x checks flags, copies arguments in, calls a subsystem, and returns a result or -errno.
 * Pointer arguments are the program's: only mm/usercopy.h may follow them. */
#ifndef SYSCALLS_SYSCALLS_H
#define SYSCALLS_SYSCALLS_H

#include <linux/types.h>

#include "lib/types.h"

struct regs;
struct rlimit64;

/* Every structure that appears in the list by name. */
struct stat;
struct statx;
struct statfs;
struct iovec_;
struct user_msghdr;
struct user_mmsghdr;
struct pollfd;
struct epoll_event;
struct ksigaction;
struct siginfo;
struct sigaltstack;
struct rusage;
struct rlimit;
struct sysinfo;
struct new_utsname;
struct tms;
struct clone_args;
struct robust_list_head;
struct sembuf;
struct mq_attr;
struct user_message;
struct futex_waitv;
struct rseq;
struct sched_attr;
struct __user_cap_header_struct;
struct __user_cap_data_struct;
struct linux_dirent;
struct linux_dirent64;
struct open_how;
struct sigset_argument;
struct __kernel_timespec;
struct __kernel_old_timeval;
struct __kernel_itimerspec;
struct __kernel_old_itimerval;
struct timezone;
struct __kernel_timex;
struct sigevent;
struct utimbuf;
struct file_handle;

#define S(name, args, flags)	      long sys_##name args;
#define P(name, args, flags, missing) long sys_##name args;
#define N(name, why)
#include "syscalls/table.h"
#undef S
#undef P
#undef N

/* Run system call regs_sysno() of the current task with the arguments in regs, and print it; the
 * result goes into regs.  Called by the arch's entry code while calls are traced. */
void syscall_dispatch(struct regs *regs);
/* Call nr ended: put its result into regs, unless it has made new ones. */
void syscall_done(struct regs *regs, long nr, long result);

const char *syscall_name(long nr); /* "?" if unknown */
/* Print each call of every program to the trace (option strace), or no longer. */
void syscall_trace(bool on);
/* Count each call of every program (option syscalls, syscalls/tally.h), or no longer. */
void syscall_tally(bool on);
/* There are tasks that ptrace(2) traces, or no longer. */
void syscall_traced_tasks(bool any);
/* For tests: let another task run after every other call, at random from a seed. */
void syscall_switch(uint64_t seed);

#endif
