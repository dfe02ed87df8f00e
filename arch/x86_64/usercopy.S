/* usercopy.S: copies that may fault on a program's address; see mm/usercopy.h.
 *
 * A fault that cannot be served inside a RANGE continues at its fixup (trap.c).  Blocks of 32 bytes
 * first, as an emulator is slow at rep movs; after a fault in a block the bytes that can still be
 * copied are copied one by one, so that the count is exact. */

	.text

	.macro RANGE start, end, fixup
	.pushsection .extable, "a", @progbits
	.balign 4
	.long \start - ., \end - ., \fixup - .
	.popsection
	.endm

/* size_t user_copy(void *dst, const void *src, size_t n)  => bytes not copied */
	.balign 16
	.globl user_copy
	.type user_copy, @function
user_copy:
	cmp $32, %rdx
	jb 2f
1:	mov (%rsi), %rax
	mov 8(%rsi), %rcx
	mov 16(%rsi), %r8
	mov 24(%rsi), %r9
	mov %rax, (%rdi)
	mov %rcx, 8(%rdi)
	mov %r8, 16(%rdi)
	mov %r9, 24(%rdi)
	add $32, %rsi
	add $32, %rdi
	sub $32, %rdx
	cmp $32, %rdx
	jae 1b
2:	cmp $8, %rdx
	jb 4f
3:	mov (%rsi), %rax
	mov %rax, (%rdi)
	add $8, %rsi
	add $8, %rdi
	sub $8, %rdx
	cmp $8, %rdx
	jae 3b
4:	test %rdx, %rdx
	jz 6f
5:	movzbl (%rsi), %eax
	mov %al, (%rdi)
	inc %rsi
	inc %rdi
	dec %rdx
	jnz 5b
6:	mov %rdx, %rax
	ret
	RANGE 1b, 2b, 5b
	RANGE 3b, 4b, 5b
	RANGE 5b, 6b, 6b
	.size user_copy, . - user_copy

/* size_t user_clear(void *dst, size_t n)  => bytes not cleared */
	.balign 16
	.globl user_clear
	.type user_clear, @function
user_clear:
	xor %eax, %eax
1:	cmp $8, %rsi
	jb 2f
	mov %rax, (%rdi)
	add $8, %rdi
	sub $8, %rsi
	jmp 1b
2:	test %rsi, %rsi
	jz 4f
3:	mov %al, (%rdi)
	inc %rdi
	dec %rsi
	jnz 3b
4:	mov %rsi, %rax
	ret
	RANGE 1b, 2b, 3b
	RANGE 3b, 4b, 4b
	.size user_clear, . - user_clear

/* ssize_t user_strncpy(char *dst, const char *src, size_t n)
 * Copy to the NUL or n bytes.  => length without the NUL, n if there was none, -1 after a fault
 * Words first; the one with the NUL in it, or behind which a page is missing, byte by byte.  A word
 * x has a zero byte if (x - 0x01...) & ~x & 0x80... is not 0. */
	.balign 16
	.globl user_strncpy
	.type user_strncpy, @function
user_strncpy:
	xor %ecx, %ecx
	mov $0x0101010101010101, %r8
	mov %r8, %r9
	shl $7, %r9
4:	lea 8(%rcx), %r10
	cmp %rdx, %r10
	ja 1f
	mov (%rsi,%rcx), %rax
	mov %rax, %r11
	sub %r8, %r11
	not %rax
	and %r9, %r11
	test %rax, %r11
	jnz 1f
	not %rax
	mov %rax, (%rdi,%rcx)
	mov %r10, %rcx
	jmp 4b
1:	cmp %rdx, %rcx
	jae 2f
	movzbl (%rsi,%rcx), %eax
	mov %al, (%rdi,%rcx)
	test %al, %al
	jz 2f
	inc %rcx
	jmp 1b
2:	mov %rcx, %rax
	ret
3:	mov $-1, %rax
	ret
	RANGE 4b, 1b, 1b
	RANGE 1b, 2b, 3b
	.size user_strncpy, . - user_strncpy

/* ssize_t user_strnlen(const char *s, size_t n)  => as user_strncpy */
	.balign 16
	.globl user_strnlen
	.type user_strnlen, @function
user_strnlen:
	xor %eax, %eax
1:	cmp %rsi, %rax
	jae 2f
	cmpb $0, (%rdi,%rax)
	je 2f
	inc %rax
	jmp 1b
2:	ret
3:	mov $-1, %rax
	ret
	RANGE 1b, 2b, 3b
	.size user_strnlen, . - user_strnlen

	.section .note.GNU-stack, "", @progbits
