# tar: archives of all kinds of files, through every compressor.
program: tar
packages: tar gzip bzip2 xz-utils zstd cpio coreutils findutils diffutils gawk dash

== archives
--
mkdir -p t/d/e
seq 5000 >t/f
echo x >t/d/x
ln t/f t/hard
ln -s d/x t/soft
mkfifo t/p
chmod 4755 t/d/x
touch -d @1000000000 t/f t/d/x
truncate -s 1M t/sparse
chown 1000:100 t/d/x
tar cf a.tar --sort=name t; tar tf a.tar; tar tvf a.tar --numeric-owner | awk '{print $1, $2, $3, $6, $7, $8}' 2>/dev/null
mkdir out
tar xpf a.tar -C out
diff -r t/d out/t/d && stat -c '%n %a %u:%g %Y %h' out/t/f out/t/d/x out/t/hard
readlink out/t/soft
test -p out/t/p && echo fifo
tar czf a.tgz -C t f d
tar xzOf a.tgz f | cmp - t/f && echo gz
tar cJf a.txz t/f && tar tJf a.txz
tar --zstd -cf a.tzst t/f && tar --zstd -tf a.tzst
tar cjf a.tbz t/f
tar tf a.tbz
tar cSf sp.tar t/sparse
test $(stat -c %s sp.tar) -lt 100000 && echo sparse
tar rf a.tar --transform 's/^/added-/' -C /etc debian_version
tar tf a.tar | tail -1
tar --delete -f a.tar t/p
tar tf a.tar | wc -l
tar cf - t | tar xf - -C out --strip-components=1 --exclude='*.x'
ls out
tar df a.tar
echo y >>t/f
tar df a.tar | head -1
tar uf a.tar t/f
tar tf a.tar | grep -c t/f
tar cf i.tar --listed-incremental=snap t
echo new >t/new
tar cf i2.tar --listed-incremental=snap t
tar tf i2.tar | grep new
tar xf nothere.tar
echo $?
head -c 10000 a.tar | tar tf - >/dev/null
echo $?
tar cf - /usr/bin 2>/dev/null | wc -c | sed 's/[0-9]*/N/'
tar xf a.tar t/f --to-command='wc -l'
find t -type f -print0 | sort -z | tar cf l.tar --null -T -
tar tf l.tar
tar -cf m.tar -ML 20 --new-volume-script='exit 1' t
echo $?
