/* machine.h: x86-64's types and inline functions for arch/arch.h. */
#ifndef ARCH_X86_64_MACHINE_H
#define ARCH_X86_64_MACHINE_H

#include "arch/x86_64/offsets.h"
#include "lib/types.h"

#define ARCH_NAME "x86_64" /* as uname -m says it */

#define PAGE_SHIFT  12
#define PAGE_SIZE   4096ul
#define PAGE_MASK   (PAGE_SIZE - 1)
#define KSTACK_SIZE (2 * PAGE_SIZE)

/* The direct map of all RAM; the kernel image is in the top 2 GiB (boot/x86_64/start.S). */
#define DIRECT_MAP 0xffff800000000000ul

/* A program's registers at its entry into the kernel: in the order of Linux's struct pt_regs
 * (arch/x86/include/asm/ptrace.h), so that ptrace and core dumps can hand it out. */
struct regs {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t orig_rax; /* system call number, or -1 when it was a trap */
	uint64_t rip, cs, rflags, rsp, ss;
};

/* What a tracer has set as a task's debug registers (debug.c). */
#define ARCH_DEBUG_POINTS 4
struct arch_debug {
	uintptr_t addr[ARCH_DEBUG_POINTS];
	uint64_t status, control; /* DR6 with the bits turned that read as 1, and DR7 */
	unsigned known;		  /* bit n: point n has been set */
	bool stepping;		  /* points of data are off, and what is there was: */
	uint64_t before[ARCH_DEBUG_POINTS];
};

static inline uintptr_t regs_ip(const struct regs *r)
{
	return r->rip;
}
static inline uintptr_t regs_sp(const struct regs *r)
{
	return r->rsp;
}
static inline void regs_set_ip(struct regs *r, uintptr_t ip)
{
	r->rip = ip;
}
static inline void regs_set_sp(struct regs *r, uintptr_t sp)
{
	r->rsp = sp;
}
static inline long regs_result(const struct regs *r)
{
	return (long)r->rax;
}
static inline void regs_set_result(struct regs *r, long v)
{
	r->rax = (uint64_t)v;
}
/* The number of the system call the program is in; -1: it is in none. */
static inline long regs_sysno(const struct regs *r)
{
	return (long)r->orig_rax;
}
static inline void regs_set_sysno(struct regs *r, long nr)
{
	r->orig_rax = (uint64_t)nr;
}
/* A program's first registers: all 0 but these (System V ABI AMD64, 3.4.1). */
static inline void regs_start(struct regs *r, uintptr_t ip, uintptr_t sp)
{
	*r = (struct regs){ .orig_rax = (uint64_t)-1,
			    .rip = ip,
			    .cs = 0x08,
			    .rflags = 0x202,
			    .rsp = sp,
			    .ss = 0x10 };
}
/* Argument n (0 .. 5) of the system call. */
static inline uint64_t regs_arg(const struct regs *r, unsigned n)
{
	const uint64_t args[6] = { r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9 };
	return args[n];
}
/* How the program came into the kernel for its system call. */
static inline enum arch_way regs_way(const struct regs *r)
{
	if (r->cs & REGS_CS_VSYSCALL)
		return WAY_VSYSCALL;
	return r->cs & REGS_CS_STUB ? WAY_PATCHED : WAY_TRAP;
}
/* Go back to make system call nr again.  The syscall instruction is 2 bytes before rip, whether it
 * trapped or its site is patched.  A caller of __kernel_vsyscall is called back: its return address
 * still stands below rsp. */
static inline void regs_restart_syscall(struct regs *r, long nr)
{
	r->rax = (uint64_t)nr;
	r->orig_rax = (uint64_t)-1;
	if (r->cs & REGS_CS_VSYSCALL) {
		r->rsp -= 8;
		r->rip = arch_vsyscall_entry();
	} else {
		r->rip -= 2;
	}
}

/* --- page-table entries: Intel SDM volume 3, 4.5 --- */

typedef uint64_t pte_t;

#define PTE_P	     (1ull << 0)
#define PTE_W	     (1ull << 1)
#define PTE_A	     (1ull << 5)
#define PTE_D	     (1ull << 6)
#define PTE_PS	     (1ull << 7) /* large page */
#define PTE_G	     (1ull << 8)
#define PTE_BORROWED (1ull << 9) /* software: the target belongs to the view below, not counted */
#define PTE_NX	     (1ull << 63)
#define PTE_ADDR     0x000ffffffffff000ull

#define TABLE_ENTRIES 512

/* --- interrupts flag, per-CPU area --- */

struct task;

/* What %gs points at.  The offsets are in arch/x86_64/offsets.h for the assembler. */
struct cpu {
	struct cpu *self;	 /* 0 */
	struct task *task;	 /* 8: the current one */
	uint64_t kstack_top;	 /* 16: of the current task */
	uint64_t scratch;	 /* 24: the program's rsp during entry */
	uint64_t entry_stub;	 /* 32: where patched sites jump to */
	uint64_t entry_vsyscall; /* 40: where __kernel_vsyscall jumps to */
	bool need_resched;	 /* 48: the current task's time is up, or somebody better woke */
	bool irq_held;		 /* 49: an interrupt came while the kernel ran: */
	uint32_t held;		 /* bit n: vector VECTOR_PIC + n */
};

static inline struct cpu *this_cpu(void)
{
	struct cpu *c;
	__asm__("mov %%gs:0, %0" : "=r"(c));
	return c;
}

static inline struct task *task_current(void)
{
	struct task *t;
	__asm__ volatile("mov %%gs:8, %0" : "=r"(t));
	return t;
}
#define current task_current()

static inline uint64_t cycles(void)
{
	uint32_t lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline void outl(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}
static inline uint32_t inl(uint16_t port)
{
	uint32_t v;
	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
static inline void outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;
	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

/* Write n bytes to a port: one instruction, which the emulator serves in a loop of its own. */
static inline void outsb(uint16_t port, const void *buf, size_t n)
{
	__asm__ volatile("rep outsb" : "+S"(buf), "+c"(n) : "d"(port) : "memory");
}

#endif
