/* refcount.h: counts of references.  One CPU and no preemption inside the kernel: plain integers;
 * the functions are the place where atomics come in with more CPUs. */
#ifndef LIB_REFCOUNT_H
#define LIB_REFCOUNT_H

#include "lib/bug.h"
#include "lib/types.h"

typedef struct {
	int n;
} refcount_t;

static inline void ref_init(refcount_t *r)
{
	r->n = 1;
}

static inline void ref_get(refcount_t *r)
{
	ASSERT(r->n > 0);
	r->n++;
}

/* => true if that was the last reference: the caller destroys the object. */
static inline bool ref_put(refcount_t *r)
{
	ASSERT(r->n > 0);
	return --r->n == 0;
}

#endif
