/* panic.c: say what went wrong, and stop.
 *
 * Everything here must work in any state of the kernel: no allocation, no pointer followed without a
 * check.  A panic inside a panic says so and stops. */

#include <stdarg.h>

#include "arch/x86_64/internal.h"
#include "lib/bug.h"
#include "lib/ksyms.h"
#include "lib/print.h"
#include "proc/task.h"

#define PANIC_STATUS 101
#define DEPTH	     24

static int nesting;

const char *ksym_find(uintptr_t addr, size_t *offset)
{
	uintptr_t at = addr - (uintptr_t)__kernel_start;
	uint32_t low = 0, high = ksyms_count;

	if (addr < (uintptr_t)__kernel_start || high == 0 || at >= ksyms[high - 1].offset)
		return NULL;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ksyms[middle].offset <= at)
			low = middle;
		else
			high = middle;
	}
	if (ksyms[low].offset > at)
		return NULL;
	*offset = at - ksyms[low].offset;
	return ksym_names + ksyms[low].name;
}

static void print_address(const char *head, uintptr_t addr)
{
	size_t offset;
	const char *name = ksym_find(addr, &offset);

	if (name != NULL)
		kprintf("%s%#lx %s+%#zx\n", head, addr, name, offset);
	else
		kprintf("%s%#lx\n", head, addr);
}

static bool in_text(uintptr_t addr)
{
	return addr >= (uintptr_t)__text_start && addr < (uintptr_t)__text_end;
}

/* Can a frame be read at p: inside the image's data (boot and IST stacks) or the task's stack? */
static bool on_a_stack(uintptr_t p)
{
	uintptr_t top = current->kstack_top;

	if ((p & 7) != 0)
		return false;
	return (p >= (uintptr_t)__data_start && p + 16 <= (uintptr_t)__kernel_end) ||
	       (p >= top - KSTACK_SIZE && p + 16 <= top);
}

static void print_backtrace(uintptr_t frame)
{
	kprintf("backtrace:\n");
	for (int i = 0; i < DEPTH && on_a_stack(frame); i++) {
		const uintptr_t *f = (const uintptr_t *)frame;

		if (!in_text(f[1]))
			break;
		print_address("  ", f[1]);
		if (f[0] == frame)
			break;
		frame = f[0];
	}
}

static void print_registers(const struct regs *r)
{
	print_address("rip ", r->rip);
	kprintf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	kprintf("rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", r->rsi, r->rdi, r->rbp, r->rsp);
	kprintf("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", r->r8, r->r9, r->r10, r->r11);
	kprintf("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", r->r12, r->r13, r->r14, r->r15);
	kprintf("flags %08lx cs %04lx ss %04lx\n", r->rflags, r->cs & 0xffff, r->ss & 0xffff);
}

static void print_task(void)
{
	const struct task *t = current;

	kprintf("task %d (%.16s)%s", t->tid, t->comm, t->view == NULL ? ", of the kernel" : "");
	if (t->view != NULL && task_sysno(t) >= 0)
		kprintf(", in system call %ld", task_sysno(t));
	kprintf("\n");
}

static __attribute__((noreturn)) void stop(void)
{
	arch_poweroff(PANIC_STATUS);
}

static void begin(const char *fmt, va_list ap)
{
	__asm__ volatile("cli");
	if (++nesting > 2)
		stop();
	if (nesting == 2)
		early_log("panic inside panic\n", 19);
	log_console_level = LOG_LEVELS;
	kprintf("\npanic: ");
	kvprintf(fmt, ap);
	kprintf("\n");
	if (nesting == 2)
		stop();
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	begin(fmt, ap);
	va_end(ap);
	print_task();
	print_backtrace((uintptr_t)__builtin_frame_address(0));
	stop();
}

void panic_regs(const struct regs *regs, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	begin(fmt, ap);
	va_end(ap);
	print_task();
	print_registers(regs);
	if (!in_text(regs->rip) && on_a_stack(regs->rsp))
		print_address("called from ", *(const uintptr_t *)regs->rsp);
	print_backtrace(regs->rbp);
	stop();
}
