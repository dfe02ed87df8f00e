# What runs programs: start-stop-daemon flock timeout setsid nohup nice renice chrt taskset ionice
# watch script chpst softlimit setuidgid su env chroot run-parts time.
exec 2>&1
masked() { sed "s/pid [0-9]*/pid P/;s/[0-9]*'s/P's/;s/pid [0-9]*/pid P/"; }
echo "== start-stop-daemon"
start-stop-daemon -S -b -m -p d.pid -x /bin/sleep -- 30; echo $?; sleep 0.2; kill -0 $(cat d.pid) && echo alive
start-stop-daemon -S -b -m -p d.pid -x /bin/sleep -- 30; echo $?
start-stop-daemon -S -t -p d.pid -x /bin/sleep; echo $?
start-stop-daemon -K -p d.pid | sed 's/pid [0-9]*/pid P/;s,/.*/,,'; sleep 0.2; start-stop-daemon -K -q -p d.pid; echo $?
start-stop-daemon -K -q -o -x /bin/nosuch; echo $?; start-stop-daemon -S -q -a /bin/echo -- started; echo $?
start-stop-daemon -S -q -c nobody -x /usr/bin/id -- -un; start-stop-daemon -S -q -d /usr -x /bin/pwd; start-stop-daemon -S -q -N 5 -x /bin/nice
echo "== flock"
flock -n lk echo got; flock lk sleep 0.5 & sleep 0.2; flock -n lk echo no; echo $?; flock -s -n lk echo no; echo $?; flock lk echo waited
(flock -n 9 && echo fd; flock -u 9; flock -n lk echo free) 9>lk; wait; flock -s lk sh -c 'flock -s -n lk echo shared; flock -n lk echo no'; echo $?
echo "== timeout"
timeout 0.2 sleep 5; echo $?; timeout -s INT 0.2 sleep 5; echo $?; timeout 2 true; echo $?; timeout 1 nosuchprog; echo $?
echo "== setsid nohup"
setsid sh -c 'ps -o pid,sid | grep -q "^ *$$ *$$" && echo leader'; nohup echo hi </dev/null | cat
setsid sh -c 'sh -c "tty" </dev/tty'; echo $?
echo "== nice"
nice; nice -n 5 nice; nice -n 19 sh -c 'nice; nice -n 5 nice'; sleep 9 & p=$!; renice -n 3 -p $p; ps -o pid,nice | awk -v p=$p '$1 == p { print $2 }'
renice -n 2 $p; ps -o pid,nice | awk -v p=$p '$1 == p { print $2 }'; { kill $p; wait $p; } 2>/dev/null
echo "== chrt taskset ionice"
chrt -p $$ | masked; chrt -f 10 sh -c 'chrt -p $$' | masked; chrt -r 5 sh -c 'chrt -p $$' | masked; chrt -b 0 sh -c 'chrt -p $$' | masked
chrt -m; taskset 1 sh -c 'taskset -p $$' | masked; taskset -c 0 sh -c 'taskset -p $$' | masked; taskset 0x1000000 true; echo $?; chrt -f 200 true; echo $?
echo "== watch script"
{ timeout 1.3 watch -t -n 1 echo hi </dev/null 2>&1 | grep -v Term | tr -d '\033' | grep -c hi | sed 's/[1-9]/some/'; } 2>/dev/null
SHELL=/bin/sh; export SHELL
script -q -c 'echo in script; tty | sed s/[0-9]//' ts </dev/null | tr -d '\r'; tr -d '\r' <ts
printf '0.01 4\n0.01 5\n' >tm; printf 'one\nhead\ntail\n' >ts; scriptreplay tm ts | head -3; script -q -c 'exit 3' ts </dev/null; echo $?
echo "== as somebody"
setuidgid nobody id -u; su nobody -s /bin/sh -c 'id -un'; chpst -u nobody id -un; chpst -n 3 nice; chpst -o 20 sh -c 'ulimit -n'
softlimit -o 30 sh -c 'ulimit -n'; softlimit -m 100000000 sh -c 'ulimit -v'; envuidgid nobody sh -c 'echo $UID $GID'; mkdir ed; echo val >ed/VAR
envdir ed sh -c 'echo $VAR'; env -i A=1 env; env -u HOME sh -c 'echo ${HOME-none}'; setpriv --nnp sh -c 'grep NoNew /proc/self/status'
mkdir -p cr/bin; cp /bin/busybox cr/bin/; chroot cr /bin/busybox pwd; chroot cr /bin/busybox ls /; chroot cr nosuch; echo $?
setarch linux32 uname -m; linux64 uname -m; setarch nosuch true; echo $?
echo "== parts"
mkdir rp; for i in 2 1; do printf '#!/bin/sh\necho part '$i' $1\n' >rp/p$i; chmod +x rp/p$i; done; run-parts rp; run-parts --test rp; run-parts -a x rp
time -f '%x %C' sh -c 'exit 4'; echo $?; time -p true 2>&1 | awk '{ print $1, NF }'
