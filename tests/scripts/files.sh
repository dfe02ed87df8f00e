# Files and folders with busybox' tools.
umask 022
mkdir -p a/b/c; touch a/f; echo text >a/b/g; ln a/b/g hard; ln -s a/b/g soft; ln -s nowhere dangling
ls -1R; stat -c '%n %F %a %h' a; stat -c '%n %F %a %h %s' a/f hard soft dangling
cat soft; cat dangling 2>/dev/null; echo "status $?"; readlink -f soft | sed 's,.*/,,'
chmod 755 a/f; chmod u-x,g=r,o+w a/f; stat -c %A a/f; chmod 0000 hard; cat hard; chmod 644 hard
mv a/b/g a/moved; cat hard; cat soft 2>/dev/null || echo broken; cp -r a copy; find copy | sort
rm -r a; rmdir copy 2>/dev/null || echo not empty; rmdir -p copy/b/c 2>/dev/null; ls copy
echo one >l; echo two >>l; cat l; : >l; wc -c <l; echo x >|l; (set -C; echo y >l) 2>/dev/null || echo noclobber; cat l
exec 3>three; echo to three >&3; exec 3>&-; cat three; exec 4<three; read x <&4; echo $x; exec 4<&-
echo a >t1; cp t1 t2; cmp t1 t2 && echo equal; echo b >t2; cmp -s t1 t2 || echo differ
dd if=/dev/zero of=sparse bs=1 count=1 seek=1000000 2>/dev/null; wc -c <sparse; truncate -s 10 sparse; wc -c <sparse
touch -d '2001-02-03 04:05:06' dated; TZ=UTC0 date -r dated '+%Y-%m-%d %H:%M:%S'; [ l -nt dated ] && echo newer
mkdir many; i=0; while [ $i -lt 300 ]; do : >many/$i; i=$((i + 1)); done; ls many | wc -l; rm many/*; rmdir many
mkdir 'with space' '*'; ls -1; rmdir 'with space' '*'; echo data >"new
line"; ls | wc -l; rm new*
mktemp -d /tmp/scratch/XXXXXX >/dev/null && echo temp; basename /a/b/c.txt .txt; dirname /a/b/c.txt
printf '\000\001\377' | od -An -tx1; printf 'abc' | hexdump -C; seq 100 | head -c 20 | xxd
du -s . >/dev/null && echo du; test -w /dev/null && echo null > /dev/null; echo x >/dev/full; echo "full $?"
ln -sf t1 soft; cat soft; ln -sfn /tmp soft; cd soft && pwd -P; cd - >/dev/null; ls -d /proc/self/fd >/dev/null && echo fd
cat /proc/self/cmdline | tr '\0' ' '; echo; readlink /proc/self/exe; head -1 /proc/self/status; ls /proc/self/fd | wc -l
sort -u <<END | tr '\n' ' '
b
a
b
END
echo; ls -l three | awk '{ print $1, $2, $3, $5 }'; id -u; pwd; install -m 700 three inst; stat -c %a inst
patch --version >/dev/null 2>&1; printf '1\n2\n3\n' >o; printf '1\nX\n3\n' >n; diff -u o n | sed 1,2d; diff -u o n >p; patch o p >/dev/null && cmp o n && echo patched
