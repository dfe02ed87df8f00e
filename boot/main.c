/* main.c: the kernel's start, as a list. */

#include "arch/arch.h"
#include "arch/x86_64/internal.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/print.h"
#include "mm/page.h"
#include "mm/view.h"
#include "proc/task.h"

void kernel_main(void)
{
	log_sink = early_log;
	arch_cpu_init();	      /* traps and panics work */
	arch_vm_init();		      /* the page table for good */
	page_init(&boot_info);	      /* pages and kmalloc */
	arch_clock_init();	      /* time and the timer interrupt */
	random_init();
	arch_late_init();	      /* the vDSO */
	kprintf("flatshare: %zu KiB, %zu KiB free\n", page_total() * 4, page_free_count() * 4);
	view_init();		      /* the windows */
	panic("no more");
}
