/* questions.c: everything that is asked, in the order of the report, with what is promised. */
#include "bench.h"

#include <string.h>

#define CALLS	 "System calls"
#define PROCS	 "Processes"
#define HEAP	 "fork and the memory of the parent"
#define SWITCHES "Switches"
#define IPC	 "Signals and pipes"
#define MEMORY	 "Memory"
#define FILES	 "Files"
#define SHELL	 "Shell scripts, whole"
#define MACHINE	 "The machine"
#define LADDER	 "Steps of a system call"
#define GROWTH	 "The last against the first (1: does not grow)"

const struct question questions[] = {
	{ CALLS, "null.trap", "null call (getppid), syscall instruction", "null trap", NULL, RATIO,
	  4.5, NULL, 0 },
	{ CALLS, "null.site", "  ... at a site that can be patched", "null site", NULL, RATIO, 5,
	  NULL, 0 },
	{ CALLS, "null.call", "  ... by a call (Linux: syscall)", "null call", "null.trap", RATIO,
	  16, NULL, 0 },
	{ CALLS, "null.libc", "  ... through libc's syscall()", "null libc", NULL, NONE, 0, NULL,
	  0 },
	{ CALLS, "null.clock", "clock_gettime", "null clock", NULL, RATIO, 1.5, NULL, 0 },

	{ PROCS, "proc.fork", "fork, exit, wait", "proc fork", NULL, RATIO, 15, NULL, 0 },
	{ PROCS, "proc.vfork", "vfork, exit, wait", "proc vfork", NULL, RATIO, 12, NULL, 0 },
	{ PROCS, "proc.fork-exec", "fork, exec, wait", "proc fork-exec", NULL, RATIO, 14, NULL, 0 },
	{ PROCS, "proc.vfork-exec", "vfork, exec, wait", "proc vfork-exec", NULL, RATIO, 14, NULL,
	  0 },
	{ PROCS, "proc.spawn", "posix_spawn, wait", "proc spawn", NULL, RATIO, 14, NULL, 0 },
	{ PROCS, "proc.sh", "sh -c true", "proc sh", NULL, RATIO, 4.5, NULL, 0 },

	{ HEAP, "heap.exit-0", "fork, exit, wait with nothing touched", "heap exit 0", NULL, NONE,
	  0, NULL, 0 },
	{ HEAP, "heap.exit-1", "  ... with 1 MiB touched", "heap exit 1", NULL, NONE, 0, NULL, 0 },
	{ HEAP, "heap.exit-16", "  ... with 16 MiB", "heap exit 16", NULL, NONE, 0, NULL, 0 },
	{ HEAP, "heap.exit-64", "  ... with 64 MiB", "heap exit 64", NULL, NONE, 0, NULL, 0 },
	{ HEAP, "heap.exit-256", "  ... with 256 MiB", "heap exit 256", NULL, NONE, 0, NULL, BIG },
	{ HEAP, "heap.exit-512", "  ... with 512 MiB", "heap exit 512", NULL, RATIO, 600, NULL,
	  BIG },
	{ HEAP, "heap.constant", "  ... 512 MiB against 1 MiB", NULL, "-", AGAINST, 1.5,
	  "heap.exit-1", ONLY_US },
	{ HEAP, "heap.exit-1024", "  ... with 1 GiB", "heap exit 1024", NULL, NONE, 0, NULL, BIG },
	{ HEAP, "heap.write-1", "child writes 1 page, exits", "heap write 1", NULL, NONE, 0, NULL,
	  0 },
	{ HEAP, "heap.write-16", "  ... 16 pages", "heap write 16", NULL, NONE, 0, NULL, 0 },
	{ HEAP, "heap.write-256", "  ... 256 pages", "heap write 256", NULL, RATIO, 8, NULL, 0 },
	{ HEAP, "heap.split", "child and parent live side by side", "heap split", NULL, NONE, 0,
	  NULL, 0 },
	{ HEAP, "heap.parent", "parent's next 256 writes after fork+exec", "heap parent", NULL,
	  NONE, 0, NULL, 0 },
	{ HEAP, "heap.parent-faults", "  ... page faults in that", "heap parent", NULL, AT_MOST, 0,
	  NULL, 0 },

	{ SWITCHES, "switch.windows", "a byte there and back, two programs", "switch windows", NULL,
	  RATIO, 10, NULL, 0 },
	{ SWITCHES, "switch.family", "  ... parent and forked child", "switch family", NULL, NONE,
	  0, NULL, 0 },
	{ SWITCHES, "switch.ring8", "  ... around eight forked ones", "switch ring", NULL, RATIO, 7,
	  NULL, 0 },
	{ SWITCHES, "switch.threads", "futex ping-pong, two threads", "switch threads", NULL, RATIO,
	  4, NULL, 0 },

	{ IPC, "ipc.signal", "signal to oneself", "ipc signal", NULL, RATIO, 6, NULL, 0 },
	{ IPC, "ipc.pipe64k", "64 KiB through a pipe", "ipc pipe", NULL, RATIO, 8, NULL, 0 },

	{ MEMORY, "mem.fault", "page fault on fresh memory", "mem fault", NULL, RATIO, 4.5, NULL,
	  0 },
	{ MEMORY, "mem.map1m", "mmap 1 MiB, touch, munmap", "mem map", NULL, RATIO, 4.5, NULL, 0 },

	{ FILES, "file.open", "open, close", "file open", NULL, RATIO, 5.5, NULL, 0 },
	{ FILES, "file.stat", "stat", "file stat", NULL, RATIO, 5.5, NULL, 0 },
	{ FILES, "file.read4k", "pread of 4 KiB", "file read", NULL, RATIO, 6, NULL, 0 },

	{ SHELL, "shell.commands", "200 commands", "shell commands", NULL, RATIO, 6.5, NULL,
	  HEAVY },
	{ SHELL, "shell.substitutions", "300 command substitutions", "shell substitutions", NULL,
	  RATIO, 5.5, NULL, HEAVY },
	{ SHELL, "shell.pipelines", "40 pipelines of four", "shell pipelines", NULL, RATIO, 4.5,
	  NULL, HEAVY },
	{ SHELL, "shell.configure", "a configure script", "shell configure", NULL, RATIO, 5, NULL,
	  HEAVY },
	{ SHELL, "shell.find", "find | xargs over 400 files", "shell find", NULL, RATIO, 5, NULL,
	  HEAVY },

	{ MACHINE, "boot.shell", "QEMU's start to the shell's first output", NULL, NULL, RATIO, 20,
	  NULL, BY_HOST | COUNTLESS },
	{ MACHINE, "boot.microvm", "the same on microvm", NULL, NULL, RATIO, 28, NULL,
	  BY_HOST | COUNTLESS },
	{ MACHINE, "size.kernel", "size of the kernel's image", NULL, NULL, NONE, 0, NULL,
	  BY_HOST | COUNTLESS },
	{ MACHINE, "size.memory", "smallest memory for a shell's work", NULL, NULL, RATIO, 15, NULL,
	  BY_HOST | COUNTLESS },
	{ MACHINE, "size.idle-sh", "one more idle sh", "many idle", NULL, AT_MOST, 131072, NULL,
	  0 },
	{ MACHINE, "size.fit-64", "how many sh in 64 MiB", NULL, NULL, NONE, 0, NULL,
	  BY_HOST | COUNTLESS | MORE_IS_BETTER },
	{ MACHINE, "size.fit-128", "how many sh in 128 MiB", NULL, NULL, NONE, 0, NULL,
	  BY_HOST | COUNTLESS | MORE_IS_BETTER },

	{ LADDER, "ladder.there", "there and back: call, jumps", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.stack", "stack switch", "ladder", NULL, NONE, 0, NULL, ONLY_US },
	{ LADDER, "ladder.frame", "a frame for restarts and signals", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.dispatch", "the function by its number", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.check", "another task? a signal? (trace: no check)", "ladder", NULL, NONE,
	  0, NULL, ONLY_US },
	{ LADDER, "ladder.rest", "the rest: the call itself", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.whole", "= getpgrp by a call", "ladder", NULL, NONE, 0, NULL, ONLY_US },
	{ LADDER, "ladder.trap", "trap instead of a call: syscall alone", "ladder", NULL, NONE, 0,
	  NULL, ONLY_US },
	{ LADDER, "ladder.flags", "  ... the program's flags kept", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.whole-trap", "= getpgrp by syscall", "ladder", NULL, NONE, 0, NULL,
	  ONLY_US },
	{ LADDER, "ladder.interrupts", "not done: interrupts off and on", "ladder", NULL, NONE, 0,
	  NULL, ONLY_US },

	{ GROWTH, "growth.null", "null call: 1,000 processes against 10", "growth processes", NULL,
	  NONE, 0, NULL, HEAVY },
	{ GROWTH, "growth.fork", "fork, exit, wait: the same", "growth processes", NULL, NONE, 0,
	  NULL, HEAVY },
	{ GROWTH, "growth.spawn", "posix_spawn, wait: the same", "growth processes", NULL, NONE, 0,
	  NULL, HEAVY },
	{ GROWTH, "growth.switch", "pipe ping-pong: the same", "growth processes", NULL, NONE, 0,
	  NULL, HEAVY },
	{ GROWTH, "growth.spawn-1000", "posix_spawn, wait with 1,000 processes", "growth processes",
	  NULL, NONE, 0, NULL, HEAVY },
	{ GROWTH, "growth.open", "open, close: 10,000 files against 10", "growth files", NULL, NONE,
	  0, NULL, HEAVY },
	{ GROWTH, "growth.create", "create, unlink: the same", "growth files", NULL, NONE, 0, NULL,
	  HEAVY },
	{ GROWTH, "growth.open-10000", "open, close with 10,000 files", "growth files", NULL, NONE,
	  0, NULL, HEAVY },
};

const size_t question_count = sizeof(questions) / sizeof(questions[0]);

const struct question *question_find(const char *name)
{
	for (size_t i = 0; i < question_count; i++)
		if (strcmp(questions[i].name, name) == 0)
			return &questions[i];
	return NULL;
}
