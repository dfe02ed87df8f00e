/* shm.c: shared memory: shmget(2), shmop(2), shmctl(2).
 *
 * A segment is an unnamed file in memory, and attaching it is to map that file.  So the file's
 * references say how often it is attached, and its release says when a removed segment goes. */
#include <asm/errno.h>
#include <asm/mman.h>
#include <asm/shmbuf.h>

#include "fs/procfs.h"
#include "ipc/internal.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/usercopy.h"
#include "mm/view.h"

/* <linux/shm.h>, which cannot be had without a C library. */
#define SHMMIN	      1
#define SHMMNI	      4096
#define SHM_HUGETLB   04000
#define SHM_NORESERVE 010000
#define SHM_RDONLY    010000
#define SHM_RND	      020000
#define SHM_REMAP     040000
#define SHM_EXEC      0100000
#define SHM_DEST      01000
#define SHM_LOCKED    02000
#define SHM_LOCK      11
#define SHM_UNLOCK    12
#define SHM_STAT      13
#define SHM_INFO      14
#define SHM_STAT_ANY  15
struct shm_info {
	int used_ids;
	unsigned long shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};

#define SHM_MAX ((size_t)INT64_MAX & ~(size_t)PAGE_MASK)

struct segment {
	struct ipc_object object;
	struct file *file; /* one reference, until it is removed */
	size_t size;	   /* as it was asked for */
	uint64_t attach_time, detach_time, change_time;
	pid_t creator, last;
};

static CACHE(segment_cache, struct segment);

static void destroy(struct ipc_object *o)
{
	cache_free(&segment_cache, CONTAINER_OF(o, struct segment, object));
}

static struct ipc_table table = { LIST_INIT(table.objects), 0, SHMMNI, -1, destroy };

/* The operations of files in memory, and our own at the end. */
static struct file_ops segment_ops;
static void (*release_file)(struct file *f);

static struct segment *segment_of(const struct file *f)
{
	struct ipc_object *o;

	if (f == NULL || f->ops != &segment_ops)
		return NULL;
	LIST_FOREACH (o, &table.objects, link) {
		if (CONTAINER_OF(o, struct segment, object)->file == f)
			return CONTAINER_OF(o, struct segment, object);
	}
	return NULL;
}

static void segment_release(struct file *f)
{
	struct segment *s = segment_of(f);

	if (s != NULL)
		ipc_remove(&table, &s->object);
	if (release_file != NULL)
		release_file(f);
}

static bool is_dest(const struct segment *s)
{
	return (s->object.mode & SHM_DEST) != 0;
}

static unsigned long attached(const struct segment *s)
{
	return (unsigned long)s->file->ref.n - (is_dest(s) ? 0 : 1);
}

/* --- shmget(2) --- */

static long create(int key, size_t size, int flags)
{
	struct segment *s;

	if (size < SHMMIN || size > SHM_MAX)
		return -EINVAL;
	if ((flags & SHM_HUGETLB) != 0)
		return huge_pages_error((unsigned)flags);
	if ((flags & SHM_NORESERVE) == 0 && size / PAGE_SIZE > page_total())
		return -ENOMEM;
	s = cache_alloc(&segment_cache);
	if (s == NULL)
		return -ENOMEM;
	s->file = file_create_anonymous("SYSV", ALIGN_UP(size, PAGE_SIZE));
	if (s->file == NULL) {
		cache_free(&segment_cache, s);
		return -ENOMEM;
	}
	if (segment_ops.mmap == NULL) {
		segment_ops = *s->file->ops;
		release_file = segment_ops.release;
		segment_ops.release = segment_release;
	}
	s->file->ops = &segment_ops;
	s->size = size;
	s->creator = current->proc->pid;
	s->change_time = ipc_now();
	return ipc_add(&table, &s->object, key, flags);
}

long shm_get(int key, size_t size, int flags)
{
	long err;
	struct ipc_object *o = ipc_find_key(&table, key, flags, &err);

	if (o == NULL)
		return err < 0 ? err : create(key, size, flags);
	if (CONTAINER_OF(o, struct segment, object)->size < size)
		return -EINVAL;
	err = ipc_permission(o, (unsigned)flags & 0777);
	return err < 0 ? err : o->id;
}

/* --- shmat(2), shmdt(2) --- */

/* => address, -errno */
static long place(struct view *v, uintptr_t addr, size_t len, int flags)
{
	int err;

	if (addr == 0) {
		addr = (flags & SHM_REMAP) != 0 ? 0 : view_find_room(v, len);
		return addr != 0 ? (long)addr : (flags & SHM_REMAP) != 0 ? -EINVAL : -ENOMEM;
	}
	if ((addr & PAGE_MASK) != 0) {
		if ((flags & SHM_RND) == 0)
			return -EINVAL;
		addr = ALIGN_DOWN(addr, PAGE_SIZE);
		if (addr == 0 && (flags & SHM_REMAP) != 0)
			return -EINVAL;
	}
	if (!view_owns(v, addr, len))
		return -EINVAL;
	if ((flags & SHM_REMAP) == 0)
		return view_range_free(v, addr, len) ? (long)addr : -EINVAL;
	err = view_unmap(v, addr, len);
	return err < 0 ? err : (long)addr;
}

long shm_attach(int id, uintptr_t addr, int flags)
{
	unsigned prot = (flags & SHM_RDONLY) != 0 ? PROT_READ : PROT_READ | PROT_WRITE;
	struct ipc_object *o = ipc_find(&table, id);
	struct segment *s;
	size_t len;
	long at, err;

	if (id < 0 || o == NULL)
		return -EINVAL;
	s = CONTAINER_OF(o, struct segment, object);
	err = ipc_permission(o, (flags & SHM_RDONLY) != 0 ? S_IRUGO : S_IRUGO | S_IWUGO);
	if (err < 0)
		return err;
	if ((flags & SHM_EXEC) != 0)
		prot |= PROT_EXEC;
	len = ALIGN_UP(s->size, PAGE_SIZE);
	if (current->view->mapped + len > current->proc->limits[RLIMIT_AS].rlim_cur)
		return -ENOMEM;
	at = place(current->view, addr, len, flags);
	if (at < 0)
		return at;
	err = view_map(current->view, (uintptr_t)at, len, prot, VM_SHARED, VMA_FILE, s->file, 0);
	if (err < 0)
		return err;
	s->last = current->proc->pid;
	s->attach_time = ipc_now();
	return at;
}

/* The first mapping of a segment whose byte 0 is, or was, at addr. */
static struct vma *attached_at(struct view *v, uintptr_t addr)
{
	struct vma *vma;

	for (vma = vma_first(v); vma != NULL; vma = vma_next(vma)) {
		if (vma->start - vma->offset == addr && segment_of(vma->file) != NULL)
			return vma;
	}
	return NULL;
}

long shm_detach(uintptr_t addr)
{
	struct view *v = current->view;
	struct vma *vma;
	struct file *f;
	struct segment *s;

	if ((addr & PAGE_MASK) != 0)
		return -EINVAL;
	vma = attached_at(v, addr);
	if (vma == NULL)
		return -EINVAL;
	f = vma->file;
	s = segment_of(f);
	s->last = current->proc->pid;
	s->detach_time = ipc_now();
	file_get(f);
	while (vma != NULL && vma->file == f) {
		int err = view_unmap(v, vma->start, vma->end - vma->start);

		if (err < 0) {
			file_put(f);
			return err;
		}
		vma = attached_at(v, addr);
	}
	file_put(f);
	return 0;
}

/* --- shmctl(2) --- */

static size_t pages_of(const struct segment *s)
{
	return ALIGN_UP(s->size, PAGE_SIZE) / PAGE_SIZE;
}

static long info(int cmd, void *ubuf)
{
	struct shminfo64 limits = {
		.shmmax = UINT64_MAX - (1ul << 24),
		.shmmin = SHMMIN,
		.shmmni = SHMMNI,
		.shmseg = SHMMNI,
		.shmall = UINT64_MAX - (1ul << 24),
	};
	struct shm_info used = { .used_ids = (int)table.count };
	const struct ipc_object *o;

	LIST_FOREACH (o, &table.objects, link) {
		const struct segment *s = CONTAINER_OF(o, struct segment, object);

		used.shm_tot += pages_of(s);
		used.shm_rss += pages_of(s);
	}
	if (cmd == IPC_INFO ? copy_to_user(ubuf, &limits, sizeof(limits)) < 0
			    : copy_to_user(ubuf, &used, sizeof(used)) < 0)
		return -EFAULT;
	return table.count == 0 ? 0 : (long)table.count - 1;
}

static long status(const struct segment *s, void *ubuf, long result)
{
	struct shmid64_ds ds;

	memset(&ds, 0, sizeof(ds));
	ipc_perm_out(&s->object, &ds.shm_perm);
	ds.shm_segsz = s->size;
	ds.shm_atime = (long)s->attach_time;
	ds.shm_dtime = (long)s->detach_time;
	ds.shm_ctime = (long)s->change_time;
	ds.shm_cpid = s->creator;
	ds.shm_lpid = s->last;
	ds.shm_nattch = attached(s);
	return copy_to_user(ubuf, &ds, sizeof(ds)) < 0 ? -EFAULT : result;
}

static long change(struct segment *s, const void *ubuf)
{
	struct shmid64_ds ds;

	if (copy_from_user(&ds, ubuf, sizeof(ds)) < 0)
		return -EFAULT;
	ipc_perm_in(&s->object, &ds.shm_perm);
	s->change_time = ipc_now();
	return 0;
}

/* All memory is resident: a lock is only shown. */
static long lock(struct segment *s, bool on)
{
	uid_t euid = current->cred->euid;

	if (!capable(CAP_IPC_LOCK)) {
		if (euid != s->object.uid && euid != s->object.cuid)
			return -EPERM;
		if (on && current->proc->limits[RLIMIT_MEMLOCK].rlim_cur == 0)
			return -EPERM;
	}
	s->object.mode &= ~(mode_t)SHM_LOCKED;
	if (on)
		s->object.mode |= SHM_LOCKED;
	return 0;
}

static long mark_removed(struct segment *s)
{
	struct file *f = s->file;

	if (is_dest(s))
		return 0;
	s->object.mode |= SHM_DEST;
	s->object.key = IPC_PRIVATE;
	file_put(f);
	return 0;
}

long shm_control(int id, int cmd, void *ubuf)
{
	struct ipc_object *o;
	struct segment *s;
	long err;

	if (id < 0)
		return -EINVAL;
	if (cmd == IPC_INFO || cmd == SHM_INFO)
		return info(cmd, ubuf);
	o = cmd == SHM_STAT || cmd == SHM_STAT_ANY ? ipc_find_index(&table, id)
						   : ipc_find(&table, id);
	if (o == NULL)
		return -EINVAL;
	s = CONTAINER_OF(o, struct segment, object);
	switch (cmd) {
	case IPC_STAT:
	case SHM_STAT:
		err = ipc_permission(o, S_IRUGO);
		return err < 0 ? err : status(s, ubuf, cmd == IPC_STAT ? 0 : o->id);
	case SHM_STAT_ANY: return status(s, ubuf, o->id);
	case SHM_LOCK:
	case SHM_UNLOCK: return lock(s, cmd == SHM_LOCK);
	case IPC_SET: err = ipc_may_control(o); return err < 0 ? err : change(s, ubuf);
	case IPC_RMID: err = ipc_may_control(o); return err < 0 ? err : mark_removed(s);
	default: return -EINVAL;
	}
}

int shm_show(struct text *t, const struct inode *inode)
{
	const struct ipc_object *o;

	(void)inode;
	text_printf(
		t,
		"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  "
		"cuid  cgid      atime      dtime      ctime                   rss                  swap\n");
	LIST_FOREACH (o, &table.objects, link) {
		const struct segment *s = CONTAINER_OF(o, struct segment, object);

		text_printf(t, "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u", o->key, o->id,
			    o->mode, s->size, s->creator, s->last, attached(s), o->uid, o->gid,
			    o->cuid, o->cgid);
		text_printf(t, " %10lu %10lu %10lu %21lu %21lu\n", s->attach_time, s->detach_time,
			    s->change_time, pages_of(s) * PAGE_SIZE, 0ul);
	}
	return 0;
}
