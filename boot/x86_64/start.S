/* start.S: the kernel's first instructions.
 *
 * PVH (Xen's docs/misc/pvh.pandoc, "x86/HVM direct boot ABI") enters in 32-bit protected mode with
 * flat segments, paging off, and the physical address of the start info in %ebx.  This code goes to
 * long mode on a page table that is fixed at link time, has boot/x86_64/early.c read the start info
 * and place the kernel, and then jumps to kernel_main at its final address.
 *
 * All of it lies in .boot, which is loaded at exactly 1 MiB: inside this section a physical address
 * is a constant of the assembler, so the 32-bit code needs no relocation.  The memory is given to
 * the page allocator when the kernel has its own page table. */

#include "arch/x86_64/offsets.h"

#define PHYS(sym) (0x100000 + (sym) - boot_start)

/* Control bits: Intel SDM volume 3, 2.5 and 2.2.1 */
#define CR0_PE 0x1
#define CR0_MP 0x2
#define CR0_EM 0x4
#define CR0_TS 0x8
#define CR0_NE 0x20
#define CR0_WP 0x10000
#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define EFER_NXE 0x800

#define PTE_P_W 0x3
#define PTE_P_W_PS 0x83

	/* The note by which a loader finds the 32-bit entry: XEN_ELFNOTE_PHYS32_ENTRY. */
	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 8, 18
	.asciz "Xen"
	.quad PHYS(pvh_start)

	.section .boot, "awx", @progbits
	.code32
boot_start:
	.globl pvh_start
pvh_start:
	cli
	cld
	mov $PHYS(early_stack_top), %esp
	mov %ebx, %ebp

	mov $0x80000000, %eax
	cpuid
	cmp $0x80000001, %eax
	jb no_long_mode
	mov $0x80000001, %eax
	cpuid
	mov %edx, %edi
	bt $29, %edi
	jnc no_long_mode

	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $PHYS(early_pml4), %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	bt $20, %edi
	jnc 1f
	or $EFER_NXE, %eax
1:	wrmsr
	mov $(CR0_PG | CR0_WP | CR0_NE | CR0_MP | CR0_PE), %eax
	mov %eax, %cr0
	lgdt PHYS(early_gdtr)
	ljmp $KERNEL_CS, $PHYS(start64)

no_long_mode:
	mov $PHYS(no_long_mode_text), %esi
2:	lodsb
	test %al, %al
	jz 3f
	out %al, $0xea
	mov $0x3f8, %dx
	out %al, %dx
	jmp 2b
3:	mov $1, %eax
	mov $0xf4, %dx
	out %al, %dx
4:	hlt
	jmp 4b
no_long_mode_text:
	.asciz "flatshare: this processor has no 64-bit mode\n"

	.code64
start64:
	mov $KERNEL_SS, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov $PHYS(early_stack_top), %esp
	mov %ebp, %edi
	lea early_high_pd(%rip), %rsi
	xor %ebp, %ebp
	call early_main		/* => %rax: virtual minus physical address of the kernel */
	lea start_high(%rip), %rcx
	add %rax, %rcx
	jmp *%rcx

start_high:
	lea boot_stack_top(%rip), %rsp
	xor %ebp, %ebp
	push $0
	push $0
	call kernel_main
	ud2

	.balign 8
early_gdt:
	.quad 0
	.quad 0x00af9a000000ffff	/* KERNEL_CS: 64-bit code, ring 0 */
	.quad 0x00cf92000000ffff	/* KERNEL_SS: data */
	.word 0
early_gdtr:
	.word early_gdtr - early_gdt - 3
	.long PHYS(early_gdt)
	.long 0

	/* The page table until arch_vm_init: the first 4 GiB at 0 and at DIRECT_MAP, and the last
	 * 2 GiB, where early_main maps the kernel. */
	.balign 4096
early_pml4:
	.quad PHYS(early_low_pdpt) + PTE_P_W
	.fill 255, 8, 0
	.quad PHYS(early_low_pdpt) + PTE_P_W
	.fill 254, 8, 0
	.quad PHYS(early_high_pdpt) + PTE_P_W
early_low_pdpt:
	.quad PHYS(early_low_pd) + 0x0000 + PTE_P_W
	.quad PHYS(early_low_pd) + 0x1000 + PTE_P_W
	.quad PHYS(early_low_pd) + 0x2000 + PTE_P_W
	.quad PHYS(early_low_pd) + 0x3000 + PTE_P_W
	.fill 508, 8, 0
early_high_pdpt:
	.fill 510, 8, 0
	.quad PHYS(early_high_pd) + 0x0000 + PTE_P_W
	.quad PHYS(early_high_pd) + 0x1000 + PTE_P_W
early_high_pd:
	.fill 1024, 8, 0
early_low_pd:
	.set i, 0
	.rept 2048
	.quad (i << 21) + PTE_P_W_PS
	.set i, i + 1
	.endr

	.fill 4096, 1, 0
early_stack_top:

	/* kernel_main's stack, for ever: the idle loop runs on it. */
	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
	.globl boot_stack
	.globl boot_stack_top
boot_stack:
	.skip BOOT_STACK_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
