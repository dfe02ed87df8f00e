/* patch.c: turn a system call that trapped into a jump, for the next time.
 *
 * What a site looks like before and after is in site.c.  The jump goes to a stub in the stub area
 * behind the image; nothing is pushed, so the red zone is safe.
 *
 * The file's own page never changes, since read(2) must show it: what is patched is a copy, kept in
 * inode_ext(inode)->patched by the number of the file page, which faults on text get in its place
 * (mm/fault.c).  Stubs are in pages of their own, inode_ext(inode)->stubs.  Both are shared by every
 * view of the file: the jump is relative, and so its distance, from text to stubs, must be the same
 * wherever the file is mapped.  It is part of the file's state, and a mapping with another distance,
 * or without stubs, gets the unpatched pages.  exec puts a stub area behind each image (exec_map.c),
 * and mmap behind what a dynamic linker maps (syscalls/mm.c).
 *
 * Nobody but the processor shall see stubs.  A signal frame says that the program is at the place
 * of the site that the place in the stub stands for (arch_hide_stub()); what comes back to such a
 * place that was overwritten is sent to the stub (arch_find_stub()).
 *
 * One CPU, and the kernel is not preempted: nobody runs a page while it is changed, and an
 * interrupted program is before or behind the overwritten bytes, not in them. */

#include <asm/errno.h>
#include <asm/mman.h>

#include "arch/x86_64/internal.h"
#include "arch/x86_64/site.h"
#include "boot/boot.h"
#include "fs/vfs.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/task.h"

#define INT3	       0xcc
#define STUBS_PER_PAGE (PAGE_SIZE / STUB_SIZE)
/* One stub for so many bytes of code. */
#define CODE_PER_STUB 1024
/* In such an area any site finds a stub whose distance will do (site_reaches()). */
#define STUBS_MIN	 (4 * PAGE_SIZE)
#define USES_MAX	 255 /* so often the stub is looked for; then the site is as it was */
#define VMAS_OF_AN_IMAGE 16

/* Where calls trapped that cannot be patched, by the low bits of rip: the entry code calls
 * arch_patch_site() only for others.  What stands here may be out of date (another program may be
 * at that address by now), and then a site goes on trapping. */
uintptr_t refused_sites[REFUSED_SITES];

/* inode_ext(inode)->stub_state */
struct stub_state {
	uint64_t
		distance; /* from where byte 0 of the file would be in the text mapping to the stubs */
	unsigned lowest; /* stub that is not used yet */
	unsigned count;	 /* of stubs; a bit of `used` for each */
	uint64_t used[];
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
	return MAX(ALIGN_UP(text / CODE_PER_STUB * STUB_SIZE, PAGE_SIZE), STUBS_MIN);
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

/* Stubs stay: views may still have the old text, which jumps to them, and no stub may ever become
 * another's. */
void arch_patch_stale(struct inode *inode)
{
	free_pages(&inode_ext(inode)->patched);
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

static struct stub_state *state_of(const struct vma *text, const struct vma *stubs)
{
	struct inode_ext *ext = inode_ext(text->file->inode);
	struct stub_state *state = ext->stub_state;
	unsigned count = (unsigned)((stubs->end - stubs->start) / STUB_SIZE);

	if (state == NULL) {
		state = kzalloc(sizeof(*state) + (count + 63) / 64 * sizeof(uint64_t));
		if (state == NULL)
			return NULL;
		state->distance = distance_of(text, stubs);
		state->count = count;
		ext->stub_state = state;
	}
	return state->distance == distance_of(text, stubs) ? state : NULL;
}

/* A free stub of the area at `stubs`, for any site, or one that the SITE_BY_NEXT at `site` reaches.
 * => its number, or count: none */
static unsigned find_stub(struct stub_state *state, uintptr_t stubs, enum site_form form,
			  uintptr_t site)
{
	unsigned n;

	while (state->lowest < state->count &&
	       (state->used[state->lowest / 64] & 1ull << (state->lowest & 63)))
		state->lowest++;
	for (n = state->lowest; n < state->count; n++) {
		if (!(state->used[n / 64] & 1ull << (n & 63)) &&
		    (form == SITE_BY_MOV || site_reaches(site, stubs + n * STUB_SIZE)))
			break;
	}
	return n;
}

/* What is at a site: as the program shows it, where its syscall ends. */
struct site {
	enum site_form form;
	uint8_t code[SITE_BEFORE + SITE_BEHIND];
	uintptr_t behind;   /* the end of the syscall */
	unsigned displaced; /* bytes of the next instruction */
	uint32_t nr;
};

static uintptr_t jump_place(const struct site *s)
{
	return s->behind - (s->form == SITE_BY_MOV ? SITE_MOV : SITE_SYSCALL);
}

/* A stub for the site, in the area of this view; what is written holds for all views.
 * => its address, or 0: no room, no memory */
static uintptr_t make_stub(const struct vma *text, const struct vma *stubs, const struct site *s)
{
	struct stub_state *state = state_of(text, stubs);
	struct page *page;
	uintptr_t at;
	uint8_t *code;
	unsigned n;

	if (state == NULL)
		return 0;
	n = find_stub(state, stubs->start, s->form, jump_place(s));
	at = stubs->start + n * STUB_SIZE;
	if (n >= state->count || at + STUB_SIZE > stubs->end)
		return 0;
	page = arch_stub_page(text->file->inode, n / STUBS_PER_PAGE);
	if (page == NULL)
		return 0;
	code = (uint8_t *)page_va(page) + (at & PAGE_MASK);
	if (s->form == SITE_BY_MOV)
		stub_write_mov(code, at, s->nr, s->behind);
	else
		stub_write_next(code, at, s->code + SITE_BEFORE, s->displaced, s->behind);
	page_put(page);
	state->used[n / 64] |= 1ull << (n & 63);
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

/* Does the site look in the file as it looks to the program?  If not, it is patched already in
 * another form, or it is not the file's. */
static bool same_in_file(const struct vma *text, const struct site *s, uint64_t index)
{
	size_t from = (s->behind - SITE_MOV) & PAGE_MASK, n = SITE_MOV + s->displaced;
	int err;
	struct page *page = inode_page(text->file->inode, index, &err);
	bool same = page != NULL &&
		    memcmp((char *)page_va(page) + from, s->code + SITE_BEFORE - SITE_MOV, n) == 0;

	if (page != NULL)
		page_put(page);
	return same;
}

/* => false: it cannot be patched */
static bool patch(struct view *view, const struct vma *text, const struct site *s)
{
	const struct vma *stubs = stubs_of(text);
	uintptr_t at = jump_place(s), page_start = ALIGN_DOWN(at, PAGE_SIZE), stub;
	uint64_t index = (text->offset + (at - text->start)) >> PAGE_SHIFT;
	struct page *copy;
	uint8_t *code;

	if (stubs == NULL || !shows_file(view, text, page_start, index) ||
	    !same_in_file(text, s, index))
		return false;
	copy = patched_copy(text->file->inode, index);
	if (copy == NULL)
		return false;
	code = (uint8_t *)page_va(copy) + (at & PAGE_MASK);
	if (memcmp(code, s->code + SITE_BEFORE - (s->behind - at), SITE_JUMP) == 0) {
		stub = make_stub(text, stubs, s);
		if (stub == 0)
			return false;
		site_jump(code, at, stub);
		entry_counts.sites++;
	}
	/* Without memory for it this view goes on trapping. */
	return view_replace(view, page_start, copy) == 0;
}

/* The mapping of a file's text that holds addr.  => NULL: it is none */
static const struct vma *text_at(uintptr_t addr)
{
	const struct vma *vma = vma_find(current->view, addr);

	if (vma == NULL || vma->kind != VMA_FILE || (vma->flags & VM_SHARED) ||
	    (vma->prot & (PROT_EXEC | PROT_WRITE)) != PROT_EXEC)
		return NULL;
	return vma;
}

/* The site of the call that trapped at regs, all in one page. */
static void look_at_site(struct site *s, const struct regs *regs)
{
	size_t at = regs->rip & PAGE_MASK, behind = MIN(PAGE_SIZE - at, (size_t)SITE_BEHIND);

	*s = (struct site){ .behind = regs->rip, .nr = (uint32_t)regs->rax };
	if (at < SITE_BEFORE || copy_from_user(s->code, (const void *)(regs->rip - SITE_BEFORE),
					       SITE_BEFORE + behind) < 0)
		return;
	s->form = site_form(s->code, behind, regs->rax, regs->r8, &s->displaced);
}

void arch_patch_site(struct regs *regs)
{
	const struct vma *vma = text_at(regs->rip - SITE_SYSCALL);
	struct site s = { .form = SITE_NONE };

	if (vma != NULL)
		look_at_site(&s, regs);
	if (s.form == SITE_NONE || !patch(current->view, vma, &s))
		refused_sites[regs->rip & (REFUSED_SITES - 1)] = regs->rip;
}

/* --- hiding stubs --- */

/* The stub that lies at `at` in the area.  => NULL: none */
static uint8_t *stub_at(const struct vma *stubs, uintptr_t at)
{
	const struct inode_ext *ext = inode_ext(stubs->file->inode);
	const struct stub_state *state = ext->stub_state;
	unsigned n = (unsigned)((at - stubs->start) / STUB_SIZE);
	struct page *page;

	if (state == NULL || n >= state->count || !(state->used[n / 64] & 1ull << (n & 63)))
		return NULL;
	page = radix_get(ext->stubs, n / STUBS_PER_PAGE);
	return page == NULL ? NULL : (uint8_t *)page_va(page) + (at & PAGE_MASK);
}

void arch_hide_stub(struct view *view, struct regs *regs)
{
	const struct vma *vma = vma_find(view, regs->rip);
	uintptr_t at = ALIGN_DOWN(regs->rip, STUB_SIZE), seen;
	const uint8_t *stub;

	if (vma == NULL || vma->kind != VMA_STUBS)
		return;
	stub = stub_at(vma, at);
	seen = stub == NULL ? 0 : stub_seen(stub, at, (unsigned)(regs->rip - at));
	if (seen != 0)
		regs->rip = seen;
}

/* Back to the bytes of the file, in the copy that all views share. */
static void restore_site(const struct vma *text, uintptr_t site, uint8_t *code)
{
	uint64_t index = (text->offset + (site - text->start)) >> PAGE_SHIFT;
	int err;
	struct page *page = inode_page(text->file->inode, index, &err);

	if (page == NULL)
		return;
	memcpy(code, (char *)page_va(page) + (site & PAGE_MASK), SITE_JUMP);
	page_put(page);
	refused_sites[(site + SITE_SYSCALL) & (REFUSED_SITES - 1)] = site + SITE_SYSCALL;
}

bool arch_find_stub(struct regs *regs, bool counts)
{
	uintptr_t site = regs->rip - SITE_SYSCALL, at;
	const struct vma *text = text_at(site), *stubs;
	struct page *page;
	uint8_t *code, *stub;

	if (text == NULL || (site & PAGE_MASK) > PAGE_SIZE - SITE_JUMP)
		return false;
	page = arch_patched_page(text, (text->offset + (site - text->start)) >> PAGE_SHIFT);
	stubs = page == NULL || view_peek(current->view, site) != page ? NULL : stubs_of(text);
	if (stubs == NULL)
		return false;
	code = (uint8_t *)page_va(page) + (site & PAGE_MASK);
	at = site_target(code, site);
	if (at < stubs->start || at >= stubs->end || (at & (STUB_SIZE - 1)) != 0)
		return false;
	stub = stub_at(stubs, at);
	at = stub == NULL ? 0 : stub_displaced(stub, at, regs->rip);
	if (at == 0)
		return false;
	regs->rip = at;
	if (counts && ++*stub_uses(stub) == USES_MAX)
		restore_site(text, site, code);
	return true;
}
