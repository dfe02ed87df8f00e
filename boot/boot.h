/* boot.h: what the boot protocol tells the kernel, whatever the protocol is. */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "lib/types.h"

#define BOOT_RANGES 32

struct boot_range {
	uint64_t start, end; /* bytes */
};

struct boot_info {
	struct boot_range ram[BOOT_RANGES]; /* usable RAM */
	unsigned ram_count;
	struct boot_range reserved[BOOT_RANGES]; /* within RAM: kernel image, initrd, boot tables */
	unsigned reserved_count;
	struct boot_range initrd; /* physical; empty: none */
	char cmdline[2048];
	uint64_t kernel_start, kernel_end; /* physical, page aligned */
};

extern struct boot_info boot_info;

/* The kernel's options: "key" or "key=value" words of the command line; documented in
 * docs/OPTIONS.md.  => the value ("" for a bare word), NULL: not given.  Lives for ever. */
const char *option(const char *key);
uint64_t option_number(const char *key, uint64_t otherwise); /* suffixes K M G */

/* Random numbers of the kernel's own: a ChaCha20 generator seeded from RDRAND and timing, or by
 * seed=N for runs that must repeat (lib/random.c). */
void random_init(void);
void random_bytes(void *buf, size_t n);
uint64_t random_u64(void);

void kernel_main(void) __attribute__((noreturn));

#endif
