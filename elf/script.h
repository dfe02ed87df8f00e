/* script.h: the first line of a script.  A pure function over bytes. */
#ifndef ELF_SCRIPT_H
#define ELF_SCRIPT_H

#include "lib/types.h"

#define SCRIPT_HEAD 256 /* bytes of a file that are looked at (Linux: BINPRM_BUF_SIZE) */

/* Parse the "#!" line at the beginning of a file; what the file does not fill of head is 0.
 * *interp (may be empty) and *arg (NULL: none) point into head, which is changed.
 * As Linux: there is one argument, which may hold blanks; blanks around it go when the line ends
 * with a newline.  A line that is too long loses its end, but not in the interpreter's name.
 * => 0, -ENOEXEC: no #!, no interpreter, or its name is cut off */
int script_parse(char head[SCRIPT_HEAD], char **interp, char **arg);

#endif
