# What looks at processes and signals them: ps pgrep pkill pidof killall pstree pmap pwdx fuser top.
# The shell's messages about jobs come when it looks; they are not wanted.
exec 2>/dev/null
masked() { sed 's/[0-9][0-9]*/N/g'; }
sleep 20 & s=$!
sh -c 'sleep 21; :' & q=$!
sleep 0.2
echo "== ps"
ps -o pid,ppid,stat,comm >all; grep -c sleep all; awk -v s=$s '$1 == s { print ($2 == '$$'), $3, $4 }' all
awk -v q=$q '$1 == q { print ($2 == '$$'), $3, $4 }' all
ps -o pid,args | awk -v s=$s '$1 == s { print $2, $3 }'; ps -o user,group,nice,tty,pid | awk -v s=$s '$5 == s { print $1, $2, $3, $4 }'
ps -o pid,vsz,rss,time,etime,pgid,sid,stat | awk -v s=$s '$1 == s { print NF, ($2 > 0), ($3 > 0), $4 }'
ps -T | awk '$NF == "20" { print $(NF-1), $NF }'
echo "== pgrep"
pgrep -f 'sleep 20' | grep -cx $s; pgrep -l sleep | awk '{ print $2 }'; pgrep -x sleep | wc -l; pgrep -P $q | wc -l
pgrep -o sleep | grep -cx $s; pgrep -n sleep | grep -cx $s; pidof sleep | wc -w; pidof -s sleep | wc -w; pgrep nothing; echo $?
pidof -o $s sleep | wc -w
echo "== pstree"
pstree | grep -c 'sh.*sleep\|[`|]-sleep' | sed 's/[1-9]/some/'; pstree -p $q | masked
echo "== maps and places"
pmap $s | grep -c 'r-xp.*busybox'; pmap -x $s | awk 'END { print $1, NF }'; pmap -q $s | grep -c total; pmap 99999 | masked
pwdx $s | grep -c "$(pwd)\$"; pwdx 99999; echo $?
exec 5>open; fuser open | tr -s ' ' '\n' | grep -cx $$; fuser -s open; echo $?; exec 5>&-; fuser -s open; echo $?
sleep 9 <open & f=$!; sleep 0.1; fuser open | grep -cw $f; lsof | awk -v f=$f '$1 == f && /\/open$/ { print "lsof" }'
fuser -k open >kills; wait $f; echo $?; wc -w <kills
echo "== kill"
killall -0 sleep; echo $?; killall -0 nosuch; echo $?; killall -l | head -3; kill -l 15 USR1 | tr '\n' ' '; echo
pkill -f 'sleep 2[1]'; echo $?; wait $q; echo $?
kill -0 $s; echo $?; kill -STOP $s; sleep 0.1; ps -o pid,stat | awk -v s=$s '$1 == s { print $2 }'; kill -CONT $s; killall -TERM sleep; wait $s; echo $?; kill -0 $s; echo $?
sh -c 'sleep 30 & sleep 30 & pkill -P $$ sleep; wait; echo children gone'
killall5 -0; echo $?
echo "== zombie"
sh -c 'sleep 0.1 & exec sleep 0.6' & z=$!; sleep 0.4; ps -o ppid,stat,comm | awk -v z=$z '$1 == z { print $2, $3 }'; wait $z
echo "== top"
top -b -n1 | sed -n '/PID.*COMMAND/{s/  */ /g;p;q;}'; top -b -n2 -d1 | grep -c '^Mem:'; top -b -n1 | awk '/ top -b/ { print NF > "cols" }'; cat cols | head -1 | sed 's/[0-9]*/columns/'
top -b -n1 | awk 'NR == 3 { print $1, $2, NF }'
