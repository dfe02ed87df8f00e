/* load.h: the load averages of sysinfo(2) and /proc/loadavg, and limits of CPU time. */
#ifndef PROC_LOAD_H
#define PROC_LOAD_H

#include "lib/types.h"

#define LOAD_SHIFT 11 /* bits of fraction */

struct task;

/* At `now`, `active` tasks can run.  Called at least with each tick while one does. */
void load_sample(uint64_t now, size_t active);
/* Averages over 1, 5 and 15 minutes, up to now. */
void load_averages(uint64_t load[3]);

/* t, which runs, has used CPU time: RLIMIT_CPU and RLIMIT_RTTIME of setrlimit(2). */
void task_check_cpu_limit(struct task *t);

#endif
