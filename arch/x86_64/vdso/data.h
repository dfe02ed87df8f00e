/* data.h: what the kernel tells the code in the vDSO: the page in front of its image. */
#ifndef ARCH_X86_64_VDSO_DATA_H
#define ARCH_X86_64_VDSO_DATA_H

#include "lib/types.h"

/* Only wall_offset ever changes, and it is one word: a reader needs no lock. */
struct vdso_data {
	uint64_t wall_offset; /* nanoseconds since 1970 = nanoseconds since boot + this */
	uint64_t count;	      /* not 0: count calls in task.vdso_calls (option syscalls) */
};

/* Constants of the running system: these values stand in the image's instructions, and the kernel puts the
 * true ones there before anybody executes them.  Nanoseconds since boot = (cycles - BASE) * MULT >> 32. */
#define VDSO_BASE 0x7b1e5a0c3d2f4196
#define VDSO_MULT 0x6ad90f3c58e1b742
#define VDSO_USUAL                                                                                 \
	0x5c3ea96172d8b05f /* the clock that is answered without looking at count; -1: none */

#endif
