# What `make check` needs: Linux test programs, their root file system, and what Linux says of them.
#
#   $(BUILD)/tests/root          the file system that both systems run the tests in
#   $(BUILD)/tests/plan          one line per test (tests/runner/plan.h)
#   $(BUILD)/tests/linux         results on this machine's Linux: the expected ones

T := $(BUILD)/tests
TEST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-clobbered -Wno-stringop-overread \
	  -Wno-stringop-overflow -Wno-nonnull -Wno-array-bounds
HARNESS := tests/linux/harness.c
# Programs that are started by tests and hold none.
HELPERS := probe
LINUX_TESTS := $(filter-out harness $(HELPERS),$(basename $(notdir $(wildcard tests/linux/*.c))))
# These run in each of the three kinds of programs.
ALL_KINDS := fork family clone signal thread ways sites
FIXED   := $(addsuffix -fixed,$(filter $(ALL_KINDS),$(LINUX_TESTS)))
DYNAMIC := $(addsuffix -dynamic,$(filter $(ALL_KINDS),$(LINUX_TESTS)))
TEST_PROGRAMS := $(LINUX_TESTS) $(FIXED) $(DYNAMIC)
TEST_BINARIES := $(TEST_PROGRAMS:%=$(T)/bin/%) $(foreach h,$(HELPERS),$(T)/bin/$(h) \
	  $(T)/bin/$(h)-fixed $(T)/bin/$(h)-dynamic)
TEST_SCRIPTS := $(wildcard tests/scripts/*.sh)

$(T)/bin/%-fixed: tests/linux/%.c $(HARNESS) tests/linux/harness.h $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC_STATIC) $(TEST_CFLAGS) -s -o $@ $< $(if $(filter $*,$(HELPERS)),,$(HARNESS))
$(T)/bin/%-dynamic: tests/linux/%.c $(HARNESS) tests/linux/harness.h $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC_PIE) $(TEST_CFLAGS) -s -o $@ $< $(if $(filter $*,$(HELPERS)),,$(HARNESS))
$(T)/bin/%: tests/linux/%.c $(HARNESS) tests/linux/harness.h $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(TEST_CFLAGS) -s -o $@ $< $(if $(filter $*,$(HELPERS)),,$(HARNESS))
$(addprefix $(T)/bin/,pty pty_line pty_session): tests/linux/terminal.h
$(T)/bin/runner: tests/runner/runner.c tests/runner/plan.h $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(TEST_CFLAGS) -s -o $@ $<
$(T)/host/%: tests/runner/%.c tests/runner/plan.h
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $<

# Made from the table of system calls; the C library does not know all numbers.
$(T)/bin/badargs: TEST_CFLAGS += -idirafter $(DEPS)/uapi
$(T)/bin/badargs: syscalls/table.h

$(T)/host/drive: tests/runner/drive.c tests/runner/titles.c tests/runner/plan.h tests/runner/titles.h
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $(filter %.c,$^)

# A source package whose configure script is one of the tests.
$(DEPS)/hello/.stamp: deps/build deps/hello deps/fetch | tools-build
	$(call dep,hello)

$(T)/plan: $(TEST_BINARIES) $(TEST_SCRIPTS) tests/runner/make-plan tests/tests.mk
	$(call say,PLAN,$@)
	$(Q)tests/runner/make-plan $(T)/bin $(TEST_PROGRAMS) >$@

$(T)/root/.stamp: $(T)/plan $(T)/bin/runner $(INITRD_ROOT) $(DEPS)/busybox/.stamp $(DEPS)/musl/.stamp \
  $(DEPS)/hello/.stamp tests/runner/make-root tests/runner/make-base
	$(call say,ROOT,$(@D))
	$(Q)tests/runner/make-root $(T) $(DEPS)
	@touch $@

$(T)/linux/.stamp: $(T)/root/.stamp $(T)/host/drive $(T)/host/enter tests/runner/oracle
	$(call say,ORACLE,$(@D))
	$(Q)tests/runner/oracle $(T)
	@touch $@

.PHONY: test-programs oracle
test-programs: $(T)/root/.stamp $(T)/host/drive
oracle: $(T)/linux/.stamp
check: test-programs oracle

# The same root as one archive for the guest.
$(T)/root.cpio: $(T)/root/.stamp $(BUILD)/pack
	$(call say,PACK,$@)
	$(Q){ cat initrd/list; echo 'tree . $(T)/root'; } | $(BUILD)/pack $@
test-programs: $(T)/root.cpio

# Unit tests: tests/unit/test_X.c with the kernel sources that its line `/* links: ... */` names,
# under the sanitizers.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(T)/unit/%,$(wildcard tests/unit/test_*.c))
UNIT_CFLAGS := -std=gnu11 -O1 -g -DFLATSHARE_HOST -Wall -Wextra -Werror -fsanitize=address,undefined \
	  -fno-sanitize-recover=all -fno-omit-frame-pointer -fno-strict-aliasing -fwrapv -I.
$(T)/unit/%: tests/unit/%.c FORCE | tools-check
	@mkdir -p $(@D)
	$(Q)links="$$(sed -n 's,^/\* links: \(.*\) \*/$$,\1,p' $<)"; \
	$(CC) $(UNIT_CFLAGS) -MM -MG $< $$links >$@.d.new && \
	if [ ! -e $@ ] || ! cmp -s $@.d.new $@.d || [ -n "$$(find $$(sed 's/^[^:]*://; s/\\$$//' \
	  $@.d.new) -newer $@ 2>/dev/null | head -n 1)" ]; then \
		printf '  %-7s %s\n' UNIT $@; \
		$(CC) $(UNIT_CFLAGS) -o $@ $< $$links -lcheck -lsubunit -lm -lrt -lpthread && \
		mv $@.d.new $@.d; \
	fi
check: $(UNIT_TESTS)

# Fuzz targets: tests/fuzz/fuzz_X.c, likewise, with clang's libFuzzer.
FUZZERS := $(patsubst tests/fuzz/%.c,$(T)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CFLAGS := $(filter-out -Werror -fsanitize=%,$(UNIT_CFLAGS)) -w -ffreestanding -fsanitize=fuzzer,address,undefined
$(FUZZERS): $(wildcard elf/*.[ch] mm/*.[ch] fs/*.[ch] boot/*.[ch] arch/host/*.[ch] lib/*.[ch] initrd/*.[ch])
$(T)/fuzz/%: tests/fuzz/%.c | tools-check
	$(call say,FUZZER,$@)
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_CFLAGS) -o $@ $< $$(sed -n 's,^/\* links: \(.*\) \*/$$,\1,p' $<)
.PHONY: fuzzers
fuzzers: $(FUZZERS)
check: $(FUZZERS)

# Measurements: bench/*.sh print ok or not ok with their figures.
$(T)/empty.elf: bench/empty.S
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -nostdlib -static -no-pie -Wl,--build-id=none,-Ttext=0x100000,-estart,-melf_i386 \
	  -o $@ $< 
$(T)/bin/forkcost: bench/forkcost.c $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(TEST_CFLAGS) -s -o $@ $<
$(T)/bin/dircost: bench/dircost.c $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(TEST_CFLAGS) -s -o $@ $<
$(T)/root/.stamp: $(T)/bin/forkcost $(T)/bin/dircost
check: $(T)/empty.elf

# The long ones: the counts that the figures ask for.
.PHONY: soak
soak: all test-programs $(T)/root.cpio $(T)/suite.cpio
	$(Q)./flat run -m 256M --root $(T)/root.cpio -e SOAK=100 -e SOAK_MINUTES=60 $(if $(APPEND),--append '$(APPEND)') -- /t/soak
	$(Q)./flat run -m 256M --root $(T)/suite.cpio -w /tmp -- sh /b/applet bc | grep -v '^echo\|^=='
$(T)/host/pty: tests/flat/pty.c
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $<
check: $(T)/host/pty

# Debian's programs: their root, unless other tests are asked for.  Without a network the tests say so.
.PHONY: debian-root
debian-root: $(BUILD)/flat | tools-root
	-$(Q)FLAT_NO_BUILD=1 tests/debian/run --prepare
ifneq ($(if $(TESTS),$(filter debian%,$(TESTS)),all),)
check: debian-root
endif
