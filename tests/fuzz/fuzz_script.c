/* The "#!" parser under libFuzzer: the words lie inside the line and end there. */
/* links: elf/script.c */
#include <stdlib.h>
#include <string.h>

#include "elf/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *head = calloc(1, SCRIPT_HEAD), *interp = NULL, *arg = NULL;
	const char *end = head + SCRIPT_HEAD;

	memcpy(head, data, len < SCRIPT_HEAD ? len : SCRIPT_HEAD);
	if (script_parse(head, &interp, &arg) == 0) {
		if (interp < head + 2 || interp + strlen(interp) >= end)
			abort();
		if (arg != NULL && (arg <= interp || arg + strlen(arg) >= end))
			abort();
	}
	free(head);
	return 0;
}
