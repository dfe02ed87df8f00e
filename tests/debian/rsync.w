# rsync: copies of trees on one machine.
program: rsync
packages: rsync coreutils findutils diffutils dash sed grep

== local
limit: 60
--
mkdir -p s/d/e
for i in $(seq 30)
do seq $i 500 >s/d/f$i
done
seq 50000 >s/big
ln -s d/f1 s/soft
ln s/big s/hard
mkfifo s/p
chmod 2755 s/d
touch -d @1000000000 s/big
truncate -s 1M s/sparse
chown 1000:100 s/d/f2
find s -exec touch -h -d @1000000000 {} +
rsync -aH s/ t
diff -r --no-dereference s/d t/d && echo same
stat -c '%n %a %u %Y %h' t/big t/d t/d/f2
test -p t/p && readlink t/soft
rsync -aHi s/ t
echo change >>s/d/f3
rm s/d/f4
echo new >s/new
chmod 600 s/d/f5
rsync -aHi --delete s/ t
rsync -an --itemize-changes --delete s/ u | head -3
sed -i '5000s/$/x/' s/big
rsync -a --no-whole-file --stats s/ t | grep -E 'files transferred|Matched data'
cmp s/big t/big
rsync -a --exclude='f1*' --include='*/' --include='f*' --exclude='*' s/ f
find f -type f | wc -l
rsync -ac --link-dest=$PWD/t s/ l
stat -c %h l/d/f7
rsync -a --backup --backup-dir=../old --delete s/d/ t/; ls old 2>/dev/null | wc -l; rsync -r --files-from=- s o <<X; ls o/d
d/f10
d/f11
X
rsync -a --remove-source-files s/d/f20 moved
ls moved s/d/f20
echo $?
rsync nothere x
echo $?
rsync -az --sparse --inplace s/sparse s2 2>&1 | tail -1
rsync --list-only s/ | awk '{print $1, $5}' 2>/dev/null
rsync -a --bwlimit=5000 --partial s/big lim
cmp s/big lim

== shell
limit: 60
--
# Over a remote shell that is none, and a daemon on its standard streams.
mkdir s
seq 30000 >s/a
seq 10 >s/b
printf '#!/bin/sh\nshift\nexec sh -c "$*"\n' >rsh
chmod +x rsh
rsync -az -e ./rsh s/ host:$PWD/t
diff -r s t && echo same
rsync -a -e ./rsh host:$PWD/s/ u
diff -r s u && echo pulled
rsync -e 'sh -c "exit 3"' host:x y
echo $?
printf 'use chroot = no\n[m]\npath = %s/s\nread only = yes\n[w]\npath = %s/t\nread only = no\nuid = 0\n' $PWD $PWD >conf
printf '#!/bin/sh\nexec rsync --server --daemon --config=%s/conf .\n' $PWD >d
chmod +x d
rsync -e ./d host::
rsync -a -e ./d host::m/ v
diff -r s v && echo from the daemon
rsync -a -e ./d s/b host::m/
echo $?
echo x >s/x
rsync -a -e ./d s/x host::w/
cat t/x
(sleep 0.3; pkill -x rsync 2>/dev/null) & rsync -a --bwlimit=1 s/a slow >/dev/null 2>&1 & p=$!
sleep 0.5
kill $p
wait $p
echo $?
