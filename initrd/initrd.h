/* initrd.h: the first content of the root file system. */
#ifndef INITRD_INITRD_H
#define INITRD_INITRD_H

/* Unpack the initrd that the boot loader brought, then give its memory back (but for pages that
 * files use in place).  One or more newc archives, each may be gzip'd, with zeroes between them.  A
 * malformed one ends the machine with a message that names the offset. */
void initrd_unpack(void);

#endif
