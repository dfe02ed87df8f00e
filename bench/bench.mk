# `make bench`: both guests answer the same questions (bench/README.md).

B := $(BUILD)/bench
BENCH_PROGRAMS := $(filter-out bench,$(basename $(notdir $(wildcard bench/guest/*.c))))
BENCH_SCRIPTS  := $(wildcard bench/guest/scripts/*.sh)
BENCH_HOST     := $(wildcard bench/host/*.c)
# Programs that use no more than the C library.
BENCH_ALONE    := true idle init

$(B)/bin/%: bench/guest/%.c bench/guest/bench.c bench/guest/bench.h $(DEPS)/musl/.stamp
	$(call say,BENCHCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) -std=gnu11 -O2 -g $(WARN) -s -o $@ $< \
	  $(if $(filter $*,$(BENCH_ALONE)),,bench/guest/bench.c)

# Debian's kernel for clouds, unpacked and not installed.
$(DEPS)/linux/.stamp: deps/linux deps/fetch | tools-build tools-bench
	$(call dep,linux)

# The same root for both kernels: busybox and the programs; the small one holds no programs.
$(B)/small.list: $(BENCH_SCRIPTS) initrd/list $(DEPS)/busybox/.stamp bench/bench.mk
	@mkdir -p $(@D)
	$(Q){ cat initrd/list; \
	  sed '/^linuxrc$$/d; s,.*,link & /bin/busybox,' $(DEPS)/busybox/busybox.links; \
	  echo 'tree . initrd/root'; \
	  echo 'file bin/busybox 755 $(DEPS)/busybox/busybox'; \
	  for s in $(BENCH_SCRIPTS); do echo "file b/scripts/$${s##*/} 755 $$s"; done; } >$@
$(B)/initrd.list: $(B)/small.list bench/bench.mk
	$(Q){ cat $<; for p in $(BENCH_PROGRAMS); do echo "file b/$$p 755 $(B)/bin/$$p"; done; } >$@
$(B)/%.cpio: $(B)/%.list $(BUILD)/pack $(BENCH_PROGRAMS:%=$(B)/bin/%)
	$(call say,PACK,$@)
	$(Q)$(BUILD)/pack $@ <$<

$(B)/runner: $(BENCH_HOST) bench/host/bench.h Makefile
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $(BENCH_HOST) -lm

.PHONY: bench
bench: kernel $(B)/runner $(B)/initrd.cpio $(B)/small.cpio $(DEPS)/linux/.stamp | tools-run
	@BUILD=$(BUILD) MODE=$(MODE) $(B)/runner $(BENCH)

.PHONY: bench-calls
bench-calls: all $(BUILD)/pack $(DEPS)/linux/.stamp | tools-run
	@BUILD=$(BUILD) sh bench/calls.sh

.PHONY: bench-redis
bench-redis: all $(BUILD)/pack $(B)/bin/bgsave $(B)/bin/init $(DEPS)/linux/.stamp | tools-run
	@BUILD=$(BUILD) MODE=$(MODE) sh bench/redis.sh
