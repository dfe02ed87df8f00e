/* flat.h: what the parts of the host command `flat` share.
 *
 * One process, one thread.  A failure of our own ends in die(): message on standard error, terminal
 * restored, exit status EXIT_FLAT.
 */
#ifndef TOOLS_FLAT_H
#define TOOLS_FLAT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses that are not the program's, as `docker run` and env(1) have them. */
#define EXIT_TIMEOUT   124
#define EXIT_FLAT      125
#define EXIT_NOT_EXEC  126
#define EXIT_NOT_FOUND 127
#define EXIT_SIGNAL    128 /* plus the signal's number */

/* -- flat_util.c */

/* A list of strings that grows, with a NULL behind the last. */
struct strings {
	char **item;
	size_t count, room;
};
/* Bytes that grow. */
struct bytes {
	char *data;
	size_t len, room;
};

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void strings_add(struct strings *list, const char *s);
void strings_addf(struct strings *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void bytes_add(struct bytes *b, const void *data, size_t len);
void bytes_drop(struct bytes *b, size_t len); /* from the front */
/* Write all of it.  => 0 or -1 with errno. */
int write_all(int fd, const void *data, size_t len);
/* Print s so that a POSIX shell reads it back as one word. */
void print_quoted(const char *s);
double now_seconds(void);

/* -- flat_spawn.c: other programs */

/* The path of a program on PATH, or NULL. */
char *look_for_program(const char *name);
/* The same, but dies if it is not installed, naming the Debian package that has it. */
char *find_program(const char *name, const char *package);
/* Run a program, with nothing to read, and hand each line that it writes, to whichever descriptor, to
 * line().  The locale is C.  => its exit status, or 128 plus the signal that ended it. */
int run_lines(char **argv, void (*line)(void *context, char *text), void *context);

/* -- flat_cache.c: what is kept from one call of flat to the next */

#define CACHE_ROOTS "roots" /* the folder in the cache for roots and what makes them */
/* The path of a file, or folder, in the user's cache; the folder that it is in is there.
 * FLAT_CACHE names another folder than XDG_CACHE_HOME/flatshare.
 * => NULL if nothing can be kept */
char *cache_path(const char *name);
/* Wait until nobody else holds the lock of a file in the cache.  => the lock: close() ends it */
int cache_lock(const char *path);
/* Remove a folder and all below it, or a file. */
void remove_tree(const char *path);
/* A number for a text: equal texts, equal numbers. */
uint64_t text_hash(const char *text);

/* -- flat_opt.c: options of a subcommand */

struct option_def {
	const char *name; /* "-e", "--timeout": as typed */
	bool has_value;
	int id;
};
struct option_scan {
	const struct option_def *defs; /* ends with a NULL name */
	const char *command;	       /* for messages */
	char **argv;		       /* what is left to scan */
	const char *cluster;	       /* inside "-it": the letters left */
	const char *value;	       /* of the option just found */
};
/* => the id of the next option, or -1 where the operands begin (scan->argv).  Dies on a bad one. */
int option_next(struct option_scan *scan);

/* -- flat_run.c */

/* A folder or file of the host in the guest: flat_volume.c. */
struct volume {
	char *from; /* absolute, without links */
	char *to;   /* likewise, and not / */
	bool is_folder, read_only;
	bool copy; /* asked for: not the host's own files */
};

/* What a run is to be; filled from the command line. */
struct run_options {
	const char *kernel; /* ELF file */
	const char *root;   /* cpio file, folder or image */
	bool root_is_image;
	const char *machine;
	const char *accel;
	const char *memory; /* as QEMU wants it: "64M" */
	const char *cwd;
	struct strings env;	/* NAME=VALUE */
	struct strings append;	/* words for the kernel's command line */
	struct strings volumes; /* HOST:GUEST[:ro] */
	struct volume *volume;	/* the same, by volumes_parse() */
	char **argv;		/* the program and its arguments */
	double timeout;		/* seconds; 0: none */
	bool icount;		/* the guest's time is a count of its instructions */
	const char *forks;	/* file for the fork log, or NULL */
	bool interactive, tty, strace, syscalls, verbose, dry_run;
};
int command_run(char **argv);

/* -- flat_root.c */

int command_root(char **argv);

/* -- flat_apt.c: which packages a root is made of */

struct package_set {
	const char *suite;	 /* Debian's name of a release */
	struct strings include;	 /* names of packages */
	bool update;		 /* ask for newer lists, however new ours are */
	struct strings versions; /* found by apt_resolve: "NAME VERSION", sorted */
	struct strings sources;	 /* lines of a sources.list */
};
/* This machine's own release.  Dies if it does not say. */
char *apt_own_suite(void);
/* Find the versions of all packages that the set comes to, from package lists of our own that are at
 * most a day old.  Dies with the reason if there is no such package or no list. */
void apt_resolve(struct package_set *set);

/* -- flat_volume.c */

#define VOLUMES_MAX 6 /* shared ones: a microvm has eight places for virtio devices */

/* Fill run->volume; dies if one cannot be.  run->machine is chosen. */
void volumes_parse(struct run_options *run);
/* Does the guest see the host's own files, or copies? */
bool volume_is_shared(const struct volume *v);

/* flat_node.c: what the guest wants of a FIFO or a socket in a volume (drivers/hostproto.h). */
struct node_request {
	int what; /* HOST_NODE_* */
	mode_t mode;
	const char *tag, *path;
};
int node_request(const struct run_options *run,
		 const struct node_request *request); /* 0 or an errno */
/* QEMU's options for those that are shared. */
void volumes_add_devices(struct strings *args, const struct run_options *run);
/* What the guest is told of the i-th (HOST_CMD_MOUNT). */
char *volume_record(const struct run_options *run, size_t i);

/* -- flat_survey.c */

int command_survey(char **argv);
int command_trace(char **argv);
int command_map(char **argv);

/* -- flat_archive.c: cpio archives for the guest's first file system */

/* Put the guest's initrd together.  => a descriptor that QEMU opens as /dev/fd/N. */
int archive_initrd(const struct run_options *run);

/* -- flat_pack.c: large folders */

/* Have an image of a folder, if it is so large that this pays: packed now, or earlier and nothing in it has
 * changed since.  => its path in the cache; NULL: use the folder as it is */
char *pack_large_folder(const char *folder);

/* -- flat_image.c: EROFS images */

bool image_is(const char *path);
/* Bring a new image to a size that QEMU can show: the next power of two. */
void image_pad(const char *path);
/* Open an image for QEMU, or a padded copy of it in the cache; *size is that of the file then. */
int image_open(const char *path, off_t *size);

/* -- flat_machine.c: QEMU */

/* Our ends of the channels; -1 where there is none.  Writing ends do not block. */
struct machine {
	pid_t pid;
	int out, err, log, ctl, trace; /* from the guest's debug ports */
	int com1_in, com1_out;	       /* the guest's terminal, only with -t */
	int com2;		       /* frames to the guest */
	int vio_main, vio_err;	       /* both ways: ports of the virtio console; -1: none */
	int qemu_err;		       /* QEMU's own messages */
};
/* Start QEMU, or print its command line and exit if run->dry_run. */
void machine_start(struct machine *m, const struct run_options *run, int initrd_fd);

/* How QEMU's names of virtio devices end on the run's machine. */
const char *virtio_bus(const struct run_options *run);

/* -- flat_accel.c */

/* "kvm" if it was shown to run a guest at speed on this machine, "tcg" otherwise. */
const char *accel_choose(void);
/* The rate of this machine's cycle counter, which QEMU's emulator shows to its guests, in kHz, measured
 * since tsc_begin(). */
void tsc_begin(void);
uint64_t tsc_khz(void);

/* -- flat_term.c: the host's terminal */

/* Make the terminal on descriptor 0 raw, until term_restore or the process' end by exit. */
void term_raw(void);
void term_restore(void); /* async-signal-safe; does nothing when there is nothing to restore */
/* Size of the terminal on descriptor 0, 1 or 2.  => false if none is one. */
bool term_size(unsigned short *rows, unsigned short *columns);

/* -- flat_bridge.c */

/* Carry bytes and signals between the guest and our own descriptors until the guest has ended.
 * => our exit status. */
int bridge_run(struct machine *m, const struct run_options *run);

#endif
