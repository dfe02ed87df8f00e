/* hostport.h: the guest's end of the channels to the host command `flat` (drivers/hostproto.h,
 * docs/CONSOLE.md): standard streams without a terminal, signals and window sizes from the host, and
 * how the guest ended.
 *
 * Everything here does nothing useful, and no harm, when flat is not there.
 */
#ifndef DRIVERS_HOSTPORT_H
#define DRIVERS_HOSTPORT_H

#include "lib/types.h"

/* Is flat at the other end?  (Also before hostport_init.) */
bool hostport_present(void);
/* Are the init program's standard streams /dev/hostin, /dev/hostout and /dev/hosterr?  The
 * alternative is the terminal /dev/console. */
bool hostport_streams(void);

/* Look for a virtio console that carries the streams, or the terminal.  Called first. */
void hostport_find(void);
/* Is there one?  Else they go by ports. */
bool hostport_by_virtio(void);
/* Let interrupts come until done(): for the end of the machine.  may_wait: as long as it takes; else
 * not for long, and without interrupts. */
void hostport_wait(bool (*done)(void), bool may_wait);
/* Register the devices and take frames from the host. */
void hostport_init(void);

/* From the command file: will there be standard input; the size of the host's terminal. */
void hostport_set_input(bool open);
void hostport_set_size(unsigned rows, unsigned columns);

/* Have flat make a FIFO or a socket (HOST_NODE_MAKE) in the folder of a volume, or set its mode
 * (HOST_NODE_MODE): QEMU can do neither.  path: below the folder; mode: with the type.  Sleeps.  => 0, -errno of the host, -ENXIO: flat is not there, -EINTR: the task is
 * being killed */
int hostport_node(int what, const char *tag, const char *path, mode_t mode);

/* A sink for trace lines (syscalls/trace.h). */
void hostport_trace(const char *text, size_t len);

/* Wait until what programs have written has left. */
void hostport_drain(void);
/* A sink for the fork log (proc/forklog.h). */
void hostport_forks(const char *text, size_t len);

/* What there is to tell at the end, also after a panic: it allocates nothing and does not sleep. */
extern void (*hostport_report)(void);

/* Tell the host how the guest ended (HOST_EXITED ...), and end. */
void hostport_exit(int kind, uint32_t value, const char *text) __attribute__((noreturn));

#endif
