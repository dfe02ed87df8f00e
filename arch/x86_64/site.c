/* site.c: what a patched system call looks like.  Pure functions over bytes.
 *
 * SITE_BY_MOV: `mov $nr,%eax` (5 bytes) followed by `syscall` (2 bytes).  The mov becomes a jump to
 *
 *	mov $nr,%eax
 *	lea behind_the_syscall(%rip),%rcx
 *	jmp *%gs:CPU_ENTRY_STUB
 *
 * and the syscall stays, for whoever jumps to it.  What looks like a mov may be the end of a longer
 * instruction.  Therefore: the number in it must be the one that the program came with, and it must
 * not be the immediate of the instructions with such a form that could end there (REX.B mov to %r8d;
 * stores and arithmetic with a displacement 0xb8 and a 32-bit immediate).
 *
 * SITE_BY_NEXT: `syscall`, however %eax was set, and an instruction of three bytes or more that
 * means the same anywhere, which nearly always is the comparison with -4095.  The jump takes the
 * place of the syscall and of the beginning of that instruction:
 *
 *	lea 1f(%rip),%rcx
 *	jmp *%gs:CPU_ENTRY_STUB
 *	syscall				where a restarted call goes back to
 * 1:	the displaced instruction
 *	jmp behind_it
 *
 * Somebody may jump to the displaced instruction, since two paths may join there.  In its place are
 * now the upper three bytes of the jump's distance; and the stub is chosen so that the first of them
 * is an instruction that is not there in 64-bit mode.  So he gets an invalid-opcode fault, at an
 * address that tells what he wanted, and goes on in the stub (stub_displaced()).
 *
 * Behind the code a stub tells what it is: the last byte the kind, before it for SITE_BY_NEXT
 * the length of the displaced instruction and the number of such faults. */

#include "arch/x86_64/offsets.h"
#include "arch/x86_64/site.h"
#include "lib/string.h"

#define MOV_EAX	  0xb8
#define JMP_REL32 0xe9

/* The parts of a stub. */
#define LEA_SIZE	 7
#define JMP_GS_SIZE	 8
#define MOV_STUB_LEA	 5
#define MOV_STUB_JMP	 12
#define NEXT_STUB_JMP	 7
#define NEXT_STUB_CALL	 15
#define NEXT_STUB_BEHIND 17
#define STUB_USES	 29
#define STUB_LEN	 30
#define STUB_KIND	 31
#define KIND_MOV	 'M'
#define KIND_NEXT	 'N'

_Static_assert(NEXT_STUB_BEHIND + DISPLACED_MAX + SITE_JUMP <= STUB_USES, "a stub");

static bool is_by_mov(const uint8_t *mov, uint64_t nr, uint64_t r8)
{
	uint32_t value;

	if (mov[0] != MOV_EAX)
		return false;
	memcpy(&value, mov + 1, sizeof(value));
	if (value != nr)
		return false;
	if ((mov[-1] & 0xf1) == 0x41 && r8 == value)
		return false;
	/* opcode modrm disp8, or opcode modrm sib disp8, with an imm32: mov, the first group, imul */
	for (int i = 2; i <= SITE_BEFORE - SITE_MOV; i++)
		if (mov[-i] == 0xc7 || mov[-i] == 0x81 || mov[-i] == 0x69)
			return false;
	return true;
}

/* Bytes of the instruction at code, if it means the same anywhere, is surely there whole in `size`
 * bytes and long enough.  => 0: another one */
static unsigned displaceable(const uint8_t *code, size_t size)
{
	bool rex = (code[0] & 0xf0) == 0x40;
	const uint8_t *op = code + rex;
	unsigned prefix = rex;

	if (size >= prefix + 5 && op[0] == 0x3d && (!rex || code[0] == 0x48))
		return prefix + 5; /* cmp $imm32,%eax or %rax */
	if (size >= 4 && rex && op[0] == 0x83 && (op[1] & 0xf8) == 0xf8)
		return 4; /* cmp $imm8,reg */
	if (size >= 3 && !rex && op[0] == 0x83 && (op[1] & 0xf8) == 0xf8)
		return 3;
	if (size >= 3 && rex && (op[0] == 0x89 || op[0] == 0x85) && (op[1] & 0xc0) == 0xc0)
		return 3; /* mov reg,reg; test reg,reg */
	return 0;
}

enum site_form site_form(const uint8_t *code, size_t behind, uint64_t nr, uint64_t r8,
			 unsigned *displaced)
{
	const uint8_t *end = code + SITE_BEFORE;

	if (end[-2] != 0x0f || end[-1] != 0x05)
		return SITE_NONE;
	if (is_by_mov(end - SITE_MOV, nr, r8))
		return SITE_BY_MOV;
	*displaced = displaceable(end, MIN(behind, SITE_BEHIND));
	return *displaced != 0 ? SITE_BY_NEXT : SITE_NONE;
}

/* --- jumps --- */

static void put_distance(uint8_t *code, uintptr_t end, uintptr_t to)
{
	int32_t distance = (int32_t)(to - end);

	memcpy(code, &distance, sizeof(distance));
}

static uintptr_t target(const uint8_t *code, uintptr_t end)
{
	int32_t distance;

	memcpy(&distance, code, sizeof(distance));
	return end + (uintptr_t)(intptr_t)distance;
}

bool site_reaches(uintptr_t site, uintptr_t to)
{
	/* One-byte instructions of the 16-bit and 32-bit modes that 64-bit mode has not: Intel SDM
	 * volume 2, appendix A.3.  Those that became prefixes are left out. */
	static const uint8_t invalid[] = { 0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f,
					   0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82,
					   0x9a, 0xce, 0xd4, 0xd6, 0xea };
	uint8_t first = (uint8_t)((to - (site + SITE_JUMP)) >> 8);

	return memchr(invalid, first, sizeof(invalid)) != NULL;
}

void site_jump(uint8_t *code, uintptr_t site, uintptr_t to)
{
	code[0] = JMP_REL32;
	put_distance(code + 1, site + SITE_JUMP, to);
}

uintptr_t site_target(const uint8_t *code, uintptr_t site)
{
	return code[0] == JMP_REL32 ? target(code + 1, site + SITE_JUMP) : 0;
}

/* --- stubs --- */

static void put_lea_rcx(uint8_t *code, uintptr_t at, uintptr_t to)
{
	static const uint8_t lea[3] = { 0x48, 0x8d, 0x0d }; /* lea rel32(%rip),%rcx */

	memcpy(code, lea, sizeof(lea));
	put_distance(code + sizeof(lea), at + LEA_SIZE, to);
}

static void put_jump_to_entry(uint8_t *code)
{
	static const uint8_t jump[4] = { 0x65, 0xff, 0x24, 0x25 }; /* jmp *%gs:disp32 */
	static const uint32_t entry = CPU_ENTRY_STUB;

	memcpy(code, jump, sizeof(jump));
	memcpy(code + sizeof(jump), &entry, sizeof(entry));
}

void stub_write_mov(uint8_t *stub, uintptr_t at, uint32_t nr, uintptr_t behind)
{
	stub[0] = MOV_EAX;
	memcpy(stub + 1, &nr, sizeof(nr));
	put_lea_rcx(stub + MOV_STUB_LEA, at + MOV_STUB_LEA, behind);
	put_jump_to_entry(stub + MOV_STUB_JMP);
	stub[STUB_KIND] = KIND_MOV;
}

void stub_write_next(uint8_t *stub, uintptr_t at, const uint8_t *displaced, unsigned len,
		     uintptr_t behind)
{
	uint8_t *back = stub + NEXT_STUB_BEHIND + len;

	put_lea_rcx(stub, at, at + NEXT_STUB_BEHIND);
	put_jump_to_entry(stub + NEXT_STUB_JMP);
	stub[NEXT_STUB_CALL] = 0x0f;
	stub[NEXT_STUB_CALL + 1] = 0x05;
	memcpy(stub + NEXT_STUB_BEHIND, displaced, len);
	back[0] = JMP_REL32;
	put_distance(back + 1, at + NEXT_STUB_BEHIND + len + SITE_JUMP, behind + len);
	stub[STUB_USES] = 0;
	stub[STUB_LEN] = (uint8_t)len;
	stub[STUB_KIND] = KIND_NEXT;
}

/* Where the syscall of the stub's site ends. */
static uintptr_t behind_of(const uint8_t *stub, uintptr_t at)
{
	unsigned len = stub[STUB_LEN], back = NEXT_STUB_BEHIND + len + 1;

	if (stub[STUB_KIND] == KIND_MOV)
		return target(stub + MOV_STUB_LEA + 3, at + MOV_STUB_LEA + LEA_SIZE);
	return target(stub + back, at + back + 4) - len;
}

uintptr_t stub_seen(const uint8_t *stub, uintptr_t at, unsigned offset)
{
	uintptr_t behind = behind_of(stub, at);

	if (stub[STUB_KIND] == KIND_MOV)
		return offset == 0 ? behind - SITE_MOV : behind - SITE_SYSCALL;
	if (stub[STUB_KIND] != KIND_NEXT)
		return 0;
	if (offset < NEXT_STUB_BEHIND)
		return behind - SITE_SYSCALL;
	return offset == NEXT_STUB_BEHIND ? behind : behind + stub[STUB_LEN];
}

uintptr_t stub_displaced(const uint8_t *stub, uintptr_t at, uintptr_t ip)
{
	if (stub[STUB_KIND] != KIND_NEXT || behind_of(stub, at) != ip)
		return 0;
	return at + NEXT_STUB_BEHIND;
}

uint8_t *stub_uses(uint8_t *stub)
{
	return stub + STUB_USES;
}
