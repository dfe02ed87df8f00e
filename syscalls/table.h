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
P(execve, (const char *path, char *const *argv, char *const *envp), F,
  "set-user-ID bits are not honoured yet")
P(execveat, (int dirfd, const char *path, char *const *argv, char *const *envp, int flags), F,
  "as execve")

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

/* -- syscalls/ids.c, syscalls/system.c */

/* -- not there */
