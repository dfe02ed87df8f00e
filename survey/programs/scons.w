program: scons
packages: scons gcc libc6-dev
memory: 512M
limit: 60

== program
--
echo "Program('m', 'm.c')" >SConstruct
printf '#include <stdio.h>\nint main(void) { puts("scons"); return 0; }\n' >m.c
scons -Q -j2; ./m; scons -Q; scons -Q -c
