/* cpu.c: descriptor tables, control registers and the per-CPU area. */

#include "arch/x86_64/internal.h"
#include "lib/print.h"
#include "proc/task.h"

_Static_assert(offsetof(struct cpu, task) == CPU_CURRENT, "offsets.h");
_Static_assert(offsetof(struct cpu, kstack_top) == CPU_KSTACK_TOP, "offsets.h");
_Static_assert(offsetof(struct cpu, scratch) == CPU_SCRATCH, "offsets.h");
_Static_assert(offsetof(struct cpu, entry_stub) == CPU_ENTRY_STUB, "offsets.h");
_Static_assert(offsetof(struct cpu, entry_vsyscall) == CPU_ENTRY_VSYSCALL, "offsets.h");
_Static_assert(offsetof(struct task, ksp) == TASK_KSP, "offsets.h");
_Static_assert(offsetof(struct task, kstack_top) == TASK_KSTACK_TOP, "offsets.h");
_Static_assert(offsetof(struct cpu, need_resched) == CPU_WORK, "offsets.h");
_Static_assert(offsetof(struct cpu, irq_held) == CPU_WORK + 1, "offsets.h");
_Static_assert(offsetof(struct task, signal_pending) == TASK_WORK, "offsets.h");
_Static_assert(offsetof(struct task, restore_mask) == TASK_WORK + 1, "offsets.h");
_Static_assert(offsetof(struct task, tid) == TASK_TID, "offsets.h");
_Static_assert(offsetof(struct task, proc) == TASK_PROC, "offsets.h");
_Static_assert(offsetof(struct task, vdso_calls) == TASK_VDSO, "offsets.h");
_Static_assert(offsetof(struct task, uid) == TASK_UID, "offsets.h");
_Static_assert(offsetof(struct task, euid) == TASK_EUID, "offsets.h");
_Static_assert(offsetof(struct task, gid) == TASK_GID, "offsets.h");
_Static_assert(offsetof(struct task, egid) == TASK_EGID, "offsets.h");
_Static_assert(offsetof(struct proc, pid) == PROC_PID, "offsets.h");
_Static_assert(offsetof(struct proc, ppid) == PROC_PPID, "offsets.h");
_Static_assert(offsetof(struct regs, r15) == REGS_R15, "offsets.h");
_Static_assert(offsetof(struct regs, r14) == REGS_R14, "offsets.h");
_Static_assert(offsetof(struct regs, r13) == REGS_R13, "offsets.h");
_Static_assert(offsetof(struct regs, r12) == REGS_R12, "offsets.h");
_Static_assert(offsetof(struct regs, rbp) == REGS_RBP, "offsets.h");
_Static_assert(offsetof(struct regs, rbx) == REGS_RBX, "offsets.h");
_Static_assert(offsetof(struct regs, r11) == REGS_R11, "offsets.h");
_Static_assert(offsetof(struct regs, r10) == REGS_R10, "offsets.h");
_Static_assert(offsetof(struct regs, r9) == REGS_R9, "offsets.h");
_Static_assert(offsetof(struct regs, r8) == REGS_R8, "offsets.h");
_Static_assert(offsetof(struct regs, rax) == REGS_RAX, "offsets.h");
_Static_assert(offsetof(struct regs, rdx) == REGS_RDX, "offsets.h");
_Static_assert(offsetof(struct regs, rsi) == REGS_RSI, "offsets.h");
_Static_assert(offsetof(struct regs, rdi) == REGS_RDI, "offsets.h");
_Static_assert(offsetof(struct regs, rip) == REGS_RIP, "offsets.h");
_Static_assert(offsetof(struct regs, rflags) == REGS_RFLAGS, "offsets.h");
_Static_assert(offsetof(struct regs, rsp) == REGS_RSP, "offsets.h");
_Static_assert(REGS_LEAVE_FLAGS == RFLAGS_IF, "offsets.h");
_Static_assert(REGS_LEAVE_MASK == (RFLAGS_IF | RFLAGS_TF | RFLAGS_NT | RFLAGS_RF), "offsets.h");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "offsets.h");

/* Interrupt stacks; the TSS numbers them from 1. */
enum { IST_DF = 1, IST_NMI, IST_MC, IST_PF, IST_DB, IST_EXCEPTION, IST_IRQ, IST_COUNT = 7 };
#define IST_SIZE 4096

struct tss { /* Intel SDM volume 3, 8.7 */
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[IST_COUNT];
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "TSS");

struct gate { /* Intel SDM volume 3, 6.14.1 */
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};
#define GATE_INTERRUPT 0x8e /* present, ring 0, 64-bit interrupt gate */

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static struct cpu cpu0;
static struct tss tss;
static uint64_t gdt[5] = { 0, 0x00af9b000000ffff, 0x00cf93000000ffff };
static struct gate idt[256] __attribute__((aligned(16)));
static uint8_t ist_stacks[IST_COUNT - 1][IST_SIZE] __attribute__((aligned(16)));
/* Handlers of held interrupts run on this one too: trap.c. */
static uint8_t irq_stack[2 * IST_SIZE] __attribute__((aligned(16)));
void *const irq_stack_top = irq_stack + sizeof(irq_stack);
/* The task of kernel_main, before there are others: never scheduled. */
static struct task boot_task = { .comm = "boot" };

struct features features;

extern char entry_trap[], entry_stub[], entry_vsyscall[];

static void gdt_init(void)
{
	uintptr_t base = (uintptr_t)&tss;
	struct table_register gdtr = { sizeof(gdt) - 1, (uintptr_t)gdt };

	for (unsigned i = 0; i < IST_COUNT - 1; i++)
		tss.ist[i] = (uintptr_t)ist_stacks[i] + IST_SIZE;
	tss.ist[IST_IRQ - 1] = (uintptr_t)irq_stack_top;
	tss.io_map = sizeof(tss);
	/* A 64-bit TSS descriptor (available): Intel SDM volume 3, 8.2.3 */
	gdt[3] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[4] = base >> 32;
	__asm__ volatile("lgdt %0" : : "m"(gdtr));
	__asm__ volatile("pushq %0\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "push %%rax\n\t"
			 "lretq\n"
			 "1:\tmov %1, %%ds\n\t"
			 "mov %1, %%es\n\t"
			 "mov %1, %%ss\n\t"
			 "mov %2, %%fs\n\t"
			 "mov %2, %%gs\n\t"
			 "ltr %w3"
			 :
			 : "i"(KERNEL_CS), "r"(KERNEL_SS), "r"(0), "r"(TSS_SELECTOR)
			 : "rax", "memory");
}

static unsigned ist_of(unsigned vector)
{
	switch (vector) {
	case VECTOR_DB: return IST_DB;
	case VECTOR_NMI: return IST_NMI;
	case VECTOR_DF: return IST_DF;
	case VECTOR_PF: return IST_PF;
	case VECTOR_MC: return IST_MC;
	default: return vector < VECTOR_PIC ? IST_EXCEPTION : IST_IRQ;
	}
}

static void idt_init(void)
{
	struct table_register idtr = { sizeof(idt) - 1, (uintptr_t)idt };

	for (unsigned v = 0; v < ARRAY_SIZE(idt); v++) {
		uintptr_t to = (uintptr_t)trap_vectors + TRAP_VECTOR_SIZE * v;

		idt[v] = (struct gate){ .offset0 = (uint16_t)to,
					.selector = KERNEL_CS,
					.ist = (uint8_t)ist_of(v),
					.type = GATE_INTERRUPT,
					.offset1 = (uint16_t)(to >> 16),
					.offset2 = (uint32_t)(to >> 32) };
	}
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

/* CPUID: Intel SDM volume 2, "CPUID" */
static void find_features(void)
{
	uint32_t max = cpuid(0, 0).eax;
	struct cpuid c1 = cpuid(1, 0), e1 = cpuid(0x80000001, 0);

	features.xsave = c1.ecx >> 26 & 1;
	features.fsgsbase = max >= 7 && (cpuid(7, 0).ebx & 1);
	features.xsaveopt = features.xsave && max >= 0xd && (cpuid(0xd, 1).eax & 1);
	features.nx = e1.edx >> 20 & 1;
}

static void control_init(void)
{
	uint64_t cr4;

	__asm__("mov %%cr4, %0" : "=r"(cr4));
	cr4 |= CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	if (features.fsgsbase)
		cr4 |= CR4_FSGSBASE;
	if (features.xsave)
		cr4 |= CR4_OSXSAVE;
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE | (features.nx ? EFER_NXE : 0));
	wrmsr(MSR_STAR, (uint64_t)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (uintptr_t)entry_trap);
	/* Interrupts may stay on: entry.S. */
	wrmsr(MSR_FMASK, RFLAGS_DF | RFLAGS_TF | RFLAGS_NT | RFLAGS_AC);
}

void arch_cpu_init(void)
{
	log_sink = early_log;
	cpu0.self = &cpu0;
	cpu0.task = &boot_task;
	cpu0.entry_stub = (uintptr_t)entry_stub;
	cpu0.entry_vsyscall = (uintptr_t)entry_vsyscall;
	boot_task.kstack_top = cpu0.kstack_top = (uintptr_t)boot_stack_top;
	gdt_init();
	wrmsr(MSR_GS_BASE, (uintptr_t)&cpu0);
	idt_init();
	find_features();
	control_init();
	fpu_init();
}

bool arch_random(uint64_t *out)
{
	bool ok = false;

	if ((cpuid(1, 0).ecx >> 30 & 1) == 0)
		return false;
	for (int i = 0; i < 10 && !ok; i++) /* ten tries: Intel's DRNG guide, 5.2.1 */
		__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
	return ok;
}

unsigned arch_physical_bits(void)
{
	return cpuid(0x80000000, 0).eax < 0x80000008 ? 36 : cpuid(0x80000008, 0).eax & 0xff;
}
