/* An EROFS image is read as it was made; a damaged one is refused, or what is left of it is read. */
/* links: fs/erofs.c */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/fuzz/erofs_sample.h"
#include "tests/unit/unit.h"

static _Alignas(EROFS_BLOCK) uint8_t image[SAMPLE_SIZE];
static struct erofs fs;
static struct erofs_inode root;

static void open_sample(void)
{
	const char *why;

	sample_make(image);
	ck_assert_uint_eq(erofs_size(image), SAMPLE_SIZE);
	ck_assert_int_eq(erofs_open(&fs, image, SAMPLE_SIZE, &why), 0);
	ck_assert_ptr_null(why == NULL ? why : NULL);
	ck_assert_int_eq(erofs_inode(&fs, fs.root, &root), 0);
}

static struct erofs_inode inode_of(const char *name)
{
	struct erofs_inode inode;
	struct erofs_entry e;

	ck_assert_int_eq(erofs_find(&root, name, strlen(name), &e), 0);
	ck_assert_int_eq(erofs_inode(&fs, e.nid, &inode), 0);
	return inode;
}

START_TEST(all_names_are_there)
{
	struct sample_walk w = { .fs = &fs };
	struct erofs_entry e;

	open_sample();
	walk_directory(&w, &root);
	ck_assert_uint_eq(w.entries, SAMPLE_MANY + 5);
	ck_assert_uint_eq(w.found, w.entries);
	ck_assert_int_eq(erofs_next(&root, 0, &e), 0);
	ck_assert(e.len == 4 && memcmp(e.name, "a000", 4) == 0);
	ck_assert_int_eq(erofs_find(&root, "plain", 5, &e), 0);
	ck_assert_uint_eq(e.type, S_IFREG >> 12);
	ck_assert_int_eq(erofs_find(&root, "link", 4, &e), 0);
	ck_assert_uint_eq(e.type, S_IFLNK >> 12);
}
END_TEST

START_TEST(other_names_are_not)
{
	static const char *const names[] = { "",  ".",	  "..",	     "a", "a0000", "a130",
					     "b", "plai", "plainer", "z", "\xff" };
	struct erofs_entry e;

	open_sample();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_int_eq(erofs_find(&root, names[i], strlen(names[i]), &e), -ENOENT);
}
END_TEST

START_TEST(inodes_of_both_forms)
{
	open_sample();
	struct erofs_inode i = inode_of("file");
	ck_assert_uint_eq(i.mode, 0104755);
	ck_assert_uint_eq(i.uid, 100000);
	ck_assert_uint_eq(i.gid, 200000);
	ck_assert_uint_eq(i.nlink, 3);
	ck_assert_uint_eq(i.mtime, 981173106);
	ck_assert_uint_eq(i.mtime_ns, 5);
	ck_assert_mem_eq(i.tail, "content", 7);
	i = inode_of("null");
	ck_assert_uint_eq(i.rdev, 1 << 8 | 3);
	ck_assert_uint_eq(i.uid, 10);
	ck_assert_uint_eq(i.mtime, 1000000000);
	i = inode_of("link");
	ck_assert_mem_eq(i.tail, "file", 4);
}
END_TEST

START_TEST(contents_in_blocks)
{
	open_sample();
	struct erofs_inode i = inode_of("plain");
	ck_assert_uint_eq(i.blocks, 1);
	ck_assert_uint_eq(i.size, EROFS_BLOCK + 100);
	ck_assert_ptr_eq(i.tail, i.data + EROFS_BLOCK);
	ck_assert_int_eq(i.data[0], 'p');
	i = inode_of("chunks");
	ck_assert_uint_eq(i.blocks, 2);
	ck_assert_ptr_null(erofs_chunk(&fs, &i, 0));
	ck_assert_int_eq(*erofs_chunk(&fs, &i, 1), 'c');
	ck_assert_ptr_null(erofs_chunk(&fs, &i, 2));
}
END_TEST

static int note(void *arg, const char *prefix, const char *name, unsigned name_len,
		const void *value, unsigned size)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s%.*s=%.*s ", prefix, (int)name_len, name, (int)size,
		(const char *)value);
	return 0;
}

START_TEST(attributes_shared_and_own)
{
	char text[100] = "";

	open_sample();
	struct erofs_inode i = inode_of("file");
	ck_assert_int_eq(erofs_xattrs(&fs, &i, note, text), 0);
	ck_assert_str_eq(text, "trusted.shared=xy user.one=valu ");
}
END_TEST

/* What the superblock says that is not read here is named. */
START_TEST(refused_with_a_reason)
{
	static const struct {
		unsigned at, value;
		const char *reason;
	} cases[] = { { 0, 0, "not an EROFS image" }, { 12, 14, "4096" },
		      { 80, 1, "compression" },	      { 80, 0x80, "not known" },
		      { 37, 1, "cut short" },	      { 40, 200, "damaged" },
		      { 47, 1, "damaged" },	      { 14, 0, "no root" } };
	const char *why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_make(image);
		image[EROFS_MAGIC_AT + cases[i].at] = (uint8_t)cases[i].value;
		ck_assert_int_eq(erofs_open(&fs, image, SAMPLE_SIZE, &why), -EINVAL);
		ck_assert_msg(strstr(why, cases[i].reason) != NULL, "%s", why);
	}
	ck_assert_int_eq(erofs_open(&fs, image, 100, &why), -EINVAL);
}
END_TEST

START_TEST(compressed_files_are_named)
{
	struct erofs_inode i;

	open_sample();
	image[NID_PLAIN * 32] = 1 << 1;
	ck_assert_int_eq(erofs_inode(&fs, NID_PLAIN, &i), -EOPNOTSUPP);
	image[NID_PLAIN * 32 + 5] = 0; /* no type */
	ck_assert_int_eq(erofs_inode(&fs, NID_PLAIN, &i), -EUCLEAN);
	ck_assert_int_eq(erofs_inode(&fs, UINT64_MAX, &i), -EUCLEAN);
	ck_assert_int_eq(erofs_inode(&fs, SAMPLE_SIZE / 32, &i), -EUCLEAN);
}
END_TEST

/* Any byte of the tables changed to any of some values: all that can be read lies within the image. */
START_TEST(damaged_at_every_byte)
{
	static const uint8_t values[] = { 0, 1, 2, 12, 0x7f, 0x80, 0xff };
	const char *why;

	for (size_t at = EROFS_MAGIC_AT; at < 2 * EROFS_BLOCK; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			struct sample_walk w = { .fs = &fs };

			sample_make(image);
			image[at] = values[v];
			if (erofs_open(&fs, image, SAMPLE_SIZE, &why) < 0)
				continue;
			ck_assert_int_eq(erofs_inode(&fs, fs.root, &root), 0);
			walk_directory(&w, &root);
			ck_assert_uint_lt(w.entries, 1000);
		}
		at += at > 1600 ? 2 : 0; /* the rest in steps: it is more of the same */
	}
}
END_TEST

UNIT_MAIN("erofs", all_names_are_there, other_names_are_not, inodes_of_both_forms,
	  contents_in_blocks, attributes_shared_and_own, refused_with_a_reason,
	  compressed_files_are_named, damaged_at_every_byte)
