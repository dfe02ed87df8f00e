# make: a tree of rules, in parallel, with the job server.
program: make
packages: make coreutils dash sed
memory: 384M

== parallel
limit: 60
--
cat >Makefile <<'X'
N := $(shell seq 40)
all: $(N:%=o/%.o) sub
	@cat $(sort $(wildcard o/*.o)) | sort -n | tail -1
o/%.o: src/%.c | o
	@sed 's/$$/0/' $< >$@.tmp && sleep 0.05 && mv $@.tmp $@
src/%.c: | src
	@echo $* >$@
o src: ; @mkdir $@
sub:
	@$(MAKE) -s -C d all
.PHONY: all sub clean
clean: ; rm -rf o src
X
mkdir d; printf 'all: $(addprefix t,1 2 3 4 5 6 7 8)\nt%%: ; @sleep 0.1; echo $@ >$@\n' >d/Makefile
make -s -j4
ls o | wc -l
ls d
make -s -j4
make -q
echo $?
touch src/3.c
make -n | grep -c sed
make clean
make -j -s | tail -1
rm o/7.o
make -j4 --output-sync=target -s
make -s -j3 clean

== language
--
cat >Makefile <<'X'
SHELL = /bin/bash
.SHELLFLAGS = -ec
define recipe
echo line one
echo line two
endef
override V := $(or $(V),none)
f = $(2)-$(1)
all: a.out; @echo done
a.out: export ENVVAR = exported
a.out: x.in y.in
	@$(recipe)
	@echo "$$ENVVAR $(V) $^ $(@:.out=.x) $(call f,1,2) $(words $^) $(patsubst %.in,%.o,$^) $(foreach v,a b,<$v>)"
	@cat $^ >$@
%.in: ; @echo made $@; echo $* >$@
fail: ; @echo before; exit 3
ignore: ; -false
	@echo after
keep: ; @echo partial >$@; false
.DELETE_ON_ERROR:
deps: ; @echo 'x.in: z' >dep.mk
-include dep.mk
z: ; @touch z
ifneq ($(filter 4.%,$(MAKE_VERSION)),)
version: ; @echo four
endif
$(eval gen-%: ; @echo generated $$*)
.ONESHELL:
one: ; @x=1
	echo "x is $$x"
X
make
make V=given -B | tail -2
make fail
echo $?
make -k fail version
echo $?
make ignore
make keep
ls keep
make deps
make gen-x one
make nothere
echo $?
make -f nothere
echo $?
make -p -f /dev/null 2>/dev/null | grep -c '^MAKE'
echo 'all: ; @echo from stdin $(MAKELEVEL)' | make -f -
printf 'a: b\nb: a\n\t@echo x\n' | make -f -
make -t x.in
make -s --eval='e: ; @echo eval' e
make --trace version | tail -1
timeout -s INT 1 make --eval='s: ; @sleep 20' s
echo $?

== jobserver
limit: 60
--
# At no time more than four at work, over three levels of make.
cat >Makefile <<'X'
L ?= 2
all: $(addprefix j,1 2 3 4 5 6)
ifeq ($(L),0)
j%: ; @mkdir run/$(P)$*; ls run | wc -l >>seen; sleep 0.05; rmdir run/$(P)$*
else
j%: ; @+$(MAKE) -s L=$(shell expr $(L) - 1) P=$(P)$*
endif
X
mkdir run; make -s -j4 L=2; wc -l <seen; test $(sort -n seen | tail -1) -le 4 && echo 'four at most'
(sleep 0.5; kill -TERM $(cat pid)) & sh -c 'echo $$ >pid; exec make -s -j3 -f /dev/fd/3' 3<<X
all: a b c
a b c: ; @sleep 10
X
echo $?; ls run | wc -l
