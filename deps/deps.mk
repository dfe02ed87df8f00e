# The third-party parts: fetched, verified, patched and built once, below build/deps.
#
# A recipe runs under a lock, because several makes with their own BUILD may want the same part.
# Its stamp is made again when the recipe or a patch changes.

dep = $(Q)mkdir -p $(DEPS) && flock $(DEPS)/.lock-$(1) deps/build $(1) $@

# Linux' ABI headers, by links into the package linux-libc-dev.
$(DEPS)/uapi/.stamp: | tools-build
	$(call dep,uapi)
# Debian's list of source packages; only ever fetched for a part that is not there.
$(DEPS)/.sources: | tools-build tools-fetch
	$(call dep,sources)
$(DEPS)/zlib/.stamp: deps/zlib | $(DEPS)/.sources
	$(call dep,zlib)
$(DEPS)/musl/.stamp: deps/musl $(wildcard deps/musl-*.patch) | $(DEPS)/.sources $(DEPS)/uapi/.stamp
	$(call dep,musl)
$(DEPS)/busybox/.stamp: deps/busybox deps/busybox.config $(DEPS)/musl/.stamp | $(DEPS)/.sources
	$(call dep,busybox)

.PHONY: deps musl busybox
deps: musl busybox $(DEPS)/zlib/.stamp
musl: $(DEPS)/musl/.stamp
busybox: $(DEPS)/busybox/.stamp

# Compilers for programs: MUSL_CC makes real static-pie, MUSL_CC_PIE dynamic PIE (interpreter
# /lib/ld-musl-x86_64.so.1), MUSL_CC_STATIC a static one at a fixed address.
MUSL_CC        := $(DEPS)/musl/bin/musl-static-pie
MUSL_CC_PIE    := $(DEPS)/musl/bin/musl-pie
MUSL_CC_STATIC := $(DEPS)/musl/bin/musl-static

# --- zlib's inflate, inside the kernel --------------------------------------------------------

ZLIB_OBJ := $(patsubst %,$(BUILD)/obj/zlib/%.o,adler32 crc32 inffast inflate inftrees zutil)
$(BUILD)/obj/zlib/%.o: $(DEPS)/zlib/.stamp $(BUILD)/kernel.flags
	$(call say,CC,zlib/$*.c)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCODE) $(KCPP) -w -c -o $@ $(DEPS)/zlib/src/$*.c
