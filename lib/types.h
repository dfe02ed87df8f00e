/* types.h: the kernel's basic types and the small macros that every file uses. */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;
typedef int64_t off_t;
typedef int pid_t;
typedef unsigned uid_t;
typedef unsigned gid_t;
typedef unsigned mode_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;

#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
/* Each argument is evaluated once. */
#define MIN(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(1 ? (a) : (b)) min_a_ = (a), min_b_ = (b);                              \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                 \
	})
#define MAX(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(1 ? (a) : (b)) max_a_ = (a), max_b_ = (b);                              \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                 \
	})
/* Round to a power of two. */
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a)-1))
#define ALIGN_UP(x, a)	 ALIGN_DOWN((x) + ((typeof(x))(a)-1), a)

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull
#define USEC_PER_SEC  1000000ull

#endif
