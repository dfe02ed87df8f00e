/* flat_machine.c: QEMU's command line, and its start.
 *
 * What makes the start fast, from 60 ms down to 18 (of which QEMU's dynamic loading takes 11):
 *   - the microvm machine type (pc 48 ms, q35 60 ms);
 *   - acpi=off, with which microvm uses the small qboot firmware instead of SeaBIOS: 2 to 3 ms;
 *   - -nodefaults -no-user-config, no VGA, no network card;
 *   - the channels cost nothing measurable, nor does an initrd of 2 MB (8 MB: 2 ms), nor PCI and an
 *     image on it, when qboot is asked for: ACPI, which it comes with, would bring SeaBIOS.
 * CPU model, tb-size and the rest of microvm's switches make no difference.  qboot with -bios would
 * also bring q35 and pc to 26 ms, but it leaves PCI without addresses, so they keep SeaBIOS.
 */
#include "tools/flat.h"

#include "drivers/hostproto.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The descriptors that QEMU inherits: its ends of the pipes, the initrd and an image.  -1: not there. */
enum {
	OUT,
	ERR,
	LOG,
	CTL,
	TRACE,
	FORKS,
	COM1,
	COM2,
	VIO_MAIN,
	VIO_ERR,
	MESSAGES,
	INITRD,
	IMAGE,
	ENDS
};

/* Where microvm has PCI's configuration space; see pci= in docs/OPTIONS.md. */
#define MICROVM_ECAM "0xe0000000"

/* A pipe from QEMU to us.  => our end, which does not block. */
static int pipe_from(int *qemu_end)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		die("cannot make a pipe: %m");
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	*qemu_end = fd[1];
	return fd[0];
}

/* Both ways.  => our end, which does not block. */
static int socket_with(int *qemu_end)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		die("cannot make a socket: %m");
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	*qemu_end = fd[1];
	return fd[0];
}

/* The fork log goes from QEMU straight into its file. */
static int forks_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		die("cannot write %s: %m", path);
	return fd;
}

static void make_channels(struct machine *m, int q[ENDS], const struct run_options *run,
			  bool virtio)
{
	m->out = pipe_from(&q[OUT]);
	m->err = pipe_from(&q[ERR]);
	m->log = pipe_from(&q[LOG]);
	m->ctl = pipe_from(&q[CTL]);
	m->trace = pipe_from(&q[TRACE]);
	q[FORKS] = run->forks == NULL ? -1 : forks_file(run->forks);
	m->qemu_err = pipe_from(&q[MESSAGES]);
	m->com2 = socket_with(&q[COM2]);
	m->vio_main = m->vio_err = q[VIO_MAIN] = q[VIO_ERR] = -1;
	if (virtio) {
		m->vio_main = socket_with(&q[VIO_MAIN]);
		m->vio_err = socket_with(&q[VIO_ERR]);
	}
	m->com1_in = m->com1_out = q[COM1] = -1;
	if (run->tty) {
		m->com1_in = socket_with(&q[COM1]);
		m->com1_out = fcntl(m->com1_in, F_DUPFD_CLOEXEC, 0);
	}
}

static void add_debug_port(struct strings *args, const char *name, int fd, int port)
{
	strings_add(args, "-chardev");
	strings_addf(args, "file,id=%s,path=/dev/fd/%d", name, fd);
	strings_add(args, "-device");
	strings_addf(args, "isa-debugcon,chardev=%s,iobase=%#x", name, port);
}

/* Serial port 0 or 1.  Without a descriptor nothing comes, and what goes is dropped. */
static void add_serial_port(struct strings *args, int index, int fd)
{
	strings_add(args, "-chardev");
	if (fd >= 0)
		strings_addf(args, "socket,id=com%d,fd=%d", index + 1, fd);
	else
		strings_addf(args, "null,id=com%d", index + 1);
	strings_add(args, "-device");
	strings_addf(args, "isa-serial,chardev=com%d,index=%d", index + 1, index);
}

static void add_virtio_port(struct strings *args, const char *name, int fd, int number)
{
	strings_add(args, "-chardev");
	strings_addf(args, "socket,id=%s,fd=%d", name, fd);
	strings_add(args, "-device");
	strings_addf(args, "virtserialport,chardev=%s,nr=%d", name, number);
}

static bool is_microvm(const struct run_options *run)
{
	return strcmp(run->machine, "microvm") == 0;
}

/* A microvm has PCI only for an image; then its virtio-mmio interrupts by lines above the ISA's. */
static bool has_pci(const struct run_options *run)
{
	return !is_microvm(run) || run->root_is_image;
}

const char *virtio_bus(const struct run_options *run)
{
	return has_pci(run) ? "pci,disable-legacy=on,vectors=0" : "device";
}

/* Is there to be a virtio console? */
static bool has_virtio(void)
{
	const char *off = getenv("FLAT_NO_VIRTIO");

	return off == NULL || *off == '\0';
}

static void add_virtio(struct strings *args, const struct run_options *run, const int q[ENDS])
{
	if (q[VIO_MAIN] < 0)
		return;
	strings_add(args, "-global");
	strings_add(args, "virtio-mmio.force-legacy=false");
	strings_add(args, "-device");
	strings_addf(args, "virtio-serial-%s,max_ports=%d", virtio_bus(run), HOST_VIRTIO_ERR + 1);
	add_virtio_port(args, "vmain", q[VIO_MAIN], HOST_VIRTIO_MAIN);
	add_virtio_port(args, "verr", q[VIO_ERR], HOST_VIRTIO_ERR);
}

static void add_machine(struct strings *args, const struct run_options *run)
{
	bool kvm = strcmp(run->accel, "kvm") == 0;

	strings_add(args, "-M");
	if (!is_microvm(run)) {
		strings_add(args, run->machine);
	} else if (!run->root_is_image) {
		strings_add(args, "microvm,acpi=off,isa-serial=off,pic=on,pit=on,rtc=on");
	} else {
		/* PCI comes with ACPI only.  ioapic2=off: its interrupts come by lines of the ISA. */
		strings_add(args, "microvm,acpi=on,pcie=on,ioapic2=off,isa-serial=off,pic=on,"
				  "pit=on,rtc=on");
		strings_add(args, "-bios");
		strings_add(args, "qboot.rom");
	}
	strings_add(args, "-accel");
	strings_add(args, run->accel);
	strings_add(args, "-cpu");
	strings_add(args, kvm ? "host" : "max");
	if (run->icount) {
		strings_add(args, "-icount");
		strings_add(args, "shift=1,sleep=off");
	}
	strings_add(args, "-m");
	strings_add(args, run->memory);
}

/* The emulator's cycle counter is the host's: what its rate is can be told. */
static void add_clock(struct bytes *line, const struct run_options *run)
{
	char word[40];

	if (strcmp(run->accel, "tcg") != 0)
		return;
	/* With -icount the counter counts the guest's nanoseconds. */
	bytes_add(line, word,
		  (size_t)snprintf(word, sizeof(word), " tsc_khz=%" PRIu64,
				   run->icount ? 1000000 : tsc_khz()));
}

static void add_kernel(struct strings *args, const struct run_options *run, int initrd)
{
	struct bytes line = { 0 };
	size_t i;

	bytes_add(&line, run->tty ? "console=ttyS0" : "console=host", run->tty ? 13 : 12);
	if (run->strace)
		bytes_add(&line, " strace", 7);
	if (run->syscalls)
		bytes_add(&line, " syscalls", 9);
	if (run->root_is_image)
		bytes_add(&line, " root=ivshmem", 13);
	if (run->root_is_image && is_microvm(run))
		bytes_add(&line, " pci=" MICROVM_ECAM, 5 + strlen(MICROVM_ECAM));
	for (i = 0; i < run->append.count; i++) {
		bytes_add(&line, " ", 1);
		bytes_add(&line, run->append.item[i], strlen(run->append.item[i]));
	}
	add_clock(&line, run);
	if (run->forks != NULL) /* last: a forklog=switches of the user's counts */
		bytes_add(&line, " forklog", 8);
	bytes_add(&line, "", 1);
	strings_add(args, "-kernel");
	strings_add(args, run->kernel);
	strings_add(args, "-initrd");
	strings_addf(args, "/dev/fd/%d", initrd);
	strings_add(args, "-append");
	strings_add(args, line.data);
	free(line.data);
}

/* The root's image as the memory of a PCI device. */
static void add_image(struct strings *args, int fd, off_t size)
{
	if (fd < 0)
		return;
	strings_add(args, "-object");
	strings_addf(
		args,
		"memory-backend-file,id=root,mem-path=/dev/fd/%d,size=%lld,share=on,readonly=on",
		fd, (long long)size);
	strings_add(args, "-device");
	strings_add(args, "ivshmem-plain,memdev=root");
}

static void build_command(struct strings *args, const struct run_options *run, const int q[ENDS],
			  off_t image_size)
{
	const char *qemu = getenv("FLAT_QEMU");

	strings_add(args, qemu != NULL && *qemu != '\0' ? qemu : "qemu-system-x86_64");
	add_machine(args, run);
	strings_add(args, "-nodefaults");
	strings_add(args, "-no-user-config");
	strings_add(args, "-no-reboot");
	strings_add(args, "-display");
	strings_add(args, "none");
	add_kernel(args, run, q[INITRD]);
	add_serial_port(args, 0, q[COM1]);
	add_serial_port(args, 1, q[COM2]);
	add_debug_port(args, "out", q[OUT], HOST_PORT_OUT);
	add_debug_port(args, "err", q[ERR], HOST_PORT_ERR);
	add_debug_port(args, "log", q[LOG], HOST_PORT_LOG);
	add_debug_port(args, "ctl", q[CTL], HOST_PORT_CTL);
	add_debug_port(args, "trace", q[TRACE], HOST_PORT_TRACE);
	if (q[FORKS] >= 0)
		add_debug_port(args, "forks", q[FORKS], HOST_PORT_FORKS);
	add_virtio(args, run, q);
	volumes_add_devices(args, run);
	add_image(args, q[IMAGE], image_size);
	strings_add(args, "-device");
	strings_addf(args, "isa-debug-exit,iobase=%#x,iosize=4", HOST_PORT_EXIT);
}

static void print_command(const struct strings *args)
{
	size_t i;

	for (i = 0; i < args->count; i++) {
		if (i > 0)
			putchar(' ');
		print_quoted(args->item[i]);
	}
	putchar('\n');
}

/* In the child of vfork: become QEMU.  It gets a session of its own, so that the terminal's signals
 * reach only us, and dies with us. */
static void become_qemu(const char *path, char **argv, const int q[ENDS], pid_t parent)
{
	int null = open("/dev/null", O_RDWR);
	int i;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FLAT);
	dup2(null, 0);
	dup2(null, 1);
	dup2(q[MESSAGES], 2);
	close(null);
	for (i = 0; i < ENDS; i++) {
		if (i != MESSAGES && q[i] >= 0)
			fcntl(q[i], F_SETFD, 0);
	}
	execve(path, argv, environ);
}

static void close_ends(const int q[ENDS])
{
	int i;

	for (i = 0; i < ENDS; i++) {
		if (i == INITRD)
			continue;
		if (q[i] >= 0)
			close(q[i]);
	}
}

/* => 0 or -1 with errno, also if QEMU could not be executed. */
static int spawn(pid_t *pid, const char *path, char **argv, const int q[ENDS])
{
	pid_t parent = getpid();
	volatile int error = 0;

	*pid = vfork();
	if (*pid == 0) {
		become_qemu(path, argv, q, parent);
		error = errno;
		_exit(EXIT_FLAT);
	}
	if (*pid > 0)
		errno = error;
	return *pid > 0 && error == 0 ? 0 : -1;
}

void machine_start(struct machine *m, const struct run_options *run, int initrd_fd)
{
	struct strings args = { 0 };
	off_t image_size = 0;
	int ends[ENDS];
	char *path;

	make_channels(m, ends, run, has_virtio());
	ends[INITRD] = initrd_fd;
	ends[IMAGE] = run->root_is_image ? image_open(run->root, &image_size) : -1;
	build_command(&args, run, ends, image_size);
	if (run->dry_run) {
		print_command(&args);
		exit(0);
	}
	path = find_program(args.item[0], "qemu-system-x86");
	if (spawn(&m->pid, path, args.item, ends) < 0)
		die("cannot start %s: %m", path);
	close_ends(ends);
	free(path);
}
