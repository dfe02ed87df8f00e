/* host.c: what unit tests need below the kernel: memory, options, a clock, panic. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "boot/boot.h"
#include "lib/bug.h"
#include "lib/print.h"
#include "mm/page.h"

#define RAM_START 0x100000ul
#define OPTIONS	  8

uintptr_t host_direct_map;
uint64_t host_clock;
struct task *host_current;
struct boot_info boot_info;

static void *ram;
static struct {
	const char *key, *value;
} options[OPTIONS];

void host_ram(size_t bytes)
{
	free(ram);
	ram = aligned_alloc(PAGE_SIZE, bytes);
	if (ram == NULL)
		abort();
	memset(ram, 0xa5, bytes);
	host_direct_map = (uintptr_t)ram - RAM_START;
	memset(&boot_info, 0, sizeof(boot_info));
	boot_info.ram_count = 1;
	boot_info.ram[0] = (struct boot_range){ RAM_START, RAM_START + bytes };
	page_init(&boot_info);
}

void host_option(const char *key, const char *value)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (options[i].key == NULL || strcmp(options[i].key, key) == 0) {
			options[i].key = key;
			options[i].value = value;
			return;
		}
	}
	abort();
}

const char *option(const char *key)
{
	for (size_t i = 0; i < OPTIONS && options[i].key != NULL; i++) {
		if (strcmp(options[i].key, key) == 0)
			return options[i].value;
	}
	return NULL;
}

uint64_t option_number(const char *key, uint64_t otherwise)
{
	const char *value = option(key);

	return value == NULL ? otherwise : strtoull(value, NULL, 0);
}

uint64_t clock_ns(void)
{
	return host_clock;
}

uint64_t clock_wall_ns(void)
{
	return host_clock;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void kvprintf(const char *fmt, va_list ap)
{
	vfprintf(stderr, fmt, ap);
}

void kprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	kvprintf(fmt, ap);
	va_end(ap);
}

uint64_t random_u64(void)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void random_bytes(void *buf, size_t n)
{
	unsigned char *p = buf;

	while (n-- > 0)
		*p++ = (unsigned char)random_u64();
}
