/* cred.h: who may do what: capabilities(7), credentials(7). */
#ifndef PROC_CRED_H
#define PROC_CRED_H

#include <linux/capability.h>

#include "lib/types.h"

/* Does the current process have this capability (CAP_*)? */
bool capable(unsigned cap);
/* Is gid among the current process's groups (file system group included)? */
bool in_group(gid_t gid);

#endif
