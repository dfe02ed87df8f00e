/* task.h: processes and their threads.
 *
 * A proc is what has a pid, a parent and children (a thread group); a task is what the scheduler
 * runs.  What processes can share (view, files, fs, handlers) has its own reference count, as
 * clone(2) wants it. */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include <linux/resource.h>

#include "arch/arch.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/tree.h"
#include "mm/view.h"
#include "proc/cred.h"
#include "proc/forkneed.h"
#include "proc/forkrec.h"
#include "proc/sched.h"
#include "proc/signal.h"

struct files;	 /* descriptor table: fs/fd.h */
struct fs_state; /* root, working directory, umask: fs/vfs.h */
struct tty;
struct file;
struct futex_waiter;
struct tally_program;
struct ptrace;

enum task_state { TASK_RUNNABLE, TASK_SLEEPING, TASK_STOPPED, TASK_TRACED, TASK_DEAD };

/* What went through read(2), write(2) and the like: the calls, and their bytes. */
struct task_io {
	uint64_t read_bytes, written_bytes, reads, writes;
};
static inline void task_io_add(struct task_io *to, const struct task_io *from)
{
	to->read_bytes += from->read_bytes;
	to->written_bytes += from->written_bytes;
	to->reads += from->reads;
	to->writes += from->writes;
}

struct task {
	/* arch/<name>/ knows these offsets (offsets.h): keep them first and in this order */
	uint64_t ksp;	     /* 0: saved kernel stack pointer while not running */
	uint64_t kstack_top; /* 8 */
	uint64_t tls;	     /* 16: saved TLS base */
	void *fpu;	     /* 24: extended state, aligned 64 */
	bool signal_pending; /* 32: something is to be delivered: kept up to date by signal.c */
	bool restore_mask;   /* 33: saved_mask is to be put back */
	uint8_t fpu_score : 3, fpu_slices : 5; /* 34: arch/<name>/task.c */
	bool debugged;			       /* 35: `debug` has something for the registers */
	pid_t tid;			       /* 36 */
	struct proc *proc;		       /* 40: counted */
	uint64_t
		vdso_calls; /* 48: answered by the vDSO and not in the tally yet (option syscalls) */
	uid_t uid, euid;    /* 56: cred's, for __kernel_vsyscall */
	gid_t gid, egid;
	struct cred *cred; /* counted; set by cred_give() */

	struct tnode run_node; /* in `queue` while `queued` */
	struct tree *queue;
	uint64_t
		vruntime; /* CPU time so far by its weight, ns, as the scheduler's order wants it */
	struct sched_params sched;
	struct list view_link; /* in view->tasks */
	struct list proc_link; /* in proc->tasks */
	struct tnode tid_node; /* in the table of tids; key = tid */
	enum task_state state;
	bool queued;	   /* on the run queue */
	bool killable;	   /* asleep, only a fatal signal wakes it */
	bool timed_out;	   /* set by sleep_timer */
	pid_t woken_by;	   /* who ended its last sleep; 0: an interrupt */
	bool exiting;	   /* in exit already */
	struct view *view; /* counted; NULL: a kernel task, or dead */
	struct timer sleep_timer;

	struct sigqueue pending; /* signals for this task alone */
	uint64_t blocked;	 /* signal mask, bit n-1 */
	uint64_t saved_mask;	 /* to put back after sigsuspend, ppoll … */
	uint64_t awaited;	 /* signals that rt_sigtimedwait waits for, blocked or not */
	uintptr_t alt_sp;
	size_t alt_size;
	unsigned alt_flags;

	struct {
		long (*fn)(struct task *t); /* what restart_syscall continues */
		uint64_t arg[5];
	} restart;

	struct ptrace *ptrace; /* proc/ptrace.h; NULL: nobody traces it */
	struct arch_debug debug;
	int trace_signal; /* its tracer has let it go on with this signal; 0: none */

	uintptr_t clear_tid; /* CLONE_CHILD_CLEARTID / set_tid_address */
	uintptr_t robust_list;
	size_t robust_len;
	struct futex_waiter *pi_waiter; /* of the PI futex it waits for; NULL: none */
	uintptr_t rseq;			/* registered by rseq(2); 0: none */
	uint32_t rseq_len, rseq_sig;
	struct task *vfork_parent;	  /* waits until this task execs or exits; or NULL */
	struct task *vfork_child;	  /* the other end */
	struct fork_record *vfork_record; /* of the call that made this task, until it ends */
	struct stack_copy *stack_copy;	  /* fork=vfork: the parent's stack, to be put back */

	uint64_t user_ns, sys_ns; /* CPU time */
	uint64_t slice_start;	  /* clock_ns() up to which that is counted */
	uint64_t got_cpu;	  /* clock_ns() when it got the CPU */
	uint64_t unpaused_ns;	  /* as a real-time task, since its last wait */
	unsigned long min_flt, maj_flt;
	unsigned long nvcsw, nivcsw;
	struct task_io io;
	char comm[16];
};

enum proc_state { PROC_ALIVE, PROC_ZOMBIE, PROC_REAPED };

struct proc {
	/* arch/<name>/ knows these offsets, too */
	pid_t pid;  /* 0 */
	pid_t ppid; /* 4: of parent; 0: init.  See proc_set_parent() */

	refcount_t ref;
	struct cred *cred;     /* its first thread's: proc/cred.h; counted */
	struct tnode pid_node; /* in the table of pids; key = pid */
	enum proc_state state;
	struct proc *parent; /* NULL: init */
	struct list children, sibling;
	struct list tracees; /* struct ptrace of those that it traces */
	struct list all_link;
	struct list tasks;
	unsigned task_count;
	struct task *leader;

	struct view *view;   /* of its tasks; NULL when exited */
	struct files *files; /* shared by its tasks */
	struct fs_state *fs;
	struct sighand *sighand;
	struct sigqueue pending; /* signals for the process as a whole */
	struct file *exe;
	bool did_exec;
	char comm[16]; /* zombie: the name of its last task */

	pid_t pgid, sid;
	struct tty *tty;   /* controlling terminal, or NULL */
	pid_t hangup_pgrp; /* a leader's: the foreground when its terminal was hung up; or 0 */

	int exit_code;		       /* as wait4 reports it: status << 8 | signal */
	bool group_exit;	       /* all tasks must end with exit_code */
	struct task *exec_task;	       /* execs: all other tasks must end; or NULL */
	int exit_signal;	       /* sent to the parent */
	int stop_code;		       /* signal that stopped it; 0: running */
	bool stop_report, cont_report; /* not yet seen by wait4 */
	bool stopped;		       /* stop_code is set and all tasks have stopped */
	struct waitq child_wait;       /* its wait4 callers */
	struct waitq exit_wait;	       /* pidfds: woken when it ends, and when it is reaped */

	unsigned membarriers; /* MEMBARRIER_CMD_REGISTER_*: done */
	bool dumpable, child_subreaper;
	bool thp_disable;	  /* PR_SET_THP_DISABLE: kept, without an effect */
	int mce_policy;		  /* PR_MCE_KILL: kept, without an effect */
	int ioprio;		  /* ioprio_set(2): kept, without an effect */
	unsigned coredump_filter; /* kept: no core is ever dumped */
	uint64_t timer_slack;	  /* PR_SET_TIMERSLACK: kept; our timers have none */
	unsigned personality;	  /* personality(2): kept, without an effect */
	int pdeath_signal;	  /* sent to it when its parent ends; 0: none */
	int oom_adj;		  /* oom_score_adj: -1000 never chosen … 1000 always */

	struct rlimit64 limits[RLIM_NLIMITS];
	uint64_t start_ns;
	uint64_t dead_user_ns, dead_sys_ns;   /* of its tasks that ended */
	uint64_t child_user_ns, child_sys_ns; /* of children that were waited for */
	unsigned long dead_min_flt, child_min_flt;
	unsigned long dead_nvcsw, dead_nivcsw, child_nvcsw, child_nivcsw;
	size_t max_rss, child_max_rss; /* pages: of its former programs; the largest child's */
	pid_t maker;		       /* tid of the parent's thread that made it */
	struct task_io dead_io;	 /* of its tasks that ended, and of children that were waited for */
	struct itimers *itimers; /* proc/itimer.c; NULL: none armed ever */

	struct list forks; /* records of its forks, newest last: proc/forkrec.h */
	unsigned fork_count;
	unsigned told_waits;  /* in the fork log, proc/forklog.c */
	bool told_by_parent;  /* ... one that its parent ended */
	unsigned told_tooks;  /* in the fork log, proc/forkneed.c */
	bool told_gift;	      /* ... one from its parent */
	forkmark_t told_mark; /* ... the last one */
	struct fork_record
		*late; /* of the fork that made it, if its time was over or would have been */
	uint64_t unknown_calls[16];  /* numbers reported already, bit per number */
	struct tally_program *tally; /* syscalls/tally.c; NULL: not looked for since exec */
};

/* The registers the program had on entry; at the top of the kernel stack. */
static inline struct regs *task_regs(const struct task *t)
{
	return (struct regs *)t->kstack_top - 1;
}

/* The system call that t is in; -1: none. */
static inline long task_sysno(const struct task *t)
{
	return regs_sysno(task_regs(t));
}

extern struct list proc_list;
extern int pid_max; /* no pid is as large: /proc/sys/kernel/pid_max */
extern size_t proc_count, task_count;
extern struct proc *init_proc;
/* Most tasks there may be; as Linux: so many that their stacks take an eighth of memory. */
size_t task_limit(void);

/* By number.  => NULL; the reference is the caller's to put only for proc_get()ed ones: these are
 * borrowed and valid until the caller sleeps. */
struct proc *proc_find(pid_t pid);
struct task *task_find(pid_t tid);

/* --- proc/proc.c --- */
/* The boot task, in whose name the kernel works until the first process runs. */
void proc_init(void);
/* Its descriptors, root and working directory; the first process inherits them.  After vfs_init().
 * => 0, -ENOMEM */
int proc_init_files(void);
/* A process without tasks, a child of parent (NULL: init), in the tables; nothing shared yet.
 * => one reference for the caller beside the tables'; NULL */
struct proc *proc_create(struct proc *parent);
/* The current process, which has one thread, gets its own of what it shares: CLONE_FILES, CLONE_FS and
 * CLONE_SYSVSEM.  => 0, -ENOMEM */
int proc_unshare(uint64_t flags);
void proc_get(struct proc *p);
void proc_put(struct proc *p);
/* Make p a child of parent, and of nobody else. */
void proc_set_parent(struct proc *p, struct proc *parent);
/* Put p into a process group and a session: its own, or one that exists. */
void proc_set_group(struct proc *p, pid_t pgid, pid_t sid);
/* pid -> table, for a process that becomes another's leader. */
void task_set_tid(struct task *t, pid_t tid);
/* A task of p, in p->view when there is one, not yet runnable.  => NULL */
struct task *task_create(struct proc *p);
void task_destroy(struct task *t);
/* Move t to view (NULL: none).  When t was the last in a shadow the paused view below it resumes;
 * `why` goes into the fork's record. */
void task_set_view(struct task *t, struct view *v, enum fork_end why);
/* The process with pid 1 starts path; argv and envp are NULL-terminated kernel strings. */
int proc_start_init(const char *path, char *const argv[], char *const envp[]);

/* --- proc/fork.c --- */
struct clone_request {
	uint64_t flags;
	int exit_signal;
	uintptr_t stack, tls, parent_tid, child_tid;
	uintptr_t pidfd;
	bool is_fork; /* by fork(2): the caller may be paused */
};
#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

/* => tid of the child; -EAGAIN, -ENOMEM, -EINVAL, … */
long proc_clone(const struct clone_request *rq);
/* t has left the memory that it borrowed (exec, exit): its vfork parent goes on. */
void task_release_vfork(struct task *t);

/* --- proc/exec.c --- */
enum {
	EXEC_KERNEL = 1, /* argv and envp are the kernel's pointers, not the program's */
	EXEC_UNREACHABLE =
		2, /* filename names a descriptor that exec closes: no good to a script */
};
/* Replace the current process's program by exe, which filename names; argv and envp end with NULL.
 * => does not return to the old program on success (0 then), -errno */
long proc_exec(struct file *exe, const char *filename, char *const *argv, char *const *envp,
	       unsigned flags);

/* --- proc/exit.c --- */
/* End the current task (with its process when it is the last). */
void task_exit(int code) __attribute__((noreturn));
/* End the whole process: code as for wait4 (status << 8, or signal number | 0x80 for core). */
void proc_exit_group(int code) __attribute__((noreturn));
/* Make the other tasks of the current process end (exec); the current one becomes the leader, with
 * the pid as its tid.  => 0, -EAGAIN: another one does the same, or the process is ending */
int proc_kill_others(void);
/* Must the current task end now, because its process does or another of its tasks execs?  Then it
 * does not return.  For signal_deliver(). */
void task_check_exit(void);
/* waitid(2) and wait4(2): idtype P_ALL, P_PID, P_PGID.  *status as wait4 reports it.
 * => pid, 0 (WNOHANG), -ECHILD, -ERESTARTSYS */
long proc_wait(int idtype, pid_t id, int options, int *status, siginfo_t *info, struct rusage *ru);
void proc_rusage(struct proc *p, int who, struct rusage *ru);
/* Called when init ends. */
void machine_exit(int code) __attribute__((noreturn));
/* The first program could not be started: say so and stop the machine (boot/init.c). */
void init_failed(const char *path, int err) __attribute__((noreturn));

/* Is pgid an orphaned process group?  (setpgid(2), job control) */
bool pgrp_orphaned(pid_t pgid);

#endif
