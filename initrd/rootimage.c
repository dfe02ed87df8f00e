/* rootimage.c: where an image for the root comes from: the initrd, or a device with a file of the host.
 *
 * That device is QEMU's "ivshmem-plain": memory behind its base address register 2 is a file that QEMU has
 * mapped (docs/specs/ivshmem-spec.txt of QEMU).  Nothing is copied on either side: a page of the file
 * is read from the host's disk when a program here touches it first. */
#include "initrd/rootimage.h"

#include <asm/errno.h>

#include "boot/boot.h"
#include "drivers/hostport.h"
#include "drivers/hostproto.h"
#include "drivers/pci.h"
#include "fs/erofs.h"
#include "fs/image.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/image.h"

#define IVSHMEM_VENDOR 0x1af4
#define IVSHMEM_DEVICE 0x1110
#define IVSHMEM_MEMORY 2 /* its base address register */

static void refuse(int err, const char *why)
{
	kprintf("root: %s (error %d)\n", why, -err);
	hostport_exit(HOST_BOOT, (uint32_t)-err, why);
}

size_t rootimage_size(uint64_t pa, size_t len)
{
	uint64_t size;

	if (len < EROFS_HEAD || (pa & PAGE_MASK) != 0)
		return 0;
	size = erofs_size((const uint8_t *)(DIRECT_MAP + pa));
	return ALIGN_DOWN(MIN(size, len), PAGE_SIZE);
}

int rootimage_use(uint64_t pa, size_t size, const char **why)
{
	const void *data = image_map(pa, size);

	*why = "no memory to map the image, or a second one";
	return data == NULL ? -ENOMEM : image_attach_root(data, size, why);
}

void rootimage_find(void)
{
	const char *from = option("root"), *why = "";
	struct pci_device d;
	uint64_t pa, size;
	int err;

	if (from == NULL)
		return;
	if (strcmp(from, "ivshmem") != 0)
		refuse(-EINVAL, "root= names no source of an image");
	if (!pci_find(&d, IVSHMEM_VENDOR, IVSHMEM_DEVICE, 0))
		refuse(-ENODEV, "there is no ivshmem device with an image");
	pa = pci_memory(&d, IVSHMEM_MEMORY, &size);
	if (pa == 0 || (size & PAGE_MASK) != 0)
		refuse(-ENODEV, "no room for the image among the addresses of devices");
	/* The device's memory is a power of two: map no more than there is. */
	uint64_t used = erofs_size((const uint8_t *)arch_map_device(pa, EROFS_HEAD));
	if (used == 0 || used > size)
		refuse(-EINVAL, used == 0 ? "not an EROFS image" : "the EROFS image is cut short");
	err = rootimage_use(pa, ALIGN_DOWN(used, PAGE_SIZE), &why);
	if (err < 0)
		refuse(err, why);
}
