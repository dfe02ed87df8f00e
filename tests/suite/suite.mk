# busybox' own tests, from its source package: tests/suite.
#
#   $(T)/suite/root          the file system that both systems run them in
#   $(T)/suite/plan          one line per file of tests (tests/runner/plan.h)
#   $(T)/suite/linux         what this machine's Linux makes of them, four at a time: many only sleep

$(DEPS)/suites/.stamp: deps/suites deps/build deps/fetch | $(DEPS)/.sources
	$(call dep,suites)

# Programs that the shells' tests use.
SUITE_BIN := $(foreach name,recho zecho printenv,$(T)/suite/bin/$(name))
$(SUITE_BIN): $(DEPS)/suites/.stamp $(DEPS)/musl/.stamp
	$(call say,TESTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) -O2 -w -s -o $@ $(DEPS)/suites/ash_test/$(@F).c

$(T)/suite/plan: tests/suite/make-plan $(DEPS)/suites/.stamp $(DEPS)/busybox/.stamp
	$(call say,PLAN,$@)
	@mkdir -p $(@D)
	$(Q)tests/suite/make-plan $(DEPS)/suites $(DEPS)/busybox/busybox >$@

$(T)/suite/root/.stamp: $(T)/suite/plan $(T)/bin/runner $(SUITE_BIN) $(INITRD_ROOT) \
  $(wildcard tests/suite/*) tests/runner/make-base $(DEPS)/busybox/.stamp $(DEPS)/musl/.stamp
	$(call say,ROOT,$(@D))
	$(Q)tests/suite/make-root $(@D) $(T) $(DEPS)
	@touch $@

$(T)/suite/linux/.stamp: $(T)/suite/root/.stamp $(T)/host/drive $(T)/host/enter
	$(call say,ORACLE,$(@D))
	$(Q)rm -rf $(@D)
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' 0 1 2 3 | xargs -P4 -I@ $(T)/host/drive -l linux -f @ -s 4 $(T)/suite/plan \
	  $(@D) $(T)/host/enter $(T)/suite/root /t/runner /t/plan
	@touch $@

$(T)/suite.cpio: $(T)/suite/root/.stamp $(BUILD)/pack
	$(call say,PACK,$@)
	$(Q){ cat initrd/list; echo 'tree . $(T)/suite/root'; } | $(BUILD)/pack $@

# Only if it is asked for: it takes a minute or two.
ifneq ($(if $(TESTS),$(filter suite suite.%,$(TESTS)),all),)
check: $(T)/suite/linux/.stamp $(T)/suite.cpio
endif
