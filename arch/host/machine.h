/* machine.h: the "architecture" of unit tests: kernel code in a Linux process, under sanitizers.
 *
 * A block of ordinary memory serves as RAM (host_ram()); DIRECT_MAP is where it would start if its
 * physical address were 0.  There are no traps, no task switches and no page table that anybody
 * walks.  panic() aborts. */
#ifndef ARCH_HOST_MACHINE_H
#define ARCH_HOST_MACHINE_H

#include "lib/types.h"

#define PAGE_SHIFT  12
#define PAGE_SIZE   4096ul
#define PAGE_MASK   (PAGE_SIZE - 1)
#define KSTACK_SIZE (2 * PAGE_SIZE)

extern uintptr_t host_direct_map;
#define DIRECT_MAP host_direct_map

/* Start the page allocator with `bytes` of RAM at physical address 1 MiB; again for each test. */
void host_ram(size_t bytes);
/* Make a task the current one (arch/host/below_mm.c). */
void host_task(void);
/* Set an option as if it were on the kernel's command line; value NULL: not given. */
void host_option(const char *key, const char *value);
/* What clock_ns() says. */
extern uint64_t host_clock;

struct regs {
	uint64_t ip, sp, result, sysno;
	uint64_t argument[6];
};

struct arch_debug {
	char nothing;
};

static inline uintptr_t regs_ip(const struct regs *r)
{
	return r->ip;
}
static inline uintptr_t regs_sp(const struct regs *r)
{
	return r->sp;
}
static inline void regs_set_ip(struct regs *r, uintptr_t ip)
{
	r->ip = ip;
}
static inline void regs_set_sp(struct regs *r, uintptr_t sp)
{
	r->sp = sp;
}
static inline long regs_result(const struct regs *r)
{
	return (long)r->result;
}
static inline void regs_set_result(struct regs *r, long v)
{
	r->result = (uint64_t)v;
}
static inline long regs_sysno(const struct regs *r)
{
	return (long)r->sysno;
}
static inline void regs_set_sysno(struct regs *r, long nr)
{
	r->sysno = (uint64_t)nr;
}
static inline void regs_restart_syscall(struct regs *r, long nr)
{
	r->result = (uint64_t)nr;
}

static inline void regs_start(struct regs *r, uintptr_t ip, uintptr_t sp)
{
	*r = (struct regs){ .ip = ip, .sp = sp, .sysno = (uint64_t)-1 };
}

typedef uint64_t pte_t;

#define PTE_P	     (1ull << 0)
#define PTE_W	     (1ull << 1)
#define PTE_A	     (1ull << 5)
#define PTE_D	     (1ull << 6)
#define PTE_PS	     (1ull << 7)
#define PTE_G	     (1ull << 8)
#define PTE_BORROWED (1ull << 9)
#define PTE_NX	     (1ull << 63)
#define PTE_ADDR     0x000ffffffffff000ull

#define TABLE_ENTRIES 512

struct task;
extern struct task *host_current;
#define current host_current

#endif
