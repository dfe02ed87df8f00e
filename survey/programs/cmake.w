program: cmake
packages: cmake make gcc g++ libc6-dev
memory: 768M
limit: 120

== project
--
printf 'cmake_minimum_required(VERSION 3.5)\nproject(flat C)\nadd_library(f STATIC f.c)\nadd_executable(m m.c)\ntarget_link_libraries(m f)\nenable_testing()\nadd_test(NAME one COMMAND m)\n' >CMakeLists.txt
printf 'int f(void) { return 42; }\n' >f.c
printf '#include <stdio.h>\nint f(void);\nint main(void) { printf("%%d\\n", f()); return 0; }\n' >m.c
cmake -S . -B b >/dev/null && cmake --build b >/dev/null && b/m
cd b && ctest | grep -o '[0-9]*% tests passed.*'
