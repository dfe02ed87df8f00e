/* ksyms.h: the kernel's function names, for backtraces.
 *
 * tools/ksyms.sh makes the table from the linked kernel, which is then linked once more with it.
 * Sorted by offset; the last entry is the end of the code and has an empty name.
 * Constant, so there is nothing to lock.
 */
#ifndef LIB_KSYMS_H
#define LIB_KSYMS_H

#include <stdint.h>

struct ksym {
	uint32_t offset; /* of the function's first byte from __kernel_start */
	uint32_t name;	 /* of its name in ksym_names */
};

extern const struct ksym ksyms[];
extern const uint32_t ksyms_count;
extern const char ksym_names[];

#endif
