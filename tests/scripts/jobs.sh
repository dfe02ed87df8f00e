# Signals and jobs in scripts: kill, stop and continue, groups with set -m.
# Whether a shell says that a job was killed depends on when it looks.
exec 2>/dev/null
sleep 10 & p=$!; kill -STOP $p; sleep 0.05; sed -n 's/^State:[ 	]*\(.\).*/\1/p' /proc/$p/status
kill -CONT $p; sleep 0.05; sed -n 's/^State:[ 	]*\(.\).*/\1/p' /proc/$p/status; kill $p; { wait $p; echo $?; } 2>/dev/null
kill -l 9; kill -l 15; kill -0 $$ && echo self
sh -c 'kill -s TERM $$'; echo "status $?"
sh -c 'set -m; sleep 5 & kill -TERM %1; wait %1; echo "job $?"' 2>/dev/null
sh -c 'set -m; (sleep 5 | sleep 5) & sleep 0.1; kill -TERM -$!; wait $!; echo "group $?"' 2>/dev/null
setsid sh -c 'sleep 5 & sleep 5 & kill 0; echo not reached'; echo "status $?"
timeout 0.2 sleep 5; echo "timeout $?"
timeout -s KILL 0.2 sleep 5; echo "timeout $?"
timeout 5 sh -c 'exit 3'; echo "timeout $?"
sleep 3 & sleep 3 & sleep 3 & killall sleep; wait; echo "all gone"
nohup sh -c 'kill -HUP $$; echo survived' 2>/dev/null
(ulimit -n 20; ulimit -n); (ulimit -s 1024; ulimit -s; sh -c 'ulimit -s')
(ulimit -t 100; ulimit -t); (ulimit -c 0; ulimit -c)
(ulimit -f 1; head -c 10000 /dev/zero >big; echo "status $?") 2>/dev/null; wc -c <big
nice -n 5 nice; time -p true 2>&1 | wc -l
sh -c 'f() { f; }; f' 2>/dev/null; echo "endless recursion $?"
ps -o pid,comm | grep -c ps
