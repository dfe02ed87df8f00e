/* data.h: what the kernel tells the code in the vDSO: the page in front of its image. */
#ifndef ARCH_X86_64_VDSO_DATA_H
#define ARCH_X86_64_VDSO_DATA_H

#include "lib/types.h"

/* Only wall_offset ever changes, and it is one word: a reader needs no lock. */
struct vdso_data {
	uint64_t base, mult;  /* nanoseconds since boot = (cycles - base) * mult >> 32 */
	uint64_t wall_offset; /* plus this: since 1970 */
	uint64_t count;	      /* not 0: count calls in task.vdso_calls (option syscalls) */
	int32_t usual;	      /* the clock that is answered without looking at count; -1: none */
};

#endif
