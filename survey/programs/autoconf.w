# autoconf and automake: a small package from its sources to its configure script, and a build
program: autoconf
packages: autoconf automake gcc libc6-dev make
memory: 512M
limit: 120

== configure
--
printf 'AC_INIT([flat],[1])\nAC_CONFIG_SRCDIR([main.c])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\nAC_CHECK_HEADERS([stdlib.h unistd.h nosuch.h])\nAC_CHECK_FUNCS([fork vfork nosuch])\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n' >configure.ac
printf 'bin_PROGRAMS = flat\nflat_SOURCES = main.c\n' >Makefile.am
printf '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n' >main.c
aclocal && automake --add-missing --copy 2>/dev/null && autoconf
./configure >log 2>&1; echo $?
grep -E 'checking for (fork|vfork|nosuch|unistd.h)' log
make >/dev/null 2>&1; ./flat
