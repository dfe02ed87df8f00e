/* data.h: what the kernel tells the code in the vDSO: the page in front of its image. */
#ifndef ARCH_X86_64_VDSO_DATA_H
#define ARCH_X86_64_VDSO_DATA_H

#include "lib/types.h"

/* A reader takes `sequence`, which is even, reads, and looks whether it is still the same. */
struct vdso_data {
	uint32_t sequence;
	uint64_t base, mult;  /* nanoseconds since boot = (cycles - base) * mult >> 32 */
	uint64_t wall_offset; /* plus this: since 1970 */
};

#endif
