program: libtool
packages: libtool-bin gcc libc6-dev
memory: 512M
limit: 60

== library
--
printf 'int f(void) { return 42; }\n' >f.c
printf '#include <stdio.h>\nint f(void);\nint main(void) { printf("%%d\\n", f()); return 0; }\n' >m.c
libtool --quiet --tag=CC --mode=compile gcc -c f.c -o f.lo
libtool --quiet --tag=CC --mode=link gcc -o libf.la f.lo -rpath /usr/local/lib
libtool --quiet --tag=CC --mode=link gcc -o m m.c libf.la
./m; ls .libs | grep so$
