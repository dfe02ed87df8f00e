/* table.h: the index of the ABI: every system call, who implements it, what is missing.
 *
 *   S(name, (arguments), flags)			complete for what programs use
 *   P(name, (arguments), flags, "what is missing")	partial
 *   N(name, "why not")					answers ENOSYS
 *
 * flags: F the function looks at or changes the register frame (task_regs); 0 otherwise.
 * Numbers are __NR_name of <asm/unistd.h>.  The list is grouped by the file that holds the code.
 * From it come the prototypes (syscalls/syscalls.h), the dispatch array (syscalls/dispatch.c), the
 * names for the trace and docs/SYSCALLS.md (tools/syscalls-doc). */

/* -- syscalls/read_write.c */

/* -- syscalls/file.c */

/* -- syscalls/mm.c */
P(mmap, (uintptr_t addr, size_t len, int prot, int flags, int fd, off_t off), 0,
  "MAP_HUGETLB (EINVAL); MAP_LOCKED and MAP_POPULATE are hints; one mapping is at most 64 GiB")
S(munmap, (uintptr_t addr, size_t len), 0)
S(mprotect, (uintptr_t addr, size_t len, int prot), 0)
S(brk, (uintptr_t addr), 0)
P(mremap, (uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t new_addr), 0,
  "MREMAP_DONTUNMAP (EINVAL)")
P(madvise, (uintptr_t addr, size_t len, int advice), 0,
  "advice without an effect on results is accepted and ignored; MADV_HWPOISON, MADV_REMOVE: EINVAL")
S(msync, (uintptr_t addr, size_t len, int flags), 0)
S(mincore, (uintptr_t addr, size_t len, unsigned char *vec), 0)
P(mlock, (uintptr_t addr, size_t len), 0, "all memory is resident already; limits are not counted")
P(mlock2, (uintptr_t addr, size_t len, int flags), 0, "as mlock")
P(munlock, (uintptr_t addr, size_t len), 0, "as mlock")
P(mlockall, (int flags), 0, "as mlock")
P(munlockall, (void), 0, "as mlock")

/* -- syscalls/proc.c */
S(fork, (void), F)
S(vfork, (void), F)
P(clone, (uint64_t flags, uintptr_t stack, uintptr_t parent_tid, uintptr_t child_tid, uintptr_t tls), F,
  "namespaces and CLONE_PIDFD (EINVAL)")
P(clone3, (const struct clone_args *args, size_t size), F,
  "namespaces, CLONE_PIDFD, CLONE_INTO_CGROUP, set_tid (EINVAL)")
S(exit, (int status), F)
S(exit_group, (int status), F)
S(wait4, (pid_t pid, int *status, int options, struct rusage *ru), 0)
P(waitid, (int idtype, pid_t id, struct siginfo *info, int options, struct rusage *ru), 0,
  "P_PIDFD (EINVAL)")

/* -- syscalls/exec.c */
S(execve, (const char *path, char *const *argv, char *const *envp), F)
S(execveat, (int dirfd, const char *path, char *const *argv, char *const *envp, int flags), F)

/* -- syscalls/signal.c */
S(rt_sigaction, (int sig, const struct ksigaction *act, struct ksigaction *old, size_t size), 0)
S(rt_sigprocmask, (int how, const uint64_t *set, uint64_t *old, size_t size), 0)
S(rt_sigpending, (uint64_t *set, size_t size), 0)
S(rt_sigsuspend, (const uint64_t *mask, size_t size), 0)
S(rt_sigtimedwait, (const uint64_t *set, struct siginfo *info,
  const struct __kernel_timespec *timeout, size_t size), 0)
S(rt_sigqueueinfo, (pid_t pid, int sig, const struct siginfo *info), 0)
S(rt_tgsigqueueinfo, (pid_t tgid, pid_t tid, int sig, const struct siginfo *info), 0)
S(rt_sigreturn, (void), F)
S(restart_syscall, (void), 0)
S(sigaltstack, (const struct sigaltstack *stack, struct sigaltstack *old), F)
S(pause, (void), 0)
S(kill, (pid_t pid, int sig), 0)
S(tkill, (pid_t tid, int sig), 0)
S(tgkill, (pid_t tgid, pid_t tid, int sig), 0)

/* -- syscalls/signalfd.c */
S(signalfd, (int fd, const uint64_t *mask, size_t size), 0)
S(signalfd4, (int fd, const uint64_t *mask, size_t size, int flags), 0)

/* -- syscalls/time.c */
S(nanosleep, (const struct __kernel_timespec *time, struct __kernel_timespec *remaining), 0)
P(clock_nanosleep, (int id, int flags, const struct __kernel_timespec *time,
  struct __kernel_timespec *remaining), 0,
  "CPU clocks (EOPNOTSUPP); an absolute sleep does not notice that the clock is set")
S(clock_gettime, (int id, struct __kernel_timespec *time), 0)
S(clock_getres, (int id, struct __kernel_timespec *time), 0)
S(clock_settime, (int id, const struct __kernel_timespec *time), 0)
S(gettimeofday, (struct __kernel_old_timeval *time, struct timezone *zone), 0)
S(settimeofday, (const struct __kernel_old_timeval *time, const struct timezone *zone), 0)
S(time, (long *time), 0)
P(times, (struct tms *times), 0, "system time is counted as user time")
P(adjtimex, (struct __kernel_timex *timex), 0, "every adjustment (EINVAL)")
P(clock_adjtime, (int id, struct __kernel_timex *timex), 0, "every adjustment (EINVAL)")

/* -- syscalls/timer.c */
S(alarm, (unsigned seconds), 0)
S(getitimer, (int which, struct __kernel_old_itimerval *value), 0)
S(setitimer, (int which, const struct __kernel_old_itimerval *value,
  struct __kernel_old_itimerval *old), 0)
S(timer_create, (int id, const struct sigevent *event, int *timer), 0)
P(timer_settime, (int id, int flags, const struct __kernel_itimerspec *value,
  struct __kernel_itimerspec *old), 0, "an absolute time does not notice that the clock is set")
S(timer_gettime, (int id, struct __kernel_itimerspec *value), 0)
S(timer_getoverrun, (int id), 0)
S(timer_delete, (int id), 0)

/* -- syscalls/timerfd.c */
S(timerfd_create, (int id, int flags), 0)
P(timerfd_settime, (int fd, int flags, const struct __kernel_itimerspec *value,
  struct __kernel_itimerspec *old), 0,
  "TFD_TIMER_CANCEL_ON_SET has no effect; an absolute time does not notice that the clock is set")
S(timerfd_gettime, (int fd, struct __kernel_itimerspec *value), 0)

/* -- syscalls/futex.c */
P(futex, (uintptr_t addr, int op, uint32_t val, uintptr_t timeout, uintptr_t addr2, uint32_t val3),
  0, "priority inheritance: the PI operations (ENOSYS)")
S(set_robust_list, (struct robust_list_head *head, size_t len), 0)
S(get_robust_list, (pid_t pid, struct robust_list_head **head, size_t *len), 0)
P(membarrier, (int cmd, unsigned flags, int cpu), 0, "the commands for restartable sequences (EINVAL)")

/* -- syscalls/sched.c */
S(sched_yield, (void), 0)
S(sched_getaffinity, (pid_t pid, unsigned len, unsigned long *mask), 0)
P(sched_setaffinity, (pid_t pid, unsigned len, const unsigned long *mask), 0, "there is one CPU")
S(sched_getscheduler, (pid_t pid), 0)
P(sched_setscheduler, (pid_t pid, int policy, const int *priority), 0,
  "SCHED_FIFO, SCHED_RR, SCHED_DEADLINE (EPERM); SCHED_BATCH and SCHED_IDLE have no effect")
S(sched_getparam, (pid_t pid, int *priority), 0)
P(sched_setparam, (pid_t pid, const int *priority), 0, "as sched_setscheduler")
S(sched_get_priority_max, (int policy), 0)
S(sched_get_priority_min, (int policy), 0)
S(sched_rr_get_interval, (pid_t pid, struct __kernel_timespec *interval), 0)
S(sched_getattr, (pid_t pid, struct sched_attr *attr, unsigned size, unsigned flags), 0)
P(sched_setattr, (pid_t pid, const struct sched_attr *attr, unsigned flags), 0,
  "as sched_setscheduler")
S(getcpu, (unsigned *cpu, unsigned *node, void *unused), 0)

/* -- syscalls/limits.c */
S(prlimit64, (pid_t pid, unsigned resource, const struct rlimit64 *limit, struct rlimit64 *old), 0)
S(getrlimit, (unsigned resource, struct rlimit *limit), 0)
P(setrlimit, (unsigned resource, const struct rlimit *limit), 0,
  "enforced: AS, DATA, NOFILE, NPROC, SIGPENDING, STACK, FSIZE; the others are kept only")
S(getrusage, (int who, struct rusage *usage), 0)
S(getpriority, (int which, int who), 0)
P(setpriority, (int which, int who, int nice), 0,
  "nice values belong to processes, not threads, and the scheduler does not weigh them")

/* -- syscalls/ids.c */
S(getpid, (void), 0)
S(gettid, (void), 0)
S(getppid, (void), 0)
S(getuid, (void), 0)
S(geteuid, (void), 0)
S(getgid, (void), 0)
S(getegid, (void), 0)
S(getresuid, (uid_t *uid, uid_t *euid, uid_t *suid), 0)
S(getresgid, (gid_t *gid, gid_t *egid, gid_t *sgid), 0)
S(setuid, (uid_t uid), 0)
S(setreuid, (uid_t uid, uid_t euid), 0)
S(setresuid, (uid_t uid, uid_t euid, uid_t suid), 0)
S(setfsuid, (uid_t uid), 0)
S(setgid, (gid_t gid), 0)
S(setregid, (gid_t gid, gid_t egid), 0)
S(setresgid, (gid_t gid, gid_t egid, gid_t sgid), 0)
S(setfsgid, (gid_t gid), 0)
S(getgroups, (int size, gid_t *groups), 0)
S(setgroups, (int count, const gid_t *groups), 0)
S(getpgid, (pid_t pid), 0)
S(getpgrp, (void), 0)
S(getsid, (pid_t pid), 0)
S(setpgid, (pid_t pid, pid_t pgid), 0)
S(setsid, (void), 0)
S(capget, (struct __user_cap_header_struct *header, struct __user_cap_data_struct *data), 0)
S(capset, (struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data), 0)

/* -- syscalls/prctl.c */
P(prctl, (int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d), 0,
  "names, flags of the process and PDEATHSIG work; seccomp, PR_SET_MM, PR_SET_VMA, the bounding "
  "and ambient capability sets do not (EINVAL, EPERM)")
P(arch_prctl, (int code, uintptr_t addr), 0,
  "ARCH_SET_GS, ARCH_GET_GS (EPERM): in ring 0 %gs is the kernel's own; CPUID faulting")

/* -- syscalls/system.c */
S(uname, (struct new_utsname *name), 0)
S(sethostname, (const char *name, int len), 0)
S(setdomainname, (const char *name, int len), 0)
P(sysinfo, (struct sysinfo *info), 0, "load averages are 0")
S(getrandom, (void *buf, size_t len, unsigned flags), 0)
P(reboot, (unsigned magic1, unsigned magic2, unsigned cmd, void *arg), 0,
  "halt, power-off and restart all end the machine; kexec and hibernation (EINVAL)")
P(syslog, (int type, char *buf, int len), 0, "SYSLOG_ACTION_READ does not wait; levels have no effect")
P(personality, (unsigned persona), 0, "kept and given back, without an effect")
S(set_tid_address, (int *tid), 0)

/* -- not there */
N(rseq, "restartable sequences: the C libraries do without them, and one CPU needs none")
N(ptrace, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(process_vm_readv, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(process_vm_writev, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(kcmp, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(pidfd_getfd, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(pidfd_open, "no pidfds yet")
N(pidfd_send_signal, "no pidfds yet")
N(process_mrelease, "no pidfds yet")
N(process_madvise, "no pidfds yet")
N(unshare, "one address space for all: no namespaces")
N(setns, "one address space for all: no namespaces")
N(iopl, "programs run in ring 0 already, and only in 64-bit mode")
N(ioperm, "programs run in ring 0 already, and only in 64-bit mode")
N(modify_ldt, "programs run in ring 0 already, and only in 64-bit mode")
N(set_thread_area, "programs run in ring 0 already, and only in 64-bit mode")
N(get_thread_area, "programs run in ring 0 already, and only in 64-bit mode")
N(init_module, "no loadable modules, no kexec")
N(finit_module, "no loadable modules, no kexec")
N(delete_module, "no loadable modules, no kexec")
N(create_module, "no loadable modules, no kexec")
N(get_kernel_syms, "no loadable modules, no kexec")
N(query_module, "no loadable modules, no kexec")
N(kexec_load, "no loadable modules, no kexec")
N(kexec_file_load, "no loadable modules, no kexec")
N(uselib, "gone from Linux, or never there")
N(ustat, "gone from Linux, or never there")
N(sysfs, "gone from Linux, or never there")
N(_sysctl, "gone from Linux, or never there")
N(nfsservctl, "gone from Linux, or never there")
N(getpmsg, "gone from Linux, or never there")
N(putpmsg, "gone from Linux, or never there")
N(afs_syscall, "gone from Linux, or never there")
N(tuxcall, "gone from Linux, or never there")
N(security, "gone from Linux, or never there")
N(vserver, "gone from Linux, or never there")
N(epoll_ctl_old, "gone from Linux, or never there")
N(epoll_wait_old, "gone from Linux, or never there")
N(lookup_dcookie, "gone from Linux, or never there")
N(remap_file_pages, "gone from Linux, or never there")
N(seccomp, "no filters and sandboxes: a program in ring 0 could leave them")
N(landlock_create_ruleset, "no filters and sandboxes: a program in ring 0 could leave them")
N(landlock_add_rule, "no filters and sandboxes: a program in ring 0 could leave them")
N(landlock_restrict_self, "no filters and sandboxes: a program in ring 0 could leave them")
N(bpf, "no filters and sandboxes: a program in ring 0 could leave them")
N(perf_event_open, "no performance counters for programs")
N(userfaultfd, "faults are the kernel's own business")
N(mbind, "one memory node")
N(set_mempolicy, "one memory node")
N(get_mempolicy, "one memory node")
N(migrate_pages, "one memory node")
N(move_pages, "one memory node")
N(set_mempolicy_home_node, "one memory node")
N(pkey_mprotect, "no protection keys yet")
N(pkey_alloc, "no protection keys yet")
N(pkey_free, "no protection keys yet")
N(memfd_secret, "no protection keys yet")
N(shmget, "no System V IPC yet")
N(shmat, "no System V IPC yet")
N(shmdt, "no System V IPC yet")
N(shmctl, "no System V IPC yet")
N(semget, "no System V IPC yet")
N(semop, "no System V IPC yet")
N(semtimedop, "no System V IPC yet")
N(semctl, "no System V IPC yet")
N(msgget, "no System V IPC yet")
N(msgsnd, "no System V IPC yet")
N(msgrcv, "no System V IPC yet")
N(msgctl, "no System V IPC yet")
N(mq_open, "no POSIX message queues yet")
N(mq_unlink, "no POSIX message queues yet")
N(mq_timedsend, "no POSIX message queues yet")
N(mq_timedreceive, "no POSIX message queues yet")
N(mq_notify, "no POSIX message queues yet")
N(mq_getsetattr, "no POSIX message queues yet")
N(io_setup, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_destroy, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_getevents, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_pgetevents, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_submit, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_cancel, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_uring_setup, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_uring_enter, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(io_uring_register, "no asynchronous I/O yet: C libraries do aio_*(3) with threads")
N(add_key, "no key rings")
N(request_key, "no key rings")
N(keyctl, "no key rings")
N(ioprio_set, "no I/O scheduler")
N(ioprio_get, "no I/O scheduler")
N(swapon, "no swap, no quotas, no accounting")
N(swapoff, "no swap, no quotas, no accounting")
N(quotactl, "no swap, no quotas, no accounting")
N(quotactl_fd, "no swap, no quotas, no accounting")
N(acct, "no swap, no quotas, no accounting")
N(futex_waitv, "PI and vectored futexes are not there yet")
