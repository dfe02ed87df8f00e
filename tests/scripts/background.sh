# Background jobs and wait.
# Whether a shell says that a job was killed depends on when it looks.
exec 2>/dev/null
{ sleep 1 | read x; } & echo ok
wait
for i in 1 2 3 4 5; do (exit $i) & done; wait; echo "all $?"
(exit 7) & wait $!; echo "one $?"
sleep 5 & kill $!; wait $!; echo "killed $?"
sleep 0.3 & a=$!
sleep 0.1 & b=$!
wait $b; echo "b $?"
wait $a; echo "a $?"
wait 999999; echo "unknown $?"
i=0; while [ $i -lt 20 ]; do (sleep 0.05; echo done >>log) & i=$((i + 1)); done; wait
wc -l <log
(sleep 0.1; echo later) & echo first; wait
f() { echo "in function $1" >>flog; }
f a & f b & f c & wait; sort flog
( (sleep 0.1; echo grandchild >gc) & ) ; while [ ! -s gc ]; do :; done; cat gc
while :; do echo busy; done >/dev/null & busy=$!
sleep 0.1; kill -9 $busy; wait $busy; echo "busy $?"
cat </dev/null & wait $!; echo "cat $?"
x=$(sleep 0.2 & echo immediate); echo $x
(trap 'echo got term; exit 5' TERM; while :; do sleep 0.05; done) & p=$!
sleep 0.3; kill $p; wait $p; echo "trap $?"
while [ ! -e go ]; do :; done & spin=$!
touch go; wait $spin; echo "spin $?"
