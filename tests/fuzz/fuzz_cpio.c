/* The cpio reader under libFuzzer: every member lies inside the archive, and a refusal has a place and
 * a reason. */
/* links: initrd/cpio.c */
#include <stdlib.h>
#include <string.h>

#include "initrd/cpio.h"

struct archive {
	const uint8_t *data;
	size_t len;
	unsigned members;
};

static int sink(void *arg, const struct cpio_member *m)
{
	struct archive *a = arg;
	const uint8_t *name = (const uint8_t *)m->name;
	size_t length = strlen(m->name);

	if (name < a->data || name + length >= a->data + a->len)
		abort();
	if (m->data < a->data || m->size > a->len || m->data + m->size > a->data + a->len)
		abort();
	if (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		abort();
	a->members++;
	return length == 3 && memcmp(name, "bad", 3) == 0 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct archive a = { data, len, 0 };
	struct cpio_error err = { 0 };
	size_t used = 0;
	int result = cpio_read(data, len, sink, &a, &used, &err);

	if (result == 0 ? used > len || used == 0 : err.reason == NULL || err.offset > len)
		abort();
	if (a.members > len / 110)
		abort();
	return 0;
}
