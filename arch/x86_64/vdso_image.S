/* vdso_image.S: the linked vDSO, page aligned: its pages are mapped as they lie here. */

	.section .rodata.vdso, "a", @progbits
	.balign 4096
	.globl vdso_image
	.globl vdso_image_end
vdso_image:
	.incbin VDSO_SO
	.balign 4096
vdso_image_end:

	.section .note.GNU-stack, "", @progbits
