# Archivers and compressors: tar cpio unzip gzip bzip2 xz lzma lzop rpm dpkg, and what makes
# file systems in a file: mke2fs mkfs.minix mkfs.vfat mkswap.
exec 2>&1
mkdir -p d/e; seq 1 2000 >d/seq; echo small >d/e/small; ln -s seq d/link; ln d/seq d/hard; sum=$(md5sum <d/seq)
echo "== tar"
for z in '' z j; do tar -c${z}f a.tar d && mkdir o && tar -x${z}f a.tar -C o && diff -r d o/d && md5sum <o/d/hard && readlink o/d/link; stat -c %h o/d/seq; rm -r o; done
tar cf a.tar d; tar tf a.tar | sort; tar xOf a.tar d/e/small; tar cf b.tar --exclude 'd/s*' d; tar tf b.tar | sort; tar xf nosuch; echo $?; head -c 700 a.tar | tar tf - ; echo $?; tar cf - -C d e | tar tvf - | awk '{ print $1, $2, $NF }'
echo "== cpio"
(cd d; find . | sort | cpio -o -H newc) >a.cpio; cpio -t <a.cpio; mkdir o; (cd o; cpio -id <../a.cpio; ls; md5sum <seq); rm -r o; (cd d; find . -name small | cpio -pd ../o); cat o/e/small; rm -r o
echo "== streams"
for p in gzip:gunzip:zcat bzip2:bunzip2:bzcat ; do IFS=: read c u k <<X
$p
X
	cp d/seq f; $c f; echo $? $c; ls f*; z=$(ls f.*); $k $z | md5sum; $u $z; md5sum <f; rm -f f*; $c <d/e/small | $u; echo broken | $u; echo $?; done
gzip -9 <d/seq >f.gz; gzip -t f.gz; head -c 100 f.gz | zcat | wc -l; bzip2 -t f.gz; echo $?; lzop -c d/seq >f.lzo; lzop -dc f.lzo | md5sum; echo bad | lzop -d; echo $?; lzop -t f.lzo; echo $?
echo /Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAAAARZWg== | base64 -d >x.xz; echo XQAAgAD//////////wA0GUnujd09Ot///90SAAA= | base64 -d >y.lzma
xzcat x.xz; unxz -c x.xz; xz -d -c x.xz; xz -dk x.xz; ls x*; cat x; unxz nosuch.xz; echo $?; head -c 40 x.xz | unxz; echo $?; echo bad | unxz; echo $?
lzcat y.lzma; lzma -d -c y.lzma; unlzma -k y.lzma; cat y; echo bad | unlzma; echo $?; echo bad | lzcat; echo $?; lzma -d nosuch.lzma; echo $?; lzma </dev/null 2>&1 | tail -1; xz </dev/null 2>&1 | tail -1
base64 -d >x.zip <<X
UEsDBAoAAAAAAAAAIQA+xL/pBgAAAAYAAAABAAAAemhlbGxvClBLAQIUAAoAAAAAAAAAIQA+xL/pBgAAAAYAAAABAAAAAAAAAAAAAAAAAAAAAAB6UEsFBgAAAAABAAEALwAAACUAAAAAAA==
X
unzip -l x.zip; unzip -p x.zip; unzip -o x.zip; unzip nosuch; echo $?; echo "== packages"
mkdir -p deb/control; printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: me\nDescription: d\n' >deb/control/control; # put FILE: a member of an ar archive.
put() { printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' "$1" 0 0 0 100644 "$(stat -c %s "$1")"; cat "$1"; [ $(($(stat -c %s "$1") % 2)) = 0 ] || echo; }
(cd deb; echo 2.0 >debian-binary; tar -C control -czf control.tar.gz ./control; mkdir -p data/opt; echo in >data/opt/f; tar -C data -czf data.tar.gz ./opt; { echo '!<arch>'; put debian-binary; put control.tar.gz; put data.tar.gz; } >../x.deb)
dpkg-deb -f x.deb; dpkg-deb -c x.deb | awk '{ print $NF }'; dpkg-deb -x x.deb un; cat un/opt/f; dpkg-deb -e x.deb un/C; ls un/C; dpkg -l nosuch | tail -1; dpkg -i nosuch.deb; echo $?; rpm -qp nosuch; echo $?; rpm2cpio nosuch; echo $?; echo junk | rpm2cpio; echo $?
echo "== file systems in a file"
for m in 'mke2fs -F' 'mkfs.ext2 -F' mkfs.minix mkdosfs mkfs.vfat mkswap; do truncate -s 2M im; $m im >out; echo $m $?; tail -c 4000 im | wc -c; sed 's/[0-9a-f-]\{36\}/UUID/' out | wc -l; done
truncate -s 1M mi; mkfs.minix mi 600 | head -3; fsck.minix -f mi; echo $?; fsck.minix -fv im | head -4; mkfs.ext2 -L label -F im >/dev/null; dd if=im bs=1 skip=1144 count=5 2>/dev/null; echo; fsck -N im; echo $?; volname im; echo $?; fdisk -l im; echo $?; printf 'n\np\n1\n1\n1\nw\n' | fdisk -C 10 -H 4 -S 32 im >/dev/null; echo $?; partprobe im; echo $?
findfs LABEL=label; freeramdisk im; echo $?; dumpleases -f im | tail -1; dumpleases -f nosuch; echo $?; readprofile -m nosuch; echo $?
