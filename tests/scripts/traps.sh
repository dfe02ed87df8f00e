# Traps: EXIT, INT, TERM, CHLD, in subshells and functions.
(trap 'echo exit trap $?' EXIT; echo body; exit 3); echo "status $?"
(trap 'echo exit trap' EXIT; false); echo "status $?"
(trap 'echo int; exit 4' INT; kill -INT $(sh -c 'echo $PPID'); sleep 1; echo not reached); echo "status $?"
sh -c 'trap "echo usr1" USR1; kill -USR1 $$; echo after'
sh -c 'trap "" TERM; kill -TERM $$; echo survived'
sh -c 'trap "echo never" TERM; trap - TERM; kill -TERM $$; echo not reached'; echo "status $?"
sh -c 'trap "echo chld" CHLD; (exit 1); echo after child' | sort | uniq
sh -c 'trap "echo bye" EXIT; kill -TERM $$; sleep 1'; echo "status $?"
sh -c 'kill -KILL $$'; echo "status $?"
sh -c 'kill -SEGV $$'; echo "status $?"
sh -c 'trap "echo one; exit 7" HUP; kill -HUP $$; echo two'; echo "status $?"
trap 'echo outer' USR2
(trap; kill -0 $$ && echo alive)
kill -USR2 $$
sh -c 'trap "echo term" TERM; sleep 0.2 & wait; echo "wait $?"; ' & p=$!; sleep 0.1; kill $p; wait $p; echo "status $?"
f() { trap 'echo in f' USR1; kill -USR1 $$; }; f; kill -USR1 $$; trap - USR1
trap 'echo the end' EXIT
echo last line
