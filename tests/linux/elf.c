/* elf.c: malformed programs.  Each variant of a good one is made by one edit, executed, and its
 * errno, exit status or signal is printed: Linux says what is right.
 *
 * Linux may notice that a program is bad only after the point of no return, and then kills it;
 * a kernel that checks first can say ENOEXEC instead.  So that both are right, "refused" stands for
 * ENOEXEC, EINVAL, ENOMEM, EIO or death by SIGSEGV or SIGKILL before the program's first output,
 * where Linux itself refuses the program in any of these ways after having read its headers. */
#include "harness.h"

#include <elf.h>

extern char **environ;

static unsigned char *image;
static size_t image_len;
static Elf64_Ehdr *ehdr;
static Elf64_Phdr *phdr;

/* A fresh copy of the program `name` in memory, to be edited. */
static void load(const char *name)
{
	int fd = open(beside(name), O_RDONLY | O_CLOEXEC);
	struct stat st;

	CHECK(fd >= 0);
	CHECK_OK(fstat(fd, &st));
	free(image);
	image_len = (size_t)st.st_size;
	image = malloc(image_len);
	CHECK_EQ(read_all(fd, image, image_len), image_len);
	close(fd);
	ehdr = (Elf64_Ehdr *)image;
	phdr = (Elf64_Phdr *)(image + ehdr->e_phoff);
}

static Elf64_Phdr *header(unsigned type, int skip)
{
	int i;

	for (i = 0; i < ehdr->e_phnum; i++)
		if (phdr[i].p_type == type && skip-- == 0)
			return &phdr[i];
	harness_fail(__FILE__, __LINE__, "no such program header");
}

/* What comes of executing the first len bytes of the image.
 * => a text: errno's name, "exit N", or "killed". */
static const char *outcome(size_t len)
{
	static char text[64];
	int fd, fds[2], status, err = 0;
	pid_t pid;

	unlink("variant");
	fd = open("variant", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	CHECK(fd >= 0);
	write_all(fd, image, len);
	CHECK_OK(close(fd));
	CHECK_OK(pipe2(fds, O_CLOEXEC));
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		alarm(5);
		execl("./variant", "variant", (char *)NULL);
		err = errno;
		write_all(fds[1], &err, sizeof(err));
		_exit(1);
	}
	close(fds[1]);
	if (read_all(fds[0], &err, sizeof(err)) == sizeof(err))
		snprintf(text, sizeof(text), "%s", errno_name(err));
	close(fds[0]);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (err == 0) {
		if (WIFEXITED(status))
			snprintf(text, sizeof(text), "exit %d", WEXITSTATUS(status));
		else
			snprintf(text, sizeof(text), "killed by %s", signal_name(WTERMSIG(status)));
	}
	return text;
}

/* The variant must be refused, in the way Linux refuses it or sooner. */
static int refused(const char *text)
{
	static const char *const ways[] = { "ENOEXEC",
					    "EINVAL",
					    "ENOMEM",
					    "EIO",
					    "EFAULT",
					    "killed by SIGSEGV",
					    "killed by SIGKILL",
					    "killed by SIGBUS" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(text, ways[i]) == 0)
			return 1;
	return 0;
}

#define REFUSED(what)                                                                              \
	do {                                                                                       \
		const char *text_ = outcome(image_len);                                            \
		if (!refused(text_))                                                               \
			harness_fail(__FILE__, __LINE__, "%s: %s", what, text_);                   \
	} while (0)
#define SAME(what) printf("%s: %s\n", what, outcome(image_len))

static const char *const kinds[] = { "probe", "probe-fixed", "probe-dynamic" };

/* Cut off inside the headers: ENOEXEC at every length.  (Linux pads the first page with zeros, so
 * an image of only the ELF header says EINVAL or ENOEXEC by its own rules.) */
TEST_SLOW(truncated_in_the_headers, 60)
{
	size_t kind, len;

	for (kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		load(kinds[kind]);
		for (len = 0; len < 64; len++)
			CHECK_STR(outcome(len), "ENOEXEC");
		for (len = 64; len < ehdr->e_phoff + sizeof(*phdr) * ehdr->e_phnum; len += 7)
			if (!refused(outcome(len)))
				harness_fail(__FILE__, __LINE__, "%s cut at %zu: %s", kinds[kind],
					     len, outcome(len));
	}
}

/* Cut off further on: no harm whatever comes of it, and afterwards the whole file still runs. */
TEST_SLOW(truncated_anywhere, 60)
{
	size_t kind, len;

	for (kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		load(kinds[kind]);
		for (len = 1000; len < image_len; len += image_len / 30)
			outcome(len);
		CHECK_STR(outcome(image_len), "exit 5");
	}
}

/* Each field of the ELF header with a wrong value. */
TEST(bad_elf_header)
{
#define WITH(field, value)                                                                         \
	do {                                                                                       \
		load("probe");                                                                     \
		ehdr->field = (value);                                                             \
		SAME(#field " = " #value);                                                         \
	} while (0)
	WITH(e_ident[0], 0x7e);
	WITH(e_ident[1], 'e');
	WITH(e_ident[EI_CLASS], ELFCLASS32); /* not looked at by Linux */
	WITH(e_ident[EI_DATA], ELFDATA2MSB);
	WITH(e_ident[EI_OSABI], 99);
	WITH(e_type, ET_NONE);
	WITH(e_type, ET_REL);
	WITH(e_type, ET_CORE);
	WITH(e_type, 0x1234);
	WITH(e_machine, EM_AARCH64);
	WITH(e_machine, 0);
	WITH(e_version, 7);
	WITH(e_phentsize, 0);
	WITH(e_phentsize, 55);
	WITH(e_phentsize, 57);
	WITH(e_phentsize, 0xffff);
	WITH(e_phnum, 0);
	WITH(e_phnum, 0xffff);
	WITH(e_phnum, 1171);
	WITH(e_shnum, 0xffff);
	WITH(e_shoff, ~0ul);
#undef WITH
}

/* ... and where the outcome may be an early refusal. */
TEST(wild_elf_header)
{
#define WITH(field, value)                                                                         \
	do {                                                                                       \
		load("probe");                                                                     \
		ehdr->field = (value);                                                             \
		REFUSED(#field " = " #value);                                                      \
	} while (0)
	WITH(e_phoff, ~0ul);
	WITH(e_phoff, 1ul << 63);
	WITH(e_phoff, (1ul << 63) - 8);
	WITH(e_phoff, image_len);
	WITH(e_phoff, image_len - 1);
	WITH(e_entry, ~0ul);
	WITH(e_entry, 1ul << 62);
	WITH(e_entry, 1ul << 46);
#undef WITH
}

/* The first, or second, load segment with absurd values. */
TEST(wild_segments)
{
	static const unsigned long wild[] = { ~0ul,	 1ul << 63,	  (1ul << 63) - 1,
					      1ul << 48, (1ul << 47) - 1, ~0ul << 12,
					      1ul << 62, -8192ul };
	size_t kind, i;
	int segment;

	for (kind = 0; kind < 2; kind++) {
		for (segment = 0; segment < 2; segment++) {
			for (i = 0; i < ARRAY_LEN(wild); i++) {
				load(kinds[kind]);
				header(PT_LOAD, segment)->p_memsz = wild[i];
				REFUSED("p_memsz");
				load(kinds[kind]);
				header(PT_LOAD, segment)->p_filesz = wild[i];
				REFUSED("p_filesz");
				load(kinds[kind]);
				header(PT_LOAD, segment)->p_filesz = wild[i];
				header(PT_LOAD, segment)->p_memsz = wild[i];
				REFUSED("p_filesz and p_memsz");
				load(kinds[kind]);
				header(PT_LOAD, segment)->p_vaddr = wild[i];
				outcome(image_len);
				load(kinds[kind]);
				header(PT_LOAD, segment)->p_offset = wild[i];
				outcome(image_len);
			}
		}
	}
}

/* Addresses that are not the program's to take. */
TEST(forbidden_addresses)
{
	static const unsigned long bad[] = { 0xffffffff80000000ul, 0xffff800000000000ul,
					     0x800000000000ul, 0x7ffffffff000ul,
					     0xfffffffffffff000ul };
	size_t i;
	int n;

	for (i = 0; i < ARRAY_LEN(bad); i++) {
		load("probe-fixed");
		for (n = 0; n < ehdr->e_phnum; n++)
			if (phdr[n].p_type == PT_LOAD)
				phdr[n].p_vaddr += bad[i];
		REFUSED("moved to a forbidden address");
	}
}

/* File size larger than memory size; offset and address that do not agree. */
TEST(inconsistent_segments)
{
	load("probe");
	header(PT_LOAD, 0)->p_filesz = header(PT_LOAD, 0)->p_memsz + 1;
	REFUSED("p_filesz > p_memsz");
	load("probe");
	header(PT_LOAD, 1)->p_offset += 1;
	REFUSED("p_offset not congruent");
	load("probe");
	header(PT_LOAD, 0)->p_align = 3;
	outcome(image_len);
	load("probe");
	header(PT_LOAD, 0)->p_align = 1ul << 60;
	outcome(image_len);
}

/* Segments on top of each other: no harm. */
TEST(overlapping_segments)
{
	int i;

	for (i = 1; i < 4; i++) {
		load("probe-fixed");
		header(PT_LOAD, i)->p_vaddr = header(PT_LOAD, 0)->p_vaddr;
		outcome(image_len);
		load("probe");
		header(PT_LOAD, i)->p_vaddr = header(PT_LOAD, 0)->p_vaddr;
		outcome(image_len);
	}
	load("probe");
	CHECK_STR(outcome(image_len), "exit 5");
}

/* No segment that could be loaded. */
TEST(no_load_segment)
{
	int i;

	load("probe");
	for (i = 0; i < ehdr->e_phnum; i++)
		phdr[i].p_type = PT_NULL;
	REFUSED("no PT_LOAD");
}

/* Text that is not executable; an entry in data. */
TEST(entry_not_executable)
{
	int i;

	load("probe");
	for (i = 0; i < ehdr->e_phnum; i++)
		phdr[i].p_flags &= ~(unsigned)PF_X;
	SAME("no PF_X");
	load("probe");
	ehdr->e_entry = 8;
	SAME("entry in the header");
}

/* PT_INTERP that is empty, too long, unterminated, outside of the file, or bad itself. */
TEST(bad_interpreter)
{
	Elf64_Phdr *interp;

	load("probe-dynamic");
	header(PT_INTERP, 0)->p_filesz = 0;
	SAME("empty");
	load("probe-dynamic");
	header(PT_INTERP, 0)->p_filesz = 1;
	SAME("one byte");
	load("probe-dynamic");
	header(PT_INTERP, 0)->p_filesz = 5000;
	SAME("longer than a path");
	load("probe-dynamic");
	interp = header(PT_INTERP, 0);
	image[interp->p_offset + interp->p_filesz - 1] = 'x';
	SAME("not terminated");
	load("probe-dynamic");
	header(PT_INTERP, 0)->p_offset = image_len;
	REFUSED("behind the end of the file");
	load("probe-dynamic");
	header(PT_INTERP, 0)->p_offset = ~0ul - 10;
	REFUSED("far behind the end");
	load("probe-dynamic");
	interp = header(PT_INTERP, 0);
	strcpy((char *)image + interp->p_offset, "/dev/null");
	interp->p_filesz = 10;
	SAME("a device");
	load("probe-dynamic");
	interp = header(PT_INTERP, 0);
	write_file("text", "this is not an interpreter, but long enough to have been one: "
			   "...............................................................");
	CHECK_OK(chmod("text", 0755));
	strcpy((char *)image + interp->p_offset, "./text");
	interp->p_filesz = 7;
	SAME("a text");
	CHECK_OK(chmod("text", 0644));
	SAME("not executable");
}

/* One random byte of the headers changed, eight hundred times: nothing but this process ends. */
TEST_SLOW(random_bytes_in_headers, 120)
{
	uint32_t random = 12345;
	size_t kind, headers;
	int i;

	for (kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		load(kinds[kind]);
		headers = 64 + sizeof(*phdr) * ehdr->e_phnum;
		for (i = 0; i < 150; i++) {
			unsigned char old;
			size_t at;

			random = random * 1664525u + 1013904223u;
			at = (random >> 8) % headers;
			old = image[at];
			image[at] = (unsigned char)(random >> 3);
			outcome(image_len);
			image[at] = old;
		}
		CHECK_STR(outcome(image_len), "exit 5");
	}
}
