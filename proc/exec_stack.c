/* exec_stack.c: what a program finds on its stack (System V ABI AMD64, 3.4.1; getauxval(3)).
 *
 *	sp -> argc, argv[], NULL, envp[], NULL, auxiliary vector,
 *	      random bytes, platform, strings of argv, of envp, file name, 8 zero bytes <- top
 *
 * It is written into the new view while the old one, where the strings come from, is still there:
 * first all strings are measured, then each is copied and its address stored in the table below.
 * Should another thread change a string in between, what was measured is the limit. */

#include <asm/auxvec.h>
#include <asm/errno.h>
#include <linux/auxvec.h>

#include "boot/boot.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/exec.h"

#define STRING_MAX (32 * PAGE_SIZE) /* one string: MAX_ARG_STRLEN */
#define TOTAL_MIN  (32 * PAGE_SIZE)
#define TOTAL_MAX  (6ul << 20) /* 3/4 of _STK_LIM */
#define STACK_GAPS 512	       /* of 16 bytes, between strings and vectors */
#define CHUNK	   256
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#ifndef AT_SYSINFO
#define AT_SYSINFO 32 /* i386 has it; our musl looks for it here too */
#endif

struct builder {
	struct exec *e;
	uintptr_t string;     /* where the next string goes */
	uintptr_t string_end; /* strings may not pass this */
	uintptr_t table;      /* where the next pointer goes */
	size_t total;	      /* bytes of strings */
	unsigned argc, envc;
};

/* Word i of a list.  => 0, -EFAULT; *out NULL: the end */
static int list_word(const struct exec *e, char *const *list, unsigned i, char **out)
{
	if (list == NULL) {
		*out = NULL;
		return 0;
	}
	if (e->kernel) {
		*out = list[i];
		return 0;
	}
	return copy_from_user(out, &list[i], sizeof(*out));
}

static ssize_t string_length(const struct exec *e, const char *s)
{
	ssize_t n = e->kernel ? (ssize_t)strnlen(s, STRING_MAX) : strnlen_user(s, STRING_MAX);
	if (n < 0)
		return n;
	return n >= (ssize_t)STRING_MAX ? -E2BIG : n + 1;
}

static size_t total_limit(void)
{
	uint64_t quarter = current->proc->limits[RLIMIT_STACK].rlim_cur / 4;
	return MAX(MIN(quarter, TOTAL_MAX), TOTAL_MIN);
}

/* --- measuring --- */

static int measure(struct builder *b, char *const *list, unsigned skip, unsigned *count)
{
	for (unsigned i = 0;; i++) {
		char *s;
		int err = list_word(b->e, list, i, &s);
		if (err < 0)
			return err;
		if (s == NULL)
			return 0;
		if (i < skip)
			continue;
		ssize_t n = string_length(b->e, s);
		if (n < 0)
			return (int)n;
		b->total += (size_t)n;
		(*count)++;
		if (b->total + (b->argc + b->envc) * sizeof(char *) > total_limit())
			return -E2BIG;
	}
}

static int measure_all(struct builder *b)
{
	struct exec *e = b->e;
	for (unsigned i = 0; i < e->prefix_count; i++)
		b->total += strlen(e->prefix[i]) + 1;
	b->argc = e->prefix_count;
	int err = measure(b, e->argv, e->skip, &b->argc);
	if (err == 0 && b->argc == 0) { /* no argv[0] at all: Linux gives an empty one */
		b->argc = 1;
		b->total += 1;
	}
	if (err == 0)
		err = measure(b, e->envp, 0, &b->envc);
	if (err == 0 && b->total + (b->argc + b->envc) * sizeof(char *) > total_limit())
		err = -E2BIG;
	return err;
}

/* --- writing --- */

static int put(struct builder *b, uintptr_t at, const void *data, size_t n)
{
	return view_write(b->e->view, at, data, n, false) == (ssize_t)n ? 0 : -ENOMEM;
}

static int put_word(struct builder *b, uint64_t word)
{
	int err = put(b, b->table, &word, sizeof(word));
	b->table += sizeof(word);
	return err;
}

/* A kernel string, with its pointer. */
static int put_kernel_string(struct builder *b, const char *s)
{
	size_t n = strlen(s) + 1;
	int err = put(b, b->string, s, n);
	if (err == 0)
		err = put_word(b, b->string);
	b->string += n;
	return err;
}

/* A string of the program, with its pointer, in chunks. */
static int put_user_string(struct builder *b, const char *s)
{
	char chunk[CHUNK];
	int err = put_word(b, b->string);

	while (err == 0) {
		size_t room = b->string_end - b->string;
		/* Not beyond the page: nothing is touched that the string does not need. */
		size_t n = MIN(MIN(room, sizeof(chunk)), PAGE_SIZE - ((uintptr_t)s & PAGE_MASK));
		n = copy_from_user_partial(chunk, s, n);
		if (n == 0)
			return room == 0 ? -E2BIG : -EFAULT;
		size_t len = strnlen(chunk, n);
		size_t take = len < n ? len + 1 : n;
		err = put(b, b->string, chunk, take);
		b->string += take;
		s += take;
		if (len < n)
			break;
	}
	return err;
}

static int put_list(struct builder *b, char *const *list, unsigned skip, unsigned count)
{
	for (unsigned i = skip; i < skip + count; i++) {
		char *s;
		int err = list_word(b->e, list, i, &s);
		if (err == 0 && s == NULL)
			return -EFAULT; /* it was changed under our hands */
		if (err == 0)
			err = b->e->kernel ? put_kernel_string(b, s) : put_user_string(b, s);
		if (err < 0)
			return err;
	}
	return put_word(b, 0);
}

static int put_argv(struct builder *b)
{
	struct exec *e = b->e;
	for (unsigned i = 0; i < e->prefix_count; i++) {
		int err = put_kernel_string(b, e->prefix[i]);
		if (err < 0)
			return err;
	}
	unsigned rest = b->argc - e->prefix_count;
	char *first = NULL;
	int err = list_word(e, e->argv, 0, &first);
	if (err < 0)
		return err;
	if (rest == 1 && first == NULL) {
		err = put_kernel_string(b, "");
		return err < 0 ? err : put_word(b, 0);
	}
	return put_list(b, e->argv, e->skip, rest);
}

static int put_auxv(struct builder *b, uintptr_t execfn, uintptr_t platform, uintptr_t random)
{
	const struct exec *e = b->e;
	const uint64_t aux[][2] = {
		{ AT_SYSINFO_EHDR, arch_vdso_base() },
		{ AT_SYSINFO, arch_vsyscall_entry() },
		{ AT_HWCAP, arch_hwcap() },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, 100 },
		{ AT_PHDR, e->image->phdr == 0 ? 0 : e->image->phdr + e->bias },
		{ AT_PHENT, 56 },
		{ AT_PHNUM, e->image->phnum },
		{ AT_BASE, e->view->interp_base },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, e->image->entry + e->bias },
		{ AT_UID, e->cred->uid },
		{ AT_EUID, e->cred->euid },
		{ AT_GID, e->cred->gid },
		{ AT_EGID, e->cred->egid },
		{ AT_SECURE, e->secure },
		{ AT_RANDOM, random },
		{ AT_HWCAP2, arch_hwcap2() },
		{ AT_MINSIGSTKSZ, 4096 },
		{ AT_EXECFN, execfn },
		{ AT_PLATFORM, platform },
		{ AT_NULL, 0 },
	};
	e->view->auxv_start = b->table;
	e->view->auxv_end = b->table + sizeof(aux);
	return put(b, b->table, aux, sizeof(aux));
}

#define AUX_BYTES (22 * 16)

int exec_stack(struct exec *e)
{
	struct builder b = { .e = e };
	struct view *v = e->view;
	uint8_t random[16];

	int err = measure_all(&b);
	if (err < 0)
		return err;
	size_t name = strlen(e->filename) + 1;
	v->env_end = v->stack_top - 8 - name;
	v->arg_start = v->env_end - b.total;
	b.string = v->arg_start;
	b.string_end = v->env_end;

	uintptr_t platform = v->arg_start - 16;
	uintptr_t gap = option("norandmaps") != NULL ? 0 : random_u64() % STACK_GAPS * 16;
	uintptr_t random_at = platform - 16 - gap;
	size_t words = 1 + b.argc + 1 + b.envc + 1;
	e->sp = ALIGN_DOWN(random_at - AUX_BYTES - words * sizeof(uint64_t), 16ul);
	b.table = e->sp;

	random_bytes(random, sizeof(random));
	err = put(&b, v->env_end, e->filename, name);
	if (err == 0)
		err = put(&b, platform, arch_platform, strlen(arch_platform) + 1);
	if (err == 0)
		err = put(&b, random_at, random, sizeof(random));
	if (err == 0)
		err = put_word(&b, b.argc);
	if (err == 0)
		err = put_argv(&b);
	v->arg_end = v->env_start = b.string;
	if (err == 0)
		err = put_list(&b, e->envp, 0, b.envc);
	if (err == 0)
		err = put_auxv(&b, v->env_end, platform, random_at);
	return err;
}
