/* hostproto.h: what the kernel and the host command `flat` say to each other.
 *
 * Included by both sides, so it holds constants only.  docs/CONSOLE.md tells the story.
 *
 *   guest to host  one QEMU isa-debugcon per stream: a byte written to the port is a byte in a
 *                  pipe that flat reads.  Reading a port yields HOST_PRESENT if the device is there.
 *   host to guest  the second serial port.
 *   both ways	    a virtio console, if the machine has one: standard input and output, or the
 *		    terminal, on port HOST_VIRTIO_MAIN; standard error on HOST_VIRTIO_ERR.  The ports
 *		    for OUT and ERR are then idle.
 *
 * Frames, in both directions: type (1 byte), length of the payload (2 bytes, little endian),
 * payload.  Numbers in payloads are little endian.  A receiver skips types it does not know.
 *
 * Flow: nobody sends a stream's bytes that the other side has not asked for.
 *   The guest may have HOST_WINDOW bytes of each output stream under way; flat gives back what it has
 *   passed on (CREDIT).  flat sends standard input only as far as the guest wants it (WANT), so a
 *   program that does not read leaves flat's standard input untouched, and control frames never
 *   queue behind data.
 */
#ifndef DRIVERS_HOSTPROTO_H
#define DRIVERS_HOSTPROTO_H

/* Ports of the streams from guest to host. */
#define HOST_PORT_OUT	 0xe8 /* the program's standard output, raw */
#define HOST_PORT_ERR	 0xe9 /* its standard error, raw */
#define HOST_PORT_LOG	 0xea /* kernel log: text */
#define HOST_PORT_CTL	 0xeb /* frames */
#define HOST_PORT_TRACE	 0xec /* system-call trace: text */
#define HOST_PORT_FORKS	 0xed /* fork log: lines of JSON */
#define HOST_PRESENT	 0xe9
#define HOST_VIRTIO_MAIN 1 /* numbers of virtio console ports */
#define HOST_VIRTIO_ERR	 2

/* A write of n ends QEMU with status 2n + 1. */
#define HOST_PORT_EXIT 0xf4

#define HOST_WINDOW	65536 /* bytes of one output stream that may be under way */
#define HOST_FRAME_MAX	4096  /* longest payload */
#define HOST_FRAME_HEAD 3     /* bytes before the payload */

/* Host to guest. */
#define H2G_DATA    1 /* bytes of standard input */
#define H2G_EOF	    2 /* end of standard input, after so many bytes by virtio (8 bytes) */
#define H2G_WINSIZE 3 /* rows, columns: 2 bytes each */
#define H2G_SIGNAL  4 /* signal number, 1 byte: for the init program */
#define H2G_CREDIT  5 /* stream (1 byte), bytes passed on (4 bytes) */
#define H2G_CLOSED  6 /* stream (1 byte): its reader is gone */
#define H2G_END	    7 /* time is up: tell what there is to tell at the end, and end */

#define H2G_NODE 8 /* what came of a NODE: serial (4 bytes), errno (4) */

/* Guest to host. */
#define G2H_READY                                                                                  \
	1 /* the serial port is set up: frames may come.  The first frame.  1 byte: flags */
#define G2H_WANT 2 /* so many more bytes of standard input may be sent (4 bytes) */
#define G2H_EXIT 3 /* kind (1 byte), value (4 bytes), text: the last frame */

#define G2H_NODE                                                                                   \
	4 /* for a FIFO or a socket in a volume: serial (4 bytes), what (1), mode with its type (4),
	   * the volume's tag, NUL, the path below its folder, NUL */
#define HOST_NODE_HEAD 9 /* bytes before the tag */

/* What NODE wants. */
#define HOST_NODE_MAKE 0
#define HOST_NODE_MODE 1 /* set its mode */

/* The flags of READY. */
#define HOST_READY_VIRTIO 1 /* the streams go by virtio: no DATA, no credit */

/* The streams of CREDIT and CLOSED. */
#define HOST_STREAM_OUT 1
#define HOST_STREAM_ERR 2

/* The kinds of EXIT. */
#define HOST_EXITED   0 /* value: the init program's exit status */
#define HOST_SIGNALED 1 /* value: the signal that ended it */
#define HOST_PANIC    2 /* the kernel gave up; the reason is in its log */
#define HOST_BOOT     3 /* the program could not be prepared: value is an errno, text says of what */
#define HOST_EXEC                                                                                  \
	4 /* the init program could not be run: value is an errno, text its name and what is to be blamed */

/* The file that flat adds to the initrd, and its records: a letter, a value, a NUL. */
#define HOST_CMD_FILE  ".flat.cmd"
#define HOST_CMD_ARG   'A' /* next argument of the init program */
#define HOST_CMD_ENV   'E' /* NAME=VALUE for its environment */
#define HOST_CMD_CWD   'C' /* its working directory */
#define HOST_CMD_INPUT 'I' /* "0": standard input is empty; "1": ask flat for it */
#define HOST_CMD_SIZE  'W' /* "ROWS COLUMNS" of the terminal */
#define HOST_CMD_MOUNT                                                                             \
	'V' /* "TAG:MODE:FILE:TARGET": mount a folder of the host, before the start */

#endif
