# gzip: compressing, and its scripts.
program: gzip
packages: gzip coreutils diffutils gawk dash

== compress
--
seq 200000 >f
cp f g
gzip -k f
ls
gzip -t f.gz && gunzip -c f.gz | cmp - f && echo same
gzip -9 <f | gzip -d | cmp - f
zcat f.gz | tail -1
gzip -l f.gz | tail -1 | awk '{print $2}' 2>/dev/null
gzip g
gunzip g.gz
cmp f g
zgrep -c 7 f.gz
zcmp f.gz f
zdiff f.gz g
echo $?
echo junk >j.gz
gzip -d j.gz
echo $?
gzip nothere
echo $?
cat f.gz f.gz | zcat | wc -l
head -c 1000 f.gz | zcat >/dev/null
echo $?
gzexe 2>/dev/null
printf '#!/bin/sh\necho packed program "$1"\n' >prog
chmod +x prog
gzexe prog >/dev/null
./prog arg
yes | head -c 3000000 | gzip | wc -c
zcat f.gz | head -1
znew 2>/dev/null
zmore </dev/null
zless --version >/dev/null
echo done
