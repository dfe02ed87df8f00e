program: meson
packages: meson ninja-build gcc libc6-dev
memory: 768M
limit: 120

== project
--
printf "project('flat', 'c')\ne = executable('m', 'm.c')\ntest('one', e)\n" >meson.build
printf '#include <stdio.h>\nint main(void) { puts("meson"); return 0; }\n' >m.c
meson setup b >/dev/null && ninja -C b >/dev/null && b/m
meson test -C b 2>&1 | grep -E '^(Ok|Fail):' | tr -s ' '
