# coreutils: most of its programs, as scripts and administrators use them.
program: coreutils
packages: coreutils dash

== files
--
umask 022
mkdir -p a/b/c && cd a && pwd -P
echo data >f && cp -p f g && cp -a . ../copy && ls -R ../copy
ln f hard; ln -s f soft; ln -sfn b/c dangling; ls -l | sed 1d | cut -c1-10
stat -c '%n %F %s %h %a' f hard soft b
chmod u=rwx,g=rx,o= f; stat -c %A f; chmod -R go-w b; chmod 4711 g; stat -c %a g
touch -d '2020-02-02 12:00:00 UTC' f; date -u -r f +%FT%T; touch -r f g; stat -c %Y g
install -m 640 -D f deep/er/installed; stat -c %a deep/er deep/er/installed
mv -v f renamed; mv renamed b/; mv -n g b/renamed; ls b
readlink soft; readlink -f dangling; realpath --relative-to=/usr b/c; realpath -s soft
rm -r b; rm nothere; echo "status $?"; rm -f nothere; echo "status $?"
mkdir full; touch full/x; rmdir full; echo "status $?"; rmdir --ignore-fail-on-non-empty full; rmdir -p deep/er 2>&1
truncate -s 1M sparse; du -k --apparent-size sparse; stat -c '%s' sparse; fallocate -l 4096 alloc 2>/dev/null; ls
mktemp -d tmp.XXXX | cut -c1-4; mkfifo fifo; stat -c %F fifo; mknod node p; test -p node && echo fifo
cp --sparse=always sparse s2 && cmp sparse s2 2>/dev/null; unlink s2; link hard hard2; stat -c %h hard
chown 1000:1000 hard; stat -c '%u %g' hard hard2; chgrp root hard; stat -c %g hard
dir -1 | head -3; basename /a/b.c .c; dirname /a/b.c; pathchk 'a' && echo portable
cp -r /etc/skel . && ls -A skel; cp --reflink=auto hard r; cp -u r hard; cp -b r hard && ls hard*; shred -n1 -u r; ls r

== text
--
seq 100 | head -20 | tail -5 | tac | rev | nl -ba
seq 20 | paste -sd+ | fold -w 20; seq 6 | paste - - -
printf 'b 2\na 10\nc 1\na 9\n' >t; sort t; sort -k2n t; sort -u -k1,1 -s t; sort -rk1,1 -k2,2n t; sort -c t; echo $?
sort -R t | sort | uniq -c; cut -d' ' -f2 t; cut -c1 t | sort | uniq -d
printf '1 a\n2 b\n' >j1; printf '1 x\n3 y\n' >j2; join j1 j2; join -a1 -a2 -e- -o0,1.2,2.2 j1 j2; comm j1 j2
tr a-z A-Z <t; tr -d '0-9 ' <t | tr -s '\n' ' '; echo; tr -cs 'a-z' '\n' <<X
some words, here; some
X
wc t; wc -c <t; expand <<X | cat -A
	tab
X
echo 'a,b,c' | tr , '\n' | shuf | sort | tr '\n' ' '; echo
fmt -w 30 <<X
A paragraph of some words that is longer than thirty columns, so that it has to be broken into several lines.
X
pr -l 12 -h title -n t | head -8 | tail -3 | cut -c1-20; ptx -w 40 <t | head -3
split -l 30 -d /dev/fd/3 part. 3<<X
$(seq 100)
X
wc -l part.*; csplit -s part.00 10 20; head -qn1 xx*; tsort <<X
a b
b c
a c
X
od -An -tx1z -w8 t | head -2; base64 t | base64 -d | cmp - t && echo same; base32 <t; basenc --hex -w0 t; echo
numfmt --to=iec 1048576 1500; numfmt --from=si 2K; factor 360 97 1000000007 18446744073709551615; expr 7 \* 6 ; expr abc : 'a\(.\)'
printf '%d %x %e %s %b %q\n' 42 255 3.5 str 'a\tb' "it's"; printf '%s\n' a b; seq -w 8 2 12; seq -s, 1 .5 3

== sums
--
seq 10000 >f
md5sum f; sha1sum f; sha224sum f; sha256sum f; sha384sum f; sha512sum f; b2sum f; sum f; cksum f
sha256sum f >sums; sha256sum -c sums; echo x >>f; sha256sum -c --quiet sums; echo $?
dd if=f bs=1000 count=3 skip=2 2>/dev/null | md5sum
dd if=/dev/zero bs=1M count=4 of=z conv=fsync status=none; dd if=f of=z bs=512 seek=3 conv=notrunc status=none; stat -c %s z; sha1sum z
dd if=f bs=1 count=20000 status=none | wc -c; dd if=/dev/zero of=/dev/full bs=1k count=1; echo $?
head -c 100000 /dev/urandom | wc -c; head -c -10 f | wc -c; cat f f - </dev/null | wc -l; cat /dev/full | head -c 3 | od -An -tx1
tee a b <f | cmp - a; cmp a b && echo equal; cmp f z; echo $?
yes | head -100000 | wc -l; yes abc | dd bs=1k count=100 iflag=fullblock status=none | md5sum

== processes
--
env -i A=1 B=2 env; env -u HOME sh -c 'echo ${HOME-unset}'; env nothere; echo $?; env /tmp; echo $?
nice -n 5 nice; nice sh -c 'echo $(nice)'; timeout 0.3 sleep 9; echo $?; timeout -s KILL 0.3 sleep 9; echo $?
timeout --preserve-status 0.3 sleep 9; echo $?; timeout -k 0.2 0.2 sh -c 'trap "" TERM; while :; do sleep 0.1; done'; echo $?
timeout 5 sh -c 'exit 3'; echo $?; nohup sh -c 'kill -HUP $$; echo survived'; cat nohup.out 2>/dev/null
stdbuf -oL seq 3 | tail -1; setarch 2>/dev/null; chroot / /bin/echo in chroot; chroot --userspec=1000:1000 / id -u
sleep 0.1 0.1; id; id -nG; whoami; groups; logname; echo $?; tty; echo $?; nproc --ignore=100; arch; uname -sm; hostid | wc -c
echo a | tee /dev/stderr 2>&1 >/dev/null; kill -l 15; /bin/kill -l 2>/dev/null | wc -l; test -t 0; echo $?; [ 3 -gt 2 -a ! -e nope ] && echo yes
seq 3 >f; tail -f f --pid=$$ & p=$!; sleep 0.5; echo 4 >>f; sleep 1.5; kill $p
(sleep 1; echo late >>g) & touch g; timeout 4 tail -n+1 -F g | head -1; wait
stty size </dev/null; echo $?; printenv HOME; pinky -s root >/dev/null; users; who | wc -l; uptime >/dev/null; echo $?
date -u -d @86400 +'%F %T %a %j'; date -d '2026-02-30' ; echo $?; TZ=UTC date -d '2026-11-26 12:00 +3 days' +%A; sync; sync -d f; echo $?
df -P / | tail -1 | awk '{print $6}' 2>/dev/null; df nothere; echo $?; false; echo $?; dircolors -b | head -1 | cut -c1-9

== sort-big
limit: 60
--
# Larger than its buffer, so it makes temporary files and threads.
awk 2>/dev/null; i=0
seq 200000 | sort -R --random-source=/dev/zero >shuffled
sort -n -S 1M shuffled | md5sum
sort -n --parallel=4 shuffled | cmp - /dev/fd/3 3<<X && echo sorted
$(seq 200000)
X
split -n l/4 shuffled p.; for p in p.*; do sort -n $p -o $p & done; wait; sort -nm p.* | md5sum
sort -S 200k --compress-program=gzip -T . shuffled | tail -1
split --filter='wc -c' -b 500000 shuffled
