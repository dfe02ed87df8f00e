/* The kernel's options under libFuzzer: any command line is taken apart without leaving its memory,
 * and a word is found again. */
/* links: */
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"

struct boot_info boot_info;

/* In one piece, to start anew for each command line. */
#include "boot/options.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const keys[] = {
		"init", "fork", "seed", "strace", "poison", "", "a", "="
	};

	if (len >= sizeof(boot_info.cmdline))
		len = sizeof(boot_info.cmdline) - 1;
	memset(words, 0, sizeof(words)); /* as .bss is */
	split = false;
	memcpy(boot_info.cmdline, data, len);
	boot_info.cmdline[len] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = option(keys[i]);

		if (value != NULL &&
		    (value < words || value + strlen(value) >= words + sizeof(words)))
			abort();
		(void)option_number(keys[i], 7);
		/* A bare key in front of everything else is found. */
		if (len > 4 && memcmp(data, "init ", 5) == 0 &&
		    (option("init") == NULL || *option("init")))
			abort();
	}
	return 0;
}
