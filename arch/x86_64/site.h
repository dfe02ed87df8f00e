/* site.h: the forms of system-call sites that can be patched, and their stubs: bytes only.
 *
 * A site is seven bytes before the end of its `syscall` and what follows; a stub is STUB_SIZE bytes
 * in the stub area of the image.  site.c says what is in them and why. */
#ifndef ARCH_X86_64_SITE_H
#define ARCH_X86_64_SITE_H

#include "lib/types.h"

#define STUB_SIZE     32
#define SITE_BEFORE   10 /* bytes that site_form() looks at before the end of the syscall ... */
#define SITE_BEHIND   6	 /* ... and behind it */
#define SITE_MOV      7	 /* bytes of `mov $nr,%eax; syscall` */
#define SITE_JUMP     5	 /* bytes that are overwritten */
#define SITE_SYSCALL  2
#define DISPLACED_MAX 6

enum site_form {
	SITE_NONE,
	SITE_BY_MOV, /* the jump takes the place of the mov */
	SITE_BY_NEXT /* the jump takes the place of the syscall and of the next instruction */
};

/* What form has the site whose syscall ends at code[SITE_BEFORE]?  nr, r8: what the program came
 * with; behind: so many bytes behind the syscall may be looked at.
 * => the form, with *displaced = bytes of the next instruction for SITE_BY_NEXT */
enum site_form site_form(const uint8_t *code, size_t behind, uint64_t nr, uint64_t r8,
			 unsigned *displaced);

/* May the jump of a SITE_BY_NEXT at `site` go to a stub at `to`? */
bool site_reaches(uintptr_t site, uintptr_t to);
/* The jump, to be written at `site`; where the one that is at `site` goes (0: there is none). */
void site_jump(uint8_t *code, uintptr_t site, uintptr_t to);
uintptr_t site_target(const uint8_t *code, uintptr_t site);

/* Write the stub that lies at `at` for a syscall that ends at `behind`. */
void stub_write_mov(uint8_t *stub, uintptr_t at, uint32_t nr, uintptr_t behind);
void stub_write_next(uint8_t *stub, uintptr_t at, const uint8_t *displaced, unsigned len,
		     uintptr_t behind);

/* The place in the site's code that is as good as byte `offset` of the stub that lies at `at`, for
 * those who may not see stubs.  => 0: none */
uintptr_t stub_seen(const uint8_t *stub, uintptr_t at, unsigned offset);
/* The reverse for what cannot be reached any more: the displaced instruction at `ip`.
 * => its place in the stub that lies at `at`; 0: it is not there */
uintptr_t stub_displaced(const uint8_t *stub, uintptr_t at, uintptr_t ip);
/* How often stub_displaced() was of use, as long as fits a byte. */
uint8_t *stub_uses(uint8_t *stub);

#endif
