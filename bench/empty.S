/* empty.S: the smallest PVH kernel: it ends QEMU at once, by isa-debug-exit at port 0xf4.  What it
 * takes from start to end is what QEMU itself takes. */
	.section .note.pvh, "a", @note
	.long	4, 4, 18
	.asciz	"Xen"
	.long	start

	.text
	.code32
	.globl	start
start:
	movl	$0, %eax
	outl	%eax, $0xf4
1:	hlt
	jmp	1b
