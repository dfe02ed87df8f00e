/* mm.c: mmap(2) and its family. */

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/mman.h>
#include <linux/elf.h>
#include <linux/falloc.h>
#include <linux/mman.h>

#include "elf/elf.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "proc/cred.h"
#include "proc/exec.h"
#include "proc/task.h"
#include "syscalls/internal.h"
#include "syscalls/syscalls.h"

/* The last page of the lower half is never a program's (the end of the addresses is TASK_SIZE in Linux). */
#define USER_LAST (USER_END - PAGE_SIZE)

#define POPULATE_STRIDE 256 /* pages that madvise(2) makes without a stop */

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)

/* Newer than the ABI headers that we build with. */
#ifndef MAP_ABOVE4G
#define MAP_ABOVE4G 0x80
#endif

/* The flags that MAP_SHARED_VALIDATE lets pass, as Linux: MAP_SYNC, above all, is refused. */
#define OLD_FLAGS                                                                                  \
	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_ABOVE4G | MAP_GROWSDOWN |          \
	 MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |              \
	 MAP_NONBLOCK | MAP_STACK | MAP_UNINITIALIZED)

static uint64_t limit(int which)
{
	return current->proc->limits[which].rlim_cur;
}

/* Linux refuses one mapping that could never be filled (vm.overcommit_memory = 0). */
static bool obvious_overcommit(size_t len, int prot, int flags)
{
	bool counted = (prot & PROT_WRITE) && !(flags & MAP_NORESERVE) &&
		       !(flags & MAP_SHARED && !(flags & MAP_ANONYMOUS));
	return counted && len / PAGE_SIZE > page_total();
}

static bool may_lock(void)
{
	return limit(RLIMIT_MEMLOCK) != 0 || capable(CAP_IPC_LOCK);
}

/* Would `more` locked bytes be too many? */
static bool too_much_locked(size_t more)
{
	return view_locked(current->view) + more > limit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK);
}

/* What a file must be open for.  => 0, -EACCES, -ENODEV, -EPERM */
static int check_file(struct file *f, int prot, unsigned vm_flags)
{
	int mode = f->flags & O_ACCMODE;
	if (mode == O_WRONLY)
		return -EACCES;
	if ((vm_flags & VM_SHARED) && (prot & PROT_WRITE) && mode != O_RDWR)
		return -EACCES;
	if ((prot & PROT_EXEC) && file_noexec(f))
		return -EPERM;
	if (f->ops == NULL || f->ops->mmap == NULL)
		return -ENODEV;
	return f->ops->mmap(f, (unsigned)prot, vm_flags);
}

/* Choose the place of a new mapping, and empty it for MAP_FIXED.  => address, -errno */
static long choose_place(struct view *v, uintptr_t addr, size_t len, int flags)
{
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (addr & PAGE_MASK)
			return -EINVAL;
		if (addr < USER_START)
			return -EPERM;
		if (!view_owns(v, addr, len))
			return -ENOMEM;
		if (flags & MAP_FIXED_NOREPLACE)
			return (long)addr;
		int err = view_unmap(v, addr, len);
		return err < 0 ? err : (long)addr;
	}
	addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (addr != 0 && view_owns(v, addr, len) && view_range_free(v, addr, len))
		return (long)addr;
	addr = view_find_room(v, len);
	return addr == 0 ? -ENOMEM : (long)addr;
}

/* Bytes of stubs that shall lie behind a mapping, if it is the first that a dynamic linker makes of
 * a library: of all of it, where the segments will then be put. */
static size_t stubs_behind(struct file *file, size_t len, int prot, int flags, off_t off)
{
	struct elf_image *image;
	size_t bytes = 0;
	char magic[4];

	if (file == NULL || off != 0 || (prot & PROT_WRITE) ||
	    (flags & (MAP_SHARED | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS)) ||
	    !file_is_regular(file) || exec_read(file, magic, sizeof(magic), 0) != sizeof(magic) ||
	    memcmp(magic, ELFMAG, SELFMAG) != 0)
		return 0;
	image = kmalloc(sizeof(*image));
	if (image == NULL)
		return 0;
	if (elf_parse(exec_read, file, image) == 0 && image->high - image->low == len)
		bytes = arch_stub_bytes(image->text);
	kfree(image);
	return bytes;
}

/* Map at a place where there is room for the stubs, too.  => 0, -errno */
static int map_with_stubs(struct view *v, uintptr_t at, size_t len, unsigned prot,
			  unsigned vm_flags, struct file *file, uint64_t off, size_t stubs)
{
	int err = view_map(v, at, len, prot & PROT_ALL, vm_flags,
			   file != NULL ? VMA_FILE : VMA_ANON, file, off);

	/* Without memory for stubs its calls go on trapping. */
	if (err == 0 && stubs != 0)
		(void)view_map(v, at + len, stubs, PROT_READ | PROT_EXEC, 0, VMA_STUBS, file, 0);
	return err;
}

static long map_file_or_anon(struct view *v, uintptr_t addr, size_t len, int prot, int flags,
			     struct file *file, off_t off)
{
	unsigned vm_flags = flags & MAP_SHARED ? VM_SHARED : 0;
	if (flags & MAP_NORESERVE)
		vm_flags |= VM_NORESERVE;
	if ((flags & MAP_LOCKED) || v->lock_future)
		vm_flags |= VM_LOCKED;
	if ((flags & MAP_GROWSDOWN) && !(flags & MAP_SHARED))
		vm_flags |= VM_GROWSDOWN;
	struct file *shared = NULL;
	if (file != NULL) {
		int err = check_file(file, prot, vm_flags);
		if (err < 0)
			return err;
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
		if (err == FILE_MAPS_ZEROES)
			file = NULL;
		else if (err == FILE_MAPS_SEALED && (vm_flags & VM_SHARED))
			vm_flags |= VM_NOWRITE;
	}
	if (file == NULL && (vm_flags & VM_SHARED)) {
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
		shared = file = file_create_anonymous("dev/zero", len);
		off = 0;
		if (file == NULL)
			return -ENOMEM;
	}
	size_t stubs = stubs_behind(file, len, prot, flags, off);
	long at = choose_place(v, addr, len + stubs, flags);
	if (at == -ENOMEM && stubs != 0) {
		stubs = 0;
		at = choose_place(v, addr, len, flags);
	}
	if (at > 0) {
		int err = map_with_stubs(v, (uintptr_t)at, len, (unsigned)prot, vm_flags, file,
					 (uint64_t)off, stubs);
		if (err < 0)
			at = err;
	}
	if (shared != NULL)
		file_put(shared);
	return at;
}

/* What mmap says before it looks at the place and at what the file allows.  => 0, -errno */
static int check_mapping(size_t len, int prot, int flags, struct file *file, off_t off)
{
	int type = flags & MAP_TYPE;
	bool locked = (flags & MAP_LOCKED) || current->view->lock_future;

	if (len == 0)
		return -EINVAL;
	if (type != MAP_PRIVATE && type != MAP_SHARED &&
	    (type != MAP_SHARED_VALIDATE || file == NULL))
		return -EINVAL;
	if (len > USER_END)
		return -ENOMEM;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (obvious_overcommit(len, prot, flags) || current->view->mapped + len > limit(RLIMIT_AS))
		return -ENOMEM;
	if ((flags & MAP_LOCKED) && !may_lock())
		return -EPERM;
	if (locked && too_much_locked(len))
		return -EAGAIN;
	/* No page of a file lies behind its largest size. */
	if (file != NULL && file_is_regular(file) &&
	    ((uint64_t)off > INT64_MAX || (uint64_t)off > ALIGN_DOWN(INT64_MAX - len, PAGE_SIZE)))
		return -EOVERFLOW;
	if (file != NULL && (uint64_t)off + len < len)
		return -EOVERFLOW;
	if (flags & MAP_HUGETLB)
		return file != NULL ? -EINVAL : huge_pages_error((unsigned)flags);
	return type == MAP_SHARED_VALIDATE && (flags & ~OLD_FLAGS) ? -EOPNOTSUPP : 0;
}

long sys_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd, off_t off)
{
	struct file *file = NULL;

	if (off & (off_t)PAGE_MASK)
		return -EINVAL;
	if (flags & MAP_ANONYMOUS) {
		off = 0;
	} else {
		file = fd_get(fd);
		if (file == NULL)
			return -EBADF;
	}
	long at = file != NULL && (file->flags & O_PATH)
			  ? -EBADF
			  : check_mapping(len, prot, flags, file, off);
	if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE)
		flags = (flags & ~MAP_TYPE) | MAP_SHARED;
	if (at == 0)
		at = map_file_or_anon(current->view, addr, ALIGN_UP(len, PAGE_SIZE), prot, flags,
				      file, off);
	if (file != NULL)
		file_put(file);
	return at;
}

/* Write back what shared mappings of files in the range hold, where that means anything.  It may sleep,
 * so the range is looked at anew after each file.  => 0, -errno of the first that failed */
static int sync_range(uintptr_t addr, uintptr_t end, enum sync_how how)
{
	const struct vma *vma;
	int result = 0;

	while (addr < end && (vma = vma_first_in(current->view, addr, end)) != NULL) {
		struct file *f = vma->flags & VM_SHARED ? vma->file : NULL;
		addr = vma->end;
		if (f == NULL || f->ops->sync == NULL)
			continue;
		file_get(f);
		int err = f->ops->sync(f, how);
		file_put(f);
		result = result == 0 ? err : result;
	}
	return result;
}

long sys_munmap(uintptr_t addr, size_t len)
{
	if ((addr & PAGE_MASK) || len == 0 || len > USER_LAST || addr > USER_LAST - len)
		return -EINVAL;
	len = ALIGN_UP(len, PAGE_SIZE);
	(void)sync_range(addr, addr + len, SYNC_PAGES);
	int err = view_unmap(current->view, addr, len);
	if (err == 0)
		view_drop_stubs(current->view, addr);
	return err;
}

/* May the file behind vma be mapped with this protection? */
static int check_protection(const struct vma *vma, int prot)
{
	if (vma->file == NULL)
		return 0;
	if ((prot & PROT_WRITE) && (vma->flags & VM_SHARED) &&
	    ((vma->flags & VM_NOWRITE) || (vma->file->flags & O_ACCMODE) != O_RDWR))
		return -EACCES;
	return (prot & PROT_EXEC) && file_noexec(vma->file) ? -EACCES : 0;
}

long sys_mprotect(uintptr_t addr, size_t len, int prot)
{
	struct view *v = current->view;
	bool down = (prot & PROT_GROWSDOWN) != 0, up = (prot & PROT_GROWSUP) != 0;

	if ((addr & PAGE_MASK) || (down && up) ||
	    (prot & ~(PROT_ALL | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP)))
		return -EINVAL;
	if (len == 0)
		return 0;
	if (len > USER_END || addr > USER_END - len)
		return -ENOMEM;
	uintptr_t end = addr + ALIGN_UP(len, PAGE_SIZE);
	if (down || up) { /* nothing grows up here */
		const struct vma *first = vma_first_in(v, addr, end);
		if (first == NULL || (up && first->start > addr))
			return -ENOMEM;
		if (up || !(first->flags & VM_GROWSDOWN))
			return -EINVAL;
		addr = first->start;
	}
	uintptr_t a = addr;
	for (struct vma *vma = vma_find(v, addr); a < end; vma = vma_next(vma)) {
		/* Up to a hole the change is made, as on Linux. */
		int err = vma == NULL || vma->start > a ? -ENOMEM : check_protection(vma, prot);
		if (err < 0) {
			if (a > addr)
				(void)view_protect(v, addr, a - addr, (unsigned)prot & PROT_ALL);
			return err;
		}
		a = vma->end;
	}
	return view_protect(v, addr, end - addr, (unsigned)prot & PROT_ALL);
}

long sys_brk(uintptr_t addr)
{
	struct view *v = current->view;
	uintptr_t old = ALIGN_UP(v->brk, PAGE_SIZE);

	if (addr < v->brk_start || addr > USER_END || addr - v->brk_start > limit(RLIMIT_DATA))
		return (long)v->brk;
	uintptr_t end = ALIGN_UP(addr, PAGE_SIZE);
	if (end > old) {
		size_t len = end - old;
		if (obvious_overcommit(len, PROT_WRITE, 0) || v->mapped + len > limit(RLIMIT_AS) ||
		    view_map(v, old, len, PROT_READ | PROT_WRITE, 0, VMA_HEAP, NULL, 0) < 0)
			return (long)v->brk;
	} else if (end < old && view_unmap(v, end, old - end) < 0) {
		return (long)v->brk;
	}
	v->brk = addr;
	return (long)addr;
}

/* --- mremap --- */

/* Grow vma, which ends at `end`, in place.  => false: no room */
static bool grow_in_place(struct view *v, const struct vma *vma, uintptr_t end, size_t more)
{
	if (vma->end != end || !view_owns(v, end, more) || !view_range_free(v, end, more))
		return false;
	uint64_t off = vma->offset + (vma->file != NULL ? end - vma->start : 0);
	return view_map(v, end, more, vma->prot, vma->flags, vma->kind, vma->file, off) == 0;
}

static long move_mapping(struct view *v, const struct vma *vma, uintptr_t old, size_t old_len,
			 uintptr_t to, size_t new_len, int flags)
{
	uint64_t off = vma->offset + (vma->file != NULL ? old - vma->start : 0);
	int err = view_map(v, to, new_len, vma->prot, vma->flags, vma->kind, vma->file, off);
	if (err < 0)
		return err == -EEXIST ? -ENOMEM : err;
	if (old_len == 0) /* a second mapping of the same pages */
		return (long)to;
	if (vma->kind == VMA_FILE && (vma->prot & PROT_EXEC)) /* stubs do not move along */
		err = view_unpatch(v, old, old_len);
	if (err == 0)
		err = view_move_pages(v, old, to, MIN(old_len, new_len));
	if (err == 0 && (flags & MREMAP_DONTUNMAP)) /* it stays, empty and not locked */
		err = view_change_flags(v, old, old_len, 0, VM_LOCKED);
	else if (err == 0)
		err = view_unmap(v, old, old_len);
	return err < 0 ? err : (long)to;
}

long sys_mremap(uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t new_addr)
{
	struct view *v = current->view;

	bool stays = (flags & MREMAP_DONTUNMAP) != 0, places = stays || (flags & MREMAP_FIXED);

	if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) || (old & PAGE_MASK) ||
	    new_len == 0 || new_len > USER_END || old_len > USER_END)
		return -EINVAL;
	if (places && (!(flags & MREMAP_MAYMOVE) || (new_addr & PAGE_MASK)))
		return -EINVAL;
	old_len = ALIGN_UP(old_len, PAGE_SIZE);
	new_len = ALIGN_UP(new_len, PAGE_SIZE);
	if (stays && old_len != new_len)
		return -EINVAL;
	if (places && new_addr < old + old_len && old < new_addr + new_len)
		return -EINVAL;
	struct vma *vma = vma_find(v, old);
	if (vma == NULL || old + MAX(old_len, 1ul) > vma->end)
		return -EFAULT;
	if (old_len == 0 && !(vma->flags & VM_SHARED))
		return -EINVAL;
	size_t more = stays ? new_len : new_len > old_len ? new_len - old_len : 0;
	if (more > 0 &&
	    (obvious_overcommit(new_len, (int)vma->prot, 0) || v->mapped + more > limit(RLIMIT_AS)))
		return -ENOMEM;
	if (flags & MREMAP_FIXED) {
		if (!view_owns(v, new_addr, new_len))
			return -ENOMEM;
		int err = view_unmap(v, new_addr, new_len);
		if (err < 0)
			return err;
		return move_mapping(v, vma_find(v, old), old, old_len, new_addr, new_len, flags);
	}
	if (new_len <= old_len && !stays) {
		int err = 0;
		if (new_len < old_len)
			err = view_unmap(v, old + new_len, old_len - new_len);
		return err < 0 ? err : (long)old;
	}
	if (!stays && grow_in_place(v, vma, old + old_len, new_len - old_len))
		return (long)old;
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	uintptr_t to = view_find_room(v, new_len);
	if (to == 0)
		return -ENOMEM;
	return move_mapping(v, vma, old, old_len, to, new_len, flags);
}

/* --- advice and the rest --- */

static int set_fork_advice(struct view *v, uintptr_t addr, uintptr_t end, unsigned set,
			   unsigned clear)
{
	for (struct vma *vma = vma_find(v, addr); vma != NULL && vma->start < end;
	     vma = vma_next(vma)) {
		if ((set & VM_WIPEONFORK) && (vma->file != NULL || (vma->flags & VM_SHARED)))
			return -EINVAL;
	}
	return view_change_flags(v, addr, end - addr, set, clear);
}

/* Is the whole range mapped? */
static bool range_mapped(struct view *v, uintptr_t addr, uintptr_t end)
{
	while (addr < end) {
		struct vma *vma = vma_find(v, addr);
		if (vma == NULL)
			return false;
		addr = vma->end;
	}
	return true;
}

/* Let go of the pages of the range, up to a mapping from which that may not be asked. */
static int discard(struct view *v, uintptr_t addr, uintptr_t end, int advice)
{
	const struct vma *vma;

	while (addr < end && (vma = vma_first_in(v, addr, end)) != NULL) {
		if ((vma->flags & VM_LOCKED) && advice != MADV_DONTNEED_LOCKED)
			return -EINVAL;
		if (advice == MADV_FREE && (vma->file != NULL || (vma->flags & VM_SHARED)))
			return -EINVAL;
		uintptr_t from = MAX(addr, vma->start);
		addr = MIN(end, vma->end);
		view_discard(v, from, addr - from);
	}
	return 0;
}

/* Make the pages of the range resident, up to what is not mapped or does not allow it; for writing:
 * as if each had been written to.  => 0, -ENOMEM, -EINVAL, -EFAULT: behind the end of a file, -EINTR */
static int populate(struct view *v, uintptr_t addr, uintptr_t end, bool write)
{
	for (; addr < end; addr += PAGE_SIZE) {
		const struct vma *vma = vma_find(v, addr);

		if (vma == NULL)
			return -ENOMEM;
		if (!(vma->prot & (write ? PROT_WRITE : PROT_READ)))
			return -EINVAL;
		switch (view_fault(v, addr, write ? FAULT_WRITE : FAULT_READ).signo) {
		case 0: break;
		case SIGKILL: return -ENOMEM;
		default: return -EFAULT;
		}
		if (addr % (POPULATE_STRIDE * PAGE_SIZE) == 0 && !sched_breathe() &&
		    signal_fatal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* Punch holes into the files that are mapped there, up to a mapping that may not be written to. */
static int punch(struct view *v, uintptr_t addr, uintptr_t end)
{
	const struct vma *vma;

	while (addr < end && (vma = vma_first_in(v, addr, end)) != NULL) {
		if ((vma->flags & VM_LOCKED) || vma->file == NULL)
			return -EINVAL;
		if (!(vma->flags & VM_SHARED) || check_protection(vma, PROT_WRITE) < 0)
			return -EACCES;
		uintptr_t from = MAX(addr, vma->start);
		addr = MIN(end, vma->end);
		int err = file_allocate(vma->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					(off_t)(vma->offset + (from - vma->start)),
					(off_t)(addr - from));
		if (err < 0)
			return err;
	}
	return 0;
}

long sys_madvise(uintptr_t addr, size_t len, int advice)
{
	struct view *v = current->view;
	int err = 0;

	if ((addr & PAGE_MASK) || len > USER_END || addr > USER_END - len)
		return -EINVAL;
	uintptr_t end = addr + ALIGN_UP(len, PAGE_SIZE);
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_COLD:
	case MADV_PAGEOUT: break;
	case MADV_POPULATE_READ: return populate(v, addr, end, false);
	case MADV_POPULATE_WRITE: return populate(v, addr, end, true);
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE: err = discard(v, addr, end, advice); break;
	case MADV_REMOVE: err = punch(v, addr, end); break;
	case MADV_DONTFORK: err = set_fork_advice(v, addr, end, VM_DONTFORK, 0); break;
	case MADV_DOFORK: err = set_fork_advice(v, addr, end, 0, VM_DONTFORK); break;
	case MADV_WIPEONFORK: err = set_fork_advice(v, addr, end, VM_WIPEONFORK, 0); break;
	case MADV_KEEPONFORK: err = set_fork_advice(v, addr, end, 0, VM_WIPEONFORK); break;
	default: return -EINVAL;
	}
	if (err < 0)
		return err;
	return range_mapped(v, addr, end) ? 0 : -ENOMEM;
}

long sys_msync(uintptr_t addr, size_t len, int flags)
{
	if ((addr & PAGE_MASK) || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	len = ALIGN_UP(len, PAGE_SIZE); /* which may be 0 then, and that is well */
	if (len > USER_END || addr > USER_END - len)
		return -ENOMEM;
	if ((flags & MS_INVALIDATE) && view_locked_in(current->view, addr, addr + len) != 0)
		return -EBUSY;
	if (!range_mapped(current->view, addr, addr + len))
		return -ENOMEM;
	return flags & MS_SYNC ? sync_range(addr, addr + len, SYNC_ALL)
			       : sync_range(addr, addr + len, SYNC_PAGES);
}

long sys_mincore(uintptr_t addr, size_t len, unsigned char *vec)
{
	struct view *v = current->view;

	if (addr & PAGE_MASK)
		return -EINVAL;
	if (len > USER_END ||
	    !user_range_below((uintptr_t)vec, ALIGN_UP(len, PAGE_SIZE) / PAGE_SIZE))
		return len > USER_END ? -ENOMEM : -EFAULT;
	if (addr > USER_END - len || !range_mapped(v, addr, addr + ALIGN_UP(len, PAGE_SIZE)))
		return -ENOMEM;
	for (size_t i = 0; i < ALIGN_UP(len, PAGE_SIZE) / PAGE_SIZE; i++) {
		unsigned char in = view_peek(v, addr + i * PAGE_SIZE) != NULL;
		if (put_user(in, &vec[i]) < 0)
			return -EFAULT;
	}
	return 0;
}

/* --- locking: all memory is resident, so what is left is to count it --- */

/* Is there a page in the range that nobody may touch, and so none that could be made resident? */
static bool has_forbidden(const struct view *v, uintptr_t start, uintptr_t end)
{
	for (const struct vma *vma = vma_find(v, start); vma != NULL && vma->start < end;
	     vma = vma_next(vma)) {
		if (vma->prot == PROT_NONE)
			return true;
	}
	return false;
}

static long lock_range(uintptr_t addr, size_t len, bool lock)
{
	uintptr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	uintptr_t end = start + ALIGN_UP(len + (addr - start), PAGE_SIZE); /* may wrap to start */
	struct view *v = current->view;

	if (lock && !may_lock())
		return -EPERM;
	if (end <= start)
		return end == start ? 0 : -EINVAL;
	if (end > USER_END)
		return -ENOMEM;
	if (lock && too_much_locked(end - start - view_locked_in(v, start, end)))
		return -ENOMEM;
	if (!range_mapped(v, start, end))
		return -ENOMEM;
	int err = view_change_flags(v, start, end - start, lock ? VM_LOCKED : 0,
				    lock ? 0 : VM_LOCKED);

	return err == 0 && lock && has_forbidden(v, start, end) ? -ENOMEM : err;
}

long sys_mlock(uintptr_t addr, size_t len)
{
	return lock_range(addr, len, true);
}

long sys_mlock2(uintptr_t addr, size_t len, int flags)
{
	return flags & ~MLOCK_ONFAULT ? -EINVAL : lock_range(addr, len, true);
}

long sys_munlock(uintptr_t addr, size_t len)
{
	return lock_range(addr, len, false);
}

static void lock_all(struct view *v, bool lock)
{
	struct vma *vma;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		vma->flags &= ~(unsigned)VM_LOCKED;
		if (lock)
			vma->flags |= VM_LOCKED;
	}
}

long sys_mlockall(int flags)
{
	struct view *v = current->view;

	if (flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ||
	    flags == MCL_ONFAULT)
		return -EINVAL;
	if (!may_lock())
		return -EPERM;
	if ((flags & MCL_CURRENT) != 0 && v->mapped > limit(RLIMIT_MEMLOCK) &&
	    !capable(CAP_IPC_LOCK))
		return -ENOMEM;
	v->lock_future = (flags & MCL_FUTURE) != 0;
	if ((flags & MCL_CURRENT) != 0)
		lock_all(v, true);
	return 0;
}

long sys_munlockall(void)
{
	current->view->lock_future = false;
	lock_all(current->view, false);
	return 0;
}
