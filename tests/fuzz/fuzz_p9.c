/* What a host may answer, under libFuzzer: whatever the bytes are, nothing outside of them is read, no error
 * is anything but an errno, and names are names. */
/* links: fs/p9_proto.c */
#include <stdlib.h>
#include <string.h>

#include "fs/p9_proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool cond)
{
	if (!cond)
		abort();
}

static void read_folder(struct p9_msg *m)
{
	struct p9_dirent e;

	while (p9_get_dirent(m, &e)) {
		must(e.name_len > 0 && e.name_len <= P9_NAME_MAX);
		must((const uint8_t *)e.name + e.name_len <= m->data + m->size);
		must(memchr(e.name, '/', e.name_len) == NULL);
	}
	must(m->bad || m->at == m->size);
}

/* The first byte chooses what is asked; the second, how much of the answer is elsewhere. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum p9_type types[] = { P9_GETATTR, P9_STATFS,  P9_WALK,	    P9_READLINK,
					      P9_VERSION, P9_READDIR, P9_XATTRWALK, P9_LOPEN };
	struct p9_attr a;
	struct p9_statfs s;
	struct p9_qid q;
	struct p9_msg m;
	size_t n;

	if (len < 2)
		return 0;
	size_t bytes = len - 2, here = bytes > data[1] ? bytes - data[1] : bytes;
	uint8_t *copy = malloc(bytes + 1); /* exactly so much may be read */
	memcpy(copy, data + 2, bytes);
	copy = realloc(copy, bytes > 0 ? bytes : 1);
	int err = p9_answer(&m, copy, here, bytes, types[data[0] % 8], (uint16_t)(data[0] >> 3));
	must(err <= 0 && err >= -4095);
	must(m.size <= here && m.at <= m.size);
	switch (data[0] % 8) {
	case 0: p9_get_attr(&m, &a); break;
	case 1: p9_get_statfs(&m, &s); break;
	case 2: p9_get_qid(&m, &q); break;
	case 5: read_folder(&m); break;
	default:
		while (!m.bad) {
			const char *text = p9_get_string(&m, &n);
			must(m.bad ? n == 0 : (const uint8_t *)text + n <= m.data + m.size);
		}
	}
	must(m.at <= m.size);
	free(copy);
	return 0;
}
