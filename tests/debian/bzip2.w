# bzip2: compressing, and its scripts.
program: bzip2
packages: bzip2 coreutils diffutils dash

== compress
--
seq 100000 >f
bzip2 -k f
bzip2 -t f.bz2
bunzip2 -c f.bz2 | cmp - f && echo same
bzcat f.bz2 | tail -1
bzip2 -9 <f | md5sum
bzgrep -c 99 f.bz2
head -c 5000 f.bz2 >cut.bz2
bzip2recover cut.bz2 >/dev/null 2>&1
bzip2 -d cut.bz2
echo $?
bzdiff f.bz2 f
echo $?
