# Programs that take all there is: processes, memory.  The first process, a shell, lives on.
. tests/flat/lib.sh
ROOT="--root $T/root.cpio"
lost='lost() { sed -n "s/^free_pages: //p; s/^object_pages: //p" /proc/flatshare | { read a; read b; echo $((a + b)); }; }
	i=0; while [ $i -lt 200 ]; do (:); i=$((i + 1)); done # the records of the last forks'

# Two thousand processes fit into 512 MiB, then fork says EAGAIN.
# shellcheck disable=SC2086
run -m 512M $ROOT --timeout 100 sh -c 'setsid /t/hostile @crowd 2000; echo alive' </dev/null
check two_thousand_processes_in_512M out "enough EAGAIN
alive" "$out"

# A bomb that is let go for a second, by root; the shell can still fork, and one kill is enough.
# shellcheck disable=SC2086
run -m 64M $ROOT --timeout 100 sh -c "$lost"'
	bomb() { setsid /t/hostile @bomb & sleep $1; seq 3 | wc -l; kill -9 -1; wait
		while [ "$(sed -n "s/^procs: //p" /proc/flatshare)" -gt 4 ]; do sleep 0.05; done; }
	bomb 0.5; bomb 1; bomb 0.5
	# What is lost is lost each time; what a page of small objects keeps is not.
	for i in 1 2 3 4; do
		a=$(lost); a=$(lost); bomb 0.5; b=$(lost); b=$(lost)
		[ $((a - b)) -gt 2 ] || { echo none lost; exit; }
	done
	echo "lost $((a - b))"' </dev/null
check fork_bomb out "3
none lost" "$(echo "$out" | uniq)"

# Memory that the first process asks for when another has it.
for how in touch read spin; do
	# shellcheck disable=SC2086
	run -m 32M $ROOT -- /t/hostile @first $how </dev/null
	check "first_process_needs_memory_by_$how" out SIGKILL "$out"
done

# Who is killed can be said: the score of the small one outweighs the size of the large one.
# shellcheck disable=SC2086
run -m 64M $ROOT sh -c '
	sh -c "echo 1000 >/proc/self/oom_score_adj; sleep 100" & small=$!
	sleep 0.2; cat /proc/$small/oom_score_adj
	tail /dev/zero; wait $small; echo "$?"' </dev/null
case $out in 1000*137) echo ok oom_score_adj ;; *) echo "not ok oom_score_adj: $out" ;; esac

# The watchdog ticks on every machine, 18 times a second, and not with watchdog=off.
for machine in microvm q35 pc; do
	run --machine $machine sh -c 'sleep 1; sed -n "s/watchdog_ticks: //p" /proc/flatshare' </dev/null
	if [ "${out:-0}" -ge 10 ] && [ "$out" -le 40 ]; then
		echo "ok watchdog_on_$machine"
	else
		echo "not ok watchdog_on_$machine: $out ticks"
	fi
done
run --append watchdog=off sh -c 'sleep 0.2; sed -n "s/watchdog_ticks: //p" /proc/flatshare' </dev/null
check no_watchdog out 0 "$out"
