/* watchdog.c: what a program in ring 0 does to the machine by accident is found and put right.
 *
 * The 8254 ticks 18 times a second through the I/O APIC as a non-maskable interrupt, so it also comes
 * when interrupts are off.  Each tick looks at
 *   - the interrupt flag of the program that it interrupted: `cli` is SIGSEGV, as on Linux;
 *   - the registers of the machine that never change after boot: what differs is put back, and the
 *     program that runs gets SIGSEGV;
 *   - the kernel itself: inside it with interrupts off for very long, with no system call and no
 *     switch of tasks, it hangs, and a panic that says where is better than silence.
 * A tick may come late, when another task runs already.  So the timer's interrupts of a program look at
 * the registers, too, and a switch of tasks at CR0, which says whether pages are protected: nobody
 * else runs without that, and who is found is who did it.
 * What it cannot find is told in docs/SECURITY.md.  The option watchdog=off turns the ticks off.
 *
 * Rules for what runs here while the kernel was interrupted: it may be anywhere, so nothing is
 * touched but this file's own variables and the registers; no memory of programs, which could
 * fault: the end of a fault would let the next NMI in, onto the same stack. */

#include <asm/siginfo.h>
#include <asm/signal.h>

#include "arch/x86_64/internal.h"
#include "arch/x86_64/watchdog.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/print.h"
#include "lib/string.h"
#include "proc/task.h"

/* I/O APIC: Intel 82093AA data sheet, 3.0 */
#define IOAPIC_PA	0xfec00000ul
#define IOAPIC_INDEX	0x00
#define IOAPIC_DATA	0x10
#define IOAPIC_VERSION	0x01
#define IOAPIC_ENTRY(n) (0x10 + 2 * (n))
#define IOAPIC_NMI	(4u << 8) /* edge, high, physical destination */
#define PIT_PIN		2	  /* where the 8254 arrives (MultiProcessor Specification, 5.3) */

#define PIT_CONTROL 0x43
#define PIT_DATA    0x40
#define PIT_RATE    0x34 /* counter 0, two bytes, rate generator; 65536 counts: 18.2 Hz */

#define HUNG_TICKS 364 /* 20 s */

/* What never changes once the kernel is up. */
enum { CR0, CR3, CR4, EFER, STAR, LSTAR, FMASK, GS_SPARE, IDT, GDT, KEPT };
static const char *const names[KEPT] = {
	"CR0", "CR3", "CR4", "EFER", "STAR", "LSTAR", "FMASK", "KERNEL_GS_BASE", "IDT", "GDT",
};

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static uint64_t kept[KEPT];
static struct table_register idtr, gdtr;
static uint64_t progress; /* system calls and switches when a tick last saw the kernel get on */
static unsigned ticks_without;
static pid_t culprit; /* ran when a tick in the kernel put something right; 0: none */

/* --- registers --- */

#define READ_CR(n)                                                                                 \
	({                                                                                         \
		uint64_t v_;                                                                       \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(v_));                                 \
		v_;                                                                                \
	})
#define WRITE_CR(n, v) __asm__ volatile("mov %0, %%cr" #n : : "r"((uint64_t)(v)) : "memory")

/* CR0.TS is task.c's; the EFER bit that says "long mode active" is the processor's. */
static void read_all(uint64_t *to)
{
	struct table_register r;

	to[CR0] = READ_CR(0) & ~CR0_TS;
	to[CR3] = READ_CR(3);
	to[CR4] = READ_CR(4);
	to[EFER] = rdmsr(MSR_EFER);
	to[STAR] = rdmsr(MSR_STAR);
	to[LSTAR] = rdmsr(MSR_LSTAR);
	to[FMASK] = rdmsr(MSR_FMASK);
	to[GS_SPARE] = rdmsr(MSR_KERNEL_GS_BASE);
	__asm__ volatile("sidt %0" : "=m"(r));
	to[IDT] = r.base;
	__asm__ volatile("sgdt %0" : "=m"(r));
	to[GDT] = r.base;
}

static void write_all(void)
{
	WRITE_CR(0, kept[CR0] | fpu_cr0());
	WRITE_CR(3, kept[CR3]);
	WRITE_CR(4, kept[CR4]);
	wrmsr(MSR_EFER, kept[EFER]);
	wrmsr(MSR_STAR, kept[STAR]);
	wrmsr(MSR_LSTAR, kept[LSTAR]);
	wrmsr(MSR_FMASK, kept[FMASK]);
	wrmsr(MSR_KERNEL_GS_BASE, kept[GS_SPARE]);
	__asm__ volatile("lidt %0" : : "m"(idtr));
	__asm__ volatile("lgdt %0" : : "m"(gdtr));
}

/* => was everything as it must be?  If not, now it is, and *what names the first that was not */
static bool put_right(const char **what)
{
	uint64_t now[KEPT];

	read_all(now);
	for (unsigned i = 0; i < KEPT; i++) {
		if (now[i] != kept[i]) {
			*what = names[i];
			write_all();
			return false;
		}
	}
	return true;
}

/* What was found is the current program's doing. */
static void blame(const char *what)
{
	kprintf("%.16s[%d] runs, and %s was changed: put back\n", current->comm, current->proc->pid,
		what);
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

void watchdog_timer(void)
{
	const char *what;

	if (!put_right(&what))
		blame(what);
}

bool watchdog_switch(void)
{
	uint64_t right = kept[CR0] | fpu_cr0();

	if (kept[CR0] == 0 || READ_CR(0) == right)
		return false;
	WRITE_CR(0, right);
	return true;
}

void watchdog_switched_back(void)
{
	blame(names[CR0]);
}

/* --- ticks --- */

/* An NMI blocks the next until an iretq; we may leave without one, through the scheduler. */
static void let_next_in(void)
{
	__asm__ volatile("mov %%rsp, %%rax\n\t"
			 "pushq %0\n\t"
			 "pushq %%rax\n\t"
			 "pushfq\n\t"
			 "pushq %1\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "iretq\n"
			 "1:"
			 :
			 : "i"(KERNEL_SS), "i"(KERNEL_CS)
			 : "rax", "memory", "cc");
}

void watchdog_program(struct regs *regs)
{
	const char *what;

	entry_counts.ticks++;
	ticks_without = 0;
	bool right = put_right(&what);

	if (right && culprit != 0 && culprit == current->tid) {
		right = false;
		what = "a register";
	}
	culprit = 0;
	if (right && (regs->rflags & RFLAGS_IF))
		return;
	let_next_in();
	if (!right)
		blame(what);
	watchdog_check_flags(regs);
}

void watchdog_check_flags(struct regs *regs)
{
	if (regs->rflags & RFLAGS_IF)
		return;
	regs->rflags |= RFLAGS_IF;
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

void watchdog_kernel(const struct regs *regs)
{
	uint64_t now = entry_counts.trap + entry_counts.patched + entry_counts.vsyscall +
		       current->nvcsw + current->nivcsw + (uintptr_t)current;
	const char *what;

	entry_counts.ticks++;
	if (!put_right(&what)) {
		kprintf("%s was changed: put back\n", what);
		culprit = current->tid;
	}
	if ((regs->rflags & RFLAGS_IF) || now != progress) {
		progress = now;
		ticks_without = 0;
	} else if (++ticks_without == HUNG_TICKS) {
		panic_regs(regs, "the kernel hangs");
	}
}

/* --- start --- */

static volatile uint32_t *ioapic;

static uint32_t ioapic_read(unsigned reg)
{
	ioapic[IOAPIC_INDEX / 4] = reg;
	return ioapic[IOAPIC_DATA / 4];
}

static void ioapic_write(unsigned reg, uint32_t v)
{
	ioapic[IOAPIC_INDEX / 4] = reg;
	ioapic[IOAPIC_DATA / 4] = v;
}

void watchdog_init(void)
{
	const char *how = option("watchdog");

	wrmsr(MSR_KERNEL_GS_BASE, rdmsr(MSR_GS_BASE)); /* swapgs shall do nothing */
	__asm__ volatile("sidt %0" : "=m"(idtr));
	__asm__ volatile("sgdt %0" : "=m"(gdtr));
	read_all(kept);
	if (how != NULL && strcmp(how, "off") == 0)
		return;
	ioapic = arch_map_device(IOAPIC_PA, PAGE_SIZE);
	uint32_t version = ioapic_read(IOAPIC_VERSION);

	if (version == UINT32_MAX || (version >> 16 & 0xff) < PIT_PIN)
		return; /* there is none */
	outb(PIT_CONTROL, PIT_RATE);
	outb(PIT_DATA, 0);
	outb(PIT_DATA, 0);
	ioapic_write(IOAPIC_ENTRY(PIT_PIN) + 1, apic_id() << 24);
	ioapic_write(IOAPIC_ENTRY(PIT_PIN), IOAPIC_NMI);
}
