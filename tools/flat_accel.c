/* flat_accel.c: is KVM usable here?
 *
 * That /dev/kvm opens says little: inside some virtual machines it opens, and then emulates 64-bit
 * code instruction by instruction, far slower than QEMU's own TCG.  So a guest of a few instructions
 * counts to COUNT in long mode under KVM, with a time limit.  The verdict is kept in a file together
 * with what it holds for: the host's kernel, the machine's name and QEMU's program file.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROBE_SECONDS 0.7
#define POLL_NS	      5000000

extern const char probe_elf[], probe_elf_end[];

/* The guest: an ELF file with a PVH note, loaded at 2 MiB.  It identity-maps 4 MiB with tables at
 * 64 KiB, enters long mode, counts, and leaves by the debug-exit port. */
__asm__(".pushsection .rodata\n"
	"	.set	base, 0x200000\n"
	"	.set	tables, 0x10000\n"
	"	.set	count, 20000000\n"
	"	.globl	probe_elf, probe_elf_end\n"
	"probe_elf:\n"
	"	.ascii	\"\\177ELF\\2\\1\\1\"\n"
	"	.zero	9\n"
	"	.short	2, 62\n" /* executable, x86-64 */
	"	.long	1\n"
	"	.quad	base + 4f - probe_elf, 2f - probe_elf, 0\n"
	"	.long	0\n"
	"	.short	64, 56, 2, 0, 0, 0\n"
	"2:	.long	1, 7\n" /* PT_LOAD */
	"	.quad	0, base, base, probe_elf_end - probe_elf, probe_elf_end - probe_elf, 4096\n"
	"	.long	4, 4\n" /* PT_NOTE */
	"	.quad	3f - probe_elf, base + 3f - probe_elf, base + 3f - probe_elf, 20, 20, 4\n"
	"3:	.long	4, 4, 18\n" /* XEN_ELFNOTE_PHYS32_ENTRY */
	"	.asciz	\"Xen\"\n"
	"	.long	base + 4f - probe_elf\n"
	"	.code32\n"
	"4:	cld\n"
	"	mov	$tables, %edi\n"
	"	xor	%eax, %eax\n"
	"	mov	$3 * 1024, %ecx\n"
	"	rep stosl\n"
	"	movl	$tables + 0x1003, tables\n"
	"	movl	$tables + 0x2003, tables + 0x1000\n"
	"	movl	$0x83, tables + 0x2000\n"
	"	movl	$0x200083, tables + 0x2008\n"
	"	mov	$tables, %eax\n"
	"	mov	%eax, %cr3\n"
	"	mov	%cr4, %eax\n"
	"	or	$0x20, %eax\n" /* PAE */
	"	mov	%eax, %cr4\n"
	"	mov	$0xc0000080, %ecx\n" /* EFER */
	"	rdmsr\n"
	"	or	$0x100, %eax\n" /* LME */
	"	wrmsr\n"
	"	mov	%cr0, %eax\n"
	"	or	$0x80000001, %eax\n" /* PG, PE */
	"	mov	%eax, %cr0\n"
	"	lgdt	base + 6f - probe_elf\n"
	"	ljmp	$8, $(base + 5f - probe_elf)\n"
	"	.code64\n"
	"5:	mov	$count, %ecx\n"
	"1:	dec	%rcx\n"
	"	jnz	1b\n"
	"	mov	$0xf4, %edx\n"
	"	xor	%eax, %eax\n"
	"	outb	%al, %dx\n"
	"1:	hlt\n"
	"	jmp	1b\n"
	"6:	.short	15\n"
	"	.long	base + 7f - probe_elf\n"
	"	.balign	8\n"
	"7:	.quad	0, 0x00af9b000000ffff\n"
	"probe_elf_end:\n"
	".popsection\n");

static const char *qemu_name(void)
{
	const char *qemu = getenv("FLAT_QEMU");

	return qemu != NULL && *qemu != '\0' ? qemu : "qemu-system-x86_64";
}

static void become_probe(int elf, const char *accel, const char *cpu)
{
	char kernel[32], exit_device[64];
	int null = open("/dev/null", O_RDWR);

	snprintf(kernel, sizeof(kernel), "/dev/fd/%d", elf);
	snprintf(exit_device, sizeof(exit_device), "isa-debug-exit,iobase=%#x,iosize=4",
		 HOST_PORT_EXIT);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execlp(qemu_name(), qemu_name(), "-M", "microvm,acpi=off", "-accel", accel, "-cpu", cpu,
	       "-m", "32M", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
	       "-kernel", kernel, "-device", exit_device, (char *)NULL);
	_exit(EXIT_FLAT);
}

/* => the process ended with this status within the limit; else it is killed */
static bool ends_with(pid_t pid, int expected, double seconds)
{
	double deadline = now_seconds() + seconds;
	struct timespec pause = { .tv_nsec = POLL_NS };
	int status;

	while (now_seconds() < deadline) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == expected;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

static bool probe(const char *accel, const char *cpu)
{
	size_t size = probe_elf_end - probe_elf;
	int elf = memfd_create("probe", 0);
	bool ok = false;
	pid_t pid;

	if (elf >= 0 && write_all(elf, probe_elf, size) == 0) {
		pid = fork();
		if (pid == 0)
			become_probe(elf, accel, cpu);
		ok = pid > 0 && ends_with(pid, 1, PROBE_SECONDS);
	}
	if (elf >= 0)
		close(elf);
	return ok;
}

/* What a verdict holds for. */
static char *cache_key(void)
{
	struct utsname host;
	struct stat st = { 0 };
	char *path = find_program(qemu_name(), "qemu-system-x86");

	uname(&host);
	stat(path, &st);
	return xasprintf("%s %s %s %s %lld", host.nodename, host.release, host.version, path,
			 (long long)st.st_mtime);
}

/* => "kvm", "tcg", or NULL: nothing known for this key */
static const char *cache_read(const char *file, const char *key)
{
	size_t len = strlen(key);
	char text[1024];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 4)
		return NULL;
	text[n] = '\0';
	if (strncmp(text + 4, key, len) != 0 || text[4 + len] != '\n')
		return NULL;
	return strncmp(text, "kvm ", 4) == 0 ? "kvm" : "tcg";
}

static bool cache_write(const char *file, const char *key, const char *verdict)
{
	FILE *f = fopen(file, "we");
	bool ok;

	if (f == NULL)
		return false;
	ok = fprintf(f, "%s %s\n", verdict, key) > 0;
	return fclose(f) == 0 && ok;
}

const char *accel_choose(void)
{
	const char *verdict;
	char *file, *key;

	if (access("/dev/kvm", R_OK | W_OK) < 0)
		return "tcg";
	file = cache_path("accel");
	if (file == NULL)
		return "tcg";
	key = cache_key();
	verdict = cache_read(file, key);
	if (verdict == NULL) {
		/* Where nothing can be kept, every run would have to wait for a probe: have none. */
		verdict = "tcg";
		if (cache_write(file, key, verdict) && probe("kvm", "host")) {
			verdict = "kvm";
			cache_write(file, key, verdict);
		}
	}
	free(key);
	free(file);
	return verdict;
}

/* --- the cycle counter --- */

/* A time on two clocks. */
struct instant {
	uint64_t tsc, ns;
};
static struct instant first;

enum { READINGS = 8, MIN_NS = 500000 };

/* Of some readings the one that took the shortest time. */
static struct instant instant_now(void)
{
	struct instant best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < READINGS; i++) {
		struct timespec ts;
		uint64_t before = __builtin_ia32_rdtsc(), width;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		width = __builtin_ia32_rdtsc() - before;
		if (width < shortest) {
			shortest = width;
			best.tsc = before + width / 2;
			best.ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
		}
	}
	return best;
}

void tsc_begin(void)
{
	first = instant_now();
}

uint64_t tsc_khz(void)
{
	struct instant now = instant_now();

	while (now.ns - first.ns < MIN_NS)
		now = instant_now();
	return (uint64_t)((double)(now.tsc - first.tsc) * 1e6 / (double)(now.ns - first.ns) + 0.5);
}
