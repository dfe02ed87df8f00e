/* main.c: the kernel's start, as a list. */

#include "arch/arch.h"
#include "boot/boot.h"
#include "boot/init.h"
#include "drivers/console.h"
#include "drivers/hostport.h"
#include "fs/vfs.h"
#include "initrd/initrd.h"
#include "initrd/rootimage.h"
#include "lib/print.h"
#include "mm/page.h"
#include "mm/view.h"
#include "proc/forklog.h"
#include "proc/task.h"
#include "syscalls/syscalls.h"
#include "syscalls/tally.h"
#include "syscalls/trace.h"

/* Called by the architecture's first code, at the kernel's final address, interrupts off. */
void kernel_main(void)
{
	arch_cpu_init();       /* traps, panics and the log work */
	arch_vm_init();	       /* the page table for good */
	page_init(&boot_info); /* page_alloc, kmalloc */
	arch_clock_init();     /* time and the timer interrupt */
	random_init();
	arch_late_init(); /* the vDSO; what only the boot needed is free */
	view_init();	  /* windows */
	sched_init();
	proc_init();
	vfs_init(); /* an empty root, devices */
	if (proc_init_files() < 0)
		panic("no memory for the first process");
	console_init(); /* the terminal and the channels to the host */
	if (hostport_present()) {
		trace_sink = hostport_trace;
		hostport_report = tally_report;
		forklog_sink = hostport_forks;
	}
	if (option("forklog") != NULL)
		forklog_init(option("forklog"));
	syscall_trace(option("strace") != NULL);
	syscall_tally(option("syscalls") != NULL);
	if (option("switch") != NULL)
		syscall_switch(option_number("switch", 1));
	rootimage_find(); /* the root's first content: an image that a device shows, */
	initrd_unpack();  /* and what the boot loader brought */
	vfs_mount_defaults();
	kprintf("flatshare: up, %zu of %zu KiB free\n", page_free_count() * (PAGE_SIZE / 1024),
		page_total() * (PAGE_SIZE / 1024));
	init_start(); /* process 1 */
	sched_run();  /* this stack is idle from now on */
}
