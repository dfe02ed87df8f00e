# tar, gzip, bzip2, xz, cpio and checksums there and back.
# limit: 40
mkdir -p src/sub/deep; seq 20000 >src/numbers; head -c 100000 /dev/zero >src/zeros
ln -s numbers src/link; echo text >src/sub/text; chmod 640 src/sub/text; : >src/empty
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "%c", 33 + (i * i + 7 * i) % 90 }' >src/sub/deep/mixed
(cd src; find . -type f | sort | xargs sha256sum) >sums; cat sums
tar cf a.tar src; tar tf a.tar | sort
mkdir x1; tar xf a.tar -C x1; (cd x1/src; sha256sum -c ../../sums; readlink link; stat -c %a sub/text)
tar czf a.tgz src; mkdir x2; tar xzf a.tgz -C x2; (cd x2/src; sha256sum -c ../../sums) | tail -1
tar cjf a.tbz src; mkdir x3; tar xjf a.tbz -C x3; (cd x3/src; sha256sum -c ../../sums) | tail -1
gzip -c src/numbers | gunzip -c | cmp - src/numbers && echo gzip right
bzip2 -c src/numbers | bunzip2 -c | cmp - src/numbers && echo bzip2 right
gzip -9c src/zeros | wc -c
cat src/numbers | gzip | zcat | sha256sum
(cd src; find . | cpio -o -H newc 2>/dev/null) >a.cpio; mkdir x4; (cd x4; cpio -id 2>/dev/null <../a.cpio; sha256sum -c ../sums) | tail -1
for s in md5sum sha1sum sha512sum cksum; do $s <src/numbers; done
tar cf - src | (mkdir x5; cd x5; tar xf -); diff -r src x5/src && echo same
cp -a src copy; diff -r src copy && echo same; rm -rf src copy x? a.* sums; ls
head -c 3000000 /dev/zero | gzip | gunzip | wc -c
uuencode name </bin/busybox | uudecode -o out && cmp out /bin/busybox && echo uu right
split -b 100000 out part.; cat part.* | cmp - out && echo split right
