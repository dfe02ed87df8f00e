/* cpuinfo.c: the processor in words, as /proc/cpuinfo has them on this architecture.
 *
 * Flags are called as in Linux's arch/x86/include/asm/cpufeatures.h, and only those are shown that
 * programs can use: what CPUID says of an operating system's affairs is of no interest here.
 * Bits: Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E. */

#include "arch/arch.h"
#include "arch/x86_64/internal.h"
#include "lib/print.h"
#include "lib/string.h"

enum leaf { L1_EDX, L1_ECX, L7_EBX, L7_ECX, L7_EDX, LD_EAX, LE1_EDX, LE1_ECX, LEAVES };

static const struct {
	uint8_t leaf, bit;
	const char *name;
} flags[] = {
	{ L1_EDX, 0, "fpu" },
	{ L1_EDX, 4, "tsc" },
	{ L1_EDX, 5, "msr" },
	{ L1_EDX, 6, "pae" },
	{ L1_EDX, 8, "cx8" },
	{ L1_EDX, 9, "apic" },
	{ L1_EDX, 13, "pge" },
	{ L1_EDX, 15, "cmov" },
	{ L1_EDX, 16, "pat" },
	{ L1_EDX, 19, "clflush" },
	{ L1_EDX, 23, "mmx" },
	{ L1_EDX, 24, "fxsr" },
	{ L1_EDX, 25, "sse" },
	{ L1_EDX, 26, "sse2" },
	{ LE1_EDX, 11, "syscall" },
	{ LE1_EDX, 20, "nx" },
	{ LE1_EDX, 26, "pdpe1gb" },
	{ LE1_EDX, 27, "rdtscp" },
	{ LE1_EDX, 29, "lm" },
	{ L1_ECX, 0, "pni" },
	{ L1_ECX, 1, "pclmulqdq" },
	{ L1_ECX, 3, "monitor" },
	{ L1_ECX, 9, "ssse3" },
	{ L1_ECX, 12, "fma" },
	{ L1_ECX, 13, "cx16" },
	{ L1_ECX, 17, "pcid" },
	{ L1_ECX, 19, "sse4_1" },
	{ L1_ECX, 20, "sse4_2" },
	{ L1_ECX, 21, "x2apic" },
	{ L1_ECX, 22, "movbe" },
	{ L1_ECX, 23, "popcnt" },
	{ L1_ECX, 24, "tsc_deadline_timer" },
	{ L1_ECX, 25, "aes" },
	{ L1_ECX, 26, "xsave" },
	{ L1_ECX, 28, "avx" },
	{ L1_ECX, 29, "f16c" },
	{ L1_ECX, 30, "rdrand" },
	{ L1_ECX, 31, "hypervisor" },
	{ LE1_ECX, 0, "lahf_lm" },
	{ LE1_ECX, 5, "abm" },
	{ LE1_ECX, 6, "sse4a" },
	{ LE1_ECX, 8, "3dnowprefetch" },
	{ L7_EBX, 0, "fsgsbase" },
	{ L7_EBX, 3, "bmi1" },
	{ L7_EBX, 5, "avx2" },
	{ L7_EBX, 7, "smep" },
	{ L7_EBX, 8, "bmi2" },
	{ L7_EBX, 9, "erms" },
	{ L7_EBX, 10, "invpcid" },
	{ L7_EBX, 16, "avx512f" },
	{ L7_EBX, 17, "avx512dq" },
	{ L7_EBX, 18, "rdseed" },
	{ L7_EBX, 19, "adx" },
	{ L7_EBX, 20, "smap" },
	{ L7_EBX, 21, "avx512ifma" },
	{ L7_EBX, 23, "clflushopt" },
	{ L7_EBX, 24, "clwb" },
	{ L7_EBX, 28, "avx512cd" },
	{ L7_EBX, 29, "sha_ni" },
	{ L7_EBX, 30, "avx512bw" },
	{ L7_EBX, 31, "avx512vl" },
	{ LD_EAX, 0, "xsaveopt" },
	{ LD_EAX, 1, "xsavec" },
	{ LD_EAX, 2, "xgetbv1" },
	{ L7_ECX, 1, "avx512vbmi" },
	{ L7_ECX, 2, "umip" },
	{ L7_ECX, 3, "pku" },
	{ L7_ECX, 6, "avx512_vbmi2" },
	{ L7_ECX, 8, "gfni" },
	{ L7_ECX, 9, "vaes" },
	{ L7_ECX, 10, "vpclmulqdq" },
	{ L7_ECX, 11, "avx512_vnni" },
	{ L7_ECX, 12, "avx512_bitalg" },
	{ L7_ECX, 14, "avx512_vpopcntdq" },
	{ L7_ECX, 16, "la57" },
	{ L7_ECX, 22, "rdpid" },
	{ L7_EDX, 4, "fsrm" },
};

/* A register's worth of CPUID leaves, 0 where the processor has no such leaf. */
static void read_leaves(uint32_t reg[LEAVES])
{
	uint32_t max = cpuid(0, 0).eax, max_ext = cpuid(0x80000000, 0).eax;

	memset(reg, 0, LEAVES * sizeof(reg[0]));
	reg[L1_EDX] = cpuid(1, 0).edx;
	reg[L1_ECX] = cpuid(1, 0).ecx;
	if (max >= 7) {
		reg[L7_EBX] = cpuid(7, 0).ebx;
		reg[L7_ECX] = cpuid(7, 0).ecx;
		reg[L7_EDX] = cpuid(7, 0).edx;
	}
	if (max >= 0xd)
		reg[LD_EAX] = cpuid(0xd, 1).eax;
	if (max_ext >= 0x80000001) {
		reg[LE1_EDX] = cpuid(0x80000001, 0).edx;
		reg[LE1_ECX] = cpuid(0x80000001, 0).ecx;
	}
}

/* Letters of one leaf's registers. */
static void take_text(char *to, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	const uint32_t reg[] = { a, b, c, d };

	memcpy(to, reg, sizeof(reg));
}

static void vendor_name(char name[17])
{
	struct cpuid c = cpuid(0, 0);

	take_text(name, c.ebx, c.edx, c.ecx, 0);
	name[12] = '\0';
}

static void model_name(char name[49])
{
	strlcpy(name, arch_platform, 49);
	if (cpuid(0x80000000, 0).eax < 0x80000004)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		struct cpuid c = cpuid(0x80000002 + i, 0);
		take_text(name + (size_t)i * 16, c.eax, c.ebx, c.ecx, c.edx);
	}
	name[48] = '\0';
	for (size_t n = strlen(name); n > 0 && name[n - 1] == ' '; n--)
		name[n - 1] = '\0';
}

/* Append to buf; at => where the text ends, never beyond size. */
#define APPEND(...)                                                                                \
	(at += (size_t)snprintf(buf + at, size - at, __VA_ARGS__), at = MIN(at, size - 1))

size_t arch_cpuinfo(char *buf, size_t size)
{
	uint32_t reg[LEAVES], id = cpuid(1, 0).eax, sizes = 0;
	unsigned family = id >> 8 & 0xf, model = id >> 4 & 0xf;
	uint64_t khz = tsc_rate() / 1000;
	char vendor[17], name[49];
	size_t at = 0;

	if (family == 0xf)
		family += id >> 20 & 0xff;
	if (family >= 6)
		model |= (id >> 16 & 0xf) << 4;
	if (cpuid(0x80000000, 0).eax >= 0x80000008)
		sizes = cpuid(0x80000008, 0).eax;
	read_leaves(reg);
	vendor_name(vendor);
	model_name(name);
	APPEND("vendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n", vendor, family, model);
	APPEND("model name\t: %s\nstepping\t: %u\n", name, id & 0xf);
	APPEND("cpu MHz\t\t: %lu.%03lu\n", khz / 1000, khz % 1000);
	APPEND("physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n");
	APPEND("apicid\t\t: %u\ninitial apicid\t: %u\n", cpuid(1, 0).ebx >> 24,
	       cpuid(1, 0).ebx >> 24);
	APPEND("fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
	       cpuid(0, 0).eax);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (reg[flags[i].leaf] >> flags[i].bit & 1)
			APPEND(" %s", flags[i].name);
	}
	APPEND("\nbugs\t\t:\nbogomips\t: %lu.%02lu\n", khz / 500, khz / 5 % 100);
	APPEND("clflush size\t: %u\ncache_alignment\t: 64\n", (cpuid(1, 0).ebx >> 8 & 0xff) * 8);
	APPEND("address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
	       sizes & 0xff, sizes >> 8 & 0xff);
	return at;
}
