/* The EROFS reader under libFuzzer: whatever is in an image, what is handed out lies within it, entries of a
 * directory come in the order of their places, and everything ends.
 *
 * Input: a byte; odd: the rest lies over the image behind the superblock; even: the rest are changes to the
 * sample, of two bytes of place and one of value. */
/* links: fs/erofs.c */
#include "tests/fuzz/erofs_sample.h"

static _Alignas(EROFS_BLOCK) uint8_t image[SAMPLE_SIZE];

static void change(const uint8_t *data, size_t len)
{
	for (; len >= 3; data += 3, len -= 3)
		image[(data[0] | (size_t)data[1] << 8) % SAMPLE_SIZE] = data[2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const size_t behind = EROFS_MAGIC_AT + 128;
	struct erofs fs;
	struct erofs_inode root;
	const char *why = NULL;

	if (len == 0)
		return 0;
	sample_make(image);
	if (data[0] % 2 == 0)
		change(data + 1, len - 1);
	else
		memcpy(image + behind, data + 1, len - 1 < SAMPLE_SIZE - behind ? len - 1 : 0);
	/* Memory of its own, of just that size: what is read behind it is seen. */
	uint8_t *copy = aligned_alloc(EROFS_BLOCK, SAMPLE_SIZE);
	memcpy(copy, image, SAMPLE_SIZE);
	if (erofs_open(&fs, copy, SAMPLE_SIZE, &why) == 0) {
		struct sample_walk w = { .fs = &fs };

		if (erofs_inode(&fs, fs.root, &root) < 0 || fs.size > SAMPLE_SIZE)
			abort();
		walk_directory(&w, &root);
		if (w.entries > SAMPLE_SIZE / 12)
			abort();
	} else if (why == NULL) {
		abort();
	}
	free(copy);
	return 0;
}
