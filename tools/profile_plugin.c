/* profile_plugin.c: a plugin for QEMU's emulator that counts how often each block of instructions is
 * executed.  Loaded by tools/profile; prints a line "ADDRESS INSTRUCTIONS EXECUTIONS" for each block
 * to the file that the argument out=FILE names.
 *
 * QEMU's header is not among Debian's packages, so what is used of its interface (version 1, see
 * QEMU's documentation, "TCG plugins") is declared here. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
enum { ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter,
					      uint64_t add);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

enum { BUCKETS = 1 << 16 };

/* A block is translated again now and then; counters stay where they are, since code points to them. */
struct block {
	struct block *next;
	uint64_t address, instructions, executions;
};

static struct block *buckets[BUCKETS];
static const char *out;

static struct block *block_of(uint64_t address, uint64_t instructions)
{
	struct block **head = &buckets[(address >> 1 ^ address >> 17) % BUCKETS], *b;

	for (b = *head; b != NULL; b = b->next)
		if (b->address == address && b->instructions == instructions)
			return b;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		abort();
	b->address = address;
	b->instructions = instructions;
	b->next = *head;
	*head = b;
	return b;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct block *b = block_of(qemu_plugin_tb_vaddr(tb), qemu_plugin_tb_n_insns(tb));

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD_U64, &b->executions, 1);
}

static void ended(plugin_id id, void *data)
{
	FILE *f = fopen(out, "we");

	(void)id;
	(void)data;
	if (f == NULL)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct block *b = buckets[i]; b != NULL; b = b->next)
			if (b->executions > 0)
				fprintf(f, "%016" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->address,
					b->instructions, b->executions);
	fclose(f);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "out=", 4) == 0)
			out = strdup(argv[i] + 4);
	if (out == NULL)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
