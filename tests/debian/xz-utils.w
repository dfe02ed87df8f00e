# xz-utils: compressing, with threads too.
program: xz-utils
packages: xz-utils coreutils diffutils dash
memory: 768M
limit: 60

== compress
--
seq 60000 >f
xz -k f
xz -t f.xz
xzcat f.xz | cmp - f && echo same
xz -T4 --block-size=80k -c f | xz -dc -T2 | cmp - f && echo threads
xz -l f.xz | wc -l
xz --format=lzma -c f | unlzma | md5sum
xzgrep -c 99 f.xz
head -c 5000 f.xz | xz -dc >/dev/null
echo $?
xz -0e -c f | xz -d | tail -1
xz --robot -l f.xz | grep -c totals
mkfifo p
(xz -c f >p &)
xz -dc <p | md5sum
