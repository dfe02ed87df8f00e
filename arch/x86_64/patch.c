/* patch.c: turn a system call that trapped into a jump, for the next time.
 *
 * A site is `mov $nr,%eax` (5 bytes) followed by `syscall` (2 bytes).  The mov becomes a jump to a
 * stub in the stub area behind the image, which does
 *
 *	mov $nr,%eax
 *	lea behind_the_syscall(%rip),%rcx
 *	jmp *%gs:CPU_ENTRY_STUB
 *
 * so nothing is pushed and the red zone is safe; the syscall stays, for whoever jumps to it.
 *
 * The file's own page never changes, since read(2) must show it: what is patched is a copy, kept in
 * inode_ext(inode)->patched by the number of the file page, which faults on text get in its place
 * (mm/fault.c).  Stubs are in pages of their own, inode_ext(inode)->stubs.  Both are shared by every
 * view of the file: the jump is relative, and so its distance, from text to stubs, must be the same
 * wherever the file is mapped.  It is part of the file's state, and a mapping with another distance,
 * or without stubs (a file that some program's own loader maps), gets the unpatched pages.
 *
 * What looks like a mov may be the end of a longer instruction.  Therefore: the number in it must be
 * the one that the program came with, and it must not be the immediate of the instructions with
 * such a form that could end there (REX.B mov to %r8d; stores and arithmetic with a displacement
 * 0xb8 and a 32-bit immediate).
 *
 * One CPU, and the kernel is not preempted: nobody runs a page while it is changed, and an
 * interrupted program is before or behind the mov, not in it. */

#include <asm/errno.h>
#include <asm/mman.h>

#include "arch/x86_64/internal.h"
#include "boot/boot.h"
#include "fs/vfs.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define MOV_EAX	       0xb8
#define JMP_REL32      0xe9
#define INT3	       0xcc
#define MOV_SIZE       5
#define SITE_SIZE      7
#define BEFORE	       3 /* bytes looked at before the mov */
#define STUB_SIZE      32
#define STUBS_PER_PAGE (PAGE_SIZE / STUB_SIZE)
/* One stub for so many bytes of code. */
#define CODE_PER_STUB	 1024
#define VMAS_OF_AN_IMAGE 16

/* Where calls trapped that cannot be patched, by the low bits of rip: the entry code calls
 * arch_patch_site() only for others.  What stands here may be out of date (another program may be
 * at that address by now), and then a site goes on trapping. */
uintptr_t refused_sites[REFUSED_SITES];

/* inode_ext(inode)->stub_state */
struct stub_state {
	uint64_t
		distance; /* from where byte 0 of the file would be in the text mapping to the stubs */
	unsigned next;	  /* stub that is not used yet */
};

size_t arch_stub_bytes(size_t text)
{
	static int off = -1;

	if (off < 0) {
		const char *how = option("patch");
		off = how != NULL && strcmp(how, "off") == 0;
	}
	if (off || text == 0)
		return 0;
	return ALIGN_UP(text / CODE_PER_STUB * STUB_SIZE + STUB_SIZE, PAGE_SIZE);
}

/* --- what hangs on the inode --- */

static struct radix *radix_of(struct radix **where)
{
	if (*where == NULL)
		*where = kzalloc(sizeof(**where));
	return *where;
}

struct page *arch_stub_page(struct inode *inode, uint64_t index)
{
	struct inode_ext *ext = inode_ext(inode);
	struct radix *stubs = radix_of(&ext->stubs);
	struct page *page;

	if (stubs == NULL)
		return NULL;
	page = radix_get(stubs, index);
	if (page == NULL) {
		page = page_alloc(0);
		if (page == NULL)
			return NULL;
		if (radix_set(stubs, index, page) < 0) {
			page_put(page);
			return NULL;
		}
		memset(page_va(page), INT3, PAGE_SIZE);
	}
	page_get(page);
	return page;
}

static void free_pages(struct radix **where)
{
	uint64_t index = 0;
	struct page *page;

	if (*where == NULL)
		return;
	while ((page = radix_next(*where, &index)) != NULL) {
		radix_clear(*where, index);
		page_put(page);
	}
	kfree(*where);
	*where = NULL;
}

void arch_patch_forget(struct inode *inode)
{
	struct inode_ext *ext = inode_ext(inode);

	free_pages(&ext->patched);
	free_pages(&ext->stubs);
	kfree(ext->stub_state);
	ext->stub_state = NULL;
}

/* --- mappings --- */

/* The stub area that belongs to a text mapping.  => NULL: it has none */
static const struct vma *stubs_of(const struct vma *text)
{
	const struct vma *v = text;

	for (int i = 0; i < VMAS_OF_AN_IMAGE && v != NULL; i++, v = vma_next(v))
		if (v->kind == VMA_STUBS)
			return v->file->inode == text->file->inode ? v : NULL;
	return NULL;
}

static uint64_t distance_of(const struct vma *text, const struct vma *stubs)
{
	return stubs->start - (text->start - text->offset);
}

struct page *arch_patched_page(const struct vma *vma, uint64_t index)
{
	struct inode_ext *ext = inode_ext(vma->file->inode);
	const struct stub_state *state = ext->stub_state;
	const struct vma *stubs;

	if (ext->patched == NULL || state == NULL)
		return NULL;
	stubs = stubs_of(vma);
	if (stubs == NULL || distance_of(vma, stubs) != state->distance)
		return NULL;
	return radix_get(ext->patched, index);
}

/* --- patching --- */

/* code: BEFORE bytes and the site.  nr, r8: what the program came with. */
static bool is_site(const uint8_t *code, uint64_t nr, uint64_t r8)
{
	const uint8_t *mov = code + BEFORE;
	uint32_t value;

	if (mov[0] != MOV_EAX || mov[5] != 0x0f || mov[6] != 0x05)
		return false;
	memcpy(&value, mov + 1, sizeof(value));
	if (value != nr)
		return false;
	if ((mov[-1] & 0xf1) == 0x41 && r8 == value)
		return false;
	/* opcode modrm disp8, or opcode modrm sib disp8, with an imm32: mov, the first group, imul */
	for (int i = 2; i <= BEFORE; i++)
		if (mov[-i] == 0xc7 || mov[-i] == 0x81 || mov[-i] == 0x69)
			return false;
	return true;
}

static void write_stub(uint8_t *to, uintptr_t at, uint32_t nr, uintptr_t back)
{
	int32_t lea = (int32_t)(back - (at + 12));
	static const uint8_t jump[4] = { 0x65, 0xff, 0x24, 0x25 }; /* jmp *%gs:disp32 */
	static const uint32_t entry = CPU_ENTRY_STUB;

	to[0] = MOV_EAX;
	memcpy(to + 1, &nr, 4);
	to[5] = 0x48; /* lea rel32(%rip), %rcx */
	to[6] = 0x8d;
	to[7] = 0x0d;
	memcpy(to + 8, &lea, 4);
	memcpy(to + 12, jump, 4);
	memcpy(to + 16, &entry, 4);
}

/* A stub for the site, in the area of this view; what is written holds for all views.
 * => its address, or 0: no room, no memory */
static uintptr_t make_stub(const struct vma *text, const struct vma *stubs, uint32_t nr,
			   uintptr_t back)
{
	struct inode *inode = text->file->inode;
	struct inode_ext *ext = inode_ext(inode);
	struct stub_state *state = ext->stub_state;
	uintptr_t at;
	struct page *page;

	if (state == NULL) {
		state = kzalloc(sizeof(*state));
		if (state == NULL)
			return 0;
		state->distance = distance_of(text, stubs);
		ext->stub_state = state;
	}
	at = stubs->start + state->next * STUB_SIZE;
	if (state->distance != distance_of(text, stubs) || at + STUB_SIZE > stubs->end)
		return 0;
	page = arch_stub_page(inode, state->next / STUBS_PER_PAGE);
	if (page == NULL)
		return 0;
	write_stub((uint8_t *)page_va(page) + (at & PAGE_MASK), at, nr, back);
	page_put(page);
	state->next++;
	return at;
}

/* The copy of the file's page that is patched, made now if need be.  => borrowed, or NULL */
static struct page *patched_copy(struct inode *inode, uint64_t index)
{
	struct inode_ext *ext = inode_ext(inode);
	struct radix *patched = radix_of(&ext->patched);
	struct page *copy, *page;
	int err;

	if (patched == NULL)
		return NULL;
	copy = radix_get(patched, index);
	if (copy != NULL)
		return copy;
	page = inode_page(inode, index, &err);
	if (page == NULL)
		return NULL;
	copy = page_alloc(0);
	if (copy != NULL && radix_set(patched, index, copy) < 0) {
		page_put(copy);
		copy = NULL;
	}
	if (copy != NULL)
		memcpy(page_va(copy), page_va(page), PAGE_SIZE);
	page_put(page);
	return copy;
}

/* Does the view show the file's page there, untouched by itself? */
static bool shows_file(struct view *view, const struct vma *vma, uintptr_t addr, uint64_t index)
{
	struct page *seen = view_peek(view, addr);
	struct page *page;
	int err;

	if (seen == arch_patched_page(vma, index))
		return seen != NULL;
	page = inode_page(vma->file->inode, index, &err);
	if (page == NULL)
		return false;
	page_put(page);
	return seen == page;
}

static void patch(struct view *view, const struct vma *text, uintptr_t site, uint32_t nr)
{
	const struct vma *stubs = stubs_of(text);
	uint64_t index = (text->offset + (site - text->start)) >> PAGE_SHIFT;
	uintptr_t page_start = ALIGN_DOWN(site, PAGE_SIZE), stub;
	struct page *copy;
	uint8_t *mov;

	if (stubs == NULL || !shows_file(view, text, page_start, index))
		return;
	copy = patched_copy(text->file->inode, index);
	if (copy == NULL)
		return;
	mov = (uint8_t *)page_va(copy) + (site & PAGE_MASK);
	if (mov[0] == MOV_EAX) {
		int32_t distance;

		stub = make_stub(text, stubs, nr, site + SITE_SIZE);
		if (stub == 0)
			return;
		distance = (int32_t)(stub - (site + MOV_SIZE));
		mov[0] = JMP_REL32;
		memcpy(mov + 1, &distance, 4);
		entry_counts.sites++;
	}
	/* Without memory for it this view goes on trapping. */
	(void)view_replace(view, page_start, copy);
}

/* Can the call that trapped at regs be patched?  => the mapping that it is in, or NULL */
static const struct vma *patchable(const struct regs *regs)
{
	uintptr_t site = regs->rip - SITE_SIZE;
	uint8_t code[BEFORE + SITE_SIZE];
	const struct vma *vma;

	if ((site & PAGE_MASK) < BEFORE || (site & PAGE_MASK) > PAGE_SIZE - SITE_SIZE)
		return NULL;
	if (copy_from_user(code, (const void *)(site - BEFORE), sizeof(code)) < 0)
		return NULL;
	if (!is_site(code, regs->rax, regs->r8))
		return NULL;
	vma = vma_find(current->view, site);
	if (vma == NULL || vma->kind != VMA_FILE || (vma->flags & VM_SHARED) ||
	    (vma->prot & (PROT_EXEC | PROT_WRITE)) != PROT_EXEC)
		return NULL;
	return vma;
}

void arch_patch_site(struct regs *regs)
{
	const struct vma *vma = patchable(regs);

	if (vma == NULL)
		refused_sites[regs->rip & (REFUSED_SITES - 1)] = regs->rip;
	else
		patch(current->view, vma, regs->rip - SITE_SIZE, (uint32_t)regs->rax);
}
