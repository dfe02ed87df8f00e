/* task.c: switching between tasks, and what belongs to a task alone: FPU state and TLS.
 *
 * The kernel is built without FPU instructions, so the FPU registers are a task's while it is in the
 * kernel, too.  Saving and loading them costs more than all the rest of a switch, and most system
 * programs use them seldom.  So a task gets its state when it first needs it: until then CR0.TS is
 * set, and an FPU instruction traps (fpu_needed).  From then on it owns the registers, until
 * another task gets the CPU.  A task that traps in a third of its slices or more gets its state at the
 * switch, without the trap (PRELOAD); so do its children, and the programs that they execute.
 * CR0.TS is written only when it changes.  An emulator keeps its translations by its value, those of
 * the kernel, too, and finds them less quickly when it changes often: so it stays clear as long as
 * programs run that use the FPU (process 1 counts as one), and set among those that do not.
 * What is not in the registers is in task->fpu, in the standard format of XSAVE (Intel SDM volume 1,
 * 13.4), or of FXSAVE on a CPU without it.  In a signal frame it looks as Linux puts it there: the same
 * format, with a description in the bytes that FXSAVE leaves to software
 * (arch/x86/include/uapi/asm/sigcontext.h). */

#include <asm/errno.h>
#include <asm/sigcontext.h>

#include "arch/x86_64/internal.h"
#include "arch/x86_64/watchdog.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define XCR0_X87     (1u << 0)
#define XCR0_SSE     (1u << 1)
#define XCR0_AVX     (1u << 2)
#define XCR0_AVX512  (7u << 5)
#define FXSAVE_SIZE  512
#define XSAVE_HEADER 64
#define FPU_ALIGN    64

/* Initial values: Intel SDM volume 1, 8.1.5 and 11.6.4 */
#define FCW_INITIAL	   0x37f
#define MXCSR_INITIAL	   0x1f80
#define MXCSR_MASK_DEFAULT 0xffbf

struct xsave { /* the legacy area and the header; the components follow */
	uint16_t fcw, fsw;
	uint8_t ftw, reserved0;
	uint16_t fop;
	uint64_t fip, fdp;
	uint32_t mxcsr, mxcsr_mask;
	uint8_t registers[384 + 48]; /* st and xmm; then reserved */
	struct _fpx_sw_bytes software;
	uint64_t xstate_bv, xcomp_bv, reserved[6];
};
_Static_assert(offsetof(struct xsave, software) == 464, "FXSAVE area");
_Static_assert(sizeof(struct xsave) == FXSAVE_SIZE + XSAVE_HEADER, "XSAVE header");

static uint64_t xcr0;	   /* components that we save; 0: FXSAVE only */
static uint32_t area_size; /* of the saved state */
static uint32_t mxcsr_mask = MXCSR_MASK_DEFAULT;

/* A task's score rises with each slice with FPU instructions and falls with each without.  From PRELOAD on
 * it gets its state at the switch, and only each 32nd slice shows whether it still needs that: fpu_slices
 * counts them and wraps around. */
#define SCORE_MAX 7
#define PRELOAD	  5
#define USED	  2
#define UNUSED	  1

static struct task *owner;    /* the current task, if its state is in the registers; or NULL */
static struct task *last;     /* whose saved state is in the registers still; NULL: nobody's */
static bool ts_is_set = true; /* CR0.TS, which is slow to write; clear while there is an owner */

extern char task_begin[];
void switch_stacks(struct task *prev, struct task *next);

/* --- FPU instructions --- */

static void save(struct xsave *x)
{
	if (features.xsaveopt)
		__asm__ volatile("xsaveopt64 %0" : "+m"(*x) : "a"(-1), "d"(-1) : "memory");
	else if (features.xsave)
		__asm__ volatile("xsave64 %0" : "+m"(*x) : "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxsave64 %0" : "+m"(*x) : : "memory");
}

/* Like save(), but everything: for an area that XRSTOR has not loaded last. */
static void save_all(struct xsave *x)
{
	if (features.xsave)
		__asm__ volatile("xsave64 %0" : "+m"(*x) : "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxsave64 %0" : "+m"(*x) : : "memory");
}

static void load(const struct xsave *x)
{
	if (features.xsave)
		__asm__ volatile("xrstor64 %0" : : "m"(*x), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(*x) : "memory");
}

/* Let FPU instructions trap, or not. */
static void set_ts(bool on)
{
	uint64_t cr0;

	if (on == ts_is_set)
		return;
	ts_is_set = on;
	if (!on) {
		__asm__ volatile("clts");
		return;
	}
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_TS));
}

uint64_t fpu_cr0(void)
{
	return ts_is_set ? CR0_TS : 0;
}

/* Make t, the current task, the owner of the registers. */
static void take(struct task *t)
{
	set_ts(false);
	if (last != t)
		load(t->fpu);
	owner = last = t;
}

/* What is in the registers is not t's state any more: that is in t->fpu. */
static void forget(struct task *t)
{
	if (last == t)
		last = NULL;
	if (owner == t) {
		owner = NULL;
		set_ts(true);
	}
}

bool fpu_needed(void)
{
	struct task *t = current;

	if (!ts_is_set || t->fpu == NULL)
		return false;
	take(t);
	t->fpu_score = MIN(t->fpu_score + USED, SCORE_MAX);
	return true;
}

static void find_components(void)
{
	static struct xsave probe __attribute__((aligned(FPU_ALIGN)));
	uint32_t possible;

	area_size = FXSAVE_SIZE;
	__asm__ volatile("fninit\n\tfxsave64 %0" : "=m"(probe));
	if (probe.mxcsr_mask != 0)
		mxcsr_mask = probe.mxcsr_mask;
	if (!features.xsave)
		return;
	possible = cpuid(0xd, 0).eax;
	xcr0 = possible & (XCR0_X87 | XCR0_SSE | XCR0_AVX);
	if ((possible & XCR0_AVX512) == XCR0_AVX512 && (xcr0 & XCR0_AVX))
		xcr0 |= XCR0_AVX512;
	__asm__ volatile("xsetbv" : : "a"((uint32_t)xcr0), "d"(0), "c"(0));
	area_size = cpuid(0xd, 0).ebx; /* for the components that XCR0 enables now */
}

void fpu_init(void)
{
	set_ts(false);
	find_components();
}

/* --- a task's state --- */

static void set_initial(struct xsave *x)
{
	memset(x, 0, area_size);
	x->fcw = FCW_INITIAL;
	x->mxcsr = MXCSR_INITIAL;
}

/* Areas are aligned inside a larger block, whose address stands before them. */
static struct xsave *area_create(void)
{
	char *block = kmalloc(area_size + FPU_ALIGN + sizeof(void *));
	uintptr_t at;

	if (block == NULL)
		return NULL;
	at = ALIGN_UP((uintptr_t)block + sizeof(void *), FPU_ALIGN);
	((void **)at)[-1] = block;
	return (struct xsave *)at;
}

int arch_fpu_create(struct task *t)
{
	t->fpu = area_create();
	if (t->fpu == NULL)
		return -ENOMEM;
	set_initial(t->fpu);
	if (current->fpu == NULL) /* process 1, which executes its program at once */
		t->fpu_score = SCORE_MAX;
	return 0;
}

int arch_fpu_copy(struct task *child, struct task *parent)
{
	if (child->fpu == NULL)
		child->fpu = area_create();
	if (child->fpu == NULL)
		return -ENOMEM;
	if (parent == owner) {
		set_initial(child->fpu);
		save_all(child->fpu);
	} else {
		memcpy(child->fpu, parent->fpu, area_size);
	}
	child->fpu_score = parent->fpu_score;
	child->fpu_slices = 0;
	return 0;
}

void arch_fpu_destroy(struct task *t)
{
	forget(t);
	if (t->fpu != NULL)
		kfree(((void **)t->fpu)[-1]);
	t->fpu = NULL;
}

void arch_fpu_reset(struct task *t)
{
	forget(t);
	set_initial(t->fpu);
	if (t == current && t->fpu_score >= PRELOAD)
		take(t);
}

/* --- signal frames --- */

/* Components in their initial state may have been left out when x was saved; a handler looks at the
 * legacy ones all the same. */
static void fill_in(struct xsave *x)
{
	if ((x->xstate_bv & XCR0_X87) == 0) {
		x->fcw = FCW_INITIAL;
		x->fsw = 0;
		x->ftw = 0;
		memset(x->registers, 0, 8 * 16);
	}
	if ((x->xstate_bv & XCR0_SSE) == 0)
		memset(x->registers + 8 * 16, 0, 16 * 16);
}

int arch_fpu_to_user(uintptr_t *sp, uintptr_t floor, uint64_t *frame_pointer)
{
	struct xsave *x = current->fpu;
	uint32_t magic2 = FP_XSTATE_MAGIC2;
	uint32_t size = area_size + (features.xsave ? sizeof(magic2) : 0);
	uintptr_t at = ALIGN_DOWN(*sp - size, FPU_ALIGN);

	if (at > *sp || at <= floor)
		return -EFAULT;
	if (owner == current)
		save_all(x);
	else if (features.xsave)
		fill_in(x);
	memset(&x->software, 0, sizeof(x->software));
	if (features.xsave) {
		x->software.magic1 = FP_XSTATE_MAGIC1;
		x->software.extended_size = size;
		x->software.xfeatures = xcr0;
		x->software.xstate_size = area_size;
	}
	if (copy_to_user((void *)at, x, area_size) < 0)
		return -EFAULT;
	if (features.xsave && put_user(magic2, (uint32_t *)(at + area_size)) < 0)
		return -EFAULT;
	*sp = at;
	*frame_pointer = at;
	return 0;
}

/* Take what a program wrote into x, so that loading it cannot fault. */
static void sanitise(struct xsave *x, bool extended)
{
	x->mxcsr &= mxcsr_mask;
	if (!features.xsave)
		return;
	if (extended)
		x->xstate_bv &= xcr0;
	else
		x->xstate_bv = XCR0_X87 | XCR0_SSE;
	x->xcomp_bv = 0;
	memset(x->reserved, 0, sizeof(x->reserved));
}

int arch_fpu_from_user(uint64_t frame_pointer)
{
	struct xsave *x = current->fpu;
	const char *user = (const char *)frame_pointer;
	uint32_t magic2;
	bool extended = false;

	if (frame_pointer == 0) {
		arch_fpu_reset(current);
		return 0;
	}
	forget(current);
	set_initial(x);
	if (copy_from_user(x, user, FXSAVE_SIZE) < 0)
		goto fault;
	if (features.xsave && x->software.magic1 == FP_XSTATE_MAGIC1 &&
	    x->software.xstate_size == area_size &&
	    get_user(magic2, (const uint32_t *)(user + area_size)) == 0 &&
	    magic2 == FP_XSTATE_MAGIC2) {
		extended = true;
		if (copy_from_user(x, user, area_size) < 0)
			goto fault;
	}
	sanitise(x, extended);
	return 0;

fault:
	arch_fpu_reset(current);
	return -EFAULT;
}

/* --- for tracers --- */

size_t arch_fpu_size(void)
{
	return area_size;
}

void arch_fpu_read(struct task *t, void *buf)
{
	struct xsave *x = t->fpu, *copy = buf;

	if (features.xsave)
		fill_in(x);
	memcpy(buf, x, area_size);
	memset(&copy->software, 0, sizeof(copy->software));
	*(uint64_t *)&copy->software = xcr0 != 0 ? xcr0 : XCR0_X87 | XCR0_SSE;
}

int arch_fpu_write(struct task *t, const void *buf, size_t n)
{
	struct xsave *x = t->fpu;

	if (n != FXSAVE_SIZE && n != area_size)
		return -EINVAL;
	forget(t);
	memcpy(x, buf, n);
	if (n == FXSAVE_SIZE && features.xsave) /* the other components stay */
		x->xstate_bv |= XCR0_X87 | XCR0_SSE;
	sanitise(x, true);
	return 0;
}

/* --- TLS --- */

static uint64_t tls_read(void)
{
	uint64_t base;

	if (!features.fsgsbase)
		return rdmsr(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

static void tls_write(uint64_t base)
{
	if (features.fsgsbase)
		__asm__ volatile("wrfsbase %0" : : "r"(base));
	else
		wrmsr(MSR_FS_BASE, base);
}

int arch_set_tls(struct task *t, uintptr_t base)
{
	if (base >= USER_END)
		return -EPERM;
	t->tls = base;
	if (t == current)
		tls_write(base);
	return 0;
}

uintptr_t arch_get_tls(struct task *t)
{
	return t == current ? tls_read() : t->tls;
}

/* --- switching --- */

void arch_task_start(struct task *t, void (*fn)(void *), void *arg)
{
	/* Above it stays free what task_regs() needs. */
	uint64_t *sp = (uint64_t *)ALIGN_DOWN(t->kstack_top - REGS_SIZE, 16);

	*--sp = 0;
	*--sp = (uintptr_t)task_begin;
	*--sp = 0;		/* rbp */
	*--sp = (uintptr_t)fn;	/* rbx */
	*--sp = (uintptr_t)arg; /* r12 */
	for (int i = 0; i < 3; i++)
		*--sp = 0; /* r13, r14, r15 */
	t->ksp = (uintptr_t)sp;
}

void arch_switch(struct task *prev, struct task *next)
{
	struct cpu *c = this_cpu();

	if (prev == next)
		return;
	bool changed = watchdog_switch();

	if (prev == owner)
		save(prev->fpu);
	else
		prev->fpu_score -= MIN(prev->fpu_score, UNUSED);
	owner = NULL;
	prev->tls = tls_read();
	c->task = next;
	c->kstack_top = next->kstack_top;
	if (next->fpu_score >= PRELOAD && ++next->fpu_slices != 0)
		take(next);
	else
		set_ts(true);
	tls_write(next->tls);
	if (prev->debugged | next->debugged)
		debug_load(next);
	switch_stacks(prev, next);
	if (changed)
		watchdog_switched_back();
}
