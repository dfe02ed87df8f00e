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

/* Newer than the headers may be. */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

/* -- syscalls/read_write.c */
S(read, (int fd, void *buf, size_t len), 0)
S(write, (int fd, const void *buf, size_t len), 0)
S(pread64, (int fd, void *buf, size_t len, off_t pos), 0)
S(pwrite64, (int fd, const void *buf, size_t len, off_t pos), 0)
S(readv, (int fd, const struct iovec_ *iov, unsigned long count), 0)
S(writev, (int fd, const struct iovec_ *iov, unsigned long count), 0)
S(preadv, (int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi), 0)
S(pwritev, (int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi), 0)
S(preadv2, (int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi, int flags), 0)
S(pwritev2, (int fd, const struct iovec_ *iov, unsigned long count, off_t pos, unsigned long hi, int flags), 0)
S(lseek, (int fd, off_t off, unsigned whence), 0)

/* -- syscalls/splice.c */
S(sendfile, (int out_fd, int in_fd, off_t *off, size_t len), 0)
S(splice, (int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len, unsigned flags), 0)
S(tee, (int in_fd, int out_fd, size_t len, unsigned flags), 0)
P(vmsplice, (int fd, const struct iovec_ *iov, unsigned long count, unsigned flags), 0,
  "copies: what is written to the memory afterwards is not seen in the pipe")
S(copy_file_range, (int in_fd, off_t *in_off, int out_fd, off_t *out_off, size_t len, unsigned flags), 0)

/* -- syscalls/file.c */
P(open, (const char *path, int flags, mode_t mode), 0, "as openat")
P(openat, (int dfd, const char *path, int flags, mode_t mode), 0, "O_TMPFILE in folders of the host (EOPNOTSUPP)")
S(openat2, (int dfd, const char *path, const struct open_how *how, size_t size), 0)
S(creat, (const char *path, mode_t mode), 0)
P(memfd_create, (const char *name, unsigned flags), 0,
  "MFD_HUGETLB (EINVAL)")
S(close, (int fd), 0)
S(close_range, (unsigned first, unsigned last, unsigned flags), 0)
S(dup, (int fd), 0)
S(dup2, (int from, int to), 0)
S(dup3, (int from, int to, int flags), 0)
S(pipe, (int *fds), 0)
S(pipe2, (int *fds, int flags), 0)
P(fcntl, (int fd, unsigned cmd, uintptr_t arg), 0, "leases (EAGAIN, as if the file were open for writing)")
S(flock, (int fd, unsigned op), 0)
S(ioctl, (int fd, unsigned cmd, uintptr_t arg), 0)
S(truncate, (const char *path, off_t size), 0)
S(ftruncate, (int fd, off_t size), 0)
P(fallocate, (int fd, int mode, off_t off, off_t len), 0, "files of the host (EOPNOTSUPP)")
S(fadvise64, (int fd, off_t off, off_t len, int advice), 0)
S(readahead, (int fd, off_t off, size_t len), 0)
S(sync, (void), 0)
S(fsync, (int fd), 0)
S(fdatasync, (int fd), 0)
S(syncfs, (int fd), 0)
S(sync_file_range, (int fd, off_t off, off_t len, unsigned flags), 0)

/* -- syscalls/path.c */
S(mkdir, (const char *path, mode_t mode), 0)
S(mkdirat, (int dfd, const char *path, mode_t mode), 0)
P(mknod, (const char *path, mode_t mode, unsigned dev), 0, "as mknodat")
P(mknodat, (int dfd, const char *path, mode_t mode, unsigned dev), 0,
  "devices in folders of the host (ENXIO: QEMU does not make them)")
S(unlink, (const char *path), 0)
S(unlinkat, (int dfd, const char *path, int flags), 0)
S(rmdir, (const char *path), 0)
S(rename, (const char *from, const char *to), 0)
S(renameat, (int olddfd, const char *from, int newdfd, const char *to), 0)
P(renameat2, (int olddfd, const char *from, int newdfd, const char *to, unsigned flags), 0,
  "flags in folders of the host (EINVAL)")
S(link, (const char *from, const char *to), 0)
S(linkat, (int olddfd, const char *from, int newdfd, const char *to, int flags), 0)
S(symlink, (const char *target, const char *path), 0)
S(symlinkat, (const char *target, int dfd, const char *path), 0)
S(readlink, (const char *path, char *buf, int size), 0)
S(readlinkat, (int dfd, const char *path, char *buf, int size), 0)
P(name_to_handle_at, (int dfd, const char *path, struct file_handle *handle, int *mount_id, int flags), 0,
  "no file has a handle: EOPNOTSUPP")
P(open_by_handle_at, (int mount_fd, struct file_handle *handle, int flags), 0,
  "no handle leads to a file: ESTALE")
S(chdir, (const char *path), 0)
S(fchdir, (int fd), 0)
S(chroot, (const char *path), 0)
S(getcwd, (char *buf, size_t size), 0)
S(umask, (mode_t mask), 0)

/* -- syscalls/stat.c */
S(stat, (const char *path, struct stat *st), 0)
S(lstat, (const char *path, struct stat *st), 0)
S(fstat, (int fd, struct stat *st), 0)
S(newfstatat, (int dfd, const char *path, struct stat *st, int flags), 0)
S(statx, (int dfd, const char *path, int flags, unsigned mask, struct statx *st), 0)
S(access, (const char *path, int mode), 0)
S(faccessat, (int dfd, const char *path, int mode), 0)
S(faccessat2, (int dfd, const char *path, int mode, int flags), 0)
S(chmod, (const char *path, mode_t mode), 0)
S(fchmod, (int fd, mode_t mode), 0)
S(fchmodat, (int dfd, const char *path, mode_t mode), 0)
S(fchmodat2, (int dfd, const char *path, mode_t mode, unsigned flags), 0)
S(chown, (const char *path, uid_t uid, gid_t gid), 0)
S(lchown, (const char *path, uid_t uid, gid_t gid), 0)
S(fchown, (int fd, uid_t uid, gid_t gid), 0)
S(fchownat, (int dfd, const char *path, uid_t uid, gid_t gid, int flags), 0)
S(utime, (const char *path, const struct utimbuf *times), 0)
S(utimes, (const char *path, const struct __kernel_old_timeval *tv), 0)
S(futimesat, (int dfd, const char *path, const struct __kernel_old_timeval *tv), 0)
S(utimensat, (int dfd, const char *path, const struct __kernel_timespec *times, int flags), 0)
S(statfs, (const char *path, struct statfs *st), 0)
S(fstatfs, (int fd, struct statfs *st), 0)

/* -- syscalls/dir.c */
S(getdents, (int fd, struct linux_dirent *buf, unsigned size), 0)
S(getdents64, (int fd, struct linux_dirent64 *buf, unsigned size), 0)
P(mount, (const char *source, const char *target, const char *type, unsigned long flags, const char *data), 0,
  "tmpfs, ramfs, proc, sysfs, devtmpfs, devpts, 9p (docs/VOLUMES.md), bind, move, remount, propagation; the sync, mand and lazytime flags have no effect")
S(umount2, (const char *target, int flags), 0)
S(pivot_root, (const char *new_root, const char *put_old), 0)

/* -- syscalls/poll.c */
S(poll, (struct pollfd *fds, unsigned n, int ms), 0)
S(ppoll, (struct pollfd *fds, unsigned n, struct __kernel_timespec *timeout, const uint64_t *mask, size_t size), 0)
S(select, (int n, uint64_t *in, uint64_t *out, uint64_t *ex, struct __kernel_old_timeval *timeout), 0)
S(pselect6, (int n, uint64_t *in, uint64_t *out, uint64_t *ex, struct __kernel_timespec *timeout, const struct sigset_argument *mask), 0)
S(epoll_create, (int size), 0)
S(epoll_create1, (int flags), 0)
S(epoll_ctl, (int set, int op, int fd, struct epoll_event *ev), 0)
S(epoll_wait, (int set, struct epoll_event *ev, int n, int ms), 0)
S(epoll_pwait, (int set, struct epoll_event *ev, int n, int ms, const uint64_t *mask, size_t size), 0)
S(epoll_pwait2, (int set, struct epoll_event *ev, int n, const struct __kernel_timespec *timeout, const uint64_t *mask, size_t size), 0)
S(eventfd, (unsigned count), 0)
S(eventfd2, (unsigned count, int flags), 0)
N(fanotify_init, "inotify does what programs ask for")
N(fanotify_mark, "as fanotify_init")

/* -- syscalls/xattr.c */
P(setxattr, (const char *path, const char *name, const void *value, size_t size, int flags), 0,
  "ACLs (system.*) and file capabilities (security.capability), and on files of the host all but user.* and empty values: EOPNOTSUPP")
P(lsetxattr, (const char *path, const char *name, const void *value, size_t size, int flags), 0, "as setxattr")
P(fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags), 0, "as setxattr")
S(getxattr, (const char *path, const char *name, void *value, size_t size), 0)
S(lgetxattr, (const char *path, const char *name, void *value, size_t size), 0)
S(fgetxattr, (int fd, const char *name, void *value, size_t size), 0)
S(listxattr, (const char *path, char *names, size_t size), 0)
S(llistxattr, (const char *path, char *names, size_t size), 0)
S(flistxattr, (int fd, char *names, size_t size), 0)
S(removexattr, (const char *path, const char *name), 0)
S(lremovexattr, (const char *path, const char *name), 0)
S(fremovexattr, (int fd, const char *name), 0)

/* -- syscalls/inotify.c */
S(inotify_init, (void), 0)
S(inotify_init1, (int flags), 0)
S(inotify_add_watch, (int fd, const char *path, uint32_t mask), 0)
S(inotify_rm_watch, (int fd, int wd), 0)

/* -- syscalls/socket.c */
P(socket, (int family, int type, int protocol), 0,
  "AF_UNIX alone: AF_INET, AF_INET6, AF_NETLINK and all others are EAFNOSUPPORT, there is no network yet")
P(socketpair, (int family, int type, int protocol, int *fds), 0, "as socket")
S(bind, (int fd, const void *address, int len), 0)
S(listen, (int fd, int backlog), 0)
S(accept, (int fd, void *address, int *len), 0)
S(accept4, (int fd, void *address, int *len, int flags), 0)
S(connect, (int fd, const void *address, int len), 0)
S(shutdown, (int fd, int how), 0)
S(getsockname, (int fd, void *address, int *len), 0)
S(getpeername, (int fd, void *address, int *len), 0)
P(setsockopt, (int fd, int level, int name, const void *value, int len), 0,
  "filters, time stamping of packets, busy polling, SO_PASSPIDFD, SO_PASSRIGHTS (ENOPROTOOPT)")
P(getsockopt, (int fd, int level, int name, void *value, int *len), 0,
  "as setsockopt; SO_PEERSEC, SO_PEERPIDFD, SO_COOKIE, SO_MEMINFO (ENOPROTOOPT)")

/* -- syscalls/message.c */
P(sendto, (int fd, const void *buf, size_t len, unsigned flags, const void *to, int to_len), 0,
  "MSG_OOB (EOPNOTSUPP)")
P(recvfrom, (int fd, void *buf, size_t len, unsigned flags, void *from, int *from_len), 0, "as sendto")
P(sendmsg, (int fd, const struct user_msghdr *msg, unsigned flags), 0, "as sendto")
P(recvmsg, (int fd, struct user_msghdr *msg, unsigned flags), 0, "as sendto; no SCM_SECURITY, SCM_PIDFD")
P(sendmmsg, (int fd, struct user_mmsghdr *msgs, unsigned count, unsigned flags), 0, "as sendto")
P(recvmmsg, (int fd, struct user_mmsghdr *msgs, unsigned count, unsigned flags,
  struct __kernel_timespec *limit), 0, "as sendto")

/* -- syscalls/ptrace.c */
P(ptrace, (long request, long pid, unsigned long addr, unsigned long data), 0,
  "PTRACE_O_TRACESECCOMP, the classic 32-bit requests; what vDSO and AT_SYSINFO answer is not seen; QEMU's emulator: a step does not find reads by a watchpoint")
S(process_vm_readv, (pid_t pid, const struct iovec_ *local, unsigned long local_count, const struct iovec_ *remote, unsigned long remote_count, unsigned long flags), 0)
S(process_vm_writev, (pid_t pid, const struct iovec_ *local, unsigned long local_count, const struct iovec_ *remote, unsigned long remote_count, unsigned long flags), 0)

/* -- syscalls/mm.c */
P(mmap, (uintptr_t addr, size_t len, int prot, int flags, int fd, off_t off), 0,
  "MAP_HUGETLB (ENOMEM, as if none were set aside); MAP_POPULATE is a hint; one mapping is at most 64 GiB; of files of the host see docs/VOLUMES.md")
S(munmap, (uintptr_t addr, size_t len), 0)
S(mprotect, (uintptr_t addr, size_t len, int prot), 0)
S(brk, (uintptr_t addr), 0)
S(mremap, (uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t new_addr), 0)
P(madvise, (uintptr_t addr, size_t len, int advice), 0,
  "advice without an effect on results is accepted and ignored; MADV_HWPOISON: EINVAL")
S(msync, (uintptr_t addr, size_t len, int flags), 0)
S(mincore, (uintptr_t addr, size_t len, unsigned char *vec), 0)
P(mlock, (uintptr_t addr, size_t len), 0, "a page that is not there comes when it is touched")
P(mlock2, (uintptr_t addr, size_t len, int flags), 0, "always as with MLOCK_ONFAULT")
S(munlock, (uintptr_t addr, size_t len), 0)
P(mlockall, (int flags), 0, "always as with MCL_ONFAULT")
S(munlockall, (void), 0)

/* -- syscalls/proc.c */
S(fork, (void), F)
S(vfork, (void), F)
P(clone, (uint64_t flags, uintptr_t stack, uintptr_t parent_tid, uintptr_t child_tid, uintptr_t tls), F,
  "namespaces, CLONE_PIDFD of a thread (EINVAL)")
P(clone3, (const struct clone_args *args, size_t size), F,
  "namespaces, CLONE_PIDFD of a thread, CLONE_INTO_CGROUP, set_tid (EINVAL)")
P(unshare, (unsigned long flags), 0,
  "namespaces (EINVAL, EPERM); with several threads CLONE_FILES and CLONE_FS (EINVAL)")
S(exit, (int status), F)
S(exit_group, (int status), F)
S(wait4, (pid_t pid, int *status, int options, struct rusage *ru), 0)
S(waitid, (int idtype, pid_t id, struct siginfo *info, int options, struct rusage *ru), 0)

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

S(pidfd_send_signal, (int fd, int sig, const struct siginfo *info, unsigned flags), 0)

/* -- syscalls/pidfd.c */
P(pidfd_open, (pid_t pid, unsigned flags), 0, "PIDFD_THREAD (EINVAL); ioctl on pidfds (ENOTTY)")
S(pidfd_getfd, (int pidfd, int fd, unsigned flags), 0)

/* -- syscalls/signalfd.c */
S(signalfd, (int fd, const uint64_t *mask, size_t size), 0)
S(signalfd4, (int fd, const uint64_t *mask, size_t size, int flags), 0)

/* -- syscalls/time.c */
S(nanosleep, (const struct __kernel_timespec *time, struct __kernel_timespec *remaining), 0)
S(clock_nanosleep, (int id, int flags, const struct __kernel_timespec *time,
  struct __kernel_timespec *remaining), 0)
S(clock_gettime, (int id, struct __kernel_timespec *time), 0)
S(clock_getres, (int id, struct __kernel_timespec *time), 0)
S(clock_settime, (int id, const struct __kernel_timespec *time), 0)
S(gettimeofday, (struct __kernel_old_timeval *time, struct timezone *zone), 0)
S(settimeofday, (const struct __kernel_old_timeval *time, const struct timezone *zone), 0)
S(time, (long *time), 0)
S(times, (struct tms *times), 0)
P(adjtimex, (struct __kernel_timex *timex), 0, "every adjustment (EINVAL)")
P(clock_adjtime, (int id, struct __kernel_timex *timex), 0, "every adjustment (EINVAL)")

/* -- syscalls/timer.c */
S(alarm, (unsigned seconds), 0)
S(getitimer, (int which, struct __kernel_old_itimerval *value), 0)
S(setitimer, (int which, const struct __kernel_old_itimerval *value,
  struct __kernel_old_itimerval *old), 0)
S(timer_create, (int id, const struct sigevent *event, int *timer), 0)
S(timer_settime, (int id, int flags, const struct __kernel_itimerspec *value,
  struct __kernel_itimerspec *old), 0)
S(timer_gettime, (int id, struct __kernel_itimerspec *value), 0)
S(timer_getoverrun, (int id), 0)
S(timer_delete, (int id), 0)

/* -- syscalls/timerfd.c */
S(timerfd_create, (int id, int flags), 0)
S(timerfd_settime, (int fd, int flags, const struct __kernel_itimerspec *value,
  struct __kernel_itimerspec *old), 0)
S(timerfd_gettime, (int fd, struct __kernel_itimerspec *value), 0)

/* -- syscalls/futex.c */
P(futex, (uintptr_t addr, int op, uint32_t val, uintptr_t timeout, uintptr_t addr2, uint32_t val3),
  0, "FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI (ENOSYS); an absolute time does not notice that the clock is set")
S(futex_waitv, (const struct futex_waitv *words, unsigned count, unsigned flags,
  const struct __kernel_timespec *timeout, int id), 0)
S(rseq, (struct rseq *rseq, unsigned len, int flags, unsigned sig), 0)
S(set_robust_list, (struct robust_list_head *head, size_t len), 0)
S(get_robust_list, (pid_t pid, struct robust_list_head **head, size_t *len), 0)
S(membarrier, (int cmd, unsigned flags, int cpu), 0)

/* -- syscalls/ipc.c */
P(shmget, (int key, size_t size, int flags), 0, "SHM_HUGETLB (ENOMEM)")
S(shmat, (int id, uintptr_t addr, int flags), 0)
P(shmdt, (uintptr_t addr), 0, "memory that goes with its process leaves no time of detaching")
S(shmctl, (int id, int cmd, void *buf), 0)
S(semget, (int key, int count, int flags), 0)
S(semop, (int id, const struct sembuf *ops, unsigned count), 0)
S(semtimedop, (int id, const struct sembuf *ops, unsigned count,
  const struct __kernel_timespec *timeout), 0)
S(semctl, (int id, int number, int cmd, uintptr_t arg), 0)
S(msgget, (int key, int flags), 0)
S(msgsnd, (int id, const struct user_message *msg, size_t len, int flags), 0)
P(msgrcv, (int id, struct user_message *msg, size_t len, long wanted, int flags), 0, "MSG_COPY (ENOSYS)")
S(msgctl, (int id, int cmd, void *buf), 0)
P(mq_open, (const char *name, int flags, mode_t mode, const struct mq_attr *attr), 0,
  "there is no file system mqueue")
S(mq_unlink, (const char *name), 0)
S(mq_timedsend, (int fd, const char *msg, size_t len, unsigned priority,
  const struct __kernel_timespec *timeout), 0)
S(mq_timedreceive, (int fd, char *msg, size_t len, unsigned *priority,
  const struct __kernel_timespec *timeout), 0)
P(mq_notify, (int fd, const struct sigevent *event), 0, "SIGEV_THREAD (EINVAL)")
S(mq_getsetattr, (int fd, const struct mq_attr *new, struct mq_attr *old), 0)

/* -- syscalls/sched.c */
S(sched_yield, (void), 0)
S(sched_getaffinity, (pid_t pid, unsigned len, unsigned long *mask), 0)
P(sched_setaffinity, (pid_t pid, unsigned len, const unsigned long *mask), 0, "there is one CPU")
S(sched_getscheduler, (pid_t pid), 0)
P(sched_setscheduler, (pid_t pid, int policy, const int *priority), 0,
  "SCHED_DEADLINE (EPERM)")
S(sched_getparam, (pid_t pid, int *priority), 0)
S(sched_setparam, (pid_t pid, const int *priority), 0)
S(sched_get_priority_max, (int policy), 0)
S(sched_get_priority_min, (int policy), 0)
S(sched_rr_get_interval, (pid_t pid, struct __kernel_timespec *interval), 0)
S(sched_getattr, (pid_t pid, struct sched_attr *attr, unsigned size, unsigned flags), 0)
P(sched_setattr, (pid_t pid, const struct sched_attr *attr, unsigned flags), 0,
  "SCHED_DEADLINE (EPERM); utilisation clamps have no effect")
P(ioprio_set, (int which, int who, int ioprio), 0, "kept and given back; there is no I/O scheduler")
S(ioprio_get, (int which, int who), 0)
S(getcpu, (unsigned *cpu, unsigned *node, void *unused), 0)

/* -- syscalls/limits.c */
S(prlimit64, (pid_t pid, unsigned resource, const struct rlimit64 *limit, struct rlimit64 *old), 0)
S(getrlimit, (unsigned resource, struct rlimit *limit), 0)
P(setrlimit, (unsigned resource, const struct rlimit *limit), 0,
  "enforced: all but CORE (there are no core files), LOCKS and RSS (as on Linux without an effect)")
S(getrusage, (int who, struct rusage *usage), 0)
S(getpriority, (int which, int who), 0)
S(setpriority, (int which, int who, int nice), 0)

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
S(vhangup, (void), 0)
S(capget, (struct __user_cap_header_struct *header, struct __user_cap_data_struct *data), 0)
S(capset, (struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data), 0)

/* -- syscalls/prctl.c */
P(prctl, (int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d), 0,
  "EINVAL: seccomp, PR_SET_{MM,VMA,MDWE,TSC}, PR_GET_AUXV; without effect: timer slack, THP, MCE")
P(arch_prctl, (int code, uintptr_t addr), 0,
  "ARCH_SET_GS, ARCH_GET_GS (EPERM): in ring 0 %gs is the kernel's own; CPUID faulting")

/* -- syscalls/system.c */
S(uname, (struct new_utsname *name), 0)
S(sethostname, (const char *name, int len), 0)
S(setdomainname, (const char *name, int len), 0)
S(sysinfo, (struct sysinfo *info), 0)
S(getrandom, (void *buf, size_t len, unsigned flags), 0)
P(reboot, (unsigned magic1, unsigned magic2, unsigned cmd, void *arg), 0,
  "halt, power-off and restart all end the machine; kexec and hibernation (EINVAL)")
S(syslog, (int type, char *buf, int len), 0)
P(personality, (unsigned persona), 0, "kept and given back, without an effect")
S(set_tid_address, (int *tid), 0)

/* -- not there */
N(kcmp, "no debugger inside the machine: the host's gdb sees all programs (make debug)")
N(process_mrelease, "no call for other processes' memory")
N(process_madvise, "no call for other processes' memory")
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
N(ustat, "superseded by statfs")
N(sysfs, "superseded by /proc/filesystems")
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
N(swapon, "no swap, no quotas, no accounting")
N(swapoff, "no swap, no quotas, no accounting")
N(quotactl, "no swap, no quotas, no accounting")
N(quotactl_fd, "no swap, no quotas, no accounting")
N(acct, "no swap, no quotas, no accounting")
