/* arch.h: the contract that a port fulfils.
 *
 * arch/<name>/ gives the types and inline functions in its own machine.h (included here):
 *   PAGE_SIZE, PAGE_SHIFT; struct regs and its accessors; pte_t and its accessors; irq_save();
 *   current, this_cpu().
 * The functions below are the rest.  Nothing outside arch/ and boot/ names an architecture. */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include "lib/types.h"

/* The ways into the kernel for a system call: by the instruction, by a site that was patched, by the
 * entry that the auxiliary vector names. */
enum arch_way { WAY_TRAP, WAY_PATCHED, WAY_VSYSCALL, WAY_COUNT };

uintptr_t arch_vsyscall_entry(void); /* for AT_SYSINFO; machine.h may call it */

#if defined(FLATSHARE_HOST)
#include "arch/host/machine.h"
#else
#include "arch/x86_64/machine.h"
#endif

struct task;
struct regs;
struct boot_info;

/* --- start (in the order in which kernel_main calls them) --- */

void arch_cpu_init(void);   /* descriptor tables, trap vectors, control registers, per-CPU area */
void arch_vm_init(void);    /* the page table for good: direct map, kernel image W^X, stacks area */
void arch_clock_init(void); /* cycle counter, timer interrupt, wall clock */
void arch_late_init(void);  /* what needs the allocators: vDSO, FPU sizes */

/* --- memory --- */

/* The page table's slot for 1 GiB of the lower half (index = address >> 30).  Allocates the table
 * that holds it when `create`.  => NULL: no memory, or not there */
pte_t *arch_top_slot(size_t index, bool create);
/* Free the table that holds that slot, all slots of which are 0, if it is there.  The caller flushes
 * before the next allocation.  => true: freed */
bool arch_top_free(size_t index);
/* Forget cached translations: of one page, of the whole lower half. */
void arch_tlb_flush_page(uintptr_t addr);
void arch_tlb_flush_all(void);

/* Map a device's registers, uncached, for good.  Panics when there is no memory for that. */
volatile void *arch_map_device(uint64_t pa, size_t size);

/* Map `size` bytes of memory that is not RAM, cached and read-only; size is a multiple of a page.  Once.
 * => NULL: no memory for the tables, or too large */
const void *arch_map_image(uint64_t pa, size_t size);
/* Map `size` bytes above everything in the direct map, the `count` pages again and again.  Once.
 * => NULL: no memory for the tables */
void *arch_map_repeated(const uint64_t *pages, unsigned count, size_t size);

/* Kernel stacks: KSTACK_SIZE bytes above a guard page.  => the top, or NULL */
void *arch_kstack_alloc(void);
void arch_kstack_free(void *top);

/* --- tasks --- */

/* Prepare t (kernel stack allocated) so that the first switch to it calls fn(arg) on its stack. */
void arch_task_start(struct task *t, void (*fn)(void *), void *arg);
/* Save prev, load next.  Returns when prev runs again. */
void arch_switch(struct task *prev, struct task *next);
/* Leave the kernel with the current task's registers (task_regs()); delivers nothing, checks
 * nothing.  Never returns. */
void arch_return_to_program(void) __attribute__((noreturn));
/* FPU: allocate with the initial state / copy the (current) parent's / free / reset at exec. */
int arch_fpu_create(struct task *t);
int arch_fpu_copy(struct task *child, struct task *parent);
void arch_fpu_destroy(struct task *t);
void arch_fpu_reset(struct task *t);
/* Signal frames: write the extended state below *sp, but not at or below floor, and move *sp; read it
 * back.  => 0, -EFAULT */
int arch_fpu_to_user(uintptr_t *sp, uintptr_t floor, uint64_t *frame_pointer);
int arch_fpu_from_user(uint64_t frame_pointer);
/* TLS register.  => -EPERM for an address a program may not have */
int arch_set_tls(struct task *t, uintptr_t base);
uintptr_t arch_get_tls(struct task *t);

/* --- signals: arch/<name>/signal.c --- */

struct ksigaction;
struct siginfo;
/* Where a frame may be. */
struct frame_stack {
	uintptr_t top;	 /* of the stack to use; 0: the one in use */
	uintptr_t floor; /* the frame begins above */
};
/* Build the frame for a handler on the program's stack and point regs at it.
 * mask: what sigreturn is to restore.  => 0, -EFAULT: also if there is no room on the stack */
int arch_signal_frame(struct regs *regs, const struct ksigaction *sa, const struct siginfo *info,
		      uint64_t mask, const struct frame_stack *stack);
/* The reverse.  => the mask in *mask; -EFAULT, -EINVAL for a frame that no kernel made */
int arch_sigreturn(struct regs *regs, uint64_t *mask, uintptr_t *frame_sp);

/* --- tracing: arch/<name>/ptrace.c; t is stopped --- */

/* The registers as PTRACE_GETREGS shows them.  Setting: => 0, -EIO: no program may have these */
#define ARCH_USER_REGS 27
void arch_get_user_regs(const struct task *t, uint64_t words[ARCH_USER_REGS]);
int arch_set_user_regs(struct task *t, const uint64_t words[ARCH_USER_REGS]);
/* Bytes of the extended state as NT_X86_XSTATE shows it, at least those of NT_PRFPREG, which come
 * first; read all of it into buf; set the first n bytes.  => 0, -EINVAL */
#define ARCH_FPREGS_SIZE 512
size_t arch_fpu_size(void);
void arch_fpu_read(struct task *t, void *buf);
int arch_fpu_write(struct task *t, const void *buf, size_t n);
/* t, the current task, is about to stop, and goes on again. */
void arch_trace_stopped(struct task *t);
void arch_trace_resumed(struct task *t);
/* t shall trap after its next instruction. */
void arch_trace_step(struct task *t);
/* The registers of breakpoints and watchpoints in hardware, as in struct user.  They count while t runs,
 * and end at exec.  Setting: => 0, -EIO: there is no such register, -EINVAL: no program may have that */
#define ARCH_DEBUG_REGS 8
uint64_t arch_get_debug_reg(const struct task *t, unsigned n);
int arch_set_debug_reg(struct task *t, unsigned n, uint64_t value);
/* The current task execs. */
void arch_debug_reset(void);

/* --- time --- */

uint64_t clock_ns(void);	  /* since boot, never goes back */
uint64_t clock_wall_ns(void);	  /* since 1970; clock_ns() plus an offset */
void clock_set_wall(uint64_t ns); /* also tells the vDSO */
/* Ask for a timer interrupt at clock_ns() == when (UINT64_MAX: none); it calls timer_interrupt(bool). */
void arch_timer_set(uint64_t when);

/* --- interrupts and the machine --- */

void arch_irq_handler(unsigned irq, void (*fn)(void *), void *arg); /* also unmasks it (ISA irq) */
/* Several devices hold that line up until they are served. */
void arch_irq_shared(unsigned irq);
/* Interrupts so far: of each ISA irq, then of the timer. */
#define ARCH_IRQS      16
#define ARCH_IRQ_TIMER ARCH_IRQS
extern uint64_t arch_irq_counts[ARCH_IRQS + 1];
/* Interrupts never run their handlers in the middle of kernel code; they are held until one of these
 * calls, or until the kernel is left.
 * arch_idle: wait for one; returns after its handler ran.
 * arch_irq_window: run the handlers of what is pending now (long kernel loops).
 * arch_irq_resume: the same when something is held, and let the machine deliver the next. */
void arch_idle(void);
void arch_irq_window(void);
void arch_irq_resume(void);
void arch_poweroff(int status) __attribute__((noreturn));
/* For a driver that can tell the host how the machine ended: called once, first, by
 * arch_poweroff(); it passes status on and returns. */
extern void (*poweroff_hook)(int status);

unsigned arch_physical_bits(void); /* of an address of memory or a device */
bool arch_random(uint64_t *out);   /* one hardware random number; false: there is none */

/* --- ways into the kernel: arch/<name>/patch.c --- */

/* The entry code calls syscall_entries[number] with the arguments.  For a call that the table flags
 * F, which looks at task_regs() or changes them, the entry there is arch_frame_<name>: it completes
 * the frame and calls sys_<name>.  While calls are traced all entries are arch_frame_traced, which
 * calls syscall_dispatch(). */
void arch_frame_traced(void);

/* A system call trapped at regs: patch its site for the next time if it has the right form.
 * Called on the traps of sites that were not refused lately. */
void arch_patch_site(struct regs *regs);
/* Bytes of stubs that an image of `text` bytes of code wants behind it (page aligned). */
size_t arch_stub_bytes(size_t text);
/* The content of page `index` of the stub area of file `inode`.  => page with a reference, or NULL */
struct inode;
struct page *arch_stub_page(struct inode *inode, uint64_t index);
/* The patched copy of page `index` of the file that vma maps, if there is one and it is right for
 * this mapping.  => borrowed, or NULL */
struct vma;
struct page *arch_patched_page(const struct vma *vma, uint64_t index);
/* Let regs, which are about to be shown, not say that the program of `view` is in a stub. */
struct view;
void arch_hide_stub(struct view *view, struct regs *regs);
/* The file's content has changed: free the copies. */
void arch_patch_stale(struct inode *inode);
/* The inode goes away: free its stubs and copies. */
void arch_patch_forget(struct inode *inode);

struct entry_counts {
	uint64_t trap, patched, vsyscall, sites;
	uint64_t ticks; /* of the watchdog */
};
extern struct entry_counts entry_counts;

uintptr_t arch_vdso_base(void); /* for AT_SYSINFO_EHDR */
size_t arch_vdso_size(void);
uint64_t arch_hwcap(void);
uint64_t arch_hwcap2(void);
/* The lines of /proc/cpuinfo that tell of the processor, from vendor on.  => length, at most size */
size_t arch_cpuinfo(char *buf, size_t size);
extern const char arch_platform[]; /* AT_PLATFORM, uname -m */
extern const uint16_t arch_elf_machine;

/* What lies in the upper half: the kernel's own.  => their number */
#define ARCH_AREAS 8
struct arch_area {
	uintptr_t start, end;
	const char *name;
};
size_t arch_areas(struct arch_area areas[ARCH_AREAS]);

/* Do these bytes, which stand before an address, end with a call: is it a return address? */
#define ARCH_CALL_MAX 8
bool arch_after_call(const uint8_t code[ARCH_CALL_MAX]);
/* Is a handler of an interrupt running?  What it does is nobody's doing. */
extern bool arch_in_interrupt;

/* Name of the kernel function that holds addr, and the offset.  => NULL: none */
const char *ksym_find(uintptr_t addr, size_t *offset);

#endif
