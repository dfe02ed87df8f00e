# Flatshare: everything is built from here.  `make help` says what there is.
#
# BUILD is where the output goes; the third-party parts are always below build/deps, so that
# several build folders share them.

BUILD ?= build
DEPS  := build/deps
ARCH  := x86_64
ifeq ($(origin CC),default)
CC    := gcc
endif
HOSTCC  ?= $(CC)
LD      := ld
OBJCOPY := objcopy
NM      := nm

MAKEFLAGS += --no-builtin-rules --no-print-directory -j$(shell nproc)
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# V=1 shows the commands.
ifeq ($(V),1)
Q    :=
say   = @:
else
Q    := @
say   = @printf '  %-7s %s\n' $(1) $(2)
endif

# tools-build, tools-check, ...: the programs a target needs are there, or get installed.
# Checked every time: it takes a few milliseconds.
tools-%: FORCE
	@tools/setup $*

# --- the kernel ------------------------------------------------------------------------------

KDIRS := arch/$(ARCH) boot boot/$(ARCH) mm proc ipc syscalls elf fs initrd drivers net lib
KSRC  := $(wildcard $(KDIRS:%=%/*.c) $(KDIRS:%=%/*.S))
KOBJ  := $(KSRC:%=$(BUILD)/obj/%.o)

# The C library stays outside: only gcc's own freestanding headers and Linux' ABI headers.
GCC_INCLUDE = $(eval GCC_INCLUDE := $(shell $(CC) -print-file-name=include))$(GCC_INCLUDE)

WARN   := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla
KCPP    = -nostdinc -isystem $(GCC_INCLUDE) -isystem $(DEPS)/uapi -isystem $(DEPS)/zlib/include -I. \
	  -DZ_SOLO -DVDSO_SO='"$(BUILD)/vdso.so"'
KCODE   = -std=gnu11 -O2 -g -ffreestanding -mgeneral-regs-only -mno-red-zone -fpie \
	  -fvisibility=hidden -fno-plt -mcmodel=small -fno-stack-protector -fcf-protection=none \
	  -fno-omit-frame-pointer -fno-strict-aliasing -fno-common -fwrapv \
	  -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-delete-null-pointer-checks \
	  -ffunction-sections -fdata-sections -fmacro-prefix-map=./=
KCFLAGS = $(KCODE) $(KCPP) $(WARN) -Wframe-larger-than=1536 $(EXTRA_CFLAGS)
KLD     = -m elf_x86_64 -pie --no-dynamic-linker -z text -z noexecstack -z max-page-size=4096 \
	  --gc-sections --build-id=none --no-warn-rwx-segments \
	  -T arch/$(ARCH)/kernel.ld

.PHONY: all kernel initrd flat
all: kernel initrd flat
	@touch $(BUILD)/.flat-built # ./flat looks whether a source is newer
kernel: $(BUILD)/flatshare.elf

include deps/deps.mk

$(BUILD)/obj/%.c.o: %.c $(BUILD)/kernel.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.S.o: %.S $(BUILD)/kernel.flags
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCFLAGS) -D__ASSEMBLER__ -MMD -MP -c -o $@ $<

# Holds the command line and the list of sources: what was built with another one is built anew.
$(BUILD)/kernel.flags: FORCE | tools-build $(DEPS)/uapi/.stamp $(DEPS)/zlib/.stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(KCFLAGS) $(KLD))' | cmp -s - $@ || \
	 printf '%s\n' '$(subst ','\'',$(CC) $(KCFLAGS) $(KLD))' >$@
$(BUILD)/kernel.list: FORCE
	@mkdir -p $(@D)
	@echo '$(KOBJ)' | cmp -s - $@ || echo '$(KOBJ)' >$@

# Linked three times: with an empty symbol table, with one of the final size, with the final one.
KLINK = $(LD) $(KLD) -o $@ $(KOBJ) $(ZLIB_OBJ)
$(BUILD)/link/1.elf: $(KOBJ) $(ZLIB_OBJ) $(BUILD)/link/0.o arch/$(ARCH)/kernel.ld $(BUILD)/kernel.list
	$(call say,LD,$(BUILD)/flatshare.elf)
	$(Q)$(KLINK) $(BUILD)/link/0.o
$(BUILD)/link/2.elf: $(BUILD)/link/1.elf $(BUILD)/link/1.o
	$(Q)$(KLINK) $(BUILD)/link/1.o
$(BUILD)/flatshare.debug.elf: $(BUILD)/link/2.elf $(BUILD)/link/2.o
	$(Q)$(KLINK) $(BUILD)/link/2.o
$(BUILD)/link/0.S: tools/ksyms.sh
	@mkdir -p $(@D)
	$(Q)tools/ksyms.sh >$@
$(BUILD)/link/%.S: $(BUILD)/link/%.elf
	$(Q)NM=$(NM) tools/ksyms.sh $< >$@
$(BUILD)/link/%.o: $(BUILD)/link/%.S
	$(Q)$(CC) -c -o $@ $<
.SECONDARY:

$(BUILD)/flatshare.elf: $(BUILD)/flatshare.debug.elf
	$(Q)$(OBJCOPY) --strip-all $< $@
	$(Q)size=$$(wc -c <$@); [ $$size -le 1048576 ] || echo "warning: $@ has $$size bytes, over 1 MiB" >&2

# --- the vDSO: user code that the kernel carries ---------------------------------------------

VDSO_SRC := $(wildcard arch/$(ARCH)/vdso/*.c arch/$(ARCH)/vdso/*.S)
VDSO_OBJ := $(VDSO_SRC:%=$(BUILD)/obj/%.o)
VDSO_CFLAGS = -std=gnu11 -O2 -g -ffreestanding -fPIC -fvisibility=hidden -fno-stack-protector \
	  -fcf-protection=none -mgeneral-regs-only -fno-strict-aliasing -fno-common $(KCPP) $(WARN)
$(VDSO_OBJ): private KCFLAGS = $(VDSO_CFLAGS)
$(BUILD)/vdso.so: $(VDSO_OBJ) $(wildcard arch/$(ARCH)/vdso/vdso.ld)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -nostdlib -fuse-ld=bfd -Wl,--hash-style=both,-Bsymbolic,--build-id=none \
	  -Wl,-soname,linux-vdso.so.1,-z,max-page-size=4096,--no-undefined,-z,noexecstack,-s \
	  -Wl,-T,arch/$(ARCH)/vdso/vdso.ld -o $@ $(VDSO_OBJ)
$(BUILD)/obj/arch/$(ARCH)/vdso_image.S.o: $(BUILD)/vdso.so

# --- the first file system and the host command ----------------------------------------------

HOST_CFLAGS := -std=gnu11 -O2 -g $(WARN)

initrd: $(BUILD)/initrd.cpio
include initrd/initrd.mk

FLAT_SRC := $(wildcard tools/flat*.c)
flat: $(if $(FLAT_SRC),$(BUILD)/flat)
$(BUILD)/flat: $(FLAT_SRC) $(wildcard tools/flat*.h) drivers/hostproto.h Makefile | tools-build
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -I. -o $@ $(FLAT_SRC)

# --- what to do with it ----------------------------------------------------------------------

.PHONY: run check debug gdb lint docs format clean distclean help FORCE
FORCE:
run: all tools-run
	@$(BUILD)/flat run -it -- sh -l || [ $$? != 125 ]
help:
	@sed -n 's/^#: //p' Makefile
#: make            the kernel, the initrd and the host command
#: make run        ... and an interactive shell in QEMU; what is missing is fetched and built first
#: make check      all tests; TESTS='name ...' runs only those
#: make bench      the same questions to Linux and to us, and a table; BENCH='name ...' asks some,
#:                 BENCH_QUICK=1 is short, MODE=icount counts instructions
#: make bench-redis  what a client of redis waits for while 1 GiB is forked and saved, in both guests
#: make bench-calls  programs of Debian that do little but system calls, in both guests
#: make debug      QEMU stopped at the first instruction, and gdb with all symbols;
#:                 PROGRAM='sh -c ls' for a program of yours; make gdb: gdb alone, again
#: make lint       formatting, static analysis, house rules; CHECKS='format tidy ...' for some
#: make docs       the documentation that is made from the source
#: make format     let clang-format rewrite our C files
#: make clean      remove what was built here;  make distclean: the third-party parts too
#: BUILD=folder    build elsewhere;  V=1: show commands;  EXTRA_CFLAGS=...: e.g. -DDEBUG

check: all tools-run tools-check tools-root
	@tests/run $(TESTS)
lint: tools-lint $(DEPS)/uapi/.stamp $(DEPS)/zlib/.stamp
	@KFLAGS='$(filter-out -fno-plt -g -O2,$(KCFLAGS))' HFLAGS='$(HOST_CFLAGS)' tools/lint $(CHECKS)
docs:
	tools/syscalls-doc >docs/SYSCALLS.md
	tests/debian/run --docs
format: tools-lint
	@find $(KDIRS) arch tools tests bench survey -name '*.[ch]' ! -path syscalls/table.h 2>/dev/null | \
	 sort -u | xargs clang-format -i
debug: all tools-run tools-debug
	@tools/debug $(BUILD) $(PROGRAM)
gdb: tools-debug
	@tools/debug --attach $(BUILD)
clean:
	rm -rf $(filter-out $(DEPS),$(wildcard $(BUILD)/* $(BUILD)/.[a-z]*))
distclean: clean
	rm -rf build

-include $(KOBJ:.o=.d) $(VDSO_OBJ:.o=.d)
-include $(wildcard tests/tests.mk tests/suite/suite.mk bench/bench.mk survey/survey.mk)
