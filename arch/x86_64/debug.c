/* debug.c: breakpoints and watchpoints in hardware (Intel SDM volume 3, 17.2), which a tracer gives to a
 * task.
 *
 * The registers hold those of the current task, or nothing: arch_switch() loads them if the task that goes
 * or the one that comes has any.  They say "linear address", and the same address may be another
 * program's or another view's tomorrow, but what runs then is another task.
 *
 * Kernel and programs share ring 0, so the registers stay in force in system calls.  What the kernel
 * reads and writes there for the program is not told to the tracer, as on Linux.  No address of the
 * kernel's is ever watched: one that traps all the same was set by a program itself (SECURITY.md), and
 * is taken out.
 *
 * QEMU's emulator reports an instruction that is stepped over and touches what is watched twice, the
 * second time before the first instruction of the handler of the first; so both frames are at the same
 * place, and what the first one said is lost.  There the points of data are off while a tracer steps, and
 * what they watch is compared afterwards.  That does not find reads.  Who steps itself, by the trap
 * flag, while it is watched is ended. */

#include <asm/errno.h>
#include <asm/siginfo.h>

#include "arch/x86_64/internal.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "mm/view.h"
#include "proc/task.h"

#define POINTS	     ARCH_DEBUG_POINTS
#define DR6_NONE     0xffff0ff0ul /* bits that read as 1 */
#define DR6_HITS     0xful
#define DR6_STEP     (1ul << 14)
#define DR7_RESERVED 0xffffffff0000fc00ul /* and "general detect", which nobody shall have */
#define DR7_ONE	     (1ul << 10)	  /* reads as 1 */
#define EXECUTED     0			  /* kinds: executed, written, - , read or written */
#define PORTS	     2

/* Of point n in DR7: on for the task or for all, which is the same here; the kind; the length. */
static bool is_on(uint64_t control, unsigned n)
{
	return (control >> (2 * n) & 3) != 0;
}

static unsigned kind_of(uint64_t control, unsigned n)
{
	return control >> (16 + 4 * n) & 3;
}

static unsigned length_of(uint64_t control, unsigned n)
{
	static const uint8_t lengths[] = { 1, 2, 8, 4 };

	return lengths[control >> (18 + 4 * n) & 3];
}

/* --- the registers --- */

void debug_load(const struct task *t)
{
	const struct arch_debug *d = &t->debug;
	uint64_t control = d->control & ~DR7_RESERVED;

	/* Off first: a new address must not meet an old kind. */
	__asm__ volatile("mov %0, %%dr7" : : "r"(DR7_ONE));
	if (!t->debugged)
		return;
	__asm__ volatile("mov %0, %%dr0" : : "r"(d->addr[0]));
	__asm__ volatile("mov %0, %%dr1" : : "r"(d->addr[1]));
	__asm__ volatile("mov %0, %%dr2" : : "r"(d->addr[2]));
	__asm__ volatile("mov %0, %%dr3" : : "r"(d->addr[3]));
	for (unsigned n = 0; n < POINTS && d->stepping; n++)
		if (kind_of(control, n) != EXECUTED)
			control &= ~(3ul << (2 * n));
	__asm__ volatile("mov %0, %%dr7" : : "r"(control | DR7_ONE));
}

/* Why there was an exception: DR6 says so, and goes on saying so until it is cleared.  What is not of
 * the current task's points goes away.  *foreign: there was such a one. */
static uint64_t take_cause(bool *foreign)
{
	const struct task *t = current;
	uint64_t dr6, mine = 0;

	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%dr6" : : "r"(DR6_NONE));
	for (unsigned n = 0; n < POINTS && t->debugged; n++)
		if (is_on(t->debug.control, n))
			mine |= dr6 & 1ul << n;
	*foreign = (dr6 & DR6_HITS) != 0 && mine == 0;
	if (*foreign)
		debug_load(t);
	return mine | (dr6 & DR6_STEP);
}

/* --- steps under an emulator --- */

static bool is_emulator(void)
{
	static const char name[] = "TCGTCGTCGTCG"; /* QEMU: target/i386/cpu.c, leaf 0x40000000 */
	struct cpuid c = cpuid(0x40000000, 0);

	return (cpuid(1, 0).ecx >> 31 & 1) && memcmp(&c.ebx, name, 4) == 0;
}

/* What point n watches, as a number. */
static uint64_t value_at(struct task *t, unsigned n)
{
	uint64_t value = 0;

	(void)view_read(t->view, t->debug.addr[n], &value, length_of(t->debug.control, n));
	return value;
}

static bool is_for_data(const struct arch_debug *d, unsigned n)
{
	return is_on(d->control, n) && kind_of(d->control, n) != EXECUTED;
}

void debug_step(struct task *t)
{
	struct arch_debug *d = &t->debug;

	if (!t->debugged || !is_emulator())
		return;
	d->stepping = true;
	for (unsigned n = 0; n < POINTS; n++)
		if (is_for_data(d, n))
			d->before[n] = value_at(t, n);
}

/* => bits of DR6 for what has changed */
static uint64_t end_step(struct task *t)
{
	struct arch_debug *d = &t->debug;
	uint64_t hits = 0;

	for (unsigned n = 0; n < POINTS; n++)
		if (is_for_data(d, n) && d->before[n] != value_at(t, n))
			hits |= 1ul << n;
	d->stepping = false;
	debug_load(t);
	return hits;
}

/* --- exceptions --- */

int debug_program(struct regs *regs)
{
	struct arch_debug *d = &current->debug;
	bool foreign;
	uint64_t cause = take_cause(&foreign);

	if (d->stepping)
		cause |= end_step(current);
	d->status = cause;
	/* The instruction has not run: let it do so when the program goes on. */
	for (unsigned n = 0; n < POINTS; n++)
		if ((cause & 1ul << n) && kind_of(d->control, n) == EXECUTED)
			regs->rflags |= RFLAGS_RF;
	if (cause & DR6_STEP)
		return TRAP_TRACE;
	if (cause != 0)
		return TRAP_HWBKPT;
	return foreign ? 0 : TRAP_BRKPT;
}

bool debug_kernel(const struct regs *regs)
{
	bool foreign;

	(void)take_cause(&foreign);
	return regs->rip != (uintptr_t)trap_vectors + VECTOR_DB * TRAP_VECTOR_SIZE;
}

/* --- what a tracer sets --- */

/* May point n be so?  The kind and the length are looked at whether it is on or not. */
static bool is_allowed(uintptr_t addr, uint64_t control, unsigned n)
{
	unsigned kind = kind_of(control, n), length = length_of(control, n);

	if (kind == PORTS || (kind == EXECUTED && length != 1))
		return false;
	return addr % length == 0 && addr <= USER_END - length;
}

/* A site of a system call that is patched is left in its middle: the page becomes the view's own, and
 * that is as in the file. */
static void show_file(struct view *v, uintptr_t addr)
{
	uint8_t byte;

	if (view_read(v, addr, &byte, 1) != 1)
		return;
	view_unpause(v, SIGTRAP);
	(void)view_write(v, addr, &byte, 1, true);
}

static void changed(struct task *t)
{
	struct arch_debug *d = &t->debug;

	t->debugged = false;
	for (unsigned n = 0; n < POINTS; n++) {
		if (!is_on(d->control, n))
			continue;
		t->debugged = true;
		if (kind_of(d->control, n) == EXECUTED)
			show_file(t->view, d->addr[n]);
	}
}

static int set_control(struct task *t, uint64_t control)
{
	struct arch_debug *d = &t->debug;
	unsigned known = d->known;

	for (unsigned n = 0; n < POINTS; n++) {
		if (is_on(control, n))
			known |= 1u << n;
		if ((known & 1u << n) && !is_allowed(d->addr[n], control, n))
			return -EINVAL;
	}
	d->known = known;
	d->control = control;
	changed(t);
	return 0;
}

static int set_address(struct task *t, unsigned n, uintptr_t addr)
{
	struct arch_debug *d = &t->debug;

	if (addr >= USER_END || ((d->known & 1u << n) && !is_allowed(addr, d->control, n)))
		return -EINVAL;
	d->known |= 1u << n;
	d->addr[n] = addr;
	changed(t);
	return 0;
}

uint64_t arch_get_debug_reg(const struct task *t, unsigned n)
{
	if (n < POINTS)
		return t->debug.addr[n];
	return n == 6 ? t->debug.status ^ DR6_NONE : n == 7 ? t->debug.control : 0;
}

int arch_set_debug_reg(struct task *t, unsigned n, uint64_t value)
{
	if (n < POINTS)
		return set_address(t, n, value);
	if (n == 7)
		return set_control(t, value);
	if (n != 6)
		return -EIO;
	t->debug.status = value ^ DR6_NONE;
	return 0;
}

void arch_debug_reset(void)
{
	struct task *t = current;

	t->debug = (struct arch_debug){ 0 };
	if (t->debugged) {
		t->debugged = false;
		debug_load(t);
	}
}
