/* Virtqueues: what a device may do to them, and what it may not. */
/* links: drivers/virtio_ring.c */
#include "drivers/virtio.h"

#include "tests/unit/unit.h"

#include <string.h>

static _Alignas(16) uint8_t memory[VIRTQ_BYTES];
static struct virtio_device device;
static struct virtq q;
static unsigned notified;
static const char *broken_why;

void virtio_break(struct virtio_device *d, const char *why)
{
	d->broken = true;
	broken_why = why;
}

static unsigned queue_max(struct virtio_device *d, unsigned n)
{
	(void)d;
	return n == 9 ? 0 : 128;
}

static void queue_start(struct virtio_device *d, unsigned n, unsigned size, uint64_t desc,
			uint64_t avail, uint64_t used)
{
	(void)d, (void)n, (void)size;
	ck_assert_uint_eq(desc % 16, 0);
	ck_assert_uint_eq(avail % 2, 0);
	ck_assert_uint_eq(used % 4, 0);
}

static void notify(struct virtio_device *d, unsigned n)
{
	(void)d, (void)n;
	notified++;
}

static const struct virtio_transport fake = { .queue_max = queue_max,
					      .queue_start = queue_start,
					      .notify = notify };

static void fresh(void)
{
	memset(memory, 0, sizeof(memory));
	device = (struct virtio_device){ .transport = &fake };
	notified = 0;
	ck_assert(virtq_init(&q, &device, 0, memory, 0x1000));
}

static bool add(unsigned n, uint32_t len, bool device_writes, void *token)
{
	struct virtq_piece p[VIRTQ_SIZE + 1];

	for (unsigned i = 0; i < n; i++)
		p[i] = (struct virtq_piece){ 0x10000 + i * 0x1000, len, device_writes };
	return virtq_add(&q, p, n, token);
}

/* The device's side: the request that was offered as the n-th is done. */
static void done(uint16_t n, uint32_t len)
{
	uint16_t at = q.used->idx % VIRTQ_SIZE;

	q.used->ring[at].id = q.avail->ring[n % VIRTQ_SIZE];
	q.used->ring[at].len = len;
	q.used->idx++;
}

START_TEST(requests_come_back_in_any_order)
{
	int a, b, c;
	uint32_t len;

	fresh();
	ck_assert(add(1, 100, true, &a));
	ck_assert(add(3, 100, true, &b));
	ck_assert(add(1, 100, false, &c));
	virtq_kick(&q);
	ck_assert_uint_eq(notified, 1);
	ck_assert_ptr_null(virtq_take(&q, &len));
	done(1, 250);
	done(2, 0);
	done(0, 7);
	ck_assert_ptr_eq(virtq_take(&q, &len), &b);
	ck_assert_uint_eq(len, 250);
	ck_assert_ptr_eq(virtq_take(&q, &len), &c);
	ck_assert_ptr_eq(virtq_take(&q, &len), &a);
	ck_assert_uint_eq(len, 7);
	ck_assert_ptr_null(virtq_take(&q, &len));
	ck_assert_uint_eq(q.free_count, VIRTQ_SIZE);
}
END_TEST

START_TEST(a_full_queue_takes_no_more)
{
	uint32_t len;
	uint16_t n = 0;

	fresh();
	ck_assert(!add(VIRTQ_SIZE + 1, 1, false, &n));
	for (int round = 0; round < 70000; round++) { /* the indices wrap */
		ck_assert(add(VIRTQ_SIZE, 1, false, &n));
		ck_assert(!add(1, 1, false, &n));
		done(n++, 0);
		ck_assert_ptr_eq(virtq_take(&q, &len), &n);
	}
}
END_TEST

START_TEST(lengths_are_cut)
{
	int a;
	uint32_t len;

	fresh();
	add(2, 100, true, &a);
	done(0, UINT32_MAX);
	virtq_take(&q, &len);
	ck_assert_uint_eq(len, 200);
	add(1, 100, false, &a); /* not for the device to write at all */
	done(1, 50);
	virtq_take(&q, &len);
	ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(a_device_that_lies_is_broken)
{
	int a;
	uint32_t len;

	for (unsigned lie = 0; lie < 4; lie++) {
		fresh();
		add(2, 100, true, &a);
		q.used->ring[0].id = lie == 0 ? VIRTQ_SIZE : lie == 1 ? 1 : 0;
		q.used->ring[1].id = 0;
		q.used->idx = lie == 2 ? VIRTQ_SIZE + 1 : lie == 3 ? 2 : 1;
		if (lie == 3) /* the same answer twice */
			ck_assert_ptr_eq(virtq_take(&q, &len), &a);
		ck_assert_ptr_null(virtq_take(&q, &len));
		ck_assert(device.broken);
		ck_assert(!add(1, 1, false, &a));
		virtq_kick(&q);
		ck_assert_uint_eq(notified, 0);
	}
}
END_TEST

/* Descriptors that the device overwrites do not lead the kernel astray. */
START_TEST(descriptors_are_not_read_back)
{
	int a;
	uint32_t len;

	fresh();
	add(3, 100, true, &a);
	memset(memory, 0xff, VIRTQ_SIZE * sizeof(struct virtq_desc));
	done(0, 5);
	ck_assert_ptr_eq(virtq_take(&q, &len), &a);
	ck_assert_uint_eq(q.free_count, VIRTQ_SIZE);
	ck_assert(add(VIRTQ_SIZE, 1, false, &a));
}
END_TEST

START_TEST(a_queue_that_is_not_there)
{
	fresh();
	ck_assert(!virtq_init(&q, &device, 9, memory, 0x1000));
}
END_TEST

UNIT_MAIN("virtio_ring", requests_come_back_in_any_order, a_full_queue_takes_no_more,
	  lengths_are_cut, a_device_that_lies_is_broken, descriptors_are_not_read_back,
	  a_queue_that_is_not_there)
