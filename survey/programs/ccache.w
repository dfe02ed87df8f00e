program: ccache
packages: ccache gcc libc6-dev
memory: 512M
limit: 60

== twice
--
printf 'int f(void) { return 42; }\n' >f.c
export CCACHE_DIR=/tmp/w/cache
ccache gcc -c f.c -o a.o && ccache gcc -c f.c -o b.o && cmp a.o b.o && echo same
ccache --print-stats | grep -E '^(direct_cache_hit|cache_miss)'
