/* virtio_console.h: byte streams to and from the host over a virtio console with several ports
 * (virtio 1.1, 5.3): many bytes at a time, where a serial port moves one.
 *
 * A port belongs to one client.  It hands in bytes while the client has room, and keeps the rest back
 * when there is none: the device then has no buffers, and the host's end blocks.  To send, a client
 * fills buffers; when there is none it is told once there is one again.
 * All functions run with interrupts off.
 */
#ifndef DRIVERS_VIRTIO_CONSOLE_H
#define DRIVERS_VIRTIO_CONSOLE_H

#include "drivers/hostproto.h"
#include "lib/types.h"

/* The ports that flat gives the device (number 0 is reserved by QEMU for another kind). */
enum { VCON_MAIN = HOST_VIRTIO_MAIN, VCON_ERR = HOST_VIRTIO_ERR, VCON_PORTS = 2 };

struct vcon_client {
	size_t (*room)(void *arg); /* bytes that input() may be given */
	void (*input)(void *arg, const uint8_t *data, size_t len);
	void (*sent)(void *arg); /* a buffer is free again */
};

/* Find the device and set it up.  => false: it is not there, or of no use */
bool vcon_init(void);
/* Say who gets a port's bytes, and let them come. */
void vcon_open(unsigned port, const struct vcon_client *client, void *arg);
/* The client has room again. */
void vcon_resume(unsigned port);

/* A buffer to fill.  => NULL: all are under way, and sent() is called later; or the device is broken */
uint8_t *vcon_buffer(unsigned port, size_t *size);
/* Send the first len bytes of it (0: none, it is free again). */
void vcon_submit(unsigned port, uint8_t *buffer, size_t len);
/* Has all that was submitted been taken by the host? */
bool vcon_idle(unsigned port);
bool vcon_broken(void);

#endif
