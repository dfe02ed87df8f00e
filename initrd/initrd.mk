# The default root file system: busybox, its links, and initrd/root.  initrd/list says the rest.

INITRD_ROOT := $(shell find initrd/root)

$(BUILD)/pack: tools/pack.c Makefile | tools-build
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -D_GNU_SOURCE -o $@ $<

$(BUILD)/initrd.cpio: $(BUILD)/pack initrd/list initrd/initrd.mk $(INITRD_ROOT) $(DEPS)/busybox/.stamp
	$(call say,PACK,$@)
	$(Q){ cat initrd/list; \
	  sed '/^linuxrc$$/d; s,.*,link & /bin/busybox,' $(DEPS)/busybox/busybox.links; \
	  echo 'tree . initrd/root'; \
	  echo 'file bin/busybox 755 $(DEPS)/busybox/busybox'; } | $(BUILD)/pack $@
