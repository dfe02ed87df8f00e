/* virtio_console.c: see virtio_console.h.
 *
 * Queues 0 and 1 are port 0's, 2 and 3 carry control messages, port n has 2n + 2 (to the guest) and
 * 2n + 3.  Ports announce themselves by PORT_ADD; we answer that we are ready, and that the port is
 * open, whereupon bytes may come.  Sending needs no answer.
 */
#include "drivers/virtio_console.h"

#include "drivers/virtio.h"
#include "lib/bug.h"
#include "lib/print.h"
#include "mm/page.h"
#include "mm/slab.h"

#define F_MULTIPORT (1ull << 1)

enum { PORT_DEVICE_READY = 0, PORT_ADD = 1, PORT_READY = 3, PORT_OPEN = 6 };

struct message {
	uint32_t id;
	uint16_t event, value;
};

#define QUEUES	      (2 + 2 * VCON_PORTS)
#define MESSAGES_IN   8
#define MESSAGES_OUT  8
#define MESSAGE_SIZE  64 /* room for the name of a port, which we do not look at */
#define RECEIVE_COUNT 4
#define RECEIVE_SIZE  2048
#define SEND_MOST     4

struct port {
	struct virtq in, out;
	const struct vcon_client *client; /* NULL: not opened yet */
	void *arg;
	bool known;	/* the device has announced it */
	bool told;	/* and we have answered */
	bool receiving; /* receive() runs */
	bool waiting;	/* the client wants to know of a free buffer */
	uint8_t *send;	/* send_count buffers of send_size */
	unsigned send_count, send_size;
	unsigned free; /* bits of the free ones */
	uint8_t *held; /* a buffer that the client had no room for, or NULL */
	uint32_t held_at, held_len;
};

static struct virtio_device device;
static struct virtq control_in, control_out;
static struct port ports[VCON_PORTS];
static uint8_t *messages_in;
static struct message *messages_out;
static unsigned messages_sent;

static uint64_t pa_of(const void *p)
{
	uintptr_t va = (uintptr_t)p;

	return page_pa(page_of_va((void *)(va & ~PAGE_MASK))) + (va & PAGE_MASK);
}

static struct port *port_of(unsigned number)
{
	ASSERT(number >= 1 && number <= VCON_PORTS);
	return &ports[number - 1];
}

bool vcon_broken(void)
{
	return device.broken;
}

static bool offer(struct virtq *q, void *buffer, uint32_t len, bool device_writes)
{
	struct virtq_piece piece = { pa_of(buffer), len, device_writes };

	return virtq_add(q, &piece, 1, buffer);
}

/* --- control messages --- */

/* So few are ever sent that each has a place of its own. */
static void tell(uint32_t id, uint16_t event, uint16_t value)
{
	struct message *m;

	if (messages_sent == MESSAGES_OUT)
		return;
	m = &messages_out[messages_sent++];
	*m = (struct message){ id, event, value };
	if (offer(&control_out, m, sizeof(*m), false))
		virtq_kick(&control_out);
}

/* Once the device knows the port and somebody wants its bytes. */
static void answer(struct port *p, uint32_t id)
{
	if (!p->known || p->client == NULL || p->told)
		return;
	p->told = true;
	tell(id, PORT_READY, 1);
	tell(id, PORT_OPEN, 1);
}

static void take_messages(void)
{
	uint32_t len;
	struct message *m;
	bool again = false;

	while ((m = virtq_take(&control_in, &len)) != NULL) {
		if (len >= sizeof(*m) && m->event == PORT_ADD && m->id >= 1 && m->id <= VCON_PORTS)
			port_of(m->id)->known = true;
		again |= offer(&control_in, m, MESSAGE_SIZE, true);
	}
	if (again)
		virtq_kick(&control_in);
	while (virtq_take(&control_out, &len) != NULL)
		;
	for (uint32_t id = 1; id <= VCON_PORTS; id++)
		answer(port_of(id), id);
}

/* --- receiving --- */

/* Give the client what it has room for of the held buffer.  => true: all of it */
static bool hand_in(struct port *p)
{
	while (p->held_at < p->held_len) {
		size_t n = MIN(p->client->room(p->arg), p->held_len - p->held_at);

		if (n == 0)
			return false;
		p->held_at += n;
		p->client->input(p->arg, p->held + p->held_at - n, n);
	}
	return true;
}

static void receive(struct port *p)
{
	bool again = false;

	if (p->receiving || p->client == NULL)
		return;
	p->receiving = true;
	for (;;) {
		if (p->held == NULL) {
			p->held = virtq_take(&p->in, &p->held_len);
			p->held_at = 0;
		}
		if (p->held == NULL || !hand_in(p))
			break;
		again |= offer(&p->in, p->held, RECEIVE_SIZE, true);
		p->held = NULL;
	}
	if (again)
		virtq_kick(&p->in);
	p->receiving = false;
}

void vcon_resume(unsigned port)
{
	receive(port_of(port));
}

/* --- sending --- */

static void take_back(struct port *p)
{
	uint32_t len;
	uint8_t *buffer;

	while ((buffer = virtq_take(&p->out, &len)) != NULL)
		p->free |= 1u << (buffer - p->send) / p->send_size;
}

/* Take back what was sent; if that is not what is waited for, ask for an interrupt.
 * => true: some (all) buffers are free */
static bool look(struct port *p, bool all)
{
	unsigned whole = (1u << p->send_count) - 1;

	do {
		take_back(p);
		if (all ? p->free == whole : p->free != 0)
			return true;
	} while (virtq_interrupts(&p->out, true) && !device.broken);
	return false;
}

uint8_t *vcon_buffer(unsigned port, size_t *size)
{
	struct port *p = port_of(port);
	unsigned n;

	if (device.broken)
		return NULL;
	if (!look(p, false)) {
		p->waiting = true;
		return NULL;
	}
	n = (unsigned)__builtin_ctz(p->free);
	p->free &= p->free - 1;
	*size = p->send_size;
	return p->send + n * p->send_size;
}

void vcon_submit(unsigned port, uint8_t *buffer, size_t len)
{
	struct port *p = port_of(port);

	if (len > 0 && offer(&p->out, buffer, (uint32_t)len, false))
		virtq_kick(&p->out);
	else
		p->free |= 1u << (buffer - p->send) / p->send_size;
}

bool vcon_idle(unsigned port)
{
	return device.broken || look(port_of(port), true);
}

static void serve_sender(struct port *p)
{
	take_back(p);
	if (p->free == 0)
		return;
	virtq_interrupts(&p->out, false);
	if (p->waiting && p->client != NULL) {
		p->waiting = false;
		p->client->sent(p->arg);
	}
}

/* --- start --- */

static void interrupt(struct virtio_device *d)
{
	(void)d;
	take_messages();
	for (unsigned i = 0; i < VCON_PORTS; i++) {
		receive(&ports[i]);
		serve_sender(&ports[i]);
	}
}

void vcon_open(unsigned port, const struct vcon_client *client, void *arg)
{
	struct port *p = port_of(port);

	p->client = client;
	p->arg = arg;
	answer(p, port);
}

/* Queues in one page, with the control messages behind them; then the buffers.
 * => false: no memory, or the device lacks queues */
static bool make_queues(void)
{
	uint8_t *page = kzalloc(PAGE_SIZE);
	struct virtq *queues[QUEUES] = { &control_in, &control_out };

	if (page == NULL)
		return false;
	for (unsigned i = 0; i < VCON_PORTS; i++) {
		queues[2 + 2 * i] = &ports[i].in;
		queues[3 + 2 * i] = &ports[i].out;
	}
	for (unsigned i = 0; i < QUEUES; i++) {
		uint8_t *at = page + (size_t)i * VIRTQ_BYTES;

		if (!virtq_init(queues[i], &device, 2 + i, at, pa_of(at)))
			return false;
	}
	messages_in = page + (size_t)QUEUES * VIRTQ_BYTES;
	messages_out = (struct message *)(messages_in + (size_t)MESSAGES_IN * MESSAGE_SIZE);
	return true;
}

_Static_assert(QUEUES *VIRTQ_BYTES + MESSAGES_IN * MESSAGE_SIZE +
			       MESSAGES_OUT * sizeof(struct message) <=
		       PAGE_SIZE,
	       "queues and messages share a page");

static bool make_buffers(void)
{
	struct port *main = port_of(VCON_MAIN), *err = port_of(VCON_ERR);
	uint8_t *receive_buffers = kmalloc((size_t)RECEIVE_COUNT * RECEIVE_SIZE);

	main->send_count = SEND_MOST;
	main->send_size = PAGE_SIZE;
	err->send_count = 2;
	err->send_size = PAGE_SIZE / 2;
	main->send = kmalloc((size_t)main->send_count * main->send_size);
	err->send = kmalloc((size_t)err->send_count * err->send_size);
	if (receive_buffers == NULL || main->send == NULL || err->send == NULL)
		return false;
	main->free = (1u << main->send_count) - 1;
	err->free = (1u << err->send_count) - 1;
	for (unsigned i = 0; i < RECEIVE_COUNT; i++)
		offer(&main->in, receive_buffers + (size_t)i * RECEIVE_SIZE, RECEIVE_SIZE, true);
	for (unsigned i = 0; i < MESSAGES_IN; i++)
		offer(&control_in, messages_in + (size_t)i * MESSAGE_SIZE, MESSAGE_SIZE, true);
	for (unsigned i = 0; i < VCON_PORTS; i++)
		virtq_interrupts(&ports[i].out, false);
	virtq_interrupts(&control_out, false);
	return true;
}

bool vcon_init(void)
{
	uint64_t features;

	if (!virtio_find(&device, VIRTIO_ID_CONSOLE, 0) ||
	    !virtio_begin(&device, F_MULTIPORT, F_MULTIPORT, &features))
		return false;
	device.interrupt = interrupt;
	/* What was allocated when this fails stays so: it happens once, at the start. */
	if (!make_queues() || !make_buffers()) {
		kprintf("virtio: the console cannot be used\n");
		return false;
	}
	virtio_ready(&device);
	virtq_kick(&control_in);
	virtq_kick(&port_of(VCON_MAIN)->in);
	tell(UINT32_MAX, PORT_DEVICE_READY, 1);
	take_messages();
	return true;
}
