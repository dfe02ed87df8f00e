# zstd: compressing, with threads and dictionaries.
program: zstd
packages: zstd coreutils diffutils dash
memory: 768M
limit: 60

== compress
--
seq 100000 >f
zstd -q f
zstd -t -q f.zst
zstdcat f.zst | cmp - f && echo same
zstd -T4 -q -12 -c f | zstd -dc | md5sum
zstd -q --adapt -c f | zstd -dqc | tail -1
zstd -q --train /etc/*.conf /usr/bin/[a-l]* -o dict 2>/dev/null
test -s dict && echo dictionary
head -c 5000 f.zst | zstd -dc >/dev/null 2>&1
echo $?
zstd -q --rm f -f
ls
zstd -lq f.zst | wc -l
zstd -q -b1 -i0 f.zst 2>&1 | wc -l | sed 's/.*/benched/'
zstd -q --long=24 -c dict | zstd -dq | cmp - dict
