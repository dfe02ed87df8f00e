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

/* -- syscalls/proc.c */

/* -- syscalls/signal.c */

/* -- syscalls/time.c */

/* -- syscalls/sched.c, syscalls/futex.c */

/* -- syscalls/ids.c, syscalls/system.c */

/* -- not there */
