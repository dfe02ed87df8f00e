# util-linux: its tools for files, processes and mounts, with its companions in bsdutils and bsdextrautils.
program: util-linux
packages: util-linux bsdutils bsdextrautils coreutils dash sed grep

== files
--
hexdump -C /etc/debian_version
seq 20 | column -c 40
printf 'a b c\nlong words here\n' | column -t
echo '{"a":1}' >j
printf 'x\ty\n' | column -t -N one,two -J
seq 5 | rev
echo abc | hexdump -e '1/1 "%02x "'
echo
colrm 2 3 <<X
abcd
X
look deb /dev/null
echo $?
namei -m /usr/bin/env
getopt -o ab:c --long long,arg: -- -a -b val --arg=x rest
getopt -o a -- -z
echo $?
mcookie | wc -c
whereis -b sh | cut -d: -f1
cal 2 2024 2>/dev/null | tail -2
fallocate -l 8K f
stat -c %s f
fallocate -p -o 0 -l 4096 f
echo $?
fincore f >/dev/null
echo $?
lslocks | head -1
lsmem 2>/dev/null | wc -l | sed 's/.*//'
lsipc -g | wc -l | sed 's/[0-9]*/N/'
more </etc/debian_version
fsfreeze 2>/dev/null
choom -n 100 -- choom -p $$ 2>/dev/null | wc -l
isosize /dev/null 2>/dev/null
blkid
echo $?
findmnt -n -o TARGET,FSTYPE /proc
findmnt -n -o FSTYPE /dev/pts
mountpoint /proc
mountpoint /usr
echo $?
lsblk 2>/dev/null | wc -l | sed 's/.*//'
dmesg 2>/dev/null | wc -l | sed 's/.*//'

== processes
--
flock lock sh -c 'echo locked; flock -n lock echo never || echo busy'
flock -w 0.2 lock sh -c 'flock -w 0.2 lock true || echo $?'
(flock 9; echo in; sleep 0.2) 9>lock & sleep 0.1
flock lock echo after
wait
setsid sh -c 'ps -o sid= -p $$ >/dev/null 2>&1; echo session'
setsid -w sh -c 'exit 3'
echo $?
setpriv --reuid=1000 --clear-groups id -u
setpriv --nnp grep NoNewPrivs /proc/self/status
setpriv --dump | head -2
prlimit --nofile=100:200 sh -c 'ulimit -Sn; ulimit -Hn'
prlimit -n77 -p $$
prlimit -p $$ -n --raw --noheadings -o SOFT
taskset -p $$ | sed 's/.*: //' | wc -l
taskset -c 0 echo pinned
chrt -p $$ | tail -1 | sed 's/.*: //'
chrt -b 0 chrt -p 0 | head -1 | sed 's/.*: //'
ionice -c 3 ionice
renice -n 5 -p $$ | sed 's/.*old/old/'
nice
nsenter --version >/dev/null
logger -s -t tag message 2>&1 | sed 's/<[0-9]*>.* tag/tag/'
kill -l 11
/bin/kill -s TERM 99999
echo $?
sleep 5 & /bin/kill --timeout 100 TERM $!
wait $!
echo $?
wall -n message
echo $?
runuser -u nobody -- id -un
su nobody -s /bin/sh -c 'id -un; echo $HOME'
su -c 'exit 4'
echo $?
linux64 uname -m
setarch x86_64 -R echo arch
ipcmk -Q | cut -d: -f1
ipcs -q | wc -l
ipcrm --all=msg
ipcs -q | wc -l
mesg
echo $?
uclampset --version >/dev/null
rtcwake --version > /dev/null
unshare --version >/dev/null
last 2>/dev/null | wc -l | sed 's/.*//'
write root 2>/dev/null </dev/null
echo $?
script -qc 'mesg; echo $?' /dev/null | tr -d '\r' | tail -1
utmpdump /dev/null
echo done

== mounts
--
mkdir m n
mount -t tmpfs -o size=1m,mode=700 t m
echo x >m/f
df --output=fstype m | tail -1
findmnt -n -o OPTIONS --target m/f | grep -o size=1024k
mount --bind m n
cat n/f
mount -o remount,ro,bind n
echo y >n/g
echo $?
umount n
umount m
ls m
dd if=/dev/zero of=x bs=1M count=1 status=none
umount m
echo $?
mount -t bogus none m
echo $?
mount | grep -c ' /proc '
mount --move m n 2>/dev/null
echo $?
