/* clock.c: the cycle counter as a clock, the timer interrupt, the time of day.
 *
 * clock_ns() is a linear function of the time-stamp counter, fixed at boot; the vDSO computes the
 * same.  The counter's rate comes from CPUID where it is told, else from the PIT: many short
 * readings within 2 ms, of which those that something disturbed (the two TSC values around a
 * reading lie far apart) are thrown away, and a straight line is fitted through the rest.  A
 * machine whose PIT stands still gets a guess instead of a kernel that hangs.
 *
 * The timer is the local APIC's, in one-shot mode; a deadline that is too far for its 32 bits just
 * makes it fire early, and timer_interrupt() arms it again. */

#include "arch/x86_64/internal.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/print.h"

/* Local APIC: Intel SDM volume 3, table 10-1 */
#define APIC_BASE_MASK	   0xffffff000ull
#define APIC_BASE_ENABLE   (1u << 11)
#define APIC_ID		   0x20
#define APIC_TPR	   0x80
#define APIC_EOI	   0xb0
#define APIC_SPURIOUS	   0xf0
#define APIC_LVT_TIMER	   0x320
#define APIC_LVT_LINT0	   0x350
#define APIC_LVT_LINT1	   0x360
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0

#define SPURIOUS_ENABLE 0x100
#define LVT_EXTINT	(7u << 8)
#define LVT_NMI		(4u << 8)
#define DIVIDE_BY_1	0xb

/* 8254: Intel 8254 data sheet; the rate is that of the PC's 14.31818 MHz crystal over 12. */
#define PIT_HZ	     1193182
#define PIT_COUNTER0 0x40
#define PIT_CONTROL  0x43
#define PIT_MODE2    0x34 /* counter 0, two bytes, rate generator */
#define PIT_LATCH0   0x00

/* CMOS clock: Motorola MC146818A data sheet */
#define CMOS_INDEX   0x70
#define CMOS_DATA    0x71
#define RTC_STATUS_A 10
#define RTC_STATUS_B 11
#define RTC_UPDATING 0x80
#define RTC_BINARY   0x04
#define RTC_24H	     0x02
#define RTC_PM	     0x80

#define GUESSED_HZ   1000000000ull
#define SAMPLES	     64
#define WINDOW_TICKS (PIT_HZ / 600) /* 1.7 ms */
#define WINDOWS	     50		    /* that are tried */

/* The APIC's timer alone, when the counter's rate is told. */
#define APIC_READINGS 4
#define APIC_WINDOWS  5000 /* in a second: 0.2 ms */

#define TSC_KHZ_MIN 10000ull
#define TSC_KHZ_MAX 16000000ull

struct clock_params clock_params;

static volatile uint32_t *apic;
static uint64_t apic_mult; /* APIC timer counts per nanosecond, 32 bits of fraction */
static uint64_t tsc_hz;

uint64_t tsc_rate(void)
{
	return tsc_hz;
}

/* --- local APIC --- */

static uint32_t apic_read(unsigned reg)
{
	return apic[reg / 4];
}

static void apic_write(unsigned reg, uint32_t v)
{
	apic[reg / 4] = v;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

uint32_t apic_id(void)
{
	return apic_read(APIC_ID) >> 24;
}

static void apic_init(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	apic = arch_map_device(base & APIC_BASE_MASK, PAGE_SIZE);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_LINT0, LVT_EXTINT);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
}

/* --- the rate of the cycle counter --- */

struct sample {
	uint64_t tsc;
	uint64_t width; /* TSC cycles that the reading took: how uncertain it is */
	uint32_t ticks; /* of the PIT since the first sample */
};

static uint16_t pit_count(uint64_t *before, uint64_t *after)
{
	uint16_t v;

	*before = cycles();
	outb(PIT_CONTROL, PIT_LATCH0);
	*after = cycles();
	v = inb(PIT_COUNTER0);
	return (uint16_t)(v | inb(PIT_COUNTER0) << 8);
}

/* => number of samples: the window is over, or the array is full */
static unsigned take_samples(struct sample *s)
{
	uint16_t last = 0;
	uint32_t ticks = 0;
	unsigned n;

	outb(PIT_CONTROL, PIT_MODE2);
	outb(PIT_COUNTER0, 0);
	outb(PIT_COUNTER0, 0);
	for (n = 0; n < SAMPLES && ticks < WINDOW_TICKS; n++) {
		uint64_t before, after, until;
		uint16_t count = pit_count(&before, &after);

		if (n > 0)
			ticks += (uint16_t)(last - count);
		last = count;
		s[n] = (struct sample){ before + (after - before) / 2, after - before, ticks };
		/* Spread the samples over the window, whatever a reading costs: if this step took
		 * d cycles for t ticks, wait for what is missing to WINDOW_TICKS / SAMPLES. */
		if (n > 0 && ticks > 0) {
			uint64_t per_tick = (s[n].tsc - s[0].tsc) / ticks;

			until = s[0].tsc + per_tick * (n + 1) * WINDOW_TICKS / SAMPLES;
			while (cycles() < until && until - cycles() < 1ull << 32)
				;
		}
	}
	return n;
}

/* The slope of a straight line through the good samples, in cycles per second; 0: no line */
static uint64_t fit(const struct sample *s, unsigned n)
{
	uint64_t best = UINT64_MAX;
	int64_t count = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, over, under;

	for (unsigned i = 0; i < n; i++)
		best = MIN(best, s[i].width);
	for (unsigned i = 0; i < n; i++) {
		int64_t x = s[i].ticks, y = (int64_t)(s[i].tsc - s[0].tsc);

		if (s[i].width > 2 * best + 100)
			continue;
		count++;
		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	over = count * sxy - sx * sy;
	under = count * sxx - sx * sx;
	if (count < 4 || under <= 0 || over <= 0)
		return 0;
	return (uint64_t)(over / under) * PIT_HZ +
	       (uint64_t)(over % under) / 1024 * PIT_HZ / ((uint64_t)under / 1024 + 1);
}

/* The option tsc_khz; CPUID leaves 0x15 (Intel SDM volume 2) and 0x40000010 (VMware's, also KVM's).
 * => 0: not told */
static uint64_t told_hz(void)
{
	uint64_t khz = option_number("tsc_khz", 0);
	struct cpuid c;

	if (khz != 0 && (khz < TSC_KHZ_MIN || khz > TSC_KHZ_MAX))
		kprintf("clock: tsc_khz=%lu is no rate that a processor has\n", khz);
	else if (khz != 0)
		return khz * 1000;
	if (cpuid(0, 0).eax >= 0x15) {
		c = cpuid(0x15, 0);
		if (c.eax != 0 && c.ebx != 0 && c.ecx != 0)
			return (uint64_t)c.ecx * c.ebx / c.eax;
	}
	if ((cpuid(1, 0).ecx >> 31 & 1) && cpuid(0x40000000, 0).eax >= 0x40000010)
		return cpuid(0x40000010, 0).eax * 1000ull;
	return 0;
}

/* What the APIC's timer shows and the cycle counter with it: of some readings the one that took the
 * shortest time. */
static uint32_t apic_sample(uint64_t *tsc)
{
	uint64_t best = UINT64_MAX;
	uint32_t count = 0;

	*tsc = 0;
	for (unsigned i = 0; i < APIC_READINGS; i++) {
		uint64_t before = cycles();
		uint32_t now = apic_read(APIC_TIMER_CURRENT);
		uint64_t width = cycles() - before;

		if (width < best) {
			best = width;
			count = now;
			*tsc = before + width / 2;
		}
	}
	return count;
}

static void calibrate(void)
{
	static struct sample samples[SAMPLES];
	uint64_t tsc_start, tsc_end, apic_hz;
	uint32_t apic_start, apic_end;

	apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
	apic_start = apic_sample(&tsc_start);
	tsc_hz = told_hz();
	if (tsc_hz != 0) {
		while (cycles() - tsc_start < tsc_hz / APIC_WINDOWS)
			;
	}
	/* A busy host may have stopped us for the better part of the window. */
	for (unsigned i = 0; tsc_hz == 0 && i < WINDOWS; i++)
		tsc_hz = fit(samples, take_samples(samples));
	if (tsc_hz == 0) {
		kprintf("clock: the PIT stands still; taking the cycle counter as 1 GHz\n");
		tsc_hz = GUESSED_HZ;
	}
	apic_end = apic_sample(&tsc_end);
	apic_hz = (uint64_t)(apic_start - apic_end) * (tsc_hz / 1000) /
		  ((tsc_end - tsc_start) / 1000 + 1);
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_mult = (apic_hz << 22) / (NSEC_PER_SEC >> 10);
	/* hz fits in 34 bits: (1e9 << 32) / hz without overflow */
	clock_params.mult = (NSEC_PER_SEC << 32) / tsc_hz;
}

/* (a * b) >> 32 without losing the upper half */
static uint64_t scale(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 32);
}

uint64_t clock_ns(void)
{
	if (clock_params.mult == 0)
		return 0;
	return scale(cycles() - clock_params.base, clock_params.mult);
}

void arch_timer_set(uint64_t when)
{
	uint64_t now = clock_ns(), ns, counts;

	if (when == UINT64_MAX) {
		apic_write(APIC_TIMER_INITIAL, 0);
		return;
	}
	ns = when > now ? when - now : 0;
	counts = scale(MIN(ns, NSEC_PER_SEC * 4), apic_mult) + 1;
	apic_write(APIC_TIMER_INITIAL, (uint32_t)MIN(counts, UINT32_MAX));
}

/* --- time of day --- */

static uint8_t cmos(uint8_t index)
{
	outb(CMOS_INDEX, index);
	return inb(CMOS_DATA);
}

static unsigned from_bcd(unsigned v, bool binary)
{
	return binary ? v : (v >> 4) * 10 + (v & 15);
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
	/* March is the first month, so that the leap day comes last. */
	unsigned y = month <= 2 ? year - 1 : year;
	unsigned m = month <= 2 ? month + 9 : month - 3;

	return 365ull * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void read_fields(uint8_t f[6])
{
	static const uint8_t index[6] = { 0, 2, 4, 7, 8, 9 };

	for (int i = 0; i < 10000 && (cmos(RTC_STATUS_A) & RTC_UPDATING); i++)
		;
	for (int i = 0; i < 6; i++)
		f[i] = cmos(index[i]);
}

/* => seconds since 1970 */
static uint64_t rtc_seconds(void)
{
	uint8_t f[6], again[6];
	uint8_t status = cmos(RTC_STATUS_B);
	bool binary = status & RTC_BINARY;
	unsigned hour;

	for (int tries = 0; tries < 3; tries++) {
		read_fields(f);
		read_fields(again);
		if (f[0] == again[0] && f[1] == again[1])
			break;
	}
	hour = from_bcd(f[2] & ~RTC_PM, binary);
	if (!(status & RTC_24H))
		hour = hour % 12 + (f[2] & RTC_PM ? 12 : 0);
	if (f[3] == 0 || f[4] == 0 || f[0] == 0xff)
		return 0; /* there is no clock */
	return days(2000 + from_bcd(f[5], binary), from_bcd(f[4], binary), from_bcd(f[3], binary)) *
		       86400 +
	       hour * 3600 + from_bcd(f[1], binary) * 60 + from_bcd(f[0], binary);
}

uint64_t clock_wall_ns(void)
{
	return clock_ns() + clock_params.wall_offset;
}

void clock_set_wall(uint64_t ns)
{
	clock_params.wall_offset = ns - clock_ns();
	vdso_update_clock();
}

void arch_clock_init(void)
{
	uint64_t started = cycles();

	pic_init();
	apic_init();
	clock_params.base = started;
	calibrate();
	clock_set_wall(rtc_seconds() * NSEC_PER_SEC);
	log_clock = clock_ns;
}
