/* init.h: the first program. */
#ifndef BOOT_INIT_H
#define BOOT_INIT_H

/* Find out what is to run first, open its descriptors, and make it process 1, runnable.  Called once,
 * after the root file system is filled. */
void init_start(void);

#endif
