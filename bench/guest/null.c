/* null.c: the cheapest system call, by each way into the kernel; and the time.
 *
 *	null trap|site|call|libc|clock */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

/* A `syscall` instruction with its number from elsewhere: no kernel can patch this. */
static void by_trap(void *arg, unsigned long n)
{
	(void)arg;
	for (unsigned long i = 0; i < n; i++) {
		long result, nr = SYS_getppid;

		__asm__ volatile("" : "+r"(nr));
		__asm__ volatile("mov %1, %%rax\n\tsyscall"
				 : "=&a"(result)
				 : "r"(nr)
				 : "rcx", "r11", "memory");
	}
}

/* As most C libraries have it: mov $nr, %eax; syscall. */
static void by_site(void *arg, unsigned long n)
{
	(void)arg;
	for (unsigned long i = 0; i < n; i++) {
		long result;

		__asm__ volatile("mov %1, %%eax\n\tsyscall"
				 : "=&a"(result)
				 : "i"(SYS_getppid)
				 : "rcx", "r11", "memory");
	}
}

/* What the kernel offers in the auxiliary vector, without a C library in between. */
static void by_call(void *arg, unsigned long n)
{
	unsigned long entry = (unsigned long)arg;

	for (unsigned long i = 0; i < n; i++) {
		long result;

		__asm__ volatile("lea -256(%%rsp), %%rsp\n\tcall *%1\n\tlea 256(%%rsp), %%rsp"
				 : "=&a"(result)
				 : "b"(entry), "0"((long)SYS_getppid)
				 : "rcx", "r11", "memory");
	}
}

static void by_libc(void *arg, unsigned long n)
{
	(void)arg;
	for (unsigned long i = 0; i < n; i++)
		syscall(SYS_getppid);
}

static void clock_monotonic(void *arg, unsigned long n)
{
	struct timespec ts;

	(void)arg;
	for (unsigned long i = 0; i < n; i++)
		clock_gettime(CLOCK_MONOTONIC, &ts);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned long entry = getauxval(AT_SYSINFO);

	if (strcmp(what, "trap") == 0)
		bench_time("null.trap", by_trap, NULL);
	else if (strcmp(what, "site") == 0)
		bench_time("null.site", by_site, NULL);
	else if (strcmp(what, "call") == 0 && entry != 0)
		bench_time("null.call", by_call, (void *)entry);
	else if (strcmp(what, "call") == 0)
		bench_none("null.call");
	else if (strcmp(what, "libc") == 0)
		bench_time("null.libc", by_libc, NULL);
	else if (strcmp(what, "clock") == 0)
		bench_time("null.clock", clock_monotonic, NULL);
	else
		return 2;
	return 0;
}
