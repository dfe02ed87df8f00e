/* script.h: the first line of a script.  A pure function over bytes. */
#ifndef ELF_SCRIPT_H
#define ELF_SCRIPT_H

#include "lib/types.h"

/* Parse a "#!" line in head[0 .. len): *interp and *arg (NULL: none) point into head, which is
 * changed: NULs end the words.  As Linux: one argument, which may hold spaces; blanks around it go.
 * => 0, -ENOEXEC: no #!, no interpreter, or its name is cut off */
int script_parse(char *head, size_t len, size_t size, char **interp, char **arg);

#endif
