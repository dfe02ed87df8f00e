# procps: ps, top, free, pgrep and their like.
program: procps
packages: procps coreutils sed grep dash gawk

== processes
--
sleep 60 & a=$!; sh -c 'exec -a renamed sleep 61 2>/dev/null || sleep 61' & b=$!; sleep 0.5
ps -o comm= -p $a; ps -o pid= -p $a | tr -d ' ' | sed "s/^$a\$/same/"; ps -o ppid=,pgid=,sid=,stat=,tty=,ni= -p $a | awk '{print $1, $2, $3, $4, $5, $6}'; ps ax -o args | grep -c '^sleep 60$'
ps -ef | head -1 | xargs; ps aux | head -1 | xargs; ps -e -o pid,comm --sort=-pid | head -1 | xargs; ps --ppid $$ -o comm= | sort | head -2; ps -L -p $a -o lwp,nlwp --no-headers | wc -l; ps f -o comm= | wc -l | sed 's/.*/forest/'; ps -o etimes= -p $a | tr -d ' ' | grep -c '^[0-9]'; ps -p 99999 -o comm=; echo $?; ps -o rss=,vsz= -p $a | awk '{print ($1 > 100 && $2 > $1) ? "sizes" : "none"}'; ps -o user,group,uid --no-headers -p 1; ps -o pri,cls,nice,wchan --no-headers -p $a | awk '{print $2, $3}'; ps -o lstart= -p 1 | wc -w; ps -C sleep -o comm= | wc -l; ps -o blocked,caught,ignored --no-headers -p $a | wc -w
pgrep -x sleep | wc -l; pgrep -fc 'sleep 6'; pgrep -P $$ sleep | head -1 | sed "s/^$a\$/first/"; pidof sleep | wc -w; pkill -STOP -f 'sleep 60'; sleep 0.3; ps -o stat= -p $a; pkill -CONT -f 'sleep 60'; pkill -x sleep; wait $a; echo $?; pkill nothere; echo $?; pwait 2>/dev/null; skill -l 2>/dev/null | wc -l; kill -l 9
top -b -n 1 | head -5 | cut -d: -f1 | cut -c1-5; top -bn1 -o PID | awk '/PID/ {f = 1; next} f && NF' | wc -l | sed 's/[1-9][0-9]*/some/'; top -b -n 2 -d 0.2 | grep -c '^top'; pidwait nothere; echo $?

== system
--
free | awk '{print $1, NF}'; free -b | awk '/Mem/ {print ($2 > 1e7 && $2 > $3) ? "ok" : "bad"}'; vmstat | wc -l; vmstat -s | grep -c .  | awk '{print $1 > 20}'; vmstat 1 2 | wc -l; uptime | grep -c 'load average'; uptime -p | cut -d' ' -f1; uptime -s | wc -w; w -h | wc -l; tload -V >/dev/null; sysctl -n kernel.ostype; sysctl kernel.hostname | cut -d= -f1; sysctl -n kernel.pid_max | grep -c .; sysctl nothere; echo $?; slabtop -V | wc -l; pmap $$ | head -1 | sed 's/[0-9]*/N/'; pmap -x $$ | tail -1 | awk '{print $1, $2}'; pmap $$ | grep 'libc.so' | cut -c17- | head -2; pwdx $$ | sed 's/.*: //'; echo done
