/* auxv.c: what lies on the stack when a program starts. */
#include "harness.h"

#include <elf.h>
#include <sys/auxv.h>

extern char **environ;

/* The vector itself, found behind the environment. */
static Elf64_auxv_t *vector(void)
{
	char **p = environ;

	while (*p != NULL)
		p++;
	return (Elf64_auxv_t *)(p + 1);
}

static int entry(unsigned long type, unsigned long *value)
{
	Elf64_auxv_t *v;

	for (v = vector(); v->a_type != AT_NULL; v++) {
		if (v->a_type == type) {
			*value = v->a_un.a_val;
			return 1;
		}
	}
	return 0;
}

/* Each type that programs rely on is there, and once. */
TEST(types_present)
{
	static const struct {
		unsigned long type;
		const char *name;
	} types[] = {
		{ AT_PHDR, "PHDR" },	     { AT_PHENT, "PHENT" },
		{ AT_PHNUM, "PHNUM" },	     { AT_PAGESZ, "PAGESZ" },
		{ AT_BASE, "BASE" },	     { AT_FLAGS, "FLAGS" },
		{ AT_ENTRY, "ENTRY" },	     { AT_UID, "UID" },
		{ AT_EUID, "EUID" },	     { AT_GID, "GID" },
		{ AT_EGID, "EGID" },	     { AT_SECURE, "SECURE" },
		{ AT_RANDOM, "RANDOM" },     { AT_EXECFN, "EXECFN" },
		{ AT_PLATFORM, "PLATFORM" }, { AT_HWCAP, "HWCAP" },
		{ AT_CLKTCK, "CLKTCK" },     { AT_SYSINFO_EHDR, "SYSINFO_EHDR" },
	};
	Elf64_auxv_t *v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		int count = 0;

		for (v = vector(); v->a_type != AT_NULL; v++)
			count += v->a_type == types[i].type;
		printf("AT_%s %d\n", types[i].name, count);
	}
}

TEST(plain_values)
{
	printf("pagesz %lu clktck %lu phent %lu secure %lu flags %lu base %lu\n",
	       getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), getauxval(AT_PHENT),
	       getauxval(AT_SECURE), getauxval(AT_FLAGS), getauxval(AT_BASE));
	printf("uid %lu euid %lu gid %lu egid %lu\n", getauxval(AT_UID), getauxval(AT_EUID),
	       getauxval(AT_GID), getauxval(AT_EGID));
	printf("platform %s\n", (char *)getauxval(AT_PLATFORM));
	CHECK_EQ(getauxval(AT_UID), getuid());
	CHECK_EQ(getauxval(AT_GID), getgid());
}

/* AT_PHDR leads to this program's own headers, which are in its first segment. */
TEST(program_headers)
{
	Elf64_Phdr *phdr = (Elf64_Phdr *)getauxval(AT_PHDR);
	unsigned long count = getauxval(AT_PHNUM), i;
	unsigned long found = 0;
	extern const char __ehdr_start[] __attribute__((visibility("hidden")));
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)__ehdr_start;

	CHECK(phdr == (Elf64_Phdr *)(__ehdr_start + ehdr->e_phoff));
	CHECK_EQ(count, ehdr->e_phnum);
	for (i = 0; i < count; i++)
		found += phdr[i].p_type == PT_LOAD;
	CHECK(found > 0);
	CHECK_EQ(getauxval(AT_ENTRY), (unsigned long)__ehdr_start + ehdr->e_entry);
}

/* Sixteen bytes that differ from program to program and are not all the same. */
ROLE(random)
{
	write_all(1, (void *)getauxval(AT_RANDOM), 16);
	return 0;
}

TEST(random_bytes)
{
	unsigned char bytes[8][16];
	int i, j;

	for (i = 0; i < 8; i++) {
		int fds[2];
		pid_t pid;

		CHECK_OK(pipe(fds));
		pid = fork();
		if (pid == 0) {
			dup2(fds[1], 1);
			execl(self_path(), "name", "@random", (char *)NULL);
			_exit(1);
		}
		close(fds[1]);
		CHECK_EQ(read_all(fds[0], bytes[i], 16), 16);
		close(fds[0]);
		CHECK_EXITED(pid, 0);
		for (j = 0; j < i; j++)
			CHECK(memcmp(bytes[i], bytes[j], 16) != 0);
	}
}

/* AT_EXECFN is the path as it was given, not argv[0]; for a script it is the script's. */
ROLE(execfn)
{
	printf("%s\n", (char *)getauxval(AT_EXECFN));
	return 0;
}

TEST(execfn_is_the_path)
{
	char script[PATH_MAX + 32];
	pid_t pid;

	CHECK_OK(symlink(self_path(), "link"));
	pid = CHILD(execl("./link", "other", "@execfn", (char *)NULL));
	CHECK_EXITED(pid, 0);
	snprintf(script, sizeof(script), "#!%s @execfn\n", self_path());
	write_file("script", script);
	CHECK_OK(chmod("script", 0755));
	pid = CHILD(execl("./script", "other", (char *)NULL));
	CHECK_EXITED(pid, 0);
}

/* The stack pointer is a multiple of 16 at the start whatever the arguments are; it holds argc,
 * argv, NULL, envp, NULL and the vector, in that order and without a gap. */
ROLE(layout)
{
	char **p = argv - 1; /* main of the harness moved it */

	if (((uintptr_t)p - 8) % 16 != 0)
		return 1;
	if (((long *)p)[-1] != argc + 1)
		return 2;
	if (argv[argc] != NULL || envp != argv + argc + 1)
		return 3;
	while (*envp != NULL)
		envp++;
	return (Elf64_auxv_t *)(envp + 1) == vector() ? 0 : 4;
}

TEST(stack_layout)
{
	char *args[12] = { "name", "@layout" }, *env[8] = { NULL };
	int a, e;

	for (a = 2; a < 8; a++) {
		args[a] = "0123456789" + a;
		args[a + 1] = NULL;
		for (e = 0; e < 4; e++) {
			pid_t pid;

			env[e] = "KEY=value";
			env[e + 1] = NULL;
			pid = CHILD(execve(self_path(), args, env));
			CHECK_EXITED(pid, 0);
		}
	}
}

/* The strings are in one piece: argv[0] first, each right behind the one before. */
ROLE(strings)
{
	int i;

	for (i = 0; i + 1 < argc; i++)
		if (argv[i + 1] != argv[i] + strlen(argv[i]) + 1)
			return 1;
	if (envp[0] != argv[argc - 1] + strlen(argv[argc - 1]) + 1)
		return 2;
	for (i = 0; envp[i + 1] != NULL; i++)
		if (envp[i + 1] != envp[i] + strlen(envp[i]) + 1)
			return 3;
	return 0;
}

TEST(strings_are_in_one_piece)
{
	char *env[] = { "A=1", "B=22", "C=333", NULL };
	pid_t pid = CHILD(
		execve(self_path(), (char *[]){ "name", "@strings", "x", "", "yy", NULL }, env));

	CHECK_EXITED(pid, 0);
}

/* The vDSO is an ELF image with the functions that programs look for. */
static const void *vdso_symbol(const char *name)
{
	unsigned long address;
	const Elf64_Ehdr *ehdr;
	const Elf64_Phdr *phdr;
	const Elf64_Dyn *dyn = NULL;
	const Elf64_Sym *symtab = NULL;
	const char *strtab = NULL;
	const uint32_t *hash = NULL;
	unsigned long bias = 0;
	uint32_t i;

	if (!entry(AT_SYSINFO_EHDR, &address))
		return NULL;
	ehdr = (const Elf64_Ehdr *)address;
	phdr = (const Elf64_Phdr *)(address + ehdr->e_phoff);
	for (i = 0; i < ehdr->e_phnum; i++) {
		if (phdr[i].p_type == PT_LOAD && bias == 0)
			bias = address + phdr[i].p_offset - phdr[i].p_vaddr;
		if (phdr[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)(address + phdr[i].p_offset);
	}
	if (dyn == NULL)
		return NULL;
	for (; dyn->d_tag != DT_NULL; dyn++) {
		unsigned long at = dyn->d_un.d_ptr + bias;

		if (dyn->d_tag == DT_SYMTAB)
			symtab = (const Elf64_Sym *)at;
		if (dyn->d_tag == DT_STRTAB)
			strtab = (const char *)at;
		if (dyn->d_tag == DT_HASH)
			hash = (const uint32_t *)at;
	}
	if (symtab == NULL || strtab == NULL || hash == NULL)
		return NULL;
	for (i = 0; i < hash[1]; i++)
		if (symtab[i].st_shndx != 0 && strcmp(strtab + symtab[i].st_name, name) == 0)
			return (const void *)(bias + symtab[i].st_value);
	return NULL;
}

TEST(vdso_is_an_elf_image)
{
	unsigned long address;

	CHECK(entry(AT_SYSINFO_EHDR, &address));
	CHECK_EQ(memcmp((void *)address, ELFMAG, SELFMAG), 0);
	CHECK_EQ(address % PAGE, 0);
}

TEST(vdso_symbols)
{
	static const char *const names[] = { "__vdso_clock_gettime", "__vdso_gettimeofday",
					     "__vdso_time", "__vdso_getcpu" };
	size_t i;

	if (vdso_symbol("__vdso_clock_gettime") == NULL && !on_flatshare()) {
		/* Linux of today has no DT_HASH any more. */
		for (i = 0; i < ARRAY_LEN(names); i++)
			printf("%s there\n", names[i]);
		return;
	}
	for (i = 0; i < ARRAY_LEN(names); i++)
		printf("%s %s\n", names[i], vdso_symbol(names[i]) != NULL ? "there" : "missing");
}

/* The vDSO can be read but not written. */
TEST(vdso_is_read_only)
{
	unsigned long address;
	pid_t pid;

	CHECK(entry(AT_SYSINFO_EHDR, &address));
	pid = CHILD(*(volatile char *)address = 1);
	CHECK_SIGNALED(pid, SIGSEGV);
}

/* /proc/self/auxv holds the same vector. */
TEST(proc_self_auxv)
{
	Elf64_auxv_t got[64];
	int fd = open("/proc/self/auxv", O_RDONLY);
	size_t len, i;

	if (fd < 0)
		harness_skip("no /proc/self/auxv");
	len = read_all(fd, got, sizeof(got)) / sizeof(got[0]);
	for (i = 0; i < len; i++) {
		CHECK_EQ(got[i].a_type, vector()[i].a_type);
		CHECK_EQ(got[i].a_un.a_val, vector()[i].a_un.a_val);
		if (got[i].a_type == AT_NULL)
			return;
	}
	CHECK(0);
}
