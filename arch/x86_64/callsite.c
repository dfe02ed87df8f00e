/* callsite.c: is an address one that a call instruction returns to?  Opcodes: Intel SDM volume 2, CALL.
 */

#include "arch/arch.h"

#define CALL_RELATIVE 0xe8
#define CALL_INDIRECT 0xff /* with 2 in the middle field of the byte behind it */

/* Bytes of an indirect call, by its ModRM byte; 0: it is none. */
static unsigned indirect_len(uint8_t modrm)
{
	unsigned mod = modrm >> 6, rm = modrm & 7, len = 2;

	if (((modrm >> 3) & 7) != 2)
		return 0;
	if (mod == 3)
		return len;
	if (rm == 4)
		len++; /* SIB */
	if (mod == 1)
		len += 1;
	else if (mod == 2 || rm == 5)
		len += 4;
	return len;
}

bool arch_after_call(const uint8_t code[ARCH_CALL_MAX])
{
	if (code[ARCH_CALL_MAX - 5] == CALL_RELATIVE)
		return true;
	for (unsigned at = 1; at < ARCH_CALL_MAX - 1; at++)
		if (code[at] == CALL_INDIRECT && indirect_len(code[at + 1]) == ARCH_CALL_MAX - at)
			return true;
	return false;
}
