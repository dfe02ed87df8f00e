/* internal.h: what the files of arch/x86_64 and boot/x86_64 share. */
#ifndef ARCH_X86_64_INTERNAL_H
#define ARCH_X86_64_INTERNAL_H

#include "arch/arch.h"
#include "arch/x86_64/offsets.h"

/* kernel.ld */
#define KERNEL_LINK 0xffffffff80000000ul /* where physical address 0 is linked */
extern char __image_start[], __boot_start[], __boot_end[], __kernel_start[], __kernel_end[];
extern char __text_start[], __text_end[], __rodata_start[], __rodata_end[];
extern char __data_start[], __bss_start[], __bss_end[], __rela_start[], __rela_end[];
extern char boot_stack[], boot_stack_top[];

/* The upper half, beside DIRECT_MAP and the kernel image.  Everything between AREA_START and
 * AREA_END shares one top-level table. */
#define AREA_START  0xffffc00000000000ul
#define KSTACK_AREA AREA_START		       /* kernel stacks with guard pages */
#define MMIO_AREA   (AREA_START + (1ul << 30)) /* device registers */
#define VDSO_AREA   (AREA_START + (2ul << 30)) /* the vDSO at a random place in 1 GiB */
#define IMAGE_PAGES (AREA_START + (4ul << 30)) /* the image's struct pages (mm/image.c) */
#define IMAGE_AREA  (AREA_START + (8ul << 30)) /* an image that is not in RAM */
#define AREA_END    (AREA_START + (512ul << 30))

/* Control registers and MSRs: Intel SDM volume 3, 2.5 and volume 4. */
#define CR0_TS	       (1ul << 3)
#define CR4_PGE	       (1ul << 7)
#define CR4_OSFXSR     (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_FSGSBASE   (1ul << 16)
#define CR4_OSXSAVE    (1ul << 18)

#define MSR_APIC_BASE	   0x1b
#define MSR_EFER	   0xc0000080
#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_FMASK	   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SCE (1u << 0)
#define EFER_NXE (1u << 11)

#define RFLAGS_CF (1ul << 0)
#define RFLAGS_TF (1ul << 8)
#define RFLAGS_IF (1ul << 9)
#define RFLAGS_DF (1ul << 10)
#define RFLAGS_NT (1ul << 14)
#define RFLAGS_RF (1ul << 16)
#define RFLAGS_AC (1ul << 18)

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;
	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid c;
	__asm__ volatile("cpuid"
			 : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
			 : "a"(leaf), "c"(subleaf));
	return c;
}

/* --- console.c --- */

/* Write to the debug console (port 0xea) if it is there, else to COM1.  Works from the first
 * instruction on, also before relocation. */
void early_log(const char *s, size_t n);

/* --- clock.c --- */
uint64_t tsc_rate(void); /* of the cycle counter, Hz */

/* --- cpu.c --- */
struct features {
	bool fsgsbase, xsave, xsaveopt, nx;
};
extern struct features features;

/* --- vm.c --- */
/* The entry for a 4 KiB page of the upper half; allocates tables.  => NULL: no memory */
pte_t *vm_slot(uintptr_t va);
/* Physical address of something in the kernel image. */
uint64_t vm_image_pa(const void *p);

/* --- cpu.c, entry.S --- */
extern char trap_vectors[]; /* where exceptions come in */
#define TRAP_VECTOR_SIZE 16
extern void *const irq_stack_top; /* of the stack that interrupts come in on */
/* Call fn on another stack. */
void run_on_stack(void (*fn)(void), void *top);

/* --- kstack.c --- */
/* Is addr in the guard page of a kernel stack? */
bool kstack_is_guard(uintptr_t addr);

/* --- task.c --- */
void fpu_init(void);
/* CR0.TS as it must be now: set, or 0. */
uint64_t fpu_cr0(void);
/* An FPU instruction of the current task trapped.  => can it be repeated now? */
bool fpu_needed(void);

/* --- trap.c --- */
/* The last exception of a program, for its signal frame. */
extern struct last_fault {
	uint64_t vector, error, addr;
} last_fault;

/* --- debug.c --- */
/* Let the debug registers be those of t, which has some or comes after one that has. */
void debug_load(const struct task *t);
/* t, which is stopped, goes on for one instruction. */
void debug_step(struct task *t);
/* A debug exception in the current program.  => the code of its SIGTRAP; TRAP_BRKPT: it has raised it by an
 * instruction; 0: it has nothing to do with it */
int debug_program(struct regs *regs);
/* The same in the kernel, which goes on.  => false: it cannot, the exception has come twice, and the
 * program's registers are lost */
bool debug_kernel(const struct regs *regs);

/* --- signal.c, ptrace.c --- */
/* The flags that sigreturn takes: CF PF AF ZF SF TF DF OF RF AC, as on Linux. */
#define RFLAGS_OF_PROGRAM 0x50dd5ul

/* --- patch.c --- */
extern uintptr_t refused_sites[REFUSED_SITES];
/* If the current program is at an instruction that the jump of a site has overwritten: let regs go
 * on in the stub, which has it.  counts: it has come here by itself, so that a site where this
 * happens often is given up.  => false: it is not */
bool arch_find_stub(struct regs *regs, bool counts);

/* --- pic.c --- */
void pic_init(void);
void pic_unmask(unsigned irq);
/* Is a real interrupt behind vector VECTOR_PIC + irq (and not a spurious one)? */
bool pic_accept(unsigned irq);
void pic_eoi(unsigned irq);

/* --- clock.c, vdso.c --- */
void apic_eoi(void);
uint32_t apic_id(void);
/* The clock's parameters changed: tell the vDSO. */
void vdso_update_clock(void);

/* How clock_ns() comes from the cycle counter: (cycles() - base) * mult >> 32. */
struct clock_params {
	uint64_t base, mult;
	uint64_t wall_offset; /* nanoseconds since 1970 at clock_ns() == 0 */
};
extern struct clock_params clock_params;

/* --- panic.c --- */
void panic_regs(const struct regs *regs, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

#endif
